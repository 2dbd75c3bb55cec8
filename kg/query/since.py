"""Periods that end now, in the words of questions: "KV cache since last week", "最近7天". "Now" is a given day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kg.model import KgError
from kg.query.first_pass import QuestionReader
from kg.query.lexicon import Lexicon
from kg.query.periods import days
from kg.query.question_dates import relative
from kg.query.question_items import Item


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, inclusive."""

    first: date
    last: date

    def has(self, when: str) -> bool | None:
        """Whether an ISO date ("2025-10-17T10:56", "2025-10", "2025") lies in the period; None if that is unknown.

        A month or year that begins in the period counts, because there are no papers later than `last`.
        """
        span = days(when)
        if span is None:
            return None
        if self.first <= span[0] <= self.last:
            return True
        return False if span[1] < self.first or span[0] > self.last else None


def since(when: str, lexicon: Lexicon, now: date) -> date:
    """The first day of a period given in words or as a date; raises KgError if it is not understood."""
    found = [day for item in _items(when, lexicon, now) if (day := _first_day(item))]
    span = days(when)
    if not span and len(found) != 1:
        raise KgError(f'"{when[:60]}" tells no day to begin with: write 2025-10-01, "last week" or "last 10 days".')
    return span[0] if span else found[0]


def split(selection: str, lexicon: Lexicon, now: date) -> tuple[str, date | None]:
    """Split a selection from a period at its end or start; the period is given by its first day.

    >>> from kg.vocabulary import Vocabulary
    >>> split("KV cache since last week", Lexicon(Vocabulary.load()), date(2025, 10, 17))
    ('KV cache', datetime.date(2025, 10, 11))
    """
    items = _items(selection, lexicon, now)
    at = next((n for n, item in enumerate(items) if _first_day(item)), None)
    if at is None:
        return selection, None
    begin, end = at, at + 1
    while begin and items[begin - 1].means("since"):
        begin -= 1
    while end < len(items) and items[end].means("since"):
        end += 1
    fact = items[at].fact
    is_since, is_span = end - begin > 1, fact is not None and fact.op == ">="
    if is_since and end == len(items):
        return selection[: items[begin].start].strip(), _first_day(items[at])
    if begin or not (is_since or is_span):
        return selection, None
    while end < len(items) and items[end].means("about", ","):  # "上周以来的KV缓存", "since last week: KV cache"
        end += 1
    return selection[items[end].start :] if end < len(items) else "", _first_day(items[at])


def _items(text: str, lexicon: Lexicon, now: date) -> list[Item]:
    return relative(QuestionReader(text, lexicon).pieces(), text, now.isoformat())


def _first_day(item: Item) -> date | None:
    span = days(item.fact.value) if item.fact and item.fact.field == "date" else None
    return span[0] if span and span[0] > date.min else None  # there is no day so long ago
