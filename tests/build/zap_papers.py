"""Papers of one pattern for tests that read many of them, and how long they wait for others."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sources.made_file import json_lines

WORDS = "We propose Zap{n}, a speculative decoding method with a draft model. It is {n}x faster on an H100 than Medusa."


def zap_papers(folder: Path, count: int) -> Path:
    """A file of so many papers, "p-2" and on."""
    rows = ({"id": f"p-{n}", "title": f"Zap{n}: Decoding", "abstract": WORDS.format(n=n)} for n in range(2, count + 2))
    return json_lines(folder / "papers.jsonl", rows)


def within(seconds: float, look: Callable[[], Any]) -> Any:
    """What `look` gives as soon as that is anything, for so many seconds at most."""
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.2)
    return seen
