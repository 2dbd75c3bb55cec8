"""The numbers of a text by value, however they are written: "1亿" is 1e8, "1,100" is 1100, "一半" is 50 %.

`kg.extract.numbers` reads the quantities that can be outcomes; here every number counts, those in names, in words and
of things that are counted too, for what a text says anywhere may bear a claim out. Units and LaTeX are read as there.
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

ORDER = "order"  # of magnitude
#: Units of results that only name what is counted: "30 steps" and "30步" are thirty.
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
#: What makes a number behind it a factor: "×8", "a factor of 8"; in "8×8" it is a size.
_TIMES = re.compile(r"(?:(?:^|[^A-Za-z\d\s])\s{0,2}|[A-Za-z]\s{1,2})[x×]\s{0,2}$|\bfactors? of(?: \w+){0,2} $")
_LONGEST = 15  # digits of a number; longer ones are none (hashes, identifiers)


class Amount(NamedTuple):
    """A number that stands at [start, end) of a text."""

    start: int
    end: int
    value: float
    unit: str  # a unit of results, "order" (of magnitude), or "" for a bare number
    step: float  # what one more in its last digit is worth
    spelled: bool = False  # in words
    named: bool = False  # a part of a name: "7" in "Llama-7B"
    shared: bool = False  # its unit stands behind a later number of a list, and may be that one's alone


@cache
def lexicon() -> dict[str, dict[str, Any]]:
    """The tables of `lexicon.toml`."""
    return tomllib.loads((files("kg.check") / "lexicon.toml").read_text("utf-8"))


def _values(table: dict[str, Any]) -> dict[str, float]:
    return {word: float(value) for word, value in table.items()}


@dataclass(frozen=True)
class _Grammar:
    """What numbers are made of, from `lexicon.toml` and the units of results."""

    english: dict[str, float]
    ordinal: dict[str, float]  # and other words that say a number beside what they mean
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
        # A Chinese character may follow a unit at once ("7%提升", "3ms内"), and is a letter to "\b".
        body = "|".join(f"(?P<u{i}>{pattern})" for i, (_, pattern) in enumerate(units))
        scales = sorted(said["scale"], key=len, reverse=True)
        # "110m" is millions, "2 m" are metres; "95百分位" is no hundred.
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
        """The unit that stands at a place, and where it ends; ("", at) where none does."""
        found = self.unit.match(text, at)
        return (self.unit_names[int(found.lastgroup[1:])], found.end()) if found and found.lastgroup else ("", at)

    def behind(self, text: str, at: int) -> tuple[float, str, int]:
        """Scale and unit behind a number, and where they end."""
        unit, end = self.unit_at(text, at)
        if unit:
            return 1.0, unit, end
        scale = self.scaled.match(text, at)
        if not scale:
            return 1.0, "", at
        unit, end = self.unit_at(text, scale.end())
        return self.scale[scale["scale"] if scale["scale"] in self.scale else scale["scale"].lower()], unit, end


def amounts(text: str) -> list[Amount]:
    """All numbers of a text, in order; one in a range or list has the unit that stands once behind the last.

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
    """How many things each list of a text names: "RULER, LooGLE, and GPQA" are three."""
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
    """English words, and Chinese ones for shares."""
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
    """The value of Chinese numerals up to 99, or of digits; 0 where they make none ("三四")."""
    if text.isdecimal() and text.isascii():
        return float(text)
    digits = _Grammar.load().chinese
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or any(c not in digits for c in tens + ones):
        return 0.0
    if not ten:
        return digits[ones]
    return (digits[tens] if tens else 1.0) * 10 + (digits[ones] if ones else 0.0)
