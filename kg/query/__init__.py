"""Questions in English and Chinese become filters, filters SQL; the answer has the words that show it.

answer(store, vocabulary, "KV-cache compression papers on H100").to_json()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kg.query import citing_papers
from kg.query.answer import Answer, Grid, Line, Quote, Row
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query, Term
from kg.query.kinds import respond
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
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
) -> Answer:
    """What a graph answers to a question: at most `limit` papers, best first, each with the words that show it.

    `lexicon` is that of the graph (`Lexicon.of`), to be kept where many questions are asked of a graph that stays.
    A `filter` holds beside the question, which may be ""; as flags see `kg.query.flags`. The answer speaks `language`
    ("en", "zh"), else that of the question.
    """
    if not filter and (cited := citing_papers.answered(store, question, limit, language)):
        return replace(cited, read=Corpus.of(store).read())
    lexicon = lexicon or Lexicon.of(store, vocabulary)
    query = read(question, lexicon, language) if question.strip() or not filter else Query()
    if filter:
        from kg.query.flags import merged, read_flags, written

        flagged = Query(filter=filter) if isinstance(filter, Filter) else read_flags(filter, lexicon, store, language)
        query = merged(query, flagged)
        question = question.strip() or ("" if isinstance(filter, Filter) else written(filter))
    found = respond(store, lexicon, question, replace(query, language=language), limit)
    return replace(found, read=Corpus.of(store).read())
