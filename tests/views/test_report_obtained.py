"""Which models and data sets a report's results were obtained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import kg
from kg.model import Evidence, Mention, Result
from kg.views.report.obtained import obtained_on
from kg.views.selection import EntryResult, Selection

_CASES = [
    ("On Plover, Zorvex is 41% faster and beats others on Finch.", "41% faster", ["Plover"]),
    ("Tests on Plover and Finch show that Zorvex is 41% faster.", "41% faster", ["Plover", "Finch"]),
    ("Tests on Plover and Finch data show it: 41% faster.", "41% faster", ["Plover", "Finch"]),
    ("Zorvex is 41% faster on the Plover set while it loses nothing on Finch.", "41% faster", ["Plover"]),
    ("Zorvex gains 3 points on Plover, and is 41% faster.", "41% faster", []),
    ("Zorvex is 41% faster, and right on Plover and Finch.", "41% faster", []),
    ("Trained only on Plover, Zorvex is 41% faster.", "41% faster", []),
    ("Outperforming Plover, Zorvex is 41% faster.", "41% faster", []),
    ("Compared to old models of its size (e.g., Plover), Zorvex is 41% faster.", "41% faster", []),
    ("Zorvex is 41% faster than Crane on Plover.", "41% faster", ["Plover"]),
    ("Zorvex is 41% faster on Plovers.", "41% faster", []),
    ("Zorvex is 41% faster without quality loss on Plover.", "41% faster", []),
]


@pytest.mark.parametrize(("said", "quote", "wanted"), _CASES)
def test_a_result_is_of_what_its_sentence_says_it_of(tmp_path: Path, said: str, quote: str, wanted: list[str]) -> None:
    paper, text = tmp_path / "paper.jsonl", f"We propose Zorvex. {said}"
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": text}))
    start = text.index(quote)
    result = Result(Evidence(quote, "A", start, start + len(quote)), "speed", 41.0, "%", "increase")
    mentions = [Mention("dataset", name, name) for name in ("Plover", "Finch")]
    with kg.open(str(tmp_path / "one.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        found = EntryResult(*graph.paper("p").entries[0], result)
        assert list(obtained_on(Selection(graph), found, ["Zorvex"], mentions).values()) == wanted
        setting = EntryResult(found.document, found.record, replace(result, setting="Finch test set"))
        assert list(obtained_on(Selection(graph), setting, ["Zorvex"], mentions).values()) == ["Finch"]
