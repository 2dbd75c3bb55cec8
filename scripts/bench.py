"""Print how building and asking a graph grow with its size: papers a second, memory, disk, ten queries, and slopes.

    KG_SHARED=FOLDER python scripts/bench.py --sizes 133 3146 20000 74728 [--full 3146] [--json FILE --date DAY]
    python scripts/bench.py --graph FILE                       measure a graph that is there, and change nothing
    python scripts/bench.py --json FILE --compare              the latest figures of each size beside those before
    python scripts/bench.py --json FILE --write                docs/speed.md, from the latest figures of each size

A size up to 133 takes the reports, up to 3,146 the list on efficient AI, beyond that arXiv's daily lists. These name no
institutions: each of their papers is given one to three of the register, drawn by its title, or `--plain` leaves it as
it is. `kg add` is timed as a whole process, with `--fast`, and up to `--full` papers with the tagger too; then the
same call again, and with ten new papers. Memory is the largest sum of the resident sets of a process and all that it
started. The queries are asked in a process of their own, of the public API: the first time, then the median of
`--runs`. `--scan` papers at most are also loaded into networkx, and a tenth of the largest graph into rdflib's own
store, whose queries end after `--patience` seconds. `--cpu` takes the processor's time for queries, for machines
are shared.
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import json
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench_page import WHOLE, compared, latest, page, told
from bench_queries import QUERIES, Subjects

import kg
from kg.store.lite import cache_of

if TYPE_CHECKING:
    from rdflib import Graph as Rdflib

    from kg.api import Graph

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
SIZES = (133, 3146, 20_000, 74_728)
#: The corpora, each up to so many papers.
CORPORA = {
    3146: Path("data") / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz",
    74_728: Path("data") / "arxiv-corpus" / "arxiv-daily-2025-03_2026-07.jsonl.gz",
}
#: Institutions that papers are given, so many of the register's, the r-th of them 1/r as often as the first.
_PLACES = 400
_TEN = 10

# The papers


def corpus(size: int, folder: Path, plain: bool) -> Path:
    """A file or folder with so many papers; SystemExit where there are not so many."""
    if size == SIZES[0]:
        return ROOT / "data" / "reports"
    source = next((path for most, path in CORPORA.items() if size <= most), None)
    if source is None:
        raise SystemExit(f"{size}: the largest corpus has {max(CORPORA)} papers.")
    path = Path(os.environ.get("KG_SHARED", "")) / source
    if not path.is_file():
        raise SystemExit(f"{path}: there is no such file: name its folder with KG_SHARED.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return written(folder / f"papers-{size}.jsonl", (json.loads(line) for line in islice(lines, size)), plain)


def written(file: Path, papers: Iterable[dict[str, Any]], plain: bool) -> Path:
    """A file with papers, each with institutions of the register unless they are to stay plain."""
    with file.open("w", encoding="utf-8") as out:
        for paper in papers:
            added = {} if plain or paper.get("institutions") else {"institutions": given(paper["title"])}
            out.write(json.dumps(paper | added, ensure_ascii=False) + "\n")
    return file


def given(title: str) -> list[str]:
    """One to three institutions for a paper: always the same."""
    chance = random.Random(title)
    return chance.choices(places(), [1 / rank for rank in range(1, _PLACES + 1)], k=chance.choice((1, 1, 2, 3)))


@cache
def places() -> list[str]:
    """Institutions of the register, in an order that says nothing."""
    with gzip.open(ROOT / "data" / "register.tsv.gz", "rt", encoding="utf-8") as lines:
        names = sorted({name for line in lines for name in line.split("\t")[5:6] if "University of " in name})
    return random.Random("places").sample(names, _PLACES)


def ten_more(folder: Path) -> Path:
    """Ten papers that no corpus has."""
    papers = (
        {
            "id": f"bench-{n}",
            "title": f"Benchmark {n}: Low-Rank Adaptation with Paged Caches on the H100",
            "abstract": f"We propose Bench{n}Cache, which prunes the KV cache. It outperforms LoRA and is {n + 2}x "
            "faster on an NVIDIA H100 than vLLM.",
            "date": "2026-07-01",
        }
        for n in range(_TEN)
    )
    return written(folder / "ten.jsonl", papers, plain=True)


# Building


def built(papers: Path, graph: Path, jobs: int, full: bool = False) -> tuple[float, float]:
    """Seconds and peak MiB of a `kg add`."""
    from bench_extract import watched

    command = [sys.executable, "-m", "kg", "add", str(papers), "--graph", str(graph), "--jobs", str(jobs)]
    start = time.perf_counter()
    _, peak = watched(command if full else [*command, "--fast"])
    return time.perf_counter() - start, peak


def measured(size: int, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """All figures of a graph of so many papers, which is built in a folder."""
    papers, graph = corpus(size, folder, options.plain), folder / f"{size}.kg"
    seconds, peak = built(papers, graph, options.jobs)
    out = {"papers/s": size / seconds, "peak MiB": peak}
    again, _ = built(papers, graph, options.jobs)
    out |= {"again": seconds / again} | of_graph(graph, options)
    ten, _ = built(ten_more(folder), graph, options.jobs)
    out |= {"ten papers s": ten, "build s": seconds}
    if size == max(options.sizes) and not options.graph:
        out |= slower(graph, out["papers"], options)
    remove(graph)
    if size <= options.full:
        seconds, peak = built(papers, folder / "full.kg", options.jobs, full=True)
        out |= {"papers/s with the tagger": size / seconds, "peak MiB with the tagger": peak}
        remove(folder / "full.kg")
    return out


def remove(graph: Path) -> None:
    """Take a graph away."""
    graph.unlink()
    shutil.rmtree(cache_of(graph))


def each(folder: Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of each graph, the smallest that is built first."""
    for size in sorted(options.sizes):
        yield measured(size, folder, options)
    for graph in options.graph:
        found = of_graph(graph, options)
        yield found | (slower(graph, found["papers"], options) if graph == options.graph[-1] else {})


def of_graph(graph: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What is measured of a graph that is there."""
    from bench_extract import watched

    command = [sys.executable, __file__, "--asked", str(graph), "--runs", str(options.runs)]
    watched([*command[:-1], "1"])  # makes the files beside the data where they are stale
    said, peak = watched([*command, "--cpu"] if options.cpu else command)
    out: dict[str, Any] = json.loads(said.splitlines()[-1])
    out |= {
        "bytes": sum(file.stat().st_size for file in (graph, *cache_of(graph).rglob("*")) if file.is_file()),
        "asking MiB": peak,
    }
    if out["papers"] <= options.scan:
        out |= {"networkx": scanned(graph, clock_of(options))}
    return out


def slower(graph: Path, papers: float, options: argparse.Namespace) -> dict[str, Any]:
    """The figures of rdflib beside those of a graph of so many papers."""
    part = int(papers) // 10 if options.rdflib is None else options.rdflib
    return {"rdflib": beside(graph, part, options.patience, clock_of(options))} if part else {}


def clock_of(options: argparse.Namespace) -> Callable[[], float]:
    """What queries are timed by."""
    return time.process_time if options.cpu else time.perf_counter


def asked(place: Path, runs: int, clock: Callable[[], float]) -> dict[str, Any]:
    """Papers, claims, seconds to open a graph, and of each query: found, the first time, and the median, in ms."""
    start = clock()
    graph = kg.open(str(place), read_only=True)
    opened = clock() - start
    subjects = Subjects(graph)
    queries = {}
    for query in QUERIES:
        first, result = timed(lambda query=query: query.ask(graph, subjects), clock)  # type: ignore[misc]
        warm = [timed(lambda query=query: query.ask(graph, subjects), clock)[0] for _ in range(runs)]  # type: ignore[misc]
        queries[query.name] = {"found": query.found(result), "first": 1000 * first, "warm": 1000 * median(warm)}
    tables = ("mentions", "topics", "results", "relations")
    claims = sum(int(graph.sql(f"SELECT count(*) AS n FROM {table}")["n"][0]) for table in tables)
    return {"papers": graph.entry_count(), "claims": claims, "open s": opened, "queries": queries}


def timed(call: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, Any]:
    """Seconds, and what a call gives."""
    start = clock()
    result = call()
    return clock() - start, result


# Others


def scanned(place: Path, clock: Callable[[], float]) -> dict[str, Any]:
    """Seconds to load a graph into networkx, and ms of each query that a scan of it can answer."""
    with kg.open(str(place), read_only=True) as graph:
        subjects = Subjects(graph)
        seconds, network = timed(graph.networkx, clock)
    out: dict[str, Any] = {"load s": seconds}
    for query in QUERIES:
        if query.scan is not None:
            times = [timed(lambda scan=query.scan: scan(network, subjects), clock)[0] for _ in range(3)]  # type: ignore[misc]
            out[query.name] = 1000 * median(times)
    return out


def beside(place: Path, papers: int, patience: float, clock: Callable[[], float]) -> dict[str, Any]:
    """Papers, triples, seconds to load and ms of each query of rdflib's own store; None where patience ended."""
    with kg.open(str(place), read_only=True) as graph:
        subjects = Subjects(graph)
        loaded, store = timed(lambda: part(graph, papers), clock)
    out: dict[str, Any] = {"papers": papers, "triples": len(store), "load s": loaded}
    for query in QUERIES:
        with suppressed(patience):
            out[query.name] = None
            out[query.name] = 1000 * timed(lambda q=query: list(store.query(q.sparql(subjects))), clock)[0]  # type: ignore[misc]
    return out


def part(graph: Graph, papers: int) -> Rdflib:
    """So many entries of a graph, from its whole length, in rdflib's own store."""
    import rdflib

    from kg.identifiers import PREFIXES

    out = rdflib.Graph(store="Memory")
    for prefix, base in PREFIXES.items():
        out.bind(prefix, base, override=True, replace=True)
    entries = [name for name in graph.store.graphs() if name.startswith("entry:")]
    for name in entries[:: max(len(entries) // papers, 1)][:papers]:
        out.parse(data="".join(f"{triple} .\n" for triple in graph.store.triples(name)), format="nt")
    return out


class suppressed:
    """Ends what runs in it after some seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        def late(*_: object) -> None:
            raise TimeoutError

        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return kind is TimeoutError


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="papers of the graphs to build")
    parser.add_argument("--graph", type=Path, nargs="*", default=[], help="graphs to measure as they are")
    parser.add_argument("--full", type=int, default=0, help="the most papers that are read with the tagger too")
    parser.add_argument("--plain", action="store_true", help="give papers no institutions")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read")
    parser.add_argument("--runs", type=int, default=9, help="how often a query is asked once it is warm")
    parser.add_argument("--cpu", action="store_true", help="time queries by the processor's time")
    parser.add_argument("--scan", type=int, default=3146, help="the most papers for networkx")
    parser.add_argument("--rdflib", type=int, help="papers for rdflib; a tenth of the largest graph; 0 for none")
    parser.add_argument("--patience", type=float, default=60, help="seconds for a query of rdflib")
    parser.add_argument("--least", type=int, default=3146, help="the size from which slopes count")
    parser.add_argument("--folder", type=Path, help="where graphs are built; a temporary one")
    parser.add_argument("--json", type=Path, help="a file that the figures are added to, a line a graph")
    parser.add_argument("--date", default="", help="the day that is written with them")
    parser.add_argument("--compare", action="store_true", help="say how the figures in --json have changed")
    parser.add_argument("--write", action="store_true", help="write docs/speed.md from the figures in --json")
    parser.add_argument("--asked", type=Path, help=argparse.SUPPRESS)  # what this script starts itself
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.asked:
        print(json.dumps(asked(options.asked, options.runs, clock_of(options))))
        return 0
    if (options.compare or options.write) and options.json is None:
        print("--compare and --write read a history: name it with --json FILE.")
        return 2
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}" + (
        ", processor's time" if options.cpu else ""
    )
    compileall.compile_dir(ROOT / "kg", quiet=1)  # as pip does: else each process compiles what was changed
    runs = []
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for run in each(Path(name), options):
            runs.append({"date": options.date, "machine": machine} | run)
            if options.json:
                with options.json.open("a", encoding="utf-8") as history:
                    history.write(json.dumps(runs[-1], ensure_ascii=False) + "\n")
    if runs:
        print(told(runs, options.least))
    if options.compare:
        print(compared(options.json))
    if options.write:
        whole = WHOLE + PAGE.read_text(encoding="utf-8").partition(WHOLE)[2]  # of bench_whole.py
        PAGE.write_text(f"{page(latest(options.json), options.least)}\n{whole}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
