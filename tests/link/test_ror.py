"""Strings of affiliations in the wild: which records of ROR they name, and how sure that is."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest

from kg.link.candidates import FEATURES, Reading
from kg.link.institutions import Words
from kg.link.ror import Trees, identified, ids
from kg.link.spellings import folded, likeness, names, split
from kg.model import KgError
from kg.vocabulary import data_folder

OXFORD, CAMBRIDGE, BONN, SIAT = "052gg0110", "013meh722", "041nas322", "02c0y6y91"


def bearers(text: str) -> set[str]:
    known = names()
    return {known.facts(c.row).id for c in Reading(text, known).candidates()}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Department of Engineering Science, University of Oxford, Oxford, UK", OXFORD),
        ("Department of Statistics University of Oxford  Oxford UK", OXFORD),
        ("Department of Physics, University of Cambridge, Cambridge CB3 0HE, United Kingdom", CAMBRIDGE),
    ],
)
def test_string_with_or_without_commas_names_its_university(text: str, identifier: str) -> None:
    assert ids(text) == [identifier]


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Bonn University", BONN),
        ("Univ. Bonn, Bonn, Germany", BONN),
        ("Institut für Informatik UniversitätBonn", BONN),
    ],
)
def test_name_in_another_order_shortened_or_glued_is_a_candidate(text: str, identifier: str) -> None:
    assert identifier in bearers(text)


@pytest.mark.parametrize("text", ["", ";;;", "Department of Physics", "Zhiwei Huang", "someone@example.org"])
def test_string_without_organisation_names_nobody(text: str) -> None:
    assert ids(text) == []


def test_words_of_a_found_name_stand_in_the_string() -> None:
    text = "Dept. of Statistics, University of Oxford; Department of Physics, University of Cambridge, Cambridge, UK"
    found = identified(text)
    assert [one.text for one in found] == ["University of Oxford", "University of Cambridge"]
    assert all(text[one.start : one.end] == one.text and 0.5 < one.probability < 1 for one in found)


def test_no_words_name_two_organisations() -> None:
    found = identified("First Affiliated Hospital of Zhejiang University, Hangzhou; UCSF, San Francisco", -50_000)
    places = [(one.start, one.end) for one in found]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(places))


def test_every_candidate_has_every_feature_as_a_whole_number() -> None:
    for candidate in Reading("Bonn University and 中国科学院大学, Beijing 100190, China", names()).candidates():
        assert len(candidate.features) == len(FEATURES)
        assert all(isinstance(value, int) for value in candidate.features)


def test_words_are_taken_apart_where_they_are_glued() -> None:
    assert [word for word, _, _ in split("PennsylvaniaPhiladelphia 12Road AstraZeneca")] == [
        *("Pennsylvania", "Philadelphia", "12", "Road", "Astra", "Zeneca")
    ]


def test_likeness_counts_words_in_their_place_more() -> None:
    name = folded("University of Bonn", Words.load())
    assert likeness(name, name) == (100, 100)
    assert likeness(name[::-1], name) == (67, 67)
    assert likeness(["university", "bonnie"], name) == (83, 67)
    assert likeness(name[:1], name) == (0, 0)


def test_long_hostile_string_is_read_in_bounded_time() -> None:
    start = time.process_time()
    ids("University of Oxford " * 20_000)
    assert time.process_time() - start < 5


def test_weights_that_are_damaged_or_of_other_features_are_one_sentence(tmp_path: Path) -> None:
    state = json.loads((data_folder("data") / "institutions.json").read_text(encoding="utf-8"))
    path = tmp_path / "institutions.json"
    for text in ("", "{}", "[]", json.dumps({**state, "features": ["rank"]})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(KgError, match=r"institutions\.json"):
            Trees.read(path)
