"""Definitions: sentences in which a mention of a thing is followed by a definition; else the papers that have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from kg.identifiers import kind_of
from kg.query.answer import Answer, Grid, Quote
from kg.query.conditions import concepts
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Filter, Query
from kg.query.kinds import papers
from kg.query.lexicon import Lexicon
from kg.query.result_table import line_of
from kg.query.sayings import Sayings
from kg.query.shown import context, sentence_part
from kg.store.file import StoreFile
from kg.text import fold

#: The forms of a definition, clearest first: question words whose kg:stated gives the text after the name ("{n}").
_WAYS = ("what", "does")
#: The default number of lines; mentions that are examined; letters before and after a mention.
_SHOWN, _MENTIONS, _BEFORE, _BEHIND = 10, 3000, 40, 120
#: Words that "…" stands for in a form; how relative clauses begin, and what they say at least.
_FEW, _RELATIVE, _DOES = 6, (", which", ", where"), 1
_COLUMNS = ("paper", "claim", "quote")
#: Half of the letters of a definition that the first sentence quotes.
_AROUND = 120
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
    form: int  # the place of its form among those of its way
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
        return _undefined(store, lexicon, question, query, label, tuple(notes), limit)
    lines = [
        line_of(_COLUMNS, {"paper": one.quote.source, "claim": say(f"definition.{_WAYS[one.way]}"),
                           "quote": one.quote.context}, (one.quote.source,), (one.quote,))
        for one in shown
    ]  # fmt: skip
    number, first = sum(one.way == shown[0].way for one in found), shown[0]
    (row,) = corpus.rows([first.paper])
    key = ("definition.some", "definition.only")[first.way]
    verdict = say(key, number, thing=label, said=sentence_part([first.quote], _AROUND), paper=row.name or row.id)
    if len(shown) < len(found):
        notes.append(say("definition.cut", len(found), shown=len(shown)))
    return Answer(question, query, (), tuple(notes), Grid(_COLUMNS, tuple(lines), verdict))


def _undefined(
    store: StoreFile,
    lexicon: Lexicon,
    question: str,
    query: Query,
    label: str,
    notes: tuple[str, ...],
    limit: int | None,
) -> Answer:
    """The papers that have a thing of which no definition was recognized; of an unknown thing its words alone."""
    say, corpus = Sayings(query.language), Corpus.of(store)
    count = corpus.count(corpus.papers_with(concept for thing in query.things for concept in thing.concepts))
    meant = tuple(replace(thing, roles=()) for thing in query.things if thing.field != "metric")
    if not (count and meant):
        words = replace(query.filter, ignored=(query.words,))
        return Answer(question, replace(query, filter=words), (), (*notes, say("definition.unknown", thing=label)))
    wanted = Query(filter=Filter((Condition(label, meant),)), language=say.language)
    having = papers.answer(store, lexicon, question, wanted, limit)
    why = say("definition.none", count, thing=label)
    return replace(having, query=query, notes=(why, *notes, *having.notes))


def sentences(store: StoreFile, lexicon: Lexicon, thing: Entity, most: int) -> list[Quote]:
    """The spans in which papers define a thing, at most `most`, one for each paper."""
    query = Query("definition", things=(thing,), words=thing.label)
    return [one.quote for one in _found(store, lexicon, query)[:most]]


def _found(store: StoreFile, lexicon: Lexicon, query: Query) -> list[_Defining]:
    """The sentences, clearest first, then those of the thing's own paper and the oldest; one for each paper."""
    said = sorted(_said(store, lexicon, query), key=lambda one: (*one[:5], one.quote.source, one.quote.start))
    return list({one.paper: one for one in reversed(said)}.values())[::-1]


def _said(store: StoreFile, lexicon: Lexicon, query: Query) -> Iterator[_Defining]:
    words, cues = lexicon.words, lexicon.vocabulary.cues
    leads = {*words.folds("frame")} - {*words.folds("this")}, {*words.folds("propose"), *words.folds("introduces")}
    names = {fold(label) for thing in query.things for label in (query.words, *lexicon.labels(thing.concept))}
    forms = [[_form(form) for word in words.meaning(f"says-{way}") for form in word.facts["stated"]] for way in _WAYS]
    among, heads = (
        concepts([thing.concept for thing in query.things]),
        cues("label-frame-technique") | cues("model-frame"),
    )
    for table, column, role in (("mentions", "concept", "x.role"), ("topics", "topic", "''")):
        sql = _SQL.format(table=table, column=column, role=role, among=among.sql, most=_MENTIONS)
        for entry, paper, when, field, start, end, own, score, sure, raw in store.rows(sql, *among.given):
            is_named = fold(raw[start:end]) in names or fold(raw[start:end]).removesuffix("s") in names
            if not is_named or (place := _way(raw, start, end, forms, heads, *leads)) is None:
                continue
            said = context(raw, start, end)
            quote = Quote(entry, field, raw[start:end], start, end, query.words, said, round(score, 4), bool(sure))
            yield _Defining(place[0], not own, place[1], when or "9", paper, quote)


def _form(stated: str) -> str:
    """The pattern of what a text has behind the name of a thing; "…" is a few words."""
    behind = re.escape(stated.removeprefix("{n}"))
    return behind.replace(r"\ …\ ", rf"(?:\s[^\s.;]+){{1,{_FEW}}}\s") + r"(?![a-z])"


def _way(
    raw: str,
    start: int,
    end: int,
    forms: list[list[str]],
    heads: frozenset[str],
    articles: set[str],
    proposing: set[str],
) -> tuple[int, int] | None:
    """The form in which a text defines a mention that opens a sentence, or that follows words like "we propose".

    Between them may be a short form in brackets and a common noun: "state space (SSM) models are a family of".
    A relative clause ("the KV cache, which stores") says at least what a thing does, wherever it is.
    """
    behind, before = raw[end : end + _BEHIND], raw[max(start - _BEFORE, 0) : start].rstrip()
    if behind.lstrip().startswith("("):
        behind = behind.partition(")")[2]
    head = behind.split(maxsplit=1)[:1]
    if head and fold(head[0]) in heads:
        behind = behind.partition(head[0])[2]
    places = ((way, n) for way, some in enumerate(forms) for n, form in enumerate(some) if re.match(form, behind))
    place = next(places, None)
    last = before.split()[-1] if before else ""
    if place is None or not last or before[-1] in _ENDS:
        return place
    is_first = before.removesuffix(last).rstrip()[-1:] in tuple(_ENDS) and fold(last) in articles
    is_beside = behind[:1] in tuple(",，:") and any(f" {fold(before)}".endswith(f" {one}") for one in proposing)
    if is_first or is_beside:
        return place
    return (_DOES, place[1]) if behind.startswith(_RELATIVE) and fold(last) in articles else None
