"""Train the choice of the key sentences of a paper (kg/extract/key.py): data/models/keys.json.

    python scripts/train_keys.py            # scores by cross-validation, then the weights
    python scripts/train_keys.py --check    # the scores alone

Needs the annotated papers of scripts/train.py, of which the surfaces of proposed techniques, problems and results say
what each sentence holds: logistic regressions on word sequences. The ranking by role is fitted to papers whose key
sentences were annotated: the 60 of $KG_SHARED/gold/key-sentences.dev.jsonl and data/gold/key-sentences.jsonl. No paper
of these, nor of data/gold/key-sentences.unseen.jsonl, is among the former. Takes two minutes.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from annotated import annotated
from arxiv_gold import SHARED, of_arxiv
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from kg.entity_types import data_folder
from kg.evaluation.keys import acceptable, same
from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.key import NONE, KeySentences, best_row, grams
from kg.model import KEY_ROLES, Document
from kg.text import folded_name, raw_span, sentences
from kg.vocabulary import Vocabulary

LEAST_PAPERS, MOST_GRAMS = 12, 3000  # sentences in which a word sequence occurs; how many are kept
DECAY, RANK_DECAY = 20.0, 2.0  # of half the squared weights; of the squared weights
BEST = 0.75  # of the likelihood that all acceptable sentences share
FOLDS, SEEDS = 10, 3
RANKED = KEY_ROLES[:3]  # limits are found by cues

Json = dict[str, Any]


class Ranking(NamedTuple):
    """The rows of one paper (its sentences, then the choice of none) and the numbers of the acceptable ones by role."""

    rows: list[dict[str, float]]
    wanted: dict[str, list[int]]


def main() -> None:
    """Print scores, then write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="print the scores alone")
    check = parser.parse_args().check
    component = KeySentences(Vocabulary.load())
    texts, ranked = key_papers("dev"), key_papers("train")
    told = {folded_name(document.texts["T"].text) for document, _ in (*texts, *ranked, *key_papers("unseen"))}
    weights = learned(sentence_rows(component, told))
    papers = [ranking(component, document, wanted, weights) for document, wanted in (*texts, *ranked)]
    print(f"{len(weights['grams'])} word sequences, {len(papers)} papers with key sentences")
    for name, some in (("all", slice(None)), ("dev", slice(len(texts)))):
        print(name, cross_validated(papers, some))
    ranks = {role: fitted(papers, role) for role in RANKED}
    made = weights | {"ranks": ranks}
    if not check:
        text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        (data_folder("data") / "models" / "keys.json").write_text(text.replace('],"', '],\n"') + "\n", "utf-8")


def key_papers(name: str) -> list[tuple[Document, dict[str, list[str]]]]:
    """The papers whose key sentences were annotated, with the acceptable ones by role: dev, train or unseen."""
    file = {"dev": "key-sentences.dev", "train": "key-sentences", "unseen": "key-sentences.unseen"}[name]
    papers = of_arxiv(file, SHARED / "gold") if name == "dev" else of_arxiv(file)
    return [(document, acceptable(row)) for document, row in papers]


def sentence_rows(component: KeySentences, without: set[str]) -> Iterator[tuple[list[str], list[bool]]]:
    """The word sequences of each sentence of the annotated papers, and which SIGNS it has; some titles are left out."""
    for document, record in annotated():
        if "A" not in document.texts or {folded_name(t) for t in (document.texts["T"].text, record["title"])} & without:
            continue
        text = document.texts["A"].text
        spans = sentences(text)
        signs = signs_of(text, spans, record)
        for k, (start, end) in enumerate(spans):
            yield grams(text[start:end], record["name"], component.cues), [k in sign for sign in signs]


def signs_of(text: str, spans: Sequence[tuple[int, int]], record: Json) -> tuple[list[int], ...]:
    """The numbers of the sentences that have each of SIGNS, by the first places of the annotated surfaces."""

    def places(forms: Iterable[str]) -> list[int]:
        found = min((at for form in forms if form and (at := text.find(form)) >= 0), default=-1)
        return [k for k, (start, end) in enumerate(spans) if start <= found < end]

    own = [one for one in record["techniques"] if one["role"] == "proposed"]
    coined = {record["name"]} | {one.get(key, "") for one in own for key in ("surface", "canonical")}
    proposing = Counter(k for one in own for k in places([one["surface"], *(one.get("aliases") or [])]))
    named = places([record["name"]]) or sorted(proposing)[:1]
    problems = [k for one in record["problems"] for k in places([one.get("surface", "")])]
    ahead = [k for k in problems if not proposing or k < min(proposing)]
    outcomes = [k for one in record["results"] if one.get("in", "A") == "A" for k in places([one.get("surface", "")])]
    wins = [one for one in record["relations"] if one["type"] == "outperforms" and one["head"] in coined]
    outcomes += [k for one in wins for k in places([one.get("evidence", "")])]
    most = sorted(proposing, key=lambda k: (-proposing[k], k))[:1]
    return named, most, [max(ahead)] if ahead else problems[:1], outcomes


def learned(rows: Iterable[tuple[list[str], list[bool]]]) -> Json:
    """The weights of the word sequences that tell most, for each of SIGNS."""
    found, labels = map(list, zip(*rows, strict=True))
    often = Counter(gram for one in found for gram in one)
    names = sorted(gram for gram, times in often.items() if times >= LEAST_PAPERS)
    for _ in range(2):  # with all, then with those that tell most
        column = {name: i for i, name in enumerate(names)}
        lines = [sorted(column[gram] for gram in one if gram in column) for one in found]
        ends = np.cumsum([0, *map(len, lines)])
        table = csr_matrix((np.ones(ends[-1]), np.concatenate(lines), ends), (len(lines), len(names)))
        fits = np.array([logistic(table, np.array(wanted)) for wanted in zip(*labels, strict=True)])
        worth = np.sqrt((fits[:, :-1] ** 2).sum(0) * [often[name] for name in names])
        kept = sorted(np.argsort(-worth, kind="stable")[:MOST_GRAMS].tolist())
        names, fits = [names[i] for i in kept], fits[:, [*kept, -1]]
    hundredths = np.round(fits[:, :-1].T * 100).astype(int).tolist()
    grams = {name: row for name, row in zip(names, hundredths, strict=True) if any(row)}
    return {"grams": grams, "bias": np.round(fits[:, -1], 4).tolist()}


def logistic(table: Any, wanted: Any) -> Any:
    """A logistic regression: the weights of the columns, then the constant."""
    sign = np.where(wanted, 1.0, -1.0)

    def loss(w: Any) -> tuple[float, Any]:
        margin = sign * (table @ w[:-1] + w[-1])
        slope = -sign / (1 + np.exp(np.minimum(margin, 500)))
        inner = np.append(table.T @ slope + DECAY * w[:-1], slope.sum())
        return np.logaddexp(0, -margin).sum() + DECAY / 2 * (w[:-1] ** 2).sum(), inner

    return minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def ranking(component: KeySentences, document: Document, wanted: dict[str, list[str]], by: Json) -> Ranking:
    """What the ranking learns from one paper."""
    nlp = pipeline(fast=True)
    doc = dict(nlp.pipeline)["kg_names"](make_doc(nlp, document, Vocabulary.load()))
    start, end = doc._.fields["A"]
    spans = [span for span in doc._.sentences if start <= span[0] < end]
    abstract = document.texts["A"]
    texts = [abstract.raw[slice(*raw_span(abstract, s - start, e - start))] for s, e in spans]
    rows = [*component.features(doc, spans, by), {NONE: 1.0}]
    at = {role: [k for one in wanted[role] for k, text in enumerate(texts) if same(one, text)] for role in RANKED}
    return Ranking(rows, {role: found or [len(texts)] for role, found in at.items()})


def fitted(papers: Sequence[Ranking], role: str) -> dict[str, float]:
    """The weights of a role: a softmax over the sentences of a paper; the best has most of the likelihood."""
    names = sorted({name for paper in papers for row in paper.rows for name in row})
    column = {name: i for i, name in enumerate(names)}
    tables, shares = [], []
    for paper in papers:
        table, share = np.zeros((len(paper.rows), len(names))), np.zeros(len(paper.rows))
        for k, row in enumerate(paper.rows):
            table[k, [column[name] for name in row]] = list(row.values())
        best, *others = paper.wanted[role]
        share[others] = (1 - BEST) / max(len(others), 1)
        share[best] = BEST if others else 1.0
        tables.append(table)
        shares.append(share)
    decay = np.where([name == NONE for name in names], 0.01, RANK_DECAY)

    def loss(w: Any) -> tuple[float, Any]:
        total, slope = (decay * w**2).sum(), 2 * decay * w
        for table, share in zip(tables, shares, strict=True):
            logits = table @ w
            likely = np.exp(logits - logits.max())
            likely /= likely.sum()
            total -= share @ np.log(likely + 1e-12)
            slope += table.T @ (likely - share)
        return total, slope

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return {name: weight for name, weight in zip(names, np.round(found, 3).tolist(), strict=True) if weight}


def cross_validated(papers: Sequence[Ranking], of: slice) -> dict[str, tuple[float, ...]]:
    """The shares of acceptable and best sentences by role, each paper ranked by weights fitted to others."""
    out = {}
    for role in RANKED:
        hits = []
        for seed in range(SEEDS):
            fold = np.random.default_rng(seed).permutation(len(papers)) % FOLDS
            ranks = [fitted([p for p, n in zip(papers, fold, strict=True) if n != k], role) for k in range(FOLDS)]
            for paper, k in list(zip(papers, fold.tolist(), strict=True))[of]:
                if paper.wanted[role] != [len(paper.rows) - 1]:
                    chosen = best_row(paper.rows, ranks[k])
                    hits.append((chosen in paper.wanted[role], chosen == paper.wanted[role][0]))
        out[role] = tuple(round(sum(hit) / len(hits), 3) for hit in zip(*hits, strict=True))
    return out


if __name__ == "__main__":
    main()
