"""Papers by day, week, month or year: the date of a paper is its earliest, else its year, else that of its report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from kg.query.filter import Filter
from kg.query.lexicon import Selects
from kg.query.sparql import where
from kg.query.support import appeared
from kg.query.tally import backers

PERIODS = ("day", "week", "month", "year")
_LETTERS = {"day": 10, "week": 10, "month": 7, "year": 4}
#: Years between the first and the last paper of a table without gaps; dates further apart are mistakes of a source.
_SPAN = 30
_READ = 100  # papers that are read out one by one


def by_day(store: Selects, wanted: Filter, thing: str = "") -> dict[str, Counter[str]]:
    """How many papers there are by what a pattern binds to ?thing ("" without one) and by day, month or year.

    As exact as dates are: "2025-10-17", "2025-10" or "2025"; "" for papers without one.
    """
    papers = where(wanted) if wanted.conditions else "?paper a kg:Paper ."
    named = where(wanted, is_paper=False) if wanted.conditions else thing and papers
    key = "?thing" if thing else ""
    when = "?paper kg:date ?said BIND(SUBSTR(STR(?said), 1, 10) AS ?day)"
    dated = _counted(store, f"{key} ?day", f"{named} {thing} {when}")
    if not named:  # sources have dates too; to ask of each paper whether it is one takes twenty times as long
        dated[""].subtract(_counted(store, "?day", f"?paper a kg:Source . {when}")[""])
    every = _counted(store, key, f"{papers} {thing}")
    if all(dated[name].total() == count.total() for name, count in every.items()):
        return {name: +days for name, days in dated.items()}
    # Some have several dates or none of their own: only then are papers looked at one by one, which takes long.
    said: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in store.select(
        f"""SELECT DISTINCT ?paper {key} ?date ?year ?from WHERE {{ {papers} {thing}
  OPTIONAL {{ ?paper kg:date ?date }} OPTIONAL {{ ?paper kg:year ?year }}
  OPTIONAL {{ ?paper kg:entry/kg:source/kg:date ?from }} }}"""
    ):
        for name in ("date", "year", "from"):
            known = said[str(row.get("thing", "")), str(row["paper"])][name]
            known.update({str(row[name])} if row[name] else ())
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for (name, _), dates in said.items():
        out[name][appeared(dates["date"], dates["year"], dates["from"])[:10]] += 1
    return out


def _counted(store: Selects, keys: str, found: str) -> dict[str, Counter[str]]:
    group = f"GROUP BY {keys}" if keys else ""
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for row in store.select(f"SELECT {keys} (COUNT(DISTINCT ?paper) AS ?n) WHERE {{ {found} }} {group}"):
        out[str(row.get("thing", ""))][str(row.get("day", ""))] += int(str(row["n"]))
    return out


def folded(days: Counter[str], over: str) -> Counter[str]:
    """The counts by period; papers whose date is less exact than that count under ""."""
    out: Counter[str] = Counter()
    for day, count in days.items():
        out[period(day, over)] += count
    return out


def entries_by(store: Selects, wanted: Filter, over: str) -> dict[str, tuple[str, ...]]:
    """The entries of papers by period, sorted; none where there are too many papers to read out."""
    papers = where(wanted)
    rows = store.select(f"SELECT ?paper WHERE {{ {papers} }} LIMIT {_READ + 1}")
    out: dict[str, set[str]] = defaultdict(set)
    if len(rows) <= _READ:
        for paper in backers(store, (str(row["paper"]) for row in rows)).values():
            out[period(paper.when, over)].update(paper.entries)
    return {name: tuple(sorted(entries)) for name, entries in out.items()}


def period(day: str, over: str) -> str:
    """The period of an ISO date ("2025-W42", "2025-10"); "" where the date does not say it.

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


def without_gaps(periods: Iterable[str], days: Iterable[str], over: str) -> list[str]:
    """The periods in order, with those between them; without these where they span more than thirty years."""
    known = sorted(set(periods) - {""})
    if not known or int(known[-1][:4]) - int(known[0][:4]) > _SPAN:
        return known
    full = sorted(day for day in days if period(day, over))
    try:
        first, last = (
            date.fromisoformat((day + "-01-01")[:10] if len(day) < 10 else day) for day in (full[0], full[-1])
        )
    except ValueError:
        return known
    between = (period((first + timedelta(n)).isoformat(), over) for n in range((last - first).days + 1))
    return sorted({*known, *between})
