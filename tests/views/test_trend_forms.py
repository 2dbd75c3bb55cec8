"""A trend as table, CSV, picture and page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kg.api import Graph
from kg.views.columns import width
from kg.views.trends import FORMS, Trend, trend
from kg.views.trends.collected import Collected
from kg.views.trends.trend_tables import aligned, text

from .browser import Browser
from .counted import made
from .hostile import FORMULA


def test_csv_has_intervals_and_no_formula(built: Graph, hostile: Graph) -> None:
    rows = list(csv.DictReader(io.StringIO(str(trend(built, "topic", "report").render("csv")))))
    assert list(rows[0]) == ["label", "concept", "period", "papers", "corpus", "share", "low", "high"]
    assert sum(int(row["corpus"]) for row in rows[:5]) == 133
    assert all(float(row["low"]) <= float(row["share"]) <= float(row["high"]) for row in rows)
    evil = list(csv.reader(io.StringIO(str(trend(hostile, "technique", "report").render("csv")))))
    assert f"'{FORMULA}" in {cell for row in evil for cell in row}
    assert not [cell for row in evil for cell in row if cell.startswith("=")]


def test_table_lines_up_chinese(built: Graph) -> None:
    found = trend(built, "topic", "report", lang="zh")
    lines = text(found, 5).splitlines()[2:9]
    assert len({width(line) for line in lines}) == 1
    assert "全部论文" in lines[6]
    assert len({width(line) for line in aligned([["量化", "1"], ["x" * 90, "22"]])}) == 1


@pytest.mark.parametrize("form", ["png", "svg"])
def test_pictures_are_the_same_on_every_run(built: Graph, form: str) -> None:
    picture = trend(built, "topic", "day", lang="zh").render(form)
    assert isinstance(picture, bytes)
    assert picture.startswith(b"\x89PNG" if form == "png" else b"<?xml")
    assert picture == trend(built, "topic", "day", lang="zh").render(form)
    assert len(set(picture)) > 60


def test_pictures_of_hostile_names_and_of_no_papers_are_drawn(built: Graph, hostile: Graph) -> None:
    for of in ("technique", "problem", "hardware"):
        picture = trend(hostile, of, "report").render("svg")
        assert isinstance(picture, bytes)
        assert b"<script" not in picture
        assert b"onerror=" not in picture.replace(b"&quot;", b'"').split(b"-->")[-1]
        assert "\u202e".encode() not in picture
    nothing = trend(built, "topic", "month", "papers on underwater basket weaving zzz")
    for form in ("png", "svg", "html", "csv", "json"):
        assert nothing.render(form)
    assert nothing.render("txt") == "no papers\n"


@pytest.mark.parametrize("over", ["year", "venue-year"])
@pytest.mark.parametrize("width_", [1280, 390])
def test_the_page_is_read_and_used(tmp_path: Path, browser: Browser, over: str, width_: int) -> None:
    labels = {f"label {n}": [10 + n, 20 + n, 30, 10, 12, 30 + 2 * n] for n in range(14)}
    page = made(labels, [200] * 6, over, lang="zh").save(tmp_path / "trend.html")
    browser.open(page, width_)
    assert not browser.complaints
    assert [url for url in browser.requests if not url.startswith(("data:", page.resolve().as_uri()))] == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width_
    assert browser.evaluate("document.querySelectorAll('#charts figure svg').length") == 12
    box = "document.querySelector(s).getBoundingClientRect()"
    click = f"((s) => {{ const b = {box}; return [b.x + b.width / 2, b.y + b.height / 2] }})"
    browser.click(*browser.evaluate(f"{click}('[data-share=\"1\"]')"))
    assert "%" in browser.evaluate("document.querySelector('#charts svg text').textContent")
    assert "%" in browser.evaluate("document.querySelector('#figures tbody td:last-child').textContent")
    assert "占比" in browser.evaluate("document.querySelector('h1 .zh').textContent")
    browser.click(*browser.evaluate(f"{click}('[data-apart=\"0\"]')"))
    facets = 2 if over == "venue-year" else 1
    assert browser.evaluate("document.querySelectorAll('#charts .facets svg').length") == facets
    browser.click(*browser.evaluate(f"{click}('#clear')"))
    assert browser.evaluate("document.querySelectorAll('#charts svg').length") == 0
    browser.click(*browser.evaluate(f"{click}('#labels button:nth-child(2)')"))
    browser.evaluate("document.querySelector('#charts svg').scrollIntoView({block: 'center'})")
    browser.click(*browser.evaluate(f"{click}('#charts svg')"))
    tip = browser.evaluate("document.querySelector('#tip').hidden ? '' : document.querySelector('#tip').textContent")
    assert "/ 200" in tip
    assert "[" in tip
    browser.evaluate("scrollTo(0, 0)")
    browser.click(*browser.evaluate(f"{click}('#language')"))
    assert browser.evaluate("getComputedStyle(document.querySelector('h1 .zh')).display") == "none"
    assert not browser.complaints


def test_a_page_of_hostile_names_does_no_harm(tmp_path: Path, browser: Browser, hostile: Graph) -> None:
    for of in ("technique", "problem", "hardware"):
        page = trend(hostile, of, "report").save(tmp_path / f"{of}.html")
        browser.open(page, 390)
        assert not browser.complaints
        assert not browser.evaluate("window.hacked")
        assert browser.evaluate("document.documentElement.scrollWidth") <= 390
        assert "\u202e" not in page.read_text()


def test_of_many_venues_those_of_the_most_papers_are_drawn(tmp_path: Path, browser: Browser) -> None:
    found = Collected(names={"x": {"en": "x"}})
    for venue in range(30):
        for year in (2023, 2024, 2025):
            papers = 40 if venue % 5 == 4 else 2
            found.things += [(len(found.papers) + at, "x") for at in range(papers // 2)]
            found.papers += [f"{venue}-{year}-{at}" for at in range(papers)]
            found.periods += [(f"Venue {venue:02} {year}",)] * papers
    one = Trend(found, "topic", "venue-year", forms=FORMS)
    assert {f"Venue {venue:02}" for venue in range(4, 30, 5)} < set(one.venues)
    assert len(one.venues) == 8
    browser.open(one.save(tmp_path / "t.html"), 1280)
    assert not browser.complaints
    assert "the 8 of 30 venues with the most papers" in browser.evaluate("document.querySelector('.scope').textContent")
    legend = browser.evaluate("document.querySelector('#charts').firstElementChild.textContent")
    assert all(venue in legend for venue in one.venues)
    assert "Venue 29" in legend
    assert "Venue 03" not in legend
    assert one.render("png")


def test_a_notebook_shows_the_page(built: Graph) -> None:
    assert trend(built)._repr_html_().startswith("<iframe")


def test_line_ends_and_scales_are_of_whole_periods(tmp_path: Path, browser: Browser) -> None:
    found = Collected(names={"up": {"en": "up"}}, first="2025-01-01", last="2025-08-02")
    for n, count in enumerate([4, 5, 4, 5, 4, 5, 4, 20], 1):
        found.things += [(len(found.papers) + at, "up") for at in range(count)]
        found.papers += [f"{n}-{at}" for at in range(20)]
        found.periods += [(f"2025-{n:02}",)] * 20
    one = Trend(found, "topic", "month", forms=FORMS, compare=["up"])
    browser.open(one.save(tmp_path / "t.html"), 1280)
    assert not browser.complaints
    ends = "[...document.querySelectorAll('#charts svg text')].map((t) => t.textContent).join('|')"
    assert "20.0% · 2025-07" in browser.evaluate(ends)
    assert browser.evaluate("document.querySelectorAll('#corpus rect.part').length") == 1
    at_the_edge = "document.querySelectorAll('#charts path[style^=\"fill:none;stroke:\"][d$=Z]').length"
    assert browser.evaluate(at_the_edge) == 1
    assert one.render("png")


def test_chips_show_which_labels_are_drawn(tmp_path: Path, browser: Browser) -> None:
    labels = {f"label {n}": [10 + n, 20 + n, 30, 10, 12, 30 + 2 * n] for n in range(12)}
    browser.open(made(labels, [200] * 6).save(tmp_path / "t.html"), 1280)
    pressed = "[...document.querySelectorAll('#labels button')].map((b) => b.getAttribute('aria-pressed'))"
    assert browser.evaluate(pressed) == ["true"] * 12
    browser.evaluate("document.querySelector('[data-apart=\"0\"]').click()")
    assert browser.evaluate(pressed) == ["true"] * 8 + ["mixed"] * 4
    assert "Of 12 chosen labels the first 8" in browser.evaluate("document.querySelector('#said').textContent")
