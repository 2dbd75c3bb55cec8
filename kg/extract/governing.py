"""Rules for outcome numbers: which word governs a number, so that it is a change of a metric or a level.

A number is governed by a noun or comparative after it ("40% lower latency", "2x speedup"), by a verb before it
("reduces latency by 40%"), or by the list that it continues; otherwise it is a level ("achieves 53.5 mIoU"). The words
are in `ontology/outcomes.ttl`. `kg.extract.results` chooses among several readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg.extract import outcomes_zh
from kg.extract.numbers import Quantity
from kg.extract.outcomes import (
    CHANGES,
    STOP,
    Cue,
    NumberReading,
    OutcomeLexicon,
    QuantityPlace,
    Stated,
    first_value,
    noun_phrase,
)
from kg.extract.values import SHARE, is_bracketed_score, is_measured, is_others
from kg.text import fold

_LEFT_STOP = re.compile(
    r"[,;:(]|，|。|(?:\s|^)(?:whil(?:e|st)|whereas|with|and|or|but|when|which|that|to)(?=\s)", re.IGNORECASE
)
_PREPOSED = re.compile(r"\s+(?:in|of|on|for|to)\s+(?:terms of\s+)?")
_BY = re.compile(
    r"(?:\bby|，|了|约|高达|达)\s*(?:an? )?(?:average(?: of)?|factors? of|impressive|remarkable|additional|further|"
    r"relative|absolute|only|just|merely|"
    r"up to|as much as|as high as|on average)?\s*(?:an? |of )*$",
    re.IGNORECASE,
)
_OF = re.compile(
    r"(?:\bof|\bbetween|\bfrom|\branging from|\bis|\bwas|\bto|\bat|:|=|\breach(?:es|ing)?|\bexceeding|\bas high as|"
    r"\()\s*(?:only |just |an? |up |average |around )*$",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto\s*(?:an? |only |just |about |around |approximately |nearly )*$")
_ONLY = re.compile(
    r"\b(?:only|just|merely|mere|as few as|as little as|reduc\w+)(?: (?:requir\w+|us\w+|to|an?|approximately|about))*"
    r"\s*[~≤<]?\s*$|\b(?:less|fewer) than\s+$",
    re.IGNORECASE,
)
_LEVEL_VERB = re.compile(
    r"\b(?:achiev\w+|reach\w*|attain\w*|obtain\w*|yield\w*|deliver\w*|an?|the|with|from|reduc\w+|increas\w+|improv\w+|"
    r"only|just|up|is|are|our|scor\w+ an?)\b"
)
_MODIFIER_START = re.compile(
    r"[,;:()]|\b(?:an?|the|with|achiev\w+|and|of|(?<!-)to(?!-)|in|by|deliver\w+|yield\w+|provid\w+|obtain\w+|"
    r"demonstrat\w+|show\w*|up|average|significant|consistent|substantial|enabl\w+|offer\w*|brings?|get|has|have|its|our|"
    r"their|maximum|gain\w*|result\w*|report\w*|observ\w+|reach\w*)\b"
)
_POINT = re.compile(r"\b(?:(?P<at>at|under|given|using|when)|with|for)\s+(?:an? |the |only |just |about )*$")
_PORTION = re.compile(
    r"\s*(?:of )?(?:the |all |its )?(?:[\w-]+ ){0,2}(?:tokens|data|labels|samples|layers|heads|experts)\b"
    r"(?! (?:reduction|saving|usage))"
)
_DEVICE = re.compile(
    r"\s*(?:(?:[A-Z]\w*\s)?(?:[AHBVL]\d{2,4}\w?|RTX|GPUs?|NVIDIA|Ascend|TPUs?)\b|larger batch|[Uu]psampl|"
    r"[Ss]uper-?[Rr]esolution|[Dd]own-?sampl|zoom|magnif)"
)
_KEPT = re.compile(r"\b(performance|accuracy|accuracies|quality)\b")
KEEPING = re.compile(r"\b(?:retain|maintain|preserv|recover|keep)\w*\b[^,;]*$", re.IGNORECASE)
#: Verbs whose object in percent is a share of what was there; a level may be kept too: "keeps 80% accuracy".
_RETAINING = re.compile(r"\b(?:retain|preserv|recover)\w*\b[^,;]*$", re.IGNORECASE)
_HALF = re.compile(r"\bhalv\w+$|\bhalf (?:of )?the$|\bin half$", re.IGNORECASE)
_BOUNDS = ("only", "just", "mere", "merely")  # words that say how small a number is, not what governs it
_SHORT = 3  # words of a metric behind a number
_REACH = 60  # characters between a number and an outcome word that may govern it although the grammar does not say so
#: The rule for a later list member that names its own metric; no other reading is considered.
NAMED_IN_LIST = "named in list"
LISTED = ("list", NAMED_IN_LIST)  # the rules for later members of a list
#: Units in which changes are stated more often than levels.
_CHANGING = ("%", "x", "points", "dB", "")
#: Rules whose direction depends on the metric: a win by 8% in error rate is a decrease.
_EITHER_WAY = ("speed", "improve", "larger", "win", "list", "multiple", NAMED_IN_LIST)
_REVERSED = {"increase": "decrease", "decrease": "increase"}
_NOTHING = ("it", "them", "this", "which", "each", "slight", "relative")
_RATES = ("FPS", "tokens/s", "QPS", "TFLOPs/s", "TOPS/W", "mJ")
#: Units of sizes, and what they measure; a size is part of the setup unless the sentence calls it small.
_SIZES = {
    "B": "parameters",
    "M": "parameters",
    "K parameters": "parameters",
    "B tokens": "training tokens",
    "M tokens": "training tokens",
    "K tokens": "context length",
    "steps": "steps",
    "layers": "layers",
    "tokens": "tokens",
    "bits": "bit width",
}


class Governed(NamedTuple):
    """A quantity with its readings, the likeliest first; `taken` is the one that the rules select."""

    place: QuantityPlace
    readings: list[NumberReading]
    taken: NumberReading | None
    setup: bool = False  # may be an operating point or a size
    others: bool = False  # may be the value of a baseline


class Grammar:
    """Generates the readings of quantities with the words of a lexicon."""

    def __init__(self, lexicon: OutcomeLexicon) -> None:
        self.lexicon = lexicon

    # --- what governs a quantity --------------------------------------------------------------------------------

    def governed(self, sentence: Stated) -> list[Governed]:
        """The readings of each quantity of a sentence, in order."""
        places = [QuantityPlace(sentence, i) for i in range(len(sentence.quantities))]
        taken: list[NumberReading | None] = []
        out: list[Governed] = []
        for place in places:
            found = self.read(place, taken)
            taken.append(found.taken)
            out.append(found)
        for i in range(len(out) - 2, -1, -1):
            shared = self.shared(places[i], out[i + 1].taken)
            if shared:
                others = [r for r in out[i].readings if r.change != shared.change]
                out[i] = out[i]._replace(readings=[shared, *others], taken=shared)
        return out

    def read(self, place: QuantityPlace, before: list[NumberReading | None]) -> Governed:
        """The readings of a quantity and the selected one, given those selected for earlier quantities."""
        quantity = place.quantity
        if outcomes_zh.is_chinese(place):
            chinese = outcomes_zh.read(place, self.last_of_list(place, before), self.lexicon)
            return Governed(place, [chinese] if chinese else [], chinese)
        found: list[NumberReading] = []
        if _HALF.search(place.text[quantity.start : quantity.end]):
            metric = noun_phrase(place.own) or self.lexicon.near_metric(place)
            found = [NumberReading("decrease", self.lexicon.named(metric), (quantity.start, place.stop), "half")]
        elif quantity.unit == "x" or (not quantity.origin and (quantity.unit in _CHANGING or _is_amount(place))):
            changed = self.changed(place, before)
            found = [changed] if changed else []
        level = self.level(place)
        found += [level] if all(r.change != "absolute" for r in found) else []
        taken = found[0]
        for other in self.others(place, found):
            found += [other] if all(r.change != other.change for r in found) else []
        setup, others = self.is_setup(place), is_others(place)
        if setup or others or taken.kind == "bare" or (taken is level and quantity.unit == "x" and not quantity.origin):
            return Governed(place, found, None, setup, others)
        return Governed(place, found, taken)

    def others(self, place: QuantityPlace, found: list[NumberReading]) -> Iterator[NumberReading]:
        """Readings that the rules do not select: by the sign, by a distant cue, in the opposite direction."""
        quantity = place.quantity
        here = (quantity.start, quantity.end)
        metric = self.lexicon.near_metric(place)
        if quantity.sign and quantity.unit in ("%", "points", ""):
            yield NumberReading("increase" if quantity.sign == "+" else "decrease", metric, here, "sign alone")
        first = found[0]
        if first.kind in _EITHER_WAY and not quantity.origin and first.change in _REVERSED:
            yield first._replace(change=_REVERSED[first.change], kind=f"{first.kind} reversed")
        if first.change == "absolute" and quantity.unit in ("%", "x", "points") and not quantity.origin:
            cue = _nearest(place)
            if cue:
                span = (min(cue.start, quantity.start), max(cue.end, quantity.end))
                yield NumberReading(CHANGES[cue.group], first.metric, span, "loose")

    def changed(self, place: QuantityPlace, before: list[NumberReading | None]) -> NumberReading | None:
        """A change: governed by words after or before the number, by its sign, or by the list that it continues."""
        quantity = place.quantity
        reading = self.named_by(place, before) or self.right(place) or self.left(place)
        if reading and (quantity.unit or quantity.sign or is_measured(place)):
            return reading
        last = self.last_of_list(place, before)
        if quantity.sign and quantity.unit in ("%", "points", ""):
            metric = last.metric if last else self.lexicon.near_metric(place)
            change = "increase" if quantity.sign == "+" else "decrease"
            return NumberReading(change, metric, (quantity.start, quantity.end), "sign")
        if last and (quantity.unit or (last.change == "absolute" and not first_value(quantity).is_integer())):
            own = self.list_metric(place)
            kind = NAMED_IN_LIST if fold(own).rpartition(" ")[2] in self.lexicon.metric_heads else "list"
            return NumberReading(last.change, own or last.metric, (quantity.start, place.stop), kind)
        return self.multiple(place) if quantity.unit == "x" else None

    def right(self, place: QuantityPlace) -> NumberReading | None:
        """Governed by what follows: "40% lower latency", "2x memory reduction", "25% improvement in accuracy"."""
        quantity, stop = place.quantity, place.stop
        cue = next((c for c in place.sentence.cues if quantity.end <= c.start < stop and c.group != "keep"), None)
        if not cue or re.match(r"\s*(?:of|in)\s", place.text[quantity.end : cue.start + 1]):
            return None
        between = noun_phrase(place.text[quantity.end : cue.start])
        if len(between.split()) > 5:
            return None
        phrase, end = _object(place.text, cue.end, place.high, bare=cue.is_comparative)
        return self.decide(place, cue, between, phrase, (quantity.start, max(end, cue.end)))

    def left(self, place: QuantityPlace) -> NumberReading | None:
        """Governed by what precedes: "reduces latency by 40%", "a speedup of 2x", "saves 40% cost"."""
        quantity, ahead = place.quantity, place.ahead
        by, of = _BY.search(ahead), _OF.search(ahead)
        cue = _governing(place, by is not None)
        if not cue:
            return None
        between = place.text[cue.end : quantity.start]
        span = (cue.start, quantity.end)
        phrase = noun_phrase(between)
        if _TO.search(between) and cue.group != "win" and not by:
            return NumberReading("absolute", self.lexicon.named(phrase or self.lexicon.near_metric(place)), span, "to")
        if cue.is_noun and (of or not between.strip()):
            inside = _PREPOSED.match(between)
            spelled_out = inside and len(between.split()) > 2
            metric = noun_phrase(between[inside.end() :]) if inside and spelled_out else _modifier(place, cue)
            return self.decide(place, cue, metric, "", span)
        if by:
            return self.decide(place, cue, "", self.before_by(place) or phrase, span)
        # what has a bound is used, "superior quality using only 0.1% of the data", but for losses: "loses only 1%"
        bounds = _BOUNDS if cue.group == "decrease" else ()
        is_used = any(keep.start >= cue.end and keep.word not in bounds for keep in place.keeps)
        if not (cue.is_noun or cue.is_comparative or is_used) and len(between.split()) <= 6:
            after, end = _object(place.text, quantity.end, place.high, bare=True)
            return self.decide(place, cue, "", phrase or after, span if phrase else (cue.start, end))
        return None

    def decide(self, place: QuantityPlace, cue: Cue, before: str, after: str, span: tuple[int, int]) -> NumberReading:
        """Metric and direction for a known outcome word; `before` and `after` are the phrases around it."""
        lexicon, unit = self.lexicon, place.quantity.unit
        if cue.word in ("compression", "reduction") and re.match(r"\s+(?:ratio|rate|factor)", place.text[cue.end :]):
            return NumberReading("absolute", lexicon.named(f"{before} {cue.word} ratio".strip()), span, "ratio")
        if cue.word in ("larger", "bigger") and unit == "x":
            return NumberReading("decrease", "model size", span, "larger")
        after = _whole(place, cue, after)
        metric, change = before or after, CHANGES[cue.group]
        if cue.group == "speed":
            metric, change = lexicon.speed(before, after)
        elif cue.group == "win":
            metric = _in_terms_of(place)
        elif cue.group == "improve" and lexicon.is_lower_better(metric):
            change = "decrease"
        if cue.word.startswith(("short", "long")) and not re.search(r"length|time|latency|context", metric):
            metric = f"{metric.removesuffix('s')} length".strip()
        if not metric or metric.lower() in _NOTHING:
            sized = cue.word in ("smaller", "lighter") or (cue.word == "compression" and unit == "x")
            metric = "model size" if sized else lexicon.near_metric(place)
        if cue.word in lexicon.losses and lexicon.is_lower_better(metric):  # "a perplexity degradation of 2%"
            change = "increase"
        return NumberReading(change, lexicon.named(metric), span, cue.group)

    def multiple(self, place: QuantityPlace) -> NumberReading | None:
        """A factor: "1.9x generation speed", "6.7x discriminative power"."""
        phrase = noun_phrase(place.own).split(" of ")[0]
        grows = self.lexicon.metric(phrase) or re.search(r"speed|throughput|efficiency|power|rate|capacity", phrase)
        if phrase and len(phrase.split()) <= 4 and grows:
            return NumberReading("increase", self.lexicon.named(phrase), (place.quantity.start, place.stop), "multiple")
        return None

    def level(self, place: QuantityPlace) -> NumberReading:
        """A value that is reached: "20.7 FPS on a single H100", "an accuracy of 53.2%", "from 256 to 30 steps"."""
        quantity, ahead = place.quantity, place.ahead
        metric, span = self.measured(place)
        metric = metric or _SIZES.get(quantity.unit, "") or self.lexicon.near_metric(place)
        keeps = bool(place.keeps) and not _BY.search(ahead)
        bounded = quantity.bound != "exact" or bool(_ONLY.search(ahead))
        of = bool(_OF.search(ahead))
        if quantity.origin or quantity.unit in _RATES:
            fits = True
        elif quantity.unit == "":
            fits = is_measured(place) or (keeps and len(metric.split()) <= 3 and is_bracketed_score(place))
        elif quantity.unit in _SIZES:
            fits = bounded
        elif quantity.unit == "%":
            known = bool(self.lexicon.metric(metric)) or "score" in metric.lower()
            fits = keeps or known or of or (bounded and bool(re.match(r"\s*of\b", place.behind)))
        else:
            fits = keeps or bounded or of or is_measured(place)
        return NumberReading("absolute", self.lexicon.named(metric), span, "level" if fits else "bare")

    def measured(self, place: QuantityPlace) -> tuple[str, tuple[int, int]]:
        """The metric of a level and its span: after the value ("53.5 mIoU") or before it ("a PSNR of 31.2")."""
        quantity, own, ahead = place.quantity, place.own, place.ahead
        here = (quantity.start, place.stop)
        of = re.match(r"\s*of\b", own)
        kept = _KEPT.search(own)
        if quantity.unit == "%" and kept and (of or KEEPING.search(ahead) or re.match(r"\s*performance of\b", own)):
            return f"retained {kept[1]}", here
        if quantity.unit == "FPS":
            speed = re.search(r"\b([\w-]+ (?:speeds?|rates?)) (?:of|at|up to|is)\W*$", ahead)
            return (noun_phrase(speed[1]) if speed else place.sentence.frames), here
        phrase = noun_phrase(own)
        if quantity.unit == "%" and self.lexicon.is_metric(phrase) and _RETAINING.search(ahead):
            return phrase if "retention" in phrase else f"retained {phrase}", here
        if phrase and (of or self.lexicon.metric(phrase) or (quantity.unit == "%" and len(phrase.split()) <= 4)):
            return phrase, here
        cuts = [m.end() for m in _LEFT_STOP.finditer(ahead)] + [c.end - place.low for c in place.keeps]
        ahead = ahead[max(cuts) :] if cuts else ahead
        phrase = noun_phrase(_LEVEL_VERB.split(_OF.sub("", ahead))[-1])
        if phrase and len(phrase.split()) <= 5:
            return phrase, (quantity.start - len(ahead), quantity.end)
        return "", (quantity.start, quantity.end)

    def is_setup(self, place: QuantityPlace) -> bool:
        """Operating points and sizes: "at 5x compression", "with 20% KV budget", "8× H800"."""
        quantity, text = place.quantity, place.text
        after = text[quantity.end : quantity.end + 40]
        if quantity.unit == "x" and _DEVICE.match(after):
            return True
        point = _POINT.search(text[max(0, quantity.start - 24) : quantity.start])
        if quantity.unit in ("%", "x") and point and (point["at"] or not self.right(place)):
            words = fold(after.split(",")[0]).split()[:3]
            return any(" ".join(words[a:b]) in self.lexicon.setup for a in range(3) for b in range(a + 1, 4))
        before, number = (_ONLY.search(text[max(0, end - 120) : end]) for end in (quantity.start, quantity.number))
        if quantity.unit == "%":
            return bool(_PORTION.match(text, quantity.end)) and not number
        return quantity.unit in _SIZES and not quantity.origin and not (before or number)

    # --- lists --------------------------------------------------------------------------------------------------

    def shared(self, place: QuantityPlace, after: NumberReading | None) -> NumberReading | None:
        """The reading of the next quantity if it governs this one too: "27% and 41% reduction"."""
        if not after or after.change == "absolute" or self.right(place):
            return None
        one, two = place.sentence.quantities[place.index : place.index + 2]
        between = place.text[one.end : two.start]
        if one.unit != two.unit or not SHARE.fullmatch(between):
            return None
        return after._replace(span=(one.start, after.span[1]), kind="shared")

    def last_of_list(self, place: QuantityPlace, before: list[NumberReading | None]) -> NumberReading | None:
        """The reading that a list continues: "A by 70%, B by 41% and C by 22%", "2.3x on A and 4.1x on B"."""
        two = place.quantity
        for j in range(place.index - 1, -1, -1):
            one = place.sentence.quantities[j]
            if one.unit == two.unit:
                return before[j] if self.goes_on(place, one) else None
        return None

    def goes_on(self, place: QuantityPlace, one: Quantity) -> bool:
        """Whether no new statement begins between two quantities of one unit."""
        start = place.quantity.start
        between = place.text[one.end : start]
        if len(between.split()) > 18 or ";" in between or not re.search(r",|\band\b|/|、|和|\(", between):
            return False
        if re.search(r"\b(?:whil(?:e|st)|with|which|at|from|under)\s*$|\bwhil(?:e|st)\b", between):
            return False
        joint = one.end + max(between.rfind(","), between.rfind(" and "), 0)
        by = bool(_BY.search(between))
        return not any(joint <= c.start < start and not (by and c.group == "keep") for c in place.sentence.cues)

    def before_by(self, place: QuantityPlace) -> str:
        """The noun phrase that changes "by" a later number of a list: "improves CTR by 3.5% and [RPM] by 2.0%"."""
        by = _BY.search(place.ahead) if place.index else None
        said = re.split(r",|\band\b|[;()]", place.ahead[: by.start()]) if by else []
        groups = [c.group for c in place.sentence.cues if c.end <= place.quantity.start and c.group != "keep"]
        is_rival = groups[-1:] == ["win"]  # "outperforms A by 3% and [B] by 5%"
        return self.lexicon.named(noun_phrase(said[-1])) if len(said) > 1 and not is_rival else ""

    def named_by(self, place: QuantityPlace, before: list[NumberReading | None]) -> NumberReading | None:
        """The change of a later list member in another unit: "reduces latency by 20% and [memory by 3x]"."""
        last = before[place.index - 1] if place.index else None
        if last is None or last.change not in _REVERSED or not (own := self.before_by(place)):
            return None
        one = place.sentence.quantities[place.index - 1]
        cues = [c for c in place.sentence.cues if c.end <= place.quantity.start and c.group != "keep"]
        if one.unit == place.quantity.unit or not cues or cues[-1].is_noun or cues[-1].end > one.start:
            return None
        return self.decide(place, cues[-1], "", own, (place.quantity.start, place.stop))._replace(kind=NAMED_IN_LIST)

    def signed(self, place: QuantityPlace) -> str:
        """The metric behind a signed number where all signed numbers stand before theirs: "+2% CTR, +3% orders"."""
        behind = {i: self.behind(place, i) for i, one in enumerate(place.sentence.quantities) if one.sign}
        each = len(behind) > 1 and all(0 < len(phrase.split()) <= _SHORT for phrase in behind.values())
        return self.lexicon.named(behind.get(place.index, "")) if each else ""

    def behind(self, place: QuantityPlace, i: int) -> str:
        """The noun phrase behind a quantity of the sentence, without an outcome word: "NDCG improvement"."""
        phrase = noun_phrase(QuantityPlace(place.sentence, i).own)
        while self.lexicon.group(phrase.rpartition(" ")[2]):
            phrase = phrase.rpartition(" ")[0]
        return phrase

    def list_metric(self, place: QuantityPlace) -> str:
        """The metric of a later list member: "..., generated tokens by 41%", "... and 5% FID"."""
        before_by = self.before_by(place)
        if before_by:
            return before_by
        for start, end, _ in place.sentence.metrics:
            near = start >= place.quantity.end and len(place.text[place.quantity.end : start].split()) <= 1
            if near and not self.lexicon.words.fullmatch(place.text[start:end].lower()):
                return self.lexicon.named(place.text[start:end])
        return ""


def _governing(place: QuantityPlace, by: bool) -> Cue | None:
    """The outcome word before a quantity that governs it: the nearest one, but a verb if there is a "by"."""
    cues = place.cues
    outcome = [c for c in reversed(cues) if c.group != "keep"]
    verbs = [c for c in outcome if not c.is_noun]
    cue = next(iter(verbs if by and verbs else outcome), None)
    if not cue:
        return None
    between = place.text[cue.end : place.quantity.start]
    if len(between.split()) > 14 or ";" in between:
        return None
    other = any(c.group == "keep" and c.start > cue.end and c.word not in _BOUNDS for c in cues)
    return None if other and not by else cue


def _nearest(place: QuantityPlace) -> Cue | None:
    """The outcome word nearest to a quantity, within a limited distance."""
    quantity = place.quantity
    reach = [
        (max(cue.start - quantity.end, quantity.start - cue.end), cue)
        for cue in place.sentence.cues
        if cue.group != "keep"
    ]
    near = min(reach, default=None)
    return near[1] if near and near[0] <= _REACH else None


def _object(text: str, at: int, high: int, bare: bool) -> tuple[str, int]:
    """The noun phrase after an outcome word, and its end: "reduction in [memory footprint]"."""
    start = at
    if not bare:
        inside = _PREPOSED.match(text, at, high)
        if not inside:
            return "", at
        start = inside.end()
    stop = STOP.search(text, start, high)
    end = stop.start() if stop else high
    phrase = noun_phrase(text[start:end])
    return phrase, end if phrase else at


def _whole(place: QuantityPlace, cue: Cue, phrase: str) -> str:
    """A phrase behind an outcome word, to the end of a metric that begins with it: "[time] to first token"."""
    found = (place.text[start:end] for start, end, _ in place.sentence.metrics if start >= cue.end)
    return next((name for name in found if phrase and name.startswith(f"{phrase} ")), phrase)


def _modifier(place: QuantityPlace, cue: Cue) -> str:
    """The words right before an outcome noun: "[end-to-end] speedups of 2.3x"."""
    words = _MODIFIER_START.split(place.text[place.low : cue.start])[-1]
    return noun_phrase(words) if len(words.split()) <= 4 else ""


def _in_terms_of(place: QuantityPlace) -> str:
    """The metric of a win: "outperforms X by 14% in throughput"."""
    inside = re.match(r"\s+in (?:terms of )?([\w@ -]+)", place.behind)
    return noun_phrase(STOP.split(inside[1] + " ")[0]) if inside else ""


def _is_amount(place: QuantityPlace) -> bool:
    """Whether a change is stated in a unit of levels: "reduces latency by 5 ms", "a drop of 1.5 GB", "5 GB less"."""
    quantity = place.quantity
    if any(
        c.is_comparative and not place.text[quantity.end : c.start].strip(" -")
        for c in place.sentence.cues
        if c.start >= quantity.end
    ):
        return True
    cue = _governing(place, _BY.search(place.ahead) is not None)
    if cue is None or cue.group == "speed":
        return False
    between = place.text[cue.end : place.quantity.start]
    return bool(_OF.fullmatch(between.strip() + " ") if cue.is_noun else _BY.search(between))
