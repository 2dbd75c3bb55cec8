"""The claims of papers: their results, what they propose, use and compare with, and relations, each with quotes.

A claim made by several entries of one paper is one line that lists them all; a result is that of the first entry.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from kg.entity_types import LISTS, NAMED
from kg.identifiers import kind_of
from kg.model import ROLES
from kg.query.answer import Answer, Cell, Grid, Line
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Fact, Filter, Outcome, Query
from kg.query.lexicon import Lexicon
from kg.query.result_table import COLUMNS, ResultTable, line_of
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, namings, quotes, stated
from kg.query.tally import without
from kg.query.tiers import why_empty
from kg.rdf.triples import RELATIONS
from kg.store.file import StoreFile
from kg.text import fold

_SAID = ("subject", "claim", "object")
#: The numbers of papers that are read, of lines by default, and of quotes in a line.
_PAPERS, _SHOWN, _QUOTES = 50, 100, 3
#: The order of claims other than results.
_ORDER = (*ROLES, "relation", *NAMED, *(of for of in LISTS if of not in ("technique", "institution", *NAMED)))


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The claims of the papers that propose the query's things, else of the papers that pass its filter."""
    return _Claims(store, lexicon, question, query).answer(limit)


class _Claims:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.corpus = Corpus.of(store)
        self.say = Sayings(query.language)
        self.notes = list(query.filter.notes)
        self.is_result = query.wants == "result"

    def answer(self, limit: int | None) -> Answer:
        wanted, papers = self._papers()
        if not papers:
            has = bool(wanted.conditions)
            return self._said(why_empty(self.store, wanted, self.say) if has else self.say("claims.which"))
        if len(papers) > _PAPERS:
            papers = papers[:_PAPERS]
            self.notes.append(self.say("claims.cut_papers", _PAPERS))
        sql = "SELECT curie, coalesce(nullif(name, ''), title) FROM papers WHERE curie IN ({})"
        called = dict(self.store.some(sql, papers))
        lines = self._results(called, wanted) if self.query.wants in ("", "result") else []
        lines += [] if self.is_result else self._mentions(called)
        if not lines:
            kinds = self.say(f"things.{self.query.wants or 'claim'}")
            return self._said(self.say("claims.none", len(papers), claims=kinds))
        of = self.store.papers_of({line.papers[0] for line in lines})
        lines.sort(key=lambda line: papers.index(of[line.papers[0]]))
        verdict = self.say(
            "claims.verdict",
            claims=self.say("number.result" if self.is_result else "number.claim", len(lines)),
            papers=self.say("number.paper", len(set(of.values()))),
        )
        shown = lines[: limit or self.query.most or _SHOWN]
        verdict += self.say("tally.cut", len(shown)) if len(shown) < len(lines) else ""
        columns = COLUMNS if self.is_result else (*_SAID, *COLUMNS)
        return Answer(self.question, self.query, (), tuple(self.notes), Grid(columns, tuple(shown), verdict))

    def _said(self, note: str) -> Answer:
        return Answer(self.question, self.query, (), (*self.notes, note))

    # Selecting papers

    def _papers(self) -> tuple[Filter, list[str]]:
        """The papers whose claims are listed, and the filter that found them."""
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
            where = found.of("p.id")
            found = Papers(f"SELECT p.id FROM papers p WHERE {where.sql} AND p.id IN (SELECT paper FROM results)",
                           where.given)  # fmt: skip
        return self.corpus.names(found)[: _PAPERS + 1]

    # Their claims

    def _results(self, called: dict[str, str], wanted: Filter) -> list[Line]:
        """The results of papers on the requested metrics, once each."""
        table = ResultTable(self.store, self.lexicon, self.say, wanted)
        found = table.rows(self.corpus.those(called).of("x.paper"), every=True)
        found = [row for row in found if _is_of(self.query.metric, row.said.metric, row.said.wording)]
        self.notes += table.notes()
        said = {
            "subject": lambda row: called[row.paper],
            "claim": lambda row: self.say("claims.result"),
            "object": table.metric,
        }
        return table.lines([("", found)], {} if self.is_result else said)

    def _mentions(self, called: dict[str, str]) -> list[Line]:
        """The things that papers propose, use, relate and name, once each."""
        found: dict[tuple[int, str, str, str, str], list[str]] = {}
        for one in namings(self.store, called):
            of = kind_of(one.concept)
            kind = one.role or of if of == "technique" else of
            if kind in _ORDER and self.query.wants in ("", of):
                place = (_ORDER.index(kind), one.paper, called[one.paper], f"claims.{kind}", one.concept)
                found.setdefault(place, []).append(one.node)
        label, place_of = partial(self.lexicon.label, language=self.say.language), _ORDER.index("relation")
        for said in stated(self.store, self.corpus.those(called).of("x.paper")) if not self.query.wants else ():
            way = f"path.{RELATIONS[said.type]}_forward"
            found.setdefault((place_of, said.paper, label(said.head), way, said.tail), []).append(said.node)
        quoted = quotes(self.store, {node: label(thing) for (*_, thing), nodes in found.items() for node in nodes})
        lines = []
        for (_, _, subject, way, thing), nodes in sorted(found.items(), key=lambda one: one[0][0]):
            own = [quoted[node] for node in nodes if node in quoted]
            entries = tuple(sorted({entry_of(node) for node in nodes}))
            cells: dict[str, Cell] = {"subject": subject, "claim": self.say(way), "object": label(thing)}
            cells |= {"paper": entries[0], "quote": " ".join(own[0].quote.split()) if own else None}
            first = {quote.source: quote for quote in reversed(own)}.values()
            evidence = tuple(dict.fromkeys((*first, *own)))[:_QUOTES]
            lines.append(line_of((*_SAID, *COLUMNS), cells, entries, evidence, concept=thing))
        return lines


def _proposed(things: tuple[Entity, ...], *, exact: bool) -> tuple[Entity | Fact, ...]:
    """The terms for papers that propose, or are, some things; with narrower ones and members unless `exact`."""
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


def _is_of(metric: Outcome | None, concept: str, wording: str) -> bool:
    """Whether a result is on the requested metric."""
    if metric is None or not (metric.metrics or metric.words):
        return True
    words = set(fold(wording).split())
    return concept in metric.metrics or any(set(said.split()) <= words for said in metric.words)
