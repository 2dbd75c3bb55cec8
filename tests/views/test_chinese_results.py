"""How Chinese sentences say results, problems and rivals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.api import Graph
from kg.model import Evidence, Paper, Result
from kg.views.brief import brief, in_words
from kg.views.outcome import ResultInWords, phrases
from kg.views.selection import Selection
from kg.views.slots import Slots
from kg.views.wording import Wording, in_full
from kg.vocabulary import Vocabulary
from tests.views.telling import said_of, titled

LATENCY = ResultInWords("延迟", "decrease_times_of", "1/2", "Finch")
RATE = ResultInWords("吞吐量", "increase_times", "3倍", "Finch")
SPEED = {"metric": "inference speed", "metric_concept": "metric:inference-speed", "unit": "x", "change": "increase"}


def _with_gain(text: str, paper: Paper) -> Paper:
    at = text.index("3x")
    result = Result(Evidence("3x", "A", at, at + 2), "inference speed", 3.0, "x", "increase", sure=True)
    result.metric_concept = "metric:inference-speed"
    paper.entries[0][1].results.append(result)
    return paper


def test_what_shares_a_rival_names_it_once(built: Graph) -> None:
    shown = Selection.of(built, [], "zh")
    assert phrases(shown, [LATENCY]) == "延迟降至Finch的1/2"
    assert phrases(shown, [LATENCY, RATE]) == "延迟降至1/2、吞吐量提升至3倍（相比Finch）"
    assert phrases(shown, [RATE, LATENCY]) == "吞吐量提升至3倍、延迟降至1/2（相比Finch）"
    assert phrases(shown, [replace(LATENCY, baseline="最先进的方法")]) == "延迟降至最先进方法的1/2"
    assert phrases(shown, [replace(LATENCY, baseline="")]) == "延迟降至1/2"  # than what, the paper does not say


def test_a_metric_that_is_told_twice_has_its_verb_and_its_brackets_twice(built: Graph) -> None:
    shown = Selection.of(built, [], "zh")
    first, second = replace(RATE, baseline="", setting="Plover"), replace(RATE, amount="9倍")
    assert phrases(shown, [first, second]) == "吞吐量提升至3倍（Plover）、提升至9倍（相比Finch）"
    levels = [ResultInWords("准确率", "absolute", amount, "", "Plover") for amount in ("8%", "9%")]
    assert phrases(shown, levels) == "准确率为8%（Plover）、9%（Plover）"


def test_neighbours_share_their_note_though_one_is_a_mean(built: Graph) -> None:
    shown = Selection.of(built, [], "zh")
    dice = ResultInWords("Dice系数", "increase", "2%", "Finch", "平均；Plover")
    time = ResultInWords("推理时间", "shorter", "90%", "Finch", "Plover")
    assert phrases(shown, [dice, time]) == "Dice系数平均提升2%、推理时间缩短90%（相比Finch；Plover）"
    rates = [
        ResultInWords("码率", "decrease", "17%", setting="平均"),
        ResultInWords("码率", "decrease", "最高66%", setting="Wren"),
    ]
    assert phrases(shown, rates) == "码率平均降低17%、最高降低66%（Wren）"


def test_a_short_form_is_what_the_paper_spells_out(built: Graph) -> None:
    shown = Selection.of(built, [], "zh")
    speed = Result(Evidence("3x", "A", 0, 2), "speed", 3.0, "x", "increase", baseline="standard LM", sure=True)
    own = "We speed up Levenberg-Marquardt (LM). It has a 3x speedup over standard LM."
    assert ResultInWords.of(shown, speed, own) is None
    told = ResultInWords.of(shown, speed, "It has a 3x speedup over standard LM.")
    assert told is not None
    assert told.baseline == "标准语言模型"


def test_a_coefficient_is_higher_and_no_larger_number(built: Graph) -> None:
    parts = {"metric": "Dice coefficient", "metric_concept": "metric:dice", "change": "increase"}
    assert said_of(built, "It has a 2% higher Dice coefficient.", "2%", lang="zh", value=2.0, **parts) == (
        "Dice系数提升2%"
    )


def test_a_speedup_of_nothing_in_particular_has_a_verb_of_its_own(built: Graph) -> None:
    assert said_of(built, "It gives up to 3x speedup.", "3x", lang="zh", value=3.0, bound="up_to", **SPEED) == (
        "最高3倍加速"
    )
    assert said_of(built, "It has 3x faster inference.", "3x", lang="zh", value=3.0, **SPEED) == "推理速度提升至3倍"
    shown, speedup = Selection.of(built, [], "zh"), ResultInWords("速度", "speedup", "3倍")
    less = replace(LATENCY, baseline="")
    assert phrases(shown, [speedup, less]) == "3倍加速，并使延迟降至1/2"
    assert phrases(shown, [less, speedup]) == "延迟降至1/2，并实现3倍加速"
    assert in_words(shown.words, Slots(name="Foo", effect="3倍加速", is_speedup=True)) == "Foo实现3倍加速。"


def test_a_size_is_smaller_and_not_its_size(built: Graph) -> None:
    parts = {"metric": "cache size", "metric_concept": ""}
    assert said_of(built, "It has 41% smaller cache size.", "41%", lang="zh", value=41.0, **parts) == "缓存缩小41%"


def test_no_effect_is_an_aim(built: Graph) -> None:
    words, aim = Selection.of(built, [], "zh").words, Slots(name="Foo", problem="内存瓶颈")
    assert in_words(words, aim) == "Foo旨在解决内存瓶颈。"
    assert in_words(words, replace(aim, effect="延迟降低41%")) == "Foo针对内存瓶颈，使延迟降低41%。"


def test_a_title_says_what_a_mere_name_does_not(built: Graph) -> None:
    text = "Foo has 3x faster inference."
    paper = _with_gain(text, titled(text, "Foo: Late Gates for Remote Sensing"))
    assert brief(built, paper, "zh") == "论文《Foo: Late Gates for Remote Sensing》所提方法使推理速度提升至3倍。"
    assert brief(built, paper, "en").startswith("The method of “Foo: Late Gates for Remote Sensing” achieves")
    paper = _with_gain(text, titled(text, "Foo: Gates"))
    assert brief(built, paper, "zh").startswith("Foo使推理速度提升至3倍")


def test_short_forms_of_a_rival_are_spelt_out(built: Graph) -> None:
    text = "It has 41% lower latency than standard FL models."
    said = said_of(built, text, "41%", lang="zh", value=41.0, baseline="standard FL models")
    assert said == "延迟降低41%（相比标准联邦学习模型）"
    assert in_full(Selection.of(built, [], "zh"), "标准解码器LMs") == "标准解码器语言模型"


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("MRI quality assessment framework", "MRI质量评估框架"),
        ("efficient vision-language model inference", "视觉语言模型高效推理"),
        ("efficient inference", "高效推理"),
        ("full-precision counterparts", "对应的全精度版本"),
        ("rate-adaptive communication", "速率自适应通信"),
        ("approximate inference", ""),  # what is approximate, only the sense tells
    ],
)
def test_words_of_the_field_are_those_that_it_uses(phrase: str, said: str) -> None:
    assert Wording(Vocabulary.load())(phrase) == said
