"""Checks drafts against a graph: results by their fields, relations by their ends."""

from __future__ import annotations

from collections.abc import Iterable

from kg.build.pipeline import Pipeline
from kg.check.draft_claims import DraftClaim, DraftReader, cut, keys_of
from kg.check.fields import Checked, ClaimVerdict, FieldChecker
from kg.check.held import PaperFields
from kg.check.subjects import Subject, Subjects
from kg.link.overrides import Overrides
from kg.model import KgError
from kg.query.cited import CitedClaim, claims_of
from kg.query.lexicon import Lexicon
from kg.store.contents import works_named
from kg.store.file import StoreFile
from kg.text import SURROGATE, tokens
from kg.trust import LIKELY

#: Characters of a draft that are read.
LONGEST = 100_000
_SHOWN = 3  # claims of the graph beside one of the draft
_MOST_ENTRIES = 2000


class Drafts:
    """Checks drafts against a graph; the extraction is loaded once."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, overrides: Overrides | None = None) -> None:
        self.store, self.lexicon, self.fields = store, lexicon, FieldChecker(lexicon.vocabulary)
        self._pipeline = Pipeline(lexicon.vocabulary, overrides=overrides)

    def check(self, draft: str, papers: Iterable[str] = ()) -> Checked:
        """Check the claims of a draft against all papers, or against some (names as everywhere).

        Raises KgError for a text that is too long, or a paper that the graph lacks.
        """
        if len(draft) > LONGEST:
            raise KgError(f"The draft has {len(draft):,} characters: check at most {LONGEST:,} at a time.")
        if odd := SURROGATE.search(draft):
            raise KgError(f"The draft holds half a character at {odd.start():,} (U+{ord(odd[0]):X}): send whole ones.")
        only = []
        for name in papers:
            found = works_named(self.store, [name.removeprefix("entry:")])
            if not found:
                raise KgError(f"The graph holds no paper {name[:80]!r}: see `kg ask` and `kg show`.")
            only += list(found)
        usual = Subject(-1, -1, "", (only[0],)) if len(set(only)) == 1 else None
        claims = DraftReader(self._pipeline, self._title).claims(draft, Subjects(self.store, only).found, usual)
        return Checked(tuple(self._verdict(claim, frozenset(only)) for claim in claims), cut(draft))

    def _title(self, paper: str) -> tuple[str, str]:
        ((title, name),) = self.store.rows("SELECT title, name FROM papers WHERE curie = ?", paper)
        return title, name

    def _verdict(self, claim: DraftClaim, only: frozenset[str]) -> ClaimVerdict:
        if claim.kind == "relation":
            return self._related(claim, only)
        if not claim.papers:
            return ClaimVerdict(claim, "not found", "no_subject")
        return self.fields.verdict(claim, [PaperFields.stored(self.store, paper) for paper in claim.papers])

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


def _joins(held: CitedClaim, head: set[str], tail: set[str]) -> bool:
    says = held.says
    return bool(
        head & keys_of(says["head"], says["head_concept"]) and tail & keys_of(says["tail"], says["tail_concept"])
    )
