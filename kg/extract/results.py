"""The outcome numbers of a paper: metric, value, unit, change, bound, baseline, setting.

Every quantity of the sentences in which the paper speaks of itself is read (`kg.extract.numbers`), then asked which
words govern it: a noun or comparative behind it ("40% lower latency", "2x speedup"), a verb before it ("reduces latency
by 40%"), a level ("achieves 53.5 mIoU"). What no outcome word governs is set-up. The words are in `ontology/outcomes.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import field_text
from kg.extract.numbers import Quantity, plain, quantities
from kg.model import Evidence, Result
from kg.text import fold, sentences
from kg.vocabulary import Concept, Vocabulary

_GROUPS = ("speed", "win", "improve", "decrease", "increase", "keep")
_CHANGE = {"speed": "increase", "win": "increase", "improve": "increase", "decrease": "decrease", "increase": "increase", "keep": "absolute"}

_OWN = re.compile(
    r"\b(?:we|our|ours|us)\b|\bthis (?:paper|work|study|article|report|survey)\b|\bpropos(?:e|es|ed|al)\b|\b(?:experiment|evaluation|result)s?\b|\bin this\b|本文|我们|该方法|实验", re.IGNORECASE
)
_STOP = re.compile(
    r"[,;:()]|(?:\s|^)(?:while|whereas|with|without|compared|comparing|than|relative to|over|on|at|under|when|across|for|using|through|against|versus|vs\.?|by|via|but|from|as (?:well|a|the)|which|that|and|or|to|where|respectively|is|are|during)(?=\s)|—|，|。"
)
_LEFT_STOP = re.compile(r"[,;:(]|(?:\s|^)(?:while|whereas|with|and|or|but|when|which|that|to)(?=\s)|，|。", re.IGNORECASE)
_DETERMINER = re.compile(
    r"^(?:(?:the|an?|its|their|our|both|overall|only|just|mere|of|in|on|for|to|up|average|an average|absolute|relative|further|additional|significant|substantial|corresponding|approximate(?:ly)?|about|around|nearly|by|or|and|maximum|consistent|existing|model's|as|at|is|are|be)\s+)+",
    re.IGNORECASE,
)
_PREPOSED = re.compile(r"\s+(?:in|of|on|for|to)\s+(?:terms of\s+)?")
_BY = re.compile(r"(?:\bby|，|了|约|高达|达)\s*(?:an? )?(?:average(?: of)?|factors? of|impressive|remarkable|additional|further|up to|as much as|as high as|on average)?\s*(?:an? |of )*$", re.IGNORECASE)
_OF = re.compile(r"(?:\bof|\bbetween|\bfrom|\branging from|\bis|\bwas|\bto|\bat|:|=|\breach(?:es|ing)?|\bexceeding|\bas high as|\()\s*(?:only |just |an? |up |average |around )*$", re.IGNORECASE)
_BASELINE = re.compile(
    r"\b(?:over|than|compared (?:to|with|against)|comparing (?:to|with)|in comparison (?:to|with)|relative to|versus|vs\.?|against|(?P<win>outperform(?:s|ing|ed)?|surpass(?:es|ing|ed)?|exceed(?:s|ing|ed)?|beat(?:s|ing)?)|"
    r"on top of|improv(?:es|ing) (?:over|upon)|(?:faster|better|higher|lower|smaller|larger|fewer|less|more) than|较|相比|优于|超过)\s+(?P<phrase>[^,;:()]+)", re.IGNORECASE
)
_BASELINE_END = re.compile(
    r"\s(?:by|within|running|while|after|before|beyond|over|on|in|at|with|while|when|for|and (?:\d|up|reduc|improv|achiev)|under|across|without|using|during|respectively|to|as|where|which|that|is|are|of|from|up|achiev\w+|reduc\w+|maintain\w+)\s|\s\d|[.。，]|\s(?:respectively|while)$", re.IGNORECASE
)
_SETTING = re.compile(r"(?:^|\s)(?P<phrase>(?:on|at|with|under|for|across|in|when|using)\s[^,;()]+)")
_EXAMPLE = re.compile(r"(?:such as|like|i\.e\.,?|e\.g\.,?|namely)\s+")
_SHARE = re.compile(r"\s*(?:,|,? and|,? or|/|\||to|,? respectively,?|versus|vs\.?)?\s*(?:an?|up to|about|a further|over|approximately|nearly)?\s*")
_MEASURED = ("%", "x", "points", "FPS", "tokens/s", "ms", "s", "min", "hours", "dB", "GB", "MB", "KB", "TB", "mJ", "J", "W", "mW", "bpp", "QPS", "GFLOPs", "TFLOPs", "TFLOPs/s", "TOPS/W", "GPU-hours", "GPU-days", "days", "μs")
_DEVICE = re.compile(r"^\s*(?:(?-i:[A-Z]\w*\s)?(?:A100|H100|H200|H800|H20|V100|B200|A800|A6000|L40S?|RTX|GPUs?|NVIDIA|Ascend|TPUs?)|larger batch|upsampl|super-?resolution|down-?sampl|zoom|magnif)", re.IGNORECASE)


_ONLY = re.compile(r"\b(?:only|just|merely|mere|as few as|as little as|reduc\w+)(?: (?:requir\w+|us\w+|to|an?|approximately|about))*\s*[~≤<]?\s*$|\b(?:less|fewer) than\s+$", re.IGNORECASE)
_OTHERS = re.compile(
    r"(?:\bvs\.?|\bversus|\bcompared (?:to|with)|\bthan|\bagainst|\brather than|\binstead of|\bexceed\w*|\bsurpass\w*|\boutperform\w*)\s+(?:the |an? |its |about |only |~\s?|[\w-]+'s )*$|"
    r"\b(?:than|outperform\w*|surpass\w*|exceed\w*|over|vs\.?|versus|compared (?:to|with)|like|as)\s[^,;()]{1,60}\((?:[A-Za-z@\d.-]+\s?[:=]?\s?){0,3}$", re.IGNORECASE
)
_HALF = re.compile(r"\bhalf (?:of )?the$", re.IGNORECASE)
_ENUMERATOR = re.compile(r"\(\s*$")
_GLUED = re.compile(r"(?:-(?!\s)|[A-Za-z@_/^:×]|\s?/\s?\d|\s?[x×]\s?\d|\s*[)}\]]\s*[a-z])")
_PORTION = re.compile(r"\s*(?:of )?(?:the |all |its )?(?:[\w-]+ ){0,2}(?:tokens|data|labels|samples|layers|heads|experts)\b(?! (?:reduction|saving|usage))")
_SIZED = {"B": "parameters", "M": "parameters", "K parameters": "parameters", "B tokens": "training tokens", "M tokens": "training tokens", "K tokens": "context length", "steps": "steps", "layers": "layers", "tokens": "tokens", "bits": "bit width"}
_USUAL = {"tokens/s": "decoding throughput", "ms": "latency", "s": "time", "GB": "memory", "MB": "memory", "x": "inference speed", "QPS": "throughput", "TFLOPs/s": "throughput", "mJ": "energy", "GFLOPs": "FLOPs", "TFLOPs": "FLOPs"}
_SAME = {"s": ("ms", "min", "hours", "days", "μs"), "ms": ("s", "μs"), "GB": ("MB", "KB", "TB"), "tokens/s": ("FPS",)}
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z]{1,6})\)")
_COUNTED = re.compile(r"\b(tokens|steps|layers|samples|iterations|parameters)\b")


_HAN = re.compile(r"[\u4e00-\u9fff]")
_HAN_CLAUSE = re.compile(r"[，、；。（）()：且及并和与]|同时|以及")
_HAN_BASELINE = re.compile(r"(?:相较于?|相比于?|较之?|比|优于|超过|超越)\s*(?P<name>[A-Za-z][\w.+-]*(?:[ -]?[A-Z][\w.]*(?=\s))?|[^A-Za-z，、]+$)\s*(?P<rest>.*)$")
_HAN_FILLER = re.compile(r"[了约近达至到为仅的超过高达\s]+")
_HAN_EDGE = re.compile(r"^(?:.*?(?:上|下|中|时|比|较|于)|将|把|使|令|的|了|达成|实现|取得|平均|分别|显著|整体|仅|高达|达)+|(?:的|分别|平均|显著|高达|达|提升|降低|效果|上|下)+$")


class Cue(NamedTuple):
    """An outcome word in a sentence."""

    start: int
    end: int
    group: str


@dataclass(slots=True)
class Reading:
    """What governs a quantity."""

    change: str
    metric: str
    span: tuple[int, int]  # of the evidence, in the sentence
    confidence: float


@dataclass(slots=True)
class Sentence:
    """A sentence that may state outcomes: its plain text with what was found in it."""

    text: str
    quantities: list[Quantity]
    cues: list[Cue]
    expansions: dict[str, str]  # "TTFT" -> "time to first token", as the paper writes it
    renders: str  # what its frames per second are of
    metrics: list[tuple[int, int, Concept]]  # the vocabulary's metrics in the sentence


class Results:
    """Appends to `doc._.results`; uses the mentions of models, datasets and techniques where there are some."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.groups: dict[str, str] = {}
        for group in _GROUPS:
            for word in vocabulary.cues("outcome-" + group):
                self.groups.setdefault(word, group)
        self.cue_pattern = _inflected(self.groups)
        self.lower = _inflected(vocabulary.cues("outcome-lower-is-better"))
        self.speed_of = _inflected(vocabulary.cues("outcome-speed-of"))
        self.setup = vocabulary.cues("outcome-setup")
        self.generic = vocabulary.cues("outcome-generic-baseline")

    def __call__(self, doc: Doc) -> Doc:
        field = "A" if field_text(doc, "A") else "B"
        found: list[Result] = []
        expansions = _expansions(field_text(doc, field))
        renders = _frames(doc._.text)
        for start, end in self.own_sentences(doc, field):
            found += self.read(doc, start, end, expansions, renders)
        doc._.results = [*doc._.results, *found]
        return doc

    def own_sentences(self, doc: Doc, field: str) -> Iterator[tuple[int, int]]:
        """The sentences from where the paper begins to speak of itself; what comes before is background."""
        begin, end = doc._.fields.get(field, (0, 0))
        if field == "B":  # the brief's last slot is what it says of outcomes
            at = doc._.text.find(doc._.brief.effect, begin) if doc._.brief.effect else -1
            if at >= 0:
                yield at, at + len(doc._.brief.effect)
            return
        name = doc._.name
        started = False
        for start, stop in doc._.sentences:
            if begin <= start and stop <= end:
                text = doc._.text[start:stop]
                started = started or bool(_OWN.search(text)) or bool(name and name in text)
                if started:
                    yield start, stop

    def read(self, doc: Doc, start: int, end: int, expansions: dict[str, str], renders: str) -> Iterator[Result]:
        """The results of one sentence."""
        text = plain(doc._.text[start:end])
        found = [q for q in quantities(text) if not _is_label(q, text)]
        if not found:
            return
        metrics = [(m.start - start, m.end - start, self.vocabulary[m.concept]) for m in doc._.matches if m.type == "metric" and start <= m.start and m.end <= end]
        sentence = Sentence(text, found, list(self.cues(text)), expansions, renders, metrics)
        readings: list[Reading | None] = []
        for i in range(len(found)):
            readings.append(self.govern(sentence, i, readings))
        for i in range(len(found) - 2, -1, -1):  # "27% and 41% reduction": the first is governed by what follows the second
            after = readings[i + 1]
            if after and after.change != "absolute" and not self.right(sentence, i) and (own := self.shared(sentence, i)) is not None:
                metric = self.speed(own, "")[0] if own and "speed" in after.metric else own or after.metric
                readings[i] = Reading(after.change, metric, (found[i].start, after.span[1]), after.confidence)
        for quantity, reading in zip(found, readings, strict=True):
            if reading:
                for metric in self.metrics(" ".join(sentence.expansions.get(w, w) for w in reading.metric.split())):
                    yield self.result(doc, start, sentence, quantity, reading, metric)

    def metrics(self, phrase: str) -> list[str]:
        """ "FLOPs and latency" are two results with one number."""
        parts = phrase.split(" and ")
        if len(parts) == 2 and all(self.concept(p) or len(p.split()) <= 3 and self.lower.search(p) for p in parts):
            return [self.named(p) for p in parts]
        return [phrase]

    def shared(self, sentence: Sentence, i: int) -> str | None:
        """What stands between a quantity and the next one of its list ("14.2x prefill and 7.6x decoding speedups"), None if no list."""
        one, two = sentence.quantities[i : i + 2]
        between = sentence.text[one.end : two.start]
        if one.unit != two.unit:
            return None
        if _SHARE.fullmatch(between):
            return ""
        own = re.fullmatch(r"\s*((?:[\w-]+\s?){1,3}?),?\s+and\s*(?:an? |up to )?", between)
        return own[1] if own and one.unit == "x" and not _STOP.search(own[1] + " ") else None

    def result(self, doc: Doc, offset: int, sentence: Sentence, quantity: Quantity, reading: Reading, metric: str) -> Result:
        start, end = reading.span
        return Result(
            evidence=Evidence("", "", offset + start, offset + end),
            metric=metric,
            value=quantity.value,
            unit=_unit(quantity, reading, sentence.text),
            change=reading.change,
            bound=quantity.bound,
            baseline=self.baseline(sentence, quantity, reading),
            setting=self.setting(sentence, quantity),
            extractor="results/1",
            confidence=reading.confidence,
        )

    def cues(self, text: str) -> Iterator[Cue]:
        for match in self.cue_pattern.finditer(text):
            group = self.groups.get(_base(match.group(), self.groups), "")
            if group:
                yield Cue(match.start(), match.end(), group)

    # --- what governs a quantity ------------------------------------------------------------------------------

    def govern(self, sentence: Sentence, i: int, before: list[Reading | None]) -> Reading | None:
        """The reading of the i-th quantity, given those of the quantities before it; None when it is no outcome."""
        quantity = sentence.quantities[i]
        if _HAN.search(sentence.text[max(0, quantity.start - 8) : quantity.end + 8]):
            return self.han(sentence, i, before)
        if self.is_setup(sentence, i) or self.is_others(sentence, i):
            return None
        if quantity.origin:
            return self.level(sentence, i, True)
        if quantity.end - quantity.number >= 4 and sentence.text[quantity.number : quantity.number + 4].lower() == "halv" or _HALF.search(sentence.text[quantity.start : quantity.end]):
            stop = self.stop(sentence, i)
            return Reading("decrease", self.named(_np(sentence.text[quantity.end : stop]) or self.near_metric(sentence, i)), (quantity.start, stop), 0.6)
        if quantity.unit in ("%", "x", "points", "dB", ""):
            reading = self.right(sentence, i) or self.left(sentence, i)
            if reading and (quantity.unit or quantity.sign or self.is_measured(sentence, i)):
                return reading
            last = self.last_of_list(sentence, i, before)
            if quantity.sign and quantity.unit in ("%", "points", ""):
                metric = last.metric if last else self.near_metric(sentence, i)
                return Reading("increase" if quantity.sign == "+" else "decrease", metric, (quantity.start, quantity.end), 0.6)
            if last and (quantity.unit or last.change == "absolute" and not _first(quantity).is_integer()):
                metric = self.own_metric(sentence, i) or self.beside(sentence, quantity) or last.metric
                return Reading(last.change, metric, (quantity.start, self.stop(sentence, i)), last.confidence * 0.9)
            if quantity.unit == "x":
                return self.multiple(sentence, i)
        return self.level(sentence, i, False)

    def own_metric(self, sentence: Sentence, i: int) -> str:
        """What a later member of a list measures: "..., generated tokens [by] 41%"."""
        before = sentence.text[self.segment(sentence, i)[0] : sentence.quantities[i].start]
        by = _BY.search(before)
        return self.named(_np(re.split(r",|\band\b|[;()]", before[: by.start()])[-1])) if by else ""

    def beside(self, sentence: Sentence, quantity: Quantity) -> str:
        """The vocabulary's metric right behind a quantity."""
        for start, end, _ in sentence.metrics:
            if quantity.end <= start and len(sentence.text[quantity.end : start].split()) <= 1 and not self.cue_pattern.fullmatch(sentence.text[start:end]):
                return self.named(sentence.text[start:end])
        return ""

    def is_others(self, sentence: Sentence, i: int) -> bool:
        """Whether the value is what the number is compared with: "vs 85.0%", "outperforming X (FID 18.9, PSNR 17.6)"."""
        quantity = sentence.quantities[i]
        if quantity.origin or quantity.sign:
            return False
        found = _OTHERS.search(sentence.text[max(0, quantity.start - 90) : quantity.start])
        if found:
            return "(" not in found.group() or bool(re.match(r"\s*[),;]", sentence.text[quantity.end :]))
        if i and not quantity.unit.startswith("x") and _SHARE.fullmatch(sentence.text[sentence.quantities[i - 1].end : quantity.start]):
            return self.is_others(sentence, i - 1)
        return False

    def multiple(self, sentence: Sentence, i: int) -> Reading | None:
        """ "1.9x generation speed", "6.7x discriminative power": so many times as much."""
        quantity = sentence.quantities[i]
        stop = self.stop(sentence, i)
        phrase = _np(sentence.text[quantity.end : stop]).split(" of ")[0]
        if phrase and len(phrase.split()) <= 4 and (self.concept(phrase) or re.search(r"speed|throughput|efficiency|power|rate|capacity", phrase)):
            return Reading("increase", self.named(phrase), (quantity.start, stop), 0.5)
        return None

    def han(self, sentence: Sentence, i: int, before: list[Reading | None]) -> Reading | None:
        """Chinese puts the verb right before the number ("延迟降低41%") or closes the phrase with it ("17.3%的延迟降低")."""
        quantity = sentence.quantities[i]
        low, high = self.segment(sentence, i)
        ahead = _HAN_CLAUSE.split(sentence.text[low : quantity.start])[-1]
        behind = _HAN_CLAUSE.split(sentence.text[quantity.end : high])[0]
        verbs = [c for c in sentence.cues if quantity.start - len(ahead) <= c.start and c.end <= quantity.start]
        if not quantity.unit:
            return Reading("absolute", _han_np(re.split("从", ahead)[0]), (quantity.start, quantity.end), 0.5) if quantity.origin else None
        if verbs and len(_HAN_FILLER.sub("", sentence.text[verbs[-1].end : quantity.start])) == 0:
            verb = verbs[-1]
            phrase = re.split("从", sentence.text[quantity.start - len(ahead) : verb.start])[0]
            against = _HAN_BASELINE.search(phrase)
            metric = _han_np(against["rest"] if against else phrase) or _han_np(behind)
            if verb.group == "speed":
                metric = (metric or "推理").removesuffix("速度") + "速度"
            level = verb.group == "keep" or re.search(r"[至到为]\s*(?:约|近|仅|了)*$", sentence.text[verb.end : quantity.start])
            change = "absolute" if level else self.han_change(verb, metric)
            return Reading(change, metric or self.near_metric(sentence, i), (verb.start - len(ahead[: verb.start - quantity.start]), quantity.end), 0.7)
        closing = next((c for c in sentence.cues if quantity.end <= c.start < quantity.end + len(behind) and c.group != "keep"), None)
        if closing:
            metric = _han_np(sentence.text[quantity.end : closing.start]) or _han_np(ahead)
            if closing.group == "speed":
                metric = (metric or "推理").removesuffix("速度") + "速度"
            return Reading(self.han_change(closing, metric), metric or self.near_metric(sentence, i), (quantity.start, closing.end), 0.7)
        last = self.last_of_list(sentence, i, before)
        if last:
            return Reading(last.change, _han_np(behind) or _han_np(ahead) or last.metric, (quantity.start, quantity.end), 0.6)
        metric = _han_np(behind) or _han_np(ahead)
        return Reading("absolute", metric, (quantity.start, quantity.end), 0.4) if metric and quantity.unit in _MEASURED and quantity.unit != "x" else None

    def han_change(self, cue: Cue, metric: str) -> str:
        return "decrease" if cue.group == "improve" and self.is_lower_better(metric) else _CHANGE[cue.group]

    def is_measured(self, sentence: Sentence, i: int) -> bool:
        """Whether a bare number stands right beside a metric: "2 BLEU", "FID by 0.34", "a PSNR of 31.2"."""
        quantity = sentence.quantities[i]
        if _first(quantity) > 1900 and _first(quantity).is_integer():
            return False
        for start, end, _ in sentence.metrics:
            if quantity.end <= start and not sentence.text[quantity.end : start].strip():
                return True
            between = sentence.text[end : quantity.start]
            if end <= quantity.start and re.fullmatch(r"(?:\s+scores?| values?)?\s*(?:\([\w .]+\))?\s*(?:of|by|to|at|is|:|=|\()?\s*(?:only|up to|an? average of)?\s*", between):
                return True
        return bool(re.match(r"\s*(?:[A-Z][\w-]+ )?(?:scores?|EM|F1)\b", sentence.text[quantity.end :])) or bool(re.search(r"\bscores? (?:of|=) ?$", sentence.text[: quantity.start]))

    def last_of_list(self, sentence: Sentence, i: int, before: list[Reading | None]) -> Reading | None:
        """The reading that a list goes on with: "A by 70%, B by 41% and C by 22%", "2.3x on A and 4.1x on B"."""
        two = sentence.quantities[i]
        for j in range(i - 1, -1, -1):
            one, reading = sentence.quantities[j], before[j]
            if one.unit != two.unit:
                continue
            between = sentence.text[one.end : two.start]
            if not reading or len(between.split()) > 18 or ";" in between or not re.search(r",|\band\b|/|、|和|\(", between):
                return None
            joint = one.end + max(between.rfind(","), between.rfind(" and "), 0)
            by = bool(_BY.search(between))
            if any(joint <= c.start < two.start and not (by and c.group == "keep") for c in sentence.cues) or re.search(r"\b(?:while|with|which|at|from|under)\s*$|\bwhile\b", between):
                return None
            return reading
        return None

    def segment(self, sentence: Sentence, i: int) -> tuple[int, int]:
        """From the end of the quantity before to the start of the one after."""
        low = sentence.quantities[i - 1].end if i else 0
        high = sentence.quantities[i + 1].start if i + 1 < len(sentence.quantities) else len(sentence.text)
        return low, high

    def stop(self, sentence: Sentence, i: int) -> int:
        """Where the words that belong to a quantity end on its right."""
        at = sentence.quantities[i].end
        high = self.segment(sentence, i)[1]
        found = _STOP.search(sentence.text, at, high)
        return found.start() if found else high

    def right(self, sentence: Sentence, i: int) -> Reading | None:
        """Governed by what follows: "40% lower latency", "2x memory reduction", "25% improvement in accuracy"."""
        quantity = sentence.quantities[i]
        stop = self.stop(sentence, i)
        cue = next((c for c in sentence.cues if quantity.end <= c.start < stop and c.group != "keep"), None)
        if not cue or re.match(r"\s*(?:of|in)\s", sentence.text[quantity.end : cue.start + 1]):
            return None
        between = _np(sentence.text[quantity.end : cue.start])
        if len(between.split()) > 5:
            return None
        high = self.segment(sentence, i)[1]
        after = self.object(sentence.text, cue.end, high, comparative=_is_comparative(sentence.text[cue.start : cue.end]))
        return self.decide(sentence, quantity, cue, between, after[0], (quantity.start, max(after[1], cue.end)))

    def left(self, sentence: Sentence, i: int) -> Reading | None:
        """Governed by what comes before: "reduces latency by 40%", "a speedup of 2x", "saves 40% cost"."""
        quantity = sentence.quantities[i]
        low = self.segment(sentence, i)[0]
        window = sentence.text[low : quantity.start]
        by, of = _BY.search(window), _OF.search(window)
        inner = [c for c in sentence.cues if low <= c.start and c.end <= quantity.start]
        outcome = [c for c in reversed(inner) if c.group != "keep"]
        verbs = [c for c in outcome if not _is_noun(sentence.text[c.start : c.end])]
        cue = next(iter(verbs if by and verbs else outcome), None)
        if not cue:
            return None
        between = sentence.text[cue.end : quantity.start]
        if len(between.split()) > 14 or ";" in between:
            return None
        if not by and any(c.group == "keep" and c.start > cue.end and sentence.text[c.start : c.end].lower() not in ("only", "just", "mere", "average") for c in inner):
            return None
        if re.search(r"\bto\s*(?:an? |only |just |about |around |approximately |nearly )*$", between) and cue.group != "win" and not by:
            return Reading("absolute", self.named(_np(between) or self.near_metric(sentence, i)), (cue.start, quantity.end), 0.7)
        noun = _is_noun(sentence.text[cue.start : cue.end])
        if noun and (of or not between.strip()):
            inside = _PREPOSED.match(between)
            metric = _np(between[inside.end() :]) if inside and len(between.split()) > 2 else self.modifier(sentence.text, low, cue.start)
            return self.decide(sentence, quantity, cue, metric, "", (cue.start, quantity.end))
        if by and not noun:
            return self.decide(sentence, quantity, cue, "", _np(between), (cue.start, quantity.end))
        if not noun and not _is_comparative(sentence.text[cue.start : cue.end]) and len(between.split()) <= 6:
            after = self.object(sentence.text, quantity.end, self.segment(sentence, i)[1], comparative=True)
            return self.decide(sentence, quantity, cue, "", _np(between) or after[0], (cue.start, after[1] if not _np(between) else quantity.end))
        if by and noun:
            return self.decide(sentence, quantity, cue, "", _np(between), (cue.start, quantity.end))
        return None

    def decide(self, sentence: Sentence, quantity: Quantity, cue: Cue, modifier: str, phrase: str, span: tuple[int, int]) -> Reading | None:
        """The metric and the direction, once the outcome word is known."""
        word = sentence.text[cue.start : cue.end].lower()
        metric = modifier or phrase
        change = _CHANGE[cue.group]
        if word in ("compression", "reduction") and re.match(r"\s+(?:ratio|rate|factor)", sentence.text[cue.end :]):
            return Reading("absolute", self.named(f"{modifier} {word} ratio".strip()), (quantity.start, span[1]), 0.7)
        if word in ("larger", "bigger") and quantity.unit == "x":
            return Reading("decrease", "model size", span, 0.5)
        if cue.group == "speed":
            metric, change = self.speed(modifier, phrase)
        elif cue.group == "improve" and self.is_lower_better(metric):
            change = "decrease"
        i = sentence.quantities.index(quantity)
        if word.startswith(("short", "long")) and metric and not re.search(r"length|time|latency|context|window", metric):
            metric = re.sub(r"s$", "", metric) + " length"
        if metric.lower() in ("it", "them", "this", "which", "each", "slight", "relative"):
            metric = ""
        if word == "compression" and not metric and quantity.unit == "x":
            metric = "model size"
        if cue.group == "win":
            inside = re.match(r"\s+(?:in|on) (?:terms of )?([\w@ -]+)", sentence.text[quantity.end : self.segment(sentence, i)[1]])
            named = _np(_STOP.split(inside[1] + " ")[0]) if inside and " in " in inside.group() else ""
            metric = named or self.near_metric(sentence, i)
        if not metric:
            metric = self.near_metric(sentence, i, "model size" if word in ("smaller", "lighter") else "performance")
        return Reading(change, self.named(metric), span, 0.8)

    def speed(self, modifier: str, phrase: str) -> tuple[str, str]:
        """The speed that is meant: "prefill speedup", "faster training", "speedup in TTFT" (a time: it decreases)."""
        if phrase and self.is_lower_better(phrase):
            return phrase, "decrease"
        for part in (modifier, phrase):
            activity = self.speed_of.search(part)
            if activity:
                return (part if "speed" in part.lower() or len(part.split()) > 3 else part[: activity.end()] + " speed"), "increase"
            if "speed" in part.lower() or "throughput" in part.lower():
                return part, "increase"
        return "inference speed", "increase"

    def level(self, sentence: Sentence, i: int, certain: bool) -> Reading | None:
        """A value that is reached: "20.7 FPS on a single H100", "an accuracy of 53.2%", "from 256 to 30 steps"."""
        quantity = sentence.quantities[i]
        low, _ = self.segment(sentence, i)
        before = sentence.text[low : quantity.start]
        metric, span = self.measured(sentence, i)
        metric = metric or _SIZED.get(quantity.unit, "") or self.near_metric(sentence, i)
        keeps = any(c.group == "keep" and low <= c.start and c.end <= quantity.start for c in sentence.cues) and not _BY.search(before)
        bounded = quantity.bound != "exact" or bool(_ONLY.search(before))
        fraction = quantity.unit == "%" and bool(re.match(r"\s*of\b", sentence.text[quantity.end :]))
        known = bool(self.concept(metric)) or "score" in metric.lower()
        if quantity.unit == "":
            alone = bool(_ENUMERATOR.search(before) and re.match(r"\s*\)", sentence.text[quantity.end :])) and not float(_first(quantity)).is_integer()
            fits = certain or self.is_measured(sentence, i) or alone and len(metric.split()) <= 3 and keeps
        elif quantity.unit in _SIZED:
            fits = certain or bounded
        elif quantity.unit in ("FPS", "tokens/s", "QPS", "TFLOPs/s", "TOPS/W", "mJ"):
            fits = True
        elif quantity.unit == "%":
            fits = keeps or known or certain or fraction and bounded or bool(_OF.search(before))
        else:
            fits = quantity.unit != "x" and (keeps or bounded or certain or bool(_OF.search(before)) or self.is_measured(sentence, i))
        return Reading("absolute", self.named(metric), span, 0.6) if fits else None

    def is_setup(self, sentence: Sentence, i: int) -> bool:
        """Operating points and sizes: "at 5x compression", "with 20% KV budget", "8× H800"."""
        quantity = sentence.quantities[i]
        before = sentence.text[max(0, quantity.start - 24) : quantity.start]
        after = sentence.text[quantity.end : quantity.end + 40]
        if quantity.unit == "x" and _DEVICE.match(after):
            return True
        point = re.search(r"\b(?:(?P<at>at|under|given|using|when)|with|for)\s+(?:an? |the |only |just |about )*$", before)
        if quantity.unit in ("%", "x") and point and (point["at"] or not self.right(sentence, i)):
            words = fold(after.split(",")[0]).split()[:3]
            return any(" ".join(words[a:b]) in self.setup for a in range(3) for b in range(a + 1, 4))
        if quantity.unit == "%" and _PORTION.match(sentence.text[quantity.end :]) and not _ONLY.search(sentence.text[: quantity.number]):
            return True
        return quantity.unit in _SIZED and not quantity.origin and not _ONLY.search(sentence.text[: quantity.start]) and not (
            quantity.bound in ("up_to", "about") and _ONLY.search(sentence.text[: quantity.number])
        )

    # --- phrases ----------------------------------------------------------------------------------------------

    def object(self, text: str, at: int, high: int, comparative: bool) -> tuple[str, int]:
        """The noun phrase behind an outcome word and where it ends: "reduction [in memory footprint]", "lower [latency]"."""
        start = at
        if not comparative:
            inside = _PREPOSED.match(text, at, high)
            if not inside:
                return "", at
            start = inside.end()
        stop = _STOP.search(text, start, high)
        end = stop.start() if stop else high
        phrase = _np(text[start:end])
        return phrase, end if phrase else at

    def modifier(self, text: str, low: int, at: int) -> str:
        """The words right before an outcome noun: "[end-to-end] speedups of 2.3x"."""
        words = re.split(r"[,;:()]|\b(?:an?|the|with|achiev\w+|and|of|(?<!-)to(?!-)|in|by|deliver\w+|yield\w+|provid\w+|obtain\w+|demonstrat\w+|show\w*|up|average|significant|consistent|substantial|enabl\w+|offer\w*|brings?|get|has|have|its|our|their|maximum|gain\w*|result\w*|report\w*|observ\w+|reach\w*)\b", text[low:at])
        return _np(words[-1]) if words and len(words[-1].split()) <= 4 else ""

    def measured(self, sentence: Sentence, i: int) -> tuple[str, tuple[int, int]]:
        """The metric of a level: behind the value ("53.5 mIoU") or before it ("a PSNR of 31.2")."""
        quantity = sentence.quantities[i]
        low, _ = self.segment(sentence, i)
        stop = self.stop(sentence, i)
        phrase = _np(sentence.text[quantity.end : stop])
        of = re.match(r"\s*of\b", sentence.text[quantity.end : stop])
        kept = re.search(r"\b(performance|accuracy|accuracies|quality)\b", sentence.text[quantity.end : stop])
        if quantity.unit == "%" and kept and (of or self.retains(sentence, low, quantity) or re.match(r"\s*performance of\b", sentence.text[quantity.end : stop])):
            return f"retained {kept[1]}", (quantity.start, stop)
        if quantity.unit == "FPS":
            speed = re.search(r"\b([\w-]+ (?:speeds?|rates?)) (?:of|at|up to|is)\W*$", sentence.text[low : quantity.start])
            return speed[1] if speed else sentence.renders, (quantity.start, stop)
        if phrase and (self.concept(phrase) or quantity.unit == "%" and not of and len(phrase.split()) <= 4):
            return phrase, (quantity.start, stop)
        if phrase and of:
            return phrase, (quantity.start, stop)
        before = sentence.text[low : quantity.start]
        cuts = [m.end() for m in _LEFT_STOP.finditer(before)] + [c.end - low for c in sentence.cues if low <= c.start and c.end <= quantity.start and c.group == "keep"]
        before = before[max(cuts) :] if cuts else before
        words = re.split(r"\b(?:achiev\w+|reach\w*|attain\w*|obtain\w*|yield\w*|deliver\w*|an?|the|with|from|reduc\w+|increas\w+|improv\w+|only|just|up|is|are|our|scor\w+ an?)\b", _OF.sub("", before))
        phrase = _np(words[-1]) if words else ""
        if phrase and len(phrase.split()) <= 5:
            return phrase, (low + len(sentence.text[low : quantity.start]) - len(before), quantity.end)
        return "", (quantity.start, quantity.end)

    def retains(self, sentence: Sentence, low: int, quantity: Quantity) -> bool:
        """Whether the verb before a level says that something is kept."""
        return bool(re.search(r"\b(?:retain|maintain|preserv|recover|keep)\w*\b[^,;]*$", sentence.text[low : quantity.start], re.IGNORECASE))

    def near_metric(self, sentence: Sentence, i: int, default: str = "performance") -> str:
        """The vocabulary's metric nearest to a quantity, first behind it, then before it."""
        quantity = sentence.quantities[i]
        low, high = self.segment(sentence, i)
        fitting = [m for m in sentence.metrics if low <= m[0] and m[1] <= high and _fits(quantity.unit, m[2])]
        behind = [m for m in fitting if quantity.end <= m[0] < quantity.end + 48]
        ahead = [m for m in fitting if m[1] <= quantity.start]
        if behind or ahead:
            start, end, _ = behind[0] if behind else ahead[-1]
            text = sentence.text[start:end]
            return "inference speed" if self.groups.get(_base(text, self.groups)) == "speed" else self.named(text)
        if not default:
            return ""
        if quantity.unit == "FPS":
            return sentence.renders
        if default == "performance" and quantity.unit in ("%", "points"):
            return "accuracy"
        return _USUAL.get(quantity.unit, default) if default == "performance" else default

    def concept(self, phrase: str) -> Concept | None:
        return self.vocabulary.find(phrase, "metric")

    def named(self, phrase: str) -> str:
        """A metric in the paper's words; an acronym by its vocabulary name."""
        if not re.search(r"[A-Z].*[A-Z]", phrase) or " " in phrase:
            return phrase
        found = self.concept(phrase)
        return found.label["en"] if found else phrase
    def is_lower_better(self, metric: str) -> bool:
        found = self.concept(metric)
        if found and "better" in found.facts:
            return found.facts["better"] == "lower"
        return bool(self.lower.search(metric)) and not re.search(r"efficien|speed|throughput|saving", metric)

    def baseline(self, sentence: Sentence, quantity: Quantity, reading: Reading) -> str:
        """The named thing that the number is compared with; generic ones ("prior methods") are none."""
        if quantity.origin:
            return f"{quantity.origin} {quantity.unit}".strip() if quantity.unit not in quantity.origin else quantity.origin
        low, high = self.segment(sentence, sentence.quantities.index(quantity))
        ahead = _HAN_CLAUSE.split(sentence.text[low : quantity.start])[-1]
        if _HAN.search(ahead):
            against = _HAN_BASELINE.search(ahead)
            verb = next((c.start for c in sentence.cues if against and c.start >= quantity.start - len(ahead) + against.start("name")), quantity.start)
            name = ahead[against.start("name") : verb - quantity.start + len(ahead)] if against else ""
            name = name.rstrip(" 等")
            return "" if all(w in self.generic for w in fold(name).split()) else re.split(r"(?<=\w)\s(?=[A-Z]{2,}$)", name)[0].strip()
        spans = [(quantity.end, high), (low, quantity.start)]
        if reading.change == "absolute":
            stop = re.compile(r"[,;]").search(sentence.text, quantity.end, high)
            spans = [(quantity.end, stop.start() if stop else high)]
        else:
            spans += [(quantity.end, len(sentence.text)), (0, quantity.start)]
        for start, end in spans:
            for match in _BASELINE.finditer(sentence.text, start, end):
                if start == quantity.end and match["win"] and re.search(r"\d", sentence.text[match.end() : match.end() + 12]):
                    continue  # it governs a number of its own
                phrase = self.baseline_name(match["phrase"], sentence.text[match.end() :])
                if phrase:
                    return phrase
        return ""

    def baseline_name(self, phrase: str, after: str) -> str:
        """The name in what follows "than" or "over", without the words that only say that it is a baseline."""
        end = _BASELINE_END.search(phrase + " ")
        phrase = phrase[: end.start()] if end else phrase
        example = _EXAMPLE.search(phrase) or re.match(r"\s*\((?:i\.e\.,?|e\.g\.,?|namely|such as)\s*(?=[^)]+\))", after)
        if example:
            phrase = (after if example.string is after else phrase)[example.end() :].split(")")[0]
        words = phrase.split()
        while words and self.is_generic(words[0]):
            del words[0]
        if not words or all(self.is_generic(w) for w in words) or re.match(r"\d", words[0]) or len(words) > 8:
            return ""
        return " ".join(words).strip(" .,;'\"")

    def is_generic(self, word: str) -> bool:
        return all(w in self.generic for w in fold(word).split())

    def setting(self, sentence: Sentence, quantity: Quantity) -> str:
        """The operating point that follows: "on LongBench", "at 5x compression"."""
        high = self.segment(sentence, sentence.quantities.index(quantity))[1]
        found = _SETTING.search(sentence.text, quantity.end, high)
        return re.sub(r"^(?:on|for|across|in|using)\s+(?:the |an? )?", "", " ".join(found["phrase"].split()).rstrip(". ")) if found else ""


@Language.factory("kg_results")
def make_results(nlp: Language, name: str) -> Any:
    return Results(Vocabulary.load())


def _han_np(text: str) -> str:
    """A Chinese noun phrase without the particles and adverbs around it."""
    text = text.strip(" ,.;:")
    while (cut := _HAN_EDGE.sub("", text, count=1).strip()) != text:
        text = cut
    return text if len(text) <= 24 else ""


def _first(quantity: Quantity) -> float:
    return quantity.value if isinstance(quantity.value, float) else quantity.value[0]


def _is_label(quantity: Quantity, text: str) -> bool:
    """Whether a bare number is part of a name or a list mark: "3D", "8-bit", "(1)", "step 2:"."""
    if quantity.unit or quantity.origin:
        return False
    if _GLUED.match(text, quantity.end):
        return True
    return _first(quantity).is_integer() and bool(_ENUMERATOR.search(text[: quantity.start])) and not quantity.sign


def _fits(unit: str, metric: Concept) -> bool:
    """Whether a metric can be given in a unit; ratios and scores go with all."""
    usual = metric.facts.get("unit", "")
    return unit in ("%", "x", "points", "") or not usual or usual == unit or unit in _SAME.get(usual, ())


def _unit(quantity: Quantity, reading: Reading, text: str) -> str:
    """The unit: points where a score changes by a bare number or a percentage is called absolute, tokens or steps where they are counted."""
    if quantity.unit == "" and reading.change != "absolute" and _first(quantity) >= 1:
        return "points"
    if quantity.unit == "%" and re.match(r"\s*(?:\w+ )?absolute\b", text[quantity.end :]) or quantity.unit == "%" and re.search(r"\babsolute (?:improvement|gain|increase|drop)s?\b[^,;.]{0,30}$", text[: quantity.start]):
        return "points"
    counted = _COUNTED.search(reading.metric) if quantity.origin and not quantity.unit else None
    if quantity.origin and not quantity.unit and re.search(r"\btoken (?:usage|count|consumption|length)", reading.metric):
        return "tokens"
    return counted[1] if counted else quantity.unit


def _np(text: str) -> str:
    """A noun phrase without determiners, bounds and marks around it."""
    text = " ".join(text.split()).strip(" .,;:()'\"*\\-–")
    text = re.split(r"\s(?:by|of up|up to|with|and up)$|\s(?:by|with)\s", text)[0]
    text = re.split(r"\s(?:for|on|in|over|across|at|during|when|of (?:the|our|its|their|an?|existing|all))\s", text)[0]
    out = _DETERMINER.sub("", text + " ").strip()
    return re.sub(r"(?:^|\s)(?:an?|the|of|in|by|to|up|up to|is|are|only|its|and|or|over|about|for|on|than|average|with|an average of|a factor of)$", "", out).strip(" .,;:()")


def _expansions(text: str) -> dict[str, str]:
    """The acronyms that a text explains: "time to first token (TTFT)"."""
    out = {}
    for match in _ACRONYM.finditer(text):
        letters = [c.lower() for c in match[1]]
        tail = re.findall(r"[A-Za-z]\w*", text[max(0, match.start() - 80) : match.start()])[-len(letters) :]
        if [w[0].lower() for w in tail] == letters:
            out[match[1]] = " ".join(tail).lower()
    return out


def _frames(text: str) -> str:
    """What frames per second measure in a paper: what it does with frames."""
    low = text.lower()
    if "render" in low:
        return "rendering speed"
    return "generation speed" if re.search(r"(?:video|image|world) (?:\w+ )?generation|generative", low) else "frame rate"


def _is_comparative(word: str) -> bool:
    return bool(re.fullmatch(r"(?i:\w+er|less|more|worse|fast|fewer)", word)) and word.lower() not in ("lower", "lowering") or word.lower() == "lower"


def _is_noun(word: str) -> bool:
    return bool(re.fullmatch(r"(?i:.*(?:tion|tions|ment|ments|gains?|speed-?ups?|drops?|loss|savings?|boosts?|increases?|decreases?|decline|growth|lift|uplift|gap|advantage|slowdown|removal|overhead)|加速|提升|损失)", word))


def _inflected(words: Any) -> re.Pattern[str]:
    """One pattern for all words with their endings; Chinese words have none."""
    latin = sorted({re.escape(w[:-1] if w.endswith("e") and len(w) > 3 else w) for w in words if w.isascii()}, key=len, reverse=True)
    han = sorted({"".join(w.split()) for w in words if not w.isascii()}, key=len, reverse=True)
    latin = [w.replace(r"\ ", r"s?[ -]") for w in latin]
    return re.compile(rf"\b(?:{'|'.join(latin)})(?:e[sd]?|ing|s|ed|d)?\b|{'|'.join(han) or '(?!)'}", re.IGNORECASE)


def _base(word: str, groups: dict[str, str]) -> str:
    """The listed form of an inflected word."""
    folded = fold(word)
    low = word.lower().replace("-", " ")
    stems = [folded, low, *(low[: -len(e)] + r for e in ("es", "ed", "ing", "s", "d") for r in ("", "e") if low.endswith(e))]
    return next((s for s in stems if s in groups), "")
