"""Fetching from services of JSON: pages, limits of days, keys, errors, answers that have changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from kg import sources
from kg.fetch import Client, Harvest, Listed, fetch
from kg.fetch.harvest import Position
from kg.fetch.listed import services
from kg.model import KgError
from tests.cli.command import run

NOW = datetime(2025, 11, 3, 10, 0, tzinfo=UTC)
NAMES = tuple(services())


def listed(name: str, service: Any, folder: Path, now: datetime = NOW, most: int | None = None, **more: Any) -> Harvest:
    query = "ICLR.cc/2026/Conference" if name == "openreview" else '"KV cache"'
    asked = Listed(**{"name": name, "query": query, "url": service.url, "page_size": 10} | more)
    with Client(service.url, interval=0.01, tries=3) as client:
        return fetch(asked, folder, client, most=most, now=lambda: now)


def titles(harvest: Harvest) -> list[str]:
    return [one.texts["T"].raw for file in harvest.files for one in sources.read(file).documents]


@pytest.mark.parametrize("name", NAMES)
def test_all_pages_are_kept_and_read_back(lists, tmp_path, name):
    service = lists(name, 25, most=10)
    harvest = listed(name, service, tmp_path)
    assert (harvest.papers, harvest.fetched) == (25, 25)
    assert titles(harvest) == [f"Pruning caches, part {n}" for n in range(25)]
    assert all(file.suffix == ".json" for file in harvest.files)
    asked = len(service.asked)
    assert listed(name, service, tmp_path).fetched == 0  # nothing more on the same day
    assert len(service.asked) == asked


@pytest.mark.parametrize("name", NAMES)
def test_days_and_size_bound_the_list(lists, tmp_path, name):
    until = "" if name == "openreview" else "2025-10-20"
    harvest = listed(name, lists(name, 25, most=10), tmp_path / "days", since="2025-10-10", until=until)
    assert titles(harvest) == [f"Pruning caches, part {n}" for n in range(9, 20 if until else 25)]
    assert listed(name, lists(name, 25, most=10), tmp_path / "most", most=10).papers == 10


@pytest.mark.parametrize("name", NAMES)
def test_a_later_day_asks_again_for_what_came_since(lists, tmp_path, name):
    service = lists(name, 100)
    service.usual.papers = service.usual.papers[:40]  # up to 2025-11-09
    listed(name, service, tmp_path, datetime(2025, 11, 10, tzinfo=UTC), page_size=100)
    service.usual = type(service.usual)(name, 60)
    again = listed(name, service, tmp_path, datetime(2025, 12, 10, tzinfo=UTC), page_size=100)
    assert f"Pruning caches, part {59}" in titles(again)
    assert 20 <= again.fetched < 60  # some days are asked for twice, not all


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, {"error": "Bad query", "message": "Bad query"}),
        (403, {"error": "Bad query", "message": "Bad query"}),
        (401, {"detail": "Bad\x1b query"}),
        (400, {"status": "failed", "error": "Bad query", "message": [{"type": "x", "message": "Bad query"}]}),
    ],
)
def test_what_is_wrong_with_a_query_is_said(lists, faults, tmp_path, name, status, answer):
    service = lists(name, 5)
    service.script = [faults.send(json.dumps(answer), status)]
    with pytest.raises(KgError, match=r'rejects the query \("Bad query"\): correct it'):
        listed(name, service, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_faults_of_the_moment_are_outlived(lists, faults, tmp_path, name):
    service = lists(name, 5)
    busy, cut = faults.send('{"message": "Too Many Requests"}', 429, Retry_After="0"), faults.broken
    service.script = [busy, cut]
    assert listed(name, service, tmp_path / "outlived").papers == 5
    service.script = [busy, cut, busy]
    with pytest.raises(KgError, match="3 times in a row: repeat the same call later"):
        listed(name, service, tmp_path / "not")


def test_an_empty_page_amid_papers_is_asked_for_again(lists, faults, tmp_path):
    service = lists("s2", 5)
    service.script = [faults.send('{"total": 5, "token": null, "data": []}')]
    assert listed("s2", service, tmp_path).papers == 5
    service.usual = lists("s2", 0).usual
    assert listed("s2", service, tmp_path / "none").papers == 0


@pytest.mark.parametrize("name", NAMES)
def test_answers_that_have_changed_are_told(lists, faults, tmp_path, name):
    service = lists(name, 5)
    changed = service.usual({"cursor": "*", "per_page": "5", "rows": "5", "offset": "0", "limit": "5"})
    service.script = [faults.send(changed.replace('"title"', '"name_of_the_paper"'))]
    with pytest.raises(KgError, match="in a form that is not known here: look for a newer kg"):
        listed(name, service, tmp_path)
    service.script = [faults.send("[]")] * 3
    with pytest.raises(KgError, match="not a list of papers, 3 times in a row"):
        listed(name, service, tmp_path)
    service.script = [faults.send("<html>Sign in</html>")]
    with pytest.raises(KgError, match="something other than JSON"):
        listed(name, service, tmp_path)


def test_an_interrupted_list_goes_on_and_an_expired_token_begins_again(lists, tmp_path):
    service = lists("crossref", 30, most=10)
    assert listed("crossref", service, tmp_path, most=10).papers == 10
    assert listed("crossref", service, tmp_path).fetched == 20
    asked, place = Listed("crossref", "KV"), Position(token="10", start=10, expires=NOW.isoformat())
    assert asked.resumed(place, NOW - timedelta(seconds=1)) == place
    assert asked.resumed(place, NOW) == Position()


def test_keys_go_to_the_service_and_stay_out_of_files(lists, tmp_path, monkeypatch):
    monkeypatch.setenv("KG_S2_KEY", "secret-key")
    monkeypatch.setenv("KG_OPENALEX_KEY", "secret-key")
    monkeypatch.setenv("KG_MAILTO", "me@example.org")
    s2, openalex = lists("s2", 5), lists("openalex", 5)
    listed("s2", s2, tmp_path)
    listed("openalex", openalex, tmp_path)
    assert s2.keys == ["secret-key"]
    assert (openalex.asked[0]["api_key"], openalex.asked[0]["mailto"]) == ("secret-key", "me@example.org")
    assert not any(b"secret" in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (("s2", " "), "There is no query for Semantic Scholar"),
        (("openreview", "attention"), "is asked with a venue: write ICLR"),
        (("openreview", "ICLR.cc/2026/Conference", "", "2026-01-01"), "takes no --until"),
        (("crossref", "x" * 3000), "split it"),
        (("crossref", "x", "2025-13-01"), "is not a date"),
    ],
)
def test_questions_that_a_service_does_not_take_are_told(said, reason):
    with pytest.raises(KgError, match=reason):
        Listed(*said)


# --- kg watch


def watch(*args: str | Path, graph: Path) -> CompletedProcess[str]:
    return run("watch", *map(str, args), "--once", "--fast", "--jobs", "1", "--lang", "en", graph=graph)


def test_a_folder_is_watched_and_what_is_new_is_a_digest(tmp_path):
    folder, digests, graph = tmp_path / "in", tmp_path / "digests", tmp_path / "papers.kg"
    folder.mkdir()
    paper = {"title": "Pruning Caches", "abstract": "We prune the KV cache on an H100."}
    (folder / "a.jsonl").write_text(json.dumps(paper | {"id": "a"}) + "\n")
    assert watch(folder, "--digests", digests, graph=graph).returncode == 0
    (folder / "b.jsonl").write_text(json.dumps({"id": "b", "title": "Drafting Trees", "abstract": "We draft."}) + "\n")
    done = watch(folder, "--digests", digests, graph=graph)
    assert done.returncode == 0
    assert "added 1:" in done.stdout
    newest = max(digests.iterdir()).read_text("utf-8")
    assert "Drafting Trees" in newest
    assert "Pruning Caches" not in newest
    assert watch(folder, "--digests", digests, graph=graph).returncode == 1
    assert len(list(digests.iterdir())) == 2
    inside = watch(folder, "--digests", folder / "digests", graph=graph)
    assert inside.returncode == 2
    assert "lies in the watched folder" in inside.stderr


def test_a_service_is_watched(lists, tmp_path, monkeypatch):
    service = lists("s2", 3)
    monkeypatch.setenv("KG_S2_URL", service.url)
    monkeypatch.setenv("KG_FETCH_INTERVAL", "0")
    monkeypatch.chdir(tmp_path)
    done = watch("s2:KV cache", graph=tmp_path / "papers.kg")
    assert done.returncode == 0, done.stderr
    assert "added 3:" in done.stdout
    assert "Pruning caches, part 2" in next((tmp_path / "digests").iterdir()).read_text("utf-8")
    wrong = watch("nowhere at all", graph=tmp_path / "papers.kg")
    assert wrong.returncode == 2
    assert "neither a folder nor a service" in wrong.stderr
