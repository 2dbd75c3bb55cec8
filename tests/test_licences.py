"""Whatever ships says whose it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import pyvis

ROOT = Path(__file__).parent.parent
SAID = (ROOT / "data/LICENSES.md").read_text("utf-8")
SHIPPED = [
    path
    for folder in ("data", "ontology", "kg/views/vendor", "kg/web/vendor")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.suffix not in (".md", ".pyc") and "LICENSE" not in path.name
]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_or_its_folder_is_named_with_its_origin(path):
    folders = (
        f"{folder.relative_to(ROOT)}/" for folder in path.parents if folder not in (ROOT, ROOT / "data", *ROOT.parents)
    )
    named = (f"`{folder}`" for folder in folders if folder != "ontology/")
    own = (
        f"`{path.relative_to(ROOT)}`",
        f"`{path.name}`",
        f"{path.parent.name}/{path.name}`",
        f"`{path.parent.name}/`",
    )
    assert any(name in SAID for name in (*named, *own))


def test_the_script_that_pictures_embed_is_named_with_its_version():
    script = next(path for path in pyvis_scripts() if path.name == "vis-network.min.js").read_text("utf-8")
    version = re.search(r"@version\s+(\S+)", script)
    assert version
    assert f"vis-network {version[1]}" in SAID


def pyvis_scripts() -> list[Path]:
    """The files of the newest script folder of pyvis, as `kg.views.picture.picture_page` chooses it."""
    folders = sorted((Path(pyvis.__file__).parent / "templates" / "lib").glob("vis-*"), key=lambda folder: folder.name)
    return [*folders[-1].iterdir()]
