"""A draft against the graph: which of its claims papers support, which they contradict, and which are not found.

A text comes in, `Checked` goes out, each claim with the evidence ids of the words that decide it. The claims of a
draft are read by the extraction that reads papers: each sentence as if it stood in the abstract of the paper that it is
about.
"""

from __future__ import annotations

from kg.check.briefs import Briefs
from kg.check.checking import Drafts
from kg.check.draft_claims import DraftClaim
from kg.check.fields import STATUSES, Checked, ClaimVerdict

__all__ = ["STATUSES", "Briefs", "Checked", "ClaimVerdict", "DraftClaim", "Drafts"]
