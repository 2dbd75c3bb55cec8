"""Roles of sections: cues, numbers, nesting, place, and texts that say what headings do not."""

from pathlib import Path

import pytest

from kg.sources.body.roles import Heading, is_contribution, measures, numbered, roles

CASES = Path(__file__).with_name("roles.txt").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("case", CASES, ids=[case.partition(" |")[0] for case in CASES])
def test_roles_of_sections(case: str) -> None:
    _, texts, wanted = case.split(" | ")
    assert " ".join(roles([Heading(text) for text in texts.split("; ")])) == wanted


def test_place_that_the_format_gives_decides():
    assert roles([Heading("Method", 1), Heading("Results", 1, place="appendix")]) == ["method", "appendix"]


def test_section_without_cue_behind_related_work_is_new_unless_it_cites():
    related, cites = Heading("Related Work", words=20), "Fox [1] and Lee [2] do so [3]."
    assert roles([Heading("Introduction"), related, Heading("Sparsity", 0, "", "", *measures(cites))])[2] == "related"
    assert roles([Heading("Introduction"), related, Heading("Sparsity", 0, "", "", *measures("We do."))])[2] == "method"


@pytest.mark.parametrize("text", ["Our main contributions are:", "本文的主要贡献如下"])
def test_paragraph_that_announces_contributions(text):
    assert is_contribution(text)


def test_number_needs_a_space_or_a_mark_behind_it():
    assert numbered("3D Location") == ("", "3D Location")
