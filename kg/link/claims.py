"""What papers call by a name of their own, and when two that bear one name are one thing.

A method's own name is its authors' to choose: DART of one paper and DART of another are two things unless both say
that the letters stand for the same words. So is an acronym that a paper explains. A paper that only says the name means
the one thing of that name with which it shares a topic; where that is none or several, it means the name alone. An
entry only knows its own claims; which of them meet is decided in the store (kg.graph.works).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from kg.link.acronyms import agree, expansions
from kg.link.concepts import MINTED, NAMESAKE, local_name, names_of
from kg.model import Document, Record
from kg.names import plain, scoped
from kg.text import fold
from kg.vocabulary import Vocabulary

SAID = "said:"  # begins the key of all that say a name
NAMED = "called:"  # begins the key that all claims to a name have
_CLAIMED = "claim:"  # begins the key that says one
MARKS = (SAID, NAMED, _CLAIMED)  # what begins keys that are not those of works


class Claim(NamedTuple):
    """That an entry calls a technique of its own by a name, says what an acronym stands for, or only says a name."""

    concept: str  # by the name alone: "technique:dart"
    words: str  # folded, what the acronym stands for; "" where nothing is said
    is_own: bool = True  # False where it only says the name

    def marks(self) -> list[str]:
        """The keys under which the store finds it."""
        said = SAID + self.concept
        return [said, NAMED + self.concept, f"{_CLAIMED}{self.concept}|{self.words}"] if self.is_own else [said]


class Use(NamedTuple):
    """A claim of an entry of a paper that has some topics."""

    paper: str
    claim: Claim
    topics: frozenset[str]


def claims(document: Document, record: Record) -> list[Claim]:
    """The claims of an entry, of which the record is linked: what the vocabulary knows nobody claims.

    What is proposed under a name is claimed, and an acronym that is explained. A name that is only mentioned counts if
    it has a capital or a digit; ordinary words do not.
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
        own = bool(own or words or (mention.role == "proposed" and is_coined(names[0])))
        known = found.get(concept)
        if (own or _is_marked(names[0])) and not (known and known.is_own >= own):
            found[concept] = Claim(concept, words, own)
    return list(found.values())


def is_coined(name: str) -> bool:
    """Whether capitals or digits inside it mark a name as somebody's: "FlowKV", "DART", "A3"."""
    return _is_marked(name[1:])


def _is_marked(name: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in name)


def claimed(keys: Iterable[str]) -> list[Claim]:
    """The claims that some keys say, by concept."""
    found: dict[str, Claim] = {}
    for key in sorted(keys):  # a claim comes before what only says its name
        if key.startswith((_CLAIMED, SAID)):
            concept, _, words = key.partition(":")[2].partition("|")
            found.setdefault(concept, Claim(concept, words, key.startswith(_CLAIMED)))
    return list(found.values())


def link_alone(record: Record, vocabulary: Vocabulary, paper: str) -> None:
    """Link the record of a paper as it is by itself: what is one of several of a name, by that name alone.

    What has the name of another thing of the vocabulary is the paper's own.
    """

    def alone(concept: str) -> str:
        name = plain(concept)
        return scoped(name, paper) if name != concept and name in vocabulary else name

    for mention in record.techniques:
        if (concept := alone(mention.concept)) != mention.concept:
            mention.concept, mention.reason = concept, MINTED if plain(concept) == concept else NAMESAKE
    for result in record.results:
        result.baseline_concept = alone(result.baseline_concept)
    for relation in record.relations:
        relation.head_concept, relation.tail_concept = alone(relation.head_concept), alone(relation.tail_concept)


def meanings(name: str, uses: Collection[Use], is_known: bool) -> dict[Use, str]:
    """What each of the uses of a name means: the concept of that name, or the name with a work that it is of.

    Claims of one work are of one thing, and those that agree on the words. `is_known`: the vocabulary has another
    thing of that name.
    """
    things = _things(use for use in uses if use.claim.is_own)
    by_paper = {paper: number for number, thing in enumerate(things) for paper in thing.papers}
    by_topic: dict[str, set[int]] = {}
    for number, thing in enumerate(things):
        for topic in thing.topics:
            by_topic.setdefault(topic, set()).add(number)
    of: dict[Use, int] = {}
    for use in uses:
        about = (by_topic.get(topic, set()) for topic in use.topics)
        near = {by_paper[use.paper]} if use.paper in by_paper else set[int]().union(*about)
        if len(near) == 1:
            of[use] = min(near)
    if len(things) == 1 and all(use in of for use in uses) and not is_known:
        return dict.fromkeys(uses, name)
    called = [scoped(name, min(thing.papers)) for thing in things]
    return {use: called[of[use]] if use in of else name for use in uses}


class _Thing(NamedTuple):
    """What some works claim as one."""

    papers: frozenset[str]
    words: frozenset[str]  # for which they say that the name stands
    topics: frozenset[str]

    def is_of(self, use: Use) -> bool:
        """Whether a claim is of it: that of one of its works, or one that agrees on the words."""
        return use.paper in self.papers or any(agree(use.claim.words, words) for words in self.words)


def _things(own: Iterable[Use]) -> list[_Thing]:
    """What some claims to one name are of; a paper has no claims of two things."""
    things: list[_Thing] = []
    for use in own:
        same = [thing for thing in things if thing.is_of(use)]
        things = [thing for thing in things if thing not in same]
        alone = _Thing(frozenset({use.paper}), frozenset({use.claim.words}), use.topics)
        things.append(_Thing(*(one.union(*others) for one, *others in zip(alone, *same, strict=True))))
    return things
