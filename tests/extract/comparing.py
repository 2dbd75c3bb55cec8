"""Sentences that compare a proposed method, ZapNet, with others."""

from __future__ import annotations

from collections.abc import Callable

from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.context import DocView, view_of
from kg.extract.ends import Placed
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.winners import StatedRelation, stated
from kg.model import Document, Mention, Result
from kg.vocabulary import Vocabulary

OPENS = "We propose ZapNet, a lazy cache. "
ROLES = {
    "ZapNet": "proposed",
    "tile queue": "proposed",
    "Plover": "baseline",
    "Corvid": "baseline",
    "Dunlin": "used",
    "sparse attention": "baseline",
    "quantization": "baseline",
    "SOTA methods": "baseline",
    "FP16 model": "baseline",
    "SOTA caching methods": "baseline",
}


def viewed(entry: Callable[..., Document], text: str, opens: str = OPENS) -> DocView:
    """The view of a paper that has a sentence behind another."""
    nlp, vocabulary = pipeline(fast=True), Vocabulary.load()
    doc = make_doc(nlp, entry(opens + text), vocabulary)
    for name in ("kg_names", "kg_phrases"):
        doc = dict(nlp.pipeline)[name](doc)
    return view_of(doc, vocabulary)


def stated_in(entry: Callable[..., Document], text: str, *results: Result) -> dict[tuple[str, str], StatedRelation]:
    """The comparisons that the sentence behind OPENS states, by subject and rival."""
    view, found = viewed(entry, text), []
    for name, role in ROLES.items():
        places = [(0, start, end) for start, end in view.places(name)]
        if places:
            start, end = places[0][1:]
            mention = Mention("technique", name, name, start=start, end=end, role=role)
            found.append(Placed(mention, places, own=name == "ZapNet"))
    said = stated(view, found, 0, OutcomeLexicon(view.vocabulary), results)
    return {(found[i].mention.surface, found[j].mention.surface): one for (i, j), one in said.items()}


def compared(entry: Callable[..., Document], text: str, *results: Result) -> set[tuple[str, str, str]]:
    """The comparisons that the sentence behind OPENS states: subject, type, rival."""
    return {(subject, said.kind, rival) for (subject, rival), said in stated_in(entry, text, *results).items()}


def beaten(entry: Callable[..., Document], text: str) -> set[str]:
    """The losers to ZapNet that the sentence behind OPENS states."""
    return {rival for one, kind, rival in compared(entry, text) if (one, kind) == ("ZapNet", "outperforms")}
