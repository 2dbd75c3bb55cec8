"""Which results were obtained on the hardware, model and data set that a question asks for, as the graph states it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.model import OBTAINED
from kg.query.corpus import Corpus
from kg.query.filter import Entity, Filter
from kg.query.lexicon import Lexicon
from kg.query.nodes import Reported
from kg.query.sayings import Sayings
from kg.query.shown import entry_of


class Setups:
    """What some results, by their nodes, were obtained on."""

    def __init__(self, corpus: Corpus, results: Iterable[str]) -> None:
        self._on: dict[tuple[str, str], set[str]] = defaultdict(set)
        sql = """SELECT e.name, x.result, c.type, c.curie FROM entries e JOIN result_on x ON x.entry = e.id
            JOIN concepts c ON c.id = x.concept WHERE e.name IN ({})"""
        for entry, number, kind, concept in corpus.store.some(sql, set(map(entry_of, results))):
            self._on[f"entry:{entry}/result/{number}", kind].add(concept)

    def said(self, node: str) -> dict[str, tuple[str, ...]]:
        """What a result was obtained on, by type; () for a type of which nothing is stated."""
        return {kind: tuple(sorted(self._on.get((node, kind), ()))) for kind in OBTAINED}


class Obtained:
    """The results that were obtained on what a filter asks for; it keeps how many others were left out."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, wanted: Filter) -> None:
        self.corpus, self.known, self.wanted = corpus, lexicon.vocabulary, list(_wanted(wanted, lexicon))
        self.left_out: dict[str, set[str]] = {"elsewhere": set(), "unsaid": set()}

    def among(self, results: Iterable[Reported]) -> list[Reported]:
        """Those of some results, in the same order."""
        kept = list(results)
        setups = Setups(self.corpus, (one.node for one in kept if self.wanted))
        for kind, concepts in self.wanted:
            wider = {broad for one in concepts for broad in self.known.broader(one)} - concepts  # which says nothing
            on = {one.node: set(setups.said(one.node)[kind]) - wider for one in kept}
            self.left_out["elsewhere"] |= {node for node, own in on.items() if own and not own & concepts}
            self.left_out["unsaid"] |= {node for node, own in on.items() if not own}
            kept = [one for one in kept if on[one.node] & concepts]
        return kept

    def notes(self, say: Sayings) -> list[str]:
        """How many results were left out: on something else, or not said to be on what is asked for."""
        return [say(f"ranking.omitted_{why}", len(nodes)) for why, nodes in self.left_out.items() if nodes]


def _wanted(wanted: Filter, lexicon: Lexicon) -> Iterable[tuple[str, frozenset[str]]]:
    """The types and concepts that results must be obtained on; MMLU-Pro is a benchmark of its own, and no MMLU."""
    for condition in wanted.conditions:
        terms = [term for term in condition.any_of if isinstance(term, Entity) and term.field in OBTAINED]
        kinds = {term.field for term in terms}
        if not condition.negated and len(kinds) == 1 and len(terms) == len(condition.any_of):
            kind = kinds.pop()
            counted = (lexicon.versions(term.concept) if kind == "dataset" else term.concepts for term in terms)
            yield kind, frozenset(concept for some in counted for concept in some)
