"""Fit the weights by which numbers are told to be outcomes, and their metrics and baselines chosen.

    python scripts/fit_results.py            # scores by papers held out, then data/models/results.json
    python scripts/fit_results.py --check    # the scores alone

Needs the annotated papers of scripts/train.py. An outcome is a logistic regression, the two choices are softmax over a
number's candidates; all by gradient descent over binary features, the same every time. How likely a result is right in
all its parts is a logistic regression on the likelihoods of its parts, out of fold. Mentions, and what numbers point
at, are those of taggers that have not seen a paper: of build/folds.npz of scripts/train.py, or, where it was not made,
of the part of it in data/gold/folds.npz; other papers teach what is read without a tagger, and are not scored. What is
found in papers held out is kept in build/held-out-results.jsonl, for scripts/fit_sure.py. A run takes some minutes.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from annotated import BUILD, FOLDS, HELD_OUT, SETS, annotated, doc_of, fold_of, is_of, keep_records

from kg.entity_types import data_folder
from kg.evaluation.matching import overlap, pairs, same_result
from kg.extract import TAGGER, outcome_judge, pipeline
from kg.extract.folds import FOLDS_FILE, Folds
from kg.extract.outcomes import NumberReading, QuantityPlace, unit_of
from kg.extract.results import Results
from kg.extract.weighing import Weights, odds, of_all, weights
from kg.model import Document
from kg.vocabulary import Vocabulary

MODELS = data_folder("data") / "models"
ROUNDS, STEPS, RATE = 2, 150, 0.1
DECAY = {"outcome": 0.005, "metric": 0.003, "baseline": 0.005}  # of squared weights, a row
LEAST_PAPERS = 4  # in which a feature must occur
THRESHOLDS = (0.3, 0.4, 0.5, 0.6)
LEAST_PRECISION = 0.85  # of results, which no threshold may fall below
AS_GOOD = 0.002  # of F1, within which thresholds are as good as one another: the one that finds most is taken
PRECISE = 0.8  # the precision at which the recall of results that are fully right is told

Json = dict[str, Any]
Options = list[tuple[set[str], bool]]  # the features of each candidate, and whether it is right


class Rows(NamedTuple):
    """What one paper teaches: readings that are outcomes or not, and the candidates of each choice."""

    outcome: Options
    metric: list[Options]
    baseline: list[Options]


def rows(component: Results, doc: Any, results: Sequence[Json]) -> Rows:
    """The rows of one paper, by the annotated result that each reading of a number agrees with."""
    out = Rows([], [], [])
    left = list(results)
    before: list[Any] = []
    for sentence, _ in component.sentences(doc):
        against = ""
        for governed in component.grammar.governed(sentence):
            place = governed.place
            agreed = [(reading, agreeing(left, place, reading)) for reading in governed.readings]
            right = next((i for i, (_, found) in enumerate(agreed) if found), None)
            known = (place.quantity.value, place.quantity.unit) in {(r.value, r.unit) for r in before}
            for i, (reading, _) in enumerate(agreed):
                out.outcome.append((outcome_judge.features(governed, reading, component.lexicon, known), i == right))
            if right is None:
                continue
            reading, found = agreed[right]
            last = before[-1].metric if before else ""
            wanted = max(found, key=lambda one: overlap_of(one["metric"], reading.metric))
            left = [one for one in left if one not in found]
            metric = component.metrics.candidates(place, reading, last)
            out.metric.append([(f, overlap_of(wanted["metric"], text) >= 0.5) for text, f in metric.items()])
            if component.baselines.chosen_by_form(place) is None:
                baseline = component.baselines.candidates(place, reading, against)
                out.baseline.append([(f, same_text(wanted["baseline"], text)) for text, f in baseline.items()])
            against = component.baseline(place, reading, against)[0]
            found_as = component.metric(place, reading, last)[0]
            before.append(_Seen(place.quantity.value, place.quantity.unit, found_as))
    return out


class _Seen(NamedTuple):
    value: float | tuple[float, float]
    unit: str
    metric: str


def _rows(component: Results, doc: Any, results: Sequence[Json]) -> Rows:
    """The rows of one paper as the tagger has read it, and as if it had not: texts are read without it too."""
    tagged, tags = rows(component, doc, results), doc._.tags
    if tags is None:
        return tagged
    doc._.tags = None
    plain = rows(component, doc, results)
    doc._.tags = tags
    return Rows(tagged.outcome + plain.outcome, tagged.metric + plain.metric, tagged.baseline + plain.baseline)


def agreeing(gold: Sequence[Json], place: QuantityPlace, reading: NumberReading) -> list[Json]:
    """The annotated results that have a number's value, unit and change."""
    value = place.quantity.value
    number = list(value) if isinstance(value, tuple) else value
    one = {"value": number, "unit": unit_of(place, reading), "change": reading.change, "metric": ""}
    return [g for g in gold if same_result(g, one)]


def overlap_of(a: str, b: str) -> float:
    return overlap({"surface": a}, {"surface": b})


def same_text(gold: str, found: str) -> bool:
    """Whether a metric or baseline counts as found."""
    return overlap_of(gold, found) >= 0.5 if gold and found else gold == found


class Table:
    """Options as flat arrays: for each feature of each candidate its column and the candidate's row."""

    def __init__(self, groups: Sequence[Options], names: dict[str, int]) -> None:
        flat = [option for group in groups for option in group]
        cells = [(names[f], i) for i, (features, _) in enumerate(flat) for f in sorted(features) if f in names]
        self.columns = np.array([c for c, _ in cells], int)
        self.rows = np.array([r for _, r in cells], int)
        self.right = np.array([float(right) for _, right in flat])
        self.group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        self.groups, self.width = len(groups), len(names)

    def scores(self, weights: Any) -> Any:
        return np.bincount(self.rows, weights[self.columns], len(self.right))

    def gradient(self, errors: Any) -> Any:
        return np.bincount(self.columns, errors[self.rows], self.width)

    def shares(self, scores: Any) -> Any:
        """Softmax within each group."""
        top = np.full(self.groups, -np.inf)
        np.maximum.at(top, self.group, scores)
        raised = np.exp(scores - top[self.group])
        return raised / np.bincount(self.group, raised, self.groups)[self.group]


def fit(groups: Sequence[Options], papers: Iterable[Iterable[Options]], decay: float, choice: bool) -> dict[str, float]:
    """Weights by feature: of a choice within each group, else of each option on its own; by Adam on all rows."""
    counts: Counter[str] = Counter()
    for paper in papers:
        counts.update({f for group in paper for features, _ in group for f in features})
    names = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= LEAST_PAPERS))}
    groups = [g for g in groups if any(right for _, right in g)] if choice else groups
    table = Table(groups, names)
    weights, first, second = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, STEPS + 1):
        scores = table.scores(weights)
        if choice:
            shares = table.shares(scores)
            good = shares * table.right
            errors = shares - good / np.bincount(table.group, good, table.groups)[table.group]
        else:
            errors = 1 / (1 + np.exp(-scores)) - table.right
        slope = table.gradient(errors) / table.groups + decay * weights
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return {name: round(float(weights[i]), 3) for name, i in names.items() if abs(weights[i]) >= 0.01}


def fit_all(papers: Sequence[Rows], full: Mapping[str, float], least: float) -> Weights:
    """The weights of the outcome and of both choices; those of a whole result as given."""
    alone = [[[option] for option in paper.outcome] for paper in papers]
    return Weights(
        fit([g for paper in alone for g in paper], alone, DECAY["outcome"], choice=False),
        fit([g for p in papers for g in p.metric], [p.metric for p in papers], DECAY["metric"], choice=True),
        fit([g for p in papers for g in p.baseline], [p.baseline for p in papers], DECAY["baseline"], choice=True),
        full,
        least,
    )


class Watched(Results):
    """Results that remember the likelihoods of the parts of each; as confidence they have the number of that memory."""

    def __init__(self, vocabulary: Vocabulary, weights: Weights) -> None:
        super().__init__(vocabulary, weights)
        self.parts: list[tuple[float, float, float]] = []

    def sure(self, outcome: float, metric: float, baseline: float) -> float:
        self.parts.append((outcome, metric, baseline))
        return float(len(self.parts) - 1)


def found(component: Watched, doc: Any) -> list[Json]:
    """The results of a paper in the form of the annotations, each with the likelihoods of its parts."""
    doc._.results = []
    component(doc)
    out = [
        {
            "metric": r.metric,
            "value": list(r.value) if isinstance(r.value, tuple) else r.value,
            "unit": r.unit,
            "change": r.change,
            "baseline": r.baseline,
            "setting": r.setting,
            "parts": component.parts[round(r.confidence)],
        }
        for r in doc._.results
    ]
    doc._.results = []
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="print the scores alone")
    check = parser.parse_args().check
    papers = annotated()
    gold = {r["id"]: r["results"] for _, r in papers}
    folds = Folds.load(HELD_OUT if HELD_OUT.is_file() else FOLDS_FILE)
    read = {document.id: _read(document, folds) for document, _ in papers}
    final = cross_validated(read, {name for name in read if name in folds}, gold, Vocabulary.load())
    if not check:
        text = json.dumps(final._asdict(), indent=1, ensure_ascii=False, sort_keys=True)
        (MODELS / "results.json").write_text(text + "\n", "utf-8")


def _read(document: Document, folds: Folds) -> Any:
    """The Doc of a paper with what the components before the results find in it."""
    doc = doc_of(document)
    doc.user_data["entry"] = document.id
    for name, component in pipeline().pipeline:
        if name == "kg_results":
            break
        if name != TAGGER:
            doc = component(doc)
        elif document.id in folds:
            doc._.tags = folds.tags(document.id, doc)
    doc._.view = None  # nothing looks at it again
    return doc


def cross_validated(
    read: dict[str, Any], scored: set[str], gold: dict[str, list[Json]], vocabulary: Vocabulary
) -> Weights:
    """Prints the scores of `scored` papers held out; returns the weights fitted to all, with the folds' threshold."""
    component = Results(vocabulary, weights())
    for _ in range(ROUNDS):  # the metric and baseline of the number before are features of the next
        taught = {name: _rows(component, doc, gold[name]) for name, doc in read.items()}
        component = Results(vocabulary, fit_all(list(taught.values()), component.weights.full, min(THRESHOLDS)))
    records: dict[str, list[Json]] = {}
    for fold in range(FOLDS):
        out = [name for i, name in enumerate(read) if fold_of(i) == fold and name in scored]
        kept = [told for name, told in taught.items() if name not in out]
        watched = Watched(vocabulary, fit_all(kept, {}, min(THRESHOLDS)))
        records |= {name: found(watched, read[name]) for name in out}
    gold = {name: gold[name] for name in scored}
    full = calibrated(gold, records)
    for one in (one for record in records.values() for one in record):
        one["score"] = round(of_all(full, *one["parts"]), 3)  # as results.py does
    swept = {least: measured(gold, records, least) for least in THRESHOLDS}
    for least, scores in swept.items():
        for name, figures in scores.items():
            print(f"{least:.2f} {name:8}", "  ".join(f"{what} {figure:.3f}" for what, figure in figures.items()))
    sound = [least for least in THRESHOLDS if swept[least]["all"]["P"] >= LEAST_PRECISION] or [max(THRESHOLDS)]
    full_f1 = {least: swept[least]["all"]["full F1"] for least in sound}
    best = min(least for least in sound if full_f1[least] >= max(full_f1.values()) - AS_GOOD)
    shown = {name: [one for one in record if one["parts"][0] >= best] for name, record in records.items()}
    keep_records(({"id": name, "results": record} for name, record in shown.items()), BUILD / "held-out-results.jsonl")
    return component.weights._replace(full=full, least=best)


def calibrated(gold: dict[str, list[Json]], records: dict[str, list[Json]]) -> dict[str, float]:
    """Weights by which the likelihoods of its parts tell how likely a whole result is right."""
    names = ("outcome", "metric", "baseline", "bias")
    seen, right = [], []
    for name, record in records.items():
        hit = {j for _, j in pairs(gold[name], record, fully, 1)}
        seen += [[*map(odds, one["parts"]), 1.0] for one in record]
        right += [float(j in hit) for j in range(len(record))]
    table, wanted = np.array(seen), np.array(right)
    weights = np.zeros(len(names))
    for _ in range(20):  # Newton's method, with a little decay
        likely = 1 / (1 + np.exp(-(table @ weights)))
        slope = table.T @ (likely - wanted) + weights
        curve = (table * (likely * (1 - likely))[:, None]).T @ table + np.eye(len(names))
        weights -= np.linalg.solve(curve, slope)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def fully(gold: Json, one: Json) -> float:
    """1 where a result is right in value, unit, change, metric and baseline."""
    parts = (same_text(gold[part], one[part]) for part in ("metric", "baseline"))
    return float(same_result(gold, one) >= 1 and all(parts))


def measured(gold: dict[str, list[Json]], records: dict[str, list[Json]], least: float) -> dict[str, dict[str, float]]:
    """Of each set of papers: how good results are, those with the right metric or baseline, those right in all."""
    parts = {name: [name] for name in SETS} | {"all": [*SETS]}
    return {name: _measured(gold, records, least, sets) for name, sets in parts.items()}


def _measured(
    gold: dict[str, list[Json]], records: dict[str, list[Json]], least: float, sets: Iterable[str]
) -> dict[str, float]:
    right: Counter[str] = Counter()
    wanted_all, had_all = 0, 0
    ranked: list[tuple[float, bool]] = []
    for name, wanted in gold.items():
        if not is_of(name, *sets):
            continue
        had = [one for one in records[name] if one["parts"][0] >= least]
        wanted_all, had_all = wanted_all + len(wanted), had_all + len(had)
        for i, j in pairs(wanted, had, same_result, 1):
            right["results"] += 1
            right["metric"] += same_text(wanted[i]["metric"], had[j]["metric"])
            right["baseline"] += same_text(wanted[i]["baseline"], had[j]["baseline"])
        hit = {j for _, j in pairs(wanted, had, fully, 1)}
        right["full"] += len(hit)
        ranked += [(one["score"], j in hit) for j, one in enumerate(had)]
    both = max(wanted_all + had_all, 1)
    return {
        "P": right["results"] / max(had_all, 1),
        "R": right["results"] / max(wanted_all, 1),
        **{f"{key} F1": 2 * right[key] / both for key in ("results", "metric", "baseline", "full")},
        "full P": right["full"] / max(had_all, 1),
        "full R": right["full"] / max(wanted_all, 1),
        f"full R at P {PRECISE}": _recall(ranked) / max(wanted_all, 1),
    }


def _recall(ranked: list[tuple[float, bool]]) -> int:
    """How many right ones there are among the surest, as far as these are precise."""
    right = most = 0
    for count, (_, hit) in enumerate(sorted(ranked, key=lambda one: -one[0]), 1):
        right += hit
        most = right if right >= PRECISE * count else most
    return most


if __name__ == "__main__":
    main()
