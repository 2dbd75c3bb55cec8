"""Relations between the entities of a paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kg.extract.comparisons import LIKE, WIN
from kg.extract.pairs import NAMES, PairTable
from kg.extract.related import as_stated, chosen_of
from kg.extract.winners import StatedRelation
from kg.model import RELATION_TYPES, Document, Record
from kg.records import from_json, to_json
from kg.trust import LIKELY, ruled_relations

Read = Callable[..., Record]


@pytest.fixture
def all_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relations of all types are said, also where the rules are seldom right: the judges weigh these too."""
    for kind in RELATION_TYPES:
        monkeypatch.setitem(ruled_relations(), kind, 1.0)


TITLE = "ZapNet: Sparse Attention for Video Generation"
ABSTRACT = (
    "Video models suffer from quadratic attention cost. We propose ZapNet, a network with a Gated Token Router. "
    "ZapNet uses knowledge distillation. ZapNet is better than FlashAttention. "
    "Compared with SageAttention, it needs less energy. It is evaluated on VBench with Wan2.1. "
    "ZapNet runs on mobile phones."
)


def triples(record: Record) -> set[tuple[str, str, str]]:
    return {(r.head, r.type, r.tail) for r in record.relations}


@pytest.mark.parametrize(
    ("head", "kind", "tail"),
    [
        ("ZapNet", "uses", "knowledge distillation"),
        ("gated token router", "part_of", "ZapNet"),
        ("ZapNet", "outperforms", "FlashAttention"),
        ("ZapNet", "compared_with", "SageAttention"),
        ("ZapNet", "addresses", "quadratic complexity of attention"),
        ("ZapNet", "evaluated_on", "VBench"),
        ("ZapNet", "applied_to", "Wan2.1"),
        ("ZapNet", "applied_to", "video generation"),
        ("ZapNet", "runs_on", "mobile phone"),
    ],
)
@pytest.mark.usefixtures("all_said")
def test_role_and_type_of_an_entity_give_its_relation(read: Read, head: str, kind: str, tail: str) -> None:
    assert (head, kind, tail) in triples(read(ABSTRACT, title=TITLE))


def test_rules_say_what_they_are_right_about_more_often_than_not(read: Read) -> None:
    said = read(ABSTRACT, title=TITLE).relations
    assert {r.type for r in said} == {"evaluated_on", "runs_on"}
    assert all(r.confidence == ruled_relations()[r.type] >= LIKELY and not r.sure for r in said)


@pytest.mark.usefixtures("all_said")
@pytest.mark.parametrize(
    ("tail", "quote"),
    [
        ("knowledge distillation", "ZapNet uses knowledge distillation."),
        ("VBench", "It is evaluated on VBench with Wan2.1."),  # which no sentence names with the other end
    ],
)
def test_evidence_is_the_sentence_that_names_both_ends_or_the_tail(read: Read, tail: str, quote: str) -> None:
    (relation,) = [r for r in read(ABSTRACT, title=TITLE).relations if r.tail == tail]
    assert relation.evidence.quote == quote


def test_ends_of_relations_are_entities_of_the_record(read: Read) -> None:
    record = read(ABSTRACT, title=TITLE)
    lists = (record.techniques, record.problems, record.tasks, record.hardware, record.models, record.datasets)
    names = {m.canonical for mentions in lists for m in mentions}
    assert record.relations
    assert all({r.head, r.tail} <= names and r.type in RELATION_TYPES for r in record.relations)
    assert all(r.head != r.tail for r in record.relations)


def test_paper_that_proposes_nothing_has_no_relations(read: Read) -> None:
    assert read("Pruning runs on GPUs and is evaluated on ImageNet.").relations == []


@pytest.mark.usefixtures("all_said")
def test_without_a_name_the_head_is_what_the_paper_says_it_proposes(read: Read) -> None:
    text = (
        "Static Budget Allocation is a new idea of others and wastes memory. "
        "We propose a gated token router for long videos. It uses knowledge distillation."
    )
    heads = {r.head for r in read(text).relations if r.type == "uses"}
    assert heads <= {"gated token router"}


@pytest.mark.usefixtures("all_said")
def test_a_model_has_the_role_that_its_relation_tells(read: Read, entry: Callable[..., Document]) -> None:
    record = read(ABSTRACT, title=TITLE)
    assert [(m.canonical, m.role) for m in record.models] == [("Wan2.1", "evaluated")]
    again = from_json(to_json(record), entry(ABSTRACT, title=TITLE))
    assert [m.role for m in again.models] == ["evaluated"]


def test_institutions_take_no_part_in_relations(read: Read) -> None:
    record = read(ABSTRACT, title=TITLE, line="Tsinghua University")
    assert [m.canonical for m in record.institutions] == ["Tsinghua University"]
    assert triples(record) == triples(read(ABSTRACT, title=TITLE))


def test_nobody_wins_over_a_level(read_in_full: Read) -> None:
    text = (
        "Training mixtures of experts is hard. We present ZapMoE, an open research platform of seven models. Across "
        "six evaluation tasks, ZapMoE improves average accuracy by up to 3.4 points over dense baselines trained with "
        "identical FLOPs."
    )
    record = read_in_full(text, title="ZapMoE: A Research Platform for Mixture-of-Experts Language Models")
    assert [relation.tail for relation in record.relations if relation.type == "outperforms"] == ["dense baselines"]


def test_what_every_model_has_inside_is_not_used(read_in_full: Read) -> None:
    text = (
        "The KV cache of language models is large. We propose ZapCut, a pruning method that uses knowledge "
        "distillation and scores tokens by attention scores. It uses the KV cache of all layers and a teacher model."
    )
    used = {r.tail for r in read_in_full(text, title="ZapCut: Pruning with Distillation").relations if r.type == "uses"}
    assert "knowledge distillation" in used
    assert used.isdisjoint({"KV cache", "attention score", "teacher model"})


@pytest.mark.parametrize(
    ("kind", "likely", "is_said"), [(WIN, 0.35, False), (WIN, 0.45, True), (LIKE, 0.1, False), (LIKE, 0.25, True)]
)
def test_a_stated_comparison_is_said_and_nothing_else_unless_it_is_hopeless(
    kind: str, likely: float, is_said: bool
) -> None:
    told = PairTable(np.array([0]), np.array([1]), np.zeros((1, len(NAMES)), np.float32))
    at, least, uses = RELATION_TYPES.index(kind), 0.5, RELATION_TYPES.index("uses")
    judged = np.zeros((1, len(RELATION_TYPES)))
    judged[0, at], judged[0, uses] = likely, 0.6
    out = as_stated(told, judged, [least] * len(RELATION_TYPES), {(0, 1): StatedRelation(kind, 0)})
    assert bool(out[0, at] >= least) is is_said
    assert bool(out[0, uses]) is not is_said


@pytest.mark.parametrize(("score", "said"), [(0.4, False), (0.5, True)])
def test_a_win_that_no_words_state_must_be_likely(
    read_in_full: Read, monkeypatch: pytest.MonkeyPatch, score: float, *, said: bool
) -> None:
    def scored(*told: Any) -> list[Any]:
        return [(*ends, kind, score if kind == WIN else sure) for *ends, kind, sure in chosen_of(*told)]

    monkeypatch.setattr("kg.extract.related.chosen_of", scored)
    text = (
        "We propose HapT, hierarchical prompt tuning for images. HapT outperforms adapters on FGVC. Furthermore, HapT "
        "trains faster and yields feature representations closer to those of fully fine-tuned models."
    )
    beaten = [r.tail for r in read_in_full(text, title="HapT: Prompt Tuning").relations if r.type == "outperforms"]
    assert ("fully fine-tuned models" in beaten, len(beaten)) == (said, 1 + said)


@pytest.mark.parametrize(("winner", "said"), [("LoRA", True), ("the LoRA-tuned model", False)])
def test_what_describes_the_winner_does_not_win(
    read_in_full: Read, monkeypatch: pytest.MonkeyPatch, winner: str, *, said: bool
) -> None:
    def all_win(told: PairTable, *_: Any) -> list[Any]:
        return [(i, j, WIN, 0.9) for i, j in told.pairs]

    monkeypatch.setattr("kg.extract.related.chosen_of", all_win)
    text = f"We introduce Vetch, a vision model for pests. On 1,000 images, {winner} outperforms full fine-tuning."
    won = triples(read_in_full(text, title="Vetch: Pest Detection"))
    assert (("LoRA", "outperforms", "full fine-tuning") in won) is said
    assert ("Vetch", "outperforms", "full fine-tuning") in won
