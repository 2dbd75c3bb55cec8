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

from kg.model import KgError
from kg.store.asking import LATE

Found = ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]
SECONDS = 30.0
_BYTES = 4 << 30  # of memory that a query may take, beside what the process has when it begins
_SOLUTIONS = ox.QueryResultsFormat.JSON
_TRIPLES = ox.RdfFormat.N_TRIPLES


def asked_apart(place: str, query: str, seconds: float = SECONDS) -> Found:
    """What a query finds in the graph at a place; triples of a CONSTRUCT or DESCRIBE as a list.

    Raises KgError for what is no query, and for one that is ended after so many seconds or takes too much memory.
    """
    said = json.dumps({"place": place, "query": query, "bytes": _BYTES}).encode()
    child = subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
        raise KgError("The query took more than {n} GiB of memory and was ended: ask for less.", n=_BYTES >> 30)
    if error := json.loads(head).get("error"):
        sentence, values = error
        raise KgError(sentence, **values)
    if json.loads(head)["triples"]:
        return [quad.triple for quad in ox.parse(found, format=_TRIPLES)]
    return ox.parse_query_results(found, format=_SOLUTIONS)


def follow_apart(place: str) -> subprocess.Popen[bytes]:
    """A process of its own that brings the triples of the graph at a place up to date, and is not waited for."""
    said = json.dumps({"place": place, "query": "", "bytes": _BYTES}).encode()
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
            _bound(asked["bytes"])
            result = store.query(asked["query"])
            is_triples = isinstance(result, ox.QueryTriples)
            data = result.serialize(format=_TRIPLES if is_triples else _SOLUTIONS) or b""  # type: ignore[arg-type]
        head: dict[str, Any] = {"triples": is_triples}
    except KgError as error:
        values = {name: str(value) for name, value in error.values.items()}
        head, data = {"error": (error.sentence, values)}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + data)


def _bound(most: int) -> None:
    """Let this process take so many bytes more, where the system can say so."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", "rb") as numbers:
            used = int(numbers.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (used + most, used + most))


if __name__ == "__main__":
    _answer()
