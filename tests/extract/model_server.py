"""A local server that speaks the protocol of chat completions, well and badly, and a paper to ask it about."""

from __future__ import annotations

import json
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from typing import Any

from kg.endpoint import PROMPT_VERSION
from kg.entity_types import LISTS
from kg.model import Record
from tests.fetch.local_server import Answer, LocalServer, QuietHandler, dripping, send

TITLE = "ZapKV: Query-Aware KV Cache Eviction"
#: Its last sentence names things that no rule and no tagger takes for any.
ABSTRACT = (
    "Long-context inference suffers from the memory bottleneck of the KV cache. "
    "We propose ZapKV, a query-aware cache eviction method. "
    "On LongBench with Llama-3-8B, ZapKV is 2.3x faster than SnapKV. "
    "Its old oak makes the moons of Saturn hum, and the wobbliness is 41.5 at night."
)
MODEL = "tiny-1"
WHO = f"llm:{MODEL}/{PROMPT_VERSION}"


def said(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    return {"mentions": [], "results": [], "relations": []} | lists


def mention(quote: Any, type: Any = "technique", role: Any = "proposed", aliases: Any = ()) -> dict[str, Any]:
    return {"type": type, "quote": quote, "role": role, "aliases": list(aliases)}


def result(**changed: Any) -> dict[str, Any]:
    item = {"quote": "wobbliness is 41.5 at", "metric": "wobbliness", "low": 41.5, "high": 41.5, "unit": ""}
    return item | {"change": "absolute", "baseline": "", "setting": ""} | changed


def relation(**changed: Any) -> dict[str, Any]:
    return {
        "head": "ZapKV",
        "type": "compared_with",
        "tail": "moons of Saturn",
        "evidence": "the moons of Saturn hum",
    } | changed


GOOD = said(
    mentions=[mention("moons of Saturn")],
    results=[result(setting="at night", baseline="SnapKV")],
    relations=[relation(head="SnapKV")],
)


class Server(LocalServer):
    """Gives its answers one after the other, the last one always; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.answers: list[Answer] = []
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.root}/v1"


class _Handler(QuietHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.asked.append(asked)
        server.headers.append(dict(self.headers))
        server.paths.append(self.path)
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        answer(self, asked)


def completion(content: Any, finish: str = "stop") -> Answer:
    """A chat completion: an object is written as JSON, a text stands as it is."""
    text = json.dumps(content) if isinstance(content, dict) else content
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return send(json.dumps({"object": "chat.completion", "choices": [choice]}))


drip = dripping(b"X-Slow: ")


def babble(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
    handler.wfile.write(b"\x00\x01\x02\r\n\r\n")


def without(parameter: str) -> Answer:
    """A server that does not know a parameter, or a form of answer."""

    def answer(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        known = parameter not in asked and asked.get("response_format", {}).get("type") != parameter
        complaint = send(json.dumps({"error": {"message": f"unknown: {parameter}"}}), 400)
        (completion(GOOD) if known else complaint)(handler, asked)

    return answer


def own(record: Record) -> list[Any]:
    """What the language model added: mentions, results, relations."""
    mentions = [m for name in LISTS.values() for m in getattr(record, name)]
    return [item for item in (*mentions, *record.results, *record.relations) if item.extractor == WHO]


def plain(record: Record) -> str:
    return json.dumps(asdict(record) | {"partial": False}, ensure_ascii=False)
