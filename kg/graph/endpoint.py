"""A graph on a SPARQL server: named graphs behind a query and an update address, as a store like any other.

What is written counts as a whole where one update request can say it, for a request is one transaction (SPARQL 1.1
Update, 3.1.3; Virtuoso was killed in the middle of many). What is too large for that is written down first, in a graph
that serves as journal, and then done; a writer that finds the journal of one that died does it to the end, or takes
back what was only begun. The server's dataset is the graph's own: queries see the union of all its graphs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyoxigraph as ox

from kg.graph import lock, ontology
from kg.graph.faults import Fault
from kg.graph.lexical import PROBE, SHOWN, meant, mended, sent
from kg.graph.lock import ABOUT
from kg.graph.ontology import VOCABULARY
from kg.graph.protocol import RESULTS, TRIPLES, Access, Connection, Reply
from kg.graph.sparql import Row, has_dataset, rows
from kg.graph.store import ANY, SCHEMA
from kg.graph.terms import serialised
from kg.model import KgError
from kg.names import BASE, PREFIXES, curie, iri

#: The graph of what is being written; it and what the store says of itself do not belong to the data.
JOURNAL = "kg:journal"
_OWN = (ABOUT, JOURNAL)
_TRIPLES = 2000  # of an update: Virtuoso reads less than five thousand
_BYTES = 2_000_000  # of an update: Virtuoso reads less than ten million
_PIECE = 500_000  # characters of a literal in the journal
_FEW = 100  # triples that any server gives
_CLEAR_JOURNAL = f"CLEAR SILENT GRAPH <{iri(JOURNAL)}>"
_PROLOGUE = " ".join(f"PREFIX {prefix}: <{base}>" for prefix, base in PREFIXES.items())

Texts = dict[str, list[str]]  # triples as SPARQL has them, by the IRI of their graph


class EndpointStore:
    """A store on a SPARQL server. One process writes, any number read; what a reader sees may change between queries.

    User, password and other addresses come from the environment (docs/servers.md).
    """

    def __init__(self, location: str, read_only: bool = False) -> None:
        """Open the graph at a query address; to write, an empty one is made if need be."""
        self.location, self.read_only = location, read_only
        self.changed: set[str] = set()  # the graphs that were written since it was opened
        self._server: Connection | None = Connection(Access.of(location))
        self._short = False  # whether the server shows too few digits
        self._loading = False  # whether the journal holds what is loaded and not staged
        self._lock: lock.Lock | None = None
        self._stamp, self._session, self._writes = "", secrets.token_hex(8), 0
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def accepts(location: str) -> bool:
        """An address of the web."""
        return location.lower().startswith(("http://", "https://"))

    # --- reading --------------------------------------------------------------------------------------------------

    def select(self, sparql: str) -> list[Row]:
        """Solutions of a SELECT over the union of all graphs, as Python values, IRIs as CURIEs."""
        return rows(self._answer(sparql))

    def query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Any SPARQL query over the union of all graphs, or over the dataset that it names (FROM, FROM NAMED).

        Raises KgError where the query is wrong, Fault where the server fails.
        """
        return self._answer(sparql)

    def triples(self, graph: str) -> list[ox.Triple]:
        """What a graph holds, in no particular order; empty when there is no such graph."""
        where = f"WHERE {{ GRAPH <{iri(graph)}> {{ ?s ?p ?o }} }}"
        # Servers write triples several times as fast as tables of terms.
        found = self._answer(f"CONSTRUCT {{ ?s ?p ?o }} {where}")
        assert isinstance(found, ox.QueryTriples)
        triples = list(found)
        if len(triples) >= _FEW:  # Virtuoso says nothing where it leaves out triples
            ((number,),) = self._terms(f"SELECT (COUNT(*) AS ?n) {where}")
            if int(number.value) > len(triples):
                raise _limited(self.location, len(triples))
        return triples

    def graphs(self) -> list[str]:
        """Names of all graphs of ours, sorted."""
        found = [graph.value for (graph,) in self._terms("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]
        return sorted({curie(name) for name in found if name.startswith(BASE)} - set(_OWN))

    def dump(self, format: str, graph: str | None = None) -> bytes:
        """Sorted serialisation ("nquads", "turtle", "jsonld"): identical bytes from identical content."""
        quads = (
            ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(iri(name)))
            for name in (self.graphs() if graph is None else [graph])
            for triple in self.triples(name)
        )
        return serialised(list(quads), format)

    # --- writing --------------------------------------------------------------------------------------------------

    def replace(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Put triples in the place of what a graph holds, in one transaction."""
        self.replace_many({graph: triples})

    def replace_many(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace several graphs as a whole; those that get nothing are taken out."""
        texts = {iri(name): [self._spelled(triple) for triple in triples] for name, triples in graphs.items()}
        updates = list(islice(_updates(texts, anew=True), 2))
        if not updates:
            return
        self.changed.update(graphs)
        if len(updates) == 1:
            self._write(*updates, *([_CLEAR_JOURNAL] if self._loading else []))  # what was loaded counts with it
        else:
            self._write_down(texts)
            self._do(texts)
        self._loading = False

    def remove(self, *graphs: str) -> None:
        """Take graphs out in one transaction; those that are not there are passed over."""
        self.replace_many(dict.fromkeys(graphs, ()))

    def stage(self) -> None:
        """What was loaded before counts from now on."""
        if self._loading:
            self._write(_CLEAR_JOURNAL)
            self._loading = False

    def load(self, data: bytes, graphs: Iterable[str] = ()) -> None:
        """Put graphs in (TriG) that were not there; they are taken out again unless `stage` or `commit` follows."""
        texts: Texts = {}
        try:
            for quad in ox.parse(data, format=ox.RdfFormat.TRIG):
                texts.setdefault(str(quad.graph_name)[1:-1], []).append(self._spelled(quad.triple))
        except SyntaxError as error:
            raise KgError(f"What was to be loaded is no TriG ({error}).") from None
        self.changed.update(graphs or map(curie, texts))
        self._loading = True
        try:
            self._write_all({iri(JOURNAL): [_noted("undo", name) for name in texts]})
            if self._connection.access.graph_store:
                self._post(texts)
            else:
                self._write_all(texts)
        except KgError:
            with suppress(KgError):  # what does not succeed now, the next writer does
                self._recover()
            raise

    def commit(self) -> None:
        """All that was loaded counts."""
        self.stage()

    def close(self) -> None:
        """Let go of the server; what was loaded and not staged is taken out; idempotent."""
        if self._server is None:
            return
        with suppress(KgError):  # what does not succeed now, the next writer does
            if self._loading:
                self._recover()
            if self._lock:
                self._lock.let_go()
        self._server.close()
        self._server = None

    @property
    def folder(self) -> None:
        """No files lie beside the data."""
        return None

    @property
    def cache(self) -> Path | None:
        """A folder of this user's on this machine; None where it cannot be made."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "kg" / "servers"
        folder = cache / hashlib.sha256(self.location.encode()).hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        return folder

    @property
    def stamp(self) -> bytes:
        """What the last writer left to tell its data by; a reader's is that of when it opened."""
        return self._stamp.encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- how it opens ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        about = self._said(ABOUT)
        self._stamp = next(iter(about.get("kg:revision", [])), "")
        self.found = self.stamp
        self._check_schema(next(iter(about.get("kg:schema", [])), ""))
        ((shown,),) = self._terms(PROBE)
        self._short = float(shown.value) != SHOWN
        if self.read_only:
            self._check_whole(about)
        else:
            self._lock = lock.Lock(self, about.get("kg:writer", []))
            self._recover()
            self._load_ontology()
        if not self._answer(f"ASK {{ {ontology.mark().subject} kg:sha256 ?files }}"):
            raise KgError(
                f"The server at {self.location} answers from its default graph alone: let it answer from the union of "
                "all graphs (Fuseki: tdb2:unionDefaultGraph true)."
            )

    def _check_schema(self, said: str) -> None:
        """Raise KgError for what another version of the program wrote, or to read, for what none did."""
        if not said and self.read_only:
            raise KgError(f"There is no graph at {self.location}: make one with kg add, or name another with --graph.")
        if said.isdecimal() and int(said) > SCHEMA:
            raise KgError(
                f"The graph {self.location} has schema {said}, this program knows {SCHEMA}: install a newer kg."
            )
        if said and said != str(SCHEMA):
            raise KgError(
                f"The graph {self.location} has schema {said}, this program reads {SCHEMA}: empty the server's dataset "
                "and add the papers again."
            )

    def _check_whole(self, about: Mapping[str, list[str]]) -> None:
        """Raise Fault where a writer died in the middle of what is more than one request."""
        if any(map(lock.is_alive, about.get("kg:writer", []))):
            return
        mark = ontology.mark()
        vocabulary = f"ASK {{ GRAPH {mark.subject} {{ {mark.subject} {mark.predicate} ?files }} }}"
        if "kg:whole" in self._said(JOURNAL) or not self._answer(vocabulary):
            raise Fault(
                f"The graph {self.location} was left in the middle of a change: open it for writing, as kg add does, "
                "which completes it."
            )

    def _recover(self) -> None:
        """Do to the end what a writer had decided to do, or take back what it had only begun."""
        journal = self._said(JOURNAL)
        if not journal:
            return
        self.changed.add(ANY)
        if "kg:whole" in journal:
            packed = "".join(piece.partition(" ")[2] for piece in sorted(journal["kg:redo"]))
            self._do(json.loads(zlib.decompress(base64.b64decode(packed))))  # only a whole one says that it is
        else:
            self._write_all({name: [] for name in sorted(journal.get("kg:undo", []))}, anew=True)
            self._write(_CLEAR_JOURNAL)
        self._loading = False

    def _load_ontology(self) -> None:
        """Bring the vocabulary's graph up to date with the ontology's files; what makes it count comes last."""
        mark, graph = ontology.mark(), iri(VOCABULARY)
        if self._answer(f"ASK {{ GRAPH <{graph}> {{ {mark} }} }}"):
            return
        self.changed.add(VOCABULARY)
        self._write_all({graph: [self._spelled(triple) for triple in ontology.triples()]}, anew=True)
        self._write_all({graph: [self._spelled(mark)], iri(ABOUT): [f"<{iri(ABOUT)}> <{iri('kg:schema')}> {SCHEMA}"]})

    def writers(self) -> list[str]:
        """What writers say of themselves, see kg/graph/lock.py."""
        return self._said(ABOUT).get("kg:writer", [])

    def tell(self, *updates: str) -> None:
        """Make a request about the store itself."""
        self._connection.update(" ;\n".join(updates))

    # --- how it writes --------------------------------------------------------------------------------------------

    def _write_down(self, graphs: Texts) -> None:
        """Keep what is to be done in the journal; the last request decides that it will be."""
        packed = base64.b64encode(zlib.compress(json.dumps(graphs, ensure_ascii=False).encode())).decode()
        pieces = (packed[at : at + _PIECE] for at in range(0, len(packed), _PIECE))
        self._write_all({iri(JOURNAL): [_noted("redo", f"{n:06d} {piece}") for n, piece in enumerate(pieces)]})
        undo = f"DELETE WHERE {{ GRAPH <{iri(JOURNAL)}> {{ ?j <{iri('kg:undo')}> ?graph }} }}"
        self._write(undo, *_updates({iri(JOURNAL): [_noted("whole", "1")]}))

    def _do(self, graphs: Texts) -> None:
        """Do what the journal holds."""
        self._write_all(graphs, anew=True)
        self._write(_CLEAR_JOURNAL)

    def _write_all(self, graphs: Texts, anew: bool = False) -> None:
        for update in _updates(graphs, anew):
            self._write(update)

    def _write(self, *updates: str) -> None:
        """Make a request that counts as a whole, and leave a sign that the data are others now."""
        if self._lock is None:
            raise KgError(f"The graph {self.location} is open for reading only: open it for writing.")
        self._lock.renew()
        self._writes += 1
        self._stamp = f"{self._session}-{self._writes}"
        about, revision = iri(ABOUT), iri("kg:revision")
        gone = f"DELETE WHERE {{ GRAPH <{about}> {{ <{about}> <{revision}> ?before }} }}"
        now = f'INSERT DATA {{ GRAPH <{about}> {{ <{about}> <{revision}> "{self._stamp}" }} }}'
        self._connection.update(" ;\n".join((*updates, gone, now)))

    def _post(self, graphs: Texts) -> None:
        """Put graphs in as N-Quads, all at once."""
        lines = (f"{line} <{name}> .\n" for name, lines in graphs.items() for line in lines)
        self._connection.post("".join(lines).encode(), "application/n-quads")
        self._write()
        name = next(iter(graphs), "")
        if name and not self._answer(f"ASK {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"):
            raise Fault(
                f"The server at {self._connection.access.graph_store} did not put N-Quads into their graphs: "
                "unset KG_SPARQL_GRAPH_STORE."
            )

    def _spelled(self, triple: ox.Triple) -> str:
        """A triple as SPARQL and N-Quads have it."""
        end = sent(triple.object, self._short) if isinstance(triple.object, ox.Literal) else triple.object
        return f"{triple.subject} {triple.predicate} {end}"

    # --- how it reads ---------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> Connection:
        if self._server is None:
            raise KgError(f"The graph {self.location} is closed: open it again.")
        return self._server

    def _answer(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        whole = not has_dataset(sparql)
        gives_triples = _gives_triples(sparql)
        asked = f"{_PROLOGUE} {sparql}"
        if gives_triples:
            return self._described(self._connection.query(asked, TRIPLES, whole))
        reply = self._connection.query(asked, RESULTS, whole)
        with _understood(reply, self.location):
            body = mended(reply.body, self._short)
            _check_whole(reply, self.location, _number_of(body))
            return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)

    def _described(self, reply: Reply) -> ox.QueryTriples:
        """The triples that a CONSTRUCT or DESCRIBE gives."""
        store = ox.Store()
        default = ox.DefaultGraph()
        with _understood(reply, self.location):
            for quad in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES):
                store.add(ox.Quad(quad.subject, quad.predicate, meant(quad.object, self._short), default))
        found = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        assert isinstance(found, ox.QueryTriples)
        return found

    def _terms(self, sparql: str) -> list[tuple[Any, ...]]:
        """The solutions of a SELECT that binds all its variables, as terms."""
        found = self._answer(sparql)
        assert isinstance(found, ox.QuerySolutions)
        return [tuple(solution) for solution in found]

    def _said(self, graph: str) -> dict[str, list[str]]:
        """What a graph of the store's own says, by predicate."""
        out: dict[str, list[str]] = {}
        for triple in self.triples(graph):
            said = triple.object
            out.setdefault(curie(triple.predicate.value), []).append(getattr(said, "value", ""))
        return out


def _noted(what: str, said: str) -> str:
    """A line of the journal."""
    return f"<{iri(JOURNAL)}> <{iri(f'kg:{what}')}> {ox.Literal(said)}"


def _updates(graphs: Texts, anew: bool = False) -> Iterator[str]:
    """Requests that put triples into graphs, `anew` for what these hold; each of a size that servers read."""
    said: list[str] = []
    triples = size = 0
    for count, update in _steps(graphs, anew):
        if said and (triples + count > _TRIPLES or size + len(update) > _BYTES):
            yield " ;\n".join(said)
            said, triples, size = [], 0, 0
        said.append(update)
        triples, size = triples + count, size + len(update)
    if said:
        yield " ;\n".join(said)


def _steps(graphs: Texts, anew: bool) -> Iterator[tuple[int, str]]:
    """The parts of requests with the number of their triples."""
    for name, lines in graphs.items():
        if anew:
            yield 1, f"CLEAR SILENT GRAPH <{name}>"
        at = 0
        while at < len(lines):
            end, size = at, 0
            while end < len(lines) and end - at < _TRIPLES and (end == at or size + len(lines[end]) < _BYTES):
                size += len(lines[end])
                end += 1
            yield end - at, f"INSERT DATA {{ GRAPH <{name}> {{ {' . '.join(lines[at:end])} }} }}"
            at = end


def _gives_triples(sparql: str) -> bool:
    """Whether a query is a CONSTRUCT or DESCRIBE; KgError for what is none at all.

    What is wrong with it is said in the same words for any server, and only queries come through.
    """
    try:
        return isinstance(ox.Store().query(sparql, prefixes=PREFIXES), ox.QueryTriples)
    except SyntaxError as error:
        raise KgError(f"The query is not SPARQL: {error}.") from None


def _number_of(body: bytes) -> int:
    """The number of solutions, read to the end; SyntaxError where there is a fault in them."""
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    try:
        return 1 if isinstance(found, ox.QueryBoolean) else len(list(found))
    finally:
        del found  # an exception must not hold what only this thread may let go


@contextmanager
def _understood(reply: Reply, location: str) -> Iterator[None]:
    """Tell of an answer that cannot be read."""
    try:
        yield
    except (SyntaxError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:160]
        raise Fault(
            f"What the server at {location} sends is no answer to a query ({reply.kind or 'no type'}: {said}): "
            "check the address."
        ) from None


def _check_whole(reply: Reply, location: str, number: int) -> None:
    """Raise Fault for an answer that Virtuoso cut short, which it says in the headers alone."""
    most = reply.headers.get("x-sparql-maxrows", "")
    if most.isdecimal() and number >= int(most):
        raise _limited(location, number)
    if "x-sql-state" in reply.headers:
        raise Fault(
            f"The server at {location} gave up before its answer was whole: "
            "set MaxQueryExecutionTime in its virtuoso.ini higher."
        )


def _limited(location: str, number: int) -> Fault:
    return Fault(
        f"The server at {location} gives {number} rows at most: set ResultSetMaxRows in its virtuoso.ini to 0."
    )
