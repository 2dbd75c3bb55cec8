"""The verdict on a claim of a draft: the sentence of the paper that fits it best, and how the two compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.check.alignment import APART, Alignment, NumberMatch, ranked
from kg.check.claim_judge import ClaimJudge
from kg.check.draft_claims import DraftClaim
from kg.check.paper_text import AnalyzedText, PaperText
from kg.query.cited import CitedClaim
from kg.vocabulary import Vocabulary

#: "compare": the number stands in the paper, or a sentence is on the claim; whether they agree is for the reader.
STATUSES = ("supported", "contradicted", "compare", "not found")
_SAME_DIGITS = 0.5  # of the probability, where the digits are the same and the unit is another
_MOST_WORDS = 6  # that differ and are named


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim of a draft and what the graph says of it; `reason` is a key of the views' words."""

    claim: DraftClaim
    status: str  # one of STATUSES
    reason: str
    evidence: tuple[CitedClaim, ...] = ()  # the sentence that was compared, on the words of its number
    differs: tuple[str, ...] = ()  # words of the claim that the sentence lacks

    def to_json(self) -> dict[str, Any]:
        """The claim in parts, its status, and the words of papers with their evidence ids."""
        claim = self.claim
        said = {"status": self.status, "reason": self.reason, "kind": claim.kind, "claim": claim.words}
        place = {name: getattr(claim, name) for name in ("subject", "papers", "start", "end")}
        shown = "evidence" if self.status != "not found" else "nearest"
        differs = {"differs": list(self.differs)} if self.differs else {}
        sentence = {"sentence": " ".join(claim.sentence.split())}
        return said | differs | claim.says() | sentence | place | {shown: [one.to_json() for one in self.evidence]}


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims of a draft with their verdicts, in its order; as a string, what `kg check` prints."""

    verdicts: tuple[ClaimVerdict, ...]
    cut: int = 0  # sentences that were too long to be read to their end

    def counts(self) -> dict[str, int]:
        """How many claims there are of each status."""
        found = Counter(one.status for one in self.verdicts)
        return {status: found[status] for status in STATUSES}

    def __str__(self) -> str:
        lines = [", ".join(f"{n} {status}" for status, n in self.counts().items())]
        for one in self.verdicts:
            lines.append(f"{one.status}: {one.claim.subject} {one.claim.words}".replace(":  ", ": "))
            lines += [f"    {near.sentence} [{near.evidence}]" for near in one.evidence]
        return "\n".join(lines)


class Checker:
    """Compares claims with what papers say."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.judge = vocabulary, ClaimJudge.load()
        self._last: tuple[str, AnalyzedText] = ("", AnalyzedText("", vocabulary))
        self._ranked: dict[tuple[str, str], list[Alignment]] = {}  # for the last sentence, by paper and subject

    def verdicts(self, claims: Iterable[DraftClaim], text: Callable[[str], PaperText]) -> Iterator[ClaimVerdict]:
        """The verdicts on claims, each against the papers that it may be about; `text` gives what one says (CURIE).

        A number in words that may be no claim ("two" of "two things") has one only if the paper has it, or another.
        """
        self._ranked = {}  # papers may have changed since
        for claim in claims:
            found = [self._of_paper(claim, text(paper)) for paper in claim.papers]
            best = min(found, key=lambda one: STATUSES.index(one.status), default=None)
            best = best or ClaimVerdict(claim, "not found", "no_subject")
            one = claim.amount
            if best.status != "not found" or not one or one.unit or not one.is_word:
                yield best

    def _of_paper(self, claim: DraftClaim, paper: PaperText) -> ClaimVerdict:
        options = [(one, self._match(one, claim)) for one in self._alignments(claim, paper)]
        if not options:
            return ClaimVerdict(claim, "not found", "no_claim")
        best, match = options[0]
        holding = [(one, other) for one, other in options if other.agreement not in APART]
        if claim.amount and match.agreement in APART and holding:
            best, match = holding[0]
        chance = self.judge(best.features(match))
        has_number = claim.amount is None or match.agreement not in APART
        evidence = (best.cited(match.held),)
        differs = tuple(best.missing())[:_MOST_WORDS]
        is_bare = claim.amount is not None and not best.words  # nothing beside the number could differ
        if has_number and is_bare and best.is_turned(match):
            return ClaimVerdict(claim, "contradicted", "other_setting", evidence, differs)
        if has_number and (is_bare or chance >= self.judge.supported):
            return ClaimVerdict(claim, "supported", _agrees(match), evidence)
        is_told = not best.lacking or best.has_rival  # what the paper does not speak of, it does not deny
        if chance <= self.judge.contradicted and has_number and is_told:
            return ClaimVerdict(claim, "contradicted", "other_setting", evidence, differs)
        if claim.amount is None or has_number:
            return ClaimVerdict(claim, "compare", "unaligned" if claim.amount else "no_number", evidence, differs)
        rivals = [(self.judge(best.features(one)), one.held) for one in best.rivals(claim.amount)]
        chance, held = max(rivals, key=lambda one: one[0], default=(0.0, None))
        alike = self.judge.alike * (_SAME_DIGITS if match.agreement else 1.0)
        if chance >= alike:  # the sentence is on the same, and has another number
            return ClaimVerdict(claim, "contradicted", "other_value", (best.cited(held),), (claim.words,))
        return ClaimVerdict(claim, "not found", "no_metric", evidence)

    def _alignments(self, claim: DraftClaim, paper: PaperText) -> list[Alignment]:
        """The sentences of a paper that fit a claim best; worked out once for all numbers of its sentence."""
        if self._last[0] != claim.sentence:
            self._last, self._ranked = (claim.sentence, AnalyzedText(claim.sentence, self.vocabulary)), {}
        key = paper.id, claim.subject
        if key not in self._ranked:
            self._ranked[key] = ranked(self._last[1], paper, claim.subject)
        return self._ranked[key]

    @staticmethod
    def _match(alignment: Alignment, claim: DraftClaim) -> NumberMatch:
        """The match of the claim's number."""
        own = [one for one in alignment.matches if one.own == claim.amount]
        return own[0] if own else NumberMatch(None, None, "")


def _agrees(match: NumberMatch) -> str:
    return "agrees_about" if match.agreement in ("near", "rounded", "converted", "complement") else "agrees"
