"""Periods that end now: "since 2025-10-01", "since last week", "最近7天". "Now" is a given date, not the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from kg.model import KgError
from kg.query.dates import back, number_of
from kg.query.periods import days

_HAN_DAY = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?")
_AGO = re.compile(
    r"(?:the )?(?:last|past) (?:(?P<n>\d{1,4}) )?(?P<unit>day|week|month|year)s?|"
    r"(?P<ago>\d{1,4}) (?P<unit_ago>day|week|month|year)s? ago|"
    r"(?:上一?|最近|近|过去)(?P<n_han>\d{1,4}|[一两二三四五六七八九十])?个?(?P<han>天|日|周|星期|月|年)|"
    r"(?P<yesterday>yesterday|昨天)|(?P<today>today|今天)|(?P<last_year>去年)",
    re.IGNORECASE,
)
_THIS = re.compile(r"this (?P<unit>week|month|year)|(?P<han>本周|本月|今年)", re.IGNORECASE)
_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "年": "year"}
_SINCE = re.compile(r"^(?P<rest>.*?)\s*\bsince\s+(?P<when>.+?)[?.]?$", re.IGNORECASE | re.DOTALL)
_SINCE_HAN = re.compile(
    r"^(?:自从?|从)?(?P<when>\d{4}-\d\d(?:-\d\d)?|\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|"
    r"(?:上一?|最近|近|过去)[\d一两二三四五六七八九十]*个?(?:天|日|周|星期|月|年)|昨天|今天|去年|本周|本月|今年)"
    r"(?:以来|至今|起|之后)?(?:的|，|,|\s)*(?P<rest>.*)$",
    re.DOTALL,
)


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


def since(when: str, now: date) -> date:
    """The first day of a period given in words or as a date; raises KgError if it is not understood."""
    first = _since(" ".join(when.split()), now)
    if first is None:
        raise KgError(f'"{when[:60]}" tells no day to begin with: write 2025-10-01, "last week" or "last 10 days".')
    return first


def split(selection: str, now: date) -> tuple[str, date | None]:
    """Split a selection from a period at its end (English) or start (Chinese); the period is given by its first day.

    >>> split("KV cache since last week", date(2025, 10, 17))
    ('KV cache', datetime.date(2025, 10, 10))
    """
    for pattern in (_SINCE, _SINCE_HAN):
        match = pattern.match(selection.strip())
        first = _since(match["when"].strip(), now) if match else None
        if match and first is not None:
            return match["rest"].strip(), first
    return selection, None


def _since(when: str, now: date) -> date | None:
    han = _HAN_DAY.fullmatch(when)
    if han:
        when = "-".join(part.zfill(2) for part in han.groups() if part)
    span = days(when)
    if span:
        return span[0]
    ago, this = _AGO.fullmatch(when), _THIS.fullmatch(when)
    if ago:
        first = _before(ago, now)
        return first if first > date.min else None  # before year 1
    return _begun(this, now) if this else None


def _before(match: re.Match[str], now: date) -> date:
    if match["yesterday"] or match["today"]:
        return back(now, "day", 1 if match["yesterday"] else 0)
    unit = (match["unit"] or match["unit_ago"] or _UNITS.get(match["han"] or "", "year")).lower()
    return back(now, unit, int(number_of(match["n"] or match["ago"] or match["n_han"] or "1")))


def _begun(match: re.Match[str], now: date) -> date:
    unit = (match["unit"] or "").lower() or {"本周": "week", "本月": "month", "今年": "year"}[match["han"]]
    if unit == "week":
        return now - timedelta(now.weekday())
    return now.replace(day=1) if unit == "month" else now.replace(month=1, day=1)
