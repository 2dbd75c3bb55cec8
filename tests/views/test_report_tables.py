"""What the sections of a report say: families, methods, wins, what can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.views.report.report_parts import said
from kg.views.selection import EntryQuote
from tests.views.telling import record_of, report_data, section_rows

#: Name, its abstract, its baseline, and the words of its result.
_PAPERS = [
    (
        "Zorvex",
        "Zorvex outperforms Quandle. It is 41% faster than Quandle on Qwen3-8B with an A100.",
        "Quandle",
        "41% faster",
    ),
    ("Brimble", "Brimble is 30% faster than Quandle on Qwen3-8B with an A100.", "Quandle", "30% faster"),
    ("Quandle", "Quandle outperforms Zorvex. Our system is 20% faster.", "", "20% faster"),
    ("Tassock", "Tassock is 15% faster than Quandle on Qwen3-8B with an H100.", "Quandle", "15% faster"),
]


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Four annotated papers that measure one thing; two of them contradict each other."""
    folder = tmp_path_factory.mktemp("stated")
    papers, records = folder / "papers.jsonl", folder / "records.jsonl"
    lines = [
        {"id": f"p{n}", "title": f"{name}: a paper", "abstract": said} for n, (name, said, *_) in enumerate(_PAPERS)
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "stated.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        made = [record_of(entry, *paper) for entry, paper in zip(graph.entries(), _PAPERS, strict=True)]
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        yield graph


def test_opposite_winners_of_a_pair_are_shown_with_both_papers(stated: Graph) -> None:
    contrary = report_data(stated)["wins"]["groups"][0]
    entries = stated.entries()
    assert contrary["mark"] == "contrary"
    found = {row["winner"]["label"]: row for row in contrary["rows"]}
    assert {name: row["papers"] for name, row in found.items()} == {"Zorvex": entries[:1], "Quandle": entries[2:3]}
    assert found["Quandle"]["quote"][0]["quote"] == "Quandle outperforms Zorvex"


def test_results_on_one_metric_and_model_are_a_table_apart_from_those_over_the_model_itself(stated: Graph) -> None:
    data = report_data(stated)["results"]
    (group,) = data["groups"]
    assert (group["mark"], [row["number"] for row in group["rows"]]) == ("method", [41, 30, 15])
    assert "Qwen3-8B" in group["label"]
    assert data["comparable"] == 1


def test_a_row_of_the_methods_has_the_fields_of_the_main_result(stated: Graph) -> None:
    rows = {row["method"]: row for row in section_rows(report_data(stated), "methods")}
    row = rows["Brimble: a paper"]
    assert (row["metric"], row["value"], row["baseline"]) == ("inference speed", "↑ 30%", "Quandle")
    assert row["factor"] == 1.3
    assert row["papers"] == [row["paper"]]


def test_the_words_of_the_fields_are_lit_in_the_sentence(stated: Graph) -> None:
    rows = section_rows(report_data(stated), "results")
    pieces = next(row["quote"][0]["pieces"] for row in rows if row["number"] == 30)
    assert "".join(text for text, _ in pieces) == "Brimble is 30% faster than Quandle on Qwen3-8B with an A100."
    assert ["30% faster", "value"] in pieces
    assert ["Quandle", "baseline"] in pieces
    row = next(row for row in rows if row["number"] == 15)
    assert (row["value"], row["marks"]) == ("↑ 15% [a part or variant]", ["part"])


def test_families_are_concepts_that_several_papers_propose_or_use(built: Graph) -> None:
    rows = section_rows(report_data(built), "families")
    assert rows
    for row in rows:
        assert row["technique"]["concept"] in built.vocabulary
        assert 2 <= row["count"] == len(row["all_papers"]) <= 80  # what most of the 133 papers have is no family
        assert row["proposing"] <= row["count"]
        assert 1 <= len(row["papers"]) <= 3
    counts = [row["count"] for row in rows]
    assert counts == sorted(counts, reverse=True)


def test_the_value_of_a_family_stands_in_its_quote(built: Graph) -> None:
    rows = [row for row in section_rows(report_data(built), "families") if row["value"]]
    assert rows
    for row in rows:
        (quote,) = row["quote"]
        assert quote["entry"] == row["example"]
        assert any(field == "value" for _, field in quote["pieces"])


def test_statements_count_the_papers_that_they_name(built: Graph) -> None:
    data = report_data(built)
    families = {row["technique"]["label"]: row["all_papers"] for row in section_rows(data, "families")}
    for row in data["overview"]["rows"]:
        assert row["count"] == len(set(row["papers"]))
        assert f"{row['count']} " in row["text"]
        if row["by"] == "family":
            assert any(label in row["text"] and papers == row["papers"] for label, papers in families.items())
    reading = data["overview"]["reading"]
    assert [row["by"] for row in reading] == ["wins", "families", "wins"]  # no paper of these names another's method
    assert len({row["paper"] for row in reading}) == len(reading)


def test_a_sentence_is_quoted_once() -> None:
    quotes = [EntryQuote("p", "A", n, n + 2, f"{n}x", "It is 1x and 2x.") for n in (1, 2)]
    quotes.append(EntryQuote("r", "A", 1, 3, "2x", "It is 1x and 2x."))
    other = EntryQuote("q", "A", 0, 2, "It", "It is so.")
    assert [q["quote"] for q in said([*quotes, other])] == ["1x", "It"]


def test_the_chart_counts_papers_by_month_and_marks_those_held_in_part(built: Graph) -> None:
    rows = json.loads(str(built.report("KV cache compression").render("json")))["chart"]["rows"]
    assert sum(row["count"] for row in rows) <= sum(row["all"] for row in rows)
    assert all(row["share"] == f"{100 * row['count'] / row['all']:.1f}%" for row in rows if row["all"])
    assert rows[-1]["partial"]


def test_months_of_few_papers_set_no_scale(tmp_path: Path) -> None:
    days = ["2024-01-05", *(f"2025-{month}-{day}" for month in ("06", "07") for day in range(11, 23)), "2025-08-02"]
    lines = [
        {"id": f"p{n}", "date": day, "title": f"{'Pruning' if n % 4 == 0 else 'Caching'} of models, part {n}"}
        for n, day in enumerate(days)
    ]
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(json.dumps(line | {"abstract": line["title"]}) + "\n" for line in lines))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        rows = json.loads(str(graph.report("pruning").render("json")))["chart"]["rows"]
    assert [(row["period"], row["partial"]) for row in rows] == [
        ("2025-06", False),
        ("2025-07", False),
        ("2025-08", True),
    ]
    assert max(row["level"] for row in rows if not row["partial"]) == 100


def test_an_empty_section_says_that_nothing_was_found(stated: Graph) -> None:
    assert report_data(stated)["limits"]["note"] == "Nothing of this was found in these papers."
