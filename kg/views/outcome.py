"""An outcome number in words: value, unit, direction, bound, baseline and setting, in English or Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.views.selection import clean

if TYPE_CHECKING:
    from kg.model import Result
    from kg.views.selection import Selection


def phrase(shown: Selection, result: Result, *, notes: bool = True) -> str:
    """A result as a noun phrase: "up to 41% lower latency (vs. chunked prefill)", "时延最高降低41%（较chunked prefill）"."""
    said = shown.words(f"outcome.{_form(shown, result)}", metric=metric(shown, result), amount=amount(shown, result))
    said = _chinese_order(shown, result, said)
    aside = [*([shown.words("outcome.than", baseline=b)] if (b := baseline(shown, result)) else [])]
    if result.setting:
        aside.append(clean(result.setting))
    if not notes or not aside:
        return said
    return shown.words("outcome.aside", effect=said, notes=shown.words("outcome.aside_comma").join(aside))


def metric(shown: Selection, result: Result) -> str:
    return shown.label(result.metric_concept, result.metric)


def baseline(shown: Selection, result: Result) -> str:
    return shown.label(result.baseline_concept, result.baseline) if result.baseline else ""


def amount(shown: Selection, result: Result) -> str:
    """The number with unit and bound: "up to 41%", "约2倍"."""
    words = shown.words
    return words(f"outcome.{result.bound}", amount=plain(shown, result))


def plain(shown: Selection, result: Result) -> str:
    """The number with its unit: "41%", "1.5–2x"."""
    if isinstance(result.value, tuple):
        low, high = map(number, result.value)
        digits = shown.words("outcome.range", low=low, high=high)
    else:
        digits = number(result.value)
    return digits + _unit(shown, result)


def number(value: float) -> str:
    """Digits without a needless ".0".

    >>> number(2.0), number(0.15), number(26104.0)
    ('2', '0.15', '26104')
    """
    return str(int(value)) if value == int(value) else repr(value)


def _unit(shown: Selection, result: Result) -> str:
    unit = result.unit
    if unit == "points" and _fact(shown, result, "unit") == "%":
        unit = "percentage_points"
    key = f"unit.{unit}"
    if not unit or shown.words.has(key):
        return shown.words(key) if unit else ""
    return f" {clean(unit)}"


def _form(shown: Selection, result: Result) -> str:
    better = _fact(shown, result, "better")
    if result.change == "increase":
        if result.unit == "x":
            return "increase_times"
        return "increase_worse" if better == "lower" else "increase"
    if result.change == "decrease":
        return "decrease"
    return "absolute_higher" if better == "higher" else "absolute"


def _chinese_order(shown: Selection, result: Result, said: str) -> str:
    """最高 stands before the verb: 时延最高降低41%, not 时延降低最高41%."""
    bound = shown.words("outcome.up_to", amount="")
    if shown.lang != "zh" or result.bound != "up_to" or not bound:
        return said
    name = metric(shown, result)
    rest = said[len(name) :] if said.startswith(name) else said
    return name + bound + rest.replace(bound, "", 1) if said.startswith(name) else said


def _fact(shown: Selection, result: Result, key: str) -> str:
    vocabulary = shown.graph.vocabulary
    return vocabulary[result.metric_concept].facts.get(key, "") if result.metric_concept in vocabulary else ""
