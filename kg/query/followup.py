"""A follow-up question: "and on NPUs?", 只看2026年的. Its wordings are in followup.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from kg.files import toml_file
from kg.query.filter import Condition, Entity, Fact, Outcome, Query, Term
from kg.query.lexicon import Lexicon
from kg.query.question_reader import LIMIT, read
from kg.query.sayings import Sayings
from kg.rdf.triples import language_of
from kg.text import fold, has_han

#: How many earlier questions are read, the last ones.
LONGEST = 8
#: The wordings by their meaning.
_forms = partial(toml_file, __file__, "followup.toml")
#: A paper may be about several things; in other fields a new condition replaces the old one.
_WORK = ("topic", "technique", "problem", "task", "text", "parts")


def in_context(
    question: str,
    lexicon: Lexicon,
    before: Query | Sequence[str],
    language: str = "",
    reading: Callable[[str], Query] | None = None,
) -> Query | None:
    """The query of a question after another one, or after several in order; None if it starts afresh.

    `reading` reads the questions that start afresh.
    """
    if not isinstance(before, Query):
        known: Query | None = None
        for text in before[-LONGEST:]:
            known = (known and in_context(text, lexicon, known)) or (reading(text) if reading else read(text, lexicon))
        return known and in_context(question, lexicon, known, language)
    forms = _forms()
    rest, signs, refers = _rest(question)
    if not rest or before.kind == "refused":
        return None
    lifted = re.search(forms["lifts"], rest, re.I) if signs else None
    asked = read((rest[: lifted.start()] + rest[lifted.end() :]) if lifted else rest, lexicon, language, alone=False)
    if asked.kind == "refused" or not (signs or _is_only_narrowing(question, asked)):
        return None
    earlier, new = before.filter.conditions, asked.filter.conditions
    if before.things and (asked.kind != "papers" or before.kind in ("definition", "claims")):
        earlier += tuple(Condition(thing.label, (thing,)) for thing in before.things[:1])
    free = next(filter(None, lifted.groups()), "") if lifted else ""
    gone = [old for old in earlier if _shares_words(old, free) or any(_replaces(one, old, lexicon) for one in new)]
    adds = re.match(rf"\s*(?:{forms['adds']})", question, re.I)
    narrows = refers or adds or re.match(forms["narrows"], rest, re.I) or re.search(f"{forms['narrowed']}$", rest)
    if new and not (gone or narrows):
        gone = _same_place(earlier, new[0])
    kept = tuple(one for one in earlier if one not in gone and one not in new)
    return _merged(before, asked, kept, [one.text for one in gone], question, language)


def _merged(
    before: Query, asked: Query, kept: tuple[Condition, ...], gone: list[str], question: str, language: str
) -> Query:
    """The kept and the new conditions, with the requested kind of answer, else the previous kind."""
    say = Sayings(language or language_of(question))
    carried = [one.text for one in kept] + [thing.label for thing in before.things if before.kind == "comparison"]
    carried += [before.like] if before.like else []
    told = [
        say(f"followup.{key}", words=say.listed(names)) for key, names in (("kept", carried), ("gone", gone)) if names
    ]
    wanted = replace(asked.filter, conditions=(*kept, *asked.filter.conditions), notes=(*told, *asked.filter.notes))
    if asked.kind != "papers":
        return replace(asked, filter=wanted, language=say.language)
    kind = "papers" if before.kind in ("definition", "claims") else before.kind
    order = asked.order if asked.order == "newest" else before.order
    return replace(before, kind=kind, filter=wanted, order=order, most=asked.most or before.most, language=say.language)


def _rest(question: str) -> tuple[str, bool, bool]:
    """A question without its follow-up markers, whether it has any, and whether it refers to earlier papers."""
    forms, text = _forms(), question[:LIMIT].strip().rstrip("?？。.! ")
    low = text.lower()
    if len(low) != len(text):
        return text, False, False
    begin, end = 0, len(text)
    while found := re.compile(rf"(?:{forms['opens']})[\s,，、:：]*").match(low, begin, end):
        begin = found.end()
    closing = re.search(rf"[\s,，]*(?:{forms['closes']})$", low[begin:])
    end = begin + closing.start() if closing else end
    is_own = re.search(forms["asks"], low[begin:end])
    refers = re.search(forms["refers"], low)
    rest = re.sub(forms["refers"], " ", text[begin:end], flags=re.I)
    return rest.strip(" ,，"), bool(begin or refers or (closing and not is_own)), refers is not None


def _is_only_narrowing(question: str, asked: Query) -> bool:
    """Whether a question has no subject of its own, and does not ask for papers: "without retraining?"."""
    found, low = asked.filter.conditions, question[:LIMIT].lower().strip()
    if asked.kind != "papers" or asked.things or not found or re.search(_forms()["asks"], low):
        return False
    return bool(re.match(_forms()["narrows"], low)) or all(isinstance(t, Fact) for one in found for t in one.any_of)


def _replaces(new: Condition, old: Condition, lexicon: Lexicon) -> bool:
    """Whether a new condition replaces an old one: of the same field, the same thing, or a kind of it."""
    one, other = _place(new), _place(old)
    if new.negated == old.negated and one == other and one not in _WORK:
        return True
    named, known = _concepts(new), _concepts(old)
    if new.negated != old.negated:
        return bool(named & known)
    broader = {above for concept in named for above in lexicon.vocabulary.broader(concept)} if named else set()
    return bool(named & known) or bool(broader & known)


def _same_place(earlier: Iterable[Condition], new: Condition) -> list[Condition]:
    """The first subject condition that a new one may replace: 推理模型量化, 那剪枝呢."""
    place = _place(new)
    about = [one for one in earlier if _place(one) in _WORK and not one.negated and not new.negated]
    same = [one for one in about if _place(one) == place] or [one for one in about if _place(one) != "task"]
    return same[:1] if place in _WORK else []


def _place(one: Condition) -> str:
    """The slot of a condition: its field; for a result, its metric."""
    term = one.any_of[0]
    return term.concept or term.field if isinstance(term, Outcome) else term.field


def _concepts(one: Condition) -> set[str]:
    terms: tuple[Term, ...] = one.any_of
    return {term.concept for term in terms if isinstance(term, Entity) and term.concept}


def _shares_words(old: Condition, text: str) -> bool:
    """Whether the words of a condition and a text overlap."""
    words, said = fold(text), fold(old.text)
    return any(word in said.split() or (has_han(word) and word in said) for word in words.split())
