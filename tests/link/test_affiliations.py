"""Lines of affiliations as reports have them: whom they name, and what in them is nobody."""

from __future__ import annotations

import pytest

from kg.link.affiliations import organisations
from kg.link.register import Register


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load()


def names(line: str, register: Register, also: tuple[str, ...] = ()) -> list[str]:
    return [found.name for found in organisations(line, register, also)]


def test_ambiguous_name_keeps_its_surface_without_identity(register: Register) -> None:
    (found,) = organisations("Northeastern University", register)
    assert (found.name, found.concept, found.is_ambiguous) == ("Northeastern University", "", True)


def test_other_language_settles_an_ambiguous_name(register: Register) -> None:
    (chinese,) = organisations("东北大学", register)
    (found,) = organisations("Northeastern University", register, [chinese.concept])
    assert found.concept == chinese.concept == "ror:03awzbc87"


def test_chinese_list_is_read_name_by_name(register: Register) -> None:
    assert names("复旦大学与新加坡国立大学", register) == ["Fudan University", "National University of Singapore"]
    assert names("清华大学、上海AI实验室", register) == [
        "Tsinghua University",
        "Shanghai Artificial Intelligence Laboratory",
    ]
    assert names("曼彻斯特大学计算机学院", register) == ["University of Manchester"]


def test_places_point_at_the_words_of_the_line(register: Register) -> None:
    line = "Department of Physics, University of Siegen Siegen, FABU Inc"
    for found in organisations(line, register):
        assert line[found.start : found.end] == found.text
        assert found.text in ("University of Siegen", "FABU")


@pytest.mark.timeout(30)
def test_a_long_line_is_read_in_time_in_proportion_to_its_length(register: Register) -> None:
    organisations("(A) " * 20_000, register)
