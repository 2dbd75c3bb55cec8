"""Classes of rivals that a paper compares itself with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.context import DocView, view_of
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.rivals import add_rivals, rival_classes
from kg.model import Document, Mention
from kg.vocabulary import Vocabulary

OPENS = "We propose ZapNet, a lazy cache. "


def read(entry: Callable[..., Document], text: str) -> DocView:
    """The view of a paper whose abstract ends with a text."""
    nlp, vocabulary = pipeline(fast=True), Vocabulary.load()
    doc = make_doc(nlp, entry(OPENS + text), vocabulary)
    for name in ("kg_names", "kg_phrases"):
        doc = dict(nlp.pipeline)[name](doc)
    return view_of(doc, vocabulary)


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("ZapNet outperforms existing tile-based pruning methods.", ["tile-based pruning methods"]),
        ("ZapNet is 2x faster than strong gated baselines on two tasks.", ["gated baselines"]),
        ("It surpasses both dense gates and lazy-write approaches.", ["lazy-write approaches"]),
        ("Its quality is comparable to that of tile-based systems.", ["tile-based systems"]),
        ("ZapNet outperforms surpassing tile-based schemes.", ["tile-based schemes"]),
        ("ZapNet outperforms existing state-of-the-art methods.", []),
        ("ZapNet outperforms all published baselines and the best-performing models.", []),
        ("ZapNet outperforms a tile-based method.", []),
        ("ZapNet is built of tile-based methods.", []),
        ("ZapNet outperforms tile-based gates.", []),
    ],
)
def test_classes_of_rivals(entry: Callable[..., Document], text: str, classes: list[str]) -> None:
    view = read(entry, text)
    found = rival_classes(view, OutcomeLexicon(view.vocabulary))
    assert [view.text[start:end] for start, _, end in found] == classes


def test_rivals_before_the_own_work_are_background(entry: Callable[..., Document]) -> None:
    vocabulary, nlp = Vocabulary.load(), pipeline(fast=True)
    doc = make_doc(nlp, entry("Gates outperform tile-based pruning methods. " + OPENS), vocabulary)
    for name in ("kg_names", "kg_phrases"):
        doc = dict(nlp.pipeline)[name](doc)
    assert not list(rival_classes(view_of(doc, vocabulary), OutcomeLexicon(vocabulary)))


def added(entry: Callable[..., Document], text: str, *surfaces: str) -> list[tuple[str, str, int]]:
    """The techniques of a paper with these, and the classes of its rivals: surface, role, offset behind OPENS."""
    view = read(entry, text)
    techniques = []
    for surface in surfaces:
        at = view.text.rindex(surface)
        techniques.append(Mention("technique", surface, surface, start=at, end=at + len(surface), role="used"))
    add_rivals(view, techniques, [], OutcomeLexicon(view.vocabulary))
    return [(m.surface, m.role, m.start - view.text.index(text)) for m in techniques]


def test_a_class_of_rivals_takes_the_place_of_what_only_its_words_name(entry: Callable[..., Document]) -> None:
    text = "ZapNet outperforms tile-based pruning methods."
    assert added(entry, text, "pruning") == [("tile-based pruning methods", "baseline", 19)]


def test_what_is_named_elsewhere_too_stays_there(entry: Callable[..., Document]) -> None:
    text = "It prunes with one lazy gate. ZapNet outperforms tile-based lazy gate methods."
    assert added(entry, text, "lazy gate") == [
        ("lazy gate", "used", 19),
        ("tile-based lazy gate methods", "baseline", 49),
    ]


@pytest.mark.parametrize("found", ["tile-based pruning", "tile-based pruning methods"])
def test_a_class_whose_kind_is_a_technique_already_is_no_other(entry: Callable[..., Document], found: str) -> None:
    text = "ZapNet outperforms tile-based pruning methods."
    assert added(entry, text, found) == [(found, "used", 19)]


def test_what_crosses_the_edge_of_a_class_stays(entry: Callable[..., Document]) -> None:
    text = "ZapNet outperforms lazy and tile-based pruning methods."
    assert added(entry, text, "lazy and tile-based pruning") == [("lazy and tile-based pruning", "used", 19)]
