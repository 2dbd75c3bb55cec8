"""Words that line ends broke or glued: "autore-gressive", "tokenbased", "net- working", "fast.We"."""

from __future__ import annotations

import re

from kg.sources.repairs.edits import LONGEST, Edits, Paper
from kg.sources.words import Words

_CHUNK = re.compile(r"(?<![\w./\\@#-])[A-Za-z]+(?:-[A-Za-z]+)*(?![\w/@\\-]|\.[a-z])")
_APART = re.compile(r"(?<![\w-])(?<!- and )(?<!- or )([A-Za-z]{2,})- ([a-z]{2,})(?![\w-])")
_GLUED = re.compile(r"(?<=[a-z]{3})[.,;:](?=[A-Z][a-z]+ )")
_WORD = re.compile(r"[A-Za-z]+")
_ACRONYM = re.compile(r"([A-Z]{2,})[a-z]{2,}")  # "BERTlike": its case tells where its parts meet
_BROKEN = "Broken words in the {field} were mended: {examples}."


def mend(edits: Edits, paper: Paper, is_title: bool = False) -> None:
    """Put back the hyphens and spaces that line ends left or took.

    A title keeps a form that others use too, be it rare ("Multiagent").
    """
    words, raw, sound = paper.words, edits.raw, paper.words.sound
    if "- " in raw:
        join_apart(edits, words)
    for match in [match for match in _CHUNK.finditer(raw) if match[0] not in sound]:  # nearly all are sound
        chunk = match[0]
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
            continue  # a word that was coined: "Drivel-ology"
        if new != low and ("-" in low or words.is_usual(new) or not paper.repeats(low)):  # twice is on purpose
            _respace(edits, match.start(), chunk, new)


def _is_name(chunk: str) -> bool:
    """Whether capitals inside say that a word without hyphens is a name ("SlideLoss"); "RSDgenerated" is two words."""
    return "-" not in chunk and not re.fullmatch(r"[A-Z]*[a-z]+", chunk) and not chunk.isupper()


def _respace(edits: Edits, at: int, chunk: str, new: str) -> None:
    """Make the hyphens and spaces of `chunk`, which stands at `at`, those of `new`."""
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
    """Whether a capital stands where a hyphen would come or go: a name, no broken word ("OVOBench", "FUN-AD")."""
    if "-" in chunk:
        return len(new) < len(chunk) and any(part[:1].isupper() for part in chunk.split("-")[1:])
    at = [i - new[:i].count("-") for i, char in enumerate(new) if char == "-"]
    return any(chunk[i].isupper() for i in at)


def join_apart(edits: Edits, words: Words) -> None:
    """Join the parts of a word around "- " where other papers write them as one."""
    for match in _APART.finditer(edits.raw):
        joined = words.joins(match[1].lower(), match[2])
        if joined:
            hyphen = match.end(1)
            edits.add(hyphen + ("-" in joined), hyphen + 2, "", _BROKEN, f'"{match.group()}"')


def space_sentences(edits: Edits, words: Words) -> None:
    """Put a space between sentences that lost it ("fast.We")."""
    for match in _GLUED.finditer(edits.raw):
        after = _WORD.match(edits.raw, match.end())
        before = edits.raw[max(0, match.start() - 30) : match.start()].rpartition(" ")[2].lower()
        if after and words.is_plain(after.group().lower()) and words.is_plain(before):
            edits.add(match.end(), match.end(), " ", "Lost spaces in the {field} were put back.")
