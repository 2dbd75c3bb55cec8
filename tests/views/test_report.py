"""Reports as Markdown, HTML and JSON."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kg.api import Graph
from kg.views.selection import Selection

from .browser import Browser
from .hostile import EVIL

TOPIC = "KV cache compression"


class _Page(HTMLParser):
    """The tags of a page with their attributes, and the links inside it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_topic_report_cites_a_paper_in_every_line(built: Graph) -> None:
    data = json.loads(str(built.report(TOPIC).render("json")))
    cited = {entry for row in data["bibliography"] for entry in row["entries"]}
    assert {"002-22", "004-16"} <= cited
    assert data["papers"] == len(data["bibliography"]) == len(data["briefs"])
    rows = [*data["techniques"], *data["institutions"], *data["technique_problem"]["rows"]]
    assert rows
    assert all(row["papers"] and set(row["papers"]) <= cited for row in rows)
    assert all(row["paper"] in cited for row in data["results"])


def test_results_quote_the_raw_text_at_their_place(built: Graph) -> None:
    rows = json.loads(str(built.report(TOPIC).render("json")))["results"]
    assert len(rows) >= 12
    for row in rows:
        document = next(d for d, _ in built.paper(row["entry"]).entries if d.id == row["entry"])
        assert " ".join(document.texts[row["field"]].raw[row["start"] : row["end"]].split()) == row["quote"]


@pytest.mark.parametrize("form", ["md", "html", "json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_two_runs_give_the_same_bytes(built: Graph, form: str, lang: str) -> None:
    assert built.report(TOPIC, lang).render(form) == built.report(TOPIC, lang).render(form)


def test_support_counts_papers_that_share_no_institution(built: Graph) -> None:
    shown = Selection(built, "", "en")
    papers = shown.papers
    unknown = [paper for paper in papers if not shown.institutions(paper)]
    known = [paper for paper in papers if shown.institutions(paper)]
    assert shown.support(unknown[:3]) == 1
    assert shown.support([known[0], known[0]]) == 1
    assert shown.support([known[0], unknown[0], unknown[1]]) == 2
    taken: list[set[str]] = []
    for paper in sorted(known, key=lambda p: (shown.date(p), p.id)):
        if all(not shown.institutions(paper) & other for other in taken):
            taken.append(shown.institutions(paper))
    assert shown.support(known) == len(taken)


def test_html_loads_nothing_and_links_inside_itself(built: Graph) -> None:
    page = _Page(str(built.report(TOPIC, "zh").render("html")))
    assert not [attrs for tag, attrs in page.tags if tag in ("script", "img", "iframe", "object") or "src" in attrs]
    assert [attrs["href"] for tag, attrs in page.tags if tag == "link"] == ["data:,"]
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    inside = {str(attrs["href"])[1:] for tag, attrs in page.tags if tag == "a" and str(attrs["href"]).startswith("#")}
    assert inside
    assert inside <= ids


def test_hostile_names_stay_text_in_html(hostile: Graph) -> None:
    text = str(hostile.report().render("html"))
    assert EVIL not in text
    page = _Page(text)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img"})
    assert not [attrs for _, attrs in page.tags if str(attrs.get("href")).startswith("javascript")]
    assert "\u202e" not in text


def test_hostile_names_stay_text_in_markdown(hostile: Graph) -> None:
    text = str(hostile.report().render("md"))
    assert not re.search(r"(?<!\\)<(?!a id=|/a>)", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    assert {5 + 1, 8 + 1} <= set(columns)
    assert not re.search(r"(?<!\\)\]\(javascript", text)


def test_a_selection_without_papers_says_so(built: Graph) -> None:
    view = built.report("papers on underwater basket weaving zzz")
    assert view.papers == 0
    assert "no paper" in str(view.render("md"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_html_opens_quietly_and_fits(built: Graph, browser: Browser, tmp_path: Path, lang: str, width: int) -> None:
    page = built.report(TOPIC, lang).save(tmp_path / "report.html")
    browser.open(page, width)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_report_fits_a_phone(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    page = hostile.report().save(tmp_path / "report.html")
    browser.open(page, 390)
    assert browser.complaints == []
    assert browser.evaluate("window.hacked") is None
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
