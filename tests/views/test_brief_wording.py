"""The grammar of the sentence on a paper: agreement, capitals, commas, nothing told twice or cut off."""

from __future__ import annotations

from typing import Any

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Paper, Record, Relation, Text
from kg.views.brief import brief
from kg.views.selection import Selection
from kg.views.slots import doing
from kg.views.surface import uncapitalised
from tests.views.test_brief import FULL, _stated


def test_the_verb_agrees_with_the_head_noun_of_the_name(built: Graph) -> None:
    text = "Sparse Gate Networks for models. Memory costs are high."
    parts: dict[str, Any] = {"problems": FULL["problems"]}
    for name, said in (("Sparse Gate Networks", "address"), ("Mixture of Gates", "addresses"), ("Foo", "addresses")):
        record = Record("t-1", title=f"{name}: a paper", name=name, **parts)
        record.relations.append(Relation(name, "addresses", "memory costs", Evidence("")))
        paper = Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text, text)}), record)])
        assert brief(built, paper, "en").startswith(f"{name} {said} memory costs")


def test_the_capital_of_a_beginning_is_dropped() -> None:
    assert uncapitalised("Memory costs", "Two problems: (1) Memory costs, (2) speed.") == "memory costs"
    assert uncapitalised("Subject-specific shifts", "Subject-specific shifts abound.") == "subject-specific shifts"
    assert uncapitalised("Memory costs", "We call them Memory costs.") == "Memory costs"
    assert uncapitalised("Memory costs of GPUs", "Memory costs of GPUs grow.") == "memory costs of GPUs"
    assert uncapitalised("Memory Gates", "Memory Gates grow.") == "Memory Gates"


@pytest.mark.parametrize(
    ("text", "techniques", "said"),
    [
        ("We propose step sampling, dubbed Late Gating.", ("step sampling", "Late Gating"), "uses"),
        ("We add a scaling rule, late gating, which is fast.", ("scaling rule", "late gating"), "uses"),
        ("We add a light-weight gate. Lightweight gate.", ("light-weight gate", "Lightweight gate"), "uses"),
        ("We propose a shield in Gaussian and image fields.", ("shield in Gaussian",), "shield in Gaussian"),
    ],
)
def test_a_technique_is_told_once_and_not_cut_off(
    built: Graph, text: str, techniques: tuple[str, ...], said: str
) -> None:
    found = [Mention("technique", one, one, "A", role="proposed", sure=True) for one in techniques]
    told = brief(built, _stated(text, techniques=found), "en").partition("in the paper's words")[0]
    if len(techniques) > 1:
        assert (techniques[0] in told) != (techniques[1] in told)
    else:
        assert said not in told.partition("“")[0]


def test_two_of_a_list_have_no_comma(built: Graph) -> None:
    text = "Costs grow: time, memory footprint, and power costs."
    problem = "memory footprint, and power costs"
    parts: dict[str, Any] = {
        "problems": [Mention("problem", problem, problem, "A", sure=True)],
        "relations": [Relation("Foo", "addresses", problem, Evidence(""))],
    }
    assert "addresses memory footprint and power costs" in brief(built, _stated(text, **parts), "en")


def test_a_title_and_its_short_name_are_one_technique(built: Graph) -> None:
    text = "We propose a gate network (GN-2), and adaptive routing."
    found = [
        Mention("technique", name, name, "A", role="proposed", sure=True) for name in ("block gate", "adaptive routing")
    ]
    record = Record("t-1", title="Block Gate for Models", name="GN-2", techniques=found)
    paper = Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text + " Block gate.", text)}), record)])
    assert "proposes GN-2 and adaptive routing" in brief(built, paper, "en")
    apart = doing(Selection.of(built, [paper]), paper, is_called=True)  # in a table whose first column is the name
    assert apart.technique == "adaptive routing"
