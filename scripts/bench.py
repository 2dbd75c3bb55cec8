"""Print how building and asking a graph grow with its size: papers a second, memory, disk, ten queries, and slopes.

    KG_SHARED=FOLDER python scripts/bench.py --sizes 133 3146 20000 74728 [--full 3146] [--json FILE --date DAY]
    python scripts/bench.py --graph FOLDER                     measure a graph that is there, and change nothing
    python scripts/bench.py --json FILE --compare              the latest figures of each size beside those before
    python scripts/bench.py --json FILE --write                docs/speed.md, from the latest figures of each size

A size up to 133 takes the reports, up to 3,146 the list on efficient AI, beyond that arXiv's daily lists. These name no
institutions: each of their papers is given one to three of the register, drawn by its title, or `--plain` leaves it as
it is. `kg add` is timed as a whole process, with `--fast`, and up to `--full` papers with the tagger too; then the
same call again, and with ten new papers. Memory is the largest sum of the resident sets of a process and all that it
started. The queries are asked in a process of their own, of the public API: the first time, then the median of
`--runs`. `--scan` papers at most are also loaded into networkx, and a tenth of the largest graph into rdflib's own
store, whose queries end after `--patience` seconds. KeyBERT is timed where it is installed. `--cpu` takes the
processor's time for queries, for machines are shared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import kg

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

#: Asked for where no paper names an institution: Tsinghua University.
UNIVERSITY = "ror:03cve4549"
TOPIC, HARDWARE, TECHNIQUE = "topic:kv-cache-compression", "hardware:nvidia-h100", "technique:lora"
#: What the graph's edges from a paper to the techniques of its own are called.
_OWN = ("proposes", "usesTechnique")


class Subjects:
    """What the queries ask about, of the graph they are asked of: the first institution and a paper."""

    def __init__(self, graph: Graph) -> None:
        first = graph.ask(filter={"list": "institution", "top": 1}).table
        self.institution = first.lines[0].concept if first and first.lines else UNIVERSITY
        asked = graph.ask(filter={"list": "topic", "top": 1})
        self.paper = asked.rows[0].id if asked.rows else ""
        self.family = sorted(graph.vocabulary.narrower(TECHNIQUE))
        speed = graph.vocabulary.find("speedup", "metric")
        self.metrics = sorted(graph.vocabulary.narrower(speed.curie)) if speed else []


@dataclass(frozen=True, slots=True)
class Named:
    """A query: how it is asked, how much it finds, and the same in SPARQL and of networkx (None: it cannot say)."""

    name: str
    ask: Callable[[Graph, Subjects], Any]
    found: Callable[[Any], int]
    sparql: Callable[[Subjects], str]
    scan: Callable[[Any, Subjects], Any] | None = None


def _rows(answer: Any) -> int:
    return len(answer.rows)


def _lines(answer: Any) -> int:
    return len(answer.table.lines) if answer.table else 0


def _values(concepts: Iterable[str]) -> str:
    from kg.names import iri

    return " ".join(f"<{iri(concept)}>" for concept in concepts)


def _edges(network: Any, *relations: str) -> Iterator[tuple[str, str]]:
    """The ends of the edges of some relations."""
    return ((head, tail) for head, tail, relation in network.edges(keys=True) if relation in relations)


def _papers_with(network: Any, concepts: Iterable[str], *relations: str) -> set[str]:
    return {
        head
        for concept in concepts
        if concept in network
        for head, _, relation in network.in_edges(concept, keys=True)
        if relation in relations
    }


def _having(network: Any, papers: Iterable[str], *relations: str) -> Counter[str]:
    """How many of some papers have each thing by some relations."""
    return Counter(
        thing
        for paper in papers
        for thing in {tail for _, tail, relation in network.out_edges(paper, keys=True) if relation in relations}
    )


def _counted(network: Any, *relations: str) -> Counter[str]:
    return Counter(tail for _, tail in set(_edges(network, *relations)))


def _matrix(network: Any) -> Counter[tuple[str, str]]:
    at: dict[str, list[str]] = {}
    for paper, institution in _edges(network, "institution"):
        at.setdefault(paper, []).append(institution)
    topics = _edges(network, "topic")
    return Counter((institution, topic) for paper, topic in topics for institution in at.get(paper, ()))


def _around(network: Any, family: Iterable[str]) -> set[str]:
    own = {concept for concept in family if concept in network}
    papers = {head for concept in own for head, _ in network.in_edges(concept) if head.startswith("paper:")}
    return papers | {tail for paper in papers for _, tail in network.out_edges(paper)}


QUERIES = (
    Named(
        "papers of a topic on a hardware",
        lambda graph, s: graph.ask(filter={"topic": TOPIC, "hardware": HARDWARE}),
        _rows,
        lambda s: f"SELECT DISTINCT ?p {{ ?p kg:topic {TOPIC} ; kg:hardware {HARDWARE} }}",
        lambda n, s: _papers_with(n, [TOPIC], "topic") & _papers_with(n, [HARDWARE], "hardware"),
    ),
    Named(
        "papers of an institution",
        lambda graph, s: graph.ask(filter={"institution": s.institution}),
        _rows,
        lambda s: f"SELECT DISTINCT ?p {{ ?p kg:institution {_values([s.institution])} }}",
        lambda n, s: _papers_with(n, [s.institution], "institution"),
    ),
    Named(
        "techniques by papers and by independent support",
        lambda graph, s: graph.ask(filter={"list": "technique"}),
        _lines,
        lambda s: (
            "SELECT ?t (COUNT(DISTINCT ?p) AS ?n) { ?p kg:proposes|kg:usesTechnique ?t } "
            "GROUP BY ?t ORDER BY DESC(?n) LIMIT 20"
        ),
        lambda n, s: _counted(n, *_OWN),
    ),
    Named(
        "what outperforms a technique",
        lambda graph, s: graph.ask("what outperforms LoRA?"),
        _lines,
        lambda s: (
            f"SELECT ?x (COUNT(DISTINCT ?e) AS ?n) {{ VALUES ?tail {{ {_values(s.family)} }} ?r kg:tail ?tail ; "
            "kg:relationType kg:outperforms ; kg:head ?x . ?e kg:relation ?r } GROUP BY ?x"
        ),
        lambda n, s: _papers_with(n, s.family, "outperforms"),
    ),
    Named(
        "results of a metric above a value, with their baselines",
        lambda graph, s: graph.ask(filter={"metric": "speedup", "result": "speedup>=10x", "sort": "highest"}),
        _lines,
        lambda s: (
            f"SELECT ?p ?high ?baseline {{ VALUES ?metric {{ {_values(s.metrics)} }} ?r kg:metric ?metric ; "
            'kg:unit "x" ; kg:high ?high . ?p kg:result ?r FILTER(?high >= 10) '
            "OPTIONAL { ?r kg:baselineText ?baseline } } ORDER BY DESC(?high)"
        ),
    ),
    Named(
        "topics a month",
        lambda graph, s: graph.ask("which topics grow by month?"),
        _lines,
        lambda s: (
            "SELECT ?t ?month (COUNT(DISTINCT ?p) AS ?n) { ?p a kg:Paper ; kg:topic ?t ; kg:date ?day "
            "BIND(SUBSTR(STR(?day), 1, 7) AS ?month) } GROUP BY ?t ?month"
        ),
        lambda n, s: _counted(n, "topic"),
    ),
    Named(
        "techniques that go with a concept",
        lambda graph, s: graph.ask(filter={"list": "technique", "technique": TECHNIQUE}),
        _lines,
        lambda s: (
            f"SELECT ?t (COUNT(DISTINCT ?p) AS ?n) {{ VALUES ?own {{ {_values(s.family)} }} "
            "?p kg:proposes|kg:usesTechnique ?own . ?p kg:proposes|kg:usesTechnique ?t } "
            "GROUP BY ?t ORDER BY DESC(?n) LIMIT 20"
        ),
        lambda n, s: _having(n, _papers_with(n, s.family, *_OWN), *_OWN),
    ),
    Named(
        "institution × topic matrix",
        lambda graph, s: graph.matrix("institution", "topic"),
        lambda table: int(table.size),
        lambda s: "SELECT ?i ?t (COUNT(DISTINCT ?p) AS ?n) { ?p kg:institution ?i ; kg:topic ?t } GROUP BY ?i ?t",
        lambda n, s: _matrix(n),
    ),
    Named(
        "all evidence of a paper",
        lambda graph, s: graph.paper(s.paper),
        lambda paper: sum(1 for _, record in paper.entries for _ in evidence(record)),
        lambda s: (
            f"SELECT ?node ?quote ?span {{ VALUES ?e {{ {_values(['entry:' + s.paper])} }} "
            "{ ?e kg:mentions|kg:relation ?node } UNION { ?p kg:entry ?e ; kg:result ?node } "
            "?node kg:quote ?quote OPTIONAL { ?node kg:span ?span } }"
        ),
    ),
    Named(
        "two-hop neighbourhood of a technique",
        lambda graph, s: graph.neighbourhood(TECHNIQUE),
        len,
        lambda s: (
            f"SELECT DISTINCT ?x {{ VALUES ?own {{ {_values(s.family)} }} ?p ?has ?own . ?p a kg:Paper ; ?link ?x "
            "FILTER(ISIRI(?x)) }"
        ),
        lambda n, s: _around(n, s.family),
    ),
)


def evidence(record: Any) -> Iterator[Any]:
    """All that a record says with words: mentions, topics, results, relations."""
    from kg.model import LISTS

    for kind in LISTS.values():
        yield from getattr(record, kind)
    yield from (*record.topics, *record.results, *record.relations)


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
    shutil.rmtree(graph)
    if size <= options.full:
        seconds, peak = built(papers, folder / "full.kg", options.jobs, full=True)
        out |= {"papers/s with the tagger": size / seconds, "peak MiB with the tagger": peak}
        shutil.rmtree(folder / "full.kg")
    return out


def each(folder: Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The figures of each graph, the smallest that is built first; KeyBERT's with the first of these."""
    for n, size in enumerate(sorted(options.sizes)):
        others = {} if n else {"keybert": keybert(options, folder)}
        yield measured(size, folder, options) | others
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
    out |= {"bytes": sum(file.stat().st_size for file in graph.rglob("*") if file.is_file()), "asking MiB": peak}
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


def asked(folder: Path, runs: int, clock: Callable[[], float]) -> dict[str, Any]:
    """Papers, triples, seconds to open a graph, and of each query: found, the first time, and the median, in ms."""
    start = clock()
    graph = kg.open(str(folder), read_only=True)
    opened = clock() - start
    subjects = Subjects(graph)
    queries = {}
    for query in QUERIES:
        first, result = timed(lambda query=query: query.ask(graph, subjects), clock)  # type: ignore[misc]
        warm = [timed(lambda query=query: query.ask(graph, subjects), clock)[0] for _ in range(runs)]  # type: ignore[misc]
        queries[query.name] = {"found": query.found(result), "first": 1000 * first, "warm": 1000 * median(warm)}
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    triples = int(next(iter(graph.sparql(count)))[0].value)
    return {"papers": graph.entry_count(), "triples": triples, "open s": opened, "queries": queries}


def timed(call: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, Any]:
    """Seconds, and what a call gives."""
    start = clock()
    result = call()
    return clock() - start, result


# Others


def scanned(folder: Path, clock: Callable[[], float]) -> dict[str, Any]:
    """Seconds to load a graph into networkx, and ms of each query that a scan of it can answer."""
    with kg.open(str(folder), read_only=True) as graph:
        subjects = Subjects(graph)
        seconds, network = timed(graph.networkx, clock)
    out: dict[str, Any] = {"load s": seconds}
    for query in QUERIES:
        if query.scan is not None:
            times = [timed(lambda scan=query.scan: scan(network, subjects), clock)[0] for _ in range(3)]  # type: ignore[misc]
            out[query.name] = 1000 * median(times)
    return out


def beside(folder: Path, papers: int, patience: float, clock: Callable[[], float]) -> dict[str, Any]:
    """Papers, triples, seconds to load and ms of each query of rdflib's own store; None where patience ended."""
    with kg.open(str(folder), read_only=True) as graph:
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

    from kg.names import PREFIXES

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


def keybert(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Papers a second of KeyBERT, where it is installed."""
    import bench_extract

    papers = corpus(200, folder, plain=True)
    found = bench_extract.beside("keybert", argparse.Namespace(papers=papers, jobs=options.jobs, subset=200))
    return {"papers/s": 200 / found[0], "peak MiB": found[1]} if found else {}


# What is said


def slope(points: Mapping[int, float]) -> float | None:
    """The exponent by which figures grow with size: the least squares of their logarithms; None for less than two."""
    known = [(math.log(size), math.log(value)) for size, value in points.items() if size > 0 and value > 0]
    if len(known) < 2:
        return None
    x, y = (sum(values) / len(known) for values in zip(*known, strict=True))
    return float(sum((a - x) * (b - y) for a, b in known) / sum((a - x) ** 2 for a, _ in known))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


#: The figures of building, with how they are shown and whether they grow with size in the way of a time.
FIGURES: dict[str, tuple[str, bool]] = {
    "papers/s": ("{:.0f}", False),
    "papers/s with the tagger": ("{:.0f}", False),
    "build s": ("{:.1f}", True),
    "peak MiB": ("{:.0f}", True),
    "peak MiB with the tagger": ("{:.0f}", True),
    "again": ("{:.0f} times as fast", False),
    "ten papers s": ("{:.2f}", True),
    "triples": ("{:,}", True),
    "bytes": ("{:,}", True),
    "open s": ("{:.2f}", True),
    "asking MiB": ("{:.0f}", True),
}


def told(runs: Sequence[dict[str, Any]], least: int) -> str:
    """The figures of graphs as tables, with slopes from a size on."""
    runs = sorted(runs, key=lambda run: run["papers"])
    head = [f"{run['papers']:,} papers" for run in runs]

    def line(name: str, form: str, values: Sequence[Any], grows: bool) -> list[str]:
        points = {run["papers"]: v for run, v in zip(runs, values, strict=True) if v and run["papers"] >= least}
        exponent = slope(points) if grows else None
        shown = [form.format(value) if value is not None else "" for value in values]
        return [name, *shown, f"{exponent:.2f}" if exponent is not None else ""]

    figures = [
        line(name, form, [run.get(name) for run in runs], grows)
        for name, (form, grows) in FIGURES.items()
        if any(name in run for run in runs)
    ]
    out = table(["figure", *head, "slope"], figures)
    for which, title in (("warm", "ms, median"), ("first", "ms, the first time"), ("found", "found")):
        values = {q.name: [run["queries"][q.name][which] for run in runs] for q in QUERIES}
        form = "{:,}" if which == "found" else "{:.1f}"
        rows = [line(name, form, of, which != "found") for name, of in values.items()]
        out += "\n" + table([title, *head, "slope"], rows)
    return out + _others(runs)


def _others(runs: Sequence[dict[str, Any]]) -> str:
    """What other programs take, of the largest graph that each was given."""
    out = ""
    for name, said in (("networkx", "a scan of networkx"), ("rdflib", "rdflib's own store")):
        run = next((run for run in reversed(runs) if run.get(name)), None)
        if run is None:
            continue
        size = run[name].get("papers", run["papers"])
        rows = []
        for query in QUERIES:
            ms, own = run[name].get(query.name, 0), run["queries"][query.name]["warm"]
            shown = "too long" if ms is None else f"{ms:.1f}" if ms else ""
            rows.append([query.name, f"{own:.1f}", shown, f"{ms / own:.0f}" if ms else ""])
        title = f"ms: kg with {run['papers']:,} papers, {said} with {size:,}"
        out += "\n" + table([title, "kg", name, "times"], rows)
        out += f"\nTo load these papers takes {name} {run[name]['load s']:.0f} s.\n"
    key = next((run["keybert"] for run in reversed(runs) if run.get("keybert")), None)
    return out + (
        f"\nKeyBERT reads {key['papers/s']:.1f} papers a second, in {key['peak MiB']:.0f} MiB.\n" if key else ""
    )


def page(runs: Sequence[dict[str, Any]], least: int) -> str:
    """docs/speed.md."""
    days = sorted({run["date"] for run in runs if run.get("date")})
    machine = sorted({run["machine"] for run in runs if run.get("machine")})
    head = (
        "# Speed\n\nHow building and asking grow with the size of a graph. `scripts/bench.py` measures this and writes "
        "this page; its first\nlines say what is measured, and how. The slope is the exponent by which a figure grows "
        f"between {least:,} papers and the\nmost: 1 is in proportion. The queries are asked of an open graph through "
        "the Python API, as the notebooks do.\nWhere papers name no institution, the queries for one find nothing: "
        "such times say nothing of it, nor do their slopes.\n"
    )
    measured = f"\nMeasured {' and '.join(days)} on {' and '.join(machine)}.\n" if days else ""
    return f"{head}{measured}\n{told(runs, least)}"


def latest(history: Path, before: int = 0) -> list[dict[str, Any]]:
    """The last figures of each size in a history, or those so many runs before."""
    of: dict[int, list[dict[str, Any]]] = {}
    for line in history.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        of.setdefault(run["papers"], []).append(run)
    return [runs[-1 - before] for runs in of.values() if len(runs) > before]


def compared(history: Path) -> str:
    """The latest figures of each size, as multiples of those before them."""
    before = {run["papers"]: run for run in latest(history, 1)}
    rows = []
    for run in sorted(latest(history), key=lambda run: run["papers"]):
        other = before.get(run["papers"])
        if other is None:
            continue
        pairs = [(name, run.get(name), other.get(name)) for name in FIGURES]
        pairs += [(q.name, run["queries"][q.name]["warm"], other["queries"][q.name]["warm"]) for q in QUERIES]
        rows += [
            [name, f"{run['papers']:,}", f"{was:,.1f}", f"{now:,.1f}", f"{now / was:.2f}"]
            for name, now, was in pairs
            if now and was
        ]
    return table(["figure", "papers", "before", "now", "ratio"], rows)


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
        PAGE.write_text(page(latest(options.json), options.least), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
