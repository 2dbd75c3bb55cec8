"""What tagger, judges and rules read together, and that each claim says how sure it is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from spacy.tokens import Doc

from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.context import DocView, view_of
from kg.extract.ends import Placed, entities
from kg.extract.judge import Candidate, Features, judges, survivors
from kg.extract.pairs import NAMES, PairTable, names_with, table, word_feature, words_of
from kg.extract.related import decided, vetoed
from kg.extract.same import grouped
from kg.extract.techniques import Techniques, role_features
from kg.model import RELATION_TYPES, ROLES, Document, Mention, Record, Relation, Text, Topic
from kg.text import fold
from kg.vocabulary import Vocabulary
from tests.extract.partly import read_to_the_tagger

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
def record(read_in_full: Read) -> Record:
    return read_in_full(ABSTRACT, title=TITLE)


def test_roles_follow_the_argument_of_the_paper(record: Record) -> None:
    roles = {form: m.role for m in record.techniques for form in (m.canonical, *m.aliases)}
    assert roles["ZapKV"] == "proposed"
    assert roles["gated token router"] == "proposed"
    assert roles["PagedAttention"] == "used"
    assert roles["SnapKV"] == "baseline"


class _Used:
    """A judge for which every technique is one that is used."""

    labels = ROLES

    def __call__(self, rows: Sequence[Features]) -> Any:
        return np.tile([float(role == "used") for role in ROLES], (len(rows), 1))


@pytest.mark.parametrize(("said", "role"), [("our lazy tile packer", "proposed"), ("the lazy tile packer", "used")])
def test_what_a_paper_calls_its_own_is_proposed(
    entry: Callable[..., Document], monkeypatch: pytest.MonkeyPatch, said: str, role: str
) -> None:
    doc = read_to_the_tagger(entry(f"We distill Plover into {said}, and our LoRA is small.", title="Fast Tiles"))
    monkeypatch.setattr("kg.extract.techniques.judge_for", lambda doc, name: _Used())
    view = view_of(doc, Vocabulary.load())
    found = []
    for surface in ("lazy tile packer", "LoRA"):
        start = view.text.index(surface)
        found.append(Mention("technique", surface, surface, start=start, end=start + len(surface)))
    Techniques(Vocabulary.load())._give_roles(view, found)
    assert [mention.role for mention in found] == [role, "used"]


def test_names_that_nobody_knows_are_found_by_their_sentence(record: Record) -> None:
    assert {"Llama-3-8B", "Zapdos-13B"} == {m.canonical for m in record.models}
    assert {"LongBench", "FooBench-2"} == {m.canonical for m in record.datasets}
    assert [m.canonical for m in record.hardware] == ["NVIDIA A100"]


def test_spans_of_the_tagger_hold_no_half_of_a_pair_of_brackets(read_in_full: Read) -> None:
    text = (
        "We propose ZapRoute, which uses the Weighted Order of Preferred Solutions (WOPS) algorithm for routing tokens "
        "to experts, and a Two-Tier Placement (TTP) strategy for KV caches."
    )
    found = [m.surface for m in read_in_full(text, title="ZapRoute: Routing Tokens on Edge Devices").techniques]
    assert any("WOPS" in surface for surface in found)
    assert not [surface for surface in found if surface.count("(") != surface.count(")")]


def test_what_is_matched_at_less_cost_is_the_baseline(read_in_full: Read) -> None:
    (result,) = read_in_full("Our method matches the performance of Ardea-7B while reducing parameters by 20%.").results
    assert (result.metric, result.baseline) == ("parameters", "Ardea-7B")


def test_models_of_a_known_family_are_found_though_nobody_knows_them(read_in_full: Read) -> None:
    found = read_in_full(
        "We prune large language models. On Qwen9.7-Flash and GLM-9.3-Air, decoding is 2x faster."
    ).models
    assert [m.surface for m in found] == ["Qwen9.7-Flash", "GLM-9.3-Air"]


def test_relations_join_what_stands_sentences_apart(record: Record) -> None:
    found = {(r.head, r.type, r.tail) for r in record.relations}
    assert ("ZapKV", "outperforms", "SnapKV") in found
    assert ("ZapKV", "evaluated_on", "LongBench") in found
    assert ("ZapKV", "runs_on", "NVIDIA A100") in found
    assert any(ends == ["part_of", "ZapKV"] for head, *ends in found if head.startswith("gated token rout"))


def test_a_tail_has_one_head_a_type(record: Record) -> None:
    ends = [(r.head if r.type == "part_of" else r.tail, r.type) for r in record.relations]
    assert len(ends) == len(set(ends))


def test_topics_have_their_words(record: Record) -> None:
    assert {"kv-cache-compression", "long-context"} <= {t.id for t in record.topics}
    assert all(t.evidence is not None and t.evidence.quote for t in record.topics)


def test_every_claim_says_how_sure_it_is(record: Record) -> None:
    claims: list[Mention | Relation | Topic] = [
        *record.techniques,
        *record.problems,
        *record.models,
        *record.datasets,
        *record.relations,
        *record.topics,
    ]
    assert len({c.confidence for c in claims}) > 5
    assert all(0 < c.confidence <= 1 for c in claims)


def test_the_kind_says_how_likely_it_is(read_in_full: Read, read: Read) -> None:
    told = read_in_full("We present ZapServe. ZapServe, a new benchmark, has ten tasks.", title="ZapServe: Tasks")
    assert told.kind == "benchmark"
    assert told.kind_score >= 0.9
    plain = read_in_full(ABSTRACT, title=TITLE)
    assert 0 < plain.kind_score <= 1
    assert read(ABSTRACT, title=TITLE).kind_score == 0


def left_of_techniques(doc: Doc) -> list[Candidate]:
    """The techniques that their judge lets through."""
    component = dict(pipeline().pipeline)["kg_techniques"]
    return survivors(doc, component, view_of(doc, component.vocabulary))


def test_what_a_judge_lets_through_does_not_overlap(entry: Callable[..., Document]) -> None:
    doc = read_to_the_tagger(entry(ABSTRACT, title=TITLE))
    left = left_of_techniques(doc)
    assert len(left) > 5
    assert not any(a is not b and a.start < b.end and b.start < a.end for a in left for b in left)


def test_what_is_left_knows_other_forms_of_what_is_named(entry: Callable[..., Document]) -> None:
    abstract = (
        "We propose trainable sparse attention. Trainable sparse attention (TSA) is a kind of sparse attention. "
        "TSA is fast, and we distill it by knowledge distillation."
    )
    doc = read_to_the_tagger(entry(abstract, title="On Attention"))
    left = left_of_techniques(doc)
    seen = {doc._.text[c.start : c.end].lower(): c.features for c in reversed(left)}  # the likeliest of each form
    forms = [seen["trainable sparse attention"], seen["tsa"]]
    assert sum(f["short or long"] for f in forms) >= 1
    assert any(f.get("part") or f.get("whole") for f in (seen["trainable sparse attention"], seen["sparse attention"]))
    assert seen["knowledge distillation"]["repeats"] == 0
    assert not seen["knowledge distillation"]["short or long"]


def test_the_judge_of_roles_sees_the_nearest_cue(entry: Callable[..., Document]) -> None:
    text = "We propose a router using low-rank adaptation, which is faster than standard attention."
    doc = read_to_the_tagger(entry(text, title="A Router"))
    view = view_of(doc, Vocabulary.load())
    seen = {}
    for form in ("router", "low-rank adaptation", "standard attention"):
        start = doc._.text.index(form)
        seen[form] = role_features(view, start, start + len(form), known=False)
    assert seen["router"]["propose last"]
    assert seen["low-rank adaptation"]["use last"]
    assert seen["low-rank adaptation"]["use near"] == 1
    assert seen["low-rank adaptation"]["propose near"] == 1 / 4
    assert seen["standard attention"]["compare last"]
    assert seen["standard attention"]["plain inside"]
    assert "plain inside" not in seen["router"]


def paired(document: Document, words: tuple[str, ...] = ()) -> tuple[list[Placed], int, list[tuple[int, int]], Any]:
    """The entities of an entry, its main thing, and the table of its pairs."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        if name == "kg_relations":
            view = view_of(doc, component.vocabulary)
            found = entities(doc, view)
            head = component.head(doc, found)
            told = table(doc, view, found, component.ruled(doc, found, head), head, words)
        doc = component(doc)
    return found, head, told.pairs, told.rows


def test_pairs_are_rows_of_known_features(entry: Callable[..., Document]) -> None:
    found, head, pairs, rows = paired(entry(ABSTRACT, title=TITLE))
    assert rows.shape == (len(pairs), len(NAMES))
    assert found[head].own
    related = {(found[i].mention.canonical, found[j].mention.canonical) for i, j in pairs}
    assert ("ZapKV", "SnapKV") in related
    assert all(found[i].mention.type in ("technique", "model") and i != j for i, j in pairs)
    assert judges()["relation"].labels == ["none", *RELATION_TYPES]


def test_pairs_know_what_stands_between_them(entry: Callable[..., Document]) -> None:
    words = ("builds", "outperforms")
    names = names_with(words)
    found, _, pairs, rows = paired(entry(ABSTRACT, title=TITLE), words)
    forms = [(one.mention.canonical, *one.mention.aliases) for one in found]
    row = {ends: r for (i, j), r in zip(pairs, rows, strict=True) for ends in product(forms[i], forms[j])}

    def told(first: str, second: str) -> dict[str, float]:
        return dict(zip(names, row[first, second].tolist(), strict=True))

    near = told("gated token router", "PagedAttention")
    assert near["one sentence"] == near["order"] == near["head before"] == 1
    assert near[word_feature("ahead", "builds")] == near["between verb"] == near["between on"] == 1
    assert near[word_feature("back", "builds")] == near[word_feature("ahead", "outperforms")] == 0
    back = told("PagedAttention", "gated token router")
    assert back["order"] == -1
    assert (back[word_feature("ahead", "builds")], back[word_feature("back", "builds")]) == (0, 1)
    assert told("ZapKV", "SnapKV")[word_feature("ahead", "outperforms")] == 1
    far = told("gated token router", "LongBench")
    assert far["one sentence"] == far["order"] == far["near"] == 0
    assert far["apart"] > 0


def test_a_judge_names_the_words_that_it_looks_at() -> None:
    assert words_of(names_with(("via", ","))) == ("via", ",")
    assert words_of((*NAMES, word_feature("back", "via"))) == ("via",)
    assert words_of(NAMES) == ()


def pairs_told(*pairs: tuple[int, int]) -> PairTable:
    """A table of pairs of which nothing is known."""
    first, second = np.array(pairs).T
    return PairTable(first, second, np.zeros((len(pairs), len(NAMES)), np.float32))


def likely_types(*rows: dict[str, float]) -> Any:
    return np.array([[row.get(kind, 0.0) for kind in RELATION_TYPES] for row in rows])


def chosen(told: PairTable, likely: Any, thresholds: dict[str, float]) -> set[tuple[int, int, str]]:
    least = [thresholds.get(kind, 0.3) for kind in RELATION_TYPES]
    return {(i, j, kind) for i, j, kind, _ in decided(told, likely, least)}


def test_each_type_is_decided_by_a_threshold_of_its_own() -> None:
    likely = likely_types({"uses": 0.4}, {"applied_to": 0.4})
    assert chosen(pairs_told((0, 1), (0, 2)), likely, {"uses": 0.5, "applied_to": 0.3}) == {(0, 2, "applied_to")}


def test_two_things_have_one_relation_in_one_direction() -> None:
    told = pairs_told((0, 1), (1, 0))
    assert chosen(told, likely_types({"uses": 0.6, "evaluated_on": 0.4}, {"part_of": 0.5}), {}) == {(0, 1, "uses")}


def test_a_thing_is_the_component_of_one_whole() -> None:
    likely = likely_types({"part_of": 0.5}, {"part_of": 0.6})
    assert chosen(pairs_told((1, 0), (1, 2)), likely, {}) == {(1, 2, "part_of")}


def test_a_model_that_is_beaten_is_not_what_something_is_applied_to() -> None:
    told = pairs_told((0, 1), (2, 1))
    told.rows[:, NAMES.index("second model")] = 1
    told.rows[:, NAMES.index("between outperform")] = 1
    assert chosen(told, likely_types({"outperforms": 0.6}, {"applied_to": 0.5}), {}) == {(0, 1, "outperforms")}


GOVERNED = (
    "We propose ZapNet, a network with a gated token router. Without knowledge distillation, layer pruning or "
    "weight sharing, ZapNet preserves 97% of full attention accuracy while it uses token merging. "
    "It outperforms FlashAttention and SageAttention."
)


def governed(entry: Callable[..., Document]) -> dict[tuple[str, str], dict[str, float]]:
    """What is known of the pairs of GOVERNED, by head and tail."""
    found, _, pairs, rows = paired(entry(GOVERNED, title="ZapNet: Token Merging"))
    names = [e.mention.canonical for e in found]
    told = [dict(zip(NAMES, row.tolist(), strict=True)) for row in rows]
    return {(names[i], names[j]): row for (i, j), row in zip(pairs, told, strict=True)}


def test_a_cue_governs_its_clause_and_all_members_of_a_list(entry: Callable[..., Document]) -> None:
    rows = governed(entry)
    tails = {tail: row for (head, tail), row in rows.items() if head == "ZapNet"}
    assert tails["knowledge distillation"]["second last is negate"] == 1
    assert tails["token merging"]["second last is negate"] == tails["token merging"]["second governed by negate"] == 0
    for listed in ("FlashAttention", "SageAttention"):
        assert tails[listed]["second last is outperform"] == tails[listed]["second in list"] == 1


def test_what_is_done_without_is_not_used_and_what_is_equalled_not_beaten(entry: Callable[..., Document]) -> None:
    doc_rows = governed(entry)
    tails = [tail for head, tail in doc_rows if head == "ZapNet"]
    rows = np.array([[doc_rows["ZapNet", tail][name] for name in NAMES] for tail in tails], np.float32)
    told = pairs_told(*((0, k) for k in range(1, len(tails) + 1)))._replace(rows=rows)
    out = vetoed(told)
    excluded = {(tail, kind) for tail, row in zip(tails, out, strict=True) for kind in of_row(row)}
    assert ("knowledge distillation", "uses") in excluded
    assert ("token merging", "uses") not in excluded
    assert ("FlashAttention", "outperforms") not in excluded
    assert all((tail, "outperforms") in excluded for tail in tails if tail == "full attention")


def of_row(row: Any) -> list[str]:
    return [kind for kind, is_out in zip(RELATION_TYPES, row, strict=True) if is_out]


def test_acronym_and_expansion_are_one_entity(entry: Callable[..., Document]) -> None:
    text = "We propose adaptive token pruning (ATP), a framework. ATP uses knowledge distillation."
    found, head, _, _ = paired(entry(text, title="Adaptive Token Pruning"))
    names = {fold(found[head].mention.canonical)} | {fold(a) for a in found[head].mention.aliases}
    assert "atp" in names
    assert sum("token pruning" in fold(e.mention.canonical) or fold(e.mention.canonical) == "atp" for e in found) == 1


def test_a_judge_takes_no_notice_of_what_it_does_not_know() -> None:
    judge = judges()["hardware"]
    named = {"rules": 2.0, "label own": 1.0}
    likely = judge([named, {}, {**named, "unheard of": 9.0}])
    assert np.allclose(likely.sum(1), 1)
    assert likely[0, 1] > likely[1, 1]
    assert likely[2, 1] == likely[0, 1]
    names = (*judge.features, "unheard of")
    row = [named.get(name, 0.0) for name in names]
    assert judge.of_table(names, np.array([row], np.float32))[0, 1] == likely[0, 1]


@pytest.mark.parametrize("text", ["x\n" * 3000, "KV cache " * 2000, "(" * 3000, "GPU-GPU-" * 1500])
def test_texts_without_sense_are_read_in_bounded_time(read_in_full: Read, text: str) -> None:
    record = read_in_full(text, title=TITLE)
    assert len(record.techniques) <= 100


def test_wordings_of_one_technique_are_one_mention(read_in_full: Read) -> None:
    text = (
        "Attention over long inputs is slow. We introduce zonal window attention (ZWA), which looks at zones of "
        "tokens, and a learned zone router. ZWA is combined with row pruning and column pruning. "
        "The zone router adds little cost. Experiments on LongBench show that ZWA is 2.1x faster than full attention."
    )
    forms = [{m.surface, *m.aliases} for m in read_in_full(text, title="Fast Reading of Long Inputs").techniques]
    assert sum("ZWA" in names for names in forms) == 1
    assert any({"ZWA", "zonal window attention"} <= {n.removesuffix(" (ZWA)") for n in names} for names in forms)
    assert not any({"row pruning", "column pruning"} <= names for names in forms)


def tagged(document: Document) -> tuple[DocView, Techniques]:
    """What the rules and the tagger see of an entry, and the component that finds its techniques."""
    doc = read_to_the_tagger(document)
    techniques = dict(pipeline().pipeline)["kg_techniques"]
    return view_of(doc, techniques.vocabulary), techniques


def groups(view: DocView, techniques: Sequence[Mention], threshold: float) -> set[frozenset[str]]:
    """The names of each technique when wordings are joined from a likelihood on."""
    left = [replace(mention) for mention in techniques]
    judge = copy(judges()["same"])
    judge.threshold = threshold
    grouped(view, left, judge)
    return {frozenset({m.surface, *m.aliases}) for m in left}


def test_wordings_are_grouped_alike_in_any_order(entry: Callable[..., Document]) -> None:
    text = (
        "We introduce a zonal window attention mechanism, ZWA, and a learned zone router. Zonal window attention uses "
        "row pruning and column pruning. The zone routing mechanism is trained by knowledge distillation. Row-pruning "
        "strategies and the column pruning strategy are simple. ZWA beats full attention."
    )
    view, component = tagged(entry(text, title="ZWA: Zonal Window Attention"))
    found = component.wordings(view.doc)
    for threshold in (0.5, 0.05, 0.005):
        expected = groups(view, found, threshold)
        assert 1 < len(expected) < len(found)
        for seed in range(5):
            shuffled = random.Random(seed).sample(found, len(found))
            assert groups(view, shuffled, threshold) == expected


def test_no_more_techniques_are_compared_than_a_hundred(
    entry: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.extract.judge.CHANCE", 0.0)
    text = ", ".join(f"Zap{n} pruning" for n in range(200))
    view, component = tagged(entry(text, title=TITLE))
    spans = [(m.start(), m.end()) for m in re.finditer(r"Zap\d+ pruning", view.text)]
    found = [Candidate(start, end, 0.9, {}) for start, end in spans]
    monkeypatch.setattr("kg.extract.judge.ruled_out", lambda view, kind, span: False)
    monkeypatch.setattr(component, "candidates", lambda doc: found)
    assert len(survivors(view.doc, component, view)) == 100


def test_members_of_a_list_share_a_role(entry: Callable[..., Document], monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("Corvid", "Plover", "Dunlin", "Siskin")
    text = "ZapKV is compared with Corvid, Plover, and Dunlin, for which we adapt Siskin."
    likely = {
        "Corvid": ("baseline", 0.6),
        "Plover": ("used", 0.5),
        "Dunlin": ("baseline", 0.7),
        "Siskin": ("used", 0.9),
    }

    class Told:
        labels = ROLES

        def __call__(self, rows: Sequence[Features]) -> Any:
            out = np.zeros((len(names), len(ROLES)))
            for row, (role, p) in zip(out, likely.values(), strict=True):
                row[ROLES.index(role)] = p
            return out

    view, component = tagged(entry(text, title=TITLE))
    found = [Mention("technique", n, n, start=(at := view.text.index(n)), end=at + len(n)) for n in names]
    monkeypatch.setattr("kg.extract.techniques.judge_for", lambda doc, name: Told())
    component._give_roles(view, found)
    assert {m.surface: m.role for m in found} == {
        "Corvid": "baseline",
        "Plover": "baseline",
        "Dunlin": "baseline",
        "Siskin": "used",
    }
    listed = [view.roles[m.start, m.end] for m in found[:3]]
    assert np.allclose(listed, listed[0])


def test_a_clause_is_never_surer_than_a_name() -> None:
    text = "Decoding remains slow. The memory footprint of the cache is large."
    doc = make_doc(pipeline(), Document("p", "s", 1, {"A": Text(text, text)}), Vocabulary.load())
    for name in ("kg_names", "kg_phrases"):
        doc = dict(pipeline().pipeline)[name](doc)
    view = view_of(doc, Vocabulary.load())
    clause, name = "Decoding remains slow", "memory footprint of the cache"
    at = [(text.index(said), text.index(said) + len(said)) for said in (clause, name)]
    assert [view.scored(*span, 0.9) for span in at] == [0.5, 0.9]


def test_what_a_name_is_said_to_be_is_no_part_of_it(read_in_full: Read) -> None:
    text = (
        "Speculative decoding is slow. We propose Arbalest, a novel step-level speculative generation framework that "
        "routes generation dynamically. Arbalest consists of a lightweight step router and an acceptance head."
    )
    relations = read_in_full(text, title="Arbalest: Step-Level Speculation").relations
    parts = [r.head for r in relations if r.type == "part_of"]
    assert parts == ["lightweight step router", "acceptance head"]


def test_what_a_paper_does_without_is_not_used(read_in_full: Read) -> None:
    text = (
        "Gestures need tokens, which lose detail. We propose ZapMove, a framework for gesture synthesis without "
        "vector quantization. ZapMove uses a masked autoregressive model with diffusion in a continuous space."
    )
    roles = {
        m.canonical: m.role
        for m in read_in_full(text, title="ZapMove: Gestures without Vector Quantization").techniques
    }
    assert roles.get("vector quantization", "mentioned") == "mentioned"
    assert "used" in roles.values()


def test_a_device_of_the_motive_is_not_what_something_runs_on(read_in_full: Read) -> None:
    motive = "Language models run slowly on mobile phones and edge devices. We propose ZapCut, a pruning method. "
    own = "We prune weights by their magnitude. ZapCut runs 2x faster than dense models on edge devices."
    for text, devices in ((motive + own, {"edge device"}), (motive + "ZapCut is 2x faster than dense models.", set())):
        relations = read_in_full(text, title="ZapCut: Fast Pruning").relations
        assert {r.tail for r in relations if r.type == "runs_on"} == devices
