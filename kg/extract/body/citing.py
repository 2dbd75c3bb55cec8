"""Who is cited in which words: of each reference the sentences that cite it, each with its type.

The types and their cues are data (citations.toml): builds_on, compares_with, uses; cites where a sentence says no more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import NamedTuple

from kg.extract.body.things import evidence_of, is_shaped
from kg.files import toml_file
from kg.model import CITATION_TYPES, Citation, Document, Part, Reference
from kg.text import fold, sentence_at

_LONGEST = 1500  # characters of a sentence that are read
_PLACES = 60  # of a reference
_NAME = 40  # characters before a place that may be a name
_NAMED = (
    r"(?<![\w.-])([A-Z][\w+-]*(?:\.\d+)?)\s?[\[(（]?(?:[A-Z]\. ){0,2}$"  # right before a place: "YaRN [", "YaRN (B. "
)
_ASIDE = r"\s?(?:\[[^\[\]]{0,80}\]|\([^()]{0,200}\))"
#: The types of citations, their cues and scores.
settings = partial(toml_file, __file__, "citations.toml")


def read_citations(document: Document, own: str) -> list[Citation]:
    """How each reference is cited: a sentence of each type that tells more than that it is. `own`: the paper's name."""
    parts = {part.id: part for part in document.parts}
    spans = {
        place: sentence_at(parts[place[0]].text.text, *place[1:])
        for one in document.references
        for place in one.cited[:_PLACES]
        if place[0] in parts
    }
    crowd = Counter((part, sentence) for (part, _, _), sentence in spans.items())
    out: list[Citation] = []
    for one in document.references:
        found: dict[str, tuple[int, Part, int, int]] = {}  # works that a sentence cites, and where it is
        for place in one.cited[:_PLACES]:
            if place in spans:
                part, (start, end) = parts[place[0]], spans[place]
                said = cited_as(part, start, end, place[1], place[2], own)
                made = crowd[part.id, (start, end)], part, start, end
                if said not in found or made[0] < found[said][0]:
                    found[said] = made
        if len(found) > 1:
            found.pop("cites", None)
        name = _called(one, parts) if found else ""
        for said in filter(found.__contains__, CITATION_TYPES):
            _, part, start, end = found[said]
            out.append(Citation(one.key, said, evidence_of(part, start, end), settings()["score"][said], name))
    return out


def _called(one: Reference, parts: Mapping[str, Part]) -> str:
    """The name right before most places that cite a reference, if it has the form of one and is no author's; or ""."""
    befores = (parts[of].text.text[max(0, at - _NAME) : at] for of, at, _ in one.cited[:_PLACES] if of in parts)
    names = Counter(found[1] for before in befores if (found := re.search(_NAMED, before)))
    others = {*fold(one.raw).split()} - {*fold(one.title).split()}
    return next((name for name, _ in names.most_common() if is_shaped(name) and fold(name) not in others), "")


def cited_as(part: Part, start: int, end: int, at: int, behind: int, own: str) -> str:
    """How the sentence of a part speaks of the work that it cites at a place."""
    text = part.text.text
    before = re.sub(_ASIDE, "", text[max(start, at - _LONGEST) : at]).lower().replace("(", " ")
    after = re.sub(_ASIDE, "", text[behind : min(end, behind + _LONGEST)]).lower()
    clause = _with_subject(before, re.split(settings()["clause"]["breaks"], before)[-1])
    for kind in CITATION_TYPES[:-1]:
        said = settings()[kind]
        if part.role in said["roles"].split():
            is_bare = part.role in said.get("bare_roles", said["roles"]).split()
            if _says(kind, clause, after, own.lower(), is_bare):
                return str(kind)
    return "cites"


def _with_subject(before: str, clause: str) -> str:
    """A clause with the word of its break, which may be its subject: ", we use"."""
    last = re.search(r"\w+$", before[: len(before) - len(clause)])
    return f"{last[0]}{clause}" if last else clause.lstrip(" ,;:")


def _says(kind: str, clause: str, after: str, own: str, is_bare: bool) -> bool:
    """Whether a clause up to a place, or the words behind it, have a cue of a type; `is_bare`: subject or not."""
    cues, said = _cues(kind, own), settings()[kind]
    behind = re.search(cues.behind, after) if is_bare and cues.behind else None
    if behind and ";" not in after[: behind.start()]:
        return True
    for cue in (cues.own, cues.opening, cues.bare if is_bare else ""):
        for found in re.finditer(cue, clause) if cue else ():
            between = clause[found.end() :]
            if cue is cues.opening and (
                not re.search(cues.subject, after) or re.search(said.get("against_behind", "x^"), after)
            ):
                continue
            if len(between.split()) <= said["words"] and not re.search(cues.against, between):
                return True
    return False


class _Cues(NamedTuple):
    """Patterns for the cues of a type, "" for none."""

    own: str
    bare: str
    opening: str
    behind: str
    subject: str
    against: str


@cache
def _cues(kind: str, own: str) -> _Cues:
    said, clause = settings()[kind], settings()["clause"]
    subject = "|".join([clause["own"], *([re.escape(own)] if len(own) > 2 else [])])
    return _Cues(
        _either(said.get("own"), rf"(?<!\w)(?:{subject})(?:’s|'s)? ?", r"(?!\w)"),
        _either(said.get("bare"), r"(?<!\w)", ""),
        _either(said.get("opening"), r"^\W{0,3}(?:\w+, )?", r"(?!\w)"),
        _either(said.get("behind"), r"(?<!\w)", ""),
        rf"\b(?:{subject})(?!\w)",
        "|".join(filter(None, (clause["against"], said.get("against", "")))),
    )


def _either(forms: Iterable[str] | None, before: str, behind: str) -> str:
    return f"{before}(?:{'|'.join(forms)}){behind}" if forms else ""
