"""Software, baselines, precision, optimizers as conditions: whole papers name them, mostly without a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.model import OBTAINED
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Condition, Entity, Fact, Filter, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.text import fold


def names_used(corpus: Corpus, kind: str, labels: Iterable[str]) -> tuple[str, ...]:
    """How bodies write what some labels name, versions and variants included: "vLLM V1", "KIVI (2 bit)".

    Of a set-up the first word tells where no name has all: "FP8 quantization" is "FP8" or "FP8 training".
    """
    sql = "SELECT DISTINCT name FROM uses WHERE type = ?"
    known = corpus.kept("names used", kind, lambda: [(fold(name), name) for (name,) in corpus.store.rows(sql, kind)])
    folded = {fold(label) for label in labels} - {""}
    ways = [folded] if kind in ("software", "baseline") else [folded, {one.split()[0] for one in folded}]
    ways += [{said for said, _ in known}] if kind in folded else []  # Adam优化器: any optimizer
    for forms in ways:
        pattern = rf"(?:{'|'.join(map(re.escape, forms)) or '(?!)'})(?: |$)"
        if found := sorted(name for said, name in known if re.match(pattern, said)):
            return tuple(found)
    return ()


def with_uses(corpus: Corpus, lexicon: Lexicon, wanted: Filter) -> Filter:
    """A filter whose techniques are also software that whole papers use, or what they are compared with.

    Beside what papers use, other words than names only rank: "on a real smartphone".
    """
    if not corpus.read().whole:
        return wanted
    on = {words: _measured_on(words, lexicon) for words in wanted.ignored if re.search(r"[A-Z\d].*\s", words)}
    said = (*wanted.conditions, *(Condition(words, terms) for words, terms in on.items() if terms))
    wanted = replace(wanted, ignored=tuple(words for words in wanted.ignored if not on.get(words)))
    conditions = tuple(_with(corpus, lexicon, one) for one in said)
    is_used = any(term.field in (*OBTAINED, *USED_BY_NAME) for one in conditions for term in one.any_of)
    kept = [[w for w in said if not is_used or re.search(r"[A-Z\d]", w)] for said in (wanted.narrowing, wanted.unnamed)]
    return replace(wanted, conditions=conditions, narrowing=tuple(kept[0]), unnamed=tuple(kept[1]))


def _with(corpus: Corpus, lexicon: Lexicon, condition: Condition) -> Condition:
    read = [(term, *one) for term in condition.any_of for one in _read_as(lexicon, term)]
    facts = [(Fact(kind, one.label, one.label, words=names_used(corpus, kind, names))) for one, kind, names in read]
    is_level = any(isinstance(term, Outcome) and term.value is None for term in condition.any_of)
    own = (*(fact for fact in facts if fact.words), *(_measured_on(condition.text, lexicon) if is_level else ()))
    return replace(condition, any_of=tuple(dict.fromkeys((*condition.any_of, *own))))


def _measured_on(words: str, lexicon: Lexicon) -> tuple[Term, ...]:
    """The data set of "WikiText-2 perplexity", MMLU分数: who uses it reports the metric, as tables have it."""
    found = read(re.sub(r"\s?(?:[\u4e00-\u9fff]+|\S+)$", "", words), lexicon).filter.conditions
    return tuple(term for one in found for term in one.any_of if term.field == "dataset")


def _read_as(lexicon: Lexicon, term: Term) -> Iterator[tuple[str, list[str]]]:
    """The types of use that a term may mean, with the names of what is used."""
    kinds = zip(USED_BY_NAME, ("used", "baseline", "used", "used"), strict=True)
    if isinstance(term, Phrase) and not (term.concept or term.wordings):
        yield from ((kind, [term.label]) for kind, _ in kinds)
    elif isinstance(term, Entity) and term.field == "technique" and term.roles != ("proposed",):
        names = [term.label, *lexicon.labels(term.concept)]
        yield from ((kind, names) for kind, role in kinds if not term.roles or role in term.roles)
