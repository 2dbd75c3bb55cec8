"""What papers say: their results, what they propose, use and compare with, and how things relate, each with its words.

A claim that several entries of one paper make is one line that names them all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kg.model import ROLES
from kg.names import kind_of
from kg.query.answer import Answer, Cell, Line, Quote, Table
from kg.query.corpus import Corpus
from kg.query.empty import why_empty
from kg.query.filter import Condition, Entity, Fact, Filter, Outcome, Query
from kg.query.lexicon import Lexicon
from kg.query.measures import Measures
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes, words
from kg.query.tally import backers, without
from kg.rdf.triples import RELATIONS
from kg.store.file import StoreFile
from kg.text import fold

RESULTS = ("metric", "change", "value", "baseline", "setting", "hardware", "model", "paper", "quote")
CLAIMS = ("subject", "claim", "object", "value", "baseline", "setting", "paper", "quote")
_OF_RESULTS = ("value", "baseline", "setting")
#: Papers that are read, lines where nobody says how many, quotes of a line.
_PAPERS, _SHOWN, _QUOTES = 50, 100, 3
#: What a result was obtained on.
_SETUP = ("hardware", "model")
#: The order in which claims of other types than results stand.
_ORDER = (*ROLES, "relation", "hardware", "model", "dataset", "problem", "task")


_COLUMNS = {
    "result": (
        *("paper", "metric", "wording", "low", "high", "unit", "change", "bound", "baseline", "against", "setting"),
    ),
    "mention": ("paper", "entity", "role"),
    "relation": ("paper", "type", "head", "tail"),
}
_OF = "FROM entries e JOIN {} x ON x.entry = e.id JOIN papers p ON p.id = x.paper"
_RESULTS = f"""SELECT e.name, x.number, p.curie, m.curie, x.metric_text, x.low, x.high, x.unit, x.change, x.bound,
    b.curie, x.baseline_text, x.setting {_OF.format("results")}
    LEFT JOIN concepts m ON m.id = x.metric LEFT JOIN concepts b ON b.id = x.baseline WHERE e.name IN ({{}})"""
_MENTIONS = f"""SELECT e.name, x.number, p.curie, c.curie, x.role {_OF.format("mentions")}
    JOIN concepts c ON c.id = x.concept WHERE e.name IN ({{}})"""
_RELATIONS = f"""SELECT e.name, x.number, p.curie, x.type, h.curie, t.curie {_OF.format("relations")}
    JOIN concepts h ON h.id = x.head JOIN concepts t ON t.id = x.tail WHERE e.name IN ({{}})"""


@dataclass(slots=True)
class _Claim:
    """A claim, with the nodes that say it."""

    paper: str
    kind: str  # "result", a role, "relation", an entity type
    cells: dict[str, Cell]
    concept: str = ""
    nodes: list[str] = field(default_factory=list)


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The claims of the papers that propose the query's things, else of those that its filter lets through."""
    return _Claims(store, lexicon, question, query).answer(limit)


class _Claims:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.corpus = Corpus.of(store)
        self.say = Sayings.of(question)
        self.measures = Measures(lexicon, self.say)
        self.notes = list(query.filter.notes)
        self._called: dict[str, str] = {}

    def answer(self, limit: int | None) -> Answer:
        wanted, papers = self._papers()
        if not papers:
            has = bool(wanted.conditions)
            why = why_empty(self.store, wanted, self.lexicon, self.say) if has else self.say("claims.which")
            return self._said((why,))
        if len(papers) > _PAPERS:
            papers = papers[:_PAPERS]
            self.notes.append(self.say("claims.cut_papers", _PAPERS))
        names = {paper: backer.entries for paper, backer in backers(self.store, papers).items()}
        claims = list(self._results(names)) if self.query.wants in ("", "result") else []
        if self.query.wants != "result":
            claims += sorted(self._mentions(names), key=lambda claim: _ORDER.index(claim.kind))
        claims.sort(key=lambda claim: names[claim.paper])
        if not claims:
            return self._said((self.say("claims.none", len(papers), claims=self._kinds()),))
        shown = claims[: limit or self.query.most or _SHOWN]
        lines = self._lines(shown)
        verdict = self.say(
            "claims.verdict",
            claims=self.say("number.result" if self.query.wants == "result" else "number.claim", len(claims)),
            papers=self.say("number.paper", len({claim.paper for claim in claims})),
        )
        verdict += self.say("tally.cut", len(shown)) if len(shown) < len(claims) else ""
        table = Table(self._columns(shown), lines, verdict)
        return Answer(self.question, self.query, (), tuple(self.notes), table)

    def _said(self, notes: Iterable[str]) -> Answer:
        return Answer(self.question, self.query, (), (*self.notes, *notes))

    def _kinds(self) -> str:
        return self.say(f"things.{self.query.wants or 'claim'}")

    # Which papers

    def _papers(self) -> tuple[Filter, list[str]]:
        """The papers that claims are asked of, and the filter that found them."""
        things = self.query.things
        wanted = without(self.query.filter, [thing.concept for thing in things])
        if not things:
            return wanted, self._found(wanted) if wanted.conditions else []
        for terms in (_proposed(things, exact=True), _proposed(things, exact=False)):
            if terms and (papers := self._found(_narrowed(wanted, terms))):
                return wanted, papers
        label = self.say.listed([thing.label for thing in things])
        anyhow = tuple(replace(thing, roles=ROLES if thing.field == "technique" else ()) for thing in things)
        wider = _narrowed(wanted, anyhow)
        papers = self._found(wider)
        if papers:
            self.notes.append(self.say("claims.not_proposed", thing=label))
        return wider, papers

    def _found(self, wanted: Filter) -> list[str]:
        found = self.corpus.holding(wanted)
        if self.query.wants == "result":
            found = found & self.corpus.tables.of_papers(self.corpus.columns["results", "entry"])
        return self.corpus.columns.papers.names(np.flatnonzero(found)[: _PAPERS + 1])

    # What they say

    def _results(self, names: dict[str, list[str]]) -> Iterator[_Claim]:
        """The results of papers, once each: the same number of the same metric in two texts is one."""
        found: dict[tuple[object, ...], _Claim] = {}
        for row in self._rows(_RESULTS, (entry for paper in names.values() for entry in paper), "result"):
            metric = row["metric"] or fold(row["wording"] or "")
            if not _is_of(self.query.metric, metric, row):
                continue
            key = (row["paper"], metric, row["low"], row["high"], row["unit"], row["change"])
            claim = found.setdefault(key, _Claim(row["paper"], "result", {}, row["metric"] or ""))
            label = self._label(row["metric"]) if row["metric"] else row["wording"] or ""
            against = self._label(row["baseline"]) if row["baseline"] else row["against"]
            amount = self.measures.amount(row["low"], row["high"], row["unit"] or "", row["bound"] or "exact")
            cells = {"metric": label, "change": row["change"], "value": amount}
            for name, said in (cells | {"baseline": against, "setting": row["setting"]}).items():
                claim.cells[name] = claim.cells.get(name) or said
            claim.nodes.append(row["node"])
        claims = list(found.values())
        self._place(claims, names)
        for claim in claims:
            subject = self._names(names).get(claim.paper, "")
            metric = self.say(f"measure.{claim.cells['change']}", metric=claim.cells["metric"])
            claim.cells |= {"subject": subject, "claim": self.say("claims.result"), "object": metric}
            yield claim

    def _place(self, claims: list[_Claim], names: dict[str, list[str]]) -> None:
        """Fill in the hardware and models that stand in the sentence of a result, or in its setting."""
        columns, spans = self.corpus.columns, [self.corpus.columns.things.span(f"{kind}:") for kind in _SETUP]
        entries = np.array([columns.entries.number(f"entry:{name}") for paper in names.values() for name in paper])
        rows = self.corpus.mentions_in(entries)
        things = columns["mentions", "thing"][rows]
        rows = rows[np.logical_or.reduce([(things >= first) & (things < last) for first, last in spans])]
        named: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for row, quote in words(self.corpus, "mentions", dict.fromkeys(rows.tolist(), "")).items():
            concept = columns.things.name(int(columns["mentions", "thing"][row]))
            named[quote.source, kind_of(concept)][quote.quote] = concept
        quoted = quotes(self.store, {node: "" for claim in claims for node in claim.nodes})
        for claim in claims:
            said = [quoted[node] for node in claim.nodes if node in quoted]
            text = "\n".join([*(quote.context or quote.quote for quote in said), str(claim.cells["setting"] or "")])
            for kind in _SETUP:
                known = {q: e for quote in said for q, e in named[quote.source, kind].items()}
                found = {entity for quote, entity in known.items() if _stands(quote, text)}
                claim.cells[kind] = tuple(sorted(map(self._label, found)))

    def _mentions(self, names: dict[str, list[str]]) -> list[_Claim]:
        """What papers propose, use, relate and name, once each."""
        entries = [name for paper in names.values() for name in paper]
        found: dict[tuple[object, ...], _Claim] = {}
        own = self._names(names)
        wants = self.query.wants
        for row in self._rows(_MENTIONS, entries, "mention"):
            of = kind_of(row["entity"])
            kind = row["role"] or of if of == "technique" else of
            if kind in _ORDER and wants in ("", of):
                self._add(found, row, kind, (own[row["paper"]], f"claims.{kind}", row["entity"]))
        if not wants:
            for row in self._rows(_RELATIONS, entries, "relation"):
                said = f"path.{RELATIONS[row['type']]}_forward"
                self._add(found, row, "relation", (self._label(row["head"]), said, row["tail"]))
        return list(found.values())

    def _add(
        self, found: dict[tuple[object, ...], _Claim], row: dict[str, Any], kind: str, said: tuple[str, str, str]
    ) -> None:
        """A claim: subject, the key of what is said, and the CURIE of its object."""
        subject, key, concept = said
        cells: dict[str, Cell] = {"subject": subject, "claim": self.say(key), "object": self._label(concept)}
        claim = _Claim(row["paper"], kind, cells, concept)
        found.setdefault((row["paper"], subject, cells["claim"], concept), claim).nodes.append(row["node"])

    def _rows(self, sql: str, entries: Iterable[str], kind: str) -> list[dict[str, Any]]:
        """The rows of entries ("002-22") in one of the tables, each with its node, by entry and number."""
        out = []
        for entry, number, *row in self.store.some(sql, entries):
            node = f"entry:{entry}/{kind}/{number}"
            out.append((entry, number, {"node": node, **dict(zip(_COLUMNS[kind], row, strict=True))}))
        return [row for *_, row in sorted(out, key=lambda one: one[:2])]

    def _names(self, papers: Iterable[str]) -> dict[str, str]:
        """What papers are called: by the name of what they propose, else by their title."""
        if not self._called:
            sql = "SELECT curie, name, title FROM papers WHERE curie IN ({})"
            for paper, name, title in self.store.some(sql, papers):
                self._called[paper] = name or title or paper.partition(":")[2]
        return self._called

    # How it is told

    def _lines(self, claims: list[_Claim]) -> tuple[Line, ...]:
        quoted = quotes(self.store, {node: str(claim.cells["object"]) for claim in claims for node in claim.nodes})
        columns = self._columns(claims)
        out = []
        for claim in claims:
            said = [quoted[node] for node in claim.nodes if node in quoted]
            entries = tuple(sorted({entry_of(node) for node in claim.nodes}))
            first = next(iter(said), None)
            cells = claim.cells | {"paper": entries, "quote": _sentence(first) if first else ""}
            line = tuple(cells.get(column) or None for column in columns)
            out.append(Line(line, entries, _spread(said), claim.concept))
        return tuple(out)

    def _columns(self, claims: list[_Claim]) -> tuple[str, ...]:
        if self.query.wants == "result":
            return RESULTS
        results = any(claim.kind == "result" for claim in claims)
        return CLAIMS if results else tuple(name for name in CLAIMS if name not in _OF_RESULTS)

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)


def _proposed(things: tuple[Entity, ...], *, exact: bool) -> tuple[Entity | Fact, ...]:
    """The terms for papers that propose things, or are them; with narrower ones and members unless `exact`."""
    out: list[Entity | Fact] = []
    for thing in things:
        if thing.field == "paper":
            out.append(Fact("paper", thing.concept.partition(":")[2], thing.label, concept=thing.concept))
        else:
            concepts = (thing.concept,) if exact else thing.concepts
            out.append(replace(thing, field="technique", concepts=concepts, roles=("proposed",)))
    return tuple(out)


def _narrowed(wanted: Filter, terms: tuple[Entity | Fact, ...]) -> Filter:
    condition = Condition(" / ".join(term.label for term in terms), terms)
    return replace(wanted, conditions=(condition, *wanted.conditions))


def _is_of(metric: Outcome | None, concept: str, row: dict[str, Any]) -> bool:
    """Whether a result is on the metric that is asked for."""
    if metric is None or not (metric.metrics or metric.words):
        return True
    words = set(fold(row["wording"] or "").split())
    return concept in metric.metrics or any(set(said.split()) <= words for said in metric.words)


def _stands(quote: str, text: str) -> bool:
    """Whether words stand in a text whose white space is folded."""
    words = r"\s+".join(map(re.escape, quote.split()))
    return re.search(rf"(?<![A-Za-z0-9]){words}(?![A-Za-z0-9])", text) is not None


def _spread(said: list[Quote]) -> tuple[Quote, ...]:
    """A few quotes of a claim, one of each entry first."""
    once = {quote.source: quote for quote in reversed(said)}
    first = [quote for quote in said if once[quote.source] is quote]
    return tuple([*first, *(quote for quote in said if quote not in first)][:_QUOTES])


def _sentence(quote: Quote) -> str:
    return " ".join(quote.quote.split())
