"""The number of papers or things, in all or by type, period or report."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid, Row
from kg.query.filter import Query
from kg.query.kinds import papers, trend
from kg.query.lexicon import Lexicon
from kg.query.periods import PERIODS
from kg.query.result_table import line_of
from kg.query.sayings import Sayings
from kg.query.support import support
from kg.query.tally import TYPES, Tally, nothing, widened
from kg.store.file import StoreFile

#: The default number of lines; papers that are listed one by one; things that a sentence names; quotes.
_SHOWN, _READ, _NAMED, _QUOTES = 20, 100, 5, 3


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The number of papers (or things of type `wants`) that pass a filter; by `over`, at most `limit` (20) lines."""
    say = Sayings(query.language)
    query = replace(query, filter=widened(store, query.filter, say))
    if query.over in PERIODS:
        return trend.answer(store, lexicon, question, query, limit)
    wanted, kind = query.filter, query.over or (query.wants if query.wants != "paper" else "")
    tally, found = Tally(store, lexicon, wanted, say.language), tuple[Row, ...]()
    number = tally.corpus.count(tally.papers)
    notes = (*wanted.notes, *((say("count.some", _READ),) if wanted.conditions and number > _READ else ()))
    notes = (*notes, *((say("who.homonyms"),) if kind == "author" else ()))
    if kind:
        most = (limit or query.most or _SHOWN) if query.over else _NAMED
        table = _of_things(tally, say, query, kind, most, number) if number else None
    else:
        if wanted.conditions and number <= _READ:
            found = papers.answer(store, lexicon, question, query).rows
        table = _of_papers(tally, say, found, number) if number else None
    if table is None:
        kind = kind if kind in TYPES else query.wants or "paper"
        return Answer(question, query, (), (*notes, nothing(store, lexicon, wanted, say, kind)))
    return Answer(question, query, found, notes, table)


def _of_papers(tally: Tally, say: Sayings, found: tuple[Row, ...], number: int) -> Grid:
    """One line: the number of papers, and their independent support if they are listed."""
    corpus = tally.corpus
    known = corpus.backers(row.paper for row in found).values()
    others = corpus.listed(corpus.names(tally.papers)[:_READ]) if tally.wanted.conditions else []
    entries = sorted({entry for paper in known for entry in paper.entries}) or others
    evidence = tuple(row.evidence[0] for row in found if row.evidence)[:_QUOTES]
    columns, cells = ("count", "support"), {"count": number, "support": support(known) if known else None}
    verdict = say("count.papers", papers=say("number.paper", number))
    return Grid(columns, (line_of(columns, cells, entries, evidence),), verdict)


def _of_things(tally: Tally, say: Sayings, query: Query, kind: str, most: int, number: int) -> Grid | None:
    """How many papers each thing of a type has, by `over`; else one line: the number of things."""
    counts, total = tally.first(kind, most)
    if not counts:
        return None
    if query.over and query.order in ("lowest", "worst"):
        counts.sort(key=lambda count: (count.papers, *tally.order(count)))
    lines = tally.lines(kind, counts, (kind, "papers"))
    of_kind, of_papers = say(f"number.{kind}", total), say("number.paper", number)
    verdict = tally.leaderless(kind, say, of_kind)
    if query.over:
        first = max(counts, key=lambda count: count.papers)
        said = {"first": tally.label(first.thing), "said": say("number.paper", first.papers)}
        verdict = verdict or say("count.over", papers=of_papers, number=of_kind, **said)
        verdict += say("tally.cut", len(lines)) if total > len(lines) else ""
        return Grid((kind, "papers"), lines, verdict)
    names = [say("count.times", count.papers, thing=tally.label(count.thing)) for count in counts]
    key = "count.things" if total <= len(counts) else "count.things_most"
    verdict = verdict or say(key, number=of_kind, papers=of_papers, first=say.listed(names))
    entries = sorted({entry for count in counts for entry in count.entries})
    evidence = [quote for line in lines for quote in line.evidence[:1]]
    columns, cells = ("count", "papers"), {"count": total, "papers": number}
    return Grid(columns, (line_of(columns, cells, entries, evidence),), verdict)
