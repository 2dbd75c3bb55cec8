"""Dates in a question: "October 2025", "2025年10月15日", and "last month" relative to the newest date of the graph."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from kg.query.filter import Fact
from kg.query.question_items import TIMES, Item
from kg.query.question_words import QuestionWords
from kg.text import HAN, Token, fold

YEAR = r"(?:19|20)\d\d"
HAN_NUMBER = "零一二两三四五六七八九十百"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_END = r"(?![A-Za-z0-9%]|[-/.]\w)"  # of a date in digits
_FORMS = (
    re.compile(rf"(?<![\w.-])(?P<year>{YEAR})[-/.](?P<month>0?[1-9]|1[0-2])(?:[-/.](?P<day>{_DAY}))?{_END}"),
    re.compile(
        rf"(?<![\d.-])(?:(?P<year>{YEAR})\s*年\s*)?(?<![\d.{HAN_NUMBER}])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
        rf"\s*月份?(?:\s*(?P<day>{_DAY}|[{HAN_NUMBER}]{{1,3}})\s*[日号])?"
    ),
    re.compile(
        rf"(?<![A-Za-z0-9.-])(?P<year>{YEAR})(?:\s*年份?|(?=\s*[到至的])|(?=[{HAN}])(?![个篇倍种家次项条位多余万亿千百帧步页])|(?![\w%]|[-.]\w))"
    ),
)
_DIGITS = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_CLASSIFIED = re.compile(rf"([{HAN_NUMBER}]+)[个份期篇]?")
#: The days in a unit of time; months and years follow the calendar.
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_UNITS = (*_DAYS, *_MONTHS)


class Dates:
    """The dates in a text."""

    def __init__(self, text: str, found: list[Token], words: QuestionWords) -> None:
        self.text, self.tokens, self.words = text, found, words

    def __iter__(self) -> Iterator[Item]:
        """The pieces that are dates; they may overlap."""
        parts = _meaning(self.words, "months:")
        for match in _with_parts(self.words).finditer(self.text):
            if year := match["first"] or match["year"]:  # "the first quarter of 2026": since January, and until March
                first, last = (f"{year[:4]}-{month}" for month in parts[match["part"].lower()].split("-"))
                spans = sorted((match.span("part"), match.span("first" if match["first"] else "year")))
                yield self._piece(*spans[0], Fact("date", first, first, ">="))
                yield self._piece(*spans[1], Fact("date", last, last, "<="))
        for form in (*_FORMS, _with_names(self.words)):
            for match in form.finditer(self.text):
                if found := self._date(match):
                    yield self._piece(*match.span(), found)

    def _piece(self, start: int, end: int, fact: Fact) -> Item:
        return Item(start, end, self.text[start:end].strip(), fact=fact)

    def _date(self, match: re.Match[str]) -> Fact | None:
        """The date of a match; None for a word that only looks like a month."""
        said = match.groupdict()
        year, name = said.get("year") or said.get("first") or "", (said.get("name") or "").lower()
        day = number_of(re.sub(r"[a-z]+$", "", (said.get("day") or said.get("later") or "0").lower()))
        month = number_of(said.get("month") or "0")
        if name:
            months = _meaning(self.words, "month:")
            month = next(int(number) for label, number in months.items() if label[:3] == name[:3])
        if name and not year and not self._is_month(match, name, bool(day)):
            return None
        if day > 31:
            return None
        value = (year or "-") + (f"-{int(month):02d}" if month else "") + (f"-{int(day):02d}" if day else "")
        return Fact("date", value, value if year else match.group().strip())

    def _is_month(self, match: re.Match[str], name: str, with_day: bool) -> bool:
        """Whether a name without a year is a month: not "Oct" or "sept", nor the verb in "papers that may"."""
        others = [word for word in self.words.bearing(fold(name)) if not word.of("month:")]
        if name not in _meaning(self.words, "month:") or with_day or not others:
            return name in _meaning(self.words, "month:")
        before = [token.fold for token in self.tokens if token.end <= match.start()][-1:]
        steers = any(word.means & set(TIMES) for folded in before for word in self.words.bearing(folded))
        return steers or before == ["in"] or (match.start() > 0 and match["name"][0].isupper())


@lru_cache(maxsize=4)
def _with_names(words: QuestionWords) -> re.Pattern[str]:
    """ "October", "Oct. 2025", "15 October 2025", "October 15th, 2025", "2025 October"."""
    names = [label for label in _meaning(words, "month:") if label.isascii()]
    name = "|".join([*names, *(rf"{name[:3]}t?\." for name in names), *(name[:3] for name in names), "sept"])
    day = rf"{_DAY}(?:st|nd|rd|th)?"
    return re.compile(
        rf"(?<![\w.-])(?:(?P<day>{day})\s+(?:of\s+)?|(?P<first>{YEAR})\s+)?(?P<name>{name})(?!\w)"
        rf"(?:\s+(?P<later>{day})(?!\w|\.\d))?(?:,?\s+(?:of\s+)?(?P<year>{YEAR}){_END}(?!\w))?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=4)
def _with_parts(words: QuestionWords) -> re.Pattern[str]:
    """ "Q1 2026", "the second half of 2025", "2026年第一季度"."""
    part = "|".join(sorted(map(re.escape, _meaning(words, "months:")), key=lambda label: (-len(label), label)))
    year = rf"(?:(?P<first>{YEAR}(?:\s*年)?)\s*的?\s*)?"
    return re.compile(
        rf"(?<![A-Za-z0-9]){year}(?P<part>{part})(?![A-Za-z0-9])(?:,?\s*(?:of|in)?\s*(?P<year>{YEAR}))?", re.I
    )


@lru_cache(maxsize=8)
def _meaning(words: QuestionWords, prefix: str) -> dict[str, str]:
    """The rest of meanings with a prefix, by lower-case label: numbers of months ("10")."""
    return {label.lower(): word.of(prefix) for word in words.words if word.of(prefix) for label in word.labels}


def relative(items: list[Item], text: str, latest: str) -> list[Item]:
    """The pieces, with "last month", "the past 2 years", "最近三份报告" each joined into one date or set of reports.

    `latest` is the newest date of the graph ("2025-10-15", "2025-10", "2025"); if it is "", dates are "" too.
    """
    out, at = list[Item](), 0
    while at < len(items):
        found = _span(items, at, latest) or _this(items, at, latest) or _ago(items, at, latest)
        last, fact = found or (at, None)
        start, end = items[at].start, items[last].end
        said = text[start:end]
        out.append(Item(start, end, said, fact=replace(fact, label=said)) if fact else items[at])
        at = last + 1
    return out


#: The index of the last piece of a period, and its meaning.
_Found = tuple[int, Fact] | None


def _span(items: list[Item], at: int, latest: str) -> _Found:
    """The period, or the reports, meant by "last" and the pieces after it."""
    if not items[at].means("last"):
        return None
    number, unit, end = 1.0, items[at].of("type:"), at
    for item in items[at + 1 : at + 5] if not unit else ():
        end += 1
        classified = _CLASSIFIED.fullmatch(item.text)
        if item.is_unknown and classified:
            number = number_of(classified[1])
        elif item.means("number"):
            number = float(item.words[0].facts["value"][0])
        elif item.value is not None and item.unit in ("", "days"):
            number = item.value
            if item.unit:
                unit = "day"
                break
        elif item.of("type:") and item.of("type:") != "paper":
            unit = item.of("type:")
            break
        elif not (item.means("frame") and not item.senses):
            break
    if unit == "report" and 0 < number < 1000:
        return end, Fact("recent", str(int(number)), "")
    if unit in _DAYS and len(latest) >= 10 and (days := number * _DAYS[unit]) > 1:  # the newest day is one of them
        number, unit = days - 1, "day"
    return (end, Fact("date", latest and _before(latest, unit, int(number)), "", ">=")) if unit in _UNITS else None


def _this(items: list[Item], at: int, latest: str) -> _Found:
    """The year, month, week or day of the newest date: "this year", "今年"."""
    if not items[at].means("this"):
        return None
    end = at if items[at].of("type:") else at + 1
    unit = items[end].of("type:") if end < len(items) else ""
    if unit == "week" and len(latest) >= 10:
        day = date.fromisoformat(latest[:10])
        return end, Fact("date", back(day, "day", day.weekday()).isoformat(), "", ">=")
    return (end, Fact("date", latest[: {"year": 4, "month": 7}.get(unit, 10)], "")) if unit in _UNITS else None


def _ago(items: list[Item], at: int, latest: str) -> _Found:
    """The day meant by "3 months ago"."""
    number, behind = items[at].value, items[at + 1 : at + 3]
    unit = "day" if items[at].unit == "days" else behind[0].of("type:") if behind and not items[at].unit else ""
    end = at + (1 if items[at].unit else 2)
    if number is None or unit not in _UNITS or not (end < len(items) and items[end].means("ago")):
        return None
    return end, Fact("date", latest and _before(latest, unit, int(number)), "")


def _before(latest: str, unit: str, number: int) -> str:
    """The date some days, weeks, months or years before the newest one, at most as exact as that."""
    year, month, day = (int(part) for part in (latest[:10] + "-01-01").split("-")[:3])
    try:
        newest = date(year, month, day)
    except ValueError:
        return latest[:10]
    return back(newest, unit, number).isoformat()[: min(max(len(latest), 4), 10)]


def back(day: date, unit: str, number: int) -> date:
    """The day some days, weeks, months or years before another; the earliest possible day if there is none.

    >>> back(date(2025, 3, 31), "month", 1), back(date(2025, 3, 31), "week", 2)
    (datetime.date(2025, 2, 28), datetime.date(2025, 3, 17))
    """
    try:
        if unit in _DAYS:
            return day - timedelta(days=number * _DAYS[unit])
        year, month = divmod(day.year * 12 + day.month - 1 - number * _MONTHS[unit], 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return date.min


def number_of(written: str) -> float:
    """The value of a number in digits or in Chinese numerals up to 999."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total, digit = 0, 0
    for char in written:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += max(digit, 1) * (10 if char == "十" else 100)
            digit = 0
    return float(total + digit)
