"""The sentence encoder: phrases as vectors whose inner product says how near their meanings are.

all-MiniLM-L6-v2 (Wang et al., 2020; Reimers and Gurevych, 2019) in int8 ONNX: the mean over the word pieces, of length
one. One text a run, so that the same text always gives the same numbers. English: Chinese goes through the
vocabulary's labels. Written by scripts/export_encoder.py.
"""

from __future__ import annotations

import os
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.vocabulary import data_folder

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

SIZE = 384
MOST = 510  # word pieces of a text that are read, the networks' limit


class Encoder:
    """Vectors of texts; the model is loaded when the first is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: tuple[int, Any, Any] = (0, None, None)  # for one process: a session is not shared by a fork

    def __bool__(self) -> bool:
        """Whether the package carries the model."""
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
        """The vector of a text: (384,), length 1; zeros for a text without words."""
        session, tokenizer = self._model()
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        if ids.shape[1] <= 2:  # nothing but the marks of beginning and end
            return np.zeros(SIZE, np.float32)
        pieces = session.run(None, {"ids": ids})[0][0]
        mean: Vector = pieces.mean(0)
        return mean / np.float32(np.linalg.norm(mean))


def open_network(file: Path) -> Any:
    """A session of onnxruntime on one thread, for a network of word pieces `ids` (1, pieces)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def read_tokenizer(file: Path) -> Any:
    """The networks' tokenizer, cut to what they read."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(MOST)
    tokenizer.no_padding()
    return tokenizer


@cache
def encoder() -> Encoder:
    """The encoder that ships with the package."""
    return Encoder(data_folder("data") / "models")
