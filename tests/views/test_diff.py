"""What two graphs differ in, as text, Markdown, page and data, in both languages, and from the command line."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.cli import main
from kg.views import graph_diff as module
from kg.views.words import LANGUAGES, PageWords

from .pages import Page


@pytest.fixture(scope="module")
def fewer(built_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports without the last of them and one paper more."""
    file = tmp_path_factory.mktemp("fewer") / "papers.kg"
    shutil.copy(built_file, file)
    with kg.open(str(file), create=True) as graph:
        graph.remove("004", "002-22")
    return file


@pytest.fixture
def before(fewer: Path) -> Graph:
    return kg.open(str(fewer), read_only=True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_says_the_same(built: Graph, before: Graph, lang: str) -> None:
    view = built.diff(before, lang)
    data = json.loads(view.render("json"))
    assert data["counts"]["new"] == 22
    assert data["counts"]["removed"] == data["counts"]["changed"] == 0
    assert data["counts"]["first_technique"] > 50
    words = PageWords(lang)
    for form in ("txt", "md", "html"):
        made = str(view.render(form))
        assert words.count("diff.count_new", 22) in made
        assert "LongLive: Real" in made
        assert made == str(built.diff(before, lang).render(form))
    papers = {"before": words.count("count.paper", 111), "after": words.count("count.paper", 133)}
    assert data["scope"] == words("diff.scope", **papers)


def test_counts_come_first_and_sections_in_their_order(built: Graph, before: Graph) -> None:
    text = str(built.diff(before).render("txt")).splitlines()
    assert text[1] == "111 papers before, 133 papers after."
    assert text[2].startswith("22 new papers, ")
    headings = [line for line in text if re.fullmatch(r"\S.* \([\d,]+\)", line)]
    assert headings[:2] == ["New papers (22)", headings[1]]
    assert headings[1].startswith("New techniques (")


def test_each_first_use_has_its_words(built: Graph, before: Graph) -> None:
    data = json.loads(built.diff(before).render("json"))
    rows = [row for section in data["sections"] if section["name"].startswith("first_") for row in section["rows"]]
    for row in rows:
        (quote,) = row["quotes"]
        document = next(d for d, _ in built.paper(quote["entry"]).entries if d.id == quote["entry"])
        assert " ".join(document.texts[quote["field"]].raw[quote["start"] : quote["end"]].split()) == quote["quote"]


def test_long_sections_are_cut_short_and_say_so(built: Graph, before: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 5)
    view = built.diff(before)
    for form in ("txt", "md", "html"):
        assert "5 of 22 are shown; the JSON form has all." in str(view.render(form))
    assert len(json.loads(view.render("json"))["sections"][0]["rows"]) == 22


def test_nothing_differs(built: Graph, built_file: Path) -> None:
    with kg.open(str(built_file), read_only=True) as same:
        view = built.diff(same)
        assert view.papers == 0
        assert "Nothing differs." in str(view.render("txt"))


def test_hostile_names_do_no_harm(hostile: Graph, tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "empty.kg"), create=True) as empty:
        for one, other in ((hostile, empty), (empty, hostile)):
            view = one.diff(other)
            assert {"script", "img"}.isdisjoint(Page(str(view.render("html"))).tags)
            assert not re.search(r"(?<!\\)<(?:script|img)", str(view.render("md")))
            for form in ("txt", "md", "html", "json"):
                assert "\u202e" not in str(view.render(form))


def test_command_line(fewer: Path, built_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def status(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["kg", "diff", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0)

    page = tmp_path / "page.html"
    assert status(str(fewer), str(built_file), "-o", str(page)) == 0
    assert "22 new papers" in page.read_text("utf-8")
    assert status(str(fewer), str(fewer)) == 1
    assert status(str(fewer), str(tmp_path / "none")) == 2
    assert status(str(fewer), str(built_file), "--format", "csv") == 2
