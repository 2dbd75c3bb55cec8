"""Where a graph is: a file, or the address of a database, which may hold a password."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from kg.plugins import names

#: The group of entry points of databases that plug-ins open, by the kind that their addresses begin with.
STORES = "kg.stores"
#: What begins as an address does, or has an "@" behind a colon. Paths of Windows have one letter before theirs.
_KIND = re.compile(r"[a-z][a-z0-9+.]+:(?=//|.*@)", re.IGNORECASE)
_HOST = r"(?:\[[0-9a-f:.]*\]|[\w.%-]*)(?::\d*)?"
_WHOLE = re.compile(
    rf"(?P<scheme>\w+://)(?:(?P<user>[^:@/]*)(?::[^@/]*)?(?=@))?"
    rf"(?P<rest>@?{_HOST}(?:,{_HOST})*(?:/[^?#@]*)?)(?:\?(?P<asked>.*))?",
    re.IGNORECASE,
)


class Place(str):
    """A place as a user gives it; in messages it is `shown`."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return format(shown(self), form)


def is_address(place: str | Path | None) -> bool:
    """Whether a place is a database that a plug-in opens, not a file.

    >>> is_address("postgresql://db/papers"), is_address("papers.kg")
    (True, False)
    """
    return "://" in str(place) and kind_of(str(place)) in names(STORES)


def kind_of(address: str) -> str:
    """The kind of database that an address names ("postgresql")."""
    return address.partition("://")[0].lower()


def may_be_there(place: str | Path) -> bool:
    """Whether there is a file; of an address only opening it tells."""
    return "://" in str(place) or Path(place).exists()


def is_whole(place: str) -> bool:
    """Whether an address has the form of one: each part of it is where it is looked for."""
    return _WHOLE.fullmatch(place) is not None


def shown(place: str) -> str:
    """A place without a password; of an address that is not whole, which may hide one anywhere, nothing but its kind.

    >>> shown("postgresql://ann:secret@db:5432/papers?password=secret&sslmode=require")
    'postgresql://ann@db:5432/papers?sslmode=require'
    >>> shown("postgresql://ann:sec/ret@db/papers")
    'postgresql:...'
    """
    kind = _KIND.match(place)
    if not kind:
        return str(place)
    whole = _WHOLE.fullmatch(place)
    if not whole:
        return f"{kind[0]}..."
    asked = urlencode([(k, v) for k, v in parse_qsl(whole["asked"] or "") if "password" not in k.lower()], safe="/")
    return f"{whole['scheme']}{whole['user'] or ''}{whole['rest']}{asked and '?'}{asked}"
