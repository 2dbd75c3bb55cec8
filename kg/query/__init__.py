"""Questions in English and Chinese become filters, and filters become SQL; answers quote their evidence.

answer(store, vocabulary, "KV-cache compression papers on H100").to_json()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kg.query import citing_papers, passages
from kg.query.answer import Answer, Grid, Line, Quote, Row
from kg.query.cell_answers import (
    asks_for_number,
    best_rows,
    cell_answer,
    found_cells,
    with_cells,
    with_near_tables,
)
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query, Term
from kg.query.followup import Context, fails, is_courtesy
from kg.query.kinds import paged, respond
from kg.query.lexicon import Lexicon
from kg.query.named_uses import with_uses
from kg.query.question_reader import read
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.vocabulary import Vocabulary

__all__ = [
    "Answer",
    "Condition",
    "Entity",
    "Fact",
    "Filter",
    "Grid",
    "Lexicon",
    "Line",
    "Link",
    "Outcome",
    "Phrase",
    "Query",
    "Quote",
    "Row",
    "Term",
    "answer",
    "read",
    "respond",
]


def answer(
    store: StoreFile,
    vocabulary: Vocabulary,
    question: str,
    limit: int | None = None,
    lexicon: Lexicon | None = None,
    filter: Filter | Mapping[str, Any] | None = None,
    language: str = "",
    after: Answer | str | Sequence[str] = (),
) -> Answer:
    """The answer of a graph to a question: at most `limit` papers, best first, each with its quotes.

    `lexicon` is the graph's own (`Lexicon.of`); keep it when asking an unchanged graph many questions.
    A `filter` applies together with the question, which may be ""; for flags see `kg.query.flags`. The answer is in
    `language` ("en", "zh"), else in that of the question. A follow-up question keeps the conditions of an answer, or of
    the earlier questions in order (`after`); a question that starts afresh does not.
    """
    before = (after,) if isinstance(after, str) else tuple(() if isinstance(after, Answer) else after)
    corpus, typed = Corpus.of(store), question
    if isinstance(after, Answer) or (before and question.strip()):  # else much is answered without the lexicon
        lexicon = lexicon or Lexicon.of(store, vocabulary)

    def reading(text: str, language: str = "") -> Query:
        assert lexicon
        return citing_papers.citing_query(store, lexicon, text, language) or read(text, lexicon, language)

    def finds(text: str, query: Query) -> bool:
        assert lexicon
        return not respond(store, lexicon, text, query, 1).empty

    context: Context | None = None
    if isinstance(after, Answer):
        before = (*after.after, after.question)
    if isinstance(after, Answer) and after.asked and lexicon:
        context = Context(after.asked, lexicon, reading)
    elif before and lexicon:
        context = Context.of(before, lexicon, finds, reading)
    question = context.named(question) if context else question

    def complete(found: Answer) -> Answer:
        kept = before if question != typed else ()
        found = replace(found, read=corpus.read(), question=typed if typed.strip() else found.question, after=kept)
        return paged(corpus, found)

    form = citing_papers.form(question)
    if not filter and (cited := citing_papers.cited_by(store, question, form, language)):
        return complete(cited)
    lexicon = lexicon or Lexicon.of(store, vocabulary)
    in_tables = None if filter or before else found_cells(store, question)
    if not filter and (said := passages.answered(store, lexicon, question, language)):
        return complete(with_cells(said, in_tables) if in_tables and in_tables.cells else said)
    if in_tables and in_tables.cells and asks_for_number(question):
        shown = best_rows(in_tables.cells)
        return complete(replace(cell_answer(store, question, in_tables, language), cells=tuple(shown)))
    going_on = context.query(typed, language) if context and typed.strip() else None
    asked, name, own = citing_papers.of_paper(store, question, form)
    like = Query("near", like=name) if asked == "like" else None
    query = going_on or like or (reading(question, language) if question.strip() or not filter else Query())
    if filter:
        from kg.query.flags import merged, read_flags, written

        flagged = Query(filter=filter) if isinstance(filter, Filter) else read_flags(filter, lexicon, store, language)
        query = merged(query, flagged)
        question = question.strip() or ("" if isinstance(filter, Filter) else written(filter))
    query = replace(query, language=language or query.language)
    wider = replace(query, filter=with_uses(corpus, lexicon, query.filter, question))
    found = complete(respond(store, lexicon, question, wider, limit))
    if in_tables:
        found = with_cells(found, in_tables) if in_tables.cells else with_near_tables(found, in_tables)
    found = citing_papers.with_code(found, own) if own and asked == "code" else found
    if context is None or going_on:
        return replace(found, asked=query, after=before if going_on else ())
    say = Sayings(found.language)
    if is_courtesy(typed) or fails(query, lambda _: not found.empty):
        kept = replace(found, asked=context.before, after=before)
        return replace(kept, notes=(*found.notes, say("followup.stays", question=before[-1])))
    return replace(found, asked=query, notes=(*found.notes, say("followup.afresh")))
