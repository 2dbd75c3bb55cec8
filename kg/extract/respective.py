"""Deals out lists: of "2.1% and 4.3% on A and B, respectively" the second number belongs to B."""

from __future__ import annotations

import re
from typing import NamedTuple

from kg.extract.outcomes import QuantityPlace

_JOINED = re.compile(r"\s*(?:,|,?\s*\b(?:and|or)\b|/)\s*(?:an? |up to |about )?")
_BEHIND = re.compile(
    r"[^,;.()\d]{0,60}\s(?:on|for|in|with|at|under|across|when using)\s+(?:the )?(?P<list>[^;()]{3,120}?)"
    r"(?:,\s*|\s+)respectively\b"
)
_NAMES = re.compile(
    r"[^,;.()\d]{0,40}\s(?:on|for|across)\s+(?:the )?(?P<list>[^;()]{3,120}?)"
    r"(?=[;.(]|,?\s(?:at|in|with|when|whil(?:e|st)|over|under|than|compared|relative|across|using|without|respectively)\b|$)"
)
_OVER = re.compile(
    r"[^,;.()\d]{0,40}\s(?:over|than|against|compared (?:to|with)|relative to|with respect to)\s+"
    r"(?:the |an? )?(?P<list>[^;()]{3,120}?)"
    r"(?=[;.(]|,?\s(?:at|in|on|for|with|when|whil(?:e|st)|under|across|using|without|respectively)\b|$)"
)
_OVER_AHEAD = re.compile(
    r"(?:^|\s)(?:[Cc]ompared (?:to|with)|[Rr]elative to|[Aa]gainst|[Oo]ver)\s+"
    r"(?:the |an? )?(?P<list>[^,;()\d]{3,80}?),\s"
)
_BEATEN_AHEAD = re.compile(
    r"\b(?:outperform|surpass|exceed|beat|improv)\w*(?:\s(?:over|upon|on))?\s+(?:the )?(?P<list>[^,;()]{3,80}?)\s+by\s+"
    r"(?:(?:up to|an?|average|of|about|over|more than|at least|nearly|roughly|approximately)\s)*$"
)
_RESPECTIVELY = re.compile(r",?\s*respectively\b")
_IS_NAME = re.compile(r"(?!\d)(?:[A-Z].*|\S*\d\S*)")
_AHEAD = re.compile(
    r"(?P<list>[^;()\d]{3,120}?)\s+(?:by|of|to|at)\s+"
    r"(?:(?:up to|an?|average|about|over|more than|at least|nearly|roughly|approximately) )*$"
)
_LIST = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*/\s*")


class ListTurn(NamedTuple):
    """The member of a list that belongs to a number, and all members."""

    text: str
    members: tuple[str, ...]


def behind(place: QuantityPlace) -> ListTurn | None:
    """The turn of a number in a list behind its neighbours: "2.1% and 4.3% on [A and B], respectively".

    A list of as many names is dealt out without that word too.
    """
    first, last = _run(place)
    if last == first:
        return None
    if found := _BEHIND.match(place.text, place.sentence.quantities[last].end):
        return _turn(place, found["list"])
    return _named(place, _NAMES)


def over(place: QuantityPlace) -> str:
    """The rival of a number in a list of as many rivals: "speedups of 2.1x and 4.3x over [A and B]"; else ""."""
    turn = _named(place, _OVER) or _over_ahead(place) or _over_later(place)
    return turn.text if turn else ""


def _over_ahead(place: QuantityPlace) -> ListTurn | None:
    """The turn in a list of rivals ahead: "compared to [A and B], it is 2.1x and 4.3x faster, respectively"."""
    first, last = _run(place)
    if last == first or not _RESPECTIVELY.search(place.text, place.sentence.quantities[last].end):
        return None
    words = _words_ahead(place, first)
    found = _BEATEN_AHEAD.search(words) or next(reversed(list(_OVER_AHEAD.finditer(words))), None)
    return _turn(place, found["list"]) if found else None


def _over_later(place: QuantityPlace) -> ListTurn | None:
    """The turn in a list of rivals behind the next numbers: "2x and 3x faster and 4x and 5x smaller than [A and B]"."""
    first, last = _run(place)
    numbers, count = place.sentence.quantities, last - first + 1
    later = QuantityPlace(place.sentence, last + 1) if last + 1 < len(numbers) else None
    if count < 2 or not later or _run(later) != (last + 1, last + count):
        return None
    found = _OVER.match(place.text, numbers[last + count].end)
    return _turn(place, found["list"]) if found and _RESPECTIVELY.match(place.text, found.end()) else None


def _named(place: QuantityPlace, lists: re.Pattern[str]) -> ListTurn | None:
    """The turn of a number in a list of as many names behind its neighbours; "respectively" makes them names."""
    first, last = _run(place)
    found = lists.match(place.text, place.sentence.quantities[last].end) if last > first else None
    turn = _turn(place, found["list"]) if found else None
    is_dealt_out = bool(found and _RESPECTIVELY.match(place.text, found.end()))
    return turn if turn and (is_dealt_out or all(map(_IS_NAME.match, turn.members))) else None


def ahead(place: QuantityPlace) -> ListTurn | None:
    """The turn of a number in a list before its neighbours: "improves [A and B] by 2.1% and 4.3%"."""
    first, last = _run(place)
    if last == first:
        return None
    found = _AHEAD.search(_words_ahead(place, first)[-160:])
    return _turn(place, found["list"] if found else "", last_alone=True)


def _words_ahead(place: QuantityPlace, first: int) -> str:
    """The text before the first of the listed quantities, back to the quantity before it."""
    numbers = place.sentence.quantities
    return place.text[numbers[first - 1].end if first else 0 : numbers[first].start]


def _run(place: QuantityPlace) -> tuple[int, int]:
    """The first and last index of the quantities of one unit that are listed together with one."""
    numbers = place.sentence.quantities

    def joined(one: int) -> bool:
        text, here, behind = place.text, numbers[one], numbers[one + 1]
        return here.unit == behind.unit and bool(_JOINED.fullmatch(text, here.end, behind.start))

    first = last = place.index
    while first and joined(first - 1):
        first -= 1
    while last + 1 < len(numbers) and joined(last):
        last += 1
    return first, last


def _turn(place: QuantityPlace, said: str, *, last_alone: bool = False) -> ListTurn | None:
    """The member of a list at the place of a number among those listed with it; None where there are more or fewer."""
    first, last = _run(place)
    count = last - first + 1
    members = [" ".join(part.split()) for part in _LIST.split(said.strip())]
    members = members[-count:] if last_alone else members
    return ListTurn(members[place.index - first], tuple(members)) if len(members) == count and all(members) else None
