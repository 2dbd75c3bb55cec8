"""The trained tagger: one encoder pass over a paper for spans, roles, relations and topics.

Eight layers of MPNet (Song et al., 2020; all-mpnet-base-v2), fine-tuned, with one BIO head per type, in int8 ONNX.
Papers are encoded one at a time, so that a text always gets the same numbers. Trained by scripts/train.py; see
data/models/README.md.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.encoder import open_network, read_tokenizer
from kg.entity_types import data_folder
from kg.model import ROLES
from kg.text import count_han

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float32]

EVALUATED = "evaluated"  # the role of a model that a technique is applied to
PIECE_ROLES = (*ROLES, EVALUATED)
#: The classes of a number: no outcome of the paper, or an outcome with its change.
CHANGES = ("", "increase", "decrease", "absolute")
AHEAD, BEHIND, APART = range(3)  # order of a pair: first before second, after it, no common sentence
_JOINT = ". "  # between title and abstract
_READ = ("T", "A")


class Output(NamedTuple):
    """The output of the network for one text."""

    bio: Numbers  # (pieces, types, 3): outside, begin, inside
    role: Numbers  # (pieces, roles)
    outcome: Numbers  # (pieces, changes)
    sides: Numbers  # (pieces, 3 * width): contributions of a piece to a pair as first, as second, between them
    points: Numbers  # (pieces, 2 * pointing): contributions as a number and as a word that a number points at
    topic: Numbers  # (topics,)


class Card:
    """The label sets of the network and the last layers of its pair and number heads; tagger.json."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.types: dict[str, int] = {kind: i for i, kind in enumerate(told["types"])}
        self.relations: list[str] = told["relations"]
        self.topics: list[str] = told["topics"]
        self.kinds: Numbers = np.array(told["pair"]["kinds"], np.float32)  # (2 * types, width)
        self.order: Numbers = np.array(told["pair"]["order"], np.float32)  # (3, width)
        self.weights: Numbers = np.array(told["pair"]["weights"], np.float32)  # (relations + 1, width)
        self.bias: Numbers = np.array(told["pair"]["bias"], np.float32)
        self.point_weights: Numbers = np.array(told["point"]["weights"], np.float32)  # (2, pointing)
        self.point_bias: Numbers = np.array(told["point"]["bias"], np.float32)


class Tags:
    """The tagger's output for one Doc, by word piece; `starts` and `ends` are offsets in the Doc, in order.

    Likelihoods are stored as Python lists by type, because many short spans are looked up.
    """

    def __init__(self, card: Card, places: list[tuple[int, int]], output: Output, text: str) -> None:
        self.card, self.text = card, text
        self.types = card.types
        self.starts: list[int] = []
        self.ends: list[int] = []
        last = 0
        for start, end in places:  # pieces outside the Doc, such as special ones, become empty pieces in their place
            if end > start:
                self.starts.append(start)
                last = end
            else:
                self.starts.append(last)
            self.ends.append(last)
        bio = output.bio.astype(float)
        self.begin: list[list[float]] = bio[:, :, 1].T.tolist()  # (types, pieces)
        self.more: list[list[float]] = bio[:, :, 2].T.tolist()
        self._inside = (1 - bio[:, :, 0]).T
        self.inside: list[list[float]] = self._inside.tolist()
        self._sums: list[list[float]] = [[0.0, *row] for row in self._inside.cumsum(1).tolist()]
        self.role_of, self.outcome_of = output.role, output.outcome
        self.points = output.points
        width = output.sides.shape[1] // 3
        self.sides = output.sides[:, : 2 * width]
        self._between = np.concatenate([np.zeros((1, width), np.float32), output.sides[:, 2 * width :].cumsum(0)])
        self.topics: dict[str, float] = dict(zip(card.topics, output.topic.tolist(), strict=True))

    def pieces(self, start: int, end: int) -> tuple[int, int]:
        """The word pieces that touch a span of the Doc: index of the first, and of the one after the last."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)

    def mean(self, kind: str, start: int, end: int) -> float | None:
        """The mean likelihood that the pieces of a span are inside an entity of a type; None if nothing was read."""
        first, behind = self.pieces(start, end)
        if first >= behind:
            return None
        sums = self._sums[self.types[kind]]
        return (sums[behind] - sums[first]) / (behind - first)

    def features(self, kind: str, start: int, end: int) -> dict[str, float]:
        """The features of a span as an entity of a type, from its pieces and edges; empty if nothing was read."""
        first, behind = self.pieces(start, end)
        if first >= behind:
            return {}
        k = self.types[kind]
        inside, sums = self.inside[k], self._sums
        others = max([row[behind] - row[first] for i, row in enumerate(sums) if i != k])
        return {
            "tag": (sums[k][behind] - sums[k][first]) / (behind - first),
            "tag least": min(inside[first:behind]),
            "tag begin": self.begin[k][first],
            "tag last": inside[behind - 1],
            "tag before": inside[first - 1] if first else 0.0,
            "tag after": self.more[k][behind] if behind < len(inside) else 0.0,
            "tag other": others / (behind - first),
        }

    def spans(self, kind: str, least: float = 0.4) -> list[tuple[int, int]]:
        """Runs of pieces that are likely inside an entity of a type, extended to whole words."""
        k = self.types[kind]
        inside, begin, more = self.inside[k], self.begin[k], self.more[k]
        out: list[tuple[int, int]] = []
        j = 0  # after the last run
        for i in (self._inside[k] >= least).nonzero()[0].tolist():
            if i < j or self.ends[i] <= self.starts[i]:
                continue
            j = i + 1
            while j < len(inside) and inside[j] >= least and self.starts[j] >= self.ends[j - 1] < self.ends[j]:
                if begin[j] >= 0.5 and begin[j] > more[j]:
                    break
                j += 1
            out.append(self._words(self.starts[i], self.ends[j - 1]))
        return list(dict.fromkeys(out))

    def _words(self, start: int, end: int) -> tuple[int, int]:
        while start > 0 and self.text[start - 1].isalnum() and self.text[start].isalnum():
            start -= 1
        while end < len(self.text) and self.text[end].isalnum() and self.text[end - 1].isalnum():
            end += 1
        return start, end

    def roles(self, start: int, end: int) -> Numbers:
        """The mean likelihood of each of PIECE_ROLES over a span; zeros if nothing was read."""
        return self._mean_of(self.role_of, start, end)

    def outcome(self, start: int, end: int) -> Numbers:
        """The mean likelihood of each of CHANGES over the digits of a number; zeros if nothing was read."""
        return self._mean_of(self.outcome_of, start, end)

    def _mean_of(self, likely: Numbers, start: int, end: int) -> Numbers:
        first, behind = self.pieces(start, end)
        return mean_of(likely[first:behind])

    def pointed(self, start: int, end: int) -> Numbers:
        """The likelihood of each piece to belong to the metric and to the baseline of a number; (pieces, 2)."""
        width = self.points.shape[1] // 2
        number = self._mean_of(self.points[:, :width], start, end)
        logits = np.maximum(number + self.points[:, width:], 0) @ self.card.point_weights.T + self.card.point_bias
        return np.asarray(1 / (1 + np.exp(-logits)))

    def side(self, kind: str, places: Iterable[tuple[int, int]]) -> tuple[Numbers, Numbers]:
        """The contributions of an entity to a pair as first and as second, from all its places; each (width,)."""
        found = [self.sides[first:behind] for first, behind in (self.pieces(*place) for place in places)]
        width = self.sides.shape[1] // 2
        rows = found[0] if len(found) == 1 else np.concatenate(found)
        mean = mean_of(rows)
        k = self.types[kind]
        return mean[:width] + self.card.kinds[k], mean[width:] + self.card.kinds[k + len(self.types)]

    def between(self, order: npt.NDArray[np.int64], low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> Numbers:
        """The contributions of the words in [low, high) of the Doc to pairs in a given order; (pairs, width)."""
        first = np.searchsorted(self.ends, low, "right")
        behind = np.maximum(np.searchsorted(self.starts, high, "left"), first)
        return self.between_pieces(order, first, behind)

    def between_pieces(
        self, order: npt.NDArray[np.int64], first: npt.NDArray[np.int64], behind: npt.NDArray[np.int64]
    ) -> Numbers:
        """The contributions of the word pieces in [first, behind) to pairs in a given order; (pairs, width)."""
        mean = (self._between[behind] - self._between[first]) / np.maximum(behind - first, 1)[:, None]
        return np.asarray(np.where((order == APART)[:, None], 0, mean) + self.card.order[order], np.float32)

    def relations(self, first: Numbers, second: Numbers, between: Numbers) -> Numbers:
        """Likelihoods (pairs, 1 + types) of no relation and of each type, from the contributions (pairs, width)."""
        logits = np.maximum(first + second + between, 0) @ self.card.weights.T + self.card.bias
        likely = np.exp(logits - logits.max(-1, keepdims=True))
        return np.asarray(likely / likely.sum(-1, keepdims=True))


def mean_of(rows: Numbers) -> Numbers:
    """The mean of rows, zeros of none; on few rows it is faster than their own."""
    return np.asarray(np.add.reduce(rows) / np.float32(max(len(rows), 1)))


def text_of(doc: Doc) -> tuple[str, list[tuple[int, int, int]]]:
    """The text of a Doc that the tagger reads, and its parts as (start in it, start in the Doc, length)."""
    pieces: list[tuple[int, int, int]] = []
    text = ""
    for field in _READ:
        start, end = doc._.fields.get(field, (0, 0))
        if end > start:
            text += _JOINT if text else ""
            pieces.append((len(text), start, end - start))
            text += doc._.text[start:end]
    return text, pieces


def place(pieces: list[tuple[int, int, int]], start: int, end: int) -> tuple[int, int]:
    """The Doc offsets of a span of the tagger's text; (0, 0) between the fields."""
    for at, doc_at, length in pieces:
        if at <= start and end <= at + length and end > start:
            return doc_at + start - at, doc_at + end - at
    return 0, 0


class Tagger:
    """Sets doc._.tags; None if the package has no model, and for Chinese texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def card(self) -> Card:
        return Card(json.loads((self.folder / "tagger.json").read_text("utf-8")))

    @cached_property
    def tokenizer(self) -> Any:
        return read_tokenizer(self.folder / "tokenizer.json")

    @cached_property
    def _session(self) -> Any:
        """The ONNX session, created for the first Doc."""
        return open_network(self.folder / "tagger.onnx")

    @property
    def exists(self) -> bool:
        """Whether the package has a model."""
        return (self.folder / "tagger.onnx").is_file()

    def __call__(self, doc: Doc) -> Doc:
        doc._.tags = self.tags(doc) if self.exists and reads(doc) else None
        return doc

    def tags(self, doc: Doc) -> Tags:
        """The tags of a Doc."""
        text, fields = text_of(doc)
        encoded = self.tokenizer.encode(text)
        places = [place(fields, s, e) for s, e in encoded.offsets]
        return Tags(self.card, places, self.output(doc, encoded.ids), doc._.text)

    def output(self, doc: Doc | None, pieces: list[int]) -> Output:
        """The output of the network for the word pieces of a Doc."""
        ids = np.array([pieces], dtype=np.int64)
        out = self._session.run(list(Output._fields), {"ids": ids})
        return Output(*(array[0] for array in out))


def reads(doc: Doc) -> bool:
    """Whether the tagger can read a Doc: it has text, and that is not Chinese, which the encoder does not know."""
    text, _ = text_of(doc)
    return bool(text) and 5 * count_han(text) <= len(text)


@cache
def tagger() -> Tagger:
    """The tagger that ships with the package."""
    return Tagger(data_folder("data") / "models")


@Language.factory("kg_tagger")
def make_tagger(nlp: Language, name: str) -> Tagger:
    return tagger()
