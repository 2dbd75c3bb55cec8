"""The first page that is kept between servers."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import kg
from kg.serving.guard import LOCAL, NONCE, Rules
from kg.serving.pool import Died, Pool
from kg.web import first_page, page_worker
from kg.web.app import application, version

NEW = '{"id": "new-1", "title": "Pruning anew", "abstract": "We prune.", "date": "2025-10-01"}\n'


class DeadPool(Pool):
    """Processes of which none answers."""

    async def ask(self, request: Any, seconds: float | None = None) -> Any:
        raise Died


@pytest.fixture
def graph(built_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A graph whose first page is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(first_page, "LARGE", 1)
    location = str(shutil.copy(built_file, tmp_path / "papers.kg"))
    first_page.make(location)
    return location


def test_a_server_answers_with_the_kept_page_before_its_processes_do(graph: str) -> None:
    kept = first_page.load(graph, version())
    assert sorted(kept) == [("en", False), ("en", True), ("zh", False), ("zh", True)]
    pool = DeadPool(page_worker.begin, (graph,), 1)
    with TestClient(application(graph, pool, Rules(LOCAL), first=kept), base_url="http://127.0.0.1") as client:
        page = client.get("/?lang=zh")
        assert page.status_code == 200
        assert page.text.rstrip().endswith("</html>")
        assert NONCE not in page.text
        assert client.get("/about").status_code == 503
        with kg.open(graph) as opened:
            place = Path(graph).with_name("new.jsonl")
            place.write_text(NEW)
            opened.add(place, fast=True)
        assert client.get("/?lang=zh").status_code == 503
    assert first_page.load(graph, version()) == {}


def test_a_kept_page_is_that_of_a_server(graph: str) -> None:
    answer = page_worker.begin(graph)
    for asked in first_page.requests(graph, version()):
        reply = first_page.load(graph, version())[asked.lang, asked.is_chosen]
        assert reply.body == answer(asked).body


def test_a_small_graph_keeps_none_until_it_is_served(graph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_page, "LARGE", 10_000)
    other = str(shutil.copy(graph, Path(graph).with_name("other.kg")))
    first_page.make(other)
    assert first_page.load(other, version()) == {}
    assert first_page.load(f"{graph}.missing", version()) == {}


@pytest.mark.timeout(30)
def test_a_server_that_is_beginning_ends_at_once(graph: str) -> None:
    pool = Pool(page_worker.begin, (graph,), 2, preload="kg.web.warm")
    pool.start()
    time.sleep(0.2)
    pool.close()
    pool._threads.shutdown(wait=True)
