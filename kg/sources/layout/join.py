"""Join lines into running text: resolve hyphens at line ends by the document's own words, and drop footnote marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from kg.sources.layout.pages import Char
from kg.wordcounts import WordCounts

_WORD = re.compile(r"(?<![\w\ufffe\x02-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w\ufffe\x02-])")
_BEFORE = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_AFTER = re.compile(r"[^\W_]+(?:-[^\W\d_]+)*")
_HAN = re.compile(r"[\u3000-\u9fff\uff01-\uff5e]")  # no spaces between lines of Chinese
_HAN_GAP = re.compile(rf"(?<={_HAN.pattern}) (?={_HAN.pattern})")
_KNOWN = 20  # papers that make a part of a compound a word
_NOTE = re.compile(r"[\d,*∗†‡§¶‖∥⋆♣♠♦♥♯♭]+")
_LONGEST = 80  # letters of a word
_LETTERS = 3  # letters before a footnote mark; a raised sign after fewer letters is an exponent


class Joiner:
    """Joins lines; `text` is the available text of the document, with U+FFFE for hyphens at line ends."""

    def __init__(self, text: str, words: WordCounts) -> None:
        self.own = Counter(word.lower() for word in _WORD.findall(text))
        self.words = words

    def join(self, lines: Iterable[str]) -> str:
        """Join several lines into one text."""
        out = ""
        for line in lines:
            line = line.strip()
            if not line:
                continue
            before = _BEFORE.search(out[-_LONGEST:])
            after = _AFTER.match(line)
            if before and after:
                out = out[:-1] + self._between(before[1], after.group()) + line
            elif _closes_up(out, line):
                out += line
            else:
                out += f" {line}" if out else line
        return _HAN_GAP.sub("", " ".join(out.split()))

    def _between(self, first: str, last: str) -> str:
        """What joins the parts of a word divided at a line end: a hyphen or nothing."""
        is_capital = first.isupper() and last.isupper() and len(last) > 1  # a title in capitals
        if not (last[0].islower() or is_capital) or "-" in last:
            return "-"  # "Meta-BiLSTM", "state-of-the-art"
        low, end = first.lower(), last.lower()
        whole, compound = self.own[low + end], self.own[f"{low}-{end}"]
        if whole != compound:
            return "" if whole > compound else "-"
        known = self.words.joins(low, end)
        if known:
            return "-" if "-" in known else ""
        count = self.words.count
        is_two = count.get(low, 0) >= _KNOWN and count.get(end, 0) >= _KNOWN and len(low) > 2 and len(end) > 2
        return "-" if is_two else ""


def _closes_up(before: str, line: str) -> bool:
    """Whether a line is appended to the preceding text without a space."""
    if before.endswith(("-", "–", "—", "/")):
        return bool(before[-2:-1].strip())
    return bool(_HAN.match(before[-1:]) and _HAN.match(line))


def plain(chars: Sequence[Char]) -> str:
    """The text of a line without footnote marks ("reducing repetition¹."); exponents are kept."""
    out = ""
    at, skipped = 0, False
    while at < len(chars):
        char = chars[at]
        if char.raised:
            end = at
            while end < len(chars) and chars[end].raised:
                end += 1
            mark = "".join(c.text for c in chars[at:end])
            if _NOTE.fullmatch(mark) and _bears_note(out):
                at = end
                skipped = True
                continue
        is_apart = char.space and not (skipped and char.text in ".,;:)")
        out += f" {char.text}" if is_apart and out else char.text
        skipped = False
        at += 1
    return out


def _bears_note(before: str) -> bool:
    """Whether a raised mark after this text is a footnote mark: the text ends with a word or a sentence."""
    word = re.search(r"[^\W\d_]+$", before[-_LONGEST:])
    return len(word.group()) >= _LETTERS if word else before.rstrip()[-1:] in {".", ",", ";", ":", "”", '"', ")"}
