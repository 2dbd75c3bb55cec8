"""Answers of a small graph: which papers, why, and what is said when there are none."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Document, Record
from kg.query import Answer, Lexicon, Phrase, answer, read
from kg.rdf.store import Store
from kg.store.entries import Entry
from kg.text import has_han
from kg.vocabulary import Vocabulary

QUESTIONS = ("KV-cache compression papers on H100", "KV cache compression on A100",
             "speedup of at least 20x", "zebra farming", "papers not about pruning",
             "write me a poem about pruning", "which paper was rejected?", "what outperforms SkyDemo?",
             "what outperforms LongDemo?", "what is LoRA?", "best speedup",
             "compare LoRA and KV cache", "how are LoRA and speculative decoding connected?",
             "how many papers use LoRA?", "which techniques rise?", "who works on LoRA?",
             "which techniques do these papers use?")  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_answer_speaks_the_language_that_is_asked_for(
    store: Store, vocabulary: Vocabulary, own: Lexicon, question: str
) -> None:
    def said(found: Answer) -> list[str]:
        return [*found.notes, *([found.table.verdict] if found.table and found.table.verdict else [])]

    usual = answer(store, vocabulary, question, lexicon=own)
    chinese = answer(store, vocabulary, question, lexicon=own, language="zh")
    assert [line for line in said(usual) if has_han(line)] == []
    assert [line for line in said(chinese) if not has_han(line)] == []
    assert len(said(usual)) == len(said(chinese))
    assert (usual.query.kind, ids(usual)) == (chinese.query.kind, ids(chinese))  # and says the same


def ids(found: Answer) -> list[str]:
    return [row.id for row in found.rows]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("KV-cache compression papers on H100", ["900-01"]),
        ("在H100上做KV缓存压缩的论文", ["900-01"]),
        ("papers on NVIDIA GPUs", ["900-01", "900-03"]),
        ("KV cache compression on A100", []),
        ("Which papers use LoRA?", ["900-03"]),
        ("papers mentioning LoRA", ["900-02", "900-03"]),
        ("papers from Peking University without reinforcement learning", ["900-02"]),
        ("清华大学或北京大学的论文", ["900-01", "900-02", "900-03"]),
        ("speedup of at least 10x", ["900-01"]),
        ("speedup of at least 20x", []),
        ("latency reduction of more than 40%", ["900-03"]),
        ("latency reduction of more than 50%", []),
        ("surveys", ["900-02"]),
        ("papers with code on GitHub", ["900-01"]),
        ("papers without code", ["900-02", "900-03"]),
        ("what outperforms SkyDemo?", ["900-01"]),
        ("what outperforms LongDemo?", []),
        ("papers in October 2025", ["900-01", "900-02", "900-03"]),
        ("papers before 2025", []),
        ("papers after October 2025", []),
        ("papers since October 2025", ["900-01", "900-02", "900-03"]),
        ("papers until October 2025", ["900-01", "900-02", "900-03"]),
        ("papers before October 2025", []),
        ("papers from 2025-10-15", ["900-01", "900-02", "900-03"]),
        ("2025年10月16日的论文", []),
        ("papers after 2025-10-14", ["900-01", "900-02", "900-03"]),
        ("papers in October", ["900-01", "900-02", "900-03"]),
        ("papers in September", []),
        ("10月之后的论文", []),
        ("papers before November", ["900-01", "900-02", "900-03"]),
        ("speedup between 10x and 12x", ["900-01"]),  # of 2-12x the better end is 12x
        ("speedup between 2x and 3x", []),
        ("加速2到3倍", []),
        ("加速10到20倍", ["900-01"]),
        ("latency reduction between 40% and 50%", ["900-03"]),
        ("report 901 or 900", ["900-01", "900-02", "900-03"]),
        ("papers from TINY", []),  # "Tiny" is in a title
        ("900-02", ["900-02"]),
    ],
)
def test_papers_that_answer(
    question: str, expected: list[str], store: Store, vocabulary: Vocabulary, own: Lexicon
) -> None:
    assert sorted(ids(answer(store, vocabulary, question, lexicon=own))) == expected


def test_every_condition_is_shown_by_quotes_at_their_place(store: Store, vocabulary: Vocabulary) -> None:
    (paper,) = answer(store, vocabulary, "KV-cache compression papers on H100 from Tsinghua with code").to_json()[
        "papers"
    ]
    assert paper["sources"] == ["900-01"]
    quotes = {quote["quote"] for quote in paper["evidence"]}
    assert {"H100", "KV cache", "Tsinghua University"} <= quotes
    assert any("github.com/demo/longdemo" in quote for quote in quotes)
    texts = {
        row["f"]: row["r"] for row in store.select("SELECT ?f ?r { entry:900-01 kg:text [kg:field ?f ; kg:raw ?r] }")
    }
    for quote in paper["evidence"]:
        if quote["start"] >= 0:
            assert texts[quote["field"]][quote["start"] : quote["end"]] == quote["quote"]
            assert " ".join(quote["quote"].split()) in quote["context"]


def test_number_is_shown_by_the_words_of_the_result(store: Store, vocabulary: Vocabulary) -> None:
    (row,) = answer(store, vocabulary, "加速10倍以上的论文").rows
    assert [quote.quote for quote in row.evidence] == ["2-12x faster than SkyDemo"]


def test_json_has_the_agreed_form(store: Store, vocabulary: Vocabulary) -> None:
    said = answer(store, vocabulary, "surveys nowadays").to_json()
    keys = ["question", "kind", "understood", "ignored", "notes", "total", "read", "coverage", "papers", "partly"]
    keys.append("cells")
    assert list(said) == keys
    assert said["understood"] == {"kind": [{"text": "surveys", "concept": "", "label": "survey"}]}
    assert said["ignored"] == ["nowadays"]
    assert list(said["papers"][0]) == ["id", "title", "name", "link", "code", "sources", "score", "evidence"]
    assert {"field", "quote", "start", "end", "entity", "score", "sure"} <= set(said["papers"][0]["evidence"][0])


def test_more_central_paper_comes_first_and_limit_keeps_it(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "speculative decoding or reinforcement learning")
    assert ids(found) == ["900-02", "900-03"]  # the first topic of one, the second of the other
    assert found.rows[0].score > found.rows[1].score
    assert ids(answer(store, vocabulary, "speculative decoding or reinforcement learning", limit=1)) == ["900-02"]


def test_of_a_large_answer_the_first_papers_are_listed(
    store: Store, vocabulary: Vocabulary, own: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.query.kinds import papers

    monkeypatch.setattr(papers, "_READ", 1)
    monkeypatch.setattr(papers, "_MOST", 2)
    question = "papers on speculative decoding, reinforcement learning or video generation"
    found = answer(store, vocabulary, question, lexicon=own)
    assert len(found.rows) == 1
    assert found.rows[0].evidence
    assert "1 of 3 papers" in found.notes[0]
    every = answer(store, vocabulary, question, limit=0, lexicon=own)
    assert sorted(ids(every)) == ["900-01", "900-02", "900-03"]
    assert every.rows[0] == found.rows[0]
    assert not every.notes
    assert [row.title for row in every.rows if not row.evidence]
    assert ids(answer(store, vocabulary, question, limit=2, lexicon=own)) == ids(every)[:2]


def test_unknown_words_give_nothing_and_the_labels_that_are_near(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "zyxgnarf blorbification")
    assert not found.rows
    assert found.ignored == ["zyxgnarf blorbification"]
    assert found.notes == ("No word of the question names something the graph knows.",)
    (note,) = answer(store, vocabulary, "spekulitve dekodng").notes
    assert "nearest labels are: speculative decoding" in note


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("before October 2025", 0),
        ("until 2025-10-15", 0),
        ("in October", 0),
        ("before 2026-01", 1),
        ("since 2024-05", 1),
    ],
)
def test_date_that_is_less_exact_than_the_question_counts_where_it_is_sure(
    question: str, count: int, vocabulary: Vocabulary
) -> None:
    with Store(None) as store:
        store.put_entry(Entry(Document("x-1", "x", 1, {}, date="2025"), Record("x-1", "X", paper="paper:x")))
        assert len(answer(store, vocabulary, question).rows) == count


def test_technique_that_none_uses_is_found_where_it_is_compared_with(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "SkyDemo")
    assert ids(found) == ["900-01"]
    assert "compare with it" in found.notes[0]
    assert not answer(store, vocabulary, "Which papers use SkyDemo?").rows


def test_tables_have_a_row_a_paper_and_a_row_a_quote(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "Which papers use LoRA?")
    assert list(found.papers["id"]) == ["900-03"]
    assert set(found.evidence["quote"]) == {"LoRA"}


HOSTILE = [
    '" } INSERT DATA { <x:a> <x:b> "c" } #',
    "papers by \"'; DROP ALL ; {}[]()<>?x $y \\ \\u0041 \\",
    "use '){}(' \"}}{{\" from `rm -rf` $(x) | & ;",
    "\x00\x07\x1b[31m KV cache \ud7ff\ufffe\u202e",
    "from " + "A" * 100_000,
    "((((" * 30_000,
    "Ω≈ç√∫˜µ≤≥÷ 知识蒸馏 🤖 ‮",
    "[a-z]+(.*)+$ papers from (((",
    "",
    "   ",
    "？？？",
    "10x 20x 30% 5 GB 12 ms",
    "not not or and without or or not",
]


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_question_does_no_harm(question: str, store: Store, vocabulary: Vocabulary, own: Lexicon) -> None:
    before = store.graphs()
    answer(store, vocabulary, question, lexicon=own).to_json()
    assert store.graphs() == before


WORDS = [
    *("or", "not", "不", "use", "LoRA", "10x", "%", "<>", "≥", "{", "}", '"', "'", "的", "H100", "with", "或", "and"),
    *("less", "than", "speedup", "延迟", ",", "without", "from"),
]


@settings(max_examples=150)
@given(question=st.text(max_size=200) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_a_question(question: str, store: Store, vocabulary: Vocabulary, own: Lexicon) -> None:
    answer(store, vocabulary, question, lexicon=own)


def test_asking_imports_nothing_slow() -> None:
    slow = ("spacy", "torch", "pandas", "rdflib", "networkx", "rapidfuzz")
    code = f"import sys, kg.query; print([m for m in {slow} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_sentence_that_names_what_few_papers_have_says_it(own: Lexicon, vocabulary: Vocabulary) -> None:
    asked = "papers on load balancing"
    said, unsaid = (read(asked, one).filter.conditions[0].any_of for one in (own, Lexicon(vocabulary)))
    assert any(isinstance(term, Phrase) and "load balancing" in term.wordings for term in said)
    assert not any(isinstance(term, Phrase) and "load balancing" in term.wordings for term in unsaid)
