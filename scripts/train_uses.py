"""Fit what a paper uses (kg/extract/body/uses.py): data/models/uses.json.

    KG_SHARED=FOLDER python scripts/train_uses.py            # scores by cross-validation, then the weights
    KG_SHARED=FOLDER python scripts/train_uses.py --check    # the scores alone
    KG_SHARED=FOLDER python scripts/train_uses.py --wrong    # and what is wrong, by paper

Papers whose uses were annotated by reading: those of $KG_SHARED/gold/fulltext, and those of data/gold/uses.jsonl, whose
texts are in $KG_SHARED/data/fulltext/orkg-tdm. One logistic regression a type, drawn to the weights of PRIOR, which say
what any reader expects, since annotated papers are few. Takes a minute.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy

from kg.entity_types import data_folder
from kg.extract.body import uses
from kg.extract.body.things import BodyThing, Whole
from kg.model import Cell, Document, Text
from kg.sources import read
from kg.sources.body.bodyparts import Builder
from kg.vocabulary import Vocabulary

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
TEXTS, GOLD = SHARED / "data" / "fulltext", SHARED / "gold" / "fulltext"
sys.path.insert(0, str(GOLD))
LISTS = dict(zip(uses.TYPES, ("hardware", "models", "datasets", "software", "baselines"), strict=True))
FOLDS = 8
HELD, FREE = 1.5, 3.0  # of the squared distance to a weight of PRIOR; of the squared weights of the others
PRIOR: dict[str, dict[str, float]] = {
    "hardware": {"bias": -6, "is hardware": 2, "product": 3, "is used": 2.5, "class": -1.5, "any run": 1, "digit": 0.5},
    "dataset": {"bias": -5.5, "is dataset": 3.5, "is used": 2.5, "any eval": 0.5, "in caption": 0.7, "in cell": 0.7},
    "model": {
        "bias": -6,
        "is model": 2,
        "is used": 2,
        "in results": 0.5,
        "in setup": 0.7,
        "own family": 2.5,
        "cited": -1,
    },
    "software": {"bias": -5.5, "is software": 4, "is used": 1.5, "any soft": 0.7},
    "baseline": {
        **{"bias": -6, "is name": 1, "is technique": 1, "is model": 1, "is used": 2, "any compare": 1, "in cell": 1.5},
        **{"any cited": 1, "own": -4, "own family": -3},
    },
}

Json = dict[str, Any]


def main() -> None:
    """Print scores, then write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="print the scores alone")
    parser.add_argument("--wrong", action="store_true", help="print what is wrong, by paper")
    args = parser.parse_args()
    papers = list(annotated())
    rows = [(gold, rated(document)) for gold, document in papers]
    print(len(papers), "papers", sum(len(things) for _, things in rows), "things")
    made = {}
    told: list[dict[str, np.ndarray]] = [{} for _ in rows]
    for kind in uses.TYPES:
        names = sorted({name for _, things in rows for _, features in things for name in features})
        tables = [table(names, [features for _, features in things]) for _, things in rows]
        labels = [np.array([labelled(gold, thing) == kind for thing, _ in things], float) for gold, things in rows]
        prior = np.array([PRIOR[kind].get(name, 0.0) for name in names])
        for fold in range(FOLDS):
            kept = [at for at in range(len(rows)) if at % FOLDS != fold]
            by = fitted(np.vstack([tables[at] for at in kept]), np.concatenate([labels[at] for at in kept]), prior)
            for at in range(fold, len(rows), FOLDS):
                told[at][kind] = 1 / (1 + np.exp(-tables[at] @ by))
        by = fitted(np.vstack(tables), np.concatenate(labels), prior)
        made[kind] = {
            "threshold": 0.5,
            "weights": {n: round(float(w), 3) for n, w in zip(names, by, strict=True) if abs(w) > 0.02},
        }
    for kind in uses.TYPES:
        made[kind]["threshold"] = best_threshold(kind, rows, told, made)
    report(rows, told, made, wrong=args.wrong)
    if not args.check:
        path = data_folder("data") / "models" / "uses.json"
        path.write_text(json.dumps(made, indent=0, sort_keys=True) + "\n", "utf-8")


def annotated() -> Iterator[tuple[Json, Document]]:
    """The annotated papers with their bodies; PDFs only where they are read."""
    for place in (GOLD / "dev-1.jsonl", GOLD / "dev-tei.jsonl", data_folder("data") / "gold" / "uses-files.jsonl"):
        for line in place.read_text("utf-8").splitlines():
            gold = json.loads(line)
            file = gold.get("file")
            path = (
                TEXTS / ("pdf" if file and file.endswith(".pdf") else "tex") / file
                if file
                else TEXTS / "tei" / f"{gold['id']}.tei.xml"
            )
            documents = list(read(path, is_whole=True).documents)
            if documents and documents[0].parts:
                yield gold, documents[0]
    own = data_folder("data") / "gold" / "uses.jsonl"
    wanted = {one["id"]: one for one in map(json.loads, own.read_text("utf-8").splitlines())} if own.is_file() else {}
    with gzip.open(TEXTS / "orkg-tdm" / "efficient-titles-428.jsonl.gz", "rt", encoding="utf-8") as lines:
        for paper in map(json.loads, lines):
            if paper["id"] in wanted:
                yield wanted[paper["id"]], of_sections(paper, wanted[paper["id"]].get("cells", True))


def of_sections(paper: Json, all_cells: bool) -> Document:
    """The document of a paper that comes as sections, figures and tables, of which the captions and heads are told.

    Where not `all_cells` the annotators did not see the cells: only what the text names too is told of those.
    """
    builder = Builder()
    builder.section(["Abstract"], 1)
    builder.add("paragraph", [paper["abstract"]])
    for head, paragraphs in paper["sections"]:
        builder.section([head])
        for text in paragraphs:
            builder.add("paragraph", [text])
    for kind, label, text in paper["figures"]:
        builder.add("caption", [f"{label} {text}"], f"{builder.named('t' if kind == 'table' else 'f')}/caption")
    running = " ".join(text for _, texts in paper["sections"] for text in texts)
    for one in paper["tables"]:
        name = builder.named("t")
        builder.add("caption", [one["caption"]], f"{name}/caption")
        columns = one["columns"] + [head for head in one["mergedAllColumns"] if head not in one["columns"]]
        heads = [(0, at + 1, head) for at, head in enumerate(columns)]
        heads += [(at + 1, 0, head) for at, head in enumerate(one["rows"])]
        joined = [(row, column, re.sub(r" ?([-/()\[\]]) ?", joined_mark, head)) for row, column, head in heads]
        kept = [one for one in joined if all_cells or one[2] in running]
        builder.table(name, name, [([text], Cell(row, column, text, head=True)) for row, column, text in kept])
    body = builder.body()
    texts = {"T": Text(paper["title"], paper["title"]), "A": Text(paper["abstract"], paper["abstract"])}
    return Document(paper["id"], "s", 1, texts, parts=body.parts, tables=body.tables)


def joined_mark(mark: re.Match[str]) -> str:
    """A mark that stands between spaces as it is usually printed: "XNOR - Net", "SCSN [ 17 ]"."""
    return f" {mark[1]}" if mark[1] in "([" else mark[1]


@cache
def known() -> tuple[Any, Vocabulary]:
    """An empty pipeline and the vocabulary."""
    return spacy.blank("xx"), Vocabulary.load()


def own_name(document: Document) -> str:
    """The name of what a paper proposes, as the extraction reads it from title and abstract."""
    from kg.extract import extract

    return extract(Document("x", "x", 1, document.texts), fast=True).name


def rated(document: Document) -> list[tuple[BodyThing, uses.Features]]:
    """The things of a paper with their features."""
    return uses.rated(Whole(known()[0], document, known()[1]), own_name(document))


def labelled(gold: Json, thing: BodyThing) -> str:
    """The type that a thing is annotated as used; "" for none. A name that is the same in letters goes first."""
    from score_fulltext import alike, glued, names  # type: ignore[import-not-found]

    said = {"name": thing.name, "surface": thing.surface}
    mine = {glued(name) for name in names(said)}
    for kind, key in LISTS.items():
        if any(mine.intersection(map(glued, names(one))) for one in gold.get(key, [])):
            return kind
    return next((kind for kind, key in LISTS.items() if any(alike(one, said) for one in gold.get(key, []))), "")


def table(names: list[str], rows: list[uses.Features]) -> np.ndarray:
    """Rows of features as a matrix."""
    at = {name: i for i, name in enumerate(names)}
    out = np.zeros((len(rows), len(names)))
    for row, features in zip(out, rows, strict=True):
        for name, value in features.items():
            row[at[name]] = value
    return out


def fitted(rows: np.ndarray, labels: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """The weights of a logistic regression whose weights are drawn to the prior (Newton's method)."""
    pull = np.where(prior != 0, HELD, FREE)
    by = prior.copy()
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(rows @ by, -30, 30)))
        slope = rows.T @ (likely - labels) + pull * (by - prior)
        step = np.linalg.solve((rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(pull), slope)
        by -= step
        if np.abs(step).max() < 1e-4:
            break
    return by


def claims(things: list[tuple[BodyThing, uses.Features]], told: dict[str, np.ndarray], made: Json) -> Json:
    """What is told as used, by list, as the component decides."""
    found = []
    for at, (thing, features) in enumerate(things):
        likely, kind = max((told[kind][at] * features.get("is used", 0.0), kind) for kind in uses.TYPES)
        if likely >= made[kind]["threshold"]:
            surface = thing.surface
            found.append((-likely, thing.name if kind in thing.types else surface, surface, kind))
    out: Json = {key: [] for key in LISTS.values()}
    found.sort()
    whole = uses.whole_names([(kind, False, name) for _, name, _, kind in found])
    for (_, name, surface, kind), is_whole in zip(found, whole, strict=True):
        if is_whole:
            out[LISTS[kind]].append({"name": name, "surface": surface})
    return out


def scored(rows: list[Any], told: list[dict[str, np.ndarray]], made: Json) -> Json:
    """The scores of score_fulltext.py."""
    import score_fulltext

    predicted = {}
    for (gold, things), likely in zip(rows, told, strict=True):
        predicted.update(dict.fromkeys(score_fulltext.keys(gold), claims(things, likely, made)))
    return dict(score_fulltext.score([gold for gold, _ in rows], predicted))


def best_threshold(kind: str, rows: list[Any], told: list[dict[str, np.ndarray]], made: Json) -> float:
    """The threshold with the best F1 of a type."""
    tried = []
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
        made[kind]["threshold"] = threshold
        tried.append((scored(rows, told, made).get(LISTS[kind], {"f1": 0})["f1"], threshold))
    return max(tried)[1]


def report(rows: list[Any], told: list[dict[str, np.ndarray]], made: Json, wrong: bool) -> None:
    """Print scores by type."""
    from score_fulltext import alike

    out = scored(rows, told, made)
    for name in (*LISTS.values(), "traps told as used"):
        print(
            f"{name:20}",
            out.get(name),
            made.get(next((k for k, v in LISTS.items() if v == name), ""), {}).get("threshold", ""),
        )
    reached: Counter[str] = Counter()
    for gold, things in rows:
        said = [{"name": thing.name, "surface": next(iter(thing.surfaces))} for thing, _ in things]
        for key in LISTS.values():
            reached[key] += sum(any(alike(one, other) for other in said) for one in gold.get(key, []))
            reached[f"{key} of"] += len(gold.get(key, []))
    print("named at all:", dict(reached))
    for (gold, things), likely in zip(rows, told, strict=True) if wrong else ():
        got = claims(things, likely, made)
        for key in LISTS.values():
            want = gold.get(key, [])
            print(
                gold["id"], key, "WRONG", [o["name"] for o in got[key] if not any(alike(w, o) for w in want)], end=" "
            )
            print("MISSED", [w["name"] for w in want if not any(alike(w, o) for o in got[key])])


if __name__ == "__main__":
    main()
