"""Wins that a sentence states outright."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.context import view_of
from kg.extract.ends import Placed
from kg.extract.winners import stated
from kg.model import Document, Mention
from kg.vocabulary import Vocabulary

OPENS = "We propose ZapNet, a lazy cache. "
ROLES = {
    "ZapNet": "proposed",
    "Plover": "baseline",
    "Corvid": "baseline",
    "Dunlin": "used",
    "sparse attention": "baseline",
}


def beaten(entry: Callable[..., Document], text: str) -> set[str]:
    """The losers to ZapNet that the sentence behind OPENS states."""
    nlp = pipeline(fast=True)
    doc = make_doc(nlp, entry(OPENS + text), Vocabulary.load())
    for name in ("kg_names", "kg_phrases"):
        doc = dict(nlp.pipeline)[name](doc)
    view, found = view_of(doc, Vocabulary.load()), []
    for name, role in ROLES.items():
        places = [(0, start, end) for start, end in view.places(name)]
        if places:
            mention = Mention("technique", name, name, start=places[0][1], end=places[0][2], role=role)
            found.append(Placed(mention, places, own=name == "ZapNet"))
    return {found[loser].mention.surface for winner, loser in stated(view, found, 0) if winner == 0}


@pytest.mark.parametrize(
    ("text", "losers"),
    [
        ("ZapNet outperforms Plover.", {"Plover"}),
        ("Our method surpasses rivals such as Plover and Corvid.", {"Plover", "Corvid"}),
        ("It gives a 2x speedup over Plover, and is simpler.", {"Plover"}),
        ("ZapNet is three times faster than Plover.", {"Plover"}),
        ("ZapNet does not outperform Plover.", set()),
        ("ZapNet matches or exceeds Plover.", set()),
        ("ZapNet outperforms the best results on Plover.", set()),
        ("Dunlin outperforms Plover in our tests.", set()),
        ("ZapNet is comparable to Plover.", set()),
        ("ZapNet outperforms plain sparse attention.", {"sparse attention"}),
        ("ZapNet outperforms existing sparse attention.", set()),
    ],
)
def test_a_win_is_stated_by_a_verb_with_its_subject_and_object(
    entry: Callable[..., Document], text: str, losers: set[str]
) -> None:
    assert beaten(entry, text) == losers


def test_what_is_used_is_not_beaten(entry: Callable[..., Document]) -> None:
    assert beaten(entry, "ZapNet outperforms Dunlin.") == set()
