"""Assigns a slot to each piece of a question, and a kind to the question, with weights learned from questions.

A slot is the role of a piece: "about", "used", "outperforms", or "" if it sets no condition. The slots are
those of data/gold/slots.jsonl, whose rows are questions with their slots; scripts/train_slots.py learns the weights
from them. To fix a question that is read wrongly, add a row there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Any, Literal, NamedTuple
from zlib import crc32

import numpy as np

from kg.entity_types import data_folder
from kg.query.lexicon import Lexicon
from kg.query.question_items import PERSON, Item
from kg.query.question_words import QuestionWords
from kg.query.stating import is_name
from kg.text import fold, has_han

FILE = data_folder("data") / "models" / "slots.npz"
#: The number of hash buckets for features.
SIZE = 1 << 20
#: Slots for requirements on papers; the others set no condition.
CONDITIONS = ("about", "used", "on", "proposed", "baseline", "named", "by", "lacks", "author", "venue", "number")
#: Relations of papers with a thing, and the end that the thing is at.
RELATIONS: dict[str, tuple[str, Literal["head", "tail"]]] = {
    "outperforms": ("outperforms", "tail"),
    "outperformed_by": ("outperforms", "head"),
}
for _relation in ("uses", "part_of", "compared_with", "addresses", "evaluated_on", "applied_to", "runs_on"):
    RELATIONS |= {f"{_relation} head": (_relation, "head"), f"{_relation} tail": (_relation, "tail")}
METRIC = ("metric", "metric increase", "metric decrease")
#: Unknown words: those that narrow the answer, others that texts must contain, and those that are only listed.
WORDS = ("words", "told", "idle")
#: The requested type, what it is counted over, the class whose members are requested, and the subject.
ASKED = ("asked", "over", "class", "thing")
#: Slots of conditions that a negation before them negates; a direction or a bound is negated by its own word.
_DENIED = ("about", "used", "on", "proposed", "baseline", "named", "by", "lacks", "author", "venue")
MEASURE = ("measure", "about measure")  # of a number; the second is a condition too: "compress the KV cache 4x"
SLOTS = ("", *CONDITIONS, *RELATIONS, *METRIC, *WORDS, *ASKED, *MEASURE, "source")
#: Meanings of words that are conditions by themselves, and of those that qualify a number.
_SAYING = ("kind:", "made:", "code:", "country:", "nation:", "venue:")
_CHANGES = ("increase", "decrease", "improve", "keep", "deed")
#: How many pieces on each side give features, and how many of these also give their words.
_NEAR, _CLOSE = 3, 2


class Slot(NamedTuple):
    """The role of a piece."""

    name: str = ""
    negated: bool = False
    either: bool = False  # "or" joins it with the condition before


class Reading(NamedTuple):
    """The kind of a question, the order of the answer, and the slot of each piece."""

    kind: str
    order: str
    slots: list[Slot]


class SlotWeights:
    """The weights of features for some labels."""

    def __init__(self, labels: Sequence[str], keys: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> None:
        self.labels, self.keys, self.values = list(labels), keys, values

    def scores(self, features: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The sum of the features' weights for each label."""
        places = np.minimum(np.searchsorted(self.keys, features), len(self.keys) - 1)
        found: np.ndarray[Any, Any] = self.values[places[self.keys[places] == features]].sum(0, dtype=np.int64)
        return found


class Seen(NamedTuple):
    """The features of a question as a whole, and of each piece for its slot, and for its negation and "or"."""

    whole: np.ndarray[Any, Any]
    pieces: list[np.ndarray[Any, Any]]
    joints: list[np.ndarray[Any, Any]]
    kinds: list[str]  # of each piece, for features of earlier decisions
    allowed: list[frozenset[str]]


class SlotModel:
    """Reads questions: first their kind, then slot by slot from left to right."""

    def __init__(self, kinds: SlotWeights, slots: SlotWeights, negated: SlotWeights, either: SlotWeights) -> None:
        self.kinds, self.slots, self.negated, self.either = kinds, slots, negated, either

    @staticmethod
    @cache
    def load() -> SlotModel:
        """The weights that ship with the package."""
        with np.load(FILE, allow_pickle=False) as file:
            labels = json.loads(str(file["labels"]))
            parts = {name: SlotWeights(labels[name], file[f"{name}.keys"], file[f"{name}.values"]) for name in labels}
        return SlotModel(**parts)

    def read(self, text: str, items: Sequence[Item], lexicon: Lexicon) -> Reading:
        """The reading of a question that is split into pieces."""
        seen = seen_in(text, items, lexicon)
        said = self.kinds.labels[int(self.kinds.scores(seen.whole).argmax())]
        kind, _, order = said.partition(" ")
        return Reading(kind, order or "best", denied(items, list(self.decided(seen, kind))))

    def decided(self, seen: Seen, kind: str) -> Iterator[Slot]:
        """The slots of a question, given its kind."""
        before = earlier = "^"
        last = ""  # the last condition
        for at, features in enumerate(seen.pieces):
            dynamic = after(seen.kinds[at], kind, before, earlier, last)
            name = self._best(np.concatenate([features, dynamic]), seen.allowed[at])
            negated = either = False
            if is_condition(name):
                joints = np.concatenate([seen.joints[at], joined_after(name, last)])
                negated, either = (bool(np.diff(one.scores(joints))[0] > 0) for one in (self.negated, self.either))
                either = either and bool(last)
                last = ("not " if negated else "") + name
            yield Slot(name, negated, either)
            before, earlier = name, before

    def _best(self, features: np.ndarray[Any, Any], allowed: frozenset[str]) -> str:
        scores = self.slots.scores(features)
        ranked = zip(scores.tolist(), self.slots.labels, strict=True)
        return max((one for one in ranked if one[1] in allowed), default=(0, ""))[1]


def denied(items: Sequence[Item], slots: list[Slot]) -> list[Slot]:
    """The slots, with the first thing behind a negation in its clause negated, and those joined to it by "or".

    What a verb comes before is left as it was read ("does not harm reasoning"), as is a problem: that papers do without
    hallucination is about hallucination. Nothing is negated in a clause without a negation.
    """
    out = [one if _may_deny(items, at) else one._replace(negated=False) for at, one in enumerate(slots)]
    is_denied = False
    for at, (item, slot) in enumerate(zip(items, slots, strict=True)):
        if item.means("not", "lacking") and not item.senses:
            is_denied = True
        elif is_denied and item.senses and slot.name in _DENIED and "problem" not in item.types:
            out[at] = slot._replace(negated=slot.name != "lacks")
            is_denied = any(other.either for other in slots[at + 1 : at + 4])
        elif item.mark or item.is_unknown or item.means("outperform") or is_condition(slot.name):
            is_denied = False
    return out


def _may_deny(items: Sequence[Item], at: int) -> bool:
    """Whether a negation stands before a piece in its clause, or behind it in Chinese ("蒸馏类的不要")."""
    before = takewhile(lambda one: not one.mark, reversed(items[:at]))
    behind = takewhile(lambda one: not one.mark, items[at : at + _NEAR + 1])
    either = (*before, *(one for one in behind if has_han(one.text)))
    return any(one.means("not", "lacking") for one in either)


def is_condition(slot: str) -> bool:
    """Whether a slot is a requirement on papers."""
    return slot in CONDITIONS or slot in RELATIONS or slot in METRIC or slot in ("about measure", "source")


def hashed(features: Iterable[str]) -> np.ndarray[Any, Any]:
    """Features as hash values."""
    return np.array([crc32(one.encode()) % SIZE for one in features], dtype=np.int64)


def after(piece: str, kind: str, before: str, earlier: str, last: str) -> np.ndarray[Any, Any]:
    """The features of earlier decisions for a piece."""
    said = (f"kind {kind}|{piece}", f"kind {kind}|{before}", f"slot {before}", f"slot {before}|{piece}")
    return hashed([*said, f"slots {earlier}|{before}", f"last {last}|{piece}", f"last {last}|{before}|{piece}"])


def joined_after(slot: str, last: str) -> np.ndarray[Any, Any]:
    """The features of a slot for its negation and "or"."""
    return hashed([f"own {slot}", f"own {slot}|{last}", f"last {last}"])


def seen_in(text: str, items: Sequence[Item], lexicon: Lexicon, names: bool = True) -> Seen:
    """The features of a question; without the `names` of things, only their types are seen."""
    pieces = [_SeenPiece(item, lexicon, names) for item in items]
    asks = next((at for at, one in enumerate(pieces) if {"asks", "who"} & one.means), -1)
    numbers = any(item.value is not None for item in items)
    question = [f"numbers {numbers}", f"things {min(sum(bool(i.senses) for i in items), 3)}", f"asks {asks >= 0}"]
    question += [f"first {pieces[0].what}"] if pieces else []
    language = "zh" if any(has_han(item.text) for item in items) else "en"
    own = [
        hashed([*_own(pieces, at, language), *_sides(pieces, at), *_rest(pieces, at, asks, question)])
        for at in range(len(pieces))
    ]
    joints = [hashed(_joints(text, pieces, at)) for at in range(len(pieces))]
    return Seen(
        hashed(_whole(pieces)), own, joints, [one.short for one in pieces], [_allowed(i, numbers) for i in items]
    )


class _SeenPiece:
    """A piece with the properties that features use."""

    def __init__(self, item: Item, lexicon: Lexicon, names: bool) -> None:
        self.item = item
        self.means = frozenset(meaning for word in item.words for meaning in word.means)
        self.what = _what(item)
        self.text = fold(item.text) if names or not item.senses else ""
        self.short = "/".join(sorted(item.types)) if item.senses else self.what[:14]
        self.is_name = bool(item.senses) and is_name(item, lexicon)


def _what(item: Item) -> str:
    """The category of a piece, in one word."""
    if item.mark:
        return item.mark
    if item.fact:
        return f"fact {item.fact.field}"
    if item.value is not None:
        return f"number {item.unit}"
    if item.senses:
        return "thing " + "/".join(sorted(item.types))
    if item.words:
        return "word " + "/".join(sorted({meaning for word in item.words for meaning in word.means}))
    return "han" if has_han(item.text) else "name" if item.text[:1].isupper() else "unknown"


def _own(pieces: list[_SeenPiece], at: int, language: str) -> Iterator[str]:
    """The features of a piece by itself, in a question of a language."""
    one, item = pieces[at], pieces[at].item
    yield from (f"text {one.text}", f"what {one.what}", f"what {language} {one.what}")
    yield from (f"means {meaning}" for meaning in one.means)
    yield from (f"type {kind}|{one.is_name}" for kind in item.types)
    facts = {fact for word in item.words for fact in word.facts}
    yield from (f"fact {fact}" for fact in facts)
    yield f"form {bool(item.words)}|{bool(item.parts)}|{item.text.endswith('ing')}|{' ' in item.text}"
    if item.senses:
        first = item.senses[0]
        yield from (
            f"known {first.known}|{first.preferred}",
            f"case {item.text[:1].isupper()}|{one.short}",
            f"senses {len(item.senses)}",
        )
    else:
        yield f"shape {min(len(item.text), 8)}|{item.text[:1].isupper()}|{item.text.count(' ')}"
        yield f"person {bool(PERSON.fullmatch(item.text))}|{pieces[at - 1].text if at else ''}"


def _sides(pieces: list[_SeenPiece], at: int) -> Iterator[str]:
    """The features of the neighbours of a piece."""
    one = pieces[at]

    def seen(place: int) -> tuple[str, str, frozenset[str]]:
        if 0 <= place < len(pieces):
            return pieces[place].what, pieces[place].text, pieces[place].means
        return ("^", "^", frozenset()) if place < 0 else ("$", "$", frozenset())

    for by in (*range(-_NEAR, 0), *range(1, _NEAR + 1)):
        what, text, means = seen(at + by)
        yield f"{by} {what}"
        if abs(by) <= _CLOSE:
            yield from (f"{by} {what}|{one.short}", f"{by} text {text}", f"{by} text {text}|{one.short}")
            yield from (f"{by} means {meaning}|{one.short}" for meaning in means)
    yield f"beside {seen(at - 1)[0]}|{seen(at + 1)[0]}"
    yield f"before {seen(at - 2)[0]}|{seen(at - 1)[0]}|{one.short}"
    yield f"behind {seen(at + 1)[0]}|{seen(at + 2)[0]}|{one.short}"
    yield from (f"words {seen(at - 1)[1]}|{one.text}", f"words {one.text}|{seen(at + 1)[1]}")


def _rest(pieces: list[_SeenPiece], at: int, asks: int, question: list[str]) -> Iterator[str]:
    """The features of the nearest cue and thing on each side of a piece, and of its position in the question."""
    one = pieces[at]
    for side, places in (("left", range(at - 1, -1, -1)), ("right", range(at + 1, len(pieces)))):
        cue = thing = ""
        gap = 0
        number = False
        for place in places:
            other = pieces[place]
            if not cue and (other.item.mark or (other.means - _IDLE and not other.item.senses)):
                cue = other.what
            if not thing and other.item.senses:
                thing, gap = other.short, min(abs(place - at), 5)
            number = number or other.item.value is not None
        yield from (f"{side} cue {cue}", f"{side} cue {cue}|{one.short}", f"{side} thing {thing}|{one.short}")
        yield from (
            f"{side} both {cue}|{thing}",
            f"{side} number {number}|{one.short}",
            f"{side} gap {gap}|{one.short}",
        )
        yield from (
            f"{side} means {m}|{one.short}" for m in {m for place in places for m in pieces[place].means} & _keys()
        )
    yield from (f"{said}|{one.short}" for said in question)
    yield from (f"place {min(at, 4)}|{one.short}", f"end {min(len(pieces) - 1 - at, 3)}|{one.short}", "any")
    yield f"asks {'<' if asks < at else '>='}|{one.short}|{asks >= 0}"
    if 0 <= at - asks <= 3 and asks >= 0:
        yield f"asked {at - asks}|{one.what}"


#: Meanings that are uninformative as context.
_IDLE = frozenset(("frame", "about", "narrows", "auxiliary"))


@cache
def _keys() -> frozenset[str]:
    """Meanings that are informative about a whole question: all that steer and ask."""
    said = {meaning for word in QuestionWords.load().words for meaning in word.means}
    return frozenset(one for one in said if not one.startswith(_SAYING)) - _IDLE


def _joints(text: str, pieces: list[_SeenPiece], at: int) -> Iterator[str]:
    """The features of the text between a piece and the thing before it, for negation and "or"."""
    one = pieces[at]
    last = next((place for place in range(at - 1, -1, -1) if pieces[place].item.senses), -1)
    gap = pieces[last + 1 : at][-6:]
    same = last >= 0 and bool(pieces[last].item.types & one.item.types)
    lead, joint = pieces[last - 1] if last > 0 else None, text[pieces[last].item.end : one.item.start].strip()
    yield from (f"joint {joint[:9]}|{same}", f"lead {lead.text if lead else ''}|{joint[:9]}|{same}")
    yield from (f"lead {lead.what if lead else ''}|{joint[:9]}|{same}", f"text {one.text}|{joint[:9]}")
    whats, texts = ">".join(other.what for other in gap), ">".join(other.text for other in gap)
    for said in (f"gap {whats}", f"gap text {texts}"):
        yield from (said, f"{said}|{same}")
    for other in gap:
        for said in (f"in {other.what}", f"in text {other.text}", *(f"in means {meaning}" for meaning in other.means)):
            yield from (said, f"{said}|{same}")
    yield from (
        f"piece {one.short}",
        f"same {same}|{len(gap)}",
        f"before {pieces[last].short if last >= 0 else ''}|{one.short}",
    )
    yield from _denials(pieces, at)
    yield from (f"behind {n} {other.what}" for n, other in enumerate(pieces[at + 1 : at + 4]))
    yield from (f"behind text {n} {other.text}" for n, other in enumerate(pieces[at + 1 : at + 4]))
    yield f"denied behind {any('not' in other.means for other in pieces[at + 1 : at + 5])}"
    yield from (
        f"or {_or_follows(pieces, at)}|{same}",
        f"or before {any('or' in other.means for other in pieces[:at])}|{same}",
    )
    yield from (f"or {_or_follows(pieces, at)}|{gap[-1].what if gap else ''}", "any")


def _denials(pieces: list[_SeenPiece], at: int) -> Iterator[str]:
    """The features of the nearest negation before a piece: its distance, and the things and marks between."""
    things, mark = 0, False
    for place in range(at - 1, -1, -1):
        other = pieces[place]
        mark = mark or bool(other.item.mark)
        if {"not", "lacking"} & other.means and not other.item.senses:
            said = f"{min(at - place, 5)}|{things}|{mark}"
            yield from (f"denied {other.text}|{things}|{mark}", f"denied {said}", f"denied {said}|{pieces[at].short}")
            return
        things += bool(other.item.senses)
    yield from ("denied no", f"denied no|{pieces[at].short}")


def _or_follows(pieces: list[_SeenPiece], at: int) -> bool:
    """Whether "or" ends the list that a piece may belong to."""
    for other in pieces[at + 1 :]:
        if "or" in other.means:
            return True
        apart = other.item.types and pieces[at].item.types and not other.item.types & pieces[at].item.types
        if apart or not (other.item.senses or other.item.mark or other.item.is_unknown or "frame" in other.means):
            return False
    return False


def _whole(pieces: list[_SeenPiece]) -> Iterator[str]:
    """The features of a question for its kind."""
    told = sorted({meaning for one in pieces for meaning in one.means} & _keys())
    row = [one.what if one.means or not one.item.senses else "thing" for one in pieces]
    things = min(sum(bool(one.item.types - {"metric"}) for one in pieces), 3)
    named = any(one.is_name for one in pieces)
    out = {f"many {things}", f"short {things == 1 and len(pieces) < 4}", "row " + ">".join(row)[:100], "any"}
    for at, one in enumerate(pieces):
        out |= {f"means {meaning}" for meaning in one.means} | {f"type {kind}" for kind in one.item.types}
        out |= {f"what {one.what}"} | ({f"text {one.text}"} if one.means or one.item.mark else set())
        out |= {f"{at} {one.what}", f"{at} text {one.text}"} if at < _NEAR else set()
        end = len(pieces) - at
        out |= {f"end {end} {one.what}", f"end {end} text {one.text}"} if end <= _NEAR else set()
    for by in range(1, _NEAR + 1):
        out |= {f"by {by} {one}>{other}" for one, other in zip(row, row[by:], strict=False)}
    out |= {f"three {'>'.join(row[at : at + 3])}" for at in range(len(row) - 2)}
    out |= {f"two {one}|{other}" for at, one in enumerate(told) for other in told[at + 1 :]}
    out |= {f"many {things}|{one}" for one in told} | {f"named {named}|{one}" for one in told}
    yield from sorted(out)


def is_function(item: Item) -> bool:
    """Whether an unknown piece has only words that carry no meaning by themselves."""
    plain = QuestionWords.load().plain
    words = item.text.lower().split() if item.text.isascii() else [item.text]
    return item.is_unknown and all(word in plain or (len(word) == 1 and word.isascii()) for word in words)


def _allowed(item: Item, numbers: bool) -> frozenset[str]:
    """The slots that a piece may fill."""
    if item.mark:
        return frozenset(("",))
    if item.fact:
        return frozenset(("", "about", "thing"))
    if item.value is not None and not item.senses:
        return frozenset(("", "number", "source", "idle"))
    found = _slots_of(
        "thing" if item.senses else "words" if item.words else "",
        "metric" in item.types or item.is_speed,
        item.types <= {"metric"},
        "institution" in item.types or item.means("scope"),
        any(item.of(prefix) for prefix in _SAYING) or item.means("stated", "code", "deed"),
        bool(item.of("type:") or item.of("kind:")),
        numbers and (item.is_unknown or item.is_speed or item.means(*_CHANGES) or bool(item.senses)),
    )
    is_stated = item.means("stated") and not (item.senses or item.means("deed", "frame"))
    return found - {""} if is_stated else found  # "below 3 bits"


@cache
def _slots_of(
    what: str, metric: bool, only: bool, owner: bool, says: bool, kind: bool, measures: bool
) -> frozenset[str]:
    """The slots that words or the names of things may fill."""
    out = {"", "idle"}
    if what == "thing":
        out |= {"lacks", "thing", "asked"}
        out |= {"about", "used", "on", "proposed", "baseline", "named", "class", *RELATIONS} if not only else set()
        out |= {"by"} if owner else set()
    elif what == "words":
        out |= ({"about"} if says else set()) | ({"asked", "over"} if kind else set())
    else:
        out |= {"about", "by", "author", "venue", "words", "told", "lacks", "thing"}
    return frozenset(out | (set(METRIC) if metric else set()) | (set(MEASURE) if measures else set()))
