"""Slips of English in what a paper says: such words are quoted."""

from __future__ import annotations

import pytest

from kg.views.slips import has_slip


@pytest.mark.parametrize(
    "said",
    [
        "a light gate framework which apply late scans to the maps of a town",
        "a light, two-stage gate approach that quickly select a few of the blocks",
        "a gate which joins two late scan network for maps and streets of a town",
        "a gate framework that iteratively solving the maps of a town",
        "Foo, light gate framework that skips blocks",
        "Foo a light gate that skips blocks",
        "a gate for scanning task (GST)",
        "a gate that skips blocks, allowing smaller model to scan",
        "LGR-Late Gate Routing, a gate that skips blocks",
        "a gate for selection various rates",
        "a map of gates, which is light",
        "a neighboorhood of gates",
    ],
)
def test_a_slip_is_seen(said: str) -> None:
    assert has_slip(said)


@pytest.mark.parametrize(
    "said",
    [
        "a light gate framework which applies late scans to the maps of a town",
        "a mixture of experts model that joins two late scan networks",
        "an ensemble method for fine-tuning a language model to show that skipping blocks is cheap",
        "a low-rank gate for large language model pruning, in which training and scans are one",
        "Foo, a light gate that enables LLMs to scan end-to-end maps",
        "one decayed gate, per model, as model of all maps",
    ],
)
def test_no_slip_is_seen_where_none_is(said: str) -> None:
    assert not has_slip(said)
