"""The pieces of a question from which its kind is found: what type of thing is asked for, and what is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.entity_types import NAMED
from kg.query.filter import ORDERS, Entity, Outcome
from kg.query.question_items import PERIODS, Item
from kg.text import fold, has_han

if TYPE_CHECKING:
    from kg.query.question import Parser

#: Types that a question may name without "which" and still ask for ("datasets for code generation").
_BARE = ("institution", "country", *(kind for kind in NAMED if kind != "model"))
#: Types that a metric's name may have too, and mean the metric where one is looked for ("latency").
_MEASURED = frozenset(("metric", "problem", "task"))


class Pieces:
    """The pieces, and what of them says what is asked for; such are marked, so that they set no condition."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.items = parser.items
        self.asked, self.asked_at = self._asked()
        self.papers_asked = self.asked == "paper"

    # What is asked for

    def _asked(self) -> tuple[str, list[int]]:
        """The type of thing that is asked for, "" where none is said, and the pieces that say so."""
        for at, item in enumerate(self.items):
            if item.means("who"):
                return "who", [at]
            if item.of("type:") and item.means("asks"):
                return item.of("type:"), [at]
            if item.means("asks"):
                found = self._type_after(at) or self._type_before(at)
                if found is not None:
                    return self._type(found), [at, found]
                if kind := self._kind_named(at + 1):
                    return kind, [at, at + 1] if self.items[at + 1].means("models") else [at]
        first = next((i for i, item in enumerate(self.items) if not self._is_opening(item)), None)
        behind = self.items[first + 1 : first + 2] if first is not None else []
        is_part = any(i.is_unknown and self._is_joined(self.items[first or 0], i) for i in behind)  # 硬件友好的
        if first is not None and self._type(first) in _BARE and not (self.items[first].of("kind:") or is_part):
            return self._type(first), [first]
        last = len(self.items) - 1
        while last >= 0 and self.items[last].mark:
            last -= 1
        is_zh = self.parser.is_chinese and last > 0 and self.items[last - 1].text.endswith("的")
        return (self._type(last), [last]) if is_zh and self._type(last) in _BARE else ("", [])

    def _is_joined(self, item: Item, other: Item) -> bool:
        """Whether a word that nothing bears makes one with that before it: 硬件友好, "hardware friendly"."""
        joint = self.parser.text[item.end : other.start]
        return not joint or (joint in " -" and not item.text.endswith("s") and not other.text.endswith(("ing", "ed")))

    def _type(self, at: int) -> str:
        item = self.items[at]
        return item.of("type:") or ("dataset" if item.of("kind:") == "benchmark" else "")

    def _kind_named(self, at: int) -> str:
        """The type of things that a topic's name ends in, where the most used are asked for: "video models"."""
        most = self._places("popular", "order:highest") and at < len(self.items) and self.items[at].senses
        if most and self.items[at].means("models"):
            return "model"  # "which LLMs are used most"
        last = fold(self.items[at].text).split(" ")[-1] if most else ""
        kinds = (word.of("type:") for word in self.parser.lexicon.words.bearing(last))
        return next((kind for kind in kinds if kind in NAMED), "")

    def _is_opening(self, item: Item) -> bool:
        """Whether a piece only leads to what is asked for ("list all", "show me the", "most used", "Chinese")."""
        leads = item.means("frame", "shows", "popular") or item.of("nation:")
        return bool(leads) and not item.of("type:")

    def _type_after(self, at: int) -> int | None:
        for later in range(at + 1, min(at + 5, len(self.items))):
            item = self.items[later]
            if self._type(later) and self._is_open_class(later):
                return later
            passes = item.means("frame", "popular", "top", "about") or item.of("country:") or item.of("nation:")
            if item.senses or item.mark or not (passes or item.means(*(f"order:{o}" for o in ORDERS))):
                return None
            if item.of("relation:") or (item.means("results", "reports", "how", "auxiliary") and later > at + 1):
                return None
        return None

    def _type_before(self, at: int) -> int | None:
        """Of "做推测解码的机构有哪些" the piece 机构."""
        for before in range(at - 1, max(at - 4, -1), -1):
            if self._type(before):
                return before if self._type(before) not in PERIODS else None
            if not self.items[before].means("frame") or self.items[before].senses:
                return None
        return None

    def _is_open_class(self, at: int) -> bool:
        """Whether a word for a type is what is asked for, and no part of a condition ("which benchmark papers")."""
        return not self.items[at].of("kind:") or not any(i.of("type:") == "paper" for i in self.items[at + 1 : at + 2])

    def _mark(self, places: Iterable[int]) -> None:
        for at in places:
            self.items[at].asked = True

    def _places(self, *meanings: str) -> list[int]:
        return [at for at, item in enumerate(self.items) if item.means(*meanings) and not item.asked]

    def _things(self) -> list[int]:
        """The places of what is named: neither a metric only, nor what nearly all papers are about."""
        return [
            at
            for at, item in enumerate(self.items)
            if item.senses and item.types != {"metric"} and not item.means("scope") and not item.asked
        ]

    def _entity(self, at: int) -> Entity | None:
        senses = [sense for sense in self.parser.chosen(at) if sense.type != "metric"]
        # "DeepSeek" beside other models; RWKV, which papers have as a model, and the vocabulary as a technique too
        several = len({sense.type for sense in senses}) > 1
        held = {sense.concept for sense in senses if several and self.parser.lexicon.is_held(sense.concept)}
        senses.sort(key=lambda sense: (sense.type == "institution", bool(held) and sense.concept not in held))
        return self.parser.entity(senses[0]) if senses else None

    def _class(self, popular: list[int]) -> int | None:
        """Where the class stands whose members are asked for: "most used quantization methods", "which GPUs"."""
        for at, item in enumerate(self.items):
            thing = None if item.asked or item.means("scope") else self._classed(at)
            if thing is None:
                continue
            behind = self.items[at + 1] if at + 1 < len(self.items) else None
            typed = behind is not None and behind.of("type:") == thing.field
            if thing.field == "technique":
                typed = typed or any(fold(item.text).endswith(" " + word) for word in self._words_for("technique"))
                typed = (typed or self._is_several(at)) and bool(popular)
            elif not popular:
                before = self.items[at - 1] if at else None
                leads = before is not None and before.means("asks") and not before.of("type:")
                typed = leads and (
                    behind is None or typed or behind.means("auxiliary", "use", "by-whom") or bool(behind.mark)
                )
            else:
                typed = self.asked in ("", thing.field)
            if typed:
                return at
        return None

    def _is_several(self, at: int) -> bool:
        """Whether a piece behind "most used" says of what kind the things are: "optimizers", 最常用的优化器."""
        leads = any(item.means("popular") for item in self.items[max(at - 1, 0) : at])
        behind = [item for item in self.items[at + 1 :] if not item.mark]
        is_end = has_han(self.items[at].text) and all(i.means("frame") and not i.of("type:") for i in behind)
        return leads and (is_end or (self.items[at].text.isascii() and self.items[at].text.endswith("s")))

    def _words_for(self, kind: str) -> tuple[str, ...]:
        return self.parser.lexicon.words.folds(f"type:{kind}")

    def _classed(self, at: int) -> Entity | None:
        """The class of named things or techniques that a piece names: what the vocabulary has several kinds of."""
        kinds = ("technique", *NAMED)
        senses = [sense for sense in self.items[at].senses if sense.type in kinds and sense.known]
        known = self.parser.lexicon.vocabulary
        for sense in senses:
            thing, narrower = self.parser.entity(sense), known.narrower(sense.concept)
            members = tuple(one for one in thing.concepts if one in narrower or one not in known)
            if len(members) > 2:  # not "GPU memory", whose name begins so
                return replace(thing, concepts=members)
        return None

    def _names_papers(self) -> bool:
        return any(item.of("type:") == "paper" and not item.asked for item in self.items)

    def _most(self) -> int | None:
        """The number of "top 5", which then sets no condition."""
        for at in self._places("top", "last"):
            number = self.items[at + 1] if at + 1 < len(self.items) else None
            is_plain = number is not None and number.value is not None and not number.unit and number.upper is None
            if number and is_plain and number.value and 0 < number.value < 10_000 and number.value == int(number.value):
                self._mark([at, at + 1])
                return int(number.value)
        return None

    def _metric_near(self, start: int, stop: int, of: int | None = None) -> Outcome | None:
        """The metric among some pieces, nearest to one of them; it and its direction set no condition then."""
        span = range(max(start, 0), min(stop, len(self.items)))
        most = of is not None and self.items[of].means("order:highest", "order:lowest")
        most = most and not self._places("type:paper")  # "most papers on energy saving"
        places = [at for at in span if self._is_metric(at)] or [at for at in span if most and self._is_change_of(at)]
        places = [at for at in places if not self._is_counted(at)]
        places = [at for at in places if of is None or self._is_open(min(at, of), max(at, of))]
        if not places:
            return None
        at = min(places, key=lambda place: (abs(place - of), -place)) if of is not None else places[0]
        thresholds = self.parser.thresholds
        change = next((i for i in (at - 1, at + 1) if 0 <= i < len(self.items) and self.parser.changes(i)), None)
        self._mark([at] if change is None else [at, change])
        return thresholds.speed_of(at) if self.items[at].is_speed else self.parser.metric(at, change)

    def _scores(self, metric: Outcome | None) -> Outcome | None:
        """The scores of a benchmark that is named, where no other metric is: "best on LongBench"."""
        lexicon = self.parser.lexicon
        words = {meaning: lexicon.words.meaning(meaning)[0] for meaning in ("scores", "any-score")}
        is_any = metric is None or metric.concept in words["any-score"].facts["metric"]
        sets = [at for at in self._things() if {s.type for s in self.parser.chosen(at, "evaluate")} == {"dataset"}]
        if not (is_any and sets):
            return None
        found = {narrower for one in words["scores"].facts["metric"] for narrower in lexicon.family(one)}
        label = next(label for label in words["scores"].labels if has_han(label) == (self.parser.language == "zh"))
        return Outcome("", label, tuple(sorted(found)))

    def _is_counted(self, at: int) -> bool:
        """Whether a metric stands right behind its number: "a 128k context"."""
        return at > 0 and self.items[at - 1].value is not None and self.items[at].types == {"metric"}

    def _is_metric(self, at: int) -> bool:
        item = self.items[at]
        known = {sense.type for sense in item.senses if sense.known}  # "perplexity", though a paper has a task of it
        types = known if "metric" in known else item.types
        is_metric = "metric" in types and not types - _MEASURED
        return not item.asked and (is_metric or self.items[at].is_speed)

    def _is_change_of(self, at: int) -> bool:
        """Whether a piece is a metric and its change, though a topic is called so: "energy saving"."""
        core, change = self.parser.thresholds.without_change(self.items[at])
        return bool(change) and any(sense.type == "metric" for sense in self.parser.lexicon.senses(core))

    def _is_open(self, start: int, stop: int) -> bool:
        """Whether no mark and at most one thing or data sets stand between two pieces: "highest GSM8K accuracy"."""
        between = self.items[start + 1 : stop]
        if len(between) == 1 and self.items[start].of("order:") and not between[0].mark:
            return True  # "highest 3DGS compression ratio"
        return not any(item.mark or (item.types - {"metric"} and "dataset" not in item.types) for item in between)
