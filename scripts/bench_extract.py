"""Print how fast papers are read, and in how much memory.

    KG_SHARED=FOLDER python scripts/bench_extract.py [--papers FILE] [--jobs 2] [--check]

`kg extract` is timed as a whole process, from its start to the last line written, pinned to as many cores as it gets
processes. Memory is the largest sum of the resident sets of a process and all that it started, shared pages counted
for each. `--check` reads once more in one process and compares the bytes. It needs `pip install -e ".[bench]"`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

PAPERS = Path("data") / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
_PAUSE = 0.05  # seconds between two looks at the memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=Path, default=Path(os.environ.get("KG_SHARED", "")) / PAPERS)
    parser.add_argument("--jobs", type=int, default=2, help="cores, and processes on them")
    parser.add_argument("--check", action="store_true", help="compare the bytes with those of one process")
    arguments = parser.parse_args()
    if not arguments.papers.is_file():
        print(f"{arguments.papers}: there is no such file: name one with --papers, or its folder with KG_SHARED.")
        return 2
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.jobs])
    print(f"{'':<28}{'papers':>8}{'seconds':>9}{'papers/s':>10}{'peak MiB':>10}")
    for options in ([], ["--fast"]):
        papers, seconds, peak, digest = extract(arguments.papers, [*options, "--jobs", str(arguments.jobs)])
        label = " ".join(["kg extract", *options])
        print(f"{label:<28}{papers:>8}{seconds:>9.1f}{papers / seconds:>10.1f}{peak:>10.0f}", flush=True)
        if arguments.check:
            same = extract(arguments.papers, [*options, "--jobs", "1"])[3] == digest
            print("    one process gives " + ("the same bytes" if same else "OTHER BYTES"))
            if not same:
                return 1
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
