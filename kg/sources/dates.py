"""Parse dates as written by people and in XML into ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from datetime import date as day_of
from functools import cache

from kg.sources.forms import forms

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")  # a whole date in ISO 8601
_WRITTEN = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b\.?[^A-Za-z]*?\b((?:19|20)\d\d)\b", re.I)
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})", re.I)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NAMED = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b", re.I)
_EXACT = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)?")
_NUMBERS = re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})(?!\d)(?:\s*[-/.月]\s*(\d{1,2})(?!\d))?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])")
_EPOCH = re.compile(r"([12]\d{9})(?:\d{3})?(?:\.\d+)?")  # seconds or milliseconds since 1970
_YEAR_LAST = re.compile(
    r"(?:(\d{1,2})\s*[-/.]\s*)?(\d{1,2})\s*[-/.]\s*((?:19|20)\d\d)"
)  # 13/05/2024, 5/13/2024, 05/2024
_DAY = re.compile(r"(?<![\d:-])(\d{1,2})(?![\d:]|\s*-)(?:st|nd|rd|th)?\b")
_RANGE = re.compile(r"\d\s*[-–/]\s*\d|[a-z]\.?\s*[-–/]\s*(?:\d|[a-z])", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 1000  # code points of a text that are searched for a date
_ARXIV = re.compile(r"(?:^|/)(\d\d)(0[1-9]|1[0-2])")


def written(text: str) -> str:
    """Year and month of a date in words, of a range the first; "" when there is no month.

    >>> written("July 15 -20, 2018"), written("October 31 -November 4, 2018. 2018"), written("2018")
    ('2018-07', '2018-10', '')
    """
    month, dated = _MONTH.search(text), _WRITTEN.search(text)
    return f"{dated[2]}-{number(month[0]):02d}" if month and dated else ""


def iso(year: str, month: str = "", day: str = "") -> str:
    """ISO 8601 date from year, month and day, as precise as the parts given; months may be numbers or names.

    >>> iso("2018", "2", "13"), iso("2018", "Feb"), iso("2018", "Spring", "1"), iso("18")
    ('2018-02-13', '2018-02', '2018', '')
    """
    if not re.fullmatch(r"(?:19|20)\d\d", year.strip(), re.ASCII):
        return ""
    parts = [year.strip()]
    for part in (number(month), number(day)):
        if not part:
            break
        parts.append(f"{part:02d}")
    return "-".join(parts)


def iso_date(text: str, year: str = "") -> str:
    """ISO 8601 date from a bibliography's date, as precise as known; "" when its year is not `year`.

    >>> iso_date("JUL 15", "2010"), iso_date("24-27 Sept. 2019"), iso_date("1 Jan.-Feb. 2019"), iso_date("2019/06//")
    ('2010-07-15', '2019-09', '2019-01', '2019-06')
    >>> iso_date("Mon, 2 Apr 2007 19:18:42 GMT"), iso_date("19 Mar 2020", "2019"), iso_date("7", "2010")
    ('2007-04-02', '', '2010-07')
    >>> iso_date("1704153600000"), iso_date("20240506", "2024")
    ('2024-01-02', '2024-05-06')
    >>> iso_date("20240506"), iso_date("13/05/2024"), iso_date("5/13/2024"), iso_date("05/2024"), iso_date("6/5/2024")
    ('2024-05-06', '2024-05-13', '2024-05-13', '2024-05', '')
    >>> iso_date("10. Oktober", "1998"), iso_date("3 décembre 2020")
    ('1998-10-10', '2020-12-03')
    """
    text = " ".join(text[:_LONGEST].split())
    if compact := _COMPACT.fullmatch(text):
        text = "-".join(compact.groups())
    elif epoch := _EPOCH.fullmatch(text):
        text = datetime.fromtimestamp(int(epoch[1]), UTC).date().isoformat()
    stated = YEAR.search(year)
    found = YEAR.search(text)
    of = found[0] if found else stated[0] if stated else ""
    if not of or (found and stated and found[0] != stated[0]):
        return ""
    if _EXACT.fullmatch(text):
        return text
    if match := _NUMBERS.match(text):
        return _valid(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _turned(*match.groups())
    rest = text.replace(of, " ", 1) if found else text
    if month := _NAMED.search(rest := _english(rest)):
        day = None if _RANGE.search(rest) else _DAY.search(rest)
        return _valid(of, str(number(month[1])), day[1] if day else None)
    return _valid(of, rest.strip(), None) if rest.strip().isdecimal() else ""


def _english(text: str) -> str:
    """A text with its month in English, if it is in another language."""
    if _NAMED.search(text) or not any(map(str.isalpha, text)):
        return text
    return _WORD.sub(lambda word: _months().get(word[0].lower(), word[0]), text)


@cache
def _months() -> dict[str, str]:
    """The month, in English, that a word of another language means."""
    return {word: month for month, words in forms()["months"].items() for word in words}


def _turned(one: str | None, other: str, year: str) -> str:
    """A date whose year stands last; "" where either number may be the month."""
    if one is None or one.lstrip("0") == other.lstrip("0"):
        return _valid(year, other, one)
    day, month = (one, other) if int(one) > 12 else (other, one)
    return _valid(year, month, day) if int(day) > 12 else ""


def _valid(year: str, month: str, day: str | None) -> str:
    for last in (day, None):
        try:
            whole = day_of(int(year), int(month), int(last or 1)).isoformat()
        except (ValueError, OverflowError):  # of 20 digits
            continue
        return whole if last else whole[:7]
    return year


def submitted(arxiv: str) -> str:
    """Month of submission encoded in an arXiv id (the ids have done so since 1991).

    >>> submitted("2508.13426"), submitted("hep-th/9901001"), submitted("C18-1121")
    ('2025-08', '1999-01', '')
    """
    found = _ARXIV.search(arxiv)
    return f"{int(found[1]) + (1900 if int(found[1]) >= 91 else 2000)}-{found[2]}" if found else ""


def mailed(text: str) -> str:
    """Day of a date in the format of e-mail and RSS; "" for anything else.

    >>> mailed("Mon, 2 Apr 2007 19:18:42 GMT"), mailed("yesterday")
    ('2007-04-02', '')
    """
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def number(text: str) -> int:
    """Month or day as a number; 0 for anything else."""
    text = text.strip()
    if re.fullmatch(r"\d{1,2}", text, re.ASCII):
        return int(text)
    return MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in MONTHS else 0
