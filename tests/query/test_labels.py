"""The labels that a graph itself gives: what is found by them, as entries come and go."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kg.entity_types import LISTS
from kg.model import Document, Mention, Record
from kg.query import Lexicon
from kg.query.graph_labels import Labels, lengths
from kg.rdf.store import Store
from kg.store.entries import Entry
from kg.text import fold
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of

NAMED = [
    Named("technique:eagle-3", "EAGLE-3", True),
    Named("technique:eagle-eye", "EAGLE Eye", True),
    Named("model:qwen-image", "Qwen-Image", True),
    Named("model:qwen-image", "Qwen Image model", False),
    Named("technique:blorp", "Blorp", True),
    Named("problem:blorp", "Blorp", False),
    Named("institution:x", "X Univ.", True),
    Named("institution:x", "某大学", True),
]


def test_things_are_found_by_name_by_beginning_and_by_thing() -> None:
    labels = labels_of(NAMED)
    assert labels.bearing("blorp") == (("technique:blorp", True), ("problem:blorp", False))
    assert labels.bearing("x univ") == (("institution:x", True),)
    assert labels.bearing("blor") == ()
    assert [concept for _, concept in labels.beginning("eagle ")] == ["technique:eagle-3", "technique:eagle-eye"]
    assert labels.labels("institution:x") == {"en": "X Univ.", "zh": "某大学"}
    assert labels.labels("model:qwen") == {}


def test_organisation_is_found_by_any_spelling_of_its_name(vocabulary: Vocabulary) -> None:
    lexicon = Lexicon(vocabulary, labels_of(NAMED))
    for name in ("x univ", "x university"):
        assert [sense.concept for sense in lexicon.senses(name)] == ["institution:x"]


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30), st.floats(50, 99))
def test_no_text_is_passed_over_for_its_length(one: str, other: str, least: float) -> None:
    shortest, longest = lengths(len(one), least)
    if fuzz.ratio(one, other) >= least + 1e-6:
        assert shortest <= len(other) <= longest


def entry(name: str, *named: Named) -> Entry:
    """An entry that names things; where it gives one several names, the first is the preferred one."""
    record = Record(name, paper=f"paper:{name}")
    for one in named:
        kind = one.concept.partition(":")[0]
        getattr(record, LISTS[kind]).append(Mention(kind, one.label, one.label, concept=one.concept))
    return Entry(Document(name, name.partition("-")[0], 1, {}), record)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    file = tmp_path / "papers.kg"
    with Store(file) as store:
        store.put_entry(entry("1-1", Named("technique:frobnicator", "Frobnicator", True)))
    return file


def senses(graph: Path, vocabulary: Vocabulary, folded: str) -> list[str]:
    with Store(graph, read_only=True) as store:
        return [sense.concept for sense in Lexicon.of(store, vocabulary).senses(folded)]


def test_reader_follows_the_graph(graph: Path, vocabulary: Vocabulary) -> None:
    assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]
    with Store(graph) as store:
        store.put_entry(entry("1-1", Named("technique:zyxomat", "Zyxomat", True)))
    assert senses(graph, vocabulary, "zyxomat") == ["technique:zyxomat"]
    assert senses(graph, vocabulary, "frobnicator") == []


def test_label_that_most_entries_give_is_the_preferred_one(graph: Path) -> None:
    with Store(graph) as store:
        for name in ("1-2", "1-3"):
            store.put_entry(entry(name, Named("technique:frobnicator", "FROBNICATOR", True)))
        assert Labels(store.rows).labels("technique:frobnicator") == {"en": "FROBNICATOR"}
        store.drop_entries(["1-2", "1-3"])
        assert Labels(store.rows).labels("technique:frobnicator") == {"en": "Frobnicator"}


ENTRIES = st.dictionaries(
    st.sampled_from(["1-1", "1-2", "2-1", "2-2"]),
    st.lists(st.sampled_from([one for one in NAMED if not one.concept.startswith("institution:")]), max_size=4),
)


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(ENTRIES, st.lists(ENTRIES, min_size=1, max_size=3))
def test_labels_that_follow_changes_are_those_made_anew(
    begin: dict[str, list[Named]], changes: list[dict[str, list[Named]]]
) -> None:
    def told(labels: Labels) -> list[object]:
        names = sorted({fold(one.label) for one in NAMED})
        things = sorted({one.concept for one in NAMED})
        of_names = [(labels.bearing(name), labels.alike(name, 80), labels.beginning(name[:3])) for name in names]
        return [of_names, [labels.labels(thing) for thing in things], labels.ending("eye")]

    def write(graph: Path, entries: dict[str, list[Named]]) -> None:
        with Store(graph) as store, store.batch():
            store.drop_entries(name for name, named in entries.items() if not named)
            for name, named in entries.items():
                if named:
                    store.put_entry(entry(name, *named))

    with TemporaryDirectory() as folder:
        graph = Path(folder) / "papers.kg"
        for change in (begin, *changes):
            write(graph, change)
            with Store(graph) as store:
                followed = told(Labels(store.rows))
                store.remake()
                assert followed == told(Labels(store.rows))


def test_open_store_sees_its_own_changes(graph: Path, vocabulary: Vocabulary) -> None:
    with Store(graph) as store:
        assert Lexicon.of(store, vocabulary).senses("frobnicator")
        store.drop_entries(["1-1"])
        assert not Lexicon.of(store, vocabulary).senses("frobnicator")
