"""Conditions on results in short form: "latency<=-40%" is a decrease by at least 40 %, "speedup>=2x" a factor.

METRIC, METRIC OP NUMBER UNIT, or NUMBER OP METRIC OP NUMBER UNIT; a number with a sign is a change.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from kg.model import KgError
from kg.query.filter import Op, Outcome
from kg.query.first_pass import QuestionReader
from kg.query.naming import Naming, Unknown
from kg.query.question import Parser
from kg.query.question_items import OPS, Item
from kg.text import fold

_OPS: dict[str, Op] = {">=": ">=", "≥": ">=", ">": ">", "<=": "<=", "≤": "<=", "<": "<", "=": "=", "==": "="}
_TURNED: dict[Op, Op] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}
_MEANING = {op: meaning for meaning, op in OPS.items()}
_OP = r"\s*(>=|<=|==?|[<>≥≤])\s*"
_PLUS, _MINUS = "+", "-\u2212\u2013"


class MetricFlags:
    """Reads the short form, with the words and numbers of questions."""

    def __init__(self, naming: Naming) -> None:
        self.naming, self.lexicon, self.say = naming, naming.lexicon, naming.say

    def metric(self, text: str) -> Outcome:
        """A result on a metric, in the direction given by its words ("latency reduction")."""
        pieces = self._measure(text)
        parser = Parser(text, pieces, self.lexicon, self.say.language)
        at = next(i for i, item in enumerate(pieces) if "metric" in item.types or item.is_speed)
        if pieces[at].is_speed:
            return parser.thresholds.speed_of(at)
        change = next((i for i in range(len(pieces)) if i != at and parser.changes(i)), None)
        return parser.metric(at, change)

    def _measure(self, text: str) -> list[Item]:
        """The pieces of a metric's name: one metric, words for its direction, and filler."""
        folded = fold(text)
        sense = self.naming.sense("metric", text)
        words = [word for word in self.lexicon.words.bearing(folded) if "metric" in word.facts]
        if words or sense:
            return [Item(0, len(text), text, [] if words or sense is None else [sense], words)]
        pieces = [item for item in QuestionReader(text, self.lexicon).items() if not item.means("frame") or item.senses]
        metrics = [i for i in pieces if "metric" in i.types or i.is_speed]
        rest = (item for item in pieces if item not in metrics)
        if len(metrics) == 1 and all(item.means("increase", "decrease", "improve") for item in rest):
            if metrics[0].senses:
                metrics[0].senses = [sense for sense in metrics[0].senses if sense.type == "metric"]
            return pieces
        raise self.naming.no_such("metric", text)

    def read(self, text: str) -> Outcome:
        """METRIC, METRIC OP NUMBER UNIT, or NUMBER OP METRIC OP NUMBER UNIT; a sign means a change."""
        text = unicodedata.normalize("NFKC", text)
        parts = [part.strip() for part in re.split(_OP, text)]
        if len(parts) not in (1, 3, 5) or not all(parts):
            raise KgError(self.say("flag.result", text=text))
        if len(parts) == 1:
            return self.metric(text)
        op, sign, number = self._number(text, _OPS[parts[-2]], parts[-1])
        if len(parts) == 5:
            self._enclose(text, (op, sign, number), self._number(text, _TURNED[_OPS[parts[1]]], parts[0]))
            op = ">="
        number.words = self.lexicon.words.meaning(_MEANING[op])
        return self._measured(parts[-3], number, sign)

    def _number(self, text: str, op: Op, said: str) -> tuple[Op, str, Item]:
        """The operator, the sign and the number: "at most -40%" is a decrease by at least 40%."""
        sign, digits = said[0] if said[0] in _PLUS + _MINUS else "", said.lstrip(_PLUS + _MINUS + " ")
        found = QuestionReader(digits, self.lexicon).items()
        if len(found) != 1 or found[0].value is None or not digits[:1].isdigit():
            raise KgError(self.say("flag.unit", text=text, said=repr(said)))
        return (_TURNED[op], "-", found[0]) if sign and sign in _MINUS else (op, sign, found[0])

    def _enclose(self, text: str, last: tuple[Op, str, Item], first: tuple[Op, str, Item]) -> None:
        """Join the two ends of a range, which must be changes in one direction or both levels."""
        (lower, sign, low), (upper, other, high) = sorted((first, last), key=lambda end: end[0], reverse=True)
        if sign != other or lower not in (">=", ">") or upper not in ("<=", "<"):
            raise KgError(self.say("flag.range", text=text))
        number = last[2]
        number.value, number.upper, number.upper_op = low.value, high.value, upper
        number.unit = high.unit or low.unit

    def _measured(self, metric: str, number: Item, sign: str) -> Outcome:
        """The result that a question with these pieces would ask for."""
        try:
            pieces = self._measure(metric)
        except Unknown:
            if not self._is_measured(metric):
                raise
            pieces = []
        change = {"+": "increase", "-": "decrease"}.get(sign, "")
        if change and not any(word for item in pieces for word in item.words):
            words = [word for word in self.lexicon.words.meaning(change) if "metric" not in word.facts]
            pieces.append(Item(len(metric), len(metric), change, words=words))
        number.start = number.end = len(metric)
        parser = Parser(metric, [*pieces, number], self.lexicon)
        found = parser.thresholds.result(len(pieces), range(len(pieces)))
        if not (found.metrics or found.words):
            found = replace(found, label=metric, words=(fold(metric),))
        return replace(found, change=change) if change else found

    def _is_measured(self, metric: str) -> bool:
        """Whether the graph has a result on a name, even if the vocabulary does not know it."""
        sql = "SELECT 1 FROM results WHERE instr(lower(metric_text), ?) > 0 LIMIT 1"
        return len(metric) > 2 and bool(self.naming.store.rows(sql, metric.lower()))
