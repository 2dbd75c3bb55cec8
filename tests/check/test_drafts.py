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
        ("LongLive runs at 24.7 FPS on a single NVIDIA A100.", "not found", "no_metric"),
        ("LongLive has an accuracy of 20.7%.", "contradicted", "other_value"),
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


CITED = [
    "LongLive (Yang et al., 2025) runs at {} FPS on a single NVIDIA H100.",
    "LongLive [1] runs at {} FPS on a single NVIDIA H100.",
    "LongLive [@yang2025longlive] runs at {} FPS on a single NVIDIA H100.",
    "LongLive~\\cite{{yang2025longlive}} runs at {} FPS on a single NVIDIA H100.",
    "\\textbf{{LongLive}} \\citep[see][Sec.~2]{{yang2025longlive}} runs at {} FPS on a single NVIDIA H100.",
]


@pytest.mark.parametrize("style", CITED)
def test_a_citation_is_no_condition_of_a_claim(graph: Graph, style: str) -> None:
    bib = "@article{yang2025longlive, title = {{LongLive}: Real-time Interactive Long Video Generation}, year = 2025}"
    for value, status in ((20.7, "supported"), (24.7, "contradicted")):
        assert [one.status for one in graph.check(style.format(value), bib=bib).verdicts] == [status]


def test_what_a_citation_means_is_in_the_references_of_the_draft(graph: Graph) -> None:
    draft = (
        "[2] runs at 20.7 FPS on a single NVIDIA H100.\n\n## References\n\n[1] A. Fox. Caches at 99 FPS.\n"
        "[2] S. Yang et al. LongLive: Real-time Interactive Long Video Generation. 2025.\n"
    )
    (one,) = results(graph, draft)
    assert one.status in ("supported", "compare")
    assert (one.evidence[0].entry, one.evidence[0].quote) == ("002-22", "20.7 FPS")
    assert [one.status for one in results(graph, draft.replace("[2] runs", "[1] runs"))] == ["not found"]


def test_a_sentence_that_names_another_method_is_not_about_the_one_before(graph: Graph) -> None:
    said, other = results(graph, "LongLive runs at 20.7 FPS. StreamingZZ runs at 20.7 FPS.")
    assert (said.status, other.status, other.reason) == ("supported", "not found", "no_subject")


def test_checked_prints_claims_with_the_sentences_of_papers(graph: Graph) -> None:
    lines = str(graph.check("On a single NVIDIA H100, LongLive runs at 20.7 FPS.")).splitlines()
    assert lines[0].startswith("1 supported, 0 contradicted")
    assert lines[1] == "supported: LongLive 20.7 FPS"
    assert "20.7 FPS on a single NVIDIA H100" in lines[2]


def test_a_paper_may_be_named_by_its_entry_and_be_the_only_one_that_counts(graph: Graph) -> None:
    (one,) = results(graph, "[002-22] runs at 20.7 FPS on a single NVIDIA H100.")
    assert (one.evidence[0].entry, one.claim.subject) == ("002-22", "002-22")
    (one,) = results(graph, "It runs at 20.7 FPS.", "002-22")
    assert one.status == "supported"
    (other,) = results(graph, "LongLive runs at 20.7 FPS.", "002-21")
    assert other.status == "not found"


def test_who_wins_is_not_supported_the_other_way_round(graph: Graph) -> None:
    sql = """SELECT head, tail FROM paper_relations WHERE type = 'outperforms' AND sure ORDER BY score DESC"""
    contests = [(head, tail) for head, tail in graph.store.rows(sql) if head.isidentifier() and " " not in tail]
    said = [graph.check(f"{head} outperforms {tail}.").verdicts for head, tail in contests[:8]]
    turned = [graph.check(f"{tail} outperforms {head}.").verdicts for head, tail in contests[:8]]
    assert sum(one[0].status in ("supported", "compare") for one in said if one) >= len(said) - 1
    assert all(one.status != "supported" for some in turned for one in some)


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
        ("HES-SQL reaches an execution accuracy of 79.14% on BIRD.", ["supported"]),
    ],
)
def test_of_several_values_of_a_sentence_the_one_that_is_meant_decides(
    graph: Graph, draft: str, statuses: list[str]
) -> None:
    assert [one.status for one in results(graph, draft)] == statuses
