"""The parts of an affiliation line, and what is found in them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.link.institutions import (
    NameToken,
    Organisation,
    OrganisationWords,
    Register,
    joined,
    name_tokens,
    without_legal_form,
)

_MARK = re.compile(
    r"&amp|[(),;|\n•·†‡§¶*，；、。：:（）]|\s[/–—]\s|(?<=[A-Z]{3})/(?=[A-Z]{3})|\.\s+(?=\d+\s)|(?<=[a-z]{2})\.\s+(?=[A-Z])"
)
_HAN_JOINT = re.compile(r"(?<=[\u3400-\u9fffA-Za-z])\s*[和与及]\s*(?=[\u3400-\u9fffA-Z])|以及|\s+and\s+")
_BROKEN = re.compile(r"(?<=[a-z])- (?=[a-z])")
_LEADING = re.compile(r"^(?:\d+|[^\w\u3400-\u9fff\"'(]+)\s*")
_BRACKETED = re.compile(r"\s*\([^)]*\)?\s*$")
_HOUSE = re.compile(r"\d{3}[\d-]*\s+$")  # a number before a street
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


def segments(line: str, register: Register, han: bool = False) -> list[Segment]:
    """The segments of a line between commas, semicolons, line breaks and marks."""
    cuts = [0]
    for match in sorted([*_MARK.finditer(line), *(_HAN_JOINT.finditer(line) if han else ())], key=lambda m: m.start()):
        cuts += [match.start(), match.end()]
    cuts.append(len(line))
    out = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        piece = line[start:end]
        lead = _LEADING.match(piece.lstrip())
        start += len(piece) - len(piece.lstrip()) + (lead.end() if lead else 0)
        piece = line[start:end].rstrip(" .-")
        tokens = tuple(NameToken(t.folds, start + t.start, start + t.end) for t in name_tokens(piece, register.words))
        if tokens:
            before = line[max(0, start - _AHEAD) : start]
            bracketed, numbered = before.rstrip().endswith(("(", "（")), bool(_HOUSE.search(before))
            out.append(Segment(start, start + len(piece), tokens, bracketed, numbered))
    return out


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
    bare = _BRACKETED.sub("", text) or text
    tokens = name_tokens(bare, register.words)
    kept = without_legal_form(tokens, register.words)
    return bare[: kept[-1].end] if kept and len(kept) < len(tokens) else bare.rstrip(" .,")


def has_head(run: Sequence[NameToken], heads: frozenset[str]) -> bool:
    return any(f in heads for t in run for f in t.folds)


def without_city(name: str, register: Register) -> str:
    """A name without the city that follows it ("MITRE Corporation Bedford")."""
    tokens = name_tokens(name, register.words)
    for cut in (2, 1):
        city = joined(tokens[-cut:])
        is_city = len(tokens) > cut + 1 and bool(tokens[-cut].folds) and bool(tokens[-cut - 1].folds)
        if is_city and register.is_place(city) and not register.country(city):
            last = tokens[-cut - 1]
            if last.folds[-1] in register.words.head or last.folds[-1] in register.words.legal:
                return tidy(name[: last.end], register)
    return name


def is_cut(one: Found, names: list[str], words: OrganisationWords) -> bool:
    """Whether an unknown name begins or ends one of the line's ("Max-Planck Institute"), which are sorted."""
    tokens = name_tokens(one.name, words)
    if has_head(tokens, words.learned):
        return False
    key = joined(tokens)
    return any(name.startswith(key) for name in names[bisect_left(names, key) :][:1]) or any(
        name.endswith(key) for name in names
    )


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
