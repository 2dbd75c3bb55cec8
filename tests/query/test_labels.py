"""The index of a graph's own labels: what it finds, when it is made anew, and what a damaged file does."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kg import files
from kg.graph.store import Store
from kg.model import LISTS, Document, Mention, Record
from kg.query import Lexicon, derived
from kg.query.derived import Damaged, Lines, unpacked
from kg.query.labels import FILE, Labels, Named, _said, labels_of, lengths
from kg.store.file import Entry, cache_of
from kg.text import fold
from kg.vocabulary import Vocabulary

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


def plain(folded: str) -> str:
    return folded


def test_things_are_found_by_name_by_beginning_and_by_thing() -> None:
    labels = Labels.made(NAMED, lambda folded: folded.replace("univ", "university"))
    assert labels.bearing("blorp") == (("technique:blorp", True), ("problem:blorp", False))
    assert labels.bearing("x university") == (("institution:x", True),)
    assert labels.bearing("blor") == ()
    assert [concept for _, concept in labels.beginning("eagle ")] == ["technique:eagle-3", "technique:eagle-eye"]
    assert labels.labels("institution:x") == {"en": "X Univ.", "zh": "某大学"}
    assert labels.labels("model:qwen") == {}


def test_label_that_most_entries_give_is_the_preferred_one() -> None:
    named = [Named("technique:a", "aaa", True), *[Named("technique:a", "AAA", True)] * 2]
    assert Labels.made(named, plain).labels("technique:a") == {"en": "AAA"}


def test_same_labels_are_the_same_bytes_in_any_order() -> None:
    assert Labels.packed(NAMED, plain) == Labels.packed(NAMED[::-1], plain)


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=9)),
    st.text(max_size=3),
)
def test_lines_are_found_by_their_beginning(lines: list[str], prefix: str) -> None:
    body, blocks = map(memoryview, Lines.packed(lines))
    assert list(Lines(body, blocks).starting(prefix)) == sorted({line for line in lines if line.startswith(prefix)})


def test_long_lists_are_searched_block_by_block() -> None:
    body, blocks = map(memoryview, Lines.packed(f"{n:05d}" for n in range(5000)))
    lines = Lines(body, blocks)
    assert list(lines.starting("0123")) == [f"0123{n}" for n in range(10)]
    assert list(lines.starting("04999")) == ["04999"]
    assert list(lines.starting("9")) == []


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


def index(graph: Path) -> Path:
    """The file of the labels of a graph."""
    return cache_of(graph) / FILE


def senses(graph: Path, vocabulary: Vocabulary, folded: str) -> list[str]:
    with Store(graph, read_only=True) as store:
        return [sense.concept for sense in Lexicon.of(store, vocabulary).senses(folded)]


def test_reader_keeps_an_index_and_follows_the_graph(graph: Path, vocabulary: Vocabulary) -> None:
    assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]
    first = index(graph).read_bytes()
    assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]
    assert index(graph).read_bytes() == first
    with Store(graph) as store:
        store.put_entry(entry("1-1", Named("technique:zyxomat", "Zyxomat", True)))
    assert senses(graph, vocabulary, "zyxomat") == ["technique:zyxomat"]
    assert senses(graph, vocabulary, "frobnicator") == []


ENTRIES = st.dictionaries(
    st.sampled_from(["1-1", "1-2", "2-1", "2-2"]),
    st.lists(st.sampled_from([one for one in NAMED if not one.concept.startswith("institution:")]), max_size=4),
)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(ENTRIES, st.lists(ENTRIES, min_size=1, max_size=3))
def test_labels_that_follow_changes_are_those_made_anew(begin: dict, changes: list[dict]) -> None:
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
        write(graph, begin)
        with Store(graph, read_only=True) as reader:
            labels_of(reader, plain)
        whole = index(graph).read_bytes()
        for change in changes:
            write(graph, change)
            with Store(graph, read_only=True) as reader:
                renewed = labels_of(reader, plain)
                assert told(renewed) == told(Labels.made(_said(reader), plain))
                assert index(graph).read_bytes() == whole  # what changed is beside it


def test_open_store_sees_its_own_changes(graph: Path, vocabulary: Vocabulary) -> None:
    with Store(graph) as store:
        assert Lexicon.of(store, vocabulary).senses("frobnicator")
        store.drop_entries(["1-1"])
        assert not Lexicon.of(store, vocabulary).senses("frobnicator")


@pytest.mark.parametrize("at", [0, 20, 60, 120, -1])
def test_damaged_index_is_made_anew(at: int, graph: Path, vocabulary: Vocabulary) -> None:
    senses(graph, vocabulary, "frobnicator")
    content = bytearray(index(graph).read_bytes())
    sound = bytes(content)
    content[at] ^= 255
    index(graph).write_bytes(content)
    assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]
    with Store(graph, read_only=True) as store:
        lexicon = Lexicon.of(store, vocabulary)
        assert lexicon.label("technique:frobnicator") == "Frobnicator"
        assert lexicon.misspelt("frobnicatro") == "frobnicator"
    assert index(graph).read_bytes() == sound


def test_cut_or_empty_index_is_made_anew(graph: Path, vocabulary: Vocabulary) -> None:
    senses(graph, vocabulary, "frobnicator")
    content = index(graph).read_bytes()
    for size in (0, 10, 56, len(content) - 1):
        index(graph).write_bytes(content[:size])
        assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]


@given(st.binary(max_size=300))
def test_any_bytes_are_sections_or_damage(data: bytes) -> None:
    with suppress(Damaged):
        unpacked(memoryview(data))


def test_folder_that_cannot_be_written_is_read_all_the_same(graph: Path, vocabulary: Vocabulary) -> None:
    index(graph).mkdir(parents=True)  # what stands in the way of writing, for root too
    assert senses(graph, vocabulary, "frobnicator") == ["technique:frobnicator"]


def test_what_takes_long_to_make_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slowly() -> list[bytes]:
        return [b"made"] if done.wait(20 * files.LONG) else []

    caplog.set_level("INFO", "kg")
    assert derived.anew(tmp_path / "labels.bin", bytes(derived.STAMP), lambda: [b"at once"])
    assert not caplog.records
    done = Event()
    monkeypatch.setattr(files, "LONG", 0.05)
    monkeypatch.setattr(files._LOG, "info", lambda sentence: (told.append(sentence), done.set()))
    told: list[str] = []
    assert derived.anew(tmp_path / "labels.bin", bytes(derived.STAMP), slowly) == [b"made"]
    assert told == [f"{tmp_path / 'labels.bin'} is made anew from the data, for much has changed; this is done once."]
