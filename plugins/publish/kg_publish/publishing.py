"""A graph's file on a SPARQL 1.1 server: each call sends what changed since the last one, and takes out what is gone.

The server gets the named graphs of the export, one for each entry and source, and that of the vocabulary. One more,
`kg:store`, says which file they are of and up to which change of it they are sent. That number moves in the requests
that send the graphs, each of which is one transaction (SPARQL 1.1 Update, 3.1.3; Virtuoso was killed in the middle of
many). So a call that was interrupted has sent a part, and the next one sends the rest.

There is no lock: to put a graph in its place twice is to put it there once. Where two calls run at the same time, the
later one goes on and the earlier one stops. A request of the earlier one that was under way may put an older text of a
graph in the place of a newer one; it marks the server as contested, and what is in doubt is sent again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from typing import NamedTuple

import pyoxigraph as ox

from kg.entity_types import BASE
from kg.identifiers import curie, iri
from kg.model import KgError
from kg.rdf import ontology
from kg.rdf.cache import FORM, texts_of
from kg.rdf.ontology import VOCABULARY
from kg.rdf.triples import triples_of
from kg.store.file import StoreFile
from kg.vocabulary import ontology_hash
from kg_publish.lexical import PROBE, SHOWN, sent
from kg_publish.protocol import Access, Connection

#: The graph in which the server says what it holds; it is no part of the data.
STATE = "kg:store"
_TRIPLES = 2000  # of an update: Virtuoso reads less than five thousand
_BYTES = 2_000_000  # of an update: Virtuoso reads less than ten million
_FEW = 64  # graphs up to which updates send them, also where there is a graph store
_PART = 16_000_000  # characters of N-Quads that are sent at once
_GRAPHS = 1000  # in such a part
_ROUNDS = 10  # in which a call is contested by others before it gives up
_CONTESTED = "contested"  # the mark where requests of two calls met

_S = f"<{iri(STATE)}>"
_ID, _FORM, _ONTOLOGY, _NUMBER, _BY = (
    f"<{iri(f'kg:store-{name}')}>" for name in ("id", "form", "ontology", "number", "by")
)


class Published(NamedTuple):
    """How many graphs were written, and how many taken out."""

    written: int
    removed: int


class _Change(NamedTuple):
    """A graph as it is now, with the number of its last change."""

    number: int
    graph: str  # its CURIE
    lines: list[str]  # triples as SPARQL and N-Quads have them; none of what is gone


def publish(
    file: StoreFile, url: str, *, replace: bool = False, progress: Callable[[str, int], None] | None = None
) -> Published:
    """Bring the server at a query address up to date with a graph's file.

    Other addresses, user, password and time limit come from the environment (docs/servers.md). Raises KgError where the
    server fails, and where it holds another graph, unless `replace` says that this one takes its place.
    """
    with closing(Connection(Access.of(url))) as server:
        return _Publisher(file, server, progress).publish(replace)


class _Contested(Exception):
    """A request of an earlier call may have undone some of this one."""


class _Publisher:
    def __init__(self, file: StoreFile, server: Connection, progress: Callable[[str, int], None] | None = None) -> None:
        self.file, self.server, self.progress = file, server, progress
        self.mark = secrets.token_hex(8)  # which tells the requests of this call from those of others
        try:
            ((shown,),) = server.select(PROBE)
            self.is_short = float(shown) != SHOWN  # whether the server shows too few digits
        except ValueError:
            raise KgError(
                f"The server at {server.access.query} does not answer as SPARQL 1.1 says: check it."
            ) from None
        self.written: set[str] = set()
        self.removed: set[str] = set()

    def publish(self, replace: bool) -> Published:
        target = self.file.number
        for _ in range(_ROUNDS):
            number = self._held(replace)
            if number >= target:
                return Published(len(self.written), len(self.removed))
            self._claim(number)
            with suppress(_Contested):
                changes = self._changes(number)
                if self.server.access.graph_store and (number < 0 or target - number > _FEW):
                    self._post(changes, number)
                else:
                    self._update(changes, number)
        raise KgError(
            f"The server at {self.server.access.query} does not show what was sent to it: "
            "check KG_SPARQL_UPDATE, and see that no other kg publish runs."
        )

    # --- what the server holds ------------------------------------------------------------------------------------

    def _held(self, replace: bool) -> int:
        """The change of the file up to which all is on the server; -1 where all is to be sent."""
        rows = self.server.select(f"SELECT ?p ?o {{ GRAPH {_S} {{ {_S} ?p ?o }} }}")
        said = {f"<{predicate}>": value for predicate, value in rows}
        if said.get(_ID) != self.file.id:
            if not replace and (said or self._graphs()):
                raise KgError(
                    f"The server at {self.server.access.query} holds another graph of kg: name another server, "
                    "or put this graph in its place with --replace."
                )
            return -1
        same = (said.get(_FORM), said.get(_ONTOLOGY)) == (str(FORM), ontology_hash())
        number = said.get(_NUMBER, "")
        # A larger number than the file's is that of a newer copy of it.
        return (
            int(number) if same and number.isdecimal() and len(number) < 16 and int(number) <= self.file.number else -1
        )

    def _graphs(self) -> set[str]:
        """The graphs of papers, sources and the vocabulary that are on the server, by CURIE."""
        where = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}"))'
        names = {curie(name) for (name,) in self.server.select(f"SELECT DISTINCT ?g {{ {where} }}")}
        return {name for name in names if name == VOCABULARY or name.startswith(("entry:", "source:"))}

    def _claim(self, number: int) -> None:
        """Leave this call's mark; where all is to be sent, say of which file."""
        if number >= 0:
            self.server.update(
                f"DELETE WHERE {{ GRAPH {_S} {{ {_S} {_BY} ?by }} }}",
                f'INSERT DATA {{ GRAPH {_S} {{ {_S} {_BY} "{self.mark}" }} }}',
            )
            return
        state = (
            f'{_S} {_ID} "{self.file.id}" ; {_FORM} "{FORM}" ; {_ONTOLOGY} "{ontology_hash()}" ; '
            f'{_NUMBER} {number} ; {_BY} "{self.mark}"'
        )
        self.server.update(f"CLEAR SILENT GRAPH {_S}", f"INSERT DATA {{ GRAPH {_S} {{ {state} }} }}")

    def _advance(self, before: int, after: int) -> str:
        """The step of a request by which the number goes on, or, where another call has begun, falls back."""
        return (
            f"DELETE {{ GRAPH {_S} {{ {_S} {_NUMBER} ?n ; {_BY} ?by }} }} "
            f"INSERT {{ GRAPH {_S} {{ {_S} {_NUMBER} ?m ; {_BY} ?mark }} }} "
            f"WHERE {{ GRAPH {_S} {{ {_S} {_NUMBER} ?n ; {_BY} ?by }} "
            f'BIND(IF(?by = "{self.mark}", {after}, IF(?n < {before}, ?n, {before})) AS ?m) '
            f'BIND(IF(?by = "{self.mark}", ?by, "{_CONTESTED}") AS ?mark) }}'
        )

    def _check_alone(self) -> None:
        """Raise KgError where a later call has begun, _Contested where a request of an earlier one came in between."""
        marks = {mark for (mark,) in self.server.select(f"SELECT ?by {{ GRAPH {_S} {{ {_S} {_BY} ?by }} }}")}
        if not marks or _CONTESTED in marks:
            raise _Contested
        if marks != {self.mark}:
            raise KgError(f"Another kg publish to {self.server.access.query} has begun meanwhile: it sends the rest.")

    # --- what is sent ---------------------------------------------------------------------------------------------

    def _changes(self, number: int) -> Iterator[_Change]:
        """The graphs that changed since then, by number; at -1 all, after what does not belong on the server."""
        changed = self.file.changed_since(number)
        there: set[str] | None = None
        if number < 0:
            there = self._graphs()
            for name in sorted(there.difference(changed, {VOCABULARY})):
                yield self._told(number, name, b"", there)
            yield self._told(0, VOCABULARY, ontology.text(), there)
        for name, text in texts_of(self.file, changed):
            yield self._told(changed[name], name, text, there)

    def _told(self, number: int, name: str, text: bytes, there: set[str] | None) -> _Change:
        if text:
            self.written.add(name)
        elif there is None or name in there:
            self.removed.add(name)
        if self.progress:
            self.progress(name, len(self.written) + len(self.removed))
        return _Change(number, name, [self._spelled(triple) for triple in triples_of(text)])

    def _spelled(self, triple: ox.Triple) -> str:
        end = sent(triple.object) if self.is_short and isinstance(triple.object, ox.Literal) else triple.object
        return f"{triple.subject} {triple.predicate} {end}"

    def _update(self, changes: Iterable[_Change], number: int) -> None:
        for after, steps in _requests(changes, number):
            self._check_alone()
            self.server.update(*steps, self._advance(number, after))
            number = after

    def _post(self, changes: Iterable[_Change], number: int) -> None:
        """Send many graphs as N-Quads."""
        is_checked = False
        for part in _parts(changes):
            self._check_alone()
            gone = [f"CLEAR SILENT GRAPH <{iri(change.graph)}>" for change in part]
            self.server.update(*gone, self._advance(number, number))
            quads = [f"{line} <{iri(change.graph)}> .\n" for change in part for line in change.lines]
            if quads:
                self.server.post("".join(quads).encode())
            if quads and not is_checked:
                self._check_posted(next(change.graph for change in part if change.lines))
                is_checked = True
            self.server.update(self._advance(number, part[-1].number))
            number = part[-1].number

    def _check_posted(self, graph: str) -> None:
        """Raise KgError where the graph store put quads elsewhere."""
        if not self.server.select(f"SELECT ?s {{ GRAPH <{iri(graph)}> {{ ?s ?p ?o }} }} LIMIT 1"):
            raise KgError(
                f"The server at {self.server.access.graph_store} did not put N-Quads into their graphs: "
                "unset KG_SPARQL_GRAPH_STORE."
            )


def _parts(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """Changes that are sent together as N-Quads."""
    part: list[_Change] = []
    size = 0
    for change in changes:
        part.append(change)
        size += sum(map(len, change.lines))
        if size > _PART or len(part) == _GRAPHS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _requests(changes: Iterable[_Change], number: int) -> Iterator[tuple[int, list[str]]]:
    """The steps of requests of a size that servers read, each with the last change that is whole once it is made."""
    steps: list[str] = []
    triples = size = 0
    for change in changes:
        for count, step in _steps(change):
            if steps and (triples + count > _TRIPLES or size + len(step) > _BYTES):
                yield number, steps
                steps, triples, size = [], 0, 0
            steps.append(step)
            triples, size = triples + count, size + len(step)
        number = change.number
    if steps:
        yield number, steps


def _steps(change: _Change) -> Iterator[tuple[int, str]]:
    """The steps that put a graph in the place of what is there, with the number of their triples."""
    name, lines = f"<{iri(change.graph)}>", change.lines
    yield 1, f"CLEAR SILENT GRAPH {name}"
    at = 0
    while at < len(lines):
        end, size = at, 0
        while end < len(lines) and end - at < _TRIPLES and (end == at or size + len(lines[end]) < _BYTES):
            size += len(lines[end])
            end += 1
        yield end - at, f"INSERT DATA {{ GRAPH {name} {{ {' . '.join(lines[at:end])} }} }}"
        at = end
