"""Fit the score by which strings of affiliations are linked to ROR (data/institutions.json, read by kg/link/ror.py).

    KG_SHARED=FOLDER python scripts/fit_institutions.py [--trees 300] [-o data/institutions.json]

Reads the training parts of FOLDER/data/affiliation-gold: S2AFF's train and val, Crossref 2023, Springer 2023, the logs
of ROR's API, OpenAlex's gold of single organisations (its names tell the records of ROR); no string that stands in a
test set (compared by its letters and digits). A part of the strings is used once more without its punctuation, a part
is joined with the next one, for that is how strings look in the wild, and a part is read as if the register lacked
what it names, for many are lacked. What publishers leave out of the one organisation that they assert is not held
against a candidate. How often the strings mean an organisation where its name stands is counted too; for a string that
is learned from, only in other strings than it and those that begin like it. The threshold is the greatest at which
strings held back (a tenth) have the recall asked for; then these are learned from too. The same seed gives the same
bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from kg.link.candidates import FEATURES, Affiliation
from kg.link.register import ALIAS_RANK, joined, name_tokens
from kg.link.ror import CONTEXT, SEEN, UNIT, RegisterJudge, Seen, Trees, chosen, context, described
from kg.link.spellings import RegisterNames, names

TRAINING = {"s2aff_gold": 8.0, "crossref_2023_asserted": 1.0, "springer_2023": 1.0, "ror_api_logs_2023": 4.0}
OPENALEX, NOBODY = 4.0, "-1"  # weight of its strings; its label of strings without organisation
SINGLE = ("openalex_gold_*.tsv.gz", "openalex_sampled_*.tsv.gz")  # its other files label wholes and parts alike
TESTS = ("s2aff_gold", "rorapi_test_springer", "rorapi_test_crossref_2024")
ASSERTED, FIRST, DOUBT = 1.0, 100, 1.5 * UNIT  # weight of asserted gold; trees of first sums, score that doubts it
SECOND_DOUBT = -0.5 * UNIT  # the score that doubts it when the asserted organisation stands in other words
FOLDS, SAME = 4, 40  # strings that begin with the same letters stand in one fold
SEED, BINS, DEPTH, RATE, PRIOR = 7, 32, 6, 0.12, 8.0
TREES, REPEATS = 300, 6  # trees of a second sum, and how many of them are averaged
HELD_RECALL = 0.855  # of the strings held back: a little more than .85, for sets of strings differ
ROWS, COLUMNS = 0.25, 0.35  # shares of candidates and of features that a tree sees
BARE, SHORT, JOINED, HELD = 0.4, 0.1, 0.15, 0.1  # shares of strings without punctuation, abbreviated, joined, held back
LACKED = 0.2  # share of strings whose organisations the register is said to lack: many are lacked by it
RANK = FEATURES.index("rank")
_NUMBER, _CALLED = re.compile(r"-?\d+"), re.compile(r"(['\"])(\d+) - (.*?)\1(?=[,\]])")
_LONG = re.compile(r"[A-Za-z]{8,}")
_PUNCTUATION = re.compile(r"\s*[,;.]\s*(?!\w\.)")


class Row(NamedTuple):
    """A string with its gold."""

    text: str
    gold: frozenset[str]
    weight: float  # what it counts
    fold: int
    is_lacking: bool = False  # whether the register is said to lack its gold


class Counts(NamedTuple):
    """In how many strings entries of `Seen` stand, and in how many of them they are meant."""

    held: Counter[str]
    meant: Counter[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trees", type=int, default=TREES)
    parser.add_argument("--recall", type=float, default=HELD_RECALL, help="that strings held back must reach")
    parser.add_argument("-o", "--output", type=Path, default=Path("data/institutions.json"))
    arguments = parser.parse_args()
    folder = Path(os.environ.get("KG_SHARED", "")) / "data" / "affiliation-gold"
    if not folder.is_dir():
        print("KG_SHARED does not name the folder that holds data/affiliation-gold: nothing is fitted.")
        return 0
    rows = list(training(folder))
    random.Random(SEED).shuffle(rows)
    held = rows[: int(HELD * len(rows))]
    threshold = least(learned(rows[len(held) :], arguments.trees), held, arguments.recall)
    judge = learned(rows, arguments.trees)  # for use, from those held back too
    state = {
        "features": [*FEATURES, *SEEN, *CONTEXT],
        "threshold": threshold,
        "seen": judge.seen.counts,
        **{name: _state(trees) for name, trees in (("first", judge.first), ("second", judge.second))},
    }
    arguments.output.write_text(json.dumps(state, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{arguments.output}: {len(judge.second.leaf)} trees, threshold {threshold}")
    return 0


def learned(rows: list[Row], trees: int) -> RegisterJudge:
    """What strings teach, without a threshold."""
    rows = sorted(rows, key=lambda row: row.fold)
    counts = [counted([row for row in rows if row.fold == fold]) for fold in range(FOLDS)]
    others = [seen_in(counts[:fold] + counts[fold + 1 :]) for fold in range(FOLDS)]
    seen = examples(list(varied(rows)), others)
    print(f"{len(rows):,} strings, {len(seen.right):,} candidates, {seen.right.mean():.3f} of them right", flush=True)
    return RegisterJudge(seen_in(counts), *fitted(seen, trees), 0)


def _state(trees: Trees) -> dict[str, Any]:
    lists = {"feature": trees.feature, "limit": trees.limit, "leaf": trees.leaf}
    return {"base": trees.base, **{name: array.tolist() for name, array in lists.items()}}


def training(folder: Path) -> Iterator[Row]:
    """Strings to learn from."""
    tests = {letters(row["aff"]) for name in TESTS for row in read(folder, name) if row.get("split", "test") == "test"}
    for name, weight in TRAINING.items():
        for row in read(folder, name):
            if letters(row["aff"]) not in tests:
                yield Row(row["aff"], frozenset(row["ror"]), weight, fold_of(row["aff"]))
    for one in openalex(folder, names()):
        if letters(one.text) not in tests:
            yield one


def openalex(folder: Path, known: RegisterNames) -> Iterator[Row]:
    """Strings with ids of OpenAlex, whose names tell the record of ROR; an id without one is lacked by the register."""
    rows, called = [], {NOBODY: ""}
    for path in sorted(path for pattern in SINGLE for path in folder.glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                rows.append((row["affiliation_string"], _NUMBER.findall(row["labels"])))
                texts = (row.get("labels_name") or "", row.get("preds_name") or "")
                called.update((match[2], match[3]) for text in texts for match in _CALLED.finditer(text))
    bearers = {i: records(name, known) for i, name in called.items() if i != NOBODY}
    for text, labels in rows:
        found = [bearers.get(label, [label]) or [label] for label in labels if label != NOBODY]
        if all(len(one) == 1 for one in found):
            yield Row(text, frozenset(one[0] for one in found), OPENALEX, fold_of(text))


def records(name: str, known: RegisterNames) -> list[str]:
    """The ids of ROR's records that bear a name, not only an acronym."""
    key = joined(name_tokens(name, known.words))
    found = known.register.candidates(key, ALIAS_RANK) if known.register.has(key) else []
    return [o.curie[4:] for o in found if o.curie.startswith("ror:")]


def read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def fold_of(text: str) -> int:
    """The fold of a string: the same for strings that begin with the same letters."""
    return crc32(letters(text)[:SAME].encode()) % FOLDS


def varied(rows: list[Row]) -> Iterator[Row]:
    """The strings, some once more without punctuation, some once more joined with the one before, of their fold."""
    dice = random.Random(SEED)
    for at, row in enumerate(rows):
        yield row
        if dice.random() < BARE:
            yield row._replace(text=_PUNCTUATION.sub(dice.choice(("  ", " ")), row.text))
        if dice.random() < SHORT:
            yield row._replace(text=_LONG.sub(lambda word: shortened(word[0], dice), row.text))
        if dice.random() < JOINED and rows[at - 1].fold == row.fold:
            other = rows[at - 1]
            text = row.text.rstrip(" .;") + dice.choice(("; ", " and ", ", ", ". ")) + other.text
            yield row._replace(text=text, gold=row.gold | other.gold)
        if row.gold and dice.random() < LACKED:
            yield row._replace(is_lacking=True)


def shortened(word: str, dice: random.Random) -> str:
    """A word, or as often its beginning and a full stop."""
    return f"{word[: dice.randint(4, 6)]}." if dice.random() < 0.5 else word


def counted(rows: list[Row]) -> Counts:
    """In how many strings each organisation, and each name of it, stands and is meant."""
    known = names()
    held: Counter[str] = Counter()
    meant: Counter[str] = Counter()
    for row in rows:
        reading = Affiliation(row.text, known)
        entries: dict[str, bool] = {}
        for candidate in reading.candidates():
            identifier = known.facts(candidate.row).id
            is_meant = identifier in row.gold
            if is_meant or candidate.features[RANK] <= ALIAS_RANK:
                entries[identifier] = entries[Seen.name(identifier, reading, candidate)] = is_meant
        held.update(entries.keys())
        meant.update(entry for entry, is_meant in entries.items() if is_meant)
    return Counts(held, meant)


def seen_in(parts: list[Counts]) -> Seen:
    """What several parts of the strings say together."""
    held, meant = (sum(side, Counter[str]()) for side in zip(*parts, strict=True))
    return Seen({entry: (held[entry], meant[entry]) for entry in sorted(held)})


class Lacking(Affiliation):
    """A string read by a register that lacks some rows."""

    def __init__(self, text: str, known: RegisterNames, absent: frozenset[int]) -> None:
        self.absent = absent
        super().__init__(text, known)

    def _bearers(self, first: int, last: int, key: str, total: int) -> dict[int, tuple[int, int, int]]:
        bearers = super()._bearers(first, last, key, total)
        return {row: borne for row, borne in bearers.items() if row not in self.absent}


class Examples(NamedTuple):
    """All candidates of all strings; all arrays by candidate but `starts`."""

    features: Any  # candidates x features
    spans: Any  # candidates x 3: row, first, last
    right: Any
    weight: Any
    fold: Any
    starts: Any  # strings + 1: where each string's candidates begin


def examples(rows: list[Row], others: list[Seen]) -> Examples:
    """The candidates of strings; `others` are what the strings of the other folds say, by fold."""
    known = names()
    matrix, spans, right, weights, folds, starts = [], [], [], [], [], [0]
    for row in rows:
        reading = Lacking(row.text, known, known.of(row.gold)) if row.is_lacking else Affiliation(row.text, known)
        candidates = reading.candidates()
        if candidates:
            matrix.append(described(reading, candidates, others[row.fold]))
        spans += [candidate[:3] for candidate in candidates]
        right += [known.facts(candidate.row).id in row.gold for candidate in candidates]
        weights += [row.weight] * len(candidates)
        folds += [row.fold] * len(candidates)
        starts.append(len(right))
    return Examples(np.concatenate(matrix), *map(np.array, (spans, right, weights, folds, starts)))


def fitted(seen: Examples, count: int) -> tuple[Trees, Trees]:
    """Both sums: the second learns from what firsts say that have not seen the string."""
    blind = np.zeros(len(seen.right), dtype=np.int32)
    for fold in range(FOLDS):
        others = seen.fold != fold
        trees = fit(seen.features[others], seen.right[others], seen.weight[others], FIRST)
        blind[~others] = trees.scores(seen.features[~others])
    beside, apart = [], []
    for start, end in itertools.pairwise(seen.starts.tolist()):
        if start < end:
            spans = seen.spans[start:end]
            beside.append(context(spans, blind[start:end]))
            apart.append(stands_apart(spans, seen.right[start:end]))
    # what firsts find right and a publisher, who asserts one organisation, left out
    limit = np.where(np.concatenate(apart), SECOND_DOUBT, DOUBT)
    is_doubtful = ~seen.right & (seen.weight <= ASSERTED) & (blind > limit)
    weight = np.where(is_doubtful, 0.0, seen.weight)
    first = fit(seen.features, seen.right, seen.weight, FIRST)
    matrix = np.hstack([seen.features, np.concatenate(beside)])
    return first, averaged([fit(matrix, seen.right, weight, count, SEED + n) for n in range(REPEATS)])


def averaged(fits: list[Trees]) -> Trees:
    """One sum that is the mean of several."""
    feature, limit, leaf = (np.concatenate([getattr(t, name) for t in fits]) for name in ("feature", "limit", "leaf"))
    return Trees(feature, limit, np.round(leaf / len(fits)).astype(np.int64), fits[0].base)


def stands_apart(spans: Any, right: Any) -> Any:
    """Whether each candidate of a string shares no word with a right one, when there is a right one."""
    first, last = spans[:, 1], spans[:, 2]
    over = (first[:, None] <= last[right]) & (first[right] <= last[:, None])
    return ~over.any(axis=1) & right.any()


def fit(matrix: Any, right: Any, weight: Any, count: int, seed: int = SEED) -> Trees:
    """Symmetric trees by Newton boosting of the logistic loss on binned features."""
    dice = np.random.default_rng(seed)
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, BINS)[:-1], method="lower")) for column in matrix.T]
    binned = np.stack([np.searchsorted(e, c) for e, c in zip(edges, matrix.T, strict=True)]).astype(np.uint8)
    base = round(UNIT * float(np.log(right.mean() / (1 - right.mean()))))
    total = np.full(len(right), base / UNIT)
    features, limits, leaves = [], [], []
    for _ in range(count):
        chance = 1 / (1 + np.exp(-total))
        slope, bend = weight * (right - chance), weight * chance * (1 - chance)
        some = np.flatnonzero(dice.random(len(right)) < ROWS)
        cuts = {column: len(edges[column]) for column in np.flatnonzero(dice.random(len(edges)) < COLUMNS).tolist()}
        splits, leaf = tree(binned[:, some], slope[some], bend[some], cuts)
        where = np.zeros(len(right), dtype=np.int64)
        for level, (column, cut) in enumerate(splits):
            where += (binned[column] > cut).astype(np.int64) << level
        total += leaf[where] / UNIT
        features.append([column for column, _ in splits])
        limits.append([int(edges[column][cut]) for column, cut in splits])
        leaves.append(leaf)
    return Trees(np.array(features), np.array(limits), np.array(leaves), base)


def tree(binned: Any, slope: Any, bend: Any, cuts: dict[int, int]) -> tuple[list[tuple[int, int]], Any]:
    """One tree: its splits (feature, bin: above goes right) and its leaves in thousandths; `cuts` by feature."""
    where = np.zeros(binned.shape[1], dtype=np.int64)
    splits: list[tuple[int, int]] = []
    for level in range(DEPTH):
        size = 1 << level
        best = (-1.0, 0, 0)
        for column, count in cuts.items():
            cell = where * BINS + binned[column]
            g, h = (
                np.bincount(cell, weights=w, minlength=size * BINS).reshape(size, BINS).cumsum(axis=1)
                for w in (slope, bend)
            )
            left = g**2 / (h + PRIOR)
            rest = (g[:, -1:] - g) ** 2 / (h[:, -1:] - h + PRIOR)
            gains = (left + rest).sum(axis=0)[:count]
            cut = int(gains.argmax())
            best = max(best, (float(gains[cut]), column, cut))
        _, column, cut = best
        splits.append((column, cut))
        where += (binned[column] > cut).astype(np.int64) << level
    g, h = (np.bincount(where, weights=w, minlength=1 << DEPTH) for w in (slope, bend))
    return splits, np.round(UNIT * RATE * g / (h + PRIOR)).astype(np.int64)


def least(judge: RegisterJudge, rows: list[Row], recall: float) -> int:
    """The greatest threshold at which the rows have a recall; publishers' gold lacks too much to go by precision."""
    known = names()
    judged = []
    for row in rows:
        for candidate, score in chosen(Affiliation(row.text, known), judge, -UNIT):
            judged.append((score, known.facts(candidate.row).id in row.gold))
    judged.sort(reverse=True)
    wanted = recall * sum(f"ror:{i}" in known.register for row in rows for i in row.gold)
    right = 0
    for at, (score, is_right) in enumerate(judged, 1):
        right += is_right
        if right >= wanted:
            print(f"held back: precision {right / at:.3f}, recall {recall:.3f}")
            return int(score)
    return -UNIT


if __name__ == "__main__":
    sys.exit(main())
