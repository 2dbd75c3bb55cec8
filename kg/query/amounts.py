"""Amounts as texts state them beside their results: "pruning 88.9% of visual tokens", "with only 10% of the cache".

What a method leaves out or keeps is often told as a setting, not as a result. A threshold on how much smaller
something gets becomes a regular expression for sentences that say so much or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil

from kg.query.filter import Outcome
from kg.query.patterns import hinted
from kg.query.question_words import QuestionWords

#: Shares below which a number is hardly said of what is left out.
_LEAST = 40.0
#: Words between a number and what it is of: "of the original visual".
_WORDS = r"(?:[ -]\w+){0,4}?[ -]"
#: What may stand between a verb and its number, in one sentence; a dot may be that of a number.
_GAP = r"(?:[^.;]|\.\d){0,40}?"
_PERCENT, _TIMES = r"(?:\.\d+)?\s?\\?%", r"(?:\.\d+)?\s?\$?(?:×|x\b|\\times\$?|-?fold\b|\stimes\b)"
#: How a share is told as a rate: "at a 10% retention ratio", "compression ratios of up to 90%".
_RATE, _UP_TO = r"(?:ratio|rate)s?", r"(?:(?:of|is|as|up|down|to|low|high|reaching) ){0,4}"
#: Units of memory, the largest size that is looked for, and how texts say that something does with so much.
_ROOMS, _MOST_ROOM = ("GB", "MB"), 256
_WITHIN = r"\b(?:within|under|in|into|on|with|using|only|just|below|consuming|requires?|requiring|uses)\b"
_ROOM = r"(?:memory|v?ram|gpus?|cards?|limit|budget|footprints?|devices?)\b"
#: The largest number before a letter for a scale, and what is behind one in billions that is no model's size.
_MOST_SIZE, _NO_MODEL = 1000, r"(?![ -]?(?:tokens?|activ\w+|words?|samples?|images?|pairs?|examples?)\b)"
#: The largest loss that is small, in per cent, what may be kept at most, and how a text says "less than" one.
_MOST_LOST, _MOST_KEPT, _BELOW = 20, 106, ("less than", "below", "under", "within", "sub")
#: Last words of a metric's name that do not say what there is less of.
_OF = ("usage", "ratio", "length", "size", "count", "footprint", "consumption", "cost")


def with_amounts(
    wanted: Outcome, names: Iterable[str], is_part: Callable[[str], bool], words: QuestionWords
) -> Outcome:
    """A threshold on how much smaller something gets, with what texts say; others as they are.

    `names` are English names of its metrics; `is_part` says of what they are of whether it alone is another metric.
    """
    share = _share(wanted)
    said = {name: noun for name in names if (noun := _noun(name))}
    wholes = {name for name, noun in said.items() if " " in name and is_part(noun)}
    nouns = sorted({_told_whole(name) if name in wholes else noun for name, noun in said.items()})
    if share is None or share < _LEAST or not nouns or wanted.limit is not None:
        return wanted
    is_of_any = wholes != said.keys()  # "at a 10% retention ratio" is of no training memory
    return replace(wanted, told=_pattern(share, wanted.op == ">", nouns, is_of_any, words))


def with_loss(wanted: Outcome, names: Iterable[str], words: QuestionWords) -> Outcome:
    """A small loss of what is to be high, with what texts say: "only a 0.7% drop", "retains 99.3% of performance"."""
    value = wanted.value
    is_small = wanted.op in ("<", "<=") and value is not None and value <= _MOST_LOST
    if not is_small or value is None or wanted.unit not in ("%", "points") or wanted.limit is not None:
        return wanted
    lost, kept = (words.meaning(meaning)[0].facts for meaning in ("little-lost", "mostly-kept"))
    noun, down, keep = (rf"\b{_either(some)}\b" for some in ({*lost["noun"], *names}, lost["stated"], kept["stated"]))
    below = "|".join([*map(str, range(ceil(value))), *([rf"{value:g}(?!\.)"] if wanted.op == "<=" else [])])
    small = rf"(?:(?<![\d.])(?:{below}){_PERCENT}|(?:{_either(_BELOW)}) (?:an? )?{value:g}\s?\\?%)"
    whole = rf"(?<![\d.])(?:{'|'.join(str(n) for n in range(ceil(100 - value), _MOST_KEPT))}){_PERCENT}"
    few = r"(?:[ -]\w+){0,4}?[ -]"
    forms = [
        rf"{small}{few}{down}",
        rf"{noun}{few}{down}(?: \w+){{0,4}} {small}",
        rf"{down} (?:in|of){few}{noun}(?: \w+){{0,4}} {small}",
        rf"{keep}{_GAP}{whole}{few}{noun}",
    ]
    return replace(wanted, told=hinted(f"(?i){'|'.join(forms)}", sorted({*lost["noun"], *lost["stated"]})))


def with_room(wanted: Outcome) -> Outcome:
    """A level that must suffice, with what texts say of the memory that they need: "within a single 24GB GPU"."""
    if wanted.unit not in _ROOMS or wanted.value is None or not 1 <= wanted.value <= _MOST_ROOM:
        return wanted
    most = int(wanted.value)
    below = "|".join([*(rf"{n}(?:\.\d+)?" for n in range(1, most)), str(most)])
    number = rf"(?<![\d.])(?:{below})"
    unit = wanted.unit.lower()
    said = rf"{_WITHIN}(?: \w+){{0,4}}? {number}[ -]?{unit}\b(?:[ -]\w+){{0,2}}?[ -]{_ROOM}"
    return replace(wanted, told=hinted(f"(?i){said}", [unit]))


def with_size(wanted: Outcome) -> Outcome:
    """A threshold on how many parameters a model has, with how texts write sizes: "Qwen2.5-0.5B", "124M parameters"."""
    if wanted.change or wanted.unit or wanted.value is None or wanted.limit is not None or wanted.op == "=":
        return wanted
    sizes = (("B", "billion", 1e9, _NO_MODEL), ("M", "million", 1e6, r"[ -]param"))
    ways = [
        rf"{number}[ -]?(?:{letter}|{word})\b{behind}"
        for letter, word, scale, behind in sizes
        if (number := _numbers(wanted.value / scale, wanted.op))
    ]
    return replace(wanted, told=rf"(?i)(?<![A-Za-z\d.])(?:{'|'.join(ways)})") if ways else wanted


def _numbers(limit: float, op: str) -> str:
    """A pattern for the numbers below 1000 on one side of a limit; "" for none."""
    if limit < 1:
        return ""  # it is written on a smaller scale
    whole, is_below = int(limit), op in ("<", "<=")
    if is_below:
        least, most = 0, min(whole, _MOST_SIZE) - 1
        others = [str(whole)] if op == "<=" or limit > whole else []
    else:
        least, most = whole + (op == ">" or limit > whole), _MOST_SIZE - 1
        others = [rf"{whole}\.\d*[1-9]"] if op == ">" and limit == whole else []
    said = [rf"(?:{_between(least, most)})(?:\.\d+)?"] if least <= most else []
    return rf"(?:{'|'.join([*said, *(one for one in others if whole < _MOST_SIZE)])})" if said else ""


def _between(least: int, most: int) -> str:
    """A pattern for the whole numbers from one to another.

    >>> _between(34, 999)
    '3[4-9]|(?:[4-9])[0-9]|(?:(?:[1-9])[0-9])[0-9]'
    """
    if most < 10:
        return f"[{least}-{most}]"
    if least < 10:
        return f"[{least}-9]|{_between(10, most)}"
    (first, start), (last, end) = divmod(least, 10), divmod(most, 10)
    if first == last:
        return f"{first}[{start}-{end}]"
    out = [f"{first}[{start}-9]"] if start else []
    whole = (first + bool(start), last - (end < 9))
    if whole[0] <= whole[1]:
        size = 10 ** len(str(whole[0]))  # 4 to 99 are 4 to 9 and 10 to 99
        parts = [whole] if whole[1] < size else [(whole[0], size - 1), (size, whole[1])]
        out += [f"(?:{_between(*part)})[0-9]" for part in parts]
    return "|".join([*out, *([f"{last}[0-{end}]"] if end < 9 else [])])


def _share(wanted: Outcome) -> float | None:
    """How many per cent less are asked for; None where that is not what is asked."""
    if wanted.value is None or wanted.op not in (">=", ">"):
        return None
    if wanted.unit == "%" and wanted.change == "decrease":
        return wanted.value
    is_factor = wanted.unit == "x" and (wanted.change == "decrease" or (not wanted.change and wanted.savings))
    return 100 - 100 / wanted.value if is_factor and wanted.value > 1 else None


def _noun(name: str) -> str:
    """What there is less of: "tokens" of "visual tokens", "memory" of "memory usage"."""
    said = re.findall(r"[A-Za-z]{4,}|KV cache", name)
    said = [word for word in said if word.lower() not in _OF]
    return said[-1].lower().removesuffix("s") if said else ""


def _told_whole(name: str) -> str:
    """A name without the word that says how much there is: "training memory" of "training memory usage"."""
    return " ".join(word for word in name.lower().split(" ") if word not in _OF)


def sized(name: str) -> str:
    """What a name is the size of: "cache" of "KV cache size"; "" where it is the name of no size."""
    return _noun(name) if name.split(" ")[-1] in _OF else ""


def _pattern(share: float, more: bool, nouns: list[str], is_of_any: bool, words: QuestionWords) -> str:
    """A pattern for a sentence that says of one of some nouns that so much is left out, or so little kept.

    Where it `is_of_any`, a rate counts too that does not say of what it is.
    """
    noun = rf"(?:{'|'.join(map(re.escape, nouns))})s?\b"
    down, keep = (_said(words, meaning) for meaning in ("decrease", "keep"))
    first = ceil(share + 1e-9) if more else ceil(share)
    percent = rf"(?<![\d.])(?:{'|'.join(str(n) for n in range(first, 101))}){_PERCENT}"
    kept = rf"(?<![\d.])(?:{'|'.join(str(n) for n in range(100 - first + 1))}){_PERCENT}"
    factor = ceil(100 / (100 - share) - 1e-9) if share < 100 else 1000
    times = rf"(?<![\d.])(?:{'|'.join([*map(str, range(factor, 10)), '[1-9][0-9]{1,3}'])}){_TIMES}"
    forms = [
        rf"{down}{_GAP}{percent}{_WORDS}{noun}",
        rf"{percent}{_WORDS}{noun}(?: \w+)?[ -]{down}",
        rf"{noun}(?: \w+)? (?:\w+ )?{down} by{_GAP}{percent}",
        rf"{down}(?: the)?(?: \w+){{0,3}} {noun}(?: \w+)? by{_GAP}{percent}",
        rf"{keep}{_GAP}{kept}{_WORDS}{noun}",
    ]
    if is_of_any:
        forms += [rf"{percent} (?:\w+ )?{down} {_RATE}", rf"{down} {_RATE} {_UP_TO}{percent}"]
        forms += [rf"{kept} (?:\w+ )?{keep} {_RATE}", rf"{keep} {_RATE} {_UP_TO}{kept}"]
    if is_of_any and factor <= 10:
        deeds = {deed for word in words.meaning("decrease") for deed in word.facts.get("noun", ()) if deed.isascii()}
        forms.append(rf"{times}(?:[ -]\w+){{0,2}}[ -](?:{noun}[ -]{down}|{down} {noun})")
        forms.append(rf"{times} (?:{'|'.join(sorted(deeds))})\b")  # "at 8x compression"
    return hinted(f"(?i){'|'.join(forms)}", nouns)


def _either(words: Iterable[str]) -> str:
    """A pattern for one of some words, in lower case."""
    return f"(?:{'|'.join(map(re.escape, sorted({word.lower() for word in words})))})"


def _said(words: QuestionWords, meaning: str) -> str:
    """A pattern for the English words of a meaning, and those by which texts say it."""
    own = [word for word in words.meaning(meaning) if not word.facts.keys() & {"metric", "value", "unit"}]
    labels = {label.lower() for word in own for label in (*word.labels, *word.facts.get("stated", ()))}
    ranked = sorted((label for label in labels if label.isascii()), key=lambda label: (-len(label), label))
    return rf"\b(?:{'|'.join(map(re.escape, ranked))})\b"
