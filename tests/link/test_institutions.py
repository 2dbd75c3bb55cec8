"""Organisations by name: which one a name means, and when it means none surely."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from build_register import keys

from kg.entity_types import data_folder
from kg.link.organisation_words import OrganisationWords
from kg.link.register import Register, joined, name_tokens
from kg.model import KgError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load()


@pytest.mark.parametrize(
    ("said", "name", "reason"),
    [
        ("Sichuan Univeristy", "Sichuan University", "one letter off"),
        ("The University of Hong", "University of Hong Kong", "cut off"),
    ],
)
def test_misspelt_or_cut_off_name_that_can_mean_one_alone_is_known(
    register: Register, said: str, name: str, reason: str
) -> None:
    match = register.find(said)
    assert match is not None
    assert match.name == name
    assert reason in match.reason


def test_name_cut_off_after_of_is_not_one_without_of(register: Register) -> None:
    assert register.find("University of North") is None
    match = register.find("University North")
    assert match is not None
    assert match.organisation.country == "HR"


def test_name_of_a_withdrawn_record_finds_the_one_in_its_place(register: Register) -> None:
    match = register.find("Yale School of Medicine")
    assert match is not None
    assert match.name == "Yale University"


@pytest.mark.parametrize("name", ["Northeastern University", "Institute of Science", "研究团队", "Zhiwei Huang", ""])
def test_ambiguous_or_unknown_name_finds_nobody(register: Register, name: str) -> None:
    assert register.find(name) is None


def test_university_of_california_is_no_campus(register: Register) -> None:
    match = register.find("University of California")
    assert match is not None
    assert not match.concept.startswith("ror:")
    assert match.organisation.label == {"en": "University of California", "zh": "加州大学"}


def test_country_settles_between_organisations_of_one_name(register: Register) -> None:
    china, america = register.find("Northeastern University", "CN"), register.find("Northeastern University", "US")
    assert china is not None
    assert america is not None
    assert china.organisation.label["zh"] == "东北大学"
    assert china.concept != america.concept


def test_additions_give_names_and_the_register_gives_the_rest(register: Register) -> None:
    organisation = register["ror:00cmhce21"]
    assert organisation.label == {"en": "Huawei", "zh": "华为"}
    assert "Huawei Technologies" in organisation.alt["en"]
    assert organisation.country == "CN"


def test_every_addition_has_two_languages_and_no_label_is_shared(register: Register) -> None:
    bearer: dict[str, str] = {}
    for curie, organisation in register.additions.items():
        assert set(organisation.label) == {"en", "zh"}, curie
        assert curie.startswith("institution:") or curie in register._by_curie, f"{curie} is not in the register"
        for label in organisation.label.values():
            assert bearer.setdefault(joined(name_tokens(label, register.words)), curie) == curie, label


def test_part_of_an_organisation_is_known(register: Register) -> None:
    software = register.find("Institute of Computing Technology")
    academy = register.find("Chinese Academy of Sciences")
    assert academy is not None
    assert software is None or register.is_part(software.organisation, academy.organisation)
    assert register.is_umbrella(academy.organisation)


def test_keys_leave_out_country_and_legal_form() -> None:
    found = dict(keys("Adobe Systems Inc. (United States)", OrganisationWords.load(), frozenset({"united states"})))
    assert {"adobesystemsincunitedstates", "adobesystemsinc", "adobesystems"} == set(found)


def test_missing_register_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"register\.tsv\.gz"):
        Register.read(tmp_path / "register.tsv.gz", data_folder("ontology") / "institutions.ttl")


def test_register_was_built_with_the_words_of_today(register: Register) -> None:
    with gzip.open(data_folder("data") / "register.tsv.gz", "rt", encoding="utf-8") as lines:
        names = [line.split("\t")[5] for _, line in zip(range(3000), lines, strict=False)]
    missing = [n for n in names if not register.has(joined(name_tokens(n, register.words)))]
    assert not [n for n in missing if len(joined(name_tokens(n, register.words))) > 1]


def test_register_is_built_to_the_same_bytes(tmp_path: Path) -> None:
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("KG_SHARED does not name the folder with the ROR records")
    out = tmp_path / "register.tsv.gz"
    command = [sys.executable, "scripts/build_register.py", f"{shared}/data/ror", "-o", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert out.read_bytes() == (data_folder("data") / "register.tsv.gz").read_bytes()
