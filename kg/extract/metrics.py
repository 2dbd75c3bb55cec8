"""Generates candidate metrics of an outcome number: from the grammar, nearby vocabulary metrics and defaults."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache

from kg.extract.outcome_judge import unit_class
from kg.extract.outcomes import STOP, NumberReading, OutcomeLexicon, QuantityPlace, noun_phrase
from kg.extract.pointing import METRIC, point
from kg.extract.weighing import Candidates, alike, best, bucket, shares
from kg.text import Remembered, fold

_REACH = 160  # characters between a number and a candidate metric
_MOST = 6  # metrics of a sentence that are considered, nearest first
_TRAILING = re.compile(r"\s(?:values?|scores?|gaps?|savings?|levels?|metrics?|improvements?)$")
_NAME = re.compile(r"[^\W\d_]{2}")
_MARK = re.compile(r"[±|%×=]")
_LAST_WORD = re.compile(r"([\w-]+)\s*$")
_WIDER = re.compile(r"(?:[\w@-]+ ){1,2}$")
_PHRASES = (5, 4)  # noun phrases considered before and after a number
_OF = re.compile(r"\s+of\s+(?:the |its |all )?")
_PLURAL = re.compile(r"(?<=\w\w\w)ies$")
_ADJECTIVE = re.compile(r"^\w+(?:al|ive|ous|ic)$")  # what is left of "computational savings" is no noun
_CLAUSE = re.compile(r"\s(?:that|which|ranging)\b")
_LEAD = re.compile(r"^(?:whil(?:e|st)|with|and|when|by) ")
_HALF_BRACKET = re.compile(r"\s?\([^()]*$")  # "time to first token (TTFT"
_NO_NAME = re.compile(r"(?:we|it|they|this|these|up|up-to) |up-to$", re.IGNORECASE)
_AT = re.compile(r"[@_](?:\d[\d:.]*|[kK]\b)|-\d+\b")  # suffix of a metric: "mAP@50:95"
_LOOSE = (
    *("a", "an", "the", "its", "their", "our", "average", "overall", "relative", "absolute", "%"),
    *("significant", "minor", "slight", "marginal", "modest", "negligible"),
)
_SPEEDS = re.compile(r"speed|throughput|rate|time|latency|cost|efficien")
_ADJACENT = re.compile(r" (?P<first>[A-Za-z][\w@]+)(?: [a-z]+)?(?![\w-])")
_OF_MEANS = re.compile(r"m[A-Z][A-Za-z]*\d?")  # "mF1"
_FASTER = re.compile(r"\s*(?:faster|quicker|slower)\b")
_BESIDE = 8  # characters between an outcome word and its object: "reduces the latency", "reduction in latency"
_TIMES = ("s", "ms", "μs", "min", "hours", "days")
#: The words of a member of a list before a number in brackets.
_BRACKET = re.compile(r"(?:^|,|\band\b)(?P<said>(?:(?!\band\b)[\w@ -])+) \((?:up to |about )?$")
_VERB = re.compile(r"\b([a-z]+s) (?:up to |about )?$")
#: "shrinks the cache", "reducing memory", "leveraging its F1"
_OBJECT = re.compile(
    r"(?P<verb>[a-z]+(?:s|ing)(?= )|[a-z]+(?= (?:the|its|their|an?) ))(?P<whose> the| its| their| an?)? "
)


class Metrics:
    """Generates the candidate metrics of a reading, with their features."""

    def __init__(self, lexicon: OutcomeLexicon) -> None:
        self.lexicon = lexicon
        self.bare = Remembered(self._bare).__getitem__
        self.whole = Remembered(self._whole).__getitem__
        self.may_be = Remembered(self._may_be).__getitem__
        self.form = lru_cache(maxsize=20_000)(self._form)

    def candidates(self, place: QuantityPlace, reading: NumberReading, last: str) -> Candidates:
        """The features of each candidate metric; `last` is the metric of the previous result, "" for the first."""
        lexicon, sentence, quantity = self.lexicon, place.sentence, place.quantity
        found: Candidates = {}
        names: dict[str, str] = {}
        models = sentence.models

        def add(text: str, *features: str) -> None:
            text = self.whole(text)
            text = self.sped(text) if reading.kind == "speed" and reading.change == "increase" else text
            for long, how in ((lexicon.expanded(text, sentence), "explained"), (lexicon.named(text), "spelled out")):
                if long != text:
                    put(long, how, *features)
                    features = (*features, "acronym")
            put(text, *features)

        def put(text: str, *features: str) -> None:
            if text not in models and self.may_be(text):
                found.setdefault(names.setdefault(fold(text), text), set()).update(features)

        for text, side in self.phrases(place):
            add(text, *side)
        add(reading.metric, "rule", f"rule {reading.kind}", f"rule {unit_class(quantity.unit)} {reading.change}")
        add(lexicon.near_metric(place), "near")
        nearest = sorted(sentence.metrics, key=lambda m: _distance(place, m[0], m[1]))
        for order, (start, end, _) in enumerate(nearest[:_MOST]):
            if _distance(place, start, end) > _REACH:
                break
            where = [f"named {bucket(order, 0, 1, 2)}", *self._where(place, start, end)]
            at = _AT.match(sentence.text, end)
            text = sentence.text[start : at.end() if at else end]
            add(self.bare(text), "named", *where)
            add(self.bare(self.core(_wider(sentence.text, start, end))), "wider", *(f"wider {w}" for w in where))
        for start, end, kind in sentence.names:
            if kind == "dataset" and _distance(place, start, end) <= _REACH:
                where = self._where(place, start, end)
                add(
                    f"{sentence.text[start:end].removesuffix(' score')} score",
                    "benchmark",
                    *(f"benchmark {w}" for w in where),
                )
        add(last, "last", *_since_last(place))
        trimmed = _TRAILING.sub("", self.bare(reading.metric))
        if trimmed != reading.metric and not _ADJECTIVE.search(trimmed):
            add(lexicon.named(trimmed), "trimmed")
        for text in ("accuracy", "performance", "inference speed"):
            add(text, "constant")
        if quantity.unit in _TIMES:
            add("training time", "constant")
            add("inference time", "constant")
        for text, features in found.items():
            features |= self.form(text, quantity.unit, reading.change)
        point(place, found, METRIC)
        return found

    def best(self, weights: Mapping[str, float], candidates: Candidates) -> tuple[str, float]:
        """The likeliest metric in its likeliest wording, and its likelihood.

        Other names of its concept count too ("CTR", "click-through rate"). A wording that ends as no metric does
        ("training") gives way to one that does ("training time"); a longer one with "of", "and" or "@" is kept whole.
        """
        each = shares(weights, candidates)
        found, likely = best(each)
        near = alike(found, each)
        concept = self.lexicon.metric(found)
        likely += sum(each[o] for o in each if concept and o not in near and self.lexicon.metric(o) is concept)
        alone = max(near, key=lambda text: (self.lexicon.is_metric(text), each[text]))
        joined = found.split(" and ")
        is_pair = len(joined) > 1 and all(map(self.lexicon.is_metric, joined))
        is_whole = found.startswith((f"{alone} of ", f"{alone}@")) or found.endswith(f" of {alone}")
        return found if is_whole or is_pair else alone, min(likely, 1.0)

    def _whole(self, text: str) -> str:
        """A phrase without a verb before it and a clause or half a bracket behind it, in the singular."""
        text = self.object_of(_LEAD.sub("", text))
        return _PLURAL.sub("y", _CLAUSE.split(_HALF_BRACKET.sub("", text), maxsplit=1)[0])

    def _may_be(self, text: str) -> bool:
        """Whether a text has the form of a metric."""
        if _MARK.search(text) or self._is_change(text) or _NO_NAME.match(text):
            return False
        return bool(_NAME.search(text) or self.lexicon.metric(text))

    def object_of(self, text: str) -> str:
        """A text without the verb of an act that it begins with: "the cache" of "shrinks the cache"."""
        verb = _OBJECT.match(text)
        is_act = verb and (self.lexicon.group(verb["verb"]) or (verb["whose"] and verb["verb"].endswith("ing")))
        return text[verb.end() :] if verb and is_act else text

    def sped(self, text: str) -> str:
        """The speed of an activity that gets faster: "accelerates [inference]" is of inference speed."""
        activity = self.lexicon.activity.search(text)
        is_metric = not activity or self.lexicon.metric(text) or _SPEEDS.search(text)
        return text if is_metric or not activity else f"{text[: activity.end()]} speed"

    def phrases(self, place: QuantityPlace) -> Iterator[tuple[str, list[str]]]:
        """The noun phrases nearest to a number, without numbers and outcome words at their edges."""
        quantity, sentence = place.quantity, place.sentence
        spans = sentence.phrases  # sorted, without overlap
        first = bisect_right(spans, quantity.start, key=lambda span: span[1])
        after = bisect_right(spans, quantity.end, key=lambda span: span[1])
        ahead = range(first - 1, max(first - 1 - _PHRASES[0], -1), -1)
        behind = range(after, min(after + _PHRASES[1], len(spans)))
        for side, near in (("ahead", ahead), ("behind", behind)):
            for order, i in enumerate(near):
                start, end = spans[i]
                start = max(start, quantity.end) if side == "behind" else start
                if _distance(place, start, end) > _REACH:
                    break
                where = [
                    f"phrase {side} {bucket(order, 0, 1, 2)}",
                    *(f"phrase {w}" for w in self._where(place, start, end)),
                ]
                where += self._company(place, start, end)
                text = self.bare(self.core(sentence.text[start:end]))
                yield text, [*where, "phrase"]
                of = _OF.match(sentence.text, end)
                if of and i + 1 < len(spans) and spans[i + 1][0] == of.end():
                    yield f"{text} of {sentence.text[of.end() : spans[i + 1][1]]}", [*where, "phrase of"]

    def core(self, text: str) -> str:
        """A phrase without leading numbers and outcome words: "40 % lower [latency]"; "average precision" is one."""
        words = text.split()
        while len(words) > 1 and self._is_no_part(words):
            words = words[1:]
        return " ".join(words)

    def _is_no_part(self, words: list[str]) -> bool:
        """Whether the first of some words is no part of a metric."""
        if words[0][:1].isdigit() or self.lexicon.group(words[0]):
            return True
        return words[0] in _LOOSE and self.lexicon.metric(" ".join(words)) is None

    def core_of(self, text: str) -> str:
        """The metric that a clause ends with: "our method improves [accuracy]"."""
        low = [cue.end for cue in self.lexicon.cues(text) if cue.end < len(text)]
        return self.bare(self.core(noun_phrase(text[max(low, default=0) :])))

    def bracketed(self, place: QuantityPlace) -> str:
        """The metric right before a number in brackets: "reduces latency (2x) and [memory usage] (1.9x)"; else ""."""
        before = _BRACKET.search(place.ahead)
        found = self.core_of(self.object_of(before["said"].strip())) if before and place.behind.startswith(")") else ""
        return self.lexicon.named(found) if self.lexicon.is_metric(found) else ""

    def sped_up(self, place: QuantityPlace, reading: NumberReading) -> str:
        """The speed of the verb before a factor: "[trains] 2.3x faster"; "" if it names no activity."""
        verb = _VERB.search(place.ahead) if reading.kind == "speed" else None
        forms = [f"{verb[1].removesuffix(end)}ing" for end in ("s", "es")] if verb else []
        return next((f"{form} speed" for form in forms if self.lexicon.activity.fullmatch(form)), "")

    def adjacent(self, place: QuantityPlace, reading: NumberReading) -> str:
        """The metric right behind a level: "74% mIoU and 83% [mF1]"; else ""."""
        said = _ADJACENT.match(place.behind) if reading.change == "absolute" else None
        words = (said[0].strip(), said["first"]) if said else ()
        return next((word for word in words if self.lexicon.metric(word) or _OF_MEANS.fullmatch(word)), "")

    @staticmethod
    def is_faster(place: QuantityPlace) -> bool:
        """Whether a number says how much faster something is: "as accurate, but [20% faster]"."""
        return _FASTER.match(place.behind) is not None

    @staticmethod
    def is_speed(metric: str) -> bool:
        """Whether a metric is a speed, a time or what they cost."""
        return _SPEEDS.search(metric) is not None

    def _company(self, place: QuantityPlace, start: int, end: int) -> list[str]:
        """Features of the outcome words next to a phrase, and of the type that it names."""
        sentence = place.sentence
        out = []
        at = bisect_right(sentence.cues, start, key=lambda cue: cue.start)
        for cue in sentence.cues[max(at - 2, 0) : at]:
            if 0 <= start - cue.end <= _BESIDE:
                out.append(f"object of {cue.group} {'noun' if cue.is_noun else ''}")
        for cue in sentence.cues[at : at + 3]:
            if 0 <= cue.start - end <= 2:
                out.append(f"before {cue.group} {'noun' if cue.is_noun else ''}")
        return out + [f"names {kind}" for s, e, kind in sentence.names if start <= s and e <= end]

    def _bare(self, text: str) -> str:
        """A metric without a final outcome word: "memory reduction" is memory, "decoding speedup" is decoding speed.

        A preferred label of the vocabulary is kept ("validation loss").
        """
        words = text.split()
        group = self.lexicon.group(words[-1]) if words else ""
        known = self.lexicon.metric(text)
        if group == "speed":
            before = " ".join(w for w in words[:-1] if fold(w) not in self.lexicon.qualifiers)
            return self.lexicon.speed(before, "")[0]
        if len(words) < 2 or group not in ("decrease", "increase", "improve"):
            return text
        is_cost = self.lexicon.is_lower_better(words[-1])  # "training overhead"
        is_preferred = known is not None and fold(text) in map(fold, known.label.values())
        rest = " ".join(words[:-1])
        return text if is_cost or is_preferred or _ADJECTIVE.search(rest) else rest

    def _is_change(self, text: str) -> bool:
        """Whether a text says that something changes, and not what: "gains", "relative improvement"."""
        words = [w for w in fold(text).split() if w not in _LOOSE]
        changes = all(self.lexicon.group(w) in ("decrease", "increase", "improve") for w in words)
        return changes and not self.lexicon.metric(text)

    def _where(self, place: QuantityPlace, start: int, end: int) -> list[str]:
        quantity, text = place.quantity, place.text
        side = "behind" if start >= quantity.end else "ahead"
        between_low, between_high = (quantity.end, start) if side == "behind" else (end, quantity.start)
        between = text[between_low:between_high]
        others = sum(
            1
            for q in place.sentence.quantities
            if q is not quantity and min(quantity.start, start) <= q.start < max(quantity.start, start)
        )
        cue = any(between_low <= c.start < between_high and c.group != "keep" for c in place.sentence.cues)
        before = _LAST_WORD.search(text, max(0, start - 24), start)
        return [
            f"{side} cue {cue}",
            f"{side} {'next' if not between.strip() else fold(between.split()[0])}",
            f"word before {before[1].lower() if before else ''}",
            f"{side} {bucket(len(between.split()), 0, 1, 3, 6, 12)}",
            f"{side} over {bucket(others, 0, 1)}",
            f"{side} {'clause' if re.search('[,;:(]', between) else 'same'}",
        ]

    def _form(self, text: str, counted: str, change: str) -> set[str]:
        """The features of the form of a metric, and whether it fits the unit and the change of the number."""
        unit = unit_class(counted)
        words = fold(text).split()
        known = self.lexicon.metric(text)
        heads = [w for w in words if w in self.lexicon.metric_words]
        out = {
            "known" if known else "unknown",
            f"length {bucket(len(words), 1, 2, 3, 5)}",
            f"head {'of a metric' if words and words[-1] in self.lexicon.metric_heads else 'other'}",
            f"words {'all' if len(heads) == len(words) else 'some' if heads else 'none'}",
            f"ends {words[-1]} {unit} {change}" if words else "empty",
            f"is {' '.join(words)} {unit} {change}",
        }
        if words:
            out.add(f"ends {words[-1]}")
            out.add(f"begins {words[0]}")
        if known:
            usual = known.facts.get("unit", "")
            out.add(f"unit {unit} {'usual' if counted == usual else 'of ' + unit_class(usual)}")
            out.add(f"better {known.facts.get('better', '')} {change} {'x' if unit == 'x' else ''}")
        return out


def _since_last(place: QuantityPlace) -> list[str]:
    """Features of how a number follows the previous one."""
    if not place.index:
        return ["last of a sentence before"]
    one = place.sentence.quantities[place.index - 1]
    same = "same" if one.unit == place.quantity.unit else "other"
    named = any(place.low <= start and end <= place.quantity.start for start, end, _ in place.sentence.metrics)
    cue = any(c.group != "keep" for c in place.cues)
    words = bucket(len(place.ahead.split()), 1, 3, 6, 12)
    return [f"last {same} named {named}", f"last {same} cue {cue}", f"last {same} {words}"]


def _distance(place: QuantityPlace, start: int, end: int) -> int:
    return start - place.quantity.end if start >= place.quantity.end else place.quantity.start - end


def _wider(text: str, start: int, end: int) -> str:
    """A metric with the modifiers right before it: "peak [memory]", "[top-1 accuracy]"."""
    before = _WIDER.search(text, max(0, start - 40), start)
    if not before:
        return ""
    words = STOP.split(" " + before.group())[-1]
    return noun_phrase(words + text[start:end])
