"""Papers in order of how much they are about the question, each with the words that show it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import chain, islice

from kg.identifiers import kind_of
from kg.query.answer import Answer, Row
from kg.query.condition_evidence import AnswerEvidence, by_title
from kg.query.corpus import Corpus
from kg.query.empty import any_listed, any_role, by_words, fitting, not_having, nothing_understood, why_empty
from kg.query.filter import Compound, Condition, Entity, Filter, Outcome, Phrase, Query, Term
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.topic import only_naming
from kg.store.file import StoreFile

_DIGITS = re.compile(r"\d+")
#: Papers that are shown where none fulfils all conditions.
_NEAREST = 5
#: Papers of one answer whose words are looked up.
_READ = 20
#: Papers of one answer whose titles are looked at.
_TITLES = 200
#: Papers up to which words that nothing bears may be too narrow, and forms of such a word.
_FEW, _FORMS = 3, 8
#: Papers of an answer that are all listed; of more the first `_READ` are.
_MOST = 500


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The papers that a filter lets through, at most `limit`, else as many as the question says ("latest 5 papers")."""
    wanted = query.filter
    if not wanted.conditions:
        return _nothing_understood(lexicon, question, query)
    corpus = Corpus.of(store)
    say = Sayings(query.language)
    papers = corpus.found(wanted)
    wanted, papers = _without_words(corpus, wanted, papers, say)
    for widened in (not_having, by_words, any_role, any_listed, partial(_nearer, corpus, lexicon)):
        if not papers and (wider := widened(wanted, say)) != wanted:
            papers = corpus.found(wider)
            wanted = wider if papers else wanted
    if not papers and all(isinstance(term, Phrase) for one in wanted.conditions for term in one.any_of):
        words = tuple(term.label for condition in wanted.conditions for term in condition.any_of)
        unknown = replace(wanted, conditions=(), ignored=tuple(dict.fromkeys((*words, *wanted.ignored))))
        return _nothing_understood(lexicon, question, replace(query, filter=unknown))
    if not papers:
        notes = (*wanted.notes, why_empty(store, wanted, lexicon, say))
        most = fitting(corpus, wanted)
        if most is None:
            return Answer(question, query, (), notes)
        fits, left_out = most
        near = corpus.found(fits)
        rows = _rows(corpus, lexicon, fits, near, _NEAREST, say.language)
        told = say("answer.nearest", shown=len(rows), n=len(near), without=say.listed(left_out))
        return Answer(question, query, (), (*notes, told), nearest=rows)
    is_newest = query.order == "newest"
    if is_newest:
        dated = corpus.dated(corpus.holding(wanted))
        papers = [paper.curie for paper in sorted(dated, key=lambda paper: paper.when, reverse=True)]
    limit = query.most if limit is None else limit
    rows = _rows(corpus, lexicon, wanted, papers, limit, say.language, is_newest)
    if is_newest or (len(rows) < len(papers) and limit is None):
        note = say("answer.newest" if is_newest else "answer.first", shown=len(rows), n=len(papers))
        wanted = replace(wanted, notes=(*wanted.notes, note))
    searched = (t for one in wanted.conditions for t in one.any_of if isinstance(t, Phrase) and not t.wordings)
    said = [say("empty.quoted", words=term.label) for term in searched]
    if len(said) == sum(len(one.any_of) for one in wanted.conditions):
        wanted = replace(wanted, notes=(*wanted.notes, say("answer.only_words", words=say.listed(said))))
    wanted = replace(wanted, notes=(*wanted.notes, *readings(corpus, wanted, say)))
    return Answer(question, replace(query, filter=wanted), rows, wanted.notes, fulfilling=len(papers))


def readings(corpus: Corpus, wanted: Filter, say: Sayings) -> tuple[str, ...]:
    """How conditions were read: numbers without a metric, compounds of which papers have all parts."""
    held = ((one, term) for one in wanted.conditions for term in one.any_of)
    bare = [one.text for one, t in held if isinstance(t, Outcome) and not (t.metrics or t.words)]
    told = say.listed([say("empty.quoted", words=text) for text in bare])
    compound = (note for one in wanted.conditions if (note := _ways(corpus, wanted, one, say)))
    naming = [say("answer.naming", n)] if (n := len(only_naming(corpus, wanted))) else []
    return (*((say("answer.no_metric", words=told),) if bare else ()), *compound, *naming)


def _ways(corpus: Corpus, wanted: Filter, compound: Condition, say: Sayings) -> str:
    """How many papers have what a compound names, and how many only its parts; "" for what is no compound."""
    whole = tuple(term for term in compound.any_of if not isinstance(term, Compound))
    if compound.negated or len(whole) == len(compound.any_of):
        return ""
    found = corpus.holding(wanted)
    named = corpus.count_among(found, replace(compound, any_of=whole)) if whole else 0
    parts = corpus.count(found) - named
    return say("answer.ways", words=say("empty.quoted", words=compound.text), named=named, parts=parts) if parts else ""


def _without_words(corpus: Corpus, wanted: Filter, papers: list[str], say: Sayings) -> tuple[Filter, list[str]]:
    """A filter of which few papers fulfil all, and its papers, without several words that nothing bears.

    Few more may fulfil the rest, and they are about things that have names.
    """
    words = [one.text for one in wanted.conditions if _is_of_words(one)]
    rest = tuple(one for one in wanted.conditions if not _is_of_words(one))
    named = any(isinstance(term, Entity) for one in rest for term in one.any_of if not one.negated)
    several = len(" ".join(words).split()) > 1
    if not (several and named and 0 < len(papers) <= _FEW) or any(map(_DIGITS.search, wanted.ignored)):
        return wanted, papers
    wider = replace(wanted, conditions=rest, ignored=(*wanted.ignored, *words))
    found = corpus.found(wider)
    if not len(papers) < len(found) <= 2 * _FEW:
        return wanted, papers
    note = say("answer.without_words", len(papers), of=len(found), words=say.listed([_quoted(w, say) for w in words]))
    return replace(wider, notes=(*wanted.notes, note)), found


def _is_of_words(one: Condition) -> bool:
    """Whether a condition is that texts have a word of the question that nothing bears."""
    phrases = [term for term in one.any_of if isinstance(term, Phrase) and not term.concept]
    own = (term.label in one.text.split(" / ") and len(term.wordings) <= _FORMS for term in phrases)
    return not one.negated and len(phrases) == len(one.any_of) and all(own)


def _quoted(words: str, say: Sayings) -> str:
    return say("empty.quoted", words=words)


def _nearer(corpus: Corpus, lexicon: Lexicon, wanted: Filter, say: Sayings) -> Filter:
    """The filter with the concept nearest in meaning in the place of each phrase that is near enough to one.

    What texts say stays as it is, and so does what differs from the concept in its digits: FP4 is not FP16.
    """
    conditions, notes = [], list(wanted.notes)
    for condition in wanted.conditions:
        terms: list[Term] = []
        for term in condition.any_of:
            is_bare = isinstance(term, Phrase) and not term.wordings  # what texts must state has no concept
            is_said = not is_bare or corpus.count(corpus.holding(Filter((Condition("", (term,)),))))
            near = None if is_said else lexicon.nearest_concept(term.label)
            label = lexicon.label(near[0], say.language) if near else ""
            if near is None or _DIGITS.findall(label) != _DIGITS.findall(term.label):
                terms.append(term)
                continue
            concept, similarity = near
            kind = kind_of(concept)
            among = (concept,) if kind == "topic" else lexicon.family(concept)
            terms.append(Entity(kind, concept, label, among))
            notes.append(say("near.instead", words=repr(term.label), label=label, similarity=f"{similarity:.2f}"))
        conditions.append(replace(condition, any_of=tuple(terms)))
    return replace(wanted, conditions=tuple(conditions), notes=tuple(notes))


def _rows(
    corpus: Corpus,
    lexicon: Lexicon,
    wanted: Filter,
    papers: list[str],
    limit: int | None,
    language: str,
    in_order: bool = False,
) -> tuple[Row, ...]:
    """At most `limit` papers, best first; 0 for all, None for what is usual.

    Where there are many, the words are looked up only of those whose titles name the most of what is asked for, among
    those with the last identifiers, which are the newest; the others follow from the newest on. Papers that are
    `in_order` stay so.
    """
    most = limit or (len(papers) if limit == 0 or len(papers) <= _MOST else _READ)
    newest = (papers if in_order else papers[::-1])[: max(most, _TITLES)]
    if len(newest) > _READ and not in_order:
        newest = by_title(corpus, lexicon, wanted, newest[:_TITLES]) + newest[_TITLES:]
    found = AnswerEvidence(corpus, lexicon, wanted, newest[:_READ], language)
    best = [found.row(paper) for paper in newest[:_READ]]
    best = best if in_order else sorted(best, key=lambda row: (-row.score, row.id))
    others = _in_order(corpus, newest[_READ:most])
    return tuple(islice(chain(best, others), most))


def _in_order(corpus: Corpus, papers: list[str]) -> list[Row]:
    """Papers without their words."""
    known = {row.paper: row for row in corpus.rows(papers)}
    return [known[paper] for paper in papers]


def _nothing_understood(lexicon: Lexicon, question: str, query: Query) -> Answer:
    wanted = query.filter
    note = nothing_understood(lexicon, Sayings(query.language), wanted.ignored)
    return Answer(question, Query(filter=wanted, language=query.language), (), (*wanted.notes, note))
