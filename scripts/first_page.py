"""Measure how long `kg serve` takes from its start to the whole first page, in each language.

    python scripts/first_page.py GRAPH [--runs 3]

Printed are wall-clock seconds until the first answer, and the seconds of processor time of the server and its children
until then.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_PATIENCE, _STEP = 180.0, 0.02


def measured(graph: Path, lang: str) -> tuple[float, float, int]:
    """Wall-clock and processor seconds until the page is whole, and its size."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--graph", str(graph), "--port", str(port)],
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        while time.perf_counter() - begun < _PATIENCE:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang={lang}", timeout=_PATIENCE) as answer:
                    page = answer.read()
                if page.rstrip().endswith(b"</html>"):
                    return time.perf_counter() - begun, _processor_time(server.pid), len(page)
            except urllib.error.HTTPError:
                pass
            except OSError:
                time.sleep(_STEP)
        raise SystemExit("the server gave no page")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _processor_time(session: int) -> float:
    """The processor time of all processes of a session, in seconds (Linux)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session or int(fields[1]) == session:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("graph", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    for lang in ("en", "zh"):
        for _ in range(given.runs):
            wall, used, size = measured(given.graph, lang)
            print(f"{lang}: {wall:6.2f} s, processor {used:6.2f} s, {size:,} bytes")


if __name__ == "__main__":
    main()
