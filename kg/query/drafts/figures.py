"""How a number of a draft compares with one of a paper: by metric, value, bound and direction."""

from __future__ import annotations

from dataclasses import dataclass

from kg.query.lexicon import LINKING, Lexicon
from kg.text import fold
from kg.units import is_rate, kin

_ABOUT = 0.1  # how far "about" reaches, as a share
_ROUNDED = 0.005  # what a conversion may add or lose
_RATIOS = ("%", "x")
_STEM, _ENDING = 6, 3  # letters that forms of one word share, and that they end in
_SPEED = "speed"
OPPOSITE = {"increase": "decrease", "decrease": "increase"}


@dataclass(frozen=True, slots=True)
class ClaimedValue:
    """A number with its metric; metric and change are "" where they were not read."""

    low: float
    high: float
    unit: str
    bound: str = "exact"
    change: str = ""
    metric: str = ""
    concept: str = ""


@dataclass(frozen=True, slots=True)
class ValueComparison:
    """How a figure of a draft compares with one of a paper."""

    metric: str  # "same", "related" (one is broader) or ""
    value: str  # how the values agree: "agrees", "agrees_range", "agrees_about"; "" where they do not
    bound: bool  # whether the bounds agree: a draft may leave one out
    is_opposite_bound: bool  # "at least" where the paper has "up to"
    turned: bool  # whether one is an increase, the other a decrease
    same_way: bool
    apart: bool  # whether both values cannot hold of one thing


def compare(own: ClaimedValue, held: ClaimedValue, lexicon: Lexicon) -> ValueComparison | None:
    """How a figure of a draft compares with one of a paper; None where their units do not convert."""
    change = held.change or own.change
    ends = _in_unit(own.unit, held, change)
    if ends is None:
        return None
    slack = (_ROUNDED * abs(ends[1])) if held.unit != own.unit else 1e-9 * max(1.0, abs(ends[1]))
    said, other = _Span(own.low, own.high, own.bound), _Span(*ends, held.bound)
    known = bool(own.change and held.change)
    is_factor = own.unit == "x" and "absolute" in (own.change, held.change)  # "a throughput of 6.6x"
    return ValueComparison(
        _metrics(own, held, lexicon) if own.metric and held.metric else "",
        _agreement(said, other, slack),
        own.bound in ("exact", "about", held.bound) or (own.bound == "at_least" and held.bound in ("exact", "about")),
        {own.bound, held.bound} == {"up_to", "at_least"},
        known and own.change == OPPOSITE.get(held.change),
        not known or own.change == held.change or is_factor,
        _is_apart(said, other, slack),
    )


@dataclass(frozen=True, slots=True)
class _Span:
    low: float
    high: float
    bound: str


def _metrics(own: ClaimedValue, held: ClaimedValue, lexicon: Lexicon) -> str:
    """Whether two metrics are the same, or one is broader than the other.

    Levels in one unit of speed ("FPS") measure the same speed, whatever it is called. A metric that only papers name is
    narrower than one whose words it has.
    """
    known = lexicon.vocabulary
    is_rated = own.change == held.change == "absolute" and own.unit == held.unit and is_rate(own.unit)
    if is_rated or (own.concept and own.concept == held.concept) or _is_inverse(own, held, lexicon):
        return "same"
    if held.concept in known.narrower(own.concept) or own.concept in known.narrower(held.concept):
        return "related"
    one, other = fold(own.metric), fold(held.metric)
    words, others = set(one.split()), set(other.split())
    if _are_forms(one, other) or _core(one, lexicon) == _core(other, lexicon):
        return "same"
    return "related" if _noun(one) == _noun(other) != "" and (words <= others or others <= words) else ""


def _are_forms(one: str, other: str) -> bool:
    """Whether two words are forms of one: "accurate", "accuracy"."""
    return one[:_STEM] == other[:_STEM] and (one == other or max(len(one), len(other)) <= _STEM + _ENDING) and one != ""


def _is_inverse(own: ClaimedValue, held: ClaimedValue, lexicon: Lexicon) -> bool:
    """Whether one is so many times the speed and the other the time of the same: "trains 2x faster"."""
    one, other = sorted(fold(figure.metric).split() or [""] for figure in (own, held))
    costs = lexicon.vocabulary.cues("outcome-lower-is-better")
    if own.unit != "x" or held.unit != "x" or _SPEED not in (one[-1], other[-1]) or not {one[-1], other[-1]} & costs:
        return False
    return one[:-1] == other[:-1]


def _core(metric: str, lexicon: Lexicon) -> str:
    """A folded metric without a last word that all metrics of its kind may have: "miou" of "miou accuracy"."""
    words = metric.split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in lexicon.vocabulary.cues("task-measure") else words)


def of_one_metric(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two metrics (words, concept) measure the same: "target-domain accuracy" and "accuracy"."""
    return one[1] == other[1] != "" or _noun(fold(one[0])) == _noun(fold(other[0]))


def _noun(metric: str) -> str:
    """The head of a folded metric: "latency" of "transmission latency of kv cache"."""
    words = metric.split()
    cut = next((at for at, word in enumerate(words) if word in LINKING), len(words))
    return words[cut - 1] if cut else ""


def _in_unit(unit: str, held: ClaimedValue, change: str) -> tuple[float, float] | None:
    """The ends of a paper's value in another unit; of a decrease 10x is 90 %, of an increase 1.5x is 50 %."""
    if held.unit == unit:
        return held.low, held.high
    if {held.unit, unit} == set(_RATIOS) and change in OPPOSITE:
        first, last = (_ratio(value, held.unit, change) for value in (held.low, held.high))
        return None if first is None or last is None else (min(first, last), max(first, last))
    factor = kin(held.unit).get(unit)
    return None if factor is None else (held.low * factor, held.high * factor)


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

    def near(one: float, other: float) -> bool:
        return abs(one - other) <= slack

    if near(own.low, held.low) and near(own.high, held.high):
        return "agrees"
    if own.low == own.high and held.low < held.high and (near(own.low, held.low) or near(own.low, held.high)):
        is_end = near(own.low, held.high) if own.bound == "up_to" else near(own.low, held.low)
        return "agrees_range" if is_end and own.bound in ("up_to", "at_least") else ""
    if own.bound == "about" and abs(own.low - held.low) <= _ABOUT * held.low and own.high <= held.high * (1 + _ABOUT):
        return "agrees_about"
    if own.bound == "at_least" and held.bound != "up_to" and own.low <= held.low <= own.low * (1 + _ABOUT):
        return "agrees_about"  # "over 20 FPS" of 20.7
    return ""


def _is_apart(own: _Span, held: _Span, slack: float) -> bool:
    """Whether two values of one thing cannot both hold; what is said to be about a value reaches a tenth further."""
    wide = max(slack, _ABOUT * abs(held.high)) if "about" in (own.bound, held.bound) else slack
    above, below = own.low > held.high + wide, own.high < held.low - wide
    if held.bound == "up_to":
        return above or (own.bound in ("up_to", "exact") and below)
    if held.bound == "at_least":
        return below and own.bound in ("exact", "about", "up_to")
    return below if own.bound == "at_least" else above or below
