"""Engines: where papers are read, in processes of this machine or on others; a file of this package each.

An engine of another package joins through the entry point group "kg.engines" (a class made with an address).
"""

from __future__ import annotations

from kg.engines.base import Engine, Work, engine

__all__ = ["Engine", "Work", "engine"]
