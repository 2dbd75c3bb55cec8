"""The parts of an affiliation line, and what is found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from kg.link.organisation_words import OrganisationWords, fold_word
from kg.link.register import NameToken, Organisation, Register, joined, name_tokens, without_legal_form
from kg.text import has_han

_MARK = re.compile(
    r"&amp|[(),;|\n•·†‡§¶*，；、。：:（）]|\s[/–—+]\s|(?<=[a-z.])\+(?=[A-Z])|(?<=[A-Z]{3})/(?=[A-Z]{3})|\.\s+(?=\d+\s)|(?<=[a-z]{2})\.\s+(?=[A-Z])"
)
ENDS = re.compile(r"[;\n]|\s\+\s|(?<=[a-z.])\+(?=[A-Z])")  # of an affiliation
_HAN_JOINT = re.compile(r"(?<=[\u3400-\u9fffA-Za-z])\s*[和与及]\s*(?=[\u3400-\u9fffA-Z])|以及|\s+and\s+")
_BROKEN = re.compile(r"(?<=[a-z])- (?=[a-z])")
_LEADING = re.compile(r"^(?:\d+|[^\w\u3400-\u9fff\"'(]+)\s*")
_SLASHED = re.compile(r"(?<=[^\W\d_])\s?/\s?[A-Z]{2,9}$")  # a short form behind a name: "Universidade de X/UDX"
_BRACKETED = re.compile(r"\s*\([^)]*\)?\s*$")
_HOUSE = re.compile(r"\d{3}[\d-]*\s+$")  # a number before a street
_NOTED = re.compile(r"([^\W\d_]{4,})\d$")  # a word with the mark of a note
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 40  # letters
_LONGEST_FORM = 12  # letters of an abbreviation
_AHEAD = 80  # code points before a segment that tell what it is


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation at [start, end) of a line; `organisation` is None if the register does not have it."""

    start: int
    end: int
    name: str
    organisation: Organisation | None
    reason: str
    segment: int = 0  # index of the segment of the line
    is_ambiguous: bool = False  # whether several organisations of the register have this name
    text: str = ""  # the surface form in the line
    aliases: tuple[str, ...] = ()  # other surface forms in the line of the same organisation

    @property
    def concept(self) -> str:
        return self.organisation.curie if self.organisation else ""


@dataclass(frozen=True, slots=True)
class Segment:
    """The text between two separators of a line."""

    start: int
    end: int
    tokens: tuple[NameToken, ...]  # with offsets in the line
    bracketed: bool = False
    numbered: bool = False  # a number before it is of a street or box


class AffiliationLine:
    """A line with its segments, and to which of its affiliations each belongs."""

    def __init__(self, text: str, register: Register) -> None:
        self.text, self.register, self.words = text, register, register.words
        self.segments = segments(text, register, han=has_han(text))
        starts = [0, *(one.start for one in self.segments)]
        ends = [*accumulate(len(ENDS.findall(text, *two)) for two in pairwise(starts))]
        self.affiliation = [count - ends[0] for count in ends]  # that a segment is part of, by its number

    def is_with(self, at: int, other: int) -> bool:
        """Whether two segments belong to one affiliation."""
        return 0 <= other < len(self.segments) and self.affiliation[at] == self.affiliation[other]

    def is_and(self, token: NameToken) -> bool:
        """Whether a token is the word "and"."""
        return not token.folds and self.text[token.start : token.end] == "and"


def segments(line: str, register: Register, han: bool = False) -> list[Segment]:
    """The segments of a line between commas, semicolons, line breaks and marks."""
    cuts = [0]
    marks = (m for m in _MARK.finditer(line) if m[0][0] != "." or not _is_short(line, m.start(), register))
    for match in sorted([*marks, *(_HAN_JOINT.finditer(line) if han else ())], key=lambda m: m.start()):
        cuts += [match.start(), match.end()]
    cuts.append(len(line))
    out = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        piece = line[start:end]
        lead = _LEADING.match(piece.lstrip())
        start += len(piece) - len(piece.lstrip()) + (lead.end() if lead else 0)
        piece = line[start:end].rstrip(" .-")
        noted = _NOTED.search(piece, max(0, len(piece) - _LONGEST_WORD))
        if noted and not register.is_place(joined(name_tokens(noted[1], register.words))):
            piece = piece[: noted.end(1)]  # "Wick University2", but not "Paris1"
        tokens = tuple(NameToken(t.folds, start + t.start, start + t.end) for t in name_tokens(piece, register.words))
        if tokens:
            before = line[max(0, start - _AHEAD) : start]
            bracketed, numbered = before.rstrip().endswith(("(", "（")), bool(_HOUSE.search(before))
            out.append(Segment(start, start + len(piece), tokens, bracketed, numbered))
    return out


def _is_short(line: str, stop: int, register: Register) -> bool:
    """Whether a short form stands before a full stop, which ends nothing then: "Univ. Grenoble Alpes"."""
    before = _LETTERS.findall(line[max(0, stop - _LONGEST_FORM) : stop])
    word = fold_word(before[-1]) if before else ""
    stands_for = register.words.abbreviation.get(word, ())
    return any(len(word) < len(full) and full not in register.words.lab for full in stands_for)


def is_clear(one: Found, line: str, register: Register) -> bool:
    """Whether a name is one of the additions or has a head word."""
    run = name_tokens(line[one.start : one.end], register.words)
    return bool(register.own(joined(run))) or has_head(run, register.words.head)


def owner_by_name(organisation: Organisation, register: Register) -> Organisation:
    """The organisation whose centre or laboratory another one is by its name: RIKEN of "RIKEN Center for X".

    Those of universities stay what they are, and so do the entries of the additions.
    """
    if organisation.curie in register.additions:
        return organisation
    tokens = name_tokens(organisation.name, register.words)
    for whole in (register[curie] for curie in organisation.parents if curie in register):
        name = name_tokens(whole.name, register.words)
        behind = tokens[len(name) :]
        is_parted = behind and "," in organisation.name[: behind[0].start]  # "Academy of X, Institute of Y"
        is_named = behind and not is_parted and "e" not in whole.types and joined(tokens[: len(name)]) == joined(name)
        if is_named and any(fold in register.words.lab for fold in behind[0].folds):
            return whole
    return organisation


def distinct(found: Iterable[Found], register: Register) -> list[Found]:
    """Merge mentions of the same organisation into the first; other surface forms become aliases."""
    seen: dict[str, Found] = {}
    for one in found:
        key = one.concept or joined(without_legal_form(name_tokens(one.name, register.words), register.words))
        first = seen.setdefault(key, one)
        if one.text != first.text and one.text not in first.aliases:
            seen[key] = replace(first, aliases=(*first.aliases, one.text))
    return list(seen.values())


def tidy(text: str, register: Register) -> str:
    """A name in its usual form: whole words, no legal form, no bracket at the end."""
    text = _BROKEN.sub("", " ".join(text.split()))
    bare = _SLASHED.sub("", _BRACKETED.sub("", text) or text)
    tokens = name_tokens(bare, register.words)
    kept = without_legal_form(tokens, register.words)
    return bare[: kept[-1].end] if kept and len(kept) < len(tokens) else bare.rstrip(" .,")


def has_head(run: Sequence[NameToken], heads: frozenset[str]) -> bool:
    return any(f in heads for t in run for f in t.folds)


def is_descriptive(run: Sequence[NameToken], words: OrganisationWords) -> bool:
    """Whether a name only describes a field of work ("Institute of X", "Computer Vision Laboratory")."""
    folds = [f for t in run for f in t.folds]
    if folds[0] in words.lab:
        return True
    return not has_head(run, words.learned) and any(f in words.lab for f in folds[-2:])


def is_shared(organisation: Organisation, run: Sequence[NameToken], register: Register) -> bool:
    """Whether several organisations run what has a name: the Jet Propulsion Laboratory is no mere part of Caltech.

    A "Laboratory of X" or "Institute of Y" has none.
    """
    if not run[0].folds or run[0].folds[0] in register.words.lab:
        return False
    parents = [register[curie] for curie in organisation.parents if curie in register]
    return any(not register.is_part(a, b) and not register.is_part(b, a) for a, b in pairwise(parents))
