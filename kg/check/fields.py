"""Compares a claim with the results of its paper, field by field: each field that differs by its words.

"supported" needs one result that agrees in value, bound, direction and metric, and has all that the claim names.
"contradicted" needs one of the same metric with all that the claim names, and a value, bound or direction that excludes
the claim's. All else is "not found", with the nearest result and the words that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kg.check.draft_claims import DraftClaim
from kg.check.held import HeldResult, PaperFields, names_of, words_of, written
from kg.check.value_match import compare, ends, same_metric
from kg.model import OBTAINED
from kg.query.cited import CitedClaim
from kg.trust import LIKELY
from kg.vocabulary import Vocabulary

STATUSES = ("supported", "contradicted", "not found")
#: Groups of cues whose words narrow no claim.
_GENERIC = (
    *("outcome-generic-baseline", "rivals", "label-frame-task", "dataset-frame", "model-frame", "label-modifier"),
    *("evaluate", "use", "combine", "leads-away", "clause", "outcome-no-setting"),
)


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """How a result of a paper compares with a claim."""

    held: HeldResult
    reason: str
    differs: tuple[str, ...]
    is_same_value: bool
    metric: str  # "same", "related" or ""
    excludes: bool
    is_elsewhere: bool  # the very value, of another device, model or data set

    @property
    def rank(self) -> tuple[int, bool]:
        """The nearest result first: with the fewest differences, sure."""
        return len(self.differs), not self.held.claim.sure


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim of a draft and what the graph says of it; `reason` is a key of the views' words."""

    claim: DraftClaim
    status: str  # one of STATUSES
    reason: str
    evidence: tuple[CitedClaim, ...] = ()  # what supports or contradicts it; where it is not found, what is nearest
    differs: tuple[str, ...] = ()  # words of the claim that the nearest result lacks, or has of another value

    def to_json(self) -> dict[str, Any]:
        """The claim in parts, its status, and the words of papers with their evidence ids."""
        claim = self.claim
        said = {"status": self.status, "reason": self.reason, "kind": claim.kind, "claim": claim.words}
        place = {name: getattr(claim, name) for name in ("subject", "papers", "sentence", "start", "end")}
        shown = "evidence" if self.status != "not found" else "nearest"
        differs = {"differs": list(self.differs)} if self.differs else {}
        return said | differs | claim.says() | place | {shown: [one.to_json() for one in self.evidence]}


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims of a draft with their verdicts, in its order."""

    verdicts: tuple[ClaimVerdict, ...]
    cut: int = 0  # sentences that were too long to be read to their end

    def counts(self) -> dict[str, int]:
        """How many claims there are of each status."""
        found = Counter(one.status for one in self.verdicts)
        return {status: found[status] for status in STATUSES}


class FieldChecker:
    """Compares claims with results."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.known = vocabulary

    def verdict(self, claim: DraftClaim, papers: Iterable[PaperFields]) -> ClaimVerdict:
        """The verdict of the result that agrees in most; a contradiction needs one that agrees in all but the value."""
        found = [self._match(claim, held, paper) for paper in papers for held in paper.results]
        matches = [one for one in found if one]
        exact = {one.held.sentence for one in matches if one.metric == "same"}
        alike = sorted((one for one in matches if one.is_same_value), key=lambda one: one.rank)
        fitting = [one for one in alike if not one.differs and (one.metric == "same" or one.held.sentence not in exact)]
        is_sure = claim.is_named and len(claim.papers) == 1
        against = [one for one in matches if one.excludes and is_sure]
        elsewhere = [one for one in alike if one.is_elsewhere and is_sure]
        near = alike or sorted((one for one in matches if one.metric), key=lambda one: one.rank)
        is_one = len({(ends(one.held.result), one.held.result.change) for one in against}) == 1
        excluding = (against if is_one else []) or elsewhere
        ways = (("supported", fitting), ("contradicted", excluding), ("not found", near))
        for status, best in ((status, some[0]) for status, some in ways if some):
            return ClaimVerdict(claim, status, best.reason, (best.held.claim,), best.differs)
        return ClaimVerdict(claim, "not found", "no_claim" if claim.kind == "result" else "no_metric")

    def _match(self, claim: DraftClaim, held: HeldResult, paper: PaperFields) -> FieldMatch | None:
        own = claim.result
        how = compare(own, replace(held.result, bound=held.bound)) if own else None
        if own is None or how is None:
            return None
        labels = " ".join(
            label for things in (claim.on, held.on) for some in things.values() for label in some.values()
        )
        metric = same_metric(own, held.result, words_of(f"{claim.subject} {labels}"), self.known)
        if not own.metric and words_of(held.result.metric) - self.generic <= words_of(claim.sentence):
            metric = "related"
        things = dict(self._things(claim, held, paper))
        missing = [*things, *self._conditions(claim, held)]
        parts = {
            "other_direction": () if how.same_way else (own.change,),
            "other_metric": () if metric else (own.metric or claim.words,),
            "other_bound": () if how.bound else (own.bound,),
            "other_setting": tuple(missing),
        }
        differs = tuple(word for words in parts.values() for word in words)
        reason = next((name for name, words in parts.items() if words), how.value or "other_value")
        excludes = metric == "same" and not missing and how.excludes and held.claim.score >= LIKELY
        is_elsewhere = reason == "other_setting" and metric == "same" and len(missing) == sum(things.values())
        return FieldMatch(held, reason, differs, bool(how.value), metric, excludes, is_elsewhere)

    def _things(self, claim: DraftClaim, held: HeldResult, paper: PaperFields) -> Iterator[tuple[str, bool]]:
        """The devices, models and data sets of a claim that a result lacks, and whether it has others of the type."""
        setting, words, subject = words_of(held.result.setting), words_of(held.said), words_of(claim.subject)
        for kind in OBTAINED:
            other, had = held.on.get(kind, {}), paper.things.get(kind, {})
            other = {one: label for one, label in other.items() if _names(label, setting)} or other
            for concept, label in claim.on.get(kind, {}).items():
                if _names(label, subject) or any(self._is_one(concept, label, *one) for one in other.items()):
                    continue
                is_only = not other and had and all(self._is_one(concept, label, *one) for one in had.items())
                is_other = bool(other) and not any(_names(one, words_of(label)) for one in other.values())
                if not is_only and (is_other or not _names(label, words)):
                    yield label.split("\n")[-1], is_other

    def _is_one(self, concept: str, label: str, other: str, others: str) -> bool:
        """Whether a thing of a claim is one of a result, or a kind that has it: "LLaVA" of "LLaVA-1.5"."""
        is_kind = other in self.known.narrower(concept) and other.startswith("hardware:")
        return concept == other or is_kind or any(_names(label, words_of(one)) for one in others.split("\n"))

    def _conditions(self, claim: DraftClaim, held: HeldResult) -> Iterator[str]:
        """The words of baseline, setting and unread names of a claim that a result has in none of its fields.

        Where all names and numbers of one are there, its other words may be others.
        """
        own, words, names = claim.result, words_of(held.said), written(names_of(held.said))
        assert own
        things = [label for some in claim.on.values() for label in some.values()]
        for said, aside in ((own.baseline, things), (own.setting, [claim.subject, *things])):
            labels = words_of(" ".join(aside))
            exact = written(name for name in names_of(said) if not words_of(name[0]) <= labels)
            is_full = said == own.baseline and self._is_full(said) and self._is_full(held.result.baseline)
            if not is_full and not (exact and exact <= names) and not words_of(said) - self.generic - labels <= words:
                yield said
        for name in claim.unread:
            if not written(names_of(f" {name}")) <= names and not words_of(name) <= self.generic:
                yield name
        others = [one for one in claim.others if not same_metric(one, own, frozenset(), self.known)]
        for other in others:  # levels: "with 20% of the tokens"
            levels = [one.result for one in held.beside if other.change == "absolute" == one.result.change]
            alike = [one for one in levels if same_metric(other, one, frozenset(), self.known)]
            if alike and not any((how := compare(other, one)) and how.value for one in alike):
                yield f"{ends(other)[0]:g}{other.unit}"

    def _is_full(self, baseline: str) -> bool:
        """Whether a baseline is what is not quantized: "FP16", "16-bit inference", "the full-precision model"."""
        return any(words_of(cue) <= words_of(baseline) for cue in self.known.cues("full-width"))

    @cached_property
    def generic(self) -> frozenset[str]:
        """Words that narrow no claim."""
        said = [cue for name in _GENERIC for cue in self.known.cues(name)]
        return words_of(" ".join(said)) - words_of(" ".join(self.known.cues("outcome-reference")))


def _names(label: str, words: frozenset[str]) -> bool:
    """Whether some words have one of the names of a thing."""
    return any(words_of(name) <= words for name in label.split("\n"))
