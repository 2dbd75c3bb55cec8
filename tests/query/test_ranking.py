"""Rankings: results in order, those kept apart that measure different things, and whether they can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kg.query import Answer, Condition, Entity, Filter, Lexicon, Outcome, Phrase, Query, answer, respond
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary


def paper(name: str, said: str, results: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "title": f"{name}: A Paper",
        "A": f"We propose {name} for pruning. {said}",
        "I": "Peking University",
        "techniques": [(name, name, "proposed")],
        "topics": ["pruning"],
        "results": results,
        **more,
    }


PAPERS = {
    "900-01": paper(
        "AlphaDemo",
        "It is 3x faster than vLLM on an H100 with LLaMA-2.",
        [("3x faster than vLLM", "inference speed", 3, "x", "increase", "vLLM")],
        hardware=["H100"],
        models=["LLaMA-2"],
    ),
    "900-02": paper(
        "BetaDemo",
        "It is 2-5x faster than vLLM on an H100 with LLaMA-2. On an A100 it is 9x faster than vLLM.",
        [
            ("2-5x faster than vLLM", "inference speed", [2, 5], "x", "increase", "vLLM"),
            ("9x faster than vLLM", "inference speed", 9, "x", "increase", "vLLM", ("setting", "on an A100")),
        ],
        hardware=["H100", "A100"],
        models=["LLaMA-2"],
    ),
    "900-03": paper(
        "GammaDemo",
        "It is up to 12x faster. It takes 30 ms.",
        [
            ("up to 12x faster", "inference speed", 12, "x", "increase", "", ("bound", "up_to")),
            ("30 ms", "latency", 30, "ms", "absolute", ""),
        ],
    ),
    "900-04": paper(
        "DeltaDemo",
        "It takes 0.02 s and cuts latency by 40%. It is 25% faster.",
        [
            ("0.02 s", "latency", 0.02, "s", "absolute", ""),
            ("cuts latency by 40%", "latency", 40, "%", "decrease", ""),
            ("25% faster", "inference speed", 25, "%", "increase", ""),
        ],
    ),
}
SPEED = Outcome("metric:inference-speed", "inference speed", ("metric:inference-speed",), (), "increase")
LATENCY = Outcome("metric:latency", "latency", ("metric:latency",))


def on(hardware: str) -> Filter:
    return Filter((Condition(hardware, (Entity("hardware", hardware, hardware, (hardware,)),)),))


@pytest.fixture
def ask(world: Store, own: Lexicon) -> Callable[..., Answer]:
    def ask(question: str = "?", limit: int | None = None, **asked: Any) -> Answer:
        return respond(world, own, question, Query("ranking", **asked), limit)

    return ask


def cells(found: Answer, *columns: str) -> list[tuple[object, ...]]:
    assert found.table is not None
    places = [found.table.columns.index(column) for column in columns]
    return [tuple(line.values[place] for place in places) for line in found.table.lines]


def test_results_are_ranked_by_their_better_end_and_one_a_paper(ask: Callable[..., Answer]) -> None:
    found = ask(metric=SPEED, order="highest")
    assert cells(found, "paper", "value") == [
        ("900-02", "2–5x"),  # which can be compared
        ("900-01", "3x"),
        ("900-03", "up to 12x"),
        ("900-02", "9x"),
        ("900-04", "25%"),
    ]
    lowest = ask(metric=SPEED, order="lowest")
    assert cells(lowest, "paper", "value")[:3] == [("900-02", "2–5x"), ("900-01", "3x"), ("900-02", "9x")]


def test_every_line_has_its_entry_and_its_words(ask: Callable[..., Answer]) -> None:
    found = ask(metric=SPEED)
    assert found.table is not None
    for line in found.table.lines:
        (quote,) = line.evidence
        text = PAPERS[quote.source]["A"]
        assert line.papers == (quote.source,)
        assert text[quote.start : quote.end] == quote.quote == line.values[-1]
    assert {row.id for row in found.rows} == {"900-03", "900-02", "900-01", "900-04"}


def test_a_threshold_over_a_baseline_takes_results_over_that_baseline_alone(world: Store, own: Lexicon) -> None:
    def found(question: str) -> list[str]:
        return sorted(row.id for row in answer(world, own.vocabulary, question, lexicon=own).rows)

    assert found("at least 3x faster") == ["900-01", "900-02", "900-03"]
    assert found("at least 3x faster than vLLM") == found("推理速度比vLLM快3倍以上") == ["900-01", "900-02"]
    assert found("beats vLLM by 5x") == ["900-02"]
    assert not found("at least 10x faster than vLLM")
    assert found("methods that beat vLLM") == ["900-01", "900-02"]


def test_scores_of_a_benchmark_rank_and_speeds_do_not(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    on_gsm8k = ("setting", "GSM8K")
    one = [
        ("71.2% accuracy", "accuracy", 71.2, "%", "absolute", "", on_gsm8k),
        ("9x faster", "inference speed", 9, "x", "increase", "", on_gsm8k),
    ]
    other = [("83.5 EM", "exact match", 83.5, "", "absolute", "", on_gsm8k)]
    world = made(
        {
            "900-01": paper("AlphaDemo", "On GSM8K it has 71.2% accuracy and is 9x faster.", one, datasets=["GSM8K"]),
            "900-02": paper("BetaDemo", "It has 83.5 EM on GSM8K.", other, datasets=["GSM8K"]),
        }
    )
    for question in ("best on GSM8K", "GSM8K上准确率最高的是哪个方法"):
        found = answer(world, vocabulary, question)
        assert cells(found, "paper", "value") == [("900-02", "83.5"), ("900-01", "71.2%")]
    assert cells(answer(world, vocabulary, "fastest on GSM8K"), "value") == [("9x",)]


def test_words_that_no_text_has_are_a_condition_that_nothing_fulfils(world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, "pruning for protein folding", lexicon=own)
    assert not found.rows
    assert any("protein folding" in note for note in found.notes)
    said = answer(world, own.vocabulary, "pruning for faster latency talk", lexicon=own)
    assert said.rows


def headings(found: Answer) -> list[str]:
    assert found.table is not None
    return list(dict.fromkeys(line.heading for line in found.table.lines))


def test_percent_and_factor_are_kept_apart_and_said(ask: Callable[..., Answer]) -> None:
    assert headings(ask(metric=SPEED)) == [
        "speed ↑ (x) over vLLM on NVIDIA H100 and Llama 2: 2 papers that can be compared",
        "Others, each on a set-up of its own",
    ]


def test_same_baseline_hardware_and_model_can_be_compared(ask: Callable[..., Answer]) -> None:
    found = ask(metric=SPEED, filter=on("hardware:nvidia-h100"))
    assert found.table is not None
    assert cells(found, "value") == [("2–5x",), ("3x",)]  # the 9x were obtained on an A100
    assert any("1 result" in note for note in found.notes)
    assert found.table.verdict == "First of those that can be compared: speed ↑ 2–5x (BetaDemo 2025)."


def test_units_that_convert_are_ranked_together(ask: Callable[..., Answer]) -> None:
    found = ask(metric=LATENCY, order="lowest")
    assert cells(found, "paper", "value", "metric") == [
        ("900-04", "0.02 s", "latency"),
        ("900-03", "30 ms", "latency"),
        ("900-04", "40%", "latency ↓"),
    ]
    assert cells(ask(metric=LATENCY, order="highest"), "value")[0] == ("30 ms",)


def test_best_of_a_metric_that_should_be_low_is_its_lowest(ask: Callable[..., Answer]) -> None:
    assert [value for _, value in cells(ask(metric=LATENCY, order="best"), "paper", "value")][:2] == ["0.02 s", "30 ms"]
    assert cells(ask(metric=LATENCY, order="worst"), "value")[0] == ("30 ms",)


def test_without_a_metric_speed_is_ranked(ask: Callable[..., Answer]) -> None:
    metrics = {metric for (metric,) in cells(ask(), "metric")}
    assert metrics == {"speed ↑", "latency", "latency ↓"}


def test_top_two_and_a_limit_cut_and_say_so(ask: Callable[..., Answer]) -> None:
    assert cells(ask(metric=SPEED, most=2), "paper") == [("900-03",), ("900-02",)]
    found = ask(metric=SPEED, limit=1)
    assert cells(found, "paper") == [("900-02",)]
    assert [row.id for row in found.rows] == ["900-02"]
    assert any(note.startswith("2 of ") for note in ask(metric=SPEED, most=2).notes)


def test_what_is_ranked_by_results_has_a_column(ask: Callable[..., Answer]) -> None:
    assert cells(ask(metric=SPEED, wants="institution"), "institution")[0] == (("Peking University",),)


def test_empty_ranking_says_so(ask: Callable[..., Answer]) -> None:
    nothing = Outcome("metric:nothing", "nothing", ("metric:nothing",))
    found = ask(metric=nothing)
    assert found.table is not None
    assert found.table.verdict == "No result on nothing was recognized in papers that fulfil the conditions."


def test_verdict_in_chinese(ask: Callable[..., Answer]) -> None:
    found = ask("最高加速比", metric=SPEED)
    assert found.table is not None
    assert found.table.verdict.startswith("在可以比较的结果中居首：速度 ↑ 2–5x（BetaDemo")


def test_the_same_ranking_every_time(ask: Callable[..., Answer]) -> None:
    assert ask(metric=SPEED) == ask(metric=SPEED)


def test_levels_stand_in_for_changes_and_are_said_to(ask: Callable[..., Answer]) -> None:
    rise = Outcome("metric:latency", "latency", ("metric:latency",), (), "increase")
    found = ask(metric=rise, order="highest")
    assert cells(found, "value")[0] == ("30 ms",)
    assert "By how much latency changed was not recognized" in found.notes[0]


def test_number_counts_for_what_its_own_clause_names(
    vocabulary: Vocabulary, made: Callable[[dict[str, Any]], Store]
) -> None:
    said = "It is 7x faster on an RTX 4090, 4x faster on an A100 and H100. It is 5x faster, 8x faster than the H100."
    results = [(f"{n}x faster", "inference speed", n, "x", "increase", "") for n in (7, 4, 5)]
    results.append(("8x faster", "inference speed", 8, "x", "increase", "the H100"))
    store = made({"900-01": paper("EtaDemo", said, results, hardware=["RTX 4090", "A100", "H100"])})
    lexicon = Lexicon.of(store, vocabulary)
    found = respond(store, lexicon, "?", Query("ranking", on("hardware:nvidia-h100"), metric=SPEED))
    assert cells(found, "value", "hardware") == [("4x", ("NVIDIA A100", "NVIDIA H100"))]
    assert [note.split(" ")[0] for note in found.notes if "left out" in note] == ["1", "2"]


def test_models_that_are_dealt_out_are_each_of_one_number_and_rivals_of_none(
    vocabulary: Vocabulary, made: Callable[[dict[str, Any]], Store]
) -> None:
    said = "It is 3x and 4x faster on Llama-3-8B and Qwen3-8B, respectively. It is 5x faster, beating Qwen2.5."
    results = [(f"{n}x", "inference speed", n, "x", "increase", "") for n in (3, 5)]
    win = ("EtaDemo", "outperforms", "Qwen2.5", "beating Qwen2.5")
    models = ["Llama-3-8B", "Qwen3-8B", "Qwen2.5"]
    store = made({"900-01": paper("EtaDemo", said, results, models=models, relations=[win])})
    found = respond(store, Lexicon.of(store, vocabulary), "?", Query("ranking", metric=SPEED))
    assert cells(found, "value", "model") == [("5x", ())]
    assert cells(
        respond(store, Lexicon.of(store, vocabulary), "?", Query("ranking", metric=SPEED, order="lowest")),
        "value",
        "model",
    ) == [("3x", ("Llama-3-8B",))]


def test_papers_that_lack_something_follow_with_what_they_claim(world: Store, own: Lexicon) -> None:
    wanted = Filter((*on("hardware:nvidia-h100").conditions, Condition("protein", (Phrase("protein"),))))
    found = respond(world, own, "fast pruning", Query("ranking", wanted, wants="technique"))
    assert found.empty
    assert found.table
    assert not found.table.lines
    assert {row.lacks for row in found.partly[:2]} == {("protein",)}


def test_threshold_lists_what_is_past_it_in_whatever_way_it_is_told(
    vocabulary: Vocabulary, made: Callable[[dict[str, Any]], Store]
) -> None:
    def saving(name: str, said: str, *result: object) -> dict[str, Any]:
        return paper(name, said, [result])

    store = made(
        {
            "900-01": saving(
                "AlphaDemo", "It saves 80% energy.", "80% energy", "energy consumption", 80, "%", "decrease", ""
            ),
            "900-02": saving(
                "BetaDemo", "It saves 30% energy.", "30% energy", "energy consumption", 30, "%", "decrease", ""
            ),
            "900-03": saving(
                "GammaDemo", "Its energy efficiency is 4x.", "4x", "energy efficiency", 4, "x", "increase", ""
            ),
            "900-04": saving(
                "DeltaDemo", "Its energy efficiency is 1.2x.", "1.2x", "energy efficiency", 1.2, "x", "increase", ""
            ),
        }
    )
    found = answer(store, vocabulary, "which techniques cut energy consumption by at least half?")
    assert sorted(cells(found, "paper", "value")) == [("900-01", "80%"), ("900-03", "4x")]
    assert {row.id for row in found.rows} == {"900-01", "900-03"}


def test_results_that_are_not_sure_rank_only_where_none_is_sure(
    made: Callable[..., Store], vocabulary: Vocabulary
) -> None:
    unsure = ("score", 0.4)
    world = made(
        {
            "900-01": paper(
                "AlphaDemo", "It is 3x faster.", [("3x faster", "inference speed", 3, "x", "increase", "")]
            ),
            "900-02": paper(
                "BetaDemo",
                "It is 9x faster. It has 8x more throughput.",
                [
                    ("9x faster", "inference speed", 9, "x", "increase", "", unsure),
                    ("8x more throughput", "throughput", 8, "x", "increase", "", unsure),
                ],
            ),
        }
    )
    found = answer(world, vocabulary, "highest speedup in pruning")
    assert cells(found, "value") == [("3x",), ("9x",)]
    assert headings(found)[1:] == ["Read less surely"]
    assert cells(answer(world, vocabulary, "highest throughput in pruning"), "value") == [("8x",)]


def test_words_on_what_others_do_are_no_evidence_where_others_are(
    made: Callable[..., Store], vocabulary: Vocabulary
) -> None:
    said = "Prior work on KV cache quantization is slow. AlphaDemo applies KV cache eviction."
    named = {"KV cache quantization": "mentioned", "KV cache eviction": "used"}
    techniques = [(name, name, role) for name, role in named.items()]
    world = made({"900-01": paper("AlphaDemo", said, [], techniques=techniques, topics=["kv-cache-compression"])})
    (row,) = answer(world, vocabulary, "KV cache compression papers").rows
    assert [quote.quote for quote in row.evidence] == ["KV cache eviction"]


def test_what_goes_the_other_way_is_no_answer(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    level, loss = ("90% accuracy", 90, "absolute"), ("1% lower accuracy", 1, "decrease")
    world = made(
        {
            f"900-0{n}": paper(f"{name}Demo", f"It has {said}.", [(said, "accuracy", value, "%", change, "")])
            for n, (name, (said, value, change)) in enumerate({"Alpha": level, "Beta": loss}.items())
        }
    )
    for question in ("highest accuracy in pruning", "剪枝中准确率最高的结果"):
        found = answer(world, vocabulary, question)
        assert cells(found, "value") == [("90%",)]
        assert any("goes the other way" in note or "方向相反" in note for note in found.notes)
    assert cells(answer(world, vocabulary, "highest accuracy drop in pruning"), "value") == [("1%",)]


def test_what_is_better_for_a_narrower_metric_goes_no_other_way(
    made: Callable[..., Store], vocabulary: Vocabulary
) -> None:
    changes = {"Alpha": ("lowers FID by 20%", 20, "decrease"), "Beta": ("lowers FID by 30%", 30, "decrease")}
    changes |= {"Gamma": ("raises FID by 5%", 5, "increase")}
    world = made(
        {
            f"900-0{n}": paper(f"{name}Demo", f"It {said}.", [(said, "FID", value, "%", change, "")])
            for n, (name, (said, value, change)) in enumerate(changes.items())
        }
    )
    found = answer(world, vocabulary, "highest generation quality in pruning")
    assert cells(found, "value") == [("30%",), ("20%",)]
    assert "1 result that goes the other way is left out." in found.notes
    assert cells(answer(world, vocabulary, "lowest generation quality in pruning"), "value") == [("5%",)]
    assert cells(answer(world, vocabulary, "lowest FID in pruning"), "value") == [("30%",), ("20%",)]


def test_levels_of_a_narrower_metric_that_should_be_low_rank_from_the_lowest(
    made: Callable[..., Store], vocabulary: Vocabulary
) -> None:
    world = made(
        {
            f"900-0{n}": paper(
                f"{name}Demo", f"It has FID {value}.", [(f"FID {value}", "FID", value, "", "absolute", "")]
            )
            for n, (name, value) in enumerate({"Alpha": 9, "Beta": 4}.items())
        }
    )
    assert cells(answer(world, vocabulary, "highest generation quality in pruning"), "value") == [("4",), ("9",)]


def test_only_results_that_go_the_other_way_are_said_to(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    losses = [
        ("1% lower accuracy", "accuracy", 1, "%", "decrease", ""),
        ("3% worse", "accuracy", 3, "%", "decrease", ""),
    ]
    world = made({"900-01": paper("AlphaDemo", "It has 1% lower accuracy, or is 3% worse.", losses)})
    found = answer(world, vocabulary, "highest accuracy in pruning")
    assert found.empty
    assert found.table is not None
    assert found.table.verdict == (
        "Papers that fulfil the conditions state 2 results on accuracy, which all go the other way and are no answer."
    )


def test_what_saves_most_falls_most(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    results = [("cuts memory by 70%", "memory usage", 70, "%", "decrease", "")]
    more = [("needs 90% more memory", "memory usage", 90, "%", "increase", "")]
    texts = {
        "900-01": ("AlphaDemo", "It cuts memory by 70%.", results),
        "900-02": ("BetaDemo", "It needs 90% more memory.", more),
    }
    store = made({entry: paper(*said) for entry, said in texts.items()})
    for question in ("which pruning method saves the most memory", "what reduces memory most in pruning"):
        assert cells(answer(store, vocabulary, question), "value") == [("70%",)]


def test_another_data_set_or_setting_cannot_be_compared(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    def scored(name: str, at: str, value: float, setting: str = "") -> dict[str, Any]:
        result = (f"{value}% accuracy", "accuracy", value, "%", "absolute", "", ("setting", setting))
        said = f"It has {value}% accuracy on {at} with Qwen3-8B {setting}."
        return paper(name, said, [result], datasets=[at], models=["Qwen3-8B"])

    one = scored("AlphaDemo", "GSM8K", 71)
    for other, shared in (("GSM8K", True), ("MMLU", False)):
        found = answer(
            made({"900-01": one, "900-02": scored("BetaDemo", other, 83)}), vocabulary, "highest accuracy in pruning"
        )
        assert cells(found, "value") == [("83%",), ("71%",)]
        assert any("2 papers that can be compared" in heading for heading in headings(found)) == shared
    attacked = {"900-01": scored("AlphaDemo", "GSM8K", 71, "under attacks"), "900-02": scored("BetaDemo", "GSM8K", 83)}
    found = answer(made(attacked), vocabulary, "highest accuracy in pruning")
    assert cells(found, "setting") == [("",), ("under attacks",)]
    assert headings(found) == ["Others, each on a set-up of its own"]


def test_ratio_is_told_as_a_ratio_and_megabytes_are_none(made: Callable[..., Store], vocabulary: Vocabulary) -> None:
    results = [
        ("20x compression", "compression ratio", 20, "x", "decrease", ""),
        ("3.31 MB", "compression ratio", 3.31, "MB", "absolute", ""),
    ]
    store = made({"900-01": paper("AlphaDemo", "It reaches 20x compression, to 3.31 MB.", results)})
    for question, metric in (("highest compression ratio", "compression ratio"), ("最高压缩比", "压缩比")):
        assert cells(answer(store, vocabulary, question), "value", "metric") == [("20x", metric)]
