"""Counts by period with a test for trend, and rising things; `kg trends` gives more detail, and a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kg.model import ENTITY_TYPES
from kg.query.answer import Answer, Grid, Line
from kg.query.corpus import ALL, Corpus, DatedPaper, Papers
from kg.query.filter import Fact, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.periods import PERIODS, covered, entries_by, folded, is_partial, period, within, without_gaps
from kg.query.sayings import Sayings
from kg.query.statistics import LEAST, Cells, ShareChange, early_and_late, share_changes
from kg.query.tally import TYPES, Count, Tally, nothing, widened
from kg.store.file import StoreFile

#: The numbers of things and periods that are shown, of papers that are listed, and of reports.
_THINGS, _PERIODS, _LISTED, _REPORTS = 8, 12, 100, 300
#: The smallest p that is reported, and a day before all papers.
_SMALLEST, _FIRST = 0.001, "0001-01-01"
#: What `kg trends` counts.
_OF = (*ENTITY_TYPES, "topic", "metric", "kind")


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The number of papers in each period: in all, or for each of the most frequent things."""
    say = Sayings(query.language)
    query = replace(query, filter=widened(store, query.filter, say))
    over, wanted = query.over if query.over in (*PERIODS, "report") else "month", query.filter
    tally = Tally(store, lexicon, wanted, say.language)
    if query.order != "best" and query.wants in TYPES and over in PERIODS:
        return _rising(tally, question, query, over, limit)
    counts, order, entries = _counts(tally, over)
    undated = counts.pop("", 0)
    if not order:
        why = say("trend.undated", undated) if undated else nothing(store, lexicon, wanted, say, "paper")
        return Answer(question, query, (), (*wanted.notes, why))
    if query.wants in TYPES and over != "report":
        table = _things(tally, query.wants, over, order[-_PERIODS:], limit or query.most or _THINGS)
    else:
        shown = order if limit is None else order[-limit:]
        table = Grid((over, "papers"), tuple(Line((name, counts[name]), entries.get(name, ())) for name in shown))
    tested, every = _tested(tally, over, counts) if over in PERIODS and query.wants not in TYPES else ("", Counter())
    if every:
        lines = (
            replace(line, values=(*line.values, f"{counts[name] / every[name]:.1%}" if every[name] else ""))
            for line in table.lines
            for name in (str(line.values[0]),)
        )
        table = Grid((*table.columns, "share"), tuple(lines))
    best = max(order, key=lambda name: (counts[name], name))
    total, most = (say("number.paper", n) for n in (counts.total(), counts[best]))
    verdict = say(
        "trend.verdict" if len(order) > 1 else "trend.one",
        papers=total,
        first=order[0],
        last=order[-1],
        best=best,
        most=most,
    )
    verdict = tested + say("trend.between") * bool(tested) + verdict
    notes = [say("trend.undated", undated)] if undated else []
    if wanted.conditions:
        named = say.listed([say("empty.quoted", words=one.text) for one in wanted.conditions])
        notes.insert(0, say("trend.over", counts.total(), conditions=named))
    last = covered(tally.corpus.days(ALL)[""])[1]
    if over in PERIODS and is_partial(order[-1], _FIRST, last):
        notes.append(say("trend.unfinished", last=order[-1], day=last))
    notes.append(_more(say, query, over))
    return Answer(question, query, (), (*wanted.notes, *notes), replace(table, verdict=verdict))


def _more(say: Sayings, query: Query, over: str) -> str:
    """The command that shows more."""
    return say("trend.more", call=f"kg trends --of {query.wants if query.wants in _OF else 'topic'} --over {over}")


class _Shares:
    """Papers by period for the test: full periods only, without a few papers far from all others in time.

    They are tested within the parts of the collection that they are of.
    """

    def __init__(self, corpus: Corpus, among: Papers, over: str) -> None:
        self.over, self.strata = over, corpus.strata
        dated = corpus.dated(among)
        self.every = Counter(period(paper.when, over) for paper in dated)
        self.every.pop("", None)
        ends = covered(corpus.days(ALL)[""])
        self.names = within(self.every, over, LEAST)
        self.place = {name: at for at, name in enumerate(self.names) if not is_partial(name, *ends)}
        self.scores = np.arange(len(self.names), dtype=float)
        self.all = self._in_cells(dated)
        self.papers = np.zeros(len(self.names))
        for (at, _), count in self.all.items():
            self.papers[at] += count

    def _in_cells(self, papers: Iterable[DatedPaper]) -> Counter[tuple[int, str]]:
        """The papers of each whole period and part of the collection."""
        cells = ((self.place.get(period(paper.when, self.over), -1), self.strata[paper.curie]) for paper in papers)
        return Counter(cell for cell in cells if cell[0] >= 0)

    @property
    def is_enough(self) -> bool:
        """Whether there are three periods with papers."""
        return int((self.papers > 0).sum()) >= 3

    def changes(self, having: Mapping[str, Iterable[DatedPaper]]) -> list[ShareChange]:
        """The change of the share of the papers under each name, if they are enough and the others are."""
        if not self.is_enough:
            return []
        held = {name: self._in_cells(papers) for name, papers in having.items()}
        tested = [name for name, own in held.items() if LEAST <= own.total() <= self.all.total() - LEAST]
        if not tested:
            return []
        cells = sorted(self.all)
        strata = {name: at for at, name in enumerate(sorted({stratum for _, stratum in cells}))}
        at, of = np.array([place for place, _ in cells]), np.array([strata[name] for _, name in cells])
        columns = np.array([[held[name][cell] for name in tested] for cell in cells], float)
        among = np.array([self.all[cell] for cell in cells], float)[:, None] + np.zeros_like(columns)
        return share_changes(tested, columns, among, Cells(at, of, self.scores, *self.sides))

    @property
    def sides(self) -> tuple[Any, Any]:
        return early_and_late(self.scores, self.papers)

    def spans(self) -> tuple[str, str]:
        """The early and the late periods: "2025-03 – 2025-06"."""
        early, late = ([self.names[n] for n in np.flatnonzero(side)] for side in self.sides)
        return _span(early), _span(late)


def _shares(tally: Tally, over: str) -> _Shares:
    """The denominators of the shares: the papers that fulfil the conditions on dates, venues and the like alone."""
    facts = tuple(one for one in tally.wanted.conditions if all(isinstance(term, Fact) for term in one.any_of))
    return _Shares(tally.corpus, tally.corpus.holding(Filter(facts)), over)


def _tested(tally: Tally, over: str, counts: Counter[str]) -> tuple[str, Counter[str]]:
    """Whether the share of papers rises or falls, as a sentence, and all papers of each period.

    If the conditions are only on dates, sources and the like, there is no share to test.
    """
    say = Sayings(tally.language)
    if all(isinstance(term, Fact) for one in tally.wanted.conditions for term in one.any_of):
        return "", Counter()
    shares = _shares(tally, over)
    found = shares.changes({"": tally.corpus.dated(tally.papers)})
    if not found:
        return say("trend.few", papers=say("number.paper", counts.total())), shares.every
    return _moved(say, found[0], shares), shares.every


def _moved(say: Sayings, change: ShareChange, shares: _Shares) -> str:
    key = {"up": "trend.rises", "down": "trend.falls", "": "trend.level"}[change.way]
    early, late = shares.spans()
    chance = f"= {change.p:.2g}" if change.p >= _SMALLEST else f"< {_SMALLEST}"
    ends = {name: f"{getattr(change, name) * 100:+.1f}" for name in ("by", "low", "high")}
    shown = {"before": f"{change.early:.1%}", "after": f"{change.late:.1%}", "early": early, "late": late}
    return say(key, p=chance, **shown, **ends)


def _rising(tally: Tally, question: str, query: Query, over: str, limit: int | None) -> Answer:
    """The things whose share rises (or falls) by the test, by the size of the change."""
    say, corpus = Sayings(tally.language), tally.corpus
    things = [thing for thing, papers in corpus.most(query.wants, tally.papers)[0] if papers >= LEAST]
    shares = _Shares(corpus, tally.papers, over)
    changes = shares.changes(corpus.behind_each(query.wants, things, tally.papers))
    sign = -1 if query.order == "lowest" else 1
    way = "falling" if sign < 0 else "rising"
    of_way = [one for one in changes if one.way == ("up" if sign > 0 else "down")]
    found = sorted(of_way, key=lambda one: (-sign * one.by, one.label))
    more = sorted((one for one in changes if sign > 0 and one.by > 0 and one.raw > 0), key=lambda one: -one.by)
    shown = (found or more)[: limit or query.most or _THINGS]  # if the test finds nothing
    early, late = shares.spans() if shares.is_enough else ("", "")
    by = {one.label: one for one in shown}
    counts = [
        Count(one.label, one.papers, entries=corpus.listed(_first(corpus, query.wants, one.label, tally)))
        for one in shown
    ]
    lines = tuple(
        replace(line, values=(line.values[0], f"{one.early:.1%}", f"{one.late:.1%}", one.papers))
        for line in tally.lines(query.wants, counts, (query.wants,))
        for one in (by[line.concept],)
    )
    names = {"things": say(f"things.{query.wants}"), "tested": len(changes), "early": early, "late": late}
    if not lines:
        return Answer(question, query, (), (*query.filter.notes, say(f"trend.none_{way}", **names)))
    verdict = say(f"trend.{way}", len(found), **names) if found else say("trend.more_of_late", **names)
    table = Grid((query.wants, early, late, "papers"), lines, verdict)
    notes = [say("tally.cut", len(shown)).strip()] if len(shown) < len(found) else []
    notes.append(_more(say, query, over))
    return Answer(question, query, (), (*query.filter.notes, *notes), table)


def _first(corpus: Corpus, kind: str, thing: str, tally: Tally) -> list[str]:
    """Some papers of a thing, the newest first."""
    behind = sorted(corpus.behind(kind, thing, tally.papers), key=lambda paper: paper.when, reverse=True)
    return [paper.curie for paper in behind[:_LISTED]]


def _span(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"


def _counts(tally: Tally, over: str) -> tuple[Counter[str], list[str], dict[str, tuple[str, ...]]]:
    """The papers of each period ("" for those without a date), the periods in order, and entries of each."""
    if over == "report":
        found, _ = tally.first("report", _REPORTS)
        counts = Counter({tally.label(count.thing): count.papers for count in found})
        entries = {tally.label(count.thing): tuple(count.entries[:_LISTED]) for count in found}
        return counts, sorted(counts), entries
    days = tally.corpus.days(tally.papers)[""]
    counts = folded(days, over)
    return counts, without_gaps(counts, over), entries_by(tally.corpus, tally.papers, over)


def _things(tally: Tally, kind: str, over: str, periods: list[str], number: int) -> Grid:
    """A line for each thing, a column for each period."""
    first, _ = tally.first(kind, number)
    days = tally.corpus.days(tally.papers, kind, [count.thing for count in first])
    columns = (kind, *periods, "papers")
    lines = []
    for line, count in zip(tally.lines(kind, first, (kind, "papers")), first, strict=True):
        found = folded(days.get(count.thing, Counter()), over)
        values = (line.values[0], *(found[period] for period in periods), count.papers)
        lines.append(replace(line, values=values))
    return Grid(columns, tuple(lines))
