"""The sentence encoder: maps phrases to embeddings whose inner product measures their similarity.

The model is all-MiniLM-L6-v2 (Wang et al., 2020; Reimers and Gurevych, 2019) in int8 ONNX, exported by
scripts/export_encoder.py. An embedding is the mean over the word pieces, normalised to length 1. Texts are encoded one
at a time, so that a text always gets the same numbers. The model reads English; Chinese phrases are looked up in the
vocabulary, whose English labels are encoded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.entity_types import data_folder

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

SIZE = 384
MOST = 510  # word pieces that are read from a text, the limit of the networks


class Encoder:
    """Embeds texts; the model is loaded when the first text is encoded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: tuple[int, Any, Any] = (0, None, None)  # (process id, session, tokenizer); not valid in a fork

    def __bool__(self) -> bool:
        """Whether the model is part of this installation."""
        return self._is_there

    @cached_property
    def _is_there(self) -> bool:
        return (self.folder / "encoder.onnx").is_file()

    def _model(self) -> tuple[Any, Any]:
        process, session, tokenizer = self._loaded
        if process == os.getpid():
            return session, tokenizer
        session = open_network(self.folder / "encoder.onnx")
        tokenizer = read_tokenizer(self.folder / "tokenizer.json")
        self._loaded = os.getpid(), session, tokenizer
        return session, tokenizer

    def __call__(self, text: str) -> Vector:
        """The embedding of a text: (384,), length 1; zeros for a text without words."""
        session, tokenizer = self._model()
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        if ids.shape[1] <= 2:  # only the start and end markers
            return np.zeros(SIZE, np.float32)
        pieces = session.run(None, {"ids": ids})[0][0]
        mean: Vector = pieces.mean(0)
        return mean / np.float32(np.linalg.norm(mean))

    def words(self, text: str, places: Sequence[tuple[int, int]]) -> Vector:
        """The embeddings of words at places of a text, in their context: (places, 384), of length 1 or 0."""
        out = np.zeros((len(places), SIZE), np.float32)
        if not places or not self:
            return out
        session, tokenizer = self._model()
        read = tokenizer.encode(text)
        pieces = session.run(None, {"ids": np.array([read.ids], dtype=np.int64)})[0][0]
        for number, (start, end) in enumerate(places):
            own = [at for at, (first, last) in enumerate(read.offsets) if first < end and start < last]
            mean = pieces[own].sum(0)
            out[number] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        return out


def open_network(model: Path | bytes) -> Any:
    """A single-threaded onnxruntime session for a model in ONNX: a file, or what stands in one."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    told = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(told, options, providers=["CPUExecutionProvider"])


def read_tokenizer(file: Path) -> Any:
    """The tokenizer of the networks; it truncates texts to MOST word pieces."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(MOST)
    tokenizer.no_padding()
    return tokenizer


@cache
def encoder() -> Encoder:
    """The encoder that ships with the package."""
    return Encoder(data_folder("data") / "models")
