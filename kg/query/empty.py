"""Wider readings of a question whose original reading matches no paper."""

from __future__ import annotations

from dataclasses import replace

from kg.model import ROLES
from kg.query.conditions import is_namesake
from kg.query.filter import Condition, Entity, Filter, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings


def nothing_understood(lexicon: Lexicon, say: Sayings, words: tuple[str, ...]) -> str:
    """The note for a question that names nothing known: the labels nearest to its words."""
    near = lexicon.nearest(" ".join(words))
    hint = say("empty.between") + say("empty.labels", labels=say("list.comma").join(near)) if near else ""
    return say("empty.unknown") + hint


def any_role(wanted: Filter, say: Sayings) -> Filter:
    """As `naming`, for things that no paper works on; texts that contain the question's words for a topic count too."""
    wider = tuple(replace(c, any_of=(*c.any_of, Phrase(c.text))) if c.named else c for c in naming(wanted).conditions)
    notes = (*wanted.notes, say("empty.any_role"))
    return wanted if wider == wanted.conditions else replace(wanted, conditions=wider, notes=notes)


def naming(wanted: Filter) -> Filter:
    """The filter that also accepts mentions of a topic, and techniques in any role unless the question gives one."""
    conditions = []
    for one in wanted.conditions:
        things = [term for term in one.any_of if isinstance(term, Entity)]
        topics = [term for term in things if term.is_topic]
        names = {name for topic in topics for name in topic.titles if len(wanted.conditions) == 1}
        wider: dict[Term, Term] = {t: replace(t, roles=t.roles or ROLES) for t in things if t.field == "technique"}
        terms = tuple(wider.get(term, term) for term in one.any_of if not is_namesake(term, names))
        conditions.append(one if one.negated else replace(one, any_of=terms, named=bool(topics)))
    return replace(wanted, conditions=tuple(conditions))


def not_having(wanted: Filter, say: Sayings) -> Filter:
    """The filter that accepts papers without a thing if none states its absence: "no expert pruning".

    Another thing must be named: not every paper that has a word but not the thing is an answer.
    """
    own = [one for one in wanted.conditions if one.having and not one.negated]
    others = (one for one in wanted.conditions if not (one.having or one.negated))
    if not own or all(isinstance(term, Phrase) for one in others for term in one.any_of):
        return wanted
    without = (Condition(one.text, one.having, negated=True) if one in own else one for one in wanted.conditions)
    note = say("empty.not_having", words=say.listed([say("empty.quoted", words=one.text) for one in own]))
    return replace(wanted, conditions=tuple(without), notes=(*wanted.notes, note))


def any_listed(wanted: Filter, say: Sayings) -> Filter:
    """The filter with either of two things joined by "and", if no paper has both: "IBM和微软的论文"."""
    conditions: list[Condition] = []
    for one in wanted.conditions:
        last = conditions[-1] if conditions else None
        if last and one.listed and not (one.negated or last.negated):
            terms = tuple(dict.fromkeys((*last.any_of, *one.any_of)))
            conditions[-1] = replace(last, text=f"{last.text} / {one.text}", any_of=terms)
        else:
            conditions.append(one)
    is_place = all(term.field == "institution" for term in conditions[0].any_of) if len(conditions) == 1 else True
    if len(conditions) == len(wanted.conditions) or not is_place:
        return wanted
    return replace(wanted, conditions=tuple(conditions), notes=(*wanted.notes, say("empty.any_listed")))
