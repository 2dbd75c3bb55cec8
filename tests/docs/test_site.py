"""The pages of docs/ build as a site, in which every page has a place and nothing comes from another host."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
#: What a browser loads by itself: scripts, pictures, style sheets and fonts.
_LOADED = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc=["']([^"']+)|<link[^>]*\shref=["']([^"']+)""")
_STYLED = re.compile(r"""(?:url\(|@import\s)\s*["']?((?:https?:)?//[^"')]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, as `make docs` builds it; skips where MkDocs is not installed."""
    if not find_spec("mkdocs"):
        pytest.skip("MkDocs is not installed")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_every_page_is_built_and_named_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    for page in PAGES:
        name = "index.html" if page.name == "README.md" else f"{page.stem}.html"
        assert (site / name).is_file(), name
        assert f'href="{name}"' in home or page.name == "README.md", name


def test_tables_and_code_are_laid_out(site: Path) -> None:
    evaluation = (site / "evaluation.html").read_text("utf-8")
    assert evaluation.count("<table") == len(re.findall(r"^\|--", (ROOT / "docs/evaluation.md").read_text(), re.M))
    assert "<p>|" not in "".join(page.read_text("utf-8") for page in site.glob("*.html"))


def test_the_site_loads_nothing_from_another_host(site: Path) -> None:
    for page in site.glob("*.html"):
        loaded = [first or second for first, second in _LOADED.findall(page.read_text("utf-8"))]
        assert [address for address in loaded if "//" in address] == [], page.name
        missing = [address for address in loaded if not (site / address.split("?")[0].lstrip("/")).is_file()]
        assert missing == [], page.name
    for sheet in site.rglob("*.css"):
        assert _STYLED.findall(sheet.read_text("utf-8")) == [], sheet.name
