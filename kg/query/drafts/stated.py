"""The values that a paper states, each with what its sentence says of it, to compare the claims of a draft with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.check.amounts import Amount, amounts
from kg.extract.scopes import Place, ScopedSentence, ScopeTerm, ValueScope
from kg.model import OBTAINED
from kg.query.cited import CitedClaim, claims_of
from kg.query.corpus import Corpus
from kg.query.drafts.figures import ClaimedValue, of_one_metric
from kg.store.file import StoreFile
from kg.text import sentence_at, sentences
from kg.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of a paper: the result that was read of it, or a bare number, with the scope of each in its sentence."""

    claim: CitedClaim  # the result, or the words of the number
    amount: Amount | None  # of a number that was not read as a result
    scope: ValueScope
    shares: tuple[tuple[str, str], ...]  # metrics (words, concept) of the levels in its sentence
    before: tuple[ScopeTerm, ...]  # the only thing of a type in the sentence before, where its own has none
    bound: str = "exact"  # with that of the list that it stands in: "up to 7.5x, 4.8x and 8.9x"

    def figure(self, unit: str) -> ClaimedValue:
        """The value; a bare number is in `unit` where the paper gives none."""
        if self.amount:
            return ClaimedValue(self.amount.value, self.amount.value, self.amount.unit or unit)
        says = self.claim.says
        return ClaimedValue(*_ends(self.claim), says["unit"], self.bound, says["change"], *_metric(self.claim))


@dataclass(frozen=True, slots=True)
class PaperValues:
    """The values of a paper, its title as a scope, and the things that it names by type."""

    values: tuple[StatedValue, ...]
    title: ValueScope
    things: dict[str, frozenset[str]]


def scoped(text: str, vocabulary: Vocabulary) -> ScopedSentence:
    """A sentence with its numbers, whose terms can be dealt out; "a" and "one" count nothing."""
    numbers = [n for n in amounts(text) if not (n.named or (n.spelled and not n.unit and n.value <= 1))]
    shown = [(n.start, n.end, f"{n.value:.6g}", "" if n.shared else n.unit) for n in numbers]
    return ScopedSentence(text, shown, vocabulary)


def paper_values(store: StoreFile, paper: str, vocabulary: Vocabulary) -> PaperValues:
    """What a paper (CURIE) states; kept while the graph stays as it is."""
    return Corpus.of(store).once(_read, store, paper, vocabulary)


def _read(store: StoreFile, paper: str, vocabulary: Vocabulary) -> PaperValues:
    entries = tuple(entry for entry, _ in store.of_papers((paper,)))
    results = list(claims_of(store, entries, ["result"]))
    things: dict[str, frozenset[str]] = defaultdict(frozenset)
    for one in claims_of(store, entries, ["mention"]):
        if one.says["type"] in OBTAINED:
            things[one.says["type"]] |= {one.says["concept"]}
    sql = """SELECT e.name, t.field, t.raw FROM texts t JOIN entries e ON e.id = t.entry WHERE e.name IN ({})
        ORDER BY e.name, t.field"""
    values: list[StatedValue] = []
    title = ""
    for entry, field, raw in store.some(sql, entries):
        title = title or (raw if field == "T" else "")
        held = [one for one in results if (one.entry, one.field) == (entry, field)]
        spans = {sentence_at(raw, one.start, one.end) for one in held} | set(sentences(raw) if field in "AT" else ())
        last: list[ScopeTerm] = []
        for start, end in sorted(spans):
            sentence = scoped(raw[start:end], vocabulary)
            inside = [one for one in held if start <= one.start < end]
            values += _of_sentence(raw, (start, end), (entry, field), sentence, inside, _lone(last, sentence.terms))
            last = sentence.terms
    return PaperValues(tuple(values), scoped(title, vocabulary).scope([], [], (0, 0)), things)


def _of_sentence(
    raw: str,
    span: Place,
    of: tuple[str, str],
    sentence: ScopedSentence,
    results: list[CitedClaim],
    before: tuple[ScopeTerm, ...],
) -> Iterator[StatedValue]:
    start, end = span
    numbers = [one for one in amounts(raw[start:end]) if not one.named]
    read = [(one, place_of(numbers, one.start - start, one.end - start, _ends(one))) for one in results]
    read.sort(key=lambda pair: pair[1])
    places = [place for _, place in read]
    shares = tuple(_metric(one) for one in results if one.says["change"] == "absolute")
    for one, place in read:
        alike = [(held, at) for held, at in read if of_one_metric(_metric(held), _metric(one)) or at == place]
        first = next(held.says["bound"] for held, at in alike if at <= place)
        bound = "up_to" if one.says["bound"] == "exact" and first == "up_to" else one.says["bound"]
        yield StatedValue(one, None, sentence.scope(places, [at for _, at in alike], place), shares, before, bound)
    for number in numbers:
        at = (number.start, number.end)
        if (number.unit or number.step < 1) and not any(begin < at[1] and at[0] < stop for begin, stop in places):
            alike_numbers = [(other.start, other.end) for other in numbers if other.unit == number.unit]
            words, place = " ".join(raw[start:end].split()), (start + at[0], start + at[1])
            said = CitedClaim("number", "", raw[slice(*place)], words, *of, *place, 0.0, False, {})
            yield StatedValue(said, number, sentence.scope(alike_numbers, alike_numbers, at), shares, before)


def _lone(before: list[ScopeTerm], here: list[ScopeTerm]) -> tuple[ScopeTerm, ...]:
    """What the sentence before names alone of its type, of types that the sentence itself names none of."""
    groups = [[term for term in before if term.kind == kind] for kind in {*OBTAINED} - {term.kind for term in here}]
    return tuple(terms[0] for terms in groups if len({term.keys for term in terms}) == 1)


def _metric(one: CitedClaim) -> tuple[str, str]:
    return one.says["metric"], one.says["metric_concept"]


def _ends(one: CitedClaim) -> tuple[float, float]:
    return one.says["low"], one.says["high"]


def place_of(numbers: Iterable[Amount], start: int, end: int, ends: tuple[float, float]) -> Place:
    """Where the number of a result stands: the amounts of its value in the words at [start, end), else all of them."""
    inside = [one for one in numbers if one.start < end and start < one.end]
    found = [one for one in inside if any(abs(one.value - value) <= 1e-6 * max(1.0, abs(value)) for value in ends)]
    return (found[0].start, found[-1].end) if found else (start, end)
