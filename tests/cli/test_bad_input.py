"""Bad files on the command line: one sentence each, nothing stored is harmed, the others go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from lxml import etree

import kg
from kg.build.verification import verify
from tests.cli.command import run


def _truncated(report: str) -> str:
    return report[: int(len(report) * 0.7)]


def _twice(report: str) -> str:
    head, details = report.split("## 论文详细信息", 1)
    return head + "## 论文详细信息" + details.replace("### 3. ", "### 2. ", 1)


def _missing(report: str) -> str:
    head, details = report.split("## 论文详细信息", 1)
    start, end = details.index("### 3. "), details.index("### 4. ")
    return head + "## 论文详细信息" + details[:start] + details[end:]


BAD: dict[str, Callable[[str], bytes]] = {
    "empty.txt": lambda _: b"",
    "binary.pdf": lambda _: bytes(range(256)) * 400,
    "900_truncated.txt": lambda report: _truncated(report).encode(),
    "901_twice.txt": lambda report: _twice(report).encode(),
    "902_missing.txt": lambda report: _missing(report).encode(),
    "long_line.txt": lambda _: b"x" * 10_000_000,
    "long_line.jsonl": lambda _: b'{"title": "' + b"x" * 10_000_000 + b'"}\n',
    "not_utf8.txt": lambda report: report.encode()[:3000] + b"\xff\xfe" + report.encode()[3000:],
}


def test_bad_files_are_told_in_a_sentence_each_and_the_good_one_is_added(
    tmp_path: Path, reports: Path, first_file: Path
) -> None:
    report = (reports / "000_b034bcfaa8cc7f60.txt").read_text("utf-8")
    bad = [tmp_path / name for name in BAD]
    for path in bad:
        path.write_bytes(BAD[path.name](report))
    (tmp_path / "hollow").mkdir()
    bad += [tmp_path / "hollow", tmp_path / "missing.txt"]
    graph = Path(shutil.copy(first_file, tmp_path / "papers.kg"))
    with kg.open(str(graph), read_only=True) as opened:
        before = {name: opened.store.dump("nquads", f"entry:{name}") for name in opened.entries()}

    done = run("add", "--fast", *bad, reports / "004_0fbc9a575173bebf.txt", graph=graph)

    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    for path in bad:
        told = [line for line in done.stderr.splitlines() if path.name in line]
        assert 1 <= len(told) <= 12
        assert all(line.endswith(".") for line in told)
    with kg.open(str(graph), read_only=True) as opened:
        assert {n: opened.store.dump("nquads", f"entry:{n}") for n in before} == before
        assert len(opened.entries("004")) == 21
        assert verify(opened.store, shacl=False).faults == []


def test_the_place_of_a_fault_is_named(tmp_path: Path, reports: Path) -> None:
    report = (reports / "000_b034bcfaa8cc7f60.txt").read_text("utf-8")
    twice = tmp_path / "901_twice.txt"
    twice.write_bytes(BAD["901_twice.txt"](report))
    lines = twice.read_text("utf-8").splitlines()
    place = [n for n, text in enumerate(lines, 1) if text.startswith("### 2. ")][-1]
    assert f"line {place}" in run("add", "--fast", twice, graph=tmp_path / "g").stderr


def test_verify_fails_on_a_store_whose_quotes_were_altered(tmp_path: Path, first_file: Path) -> None:
    graph = Path(shutil.copy(first_file, tmp_path / "papers.kg"))
    done = run("verify", graph=graph)
    assert done.returncode == 0, done.stderr
    assert "0 faults, 100.00 % right" in done.stdout
    with kg.open(str(graph), create=True) as opened:
        entry = opened.store.entry("000-02")
        entry.record.techniques[0].surface = "words that nobody wrote"
        opened.store.put_entry(entry)
    done = run("verify", graph=graph)
    assert done.returncode == 2
    assert "000-02" in done.stderr
    assert "words that nobody wrote" in done.stderr


def test_titles_that_begin_with_signs_leave_a_graph_in_order(tmp_path: Path) -> None:
    titles = [
        "$\\lambda$: A Method for Keys",
        "++: Better Pruning",
        "$\\mathcal{A}^{2}$: $\\beta$",
        "\u009b31m \u202e: Caches",
    ]
    said = "We propose it. It uses LoRA, outperforms GPTQ by 3% on MMLU and cuts latency by 20% on H100 GPUs."
    file = tmp_path / "signs.jsonl"
    file.write_text("".join(json.dumps({"title": title, "abstract": said}) + "\n" for title in titles), "utf-8")
    with kg.open(str(tmp_path / "papers.kg"), create=True) as opened:
        assert len(opened.add(file, fast=True).added) == len(titles)
        assert opened.verify().faults == []
        for form in ("graphml", "gexf"):
            etree.fromstring(opened.export(form))
