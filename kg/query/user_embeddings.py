"""Papers by similarity in meaning, with any sentence-transformers model: encoded by `kg embed`, ranked by `--near`.

A model ranks and suggests; similar vectors are not evidence for a claim. The least cosine of similar texts depends
on the graph and model: it is the top percentile over pairs of the graph's papers, drawn with a fixed seed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.model import KgError
from kg.store.embeddings import EmbeddingModel, digest, digests, keep, model_of, vectors
from kg.store.file import StoreFile
from kg.version import extra

if TYPE_CHECKING:
    from kg.store.embeddings import Vectors

#: The default model: small, for many languages.
DEFAULT = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
#: The environment variable for the folder of a model that questions may load.
FOLDER = "KG_EMBEDDING_MODEL"
#: Characters of a paper that are encoded, papers that are written at once, and pairs for the threshold.
_LETTERS, _WRITTEN, _PAIRS = 8000, 500, 20_000
_QUANTILE = 0.99

Progress = Callable[[str, int], None]  # the paper just done, papers done so far


class SentenceModel:
    """A sentence-transformers model, by name or folder; on the GPU if there is one."""

    def __init__(self, name: str, batch: int = 32, device: str | None = None, local: bool = False) -> None:
        """`local` models are not looked up on the network. Raises KgError if the model is not available."""
        for hidden in ("torch", "tensorflow"):  # the command line keeps spaCy from importing these
            if sys.modules.get(hidden, sys) is None:
                del sys.modules[hidden]
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise KgError(f"Embeddings need sentence-transformers: run {extra('embeddings')}.") from None
        self.name, self.batch = name, batch
        try:
            self.model: Any = SentenceTransformer(name, device=device, local_files_only=local, trust_remote_code=False)
        except Exception as error:  # the exception depends on the version
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise KgError(f"The model {name} cannot be loaded: {said[0][:200]}") from None

    def __call__(self, texts: list[str]) -> Vectors:
        """The embeddings of texts: (texts, size), length 1."""
        found = self.model.encode(
            texts, batch_size=self.batch, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, np.float32)


def embed(
    store: StoreFile, name: str = "", batch: int = 32, device: str | None = None, progress: Progress | None = None
) -> tuple[EmbeddingModel, int]:
    """Encode the papers of a graph that lack a vector; returns the model, and how many papers were encoded.

    A paper is its title and abstract. Vectors of another model are replaced. Raises KgError.
    """
    name = name_of(store, name)
    model = SentenceModel(name, batch, device)
    texts = dict(_texts(store))
    if not texts:
        raise KgError("The graph holds no paper: add some with `kg add`.")
    before = model_of(store)
    size = int(model(["a"]).shape[1])
    is_same = before is not None and (before.name, before.size) == (name, size)
    known = digests(store) if is_same else {}
    new = sorted(paper for paper, text in texts.items() if known.get(paper) != digest(text))
    told = EmbeddingModel(name, size, before.threshold if is_same and before else 1.0)
    for at in range(0, len(new), _WRITTEN):
        some = new[at : at + _WRITTEN]
        made = zip(some, model([texts[paper] for paper in some]), strict=True)
        whole = texts if is_same or at else ()  # vectors of another model are dropped
        keep(store, told, {paper: (digest(texts[paper]), row) for paper, row in made}, whole)
        if progress:
            progress(some[-1], at + len(some))
    told = told._replace(threshold=threshold(vectors(store)[1]))
    keep(store, told, {}, texts)
    return told, len(new)


def name_of(store: StoreFile, name: str) -> str:
    """The model to use: the named one, else that of the graph, else the default."""
    known = model_of(store)
    return name or (known.name if known else DEFAULT)


def threshold(rows: Vectors) -> float:
    """The cosine that one pair of papers in a hundred reaches."""
    if len(rows) < 2:
        return 0.5
    draw = np.random.default_rng(0)
    one, other = draw.integers(0, len(rows), (2, _PAIRS))
    apart = one != other
    cosines = np.einsum("ij,ij->i", rows[one[apart]], rows[other[apart]])
    return round(float(np.quantile(cosines, _QUANTILE)), 3)


def _texts(store: StoreFile) -> Iterable[tuple[str, str]]:
    """Papers (CURIEs) with their titles and abstracts."""
    sql = """SELECT p.curie, p.title, coalesce(max(CASE t.field WHEN 'A' THEN t.raw END), '') FROM papers p
        LEFT JOIN texts t ON t.paper = p.id GROUP BY p.id, p.curie, p.title ORDER BY p.curie"""
    for paper, title, abstract in store.rows(sql):
        yield paper, " ".join(f"{title}. {abstract}".split())[:_LETTERS]


def likeness(store: StoreFile, vector: Vectors) -> dict[str, float]:
    """The cosine of a vector with each paper (CURIE) that has an embedding."""
    papers, rows = vectors(store)
    return dict(zip(papers, (rows @ vector).tolist(), strict=True)) if len(rows) else {}


def vector_of(store: StoreFile, paper: str) -> Vectors | None:
    """The embedding of a paper (CURIE); None if it has none."""
    papers, rows = vectors(store)
    return rows[papers.index(paper)] if paper in papers else None


def asked(store: StoreFile, words: str) -> Vectors | None:
    """The embedding of a question by the graph's model; None if the model is not on this machine.

    A graph may come from elsewhere: for the model that it names, only the library's own cache is used, and a folder
    only if the environment names the same one.
    """
    model = model_of(store)
    if model is None:
        return None
    is_folder = Path(model.name).expanduser().exists() or model.name.count("/") > 1
    if is_folder and os.environ.get(FOLDER, "") != model.name:
        return None
    try:
        vector: Vectors = _loaded(model.name)([words])[0]
    except KgError:
        return None
    return vector if len(vector) == model.size else None


@cache
def _loaded(name: str) -> SentenceModel:
    return SentenceModel(name, local=True)
