"""Users' own SPARQL over a graph, in a process of its own: ended when it takes too long or too much, and by Ctrl-C.

Oxigraph has no limits and hears no signal while it answers, so nothing but the end of its process ends a query.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pyoxigraph as ox

from kg.apart import bound
from kg.model import KgError
from kg.rdf.solutions import read_back, written
from kg.store.user_sql import LATE, NO_PROCESS, ROWS, SIZE

Found = ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]
SECONDS = 30.0
_GIB = 1 << 30
MEMORY = 2 * _GIB  # bytes that a query may take, beside what the process has when it begins


def asked_apart(
    place: str, query: str, seconds: float = SECONDS, rows: int = ROWS, size: int = SIZE, memory: int | None = None
) -> Found:
    """What a query finds in the graph at a place; triples of a CONSTRUCT or DESCRIBE as a list.

    Raises KgError for what is no query, and for one that takes more than so many seconds or bytes of `memory`, or gives
    more than `rows`, or more than `size` bytes of them.
    """
    memory = memory or MEMORY
    limits = {"rows": rows, "size": size, "memory": memory, "seconds": seconds}
    said = json.dumps({"place": place, "query": query, **limits}).encode()
    try:
        child = subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError as reason:
        raise KgError(NO_PROCESS, error=reason) from None
    try:
        data, _ = child.communicate(said, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise KgError(LATE, seconds=f"{seconds:g}") from None
    finally:
        with suppress(OSError):
            child.kill()
        child.wait()
    head, _, found = data.partition(b"\n")
    if child.returncode or not head:
        raise KgError("The query took more than {n} GiB of memory and was ended: ask for less.", n=f"{memory / _GIB:g}")
    if error := json.loads(head).get("error"):
        sentence, values = error
        raise KgError(sentence, **values)
    result = read_back(json.loads(head)["kind"], found)
    return list(result) if isinstance(result, ox.QueryTriples) else result


def follow_apart(place: str) -> subprocess.Popen[bytes]:
    """A process of its own that brings the triples of the graph at a place up to date, and is not waited for."""
    said = json.dumps({"place": place, "query": ""}).encode()
    child = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert child.stdin
    with suppress(OSError):
        child.stdin.write(said)
        child.stdin.close()
    return child


def _answer() -> None:
    """Answer the query on standard input: a line that says what comes, then solutions as JSON or N-Triples."""
    from kg.rdf.store import open_store

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which comes to the process that asks too
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    try:
        with open_store(asked["place"], read_only=True) as store:
            store.rdf.follow()
            if not asked["query"]:
                return
            bound(int(asked["seconds"]) + 2, asked["memory"])  # also where nobody is left who would end it
            kind, data = written(store.query(asked["query"]), asked["rows"], asked["size"])
        head: dict[str, Any] = {"kind": kind}
    except KgError as error:
        values = {name: str(value) for name, value in error.values.items()}
        head, data = {"error": (error.sentence, values)}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + data)


if __name__ == "__main__":
    _answer()
