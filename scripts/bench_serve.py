"""How fast `kg serve` answers, and whether it does under load.

    python scripts/bench_serve.py --graph papers.kg                         each kind of page alone, then 20 readers
    python scripts/bench_serve.py --graph papers.kg --seconds 600           readers for ten minutes
    python scripts/bench_serve.py --graph papers.kg large.kg --write        the figures of both in docs/serve.md

It starts a server of its own on this machine and asks no other. "First" is a page that nobody has asked for since the
graph changed, of processes that have answered others before; "again" one that is kept.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
from marked import put

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "serve.md"
_EACH = 25  # pages of a kind


@contextmanager
def serving(graph: str) -> Iterator[str]:
    """The address of a server over a graph, on this machine alone."""
    command = [sys.executable, "-m", "kg", "serve", "--graph", graph, "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stderr
        said = process.stderr.readline().split()
        assert said[:1] == ["Open"], said
        yield said[1].rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def pages(address: str, seed: int = 1) -> dict[str, list[str]]:
    """Addresses by kind of page, drawn from what the graph holds."""
    draw = random.Random(seed)

    def rows(sql: str) -> list[str]:
        answer = httpx.get(f"{address}/sql.json", params={"query": sql}, timeout=60, trust_env=False)
        found = [str(row[0]) for row in answer.json()["rows"]]
        return draw.sample(found, min(_EACH, len(found)))

    named = "SELECT concept FROM entity_counts WHERE type = '{}' AND papers >= 3 LIMIT 2000"
    techniques = rows(named.format("technique"))
    labels = rows("SELECT label FROM entity_counts WHERE type = 'technique' AND papers >= 5 LIMIT 2000")
    hardware = rows("SELECT label FROM entity_counts WHERE type = 'hardware' AND papers >= 3 LIMIT 300")
    return {
        "first page": ["/"],
        "question": [
            *(_url("/ask", q=label) for label in labels),
            *(_url("/ask", q=f"{one} on {other}") for one, other in zip(labels, hardware, strict=False)),
        ],
        "paper": [f"/paper/{name}" for name in rows("SELECT name FROM entries LIMIT 5000")],
        "concept": [f"/concept/{name}" for name in techniques],
        "topic": [f"/topic/{name.partition(':')[2]}" for name in rows(named.format("topic"))],
        "hardware": [f"/hardware/{name.partition(':')[2]}" for name in rows(named.format("hardware"))],
        "comparison": [f"/compare?a={one}&b={other}" for one, other in pairwise(techniques)],
        "new": ["/new"],
        "about": ["/about"],
        "trends": ["/trends", "/trends?of=hardware", "/trends?of=technique"],
        "picture": [_url("/graph.frame", q=label) for label in labels[:10]],
        "report": [_url("/report", q=label) for label in labels[:5]],
    }


def _url(path: str, **asked: str) -> str:
    return str(httpx.URL(path, params=asked))


def alone(address: str, listed: dict[str, list[str]]) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of each kind of page, asked for one after the other: first, and again."""
    out = {}
    with httpx.Client(base_url=address, timeout=120, trust_env=False) as client:
        for _ in range(8):  # so that each process has answered something of each kind
            for paths in listed.values():
                client.get(paths[0] + ("&" if "?" in paths[0] else "?") + f"top={random.randrange(3, 50)}")
        for kind, paths in listed.items():
            each: tuple[list[float], list[float]] = ([], [])
            for times in each:
                for path in paths:
                    begun = time.perf_counter()
                    answer = client.get(path)
                    times.append(1000 * (time.perf_counter() - begun))
                    assert answer.status_code in (200, 400), (path, answer.status_code)
            out[kind] = each
    return out


def together(
    address: str, listed: dict[str, list[str]], readers: int, seconds: float
) -> tuple[list[float], dict[int, int]]:
    """Milliseconds of all pages that so many readers ask for at once, and how often each status came."""
    end = time.monotonic() + seconds
    times: list[float] = []
    statuses: dict[int, int] = defaultdict(int)
    every = [path for kind, paths in listed.items() if kind not in ("report", "picture") for path in paths]

    def read(seed: int) -> None:
        draw = random.Random(seed)
        with httpx.Client(base_url=address, timeout=120, trust_env=False) as client:
            while time.monotonic() < end:
                begun = time.perf_counter()
                try:
                    status = client.get(draw.choice(every)).status_code
                except httpx.HTTPError:
                    status = 0
                times.append(1000 * (time.perf_counter() - begun))
                statuses[status] += 1
                time.sleep(draw.uniform(0.05, 0.5))  # a reader reads

    threads = [threading.Thread(target=read, args=(n,)) for n in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, dict(statuses)


def measured(graph: str, readers: int, seconds: float) -> str:
    """The table of a graph, and a sentence on its readers."""
    with serving(graph) as address:
        listed = pages(address)
        papers = httpx.get(f"{address}/about.json", timeout=60, trust_env=False).json()["counts"]["papers"]
        lines = ["| page | first, median | first, slowest of 20 | again, median |", "|---|---|---|---|"]
        for kind, (first, again) in alone(address, listed).items():
            slow = sorted(first)[int(0.95 * (len(first) - 1))]
            lines.append(
                f"| {kind} | {statistics.median(first):.0f} ms | {slow:.0f} ms | {statistics.median(again):.0f} ms |"
            )
        times, statuses = together(address, listed, readers, seconds)
    wrong = sum(n for status, n in statuses.items() if status not in (200, 400))
    times.sort()
    said = (
        f"{papers:,} papers, {os.cpu_count()} cores. {readers} readers for {seconds:.0f} s, each "
        f"with half a second or less between two pages: {len(times):,} pages, {wrong} errors, median "
        f"{statistics.median(times):.0f} ms, 95 of 100 within {times[int(0.95 * len(times))]:.0f} ms."
    )
    return "\n".join([*lines, "", said, ""])


def main() -> None:
    """Print the figures; write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graph", nargs="+", default=["papers.kg"])
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", action="store_true", help="write the figures into docs/serve.md")
    given = parser.parse_args()
    text = "\n".join(measured(graph, given.readers, given.seconds) for graph in given.graph)
    print(text)
    if given.write:
        put(PAGE, "figures", text)


if __name__ == "__main__":
    main()
