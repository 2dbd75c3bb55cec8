"""The papers of a selection that do what it names, apart from those that only mention it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from kg.model import Paper
from kg.query.filter import Condition, Entity, Term
from kg.text import fold

if TYPE_CHECKING:
    from kg.views.selection import Selection

#: The roles by which a technique is part of a paper's own method.
OWN = ("proposed", "used")


def doing(shown: Selection, selection: str) -> list[Paper]:
    """The papers that surely have each topic of a selection, or surely propose or use each technique.

    Where the selection names neither, or no paper does what it names, they are all its papers.
    """
    if not selection or len(shown.papers) < 2:
        return shown.papers
    named = _named(shown, selection)
    return [paper for paper in shown.papers if all(_does(paper, one) for one in named)] or shown.papers


def mentioning(shown: Selection, selection: str, papers: list[Paper]) -> list[Paper]:
    """Those of some papers that name what a selection names, not only something else of that name."""
    mixed = [one for one in _named(shown, selection) if not all(map(_is_own, one.any_of))] if selection else []
    return [paper for paper in papers if all(_does(paper, one, surely=False) for one in mixed)]


def _named(shown: Selection, selection: str) -> list[Condition]:
    return [one for one in shown.graph.ask(selection, limit=1).filter.conditions if _names(one)]


def _names(condition: Condition) -> bool:
    """Whether a condition names topics or techniques alone, or one whose name something else has too."""
    own = [term for term in condition.any_of if _is_own(term)]
    is_whole = len(own) == len(condition.any_of)
    return not condition.negated and (is_whole or any(fold(term.label) == fold(condition.text) for term in own))


def _is_own(term: Term) -> TypeGuard[Entity]:
    return isinstance(term, Entity) and term.field in ("topic", "technique")


def _does(paper: Paper, condition: Condition, *, surely: bool = True) -> bool:
    concepts = {concept for term in condition.any_of if _is_own(term) for concept in term.concepts}
    return any(
        any((topic.sure or not surely) and f"topic:{topic.id}" in concepts for topic in record.topics)
        or any(m.concept in concepts and ((m.sure and m.role in OWN) or not surely) for m in record.techniques)
        for _, record in paper.entries
    )
