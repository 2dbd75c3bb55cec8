"""The parts of an affiliation line, and what is found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kg.link.institutions import NameToken, Organisation, Register, joined, name_tokens, without_legal_form

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
