"""Edits of one text with their reasons, and the spellings that a paper's own texts give for a word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from kg.model import Text
from kg.text import repaired
from kg.wordcounts import WordCounts

Edit = tuple[int, int, str]

LONGEST = 60  # code points of a word that is examined
LATIN = r"[A-Za-z0-9\u00c0-\u024f]"
UNIT = re.compile(rf"{LATIN}+(?:['’]{LATIN}+)?(?:-{LATIN}+)*")
_PART = re.compile("[-'’]")
_COMPOUND = re.compile(r"(?<![\w./\\@#-])[a-z]+(?:-[a-z]+)+(?![\w/@\\-]|\.[a-z])")


class Edits:
    """Non-overlapping edits of one text, with their reasons; an earlier edit takes precedence."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._edits: list[Edit] = []
        self._said: dict[str, list[str]] = {}

    def add(self, start: int, end: int, new: str, why: str, example: str = "") -> bool:
        """Add an edit unless it overlaps another; `why` is a sentence with {field} and optionally {examples}."""
        if self.raw[start:end] == new:
            return False
        at = bisect_left(self._edits, (start, end, ""))
        if at and self._edits[at - 1][1] > start:
            return False
        if at < len(self._edits) and (self._edits[at][0] < end or self._edits[at][:2] == (start, end)):
            return False
        self._edits.insert(at, (start, end, new))
        self._said.setdefault(why, []).append(example)
        return True

    def taken(self, start: int, end: int) -> bool:
        """Whether an edit overlaps [start, end)."""
        at = bisect_left(self._edits, (end, 0, ""))
        return at > 0 and self._edits[at - 1][1] > start

    def said(self) -> Iterator[str]:
        """Yield one sentence per kind of edit, with a few examples; {field} is a placeholder for the caller."""
        for why, examples in self._said.items():
            distinct = list(dict.fromkeys(e for e in examples if e))
            more = f" and {len(distinct) - 5} more" if len(distinct) > 5 else ""
            yield why.replace("{examples}", ", ".join(distinct[:5]) + more)

    def text(self) -> Text:
        """The text with all edits applied."""
        return repaired(self.raw, self._edits) if self._edits else Text(self.raw, self.raw)


class PaperSpellings:
    """Spellings of words in one paper, computed on first use."""

    def __init__(self, raw: dict[str, str], words: WordCounts) -> None:
        self.raw, self.words = raw, words
        self._spellings: dict[str, Counter[str]] | None = None
        self.abstract = raw.get("A", "").lower()
        self._text = ""
        self._asked: dict[str, list[str]] = {}
        self._compounds: dict[str, set[str]] | None = None

    def spelling(self, word: str) -> str | None:
        """How abstract and brief write a lower-case word: with inner capitals, "" without; None if it is absent."""
        if self._spellings is None:
            self._spellings = {}
            for field in "AB":
                for match in UNIT.finditer(self.raw.get(field, "")):
                    for form in {match.group(), *_PART.split(match.group())}:
                        if field == "B" and form.isupper():
                            continue  # the brief repeats a title in capitals
                        self._spellings.setdefault(form.lower(), Counter())[form] += 1
        forms = self._spellings.get(word)
        if not forms:
            return None
        mixed = max(((n, f) for f, n in forms.items() if not f.isupper() and f[1:] != f[1:].lower()), default=None)
        if mixed and (mixed[0] > 1 or not self.words.is_plain(word)):  # a single "PolIcies" explains an acronym
            return mixed[1]
        capitals = forms.get(word.upper(), 0)
        return word.upper() if capitals and capitals * 2 > forms.total() else ""

    def repeats(self, word: str) -> bool:
        """Whether title and abstract together contain a word (lower case) more than once."""
        return sum(self.raw.get(field, "").lower().count(word) for field in "TA") > 1

    def forms(self, word: str) -> list[str]:
        """Forms of a word (lower case) in title, abstract and the brief's title that differ only in hyphens."""
        if self._compounds is None:
            self._text = "\n".join(self.raw.get(field, "") for field in "TAH").lower()
            self._compounds = {}
            joined = " ".join([piece for piece in self._text.split() if "-" in piece])  # found in half of the time
            for compound in _COMPOUND.findall(joined):
                self._compounds.setdefault(compound.replace("-", ""), set()).add(compound)
        if word not in self._asked:
            letters = word.replace("-", "")
            forms = self._compounds.get(letters, set()) - {word}
            # Checked last, because compiling a pattern takes longer than searching the text.
            if letters != word and letters in self._text and re.search(rf"(?<![\w-]){letters}(?![\w-])", self._text):
                forms.add(letters)
            self._asked[word] = sorted(forms)
        return self._asked[word]
