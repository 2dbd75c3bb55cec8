"""Acronym definitions in a paper, read from brackets after the expansion ("Group Tree Optimization (GTO)")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile

from kg.model import Document
from kg.text import fold

_ACRONYM = re.compile(r"\(([A-Z0-9][\w+.-]{1,11})\)|（([A-Z0-9][\w+.-]{1,11})）")
_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"[.;:()]")
_BRACKET = re.compile(r"\s*[(（][^)）]+[)）]")
_STEM = 3  # letters that two forms of a word have in common, at least
#: What may follow the stem of a word: "quantiz-er", "quantiz-ation", "spars-ity"; not "quant-um".
_ENDING = re.compile(
    r"(?:(?:i[sz])?(?:at)?(?:e|es|ed|er|ers|or|ors|ing|ion|ions|ive|able)|s|u?al|ial|ic|ity|ment|ly|y|t?ure|[ea]nce|[ea]nt)?"
)
_REACH = 120  # characters before a bracket that may hold the expansion
#: The beginning of a title: "TAPS: Tree-Aware Pruned Speculation for Fast Decoding".
_HEADING = re.compile(r"([A-Z][\w+-]{0,9}\w):\s+(?=\w)")


@lru_cache(maxsize=8)  # a paper's links and its claims ask for them
def acronyms(text: str) -> Mapping[str, str]:
    """The acronyms that a text defines: folded acronym -> expansion.

    >>> acronyms("We propose Group Tree Optimization (GTO) for drafts.")
    {'gto': 'Group Tree Optimization'}
    """
    out: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        short = match[1] or match[2]
        words = list(_WORD.finditer(text, max(0, match.start() - _REACH), match.start()))
        start = _expansion(short, words, text)
        if start is not None:
            out.setdefault(fold(short), text[start : match.start()].strip())
    return out


@lru_cache(maxsize=8)
def expanded(text: str) -> Mapping[str, tuple[int, int, int]]:
    """The spans of the expansions of a text's acronyms, by these folded, and where the brackets behind them end.

    >>> expanded("We use Wide Tree Codes (WTC).")
    {'wtc': (7, 22, 28)}
    """
    found = ((short, next(_bracketed(text, long), None)) for short, long in acronyms(text).items())
    return {short: span for short, span in found if span}


def _bracketed(text: str, long: str) -> Iterator[tuple[int, int, int]]:
    """Where words stand before a bracket, and the end of that."""
    at = text.find(long)
    while at >= 0:
        end = at + len(long)
        if bracket := _BRACKET.match(text, end):
            yield at, end, bracket.end()
        at = text.find(long, at + 1)


def expansions(document: Document) -> dict[str, str]:
    """The acronyms that the texts of a document define: folded acronym -> expansion."""
    out: dict[str, str] = {}
    for field in ("T", "A", "K"):
        if field in document.texts:
            out = {**acronyms(document.texts[field].text), **out}
    if "T" in document.texts:
        out = {**titled(document.texts["T"].text), **out}
    return out


@lru_cache(maxsize=8)  # a paper's labels, links and claims ask for it
def titled(title: str) -> Mapping[str, str]:
    """The expansion of the name before a title's colon.

    Function words, and words after a hyphen, need not contribute a letter.

    >>> titled("TRGE: Token-wise Reduction and Guided Eviction for Fast Decoding"), titled("TRGE: Fast Decoding")
    ({'trge': 'Token-wise Reduction and Guided Eviction'}, {})
    """
    match = _HEADING.match(title)
    if not match:
        return {}
    letters = [c.lower() for c in match[1] if c.isalnum()]
    end = _MARK.search(title, match.end())
    words = list(_WORD.finditer(title, match.end(), min(match.end() + _REACH, end.start() if end else len(title))))
    least = [w for w in words if w[0][0].isupper() and title[w.start() - 1] != "-"]
    for last in reversed(words[1 : len(letters) * 2]):
        told = [w[0].lower() for w in least if w.start() <= last.start()]
        if last in least and told and told[0] == words[0][0].lower() and _spells(told, letters):
            return {fold(match[1]): title[match.end() : last.end()]}
    return {}


def agree(one: str, other: str) -> bool:
    """Whether two folded expansions of one acronym agree up to the endings of their words; one may be shorter.

    >>> agree("scalar quantizer", "scalar quantization"), agree("dual mixture of expert", "deep mixture of expert")
    (True, False)
    """
    if not (one and other):
        return False
    return _in_common(one, other) == min(len(one.split()), len(other.split()))


def means_another(short: str, expansion: str, labels: Iterable[str]) -> bool:
    """Whether a paper's expansion of an acronym is another than what a concept's labels spell out for it: it has less
    than half of its words in common with them, or has another word in the place of one of theirs.

    >>> means_another("SAM", "Sharpness-Aware Minimization", ["SAM", "Segment Anything Model"])
    True
    >>> means_another("MoR", "Mixture of Roles", ["MoR", "mixture-of-recursions"])
    True
    >>> means_another("QNN", "quantum neural network", ["QNN", "quantized neural network"])
    True
    >>> means_another("VLM", "visual language models", ["VLM", "vision-language model"])
    False
    """
    if not (said := fold(expansion)):
        return False
    long = [fold(label) for label in labels if " " in fold(label) and abbreviates(short, label, whole=True)]
    return bool(long) and all(_differ(said, label) for label in long)


@lru_cache(maxsize=20_000)  # most papers spell out the same few acronyms
def _differ(one: str, other: str) -> bool:
    """Whether two folded expansions of one acronym name two things."""
    words, others = one.split(), other.split()
    if 2 * _in_common(one, other) < len(words):
        return True
    if len(words) != len(others):
        return False
    return not _is_form(words[0], others[0]) or any(map(_begin_apart, words[1:], others[1:]))


def _begin_apart(one: str, other: str) -> bool:
    """Whether two words have next to nothing in common: "roles" and "recursions", not "module" and "model"."""
    return one[:_STEM] != other[:_STEM] and not _is_form(one, other)


def _in_common(one: str, other: str) -> int:
    """The number of places at which two folded expansions have the same word, up to its ending."""
    return sum(_is_form(a, b) for a, b in zip(one.split(), other.split(), strict=False))


def _is_form(one: str, other: str) -> bool:
    """Whether two words are one, or two forms of one: "quantizer" and "quantization", not "quantum"."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    ends = _ENDING.fullmatch
    return one == other or any(ends(one, at) and ends(other, at) for at in range(same, _STEM - 1, -1))


@lru_cache(maxsize=20_000)  # papers write the same acronyms, and labels of the vocabulary recur
def abbreviates(short: str, text: str, whole: bool = False) -> bool:
    """Whether an acronym abbreviates the last words of a text, or with `whole` the entire text.

    >>> abbreviates("VLA", "large vision-language-action"), abbreviates("VLA", "large vision-language-action", True)
    (True, False)
    """
    start = _expansion(short, list(_WORD.finditer(text, max(0, len(text) - _REACH))), text)
    return start == 0 if whole else start is not None


def _expansion(short: str, words: list[re.Match[str]], text: str) -> int | None:
    """The start of the words that an acronym abbreviates, also by letters inside words; None if there is none."""
    letters = [c.lower() for c in short.removesuffix("s") if c.isalnum()]
    whole = [w for w in words if text[w.start() - 1 : w.start()] != "-"]  # "[Memory]-Aware [Compression] [Prompt]"
    for said in (words, whole) if len(whole) < len(words) else (words,):
        for count in range(min(len(said), len(letters)), 0, -1):
            run = said[-count:]
            if _MARK.search(text, run[0].start(), run[-1].end()):
                continue
            if run[0].group()[0].lower() == letters[0] and _spells([w.group().lower() for w in run], letters):
                return run[0].start()
    return None


def _spells(words: list[str], letters: list[str]) -> bool:
    """Whether letters can be taken from the words in order, including the first letter of each word."""
    if not words:
        return not letters
    if not letters or words[0][0] != letters[0]:
        return False
    at, taken = 0, 0
    while taken < len(letters):
        at = words[0].find(letters[taken], at)
        if at < 0:
            break
        taken, at = taken + 1, at + 1
    return any(_spells(words[1:], letters[n:]) for n in range(taken, 0, -1))
