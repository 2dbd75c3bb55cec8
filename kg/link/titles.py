"""Titles normalised for comparison: letters and digits, coined name, numbers that tell the works of a series apart."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property, lru_cache

from kg.text import greek_name, has_han, unaccented

KEY_LETTERS = 28  # at both ends of a title, that serve as keys
_COMMAND = re.compile(r"\\(?:text|math|em)\w*\s*(?=\{)|\\(?:it|bf|rm|em|sf|tt)\b")  # formatting commands
_LATEX = re.compile(r"[\\${^]")
_SYMBOL = re.compile(r"\\([A-Za-z]+)\s?")
_GREEK = re.compile(r"[\u0370-\u03ff]")
_COLON = re.compile(r"\s*[:：]\s*|\s+(?:--+|[-–—])\s+|\s*——\s*")
_CUT = re.compile(r"\s*(?:\.\.+|…)\s*$")
_TOKEN = re.compile(r"[a-z0-9.]*[a-z0-9](?:\++(?![a-z0-9]))?|\+\+|[\u3400-\u9fff]")
_ROMAN = re.compile(r"i{2,3}|i?v|vi{1,3}|i?x")
_EDITION = re.compile(r"(?:v|vol|part|phase|ver|version)?\d+(?:\.\d+)*[a-z]?")
_NUMBER = re.compile(r"\dd\b|\d+(?:\.\d+)*|\++$")
_SLIGHT = re.compile(r"\dd|1\.0")  # "3D", and a first version: may be missing from another title of the same work
_SERIES = re.compile(r"part|volume|vol|phase|episode|chapter|第|上|下|续")
_ANSWER = re.compile(r"(?:a )?(?:re|comment|reply|response|rebuttal|note|correction|erratum|corrigendum|addendum)s?\b")
_INNER = re.compile(r"[a-z][A-Z]|[A-Z]{2}|\d|[A-Z]-?[a-z]*-?[A-Z]")  # "FlashInfer", "KIVI", "H2O"
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_NAME_WORDS = 3  # words of a coined name before the colon
_LONG = 24  # letters of a title that is probably unique
_TELLING = 28  # letters of the part before or after the colon that identifies another title
_WORDS = 4
_WORD_TYPED = 6  # letters of a word in which a misprint can be told from another word
_WORD_STEMMED = 4  # letters of a content word
_STEM = 5  # letters by which forms of a word are equal: "reviews", "reviewing"
_LINE = 40  # letters of a title that a list may have truncated without a mark


class Title:
    """One title with lazily computed normal forms."""

    def __init__(self, text: str) -> None:
        self.is_cut = bool(_CUT.search(text))
        self.text = plain(_CUT.sub("", text))
        self.main, _, self.rest = _split(self.text)
        self.letters = letters(self.text)
        self.is_han = has_han(self.text)

    @cached_property
    def main_letters(self) -> str:
        """The letters of the part before the colon; "" without a colon."""
        return letters(self.main) if self.rest else ""

    @cached_property
    def rest_letters(self) -> str:
        """The letters of the part after the colon."""
        return letters(self.rest)

    @cached_property
    def tokens(self) -> list[str]:
        """Words in lower case, single Han characters."""
        return _TOKEN.findall(unaccented(self.text).casefold())

    @cached_property
    def name(self) -> str:
        """The folded coined name at the beginning: "kivi" of "KIVI: A Tuning-Free ..."; "" if there is none."""
        words = self.main.split()
        named = self.rest and len(words) <= _NAME_WORDS and (_INNER.search(self.main) or len(words) == 1)
        return self.main_letters if named else ""

    @cached_property
    def numbers(self) -> Counter[str]:
        """The numbers in it: years, versions, parts ("II", "2.0", "SPA++")."""
        found = [number for token in self.tokens for number in _NUMBER.findall(token)]
        return Counter([*found, *filter(_ROMAN.fullmatch, self.tokens)])

    def counts_otherwise(self, other: Title) -> bool:
        """Whether its numbers indicate another work, as in a series."""
        if self.numbers == other.numbers:  # as those of most titles, which have none
            return False
        own, others = self.numbers - other.numbers, other.numbers - self.numbers
        return bool(own and others) or not all(map(_SLIGHT.fullmatch, own + others))

    @property
    def coined(self) -> str:
        """The coined name if its spelling rules out a common word; such a name is kept in translations."""
        return self.name if self.name.isascii() and _INNER.search(self.main) else ""

    @cached_property
    def stems(self) -> list[str]:
        """The words without endings, and without short words, which most titles contain."""
        words = (token for token in self.tokens if len(token) >= _WORD_STEMMED or not token.isascii())
        return [word[:_STEM] if len(word) > _STEM else word.rstrip("s") for word in words]

    def share(self, other: Title) -> float:
        """The share of common words, 0 to 1 (Dice coefficient)."""
        common = Counter(self.stems) & Counter(other.stems)
        return 2 * common.total() / max(1, len(self.stems) + len(other.stems))

    def subtitles_alike(self, other: Title) -> float:
        """The similarity of the words after the colon in order, 0 to 1."""
        a, b = Title(self.rest).stems, Title(other.rest).stems
        from rapidfuzz.distance import Indel  # slow to load

        return Indel.normalized_similarity(a, b) if a and b else 0.0

    @property
    def is_telling(self) -> bool:
        """Whether it is so long or unusual that it is probably unique."""
        if self.is_han:
            return len(self.letters) >= 10
        return (len(self.letters) >= _LONG and len(self.tokens) >= _WORDS) or bool(self.name)

    def is_misprint_of(self, other: Title) -> bool:
        """Whether two long titles differ by a plural or by a letter in a long word."""
        a, b = self.tokens, other.tokens
        if len(a) != len(b) or min(len(self.letters), len(other.letters)) < _LONG or self.numbers != other.numbers:
            return False
        changed = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
        return len(changed) <= 2 and all(_is_misprint(x, y) for x, y in changed)

    def is_part_of(self, other: Title) -> bool:
        """Whether the other title contains all of it, plus a subtitle, a name before the colon, or a truncated rest."""
        if not self.letters or len(self.letters) >= len(other.letters):
            return False
        if self.letters == other.main_letters or (self.letters == other.rest_letters and len(self.tokens) >= _WORDS):
            return True
        return len(self.letters) >= _LONG and other.letters.startswith(self.letters)

    def is_surely_part_of(self, other: Title) -> bool:
        """Whether the part is so long, or so clearly truncated, that it probably identifies the other title."""
        if self.letters in (other.main_letters, other.rest_letters):
            return len(self.letters) >= _TELLING
        return self.is_cut or len(self.letters) >= _LINE

    def is_subtitle_of(self, other: Title) -> bool:
        """Whether it is the part after the colon of the other title, and has two words or more."""
        return bool(other.rest_letters) and self.letters == other.rest_letters and len(self.tokens) > 1

    def shares_name(self, other: Title) -> bool:
        """Whether both begin with the same coined name, or with two spellings of it."""
        return bool(self.name and other.name) and (self.name == other.name or _is_misprint(self.name, other.name))

    def continues(self, other: Title) -> bool:
        """Whether the longer title continues the shorter one with a number ("Part II", "v2") or replies to it."""
        short, long = sorted((self, other), key=lambda title: len(title.letters))
        if long.letters.startswith(short.letters):
            rest = long.tokens[len(short.tokens) :]
            return not short.is_cut and bool(rest) and _counts(rest[0])
        if not long.rest or short.letters != long.rest_letters:
            return False
        before = long.main.lower()
        return bool(_SERIES.match(before) or _ANSWER.fullmatch(before))


def letters(text: str) -> str:
    """Letters and digits only, without case and accents.

    >>> letters("AsyncSpade: Test-Time Scaling")
    'asyncspadetesttimescaling'
    >>> letters("Große Straßen") == letters("GROSSE STRASSEN")
    True
    """
    if text.isascii():
        return text.lower().translate(_NO_LETTERS)
    return "".join(c for c in unaccented(text).casefold() if c.isalnum())


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    r"""A title without LaTeX, with the names of Greek letters.

    >>> plain(r"$\mu$KE: \textit{Can} it?"), plain("γ-Quant")
    ('muKE: Can it?', 'gamma-Quant')
    """
    if _LATEX.search(text):
        text = _SYMBOL.sub(r"\1", _COMMAND.sub("", text))
        text = text.translate({ord(c): None for c in "${}^_\\"})
    return _GREEK.sub(lambda match: greek_name(match[0]), " ".join(text.split()))


def _split(text: str) -> tuple[str, str, str]:
    match = _COLON.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _counts(token: str) -> bool:
    series = _EDITION.fullmatch(token) or _ROMAN.fullmatch(token) or _SERIES.match(token)
    return bool(series) or token.endswith("+")


def _is_misprint(a: str, b: str) -> bool:
    if a + "s" == b or b + "s" == a:
        return min(len(a), len(b)) >= 3
    from rapidfuzz.distance import Levenshtein  # slow to load

    return min(len(a), len(b)) >= _WORD_TYPED and a[:2] == b[:2] and Levenshtein.distance(a, b) <= 1
