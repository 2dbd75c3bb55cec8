"""The table of a report: a line a paper, with what it does, what that gains and costs, and what it ran on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from kg.entity_types import LISTS
from kg.model import Mention, Paper, Result
from kg.text import fold, has_han
from kg.views import outcome
from kg.views.borne import KEPT, borne
from kg.views.latex import as_text
from kg.views.quotation import contribution
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, identity, said, section, things
from kg.views.selection import EntryResult, Selection, code, ids, name, quoted, title
from kg.views.slots import doing
from kg.views.surface import without_article
from kg.views.words import PageWords

#: Of several things that have their articles each keeps its own.
_ARTICLES = re.compile(r"(?:,| and) (?:an?|the) ")
_NAMED = 3  # models and devices of a line
_FEW = 4  # words: fewer tell too little
_MAY_GO = ("model", "hardware", "code", "institution")  # columns that are left out where nothing stands in them


@dataclass(frozen=True, slots=True)
class Told:
    """A result that its sentence bears out and that is no loss, as a sentence may tell it."""

    paper: Paper
    found: EntryResult
    result: Result

    @property
    def high(self) -> float:
        return self.result.value[1] if isinstance(self.result.value, tuple) else self.result.value

    @property
    def low(self) -> float:
        return self.result.value[0] if isinstance(self.result.value, tuple) else self.result.value

    @property
    def factor(self) -> float:
        """How many times better: 2 for twice as fast and for half the memory."""
        if self.result.unit == "x":
            return self.high
        share = min(self.high, 99.99) / 100
        if self.result.change == KEPT:
            return 1 / max(self.low / 100, 0.0001)
        return 1 / (1 - share) if self.result.change == "decrease" else 1 + share


def told(shown: Selection, paper: Paper) -> list[Told]:
    """The results of a paper that can be told, in text order."""
    found = [Told(paper, one, result) for one, result in borne(shown, paper) if result]
    return [one for one in found if not outcome.gets_worse(shown, one.result)]


def is_gain(shown: Selection, result: Result) -> bool:
    """Whether a result says how much smaller, faster or cheaper something is; of tokens that are kept, how few."""
    return (
        result.change in ("increase", "decrease", KEPT) and result.unit in ("x", "%") and not is_quality(shown, result)
    )


def is_quality(shown: Selection, result: Result) -> bool:
    """Whether a result says how good the outputs are: a share kept, or a metric of quality."""
    known = shown.graph.vocabulary.concepts.get(result.metric_concept)
    if result.change == KEPT:
        return not outcome.is_size(shown, result)
    if not known:
        return False
    words, say = set(known.label["en"].split()), PageWords("en")
    if not words.isdisjoint(say("report.quality_lower").split()):
        return True
    if result.unit == "x" and result.change != "absolute":
        return False  # "5.98x higher performance" is a speed
    is_plain = known.facts.get("unit", "") in ("", "%", "points") and known.facts.get("better") == "higher"
    return is_plain and words.isdisjoint(say("report.no_quality").split())


def methods(shown: Selection, part: Part) -> dict[str, Any]:
    """A line a paper: those with a sure figure first, then those nearest to the selection."""
    known = {paper.id: figures(shown, told(shown, paper)) for paper in shown.papers}
    order = sorted(shown.papers, key=lambda paper: not any(known[paper.id]))[: part.most]
    rows = [_row(shown, paper, *known[paper.id]) for paper in order]
    filled = [column for column in part.columns if column not in _MAY_GO or any(row[column] for row in rows)]
    part = replace(part, columns=tuple(filled))
    made = section(shown, part, [Group(rows, all=len(shown.papers))], shown.words("report.methods_note"))
    return made | {"kind": "methods"}


def figures(shown: Selection, results: list[Told]) -> tuple[Told | None, Told | None]:
    """The surest gain among the results of a paper, and what they say of quality."""
    gains = [one for one in results if is_gain(shown, one.result)]
    quality = [one for one in results if is_quality(shown, one.result)]
    gain = max(gains, key=lambda one: one.found.result.confidence, default=None)
    kept = max(quality, key=lambda one: (one.result.change == KEPT, one.found.result.confidence), default=None)
    return gain, kept


def _row(shown: Selection, paper: Paper, gain: Told | None, kept: Told | None) -> Row:
    does, is_quote = _does(shown, paper)
    return {
        "method": as_text(title(paper)),
        "paper": ids(paper)[0],
        "papers": ids(paper)[:1],
        "date": shown.date(paper)[:7],
        "does": does,
        "is_quote": is_quote,
        "gain": outcome.phrase(shown, gain.result) if gain else "",
        "factor": round(gain.factor, 4) if gain else 0,
        "quality": outcome.phrase(shown, kept.result) if kept else "",
        "model": _sure(shown, paper, "model"),
        "hardware": _sure(shown, paper, "hardware"),
        "code": code(paper),
        "institution": [{"concept": t.concept, "label": as_text(t.label)} for t in shown.things(paper, "institution")],
        "quote": said(quoted(one.found.document, one.result.evidence) for one in (gain, kept) if one),
    }


def _does(shown: Selection, paper: Paper) -> tuple[str, bool]:
    """What a paper does in a few words, or its own sentence, and whether it is that."""
    found = doing(shown, paper, is_called=True)
    own = contribution(shown, paper)
    said = as_text(found.technique)
    technique = said if _ARTICLES.search(said) else without_article(said)
    is_named = fold(technique) == fold(name(paper)) or (found.is_proposed and not found.problem)
    is_telling = (has_han(technique) and not is_named) or len(technique.split()) >= _FEW or not own
    if technique and fold(technique) != fold(shown.name) and is_telling:
        words = "report.does_for" if found.problem else "report.does"
        return shown.words(words, technique=technique, problem=found.problem), False
    if own or not found.problem:
        return (own or [""])[0], True
    return shown.words("report.does_against", problem=found.problem), False


def _sure(shown: Selection, paper: Paper, kind: str) -> list[dict[str, str]]:
    """What a paper surely names of a type, those that it only compares with left out."""
    mentions: list[Mention] = [m for _, record in paper.entries for m in getattr(record, LISTS[kind])]
    sure = (m for m in mentions if m.sure and m.role != "baseline")
    return things({identity(m.concept, m.canonical): shown.label(m.concept, m.canonical) for m in sure})[:_NAMED]
