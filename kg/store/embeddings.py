"""The embeddings of papers by a model of the user's choice, in the graph itself: a vector a paper, of one model.

The name of the model, the size of its vectors and the cosine from which two texts are near stand beside them. Nothing
of the graph's claims is made from them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kg.model import KgError

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.store.file import StoreFile

    Vectors = npt.NDArray[np.float32]

_ABOUT = "embeddings"
#: The table, which only graphs have whose papers were embedded.
_TABLE = "CREATE TABLE IF NOT EXISTS embeddings (paper TEXT PRIMARY KEY, text TEXT NOT NULL, vector BLOB NOT NULL)"
#: The vectors of titles by the package's own encoder, which graphs have whose titles were encoded.
_TITLES = """CREATE TABLE IF NOT EXISTS title_vectors
    (paper TEXT PRIMARY KEY, title TEXT NOT NULL, vector BLOB NOT NULL)"""
#: The largest vector that is read, against damaged files.
_LARGEST = 100_000


class EmbeddingModel(NamedTuple):
    """What the embeddings of a graph are made with."""

    name: str  # a name or a folder
    size: int  # numbers of a vector
    threshold: float  # the cosine from which two texts are near


def digest(text: str) -> str:
    """What tells whether a paper's text is still the one that was embedded."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def model_of(store: StoreFile) -> EmbeddingModel | None:
    """The model of a graph's embeddings; None where it has none. Raises KgError for damaged words about it."""
    said = store.said(_ABOUT)
    if not said:
        return None
    try:
        found: dict[str, Any] = json.loads(said)
        model = EmbeddingModel(str(found["name"]), int(found["size"]), float(found["threshold"]))
    except (ValueError, KeyError, TypeError):
        raise KgError("What the graph says of its embeddings is damaged: make them again with `kg embed`.") from None
    return model if 0 < model.size <= _LARGEST else None


def digests(store: StoreFile) -> dict[str, str]:
    """What was embedded of each paper (CURIE): see `digest`."""
    return dict(store.rows("SELECT paper, text FROM embeddings")) if model_of(store) else {}


def vectors(store: StoreFile) -> tuple[list[str], Vectors]:
    """The papers (CURIEs, sorted) that the graph holds and has embeddings of, and these: (papers, size), length 1."""
    model = model_of(store)
    if model is None:
        return [], np.zeros((0, 0), np.float32)
    sql = "SELECT paper, vector FROM embeddings WHERE paper IN (SELECT curie FROM papers) ORDER BY paper"
    whole = [(paper, vector) for paper, vector in store.rows(sql) if len(vector) == 2 * model.size]
    rows = np.frombuffer(b"".join(vector for _, vector in whole), np.float16).reshape(-1, model.size)
    return [paper for paper, _ in whole], rows.astype(np.float32)


def keep(
    store: StoreFile, model: EmbeddingModel, made: Mapping[str, tuple[str, Vectors]], whole: Iterable[str]
) -> None:
    """Keep embeddings by paper (CURIE), each with its text's digest; those of papers not in `whole` are dropped."""
    known = set(whole)
    with store.batch():
        store.db.execute(_TABLE)
        gone = [
            (paper,) for (paper,) in store.rows("SELECT paper FROM embeddings") if paper not in known or paper in made
        ]
        store.db.executemany("DELETE FROM embeddings WHERE paper = ?", gone)
        rows = ((paper, text, vector.astype(np.float16).tobytes()) for paper, (text, vector) in sorted(made.items()))
        store.db.executemany("INSERT INTO embeddings VALUES (?, ?, ?)", rows)
        store.say(_ABOUT, json.dumps(model._asdict()))


def drop(store: StoreFile) -> None:
    """Take all embeddings out of a graph."""
    if model_of(store) is not None:
        with store.batch():
            store.db.execute("DROP TABLE IF EXISTS embeddings")
            store.say(_ABOUT, "")


def title_vectors(store: StoreFile, model: str, size: int) -> dict[str, tuple[str, bytes]]:
    """The titles of papers (CURIEs) with the vectors, of `size` bytes, that an encoder made of them."""
    if store.said("title_vectors") != model:
        return {}
    rows = store.rows("SELECT paper, title, vector FROM title_vectors")
    return {paper: (title, kept) for paper, title, kept in rows if isinstance(kept, bytes) and len(kept) == size}


def keep_titles(store: StoreFile, model: str, made: Mapping[str, tuple[str, bytes]]) -> None:
    """Keep titles with their vectors by paper (CURIE); those of other papers and of other encoders are dropped."""
    with store.batch():
        store.db.execute(_TITLES)
        is_same = store.said("title_vectors") == model
        known = {paper: tuple(said) for paper, *said in store.rows("SELECT paper, title, vector FROM title_vectors")}
        same = {paper for paper, said in known.items() if is_same and made.get(paper) == said}
        store.db.executemany("DELETE FROM title_vectors WHERE paper = ?", ((paper,) for paper in known.keys() - same))
        new = ((paper, *made[paper]) for paper in sorted(made.keys() - same))
        store.db.executemany("INSERT INTO title_vectors VALUES (?, ?, ?)", new)
        store.say("title_vectors", model)
