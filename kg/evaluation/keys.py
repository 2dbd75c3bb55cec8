"""Score key sentences: how many are among the acceptable ones, how many are the best, by role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kg.evaluation.tables import TextTable
from kg.model import KEY_ROLES

#: The acceptable sentences of a paper by role, the best one first.
Acceptable = Mapping[str, Sequence[str]]


class KeyScore(NamedTuple):
    """Papers with an acceptable sentence, shares of these, and how many papers without one have none."""

    papers: int
    acceptable: float
    best: float
    without: int
    none: int


def acceptable(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """The acceptable sentences of an annotated paper, given verbatim or as numbers into its `sentences`."""
    said = {role: row.get(role) or [] for role in KEY_ROLES}
    return {role: [row["sentences"][one] if isinstance(one, int) else one for one in said[role]] for role in KEY_ROLES}


def key_scores(gold: Mapping[str, Acceptable], found: Mapping[str, Mapping[str, Any]]) -> dict[str, KeyScore]:
    """The score of each role; a paper that was not found, or a record without `key`, counts as wrong."""
    out = {}
    for role in KEY_ROLES:
        pairs = [(wanted[role], (found.get(name, {}).get("key") or {}).get(role) or "") for name, wanted in gold.items()]
        hits = [[same(one, quote) for one in wanted] for wanted, quote in pairs if wanted]
        shares = (sum(map(count, hits)) / max(len(hits), 1) for count in (any, lambda hit: hit[0]))
        free = [quote for wanted, quote in pairs if not wanted]
        out[role] = KeyScore(len(hits), *shares, len(free), free.count(""))
    return out


def same(wanted: str, quote: str) -> bool:
    """Whether two sentences are one; they may be divided differently."""
    a, b = " ".join(wanted.split()), " ".join(quote.split())
    return bool(b) and (a in b or b in a)


def key_table(scores: Mapping[str, KeyScore]) -> TextTable:
    """One row per role."""
    rows = [
        (role, str(s.papers), f"{s.acceptable:.3f}", f"{s.best:.3f}", f"{s.none} of {s.without}")
        for role, s in scores.items()
    ]
    return TextTable(("type", "papers", "acceptable", "best", "rightly none"), rows)
