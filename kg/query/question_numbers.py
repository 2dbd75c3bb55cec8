"""Numbers in a question, with their units, ranges, scales and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kg.model import LARGEST
from kg.query.question_dates import HAN_NUMBER, YEAR, number_of
from kg.query.question_items import TO, Item
from kg.query.question_words import QuestionWords
from kg.text import has_han

_LIMITS = ("less-than", "more-than", "at-most", "at-least")  # meanings of words beside a number
_SIGNS = {"≥": "at-least", ">=": "at-least", ">": "more-than", "≤": "at-most", "<=": "at-most", "<": "less-than"}
#: The smallest scale at which a number with a letter is a parameter count by itself.
_BILLION = 1e9


class Number(NamedTuple):
    """A number in a question; and the position for an unstated "parameters", if it is the size of a model."""

    item: Item
    unsaid: int | None = None


def numbers(text: str, words: QuestionWords) -> Iterator[Number]:
    """All numbers of a text, with the signs that qualify them."""
    if not _digit(words).search(text):
        return
    for match in _pattern(words).finditer(text):
        item = _number(match, words)
        item.text = text[item.start : item.end]
        is_ahead = bool(match["size"]) and bool(re.match(rf"\s?(?:{'|'.join(_limits(words))})", text[item.end :], re.I))
        yield Number(item, (item.start if is_ahead else item.end) if match["size"] else None)


def _number(match: re.Match[str], words: QuestionWords) -> Item:
    blank = len(match.group()) - len(match.group().lstrip())
    item = Item(match.start() + blank, match.start() + len(match.group().rstrip()), match.group().strip())
    if match["cent"]:
        item.value, item.unit = min(number_of(match["cent"]), LARGEST), "%"
        return item
    unit = words.units.get((match["hanunit"] or match["namedunit"] or match["unit"] or "").lower(), "")
    first = match["hanlowunit"] or match["lowunit"]
    item.value, item.unit = _amount(match, words, "hanlow", "han", "named", "letter", "size", "low"), unit
    if match["hanlow"] or match["high"]:
        item.upper = _amount(match, words, "han", "high")
    if first and unit != words.units[first.lower()]:  # "2x to 50%": only the first is read here
        item.end = max(match.end("lowunit"), match.end("hanlowunit"))
        item.unit, item.upper = words.units[first.lower()], None
    if item.unit == "orders":  # of magnitude
        item.value, item.unit = 10.0 ** min(item.value, 15), "x"
        item.upper = None if item.upper is None else 10.0 ** min(item.upper, 15)
    if match["sign"]:
        item.words = words.meaning(_SIGNS[match["sign"]])
    return item


def _amount(match: re.Match[str], words: QuestionWords, *groups: str) -> float:
    """The value of the first matching group, in digits or words, with its scale ("1.5k")."""
    group = next(group for group in groups if match[group])
    if group == "named":
        return words.amounts[match[group].lower()]
    scale = match.groupdict().get(group + "scale")
    return min(number_of(match[group]) * (words.amounts[scale.lower()] if scale else 1.0), LARGEST)


@cache
def _limits(words: QuestionWords) -> tuple[str, ...]:
    """Words that make a neighbouring number a threshold, longest first, each as a regular expression."""
    labels = {label for meaning in _LIMITS for word in words.meaning(meaning) for label in word.labels}
    return tuple(map(re.escape, sorted(labels, key=lambda label: (-len(label), label))))


@cache
def _digit(words: QuestionWords) -> re.Pattern[str]:
    """A quick test for numbers, which spares most questions the compilation of the large pattern."""
    return re.compile(rf"[\d{HAN_NUMBER}]|{words.amount_pattern('number')}", re.IGNORECASE)


@cache
def _pattern(words: QuestionWords) -> re.Pattern[str]:
    """Numbers with units, ranges, scales and signs: "2-3x", "≥ 40 %", "1.5k tokens", "百分之四十", "five times"."""
    units = words.unit_pattern
    number = r"\d+(?:,\d{3})*(?:\.\d+)?"
    scaled = rf"(?:\s?(?P<{{}}scale>{words.amount_pattern('scale')}))?"
    sign = r"(?P<sign>>=|<=|[≥≤<>])?\s*"
    to = rf"\s*(?:{'|'.join(TO)})\s*"
    upper = rf"(?:\s*(?P<lowunit>{units})?{to}(?P<high>{number}){scaled.format('high')})?"
    years = rf"(?!{YEAR}\s*(?:{'|'.join(TO)})\s*{YEAR}(?!\d))"
    low = rf"(?P<low>{number}){scaled.format('low')}"
    plain = rf"(?<![A-Za-z0-9.]){years}{low}{upper}\s*(?P<unit>{units})?"
    written = rf"[{HAN_NUMBER}]{{1,7}}"  # up to 999
    lowest = rf"(?:(?P<hanlow>{written})\s*(?P<hanlowunit>{units})?{to})?"
    han = rf"{lowest}(?P<han>{written})\s*(?P<hanunit>{units})"
    named = rf"\b(?P<named>{words.amount_pattern('number')})[\s-]*(?P<namedunit>{units})"
    limits = "|".join(_limits(words))
    behind = "|".join(rf"(?<={one}{'' if has_han(one) else ' '})" for one in _limits(words))
    millions = words.amount_pattern("letter")  # in "fewer than 5M parameters", not in "a 70B model"
    letter = rf"(?:{behind})(?P<letter>{number})\s?(?P<letterscale>{millions})(?=\s?(?:\w+ )?(?:param|参数))"
    letters = [label for word in words.meaning("letter") for label in word.labels]  # after the size of a model
    large = "|".join(label for label in letters if words.amounts[label.lower()] >= _BILLION)
    bare = rf"(?<![A-Za-z0-9.-]){number}\s?(?:{large})\s?(?:{limits})"
    size = rf"(?:(?:{behind})|(?={bare}))(?P<size>{number})\s?(?P<sizescale>{large})(?![A-Za-z0-9]|\s?(?:token|词元))"
    cent = rf"百分之(?P<cent>{written}|{number})"
    ways = rf"{cent}|{letter}|{size}|{han}|{named}|{sign}(?:{plain})(?![A-Za-z0-9]|[/.]\d)"
    return re.compile(ways, re.IGNORECASE)
