"""Which results a sentence may tell: sure ones whose own sentence bears out metric, direction, baseline and setting.

A result that fails is left to its quotation. The text is read once more with the grammar of outcomes (kg.extract), for
what a trained judge overlooks shows in the words around the number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.extract.baselines import Baselines
from kg.extract.governing import KEEPING
from kg.extract.numbers import Quantity, plain, quantities
from kg.extract.outcomes import QuantityPlace, Stated, outcome_lexicon
from kg.extract.speech import tagged
from kg.model import Mention, Paper, Record, Result
from kg.text import fold
from kg.views.bounds import bound_of
from kg.views.clause import ClauseReader, has_turn, is_listed
from kg.views.compared import FIRST_OF_LIST, compared, is_over_more, of_kind
from kg.views.latex import quotable
from kg.views.selection import Borne, EntryResult
from kg.views.setting import AVERAGE, BESIDE, SettingReader, placed
from kg.views.wording import Wording
from kg.views.words import PageWords, listed, pattern
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.views.selection import Selection

#: A share that is kept of something: "retains 94% of the accuracy".
KEPT = "kept"
#: The metric of a speedup that does not say of what.
SPEED = "speed"
_THOUSANDS = re.compile(r"(?<=\d) , (?=\d{3}(?!\d))")  # LaTeX's "4{,}918"
_WITHIN = re.compile(r"\bwithin\s+(?:about\s+|only\s+|just\s+)?\S+(?:\s\S+)?$")  # "within 4%" is no gain
_EXAMPLE = re.compile(r"\((?:e\.g\.|i\.e\.|for example),?\s*$", re.IGNORECASE)
_GLUED = re.compile(r"-\s?[^\W\d]")  # "50%-reduced features"
#: Words before what is as good, over which no gain is told: "2x faster at a quality comparable to Finch".
_EQUAL = re.compile(r"on par|comparable|equivalent|similar|close to|match", re.IGNORECASE)
_OURS = re.compile(r"\bour (?:proposed )?(\w+)", re.IGNORECASE)
_POINT = re.compile(r"\bat\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,3}(?:of\s+)?$")
_OWN_SPEED = re.compile(r"\b((?!(?:higher|better|both|achieves?|the|a) )[a-z]+(?:-[a-z]+)* (?:speed|throughput))s?\b")
_RESOLUTION = re.compile(r"\b\d{3,4}\s?[x×]\s?\d{3,4}\b|\b\d{3,4}p\b")
_MEETING = r"\bwhile <clause.meeting>\s[^,;:.()]+"
_THE_SAME = re.compile(r" (?:at|for|in|of|on|with) the same [\w-]+$")  # as what, only the sentence says
_OF = re.compile(r"\s*of\s")
_OF_THEIRS = re.compile(r"\s*of\s+their\b")  # "retains 90% of their accuracy": of whose, only its sentence says
_FROM = re.compile(r"(?<!ranging )(?<!range )(?<!varying )\bfrom\s+\S*\s*$")
_FAST = re.compile(r"speed|throughput|rate")
_TIME = re.compile(r"time|latency|delay|duration|TTFT|TPOT|TBT", re.IGNORECASE)
_HOW = re.compile(r"^(?:(?:near-)?linear|proportional|consistent|substantial) (?=.)")  # says how much, not of what
_RATE = re.compile(r"(?:rates?|ratio|errors?|share|overhead|WER|CER)$")
_APART = re.compile(r"[,;:()\d]")
_IS = re.compile(r"(?:The|This|These) (?:[\w-]+ )*?(?P<noun>[\w-]+) (?:is|are) ")
_OUR_PARTS = re.compile(
    r"Our (?:[\w-]+ )*?(?P<noun>[a-z-]+s) (?:achieve|deliver|reach|yield|reduce|improve|provide|attain)\b"
)
_MORE = re.compile(
    r"\b(?:additional|further|extra)\s(?:[\w-]+\s){0,2}$"
)  # than what was told before: "an additional 2x"
#: Before a number: "is on par with Finch while cutting costs by", over which it is only the sense tells.
_BESIDES = r"(?i)(?:additionally|furthermore|in addition|moreover),? <proposal.subjects> (?:also )?<proposal.verbs>\b"
_TIED = re.compile(
    r"\b(?:on par with|comparable (?:to|with)|similar to|equivalent to|competitive with) [^,;:()]+?,? while "
    r"(?:[a-z]+ly )?[a-z]+ing\b[^,;:()\d]*$"
)
_BY = re.compile(r"\s*by\s*(?:up to |over |about |an? )?", re.IGNORECASE)
_DEFAULT = "inference speed"  # the metric of a plain "3x faster" in a record
_STAGE = re.compile(r"[^,;:()]*?\b(?:during\s+(?:the\s+)?(?P<during>[\w-]+)|(?P<stage>[\w-]+)\s+(?:stage|phase)s?\b)")
_PART = re.compile(r"\s*(?:[a-z][\w-]*\s){1,2}(?:in|for)\s(?P<part>[A-Z][\w-]*[A-Z][\w-]*)")
_CHANGED = ("decrease", "increase", "improve")  # groups of words behind which no metric stands
_SEVERAL = re.compile(r"(?:\b[a-z-]+|[A-Z])s$")  # "systems", "VLMs"
_WITH_PART = r"with (?P<part>(?:(?!\b(?:while|and|at|on|in|over|by)\b)[^,;:()])+)"
_GOES_ON = re.compile(
    r"\s(?:(?P<verb>(?:built|based|trained|running|using|without|that|designed|accelerated|equipped|augmented)\b)|(?P<name>\d+-[a-z]|[A-Z][a-z]+\b)|"
    rf"{_WITH_PART}|(?P<word>[a-z]+(?:-[a-z]+)*)\b)"
)
_FRAMES = ("label-frame-technique", "label-form-technique", "outcome-generic-baseline", "model-frame")
_KINDS = ("label-frame-technique", "label-form-technique")  # cues of words behind the name of a technique
_LEVELS = re.compile(r"\([\d.]+\s?%? to [\d.]+\s?%?$")  # before and after: "improves accuracy (76% to 82%)"
_ORIGIN, _LEVEL = 48, 24  # letters of "from" and two numbers with their units, of two levels
_FEW = 2  # words of a metric with what is said of it
_ACCELERATED = re.compile(
    r"\b(?:accelerates?|speeds? up) "
    r"((?:(?!inference\b)[a-z-]+ ){0,2}(?:[a-z-]+(?:ion|ing)|(?<=[a-z] )inference)) (?:by )?$"
)
_FASTER = re.compile(r"\s*faster ([a-z]+(?:-[a-z]+)?)\b")
_SPEEDUP = re.compile(r"\s*([a-z]+) speedups?\b")  # "6x distillation speedup"
_FASTER_WORK = re.compile(r"\s*faster (([a-z]+) [a-z]+(?:ing|ion))\b")
_KIND_OF_SPEEDUP = re.compile(r"\s*(\w+[ -](?:step|GPU|node|core|device|layer|chip|kernel)) speedups?\b")
_BUT = re.compile(r"[^.;()]{0,60}\((?:without|excluding|except)\b")
_COMPRESSION = re.compile(r"\s(?:[\w-]+ ){0,3}compression\b")
_POINTS = re.compile(r"\s?[a-z]+ points?\b")  # behind the sign of percent: "23% accuracy points"


def borne(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[Borne]:
    """The results of a paper, each with what a sentence may tell of it; read once for all parts of a view."""
    key = (paper.id, *fields)
    if key not in shown.borne:
        shown.borne[key] = [(one, borne_out(shown, one)) for one in shown.outcomes(paper, fields)]
    return shown.borne[key]


def borne_out(shown: Selection, found: EntryResult) -> Result | None:
    """The result as a sentence may tell it, without a baseline or setting that is not borne out; None if it may not.

    A kept share has the change "kept".
    """
    result, reader = found.result, _reader(shown.graph.vocabulary)
    if not result.sure or reader.is_own(found) or not reader.is_metric(result):
        return None
    if result.unit == "points" and not reader.has_points(result):
        return None
    if result.change == "increase" and reader.is_input(result):
        return None
    place = reader.place(found)
    if not place or reader.is_of_another_subject(found, place) or reader.is_by_part(found, place):
        return None
    behind = place.text[place.quantity.end :]
    if _GLUED.match(behind) or behind.startswith("...", 1) or _BUT.match(behind) or _MORE.search(place.ahead):
        return None  # "by 1% ... 3%"; "2x faster (without caching)"; "an additional 2x"
    condition = rf"\b(?:under|given)\s(?:[\w-]+\s){{0,3}}{re.escape(result.metric)}"
    if reader.is_of_part(found, place) or re.search(condition, place.text[: place.quantity.start], re.IGNORECASE):
        return None  # what a result was obtained under is not what was measured
    stage = _STAGE.match(place.text, place.quantity.end)
    if stage and fold(stage["during"] or stage["stage"]) not in fold(result.metric):
        return None  # of a part of the run alone: "3x during prefilling"
    low = result.value if isinstance(result.value, float | int) else result.value[0]
    if result.unit == "x" and result.change != "absolute" and low < 1:
        return None
    if not result.unit and result.change != "absolute" and reader.is_cost(result):
        return None  # "a reduction in model size of 0.41" does not say of what
    if result.unit in ("x", "%", "points") and (
        _POINT.search(place.ahead) or _WITHIN.search(place.text[: place.quantity.end])
    ):
        return None
    if result.unit == "x" and not place.quantity.unit:
        return None  # "lower by up to 33 in all" does not say of what
    if place.quantity.origin and not re.search(r"\bfrom\b", place.text[: place.quantity.end][-_ORIGIN:]):
        return None  # "reaches 0.97 to 0.98"
    if result.change != "absolute" and _LEVELS.search(place.text[: place.quantity.end][-_LEVEL:]):
        return None
    if result.change in ("increase", "decrease") and (reader.is_level(place, result) or reader.is_more(place, result)):
        return None
    if not reader.agrees(place, result) or _FROM.search(place.text[: place.quantity.start + 5]):
        return None
    change, is_share = result.change, bool(_OF.match(place.text, place.quantity.end))
    is_kept = bool(KEEPING.search(place.ahead))
    if change == "absolute" and result.unit != "%" and is_kept:
        return None  # "2x faster while maintaining a PSNR of 29 dB": it says little alone
    if change == "absolute" and result.unit == "%" and (is_share or is_kept or not reader.is_share(result)):
        if not is_share or not is_kept or _OF_THEIRS.match(place.text, place.quantity.end):
            return None
        change = KEPT
    is_against = bool(place.quantity.origin) or reader.is_against(place, result)
    is_name = Wording(shown.graph.vocabulary).is_noun_phrase(result.baseline)
    is_level = change == "absolute" and not result.baseline[:1].isdigit()
    is_whole = is_against and is_name and not reader.is_cut(place, result.baseline)
    against = result.baseline if is_whole and change != KEPT and not is_level else ""
    if not against and change not in ("absolute", KEPT):
        against = _THE_SAME.sub("", compared(place, result, Wording(shown.graph.vocabulary)))
    if (
        not against
        and change != KEPT
        and not is_level
        and (
            is_over_more(place, result, found.sentences()[0], reader.clause.general)
            or _TIED.search(place.text[: place.quantity.start])
        )
    ):
        return None
    following = place.sentence.quantities[place.index + 1 : place.index + 2]
    if (
        against
        and following
        and _COMPRESSION.match(behind)
        and place.text.find(against, place.quantity.end) > following[0].start
    ):
        return None  # "9x compression and 2x faster than Finch": of what is compressed, or over Finch
    concept = result.baseline_concept if against == result.baseline else ""
    setting = reader.setting(found, place)
    if setting is None:
        return None
    if met := pattern(_MEETING).search(place.text, place.quantity.end):  # what a system must keep to is no side effect
        setting = BESIDE.join(filter(None, (setting, met[0].strip())))
    if change == "absolute" and set(_RESOLUTION.findall(place.text)) - set(_RESOLUTION.findall(setting)):
        return None  # "9 FPS", of "832x480 videos at 9 FPS"
    is_dealt_out = bool(pattern(r"\b(?:<clause.dealt_out>|respective)\b").search(place.text))
    if (is_dealt_out or is_listed(place)) and not has_turn(place, result, setting):
        return None
    if is_dealt_out and " and " in against:
        return None  # "9% and 8% lower than Finch and Wren, respectively"
    metric = result.metric.removeprefix("retained ") if change == KEPT else result.metric
    part = re.search(rf"\b{re.escape(metric)} of ((?:[a-z-]+ )?[a-z]+-[a-z]+ [a-z]+s)\b", place.text)
    # "memory usage of vocabulary-related components", "compression latency"
    metric = f"{metric} of {part[1]}" if part else reader.whole_metric(place, metric)
    if not (bound := bound_of(place, result, change)):
        return None
    clause = place.text[: place.quantity.end].split(";")[-1] + behind.split(";")[0]
    if not (metric := reader.unturned(_HOW.sub("", metric), change, result.metric_concept)):
        return None
    metric = reader.of_speed(metric, result, place)
    if metric in ("speed", "speeds") or (metric == _DEFAULT and not re.search(r"\binfer", clause, re.IGNORECASE)):
        own = _OWN_SPEED.search(place.own) or _OWN_SPEED.search(place.ahead)
        deed = _ACCELERATED.search(place.text[: place.quantity.start])
        metric = own[1] if own else f"{deed[1]} {SPEED}" if deed else SPEED  # "7x rendering speed"
    if (metric in reader.of_what and change != KEPT) or not reader.clause.is_named(result, place):
        return None
    words = f"{setting} {against} {metric} {result.metric} {found.record.name}"
    more = reader.clause.setting_of(place, replace(result, baseline=result.baseline or against), words)
    setting = BESIDE.join(part for part in (*setting.split(BESIDE), more) if part and part not in against)
    words = f"{words} {more}"
    if more is None or reader.clause.is_elsewhere(found, place, words):
        return None
    if not reader.clause.is_stated(found, place, words) or reader.clause.is_on_more(found, place, words):
        return None
    if reader.clause.is_narrowed(found, place, words, setting, against):
        return None
    if change == "absolute" and reader.clause.is_quality(result) and not setting and result.unit in ("%", "points", ""):
        return None  # a level says nothing without what it was measured on
    is_counted = metric.rpartition(" ")[2].removesuffix("s") in reader.clause.counted
    if not is_counted and re.search(rf"\b(?<!an )average {re.escape(result.metric)}\b", place.text):
        setting = BESIDE.join(part for part in setting.split(BESIDE) if part != AVERAGE)
        metric = f"average {metric}"
    unit = "points" if result.unit == "%" and _POINTS.match(place.text, place.quantity.end) else result.unit
    told = replace(result, change=change, metric=metric, bound=bound, setting=placed(setting, place.text), unit=unit)
    return replace(told, baseline=reader.plain_form(place, _THOUSANDS.sub(",", against)), baseline_concept=concept)


def is_bought(vocabulary: Vocabulary, found: EntryResult, told: Result) -> bool:
    """Whether a sentence says at what price a share is kept that is told: what else it makes less of."""
    reader = _reader(vocabulary)
    place = reader.place(found) if told.change == KEPT else None
    return place is not None and reader.clause.is_bought(place, f"{told.setting} {told.baseline}")


def is_metric_head(vocabulary: Vocabulary, word: str) -> bool:
    """Whether a folded word is one that names of metrics end with."""
    return word in _reader(vocabulary).lexicon.metric_heads


def is_of_own_part(vocabulary: Vocabulary, record: Record, name: str, text: str, ahead: str) -> bool:
    """Whether a sentence names, in its part `ahead`, something else that a paper proposes, and not `name`."""
    return _reader(vocabulary).is_of_own_part(record, name, text, ahead)


def is_variant(vocabulary: Vocabulary, behind: str) -> bool:
    """Whether the words behind a name make it another: "Finch with pruning", not "Finch with 2% loss"."""
    found = re.match(rf"\s{_WITH_PART}", behind)
    return found is not None and _reader(vocabulary).is_variant(found["part"])


def _names(mention: Mention) -> tuple[str, ...]:
    return mention.surface, mention.canonical, *mention.aliases


def sentence(found: EntryResult) -> str:
    """The repaired sentence of a result on one line, with LaTeX as text; "" if it is too long to quote."""
    return quotable(found.sentences()[1])


@lru_cache(maxsize=4)
def _reader(vocabulary: Vocabulary) -> _SentenceReader:
    return _SentenceReader(vocabulary)


class _SentenceReader:
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
        if words[0:1] == ["x"]:
            return False  # "512 [x 512 images]"
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
        return pattern(_BESIDES).match(ahead) is not None or self.is_of_own_part(
            found.record, found.record.name, place.text, ahead
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
        is_bare = metric in ("speed", "speeds", _DEFAULT)
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
        named = re.search(rf"(?<!\w){re.escape(baseline)}(?!\w)", place.text) if baseline else None
        before = place.text[: named.start()].split()[-2:] if named else []
        is_kind = baseline.rpartition(" ")[2].islower()
        several = is_kind and baseline[:1].islower() and baseline.endswith("s")
        known = self.plain | (self.conditions if several else self.earlier if is_kind else frozenset())
        is_telling = [fold(word) in known or tagged(word, 0, len(word))[0][0].tag == "JJS" for word in before]
        told = before if all(is_telling) else before[-1:] if is_telling[-1] else []
        return of_kind(place.text, baseline) or " ".join([*told, baseline])
