"""Every case file is read as its floor demands."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from kg.query import Lexicon
from kg.query.filter import Kind
from kg.text import has_han
from tests.cases.kinds import KINDS, CaseFile, case_files

FILES = list(case_files())


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_cases_are_read_as_expected(file: CaseFile, lexicon: Lexicon) -> None:
    misses = []
    for case in file.cases:
        found = json.loads(json.dumps(KINDS[file.kind](case["text"], lexicon)))
        if found != case["expected"]:
            misses.append(f"{case['text']}: {found}, not {case['expected']}")
    right = len(file.cases) - len(misses)
    report = "\n".join([f"{right} of {len(file.cases)} cases of {file.name}; the floor is {file.floor}", *misses])
    assert right >= file.floor * len(file.cases), report


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_case_occurs_once_and_floors_are_shares(file: CaseFile) -> None:
    texts = [json.dumps(case["text"]) for case in file.cases]
    assert len(set(texts)) == len(texts) > 0
    assert 0 < file.floor <= 1
    assert all(case.keys() == {"text", "expected"} for case in file.cases)


def test_paraphrases_are_of_every_kind_in_both_languages() -> None:
    [cases] = [file.cases for file in FILES if file.name == "paraphrases"]
    chinese = {case["expected"].split()[0] for case in cases if has_han(case["text"])}
    english = {case["expected"].split()[0] for case in cases if case["text"].isascii()}
    assert len(cases) >= 300
    assert chinese == english == set(get_args(Kind))


def test_marks_that_are_read_are_right_and_those_that_hold_are_read(lexicon: Lexicon) -> None:
    [cases] = [file.cases for file in FILES if file.name == "marks"]
    pairs = [(set(KINDS["marks"](case["text"], lexicon)), set(case["expected"])) for case in cases]
    found, wanted, right = (
        sum(map(len, some)) for some in zip(*((*pair, pair[0] & pair[1]) for pair in pairs), strict=True)
    )
    assert right >= 0.95 * found  # measured: 0.964
    assert right >= 0.95 * wanted  # measured: 0.982
