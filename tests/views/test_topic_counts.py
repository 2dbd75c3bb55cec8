"""Every answer and page takes the papers of a topic from one function, and counts apart those that only name it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import kg
from kg.api import Graph
from kg.query.corpus import Corpus
from kg.query.question_reader import about
from kg.query.sayings import Sayings
from kg.query.topic import only_naming
from kg.views.digest import digest
from kg.views.profile.concept_profile import profile
from kg.views.trends import trend

_PAPERS = {
    "titled": ("Zorvex: A Hardware Accelerator for Sparse Attention", "It is fast."),
    "proposed": ("Brimble", "We propose Brimble, a hardware accelerator for decoding. It is fast."),
    "device": ("Quandle: Pruning of Layers", "We propose Quandle, a pruning method. It runs on any AI accelerator."),
    "passing": ("Jib: Pruning", "We propose Jib. Earlier work is on hardware acceleration."),
    "kind": ("Tarn: KV Cache Eviction", "It is slow."),
    "tool": ("Wend: Compression of KV Caches", "It beats SnapKV."),
    "none": ("Loth", "It is slow."),
}
_TOPICS = {
    "hardware accelerator": ("topic:hardware-accelerators", {"titled", "proposed"}),  # hardware has that name too
    "KV cache eviction": ("technique:kv-cache-eviction", {"kind", "tool"}),
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Papers that work on something, only name it, or run on a device of its name."""
    folder = tmp_path_factory.mktemp("topics")
    papers = folder / "papers.jsonl"
    lines = ({"id": name, "title": t, "abstract": a, "date": "2025-03-01"} for name, (t, a) in _PAPERS.items())
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "topics.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        yield graph


@pytest.mark.parametrize("topic", _TOPICS)
def test_all_views_count_the_papers_of_a_topic_alike(named: Graph, topic: str) -> None:
    concept, own = _TOPICS[topic]
    answer = named.ask(topic, limit=0)
    assert {row.id for row in answer.rows} == own
    naming = len(only_naming(Corpus.of(named.store), answer.filter))
    said = Sayings("en")("answer.naming", naming) if naming else ""
    notes = [said] if said else []
    assert {*notes} <= {*answer.notes}
    n = len(answer.rows)
    assert len(Corpus.of(named.store).found(about(named.lexicon(), concept))) == n
    report = json.loads(str(named.report(topic).render("json")))
    assert (report["papers"], report["mentioning"]) == (n, naming)
    page = profile(named, concept)
    assert (page["papers"], page["mentioning"], page["naming"]) == (n, naming, said)
    listed = digest(named, topic, "en")
    assert listed.papers == n
    assert listed.notes == notes
    counted = trend(named, selection=topic)
    assert counted.papers == n
    assert {*notes} <= {*counted.notes}


def test_trends_count_a_topic_as_answers_do(named: Graph) -> None:
    counts = trend(named, of="topic").counts
    assert sum(counts["topic:hardware-accelerators"]) == len(named.ask("hardware accelerator", limit=0).rows)
