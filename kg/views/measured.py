"""What a result measured, and how much: metric, direction and number in words, as the vocabulary has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.extract.outcomes import OutcomeLexicon, outcome_lexicon
from kg.text import fold, has_han
from kg.views.borne import KEPT
from kg.views.selection import clean
from kg.views.stated import SPEED
from kg.views.surface import stands_for
from kg.views.wording import Wording, say
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.model import Result
    from kg.views.selection import Selection
    from kg.vocabulary import Vocabulary

_SHORT_FORM = re.compile(r"(?!.*[a-z]{3})[a-z]?[A-Z][\w@:.-]*[A-Z\d][\w@:.-]*")
_STATISTIC = re.compile(r"\b(?:average|mean|median|peak|worst|p\d\d)\b")  # what a label leaves out
_WHOLE = re.compile(r"\b(?:final|total)\b")  # likewise
_ACRONYM = re.compile(r"\(([A-Z][\w-]*)\)")
_A_SECOND = " per second"  # a metric that is a unit: "tokens per second"
_LINKED = re.compile(r"[\s-](?:to|per|of|between)[\s-]")
_KEY_VALUE = re.compile(r"\bkey[ -]value ")
_LESS = re.compile(r"\b(?:fewer|less|lower|smaller|shorter|cheaper)\b")
ENGLISH = re.compile(r"(?<![\w.-])[a-z]{3,}(?:-[a-z]+)*(?![\w.-])", re.ASCII)
_FRAME = ("score", "number", "of", "rate", "value", "consumption")  # words around the name of a metric


def direction(shown: Selection, result: Result, named: str) -> str:
    """What a change is called of a metric: "higher", "fewer", "smaller"."""
    form = form_of(shown, result, named)
    form = "increase" if form == "speedup" else form
    return shown.words(f"value.{form}", amount="").strip()


def gets_worse(shown: Selection, result: Result) -> bool:
    """Whether the result is a deterioration, by the direction of its metric in the vocabulary."""
    loss = {"higher": "decrease", "lower": "increase"}
    return loss.get(_fact(shown, result, "better")) == result.change


def metric(shown: Selection, result: Result, paper: str = "") -> str:
    """The name of the metric in the language; with `paper` only in words of the paper, or ""."""
    vocabulary = shown.graph.vocabulary
    label = vocabulary[result.metric_concept].label.get("en", "") if result.metric_concept in vocabulary else ""
    is_other = _STATISTIC.search(result.metric) or _WHOLE.search(result.metric)
    is_known = bool(label) and not is_other and says_metric(vocabulary, result.metric, label)
    is_short = "KV " in result.evidence.quote  # "KV memory" is no key-value memory
    wording = _KEY_VALUE.sub("KV ", result.metric) if is_short else result.metric
    in_full = dict(pair.split("=") for pair in shown.words("outcome.in_full").split())
    if shown.lang == "zh" and _SHORT_FORM.fullmatch(wording):
        return in_full.get(wording, wording)  # as Chinese papers write it: "mAP", "TTFT"
    said = say(shown, result.metric_concept if is_known else "", wording, paper)
    whole = (
        said + full.removeprefix(end) for end, full in in_full.items() if said.endswith(end) and full.startswith(end)
    )
    said = in_full.get(said) or next(whole, said) if result.change != KEPT else said
    if result.change == KEPT:
        said = said.removeprefix(shown.words("outcome.kept_opening"))
    things = said.removeprefix("number of ")  # fewer tokens, not a lower number of them
    if shown.lang != "zh" and result.change != "absolute" and _ends_in("counted", shown, result, things):
        said = things
    if said or shown.lang != "zh":
        is_one = shown.lang != "zh" and result.change != "absolute" and _ends_in("counted", shown, result, said)
        return f"{said}s" if is_one and not said.endswith(("s", _A_SECOND)) else said
    short = _ACRONYM.search(result.metric)
    if short:
        return short[1]
    named = clean(result.metric) if label and not is_known else shown.label(result.metric_concept, result.metric)
    named = "" if paper else named
    return shown.words("brief.quote", quote=named) if ENGLISH.search(named) else named


def _is_bare_speedup(result: Result) -> bool:
    """Whether a result is a speedup that does not say of what."""
    return result.metric == SPEED and result.change == "increase" and result.unit == "x"


def amount(shown: Selection, result: Result) -> str:
    """The number with unit and bound: "up to 41%", "约2倍"."""
    words = shown.words
    if shown.lang == "zh" and form_of(shown, result) in ("decrease_times", "decrease_times_of"):
        return words(f"outcome.left_{result.bound}", amount=_left(shown, result))
    return words(f"outcome.{result.bound}", amount=plain(shown, result))


def _left(shown: Selection, result: Result) -> str:
    """What is left of something that is so many times lower: "1/3"."""
    if isinstance(result.value, tuple):
        low, high = map(number, result.value)
        return shown.words("outcome.left_range", low=low, high=high)
    return shown.words("outcome.left", times=number(result.value))


def plain(shown: Selection, result: Result) -> str:
    """The number with its unit: "41%", "1.5–2x"."""
    unit = unit_words(shown, result)
    if isinstance(result.value, tuple):
        low, high = map(number, result.value)
        low += unit if shown.lang == "zh" and unit == "%" else ""  # 8%–13%
        return shown.words("outcome.range", low=low, high=high) + unit
    return number(result.value) + unit


def number(value: float) -> str:
    """Digits without a trailing ".0".

    >>> number(2.0), number(0.15), number(26104.0)
    ('2', '0.15', '26104')
    """
    return str(int(value)) if value == int(value) else repr(value)


def unit_words(shown: Selection, result: Result) -> str:
    """A result's unit as it follows the number: "%", " points", "个百分点"; "" without one."""
    unit = "Hz" if result.unit == "FPS" and "Hz" in result.evidence.quote else result.unit  # as the paper says it
    is_share = _fact(shown, result, "unit") == "%" or _ends_in("shares", shown, result, "")
    if unit == "points" and (is_share or "percent" in result.evidence.quote):
        unit = "percentage_points"
    key = f"unit.{unit}"
    is_unit = result.metric.endswith(_A_SECOND) and unit not in ("x", "%")
    if (shown.lang == "en" and unit == metric(shown, result).rpartition(" ")[2]) or is_unit:
        return ""  # "denoising steps of 4", "100 tokens per second"
    if not unit or shown.words.has(key):
        return shown.words(key) if unit else ""
    if unit.rpartition(" ")[2] == metric(shown, result).rpartition(" ")[2]:
        unit = unit.rpartition(" ")[0]  # "training tokens of 1 B", not "of 1 B tokens"
    if shown.lang == "zh" and unit.islower():
        known = all(shown.words.has(f"unit.{part}") for part in unit.split("/"))
        parts = [shown.words(f"unit.{part}").strip() for part in unit.split("/")] if known else []
        unit = "/".join(parts) or Wording(shown.graph.vocabulary)(unit) or unit  # "个词元/秒"
    apart = "" if has_han(unit[:1]) else " "
    return f"{apart}{clean(unit)}" if unit else ""


def form_of(shown: Selection, result: Result, named: str = "") -> str:
    """The key of the words for a result; `named` is the metric where it stands in the words."""
    if result.change == KEPT:
        return KEPT
    better = _fact(shown, result, "better")
    if is_counted(shown, result, named) and (shown.lang != "zh" or result.unit != "x"):
        return {"increase": "more", "decrease": "fewer"}.get(result.change, "count")
    head = (named or metric(shown, result)).partition(" of ")[0]  # of "latency of the cache" it is the latency
    is_size = result.change != "absolute" and _ends_in("sized", shown, result, head)
    endings = (tuple(shown.words(f"outcome.{key}_endings").split()) for key in ("amount", "number", "score"))
    amounts, numbers, scores = endings
    is_number = numbers and named.endswith(numbers) and not named.endswith(scores)  # Dice系数 is no number
    if is_number and result.change != "absolute" and result.unit != "x":
        return {"increase": "more", "decrease": "fewer"}[result.change]
    if is_size and shown.lang == "zh" and result.unit != "x" and named.endswith(amounts):
        return {"increase": "more", "decrease": "fewer"}[result.change]
    if is_size and (shown.lang != "zh" or result.unit != "x"):
        return {"increase": "larger", "decrease": "smaller"}[result.change]
    is_long = result.change != "absolute" and _ends_in("long", shown, result, head)
    if is_long and (shown.lang != "zh" or result.unit != "x"):
        return {"increase": "longer", "decrease": "shorter"}[result.change]
    if shown.lang != "zh" and result.change != "absolute" and _ends_in("amounts", shown, result, head):
        return {"increase": "more", "decrease": "less"}[result.change]
    if result.change == "increase":
        if result.unit == "x":
            is_speed = named.rpartition(" ")[2] == "speed" if shown.lang != "zh" else _is_bare_speedup(result)
            is_over = shown.lang == "zh" and bool(result.baseline)
            return "speedup" if is_speed else "increase_times_of" if is_over else "increase_times"
        return "increase_worse" if better == "lower" else "increase"
    if result.change == "decrease":
        if result.unit == "x":
            is_of_other = result.baseline or _LESS.search(result.evidence.quote)  # "7x fewer", than others
            return "decrease_times_of" if is_of_other else "decrease_times"
        return "decrease"
    return "absolute_higher" if better == "higher" else "absolute"


def is_counted(shown: Selection, result: Result, named: str = "") -> bool:
    """Whether there are more or fewer of the metric, as of parameters, rather than a higher or lower one.

    The last of its English words says so; `named` are these where they are not the paper's.
    """
    return _ends_in("counted", shown, result, named)


def _ends_in(words: str, shown: Selection, result: Result, named: str) -> bool:
    """Whether the last English word of the metric is in this list of the words of outcomes."""
    if named and not has_han(named):
        said = named
    else:
        said = result.metric.partition(" of ")[0] if shown.lang == "zh" else metric(shown, result)
    known = shown.words(f"outcome.{words}").split() or PageWords("en")(f"outcome.{words}").split()
    if said.endswith(_A_SECOND):
        return words == "counted"
    if words == "counted" and _STATISTIC.search(said):
        return False  # a median error is lower
    last = re.split("[ -]", said)[-1].lower() if words == "sized" else said.rpartition(" ")[2]  # "kv-cache"
    return last in known and not _LINKED.search(said)  # of "time to first token" it is the time


def is_size(shown: Selection, result: Result) -> bool:
    """Whether less of the metric is better, or it is counted: of tokens or memory, what is kept is no quality."""
    return _fact(shown, result, "better") == "lower" or is_counted(shown, result)


def _fact(shown: Selection, result: Result, key: str) -> str:
    vocabulary = shown.graph.vocabulary
    return vocabulary[result.metric_concept].facts.get(key, "") if result.metric_concept in vocabulary else ""


def says_metric(vocabulary: Vocabulary, wording: str, label: str) -> bool:
    """Whether a metric's label says what a paper's wording does, no less and no more.

    It does but for words of change and qualifiers: "mean decoding speedup" is decoding speed, "single-batch decoding
    latency" is not inference latency, nor is every speed that of inference.
    """
    lexicon = outcome_lexicon(vocabulary)
    one, other = (_bearing(lexicon, text) for text in (wording, label))
    is_short = wording.isupper() and len(wording) > 1 and stands_for(wording, label)
    return one == other or is_short  # "TBT" is no "time per output token"


def _bearing(lexicon: OutcomeLexicon, text: str) -> set[str]:
    """The words of a metric that say what is measured."""
    words = fold(text).split()
    speeds = {"speed" if lexicon.group(word) == "speed" else word for word in words}
    kinds = {word for word in words[:-1] if word.endswith("ion")}  # the latency of compression, not a lower one
    changes = {word for word in speeds if lexicon.group(word)} - kinds
    return {w for w in speeds if w not in lexicon.qualifiers and w not in changes and w not in _FRAME} or speeds
