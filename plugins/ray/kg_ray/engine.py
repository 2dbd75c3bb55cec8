"""Workers of a Ray cluster, or of a local Ray instance, run by Ray Data.

Documentation: https://docs.ray.io/en/latest/data/data.html. Documents are sent in chunks through one stream that lasts
as long as the pool is open. `_Feed`, an actor on the caller's node, holds the waiting chunks; `_arriving` passes them
to Ray Data, which distributes them to a pool of `_ChunkWorker`s and returns the results in order. The number of chunks
in progress is limited by the pool size, even when results are stored slowly. Ray repeats the work of a lost worker.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import socket
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self
from urllib.parse import urlsplit

from kg import extract
from kg.build.engines import Done, Item
from kg.build.workers import chunked, cores, spare_collections
from kg.model import KgError
from kg.store.faults import Fault
from kg.version import VERSION
from kg.vocabulary import ontology_hash

if TYPE_CHECKING:
    import pyarrow

CHUNK = 16  # documents per chunk
TRIES = 3  # a document is given up after so many workers died while reading it
_AHEAD = 4  # chunks in progress per worker
_MEMORY = 256 * 1024 * 1024  # bytes of memory for waiting results, when Ray is started for this call only
_PATIENCE = 10.0  # seconds within which a cluster must respond
#: Prefixes of the environment variables that affect how papers are read.
_ENVIRONMENT = ("KG_LLM_", "OPENAI_API_KEY")
#: Ray reads these when it is imported: no telemetry, and no log output, because errors are reported by this module.
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}


class Ray:
    """Runs on the Ray cluster at an address or at $RAY_ADDRESS, else on this machine."""

    def __init__(self, address: str = "") -> None:
        self.address = address or os.environ.get("RAY_ADDRESS", "")

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> Stream[Done]:
        """A pool of workers for a function; the workers are started with the first item."""
        return Stream(work, jobs, self.address)


class Stream(Generic[Done]):
    """A pool of workers on a Ray cluster. An item that fails, or costs TRIES workers, yields a KgError in its place."""

    def __init__(self, work: Callable[[Item], Done], jobs: int | None, address: str, chunk: int = CHUNK) -> None:
        self.work, self.jobs, self.address, self.chunk = work, jobs, address, chunk
        self._given = self._taken = 0  # chunks
        self._feed: Any = None
        self._results: Generator[tuple[int, list[Done] | str]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the workers, at once if results are outstanding. Ray itself runs until the process ends.

        Starting Ray a second time in the same process would crash it.
        """
        if self._feed is None:
            return
        import ray

        if self._taken == self._given and error is None:
            self._feed.end.remote()
            for _ in self._results:
                pass
        self._results.close()
        ray.kill(self._feed)
        self._feed = None

    def map(self, items: Iterable[Item], load: Callable[[Item], object] | None = None) -> Iterator[Done]:
        """Yield the result of `work` for each item, in order; items are consumed a few in advance.

        `load` is unused, because each worker loads its own data. Raises KgError when the cluster cannot be reached,
        fails, or has workers with a different version of kg.
        """
        chunks = chunked(items, self.chunk)
        first = next(chunks, None)
        if first is None:
            return
        if self._feed is None:
            self._begin()
        at = self._given  # number of the next chunk to yield
        self._give(first)
        while at < self._given:
            for chunk in islice(chunks, at + self._ahead - self._given):
                self._give(chunk)
            number, results = self._next()
            if number < at:  # left over from a call that was abandoned
                continue
            if isinstance(results, str):
                raise _fault(results)
            at += 1
            yield from results

    def _give(self, chunk: list[Item]) -> None:
        self._feed.give.remote(self._given, pickle.dumps(chunk))
        self._given += 1

    def _next(self) -> tuple[int, list[Done] | str]:
        from ray.exceptions import RayError

        try:
            number, results = next(self._results)
        except StopIteration:
            raise _fault(_FAILED.format("it ended before its work was done")) from None
        except (RayError, RuntimeError, OSError, ValueError) as error:
            raise _fault(_FAILED.format(_reason(error))) from None
        self._taken = number + 1
        self._feed.drop.remote(number)
        return number, results

    def _begin(self) -> None:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        import ray

        if not ray.is_initialized():
            _connect(self.address, self.jobs)
        jobs = self.jobs or int(ray.cluster_resources().get("CPU", 1))
        self._ahead = _AHEAD * jobs
        here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
        actor: Any = ray.remote(_Feed)
        self._feed = actor.options(num_cpus=0, max_concurrency=1000, label_selector=here).remote()
        self._results = _results(self.work, self._feed, jobs, here)


_FAILED = "The Ray cluster failed ({}): repeat the command to continue from what is stored."


def _reason(error: BaseException) -> str:
    """The cause of a Ray error: the last line that names an error, cut to the length of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if "Error" in line), lines[0] if lines else "")
    return f"{type(error).__name__}: {said[:300].rstrip('.')}" if said else type(error).__name__


def _connect(address: str, jobs: int | None) -> None:
    """Connect to the cluster at an address, or start Ray for this process; raises KgError when that fails."""
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    alone: dict[str, Any] = {"num_cpus": jobs or cores(), "include_dashboard": False, "object_store_memory": _MEMORY}
    if address and address not in ("auto", "local"):
        _look(address)
    try:
        with _unheard():
            ray.init(address, **quiet) if address not in ("", "local") else ray.init("local", **quiet, **alone)
    except (Exception, SystemExit) as error:
        what = f"The Ray cluster at {address} cannot be used" if address else "Ray cannot be started here"
        remedy = "if it asks for a token, set RAY_AUTH_MODE=token; " if address else ""
        raise _fault(f"{what} ({_reason(error)}): {remedy}see docs/cluster.md.") from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Silence Ray's startup output, which also goes to its log files; errors are raised."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _look(address: str) -> None:
    """Check that a cluster responds at an address, because Ray itself would retry for minutes."""
    parts = urlsplit(f"//{address}")
    try:
        if "://" in address or not parts.hostname or not parts.port:
            raise _fault(
                f"--address {address}: name the head of a Ray cluster as HOST:PORT, or auto on one of its nodes."
            )
        socket.create_connection((parts.hostname, parts.port), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise _fault(f"--address {address}: no Ray cluster answers there ({error}): see `ray status`.") from None


def _fault(sentence: str) -> KgError:
    """An error that ends the whole call, because other papers would fail too."""
    return Fault(sentence)


def _results(
    work: Callable[[Item], Done], feed: Any, jobs: int, here: dict[str, str]
) -> Generator[tuple[int, list[Done] | str]]:
    """Yield (chunk number, results) in the order of the feed."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    arriving: Any = _arriving
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = DataContext.get_current().copy()
    context.execution_options.preserve_order = True
    context.target_max_block_size = 1  # pass on each chunk immediately
    context.execution_no_progress_timeout_s = -1  # the caller may pause
    context.enable_progress_bars = False
    with DataContext.current(context):
        chunks = ray.data.from_items([0]).map_batches(
            arriving, fn_args=(feed,), batch_size=None, num_cpus=0, label_selector=here
        )
        read = chunks.map_batches(
            _ChunkWorker,
            fn_constructor_args=(work, feed, _identity(), _environment()),
            batch_size=None,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(size=jobs),
            num_cpus=1,
        )
        bundles = read.iter_internal_ref_bundles()
    for bundle in bundles:
        for entry in bundle.blocks:
            for number, answer in _rows(ray.get(entry.ref)):
                yield number, pickle.loads(answer)


def _table(number: int, content: bytes) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"number": [number], "content": pyarrow.array([content], pyarrow.large_binary())})


def _rows(table: pyarrow.Table) -> Iterator[tuple[int, bytes]]:
    return zip(table["number"].to_pylist(), table["content"].to_pylist(), strict=True)


class _Feed:
    """An actor that holds waiting and unfinished chunks by number, and counts the workers lost per document."""

    def __init__(self) -> None:
        self._chunks: dict[int, bytes] = {}
        self._first = 0  # the chunk whose result is expected next
        self._ended = False
        self._at: dict[int, int | None] = {}  # started chunk -> index of the document that is read alone
        self._lost: dict[int, Counter[int]] = {}  # started chunk -> workers lost, by document index
        self._more = asyncio.Condition()

    async def give(self, number: int, chunk: bytes) -> None:
        async with self._more:
            self._chunks[number] = chunk
            self._more.notify_all()

    async def end(self) -> None:
        """Mark the end of the chunks."""
        async with self._more:
            self._ended = True
            self._more.notify_all()

    async def take(self, number: int) -> bytes | None:
        """Wait for a chunk; returns b"" when its result was already taken, None after the last chunk."""
        async with self._more:
            await self._more.wait_for(lambda: number in self._chunks or number < self._first or self._ended)
        return self._chunks.get(number, b"" if number < self._first else None)

    async def drop(self, number: int) -> None:
        """Forget a chunk whose results were taken."""
        self._first = number + 1
        for known in (self._chunks, self._at, self._lost):
            known.pop(number, None)

    async def begin(self, number: int) -> Counter[int] | None:
        """Start a chunk: None on the first attempt, afterwards the workers lost per document."""
        if number not in self._at:
            self._at[number] = None
            return None
        lost = self._lost.setdefault(number, Counter())
        place = self._at[number]
        if place is not None:
            lost[place] += 1
        self._at[number] = None
        return lost

    async def alone(self, number: int, place: int) -> None:
        """Record that a worker is about to read one document of a chunk alone."""
        self._at[number] = place


def _arriving(_: Any, feed: Any) -> Iterator[pyarrow.Table]:
    """Yield the chunks of a feed; a restart begins with the first chunk."""
    import ray

    number = 0
    while (chunk := ray.get(feed.take.remote(number))) is not None:
        yield _table(number, chunk)
        number += 1


class _ChunkWorker:
    """A worker, which loads its data with the first document."""

    def __init__(
        self, work: Callable[[Item], Any], feed: Any, identity: dict[str, str], environment: dict[str, str]
    ) -> None:
        self.work, self.feed = work, feed
        for name in _environment():
            del os.environ[name]
        os.environ.update(environment)
        self.fault = _unlike(identity)
        spare_collections()

    def __call__(self, chunks: pyarrow.Table) -> pyarrow.Table:
        ((number, content),) = _rows(chunks)
        answer: list[Any] | str = self.fault or (self._read(number, pickle.loads(content)) if content else [])
        return _table(number, pickle.dumps(answer))

    def _read(self, number: int, items: list[Item]) -> list[Any]:
        """The results of a chunk; after a lost worker, documents are read one at a time to find the one responsible."""
        import ray

        lost = ray.get(self.feed.begin.remote(number))
        done = []
        for place, item in enumerate(items):
            if lost is not None:
                if lost[place] + 1 >= TRIES:
                    done.append(_left_out(item, f"{TRIES} workers were lost while reading it"))
                    continue
                ray.get(self.feed.alone.remote(number, place))
            done.append(self._tried(item))
        return done

    def _tried(self, item: Item) -> Any:
        try:
            return self.work(item)
        except Exception as error:
            return _left_out(item, f"reading failed ({type(error).__name__}: {error})")


def _left_out(item: Item, why: str) -> KgError:
    return KgError(f"{item if isinstance(item, KgError) else item.id}: {why}: it was left out.")


def _identity() -> dict[str, str]:
    """What determines the result for a document, apart from its texts and the environment."""
    return {"version": VERSION, "extraction": extract.VERSION, "vocabulary": ontology_hash()}


def _unlike(wanted: dict[str, str]) -> str:
    """A message on how this worker differs from what is required; "" if it does not differ."""
    here = _identity()
    other = ", ".join(f"{name} {here[name]}, not {value}" for name, value in wanted.items() if here[name] != value)
    if not other:
        return ""
    return (
        f"A worker on {socket.gethostname()} has another version of kg than this machine ({other}): install the same."
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_ENVIRONMENT)}
