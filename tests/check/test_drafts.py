"""Drafts against the graph: what is supported, contradicted and not found, by the five reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.check import ClaimVerdict
from kg.model import KgError
from kg.views.drafts import view


@pytest.fixture(scope="module")
def graph(built_file: Path) -> Iterator[Graph]:
    with kg.open(str(built_file), read_only=True) as opened:
        yield opened


def results(graph: Graph, draft: str, *papers: str) -> list[ClaimVerdict]:
    """The verdicts on the numbers of a draft."""
    return [one for one in graph.check(draft, papers).verdicts if one.claim.kind != "relation"]


def relations(graph: Graph, draft: str) -> dict[str, tuple[str, str]]:
    """Status and reason of each relation of a draft, by its tail."""
    found = graph.check(draft).verdicts
    return {one.claim.relation.tail: (one.status, one.reason) for one in found if one.claim.relation}


def test_a_number_of_the_same_subject_metric_and_device_is_supported_by_words_of_the_paper(graph: Graph) -> None:
    (one,) = results(graph, "On a single NVIDIA H100, LongLive runs at 20.7 FPS.")
    assert (one.status, one.reason) == ("supported", "agrees")
    found = graph.evidence(one.evidence[0].evidence)
    assert found.entry == "002-22"
    assert "20.7 FPS" in found.quote


@pytest.mark.parametrize(
    ("draft", "status", "reason"),
    [
        ("LongLive runs at 24.7 FPS on a single NVIDIA H100.", "contradicted", "other_value"),
        ("LongLive runs at 20.7 FPS on a single NVIDIA A100.", "contradicted", "other_setting"),
        ("LongLive runs at 24.7 FPS on a single NVIDIA A100.", "not found", "other_setting"),
        ("LongLive has an accuracy of 20.7%.", "not found", "no_claim"),
        ("ZetaKV reduces memory by 45.5%.", "not found", "no_subject"),
        ("LongLive runs at over 20 FPS.", "supported", "agrees_about"),
    ],
)
def test_only_what_agrees_is_supported_and_only_what_is_excluded_is_contradicted(
    graph: Graph, draft: str, status: str, reason: str
) -> None:
    assert [(one.status, one.reason) for one in results(graph, draft)] == [(status, reason)]


def test_a_sentence_without_a_subject_is_about_that_of_the_sentence_before_it_in_its_paragraph(graph: Graph) -> None:
    said, carried, apart = results(graph, "LongLive runs at 20.7 FPS.\nIt needs 32 GPU-days.\n\nThis runs at 32 FPS.")
    assert (said.status, carried.status, carried.claim.subject) == ("supported", "supported", "LongLive")
    assert (apart.status, apart.reason) == ("not found", "no_subject")


def test_each_number_of_a_sentence_is_of_the_method_named_before_it(graph: Graph) -> None:
    found = results(graph, "StreamingVLM runs at up to 8 FPS, while LongLive runs at 20.7 FPS.")
    assert [(one.claim.subject, one.claim.says()["value"]) for one in found] == [
        ("StreamingVLM", 8.0),
        ("LongLive", 20.7),
    ]
    assert found[1].status == "supported"


def test_a_paper_may_be_named_by_its_entry_and_be_the_only_one_that_counts(graph: Graph) -> None:
    (one,) = results(graph, "The system of [002-22] runs at 20.7 FPS on an H100.")
    assert (one.status, one.claim.subject) == ("supported", "002-22")
    (one,) = results(graph, "It runs at 20.7 FPS.", "002-22")
    assert one.status == "supported"
    (other,) = results(graph, "LongLive runs at 20.7 FPS.", "002-21")
    assert other.status == "not found"


def test_who_wins_is_supported_one_way_and_contradicted_the_other(graph: Graph) -> None:
    sql = """SELECT head, tail FROM paper_relations WHERE type = 'outperforms' AND sure ORDER BY score DESC"""
    contests = [(head, tail) for head, tail in graph.store.rows(sql) if head.isidentifier() and " " not in tail]
    head, tail = contests[0]
    assert relations(graph, f"{head} outperforms {tail}.")[tail] == ("supported", "agrees")
    back = graph.check(f"{tail} is outperformed by {head}; {tail} beats {head}.").verdicts
    assert all(one.status != "supported" for one in back if one.claim.relation)


def test_marks_of_markdown_part_no_word_from_its_number_and_code_is_no_claim(graph: Graph) -> None:
    draft = "- **LongLive** runs at `20.7 FPS` ([code](https://x.org/99.5%)).\n```\nLongLive runs at 99 FPS\n```\n"
    (one,) = results(graph, draft)
    assert one.status == "supported"
    assert draft[one.claim.start : one.claim.end].startswith("LongLive**")


def test_a_text_too_long_and_an_unknown_paper_are_refused(graph: Graph) -> None:
    with pytest.raises(KgError, match="at most 100,000"):
        graph.check("x" * 100_001)
    with pytest.raises(KgError, match="holds no paper"):
        graph.check("x", ["999-99"])
    assert graph.check("").verdicts == ()


@pytest.mark.timeout(120)  # minutes, where all of it is read
@pytest.mark.parametrize(
    "long", ["LongLive runs at " + ", ".join(f"{n % 977}.{n % 7} FPS" for n in range(7000)), "LongLive, " * 9000]
)
def test_sentence_without_end_is_cut_in_one_line_and_the_rest_is_checked(graph: Graph, long: str) -> None:
    found = graph.check(f"{long}. LongLive runs at 20.7 FPS on a single NVIDIA H100.")
    assert (found.verdicts[-1].status, found.cut) == ("supported", 1)
    assert "1 sentence is too long" in view(found).render("txt")
    assert len(found.verdicts) < 300


def test_half_characters_are_refused_in_one_sentence(graph: Graph) -> None:
    for draft, papers in (("\ud800 LongLive", ()), ("LongLive", ("\ud800",))):
        with pytest.raises(KgError, match="half a character"):
            graph.check(draft, papers)
    with pytest.raises(KgError, match="half a character"):
        graph.select("\ud800")


@pytest.mark.parametrize(
    ("draft", "statuses"),
    [
        ("HES-SQL reaches an execution accuracy of 69.14% on BIRD.", ["contradicted"]),
        ("HES-SQL reaches an execution accuracy of 69.14%.", ["not found"]),
        ("HES-SQL reaches execution accuracies of 79.14% and 64.9%.", ["supported", "not found"]),
        ("HES-SQL reaches execution accuracies of 69.14% and 64.9%.", ["not found", "not found"]),
    ],
)
def test_of_several_values_of_a_sentence_the_one_that_is_meant_decides(
    graph: Graph, draft: str, statuses: list[str]
) -> None:
    assert [one.status for one in results(graph, draft)] == statuses
