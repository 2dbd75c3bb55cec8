"""A threshold finds results in any unit of its kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.link.linker import Linker
from kg.model import Document, Source, Text
from kg.query import Lexicon, answer
from kg.rdf.store import Store
from kg.records import from_json
from kg.vocabulary import Vocabulary

from .stored import put

ABSTRACT = (
    "FastDemo has a latency of 0.04 s, needs 1.5 GB of memory, has 2.5 M parameters and trains 5% of the weights."
)
RESULTS = [("latency of 0.04 s", "latency", 0.04, "s"), ("1.5 GB of memory", "memory", 1.5, "GB")]
RESULTS += [("2.5 M parameters", "parameters", 2.5, "M"), ("5% of the weights", "parameters", 5.0, "%")]


@pytest.fixture(scope="module")
def one(vocabulary: Vocabulary) -> Iterator[Store]:
    """One paper that gives its latency in seconds and its memory in gigabytes."""
    document = Document("901-01", "901", 1, {"T": Text("FastDemo", "FastDemo"), "A": Text(ABSTRACT, ABSTRACT)})
    said = {"change": "absolute", "bound": "exact", "baseline": "", "setting": "", "in": "A"}
    results = [{"surface": s, "metric": m, "value": v, "unit": u} | said for s, m, v, u in RESULTS]
    record = from_json({"id": "901-01", "title": "FastDemo", "results": results}, document)
    with Store(None) as store:
        store.put_source(Source("901", "901_demo.txt", "digest", "2025-10-15T15:43:59"))
        put(store, Linker(vocabulary), document, record)
        yield store


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("latency below 50 ms", True),
        ("latency below 0.05 s", True),
        ("latency below 30 ms", False),
        ("latency between 30 and 50 ms", True),
        ("latency between 10 and 30 ms", False),
        ("memory below 2000 MB", True),
        ("memory below 1000 MB", False),
        ("latency below 2 GB", True),  # which is no latency, and left out
        ("fewer than 3 million parameters", True),
        ("fewer than 3M parameters", True),
        ("below 2.9M parameters", True),
        ("under 1.5M parameters", False),
        ("below 0.003B parameters", True),
        ("fewer than 2 million parameters", False),  # 5 % is no number of parameters
        ("more than 2 million parameters", True),
        ("参数不到300万", True),
        ("参数不到200万", False),
    ],
)
def test_threshold_in_another_unit(question: str, found: bool, one: Store, vocabulary: Vocabulary) -> None:
    rows = answer(one, vocabulary, question, lexicon=Lexicon.of(one, vocabulary)).rows
    assert [row.id for row in rows] == (["901-01"] if found else [])
