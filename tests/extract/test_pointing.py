"""What the tagger says of numbers: which are outcomes, and the words of their metric and baseline."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.tagger import CHANGES
from kg.model import Document, Text
from tests.extract.partly import read_to_the_tagger

TEXT = (
    "We propose ZapKV, a cache eviction method with 4 stages. "
    "On LongBench, ZapKV reduces peak memory by 37.5% compared to SnapKV. It improves accuracy by 2.3 points."
)


Tagged = Callable[[str], tuple[dict[str, float], Callable[[str], tuple[float, float]]]]


@pytest.fixture(scope="module")
def tagged() -> Tagged:
    doc = read_to_the_tagger(Document("x-1", "x", 1, {"A": Text(TEXT, TEXT)}))
    tags, text = doc._.tags, doc._.text

    def of(number: str) -> tuple[dict[str, float], Callable[[str], tuple[float, float]]]:
        start = text.index(number)
        pointed = tags.pointed(start, start + len(number))

        def at(word: str) -> tuple[float, float]:
            first, behind = tags.pieces(text.index(word), text.index(word) + len(word))
            metric, baseline = pointed[first:behind].mean(0)
            return float(metric), float(baseline)

        return dict(zip(CHANGES, tags.outcome(start, start + len(number)).tolist(), strict=True)), at

    return of


def test_an_outcome_has_its_change_and_a_part_of_the_method_has_none(tagged: Tagged) -> None:
    likely = [tagged(number)[0] for number in ("37.5", "2.3", "4")]
    assert [max(changes, key=changes.__getitem__) for changes in likely] == ["decrease", "increase", ""]


def test_a_number_points_at_its_own_metric_and_baseline(tagged: Tagged) -> None:
    _, at = tagged("37.5")
    assert at("memory")[0] > max(0.5, at("accuracy")[0])
    assert at("SnapKV")[1] > 0.5 > at("LongBench")[1]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("We compress the Llama-3-8B model and cut memory by 40%.", False),
        ("We cut memory by 40% compared to Llama-3-8B.", True),
    ],
)
def test_what_a_method_works_on_is_no_baseline(text: str, named: bool) -> None:
    doc = read_to_the_tagger(Document("x-1", "x", 1, {"A": Text(text, text)}))
    components = dict(pipeline().pipeline)
    doc = components["kg_models"](doc)
    results = components["kg_results"]
    ((sentence, _),) = results.sentences(doc)
    assert ("Llama-3-8B" in {other.text for other in results.baselines.others(sentence)}) == named
