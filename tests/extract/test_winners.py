"""Comparisons that a sentence states outright."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.comparisons import is_drawn, is_partial
from kg.extract.context import DocView, view_of
from kg.extract.ends import Placed
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.winners import StatedRelation, stated
from kg.model import Document, Evidence, Mention, Result
from kg.vocabulary import Vocabulary

OPENS = "We propose ZapNet, a lazy cache. "
ROLES = {
    "ZapNet": "proposed",
    "tile queue": "proposed",
    "Plover": "baseline",
    "Corvid": "baseline",
    "Dunlin": "used",
    "sparse attention": "baseline",
    "quantization": "baseline",
    "SOTA methods": "baseline",
    "FP16 model": "baseline",
    "SOTA caching methods": "baseline",
}


def viewed(entry: Callable[..., Document], text: str) -> DocView:
    """The view of a paper that has a sentence behind OPENS."""
    nlp, vocabulary = pipeline(fast=True), Vocabulary.load()
    doc = make_doc(nlp, entry(OPENS + text), vocabulary)
    for name in ("kg_names", "kg_phrases"):
        doc = dict(nlp.pipeline)[name](doc)
    return view_of(doc, vocabulary)


def stated_in(entry: Callable[..., Document], text: str, *results: Result) -> dict[tuple[str, str], StatedRelation]:
    """The comparisons that the sentence behind OPENS states, by subject and rival."""
    view, found = viewed(entry, text), []
    for name, role in ROLES.items():
        places = [(0, start, end) for start, end in view.places(name)]
        if places:
            start, end = places[0][1:]
            mention = Mention("technique", name, name, start=start, end=end, role=role)
            found.append(Placed(mention, places, own=name == "ZapNet"))
    said = stated(view, found, 0, OutcomeLexicon(view.vocabulary), results)
    return {(found[i].mention.surface, found[j].mention.surface): one for (i, j), one in said.items()}


def compared(entry: Callable[..., Document], text: str, *results: Result) -> set[tuple[str, str, str]]:
    """The comparisons that the sentence behind OPENS states: subject, type, rival."""
    return {(subject, said.kind, rival) for (subject, rival), said in stated_in(entry, text, *results).items()}


def beaten(entry: Callable[..., Document], text: str) -> set[str]:
    """The losers to ZapNet that the sentence behind OPENS states."""
    return {rival for one, kind, rival in compared(entry, text) if (one, kind) == ("ZapNet", "outperforms")}


@pytest.mark.parametrize(
    ("text", "losers"),
    [
        ("ZapNet outperforms Plover.", {"Plover"}),
        ("Our method surpasses rivals such as Plover and Corvid.", {"Plover", "Corvid"}),
        ("It gives a 2x speedup over Plover, and is simpler.", {"Plover"}),
        ("ZapNet is three times faster than Plover.", {"Plover"}),
        ("ZapNet has the lowest latency compared to Plover.", {"Plover"}),
        ("ZapNet gives better layouts when compared to Plover.", {"Plover"}),
        ("ZapNet does not outperform Plover.", set()),
        ("ZapNet is mostly superior to Plover.", {"Plover"}),
        ("ZapNet is not superior to Plover.", set()),
        ("ZapNet cuts the work to no more than Plover.", set()),
        ("ZapNet minimizes the error over Plover.", set()),
        ("To improve throughput, ZapNet is built upon Plover.", set()),
        ("ZapNet improves upon Plover.", {"Plover"}),
        ("ZapNet saves 40% of the memory over the FP16 model.", set()),
        ("ZapNet outperforms the FP16 model.", {"FP16 model"}),
        ("Tests on Dunlin show that our method outperforms Plover.", {"Plover"}),
        ("Beside ZapNet we add a tile queue, a lazy thing that gives a 2x speedup over Plover.", set()),
        ("ZapNet is superior in robustness against Plover.", set()),
        ("ZapNet is faster than Corvid and shrink Plover.", {"Corvid"}),
        ("ZapNet matches or exceeds Plover.", set()),
        ("ZapNet outperforms the best results on Plover.", set()),
        ("ZapNet outperforms rivals (e.g., Plover, Corvid) in quality.", {"Plover", "Corvid"}),
        ("ZapNet is fast, outperforming Plover by 3.1x, Corvid by 44%.", {"Plover", "Corvid"}),
        ("ZapNet is fast, outperforming rivals by 1.6% on Plover.", set()),
        ("ZapNet is faster than a model without Plover.", set()),
        ("ZapNet not only outperforms Plover but costs less.", {"Plover"}),
        ("The framework outperforms Plover.", {"Plover"}),
        ("Our method cuts the tiles of Dunlin, while outperforming Plover.", {"Plover"}),
        ("Dunlin outperforms Plover in our tests.", set()),
        ("ZapNet is comparable to Plover.", set()),
        ("ZapNet outperforms plain sparse attention.", {"sparse attention"}),
        ("ZapNet outperforms Dunlin, on which it builds.", {"Dunlin"}),
        ("ZapNet outperforms models of its size, such as Plover and Corvid.", {"Plover", "Corvid"}),
        ("ZapNet needs a tile, which we show outperforms Plover.", {"Plover"}),
        ("ZapNet improves Plover quality.", set()),
        ("ZapNet is faster than Plover, and Corvid wins in quality.", {"Plover"}),
        ("ZapNet outperforms existing quantization methods.", set()),
        ("ZapNet outperforms SOTA methods.", set()),
        ("ZapNet outperforms row-wise quantization.", set()),
        ("ZapNet reduces memory by 40% compared to Plover.", {"Plover"}),
        ("ZapNet reduces accuracy by 4% compared to Plover.", set()),
        ("ZapNet has higher throughput than Plover and Corvid.", {"Plover", "Corvid"}),
        ("ZapNet has higher latency than Plover.", set()),
        ("Compared to Plover, ZapNet improves accuracy.", {"Plover"}),
        ("Compared to Plover, ZapNet does not improve accuracy.", set()),
        ("Compared to Plover, ZapNet decides whether to improve accuracy.", set()),
        ("ZapNet has higher throughput (trade tiles vs. Plover).", set()),
        ("ZapNet has higher throughput (vs. Plover).", {"Plover"}),
        ("We show that tiles give a 2x speedup over Plover.", set()),
        ("It speeds up Dunlin and its tiles, outperforming Plover.", {"Plover"}),
    ],
)
def test_a_win_is_stated_by_a_verb_or_a_gain_with_its_subject_and_object(
    entry: Callable[..., Document], text: str, losers: set[str]
) -> None:
    assert beaten(entry, text) == losers


@pytest.mark.parametrize(
    "text",
    [
        "ZapNet is on par with Plover.",
        "ZapNet matches Plover at half the cost.",
        "Unlike Plover, ZapNet needs no queue.",
        "ZapNet has a quality comparable to Plover.",
        "ZapNet has a quality comparable to that of Plover.",
        "ZapNet reaches comparable accuracy to Plover.",
        "ZapNet approaches the accuracy of Plover.",
        "ZapNet can approach the accuracy of Plover.",
        "ZapNet retains 94% of the accuracy of Plover.",
        "ZapNet preserves the throughput of Plover.",
        "ZapNet reaches comparable or superior accuracy to Plover.",
        "ZapNet not only has an accuracy comparable to Plover but costs less.",
        "ZapNet has almost no drop compared to the Plover counterparts.",
        "ZapNet rivals Plover.",
        "In contrast to Plover, our method needs no queue.",
        "Unlike methods that rely on Plover, ZapNet needs no queue.",
        "Unlike existing approaches that rely on Plover, ZapNet needs no queue.",
        "We compare ZapNet with Plover.",
        "We compare our method against Plover.",
        "ZapNet reaches an accuracy close to Plover.",
        "ZapNet narrows the gap to Plover.",
        "ZapNet reaches an accuracy competitive against Plover.",
    ],
)
def test_likeness_and_contrast_are_comparisons_without_a_winner(entry: Callable[..., Document], text: str) -> None:
    assert compared(entry, text) == {("ZapNet", "compared_with", "Plover")}


@pytest.mark.parametrize(
    ("text", "is_class"),
    [
        ("ZapNet outperforms existing sparse attention.", True),
        ("ZapNet outperforms existing Dunlin methods.", True),
        ("ZapNet is faster than other Dunlin variants.", True),
        ("ZapNet outperforms other methods and Plover.", False),
        ("ZapNet outperforms SOTA caching methods.", True),
    ],
)
def test_a_beaten_class_which_the_winner_may_belong_to_is_told_apart(
    entry: Callable[..., Document], text: str, is_class: bool
) -> None:
    assert [said.is_class for said in stated_in(entry, text).values()] == [is_class]


def test_a_component_that_is_the_subject_wins_itself(entry: Callable[..., Document]) -> None:
    won = {("tile queue", "outperforms", "Plover")}
    assert compared(entry, "The tile queue is faster than Plover.") == won
    assert compared(entry, "ZapNet has a tile queue, a lazy thing that gives a 2x speedup over Plover.") == won


@pytest.mark.parametrize(
    ("change", "baseline", "kind"),
    [
        ("decrease", "Plover", "outperforms"),
        ("decrease", "the Plover baseline", "outperforms"),
        ("decrease", "Corvid and Plover", "outperforms"),
        ("decrease", "Corvid/Plover", "outperforms"),
        ("decrease", "the full Plover", "compared_with"),
        ("increase", "Plover", "compared_with"),
        ("absolute", "Plover latency", "compared_with"),
    ],
)
def test_a_result_is_a_comparison_with_its_named_baseline(
    entry: Callable[..., Document], change: str, baseline: str, kind: str
) -> None:
    text = "We measure ZapNet and Plover at length."
    result = Result(
        Evidence(OPENS + text), "latency", 40, "%", change, "exact", baseline, "", extractor="test", confidence=0.9
    )
    assert compared(entry, text, result) == {("ZapNet", kind, "Plover")}


@pytest.mark.parametrize(("said", "wins"), [("accelerating the original", False), ("compared with", True)])
def test_what_is_made_better_is_not_beaten(entry: Callable[..., Document], said: str, wins: bool) -> None:
    text = f"ZapNet cuts latency, {said} Plover by 40%."
    at = make_doc(pipeline(fast=True), entry(OPENS + text), Vocabulary.load())._.text.index("40%")
    evidence = Evidence(text, start=at, end=at + 3)
    result = Result(evidence, "latency", 40, "%", "decrease", "exact", "Plover", "", extractor="test", confidence=0.9)
    assert bool(compared(entry, text, result)) is wins


@pytest.mark.parametrize(("change", "kind"), [("decrease", "compared_with"), ("increase", "outperforms")])
def test_what_saves_at_the_cost_of_quality_wins_over_nobody(
    entry: Callable[..., Document], change: str, kind: str
) -> None:
    text = "ZapNet and Plover differ by 70% in latency and by 2% in accuracy."
    evidence = Evidence(OPENS + text)
    said = (("latency", 70, "decrease"), ("accuracy", 2, change))
    results = [
        Result(evidence, metric, value, "%", side, baseline="Plover" if metric == "latency" else "", confidence=0.9)
        for metric, value, side in said
    ]
    assert compared(entry, text, *results) == {("ZapNet", kind, "Plover")}


@pytest.mark.parametrize(("subject", "is_its_own"), [("Our plain rule", False), ("Our method", True), ("It", True)])
def test_a_result_of_something_else_that_is_ours_is_no_win_of_the_main_entity(
    entry: Callable[..., Document], subject: str, is_its_own: bool
) -> None:
    text = f"{subject} cuts latency by 40% relative to Plover."
    at = make_doc(pipeline(fast=True), entry(OPENS + text), Vocabulary.load())._.text.index("40%")
    evidence = Evidence(text, start=at, end=at + 3)
    result = Result(evidence, "latency", 40, "%", "decrease", "exact", "Plover", "", extractor="test", confidence=0.9)
    assert bool(compared(entry, text, result)) is is_its_own


@pytest.mark.parametrize("said", ["is on par with", "matches or exceeds"])
def test_what_equals_a_rival_at_less_cost_does_not_win(entry: Callable[..., Document], said: str) -> None:
    text = f"ZapNet {said} Plover while it cuts latency by 40%."
    at = make_doc(pipeline(fast=True), entry(OPENS + text), Vocabulary.load())._.text.index(text)
    evidence = Evidence(text, start=at, end=at + len(text))
    result = Result(evidence, "latency", 40, "%", "decrease", "exact", "Plover", "", extractor="test", confidence=0.9)
    assert compared(entry, text, result) == {("ZapNet", "compared_with", "Plover")}


@pytest.mark.parametrize(
    ("text", "in_part"),
    [
        ("ZapNet outperforms Plover.", False),
        ("ZapNet matches or outperforms Plover.", True),
        ("ZapNet is comparable or even superior to Plover.", True),
        ("ZapNet cuts the cost over Plover while matching or surpassing its accuracy.", False),
        ("ZapNet matches or exceeds Corvid and outperforms Plover.", False),
        ("ZapNet often outperforms Plover.", True),
        ("ZapNet, in some cases, surpasses Plover.", True),
        ("On some tiles ZapNet is shown to outperform Plover.", False),
        ("ZapNet outperforms Plover on several tasks.", True),
        ("ZapNet outperforms Plover across several tasks.", False),
        ("ZapNet outperforms Plover and surpasses Corvid on several tasks.", False),
        ("ZapNet outperforms Plover, including Corvid, in some cases.", True),
        ("ZapNet outperforms Plover, and is fast on most tiles.", False),
        ("ZapNet outperforms Plover on 9 of 12 tasks.", True),
        ("ZapNet outperforms Plover in 9 out of the 12 tasks.", True),
        ("On 9 of 12 tasks, ZapNet outperforms Plover.", True),
        ("ZapNet outperforms Plover on a few tasks.", True),
        ("ZapNet outperforms Plover on the majority of tasks.", True),
        ("ZapNet outperforms Plover on all 12 of 12 tasks.", False),
        ("ZapNet outperforms Plover with 2 of 64 tiles and some overhead.", False),
    ],
)
def test_a_win_in_some_cases_only_is_told_from_one_in_all(
    entry: Callable[..., Document], text: str, in_part: bool
) -> None:
    view = viewed(entry, text)
    at = view.text.index("Plover")
    assert (is_drawn(view, at) or is_partial(view, at, at + len("Plover"))) == in_part


@pytest.mark.parametrize(
    ("text", "is_larger"),
    [
        ("ZapNet has 3x fewer parameters than Plover.", True),
        ("ZapNet wins with fewer trainable parameters than Plover.", True),
        ("ZapNet outperforms Plover with 3x fewer parameters.", False),
        ("ZapNet outperforms Plover and has fewer parameters than Plover.", False),
        ("ZapNet has lower latency than Plover.", False),
        ("ZapNet has lower latency and fewer parameters than Plover.", False),
        ("ZapNet has higher accuracy with fewer parameters than Plover.", False),
        ("ZapNet outperforms the 7B parameter model Plover.", False),
    ],
)
def test_a_rival_that_is_only_larger_is_told_from_one_that_is_beaten(
    entry: Callable[..., Document], text: str, is_larger: bool
) -> None:
    assert [said.is_larger for said in stated_in(entry, text).values()] == [is_larger]
