from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import networkx
import pytest
from graph_demo import RECORD, demo_document, demo_record, demo_source, linked

from kg.graph.contents import entry_names, fingerprints, labels, load_entry, load_source, works
from kg.graph.formats import FORMATS, digest, export
from kg.graph.network import network
from kg.graph.rdf import entry_triples, source_triples
from kg.graph.store import OxigraphStore
from kg.model import KgError, Record
from kg.sources import read


def test_reports_are_given_back_byte_for_byte(memory: OxigraphStore, reports: list[Path], vocabulary):
    for report in reports:
        batch = read(report)
        memory.replace(f"source:{batch.source.name}", source_triples(batch.source))
        for document in batch.documents:
            record = linked(Record(document.id, document.texts["T"].text))
            memory.replace(f"entry:{document.id}", entry_triples(document, record, vocabulary))
        assert digest(memory, batch.source.name) == report.read_bytes()
    names = entry_names(memory)
    assert len(names) == 133
    assert names[:2] == ["000-01", "000-02"]
    assert names == sorted(names)
    memory.remove("entry:000-01")
    with pytest.raises(KgError, match="lacks the entries 000-01"):
        digest(memory, "000")


def test_source_that_cannot_be_given_back_is_told(demo: OxigraphStore):
    assert digest(demo, "demo") == b"# Demo\nLongDemo: Long Videos\n"
    with pytest.raises(KgError, match="no source 'other' in the graph: choose one of demo"):
        digest(demo, "other")
    demo.replace("source:demo", source_triples(demo_source()))
    source = load_source(demo, "demo")
    source.skeleton, source.form = (), "papers"
    demo.replace("source:demo", source_triples(source))
    with pytest.raises(KgError, match="only reports are given back"):
        digest(demo, "demo")


def test_contents_are_listed(demo: OxigraphStore, vocabulary):
    second = demo_record(2)
    second.id = "demo-02"
    demo.replace("entry:demo-02", entry_triples(demo_document(2), second, vocabulary))
    assert entry_names(demo) == entry_names(demo, "demo") == ["demo-01", "demo-02"]
    assert entry_names(demo, "other") == []
    assert works(demo) == {"paper:longdemo-long-videos": ["demo-01", "demo-02"]}
    assert fingerprints(demo) == {"demo-01": "f00"}
    assert load_entry(demo, "demo-01") == (demo_document(), demo_record())
    with pytest.raises(KgError, match="entry none cannot be read"):
        load_entry(demo, "none")


def test_labels_prefer_the_vocabulary_then_the_majority(demo: OxigraphStore, vocabulary):
    for number, name in ((2, "LongDEMO"), (3, "LongDEMO")):
        record = demo_record(number)
        record.techniques[0].canonical = name
        demo.replace(f"entry:demo-0{number}", entry_triples(demo_document(number), record, vocabulary))
    found = labels(demo, ["technique:longdemo", "topic:kv-cache-compression", "topic:none"])
    assert found["technique:longdemo"] == {"en": "LongDEMO"}
    assert found["topic:kv-cache-compression"] == vocabulary["topic:kv-cache-compression"].label
    assert "topic:none" not in found
    assert labels(demo)["technique:longdemo"] == {"en": "LongDEMO"}


def test_every_form_is_the_same_in_any_order_of_adding(memory: OxigraphStore, vocabulary):
    graphs = {"source:demo": source_triples(demo_source("demo-01", "demo-02"))}
    for number in (1, 2):
        record = demo_record(number)
        record.id = f"demo-{number:02d}"
        graphs[f"entry:{record.id}"] = entry_triples(demo_document(number), record, vocabulary)
    memory.replace_many(graphs)
    first = {format: export(memory, format) for format in FORMATS}
    assert all(first.values())
    memory.remove(*graphs)
    for name in reversed(graphs):
        memory.replace(name, reversed(graphs[name]))
    assert {format: export(memory, format) for format in FORMATS} == first
    with pytest.raises(KgError, match="choose one of turtle"):
        export(memory, "word")


def test_lines_of_records_are_the_annotations_form(demo: OxigraphStore):
    obj = json.loads(export(demo, "jsonl"))
    for key in ("title", "name", "relations", "topics", "brief"):
        assert obj[key] == RECORD[key]


def test_table_of_papers_has_a_row_a_paper(demo: OxigraphStore, vocabulary):
    second = demo_record(2)
    second.id = "demo-02"
    demo.replace("entry:demo-02", entry_triples(demo_document(2), second, vocabulary))
    rows = list(csv.DictReader(io.StringIO(export(demo, "csv").decode())))
    assert len(rows) == 1
    assert rows[0]["sources"] == "demo-01; demo-02"
    assert rows[0]["proposes"] == "LongDemo"
    assert rows[0]["compares_with"] == "H2O"
    assert rows[0]["hardware"] == "NVIDIA H100"
    assert rows[0]["year"] == "2025"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_cell_is_no_formula(demo: OxigraphStore, vocabulary, start: str):
    record = demo_record()
    record.title = f'{start}HYPERLINK("http://x","y")'
    demo.replace("entry:demo-01", entry_triples(demo_document(), record, vocabulary))
    rows = list(csv.DictReader(io.StringIO(export(demo, "csv").decode(), newline="")))
    assert rows[0]["title"] == "'" + record.title


def test_table_of_evidence_quotes_the_raw_text(demo: OxigraphStore):
    document = demo_document()
    rows = list(csv.DictReader(io.StringIO(export(demo, "evidence-csv").decode())))
    assert [row["type"] for row in rows] == [
        "institution", "technique", "technique", "problem", "hardware", "result", "relation"
    ]  # fmt: skip
    for row in rows:
        raw = document.texts[row["field"]].raw
        assert raw[int(row["start"]) : int(row["end"])] == row["quote"]


def test_network_is_typed_and_carries_its_evidence(demo: OxigraphStore):
    graph = network(demo)
    paper = "paper:longdemo-long-videos"
    assert graph.nodes[paper] == {
        "type": "paper",
        "label_en": "LongDemo: Long Videos",
        "label_zh": "LongDemo: Long Videos",
    }
    assert graph.nodes["ror:03cve4549"]["type"] == "institution"
    assert graph.nodes["topic:kv-cache-compression"]["label_zh"] == "KV缓存压缩"
    assert graph.edges["technique:longdemo", "technique:h2o", "outperforms"] == {
        "relation": "outperforms",
        "entries": "demo-01",
        "support": 1,
        "quote": 'it beats "H2O"',
        "quote_entry": "demo-01",
    }
    assert set(graph[paper]["technique:longdemo"]) == {"proposes"}
    assert list(graph) == sorted(graph)


def test_network_of_some_entries(demo: OxigraphStore):
    assert len(network(demo, [])) == 0
    assert len(network(demo, ["demo-01"])) == len(network(demo))


def test_network_files_are_read_by_others_and_hold_no_date(demo: OxigraphStore, vocabulary, tmp_path: Path):
    record = demo_record()
    record.title = "Control \x01 <&> \ufffe 😀"
    demo.replace("entry:demo-01", entry_triples(demo_document(), record, vocabulary))
    for format, back in (("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)):
        path = tmp_path / f"graph.{format}"
        path.write_bytes(export(demo, format))
        graph = back(path)
        ours = network(demo)
        assert set(graph) == set(ours)
        assert graph.number_of_edges() == ours.number_of_edges()
        assert graph.nodes[record.paper]["label_en"] == "Control \ufffd <&> \ufffd 😀"
        assert b"lastmodified" not in path.read_bytes()
