"""How the value of a claim compares with one of a paper: by metric, number, bound and direction."""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Result
from kg.query.lexicon import LINKING
from kg.query.units import is_rate, kin
from kg.text import fold
from kg.vocabulary import Vocabulary

_ABOUT = 0.1  # how far "about" reaches, as a share
_ROUNDED = 0.005  # what a conversion may add or lose
_RATIOS = ("%", "x")
_SPEED, _STEM = "speed", 6  # letters that forms of one word share
_OPPOSITE = {"increase": "decrease", "decrease": "increase"}
_LIMITS = {"up_to", "at_least"}
_Span = tuple[float, float, str]  # lower and upper end, and the bound


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """How a value of a draft compares with one of a paper."""

    value: str  # how the numbers agree: "agrees", "agrees_range", "agrees_about"; "" where they do not
    bound: bool  # whether the bounds agree: a draft may leave one out
    same_way: bool
    excludes: bool  # whether both cannot hold of one thing


def ends(result: Result) -> tuple[float, float]:
    """The lower and the upper end of a value."""
    return result.value if isinstance(result.value, tuple) else (result.value, result.value)


def compare(own: Result, held: Result) -> ValueComparison | None:
    """How a value of a draft compares with one of a paper; None where their units do not convert."""
    found = _in_unit(own.unit, held, held.change or own.change)
    if found is None:
        return None
    slack = (_ROUNDED * abs(found[1])) if held.unit != own.unit else 1e-9 * max(1.0, abs(found[1]))
    said, other = (*ends(own), own.bound), (*found, held.bound)
    is_factor = own.unit == "x" and bool({"", "absolute"} & {own.change, held.change})  # "a throughput of 6.6x"
    same_way = own.change == held.change or is_factor or (not own.change and held.change == "absolute")
    bound = {own.bound, held.bound} != _LIMITS
    value, is_apart = _agreement(said, other, slack), _is_apart(said, other, slack)
    turned = own.change == _OPPOSITE.get(held.change) or (same_way and (not bound if value else is_apart))
    return ValueComparison(value, bound, same_way, turned and (bool(value) or is_apart))


def same_metric(own: Result, held: Result, aside: frozenset[str], known: Vocabulary) -> str:
    """Whether two metrics are the "same", or one is broader than the other ("related"); else "".

    Levels in one unit of speed ("FPS") measure the same speed, whatever it is called. A metric that only papers name is
    narrower than one whose words it has. Words that name something else, `aside`, do not count.
    """
    is_rated = own.change == held.change == "absolute" and own.unit == held.unit and is_rate(own.unit)
    if is_rated or own.metric_concept == held.metric_concept != "":
        return "same"
    if held.metric_concept in known.narrower(own.metric_concept) or own.metric_concept in known.narrower(
        held.metric_concept
    ):
        return "related"
    one, other = ([word for word in fold(figure.metric).split() if word not in aside] for figure in (own, held))
    if not one or not other:
        return ""
    if _is_inverse(own, held, one, other, known) or {*one} == {*other}:
        return "same"
    if len(one) == len(other) == 1 and one[0][:_STEM] == other[0][:_STEM]:  # "accurate", "accuracy"
        return "same"
    is_part = set(one) <= set(other) or set(other) <= set(one)
    return "related" if is_part and _noun(one) == _noun(other) else ""


def _is_inverse(own: Result, held: Result, one: list[str], other: list[str], known: Vocabulary) -> bool:
    """Whether one is so many times the speed and the other the time of the same: "trains 2x faster"."""
    last = {one[-1], other[-1]}
    is_cost = bool(last & known.cues("outcome-lower-is-better"))
    return own.unit == held.unit == "x" and _SPEED in last and is_cost and one[:-1] == other[:-1]


def _noun(words: list[str]) -> str:
    """The head of a metric: "latency" of "transmission latency of kv cache"."""
    cut = next((at for at, word in enumerate(words) if word in LINKING), len(words))
    return words[cut - 1] if cut else ""


def _in_unit(unit: str, held: Result, change: str) -> tuple[float, float] | None:
    """The ends of a paper's value in another unit; of a decrease 10x is 90 %, of an increase 1.5x is 50 %."""
    low, high = ends(held)
    if held.unit == unit:
        return low, high
    if {held.unit, unit} == set(_RATIOS) and change in _OPPOSITE:
        first, last = (_ratio(value, held.unit, change) for value in (low, high))
        return None if first is None or last is None else (min(first, last), max(first, last))
    factor = kin(held.unit).get(unit)
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


def _agreement(own: _Span, held: _Span, slack: float) -> str:
    """How a draft's value agrees with a paper's; "" where it does not."""
    (low, high, bound), (first, last, other) = own, held
    at_first, at_last = abs(low - first) <= slack, abs(high - last) <= slack
    if at_first and at_last:
        return "agrees"
    if low == high and first < last and ((bound == "up_to" and at_last) or (bound == "at_least" and at_first)):
        return "agrees_range"
    is_near = bound == "about" and abs(low - first) <= _ABOUT * first and high <= last * (1 + _ABOUT)
    is_over = bound == "at_least" and other != "up_to" and low <= first <= low * (1 + _ABOUT)  # "over 20" of 20.7
    return "agrees_about" if is_near or is_over else ""


def _is_apart(own: _Span, held: _Span, slack: float) -> bool:
    """Whether two values of one thing cannot both hold; what is said to be about a value reaches a tenth further."""
    (low, high, bound), (first, last, other) = own, held
    wide = max(slack, _ABOUT * abs(last)) if "about" in (bound, other) else slack
    above, below = low > last + wide, high < first - wide
    if other == "up_to":
        return above or (bound in ("up_to", "exact") and below)
    if other == "at_least":
        return below and bound in ("exact", "about", "up_to")
    return below if bound == "at_least" else above or below
