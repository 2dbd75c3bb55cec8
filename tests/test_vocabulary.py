"""The vocabulary: whole, bilingual, without doubles, and large enough for the field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib
import vocabulary_suspects

from kg.entity_types import CONCEPT_TYPES, data_folder
from kg.model import KgError
from kg.text import fold
from kg.vocabulary import Vocabulary, ontology_files, read_concepts

VOCABULARY = Vocabulary.load()


def test_every_concept_has_a_preferred_label_in_both_languages() -> None:
    lacking = [c.curie for c in VOCABULARY.concepts.values() if not {"en", "zh"} <= set(c.label)]
    assert lacking == []


def test_no_label_is_shared_by_two_concepts_of_one_type() -> None:
    bearers: dict[tuple[str, str], set[str]] = {}
    for concept in VOCABULARY.concepts.values():
        for label in (*concept.labels(), *concept.hidden):
            bearers.setdefault((concept.type, fold(label)), set()).add(concept.curie)
    assert {key: sorted(names) for key, names in bearers.items() if len(names) > 1} == {}


def test_broader_concepts_exist_have_the_same_type_and_make_no_cycle() -> None:
    for concept in VOCABULARY.concepts.values():
        for broader in concept.broader:
            assert broader in VOCABULARY, f"{concept.curie} has the unknown broader {broader}"
            assert VOCABULARY[broader].type == concept.type
        assert concept.curie not in VOCABULARY.broader(concept.curie), f"{concept.curie} is broader than itself"


def test_indicated_topics_exist() -> None:
    for concept in VOCABULARY.concepts.values():
        for topic in concept.topics:
            assert topic in VOCABULARY, f"{concept.curie} indicates the unknown {topic}"
            assert VOCABULARY[topic].type == "topic"


def test_broken_turtle_is_named_with_its_file(tmp_path: Path) -> None:
    bad = tmp_path / "broken.ttl"
    bad.write_text("<a> <b> ")
    with pytest.raises(KgError, match=r"broken\.ttl"):
        read_concepts([bad])


def test_topics_are_those_of_the_annotators(shared: Path) -> None:
    wanted = {line.split("\t")[0] for line in (shared / "gold/TOPICS.txt").read_text("utf-8").splitlines() if line}
    assert {c.removeprefix("topic:") for c in VOCABULARY.concepts if c.startswith("topic:")} == wanted


def _shared_by_two(records: list[dict[str, Any]], key: str, slot: str) -> list[str]:
    counts = Counter(x for r in records for x in {entity[slot].lower() for entity in r[key]})
    return [name for name, n in counts.items() if n > 1]


def _all(records: list[dict[str, Any]], key: str, slot: str) -> list[str]:
    return sorted({entity[slot] for r in records for entity in r[key]})


@pytest.mark.parametrize(
    ("kind", "key", "slot", "which"),
    [
        ("technique", "techniques", "canonical", _shared_by_two),
        ("hardware", "hardware", "canonical", _all),
        ("model", "models", "canonical", _all),
        ("dataset", "datasets", "canonical", _all),
        ("metric", "results", "metric", _shared_by_two),
    ],
)
def test_four_fifths_of_what_annotators_name_resolve(
    shared: Path, kind: str, key: str, slot: str, which: Callable[[list[dict[str, Any]], str, str], list[str]]
) -> None:
    records = [json.loads(line) for line in (shared / "gold/train.jsonl").read_text("utf-8").splitlines()]
    names = which(records, key, slot)
    found = [name for name in names if VOCABULARY.find(name, kind)]
    assert len(found) >= 0.8 * len(names)


def test_every_class_and_property_has_label_and_definition_in_both_languages() -> None:
    graph = rdflib.Graph().parse(data_folder("ontology") / "kg.ttl")
    own = "https://w3id.org/paper-kg/ns#"
    terms = {s for s in graph.subjects(rdflib.RDF.type) if str(s).startswith(own)}
    assert len(terms) > 50
    for term in terms:
        labels, said = (
            {o.language for p in properties for o in graph.objects(term, p) if isinstance(o, rdflib.Literal)}
            for properties in ((rdflib.RDFS.label,), (rdflib.RDFS.comment, rdflib.SKOS.definition))
        )
        assert {"en", "zh"} <= labels, f"{term} lacks a label"
        assert {"en", "zh"} <= said, f"{term} lacks a definition"


def test_files_parse_with_rdflib_too() -> None:
    for path in ontology_files():
        assert len(rdflib.Graph().parse(path)) > 0


def test_h100_is_found_under_hopper_and_gpu() -> None:
    above = VOCABULARY.broader("hardware:nvidia-h100")
    assert {"hardware:hopper", "hardware:nvidia-gpu", "hardware:gpu"} <= set(above)
    assert "hardware:nvidia-h100" in VOCABULARY.narrower("hardware:gpu")


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("problem:high-memory-footprint-on-a-phone", ["problem:high-memory-consumption"]),
        ("task:anomaly-detection-in-video-understanding", ["task:anomaly-detection", "task:video-understanding"]),
        ("task:wobble-folding", []),
        ("technique:wobbly-speculative-decoding", []),  # its kinds are told by how their names end
        ("hardware:nvidia-h100", ["hardware:hopper", "hardware:data-center-gpu"]),
    ],
)
def test_problem_or_task_of_a_longer_name_stands_under_what_its_name_holds(name: str, above: list[str]) -> None:
    assert VOCABULARY.above(name) == above


@pytest.mark.parametrize(
    "label", ["KV-cache compression", "key-value cache compression", "KV缓存压缩", "kv Cache Compressions"]
)
def test_one_concept_answers_to_every_spelling(label: str) -> None:
    concept = VOCABULARY.find(label, "topic")
    assert concept is not None
    assert concept.curie == "topic:kv-cache-compression"


def test_the_longest_label_wins_and_types_do_not_hinder_each_other() -> None:
    found = {(m.type, m.concept) for m in VOCABULARY.match("KV cache eviction on an H100")}
    assert ("technique", "technique:kv-cache-eviction") in found
    assert ("technique", "technique:kv-cache") not in found
    assert ("hardware", "hardware:nvidia-h100") in found


def test_short_names_keep_their_case_in_running_text() -> None:
    assert not [m for m in VOCABULARY.match("the sam and the mae of a short clip model") if m.type == "model"]
    assert [m for m in VOCABULARY.match("we prune SAM") if m.type == "model"]


def test_no_type_is_missing() -> None:
    assert {c.type for c in VOCABULARY.concepts.values()} >= set(CONCEPT_TYPES)


def test_no_alternative_label_is_suspect_unless_somebody_accepted_it() -> None:
    known = vocabulary_suspects.accepted()
    new = [suspect for suspect in vocabulary_suspects.suspects(VOCABULARY) if suspect[:2] not in known]
    assert new == [], "see scripts/vocabulary_suspects.py; what is right goes to data/gold/labels-accepted.tsv"


def test_siblings_antonyms_and_common_words_are_suspect(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text(
        "@prefix kg: <https://w3id.org/paper-kg/ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        "@prefix technique: <https://w3id.org/paper-kg/technique/> ."
        'technique:a a kg:Technique ; skos:prefLabel "dynamic pruning"@en , "动态剪枝"@zh ;'
        'skos:altLabel "static pruning"@en .'
        'technique:b a kg:Technique ; skos:prefLabel "beam search"@en , "束搜索"@zh ; skos:altLabel "Search"@en .'
    )
    found = vocabulary_suspects.suspects(Vocabulary(read_concepts([bad])))
    assert {(suspect.concept, suspect.label) for suspect in found} == {
        ("technique:a", "static pruning"),
        ("technique:b", "Search"),
    }


@pytest.mark.parametrize(("text", "found"), [("VLLMs", False), ("vLLM", True), ("Rope", False), ("MoEs", True)])
def test_acronyms_match_their_own_case_and_a_plural_s(text: str, found: bool) -> None:
    assert any(m.type == "technique" for m in VOCABULARY.match(text)) == found
    assert (VOCABULARY.find_written(text, "technique") is not None) == found
    assert text != "VLLMs" or VOCABULARY.find("vllm", "technique")  # a question may be typed in lower case
