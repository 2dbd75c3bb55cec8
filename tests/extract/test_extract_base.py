"""The frame of the extraction: the Doc of an entry, and the way back to its raw texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from kg.extract import component
from kg.model import Document, Evidence, Mention, Record, Relation, Result, Topic
from kg.text import repaired
from kg.vocabulary import Vocabulary

Entry = Callable[..., Document]
NLP = spacy.blank("xx")
NLP.tokenizer = component.Tokenizer(NLP.vocab)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120)


def doc_of(document: Document) -> Doc:
    return component.make_doc(NLP, document, Vocabulary.load())


@given(TEXT)
def test_tokenizer_loses_no_text(text: str) -> None:
    assert component.Tokenizer(NLP.vocab)(text).text == text


def test_tokenizer_gives_words_numbers_marks_and_single_han_characters() -> None:
    found = [t.text for t in component.Tokenizer(NLP.vocab)("KV缓存, 2.5x  of_A100!")]
    words = [word for word in found if word.strip()]
    assert words == ["KV", "缓", "存", ",", "2", ".", "5x", "of", "_", "A100", "!"]


def test_tokenizer_is_kept_with_the_pipeline() -> None:
    tokenizer = component.Tokenizer(NLP.vocab).from_bytes(component.Tokenizer(NLP.vocab).to_bytes())
    assert [t.text for t in tokenizer("A b")] == ["A", "b"]


def test_fields_stand_in_a_fixed_order_whatever_the_order_of_the_texts(entry: Entry) -> None:
    document = entry("We prune.", title="Pruning", brief="剪枝", line="MIT", keywords="nets")
    shuffled = Document("x-1", "x", 1, dict(reversed(document.texts.items())))
    for one in (document, shuffled):
        doc = doc_of(one)
        assert list(doc._.fields) == ["T", "A", "I", "B", "K"]
        assert {f: component.field_text(doc, f) for f in doc._.fields} == {f: t.text for f, t in one.texts.items()}
        assert [component.field_at(doc, start) for start, _ in doc._.fields.values()] == list(doc._.fields)


def test_missing_field_is_empty(entry: Entry) -> None:
    doc = doc_of(entry("We prune."))
    assert component.field_text(doc, "T") == ""
    assert component.field_at(doc, 10_000) == ""


def test_entry_without_text_makes_an_empty_doc(entry: Entry) -> None:
    doc = doc_of(entry())
    assert (doc.text, doc._.fields, doc._.sentences, doc._.matches) == ("", {}, [], [])


def test_restored_text_that_has_no_raw_form_is_not_read() -> None:
    document = Document("x-1", "x", 1, {"T": repaired("", [(0, 0, "Pruning")]), "A": repaired("We quantize.")})
    assert list(doc_of(document)._.fields) == ["A"]


def test_no_label_reaches_from_one_field_into_the_next(entry: Entry) -> None:
    doc = doc_of(entry("Cache compression is good. We like edge", title="Better KV", line="Devices Lab"))
    ends = list(doc._.fields.values())
    assert all(any(s <= m.start and m.end <= e for s, e in ends) for m in doc._.matches)


def test_label_at_the_start_of_a_field_is_found_whatever_ends_the_one_before(entry: Entry) -> None:
    doc = doc_of(entry("Pruning helps.", title="Structured"))
    found = [doc._.text[m.start : m.end] for m in component.matches(doc, "technique", "A")]
    assert found == ["Pruning"]


def test_docs_share_nothing(entry: Entry) -> None:
    one, other = doc_of(entry("We prune.")), doc_of(entry("We prune."))
    one._.mentions.append(Mention("task", "x", "x"))
    one._.topics.append(Topic("pruning"))
    assert (other._.mentions, other._.topics) == ([], [])


@pytest.mark.parametrize(("at", "sentence"), [(0, "We prune."), (8, "We prune."), (10, "It helps."), (18, "It helps.")])
def test_sentence_of_an_offset(entry: Entry, at: int, sentence: str) -> None:
    doc = doc_of(entry("We prune. It helps."))
    start, end = component.sentence_of(doc, at)
    assert doc._.text[start:end] == sentence


def test_offset_outside_all_sentences_is_its_own(entry: Entry) -> None:
    doc = doc_of(entry("We prune.", title="Pruning"))
    assert component.sentence_of(doc, len("Pruning")) == (7, 7)
    assert component.sentence_of(doc, 999) == (999, 999)


@given(TEXT, st.integers(0, 120), st.integers(0, 120))
def test_folded_tokens_of_a_span_are_those_inside_it(text: str, start: int, end: int) -> None:
    doc = doc_of(Document("x-1", "x", 1, {"A": repaired(text)} if text else {}))
    words = list(zip(doc._.forms, doc._.starts, doc._.ends, strict=True))
    assert words[component.word_places(doc, start, end)] == [w for w in words if start <= w[1] and w[2] <= end]


def test_brief_counts_only_where_there_is_no_abstract(entry: Entry) -> None:
    whole = doc_of(entry("We prune.", title="Pruning", brief="剪枝"))
    assert component.read_fields(whole) == [whole._.fields["A"], whole._.fields["T"]]
    short = doc_of(entry(title="Pruning", brief="剪枝"))
    assert component.read_fields(short) == [short._.fields["T"], short._.fields["B"]]
    assert component.read_fields(doc_of(entry(line="MIT"))) == []


def test_first_matches_give_the_places_of_the_abstract_first(entry: Entry) -> None:
    doc = doc_of(entry("Pruning helps. We like pruning.", title="Pruning"))
    found = component.first_matches(doc, "technique").values()
    (places,) = [p for p in found if doc._.text[p[0].start :].startswith("P")]
    assert [component.field_at(doc, m.start) for m in places] == ["A", "A", "T"]


def test_span_lies_inside_another() -> None:
    assert component.inside((2, 4), [(0, 1), (2, 5)])
    assert not component.inside((2, 4), [(3, 9), (0, 3)])
    assert not component.inside((2, 4), [])


def _record(document: Document, surface: str) -> Record:
    """A record in which everything rests on the one place of `surface` in the Doc."""
    doc = doc_of(document)
    start = doc._.text.index(surface)
    end = start + len(surface)
    doc._.mentions.append(Mention("technique", "?", "x", start=start, end=end))
    doc._.results.append(Result(Evidence("?", start=start, end=end), "m", 1.0, "x", "increase"))
    doc._.relations.append(Relation("a", "uses", "b", Evidence("?", start=start, end=end)))
    doc._.topics += [Topic("pruning", Evidence("?", start=start, end=end)), Topic("survey")]
    return component.to_record(doc, document)


def test_offsets_lead_back_to_the_field(entry: Entry) -> None:
    record = _record(entry("We prune with STRATEGIES today.", title="Pruning"), "STRATEGIES")
    (mention,) = record.techniques
    assert (mention.field, mention.start, mention.end, mention.surface) == ("A", 14, 24, "STRATEGIES")


@pytest.mark.parametrize(
    ("name", "other", "surface"),
    [
        ("Quillo", "Quillo-1.5-3B-Chat", "Quillo-1.5-3B-Chat"),
        ("Quillo", "Quillo for chat", "Quillo"),
        ("QLC", "Quick Log Cache", "Quick Log Cache"),
    ],
)
def test_the_surface_is_the_fullest_name(entry: Entry, name: str, other: str, surface: str) -> None:
    document = entry(f"We propose {name}, a cache. {other} ({name}) is new.", title=name)
    doc = doc_of(document)
    doc._.mentions.append(Mention("technique", name, name, start=0, end=len(name), aliases=(other,)))
    (mention,) = component.to_record(doc, document).techniques
    assert {mention.surface, *mention.aliases} == {name, other}
    assert mention.surface == surface


def test_an_acronym_within_a_longer_one_stands_for_its_own_words(entry: Entry) -> None:
    document = entry("We propose MQLC. A Modal Quick Log Cache (MQLC) beats a Quick Log Cache (QLC).", title="MQLC")
    doc = doc_of(document)
    doc._.mentions.append(Mention("technique", "MQLC", "MQLC", start=0, end=4))
    (mention,) = component.to_record(doc, document).techniques
    assert mention.surface == "Modal Quick Log Cache"


def test_quote_is_the_raw_text_where_the_entry_was_repaired(entry: Entry) -> None:
    raw = "Préface  We prune with STRATE-GIES today."
    text = repaired(raw, [(0, 9, ""), (raw.index("-"), raw.index("-") + 1, "")])
    record = _record(entry(text, title="Pruning"), "STRATEGIES")
    evidences = [*(r.evidence for r in record.results), *(r.evidence for r in record.relations)]
    evidences += [t.evidence for t in record.topics if t.evidence]
    for field, start, end, quote in [
        *((m.field, m.start, m.end, m.surface) for m in record.techniques),
        *((e.field, e.start, e.end, e.quote) for e in evidences),
    ]:
        assert (field, quote) == ("A", "STRATE-GIES")
        assert raw[start:end] == quote


def test_topic_without_words_keeps_none(entry: Entry) -> None:
    assert _record(entry("We prune."), "prune").topics[1].evidence is None


def test_title_of_the_record_is_the_repaired_one(entry: Entry) -> None:
    text = repaired("STRATE-GIES", [(6, 7, "")])
    assert _record(entry("We prune.", title=text), "prune").title == "STRATEGIES"
    assert _record(entry("We prune."), "prune").title == ""
