"""Which results were obtained on the hardware, model and data set that a question asks for.

A result counts for hardware (a model, a data set) where the graph states that it was obtained on it, see
`kg.extract.belonging`; where it states nothing and the sentence names nothing of the type, its paper must have nothing
else of the type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from kg.model import OBTAINED
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter
from kg.query.lexicon import Lexicon
from kg.query.nodes import Reported, nodes_at
from kg.query.sayings import Sayings
from kg.query.shown import entry_of
from kg.text import sentence_at

Things = dict[str, tuple[str, ...]]
Fits = Literal["", "elsewhere", "unsaid"]
#: What a question wants results to be obtained on: a type, and the concepts that count.
Wanted = tuple[tuple[str, frozenset[str]], ...]


class Setups:
    """What some results were obtained on."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, results: Mapping[str, str]) -> None:
        """Results by node, each with its paper (CURIE)."""
        self.corpus, self.lexicon, self.results = corpus, lexicon, results

    @cached_property
    def _on(self) -> dict[tuple[str, str], set[str]]:
        """What results were obtained on, by node and type."""
        out: dict[tuple[str, str], set[str]] = defaultdict(set)
        sql = """SELECT e.name, x.result, c.type, c.curie FROM entries e JOIN result_on x ON x.entry = e.id
            JOIN concepts c ON c.id = x.concept WHERE e.name IN ({})"""
        for entry, number, kind, concept in self.corpus.store.some(sql, set(map(entry_of, self.results))):
            out[f"entry:{entry}/result/{number}", kind].add(concept)
        return out

    @cached_property
    def _named(self) -> set[tuple[str, str]]:
        """Results with the types of which their sentence names something that its paper is not compared with."""
        out = set()
        for one in nodes_at(self.corpus.store, self.results):
            text = one.raw[slice(*sentence_at(one.raw, one.start, one.end))]
            for match in self.lexicon.matched(text) if one.start >= 0 else ():
                if (self.results[one.node], match.concept) not in self._rivals:
                    out.add((one.node, match.type))
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
        """What a result was obtained on, by type; () for a type of which nothing is stated."""
        return {kind: tuple(sorted(self._on.get((node, kind), ()))) for kind in OBTAINED}

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
