"""Fit the score by which strings of affiliations are linked to ROR (data/institutions.json, read by kg/link/ror.py).

    KG_SHARED=FOLDER python scripts/fit_institutions.py [--trees 300] [-o data/institutions.json]

Reads the training parts of FOLDER/data/affiliation-gold: S2AFF's train and val, Crossref 2023, Springer 2023, the logs
of ROR's API; no string that stands in a test set (compared by its letters and digits). A part of the strings is used
once more without its punctuation, and a part is joined with the next one, for that is how strings look in the wild.
The threshold is the least at which strings held back (a tenth) have the precision asked for. The same seed gives the
same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kg.link.candidates import FEATURES, Reading, names
from kg.link.ror import UNIT, Trees, chosen

TRAINING = {"s2aff_gold": 5.0, "crossref_2023_asserted": 1.0, "springer_2023": 1.0, "ror_api_logs_2023": 1.0}
HALVED = "crossref_2023_asserted"  # only its train part: publishers' assertions, of which there are enough
TESTS = ("s2aff_gold", "rorapi_test_springer", "rorapi_test_crossref_2024")
ASSERTED, FIRST, DOUBT = 1.0, 40, 1.5 * UNIT  # weight of asserted gold; trees and score of a first fit that doubts it
SEED, BINS, DEPTH, RATE, PRIOR = 7, 32, 6, 0.12, 8.0
TREES = 300
HELD_PRECISION = 0.88  # publishers' assertions leave organisations out, so that much of what counts as wrong is right
ROWS, COLUMNS = 0.25, 0.35  # shares of candidates and of features that a tree sees
BARE, SHORT, JOINED, HELD = 0.4, 0.1, 0.15, 0.1  # shares of strings without punctuation, abbreviated, joined, held back
_LONG = re.compile(r"[A-Za-z]{8,}")
_PUNCTUATION = re.compile(r"\s*[,;.]\s*(?!\w\.)")
Row = tuple[str, frozenset[str], float]  # a string, its gold, what it counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trees", type=int, default=TREES)
    parser.add_argument("--precision", type=float, default=HELD_PRECISION, help="that strings held back must reach")
    parser.add_argument("-o", "--output", type=Path, default=Path("data/institutions.json"))
    arguments = parser.parse_args()
    folder = Path(os.environ.get("KG_SHARED", "")) / "data" / "affiliation-gold"
    if not folder.is_dir():
        print("KG_SHARED does not name the folder that holds data/affiliation-gold: nothing is fitted.")
        return 0
    rows = list(training(folder))
    random.Random(SEED).shuffle(rows)
    held = rows[: int(HELD * len(rows))]
    matrix, right, weight = examples(list(varied(rows[len(held) :])))
    print(f"{len(rows):,} strings, {len(right):,} candidates, {right.mean():.3f} of them right")
    trees = fit(matrix, right, doubted(matrix, right, weight), arguments.trees)
    threshold = least(trees, held, arguments.precision)
    state = {
        "features": list(FEATURES),
        "base": trees.base,
        "threshold": threshold,
        "feature": trees.feature.tolist(),
        "limit": trees.limit.tolist(),
        "leaf": trees.leaf.tolist(),
    }
    arguments.output.write_text(json.dumps(state, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{arguments.output}: {arguments.trees} trees, threshold {threshold}")
    return 0


def training(folder: Path) -> Iterator[Row]:
    """Strings to learn from."""
    tests = {letters(row["aff"]) for name in TESTS for row in read(folder, name) if row.get("split", "test") == "test"}
    for name, weight in TRAINING.items():
        for row in read(folder, name):
            if letters(row["aff"]) not in tests and (name != HALVED or row["split"] == "train"):
                yield row["aff"], frozenset(row["ror"]), weight


def read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def varied(rows: list[Row]) -> Iterator[Row]:
    """The strings, some once more without punctuation, some once more joined with the next."""
    dice = random.Random(SEED)
    for at, (text, gold, weight) in enumerate(rows):
        yield text, gold, weight
        if dice.random() < BARE:
            yield _PUNCTUATION.sub(dice.choice(("  ", " ")), text), gold, weight
        if dice.random() < SHORT:
            yield _LONG.sub(lambda word: shortened(word[0], dice), text), gold, weight
        if dice.random() < JOINED:
            other, more, _ = rows[at - 1]
            yield text.rstrip(" .;") + dice.choice(("; ", " and ", ", ", ". ")) + other, gold | more, weight


def shortened(word: str, dice: random.Random) -> str:
    """A word, or as often its beginning and a full stop."""
    return f"{word[: dice.randint(4, 6)]}." if dice.random() < 0.5 else word


def examples(rows: list[Row]) -> tuple[Any, Any, Any]:
    """Features (candidates x features), whether each is right, what each counts."""
    known = names()
    matrix, right, weights = [], [], []
    for text, gold, weight in rows:
        for candidate in Reading(text, known).candidates():
            matrix.append(np.array(candidate.features, dtype=np.int32))
            right.append(known.facts(candidate.row).id in gold)
            weights.append(weight)
    return np.array(matrix), np.array(right), np.array(weights)


def doubted(matrix: Any, right: Any, weight: Any) -> Any:
    """The weights, none for what a first fit finds right and a publisher left out of its assertion."""
    scores = fit(matrix, right, weight, FIRST).scores(matrix)
    return np.where(~right & (weight <= ASSERTED) & (scores > DOUBT), 0.0, weight)


def fit(matrix: Any, right: Any, weight: Any, count: int) -> Trees:
    """Symmetric trees by Newton boosting of the logistic loss on binned features."""
    dice = np.random.default_rng(SEED)
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, BINS)[:-1], method="lower")) for column in matrix.T]
    binned = np.stack([np.searchsorted(e, c) for e, c in zip(edges, matrix.T, strict=True)]).astype(np.uint8)
    base = round(UNIT * float(np.log(right.mean() / (1 - right.mean()))))
    total = np.full(len(right), base / UNIT)
    features, limits, leaves = [], [], []
    for _ in range(count):
        chance = 1 / (1 + np.exp(-total))
        slope, bend = weight * (right - chance), weight * chance * (1 - chance)
        some = np.flatnonzero(dice.random(len(right)) < ROWS)
        columns = np.flatnonzero(dice.random(len(edges)) < COLUMNS)
        splits, leaf = tree(binned[:, some], slope[some], bend[some], columns)
        where = np.zeros(len(right), dtype=np.int64)
        for level, (column, cut) in enumerate(splits):
            where += (binned[column] > cut).astype(np.int64) << level
        total += leaf[where] / UNIT
        features.append([column for column, _ in splits])
        limits.append([int(edges[column][cut]) for column, cut in splits])
        leaves.append(leaf)
    return Trees(np.array(features), np.array(limits), np.array(leaves), base, 0)


def tree(binned: Any, slope: Any, bend: Any, columns: Any) -> tuple[list[tuple[int, int]], Any]:
    """One tree: its splits (feature, bin: above goes right) and its leaves in thousandths."""
    where = np.zeros(binned.shape[1], dtype=np.int64)
    splits: list[tuple[int, int]] = []
    for level in range(DEPTH):
        size = 1 << level
        best = (-1.0, 0, 0)
        for column in columns.tolist():
            cell = where * BINS + binned[column]
            g, h = (
                np.bincount(cell, weights=w, minlength=size * BINS).reshape(size, BINS).cumsum(axis=1)
                for w in (slope, bend)
            )
            left = g**2 / (h + PRIOR)
            rest = (g[:, -1:] - g) ** 2 / (h[:, -1:] - h + PRIOR)
            gains = (left + rest).sum(axis=0)[:-1]
            cut = int(gains.argmax())
            best = max(best, (float(gains[cut]), column, cut))
        _, column, cut = best
        splits.append((column, cut))
        where += (binned[column] > cut).astype(np.int64) << level
    g, h = (np.bincount(where, weights=w, minlength=1 << DEPTH) for w in (slope, bend))
    return splits, np.round(UNIT * RATE * g / (h + PRIOR)).astype(np.int64)


def least(trees: Trees, rows: list[Row], precision: float) -> int:
    """The least threshold at which the rows have a precision."""
    known = names()
    judged = []
    for text, gold, _ in rows:
        for candidate, score in chosen(Reading(text, known).candidates(), trees, -UNIT):
            judged.append((score, known.facts(candidate.row).id in gold))
    judged.sort(reverse=True)
    wanted = sum(f"ror:{i}" in known.register for _, gold, _ in rows for i in gold)
    right, threshold, found = 0, UNIT, 0
    for at, (score, is_right) in enumerate(judged, 1):
        right += is_right
        if right / at >= precision:
            threshold, found = score, right
    print(f"held back: precision {precision:.3f}, recall {found / wanted:.3f}")
    return int(threshold)


if __name__ == "__main__":
    sys.exit(main())
