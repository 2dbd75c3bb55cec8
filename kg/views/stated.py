"""Reads the sentence of a result once more, with the grammar of outcomes, for what the words around the number say."""

from __future__ import annotations

import re

from kg.extract.baselines import Baselines
from kg.extract.numbers import Quantity, plain, quantities
from kg.extract.outcomes import QuantityPlace, Stated, outcome_lexicon
from kg.extract.speech import tagged
from kg.model import Mention, Record, Result
from kg.text import fold, is_kind
from kg.views.clause import ClauseReader
from kg.views.compared import FIRST_OF_LIST, of_kind
from kg.views.selection import FURTHER, EntryResult
from kg.views.setting import SettingReader
from kg.views.words import PageWords, listed, pattern
from kg.vocabulary import Vocabulary

#: The metric of a speedup that does not say of what.
SPEED = "speed"
_EXAMPLE = re.compile(r"\((?:e\.g\.|i\.e\.|for example),?\s*$", re.IGNORECASE)
#: Words before what is as good, over which no gain is told: "2x faster at a quality comparable to Finch".
_EQUAL = re.compile(r"on par|comparable|equivalent|similar|close to|match", re.IGNORECASE)
_OURS = re.compile(r"\bour (?:proposed )?(\w+)", re.IGNORECASE)
_FAST = re.compile(r"speed|throughput|rate")
_TIME = re.compile(r"time|latency|delay|duration|TTFT|TPOT|TBT", re.IGNORECASE)
_RATE = re.compile(r"(?:rates?|ratio|errors?|share|overhead|WER|CER)$")
_APART = re.compile(r"[,;:()\d]")
_IS = re.compile(r"(?:The|This|These) (?:[\w-]+ )*?(?P<noun>[\w-]+) (?:is|are) ")
#: "Foo is deployed on a small camera, cutting its weight by", which is the camera's.
_OF_HOST = re.compile(r"\b(?:is|was) (?:deployed|embedded|installed|mounted) (?:in|into|on|onto) [^,;]+, [a-z]+ing\b")
#: One of several: "our most accurate model is 2x faster".
_OF_VARIANT = re.compile(
    r"\b(?:our|the) (?:[a-z]+est|(?:most|least) [a-z]+) (?:[a-z-]+ )*(?:model|variant|version|configuration)\b|"
    r"\bour (?:lite|tiny|small|large) (?:model|variant|version)\b",
    re.IGNORECASE,
)
#: What a method is applied to, behind a colon: "it helps others: Finch becomes 3x faster".
_EXAMPLE = re.compile(r": (?P<name>[A-Z][\w-]*[A-Z][\w-]*) (?:becomes|gets|runs|sees|gains) [^;:]*$")
_OUR_PARTS = re.compile(
    r"Our (?:[\w-]+ )*?(?P<noun>[a-z-]+s) (?:achieve|deliver|reach|yield|reduce|improve|provide|attain)\b"
)
_MADE = re.compile(r"(?:an?|the|than|over|to|with) (?:[a-z]+-)?(?!publish|propos|us|relat|need)[a-z]{3,}ed")
_BY = re.compile(r"\s*by\s*(?:up to |over |about |an? )?", re.IGNORECASE)
DEFAULT = "inference speed"  # the metric of a plain "3x faster" in a record
_PART = re.compile(r"\s*(?:[a-z][\w-]*\s){1,2}(?:in|for)\s(?P<part>[A-Z][\w-]*[A-Z][\w-]*)")
_CHANGED = ("decrease", "increase", "improve")  # groups of words behind which no metric stands
_SEVERAL = re.compile(r"(?:\b[a-z-]+|[A-Z])s$")  # "systems", "VLMs"
WITH_PART = r"with (?P<part>(?:(?!\b(?:while|and|at|on|in|over|by)\b)[^,;:()])+)"
_GOES_ON = re.compile(
    r"\s(?:(?P<verb>(?:built|based|trained|running|using|without|that|designed|accelerated|equipped|augmented)\b)|(?P<name>\d+-[a-z]|[A-Z][a-z]+\b)|"
    rf"{WITH_PART}|(?P<word>[a-z]+(?:-[a-z]+)*)\b)"
)
_FRAMES = ("label-frame-technique", "label-form-technique", "outcome-generic-baseline", "model-frame")
_KINDS = ("label-frame-technique", "label-form-technique")  # cues of words behind the name of a technique
_FEW = 2  # words of a metric with what is said of it
_FASTER = re.compile(r"\s*faster ([a-z]+(?:-[a-z]+)?)\b")
_SPEEDUP = re.compile(r"\s*([a-z]+) speedups?\b")  # "6x distillation speedup"
_FASTER_WORK = re.compile(r"\s*faster (([a-z]+) [a-z]+(?:ing|ion))\b")
#: Begins a sentence on another part: "Additionally, the proposed late scan", but not "the proposed scan method".
_PROPOSED_TOO = (
    r"(?i)(?:<proposal.further>)\b,?\s(?:the|our) (?:newly )?proposed (?!(?:[\w-]+ ){0,5}?(?:<proposal.kinds>)s?\b)"
)
_KIND_OF_SPEEDUP = re.compile(r"\s*(\w+[ -](?:step|GPU|node|core|device|layer|chip|kernel)) speedups?\b")


class SentenceReader:
    """Reads the sentences of results."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.lexicon = outcome_lexicon(vocabulary)
        self.losses = vocabulary.cues("outcome-loss") | vocabulary.cues("outcome-drop")
        self.baselines = Baselines(self.lexicon)
        self.setting = SettingReader(vocabulary, self.lexicon)
        self.clause = ClauseReader(vocabulary, self.setting)
        words = PageWords("en")
        self.inputs = {fold(one) for key in ("amounts", "counted") for one in words(f"outcome.{key}").split()}
        self.of_what = frozenset(words("outcome.of_what").split())
        self.conditions = vocabulary.cues("generic-modifier")
        self.plain = vocabulary.cues("plain") - vocabulary.cues("compare")
        self.earlier = (self.conditions & vocabulary.cues("outcome-generic-baseline")) - {*listed("clause.pointing")}

    def is_metric(self, result: Result) -> bool:
        """Whether the metric is one: known to the vocabulary, or a phrase with the head of one and no condition."""
        words = fold(result.metric).split()
        if words[0:1] == ["x"] or words[-1:] == ["metric"]:
            return False  # "512 [x 512 images]"; "12% better fairness metric"
        is_change = len(words) > 1 and self.lexicon.group(words[-1]) in _CHANGED
        if is_change and not self.lexicon.is_lower_better(result.metric):
            return False  # "16% higher FID improvement"; an overhead or a loss is a metric
        if result.metric_concept in self.vocabulary:
            return True
        return bool(words) and words[-1] in self.lexicon.metric_heads and not self.conditions.intersection(words)

    def is_of_part(self, found: EntryResult, place: QuantityPlace) -> bool:
        """Whether a gain of speed is that of a named part: "3x acceleration in GEMM-O"; not on a model or a device."""
        part, record = _PART.match(place.text, place.quantity.end), found.record
        if (
            not part
            or not _FAST.search(found.result.metric)
            or any(match.type == "metric" for match in self.vocabulary.match(part["part"]))
        ):
            return False
        named = (*record.models, *record.hardware, *record.datasets, *record.tasks)
        return not any(fold(part["part"]) in fold(mention.surface) for mention in named)

    def is_of_another_subject(self, found: EntryResult, place: QuantityPlace) -> bool:
        """Whether a sentence is on something that is no method and not the paper's own: "The format is 2x faster"."""
        ahead = place.text[: place.quantity.start]
        if _OF_VARIANT.search(ahead) or _OF_HOST.search(ahead):
            return True
        example = _EXAMPLE.search(ahead)
        if example and fold(example["name"]) != fold(found.record.name):
            return True
        subject = _IS.match(place.text) or _OUR_PARTS.match(place.text)
        if not subject or fold(found.record.name) in fold(subject[0]).split():
            return False
        is_metric = any(match.type == "metric" for match in self.vocabulary.match(subject[0]))
        return not is_metric and not any(fold(subject["noun"]) in self.vocabulary.cues(name) for name in _FRAMES)

    def is_by_part(self, found: EntryResult, place: QuantityPlace) -> bool:
        """Whether a sentence tells a number of something else that the paper proposes, and not of the paper's method.

        "We also write a sparse kernel, which is 5x faster."
        """
        ahead = place.text[: place.quantity.start]
        return (
            pattern(FURTHER).match(ahead) is not None
            or pattern(_PROPOSED_TOO).match(ahead) is not None
            or self.is_of_own_part(found.record, found.record.name, place.text, ahead)
        )

    def is_of_own_part(self, record: Record, name: str, text: str, ahead: str) -> bool:
        """Whether a sentence names, in its part `ahead`, something else that a paper proposes, and not `name`."""
        own, said = fold(name), f" {fold(ahead)} "
        proposed = [m for m in record.techniques if m.role == "proposed" and m.sure]
        whole = {own, *(fold(n) for m in proposed for n in _names(m) if own in map(fold, _names(m)))}
        if not own or any(f" {name} " in f" {fold(text)} " for name in whole) or self.says_own(ahead):
            return False
        return any(f" {fold(m.surface)} " in said for m in proposed if whole.isdisjoint(map(fold, _names(m))))

    def says_own(self, text: str) -> bool:
        """Whether words say "our method"."""
        frames = self.vocabulary.cues("label-frame-technique")
        return any(fold(found[1]) in frames for found in _OURS.finditer(text))

    def is_own(self, found: EntryResult) -> bool:
        """Whether the baseline is what the paper proposes: then another one's gain over it is told.

        "The key-aware strategy" is also what "key-aware self-speculative decoding" is called for short.
        """
        proposed = [m for m in found.record.techniques if m.role == "proposed"]
        names = {fold(name) for m in proposed for name in (m.canonical, m.surface)}
        beaten = fold(found.result.baseline)
        if not {m.concept for m in proposed}.union(names).isdisjoint({found.result.baseline_concept, beaten} - {""}):
            return True
        short, _, kind = beaten.rpartition(" ")
        if (name := found.record.name) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", found.result.baseline):
            return True  # "full four-head Foo", of Foo
        is_kind = any(kind in self.vocabulary.cues(name) for name in _KINDS) and not found.result.baseline.endswith("s")
        return is_kind and " " in short and any(name.startswith(f"{short} ") for name in names)

    def has_points(self, result: Result) -> bool:
        """Whether a metric is counted in points: "a 2.26 speedup" has lost its unit."""
        known = result.metric_concept in self.vocabulary
        unit = self.vocabulary[result.metric_concept].facts.get("unit", "") if known else ""
        return unit in ("", "%", "points") and not _FAST.search(result.metric)

    def is_cost(self, result: Result) -> bool:
        """Whether less of a metric is better and its levels have a unit, as time, memory and energy have."""
        facts = self.vocabulary[result.metric_concept].facts if result.metric_concept in self.vocabulary else {}
        return facts.get("better") == "lower" and bool(facts.get("unit"))

    def is_input(self, result: Result) -> bool:
        """Whether more of a metric is only put in: "100x more data" is no effect."""
        facts = self.vocabulary[result.metric_concept].facts if result.metric_concept in self.vocabulary else {}
        return not facts.get("better") and fold(result.metric).rpartition(" ")[2] in self.inputs

    def is_share(self, result: Result) -> bool:
        """Whether the levels of a metric are percentages; "2% parameters" is a share of what others have."""
        known = result.metric_concept in self.vocabulary
        facts = self.vocabulary[result.metric_concept].facts if known else {}
        return facts.get("unit") == "%" and (facts.get("better") != "lower" or bool(_RATE.search(result.metric)))

    def is_level(self, place: QuantityPlace, result: Result) -> bool:
        """Whether the words around a number give a level where the result is a change: "achieves a 66% win rate"."""
        own = place.own.lstrip()
        is_named = result.unit == "%" and own.startswith(result.metric)
        if result.unit == "%" and _EXAMPLE.search(place.text[: place.quantity.start]):
            return True  # "surpasses others (e.g., 94.1%)"
        return is_named and not self.lexicon.cues(own[len(result.metric) :]) and place.keeps == place.cues != []

    def is_more(self, place: QuantityPlace, result: Result) -> bool:
        """Whether a number says how much more something changes: "35% greater length extension"."""
        behind = re.match(rf"\s\w+er {re.escape(result.metric)} ([a-z]+)\b", place.text[place.quantity.end :])
        return behind is not None and self.lexicon.group(behind[1]) in _CHANGED

    def unturned(self, metric: str, change: str, concept: str) -> str:
        """A metric without the noun that says its change: of "2x cost savings" it is the cost that is lower.

        Where no noun is left, its label: the computational cost is 16% lower, of "16% computational savings".
        """
        what, _, last = metric.rpartition(" ")
        is_turned = self.lexicon.group(fold(last)) == change == "decrease" and fold(last) not in self.losses
        if not what or not is_turned:
            return metric
        is_noun = " " in what or tagged(what, 0, len(what))[0][-1].tag != "JJ"
        return what if is_noun else self.vocabulary[concept].label["en"] if concept in self.vocabulary else ""

    def of_speed(self, metric: str, result: Result, place: QuantityPlace) -> str:
        """A metric with "speed" where that is meant: "2x practical speedup", "2x faster training"."""
        own, (of, _, last) = place.own, metric.rpartition(" ")
        if last == SPEED and of.isalpha() and tagged(of, 0, len(of))[0][0].tag == "JJ":
            is_said = re.search(rf"\b{re.escape(of)}\W(?:[\w-]+\W)?(?:speed|accelerat|fast)", place.text)
            metric = metric if is_said else SPEED  # "compatible with Finch, with speedups"
        if metric.endswith("speedup"):
            return metric.removesuffix("up")
        if (work := _FASTER_WORK.match(own)) and metric == f"{work[2]} {SPEED}":
            return f"{work[1]} {SPEED}"  # "3x faster attention training"
        is_bare = metric in ("speed", "speeds", DEFAULT)
        if is_bare and (kind := _KIND_OF_SPEEDUP.match(own)):
            return f"{kind[1]} {SPEED}"  # "3x eight-GPU speedup"
        deed = (_FASTER.match(own) or _SPEEDUP.match(own)) if is_bare else None
        if deed and (fold(deed[1]) in self.vocabulary.cues("outcome-speed-of") or deed[1].endswith(("ion", "ing"))):
            return f"{deed[1]} {SPEED}"
        is_deed = fold(metric.rpartition(" ")[2]) in self.vocabulary.cues("outcome-speed-of")
        is_gain = result.change == "increase" and result.unit == "x"
        return f"{metric} {SPEED}" if is_deed and is_gain else metric

    def agrees(self, place: QuantityPlace, result: Result) -> bool:
        """Whether the words that belong to a number say nothing else than its result: no loss, no other metric."""
        own, concept = place.own, result.metric_concept
        named = {m.concept for m in self.vocabulary.match(own) if m.type == "metric"}
        if named and concept in self.vocabulary and concept not in named and not self.lexicon.cues(own):
            return False
        cues = {cue.word.rstrip("s"): cue.group for cue in (*self.lexicon.cues(own), *place.cues)}
        if "speed" in [cue.group for cue in self.lexicon.cues(own)]:
            is_time = bool(_TIME.search(result.metric))  # "1.3x speedup for attention computation" is not less of it
            is_less = is_time and self.lexicon.is_lower_better(result.metric) and result.change == "decrease"
            return is_less or bool(_FAST.search(result.metric))
        is_loss = not self.vocabulary.cues("outcome-loss").isdisjoint(cues)
        is_drop = not self.losses.isdisjoint(cues)
        return not is_loss if self.lexicon.is_lower_better(result.metric) else not is_drop

    def place(self, found: EntryResult) -> QuantityPlace | None:
        """The number of a result in its sentence."""
        text = plain(found.sentences()[1])
        numbers: list[Quantity] = quantities(text)
        found_at = [i for i, number in enumerate(numbers) if number.value == found.result.value]
        at = next((i for i in found_at if numbers[i].unit == found.result.unit), next(iter(found_at), -1))
        return QuantityPlace(Stated(text, numbers, self.lexicon.cues(text), [], {}, ""), at) if at >= 0 else None

    def is_against(self, place: QuantityPlace, result: Result) -> bool:
        """Whether the words of comparison next to a number name the baseline: "41% less than B", "beats B by 41%"."""
        number, others, baseline = place.quantity, self.baselines.compared(place.text), result.baseline
        named = [o for o in others if o.text == baseline and not _EQUAL.match(place.text, o.start)]
        behind = [o for o in named if o.start >= number.end and not _APART.search(place.text, number.end, o.start)]
        behind = [o for o in behind if not self._is_of_another(place.text[number.end : o.start], result)]
        behind = [o for o in behind if not (o.marker.startswith("win") and " and " in place.text[number.end : o.start])]
        near = (o for o in others if o.start >= number.end and not _APART.search(place.text, number.end, o.start))
        if behind or any(near):
            return bool(behind)
        opening = [o for o in named if not place.text[: o.start].strip() and o.marker.startswith("compared")]
        ends = [place.text.find(baseline, other.start) + len(baseline) for other in named]
        return bool(opening) or any(_BY.fullmatch(place.text, end, number.start) for end in ends)

    def _is_of_another(self, between: str, result: Result) -> bool:
        """Whether what is compared is another metric: "80% less cache with better accuracy than B"."""
        beside = between.partition(" with ")[2]
        return any(m.type == "metric" and m.concept != result.metric_concept for m in self.vocabulary.match(beside))

    def whole_metric(self, place: QuantityPlace, metric: str) -> str:
        """A metric of one word with the noun or compound before it next to the number: "compression latency"."""
        if metric.startswith("average ") and f"mean {metric}" in place.text:
            return f"mean {metric}"
        if not metric.islower():
            return metric
        number, joint = place.quantity, "-" if " " in metric else " "  # "input-token cost", "compression latency"
        found = [
            one
            for one in re.finditer(
                rf"(?<![\w-])(?P<kind>[a-z]+(?:-[a-z]+)*)(?P<joint>[ -]){re.escape(metric)}\b", place.text
            )
            if one["joint"] == joint or one["kind"] in listed("clause.scopes")  # "maximum memory usage"
        ]
        found = [one for one in found if one.end() <= number.start or one.start() >= number.end]  # "points" is a unit
        near = min(
            found, key=lambda one: min(abs(one.start() - number.end), abs(one.end() - number.start)), default=None
        )
        if not near or any(
            c in ",;:" for c in place.text[min(near.end(), number.end) : max(near.start(), number.start)]
        ):
            return metric
        kind = near["kind"]
        general = self.lexicon.qualifiers | self.conditions | self.vocabulary.cues("outcome-generic-baseline")
        first, _, last = kind.rpartition("-")
        if fold(kind) in general or not kind.isascii() or (first and self.lexicon.group(last)):
            return metric
        is_scope = kind in listed("clause.scopes")  # "global model accuracy"
        return near[0] if first or is_scope or tagged(kind, 0, len(kind))[0][-1].tag == "NN" else metric

    def is_cut(self, place: QuantityPlace, baseline: str) -> bool:
        """Whether the words of a baseline go on: "RAG systems" before "built on Finch", "Finch" before "decoding"."""
        at = max(place.text.find(baseline, place.quantity.end), 0) or place.text.find(baseline)
        behind = _GOES_ON.match(place.text, at + len(baseline)) if at >= 0 else None
        if at >= 0 and FIRST_OF_LIST.match(place.text, at + len(baseline)):
            return True  # "Finch", of "Finch (v2), Wren and Plover"
        if not behind:
            return False
        if behind["name"] or behind["verb"]:  # "FP16", of "the FP16 4-step model"; "sampling without replacement"
            return bool(behind["name"]) or behind["verb"] == "without" or _SEVERAL.search(baseline) is not None
        if behind["part"]:
            return self.is_variant(behind["part"])
        if behind["word"] == "of":
            return True  # "linear fitting", of "linear fitting of depths"
        word = behind["word"]
        is_frame = any({fold(word), fold(word).rstrip("s")} & self.vocabulary.cues(name) for name in _FRAMES)
        return not is_frame and tagged(word, 0, len(word))[0][0].tag in ("NN", "NNS")

    def is_variant(self, part: str) -> bool:
        """Whether words behind "with" make a thing another: "Finch with pruning", not "with 2% loss"."""
        words = fold(part).split()
        is_measured = words[-1] in self.lexicon.metric_heads and len(words) <= _FEW
        is_measured = is_measured or any(match.type == "metric" for match in self.vocabulary.match(part))
        return not is_measured and not any(map(str.isdigit, part))

    def plain_form(self, place: QuantityPlace, baseline: str) -> str:
        """A baseline with the words before it that say which of them: "best kernel", "existing kernels"."""
        word = re.compile(rf"(?<!\w){re.escape(baseline)}(?!\w)") if baseline else None
        named = (word.search(place.text, place.quantity.end) or word.search(place.text)) if word else None
        before = place.text[: named.start()].split()[-2:] if named else []
        is_class = is_kind(baseline) or (baseline.isalpha() and baseline.isupper())
        several = is_class and baseline[:1].islower() and baseline.endswith("s")
        known = self.plain | (self.conditions if several else self.earlier if is_class else frozenset())
        is_telling = [fold(word) in known or tagged(word, 0, len(word))[0][0].tag == "JJS" for word in before]
        told = before if all(is_telling) else before[-1:] if is_telling[-1] else []
        if not told and before and _MADE.fullmatch(" ".join(before)):
            told = before[-1:]  # "a compressed tree" is not any
        return of_kind(place.text, baseline) or " ".join([*told, baseline])


def _names(mention: Mention) -> tuple[str, ...]:
    return mention.surface, mention.canonical, *mention.aliases
