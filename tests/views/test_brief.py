"""The sentence on a paper."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from kg.api import Graph
from kg.model import Document, Evidence, KgError, Mention, Paper, Record, Relation, Result, Text
from kg.views.brief import brief, reread
from kg.views.outcome import ResultInWords, phrase, phrases
from kg.views.selection import Selection
from kg.views.slots import doing
from tests.views.telling import record_parts, stated

ABSTRACT = "We propose Foo plus block routing. It cuts latency by up to 41% vs. chunked prefill. Memory costs are high."


def _paper(**parts: Any) -> Paper:
    """A paper of one entry; `parts` fill its record."""
    document = Document("t-1", "t", 1, {"T": Text("", ""), "A": Text(ABSTRACT, ABSTRACT)})
    return Paper("paper:t-1", [(document, Record("t-1", paper="paper:t-1", **parts))])


def _result(**parts: Any) -> Result:
    values = {
        "metric": "latency",
        "value": 41.0,
        "unit": "%",
        "change": "decrease",
        "sure": True,
        "metric_concept": "metric:latency",
        **parts,
    }
    return Result(Evidence("41%", "A", 60, 63), **values)


FULL = {
    "name": "Foo",
    "institutions": [
        Mention("institution", "", "Baidu", concept="ror:03vs3wt56", field="I"),
        Mention("institution", "", "Nowhere Lab", concept="institution:nowhere-lab", field="I"),
    ],
    "techniques": [
        Mention("technique", "Foo", "Foo", "T", role="proposed", sure=True),
        Mention("technique", "block routing", "block routing", "A", role="proposed", sure=True),
        Mention("technique", "pruning", "pruning", "A", role="used", concept="technique:pruning", sure=True),
        Mention("technique", "top gate", "top gate", "A", role="proposed"),
    ],
    "problems": [Mention("problem", "Memory costs", "memory costs", "A", sure=True)],
    "relations": [Relation("Foo", "addresses", "memory costs", Evidence(""), sure=True)],
    "results": [_result(bound="up_to", baseline="chunked prefill")],
}


def test_english_sentence_has_every_slot(built: Graph) -> None:
    said = brief(built, _paper(**FULL), "en")
    assert said == (
        "Baidu and Nowhere Lab present Foo, which addresses memory costs, achieving up to 41% lower latency "
        "(vs. chunked prefill); in the paper's words: “We propose Foo plus block routing”."
    )


def test_chinese_sentence_is_in_the_reports_form(built: Graph) -> None:
    said = brief(built, _paper(**FULL), "zh")
    assert said.startswith("百度、Nowhere Lab发布了《Foo》论文，使用了块路由等技术，旨在解决内存成本问题，达成了延迟")
    assert said.endswith("最高降低41%（相比分块预填充）的效果。")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("slot", ["institutions", "techniques", "problems", "results"])
def test_unknown_slots_are_left_out(built: Graph, lang: str, slot: str) -> None:
    told = brief(built, _paper(**(FULL | {slot: []})), lang)
    said = re.sub("“[^”]*”", "", told)  # the paper's own sentences are no slot
    words = {"institutions": "Baidu|百度", "techniques": "routing|路由", "problems": "costs|内存成本", "results": "41"}
    assert not re.search(words[slot], said)
    assert all(re.search(word, told) for name, word in words.items() if name != slot)
    assert told.endswith("." if lang == "en" else "。")


def test_a_record_that_knows_nothing_makes_no_claim(built: Graph) -> None:
    assert brief(built, _paper(), "zh") == "一篇论文写道：“We propose Foo plus block routing”。"
    assert brief(built, _paper(), "en") == "A paper states: “We propose Foo plus block routing”."


def test_in_chinese_the_sentence_of_a_source_is_quoted_unless_only_the_abstract_counts(built: Graph) -> None:
    text = "百度发布了《Foo》论文，使用“富路由”技术，解决了内存墙问题。"
    paper = _paper(**FULL)
    paper.entries[0][0].texts["B"] = Text(text, text)
    quoted = "百度发布了《Foo》论文，使用‘富路由’技术，解决了内存墙问题"
    assert brief(built, paper, "zh") == f"原报告写道：“{quoted}”。"
    assert "富路由" not in brief(built, paper, "zh", origin="abstract") + brief(built, paper, "en")


@pytest.mark.parametrize(
    ("parts", "en", "zh"),
    [
        ({"bound": "up_to"}, "up to 41% lower latency", "最高降低41%"),
        ({"bound": "about"}, "about 41% lower latency", "降低约41%"),
        ({"bound": "at_least"}, "at least 41% lower latency", "降低41%以上"),
        ({"change": "increase", "value": 2.1, "unit": "x"}, "2.1x higher latency", "提升至2.1倍"),
        ({"change": "increase", "value": 3.0}, "3% higher latency", "增加3%"),
        ({"change": "absolute", "value": 30.0, "unit": "ms"}, "latency of 30 ms", "为30 ms"),
        ({"value": (1.5, 2.0), "unit": "x"}, "1.5–2x lower latency", "降至原来的1/1.5至1/2"),
        ({"setting": "Self Forcing"}, "41% lower latency (Self Forcing)", "降低41%（Self Forcing）"),
        ({"setting": "H100"}, "41% lower latency (H100)", "降低41%（H100）"),
        ({"baseline": "a Finch"}, "41% lower latency (vs. Finch)", "降低41%（相比Finch）"),
        ({"baseline": "cuDNN"}, "41% lower latency (vs. cuDNN)", "降低41%（相比cuDNN）"),
        (
            {"baseline": "Compressed Sparse Row"},
            "lower latency (vs. Compressed Sparse Row)",
            "（相比Compressed Sparse Row）",
        ),
        ({"metric": "model size", "metric_concept": ""}, "41% smaller model size", "模型体积缩小41%"),
        (
            {"metric": "time to first token", "metric_concept": ""},
            "41% lower time to first token",
            "首词元延迟降低41%",
        ),
        ({"metric": "mean error", "metric_concept": ""}, "41% lower mean error", "降低41%"),
        ({"metric": "training data", "metric_concept": ""}, "41% less training data", "降低41%"),
        ({"metric": "GPU hours", "metric_concept": ""}, "41% fewer GPU hours", "减少41%"),
        ({"metric": "token", "metric_concept": ""}, "41% fewer tokens", "减少41%"),
    ],
)
def test_numbers_have_unit_direction_and_bound(built: Graph, parts: dict[str, object], en: str, zh: str) -> None:
    assert phrase(Selection.of(built, [], "en"), _result(**parts)).endswith(en)
    assert phrase(Selection.of(built, [], "zh"), _result(**parts)).endswith(zh)


def test_a_level_has_an_article_unless_it_is_a_plural(built: Graph) -> None:
    metrics = ("execution accuracy", "utilization", "FID", "energy costs", "memory")
    said = [ResultInWords(metric, "absolute", "9") for metric in metrics]
    assert phrases(Selection.of(built, [], "en"), said) == (
        "an execution accuracy of 9, a utilization of 9, an FID of 9, energy costs of 9 and memory of 9"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_number_is_said_that_the_entry_lacks(built: Graph, lang: str) -> None:
    for paper in built.papers():
        said = brief(built, paper, lang)
        known = " ".join(text.raw + text.text for document, _ in paper.entries for text in document.texts.values())
        known += " ".join(built.label(m.concept, lang) for _, r in paper.entries for m in _mentions(r) if m.concept)
        known += " ".join(f"{r.value} {r.baseline} {r.setting}" for _, record in paper.entries for r in record.results)
        known += " ".join(record.title + record.name for _, record in paper.entries)
        digits = set(re.findall(r"\d+", known))
        assert set(re.findall(r"\d+", said)) <= digits, (paper.id, said)


def _mentions(record: Record) -> list[Mention]:
    return [*record.institutions, *record.techniques, *record.problems]


def test_every_report_paper_has_a_sentence_on_one_line(built: Graph) -> None:
    for paper in built.papers():
        assert "\n" not in built.brief(paper.id, "en")


def test_a_name_that_the_title_lacks_goes_before_the_techniques(built: Graph) -> None:
    paper = _paper(**(FULL | {"title": "Learnable Routing", "name": "Foo"}))
    assert doing(Selection.of(built, [paper], "zh"), paper).technique == "Foo和块路由"
    assert doing(Selection.of(built, [paper], "en"), paper).technique == "Foo and block routing"
    assert "present “Learnable Routing”, which addresses memory costs, achieving up to 41%" in brief(built, paper, "en")


def test_from_the_abstract_other_texts_are_not_read(built: Graph) -> None:
    text = "百度发布了《Foo》论文，使用富路由技术，解决了内存墙问题，达成了提速97%的效果。"
    paper = _paper(**FULL)
    paper.entries[0][0].texts["B"] = Text(text, text)
    alone = reread(built, paper, ("T", "A", "I"))
    assert alone.entries[0][0].texts.keys() == {"T", "A"}
    assert [result.value for result in alone.entries[0][1].results]
    assert "97" not in brief(built, paper, "zh", origin="abstract")


def test_an_unknown_origin_is_told(built: Graph) -> None:
    with pytest.raises(KgError, match="choose one of record, abstract"):
        brief(built, _paper(**FULL), "zh", origin="memory")


def test_values_from_and_to_are_one_outcome(built: Graph) -> None:
    steps = _result(metric="decoding steps", value=30.0, unit="steps", change="absolute", baseline="256 steps")
    steps.metric_concept, steps.evidence = "", Evidence("from 256 to 30", "A", 19, 33)
    text = "Foo needs decoding from 256 to 30 steps."
    paper = stated(text, results=[steps])
    assert "解码步数从256降至30步" in brief(built, paper, "zh")
    assert "decoding steps down from 256 to 30" in brief(built, paper, "en")


def test_a_range_from_another_is_one_outcome(built: Graph) -> None:
    level = _result(value=(6.4, 8.7), unit="s", change="absolute", baseline="31-38 seconds")
    level.evidence = Evidence("from 31-38 seconds to 6.4-8.7 seconds", "A", 17, 54)
    paper = stated("Foo cuts latency from 31-38 seconds to 6.4-8.7 seconds.", results=[level])
    assert "延迟从31–38降至6.4–8.7秒" in brief(built, paper, "zh")
    assert "latency down from 31–38 to 6.4–8.7" in brief(built, paper, "en")


def test_a_level_stands_apart_from_changes_in_chinese(built: Graph) -> None:
    change = ResultInWords("延迟", "decrease", "41%")
    level = ResultInWords("峰值内存", "absolute", "7 GB")
    said = phrases(Selection.of(built, [], "zh"), [change, replace(change, metric="内存"), level])
    assert said == "延迟降低41%、内存降低41%，峰值内存为7 GB"


def test_an_unknown_language_is_told(built: Graph) -> None:
    with pytest.raises(KgError, match="choose one of en, zh"):
        built.brief(built.entries()[0], "fr")


def test_a_slot_that_nothing_sure_fills_is_a_quotation(built: Graph) -> None:
    parts = FULL | {"results": [_result(bound="up_to", sure=False)], "techniques": [], "problems": []}
    paper = _paper(**parts)
    assert brief(built, paper, "en") == (
        "Baidu and Nowhere Lab present Foo; in the paper's words: “We propose Foo plus block routing. "
        "It cuts latency by up to 41% vs. chunked prefill”."
    )
    assert "发布了《Foo》论文；论文写道：“We propose Foo plus block routing. It cuts" in brief(built, paper, "zh")


def test_a_kept_share_is_told_as_what_a_paper_comes_with(built: Graph) -> None:
    text = "It retains 97% of the original accuracy."
    result = Result(Evidence("97%", "A", 11, 14), "accuracy", 97.0, "%", "absolute", metric_concept="metric:accuracy")
    result.sure = True
    assert brief(built, stated(text, results=[result]), "en") == "Foo reports 97% of the accuracy retained."


@pytest.mark.parametrize(
    ("verb", "problem"),
    [
        ("has", "low memory costs"),
        ("has", "open routing platform"),
        ("treats this as a", "memory bottleneck"),
        ("(as all systems)", "demand large memory costs"),
        ("is large, and many often", "waste memory costs of others"),
        ("has", "memory costs of the key"),
        ("exploits", "temporal redundancy"),
        ("achieves a better", "memory cost"),
        ("relies on cues and", "risk discarding the memory costs"),
        ("has", "jointly achieving high fidelity"),
        ("has", "adapting to limited memory"),
    ],
)
def test_a_wish_a_means_or_a_fragment_is_no_problem(built: Graph, verb: str, problem: str) -> None:
    text = f"Foo is open. It {verb} {problem}."
    mention = Mention("problem", problem, problem, "A", sure=True)
    relation = Relation("Foo", "addresses", problem, Evidence(""), sure=True)
    document = Document("t-1", "t", 1, {"A": Text(text.replace("of the key.", "of the key bank."), "")})
    record = Record("t-1", name="Foo", problems=[mention], relations=[relation])
    assert brief(built, Paper("paper:t-1", [(document, record)]), "en") == "Foo."


@pytest.mark.parametrize(
    ("said", "uses"),
    [
        ("We propose Foo with a novel adaptive gate.", " uses an adaptive gate."),
        ("We propose Foo with a simple yet effective adaptive gate.", " uses an adaptive gate."),
        ("We propose Foo with a novel unified gate.", " uses a unified gate."),
        ("Unlike the blocks, Foo adds adaptive gate.", " uses adaptive gate."),
        ("Foo: A Two-Stage Adaptive Gate Framework. We employ adaptive gate.", " uses adaptive gate."),
        ("We propose what an adaptive gate with Foo is, adaptive gate.", " states: “"),
        ("Foo cuts the cost, adding adaptive gate.", " uses adaptive gate."),
        ("We propose Foo with a single, adaptive gate.", " uses an adaptive gate."),
        ("We propose Foo, a method named adaptive gate.", " proposes adaptive gate."),
        ("In Foo the system employs an adaptive gate.", " uses an adaptive gate."),
        ("We propose Foo. It adds this adaptive gate.", " uses an adaptive gate."),
        ("We propose Foo to fix this, including adaptive gate.", " uses adaptive gate."),
        ("Foo frames the choice of blocks as an adaptive gate.", "."),
    ],
)
def test_a_technique_has_the_article_of_the_paper_and_is_no_likeness(built: Graph, said: str, uses: str) -> None:
    gate = " ".join(said.rstrip(".").split()[-2:])
    mention = Mention("technique", gate, gate, "A", role="proposed", sure=True)
    assert f"Foo{uses}" in record_parts(built, stated(said, techniques=[mention]))


def test_a_study_solves_nothing(built: Graph) -> None:
    paper = _paper(**FULL)
    assert "旨在解决内存成本问题" in brief(built, paper, "zh")
    paper.entries[0][1].kind = "study"
    assert "解决" not in brief(built, paper, "zh")


def test_a_survey_uses_none_of_what_it_sorts(built: Graph) -> None:
    text = "We review adaptive gates of models."
    mention = Mention("technique", "adaptive gates", "adaptive gates", "A", role="proposed", sure=True)
    said = brief(built, stated(text, kind="survey", techniques=[mention]), "en")
    assert said == "“Foo” states: “We review adaptive gates of models”."


@pytest.mark.parametrize("technique", ["adaptive gate problem", "token acceptance rate"])
def test_a_problem_or_a_metric_is_no_technique(built: Graph, technique: str) -> None:
    text = f"We solve the {technique}."
    mention = Mention("technique", technique, technique, "A", role="proposed", sure=True)
    assert brief(built, stated(text, techniques=[mention]), "en") == f"“Foo” states: “We solve the {technique}”."


@pytest.mark.parametrize(
    ("text", "problem", "said"),
    [
        ("It has the high costs of these models.", "high costs of these models", "high costs"),
        (
            "It meets high costs of large models (LLMs).",
            "high costs of large models (LLMs",
            "high costs of large models",
        ),
        (
            "It is fast. Metal artifacts from implants.",
            "Metal artifacts from implants",
            "metal artifacts from implants",
        ),
        (
            "It has limited energy,unreliable links, and x.",
            "limited energy,unreliable links",
            "limited energy and unreliable",
        ),
        ("It has high growth $O(n)$ of costs.", "high growth $O", "high growth"),
        ("It has costs of many such models.", "costs of many such models", ""),
        ("It has the overhead of kernel launches required for it.", "overhead of kernel", ""),
    ],
)
def test_a_problem_is_told_whole_and_on_its_own(built: Graph, text: str, problem: str, said: str) -> None:
    mention = Mention("problem", problem, problem, "A", concept="problem:own", sure=True)
    relation = Relation("Foo", "addresses", problem, Evidence(""), sure=True)
    parts = {"problems": [mention], "relations": [relation]}
    told = brief(built, stated(f"Foo is slow with problem. {text}", **parts), "en")
    assert told.startswith(f"Foo addresses {said}" if said else "Foo.") or (not said and "addresses" not in told)


def test_a_short_name_is_spelt_out_once(built: Graph) -> None:
    text = "We propose Foo with Similar Adaptive-Block Routing (SABR) and a Learnable Scalar (DLS)."
    names = ("SABR", "Learnable Scalar", "DLS")
    found = [Mention("technique", name, name, "A", role="proposed", sure=True) for name in names]
    paper = stated(text, techniques=found)
    assert record_parts(built, paper) == "Foo uses Similar Adaptive-Block Routing (SABR) and a Learnable Scalar."
    assert "SABR和可学习标量" in record_parts(built, paper, "zh")
    found[0].surface = found[0].canonical = "ABR"
    assert "自适应块路由（ABR）" in brief(
        built, stated("Foo has Adaptive Block Routing (ABR).", techniques=found[:1]), "zh"
    )


def test_a_mere_size_is_no_result(built: Graph) -> None:
    counted = ResultInWords("parameters", "count", "2M")
    assert phrases(Selection.of(built, [], "en"), [counted]) == "2M parameters"
    text = "Foo is small with only 2M parameters. It has adaptive routing."
    result = Result(Evidence("2M", "A", 25, 27), "parameters", 2.0, "M", "absolute", sure=True)
    result.metric_concept = "metric:parameter-count"
    gate = Mention("technique", "adaptive routing", "adaptive routing", "A", role="proposed", sure=True)
    assert "parameters" not in brief(built, stated(text, results=[result], techniques=[gate]), "en")
    assert "参数量" not in brief(built, stated(text, results=[result]), "zh")


def test_nobody_achieves_fewer_of_a_thing(built: Graph) -> None:
    fewer = ("41%", {"metric": "parameters", "metric_concept": "metric:parameter-count"})
    text = "Foo has 41% fewer parameters than Finch."
    assert brief(built, _of_results(text, fewer), "en") == "Foo has 41% fewer parameters (vs. Finch)."


def _of_results(text: str, *results: tuple[str, dict[str, Any]]) -> Paper:
    """A paper named Foo with sure results, each by the number in its text."""
    made = [
        replace(_result(**parts), evidence=Evidence(number, "A", text.index(number), text.index(number) + len(number)))
        for number, parts in results
    ]
    return stated(text, results=made)


def test_results_that_only_their_numbers_tell_apart_are_quoted(built: Graph) -> None:
    text = "We propose Foo. On two devices it cuts latency by 41% and 9%."
    said = brief(built, _of_results(text, ("41%", {}), ("9%", {"value": 9.0})), "en")
    assert ("lower latency" in said, "On two devices it cuts latency by 41% and 9%”" in said) == (False, True)


@pytest.mark.parametrize(
    ("between", "who", "quoted"),
    [
        ("Rules are odd. Gates are late", "It", "Gates are late. It cuts latency by 9% and 41%”"),
        ("Rules are odd. Gates are late", "Foo", "for all devices” … “Foo cuts latency by 9% and 41%”"),
        ("Gates are late", "It", "for all devices. Gates are late. It cuts latency by 9% and 41%”"),
        (
            "By it, we propose Late Owls (LATOWL)",
            "LATOWL",
            "propose Late Owls (LATOWL). LATOWL cuts latency by 9% and 41%”",
        ),
    ],
)
def test_what_a_quotation_points_back_to_is_quoted_with_it(built: Graph, between: str, who: str, quoted: str) -> None:
    text = f"We propose Foo with a late rule for the gates of all models and for all devices. {between}. "
    paper = _of_results(f"{text}{who} cuts latency by 9% and 41%.", ("41%", {}), ("9%", {"value": 9.0}))
    assert quoted in brief(built, paper, "en")


def test_what_only_authors_may_say_of_their_method_is_quoted(built: Graph) -> None:
    said = "a light gate rule for all of the blocks of a model that achieves {} accuracy on maps"
    assert brief(built, stated(f"We propose Foo, {said.format('higher')}."), "en").startswith("“Foo” states: “We")
    assert brief(built, stated(f"We propose Foo, {said.format('full')}."), "en").startswith("Foo is a light gate")


def test_english_names_a_university_of_a_place_with_an_article(built: Graph) -> None:
    names = ("University of Wick", "Baidu", "University of Tarn")
    paper = stated("Gates are slow.", institutions=[Mention("institution", "", name, field="I") for name in names])
    assert brief(built, paper, "en").startswith("The University of Wick, Baidu and the University of Tarn present Foo")


def test_a_speed_and_the_speed_of_inference_are_not_told_apart(built: Graph) -> None:
    speed = {"metric": "inference speed", "metric_concept": "metric:inference-speed", "unit": "x", "change": "increase"}
    text = "Foo gives a 2x inference speedup. It gives an 8x speedup."
    paper = _of_results(text, ("2x", {**speed, "value": 2.0}), ("8x", {**speed, "value": 8.0}))
    assert brief(built, paper, "en").startswith("“Foo” states: “Foo gives")
    alone = _of_results(text, ("8x", {**speed, "value": 8.0}))
    assert brief(built, alone, "en").startswith("Foo achieves a speedup of 8x")


def test_of_two_gains_in_one_metric_both_or_neither_have_a_baseline(built: Graph) -> None:
    text = "Foo beats Wren: it has 9% lower latency. It has 41% lower latency than Finch."
    paper = _of_results(text, ("9%", {"value": 9.0, "baseline": "Wren"}), ("41%", {"baseline": "Finch"}))
    assert brief(built, paper, "en").startswith("Foo achieves 41% lower latency (vs. Finch)")


def test_a_baseline_is_called_as_the_paper_does_where_its_concept_says_less(built: Graph) -> None:
    result = _result(baseline="FP16 Wren Gate Model", baseline_concept="technique:fp16", bound="exact")
    assert phrase(Selection.of(built, [], "en"), result).endswith("(vs. FP16 Wren Gate Model)")


def test_a_method_of_a_level_is_itself_and_not_its_paper(built: Graph) -> None:
    made = "We propose Foo, a block pruning framework for mesh generation."
    text = f"{made} Foo takes about 9 s of inference time on Plover."
    level = {"metric": "inference time", "metric_concept": "metric:inference-time", "change": "absolute", "unit": "s"}
    said = brief(built, _of_results(text, ("9 s", level | {"value": 9.0, "bound": "about"})), "zh")
    assert said.startswith("Foo是一种用于网格生成的块剪枝框架，推理时间约为9秒"), said


def test_there_is_less_and_not_smaller_of_an_amount_of_data_in_chinese(built: Graph) -> None:
    size = {"metric": "data size", "metric_concept": "", "change": "decrease", "unit": "%", "value": 20.0}
    assert "数据量减少20%" in brief(
        built, _of_results("We propose Foo. It reduces data size by 20%.", ("20%", size)), "zh"
    )


def test_a_size_is_told_only_of_something(built: Graph) -> None:
    text = "We propose Foo. It reduces its size by 20%. It reduces model size by 30%."
    size = {"metric": "size", "metric_concept": "", "change": "decrease", "unit": "%", "value": 20.0}
    model = size | {"metric": "model size", "value": 30.0}
    for lang, of_what, of_nothing in (("en", "smaller model size", "20%"), ("zh", "模型体积缩小30%", "20%")):
        said = brief(built, _of_results(text, ("20%", size), ("30%", model)), lang)
        assert (of_what in said, of_nothing in said.partition("“")[0]) == (True, False)


def test_a_kept_share_has_a_verb_of_its_own_in_chinese(built: Graph) -> None:
    text = "We propose Foo. It retains 97% of the original accuracy."
    kept = {"metric": "accuracy", "metric_concept": "metric:accuracy", "change": "absolute", "unit": "%", "value": 97.0}
    assert brief(built, _of_results(text, ("97%", kept)), "zh").startswith("Foo保留97%的准确率")


def test_a_longer_thing_is_not_told_in_chinese_without_its_length(built: Graph) -> None:
    gain = {"metric": "videos", "metric_concept": "", "change": "increase", "unit": "x", "value": 16.0}
    said = brief(built, _of_results("We propose Foo. It makes 16x longer videos.", ("16x longer videos", gain)), "zh")
    assert "视频提升" not in said


def test_chinese_says_what_is_reached_without_the_form_where_nothing_reaches_it(built: Graph) -> None:
    who = [Mention("institution", "Wick", "Wick", field="I", sure=True)]
    found = Result(Evidence("41%", "A", 8, 11), "latency", 41.0, "%", "decrease", sure=True)
    found.metric_concept = "metric:latency"
    said = brief(built, stated("Foo has 41% lower latency.", institutions=who, results=[found]), "zh")
    assert said == "Wick发布了《Foo》论文，所提方法使延迟降低41%。"
