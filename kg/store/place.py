"""Where a graph is: a file, or the address of a database of PostgreSQL, which may hold a password."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Place(str):
    """A place as a user gives it; in messages it is `shown`."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return format(shown(self), form)


def is_address(place: str | Path | None) -> bool:
    """Whether a place is a database of PostgreSQL, not a file.

    >>> is_address("postgresql://db/papers"), is_address("papers.kg")
    (True, False)
    """
    return str(place).lower().startswith(("postgresql://", "postgres://"))


def may_be_there(place: str | Path) -> bool:
    """Whether there is a file; of an address only opening it tells."""
    return "://" in str(place) or Path(place).exists()


def shown(place: str) -> str:
    """A place without a password.

    >>> shown("postgresql://ann:secret@db:5432/papers?password=secret&sslmode=require")
    'postgresql://ann@db:5432/papers?sslmode=require'
    """
    if not is_address(place):
        return str(place)
    parts = urlsplit(place)
    users, at, host = parts.netloc.rpartition("@")
    asked = urlencode([(k, v) for k, v in parse_qsl(parts.query) if "password" not in k], safe="/")
    return urlunsplit(parts._replace(netloc=users.partition(":")[0] + at + host, query=asked))
