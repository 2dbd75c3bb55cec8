"""Counts by period, in a small table; `kg trends` gives more of it, and a picture."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import replace

from kg.model import ENTITY_TYPES
from kg.query.answer import Answer, Line, Table
from kg.query.empty import any_role
from kg.query.filter import Condition, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.periods import PERIODS, entries_by, folded, without_gaps
from kg.query.sayings import Sayings
from kg.query.tally import TYPES, Tally, found_any, nothing
from kg.store.file import StoreFile

#: Things and periods that are shown, papers of the answer that are all listed, and reports that are.
_THINGS, _PERIODS, _LISTED, _REPORTS = 8, 12, 100, 300
#: What `kg trends` counts.
_OF = (*ENTITY_TYPES, "topic", "metric", "kind")


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """How many papers there are in each period: in all, or of each of the things that most papers have."""
    say = Sayings.of(question)
    if not found_any(store, query.filter) and found_any(store, wider := any_role(query.filter)):
        query = replace(query, filter=wider)
    over, wanted = query.over if query.over in (*PERIODS, "report") else "month", query.filter
    tally = Tally(store, lexicon, wanted, say.language)
    counts, order, entries = _counts(tally, over)
    undated = counts.pop("", 0)
    if not order:
        why = say("trend.undated", undated) if undated else nothing(store, lexicon, wanted, say, "paper")
        return Answer(question, query, (), (*wanted.notes, why))
    if query.wants in TYPES and over != "report":
        table = _things(tally, query.wants, over, order[-_PERIODS:], limit or query.most or _THINGS)
    else:
        shown = order if limit is None else order[-limit:]
        table = Table((over, "papers"), tuple(Line((name, counts[name]), entries.get(name, ())) for name in shown))
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
    notes = [say("trend.undated", undated)] if undated else []
    notes.append(say("trend.more", call=_call(lexicon, wanted, query.wants, over)))
    return Answer(question, query, (), (*wanted.notes, *notes), replace(table, verdict=verdict))


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


def _things(tally: Tally, kind: str, over: str, periods: list[str], number: int) -> Table:
    """A line a thing, a column a period."""
    first, _ = tally.first(kind, number)
    days = tally.corpus.days(tally.papers, kind, [count.thing for count in first])
    columns = (kind, *periods, "papers")
    lines = []
    for line, count in zip(tally.lines(kind, first, (kind, "papers")), first, strict=True):
        found = folded(days.get(count.thing, Counter()), over)
        values = (line.values[0], *(found[period] for period in periods), count.papers)
        lines.append(replace(line, values=values))
    return Table(columns, tuple(lines))


def _call(lexicon: Lexicon, wanted: Filter, wants: str, over: str) -> str:
    """The call of `kg trends` that gives more; with the conditions, where a question can say them."""
    from kg.query.question import read

    call = f"kg trends --of {wants if wants in _OF else 'topic'} --over {over}"
    if not wanted.conditions:
        return call
    said = " and ".join(_phrase(condition) for condition in wanted.conditions)
    again = read(said, lexicon)
    alike = [condition.any_of for condition in again.filter.conditions] == [c.any_of for c in wanted.conditions]
    return f"{call} --where {shlex.quote(said)}" if again.kind == "papers" and alike else call


def _phrase(condition: Condition) -> str:
    return f"without {condition.text}" if condition.negated else condition.text
