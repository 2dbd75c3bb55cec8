"""A follow-up question: "and on NPUs?", 只看2026年的. Its wordings are in followup.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from kg.files import toml_file
from kg.query.filter import Condition, Entity, Outcome, Phrase, Query, Term
from kg.query.instructions import ORDERED
from kg.query.lexicon import Lexicon
from kg.query.question_reader import LIMIT, read
from kg.query.sayings import Sayings
from kg.rdf.triples import language_of
from kg.text import fold, has_han

#: How many earlier questions are read, the last ones.
LONGEST = 8
#: The wordings by their meaning.
_forms = partial(toml_file, __file__, "followup.toml")
_OF_PAPERS = ("papers", "ranking")  # kinds of questions that narrow a comparison
#: A paper may be about several things; in other fields a new condition replaces the old one.
_WORK = ("topic", "technique", "problem", "task", "text", "parts")


class Context:
    """What a question goes on from: the query of the question before, and how a question that starts afresh is read."""

    def __init__(self, before: Query, lexicon: Lexicon, reading: Callable[[str], Query] | None = None) -> None:
        self.before, self.lexicon = before, lexicon
        self._read = reading or (lambda text: read(text, lexicon))

    @classmethod
    def of(
        cls,
        questions: Sequence[str],
        lexicon: Lexicon,
        finds: Callable[[str, Query], bool],
        reading: Callable[[str], Query] | None = None,
    ) -> Context | None:
        """The context of several questions in order, without those that fail; `finds` says whether one finds papers."""
        context: Context | None = None
        for text in questions[-LONGEST:]:
            query = (context and context.query(text)) or (reading(text) if reading else read(text, lexicon))
            if context is None or not (is_courtesy(text) or fails(query, partial(finds, text))):
                context = cls(query, lexicon, reading)
        return context

    def named(self, question: str) -> str:
        """A question with the thing that the question before is about in the place of "it" or 它."""
        forms, things = _forms(), self.before.things
        found, thing = re.search(forms["it"], question, re.I), self._thing()
        for which, at in (("former", 0), ("latter", 1)):
            if len(things) == 2 and (one := re.search(forms[which], question, re.I)):
                found, thing = one, things[at].label
        if not thing or not found or self._names_subject(question, found.start()):
            return question
        is_owner = found[0].lower() == "its"
        space = "" if has_han(found[0]) else " "
        parts = (question[: found.start()].rstrip(), thing + "'s" * is_owner, question[found.end() :].lstrip())
        return space.join(filter(None, parts))

    def _thing(self) -> str:
        """The only thing that the question before is about, as it names it; "" for none and for several."""
        before = self.before
        if before.kind in ("definition", "claims", "near") and (before.words or before.things or before.like):
            return before.words or before.like or before.things[0].label
        if before.things:
            return ""
        found = [one for one in before.filter.conditions if not one.negated and _place(one) in _WORK]
        names = [one.text for one in found] + ([before.link.label] if before.link else [])
        names = [name for name in names if not any(name != other and name in other for other in names)]
        return names[0] if len(names) == 1 else ""

    def _names_subject(self, question: str, end: int) -> bool:
        """Whether a question names a subject of its own before a place: "BitNets, how good are they?"."""
        asked = self._read(question[:end])
        subjects = [one for one in asked.filter.conditions if _place(one) in _WORK and _concepts(one)]
        return bool(asked.things or subjects)

    def query(self, question: str, language: str = "") -> Query | None:
        """The query of a question that goes on; None if it starts afresh."""
        forms, before, lexicon = _forms(), self.before, self.lexicon
        if before.kind == "refused" or re.match(forms["afresh"], question.strip(), re.I):
            return None
        if (named := self.named(question)) != question:
            return self._with_thing(question, named, language)
        rest, signs, at = _rest(question)
        refers = at >= 0 and not self._names_subject(question, at)
        if not rest:
            return None
        lifted = re.search(forms["lifts"], rest, re.I) if signs or refers else None
        left = (rest[: lifted.start()] + rest[lifted.end() :]) if lifted else rest
        mark = "" if signs else question.strip()[len(question.strip().rstrip("?？")) :]  # a bare name has none
        asked = read(left + mark, lexicon, language, alone=False)
        if asked.kind == "refused" or not (signs or refers or _has_no_subject(question, asked)):
            return None
        earlier, new = before.filter.conditions, asked.filter.conditions
        if before.things and (asked.kind not in _OF_PAPERS or before.kind in ("definition", "claims")):
            earlier += (Condition(" / ".join(thing.label for thing in before.things), before.things),)
        free = next(filter(None, lifted.groups()), "") if lifted else ""
        gone = [old for old in earlier if _shares_words(old, free) or any(_replaces(one, old, lexicon) for one in new)]
        adds = re.match(rf"\s*(?:{forms['adds']})", question, re.I)
        narrows = refers or adds or re.match(forms["narrows"], rest, re.I) or re.search(f"{forms['narrowed']}$", rest)
        if new and not (gone or narrows):
            gone = _same_place(earlier, new[0])
        kept = tuple(one for one in earlier if one not in gone and one not in new)
        lists = refers and re.search(forms["asks"], question, re.I) is not None
        return _merged(before, asked, kept, [one.text for one in gone], question, language, lists)

    def _with_thing(self, question: str, named: str, language: str) -> Query | None:
        """The query of a question that names the thing before, with the other conditions of the question before."""
        asked = self._read(named)
        if asked.kind == "refused":
            return None
        new, thing = asked.filter.conditions, self._thing()
        facets = (one for one in self.before.filter.conditions if one.text != thing and _place(one) not in _WORK)
        kept = tuple(one for one in facets if not any(_replaces(other, one, self.lexicon) for other in new))
        say = Sayings(language or language_of(question))
        note = say("followup.kept", words=say.listed([thing, *(one.text for one in kept)]))
        wanted = replace(asked.filter, conditions=(*kept, *new), notes=(note, *asked.filter.notes))
        return replace(asked, filter=wanted, language=say.language)


def is_courtesy(text: str) -> bool:
    """Whether a text is no question: "thanks!", 谢谢."""
    return re.fullmatch(_forms()["courtesy"], text.strip(), re.I) is not None


def fails(query: Query, finds: Callable[[Query], bool]) -> bool:
    """Whether a question leaves the context as it was: it was not understood, or has only words that no text has."""
    if query.kind == "refused":
        return True
    if query.kind != "papers" or query.things or query.like or query.words:
        return False
    found = query.filter
    is_unknown = all(isinstance(term, Phrase) for one in found.conditions for term in one.any_of)
    return is_unknown and (not found.conditions or bool(found.ignored) or not finds(query))


def _merged(
    before: Query,
    asked: Query,
    kept: tuple[Condition, ...],
    gone: list[str],
    question: str,
    language: str,
    lists: bool,
) -> Query:
    """The kept and the new conditions, with the requested kind of answer, else the previous kind.

    `lists` says that the question asks for papers of those before.
    """
    say = Sayings(language or language_of(question))
    compared = [thing.label for thing in before.things] if before.kind == "comparison" else []
    carried = [one.text for one in kept if one.any_of != before.things] + compared
    carried += [before.like] if before.like else []
    told = [
        say(f"followup.{key}", words=say.listed(names)) for key, names in (("kept", carried), ("gone", gone)) if names
    ]
    wanted = replace(asked.filter, conditions=(*kept, *asked.filter.conditions), notes=(*told, *asked.filter.notes))
    if before.kind == "comparison" and asked.kind == "ranking":
        return replace(before, filter=wanted, metric=asked.metric, language=say.language)
    if asked.kind != "papers":
        return replace(asked, filter=wanted, language=say.language)
    kind = "papers" if lists or before.kind in ("definition", "claims") else before.kind
    order = asked.order if asked.order in ORDERED else before.order
    return replace(before, kind=kind, filter=wanted, order=order, most=asked.most or before.most, language=say.language)


def _rest(question: str) -> tuple[str, bool, int]:
    """A question without its follow-up markers, whether it begins or ends with one, and where it refers to papers."""
    forms, text = _forms(), question[:LIMIT].strip().rstrip("?？。.! ")
    low = text.lower()
    if len(low) != len(text):
        return text, False, -1
    begin, end = 0, len(text)
    while found := re.compile(rf"(?:{forms['opens']})[\s,，、:：]*").match(low, begin, end):
        begin = found.end()
    closing = re.search(rf"[\s,，]*(?:{forms['closes']})$", low[begin:])
    end = begin + closing.start() if closing else end
    is_own = re.search(forms["asks"], low[begin:end])
    refers = re.search(forms["refers"], low)
    rest = re.sub(forms["refers"], " ", text[begin:end], flags=re.I)
    return rest.strip(" ,，"), bool(begin or (closing and not is_own)), refers.start() if refers else -1


def _has_no_subject(question: str, asked: Query) -> bool:
    """Whether a question names neither a subject nor papers: "without retraining?", "which needs less memory?"."""
    low = question[:LIMIT].lower().strip()
    if asked.things or asked.like or asked.link or re.search(_forms()["own"], low):
        return False
    found = asked.filter.conditions
    if asked.kind == "papers" and re.match(_forms()["narrows"], low) and found:
        return True
    asks = asked.kind != "papers" or asked.order != "best" or found or re.search(_forms()["asks"], low)
    return bool(asks) and all(_place(one) not in _WORK for one in found)


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
