from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest
from graph_demo import demo_document, demo_record, demo_source
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kg.graph.reading import grouped, read_entry, read_source

from kg.graph.rdf import entry_triples, fingerprint, source_triples
from kg.graph.store import OxigraphStore
from kg.model import (
    ENTITY_TYPES,
    FIELDS,
    KINDS,
    LISTS,
    RELATION_TYPES,
    ROLES,
    Brief,
    Document,
    Evidence,
    Mention,
    Record,
    Relation,
    Result,
    Source,
    Text,
    Topic,
)
from kg.names import iri
from kg.text import repaired
from kg.vocabulary import Vocabulary, ontology_files

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORD = TEXT.filter(bool)
LOCAL = st.from_regex(r"[a-z0-9汉]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
SCORE, SURE = st.floats(0, 1), st.booleans()
NUMBER = st.floats(-1e9, 1e9).map(lambda x: x + 0.0)


def named(kind: str) -> st.SearchStrategy[str]:
    return LOCAL.map(lambda name: f"{kind}:{name}")


def concept(kind: str) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), named(kind))


@st.composite
def texts(draw: st.DrawFn) -> Text:
    raw = draw(TEXT)
    ends = draw(st.lists(st.integers(0, len(raw)), max_size=4).map(sorted))
    edits = [(a, b, draw(TEXT)) for a, b in zip(ends[::2], ends[1::2], strict=False) if a < b]
    return repaired(raw, edits)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    start = draw(st.integers(-1, 99))
    if start < 0:
        return Evidence(draw(WORD))
    return Evidence(draw(WORD), draw(st.sampled_from(FIELDS)), start, start + draw(st.integers(1, 9)))


@st.composite
def mentions(draw: st.DrawFn, kind: str) -> Mention:
    place = draw(evidence())
    role = draw(st.sampled_from(ROLES)) if kind == "technique" else ""
    aliases = tuple(draw(st.lists(WORD, max_size=3)))
    prefix = draw(st.sampled_from(["ror", "institution"])) if kind == "institution" else kind
    said = (place.quote, draw(TEXT), place.field, place.start, place.end)
    return Mention(kind, *said, role, aliases, draw(named(prefix)), draw(TEXT), draw(TEXT), draw(SCORE), draw(SURE))


RANGE = st.tuples(NUMBER, NUMBER).filter(lambda ends: ends[0] < ends[1])
RESULTS = st.builds(
    Result,
    evidence(),
    TEXT,
    st.one_of(NUMBER, RANGE),
    TEXT,
    st.sampled_from(["increase", "decrease", "absolute"]),
    st.sampled_from(["exact", "up_to"]),
    TEXT,
    TEXT,
    concept("metric"),
    TEXT,
    concept("technique"),
    TEXT,
    SCORE,
    SURE,
)
RELATIONS = st.builds(
    Relation,
    TEXT,
    st.sampled_from(RELATION_TYPES),
    TEXT,
    evidence(),
    concept("technique"),
    concept("dataset"),
    TEXT,
    SCORE,
    SURE,
)
TOPICS = st.builds(Topic, LOCAL, st.one_of(st.none(), evidence()), TEXT, SCORE, SURE)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Document, Record]:
    name = draw(LOCAL)
    words = tuple(draw(st.lists(TEXT, max_size=3)))
    fields = {field: draw(texts()) for field in draw(st.lists(st.sampled_from(FIELDS), unique=True, max_size=3))}
    facts = [draw(TEXT) for _ in range(5)]
    year, count = draw(st.one_of(st.none(), st.integers(0, 3000))), draw(st.one_of(st.none(), st.integers(0, 99)))
    document = Document(name, draw(LOCAL), draw(st.integers(1, 999)), fields, words, count, facts[0], year, *facts[1:])
    document.repairs = tuple(draw(st.lists(WORD, max_size=2)))
    record = Record(name, draw(TEXT), draw(TEXT), draw(st.sampled_from(KINDS)), code_url=draw(TEXT))
    for kind in ENTITY_TYPES:
        setattr(record, LISTS[kind], draw(st.lists(mentions(kind), max_size=2)))
    record.results, record.relations = draw(st.lists(RESULTS, max_size=2)), draw(st.lists(RELATIONS, max_size=2))
    record.topics = draw(st.lists(TOPICS, max_size=2))
    record.brief = Brief(words[::-1], *[draw(TEXT) for _ in range(4)])
    record.paper = f"paper:{draw(LOCAL)}"
    record.reason = draw(TEXT)
    return document, record


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(entries())
def test_entry_comes_back_from_the_store_as_it_was(memory: OxigraphStore, entry: tuple[Document, Record]):
    document, record = entry
    memory.replace("entry:any", entry_triples(document, record, Vocabulary([]), fingerprint="f"))
    assert read_entry(memory.triples("entry:any")) == (document, record)


def test_annotated_papers_come_back_as_they_were(memory: OxigraphStore, annotated, vocabulary):
    for document, record in annotated.values():
        memory.replace("entry:any", entry_triples(document, record, vocabulary))
        assert read_entry(memory.triples("entry:any")) == (document, record)


@given(st.lists(st.one_of(TEXT, st.tuples(LOCAL, st.sampled_from(FIELDS))), max_size=4))
def test_source_comes_back_as_it_was(pieces: list[str | tuple[str, str]]):
    source = Source("002", "002 报告.txt", "digest", "2025-10-15", "ab", tuple(pieces))
    assert read_source(source_triples(source)) == source


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
    said = {(t.predicate.value, str(t.object)) for t in triples if t.subject.value == iri("ror:03cve4549")}
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
    sure = {str(t.subject.value).partition("demo-01/")[2] for t in triples if t.predicate.value == iri("kg:sure")}
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


@pytest.mark.parametrize(
    "change", [{"texts": {}}, {"year": 2024}, {"authors": ("Wu",)}, {"number": 2}, {"repairs": ()}, {"doi": "10.1/x"}]
)
def test_fingerprint_tells_every_change(change: dict[str, object]):
    assert fingerprint(demo_document(), "1") == fingerprint(demo_document(), "1")
    assert fingerprint(demo_document(), "1") != fingerprint(replace(demo_document(), **change), "1")  # type: ignore[arg-type]
    assert fingerprint(demo_document(), "1") != fingerprint(demo_document(), "2")


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
    facts = lambda _: ({"en": "Tsinghua University"}, [], "CN")  # noqa: E731
    triples = entry_triples(document, record, Vocabulary([]), facts, "f") + source_triples(demo_source("demo-01"))
    used = {t.predicate.value for t in triples} | {
        t.object.value for t in triples if isinstance(t.object, ox.NamedNode)
    }
    assert {name for name in used if name.startswith(iri("kg:"))} - declared == set()
