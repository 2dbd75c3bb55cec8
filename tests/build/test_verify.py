"""What is broken in a graph's file, or in the triples beside it, is found and named."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_demo import ABSTRACT, demo_source

import kg
from kg.api import Graph
from kg.build.verify import verify
from kg.model import KgError
from kg.names import iri
from kg.rdf.store import Store

ENTRY, PAPER = "entry:demo-01", "paper:longdemo-long-videos"
GONE = object()  # in the place of a value that is taken out


def tamper(store: Store, column: str, path: str, value: object, name: str = "demo-01") -> None:
    """Change the JSON of an entry behind the back of the program, whose triples follow as they would when made anew.

    Every change must find something to change.
    """
    [(before,)] = store.db.execute(f"SELECT {column} FROM entries WHERE name = ?", (name,)).fetchall()
    change, given = (
        ("json_remove(?, ?)", [before, path]) if value is GONE else ("json_set(?, ?, json(?))", [before, path])
    )
    [(after,)] = store.db.execute(
        f"SELECT {change}", given if value is GONE else [*given, json.dumps(value)]
    ).fetchall()
    assert json.loads(after) != json.loads(before)
    store.db.execute(f"UPDATE entries SET {column} = ? WHERE name = ?", (after, name))
    store.db.execute("INSERT OR REPLACE INTO changes (graph) VALUES (?)", (f"entry:{name}",))


def alter(store: Store, subject: str, predicate: str, *new: ox.NamedNode | ox.Literal | str) -> None:
    """Change the triples of the entry alone: put new values in the place of those that are there."""
    graph = ox.NamedNode(iri(ENTRY))
    node, link = named(subject), named(predicate)
    triples = store.rdf.read(lambda found: found)
    for old in list(triples.quads_for_pattern(node, link, None, graph)):
        triples.remove(old)
    for value in new:
        triples.add(ox.Quad(node, link, ox.Literal(value) if isinstance(value, str) else value, graph))


def named(name: str) -> ox.NamedNode:
    return ox.NamedNode(name if name.startswith("http") else iri(name))


@pytest.fixture
def faults(demo: Store) -> Callable[[], list[str]]:
    """What is found in the demo without the shapes; see `test_what_the_program_writes_is_in_order`."""
    demo.graphs()
    return lambda: verify(demo, shacl=False).faults


def test_what_the_program_writes_is_in_order(demo: Store):
    report = verify(demo)
    assert report.faults == []
    assert report.checked == {
        "entries": 1,
        "sources": 1,
        "other graphs": 1,
        "texts": 4,
        "mentions": 6,
        "results": 1,
        "relations": 1,
        "quotes": 7,
    }


@pytest.mark.parametrize(
    ("path", "new", "told"),
    [
        ("$.techniques[0].surface", "LongDemx", "mention/2: its quote 'LongDemx' does not stand at 0 to 8 of A"),
        ("$.techniques[0].start", 1, "mention/2: its quote 'LongDemo' does not stand at 1 to 8 of A"),
        ("$.techniques[0].start", GONE, "mention/2: its quote 'LongDemo' has no place"),
        ("$.techniques[0].field", "K", "mention/2: the text of its quote 'LongDemo' is missing"),
        ("$.techniques[0].field", GONE, "mention/2: the text of its quote 'LongDemo' is missing"),
        ("$.techniques[0].reason", GONE, "mention/2: no reason is recorded why it is technique:longdemo"),
        ("$.techniques[0].concept", GONE, "mention/2: its entity is missing"),
        ("$.results[0].evidence.quote", "cuts by 60%", "result/1: its quote 'cuts by 60%' does not stand"),
        ("$.results[0].metric_concept", GONE, "result/1: its metric is missing"),
        ("$.results[0].reason", GONE, "result/1: no reason is recorded why it is metric:"),
        ("$.relations[0].evidence.quote", "it loses", "relation/1: its quote 'it loses' does not stand"),
        ("$.relations[0].evidence.end", GONE, "relation/1: its evidence has no place"),
        ("$.relations[0].head_concept", "", "relation/1: its head is missing"),
        ("$.relations[0].tail_concept", "technique:x", "relation/1: no reason is recorded why its tail 'H2O' is tech"),
        ("$.reason", GONE, f"no reason is recorded why it describes {PAPER}"),
    ],
)
def test_altered_record_is_found(demo: Store, faults: Callable[[], list[str]], path: str, new: object, told: str):
    tamper(demo, "record", path, new)
    found = faults()
    assert any(told in fault for fault in found), found
    assert all(fault.startswith("entry demo-01: ") for fault in found)


@pytest.mark.parametrize(
    ("column", "path", "new", "told"),
    [
        ("record", "$.paper", GONE, "The entry demo-01 gives no triples (demo-01 is not linked to a paper)"),
        ("record", "$.relations[0].type", "beats", "The entry demo-01 gives no triples ('beats')"),
        ("document", "$.texts.A[2]", [[900, 901, ""]], "The entry demo-01 gives no triples (edits overlap"),
        ("document", "$.texts.A[1]", "LongDemo", "The entry demo-01 gives no triples (the edits of A"),
        ("record", "$.techniques[0].hue", "red", "The entry demo-01 cannot be read from the graph"),
        ("record", "$.techniques", "rubbish", "The entry demo-01 cannot be read from the graph"),
        ("document", "$.source", GONE, "The entry demo-01 cannot be read from the graph"),
    ],
)
def test_entry_that_says_nothing_readable_is_named(
    demo: Store, faults: Callable[[], list[str]], column: str, path: str, new: object, told: str
):
    tamper(demo, column, path, new)
    with pytest.raises(KgError, match=r"demo-01 .*: add its source again") as error:
        faults()
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("$.texts.A", ABSTRACT.replace("beats", "meets")),
        ("$.texts.T", "LongDemo: Long Videoz"),
        ("$.texts.A", ABSTRACT),  # without its repair
        ("$.texts.K", "another text"),
        ("$.authors[1]", "Ann"),
        ("$.venue", "NeurIPS"),
        ("$.number", 7),
    ],
)
def test_altered_text_or_detail_is_found_where_nothing_quotes_it(
    demo: Store, faults: Callable[[], list[str]], path: str, new: object
):
    tamper(demo, "document", path, new)
    assert "entry demo-01: its texts or details are not those that were read: add its source again." in faults()


def test_source_that_is_gone_is_found(demo: Store, faults: Callable[[], list[str]]):
    demo.drop_source("demo")
    assert "entry demo-01: its source source:demo is not in the graph." in faults()


def test_what_was_changed_in_the_file_alone_is_found_by_triples_of_before(demo: Store, faults: Callable[[], list[str]]):
    number = demo.number
    tamper(demo, "record", "$.hardware[0].canonical", "NVIDIA H200")
    demo.db.execute("UPDATE changes SET number = ? WHERE graph = ?", (number, ENTRY))
    assert faults() == [
        "entry demo-01: mention/5: nothing is behind kg:canonical 'NVIDIA H100'.",
        "entry demo-01: mention/5: kg:canonical 'NVIDIA H200' is missing.",
    ]


@pytest.mark.parametrize(
    ("subject", "predicate", "new", "told"),
    [
        (f"{ENTRY}/mention/2", "kg:quote", ["LongDemx"], "mention/2: its quote 'LongDemx' does not stand at 0 to 8"),
        (f"{ENTRY}/mention/2", "kg:entity", [named("technique:x")], "its entity technique:x is not declared"),
        (f"{ENTRY}/mention/6", "kg:entity", [named("topic:x")], "its entity topic:x is not declared"),
        (f"{ENTRY}/relation/1", "kg:tail", [named("technique:x")], "relation/1: its tail technique:x is not declared"),
        (f"{ENTRY}/text/A", "kg:raw", ["LongDemo"], "quote 'H2O' does not stand"),
        (f"{ENTRY}/text/A", "kg:repairs", ['[[900,901,""]]'], "text/A: its repairs do not fit"),
        (f"{ENTRY}/text/A", "kg:repairs", ["rubbish"], "text/A: its repairs do not fit"),
        (ENTRY, "kg:source", [], "it has no source"),
        (ENTRY, "kg:source", [named("source:none")], "source:none is not in the graph"),
        (ENTRY, "kg:paper", [], "it has no paper"),
        (ENTRY, "kg:linkReason", [], f"no reason is recorded why it describes {PAPER}"),
        (ENTRY, "rdf:type", [], "does not say that it is an entry"),
        (PAPER, "kg:proposes", [], f"is not linked from {PAPER} by kg:proposes"),
        (PAPER, "kg:hardware", [], "the mention of hardware:nvidia-h100 is not linked from paper:lo"),
        (PAPER, "kg:result", [], f"{PAPER}: kg:result result/1 is missing"),
        (PAPER, "kg:usesTechnique", [named("technique:h2o")], "the link kg:usesTechnique technique:h2o of"),
        ("technique:longdemo", "kg:outperforms", [named("technique:x")], "kg:outperforms technique:x has no"),
        ("technique:longdemo", "kg:outperforms", [], "technique:longdemo kg:outperforms technique:h2o is not stated"),
        ("technique:h2o", "kg:outperforms", [named("technique:longdemo")], "kg:outperforms technique:longdemo has no"),
        (ENTRY, "kg:mentions", [named(f"{ENTRY}/mention/77")], "the entry: nothing is behind kg:mentions mention/77"),
        (ENTRY, "kg:mentions", [], "the entry: kg:mentions mention/2 is missing"),
        (ENTRY, "kg:relation", [], "the entry: kg:relation relation/1 is missing"),
        ("technique:h2o", "kg:country", [named("technique:x")], ""),  # declarations come from registers too
        ("http://a", "http://b", [named("technique:h2o")], "http://a: nothing is behind http://b technique:h2o"),
    ],
)
def test_altered_triples_are_found(
    demo: Store, faults: Callable[[], list[str]], subject: str, predicate: str, new: list[ox.NamedNode], told: str
):
    alter(demo, subject, predicate, *new)
    found = faults()
    assert any(told in fault for fault in found) if told else not found, found


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ("mention/2", f"the link kg:proposes technique:longdemo of {PAPER} has no mention behind it"),
        ("mention/6", f"the link kg:topic topic:kv-cache-compression of {PAPER} has no mention"),
        ("relation/1", "the link technique:longdemo kg:outperforms technique:h2o has no relation behind it"),
        ("result/1", "nothing is behind kg:result result/1"),
    ],
)
def test_link_that_nothing_says_is_found(demo: Store, faults: Callable[[], list[str]], node: str, told: str):
    """The record lacks what its triples say, as after a change of the file alone."""
    triples, mine = demo.rdf.read(lambda found: found), named(f"{ENTRY}/{node}")
    before = demo.triples(ENTRY)
    listed = {"mention/2": "$.techniques[0]", "mention/6": "$.topics[0]"}
    tamper(demo, "record", listed.get(node) or f"$.{node.partition('/')[0]}s[0]", GONE)
    demo.graphs()
    graph = ox.NamedNode(iri(ENTRY))
    triples.remove_graph(graph)
    triples.extend(ox.Quad(*triple, graph) for triple in before if triple.subject != mine)
    found = faults()
    assert any(fault.startswith("entry demo-01: ") and told in fault for fault in found), found


@pytest.mark.parametrize(
    ("where", "altered", "told"),
    [
        (
            "$.relations[0]",
            {
                "evidence": {
                    "quote": "on an H100",
                    "field": "A",
                    "start": ABSTRACT.index("on an"),
                    "end": ABSTRACT.index(";"),
                }
            },
            "relation/1: its evidence 'on an H100' does not hold its tail 'H2O'",
        ),
        (
            "$.relations[0]",
            {"head_concept": "hardware:nvidia-h100", "head": "NVIDIA H100"},
            "relation/1: its evidence 'it beats \"H2O\"' does not hold its head 'NVIDIA H100'",
        ),
        (
            "$.relations[0]",
            {"tail_concept": "technique:h2o", "tail": "SnapKV"},
            "relation/1: no reason is recorded why its tail 'SnapKV' is technique:h2o",
        ),
        (
            "$.results[0]",
            {"value": 60},
            "result/1: its evidence 'cuts the KV cache ofLlama by 50%' does not hold its value 60",
        ),
        (
            "$.results[0]",
            {"evidence": {"quote": "cuts the KV cache", "field": "A", "start": 9, "end": 26}},
            "result/1: its evidence 'cuts the KV cache' does not hold its value 50.0",
        ),
        (
            "$.results[0]",
            {"baseline_concept": "technique:h2o", "baseline": "others"},
            "result/1: no reason is recorded why its baseline 'others' is technique:h2o",
        ),
    ],
)
def test_claim_that_its_evidence_does_not_hold_is_found(
    demo: Store, faults: Callable[[], list[str]], where: str, altered: dict[str, object], told: str
):
    tamper(demo, "record", f"{where}.extractor", "some/1")  # whatever is not a person
    assert faults() == []
    for name, new in altered.items():
        tamper(demo, "record", f"{where}.{name}", new)
    assert faults() == [f"entry demo-01: {told}."]
    tamper(demo, "record", f"{where}.extractor", "annotation")
    assert faults() == ([] if "does not hold" in told else [f"entry demo-01: {told}."])


@pytest.mark.parametrize(
    ("path", "new", "told"),
    [
        ("$.results[0].value", [90.0, 50.0], "kg:low"),
        ("$.results[0].change", "sideways", "kg:change sideways breaks a shape"),
        ("$.techniques[0].confidence", 1.5, "kg:confidence 1.5 breaks a shape"),
        ("$.techniques[0].extractor", GONE, "kg:extractor"),
        ("$.kind", "poem", "kg:kind poem breaks a shape"),
    ],
)
def test_shapes_of_what_is_stored_are_checked(demo: Store, path: str, new: object, told: str):
    tamper(demo, "record", path, new)
    found = verify(demo).faults
    assert any(told in fault for fault in found), found
    assert not any("breaks a shape" in fault for fault in verify(demo, shacl=False).faults)


@pytest.mark.parametrize(
    ("subject", "predicate", "new", "told"),
    [
        (f"{ENTRY}/mention/2", "kg:sure", ox.Literal(False), "kg:sure false breaks a shape"),
        ("technique:longdemo", "skos:prefLabel", "no language", "skos:prefLabel no language breaks a shape"),
        (ENTRY, "kg:number", "one", "kg:number one breaks a shape"),
    ],
)
def test_shapes_of_triples_are_checked(demo: Store, subject: str, predicate: str, new: ox.Literal | str, told: str):
    demo.graphs()
    alter(demo, subject, predicate, new)
    assert any(told in fault for fault in verify(demo).faults)


def test_foreign_graph_is_found(demo: Store):
    demo.graphs()
    quad = ox.Quad(named("http://a"), named("http://b"), ox.Literal(1), named("kg:other"))
    triples = demo.rdf.read(lambda found: found)
    triples.add(quad)
    try:
        assert verify(demo).faults == ["kg other: it is neither an entry nor a source."]
    finally:
        triples.remove_graph(quad.graph_name)  # type: ignore[arg-type]


def test_source_of_other_bytes_is_found(demo: Store):
    source = demo_source("demo-01")
    source.sha256 = "0" * 64
    demo.put_source(source)
    assert verify(demo).faults == ["source demo: The texts of the source demo were changed in the graph: add it again."]


def test_source_that_is_not_finished_is_no_fault(demo: Store):
    demo.put_source(demo_source("demo-01", "demo-02"))
    report = verify(demo)
    assert report.ok
    assert report.notes == ["source demo: 1 of its entries are not in the graph: add it again to have them."]


def test_all_that_is_read_from_the_reports_is_in_order(built: Graph):
    report = built.verify()
    assert report.faults == []
    assert report.checked["entries"] == 133
    assert report.checked["relations"] > 1000


def test_many_papers_read_by_the_rules_are_in_order(shared: Path, tmp_path: Path):
    corpus = shared / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    file = tmp_path / "papers.jsonl"
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        file.write_text("".join(islice(lines, 80)), "utf-8")
    with kg.open(str(tmp_path / "g")) as graph:
        assert len(graph.add(file, fast=True).added) == 80
        report = verify(graph.store, shacl=False)
    assert report.faults == []
    assert report.checked["relations"] > 800


#: What is done to the JSON of an entry; and what is told then.
BREAKS: dict[str, tuple[dict[str, object], str]] = {
    "quote": ({"record $.techniques[0].surface": "no such words"}, "its quote 'no such words' does not stand at"),
    "place": ({"record $.results[0].evidence.field": GONE}, "result/1: the text of its quote"),
    "reason of a mention": ({"record $.techniques[0].reason": GONE}, ": no reason is recorded why it is technique:"),
    "reason of a metric": ({"record $.results[0].reason": GONE}, "result/1: no reason is recorded why it is metric:"),
    "reason of a work": ({"record $.reason": GONE}, "no reason is recorded why it describes paper:"),
    "end of a relation": (
        {"record $.relations[0].evidence": {"quote": "zqx", "field": "A", "start": 0, "end": 3}},
        "relation/1: its evidence 'zqx' does not hold its",
    ),
    "value of a result": ({"record $.results[0].value": 77777.0}, "does not hold its value 77777.0"),
    "shape": ({"record $.results[0].change": "sideways"}, "kg:change sideways breaks a shape"),
    "raw text": ({"document $.texts.A": "Another abstract."}, "its texts or details are not those that were read"),
    "author": ({"document $.author_count": 99}, "its texts or details are not those that were read"),
}


def test_whatever_is_broken_in_a_graph_of_reports_is_found(built_file: Path, tmp_path: Path):
    shutil.copy(built_file, tmp_path / "g")
    needed = "json_extract(record, '$.{}[0]') IS NOT NULL"
    where = " AND ".join(needed.format(name) for name in ("techniques", "results", "relations"))
    with Store(tmp_path / "g") as store:
        found = store.db.execute(f"SELECT name FROM entries WHERE {where} ORDER BY name").fetchall()
        chosen = [name for (name,) in found][: len(BREAKS)]
        store.drop_entries(set(store.names()) - set(chosen))
        assert verify(store, shacl=False).faults == []
        for name, (changes, _) in zip(chosen, BREAKS.values(), strict=True):
            for where, new in changes.items():
                tamper(store, *where.split(), new, name)
        faults = verify(store).faults
    for name, (_, told) in zip(chosen, BREAKS.values(), strict=True):
        assert any(one.startswith(f"entry {name}: ") and told in one for one in faults), (name, told)
    assert {one.split(":")[0].removeprefix("entry ") for one in faults if one.startswith("entry")} == set(chosen)
