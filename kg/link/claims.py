"""What papers call by a name of their own, and when two that bear one name are one thing.

A method's own name is its authors' to choose: DART of one paper and DART of another are two things unless both say
that the letters stand for the same words. So is an acronym that a paper explains. An entry only knows its own claims;
which of them meet is decided in the store (kg.graph.namesakes).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kg.link.acronyms import agree, expansions
from kg.link.concepts import MINTED, local_name, names_of
from kg.model import Document, Record
from kg.names import OF, plain, slug
from kg.text import fold

NAMED = "called:"  # begins the key that all claims to a name have
_CLAIMED = "claim:"  # begins the key that says one


class Claim(NamedTuple):
    """That an entry calls a technique of its own by a name, or says what an acronym stands for."""

    concept: str  # by the name alone: "technique:dart"
    words: str  # folded, what the acronym stands for; "" where nothing is said

    def marks(self) -> list[str]:
        """The keys under which the store finds it."""
        return [NAMED + self.concept, f"{_CLAIMED}{self.concept}|{self.words}"]


def claims(document: Document, record: Record) -> list[Claim]:
    """The claims of an entry, of which the record is linked: what the vocabulary knows nobody claims.

    What is proposed under a name is claimed, and an acronym that is explained; words of the language are everybody's.
    """
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
        if own or words or (mention.role == "proposed" and is_coined(names[0])):
            found.setdefault(concept, Claim(concept, words))
    return list(found.values())


def is_coined(name: str) -> bool:
    """Whether capitals or digits inside it mark a name as somebody's: "FlowKV", "DART", "A3"."""
    return any(c.isupper() or c.isdigit() for c in name[1:])


def claimed(keys: Iterable[str]) -> list[Claim]:
    """The claims that some keys say."""
    return [Claim(*key.removeprefix(_CLAIMED).split("|", 1)) for key in keys if key.startswith(_CLAIMED)]


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


def bearers(held: Iterable[tuple[str, Claim]]) -> list[list[int]]:
    """Claims to one name, each with its paper, by the thing that they are of: places in `held`.

    Those of one work are of one thing, and those that agree on the words.
    """
    said, of = list(held), list[int]()
    for at, (paper, claim) in enumerate(said):
        of.append(at)
        for before, (other, their) in enumerate(said[:at]):
            if of[at] != of[before] and (paper == other or agree(claim.words, their.words)):
                of = [of[before] if group == of[at] else group for group in of]
    groups: dict[int, list[int]] = {}
    for at, group in enumerate(of):
        groups.setdefault(group, []).append(at)
    return list(groups.values())
