"""What a review of the command line found: forms, statuses, names and sentences."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import kg
from kg.cli import core
from kg.cli.export import FORMS
from kg.model import KgError
from kg.views.export.formats import formats
from tests.cli.command import run

NONE = "?s kg:name 'no such name at all'"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of two papers without a date, named by ids with colons."""
    folder = tmp_path_factory.mktemp("small")
    lines = [
        {"id": "arXiv:2501.00001", "title": "Pruning the KV cache", "abstract": "We prune the KV cache on an A100."},
        {"id": "https://x.org/1", "title": "Quantization of caches", "abstract": "We quantize the KV cache."},
    ]
    (folder / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with kg.open(str(folder / "papers.kg"), create=True) as graph:
        assert len(graph.add(folder / "list.jsonl").added) == 2
    return folder / "papers.kg"


# --- the dataset of a query -------------------------------------------------------------------------------------------


def test_a_query_that_names_its_dataset_sees_no_more(small: Path) -> None:
    with kg.open(str(small), read_only=True) as graph:

        def count(query: str) -> int:
            return int(graph.store.select(query)[0]["n"])

        said = len(graph.store.triples("entry:arXiv:2501.00001"))
        name = "<https://w3id.org/paper-kg/entry/arXiv:2501.00001>"
        assert count("SELECT (COUNT(*) AS ?n) FROM <urn:nope> { ?s ?p ?o }") == 0
        assert count(f"SELECT (COUNT(*) AS ?n)\nfrom {name} {{ ?s ?p ?o }}") == said
        assert count(f"SELECT (COUNT(*) AS ?n) FROM NAMED {name} {{ ?s ?p ?o }}") == 0
        assert count(f"SELECT (COUNT(*) AS ?n) FROM NAMED {name} {{ GRAPH ?g {{ ?s ?p ?o }} }}") == said
        assert count("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") > said


@pytest.mark.parametrize(
    "where", ["# FROM", "FILTER(?e != entry:from)", "FILTER(?e != entry:a-from)", "FILTER('FROM <x>' != 'a'@en-from)"]
)
def test_the_word_from_is_no_dataset(small: Path, where: str) -> None:
    with kg.open(str(small), read_only=True) as graph:
        assert graph.store.select(f"SELECT (COUNT(?e) AS ?n) {{ ?e a kg:Entry {where}\n }}") == [{"n": 2}]
        assert graph.store.select("SELECT ?s { ?s kg:service entry:a-service }") == []


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x:y", "http://example.org/y", "technique:none-such", "arXiv:0000.00000", "paper:no"])
def test_an_unknown_name_is_told_in_a_sentence(small: Path, name: str) -> None:
    done = run("show", name, graph=small)
    assert done.returncode == 2
    assert "fault of kg" not in done.stderr
    assert name in done.stderr


@pytest.mark.parametrize("name", ["arXiv:2501.00001", "https://x.org/1", "entry:arXiv:2501.00001"])
def test_an_entry_whose_name_holds_a_colon_is_shown(small: Path, name: str) -> None:
    done = run("show", name, "-f", "json", graph=small)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["id"] == name.removeprefix("entry:")


def test_a_concept_may_be_named_by_its_iri(small: Path) -> None:
    done = run("show", "https://w3id.org/paper-kg/hardware/nvidia-a100", "-f", "json", graph=small)
    assert json.loads(done.stdout)["papers"] == ["arXiv:2501.00001"]


def test_what_is_no_curie_has_no_papers_and_is_its_own_label(small: Path) -> None:
    with kg.open(str(small), read_only=True) as graph:
        with pytest.raises(KgError, match="no paper and no concept 'x:y'"):
            graph.papers_with("x:y")
        assert graph.label("caching: a survey") == "caching: a survey"


# --- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "name", "form"),
    [
        (["report"], "r.pdf", "html"),
        (["draw"], "p.csv", "html"),
        (["export"], "x.foo", "graphml"),
        (["show"], "s.md", "json"),
        (["trends"], "t.xlsx", "png"),
        (["sparql", "SELECT * { ?s a kg:Paper }"], "x.ttl", "json"),
        (["sparql", "ASK { ?s a kg:Paper }"], "x.nt", "csv"),
        (["sparql", "CONSTRUCT WHERE { ?s a kg:Paper }"], "x.csv", "turtle"),
    ],
)
def test_an_ending_that_does_not_fit_is_refused(
    small: Path, tmp_path: Path, args: list[str], name: str, form: str
) -> None:
    done = run(*args, "-o", tmp_path / name, graph=small)
    assert done.returncode == 2
    assert form in done.stderr
    assert not (tmp_path / name).exists()


def test_a_form_that_does_not_fit_the_result_is_refused(small: Path) -> None:
    for query, form in (("CONSTRUCT WHERE { ?s a kg:Paper }", "csv"), ("SELECT * { ?s a kg:Paper }", "turtle")):
        # In a process of its own: the result that the error holds may not be dropped by another thread.
        command = [sys.executable, "-m", "kg", "sparql", query, "-f", form, "--graph", str(small)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"no form {form}" in done.stderr


def test_the_form_is_that_of_the_option_then_of_the_ending_then_the_usual() -> None:
    forms = ("md", "html")
    assert core.choose("html", Path("r.pdf"), forms, "md") == "html"
    assert core.choose(None, Path("r.HTM"), forms, "md") == "html"
    assert core.choose(None, Path("report"), forms, "md") == "md"
    assert core.choose(None, None, forms, "md") == "md"
    with pytest.raises(KgError, match=r"r\.pdf: .* choose one of md, html"):
        core.choose(None, Path("r.pdf"), forms, "md")
    with pytest.raises(KgError, match="--format pdf"):
        core.choose("pdf", None, forms, "md")


@pytest.mark.parametrize(
    ("ending", "start"), [("ttl", b"@prefix"), ("nq", b"<"), ("csv", b"id,title"), ("jsonl", b'{"id"')]
)
def test_the_ending_of_an_export_is_its_form(small: Path, tmp_path: Path, ending: str, start: bytes) -> None:
    out = tmp_path / f"x.{ending}"
    done = run("export", "-o", out, graph=small)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(start)


def test_the_evidence_is_exported_and_the_forms_stand_once(small: Path) -> None:
    assert list(FORMS) == [*formats(), "digest"]
    done = run("export", "-f", "evidence-csv", graph=small)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert "A100" in {row["quote"] for row in rows}


# --- statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "csv", "tsv", "xml"])
def test_an_empty_select_is_status_one_in_every_form(small: Path, form: str) -> None:
    assert run("sparql", f"SELECT ?s {{ {NONE} }}", "-f", form, graph=small).returncode == 1
    assert run("sparql", f"SELECT ?s {{ OPTIONAL {{ {NONE} }} }}", "-f", form, graph=small).returncode == 0
    assert run("sparql", f"ASK {{ {NONE} }}", "-f", form, graph=small).returncode == 0


@pytest.mark.parametrize("form", ["turtle", "nt"])
def test_an_empty_construct_is_status_one_in_every_form(small: Path, form: str) -> None:
    assert run("sparql", f"CONSTRUCT WHERE {{ {NONE} }}", "-f", form, graph=small).returncode == 1
    assert run("sparql", "CONSTRUCT WHERE { ?s a kg:Paper }", "-f", form, graph=small).returncode == 0


def test_trends_tell_of_papers_without_a_date(small: Path) -> None:
    done = run("trends", "--over", "day", graph=small)
    assert (done.returncode, done.stdout) == (1, "no papers with a date, 2 without\n")
    done = run("trends", "--over", "day", "-f", "csv", graph=small)
    assert done.returncode == 1
    assert "without a date, not counted: 2" in done.stderr
    assert run("trends", "--over", "report", graph=small).returncode == 0


def test_trends_of_the_api_have_a_language(small: Path) -> None:
    with kg.open(str(small), read_only=True) as graph:
        assert "KV缓存压缩" in graph.trends("topic", "report", lang="zh").columns


# --- reading and removing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [".", "**/*"])
def test_a_graph_among_the_files_is_not_read(small: Path, tmp_path: Path, pattern: str) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for path in small.parent.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    (folder / "papers.overrides.ttl").write_text("# no decision yet\n", "utf-8")
    assert run("ask", "KV cache", cwd=folder).returncode == 0  # papers.kg has its cache now
    assert len(list(folder.rglob("*"))) > 4
    for graph in (Path("made.kg"), folder / "made.kg", tmp_path / "other.kg"):  # the first one is made meanwhile
        done = run("add", pattern, "--fast", cwd=folder, graph=graph)
        assert (done.returncode, done.stderr) == (0, "")
        assert "2 entries" in done.stdout or "2 unchanged" in done.stdout


def test_a_database_of_something_else_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE papers (title TEXT)")
    done = run("add", tmp_path, "--fast", graph=tmp_path / "g")
    assert done.returncode == 2
    assert "other.db: is a binary file that no reader knows" in done.stderr


def test_an_entry_named_twice_is_removed_once(tmp_path: Path) -> None:
    lines = [{"title": title, "abstract": "We prune."} for title in ("One Paper", "Another Paper")]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    graph = tmp_path / "g"
    run("add", tmp_path / "list.jsonl", graph=graph)
    assert run("remove", "list-02", "list", "list-01", graph=graph).stdout.startswith("Removed 2 entries")


def test_verify_prints_what_is_unfinished(tmp_path: Path, few_reports: Path) -> None:
    graph = tmp_path / "g"
    with kg.open(str(graph), create=True) as opened:
        opened.add(next(few_reports.glob("000_*.txt")), fast=True)
        opened.remove("000-01")
    done = run("verify", graph=graph)
    assert done.returncode == 0
    assert "source 000: 1 of its entries" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{\n  "name": "A Title"\n}\n', "that no reader knows"),
        ("# AI推理加速技术论文分析报告\n## 论文详细信息\n".encode("gbk"), "save it as UTF-8"),
        ("# AI推理加速技术论文分析报告\n".encode("utf-16"), "save it as UTF-8"),
    ],
)
def test_a_near_miss_is_told_what_to_do(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "file").write_bytes(content)
    done = run("add", tmp_path / "file", graph=tmp_path / "g")
    assert done.returncode == 2
    assert told in done.stderr
