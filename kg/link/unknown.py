"""Names of organisations that the register lacks, as the words of their line mark them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from kg.link.affiliation_lines import AffiliationLine, Found, has_head, tidy
from kg.link.organisation_words import OrganisationWords
from kg.link.register import NameToken, Register, joined, name_tokens, without_legal_form

_LAB = "laboratory"
_MOST_WORDS = 9  # of a name
_IN_LIST = 4  # parts of a list within a name, and words of a part
_BOX = re.compile(r"\s\d{3,}$")  # a number behind a name: "Lab Code 662"


class UnknownNames:
    """Reads names from the segments of a line in which no organisation of the register is `known`."""

    def __init__(self, of: AffiliationLine, known: dict[int, Found]) -> None:
        self.of = of
        self.known = known  # by segment
        self._places = sorted(known)

    def named(self, at: int) -> Found | None:
        """A name that is not in the register, if its words mark it as an organisation of its own."""
        segment = self.of.segments[at]
        tokens = list(segment.tokens)
        text = self.of.text[segment.start : segment.end]
        legal = len(without_legal_form(tokens, self.of.words)) < len(tokens) or self._is_firm(at)
        is_place = segment.numbered or _BOX.search(text) or _is_street(tokens, self.of.words)
        if is_place or self._is_behind_dash(at):
            return None
        if not (legal or _has_own_head(tokens, self.of.text, self.of.words)) or self._is_unit(text, tokens, at):
            return None
        end = self.of.segments[self.last(at)].end
        name = _without_city(tidy(self.of.text[segment.start : end], self.of.register), self.of.register)
        if not name or len(name.split()) > _MOST_WORDS or not (name[0].isupper() or legal or not name[0].isascii()):
            return None
        return Found(segment.start, end, name, None, "no organisation of the register bears this name", at)

    def last(self, at: int) -> int:
        """The segment that ends the name begun in one: "Institute for Maps", "Keys", "and Logs"; else the same."""
        tokens = self.of.segments[at].tokens
        if not any(has_head([a], self.of.words.lab) and not b.folds for a, b in pairwise(tokens)):
            return at
        last = at + 1
        while (
            last <= at + _IN_LIST
            and self.of.is_with(at, last)
            and last not in self.known
            and len(self.of.segments[last].tokens) <= _IN_LIST
        ):
            if any(map(self.of.is_and, self.of.segments[last].tokens)):
                return last
            last += 1
        return at

    def _is_behind_dash(self, at: int) -> bool:
        """Whether a part is that of a known one: "University of Danang – University of Science and Technology"."""
        before = self.of.segments[at - 1] if at else self.of.segments[at]
        return at - 1 in self.known and self.of.text[before.end : self.of.segments[at].start].strip() in {"–", "—"}

    def _is_firm(self, at: int) -> bool:
        """Whether a legal form follows behind a comma: "Pacific Biosciences, Inc."."""
        after = self.of.segments[at + 1].tokens if self.of.is_with(at, at + 1) else ()
        return bool(after) and all(fold in self.of.words.legal for token in after for fold in token.folds)

    def _is_unit(self, text: str, tokens: list[NameToken], at: int) -> bool:
        """Whether a name is a unit of a neighbouring organisation, or too generic to be an organisation."""
        folds = [f for t in tokens for f in t.folds]
        if len(folds) < 2 or folds[0] in self.of.words.unit:
            return True
        if any(t.folds and t.folds[-1] in self.of.words.unit and not of.folds for t, of in pairwise(tokens)):
            return self._owner(at) is not None  # "NUTRIM School of Nutrition and Research"
        if has_head(tokens, self.of.words.learned) and folds[0] not in self.of.words.lab:
            return False
        if not any(f in self.of.words.lab for f in folds):
            return False
        if folds[-1] in self.of.words.lab and len(folds) <= (3 if folds[-1] == _LAB else 2):
            return bool(self.known) and not self._is_national(at, folds)
        owner = self._owner(at)
        if folds[0] in self.of.words.lab and not owner:
            return bool(self.known)
        return owner is not None

    def _is_national(self, at: int, folds: Sequence[str]) -> bool:
        """Whether a laboratory is that of a nation and has an affiliation of its own: "DSO National Laboratories"."""
        return not self.of.words.begins.isdisjoint(folds[1:]) and not any(
            self.of.is_with(at, other) for other in self.known
        )

    def _owner(self, at: int) -> Found | None:
        """The organisation after an unknown laboratory, skipping departments between them."""
        place = bisect_right(self._places, at)
        if place == len(self._places) or not self.of.is_with(at, self._places[place]):
            return None
        following = self.known[self._places[place]]
        learned = has_head(name_tokens(following.name, self.of.words), self.of.words.learned)
        own = [f for t in self.of.segments[at].tokens for f in t.folds]
        if learned:
            return following
        theirs = [f for t in self.of.segments[following.segment].tokens for f in t.folds]
        shared = [f for f in own if f in self.of.words.lab and f in theirs]
        return None if shared or "institute" in own else following


def _has_own_head(run: Sequence[NameToken], line: str, words: OrganisationWords) -> bool:
    """Whether a head word tells what the name is of, not what it is for: none does in "Perception for Robotics"."""
    free = [*run[:1], *(b for a, b in pairwise(run) if line[a.start : a.end] != "for")]
    return any(fold in words.head for token in free for fold in token.folds)


def _is_street(run: Sequence[NameToken], words: OrganisationWords) -> bool:
    """Whether words are the name of a street, whatever they begin with: "University Road"."""
    return len(run) > 1 and bool(run[-1].folds) and run[-1].folds[-1] in words.street


def _without_city(name: str, register: Register) -> str:
    """A name without the city that follows it ("MITRE Corporation Bedford")."""
    tokens = name_tokens(name, register.words)
    for cut in (2, 1):
        city = joined(tokens[-cut:])
        is_city = len(tokens) > cut + 1 and bool(tokens[-cut].folds) and bool(tokens[-cut - 1].folds)
        if is_city and register.is_place(city) and not register.country(city):
            last = tokens[-cut - 1]
            if last.folds[-1] in register.words.head or last.folds[-1] in register.words.legal:
                return tidy(name[: last.end], register)
    return name
