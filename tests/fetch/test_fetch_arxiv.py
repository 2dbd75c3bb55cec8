"""Fetching from arXiv's API: what is asked, what is kept, how it goes on, how it bears with the service's faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from kg import sources
from kg.fetch import Arxiv, Client, Harvest, fetch
from kg.model import KgError
from tests.cli.command import run

NOW = datetime(2025, 11, 3, 10, 0, tzinfo=UTC)
QUERY = 'cat:cs.LG AND abs:"KV cache"'
QUICK = 0.01  # seconds between calls


def search(service: Any, folder: Path, now: datetime = NOW, most: int | None = None, **more: Any) -> Harvest:
    """Fetch in pages of ten; what the client is told goes before what the search is."""
    told = {name: more.pop(name) for name in ("timeout", "whole", "tries", "most_bytes", "waiting") if name in more}
    asked = Arxiv(**{"query": QUERY, "url": service.url, "page_size": 10} | more)
    with Client(service.url, interval=more.get("interval", QUICK), **told) as client:
        return fetch(asked, folder, client, most=most, now=lambda: now)


def ids(harvest: Harvest) -> list[str]:
    return [document.id for file in harvest.files for document in sources.read(file).documents]


# --- what is asked and kept


def test_all_pages_are_kept_and_read_back(arxiv, tmp_path):
    service = arxiv(25)
    harvest = search(service, tmp_path, since="2025-10-01")
    assert (harvest.papers, harvest.fetched, harvest.answers) == (25, 25, 3)
    assert ids(harvest) == [f"2511.{n:05d}" for n in range(25, 0, -1)]
    assert [query["start"] for query in service.asked] == ["0", "10", "20"]
    assert service.asked[0]["search_query"] == f"({QUERY}) AND submittedDate:[202510010000 TO 202511031000]"
    assert (service.asked[0]["sortBy"], service.asked[0]["sortOrder"]) == ("submittedDate", "descending")
    assert all(agent.startswith("kg/") for agent in service.agents)
    found, problems, _ = sources.expand([tmp_path])  # what `kg add FOLDER` reads: the state is hidden
    assert (found, problems) == (harvest.files, [])
    assert all(file.name.startswith("arxiv-cat-cs-lg-and-abs-kv-cache-") for file in found)


def test_calls_keep_their_distance_also_from_one_run_to_the_next(arxiv, tmp_path):
    service = arxiv(30)
    for most in (10, 30):
        with Client(service.url, interval=0.15) as client:
            fetch(Arxiv(QUERY, url=service.url, page_size=10), tmp_path, client, most=most, now=lambda: NOW)
    assert len(service.times) == 3
    assert all(later - sooner >= 0.15 for sooner, later in zip(service.times, service.times[1:], strict=False))


def test_calls_to_arxiv_itself_are_never_nearer_than_its_rules_allow():
    assert Client("https://export.arxiv.org/api/query", interval=0.1).interval == 3
    assert Client("https://notarxiv.org/api/query", interval=0.1).interval == 0.1


def test_one_process_calls_a_host_at_a_time(arxiv, tmp_path):
    service = arxiv(1)
    with Client(service.url), pytest.raises(KgError, match="another `kg fetch` is calling it"):
        search(service, tmp_path)


def test_days_bound_the_search(arxiv, tmp_path):
    service = arxiv(100)
    harvest = search(service, tmp_path, since="2025-11-01", until="2025-11-02", page_size=100)
    assert harvest.papers == 48
    days = {d.date[:10] for file in harvest.files for d in sources.read(file).documents}
    assert days == {"2025-11-01", "2025-11-02"}


def test_no_more_than_the_newest_so_many_are_asked_for(arxiv, tmp_path):
    service = arxiv(40)
    harvest = search(service, tmp_path, most=15)
    assert ids(harvest)[0] == "2511.00040"
    assert harvest.papers == 15
    assert [query["max_results"] for query in service.asked] == ["10", "5"]
    more = search(service, tmp_path, most=20)
    assert (more.papers, more.fetched) == (20, 5)
    assert service.asked[-1]["start"] == "15"


def test_what_lies_beyond_the_reach_of_a_search_is_searched_anew(arxiv, tmp_path):
    service = arxiv(55)
    harvest = search(service, tmp_path, window=20)
    assert set(ids(harvest)) == {f"2511.{n:05d}" for n in range(1, 56)}
    assert max(int(query["start"]) + int(query["max_results"]) for query in service.asked) <= 20


def test_short_pages_lose_nothing(arxiv, tmp_path):
    harvest = search(arxiv(25, most=4), tmp_path)
    assert len(set(ids(harvest))) == 25


# --- going on


def test_what_is_kept_is_not_asked_for_again(arxiv, faults, tmp_path):
    service = arxiv(35)
    service.script = [None, None, *[faults.send("", 500)] * 2]
    with pytest.raises(KgError, match=r"answers 500 Internal Server Error, 2 times in a row.*continue from here"):
        search(service, tmp_path, tries=2)
    kept = {file.name: file.read_bytes() for file in tmp_path.glob("*.xml")}
    assert len(kept) == 2
    asked = len(service.asked)
    harvest = search(service, tmp_path)
    assert [query["start"] for query in service.asked[asked:]] == ["20", "30"]
    assert (harvest.papers, harvest.fetched, len(set(ids(harvest)))) == (35, 15, 35)
    assert all((tmp_path / name).read_bytes() == data for name, data in kept.items())


def test_papers_that_come_meanwhile_do_not_shift_the_pages(arxiv, faults, tmp_path):
    service = arxiv(20)
    service.script = [None, faults.send("", 500)]
    with pytest.raises(KgError):
        search(service, tmp_path, tries=1)
    service.usual.papers += [("2511.00777", datetime(2025, 11, 3, 12))]
    harvest = search(service, tmp_path, now=NOW.replace(hour=13))
    assert sorted(ids(harvest)) == [f"2511.{n:05d}" for n in range(1, 21)]


def test_a_later_day_fetches_what_has_come_since(arxiv, tmp_path):
    service = arxiv(1000)
    first = search(service, tmp_path, since="2025-09-01", page_size=1000)
    assert search(service, tmp_path, since="2025-09-01", page_size=1000).answers == 0  # the day is not over
    service.usual.papers += [("2511.02000", datetime(2025, 11, 5, 7))]
    again = search(service, tmp_path, since="2025-09-01", page_size=1000, now=NOW.replace(day=6))
    assert "[202510200000 TO 202511061000]" in service.asked[-1]["search_query"]  # what was announced late comes too
    assert ids(again)[first.papers] == "2511.02000"
    assert again.answers == 1


def test_a_search_with_an_end_is_over_for_good(arxiv, tmp_path):
    service = arxiv(10)
    search(service, tmp_path, until="2025-11-02")
    assert search(service, tmp_path, until="2025-11-02", now=NOW.replace(month=12)).answers == 0
    assert len(service.asked) == 1
    search(service, tmp_path, until="2025-11-03")  # a day that is not over
    assert search(service, tmp_path, until="2025-11-03", now=NOW.replace(month=12)).answers == 1
    assert search(service, tmp_path, until="2025-11-03", now=NOW.replace(month=12, day=9)).answers == 0


def test_other_questions_are_other_harvests_in_the_same_folder(arxiv, tmp_path):
    service = arxiv(5)
    search(service, tmp_path)
    assert search(service, tmp_path, query="cat:cs.CL").fetched == 5
    assert len(list(tmp_path.glob("*.xml"))) == 2


def test_files_that_are_gone_are_told(arxiv, tmp_path):
    service = arxiv(25)
    harvest = search(service, tmp_path)
    harvest.files[1].unlink()
    again = search(service, tmp_path)
    assert (again.gone, again.papers, again.answers) == ([harvest.files[1].name], 15, 0)


ELSEWHERE = '{"files": {"../secret.xml": 1}}'


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"asked": 1, "day": 2}', "[" * 100_000, ELSEWHERE])
def test_a_damaged_state_is_told(arxiv, tmp_path, damage):
    service = arxiv(5)
    search(service, tmp_path)
    (state,) = tmp_path.glob(".*.json")
    is_part = damage == ELSEWHERE
    state.write_text(json.dumps(json.loads(state.read_text()) | json.loads(damage)) if is_part else damage)
    with pytest.raises(KgError, match=r"is damaged: delete it to start the harvest again"):
        search(service, tmp_path)


# --- faults


@pytest.mark.parametrize("fault", ["cut", "slow", "drip", "drip_of_headers", "broken"])
def test_faults_of_the_moment_are_asked_past(arxiv, faults, tmp_path, fault):
    service = arxiv(15)
    service.script = [None, getattr(faults, fault)]
    harvest = search(service, tmp_path, timeout=1, whole=1.5)
    assert (harvest.papers, len(set(ids(harvest))), len(service.asked)) == (15, 15, 3)
    assert [f for f in os.listdir(tmp_path) if f.endswith(".part")] == []


def test_an_empty_page_amid_the_others_is_asked_for_again(arxiv, faults, tmp_path):
    service = arxiv(15)
    empty = service.usual({"search_query": "submittedDate:[0 TO 9]", "start": "15", "max_results": "0"})
    assert "<entry>" not in empty
    service.script = [None, faults.send(empty), faults.send(empty)]
    assert search(service, tmp_path).papers == 15
    service.script = [faults.send(empty)] * 2
    with pytest.raises(KgError, match=r"an empty page although there are 15 more papers, 2 times in a row"):
        search(service, tmp_path / "other", tries=2)


def test_a_busy_service_is_given_the_time_that_it_asks_for(arxiv, faults, tmp_path):
    service, waits = arxiv(5), []
    soon = format_datetime(datetime.fromtimestamp(time.time() + 2, UTC), usegmt=True)
    service.script = [
        faults.send("", 503, Retry_After="1"),
        faults.send("Rate exceeded.", 429, Retry_After=soon),
        faults.send("", 429),
    ]
    search(service, tmp_path, waiting=lambda seconds, reason: waits.append((seconds, reason)))
    assert [reason for _, reason in waits] == [
        "answers 503 Service Unavailable", "answers 429 Too Many Requests", "answers 429 Too Many Requests",
    ]  # fmt: skip
    assert waits[0][0] == 1
    assert 0 <= waits[1][0] <= 2
    assert waits[2][0] == QUICK * 8  # doubled with each try
    assert service.times[1] - service.times[0] >= 1


def test_who_asks_for_hours_is_asked_later(arxiv, faults, tmp_path):
    service = arxiv(5)
    service.script = [faults.send("", 503, Retry_After="7200")]
    with pytest.raises(KgError, match="asks for no calls for 120 minutes"):
        search(service, tmp_path)


def test_tries_are_counted_and_their_pauses_grow(arxiv, faults, tmp_path):
    service, waits = arxiv(5), []
    service.script = [faults.send("", 502)] * 9
    with pytest.raises(KgError, match=r"answers 502 Bad Gateway, 6 times in a row"):
        search(service, tmp_path, waiting=lambda seconds, _: waits.append(seconds))
    assert waits == [pytest.approx(QUICK * 2**n) for n in range(1, 6)]
    assert list(tmp_path.glob("*.xml")) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("<html><body>Log in</body></html>",), "is not a list of papers"),
        (("Please log in",), r"something other than XML \('Please log in'\)"),
        (("no such page", 404), "answers 404 Not Found: check the URL"),
        (("", 302, "Location", "/api"), "without end"),
        (("", 302, "Location", "http://example.org/api"), "not followed"),
        (("", 302, "Location", "file:///etc/passwd"), "not followed"),
        (("", 302, "Location", "http://["), "not followed"),
        (("", 302, "Location", "http://[::1"), "redirects to what is no URL"),
        (("", 302, "Location", "http://127.0.0.1:9/api"), "not followed"),
        (("x", 200, "Content-Encoding", "gzip, gzip"), "packs its response more than once"),
    ],
)
def test_wrong_content_and_redirections_are_told(arxiv, faults, tmp_path, answer, reason):
    service = arxiv(5)
    service.script = [faults.send(*answer[:2], **dict([answer[2:]] if answer[2:] else []))] * 9
    with pytest.raises(KgError, match=reason):
        search(service, tmp_path)
    assert list(tmp_path.glob("*.xml")) == []


def test_a_redirection_at_home_is_followed(arxiv, faults, tmp_path):
    service = arxiv(5)
    service.script = [lambda handler, query: faults.moved(handler.path.replace("/api", "/new/api"))(handler, query)]
    assert search(service, tmp_path).papers == 5


def test_an_answer_without_end_is_cut_off(arxiv, faults, tmp_path):
    service = arxiv(5)
    service.script = [faults.endless]
    with pytest.raises(KgError, match=r"larger than 1 MB and was not kept"):
        search(service, tmp_path, most_bytes=1 << 20)
    assert os.listdir(tmp_path) == []


def test_entities_are_not_resolved(arxiv, faults, tmp_path):
    service = arxiv(5)
    bomb = '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom">&b;</feed>'
    service.script = [faults.send(bomb)] * 9
    with pytest.raises(KgError, match="declares entities"):
        search(service, tmp_path, tries=2)


def test_without_a_network_it_is_told_at_once(arxiv, tmp_path):
    service = arxiv(1)
    service.shutdown()
    service.server_close()
    waits: list[float] = []
    with pytest.raises(KgError, match=r"cannot be reached \(.*\): check the network and the URL"):
        search(service, tmp_path, waiting=lambda seconds, _: waits.append(seconds))
    assert waits == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"query": " "}, "There is no query"),
        ({"query": "x" * 5000}, "split it"),
        ({"since": "yesterday"}, "is not a date"),
        ({"since": "2025-02-30"}, "is not a date"),
        ({"since": "2025-10-02", "until": "2025-10-01"}, "swap them"),
        ({"url": "ftp://arxiv.org/x"}, "is not a service URL"),
        ({"url": "https://me:secret@arxiv.org/x"}, "is not a service URL"),
        ({"url": "http://[::1"}, "is not a service URL"),
    ],
)
def test_what_cannot_be_asked_is_told(more, reason):
    with pytest.raises(KgError, match=reason):
        Arxiv(**{"query": QUERY} | more)


# --- recorded answers


def test_recorded_answers_are_replayed(serve, faults, shared, tmp_path):
    recorded = [json.loads(p.read_text()) for p in sorted((shared / "data/samples/arxiv-atom").glob("*.json"))]
    by_status = {answer["status_code"]: answer for answer in recorded}
    assert set(by_status) == {200, 400}
    service = serve(lambda query: "")
    service.script = [faults.send(by_status[400]["body"], 400)]
    with pytest.raises(KgError, match=r'arXiv does not understand the query \("incorrect id format for abc"\)'):
        search(service, tmp_path)
    empty = next(a["body"] for a in recorded if "<entry>" not in a["body"])
    service.script = [faults.send(empty)]
    assert search(service, tmp_path).papers == 0
    assert list(tmp_path.glob("*.xml")) == []
    (testing,) = (a["body"] for a in recorded if "totalResults>214881" in a["body"])
    service.script = [faults.send(testing)]
    harvest = search(service, tmp_path, most=10, query="all:testing")
    assert harvest.files[0].read_text() == testing
    assert len(set(ids(harvest))) == 10


# --- the command


def kg(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ({"KG_FETCH_INTERVAL": str(QUICK)} | environment).items():
            patch.setenv(name, value)
        return run(*words)


def test_ctrl_c_keeps_what_was_fetched_and_the_same_command_goes_on(arxiv, faults, tmp_path):
    service = arxiv(450)
    service.script = [None, None, faults.slow]
    words = ["fetch", "arxiv", QUERY, "--url", service.url, "-o", tmp_path / "f", "--until", "2025-11-03"]
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", *map(str, words)],
        env=os.environ | {"KG_FETCH_INTERVAL": "0.05"},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    while len(service.asked) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert said == f"Interrupted: {tmp_path}/f keeps what was fetched; the same command goes on from there.\n"
    assert len(list((tmp_path / "f").glob("*.xml"))) == 2
    done = kg(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Fetched 50 papers in 1 answers")
    assert [query["start"] for query in service.asked] == ["0", "200", "400", "400"]


def test_new_adds_only_what_the_graph_lacks(arxiv, tmp_path):
    listed = [
        {"id": "mine", "title": "Pruning caches, part 00002", "abstract": "We evict 40%.", "arxiv": "2511.00002v1"},
        {"id": "own", "title": "Another", "abstract": "We do more.", "doi": "10.1145/1.2"},
    ]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in listed))
    graph = tmp_path / "g.kg"
    assert kg("add", tmp_path / "list.jsonl", "--graph", graph, "--fast", "-j1").returncode == 0
    service = arxiv(4)
    entry = service.usual.entry
    service.usual.entry = lambda name, when: entry(name, when).replace(
        "</summary>",
        "</summary><a:doi xmlns:a='http://arxiv.org/schemas/atom'>10.1145/1.2</a:doi>",
        name == "2511.00003",
    )
    words = ["fetch", "arxiv", QUERY, "--until", "2025-11-03", "-o", tmp_path / "f", "--graph", graph, "--fast", "-j1"]
    done = kg(*words, "--new", KG_ARXIV_URL=service.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == f"Added 2 papers; 2 were in the graph already; {graph} holds 4."
    done = kg(*words, "--new", KG_ARXIV_URL=service.url)
    assert done.stdout.splitlines()[1] == f"Added 0 papers; 4 were in the graph already; {graph} holds 4."
    done = kg(*words, "--add", KG_ARXIV_URL=service.url)
    assert done.stdout.splitlines()[1] == f"Added 2 papers; 2 were in the graph already; {graph} holds 6."
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["arxiv"], 2, "There is no query for arXiv"),
        (["arxiv", "x", "--set", "cs"], 2, "go with `kg fetch oai`"),
        (["oai", "x"], 2, "go with a search"),
        (["biorxiv", "x"], 2, "there is no such service"),
        (["oai", "--prefix", "marc21"], 2, "choose one of arXiv, arXivRaw, oai_dc"),
        (["oai", "--set", "a b"], 2, "is not the name of a set"),
        (["arxiv", "x", "--until", "1999-01-01"], 1, ""),
    ],
)
def test_wrong_use_and_nothing_found_have_their_statuses(arxiv, tmp_path, words, status, said, monkeypatch, capsys):
    from kg.cli import main

    for name in ("KG_ARXIV_URL", "KG_OAI_URL"):
        monkeypatch.setenv(name, arxiv(3).url)
    monkeypatch.setenv("KG_FETCH_INTERVAL", "0")
    monkeypatch.setattr(sys, "argv", ["kg", "fetch", *words, "-o", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == status
    assert said in capsys.readouterr().err
