"""The words that a claim rests on: the id by which they are found again, and whether they hold what it is about.

A thing stands in a quote where one of its mentions does, or by one of its names. What a paper proposes needs no name
there: the paper speaks of it throughout. What a person annotated is taken at their word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import accumulate

from kg.entity_types import LISTS
from kg.model import Evidence, Mention, Record, Relation
from kg.text import fold

#: Who says what a person said.
BY_HAND = "annotation"
#: Letters of the hash in an evidence id.
MARK = 8


def evidence_id(entry: str, field: str, start: int, end: int, quote: str) -> str:
    """The id of words at [start, end) of the raw `field` of an entry: its name, their place, the head of their SHA-256.

    "" where no place is known.

    >>> evidence_id("002-22", "A", 4, 8, "H100")
    '002-22/A/4-8/38005079'
    """
    return f"{entry}/{field}/{start}-{end}/{mark_of(quote)}" if field and start >= 0 else ""


def mark_of(quote: str) -> str:
    """The head of the SHA-256 of words, as it ends an evidence id."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:MARK]


class Bearers:
    """The mentions of a record by what they name."""

    def __init__(self, record: Record) -> None:
        self.own = fold(record.name)
        self._of_concept: dict[str, list[Mention]] = {}
        self._of_name: dict[str, list[Mention]] = {}
        for mentions in LISTS.values():
            for mention in getattr(record, mentions):
                self._of_concept.setdefault(mention.concept, []).append(mention)
                for folded in dict.fromkeys(map(fold, _names(mention))):
                    self._of_name.setdefault(folded, []).append(mention)

    def named(self, name: str, concept: str) -> list[Mention]:
        """Those of what an end of a relation names: of its concept, or of its name before it is linked."""
        return self._of_concept.get(concept, []) if concept else self._of_name.get(fold(name), [])

    def lacking(self, relation: Relation) -> list[str]:
        """The ends of a relation ("head", "tail") that its evidence does not hold."""
        if relation.extractor == BY_HAND:
            return []
        ends = {"head": (relation.head, relation.head_concept), "tail": (relation.tail, relation.tail_concept)}
        return [
            end
            for end, (name, concept) in ends.items()
            if not stands(relation.evidence, self.named(name, concept), self.own, name)
        ]


def stands(evidence: Evidence, mentions: Sequence[Mention], own: str, *names: str) -> bool:
    """Whether the evidence holds one of the mentions, a name of theirs or one of the other `names`.

    What the paper proposes always stands there; `own` is the folded name of the paper's own work.
    """
    return (
        any(m.role == "proposed" or (own and own in map(fold, _names(m))) for m in mentions)
        or any(_inside(m, evidence) for m in mentions)
        or _says(evidence.quote, [*names, *(name for m in mentions for name in _names(m))])
    )


def _names(mention: Mention) -> tuple[str, ...]:
    return mention.canonical, mention.surface, *mention.aliases


def _inside(mention: Mention, evidence: Evidence) -> bool:
    return mention.field == evidence.field and evidence.start <= mention.start and mention.end <= evidence.end


def _says(quote: str, names: Iterable[str]) -> bool:
    """Whether whole words of a quote are a name, however they are joined: "Live-Thinking" is LiveThinking."""
    words = fold(quote).split()
    text, edges = "".join(words), set(accumulate(map(len, words), initial=0))
    for name in {fold(name).replace(" ", "") for name in names} - {""}:
        at = text.find(name)
        while at >= 0:
            if at in edges and at + len(name) in edges:
                return True
            at = text.find(name, at + 1)
    return False
