"""Check claims about a paper against its own texts: numbers by value, names by letters, institutions by identity.

Documents and sentences in, findings (unsupported claims) out. Nothing here knows how a sentence was made.
"""

from __future__ import annotations

from kg.check.claims import Checker, Finding

__all__ = ["Checker", "Finding"]
