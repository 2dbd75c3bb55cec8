"""Amounts that abstracts state beside their results: "pruning 88.9% of visual tokens", "with only 10% of the cache".

How much a method removes or keeps is a setting, not a result. A threshold on such an amount becomes a regular
expression for a number in its range, near a noun and an ontology word for what happens to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil

from kg.query.filter import Outcome
from kg.query.patterns import hinted
from kg.query.question_words import QuestionWord, QuestionWords

#: Shares below which a number seldom means a removed part; the largest loss that counts as small, all in per cent.
_LEAST, _MOST_LOST = 40.0, 20
_HUNDRED, _MOST = 100, 1000  # a number before a letter for a scale is below the latter; so is a factor
#: What may separate a verb from its number within a sentence, and words that belong together.
_GAP, _FEW = r"(?:[^.;]|\.\d){0,40}?", r"(?:[ -]\w+){0,4}?[ -]"
_PERCENT, _TIMES = r"(?:\.\d+)?\s?\\?%", r"(?:\.\d+)?\s?\$?(?:×|x\b|\\times\$?|-?fold\b|\stimes\b)"
#: How a share is stated as a rate: "at a 10% retention ratio".
_RATES = ("ratio", "rate")
#: Units of memory, the largest size that is searched for, and how texts state a memory requirement.
_ROOMS, _MOST_ROOM = ("GB", "MB"), 256
_WITHIN = r"\b(?:within|under|in|into|on|with|using|only|just|below|consuming|requires?|requiring|uses)\b"
_ROOM = r"(?:memory|v?ram|gpus?|cards?|limit|budget|footprints?|devices?)\b"
#: What follows a number in billions that is not the size of a model.
_NO_MODEL = r"(?![ -]?(?:tokens?|activ\w+|words?|samples?|images?|pairs?|examples?)\b)"
#: Last words of metric names that do not say which quantity is reduced.
_OF = ("usage", "ratio", "length", "size", "count", "footprint", "consumption", "cost")


def with_amounts(
    wanted: Outcome, names: Iterable[str], is_part: Callable[[str], bool], words: QuestionWords
) -> Outcome:
    """A threshold on a reduction, with its wordings in texts; other outcomes are unchanged.

    `names` are English names of its metrics; `is_part` tests whether the head noun alone is another metric:
    "memory" of "training memory".
    """
    share, said = _share(wanted), {name: noun for name in names if (noun := _noun(name))}
    wholes = {name for name, noun in said.items() if " " in name and is_part(noun)}
    nouns = sorted({_whole(name) if name in wholes else noun for name, noun in said.items()})
    if share is None or share < _LEAST or not nouns or wanted.limit is not None:
        return wanted
    least = ceil(share + (1e-9 if wanted.op == ">" else 0))
    factor = ceil(100 / (100 - share) - 1e-9) if share < 100 else _MOST
    few = _among(range(100 - least + 1)) + _PERCENT
    many = rf"(?:{_among(range(least, 101))}{_PERCENT}|{_among(range(factor, _MOST))}{_TIMES})"
    down = [word for word in words.meaning("decrease") if not word.facts.keys() & {"metric", "value", "unit"}]
    deeds = rf"{_among(range(factor, _MOST))}{_TIMES} {_either(_forms(down, 'noun'))}"  # "at 8x compression"
    named = [*nouns, *(_RATES if wholes != said.keys() else ())]  # a "10% retention ratio" is not training memory
    of = _either({*named, *(f"{noun}s" for noun in named)})
    ways = [_stated(_either(_forms(down)), many, of), _stated(_either(_forms(words.meaning("keep"))), few, of)]
    return replace(wanted, told=hinted(f"(?i){'|'.join([*ways, *(() if named == nouns else [deeds])])}", nouns))


def with_loss(wanted: Outcome, names: Iterable[str], words: QuestionWords) -> Outcome:
    """A small loss of a metric that should be high, in its wordings: "only a 0.7% drop", "retains 99.3% of quality"."""
    value = wanted.value
    is_small = wanted.op in ("<", "<=") and value is not None and value <= _MOST_LOST
    if not is_small or value is None or wanted.unit not in ("%", "points") or wanted.limit is not None:
        return wanted
    lost, kept = (words.meaning(meaning)[0].facts for meaning in ("little-lost", "mostly-kept"))
    down, of = _either(lost["stated"]), _either({*lost["noun"], *names})
    small = rf"(?:{_among(range(ceil(value)))}{_PERCENT}|(?:below|under|less than) {value:g}\s?\\?%)"
    whole = _among(range(ceil(100 - value), 101 + int(value))) + _PERCENT
    said = [rf"{small}{_FEW}{down}", _stated(down, small, of), rf"{of}{_FEW}{down}{_GAP}{small}"]
    said += [rf"{_either(kept['stated'])}{_GAP}{whole}{_FEW}{of}", rf"{whole} of{_FEW}{of}"]  # others are levels
    return replace(wanted, told=hinted(f"(?i){'|'.join(said)}", sorted({*lost["noun"], *lost["stated"]})))


def with_room(wanted: Outcome) -> Outcome:
    """A resource limit, with wordings for the memory that is needed: "within a single 24GB GPU"."""
    if wanted.unit not in _ROOMS or wanted.value is None or not 1 <= wanted.value <= _MOST_ROOM:
        return wanted
    number, unit = _among(range(1, int(wanted.value) + 1)), wanted.unit.lower()
    said = rf"{_WITHIN}(?: \w+){{0,4}}? {number}(?:\.\d+)?[ -]?{unit}\b(?:[ -]\w+){{0,2}}?[ -]{_ROOM}"
    return replace(wanted, told=hinted(f"(?i){said}", [unit]))


def with_size(wanted: Outcome) -> Outcome:
    """A threshold on the parameter count of a model, with wordings for sizes: "Qwen2.5-0.5B", "124M parameters"."""
    if wanted.change or wanted.unit or wanted.value is None or wanted.limit is not None or wanted.op == "=":
        return wanted
    ways = []
    for letter, word, scale, behind in (("B", "billion", 1e9, _NO_MODEL), ("M", "million", 1e6, r"[ -]param")):
        limit = int(wanted.value / scale)  # below 1 it is written on a smaller scale
        whole = range(limit) if wanted.op in ("<", "<=") else range(limit + (wanted.op == ">"), _MOST)
        if limit and whole:
            ways.append(rf"{_among(whole[:_MOST])}(?:\.\d+)?[ -]?(?:{letter}|{word})\b{behind}")
    return replace(wanted, told=rf"(?i)(?<![A-Za-z])(?:{'|'.join(ways)})") if ways else wanted


def sized(name: str) -> str:
    """The thing whose size a metric name means: "cache" for "KV cache size"; "" if the name is not a size."""
    return _noun(name) if name.split(" ")[-1] in _OF else ""


def _share(wanted: Outcome) -> float | None:
    """The requested reduction in per cent; None if no reduction is asked for."""
    if wanted.value is None or wanted.op not in (">=", ">"):
        return None
    if wanted.unit == "%" and wanted.change == "decrease":
        return wanted.value
    is_factor = wanted.unit == "x" and (wanted.change == "decrease" or (not wanted.change and wanted.savings))
    return 100 - 100 / wanted.value if is_factor and wanted.value > 1 else None


def _noun(name: str) -> str:
    """The noun of what is reduced: "tokens" for "visual tokens", "memory" for "memory usage"."""
    said = [word for word in re.findall(r"[A-Za-z]{4,}|KV cache", name) if word.lower() not in _OF]
    return said[-1].lower().removesuffix("s") if said else ""


def _whole(name: str) -> str:
    """A name without its word for quantity: "training memory" for "training memory usage"."""
    return " ".join(word for word in name.lower().split(" ") if word not in _OF)


def _stated(cue: str, number: str, noun: str) -> str:
    """A pattern for a number, its noun and a cue for what happens to it, in any order."""
    orders = (
        f"{cue}{_GAP}{number}{_FEW}{noun}",
        f"{cue}{_FEW}{noun}{_GAP}{number}",
        f"{number}{_FEW}{noun}{_FEW}{cue}",
    )
    return "|".join((*orders, f"{number}{_FEW}{cue} {noun}"))


def _among(numbers: range) -> str:
    """A pattern for the start of any of some whole numbers."""
    is_open = numbers.start <= _HUNDRED < numbers.stop == _MOST
    said = [*map(str, numbers[: _HUNDRED - numbers.start] if is_open else numbers), *([r"\d{3}"] if is_open else [])]
    return rf"(?<![\d.])(?=\d)(?:{'|'.join(said)})(?!\d)"


def _either(words: Iterable[str]) -> str:
    """A pattern for any of some words, in lower case."""
    ranked = sorted({word.lower() for word in words if word.isascii()}, key=lambda word: (-len(word), word))
    return rf"\b(?:{'|'.join(map(re.escape, ranked))})\b"


def _forms(words: Iterable[QuestionWord], fact: str = "stated") -> list[str]:
    """The labels of some words and their wordings in texts; for another fact, only the wordings."""
    return [form for word in words for form in (*(word.labels if fact == "stated" else ()), *word.facts.get(fact, ()))]
