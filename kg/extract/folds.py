"""Out-of-fold outputs of taggers on the annotated papers, on which judges are trained and CI runs.

Likelihoods are stored as bytes, the contributions of pieces to pairs and numbers as integers. For the ends of pairs,
only pieces that may be inside an entity are stored. Each fold has a card with the last layers of its pair and number
heads.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from spacy.tokens import Doc

from kg.encoder import read_tokenizer
from kg.entity_types import data_folder
from kg.extract.tagger import Card, Output, Tags, place, reads, tagger, text_of
from kg.model import KgError

FOLDS_FILE = data_folder("data") / "gold" / "folds.npz"
_INSIDE = 0.05  # lowest likelihood of pieces whose `sides` are stored
STEPS = 16  # quantisation steps per unit of a piece's contribution
LIKELY = ("role", "outcome")


class Folds:
    """Out-of-fold tagger outputs, by paper."""

    def __init__(self, arrays: dict[str, Any], tokenizer: Any) -> None:
        self._arrays, self._tokenizer = arrays, tokenizer
        ids = json.loads(str(arrays["ids"]))
        ends, kept = np.cumsum(arrays["lengths"]), np.cumsum(arrays["kept"])
        self._rows = {name: i for i, name in enumerate(ids)}
        self._ends, self._kept = [0, *ends.tolist()], [0, *kept.tolist()]
        self._cards = [Card(told) for told in json.loads(str(arrays["cards"]))]

    @classmethod
    @lru_cache(1)
    def load(cls, file: Path = FOLDS_FILE) -> Folds:
        """The outputs that ship with the package."""
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls(arrays, read_tokenizer(data_folder("data") / "models" / "tokenizer.json"))

    def __contains__(self, paper: str) -> bool:
        return paper in self._rows

    def tags(self, paper: str, doc: Doc) -> Tags | None:
        """The output of the tagger that was not trained on the paper; None for a text that taggers do not read.

        Raises KeyError for a paper that is not annotated, and KgError if the text differs from the one that was tagged.
        """
        row = self._rows[paper]
        if not reads(doc):
            return None
        start, end = self._ends[row], self._ends[row + 1]
        text, fields = text_of(doc)
        encoded = self._tokenizer.encode(text)
        if len(encoded.ids) != end - start:
            raise KgError(f"{paper}: its text is not the one that was tagged: run scripts/train.py folds again.")
        arrays = self._arrays
        inner = arrays["bio"][start:end].astype(np.float32) / 255
        bio = np.concatenate([1 - inner.sum(2, keepdims=True), inner], 2)
        width = arrays["sides"].shape[1]
        sides = np.zeros((end - start, width + arrays["between"].shape[1]), np.float32)
        kept = self._kept[row], self._kept[row + 1]
        sides[may_be_inside(arrays["bio"][start:end]), :width] = _added(arrays["sides"], *kept)
        sides[:, width:] = _added(arrays["between"], start, end)
        output = Output(
            bio=bio,
            **{name: arrays[name][start:end].astype(np.float32) / 255 for name in LIKELY},
            sides=sides,
            points=_added(arrays["points"], start, end),
            topic=arrays["topic"][row].astype(np.float32) / 255,
        )
        card = self._cards[int(arrays["fold"][row])]
        return Tags(card, [place(fields, s, e) for s, e in encoded.offsets], output, doc._.text)


class OutOfFold:
    """Replaces the tagger: annotated papers get the out-of-fold output, other papers that of the shipped tagger."""

    def __init__(self) -> None:
        self._folds = Folds.load(FOLDS_FILE) if FOLDS_FILE.is_file() else None

    def __call__(self, doc: Doc) -> Doc:
        paper = doc.user_data.get("entry", "")
        if self._folds is None or paper not in self._folds:
            return tagger()(doc)
        doc._.tags = self._folds.tags(paper, doc)
        return doc


def _added(rows: Any, start: int, end: int) -> Any:
    return rows[start:end].astype(np.float32) / STEPS


def may_be_inside(bio: Any) -> Any:
    """Which pieces may be inside an entity, by their likelihoods as bytes."""
    return bio.astype(int).sum(2).max(1) >= round(_INSIDE * 255)
