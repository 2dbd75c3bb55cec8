"""How many papers or things there are."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid, Line, Row
from kg.query.filter import Query
from kg.query.kinds import papers
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.support import support
from kg.query.tally import Tally, backers, listed, nothing, widened
from kg.store.file import StoreFile

#: Papers that are read out one by one; things that a sentence names; quotes.
_READ, _NAMED, _QUOTES = 100, 5, 3


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """How many papers (or things of the type `wants`) a filter lets through."""
    query = replace(query, filter=widened(store, query.filter, Sayings(query.language)))
    return _Counting(store, lexicon, question, query).answer()


class _Counting:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings(query.language)
        self.wanted = query.filter
        self.wants = "paper" if query.wants in ("", "paper") else query.wants
        self.tally = Tally(store, lexicon, self.wanted, self.say.language)
        self.papers = self.tally.corpus.count(self.tally.papers)
        self.found: tuple[Row, ...] = ()

    def answer(self) -> Answer:
        table = (self._all_papers() if self.wants == "paper" else self._all_things()) if self.papers else None
        notes = self.wanted.notes
        if self.wanted.conditions and self.papers > _READ:
            notes = (*notes, self.say("count.some", _READ))
        if self.wants == "author":
            notes = (*notes, self.say("who.homonyms"))
        if table is None or not table.lines:
            why = nothing(self.store, self.lexicon, self.wanted, self.say, self.wants)
            return Answer(self.question, self.query, (), (*notes, why))
        return Answer(self.question, self.query, self.found, notes, table)

    def _others(self) -> list[str]:
        """The first entries, where there are too many papers to read out."""
        corpus = self.tally.corpus
        return corpus.listed(corpus.names(self.tally.papers)[:_READ]) if self.wanted.conditions else []

    def _all_papers(self) -> Grid:
        """One line: how many papers, and their independent support where they can be read out."""
        if self.wanted.conditions and self.papers <= _READ:
            self.found = papers.answer(self.store, self.lexicon, self.question, self.query).rows
        known = backers(self.store, (row.paper for row in self.found))
        backing = support(paper.supporter for paper in known.values()) if known else None
        evidence = tuple(row.evidence[0] for row in self.found if row.evidence)[:_QUOTES]
        entries = listed(known.values()) or self._others()
        line = Line((self.papers, backing), tuple(entries), evidence)
        verdict = self.say("count.papers", papers=self.say("number.paper", self.papers))
        return Grid(("count", "support"), (line,), verdict)

    def _all_things(self) -> Grid | None:
        """One line: how many things of a type; the sentence names the first."""
        kind = self.wants
        first, total = self.tally.first(kind, _NAMED)
        if not first:
            return None
        lines = self.tally.lines(kind, first, (kind,))
        names = [self.say("count.times", count.papers, thing=self.tally.label(count.thing)) for count in first]
        entries = sorted({entry for count in first for entry in count.entries})
        evidence = tuple(quote for line in lines for quote in line.evidence[:1])
        number, papers = self.say(f"number.{kind}", total), self.say("number.paper", self.papers)
        if leaderless := self.tally.leaderless(kind, self.say, number):
            return Grid(("count", "papers"), (Line((total, self.papers), tuple(entries), evidence),), leaderless)
        key = "count.things" if total <= len(first) else "count.things_most"
        verdict = self.say(key, number=number, papers=papers, first=self.say.listed(names))
        return Grid(("count", "papers"), (Line((total, self.papers), tuple(entries), evidence),), verdict)

    # By type, period or report
