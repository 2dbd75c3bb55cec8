"""The summary that a source gives of a paper: its named parts, and what of them a reader needs first.

A summary is one text of lines; a line may begin with the name of its part ("method: ..."), as lists of papers have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kg.model import Paper
from kg.text import has_han, sentences
from kg.views.readable import as_text
from kg.views.selection import clean
from kg.views.words import PageWords


class SummaryPart(NamedTuple):
    """A line of a summary: the name of the part ("method"), "" where the source gives none, and its text."""

    name: str
    text: str


def summary_parts(raw: str) -> list[SummaryPart]:
    """The parts of a summary.

    >>> summary_parts("method: 剪枝。\\n快两倍: 是的。")
    [SummaryPart(name='method', text='剪枝。'), SummaryPart(name='', text='快两倍: 是的。')]
    """
    words, out = PageWords("en"), []
    for line in filter(None, map(clean, raw.splitlines())):
        name, colon, said = line.partition(": ")
        is_named = bool(colon) and name.isascii() and words.has(f"summary.{name}")
        out.append(SummaryPart(name, as_text(said)) if is_named else SummaryPart("", as_text(line)))
    return out


def summary_of(paper: Paper, lang: str) -> list[SummaryPart]:
    """The parts of the first summary that a source of a paper gives in a language; summaries are in Chinese."""
    found = (document.texts["S"].raw for document, _ in paper.entries if "S" in document.texts)
    return summary_parts(next((raw for raw in found if has_han(raw) == (lang == "zh")), ""))


def short(parts: list[SummaryPart], most: int) -> str:
    """Whole sentences of at most `most` letters, but at least one, that say what the paper is about."""
    by_name = {part.name: part.text for part in reversed(parts)}
    whole = by_name.get("tldr") or by_name.get("")
    if whole:
        return _first(whole, most)
    return "".join(_first(by_name[name], most // 2) for name in ("method", "result") if name in by_name)


def approach(parts: list[SummaryPart], most: int) -> str:
    """The first sentences on the method, which stand third where parts are not named; the summary without them."""
    own = next((part.text for n, part in enumerate(parts) if part.name == "method" or (not part.name and n == 2)), "")
    return _first(own, most) if own else short(parts, most)


def findings(parts: list[SummaryPart]) -> Iterator[str]:
    """The sentences that tell what came of the work, results first; of unnamed parts the last two and the first."""
    names = [part.name for part in parts]
    if not any(names):
        last = ["", "result", "conclusion"][-len(names) :]
        names = ["tldr", *names[1:-2], *last[1:]][: len(names)]
    for wanted in (("result", "conclusion"), ("tldr",)):
        for name, part in zip(names, parts, strict=True):
            if name in wanted:
                yield from _sentences(part.text)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _first(text: str, most: int) -> str:
    """The first sentences of a text that fit, but at least one."""
    out = ""
    for sentence in _sentences(text):
        if out and len(out) + len(sentence) > most:
            break
        out += sentence
    return out
