"""One score over all papers, and the second tier of an answer: papers that lack a condition, each with what it lacks.

The score is a weighted sum of: the conditions that a paper fulfils, rare ones counting more; its statements on them;
the words of its title, abstract and body (BM25); and the graph's embeddings if it has any.
scripts/train_tiers.py fits the weights to the annotated questions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from heapq import nsmallest
from math import log, sqrt
from typing import NamedTuple

from kg.files import toml_file
from kg.identifiers import kind_of
from kg.model import ROLES
from kg.query import chinese_words
from kg.query.answer import Row
from kg.query.condition_evidence import AnswerEvidence
from kg.query.conditions import concepts, reporting
from kg.query.corpus import Corpus
from kg.query.filter import Compound, Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.nearness import in_english
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.text import has_han

#: Hard conditions, weights of statements, and numbers of ranked papers.
_figures = partial(toml_file, __file__, "tiers.toml")
#: Questions whose signs are kept: both tiers of an answer, and of the answer beside it.
_BOTH = 2


def is_hard(one: Condition) -> bool:
    """Whether a condition is hard: a paper that lacks it is not an answer at all."""
    hard = _figures()["hard"]
    return (one.negated or bool(one.having)) or any(
        isinstance(term, Link)
        or (isinstance(term, Outcome) and term.value is not None)
        or _is_hard_fact(term)
        or (isinstance(term, Entity) and term.field in hard["numbered"] and any(map(str.isdigit, term.label)))
        for term in one.any_of
    )


def _denies(one: Condition) -> bool:
    """Whether a condition says what a paper must not have; facts that are denied are facts."""
    return bool(one.having) or (one.negated and not any(map(_is_hard_fact, one.any_of)))


def _is_hard_fact(term: object) -> bool:
    """Whether a term is a fact that must hold in either tier."""
    return isinstance(term, Fact) and term.field in _figures()["hard"]["facts"]


def _is_of_words(one: Condition) -> bool:
    """Whether a condition is on mere words, of nothing that is known."""
    return all(isinstance(term, Phrase) for term in one.any_of)


def _allowed(corpus: Corpus, one: Condition, having: frozenset[str]) -> frozenset[str] | None:
    """The papers that a condition allows in either tier; None for all.

    A fact must hold; of a device or model, papers that name another one are left out. What a question denies counts
    against a paper, no more: denials are misread more often than facts.
    """
    if _denies(one):
        return None
    if any(map(_is_hard_fact, one.any_of)):
        return having
    kinds = {term.field for term in one.any_of if isinstance(term, Entity)}
    is_numbered = is_hard(one) and kinds and kinds.issubset(_figures()["hard"]["numbered"])
    return having | corpus.silent_on(min(kinds)) if is_numbered else None


def room_for_second(first: int, limit: int | None) -> int:
    """How many papers of the second tier may follow those of the first."""
    most: int = _figures()["ranked"]["papers"]
    return min(limit or most, most) - first


def all_asked(query: Query) -> Filter:
    """The conditions of a query, and its things (compared, defined or related): the subject of both tiers."""
    link = query.link
    ends = [Entity(kind_of(link.concept), link.concept, link.label, link.concepts)] if link else []
    own = {term.concept for one in query.filter.conditions for term in one.any_of}
    things = (one for one in (*query.things, *ends) if one.concept not in own)
    having = (replace(one, roles=one.roles or (ROLES if one.field == "technique" else ())) for one in things)
    conditions = (*query.filter.conditions, *(Condition(one.label, (one,)) for one in having))
    return replace(query.filter, conditions=conditions)


def second_tier(
    corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str, first: Sequence[str], most: int, language: str
) -> tuple[Row, ...]:
    """At most `most` papers that lack some condition, best first, down to where the score has fallen too far.

    `first` are the papers that fulfil all conditions.
    """
    if most <= 0 or not (wanted.conditions or wanted.ignored):
        return ()
    scores = ranking(corpus, lexicon, wanted, question, first)
    least = _figures()["ranked"]["cut"] * max(scores.values(), default=0.0)
    others = scores.keys() - set(first)
    best = sorted((paper for paper in others if scores[paper] >= least), key=lambda paper: (-scores[paper], paper))
    rows = lacking(corpus, lexicon, wanted, best[:most], language)
    return tuple(replace(row, score=scores[row.paper]) for row in rows)


def lacking(corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: list[str], language: str) -> tuple[Row, ...]:
    """Papers with the conditions that each lacks, and those of them that its texts name nevertheless."""
    found = AnswerEvidence(corpus, lexicon, wanted, papers, language)
    having = list(zip((one.text for one in wanted.conditions), corpus.having_each(wanted), strict=True))
    out = []
    for row in map(found.row, papers):
        lacked = {n: text for n, (text, have) in enumerate(having) if row.paper not in have}
        named = (text for n, text in lacked.items() if any(found.quotes.get((entry, n)) for entry in row.sources))
        out.append(replace(row, lacks=tuple(lacked.values()), named=tuple(named)))
    return tuple(out)


def why_empty(store: StoreFile, wanted: Filter, say: Sayings) -> str:
    """One sentence: the conditions that no paper is known to fulfil, or that none fulfils all of them."""
    corpus = Corpus.of(store)
    having = zip(wanted.conditions, corpus.having_each(wanted), strict=True)
    alone = [one for one, papers in having if not papers]
    if alone and (told := _unproposed(corpus, alone[0], say)):
        return told
    words = [say("empty.quoted", words=one.text) for one in alone or wanted.conditions]
    named = [
        say("empty.not", condition=said) if one.negated else said
        for one, said in zip(alone or wanted.conditions, words, strict=True)
    ]
    numbers = [term for one in alone for term in one.any_of if isinstance(term, Outcome) and term.value is not None]
    near = _nearest_value(store, numbers[0], say) if numbers else ""
    return say("empty.all" if len(named) > 1 and not alone else "empty.none", conditions=say.listed(named)) + near


def _unproposed(corpus: Corpus, one: Condition, say: Sayings) -> str:
    """A note that papers have a technique but none proposes it; "" if this is not why the answer is empty."""
    own = tuple(t for t in one.any_of if isinstance(t, Entity) and t.roles == ("proposed",))
    wider = replace(one, any_of=tuple(replace(t, roles=ROLES, by="") for t in own))
    have = corpus.count(corpus.holding(Filter((wider,)))) if len(own) == len(one.any_of) else 0
    return say("empty.unproposed", have, condition=say("empty.quoted", words=one.text)) if have else ""


def _nearest_value(store: StoreFile, term: Outcome, say: Sayings) -> str:
    """The reported value that is nearest to a threshold."""
    end, best = ("low", "min") if term.op in ("<=", "<") else ("high", "max")
    any_value = replace(term, value=None, limit=None)
    where = reporting(any_value)
    ((found,),) = store.rows(f"SELECT {best}(x.{end}) FROM results x WHERE {where.sql}", *where.given)
    if found is None:
        return ""
    value = f"{found:g}{'' if term.unit in ('x', '%') else ' '}{term.unit}".strip()
    return say("empty.between") + say("empty.value", metric=any_value.said, value=value)


def ranking(
    corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str, first: Collection[str] = ()
) -> dict[str, float]:
    """The score from 0 to 1 of the papers `first` and of the best others."""
    weight = _figures()["weight"]
    best = sum(value for value in weight.values() if value > 0)
    scores = defaultdict[str, float](float)
    for name, own in signs(corpus, lexicon, wanted, question, frozenset(first)).items():
        for paper, value in own.items():
            scores[paper] += weight[name] * value / best
    return {paper: round(max(score, 0.0), 3) for paper, score in scores.items()}


class _Signs(NamedTuple):
    """What speaks for papers whatever tier they are in: features by name and paper, and the papers to be ranked."""

    values: dict[str, dict[str, float]]
    considered: frozenset[str]
    hard: list[tuple[Condition, frozenset[str]]]  # hard conditions with the papers that fulfil them


def signs(
    corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str, first: frozenset[str] = frozenset()
) -> dict[str, dict[str, float]]:
    """The features that rank papers, by name and paper.

    Besides `first`, only the top papers by conditions, by statements and by words are considered, and none that
    lacks a fact.
    """
    told = corpus.kept("signs", (wanted, question), lambda: _signs(corpus, lexicon, wanted, question), _BOTH)
    found, out = first | told.considered, dict(told.values)
    out["first"] = dict.fromkeys(first, 1.0)
    for name, is_denial in (("silent", False), ("denied", True)):
        own = [papers for one, papers in told.hard if _denies(one) is is_denial]
        out[name] = {paper: float(sum(paper not in papers for papers in own)) for paper in found}
    return {name: {paper: scores[paper] for paper in found & scores.keys()} for name, scores in out.items()}


def _signs(corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str) -> _Signs:
    ranked = _figures()["ranked"]
    having = list(zip(wanted.conditions, corpus.having_each(wanted), strict=True))
    hard = [(one, papers) for one, papers in having if is_hard(one)]
    soft = [(one, papers) for one, papers in having if not is_hard(one)]
    fulfilled, said = (
        _fulfilled(len(corpus), [(one, papers) for one, papers in soft if _is_of_words(one) is are_words])
        for are_words in (False, True)
    )
    stated = defaultdict[str, float](float)
    for one, _ in soft:
        for paper, level in _stated(corpus, lexicon, one).items():
            stated[paper] += level / len(soft)
    words = worded(corpus, lexicon, wanted, question)
    most = max(words.values(), default=1.0)
    words = {paper: score / most for paper, score in words.items()}
    among = [some for one, papers in having if (some := _allowed(corpus, one, papers)) is not None]
    considered, order = set[str](), list[str]()
    for scores in (fulfilled, said, stated, words):
        free = ((-score, paper) for paper, score in scores.items() if all(paper in papers for papers in among))
        order = [paper for _, paper in nsmallest(ranked["considered"], free)]
        considered.update(order)
    constant = ranked["constant"]
    values: dict[str, dict[str, float]] = {"fulfilled": fulfilled, "said": said, "stated": stated, "words": words}
    values["place"] = {paper: constant / (constant + at) for at, paper in enumerate(order)}
    return _Signs(values | {"near": _near(corpus, question)}, frozenset(considered), hard)


def _fulfilled(papers: int, having: list[tuple[Condition, frozenset[str]]]) -> dict[str, float]:
    """The share of some conditions that each paper fulfils, by the root of their inverse document frequency."""
    rarity = [sqrt(log((papers + 1) / (len(some) + 0.5))) if some else 0.0 for _, some in having]
    out = defaultdict[str, float](float)
    for (_, some), rare in zip(having, rarity, strict=True):
        for paper in some:
            out[paper] += rare / sum(rarity)
    return out


def _stated(corpus: Corpus, lexicon: Lexicon, one: Condition) -> dict[str, float]:
    """How well papers' statements match a condition: the best level on it, or a share of the level on a part of it."""
    best = _levels(corpus, _things(one.any_of))
    parts = [(part, len(term.parts)) for term in one.any_of if isinstance(term, Compound) for part in term.parts]
    for part, number in parts:
        for paper, level in _levels(corpus, _things(part)).items():
            best[paper] = max(best.get(paper, 0.0), level / number)
    for paper in _levels(corpus, _beside(lexicon, one)):
        best.setdefault(paper, _figures()["level"]["close"])
    return best


def _things(terms: Iterable[object]) -> set[str]:
    return {concept for term in terms if isinstance(term, Entity) for concept in term.concepts}


def _beside(lexicon: Lexicon, one: Condition) -> set[str]:
    """The siblings of a condition's things under their broader concepts."""
    known, own = lexicon.vocabulary, {term.concept for term in one.terms if isinstance(term, Entity)}
    wider = {wide for concept in own & known.concepts.keys() for wide in known[concept].broader}
    return {concept for wide in wider for concept in known.narrower(wide)} - own


def _levels(corpus: Corpus, things: set[str]) -> dict[str, float]:
    """The level of the best statement of each paper on one of some things."""
    if not things:
        return {}
    level, named = _figures()["level"], concepts(things)
    sql = f"""SELECT p.curie, x.said FROM (SELECT paper, role AS said FROM mentions WHERE concept IN {named.sql}
        UNION SELECT paper, CASE sure WHEN 1 THEN 'sure' ELSE 'topic' END FROM topics WHERE topic IN {named.sql}) x
        JOIN papers p ON p.id = x.paper"""
    out: dict[str, float] = {}
    for paper, said in corpus.store.rows(sql, *named.given, *named.given):
        out[paper] = max(out.get(paper, 0.0), level.get(said, level["present"]))
    return out


def worded(corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str) -> dict[str, float]:
    """The BM25 score of papers for the words of a question, without the words that most texts have."""
    ranked, frame = _figures()["ranked"], set(_figures()["words"]["passed_over"])
    said = [word for text in _texts(lexicon, wanted, question) for word in re.findall(r"[^\W_]+", text.lower())]
    telling = [word for word in said if not any(one.means & frame for one in lexicon.words.bearing(word))]
    counts = {word: corpus.texts_with(word) for word in dict.fromkeys(telling)}
    rare = [word for word, count in counts.items() if 0 < count <= ranked["usual"] * len(corpus)]
    return corpus.ranked(rare)


def _texts(lexicon: Lexicon, wanted: Filter, question: str) -> Iterator[str]:
    """The parts of a question about papers, in English, and the conditions that it keeps from earlier questions."""
    carried = (one.text for one in wanted.conditions if not one.negated and one.text not in question)
    for text in (in_english(question, lexicon.vocabulary), question, *carried):
        yield from re.findall(r"[!-~ ]+", text)
    for one in wanted.conditions:
        for term in one.any_of if has_han(one.text) and not one.negated else ():
            if isinstance(term, Phrase):
                yield from term.wordings[: _figures()["words"]["wordings"]]
            elif not isinstance(term, Fact):
                yield lexicon.label(term.concept) if term.concept else term.label
    for words in wanted.ignored:
        yield from chinese_words.in_english(words) if has_han(words) else ()


def _near(corpus: Corpus, question: str) -> dict[str, float]:
    """The similarity of papers to a question, by the model of the graph's embeddings; empty if there are none."""
    if not corpus.store.said("embeddings"):
        return {}
    from kg.query.user_embeddings import asked, likeness  # loads numpy

    vector = asked(corpus.store, question)
    return {} if vector is None else likeness(corpus.store, vector)
