"""What a graph is written out as, and what it lists of itself."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import networkx
import pytest
import rdflib
import yaml
from lxml import etree

from kg.identifiers import iri
from kg.model import KgError
from kg.rdf.store import Store
from kg.store.contents import digest, labels, load_entries, load_entry, works
from kg.text import HARMFUL
from kg.views.export.file_sets import file_name, file_names
from kg.views.export.formats import export, formats
from kg.views.network import network
from tests.store.graph_demo import RECORD, demo_document, demo_entry, demo_record, demo_source


def test_source_that_cannot_be_given_back_is_told(demo: Store):
    assert digest(demo, "demo") == b"# Demo\nLongDemo: Long Videos\n"
    with pytest.raises(KgError, match="no source 'other' in the graph: choose one of demo"):
        digest(demo, "other")
    demo.drop_entries(["demo-01"])
    with pytest.raises(KgError, match="lacks the entries demo-01"):
        digest(demo, "demo")
    demo.put_source(replace(demo_source(), skeleton=(), form="papers"))
    with pytest.raises(KgError, match="only reports are given back"):
        digest(demo, "demo")


def test_contents_are_listed(demo: Store):
    demo.put_entry(demo_entry(2))
    assert demo.names() == demo.names("demo") == ["demo-01", "demo-02"]
    assert demo.names("other") == []
    assert works(demo) == {"paper:longdemo-long-videos": ["demo-01", "demo-02"]}
    assert demo.marks() == {name: demo.entry(name).fingerprint for name in ("demo-01", "demo-02")}
    assert load_entry(demo, "demo-01") == (demo_document(), demo_record())
    assert list(load_entries(demo, ["demo-02", "demo-01"])) == ["demo-02", "demo-01"]
    for name in ("none", "demo-02@demo"):
        with pytest.raises(KgError, match=f"The entry {name} is not in the graph"):
            load_entries(demo, ["demo-01", name])


def test_labels_prefer_the_vocabulary_then_the_majority(demo: Store, vocabulary):
    for number, name in ((2, "LongDEMO"), (3, "LongDEMO")):
        record = demo_record(number)
        record.techniques[0].canonical = name
        demo.put_entry(demo_entry(number, record))
    found = labels(demo, ["technique:longdemo", "topic:kv-cache-compression", "topic:none"])
    assert found["technique:longdemo"] == {"en": "LongDEMO"}
    assert found["topic:kv-cache-compression"] == vocabulary["topic:kv-cache-compression"].label
    assert "topic:none" not in found
    assert labels(demo)["technique:longdemo"] == {"en": "LongDEMO"}


def test_every_form_is_the_same_in_any_order_of_adding(bare: Store):
    source, entries = demo_source("demo-01", "demo-02"), [demo_entry(1), demo_entry(2)]
    bare.put_source(source)
    for entry in entries:
        bare.put_entry(entry)
    forms = [form for form in formats() if form != "parquet" or importlib.util.find_spec("pyarrow")]
    first = {format: export(bare, format) for format in forms}
    assert all(first.values())
    bare.drop_entries(["demo-01", "demo-02"])
    bare.drop_source("demo")
    assert export(bare, "nquads") != first["nquads"]
    for entry in reversed(entries):
        bare.put_entry(entry)
    bare.put_source(source)
    assert {format: export(bare, format) for format in forms} == first
    with pytest.raises(KgError, match="choose one of turtle"):
        export(bare, "word")


def test_lines_of_records_are_the_annotations_form(demo: Store):
    obj = json.loads(export(demo, "jsonl"))
    for key in ("title", "name", "relations", "topics", "brief"):
        assert obj[key] == RECORD[key]


def test_table_of_papers_has_a_row_a_paper(demo: Store):
    demo.put_entry(demo_entry(2))
    rows = list(csv.DictReader(io.StringIO(export(demo, "csv").decode())))
    assert len(rows) == 1
    assert rows[0]["sources"] == "demo-01; demo-02"
    assert rows[0]["proposes"] == "LongDemo"
    assert rows[0]["compares_with"] == "H2O"
    assert rows[0]["hardware"] == "NVIDIA H100"
    assert rows[0]["year"] == "2025"


def test_table_of_papers_names_what_no_entry_is_sure_of(demo: Store):
    unsure, sure = demo_record(), demo_record()
    for record, is_sure in ((unsure, False), (sure, True)):
        for mention in (*record.techniques, *record.hardware):
            mention.sure = is_sure and mention.type == "hardware"
    demo.put_entry(demo_entry(1, unsure))
    row = next(csv.DictReader(io.StringIO(export(demo, "csv").decode())))
    assert {"LongDemo", "H2O", "NVIDIA H100"} <= {*row["unsure"].split("; ")}
    demo.put_entry(demo_entry(2, sure))
    row = next(csv.DictReader(io.StringIO(export(demo, "csv").decode())))
    assert {"LongDemo", "H2O", "NVIDIA H100"} & {*row["unsure"].split("; ")} == {"LongDemo", "H2O"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_cell_is_no_formula(demo: Store, start: str):
    record = demo_record()
    record.title = f'{start}HYPERLINK("http://x","y")'
    demo.put_entry(demo_entry(1, record))
    rows = list(csv.DictReader(io.StringIO(export(demo, "csv").decode(), newline="")))
    assert rows[0]["title"] == "'" + record.title


def test_table_of_evidence_quotes_the_raw_text(demo: Store):
    document = demo_document()
    rows = list(csv.DictReader(io.StringIO(export(demo, "evidence-csv").decode())))
    assert [row["type"] for row in rows] == [
        "institution", "technique", "technique", "problem", "hardware", "result", "relation"
    ]  # fmt: skip
    for row in rows:
        raw = document.texts[row["field"]].raw
        assert raw[int(row["start"]) : int(row["end"])] == row["quote"]
        assert (row["confidence"], row["sure"]) == ("1.0", "true")


def test_network_is_typed_and_carries_its_evidence(demo: Store):
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
        "score": 1.0,
        "sure": True,
    }
    assert set(graph[paper]["technique:longdemo"]) == {"proposes"}
    assert list(graph) == sorted(graph)


def test_network_of_some_entries(demo: Store):
    assert len(network(demo, [])) == 0
    assert len(network(demo, ["demo-01"])) == len(network(demo))


def test_network_files_are_read_by_others_and_hold_no_date(demo: Store, tmp_path: Path):
    record = demo_record()
    record.title = "Control \x01 <&> \ufffe 😀"
    demo.put_entry(demo_entry(1, record))
    for format, back in (("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)):
        path = tmp_path / f"graph.{format}"
        path.write_bytes(export(demo, format))
        graph = back(path)
        ours = network(demo)
        assert set(graph) == set(ours)
        assert graph.number_of_edges() == ours.number_of_edges()
        assert graph.nodes[record.paper]["label_en"] == "Control <&> 😀"
        assert b"lastmodified" not in path.read_bytes()


#: Names that wish a file, a page, a spreadsheet or a table of tabs ill.
HOSTILE = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eH100\u2066",
           'two\r\nlines\tand "quotes"; \\', "../../etc/passwd", "CON", "con", "[[x|y]]", "x" * 300,
           "`$= dv.pages()` %%a%% ---")  # fmt: skip


@pytest.fixture
def ill(memory: Store) -> Store:
    """A store of papers whose titles and techniques bear hostile names; the last two papers share one."""
    memory.put_source(demo_source())
    for number, name in enumerate((*HOSTILE, HOSTILE[0]), 1):
        record = demo_record(number)
        record.title, record.paper = name, f"paper:p{number}"
        record.techniques[0].canonical, record.techniques[0].concept = name, f"technique:t{min(number, 10)}"
        record.brief.technique = name
        memory.put_entry(demo_entry(number, record))
    return memory


def members(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(
    "form", ["graphml", "gexf", "cytoscape", "vosviewer", "neo4j", "obsidian", "csv", "evidence-csv"]
)
def test_no_form_turns_the_direction_or_breaks_a_line(ill: Store, form: str):
    data = export(ill, form)
    for text in members(data).values() if data[:2] == b"PK" else [data.decode()]:
        assert HARMFUL.search(text) is None
        assert "two\r\nlines" not in text
        assert "two\nlines" not in text
        if form in ("graphml", "gexf"):
            etree.fromstring(text.encode())
            assert "&lt;script&gt;" in text
        if form in ("graphml", "gexf", "cytoscape"):
            assert "<script" not in text
        if "csv" in form or form == "neo4j":
            assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith("=")]


def test_cytoscape_is_read_back(ill: Store):
    data = export(ill, "cytoscape")
    assert b"<" not in data
    back, ours = networkx.cytoscape_graph(json.loads(data)), network(ill)
    assert back.is_directed()
    assert set(back) == set(ours)
    assert set(back.edges(keys=True)) == set(ours.edges(keys=True))
    assert back.nodes["paper:p3"]["name"] == "H100"
    edge = back.edges["technique:longdemo", "technique:h2o", "outperforms"]
    assert (edge["interaction"], edge["support"], edge["quote"]) == ("outperforms", 11, 'it beats "H2O"')
    ids = [one["data"]["id"] for one in json.loads(data)["elements"]["edges"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("of", "items"), [("", 14), ("technique", 11), ("institution", 1)])
def test_vosviewer_has_an_item_a_concept_and_a_link_a_pair(ill: Store, of: str, items: int):
    made = members(export(ill, "vosviewer", of))
    assert list(made) == ["map.txt", "network.txt"]
    head, *rows = [line.split("\t") for line in made["map.txt"].removesuffix("\n").split("\n")]
    assert head == ["id", "label", "weight<Papers>", "weight<Support>"]
    assert [row[0] for row in rows] == [str(number) for number in range(1, items + 1)]
    assert all(len(row) == 4 and row[1] and not row[1].startswith("=") for row in rows)
    assert not set('<>"\u202e') & set("".join(row[1] for row in rows))
    found = {row[1]: row[0] for row in rows}
    if of == "institution":
        assert rows == [["1", "Tsinghua University", "11", "1"]]
        assert made["network.txt"] == ""
        return
    links = {tuple(line.split("\t")) for line in made["network.txt"].splitlines()}
    assert all(int(one) < int(other) <= items for one, other, _ in links)
    one, other = sorted((found["H2O"], found["H100"]), key=int)
    assert (one, other, "1") in links
    assert next(row for row in rows if row[1] == "H2O")[2:] == ["11", "1"]  # one institution stands behind all


def test_vosviewer_has_what_enough_papers_share(ill: Store):
    made = members(export(ill, "vosviewer", "technique", 2))
    rows = [line.split("\t")[1:] for line in made["map.txt"].splitlines()[1:]]
    assert rows == [["H2O", "11", "1"], ["‹script›alert(1)‹/script›", "2", "1"]]
    assert made["network.txt"] == "1\t2\t2\n"


def test_vosviewer_takes_what_papers_share(demo: Store):
    with pytest.raises(KgError, match="choose one of concept, institution"):
        export(demo, "vosviewer", "paper")
    with pytest.raises(KgError, match="only vosviewer"):
        export(demo, "neo4j", "technique")


def test_neo4j_has_typed_headers_and_no_loose_end(ill: Store):
    made = members(export(ill, "neo4j"))
    tables = {
        name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in made.items() if name.endswith("csv")
    }
    papers, concepts, edges = (tables[f"{name}.csv"] for name in ("papers", "concepts", "relationships"))
    assert {row[":LABEL"] for row in papers} == {"Paper"}
    assert {"Technique", "Hardware", "Institution", "Metric"} <= {row[":LABEL"] for row in concepts}
    ids = [row["id:ID"] for row in (*papers, *concepts)]
    ours = network(ill)
    assert sorted(ids) == sorted(ours)
    assert [(row[":START_ID"], row[":END_ID"]) for row in edges] == [ends[:2] for ends in sorted(ours.edges(keys=True))]
    assert {"PROPOSES", "COMPARES_WITH", "OUTPERFORMS"} <= {row[":TYPE"] for row in edges}
    said = {row["id:ID"]: row for row in papers}
    assert said["paper:p2"]["title"] == "'" + HOSTILE[1]
    assert said["paper:p4"]["title"] == 'two lines and "quotes"; \\'
    assert said["paper:p1"]["year:int"] == "2025"
    assert said["paper:p1"]["sources:string[]"] == "demo-01"
    shared = next(row for row in concepts if row["id:ID"] == "technique:h2o")
    assert (shared["papers:int"], shared["support:int"]) == ("11", "1")
    beats = next(row for row in edges if row[":START_ID"] == "technique:longdemo" and row[":TYPE"] == "OUTPERFORMS")
    assert (beats["support:int"], beats["quote"], beats["quote_entry"]) == ("11", 'it beats "H2O"', "demo-01")
    assert (beats["score:float"], beats["sure:boolean"]) == ("1.0", "true")
    for name, text in made.items():  # one row a line: neo4j-admin reads no other without being told
        if name.endswith("csv"):
            assert text.count("\n") == len(tables[name]) + 1


def test_vault_has_a_note_a_node_and_no_broken_link(ill: Store):
    made, ours = members(export(ill, "obsidian")), network(ill)
    assert len(made) == len(ours)
    assert len({path.casefold() for path in made}) == len(made)
    ids = {}
    for path, note in made.items():
        folder, _, name = path.partition("/")
        assert re.fullmatch(r"[a-z]+/[^\\/:*?\"<>|#^\[\]\n\u202e]+\.md", path)
        assert len(name.encode()) <= 160
        assert not name.startswith((".", "-"))
        assert name.casefold() not in ("con.md", "..md")
        _, front, body = note.split("---\n", 2)
        facts = yaml.safe_load(front)
        ids[facts["id"]] = path
        assert folder == ("papers" if facts["type"] == "paper" else facts["type"])
        assert re.search(r"(?<!\\)<|`[^`]*(?<!\\)`|(?<!\\)%%|\u202e", body) is None
        for target in re.findall(r"(?<!\\)\[\[([^|\]]+)\|[^|\[\]]+\]\]", body):
            assert f"{target}.md" in made
        assert body.count("\n- [[") == ours.in_degree(facts["id"]) + ours.out_degree(facts["id"])
    assert set(ids) == set(ours)
    paper = made[ids["paper:p2"]]
    assert yaml.safe_load(paper.split("---\n")[1])["title"] == HOSTILE[1]
    assert "## proposes" in paper
    assert "cuts the KV cache ofLlama by 50%" in paper
    assert yaml.safe_load(made[ids["technique:h2o"]].split("---\n")[1])["papers"] == 11


@pytest.mark.parametrize("format", ["turtle", "jsonld"])
def test_provenance_is_stated_in_prov(bare: Store, format: str):
    bare.put_source(demo_source("demo-01"))
    bare.put_entry(demo_entry())
    graph = rdflib.Dataset(default_union=True)
    graph.parse(data=export(bare, format), format={"turtle": "turtle", "jsonld": "json-ld"}[format])
    name = lambda curie: rdflib.URIRef(iri(curie))  # noqa: E731
    derived, attributed = name("prov:wasDerivedFrom"), name("prov:wasAttributedTo")
    paper, entry, text = "paper:longdemo-long-videos", "entry:demo-01", "entry:demo-01/text/A"
    for one, other in ((paper, entry), (entry, "source:demo"), (text, "source:demo"), (f"{entry}/relation/1", text)):
        assert (name(one), derived, name(other)) in graph
    made = set(graph.subjects(name("kg:extractor")))
    assert made
    for node in made:
        assert [str(agent) for agent in graph.objects(node, attributed)] == [iri("extractor:annotation")]
        assert list(graph.objects(node, derived))
    assert (name("extractor:annotation"), name("rdf:type"), name("prov:Agent")) in graph
    plain = rdflib.Dataset(default_union=True)
    plain.parse(data=export(bare, "nquads"), format="nquads")
    added = set(graph.triples((None, None, None))) - set(plain.triples((None, None, None)))
    assert {str(p) for _, p, _ in added} <= {iri(f"prov:{x}") for x in ("wasDerivedFrom", "wasAttributedTo")} | {
        iri("rdf:type"),
        iri("rdfs:label"),
    }
    assert set(plain.triples((None, None, None))) <= set(graph.triples((None, None, None)))


def test_parquet_is_read_back_or_says_what_it_needs(ill: Store):
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(KgError, match=r'pip install "paper-kg\[parquet\]"'):
            export(ill, "parquet")
        return
    parquet = importlib.import_module("pyarrow.parquet")
    with zipfile.ZipFile(io.BytesIO(export(ill, "parquet"))) as archive:
        assert archive.namelist() == ["papers.parquet", "evidence.parquet"]
        tables = {name: parquet.read_table(io.BytesIO(archive.read(name))).to_pylist() for name in archive.namelist()}
    papers, evidence = tables["papers.parquet"], tables["evidence.parquet"]
    assert len(papers) == len(HOSTILE) + 1
    assert (papers[1]["title"], papers[1]["year"], papers[1]["sources"]) == (HOSTILE[1], 2025, ["demo-02"])
    rows = list(csv.DictReader(io.StringIO(export(ill, "evidence-csv").decode(), newline="")))
    assert [(row["quote"], str(row["start"])) for row in evidence] == [(row["quote"], row["start"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a/b\\c", "a b c"),
        ("..", "_"),
        ("NUL.txt", "_NUL.txt"),
        ("注意力 机制", "注意力 机制"),
        ("x. ", "x"),
        ("好" * 100, "好" * 40),
        ("", "_"),
    ],
)
def test_names_of_files_are_safe(text: str, name: str):
    assert file_name(text) == name


def test_names_of_files_are_unique_in_any_order():
    things = [("technique:a", "Flash"), ("model:b", "FLASH"), ("task:c", "ﬂash"), ("task:d", "Other")]
    names = file_names(things)
    assert len({name.casefold() for name in names.values()}) == 4
    assert names["task:d"] == "Other"
    assert file_names(reversed(things)) == names
