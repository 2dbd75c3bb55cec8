"""Kinds of answer, one file each: each module has `answer(store, lexicon, question, query, limit) -> Answer`.

A kind that answers with a table need not list its supporting papers: `respond` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

from kg.query.answer import Answer, Coverage, Quote
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Entity, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.result_table import with_claims
from kg.query.sayings import Sayings
from kg.query.table_pools import shared_pools
from kg.query.tiers import all_asked, room_for_second, second_tier
from kg.query.unnamed import narrowed
from kg.rdf.triples import language_of
from kg.store.file import StoreFile

#: Types that papers may leave unstated, by the field of a condition or the requested type.
_COVERED = {kind: kind for kind in ("institution", "author", "hardware", "venue")} | {"country": "institution"}
#: Kinds of answer that count all matching papers, with a note on how these were read.
_COUNTING = ("entities", "who", "count", "trend")
#: Kinds of answer that report papers that only mention a thing, and how many of these they name.
_MENTIONED, _LISTED = ("papers", "count"), 6
#: Kinds of answer that have a second tier only if nothing is found, and those that have none even then.
_WHOLE, _ALONE = ("definition",), ("count", "path", "trend", "near")
#: Kinds of answer that name what the tables of their papers print side by side, and how many data sets.
_POOLED, _POOLS = ("ranking", "comparison"), 3
#: How many papers of a line are named beside it.
_NAMED = 3
#: The share of papers above which a type counts as named by all.
_NEARLY_ALL = 0.95


def respond(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The answer of a graph to a query: at most `limit` papers or lines."""
    query = replace(query, language=query.language or language_of(question or query.words))
    if query.kind == "refused":
        return Answer(question, query, (), query.filter.notes)
    corpus = Corpus.of(store)
    query = replace(query, filter=narrowed(corpus, query.filter, is_of_all=query.kind not in ("papers", "trend")))
    found = _tiered(store, lexicon, question, query, limit, _answer(store, lexicon, question, query, limit))
    if found.table and "support" in found.table.columns and not corpus.tells_support(corpus.holding(query.filter)):
        found = replace(found, table=found.table.without("support"))
    if query.kind in _POOLED:
        pools = shared_pools(store, {row.paper for row in (*found.rows, *found.beside)})[:_POOLS]
        found = replace(found, pools=tuple((pool.dataset, pool.metric) for pool in pools))
    known = coverage(corpus, query)
    say = Sayings(query.language)
    if found.table and query.kind in _COUNTING:
        told = import_module("kg.query.kinds.papers").readings(corpus, query.filter, say)
        found = replace(found, notes=(*found.notes, *told))
    notes = (say(f"coverage.{one.field}", named=one.named, n=one.papers) for one in known)
    if not (found.rows or found.table) and found.notes:  # why nothing was found stands first
        found = replace(found, notes=(found.notes[-1], *found.notes[:-1]))
    told = (*mentioned(corpus, query, say), *named_after(corpus, lexicon, query, say))
    return replace(found, coverage=known, notes=(*found.notes, *told, *notes))


def _tiered(
    store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None, found: Answer
) -> Answer:
    """An answer with its second tier: papers that lack some conditions; in a ranking, with their claims."""
    say, corpus = Sayings(query.language), Corpus.of(store)
    if query.kind in _ALONE or (query.kind in _WHOLE and not found.empty):
        return found
    wanted = all_asked(found.query)
    others = found.beside if query.kind == "ranking" else ()
    first = [row.paper for row in (*found.rows, *found.partly, *others)]
    room = room_for_second(max(found.total, len(first)), limit or query.most)
    more = second_tier(corpus, lexicon, wanted, question, first, room, query.language)
    if query.kind == "ranking":
        more = with_claims(store, more, say("results.claims"))
    return replace(found, partly=(*found.partly, *more))


def paged(corpus: Corpus, found: Answer) -> Answer:
    """An answer whose quotes from bodies have page numbers."""
    lines = found.table.lines if found.table else ()
    quotes = [quote for row in found.rows for quote in row.evidence]
    quotes += (quote for line in lines for quote in line.evidence)
    pages = corpus.pages({quote.source for quote in quotes if len(quote.field) > 1})
    if not any(pages.values()):
        return found

    def own(quote: Quote) -> Quote:
        known, part = pages.get(quote.source, {}), quote.field
        return replace(quote, page=known.get(part) or known.get(part.partition("/")[0]))

    rows = tuple(replace(row, evidence=tuple(map(own, row.evidence))) for row in found.rows)
    told = tuple(replace(line, evidence=tuple(map(own, line.evidence))) for line in lines)
    return replace(found, rows=rows, table=replace(found.table, lines=told) if found.table else None)


def mentioned(corpus: Corpus, query: Query, say: Sayings) -> Iterator[str]:
    """Notes on papers that only mention the requested hardware, models and data sets; they do not count."""
    for one in query.filter.conditions if query.kind in _MENTIONED else ():
        terms = tuple(term for term in one.any_of if term.field in USED_BY_NAME)
        papers = () if one.negated or not terms else corpus.mentioning(replace(one, any_of=terms))
        if papers:
            yield say("answer.mentioned", len(papers), label=terms[0].label, names=_names(corpus, papers, say))


def named_after(corpus: Corpus, lexicon: Lexicon, query: Query, say: Sayings) -> Iterator[str]:
    """Notes on papers that name a model family of the requested institution ("Qwen3-VL"), but not the institution."""
    conditions = (one for one in query.filter.conditions if query.kind in _MENTIONED and not one.negated)
    for term in (term for one in conditions for term in one.any_of if isinstance(term, Entity) and term.signs):
        own = set(lexicon.labels(term.concept))
        models = (one for one in lexicon.vocabulary.concepts.values() if one.facts.get("developer") in own)
        families = [re.escape(one.label["en"]) for one in models if "en" in one.label and one.label["en"].isalpha()]
        version = rf"(?i)^(?:{'|'.join(families)})[- ]?v?\d"
        others = replace(query.filter, conditions=tuple(c for c in query.filter.conditions if term not in c.any_of))
        among, held = corpus.holding(others).of("p.id"), set(corpus.found(query.filter))
        sql = f"SELECT p.curie FROM papers p WHERE regexp(?, p.name) AND {among.sql} ORDER BY p.curie"
        found = corpus.store.rows(sql, version, *among.given) if families else []
        if papers := [curie for (curie,) in found if curie not in held]:
            yield say("answer.named_after", len(papers), label=term.label, names=_names(corpus, papers, say))


def _names(corpus: Corpus, papers: list[str], say: Sayings) -> str:
    """The first of some papers (CURIEs), by the names used in texts."""
    return say.first([row.name or row.title or row.id for row in corpus.rows(papers[:_LISTED])], _LISTED - 1)


def coverage(corpus: Corpus, query: Query) -> tuple[Coverage, ...]:
    """How many papers name the types of the question's request and conditions, unless nearly all do."""
    conditions = query.filter.conditions
    terms = (term for one in conditions for term in one.any_of if one.any_of[0].field != "topic")
    asked = {_COVERED.get(term.field, "") for term in terms} | {_COVERED.get(query.wants, "")}
    out = []
    asked |= {"author", "institution"} if query.kind == "who" else set()
    for kind in sorted({*asked, _COVERED.get(query.over, "")} - {""}):
        others = (one for one in conditions if all(_COVERED.get(term.field) != kind for term in one.any_of))
        named, papers = corpus.covered(kind, corpus.holding(Filter(tuple(others))))
        if named < _NEARLY_ALL * papers:
            out.append(Coverage(kind, named, papers))
    return tuple(out)


def _answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None) -> Answer:
    found: Answer = import_module(f"kg.query.kinds.{query.kind}").answer(store, lexicon, question, query, limit)
    if found.table is None:
        return found
    from kg.query.shown import rows

    own = {name for row in (*found.rows, *found.partly) for name in row.sources}
    if own:
        others = (line for line in found.table.lines if not own.issuperset(line.papers))
        return replace(found, beside=tuple(row for row in rows(store, others) if row.id not in own))
    # A table rests on all papers that pass the conditions, not only on those in its lines.
    papers = import_module("kg.query.kinds.papers")
    # A comparison rests on the papers of its things, a ranking on those with a result.
    rests = query.filter.conditions and query.kind not in ("comparison", "ranking")
    held = papers.answer(store, lexicon, question, query) if rests else None
    if held and held.rows:
        own = {name for row in held.rows for name in row.sources}
        others = (line for line in found.table.lines if not own.issuperset(line.papers[:_NAMED]))
        beside = tuple(row for row in rows(store, (replace(line, papers=line.papers[:_NAMED]) for line in others)))
        return replace(found, rows=held.rows, fulfilling=held.fulfilling, beside=beside)
    return replace(found, rows=rows(store, found.table.lines))
