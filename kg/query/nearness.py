"""Papers and concepts by similarity in meaning: sentence embeddings of titles and labels, a byte per number.

all-MiniLM-L6-v2 (Reimers and Gurevych, 2019) encodes one text at a time, so that a text always has the same vector.
Vectors of titles are stored in the graph; only new ones are encoded. Vectors of the vocabulary's labels ship with
the package (data/models/labels.npz, by scripts/label_vectors.py); labels not in that file are encoded on demand.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import numpy as np

from kg.encoder import SIZE, encoder
from kg.entity_types import data_folder
from kg.files import telling
from kg.model import KgError
from kg.store.embeddings import keep_titles, title_vectors
from kg.store.file import StoreFile
from kg.text import has_han
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.encoder import Vector

LABELS = "labels.npz"
#: Types whose labels describe a function; the names of models, data sets and hardware do not.
TYPES = ("technique", "topic", "problem", "task")
_CHUNK = 8192  # rows that are compared at once
#: The most titles that are encoded (some seconds) when a graph with new papers is closed.
_FEW = 2000
#: The storage format of a vector: int8 numbers and their scale.
_KEPT = np.dtype([("row", np.int8, SIZE), ("scale", "<f4")])


class Near(NamedTuple):
    """A paper or concept near a text."""

    name: str  # CURIE of a paper or concept
    text: str  # its title, or the nearest label
    similarity: float  # cosine


#: Computes the vector of a text: (384,), length 1; zeros for a text without words.
Encodes = Callable[[str], "Vector"]


class Vectors:
    """Pairs of name and text, and their vectors."""

    def __init__(self, keys: list[tuple[str, str]], kept: bytes) -> None:
        self.keys = keys
        self.kept = np.frombuffer(kept, _KEPT)

    @classmethod
    def of(cls, keys: list[tuple[str, str]], encode: Encodes, known: Vectors | None = None) -> Vectors:
        """The vectors of texts; those of texts that are `known` are not encoded again."""
        there = {text: row.tobytes() for (_, text), row in zip(known.keys, known.kept, strict=True)} if known else {}
        return cls(keys, b"".join(there.get(text) or packed(encode(text)) for _, text in keys))

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """The vectors as numbers: (texts, size)."""
        numbers: npt.NDArray[np.float32] = self.kept["row"] * self.kept["scale"][:, None]
        return numbers

    def nearest(self, vector: Vector, number: int, among: frozenset[str] | None = None) -> list[Near]:
        """The names nearest to a vector, `among` some or all; each once with its nearest text; ties by name."""
        likeness = np.empty(len(self.keys), np.float32)
        for at in range(0, len(self.keys), _CHUNK):
            likeness[at : at + _CHUNK] = self.kept["row"][at : at + _CHUNK].astype(np.float32) @ vector
        likeness *= self.kept["scale"]
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


def titles(store: StoreFile) -> Vectors:
    """The titles of a graph's papers: new ones are encoded, and their vectors stored if the graph is writable."""
    found = store.rows("SELECT curie, title FROM papers WHERE title <> '' ORDER BY curie")
    known = title_vectors(store, encoder_name(), _KEPT.itemsize)
    new = [(paper, title) for paper, title in found if known.get(paper, ("",))[0] != title]
    with telling(f"{len(new):,} titles are encoded; this is done once."):
        known |= {paper: (title, packed(encoder()(title))) for paper, title in new}
    if new or len(known) > len(found):
        with suppress(KgError), store.writable() as file:
            keep_titles(file, encoder_name(), {paper: known[paper] for paper, _ in found})
    return Vectors([(paper, normal(title)) for paper, title in found], b"".join(known[paper][1] for paper, _ in found))


def renew(store: StoreFile) -> None:
    """Encode the titles that were added to a graph, if they are few; many are encoded on demand."""
    with suppress(KgError):
        if encoder() and store.paper_count() - len(title_vectors(store, encoder_name(), _KEPT.itemsize)) <= _FEW:
            titles(store)


def concepts(vocabulary: Vocabulary) -> Vectors:
    """The English labels of concepts that describe a function; those in the package's file are not encoded again."""
    known, pairs = shipped(), labels(vocabulary)
    return known if known and known.keys == pairs else Vectors.of(pairs, encoder(), known)


def labels(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Concepts with each of their English labels, sorted."""
    named = (one for one in vocabulary.concepts.values() if one.type in TYPES)
    said = ((one.curie, label) for one in named for label in (one.label.get("en", ""), *one.alt.get("en", ())))
    return sorted({(concept, normal(label)) for concept, label in said if label})


def in_english(text: str, vocabulary: Vocabulary) -> str:
    """A text with its Chinese words translated by the vocabulary's labels; other Chinese is left out.

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


def normal(text: str) -> str:
    """A text in the form that is its key: with single spaces."""
    return " ".join(text.split())


def packed(vector: Vector) -> bytes:
    """A vector in its storage format."""
    scale = float(np.abs(vector).max()) / 127 or 1.0
    return np.array((np.rint(vector / scale), scale), _KEPT).tobytes()


@cache
def shipped() -> Vectors | None:
    """The labels in the package's file; None if there is no file for this encoder."""
    with suppress(OSError, KeyError, ValueError, BadZipFile), np.load(shipped_file()) as file:
        keys = bytes(file["keys"]).decode().split("\n")
        if bytes(file["model"]).decode() == encoder_name():
            return Vectors(
                [(name, text) for name, _, text in (key.partition("\t") for key in keys)], bytes(file["kept"])
            )
    return None


def shipped_file() -> Path:
    """The package's file of labels."""
    return data_folder("data") / "models" / LABELS


@cache
def encoder_name() -> str:
    """The identifier of the encoder."""
    content = (data_folder("data") / "models" / "encoder.onnx").read_bytes()
    return f"{zlib.crc32(content):08x}-{len(content)}"
