"""The number of papers or things, in all or by type, period or report."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid, Line, Row
from kg.query.filter import Query
from kg.query.kinds import papers, trend
from kg.query.lexicon import Lexicon
from kg.query.periods import PERIODS
from kg.query.sayings import Sayings
from kg.query.support import support
from kg.query.tally import TYPES, Tally, nothing, widened
from kg.store.file import StoreFile

#: The default number of lines; papers that are listed one by one; things that a sentence names; quotes.
_SHOWN, _READ, _NAMED, _QUOTES = 20, 100, 5, 3


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The number of papers (or things of type `wants`) that pass a filter; by `over`, at most `limit` (20) lines."""
    query = replace(query, filter=widened(store, query.filter, Sayings(query.language)))
    if query.over in PERIODS:
        return trend.answer(store, lexicon, question, query, limit)
    return _Counting(store, lexicon, question, query).answer(limit)


class _Counting:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings(query.language)
        self.wanted = query.filter
        self.wants = "paper" if query.wants in ("", "paper") else query.wants
        self.tally = Tally(store, lexicon, self.wanted, self.say.language)
        self.papers = self.tally.corpus.count(self.tally.papers)
        self.found: tuple[Row, ...] = ()

    def answer(self, limit: int | None) -> Answer:
        over, number = self.query.over, limit or self.query.most
        if not self.papers:
            table = None
        elif over:
            table = self._by_thing(over, number or _SHOWN)
        else:
            table = self._all_papers() if self.wants == "paper" else self._all_things()
        notes = self.wanted.notes
        if self.wanted.conditions and self.papers > _READ:
            notes = (*notes, self.say("count.some", _READ))
        if "author" in (over, self.wants):
            notes = (*notes, self.say("who.homonyms"))
        if table is None or not table.lines:
            why = nothing(self.store, self.lexicon, self.wanted, self.say, over if over in TYPES else self.wants)
            return Answer(self.question, self.query, (), (*notes, why))
        return Answer(self.question, self.query, self.found, notes, table)

    def _others(self) -> list[str]:
        """The first entries, if there are too many papers to list."""
        corpus = self.tally.corpus
        return corpus.listed(corpus.names(self.tally.papers)[:_READ]) if self.wanted.conditions else []

    # Without "over"

    def _all_papers(self) -> Grid:
        """One line: the number of papers, and their independent support if they can be listed."""
        if self.wanted.conditions and self.papers <= _READ:
            self.found = papers.answer(self.store, self.lexicon, self.question, self.query).rows
        known = self.tally.corpus.backers(row.paper for row in self.found).values()
        backing = support(known) if known else None
        evidence = tuple(row.evidence[0] for row in self.found if row.evidence)[:_QUOTES]
        entries = sorted({entry for paper in known for entry in paper.entries}) or self._others()
        line = Line((self.papers, backing), tuple(entries), evidence)
        verdict = self.say("count.papers", papers=self.say("number.paper", self.papers))
        return Grid(("count", "support"), (line,), verdict)

    def _all_things(self) -> Grid | None:
        """One line: the number of things of a type; the sentence names the first."""
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

    # By type or report

    def _by_thing(self, over: str, most: int) -> Grid:
        counts, total = self.tally.first(over, most)
        if self.query.order in ("lowest", "worst"):
            counts.sort(key=lambda count: (count.papers, *self.tally.order(count)))
        lines = self.tally.lines(over, counts, (over, "papers"))
        return Grid((over, "papers"), lines, self._verdict(over, lines, total))

    def _verdict(self, over: str, lines: tuple[Line, ...], total: int) -> str:
        """The summary: how many papers over how many things, and which has most."""
        if not lines:
            return ""
        number = self.say(f"number.{over}", total)
        first = max(lines, key=lambda line: line.values[1] if isinstance(line.values[1], int) else 0)
        said, papers = self.say("number.paper", first.values[1]), self.say("number.paper", self.papers)
        out = self.tally.leaderless(over, self.say, number)
        out = out or self.say("count.over", papers=papers, number=number, first=first.values[0], said=said)
        return out + (self.say("tally.cut", len(lines)) if total > len(lines) else "")
