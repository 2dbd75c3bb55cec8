"""Train the tagger of kg/extract/tagger.py and the judges of kg/extract/judge.py on the annotated papers.

    python scripts/train.py pretrain   # the encoder on abstracts of the field; keeps build/encoder.pt
    python scripts/train.py folds      # a tagger without each fold; keeps what each says of the papers held out
    python scripts/train.py tagger     # the one that ships, on all papers; writes int8 ONNX
    python scripts/train.py judges     # from what the five said: data/models/judges.json, scores by cross-validation
                                       # and build/held-out.jsonl, for scripts/fit_sure.py
    python scripts/train.py phrases    # prints the weights of the rules for noun phrases

The annotated papers are data/gold/dev.jsonl with the reports and $KG_SHARED/gold/train.jsonl and train.hard.jsonl with
their papers; the abstracts are $KG_SHARED/data/arxiv-corpus. Needs the extra `train`. Seeds are fixed. On two idle
cores: pretraining ten minutes, a tagger ten, judges twenty. What is made is kept in build/, and `folds` and `tagger` go
on from it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path
from typing import Any

import judges as judging
from annotated import (
    BUILD,
    FOLDS,
    HELD_OUT,
    ROOT,
    SHARED,
    TYPES,
    annotated,
    doc_of,
    example,
    fold_of,
    keep_records,
    topics,
)
from pair_judge import rounded

from kg.encoder import read_tokenizer
from kg.evaluation import evaluate
from kg.evaluation.components import reader
from kg.extract.folds import FOLDS_FILE, Folds, keep
from kg.extract.judge import judges
from kg.extract.tagger import CHANGES, PIECE_ROLES, Output, Tagger
from kg.model import RELATION_TYPES, ROLES

MODELS = ROOT / "data" / "models"
HEADLINE = ROOT / "data" / "gold" / "headline.json"
EPOCHS = 4
ABSTRACTS = 2000  # of other fields of AI, beside those of the field, in pretraining
SAMPLED = 6  # one in so many of the papers that are no reports' ships with what was said of it
LONGEST = 320  # word pieces of an abstract in pretraining


def pretrain() -> None:
    """Adapt the encoder to abstracts of the field."""
    import neural

    BUILD.mkdir(exist_ok=True)
    neural.pretrain(_unlabelled(), BUILD / "encoder.pt")


def _unlabelled() -> list[list[int]]:
    """The word pieces of abstracts of the field, and of as many as are wanted of others."""
    import neural

    corpus = SHARED / "data" / "arxiv-corpus"
    own = _abstracts(corpus / "efficient-ai-2025-2026.jsonl.gz")
    others = {k: v for k, v in _abstracts(corpus / "arxiv-daily-2025-03_2026-07.jsonl.gz").items() if k not in own}
    drawn = sorted(others)
    random.Random(neural.SEED).shuffle(drawn)
    tokenizer = read_tokenizer(neural.encoder_folder() / "tokenizer.json")
    tokenizer.enable_truncation(LONGEST)
    texts = [*own.values(), *(others[k] for k in drawn[:ABSTRACTS])]
    return [e.ids for e in tokenizer.encode_batch(texts)]


def _abstracts(file: Path) -> dict[str, str]:
    """Title and abstract of papers, by id."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        papers = map(json.loads, lines)
        return {p["id"]: f"{p['title']}. {p['abstract']}" for p in papers if p.get("abstract")}


def _examples() -> list[Any]:
    import neural

    tokenizer = read_tokenizer(neural.encoder_folder() / "tokenizer.json")
    return [example(doc_of(d), record, tokenizer) for d, record in annotated()]


def _fit(examples: list[Any]) -> Any:
    import neural

    sizes = neural.Sizes(len(TYPES), len(PIECE_ROLES), len(CHANGES), len(RELATION_TYPES), len(topics()))
    return neural.fit(examples, sizes, EPOCHS, BUILD / "encoder.pt")


def _export(model: Any, folder: Path) -> None:
    """Write a tagger as int8 ONNX, with its card and tokenizer."""
    import neural

    folder.mkdir(parents=True, exist_ok=True)
    neural.export(model, BUILD / "tagger.onnx", folder / "tagger.onnx", list(Output._fields))
    (folder / "tokenizer.json").write_bytes((neural.encoder_folder() / "tokenizer.json").read_bytes())
    card = {
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
        "point": {
            "weights": rounded(model.pointed.weight.detach()),
            "bias": rounded(model.pointed.bias.detach()),
        },
    }
    (folder / "tagger.json").write_text(json.dumps(card) + "\n", "utf-8")


def train_folds() -> None:
    """Train a tagger without each fold and keep what it says of the papers held out."""
    examples, papers = _examples(), annotated()
    for fold in range(FOLDS):
        folder = BUILD / f"fold{fold}"
        if not (folder / "tagger.json").is_file():
            print(f"fold {fold + 1} of {FOLDS}", flush=True)
            _export(_fit([e for i, e in enumerate(examples) if fold_of(i) != fold]), folder)
    taggers = [Tagger(BUILD / f"fold{fold}") for fold in range(FOLDS)]
    held = [(d.id, doc_of(d), fold_of(i)) for i, (d, _) in enumerate(papers)]
    keep(held, taggers, HELD_OUT)
    reports = [row for row in held if row[0][0].isdigit()]
    keep(reports + [row for row in held if not row[0][0].isdigit()][::SAMPLED], taggers, FOLDS_FILE)


def train_tagger() -> None:
    """Train on all papers and write the tagger that ships."""
    _export(_fit(_examples()), MODELS)


def train_judges() -> None:
    """Fit the judges; print what they are worth by cross-validation."""
    folds = Folds.load(HELD_OUT)
    shop = judging.Workshop(annotated(), folds.tags, Tagger(BUILD / "fold0"))
    told, held_out = judging.fit_all(shop)
    judging.write(told, MODELS / "judges.json")
    keep_records(held_out, BUILD / "held-out.jsonl")
    judges.cache_clear()
    shipped = Folds.load(FOLDS_FILE)
    papers = [(d, gold) for d, gold in annotated() if d.id in shipped]
    scores = evaluate({d.id: gold for d, gold in papers}, [d for d, _ in papers], reader()).by_type()
    told = {name: round(s.f1, 4) for name, s in scores.items()}
    HEADLINE.write_text(json.dumps(told, indent=1) + "\n", "utf-8")  # what CI holds later changes to
    print("headline of the papers that ship, out of fold, judges as they ship:", told["headline"])


def main() -> None:
    """Run one of the steps."""
    steps = {
        "pretrain": pretrain,
        "folds": train_folds,
        "tagger": train_tagger,
        "judges": train_judges,
        "phrases": judging.print_phrases,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=steps)
    steps[parser.parse_args().step]()


if __name__ == "__main__":
    main()
