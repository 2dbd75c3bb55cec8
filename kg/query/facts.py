"""Facts about papers in a question, read from neighbouring words: a date, the year of a venue, a report's number."""

from __future__ import annotations

import re
from dataclasses import replace

from kg.query.filter import Fact
from kg.query.question_items import TIMES, Item


def dated(items: list[Item], at: int, text: str) -> Fact:
    """A date with the word for a period next to it, else the year of a venue next to it."""
    fact = items[at].fact
    assert fact is not None
    if fact.field != "date" or fact.op != "=":
        return fact
    next_to = [i for i in (at - 1, at + 1) if 0 <= i < len(items)]
    if re.fullmatch(r"\d{4}", fact.value) and any(items[i].of("venue:") for i in next_to):
        return replace(fact, field="year")
    places = next_to + ([at - 2] if at > 1 and items[at - 1].means("frame", "about") else [])
    for i in places:
        item = items[i]
        if not item.taken and item.means(*TIMES):
            item.taken = True  # so that it does not modify the date after it
            first, last = sorted((at, i))
            items[at].text = text[items[first].start : items[last].end]
            return replace(fact, op=next(op for meaning, op in TIMES.items() if item.means(meaning)))
    return fact
