"""The first page as it was last made, with which a server answers while its workers still open the graph.

It is in the user's cache folder, not beside the graph: a graph may come from others, and a page may hold scripts.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from importlib.resources import files
from itertools import product
from pathlib import Path

from kg.compiled import kept
from kg.link.overrides import overrides_of
from kg.serving.guard import LANGUAGES, NONCE
from kg.store.place import is_address
from kg.web.asked import Asked, Reply

#: A graph of so many papers is one whose first page takes longer than the start of a server.
LARGE = 1000
#: The number of papers, the id of a graph, its last change and the mark of this state.
_STATE = """SELECT (SELECT count(*) FROM papers), (SELECT value FROM about WHERE name = 'id'), number, mark FROM states
    ORDER BY number DESC LIMIT 1"""
_Kept = dict[tuple[str, bool], tuple[bytes, str, dict[str, str]]]


class _Missing(Exception):
    """No page is kept for a state of the graph."""


def requests(location: str, static: str) -> Iterator[Asked]:
    """The first page in each language, as a browser prefers it or as its address says."""
    for lang, is_chosen in product(LANGUAGES, (False, True)):
        args = {"lang": (lang,)} if is_chosen else {}
        yield Asked("", args=args, lang=lang, is_chosen=is_chosen, static=static, nonce=NONCE, location=location)


def load(location: str, static: str) -> dict[tuple[str, bool], Reply]:
    """The pages that were kept of a graph in its present state, by language and whether the address says it."""

    def missing() -> _Kept:
        raise _Missing

    state = _state(location)
    with suppress(_Missing):
        if state:
            found = kept(_name(state[1]), _stamp(state, location, static), missing)
            return {key: Reply(body, media, 200, headers) for key, (body, media, headers) in found.items()}
    return {}


def keep(location: str, static: str, replies: Mapping[tuple[str, bool], Reply]) -> None:
    """Keep the pages of a graph in its present state."""
    if state := _state(location):
        said: _Kept = {key: (one.body, one.media, dict(one.headers)) for key, one in replies.items()}
        kept(_name(state[1]), _stamp(state, location, static), lambda: said)


def make(location: str) -> None:
    """Make and keep the first pages of a large graph that has changed, unless they are kept."""
    state = _state(location)
    if state is None or state[0] < LARGE:
        return
    with suppress(ModuleNotFoundError):  # without what `kg serve` needs, nothing is kept for it
        from kg.web.app import version
        from kg.web.page_worker import begin

        if not load(location, version()):
            answer = begin(location)
            asked = list(requests(location, version()))
            replies = {(one.lang, one.is_chosen): answer(one) for one in asked}
            if all(reply.status == 200 for reply in replies.values()):
                keep(location, version(), replies)


def _state(location: str) -> tuple[int, str, int, str] | None:
    """The number of papers, the id, the last change and its mark; None for what is no graph in a file."""
    if is_address(location):
        return None
    log = Path(f"{location}-wal")
    has_log = log.exists() and log.stat().st_size  # else SQLite makes one, and could not remove it
    address = f"{Path(location).absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    with suppress(sqlite3.Error, ValueError, TypeError), closing(sqlite3.connect(address, uri=True)) as db:
        papers, name, number, mark = db.execute(_STATE).fetchone()
        return int(papers), str(name), int(number), str(mark)
    return None


def _name(graph: str) -> str:
    return f"first-{hashlib.sha256(graph.encode()).hexdigest()[:16]}"


def _stamp(state: tuple[int, str, int, str], location: str, static: str) -> bytes:
    """What differs when the graph, people's decisions on it, its place or the program do."""
    program = [
        (file.name, found.st_mtime_ns, found.st_size)
        for file in sorted(Path(str(files("kg"))).rglob("*"))
        if file.suffix in (".py", ".toml", ".jinja") and (found := file.stat())
    ]
    decided = b""
    with suppress(OSError):
        decided = overrides_of(Path(location)).read_bytes()
    return hashlib.sha256(repr((state, str(location), static, decided, program)).encode()).digest()
