"""Keys and passwords are in no output: not of an error, not of `doctor`, not with KG_DEBUG."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from tests.fetch.local_server import send
from tests.fetch.services import serving

SECRET = "sk-very-secret-0123456789"
KEYS = {
    f"KG_{name}": SECRET for name in ("OPENALEX_KEY", "S2_KEY", "CROSSREF_KEY", "LLM_API_KEY", "SPARQL_PASSWORD")
} | {"OPENAI_API_KEY": SECRET}


def kg(*args: str | Path, **environment: str) -> str:
    """All that a command prints, in a process of its own, as a user has it."""
    env = os.environ | KEYS | {"KG_FETCH_INTERVAL": "0.01"} | environment
    command = [sys.executable, "-m", "kg", *map(str, args)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, cwd=environment["HOME"])
    return done.stdout + done.stderr


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize(
    "answer",
    [
        send(f'{{"error": "the key {SECRET} is wrong", "message": "the key {SECRET} is wrong"}}', 403),
        send("", 302, Location=f"http://evil.example/{SECRET}"),
        send("<html>", 200),
        send("", 500),
    ],
)
@pytest.mark.parametrize("service", ["s2", "openalex"])
def test_key_of_a_service_is_in_no_output(service: str, answer: object, debug: str, tmp_path: Path) -> None:
    with serving(lambda _: "") as server:
        server.script = [answer] * 20  # type: ignore[list-item]
        where = {f"KG_{service.upper()}_URL": server.url, "HOME": str(tmp_path), "KG_DEBUG": debug}
        said = kg("fetch", service, "pruning", "-o", tmp_path / "fetched", **where)
        assert server.asked
    assert said.strip()
    assert SECRET not in said
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]


def test_key_follows_no_redirect_to_another_port(tmp_path: Path) -> None:
    with serving(lambda _: "") as other, serving(lambda _: "") as server:
        server.script = [send("", 302, Location=other.url)] * 6
        kg("fetch", "s2", "pruning", "-o", tmp_path / "f", KG_S2_URL=server.url, HOME=str(tmp_path))
        assert server.keys[0] == SECRET
        assert not other.asked


@pytest.mark.parametrize("debug", ["", "1"])
def test_key_of_a_language_model_is_in_no_output(debug: str, tmp_path: Path) -> None:
    paper = tmp_path / "a.jsonl"
    paper.write_text('{"id": "a", "title": "A: A Pruning Method", "abstract": "We propose A. It is 2x faster."}\n')
    url = f"http://user:{SECRET}@127.0.0.1:9/v1"
    where = {"HOME": str(tmp_path), "KG_DEBUG": debug, "KG_LLM_BASE_URL": url, "KG_LLM_MODEL": "m"}
    for command in (["doctor"], ["add", paper, "--fast", "-j", "1", "--graph", tmp_path / "g.kg"]):
        assert SECRET not in kg(*command, **where)
    assert SECRET not in kg("add", paper, "--fast", "--graph", f"postgresql://ann:{SECRET}@127.0.0.1:9/x", **where)


def _asking_in_clear(listening: socket.socket) -> None:
    """A server of PostgreSQL that asks for the password as it is, and ends the connection with an error that has it."""
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            with client, suppress(OSError):
                client.recv(4096)
                client.sendall(b"R" + struct.pack(">II", 8, 3))
                said = b"SFATAL\0C08006\0Mwrong: " + client.recv(4096)[5:].rstrip(b"\0") + b"\0\0"
                client.sendall(b"E" + struct.pack(">I", len(said) + 4) + said)


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://kg@127.0.0.1:{port}/papers",  # with PGPASSWORD
        "postgresql://kg:{secret}@127.0.0.1:{port}/papers",
        "postgresql://127.0.0.1:{port}/papers?user=kg&password={secret}",
        "postgresql://kg@127.0.0.1:{port}/papers?PASSWORD={secret}",
        "postgresql://kg:a/{secret}@127.0.0.1:{port}/papers",
        "postgresql://kg:a#{secret}@127.0.0.1:{port}/papers",
        "postgresql://kg:a@{secret}@127.0.0.1:{port}/papers",
        "postgresql://kg:{secret}@[::1/papers",
        "postgresql://kg:{secret}@127.0.0.1:1/papers",
        "postgresql:/kg:{secret}@127.0.0.1/papers",
        "mysql://kg:{secret}@127.0.0.1/papers",
    ],
)
def test_password_of_a_database_is_in_no_output(place: str, tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_asking_in_clear, args=(listening,), daemon=True).start()
        address = place.format(port=listening.getsockname()[1], secret=SECRET)
        from_outside = {"PGPASSWORD": SECRET} if "secret" not in place else {}
        for command in (["sql", "SELECT 1"], ["add", "none.bib"]):
            said = kg(*command, "-g", address, HOME=str(tmp_path), KG_DEBUG="1", **from_outside)
            assert said.startswith("kg: ")
            assert SECRET not in said
    with pytest.raises(KgError) as error, Graph(address, read_only=True):
        pass
    assert SECRET not in str(error.value)
