"""What results were obtained on: the hardware, model and data set that their words name.

A result counts for hardware (a model, a data set) that is asked for only where its words name it, else those of the
sentence before ("We experiment on Wan2.1 and Wan2.2."), or where its paper has nothing else of the type. Of several in
one sentence the one that a number's own clause names is meant: of "7.5x on an RTX 4090, 4.8x on an A100" the first
number is no result on the A100.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from kg.query.answer import Quote
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter
from kg.query.lexicon import Lexicon
from kg.query.nodes import Reported
from kg.query.shown import quotes
from kg.vocabulary import Match

#: Types of what a result is obtained on.
OBTAINED = ("hardware", "model", "dataset")
#: What joins things that one number was obtained on.
_JOINED = re.compile(r"(?:[\s,/&、和与及()]|and|or|the|an?|single|NVIDIA)*", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
#: A number of a result, in a sentence that therefore says what it itself was obtained on.
_AMOUNT = re.compile(r"\d\s?\\?(?:%|\$?(?:×|\\times)|x\b|倍)")

Things = dict[str, tuple[str, ...]]
Fits = Literal["", "elsewhere", "unsaid"]


class Setups:
    """What the results of some papers were obtained on, and whether that is what a filter asks for."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: Iterable[str]) -> None:
        self.lexicon = lexicon
        self.had: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
        self.wanted = _wanted(wanted)
        self._dealt_out = [label for word in lexicon.words.meaning("dealt-out") for label in word.labels]
        self.corpus, self.papers = corpus, set(papers)
        for kind in OBTAINED:
            for paper, thing in corpus.had(kind, corpus.those(self.papers)):
                self.had[paper, kind] += (thing,)

    @cached_property
    def _own(self) -> dict[tuple[str, str], set[str]]:
        """What each paper surely names of a type, and does not only compare with."""
        sql = """SELECT e.paper, c.curie FROM entries e CROSS JOIN relations x JOIN concepts c ON c.id = x.tail
            WHERE x.entry = e.id AND x.type IN ('outperforms', 'compared_with') AND e.paper IN ({})"""
        rivals = set(map(tuple, self.corpus.store.some(sql, self.papers)))  # without CROSS, SQLite reads all relations
        own: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind in OBTAINED:
            for paper, thing in self.corpus.had(kind, self.corpus.those(self.papers), sure=True):
                own[paper, kind] |= {thing} if (paper, thing) not in rivals else set()
        return own

    def fits(self, paper: str, said: Things) -> Fits:
        """Whether a result is one on what is asked for: "elsewhere" or "unsaid" where it is not, or not said to be."""
        for kind, concepts in self.wanted:
            own, had = set(said[kind]), set(self.had[paper, kind])
            if own and not own & concepts:
                return "elsewhere"
            if not own and not (had and had <= concepts):
                return "unsaid"
        return ""

    def said(self, quote: Quote, setting: str, baseline: str = "", before: str = "") -> Things:
        """What the words of a result name: its own ones, else those nearest to it in its sentence, or the one before.

        What its baseline names is what it is better than ("3x over the H100").
        """
        beaten = {match.concept for match in self.lexicon.matched(baseline)} if baseline else set()
        said = [self.lexicon.matched(words) for words in (setting, quote.quote)]
        owns = [[match for match in found if match.concept not in beaten] for found in said]
        named_near = self.lexicon.matched(quote.context)
        near = [match for match in named_near if match.concept not in beaten]
        earlier = self.lexicon.matched(before) if before and not _AMOUNT.search(before) else []
        start = quote.context.find(" ".join(quote.quote.split()))
        end = start + len(" ".join(quote.quote.split())) if start >= 0 else start
        masked = quote.context
        for match in named_near:  # the digits of a name are no number
            name = masked[match.start : match.end]
            masked = masked[: match.start] + _DIGIT.sub("#", name) + masked[match.end :]
        out = {}
        for kind in OBTAINED:
            nearest = ({match.concept for match in own if match.type == kind} for own in owns)
            named: set[str] = next(filter(None, nearest), set())
            beside = named or _beside([match for match in near if match.type == kind], masked, start, end)
            out[kind] = tuple(sorted(beside or {match.concept for match in earlier if match.type == kind}))
        return out

    def told(self, paper: str, said: Things, quote: Quote, setting: str) -> Things:
        """What is told of a result: of what its words name, what the paper surely names and compares nothing with.

        Of what a sentence deals out ("respectively") only what the setting names.
        """
        known = {kind: self._own[paper, kind] for kind in OBTAINED}
        if any(said in quote.context for said in self._dealt_out):
            own = {match.concept for match in self.lexicon.matched(setting)}
            known = {kind: things & own for kind, things in known.items()}
        return {kind: tuple(thing for thing in said[kind] if thing in known[kind]) for kind in OBTAINED}


def obtained(corpus: Corpus, lexicon: Lexicon, wanted: Filter, results: Iterable[Reported]) -> list[Reported]:
    """The results that were obtained on the hardware, model and data set that a filter asks for."""
    found = list(results)
    setups = Setups(corpus, lexicon, wanted, {one.paper for one in found}) if _wanted(wanted) else None
    if setups is None:
        return found
    said = quotes(corpus.store, {one.node: "" for one in found})
    named = ((one, setups.said(said[one.node], one.setting, one.baseline_text)) for one in found if one.node in said)
    return [one for one, things in named if not setups.fits(one.paper, things)]


def _wanted(wanted: Filter) -> list[tuple[str, frozenset[str]]]:
    """The conditions on what results are obtained on."""
    out = []
    for condition in wanted.conditions:
        terms = [term for term in condition.any_of if isinstance(term, Entity) and term.field in OBTAINED]
        kinds = {term.field for term in terms}
        if not condition.negated and len(kinds) == 1 and len(terms) == len(condition.any_of):
            out.append((kinds.pop(), frozenset(concept for term in terms for concept in term.concepts)))
    return out


def _beside(found: list[Match], text: str, start: int, end: int) -> set[str]:
    """What a number at [start, end) of a sentence was obtained on: what follows before another number, else before."""
    if start < 0 or not found:
        return {match.concept for match in found}
    ordered = sorted(found, key=lambda match: (match.start, -match.end))
    behind = [match for match in ordered if match.start >= end]
    if behind and not _DIGIT.search(text[end : behind[0].start]):
        return _chain(behind, text)
    before = [match for match in ordered if match.end <= start]
    return _chain(before[::-1], text) if before else set()


def _chain(found: list[Match], text: str) -> set[str]:
    """The first of some things, and those that only "and" and the like keep apart from it."""
    out, last = {found[0].concept}, found[0]
    for match in found[1:]:
        first, second = sorted((last, match), key=lambda one: one.start)
        if second.start > first.end and not _JOINED.fullmatch(text[first.end : second.start]):
            break
        out.add(match.concept)
        last = match
    return out
