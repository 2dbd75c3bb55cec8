"""Whether the text of a PDF can be read at all, and whether the file looks like a paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from kg.sources.layout.header import Header
from kg.sources.layout.page_words import REFERENCES, HeaderLabels
from kg.sources.layout.pages import Page
from kg.wordcounts import WordCounts

_LEAST = 200  # characters that show how a text is encoded
_BROKEN = 0.2  # share of characters without a meaning
_FEW = 0.2  # share of letters below which a text is none
_COMMON = frozenset("eaionrstl")  # the most frequent letters of languages in Latin script: 55 to 75 % of their texts
_USUAL = 0.5
_KNOWN = 0.15  # share of words that other papers have
_PAPERS = 20  # papers with a word that is known
_WORD = re.compile(r"[^\W\d_]{2,}")
_POINTS = 2  # signs of a paper


def is_nonsense(text: str, words: WordCounts) -> bool:
    """Whether a text has signs or letters in place of its words, because a font maps its characters wrongly."""
    visible = [c for c in text if not c.isspace()]
    if len(visible) < _LEAST:
        return False
    letters = [c for c in visible if c.isalpha()]
    if visible.count("\ufffd") > _BROKEN * len(visible) or len(letters) < _FEW * len(visible):
        return True
    plain = [unicodedata.normalize("NFD", c)[0] for c in "".join(letters).lower()]
    latin = [c for c in plain if c < "\u0250"]
    if len(latin) < 0.6 * len(letters) or sum(c in _COMMON for c in latin) >= _USUAL * len(latin):
        return False
    found = _WORD.findall(text.lower())
    return sum(words.count.get(word, 0) >= _PAPERS for word in found) < _KNOWN * len(found)


def looks_like_a_paper(made: Header, pages: Iterable[Page], text: str) -> bool:
    """Whether a file has signs of a paper: a headed abstract, authors with affiliations, an id, references."""
    signs = 2 * made.has_heading + bool(made.abstract) + bool(made.authors and made.affiliations)
    signs += bool(made.keywords) + bool(made.arxiv or made.doi) + bool(REFERENCES.search(text)) + bool(made.venue)
    labels = HeaderLabels.load()
    lines = [line.text for page in pages for line in page.lines]
    if any(labels.other.match(line) for line in lines):
        signs -= _POINTS
    return signs >= _POINTS
