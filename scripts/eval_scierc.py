"""Measure the tagger's method on SciERC: train on its training part alone, choose on dev, score on test, once.

    KG_SHARED=FOLDER python scripts/eval_scierc.py [--encoder WEIGHTS] [--seeds 3] [--epochs 6] [--no-test]

Every span of up to ten words is judged from its first and last piece, its mean and its width, as in DyGIE++ (Wadden et
al., 2019) and PURE (Zhong & Chen, 2021), over one encoder pass of the whole abstract. Relations and coreference of the
same abstracts are learned beside it (SciIE, Luan et al., 2018). What is kept are running means of the weights (Polyak &
Juditsky, 1992), and the seeds' logits are averaged (Lakshminarayanan et al., 2017). WEIGHTS are those of a tagger that
learnt from the labels of another (build/student.pt). Prints precision, recall and F1 by type. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from neural import BATCH, SEED, Encoder, batches, encoder_folder
from scierc import WIDEST, Abstract, abstract, decode, names, rows, scores
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SPAN_WIDTH, PAIR_WIDTH = 256, 64  # of the spaces in which spans and pairs are judged
DROPOUT = 0.2
RATE, HEAD_RATE = 2e-4, 1e-3
PAIR_SHARE = 0.5  # of the loss
ENTITIES = 16  # in an abstract, about: what the sum over its spans is divided by
MEMORY = 0.99  # of the running means, a step
PRIOR = 5.0  # towards "no entity" at the start: one span in sixty is one (as Lin et al., 2017)
BIASES = (-0.5, 0.0, 0.5, 1.0, 1.5)  # against "no entity"; dev chooses


class SpanNet(nn.Module):  # type: ignore[misc]
    """The encoder with a head for spans and, for training only, one for pairs of spans."""

    def __init__(self, types: int, relations: int, weights: Path | None) -> None:
        super().__init__()
        self.encoder = Encoder(weights=weights)
        size = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(DROPOUT)
        self.start, self.end, self.mean = (nn.Linear(size, SPAN_WIDTH) for _ in range(3))
        self.width = nn.Embedding(WIDEST + 1, SPAN_WIDTH)
        nn.init.normal_(self.width.weight, std=0.02)
        self.judge = nn.Linear(SPAN_WIDTH, 1 + types)
        nn.init.constant_(self.judge.bias[:1], PRIOR)
        self.left, self.right = (nn.Linear(SPAN_WIDTH, PAIR_WIDTH) for _ in range(2))
        self.kind = nn.Linear(PAIR_WIDTH, relations + 2)

    def forward(self, batch: Sequence[Abstract]) -> tuple[Any, Any]:
        """Logits of the types (spans, 1 + types) of all abstracts' spans in a row, and the spans' vectors."""
        ids = nn.utils.rnn.pad_sequence([torch.tensor(a.pieces) for a in batch], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.encoder(ids, (ids > 0).long())
        hidden = self.dropout(hidden.float())
        first = torch.cat([hidden[row, a.first] for row, a in enumerate(batch)])
        last = torch.cat([hidden[row, a.last] for row, a in enumerate(batch)])
        offsets = np.cumsum([0, *(len(a.first) for a in batch)])
        i, j = torch.from_numpy(np.concatenate([a.spans + at for a, at in zip(batch, offsets, strict=False)])).T
        sums = functional.pad(self.mean((first + last) / 2).cumsum(0), (0, 0, 1, 0))
        widths = j - i + 1
        mean = (sums[j + 1] - sums[i]) / widths[:, None]
        vectors = functional.gelu(self.start(first)[i] + self.end(last)[j] + mean + self.width(widths))
        vectors = self.dropout(vectors)
        return self.judge(vectors), vectors

    def pair_logits(self, vectors: Any, batch: Sequence[Abstract]) -> tuple[Any, Any]:
        """Logits of the kinds of every pair that a batch names, and what is wanted."""
        offsets = np.cumsum([0, *(len(a.spans) for a in batch)])
        pairs = [(a + at, b + at, k) for x, at in zip(batch, offsets, strict=False) for a, b, k in x.pairs]
        a, b, kinds = torch.tensor(pairs, dtype=torch.long).reshape(-1, 3).T
        return self.kind(torch.relu(self.left(vectors[a]) + self.right(vectors[b]))), kinds


def fit(train: list[Any], types: int, relations: int, epochs: int, weights: Path | None, seed: int) -> Any:
    """A network trained on abstracts: the running mean of its weights, in eval mode."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = SpanNet(types, relations, weights).train()
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(MEMORY))
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    groups = [{"params": model.encoder.parameters()}, {"params": heads}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [RATE, HEAD_RATE],
        total_steps=epochs * math.ceil(len(train) / BATCH) + 1,
        pct_start=0.1,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        for batch in batches(train, rng):
            logits, vectors = model(batch)
            wanted = torch.from_numpy(np.concatenate([a.labels for a in batch]))
            loss = functional.cross_entropy(logits, wanted, reduction="sum") / (ENTITIES * len(batch))
            kinds, wanted = model.pair_logits(vectors, batch)
            if len(wanted):
                loss = loss + PAIR_SHARE * functional.cross_entropy(kinds, wanted)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            mean.update_parameters(model)
            total += float(loss.detach()) * len(batch)
        print(f"seed {seed} epoch {epoch + 1}: loss {total / len(train):.3f} {time.time() - started:.0f} s", flush=True)
    return mean.module.eval()


def predict(models: Sequence[Any], part: Sequence[Abstract]) -> list[Any]:
    """Log probabilities (spans, 1 + types) of each abstract, the mean over models."""
    with torch.no_grad():
        return [torch.stack([m([a])[0].log_softmax(-1) for m in models]).mean(0).numpy() for a in part]


def choose(logits: Sequence[Any], part: Sequence[Abstract], types: Sequence[str], bias: float) -> list[dict[Any, str]]:
    """The entities of each abstract."""
    chosen = (decode(values, a.spans, bias) for values, a in zip(logits, part, strict=True))
    return [{span: types[number] for span, number in spans.items()} for spans in chosen]


def show(title: str, found: Sequence[Mapping[Any, str]], part: Sequence[Abstract]) -> None:
    print(f"{title:<24}{'precision':>10}{'recall':>8}{'F1':>8}{'entities':>10}")
    for name, s in scores(found, [a.gold for a in part]).items():
        print(f"{name:<24}{s.precision:>10.3f}{s.recall:>8.3f}{s.f1:>8.3f}{s.wanted:>10}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--encoder", type=Path, help="weights of a tagger whose encoder is taken")
    parser.add_argument("--seeds", type=int, default=3, help="how many networks to average")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-test", action="store_true", help="stop at dev: for choosing a setting")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("KG_SHARED", "")) / "data" / "scientific-ie" / "scierc"
    if not folder.is_dir():
        print("KG_SHARED does not name the folder that holds data/scientific-ie/scierc: nothing is measured.")
        return 0
    torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    raw = {part: rows(folder / f"{part}.jsonl.gz") for part in ("train", "dev", "test")}
    types, relations = names(raw["train"], "ner"), names(raw["train"], "relations")
    train, dev, test = ([abstract(r, types, relations, tokenizer) for r in raw[p]] for p in raw)

    models = [
        fit(train, len(types), len(relations), arguments.epochs, arguments.encoder, SEED + number)
        for number in range(arguments.seeds)
    ]
    gold = [a.gold for a in dev]
    for number, model in enumerate(models):
        alone = scores(choose(predict([model], dev), dev, types, 0.0), gold)["all"].f1
        print(f"seed {SEED + number} alone on dev: F1 {alone:.3f}")
    logits = predict(models, dev)
    bias = max(BIASES, key=lambda b: scores(choose(logits, dev, types, b), gold)["all"].f1)
    show(f"dev, bias {bias}", choose(logits, dev, types, bias), dev)
    if not arguments.no_test:
        show(f"test, bias {bias}", choose(predict(models, test), test, types, bias), test)
    return 0


if __name__ == "__main__":
    sys.exit(main())
