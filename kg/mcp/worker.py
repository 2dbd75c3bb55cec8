"""A process that answers calls from a graph, one at a time, and is ended when a call takes too long.

Lines of JSON go in and out. Nothing but the end of a process ends what a library does in the middle of a call; the next
call starts another process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kg.model import KgError

#: How long a call may take, in seconds; also how long it waits for those before it.
SECONDS = 20.0
_START = 30.0  # seconds until the process has opened the graph


class Worker:
    """Calls of tools, answered by a process of their own. Threads may share it."""

    def __init__(self, place: str, seconds: float = SECONDS) -> None:
        """The process starts at once and opens the graph; `opened` says whether it could."""
        self.place, self.seconds = place, seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = self._started()
        self._is_ready = False

    def opened(self) -> None:
        """Wait until the graph is open. Raises KgError when it cannot be opened."""
        with self._turn:
            self._open()

    def call(self, tool: str, given: Mapping[str, Any]) -> str:
        """The answer of a tool: a line of JSON. Raises KgError for what is refused, and for a call that is ended."""
        line = json.dumps({"tool": tool, "given": dict(given)}).encode() + b"\n"
        if not self._turn.acquire(timeout=self.seconds):
            raise KgError(f"Other calls have kept the graph busy for {self.seconds:g} s: call again later.")
        try:
            self._open()
            said = self._told(line, self.seconds)
        finally:
            self._turn.release()
        if said is None:
            raise KgError(f"The call took longer than {self.seconds:g} s and was ended: ask for less.")
        if "error" in said:
            raise KgError(str(said["error"]))
        return str(said["answer"])

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            _ended(process)

    def _open(self) -> None:
        if self._process is None:
            self._process, self._is_ready = self._started(), False
        if not self._is_ready:
            said = self._told(b"", _START)
            if said is None or "error" in said:
                self.close()
                raise KgError(str((said or {}).get("error", f"The graph {self.place} could not be opened in time.")))
            self._is_ready = True

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __name__, self.place]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _told(self, line: bytes, seconds: float) -> dict[str, Any] | None:
        """What the process says to a line; None, and its end, when it says nothing in so many seconds."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        try:
            with suppress(OSError):
                process.stdin.write(line)
                process.stdin.flush()
            said = process.stdout.readline()
        finally:
            alarm.cancel()
        if not said.endswith(b"\n"):
            self.close()
            return None
        found: dict[str, Any] = json.loads(said)
        return found


def _ended(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream:
                stream.close()
    process.kill()
    process.wait()


def _answer(place: str) -> None:
    """Answer the calls on standard input, a line each; the first line out says whether the graph could be opened."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which comes to the process that asks too
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers

    def tell(said: dict[str, Any]) -> None:
        out.write(json.dumps(said).encode() + b"\n")
        out.flush()

    from kg.api import Graph  # after the first lines, so that a signal in between ends nothing half done
    from kg.mcp.tools import Tools

    try:
        graph = Graph(place, read_only=True, must_exist=True)
        graph.lexicon()
    except KgError as error:
        tell({"error": str(error)})
        return
    tell({"ready": True})
    tools = Tools(graph)
    for line in sys.stdin.buffer:
        try:
            asked = json.loads(line)
            tell({"answer": tools.call(asked["tool"], asked["given"])})
        except KgError as error:
            tell({"error": str(error)})
        except Exception as error:  # a fault of this program ends a call, not the server
            print(f"kg mcp: {type(error).__name__}: {error}", file=sys.stderr)
            tell({"error": f"The call could not be answered ({type(error).__name__}): ask otherwise."})


if __name__ == "__main__":
    _answer(sys.argv[1])
