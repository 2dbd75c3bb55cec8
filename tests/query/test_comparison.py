"""Comparisons: things side by side, what papers state between them, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kg.query import Answer, Condition, Entity, Fact, Filter, Lexicon, Phrase, Query, answer, respond
from kg.query.answer import Cell
from kg.query.sayings import Sayings
from kg.rdf.store import Store
from kg.text import fold
from kg.vocabulary import Vocabulary


def paper(said: str, techniques: list[Any], at: str = "Peking University", **more: Any) -> dict[str, Any]:
    return {"title": f"A Paper: {said}", "A": said, "I": at, "topics": ["pruning"], "techniques": techniques} | more


PAPERS = {
    "900-01": paper(
        "AlphaForm outperforms BetaForm and is 3x faster, 2x faster on an A100. It fights data scarcity on an H100. "
        "Before, halves do not fit.",
        [("AlphaForm", "AlphaForm", "proposed"), ("BetaForm", "BetaForm", "baseline")],
        relations=[("AlphaForm", "outperforms", "BetaForm", "AlphaForm outperforms BetaForm")],
        results=[(f"{n}x faster", "inference speed", n, "x", "increase", "BetaForm") for n in (3, 2)],
        problems=["data scarcity", "halves do not fit"],
        hardware=["A100", "H100"],
        date="2025-05-01",
    ),
    "900-02": paper(
        "We use AlphaForm. It is 5x faster, up to 9x faster, and fights data scarcity.",
        [("AlphaForm", "AlphaForm", "used")],
        results=[
            ("5x faster", "inference speed", 5, "x", "increase", "BetaForm"),
            ("up to 9x faster", "inference speed", 9, "x", "increase", "", ("bound", "up_to")),
        ],
        problems=["data scarcity"],
        date="2025-04-01",
    ),
    "900-03": paper(
        "BetaForm outperforms AlphaForm.",
        [("BetaForm", "BetaForm", "proposed"), ("AlphaForm", "AlphaForm", "baseline")],
        at="Tsinghua University",
        relations=[("BetaForm", "outperforms", "AlphaForm", "BetaForm outperforms AlphaForm")],
        date="2025-06-01",
    ),
    "900-04": paper("We use BetaForm and GammaForm.", [(f"{n}Form", f"{n}Form", "used") for n in ("Beta", "Gamma")]),
    "900-05": paper("We compare with DeltaForm.", [("DeltaForm", "DeltaForm", "baseline")]),
    "900-06": paper(
        "We train ZetaForm and EtaForm. The best EtaForm is 4x faster than BetaForm. We are 7x faster.",
        [*((f"{n}Form", f"{n}Form", "proposed") for n in ("Zeta", "Eta")), ("BetaForm", "BetaForm", "baseline")],
        results=[(f"{n}x faster", "inference speed", n, "x", "increase", "BetaForm") for n in (4, 7)],
    ),
}


@pytest.fixture
def compare(world: Store, own: Lexicon) -> Callable[..., Answer]:
    def compare(*names: str, question: str = "?", limit: int | None = None, **asked: Any) -> Answer:
        concepts = [next((s.concept for s in own.senses(fold(name))), "technique:nothing") for name in names]
        things = tuple(Entity("technique", c, name, (c,)) for name, c in zip(names, concepts, strict=True))
        return respond(world, own, question, Query("comparison", things=things, **asked), limit)

    return compare


def cells(found: Answer, heading: str, *columns: str) -> list[tuple[Cell, ...]]:
    """Some cells of the lines under a heading."""
    assert found.table is not None
    places = [found.table.columns.index(column) for column in columns]
    return [tuple(line.values[at] for at in places) for line in found.table.lines if line.heading == heading]


COMPARED, BOTH, ONE = "One of them over the other", "Papers that name both", "Methods measured against one of them"


def test_leads_of_one_over_the_other_come_first(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm")
    assert found.table is not None
    assert list(dict.fromkeys(line.heading for line in found.table.lines)) == [COMPARED, ONE, BOTH]
    assert cells(found, COMPARED, "method", "paper", "metric", "AlphaForm", "BetaForm") == [
        ("AlphaForm", "900-01", "speed ↑", None, "3x"),
        ("BetaForm", "900-03", None, "outperforms", None),
    ]
    assert cells(found, ONE, "paper", "BetaForm") == [("900-06", "7x")]


def test_leads_of_what_is_not_compared_are_no_evidence(compare: Callable[..., Answer]) -> None:
    assert not cells(compare("AlphaForm", "GammaForm"), COMPARED, "method")


def test_leads_are_those_on_the_hardware_that_is_asked_for(compare: Callable[..., Answer]) -> None:
    a100 = Entity("hardware", "hardware:nvidia-a100", "A100", ("hardware:nvidia-a100",))
    found = compare("AlphaForm", "BetaForm", filter=Filter((Condition("A100", (a100,)),)))
    numbers = [one for one in cells(found, COMPARED, "method", "metric", "BetaForm") if one[1]]
    assert numbers == [("AlphaForm", "speed ↑", "2x")]  # nor the 5x of a paper that only uses it


def test_papers_that_contradict_one_another_are_both_said(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm")
    assert found.table is not None
    one, other = "AlphaForm outperforms BetaForm in 1 paper", "BetaForm outperforms AlphaForm in 1 paper"
    assert found.table.verdict == f"{one}: speed ↑ 3x (A Paper 2025); {other}."
    quoted = {quote.quote for line in found.table.lines for quote in line.evidence if line.heading == COMPARED}
    assert "BetaForm outperforms AlphaForm" in quoted


def test_nothing_stated_is_said_too(compare: Callable[..., Answer]) -> None:
    found = compare("BetaForm", "GammaForm")
    assert found.table is not None
    assert found.table.verdict == (
        "None was recognized that says which of BetaForm and GammaForm is better; 2 papers beat BetaForm, "
        "0 beat GammaForm; 1 paper names both in one sentence."
    )
    assert [row.id for row in found.rows] == ["900-04"]
    assert cells(found, BOTH, "paper", "quote") == [("900-04", "We use BetaForm and GammaForm.")]


def test_a_method_measured_against_both_tells_which_is_ahead(made: Any, vocabulary: Vocabulary) -> None:
    said = "RhoForm is 3x faster than SigmaForm and 2x faster than TauForm."
    results = [
        (f"{n}x faster", "inference speed", n, "x", "increase", t) for n, t in ((3, "SigmaForm"), (2, "TauForm"))
    ]
    own = [("RhoForm", "RhoForm", "proposed"), *((f"{n}Form", f"{n}Form", "baseline") for n in ("Sigma", "Tau"))]
    store = made({"900-01": paper(said, own, results=results)})
    found = answer(store, vocabulary, "SigmaForm vs TauForm", lexicon=Lexicon.of(store, vocabulary))
    heading = "Methods measured against both: their lead over each"
    assert cells(found, heading, "method", "SigmaForm", "TauForm") == [("RhoForm", "3x", "2x")]
    assert found.table
    assert (
        "leads SigmaForm by 3x and TauForm by 2x (speed ↑); by that, TauForm is ahead in 1 paper" in found.table.verdict
    )


def test_a_sentence_that_compares_is_quoted_without_a_relation(made: Any, vocabulary: Vocabulary) -> None:
    own = [(f"{n}Form", f"{n}Form", "baseline") for n in ("Sigma", "Tau")]
    store = made({"900-01": paper("Our work gains 3% over SigmaForm and 2% over TauForm.", own)})
    found = answer(store, vocabulary, "SigmaForm vs TauForm", lexicon=Lexicon.of(store, vocabulary))
    assert found.table
    assert "1 sentence compares them" in found.table.verdict
    assert "“Our work gains 3% over SigmaForm and 2% over TauForm”" in found.table.verdict


def test_three_things_are_compared_in_pairs(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm", "GammaForm")
    assert found.table is not None
    assert found.table.verdict.count("one was recognized") == 2


def test_words_stand_where_they_are_said_to(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm")
    assert found.table is not None
    for line in found.table.lines:
        assert line.papers
        for quote in line.evidence:
            text = PAPERS[quote.source][{"A": "A", "T": "title", "I": "I"}[quote.field]]
            assert text[quote.start : quote.end] == quote.quote
            assert quote.source in line.papers
    assert {row.id for row in found.rows} == {"900-01", "900-03"}  # which name both
    assert {row.id for row in found.known} >= {"900-01", "900-02", "900-03"}


def test_a_filter_narrows_the_papers(compare: Callable[..., Answer]) -> None:
    since = Filter((Condition("May", (Fact("date", "2025-05-02", "2025-05-02", ">="),)),))
    assert cells(compare("AlphaForm", "BetaForm", filter=since), COMPARED, "method") == [("BetaForm",)]


def test_what_is_soft_leaves_no_comparison_empty(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm", filter=Filter((Condition("maps", (Phrase("maps"),)),)))
    assert [row.lacks for row in (*found.rows, *found.partly[:2])] == [("maps",), ("maps",)]
    assert "Compared in all papers, those without 'maps' too." in found.notes


def test_what_no_paper_has_is_said(compare: Callable[..., Answer]) -> None:
    found = compare("Nothing", "AlphaForm")
    assert "None of the texts read names Nothing." in found.notes
    assert compare("Nothing", "Nought").empty


def test_one_thing_is_too_few(compare: Callable[..., Answer]) -> None:
    assert "two things" in compare("AlphaForm").notes[0]


def test_rows_in_chinese(compare: Callable[..., Answer]) -> None:
    found = compare("AlphaForm", "BetaForm", question="比较两者")
    assert cells(found, "二者之间", "method", "BetaForm")[0] == ("AlphaForm", "3x")
    assert found.table is not None
    assert "1篇论文称AlphaForm优于BetaForm" in found.table.verdict


def test_what_two_entries_say_of_one_paper_is_one_result(
    made: Callable[[dict[str, Any]], Store], vocabulary: Vocabulary
) -> None:
    world = made({"900-01": PAPERS["900-01"], "900-02": PAPERS["900-01"]})
    own = Lexicon.of(world, vocabulary)
    things = tuple(
        Entity("technique", own.senses(fold(name))[0].concept, name, (own.senses(fold(name))[0].concept,))
        for name in ("AlphaForm", "BetaForm")
    )
    assert len(cells(respond(world, own, "?", Query("comparison", things=things)), COMPARED, "method")) == 1


def test_the_same_comparison_every_time(compare: Callable[..., Answer]) -> None:
    assert compare("AlphaForm", "BetaForm") == compare("AlphaForm", "BetaForm")
    found = compare("AlphaForm", "BetaForm", limit=2).table
    assert found is not None
    assert len(found.lines) == 2


def test_a_thing_beside_a_kind_of_it_is_what_is_not_of_that_kind(
    made: Callable[..., Store], vocabulary: Vocabulary
) -> None:
    world = made(
        {
            "900-01": paper("We use LoRA and QLoRA.", [(n, n, "used") for n in ("LoRA", "QLoRA")]),
            "900-02": paper("We use QLoRA.", [("QLoRA", "QLoRA", "used")]),
        }
    )
    for question in ("LoRA vs QLoRA", "QLoRA和LoRA哪个好", "is LoRA or QLoRA better?", "LoRA还是QLoRA好"):
        assert [row.id for row in answer(world, vocabulary, question).rows] == ["900-01"]


def test_comparison_rests_on_texts_that_name_both(made: Any, lexicon: Lexicon) -> None:
    bare = {"I": "Peking University", "techniques": [("Wanda", "Wanda", "baseline")], "topics": ["pruning"]}
    texts = ["It is faster than Wanda and SparseGPT.", "It is faster than Wanda."]
    store = made({f"900-0{n}": {"title": f"Paper {n}", "A": text, **bare} for n, text in enumerate(texts)})
    own = Lexicon.of(store, lexicon.vocabulary)
    found = answer(store, lexicon.vocabulary, "pruning: Wanda vs SparseGPT", lexicon=own)
    assert [row.title for row in found.rows] == ["Paper 0"]


def test_thing_that_only_texts_name_is_found_in_them(made: Any, lexicon: Lexicon) -> None:
    bare = {"I": "Peking University", "techniques": [("Wanda", "Wanda", "baseline")], "topics": ["pruning"]}
    store = made({"900-01": {"title": "Paper", "A": "It is faster than Wanda and SparseGPT.", **bare}})
    own = Lexicon.of(store, lexicon.vocabulary)
    found = answer(store, lexicon.vocabulary, "Wanda vs SparseGPT", lexicon=own)
    assert not any("names" in note for note in found.notes)


def test_only_sure_changes_are_compared(made: Any, vocabulary: Vocabulary) -> None:
    unsure, said = ("score", 0.4), "ThetaForm outperforms IotaForm. It is 3x faster, 9x faster, with 90% accuracy."
    results: list[Any] = [
        ("3x faster", "inference speed", 3, "x", "increase", "IotaForm"),
        ("9x faster", "inference speed", 9, "x", "increase", "IotaForm", unsure),
        ("90% accuracy", "accuracy", 90, "%", "absolute", "IotaForm"),
    ]
    win = ("ThetaForm", "outperforms", "IotaForm", "ThetaForm outperforms IotaForm")
    own = [("ThetaForm", "ThetaForm", "proposed"), ("IotaForm", "IotaForm", "baseline")]
    texts = [
        paper(said, own, results=results, relations=[(*win, unsure)]),
        paper("We use IotaForm.", [("IotaForm", "IotaForm", "used")]),
    ]
    store = made({f"900-0{n}": text for n, text in enumerate(texts)})
    found = answer(store, vocabulary, "ThetaForm vs IotaForm", lexicon=Lexicon.of(store, vocabulary))
    assert cells(found, COMPARED, "method", "metric", "IotaForm") == [("ThetaForm", "speed ↑", "3x")]


def win(head: str, tail: str, said: str = "", **more: Any) -> dict[str, Any]:
    """A paper that proposes one thing and states that it outperforms another, and is 3x faster."""
    said = said or f"{head} outperforms {tail} and is 3x faster."
    own = [(head, head, "proposed"), (tail, tail, "baseline")]
    results = [("3x faster", "inference speed", 3, "x", "increase", tail)]
    return paper(said, own, relations=[(head, "outperforms", tail, said[:-1])], results=results, **more)


def verdict(made: Any, vocabulary: Vocabulary, question: str, *papers: dict[str, Any]) -> tuple[str, set[Cell]]:
    """The verdict of a comparison, and its methods that are measured against one of the things."""
    store = made({f"900-{n:02}": one for n, one in enumerate(papers)})
    found = answer(store, vocabulary, question, lexicon=Lexicon.of(store, vocabulary))
    assert found.table is not None
    return found.table.verdict, {line.values[0] for line in found.table.lines}


def test_win_of_a_variant_is_none_of_the_thing_itself(made: Any, vocabulary: Vocabulary) -> None:
    of_variant = win("QLoRA", "DoRA")
    said, methods = verdict(made, vocabulary, "does LoRA outperform DoRA?", of_variant)
    assert said == (
        "None was recognized that says which of LoRA and DoRA is better; "
        "kinds of LoRA (QLoRA) outperform DoRA in 1 paper; no sentence was found that names both."
    )
    assert methods == {"QLoRA (LoRA)"}
    said, _ = verdict(made, vocabulary, "LoRA和DoRA哪个更好", of_variant)
    assert said.startswith("未识别出说明LoRA与DoRA孰优的论文；1篇论文称LoRA的变体（QLoRA）优于DoRA")
    said, _ = verdict(made, vocabulary, "compare LoRA and DoRA", of_variant, win("LoRA", "DoRA"))
    assert said.startswith("LoRA outperforms DoRA in 1 paper: speed ↑ 3x (A Paper")
    said, _ = verdict(made, vocabulary, "compare LoRA and DoRA", of_variant, win("DoRA", "LoRA"))
    assert said.startswith("DoRA outperforms LoRA in 1 paper: speed ↑ 3x (A Paper")


def test_win_of_a_method_of_a_kind_names_the_method(made: Any, vocabulary: Vocabulary) -> None:
    text = "ZetaForm outperforms autoregressive decoding and is 3x faster by speculative decoding."
    other = win("ZetaForm", "autoregressive decoding", text, topics=["speculative-decoding"])
    said, methods = verdict(made, vocabulary, "speculative decoding vs autoregressive decoding", other)
    assert "None was recognized that says which of speculative decoding and" in said
    assert "ZetaForm" in methods


def test_results_of_both_on_one_metric_and_model_stand_together(made: Any, vocabulary: Vocabulary) -> None:
    texts = {
        f"900-0{n}": paper(
            f"We propose {name}. On HunyuanVideo it is {n}x faster.",
            [(name, name, "proposed")],
            models=["HunyuanVideo"],
            results=[(f"{n}x faster", metric, n, "x", "increase", "")],
        )
        for n, name, metric in ((2, "MuForm", "inference speed"), (4, "NuForm", "generation speed"))
    }
    store = made(texts)
    found = answer(store, vocabulary, "MuForm vs NuForm", lexicon=Lexicon.of(store, vocabulary))
    heading = Sayings("en")("comparison.ground")
    rows = cells(found, heading, "paper", "MuForm", "NuForm", "model")
    assert sorted(rows) == [("900-02", "2x", None, ("HunyuanVideo",)), ("900-04", None, "4x", ("HunyuanVideo",))]


def test_a_number_whose_words_name_the_rival_goes_with_a_sure_win(made: Any, vocabulary: Vocabulary) -> None:
    said = "KappaForm is best, outperforming SigmaForm by 19.7%."
    win = ("KappaForm", "outperforms", "SigmaForm", said[:-1])
    unsure = ("outperforming SigmaForm by 19.7%", "accuracy", 19.7, "%", "increase", "SigmaForm", ("score", 0.4))
    own = [("KappaForm", "KappaForm", "proposed"), ("SigmaForm", "SigmaForm", "baseline")]
    store = made({"900-01": paper(said, own, results=[unsure], relations=[win], title="A Paper")})
    found = answer(store, vocabulary, "KappaForm vs SigmaForm", lexicon=Lexicon.of(store, vocabulary))
    assert cells(found, COMPARED, "method", "metric", "SigmaForm") == [("KappaForm", "accuracy ↑", "19.7%")]


@pytest.mark.parametrize(
    ("one", "other"), [("quantization", "4-bit quantization"), ("speculative decoding", "speculative sampling")]
)
def test_a_kind_and_a_synonym_are_no_rivals(made: Any, vocabulary: Vocabulary, one: str, other: str) -> None:
    store = made({"900-01": paper(f"We use {one} and {other}.", [(one, one, "used"), (other, other, "used")])})
    found = answer(store, vocabulary, f"compare {one} and {other}", lexicon=Lexicon.of(store, vocabulary))
    assert found.table is None or not found.table.lines
