"""An outcome number in words: value, unit, direction, bound, baseline and setting, in English or Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.views.selection import clean

if TYPE_CHECKING:
    from kg.model import Result
    from kg.views.selection import Selection


def phrase(shown: Selection, result: Result, *, aside: bool = True) -> str:
    """A result as a noun phrase: "up to 41% lower latency (vs. vLLM)", "时延最高降低41%（较vLLM）".

    Without `aside` baseline and setting are left to be said elsewhere.
    """
    named = metric(shown, result)
    said = shown.words(f"outcome.{_form(shown, result)}", metric=named, amount=amount(shown, result))
    said = _bound_first(shown, result, said, named)
    beside = notes(shown, result)
    return shown.words("outcome.aside", effect=said, notes=beside) if aside and beside else said


def value(shown: Selection, result: Result) -> str:
    """A result beside its metric: "up to 41% lower", "最高降低41%"."""
    said = shown.words(f"value.{_form(shown, result)}", amount=amount(shown, result))
    return _bound_first(shown, result, said)


def notes(shown: Selection, result: Result) -> str:
    """Baseline and setting: "vs. chunked prefill; Qwen3-8B"; "" when the paper names neither."""
    said = [shown.words("outcome.than", baseline=baseline(shown, result))] if result.baseline else []
    return shown.words("outcome.aside_comma").join([*said, *filter(None, [clean(result.setting)])])


def gets_worse(shown: Selection, result: Result) -> bool:
    """Whether the number is a loss, by the vocabulary's direction of its metric."""
    loss = {"higher": "decrease", "lower": "increase"}
    return loss.get(_fact(shown, result, "better")) == result.change


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
    if shown.lang == "en" and unit == metric(shown, result).rpartition(" ")[2]:
        return ""  # "denoising steps of 4"
    if not unit or shown.words.has(key):
        return shown.words(key) if unit else ""
    if unit.rpartition(" ")[2] == metric(shown, result).rpartition(" ")[2]:
        unit = unit.rpartition(" ")[0]  # "training tokens of 1 B", not "of 1 B tokens"
    return f" {clean(unit)}" if unit else ""


def _form(shown: Selection, result: Result) -> str:
    better = _fact(shown, result, "better")
    if result.change == "increase":
        if result.unit == "x":
            return "increase_times"
        return "increase_worse" if better == "lower" else "increase"
    if result.change == "decrease":
        return "decrease"
    return "absolute_higher" if better == "higher" else "absolute"


def _bound_first(shown: Selection, result: Result, said: str, named: str = "") -> str:
    """In Chinese 最高 stands before the verb: 时延最高降低41%, not 时延降低最高41%."""
    bound = shown.words("outcome.up_to", amount="")
    if shown.lang != "zh" or result.bound != "up_to" or not said.startswith(named):
        return said
    return named + bound + said[len(named) :].replace(bound, "", 1)


def _fact(shown: Selection, result: Result, key: str) -> str:
    vocabulary = shown.graph.vocabulary
    return vocabulary[result.metric_concept].facts.get(key, "") if result.metric_concept in vocabulary else ""
