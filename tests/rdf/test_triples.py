"""Documents, records and sources as triples."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest

from kg.build.verification import grouped
from kg.entity_types import LISTS
from kg.identifiers import iri
from kg.model import Brief, Evidence, Facts, Text
from kg.rdf.triples import entry_text, source_text, triples_of
from kg.vocabulary import Vocabulary, ontology_files
from tests.store.graph_demo import demo_document, demo_record, demo_source


def entry_triples(*told: Any) -> list[ox.Triple]:
    return triples_of(entry_text(*told))


def test_annotated_papers_say_each_thing_once_at_its_place(annotated, vocabulary):
    """Each mention, result and relation is a node of its own, and its span is where its quote stands."""
    for document, record in list(annotated.values())[:30]:
        nodes = grouped(entry_triples(document, record, vocabulary))
        entry = f"entry:{record.id}"
        for number, result in enumerate(record.results, 1):
            said = nodes[f"{entry}/result/{number}"]
            low, high = result.value if isinstance(result.value, tuple) else (result.value, result.value)
            assert (said["kg:low"], said["kg:high"], said["kg:metricText"]) == ([low], [high], [result.metric])
            words = result.evidence
            assert said["kg:span"] == [f"{entry}/text/{words.field}#char={words.start},{words.end}"]
            assert nodes[f"{entry}/text/{words.field}"]["kg:raw"][0][words.start : words.end] == words.quote
        mentions = [mention for kind in LISTS.values() for mention in getattr(record, kind)]
        for number, mention in enumerate(mentions, 1):
            said = nodes[f"{entry}/mention/{number}"]
            assert (said["kg:quote"], said["kg:entity"]) == ([mention.surface], [mention.concept])
        assert len(nodes[entry]["kg:mentions"]) == len(mentions) + len(record.topics)
        assert len(nodes[entry]["kg:relation"]) == len(record.relations)


def test_source_says_how_it_is_given_back():
    source = replace(demo_source("demo-01"), skipped=("line 3", "line 1"))
    said = grouped(triples_of(source_text(source)))["source:demo"]
    assert json.loads(said["kg:skeleton"][0]) == ["# Demo\n", ["demo-01", "T"], "\n"]
    assert json.loads(said["kg:skippedList"][0]) == ["line 3", "line 1"]
    assert (said["kg:file"], said["kg:form"]) == (["demo.txt"], ["digest"])


def test_entry_has_no_blank_node_and_is_always_the_same(vocabulary):
    one = entry_triples(demo_document(), demo_record(), vocabulary)
    assert one == entry_triples(demo_document(), demo_record(), vocabulary)
    assert not any(isinstance(term, ox.BlankNode) for triple in one for term in triple)


def test_minted_concept_is_declared_with_the_papers_wordings(vocabulary):
    nodes = grouped(entry_triples(demo_document(), demo_record(), vocabulary))
    minted = nodes["technique:longdemo"]
    assert minted["rdf:type"] == ["kg:Technique"]
    assert minted["skos:prefLabel"] == ["LongDemo"]
    assert minted["skos:altLabel"] == ["LD", "Demo"]
    assert nodes["metric:memory"]["skos:prefLabel"] == ["memory"] or "metric:memory" in vocabulary


def test_vocabularys_concept_is_not_declared_again(vocabulary):
    assert "topic:kv-cache-compression" in vocabulary
    nodes = grouped(entry_triples(demo_document(), demo_record(), vocabulary))
    assert "topic:kv-cache-compression" not in nodes
    assert "topic:kv-cache-compression" in grouped(entry_triples(demo_document(), demo_record(), Vocabulary([])))


def test_institution_is_declared_from_the_register():
    def facts(curie: str):
        assert curie == "ror:03cve4549"
        return {"en": "Tsinghua University", "zh": "清华大学"}, [("THU", "en")], "CN"

    triples = entry_triples(demo_document(), demo_record(), Vocabulary([]), facts)
    said = {(t.predicate.value, str(t.object)) for t in triples if t.subject == ox.NamedNode(iri("ror:03cve4549"))}
    assert (iri("skos:prefLabel"), '"清华大学"@zh') in said
    assert (iri("skos:altLabel"), '"THU"@en') in said
    assert (iri("kg:country"), '"CN"') in said


def test_minted_label_bears_the_language_of_its_script():
    record = demo_record()
    record.techniques[0].canonical = "长视频缓存"
    triples = entry_triples(demo_document(), record, Vocabulary([]))
    assert '"长视频缓存"@zh' in {str(t.object) for t in triples if t.predicate.value == iri("skos:prefLabel")}


def test_only_sure_claims_are_called_so(vocabulary):
    record = demo_record()
    record.techniques[1].sure = record.results[0].sure = False
    triples = entry_triples(demo_document(), record, vocabulary)
    sure = {str(t.subject).strip("<>").partition("demo-01/")[2] for t in triples if t.predicate.value == iri("kg:sure")}
    assert sure == {"mention/1", "mention/2", "mention/4", "mention/5", "mention/6", "relation/1"}
    assert {t.object for t in triples if t.predicate.value == iri("kg:sure")} == {ox.Literal(True)}


def test_relation_is_a_direct_link_too(vocabulary):
    nodes = grouped(entry_triples(demo_document(), demo_record(), vocabulary))
    assert nodes["technique:longdemo"]["kg:outperforms"] == ["technique:h2o"]


def test_unlinked_record_is_refused(vocabulary):
    with pytest.raises(ValueError, match="not linked"):
        entry_triples(demo_document(), replace(demo_record(), paper=""), vocabulary)


def test_text_that_its_edits_do_not_give_is_refused(vocabulary):
    document = demo_document()
    document.texts["T"] = Text("raw", "other")
    with pytest.raises(ValueError, match="edits of T"):
        entry_triples(document, demo_record(), vocabulary)


def test_every_class_and_property_is_declared_in_the_schema():
    declared = set()
    for path in ontology_files():
        if path.name == "kg.ttl":
            declared = {quad.subject.value for quad in ox.parse(path=path) if isinstance(quad.subject, ox.NamedNode)}
    document = replace(demo_document(), arxiv="1", doi="2", url="3", repairs=("b", "a"))
    record = demo_record()
    record.code_url, record.results[0].baseline_concept = "https://x", "technique:h2o"
    record.brief = Brief(("b", "a"), "n", "t", "p", "e")
    record.topics[0].evidence = Evidence("KV cache", "A", 18, 26)
    facts: Facts = ({"en": "Tsinghua University"}, [], "CN")
    triples = entry_triples(document, record, Vocabulary([]), lambda _: facts)
    triples += triples_of(source_text(demo_source("demo-01")))
    used = {t.predicate.value for t in triples} | {
        t.object.value for t in triples if isinstance(t.object, ox.NamedNode)
    }
    assert {name for name in used if name.startswith(iri("kg:"))} - declared == set()
