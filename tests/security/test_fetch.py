"""Services that mean harm: a harvest ends in one sentence whatever they answer, and tells no key."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from kg.fetch import Client, Oai, fetch
from kg.fetch.listed import Listed
from kg.model import KgError
from tests.fetch.services import OAI, Lists, Query, Repository, serving

_CALLS = 60  # after which a harvest would go on for ever


def token(number: int) -> str:
    return f"<resumptionToken>fresh-{number}</resumptionToken>"


def records(*numbers: int, at: str = "2025-10-01") -> str:
    return "".join(Repository(0).record(number, at) for number in numbers)


def listed(body: str) -> str:
    return OAI.format(body=f"<ListRecords>{body}</ListRecords>")


REFUSED = OAI.format(body='<error code="badResumptionToken">no</error>')
#: What a repository answers to the call of a number.
REPOSITORIES: dict[str, Callable[[int], str]] = {
    "a fresh token and no record": lambda n: listed(token(n)),
    "a record first, then none": lambda n: listed((records(1) if n == 0 else "") + token(n)),
    "a fresh token and the same records": lambda n: listed(records(1, 2) + token(n)),
    "three pages in a circle": lambda n: listed(records(n % 3) + token(n)),
    "records in a circle behind five others": lambda n: listed(records(n if n < 5 else 5 + n % 7) + token(n)),
    "the same deleted record": lambda n: listed(
        '<record><header status="deleted"><identifier>x</identifier><datestamp>2025-10-01</datestamp></header></record>'
        + token(n)
    ),
    "a token that it refuses": lambda n: REFUSED if n % 2 else listed(records(n) + token(n)),
    "two pages, then a token that it refuses": lambda n: REFUSED if n % 3 == 2 else listed(records(n % 3) + token(n)),
}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_repository_without_end_is_left(name: str, tmp_path: Path) -> None:
    calls = count()
    with serving(lambda _: REPOSITORIES[name](next(calls))) as service:
        with Client(service.url, interval=0.001) as client, pytest.raises(KgError) as told:
            fetch(Oai(url=service.url), tmp_path, client)
        assert len(service.asked) <= _CALLS
    assert "again" in str(told.value) or "empty page" in str(told.value) or "rejects" in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_repository_with_a_few_empty_pages_is_read_to_its_end(tmp_path: Path) -> None:
    def page(n: int) -> str:
        return listed((records(n) if n % 10 == 0 else "") + (token(n) if n < 40 else ""))

    calls = count()
    with serving(lambda _: page(next(calls))) as service, Client(service.url, interval=0.001) as client:
        assert fetch(Oai(url=service.url), tmp_path, client).papers == 5


@pytest.mark.parametrize("name", ["openalex", "s2", "crossref"])
def test_list_that_repeats_its_page_is_left(name: str, tmp_path: Path) -> None:
    """The same papers come with another token each time."""
    own, calls = Lists(name, 8, most=4), count()

    def usual(query: Query) -> str:
        given = query | ({"cursor": "*"} if "cursor" in query else {})
        answer = json.loads(own({key: value for key, value in given.items() if key != "token"}))
        part = answer.get("meta", answer.get("message", answer))
        part["token" if name == "s2" else "next-cursor" if name == "crossref" else "next_cursor"] = f"t{next(calls)}"
        return json.dumps(answer)

    with serving(usual) as service:
        with Client(service.url, interval=0.001) as client, pytest.raises(KgError, match="again and again"):
            fetch(Listed(name, "pruning", url=service.url), tmp_path, client)
        assert len(service.asked) <= _CALLS
