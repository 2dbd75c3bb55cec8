"""What may fill a slot of the sentence on a paper, and that one thing is not told as two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Paper, Record, Relation, Text
from kg.views.brief import brief
from kg.views.fillers import is_one_of_two
from kg.views.own import addressed_by
from tests.views.telling import record_parts

TITLE = "Sparse Gates at Dusk"


def _told(
    built: Graph, text: str, *techniques: str, title: str = TITLE, name: str = "Foo", kind: str = "", lang: str = "en"
) -> str:
    """The composed part of the sentence on a paper that surely proposes some techniques."""
    found = [Mention("technique", one, one, "A", role="proposed", sure=True) for one in techniques]
    document = Document("t-1", "t", 1, {"T": Text(title, title), "A": Text(text, text)})
    paper = Paper("paper:t-1", [(document, Record("t-1", title=title, name=name, kind=kind, techniques=found))])
    return record_parts(built, paper, lang).rpartition(title)[2].partition("in the paper's words")[0].strip(" ”;.》。")


@pytest.mark.parametrize(
    ("text", "techniques", "told"),
    [
        ("We propose Foo, a novel gate rule that saves time.", ["gate rule"], "proposes a gate rule (Foo)"),
        ("We propose the Foo algorithm, a gate rule.", ["gate rule"], "proposes a gate rule (Foo)"),
        (
            "We propose Foo, a gate rule for time. We propose a mask tree.",
            ["mask tree", "gate rule"],
            "proposes a gate rule (Foo) and a mask tree",
        ),
        # Others of a list, and what is only used.
        ("We propose Foo, a gate rule and a mask tree.", ["gate rule"], "proposes Foo and a gate rule"),
        ("We propose Foo, a method that uses a gate rule.", ["gate rule"], "proposes Foo"),
    ],
)
def test_a_name_and_what_it_is_are_one_thing(built: Graph, text: str, techniques: list[str], told: str) -> None:
    assert _told(built, text, *techniques) == told


def test_two_spellings_of_a_name_and_its_short_form_are_one_thing(built: Graph) -> None:
    assert _told(
        built, "We propose GateNet and a mask tree. Gate-Net is fast.", "Gate-Net", "mask tree", name="GateNet"
    ) == ("proposes GateNet and a mask tree")
    text = "We propose a late gating rule (LGR) and the LGR strategy."
    assert _told(built, text, "late gating rule (LGR)", "LGR strategy", name="") == "proposes a late gating rule (LGR)"


def test_a_name_and_what_it_is_are_one_thing_in_chinese(built: Graph) -> None:
    assert _told(built, "We propose Foo, a novel gating rule.", "gating rule", lang="zh").endswith("（Foo）技术")


def test_a_method_is_said_to_propose_what_it_is(built: Graph) -> None:
    is_one = _told(built, "Foo, a novel gate rule, saves time.", "gate rule", title="Foo: Sparse Gates")
    has_one = _told(built, "Foo has a gate rule.", "gate rule", title="Foo: Sparse Gates")
    assert (is_one, has_one) == ("Foo proposes a gate rule", "Foo uses a gate rule")


def test_words_that_point_back_are_told_where_nothing_else_is(built: Graph) -> None:
    text = "Foo has a gate rule. It adds this dusk strategy."
    assert _told(built, text, "gate rule", "dusk strategy", title="Foo: Gates") == "Foo uses a gate rule"
    assert "uses a dusk strategy" in _told(built, text, "dusk strategy", title="Foo: Gates")


@pytest.mark.parametrize(
    ("text", "technique", "is_told"),
    [
        ("We propose to dynamically prune weak branches.", "dynamically prune weak branches", False),
        ("We propose jointly trained gates.", "jointly trained gates", True),
        (
            "We add a Q-Former. We propose: a Q-Former projects sparse features.",
            "Q-Former projects sparse features",
            False,
        ),
        ("We propose Q-Former blocks for features.", "Q-Former blocks", True),
    ],
)
def test_a_verb_is_no_part_of_a_technique(built: Graph, text: str, technique: str, *, is_told: bool) -> None:
    assert (technique in _told(built, f"{text} We propose a gate rule.", "gate rule", technique)) == is_told


def test_what_a_study_is_of_is_not_proposed(built: Graph) -> None:
    assert "proposes" not in _told(built, "We present a comparison of rules and deep dusk learning (DDL).", name="DDL")
    assert "proposes" in _told(built, "We present deep dusk learning (DDL) for hospitals.", name="DDL")
    assert "proposes" not in _told(built, "We present a deep learning (DL) scheme for hospitals.", name="DL")


def _against(built: Graph, text: str, problem: str) -> str:
    """The sentence on a paper that surely addresses a problem."""
    document = Document("t-1", "t", 1, {"A": Text(text, text)})
    found = [Mention("problem", problem, problem, "A", sure=True)]
    relations = [Relation("Foo", "addresses", problem, Evidence(""), sure=True)]
    paper = Paper("paper:t-1", [(document, Record("t-1", name="Foo", problems=found, relations=relations))])
    return brief(built, paper, "en")


@pytest.mark.parametrize(("problem", "is_told"), [("negligible quality loss", False), ("severe quality loss", True)])
def test_what_is_too_little_is_no_problem(built: Graph, problem: str, *, is_told: bool) -> None:
    text = f"We prune gates, incurring {problem}."
    assert (f"addresses {problem}" in _against(built, text, problem)) == is_told


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Improving the Gate", "proposes the gate rule mechanism and a mask tree"),
        ("Improving Gate Rule for Gates", "proposes a mask tree"),
        ("On Improving: Gate Rule", "proposes the gate rule mechanism and a mask tree"),
    ],
)
def test_what_a_title_improves_is_not_proposed(built: Graph, title: str, told: str) -> None:
    text = "We propose the gate rule mechanism and a mask tree."
    assert _told(built, text, "gate rule mechanism", "mask tree", title=title, name="") == told


def test_a_data_set_proposes_what_it_served_to_make(built: Graph) -> None:
    assert _told(built, "We build a gate rule for Foo.", "gate rule", title="Foo: Gates", kind="dataset").startswith(
        "Foo proposes"
    )


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Foo has a late gate.", True),
        ("Foo has two parts: (1) a mask and (2) a late gate.", True),
        ("A late gate is introduced in Foo.", True),
        ("Foo prunes, and the late gate is good.", False),
        ("Finch uses a late gate. Foo has none.", False),
        ("We add a mask that serves a late gate.", False),
    ],
)
def test_a_method_uses_what_the_paper_says_of_itself(built: Graph, text: str, *, is_told: bool) -> None:
    assert _told(built, text, "late gate", title="Foo: Gates").startswith("Foo uses a late gate") is is_told


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Gates have high decoding costs. We propose Foo.", True),
        ("Our gates cut high decoding costs. We propose Foo.", True),
        ("Pruning reduces high decoding costs. We propose Foo.", False),
        ("Gates have high decoding costs when inputs are long. We propose Foo.", False),
    ],
)
def test_a_problem_is_not_what_others_solve_nor_cut_off(built: Graph, text: str, *, is_told: bool) -> None:
    assert ("Foo addresses high decoding costs" in _against(built, text, "high decoding costs")) is is_told


def test_costs_that_surge_are_no_noun(built: Graph) -> None:
    problem, text = "computational costs surge", "Their computational costs surge drastically when inputs grow."
    assert "addresses" not in _against(built, text, problem)
    assert "addresses" in _against(built, text.replace("costs surge", "cost surges"), "computational cost surges")


@pytest.mark.parametrize(
    ("text", "technique", "told"),
    [
        ("Our pruning scheme is fast, and our pruning scheme is small.", "pruning scheme", False),
        ("We propose a pruning scheme. Our pruning scheme is small.", "pruning scheme", True),
        ("We propose a gated mixture of experts.", "gated mixture", False),
        ("We propose a gated fusion of experts.", "gated fusion", True),
        ("We propose Sound-Centric and Sight-Centric gates.", "Sound-Centric", False),
        ("We sort keys by a hit or miss.", "hit or miss", False),
    ],
)
def test_what_says_nothing_by_itself_is_no_technique(built: Graph, text: str, technique: str, told: bool) -> None:
    assert (technique in _told(built, text, technique).partition("“")[0]) is told


def test_a_word_of_another_language_alone_is_no_technique(built: Graph) -> None:
    for said in ("frobnication", "late frobnication"):
        assert said not in _told(built, f"We propose {said}.", said, lang="zh").partition("“")[0]


def test_a_name_and_the_beginning_of_what_it_stands_for_are_one_thing(built: Graph) -> None:
    told = _told(built, "We propose late gate graphs (LGG). A late gate is fast.", "late gate", name="LGG")
    assert told == "proposes late gate graphs (LGG)"


def test_under_a_title_what_the_vocabulary_knows_is_not_proposed(built: Graph) -> None:
    text = "We propose a gated mask tree on top of a speculative decoding scheme."
    known = Mention("technique", "speculative decoding scheme", "speculative decoding", "A", role="proposed", sure=True)
    known = replace(known, concept="technique:speculative-decoding")
    own = Mention("technique", "gated mask tree", "gated mask tree", "A", role="proposed", sure=True)
    document = Document("t-1", "t", 1, {"T": Text(TITLE, TITLE), "A": Text(text, text)})
    paper = Paper("paper:t-1", [(document, Record("t-1", title=TITLE, techniques=[own, known]))])
    assert record_parts(built, paper) == f"“{TITLE}” proposes a gated mask tree."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("We propose a gate rule and a mask tree.", "proposes a gate rule and a mask tree"),
        ("We introduce a gate rule, and tune it with a mask tree.", "proposes a gate rule"),
        ("We introduce a gate rule and evaluate a mask tree.", "proposes a gate rule"),
        ("We design a gate rule that prunes by a mask tree.", "proposes a gate rule"),
        ("We find a mask tree. We develop a gate rule.", "proposes a gate rule"),
    ],
)
def test_under_a_title_only_what_is_put_forward_is_proposed(built: Graph, text: str, told: str) -> None:
    assert _told(built, text, "gate rule", "mask tree", name="") == told


@pytest.mark.parametrize(
    ("text", "technique"),
    [
        ("Foo has an executor.", "executor"),
        ("Foo has kernel-level innovations.", "kernel-level innovations"),
        ("Foo has a late-rank adapter (LRA)-based branch.", "late-rank adapter"),
        ("We introduce a late oracle. It sees all. This leads to Foo.", "late oracle"),
        ("Foo is fast. We also build Bar, the first open-source library.", "Bar"),
        ("Foo is fast. We build a novel benchmark named Bar.", "Bar"),
    ],
)
def test_what_a_method_does_not_use_is_not_told(built: Graph, text: str, technique: str) -> None:
    assert _told(built, f"{text} Foo has a gate rule.", "gate rule", technique, title="Foo: Gates") == (
        "Foo uses a gate rule"
    )


@pytest.mark.parametrize(
    ("problem", "is_told"),
    [
        ("high-resolution generation", False),
        ("resource-limited generation", True),
        ("generation across limited resources", False),
    ],
)
def test_the_head_of_a_problem_says_what_is_wrong(built: Graph, problem: str, *, is_told: bool) -> None:
    assert (f"addresses {problem}" in _against(built, f"They struggle with {problem}.", problem)) == is_told


def test_a_problem_goes_without_the_article_of_its_sentence(built: Graph) -> None:
    assert "addresses slow inference." in _against(built, "Foo ends the slow inference, and more.", "slow inference")
    assert "the Slow Gate Problem" in _against(built, "Foo ends the Slow Gate Problem.", "Slow Gate Problem")


def test_the_beginning_of_a_title_is_no_name_of_what_is_called_otherwise(built: Graph) -> None:
    text = "We introduce the Late Gate Rate (LGR), a rule."
    assert _told(built, text, title="Late Gates and Routes: A View", name="LGR") == "proposes the Late Gate Rate (LGR)"


def test_one_of_two_that_a_method_is_against_is_not_all_of_it() -> None:
    assert is_one_of_two("It reduces noise and state drift.", "state drift")
    assert is_one_of_two("It reduces state drift and noise.", "state drift")
    assert not is_one_of_two("It reduces state drift and keeps the rate.", "state drift")


def test_what_a_step_or_a_side_effect_helps_against_is_no_aim() -> None:
    step = "We propose Foo, a light gate, pretrained on Plover to address state drift."
    assert addressed_by(["Foo"], "state drift", [step], is_sure=True) is None
    assert addressed_by(["Foo"], "state drift", [step.replace("pretrained", "designed")], is_sure=True) == "address"
    beside = "To cut the costs, we propose Foo, which overcomes state drift."
    assert addressed_by(["Foo"], "state drift", [beside], is_sure=True) is None
    for said in (
        "We propose Foo with late scans to avoid state drift.",
        "We then apply a scan to alleviate state drift.",
        "Gates have several challenges including state drift, noise and cost.",
    ):
        assert addressed_by(["Foo"], "state drift", [said, "We propose Foo."], is_sure=True) is None
    assert addressed_by(["Foo"], "state drift", [beside.replace("the costs", "this")], is_sure=True) == "overcome"
    meanwhile = "To cut costs while reducing state drift, we propose Foo."
    assert addressed_by(["Foo"], "state drift", [meanwhile], is_sure=True) is None
