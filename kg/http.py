"""Helpers shared by the HTTP clients."""

from __future__ import annotations

import time
from contextlib import suppress
from email.utils import parsedate_to_datetime


def retry_after(said: str) -> float | None:
    """Seconds to wait according to a Retry-After header, a number or a date (RFC 9110, 10.2.3); None if invalid.

    >>> retry_after("120"), retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), retry_after("soon"), retry_after("-1")
    (120.0, 0.0, None, None)
    """
    said = said.strip()
    if said.isdecimal():
        return float(said[:10])
    with suppress(ValueError, OverflowError, TypeError, IndexError):
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    return None
