"""How far claims can be trusted: which are sure, the figures of that, and the thresholds that are fitted."""

from __future__ import annotations

import copy
import json
import sys
from itertools import islice
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import fit_sure
import pytest

from kg.evaluation.matching import HEADLINE
from kg.evaluation.printed import trust_table
from kg.evaluation.trust_scores import Claims, Judged, Trust, claims, trust
from kg.model import RELATION_TYPES, Evidence, Mention, Record, Relation, Topic
from kg.trust import BY_RULES, level, mark, ruled_relations, thresholds
from tests.evaluation.annotation import paper, technique


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Thresholds of two types."""
    least = {"techniques": 0.8, "uses": 0.5, "kind": 0.9}
    monkeypatch.setattr("kg.trust.thresholds", lambda by_rules=False: {"techniques": 0.9} if by_rules else least)
    return least


def mention(score: float, extractor: str = "techniques/2") -> Mention:
    return Mention("technique", "LoRA", "LoRA", extractor=extractor, confidence=score)


def test_claims_are_sure_from_the_threshold_of_their_type(limits: dict[str, float]) -> None:
    record = Record("x", techniques=[mention(0.8), mention(0.79)], topics=[Topic("agents", confidence=1.0)])
    record.relations = [Relation("A", kind, "B", Evidence("A B"), confidence=0.6) for kind in ("uses", "outperforms")]
    mark(record)
    assert [m.sure for m in record.techniques] == [True, False]
    assert [r.sure for r in record.relations] == [True, False]
    assert not record.topics[0].sure


def test_the_kind_is_sure_from_its_threshold(limits: dict[str, float]) -> None:
    records = [Record("x", kind_score=score) for score in (0.9, 0.89, 0.0)]
    for record in records:
        mark(record)
    assert [record.kind_sure for record in records] == [True, False, False]


def test_what_rules_alone_claim_has_thresholds_of_its_own(limits: dict[str, float]) -> None:
    record = Record("x", techniques=[mention(score, f"techniques/2{BY_RULES}") for score in (0.9, 0.89)])
    record.relations = [Relation("A", "uses", "B", Evidence("A B"), extractor=f"relations/3{BY_RULES}", confidence=0.6)]
    mark(record)
    assert [m.sure for m in record.techniques] == [True, False]
    assert not record.relations[0].sure


def test_what_others_claim_stays_as_they_say_it(limits: dict[str, float]) -> None:
    record = Record("x", techniques=[mention(0.95, "llm:moon/1"), mention(0.1, "annotation")])
    record.techniques[1].sure = True
    mark(record)
    assert [m.sure for m in record.techniques] == [False, True]


def test_trust_in_a_word(limits: dict[str, float]) -> None:
    record = Record("x", techniques=[mention(0.9), mention(0.5), mention(0.49)])
    mark(record)
    assert [level(m) for m in record.techniques] == ["sure", "likely", "weak"]


def test_thresholds_that_ship_are_scores() -> None:
    for by_rules in (False, True):
        assert all(0 < least <= 1 for least in thresholds(by_rules).values())
    assert thresholds(True)["techniques"] > thresholds()["techniques"]
    assert ruled_relations().keys() == set(RELATION_TYPES)


# The figures


def figures() -> dict[str, Trust]:
    gold = {"x": paper(techniques=[technique(name) for name in ("pruning", "caching", "routing", "voting")])}
    said = [("pruning", 0.9, True), ("caching", 0.8, True), ("sorting", 0.7, True), ("routing", 0.6, False)]
    return trust(
        gold,
        {
            "x": paper(
                techniques=[technique(name, score=score, sure=sure) for name, score, sure in said], topics=["agents"]
            )
        },
    )


def test_figures_tell_sure_claims_from_others() -> None:
    found = figures()["techniques"]
    assert (found.predicted, found.precision, found.recall) == (4, 0.75, 0.75)
    assert (found.sure, found.sure_precision, found.sure_recall) == (3, 2 / 3, 0.5)
    assert (found.recall_at_80, found.recall_at_90) == (0.5, 0.5)


def test_table_has_a_row_a_type() -> None:
    table = trust_table(figures())
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows["techniques"]["sure precision"] == "0.667"
    assert rows["topics"]["claims"] == "1"


def test_topics_have_their_scores_beside_them() -> None:
    gold = {"x": paper(topics=["agents"])}
    said = {"x": paper(topics=["agents"]) | {"topic_scores": {"agents": {"score": 0.4, "sure": False}}}}
    assert claims(gold, said)["topics"].said == [Judged(0.4, False, True)]


def test_the_kind_has_its_score_beside_it() -> None:
    gold = {"x": paper(kind="system")}
    said = {"x": paper(kind="method") | {"kind_score": {"score": 0.7, "sure": True}}}
    assert claims(gold, said)["kind"].said == [Judged(0.7, True, False)]


@pytest.fixture(scope="module")
def reference(shared: Path) -> SimpleNamespace:
    """The annotated papers' own scorer of trust."""
    before = list(sys.path)
    module = run_path(str(shared / "gold" / "score_trust.py"))
    sys.path[:] = before
    return SimpleNamespace(**module)


def corrupted(gold: dict[str, dict[str, Any]], seed: int) -> dict[str, dict[str, Any]]:
    """Records that are right in part: things left out, doubled, turned round, or taken from another paper."""
    out = copy.deepcopy(gold)
    for n, (record, other) in enumerate(zip(out.values(), [*gold.values()][1:], strict=False)):
        for key in HEADLINE:
            record[key] = record[key][(n + seed) % 3 :] + copy.deepcopy(other[key][::2]) + record[key][:1]
        for one in record["relations"][::4]:
            one["head"], one["tail"] = one["tail"], one["head"]
        for at, one in enumerate((*record["techniques"], *record["relations"], *record["results"])):
            one["score"] = (7 * n + 3 * at) % 11 / 10
            if at % 3:
                one["sure"] = at % 2 == 0
    out[next(iter(out))] = {"id": next(iter(out))}
    return out


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_are_those_of_the_annotated_papers_own_scorer(
    reference: SimpleNamespace, shared: Path, seed: int
) -> None:
    with (shared / "gold" / "train.hard.jsonl").open(encoding="utf-8") as lines:
        gold = {record["id"]: record for record in map(json.loads, islice(lines, 12))}
    said = corrupted(gold, seed)
    rows, (false, winners) = reference.claims(gold, said)
    ours = trust(gold, said)
    for kind, (found, wanted) in rows.items():
        theirs = reference.figures(found, wanted)
        assert {name: value for name, value in ours[kind].as_dict().items() if name != "false_winners"} == {
            name.replace(".", "").replace(" ", "_"): value for name, value in theirs.items()
        }, kind
    assert ours["outperforms"].false_winners == false / max(1, winners)


# Thresholds


def said(*told: tuple[float, bool]) -> Claims:
    return Claims([Judged(score, False, right) for score, right in told], sum(right for _, right in told))


def test_threshold_is_the_lowest_that_is_good_enough() -> None:
    found = said(*[(0.9, True)] * 60, *[(0.7, True)] * 30, *[(0.7, False)] * 2, *[(0.5, False)] * 20)
    assert fit_sure.threshold(found, 0.9) == 0.7
    assert fit_sure.threshold(found, 0.97) == 0.9


def test_few_lucky_claims_make_no_threshold() -> None:
    assert fit_sure.threshold(said((0.9, True), (0.9, True), (0.5, False)), 0.9) is None
    assert fit_sure.threshold(said(), 0.9) is None


def test_sure_claims_are_tried_on_papers_that_thresholds_were_not_fitted_to() -> None:
    parts = [{"techniques": said(*[(0.9, True)] * 30)}, {"techniques": said((0.9, False), (0.3, True))}]
    tried = fit_sure.tried(parts)["techniques"].said
    assert [one.sure for one in tried] == [False] * 30 + [True, False]
