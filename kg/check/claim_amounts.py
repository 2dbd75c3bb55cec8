"""Numbers with their units, bounds and directions in claims and papers, and how two of them agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import NamedTuple

from kg.build.amounts import Quantity, plain, quantities
from kg.files import toml_file
from kg.query.units import kin
from kg.text import fold

_told = partial(toml_file, __file__, "claim_amounts.toml")
#: How numbers agree, the closest first; the last two say that they do not.
AGREEMENTS = ("same", "rounded", "unitless", "converted", "complement", "near", "other unit", "")
_RATIOS = ("%", "points", "x")
_CLAUSE = re.compile(r"[,;:，；：。()（）]|\b(?:while|whereas|but)\b")
_DIGITS = re.compile(r"\d[\d,]*(?:\.(\d+))?")


class Amount(NamedTuple):
    """A number at [start, end) of a text, or a range."""

    start: int
    end: int
    low: float
    high: float
    unit: str  # "" for a bare number
    bound: str  # exact, about, up_to, at_least, at_most or average
    is_word: bool = False


@cache
def _words() -> re.Pattern[str]:
    words = _told()["words"]
    either = {name: "|".join(sorted(words[name], key=len, reverse=True)) for name in words}
    han = rf"[{either['han'].replace('|', '')}\d]+"
    return re.compile(
        rf"\b(?P<whole_and>{either['counts']}) and a half\b|"
        rf"\b(?:(?:a|one) )?(?P<share>{either['parts']}) (?:of )?(?:a|an|one) (?=per ?cent|point)|"
        rf"\b(?P<run>(?:{either['counts']})(?:(?:[ -]| and )(?:{either['counts']}))+)\b(?!-)|"
        rf"\b(?:(?P<count>{either['counts']})[ -])?(?P<part>(?:{either['parts']})s?)\b|(?P<half>{either['halves']})|"
        rf"(?:\b(?P<fold>[a-z]*(?:fold|times|twice|thrice|doubl|tripl|quadrup)\w*)\b|(?P<hanfold>翻倍|翻番))|"
        rf"\b(?:one|a|1)\b[^.;,]{{0,24}}? (?:in|of every|out of) (?P<whole>{either['counts']}|\d+)\b|"
        rf"(?<![\d./])1/(?P<over>\d+)(?![\d./])|"
        rf"(?P<below>{han})分之(?P<above>{han})|(?P<hantimes>{han})倍|"
        rf"(?P<tenths>[{either['han'].replace('|', '')}])成|\b(?P<bare>{either['counts']})\b(?!-)",
        re.IGNORECASE,
    )


def amounts(text: str) -> list[Amount]:
    """The numbers of a text in digits and words, in order and without overlap."""
    bare = plain(text)
    read = quantities(bare)
    found = [_amount(bare, one) for one in read]
    for one in read:  # "256" in "from 256 to 30 steps"
        if (origin := _DIGITS.match(one.origin)) and (at := bare.rfind(origin[0], 0, one.number)) >= 0:
            value = float(origin[0].replace(",", ""))
            found.append(Amount(at, at + len(one.origin), value, value, one.unit, "exact"))
    for said in _in_words(bare):
        over = [one for one in found if one.start < said.end and said.start < one.end]
        if all(said.start <= one.start and one.end <= said.end and said[:2] != one[:2] for one in over):
            found = [one for one in found if one not in over] + [said]  # "three hundred times", "one token in 45"
    return sorted(found)


def _amount(text: str, one: Quantity) -> Amount:
    low, high = one.value if isinstance(one.value, tuple) else (one.value, one.value)
    unit, end = one.unit.partition(" ")[0] if one.unit[:2] in ("K ", "M ", "B ") else one.unit, one.end
    if not unit:
        for scale, labels in _told()["scales"].items():
            if behind := re.match(rf"\s?({'|'.join(labels)})(?![A-Za-z])", text[end:]):
                share = _told()["shares"].get(behind[1], 1)  # 万 is a hundredth of a million
                low, high, unit, end = low * share, high * share, scale, end + behind.end()
                break
    is_word = not any(map(str.isdigit, text[one.number : one.end]))
    return Amount(one.number, end, low, high, unit, _bound(text, one.start, one.number, end, one.bound), is_word)


def _in_words(text: str) -> Iterator[Amount]:
    words = _told()["words"]
    counts, han = words["counts"], words["han"]
    for match in _words().finditer(text):
        value, unit = 0.0, "%"
        if match["part"] and (match["count"] or match["part"].lower() in words["halves"]):
            value = 100 * counts.get((match["count"] or "one").lower(), 1) / words["parts"][_singular(match["part"])]
        elif match["half"]:
            value = 50.0
        elif match["fold"] or match["hanfold"]:
            value, unit = words["folds"].get((match["fold"] or match["hanfold"]).lower(), 0), "x"
        elif whole := match["whole"] or match["over"]:
            value = 100 / (counts.get(whole.lower()) or float(whole) or 1)
        elif match["below"]:
            value = 100 * _han(match["above"], han) / (_han(match["below"], han) or 1)
        elif match["hantimes"]:
            value, unit = _han(match["hantimes"], han), "x"
        elif match["tenths"]:
            value = 10.0 * han[match["tenths"]]
        elif match["share"] or match["whole_and"] or match["run"] or match["bare"]:
            (behind,) = quantities(f"1 {text[match.end() : match.end() + 30].lstrip(' -')}")[:1]
            unit = behind.unit.partition(" ")[0]
            if match["share"]:  # "half a percent"
                value = 1 / words["parts"][match["share"].lower()]
            else:
                said = (match["whole_and"] or match["run"] or match["bare"]).lower().replace("-", " ").split()
                value = _count([counts[word] for word in said if word in counts]) + 0.5 * bool(match["whole_and"])
                value = value if value > 1 or unit in (*_RATIOS, "K", "M", "B") else 0.0
        if value:
            bound = _bound(text, match.start(), match.start(), match.end(), _before(text, match.start()))
            yield Amount(*match.span(), float(value), float(value), unit, bound, True)


def _singular(part: str) -> str:
    part = part.lower()
    return part if part in _told()["words"]["parts"] else part.removesuffix("s")


def _han(number: str, digits: dict[str, int]) -> float:
    return float(number) if number.isdecimal() else _count([digits.get(one, 0) for one in number])


def _count(words: list[int]) -> float:
    """The number that words give together: 2, 100, 5, 10 are "two hundred and fifty", 二百五十."""
    total = last = 0
    for value in words:
        if value >= 100 or (value in (10, 12) and last):
            total, last = total + (last or 1) * value, 0
        else:
            last += value
    return float(total + last)


def _before(text: str, start: int) -> str:
    """The bound that stands before a number in words, by the grammar of those in digits."""
    found = quantities(f"{text[max(0, start - 30) : start]}7")
    return found[-1].bound if found and found[-1].value == 7 else "exact"


def _bound(text: str, start: int, number: int, end: int, told: str) -> str:
    first, last = clause(text, start, end)
    bounds: dict[str, list[str]] = _told()["bounds"]
    before, around = text[start:number].lower(), text[first:last].lower()
    for bound in ("at_least", "at_most"):  # "no less than" first
        if any(word in before for word in bounds[bound]):
            return bound
    for bound in ("at_least", "up_to", "average") if told in ("exact", "about") else ():
        if any(re.search(rf"(?<![a-z]){word}(?![a-z])", around) for word in bounds[bound]):
            return bound
    return told


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause that holds [start, end)."""
    first = max((found.end() for found in _CLAUSE.finditer(text, 0, start)), default=0)
    after = _CLAUSE.search(text, end)
    return first, after.start() if after else len(text)


def agreement(own: Amount, held: Amount, written: str, ways: tuple[str, str] = ("", "")) -> str:
    """How a claim's number agrees with a paper's, one of AGREEMENTS.

    `written` is how the claim has it, `ways` where each goes: "up", "down" or "" for neither.
    """
    near: dict[str, float] = _told()["near"]
    about = near["rounded"] if own.is_word or own.bound in ("about", "at_least", "at_most") else near["exact"]
    factor = _factor(own.unit, held.unit)
    if factor is not None:
        low, high = held.low * factor, held.high * factor
        ends = [(own.low, low), (own.high, high)] if own.low != own.high else [(own.low, low)] * (low == high)
        ends = ends or [(own.low, low if abs(own.low - low) < abs(own.low - high) else high)]
        apart = max(_apart(one, other) for one, other in ends)
        unit = "same" if own.unit or not held.unit else "unitless"
        if apart <= 1e-9 or (apart <= near["exact"] and factor != 1):
            return unit
        rounds = max(abs(one - other) for one, other in ends) <= _half(written) and apart <= near["loose"]
        if rounds or apart <= about:
            return "rounded"
        if apart <= near["loose"] and own.bound != "exact":
            return "near"
    if own.unit in _RATIOS and held.unit in _RATIOS:
        name = "complement" if _RATIOS[2] not in (own.unit, held.unit) else "converted"
        pairs = [(one, other) for one in _ratios(own, ways[0]) for other in _ratios(held, ways[1])]
        is_turned = name == "converted" or ways[0] != ways[1] or not ways[0]
        if is_turned and any(_apart(one, other) <= max(about, near["conversion"]) for one, other in pairs):
            return name
    if {own.low, own.high} == {held.low, held.high}:
        return "unitless" if "" in (own.unit, held.unit) else "other unit"
    return ""


def _factor(unit: str, other: str) -> float | None:
    """What values of another unit are multiplied with; None where the units do not convert."""
    if unit == other or {unit, other} == {"%", "points"}:
        return 1.0
    return kin(other).get(unit)


def _ratios(one: Amount, way: str) -> list[float]:
    """What is left of something, or is of it, by a factor or share that it goes up or down by, or neither."""
    out = []
    for value in {one.low, one.high}:
        if one.unit == "x":
            out += [value, 1 / value] if value else []
        else:
            out += [1 - value / 100] * (way != "up") + [1 + value / 100] * (way != "down") + [value / 100] * (not way)
    return [ratio for ratio in out if ratio > 0]


def _apart(one: float, other: float) -> float:
    return abs(one - other) / max(abs(other), 1e-12)


def _half(written: str) -> float:
    """Half of a unit of the last place of a number as it is written."""
    found = _DIGITS.search(written)
    return 0.5 * 10.0 ** -len(found[1] or "") if found else 0.5


@cache
def idle() -> frozenset[str]:
    """Everyday words that name no slot, in lower case."""
    return frozenset(_told()["idle"]["words"])


@cache
def comparing() -> frozenset[str]:
    """Words behind which a clause says what something is compared with, in lower case."""
    return frozenset(_told()["comparing"]["words"])


@cache
def opposites() -> dict[str, frozenset[str]]:
    """The words that turn what a word says, both folded."""
    out: dict[str, set[str]] = {}
    for one, other in _told()["opposites"]["pairs"]:
        out.setdefault(fold(one), set()).add(fold(other))
        out.setdefault(fold(other), set()).add(fold(one))
    return {word: frozenset(others) for word, others in out.items()}
