"""The whole graph, or a source, in a form that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.model import KgError

if TYPE_CHECKING:
    from kg.api import Graph


def export(graph: Graph, format: str, source: str | None = None) -> bytes:
    """The graph in one of `kg.graph.formats.FORMATS`; a source in its own form as digest.

    Raises KgError for another format, and when a digest is asked for without its source.
    """
    from kg.graph import formats as of_graph

    if format == "digest":
        if not source:
            names = ", ".join(s.name for s in graph.sources()) or "none"
            raise KgError(f"A digest is one source given back: name one with --source ({names}).")
        return of_graph.digest(graph.store, source)
    if source and format in of_graph.FORMATS:
        raise KgError(f"{format} holds the whole graph, not the source {source}: leave it out, or choose digest.")
    return of_graph.export(graph.store, format)
