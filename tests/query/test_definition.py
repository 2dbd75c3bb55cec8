"""What something is, and who works on it: sentences that say it, authors and institutions with their coverage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kg.query import Answer, Lexicon, answer
from kg.query.alike import paper_of
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary


def paper(title: str, said: str, techniques: list[tuple[str, str]], topics: list[str], **more: Any) -> dict[str, Any]:
    named = [(name, name, role) for name, role in techniques]
    return {"title": title, "A": said, "I": "Peking University", "techniques": named, "topics": topics, **more}


PAPERS = {
    "900-01": paper(
        "OwlDemo: A Drafter",
        "We propose OwlDemo, a drafter that reads two tokens at once. It speeds up speculative decoding.",
        [("OwlDemo", "proposed"), ("speculative decoding", "used")],
        ["speculative-decoding"],
    ),
    "900-02": paper(
        "HawkDemo at Work",
        "Speculative decoding (SD) is a method that verifies drafts. HawkDemo is quick. Compared with OwlDemo, a gain.",
        [("HawkDemo", "proposed"), ("OwlDemo", "baseline"), ("Speculative decoding", "used")],
        ["speculative-decoding"],
    ),
    "900-03": paper(
        "Training-Based Drafting",
        "Methods such as Medusa, which attach heads, need training. Big Medusa is a whale. Medusa-2 is a sequel. "
        "All of it is of use in speculative decoding.",
        [("Medusa", "used"), ("speculative decoding", "used")],
        ["speculative-decoding"],
    ),
    "900-04": paper(
        "Whole Cache",
        "We compare with QuestDemo on long inputs.",
        [("QuestDemo", "baseline")],
        ["kv-cache-compression"],
    ),
}


@pytest.fixture(scope="module")
def ask(made: Callable[[dict[str, Any]], Store], vocabulary: Vocabulary) -> Callable[[str], Answer]:
    store = made(PAPERS)
    lexicon = Lexicon.of(store, vocabulary)
    return lambda question: answer(store, vocabulary, question, lexicon=lexicon)


def said(found: Answer) -> list[tuple[object, ...]]:
    return [line.values[:2] for line in found.table.lines] if found.table else []


def test_sentences_that_define_a_thing_come_with_their_papers(ask: Callable[[str], Answer]) -> None:
    found = ask("what is OwlDemo?")
    assert found.query.kind == "definition"
    assert said(found) == [("900-01", "says what it is")]  # not "Compared with OwlDemo, a gain"
    assert found.table
    (quote,) = found.table.lines[0].evidence
    assert PAPERS["900-01"]["A"][quote.start : quote.end] == quote.quote == "OwlDemo"
    assert quote.context == "We propose OwlDemo, a drafter that reads two tokens at once."
    assert not any("proposes" in note for note in found.notes)


def test_what_stands_beside_an_example_says_what_it_is_and_longer_names_do_not(ask: Callable[[str], Answer]) -> None:
    found = ask("what is Medusa?")
    assert found.table
    assert [line.values[2] for line in found.table.lines] == [
        "Methods such as Medusa, which attach heads, need training."
    ]
    assert "No paper of the graph was recognized to propose 'Medusa'." in found.notes


def test_both_languages_quote_the_same_sentences(ask: Callable[[str], Answer]) -> None:
    english, chinese = ask("what is speculative decoding?"), ask("什么是推测解码？")
    assert [row.id for row in english.rows] == [row.id for row in chinese.rows] == ["900-02"]
    assert chinese.table
    said = "Speculative decoding (SD) is a method that verifies drafts"
    assert chinese.table.verdict == f"“{said}”（HawkDemo at Work 2025）。识别出1篇论文说明“推测解码”是什么。"


def test_thing_that_nothing_defines_is_said_so_with_its_papers_apart(ask: Callable[[str], Answer]) -> None:
    found = ask("what is QuestDemo?")
    assert found.table is None
    assert found.notes[0] == "No definition of 'QuestDemo' was recognized in the 1 paper that names it."
    assert [row.id for row in found.rows] == ["900-04"]
    assert "None of the texts read was found to name 'FooBarNet'." in ask("what is FooBarNet?").notes


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("Jays (JY) have emerged as a family of drafters.", "says what it is"),
        ("Jay models are small drafters that read ahead.", "says what it is"),
        ("Much rests on the Jay, which drafts two tokens.", "says what it does"),
        ("Much rests on Jay-like drafts.", ""),
        ("We improve a Blue-Jay, which drafts two tokens.", ""),
    ],
)
def test_plurals_short_forms_and_relative_clauses_define(made: Any, lexicon: Lexicon, said: str, claim: str) -> None:
    named = paper("A Study", said, [], ["speculative-decoding"])
    named["techniques"] = [("Jays" if "Jays" in said else "Jay", "Jay", "used")]
    store = made({"900-01": named})
    own = Lexicon.of(store, lexicon.vocabulary)
    found = answer(store, lexicon.vocabulary, "what is Jay?", lexicon=own)
    assert [line.values[1] for line in (found.table.lines if found.table else ())] == ([claim] if claim else [])


def test_who_gives_institutions_and_says_that_no_paper_names_authors(ask: Callable[[str], Answer]) -> None:
    found = ask("who works on speculative decoding?")
    assert found.query.kind == "who"
    assert found.table
    assert [line.values for line in found.table.lines] == [("Peking University", "institution", 3)]
    assert "0 of 3 papers name their authors." in found.notes


@pytest.mark.parametrize("named", ["900-01", "OwlDemo: A Drafter", "OwlDemo", "owldemo: a  drafter"])
def test_paper_is_known_by_id_title_or_name(made: Callable[[dict[str, Any]], Store], named: str) -> None:
    store = made(PAPERS)
    assert paper_of(store, named) == store.rows("SELECT paper FROM entries WHERE name = '900-01'")[0][0]
    assert paper_of(store, "Drafter") is None


def test_papers_like_one_share_things_with_it(ask: Callable[[str], Answer]) -> None:
    found = ask("papers similar to 900-01")
    assert found.query.like == "900-01"
    assert "900-01" not in {row.id for row in found.rows}
    assert found.rows[0].id == "900-02"  # it names OwlDemo too


@pytest.mark.parametrize("question", ["papers like QuestDemo", "类似QuestDemo的论文"])
def test_papers_like_what_none_proposes_are_like_those_that_name_it(
    question: str, ask: Callable[[str], Answer]
) -> None:
    found = ask(question)
    assert found.rows[0].id == "900-04"
    assert found.table
    assert "QuestDemo" in found.table.verdict


def test_most_used_of_a_kind_are_its_members_alone(ask: Callable[[str], Answer]) -> None:
    found = ask("most used speculative decoding methods")
    assert found.query.among
    assert found.query.among.concept == "technique:speculative-decoding"
    assert found.table
    assert [line.concept for line in found.table.lines] == ["technique:medusa"]  # no OwlDemo, no decoding itself


def test_techniques_are_no_kinds_and_parts_of_models(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "which techniques do KV cache compression papers use?")
    assert found.table is not None
    assert [line.values[0] for line in found.table.lines] == ["LongDemo"]  # not the KV cache
    assert any("Left out is a kind or part of models" in note and "KV cache" in note for note in found.notes)


@pytest.mark.parametrize("question", ["which techniques reduce latency?", "哪些技术能降低延迟？"])
def test_techniques_with_a_result_are_told_with_it(store: Store, vocabulary: Vocabulary, question: str) -> None:
    found = answer(store, vocabulary, question)
    assert found.table is not None
    (line,) = found.table.lines
    assert line.papers == ("900-03",)
    assert "45%" in " ".join(map(str, line.values))
    assert "cutting latency by up to 45%" in line.evidence[0].context
