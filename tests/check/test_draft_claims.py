"""True claims and claims with one thing swapped, of many papers: how many are supported and contradicted."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.api import Graph

_SCRIPT = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts" / "drafts.py"))
CORPUS, cases, graph_of, score = (_SCRIPT[name] for name in ("CORPUS", "cases", "graph_of", "score"))
SHARED = Path(os.environ.get("KG_SHARED", ""))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    if not (os.environ.get("KG_SHARED") and (SHARED / CORPUS).is_file()):
        pytest.skip("KG_SHARED names no folder with the papers")
    with kg.open(str(graph_of(cases(), SHARED, tmp_path_factory.mktemp("claims"))), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("part", "supported", "contradicted"), [("dev", 0.38, 0.5), ("held", 0.4, 0.5), ("new", 0.3, 0.4)]
)
def test_true_claims_are_supported_and_swaps_are_not(
    graph: Graph, part: str, supported: float, contradicted: float
) -> None:
    claims = [one for one in cases() if one["part"] == part]
    counts = score(graph, claims)
    true, swaps = (sum(n for (truth, _), n in counts.items() if truth == kind) for kind in ("true", "swap"))
    assert counts["true", "supported"] >= supported * true
    assert max(counts["true", "contradicted"], counts["swap", "supported"]) <= 0.1 * len(claims) / 2
    assert counts["swap", "contradicted"] >= contradicted * swaps


def test_claims_of_papers_that_ship_need_no_other_folder(built: Graph) -> None:
    claims = [one for one in cases() if one["paper"][:3].isdigit() and "-" in one["paper"]]
    counts = score(built, claims)
    assert counts["swap", "supported"] == counts["true", "contradicted"] == 0
    assert counts["true", "supported"] >= 1


def test_a_verdict_shows_the_sentence_of_the_paper_and_the_words_that_differ(built: Graph) -> None:
    text = "HES-SQL achieves an execution accuracy of 69.14% on BIRD. LongLive runs at 20.7 FPS on an A100."
    other, device = (one for one in built.check(text).verdicts)
    assert (other.status, other.reason, other.evidence[0].quote) == ("contradicted", "other_value", "79.14%")
    assert "A100" in device.differs
    assert device.to_json()["differs"] == list(device.differs)
