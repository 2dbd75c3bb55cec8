"""Fit the judge of relations to pairs of entities (kg/extract/pairs.py), with the words that it looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from boosting import boosted

from kg.entity_types import LISTS
from kg.evaluation.matching import overlap
from kg.extract import pipeline
from kg.extract.context import view_of
from kg.extract.ends import entities
from kg.extract.judge import Judge
from kg.extract.outcomes import outcome_lexicon
from kg.extract.pairs import NAMES, Compared, PairTable, names_with, table
from kg.extract.related import as_stated, decided
from kg.extract.winners import stated
from kg.model import RELATION_TYPES, Mention

COMMON, WORDS = 200, 160  # words that are tried, columns of theirs that are taken
LEAST = 60  # pairs that a word stands beside at least
PLAIN = 0.97  # likelihood of no relation by the tagger from which a pair teaches little, and one in `DRAWN` is shown
DRAWN = 4
FEW = 20  # relations of a type from which its precision is told
THRESHOLD = 0.2

#: How many of the relations that are said must be right, and by type: a winner that is none is worse than one missed.
PRECISION, PRECISE = 0.4, {"outperforms": 0.68, "compared_with": 0.25}
LIKELY, COMPARED = 0.4, 0.35  # the score from which a relation is said, and a comparison without a winner
START, LOWEST = 0.3, 0.08  # thresholds: the first, and the least that is tried
NEWTON = 12  # steps of a calibration
STEPS = 1.5  # shorter steps than other judges take: mean precision of a type .616 with 1, .619 with 2
ROUNDS = 2  # in which the threshold of each type is set, given those of the others


class Pairs(NamedTuple):
    """The pairs of a paper with their labels, and how many relations of each type are annotated."""

    told: PairTable
    beside: Any  # whether words stand there; (pairs, len(WHERE) * words)
    wanted: Any  # (pairs,)
    annotated: Counter[str]
    compared: Compared  # pairs whose comparison is stated outright


def common_words(docs: Sequence[Any]) -> list[str]:
    """The words that stand in most annotated papers."""
    count: Counter[str] = Counter()
    for doc in docs:
        count.update({w.text.lower() for words in doc._.words for w in words if not w.text.isdigit()})
    return [word for word, _ in sorted(count.items(), key=lambda c: (-c[1], c[0]))[:COMMON]]


def fit_relations(
    papers: Sequence[Pairs], words: Sequence[str], fold: Sequence[int], folds: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The judge of relations, fitted to all papers, and those fitted without each fold.

    Its thresholds are the best by what the others say of papers that they have not seen.
    """
    kept = _telling(papers)
    names = (*NAMES, *(names_with(tuple(words))[len(NAMES) + k] for k in kept))
    rows = [np.concatenate([p.told.rows, p.beside[:, kept]], 1) for p in papers]
    plain = names.index("tag none")
    likely = [np.zeros((len(r), len(RELATION_TYPES) + 1)) for r in rows]
    held: list[dict[str, Any]] = []
    for number in range(folds):
        shown = [i for i, f in enumerate(fold) if f != number]
        held.append({"relation": _fitted(names, [rows[i] for i in shown], [papers[i] for i in shown], plain)})
        judge = Judge(held[-1]["relation"])
        for i in (i for i, f in enumerate(fold) if f == number and len(rows[i])):
            likely[i] = judge.of_table(names, rows[i])
    told = {"relation": _fitted(names, rows, papers, plain)}
    print("relation", sum(map(len, rows)), "pairs", flush=True)
    types = [p[:, 1:] for p in likely]
    least = fit_thresholds(papers, types)
    found = _found(papers, types, least)
    sure = [calibration(found[kind]) for kind in RELATION_TYPES]
    least = raised(least, sure)
    found = _found(papers, types, least)
    for judges in (told, *held):
        judges["relation"] |= {"thresholds": least, "calibration": sure}
    print_figures(papers, found)
    return told, held


def _found(
    papers: Sequence[Pairs], likely: Sequence[Any], least: Sequence[float]
) -> dict[str, list[tuple[float, bool]]]:
    """What is said of papers by type, surest first, and whether it is right."""
    out: dict[str, list[tuple[float, bool]]] = {kind: [] for kind in RELATION_TYPES}
    for paper, types in zip(papers, likely, strict=True):
        label = dict(zip(paper.told.pairs, paper.wanted.tolist(), strict=True))
        types = as_stated(paper.told, types, least, paper.compared)
        for i, j, kind, p in decided(paper.told, types, least):
            out[kind].append((p, label[i, j] == RELATION_TYPES.index(kind) + 1))
    return {kind: sorted(found, reverse=True) for kind, found in out.items()}


def calibration(found: Sequence[tuple[float, bool]]) -> list[float]:
    """Slope and shift of the log-odds by which likelihoods become shares of what is right: a logistic regression."""
    likely = np.clip([p for p, _ in found], 1e-4, 1 - 1e-4)
    inputs = np.stack([np.log(likely / (1 - likely)), np.ones(len(found))], 1)
    start = weights = np.array([1.0, 0.0])
    for _ in range(NEWTON):
        p = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (p - [right for _, right in found]) + (weights - start)
        weights = weights - np.linalg.solve((inputs.T * (p * (1 - p))) @ inputs + np.eye(2), slope)
    return [round(float(w), 4) for w in weights]


def raised(least: Sequence[float], sure: Sequence[Sequence[float]]) -> list[float]:
    """The thresholds of types by likelihood, none below a score of LIKELY, or COMPARED."""
    out = []
    for kind, t, (slope, shift) in zip(RELATION_TYPES, least, sure, strict=True):
        wanted = COMPARED if kind == "compared_with" else LIKELY
        low = 1 / (1 + np.exp((shift - np.log(wanted / (1 - wanted))) / slope))
        out.append(max(t, round(float(low), 4)))
    return out


def print_figures(papers: Sequence[Pairs], found: dict[str, list[tuple[float, bool]]]) -> None:
    """Print precision, recall and F1 of each type and of all, by cross-validation."""
    total = sum((p.annotated for p in papers), Counter())
    rows = {**found, "all": [f for of_type in found.values() for f in of_type]}
    for kind, said in rows.items():
        right, gold = sum(r for _, r in said), total[kind] if kind in total else sum(total.values())
        precision, recall, f1 = right / max(1, len(said)), right / max(1, gold), 2 * right / max(1, len(said) + gold)
        print(f"  {kind:14} P {precision:.3f} R {recall:.3f} F1 {f1:.3f}", flush=True)


def fit_thresholds(papers: Sequence[Pairs], likely: Sequence[Any]) -> list[float]:
    """The threshold of each type by which its F1 is best, of types in PRECISE among those that are precise enough."""
    least = np.full(len(RELATION_TYPES), START)
    total = sum((p.annotated for p in papers), Counter())
    for _ in range(ROUNDS):
        for k, kind in enumerate(RELATION_TYPES):
            tried = least.copy()
            tried[k] = LOWEST
            found = _found(papers, likely, tried.tolist())[kind]
            right, said = np.cumsum([r for _, r in found]), np.arange(1, len(found) + 1)
            precise = (right / said >= PRECISE.get(kind, PRECISION)) & (said >= FEW)
            # Where none is precise enough, the most precise.
            worth = 2 * right / (said + total[kind]) if precise.any() else right / said
            worth = np.where(precise if precise.any() else said >= FEW, worth, 0)
            if worth.any():
                least[k] = round(found[int(worth.argmax())][0], 4)
    print("thresholds", dict(zip(RELATION_TYPES, least.tolist(), strict=True)), flush=True)
    return [float(t) for t in least]


def _fitted(names: Sequence[str], rows: Sequence[Any], papers: Sequence[Pairs], plain: int) -> dict[str, Any]:
    """What is told of a judge that is fitted to pairs.

    Most pairs are plainly unrelated: of those it sees a part, which weighs for all.
    """
    table, wanted = np.concatenate(rows), np.concatenate([p.wanted for p in papers])
    unrelated = (table[:, plain] >= np.log(PLAIN)) & (wanted == 0)
    shown = ~unrelated | (np.random.default_rng(0).random(len(table)) < 1 / DRAWN)
    weights = np.where(unrelated, float(DRAWN), 1.0)
    return boosted(names, table[shown], wanted[shown], ("none", *RELATION_TYPES), THRESHOLD, weights[shown], STEPS)


def _telling(papers: Sequence[Pairs]) -> list[int]:
    """The columns of the words whose presence tells most of the label: bits over what the labels' shares say."""
    wanted = np.concatenate([p.wanted for p in papers])
    kinds = np.eye(len(RELATION_TYPES) + 1)[wanted]
    split = np.split(kinds, np.cumsum([len(p.wanted) for p in papers])[:-1])
    seen = sum(p.beside.T.astype(np.float32) @ k.astype(np.float32) for p, k in zip(papers, split, strict=True))
    count = seen + 0.5
    share = np.log(count / count.sum(1, keepdims=True)) - np.log(kinds.mean(0))
    tells = (count * share).sum(1) * (seen.sum(1) >= LEAST)
    return sorted(np.argsort(-tells, kind="stable")[:WORDS].tolist())


def pair_rows(doc: Any, record: dict[str, Any], words: Sequence[str]) -> Pairs:
    """Features of all pairs of entities of a Doc, and the relations of annotators one to one, 0 for none."""
    component = dict(pipeline().pipeline)["kg_relations"]
    view = view_of(doc, component.vocabulary)
    found = entities(doc, view)
    head = component.head(doc, found)
    ruled = component.ruled(doc, found, head)
    compared = stated(view, found, head, outcome_lexicon(component.vocabulary), doc._.results)
    told = table(doc, view, found, ruled, head, words, compared)
    at = told.pairs
    forms = [_as_end(doc._.text[e.mention.start : e.mention.end], e.mention) for e in found]
    ends = {end for r in record["relations"] for end in (r["head"], r["tail"])}
    alike = {end: [overlap(_known(record, end), f) for f in forms] for end in ends}
    near = []
    for n, relation in enumerate(record["relations"]):
        for row, (i, j) in enumerate(at):
            like = min(alike[relation["head"]][i], alike[relation["tail"]][j])
            if like >= 0.5:  # of pairs that are equally like, the one that the rules would take
                near.append((like + 0.02 * (ruled.get((i, j)) == relation["type"]), -n, -row))
    wanted, done, taken = np.zeros(len(at), int), set(), set()
    for _, n, row in sorted(near, reverse=True):
        if n not in done and row not in taken:
            done.add(n)
            taken.add(row)
            wanted[-row] = RELATION_TYPES.index(record["relations"][-n]["type"]) + 1
    beside = told.rows[:, len(NAMES) :].astype(bool)
    annotated = Counter(r["type"] for r in record["relations"])
    return Pairs(told._replace(rows=told.rows[:, : len(NAMES)].copy()), beside, wanted, annotated, compared)


def _as_end(surface: str, mention: Mention) -> dict[str, Any]:
    """An entity as the scorer sees it at the end of a relation, where its canonical name stands for it."""
    return {"surface": mention.canonical, "aliases": [surface]}


def _known(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The annotators' name of an end with the forms by which the scorer knows it: aliases do not count."""
    out: list[str] = [name]
    for kind in LISTS.values():
        for entity in record[kind] if kind != "institutions" else ():
            known = [entity["surface"], entity.get("canonical") or "", *(entity.get("aliases") or [])]
            if name in known:
                out += [k for k in known if k]
    return {"surface": name, "aliases": out}
