"""A question in English or Chinese becomes a filter.

Three passes: the words are read (kg.query.reading), thresholds gather the metric and direction that stand around them
(kg.query.thresholds), and what is left is taken from left to right under the cues before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query, Term
from kg.query.items import TIMES, Item
from kg.query.lexicon import Lexicon, Sense
from kg.query.reading import Reader
from kg.query.thresholds import Thresholds
from kg.text import fold

#: Characters of a question that are read.
LIMIT = 1000
_AFTER = ("technique", "model", "dataset", "hardware")  # what one uses, compares with, evaluates on
_ANY_ROLE = ("proposed", "used", "baseline", "mentioned")
_ROLES = {"use": ("proposed", "used"), "propose": ("proposed",), "baseline": ("baseline",)} | {
    "compare": _ANY_ROLE,
    "mention": _ANY_ROLE,
}
_CUES = ("use", "propose", "compare", "baseline", "mention", "outperform", "evaluate", "by")
_FACTS = ("kind", "code", "country", "source", "paper", "date")


def read(question: str, lexicon: Lexicon) -> Query:
    """The query that a question means."""
    notes = []
    if len(question) > LIMIT:
        notes.append(f"The question has {len(question)} characters, only the first {LIMIT} were read.")
    text = "".join(c if c.isprintable() else " " for c in question[:LIMIT])
    items = Reader(text, lexicon).items()
    return Query(filter=replace(_Parser(text, items, lexicon).filter(), notes=tuple(notes)))


@dataclass(slots=True)
class _Taken:
    """A condition in the making and where it stood."""

    item: Item
    terms: list[Term]
    negated: bool
    joined: bool  # by "or" with the one before
    field: str
    text: str


class _Parser:
    """The third pass: from pieces to conditions."""

    def __init__(self, text: str, items: list[Item], lexicon: Lexicon) -> None:
        self.text = text
        self.items = items
        self.lexicon = lexicon
        self.ignored: list[str] = []
        self.thresholds = Thresholds(text, items, lexicon, self.language)

    def filter(self) -> Filter:
        """The conditions of all pieces."""
        for at, item in enumerate(self.items):
            if item.value is not None and not self._is_source(at):
                self.thresholds.find(at)
        taken = self._taken()
        taken = taken or self._last_resort()
        return Filter(tuple(_conditions(taken)), tuple(dict.fromkeys(self.ignored)))

    def _taken(self) -> list[_Taken]:
        out: list[_Taken] = []
        cue = ""
        negated = joins = False
        listed = False  # a comma stands between this thing and the one before
        for at, item in enumerate(self.items):
            if at in self.thresholds.outcomes:
                outcome, text = self.thresholds.outcomes[at]
                out.append(_Taken(item, [outcome], negated, False, "result", text))
                negated = joins = False
                continue
            if item.mark:
                listed = True
                cue = ""
                continue
            if item.taken and not item.senses:
                continue
            if item.words and not item.senses:
                steers = self._steer(at, cue, negated, joins)
                if steers is not None:
                    cue, negated, joins = steers
                    continue
            terms = [] if item.taken else self._terms(at, cue)
            if not terms:
                continue
            again = joins or (listed and bool(out) and self._or_follows(at))
            kind = terms[0].field
            same = bool(out) and (out[-1].field == kind or joins)
            negation = out[-1].negated if again and same and not negated else negated
            out.append(_Taken(item, terms, negation, again and same, kind, item.text))
            negated = joins = listed = False
        return out

    def _steer(self, at: int, cue: str, negated: bool, joins: bool) -> tuple[str, bool, bool] | None:
        """The state after a word that names nothing; None for a word that is a condition."""
        item = self.items[at]
        if item.of("kind:") or item.means("code") or item.of("code:") or item.of("country:"):
            return None
        if item.means("not"):
            return ("use" if item.means("use") else cue), True, joins
        if item.means("or"):
            return cue, negated, True
        if item.means("and"):
            return cue, False, False
        found = next((c for c in _CUES if item.means(c)), "")
        if found == "outperform" and not self._follows(at):
            return "", negated, joins
        if found:
            return found, negated, joins
        return ("" if item.means("about") else cue), negated, joins

    def _follows(self, at: int) -> bool:
        return any(item.senses for item in self.items[at + 1 :])

    def _or_follows(self, at: int) -> bool:
        """Whether the list that this thing stands in ends in "or"."""
        for item in self.items[at + 1 :]:
            if item.means("or"):
                return True
            if not (item.senses or item.mark or item.means("frame")):
                return False
        return False

    def _terms(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        if item.fact:
            return [self._dated(at)]
        if item.words and not item.senses:
            return self._said(at)
        if item.is_unknown:
            return self._unknown(at, cue)
        if item.value is not None:
            if self._is_source(at):
                return [Fact("source", item.text, item.text, concept=f"source:{item.text}")]
            self.ignored.append(item.text)
            return []
        if self._head_of_outperforms(at):
            return self._links(item, "head")
        if cue == "outperform":
            return self._links(item, "tail")
        senses = self._chosen(item.senses, cue)
        if senses and senses[0].type == "metric":
            return self._measured(at, senses)
        roles = self._roles(at, cue)
        return [self._entity(sense, roles) for sense in senses]

    def _entity(self, sense: Sense, roles: tuple[str, ...]) -> Entity:
        concepts = (sense.concept,) if sense.type in ("topic", "institution") else self.lexicon.family(sense.concept)
        said = roles if sense.type == "technique" else ()
        return Entity(sense.type, sense.concept, self.lexicon.label(sense.concept, self.language), concepts, said)

    @property
    def language(self) -> str:
        """ "zh" for a question with a Han character, else "en"."""
        return "zh" if re.search(r"[\u3400-\u9fff]", self.text) else "en"

    def _chosen(self, senses: list[Sense], cue: str) -> list[Sense]:
        """Which of its senses a phrase has after a cue; several where types share a name that no topic bears."""
        by = {sense.type: sense for sense in reversed(senses)}
        if cue == "by" and "institution" in by:
            return [by["institution"]]
        if cue in ("use", "compare", "mention", "baseline", "evaluate"):
            used = [by[kind] for kind in _AFTER if kind in by]
            if cue == "evaluate":
                used = [sense for sense in used if sense.type != "technique"] or used
            if used:
                return used
        if "topic" in by and not self._is_proper(by):
            return [by["topic"]]
        if "institution" in by:
            return [by["institution"]]
        chosen = [by[kind] for kind in (*_AFTER, "task", "problem") if kind in by]
        return chosen or [by["metric"]] if chosen or "metric" in by else []

    def _is_proper(self, by: dict[str, Sense]) -> bool:
        """Whether a phrase names a technique of its own, whose name is only another name of the topic it belongs to."""
        if "technique" not in by or by["topic"].preferred:
            return False
        label = fold(self.lexicon.label(by["technique"].concept))
        topic = next((s for s in self.lexicon.senses(label) if s.concept == by["topic"].concept), None)
        return topic is not None and not topic.preferred

    def _roles(self, at: int, cue: str) -> tuple[str, ...]:
        after = next((i for i in self.items[at + 1 :] if i.senses or i.mark), None)
        stop = self.items.index(after) if after else len(self.items)
        if any(item.means("baseline") for item in self.items[at + 1 : stop]):
            return _ROLES["baseline"]
        if any(item.means("compare") for item in self.items[at + 1 : stop]):
            return _ROLES["compare"]
        return _ROLES.get(cue, ())

    def _links(self, item: Item, side: str) -> list[Term]:
        things = [s for s in item.senses if s.type not in ("topic", "metric")] or item.senses
        concepts = {c for sense in things for c in self.lexicon.family(sense.concept)}
        first = things[0].concept
        label = self.lexicon.label(first, self.language)
        return [Link("outperforms", "head" if side == "head" else "tail", first, label, tuple(sorted(concepts)))]

    def _head_of_outperforms(self, at: int) -> bool:
        """ "What does dInfer outperform?": the word stands after the thing, and nothing after the word."""
        for i, item in enumerate(self.items[at + 1 :], at + 1):
            if item.senses:
                return False
            if item.means("outperform"):
                return not self._follows(i) and not any(o.value is not None for o in self.items[i:])
        return False

    def _measured(self, at: int, senses: list[Sense]) -> list[Term]:
        """A metric without a number: a result on it, if the question asks for one."""
        change = next((i for i in (at - 1, at - 2, at + 1) if 0 <= i < len(self.items) and self._changes(i)), None)
        others = any(i.senses for i in self.items if i is not self.items[at] and i.types != {"metric"})
        if change is None and others:
            self.ignored.append(self.items[at].text)
            return []
        metric = senses[0].concept
        core, inside = self.thresholds.without_change(self.items[at])
        direction = self.thresholds.direction(inside if change is None else self.items[change].words, metric)
        label = self.lexicon.label(metric, self.language)
        return [Outcome(metric, label, self.lexicon.family(metric), (core,), direction)]

    def _changes(self, at: int) -> bool:
        return self.items[at].means("increase", "decrease", "improve") and not self.thresholds.is_speed(at)

    def _said(self, at: int) -> list[Term]:
        """The condition of a word of its own: a kind, code, a country."""
        item = self.items[at]
        kind = item.of("kind:")
        beside = [self.items[i] for i in (at - 1, at + 1) if 0 <= i < len(self.items)]
        if kind in ("benchmark", "dataset") and any("dataset" in other.types for other in beside):
            return []
        if kind:
            return [Fact("kind", kind, kind, words=self.lexicon.words.folds(f"kind:{kind}"))]
        if item.of("country:"):
            return [Fact("country", item.of("country:"), item.text)]
        if item.means("code") and any(other.of("code:") for other in self.items):
            return []
        if item.means("code") or item.of("code:"):
            return [Fact("code", item.of("code:"), item.of("code:") or "code")]
        return []

    def _dated(self, at: int) -> Fact:
        fact = self.items[at].fact
        assert fact is not None
        if fact.field != "date" or fact.op != "=":
            return fact
        places = [at - 1, at + 1] + ([at - 2] if at > 1 and self.items[at - 1].means("frame", "about") else [])
        for i in places:
            item = self.items[i] if 0 <= i < len(self.items) else None
            if item and not item.taken and item.means(*TIMES):
                item.taken = True  # so that it does not count for the date after it
                first, last = sorted((at, i))
                self.items[at].text = self.text[self.items[first].start : self.items[last].end]
                return replace(fact, op=next(op for meaning, op in TIMES.items() if item.means(meaning)))
        return fact

    def _is_source(self, at: int) -> bool:
        item = self.items[at]
        return len(item.text) == 3 and item.text.isdigit() and self._is_of_report(at)

    def _is_of_report(self, at: int) -> bool:
        """Whether "report" stands beside a number or the list that it is in ("reports 000, 001 or 002")."""
        for beside in (self.items[:at][::-1], self.items[at + 1 :]):
            for item in beside:
                if any("report" in word.labels or "报告" in word.labels for word in item.words):
                    return True
                if not (item.mark or item.means("or", "and") or (len(item.text) == 3 and item.text.isdigit())):
                    break
        return False

    def _unknown(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        if item.taken:
            return []
        quoted = self.text[item.start - 1 : item.start] in "\"'“「『" and item.start > 0
        if len(item.text) > 1 and (quoted or cue == "by" or (item.text[:1].isupper() and at > 0)):
            return [Phrase(item.text)]
        self.ignored.append(item.text)
        return []

    def _last_resort(self) -> list[_Taken]:
        """Where no condition was understood: a speed-up without a number, else the words themselves."""
        for at, item in enumerate(self.items):
            if self.thresholds.is_speed(at):
                return [_Taken(item, [self.thresholds.speed_of(at)], False, False, "result", item.text)]
        said = [item for item in self.items if item.is_unknown and item.text in self.ignored]
        self.ignored = [word for word in self.ignored if word not in {item.text for item in said[:3]}]
        return [_Taken(item, [Phrase(item.text)], False, False, "text", item.text) for item in said[:3]]


def _conditions(taken: Iterable[_Taken]) -> Iterator[Condition]:
    """Conditions, those that "or" joins as one; the same thing said twice counts once."""
    groups: list[list[_Taken]] = []
    for one in taken:
        if one.joined and groups:
            groups[-1].append(one)
        else:
            groups.append([one])
    seen: set[tuple[tuple[Term, ...], bool]] = set()
    for group in groups:
        terms = tuple(dict.fromkeys(term for one in group for term in one.terms))
        key = (terms, group[0].negated)
        if key not in seen:
            seen.add(key)
            yield Condition(" / ".join(one.text for one in group), terms, group[0].negated)
