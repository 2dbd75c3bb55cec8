"""Compares the claims of a draft with those of the graph.

"supported" needs the same subject, metric, direction, unit and value; "contradicted" the same subject, metric and
setting, and a value or direction that excludes the draft's. All else is "not found", with what is nearest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg.build.pipeline import Pipeline
from kg.check.amounts import Amount
from kg.entity_types import NAMED
from kg.link.overrides import Overrides
from kg.model import KgError, Result
from kg.names import kind_of
from kg.query.cited import CitedClaim, claims_of
from kg.query.corpus import Corpus
from kg.query.drafts.claims import DraftClaim, DraftReader, keys_of
from kg.query.drafts.figures import Stand, stand
from kg.query.lexicon import Lexicon
from kg.store.contents import works_named
from kg.store.file import StoreFile
from kg.text import fold, tokens
from kg.trust import LIKELY

#: Characters of a draft that are read.
LONGEST = 100_000
STATUSES = ("supported", "contradicted", "not found")
_SHOWN = 3  # claims of the graph beside one of the draft
_MOST_ENTRIES = 2000


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim of a draft and what the graph says of it; `reason` is a key of the views' words."""

    claim: DraftClaim
    status: str  # one of STATUSES
    reason: str
    evidence: tuple[CitedClaim, ...] = ()  # what supports or contradicts it; where it is not found, what is nearest

    def to_json(self) -> dict[str, Any]:
        """The claim in parts, its status, and the words of papers with their evidence ids."""
        claim = self.claim
        said = {"status": self.status, "reason": self.reason, "kind": claim.kind, "claim": claim.words}
        place = {"sentence": claim.sentence, "start": claim.start, "end": claim.end}
        subject = {"subject": claim.subject, "papers": list(claim.papers)}
        shown = "evidence" if self.status != "not found" else "nearest"
        return said | claim.says() | subject | place | {shown: [one.to_json() for one in self.evidence]}


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims of a draft with their verdicts, in its order."""

    verdicts: tuple[ClaimVerdict, ...]

    def counts(self) -> dict[str, int]:
        """How many claims there are of each status."""
        found = Counter(one.status for one in self.verdicts)
        return {status: found[status] for status in STATUSES}


class Drafts:
    """Checks drafts against a graph; the extraction is loaded once."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, overrides: Overrides | None = None) -> None:
        self.store, self.lexicon, self.overrides = store, lexicon, overrides

    @cached_property
    def _pipeline(self) -> Pipeline:
        return Pipeline(self.lexicon.vocabulary, overrides=self.overrides)

    def check(self, draft: str, papers: Iterable[str] = ()) -> Checked:
        """Check the claims of a draft against all papers, or against some (names as everywhere).

        Raises KgError for a text that is too long, or a paper that the graph lacks.
        """
        if len(draft) > LONGEST:
            raise KgError(f"The draft has {len(draft):,} characters: check at most {LONGEST:,} at a time.")
        only = []
        for name in papers:
            found = works_named(self.store, [name.removeprefix("entry:")])
            if not found:
                raise KgError(f"The graph holds no paper {name[:80]!r}: see `kg ask` and `kg show`.")
            only += list(found)
        reader = DraftReader(self.store, self.lexicon.vocabulary, self._pipeline)
        claims = list(reader.claims(draft, tuple(dict.fromkeys(only))))
        return Checked(tuple(self._verdict(claim, frozenset(only), _siblings(claim, claims)) for claim in claims))

    def _verdict(self, claim: DraftClaim, only: frozenset[str], others: Sequence[DraftClaim] = ()) -> ClaimVerdict:
        if claim.kind == "relation":
            return self._related(claim, only)
        if not claim.papers:
            return ClaimVerdict(claim, "not found", "no_subject")
        held = self._held(claim.papers, "result")
        if claim.amount:
            near = [one for one in held if _has_value(one, claim.amount)]
            return ClaimVerdict(claim, "not found", "number_elsewhere" if near else "no_metric", tuple(near[:_SHOWN]))
        return self._reported(claim, held, others)

    # Results

    def _reported(self, claim: DraftClaim, held: list[CitedClaim], others: Sequence[DraftClaim]) -> ClaimVerdict:
        assert claim.result
        stands = [(stand(claim.result, one, self.lexicon), one) for one in held]
        agreeing = [(how, one) for how, one in stands if how.agrees]
        fitting = [(how, one) for how, one in agreeing if self._is_in_setting(claim, one)]
        if fitting:
            best = sorted(fitting, key=lambda pair: (pair[0].reason != "agrees", not pair[1].sure))
            told = [one for how, one in best if how.reason == best[0][0].reason]
            return ClaimVerdict(claim, "supported", best[0][0].reason, tuple(told[:_SHOWN]))
        if not agreeing and (against := self._against(claim, stands, others)):
            return against
        alike = [one for how, one in agreeing or stands if how.same_metric]
        near = alike or [one for how, one in stands if how.same_value]
        reason = "other_setting" if agreeing else "other_value" if alike else "number_elsewhere" if near else "no_claim"
        return ClaimVerdict(claim, "not found", reason, tuple(near[:_SHOWN]))

    def _against(
        self, claim: DraftClaim, stands: list[tuple[Stand, CitedClaim]], others: Sequence[DraftClaim]
    ) -> ClaimVerdict | None:
        """The contradiction by the one value that the subject has of the same metric in the same setting, if it is.

        Of several values in one sentence of the paper it is the one whose own words name what the draft does, or the
        one that is left when the `others` of the draft's sentence have theirs.
        """
        assert claim.result
        if not claim.is_named or len(claim.papers) > 1 or claim.result.confidence < LIKELY:
            return None
        if any(how.same_value and not how.excludes for how, _ in stands):  # it may be a number of another metric
            return None
        fitting = [(how, one) for how, one in stands if how.comparable and self._is_in_setting(claim, one, wholly=True)]
        if len(_values(fitting)) > 1 and len({(one.entry, one.field, one.sentence) for _, one in fitting}) == 1:
            fitting = _of_its_own(claim, fitting) or self._left(claim, fitting, others)
        if len(_values(fitting)) != 1:
            return None
        how, one = fitting[0]
        if one.score < LIKELY or not how.excludes:
            return None
        return ClaimVerdict(claim, "contradicted", how.reason, tuple(one for _, one in fitting[:_SHOWN]))

    def _left(
        self, claim: DraftClaim, fitting: list[tuple[Stand, CitedClaim]], others: Sequence[DraftClaim]
    ) -> list[tuple[Stand, CitedClaim]]:
        """The value of a sentence that is left when as many values of the draft's sentence are given theirs."""
        assert claim.result
        alike = [one.result for one in others if one.result and _is_alike(one.result, claim.result)]
        left = list(fitting)
        for result in alike:
            taken = next((pair for pair in left if stand(result, pair[1], self.lexicon).agrees), None)
            if taken is None:
                return []
            left.remove(taken)
        return left if len(alike) + 1 == len(fitting) else []

    def _is_in_setting(self, claim: DraftClaim, held: CitedClaim, wholly: bool = False) -> bool:
        """Whether a sentence of a draft may be of the setting of a result: none of its devices, models, data differ.

        They differ where both name some of a type, but none in common; `wholly`: the paper must name all that the draft
        does, its baseline too.
        """
        assert claim.result
        known = self._beside(held)
        words = {token.fold for token in tokens(f"{held.sentence} {held.says['setting']} {held.says['baseline']}")}
        by_type: dict[str, list[bool]] = {}
        for thing in claim.things:
            if fold(self.lexicon.label(thing)) != fold(claim.subject):
                is_there = bool(known & set(self.lexicon.family(thing))) or _folds(self.lexicon.label(thing)) <= words
                by_type.setdefault(kind_of(thing), []).append(is_there)
        if wholly:
            baseline = claim.result.baseline
            return all(map(all, by_type.values())) and (not baseline or _folds(baseline) <= words)
        theirs = {kind_of(concept) for concept in known}
        return all(any(found) or kind not in theirs for kind, found in by_type.items())

    def _beside(self, held: CitedClaim) -> set[str]:
        """The devices, models and data sets that the sentence of a claim names."""
        mentions = self._held_of((held.entry,), "mention")
        return {
            str(one.says["concept"])
            for one in mentions
            if one.says["type"] in NAMED and (one.field, one.sentence) == (held.field, held.sentence)
        }

    # Relations

    def _related(self, claim: DraftClaim, only: frozenset[str]) -> ClaimVerdict:
        said = claim.relation
        assert said
        head, tail = keys_of(said.head, said.head_concept), keys_of(said.tail, said.tail_concept)
        is_contest = said.type == "outperforms"
        if is_contest:
            turn = self._turn(claim.sentence)
            if turn is None:
                return ClaimVerdict(claim, "not found", "unclear_direction")
            head, tail = (tail, head) if turn else (head, tail)
        held = self._relations((head | tail), claim.papers, only)
        same = [one for one in held if one.says["relation"] == said.type and _joins(one, head, tail)]
        if same:
            return ClaimVerdict(claim, "supported", "agrees", tuple(sorted(same, key=lambda one: -one.score)[:_SHOWN]))
        back = [one for one in held if one.says["relation"] == said.type and _joins(one, tail, head) and one.sure]
        if is_contest and back and said.confidence >= LIKELY:
            return ClaimVerdict(claim, "contradicted", "other_direction", tuple(back[:_SHOWN]))
        near = [one for one in held if _joins(one, head, tail) or _joins(one, tail, head)]
        return ClaimVerdict(claim, "not found", "other_relation" if near else "no_claim", tuple(near[:_SHOWN]))

    def _turn(self, sentence: str) -> bool | None:
        """Whether the one that a sentence names first loses; None where it does not say so plainly."""
        words, cues = {token.fold for token in tokens(sentence)}, self.lexicon.vocabulary.cues
        wins, loses = cues("outperform"), cues("lose")
        if words & (cues("negate") | cues("equate") | (wins & loses)):
            return None
        return bool(words & (loses - wins))

    def _relations(self, keys: set[str], papers: tuple[str, ...], only: frozenset[str]) -> list[CitedClaim]:
        """The relations of some papers, and those in which one of some concepts takes part."""
        sql = """SELECT DISTINCT e.name, e.paper FROM relations x JOIN entries e ON e.id = x.entry
            WHERE x.{0} IN (SELECT id FROM concepts WHERE curie IN ({{}}))"""
        concepts = [key for key in keys if not key.startswith("=")]
        found = {row for end in ("head", "tail") for row in self.store.some(sql.format(end), concepts)}
        entries = {entry for entry, paper in found if not only or paper in only}
        entries = set(sorted(entries)[:_MOST_ENTRIES]) | {entry for entry, _ in self.store.of_papers(papers)}
        return list(claims_of(self.store, entries, ["relation"]))

    def _held(self, papers: Iterable[str], kind: str) -> list[CitedClaim]:
        return self._held_of(tuple(entry for entry, _ in self.store.of_papers(papers)), kind)

    def _held_of(self, entries: tuple[str, ...], kind: str) -> list[CitedClaim]:
        return Corpus.of(self.store).once(_claims, self.store, entries, kind)


def _claims(store: StoreFile, entries: tuple[str, ...], kind: str) -> list[CitedClaim]:
    return list(claims_of(store, entries, [kind]))


def _siblings(claim: DraftClaim, claims: Sequence[DraftClaim]) -> list[DraftClaim]:
    """The other claims of a claim's sentence on the same papers."""
    place = (claim.start, claim.end, claim.papers)
    return [one for one in claims if one is not claim and (one.start, one.end, one.papers) == place]


def _of_its_own(claim: DraftClaim, fitting: list[tuple[Stand, CitedClaim]]) -> list[tuple[Stand, CitedClaim]]:
    """Those of some values of a sentence whose settings, each its own, the draft's sentence names."""
    words = _folds(claim.sentence)
    settings = [_folds(one.says["setting"]) for _, one in fitting]
    named = [pair for pair, setting in zip(fitting, settings, strict=True) if setting and setting <= words]
    return named if len(set(map(frozenset, settings))) == len(fitting) else []


def _is_alike(one: Result, other: Result) -> bool:
    """Whether two results are of one metric, unit and change."""
    metrics = {(result.metric_concept or fold(result.metric), result.unit, result.change) for result in (one, other)}
    return len(metrics) == 1


def _values(fitting: list[tuple[Stand, CitedClaim]]) -> set[tuple[float, float, str]]:
    return {(how.low, how.high, one.says["change"]) for how, one in fitting}


def _folds(text: str) -> set[str]:
    return {token.fold for token in tokens(text)}


def _joins(held: CitedClaim, head: set[str], tail: set[str]) -> bool:
    says = held.says
    return bool(
        head & keys_of(says["head"], says["head_concept"]) and tail & keys_of(says["tail"], says["tail_concept"])
    )


def _has_value(held: CitedClaim, amount: Amount) -> bool:
    return amount.value in (held.says["low"], held.says["high"]) and held.says["unit"] in (amount.unit, "")
