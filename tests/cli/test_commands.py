"""The command line as a user runs it, on the real graph."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kg.cli import every
from kg.text import has_han
from tests.cli.command import run


@pytest.mark.parametrize("command", every())
def test_every_command_has_help(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.split()) > 15


@pytest.mark.parametrize("question", ["KV-cache compression papers on H100", "在H100上做KV缓存压缩的论文"])
def test_the_demo_question_has_its_two_papers_with_their_quotes(built_file: Path, question: str) -> None:
    done = run("ask", question, "--format", "json", graph=built_file)
    assert done.returncode == 0
    said = json.loads(done.stdout)
    told = {"question", "kind", "understood", "ignored", "notes", "total", "read", "coverage", "partly", "papers"}
    told.add("cells")
    assert set(said) == told
    assert said["total"] == len(said["papers"]) == 2
    assert {source for paper in said["papers"] for source in paper["sources"]} == {"002-22", "004-16"}
    assert {c["concept"] for c in said["understood"]["topic"]} == {"topic:kv-cache-compression"}
    assert {c["concept"] for c in said["understood"]["hardware"]} == {"hardware:nvidia-h100"}
    for paper in said["papers"]:
        quotes = " ".join(e["quote"] for e in paper["evidence"])
        assert "H100" in quotes
        assert re.search(r"KV.?(?:re)?cach", quotes, re.IGNORECASE)


def test_quotes_of_an_answer_stand_at_their_offsets(built_file: Path) -> None:
    from kg.api import Graph

    said = json.loads(run("ask", "speculative decoding", "--format", "json", graph=built_file).stdout)
    assert said["papers"]
    with Graph(built_file, read_only=True) as graph:
        for paper in said["papers"]:
            texts = {d.id: d.texts for d, _ in graph.paper(paper["id"]).entries}
            for e in paper["evidence"]:
                if e["start"] >= 0:
                    assert texts[e["source"]][e["field"]].raw[e["start"] : e["end"]] == e["quote"]


def test_ask_writes_every_form(built_file: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ask", "联邦学习", "-f", "csv", graph=built_file).stdout)))
    assert rows
    lines = run("ask", "联邦学习", "-f", "jsonl", graph=built_file).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    assert re.search(r"^\| [^|]* 002-37 \|", run("ask", "联邦学习", "-f", "md", graph=built_file).stdout, re.M)
    assert "002-37" in run("ask", "联邦学习", graph=built_file).stdout


def test_an_empty_answer_is_status_one_and_says_why(built_file: Path) -> None:
    done = run("ask", "quantization papers on Cerebras", graph=built_file)
    assert done.returncode == 1
    assert done.stderr.strip()


def test_extract_gives_records_that_the_checker_accepts(
    shared: Path, few_reports: Path, built_file: Path, tmp_path: Path
) -> None:
    out, one = tmp_path / "records.jsonl", tmp_path / "one.jsonl"
    assert run("export", "-f", "jsonl", "-o", out, graph=built_file).returncode == 0
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == 133
    assert run("extract", next(few_reports.glob("000_*")), "-o", one).returncode == 0
    assert [json.loads(line)["id"] for line in one.read_text("utf-8").splitlines()] == [
        json.loads(line)["id"] for line in lines[:3]
    ]
    gold = shared / "gold"
    score = [sys.executable, *map(str, (gold / "score.py", gold / "dev.jsonl", out)), "--json"]
    scores = json.loads(subprocess.run(score, capture_output=True, encoding="utf-8", check=True).stdout)
    assert scores["headline"] >= 0.60
    for name in ("technique", "problem", "effect", "institution"):
        assert scores[f"brief {name}"]["f1"] >= 0.95, name


def test_eval_scores_what_ships_with_the_package() -> None:
    done = run("eval", "--format", "json")
    assert done.returncode == 0
    scores = json.loads(done.stdout)
    assert scores["headline"]["f1"] >= 0.60
    assert scores["techniques"]["gold"] > 500
    assert scores["institutions"]["sure_precision"] >= 0.95
    assert 0 <= scores["outperforms"]["false_winners"] <= 1


def test_brief_report_trends_and_picture_are_written(built_file: Path, tmp_path: Path) -> None:
    assert run("brief", "002-22", "--lang", "zh", graph=built_file).stdout.startswith("原报告写道：“NVlabs")
    assert not has_han(run("brief", "002-22", "--from", "abstract", graph=built_file).stdout)
    assert "LongLive" in run("brief", "002-22", "--from", "abstract", graph=built_file).stdout
    assert "LongLive" in run("brief", "002-22", "--lang", "en", graph=built_file).stdout
    for name, args in (
        ("r.md", ["report", "KV cache compression"]),
        ("r.html", ["report", "KV cache compression", "--lang", "zh"]),
        ("t.csv", ["trends", "--of", "technique", "--over", "report"]),
        ("t.png", ["trends", "--of", "topic", "--over", "report"]),
        ("g.html", ["draw", "KV cache compression"]),
    ):
        done = run(*args, "-o", tmp_path / name, graph=built_file)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 500
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")
    for name in ("r.html", "g.html"):
        page = (tmp_path / name).read_text("utf-8")
        assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)\s*=\s*[\"']?https?:", page, re.IGNORECASE)


def test_show_tells_of_graph_paper_and_concept(built_file: Path) -> None:
    said = json.loads(run("show", "-f", "json", graph=built_file).stdout)
    assert said["counts"]["entries"] == 133
    assert len(said["sources"]) == 5
    record = json.loads(run("show", "002-22", "-f", "json", graph=built_file).stdout)[0]
    assert record["name"] == "LongLive"
    concept = json.loads(run("show", "hardware:nvidia-h100", "-f", "json", graph=built_file).stdout)
    assert "002-22" in concept["papers"]
    assert concept["label"]["zh"]
    assert run("show", "002-99", graph=built_file).returncode == 2


def test_sparql_reads_and_cannot_write(built_file: Path) -> None:
    query = "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e a kg:Entry }"
    assert "133" in run("sparql", query, graph=built_file).stdout
    assert (
        json.loads(run("sparql", query, "-f", "json", graph=built_file).stdout)["results"]["bindings"][0]["n"]["value"]
        == "133"
    )
    done = run("sparql", "DROP ALL", graph=built_file)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "133" in run("sparql", "-", graph=built_file, stdin=query).stdout


def test_add_and_remove_tell_what_they_did(tmp_path: Path, reports: Path) -> None:
    graph = tmp_path / "g"
    done = run("add", "--fast", reports / "000_b034bcfaa8cc7f60.txt", graph=graph)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "Added 20 entries, 0 unchanged")
    done = run("add", "--fast", reports / "000_b034bcfaa8cc7f60.txt", tmp_path / "nothing.txt", graph=graph)
    assert done.returncode == 3
    assert "nothing.txt" in done.stderr
    assert "Added 0 entries, 20 unchanged" in done.stdout
    assert run("add", tmp_path / "nothing.txt", graph=graph).returncode == 2
    assert run("remove", "000-01", graph=graph).stdout.startswith("Removed 1 entry")
    assert run("remove", "zzz", graph=graph).returncode == 2


def test_backup_copies_a_graph_and_what_was_decided_beside_it(tmp_path: Path) -> None:
    from kg.api import Graph

    graph, copy = tmp_path / "papers.kg", tmp_path / "copy.kg"
    paper = {"id": "p-1", "title": "On Caches", "abstract": "We use wobble cutting on an H100."}
    (tmp_path / "list.jsonl").write_text(json.dumps(paper) + "\n", "utf-8")
    assert run("add", tmp_path / "list.jsonl", "--fast", graph=graph).returncode == 0
    said = (
        "@prefix kg: <https://w3id.org/paper-kg/ns#> .\n"
        '<https://w3id.org/paper-kg/technique/pruning> kg:merges "wobble cutting" .\n'
    )
    (tmp_path / "papers.overrides.ttl").write_text(said, "utf-8")
    with Graph(graph, create=True) as writer:  # it is copied while somebody writes it
        done = run("backup", copy, graph=graph)
        assert (done.returncode, done.stdout) == (0, f"Copied {graph} to {copy}: 1 entry.\n")
        expected = writer.store.dump("nquads")
    assert (tmp_path / "copy.overrides.ttl").read_text("utf-8") == said
    with Graph(copy, read_only=True) as copied:
        assert copied.store.dump("nquads") == expected
        assert copied.notes == []
    before = copy.read_bytes()
    done = run("backup", copy, graph=graph)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is there already" in done.stderr
    assert copy.read_bytes() == before
    assert run("backup", tmp_path / "new.kg", graph=tmp_path / "none.kg").returncode == 2


@pytest.mark.parametrize(
    "args",
    [
        ["ask", "x", "--graph", "no-such-graph"],
        ["ask", "x", "--format", "pdf"],
        ["show", "002-22", "--graph", "no-such-graph"],
        ["brief", "002-22", "--lang", "fr"],
        ["trends", "--of", "nothing"],
        ["export", "--format", "digest"],
        ["add"],
        ["nonsense"],
    ],
)
def test_wrong_use_is_status_two_and_never_a_traceback(built_file: Path, args: list[str], tmp_path: Path) -> None:
    done = run(*args, graph=built_file, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize(
    ("work", "slow"),
    [
        ("from kg.cli import application; application(); g.ask('x')", "torch spacy pandas rdflib networkx matplotlib"),
        ("g.report('KV cache').render('html')", "spacy torch pandas rdflib kg.sources kg.build.pipeline"),
    ],
)
def test_help_questions_and_reports_start_without_slow_imports(built_file: Path, work: str, slow: str) -> None:
    code = f"import sys; from kg.api import Graph; g = Graph({str(built_file)!r}, read_only=True); {work}"
    code += f"; print(*({set(slow.split())} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
