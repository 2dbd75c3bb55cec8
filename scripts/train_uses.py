"""Fit what a paper uses (kg/extract/body/uses.py): data/models/uses.json, uses.onnx and uses-beside.onnx.

    KG_SHARED=FOLDER python scripts/train_uses.py            # scores by cross-validation, then the weights
    KG_SHARED=FOLDER python scripts/train_uses.py --check    # the scores alone
    KG_SHARED=FOLDER python scripts/train_uses.py --wrong    # and what is wrong, by paper

Papers whose uses were annotated by reading: those of $KG_SHARED/gold/fulltext, and those of data/gold/uses.jsonl, whose
texts are in $KG_SHARED/data/fulltext/orkg-tdm. Boosted trees say for each thing of a paper whether it is used, and as
what; others say it again, from the likelihoods of what stands beside it, which in training come from trees that have
not seen its paper. Weights (logistic regression) say which links lead to its own code.

Needs LightGBM, SciPy and onnxmltools: `pip install -e .[train]`, or only `pip install lightgbm==4.7.0
onnxmltools==1.16.0`, which bring SciPy. One thread is the fastest: several wait for each other. Takes eight minutes of
one core and 1.5 GB.
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
from boosting import as_onnx

from kg.entity_types import data_folder
from kg.extract.body import own_code, uses
from kg.extract.body.things import BodyThing, Whole
from kg.extract.judge import Features
from kg.model import Cell, Document, Text
from kg.sources import read
from kg.sources.body.bodyparts import Builder
from kg.vocabulary import Vocabulary

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
TEXTS, GOLD = SHARED / "data" / "fulltext", SHARED / "gold" / "fulltext"
sys.path.insert(0, str(GOLD))
LISTS = dict(zip(uses.TYPES, ("hardware", "models", "datasets", "software", "baselines"), strict=True))
FOLDS = 5
#: Of the boosted trees (LightGBM): few rows are of a type, so that leaves may be small.
ROUNDS = 120
SETTINGS = {
    **{"objective": "multiclass", "num_class": len(uses.TYPES) + 1, "learning_rate": 0.08, "max_bin": 63},
    **{"num_leaves": 15, "min_data_in_leaf": 12, "lambda_l2": 5.0},
    **{"feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1},
    **{"seed": 0, "deterministic": True, "num_threads": 1, "verbose": -1},
}

COMPARED: dict[str, Any] = {}
Json = dict[str, Any]


def main() -> None:
    """Print scores, then write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="print the scores alone")
    parser.add_argument("--wrong", action="store_true", help="print what is wrong, by paper")
    args = parser.parse_args()
    papers = [(gold, document, own_name(document)) for gold, document in annotated()]
    wholes = [Whole(known()[0], document, known()[1]) for _, document, _ in papers]
    rated = [uses.rated(whole, own) for whole, (_, _, own) in zip(wholes, papers, strict=True)]
    rows = [(gold, things) for (gold, _, _), things in zip(papers, rated, strict=True)]
    groups = [uses.grouped(whole, [one for one, _ in things]) for whole, things in zip(wholes, rated, strict=True)]
    print(len(papers), "papers", sum(len(things) for things in rated), "things")
    names = sorted({name for things in rated for _, features in things for name in features})
    tables = [table(names, [features for _, features in things]) for things in rated]
    labels = [labelled(gold, [thing for thing, _ in things]) for gold, things in rows]
    first = unseen(names, tables, labels)
    both = [
        np.hstack([one, uses.beside_of(*of)]) for one, of in zip(tables, zip(groups, first, strict=True), strict=True)
    ]
    again = unseen([*names, *uses.MATES], both, labels)
    means = [(one + two) / 2 for one, two in zip(first, again, strict=True)]
    told = [dict(zip(uses.TYPES, likely.T, strict=True)) for likely in means]
    made: Json = {"features": names, "thresholds": dict.fromkeys(uses.TYPES, 0.5)}
    for kind in uses.TYPES:
        made["thresholds"][kind] = best_threshold(kind, rows, told, made)
    report(rows, told, made, wrong=args.wrong)
    made["links"] = fitted_links(papers)
    if not args.check:
        folder = data_folder("data") / "models"
        (folder / "uses.onnx").write_bytes(as_onnx(fitted(names, tables, labels), len(names)))
        trees = fitted([*names, *uses.MATES], both, labels)
        (folder / "uses-beside.onnx").write_bytes(as_onnx(trees, both[0].shape[1]))
        (folder / "uses.json").write_text(json.dumps(made, indent=0, sort_keys=True) + "\n", "utf-8")


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
        joined = [
            (row, column, re.sub(r" ?([-/()\[\]]) ?| ([.,])(?!\w)", joined_mark, head)) for row, column, head in heads
        ]
        kept = [one for one in joined if all_cells or one[2] in running]
        builder.table(name, name, [([text], Cell(row, column, text, head=True)) for row, column, text in kept])
    body = builder.body()
    texts = {"T": Text(paper["title"], paper["title"]), "A": Text(paper["abstract"], paper["abstract"])}
    return Document(paper["id"], "s", 1, texts, parts=body.parts, tables=body.tables)


def joined_mark(mark: re.Match[str]) -> str:
    """A mark that stands between spaces as it is usually printed: "XNOR - Net", "SCSN [ 17 ]"."""
    return f" {mark[1]}" if mark[1] and mark[1] in "([" else mark[1] or mark[2]


@cache
def known() -> tuple[Any, Vocabulary]:
    """An empty pipeline and the vocabulary."""
    return spacy.blank("xx"), Vocabulary.load()


def own_name(document: Document) -> str:
    """The name of what a paper proposes, as the extraction reads it from title and abstract."""
    from kg.extract import extract

    return extract(Document("x", "x", 1, document.texts), fast=True).name


def fitted_links(papers: list[tuple[Json, Document, str]]) -> dict[str, float]:
    """The weights of links to a paper's own code, after precision and recall by cross-validation."""
    rows = [own_code.link_features(document, own) for _, document, own in papers]
    wanted = [{plain(url) for url in gold.get("code") or []} for gold, _, _ in papers]
    names = sorted({name for links in rows for features in links.values() for name in features})
    tables = [table(names, list(links.values())) for links in rows]
    labels = [np.array([plain(url) in own for url in links], float) for links, own in zip(rows, wanted, strict=True)]
    hits, told = 0.0, 0
    for fold in range(FOLDS):
        kept = [at for at in range(len(rows)) if at % FOLDS != fold]
        weights = logistic(np.vstack([tables[at] for at in kept]), np.concatenate([labels[at] for at in kept]))
        for at in range(fold, len(rows), FOLDS):
            own = tables[at] @ weights > 0
            hits, told = hits + labels[at][own].sum(), told + own.sum()
    gold = sum(map(len, wanted))
    print(
        f"code                 precision {hits / told:.3f}, recall {hits / gold:.3f}, f1 {2 * hits / (told + gold):.3f}"
    )
    found = logistic(np.vstack(tables), np.concatenate(labels))
    return {name: round(float(weight), 2) for name, weight in zip(names, found, strict=True)}


def plain(url: str) -> str:
    """A URL without its scheme, as score_fulltext.py compares it."""
    return re.sub(r"^https?://(www\.)?|[/.]+$|\.git$", "", url.lower())


def logistic(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Weights of columns fitted by logistic regression, held small."""
    from scipy.optimize import minimize

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        likely = 1 / (1 + np.exp(-rows @ weights))
        right = np.where(wanted > 0, likely, 1 - likely)
        return 0.5 * weights @ weights - np.log(right + 1e-12).sum(), rows.T @ (likely - wanted) + weights

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True).x)


def labelled(gold: Json, things: list[BodyThing]) -> np.ndarray:
    """The number of the type that each thing is annotated as used, from 1; 0 for none.

    What has another name than is annotated is meant only where nothing has that name in letters.
    """
    from score_fulltext import alike, glued, names  # type: ignore[import-not-found]

    out = np.zeros(len(things), int)
    said = [{"name": thing.name, "surface": thing.surface} for thing in things]
    letters = [{glued(name) for name in names(one)} for one in said]
    loose: list[tuple[int, Json]] = []
    for number, key in enumerate(LISTS.values(), 1):
        for one in gold.get(key, []):
            wanted = {glued(name) for name in names(one)}
            same = [at for at, mine in enumerate(letters) if mine & wanted]
            out[[at for at in same if not out[at]]] = number
            loose += [] if same else [(number, one)]
    for number, one in loose:
        out[[at for at, mine in enumerate(said) if not out[at] and alike(one, mine)]] = number
    return out


def table(names: list[str], rows: list[Features]) -> np.ndarray:
    """Rows of features as a matrix."""
    at = {name: i for i, name in enumerate(names)}
    out = np.zeros((len(rows), len(names)))
    for row, features in zip(out, rows, strict=True):
        for name, value in features.items():
            row[at[name]] = value
    return out


def fitted(names: list[str], tables: list[np.ndarray], labels: list[np.ndarray]) -> Any:
    """Trees (LightGBM) fitted to the rows that can be used."""
    import lightgbm

    rows, wanted = np.vstack(tables), np.concatenate(labels)
    able = rows[:, names.index("is used")] > 0
    return lightgbm.train(SETTINGS, lightgbm.Dataset(rows[able], wanted[able]), ROUNDS)


def unseen(names: list[str], tables: list[np.ndarray], labels: list[np.ndarray]) -> list[np.ndarray]:
    """The likelihoods of the types for each paper, by trees fitted to papers of other folds; (things, types)."""
    out = [np.zeros((len(one), len(uses.TYPES))) for one in tables]
    for fold in range(FOLDS):
        kept = [at for at in range(len(tables)) if at % FOLDS != fold]
        by = fitted(names, [tables[at] for at in kept], [labels[at] for at in kept])
        for at in range(fold, len(tables), FOLDS):
            out[at] = by.predict(tables[at])[:, 1:] * (tables[at][:, [names.index("is used")]] > 0)
    return out


def claims(things: list[tuple[BodyThing, Features]], told: dict[str, np.ndarray], made: Json) -> Json:
    """What is told as used, by list, as the component decides."""
    found = []
    for at, (thing, _) in enumerate(things):
        likely, kind = max((told[kind][at], kind) for kind in uses.TYPES)
        if likely >= made["thresholds"][kind]:
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
    """The scores of score_fulltext.py; what it compares comes again with each threshold, and is kept."""
    import score_fulltext

    score_fulltext.same = COMPARED.setdefault("same", cache(score_fulltext.same))
    predicted = {}
    for (gold, things), likely in zip(rows, told, strict=True):
        predicted.update(dict.fromkeys(score_fulltext.keys(gold), claims(things, likely, made)))
    return dict(score_fulltext.score([gold for gold, _ in rows], predicted))


def best_threshold(kind: str, rows: list[Any], told: list[dict[str, np.ndarray]], made: Json) -> float:
    """The threshold of a type with the best F in which precision weighs double."""
    tried = []
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        made["thresholds"][kind] = threshold
        one = scored(rows, told, made).get(LISTS[kind], {"precision": 0, "recall": 0})
        precise, found = one["precision"], one["recall"]
        tried.append((1.5 * precise * found / (0.5 * precise + found + 1e-9), threshold))
    return max(tried)[1]


def report(rows: list[Any], told: list[dict[str, np.ndarray]], made: Json, wrong: bool) -> None:
    """Print scores by type."""
    from score_fulltext import alike

    out = scored(rows, told, made)
    for name in (*LISTS.values(), "traps told as used"):
        print(
            f"{name:20}",
            out.get(name),
            made["thresholds"].get(next((k for k, v in LISTS.items() if v == name), ""), ""),
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
