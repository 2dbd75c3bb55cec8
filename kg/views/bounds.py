"""How exact the number of a result is, as its sentence says it: "up to", "nearly", "over"; also of a list's first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.extract.outcomes import QuantityPlace
    from kg.model import Result

#: Stands between the numbers of a list.
LISTING = re.compile(r"\s*(?:[,、]\s*(?:and\s+)?|/\s*|and\s+|[和与]\s*)")
#: Stands between the numbers of a list that one bound governs: " speedup and ", " lower latency, ".
_LISTED = re.compile(rf"(?: (?!and\b)[A-Za-z\d][\w.-]*){{0,4}}{LISTING.pattern}")
_ROUGH = re.compile(
    r"\bapproximate(?:ly)?\s(?=\d)|\b(?:about|nearly|almost|roughly|approximately|around)\s+"
    r"(?:by\s(?=\d)|half\b|halv\w+|doubl\w+|twice\b|tripl\w+|an? (?:third|quarter|order)\b|(?:one|two|three)\b)"
)
_UP_TO = re.compile(r"\bup to\s*(?:an? (?:(?:additional|further|extra)\s)?)?(?:[~∼≈]\s*)?$")
_ROUGHLY_UP_TO = re.compile(r"\bup to\s*(?:an? )?(?:[~∼≈]|(?:about|around|approximately|roughly)\b)\s*$")
_BELOW = re.compile(r"(?:\b(?:below|under|less than|lower than|fewer than)\s+|<\s*)\S+(?:\s\S+)?$")
_ANOTHER = re.compile(r"\band an? $")  # "up to 200x speed and a 20x reduction": that may be so at most, or always
_NEARLY = re.compile(r"\b(?:nearly|almost|close to)\b")
_AT_LEAST = re.compile(r"\bleast\b|≥|>=|\bminimum\b")
_NEAR = 15  # letters before a number in words that say how exact it is


def bound_of(place: QuantityPlace, result: Result, change: str) -> str:
    """The bound of a result in words: that of `Result`, "nearly" of "about", "over" of "at_least"; "" if unclear."""
    bound = _of_list(place) if result.bound in ("exact", "about") else result.bound
    if bound == "up_to" and not isinstance(result.value, float | int):
        return ""  # "up to 70% and 16% to 18%"
    if bound != "exact" and _ANOTHER.search(place.text[: place.quantity.start]):
        return ""
    if change == "absolute" and _BELOW.search(place.text[: place.quantity.end]):
        return "below"
    ahead = place.text[max(0, place.quantity.number - _NEAR) : place.quantity.end]  # "nearly half" is a number
    if bound == "up_to" and _ROUGHLY_UP_TO.search(place.text[: place.quantity.number]):
        return "up_to_about"
    if bound == "about" and _NEARLY.search(ahead):
        return "nearly"
    return "over" if bound == "at_least" and not _AT_LEAST.search(ahead) else bound


def _of_list(place: QuantityPlace) -> str:
    """The bound of a number, or of the first of the list that it goes on with: "up to 2x speedup and 20x less memory".

    What is "up to about 6x" is so at most.
    """
    numbers, at = place.sentence.quantities, place.index
    own = "up_to" if _UP_TO.search(place.text[: numbers[at].number]) else numbers[at].bound
    if own == "exact" and _ROUGH.search(place.text, max(0, numbers[at].start - _NEAR), numbers[at].end):
        return "about"  # "nearly half"
    listed = [one for one in numbers[:at] if one.unit] + [numbers[at]]  # "9.13", of "over Finch 9.13", is a name's
    at = len(listed) - 1
    while (
        at
        and listed[at].bound in ("exact", "about")
        and _LISTED.fullmatch(place.text, listed[at - 1].end, listed[at].start)
    ):
        at -= 1
    if own == "about" and listed[at].bound == "up_to":
        return "up_to_about"  # "up to ~25x faster and ~50x smaller"
    return own if own != "exact" else listed[at].bound
