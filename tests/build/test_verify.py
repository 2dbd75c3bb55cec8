"""What is broken in a graph's file is found and named: in entries, and in the tables that are made of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.build.verification import verify
from kg.model import KgError
from kg.rdf.store import Store
from tests.store.graph_demo import ABSTRACT, demo_source

ENTRY, PAPER = "entry:demo-01", "paper:longdemo-long-videos"
GONE = object()  # in the place of a value that is taken out


def tamper(store: Store, column: str, path: str, value: object, name: str = "demo-01") -> None:
    """Change the JSON of an entry behind the back of the program, whose tables follow where it can be read.

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
    with suppress(KgError):
        store.remake()


@pytest.fixture
def faults(demo: Store) -> Callable[[], list[str]]:
    """What is found in the demo without the shapes; see `test_what_the_program_writes_is_in_order`."""
    return lambda: verify(demo, shacl=False).faults


def test_what_the_program_writes_is_in_order(demo: Store):
    report = verify(demo)
    assert report.faults == []
    assert report.checked == {
        "entries": 1,
        "sources": 1,
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
        ("$.techniques[0].reason", "", "mention/2: no reason is recorded why it is technique:longdemo"),
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
    (found,) = [fault for fault in faults() if fault.startswith("entry demo-01: ")]
    assert told in found
    assert found.endswith(": add its source again.")


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


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "UPDATE mentions SET role = 'used' WHERE role = 'proposed'",
            "entry demo-01: the table mentions does not hold",
        ),
        ("DELETE FROM mentions WHERE number = 2", "entry demo-01: the table mentions does not hold"),
        ("UPDATE topics SET topic = topic + 1", "entry demo-01: the table topics does not hold"),
        ("UPDATE results SET high = 60", "entry demo-01: the table results does not hold"),
        ("DELETE FROM relations", "entry demo-01: the table relations does not hold"),
        ("UPDATE relations SET tail = head", "entry demo-01: the table relations does not hold"),
        ("UPDATE texts SET raw = 'x' WHERE field = 'T'", "entry demo-01: the table texts does not hold"),
        ("INSERT INTO authors VALUES (1, 99, 1, 'Nobody')", "entry demo-01: the table authors does not hold"),
        ("UPDATE papers SET curie = 'paper:x'", "entry demo-01: the table mentions does not hold"),
        (
            "UPDATE labels SET label = 'LongDEMO' WHERE label = 'LongDemo'",
            "concept technique:longdemo: the table labels",
        ),
        ("UPDATE labels SET entries = 2 WHERE label = 'LongDemo'", "concept technique:longdemo: the table labels"),
    ],
)
def test_altered_table_is_found(demo: Store, faults: Callable[[], list[str]], change: str, told: str):
    assert demo.db.execute(change).rowcount > 0
    found = faults()
    assert any(fault.startswith(told) and fault.endswith(": run kg rebuild.") for fault in found), found
    demo.remake()
    assert faults() == []


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
        ("$.techniques[0].extractor", "", "kg:extractor"),
        ("$.kind", "poem", "kg:kind poem breaks a shape"),
    ],
)
def test_shapes_of_what_is_stored_are_checked(demo: Store, path: str, new: object, told: str):
    tamper(demo, "record", path, new)
    found = verify(demo).faults
    assert any(told in fault for fault in found), found
    assert not any("breaks a shape" in fault for fault in verify(demo, shacl=False).faults)


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
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert len(graph.add(file, fast=True).added) == 80
        report = verify(graph.store, shacl=False)
    assert report.faults == []
    assert report.checked["mentions"] > 800
    assert report.checked["relations"] > 20
