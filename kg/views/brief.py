"""One sentence on a paper in the reports' own form, composed from its record alone.

    机构发布了《名称》论文，使用了T技术，解决了P问题，达成了E的效果。
    INSTITUTIONS present NAME, which uses T to address P, achieving E.

What the record does not know is left out. No number and no name is said that the record lacks.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.model import Brief, KgError, Paper
from kg.text import fold
from kg.views.base import View
from kg.views.outcome import gets_worse, notes, phrase
from kg.views.selection import Outcome, Selection, Thing, clean, has_han, ids, name, title
from kg.views.words import Words

if TYPE_CHECKING:
    from kg.api import Graph

#: The texts that a sentence may draw on.
ORIGINS: dict[str, tuple[str, ...]] = {"record": (), "abstract": ("T", "A", "I")}
_MOST = {"institution": 6, "technique": 2, "problem": 2, "result": 3}
_SHORT = 60  # characters of a problem that still reads as a noun
_LAST_BRACKET = re.compile(r"[（(][^（()）]*[)）]$")


@dataclass(slots=True)
class Slots:
    """The parts of the sentence in words; empty where the record knows nothing."""

    institutions: list[str] = field(default_factory=list)
    name: str = ""
    is_title: bool = False
    technique: str = ""
    problem: str = ""
    effect: str = ""


def brief(graph: Graph, paper: Paper, lang: str = "zh", origin: str = "record") -> str:
    """One sentence on a paper in English or Chinese.

    `origin` "record" draws on all that the record holds: a Chinese sentence takes the wording of the source's own
    Chinese brief for a slot that it filled, and composes the others. "abstract" draws on title, abstract and
    institution line alone.
    """
    return compose(Selection.of(graph, [paper], lang), paper, origin)


def compose(shown: Selection, paper: Paper, origin: str = "record") -> str:
    """The sentence on a paper of a selection."""
    if origin not in ORIGINS:
        raise KgError(f"A brief is not made from {origin!r}: choose one of {', '.join(ORIGINS)}.")
    found = slots(shown, paper, ORIGINS[origin])
    return _chinese(shown.words, found) if shown.lang == "zh" else _english(shown.words, found)


def slots(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> Slots:
    """What fills the sentence, from these fields (all when empty)."""
    out = Slots(name=name(paper))
    if not out.name:
        out.name, out.is_title = title(paper), True
    out.institutions = [thing.label for thing in _of(shown, paper, "institution", fields)]
    words = shown.words
    given = Brief() if fields or shown.lang != "zh" else _given(paper)
    out.technique = clean(given.technique) or words.listed(_techniques(shown, paper, fields))
    out.problem = clean(given.problem) or words.listed(_problems(shown, paper, fields))
    out.effect = clean(given.effect) or _effects(shown, paper, fields)
    return out


def _given(paper: Paper) -> Brief:
    """The slots of the first source that wrote a sentence on the paper itself."""
    said = (record.brief for _, record in paper.entries)
    return next((brief for brief in said if brief.technique or brief.problem or brief.effect), Brief())


def _of(shown: Selection, paper: Paper, kind: str, fields: Collection[str]) -> list[Thing]:
    """Things named in the fields, with a label that the language can say."""
    found = [t for t in shown.things(paper, kind) if not fields or set(t.fields) & set(fields)]
    return [t for t in found if shown.lang == "zh" or not has_han(t.label)]


def _techniques(shown: Selection, paper: Paper, fields: Collection[str]) -> list[str]:
    """The paper's own techniques beside the one that bears its name, else those that it uses."""
    own = {fold(name(paper)), fold(title(paper))}
    found = [thing for thing in _of(shown, paper, "technique", fields) if not _same(thing, own)]
    for role in ("proposed", "used"):
        chosen = [thing.label for thing in found if thing.role == role]
        if chosen:
            return chosen[: _MOST["technique"]]
    return []


def _same(thing: Thing, own: set[str]) -> bool:
    wording = {fold(thing.label), *(fold(quote.quote) for quote in thing.quotes)}
    return bool(wording & own)


def _problems(shown: Selection, paper: Paper, fields: Collection[str]) -> list[str]:
    """Problems that the vocabulary knows before those in the paper's own words; clauses only where nothing else is."""
    things = _of(shown, paper, "problem", fields)
    found = [thing.label for thing in sorted(things, key=lambda t: t.concept not in shown.graph.vocabulary)]
    short = [label for label in found if len(label) <= _SHORT] or sorted(found, key=len)[:1]
    return short[: _MOST["problem"]]


def _effects(shown: Selection, paper: Paper, fields: Collection[str]) -> str:
    """The paper's chief outcomes: gains before levels, with a baseline before without; losses where
    there is nothing else. What holds for neighbours alike (baseline, setting) is said once, after the last of them.
    """
    found = [o.result for o in shown.outcomes(paper, fields) if o.result.metric and _sayable(shown, o)]
    found = [result for result in found if not gets_worse(shown, result)] or found
    ranked = sorted(found, key=lambda result: (result.change == "absolute", not result.baseline, -result.confidence))
    chosen = [result for result in found if result in ranked[: _MOST["result"]]]
    said = []
    for at, result in enumerate(chosen):
        again = any(notes(shown, after) == notes(shown, result) for after in chosen[at + 1 : at + 2])
        said.append(phrase(shown, result, aside=not again))
    if said and chosen[0].change != "absolute":
        said[0] = shown.words("outcome.first_change", effect=said[0])
    return shown.words.listed(said)


def _sayable(shown: Selection, outcome: Outcome) -> bool:
    said = (outcome.result.metric, outcome.result.baseline, outcome.result.setting)
    return shown.lang == "zh" or not any(has_han(text) for text in said)


def _institutions(words: Words, names: list[str]) -> str:
    most = _MOST["institution"]
    if len(names) <= most:
        return words.listed(names)
    n = len(names) if words.lang == "zh" else len(names) - most
    return words("brief.more", names=words("brief.comma").join(names[:most]), n=n)


def _what(words: Words, found: Slots) -> str:
    if not found.name:
        return words("brief.unnamed")
    return words("brief.titled" if found.is_title else "brief.named", title=found.name)


def _chinese(words: Words, found: Slots) -> str:
    what = _what(words, found)
    says = []
    if found.technique:
        says.append(words("brief.uses", technique=_ended(words, "technique", found.technique)))
    if found.problem:
        says.append(words("brief.addresses", problem=_ended(words, "problem", found.problem)))
    if found.effect:
        says.append(words("brief.achieves", effect=found.effect.removesuffix("的效果")))
    if found.institutions:
        who = _institutions(words, found.institutions)
        says.insert(0, words("brief.presents", who=who, what=what))
    elif says:
        says[0] = what + says[0]
    else:
        says = [what]
    return "，".join(says) + "。"


def _ended(words: Words, slot: str, said: str) -> str:
    """The template's own noun after the slot, unless the slot ends in such a noun."""
    endings = tuple(words(f"brief.{slot}_endings").split())
    bare = _LAST_BRACKET.sub("", said)
    return said if bare.endswith(endings) else said + words(f"brief.{slot}_word")


def _english(words: Words, found: Slots) -> str:
    what = _what(words, found)
    uses = words("brief.uses", technique=found.technique) if found.technique else ""
    problem = words("brief.to_address" if uses else "brief.addresses", problem=found.problem) if found.problem else ""
    does = " ".join(filter(None, (uses, problem)))
    if found.institutions:
        who = _institutions(words, found.institutions)
        said = words.count("brief.presents", len(found.institutions), who=who, what=what)
        said += f", which {does}" if does else ""
    else:
        start = what if found.name else what[:1].upper() + what[1:]
        said = start + (f" {does}" if does else "")
    if found.effect:
        bare = not does and not found.institutions
        effect = words("brief.achieves" if bare else "brief.achieving", effect=found.effect)
        said += f" {effect}" if bare else f", {effect}"
    return said if said.endswith(".") else f"{said}."


def view(graph: Graph, selection: str, lang: str) -> View:
    """The sentences on the papers of a selection, a line each."""
    import json

    shown = Selection(graph, selection, lang)
    said = [(ids(paper), compose(shown, paper)) for paper in shown.papers]
    rows = [{"papers": names, "text": text} for names, text in said]
    return View(
        selection or "briefs",
        {
            "txt": lambda: "".join(f"{text}\n" for _, text in said),
            "md": lambda: "".join(f"- {names[0]}: {text}\n" for names, text in said),
            "json": lambda: json.dumps(rows, ensure_ascii=False, indent=1) + "\n",
        },
        papers=len(said),
    )


VIEW = view
