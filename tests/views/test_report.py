"""Reports as Markdown, HTML and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import kg
from kg.api import Graph
from kg.views.selection import Selection
from kg.views.trends import trend

from .browser import Browser
from .hostile import EVIL
from .pages import Page

TOPIC = "KV cache compression"
GOLD = Path(__file__).parent.parent.parent / "data" / "gold" / "dev.jsonl"


def _data(graph: Graph, selection: str = TOPIC, lang: str = "en") -> dict[str, Any]:
    return dict(json.loads(str(graph.report(selection, lang).render("json"))))


def _rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row for group in data[name]["groups"] for row in group["rows"]]


def test_topic_report_cites_a_paper_in_every_line(built: Graph) -> None:
    data = _data(built)
    cited = {entry for row in _rows(data, "bibliography") for entry in row["entries"]}
    assert {"002-22", "004-16"} <= cited
    assert data["papers"] + data["mentioning"] == len(_rows(data, "bibliography"))
    assert data["papers"] == len(_rows(data, "methods"))
    assert data["sections"][:3] == ["overview", "families", "methods"]
    assert data["sections"][-1] == "bibliography"
    for name in data["sections"]:
        rows = _rows(data, name) if "groups" in data[name] else data[name]["rows"]
        assert rows or name in ("results", "limits"), name
        assert all(name == "chart" or (row["papers"] and set(row["papers"]) <= cited) for row in rows), name


def test_report_names_the_papers_that_annotators_gave_the_topic(built: Graph) -> None:
    lines = map(json.loads, GOLD.read_text("utf-8").splitlines())
    wanted = {paper["id"] for paper in lines if "kv-cache-compression" in paper["topics"]}
    assert len(wanted) == 4
    data = _data(built)
    assert wanted <= {entry for row in _rows(data, "bibliography") for entry in row["entries"]}
    assert data["papers"] <= 20


def test_results_quote_the_raw_text_at_their_place(built: Graph) -> None:
    rows = [row for row in _rows(_data(built, ""), "families") if row["value"]]
    assert len(rows) >= 6
    for row in rows:
        (quote,) = row["quote"]
        document = next(d for d, _ in built.paper(quote["entry"]).entries if d.id == quote["entry"])
        raw = document.texts[quote["field"]].raw[quote["start"] : quote["end"]]
        assert " ".join(raw.split()) == quote["quote"]
        assert quote["quote"] in quote["sentence"]


@pytest.mark.parametrize("form", ["md", "html", "json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_two_runs_give_the_same_bytes(built: Graph, form: str, lang: str) -> None:
    assert built.report(TOPIC, lang).render(form) == built.report(TOPIC, lang).render(form)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_forms_carry_the_same(built: Graph, lang: str) -> None:
    view, data = built.report(TOPIC, lang), _data(built, lang=lang)
    page = re.sub(r"<[^>]+>", "", str(view.render("html")).replace("&#39;", "'").replace("&amp;", "&"))
    text = str(view.render("md")).replace("\\", "")
    for name in data["sections"]:
        assert data[name]["title"] in page
        assert f"## {data[name]['title']}" in text
    said = [row["value"] for row in _rows(data, "results")]
    said += [row["technique"]["label"] for row in _rows(data, "families")]
    said += [row["title"] for row in _rows(data, "bibliography")]
    for line in said:
        assert line in page
        assert line in text


def test_html_loads_nothing_and_links_inside_itself(built: Graph) -> None:
    page = Page(str(built.report(TOPIC, "zh").render("html")))
    assert not [attrs for tag, attrs in page.elements if tag in ("img", "iframe", "object") or "src" in attrs]
    assert [attrs["href"] for tag, attrs in page.elements if tag == "link"] == ["data:,"]
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    links = [str(attrs["href"]) for tag, attrs in page.elements if tag == "a"]
    inside = {unquote(link[1:]) for link in links if link.startswith("#")}
    assert inside
    assert inside <= ids


def test_a_line_does_not_lead_to_itself(built: Graph) -> None:
    page = str(built.report("KV cache compression").render("html"))
    assert re.search(r'<tr id="c-technique:[^"]+"><th[^>]*><bdi>', page)
    assert not re.search(r'<tr id="c-([^"]+)"><th[^>]*><a href="#c-', page)


def test_hostile_names_stay_text_in_html(hostile: Graph) -> None:
    text = str(hostile.report().render("html"))
    assert EVIL not in text
    page = Page(text)
    assert [tag for tag, _ in page.elements if tag in ("script", "img")] == ["script"]
    assert not [attrs for _, attrs in page.elements if str(attrs.get("href")).startswith("javascript")]
    assert "\u202e" not in text


def test_hostile_names_stay_text_in_markdown(hostile: Graph) -> None:
    text = str(hostile.report().render("md"))
    assert not re.search(r"(?<!\\)<(?!a id=|/a>)", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    heads = [at for at, line in enumerate(tables) if set(line) <= set("|-:")]
    assert heads
    for start, end in zip(heads, [at - 1 for at in heads[1:]] + [len(tables)], strict=True):
        assert len(set(columns[start - 1 : end])) == 1
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "\u202e" not in text


def test_hostile_names_stay_data_in_json(hostile: Graph) -> None:
    data = _data(hostile, "")
    assert not _rows(data, "families")  # a family has several papers
    assert data["called"][hostile.entries()[0]]["name"] == EVIL
    assert not _rows(data, "bibliography")[0]["code"]


def test_a_venue_with_its_year_has_no_second_year(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    lines = [
        {"id": "p1", "title": "Gates", "venue": "DUSK 2026", "year": 2025},
        {"id": "p2", "title": "Masks", "year": 2025},
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        assert sorted(row["published"] for row in _rows(_data(graph, ""), "bibliography")) == ["2025", "DUSK 2026"]


def test_a_selection_without_papers_says_so(built: Graph) -> None:
    view = built.report("papers on underwater basket weaving zzz")
    assert view.papers == 0
    assert "no paper" in str(view.render("md"))
    assert "no paper" in str(view.render("html"))


def test_cut_tables_say_what_they_leave_out(built: Graph, tmp_path: Path) -> None:
    layout = tmp_path / "few.yml"
    layout.write_text("sections:\n  - wins:\n      most: 3\n")
    view = built.report(layout=layout)
    table = json.loads(str(view.render("json")))["wins"]
    assert table["shown"] == 3 < table["all"]
    assert f"3 of {table['all']}" in table["left_out"]
    assert table["left_out"] in str(view.render("html"))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_html_opens_quietly_and_fits(
    built: Graph, browser: Browser, tmp_path: Path, lang: str, width: int, dark: bool
) -> None:
    page = built.report(TOPIC, lang).save(tmp_path / "report.html")
    browser.open(page, width, dark=dark)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is not dark
    assert browser.evaluate(_CUT) == []
    boxes = "[...document.querySelectorAll('.wide')]"  # no window within the window, and the last column is seen
    assert browser.evaluate(f"{boxes}.filter(e => e.scrollHeight > e.clientHeight + 1).length") == 0
    if width == 1280:
        assert browser.evaluate(f"{boxes}.filter(e => e.scrollWidth > e.clientWidth).length") == 0


#: Cells whose text is wider than they are.
_CUT = """[...document.querySelectorAll('td, th, li, p, h1, h2')].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline' && e.clientWidth > 0)
  .map(e => e.textContent.slice(0, 80))"""


def test_the_table_of_the_page_sorts_filters_and_unfolds(built: Graph, browser: Browser, tmp_path: Path) -> None:
    page = built.report(TOPIC).save(tmp_path / "report.html")
    browser.open(page, 390, 844)
    does = "[...document.querySelectorAll('#table tbody:not([hidden]) td.c-technique')].map(e => e.innerText)"
    orders = []
    for _ in range(2):
        browser.evaluate("document.querySelector('th.c-technique button').click()")
        orders.append([text for text in browser.evaluate(does) if text])
    assert len(orders[0]) > 1
    assert orders[0] == orders[1][::-1] != orders[1]
    browser.evaluate("document.getElementById('filter').focus()")
    browser.type("gui-kv", enter=False)
    assert len(browser.evaluate(does)) == 1
    assert browser.evaluate("document.getElementById('shown').innerText").startswith("1 of ")
    assert not browser.evaluate("document.getElementById('bibliography').open")
    browser.evaluate("document.querySelector('#table tbody:not([hidden]) a.cite').click()")
    assert browser.evaluate("document.getElementById('bibliography').open")
    dead = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a =>"
    assert browser.evaluate(f"{dead} !document.getElementById(decodeURIComponent(a.hash.slice(1)))).length") == 0


@pytest.mark.parametrize(("topic", "lang"), [(TOPIC, "en"), ("LLM", "zh")])
def test_quotes_and_lists_unfold_within_the_page(
    built: Graph, browser: Browser, tmp_path: Path, topic: str, lang: str
) -> None:
    page = built.report(topic, lang).save(tmp_path / "report.html")
    folded, wide = "[...document.querySelectorAll('.fold tr.said p')]", "[...document.querySelectorAll('.wide')]"
    for width, least in ((1280, 200), (390, 300)):
        browser.open(page, width)
        browser.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        assert browser.evaluate(f"Math.min(...{folded}.map(e => e.clientWidth))") > least
        assert browser.evaluate(f"{wide}.filter(e => e.scrollWidth > e.clientWidth).length") == 0


@pytest.mark.parametrize("view", ["report", "trends"])
def test_no_space_stands_behind_a_chinese_full_stop(built: Graph, view: str) -> None:
    html = str((trend(built, lang="zh") if view == "trends" else getattr(built, view)(lang="zh")).render("html"))
    assert "。" in html
    assert re.findall(r"\S*。(?:</\w+>)* (?!</)\S*", html) == []


def test_hostile_report_fits_a_phone(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    page = hostile.report().save(tmp_path / "report.html")
    browser.open(page, 390)
    assert browser.complaints == []
    assert browser.evaluate("window.hacked") is None
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_topic_is_called_so_in_the_language_of_the_report(built: Graph) -> None:
    assert str(built.report("KV cache compression", lang="zh").render("md")).startswith("# 专题报告：KV缓存压缩\n")
    assert str(built.report("KV缓存压缩").render("md")).startswith("# Report: KV cache compression\n")
    assert Selection(built, "tree search", "zh").name == "树搜索"  # no topic, but in the vocabulary
