"""Definitions: sentences in which a mention of a thing is followed by a definition; else the papers that have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from kg.identifiers import kind_of
from kg.query.answer import Answer, Grid, Line, Quote
from kg.query.conditions import concepts
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.kinds import papers
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.shown import context
from kg.store.file import StoreFile
from kg.text import fold

#: The forms of a definition, clearest first: question words whose kg:stated gives the text after the name ("{n}").
_WAYS = ("what", "does")
#: The default number of lines; mentions that are examined; letters before and after a mention.
_SHOWN, _MENTIONS, _BEFORE, _BEHIND = 10, 3000, 40, 24
#: What ends the sentence before.
_ENDS = ".?!;。；"
_SQL = """SELECT e.name, e.paper, p.appeared, x.field, x.start, x."end", {role} = 'proposed', x.score, x.sure, t.raw
    FROM {table} x JOIN entries e ON e.id = x.entry JOIN papers p ON p.id = x.paper
    JOIN texts t ON t.entry = x.entry AND t.field = x.field
    WHERE x.{column} IN {among} AND x.start >= 0 ORDER BY p.appeared DESC, e.name, x.start LIMIT {most}"""


class _Defining(NamedTuple):
    """A sentence with a definition."""

    way: int  # its index in _WAYS
    is_other: bool  # its paper does not propose the thing
    when: str
    paper: str
    quote: Quote


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The sentences that define the things of a query, at most `limit` (10), one for each paper."""
    say, notes, corpus = Sayings(query.language), list(query.filter.notes), Corpus.of(store)
    found = _found(store, lexicon, query)
    shown = found[: limit or query.most or _SHOWN]
    label = say("empty.quoted", words=query.words or (query.things[0].label if query.things else question))
    things = [thing.concept for thing in query.things]
    proposing = "SELECT 1 FROM mentions WHERE role = 'proposed' AND concept IN {} LIMIT 1"
    known = concepts(things)
    is_method = any(kind_of(thing) == "technique" for thing in things)
    if is_method and not store.rows(proposing.format(known.sql), *known.given):
        notes.append(say("definition.not_proposed", thing=label))
    if not shown:
        count = corpus.count(corpus.papers_with(concept for thing in query.things for concept in thing.concepts))
        notes.insert(0, say("definition.none" if count else "definition.unknown", count, thing=label))
        meant = tuple(replace(thing, roles=()) for thing in query.things if thing.field != "metric")
        if not (count and meant):
            return Answer(question, query, (), tuple(notes))
        wanted = Query(filter=Filter((Condition(label, meant),)), language=say.language)
        having = papers.answer(store, lexicon, question, wanted, limit)
        return replace(having, query=query, notes=(*notes, *having.notes))
    lines = tuple(
        Line((quote.source, say(f"definition.{_WAYS[way]}"), quote.context), (quote.source,), (quote,))
        for way, _, _, _, quote in shown
    )
    number = sum(one.way == shown[0].way for one in found)
    verdict = say(("definition.some", "definition.only")[shown[0].way], number, thing=label, said=lines[0].values[1])
    if len(shown) < len(found):
        notes.append(say("definition.cut", len(found), shown=len(shown)))
    return Answer(question, query, (), tuple(notes), Grid(("paper", "claim", "quote"), lines, verdict))


def sentences(store: StoreFile, lexicon: Lexicon, thing: Entity, most: int) -> list[Quote]:
    """The spans in which papers define a thing, at most `most`, one for each paper."""
    query = Query("definition", things=(thing,), words=thing.label)
    return [one.quote for one in _found(store, lexicon, query)[:most]]


def _found(store: StoreFile, lexicon: Lexicon, query: Query) -> list[_Defining]:
    """The sentences, clearest first, then those of the thing's own paper and the oldest; one for each paper."""
    said = sorted(_said(store, lexicon, query), key=lambda one: (*one[:4], one.quote.source, one.quote.start))
    return list({one.paper: one for one in reversed(said)}.values())[::-1]


def _said(store: StoreFile, lexicon: Lexicon, query: Query) -> Iterator[_Defining]:
    words = lexicon.words
    leads = {*words.folds("frame")} - {*words.folds("this")}, {*words.folds("propose"), *words.folds("introduces")}
    names = {fold(label) for thing in query.things for label in (query.words, *lexicon.labels(thing.concept))}
    forms = [
        tuple(form.removeprefix("{n}") for word in words.meaning(f"says-{way}") for form in word.facts["stated"])
        for way in _WAYS
    ]
    among = concepts([thing.concept for thing in query.things])
    for table, column, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
        sql = _SQL.format(table=table, column=column, role=role, among=among.sql, most=_MENTIONS)
        for entry, paper, when, field, start, end, own, score, sure, raw in store.rows(sql, *among.given):
            is_named = fold(raw[start:end]) in names or fold(raw[start:end]).removesuffix("s") in names
            if is_named and (way := _way(raw, start, end, forms, *leads)) is not None:
                said = context(raw, start, end)
                quote = Quote(entry, field, raw[start:end], start, end, query.words, said, round(score, 4), bool(sure))
                yield _Defining(way, not own, when or "9", paper, quote)


def _way(
    raw: str, start: int, end: int, forms: list[tuple[str, ...]], articles: set[str], proposing: set[str]
) -> int | None:
    """The form in which a text defines a mention that opens a sentence, or that follows words like "we propose".

    A short form in brackets may be between them: "speculative decoding (SD) is a method".
    """
    behind, before = raw[end : end + _BEHIND], raw[max(start - _BEFORE, 0) : start].rstrip()
    if behind.lstrip().startswith("("):
        behind = raw[end : end + 2 * _BEFORE].partition(")")[2]
    way = next((n for n, ends in enumerate(forms) if behind.startswith(ends)), None)
    last = before.split()[-1] if before else ""
    if way is None or not last or before[-1] in _ENDS:
        return way
    is_first = before.removesuffix(last).rstrip()[-1:] in tuple(_ENDS) and fold(last) in articles
    is_beside = behind[:1] in tuple(",，:") and any(f" {fold(before)}".endswith(f" {one}") for one in proposing)
    return way if is_first or is_beside else None
