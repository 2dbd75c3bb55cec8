"""And, or: single conditions become those of a filter, all of which must hold; "and" binds more tightly than "or"."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.identifiers import kind_of
from kg.query.filter import Condition, Entity, Link, Outcome, Term
from kg.query.question_items import WORK, Item


@dataclass(slots=True)
class Taken:
    """A condition under construction."""

    terms: list[Term]
    negated: bool
    joined: bool  # by "or" with the previous one
    field: str
    text: str
    scope: bool = False  # covers only what nearly all papers are about
    at: int = -1  # its index among the pieces of the question
    compared: bool = False  # introduced by "compare"
    having: list[Term] = dataclasses.field(default_factory=list)  # terms that are said not to be needed
    listed: bool = False  # joined by "and" with the previous condition of the same type; either may be meant


def over_baselines(taken: list[Taken], items: list[Item]) -> list[Taken]:
    """Conditions, with a threshold and its baseline merged: "beats vLLM by 2x", "2x faster than vLLM".

    No conjunction or punctuation is between the two.
    """
    out = list(taken)
    for rival in [one for one in taken if not one.negated and _is_rival(one)]:
        near = [one for one in out if _is_threshold(one) and _is_open(items, one.at, rival.at)]
        if near:
            best = min(near, key=lambda one: abs(one.at - rival.at))
            against = _baseline(rival)
            best.terms = [replace(one, against=against) for one in best.terms if isinstance(one, Outcome)]
            if rival.text not in best.text:
                best.text = " ".join(one.text for one in sorted((best, rival), key=lambda one: one.at))
            out.remove(rival)
    return out


def is_listed(items: list[Item], first: int, at: int, fields: tuple[str, str]) -> bool:
    """Whether only "and" or 、 is between two things of a type, and nothing requires both."""
    alike = fields[0] == fields[1] or set(fields) <= WORK
    between = items[first + 1 : at]
    plain = all((one.means("and", "frame") and not one.senses) or one.text == "、" for one in between)
    joins = any(one.means("and") or one.text == "、" for one in between)
    return alike and plain and joins and not any(one.means("together") for one in items)


def _is_rival(one: Taken) -> bool:
    """Whether a condition is that something outperforms an entity, or is compared with it."""
    first = one.terms[0]
    beats = isinstance(first, Link) and first.relation == "outperforms" and first.side == "tail"
    return beats or (one.compared and isinstance(first, Entity))


def _baseline(rival: Taken) -> Entity:
    things = [one for one in rival.terms if isinstance(one, Entity | Link)]
    concepts = {concept for one in things for concept in one.concepts}
    return Entity(kind_of(things[0].concept), things[0].concept, things[0].label, tuple(sorted(concepts)))


def _is_threshold(one: Taken) -> bool:
    return not one.negated and all(isinstance(t, Outcome) and t.value is not None and not t.against for t in one.terms)


def _is_open(items: list[Item], first: int, last: int) -> bool:
    """Whether no punctuation, no "and" and no other thing is between two pieces."""
    between = items[min(first, last) + 1 : max(first, last)]
    return not any(i.mark or ((i.means("and", "or") or i.senses) and not i.taken) for i in between)


def joined(taken: list[Taken]) -> Iterator[Condition]:
    """Conditions, with those joined by "or" merged; repeated conditions count once."""
    groups: list[list[Taken]] = []
    for one in taken:
        if one.joined and groups and groups[-1][0].negated == one.negated:  # "vision or other non-LLM networks"
            groups[-1].append(one)
        else:
            groups.append([one])
    seen: set[tuple[tuple[Term, ...], bool]] = set()
    for group in groups:
        terms = tuple(dict.fromkeys(term for one in group for term in one.terms))
        key = (terms, group[0].negated)
        if key not in seen:
            seen.add(key)
            text = " / ".join(dict.fromkeys(one.text for one in group))
            having = tuple(dict.fromkeys(term for one in group for term in one.having))
            yield Condition(text, terms, group[0].negated, having, group[0].listed)
