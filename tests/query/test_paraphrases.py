"""Questions in both languages and of every kind, with the query that each means."""

from __future__ import annotations

import json
from pathlib import Path

from kg.query import Lexicon, read

from .shown import shown

ROWS = [json.loads(line) for line in Path(__file__).with_name("paraphrases.jsonl").read_text("utf-8").splitlines()]
KINDS = {"papers", "entities", "who", "definition", "near", "claims", "relations", "comparison", "path", "ranking"} | {
    "count",
    "trend",
    "refused",
}


def test_paraphrases_are_understood(lexicon: Lexicon) -> None:
    found = {row["q"]: shown(read(row["q"], lexicon)) for row in ROWS}
    missed = [f"{row['q']}: {found[row['q']]}, not {row['query']}" for row in ROWS if found[row["q"]] != row["query"]]
    assert len(missed) <= 0.05 * len(ROWS), "\n".join(missed)


def test_paraphrases_are_of_every_kind_in_both_languages() -> None:
    chinese = {row["query"].split()[0] for row in ROWS if any("\u3400" <= char <= "\u9fff" for char in row["q"])}
    english = {row["query"].split()[0] for row in ROWS if row["q"].isascii()}
    assert len({row["q"] for row in ROWS}) == len(ROWS) >= 300
    assert chinese == english == KINDS
