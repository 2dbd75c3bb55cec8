"""Papers into a knowledge graph: typed, linked, evidenced claims, asked in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Graph", "KgError", "__version__", "nlp", "open"]

from kg.model import KgError
from kg.version import VERSION as __version__

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

    from kg.api import Graph


def open(location: str | Path = "papers.kg", *, read_only: bool = False, create: bool = False) -> Graph:
    """Open a graph in a file; with `create` an empty one is made where there is none. See `kg.api.Graph`.

    Raises KgError when the file cannot be opened, or does not exist and is not to be created.
    """
    from kg.api import Graph

    return Graph(location, read_only=read_only, create=create)


def nlp(*, fast: bool = False) -> Language:
    """The extraction as a spaCy pipeline: it reads a text as an abstract and gives a Doc with `doc.spans["kg"]`.

    A span's label is the type of what is named, its `id_` the standard name. `fast`: vocabulary and rules alone. Every
    call gives the same object.
    """
    from kg.extract import language

    return language(fast)


def __getattr__(name: str) -> object:
    if name == "Graph":
        from kg.api import Graph

        return Graph
    raise AttributeError(f"module 'kg' has no attribute {name!r}")
