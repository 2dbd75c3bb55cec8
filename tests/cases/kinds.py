"""Kinds of case files: each reads the text of a case into plain JSON, which its row expects.

A case file, tests/cases/*.jsonl, begins with a row {"kind": ..., "floor": ..., "about": ...}; each further row is a
case: {"text": ..., "expected": ...}. A text may be a list: a title and an abstract, two questions, the lines of a page.
The score of a file is the share of cases whose text is read as expected, and test_cases.py fails when that is below
the floor. A case that nobody can fix yet stays in the file, and is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kg.query import Lexicon, Outcome, read
from kg.query.followup import Context
from kg.query.since import split
from kg.store.user_sql import fits
from tests.cases.extracted import EXTRACTED
from tests.cases.linked import LINKED
from tests.cases.sourced import SOURCED
from tests.check.briefs import unsupported
from tests.query.shown import said, shown

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


def question(text: str, lexicon: Lexicon) -> Json:
    """The query that a question means, in one line."""
    return shown(read(text, lexicon))


def reading(text: str, lexicon: Lexicon) -> Json:
    """The query that a question means, and the words that are told as ignored."""
    ignored = read(text, lexicon).filter.ignored
    return question(text, lexicon) + (f" ; ignored: {', '.join(ignored)}" if ignored else "")


def conditions(text: str, lexicon: Lexicon) -> Json:
    """The conditions that a question means, in one line."""
    return said(read(text, lexicon).filter)


def asked(text: str, lexicon: Lexicon) -> Json:
    """The kind of answer that a question asks for."""
    return read(text, lexicon).kind


def instruction(text: str, lexicon: Lexicon) -> Json:
    """How a question is to be answered: the kind of the answer, its order, and what it is counted over."""
    query = read(text, lexicon)
    return " ".join(filter(None, (query.kind, query.order, query.over)))


def followup(texts: list[str], lexicon: Lexicon) -> Json:
    """The conditions of the last of some questions, which goes on from those before; null where it begins afresh."""
    context = Context.of(texts[:-1], lexicon, lambda _, __: True)
    found = context and context.query(texts[-1])
    return found and [("not " if one.negated else "") + one.text for one in found.filter.conditions]


def same(texts: list[str], lexicon: Lexicon) -> Json:
    """Whether two questions mean the same conditions, in any order."""
    one, other = (set(conditions(text, lexicon).split(" & ")) for text in texts)
    return one == other


def told(texts: list[str], lexicon: Lexicon) -> Json:
    """Whether a text tells the amount that a question asks for."""
    terms = (term for one in read(texts[0], lexicon).filter.conditions for term in one.any_of)
    (wanted,) = (term for term in terms if isinstance(term, Outcome))
    return fits(wanted.told, texts[1])


def narrowing(text: str, lexicon: Lexicon) -> Json:
    """The words that narrow a question though no concept bears them."""
    return read(text, lexicon).filter.narrowing


def _without_lexicon(kind: Callable[[Any], Json]) -> Callable[[Any, Lexicon], Json]:
    return lambda text, lexicon: kind(text)


#: The kinds by their names in case files; a further kind is a further function.
KINDS: dict[str, Callable[[Any, Lexicon], Json]] = {
    "question": question,
    "reading": reading,
    "condition": conditions,
    "asked": asked,
    "followup": followup,
    "instruction": instruction,
    "same": same,
    "told": told,
    "narrowing": narrowing,
    "period": lambda text, lexicon: [str(one) for one in split(text, lexicon, date(2025, 10, 17))],
    "brief": lambda brief, _: unsupported(brief),
    **{name: _without_lexicon(kind) for name, kind in (EXTRACTED | LINKED | SOURCED).items()},
}
