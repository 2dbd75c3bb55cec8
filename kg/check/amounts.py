"""Find the numbers of a text by value, in any notation: "1亿" is 1e8, "1,100" is 1100, "一半" is 50 %.

`kg.extract.numbers` reads only quantities that can be outcomes. Here every number counts, including those in names, in
words and of counted things, because any of them may support a claim. Units and LaTeX are read as in that module.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from kg.extract.numbers import UNITS, plain

ORDER = "order"  # order of magnitude
#: Result units that only name what is counted: "30 steps" and "30步" are the number 30.
_COUNTED = frozenset({"bits", "steps", "layers", "tokens", "M", "B"})
_DIGITS = r"\d{1,3}(?:(?:,| , )\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|(?<!\d)\.\d+"
_JOINT = re.compile(
    r"\s*(?:[,、]\s?)?(?:-{1,2}|~|—|→|/|,|、|\||至|到|和|与|或|及|to\b|and\b|or\b|vs\b\.?)\s*\+?", re.IGNORECASE
)
_RANGE = re.compile(r"\s*(?:-{1,2}|~|—|→|至|到|to\b)\s*\+?", re.IGNORECASE)
_PART = re.compile(r"(?<![\d./])(?P<part>\d{1,2})/(?P<whole>\d{1,3})(?![\d/])")
_HAN_PART = re.compile(r"(?P<whole>[\d一二两三四五六七八九十百]{1,4})分之(?P<part>[\d一二两三四五六七八九十]{1,4})")
_HAN = re.compile(r"[一二两双三四五六七八九十]+")
_LIST = re.compile(r"(?:[^,.;:\n]{1,30}, ){1,20}[^,.;:\n]{1,30}?(?P<comma>,)? (?:and|or) ")
_SHARE_OF = re.compile(r"\s+(?:of|the|as)\b")
_POWER = re.compile(r"(?<![\d.])10\s?\^\s*(?P<power>-?\s?\d{1,2})(?!\d)|(?<![\d.])10(?P<high>[⁰¹²³⁴-⁹]{1,2})")
_SPEEDUP = re.compile(r"\s?(?:\w+ )?(?:speed-?\s?ups?|faster|improvements?)\b")  # "a 2 speedup" lost its sign
_COMPOUND = re.compile(r"[A-Za-z]")
#: Text that makes the following number a factor: "×8", "a factor of 8"; in "8×8" it is a size.
_TIMES = re.compile(r"(?:(?:^|[^A-Za-z\d\s])\s{0,2}|[A-Za-z]\s{1,2})[x×]\s{0,2}$|\bfactors? of(?: \w+){0,2} $")
_LONGEST = 15  # digits; longer numbers are hashes or identifiers


class Amount(NamedTuple):
    """A number in a text, at [start, end)."""

    start: int
    end: int
    value: float
    unit: str  # a result unit, "order" (of magnitude), or "" for a bare number
    step: float  # value of one unit in the last digit
    spelled: bool = False  # written in words
    named: bool = False  # part of a name: "7" in "Llama-7B"
    shared: bool = False  # the unit follows a later number of a list and may apply to that number only


@cache
def lexicon() -> dict[str, dict[str, Any]]:
    """The tables of `lexicon.toml`."""
    return tomllib.loads((files("kg.check") / "lexicon.toml").read_text("utf-8"))


def _values(table: dict[str, Any]) -> dict[str, float]:
    return {word: float(value) for word, value in table.items()}


@dataclass(frozen=True)
class _Grammar:
    """The vocabulary and patterns of numbers, from `lexicon.toml` and the result units."""

    english: dict[str, float]
    ordinal: dict[str, float]  # includes other words that imply a number
    chinese: dict[str, float]
    scale: dict[str, float]
    part: dict[str, float]
    share: dict[str, tuple[float, str]]
    unit_names: tuple[str, ...]
    unit: re.Pattern[str]
    scaled: re.Pattern[str]
    word: re.Pattern[str]

    @staticmethod
    @cache
    def load() -> _Grammar:
        said = lexicon()
        units = [*said["unit"].items(), (ORDER, r"orders?[ -]of[ -]magnitudes?\b")]
        units += [(name, pattern) for name, pattern in UNITS if " " not in name and name not in _COUNTED]
        # A Chinese character may follow a unit directly ("7%提升", "3ms内"), but counts as a letter for "\b".
        body = "|".join(f"(?P<u{i}>{pattern})" for i, (_, pattern) in enumerate(units))
        scales = sorted(said["scale"], key=len, reverse=True)
        # "110m" is millions, "2 m" is meters; "95百分位" does not contain a hundred.
        alone = [rf"(?<=\d){s}" if s in ("m", "b") else s for s in scales]
        alone = [rf"{s}(?![A-Za-z\d])" if s.isascii() else rf"{s}(?!分)" for s in alone]
        words = sorted([*said["english"], *said["ordinal"], *said["part"], *said["share"]], key=len, reverse=True)
        latin = "|".join(w for w in words if w.isascii())
        han = "|".join(w for w in words if not w.isascii())
        return _Grammar(
            _values(said["english"]),
            _values(said["ordinal"]),
            _values(said["chinese"]),
            _values(said["scale"]),
            _values(said["part"]),
            {word: (float(value), unit) for word, (value, unit) in said["share"].items()},
            tuple(name for name, _ in units),
            re.compile(rf"\s{{0,9}}-?\s?(?:{body})".replace(r"\b", r"(?![A-Za-z\d])")),
            re.compile(rf"\s{{0,4}}-?(?P<scale>{'|'.join(alone)})"),
            re.compile(rf"(?<![A-Za-z])(?P<latin>{latin})(?![A-Za-z]|\.\w)|(?P<han>{han})", re.IGNORECASE),
        )

    def unit_at(self, text: str, at: int) -> tuple[str, int]:
        """The unit at an offset, and its end; ("", at) when there is none."""
        found = self.unit.match(text, at)
        return (self.unit_names[int(found.lastgroup[1:])], found.end()) if found and found.lastgroup else ("", at)

    def behind(self, text: str, at: int) -> tuple[float, str, int]:
        """Scale and unit after a number, and their end."""
        unit, end = self.unit_at(text, at)
        if unit:
            return 1.0, unit, end
        scale = self.scaled.match(text, at)
        if not scale:
            return 1.0, "", at
        unit, end = self.unit_at(text, scale.end())
        return self.scale[scale["scale"] if scale["scale"] in self.scale else scale["scale"].lower()], unit, end


def amounts(text: str) -> list[Amount]:
    """All numbers of a text in order; numbers in a range or list take the unit given after the last one.

    >>> [(a.value, a.unit) for a in amounts("15-50倍，1.1万张图，翻倍，by half, two orders of magnitude")]
    [(15.0, 'x'), (50.0, 'x'), (11000.0, ''), (2.0, 'x'), (50.0, '%'), (2.0, 'order')]
    """
    flat = plain(text)
    found = sorted(
        [*_powers(flat), *_digits(flat), *_fractions(flat), *_words(flat), *_han(flat)], key=lambda a: (a.start, -a.end)
    )
    out: list[Amount] = []
    for one in found:
        if not out or one.start >= out[-1].end:
            out.append(one)
    for i in range(len(out) - 2, -1, -1):
        one, after = out[i : i + 2]
        between = flat[one.end : after.start]
        if not one.unit and after.unit and not one.named and _JOINT.fullmatch(between):
            out[i] = one._replace(unit=after.unit, shared=after.shared or not _RANGE.fullmatch(between))
    return out


def listed(text: str) -> list[Amount]:
    """The number of items in each enumeration of a text: 3 for "RULER, LooGLE, and GPQA"."""
    found = ((match, match[0].count(",") + (not match["comma"]) + 1) for match in _LIST.finditer(text))
    return [Amount(m.start(), m.end(), float(n), "", 1.0, True) for m, n in found]


def _digits(text: str) -> Iterator[Amount]:
    grammar = _Grammar.load()
    for match in re.finditer(_DIGITS, text):
        digits = re.sub("[, ]", "", match[0])
        if len(digits) > _LONGEST:
            continue
        before = text[max(0, match.start() - 2) : match.start()]
        named = bool(re.search(r"[A-Za-z]-?$|[A-Za-z]\.$", before))
        scale, unit, end = grammar.behind(text, match.end())
        step = scale * 10.0 ** -len(digits.partition(".")[2])
        times = _TIMES.search(text[max(0, match.start() - 32) : match.start()])
        if not unit and times:
            unit, named = "x", False
        named = named or (end == match.end() and bool(_COMPOUND.match(text, end)))  # "3D"
        if not unit and not named and _SPEEDUP.match(text, end):
            unit = "x"
        yield Amount(match.start(), end, float(digits) * scale, unit, step, named=named)


def _powers(text: str) -> Iterator[Amount]:
    """Powers of ten: "10^3", "$10^{-2}$", "10³"."""
    for match in _POWER.finditer(text):
        power = int((match["power"] or unicodedata.normalize("NFKC", match["high"])).replace(" ", ""))
        _, unit, end = _Grammar.load().behind(text, match.end())
        yield Amount(match.start(), end, 10.0**power, unit, 10.0**power)


def _fractions(text: str) -> Iterator[Amount]:
    for match in _PART.finditer(text):
        part, whole = int(match["part"]), int(match["whole"])
        if 0 < part < whole:
            scale, unit, end = _Grammar.load().behind(text, match.end())
            if unit in ("", "x") and scale == 1:
                yield Amount(match.start(), end, part / whole, "x", 0.005)
    for match in _HAN_PART.finditer(text):
        share = _han_value(match["part"]) / (_han_value(match["whole"]) or float("inf"))
        if 0 < share <= 1:
            yield Amount(match.start(), match.end(), share, "x", 0.005, True)


def _words(text: str) -> Iterator[Amount]:
    """Numbers in English words, and shares in Chinese words."""
    grammar = _Grammar.load()
    matches = list(grammar.word.finditer(text))
    for match in matches:
        word = match[0].lower()
        value = grammar.english.get(word) or grammar.ordinal.get(word)
        if word in grammar.share:
            yield Amount(match.start(), match.end(), *grammar.share[word], 0.1, True)
        elif word in grammar.part and _SHARE_OF.match(text, match.end()):  # "a fifth of the parameters"
            yield Amount(match.start(), match.end(), 100 / grammar.part[word], "%", 0.1, True)
        if value:
            scale, unit, end = grammar.behind(text, match.end())
            if not unit and _TIMES.search(text[max(0, match.start() - 32) : match.start()]):
                unit = "x"
            yield Amount(match.start(), end, value * scale, unit, scale, True, word in grammar.ordinal)
    for match, after in pairwise(matches):  # "two-thirds"
        count, parts = grammar.english.get(match[0].lower()), grammar.part.get(after[0].lower())
        if count and parts and after.start() - match.end() == 1:
            yield Amount(match.start(), after.end(), 100 * count / parts, "%", 0.1, True)
    for match in re.finditer(r"(?:\ban? |一?个)?(?:orders? of magnitude|(?<!参)数量级)", text):
        yield Amount(match.start(), match.end(), 1.0, ORDER, 1.0, True)


def _han(text: str) -> Iterator[Amount]:
    """Numbers in Chinese characters: "三倍", "十二", "两个数量级"."""
    grammar = _Grammar.load()
    for match in _HAN.finditer(text):
        value = _han_value(match[0])
        if value > 0:
            scale, unit, end = grammar.behind(text, match.end())
            if unit == "%":  # 三成
                value *= 10
            yield Amount(match.start(), end, value * scale, unit, scale, True)


def _han_value(text: str) -> float:
    """The value of Chinese numerals up to 99, or of digits; 0 for an invalid combination ("三四")."""
    if text.isdecimal() and text.isascii():
        return float(text)
    digits = _Grammar.load().chinese
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or any(c not in digits for c in tens + ones):
        return 0.0
    if not ten:
        return digits[ones]
    return (digits[tens] if tens else 1.0) * 10 + (digits[ones] if ones else 0.0)
