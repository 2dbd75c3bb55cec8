"""Classes of rivals that a paper compares itself with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract.outcomes import OutcomeLexicon
from kg.extract.rivals import add_rivals, rival_classes
from kg.model import Document, Mention
from tests.extract.comparing import OPENS, viewed


def test_rivals_before_the_own_work_are_background(entry: Callable[..., Document]) -> None:
    view = viewed(entry, OPENS, opens="Gates outperform tile-based pruning methods. ")
    assert not list(rival_classes(view, OutcomeLexicon(view.vocabulary)))


def added(entry: Callable[..., Document], text: str, *surfaces: str) -> list[tuple[str, str, int]]:
    """The techniques of a paper with these, and the classes of its rivals: surface, role, offset behind OPENS."""
    view = viewed(entry, text)
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
