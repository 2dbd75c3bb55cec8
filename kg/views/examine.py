"""What of a store deserves a look, paper by paper: repairs, what was left out, empty slots, odd or unsure values."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.build.pipeline import version
from kg.entity_types import LISTS
from kg.link.institutions import Organisation, Register, joined, name_tokens
from kg.model import Document, Record
from kg.rdf.store import Store
from kg.store.contents import load_entry, works
from kg.store.fingerprints import fingerprint
from kg.trust import LIKELY

#: What a paper should have, in the order of a record.
SLOTS = ("title", "abstract", "authors", "institutions", "name", "techniques", "problems", "tasks", "results", "topics")
_LONG_TITLE = 300  # code points
_SHORT_ABSTRACT = 200  # code points
_MANY_AUTHORS = 200
_NEAREST = 3  # organisations that are suggested for a name
_LEAST = -4600  # thousandths of the logarithm of the odds: a suggestion has at least one chance in a hundred
_EXAMPLES = re.compile(r': ".*(?=\.$)')
_QUOTED = re.compile(r'".*"')


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An organisation of ROR that a name may mean, and how probable that is; `bears` when it has this very name."""

    concept: str  # "ror:042nb2s44"
    name: str
    country: str
    bears: bool
    probability: float


@dataclass(slots=True)
class Unmatched:
    """An institution that was minted because the register has none, or more than one, of its name."""

    concept: str
    names: Counter[str] = field(default_factory=Counter)
    entries: list[str] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name that most entries give, then the alphabet's first."""
        return min(self.names, key=lambda name: (-self.names[name], name))


@dataclass(slots=True)
class Quality:
    """Findings about the papers of a store; lists in the order of sources and entries."""

    papers: int = 0
    entries: int = 0
    sources: int = 0
    repairs: Counter[str] = field(default_factory=Counter)  # entries by kind of repair
    repaired: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # entry, title, sentences
    unread: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # source, file, sentences
    unmatched: list[Unmatched] = field(default_factory=list)  # most entries first
    unlisted: list[str] = field(default_factory=list)  # known institutions that ROR lacks, by name
    empty: list[tuple[list[str], str, list[str]]] = field(default_factory=list)  # entries, title, slots
    readings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # how read: entries
    shared: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)  # paper, title, (entry, source)
    odd: list[tuple[str, str, str, str]] = field(default_factory=list)  # entry, title, what, value
    confidence: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))  # type: unsure, all


def examine(store: Store) -> Quality:
    """Look at every paper once; one at a time is held in memory."""
    found = Quality()
    dates = {}
    for name in store.source_names():
        source = store.source(name)
        dates[name] = source.date
        found.sources += 1
        if said := _unread(store, name):
            found.unread.append((name, source.file, said))
    register = Register.load()
    minted: dict[str, Unmatched] = {}
    unlisted: dict[str, str] = {}
    known_as = _readings()
    marks = store.marks()
    for paper, names in works(store).items():
        entries = [load_entry(store, name) for name in names]
        found.papers += 1
        found.entries += len(entries)
        title = next((record.title for _, record in entries if record.title), "")
        lacking = _lacking(entries)
        if lacking:
            found.empty.append((names, title, lacking))
        if len({document.source for document, _ in entries}) > 1:
            found.shared.append((paper, title, [(document.id, document.source) for document, _ in entries]))
        for document, record in entries:
            _repairs(found, document, title)
            found.readings[_reading(document, marks.get(document.id, ""), known_as)].append(document.id)
            found.odd += [(document.id, title, *what) for what in odd_values(document, dates.get(document.source, ""))]
            _confidence(found, record)
            for mention in record.institutions:
                if mention.concept in register:
                    if not mention.concept.startswith("ror:"):
                        unlisted[mention.concept] = mention.canonical
                elif mention.concept.startswith("institution:"):
                    one = minted.setdefault(mention.concept, Unmatched(mention.concept))
                    one.names[mention.canonical or mention.surface] += 1
                    if document.id not in one.entries:
                        one.entries.append(document.id)
    found.unlisted = sorted(unlisted.values())
    found.unmatched = sorted(minted.values(), key=lambda one: (-len(one.entries), one.name.casefold(), one.concept))
    for one in found.unmatched:
        one.suggestions = nearest(one.name, register)
    return found


def kind_of(sentence: str) -> str:
    """The kind of repair that a sentence tells of: the sentence without its examples.

    >>> kind_of('Broken words in the abstract were mended: "lowrank", "auto-matic" and 2 more.')
    'Broken words in the abstract were mended.'
    """
    return _QUOTED.sub("“…”", _EXAMPLES.sub("", sentence))


def nearest(name: str, register: Register) -> list[Suggestion]:
    """The organisations of ROR that a name may mean: those that bear it, then the most probable."""
    from kg.link.ror import identified

    found: dict[str, Suggestion] = {}
    guesses = {one.organisation.curie: one for one in identified(name, threshold=_LEAST)}
    bearers: list[Organisation] = register.candidates(joined(name_tokens(name, register.words)))
    for organisation in (*bearers, *(one.organisation for one in guesses.values())):
        curie = organisation.curie
        if curie.startswith("ror:"):
            chance = guesses[curie].probability if curie in guesses else 0.0
            made = Suggestion(curie, organisation.name, organisation.country, organisation in bearers, chance)
            found.setdefault(curie, made)
    ranked = sorted(found.values(), key=lambda one: (not one.bears, -one.probability, one.concept))
    return ranked[:_NEAREST]


def odd_values(document: Document, source_date: str = "") -> Iterator[tuple[str, str]]:
    """What is unlikely about an entry's values: (what, the value)."""
    texts = {name: text.text for name, text in document.texts.items()}
    if len(texts.get("T", "")) > _LONG_TITLE:
        yield "long_title", f"{len(texts['T']):,}"
    if 0 < len(texts.get("A", "")) < _SHORT_ABSTRACT:
        yield "short_abstract", f"{len(texts['A']):,}"
    count = document.author_count
    if count is not None and not 0 < count <= _MANY_AUTHORS:
        yield "author_count", f"{count:,}"
    own = document.date or (str(document.year) if document.year else "")
    exact = min(len(own), len(source_date), 10)
    if exact >= 4 and own[:exact] > source_date[:exact]:
        yield "future_date", f"{own[:10]} > {source_date[:10]}"


def _unread(store: Store, source: str) -> tuple[str, ...]:
    """The sentences on what of a source was left out, as its graph keeps them (`kg:skipped`)."""
    said = store.source(source).skipped
    return tuple(sorted(said, key=lambda text: [int(p) if p.isdecimal() else p for p in re.split(r"(\d{1,9})", text)]))


def _repairs(found: Quality, document: Document, title: str) -> None:
    if document.repairs:
        found.repaired.append((document.id, title, document.repairs))
        found.repairs.update({kind_of(sentence) for sentence in document.repairs})


def _lacking(entries: list[tuple[Document, Record]]) -> list[str]:
    """The slots that no entry of a paper fills; "brief" when one part of the sentence or more is missing in all."""
    filled = {slot for document, record in entries for slot in SLOTS if _has(document, record, slot)}
    parts = {
        name for _, record in entries for name in ("technique", "problem", "effect") if getattr(record.brief, name)
    }
    return [slot for slot in SLOTS if slot not in filled] + (["brief"] if len(parts) < 3 else [])


def _has(document: Document, record: Record, slot: str) -> bool:
    text = document.texts.get("A" if slot == "abstract" else "T")
    if slot in ("title", "abstract"):
        return bool(text and text.text)
    if slot == "authors":
        return bool(document.authors or document.author_count)
    return bool(getattr(record, slot))


def _readings() -> dict[str, str]:
    """How an entry was read, by what its fingerprint was made with."""
    return {version(way): way for way in ("full", "fast")}


def _reading(document: Document, mark: str, known_as: dict[str, str]) -> str:
    if not mark:
        return "partial"  # without a mark it is read again
    return next((name for made_with, name in known_as.items() if fingerprint(document, made_with) == mark), "other")


def _confidence(found: Quality, record: Record) -> None:
    lists: dict[str, list[Any]] = {name: getattr(record, name) for name in (*LISTS.values(), "results", "topics")}
    for name, items in (lists | {"relations": record.relations}).items():
        for item in items:
            found.confidence[name][0] += item.confidence < LIKELY
            found.confidence[name][1] += 1
