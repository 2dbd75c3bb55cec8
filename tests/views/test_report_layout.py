"""Sections and columns of a report, by options and by a small YAML file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.views.report.layout import Layout
from tests.cli.command import run

TOPIC = "KV cache compression"


def _file(folder: Path, text: str) -> Path:
    path = folder / "mine.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_chooses_sections_columns_and_lengths(built: Graph, tmp_path: Path) -> None:
    layout = _file(
        tmp_path,
        "sections:\n  - methods:\n      columns: [value, technique, method]\n      most: 2\n  - bibliography\n",
    )
    view = built.report(TOPIC, layout=layout)
    data = json.loads(str(view.render("json")))
    assert data["sections"] == ["methods", "bibliography"]
    assert data["methods"]["columns"] == ["value", "technique", "method"]
    assert data["methods"]["shown"] == 2
    assert "| Value | Technique | Method |" in str(view.render("md"))
    assert "## Families" not in str(view.render("md"))


def test_options_choose_sections_and_columns(built: Graph) -> None:
    view = built.report(TOPIC, "zh", sections=["wins", "methods"], columns=["wins=winner,papers"])
    data = json.loads(str(view.render("json")))
    assert data["sections"] == ["wins", "methods"]
    assert data["wins"]["columns"] == ["winner", "papers"]
    assert 'href="#p-' not in str(view.render("html"))  # no bibliography, nowhere to go


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("name", [part.name for part in Layout.usual().parts])
def test_every_section_stands_alone_with_every_column(built: Graph, name: str, form: str) -> None:
    part = next(part for part in Layout.usual().parts if part.name == name)
    columns = [f"{name}={','.join(part.known)}"] if part.known else []
    view = built.report(TOPIC, sections=[name], columns=columns)
    assert json.loads(str(view.render("json")))[name]["title"] in str(view.render(form))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "sections:\n  - families\n  - reslts\n",
            "mine.yml, line 3: a report has no section 'reslts': choose one of overview,",
        ),
        (
            "sections:\n  - results:\n      columns: [metric, vlaue]\n",
            "line 3: results has no column 'vlaue': choose one of",
        ),
        ("sections:\n  - results:\n      most: many\n", "line 3: most is a number from 1 to"),
        ("sections:\n  - results:\n      most: 0\n", "line 3: most is a number"),
        ("sections:\n  - results:\n      across: 4\n", "line 3: results has no 'across': choose one of columns, most"),
        ("sections:\n  - chart:\n      columns: [text]\n", "line 3: chart has no 'columns': choose one of most"),
        ("sections:\n  - results:\n      columns: metric\n", "line 3: columns are a list like"),
        ("sections:\n  - results: 12\n", "line 2: behind results: stand lines like most: 50"),
        ("sections:\n  - families\n  - families\n", "line 3: the section 'families' stands here twice"),
        ("sections:\n  - [families]\n", "line 2: a section is a name"),
        ("sections: families\n", "line 1: sections: has a list"),
        ("parts:\n  - families\n", "line 1: a layout begins with the word sections:"),
        ("sections:\n  - families\n bad: [\n", "mine.yml, line 3: is no YAML"),
        ("sections:\n  - !!python/object/apply:os.system ['id']\n", "line 2: a section is a name"),
        ("", "mine.yml: a layout begins with the word sections:"),
        ("\x00", "mine.yml: is no YAML text"),
        ("[" * 5000, "mine.yml: is no YAML text"),
        ("sections:\n" + "  - families\n" * 7000, "is longer than a layout can be"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(KgError) as error:
        Layout.load(_file(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"none\.yml: cannot be read"):
        Layout.load(tmp_path / "none.yml")


def test_aliases_are_not_multiplied(tmp_path: Path) -> None:
    lines = ["sections:", "  - &a0 families"] + [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    with pytest.raises(KgError, match="line 3: a section is a name"):
        Layout.load(_file(tmp_path, "\n".join(lines)))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sections", "brief"], "--sections brief: a report has no such section: choose one of overview,"),
        (["--columns", "results"], "--columns results: write SECTION=COLUMN,COLUMN"),
        (["--columns", "results=metrics"], "results has no column 'metrics': choose one of method, value,"),
        (["--layout", "none.yml"], "none.yml: cannot be read"),
    ],
)
def test_wrong_options_are_said_in_a_sentence(built_file: Path, options: list[str], said: str) -> None:
    done = run("report", TOPIC, "--graph", built_file, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_takes_a_layout(built_file: Path, tmp_path: Path) -> None:
    layout, out = _file(tmp_path, "sections: [wins]\n"), tmp_path / "kv.md"
    done = run("report", TOPIC, "--graph", built_file, "--layout", layout, "--sections", "methods,wins", "-o", out)
    assert done.returncode == 0, done.stderr
    headings = [line for line in out.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert headings == ["## Methods", "## Who beats whom"]
