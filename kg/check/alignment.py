"""How a claim and a sentence of a paper compare, as features: number, unit, bound, direction, names and words.

Words are aligned by their embeddings in context, as in BERTScore (Zhang et al., 2020). What is swapped in a claim is a
word that aligns with nothing, or with words that belong to another number of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kg.check.claim_amounts import AGREEMENTS, Amount, agreement, clause, comparing, opposites
from kg.check.paper_text import AnalyzedText, PaperText, Sentence, Word
from kg.model import Result
from kg.query.cited import CitedClaim
from kg.text import tokens
from kg.vocabulary import Vocabulary

APART = ("", "other unit")  # agreements of numbers that do not agree
_TYPES = ("hardware", "model", "dataset", "metric", "technique", "topic")
_BOUNDS = ("exact", "about", "up_to", "at_least", "at_most", "average")
#: Groups of cues that say which way something goes.
_WAYS = {
    "up": ("outcome-increase",),
    "down": ("outcome-decrease",),
    "good": ("outcome-improve", "outcome-win", "outcome-speed", "outperform"),
    "bad": ("outcome-loss", "lose"),
    "keep": ("equate",),
    "no": ("negate",),
}
_ALIKE = 0.62  # cosine of two words from which they count as one
_HELD = (1.0, 0.9, 0.7, 0.8, 0.6, 0.5, 0.6, 0.0)  # what an agreement counts for a sentence, by AGREEMENTS
_TITLE = 0.4  # what a title counts less
_NEXT = 4  # characters between what bounds a number and the number
_RANKED = 6  # sentences whose words are aligned
_LONGEST = 60  # words of a claim or sentence that are aligned


class NumberMatch(NamedTuple):
    """A number of a claim, that of a sentence which it is compared with, and how they agree (one of AGREEMENTS)."""

    own: Amount | None
    held: Amount | None
    agreement: str


class Alignment:
    """The words of a claim aligned with those of a sentence."""

    def __init__(self, claim: AnalyzedText, sentence: Sentence, paper: PaperText, subject: str) -> None:
        self.claim, self.sentence, self.paper = claim, sentence.wording, paper
        aside = self._subject = {one.fold for one in tokens(subject)}
        self.words = [one for one in claim.words if one.fold not in aside][:_LONGEST]
        self._kept = [at for at, one in enumerate(claim.words) if one.fold not in aside][:_LONGEST]
        self._sentence, self._results = sentence, sentence.results

    @cached_property
    def _concepts(self) -> dict[str, frozenset[str]]:
        """The concepts of the claim by type."""
        numbers = self.claim.amounts  # whose units are no metrics
        found = [m for m in self.claim.concepts if all(m.end <= one.start or one.end <= m.start for one in numbers)]
        return {kind: frozenset(m.concept for m in found if m.type == kind) for kind in _TYPES}

    @cached_property
    def _near(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
        """For each word of the claim how well the best of the sentence fits, and its number."""
        others = self.sentence.words[: 2 * _LONGEST]
        if not self.words or not others:
            return np.zeros(len(self.words), np.float32), np.zeros(len(self.words), np.intp)
        alike = self.claim.vectors[self._kept] @ self.sentence.vectors[: len(others)].T
        for row, one in enumerate(self.words):
            for column, other in enumerate(others):
                if one.fold == other.fold:
                    alike[row, column] = 1.0
                elif one.is_name or other.is_name:
                    alike[row, column] *= 0.7  # names of a kind are alike, and not the same
        return alike.max(1), alike.argmax(1)

    def cited(self, held: Amount | None) -> CitedClaim:
        """The sentence as evidence, on the words of one of its numbers."""
        return self._sentence.cited(held)

    def missing(self) -> list[str]:
        """The words of the claim that the sentence lacks, the rarest first."""
        near, text = self._near[0], self.claim.english
        lacking = [(one.weight, text[one.start : one.end]) for row, one in enumerate(self.words) if near[row] < _ALIKE]
        return list(dict.fromkeys(word for _, word in sorted(lacking, reverse=True)))

    def rivals(self, own: Amount) -> list[NumberMatch]:
        """Each other number of the sentence with the unit of one of the claim, as if the two agreed."""
        others = [one for one in self.sentence.amounts if one.unit == own.unit or one.low == own.low]
        noun = self._noun(self.claim, own) if own.is_word and not own.unit else ""
        return [
            NumberMatch(own, one, AGREEMENTS[0]) for one in others if not noun or noun == self._noun(self.sentence, one)
        ]

    @cached_property
    def matches(self) -> list[NumberMatch]:
        """Each number of the claim with the one of the sentence that agrees best."""
        out = []
        for own in self.claim.amounts:
            written = self.claim.text[own.start : own.end]
            ways = _way(self.claim, own)
            some = [
                NumberMatch(own, held, agreement(own, held, written, (ways, _way(self.sentence, held))))
                for held in self.sentence.amounts
            ]
            some.append(NumberMatch(own, None, ""))
            out.append(min(some, key=lambda one: (AGREEMENTS.index(one.agreement), one.held is None)))
        return out

    @cached_property
    def cover(self) -> float:
        """The share of the claim's words that the sentence has, by weight."""
        return self._share(self._near[0])

    def _share(self, values: npt.NDArray[np.float32]) -> float:
        weights = np.array([one.weight for one in self.words], np.float32)
        return float((weights * values).sum() / weights.sum()) if len(weights) else 1.0

    def features(self, match: NumberMatch) -> dict[str, float]:
        """The features of the comparison of a number of the claim, or of the claim as a whole."""
        own = (self._of_number, self._of_ways, self._of_place, self._of_slots)
        return self._of_all | {name: value for made in own for name, value in made(match)}

    @cached_property
    def _of_all(self) -> dict[str, float]:
        """The features that all numbers of the claim share."""
        return dict(chain(self._of_words(), self._of_types(), self._of_rivals()))

    def _of_words(self) -> Iterator[tuple[str, float]]:
        near, _ = self._near
        exact = near >= 0.999
        in_paper = np.array([one.fold in self.paper.folds for one in self.words], bool)
        names = np.array([one.is_name for one in self.words], bool)
        weights = np.array([one.weight for one in self.words], np.float32)
        yield "cover", self.cover
        yield "in paper", self._share(np.maximum(in_paper, near).astype(np.float32))
        yield "names missing in paper", float((names & ~in_paper).sum())
        yield "second least", float(np.sort(near)[1]) if len(near) > 1 else 1.0
        for name, lacks in (
            ("here", ~exact & (near < _ALIKE)),
            ("paper", ~in_paper),
            ("both", ~in_paper & (near < _ALIKE)),
        ):
            yield f"heaviest missing {name}", float((weights * lacks).max()) if len(near) else 0.0
            yield f"count missing {name}", float(lacks.sum())
        means = [one.mean(0) for one in (self.claim.vectors[self._kept], self.sentence.vectors) if len(one)]
        yield "cosine", float(means[0] @ means[1]) if len(means) == 2 else 1.0
        yield "least name", float(near[names].min()) if names.any() else 1.0

    def _of_types(self) -> Iterator[tuple[str, float]]:
        """For each type whether the sentence or paper has what the claim names, or others."""
        known: Vocabulary = self.claim.vocabulary
        here = frozenset(one.concept for one in self.sentence.concepts)
        kinds = {one.concept: one.type for one in self.sentence.concepts}
        for kind in _TYPES:
            lacks = elsewhere = has = 0
            for concept in self._concepts[kind]:
                near = {concept, *known.narrower(concept), *known.broader(concept)}
                has += bool(near & here)
                elsewhere += not near & here and bool(near & self.paper.concepts)
                lacks += not near & here and not near & self.paper.concepts
            rivals = any(other == kind and one not in self._concepts[kind] for one, other in kinds.items())
            yield f"{kind} here", float(has)
            yield f"{kind} elsewhere", float(elsewhere)
            yield f"{kind} lacking", float(lacks)
            yield f"{kind} instead", float(rivals and lacks + elsewhere > 0)

    def _of_number(self, match: NumberMatch) -> Iterator[tuple[str, float]]:
        own, held = match.own, match.held
        for name in AGREEMENTS:
            yield f"number {name}", float(own is not None and match.agreement == name)
        yield "no number", float(own is None)
        found = self.matches
        yield "numbers", float(len(found))
        there = sum(one.agreement not in APART for one in found if one.own != own)
        yield "numbers found", (there + (own is not None and match.agreement not in APART)) / max(len(found), 1)
        yield "small", float(own is not None and own.low <= 12 and own.low.is_integer() and own.unit == "")
        for bound in _BOUNDS:
            yield f"own {bound}", float(own is not None and own.bound == bound)
            yield f"held {bound}", float(held is not None and held.bound == bound)
        pair = (own.bound, held.bound) if own and held else ("", "")
        tops, floors = ("up_to", "at_most"), ("at_least",)
        yield "turned bound", float((pair[0] in tops and pair[1] in floors) or (pair[0] in floors and pair[1] in tops))
        yield "average for top", float("average" in pair and bool({*pair} & {"up_to", "at_least", "at_most"}))
        metrics = {one.metric_concept for one in self._results if held and held.low in _ends(one)} - {""}
        named = self._concepts["metric"]
        yield "other metric", float(bool(metrics and named) and not metrics & named)

    @staticmethod
    def _noun(wording: AnalyzedText, amount: Amount | None) -> str:
        """The word right behind a number."""
        if amount is None or wording.english is not wording.text:
            return ""
        return next((one.fold for one in wording.words if 0 <= one.start - amount.end <= 2), "")

    def _of_ways(self, match: NumberMatch) -> Iterator[tuple[str, float]]:
        """Which way claim and sentence go near the number."""
        own = self._ways(self.claim, match.own)
        held = self._ways(self.sentence, match.held)
        for name in _WAYS:
            yield f"only claim {name}", float(name in own and name not in held)
            yield f"only paper {name}", float(name in held and name not in own)
        turned = [("up", "down"), ("good", "bad"), ("down", "up"), ("bad", "good")]
        yield "turned", float(any(a in own and a not in held and b in held and b not in own for a, b in turned))
        here, there = _way(self.claim, match.own), _way(self.sentence, match.held)
        yield "nearest turned", float({here, there} == {"up", "down"})
        mine, theirs = self.claim.folds - self.sentence.folds, self.sentence.folds - self.claim.folds
        opposed = [one for one in mine if opposites().get(one, frozenset()) & theirs]
        yield "opposed", float(len(opposed))
        yield "opposed without number", float(bool(opposed) and match.own is None)
        for name in ("converted", "complement"):
            yield f"{name} same way", float(match.agreement == name and here == there)
            yield f"{name} other way", float(match.agreement == name and here != there)
        yield "Chinese", float(self.claim.english is not self.claim.text)

    def _ways(self, wording: AnalyzedText, amount: Amount | None) -> frozenset[str]:
        first, last = clause(wording.text, amount.start, amount.end) if amount else (0, len(wording.text))
        said = [one.fold for one in tokens(wording.text[first:last])]
        said += [f"{one} {other}" for one, other in pairwise(said)]
        return frozenset(name for name, cues in _cues(wording.vocabulary).items() if not cues.isdisjoint(said))

    def _of_place(self, match: NumberMatch) -> Iterator[tuple[str, float]]:
        """Whether the claim's words stand by the number in the sentence, or by another number."""
        near, at = self._near
        others = [one for one in self.sentence.amounts if one != match.held]
        own = crossed = heaviest = 0.0
        shares = self._shares(match.own)
        for row, one in enumerate(self.words):
            if near[row] < _ALIKE or match.held is None:
                continue
            word, weight = self.sentence.words[at[row]], one.weight * shares[row]
            place = _gap(self.sentence.text, word, match.held)
            nearest = min((_gap(self.sentence.text, word, other) for other in others), default=999.0)
            own += weight * (place <= nearest)
            crossed += weight * (place > nearest)
            heaviest = max(heaviest, weight * (place > nearest))
        yield "other numbers", float(len(others))
        yield "at the number", own / max(own + crossed, 1e-6)
        yield "heaviest at another", heaviest

    def _shares(self, own: Amount | None) -> list[float]:
        """How much each word of the claim belongs to one of its numbers: all, or little where another is nearer."""
        others = [one for one in self.claim.amounts if one is not own]
        if own is None or not others or self.claim.english is not self.claim.text:
            return [1.0] * len(self.words)
        text = self.claim.text
        nearest = [min(_gap(text, word, other) for other in others) for word in self.words]
        return [1.0 if _gap(text, word, own) <= gap else 0.3 for word, gap in zip(self.words, nearest, strict=True)]

    def _of_slots(self, match: NumberMatch) -> Iterator[tuple[str, float]]:
        """Whether the claim's words stand in the slots of the graph's result with the number, or of those beside it."""
        held = match.held
        slots = [(one, self._slot(one)) for one in self._results]
        own = [said for one, said in slots if held and held.low in _ends(one)]
        others = [said for one, said in slots if held and held.low not in _ends(one)]
        mine, theirs = frozenset().union(*own), frozenset().union(*others)
        shares = self._shares(match.own)
        weights = {one.fold: one.weight * share for one, share in zip(self.words, shares, strict=True)}
        near, at = self._near
        for row, one in enumerate(self.words):
            if near[row] >= _ALIKE:
                weights.setdefault(self.sentence.words[at[row]].fold, one.weight * shares[row])
        yield "results here", float(len(slots))
        yield "results with the number", float(len(own))
        all_words = sum(one.weight for one in self.words)
        yield "slots", sum(weights.get(fold, 0.0) for fold in mine) / all_words if all_words else float(bool(own))
        yield (
            "heaviest of another",
            max((weights.get(fold, 0.0) for fold in theirs - mine), default=0.0) if own else 0.0,
        )

    @staticmethod
    def _slot(one: Result) -> frozenset[str]:
        return frozenset(
            token.fold for said in (one.metric, one.baseline, one.setting, *one.on) for token in tokens(said)
        )

    def _of_rivals(self) -> Iterator[tuple[str, float]]:
        """Whether what the claim compares with is what the sentence compares with."""
        mine, theirs = _rival(self.claim), _rival(self.sentence)
        near, at = self._near
        only_claim = 0.0
        for row, one in enumerate(self.words):
            if near[row] >= _ALIKE and one.start in mine and self.sentence.words[at[row]].start not in theirs:
                only_claim = max(only_claim, one.weight)
        yield "rival only in claim", only_claim
        yield "compares claim", float(bool(mine))
        yield "compares paper", float(bool(theirs))
        for name, wording, place in (("claim", self.claim, mine), ("paper", self.sentence, theirs)):
            own = [one.start in place for one in wording.words if one.fold in self._subject]
            yield f"subject rival in {name}", float(any(own))
            yield f"subject first in {name}", float(bool(own) and not own[0])
        missing = [one.weight for row, one in enumerate(self.words) if one.start in mine and near[row] < _ALIKE]
        yield "rival missing", max(missing, default=0.0)


def _way(wording: AnalyzedText, amount: Amount | None) -> str:
    """Where the cue nearest to a number says that something goes: "up", "down" or ""."""
    if amount is None or wording.text.startswith((" of ", "的"), amount.end):  # "a third of the time" is what is left
        return ""
    first, last = clause(wording.text, amount.start, amount.end)
    cues, found, said = _cues(wording.vocabulary), [], tokens(wording.text[first:last])
    for one, after in zip(said, [*said[1:], None], strict=True):
        is_bound = after is not None and after.fold == "than" and 0 <= amount.start - first - after.end < _NEXT
        for way in ("up", "down") if not is_bound else ():
            if one.fold in cues[way] or (way == "up" and one.fold in cues["good"] - cues["down"]):
                found.append((abs(first + one.start - amount.end), way))
    return min(found)[1] if found else ""


def is_bare(match: NumberMatch) -> bool:
    """Whether a number in words, without a unit, agrees with none: "two" of "two things" is no claim."""
    return match.own is not None and match.own.is_word and not match.own.unit and match.agreement in APART


def _gap(text: str, one: Word | Amount, other: Word | Amount) -> float:
    """How far apart two places of a text are, in characters; marks between them count more."""
    first, last = (one, other) if one.start <= other.start else (other, one)
    between = text[first.end : last.start]
    return len(between) + 40.0 * sum(map(between.count, ",;:("))


def _ends(one: Result) -> tuple[float, ...]:
    return one.value if isinstance(one.value, tuple) else (one.value,)


def _rival(wording: AnalyzedText) -> frozenset[int]:
    """Where a text says what something is compared with: behind "than" or "over", to the end of the clause."""
    text = wording.english
    cues = [one for one in tokens(text) if one.fold in comparing()]
    return frozenset(at for one in cues for at in range(one.end, clause(text, one.start, one.end)[1]))


@cache
def _cues(vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """The forms of the cues that say which way something goes."""
    ends = ("", "ed", "d", "ing")
    out = {}
    for name, groups in _WAYS.items():
        cues = [cue for group in groups for cue in vocabulary.cues(group)]
        out[name] = frozenset([f"{cue}{end}" for cue in cues for end in ends] + [f"{cue[:-1]}ing" for cue in cues])
    return out


def ranked(claim: AnalyzedText, paper: PaperText, subject: str) -> list[Alignment]:
    """The sentences of a paper that fit a claim best, the best first: by its numbers, words, and what these mean."""
    own = {one.fold: one.weight for one in claim.words}
    total = sum(own.values()) or 1.0
    found = []
    for one in paper.sentences:
        common = sum(own[fold] for fold in own.keys() & one.wording.folds) / total
        aligned = Alignment(claim, one, paper, subject)
        held = [_HELD[AGREEMENTS.index(match.agreement)] for match in aligned.matches]
        found.append((common + sum(held) / max(len(held), 1) - _TITLE * (one.field == "T"), aligned))
    near = sorted(found, key=lambda pair: -pair[0])[:_RANKED]
    return [one for _, one in sorted(near, key=lambda pair: -pair[0] / 2 - pair[1].cover / 4)]
