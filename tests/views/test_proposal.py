"""What a paper says that it proposes, as a sentence tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.api import Graph
from kg.model import Evidence, Mention, Relation, Result
from kg.views.brief import brief
from kg.views.proposal import Proposal, is_part, proposal
from kg.views.proposed import kinds
from kg.views.report.layout import Part
from kg.views.report.methods import methods
from kg.views.selection import Selection
from tests.views.telling import titled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("To do so, we propose Foo, a novel gate that skips idle blocks.", "Foo is a gate that skips idle blocks."),
        ("We propose Late Gates (Foo), a gate that skips blocks.", "Foo (Late Gates) is a gate that skips blocks."),
        ("This paper presents Foo (Late Gates), a gate of idle blocks.", "Foo (Late Gates) is a gate of idle blocks."),
        (
            "We propose an adaptive gate network (Foo) that skips blocks.",
            "Foo is an adaptive gate network that skips blocks.",
        ),
        ("We introduce a light gate framework, Foo, to skip blocks.", "Foo is a light gate framework to skip blocks."),
        ("We end this by introducing Foo, a gate that skips idle blocks.", "Foo is a gate that skips idle blocks."),
        (
            "We propose Foo, a gate that skips blocks, and show that it is fast.",
            "Foo is a gate that skips blocks.",
        ),
        (
            "We first scan maps. We introduce a simple yet effective gate that skips all blocks of a map.",
            "“Foo: Gates at Dusk” introduces a gate that skips all blocks of a map.",
        ),
        ("We scan maps and introduce Foo, a gate that skips blocks.", "Foo is a gate that skips blocks."),
        (
            "We study maps by old gating (OG), which skips all of the blocks by introducing a late rule of maps.",
            "“Foo: Gates at Dusk” states: “We study maps by old gating (OG), which skips all of the blocks by "
            "introducing a late rule of maps”.",
        ),
        (
            "We introduce the light and fast gating framework for all idle blocks.",
            "“Foo: Gates at Dusk” introduces a light and fast gating framework for all idle blocks.",
        ),
        (
            "Old owl gating (OG) is slow. We introduce Foo (Fast OG), a light gate for all idle blocks of a map.",
            "Foo (Fast OG) is a light gate for all idle blocks of a map (OG: owl gating).",
        ),
        (
            "This paper presents Foo, a late gate of idle blocks and shows its use.",
            "Foo is a late gate of idle blocks.",
        ),
        (
            "We end this by introducing Foo, a late gate of idle blocks and using it to drop many idle keys of maps.",
            "“Foo: Gates at Dusk” states: “We end this by introducing Foo, a late gate of idle blocks and using it to "
            "drop many idle keys of maps”.",
        ),
        (
            "We propose a late gate that sends the blocks of Foo to other maps.",
            "“Foo: Gates at Dusk” proposes a late gate that sends the blocks of Foo to other maps.",
        ),
        (
            "We propose Foo, a gate for blocks, skips and report generation.",
            "Foo is a gate for blocks, skips and report generation.",
        ),
        ("We propose Foo (Late Gates) a novel gate of idle blocks.", "Foo (Late Gates) is a gate of idle blocks."),
        (
            "In addition, we add a scan. We propose Foo, a gate for brown owl detection (BOD) of owls.",
            "Foo is a gate for brown owl detection (BOD) of owls.",
        ),
        (
            "Brown owl detection (BOD) is slow. We propose Foo, a dusk gate for BOD at night.",
            "Foo is a dusk gate for brown owl detection (BOD) at night.",
        ),
        (
            "Brown owl detection (BOD) is slow. We propose Foo, a dusk gate for BOD++ at night.",
            "Foo is a dusk gate for BOD++ at night.",
        ),
        ("We thus propose Foo, a light gate that skips idle blocks.", "Foo is a light gate that skips idle blocks."),
        (
            "We propose Foo, a late gate of idle blocks. minWM provides gates.",
            "Foo is a late gate of idle blocks.",
        ),
        (
            "We propose Foo, a gate that skips idle blocks, comprising two parts: (1) a scan and (2) a loss.",
            "Foo is a gate that skips idle blocks.",
        ),
        (
            "We propose Foo, a gate with a scan of all idle blocks: They are read once.",
            "Foo is a gate with a scan of all idle blocks.",
        ),
    ],
)
def test_what_a_paper_proposes_is_told_in_its_words(built: Graph, text: str, said: str) -> None:
    assert brief(built, titled(text), "en") == said


@pytest.mark.parametrize(
    "text",
    [
        "We propose Foo, a gate that mends these faults of ours.",
        "We propose Foo, the first gate that skips blocks.",
        "We propose Foo, the inability of gates to skip what we call blocks.",
        "We propose Foo, a rule to find gates and show blocks.",
        "We propose Foo.",
        "We propose Foo, a framework built upon two core designs.",
        "We propose , a gate that skips many blocks of a map.",
        "Others propose Foo, a gate that skips many blocks.",
        "Gates got faster by introducing Foo, a scan that skips many blocks.",
        "We propose Foo, a gate that skips both maps of many idle blocks.",
        "We propose Foo, a gate of late blocks that has the benefits of both.",
        "We propose Foo, a gate of many blocks, evaluate it on maps and show its limits.",
        "We propose Foo, 一种跳过块的门控方法 a b c d e f g.",
    ],
)
def test_what_only_the_paper_explains_is_not_told(text: str) -> None:
    assert proposal("Foo", [text]) is None


def test_both_may_be_named_in_the_same_words() -> None:
    assert proposal("Foo", ["We propose Foo, a gate of early and late blocks that has the benefits of both."])


def test_what_a_paper_proposes_after_it_uses_something_may_be_a_part() -> None:
    gate = "We propose a gate that skips blocks of the map."
    assert proposal("", [gate]) is not None
    assert proposal("", ["To see more, we use a map.", gate]) is None


def test_what_serves_a_study_is_not_what_its_paper_proposes() -> None:
    study, score = "We study why late gates are slow.", "We propose a new score that counts the idle blocks of a map."
    assert proposal("", [score]) is not None
    assert proposal("", [study, score]) is None
    gate = "We propose a light gate that skips the idle blocks of a map."
    assert proposal("", [study, gate]) is not None
    assert proposal("", [study, gate], asks=True) is None


def test_a_clause_that_points_back_is_left_out(built: Graph) -> None:
    text = "We propose Foo, an adaptive dusk gate framework that ends this gap."
    assert brief(built, titled(text), "en") == "Foo is an adaptive dusk gate framework."
    assert brief(built, titled(text.replace("dusk gate ", "")), "en").startswith(
        "“Foo: Gates at Dusk” states: “We propose"
    )


def test_what_comes_on_top_is_a_part() -> None:
    assert is_part("gate", ["Furthermore, we propose a gate."])
    assert is_part("gate", ["We also propose a gate."])
    assert not is_part("gate", ["We propose a gate."])


def test_what_a_name_is_may_stand_behind_a_dash_or_a_colon(built: Graph) -> None:
    text = "We propose a late answer: Dusk Owl Gates (DOG)-a novel gate of maps that skips all the idle blocks."
    assert brief(built, titled(text, "DOG: Gates", "DOG"), "en") == (
        "DOG (Dusk Owl Gates) is a gate of maps that skips all the idle blocks."
    )


def test_what_is_left_without_a_clause_that_points_back_tells_more_than_that(built: Graph) -> None:
    text = "We propose Foo, a light gate of idle blocks in models, {}."
    assert brief(built, titled(text.format("which ends this waste")), "en").startswith("Foo is a light gate")
    long = "which ends this waste by means of a late rule that drops all of the keys which nobody ever needs again"
    assert brief(built, titled(text.format(long)), "en").startswith(
        "“Foo: Gates at Dusk” states: “We propose Foo, a light gate"
    )


def test_the_kind_of_a_proposal_ends_before_its_first_clause() -> None:
    assert kinds("a dusk gate network for owls that hunt") == ("dusk gate network", "network", "owls")
    assert kinds("a dusk network for letting owls to hunt") == ("dusk network", "network", "")
    assert kinds("a dusk of gates") == ("", "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We propose Foo, a sparse attention pruning framework that skips blocks.", "》提出了稀疏注意力剪枝框架Foo；"),
        ("We propose Foo, a frobnicated framework that skips idle blocks.", "》写道："),
        (
            "We propose Foo, a framework for visual token pruning that skips keys.",
            "》提出了用于视觉词元剪枝的框架Foo；论文写道：",
        ),
        ("We propose Foo, a token pruning framework that skips keys.", "》提出了词元剪枝框架Foo；论文写道："),
        ("We propose Foo, a token pruning framework.", "》写道："),
        ("We propose Foo, a unified token pruning framework that skips keys.", "》提出了统一的词元剪枝框架Foo；"),
        ("We propose Foo, a weight-only PTQ method that skips keys.", "》提出了仅权重训练后量化方法Foo；"),
        (
            "We propose Foo, a large multimodal reasoning dataset that spans maps.",
            "》提出了大规模多模态推理数据集Foo；",
        ),
        ("We propose Foo, a fully training-free pruning framework that skips blocks.", "》写道："),
    ],
)
def test_chinese_says_what_kind_of_thing_is_proposed_where_it_has_all_its_words(
    built: Graph, text: str, said: str
) -> None:
    assert said in brief(built, titled(text), "zh")


def test_a_title_that_says_what_a_method_is_for_is_told_with_it(built: Graph) -> None:
    text = "We propose Foo, a light gate that skips blocks."
    paper = titled(text, "Foo: Light Gates for Remote Sensing of Forests")
    said = "“Foo: Light Gates for Remote Sensing of Forests” proposes Foo, a light gate that skips blocks."
    assert brief(built, paper, "en") == said
    paper = titled(text, "Foo: A Light Gate of Owls")
    assert brief(built, paper, "en") == "Foo is a light gate that skips blocks."
    pruning = "We propose Foo, a sparse attention pruning framework that skips blocks."
    said = brief(built, titled(pruning, "Foo: Sparse Attention Pruning of Owls"), "zh")
    assert said.startswith("Foo是一种稀疏注意力剪枝框架；")


def test_a_table_quotes_what_chinese_only_names_a_kind_for(built: Graph) -> None:
    paper = titled("We propose Foo, a framework for visual token pruning that skips keys.")
    (row,) = methods(Selection.of(built, [paper], "zh"), Part("methods", most=1))["groups"][0]["rows"]
    assert row["is_quote"]


def test_chinese_names_what_a_title_proposes_with_its_kind(built: Graph) -> None:
    text = "We propose Foo, a sparse attention pruning framework that skips idle blocks."
    assert "》提出了稀疏注意力剪枝框架Foo；" in brief(built, titled(text, "Gates at Dusk"), "zh")
    assert "》写道：“We propose Foo, a frobnic" in brief(
        built, titled(text.replace("sparse", "frobnic"), "Gates at Dusk"), "zh"
    )


def test_a_name_that_something_is_proposed_for_is_not_proposed(built: Graph) -> None:
    for text in (
        "We present a sparse framework for the Brown Owl Detection (BOD) of all maps.",
        "We present a brown owl detection (BOD) framework of all maps.",
    ):
        assert "提出了BOD" not in brief(built, titled(text, "Owls", "BOD"), "zh")


def test_nothing_of_a_list_and_no_clause_is_told_as_what_is_proposed(built: Graph) -> None:
    for text in (
        "We propose three kinds of gates at dusk: (1) a late gate that skips idle blocks, (2) a loss.",
        "We propose that all idle blocks of a late gate be skipped at dusk and introduce Foo.",
    ):
        assert brief(built, titled(text), "en").startswith("“Foo: Gates at Dusk” states: “We propose")


def test_a_problem_of_a_part_or_of_others_is_not_told_in_chinese(built: Graph) -> None:
    behind = " To cut memory overhead, we add a loss."
    text = "We propose Foo, a sparse attention pruning framework that skips idle blocks."
    ahead = f"To cut memory overhead, {text[0].lower()}{text[1:]}"
    background = f"Caches suffer from memory overhead. {text}"
    mention = Mention(
        "problem", "memory overhead", "memory overhead", "A", concept="problem:memory-overhead", sure=True
    )
    relation = Relation("Foo", "addresses", "memory overhead", Evidence(""), sure=True)
    for said, is_told in ((ahead, True), (text + behind, False), (background, False)):
        paper = titled(said)
        record = replace(paper.entries[0][1], problems=[mention], relations=[relation])
        paper = replace(paper, entries=[(paper.entries[0][0], record)])
        assert ("旨在" in brief(built, paper, "zh")) is is_told


def test_background_is_no_result(built: Graph) -> None:
    text = "Batching cuts latency by 41%. We propose Foo, a gate that skips all the blocks that are idle."
    quote = Evidence("41%", "A", 24, 27)
    result = Result(quote, "latency", 41.0, "%", "decrease", sure=True, metric_concept="metric:latency")
    paper = titled(text)
    paper = replace(paper, entries=[(paper.entries[0][0], replace(paper.entries[0][1], results=[result]))])
    assert "Batching" not in brief(built, paper, "en")


def test_what_a_paper_without_a_name_proposes_stands_beside_its_quotation(built: Graph) -> None:
    text = "We propose a late gate network. On two devices it cuts latency by 41% and 9%."
    numbers = [("41%", 41.0), ("9%", 9.0)]
    quotes = [(Evidence(said, "A", text.index(said), text.index(said) + len(said)), value) for said, value in numbers]
    results = [Result(quote, "latency", value, "%", "decrease", sure=True) for quote, value in quotes]
    gate = Mention("technique", "late gate network", "late gate network", "A", role="proposed", sure=True)
    paper = titled(text, "Gates at Dusk", "")
    record = replace(paper.entries[0][1], techniques=[gate], results=results)
    said = brief(built, replace(paper, entries=[(paper.entries[0][0], record)]), "en")
    assert said.startswith("“Gates at Dusk” states: “We propose a late gate network. On two devices")


def _what(own: str, *told: str, is_called: bool = True) -> str:
    found = proposal(own, told, is_called=is_called)
    return found.what if found else ""


def test_a_proposal_ends_with_a_noun_and_not_before_half_of_it() -> None:
    gap = "We propose Foo, a light framework for joint video {} that ends this gap."
    assert _what("Foo", gap.format("super-gating and pruning")).endswith("joint video super-gating and pruning")
    assert _what("Foo", gap.format("gating, arguing")).endswith("joint video gating")
    assert _what("Foo", gap.format("gating comprising")).endswith("joint video gating")


def test_a_technical_report_presents_what_it_is_on() -> None:
    assert _what("Foo", "This technical report presents Foo, a gate that skips all the idle blocks.").startswith("Foo,")


def test_an_aim_without_means_is_no_proposal() -> None:
    gate = "We propose Foo, a light framework that overcomes key limitations of {}."
    assert not _what("Foo", gate.format("all existing late gates: (1) idle keys, and (2) slow maps"))
    assert not _what("", "We propose a paradigm shift toward late gates of maps.")
    assert _what("Foo", gate.format("late gates by skipping all of the idle blocks"))


def test_what_an_analysis_leads_to_is_told_rather_than_the_analysis() -> None:
    analysis = "We present an analysis comparing all of the gates of these maps."
    gate = "Building on it, we propose a light gate that skips the idle blocks of a map."
    assert _what("", analysis, gate).startswith("a light gate")
    score = "We propose a light score that counts the idle blocks of a map."
    assert not _what("", analysis, score).startswith("a light score")
    assert _what("", score, gate).startswith("a light gate")
    assert _what("Foo", score.replace("propose", "propose Foo,"), gate).startswith("Foo, a light score")


def test_what_is_proposed_behind_a_study_goes_before_a_part_of_it() -> None:
    study = "We study gates and propose Foo, a light {} that skips the idle blocks of a map."
    part = "To this end, we propose to skip all of the idle blocks of a gate."
    assert _what("Foo", study.format("gate"), part, is_called=False).startswith("Foo, a light gate")
    assert _what("", study.format("score").replace("Foo, ", ""), part).startswith("to skip")


def test_what_is_proposed_under_its_name_goes_before_what_leads_to_it() -> None:
    rule = "This paper introduces the {} and proposes Foo, a light gate that skips the idle blocks of a map."
    assert _what("Foo", rule.format("rule of dusk")).startswith("Foo, a light gate")
    assert _what("Foo", rule.format("rule of Foo")).startswith("the rule of Foo")


def test_a_mere_name_is_not_what_a_method_is() -> None:
    assert _what("", "We propose a novel method, Late Gate Pruning of Idle Blocks (LGP).") == ""
    assert _what("", "We propose a novel method, Late Gate Pruning (LGP), that skips idle blocks.") != ""


def test_praise_leaves_no_comma_behind() -> None:
    text = "We propose a novel, fast, and light gate that skips the idle blocks."
    assert _what("", text) == "a fast and light gate that skips the idle blocks"


def test_a_name_is_not_the_beginning_of_a_longer_one() -> None:
    found = proposal(
        "Finch", ["We present a light gate rule for maps, namely Finch map gating (FMG), based on late gates."]
    )
    assert found is not None
    assert not found.itself


def test_a_kind_is_not_what_a_short_form_is_part_of_nor_for_one_of_a_list() -> None:
    assert kinds("a language model (LM)-based gate framework")[0] == "language model-based gate framework"
    assert kinds("a gate framework for map skipping")[2] == "map skipping"
    assert kinds("a gate framework for map skipping, key sorting, and log writing")[2] == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "We propose Foo, a gate that skips idle blocks by combining two signals: (1) keys and (2) maps.",
            "skips idle blocks",
        ),
        ("We propose Foo-a light gate that skips idle blocks of maps.", "a light gate that skips idle blocks of maps"),
        ("We propose Foo, A light gate that skips idle blocks of maps.", "a light gate that skips idle blocks of maps"),
        ("We introduce the Foo model, designed to skip idle blocks of maps.", "a model designed to skip idle blocks"),
        # A verb that goes on, or of another clause; what stands beside another finding, or says nothing.
        ("We propose Foo, a light gate for all maps, skip idle blocks, and release keys.", ""),
        ("The maps that we develop represent a step in the skipping of idle blocks.", ""),
        (
            "Gates are slow on all maps, and we propose Foo, a light gate, as a test of idle blocks.",
            "a light gate, as",
        ),
        ("We propose Foo.", ""),
        ("We propose Foo,a light gate that skips idle blocks of maps.", "a light gate that skips idle blocks of maps"),
        ("We propose Foo, a light gate for all idle blocks that first finds keys.", "a light gate for all idle blocks"),
        ("We propose Foo, a gate that first finds keys and then skips idle blocks.", "first finds keys and then skips"),
        (
            "We propose Foo, a gate that sorts all idle blocks and skips them on large maps.",
            "and skips them on large maps",
        ),
        (
            "We propose Foo, a rule of how a gate reads idle maps and how it skips the blocks.",
            "and how it skips the blocks",
        ),
        ("We introduce the Late Gate Block Skipping Map Model as a comprehensive technical solution.", ""),
        ("We present one of the very first gates that skips all idle blocks of maps.", ""),
        ("We propose Foo(Late Gates), a light gate that skips idle blocks.", "a light gate that skips idle blocks"),
        ("We propose Foo, a gate that skips the idle blocks of maps with its two central parts: 1) a rule.", "of maps"),
        ("We propose Foo, a light gate that skips the source, the target, or both blocks.", "or both blocks"),
        ("We propose a new setting, Foo, where a gate skips the idle blocks.", "a setting where a gate skips"),
        (
            "We propose Foo a novel gate that skips the idle blocks of maps.",
            "a gate that skips the idle blocks of maps",
        ),
    ],
)
def test_a_proposal_is_whole_and_no_other_clause(text: str, what: str) -> None:
    found = proposal("Foo", [text])
    said = (found.itself or found.what) if found else ""
    assert what in said if what else not said, said


def test_what_comes_beside_a_finding_or_says_nothing_is_not_what_a_paper_proposes() -> None:
    finding = "Gates are slow on all maps, and we propose a light gate as a test of idle blocks."
    assert _what("", finding) == ""
    assert _what("", "This work contributes to the skipping of all idle blocks of maps.") == ""
    assert _what("", "This work contributes a light gate framework for the skipping of blocks.") != ""


def test_a_kind_is_not_for_what_only_a_clause_tells() -> None:
    assert kinds("a gate framework for hard settings where keys are few")[2] == ""
    assert kinds("a gate framework for hard settings that skips keys")[2] == "hard settings"


def test_a_kind_is_named_with_what_stands_behind_its_short_form() -> None:
    assert kinds("a language model (LM) gate framework that skips keys")[0] == "language model gate framework"
    assert kinds("a gate framework (GF) with keys")[0] == "gate framework"
    assert kinds("a gate framework for pruning state (ST) maps on chips")[2] == ""
    assert kinds("a gate framework for pruning state (ST) that skips keys")[2] == "pruning state"


def test_a_proposal_has_no_address_and_no_second_verb() -> None:
    assert _what("", "We propose Foo~ https://example.org, a light gate that skips idle blocks of maps.") == (
        "Foo, a light gate that skips idle blocks of maps"
    )
    later = "We propose a light gate for all idle blocks of maps, and {} under drift."
    assert _what("", later.format("quantify its cost")) == "a light gate for all idle blocks of maps"
    assert _what("", later.format("present Foo, a rule")) == "a light gate for all idle blocks of maps"
    assert _what("", "We introduce a light gate for maps and treat skipping blocks as a task of its own.") == ""


def test_the_short_form_of_a_part_is_not_the_name_of_the_method() -> None:
    assert not Proposal("propose", "a light Gate Routing (GR) Compression method on maps").is_of("GR")
    assert not Proposal("propose", "a framework called Gate Routing via Late Keys (GRLK)").is_of("Gate Routing")
    assert not Proposal("propose", "a Gate Routing distillation framework (GRD) for maps").is_of("Gate Routing")
    assert not Proposal("propose", "the Gate Routing (GR) framework which keeps all by Late Keys (LK)").is_of("LK")
    assert Proposal("propose", "a Gate Routing framework for maps").is_of("Gate Routing")
    assert Proposal("propose", "Gate Routing (GR), a light compression method", itself="a light method").is_of("GR")


def test_a_method_is_not_what_leads_to_it_nor_what_is_made_for_it() -> None:
    theorem = "We prove and introduce a theorem of gates that skip the idle blocks of all maps."
    named = "Based on it, we introduce Foo, a gate that skips idle blocks."
    kernels = "We develop fast kernels that allow late gates (Foo) to skip the idle blocks of maps."
    found = proposal("Foo", [theorem.replace("prove and ", ""), named])
    assert found
    assert found.itself == "a gate that skips idle blocks"
    assert proposal("Foo", [kernels]) is None
    only = proposal("Foo", ["We introduce a light gate for late maps of keys, then vary the width of blocks."])
    assert only
    assert only.what == "a light gate for late maps of keys"
    assert proposal("Foo", ["We introduce a gate that finds blocks and verify levels of maps."]) is None
    assert (
        proposal("Foo", ["We propose Foo, a gate that uses three traits of maps: (i) idle blocks, (ii) keys."]) is None
    )


def test_what_only_sentences_before_name_is_not_told() -> None:
    assert proposal("Foo", ["We propose Foo, an improved late gate for all blocks of a map to address them."]) is None


def test_a_finding_is_no_method_and_nothing_follows() -> None:
    said = "We introduce a late-gate oracle that defines which blocks of a map the keys need."
    assert proposal("Foo", [said], is_called=False) is None
    found = proposal("", ["We propose a method capable of skipping all the blocks of a map as follows."])
    assert found is not None
    assert found.what == "a method capable of skipping all the blocks of a map"


def test_a_list_that_is_cut_at_its_first_letter_is_left_out() -> None:
    found = proposal("Foo", ["We propose Foo, a light gate framework for maps with two key parts: a. It skips blocks."])
    assert found is not None
    assert found.itself == "a light gate framework for maps"


def test_a_sentence_that_runs_on_is_left_to_its_quotation() -> None:
    assert proposal("Foo", ["We propose Late Gates (Foo), it skips all of the blocks that few keys need."]) is None


def test_what_is_called_by_a_name_needs_no_comma() -> None:
    found = proposal("Foo", ["We propose a light gate framework called Foo, which applies late scans to maps."])
    assert found is not None
    assert found.itself == "a light gate framework which applies late scans to maps"
    found = proposal("Foo", ["We propose a light gate framework for maps called Foo, which applies late scans."])
    assert found is not None
    assert found.itself == "a light gate framework for maps, which applies late scans"


def test_a_remedy_of_what_only_others_name_is_not_told_as_one() -> None:
    said = "We introduce light gates of late blocks, called Foo, as a solution that has the best of both ways above."
    found = proposal("", [said])
    assert found is not None
    assert found.what == "light gates of late blocks, called Foo"


def test_a_proposal_is_no_title_told_again(built: Graph) -> None:
    title = "Foo: Late Gates for Maps"
    paper = titled(f"We introduce {title} framework that skips all of the blocks of a map with no loss of keys.", title)
    assert "“we introduce Foo: Late Gates" in brief(built, paper)[:200].replace("We", "we")
