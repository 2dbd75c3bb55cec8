"""What was understood is a tree, and SQL that gives the same papers."""

from __future__ import annotations

import json

import pytest

from kg.query import Answer, Condition, Filter, Lexicon, Phrase, Query, answer
from kg.query.explain import explained, lines, sql
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

QUESTIONS = ["KV-cache compression papers on H100", "papers on NVIDIA GPUs",
             "papers from Peking University without reinforcement learning", "清华大学或北京大学的论文",
             "speedup of at least 10x", "papers with code on GitHub", "papers without code",
             "what outperforms SkyDemo?", "papers in October 2025", "papers before November",
             "Which papers use LoRA?", "SkyDemo", "report 900", "900-02",
             'papers from "video generation"']  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_sql_runs_as_it_is_and_gives_the_same_papers(question: str, store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, question)
    assert found.rows
    said = sql(found.query.filter)
    assert {paper for paper, _ in store.rows(said)} == {row.paper for row in found.rows}


def test_words_stay_words(store: Store) -> None:
    words = "a') OR 1=1 -- \" ? ' \\ c" + " d" * 80
    assert store.rows(sql(Filter((Condition("x", (Phrase(words),)),)))) == []


def test_plan_says_type_concept_and_how_many_count(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "KV cache compression or pruning on H100 with 2x speedup without code nowadays")
    told = lines(found)
    assert told[0] == "papers"
    assert told[1] == (
        "  topic: KV cache compression (topic:kv-cache-compression) | topic: pruning (topic:pruning)"
        '  from "KV cache compression / pruning"'
    )
    assert any(line.startswith("  hardware: NVIDIA H100 (hardware:nvidia-h100, ") for line in told)
    assert any("concepts count as it" in line for line in told)
    assert told[-3:] == ['  not code: code  from "code"', "ignored: nowadays", f"first tier: {found.total} papers"]


def test_json_form_says_the_same(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "papers proposing LoRA since 2025 nowadays")
    said = json.loads(json.dumps(explained(found)))
    assert said["kind"] == "papers"
    lora, date = said["conditions"]
    assert lora["any_of"][0]["concept"] == "technique:lora"
    assert lora["any_of"][0]["roles"] == ["proposed"]
    assert len(lora["any_of"][0]["counts"]) > 1
    assert (date["any_of"][0]["op"], date["any_of"][0]["value"]) == (">=", "2025")
    assert said["ignored"] == ["nowadays"]
    assert (lora["hard"], date["hard"], said["tiers"]["first"]) == (False, True, found.total)
    assert said["sql"] == sql(found.query.filter)


def test_what_is_asked_for_stands_in_the_plan(lexicon: Lexicon) -> None:
    from kg.query import read

    told = lines(Answer("", read("highest speedup on H100", lexicon)))
    assert told[0] == "ranking"
    assert "  order: highest" in told
    assert lines(Answer("", Query("near", words="long contexts"))) == ["near", "  words: long contexts"]
