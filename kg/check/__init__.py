"""A draft against the graph: which of its claims papers support, which they contradict, and which are to be compared.

A text comes in, `Checked` goes out, each claim with the sentence of the paper that fits it best. Nothing is extracted:
the numbers and words of a claim are compared with those of sentences and cells.
"""

from __future__ import annotations

from kg.check.briefs import Briefs
from kg.check.checking import Drafts
from kg.check.draft_claims import DraftClaim
from kg.check.verdicts import STATUSES, Checked, ClaimVerdict

__all__ = ["STATUSES", "Briefs", "Checked", "ClaimVerdict", "DraftClaim", "Drafts"]
