"""Words of a question that say how to answer it: in an order, by topic, as a trend; from instructions.toml."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from kg.files import toml_file
from kg.query.filter import Condition, Query
from kg.text import has_han

#: Orders of papers, and the kinds of questions that ask for papers once they are in one.
ORDERED = ("newest", "added", "key")
_OF_PAPERS = ("papers", "entities", "definition", "claims", "ranking", "count")
#: What may rise.
_RISING = ("topic", "technique", "problem", "task", "model", "dataset", "hardware")


def instructed(question: str, reading: Callable[[str], Query]) -> Query:
    """The query of a question without its instructions, which then decide its kind and order.

    A question that says nothing else is read whole.
    """
    text, said = question, ""
    for wording in toml_file(__file__, "instructions.toml")["wording"]:
        left = re.sub(wording["zh" if has_han(text) else "en"], " ", text, flags=re.I)
        text, said = (left, wording["says"]) if left != text else (text, said)
    whole = None if said and said != "newest" else reading(question)
    if whole and (not said or whole.order == said):  # the learned reading knows "the latest 5"
        return whole
    query = reading(text.strip(" ,，、"))
    conditions = query.filter.conditions or tuple(Condition(thing.label, (thing,)) for thing in query.things[:1])
    if not conditions:
        return whole or reading(question)
    about = Query(filter=replace(query.filter, conditions=conditions), most=query.most, language=query.language)
    if said == "topic":
        return replace(about, kind="count", wants="paper", over="topic")
    if said == "rising":
        wants = query.wants if query.wants in _RISING else "topic"
        return replace(about, kind="trend", wants=wants, over="month", order="highest")
    return replace(about if query.kind in _OF_PAPERS else query, order=said)  # type: ignore[arg-type]
