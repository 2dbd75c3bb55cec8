"""Latin names in a sentence, and whether a paper's text contains them: by letters, acronym or concept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property

from kg.check.amounts import lexicon
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary
from kg.wordcounts import WordCounts

_NAME = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:[-–‐+./_'’&^][^\W_\u3400-\u9fff\uf900-\ufaff]+)*\+*")
_PIECE = re.compile(r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]+|\d+(?:\.\d+)?")
_JOINT = re.compile(r"[-–‐+./_'’&^]+")
_MARKS = re.compile(r"\\(?:text[a-z]*|math[a-z]*|emph|underline|bf|it)(?![a-z])\s?|[${}\\^]")
_GREEK = re.compile(r"[α-ωΑ-Ω]")
_PLURAL = re.compile(r"\w+[A-Z]s")
_CLAUSE = re.compile(r"[,.;:()!?]\s")
_MOST_PIECES = 9  # pieces of a name
_FUNCTION = frozenset("a an the of for and to in on with by via from as".split())  # noqa: SIM905


class PaperWording:
    """The names that occur in the texts of a paper."""

    def __init__(self, text: str, vocabulary: Vocabulary, words: WordCounts) -> None:
        self.text, self.vocabulary, self.words = text, vocabulary, words

    @cached_property
    def _runs(self) -> set[str]:
        """Concatenations of consecutive pieces: "Fast-dLLM v2" gives "fast", "fastdllm", "dllmv2" and so on."""
        plain = [(piece[:-1] if _PLURAL.fullmatch(piece) else piece).lower() for piece in pieces(self.text)]
        written = [piece.lower() for piece in pieces(self.text)]
        out = set()
        for of in (plain, written, [token.fold for token in tokens(_bare(self.text))]):
            for at in range(len(of)):
                run = ""
                for piece in of[at : at + _MOST_PIECES]:
                    run += piece
                    out.add(run)
        return out

    @cached_property
    def _initials(self) -> set[str]:
        """Initials of consecutive words: "sota" from "state-of-the-art"."""
        out = set()
        for clause in _CLAUSE.split(self.text):
            words = [piece.lower() for piece in pieces(clause)]
            for at, first in enumerate(words):
                run = ""
                for word in words[at : at + _MOST_PIECES]:
                    run += word[0]
                    if first not in _FUNCTION and word not in _FUNCTION and len(run) > 2:
                        out.add(run)
        return out

    @cached_property
    def _concepts(self) -> set[str]:
        found = {match.concept for match in self.vocabulary.match(self.text)}
        return {wider for concept in found for wider in (concept, *self.vocabulary.broader(concept))}

    def has(self, name: str) -> bool:
        """Whether the text contains a name, as a whole or (for a compound) each of its parts."""
        if self._has_one(name):
            return True
        parts = [part for part in _JOINT.split(name) if part]
        return len(parts) > 1 and all(self._has_one(part) or is_ordinary(part, self.words) for part in parts)

    def _has_one(self, name: str) -> bool:
        of = pieces(name)
        joined = "".join(of).lower()
        if not joined or joined in self._runs or "".join(fold(piece) or piece for piece in of) in self._runs:
            return True
        letters = joined.rstrip("s") if name[-1:] == "s" else joined
        if letters in self._runs:
            return True
        if name.isupper() and letters in self._initials:
            return True
        whole = (match for match in self.vocabulary.match(name) if match.end - match.start >= len(name) - 1)
        return any(match.concept in self._concepts for match in whole)

    def has_run(self, name: str) -> bool:
        """Whether the letters of a name occur in the text as whole words."""
        joined = "".join(pieces(name)).lower()
        return bool(joined) and joined in self._runs

    def nearest(self, name: str) -> str:
        """The word of the text most similar to a name; "" if none is similar."""
        found = get_close_matches(name.lower(), [m[0].lower() for m in _NAME.finditer(self.text)], 1, 0.6)
        at = self.text.lower().find(found[0]) if found else -1
        return self.text[at : at + len(found[0])] if at >= 0 else ""


def pieces(text: str) -> list[str]:
    """Runs of letters and runs of digits, without LaTeX markup; "RAPID³" gives "RAPID" and "3"."""
    return _PIECE.findall(_bare(text))


def _bare(text: str) -> str:
    r"""A text without LaTeX markup and with Greek letters by name: "δ" and "$\delta$" give "delta"."""
    if not text.isascii():
        text = _GREEK.sub(_spelled, unicodedata.normalize("NFKC", text))
    return _MARKS.sub("", text)


def _spelled(letter: re.Match[str]) -> str:
    return unicodedata.name(letter[0], "").rpartition(" ")[2].lower()


def is_ordinary(word: str, words: WordCounts) -> bool:
    """Whether a text is an ordinary word, not a name: in lower case, and used by other papers."""
    return word.isdecimal() or (word.islower() and words.is_plain(word))


def names(text: str) -> Iterator[re.Match[str]]:
    """Yield the Latin words of a text that may be names."""
    general = lexicon()["general"]["names"]
    return (
        m for m in _NAME.finditer(text) if re.search(r"[^\W\d_]{2}|[^\W\d_]\d|\d[A-Z]", m[0]) and m[0] not in general
    )
