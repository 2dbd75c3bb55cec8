"""What papers call by a name of their own, and when two that bear one name are one thing.

A method's own name is its authors' to choose: DART of one paper and DART of another are two things unless both say
that the letters stand for the same words. So is an acronym that a paper explains. An entry only knows its own claims;
which of them meet is decided in the store (kg.graph.namesakes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rapidfuzz import fuzz

from kg.link.acronyms import expansions
from kg.link.concepts import MINTED, local_name, names_of
from kg.model import Document, Record
from kg.names import slug
from kg.text import fold

#: Between the name of a concept and the work that it is of: no name of a concept has it by itself.
OF = "."
NAMED = "called:"  # begins the key that all claims to a name have
_CLAIMED = "claim:"  # begins the key that says one
_ALIKE = 85  # percent of letters that two expansions of one acronym have in common


class Claim(NamedTuple):
    """That an entry calls a technique of its own by a name, or says what an acronym stands for."""

    concept: str  # by the name alone: "technique:dart"
    own: bool  # whether it is the work's own name
    words: str  # folded, what the acronym stands for; "" where nothing is said

    def marks(self) -> list[str]:
        """The keys under which the store finds it."""
        return [NAMED + self.concept, f"{_CLAIMED}{self.concept}|{'own' if self.own else ''}|{self.words}"]


def claims(document: Document, record: Record) -> list[Claim]:
    """The claims of an entry, of which the record is linked: what the vocabulary knows nobody claims."""
    said: dict[str, str] | None = None
    found: dict[str, Claim] = {}
    for mention in record.techniques:
        names, own = names_of(mention, record.name)
        concept = plain(mention.concept)
        if not mention.reason.startswith(MINTED) or not names or concept != f"technique:{local_name(names[0])}":
            continue
        if said is None:
            said = expansions(document)
        words = fold(said.get(fold(names[0]), ""))
        if own or (words and concept not in found):
            found[concept] = Claim(concept, own, words)
    return list(found.values())


def claimed(keys: Iterable[str]) -> list[Claim]:
    """The claims that some keys say."""
    parts = (key.removeprefix(_CLAIMED).split("|", 2) for key in keys if key.startswith(_CLAIMED))
    return [Claim(concept, own == "own", words) for concept, own, words in parts]


def plain(concept: str) -> str:
    """A concept by its name alone.

    >>> plain("technique:dart.2510-01234")
    'technique:dart'
    """
    return concept.partition(OF)[0] if concept.startswith("technique:") else concept


def scoped(concept: str, paper: str) -> str:
    """A concept by its name and the work that it is of.

    >>> scoped("technique:dart", "paper:2510.01234")
    'technique:dart.2510-01234'
    """
    return f"{concept}{OF}{slug(paper.partition(':')[2])}"


def by_name(record: Record) -> None:
    """Link a record as it is by itself: what is one of several of a name, by that name alone."""
    for mention in record.techniques:
        if plain(mention.concept) != mention.concept:
            mention.concept, mention.reason = plain(mention.concept), MINTED
    for result in record.results:
        result.baseline_concept = plain(result.baseline_concept)
    for relation in record.relations:
        relation.head_concept, relation.tail_concept = plain(relation.head_concept), plain(relation.tail_concept)


def agree(one: str, other: str) -> bool:
    """Whether two expansions of one acronym are the same words, but for their spelling."""
    return bool(one and other) and (one == other or fuzz.ratio(one, other) >= _ALIKE)


def bearers(held: Collection[tuple[str, Claim]]) -> list[list[int]]:
    """Claims to one name, each with its paper, by the thing that they are of: places in `held`.

    Those of one work are one, and those that agree on the words. An acronym that is merely explained somewhere is the
    only work's that does not explain its own.
    """
    of = list(range(len(held)))
    said = list(held)
    for at, (paper, claim) in enumerate(said):
        for before, (other, their) in enumerate(said[:at]):
            if of[at] != of[before] and (paper == other or agree(claim.words, their.words)):
                of = [of[before] if group == of[at] else group for group in of]
    groups: dict[int, list[int]] = {}
    for at, group in enumerate(of):
        groups.setdefault(group, []).append(at)
    out = list(groups.values())
    silent = [g for g in out if not any(said[at][1].words for at in g)]
    if len(out) == 2 and len(silent) == 1 and not all(any(said[at][1].own for at in g) for g in out):
        return [sorted(out[0] + out[1])]
    return out
