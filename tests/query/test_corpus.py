"""What a corpus counts by whole arrays is what plain loops over its papers count."""

from __future__ import annotations

import random

import numpy as np
import pytest

from kg.api import Graph
from kg.query.corpus import Corpus
from kg.query.support import support
from kg.query.tally import _most


@pytest.mark.parametrize("size", [0, 1, 20, 60, 133])
def test_support_of_numbers_is_that_of_the_papers_one_by_one(built: Graph, size: int) -> None:
    corpus = Corpus.of(built.store)
    for turn in range(5):
        chosen = random.Random(turn).sample(range(len(corpus)), min(size, len(corpus)))
        papers = np.array(sorted(chosen), np.int32)
        assert corpus.support(papers) == support(corpus.backer(paper).supporter for paper in chosen)


def test_entries_and_mentions_come_in_the_order_of_what_they_are_asked_of(built: Graph) -> None:
    corpus = Corpus.of(built.store)
    papers = random.Random(1).sample(range(len(corpus)), 40)
    assert corpus.entries_of(papers) == [name for paper in papers for name in corpus.entries_of([paper])]
    assert corpus.entries_of([]) == []
    entries = np.array(random.Random(2).sample(range(len(corpus.columns.entries)), 40), np.int32)
    one_by_one = [row for entry in entries for row in corpus.mentions_in(np.array([entry])).tolist()]
    assert corpus.mentions_in(entries).tolist() == one_by_one


@pytest.mark.parametrize("kind", ["technique", "institution", "author", "dataset"])
def test_pairs_are_counted_as_one_by_one(built: Graph, kind: str) -> None:
    pairs = Corpus.of(built.store).pairs(kind)
    things, papers = pairs.counted()
    known = np.unique(pairs.things, return_counts=True)
    assert (things.tolist(), papers.tolist()) == (known[0].tolist(), known[1].tolist())


@pytest.mark.parametrize("number", [1, 3, 10, 500])
def test_the_most_come_first_and_those_that_are_level_in_order(number: int) -> None:
    counts = np.array([random.Random(7).choice((1, 2, 2, 5)) + n % 3 for n in range(60)], np.int32)
    plain = sorted(range(60), key=lambda at: (-counts[at], at))[:number]
    assert _most(counts, number).tolist() == plain
    assert _most(counts[:0], number).tolist() == []
