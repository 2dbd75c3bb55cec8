"""The trained tagger: for every word piece, how likely it begins or continues an entity of each type, and its role.

One pass of a fine-tuned MiniLM (Wang et al., 2020; all-MiniLM-L6-v2) with a BIO head a type, in int8 ONNX, one paper a
run, so that the same text always gives the same numbers. Trained by scripts/train.py; see data/models/README.md.
"""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.vocabulary import data_folder

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float32]

MOST = 510  # word pieces that are read, the model's limit
_JOINT = ". "  # between title and abstract
_READ = ("T", "A")
_HAN = re.compile(r"[\u3400-\u9fff]")  # the encoder knows English: Chinese texts are the rules' and the vocabulary's


class Tags:
    """What the tagger says of one Doc. Arrays are by word piece; `starts` and `ends` are offsets in the Doc."""

    def __init__(
        self, types: list[str], starts: list[int], ends: list[int], bio: Numbers, role: Numbers, text: str
    ) -> None:
        self.types = {kind: i for i, kind in enumerate(types)}
        self.starts, self.ends, self.text = np.array(starts), np.array(ends), text
        self.begin: Numbers = bio[:, :, 1]  # (pieces, types)
        self.more: Numbers = bio[:, :, 2]
        self.inside: Numbers = 1 - bio[:, :, 0]
        self.role_of: Numbers = role  # (pieces, roles)

    def pieces(self, start: int, end: int) -> npt.NDArray[np.intp]:
        """The word pieces that touch a span of the Doc."""
        return np.flatnonzero((self.starts < end) & (self.ends > start))

    def features(self, kind: str, start: int, end: int) -> dict[str, float]:
        """How likely a span is an entity of a type, seen by its pieces and its edges; empty where nothing was read."""
        found = self.pieces(start, end)
        if not len(found):
            return {}
        k, first, last = self.types[kind], found[0], found[-1]
        inside = self.inside[found, k]
        return {
            "tag": float(inside.mean()),
            "tag least": float(inside.min()),
            "tag begin": float(self.begin[first, k]),
            "tag last": float(self.inside[last, k]),
            "tag before": float(self.inside[first - 1, k]) if first else 0.0,
            "tag after": float(self.more[last + 1, k]) if last + 1 < len(self.more) else 0.0,
        }

    def spans(self, kind: str, least: float = 0.4) -> list[tuple[int, int]]:
        """Runs of pieces that are likely inside an entity of a type, as whole words."""
        k = self.types[kind]
        on = self.inside[:, k] >= least
        fresh = (self.begin[:, k] >= 0.5) & (self.begin[:, k] > self.more[:, k])
        out: list[tuple[int, int]] = []
        i = 0
        while i < len(on):
            j = i + 1
            if on[i] and self.ends[i] > self.starts[i]:
                while j < len(on) and on[j] and not fresh[j] and self.starts[j] >= self.ends[j - 1]:
                    j += 1
                out.append(self._words(int(self.starts[i]), int(self.ends[j - 1])))
            i = j
        return list(dict.fromkeys(out))

    def _words(self, start: int, end: int) -> tuple[int, int]:
        while start > 0 and self.text[start - 1].isalnum() and self.text[start].isalnum():
            start -= 1
        while end < len(self.text) and self.text[end].isalnum() and self.text[end - 1].isalnum():
            end += 1
        return start, end

    def roles(self, start: int, end: int) -> Numbers:
        """The mean likelihood of each role over a span; zeros where nothing was read."""
        found = self.pieces(start, end)
        return self.role_of[found].mean(0) if len(found) else np.zeros(self.role_of.shape[1], np.float32)


def text_of(doc: Doc) -> tuple[str, list[tuple[int, int, int]]]:
    """What the tagger reads of a Doc, and its pieces as (start in it, start in the Doc, length)."""
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
    """Where a span of the tagger's text stands in the Doc; (0, 0) between the fields."""
    for at, doc_at, length in pieces:
        if at <= start and end <= at + length and end > start:
            return doc_at + start - at, doc_at + end - at
    return 0, 0


class Tagger:
    """Puts the tags of each Doc into doc._.tags; None where the package carries no model, and for Chinese texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _model(self) -> tuple[Any, Any, dict[str, Any]] | None:
        """The ONNX session, the tokenizer and the card; made when the first Doc is read."""
        if not (self.folder / "tagger.onnx").is_file():
            return None
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(self.folder / "tagger.onnx"), options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.enable_truncation(MOST)
        tokenizer.no_padding()
        return session, tokenizer, json.loads((self.folder / "tagger.json").read_text("utf-8"))

    def __call__(self, doc: Doc) -> Doc:
        text, pieces = text_of(doc)
        if self._model is None or not text or 5 * len(_HAN.findall(text)) > len(text):
            doc._.tags = None
            return doc
        session, tokenizer, card = self._model
        encoded = tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        bio, role = session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
        places = [place(pieces, s, e) for s, e in encoded.offsets]
        doc._.tags = Tags(card["types"], [s for s, _ in places], [e for _, e in places], bio[0], role[0], doc._.text)
        return doc


@cache
def tagger() -> Tagger:
    """The tagger that ships with the package."""
    return Tagger(data_folder("data") / "models")


@Language.factory("kg_tagger")
def make_tagger(nlp: Language, name: str) -> Tagger:
    return tagger()
