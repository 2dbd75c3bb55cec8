"""Harvesting by OAI-PMH: tokens, what the repository refuses, what it deleted, how a harvest goes on."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kg import sources
from kg.cli import main
from kg.fetch import Client, Harvest, Oai, fetch
from kg.model import KgError

NOW = datetime(2025, 11, 3, 10, 0, tzinfo=UTC)


def harvested(service: Any, folder: Path, now: datetime = NOW, tries: int = 6, **asked: str) -> Harvest:
    with Client(service.url, interval=0.01, tries=tries) as client:
        return fetch(Oai(**{"set": "cs", "url": service.url} | asked), folder, client, now=lambda: now)


def numbers(harvest: Harvest) -> list[int]:
    return [int(document.id[5:]) for file in harvest.files for document in sources.read(file).documents]


def test_tokens_are_followed_to_the_end(repository, tmp_path):
    service = repository(10)
    harvest = harvested(service, tmp_path, since="2025-10-02")
    assert numbers(harvest) == list(range(2, 10))
    first, second = service.asked
    assert first == {"verb": "ListRecords", "metadataPrefix": "arXiv", "set": "cs", "from": "2025-10-02"}
    assert list(second) == ["verb", "resumptionToken"]
    assert (
        second["resumptionToken"]
        == "verb%3DListRecords%26metadataPrefix%3DarXiv%26set%3Dcs%26from%3D2025-10-02%26skip%3D4"
    )
    assert sources.expand([tmp_path])[0] == harvest.files


def test_days_and_prefix_are_asked_for(repository, tmp_path):
    service = repository(10)
    assert numbers(harvested(service, tmp_path, until="2025-10-01", prefix="arXivRaw", set="cs:cs:LG")) == [0, 1]
    assert service.asked[0]["until"] == "2025-10-01"
    assert (service.asked[0]["metadataPrefix"], service.asked[0]["set"]) == ("arXivRaw", "cs:cs:LG")


def test_deleted_records_are_passed_over(repository, tmp_path):
    service = repository(10, deleted=frozenset({0, 4, 5, 6, 7}))
    harvest = harvested(service, tmp_path)
    assert numbers(harvest) == [1, 2, 3, 8, 9]
    assert (harvest.papers, len(harvest.files), harvest.answers) == (5, 2, 3)  # a page without papers is not kept


def test_nothing_that_matches_is_no_error(repository, tmp_path):
    service = repository(10)
    assert harvested(service, tmp_path, since="2025-12-01").papers == 0
    assert list(tmp_path.glob("*.xml")) == []


def test_an_interrupted_harvest_goes_on_with_its_token(repository, faults, tmp_path):
    service = repository(12)
    service.script = [None, faults.send("", 500)]
    with pytest.raises(KgError, match="continue from here"):
        harvested(service, tmp_path, tries=1)
    (state,) = (name for name in os.listdir(tmp_path) if name.endswith(".json"))
    said = json.loads((tmp_path / state).read_text())
    assert (said["papers"], said["total"], said["place"]["last"]) == (4, 12, "2025-10-02")
    harvest = harvested(service, tmp_path)
    assert (numbers(harvest), harvest.fetched) == (list(range(12)), 8)
    assert [list(query)[1] for query in service.asked] == ["metadataPrefix", *["resumptionToken"] * 3]


def test_a_token_that_is_refused_costs_one_day(repository, faults, tmp_path):
    service = repository(12)
    service.script = [None, faults.send(_error("badResumptionToken", "old"))]
    harvest = harvested(service, tmp_path)
    assert service.asked[2]["from"] == "2025-10-02"  # of the last record so far
    assert sorted(set(numbers(harvest))) == list(range(12))
    assert numbers(harvest).count(2) == 2


def test_without_an_order_of_days_a_refused_token_costs_the_round(repository, faults, tmp_path):
    service = repository(12)
    service.usual.records.reverse()
    service.script = [None, faults.send(_error("badResumptionToken", "old"))]
    harvest = harvested(service, tmp_path, since="2025-10-01")
    assert service.asked[2]["from"] == "2025-10-01"
    assert sorted(set(numbers(harvest))) == list(range(12))


def test_a_repository_that_refuses_all_its_tokens_is_given_up(repository, faults, tmp_path):
    service = repository(12)
    refusal = faults.send(_error("badResumptionToken", "no"))
    service.script = [None, refusal] * 2 + [refusal] * 20
    with pytest.raises(KgError, match=r'rejects the query \(badResumptionToken "no"\)'):
        harvested(service, tmp_path)
    assert len(service.asked) < 12


def test_an_expired_token_is_not_used(repository, faults, tmp_path):
    service = repository(8)
    page = service.usual({"verb": "ListRecords"}).replace("cursor=", 'expirationDate="2025-11-04T00:00:00Z" cursor=')
    service.script = [faults.send(page), faults.send("", 500)]
    with pytest.raises(KgError):
        harvested(service, tmp_path, tries=1)
    harvest = harvested(service, tmp_path, now=NOW.replace(day=4))
    assert service.asked[2]["from"] == "2025-10-02"
    assert sorted(set(numbers(harvest))) == list(range(8))


def test_a_token_that_leads_to_itself_ends_the_harvest(repository, faults, tmp_path):
    service = repository(8)
    page = service.usual({"verb": "ListRecords"})
    service.script = [faults.send(page)] * 3
    with pytest.raises(KgError, match="the same pages again and again"):
        harvested(service, tmp_path)
    assert len(service.asked) == 2


def test_a_later_day_asks_from_the_day_of_the_last_round(repository, tmp_path):
    service = repository(6)
    first = harvested(service, tmp_path)
    assert harvested(service, tmp_path).answers == 0
    service.usual.records.append((100, "2025-11-04"))
    again = harvested(service, tmp_path, now=NOW.replace(day=5))
    assert service.asked[-1]["from"] == "2025-11-03"
    assert numbers(again)[first.papers :] == [100]
    nothing = harvested(service, tmp_path, now=NOW.replace(day=20))
    assert (nothing.fetched, nothing.papers) == (0, 7)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<error code='badArgument'>no such set</error>", 200, r'\(badArgument "no such set"\)'),
        ("<error code='cannotDisseminateFormat'>no</error>", 422, "cannotDisseminateFormat"),
        ("<Identify/>", 200, "a response that is not a list of records, 2 times"),
        ("<ListRecords><record>", 200, "cannot be read"),
    ],
)
def test_refusals_are_told_in_the_words_of_the_repository(repository, faults, tmp_path, body, status, reason):
    service = repository(4)
    answer = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{body}</OAI-PMH>'
    service.script = [faults.send(answer, status)] * 2
    with pytest.raises(KgError, match=reason):
        harvested(service, tmp_path, tries=2)
    assert list(tmp_path.glob("*.xml")) == []


def test_records_that_come_twice_are_added_once(repository, faults, tmp_path, monkeypatch, capsys):
    service = repository(6)
    service.script = [None, faults.send(_error("badResumptionToken", "old"))]
    words = ["fetch", "oai", "--set", "cs", "--add", "--fast", "-j1", "-o", tmp_path / "f", "-g", tmp_path / "g.kg"]
    monkeypatch.setenv("KG_OAI_URL", service.url)
    monkeypatch.setenv("KG_FETCH_INTERVAL", "0")
    monkeypatch.setattr(sys, "argv", ["kg", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert (left.value.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"Fetched 8 papers in 3 answers; {tmp_path}/f holds 8 of this harvest in 2 files.",
        f"Added 6 papers; 2 were in the graph already; {tmp_path}/g.kg holds 6.",
    ]


def _error(code: str, said: str) -> str:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{code}">{said}</error></OAI-PMH>'
