"""Dates as people and XML write them, as ISO 8601."""

from __future__ import annotations

import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*\b\.?[^A-Za-z]*?\b((?:19|20)\d\d)\b", re.I)
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})", re.I)
_ARXIV = re.compile(r"(?:^|/)(\d\d)(0[1-9]|1[0-2])")


def written(text: str) -> str:
    """The month and year of a date in words, of a range the first; "" when it tells no month.

    >>> written("July 15 -20, 2018"), written("October 31 -November 4, 2018. 2018"), written("2018")
    ('2018-07', '2018-10', '')
    """
    month, dated = _MONTH.search(text), _WRITTEN.search(text)
    return f"{dated[2]}-{number(month[0]):02d}" if month and dated else ""


def iso(year: str, month: str = "", day: str = "") -> str:
    """ISO 8601 as exact as its parts are, which may be numbers or the names of months.

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


def submitted(arxiv: str) -> str:
    """The month in which a paper was submitted to arXiv, by its id, which tells it since 1991.

    >>> submitted("2508.13426"), submitted("hep-th/9901001"), submitted("C18-1121")
    ('2025-08', '1999-01', '')
    """
    found = _ARXIV.search(arxiv)
    return f"{int(found[1]) + (1900 if int(found[1]) >= 91 else 2000)}-{found[2]}" if found else ""


def mailed(text: str) -> str:
    """The day of a date as e-mail and RSS write it; "" for what is none.

    >>> mailed("Mon, 2 Apr 2007 19:18:42 GMT"), mailed("yesterday")
    ('2007-04-02', '')
    """
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def number(text: str) -> int:
    """A month or day as a number, 0 for what is none."""
    text = text.strip()
    if re.fullmatch(r"\d{1,2}", text, re.ASCII):
        return int(text)
    return MONTHS.index(text[:3].lower()) + 1 if text[:3].lower() in MONTHS else 0
