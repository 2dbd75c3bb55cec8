"""Papers in order of relevance to the question, each with its quotes."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Row
from kg.query.condition_evidence import AnswerEvidence
from kg.query.corpus import Corpus
from kg.query.empty import any_listed, any_role, not_having, nothing_understood
from kg.query.filter import Compound, Condition, Filter, Outcome, Phrase, Query
from kg.query.instructions import ORDERED
from kg.query.key_papers import naming_papers
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.tiers import ranking, why_empty
from kg.query.topic import only_naming
from kg.store.file import StoreFile

#: How many papers of an answer get quotes.
_READ = 20
#: Up to this number, all papers of an answer are listed; beyond it, the first `_READ` are.
_MOST = 500


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The papers that pass a filter, at most `limit`, else as many as the question asks for ("latest 5 papers")."""
    wanted = query.filter
    if not wanted.conditions:
        return _nothing_understood(lexicon, question, query)
    corpus = Corpus.of(store)
    say = Sayings(query.language)
    papers = corpus.found(wanted)
    for widened in (not_having, any_role, any_listed):
        if not papers and (wider := widened(wanted, say)) != wanted:
            papers = corpus.found(wider)
            wanted = wider if papers else wanted
    if not papers and all(isinstance(term, Phrase) for one in wanted.conditions for term in one.any_of):
        words = tuple(term.label for condition in wanted.conditions for term in condition.any_of)
        unknown = replace(wanted, conditions=(), ignored=tuple(dict.fromkeys((*words, *wanted.ignored))))
        return _nothing_understood(lexicon, question, replace(query, filter=unknown))
    if not papers:
        return Answer(question, query, (), (*wanted.notes, why_empty(store, wanted, say)))
    ordered = _ordered(store, corpus, wanted, query.order) if query.order in ORDERED else None
    limit = query.most if limit is None else limit
    rows = _rows(corpus, lexicon, wanted, question, ordered or papers, limit, say.language, bool(ordered))
    if ordered or (len(rows) < len(papers) and limit is None):
        note = say(f"answer.{query.order if ordered else 'first'}", shown=len(rows), n=len(papers))
        wanted = replace(wanted, notes=(*wanted.notes, note))
    elif query.order in ORDERED:
        wanted = replace(wanted, notes=(say("answer.uncited"), *wanted.notes))
    searched = (t for one in wanted.conditions for t in one.any_of if isinstance(t, Phrase) and not t.wordings)
    said = [say("empty.quoted", words=term.label) for term in searched]
    if len(said) == sum(len(one.any_of) for one in wanted.conditions):
        wanted = replace(wanted, notes=(*wanted.notes, say("answer.only_words", words=say.listed(said))))
    wanted = replace(wanted, notes=(*wanted.notes, *readings(corpus, wanted, say)))
    return Answer(question, replace(query, filter=wanted), rows, wanted.notes, fulfilling=len(papers))


def _ordered(store: StoreFile, corpus: Corpus, wanted: Filter, order: str) -> list[str] | None:
    """The papers that pass a filter, in an order of `ORDERED`; None where nothing is known to order them by."""
    papers = corpus.holding(wanted)
    if order == "newest":
        return [paper.curie for paper in sorted(corpus.dated(papers), key=lambda paper: paper.when, reverse=True)]
    if order == "key":  # how many papers of the graph cite or name them
        named = naming_papers(store, corpus.names(papers))
        return sorted(corpus.names(papers), key=lambda one: (-len(named.get(one, ())), one)) if named else None
    where = papers.of("p.id")
    found = store.rows(f"SELECT p.curie, p.entry FROM papers p WHERE {where.sql} ORDER BY 2 DESC, 1", *where.given)
    return [str(paper) for paper, _ in found] or None


def readings(corpus: Corpus, wanted: Filter, say: Sayings) -> tuple[str, ...]:
    """Notes on how conditions were read: numbers without a metric, compounds whose parts are apart."""
    held = ((one, term) for one in wanted.conditions for term in one.any_of)
    bare = [one.text for one, t in held if isinstance(t, Outcome) and not (t.metrics or t.words)]
    told = say.listed([say("empty.quoted", words=text) for text in bare])
    compound = (note for one in wanted.conditions if (note := _ways(corpus, wanted, one, say)))
    naming = [say("answer.naming", n)] if (n := len(only_naming(corpus, wanted))) else []
    return (*((say("answer.no_metric", words=told),) if bare else ()), *compound, *naming)


def _ways(corpus: Corpus, wanted: Filter, compound: Condition, say: Sayings) -> str:
    """How many papers have what a compound names, and how many only its parts; "" if it is not a compound."""
    whole = tuple(term for term in compound.any_of if not isinstance(term, Compound))
    if compound.negated or len(whole) == len(compound.any_of):
        return ""
    found = corpus.holding(wanted)
    [having] = corpus.having_each(Filter((replace(compound, any_of=whole),))) if whole else [frozenset[str]()]
    named = len(having.intersection(corpus.names(found)))
    parts = corpus.count(found) - named
    return say("answer.ways", words=say("empty.quoted", words=compound.text), named=named, parts=parts) if parts else ""


def _rows(
    corpus: Corpus,
    lexicon: Lexicon,
    wanted: Filter,
    question: str,
    papers: list[str],
    limit: int | None,
    language: str,
    in_order: bool = False,
) -> tuple[Row, ...]:
    """At most `limit` papers, best first; 0 for all, None for the default; only the first have quotes.

    Papers that are `in_order` keep their order.
    """
    most = limit or (len(papers) if limit == 0 or len(papers) <= _MOST else _READ)
    scores = ranking(corpus, lexicon, wanted, question, papers)
    first = papers if in_order else sorted(papers, key=lambda paper: (-scores[paper], paper))
    found = AnswerEvidence(corpus, lexicon, wanted, first[: min(_READ, most)], language)
    best = [found.row(paper) for paper in first[: min(_READ, most)]]
    rows = (*best, *_in_order(corpus, first[_READ:most]))
    return tuple(replace(row, score=scores[row.paper]) for row in rows)


def _in_order(corpus: Corpus, papers: list[str]) -> list[Row]:
    """Papers without quotes."""
    known = {row.paper: row for row in corpus.rows(papers)}
    return [known[paper] for paper in papers]


def _nothing_understood(lexicon: Lexicon, question: str, query: Query) -> Answer:
    wanted = query.filter
    note = nothing_understood(lexicon, Sayings(query.language), wanted.ignored)
    return Answer(question, Query(filter=wanted, language=query.language), (), (*wanted.notes, note))
