"""Outcome numbers in Chinese.

The verb precedes the number ("延迟降低41%") or ends the phrase after it ("17.3%的延迟降低").
"""

from __future__ import annotations

import re

from kg.extract.outcomes import CHANGES, Cue, NumberReading, OutcomeLexicon, QuantityPlace
from kg.text import count_han

_CLAUSE = re.compile(r"[，、；。（）()：且及并和与]|同时|以及")
_BASELINE = re.compile(
    r"(?:相较于?|相比于?|较之?|比|优于|超过|超越)\s*"
    r"(?P<name>[A-Za-z][\w.+-]*(?:[ -]?[A-Z][\w.]*(?=\s))?|[^A-Za-z，、]+$)\s*(?P<rest>.*)$"
)
_FILLER = re.compile(r"[了约近达至到为仅的超过高达\s]*")
_CHANGES = {"翻倍": "increase", "减半": "decrease"}  # numbers that are verbs
_TO = re.compile(r"[至到为]\s*(?:约|近|仅|了)*$")
_EDGE = re.compile(
    r"^(?:.*?(?:上|下|中|时|比|较|于)|将|把|使|令|的|了|达成|实现|取得|平均|分别|显著|整体|仅|高达|达)+|"
    r"(?:的|分别|平均|显著|高达|达|提升|降低|效果|上|下)+$"
)


def is_chinese(place: QuantityPlace) -> bool:
    """Whether a quantity is in a Chinese sentence: more than one character in eight is Han."""
    return count_han(place.text) * 8 > len(place.text)


def read(place: QuantityPlace, last: NumberReading | None, lexicon: OutcomeLexicon) -> NumberReading | None:
    """The reading of a quantity of a Chinese sentence; `last` is the reading that a list continues."""
    quantity = place.quantity
    ahead = _CLAUSE.split(place.ahead)[-1]
    behind = _CLAUSE.split(place.behind)[0]
    begin = quantity.start - len(ahead)
    span = (quantity.start, quantity.end)
    if not quantity.unit:
        return NumberReading("absolute", _phrase(ahead.split("从")[0]), span, "zh") if quantity.origin else None
    change = next(
        (change for word, change in _CHANGES.items() if place.text[quantity.start : quantity.end] == word), ""
    )
    if change:
        return NumberReading(change, _phrase(ahead), (begin, quantity.end), "zh")
    verb = next((c for c in reversed(place.sentence.cues) if begin <= c.start and c.end <= quantity.start), None)
    if verb and _FILLER.fullmatch(place.text[verb.end : quantity.start]):
        subject = place.text[begin : verb.start].split("从")[0]
        against = _BASELINE.search(subject)
        phrase = _phrase(against["rest"] if against else subject) or _phrase(behind)
        if not phrase and against:  # "延迟较Quest降低20%"
            phrase = _phrase(subject[: against.start()])
        metric = _metric(verb, phrase)
        level = verb.group == "keep" or _TO.search(place.text[verb.end : quantity.start])
        change = "absolute" if level else _change(verb, metric, lexicon)
        return NumberReading(change, metric or lexicon.near_metric(place), (begin, quantity.end), "zh")
    end = quantity.end + len(behind)
    noun = next((c for c in place.sentence.cues if quantity.end <= c.start < end and c.group != "keep"), None)
    if noun:
        metric = _metric(noun, _phrase(place.text[quantity.end : noun.start]) or _phrase(ahead))
        change = _change(noun, metric, lexicon)
        return NumberReading(change, metric or lexicon.near_metric(place), (quantity.start, noun.end), "zh")
    metric = _phrase(behind) or _phrase(ahead)
    if last:
        return NumberReading(last.change, metric or last.metric, span, "zh")
    return NumberReading("absolute", metric, span, "zh") if metric and quantity.unit != "x" else None


def baseline(place: QuantityPlace, lexicon: OutcomeLexicon) -> str:
    """The baseline named after 较, 比 or 优于 before a quantity, or ""."""
    ahead = _CLAUSE.split(place.ahead)[-1]
    against = _BASELINE.search(ahead)
    if not against:
        return ""
    begin = place.quantity.start - len(ahead)
    name_at = begin + against.start("name")
    end = next((c.start for c in place.sentence.cues if c.start >= name_at), place.quantity.start)
    name = re.split(r"(?<=\w)\s(?=[A-Z]{2,}$)", place.text[name_at:end].rstrip(" 等"))[0].strip()
    return "" if lexicon.is_generic(name) else name


def _metric(cue: Cue, phrase: str) -> str:
    return (phrase or "推理").removesuffix("速度") + "速度" if cue.group == "speed" else phrase


def _change(cue: Cue, metric: str, lexicon: OutcomeLexicon) -> str:
    return "decrease" if cue.group == "improve" and lexicon.is_lower_better(metric) else CHANGES[cue.group]


def _phrase(text: str) -> str:
    """A noun phrase without surrounding particles and adverbs."""
    text = text.strip(" ,.;:")
    while (shorter := _EDGE.sub("", text, count=1).strip()) != text:
        text = shorter
    return text if len(text) <= 24 else ""
