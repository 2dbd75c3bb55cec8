"""The server as clients use it: the SDK's own client over stdio and HTTP, and requests that are none of theirs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp.types import TextContent, TextResourceContents

from kg.mcp.paging import MOST

Told = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
ROOT = str(Path(__file__).parents[2])


def command(graph: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kg", "mcp", "--graph", str(graph), *more]


def over_stdio(graph: Path) -> Client:
    program, *args = command(graph)
    server = StdioServerParameters(command=program, args=args, cwd=ROOT, env={"PYTHONPATH": ROOT})
    return Client(stdio_client(server))


@pytest.fixture(scope="module")
def address(built_file: Path) -> Iterator[str]:
    """The address of a server over HTTP."""
    with subprocess.Popen(command(built_file, "--http", "--port", "0"), stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.terminate()


def text_of(part: object) -> str:
    """The text of a part of an answer, which must be one."""
    assert isinstance(part, TextContent | TextResourceContents)
    return part.text


def told(client: Client) -> Told:
    """Calls a tool, and reads its answer."""

    async def call(name: str, **given: Any) -> dict[str, Any]:
        result = await client.call_tool(name, given)
        text = text_of(result.content[0])
        assert not result.is_error, text
        assert len(text) <= MOST
        found: dict[str, Any] = json.loads(text)
        return found

    return call


def test_an_agent_answers_from_the_tools_alone_each_number_with_its_evidence(built_file: Path) -> None:
    """Which KV-cache compression papers ran on H100, and what did they gain?"""

    async def agent() -> dict[str, list[str]]:
        async with over_stdio(built_file) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == {
                "ask",
                "get",
                "check",
                "new",
                "names",
                "tables",
            }
            call = told(client)
            named = (await call("names", text="H100", type="hardware"))["items"][0]["id"]
            asked = {"topic": "kv-cache-compression", "hardware": named}
            papers = (await call("ask", filter=asked))["items"]
            gains: dict[str, list[str]] = {}
            for paper in papers:
                for result in (await call("get", id=paper["id"], fields=["results"]))["items"]:
                    words = (await call("get", id=result["evidence"]))["items"][0]
                    assert f"{result['low']:g}" in words["quote"]
                    assert words["quote"] in words["sentence"]
                    gains.setdefault(paper["id"], []).append(f"{result['low']:g} {result['unit']}")
            return gains

    gains = anyio.run(agent)
    assert set(gains) == {"002-22", "004-16"}
    assert "20.7 FPS" in gains["002-22"]
    assert "66.18 %" in gains["004-16"]


def test_check_finds_an_invented_number_over_http(address: str) -> None:
    draft = "LongLive runs at 20.7 FPS on a single H100. LongLive runs at 99.9 FPS on a single H100."

    async def agent() -> list[dict[str, Any]]:
        async with Client(address) as client:
            found = await told(client)("check", text=draft)
            return [one for one in found["items"] if one["kind"] == "number"]

    right, invented = anyio.run(agent)
    assert (right["status"], invented["status"]) == ("supported", "contradicted")
    assert "20.7 FPS" in invented["evidence"][0]["sentence"]


def test_resources_are_read_and_unknown_ones_refused_in_one_sentence(address: str) -> None:
    async def agent() -> None:
        async with Client(address) as client:
            schema = await client.read_resource("kg://schema")
            assert json.loads(text_of(schema.contents[0]))["counts"]["papers"] == 133
            paper = await client.read_resource("kg://paper/002-22")
            assert "LongLive" in text_of(paper.contents[0])
            for uri in ("kg://paper/999-99", "kg://other", "file:///etc/passwd", "kg://paper/..%2F..%2Fetc"):
                with pytest.raises(MCPError) as raised:
                    await client.read_resource(uri)
                assert len(str(raised.value)) < 300
            refused = await client.call_tool("ask", {"question": "LoRA", "cursor": "1.000000000000"})
            assert refused.is_error
            refused = await client.call_tool("ask", {"query": "LoRA"})
            assert "no argument" in text_of(refused.content[0])

    anyio.run(agent)


def test_requests_of_other_hosts_and_pages_are_refused_and_the_server_lives(address: str) -> None:
    good = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    hostile: list[tuple[dict[str, str], bytes]] = [
        ({"host": "evil.example"}, b""),
        ({"host": "127.0.0.1:1"}, b""),
        ({"host": "localhost.evil.example:8322"}, b""),
        ({"origin": "https://evil.example"}, b""),
        ({"origin": "null"}, b""),
        ({"content-type": "text/plain"}, b""),
        ({}, b"{" * 100_000),
        ({}, b"[" * 1_000_000),
        ({}, b"\xff\xfe"),
    ]
    with httpx.Client() as client:
        for headers, body in hostile:
            said = client.post(address, headers=good | headers, content=body or json.dumps(ping).encode())
            assert 400 <= said.status_code < 500, (headers, body[:9])
            assert "Traceback" not in said.text
            assert len(said.text) < 1000
        assert client.post(address, headers=good, json=ping).status_code < 500
        assert client.post(address.replace("/mcp", "/other"), headers=good).status_code == 404


def test_a_graph_that_is_not_there_ends_the_server_with_one_sentence(tmp_path: Path) -> None:
    said = subprocess.run(command(tmp_path / "none.kg"), capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert said.returncode == 2
    assert re.fullmatch(r".*there is no graph here.*\n", said.stderr)


def test_the_process_that_speaks_the_protocol_loads_neither_graph_nor_extraction() -> None:
    """It has a second and a half to start, of which the SDK takes most."""
    said = "import sys, kg.mcp.protocol_server, kg.mcp.tool_worker, kg.serving.pool; print(*sorted(sys.modules))"
    loaded = set(subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, cwd=ROOT).stdout.split())
    assert "mcp.server.lowlevel" in loaded
    assert not loaded & {"kg.api", "kg.query", "kg.extract", "spacy", "numpy", "pandas", "rdflib"}
