"""The results of a paper as fields, to compare the claims of a draft with; nothing is read from its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kg.check.value_match import ends
from kg.entity_types import LISTS
from kg.evidence import evidence_id
from kg.model import OBTAINED, Document, Mention, Paper, Record, Result
from kg.query.cited import CitedClaim
from kg.query.corpus import Corpus
from kg.query.shown import context
from kg.store.contents import load_entries
from kg.store.file import StoreFile
from kg.text import HAN, tokens

#: What a result was obtained on, or a paper names: labels by concept, by type.
Things = Mapping[str, Mapping[str, str]]


#: Zeros that end a number.
_ZEROS = re.compile(r"(\.\d*?[1-9])0+(?!\d)|\.0+(?!\d)")
#: A word or number; what hyphens join are several.
_NAME = re.compile(rf"[^\s,;:()\[\]（），。；、《》≥≤<>~≈$\\*\-–{HAN}]+(?<![.'’])")


@dataclass(frozen=True, slots=True)
class HeldResult:
    """A result of a paper, what it was obtained on, and its place; `beside` are the others of its sentence."""

    result: Result
    on: Things
    claim: CitedClaim
    beside: tuple[HeldResult, ...] = ()

    @property
    def sentence(self) -> tuple[str, str]:
        """The sentence that it stands in."""
        return self.claim.entry, self.claim.sentence

    @property
    def bound(self) -> str:
        """Its bound, which may be said once for a list: "up to 7.5x, 4.8x and 8.9x"."""
        before = (one for one in self.beside if one.claim.start < self.claim.start)
        bounds = [one.result.bound for one in before if one.result.metric == self.result.metric]
        return "up_to" if self.result.bound == "exact" and bounds[:1] == ["up_to"] else self.result.bound

    @property
    def said(self) -> str:
        """The words of all fields that say of what the value is, with the values beside it that are of the same."""
        alike = [
            one
            for one in self.beside
            if all(one.on[kind].keys() == self.on[kind].keys() for kind in one.on.keys() & self.on)
        ]
        return " ".join([said_of(self.result, self.on), *(value for one in alike for value in values_of(one.result))])


@dataclass(frozen=True, slots=True)
class PaperFields:
    """What a paper states: its results, and the things that it names by type."""

    results: tuple[HeldResult, ...]
    things: Things

    @staticmethod
    def stored(store: StoreFile, paper: str) -> PaperFields:
        """Those of a paper (CURIE) of a graph; kept while the graph stays as it is."""
        return Corpus.of(store).once(_stored, store, paper)

    @staticmethod
    def of(paper: Paper) -> PaperFields:
        """Those of a paper with its records."""
        results = [
            HeldResult(one, obtained(record, one), _cited(document, record, one))
            for document, record in paper.entries
            for one in record.results
            if one.evidence.field in document.texts
        ]
        beside = [[o for o in results if o is not one and o.sentence == one.sentence] for one in results]
        mentions = [one for _, record in paper.entries for one in mentions_of(record)]
        whole = tuple(replace(one, beside=tuple(others)) for one, others in zip(results, beside, strict=True))
        return PaperFields(whole, _by_type(mentions))


def _stored(store: StoreFile, paper: str) -> PaperFields:
    entries = load_entries(store, (entry for entry, _ in store.of_papers((paper,))))
    return PaperFields.of(Paper(paper, list(entries.values())))


def obtained(record: Record, result: Result) -> Things:
    """What a result was obtained on."""
    return _by_type(one for one in mentions_of(record) if one.canonical in result.on)


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(token.fold for token in tokens(text))


def names_of(text: str) -> Iterator[re.Match[str]]:
    """Yield the names and numbers of a text: what has a digit, or a capital that begins no sentence."""
    for match in _NAME.finditer(text):
        word = match[0]
        if any(map(str.isdigit, word)) or any(map(str.isupper, word[match.start() == 0 :])):
            yield match


def written(names: Iterable[re.Match[str]]) -> frozenset[str]:
    """Names as they are compared: "6.40×" is "6.4x"."""
    return frozenset(_ZEROS.sub(r"\1", name[0].casefold().replace("×", "x").lstrip("+")) for name in names)


def said_of(result: Result, on: Things) -> str:
    """The words of the fields of a result, but for value and unit."""
    labels = [label for things in on.values() for label in things.values()]
    return ", ".join([result.metric, result.baseline, result.setting, *labels])


def values_of(result: Result) -> tuple[str, ...]:
    """The ends of a value with its unit, as texts write them."""
    return tuple(f"{value:g}{result.unit}" for value in {*ends(result)})


def mentions_of(record: Record, kinds: Iterable[str] = OBTAINED) -> list[Mention]:
    """What a record names of some types."""
    return [one for kind in kinds for one in getattr(record, LISTS[kind])]


def _by_type(mentions: Iterable[Mention]) -> Things:
    out: dict[str, dict[str, str]] = {}
    for one in mentions:
        out.setdefault(one.type, {})[one.concept or one.canonical] = f"{one.canonical}\n{one.surface}"
    return out


def _cited(document: Document, record: Record, result: Result) -> CitedClaim:
    at, raw = result.evidence, document.texts[result.evidence.field].raw
    low, high = ends(result)
    parts = ("metric", "metric_concept", "unit", "change", "bound", "baseline", "setting")
    says = {name: getattr(result, name) for name in parts} | {"low": low, "high": high, "on": list(result.on)}
    own = evidence_id(document.id, at.field, at.start, at.end, at.quote)
    words = context(raw, at.start, at.end)
    trust = result.confidence, result.sure
    return CitedClaim("result", own, at.quote, words, document.id, at.field, at.start, at.end, *trust, says)
