"""Lines that are no requests, sent to `kg mcp` over stdio: each gets an answer, and the next request too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = str(Path(__file__).parents[2])
INVALID, UNREAD = -32600, -32700
pytestmark = pytest.mark.timeout(600)


class Session:
    """A client that writes lines by hand."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.number = process, 0
        about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        self.said = self.ask("initialize", about)
        self.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def ask(self, method: str, params: Any) -> dict[str, Any]:
        self.number += 1
        self.write(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        said = self.read()
        assert said["id"] == self.number
        return said


@pytest.fixture(scope="module")
def session(built_file: Path) -> Iterator[Session]:
    words = [sys.executable, "-m", "kg", "mcp", "--graph", str(built_file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=ROOT, encoding="utf-8") as process:
        yield Session(process)
        process.kill()


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        ("nonsense", UNREAD, None),
        ('{"jsonrpc": "2.0", "id": 7', UNREAD, None),
        (r'{"jsonrpc": "2.0", "id": "\ud800", "method": "ping"}', UNREAD, None),
        (r'{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {"x": "\ud800"}}', UNREAD, 7),
        ('{"a":' * 5000, UNREAD, None),
        ('{"jsonrpc": "2.0", "id": 7, "method": "ping"} x', UNREAD, None),
        ("{}", INVALID, None),
        ("[]", INVALID, None),
        ("null", INVALID, None),
        ('[{"jsonrpc": "2.0", "id": 7, "method": "ping"}]', INVALID, None),
        ('{"jsonrpc": "1.0", "id": 7, "method": "ping"}', INVALID, 7),
        ('{"jsonrpc": "2.0", "id": "x", "method": 5}', INVALID, "x"),
        ('{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": [1]}', INVALID, 7),
        ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', INVALID, None),
        ('{"jsonrpc": "2.0", "id": [1], "method": "ping"}', INVALID, None),
        ('{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', INVALID, None),
    ],
)
def test_line_that_is_no_request_is_answered(session: Session, line: str, code: int, number: Any) -> None:
    session.write(line)
    said = session.read()
    assert (said["id"], said["error"]["code"]) == (number, code)
    assert len(said["error"]["message"]) < 300
    assert "result" in session.ask("ping", {})


@pytest.mark.parametrize(
    "line", ["", "  ", '{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "x"}}', '{"id": 7, "result": 1}']
)
def test_what_asks_nothing_gets_no_answer(session: Session, line: str) -> None:
    session.write(line)
    assert "result" in session.ask("ping", {})
