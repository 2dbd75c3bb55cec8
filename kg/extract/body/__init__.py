"""Reads the body of a paper: what it uses and where it says so, its code, its limitations."""

from __future__ import annotations

from kg.extract.body.claims import quoted_parts, read_body

__all__ = ["quoted_parts", "read_body"]
