"""Papers by day, week, month or year: a paper's date is its earliest, else its year, else that of its report."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from kg.query.corpus import Corpus, Papers
from kg.query.statistics import LEAST

PERIODS = ("day", "week", "month", "year")
_LETTERS = {"day": 10, "week": 10, "month": 7, "year": 4}
#: The longest range of a table without gaps, in years; dates further apart are errors of a source.
_SPAN = 30
_OUTSIDE = 0.01  # the share of papers that may be cut at either end of a trend
_READ = 100  # papers that are listed one by one
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")


def days(when: str) -> tuple[date, date] | None:
    """The first and last day of an ISO date, month or year; None if it is invalid."""
    match = _ISO.fullmatch(when.strip())
    if not match:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first
        return first, (date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1) - timedelta(1))
    except ValueError:
        return None


def is_partial(period: str, first: str, last: str) -> bool:
    """Whether a year, month or day is partly outside the range of a corpus, from its first to its last day."""
    span, ends = days(period), [days(end) for end in (first, last)]
    return bool(span and ends[0] and ends[1] and (span[0] < ends[0][0] or ends[1][1] < span[1]))


def folded(days: Counter[str], over: str) -> Counter[str]:
    """The counts by period; papers whose date is too imprecise are under ""."""
    out: Counter[str] = Counter()
    for day, count in days.items():
        out[period(day, over)] += count
    return out


def entries_by(corpus: Corpus, papers: Papers, over: str) -> dict[str, tuple[str, ...]]:
    """The entries of some papers by period, sorted; none if there are too many papers to list."""
    out: dict[str, set[str]] = defaultdict(set)
    if corpus.count(papers) <= _READ:
        for backer in corpus.backers(corpus.names(papers)).values():
            out[period(backer.when, over)].update(backer.entries)
    return {name: tuple(sorted(entries)) for name, entries in out.items()}


def period(day: str, over: str) -> str:
    """The period of an ISO date ("2025-W42", "2025-10"); "" if the date is too imprecise.

    >>> period("2025-10-17", "week"), period("2025-10", "year"), period("2025", "month")
    ('2025-W42', '2025', '')
    """
    said = day[: _LETTERS[over]]
    if len(said) < _LETTERS[over]:
        return ""
    if over != "week":
        return said
    try:
        year, week, _ = date.fromisoformat(said).isocalendar()
    except ValueError:
        return ""
    return f"{year}-W{week:02}"


def covered(days: Counter[str]) -> tuple[str, str]:
    """The first and the last day of some papers, except for a few outliers (1 %) at either end; "" for none.

    >>> covered(Counter({"2018-05-19": 1, "2025-03-18": 90, "2025-04": 9, "2025-05-02T08:00:00": 90}))
    ('2025-03-18', '2025-05-02')
    """
    months = within(folded(days, "month"), "month", LEAST)
    held = sorted(day[:10] for day in days if day and (not months or months[0] <= day[:7] <= months[-1]))
    return (held[0], held[-1]) if held else ("", "")


def within(held: Counter[str], over: str, least: int) -> list[str]:
    """The periods in order without gaps, except for a few outliers (1 %) at either end.

    A period with at least `least` papers is never cut.
    """
    known = sorted(name for name in held if name)
    for at in (0, -1):
        left = held.total() * _OUTSIDE
        while len(known) > 3 and held[known[at]] < least and held[known[at]] <= left:
            left -= held[known.pop(at)]
    return without_gaps(known, over)


def without_gaps(periods: Iterable[str], over: str) -> list[str]:
    """The periods in order, with those between them: a month without papers is a zero, not missing.

    Gaps remain if the range is over thirty years, or if a name is not a calendar period.

    >>> without_gaps(["2024-11", "2025-02"], "month")
    ['2024-11', '2024-12', '2025-01', '2025-02']
    """
    known = sorted(set(periods) - {""})
    if not known or int(known[-1][:4]) - int(known[0][:4]) > _SPAN:
        return known
    try:
        first, last = _first_day(known[0], over), _first_day(known[-1], over)
    except ValueError:
        return known
    between = (period((first + timedelta(n)).isoformat(), over) for n in range((last - first).days + 1))
    return sorted({*known, *between})


def _first_day(named: str, over: str) -> date:
    if over == "week":
        return date.fromisoformat(f"{named}-1")
    return date.fromisoformat((named + "-01-01")[:10])
