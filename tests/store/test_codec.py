"""What is written as JSON comes back as it was: documents, records, sources, and ways of reading."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.build.pipeline import Pipeline
from kg.entity_types import LISTS
from kg.model import (
    ENTITY_TYPES,
    FIELDS,
    KINDS,
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
from kg.records import from_json
from kg.sources import read
from kg.store import codec
from kg.text import repaired
from tests.store.graph_demo import demo_document, demo_record

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORD = TEXT.filter(bool)
LOCAL = st.from_regex(r"[a-z0-9汉]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
SCORE, SURE = st.floats(0, 1), st.booleans()
NUMBER = st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15))


def concept(kind: str) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), LOCAL.map(lambda name: f"{kind}:{name}"))


@st.composite
def texts(draw: st.DrawFn) -> Text:
    raw = draw(TEXT)
    ends = draw(st.lists(st.integers(0, len(raw)), max_size=4).map(sorted))
    edits = [(a, b, draw(TEXT)) for a, b in zip(ends[::2], ends[1::2], strict=False) if a < b]
    return repaired(raw, edits)


EVIDENCE = st.builds(Evidence, WORD, st.sampled_from(("", *FIELDS)), st.integers(-1, 99), st.integers(-1, 99))
RESULTS = st.builds(
    Result,
    EVIDENCE,
    TEXT,
    st.one_of(NUMBER, st.tuples(NUMBER, NUMBER)),
    TEXT,
    st.sampled_from(["increase", "decrease", "absolute"]),
    st.sampled_from(["exact", "up_to"]),
    *(TEXT, TEXT, concept("metric"), TEXT, concept("technique"), TEXT, SCORE, SURE),
)
RELATIONS = st.builds(
    Relation,
    *(TEXT, st.sampled_from(RELATION_TYPES), TEXT, EVIDENCE),
    *(concept("technique"), concept("dataset"), TEXT, SCORE, SURE),
)
TOPICS = st.builds(Topic, LOCAL, st.one_of(st.none(), EVIDENCE), TEXT, SCORE, SURE)


def mentions(kind: str) -> st.SearchStrategy[Mention]:
    role = st.sampled_from(("", *ROLES))
    aliases = st.lists(WORD, max_size=3).map(tuple)
    place = (st.sampled_from(("", *FIELDS)), st.integers(-1, 99), st.integers(-1, 99))
    rest = (role, aliases, concept(kind), TEXT, TEXT, SCORE, SURE)
    return st.builds(Mention, st.just(kind), WORD, TEXT, *place, *rest)


DOCUMENTS = st.builds(
    Document,
    *(LOCAL, LOCAL, st.integers(1, 999), st.dictionaries(st.sampled_from(FIELDS), texts(), max_size=3)),
    *(st.lists(TEXT, max_size=3).map(tuple), st.one_of(st.none(), st.integers(0, 99)), TEXT),
    *(st.one_of(st.none(), st.integers(0, 3000)), TEXT, TEXT, TEXT, TEXT, st.lists(WORD, max_size=2).map(tuple)),
)
BRIEFS = st.builds(Brief, st.lists(TEXT, max_size=2).map(tuple), TEXT, TEXT, TEXT, TEXT)
LISTED = {LISTS[kind]: st.lists(mentions(kind), max_size=2) for kind in ENTITY_TYPES}
RECORDS = st.builds(
    Record,
    *(LOCAL, TEXT, TEXT, st.sampled_from(KINDS)),
    code_url=TEXT,
    brief=BRIEFS,
    paper=concept("paper"),
    reason=TEXT,
    partial=SURE,
    before=TEXT,
    results=st.lists(RESULTS, max_size=2),
    relations=st.lists(RELATIONS, max_size=2),
    topics=st.lists(TOPICS, max_size=2),
    **LISTED,
)
SOURCES = st.builds(
    Source,
    *(LOCAL, TEXT, LOCAL, TEXT, TEXT),
    st.lists(st.one_of(TEXT, st.tuples(LOCAL, st.sampled_from(FIELDS))), max_size=4).map(tuple),
    st.lists(TEXT, max_size=3).map(tuple),
)


@settings(max_examples=50)
@given(DOCUMENTS)
def test_document_comes_back_as_it_was(document: Document):
    assert codec.document(codec.encoded(document)) == document


@settings(max_examples=50)
@given(RECORDS, DOCUMENTS)
def test_record_comes_back_as_it_was(record: Record, document: Document):
    back = codec.record(codec.encoded_record(record, document), document)
    assert back == record
    assert [type(result.value) for result in back.results] == [type(result.value) for result in record.results]


@given(SOURCES)
def test_source_comes_back_as_it_was(source: Source):
    assert codec.source(codec.encoded(source)) == source


@pytest.mark.parametrize(
    "way", ["full", "fast", {"id": "p-1", "title": "\ud7ff 汉字", "results": [{"value": [1, 2.5]}]}]
)
def test_way_of_reading_comes_back_as_it_was(way: str | dict[str, object]):
    assert codec.way(codec.way_encoded(way)) == way


def test_reports_come_back_as_they_were(reports: Path):
    """What the readers and the extractors make, not only what can be thought up."""
    pipeline, count = Pipeline(fast=True), 0
    for report in sorted(reports.glob("*.txt")):
        batch = read(report)
        assert codec.source(codec.encoded(batch.source)) == batch.source
        for document in batch.documents:
            count += 1
            assert codec.document(codec.encoded(document)) == document
            if document.number < 4:
                record = pipeline.extracted(document).record
                assert record.results or record.techniques
                assert codec.record(codec.encoded_record(record, document), document) == record
    assert count == 133


def test_annotations_come_back_as_they_were(shared: Path, reports: Path):
    documents = {document.id: document for path in sorted(reports.glob("*.txt")) for document in read(path).documents}
    for line in (shared / "gold" / "dev.jsonl").read_text("utf-8").splitlines():
        said = json.loads(line)
        document = documents[said["id"]]
        record = from_json(said, document)
        assert codec.record(codec.encoded_record(record, document), document) == record
        assert codec.way(codec.way_encoded(said)) == said


def test_what_has_its_default_takes_no_room():
    document = demo_document()
    assert json.loads(codec.encoded_record(Record("a"), document)) == {"id": "a"}
    said = json.loads(codec.encoded(document))
    assert said["texts"]["T"] == "LongDemo: Long Videos"
    assert said["texts"]["A"][2] == [[29, 29, " "]]
    made = json.loads(codec.encoded_record(demo_record(), document))
    assert "reason" not in made["relations"][0]
    assert "quote" not in made["relations"][0]["evidence"]  # what stands at its place
    assert "head_concept" not in made["relations"][0]  # its mention has it
    assert "type" not in made["techniques"][0]
    assert "canonical" not in made["techniques"][0]


@pytest.mark.parametrize("said", ["", "[]", "7", "{", '{"id": 1, "hue": 2}', '{"id": "a", "results": [{}]}', "null"])
def test_what_is_no_record_is_refused(said: str):
    for read_back in (lambda said: codec.record(said, demo_document()), codec.document, codec.source):
        with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
            read_back(said)
