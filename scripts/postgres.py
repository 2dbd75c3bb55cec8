"""Measure a graph in PostgreSQL beside one in a file: adding and asking.

    python scripts/postgres.py [FILE...] [--questions FILE] [--runs 3] [--write]

A server is started in a temporary folder, without fsync, as SQLite does without it at each transaction. Files (the five
reports without any) are added `--fast` by one process, then the questions are asked (those of
tests/query/paraphrases.jsonl without a file), the one graph after the other, and `--runs` times. Medians are told.
`--write` puts them into docs/cluster.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import postgres_server
from marked import put

from kg.api import Graph

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "tests" / "query" / "paraphrases.jsonl"
PAGE = ROOT / "docs" / "cluster.md"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, default=sorted((ROOT / "data" / "reports").glob("*.txt")))
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/cluster.md")
    options = parser.parse_args()
    lines = options.questions.read_text("utf-8").splitlines()
    questions = list(dict.fromkeys(json.loads(line)["q"] for line in lines if line.strip()))
    with tempfile.TemporaryDirectory() as folder, postgres_server.server() as server:
        adding, asking = [], []
        with Graph(Path(folder) / "first.kg", create=True) as first:  # which loads what adding needs
            first.add(options.files[0], fast=True)
        for run in range(options.runs):
            places = [str(Path(folder) / f"{run}.kg"), _database(server, f"run{run}")]
            added, asked = zip(*(_measured(place, options.files, questions) for place in places), strict=True)
            adding.append([seconds / papers for papers, seconds in added])
            asking.append(asked)
        papers = added[0][0]
    rows = [
        ("adding a paper, `--fast`, one process", *(1000 * median(run[at] for run in adding) for at in (0, 1))),
        ("a question", *(1000 * median(one for run in asking for one in run[at]) for at in (0, 1))),
    ]
    head = ("what", "file", "PostgreSQL", "ratio")
    table = [head, ("---",) * 4]
    table += [(what, f"{one:.1f} ms", f"{two:.1f} ms", f"{two / one:.1f}") for what, one, two in rows]
    text = "\n".join(f"| {' | '.join(row)} |" for row in table)
    text += f"\n\nMedians of {options.runs} runs over {papers} papers and {len(questions)} questions, on one machine.\n"
    print(text)
    if options.write:
        put(PAGE, "postgres", text)
    return 0


def _database(server: Path, name: str) -> str:
    import psycopg

    with psycopg.connect(f"host={server} user=kg dbname=postgres", autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql://kg@/{name}?host={server}"


def _measured(place: str, files: list[Path], questions: list[str]) -> tuple[tuple[int, float], list[float]]:
    """How many papers were added in how many seconds, and the seconds that each question took."""
    with Graph(place) as graph:
        start = time.perf_counter()
        papers = len(graph.add(*files, fast=True).added)
        took = time.perf_counter() - start
        graph.store.db.execute("ANALYZE")  # as a server does by itself after a while
    times = []
    with Graph(place, read_only=True) as graph:
        graph.ask(questions[0])
        for question in questions:
            start = time.perf_counter()
            graph.ask(question)
            times.append(time.perf_counter() - start)
    return (papers, took), times


if __name__ == "__main__":
    sys.exit(main())
