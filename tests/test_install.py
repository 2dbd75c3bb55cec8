"""The wheel carries all that the main job needs, wherever it is installed.

Its dependencies are those of the environment that runs the tests: `make test` has just installed them as declared, and
tests/test_dependencies.py holds them against the imports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
#: Runs lines of commands one after the other in one process.
RUN = """
import sys
from kg.cli import main
for line in sys.argv[1:]:
    sys.argv = ["kg", *line.split("|")]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


#: Names what is missing for each file that plug-ins read, and for none that the core reads.
REFUSED = r"""
from pathlib import Path
from kg.model import KgError
from kg.sources import read
paper = "title: A Title of a Paper\n{0}authors: [Ada Fox]\n{0}year: 2024\n{0}doi: 10.1000/1\n"
table = 'title = "A Title of a Paper"\nauthors = ["Ada Fox"]\nyear = 2024\ndoi = "10.1000/1"\n'
foreign = [
    "- " + paper.format("  "),
    "papers:\n  - " + paper.format("    "),
    "fox2024:\n  " + paper.format("  "),
    "---\n" + paper.format("") + "---\nA note.\n",
    "[[papers]]\n" + table,
    "+++\n" + table + "+++\n",
    "cff-version: 1.2.0\n" + paper.format(""),
    "1. Nature. 2024 Jan 1. doi: 10.1000/1.\n\nA Title of a Paper.\n\nFox A.\n\nPMID: 12\n",
    '<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#"><z:Article/></rdf:RDF>',
]
own = ["- **A Title of a Paper** [[pdf](https://arxiv.org/abs/2405.00001)]\n  - Authors: Ada Fox, Bo Lee\n",
       "Title: A Title of a Paper\nAuthors: Ada Fox, Bo Lee\nAbstract: We prune caches.\n"]
for text in foreign + own:
    Path("file").write_text(text)
    try:
        assert len(list(read("file").documents)) == 1, text
    except KgError as error:
        print(error)
"""
#: Runs lines of commands as RUN does, and prints what each says on standard error.
TOLD = """
import contextlib, sys
from kg.cli import main
for line in sys.argv[1:]:
    sys.argv = ["kg", *line.split("|")]
    with contextlib.redirect_stderr(sys.stdout), contextlib.suppress(SystemExit):
        main()
"""
#: Commands that need a plug-in, and what each is told to install.
PLUGGED = {
    "publish|http://host/sparql": "publish",
    "add|papers.jsonl|--engine|ray": "ray",
    "export|--graph|papers.kg|--format|obsidian|-o|vault": "exports",
    "show|--graph|postgresql://h/d": "postgres",
}


@pytest.mark.timeout(900)
def test_an_installed_wheel_does_the_main_job_from_anywhere(
    tmp_path: Path, own_cache: Callable[..., Path], few_reports: Path
) -> None:
    built = [sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(built, check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "environment"
    venv.create(home)
    python = str(home / "bin" / "python")
    install = [*PIP, "--python", python, "install", "--no-compile", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, cwd=tmp_path)
    (packages,) = home.glob("lib/python*/site-packages")
    dependencies = home / "dependencies"
    _without_ours(Path(sysconfig.get_path("purelib")), dependencies)
    (packages / "dependencies.pth").write_text(str(dependencies))  # the .pth files in there are not read

    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KG_", "PYTHON"))}
    environment |= {"XDG_CACHE_HOME": str(own_cache(tmp_path / "cache", packages / "kg"))}

    def run(*args: str) -> str:
        done = subprocess.run(
            args, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(python, "-c", "import kg, kg.vocabulary as v; print(kg.__file__); print(v.data_folder('data'))")
    package, data = where.splitlines()
    assert str(home) in package
    assert str(home) in data
    kg = str(home / "bin" / "kg")
    (report,) = few_reports.glob("004_*.txt")
    assert (Path(data) / "reports" / report.name).read_bytes() == (ROOT / "data" / "reports" / report.name).read_bytes()
    assert "Added 16 entries" in run(kg, "add", str(report), "--graph", "papers.kg")
    lines = (
        "ask|在H100上做KV缓存压缩的论文|--graph|papers.kg|--format|json",
        "report|KV cache compression|--graph|papers.kg|-o|report.html",
        "draw|KV cache compression|--graph|papers.kg|-o|picture.html",
        "verify|--graph|papers.kg",
    )
    printed = run(python, "-c", RUN, *lines)
    said, _ = json.JSONDecoder().raw_decode(printed)
    assert {source for paper in said["papers"] for source in paper["sources"]} == {"004-16"}
    assert "NVIDIA H100" in (tmp_path / "report.html").read_text("utf-8")
    assert "NVIDIA H100" in (tmp_path / "picture.html").read_text("utf-8")
    assert "0 faults" in printed
    wanted, refused = run(python, "-c", REFUSED), "without the plug-in that reads it: install paper-kg[formats].\n"
    assert wanted.count(refused) == wanted.count("\n") == 9
    told = run(python, "-c", TOLD, *PLUGGED).splitlines()
    for sentence, extra in zip(told, PLUGGED.values(), strict=True):
        assert f"needs a plug-in: install paper-kg[{extra}]" in sentence


def _without_ours(packages: Path, folder: Path) -> None:
    """Links to what is installed, without kg and its plug-ins."""
    folder.mkdir()
    for one in packages.iterdir():
        if not one.name.startswith(("kg", "paper_kg", "_paper_kg")):
            (folder / one.name).symlink_to(one)
