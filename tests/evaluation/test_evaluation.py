"""The scorer: what counts as a match, and the same numbers as the annotated papers' own scorer."""

from __future__ import annotations

import copy
import json
import random
from functools import cache
from itertools import product
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest

from kg.evaluation import whole_papers
from kg.evaluation.matching import HEADLINE, overlap, pairs, same_name, same_result
from kg.evaluation.scores import Score, score
from tests.evaluation.annotation import paper, technique


def alone(key: str, gold: Any, found: Any, part: str = "") -> Score:
    """The score of one part of one paper."""
    return score({"x": paper(**{key: gold})}, {"x": paper(**{key: found})})[part or key]


def entity(surface: str) -> dict[str, Any]:
    return {"surface": surface, "canonical": surface}


@pytest.fixture(scope="module")
def reference(shared: Path) -> SimpleNamespace:
    """The annotated papers' own scorer; it asks for the words of a few texts again and again."""
    found = run_path(str(shared / "gold" / "score.py"))
    found["score"].__globals__["words"] = cache(found["words"])
    return SimpleNamespace(**found)


def corrupted(gold: dict[str, Any], seed: int) -> dict[str, Any]:
    """Records that are right in part: things left out, doubled, taken from other papers, or changed."""
    dice = random.Random(seed)
    out = copy.deepcopy(gold)
    ids = list(out)
    for name in ids:
        record, other = out[name], gold[dice.choice(ids)]
        for key in HEADLINE:
            kept = [copy.deepcopy(x) for x in record[key] if dice.random() < 0.6]
            record[key] = [x for x in other[key] if dice.random() < 0.4] + kept + kept[:1]
        for thing in record["techniques"] + record["results"]:
            if isinstance(thing.get("role"), str) and dice.random() < 0.2:
                thing["role"] = "mentioned"
            if "unit" in thing and dice.random() < 0.2:
                thing["unit"] = dice.choice(["×", "percent", "pp", None])
        for key in ("title", "name", "kind", "code_url"):
            record[key] = dice.choice([record[key], record[key], other[key], "", record[key].upper() + "/"])
        for slot, text in record["brief"].items():
            record["brief"][slot] = dice.choice([text, text[:-1], other["brief"][slot]])
    for name in dice.sample(ids, len(ids) // 10):
        out[name] = {"id": name}
    del out[dice.choice(ids)]
    return out


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("file", ["dev.jsonl", "train.jsonl"])
def test_numbers_are_those_of_the_annotated_papers_own_scorer(
    reference: SimpleNamespace, shared: Path, file: str, seed: int
) -> None:
    lines = (shared / "gold" / file).read_text(encoding="utf-8").splitlines()[-30:]
    gold = {record["id"]: record for record in map(json.loads, lines)}
    found = corrupted(gold, seed)
    theirs, ours = reference.score(gold, found), score(gold, found)
    assert 0.1 < ours.pop("result setting").f1 < 0.95  # which theirs does not score
    assert 0.1 < ours["headline"].f1 < 0.95
    assert ours["headline"].f1 == theirs.pop("headline")
    assert {key: value.as_dict() for key, value in ours.items() if key != "headline"} == theirs


@pytest.mark.parametrize("file", ["dev-1", "dev-tei"])
def test_figures_of_whole_papers_are_those_of_their_own_scorer(shared: Path, file: str) -> None:
    folder = shared / "gold" / "fulltext"
    gold = [json.loads(line) for line in (folder / f"{file}.jsonl").read_text("utf-8").splitlines()]
    found, dice = copy.deepcopy(gold), random.Random(3)
    for paper_, other in zip(found, [*gold[1:], gold[0]], strict=True):
        for kind in whole_papers.TYPES:
            own = [one for one in paper_[kind] if dice.random() < 0.7]
            paper_[kind] = own + [one | {"use": dice.choice(["run", "mentioned"])} for one in other[kind][::2]]
            paper_[kind] += [{"name": str(trap)} for trap in paper_.get("not_used", {}).get(kind, ())]
        paper_["sections"] = [one | {"role": dice.choice([one["role"], "other"])} for one in paper_["sections"][1:]]
        paper_["code"] = paper_["code"] + other["code"]
    scorer = run_path(str(folder / "score_fulltext.py"))
    theirs = scorer["score"](gold, {key: one for one in reversed(found) for key in scorer["keys"](one)})
    named = {one["id"]: one for one in gold}
    ours = whole_papers.figures(named, whole_papers.beside(named, found))
    for kind, key in product((*whole_papers.TYPES, "code"), ("precision", "recall", "f1", "gold")):
        assert round(ours[kind][key], 3) == theirs[kind][key]
    assert round(ours["mentioned, reported as used"]["share"], 3) == theirs["traps told as used"]["share"]
    assert round(ours["role of sections right"]["share"], 3) == theirs["sections"]["role right"]


def test_gold_against_itself_is_perfect(shared: Path) -> None:
    lines = (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    gold = {record["id"]: record for record in map(json.loads, lines)}
    assert score(gold, gold)["headline"].f1 == 1


def test_missing_paper_counts_as_an_empty_record() -> None:
    gold = {"x": paper(topics=["pruning"]), "y": paper(topics=["pruning"])}
    found = score(gold, {"x": paper(topics=["pruning"])})["topics"]
    assert (found.precision, found.recall) == (1, 0.5)


def test_paper_that_nobody_annotated_is_left_out() -> None:
    gold = {"x": paper(topics=["pruning"])}
    assert score(gold, gold | {"z": paper(topics=["survey"])})["topics"].f1 == 1


def test_nothing_scores_nothing() -> None:
    assert score({}, {})["headline"].f1 == 0


def test_headline_is_the_mean_of_ten_types() -> None:
    gold = {"x": paper(topics=["pruning"], tasks=[entity("translation")])}
    assert score(gold, gold)["headline"].f1 == pytest.approx(0.2)


def test_entities_pair_one_to_one_best_first() -> None:
    similarity = {("a", "x"): 0.9, ("a", "y"): 0.8, ("b", "x"): 0.8}
    found = pairs(["a", "b"], ["x", "y"], lambda g, p: similarity.get((g, p), 0.0), 0.5)
    assert found == [(0, 0)]
    assert (
        alone("techniques", [technique("pruning")], [technique("pruning"), technique("the pruning")]).precision == 0.5
    )


def test_half_of_the_words_is_enough_for_a_technique_and_not_for_a_device() -> None:
    assert alone("techniques", [technique("sparse attention")], [technique("block attention")]).f1 == 1
    assert alone("hardware", [entity("mobile phone")], [entity("mobile robot")]).f1 == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("key-value caches", "KV caches"), ("Quantised networks", "quantization network"), ("the pruning", "pruning")],
)
def test_spelling_stems_and_articles_do_not_matter(one: str, other: str) -> None:
    assert overlap(entity(one), entity(other)) == 1


def test_any_form_of_a_thing_may_match_but_aliases_only_up_to_the_third() -> None:
    assert overlap(technique("LoRA", "used", "a", "b", "low-rank adaptation"), technique("low-rank adaptation")) == 1
    assert overlap(technique("LoRA", "used", "a", "b", "c", "low-rank adaptation"), technique("low rank one")) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"), [("A100", "H100", 0), ("Llama-3 8B", "Llama-3-8B", 1), ("A 100", "A100", 1)]
)
def test_tokens_with_digits_must_be_the_same(one: str, other: str, same: float) -> None:
    assert same_name(entity(one), entity(other)) == same


def test_institutions_match_by_name_without_company_suffix_and_accents() -> None:
    gold = [{"name": "Université Laval"}, {"name": "Tencent Inc."}]
    assert alone("institutions", gold, [{"name": "universite laval"}, {"name": "Tencent Group (China)"}]).f1 == 1
    assert alone("institutions", gold, [{"name": "Laval"}]).f1 == 0


def result(**parts: Any) -> dict[str, Any]:
    return {"metric": "latency", "value": 20, "unit": "%", "change": "decrease", "baseline": ""} | parts


@pytest.mark.parametrize("slot", ["metric", "baseline", "setting"])
def test_texts_of_results_match_by_half_of_their_words_or_where_both_are_empty(slot: str) -> None:
    gold = [result(**{slot: "LongBench at 4 bits"})]
    for text, right in (("4-bit LongBench", 1), ("8-bit LongBench", 0), ("", 0)):
        assert alone("results", gold, [result(**{slot: text})], f"result {slot}").f1 == right
    assert alone("results", [result(**{slot: ""})], [result(**{slot: ""})], f"result {slot}").f1 == 1


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"value": -20.0}, True),
        ({"value": [20]}, True),
        ({"unit": "percent"}, True),
        ({"metric": "memory"}, True),
        ({"value": 21}, False),
        ({"value": [20, 30]}, False),
        ({"value": "a lot"}, False),
        ({"value": None}, False),
        ({"unit": "x"}, False),
        ({"change": "increase"}, False),
    ],
)
def test_results_match_by_value_unit_and_change(change: dict[str, Any], same: bool) -> None:
    assert bool(same_result(result(), result(**change))) is same


def test_relation_matches_by_type_and_any_form_of_its_ends() -> None:
    lora = technique("LoRA", "used", "low-rank adaptation")
    gold = paper(techniques=[technique("Zap"), lora], relations=[{"head": "Zap", "type": "uses", "tail": "LoRA"}])
    found = paper(techniques=[lora], relations=[{"head": "Zap", "type": "uses", "tail": "low-rank adaptation"}])
    assert score({"x": gold}, {"x": found})["relations"].f1 == 1
    found["relations"] = [{"head": "Zap", "type": "part_of", "tail": "LoRA"}]
    assert score({"x": gold}, {"x": found})["relations"].f1 == 0
    found["relations"] = [{"head": "Quux", "type": "uses", "tail": "LoRA"}]
    assert score({"x": gold}, {"x": found})["relations"].f1 == 0
