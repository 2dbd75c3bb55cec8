"""Things by how many papers have them, and the papers and words behind each.

Counting is left to the store: of 75,000 papers only what is shown is ever read out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kg.model import ENTITY_TYPES, KgError
from kg.names import iri, is_curie
from kg.query.answer import Cell, Line, Quote
from kg.query.empty import why_empty
from kg.query.filter import Entity, Fact, Filter, Link
from kg.query.lexicon import Lexicon, Selects
from kg.query.remembered import remembered
from kg.query.sayings import Sayings
from kg.query.shown import quotes
from kg.query.sparql import literal, values, where
from kg.query.support import Supporter, appeared, support

#: Types of things that papers are counted by.
TYPES = (*ENTITY_TYPES, "topic", "metric", "author", "venue", "country", "kind", "report")
#: Links that concepts of the vocabulary have too, not only papers.
_SHARED = ("topic", "task", "country")
#: Roles of techniques that have a column of their own, and the links that say so.
_ROLES = {"proposed": "proposes", "used": "usesTechnique", "baseline": "comparesWith"}
#: What a question about a family asks for where it wants things of the same type ("which NVIDIA GPUs").
_FAMILIES = ("model", "dataset", "hardware")
#: Things that are read out to find the first ones, and pairs of thing and paper that are; where there are more pairs,
#: papers shown of each thing, and papers among which these are looked for.
_READ, _PAIRS, _FEW, _SLICE = 300, 1000, 5, 400
#: Entries that a line lists, entries of it that are quoted, and quotes of it.
_LISTED, _QUOTED, _QUOTES = 100, 3, 3
_BATCH = 500
#: Texts in the order in which their words are shown: the abstract has whole sentences.
_FIELDS = "ATHBKI"


@dataclass(slots=True)
class Count:
    """A thing and how many papers have it."""

    thing: str  # CURIE, or the words where it is none
    papers: int
    roles: dict[str, int] = field(default_factory=dict)  # techniques: papers by role
    behind: list[Backer] = field(default_factory=list)  # all of its papers, or a few where they are very many
    support: int = 1


@dataclass(slots=True)
class Backer:
    """A paper behind a line."""

    paper: str
    entries: list[str] = field(default_factory=list)  # "002-22", sorted
    when: str = ""
    institutions: frozenset[str] = frozenset()

    @property
    def supporter(self) -> Supporter:
        return Supporter(self.when, self.paper, self.institutions)


class Tally:
    """Counts of things among the papers that a filter lets through."""

    def __init__(self, store: Selects, lexicon: Lexicon, wanted: Filter, language: str) -> None:
        self.store, self.lexicon, self.wanted, self.language = store, lexicon, wanted, language

    def first(self, kind: str, number: int) -> tuple[list[Count], int | None]:
        """The things that most papers have, then by independent support, then label; how many things there are.

        None for how many where they are too many to be read out. Raises KgError for a type that is not counted.
        """
        counts = self._counts(kind)
        total = len(counts) if len(counts) < _READ else None
        least = counts[number - 1].papers if len(counts) > number else 0
        level = [count for count in counts if count.papers >= max(least, 1)]
        if least == 1:  # what one paper has, one paper supports: the label decides
            surely = [count for count in level if count.papers > 1]
            level = surely + sorted((c for c in level if c.papers == 1), key=self.order)[: number - len(surely)]
        self.back(kind, level)
        level.sort(key=lambda count: (-count.papers, -count.support, *self.order(count)))
        return level[:number], total

    def order(self, count: Count) -> tuple[str, str]:
        """The order of things that are level."""
        return self.label(count.thing).casefold(), count.thing

    def label(self, thing: str) -> str:
        """What a thing is called in the language of the question."""
        if is_curie(thing):
            return thing.partition(":")[2] if thing.startswith("source:") else self.lexicon.label(thing, self.language)
        return self._said(f"country:{thing}") or self._said(f"kind:{thing}") or thing

    def lines(self, kind: str, counts: Iterable[Count], columns: Iterable[str]) -> tuple[Line, ...]:
        """A line a thing, with what the columns name of it, its entries and its words."""
        shown = list(counts)
        said = self._quotes(kind, shown)
        out = []
        for count in shown:
            own: dict[str, Cell] = {kind: self.label(count.thing), "papers": count.papers, "count": count.papers}
            cells = own | {"support": count.support} | count.roles
            line = tuple(cells.get(column, 0) for column in columns)
            entries = tuple(listed(count.behind)[:_LISTED])
            out.append(Line(line, entries, said.get(count.thing, ()), count.thing if is_curie(count.thing) else ""))
        return tuple(out)

    def back(self, kind: str, counts: list[Count]) -> None:
        """Fill in the papers behind counts, and their independent support."""
        places = bool(self.store.select("SELECT ?at WHERE { ?paper kg:institution ?at } LIMIT 1"))
        every = places or sum(count.papers for count in counts) <= _PAIRS
        pairs = self._pairs(kind, [count.thing for count in counts]) if every else self._few(kind, counts)
        known = backers(self.store, {paper for papers in pairs.values() for paper in papers})
        for count in counts:
            count.behind = [known[paper] for paper in sorted(pairs[count.thing]) if paper in known]
            if places:
                count.support = support(backer.supporter for backer in count.behind)

    # The store

    def _counts(self, kind: str) -> list[Count]:
        """The things that most papers have, most first; those that are level in no order that means anything."""
        if kind == "technique":
            # The union of graphs says a triple once a graph: only DISTINCT counts papers.
            parts = (
                f"{{ ?paper kg:{link} ?thing BIND(?paper AS ?{role})"
                + (" BIND(?paper AS ?has)" if role != "baseline" else "")
                + " }"
                for role, link in _ROLES.items()
            )
            roles = " ".join(f"(COUNT(DISTINCT ?{role}) AS ?n_{role})" for role in _ROLES)
            found = f"(COUNT(DISTINCT ?has) AS ?n) {roles} WHERE {{ {self._papers(kind)} {' UNION '.join(parts)}"
        else:
            found = f"(COUNT(DISTINCT ?paper) AS ?n) WHERE {{ {self._papers(kind)} {linked(kind)}"
        # Not by ?thing too: to compare IRIs, the store looks each of them up.
        sparql = f"SELECT ?thing {found} {self._among(kind)} }} GROUP BY ?thing ORDER BY DESC(?n) LIMIT {_READ}"
        if self.wanted.conditions:
            rows = self._select(sparql)
        else:
            rows = remembered(self.store, f"first-{kind}", lambda: self._select(sparql))
        return [
            Count(str(row["thing"]), row["n"], {role: row.get(f"n_{role}", 0) for role in _ROLES})
            for row in rows
            if row["thing"] is not None and row["n"]
        ]

    def _select(self, sparql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.store.select(sparql)
        return rows

    def _papers(self, kind: str) -> str:
        return where(self.wanted, is_paper=kind in _SHARED) if self.wanted.conditions or kind in _SHARED else ""

    def _among(self, kind: str) -> str:
        """Which things count where the question names things of the type that it asks for.

        Of a family ("which NVIDIA GPUs") its members; of any other thing ("which techniques go with LoRA") the others.
        """
        named = {
            concept
            for condition in self.wanted.conditions
            for term in condition.any_of
            if isinstance(term, Entity) and term.field == kind and not condition.negated
            for concept in (term.concepts if kind in _FAMILIES else (term.concept,))
        }
        if not named:
            return ""
        among = ", ".join(f"<{iri(concept)}>" for concept in sorted(named))
        return f"FILTER(?thing {'IN' if kind in _FAMILIES and len(named) > 1 else 'NOT IN'} ({among}))"

    def _pairs(self, kind: str, things: list[str], papers: str = "") -> dict[str, set[str]]:
        """Which papers have which things; of some `papers`, a pattern, instead of all that the filter lets through."""
        out: dict[str, set[str]] = defaultdict(set)
        if things:
            among = ", ".join(map(_term, things))
            found = f"{papers or self._papers(kind)} {linked(kind)} FILTER(?thing IN ({among}))"
            for row in self.store.select(f"SELECT DISTINCT ?thing ?paper WHERE {{ {found} }}"):
                out[str(row["thing"])].add(str(row["paper"]))
        return out

    def _few(self, kind: str, counts: list[Count]) -> dict[str, set[str]]:
        """Some papers of each thing: of the first that the store finds, which are always the same."""
        papers = self._papers(kind) or "?paper a kg:Paper ."
        some = f"{{ SELECT ?paper WHERE {{ {papers} }} LIMIT {_SLICE} }}"
        out = self._pairs(kind, [count.thing for count in counts], some)
        for count in counts:
            if count.thing not in out:
                found = f"VALUES ?thing {{ {_term(count.thing)} }} {linked(kind)} {self._papers(kind)}"
                rows = self.store.select(f"SELECT ?paper WHERE {{ {found} }} LIMIT 1")
                out[count.thing] = {str(row["paper"]) for row in rows}
        return {thing: set(sorted(papers)[:_FEW]) for thing, papers in out.items()}

    def _quotes(self, kind: str, counts: list[Count]) -> dict[str, tuple[Quote, ...]]:
        """The words for each thing, from the first of its entries."""
        named = {count.thing: listed(count.behind)[:_QUOTED] for count in counts}
        pairs = [(entry, thing) for thing, entries in named.items() for entry in entries]
        best: dict[tuple[str, str], tuple[tuple[object, ...], str]] = {}
        for row in self._nodes(kind, pairs):
            entry, node = str(row["entry"]).partition(":")[2], str(row["node"])
            place = _FIELDS.find(row["field"] or "") % (len(_FIELDS) + 1)
            rank = (row["role"] != "proposed", place, len(node), node)
            for thing in self._meant(kind, str(row["thing"])):
                key = (entry, thing)
                if entry in named.get(thing, ()) and (key not in best or rank < best[key][0]):
                    best[key] = (rank, node)
        chosen: dict[str, list[str]] = defaultdict(list)
        for entry, thing in pairs:
            if (entry, thing) in best and len(chosen[thing]) < _QUOTES:
                chosen[thing].append(best[entry, thing][1])
        out = {}
        for thing, nodes in chosen.items():
            label = self.label(thing)
            said = quotes(self.store, dict.fromkeys(nodes, label))
            out[thing] = tuple(said[node] for node in nodes if node in said)
        return out

    def _nodes(self, kind: str, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """What says so in entries: ?entry ?thing ?node ?field ?role."""
        if not pairs or kind not in (*ENTITY_TYPES, "topic", "metric", "country"):
            return []
        both = " ".join(f"(<{iri(f'entry:{entry}')}> {_term(thing)})" for entry, thing in pairs)
        bound = f"VALUES (?entry ?thing) {{ {both} }}"
        if kind == "topic":  # words that show a topic name other things: which these are, the vocabulary says
            bound = values("entry", sorted({f"entry:{entry}" for entry, _ in pairs}))
        if kind == "metric":
            own = "FILTER(STRSTARTS(STR(?node), CONCAT(STR(?entry), '/result/')))"
            found = f"?entry kg:paper ?paper . ?paper kg:result ?node . ?node kg:metric ?thing {own}"
        elif kind == "country":
            found = "?entry kg:mentions ?node . ?node kg:entity ?at . ?at kg:country ?thing ."
        else:
            found = "?entry kg:mentions ?node . ?node kg:entity ?thing ."
        more = "?node kg:quote ?quote OPTIONAL { ?node kg:field ?field } OPTIONAL { ?node kg:role ?role }"
        return self._select(f"SELECT DISTINCT ?entry ?thing ?node ?field ?role WHERE {{ {bound} {found} {more} }}")

    def _meant(self, kind: str, thing: str) -> set[str]:
        """What the mention of a thing shows: itself, or the topics that the vocabulary gives it."""
        vocabulary = self.lexicon.vocabulary
        if kind != "topic" or thing.startswith("topic:") or thing not in vocabulary:
            return {thing}
        above = [thing, *vocabulary.broader(thing)]
        return {topic for concept in above if concept in vocabulary for topic in vocabulary[concept].topics}

    def _said(self, meaning: str) -> str:
        """The first label of a question word in the language of the question: the name of a country."""
        labels = [label for word in self.lexicon.words.meaning(meaning) for label in word.labels]
        return next((label for label in labels if label.isascii() == (self.language != "zh")), "")


def linked(kind: str, thing: str = "thing") -> str:
    """The pattern that leads from ?paper to a thing of a type; raises KgError for a type that is not counted."""
    if kind not in TYPES:
        raise KgError(f"Papers are not counted by {kind!r}: choose one of {', '.join(TYPES)}.")
    if kind == "technique":
        return f"?paper kg:proposes|kg:usesTechnique ?{thing} ."
    if kind == "metric":
        return f"?paper kg:result ?_result . ?_result kg:metric ?{thing} ."
    if kind == "country":
        return f"?paper kg:institution ?_at . ?_at kg:country ?{thing} ."
    if kind == "report":
        return f"?paper kg:entry ?_entry . ?_entry kg:source ?{thing} ."
    return f"?paper kg:{kind} ?{thing} ."


def backers(store: Selects, papers: Iterable[str]) -> dict[str, Backer]:
    """What is known of papers (CURIEs): their entries, dates and institutions."""
    out: dict[str, Backer] = {}
    names = sorted(papers)
    for at in range(0, len(names), _BATCH):
        _read(store, names[at : at + _BATCH], out)
    return out


def _read(store: Selects, papers: list[str], out: dict[str, Backer]) -> None:
    bound = values("paper", papers)
    entries: dict[str, set[str]] = defaultdict(set)
    said: dict[tuple[str, str], set[Any]] = defaultdict(set)
    for row in store.select(
        f"""SELECT ?paper ?entry ?date ?year ?from WHERE {{ {bound} ?paper kg:entry ?entry
  OPTIONAL {{ ?paper kg:date ?date }} OPTIONAL {{ ?paper kg:year ?year }}
  OPTIONAL {{ ?entry kg:source ?source . ?source kg:date ?from }} }}"""
    ):
        paper = str(row["paper"])
        entries[paper].add(str(row["entry"]).partition(":")[2])
        for name in ("date", "year", "from"):
            if row[name]:
                said[paper, name].add(row[name])
    for row in store.select(f"SELECT DISTINCT ?paper ?at WHERE {{ {bound} ?paper kg:institution ?at }}"):
        said[str(row["paper"]), "at"].add(str(row["at"]))
    for paper, names in entries.items():
        when = appeared(*(said[paper, name] for name in ("date", "year", "from")))
        out[paper] = Backer(paper, sorted(names), when, frozenset(said[paper, "at"]))


def listed(papers: Iterable[Backer]) -> list[str]:
    """The entries of papers, sorted."""
    return sorted({entry for paper in papers for entry in paper.entries})


def entries_of(store: Selects, wanted: Filter, most: int) -> list[str]:
    """The entries of the papers that a filter lets through, sorted; of more than so many some, always the same."""
    found = f"{where(wanted)} ?paper kg:entry ?entry"
    rows = store.select(f"SELECT DISTINCT ?entry WHERE {{ {found} }} LIMIT {most}")
    return sorted(str(row["entry"]).partition(":")[2] for row in rows)


def found_any(store: Selects, wanted: Filter) -> bool:
    """Whether a filter lets any paper through."""
    return bool(store.select(f"SELECT ?paper WHERE {{ {where(wanted)} }} LIMIT 1"))


def nothing(store: Selects, lexicon: Lexicon, wanted: Filter, say: Sayings, kind: str) -> str:
    """Why nothing of a type is found: no papers, or papers that name none."""
    if wanted.conditions and not found_any(store, wanted):
        return why_empty(store, wanted, lexicon, say)
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


def _term(thing: str) -> str:
    return f"<{iri(thing)}>" if is_curie(thing) else literal(thing)
