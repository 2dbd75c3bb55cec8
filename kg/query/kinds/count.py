"""How many papers or things there are, in all or by type, period or report."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid, Line, Row
from kg.query.filter import Query
from kg.query.kinds import papers
from kg.query.lexicon import Lexicon
from kg.query.periods import PERIODS, different, entries_by, folded
from kg.query.sayings import Sayings
from kg.query.support import support
from kg.query.tally import TYPES, Tally, backers, listed, nothing, widened
from kg.store.file import StoreFile

#: Lines where nobody says how many; papers that are read out one by one; things that a sentence names; quotes.
_SHOWN, _READ, _NAMED, _QUOTES = 20, 100, 5, 3


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """How many papers (or things of the type `wants`) a filter lets through; by `over`, at most `limit` (20) lines."""
    query = replace(query, filter=widened(store, query.filter, Sayings(query.language)))
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
        elif over in PERIODS:
            table = self._by_period(over, number)
        elif over and self.wants == "paper":
            table = self._by_thing(over, number or _SHOWN)
        elif over:
            table = self._things_by(over, number or _SHOWN)
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
        """The first entries, where there are too many papers to read out."""
        corpus = self.tally.corpus
        return corpus.listed(corpus.names(self.tally.papers)[:_READ]) if self.wanted.conditions else []

    # Without "over"

    def _all_papers(self) -> Grid:
        """One line: how many papers, and their independent support where they can be read out."""
        if self.wanted.conditions and self.papers <= _READ:
            self.found = papers.fulfilling(self.store, self.lexicon, self.question, self.query).rows
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

    def _by_thing(self, over: str, most: int) -> Grid:
        counts, total = self.tally.first(over, most)
        if self.query.order in ("lowest", "worst"):
            counts.sort(key=lambda count: (count.papers, *self.tally.order(count)))
        lines = self.tally.lines(over, counts, (over, "papers"))
        return Grid((over, "papers"), lines, self._verdict(over, lines, total))

    def _things_by(self, over: str, most: int) -> Grid:
        """How many different things there are with each other thing: techniques by institution."""
        counts, total = self.tally.first(over, 10 * most)
        number = self.tally.different(over, self.wants, [count.thing for count in counts])
        counts = [count for count in counts if number.get(count.thing)]
        if self.tally.corpus.leads(over, self.tally.papers):
            counts.sort(key=lambda count: (-number[count.thing], -count.papers, *self.tally.order(count)))
        lines = self.tally.lines(over, counts[:most], (over, "count", "papers"))
        lines = tuple(
            replace(line, values=(line.values[0], number[count.thing], count.papers))
            for line, count in zip(lines, counts, strict=False)
        )
        return Grid((over, self.wants, "papers"), lines, self._verdict(over, lines, total))

    def _by_period(self, over: str, most: int | None) -> Grid:
        """In the order of time; the newest where only some are shown."""
        wants = self.wants
        corpus, papers = self.tally.corpus, self.tally.papers
        days = corpus.days(papers)[""]
        counts = folded(days, over) if wants == "paper" else different(corpus, papers, wants, over)
        order = sorted(name for name in counts if name)
        shown = order if most is None else order[-most:]
        if self.query.order in ("highest", "lowest") and most is not None:
            sign = -1 if self.query.order == "highest" else 1
            shown = sorted(order, key=lambda name: (sign * counts[name], name))[:most]
        entries = entries_by(corpus, papers, over)
        lines = tuple(Line((name, counts[name]), entries.get(name, ())) for name in shown)
        return Grid((over, "papers" if wants == "paper" else wants), lines, self._verdict(over, lines, len(order)))

    def _verdict(self, over: str, lines: tuple[Line, ...], total: int) -> str:
        """The whole: how many papers over how many things, and which has most."""
        if not lines:
            return ""
        number = self.say(f"number.{over}", total)
        first = max(lines, key=lambda line: line.values[1] if isinstance(line.values[1], int) else 0)
        said = self.say("number.paper" if self.wants == "paper" else f"number.{self.wants}", first.values[1])
        papers = self.say("number.paper", self.papers)
        out = "" if over in PERIODS else self.tally.leaderless(over, self.say, number)
        out = out or self.say("count.over", papers=papers, number=number, first=first.values[0], said=said)
        return out + (self.say("tally.cut", len(lines)) if total > len(lines) else "")
