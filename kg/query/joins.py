"""And, or: single conditions become those of a filter, all of which must hold; "and" binds closer than "or"."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from kg.entity_types import NAMED
from kg.identifiers import kind_of
from kg.query.filter import Condition, Entity, Link, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.patterns import deed
from kg.query.question_items import ARTICLES, WORK, Item
from kg.query.unnamed import is_telling
from kg.text import fold

#: Words before what may be in two places at once: "on LongBench and RULER".
_PLACES = ("on", "在")
#: Meanings of what is done to a thing before "or": 低光照增强或去雾.
_DEEDS = ("improve", "increase")
#: Meanings of words that only say how a thing is meant.
_STEERING = ("use", "propose", "compare", "evaluate")


@dataclass(slots=True)
class Taken:
    """A condition in the making."""

    terms: list[Term]
    negated: bool
    joined: bool  # by "or" with the one before
    field: str
    text: str
    scope: bool = False  # says only what nearly all papers are about
    at: int = -1  # its place among the pieces of the question
    compared: bool = False  # "compare" leads to it
    having: list[Term] = dataclasses.field(default_factory=list)  # of what it is said that it is not needed
    listed: bool = False  # "and" joins it with the one before, of its type; one of both may be meant

    @property
    def is_measure(self) -> bool:
        """Whether it names a metric and says nothing of it: "token", of token usage."""
        return all(isinstance(t, Outcome) and t.value is None and not t.change for t in self.terms)

    @property
    def is_words(self) -> bool:
        """Whether it is only that texts have its words."""
        return all(isinstance(term, Phrase) and term.label == self.text for term in self.terms)


def over_baselines(taken: list[Taken], items: list[Item]) -> list[Taken]:
    """Conditions, a threshold and what it is to be better than as one: "beats vLLM by 2x", "2x faster than vLLM".

    Nothing that joins or parts stands between the two.
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


def is_for_either(items: list[Item], first: int, at: int, terms: tuple[Term, Term], lexicon: Lexicon) -> bool:
    """Whether "and" joins two things that something is for: "compression for code models and coding agents".

    Or two tasks of which something is said: "making speech recognition and speech translation faster".

    What is done to things is meant together ("kernels for pruning and quantization"), and so is where it is done.
    """
    before = next((i for i in items[:first][::-1] if fold(i.text) not in ARTICLES), None)
    is_for = before is not None and before.means("narrows") and fold(before.text) not in _PLACES
    is_object = before is not None and not before.senses and before.means("object", *_DEEDS)
    is_for = is_for or (is_object and all(one.field in WORK for one in terms))
    plain = all(i.means("and", "frame") and not i.senses for i in items[first + 1 : at])
    heads = [lexicon.label(one.concept).split(" ")[-1] for one in terms if one.field in ("topic", "technique")]
    return (
        is_for
        and plain
        and all(isinstance(one, Entity) for one in terms)
        and not (len(heads) > 1 and all(map(deed, heads)))
    )


def goes_on(items: list[Item], first: int, last: int, same: bool) -> bool:
    """Whether "not" reaches from one thing over "and" to the next: one of its type, or "and those with code"."""
    between = items[first + 1 : last]
    plain = all(item.means("and", "frame", "about") or item.mark == "、" for item in between)
    again = any(item.means("those") for item in between)
    return plain and (again or (same and not any(item.means("about") for item in between)))


def is_any_network(items: list[Item], at: int) -> bool:
    """Whether "or" joins a word for a kind of network with one for all: "neural nets or LLMs"."""
    sides = ((at - 1, at - 2), (at + 1, at + 2))
    inside = range(len(items))
    return any(n in inside and items[n].means("scope") and items[by].means("or") for by, n in sides)


def is_either(items: list[Item], first: int, at: int, text: str, is_list: bool) -> bool:
    """Whether two things are named of which either will do: "remote/satellite", 压缩、加速, 存内计算、忆阻器芯片."""
    one, other = items[first], items[at]
    joint = text[one.end : other.start].strip()
    are_deeds = is_list and one.means("deed") and other.means("deed")
    return joint == "/" or are_deeds or (joint == "、" and bool(one.types & other.types & set(NAMED)))


def is_listed(items: list[Item], first: int, at: int, fields: tuple[str, str]) -> bool:
    """Whether nothing but "and" or 、 stands between two things of a type, and nothing says that both are meant."""
    alike = fields[0] == fields[1] or set(fields) <= WORK
    between = items[first + 1 : at]
    plain = all((one.means("and", "frame") and not one.senses) or one.text == "、" for one in between)
    joins = any(one.means("and") or one.text == "、" for one in between)
    return alike and plain and joins and not any(one.means("together") for one in items)


def _is_rival(one: Taken) -> bool:
    """Whether a condition is that something is better than a thing, or is compared with it."""
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
    """Whether no mark, no "and" and no other thing stands between two pieces."""
    between = items[min(first, last) + 1 : max(first, last)]
    return not any(i.mark or ((i.means("and", "or") or i.senses) and not i.taken) for i in between)


def or_follows(items: list[Item], at: int) -> bool:
    """Whether the list that a piece stands in ends in "or"."""
    for item in items[at + 1 :]:
        if item.means("or"):
            return True
        if item.types and items[at].types and not item.types & items[at].types:
            return False  # 把专家卸载到CPU内存或硬盘
        if not (item.senses or item.mark or item.is_unknown or item.means("frame", *_DEEDS)):
            return False
    return False


def in_or_list(items: list[Item], at: int) -> bool:
    """Whether words that nothing bears stand in a list with "or", and say something: "rain, typhoon or weather"."""
    behind = [item for item in items[at + 1 : at + 3] if not item.means(*_DEEDS)][:1]
    is_last = any(item.means("or") for item in items[max(at - 1, 0) : at]) and len(items[at].text) > 1
    listed = any(item.mark or item.means("or") for item in behind)
    return (is_last or (listed and or_follows(items, at))) and is_telling(items[at].text)


def in_phrase(items: list[Item], at: int, ignored: list[str]) -> bool:
    """Whether "or" joins what stands behind it with words that set no condition: "with foo or bar", 训练或微调."""
    said = list(takewhile(lambda item: not (item.senses or item.mark), items[:at][::-1]))
    if said and said[0].means(*_STEERING):
        return True
    is_unknown = bool(said) and said[0].is_unknown and said[0].text in ignored
    return is_unknown and any(item.means("narrows") or fold(item.text) == "with" for item in said[1:])


def joined(taken: list[Taken]) -> Iterator[Condition]:
    """Conditions, those that "or" joins as one; the same thing said twice counts once."""
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
