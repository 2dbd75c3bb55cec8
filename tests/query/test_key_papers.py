"""Key papers: those that most papers of a graph cite, or whose method they name."""

from __future__ import annotations

from typing import Any

from kg.query import Lexicon, answer
from kg.query.key_papers import naming_papers, prior_and_derivative
from kg.vocabulary import Vocabulary

from .test_comparison import paper


def _papers() -> dict[str, dict[str, Any]]:
    """OmegaForm, two papers that name it, and one that coins the same name in its text only."""
    own = paper("We propose OmegaForm for pruning.", [("OmegaForm", "OmegaForm", "proposed")])
    return {
        "900-01": own | {"title": "OmegaForm: pruning at once", "name": "OmegaForm"},
        "900-02": paper("We use OmegaForm.", [("OmegaForm", "OmegaForm", "used")]),
        "900-03": paper("We beat OmegaForm.", [("OmegaForm", "OmegaForm", "baseline")]),
        "900-04": paper("We propose PsiForm.", [("PsiForm", "PsiForm", "proposed")]) | {"name": "PsiForm"},
    }


def test_papers_whose_method_others_name_come_first(made: Any, vocabulary: Vocabulary) -> None:
    store = made(_papers())
    called = dict(store.rows("SELECT name, paper FROM entries"))
    assert naming_papers(store, called.values()) == {called["900-01"]: {called["900-02"], called["900-03"]}}
    found = answer(store, vocabulary, "key papers on pruning", lexicon=Lexicon.of(store, vocabulary))
    assert found.rows[0].id == "900-01"


def test_prior_and_derivative_works_are_told_by_names(made: Any) -> None:
    store = made(_papers())
    called = dict(store.rows("SELECT name, paper FROM entries"))
    prior, derivative = prior_and_derivative(store, called["900-01"])
    assert not prior
    assert {one.entry: one.type for one in derivative} == {"900-02": "uses", "900-03": "compares_with"}
    (first, *_), _ = prior_and_derivative(store, called["900-02"])
    assert (first.cited, first.quote) == (called["900-01"], "We use OmegaForm.")
