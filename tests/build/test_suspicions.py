"""Papers that have an id or a title in common and nothing else are kept apart, listed, and explained."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import kg
from kg.api import Graph
from kg.build.suspicions import judged, suspicions
from kg.cli import application

ENTRIES = """
@article{one, title={Layer Caches for Drones}, author={Fox, Ada}, year={2024}, doi={10.1000/x1}, abstract={We cache.}}
@article{again, title={Layer caches for drones}, author={Ada Fox}, year={2024}, doi={10.1000/x1}, abstract={We cache.}}
@article{other, title={Layer Caches for Drones}, author={Dorn, Cy}, year={2019}, abstract={We fly.}}
@incollection{ch1, title={Chapter on Caches}, booktitle={Book}, author={Ray, Jo}, year={2021}, doi={10.1000/b}}
@incollection{ch2, title={Chapter on Trees}, booktitle={Book}, author={May, Lu}, year={2021}, doi={10.1000/b}}
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("suspicions")
    (folder / "a.bib").write_text(ENTRIES)
    with kg.open(folder / "t.kg", create=True) as made:
        made.add(folder / "a.bib", fast=True)
        yield made


def test_an_id_or_a_title_alone_joins_nothing_and_is_a_suspicion(graph: Graph) -> None:
    assert len(graph.sql("SELECT id FROM papers")) == 4
    assert [(one.common, len(one.papers)) for one in suspicions(graph.store)] == [
        ("DOI 10.1000/b", 2),
        ("title “Layer Caches for Drones”", 2),
    ]


def test_the_rule_that_decided_is_named(graph: Graph) -> None:
    same, chapters = judged(graph.store, "a-one", "a-again"), judged(graph.store, "a-ch1", "a-ch2")
    assert same is not None
    assert same.is_one
    assert "the same DOI" in same.rules[0]
    assert chapters is not None
    assert not chapters.is_one
    assert "other titles and people" in chapters.rules[0]
    assert judged(graph.store, "a-one", "quantization") is None


def test_the_commands_say_so(graph: Graph) -> None:
    place = str(graph.store.path)
    said = CliRunner().invoke(application(), ["explain-merge", "a-one", "a-other", "-g", place]).stdout
    assert "two papers" in said
    assert "no author in common" in said
    assert "DOI 10.1000/b" in CliRunner().invoke(application(), ["doctor", "-g", place]).stdout
