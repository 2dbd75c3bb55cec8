"""What something improves or reduces: the metrics in which the papers on it surely report a change."""

from __future__ import annotations

from typing import Any

from kg.query import Answer, Lexicon, answer
from kg.rdf.store import Store

PRUNE, QUANT = "topic:pruning", "topic:quantization"
UNSURE = ("score", 0.4)


def paper(name: str, said: str, results: list[Any], topic: str = "pruning", **more: Any) -> dict[str, Any]:
    base = {"title": f"{name}: A Paper", "A": said, "I": "Peking University", "topics": [topic]}
    return base | {"techniques": [(name, name, "proposed")], "results": results} | more


PAPERS = {
    "900-01": paper(
        "AlphaDemo",
        "AlphaDemo is for pruning. It is 3x faster and cuts latency by 45%. Accuracy falls by 2%. It reaches 90 FPS.",
        [
            ("3x faster", "inference speed", 3, "x", "increase", ""),
            ("cuts latency by 45%", "latency", 45, "%", "decrease", ""),
            ("Accuracy falls by 2%", "accuracy", 2, "%", "decrease", ""),
            ("90 FPS", "throughput", 90, "FPS", "absolute", ""),
        ],
    ),
    "900-02": paper(
        "BetaDemo",
        "BetaDemo is for pruning on an A100. It is 7x faster, saves 20% of energy, at a compression ratio of 4x.",
        [
            ("7x faster", "inference speed", 7, "x", "increase", ""),
            ("saves 20% of energy", "energy consumption", 20, "%", "decrease", "", UNSURE),
            ("compression ratio of 4x", "compression ratio", 4, "x", "decrease", ""),
        ],
        hardware=["NVIDIA A100"],
    ),
    "900-03": paper(
        "GammaDemo",
        "GammaDemo is for quantization. It raises throughput by 30%.",
        [("raises throughput by 30%", "throughput", 30, "%", "increase", "")],
        "quantization",
    ),
}


def metrics(found: Answer) -> list[tuple[object, ...]]:
    return [line.values[:2] for line in found.table.lines] if found.table else []


def test_metrics_with_a_sure_gain_by_papers(world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, "what does pruning improve", lexicon=own)
    assert metrics(found) == [("inference speed", 2), ("compression ratio", 1), ("latency", 1)]
    assert found.table is not None
    assert [quote.quote for quote in found.table.lines[0].evidence] == ["3x faster", "7x faster"]
    assert found.table.verdict == "3 metrics, stated by 2 papers."


def test_metrics_that_fall_for_the_worse_too(world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, "剪枝降低了什么", lexicon=own)
    assert metrics(found) == [("准确率", 1), ("延迟", 1)]  # a ratio of 4x has not fallen
    assert metrics(answer(world, own.vocabulary, "剪枝提升了什么", lexicon=own)) == [("推理速度", 2)]


def test_only_results_on_the_hardware_that_is_asked_for(world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, "what does pruning increase on an A100?", lexicon=own)
    assert metrics(found) == [("inference speed", 1)]


def test_no_sure_gain_is_said(world: Store, own: Lexicon) -> None:
    found = answer(world, own.vocabulary, "what does quantization reduce?", lexicon=own)
    assert found.notes == ("None of these papers is read surely to report such a change.",)
