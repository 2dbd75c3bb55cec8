"""Papers of each label by period."""

from __future__ import annotations

import csv
import io
import json

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.views import trends

from .hostile import FORMULA


def test_counts_are_those_of_the_records(built: Graph) -> None:
    frame = built.trends("topic", "report")
    wanted = sum(
        any(topic.id == "kv-cache-compression" for _, record in paper.entries for topic in record.topics)
        for paper in built.papers()
    )
    assert frame["KV cache compression"].sum() == wanted
    assert list(frame.index) == ["000", "001", "002", "003", "004"]
    assert sum(frame.attrs["corpus"].values()) == len(built.entries())


def test_techniques_count_where_they_are_a_papers_own(built: Graph) -> None:
    frame = built.trends("technique", "month")
    label = frame.columns[0]
    concept = frame.attrs["concepts"][label]
    own = [
        paper
        for paper in built.papers()
        if any(m.concept == concept and m.role in ("proposed", "used") for _, r in paper.entries for m in r.techniques)
    ]
    assert frame[label].sum() == len(own)


@pytest.mark.parametrize(
    ("over", "periods"),
    [("day", ["2025-10-15", "2025-10-16", "2025-10-17"]), ("week", ["2025-W42"]), ("month", ["2025-10"])],
)
def test_periods_have_no_gaps(built: Graph, over: str, periods: list[str]) -> None:
    assert list(built.trends("topic", over).index) == periods


def test_gaps_over_the_turn_of_a_year_are_filled() -> None:
    assert trends._without_gaps(["2024-11", "2025-02"], "month") == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert trends._without_gaps(["2024-W51", "2025-W02"], "week") == ["2024-W51", "2024-W52", "2025-W01", "2025-W02"]
    assert trends._without_gaps(["2023", "2026"], "year") == ["2023", "2024", "2025", "2026"]
    assert trends._without_gaps(["2024-02-28", "2024-03-01"], "day") == ["2024-02-28", "2024-02-29", "2024-03-01"]


@pytest.mark.parametrize("of", trends.OF)
def test_everything_can_be_counted_in_both_languages(built: Graph, of: str) -> None:
    english, chinese = (trends.trends(built, of, "report", lang=lang) for lang in ("en", "zh"))
    assert english.to_numpy().sum() == chinese.to_numpy().sum() > 0
    assert english.columns.is_unique
    assert chinese.columns.is_unique


def test_csv_holds_the_corpus_and_no_formula(built: Graph, hostile: Graph) -> None:
    frame = built.trends("topic", "report")
    rows = list(csv.reader(io.StringIO(trends.to_csv(frame))))
    assert rows[0][:2] == ["report", "all papers"]
    assert [int(row[1]) for row in rows[1:]] == list(frame.attrs["corpus"].values())
    evil = next(csv.reader(io.StringIO(trends.to_csv(hostile.trends("technique", "report")))))
    assert f"'{FORMULA}" in evil
    assert not [cell for cell in evil if cell.startswith("=")]


def test_table_lines_up_chinese(built: Graph) -> None:
    text = trends.table(trends.trends(built, "topic", "report", lang="zh"), 5)
    lines = text.splitlines()
    assert len({trends._width(line) for line in lines[:7]}) == 1
    assert "全部论文" in lines[6]


def test_plot_is_a_png_and_the_same_on_every_run(built: Graph) -> None:
    frame = trends.trends(built, "topic", "day", lang="zh")
    picture = trends.plot(frame)
    assert picture.startswith(b"\x89PNG")
    assert picture == trends.plot(trends.trends(built, "topic", "day", lang="zh"))
    assert len(set(picture)) > 100


def test_plot_of_hostile_and_of_no_papers_is_drawn(built: Graph, hostile: Graph) -> None:
    assert trends.plot(hostile.trends("technique", "report")).startswith(b"\x89PNG")
    nothing = built.trends("topic", "month", "papers on underwater basket weaving zzz")
    assert nothing.empty
    assert trends.plot(nothing).startswith(b"\x89PNG")
    assert trends.table(nothing) == "no papers\n"


def test_json_names_the_concepts(built: Graph) -> None:
    data = json.loads(trends.render(built.trends("hardware", "report"), "json"))
    assert data["rows"][0]["concept"].startswith("hardware:")
    assert sum(data["corpus"].values()) == 133


def test_wrong_choices_are_told(built: Graph) -> None:
    with pytest.raises(KgError, match="choose one of"):
        built.trends("colour")
    with pytest.raises(KgError, match="choose one of"):
        built.trends("topic", "century")
    with pytest.raises(KgError, match="no form 'gif'"):
        trends.render(built.trends(), "gif")
