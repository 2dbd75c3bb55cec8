"""How a number of a draft stands to one of a paper: whether they are of one metric, agree, or exclude each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.model import Result
from kg.query.cited import CitedClaim
from kg.query.lexicon import LINKING, Lexicon
from kg.text import fold
from kg.units import is_rate, kin

_ABOUT = 0.1  # how far "about" reaches, as a share
_ROUNDED = 0.005  # what a conversion may add or lose
_RATIOS = ("%", "x")
_OPPOSITE = {"increase": "decrease", "decrease": "increase"}


@dataclass(frozen=True, slots=True)
class Stand:
    """How a result of a draft stands to one of a paper."""

    same_metric: bool  # one concept or wording, or one broader than the other
    comparable: bool  # the very same metric, in units that convert into one another
    same_value: bool  # value and unit agree, whatever the metric
    agrees: bool
    excludes: bool  # where the setting is the same, both cannot hold
    reason: str
    low: float = 0.0  # of the paper, in the draft's unit
    high: float = 0.0


def stand(draft: Result, held: CitedClaim, lexicon: Lexicon) -> Stand:
    """How a result of a draft stands to a claim of kind "result"."""
    says = held.says
    equal, related = _metrics(draft, says, lexicon)
    ends = _in_unit(draft, says["low"], says["high"], says["unit"], says["change"])
    if ends is None:
        return Stand(related, False, False, False, False, "other_unit")
    low, high = ends
    own_low, own_high = draft.value if isinstance(draft.value, tuple) else (draft.value, draft.value)
    slack = (_ROUNDED * abs(high)) if says["unit"] != draft.unit else 1e-9 * max(1.0, abs(high))
    reason = _agreement((own_low, own_high), draft.bound, (low, high), says["bound"], slack)
    turned = draft.change == _OPPOSITE.get(says["change"])
    same_way = draft.change == says["change"]
    agrees = bool(reason) and related and same_way
    apart = _is_apart((own_low, own_high), draft.bound, (low, high), says["bound"], slack)
    excludes = equal and (turned or (same_way and not reason and apart))
    told = reason if agrees else ("other_direction" if turned else "other_value")
    return Stand(related, equal and (same_way or turned), bool(reason), agrees, excludes, told, low, high)


def _metrics(draft: Result, says: Mapping[str, Any], lexicon: Lexicon) -> tuple[bool, bool]:
    """Whether two metrics are the same, and whether one at least is broader than the other.

    Levels in one unit of speed ("FPS") measure the same speed, whatever it is called. A metric that only papers name is
    narrower than one whose words it has.
    """
    own, concept, known = draft.metric_concept, says["metric_concept"], lexicon.vocabulary
    if own and own == concept:
        return True, True
    if draft.change == says["change"] == "absolute" and draft.unit == says["unit"] and is_rate(draft.unit):
        return True, True
    if own in known and concept in known:
        return False, concept in known.narrower(own) or own in known.narrower(concept)
    one, other = fold(draft.metric), fold(says["metric"])
    words, others = set(one.split()), set(other.split())
    return one == other, _noun(one) == _noun(other) != "" and (words <= others or others <= words)


def _noun(metric: str) -> str:
    """What a folded metric is in the end: "latency" of "transmission latency of kv cache"."""
    words = metric.split()
    cut = next((at for at, word in enumerate(words) if word in LINKING), len(words))
    return words[cut - 1] if cut else ""


def _in_unit(draft: Result, low: float, high: float, unit: str, change: str) -> tuple[float, float] | None:
    """The ends of a paper's value in the draft's unit; None where they do not convert.

    Of a decrease 10x is 90 %, of an increase 1.5x is 50 %.
    """
    if unit == draft.unit:
        return low, high
    if {unit, draft.unit} == set(_RATIOS) and change in _OPPOSITE:
        both = [_ratio(value, unit, change) for value in (low, high)]
        first, last = both
        return None if first is None or last is None else (min(first, last), max(first, last))
    factor = kin(unit).get(draft.unit)
    return None if factor is None else (low * factor, high * factor)


def _ratio(value: float, unit: str, change: str) -> float | None:
    """A percentage as a factor, or the other way round."""
    if unit == "%":
        share = value / 100
        if change == "increase":
            return 1 + share
        return 1 / (1 - share) if share < 1 else None
    if change == "increase":
        return (value - 1) * 100
    return (1 - 1 / value) * 100 if value >= 1 else None


def _agreement(own: tuple[float, float], bound: str, held: tuple[float, float], held_bound: str, slack: float) -> str:
    """How a draft's value agrees with a paper's ("agrees", or with what difference); "" where it does not."""

    def near(one: float, other: float) -> bool:
        return abs(one - other) <= slack

    if near(own[0], held[0]) and near(own[1], held[1]):
        if bound == held_bound or {bound, held_bound} <= {"exact", "about"}:
            return "agrees"
        return "agrees_bound"
    if own[0] == own[1] and held[0] < held[1] and (near(own[0], held[0]) or near(own[0], held[1])):
        is_end = (bound == "up_to" and near(own[0], held[1])) or (bound == "at_least" and near(own[0], held[0]))
        return "agrees" if is_end else "agrees_range"
    if bound == "about" and all(abs(a - b) <= _ABOUT * abs(b) for a, b in zip(own, held, strict=True)):
        return "agrees_about"
    if (
        bound == "at_least"
        and held_bound in ("exact", "at_least", "about")
        and own[0] <= held[0] <= own[0] * (1 + _ABOUT)
    ):
        return "agrees_about"  # "over 20 FPS" of 20.7
    return ""


def _is_apart(own: tuple[float, float], bound: str, held: tuple[float, float], held_bound: str, slack: float) -> bool:
    """Whether two values of one thing cannot both hold; what is said to be about a value reaches a tenth further."""
    wide = max(slack, _ABOUT * abs(held[1])) if "about" in (bound, held_bound) else slack
    above, below = own[0] > held[1] + wide, own[1] < held[0] - wide
    if held_bound == "up_to":
        return above or (bound == "up_to" and below)
    if held_bound == "at_least":
        return below and bound in ("exact", "about", "up_to")
    return below if bound == "at_least" else above or below
