"""Words that journals print on a first page beside the header of the paper, as data (`labels.toml`)."""

from __future__ import annotations

import re
from functools import cache

from kg.files import toml_file
from kg.text import count_han

_LONGEST = 60  # characters of a line that is the name of a kind of article
_APART = re.compile(r"[|•·\uff5c]")
#: The line above the bibliography.
REFERENCES = re.compile(r"^\W*(?:[\dIVX]+\W+)?(?:references|bibliography|literature cited|参考文献)\W*$", re.I | re.M)


class HeaderLabels:
    """Kinds of articles, headings of covers and degrees, by their letters; patterns of what starts a line."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self.particles, self.journals = frozenset(lists["particles"]), frozenset(lists["journals"])
        self.kinds, self.covers, self.degrees, self.abstracts = (
            frozenset(map(letters, lists[name])) for name in ("kinds", "covers", "degrees", "abstracts")
        )
        self.note, self.above_journal, self.affiliations, self.other, self.after_abstract = (
            _starts(lists[name]) for name in ("notes", "above_journal", "affiliations", "other", "after_abstract")
        )
        self.on_cover, self.thesis = _anywhere(lists["on_cover"]), _anywhere(lists["theses"])
        self.abstract = re.compile(rf"{_starts(lists['abstracts']).pattern}\s*[.:：—–-]+\s*", re.I)
        self.by = re.compile(rf"{_starts(lists['by']).pattern}\s*[:：]\s*", re.I)
        self.membership, self.team = _membership(lists["societies"]), _team(lists["teams"])

    @staticmethod
    @cache
    def load() -> HeaderLabels:
        """The lists that ship with the package."""
        return HeaderLabels(toml_file(__file__, "labels.toml"))

    def is_kind(self, text: str) -> bool:
        """Whether a line names a kind of article: "ORIGINAL PAPER", "JAMA Oncology | Original Investigation"."""
        if len(text) > _LONGEST:
            return False
        return letters(text) in self.kinds or any(letters(part) in self.kinds for part in _APART.split(text))

    def is_cover(self, text: str) -> bool:
        """Whether a line heads a page that stands before the paper."""
        return letters(text) in self.covers

    def is_degree(self, text: str) -> bool:
        """Whether a text consists of degrees: "MD", "Ph.D.", "MD PhD"."""
        parts = text.split()
        return 0 < len(parts) <= 3 and all(letters(part) in self.degrees for part in parts)


def letters(text: str) -> str:
    """The letters and digits of a text in lower case, by which labels are compared."""
    return "".join(c for c in text.lower() if c.isalnum())


def _starts(phrases: list[str]) -> re.Pattern[str]:
    """A pattern of lines that start with one of the phrases, whatever marks stand before it."""
    longest_first = sorted(phrases, key=len, reverse=True)
    spaced = "|".join(r"\s*".join(p) if count_han(p) else re.escape(p).replace(r"\ ", r"\s+") for p in longest_first)
    return re.compile(rf"[^\w©]*(?:{spaced})(?![^\W\d_])", re.I)


def _anywhere(phrases: list[str]) -> re.Pattern[str]:
    """A pattern of any of the phrases within a line."""
    return re.compile("|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases), re.I)


def _membership(societies: list[str]) -> re.Pattern[str]:
    """A pattern of "Senior Member, IEEE", with the comma or bracket before it."""
    society = rf"(?:{'|'.join(map(re.escape, societies))})"
    rank = r"(?:(?:Under)?Graduate|Student|Senior|Life|Associate|Affiliate|Distinguished|Honorary)\s+"
    kind = rf"(?:{rank})*(?:Member|Fellow)"
    known = rf"{kind},?\s+(?:of\s+)?(?:the\s+)?{society}|{society}\s+{kind}|(?:{rank})+(?:Member|Fellow)"
    return re.compile(rf"[,\s]*\(?(?<![^\W\d_])(?:{known})(?![^\W\d_])\)?", re.I)


def _team(kinds: list[str]) -> re.Pattern[str]:
    """A pattern of a group's name: "The LIGO Scientific Collaboration"."""
    word = r"[A-Z\d][\w.&/’'-]*"
    name = rf"{word}(?:\s+(?:{word}|of|for|in|on|and|the)){{0,8}}?\s+"
    kind = "|".join(kinds)
    return re.compile(rf"(?:[Tt]he\s+)?{name}(?:{kind})|[Tt]he\s+{name}(?i:{kind})")
