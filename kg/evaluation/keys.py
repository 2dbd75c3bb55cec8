"""Score key sentences against annotated ones: the shares of acceptable and of best ones, by role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from kg.model import KEY_ROLES


def acceptable(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """The acceptable sentences of a paper, best first: verbatim, their beginnings, or numbers into its `sentences`."""
    said = row.get("sentences", ())
    return {role: [said[x] if isinstance(x, int) else x for x in row.get(role) or ()] for role in KEY_ROLES}


def key_scores(gold: Mapping[str, Mapping[str, Sequence[str]]], found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By role: papers with an acceptable sentence, the shares, and papers that have none and rightly get none."""
    out, chosen = {}, {name: found.get(name, {}).get("key") or {} for name in gold}
    for role in KEY_ROLES:
        hits = [[same(one, chosen[name].get(role) or "") for one in wanted[role]] for name, wanted in gold.items()]
        some, none = [hit for hit in hits if hit], [name for name in gold if not gold[name][role]]
        either, best = (round(sum(map(count, some)) / max(len(some), 1), 4) for count in (any, itemgetter(0)))
        out[role] = {"papers": len(some), "acceptable": either, "best": best, "without": len(none)}
        out[role]["none"] = sum(not chosen[name].get(role) for name in none)
    return out


def same(wanted: str, quote: str) -> bool:
    """Whether two sentences are one; they may be divided differently, or one may be a part that tells them apart."""
    a, b = (" ".join(text.split()) for text in (wanted, quote))
    return bool(b) and (a in b or b in a)
