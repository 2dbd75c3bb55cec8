"""Extracts the quantitative outcomes of a paper: metric, value, unit, change, bound, baseline, setting.

Every quantity in the sentences about the paper's own work is parsed (`kg.extract.numbers`) and gets readings by the
words that govern it (`kg.extract.governing`). The reading, the metric and the baseline are chosen among candidates by
weights fitted to annotated papers (`kg.extract.weighing`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract import outcome_judge, outcomes_zh, respective
from kg.extract.baselines import Baselines
from kg.extract.component import field_text
from kg.extract.governing import LISTED, Governed, Grammar
from kg.extract.metrics import Metrics
from kg.extract.numbers import Quantity, plain, quantities
from kg.extract.outcomes import (
    NumberReading,
    QuantityPlace,
    Stated,
    expansions,
    first_value,
    frames_measure,
    outcome_lexicon,
    unit_of,
)
from kg.extract.settings import setting
from kg.extract.weighing import Weights, best, likelihood, of_all, shares, weights
from kg.model import LARGEST, Evidence, FieldSpan, Result
from kg.text import fold, nearest
from kg.vocabulary import Vocabulary

_OWN = re.compile(
    r"\b(?:we|ours?|us|this (?:paper|work|study|article|report|survey)|in this|"
    r"propos(?:e|es|ed|al)|(?:experiment|evaluation|result)s?)\b|本文|我们|该方法|实验"
)
_OPEN = re.compile(r"\(\s*$")
_GLUED = re.compile(r"(?:-(?!\s)|[A-Za-z@_/^:×]|\s?/\s?\d|\s?[x×]\s?\d)")
_CLOSED = re.compile(r"\s*[)}\]]\s*[a-z]")
_LEAST = 0.3  # likelihood that all of a result is right, from which it is said; of those below one in eleven is
_IN_CHINESE = 0.6  # likelihood of an outcome in a Chinese brief, whose last slot states nothing else
_BY_FORM = 0.98  # likelihood of a metric or baseline given by the form of the sentence
_ORIGIN = 0.9  # likelihood that the first value of "from A to B" is the baseline
_MOST = 30  # numbers of a sentence that are read; of 30,000 sentences of abstracts, the longest has 24
_OF_SCORES = ("", "%", "points")  # units of metrics that change by points
_NAMED = ("dataset", "model", "technique")


Scores = tuple[float, float, float, float]


class Scored(NamedTuple):
    """A reading of a number with the likelihood that it is an outcome of the paper."""

    governed: Governed
    reading: NumberReading
    likelihood: float


class Results:
    """Appends to `doc._.results`; needs `doc._.name` and, if there is no abstract, `doc._.brief`."""

    def __init__(self, vocabulary: Vocabulary, weights: Weights) -> None:
        self.vocabulary = vocabulary
        self.weights = weights
        self.lexicon = outcome_lexicon(vocabulary)
        self.grammar = Grammar(self.lexicon)
        self.metrics = Metrics(self.lexicon)
        self.baselines = Baselines(self.lexicon)

    def __call__(self, doc: Doc) -> Doc:
        for sentence, start in self.sentences(doc):
            doc._.results += [r for r in self.read(sentence, start, doc._.results) if _is_finite(r)]
        return doc

    def sentences(self, doc: Doc) -> Iterator[tuple[Stated, int]]:
        """The sentences that may state outcomes, with their offsets in the Doc."""
        field = "A" if field_text(doc, "A") else "B"
        explained: dict[str, str] | None = None
        before = ""
        rivals = [m.surface for m in doc._.mentions if m.type == "technique" and m.role == "baseline"][:3]
        for rank, (start, end) in enumerate(self.own_sentences(doc, field)):
            text = plain(doc._.text[start:end])
            found = [q for q in quantities(text) if not _is_label(q, text)][:_MOST]
            if found:
                explained = expansions(field_text(doc, field)) if explained is None else explained
                inside = [m for m in doc._.matches if start <= m.start and m.end <= end]
                spans = {kind: [m for m in inside if m.type == kind] for kind in ("metric", *_NAMED)}
                metrics = [(m.start - start, m.end - start, self.vocabulary[m.concept]) for m in spans["metric"]]
                names = [(m.start - start, m.end - start, m.type) for kind in _NAMED for m in spans[kind]]
                cues = self.lexicon.cues(text)
                frames = frames_measure(doc._.text) if any(q.unit == "FPS" for q in found) else ""
                mentions = [m for m in doc._.mentions if start <= m.start and m.end <= end]
                sentence = Stated(text, found, cues, metrics, explained, frames, names, doc._.name, before, rank)
                sentence.phrases = [(p.start - start, p.end - start) for p in doc._.phrases if start <= p.start < end]
                sentence.roles = [(m.start - start, m.end - start, f"{m.type} {m.role}".strip()) for m in mentions]
                sentence.rivals, sentence.tags, sentence.offset = rivals, doc._.tags, start
                yield sentence, start
            before = text

    def own_sentences(self, doc: Doc, field: str) -> Iterator[tuple[int, int]]:
        """The sentences from the first one about the paper's own work on; earlier ones are background."""
        begin, end = doc._.fields.get(field, (0, 0))
        if field == "B":  # the last slot of the brief states the outcomes
            effect = doc._.brief.effect
            at = doc._.text.find(effect, begin) if effect else -1
            if at >= 0:
                yield at, at + len(effect)
            return
        started = False
        for start, stop in doc._.sentences:
            if begin <= start and stop <= end:
                text = doc._.text[start:stop]
                started = started or bool(_OWN.search(text.lower())) or bool(doc._.name and doc._.name in text)
                if started:
                    yield start, stop

    def read(self, sentence: Stated, offset: int, before: list[Result]) -> Iterator[Result]:
        """The results of the sentence at `offset` of the Doc; `before` are those of earlier sentences."""
        last, against = before[-1].metric if before else "", ""
        for found in self.scored(sentence, before):
            if found and found.likelihood >= self.weights.least:
                place, reading = found.governed.place, found.reading
                metric, of_metric = self.metric(place, reading, last)
                against, of_baseline = self.baseline(place, reading, against)
                sure = self.sure(found.likelihood, of_metric, of_baseline)
                if sentence.tags is None or sure >= _LEAST:
                    for one in self.split(metric):
                        yield self.result(found, one, against, offset, (found.likelihood, of_metric, of_baseline, sure))
                last = metric

    def scored(self, sentence: Stated, before: list[Result]) -> list[Scored | None]:
        """The likeliest reading of each quantity of a sentence; None where there is no reading."""
        seen = {(r.value, r.unit) for r in before}
        return [self.likeliest(governed, seen) for governed in self.grammar.governed(sentence)]

    def likeliest(self, governed: Governed, seen: set[tuple[float | tuple[float, float], str]]) -> Scored | None:
        if outcomes_zh.is_chinese(governed.place):
            return Scored(governed, governed.taken, _IN_CHINESE) if governed.taken else None
        known = (governed.place.quantity.value, governed.place.quantity.unit) in seen
        options = []
        for reading in governed.readings:
            features = outcome_judge.features(governed, reading, self.lexicon, known)
            options.append(Scored(governed, reading, likelihood(self.weights.outcome, features)))
        return max(options, key=lambda option: option.likelihood, default=None)

    def metric(self, place: QuantityPlace, reading: NumberReading, last: str) -> tuple[str, float]:
        """The metric of a number, and the likelihood that it is right."""
        if outcomes_zh.is_chinese(place):
            return reading.metric, _IN_CHINESE
        for turn in filter(None, (respective.behind(place), respective.ahead(place))):
            members = [self.metrics.core_of(member) for member in turn.members]
            head = members[-1].rpartition(" ")[2]
            shared = [f"{word} {head}" if word.isalpha() and word.islower() else word for word in members[:-1]]
            shared += members[-1:]
            for each in (members, shared):  # "cuts training and inference times by 2x and 3x"
                if all(map(self.lexicon.is_metric, each)):
                    return self.lexicon.named(each[turn.members.index(turn.text)]), _BY_FORM
        if by_form := self.metrics.bracketed(place) or self.metrics.sped_up(place, reading):
            return by_form, _BY_FORM
        if signed := self.grammar.signed(place):
            return signed, _BY_FORM
        if reading.kind in LISTED and (said := self.grammar.before_by(place)):
            named = (
                last if last and said in place.sentence.models else said
            )  # "speeds up Plover by 2x and Corvid by 3x"
            return named, _BY_FORM
        if reading.metric.startswith("retained "):
            return reading.metric, _BY_FORM
        if beside := self.metrics.adjacent(place, reading):
            return self.lexicon.named(beside), _BY_FORM
        metric, likely = self.metrics.best(self.weights.metric, self.metrics.candidates(place, reading, last))
        return self.whole_metric(metric, place, reading), likely

    def whole_metric(self, metric: str, place: QuantityPlace, reading: NumberReading) -> str:
        """A metric with the cost that its number is of, and without the loss that the change says already."""
        if self.metrics.is_faster(place) and not self.metrics.is_speed(metric):
            return reading.metric if self.metrics.is_speed(reading.metric) else "inference speed"
        own, said = fold(place.own).split(), fold(metric).split()
        behind = own[len(said) :] if own[: len(said)] == said else None
        if behind and self.lexicon.is_cost(behind[0]):
            return f"{metric} {behind[0]}"  # "0.4% throughput overhead"
        head, _, lost = metric.rpartition(" ")
        governs = behind is not None or place.text.startswith(lost, reading.span[0])
        if governs and head and reading.change == "decrease" and self.lexicon.is_loss(lost):
            return head  # "a 1% accuracy loss" and "accuracy drops by 1%" are of accuracy, which decreases
        return metric

    def baseline(self, place: QuantityPlace, reading: NumberReading, last: str) -> tuple[str, float]:
        """The named baseline of a number, "" if there is none, and the likelihood that it is right."""
        said = self.baselines.chosen_by_form(place)
        if said is not None:
            is_named = not place.quantity.origin and not outcomes_zh.is_chinese(place)
            return said, _BY_FORM if is_named else _ORIGIN
        return best(shares(self.weights.baseline, self.baselines.candidates(place, reading, last)))

    def sure(self, outcome: float, metric: float, baseline: float) -> float:
        """The likelihood that all parts of a result are right, from the likelihoods of its parts."""
        return of_all(self.weights.full, outcome, metric, baseline)

    def split(self, metric: str) -> list[str]:
        """Split "FLOPs and latency" into two metrics that share one number."""
        parts = metric.split(" and ")
        known = [self.lexicon.metric(p) or (len(p.split()) <= 3 and self.lexicon.lower.search(p)) for p in parts]
        return [self.lexicon.named(p) for p in parts] if len(parts) == 2 and all(known) else [metric]

    def result(self, found: Scored, metric: str, baseline: str, offset: int, scores: Scores) -> Result:
        """The result of a number, with the scores of its value, metric, baseline and of all of it."""
        place, reading = found.governed.place, found.reading
        unit, change = unit_of(place, reading), reading.change
        known = self.lexicon.metric(metric)
        if unit == "points" and place.quantity.unit == place.quantity.sign == "" and known:
            unit = "points" if known.facts.get("unit", "") in _OF_SCORES else "x"  # "reduces peak memory by 2.2"
        if change in ("increase", "decrease") and _is_improved(place, reading):
            change = "decrease" if self.lexicon.is_lower_better(metric) else "increase"
        said = setting(place, metric, baseline, self.lexicon)
        named = zip(("metric", "baseline", "setting"), (metric, baseline, said), scores[1:], strict=True)
        spans = [("value", (place.quantity.start, place.quantity.end), scores[0])]
        spans += [
            (n, at, score) for n, words, score in named if (at := nearest(words, place.text, place.quantity.start))
        ]
        return Result(
            evidence=Evidence("", "", offset + reading.span[0], offset + reading.span[1]),
            metric=metric,
            value=place.quantity.value,
            unit=unit,
            change=change,
            bound=place.quantity.bound,
            baseline=baseline,
            setting=said,
            extractor="results/2",
            confidence=round(scores[-1], 3),
            spans=tuple(FieldSpan(name, offset + s, offset + e, round(score, 3)) for name, (s, e), score in spans),
        )


def _is_improved(place: QuantityPlace, reading: NumberReading) -> bool:
    """Whether a number is an improvement, which way that may be: "improves throughput by 75% and latency by 39%"."""
    cues = [cue.group for cue in place.sentence.cues if cue.end <= place.quantity.start and cue.group != "keep"]
    in_list = reading.kind in LISTED or reading.kind == "loose"
    return reading.kind == "improve" or (in_list and cues[-1:] == ["improve"] and not place.cues)


def _is_finite(result: Result) -> bool:
    values = result.value if isinstance(result.value, tuple) else (result.value,)
    return all(abs(value) <= LARGEST for value in values)


@Language.factory("kg_results")
def make_results(nlp: Language, name: str) -> Results:
    return Results(Vocabulary.load(), weights())


def _is_label(quantity: Quantity, text: str) -> bool:
    """Whether a bare number is part of a name or a list mark: "3D", "8-bit", "(1)"."""
    if quantity.unit or quantity.origin:
        return False
    if _GLUED.match(text, quantity.end):
        return True
    listed = first_value(quantity).is_integer() and not quantity.sign
    return listed and bool(_OPEN.search(text[: quantity.start]) or _CLOSED.match(text, quantity.end))
