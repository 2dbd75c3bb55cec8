"""Fit the weights by which numbers are told to be outcomes, and their metrics and baselines chosen.

    python scripts/fit_results.py            # five-fold scores by paper, then data/models/results.json
    python scripts/fit_results.py --check    # the scores alone

Needs the annotated papers ($KG_SHARED/gold/train.jsonl with papers.jsonl; data/gold/dev.jsonl with the reports). An
outcome is a logistic regression, the two choices are softmax over a number's candidates; all by gradient descent over
binary features, the same every time. What is found in papers held out is kept in build/held-out-results.jsonl, for
scripts/fit_sure.py. A run takes two to three minutes.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from annotated import BUILD, FOLDS, annotated, doc_of, keep_records

from kg.evaluation import overlap, pairs, same_result
from kg.extract import outcome_judge, pipeline
from kg.extract.governing import unit_of
from kg.extract.outcomes import Place, Reading
from kg.extract.results import Results
from kg.extract.weighing import Weights, weights
from kg.model import Document
from kg.vocabulary import Vocabulary, data_folder

MODELS = data_folder("data") / "models"
ROUNDS, STEPS, RATE = 2, 300, 0.1
DECAY = {"outcome": 0.005, "metric": 0.01, "baseline": 0.01}  # of squared weights, a row
LEAST_PAPERS = 4  # in which a feature must occur
TOLERANCE = 0.002  # of F1, within which thresholds are as good as one another
THRESHOLDS = (0.3, 0.4, 0.5, 0.6)

Json = dict[str, Any]
Options = list[tuple[set[str], bool]]  # the features of each candidate, and whether it is right


class Rows(NamedTuple):
    """What one paper teaches: readings that are outcomes or not, and the candidates of each choice."""

    outcome: Options
    metric: list[Options]
    baseline: list[Options]


def rows(component: Results, doc: Any, record: Json) -> Rows:
    """The rows of one paper, by the annotated result that each reading of a number agrees with."""
    out = Rows([], [], [])
    left = list(record["results"])
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
            against = component.baseline(place, reading, against)
            found_as = component.metric(place, reading, last)
            before.append(_Seen(place.quantity.value, place.quantity.unit, found_as))
    return out


class _Seen(NamedTuple):
    value: float | tuple[float, float]
    unit: str
    metric: str


def agreeing(gold: Sequence[Json], place: Place, reading: Reading) -> list[Json]:
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


def fit_all(papers: Sequence[Rows], least: float) -> Weights:
    """The weights of the outcome and of both choices."""
    alone = [[[option] for option in paper.outcome] for paper in papers]
    return Weights(
        fit([g for paper in alone for g in paper], alone, DECAY["outcome"], choice=False),
        fit([g for p in papers for g in p.metric], [p.metric for p in papers], DECAY["metric"], choice=True),
        fit([g for p in papers for g in p.baseline], [p.baseline for p in papers], DECAY["baseline"], choice=True),
        least,
    )


def found(component: Results, doc: Any) -> Json:
    """The results of a paper in the form of the annotations."""
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
            "score": r.confidence,
        }
        for r in doc._.results
    ]
    doc._.results = []
    return {"results": out}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="print the scores alone")
    check = parser.parse_args().check
    papers = annotated()
    gold = {r["id"]: r for _, r in papers}
    read = {document.id: _read(document) for document, _ in papers}
    vocabulary = Vocabulary.load()
    final = cross_validated(read, gold, vocabulary)
    if not check:
        text = json.dumps(final._asdict(), indent=1, ensure_ascii=False, sort_keys=True)
        (MODELS / "results.json").write_text(text + "\n", "utf-8")


def _read(document: Document) -> Any:
    """The Doc of a paper with what the results need of other components."""
    doc = doc_of(document)
    for name, component in pipeline().pipeline:
        if name in ("kg_names", "kg_brief", "kg_phrases"):
            doc = component(doc)
    return doc


def cross_validated(read: dict[str, Any], gold: dict[str, Json], vocabulary: Vocabulary) -> Weights:
    """Prints five-fold scores; returns the weights fitted to all papers, with the threshold of the folds."""
    component = Results(vocabulary, weights())
    for _ in range(ROUNDS):  # the metric and baseline of the number before are features of the next
        taught = {name: rows(component, doc, gold[name]) for name, doc in read.items()}
        component = Results(vocabulary, fit_all(list(taught.values()), component.weights.least))
    swept: dict[float, dict[str, Json]] = {least: {} for least in THRESHOLDS}
    for fold in range(FOLDS):
        fitted = fit_all([taught[name] for i, name in enumerate(read) if i % FOLDS != fold], 0.5)
        for i, (name, doc) in enumerate(read.items()):
            if i % FOLDS == fold:
                for least in THRESHOLDS:
                    swept[least][name] = found(Results(vocabulary, fitted._replace(least=least)), doc)
    scores = {least: measured(gold, records) for least, records in swept.items()}
    for least, figures in scores.items():
        print(f"{least:.2f}", " ".join(f"{name} {figure:.3f}" for name, figure in figures.items()))
    top = max(figures["results"] for figures in scores.values())
    best = max(t for t in scores if scores[t]["results"] >= top - TOLERANCE)
    keep_records(({"id": name, **record} for name, record in swept[best].items()), BUILD / "held-out-results.jsonl")
    return component.weights._replace(least=best)


def measured(gold: dict[str, Json], records: dict[str, Json]) -> dict[str, float]:
    """F1 of results, and of results with the right metric or baseline."""
    right: Counter[str] = Counter()
    for name, record in records.items():
        wanted, had = gold[name]["results"], record["results"]
        right["all"] += len(wanted) + len(had)
        for i, j in pairs(wanted, had, same_result, 1):
            right["results"] += 1
            right["metric"] += same_text(wanted[i]["metric"], had[j]["metric"])
            right["baseline"] += same_text(wanted[i]["baseline"], had[j]["baseline"])
    return {key: 2 * right[key] / max(right["all"], 1) for key in ("results", "metric", "baseline")}


if __name__ == "__main__":
    main()
