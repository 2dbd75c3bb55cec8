"""Entities by the number of papers that have them, with the papers and quotes behind each.

The store does the counting: of 75,000 papers, only those displayed are loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kg.entity_types import NAMED
from kg.identifiers import is_curie
from kg.model import ENTITY_TYPES, KgError
from kg.query.answer import Cell, Line, Quote
from kg.query.corpus import Corpus, DatedPaper
from kg.query.empty import any_role
from kg.query.filter import Entity, Fact, Filter, Link
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.query.sayings import Sayings
from kg.query.shown import quotes
from kg.query.tiers import why_empty
from kg.rdf.triples import language_of
from kg.store.file import StoreFile
from kg.text import fold

if TYPE_CHECKING:
    import pandas


#: Types of entities that papers are counted by.
TYPES = (*ENTITY_TYPES, "topic", "metric", "author", "venue", "country", "kind", "report")
#: Roles of techniques with columns of their own.
_ROLES = ("proposed", "used", "baseline")
#: How many things are loaded to find the first ones.
_READ = 300
#: The most papers listed in a line, and the most entries of it that are quoted.
_LISTED, _QUOTED = 100, 3
#: Fields in the order in which their quotes are preferred: the abstract has whole sentences.
_FIELDS = "ATHBKI"


@dataclass(slots=True)
class Count:
    """A thing and the number of papers that have it."""

    thing: str  # CURIE, or the words if there is none
    papers: int
    roles: dict[str, int] = field(default_factory=dict)  # techniques: papers by role
    entries: list[str] = field(default_factory=list)  # "002-22", sorted: entries of the first papers
    support: int = 1
    variants: tuple[str, ...] = ()  # included in the count: "NVIDIA A100 80GB" in "NVIDIA A100"


class Tally:
    """Counts of entities among the papers that pass a filter."""

    def __init__(
        self, store: StoreFile, lexicon: Lexicon, wanted: Filter, language: str, among: Iterable[str] = ()
    ) -> None:
        """If `among` is not empty, only these entities count: the kinds of a technique, GPUs."""
        self.store, self.lexicon, self.wanted, self.language = store, lexicon, wanted, language
        self.among = frozenset(among)
        self.left_out: list[tuple[str, int]] = []  # kinds and parts of models that are not counted as techniques
        self.corpus = Corpus.of(store)
        self.papers = self.corpus.holding(wanted)

    def first(self, kind: str, number: int) -> tuple[list[Count], int]:
        """The entities that most papers have, then by independent support, then label; and the number of entities.

        If too few papers name the type for a ranking (`leaderless`), they are in the order of their labels.
        Raises KgError for a type that is not counted.
        """
        asked = (replace(self.wanted, ignored=(), notes=()), self.language, self.among, kind, number)
        counts, total, left_out = self.corpus.kept("tally", asked, lambda: self._first(kind, number))
        self.left_out = list(left_out)
        return list(counts), total

    def _first(self, kind: str, number: int) -> tuple[list[Count], int, list[tuple[str, int]]]:
        """As `first`, with the entities that are left out."""
        level, total = self._level(kind, number)
        least = level[-1].papers if len(level) > number else 0
        if least == 1:  # a single paper has a support of one: the label decides
            surely = [count for count in level if count.papers > 1]
            level = surely + sorted((c for c in level if c.papers == 1), key=self.order)[: number - len(surely)]
        every = (thing for count in level for thing in (count.thing, *count.variants))
        each = self.corpus.behind_each(kind, every, self.papers)
        behind = {count.thing: _union(each, (count.thing, *count.variants)) for count in level}
        supports = self.corpus.support_of_each([behind[count.thing] for count in level])
        for count, support in zip(level, supports, strict=True):
            count.support = support
        level.sort(key=lambda count: (-count.papers, -count.support, *self.order(count)))
        if not self.corpus.leads(kind, self.papers):
            level = sorted(level[:number], key=self.order)
        for count in level[:number]:
            count.entries = self.corpus.listed(paper.curie for paper in behind[count.thing][:_LISTED])
        if kind == "technique":
            things = tuple(count.thing for count in level[:number])
            found = self.corpus.once(self.corpus.role_counts, things, self.papers)
            for count in level[:number]:
                count.roles = {role: found.get((count.thing, role), 0) for role in _ROLES}
        return level[:number], total, self.left_out

    def leaderless(self, kind: str, say: Sayings, number: str) -> str:
        """A note on the number of things of a type, if too few papers name it for a ranking; else ""."""
        if self.corpus.leads(kind, self.papers):
            return ""
        named, papers = self.corpus.covered(kind, self.papers)
        return say("tally.leaderless", number=number, share=min(99, round(100 * (papers - named) / papers)))

    def order(self, count: Count) -> tuple[str, str]:
        """The order of things with equal counts."""
        return self.label(count.thing).casefold(), count.thing

    def label(self, thing: str) -> str:
        """The label of a thing in the language of the question."""
        if is_curie(thing):
            return thing.partition(":")[2] if thing.startswith("source:") else self.lexicon.label(thing, self.language)
        called = self.lexicon.words.called
        return called(f"country:{thing}", self.language) or called(f"kind:{thing}", self.language) or thing

    def lines(self, kind: str, counts: Iterable[Count], columns: Iterable[str]) -> tuple[Line, ...]:
        """A line for each thing, with its values in the columns, its entries and its quotes."""
        shown = list(counts)
        said, out = self._quotes(kind, shown), []
        for count in shown:
            own: dict[str, Cell] = {kind: self.label(count.thing), "papers": count.papers, "count": count.papers}
            cells = own | {"support": count.support} | count.roles
            line, concept = tuple(cells.get(one, 0) for one in columns), count.thing if is_curie(count.thing) else ""
            out.append(Line(line, tuple(count.entries[:_LISTED]), said.get(count.thing, ()), concept))
        return tuple(out)

    def _level(self, kind: str, number: int) -> tuple[list[Count], int]:
        """The entities that most papers have, including ties with the last one, most first, then by name.

        Also the total number of entities.
        """
        if kind not in TYPES:
            raise KgError(f"Papers are not counted by {kind!r}: choose one of {', '.join(TYPES)}.")
        named, is_family = (set(self.among), True) if self.among else self._named(kind)
        if is_family:  # "which NVIDIA GPUs": its members
            every, _ = self.corpus.most(kind, self.papers)
            found = [one for one in every if one[0] in named]
            if self.among and kind in NAMED:
                return self._with_variants(kind, found, number)
            total = len(found)
        else:  # "which techniques go with LoRA": the others
            found, total = self.corpus.most(kind, self.papers, _READ + len(named))
            total -= sum(map(bool, self.corpus.behind_each(kind, named, self.papers).values()))
            found = [one for one in found if one[0] not in named]
            bearers = self.lexicon.bearers if kind == "technique" else frozenset()
            self.left_out = [one for one in found if one[0] in bearers]
            found, total = [one for one in found if one[0] not in bearers], total - len(self.left_out)
        found = [one for one in found[:_READ] if kind != "author" or any(map(str.isalpha, one[0]))]  # ":" is not a name
        if len(found) > number:
            found = [one for one in found if one[1] >= found[number - 1][1]]
        return [Count(*one) for one in found], total

    def _with_variants(self, kind: str, found: list[tuple[str, int]], number: int) -> tuple[list[Count], int]:
        """The members of a class, each with those that extend its name: "NVIDIA A100 80GB" is an A100."""
        label = {thing: fold(self.lexicon.label(thing)) for thing, _ in found}
        known = {name: thing for thing, name in label.items()}
        variants: dict[str, list[str]] = {}
        for thing, name in label.items():
            words = name.split(" ")
            base = next((known[b] for n in range(1, len(words)) if (b := " ".join(words[:n])) in known), thing)
            variants.setdefault(base, []).extend([thing] if base != thing else [])
        behind = self.corpus.behind_each(kind, label, self.papers)
        counts = [
            Count(thing, len(_union(behind, (thing, *own))), variants=tuple(own)) for thing, own in variants.items()
        ]
        counts.sort(key=lambda count: (-count.papers, *self.order(count)))
        return counts[: max(number, _READ)], len(counts)

    def _named(self, kind: str) -> tuple[set[str], bool]:
        """The things of the requested type that the question itself names, and whether it is a family of them."""
        named = {
            concept
            for condition in self.wanted.conditions
            for term in condition.any_of
            if isinstance(term, Entity) and term.field == kind and not condition.negated
            for concept in (term.concepts if kind in NAMED else (term.concept,))
        }
        return named, kind in NAMED and len(named) > 1

    def _quotes(self, kind: str, counts: list[Count]) -> dict[str, tuple[Quote, ...]]:
        """The quotes for each entity, from the first of its entries."""
        if kind not in (*ENTITY_TYPES, "topic", "metric", "country"):
            return {}
        known = self._nodes(kind, {entry for count in counts for entry in count.entries[:_QUOTED]})
        chosen: dict[str, list[str]] = {}
        for count in counts:
            meant = self._meant(kind, count.thing).union(count.variants)
            named = ([node for concept, node in known.get(e, ()) if concept in meant] for e in count.entries[:_QUOTED])
            chosen[count.thing] = [nodes[0] for nodes in named if nodes]
        said = quotes(self.store, {node: "" for nodes in chosen.values() for node in nodes})
        return {
            thing: tuple(replace(said[node], entity=self.label(thing)) for node in nodes if node in said)
            for thing, nodes in chosen.items()
        }

    def _nodes(self, kind: str, entries: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """The things that entries name, each with its node; those with the best quotes first."""
        tables = [("mentions", "concept", "x.role", "mention"), ("topics", "topic", "''", "mention")]
        tables = [("results", "metric", "''", "result")] if kind == "metric" else tables
        found: dict[str, list[tuple[tuple[object, ...], str, str]]] = {}
        for table, column, role, of in tables:
            sql = f"""SELECT e.name, c.curie, x.number, {role}, x.field, x.start FROM entries e
                JOIN {table} x ON x.entry = e.id JOIN concepts c ON c.id = x.{column} WHERE e.name IN ({{}})"""
            for entry, concept, number, said, place, start in self.store.some(sql, entries):
                order = _FIELDS.find(place) if place else len(_FIELDS)
                rank = (start < 0, said != "proposed", order, number)
                found.setdefault(entry, []).append((rank, concept, f"entry:{entry}/{of}/{number}"))
        return {entry: [(concept, node) for _, concept, node in sorted(some)] for entry, some in found.items()}

    def _meant(self, kind: str, thing: str) -> set[str]:
        """The entities whose mention counts: the thing itself, indicators of a topic, a country's institutions."""
        if kind == "country":
            sql = "SELECT curie FROM concepts WHERE country = ? AND country <> ''"
            return {concept for (concept,) in self.store.rows(sql, thing)}
        return {thing} | (self.lexicon.indicators(thing) if kind == "topic" else set())


def _union(behind: Mapping[str, tuple[DatedPaper, ...]], things: Iterable[str]) -> tuple[DatedPaper, ...]:
    """The papers that have any of some things, by name."""
    first, *others = (behind[thing] for thing in things)
    return tuple(sorted({*first}.union(*others))) if others else first


def found_any(store: StoreFile, wanted: Filter) -> bool:
    """Whether any paper passes a filter."""
    corpus = Corpus.of(store)
    return corpus.count(corpus.holding(wanted)) > 0


def widened(store: StoreFile, wanted: Filter, say: Sayings) -> Filter:
    """The filter, with techniques in any role if otherwise no paper passes."""
    wider = any_role(wanted, say)
    return wider if wider != wanted and not found_any(store, wanted) and found_any(store, wider) else wanted


def nothing(store: StoreFile, lexicon: Lexicon, wanted: Filter, say: Sayings, kind: str) -> str:
    """Why nothing of a type was found: there are no papers, or they name none."""
    if wanted.conditions and not found_any(store, wanted):
        return why_empty(store, wanted, say)
    return say("tally.none", things=say(f"things.{kind}"))


def without(wanted: Filter, concepts: Iterable[str]) -> Filter:
    """The filter without the conditions that only name some things."""
    named = set(concepts)
    kept = (
        condition
        for condition in wanted.conditions
        if condition.negated
        or not all(isinstance(t, Entity | Link | Fact) and t.concept in named for t in condition.any_of)
    )
    return replace(wanted, conditions=tuple(kept))


# Cross-tabulation


def matrix(
    store: StoreFile, lexicon: Lexicon, down: str, across: str, question: str = "", most: int = 20
) -> pandas.DataFrame:
    """How many papers have both: at most `most` rows and columns, in the order of `Tally.first`.

    Over the papers that fulfil the conditions of a question, or all. KgError for a type that is not counted.
    """
    import pandas

    wanted = read(question, lexicon).filter if question.strip() else Filter()
    tally = Tally(store, lexicon, wanted, language_of(question))
    rows, columns = ([count.thing for count in tally.first(kind, most)[0]] for kind in (down, across))
    found = tally.corpus.both(down, rows, across, columns, tally.papers)
    return pandas.DataFrame(
        [[found.get((row, column), 0) for column in columns] for row in rows],
        index=pandas.Index([tally.label(thing) for thing in rows], name=down),
        columns=pandas.Index([tally.label(thing) for thing in columns], name=across),
        dtype=int,
    )
