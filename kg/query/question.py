"""The terms and the filter of a question, from its pieces and their slots."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from kg.identifiers import kind_of
from kg.query.filter import Compound, Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon, Sense
from kg.query.patterns import beside
from kg.query.question_items import TIMES, WORK, Item
from kg.query.slot_model import MEASURE, METRIC, RELATIONS, WORDS, Slot, is_condition
from kg.query.stating import AFTER, by_name, is_name, lacking, named, rewordings, stated, surer
from kg.query.thresholds import Thresholds
from kg.query.topic import PROPOSED, USED, entity, models_in, of_topic
from kg.query.unnamed import phrase_of
from kg.text import fold, has_han

_ANY_ROLE = ("proposed", "used", "baseline", "mentioned")
#: The roles of techniques for each slot.
_ROLES = {"used": USED, "proposed": PROPOSED, "baseline": ("baseline",), "named": _ANY_ROLE}
#: Slots of things that are used, even if a topic has the same name.
_USED = ("used", "on", "baseline", "named")
_DIRECTION = ("increase", "decrease", "improve")  # of a result


class Parser:
    """Builds the terms of pieces, and the filter of a question whose slots are known."""

    def __init__(self, text: str, items: list[Item], lexicon: Lexicon, language: str = "") -> None:
        """`language` is that of labels, if it differs from that of the text."""
        self.text = text
        self.is_chinese = has_han(text)
        self.language = language or ("zh" if self.is_chinese else "en")
        self.items = items
        self.lexicon = lexicon
        self.thresholds = Thresholds(text, items, lexicon, self.language)

    def filter(self, slots: Sequence[Slot]) -> Filter:
        """The conditions of the slots; ignored pieces are listed."""
        slots, measures = self._of_unit(slots, self._measures(slots))
        numbers = {at: self.terms(at, slots[at], places) for at, places in measures.items()}  # may change other pieces
        taken: list[Taken] = []
        unknown: list[int] = []
        last = -1
        for at, slot in enumerate(map(self._as_condition, self.items, slots)):
            if not is_condition(slot.name):
                continue
            terms, having = numbers.get(at) or self.terms(at, slot)
            if not terms:  # "last month" of a graph without dates
                unknown.append(at)
                continue
            field = terms[0].field
            is_list = bool(taken) and is_listed(self.items, last, at, (taken[-1].field, field))
            either = slot.either and bool(taken)
            scope, compared = slot.name == "about" and self.items[at].means("scope"), slot.name in ("named", "baseline")
            taken.append(
                Taken(terms, slot.negated, either, field, self.items[at].text, scope, at, compared, having, is_list)
            )
            if models := None if slot.negated else models_in(self.items[at].text, terms[0], self.lexicon):
                taken.append(Taken([models], False, False, models.field, models.label))
            last = at
        if any(not (one.scope or one.negated) for one in taken):
            for one in taken:
                one.terms = self._network(self.items[one.at], one.terms) if one.scope else one.terms
        said = {at: slot.name for at, slot in enumerate(slots) if slot.name in WORDS or at in unknown}
        words, told = (tuple(self.items[at].text for at in said if said[at] == name) for name in ("words", "told"))
        ignored = tuple(self.items[at].text for at in said)
        return Filter(tuple(joined(over_baselines(taken, self.items))), ignored, narrowing=words, unnamed=told)

    def _as_condition(self, item: Item, slot: Slot) -> Slot:
        """The slot of a piece; a thing that is also asked for is a condition: "which video generation models"."""
        both = slot.name == "asked" and item.senses and not item.means("scope")
        return Slot("about") if both else slot

    def _measures(self, slots: Sequence[Slot]) -> dict[int, list[int]]:
        """The indices of the pieces that each number measures: each goes to the nearest number; marks add distance."""
        out: dict[int, list[int]] = {at: [] for at, slot in enumerate(slots) if slot.name == "number"}
        for at, slot in enumerate(slots):
            if slot.name in MEASURE and out:
                far = {n: abs(n - at) + 3 * sum(bool(i.mark) for i in self.items[min(n, at) : max(n, at)]) for n in out}
                out[min(far, key=lambda n: (far[n], n < at))].append(at)
        return out

    def _of_unit(
        self, slots: Sequence[Slot], measures: dict[int, list[int]]
    ) -> tuple[Sequence[Slot], dict[int, list[int]]]:
        """The slots and measures without numbers in a unit that no metric beside them has: "memory at 64k tokens"."""
        out, kept = list(slots), dict(measures)
        for number, places in measures.items():
            metrics = [at for at in places if self.items[at].types == {"metric"}]
            unit = self.items[number].unit
            if metrics and not any(self.thresholds.may_have(self.items[at], unit) for at in metrics):
                out[number] = Slot("idle")
                del kept[number]
                for at in metrics:
                    out[at] = Slot("metric")
        return out, kept

    # Terms

    def terms(self, at: int, slot: Slot, measures: Sequence[int] = ()) -> tuple[list[Term], list[Term]]:
        """The terms of a piece in its slot, and those that papers must not have if none states their absence."""
        item, name = self.items[at], slot.name
        having: list[Term] = []
        if name == "number":
            return [self.thresholds.result(at, measures)], having
        if name == "source":
            return [Fact("source", item.text, item.text, concept=f"source:{item.text}")], having
        if name in ("outperforms", "outperformed_by"):
            return [self.link(*RELATIONS[name], item)], having
        if name in RELATIONS:  # asked of the thing; papers have it
            name = "used" if name == "uses tail" else "named" if name.startswith("compared") else "about"
        if name == "by" and "institution" not in item.types:
            return [self._done_by(at)], having
        if name in METRIC:
            return self._measured(at, name.partition(" ")[2]), having
        if name == "lacks":
            free = [self.entity(sense) for sense in self.lexicon.without(item.text)]
            things = self._things(at, "about") if item.senses else []
            own = [term for term in things if isinstance(term, Entity)]
            return [lacking(item, self.lexicon), *free], [*own] or [phrase_of(item.text)]
        if item.senses:
            terms = self._things(at, name)
            field = terms[0].field if terms else ""
            is_own = field == "hardware" or (field == "technique" and is_name(item, self.lexicon))
            if slot.negated and is_own and not any(isinstance(term, Phrase) for term in terms):
                terms.append(named(item, item.senses[0].concept, self.lexicon))  # its mention counts as having it
            return terms, having
        return self._said(at, name), having

    def _done_by(self, at: int) -> Phrase:
        """The condition that a non-author did something: "written by LLMs", "LLM-written"."""
        verb = next(
            (i for i in self.items[max(at - 2, 0) : at] if not (i.senses or i.mark or i.of("type:"))), self.items[at]
        )
        said, whom = self.text[verb.start : self.items[at].end], self.items[at].text
        return Phrase(said, (said, f"{whom.removesuffix('s')} {verb.text.split(' ')[0]}"))

    def _things(self, at: int, name: str) -> list[Term]:
        """The terms of a piece that names something."""
        item = self.items[at]
        senses = self.chosen(at, name)
        if senses and senses[0].type == "metric":
            return self._measured(at, "")
        roles, compound = _ROLES.get(name, ()), self._parts(item)
        is_of = bool(roles) and (name != "used" or is_name(item, self.lexicon))
        said: list[Phrase] = [] if is_of else rewordings(senses, compound is not None, self.lexicon, self.language)
        both = senses if roles else [*senses, *self.lexicon.as_models(senses)]
        said += [] if roles else by_name(self.items, at, senses, self.lexicon)
        return [*(self.entity(sense, roles) for sense in both), *([compound] if compound and not roles else []), *said]

    def _network(self, item: Item, terms: list[Term]) -> list[Term]:
        """A kind of network beside other things: texts must name it; it counts in any role."""
        models = [word for word in item.words if "models" in word.means] if item.means("scope") else []
        things = [replace(one, roles=_ANY_ROLE) if isinstance(one, Entity) and models else one for one in terms]
        return [*things, *(Phrase(item.text, tuple(word.facts["stated"])) for word in models[:1])]

    def _said(self, at: int, name: str) -> list[Term]:
        """The terms of a fact, of a word that is a condition by itself, or of unknown words."""
        item = self.items[at]
        if item.fact:
            return [dated(self.items, at, self.text)] if item.fact.value else []
        if item.is_unknown and len(item.text) == 1 and item.text.isascii():
            return []
        if item.is_unknown:
            if name in ("author", "venue"):
                return [Fact(name, item.text, item.text)]
            before = self.items[max(at - 1, 0)]
            if self.is_chinese and item.text.isascii() and before.senses and before.text.isascii():
                return [Phrase(f"{before.text} {item.text}")]  # 低比特optimizer state
            is_proper = item.text[:1].isupper() or self.text[: item.start][-1:] in "\"'“「『"
            return [Phrase(item.text) if is_proper else phrase_of(item.text)]
        if any("stated" in word.facts for word in item.words):
            return [stated(item, self.language)]
        if kind := item.of("kind:") or item.of("made:"):
            return [Fact("kind", kind, kind, words=self.lexicon.words.folds(f"kind:{kind}"))]
        if country := item.of("country:") or item.of("nation:"):
            return [Fact("country", country, item.text)]
        if venue := item.of("venue:"):
            return [Fact("venue", venue, item.text, words=self.lexicon.words.folds(f"venue:{venue}"))]
        if item.means("code") or item.of("code:"):
            return [Fact("code", item.of("code:"), item.of("code:") or "code")]
        return []

    def _measured(self, at: int, direction: str) -> list[Term]:
        """A result on a metric, with any value; beside other things, texts that name the metric count too."""
        item = self.items[at]
        if item.is_speed and "metric" not in item.types:
            return [self.thresholds.speed_of(at)]
        metric = self.metric(at)
        metric = replace(metric, change=direction) if direction else metric
        others = any(i.senses for i in self.items if i is not item and i.types != {"metric"})
        return [metric] if metric.change or not others else [metric, named(item, metric.concept, self.lexicon)]

    def _parts(self, item: Item) -> Compound | None:
        """All parts of a compound; None if a part names nothing."""
        own = {fold(part.text) for part in item.parts}
        if not own or not own.isdisjoint(self.lexicon.words.folds("prefix")):
            return None
        text = " ".join(part.text for part in item.parts)
        ends = list(accumulate((len(part.text) + 1 for part in item.parts), initial=0))
        pieces = [replace(part, start=at, end=at + len(part.text)) for at, part in zip(ends, item.parts, strict=False)]
        inner = Parser(text, pieces, self.lexicon, self.language)
        found = [inner._part(at) for at in range(len(pieces))]
        models = [
            inner._network(i, terms) if sum(map(bool, found)) > 1 else terms
            for i, terms in zip(pieces, found, strict=True)
        ]
        named = [[term for term in terms if isinstance(term, Entity | Outcome | Phrase)] for terms in models]
        parts: list[tuple[Entity | Outcome | Phrase, ...]] = []
        for part, terms in zip(item.parts, named, strict=True):
            if not terms:
                if part.types - {"metric"} or sum(map(bool, named)) < max(len(named) - 1, 1):
                    return None
                others = [other for other in item.parts if other is not part]
                known = [one for o in others for sense in o.senses[:1] for one in self.lexicon.labels(sense.concept)]
                terms = [beside(part.text, [*(other.text for other in others), *known])]
            parts.append(tuple(terms))
        label = " + ".join(terms[0].label for terms in parts)
        return Compound(label, tuple(parts)) if len(set(parts)) == len(parts) else None

    def _part(self, at: int) -> list[Term]:
        """The terms of a part of a compound; none if it names nothing."""
        item = self.items[at]
        is_name = item.text[:1].isupper() and (at > 0 or not item.text[1:].islower())
        terms = self.terms(at, Slot("about"))[0] if is_name or not item.is_unknown else []
        return [] if any(isinstance(term, Outcome) and not term.change for term in terms[:1]) else terms

    def entity(self, sense: Sense, roles: tuple[str, ...] = ()) -> Entity:
        """The entity of a sense, with everything it includes."""
        return entity(sense, self.lexicon, self.language, roles)

    def chosen(self, at: int, name: str = "") -> list[Sense]:
        """The senses of a piece that fit a slot; several if types share a name that is not a topic's."""
        by = {sense.type: sense for sense in reversed(surer(self.items[at].senses))}
        if name == "by" and "institution" in by:
            return [by["institution"]]
        if "metric" in by and "topic" not in by and at and self.changes(at - 1):
            return [by["metric"]]  # "saves GPU memory"
        used = [by[kind] for kind in AFTER if kind in by]
        if name == "on":
            used = [sense for sense in used if sense.type != "technique"] or used
        if name in _USED and used:
            return used
        if topic := of_topic(by, self.lexicon):
            return topic
        if "institution" in by:
            return [by["institution"], *used]
        chosen = [by[kind] for kind in (*AFTER, "task", "problem") if kind in by]
        return chosen or [by["metric"]] if chosen or "metric" in by else []

    def link(self, relation: str, side: Literal["head", "tail"], item: Item) -> Link:
        """A relation with the entity that a piece names, in all senses except topics and metrics."""
        things = [s for s in item.senses if s.type not in ("topic", "metric")] or item.senses
        beaten = (relation, side) == ("outperforms", "tail") and is_name(item, self.lexicon)
        family = self.lexicon.versions if beaten else self.lexicon.family  # to beat QLoRA is not to beat LoRA
        concepts = {c for sense in things for c in family(sense.concept)}
        first = things[0].concept
        label = self.lexicon.label(first, self.language)
        found = Link(relation, side, first, label, tuple(sorted(concepts)))
        return self.lexicon.with_gains_over(found) if (relation, side) == ("outperforms", "tail") else found

    def metric(self, at: int, change: int | None = None) -> Outcome:
        """A result on the metric that a piece names, in the direction given by it or by the piece at `change`."""
        core, inside = self.thresholds.without_change(self.items[at])
        senses = [s for s in (*self.lexicon.senses(core), *self.items[at].senses) if s.type == "metric"]
        metric = senses[0].concept
        direction = self.thresholds.direction(inside if change is None else self.items[change].words, metric)
        wider = self.lexicon.vocabulary.broader(metric) if "hardware" in self.items[at].types else ()
        family = {one for each in (metric, *wider) for one in self.lexicon.family(each)}  # often just "memory"
        return Outcome(metric, self.lexicon.label(metric, self.language), tuple(sorted(family)), (core,), direction)

    def changes(self, at: int) -> bool:
        """Whether a piece gives the direction of a result, and is not a speed-up."""
        piece = self.items[at] if 0 <= at < len(self.items) else Item(0, 0, "")
        return piece.means(*_DIRECTION) and not piece.is_speed


# Joined conditions


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


# Facts


def dated(items: list[Item], at: int, text: str) -> Fact:
    """A date with the word for a period next to it, else the year of a venue next to it."""
    fact = items[at].fact
    assert fact is not None
    if fact.field != "date" or fact.op != "=":
        return fact
    next_to = [i for i in (at - 1, at + 1) if 0 <= i < len(items)]
    if re.fullmatch(r"\d{4}", fact.value) and any(items[i].of("venue:") for i in next_to):
        return replace(fact, field="year")
    places = next_to + ([at - 2] if at > 1 and items[at - 1].means("frame", "about") else [])
    for i in places:
        item = items[i]
        if not item.taken and item.means(*TIMES):
            item.taken = True  # so that it does not modify the date after it
            first, last = sorted((at, i))
            items[at].text = text[items[first].start : items[last].end]
            return replace(fact, op=next(op for meaning, op in TIMES.items() if item.means(meaning)))
    return fact
