"""What papers state between things that are compared: of the things themselves, or only of kinds of them.

Where papers contradict one another on which of two things is better, both are said; what is stated of a variant of
LoRA is told as that of a variant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

from kg.query.conditions import OWN, Where, related
from kg.query.corpus import Papers
from kg.query.filter import Entity
from kg.query.lexicon import Lexicon
from kg.query.nodes import Related, namings, stated
from kg.query.sayings import Sayings
from kg.query.shown import quotes
from kg.store.file import StoreFile
from kg.text import fold, is_kind

#: Kinds of a thing that are named at most.
_LISTED = 5


class StatedPair(NamedTuple):
    """A relation that papers state between two of the things, by their places."""

    head: int
    relation: str
    tail: int


class AlikeStated(NamedTuple):
    """What papers state of two ends in the same way: of the things themselves, or of kinds of them."""

    head: str  # "a variant of LoRA (QLoRA)"
    heads: int  # how many: 1 or more
    tail: str
    papers: dict[str, Related]


#: What papers surely state, by relation and paper.
Stated = Mapping[StatedPair, Mapping[str, Related]]


class Between:
    """What papers state between some things, whose `papers` stand at the same places."""

    def __init__(
        self, store: StoreFile, lexicon: Lexicon, say: Sayings, things: Sequence[Entity], papers: Sequence[Papers]
    ) -> None:
        self.store, self.lexicon, self.say, self.things, self.papers = store, lexicon, say, things, papers
        self.unsure: dict[frozenset[int], set[str]] = defaultdict(set)  # papers that may say which thing is better

    def stated(self) -> Stated:
        """What papers surely state between the things, by paper."""
        out: dict[StatedPair, dict[str, Related]] = defaultdict(dict)
        for head, tail in permutations(range(len(self.things)), 2):
            found = self._between(head, tail)
            said = quotes(self.store, {one.node: "" for one in found})
            for one in found:
                if one.node in said and said[one.node].sure:
                    out[StatedPair(head, one.type, tail)].setdefault(one.paper, one)
                elif one.type == "outperforms":
                    self.unsure[frozenset((head, tail))].add(one.paper)
        return out

    def _between(self, head: int, tail: int) -> list[Related]:
        """The relations from one thing to another; where a paper is on a topic, those of what it proposes too.

        A paper on two topics says nothing of the one over the other.
        """
        meant = [self._members(at) for at in (head, tail)]
        ends = related("head", meant[0]), related("tail", meant[1])
        sql = " AND ".join([OWN, *(end.sql for end in ends)])
        found = stated(self.store, Where(sql, ends[0].given + ends[1].given))
        if self.things[head].field != "topic":
            return found
        among = self.papers[head].of("x.paper")
        sql = f"{ends[1].sql} AND x.type = 'outperforms' AND {among.sql}"
        wins = stated(self.store, Where(sql, (*ends[1].given, *among.given)))
        named = namings(self.store, {win.paper for win in wins})
        proposed = {(one.paper, one.concept) for one in named if one.role == "proposed"}
        on_both = {one.paper for one in named if one.concept == self.things[tail].concept and not one.role}
        wins = [win for win in wins if (win.paper, win.head) in proposed and win.paper not in on_both]
        return list(dict.fromkeys((*found, *wins)))

    def _members(self, at: int) -> tuple[str, ...]:
        """A thing and its kinds; of a topic, the techniques that bear its name too."""
        thing = self.things[at]
        names = self.lexicon.senses(fold(self.lexicon.label(thing.concept))) if thing.field == "topic" else []
        same = (one.concept for one in names if one.type == "technique" and one.known)
        return tuple({*thing.concepts}.union(*map(self.lexicon.family, same)))

    def own(self, at: int) -> set[str]:
        """The thing itself, whatever types it is known as."""
        concept = self.things[at].concept
        return self.lexicon.namesakes(concept, (concept, *self._members(at)))

    # Groups

    def groups_of(self, stated: Stated, at: int, relation: str) -> list[AlikeStated]:
        """What papers state of a thing in a relation to the others."""
        pairs = [(pair, found) for pair, found in sorted(stated.items()) if pair[:2] == (at, relation)]
        return [group for pair, found in pairs for group in self._groups(pair, found)]

    def _groups(self, pair: StatedPair, found: Mapping[str, Related]) -> list[AlikeStated]:
        """What papers state between two things, that of the things themselves first and apart."""
        own = self.own(pair.head), self.own(pair.tail)
        groups: dict[tuple[bool, bool], dict[str, Related]] = defaultdict(dict)
        for paper, one in found.items():
            groups[one.head in own[0], one.tail in own[1]][paper] = one
        out = []
        for (is_own, _), papers in sorted(groups.items(), reverse=True):
            heads, tails = {one.head for one in papers.values()}, {one.tail for one in papers.values()}
            head, tail = self.meant(pair.head, heads), self.meant(pair.tail, tails)
            out.append(AlikeStated(head, 1 if is_own else len(heads), tail, papers))
        return out

    def meant(self, at: int, concepts: set[str]) -> str:
        """A thing, or those of its kinds of which something is said: "variants of LoRA (ARD-LoRA, ID-LoRA)"."""
        thing = self.things[at]
        if not concepts.isdisjoint(self.own(at)):
            return thing.label
        whole = "kinds" if is_kind(self.lexicon.label(thing.concept)) else "variants"
        names = sorted(self.lexicon.label(concept, self.say.language) for concept in concepts)
        key = f"comparison.{'methods' if thing.field == 'topic' else whole}"
        return self.say(key, len(names), thing=thing.label, kinds=self.say.first(names, _LISTED))

    def grouped(self, at: int, group: AlikeStated) -> str:
        """What a thing is related to, and whether only a kind of it is: "a variant of LoRA (QLoRA): DoRA (2)"."""
        said = self.say("comparison.named", len(group.papers), name=group.tail)
        is_own = group.head == self.things[at].label
        return said if is_own else self.say("comparison.of", what=group.head, said=said)

    # The verdict

    def verdict(self, stated: Stated, both: Callable[[int, int], Sequence[str]]) -> str:
        """Which thing papers call better, one clause for each way that they state it; else that they do not say so.

        `both` gives the papers that name both of two things.
        """
        pairs = combinations(range(len(self.things)), 2)
        clauses = [clause for pair in pairs for clause in self._clauses(stated, pair, both)]
        text = self.say("list.semicolon").join(clauses) + self.say("ranking.full_stop")
        is_name = any(text.startswith(thing.label) for thing in self.things)
        return text if is_name else text[:1].upper() + text[1:]

    def _clauses(
        self, stated: Stated, pair: tuple[int, int], both: Callable[[int, int], Sequence[str]]
    ) -> Iterator[str]:
        """What is stated of two things: which is better, else how many papers may say so, and what else."""
        wins = [StatedPair(head, "outperforms", tail) for head, tail in permutations(pair)]
        if told := [self._told(way, group) for way in wins for group in self._groups(way, stated.get(way, {}))]:
            yield from told
            return
        first, second = (self.things[at].label for at in pair)
        if "institution" not in {self.things[at].field for at in pair}:
            unsure = len(self.unsure[frozenset(pair)])
            yield self.say(f"comparison.{'unsure' if unsure else 'open'}", unsure, first=first, second=second)
        for way, papers in sorted(stated.items()):  # what else papers state of them
            if {way.head, way.tail} == set(pair):
                yield from (self._told(way, group) for group in self._groups(way, papers))
        number = len(both(*pair))
        yield self.say("comparison.both", number) if number else self.say("comparison.not_both")

    def _told(self, way: StatedPair, group: AlikeStated) -> str:
        """ "LoRA uses pruning in 2 papers"."""
        verb = self.say(f"comparison.{way.relation}", group.heads)
        return self.say("comparison.related", len(group.papers), relation=verb, first=group.head, second=group.tail)
