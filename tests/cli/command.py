"""`kg` as a user runs it: its whole command line in this process, without the time that a new one takes to start."""

from __future__ import annotations

import gc
import io
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from kg.cli import main


def run(
    *args: str | Path, graph: Path | None = None, cwd: Path | None = None, stdin: str | bytes = ""
) -> CompletedProcess[str]:
    """The status of a command line and what it prints."""
    given = stdin if isinstance(stdin, bytes) else stdin.encode()
    streams = [io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="") for data in (given, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["kg", *map(str, args)])
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        for collecting in ("freeze", "set_threshold"):  # settings of a process that soon ends
            patch.setattr(gc, collecting, lambda *_: None)
        for name in ("KG_GRAPH", "KG_DEBUG"):
            patch.delenv(name, raising=False)
        if graph:
            patch.setenv("KG_GRAPH", os.fspath(graph))
        if cwd:
            patch.chdir(cwd)
        with pytest.raises(SystemExit) as left:
            main()
        for stream in streams[1:]:
            stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])
    return CompletedProcess(args, int(left.value.code or 0), out, err)
