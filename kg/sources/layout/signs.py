"""Remove what stands among the names of authors and is none: ORCID's sign, names in another script, memberships."""

from __future__ import annotations

import re
from dataclasses import replace

from kg.sources.layout.labels import HeaderLabels
from kg.sources.layout.pages import TextLine
from kg.text import count_han

_SIGN = re.compile(
    r"(?:(?<![^\s,|])(?:iD|ORCID(?:\s*iD)?|orcid)|(?<=[a-zà-öø-ÿ])(?:iD|ID))(?![^\W\d_])"
)  # of ORCID, which some fonts write in letters
_REPEATED = re.compile(
    r"(?<=[^\W\d_\u3400-\u9fff])\s*[(（][\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·\s]{2,12}[)）]"
)  # "Wei Li (李伟)"
_APART = re.compile(r"(?<![\u3400-\u9fff])[\u3400-\u9fff]\s+([\u3400-\u9fff])(?![\u3400-\u9fff])")  # "李 华"


def without_signs(line: TextLine) -> TextLine | None:
    """A line without what is no part of a name; None when no more is on it."""
    line = _closed(line)
    text = line.text
    patterns = [_SIGN] * ("D" in text or "orcid" in text) + [_REPEATED] * bool(count_han(text) or not text.isascii())
    patterns += [HeaderLabels.load().membership] * ("ember" in text or "ellow" in text or "MBER" in text)
    patterns += [HeaderLabels.load().by] * (":" in text or "：" in text)
    if not any(pattern.search(text) for pattern in patterns):
        return line
    at = _places(text)
    gone = {n for sign in patterns for match in sign.finditer(text) for n in range(*match.span())}
    if len(at) != len(line.chars):
        return line
    kept = [char for n, char in zip(at, line.chars, strict=True) if n not in gone]
    return TextLine(kept, line.page) if kept else None


def _closed(line: TextLine) -> TextLine:
    """A line on which Chinese names of two characters that are set apart are words."""
    apart = {match.start(1) for match in _APART.finditer(line.text)} if count_han(line.text) > 1 else set()
    at = _places(line.text)
    if not apart or len(at) != len(line.chars):
        return line
    chars = [replace(c, space=c.space and n not in apart) for n, c in zip(at, line.chars, strict=True)]
    return TextLine(chars, line.page)


def _places(text: str) -> list[int]:
    """Where the characters of a line stand in its text."""
    return [n for n, char in enumerate(text) if not char.isspace()]
