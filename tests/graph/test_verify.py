from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_demo import ABSTRACT, demo_document, demo_record, demo_source

import kg
from kg.api import Graph
from kg.graph.contents import entry_names
from kg.graph.rdf import RELATIONS, entry_triples, fingerprint, source_triples
from kg.graph.store import OxigraphStore
from kg.graph.verify import verify
from kg.names import curie, iri
from kg.vocabulary import Vocabulary

ENTRY = "entry:demo-01"


def alter(store: OxigraphStore, subject: str, predicate: str, *new: ox.NamedNode | ox.Literal | str | int) -> None:
    """Put new values in the place of what the entry says; every alteration must find something to alter."""
    node, link = ox.NamedNode(iri(subject)), ox.NamedNode(iri(predicate))
    assert any((t.subject, t.predicate) == (node, link) for t in store.triples(ENTRY))
    put(store, subject, predicate, *new)


def put(store: OxigraphStore, subject: str, predicate: str, *new: ox.NamedNode | ox.Literal | str | int) -> None:
    """Like `alter`, also where the entry says nothing yet."""
    node, link = ox.NamedNode(iri(subject)), ox.NamedNode(iri(predicate))
    kept = [t for t in store.triples(ENTRY) if (t.subject, t.predicate) != (node, link)]
    values = [ox.Literal(value) if isinstance(value, str | int) else value for value in new]
    store.replace(ENTRY, [*kept, *(ox.Triple(node, link, value) for value in values)])


def span(place: str) -> ox.NamedNode:
    """A span of the entry's texts: "A#char=0,8"."""
    return ox.NamedNode(iri(f"{ENTRY}/text/{place}"))


def test_what_the_program_writes_is_in_order(demo: OxigraphStore):
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
    ("node", "predicate", "new", "told"),
    [
        ("mention/2", "kg:quote", ["LongDemx"], "mention/2: its quote 'LongDemx' does not stand at 0 to 8 of A"),
        ("mention/2", "kg:span", [span("A#char=1,8")], "mention/2: its quote 'LongDemo' does not stand at 1 to 8 of A"),
        ("mention/2", "kg:span", [span("A")], "mention/2: its quote 'LongDemo' has no place"),
        ("mention/2", "kg:span", [span("K#char=0,8")], "mention/2: the text of its quote 'LongDemo' is missing"),
        ("mention/2", "kg:span", [], "mention/2: the text of its quote 'LongDemo' is missing"),
        ("mention/2", "kg:linkReason", [], "mention/2: no reason is recorded why it is technique:longdemo"),
        ("mention/2", "kg:entity", [], "mention/2: its entity is missing"),
        ("mention/2", "kg:entity", [ox.NamedNode(iri("technique:x"))], "its entity technique:x is not declared"),
        ("mention/6", "kg:entity", [ox.NamedNode(iri("topic:x"))], "its entity topic:x is not declared"),
        ("result/1", "kg:quote", ["cuts by 60%"], "result/1: its quote 'cuts by 60%' does not stand"),
        ("result/1", "kg:metric", [], "result/1: its metric is missing"),
        ("result/1", "kg:linkReason", [], "result/1: no reason is recorded why it is metric:"),
        ("relation/1", "kg:quote", ["it loses"], "relation/1: its quote 'it loses' does not stand"),
        ("relation/1", "kg:head", [], "relation/1: its head is missing"),
        ("relation/1", "kg:tail", [ox.NamedNode(iri("technique:x"))], "relation/1: its tail technique:x is not decl"),
        ("text/A", "kg:raw", ["LongDemo"], "quote 'H2O' does not stand"),
        ("text/A", "kg:repairs", ['[[900,901,""]]'], "text/A: its repairs do not fit"),
        ("text/A", "kg:repairs", ["rubbish"], "text/A: its repairs do not fit"),
    ],
)
def test_altered_annotation_is_found(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, f"{ENTRY}/{node}", predicate, *new)
    faults = verify(demo, shacl=False).faults
    assert any(told in fault for fault in faults), faults
    assert all(fault.startswith("entry demo-01: ") for fault in faults)


@pytest.mark.parametrize(
    ("node", "predicate", "new", "told"),
    [
        (ENTRY, "kg:source", [], "it has no source"),
        (ENTRY, "kg:source", [ox.NamedNode(iri("source:none"))], "source:none is not in the graph"),
        (ENTRY, "kg:paper", [], "it has no paper"),
        (ENTRY, "kg:linkReason", [], "no reason is recorded why it describes paper:longdemo-long-videos"),
        (ENTRY, "rdf:type", [], "does not say that it is an entry"),
        (
            "paper:longdemo-long-videos",
            "kg:proposes",
            [],
            "is not linked from paper:longdemo-long-videos by kg:proposes",
        ),
        (
            "technique:longdemo",
            "kg:outperforms",
            [ox.NamedNode(iri("technique:x"))],
            "kg:outperforms technique:x has no",
        ),
    ],
)
def test_altered_entry_is_found(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, node, predicate, *new)
    assert any(told in fault for fault in verify(demo, shacl=False).faults)


def without(store: OxigraphStore, subject: str) -> None:
    """Take out all that the entry says of a node."""
    node = ox.NamedNode(iri(subject))
    triples = store.triples(ENTRY)
    kept = [t for t in triples if t.subject != node]
    assert len(kept) < len(triples)
    store.replace(ENTRY, kept)


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ("mention/2", "the link kg:proposes technique:longdemo of paper:longdemo-long-videos has no mention behind it"),
        ("mention/6", "the link kg:topic topic:kv-cache-compression of paper:longdemo-long-videos has no mention"),
        ("relation/1", "the link technique:longdemo kg:outperforms technique:h2o has no relation behind it"),
        ("result/1", "nothing is behind kg:result result/1"),
    ],
)
def test_link_that_nothing_says_is_found(demo: OxigraphStore, node: str, told: str):
    without(demo, f"{ENTRY}/{node}")
    faults = verify(demo, shacl=False).faults
    assert any(fault.startswith("entry demo-01: ") and told in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("subject", "predicate", "said", "told"),
    [
        (
            "paper:longdemo-long-videos",
            "kg:usesTechnique",
            "technique:h2o",
            "the link kg:usesTechnique technique:h2o of",
        ),
        (
            "technique:h2o",
            "kg:outperforms",
            "technique:longdemo",
            "technique:h2o kg:outperforms technique:longdemo has no",
        ),
        (ENTRY, "kg:mentions", f"{ENTRY}/mention/77", "the entry: nothing is behind kg:mentions mention/77"),
        ("technique:h2o", "kg:country", "technique:x", ""),  # what declares a concept comes from registers too
        ("http://a", "http://b", "technique:h2o", "http://a: nothing is behind http://b technique:h2o"),
    ],
)
def test_added_link_is_found(demo: OxigraphStore, subject: str, predicate: str, said: str, told: str):
    nodes = [ox.NamedNode(name if name.startswith("http") else iri(name)) for name in (subject, predicate, said)]
    demo.replace(ENTRY, [*demo.triples(ENTRY), ox.Triple(*nodes)])
    faults = verify(demo, shacl=False).faults
    assert any(told in fault for fault in faults) if told else not faults, faults


@pytest.mark.parametrize(
    ("subject", "predicate", "told"),
    [
        (ENTRY, "kg:mentions", "the entry: kg:mentions mention/2 is missing"),
        (ENTRY, "kg:relation", "the entry: kg:relation relation/1 is missing"),
        ("paper:longdemo-long-videos", "kg:result", "paper:longdemo-long-videos: kg:result result/1 is missing"),
        (
            "paper:longdemo-long-videos",
            "kg:hardware",
            "the mention of hardware:nvidia-h100 is not linked from paper:lo",
        ),
        (
            "technique:longdemo",
            "kg:outperforms",
            "relation technique:longdemo kg:outperforms technique:h2o is not stated",
        ),
    ],
)
def test_link_that_was_taken_out_is_found(demo: OxigraphStore, subject: str, predicate: str, told: str):
    alter(demo, subject, predicate)
    faults = verify(demo, shacl=False).faults
    assert any(told in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("node", "altered", "told"),
    [
        (
            "relation/1",
            {"kg:quote": ["on an H100"], "kg:span": [span("A#char=38,48")]},
            "relation/1: its evidence 'on an H100' does not hold its tail 'H2O'",
        ),
        (
            "relation/1",
            {"kg:head": [ox.NamedNode(iri("hardware:nvidia-h100"))]},
            "relation/1: its evidence 'it beats \"H2O\"' does not hold its head 'NVIDIA H100'",
        ),
        (
            "relation/1",
            {"kg:tailText": ["SnapKV"]},
            "relation/1: no reason is recorded why its tail 'SnapKV' is technique:h2o",
        ),
        (
            "result/1",
            {"kg:low": [ox.Literal(60.0)], "kg:high": [ox.Literal(60.0)]},
            "result/1: its evidence 'cuts the KV cache ofLlama by 50%' does not hold its value 60.0",
        ),
        (
            "result/1",
            {"kg:quote": ["cuts the KV cache"], "kg:span": [span("A#char=9,26")]},
            "result/1: its evidence 'cuts the KV cache' does not hold its value 50.0",
        ),
    ],
)
def test_claim_that_its_evidence_does_not_hold_is_found(demo: OxigraphStore, node: str, altered: dict, told: str):
    alter(demo, f"{ENTRY}/{node}", "kg:extractor", "some/1")  # whatever is not a person
    assert verify(demo, shacl=False).faults == []
    for predicate, new in altered.items():
        put(demo, f"{ENTRY}/{node}", predicate, *new)
    faults = verify(demo, shacl=False).faults
    assert any(f"entry demo-01: {told}" in fault for fault in faults), faults
    put(demo, f"{ENTRY}/{node}", "kg:extractor", "annotation")
    assert not any(told in fault for fault in verify(demo, shacl=False).faults if "does not hold" in told)


def test_baseline_without_a_reason_is_found(demo: OxigraphStore):
    put(demo, f"{ENTRY}/result/1", "kg:baseline", ox.NamedNode(iri("technique:h2o")))
    put(demo, f"{ENTRY}/result/1", "kg:baselineText", "others")
    told = "entry demo-01: result/1: no reason is recorded why its baseline 'others' is technique:h2o."
    assert verify(demo, shacl=False).faults == [told]


@pytest.mark.parametrize(
    ("node", "predicate", "new"),
    [
        (f"{ENTRY}/text/A", "kg:raw", [ABSTRACT.replace("beats", "meets")]),
        (f"{ENTRY}/text/T", "kg:raw", ["LongDemo: Long Videoz"]),
        (f"{ENTRY}/text/A", "kg:repairs", ["[]"]),
        (f"{ENTRY}/text/A", "kg:repairs", ['[[25,25,"-"]]']),
        ("paper:longdemo-long-videos", "kg:venue", ["NeurIPS"]),
        (ENTRY, "kg:number", [7]),
    ],
)
def test_altered_text_or_detail_is_found_where_nothing_quotes_it(
    memory: OxigraphStore, vocabulary: Vocabulary, node: str, predicate: str, new: list
):
    mark = fingerprint(demo_document(), "1")
    memory.replace("source:demo", source_triples(demo_source()))
    memory.replace(ENTRY, entry_triples(demo_document(), demo_record(), vocabulary, fingerprint=mark))
    assert verify(memory).faults == []
    alter(memory, node, predicate, *new)
    told = "entry demo-01: its texts or details are not those that were read: add its source again."
    assert told in verify(memory, shacl=False).faults


@pytest.mark.parametrize(
    ("node", "predicate", "new", "told"),
    [
        (f"{ENTRY}/result/1", "kg:low", [ox.Literal(90.0)], "kg:low"),
        (f"{ENTRY}/result/1", "kg:change", ["sideways"], "kg:change sideways breaks a shape"),
        (f"{ENTRY}/mention/2", "kg:confidence", [ox.Literal(1.5)], "kg:confidence 1.5 breaks a shape"),
        (f"{ENTRY}/mention/2", "kg:sure", [ox.Literal(False)], "kg:sure false breaks a shape"),
        (f"{ENTRY}/mention/2", "kg:extractor", [], "kg:extractor"),
        ("paper:longdemo-long-videos", "kg:kind", ["poem"], "kg:kind poem breaks a shape"),
        ("technique:longdemo", "skos:prefLabel", ["no language"], "skos:prefLabel no language breaks a shape"),
        (ENTRY, "kg:number", ["one"], "kg:number one breaks a shape"),
    ],
)
def test_shapes_are_checked(demo: OxigraphStore, node: str, predicate: str, new: list, told: str):
    alter(demo, node, predicate, *new)
    faults = verify(demo).faults
    assert any(told in fault for fault in faults), faults
    assert not any("breaks a shape" in fault for fault in verify(demo, shacl=False).faults)


def test_foreign_graph_is_found(demo: OxigraphStore):
    demo.replace("kg:other", [ox.Triple(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal(1))])
    assert verify(demo).faults == ["kg other: it is neither an entry nor a source."]


def test_source_of_other_bytes_is_found(demo: OxigraphStore):
    source = demo_source("demo-01")
    source.sha256 = "0" * 64
    demo.replace("source:demo", source_triples(source))
    assert verify(demo).faults == ["source demo: The texts of the source demo were changed in the graph: add it again."]


def test_source_that_is_not_finished_is_no_fault(demo: OxigraphStore):
    demo.replace("source:demo", source_triples(demo_source("demo-01", "demo-02")))
    report = verify(demo)
    assert report.ok
    assert report.notes == ["source demo: 1 of its entries are not in the graph: add it again to have them."]


def test_annotated_papers_are_in_order(shared: Path, reports: list[Path], tmp_path: Path):
    with kg.open(str(tmp_path / "g")) as graph:
        assert len(graph.add(*reports, records=shared / "gold" / "dev.jsonl").added) == 80
        report = graph.verify()
    assert report.faults == []
    assert report.checked["quotes"] > 2000


def test_all_that_is_read_from_the_reports_is_in_order(built: Graph):
    report = built.verify()
    assert report.faults == []
    assert report.checked["entries"] == 133
    assert report.checked["relations"] > 1300


def test_many_papers_read_by_the_rules_are_in_order(shared: Path, tmp_path: Path):
    corpus = shared / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    file = tmp_path / "papers.jsonl"
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        file.write_text("".join(islice(lines, 300)), "utf-8")
    with kg.open(str(tmp_path / "g")) as graph:
        assert len(graph.add(file, fast=True).added) == 300
        report = verify(graph.store, shacl=False)
    assert report.faults == []
    assert report.checked["relations"] > 3000


Change = Callable[[str, str, ox.Triple], ox.Triple | None]


def said(triple: ox.Triple, value: ox.Literal) -> ox.Triple:
    return ox.Triple(triple.subject, triple.predicate, value)


def moved(triple: ox.Triple) -> ox.Triple:
    """A quote of other words, from another place."""
    if isinstance(triple.object, ox.Literal):
        return said(triple, ox.Literal("zqx"))
    return ox.Triple(
        triple.subject, triple.predicate, ox.NamedNode(triple.object.value.split("/text/")[0] + "/text/I#char=0,3")
    )


#: What is done to the triples of an entry, by node and predicate; and what is told then.
BREAKS: dict[str, tuple[Change, str]] = {
    "quote": (
        lambda node, p, t: said(t, ox.Literal("no such words")) if (node, p) == ("mention/1", "kg:quote") else t,
        "mention/1: its quote 'no such words' does not stand at",
    ),
    "place": (
        lambda node, p, t: None if (node, p) == ("result/1", "kg:span") else t,
        "result/1: the text of its quote",
    ),
    "reason of a mention": (
        lambda node, p, t: None if (node, p) == ("mention/2", "kg:linkReason") else t,
        "mention/2: no reason is recorded why it is",
    ),
    "reason of a metric": (
        lambda node, p, t: None if (node, p) == ("result/1", "kg:linkReason") else t,
        "result/1: no reason is recorded why it is metric:",
    ),
    "reason of a work": (
        lambda node, p, t: None if (node, p) == ("", "kg:linkReason") else t,
        "no reason is recorded why it describes paper:",
    ),
    "end of a relation": (
        lambda node, p, t: moved(t) if node == "relation/1" and p in ("kg:quote", "kg:span") else t,
        "relation/1: its evidence 'zqx' does not hold its",
    ),
    "value of a result": (
        lambda node, p, t: said(t, ox.Literal(77777.0)) if node == "result/1" and p in ("kg:low", "kg:high") else t,
        "does not hold its value 77777.0",
    ),
    "shape": (
        lambda node, p, t: said(t, ox.Literal("sideways")) if (node, p) == ("result/1", "kg:change") else t,
        "kg:change sideways breaks a shape",
    ),
    "raw text": (
        lambda node, p, t: said(t, ox.Literal(t.object.value + " ")) if (node, p) == ("text/A", "kg:raw") else t,
        "its texts or details are not those that were read",
    ),
    "repairs": (
        lambda node, p, t: said(t, ox.Literal('[[99999,99999,"x"]]')) if p == "kg:repairs" else t,
        "its repairs do not fit its raw text",
    ),
    "mention": (
        lambda node, p, t: None if node == "mention/1" else t,
        "has no mention behind it",
    ),
    "link": (
        lambda node, p, t: None if p == "kg:institution" else t,
        "is not linked from paper:",
    ),
    "relation": (
        lambda node, p, t: None if node == "relation/1" else t,
        "has no relation behind it",
    ),
    "claim": (
        lambda node, p, t: None if node.startswith("technique:") and p in DIRECT else t,
        "is not stated as a link",
    ),
}
DIRECT = {f"kg:{name}" for name in RELATIONS.values()}


def test_whatever_is_broken_in_a_graph_of_reports_is_found(built_folder: Path, tmp_path: Path):
    shutil.copytree(built_folder, tmp_path / "g")
    told = {}
    with OxigraphStore(tmp_path / "g") as store:
        needed = {
            ("result/1", "kg:span"),
            ("relation/1", "kg:span"),
            ("mention/2", "kg:span"),
            ("text/A", "kg:repairs"),
        }
        names = entry_names(store)
        chosen = [n for n in names if needed <= {(node, p) for node, p, _ in placed(store, n)}][: len(BREAKS)]
        store.remove(*(f"entry:{name}" for name in names if name not in chosen))
        assert verify(store).faults == []
        for name, (kind, (change, fault)) in zip(chosen, BREAKS.items(), strict=True):
            changed = [(t, change(node, p, t)) for node, p, t in placed(store, name)]
            assert any(new != old for old, new in changed), kind
            store.replace(f"entry:{name}", [new for _, new in changed if new])
            told[name] = fault
        faults = verify(store).faults
    for name, fault in told.items():
        assert any(one.startswith(f"entry {name}: ") and fault in one for one in faults), (name, fault)
    named = {one.split(":")[0].removeprefix("entry ") for one in faults if one.startswith("entry")}
    assert named == set(told)


def placed(store: OxigraphStore, name: str) -> list[tuple[str, str, ox.Triple]]:
    """The triples of an entry with their node, as the entry calls it, and their predicate."""
    triples = store.triples(f"entry:{name}")
    nodes = [curie(t.subject.value).removeprefix(f"entry:{name}").removeprefix("/") for t in triples]
    return [(node, curie(t.predicate.value), t) for node, t in zip(nodes, triples, strict=True)]
