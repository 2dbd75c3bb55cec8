"""Puts the triples of a graph on a SPARQL 1.1 server and keeps them up to date there: `kg publish`, `publish(...)`."""

from __future__ import annotations

from kg_publish.publishing import Published, publish

__all__ = ["Published", "publish"]
