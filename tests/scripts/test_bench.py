"""The ten queries of scripts/bench.py give what a plain count over records, or a scan of networkx, gives."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import bench
import bench_page
import bench_queries
import pytest

import kg

if TYPE_CHECKING:
    import networkx

    from kg.api import Graph

PLACES = ("Tsinghua University", "University of Oxford", "Google (United States)")
#: What each of some papers says; every third has another institution.
SENTENCES = (
    "We propose {name}, which prunes the KV cache. {name} outperforms LoRA and is {n}x faster on an NVIDIA H100.",
    "We propose {name} with LoRA and quantization on an NVIDIA A100. It achieves a {n}x speedup over vLLM.",
    "We study speculative decoding with LoRA and knowledge distillation. KV cache compression halves memory on H100.",
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A graph of 24 papers, two of them without an institution."""
    folder = tmp_path_factory.mktemp("bench")
    names = [f"Cache{chr(65 + n)}{chr(97 + n)}Lane" for n in range(24)]
    papers = (
        {
            "id": f"p{n}",
            "title": f"{name}: Efficient Inference for Models of Kind {n}",
            "abstract": SENTENCES[n % 3].format(name=name, n=n + 2),
            "institutions": [] if n > 21 else [PLACES[n % 3], *PLACES[: n % 2]],
            "date": f"2025-{n % 12 + 1:02}-03",
        }
        for n, name in enumerate(names)
    )
    with kg.open(str(folder / "g.kg"), create=True) as made:
        made.add(bench.written(folder / "papers.jsonl", papers, plain=True))
        yield made


@pytest.fixture(scope="module")
def network(graph: Graph) -> networkx.MultiDiGraph[str]:
    return graph.networkx()


@pytest.fixture(scope="module")
def subjects(graph: Graph) -> Any:
    return bench_queries.Subjects(graph)


def query(words: str) -> Any:
    return next(one for one in bench_queries.QUERIES if words in one.name)


def counted(table: Any, column: str = "papers") -> dict[str, int]:
    at = table.columns.index(column)
    return {line.concept: line.values[at] for line in table.lines}


def test_there_are_ten_queries_and_each_finds_something(graph, subjects):
    assert len({one.name for one in bench_queries.QUERIES}) == 10
    assert all(one.found(one.ask(graph, subjects)) for one in bench_queries.QUERIES)


@pytest.mark.parametrize("words", ["topic on a hardware", "papers of an institution"])
def test_papers_are_those_that_a_scan_finds(graph, network, subjects, words):
    one = query(words)
    found = one.scan(network, subjects)
    assert found
    assert {row.paper for row in one.ask(graph, subjects).rows} == found


@pytest.mark.parametrize("words", ["by independent support", "go with a concept"])
def test_techniques_are_counted_as_a_scan_counts_them(graph, network, subjects, words):
    one = query(words)
    scanned = one.scan(network, subjects)
    scanned.pop(bench_queries.TECHNIQUE, None) if "go with" in words else None
    scanned = {thing: n for thing, n in scanned.items() if thing not in graph.lexicon().bearers}
    found = counted(one.ask(graph, subjects).table)
    assert found == {thing: scanned[thing] for thing in found}
    assert sorted(found.values(), reverse=True) == sorted(scanned.values(), reverse=True)[: len(found)]


def test_independent_support_is_that_of_papers_without_a_shared_institution(graph, network, subjects):
    one = query("by independent support")
    places: dict[str, set[str]] = {}
    for paper, place in bench_queries._edges(network, "institution"):
        places.setdefault(paper, set()).add(place)
    for concept, support in counted(one.ask(graph, subjects).table, "support").items():
        papers = bench_queries._papers_with(network, [concept], *bench_queries._OWN)
        every = set().union(*(places.get(paper, set()) for paper in papers))
        assert 1 <= support <= min(len(papers), len(every) + 1)


def test_what_outperforms_is_what_a_scan_finds(graph, network, subjects):
    one = query("outperforms")
    found = one.scan(network, subjects)
    assert found
    assert set(counted(one.ask(graph, subjects).table)) == found


def test_results_above_a_value_are_those_of_the_records(graph, subjects):
    answer = query("above a value").ask(graph, subjects)
    highest = {
        paper.id: max(
            (
                result.value if isinstance(result.value, float | int) else max(result.value)
                for _, record in paper.entries
                for result in record.results
                if result.metric_concept in subjects.metrics and result.unit == "x" and result.sure
            ),
            default=0.0,
        )
        for paper in graph.papers()
    }
    assert {row.paper for row in answer.rows} == {paper for paper, value in highest.items() if value >= 10}
    assert {"value", "baseline"} <= set(answer.table.columns)
    assert str(round(max(highest.values()))) in str(answer.table.lines[0].values)


def test_topics_of_the_months_add_up_to_what_a_scan_counts(graph, network, subjects):
    one = query("a month")
    table = one.ask(graph, subjects).table
    scanned = one.scan(network, subjects)
    assert counted(table) == {line.concept: scanned[line.concept] for line in table.lines}
    assert all(sum(line.values[1:-1]) == line.values[-1] for line in table.lines)


def test_the_matrix_has_the_papers_of_both(graph, network, subjects):
    one = query("matrix")
    table = one.ask(graph, subjects)
    scanned = {(graph.label(place), graph.label(topic)): n for (place, topic), n in one.scan(network, subjects).items()}
    assert table.index.name == "institution"
    assert {(place, topic): n for place, row in table.iterrows() for topic, n in row.items() if n} == scanned


def test_the_matrix_of_a_question_has_its_papers_alone(graph):
    every, some = graph.matrix("technique", "topic"), graph.matrix("technique", "topic", "papers on A100")
    assert 0 < some.to_numpy().sum() < every.to_numpy().sum()


def test_the_evidence_of_a_paper_is_that_of_its_record(graph, subjects):
    one = query("evidence")
    own = {entry.id: record for paper in graph.papers() for entry, record in paper.entries}[subjects.paper]
    assert one.ask(graph, subjects).entries[0][1] == own
    assert one.found(one.ask(graph, subjects)) == sum(1 for _ in bench_queries.evidence(own))


def test_the_neighbourhood_is_the_papers_of_a_technique_and_all_they_have(graph, network, subjects):
    one = query("neighbourhood")
    around = one.ask(graph, subjects)
    scanned = one.scan(network, subjects)
    papers = {node for node in scanned if node.startswith("paper:")}
    metrics = {node for node in scanned if node.startswith("metric:")}  # said of results, not a link of a paper
    assert scanned - metrics <= set(around.nodes)
    own = Counter(thing for paper in papers for thing in set(network.successors(paper)))
    assert {node: around.nodes[node]["papers"] for node in scanned - papers - metrics} == {
        node: own[node] for node in scanned - papers - metrics
    }
    assert {key for _, _, key in around.edges(keys=True)} <= {key for _, _, key in network.edges(keys=True)}


def test_a_neighbourhood_keeps_to_its_limit_and_what_no_paper_has_is_told(graph):
    around = graph.neighbourhood(bench_queries.TECHNIQUE, limit=3)
    kinds = Counter(data["type"] == "paper" for _, data in around.nodes(data=True))
    assert kinds[True] <= 3
    assert kinds[False] <= 3 + len(graph.vocabulary.narrower(bench_queries.TECHNIQUE))
    with pytest.raises(kg.KgError, match="no paper that has 'technique:no-such-thing'"):
        graph.neighbourhood("technique:no-such-thing")


def test_sparql_finds_something_for_each_query_in_rdflib(graph, subjects):
    store = bench.part(graph, 100)
    assert len(store) > 1000
    empty = [one.name for one in bench_queries.QUERIES if not list(store.query(one.sparql(subjects)))]
    assert not empty


def test_slope_is_the_exponent_of_growth():
    assert bench_page.slope({10: 3.0, 100: 30.0, 1000: 300.0}) == pytest.approx(1)
    assert bench_page.slope({10: 1.0, 1000: 10.0}) == pytest.approx(0.5)
    assert bench_page.slope({10: 1.0}) is None


def test_institutions_are_given_by_the_title():
    assert bench.given("A paper") == bench.given("A paper")
    assert len({name for n in range(200) for name in bench.given(f"A paper {n}")}) > 50


def test_a_history_becomes_a_page_and_a_comparison(tmp_path):
    queries = {one.name: {"found": 3, "first": 9.0, "warm": 2.0} for one in bench_queries.QUERIES}
    slower = {name: one | {"warm": 4.0} for name, one in queries.items()}
    run = {"papers": 100, "triples": 9000, "open s": 0.2, "queries": queries, "date": "2026-01-01", "machine": "m"}
    history = tmp_path / "history.jsonl"
    lines = [run, run | {"papers": 1000, "triples": 90_000}, run | {"papers": 1000, "queries": slower}]
    history.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    page = bench_page.page(bench_page.latest(history), 100)
    assert "| topics a month | 2.0 | 4.0 | 0.30 |" in page
    assert "| topics a month | 1,000 | 2.0 | 4.0 | 2.00 |" in bench_page.compared(history)
