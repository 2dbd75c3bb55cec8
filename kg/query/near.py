"""Papers and concepts by nearness in meaning: sentence embeddings of titles and labels, in int8, mapped into memory.

all-MiniLM-L6-v2 (Reimers and Gurevych, 2019) one text at a time, so that a text always has the same vector and a file
the same bytes. The titles of a graph are in `near.bin` beside its data; only new ones are encoded when it is renewed.
The vocabulary's labels travel with the package (data/models/labels.bin, written by scripts/label_vectors.py); what is
not in that file is encoded when it is asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from kg.encoder import SIZE, encoder
from kg.entity_types import data_folder
from kg.model import KgError
from kg.query.derived import Damaged, Parts, anew, fresh, mapped, stamp_of
from kg.store.file import StoreFile
from kg.text import has_han
from kg.vocabulary import Concept, Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.encoder import Vector

FILE = "near.bin"
LABELS = "labels.bin"
#: Types whose labels say what a thing does; the names of models, data sets and hardware say nothing.
TYPES = ("technique", "topic", "problem", "task")
#: The cosine from which a label says nearly what a phrase says: two in three are right, five in six are found, and
#: what has no concept stays below 0.6. The figures are those of scripts/label_vectors.py.
THRESHOLD = 0.7
_CHUNK = 8192  # rows that are compared at once
#: Titles that are encoded at most (some seconds) when a graph is closed to which others were added.
_FEW = 2000

#: Called with how many texts are encoded and how many there are.
Progress = Callable[[int, int], None]


class Small(NamedTuple):
    """A vector in int8, and what to multiply it by."""

    row: bytes
    scale: float


class Near(NamedTuple):
    """Something near a text."""

    name: str  # CURIE of a paper or concept
    text: str  # its title, or the label that is near
    similarity: float  # cosine


class Encodes(Protocol):
    """The part of an encoder that is needed here."""

    def __call__(self, text: str) -> Vector:
        """The vector of a text: (384,), length 1; zeros for a text without words."""


class Vectors:
    """Texts with names, and their vectors in int8 with a scale each; raises Damaged for what is not so."""

    def __init__(self, parts: Parts) -> None:
        if len(parts) != 4:
            raise Damaged
        check, keys, rows, scales = parts
        if bytes(check) != _checksum(parts[1:]):
            raise Damaged
        self.keys = [line.partition("\t")[::2] for line in bytes(keys).decode("utf-8", "replace").split("\n")[:-1]]
        if len(rows) != SIZE * len(self.keys) or len(scales) != 4 * len(self.keys):
            raise Damaged
        self.rows: npt.NDArray[np.int8] = np.frombuffer(rows, np.int8).reshape(-1, SIZE)
        self.scales: npt.NDArray[np.float32] = np.frombuffer(scales, np.float32)

    @staticmethod
    def packed(
        named: Iterable[tuple[str, str]],
        encode: Encodes,
        known: Vectors | None = None,
        progress: Progress | None = None,
    ) -> list[bytes]:
        """The parts for pairs of name and text; texts that are `known` are not encoded again."""
        keys = sorted({(name, normal(text)) for name, text in named})
        there = {text: n for n, (_, text) in enumerate(known.keys)} if known else {}
        rows, scales = np.zeros((len(keys), SIZE), np.int8), np.zeros(len(keys), np.float32)
        for n, (_, text) in enumerate(keys):
            at = there.get(text)
            if known and at is not None:
                rows[n], scales[n] = known.rows[at], known.scales[at]
            else:
                small = _small(encode(text))
                rows[n], scales[n] = np.frombuffer(small.row, np.int8), small.scale
            if progress:
                progress(n + 1, len(keys))
        said = "".join(f"{name}\t{text}\n" for name, text in keys).encode("utf-8", "replace")
        parts = [said, rows.tobytes(), scales.tobytes()]
        return [_checksum(parts), *parts]

    def nearest(self, vector: Vector, number: int, among: frozenset[str] | None = None) -> list[Near]:
        """What is nearest to a vector, `among` some names or all; each once with its nearest text; ties by name."""
        likeness = np.empty(len(self.keys), np.float32)
        for at in range(0, len(self.keys), _CHUNK):
            likeness[at : at + _CHUNK] = self.rows[at : at + _CHUNK].astype(np.float32) @ vector
        likeness *= self.scales
        order = np.argsort(-likeness, kind="stable")
        out: dict[str, Near] = {}
        for n in order:
            name, text = self.keys[n]
            if among is not None and name not in among:
                continue
            out.setdefault(name, Near(name, text, round(min(max(float(likeness[n]), 0.0), 1.0), 3)))
            if len(out) == number:
                break
        return list(out.values())


def titles(store: StoreFile, progress: Progress | None = None, known: Vectors | None = None) -> Vectors:
    """The titles of a graph's papers: from the file in its cache, which is renewed where it is stale.

    `known` is what the file has, if it was read.
    """
    folder, state = store.cache, store.stamp

    def make() -> list[bytes]:
        before = known or (_read(folder / FILE) if folder else None)
        return Vectors.packed(_titled(store), encoder(), before, progress)

    if folder is None:
        return _held(make())
    path, stamp = folder / FILE, stamp_of(state, _model())
    try:
        return Vectors(fresh(path, stamp, make))
    except Damaged:
        return Vectors(anew(path, stamp, make))


def _titled(store: StoreFile) -> Iterator[tuple[str, str]]:
    """Papers with their titles."""
    return iter(store.rows("SELECT curie, title FROM papers WHERE title <> ''"))


def renew(store: StoreFile) -> None:
    """Bring the file up to date with a graph to which a few titles were added; many are left to who asks for them.

    What fails here, the first question makes up for.
    """
    if store.cache is None or not encoder():
        return
    known = _read(store.cache / FILE)
    unmade = store.paper_count() - (len(known.keys) if known else 0)
    if unmade <= _FEW:
        with suppress(KgError, OSError):
            titles(store, known=known)


def concepts(vocabulary: Vocabulary) -> Vectors:
    """The English labels of concepts that say what a thing does; those of the package's file are not encoded."""
    shipped, pairs = _shipped(), labels(vocabulary)
    if shipped and [tuple(key) for key in shipped.keys] == pairs:
        return shipped
    return _held(Vectors.packed(pairs, encoder(), shipped))


def labels(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Concepts with each of their English labels, sorted."""
    said = ((c, label) for c in vocabulary.concepts.values() if c.type in TYPES for label in _english(c))
    return sorted({(concept.curie, normal(label)) for concept, label in said})


def in_english(text: str, vocabulary: Vocabulary) -> str:
    """A text with its Chinese words in English as far as the vocabulary's labels have them; other Chinese is left out.

    >>> in_english("减少KV缓存压缩", Vocabulary.load())
    'KV cache compression'
    """
    if not has_han(text):
        return text
    spans = sorted((m.start, -m.end, m.concept) for m in vocabulary.match(text) if has_han(text[m.start : m.end]))
    out, at = [], 0
    for start, end, concept in spans:
        if start >= at:
            out += [text[at:start], f" {vocabulary[concept].label.get('en', '')} "]
            at = -end
    return " ".join("".join(" " if has_han(c) else c for c in "".join((*out, text[at:]))).split())


def _english(concept: Concept) -> list[str]:
    return [label for label in (concept.label.get("en", ""), *concept.alt.get("en", ())) if label]


def normal(text: str) -> str:
    """A text as its vector is kept under: with single spaces."""
    return " ".join(text.split())


def _small(vector: Vector) -> Small:
    scale = float(np.abs(vector).max()) / 127 or 1.0
    return Small(np.rint(vector / scale).astype(np.int8).tobytes(), scale)


def _held(parts: list[bytes]) -> Vectors:
    return Vectors([memoryview(part) for part in parts])


def _checksum(parts: Iterable[bytes | memoryview]) -> bytes:
    """A checksum of parts that another encoder's do not have."""
    checksum = zlib.crc32(_model())
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return checksum.to_bytes(4, "little")


def _read(path: Path) -> Vectors | None:
    """The vectors of a file, whatever state of the graph they are of; None where there are none of this encoder."""
    found = mapped(path)
    try:
        return Vectors(found[1]) if found else None
    except Damaged:
        return None


@cache
def _shipped() -> Vectors | None:
    return _read(data_folder("data") / "models" / LABELS)


@cache
def _model() -> bytes:
    """What tells one encoder from another."""
    content = (data_folder("data") / "models" / "encoder.onnx").read_bytes()
    return zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(8, "little")
