"""What a terminal shows that a file or another program does not."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest

pty = pytest.importorskip("pty")

LATE = """
import sys
from kg import cli, files
from kg.query import nearness
files.LONG = 0.01
pack = nearness.packed
nearness.packed = lambda *given: (__import__("time").sleep(0.5), pack(*given))[1]
sys.argv = ["kg", "add", sys.argv[1], "--graph", sys.argv[2]]
cli.main()
"""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_shows_what_takes_long(tmp_path, is_terminal: bool) -> None:
    papers = tmp_path / "papers.jsonl"
    papers.write_text('{"id": "p-1", "title": "Zap: Faster Decoding", "abstract": "We propose Zap."}\n', "utf-8")
    ours, theirs = pty.openpty() if is_terminal else os.pipe()
    command = [sys.executable, "-c", LATE, str(papers), str(tmp_path / "g.kg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # a terminal whose other end is closed
            while piece := os.read(ours, 1 << 16):
                said += piece
        os.close(ours)
        printed, _ = process.communicate()
    assert process.returncode == 0
    assert printed.startswith(b"Added 1 entry")
    assert (b"1 titles are encoded" in said) == is_terminal
