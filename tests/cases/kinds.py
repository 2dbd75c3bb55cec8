"""Kinds of case files: each reads the text of a case into plain JSON, which its row expects.

A case file, tests/cases/*.jsonl, begins with a row {"kind": ..., "floor": ..., "about": ...}; each further row is a
case: {"text": ..., "expected": ...}. Its score is the share of cases whose text is read as expected, and test_cases.py
fails when that is below the floor. A case that nobody can fix yet stays in the file, and is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kg.extract.numbers import plain, quantities
from kg.query import Lexicon, read
from tests.extract.comparing import beaten, compared
from tests.extract.conftest import entry
from tests.extract.partly import outcomes
from tests.query.shown import shown

FOLDER = Path(__file__).parent

Json = Any


class CaseFile(NamedTuple):
    """The cases of a file, and the share of them that must be read as expected."""

    name: str
    kind: str
    floor: float
    cases: list[dict[str, Json]]


def case_files() -> Iterator[CaseFile]:
    """All case files, by name."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        head, *cases = map(json.loads, path.read_text("utf-8").splitlines())
        yield CaseFile(path.stem, head["kind"], head["floor"], cases)


def quantity(text: str, lexicon: Lexicon) -> Json:
    """The quantities of a text: value, unit and bound of each."""
    return [[found.value, found.unit, found.bound] for found in quantities(plain(text))]


def outcome(text: str, lexicon: Lexicon) -> Json:
    """The results that the grammar reads in an abstract: metric, value, unit, change and bound of each."""
    return [[one.metric, one.value, one.unit, one.change, one.bound] for one in outcomes(text)]


def question(text: str, lexicon: Lexicon) -> Json:
    """The query that a question means, in one line."""
    return shown(read(text, lexicon))


def losers(text: str, lexicon: Lexicon) -> Json:
    """The rivals that the proposed method beats, by a sentence."""
    return sorted(beaten(entry, text))


def comparison(text: str, lexicon: Lexicon) -> Json:
    """The comparisons that a sentence states: subject, type of relation and rival of each."""
    return sorted(map(list, compared(entry, text)))


#: The kinds by their names in case files; a further kind is a further function.
KINDS: dict[str, Callable[[str, Lexicon], Json]] = {
    "quantity": quantity,
    "outcome": outcome,
    "question": question,
    "losers": losers,
    "comparison": comparison,
}
