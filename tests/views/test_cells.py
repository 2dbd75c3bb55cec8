"""A graph and an answer show themselves in a notebook, and an answer is a page: whole, cut where long, harmless."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import kg
from kg.api import Graph
from kg.query import Answer, Condition, Entity, Filter, Grid, Line, Query, Quote, Row
from kg.views import terminal
from kg.views.answer_page import MOST, cell
from kg.views.answers import pieces, render

from .browser import Browser
from .hostile import EVIL, FORMULA
from .pages import Page

LONG = "x" * 300
NAMES = (EVIL, f"\u202e{FORMULA}", LONG)


def papers(count: int = 1) -> Answer:
    """An answer of papers whose every word wishes ill."""
    quotes = tuple(Quote("900-01", "A", name, 3, 11, name, f"It uses {name}: {EVIL}") for name in NAMES)
    wanted = Filter(tuple(Condition(n, (Entity("topic", "topic:x", n, ("topic:x",)),)) for n in NAMES), NAMES)
    rows = tuple(Row(f"900-{n:02}", f"paper:{n}", " ".join(NAMES), (f"900-{n:02}",), 0.5, quotes) for n in range(count))
    return Answer(EVIL, Query(filter=wanted), rows, NAMES)


def table() -> Answer:
    """The same as a table."""
    quote = Quote("900-01", "A", FORMULA, 3, 11, EVIL, f"{FORMULA} {LONG}")
    lines = tuple(Line((name, 3), ("900-01",), (quote,)) for name in NAMES)
    return Answer(LONG, Query("entities"), papers().rows, table=Grid((EVIL, LONG), lines, " ".join(NAMES)))


def html(answer: Answer) -> str:
    """How a notebook shows an answer."""
    shown = answer._repr_html_()
    assert shown is not None
    return shown


def test_a_graph_shows_what_it_holds(built: Graph) -> None:
    shown = Page(built._repr_html_())
    assert "133 papers from 5 sources, 2025-10-15 to 2025-10-17" in shown.text
    assert f"{built.counts()['results']} results" in shown.text
    assert "002_1d65928815f09800.txt" in shown.text
    assert re.search(r"knowledge distillation \(\d+\)", shown.text)
    assert shown.tags.count("table") == 2
    assert built._repr_html_() == built._repr_html_()


def test_a_graph_without_papers_shows_that(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "empty.kg"), create=True) as graph:
        shown = Page(graph._repr_html_())
        assert "0 papers from 0 sources" in shown.text
        assert "table" not in shown.tags


def test_a_graph_shows_what_was_added_at_once(tmp_path: Path, reports: Path) -> None:
    with kg.open(str(tmp_path / "one.kg"), create=True) as graph:
        graph.add(sorted(reports.glob("*.txt"))[0], fast=True)
        assert "20 papers from 1 source," in Page(graph._repr_html_()).text


def test_an_answer_shows_what_was_understood_its_papers_and_their_words(built: Graph) -> None:
    shown = html(built.ask("KV-cache compression papers on H100"))
    said = Page(shown).text
    assert "topic: KV cache compression" in said
    assert "StreamingVLM: Real-Time Understanding for Infinite Video Streams" in said
    assert "on a single <mark>NVIDIA H100</mark>" in shown
    assert "LongLive" in Page(html(built.ask("在H100上做KV缓存压缩的论文"))).text


def test_an_answer_says_what_it_leaves_out(built: Graph) -> None:
    said = Page(html(built.ask("quantization papers nowadays"))).text
    assert "ignored: nowadays" in said
    cut, whole = papers(MOST + 7), render(papers(MOST + 7), "html")
    assert f"{MOST} of {MOST + 7} lines" in cell(cut)
    assert Page(whole).tags.count("tr") == MOST + 7 + 1


def test_a_page_shows_papers_with_their_words_and_folds_the_others() -> None:
    quoted, bare = papers(3), [replace(row, id=f"x-{row.id}", evidence=()) for row in papers(5).rows]
    shown = render(replace(quoted, rows=(*quoted.rows, *bare)), "html")
    assert Page(shown).tags.count("tr") == 3 + 1
    assert "5 more papers" in Page(shown).text
    assert 'id="p-x-900-04"' in shown


def test_a_table_shows_its_lines_verdict_and_papers(built: Graph) -> None:
    answer = built.ask("which techniques do KV cache papers use?")
    said = Page(html(answer)).text
    assert answer.table
    assert "independent support" in said
    assert re.search(r'<td data-label="papers"[^>]*><div>', html(answer))  # a phone puts labels beside whole cells
    assert answer.table.verdict in said
    assert str(answer.table.lines[0].values[0]) in said
    assert "StreamingVLM: Real-Time Understanding for Infinite Video Streams" in said


def test_a_terminal_shows_what_is_found_first_in_forty_lines_and_why_each_paper_is_there() -> None:
    rows = [replace(row, evidence=()) if n > 2 else row for n, row in enumerate(papers(60).rows)]
    listed = replace(papers(), rows=tuple(rows), notes=("one", "two", "three", "four"))
    lines = terminal.text(listed).splitlines()
    assert len(lines) <= terminal.LINES
    assert sum("its words fit the question" in line for line in lines) == 7
    assert any("50 more papers: --all" in line for line in lines)
    tabled = replace(table(), rows=listed.rows, table=replace(table().table or Grid(()), verdict="Decided."))
    lines = terminal.text(tabled).splitlines()
    assert lines[0] == "Decided."
    assert lines[1].startswith("Read as: what papers have")
    assert len(lines) <= terminal.LINES


def test_a_terminal_shows_all_when_asked_to() -> None:
    out = StringIO()
    terminal.show(papers(60), Console(file=out, width=100), every=True)
    assert sum("900-59" in line for line in out.getvalue().splitlines()) == 1
    assert "--all" not in out.getvalue()


def test_a_table_of_numbers_has_no_empty_column_of_words(built: Graph) -> None:
    counted, listed = (Page(html(built.ask(f"KV cache compression papers{by}"))) for by in (" per day", ""))
    assert "words that show it" not in counted.text
    assert "words that show it" in listed.text


def test_an_answer_without_papers_says_why(built: Graph) -> None:
    shown = Page(html(built.ask("KV cache compression papers on Cerebras")))
    assert "table" not in shown.tags
    assert len(shown.text) > 100


def test_a_long_sentence_is_cut_around_what_is_quoted() -> None:
    sentence = f"{'before ' * 200}the KV cache{' after' * 200}"
    shown = pieces(sentence, ["KV cache"])
    assert ("KV cache", True) in shown
    assert (shown[0][0][0], shown[-1][0][-1]) == ("…", "…")
    assert sum(len(piece) for piece, _ in shown) < 400
    words = {word for piece, _ in shown for word in piece.strip("…").split()}
    assert words == {"before", "the", "KV", "cache", "after"}
    assert pieces("A short one.", ["short", "nowhere"]) == [("A ", False), ("short", True), (" one.", False)]
    assert pieces("All of it", ["All of it"]) == [("All of it", False)]
    assert pieces("", [""]) == []


def shows(graph: Graph) -> dict[str, str]:
    """All that shows itself, of names that wish ill."""
    asked = graph.ask(filter={"source": graph.sources()[0].name})
    answers = {"asked": asked, "papers": papers(), "table": table()}
    pages = {f"{name}-page": render(answer, "html") for name, answer in answers.items()}
    return {"graph": graph._repr_html_()} | {n: cell(answer) for n, answer in answers.items()} | pages


def test_hostile_names_stay_text(hostile: Graph) -> None:
    for name, shown in shows(hostile).items():
        assert {"script", "img"}.isdisjoint(Page(shown).tags), name
        assert EVIL not in shown, name
        assert "\u202e" not in shown, name
    assert "window.hacked" in Page(shows(hostile)["asked"]).text


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_hostile_names_do_no_harm_in_a_browser(
    hostile: Graph, browser: Browser, tmp_path: Path, width: int, dark: bool
) -> None:
    around = "background:#111;color:#eee" if dark else "background:#fff;color:#111"
    head = '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head += f'<link rel="icon" href="data:,"><body style="{around}">'
    for name, shown in shows(hostile).items():
        page = tmp_path / f"{name}.html"
        page.write_text(shown if shown.startswith("<!DOCTYPE") else head + shown, "utf-8")
        browser.open(page, width, dark=dark)
        assert browser.evaluate("window.hacked") is None, name
        assert browser.requests == [page.as_uri()], name
        assert browser.complaints == [], name
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, name
        colours = browser.evaluate("[...document.querySelectorAll('bdi')].map(e => getComputedStyle(e).color)")
        assert len({_light(colour) for colour in colours}) == 1, name
        assert _light(colours[0]) is dark, name


def _light(colour: str) -> bool:
    """Whether a colour ("rgb(1, 2, 3)") is nearer to white than to black."""
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) > 3 * 127


def test_latex_in_names_and_titles_is_text_for_readers_and_raw_in_json() -> None:
    row = Row("900-01", "paper:1", r"SD$^2$: Fr\'echet Gates", ("900-01",), 1.0, (), name="SD$^2$ 2024")
    of_papers = Answer("?", Query(), (row,))
    of_things = replace(of_papers, table=Grid(("technique",), (Line(("MEGS$^{2}$",), ("900-01",)),)))
    for form in ("md", "html", "csv"):
        shown = render(of_papers, form) + render(of_things, form)
        assert "MEGS²" in shown
        assert "SD²" in shown
        assert "Fréchet Gates" in shown
        assert "$^" not in shown
    shown = str(replace(of_papers, print=terminal.text)) + str(replace(of_things, print=terminal.text))
    assert "SD² 2024" in shown
    assert "$^" not in shown
    assert "SD$^2$" in json.loads(render(of_papers, "json"))["papers"][0]["title"]
