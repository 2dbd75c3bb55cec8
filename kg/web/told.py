"""What was skipped or lost while files were read, and why, on a Chinese page: data in `told.toml`.

The readers of files speak English; each of their sentences stands there beside its Chinese wording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from kg.files import toml_file

_BLANK = re.compile(r"\{(\w+)\}")
#: What a blank of this name holds; any other holds anything.
_HELD = {"n": r"[\d,]+", "m": r"[\d,]+", "s": "s?", "key": "[^:]*"}
_LONGEST = 3000  # code points of a sentence that is looked up
_DEEPEST = 6  # parts in parts


@dataclass(frozen=True, slots=True)
class _Wording:
    """An English sentence with blanks, and the Chinese one."""

    mark: str  # the longest of its words without a blank, folded: a sentence without it cannot fit
    fits: re.Pattern[str]
    chinese: str

    @classmethod
    def of(cls, english: str, chinese: str) -> _Wording:
        parts = _BLANK.split(english)  # words and names of blanks by turns
        words, names = parts[::2], parts[1::2]
        blanks = [f"(?P<{name}>{_HELD.get(name, '.*?')})" for name in names]
        form = "".join(re.escape(word) + blank for word, blank in zip(words, [*blanks, ""], strict=True))
        return cls(max(words, key=len).casefold(), re.compile(form, re.S | re.I), chinese)


def told(sentence: str, lang: str) -> str:
    """A sentence of the readers in the language of a page; as it is where it has no wording.

    >>> told("refs.ris: line 7 was skipped: it has no end (ER), as in a file that is cut off: fetch it again.", "zh")
    'refs.ris：第7行已跳过：没有结束标记（ER），文件可能不完整，请重新下载。'
    """
    if lang != "zh" or len(sentence) > _LONGEST:
        return sentence
    said = _sentence(sentence.removesuffix("."), _DEEPEST)
    return sentence if said is None else f"{said}。"


def _sentence(said: str, depth: int) -> str | None:
    """A sentence, without its full stop, that may begin with the name of a file."""
    file, colon, rest = said.partition(": ")
    known = _part(said, depth)
    if known or not colon:
        return known
    known = _part(rest, depth)
    return known and f"{file}：{known}"


@lru_cache(1000)
def _part(said: str, depth: int) -> str | None:
    """A sentence or a part of one; None where it has no wording."""
    folded = said.casefold()
    for wording in _wordings() if depth else ():
        if wording.mark in folded and (found := wording.fits.fullmatch(said)):
            parts = {name: _held(name, value, depth - 1) for name, value in found.groupdict().items()}
            if None not in parts.values():
                return wording.chinese.format(**parts)
    return None


def _held(name: str, value: str, depth: int) -> str | None:
    """What stands in a blank: as it is, or in Chinese where the name of the blank asks for it."""
    if not name[:1].isupper():
        return value
    return (_sentence if name == "SENTENCE" else _part)(value.removesuffix("."), depth) or (
        None if name.isupper() else value
    )


@cache
def _wordings() -> tuple[_Wording, ...]:
    """All wordings, those of the most words first."""
    groups = toml_file(__file__, "told.toml").values()
    pairs = [pair for group in groups for pair in group.items()]
    return tuple(_Wording.of(*pair) for pair in sorted(pairs, key=lambda pair: -len(_BLANK.sub("", pair[0]))))
