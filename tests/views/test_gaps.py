"""Combinations likely next: a made graph in which the next ones are known, what counts, and what is said of nothing."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gaps import table, tried
from typer.testing import CliRunner

import kg
from kg.api import Graph
from kg.cli import application
from kg.model import KgError
from kg.query.statistics import difference
from kg.views.gaps import gap_evidence
from kg.views.gaps.combined import Field, Past, day_of
from kg.views.gaps.forecast import Candidates, Forecast, Trial, fitted, listed
from kg.views.gaps.gap_evidence import Texts
from kg.vocabulary import Concept, Vocabulary

from .browser import Browser
from .hostile import EVIL, FORMULA

FIELDS, EACH, BEGIN, DAYS, PAPERS = 3, 8, date(2024, 1, 1), 450, 300


@cache
def alone(kind: str, number: int) -> list[Concept]:
    """Concepts whose label is read as themselves, no two of which share a word or a wider concept."""
    known, out, taken = Vocabulary.load(), [], set[str]()
    for one in sorted(known.concepts.values(), key=lambda one: one.curie):
        label = one.label.get("en", "")
        own = {*label.lower().replace("-", " ").split(), *known.broader(one.curie), one.curie}
        said = [match.concept for match in known.match(f"We use {label} here.")]
        if one.type == kind and said == [one.curie] and label.islower() and not own & taken:
            out.append(one)
            taken |= own
        if len(out) == number:
            break
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Papers of three fields, each of two techniques and a task of its field; the last one wishes the page ill."""
    techniques, tasks = alone("technique", FIELDS * EACH), alone("task", FIELDS * EACH)
    draw, rows = random.Random(7), []
    for number in range(PAPERS):
        at = draw.randrange(FIELDS) * EACH
        one, other = draw.sample(techniques[at : at + EACH], 2)
        task = draw.choice(tasks[at : at + EACH])
        labels = [concept.label["en"] for concept in (one, other, task)]
        day = BEGIN + timedelta(days=number * DAYS // PAPERS)
        ill = f" {EVIL} {FORMULA}" if number >= PAPERS - EACH else ""
        abstract = f"We use {labels[0]} with {labels[1]} for {labels[2]}.{ill}"
        rows.append({"id": f"p{number:03}", "title": f"Paper {number}{ill}", "abstract": abstract, "date": str(day)})
    folder = tmp_path_factory.mktemp("made")
    (folder / "made.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with kg.open(str(folder / "made.kg"), create=True) as graph:
        graph.add(folder / "made.jsonl", fast=True)
        yield graph


def told(graph: Graph, selection: str = "", **options: Any) -> dict[str, Any]:
    return json.loads(graph.gaps(selection, **options).render("json"))


def field_of(concept: str) -> int:
    named = [one.curie for kind in ("technique", "task") for one in alone(kind, FIELDS * EACH)]
    return named.index(concept) % (FIELDS * EACH) // EACH


def test_the_missing_combinations_of_a_field_come_first(made: Graph) -> None:
    data = told(made)
    inside = [len({field_of(side["concept"]) for side in row["sides"]}) == 1 for row in data["rows"]]
    assert sum(inside) >= 5
    assert inside == sorted(inside, reverse=True)
    chance = [row["chance"] for row in data["rows"]]
    assert chance == sorted(chance, reverse=True)
    assert chance[sum(inside) - 1] > 5 * chance[sum(inside)]
    tried = data["tried"]
    assert tried["came"] > tried["popular"] + 2
    assert tried["random"] < 1


def test_each_combination_shows_its_evidence_and_no_paper_has_it(made: Graph) -> None:
    having = {row["sides"][0]["concept"] + row["sides"][1]["concept"] for row in told(made)["rows"]}
    for row in told(made)["rows"]:
        one, other = ({*made.papers_with(side["concept"])} for side in row["sides"])
        assert not one & other
        for side in row["sides"]:
            assert side["papers"] >= side["recent"] + side["before"] > 0
            assert all(quote["words"] in quote["sentence"] and quote["paper"]["date"] for quote in side["quotes"])
        for near in row["neighbours"]:
            both = {*made.papers_with(near["concept"])} & {*made.papers_with(near["with"])}
            assert 1 <= near["papers"] <= len(both)  # of these some only mention a technique
            assert near["paper"]["entry"] in both
            assert near["like"] in {side["concept"] for side in row["sides"]}
    assert len(having) == len(told(made)["rows"])


def test_what_came_since_a_day_is_shown_and_changes_nothing(made: Graph, tmp_path: Path) -> None:
    data = told(made, until="2025-01")
    came = [row for row in data["rows"] if row["came"]]
    assert data["is_past"]
    assert len(came) >= 5
    for row in came:
        both = set.intersection(*({*made.papers_with(side["concept"])} for side in row["sides"]))
        assert {paper["entry"] for paper in row["came"]} == both
        assert min(paper["date"] for paper in row["came"]) >= "2025-01-01"
    made.backup(tmp_path / "then.kg")
    with kg.open(str(tmp_path / "then.kg"), create=True) as then:
        then.remove(*(entry for entry in then.entries() if then.paper(entry).entries[0][0].date >= "2025-01-01"))
        known = told(then, until="2025-01")
    for row in (*data["rows"], *known["rows"]):
        row["came"] = []
    assert known["rows"] == data["rows"]
    assert known["tried"] == data["tried"]


def test_a_topic_keeps_combinations_with_a_side_of_it(made: Graph) -> None:
    technique = told(made)["rows"][0]["sides"][0]
    data = told(made, technique["label"])
    assert data["selection"] == technique["label"]
    assert len(data["rows"]) > 3
    field, own = Field(made), [paper.id for paper in made.select(technique["label"])]
    belonging = field.belonging(own, int(field.day.max()) + 1)
    of_topic = {technique["concept"], *(one for one, is_own in zip(field.concepts, belonging, strict=True) if is_own)}
    assert all(of_topic & {side["concept"] for side in row["sides"]} for row in data["rows"])
    assert f"that {technique['label']} names, or of whose papers at least half" in str(made.gaps(technique["label"]))
    assert "at least half" not in str(made.gaps())


def test_papers_of_a_selection_are_quoted_first(made: Graph) -> None:
    row, last = told(made)["rows"][0], int(Field(made).day.max()) + 1
    concept = row["sides"][0]["concept"]
    oldest = min(map(made.paper, made.papers_with(concept)), key=lambda paper: (paper.entries[0][0].date, paper.id))
    for own, is_first in ((frozenset({oldest.id}), True), (frozenset(), False)):
        found = gap_evidence.side(Field(made), Field(made).at[concept], last, 90, own)
        assert (found["quotes"][0]["paper"] == oldest.id) is is_first


def test_rare_generic_and_wider_concepts_do_not_count(made: Graph) -> None:
    field, day = Field(made), date(2025, 6, 1).toordinal()
    past = Past.of(field, day)
    share = field.count(day)[past.concepts] / field.total(day)
    assert share.max() <= 0.1
    assert past.papers.min() >= 3
    common = {*np.flatnonzero(field.count(day) > 0.1 * field.total(day))}
    assert common
    assert not common & {*past.concepts}
    assert not past.is_open[field.kin[np.ix_(past.concepts, past.concepts)]].any()
    assert not past.is_open[past.combined > 0].any()


@pytest.mark.parametrize(("others", "is_new"), [(0, False), (20, True)])
def test_what_a_concept_nearly_is_has_its_combinations(tmp_path: Path, others: int, is_new: bool) -> None:
    said = ["post-training quantization"] * 4 + ["speculative decoding"] * 4
    said += ["quantization with speculative decoding"] + ["quantization"] * others + ["token merging"] * 90
    rows = [
        {"id": f"p{at}", "title": f"Paper {at}", "abstract": f"We use {one} here.", "date": f"2025-01-{1 + at % 28:02}"}
        for at, one in enumerate(said)
    ]
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with kg.open(str(tmp_path / "some.kg"), create=True) as graph:
        graph.add(tmp_path / "some.jsonl", fast=True)
        field = Field(graph)
        named = (Vocabulary.load().find(one, "technique") for one in (said[0], said[4]))
        low, high = (field.at[one.curie] for one in named if one)
        day = int(field.day.max()) + 1
        assert field.nearly_combined(field.count(day), field.combined(day))[low, high] != is_new
        assert not field.named(day)[low, high]


def test_a_label_in_the_text_of_a_paper_is_enough_not_to_be_new(made: Graph) -> None:
    field = Field(made)
    texts, low, high = Texts(field), int(field.day.min()), int(field.day.max()) + 1
    i, j = next((int(i), int(j)) for i, j in np.argwhere(field.combined(high) > 0) if not field.kin[i, j])
    assert texts.name(i, j, high)
    assert not texts.name(i, j, low)
    candidates = Candidates.of(field, high)
    order = listed(field, candidates, candidates.popular, 20)
    first = (int(candidates.one[order[0]]), int(candidates.other[order[0]]))
    assert order[0] not in listed(field, candidates, candidates.popular, 20, None, lambda *pair: pair == first)


def test_a_list_has_one_of_a_family_and_a_concept_three_times_at_most(made: Graph) -> None:
    field = Field(made)
    candidates = Candidates.of(field, int(field.day.max()) + 1)
    order = listed(field, candidates, candidates.popular, 20)
    sides = [*candidates.one[order], *candidates.other[order]]
    assert len(order) == 20
    assert max(map(sides.count, sides)) == 3


def test_weights_need_combinations_that_came(made: Graph) -> None:
    field = Field(made)
    forecast = Forecast(field, 91)
    candidates, came = forecast.after(date(2024, 12, 1).toordinal())
    assert fitted([(candidates, came)]) is not None
    assert fitted([(candidates, came * 0)]) is None
    assert forecast.trial(date(2024, 2, 1).toordinal(), 20) is None


def test_the_back_test_says_whether_it_beats_popularity(made: Graph) -> None:
    trials = tried(str(made.store.path), "2024-09", "2024-12")
    assert "- made: with 20 listed the method beats popularity (4 lists)" in table({"made": trials})
    for trial in trials[20]:
        trial.came.clear()
        trial.came.update(trial.popular)
    assert "- made: with 20 listed the method is no better" in table({"made": trials})


@pytest.mark.parametrize("both", [0, 12])
def test_what_both_lists_have_says_nothing_of_which_is_ahead(both: int) -> None:
    """Eight combinations of each list alone, of which five and one came: 5/8 - 1/8, and what both lists share."""
    came = {(0, at): int(at < 5) for at in range(8)}
    popular = {(1, at): int(at < 1) for at in range(8)}
    alone = [float(end) for end in difference(1, 8, 5, 8)]
    for shared_came in (0, 1):
        shared = {(2, at): shared_came for at in range(both)}
        ahead = Trial(0, 91, came | shared, popular | shared, [], 0.0).ahead()
        assert ahead == pytest.approx([end * 8 / (8 + both) for end in alone])
    assert Trial(0, 91, popular, popular, [], 0.0).ahead() == (0, 0)


def test_nothing_to_say_is_said(built: Graph, tmp_path: Path) -> None:
    for lang, words in (("en", "too short a time"), ("zh", "时间跨度太短")):
        view = built.gaps("", lang)
        assert view.papers == 0
        assert words in str(view)
        assert words in str(view.render("html"))
    with kg.open(str(tmp_path / "empty.kg"), create=True) as empty:
        assert "too short a time" in str(empty.gaps())
        assert told(empty)["rows"] == []


def test_nothing_likely_in_a_selection_is_said(made: Graph) -> None:
    assert "Nothing here looks likely" in str(made.gaps("p001"))


@pytest.mark.parametrize("until", ["soon", "2025", "2025-13", "2025-02-30"])
def test_a_day_that_is_none_is_refused(made: Graph, until: str) -> None:
    with pytest.raises(KgError, match="there is no such day"):
        made.gaps(until=until)


def test_dates_without_a_month_are_left_out() -> None:
    assert day_of("2025") is day_of("") is day_of("x") is None


def test_the_command_writes_every_form(made: Graph, tmp_path: Path) -> None:
    run = CliRunner().invoke
    for form in ("md", "html", "json", "csv"):
        done = run(
            application(["gaps", "show"]), ["gaps", "-g", str(made.store.path), "-o", str(tmp_path / f"g.{form}")]
        )
        assert (done.exit_code, (tmp_path / f"g.{form}").read_text("utf-8")) == (0, made.gaps().render(form))
    rows = list(csv.DictReader((tmp_path / "g.csv").open()))
    assert [row["technique_id"] for row in rows] == [row["sides"][0]["concept"] for row in told(made)["rows"]]
    assert run(application(["gaps", "show"]), ["gaps", "p001", "-g", str(made.store.path)]).exit_code == 1


@pytest.mark.parametrize(("lang", "width", "dark"), [("en", 1280, False), ("zh", 390, True)])
def test_the_page_is_safe_and_fits(
    made: Graph, browser: Browser, tmp_path: Path, lang: str, width: int, dark: bool
) -> None:
    page = made.gaps("", lang).save(tmp_path / "gaps.html")
    assert "&lt;/script&gt;" in page.read_text("utf-8")  # the papers that wish it ill are quoted
    browser.open(page, width, dark=dark)
    assert (browser.complaints, browser.requests) == ([], [page.resolve().as_uri()])
    assert browser.evaluate("window.hacked") is None
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    markdown = str(made.gaps("", lang))
    assert "<script" not in markdown
    assert "<img" not in markdown
