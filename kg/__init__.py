"""Papers into a knowledge graph: typed, linked, evidenced claims, asked in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Graph", "KgError", "__version__", "open"]

from kg.model import KgError

if TYPE_CHECKING:
    from kg.api import Graph


def open(location: str = "papers.kg", *, read_only: bool = False) -> Graph:
    """Open a graph: a folder, made when it does not exist. See `kg.api.Graph`.

    Raises KgError when the folder cannot be opened, or with `read_only` does not exist.
    """
    from kg.api import Graph

    return Graph(location, read_only=read_only)


def __getattr__(name: str) -> object:
    if name == "Graph":
        from kg.api import Graph

        return Graph
    raise AttributeError(f"module 'kg' has no attribute {name!r}")
