"""Kinds of answer, one file each: a module has `answer(store, lexicon, question, query, limit) -> Answer`."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from kg.query.answer import Answer
from kg.query.filter import Query
from kg.query.lexicon import Lexicon, Selects


def respond(store: Selects, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """What a graph answers to a query: at most `limit` papers or lines."""
    if query.kind == "refused":
        return Answer(question, query, (), query.filter.notes)
    found: Answer = import_module(f"kg.query.kinds.{query.kind}").answer(store, lexicon, question, query, limit)
    if found.table is None or not query.filter.conditions:
        return found
    # A table rests on all papers that the conditions let through, not only on those that its lines name.
    papers = import_module("kg.query.kinds.papers").answer(store, lexicon, question, query, None).rows
    return replace(found, rows=papers or found.rows)
