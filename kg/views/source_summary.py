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
from kg.views.words import PageWords, settings


class SummaryPart(NamedTuple):
    """A line of a summary: the name of the part ("method"), "" where the source gives none, and its text."""

    name: str
    text: str


def summary_parts(raw: str) -> list[SummaryPart]:
    """The parts of a summary."""
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
    named = _by_name(parts)
    if whole := named.get("tldr"):
        return _first(whole, most)
    return "".join(_first(named[name], most // 2) for name in ("method", "result") if name in named)


def approach(parts: list[SummaryPart], most: int) -> str:
    """The first sentences on the method, else the short summary."""
    return _first(_by_name(parts).get("method", ""), most) or short(parts, most)


def findings(parts: list[SummaryPart]) -> Iterator[str]:
    """The sentences that tell what came of the work, those of the results first."""
    named = _by_name(parts)
    for name in ("result", "conclusion", "tldr"):
        yield from _sentences(named.get(name, ""))


def _by_name(parts: list[SummaryPart]) -> dict[str, str]:
    """The texts by the names of their parts; parts without any name have the usual ones, in the usual order."""
    if any(part.name for part in parts):
        return {part.name: part.text for part in reversed(parts)}
    usual = settings()["brief"]["parts"]
    names = usual[-len(parts) :] if len(parts) > 3 else usual[:1]  # without the first, or a text in short alone
    return {name: part.text for name, part in zip(names, parts, strict=False)}


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _first(text: str, most: int) -> str:
    """The first sentences of a text that fit, but at least one."""
    out = ""
    for sentence in _sentences(text):
        if out and len(out) + len(sentence) > most:
            break
        out += sentence
    out = out.rstrip(";；")
    return out + "。" if has_han(out[-1:]) or (has_han(out) and out[-1].isalnum()) else out
