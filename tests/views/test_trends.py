"""Papers of each label by period, and what of it is more than chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kg
from kg.api import Graph
from kg.model import KgError
from kg.query.statistics import ShareChange, adjusted, difference, mantel_haenszel, trend_test, wilson
from kg.views import trends
from kg.views.trends import FORMS, Trend, trend
from kg.views.trends.collected import Collected
from kg.views.trends.trend_tables import text

from .counted import made, monthly

# What is counted


def test_counts_are_those_of_answers(built: Graph) -> None:
    frame = built.trends("topic", "report")
    assert frame["KV cache compression"].sum() == len(built.ask("KV cache compression", limit=0).rows)
    assert list(frame.index) == ["000", "001", "002", "003", "004"]
    assert sum(frame.attrs["corpus"].values()) == len(built.entries())


def test_techniques_count_where_they_or_a_kind_of_them_are_a_papers_own(built: Graph) -> None:
    frame = built.trends("technique", "month")
    concept = "technique:quantization"
    kinds = built.vocabulary.narrower(concept)
    assert len(kinds) > 3
    own = [
        paper
        for paper in built.papers()
        if any(m.concept in kinds and m.role in ("proposed", "used") for _, r in paper.entries for m in r.techniques)
    ]
    label = next(label for label, curie in frame.attrs["concepts"].items() if curie == concept)
    assert frame[label].sum() == len(own) > 0


@pytest.mark.parametrize(
    ("over", "periods"),
    [("day", ["2025-10-15", "2025-10-16", "2025-10-17"]), ("week", ["2025-W42"]), ("month", ["2025-10"])],
)
def test_periods_have_no_gaps(built: Graph, over: str, periods: list[str]) -> None:
    assert list(built.trends("topic", over).index) == periods


@pytest.mark.parametrize("of", trends.OF)
def test_everything_can_be_counted_in_both_languages(built: Graph, of: str) -> None:
    english, chinese = (trends.trends(built, of, "report", lang=lang) for lang in ("en", "zh"))
    assert english.to_numpy().sum() == chinese.to_numpy().sum() > 0
    assert english.columns.is_unique
    assert chinese.columns.is_unique


def test_a_question_chooses_the_papers(built: Graph) -> None:
    found = trend(built, "technique", "report", "KV cache compression")
    assert found.papers == len(built.select("KV cache compression"))
    assert trend(built, "technique", "report", "000-04").papers == 1
    assert trend(built, "topic", "month", "papers on underwater basket weaving zzz").papers == 0
    with pytest.raises(KgError, match="names nothing to choose papers by"):
        trend(built, "topic", "month", "what is the weather")


def test_papers_within_a_label_are_counted_alone(built: Graph) -> None:
    whole, part = (trend(built, "topic", "report", within=within) for within in ("", "量化"))
    assert part.papers == whole.frame["quantization"].sum()
    assert "quantization" not in part.frame
    with pytest.raises(KgError, match="No paper has the topic 'zzz'"):
        trend(built, "topic", "report", within="zzz")


def test_a_few_papers_far_from_all_others_in_time_are_left_out() -> None:
    found = made({"x": [1, 0, 0, 90, 90, 90]}, [1, 0, 0, 300, 300, 300])
    assert found.index == ["2023", "2024", "2025"]
    assert found.outside == 1
    assert "Left out: 1" in text(found)


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="choose one of"):
        built.trends("colour")
    with pytest.raises(KgError, match="choose one of"):
        built.trends("topic", "century")
    with pytest.raises(KgError, match="no form 'gif'"):
        trend(built).render("gif")
    with pytest.raises(KgError, match="did you mean"):
        trend(built, compare=["quantization zzz"])


# What the counts bear out


def test_intervals_are_those_of_the_literature() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857 (table I, method 3) and 17:873 (table II, method 10).
    for (k, n), ends in {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611)}.items():
        assert [float(end) for end in wilson(k, n)] == pytest.approx(ends, abs=6e-5)
    assert [float(end) for end in difference(48, 80, 56, 70)] == pytest.approx((0.0524, 0.3339), abs=6e-5)
    one = mantel_haenszel(*(np.array([[float(n)]]) for n in (48, 80, 56, 70)))
    assert [float(one[n][0]) for n in (1, 2)] == pytest.approx((0.0524, 0.3339), abs=6e-5)


def test_the_trend_test_is_that_of_the_literature() -> None:
    # Agresti, Categorical Data Analysis (2002), table 2.7: alcohol and malformation, z squared 6.57, scores 0..7.
    bad, good = np.array([48, 38, 5, 1, 1.0]), np.array([17066, 14464, 788, 126, 37.0])
    scores = np.array([0, 0.5, 1.5, 4, 7.0])
    z, p = trend_test(bad[:, None], bad + good, scores, np.zeros(5, int))
    assert z[0] ** 2 == pytest.approx(6.57, abs=0.01)
    assert p[0] == pytest.approx(0.0104, abs=0.0002)


def test_strata_are_tested_as_in_the_literature() -> None:
    # Bickel, Hammel and O'Connell 1975, Science 187:398: admissions by department, as R's UCBAdmissions has them.
    # mantelhaen.test(UCBAdmissions, correct = FALSE) says X-squared = 1.5246.
    women = [(89, 108), (17, 25), (202, 593), (131, 375), (94, 393), (24, 341)]
    men = [(512, 825), (353, 560), (120, 325), (138, 417), (53, 191), (22, 373)]
    counts, totals = (np.array([row[n] for row in (*women, *men)], float)[:, None] for n in (0, 1))
    z, _ = trend_test(counts, totals, np.repeat([0.0, 1.0], 6), np.tile(np.arange(6), 2), np.repeat([0, 1], 6))
    assert z[0] ** 2 == pytest.approx(1.5246, abs=1e-3)
    by, low, high = mantel_haenszel(counts[:6], totals[:6], counts[6:], totals[6:])
    assert low[0] < by[0] < 0 < high[0]
    raw = difference(counts[:6].sum(), totals[:6].sum(), counts[6:].sum(), totals[6:].sum())
    assert raw[0] > 0.1  # of all departments together men are admitted more often


def test_a_shift_of_the_collection_makes_no_trend() -> None:
    def shifted(planted: float) -> Trend:
        """Half of the papers of vision have the label, a tenth of the others; the part of vision grows."""
        found = Collected(names={"x": {"en": "x"}}, first="2025-01-01", last="2025-08-31")
        for month in range(1, 9):
            for at in range(100):
                is_vision = at < 10 * month
                share = (0.5 if is_vision else 0.1) + planted * month
                found.things += [(len(found.papers), "x")] if (at * 37 % 100) / 100 < share else []
                found.papers.append(f"{month}-{at}")
                found.periods.append((f"2025-{month:02}",))
                found.strata.append("cs.CV" if is_vision else "cs.CL")
        return Trend(found, "topic", "month", forms=FORMS)

    change = shifted(0.0).changes[0]
    assert change.raw_low > 0.1
    assert change.way == ""
    assert change.low < 0 < change.high
    assert [change.way for change in shifted(0.05).changes] == ["up"]


def test_a_venue_that_grows_makes_no_trend() -> None:
    flat = made({"x": [10, 10, 10, 100, 200, 400]}, [100, 100, 100, 200, 400, 800], "venue-year")
    assert abs(flat.changes[0].z) < 1e-9
    assert abs(flat.changes[0].by) < 1e-9
    risen = made({"x": [10, 20, 30, 20, 40, 60]}, [100, 100, 100, 200, 200, 200], "venue-year")
    assert [change.label for change in risen.rising()] == ["x"]
    assert risen.changes[0].by == pytest.approx(0.2)


def test_counts_that_jump_make_no_trend() -> None:
    jumping = made({"x": [5, 60, 10, 70, 15, 65, 5, 75, 20, 60]}, [200] * 10)
    smooth = made({"x": [20, 24, 28, 32, 36, 40, 44, 48, 52, 56]}, [200] * 10)
    assert not jumping.rising()
    assert smooth.rising()


def test_of_chance_alone_few_labels_rise() -> None:
    chance = np.random.default_rng(7)
    labels = {f"l{n}": chance.binomial(300, 0.1, 8).tolist() for n in range(200)}
    found = made(labels, [300] * 8)
    assert len(found.changes) == 200
    assert sum(change.p < 0.05 for change in found.changes) < 25
    assert len([*found.rising(), *found.falling()]) <= 2
    q = adjusted(np.array([change.p for change in found.changes]))
    assert [change.q for change in found.changes] == pytest.approx(q.tolist())


def test_nothing_is_said_of_few_papers_or_few_points_in_time(built: Graph) -> None:
    found = made({"rare": [0, 0, 3], "common": [10, 20, 40]}, [100] * 3)
    assert found.enough == ["common"]
    assert "fewer than 10" in text(found)
    assert "1 label." in text(found)
    assert "Too few papers" not in text(made({"common": [10, 20, 40]}, [100] * 3))
    assert not trend(built, "topic", "day").changes
    assert "fewer than three" in text(trend(built, "topic", "day"))
    assert "no points in time" in text(trend(built, "topic", "report"))


def test_what_is_new_and_what_goes_together_is_found() -> None:
    found = made({"new": [0, 0, 40], "old": [30, 30, 30], "kin": [0, 10, 30]}, [200] * 3)
    assert [first.label for first in found.first] == ["new", "kin"]
    assert found.first[0].period == "2022"
    pairs = {frozenset((pair.one, pair.other)): pair.change for pair in found.pairs}
    assert pairs[frozenset(("old", "kin"))].z > 0


def test_a_month_held_in_part_is_drawn_hollow_and_not_tested() -> None:
    counts = [8, 8, 8, 8, 8, 8, 8, 20]
    whole, part = (monthly(last, counts, []) for last in ("2025-08-31", "2025-08-02"))
    assert (whole.partial, part.partial) == ([False] * 8, [False] * 7 + [True])
    assert [change.late > change.early for change in whole.changes] == [True]
    assert [(change.early, change.late) for change in part.changes] == [(0.4, 0.4)]
    assert part.ends_said()[1] <= "2025-07"
    assert "Held in part, and not tested: 2025-08." in text(part)
    page = str(part.render("html"))
    assert '"share": true' in page
    assert '<th class="n">2025-08*</th>' in page
    assert part.render("png") != whole.render("png")


def test_a_month_in_which_the_graph_begins_is_held_in_part(tmp_path: Path) -> None:
    """Also where a few papers are years older; without enough papers in a month, papers are counted."""
    days = ["2018-05-19", *["2025-03-18"] * 40, *["2025-04-02"] * 40, *["2025-05-31"] * 40]
    papers = tmp_path / "papers.jsonl"
    lines = (
        {"id": f"p{n}", "title": f"Pruning {n}", "abstract": "We prune.", "date": day} for n, day in enumerate(days)
    )
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        found = trend(graph, "topic", "month")
        assert (found.index, found.partial) == (["2025-03", "2025-04", "2025-05"], [True, False, False])
        assert found.share
        few = trend(graph, "topic", "month", least=50)
        assert not few.share
        assert few.notes


def test_a_picture_shows_no_label_that_draws_the_line_of_another() -> None:
    counts = {"wide": [9, 9, 9], "narrow": [8, 9, 8], "other": [2, 2, 3], "all": [20, 20, 20]}
    found = made(counts, [20, 20, 20], top=2, above={"narrow": frozenset({"wide"})})
    assert found.shown == ["narrow", "other"]


def test_the_last_whole_periods_that_run_against_a_trend_are_told() -> None:
    turned = made({"x": [10, 20, 30, 80, 76, 72]}, [200] * 6)
    assert [turned.lately(change) for change in turned.rising()] == [""]
    turned = monthly("2025-12-31", [1, 1, 1, 2, 2, 3, 4, 5, 19, 17, 15, 13], [])
    assert [turned.lately(change) for change in turned.rising()] == ["trends.lately_falling"]
    assert "lately falling" in text(turned)
    assert "lately falling" in str(turned.render("html"))
    steady = monthly("2025-12-31", [1, 1, 1, 2, 2, 3, 4, 5, 12, 13, 12, 13], [])
    assert [steady.lately(change) for change in steady.rising()] == [""]


def test_a_label_rises_or_falls_only_where_the_interval_agrees() -> None:
    for z, low, high, said in ((3, 0.1, 0.3, "up"), (3, -0.1, 0.3, ""), (-3, -0.3, 0.1, ""), (-3, -0.3, -0.1, "down")):
        assert ShareChange("x", 20, 0.2, 0.3, low, high, z, 0.001, 0.001).way == said
    assert not ShareChange("x", 20, 0.2, 0.3, 0.1, 0.3, 1, 0.3, 0.3).way


def _placed(placed: dict[str, int], sources: list[frozenset[str]] | None = None, **options: Any) -> Trend:
    """Forty papers a month, of which so many are placed by their report and have the label."""
    found = Collected(names={"up": {"en": "up"}}, first="2025-01-01", last="2025-08-31", sources=sources or [])
    for n in range(1, 9):
        month = f"2025-{n:02}"
        for at in range(40):
            is_placed = at < placed.get(month, 0)
            found.things += [(len(found.papers), "up")] if is_placed or at >= 36 else []
            found.papers.append(f"{month}-{at}")
            found.periods.append((month,))
            found.placed.append(is_placed)
    return Trend(found, "topic", "month", forms=FORMS, **options)


def test_a_month_of_papers_that_only_their_report_dates_is_told() -> None:
    assert not _placed({"2025-05": 3}).notes
    notes = _placed({"2025-05": 15}).notes
    assert len(notes) == 1
    assert "15 of the 40 papers of 2025-05" in notes[0]
    many = _placed({f"2025-{n:02}": 15 for n in range(1, 8)}).notes
    assert "and 3 more" in many[0]


def test_of_each_compared_label_is_said_whether_it_moves() -> None:
    counts = {"up": [5, 30, 60], "flat": [30, 31, 30], "rare": [1, 1, 1], "other": [60, 30, 5]}
    found = made(counts, [200] * 3, compare=["flat", "up", "rare"])
    assert [(key, said) for key, said, _ in found.verdicts()] == [
        ("flat", "flat"), ("up", "in_rising"), ("rare", "untested"),
    ]  # fmt: skip
    said = " ".join(text(found).split())
    assert "up rising 2.5% → 30.0%" in said
    assert "other" not in said
    page = str(found.render("html"))
    assert "no clear trend" in page
    assert '<h2 class="down">' not in page


def test_periods_of_too_few_papers_are_told() -> None:
    found = made({"x": [20, 20, 2, 20, 20, 20]}, [100, 100, 5, 100, 100, 100])
    assert "No share is drawn for periods of fewer than 10 papers: 2022." in str(found.render("html"))
    assert "No share is drawn" not in str(made({"x": [20] * 6}, [100] * 6).render("html"))


def test_hollow_points_are_announced_where_there_are_any() -> None:
    found = Collected(names={"x": {"en": "x"}}, first="2025-01-01", last="2025-06-02")
    for n, papers in enumerate([20, 20, 20, 20, 20, 3], 1):
        found.papers += [f"{n}-{at}" for at in range(papers)]
        found.periods += [(f"2025-{n:02}",)] * papers
    found.things = [(at, "x") for at in range(60)]
    keys = [Trend(found, "topic", "month", forms=FORMS, share=share).partial_key for share in (True, False)]
    assert keys == ["trends.partial_bar", "trends.partial"]
    assert made({"x": [20] * 3}, [100] * 3).partial_key == ""


def test_a_label_of_another_type_leads_to_a_question(built: Graph) -> None:
    with pytest.raises(KgError, match=r"the hardware 'quantization' here: .* chosen by a question") as error:
        trend(built, "hardware", "month", within="quantization")
    assert "--" not in str(error.value)  # asked in Python


def test_headings_are_in_their_language(built: Graph) -> None:
    found = trend(built, "topic", "month", "speculative decoding", lang="zh")
    assert found.heading("zh").endswith("（推测解码）")
    assert found.heading("en").endswith("speculative decoding")
    within = trend(built, "topic", "month", within="speculative decoding")
    assert within.heading("zh").endswith("（推测解码）")
    two = trend(built, "topic", "month", compare=["quantization", "pruning"], lang="zh")
    assert two.heading("zh", share=True) == "按月统计的量化和剪枝论文占比"
