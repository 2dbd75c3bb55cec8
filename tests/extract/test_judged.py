"""What tagger, judges and rules read together, and that each claim says how sure it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.context import view_of
from kg.extract.judge import Judge, judges, survivors
from kg.extract.pairs import NAMES, entities, table
from kg.model import RELATION_TYPES, Document, Record
from kg.vocabulary import Vocabulary

Read = Callable[..., Record]

TITLE = "ZapKV: Query-Aware KV Cache Eviction with Gated Token Routing for Long-Context Inference"
ABSTRACT = (
    "Long-context inference of large language models is limited by the memory footprint of the key-value (KV) cache. "
    "Existing eviction methods such as SnapKV and H2O discard tokens that later queries need. "
    "We propose ZapKV, a query-aware KV cache eviction framework. "
    "ZapKV introduces a gated token router that scores tokens, and builds on PagedAttention. "
    "On Llama-3-8B and Zapdos-13B, ZapKV outperforms SnapKV by 4.2% on LongBench and on the newly released FooBench-2 "
    "dataset for long-document question answering. "
    "It runs 2.3x faster than full attention on a single NVIDIA A100 GPU."
)


@pytest.fixture(scope="module")
def record(read: Read) -> Record:
    return read(ABSTRACT, title=TITLE)


def test_roles_follow_the_argument_of_the_paper(record: Record) -> None:
    roles = {m.canonical: m.role for m in record.techniques}
    assert roles["ZapKV"] == "proposed"
    assert roles["gated token router"] == "proposed"
    assert roles["PagedAttention"] == "used"
    assert roles["SnapKV"] == "baseline"


def test_names_that_nobody_knows_are_found_by_their_sentence(record: Record) -> None:
    assert {"Llama-3-8B", "Zapdos-13B"} == {m.canonical for m in record.models}
    assert {"LongBench", "FooBench-2"} == {m.canonical for m in record.datasets}
    assert [m.canonical for m in record.hardware] == ["NVIDIA A100"]


def test_relations_join_what_stands_sentences_apart(record: Record) -> None:
    found = {(r.head, r.type, r.tail) for r in record.relations}
    assert ("ZapKV", "outperforms", "SnapKV") in found
    assert ("ZapKV", "evaluated_on", "LongBench") in found
    assert ("ZapKV", "runs_on", "NVIDIA A100") in found
    assert ("gated token router", "part_of", "ZapKV") in found


def test_a_tail_has_one_head_a_type(record: Record) -> None:
    ends = [(r.head if r.type == "part_of" else r.tail, r.type) for r in record.relations]
    assert len(ends) == len(set(ends))


def test_topics_have_their_words(record: Record) -> None:
    assert {"kv-cache-compression", "long-context"} <= {t.id for t in record.topics}
    assert all(t.evidence is not None and t.evidence.quote for t in record.topics)


def test_every_claim_says_how_sure_it_is(record: Record) -> None:
    claims = [*record.techniques, *record.problems, *record.models, *record.datasets, *record.relations, *record.topics]
    assert len({c.confidence for c in claims}) > 5
    assert all(0 < c.confidence <= 1 for c in claims)


def test_what_is_left_for_the_second_judge_does_not_overlap(entry: Callable[..., Document]) -> None:
    doc = make_doc(pipeline(), entry(ABSTRACT, title=TITLE), Vocabulary.load())
    for name, component in pipeline().pipeline:
        doc = component(doc)
        if name == "kg_tagger":
            break
    component = dict(pipeline().pipeline)["kg_techniques"]
    left = survivors(doc, "technique", component.candidates(doc), view_of(doc, component.vocabulary), [])
    assert len(left) > 5
    assert not any(a is not b and a.start < b.end and b.start < a.end for a in left for b in left)


def test_pairs_are_rows_of_known_features(entry: Callable[..., Document]) -> None:
    doc = make_doc(pipeline(), entry(ABSTRACT, title=TITLE), Vocabulary.load())
    for name, component in pipeline().pipeline:
        if name == "kg_relations":
            view = view_of(doc, component.vocabulary)
            found = entities(doc, view)
            head = component.head(doc, found)
            pairs, rows = table(doc, view, found, component.ruled(doc, found, head), head)
        doc = component(doc)
    assert rows.shape == (len(pairs), len(NAMES))
    assert found[head].own
    related = {(found[i].mention.canonical, found[j].mention.canonical) for i, j in pairs}
    assert ("ZapKV", "SnapKV") in related
    assert all(found[i].mention.type in ("technique", "model") and i != j for i, j in pairs)
    assert judges()["relation"].labels == ["none", *RELATION_TYPES]


def test_a_judge_takes_no_notice_of_what_it_does_not_know() -> None:
    told = {
        "labels": ["no", "yes"],
        "threshold": 0.5,
        "features": ["tag"],
        "mean": [0.0],
        "scale": [1.0],
        "hidden": [[2.0]],
        "shift": [0.0],
        "out": [[-1.0, 1.0]],
        "bias": [0.0, 0.0],
    }
    likely = Judge(told)([{"tag": 1.0}, {"tag": 0.0}, {"tag": 1.0, "unheard of": 9.0}])
    assert np.allclose(likely.sum(1), 1)
    assert likely[0, 1] == pytest.approx(1 / (1 + np.exp(-4)))
    assert likely[1, 1] == pytest.approx(0.5)
    assert likely[2, 1] == likely[0, 1]


@pytest.mark.parametrize("text", ["x\n" * 3000, "KV cache " * 2000, "(" * 3000, "GPU-GPU-" * 1500])
def test_texts_without_sense_are_read_in_bounded_time(read: Read, text: str) -> None:
    record = read(text, title=TITLE)
    assert len(record.techniques) <= 100
