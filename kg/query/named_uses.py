"""Software and baselines as conditions: whole papers name them as they use them, mostly without a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Condition, Entity, Fact, Filter, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.text import fold

#: What may stand behind a name of the same thing: of software a version ("vLLM V1"), else anything ("KIVI (2 bit)").
_BEHIND = dict(zip(USED_BY_NAME, (r" v?\d[\d ]*", " .*"), strict=True))


def names_used(corpus: Corpus, kind: str, labels: Iterable[str]) -> tuple[str, ...]:
    """How bodies write what some labels name, as software or as a baseline; they may only mention it."""
    sql = "SELECT DISTINCT name FROM uses WHERE type = ?"
    known = corpus.kept("names used", kind, lambda: [(fold(name), name) for (name,) in corpus.store.rows(sql, kind)])
    forms = "|".join(re.escape(label) for label in {fold(label) for label in labels} - {""}) or "(?!)"
    return tuple(sorted(name for said, name in known if re.fullmatch(f"(?:{forms})(?:{_BEHIND[kind]})?", said)))


def with_uses(corpus: Corpus, lexicon: Lexicon, wanted: Filter) -> Filter:
    """A filter whose techniques are also software that whole papers use, or what they are compared with."""
    if not corpus.read().whole:
        return wanted
    return replace(wanted, conditions=tuple(_with(corpus, lexicon, condition) for condition in wanted.conditions))


def _with(corpus: Corpus, lexicon: Lexicon, condition: Condition) -> Condition:
    read = [(term, *one) for term in condition.any_of for one in _read_as(lexicon, term)]
    facts = [(Fact(kind, one.label, one.label, words=names_used(corpus, kind, names))) for one, kind, names in read]
    return replace(condition, any_of=(*condition.any_of, *dict.fromkeys(fact for fact in facts if fact.words)))


def _read_as(lexicon: Lexicon, term: Term) -> Iterator[tuple[str, list[str]]]:
    """The type of use that a term may mean, with the names of what is used."""
    if isinstance(term, Phrase) and not (term.concept or term.wordings):
        yield "software", [term.label]
    elif isinstance(term, Entity) and term.field == "technique" and term.roles != ("proposed",):
        yield "baseline" if "baseline" in term.roles else "software", [term.label, *lexicon.labels(term.concept)]
