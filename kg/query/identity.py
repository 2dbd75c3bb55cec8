"""Explains why two names are or are not the same concept: their links in the papers and in the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.encoder import encoder
from kg.entity_types import CONCEPT_TYPES, LISTS
from kg.identifiers import kind_of, plain
from kg.link.concepts import local_name
from kg.link.overrides import BY_HAND
from kg.store.contents import mentioning
from kg.text import folded_name

if TYPE_CHECKING:
    from kg.link.linker import Linker
    from kg.model import Record
    from kg.store.entries import Entry
    from kg.store.file import StoreFile

_STEM = 3  # leading letters of a word that must match, and trailing ones that may differ
_MOST = 20  # pairs of concepts whose places in the vocabulary are shown
_ACRONYM = re.compile(r"acronym of (['\"])(.+)\1 in this paper")


@dataclass(frozen=True, slots=True)
class Step:
    """A concept that a name is linked to, the reason, and the number of papers; entry and quote are from the first."""

    concept: str
    reason: str
    entry: str = ""
    quote: str = ""
    papers: int = 0


@dataclass(slots=True)
class Explanation:
    """Whether two names are the same: `concepts` are the shared ones; `why` explains, one sentence each."""

    names: tuple[str, str]
    steps: tuple[list[Step], list[Step]]
    concepts: list[str] = field(default_factory=list)
    similarity: float | None = None
    why: list[str] = field(default_factory=list)


def explain(one: str, other: str, linker: Linker, papers: StoreFile | None = None) -> Explanation:
    """What two names mean, in the papers of a graph if given, and whether they are the same thing."""
    steps = (_steps(one, linker, papers), _steps(other, linker, papers))
    out = Explanation((one, other), steps)
    bearers = [{step.concept for step in side} for side in steps]
    out.concepts = sorted(bearers[0] & bearers[1])
    if embed := encoder():
        out.similarity = float(embed(one) @ embed(other))
    if not out.concepts:
        out.why = list(dict.fromkeys(_apart(out, linker)))
    return out


def _steps(name: str, linker: Linker, papers: StoreFile | None) -> list[Step]:
    """The meanings of a name in the papers, most frequent first, then its meaning without context."""
    found = list(_in_papers(name, papers)) if papers else []
    known = {step.concept for step in found}
    found += [step for step in _alone(name, linker) if step.concept not in known]
    # A topic is a broad heading; it counts only if the name has no other concept.
    return [step for step in found if kind_of(step.concept) != "topic"] or found


def _in_papers(name: str, papers: StoreFile) -> Iterator[Step]:
    folded = folded_name(name)
    if not folded:
        return
    rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    # Apart from a plural or another ending, the name's words are in the quote.
    stems = (word[: max(_STEM, len(word) - _STEM)] for word in re.findall(r"[^\W_]+", name))
    for entry in mentioning(papers, stems):
        for names, concept, reason, quote in _said(entry.record):
            if concept and folded in map(folded_name, names):
                where = (entry.record.id, _introduced(reason, entry) or quote)
                rows.setdefault((concept, reason or "the concept's own name"), []).append(where)
    ranked = sorted(rows.items(), key=lambda item: (-len({e for e, _ in item[1]}), item[0]))
    for (concept, reason), places in ranked:
        first, quote = min(places)
        yield Step(concept, reason, first, quote, len({e for e, _ in places}))


def _said(record: Record) -> Iterator[tuple[tuple[str, ...], str, str, str]]:
    """The names that a record links to concepts: names, concept, reason and quote of each mention and result."""
    for kind in LISTS.values():
        for mention in getattr(record, kind):
            names = (mention.canonical, mention.surface, *mention.aliases)
            yield names, mention.concept, mention.reason, mention.surface
    for result in record.results:
        yield (result.metric,), result.metric_concept, result.reason, result.evidence.quote


def _alone(name: str, linker: Linker) -> Iterator[Step]:
    """The concepts of a name, for each type, without the context of a paper."""
    overrides = linker.overrides
    for kind in (*CONCEPT_TYPES, "institution"):
        if merged := overrides.merged(kind, [name]):
            yield Step(merged[0], f"{BY_HAND}: {name!r} is {merged[0]}")
            continue
        for concept, reason in _candidates(name, kind, linker):
            target = overrides.final(concept)
            moved = f"; {BY_HAND}: {concept} is {target}" if target != concept else ""
            if moved or not overrides.refuses(concept, [name]):
                yield Step(target, f"{reason}{moved}")
                break


def _candidates(name: str, kind: str, linker: Linker) -> list[tuple[str, str]]:
    if kind != "institution":
        return [(link.concept, link.reason) for link in linker.concepts.candidates([name], kind, {})]
    match = linker.register.find(name)
    return [(linker.register.brand(match.organisation).curie, match.reason)] if match else []


def _apart(said: Explanation, linker: Linker) -> Iterator[str]:
    """The reasons why two names are not the same, strongest first."""
    if by_hand := list(_by_hand(said, linker)):
        yield from by_hand
        return
    for name, steps in zip(said.names, said.steps, strict=True):
        if not steps:
            yield f"Nothing is known by the name {name!r}: a paper that says it would mint {local_name(name)}."
    pairs = [(a.concept, b.concept) for a in said.steps[0] for b in said.steps[1]]
    alike = [(a, b) for a, b in pairs if kind_of(a) == kind_of(b)]
    if any(plain(a) == plain(b) for a, b in alike):
        yield f"Several works call something {said.names[0]}, and none says that the letters stand for another's words."
    for a, b in alike[:_MOST]:
        for narrow, wide in ((a, b), (b, a)):
            if wide in linker.vocabulary.broader(narrow):
                yield f"{narrow} is a kind of {wide}: a narrower thing is not its broader one."
    if pairs and not alike:
        kinds = " and ".join(sorted({kind_of(a) for a, _ in pairs} | {kind_of(b) for _, b in pairs}))
        yield f"They are of different types ({kinds}): what is two things is two concepts."
    if alike:
        yield "Each is a label of a concept of its own."


def _by_hand(said: Explanation, linker: Linker) -> Iterator[str]:
    """The manual decisions that keep a name from a concept of the other name."""
    concepts = list(dict.fromkeys(step.concept for side in said.steps for step in side))
    for concept in concepts:
        others = [other for other in concepts if other != concept]
        if refused := linker.overrides.refuses(concept, said.names, others):
            yield f"{BY_HAND.capitalize()}: {concept} {refused[0]} {refused[1]!r} (overrides.ttl)."


def _introduced(reason: str, entry: Entry) -> str:
    """The words with which an entry introduces the acronym in a reason; "" if there are none."""
    match = _ACRONYM.search(reason)
    texts = (text.text for text in entry.document.texts.values()) if match else ()
    forms = (re.search(rf"{re.escape(match[2])}\s*[(（][^()（）]{{1,20}}[)）]", text) for text in texts if match)
    return next((found[0] for found in forms if found), "")
