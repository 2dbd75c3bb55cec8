"""What papers say: their results, what they propose, use and compare with, and how things relate, each with its words.

A claim that several entries of one paper make is one line that names them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kg.entity_types import LISTS, NAMED
from kg.identifiers import kind_of
from kg.model import ROLES
from kg.query.answer import Answer, Cell, Grid, Line, Quote
from kg.query.comparable import Measures
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Fact, Filter, Outcome, Query
from kg.query.lexicon import Lexicon
from kg.query.nodes import NamedEntity, Related, namings, reported, stated
from kg.query.result_table import Obtained, Setups
from kg.query.sayings import Sayings
from kg.query.shown import entry_of, quotes
from kg.query.tally import backers, without
from kg.query.tiers import why_empty
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
_ORDER = (*ROLES, "relation", *NAMED, *(of for of in LISTS if of not in ("technique", "institution", *NAMED)))


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
        self.say = Sayings(query.language)
        self.measures = Measures(lexicon, self.say)
        self.notes = list(query.filter.notes)
        self._called: dict[str, str] = {}

    def answer(self, limit: int | None) -> Answer:
        wanted, papers = self._papers()
        if not papers:
            has = bool(wanted.conditions)
            why = why_empty(self.store, wanted, self.say) if has else self.say("claims.which")
            return self._said((why,))
        if len(papers) > _PAPERS:
            papers = papers[:_PAPERS]
            self.notes.append(self.say("claims.cut_papers", _PAPERS))
        names = {paper: backer.entries for paper, backer in backers(self.store, papers).items()}
        claims = list(self._results(names, wanted)) if self.query.wants in ("", "result") else []
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
        table = Grid(self._columns(shown), lines, verdict)
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
            where = found.of("p.id")
            found = Papers(f"SELECT p.id FROM papers p WHERE {where.sql} AND p.id IN (SELECT paper FROM results)",
                           where.given)  # fmt: skip
        return self.corpus.names(found)[: _PAPERS + 1]

    # What they say

    def _results(self, names: dict[str, list[str]], wanted: Filter) -> Iterator[_Claim]:
        """The results of papers on what is asked for, once each: the same number in two texts is one."""
        found: dict[tuple[object, ...], _Claim] = {}
        obtained = Obtained(self.corpus, self.lexicon, wanted)
        every = reported(self.store, self.corpus.those(names).of("x.paper"))
        setups = Setups(self.corpus, (one.node for one in every))
        for one in obtained.among(every, setups):
            metric = one.metric or fold(one.wording)
            if not _is_of(self.query.metric, metric, one.wording):
                continue
            change = self.measures.block(one.metric, one.unit, one.change).change
            key = (one.paper, metric, one.low, one.high, one.unit, change)
            claim = found.setdefault(key, _Claim(one.paper, "result", {}, one.metric))
            is_odd = self.measures.is_odd(one.metric, one.unit)  # 3 MB are no ratio
            label = self._label(one.metric) if one.metric and not is_odd else one.wording
            against = self._label(one.baseline) if one.baseline else one.baseline_text
            cells: dict[str, Cell] = {"metric": label, "change": change, "value": self.measures.amount(one)}
            for name, said in (cells | {"baseline": against, "setting": one.setting}).items():
                claim.cells[name] = claim.cells.get(name) or said
            claim.nodes.append(one.node)
        self.notes += obtained.notes(self.say)
        for claim in found.values():
            for kind in _SETUP:
                on = {concept for node in claim.nodes for concept in setups.said(node)[kind]}
                claim.cells[kind] = tuple(sorted(map(self._label, on)))
            subject = self._names(names).get(claim.paper, "")
            metric = self.say(f"measure.{claim.cells['change']}", metric=claim.cells["metric"])
            claim.cells |= {"subject": subject, "claim": self.say("claims.result"), "object": metric}
            yield claim

    def _mentions(self, names: dict[str, list[str]]) -> list[_Claim]:
        """What papers propose, use, relate and name, once each."""
        found: dict[tuple[object, ...], _Claim] = {}
        own = self._names(names)
        wants = self.query.wants
        for one in namings(self.store, names):
            of = kind_of(one.concept)
            kind = one.role or of if of == "technique" else of
            if kind in _ORDER and wants in ("", of):
                self._add(found, one, kind, (own[one.paper], f"claims.{kind}", one.concept))
        if not wants:
            for said in stated(self.store, self.corpus.those(names).of("x.paper")):
                way = f"path.{RELATIONS[said.type]}_forward"
                self._add(found, said, "relation", (self._label(said.head), way, said.tail))
        return list(found.values())

    def _add(
        self, found: dict[tuple[object, ...], _Claim], one: NamedEntity | Related, kind: str, said: tuple[str, str, str]
    ) -> None:
        """A claim: subject, the key of what is said, and the CURIE of its object."""
        subject, key, concept = said
        cells: dict[str, Cell] = {"subject": subject, "claim": self.say(key), "object": self._label(concept)}
        claim = _Claim(one.paper, kind, cells, concept)
        found.setdefault((one.paper, subject, cells["claim"], concept), claim).nodes.append(one.node)

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


def _is_of(metric: Outcome | None, concept: str, wording: str) -> bool:
    """Whether a result is on the metric that is asked for."""
    if metric is None or not (metric.metrics or metric.words):
        return True
    words = set(fold(wording).split())
    return concept in metric.metrics or any(set(said.split()) <= words for said in metric.words)


def _spread(said: list[Quote]) -> tuple[Quote, ...]:
    """A few quotes of a claim, one of each entry first."""
    once = {quote.source: quote for quote in reversed(said)}
    first = [quote for quote in said if once[quote.source] is quote]
    return tuple([*first, *(quote for quote in said if quote not in first)][:_QUOTES])


def _sentence(quote: Quote) -> str:
    return " ".join(quote.quote.split())
