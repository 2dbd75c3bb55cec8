"""The limits that SECURITY.md states are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg import apart, limits
from kg.fetch import client
from kg.rdf import user_sparql
from kg.serving import guard, listening, pool
from kg.sources import archive, inputs
from kg.store import user_sql
from kg.web.pages import query

TEXT = (Path(__file__).parents[2] / "SECURITY.md").read_text("utf-8")
ROWS = {
    "a file, a record": (limits.limits().seconds, limits.limits().memory >> 20, inputs.LIMIT >> 20, archive._MOST),
    "the first pages": (apart.SECONDS, apart.MEMORY >> 20),
    "`kg sql`": (user_sql.SECONDS, user_sql.MEMORY >> 20, user_sql.ROWS, user_sql.SIZE >> 20, 0),
    "`kg sparql`": (user_sparql.SECONDS, user_sparql.MEMORY >> 30, user_sql.ROWS, user_sql.SIZE >> 20),
    "`/sql`": (query.SECONDS, query._MEMORY >> 30, query._ROWS, query._SIZE >> 20),
    "a page of": (pool.SECONDS, guard.BODY >> 10, guard.FILE >> 20),
    "requests to": (
        *(listening._HEADERS, listening._BODY, pool.AT_ONCE),
        *(pool._WAITING, pool._WAIT, listening._CONNECTIONS),
    ),
    "an answer of": (client.MOST_BYTES >> 20,),
}


@pytest.mark.parametrize("what", ROWS)
def test_limits_that_are_promised_are_those_of_the_program(what: str) -> None:
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| {what}"))
    assert [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", row)] == [float(n) for n in ROWS[what]]
