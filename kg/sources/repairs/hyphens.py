"""Repair words that were broken or joined at line ends: "autore-gressive", "tokenbased", "net- working", "fast.We"."""

from __future__ import annotations

import re

from kg.sources.repairs.edits import LONGEST, Edits, PaperSpellings
from kg.text import split
from kg.wordcounts import WordCounts

_CHUNK = re.compile(r"((?<![\w./\\@#-])[A-Za-z]+(?:-[A-Za-z]+)*(?![\w/@\\-]|\.[a-z]))")
_APART = re.compile(r"(?<![\w-])(?<!- and )(?<!- or )([A-Za-z]{2,})- ([a-z]{2,})(?![\w-])")
#: The sign comes first, before what must stand before it: it is found much faster than a look behind at each letter.
_GLUED = re.compile(r"[.,;:](?<=[a-z]{3}.)(?=[A-Z][a-z]+ )")
_WORD = re.compile(r"[A-Za-z]+")
_ACRONYM = re.compile(r"([A-Z]{2,})[a-z]{2,}")  # "BERTlike": the case shows where its parts meet
_BROKEN = "Broken words in the {field} were mended: {examples}."


def mend(edits: Edits, paper: PaperSpellings, is_title: bool = False) -> None:
    """Restore hyphens and spaces that were added or lost at line ends.

    A title keeps a form that other papers use too, even a rare one ("Multiagent").
    """
    words, raw, sound = paper.words, edits.raw, paper.words.sound
    if "- " in raw:
        join_apart(edits, words)
    chunks, starts, _ = split(_CHUNK, raw)
    # Nearly all words are correct.
    for chunk, start in [one for one in zip(chunks, starts, strict=True) if one[0] not in sound]:
        if not 4 <= len(chunk) <= LONGEST:
            continue
        low = chunk.lower()
        if low in sound or _is_name(chunk) or (is_title and low in words.count):
            continue
        new = words.mended(low, paper.forms(low) if "-" in low or len(low) > 7 else [])
        if new == low:
            acronym = _ACRONYM.fullmatch(chunk) if chunk[:2].isupper() else None
            new = words.divided(low, len(acronym[1]) if acronym else 0)
        elif "-" not in new and new not in words.count and not chunk.islower():
            continue  # a coined word: "Drivel-ology"
        if new != low and ("-" in low or words.is_usual(new) or not paper.repeats(low)):  # used twice: intended
            _respace(edits, start, chunk, new)


def _is_name(chunk: str) -> bool:
    """Whether inner capitals mark a word without hyphens as a name ("SlideLoss", but not "RSDgenerated")."""
    return "-" not in chunk and not re.fullmatch(r"[A-Z]*[a-z]+", chunk) and not chunk.isupper()


def _respace(edits: Edits, at: int, chunk: str, new: str) -> None:
    """Change the hyphens and spaces of `chunk`, found at offset `at`, to those of `new`."""
    example = f'"{chunk}"'
    i = 0
    if " " in new and not chunk.islower():  # "Bethe" is a name
        return
    if _meets_capital(chunk, new):
        return
    for char in new:
        if i < len(chunk) and chunk[i].lower() == char:
            i += 1
        elif char in "- ":
            edits.add(at + i, at + i, char, _BROKEN, example)
        else:  # a hyphen of the chunk that the new form lacks
            edits.add(at + i, at + i + 1, "", _BROKEN, example)
            i += 2


def _meets_capital(chunk: str, new: str) -> bool:
    """Whether a hyphen would come or go before a capital: a name, not a broken word ("OVOBench", "FUN-AD")."""
    if "-" in chunk:
        return len(new) < len(chunk) and any(part[:1].isupper() for part in chunk.split("-")[1:])
    at = [i - new[:i].count("-") for i, char in enumerate(new) if char == "-"]
    return any(chunk[i].isupper() for i in at)


def join_apart(edits: Edits, words: WordCounts) -> None:
    """Join the parts of a word around "- " if other papers write them as one word or with a hyphen."""
    for match in _APART.finditer(edits.raw):
        joined = words.joins(match[1].lower(), match[2])
        if joined:
            hyphen = match.end(1)
            edits.add(hyphen + ("-" in joined), hyphen + 2, "", _BROKEN, f'"{match.group()}"')


def space_sentences(edits: Edits, words: WordCounts) -> None:
    """Insert the missing space between two sentences ("fast.We")."""
    for match in _GLUED.finditer(edits.raw):
        after = _WORD.match(edits.raw, match.end())
        before = edits.raw[max(0, match.start() - 30) : match.start()].rpartition(" ")[2].lower()
        if after and words.is_plain(after.group().lower()) and words.is_plain(before):
            edits.add(match.end(), match.end(), " ", "Lost spaces in the {field} were restored.")
