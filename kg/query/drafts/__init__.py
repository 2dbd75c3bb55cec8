"""A draft against the graph: which of its claims papers support, which they contradict, and which are not found.

A text comes in, `Checked` goes out, each claim with the evidence ids of the words that decide it. The claims of a
draft are read by the extraction that reads papers: each sentence as if it stood in the abstract of the paper that it is
about.
"""

from __future__ import annotations

from kg.query.drafts.checking import Checked, ClaimVerdict, Drafts
from kg.query.drafts.claims import DraftClaim

__all__ = ["Checked", "ClaimVerdict", "DraftClaim", "Drafts"]
