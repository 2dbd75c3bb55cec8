"""What results were obtained on: the hardware, model and data set that their sentences say them of.

A result counts for hardware (a model, a data set) that is asked for only where its sentence says it of that, see
`kg.query.belonging`; where the sentence names none, where the one before does ("We experiment on Wan2.1 and Wan2.2."),
or, where neither names any, its paper has nothing else of the type.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal

from kg.query.belonging import AMOUNT, Belonging, Extent, chains, cues
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter
from kg.query.lexicon import Lexicon
from kg.query.nodes import Node, Reported, nodes_at
from kg.query.sayings import Sayings
from kg.query.shown import entry_of
from kg.text import sentence_at
from kg.vocabulary import Match

#: Types of what a result is obtained on; data sets are no rivals.
OBTAINED = ("hardware", "model", "dataset")
_RIVALS = ("hardware", "model")

Things = dict[str, tuple[str, ...]]
Fits = Literal["", "elsewhere", "unsaid"]
#: What a question wants results to be obtained on: a type, and the concepts that count.
Wanted = tuple[tuple[str, frozenset[str]], ...]


class Setups:
    """What some results were obtained on."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, results: Mapping[str, str]) -> None:
        """Results by node, each with its paper (CURIE)."""
        self.corpus, self.lexicon, self.results = corpus, lexicon, results
        self._said: dict[str, Things] = {}
        self._named: set[tuple[str, str]] = set()  # results whose sentences name something of a type
        self._dealt_out = [label for word in lexicon.words.meaning("dealt-out") for label in word.labels]
        self._cues = cues(lexicon.vocabulary)

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {one.node: one for one in nodes_at(self.corpus.store, self.results) if one.start >= 0}

    @cached_property
    def _beside(self) -> dict[tuple[str, str], dict[Extent, str]]:
        """Where the results of an entry stand in its fields, and how they call what they measure."""
        out: dict[tuple[str, str], dict[Extent, str]] = defaultdict(dict)
        sql = """SELECT e.name, x.field, x.start, x."end", x.metric_text FROM entries e JOIN results x ON x.entry = e.id
            WHERE x.start >= 0 AND e.name IN ({})"""
        for entry, field, start, end, metric in self.corpus.store.some(sql, set(map(entry_of, self.results))):
            out[entry, field][Extent(start, end)] = metric
        return out

    @cached_property
    def _own(self) -> dict[str, list[tuple[str, str, str]]]:
        """What only papers name, by entry: its type, its concept and the words for it."""
        out: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        sql = """SELECT e.name, c.type, c.curie, substr(t.raw, x.start + 1, x."end" - x.start)
            FROM entries e JOIN mentions x ON x.entry = e.id JOIN concepts c ON c.id = x.concept
            JOIN texts t ON t.entry = x.entry AND t.field = x.field
            WHERE x.start >= 0 AND c.type IN ('hardware', 'model', 'dataset') AND e.name IN ({})"""
        for entry, kind, concept, words in self.corpus.store.some(sql, set(map(entry_of, self.results))):
            if words and concept not in self.lexicon.vocabulary:
                out[entry].append((kind, concept, words))
        return out

    @cached_property
    def _rivals(self) -> set[tuple[str, str]]:
        """Papers with what they compare with."""
        sql = """SELECT e.paper, c.curie FROM entries e CROSS JOIN relations x JOIN concepts c ON c.id = x.tail
            WHERE x.entry = e.id AND x.type IN ('outperforms', 'compared_with') AND e.paper IN ({})"""
        return set(map(tuple, self.corpus.store.some(sql, set(self.results.values()))))  # CROSS: SQLite reads all else

    @cached_property
    def _had(self) -> dict[tuple[str, str], set[str]]:
        """What papers have of a type, without what they compare with."""
        out: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind in OBTAINED:
            for paper, thing in self.corpus.had(kind, self.corpus.those(set(self.results.values()))):
                out[paper, kind] |= {thing} if (paper, thing) not in self._rivals else set()
        return out

    def said(self, node: str) -> Things:
        """What a result was obtained on by its sentence, else by the one before; () of a type of which neither says."""
        if node not in self._said:
            self._said[node] = self._read(self._nodes[node]) if node in self._nodes else dict.fromkeys(OBTAINED, ())
        return self._said[node]

    def _read(self, node: Node) -> Things:
        first, last = sentence_at(node.raw, node.start, node.end)
        text, entry = node.raw[first:last], entry_of(node.node)
        beside = self._beside[entry, node.field]
        measured = beside.get(Extent(node.start, node.end))
        inside = {
            Extent(at.start - first, at.end - first): metric == measured
            for at, metric in beside.items()
            if first <= at.start and at.end <= last
        }
        things = self._things(text, entry)
        names = chain.from_iterable(things.values())
        reader = Belonging(text, Extent(node.start - first, min(node.end, last) - first), inside, names, self._cues)
        is_dealt_out = any(words in text for words in self._dealt_out)
        before = self._before(node.raw, first, entry)
        out: Things = {}
        for kind in OBTAINED:
            rivals = reader.rivals(things[kind]) if kind in _RIVALS else set()
            named = [one for one in things[kind] if one not in rivals]
            earlier = before[kind] if not named else []
            self._named |= {(node.node, kind)} if named else set()
            out[kind] = tuple(sorted(reader.of(named, is_dealt_out) or {one.concept for one in earlier}))
        return out

    def _before(self, raw: str, first: int, entry: str) -> dict[str, list[Match]]:
        """What the sentence before names, where it has no results of its own: of each type one thing, or one list."""
        ends = len(raw[:first].rstrip())
        start, end = sentence_at(raw, ends - 1, ends) if ends else (0, 0)
        said = raw[start:end]
        things = self._things(said, entry) if not AMOUNT.search(said) else dict[str, list[Match]]()
        return {kind: things[kind] if len(chains(things.get(kind, []), said)) == 1 else [] for kind in OBTAINED}

    def _things(self, text: str, entry: str) -> dict[str, list[Match]]:
        """What a text names, by type."""
        out: dict[str, list[Match]] = {kind: [] for kind in OBTAINED}
        for match in self.lexicon.matched(text):
            if match.type in out:
                out[match.type].append(match)
        for kind, concept, words in sorted(self._own[entry], key=lambda one: -len(one[2])):
            for found in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text):
                if all(found.end() <= one.start or found.start() >= one.end for one in out[kind]):
                    out[kind].append(Match(concept, kind, *found.span()))
        return out

    def fits(self, node: str, wanted: Wanted) -> Fits:
        """Whether a result is one on what is asked for: "elsewhere" or "unsaid" where it is not, or not said to be."""
        for kind, concepts in wanted:
            wider = {broad for one in concepts for broad in self.lexicon.vocabulary.broader(one)} - concepts
            own = set(self.said(node)[kind]) - wider
            had = self._had[self.results[node], kind] - wider
            if own and not own & concepts:
                return "elsewhere"
            if not own and ((node, kind) in self._named or not (had and had <= concepts)):
                return "unsaid"
        return ""


class Obtained:
    """The results that were obtained on what a filter asks for; it keeps how many others were left out."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, wanted: Filter) -> None:
        self.corpus, self.lexicon, self.conditions = corpus, lexicon, conditions(wanted, lexicon)
        self.left_out: dict[Fits, set[str]] = {"elsewhere": set(), "unsaid": set()}

    def among(self, results: Iterable[Reported]) -> list[Reported]:
        """Those of some results, in the same order."""
        found = list(results)
        if not self.conditions:
            return found
        setups, kept = Setups(self.corpus, self.lexicon, {one.node: one.paper for one in found}), []
        for one in found:
            if fits := setups.fits(one.node, self.conditions):
                self.left_out[fits].add(one.node)
            else:
                kept.append(one)
        return kept

    def notes(self, say: Sayings) -> list[str]:
        """How many results were left out: on something else, or not said to be on what is asked for."""
        return [say(f"ranking.omitted_{why}", len(nodes)) for why, nodes in self.left_out.items() if nodes]


def conditions(wanted: Filter, lexicon: Lexicon) -> Wanted:
    """The conditions on what results are obtained on; MMLU-Pro is a benchmark of its own, and no MMLU."""
    out = []
    for condition in wanted.conditions:
        terms = [term for term in condition.any_of if isinstance(term, Entity) and term.field in OBTAINED]
        kinds = {term.field for term in terms}
        if not condition.negated and len(kinds) == 1 and len(terms) == len(condition.any_of):
            kind = kinds.pop()
            counted = (lexicon.versions(term.concept) if kind == "dataset" else term.concepts for term in terms)
            out.append((kind, frozenset(concept for some in counted for concept in some)))
    return tuple(out)
