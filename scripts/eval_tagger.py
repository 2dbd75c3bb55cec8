"""Print what taggers are worth by themselves, from files of what they said of papers that they had not seen.

    KG_SHARED=FOLDER python scripts/eval_tagger.py data/gold/folds.npz [FILE ...]

Of the papers that all files hold: F1 of exact spans by type and of all, the share of word pieces of techniques and
models whose role is right, and F1 of relations between annotated ends at the best threshold. Needs the extra `train`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from annotated import TYPES, annotated, bio_spans, doc_of, example, related
from neural import encoder_folder

from kg.encoder import read_tokenizer
from kg.extract.folds import Folds

THRESHOLDS = np.arange(0.1, 0.7, 0.05)


def main() -> None:
    """Print a line of figures a file."""
    folds = {name: Folds.load(Path(name)) for name in sys.argv[1:]}
    if not folds:
        sys.exit("Name a file of what taggers said: data/gold/folds.npz, for one.")
    tokenizer = read_tokenizer(encoder_folder() / "tokenizer.json")
    papers = [p for p in annotated() if all(p[0].id in held for held in folds.values())]
    read = [(d.id, doc, example(doc, record, tokenizer)) for d, record in papers for doc in [doc_of(d)]]
    print(len(papers), "papers")
    for name, held in folds.items():
        found = [(tags, wanted) for paper, doc, wanted in read if (tags := held.tags(paper, doc)) is not None]
        print(name, {what: round(float(value), 3) for what, value in figures(found).items()})


def figures(found: list[tuple[Any, Any]]) -> dict[str, float]:
    """What taggers say of papers beside what annotators said."""
    right, said, gold = np.zeros((3, len(TYPES)))
    roles: list[Any] = []
    likely, wanted_kinds = [], []
    for tags, wanted in found:
        for k in range(len(TYPES)):
            bio = np.stack([1 - np.array(tags.inside[k]), tags.begin[k], tags.more[k]], 1)
            one, other = set(bio_spans(wanted.labels[k].argmax(1))), set(bio_spans(bio.argmax(1)))
            right[k], said[k], gold[k] = right[k] + len(one & other), said[k] + len(other), gold[k] + len(one)
        told = wanted.roles.sum(1) > 0
        roles += (wanted.roles[told].argmax(1) == tags.role_of[told].argmax(1)).tolist()
        if wanted.pairs:
            likely.append(related(tags, wanted))
            wanted_kinds.append(wanted.related.argmax(1))
    by_type = dict(zip(TYPES, 2 * right / np.maximum(1, said + gold), strict=True))
    every, kinds = np.concatenate(likely), np.concatenate(wanted_kinds)
    best = 0.0
    for least in THRESHOLDS:
        told = every[:, 0] <= 1 - least
        hits = (told & (every[:, 1:].argmax(1) + 1 == kinds)).sum()
        best = max(best, 2 * hits / (told.sum() + (kinds > 0).sum()))
    whole = 2 * right.sum() / (said.sum() + gold.sum())
    return {**by_type, "all": whole, "roles": float(np.mean(roles)), "relations": best}


if __name__ == "__main__":
    main()
