"""Strings of affiliations in the wild: which records of ROR they name, and how sure that is."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kg.entity_types import data_folder
from kg.link.candidates import FEATURES, Affiliation
from kg.link.organisation_words import OrganisationWords
from kg.link.ror import CONTEXT, RegisterJudge, Seen, Trees, chosen, context, identified, ids
from kg.link.spellings import folded, folding, likeness, likeness_to_part, names, split
from kg.model import KgError

OXFORD, CAMBRIDGE, BONN, SIAT = "052gg0110", "013meh722", "041nas322", "02c0y6y91"


def bearers(text: str) -> set[str]:
    known = names()
    return {known.facts(c.row).id for c in Affiliation(text, known).candidates()}


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
    [("Bonn University", BONN), ("Univ. Bonn, Bonn, Germany", BONN), ("Institut für Informatik UniversitätBonn", BONN)],
)
def test_name_in_another_order_shortened_or_glued_is_a_candidate(text: str, identifier: str) -> None:
    assert identifier in bearers(text)


FLORENCE, FIU, WEIZMANN, BERKELEY = "04jr1s763", "02gz6gg07", "0316ej306", "01an7q238"


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Dipartimento di Fisica, Università di Firenze, Firenze, Italy", FLORENCE),
        ("Sch. of Comput. Sci., Florida Int. Univ., Miami, FL, USA", FIU),
        ("The Weizmann Institute, Rehovot, Israel", WEIZMANN),
        ("Department of Physics, University of California, 445 Campbell Hall, Berkeley, CA 94720", BERKELEY),
    ],
)
def test_name_translated_spelt_out_or_without_its_end_or_city_is_a_candidate(text: str, identifier: str) -> None:
    assert identifier in bearers(text)


def test_facts_say_which_other_registers_know_a_record() -> None:
    known = names()
    rows = {known.facts(row).id: row for row in known.of([OXFORD, "00003ef66"])}
    assert known.facts(rows[OXFORD]).lists == (1, 1, 1)
    assert known.facts(rows["00003ef66"]).lists == (0, 0, 1)  # a college that only Wikidata knows


def test_campus_of_a_city_that_the_string_does_not_name_is_no_candidate() -> None:
    assert BERKELEY not in bearers("Department of Physics, University of California, Davis, CA 95616")


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
    for candidate in Affiliation("Bonn University and 中国科学院大学, Beijing 100190, China", names()).candidates():
        assert len(candidate.features) == len(FEATURES)
        assert all(isinstance(value, int) for value in candidate.features)


def test_words_are_taken_apart_where_they_are_glued() -> None:
    assert [word for word, _, _ in split("PennsylvaniaPhiladelphia 12Road AstraZeneca")] == [
        *("Pennsylvania", "Philadelphia", "12", "Road", "Astra", "Zeneca")
    ]


def test_likeness_counts_words_in_their_place_more() -> None:
    name = folded("University of Bonn", folding(OrganisationWords.load()))
    assert likeness(name, name) == (100, 100)
    assert likeness(name[::-1], name) == (67, 67)
    assert likeness(["university", "bonnie"], name) == (83, 67)
    assert likeness(name[:1], name) == (0, 0)


def test_likeness_to_a_part_counts_the_words_of_the_run() -> None:
    long = [["weizmann", "institute", "science"]]
    assert likeness_to_part(["weizmann", "institute"], long) == (100, 100)
    assert likeness_to_part(["weizmann", "college"], long)[0] < 60
    assert likeness_to_part(["weizmann", "institute", "science"], long) == (0, 0)


def test_context_tells_what_stands_in_the_same_words_and_elsewhere() -> None:
    spans = np.array([[7, 0, 2], [8, 1, 1], [9, 4, 5], [7, 4, 5]])
    beside = dict(zip(CONTEXT, context(spans, np.array([3000, 1000, -1000, 0])).T.tolist(), strict=True))
    assert beside["first"] == [3000, 1000, -1000, 0]
    assert beside["overlapping"][:2] == [1000, 3000]
    assert beside["elsewhere"][:2] == [-1000, 0]
    assert beside["again"] == [0, -12000, -12000, 3000]
    assert beside["ahead"][0] == 2000


def test_context_of_some_candidates_is_that_of_all() -> None:
    spans, scores = np.array([[1, 0, 2], [2, 1, 3], [1, 5, 6], [3, 5, 5]]), np.array([900, -200, 40, -3000])
    assert (context(spans, scores, np.array([2, 0])) == context(spans, scores)[[2, 0]]).all()


def test_trees_add_up_the_leaves_that_their_questions_lead_to() -> None:
    dice = np.random.default_rng(7)
    feature, limit = dice.integers(0, 5, (40, 6)), dice.integers(-3, 3, (40, 6))
    trees = Trees(feature, limit, dice.integers(-999, 999, (40, 64)), base=-17)
    rows = dice.integers(-5, 5, (150, 5))
    leaves = ((rows[:, feature] > limit) << np.arange(6)).sum(axis=2)
    wanted = [-17 + sum(trees.leaf[tree, leaf] for tree, leaf in enumerate(row)) for row in leaves]
    assert trees.scores(rows).tolist() == wanted


@pytest.mark.timeout(60)
def test_long_hostile_string_is_read_in_bounded_time() -> None:
    ids("University of Oxford " * 20_000)


def test_what_annotated_strings_meant_is_counted_by_organisation_and_by_name() -> None:
    reading = Affiliation("Dept. of Physics, Univ. of Oxford, Oxford, UK", names())
    candidates = reading.candidates()
    ids_ = [reading.names.facts(c.row).id for c in candidates]
    entry = Seen.name(OXFORD, reading, candidates[ids_.index(OXFORD)])
    assert entry == f"{OXFORD} universityoxford"
    seen = Seen({OXFORD: (9, 7), entry: (3, 3)})
    for candidate, identifier in zip(candidates, ids_, strict=True):
        expected = (7, 72, 3, 80) if identifier == OXFORD else (0, 50, 0, 50)
        assert seen.features(reading, candidate) == expected


def test_organisation_is_believed_less_when_annotated_strings_never_meant_it() -> None:
    judge = RegisterJudge.read(data_folder("data") / "institutions.json")
    reading = Affiliation("Department of Engineering Science, University of Oxford, Oxford, UK", names())
    name = f"{OXFORD} universityoxford"

    def score(meant: int) -> int:
        told = replace(judge, seen=Seen({OXFORD: (40, meant), name: (40, meant)}))
        return next(s for c, s in chosen(reading, told, -50_000) if names().facts(c.row).id == OXFORD)

    assert score(40) > score(0) + 1000


def test_weights_that_are_damaged_or_of_other_features_are_one_sentence(tmp_path: Path) -> None:
    state = json.loads((data_folder("data") / "institutions.json").read_text(encoding="utf-8"))
    path = tmp_path / "institutions.json"
    for text in ("", "{}", "[]", json.dumps({**state, "features": ["rank"]}), json.dumps({**state, "seen": []})):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(KgError, match=r"institutions\.json"):
            RegisterJudge.read(path)
