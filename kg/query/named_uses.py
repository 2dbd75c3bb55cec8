"""Software and baselines as conditions: whole papers name them as they use them, mostly without a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.model import OBTAINED
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Condition, Entity, Fact, Filter, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.text import fold


def names_used(corpus: Corpus, kind: str, labels: Iterable[str]) -> tuple[str, ...]:
    """How bodies write what some labels name, versions and variants included: "vLLM V1", "KIVI (2 bit)"."""
    sql = "SELECT DISTINCT name FROM uses WHERE type = ?"
    known = corpus.kept("names used", kind, lambda: [(fold(name), name) for (name,) in corpus.store.rows(sql, kind)])
    forms = "|".join(re.escape(label) for label in {fold(label) for label in labels} - {""}) or "(?!)"
    return tuple(sorted(name for said, name in known if re.match(f"(?:{forms})(?: |$)", said)))


def with_uses(corpus: Corpus, lexicon: Lexicon, wanted: Filter) -> Filter:
    """A filter whose techniques are also software that whole papers use, or what they are compared with.

    Beside what papers use, other words than names only rank: "on a real smartphone".
    """
    if not corpus.read().whole:
        return wanted
    conditions = tuple(_with(corpus, lexicon, one) for one in wanted.conditions)
    is_used = any(term.field in (*OBTAINED, *USED_BY_NAME) for one in conditions for term in one.any_of)
    kept = [[w for w in said if not is_used or re.search(r"[A-Z\d]", w)] for said in (wanted.narrowing, wanted.unnamed)]
    return replace(wanted, conditions=conditions, narrowing=tuple(kept[0]), unnamed=tuple(kept[1]))


def _with(corpus: Corpus, lexicon: Lexicon, condition: Condition) -> Condition:
    read = [(term, *one) for term in condition.any_of for one in _read_as(lexicon, term)]
    facts = [(Fact(kind, one.label, one.label, words=names_used(corpus, kind, names))) for one, kind, names in read]
    return replace(condition, any_of=(*condition.any_of, *dict.fromkeys(fact for fact in facts if fact.words)))


def _read_as(lexicon: Lexicon, term: Term) -> Iterator[tuple[str, list[str]]]:
    """The types of use that a term may mean, with the names of what is used."""
    kinds = zip(USED_BY_NAME, ("used", "baseline"), strict=True)
    if isinstance(term, Phrase) and not (term.concept or term.wordings):
        yield from ((kind, [term.label]) for kind, _ in kinds)
    elif isinstance(term, Entity) and term.field == "technique" and term.roles != ("proposed",):
        names = [term.label, *lexicon.labels(term.concept)]
        yield from ((kind, names) for kind, role in kinds if not term.roles or role in term.roles)
