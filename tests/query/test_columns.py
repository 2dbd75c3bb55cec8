"""Columns answer what SPARQL says, follow the store, and are never believed when they are damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kg.api import Graph
from kg.query import Condition, Entity, Fact, Filter, Lexicon, Outcome, Phrase, answer, read, scan
from kg.query.columns import FILE, Columns
from kg.query.corpus import Corpus
from kg.query.derived import mapped
from kg.query.scan import columns_of, renewed, scanned
from kg.query.sparql import select_papers
from kg.rdf.store import Store
from kg.store.lite import cache_of
from kg.vocabulary import Vocabulary

QUESTIONS = Path(__file__).with_name("paraphrases.jsonl")

FACTS = [
    *(Fact("date", value, value, op) for value in ("2025-10", "2025-10-15", "2025", "--10") for op in (">=", "<", "=")),
    *(Fact("kind", kind, kind) for kind in ("method", "survey", "benchmark")),
    *(Fact("code", part, part) for part in ("", "github", "nowhere")),
    *(Fact("country", code, code) for code in ("CN", "US", "XX")),
    Fact("author", "Wang", "Wang"),
    Fact("venue", "ICLR", "ICLR"),
    Fact("year", "2025", "2025", ">="),
    Fact("source", "002", "002", concept="source:002"),
    Fact("paper", "002-22", "002-22", concept="entry:002-22"),
    *(Fact("recent", number, number) for number in ("1", "3")),
]


@pytest.fixture(scope="module")
def every(built: Graph) -> list[Filter]:
    """The filters of many questions, and of each fact alone, negated and joined."""
    lexicon = Lexicon.of(built.store, built.vocabulary)
    asked = (read(json.loads(line)["q"], lexicon).filter for line in QUESTIONS.read_text().splitlines())
    facts = [Filter((Condition(fact.label, (fact,)),)) for fact in FACTS]
    other = [Filter((Condition(fact.label, (fact,), True),)) for fact in FACTS]
    either = Filter((Condition("x", (FACTS[0], Phrase("cache"), Outcome("", "", change="decrease"))),))
    return [wanted for wanted in [*asked, *facts, *other, either] if wanted.conditions]


def test_columns_give_the_papers_that_the_sparql_of_a_filter_gives(built: Graph, every: list[Filter]) -> None:
    corpus = Corpus.of(built.store)
    some = 0
    for wanted in every:
        expected = sorted(str(row["paper"]) for row in built.store.select(select_papers(wanted)))
        assert corpus.papers(wanted) == expected, wanted
        assert corpus.count(wanted) == len(expected)
        some += bool(expected)
    assert some > 150


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        *(("technique", "proposes|kg:usesTechnique"), ("metric", "result/kg:metric"), ("report", "entry/kg:source")),
        *(("country", "institution/kg:country"), ("institution", "institution"), ("topic", "topic"), ("kind", "kind")),
        *(("hardware", "hardware"), ("task", "task"), ("model", "model"), ("dataset", "dataset")),
    ],
)
def test_columns_count_what_the_store_counts(built: Graph, kind: str, link: str) -> None:
    pairs = Corpus.of(built.store).pairs(kind)
    found = zip(pairs.names.names(pairs.things), Corpus.of(built.store).columns.papers.names(pairs.papers), strict=True)
    rows = built.store.select(f"SELECT DISTINCT ?thing ?paper WHERE {{ ?paper a kg:Paper . ?paper kg:{link} ?thing }}")
    assert sorted(found) == sorted((str(row["thing"]), str(row["paper"])) for row in rows)
    assert rows


def _parts(store: Store) -> list[bytes]:
    return [bytes(part) for part in columns_of(store)._parts]


def test_columns_follow_what_is_added_changed_and_removed(reports: Path, tmp_path: Path) -> None:
    file = tmp_path / "papers.kg"
    first, second, *_ = sorted(reports.glob("*.txt"))
    with Graph(file) as graph:
        graph.add(first, fast=True)
    with Store(file, read_only=True) as store:
        before = Columns(mapped(cache_of(file) / FILE)[1])  # type: ignore[index]
        assert _parts(store) == scanned(store) == [bytes(part) for part in before._parts]
        assert len(set(before["countries", "thing"].tolist())) == before.rows("countries")  # many entries say them
    with Graph(file) as graph:
        graph.add(second, fast=True)
        graph.remove("000-01")
        changed = {name for name in graph.store.graphs() if name.startswith("entry:001-")} | {"entry:000-01"}
        assert renewed(graph.store, before, changed) == scanned(graph.store)
    with Store(file, read_only=True) as store:
        assert _parts(store) == scanned(store)


def test_what_changed_alone_is_read_again(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "papers.kg"
    first, second, *_ = sorted(reports.glob("*.txt"))
    with Graph(file) as graph:
        graph.add(first, fast=True)
    monkeypatch.setattr(scan, "scanned", lambda store: pytest.fail("all was read again"))
    for change in (
        lambda g: g.add(second, fast=True),
        lambda g: g.remove("000-01"),
        lambda g: g.add(second, fast=True),
    ):
        with Graph(file) as graph:
            change(graph)
        with Store(file, read_only=True) as store:
            assert _parts(store) == scanned(store)


def test_damaged_columns_are_made_anew(built_file: Path, vocabulary: Vocabulary, tmp_path: Path) -> None:
    question = "KV-cache compression papers on H100"
    with Store(built_file, read_only=True) as store:
        expected = answer(store, vocabulary, question).to_json()
    assert expected["papers"]
    whole = (cache_of(built_file) / FILE).read_bytes()
    flipped = whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]
    for number, damaged in enumerate((b"", whole[:60], whole[:5000], whole[:-3], flipped)):
        file = tmp_path / str(number) / "papers.kg"
        shutil.copytree(built_file.parent, file.parent)
        columns = cache_of(file) / FILE
        columns.write_bytes(damaged)
        with Store(file, read_only=True) as store:
            assert answer(store, vocabulary, question).to_json() == expected
        assert columns.read_bytes() == whole


def test_things_with_many_papers_are_shown_by_a_few(built: Graph) -> None:
    found = answer(built.store, built.vocabulary, "", filter=Filter((Condition("x", (FACTS[0],)),)))
    assert len(found.rows) == 133


def test_roles_count(built: Graph) -> None:
    corpus = Corpus.of(built.store)
    anyone = Entity("technique", "technique:lora", "LoRA", ("technique:lora",), ("proposed", "used", "baseline"))
    usual = Entity("technique", "technique:lora", "LoRA", ("technique:lora",))
    counts = [corpus.count(Filter((Condition("x", (term,)),))) for term in (anyone, usual)]
    assert counts[0] >= counts[1] > 0
