"""Names that authors coin for their methods, and when two methods of the same name are one.

Authors choose the name of their method freely: DART of one paper and DART of another are two techniques, unless both
papers expand the letters to the same words. The same holds for an acronym that a paper defines. A paper that only
mentions the name refers to the one technique of that name with which it shares a topic; if there is none or several, it
is linked to the unscoped concept. An entry only knows its own claims; the store resolves them against each other
(kg.build.work_sets).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from kg.identifiers import MINTED, NAMESAKE, plain
from kg.link.acronyms import agree, expansions
from kg.link.concepts import local_name, names_of
from kg.link.paper_ids import scoped
from kg.model import Document, Record
from kg.text import fold
from kg.vocabulary import Vocabulary

_MARKED = re.compile("[A-Z0-9]")


class Claim(NamedTuple):
    """An entry's claim to a name, for its own technique or by defining the acronym; or its mention of a name."""

    concept: str  # unscoped: "technique:dart"
    words: str  # folded expansion of the acronym; "" if the entry gives none
    is_own: bool = True  # False for a mention


class Use(NamedTuple):
    """A claim of an entry, with the paper and its topics."""

    paper: str
    claim: Claim
    topics: frozenset[str]


def claims(document: Document, record: Record) -> list[Claim]:
    """The claims of an entry with a linked record; names in the vocabulary cannot be claimed.

    A technique proposed under a name is claimed, and so is an acronym that the entry defines. A mention of a name
    counts if the name has a capital or a digit; ordinary words do not.
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
    """Whether inner capitals or digits mark a name as coined: "FlowKV", "DART", "A3"."""
    return _is_marked(name[1:])


def _is_marked(name: str) -> bool:
    return _MARKED.search(name) is not None or (not name.isascii() and any(c.isupper() or c.isdigit() for c in name))


def link_alone(record: Record, vocabulary: Vocabulary, paper: str) -> None:
    """Link a record as if its paper were alone in the graph: ambiguous names get the unscoped concept.

    A technique with the name of a vocabulary concept is scoped to the paper.
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
    """The concept of each use of a name: the unscoped concept, or the name scoped to a work.

    Claims of one work refer to one technique, and so do claims with the same expansion. `is_known`: the vocabulary has
    another concept of that name.
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
    """Works that claim one technique."""

    papers: frozenset[str]
    words: frozenset[str]  # their expansions of the name
    topics: frozenset[str]

    def is_of(self, use: Use) -> bool:
        """Whether a claim refers to this technique: it is of one of the works, or the expansions agree."""
        return use.paper in self.papers or any(agree(use.claim.words, words) for words in self.words)


def _things(own: Iterable[Use]) -> list[_Thing]:
    """The techniques that some claims to one name refer to; all claims of a paper refer to one technique."""
    things: list[_Thing] = []
    for use in own:
        same = [thing for thing in things if thing.is_of(use)]
        things = [thing for thing in things if thing not in same]
        alone = _Thing(frozenset({use.paper}), frozenset({use.claim.words}), use.topics)
        things.append(_Thing(*(one.union(*others) for one, *others in zip(alone, *same, strict=True))))
    return things
