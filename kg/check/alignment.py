"""How a claim and a sentence of a paper compare, as features: number, unit, bound, direction, names and words.

Words are aligned by their embeddings in context, as in BERTScore (Zhang et al., 2020). What is swapped in a claim is a
word that aligns with nothing, or with words that belong to another number of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kg.check.claim_amounts import AGREEMENTS, Amount, agreement, clause, comparing, opposites
from kg.check.paper_text import AnalyzedText, PaperText, Sentence, Word
from kg.model import Result
from kg.query.cited import CitedClaim
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

APART = ("", "other unit")  # agreements of numbers that do not agree
_TYPES = ("hardware", "model", "dataset", "metric")
#: Groups of cues that say which way something goes.
_WAYS = {
    "up": ("outcome-increase",),
    "down": ("outcome-decrease",),
    "good": ("outcome-improve", "outcome-win", "outcome-speed", "outperform"),
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
    def lacking(self) -> list[str]:
        """The names of the claim, but those of its subject, that the paper never has."""
        return [one[0] for one in self.claim.names if fold(one[0]) not in self._subject and self.paper.lacks(one[0])]

    @cached_property
    def has_rival(self) -> bool:
        """Whether the sentence has another name in the place of one that the paper lacks: FP8 for FP4."""
        forms = {_form(one) for one in self.lacking}
        of_form = any(_form(one[0]) in forms and one[0] not in self.claim.text for one in self.sentence.names)
        return of_form or any(self._of_all[f"{kind} instead"] for kind in _TYPES)

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

    def is_turned(self, match: NumberMatch) -> bool:
        """Whether claim and sentence say that the number goes up and down, or the other way round."""
        return {_way(self.claim, match.own), _way(self.sentence, match.held)} == {"up", "down"}

    @cached_property
    def cover(self) -> float:
        """The share of the claim's words that the sentence has, by weight."""
        return self._share(self._near[0])

    def _share(self, values: npt.NDArray[np.float32]) -> float:
        weights = np.array([one.weight for one in self.words], np.float32)
        return float((weights * values).sum() / weights.sum()) if len(weights) else 1.0

    def features(self, match: NumberMatch) -> dict[str, float]:
        """The features of the comparison of a number of the claim, or of the claim as a whole."""
        return self._of_all | dict(chain(self._of_number(match), self._of_slots(match)))

    @cached_property
    def _of_all(self) -> dict[str, float]:
        """The features that all numbers of the claim share."""
        return dict(chain(self._of_words(), self._of_types(), self._of_subject()))

    def _of_words(self) -> Iterator[tuple[str, float]]:
        near, _ = self._near
        in_paper = np.array([one.fold in self.paper.folds for one in self.words], bool)
        yield "cover", self.cover
        yield "names missing in paper", float(len(self.lacking))
        for name, lacks in (
            ("here", near < _ALIKE),
            ("paper", ~in_paper),
            ("both", ~in_paper & (near < _ALIKE)),
        ):
            yield f"count missing {name}", float(lacks.sum())
        mine, theirs = self.claim.folds - self.sentence.folds, self.sentence.folds - self.claim.folds
        yield "opposed", float(sum(bool(opposites().get(one, frozenset()) & theirs) for one in mine))

    def _of_subject(self) -> Iterator[tuple[str, float]]:
        """Whether the subject is what something is compared with: "A beats B" of B."""
        for name, wording in (("claim", self.claim), ("paper", self.sentence)):
            place = _rival(wording)
            own = [one.start in place for one in wording.words if one.fold in self._subject]
            yield f"subject rival in {name}", float(any(own))
            yield f"subject first in {name}", float(bool(own) and not own[0])

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
        pair = (own.bound, held.bound) if own and held else ("", "")
        tops, floors = ("up_to", "at_most"), ("at_least",)
        crossed = (pair[0] in tops and pair[1] in floors) or (pair[0] in floors and pair[1] in tops)
        # "over twice as fast" is true of 2.2x, and "less than a tenth" of over 90 % less.
        yield "turned bound", float(crossed and match.agreement in ("same", "unitless"))
        yield "average for top", float("average" in pair and bool({*pair} & {"up_to", "at_least", "at_most"}))

    @staticmethod
    def _noun(wording: AnalyzedText, amount: Amount | None) -> str:
        """The word right behind a number."""
        if amount is None or wording.english is not wording.text:
            return ""
        return next((one.fold for one in wording.words if 0 <= one.start - amount.end <= 2), "")

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


def _way(wording: AnalyzedText, amount: Amount | None) -> str:
    """Where the cue nearest to a number says that something goes: "up", "down" or ""."""
    if amount is None or wording.text.startswith((" of ", "的"), amount.end):  # "a third of the time" is what is left
        return ""
    first, last = clause(wording.text, amount.start, amount.end)
    cues, found, said = _cues(wording.vocabulary), [], tokens(wording.text[first:last])
    for one, after in zip(said, [*said[1:], None], strict=True):
        is_bound = after is not None and after.fold == "than" and 0 <= amount.start - first - after.end < _NEXT
        names = {one.fold, f"{one.fold} {after.fold}" if after else ""}  # 增加 are two
        for way in ("up", "down") if not is_bound else ():
            if names & cues[way] or (way == "up" and names & (cues["good"] - cues["down"])):
                found.append((abs(first + one.start - amount.end), way))
    return min(found)[1] if found else ""


def is_bare(match: NumberMatch) -> bool:
    """Whether a number in words, without a unit, agrees with none: "two" of "two things" is no claim."""
    return match.own is not None and match.own.is_word and not match.own.unit and match.agreement in APART


def _form(name: str) -> str:
    """A name with a zero for each of its digits."""
    return "".join("0" if one.isdigit() else one for one in name.casefold())


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
