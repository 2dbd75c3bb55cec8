"""Compares the claims of a draft with those of the graph.

"supported" needs one result that agrees in value, bound, direction and metric, and has all that the claim names.
"contradicted" needs one of the same metric with all that the claim names, and a value, bound or direction that excludes
the claim's. All else is "not found", with the nearest result and the words that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kg.build.pipeline import Pipeline
from kg.extract.scopes import RIVALS, ScopeTerm, words_of
from kg.link.overrides import Overrides
from kg.model import OBTAINED, KgError, Result
from kg.query.cited import CitedClaim, claims_of
from kg.query.drafts.claims import DraftClaim, DraftReader, keys_of
from kg.query.drafts.figures import OPPOSITE, ClaimedValue, compare, of_one_metric
from kg.query.drafts.stated import PaperValues, StatedValue, paper_values
from kg.query.lexicon import Lexicon
from kg.store.contents import works_named
from kg.store.file import StoreFile
from kg.text import tokens
from kg.trust import LIKELY

#: Characters of a draft that are read.
LONGEST = 100_000
STATUSES = ("supported", "contradicted", "not found")
_SHOWN = 3  # claims of the graph beside one of the draft
_MOST_ENTRIES = 2000
#: Groups of cues that say which way something changes.
_WAYS = {
    "increase": ("outcome-increase", "outcome-improve", "outcome-speed"),
    "decrease": ("outcome-decrease", "outcome-drop", "outcome-loss"),
}
#: Groups of cues whose words narrow no claim.
_GENERIC = (
    *("generic", "generic-modifier", "outcome-decrease", "outcome-drop", "outcome-improve", "outcome-increase"),
    *("outcome-keep", "outcome-loss", "outcome-speed", "outcome-win", "gain", "win", "kept", "outperform", "compare"),
    *("rivals", "rival-class", "rival-unnamed", "label-frame-task", "dataset-frame", "model-frame", "evaluate", "use"),
    *("combine", "combined", "run", "outcome-generic-baseline"),
)


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
        place = {"sentence": claim.sentence, "start": claim.start, "end": claim.end}
        subject = {"subject": claim.subject, "papers": list(claim.papers)}
        shown = "evidence" if self.status != "not found" else "nearest"
        differs = {"differs": list(self.differs)} if self.differs else {}
        return said | differs | claim.says() | subject | place | {shown: [one.to_json() for one in self.evidence]}


@dataclass(frozen=True, slots=True)
class Checked:
    """The claims of a draft with their verdicts, in its order."""

    verdicts: tuple[ClaimVerdict, ...]

    def counts(self) -> dict[str, int]:
        """How many claims there are of each status."""
        found = Counter(one.status for one in self.verdicts)
        return {status: found[status] for status in STATUSES}


@dataclass(frozen=True, slots=True)
class ValueMatch:
    """How a value of a paper compares with a claim."""

    value: StatedValue
    figure: ClaimedValue
    reason: str = ""
    differs: tuple[str, ...] = ("",)
    is_same_value: bool = False
    metric: str = ""
    excludes: bool = False
    is_elsewhere: bool = False  # the very value, of another device, model or data set

    @property
    def place(self) -> tuple[str, str]:
        """The sentence that it stands in."""
        return self.value.claim.entry, self.value.claim.sentence

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """The nearest value first: with the fewest differences, read as a result, sure."""
        return len(self.differs), self.value.amount is not None, not self.value.claim.sure


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
        claims = reader.claims(draft, tuple(dict.fromkeys(only)))
        return Checked(tuple(self._verdict(claim, frozenset(only)) for claim in claims))

    def _verdict(self, claim: DraftClaim, only: frozenset[str]) -> ClaimVerdict:
        if claim.kind == "relation":
            return self._related(claim, only)
        if not claim.papers:
            return ClaimVerdict(claim, "not found", "no_subject")
        held = [paper_values(self.store, paper, self.lexicon.vocabulary) for paper in claim.papers]
        return self._reported(claim, [self._match(claim, one, paper) for paper in held for one in paper.values])

    def _reported(self, claim: DraftClaim, matches: list[ValueMatch]) -> ClaimVerdict:
        """The verdict of the value that agrees in most; a contradiction needs one that agrees in all but the value."""
        exact = {one.place for one in matches if one.metric == "same"}
        alike = sorted((one for one in matches if one.is_same_value), key=lambda one: one.rank)
        fitting = [one for one in alike if not one.differs and (one.metric == "same" or one.place not in exact)]
        against = [one for one in matches if one.excludes and claim.is_named and len(claim.papers) == 1]
        elsewhere = [one for one in alike if one.is_elsewhere]  # the very number, of another device, model or data set
        near = alike or sorted((one for one in matches if one.metric), key=lambda one: one.rank)
        if fitting:
            status, best = "supported", fitting[0]
        elif len({(one.figure.low, one.figure.high, one.figure.change) for one in against}) == 1:
            status, best = "contradicted", against[0]
        elif elsewhere and claim.is_named and len(claim.papers) == 1:
            status, best = "contradicted", elsewhere[0]
        elif near:
            status, best = "not found", near[0]
        else:
            return ClaimVerdict(claim, "not found", "no_claim" if claim.result else "no_metric")
        return ClaimVerdict(claim, status, best.reason, (best.value.claim,), best.differs)

    def _match(self, claim: DraftClaim, value: StatedValue, paper: PaperValues) -> ValueMatch:
        """How a value of a paper compares with a claim: each part that differs by its words."""
        own, held = claim.figure, value.figure(claim.figure.unit)
        if claim.amount and held.change in OPPOSITE:
            own = replace(own, change=self._direction(claim.sentence))
        how = compare(own, held, self.lexicon)
        if how is None:
            return ValueMatch(value, held)
        metric = how.metric or self._metric_by_words(claim, value)
        terms = self._missing(claim, value, paper, metric)
        parts: dict[str, tuple[str, ...]] = {
            "other_direction": () if how.same_way else (own.change,),
            "other_metric": () if metric else (own.metric or claim.words,),
            "other_bound": () if how.bound else (own.bound,),
            "other_setting": tuple(term.text for term in terms),
        }
        differs = tuple(word for words in parts.values() for word in words)
        reason = next((name for name, words in parts.items() if words), how.value or "other_value")
        turned = how.turned or (how.same_way and (how.is_opposite_bound if how.value else how.apart))
        is_sure = metric == "same" and not terms and value.amount is None and value.claim.score >= LIKELY
        excludes = is_sure and turned and (bool(how.value) or how.apart)
        things = [term for term in value.scope.own if term.link not in RIVALS and term.kind in OBTAINED]
        is_elsewhere = reason == "other_setting" and metric == "same" and all(_is_other(one, things) for one in terms)
        return ValueMatch(value, held, reason, differs, bool(how.value), metric, excludes, is_elsewhere)

    def _direction(self, sentence: str) -> str:
        """Which way the words of a sentence say that something changes; "" where they say none, or both."""
        words, cues = words_of(sentence), self.lexicon.vocabulary.cues
        ways = [way for way, groups in _WAYS.items() if any(words_of(cue) <= words for g in groups for cue in cues(g))]
        return ways[0] if len(ways) == 1 else ""

    def _metric_by_words(self, claim: DraftClaim, value: StatedValue) -> str:
        """Whether the words of a claim's metric are those of a value, where one of the two was not read."""
        known, says = self.lexicon.vocabulary, value.claim.says
        if claim.result:
            whole = ScopeTerm(0, 0, "metric", frozenset({claim.result.metric_concept} - {""}), claim.result.metric)
            return "related" if value.amount and whole.is_in(value.scope.own, known) else ""
        held = ScopeTerm(0, 0, "metric", frozenset({says.get("metric_concept", "")}), says.get("metric", ""))
        terms = value.scope.own if value.amount else [held]
        fits = all(term.is_in(terms, known) for term in claim.scope.own if term.kind == "metric")
        return ("related" if value.amount else "same") if fits else ""

    def _missing(self, claim: DraftClaim, value: StatedValue, paper: PaperValues, metric: str) -> list[ScopeTerm]:
        """The terms of a claim that the paper's sentence lacks, or gives to another value."""
        known, says = self.lexicon.vocabulary, value.claim.says
        said = words_of(claim.result.metric) if claim.result else frozenset()
        said &= said if metric == "same" else words_of(says.get("metric", ""))
        beside = [words_of(other.metric) for _, other in claim.others]
        held = words_of(" ".join([says.get("metric", ""), *(term.text for term in value.scope.own)]))
        missing = [term for term in claim.scope.own if words_of(term.text) & self._qualifiers - held]
        for term in claim.scope.own:
            words, other = words_of(term.text), claim.other(term)
            is_free = any(words <= metric for metric in (said, *beside)) or (
                not term.is_exact and words <= self._generic
            )
            if (is_free and term.kind not in OBTAINED) or (other and value.amount) or self._has(value, term):
                continue
            if not term.is_in(value.scope.others, known):
                if other and not self._is_condition(other, value):
                    continue  # another claim, checked by itself
                if self._is_only(term, paper) or term.is_in((*value.before, *paper.title.own), known):
                    continue
            missing.append(term)
        return missing

    def _is_condition(self, result: Result, value: StatedValue) -> bool:
        """Whether a share ("with 20% of the tokens") is one of which the paper's sentence gives another value."""
        metric = (result.metric, result.metric_concept)
        return result.change == "absolute" and any(of_one_metric(metric, other) for other in value.shares)

    def _has(self, value: StatedValue, term: ScopeTerm) -> bool:
        """Whether a term is one of a value; a rival must be its rival, where it has any."""
        known, own, says = self.lexicon.vocabulary, value.scope.own, value.claim.says
        rivals = [one for one in own if one.link in RIVALS] if term.link in RIVALS else []
        baseline = says.get("baseline", "")
        if term.link in RIVALS and words_of(term.text) <= words_of(baseline):
            return True
        return term.is_in(rivals, known) if rivals else term.is_in(own, known, f"{says.get('metric', '')} {baseline}")

    def _is_only(self, term: ScopeTerm, paper: PaperValues) -> bool:
        """Whether a paper names a device, model or data set and no other of its type."""
        held = [
            ScopeTerm(0, 0, term.kind, frozenset({one}), self.lexicon.label(one))
            for one in paper.things.get(term.kind, ())
        ]
        return bool(held) and all(term.is_in([one], self.lexicon.vocabulary) for one in held)

    @cached_property
    def _generic(self) -> frozenset[str]:
        """Words that narrow no claim: of results in general, of methods, of comparisons."""
        cues = self.lexicon.vocabulary.cues
        return frozenset(word for name in _GENERIC for said in cues(name) for word in words_of(said)) - self._qualifiers

    @cached_property
    def _qualifiers(self) -> frozenset[str]:
        """Words that narrow a metric: "average"."""
        return frozenset(word for said in self.lexicon.vocabulary.cues("metric-qualifier") for word in words_of(said))

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


def _is_other(term: ScopeTerm, things: Iterable[ScopeTerm]) -> bool:
    """Whether a term is another device, model or data set than all of its type among some; "ViT-B" is a CLIP ViT-B."""
    words = [words_of(one.text) for one in things if one.kind == term.kind]
    return bool(words) and not any(one <= words_of(term.text) or words_of(term.text) <= one for one in words)


def _joins(held: CitedClaim, head: set[str], tail: set[str]) -> bool:
    says = held.says
    return bool(
        head & keys_of(says["head"], says["head_concept"]) and tail & keys_of(says["tail"], says["tail_concept"])
    )
