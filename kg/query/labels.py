"""The labels that a graph itself gives to things, found by name, by beginning and by thing without reading them all.

Kept in `labels.bin` beside the graph's data: four lists of sorted lines, mapped into memory. A graph in memory has the
same bytes without the file. Where few labels were changed, the file stays as it is, and a small one beside it holds
all that is said now of the things whose labels changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import pyoxigraph as ox

from kg.graph.cache import ANY
from kg.names import curie, iri
from kg.query.derived import Damaged, Lines, Parts, Renewed, anew, mapped, stamp_of
from kg.text import fold, has_han
from kg.vocabulary import data_folder

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.query.lexicon import Selects

FILE = "labels.bin"
NEWER = "labels.new.bin"
SHORTEST = 4  # letters of a label that a misspelt word may mean
_LONGEST = 99
_INSTITUTIONS = ("ror:", "institution:")
#: The labels that entries give. The vocabulary, which is a graph of its own, has an index already.
_SAID = "GRAPH ?entry {{ ?a skos:{name} ?b }} FILTER(?entry != kg:vocabulary)"
#: Counted by the store: of a thing that thousands of entries name, it need not look up what each of these is called.
_SAID_OF = """SELECT ?concept ?label (COUNT(*) AS ?times) WHERE {{ VALUES ?concept {{ {things} }}
  GRAPH ?entry {{ ?concept skos:{name} ?label }} FILTER(?entry != kg:vocabulary)
}} GROUP BY ?concept ?label"""
_BATCH = 300  # things that a query names at most
#: Things with changed labels from which it is faster to read all labels anew.
_MANY = 20_000
#: Where the lines of a list name their thing: names, things, sizes, ends.
_COLUMNS = (-1, 0, -1, -1)

_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}

_T = TypeVar("_T")


class Named(NamedTuple):
    """A label of the graph's own: an institution's, or that of a thing the vocabulary does not know."""

    concept: str
    label: str
    preferred: bool


class Labels:
    """Folded labels with what bears them, and the preferred labels of things."""

    def __init__(self, parts: Parts, again: Callable[[], Parts] | None = None) -> None:
        """`again` gives other parts in the place of damaged ones."""
        self._again = again
        self._bearing = lru_cache(maxsize=20_000)(self._things_bearing)
        self._labels = lru_cache(maxsize=20_000)(self._labels_of)
        self._alike = lru_cache(maxsize=2_000)(self._of_size)
        self._open(parts)

    @staticmethod
    def packed(named: Iterable[Named], spelled: Callable[[str], str]) -> list[bytes]:
        """The parts for some labels; `spelled` writes out abbreviations in the folded name of an organisation."""
        names: dict[tuple[str, str], bool] = {}
        votes: dict[tuple[str, bool], Counter[str]] = {}
        for (concept, label, preferred), times in Counter(named).items():
            folded = fold(label)
            if not folded:
                continue
            for form in (folded, spelled(folded)) if concept.startswith(_INSTITUTIONS) else (folded,):
                names[form, concept] = names.get((form, concept), False) or preferred
            if preferred:
                votes.setdefault((concept, has_han(label)), Counter())[" ".join(label.split())] += times
        lines = (f"{form}\t{0 if preferred else 1}\t{concept}" for (form, concept), preferred in names.items())
        things = (
            f"{concept}\t{'zh' if han else 'en'}\t{min(counts, key=lambda label: (-counts[label], label))}"
            for (concept, han), counts in votes.items()
        )
        sizes = (
            f"{form[0]}{len(form):02d}{form}\t{concept}" for form, concept in names if SHORTEST <= len(form) <= _LONGEST
        )
        techniques = ((form, concept) for form, concept in names if concept.startswith("technique:") and " " in form)
        ends = (f"{_backwards(form)}\t{concept}" for form, concept in techniques)
        return [part for said in (lines, things, sizes, ends) for part in Lines.packed(said)]

    @staticmethod
    def made(named: Iterable[Named], spelled: Callable[[str], str]) -> Labels:
        """An index in memory."""
        return Labels([memoryview(section) for section in Labels.packed(named, spelled)])

    def bearing(self, folded: str) -> tuple[tuple[str, bool], ...]:
        """The things (CURIEs) that bear a folded label, and whether it is their preferred one; these come first."""
        return self._sure(self._bearing, folded)

    def beginning(self, prefix: str) -> list[tuple[str, str]]:
        """The folded labels that begin so, in order, each with a thing that bears it."""
        return self._sure(self._beginning, prefix)

    def ending(self, folded: str) -> list[tuple[str, str]]:
        """The folded labels of techniques that end in these words and are longer, each with what bears it."""
        return self._sure(self._ending, folded)

    def labels(self, concept: str) -> dict[str, str]:
        """The preferred labels of a thing by language, each the one that most entries give."""
        return self._sure(self._labels, concept)

    def alike(self, folded: str, least: float) -> list[str]:
        """Folded labels with the first letter of `folded` whose length allows a ratio (0 to 100) of `least` to it."""
        shortest, longest = lengths(len(folded), least)
        sizes = range(max(shortest, SHORTEST), min(longest, _LONGEST) + 1)
        return [label for size in sizes for label in self._sure(self._alike, folded[:1], size)]

    def _open(self, parts: Parts) -> None:
        if len(parts) not in (8, 18):
            raise Damaged
        lines = [Lines(body, blocks) for body, blocks in zip(parts[::2], parts[1::2], strict=True)]
        self.renewed = frozenset(lines[4] if len(lines) > 4 else ())  # the things of the newer lists
        pairs = zip(lines, lines[5:], _COLUMNS, strict=False)
        newer = [Renewed(old, self.renewed, new, column) for old, new, column in pairs]
        lists: Sequence[Lines | Renewed] = newer or lines
        self._names, self._things, self._sizes, self._ends = lists
        for remembered in (self._bearing, self._labels, self._alike):
            remembered.cache_clear()

    def _sure(self, look: Callable[..., _T], *what: str | int) -> _T:
        """What is found, if need be in an index that is made anew."""
        try:
            return look(*what)
        except (Damaged, ValueError):  # a line of other columns
            if self._again is None:
                raise
            again, self._again = self._again, None
            self._open(again())
            return look(*what)

    def _things_bearing(self, folded: str) -> tuple[tuple[str, bool], ...]:
        lines = (line.split("\t") for line in self._names.starting(f"{folded}\t"))
        return tuple((concept, rank == "0") for _, rank, concept in lines)

    def _beginning(self, prefix: str) -> list[tuple[str, str]]:
        lines = (line.split("\t") for line in self._names.starting(prefix))
        return [(folded, concept) for folded, _, concept in lines]

    def _ending(self, folded: str) -> list[tuple[str, str]]:
        lines = (line.split("\t") for line in self._ends.starting(f"{_backwards(folded)} "))
        return [(_backwards(words), concept) for words, concept in lines]

    def _labels_of(self, concept: str) -> dict[str, str]:
        lines = (line.split("\t") for line in self._things.starting(f"{concept}\t"))
        return {language: label for _, language, label in lines}

    def _of_size(self, letter: str, size: int) -> list[str]:
        found = (line.split("\t")[0] for line in self._sizes.starting(f"{letter}{size:02d}"))
        return list(dict.fromkeys(line[len(letter) + 2 :] for line in found))


def lengths(length: int, least: float) -> tuple[int, int]:
    """The shortest and the longest text whose ratio to a text can be `least`: twice what they share by all.

    >>> lengths(10, 80)
    (7, 15)
    """
    most = 200 / least - 1
    return -int(-length // most), int(length * most + 1e-9)


def _backwards(folded: str) -> str:
    """The words of a folded label, the last one first."""
    return " ".join(reversed(folded.split(" ")))


def labels_of(store: Selects, spelled: Callable[[str], str]) -> Labels:
    """The labels of a graph: from the file in its cache, which is made anew where it is stale or damaged."""
    folder, stamp = getattr(store, "cache", None), getattr(store, "stamp", b"")
    if folder is None or not stamp:
        return Labels.made(_said(store), spelled)
    again = partial(anew, folder / FILE, _stamp(stamp), lambda: Labels.packed(_said(store), spelled))
    with suppress(Damaged):
        found = _found(folder, {_stamp(stamp)}) or _followed(cast("Store", store), folder, stamp, spelled)
        if found:
            return Labels(found[1], again)
    return Labels(again(), again)


def _found(folder: Path, stamps: Collection[bytes]) -> tuple[bytes, Parts] | None:
    """The stamp of the file, and the lists that hold for one of some stamps: its own, or with the newer ones."""
    base = mapped(folder / FILE)
    if base and base[0] in stamps:
        return base
    newer = mapped(folder / NEWER)
    if base and newer and newer[0] in stamps and len(newer[1]) == 11 and bytes(newer[1][0]) == base[0]:
        return base[0], [*base[1], *newer[1][1:]]
    return None


def _followed(store: Store, folder: Path, stamp: bytes, spelled: Callable[[str], str]) -> tuple[bytes, Parts] | None:
    """The lists for a store in which the labels of some things were written since the file was made, with its stamp.

    `stamp` is that of the store. None where all are to be made anew.
    """
    for before, step in store.steps():
        if known := _found(folder, {_stamp(before)}):
            things = Labels(known[1]).renewed | step.things
            if len(things) >= _MANY or ANY in things:
                return None
            said = [known[0], *Lines.packed(things), *Labels.packed(_said_of(store, sorted(things)), spelled)]
            newer = anew(folder / NEWER, _stamp(stamp), partial(list, said))
            return known[0], [*known[1][:8], *newer[1:]]
    return None


def _said_of(store: Selects, things: Sequence[str]) -> Counter[Named]:
    """The labels that entries give to some things, with how many give them."""
    out: Counter[Named] = Counter()
    for at in range(0, len(things), _BATCH):
        named = " ".join(f"<{iri(thing)}>" for thing in things[at : at + _BATCH])
        for name, preferred in (("prefLabel", True), ("altLabel", False)):
            for row in store.select(_SAID_OF.format(things=named, name=name)):
                out[Named(str(row["concept"]), str(row["label"]), preferred)] += int(str(row["times"]))
    return out


def _said(store: Selects) -> Counter[Named]:
    """The labels that entries give, with how many give them."""
    return meant(_spelled(store))


def meant(spelled: Mapping[tuple[bytes, ...], int]) -> Counter[Named]:
    """Labels that are counted as N-Triples spells them: a thing, "pref" or "alt", and what it is called."""
    out: Counter[Named] = Counter()
    for (concept, kind, label), times in spelled.items():
        out[Named(_named(concept), _text(label), kind == b"pref")] += times
    return out


def _spelled(store: Selects) -> Counter[tuple[bytes, ...]]:
    """The labels that entries give; see `meant`."""
    return Counter(
        (concept, kind, label)
        for kind in (b"pref", b"alt")
        for concept, label in _pairs(store, _SAID.format(name=f"{kind.decode()}Label"))
    )


def _pairs(store: Selects, pattern: str) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of terms (?a and ?b of a pattern) as they are spelled, which takes a fraction of making objects of them."""
    found = store.query(f"SELECT ?a ?b WHERE {{ {pattern} }}")
    assert isinstance(found, ox.QuerySolutions)
    lines = (found.serialize(format=ox.QueryResultsFormat.TSV) or b"").split(b"\n")
    for line in lines[1:]:
        one, tab, other = line.partition(b"\t")
        if tab and other:
            yield one, other


def _named(term: bytes) -> str:
    """The CURIE of an IRI."""
    return curie(term[1:-1].decode())


def _text(term: bytes) -> str:
    """The text of a literal."""
    said = term.decode()
    said = said[1 : said.rindex('"')]
    return _ESCAPED.sub(lambda m: _MEANT.get(m.group(1), m.group(1)), said) if "\\" in said else said


def _stamp(stamp: bytes) -> bytes:
    """What an index depends on: the data, how labels are folded, and how abbreviations are written out."""
    text = Path(__file__).parents[1] / "text.py"
    files = (data_folder("ontology") / "questions.ttl", text, Path(__file__))
    return stamp_of(stamp, *(file.read_bytes() for file in files))
