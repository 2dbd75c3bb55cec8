"""The quality page as HTML and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.link.overrides import Overrides
from kg.model import Document, KgError, Text
from kg.views.quality import MOST, kind_of, odd_values, quality

from .browser import Browser

PAPER = {
    "id": "p-1",
    "title": "ACCELERATING LOWRANK CACHES FOR LARGE MODELS",
    "abstract": "We use lowrank caches.",
    "institutions": ["Northeastern University", "Qwfp Zxcv Institute of Nothing"],
    "year": 2024,
}


def data(graph: Graph, lang: str = "en") -> dict[str, Any]:
    return json.loads(str(quality(graph, lang).render("json")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A graph of two files with one paper in common, one of them with a line that is no paper."""
    folder = tmp_path_factory.mktemp("quality")
    other = PAPER | {"id": "q-1", "doi": "10.1000/1"}
    (folder / "one.jsonl").write_text(json.dumps(PAPER | {"doi": "10.1000/1"}) + "\n{}\n")
    (folder / "two.jsonl").write_text(json.dumps(other) + "\n")
    graph = kg.open(str(folder / "small.kg"), create=True)
    graph.add(folder / "one.jsonl", folder / "two.jsonl", fast=True)
    return graph


def test_page_tells_repairs_slots_institutions_and_readings(small: Graph) -> None:
    page = data(small)
    assert (page["papers"], page["entries"], page["sources"]) == (1, 2, 2)
    assert [row["entry"] for row in page["repaired"]] == ["p-1", "q-1"]
    assert {"kind": "Broken words in the abstract were mended.", "count": 2} in page["repairs"]
    [empty] = page["empty"]
    assert empty["entries"] == ["p-1", "q-1"]
    assert {"authors", "results"} <= set(empty["slots"])
    assert page["empty_slots"]["authors"] == 1
    assert page["readings"] == {"fast": ["p-1", "q-1"]}
    assert {(row["entry"], row["what"]) for row in page["odd"]} == {(e, "short_abstract") for e in ("p-1", "q-1")}
    assert [one["entry"] for one in page["shared"][0]["entries"]] == ["p-1", "q-1"]


def test_unmatched_names_come_with_organisations_that_overrides_settle(small: Graph, tmp_path: Path) -> None:
    page = data(small)
    found = {row["name"]: row for row in page["unmatched"]}
    north = found["Northeastern University"]
    assert (north["count"], north["entries"]) == (2, ["p-1", "q-1"])
    assert {one["name"] for one in north["suggestions"] if one["has_name"]} >= {"Northeastern University (China)"}
    chosen = north["suggestions"][0]
    lines = page["overrides"].splitlines()
    wanted = [line for line in lines if chosen["concept"] in line and "Northeastern University" in line]
    file = tmp_path / "overrides.ttl"
    file.write_text(page["overrides"])
    assert not Overrides.read([file]).names
    file.write_text(page["overrides"].replace(wanted[0], wanted[0].removeprefix("# ")))
    assert list(Overrides.read([file]).names.values()) == [chosen["concept"]]


def test_what_a_source_graph_says_was_left_out_is_told(small: Graph, tmp_path: Path) -> None:
    small.backup(tmp_path / "copy.kg")
    with kg.open(str(tmp_path / "copy.kg"), create=True) as copy:
        said = tuple(f"line {n} was skipped: <b>it is no paper</b>." for n in (10, 9))
        copy.store.put_source(replace(copy.store.source("two"), skipped=said))
        rows = {row["source"]: row["said"] for row in data(copy)["unread"]}
        assert rows["two"] == [f"line {n} was skipped: <b>it is no paper</b>." for n in (9, 10)]
        page = str(quality(copy).render("html"))
        assert "<b>it is" not in page
        assert "&lt;b&gt;it is no paper" in page


def test_two_runs_give_the_same_bytes(small: Graph) -> None:
    for lang in ("en", "zh"):
        for form in ("html", "json"):
            assert quality(small, lang).render(form) == quality(small, lang).render(form)
    with pytest.raises(KgError, match="no form"):
        quality(small).render("csv")


def test_reports_have_repairs_and_few_unmatched_institutions(built: Graph) -> None:
    page = data(built)
    assert (page["papers"], page["entries"]) == (133, 133)
    assert page["readings"] == {"full": built.entries()}
    assert len(page["repaired"]) > 80
    assert 0 < len(page["unmatched"]) < 15
    assert {row["annotation"] for row in page["confidence"]} >= {"techniques", "problems", "results"}
    assert all(0 <= row["unsure"] <= row["all"] for row in page["confidence"])


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"texts": {"T": Text("t" * 301, "t" * 301)}}, ["long_title"]),
        ({"texts": {"A": Text("a" * 199, "a" * 199)}}, ["short_abstract"]),
        ({"texts": {"A": Text("", "")}}, []),
        ({"author_count": 0}, ["author_count"]),
        ({"author_count": 201}, ["author_count"]),
        ({"author_count": 200}, []),
        ({"date": "2026-01-02"}, ["future_date"]),
        ({"year": 2026}, ["future_date"]),
        ({"date": "2025-10"}, []),
        ({"date": "2025-10-14"}, ["future_date"]),
        ({"year": 2025}, []),
    ],
)
def test_unlikely_values_are_named(values: dict[str, Any], wanted: list[str]) -> None:
    document = replace(Document("x", "x", 1, {}), **values)
    assert [what for what, _ in odd_values(document, "2025-10-13T09:00:00")] == wanted


def test_repairs_of_one_kind_differ_in_their_examples_only() -> None:
    one, other = ('Broken words in the title were mended: "a-b".', 'Broken words in the title were mended: "c", "d".')
    assert kind_of(one) == kind_of(other) == "Broken words in the title were mended."
    assert kind_of('"Preprint" before the title was removed.') == "“…” before the title was removed."


def test_page_of_an_empty_graph_says_so(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "empty.kg"), create=True) as graph:
        assert quality(graph).papers == 0
        assert "None." in str(quality(graph).render("html"))


def test_long_tables_say_what_they_leave_out(small: Graph) -> None:
    from kg.views.quality import contents
    from kg.views.render import render

    page = json.loads(str(quality(small).render("json")))
    page["repaired"] *= MOST
    html = render("quality.html.jinja", "en", page=page, most=MOST, slots=("title",))
    assert f"{MOST} of {2 * MOST} are shown" in html
    assert contents.__doc__


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 400])
def test_page_opens_without_network_or_complaint(
    built: Graph, browser: Browser, tmp_path: Path, lang: str, width: int
) -> None:
    file = quality(built, lang).save(tmp_path / "quality.html")
    browser.open(file, width=width)
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    assert browser.evaluate("document.querySelectorAll('section').length") == 8
    assert browser.evaluate("document.querySelectorAll('#repairs tbody tr').length") > 80
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    links = "[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.getAttribute('href')))"
    assert browser.evaluate(links)


def test_hostile_names_do_no_harm(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    file = quality(hostile).save(tmp_path / "evil.html")
    browser.open(file, width=400)
    assert browser.evaluate("window.hacked === undefined")
    assert browser.complaints == []
    assert browser.evaluate("document.querySelectorAll('script, img').length") == 0
    assert "\u202e" not in file.read_text()
    snippet = tmp_path / "overrides.ttl"
    snippet.write_text(data(hostile)["overrides"])
    assert not Overrides.read([snippet]).names
