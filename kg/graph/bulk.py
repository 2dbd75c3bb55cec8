"""Many new entries at once: loaded in parts, each of which counts when it is whole.

A transaction an entry takes longer than reading the paper does. Oxigraph's bulk loader is several times as fast, but it
is no transaction, and what is loaded is not seen before: so the store is staged (see kg.graph.staging), the entries of
a part are loaded as each would be alone, their works are decided then, all at once, and the part counts. Which entries
are one work depends on what the store holds, not on the order in which it came, so that the graph is the same, byte for
byte, as one transaction an entry gives. A killed program loses the parts that were not done, a minute of work or two;
an interrupted one finishes them. There is no journal of single entries: to write one and read it again would cost as
much as reading the papers again, and would have to be understood by all that open the store.

Parts are loaded in a thread (the loader lets go of Python's lock), so that what reads papers need not wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from kg.graph.rdf import triples_of
from kg.graph.works import Works, crowd
from kg.link.claims import MARKS, SAID
from kg.names import iri

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.link.overrides import Overrides

_TRIPLES = 950_000  # of a part at most: what the loader takes up at once, and under a GiB of memory
_FIRST, _SHARE = 150_000, 3  # of a part at least, and a third of what came before: nothing else is done beside the last
_SECONDS = 60.0  # that a part takes at most, while papers come slowly
_KEYS = 400  # that a query names at most
_HOLDERS = "SELECT ?k ?e {{ VALUES ?k {{ {} }} ?e kg:workKey ?k }}"


class Loads(Protocol):
    """What a store can do that takes much at once, beside what each can."""

    def stage(self) -> None:
        """What is written from now on counts as a whole: all of it at the next `stage` or `commit`, or nothing."""

    def load(self, data: bytes, graphs: Iterable[str] = ()) -> None:
        """Put graphs in (TriG) that were not there."""

    def commit(self) -> None:
        """All that was written since `stage` counts."""


class Bulk:
    """New entries on their way into a store; to be ended with `finish`."""

    def __init__(
        self,
        store: Store,
        overrides: Overrides | None = None,
        small: bool = False,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """The store is one that `Loads`; `small` says that it holds little as yet; `before` precedes what counts."""
        self.store, self.overrides, self._before = store, overrides, before
        self._part = _Part(min(_FIRST, _TRIPLES))
        self._triples = 0  # handed over
        self._arxiv: dict[str, str] = {}  # of entries that passed
        # To ask the store for each key of each entry takes half as long as to load them; these are few where it began.
        self._seen = {hash(row["k"]) for row in store.select("SELECT ?k { ?e kg:workKey ?k }")} if small else None
        self._pool = ThreadPoolExecutor(1)
        self._loading: Future[None] | None = None

    def put(self, graph: str, text: bytes, keys: Iterable[str] = (), arxiv: str = "") -> None:
        """Take in a graph (N-Triples) that the store has not; of an entry with its work's keys and its arXiv id.

        Raises KgError when the store could not take in an earlier part: then it is as it was before that part.
        """
        self._part.put(graph, text, keys)
        if arxiv:
            self._arxiv[graph.partition(":")[2]] = arxiv
        if self._part.is_full():
            self._hand_over()

    def replace(self, graph: str, text: bytes) -> None:
        """Put a graph in the place of one that is on its way, or in the store; raises KgError as `put` does."""
        if graph in self._part.graphs:
            self._part.graphs[graph] = text
        else:
            self.wait()
            self.store.replace(graph, triples_of(text))

    def note(self, keys: Iterable[str]) -> None:
        """Take note of the work's keys of an entry that came another way."""
        if self._seen is not None:
            self._seen.update(map(hash, keys))

    def wait(self, whole: bool = False) -> None:
        """Wait until the store is not at work, with `whole` until it has all; raises KgError as `put` does."""
        if whole and self._part.graphs:
            self._hand_over()
        if self._loading:
            self._loading.result()

    def finish(self) -> None:
        """Load what is left, and let all of it count; raises KgError as `put` does."""
        try:
            self.wait(whole=True)
            self._loads.commit()
        finally:
            self._pool.shutdown()

    @property
    def _loads(self) -> Loads:
        return self.store  # type: ignore[return-value]

    def _hand_over(self) -> None:
        self.wait()
        # Interrupted between these two, the part is loaded twice, which makes no difference.
        self._loading = self._pool.submit(self._load, self._part)
        self._triples += self._part.triples
        self._part = _Part(min(max(_FIRST, self._triples // _SHARE), _TRIPLES))

    def _load(self, part: _Part) -> None:
        self._loads.load(part.trig(), part.graphs)
        if graphs := Works(self.store, self.overrides).anew(*self._met(part)):
            self.store.replace_many(graphs)
        self._before()
        self._loads.stage()

    def _met(self, part: _Part) -> tuple[set[str], set[str]]:
        """The entries whose work may be another because those of a part are there, and names that some share."""
        new = set(part.keys)
        if self.overrides and any(name.startswith("paper:") for name in self.overrides.about()):
            return new, set()
        found, said = set[str](), set[str]()
        for key, holders in self._holders(self._shared(chain.from_iterable(part.keys.values()))).items():
            if key.startswith(SAID):
                said |= {key.removeprefix(SAID)} if len(holders) > 1 else set()
                continue
            ids = {self._arxiv.get(name, "") for name in holders}
            if key.startswith(MARKS) or len(holders) < 2 or (len(ids) == len(holders) and "" not in ids):
                continue  # alone, or among works of other ids
            found |= holders & new
            if len(holders - new) <= crowd(key) and (key.startswith("paper:") or len(holders) > crowd(key)):
                found |= holders  # what the key says of them has changed
        return found, said

    def _shared(self, keys: Iterable[str]) -> set[str]:
        """The keys of a part that more than one entry may have."""
        seen = self._seen
        if seen is None:
            return set(keys)
        shared: set[str] = set()
        for key in keys:
            if hash(key) in seen:
                shared.add(key)
            seen.add(hash(key))
        return shared

    def _holders(self, keys: set[str]) -> dict[str, set[str]]:
        """The entries that have some keys."""
        import pyoxigraph as ox

        out: dict[str, set[str]] = {}
        ordered = sorted(keys)
        for at in range(0, len(ordered), _KEYS):
            terms = " ".join(str(ox.Literal(key)) for key in ordered[at : at + _KEYS])
            for row in self.store.select(_HOLDERS.format(terms)):
                out.setdefault(row["k"], set()).add(row["e"].partition(":")[2])
        return out


class _Part:
    """Graphs that are loaded together, until there are so many triples."""

    def __init__(self, most: int) -> None:
        self.graphs: dict[str, bytes] = {}  # in N-Triples
        self.keys: dict[str, list[str]] = {}  # of the works of entries
        self.triples, self._most = 0, most
        self._end = time.monotonic() + _SECONDS

    def put(self, graph: str, text: bytes, keys: Iterable[str]) -> None:
        if graph.startswith("entry:"):
            self.keys[graph.partition(":")[2]] = list(keys)
        self.triples += text.count(b"\n")
        self.graphs[graph] = text

    def is_full(self) -> bool:
        return self.triples > self._most or time.monotonic() > self._end

    def trig(self) -> bytes:
        return b"".join(
            chain.from_iterable(
                (f"GRAPH <{iri(graph)}> {{\n".encode(), text, b"}\n") for graph, text in self.graphs.items()
            )
        )
