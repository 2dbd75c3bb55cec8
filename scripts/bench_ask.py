"""Print how fast questions are answered: in one process, as whole processes, and beside rdflib's own store.

    python scripts/bench_ask.py GRAPH [--questions FILE] [--whole 20] [--small ENTRIES] [--slowest 5]

GRAPH is a graph's file, the larger the better (`kg add ... --fast`). Questions are JSON lines with a "q"; without a
file those of tests/query/paraphrases.jsonl. Each is asked once, after one that is not counted, and timed by the
processor's time, for machines are shared; `--wall` takes the clock. rdflib gets a tenth of the entries, or `--small`
of them, and the SPARQL of those questions that ask for papers; Oxigraph is timed on the same part with the same SPARQL.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from kg.query.sparql import select_papers

from kg.names import PREFIXES, iri
from kg.query import Lexicon, answer, read
from kg.rdf import sparql
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary

QUESTIONS = Path(__file__).parent.parent / "tests" / "query" / "paraphrases.jsonl"
#: Seconds after which no more is asked of rdflib.
_PATIENCE = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("graph", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--whole", type=int, default=20, help="questions that are asked in a process each")
    parser.add_argument("--small", type=int, help="entries that rdflib gets; 0 for none")
    parser.add_argument("--slowest", type=int, default=5, help="questions to name")
    parser.add_argument("--wall", action="store_true", help="time by the clock")
    arguments = parser.parse_args()
    if not arguments.questions.is_file():
        print(f"{arguments.questions}: there is no such file: name one with --questions.")
        return 2
    lines = arguments.questions.read_text().splitlines()
    questions = list(dict.fromkeys(json.loads(line)["q"] for line in lines if line.strip()))
    clock: Callable[[], float] = time.perf_counter if arguments.wall else time.process_time
    vocabulary = Vocabulary.load()
    with Store(arguments.graph, read_only=True) as store:
        start = clock()
        lexicon = Lexicon.of(store, vocabulary)
        print(f"the graph's labels  {clock() - start:8.3f} s the first time")
        start = clock()
        lexicon = Lexicon.of(store, vocabulary)
        print(f"the graph's labels  {clock() - start:8.3f} s the second time")
        times = []
        answer(store, vocabulary, questions[0], lexicon=lexicon)
        for question in questions:
            start = clock()
            found = answer(store, vocabulary, question, lexicon=lexicon)
            times.append((clock() - start, found.query.kind, question))
        show("in one process", [seconds for seconds, _, _ in times])
        for kind in sorted({kind for _, kind, _ in times}):
            show(f"  {kind}", [seconds for seconds, other, _ in times if other == kind])
        for seconds, kind, question in sorted(times, reverse=True)[: arguments.slowest]:
            print(f"  {seconds * 1000:9.1f} ms  {kind}: {question}")
    if arguments.whole:
        show("whole process", [whole(arguments.graph, q, arguments.wall) for q in spread(questions, arguments.whole)])
    if arguments.small != 0:
        beside(arguments.graph, questions, lexicon, clock, arguments.small)
    return 0


def show(name: str, times: list[float]) -> None:
    """A line: how many, the median, the 99th percentile, the longest."""
    worst = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    said = f"median {median(times) * 1000:8.1f} ms  99 % {worst * 1000:8.1f} ms  longest {max(times) * 1000:8.1f} ms"
    print(f"{name:<20}{len(times):>5} questions  {said}")


def spread(questions: list[str], number: int) -> list[str]:
    """So many questions, from the whole list."""
    step = max(len(questions) // number, 1)
    return questions[::step][:number]


def whole(graph: Path, question: str, wall: bool) -> float:
    """Seconds of a `kg ask` from its start to its end."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "kg", "ask", question, "--graph", str(graph), "--format", "json"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start if wall else used


def beside(graph: Path, questions: list[str], lexicon: Lexicon, clock: Callable[[], float], small: int | None) -> None:
    """The same SPARQL on rdflib's own store and on Oxigraph, both with a part of the graph."""
    import pyoxigraph as ox
    import rdflib

    with Store(graph, read_only=True) as store:
        entries = sorted(name for name in store.graphs() if name.startswith("entry:"))
        step = 10 if small is None else max(len(entries) // small, 1)
        part = [triple for name in entries[::step] for triple in store.triples(name)]
    queries = [read(question, lexicon) for question in questions]
    asked = [select_papers(q.filter) for q in queries if q.kind == "papers" and q.filter.conditions]
    print(f"beside rdflib: {len(entries[::step])} entries, {len(part)} triples, {len(asked)} questions for papers")
    with tempfile.TemporaryDirectory() as folder:
        ours = ox.Store(folder)
        name = ox.NamedNode(iri("kg:part"))
        ours.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in part)
        mine = timed(asked, lambda query: sparql.rows(sparql.asked(ours, query)), clock)
    theirs = rdflib.Graph(store="Memory")
    file = "".join(f"{triple} .\n" for triple in part)
    theirs.parse(data=file, format="nt")
    for prefix, base in PREFIXES.items():
        theirs.bind(prefix, base, override=True, replace=True)
    other = timed(asked, lambda query: list(theirs.query(query)), clock)
    common = min(len(mine), len(other))
    show("  kg", mine[:common])
    show("  rdflib", other[:common])
    print(f"  rdflib takes {sum(other[:common]) / sum(mine[:common]):.0f} times as long in all")


def timed(asked: list[str], ask: Callable[[str], object], clock: Callable[[], float]) -> list[float]:
    """Seconds for each query, as long as patience lasts."""
    times: list[float] = []
    for query in asked:
        start = clock()
        ask(query)
        times.append(clock() - start)
        if sum(times) > _PATIENCE:
            break
    return times


if __name__ == "__main__":
    raise SystemExit(main())
