"""Kinds of answer, one file each: a module has `answer(store, lexicon, question, query, limit) -> Answer`.

A kind that answers with a table need not give the papers that it rests on: `respond` finds them.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from kg.query.answer import Answer
from kg.query.filter import Query
from kg.query.lexicon import Lexicon
from kg.store.file import StoreFile


def respond(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """What a graph answers to a query: at most `limit` papers or lines."""
    if query.kind == "refused":
        return Answer(question, query, (), query.filter.notes)
    found: Answer = import_module(f"kg.query.kinds.{query.kind}").answer(store, lexicon, question, query, limit)
    if found.table is None or found.rows:
        return found
    from kg.query.shown import rows

    # A table rests on all papers that the conditions let through, not only on those that its lines name.
    papers = import_module("kg.query.kinds.papers")
    held = papers.answer(store, lexicon, question, query).rows if query.filter.conditions else ()
    return replace(found, rows=held or rows(store, found.table.lines))
