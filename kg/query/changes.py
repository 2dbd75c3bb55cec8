"""Questions for changes: by how much a metric changes, and which metrics do.

"How many tokens does it save?" asks for the results on one metric, "what does pruning improve?" for all metrics that
papers report to be better.
"""

from __future__ import annotations

from dataclasses import replace

from kg.query.filter import Outcome, Query
from kg.query.items import MADE, Item, is_passive
from kg.query.pieces import Pieces


class Changes(Pieces):
    """The pieces of a question that say how something changes."""

    def _amount(self, at: int) -> Query | None:
        """ "How many tokens does it save?", 准确率下降多少: results on what stands beside, and no count of papers."""
        of = self._measured_by(at)
        if of is None:
            return None
        self._mark([of])
        if not self._things():
            self.items[of].asked = False
            return None
        metric = self.parser.thresholds.speed_of(of) if self.items[of].is_speed else self.parser.metric(of)
        metric = self._turned(metric)
        self._mark([at, *self._places("auxiliary")])
        return Query("ranking", metric=metric, order="highest" if metric.change else "best", most=self._most())

    def _measured_by(self, at: int) -> int | None:
        """Where the metric stands of which "how many" asks: behind it, in Chinese before it and its change too."""
        behind = self.items[at + 1] if at + 1 < len(self.items) else None
        if behind is not None and ("metric" in behind.types or behind.is_speed):
            return at + 1
        if not self.parser.is_chinese or at == 0:
            return None
        if self._is_change_of(at - 1):
            return at - 1
        is_led = at > 1 and self._is_change(at - 1)
        return at - 2 if is_led and self._is_metric(at - 2) else None

    def _turned(self, metric: Outcome) -> Outcome:
        """A metric that has no direction in that which a word elsewhere says: "how much memory does it save"."""
        if metric.change:
            return metric
        change = next((at for at in self._places("decrease", "increase") if not self.items[at].senses), None)
        if change is None:
            return metric
        self._mark([change])
        return replace(metric, change=self.parser.thresholds.direction(self.items[change].words, metric.concept))

    def _gains(self) -> Query | None:
        """ "What does pruning improve?", 量化能降低哪些指标: metrics in which papers on something report a change."""
        asks, things = self._places("asks"), self._things()
        if not (asks and things) or self.asked not in ("", "metric") or self._names_papers():
            return None
        if any(self._is_metric(at) or item.value is not None for at, item in enumerate(self.items)):
            return None
        changes = [at for at in range(len(self.items)) if self._is_change(at) or self.items[at].means("improve")]
        changes += [at for at in self._places("improves-on") if self._type_of_next(at) in MADE]
        at = next((at for at in changes if self._is_changed(at, asks[0], things)), None)
        if at is None:
            return None
        change = next((one for one in ("increase", "decrease") if self.items[at].means(one)), "improve")
        self._mark([at, asks[0], *self.asked_at, *self._places("order:highest", "by-whom", "auxiliary")])
        return Query("entities", wants="metric", change=change, most=self._most())

    def _type_of_next(self, at: int) -> str:
        """Of what type the next thing is: "improve on an A100" is on hardware."""
        return next((sense.type for item in self.items[at + 1 :] for sense in item.senses), "")

    def _is_changed(self, at: int, asks: int, things: list[int]) -> bool:
        """Whether what changes is asked for, and not what changes a thing: "what does X improve", X提升了什么."""
        before, behind = self.items[asks + 1 : at], self.items[at + 1 : at + 2]
        if self.asked:
            return not any(item.senses for item in behind)
        if self.parser.is_chinese:  # 改善了哪些方面, 带来了哪些提升
            rest = self.items[max(asks, at) + 1 :]
            return things[0] < at <= asks + 1 and all(i.mark or (i.means("frame") and not i.senses) for i in rest)
        if things[0] > at:  # "what is improved by X", "what gains does X bring"
            return is_passive(behind) or (not before and any(item.means("auxiliary") for item in behind))
        return bool(before) and before[0].means("auxiliary") and not before[0].means("be")

    def _is_change(self, at: int) -> bool:
        piece = self.items[at] if 0 <= at < len(self.items) else Item(0, 0, "")
        return piece.means("increase", "decrease") and not (piece.senses or piece.means("deed") or piece.is_verb)
