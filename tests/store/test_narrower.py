"""Problems and tasks of longer names stand under those of the vocabulary that their names hold."""

from __future__ import annotations

from kg.link.linker import Linker
from kg.model import Document, Source, Text
from kg.query import Lexicon
from kg.rdf.store import Store
from kg.records import from_json
from kg.vocabulary import Vocabulary
from tests.query.stored import put

ABOVE = """SELECT c.curie, w.curie FROM broader b
JOIN concepts c ON c.id = b.concept JOIN concepts w ON w.id = b.broader WHERE c.known = 0"""


def test_longer_name_is_found_by_the_shorter_and_goes_with_its_last_paper() -> None:
    vocabulary = Vocabulary.load()
    text = "We reduce the memory footprint of wobbly maps for indoor anomaly detection."
    document = Document("930-01", "930", 1, {"A": Text(text, text)})
    said = {
        "id": "930-01",
        "problems": [{"surface": "memory footprint of wobbly maps", "in": "A"}],
        "tasks": [{"surface": "indoor anomaly detection", "in": "A"}],
    }
    with Store(None) as store:
        store.put_source(Source("930", "930.txt", "digest"))
        put(store, Linker(vocabulary), document, from_json(said, document))
        names = [row[0] for row in store.rows("SELECT curie FROM concepts WHERE known = 0 ORDER BY curie")]
        problem, task = names
        assert sorted(map(tuple, store.rows(ABOVE))) == [
            (problem, "problem:high-memory-consumption"),
            (task, "task:anomaly-detection"),
        ]
        family = Lexicon.of(store, vocabulary).family
        assert problem in family("problem:memory-bottleneck")  # above the problem that the name holds
        assert task in family("task:anomaly-detection")
        triples = store.select("SELECT ?wide { ?one skos:broader ?wide }")
        assert {"problem:high-memory-consumption", "task:anomaly-detection"} <= {row["wide"] for row in triples}
        store.drop_entries(["930-01"])
        assert store.rows(ABOVE) == []
