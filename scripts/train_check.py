"""Learn the weights by which `kg check` compares a claim with a sentence of a paper: data/models/check.json.

    python scripts/train_check.py --graph efficient-ai.kg        # minutes; prints figures by papers left out

The claims are those of data/gold/drafts.train.jsonl and tests/check/claims.jsonl, by annotators, and contests of the
graph, true and turned; claims made from results made the figures worse. Nothing here is random but for the seed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import kg
from kg.api import Graph
from kg.check import claim_judge
from kg.check.alignment import NumberMatch, is_bare, ranked
from kg.check.paper_text import AnalyzedText
from kg.check.subjects import Subjects
from kg.text import tokens

ROOT = Path(__file__).resolve().parent.parent
FILES = (ROOT / "data" / "gold" / "drafts.train.jsonl", ROOT / "tests" / "check" / "claims.jsonl")
FOLDS, SEED, RIDGE, ROUNDS = 8, 0, 8.0, 12
#: Shares of swaps that may be supported, and of true claims that may be contradicted; two thirds of the swaps are hard.
SWAPS_SUPPORTED, TRUE_CONTRADICTED = 0.08, 0.10
ALIKE = 0.5  # from which a sentence with another number is on the same
CONTESTS, CONTEST_WEIGHT = 150, 0.3  # how many, and what each counts
#: The beginnings of names of features that can only speak for a claim, and of those that can only speak against it.
FOR = ("cover", "numbers found", "number same", "slots")
AGAINST = ("names missing", "heaviest", "turned", "opposed", "average for")
DROPPED = 3  # weights of a wrong sign that are left out at a time


def contests(graph: Graph) -> Iterator[dict[str, Any]]:
    """Claims on who outperforms whom, each in three wordings: two true, one turned."""
    told = (
        "SELECT head, tail, paper FROM paper_relations WHERE type = 'outperforms' AND sure ORDER BY paper, head, tail"
    )
    rows = list(graph.store.rows(told))
    for head, tail, paper in random.Random(SEED).sample(rows, min(CONTESTS, len(rows))):
        own = {"paper": "", "curie": paper, "kind": "", "part": "contests"}
        yield own | {"text": f"{head} outperforms {tail}.", "holds": True}
        yield own | {"text": f"{tail} is outperformed by {head}.", "holds": True}
        yield own | {"text": f"{tail} outperforms {head}.", "holds": False}


def annotated() -> Iterator[dict[str, Any]]:
    """The claims of annotators."""
    for file in FILES:
        for line in file.read_text("utf-8").splitlines():
            said = json.loads(line)
            yield said | {"holds": said["kind"] == "true", "part": said.get("part", "train")}


def rows(claim: dict[str, Any], subjects: Subjects) -> Iterator[tuple[dict[str, float], bool, bool]]:
    """The features of each number of a claim, whether they teach (of a swapped number those of others do not), and
    whether the number agrees with one of the sentence."""
    wording = AnalyzedText(claim["text"], subjects.vocabulary)
    names = " ".join(one.name for one in subjects.found(claim["text"]) if claim["curie"] in one.papers)
    best = ranked(wording, subjects.text(claim["curie"]), names)[0]
    matches = [one for one in best.matches if not is_bare(one)] or [NumberMatch(None, None, "")]
    apart = [one for one in matches if one.agreement in ("", "other unit")]
    for one in matches:
        teaches = one in apart or not apart or claim["kind"] not in ("number", "unit")
        yield best.features(one), teaches, one.own is None or one not in apart


def fit(names: list[str], table: Any, holds: Any, weights: Any) -> Any:
    """The weights of a logistic regression, the bias last; one of a sign that makes no sense is 0.

    Annotators say what is true in other words and swap in the paper's own: without this, words that agree would tell
    against a claim.
    """
    kept = np.ones(len(names), bool)
    while True:
        found = np.zeros(len(names) + 1)
        found[[*kept, True]] = _newton(table[:, kept], holds, weights)
        signs = [name.startswith(FOR) - name.startswith(AGAINST) for name in names]
        wrong = np.array(signs) * found[:-1]
        if wrong.min() >= 0:
            return found
        kept[np.argsort(wrong)[:DROPPED][np.sort(wrong)[:DROPPED] < 0]] = False


def _newton(table: Any, holds: Any, weights: Any) -> Any:
    wide = np.c_[table, np.ones(len(table))]
    ridge = np.eye(wide.shape[1]) * RIDGE
    ridge[-1, -1] = 0
    found = np.zeros(wide.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-wide @ found))
        slope = wide.T @ (weights * (holds - chance)) - ridge @ found
        curve = (wide * (weights * chance * (1 - chance))[:, None]).T @ wide + ridge
        found += np.linalg.solve(curve, slope)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--graph", required=True)
    with kg.open(parser.parse_args().graph, read_only=True) as graph:
        subjects = Subjects(graph.store, graph.lexicon().vocabulary)
        curies = dict(graph.store.rows("SELECT arxiv, curie FROM papers WHERE arxiv <> ''"))
        claims = [one | {"curie": curies[one["paper"]]} for one in annotated() if one["paper"] in curies]
        claims += contests(graph)
        read = [
            (number, *row) for number, one in enumerate(claims) for row in rows(one, subjects) if tokens(one["text"])
        ]
    names = sorted({name for _, features, *_ in read for name in features})
    table = np.array([[features.get(name, 0.0) for name in names] for _, features, *_ in read])
    of = np.array([number for number, *_ in read])
    teach = np.array([does for _, _, does, _ in read])
    agrees = np.array([does for *_, does in read])
    holds = np.array([claims[number]["holds"] for number in of], float)
    share = 1 / np.maximum(np.bincount(of[teach], minlength=len(claims)), 1)[of]
    is_contest = np.array([claims[number]["part"] == "contests" for number in of])
    weights = np.where(teach, share, 0) * np.where(is_contest, CONTEST_WEIGHT, 1.0)
    weights *= np.where(holds == 1, weights[holds == 0].sum() / weights[holds == 1].sum(), 1.0)
    mean, spread = table.mean(0), table.std(0) + 1e-6
    table = (table - mean) / spread
    papers = sorted({one["curie"] for one in claims})
    fold = dict(zip(papers, np.random.default_rng(SEED).integers(0, FOLDS, len(papers)), strict=True))
    folds = np.array([fold[claims[number]["curie"]] for number in of])
    scores = np.zeros(len(of))
    for number in range(FOLDS):
        own = (folds != number) & (weights > 0)
        found = fit(names, table[own], holds[own], weights[own])
        scores[folds == number] = np.c_[table, np.ones(len(of))][folds == number] @ found
    chance = 1 / (1 + np.exp(-scores))
    least = np.array([chance[of == number].min(initial=1.0) for number in range(len(claims))])
    sure = np.array([(chance * agrees)[of == number].min(initial=1.0) for number in range(len(claims))])
    true = np.array([one["holds"] for one in claims])
    counted = np.array([one["part"] == "train" for one in claims])
    supported = float(np.quantile(sure[counted & ~true], 1 - SWAPS_SUPPORTED))
    contradicted = float(np.quantile(least[counted & true], TRUE_CONTRADICTED))
    for part in sorted({one["part"] for one in claims}):
        own = np.array([one["part"] == part for one in claims])
        for told, some in (("true", own & true), ("swaps", own & ~true)):
            high, low = (sure[some] >= supported).mean(), (least[some] <= contradicted).mean()
            print(f"{part}, {some.sum()} {told}: {high:.0%} supported, {low:.0%} contradicted")
    found = fit(names, table[weights > 0], holds[weights > 0], weights[weights > 0])
    each = found[:-1] / spread
    said = {
        "weights": {name: round(float(weight), 5) for name, weight in zip(names, each, strict=True)},
        "bias": round(float(found[-1] - (each * mean).sum()), 5),
        "supported": round(supported, 4),
        "contradicted": round(contradicted, 4),
        "alike": ALIKE,
    }
    claim_judge.FILE.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
