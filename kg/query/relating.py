"""Which relation a question asks for, and on which side of it the thing stands that it names.

"What outperforms Quest?" asks for heads with the tail Quest, "what does dInfer build on?" for tails of the head dInfer.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from kg.entity_types import TABLE
from kg.model import RELATION_TYPES
from kg.query.filter import Link
from kg.query.question_items import Item, is_passive

if TYPE_CHECKING:
    from kg.query.question import Parser

#: The relation that a cue says; other verbs name theirs themselves ("relation:addresses").
_CUES = {"use": "uses", "outperform": "outperforms", "compare": "compared_with", "baseline": "compared_with"} | {
    "evaluate": "evaluated_on"
}
#: What a relation leads to, where that is no technique.
_RANGE = {relation: [one.name for one in TABLE.values() if one.reached_by == relation] for relation in RELATION_TYPES}
#: What a relation starts from.
_DOMAIN = ("", "technique", "model")

#: Relations that lead to nothing else: of what is "used to evaluate pruning" nothing says that pruning evaluates it.
_CLOSED = ("evaluated_on", "runs_on", "addresses")

Side = Literal["head", "tail"]


class Relating:
    """The relation that a question asks for, of pieces and the places of the things named."""

    def __init__(self, parser: Parser, asked: str, things: list[int]) -> None:
        self.parser, self.items, self.asked = parser, parser.items, asked
        told = {"topic", "metric", "institution"}
        self.things = [at for at in things if self.items[at].types - told and not self._is_measured(at)]

    def _asks_for_papers(self, asks: int) -> bool:
        """Whether a Chinese question asks for those that do something: 大模型训练用FP8的有哪些."""
        before = [item.text for item in self.items[:asks] if item.text != "有"][-1:]
        return before == ["的"] and not any(item.senses for item in self.items[asks:])

    def _is_measured(self, at: int) -> bool:
        """Whether a number is reached on a thing: "which methods exceed 70% on MMLU"."""
        beside = self.items[max(at - 3, 0) : at] + self.items[at + 1 : at + 4]
        return self.items[at].types <= {"dataset", "metric"} and any(item.value is not None for item in beside)

    def find(self) -> Link | None:
        """The relation with its thing; None for a question that asks for no relation."""
        asks = next((at for at, item in enumerate(self.items) if item.means("asks")), None)
        is_bare = asks is None and self._is_beaten()  # "methods beaten by EAGLE-3"
        if is_bare:
            asks = next((at for at, item in enumerate(self.items) if item.of("type:") == "technique"), None)
        if asks is None or not self.things or not (self.asked or is_bare or not self._asks_for_papers(asks)):
            return None
        verbs = [(at, relation) for at, item in enumerate(self.items) if (relation := self._relation(item))]
        pairs = [(abs(at - thing), at, relation, thing) for at, relation in verbs for thing in self.things]
        for _, verb, relation, thing in sorted(pairs):
            side = self._side(relation, verb, thing, asks)
            is_open = side == "head" or relation not in _CLOSED or bool(self.items[thing].types & set(_RANGE[relation]))
            if is_open and self._fits(relation, thing) and not self._is_parted(verb, thing):
                found = self.parser.link(relation, side, self.items[thing])
                if relation == "outperforms":  # of the others, having the thing is enough for a paper
                    self.parser.links[thing] = found
                return found
        return None

    def _is_beaten(self) -> bool:
        """Whether something is said to be outperformed: "beaten by", 被…超越."""
        return is_passive(self.items) and any(self._relation(item) == "outperforms" for item in self.items)

    def _relation(self, item: Item) -> str:
        """The relation that a piece says."""
        own = item.of("relation:")
        if own in RELATION_TYPES:
            return own
        return next((relation for cue, relation in _CUES.items() if item.means(cue) and not item.senses), "")

    def _fits(self, relation: str, thing: int) -> bool:
        """Whether what is asked for may stand in a relation ("which institutions use LoRA?" asks for none).

        Of a topic ("which data sets are used for pruning?") the papers have what is asked for.
        """
        senses = self.parser.chosen(thing)
        is_topic = bool(senses) and senses[0].type == "topic"
        if is_topic and (relation == "addresses" or self.asked not in ("", "technique")):
            return False
        return self.asked in (*_DOMAIN, *_RANGE[relation])

    def _is_parted(self, verb: int, thing: int) -> bool:
        """Whether another thing or a mark stands between the verb and its thing."""
        between = self.items[min(verb, thing) + 1 : max(verb, thing)]
        return any(item.mark or item.means("not") for item in between)

    def _side(self, relation: str, verb: int, thing: int, asks: int) -> Side:
        """Where the thing stands: behind the verb it is the tail, before it the head; turned round in the passive."""
        if self.asked and self.asked in _RANGE[relation] and self.asked not in _DOMAIN:
            return "head"
        if self.items[thing].types & set(_RANGE[relation]) and self.asked == "technique":
            return "tail"
        by = self._by_whom(verb, asks)
        if by is not None and self.parser.is_chinese:  # "SnapKV被哪些方法超越", but "被SnapKV超越的方法"
            tail, turned = thing < by, self.items[verb].means("inverse")
        else:
            tail, turned = self._is_tail(verb, thing, asks), (by is not None) != self.items[verb].means("inverse")
        return "tail" if tail != turned else "head"

    def _is_tail(self, verb: int, thing: int, asks: int) -> bool:
        """Whether a thing is the object of its verb."""
        if thing > verb:
            return True
        if self.parser.is_chinese:  # "哪些方法在X上评测", "与X对比的方法有哪些"; but "X优于哪些方法"
            before = self.items[thing - 1] if thing else None
            led = before is not None and before.means("and", "about") and before.text in ("在", "与", "和", "跟", "对")
            return asks < thing or led
        return False

    def _by_whom(self, verb: int, asks: int) -> int | None:
        """Where "by" stands that makes a verb passive: behind it or before "which", in Chinese before who acts."""
        before = takewhile(lambda at: not self._relation(self.items[at]), range(verb - 1, -1, -1))
        places = (verb + 1, *(before if self.parser.is_chinese else [asks - 1]))
        return next((at for at in places if at >= 0 and is_passive(self.items[at : at + 1])), None)
