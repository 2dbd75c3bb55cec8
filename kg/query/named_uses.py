"""What full papers use, under names the vocabulary may lack, as conditions: software, baselines, set-ups, others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Condition, Entity, Fact, Filter, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.text import fold


def names_used(corpus: Corpus, kind: str, labels: Iterable[str]) -> tuple[str, ...]:
    """The names in bodies for some labels, with versions and variants: "vLLM V1", "KIVI (2 bit)".

    For a set-up, the first word is enough if no name has all: "FP8 quantization" is "FP8" or "FP8 training".
    """
    sql = "SELECT DISTINCT name FROM uses WHERE type = ?"
    known = corpus.kept("names used", kind, lambda: [(fold(name), name) for (name,) in corpus.store.rows(sql, kind)])
    folded = {fold(label) for label in labels} - {""}
    ways = [folded, {one.split()[0] for one in folded}] if kind in ("precision", "optimizer") else [folded]
    ways += [{said for said, _ in known}] if kind in folded else []  # Adam优化器: any optimizer
    for forms in ways:
        pattern = rf"(?:{'|'.join(map(re.escape, forms)) or '(?!)'})(?: |$)"
        if found := sorted(name for said, name in known if re.match(pattern, said)):
            return tuple(found)
    return ()


def with_uses(corpus: Corpus, lexicon: Lexicon, wanted: Filter, question: str = "") -> Filter:
    """A filter whose techniques also match software that full papers use, or their baselines.

    If a question says "compare", models are baselines too; an unknown name may be of any type.

    Beside such uses, words other than names only affect the ranking: "on a real smartphone".
    """
    if not corpus.read().whole:
        return wanted
    on = {words: _measured_on(words, lexicon) for words in wanted.ignored if re.search(r"[A-Z\d].*\s", words)}
    said = (*wanted.conditions, *(Condition(words, terms) for words, terms in on.items() if terms))
    wanted = replace(wanted, ignored=tuple(words for words in wanted.ignored if not on.get(words)))
    cues = (*lexicon.words.folds("compare"), *lexicon.words.folds("baseline"))
    compares = any(f" {cue} " in f" {fold(question)} " for cue in cues)
    conditions = tuple(_with(corpus, lexicon, one, compares) for one in said)
    is_used = any(term.field in USED_BY_NAME for one in conditions for term in one.any_of)
    kept = [[w for w in said if not is_used or re.search(r"[A-Z\d]", w)] for said in (wanted.narrowing, wanted.unnamed)]
    return replace(wanted, conditions=conditions, narrowing=tuple(kept[0]), unnamed=tuple(kept[1]))


def _with(corpus: Corpus, lexicon: Lexicon, condition: Condition, compares: bool) -> Condition:
    read = [(term, *one) for term in condition.any_of for one in _read_as(lexicon, term, compares)]
    facts = [Fact(kind, one.label, one.label, words=names_used(corpus, kind, names)) for one, kind, names in read]
    is_level = any(isinstance(term, Outcome) and term.value is None for term in condition.any_of)
    own = (*(fact for fact in facts if fact.words), *(_measured_on(condition.text, lexicon) if is_level else ()))
    return replace(condition, any_of=tuple(dict.fromkeys((*condition.any_of, *own))))


def _measured_on(words: str, lexicon: Lexicon) -> tuple[Term, ...]:
    """The data set of "WikiText-2 perplexity", MMLU分数: papers that use it report the metric in tables."""
    found = read(re.sub(r"\s?(?:[\u4e00-\u9fff]+|\S+)$", "", words), lexicon).filter.conditions
    return tuple(term for one in found for term in one.any_of if term.field == "dataset")


def _read_as(lexicon: Lexicon, term: Term, compares: bool) -> Iterator[tuple[str, list[str]]]:
    """The types of use that a term may mean, with the names of what is used."""
    if isinstance(term, Phrase) and not (term.concept or term.wordings):
        yield from ((kind, [term.label]) for kind in (("baseline",) if compares else USED_BY_NAME))
    elif isinstance(term, Entity) and term.field in ("technique", "model") and term.roles != ("proposed",):
        roles = {"baseline"} if compares else {*term.roles} or {"used", "baseline"}
        kinds = zip(USED_BY_NAME, ("used", "baseline", "used", "used"), strict=False)
        names = [term.label, *lexicon.labels(term.concept)] if compares or term.field == "technique" else []
        yield from ((kind, names) for kind, role in kinds if role in roles)
