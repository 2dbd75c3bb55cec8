"""Evidence ids: every quote of an answer is found again by its id, and what is no id is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.model import KgError
from kg.query.cited import KINDS, claims_of


def test_every_quote_of_an_answer_is_found_again_by_its_id(built_file: Path) -> None:
    with kg.open(str(built_file), read_only=True) as graph:
        answer = graph.ask("KV-cache compression papers on H100")
        quotes = [quote for row in answer.rows for quote in row.evidence]
        assert len(quotes) > 4
        for quote in quotes:
            found = graph.evidence(quote.id)
            assert (found.entry, found.field, found.quote) == (quote.source, quote.field, quote.quote)
            assert found.raw[found.start : found.end] == quote.quote
            assert quote.quote in found.raw


def test_every_claim_of_a_paper_is_among_those_of_its_passage(built_file: Path) -> None:
    with kg.open(str(built_file), read_only=True) as graph:
        claims = list(claims_of(graph.store, ["002-22"]))
        assert {one.kind for one in claims} == set(KINDS)
        for claim in claims[::7]:
            assert claim in graph.evidence(claim.evidence).claims


def test_what_is_no_id_and_what_has_changed_is_refused_in_one_sentence(built_file: Path) -> None:
    with kg.open(str(built_file), read_only=True) as graph:
        known = next(claims_of(graph.store, ["002-22"])).evidence
        place, _, _ = known.rpartition("/")
        wrong = {
            "": "no evidence id",
            "002-22": "no evidence id",
            "x" * 100_000: "no evidence id",
            "../../etc/passwd": "no evidence id",
            f"{place}/00000000": "others now",
            "002-22/A/0-9999999/00000000": "others now",
            "999-99/A/0-4/00000000": "no text",
            "002-22/A/٣-٤/00000000": "no evidence id",
            "a\nb\x1b[31m/A/0-4/00000000": "no evidence id",
        }
        for name, words in wrong.items():
            with pytest.raises(KgError, match=words) as raised:
                graph.evidence(name)
            said = str(raised.value)
            assert len(said) < 300
            assert said.isprintable()
