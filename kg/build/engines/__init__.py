"""Engines: documents and a function in, results in order out, computed by processes of this machine or of a cluster.

Each engine is one module of this package. Engines of other packages register under the entry point group "kg.engines"
(a class that takes an address). An engine knows nothing about what the function does.
"""

from __future__ import annotations

from kg.build.engines.engine_protocol import Engine, WorkerPool, engine

__all__ = ["Engine", "WorkerPool", "engine"]
