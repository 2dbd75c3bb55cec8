"""Reads the body of a paper: what it uses and where it says so, its code, its limitations."""

from __future__ import annotations

from kg.extract.body.body_claims import entry_texts, read_body

__all__ = ["entry_texts", "read_body"]
