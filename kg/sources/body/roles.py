"""What the sections of a paper are about: by their headings (roles.tsv), their numbers, nesting and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from kg.files import toml_file
from kg.text import HAN, count_han, fold

_NUMBER = re.compile(
    r"\s*(?:第\s*([一二三四五六七八九十\d]{1,3})\s*[章节]\s*|(?:Chapter|Section|§)\s*(\d{1,2})[:.]?\s+"
    r"|(?:(?:Appendix|附录)\s*)?(\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z](?:\.\d{1,2}){1,4}|[IVX]{1,5}(?=\.)|[A-Z](?=[.:)\s]))"
    rf"(?:[.:)、]?\s+|[.:)、]|(?=[{HAN}])))"
)
_BACK = ("conclusion", "discussion", "limitations", "references", "other", "appendix")
_EXPERIMENT, _OUTCOME = "experiment", "outcome"
_OUTCOMES = ("results", _EXPERIMENT, _OUTCOME)
_CHAPTERS = ("results", "related", "setup", _EXPERIMENT, _OUTCOME)
_TESTED = ("results", "setup", "ablation", _EXPERIMENT, _OUTCOME)
_CITATION = re.compile(r"\[\d|\b(?:19|20)\d\d[a-z]?\)")
_MEASURED = re.compile(
    r"(?<![\[\d.,])\d+(?:\.\d+)?\s?(?:%|×|x\b|[mµn]?s\b|fps\b|points|[GMK]B\b|[MK]\b)|\d{1,30}\.\d+|(?:Table|Tab\.|Fig(?:ure|\.)|[表图])\s*\d",
    re.I,
)


class Heading(NamedTuple):
    """The heading of a section, as `roles` needs it."""

    text: str  # as printed, with its number or without
    level: int = 0  # 1 for a section, 2 for a subsection, 0 where the file does not say
    number: str = ""  # as printed or counted, "4.1", "A.2"; found in the text where it is empty
    place: str = ""  # the role that the format itself gives: "appendix" behind \appendix, "abstract", "references"
    words: int = 0  # of the text between this heading and the next one
    cited: int = 0  # citations in that text
    measured: int = 0  # numbers with units in that text, and the tables and figures that it names


class _Cue(NamedTuple):
    role: str
    under: frozenset[str]
    form: str
    words: str

    def fits(self, text: str, under: str) -> bool:
        """Whether a folded heading (between spaces) in a section of this role has the words of the cue."""
        places = {under, "any", "top" if under == "first" else under}
        if self.words not in text or not places & self.under:
            return False
        starts, ends = self.form in ("start", "whole", "stray"), self.form in ("end", "whole")
        return (not starts or text.startswith(self.words)) and (not ends or text.endswith(self.words))


#: The limits and thresholds of bodies.
settings = partial(toml_file, __file__, "body.toml")


@cache
def _cues() -> tuple[_Cue, ...]:
    lines = Path(__file__).with_name("roles.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return tuple(_Cue(role, frozenset(under.split("+")), form, f" {fold(cue)} ") for role, under, form, cue in rows)


def _cue(text: str, under: str) -> _Cue | None:
    folded = f" {fold(text)} "
    return next((cue for cue in _cues() if cue.fits(folded, under)), None)


def is_contribution(text: str) -> bool:
    """Whether a paragraph of an introduction announces what the paper contributes."""
    return _cue(text, "paragraph") is not None


def numbered(text: str) -> tuple[str, str]:
    """The number at the start of a heading, and the rest; "" for none.

    >>> numbered("4.1 Setup"), numbered("A. Proofs"), numbered("Appendix B: Data"), numbered("第3章 方法")
    (('4.1', 'Setup'), ('A', 'Proofs'), ('B', 'Data'), ('3', '方法'))
    """
    found = _NUMBER.match(text)
    rest = text[found.end() :].strip() if found else ""
    return (next(filter(None, found.groups())), rest) if found and rest else ("", text.strip())


def measures(text: str) -> tuple[int, int, int]:
    """The words, citations and measurements of a section's text, as `Heading` has them."""
    return len(text.split()) + count_han(text), len(_CITATION.findall(text)), len(_MEASURED.findall(text))


def roles(headings: Sequence[Heading]) -> list[str]:
    """The role of each section (as roles.tsv names them), in the order of the paper."""
    return [role for _, role in outline(headings)]


def outline(headings: Sequence[Heading]) -> list[tuple[Heading, str]]:
    """The sections with their levels, their numbers apart from their texts, and their roles, in order."""
    marked = _marked(headings)
    sure = [_cue(one.text, "tested") if one.level < 2 else None for one in marked]
    tested = max((at for at, cue in enumerate(sure) if cue and cue.role in _OUTCOMES), default=-1)
    found: list[str] = []
    levels: list[int] = []
    around: list[tuple[int, str]] = []  # the open sections: level and role
    for at, (heading, whole) in enumerate(zip(marked, headings, strict=True)):
        cue, words = _cue(heading.text, ""), heading.text.split()
        is_broken = len(words) > 8 and 2 * sum(len(word) == 1 for word in words) > len(words)  # the text of a figure
        if heading.place or not (is_broken or (cue and cue.form == "stray")):
            level = heading.level or _level(heading, around[0][1] if around else "")
            around = [one for one in around if one[0] < level]
            above = around[-1][1] if around else ""
            tops = [one for one, depth in zip(found, levels, strict=True) if depth == 1]
            role = heading.place or _role(heading, whole.text, above, tops, marked[:at], at < tested)
            if role == _OUTCOME and above == "method":  # what stands behind the results of a method is about these
                around[-1] = (around[-1][0], "results")
            around.append((level, "results" if role == _OUTCOME else role))
        else:
            level, role = len(around) + 1, "other"
        found.append(role)
        levels.append(level)
    settled = (_settled(marked[at], levels, found, at) for at in range(len(found)))
    return [
        (heading._replace(level=level), "results" if role == _OUTCOME else role)
        for heading, level, role in zip(marked, levels, settled, strict=True)
    ]


def _role(
    heading: Heading, text: str, above: str, found: Sequence[str], before: Sequence[Heading], is_early: bool
) -> str:
    """The role of a section; `is_early` says that a section that is surely on experiments comes later."""
    if _is_appendix(heading, text, found, before):
        return "appendix"
    top = "first" if set(found) <= {"abstract", "other"} else "top"
    cue = _cue(heading.text, "results" if above == _EXPERIMENT else above or top)
    if cue and (above or not is_early or cue.form != "word" or cue.role not in _OUTCOMES):
        return cue.role
    return above or _unknown(heading, found, is_early)


def _marked(headings: Sequence[Heading]) -> list[Heading]:
    """The headings with numbers apart from texts, and with levels where numbers or capitals say them."""
    split = [(one.number, one.text.strip()) if one.number else numbered(one.text) for one in headings]
    is_roman = any(len(number) > 1 and number.isalpha() for number, _ in split)
    capitals = [_is_capital(text) for _, text in split]
    others = "".join(text for (_, text), is_capital in zip(split, capitals, strict=True) if not is_capital)
    is_styled = sum(capitals) > 2 and any(map(str.isalpha, others))
    is_counted = sum(bool(number) for number, _ in split) > len(split) / 2
    made: list[Heading] = []
    for one, (number, text), is_capital in zip(headings, split, capitals, strict=True):
        level = one.level
        if not level and number and number != one.text:
            is_letter = len(number) == 1 and number.isalpha()
            level = 2 if is_letter and is_roman and number not in "IVX" else number.count(".") + 1
        elif not level and is_styled and not is_counted:
            level = 1 if is_capital else 2
        made.append(one._replace(text=text, number=number, level=level))
    return made


def _is_capital(text: str) -> bool:
    cased = [letter for letter in text if letter.upper() != letter.lower()]
    return len(cased) > 3 and sum(map(str.isupper, cased)) > settings()["roles"]["capitals"] * len(cased)


def _level(heading: Heading, top: str) -> int:
    """The level of a heading of which the file does not say it; `top` is the role of the open section."""
    cue = _cue(heading.text, "top")
    if not top:
        return 1
    is_strong = cue is not None and cue.role != "setup" and (cue.form != "word" or cue.role == "related")
    if top in _TESTED:
        inner = _cue(heading.text, "results")
        return 1 if is_strong and (inner is None or inner.role not in _TESTED) else 2
    if top in _BACK and (cue is None or cue.form != "whole") and not (cue and cue.role in _BACK):
        return 2
    if cue is not None and ((cue.role == "setup" and "any" not in cue.under) or cue.role == "intro"):
        return 2
    if cue is not None and (is_strong or cue.role in _CHAPTERS):
        return 1
    is_apart = top == "intro" or (top == "related" and not _reviews(heading))
    return 1 if is_apart and any(map(str.isalpha, heading.text)) else 2


def _reviews(heading: Heading) -> bool:
    """Whether the text of a section cites as much as a review of others' work."""
    return heading.words > 0 and heading.cited * 100 > settings()["roles"]["citing"] * heading.words


def _is_appendix(heading: Heading, text: str, found: Sequence[str], before: Sequence[Heading]) -> bool:
    """Whether a section stands behind the start of the appendix, or begins it."""
    own, whole = _cue(heading.text, ""), _cue(text, "")
    if own and own.role in ("references", "other"):
        return False
    if any(cue and cue.role == "appendix" for cue in (own, whole)) or "appendix" in found or "references" in found:
        return True
    if own and own.role == "abstract":
        return False
    is_letter = heading.number[:1].isalpha() and (len(heading.number) == 1 or "." in heading.number)
    is_part = heading.level != 1 and any(len(one.number) > 1 and one.number.isalpha() for one in before)
    return is_letter and not is_part and any(role in _BACK for role in found)


def _unknown(heading: Heading, found: Sequence[str], is_early: bool) -> str:
    """The role of a section of the first level whose heading says nothing, by its text and those before it."""
    least = settings()["roles"]
    if not found:
        return "intro"
    if found[-1] in _BACK and "conclusion" in found:
        return "other"
    if found[-1] == "intro" and _reviews(heading):
        return "related"
    is_measured = (
        heading.words >= least["least_measured"] and heading.measured * 100 > least["measured"] * heading.words
    )
    is_tested = (is_measured and found[-1] != "intro") or (not is_early and any(role in _TESTED for role in found))
    return "results" if is_tested else "method"


def _settled(heading: Heading, levels: Sequence[int], found: Sequence[str], at: int) -> str:
    """The role of a section of experiments: setup where results follow in sections of their own, else results."""
    if found[at] != _EXPERIMENT:
        return found[at]
    after = next((n for n in range(at + 1, len(found)) if levels[n] <= levels[at]), len(found))
    least = settings()["roles"]
    low, high = least["lead"]
    is_lead = low < heading.words < high and heading.measured * 100 < least["lead_measured"] * heading.words
    is_setup = (is_lead and after > at + 1) or found[after : after + 1] == [_OUTCOME]
    return "setup" if is_setup and levels[at] == 1 else "results"
