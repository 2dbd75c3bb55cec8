"""Features of whether a number is an outcome of the paper: its form, its reading, the words around it."""

from __future__ import annotations

import re
from functools import lru_cache

from kg.extract import pointing
from kg.extract.governing import Governed
from kg.extract.outcomes import NumberReading, OutcomeLexicon, QuantityPlace, first_value
from kg.extract.weighing import bucket

_WORD = re.compile(r"[A-Za-z][\w-]*|[^\w\s]")
_VERSUS = re.compile(r"[^\w(),;]{0,2}(?:\w{1,6} )?(?:vs\.?|versus) [~≈+-]?\d")  # "37.6% vs. 36.3%": two levels
_LED = 16  # characters between a bracket and its number: "(AUC 54%)"
_NEAR = 4  # words on either side used as features


def features(governed: Governed, reading: NumberReading, lexicon: OutcomeLexicon, seen: bool) -> set[str]:
    """The features of one reading of a number; `seen`: an earlier sentence has the same number."""
    place, quantity = governed.place, governed.place.quantity
    unit = unit_class(quantity.unit)
    taken = "taken" if reading is governed.taken else "not taken"
    kind = "change" if reading.change != "absolute" else "level"
    metric = lexicon.metric(reading.metric)
    out = {
        "bias",
        taken,
        f"{taken} {reading.kind}",
        f"{taken} {unit}",
        f"{kind} {unit}",
        f"{reading.kind} {unit}",
        f"bound {quantity.bound} {kind}",
        f"metric {'known' if metric else 'unknown'} {kind}",
        f"length {bucket(len(reading.metric.split()), 0, 1, 2, 3, 5)}",
        f"quantities {bucket(len(place.sentence.quantities), 1, 2, 4)}",
        f"from start {bucket(place.sentence.rank, 0, 1, 3)}",
    }
    lower = "lower" if lexicon.is_lower_better(reading.metric) else "higher"
    out |= {f"better {lower} {reading.change}", f"better {lower} {reading.change} {reading.kind}"}
    out |= {f"versus {kind}", f"versus {reading.kind}"} if _VERSUS.match(place.text, quantity.end) else set()
    out |= {f"{name} {taken}" for name in ("setup", "others") if getattr(governed, name)}
    out |= {f"also {r.change}" for r in governed.readings if r is not reading}
    out |= {name for name, holds in _marks(place, seen).items() if holds}
    out |= _words(place) | pointing.of_outcome(place, reading.change)
    return out


def unit_class(unit: str) -> str:
    """The unit if it is common, else a class of units."""
    if unit in ("%", "x", "points", ""):
        return unit or "bare"
    return unit if unit in ("FPS", "ms", "GB", "tokens/s", "bits", "steps") else "size" if unit[:1] in "KMB" else "unit"


def _marks(place: QuantityPlace, seen: bool) -> dict[str, bool]:
    quantity, text = place.quantity, place.text
    return {
        "integer": first_value(quantity).is_integer(),
        "round": quantity.unit == "%" and first_value(quantity) % 5 == 0,
        "sign": bool(quantity.sign),
        "range": isinstance(quantity.value, tuple),
        "in brackets": text.rfind("(", 0, quantity.start) > text.rfind(")", 0, quantity.start),
        "level of the beaten": _is_of_the_beaten(place),
        "seen": seen,
        "keeps": bool(place.keeps),
        "own name": place.sentence.has_name,
    }


def _is_of_the_beaten(place: QuantityPlace) -> bool:
    """Whether a number stands in brackets behind what is beaten: 54% of "58%, outperforming A (54%)"."""
    text, sentence = place.text, place.sentence
    opened = text.rfind("(", max(0, place.quantity.start - _LED), place.quantity.start)
    if opened < 0 or ")" in text[opened : place.quantity.start]:
        return False
    if any(opened - 2 < q.end <= opened or opened < q.end < place.quantity.start for q in sentence.quantities):
        return False  # "by 4% (6% on B)"
    cues = [cue.group for cue in sentence.cues if cue.end <= opened]
    return cues[-1:] == ["win"]


@lru_cache(maxsize=1)  # the readings of one place are judged one after the other
def _words(place: QuantityPlace) -> set[str]:
    quantity, text = place.quantity, place.text
    ahead = [w.lower() for w in _WORD.findall(text[max(0, quantity.start - 60) : quantity.start])][-_NEAR:]
    behind = [w.lower() for w in _WORD.findall(text[quantity.end : quantity.end + 60])][:_NEAR]
    out = {f"ahead {w}" for w in ahead} | {f"behind {w}" for w in behind}
    out.add(f"before {ahead[-1] if ahead else 'nothing'}")
    out.add(f"after {behind[0] if behind else 'nothing'}")
    return out
