"""Train the tagger of kg/extract/tagger.py and the judges of kg/extract/judge.py on the annotated papers.

    python scripts/train.py label      # what the tagger that ships sees in unannotated abstracts: build/silver
    python scripts/train.py study      # trains a new one on these labels; keeps build/student.pt
    python scripts/train.py folds      # a tagger without each fold; keeps what each says of the papers held out
    python scripts/train.py tagger     # the one that ships, the mean of theirs, made narrower: int8 ONNX
    python scripts/train.py judges     # from what the folds said: data/models/judges.json; then "records"
    python scripts/train.py records    # scores by cross-validation and build/held-out.jsonl, for scripts/fit_sure.py
    python scripts/train.py phrases    # prints the weights of the rules for noun phrases

The annotated papers are data/gold/dev.jsonl with the reports, $KG_SHARED/gold/train.jsonl and train.hard.jsonl with
their papers, and data/gold/arxiv.jsonl; the abstracts are $KG_SHARED/data/arxiv-corpus. Needs the extra `train`. Seeds
are fixed. On two cores, in minutes: labels 9, study 30, folds 65, tagger 6, judges 30, records 6. What is made is kept
in build/, and each step goes on from it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import pickle
import random
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import judges as judging
import neural
import numpy as np
import torch
from annotated import (
    BUILD,
    FOLDS,
    HELD_OUT,
    TYPES,
    annotated,
    doc_of,
    example,
    fold_of,
    is_of,
    keep_records,
    silver,
    topics,
)
from arxiv_gold import ROOT, SHARED, of_arxiv
from cores import on_all_cores
from narrow import narrow
from spacy.tokens import Doc

from kg.encoder import read_tokenizer
from kg.evaluation.components import reader
from kg.evaluation.scores import evaluate
from kg.extract.folds import FOLDS_FILE, LIKELY, STEPS, Folds, may_be_inside
from kg.extract.judge import judges, read_judges
from kg.extract.tagger import CHANGES, PIECE_ROLES, Output, Tagger, reads, text_of
from kg.link.titles import letters
from kg.model import RELATION_TYPES, ROLES, Document
from kg.sources import read

MODELS = ROOT / "data" / "models"
HEADLINE = ROOT / "data" / "gold" / "headline.json"
SILVER = BUILD / "silver"
STUDENT = BUILD / "student.pt"
PASSES, EPOCHS = 1, 2  # over the labels of the tagger before, then over the annotated papers
ABSTRACTS = 9000  # of other fields of AI, beside those of the field, that are labelled
KEPT = 64  # so many are written at a time
READ = 500  # abstracts by which its layers are made narrower
SAMPLED = 6  # one in so many of the papers that are no reports' ships with what was said of it


def label() -> None:
    """Keep what the tagger that ships says of abstracts that nobody annotated; goes on where it was stopped."""
    SILVER.mkdir(parents=True, exist_ok=True)
    tagger, papers = Tagger(MODELS), _unlabelled()
    started = time.time()
    for at in range(0, len(papers), KEPT):
        file = SILVER / f"{at:06}.pickle"
        if not file.is_file():
            file.write_bytes(pickle.dumps([silver(doc_of(paper), tagger) for paper in papers[at : at + KEPT]]))
            print(f"{min(at + KEPT, len(papers))}/{len(papers)} abstracts, {time.time() - started:.0f} s", flush=True)


def _unlabelled() -> list[Document]:
    """Abstracts of the field and many of others, in random order; none of a paper that people annotated."""
    known = {letters(d.texts["T"].text) for d, _ in annotated() + of_arxiv("unseen")}
    corpus = SHARED / "data" / "arxiv-corpus"
    own = _abstracts(corpus / "efficient-ai-2025-2026.jsonl.gz")
    others = _abstracts(corpus / "arxiv-daily-2025-03_2026-07.jsonl.gz")
    drawn = sorted(others.keys() - own.keys())
    random.Random(neural.SEED).shuffle(drawn)
    papers = [*own.values(), *(others[k] for k in drawn[:ABSTRACTS])]
    papers = sorted((p for p in papers if letters(p["title"]) not in known), key=lambda p: p["id"])
    random.Random(neural.SEED).shuffle(papers)
    file = BUILD / "unlabelled.jsonl"
    file.write_text("".join(json.dumps(p) + "\n" for p in papers), "utf-8")
    return list(read(file).documents)


def _abstracts(file: Path) -> dict[str, Any]:
    """Title and abstract of papers, by id."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        papers = map(json.loads, lines)
        return {p["id"]: {k: p[k] for k in ("id", "title", "abstract")} for p in papers if p.get("abstract")}


def study() -> None:
    """Train a new tagger on the labels of the one that ships; keeps build/student.pt."""
    model = neural.fit(_new(), _labelled(), PASSES, 2 * neural.RATE, 2 * neural.BATCH)
    torch.save(model.state_dict(), STUDENT)


def _labelled() -> list[Any]:
    examples = [e for file in sorted(SILVER.glob("*.pickle")) for e in pickle.loads(file.read_bytes())]
    if not examples:
        raise SystemExit(f"{SILVER}: there are no labels: run scripts/train.py label first.")
    return examples


def _examples() -> list[Any]:
    return [example(doc_of(d), record, _tokenizer()) for d, record in annotated()]


def _without(examples: list[Any], fold: int) -> list[Any]:
    return [e for i, e in enumerate(examples) if fold_of(i) != fold]


def _held() -> list[tuple[str, Any, int]]:
    """Id, Doc and fold of each annotated paper."""
    return [(d.id, doc_of(d), fold_of(i)) for i, (d, _) in enumerate(annotated())]


def _shipped(held: list[tuple[str, Any, int]]) -> list[tuple[str, Any, int]]:
    """Those of the reports and a part of those supplied beside them: what is said of them ships."""
    reports = [row for row in held if is_of(row[0], "reports")]
    return reports + [row for row in held if is_of(row[0], "others", "hard")][::SAMPLED]


@cache
def _tokenizer() -> Any:
    return read_tokenizer(neural.encoder_folder() / "tokenizer.json")


def _sizes() -> Any:
    return neural.Sizes(len(TYPES), len(PIECE_ROLES), len(CHANGES), len(RELATION_TYPES), len(topics()))


def _new() -> Any:
    """A tagger that has learnt nothing of the field."""
    torch.manual_seed(neural.SEED)
    return neural.TaggerNet(_sizes(), neural.Encoder())


def _weights(file: Path, step: str) -> Any:
    """The weights of a network that a step of this script made."""
    if not file.is_file():
        raise SystemExit(f"{file}: there is no such file: run scripts/train.py {step} first.")
    return torch.load(file, weights_only=True)


def _fit(examples: list[Any]) -> Any:
    """A tagger that goes on from those labels with what people annotated."""
    model = _new()
    model.load_state_dict(_weights(STUDENT, "study"))
    model = neural.fit(model, examples, EPOCHS)
    neural.fit_topics(model, examples)
    return model


def _export(model: Any, folder: Path) -> None:
    """Write a tagger as int8 ONNX, with its card and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    neural.export(model, BUILD / f"{folder.name}.onnx", folder / "tagger.onnx", list(Output._fields))
    (folder / "tokenizer.json").write_bytes((neural.encoder_folder() / "tokenizer.json").read_bytes())
    (folder / "tagger.json").write_text(json.dumps(_card(model)) + "\n", "utf-8")


def _card(model: Any) -> dict[str, Any]:
    return {
        "types": TYPES,
        "roles": ROLES,
        "relations": RELATION_TYPES,
        "topics": topics(),
        "seed": neural.SEED,
        "epochs": EPOCHS,
        "pair": {
            "kinds": rounded(model.kinds.weight.detach()),
            "order": rounded(model.order.weight.detach()),
            "weights": rounded(model.relation.weight.detach()),
            "bias": rounded(model.relation.bias.detach()),
        },
        "point": {"weights": rounded(model.pointed.weight.detach()), "bias": rounded(model.pointed.bias.detach())},
    }


def train_folds() -> None:
    """Train a tagger without each fold and keep what it says of the papers held out."""
    examples = _examples()
    missing = [fold for fold in range(FOLDS) if not (BUILD / f"fold{fold}" / "tagger.json").is_file()]
    cores = len(os.sched_getaffinity(0))
    together = len(missing) // cores * cores
    # Batches are small: threads wait for one another, folds side by side do not.
    on_all_cores(lambda i: _train_fold(examples, missing[i], 1), together)
    for fold in missing[together:]:
        _train_fold(examples, fold, cores)
    taggers = [Tagger(BUILD / f"fold{fold}") for fold in range(FOLDS)]
    held = _held()
    keep_folds(held, taggers, HELD_OUT)
    keep_folds(_shipped(held), taggers, FOLDS_FILE)


def as_steps(rows: Any) -> Any:
    return np.clip(np.round(rows * STEPS), -127, 127).astype(np.int8)


def keep_folds(docs: Sequence[tuple[str, Doc, int]], taggers: Sequence[Tagger], file: Path) -> None:
    """Store the out-of-fold output for each Doc; a Doc that taggers do not read is stored empty."""
    ids: list[str] = []
    parts: dict[str, list[Any]] = {name: [] for name in ("bio", *LIKELY, "sides", "between", "points", "topic")}
    lengths, kept = [], []
    card = taggers[0].card
    for name, doc, number in docs:
        ids.append(name)
        text, _ = text_of(doc)
        pieces = taggers[number].tokenizer.encode(text).ids if reads(doc) else []
        if not pieces:
            lengths.append(0)
            kept.append(0)
            parts["topic"].append(np.zeros(len(card.topics), np.uint8))
            continue
        output = taggers[number].output(doc, pieces)
        bio = np.round(output.bio[:, :, 1:] * 255).astype(np.uint8)
        inside = may_be_inside(bio)
        lengths.append(len(pieces))
        kept.append(int(inside.sum()))
        parts["bio"].append(bio)
        for name in LIKELY:
            parts[name].append(np.round(getattr(output, name) * 255).astype(np.uint8))
        ends = 2 * output.sides.shape[1] // 3
        parts["sides"].append(as_steps(output.sides[inside, :ends]))
        parts["between"].append(as_steps(output.sides[:, ends:]))
        parts["points"].append(as_steps(output.points))
        parts["topic"].append(np.round(output.topic * 255).astype(np.uint8))
    arrays: dict[str, Any] = {n: np.concatenate(p) if n != "topic" else np.stack(p) for n, p in parts.items()}
    arrays |= {
        "ids": np.array(json.dumps(ids)),
        "fold": np.array([number for _, _, number in docs], np.uint8),
        "lengths": np.array(lengths, np.uint16),
        "kept": np.array(kept, np.uint16),
        "cards": np.array(json.dumps([t.card.told for t in taggers])),
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)


def _train_fold(examples: list[Any], fold: int, threads: int) -> None:
    torch.set_num_threads(threads)
    model = _fit(_without(examples, fold))
    torch.save(model.state_dict(), BUILD / f"fold{fold}.pt")
    _export(model, BUILD / f"fold{fold}")


def train_tagger() -> None:
    """Write the tagger that ships, whose weights are the mean of the folds' (Wortsman et al., 2022)."""
    folds = [_weights(BUILD / f"fold{fold}.pt", "folds") for fold in range(FOLDS)]
    model = _new()
    model.load_state_dict({name: sum(weights[name] for weights in folds) / FOLDS for name in folds[0]})
    neural.fit_topics(model.eval(), _examples())
    texts = [example.pieces for example in _labelled()[:READ]]
    for number, lost in enumerate(narrow(model.encoder, texts, neural.INNER)):
        print(f"layer {number}: {lost:.4f} of the variance of its output is lost", flush=True)
    _export(model, MODELS)


def rounded(numbers: Any) -> Any:
    """Numbers as lists, to the fourth digit."""
    return np.round(np.asarray(numbers, float), 4).tolist()


def train_judges() -> None:
    """Fit the judges and write them, those without each fold to its folder; print what they are worth."""
    told, held = judging.fit_all(_shop())
    judging.write(told, MODELS)
    for fold, without in enumerate(held):
        judging.write(without, BUILD / f"fold{fold}")
    judges.cache_clear()
    write_records()


@cache
def _shop() -> judging.Workshop:
    return judging.Workshop(annotated(), Folds.load(HELD_OUT).tags, Tagger(BUILD / "fold0"))


def write_records() -> None:
    """Read each paper by the judges that had not seen it; print what judges are worth by cross-validation."""
    held = [read_judges(BUILD / f"fold{fold}") for fold in range(FOLDS)]
    keep_records(judging.read_held_out(_shop(), held), BUILD / "held-out.jsonl")
    shipped = Folds.load(FOLDS_FILE)
    papers = [(d, gold) for d, gold in annotated() if d.id in shipped]
    scores = evaluate({d.id: gold for d, gold in papers}, [d for d, _ in papers], reader()).by_type()
    told = {name: round(s.f1, 4) for name, s in scores.items()}
    HEADLINE.write_text(json.dumps(told, indent=1) + "\n", "utf-8")  # what CI holds later changes to
    print("headline of the papers that ship, out of fold, judges as they ship:", told["headline"])


def main() -> None:
    """Run one of the steps."""
    steps = {
        "label": label,
        "study": study,
        "folds": train_folds,
        "tagger": train_tagger,
        "judges": train_judges,
        "records": write_records,
        "phrases": judging.print_phrases,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=steps)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    steps[parser.parse_args().step]()


if __name__ == "__main__":
    main()
