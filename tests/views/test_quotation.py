"""What a paper is called, and which of its sentences are quoted."""

from __future__ import annotations

import pytest

from kg.api import Graph
from kg.views.brief import brief
from kg.views.quotation import by_itself, contribution, points_back, sentences_of, what, with_name
from kg.views.selection import Selection
from tests.views.telling import stated, titled


@pytest.mark.parametrize(
    ("title", "name", "called"),
    [
        ("Foo: Fast Decoding", "Foo", "Foo"),
        ("FOO: FAST DECODING", "Foo", "Foo"),
        ("Dynamic Experts Search: Enhancing Reasoning", "DES", "Dynamic Experts Search"),
        ("Action-Aware Pruning (AAP) for Robots", "AAP", "Action-Aware Pruning"),
        ("Less Is More: Choosing Experts", "Foo+", "Less Is More: Choosing Experts"),
        ("Learnable Parallel Decoding", "dParallel", "Learnable Parallel Decoding"),
        ("Gated Removal (GR)-Pruner: A Method", "GR-Pruner", "Gated Removal (GR)-Pruner"),
        ("A Survey of Pruning", "", "A Survey of Pruning"),
        ("", "Foo", "Foo"),
    ],
)
def test_a_paper_is_called_by_its_name_where_the_title_begins_with_it(title: str, name: str, called: str) -> None:
    assert what(titled("We propose Foo plus block routing.", title, name))[0] == called


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (
            "We propose Foo to address this. It lets us design gates from what blocks say of their keys.",
            "We propose Foo to address this. It lets us",
        ),
        (
            "We explore gates of blocks at the ends, and do so. We will release our code and all of its gates.",
            "We explore",
        ),
        (
            "We study why Foo is slow at long inputs, and how. We propose Foo, a gate that skips some of the blocks.",
            "We propose",
        ),
        (
            "We explore which gates of blocks are needed for long inputs. We propose to skip those that few need, "
            "with a gate for each of the blocks.",
            "We propose",
        ),
        (
            "We introduce all our gates and scans at https://example.org/gates at once. Foo is proposed to end this.",
            "Foo is proposed",
        ),
        (
            "We propose a step toward late gates on a map. Our light method, Foo, joins all of its idle blocks there.",
            "Our light method, Foo",
        ),
        (
            "We propose a gate of two parts: 1) A scan that reads all of the blocks. 2) A loss.",
            "We propose a gate of two",
        ),
    ],
)
def test_the_sentence_that_tells_most_of_a_paper_is_quoted(built: Graph, text: str, quoted: str) -> None:
    said = contribution(Selection.of(built, []), stated(text))
    assert said[0].startswith(quoted)


def test_what_is_quoted_is_cut_at_no_bracket_list_or_clause(built: Graph) -> None:
    shown, long = Selection.of(built, []), "Gates are slow on all of the maps of this town, and of others beside it, "
    assert contribution(shown, stated("We propose Foo (after Dr. Wren), a gate of blocks."))[0].endswith("of blocks")
    listed = "We propose a light gate of all idle blocks with two parts: (1) A scan of the blocks of a map. (2) A loss."
    assert contribution(shown, stated(listed))[0].endswith("idle blocks")
    assert contribution(shown, stated(f"{long * 9}in rain; we propose Foo, a gate."))[0] == "we propose Foo, a gate"


def test_a_sentence_on_what_comes_first_is_quoted_after_one_on_the_whole(built: Graph) -> None:
    first = "We first present a simulator of all the gates for many kinds of devices"
    whole = "We propose late gates for all of the blocks of a model on its many devices"
    paper = stated(f"{first}. {whole}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [whole, first]


def test_what_a_contribution_points_back_to_is_quoted_with_it(built: Graph) -> None:
    before = "How late gates interact with the caches of a model is unknown"
    for said in (
        "We study this interaction by means of many probes on the blocks of three models",
        "We propose Foo, a light rule that finds and drops these costly caches in the blocks of models",
        "We formulate it as a light rule that finds and drops all idle blocks, called Foo",
        "We resolve this with Foo, a light rule that finds and drops all of the idle blocks",
        "We propose Foo, a light rule that ends this idleness in the blocks of three models",
        "We propose Foo, a light rule of all the blocks that meets both requirements at once",
        "We propose Foo, a light rule of the idle block that joins all three paths in one late gate",
        "We propose Foo, a light rule for the study of these late interactions in a model",
        "We propose Foo, a light rule that is faster on all the maps of that town than the others",
        "We extend the question to the blocks of three late models, and to all of their gates",
        "We propose Foo, a novel light rule-based framework to address these late challenges",
        "We propose Foo, a unified framework that makes both through one scan of all the blocks",
    ):
        paper = stated(f"{before}. {said}.")
        assert contribution(Selection.of(built, [paper], "en"), paper) == [f"{before}. {said}"]


@pytest.mark.parametrize(
    ("quoted", "others"),
    [
        # What a sentence points back to points back itself.
        (
            "Late gates fill the caches of a model. We find that this cost is wasted on maps. "
            "We propose Foo, a light rule that ends this waste in the blocks of three models",
            ".",
        ),
        # Nor may that point back within.
        (
            "Late gates fill the caches of a model. Old rules, with which all users of these gates have to live, are "
            "slow. We propose Foo, a light rule that ends this slowness in the blocks of models",
            ".",
        ),
        # None of what is counted is left out.
        (
            "We propose Foo, a rule in two stages. In the first stage, we add a light gate to all of the blocks. "
            "In the second stage, we drop all of the idle keys",
            ". Gates are slow.",
        ),
        (
            "We propose two contributions. First, we add a light gate to all blocks. Second, we drop idle keys",
            ". Gates are slow.",
        ),
        # A name alone tells nothing.
        (
            "We propose Foo. It keeps a bank of gates. The bank stores the keys of all of the idle blocks",
            ". The blocks are fast.",
        ),
        # A name and what kind of thing has it say too little.
        (
            "We propose a novel and simple approach, termed Late Owl Gate Routing (LOGR). It skips the blocks of a map",
            ". The blocks are fast.",
        ),
        # So does one whose next sentence has a number.
        ("We propose a paradigm called Foo. By a scan of all keys it stores less than 9% of them", ". Gates are slow."),
        # Of parts behind a colon none is quoted alone.
        (
            "We propose Foo, a light rule that drops all of the idle keys of a model",
            f" through two parts: Gates find the blocks{' of the maps of that town' * 19}; "
            f"a scan drops them{' at the end of the day' * 9}.",
        ),
    ],
)
def test_as_much_is_quoted_as_tells_of_the_work(built: Graph, quoted: str, others: str) -> None:
    paper = stated(f"{quoted}{others}")
    assert contribution(Selection.of(built, [paper], "en"), paper)[0] == quoted


def test_what_an_aim_that_is_left_out_hid_is_told_by_the_next_sentence(built: Graph) -> None:
    paper = stated("We propose Foo, a novel light framework that breaks the trade-off. Its rule drops idle keys.")
    said = "We propose Foo, a novel light framework […]. Its rule drops idle keys"
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said]


def test_a_title_that_is_proposed_is_quoted_with_what_comes_next(built: Graph) -> None:
    text = "We propose late gates (LG) for maps. They skip all of the idle blocks of a town."
    paper = titled(text, title="Late Gates for Maps", name="LG")
    assert contribution(Selection.of(built, [paper], "en"), paper)[0] == text.rstrip(".")
    assert "proposes" not in brief(built, paper, "en")


def test_a_sentence_that_leads_up_is_quoted_without_what_points_back_itself(built: Graph) -> None:
    quoted = "we view late gates as a cost on maps. We propose Foo, a light rule that ends this cost in all the blocks"
    paper = stated(f"Gates are slow. To meet this challenge, {quoted}.")
    assert contribution(Selection.of(built, [paper], "en"), paper)[0] == quoted


def test_what_a_sentence_says_itself_before_it_points_back_needs_no_other(built: Graph) -> None:
    said = "We propose Foo, a light rule that finds one block of a model, and that drops all of this block"
    paper = stated(f"Gates are slow. {said}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said]


def test_two_sentences_that_are_quoted_as_one_may_be_longer(built: Graph) -> None:
    before = f"Gates are slow{' on all of the maps of that town' * 11}"
    said = f"We propose Foo, a gate that ends these issues{' by means of a late rule' * 6}"
    paper = stated(f"{before}. {said}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [f"{before}. {said}"]


def test_what_a_contribution_itself_names_needs_no_sentence_before_it(built: Graph) -> None:
    said = "We propose Foo, a light rule that finds idle caches and drops these caches in the blocks of models"
    paper = stated(f"Late gates fill the caches of a model. {said}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said]


def test_an_aim_whose_need_is_told_at_too_great_a_length_is_left_out(built: Graph) -> None:
    before = f"Gates are slow{' on all of the maps of that town' * 20}"
    said = "We propose Foo, a light gate{} using a late rule that drops all of the idle blocks"
    paper = stated(f"{before}. {said.format(' that meets these challenges')}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said.format(" […]")]


def test_what_is_counted_in_the_sentence_needs_no_other(built: Graph) -> None:
    said = "We name two costs of the blocks, memory and time, and propose Foo, a light rule that ends the two costs"
    paper = stated(f"Gates are slow. {said}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said]


def test_parts_that_a_quotation_only_announces_are_left_out(built: Graph) -> None:
    said = "We propose Foo, a light rule that finds and drops the idle blocks of large models"
    for promise in (
        " with two key parts",
        ", with the following three core designs",
        " and make the following contributions",
        ", which is built upon two late parts",
        ", which consists of two late parts",
        ". Foo consists of three key parts",
    ):
        paper = stated(f"{said}{promise}.")
        assert contribution(Selection.of(built, [paper], "en"), paper) == [said]


def test_a_beginning_that_points_back_is_not_quoted() -> None:
    assert by_itself("To close this gap, we add gates, which skip blocks") == "we add gates, which skip blocks"
    assert by_itself("Finally, this paper adds gates") == "this paper adds gates"
    assert by_itself("Objectives: To skip blocks, we add gates") == "To skip blocks, we add gates"
    assert by_itself("Based on the analysis, we add gates") == "we add gates"
    assert by_itself("To address this, here we add gates") == "we add gates"
    assert by_itself("In light of our observation, we add gates") == "we add gates"
    assert by_itself("We use gates as a rule to overcome these limitations") == "We use gates"
    assert by_itself("As a result, Foo skips blocks") == "Foo skips blocks"
    assert by_itself("By joining these two roles, our gate skips blocks") == "our gate skips blocks"
    assert by_itself("Together, Foo and Bar skip blocks") == "Foo and Bar skip blocks"
    for whole in (
        "To skip blocks, we add gates",
        "Inspired by the observation that blocks idle, we add gates",
        "We add gates, and this, we show, skips blocks",
        "Foo: a gate",
        "This paper describes Foo, our gate of blocks",
        "Together, these gates skip blocks",
        "Gates fill it on maps. In this work, we skip that map",
    ):
        assert by_itself(whole) == whole


def test_a_sentence_that_its_text_cuts_is_quoted_with_an_ellipsis(built: Graph) -> None:
    ahead = "Blocks idle."
    said = "We propose Foo, a light rule that finds and drops the idle blocks of large mod"
    paper = stated(f"{ahead} {said}")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [said.replace(" mod", " […]")]
    assert [*sentences_of(stated(f"{ahead} We propose a ru"), ())] == [ahead]
    whole = stated(f"{ahead} Our code is at https://foo.org/bar")
    assert [*sentences_of(whole, ())][1:] == ["Our code is at https://foo.org/bar"]


def test_what_only_announces_a_list_makes_way(built: Graph) -> None:
    told = "We show that late gates skip the idle blocks of all large maps without a loss in recall"
    paper = stated(f"We study the gates of large maps, for which we collect the following late insights. {told}.")
    assert contribution(Selection.of(built, [paper], "en"), paper)[0] == told


def test_what_an_aim_speaks_of_is_named_by_the_sentence_before() -> None:
    assert points_back("To further cut their size by 9%, we quantize maps")
    assert not points_back("We cut their size by 9%")


def test_a_quotation_has_the_name_for_a_command_that_stands_for_it() -> None:
    paper = titled("We add gates.", title="OpenGate: Gates at Dusk", name="")
    assert with_name(paper, r"we propose \OURS, a gate") == "we propose OpenGate, a gate"
    assert with_name(paper, r"\SysName skips blocks") == "OpenGate skips blocks"
    assert with_name(paper, r"late gates (\LG), which skip blocks") == "late gates, which skip blocks"
    assert (
        with_name(titled("", title="Gates: At Dusk", name=""), r"we propose \OURS, a gate")
        == "we propose [our method], a gate"
    )
    named = titled(r"We propose \OURS, a gate. OpenGate skips blocks.", title="Gates at Dusk", name="")
    assert with_name(named, r"we propose \OURS, a gate") == "we propose OpenGate, a gate"


def test_what_earlier_work_did_is_not_what_the_paper_does(built: Graph) -> None:
    now = "This paper proposes Foo2, a gate that skips all the blocks of a map which Foo reads"
    paper = stated(f"In our previous work, we proposed Foo, a gate that skips some blocks of all our maps. {now}.")
    assert contribution(Selection.of(built, [paper], "en"), paper) == [now]


def test_a_sentence_that_begins_without_a_space_is_one() -> None:
    told = [*sentences_of(titled("We propose a gate (G).Its rule skips blocks. It is fast, e.g. 2.5x."), ())]
    assert told == ["We propose a gate (G).", "Its rule skips blocks.", "It is fast, e.g. 2.5x."]


def test_a_quotation_ends_before_what_only_others_explain() -> None:
    assert by_itself("For example, Foo is fast") == "Foo is fast"
    assert by_itself("Driven by these designs, Foo is fast") == "Foo is fast"
    assert by_itself("In contrast, Foo is fast") == "Foo is fast"
    assert by_itself("We propose a gate that skips idle blocks by breaking this cycle").endswith("idle blocks")
    with_these = "By joining these gates, we are 3x faster"
    assert by_itself(with_these) == with_these
    assert by_itself("To meet the first challenge, we propose Foo") == "we propose Foo"
    assert by_itself("Therefore we propose Foo") == "we propose Foo"
    assert by_itself("In response, we propose Foo") == "we propose Foo"
    assert by_itself("We propose Foo, a gate designed to address these challenges") == "We propose Foo, a gate"
    assert by_itself("We propose Foo, a gate, to address the above issues in two folds") == "We propose Foo, a gate"
    assert by_itself("To jointly meet the challenges, we propose Foo") == "we propose Foo"
    assert by_itself("we propose a gate, called Foo, to resolve this conflict") == "we propose a gate, called Foo"
