"""Fills the slots of the sentence on a paper: institutions, name, technique, problem and effect, localised.

Only content of the record is used. For Chinese, wordings that can be expressed in Chinese are preferred, by the labels
of the vocabulary or part by part (kg.views.wording); others stay in the original if there is no alternative.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from kg.model import LISTS, Brief, Mention, Paper, Result
from kg.text import fold, has_han
from kg.views.outcome import Said, gets_worse, phrases
from kg.views.selection import Selection, clean, name, title
from kg.views.wording import Wording, say, says

_MOST = {"technique": 2, "problem": 2, "result": 6}
_SURE = 0.5  # mentions with less confidence are used only if there are no better ones
_SURE_RESULT = 0.4  # the same for results, of which all parts must be right
_FEW = 4  # maximum words of a technique kept in the original
_SHORT = 60  # maximum letters of a problem that still reads as a noun
_HEAD = re.compile(r"(?P<head>[^:：?!]{2,60}?)\s*[:：]\s*\S")
_BRACKET = re.compile(r"\s*[(（](?P<inside>[^()（）]*)[)）]")
_CUT = re.compile(r",| (?:that|which|such as|due to|particularly|when|while|because|to|by|in|for|of|and|on|during)\b")


@dataclass(slots=True)
class Slots:
    """The slots of the sentence in words; empty where the record has nothing."""

    institutions: list[str] = field(default_factory=list)
    name: str = ""
    is_title: bool = False
    technique: str = ""
    problem: str = ""
    effect: str = ""


def slots(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> Slots:
    """The slots of the sentence, from these fields (all if empty)."""
    text = _text(paper, fields)
    called, is_title = what(paper)
    out = Slots(name=called, is_title=is_title)
    out.institutions = list(_institutions(shown, paper, fields, text))
    given = Brief() if fields or shown.lang != "zh" else _given(paper)
    if given.technique and name(paper):  # the given technique may lack the name, which only a composed slot adds
        out.name, out.is_title = name(paper), False
    out.technique = clean(given.technique) or _technique(shown, paper, fields, text, called)
    out.problem = clean(given.problem) or shown.words.listed(_problems(shown, paper, fields, text))
    out.effect = clean(given.effect) or _effects(shown, paper, fields, text)
    return out


def what(paper: Paper) -> tuple[str, bool]:
    """The name of a paper in a sentence, and whether that is its title.

    The name is used if the title begins with it ("NAME: ..."), or its full form if the name is an acronym of that; else
    the title.
    """
    own, whole = name(paper), title(paper)
    head = _HEAD.match(whole)
    front = _BRACKET.sub("", head["head"]).strip() if head else ""
    if not own:
        return whole, True
    if not whole or whole == own or (not front and fold(own) == fold(_BRACKET.sub("", whole))):
        return own, False
    if fold(front) == fold(own):
        return own, False
    for part in (front, _BRACKET.sub("", whole.partition(" for ")[0]).strip()):
        if part != whole and fold(own) != fold(part) and stands_for(own, part):
            return part, False
    if front and (f" {fold(own)} " in f" {fold(head['head'] if head else '')} "):
        return front, False
    return whole, True


def stands_for(acronym: str, phrase: str) -> bool:
    """Whether an acronym consists of letters of a phrase in order, including its first letter.

    >>> stands_for("EMoE", "Elastic MoE"), stands_for("MACC", "From Long to Lean")
    (True, False)
    """
    letters = iter(re.sub(r"[\W_]", "", phrase).lower())
    wanted = re.sub(r"[\W_]", "", acronym).lower()
    heads = "".join(word[0] for word in re.findall(r"[A-Za-z]+", phrase)).lower()
    starts = sum(c in heads for c in wanted)
    return bool(wanted) and wanted[:1] == heads[:1] and all(c in letters for c in wanted) and 2 * starts >= len(wanted)


def _text(paper: Paper, fields: Collection[str]) -> str:
    """All texts of a paper that the sentence may use."""
    texts = [t for d, _ in paper.entries for f, t in d.texts.items() if not fields or f in fields]
    return "\n".join(part for text in texts for part in (text.raw, text.text))


def _given(paper: Paper) -> Brief:
    """The slots of the first source that has a brief on the paper."""
    said = (record.brief for _, record in paper.entries)
    return next((brief for brief in said if brief.technique or brief.problem or brief.effect), Brief())


def _mentions(paper: Paper, kind: str, fields: Collection[str]) -> Iterator[Mention]:
    """The mentions of a type from these fields, one per entity."""
    met = set()
    for _, record in paper.entries:
        mentions: list[Mention] = getattr(record, LISTS[kind])
        for mention in mentions:
            identity = mention.concept or fold(mention.canonical or mention.surface)
            if identity not in met and (not fields or mention.field in fields):
                met.add(identity)
                yield mention


def _institutions(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> Iterator[str]:
    """Institutions by their labels; a Latin label only if the paper contains it."""
    for mention in _mentions(paper, "institution", fields):
        label = shown.label(mention.concept, mention.canonical) if mention.concept else ""
        if label == mention.concept.partition(":")[2]:  # no label, only the identifier itself
            label = ""
        if shown.lang == "zh" and has_han(label):
            yield label
            continue
        wordings = (label, mention.canonical, mention.surface)
        said = [clean(w) for w in wordings if w and (shown.lang == "zh" or not has_han(w))]
        if said:
            yield next((w for w in said if says(text, w)), clean(mention.canonical) or said[-1])


def _technique(shown: Selection, paper: Paper, fields: Collection[str], text: str, called: str) -> str:
    """The paper's own techniques except the one with its name, else those that it uses."""
    own = {fold(name(paper)), fold(title(paper)), fold(called)}
    found = [
        mention
        for mention in _mentions(paper, "technique", fields)
        if not {fold(mention.canonical), fold(mention.surface), *map(fold, mention.aliases)} & own
        and not stands_for(name(paper), mention.surface)
    ]
    said: list[str] = []
    for role in ("proposed", "used"):
        of_role = [mention for mention in found if mention.role == role]
        said = said or _chosen(shown, of_role, text, _MOST["technique"])
    if not said:  # no Chinese wording exists, so the original is used
        wordings = [clean(m.canonical or m.surface) for m in found if m.role == "proposed" and m.confidence >= _SURE]
        said = [w for w in wordings if w.count(" ") < _FEW and not has_han(w) and not _is_clause(shown, w)][:1]
    listed = shown.words.listed(said)
    short = name(paper)
    if not short or fold(short) in fold(called):
        return listed
    return shown.words("brief.by_name", name=short, technique=listed) if listed else short


def _problems(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> list[str]:
    """Short problems before clauses, then the part of a problem that can be expressed."""
    found = list(_mentions(paper, "problem", fields))
    short = [mention for mention in found if len(mention.surface) <= _SHORT]
    for mentions, most, part in ((short, _MOST["problem"], False), (found, 1, False), (found, 1, True)):
        said = _chosen(shown, mentions, text, most, in_part=part)
        if said:
            return said
    return []


def _chosen(shown: Selection, mentions: Iterable[Mention], text: str, most: int, *, in_part: bool = False) -> list[str]:
    """The mentions of highest confidence that can be expressed, in text order and without redundancy."""
    chosen: dict[int, str] = {}
    endings = tuple(shown.words("brief.problem_endings").split()) or ("\n",)  # a problem is not a technique
    for mention in sorted(mentions, key=lambda mention: -mention.confidence):
        if chosen and mention.confidence < _SURE:
            break
        said = _wording(shown, mention, text, in_part=in_part)
        if mention.type == "technique" and said.endswith(endings):
            continue
        if said and not any(fold(said) in fold(other) or fold(other) in fold(said) for other in chosen.values()):
            chosen[id(mention)] = said
        if len(chosen) == most:
            break
    return [chosen[id(mention)] for mention in mentions if id(mention) in chosen]


def _wording(shown: Selection, mention: Mention, text: str, *, in_part: bool = False) -> str:
    """The localised wording of a mention in the paper's words, or with `in_part` of its beginning, or ""."""
    wordings = [clean(w) for w in dict.fromkeys((mention.canonical, mention.surface)) if w]
    if shown.lang != "zh":
        labels = (say(shown, mention.concept, w, text) for w in wordings)
        return next((w for w in labels if w and not has_han(w) and not _is_clause(shown, w)), "")
    for wording in wordings:
        said = say(shown, mention.concept, wording, text)
        if not said and in_part:
            said = _opening(shown, wording)
        if said and says(text, said):
            return said
    return ""


def _is_clause(shown: Selection, wording: str) -> bool:
    return Wording(shown.graph.vocabulary).is_clause(wording)


def _opening(shown: Selection, wording: str) -> str:
    """The longest prefix of a phrase, up to a clause boundary, that can be expressed; "" if there is none."""
    wording_of = Wording(shown.graph.vocabulary)
    ends = [found.start() for found in _CUT.finditer(wording)]
    said = (wording_of(wording[:end]) for end in reversed(ends) if wording[:end].count(" "))
    return next(filter(None, said), "")


def _effects(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> str:
    """The paper's main results, in text order; deteriorations only if there is nothing else."""
    found = [o.result for o in shown.outcomes(paper, fields) if o.result.metric]
    found = [result for result in found if result.confidence >= _SURE_RESULT] or found
    found = [result for result in found if not gets_worse(shown, result)] or found
    sayable = [(result, said) for result in found if (said := Said.of(shown, result, text))]
    ranked = sorted(sayable, key=lambda pair: _rank(pair[0]))[: _MOST["result"]]
    chosen = [pair for pair in sayable if pair in ranked]
    return phrases(shown, [said for _, said in chosen])


def _rank(result: Result) -> tuple[bool, float]:
    """Changes before levels, then by confidence."""
    return result.change == "absolute" and not result.baseline, -result.confidence
