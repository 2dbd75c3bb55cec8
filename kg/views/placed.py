"""Tells in Chinese where a number holds: 保留10%的视觉词元, of "when retaining 10% of the visual tokens".

The forms of settings are data, `setting.forms` of `words.toml`; what they leave open is a number, a name, or a phrase
that has Chinese words. Other settings have none, so that the paper's own words are quoted.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kg.text import fold, has_han
from kg.views.wording import PLURAL
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.wording import Wording

_NUMBER = r"~?\d[\d.,]*(?:\s?[-–]{1,2}\s?\d[\d.,]*)?(?:\s?(?:%|[kKMBTP]\b|(?:million|billion)\b))?"
#: What a form leaves open: a number, a size of an image, a name, a count, a phrase.
_OPEN = {
    "n": _NUMBER,
    "m": _NUMBER,
    "size": r"\d+\s?[×x]\s?\d+",
    "name": r".+?",
    "other": r".+?",
    "count": r"\d+|[a-z]+",
    "a": r".+?",
    "b": r".+?",
}
_SLOT = re.compile(r"\\\{(\w+)\\\}")
_ARTICLE = re.compile(r"(?<!\S)(?:an?|the|its|their|both)\s")
_RANGE = re.compile(r"(?<=\d)-(?=\d)")
_LARGE = re.compile(r"(?P<value>\d[\d.]*) (?P<scale>million|billion)")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]{3,}")
_NAMED = re.compile(r"[A-Z\d=]")
_ENGLISH = re.compile(r"(?<![A-Za-z\d.-])[a-z]{3,}(?![A-Za-z\d.-])")  # within Chinese words
#: Of a phrase that no form fits, what only the sense tells: "64 experts", "Finch with Plover", "done by hand".
_UNSAID = re.compile(
    r"^(?:one|two|three|four|five|six|seven|eight|nine|ten)\b|^\d+ (?:[a-z-]+ )*?[a-z]+s\b|[×=+@]|"
    r"\bwith\b|\bat \d|\b[a-z]+ed (?:on|by)\b|\b(?:across|even|only|just)\b"
)


def in_chinese(setting: str, wording: Wording) -> str:
    """A setting in Chinese, "" if there are no words for it.

    >>> from kg.views.wording import Wording
    >>> from kg.vocabulary import Vocabulary
    >>> said = Wording(Vocabulary.load())
    >>> in_chinese("retaining only 10% of the visual tokens", said), in_chinese("at 2048×2048", said)
    ('仅保留10%的视觉词元', '2048×2048分辨率')
    >>> in_chinese("with over 80% effective sparsity", said), in_chinese("Finch gates and what they do", said)
    ('有效稀疏度超过80%', '')
    """
    bare = _ARTICLE.sub("", setting)
    for form, template in _forms():
        found = form.fullmatch(bare)
        said = {key: _told(key, value, wording) for key, value in found.groupdict().items()} if found else {}
        if found and all(said.values()):
            return template.format(**said)
    whole = PageWords("zh").without_opening(bare)
    return _phrase(whole, wording) if whole == bare else in_chinese(whole, wording)


@cache
def _forms() -> list[tuple[re.Pattern[str], str]]:
    """The forms of settings, in their order, with their Chinese."""
    lines = (line.partition(" = ") for line in PageWords("zh")("setting.forms").strip().splitlines())
    return [(re.compile(_SLOT.sub(_slot, re.escape(form)), re.IGNORECASE), template) for form, _, template in lines]


def _slot(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_OPEN[found[1]]})"


def _told(key: str, said: str, wording: Wording) -> str:
    """What fills a form, in Chinese; "" if that has no words."""
    if key in ("n", "m"):
        return _RANGE.sub("–", _LARGE.sub(_scaled, said))
    if key in ("name", "other"):
        return _names(said)
    if key == "count":
        counts = dict(pair.split("=") for pair in PageWords("zh")("setting.counts").split())
        return said if said.isdigit() else counts.get(said.lower(), "")
    return "".join(said.split()) if key == "size" else in_chinese(said, wording)


def _scaled(found: re.Match[str]) -> str:
    """A large number as Chinese counts it: 310万, of "3.1 million"."""
    value = round(float(found["value"]) * (100 if found["scale"] == "million" else 10), 4)
    return f"{value:g}" + PageWords("zh")(f"setting.{found['scale']}")


def _phrase(said: str, wording: Wording) -> str:
    """Names as the vocabulary has them or as they are, other words in Chinese."""
    if named := _names(said):
        return named if "=" in said else PLURAL.sub("", wording(said) or named)
    if _UNSAID.search(said):
        return ""
    told = wording(f"the {said}")  # alone, "visual tokens" would be their number
    kept = PageWords("zh")("setting.kept").split()
    is_whole = has_han(told) and all(word in kept for word in _ENGLISH.findall(told))
    return PLURAL.sub("", told) if is_whole else ""


def _names(said: str) -> str:
    """Names with Chinese between them: "Finch和Plover"; "" if a word is no name."""
    words, no_names = PageWords("zh"), PageWords("en")("setting.no_names").split()
    parts = re.split(r",? and |, ", said)
    if not all(_NAMED.search(word) and not _WORD.match(word) for part in parts for word in part.split() or [""]):
        return ""
    if any(re.match(r"\d+-[a-z]{3}", part) or fold(part.partition(" ")[0]) in no_names for part in parts):
        return ""
    return words.listed(parts)
