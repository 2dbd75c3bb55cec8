"""Whether a paper bears out what is said of it: numbers by value, names by letters, institutions by identity."""

from __future__ import annotations

from kg.check.claims import Checker, Finding

__all__ = ["Checker", "Finding"]
