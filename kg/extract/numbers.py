"""The grammar of quantities in running text: values, ranges, units and bounds in English, Chinese and LaTeX.

Examples: "2.35x to 2.72x", "96-142×", "\\(5.1\\times\\)", "$\\sim$2\\%", "by half", "15-50倍", "3个百分点",
"20%以上". Parsing surface forms into (value, unit, bound) follows quantulum and MeasEval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg.evidence import BY_HAND
from kg.latex import unmarked
from kg.model import Result
from kg.text import lowered


def plain(text: str) -> str:
    """The text without LaTeX around numbers, of the same length, so that offsets stay valid."""
    return unmarked(text)


class Quantity(NamedTuple):
    """A quantity in a text: [start, end) covers bound, value and unit."""

    start: int
    end: int
    value: float | tuple[float, float]
    unit: str  # "" for a bare number
    bound: str  # exact | up_to | at_least | about
    sign: str  # "+", "-" or ""
    number: int  # offset of the first digit, after bound and sign
    origin: str = ""  # "256" in "from 256 to 30 steps"


_NUMBER = r"\d{1,3}(?:(?:,| , )\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"  # `plain` turns "4{,}918" into "4 , 918"
UNITS = (
    (
        "points",
        r"%p\b|%\s?(?:pts?|points?)\b|accuracy points?\b|percentage[- ]points?|"
        r"(?:abs(?:olute)?\.? )?(?:percentage )?points?\b|p\.?p\.?(?![a-z])|"
        r"ppts?\b|pts?\b|[A-Z][A-Z\d@]{1,7} points\b|个百分点|個百分點|百分点",
    ),
    ("%", r"%|per ?cent\b|％"),
    ("x", r"[x×X](?![A-Za-z0-9])(?!\s*\d)|-?times\b|-?folds?\b(?!\s*cross)|(?=faster\b)|倍"),
    ("orders of magnitude", r"orders?[ -]of[ -]magnitudes?\b|个数量级"),
    ("tokens/s", r"(?:tokens?|toks?)\s?(?:/|per )\s?(?:s|secs?|seconds?)\b|TPS\b|(?:tokens?|toks?)\s?s\s?-1"),
    ("FPS", r"(?:end-to-end )?FPS\b|fps\b|frames?(?: per |/)s(?:ec(?:ond)?)?\b|Hz\b"),
    ("PFLOPs/s", r"(?:PFLOP[Ss]?|petaFLOP[Ss]?)(?:/s(?:ec(?:ond)?)?\b| per second)"),
    ("TFLOPs/s", r"TFLOP[Ss]?/s\b|TFLOP[Ss]? per second"),
    ("TOPS/W", r"TOPS/W\b"),
    ("GFLOPs", r"G(?:FLOPs?|FLOPS|MACs)\b"),
    ("TFLOPs", r"T(?:FLOPs?|FLOPS)\b"),
    ("QPS", r"QPS\b|queries per second"),
    ("GPU-hours", r"GPU[- ]hours?\b"),
    ("GPU-days", r"GPU[- ]days?\b"),
    ("ms", r"ms\b|milliseconds?\b|毫秒"),
    ("μs", r"[μµu]s\b|microseconds?\b"),
    ("s", r"s\b(?!-)|secs?\b|seconds?\b|秒"),
    ("min", r"min(?:ute)?s?\b|分钟"),
    ("hours", r"hours?\b|hrs?\b|h\b|小时"),
    ("days", r"days?\b"),
    ("dB", r"dB\b"),
    ("GB", r"GB\b|GiB\b|gigabytes?\b"),
    ("MB", r"MB\b|MiB\b|megabytes?\b"),
    ("KB", r"[Kk]B\b|KiB\b"),
    ("TB", r"TB\b"),
    ("mJ", r"mJ\b"),
    ("J", r"J\b|joules?\b"),
    ("mW", r"mW\b"),
    ("W", r"W\b|watts?\b"),
    ("bpp", r"bpp\b"),
    ("bits", r"bits?\b|比特"),
    ("B tokens", r"(?:B|billion) (?:\w+ )?tokens\b"),
    ("M tokens", r"(?:M|million)(?: |-)(?:\w+ )?(?:tokens?|context)\b"),
    ("K tokens", r"(?:K|k|thousand)(?: |-)(?:\w+ )?(?:tokens?|context|sequence)\b"),
    ("K parameters", r"(?:K|k|thousand) (?:\w+ )?param(?:eter)?s\b"),
    ("M", r"(?:M|million) (?:\w+ )?param(?:eter)?s?\b"),
    ("B", r"(?:B|billion) (?:\w+ )?param(?:eter)?s?\b"),
    ("steps", r"(?:\w+ )?steps?\b|步"),
    ("layers", r"layers?\b"),
    ("tokens", r"tokens?\b"),
)
#: Units that may be written once for two numbers: "206 / 30 fps".
_SHAREABLE = ("%", "x", "points", "FPS", "tokens/s", "ms", "s", "dB", "GB", "MB")
_UNIT = "|".join(f"(?P<u{i}>{pattern})" for i, (_, pattern) in enumerate(UNITS))
_UNIT_AT = re.compile(rf"\s{{0,7}}-?\s?(?:{_UNIT})")
_RANGE = re.compile(
    rf"(?P<sign>(?:[+-]|±\s{{0,2}})(?=\s?[\d.])\s?)?(?P<times>[×x]\s{{0,2}}(?=\d))?(?P<low>{_NUMBER})"
    r"(?P<unit>\s{0,7}(?:%|[x×X](?![A-Za-z])|ms|s|dB|GB|MB|倍)(?=\s{0,7}(?:-|~|to\b|and\b)))?"
    rf"(?:(?P<joint>\s{{0,7}}(?:-{{1,2}}|~|to|—|→|至|到)\s{{0,7}}|(?P<and>\s+and\s+))\+?(?P<high>{_NUMBER}))?"
)
_DIGIT = re.compile(r"\d")
_SIGNS = 8  # longest prefix of a range before its first digit
_BEFORE = re.compile(r"(?:[A-Za-z]|[\d.,]|[A-Za-z]-|\d-|[A-Za-z]@|(?<![\d%x×])/|[_^:])$")
_FROM = re.compile(
    rf"\bfrom (?:about |around |roughly |~\s?)?(?P<from>(?:{_NUMBER})(?:-(?:{_NUMBER}))?)"
    r"(?P<unit>[^\d,;.]{0,24}?) ?(?:down |up )?to "
    r"(?:only |just |about |around |nearly |approximately |as few as |as little as |~\s?)?$",
    re.IGNORECASE,
)
_FROM_HERE = re.compile(r"\bfrom\s+$")
_BETWEEN = re.compile(r"\bbetween\s+$")
_RANGING = re.compile(r"\b(?:rang|gain|speed-?up|improvement|var|span)\w*\s+from\s+$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:improv|increas|rais|boost|lift|enhanc|reduc|lower|decreas)\w* [^.;]*?\bfrom\s+$", re.IGNORECASE
)
_BY = re.compile(r"\bby\s+$", re.IGNORECASE)
_FACTOR = re.compile(r"\bfactors? of (?:up to |about |around |approximately |nearly |over |~ ?)?$", re.IGNORECASE)
_BEFORE_THAT = re.compile(r"\s*\((?:(?:up|down|improved|reduced) )?(?:from|was|before:?)\s*")
_ORIGIN = re.compile(r"[^,;.\d]{0,24}?\b(?:down |up )?to\s[^,;.\d]{0,24}")
_NAME_BEFORE = re.compile(r"[A-Z][\w.-]*[ -]?$")
_SHARED = re.compile(r"\s*(?:/|\||,|,? and|,? or)\s*")
#: Matched against lower-case text.
_PREFIX = re.compile(
    r"(?P<up_to>\bup ?to(?: an?| about| around| approximately| ~)?|\bas (?:much|high|many|large|far) as(?: an?)?|"
    r"\bat most|\bless than|\bfewer than|\bunder|\bbelow|\bwithin|\bno more than|\bmaximum(?: of)?|\bmax|<=|[<≤]|"
    r"高达|可达|最高|最多|不超过|低于|不足)[\s(]*(?:a |an |only |just |over )?[\s+]*$|"
    r"(?P<at_least>\bat least|\bover|\bmore than|\babove|\bexceed(?:s|ing|ed)?|\bbeyond|\bno less than|\bgreater than|"
    r"\bsurpass(?:es|ing)?|\bupwards of|\bwell over|>=|[>≥]|超过|至少|逾|超)[\s(]*(?:a |an |only |just )?[\s+]*$|"
    r"(?P<about>\babout|\baround|\bnearly|\balmost|\bapproximately|\broughly|\bclose to|\bsome|\bnear|\bcirca|~|"
    r"\bapprox\.?|约|近|大约|接近)[\s(]*(?:a |an |only |just )?[\s+]*$"
)
_SUFFIX = re.compile(
    r"\s?(?P<at_least>\+(?!\d)|以上|or more\b|and above\b)|\s?(?P<about>左右|上下)|\s?(?P<up_to>以内|以下|or less\b)"
)
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = "|".join(_COUNTS[1:])
_WORDS = re.compile(
    r"\b(?P<half>(?:by|to|in|nearly|about|almost|roughly|only) half|halv(?:es?|ed|ing)\b|half (?:of )?the\b)|"
    r"\b(?P<double>doubl(?:es|ed|ing)\b(?=\s+(?:the|its|inference|training|throughput))|twice\b(?= (?:as|the|faster)))|"
    r"\b(?P<triple>tripl(?:es|ed|ing)\b(?=\s+(?:the|its|throughput)))|"
    rf"\b(?:(?P<from>{_COUNT})(?: to |-))?(?P<times>{_COUNT})(?: times\b|[ -]?fold\b)|"
    rf"\b(?:(?P<orders>one|an?|{_COUNT})[ -]+)?order(?P<several>s?)[- ]of[- ]magnitudes?\b|"
    r"(?<![\w./-])(?P<part>\d)/(?P<whole>\d{1,3})(?P<th>\s?[x×]|th\b|(?= (?:of )?the\b))|"
    r"\b(?P<third>one[ -]third|two[ -]thirds|one[ -]quarter|a quarter|a third|three[ -]quarters)"
    r"(?= (?:of )?(?:the|its)\b)|"
    r"(?P<han>翻倍|减半|一个数量级|两个数量级)",
    re.IGNORECASE,
)
#: Every match of `_WORDS` contains one of these; they are checked first, because most sentences contain none.
_LIMITS = ("up_to", "at_least")
#: What stands between two numbers that share a bound: "[ faster on phones and ]" of "up to 2x faster on phones and 3x".
_LISTED = re.compile(r"(?:[^.;:\d]|(?<=[A-Za-z-])\d){0,80}?(?:(?P<and>,? and )|, )(?:an? )?[\s+]*")
_WORDS_SIGNS = (
    *("half", "halv", "doubl", "twice", "tripl", "times", "fold", "third", "quarter", "/", *"倍半级"),
    *("order of", "order-of", "orders of", "orders-of"),
)
_HAN_WORDS = {"翻倍": (2.0, "x"), "减半": (50.0, "%"), "一个数量级": (10.0, "x"), "两个数量级": (100.0, "x")}
_PARTS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4}


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text returned by `plain`, in order and without overlap.

    >>> [(q.value, q.unit, q.bound) for q in quantities("up to 2.4x, from 1.3 to 0.9 GB")]
    [(2.4, 'x', 'up_to'), (0.9, 'GB', 'exact')]
    """
    out: list[Quantity] = []
    for quantity in sorted([*_digits(text), *_words(text)], key=lambda q: (q.start, -q.end)):
        if out and quantity.origin and _ORIGIN.fullmatch(text[out[-1].end : quantity.number]):
            out[-1] = quantity
        elif not out or quantity.start >= out[-1].end:
            out.append(quantity)
    for i in range(len(out) - 2, -1, -1):  # "206 / 30 fps", "2.6 and 3.7×": the unit is written once
        one, two = out[i : i + 2]
        if not one.unit and two.unit in _SHAREABLE and _SHARED.fullmatch(text[one.end : two.start]):
            named = _NAME_BEFORE.search(text[: one.start])  # "RTX 4090, 4.8x"
            out[i] = one if named else one._replace(unit=two.unit)
    for i in range(len(out) - 2, -1, -1):  # "57.6% (from 41.9%)"
        one, two = out[i : i + 2]
        if one.unit == two.unit and not one.origin and _BEFORE_THAT.fullmatch(text, one.end, two.start):
            out[i : i + 2] = (
                [one._replace(origin=text[two.number : two.end])] if text[two.end : two.end + 1] == ")" else [one, two]
            )
    for i in range(1, len(out)):  # "up to 2x faster on phones and 3x on servers"
        one, two = out[i - 1 : i + 1]
        between = _LISTED.fullmatch(text, one.end, two.start)
        if between and one.bound in _LIMITS and two.bound == "exact" and (between["and"] or one.unit == two.unit):
            out[i] = two._replace(bound=one.bound)
    return out


def _digits(text: str) -> Iterator[Quantity]:
    at = 0
    while digit := _DIGIT.search(text, at):
        match = _RANGE.search(text, max(at, digit.start() - _SIGNS))
        if not match:
            return
        at = match.end()
        if _BEFORE.search(text[max(0, match.start() - 2) : match.start()]) and not match["times"]:
            at = match.end("low")
            continue
        size = match["times"] and text[: match.start()].rstrip()[-1:].isdigit()  # 800×800
        if size or (match["sign"] or "").startswith("±"):  # the deviation of the previous value
            at = match.end("low")
            continue
        quantity = _read(text, match)
        at = max(match.end("low"), quantity.end)
        yield quantity


def _read(text: str, match: re.Match[str]) -> Quantity:
    """The quantity of a match of `_RANGE`: its value or range, the unit after it, the bound before it."""
    low, end = _float(match["low"]), match.end("low")
    high = None
    window = text[max(0, match.start() - 60) : match.start()]
    if match["high"] and (not match["and"] or _BETWEEN.search(window)) and not _resumes(text, match):
        high, end = _float(match["high"]), match.end()
    unit, end = _unit(text, end)
    if not unit and (match["times"] or _FACTOR.search(window)):
        unit = "x"
    value: float | tuple[float, float] = low
    origin = ""
    if high is not None and _is_step(match, window, unit):
        value, origin = high, match["low"] + (match["unit"] or "").strip()
    elif high is not None:
        value = (min(low, high), max(low, high))
    if not origin and (prefix := _FROM.search(window)):
        ranging = re.search(r"\brang\w*\s*$", window[: prefix.start()])
        origin = "" if ranging else prefix["from"] + prefix["unit"].rstrip()
    bound, start = _bound(text, match.start())
    after = _SUFFIX.match(text, end)
    if after and after.lastgroup and bound == "exact":
        bound, end = after.lastgroup, after.end()
    if unit == "orders of magnitude" and low.is_integer():
        value, unit = 10.0 ** min(low, 9.0), "x"
    sign = (match["sign"] or "").strip()
    return Quantity(start, end, value, unit, bound, sign, match.start("low"), origin)


def _is_step(match: re.Match[str], window: str, unit: str) -> bool:
    """Whether "A to B" is a step ("from 91.7% to 94.1%") and not a range ("2x to 3x")."""
    if match["joint"].strip() == "→":
        return True
    if match["joint"].strip() != "to":
        return False
    if unit == "x":
        return bool(_CHANGED.search(window))
    if _FROM_HERE.search(window):
        return not _RANGING.search(window)
    return not unit and "." in match["low"] and not _BY.search(window)


def _resumes(text: str, match: re.Match[str]) -> bool:
    """Whether the apparent end of a range belongs to a name: "80% to 7B", "2-3B models"."""
    named = re.match(r"[A-Za-z]\d|-\w", text[match.end() : match.end() + 2])
    return bool(named) and not _UNIT_AT.match(text, match.end())


def _words(text: str) -> Iterator[Quantity]:
    """Quantities in words: "by half", "threefold", "two orders of magnitude", "1/8x", "two thirds of the"."""
    low = text.lower()
    if not any(map(low.__contains__, _WORDS_SIGNS)):
        return
    for match in _WORDS.finditer(text):
        read = _word(match)
        if read:
            bound, start = _bound(text, match.start())
            yield Quantity(start, match.end(), *read, bound, "", match.start())


def _word(match: re.Match[str]) -> tuple[float | tuple[float, float], str] | None:
    """Value and unit of a match of `_WORDS`; None for "orders of magnitude" without a count."""
    if match["half"]:
        return 50.0, "%"
    if match["double"] or match["triple"]:
        return (2.0 if match["double"] else 3.0), "x"
    if match["times"]:
        high = _count(match["times"])
        return ((_count(match["from"]), high) if match["from"] else high), "x"
    if match["part"]:
        share = int(match["part"]) / max(int(match["whole"]), 1)
        if not 0 < share < 1:
            return None
        return (round(share, 4), "x") if match["th"] else (round(100 * share, 1), "%")
    if match["third"]:
        count, part = re.split("[ -]", match["third"].lower())
        return round(100 * _count(count) / _PARTS[part], 1), "%"
    if match["han"]:
        return _HAN_WORDS[match["han"]]
    return (10.0 ** _count(match["orders"] or "one"), "x") if match["orders"] or not match["several"] else None


def _count(word: str) -> float:
    word = word.lower()
    return _COUNTS.index(word) + 1.0 if word in _COUNTS else 1.0  # "an"


def _float(text: str) -> float:
    return float(re.sub("[, ]", "", text))


def _unit(text: str, at: int) -> tuple[str, int]:
    found = _UNIT_AT.match(text, at)
    if not found or not found.lastgroup:
        return "", at
    name = UNITS[int(found.lastgroup[1:])][0]
    glued = found.group().startswith("-") and name in ("bits", "steps", "s", "B", "layers")
    return ("", at) if glued else (name, found.end())


def _bound(text: str, start: int) -> tuple[str, int]:
    window = lowered(text[max(0, start - 32) : start])
    found = _PREFIX.search(window)
    if not found or not found.lastgroup:
        return "exact", start
    return found.lastgroup, start - len(window) + found.start()


def holds_number(result: Result) -> bool:
    """Whether the number of a result stands in its evidence, in digits or words; a person is taken at their word."""
    if result.extractor == BY_HAND:
        return True
    found = {value for quantity in quantities(plain(result.evidence.quote)) for value in _values(quantity.value)}
    return found.issuperset(_values(result.value))


def _values(value: float | tuple[float, float]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
