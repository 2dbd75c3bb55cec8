"""What tests of pages share: a server over the five reports, asked as a browser asks it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.command import run


@contextmanager
def serving(graph: Path, *flags: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """The address of a server over a graph, which ends with the block."""
    command = [sys.executable, "-m", "kg", "serve", "--graph", str(graph), "--port", "0", *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    try:
        assert process.stderr
        said = process.stderr.readline()
        assert said.startswith("Open http://"), said + process.stderr.read()
        yield said.split()[1].rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def address(built_file: Path) -> Iterator[str]:
    """A server over the five reports whose pages may take long: the tests beside it want the processor too."""
    assert run("sparql", "ASK {}", graph=built_file).returncode == 0  # makes the triples
    with serving(built_file, "--seconds", "45") as found:
        yield found


@pytest.fixture(scope="module")
def hurried(address: str, built_file: Path) -> Iterator[httpx.Client]:
    """Asks a server whose pages may take four seconds."""
    with (
        serving(built_file, "--seconds", "4") as found,
        httpx.Client(base_url=found, timeout=60, trust_env=False) as it,
    ):
        yield it


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as opened:
        yield opened
