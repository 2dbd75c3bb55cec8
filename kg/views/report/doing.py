"""The papers of a selection that do what it names, apart from those that only mention it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.model import Paper
from kg.query.filter import Condition, Entity

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
    named = [one for one in shown.graph.ask(selection, limit=1).filter.conditions if _names(one)]
    return [paper for paper in shown.papers if all(_does(paper, one) for one in named)] or shown.papers


def _names(condition: Condition) -> bool:
    own = [term for term in condition.any_of if isinstance(term, Entity) and term.field in ("topic", "technique")]
    return not condition.negated and len(own) == len(condition.any_of)


def _does(paper: Paper, condition: Condition) -> bool:
    concepts = {concept for term in condition.any_of if isinstance(term, Entity) for concept in term.concepts}
    return any(
        any(topic.sure and f"topic:{topic.id}" in concepts for topic in record.topics)
        or any(m.sure and m.role in OWN and m.concept in concepts for m in record.techniques)
        for _, record in paper.entries
    )
