"""Hostile files and records: each costs itself alone, in one sentence, and the others go on."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import kg
from kg import limits, sources
from kg.build.pipeline import Added, Annotations, Pipeline
from kg.model import Batch, Document, KgError, Record
from kg.sources import HeldFile, Unread, paper_rows
from tests.cli.command import run
from tests.sources.made_file import json_lines

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="limits need a fork"), pytest.mark.timeout(120)]

GOOD = {"id": "good", "title": "A good paper", "abstract": "We propose GoodCache."}
LAST = {"id": "last", "title": "A last paper", "abstract": "We propose LastCache."}
ALIASES = "\n".join(
    f"{name}: &{name} [{', '.join([f'*{before}' if before else 'l'] * 9)}]"
    for before, name in zip(["", *"abcdef"], "abcdefg", strict=True)
)
WORK = {"id": "https://openalex.org/W2", "title": "T", "publication_year": 2020, "authorships": []}

FILES = {
    "bomb.yaml": f"{ALIASES}\npapers:\n- title: x\n  authors: *g\n",
    "bomb.cff": f"cff-version: 1.2.0\ntitle: x\nmessage: cite\n{ALIASES}\nauthors: *g\n",
    "deep.yaml": "papers:\n- title: x\n  authors: " + "[" * 20_000 + "]" * 20_000 + "\n",
    "loop.yaml": "papers:\n- &a\n  title: x\n  authors: [*a, *a]\n",
    "date.jsonl": json.dumps(GOOD) + '\n{"title": "On dates", "date": "2020 9999999999999999999"}\n' + json.dumps(LAST),
    "number.jsonl": json.dumps(GOOD) + '\n{"title": "On dates", "date": 2020' + "9" * 60 + "}\n" + json.dumps(LAST),
    "openalex.jsonl": json.dumps(WORK | {"abstract_inverted_index": {"word" * 20_000: list(range(200_000))}}),
    "deep.json": json.dumps(GOOD) + '\n{"title": "On depth", "authors": ' + "[" * 9_000 + "]" * 9_000 + "}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_itself_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    json_lines(folder / "aa.jsonl", [GOOD])
    json_lines(folder / "zz.jsonl", [LAST])
    (folder / name).write_text(FILES[name])
    done = run("add", folder, "--fast", "-j", "1", "--graph", tmp_path / "g.kg")
    assert done.returncode in (0, 3)
    assert "fault of kg" not in done.stderr
    with kg.open(tmp_path / "g.kg", create=True) as graph:
        assert {"aa", "zz"} <= set(graph.store.source_names())
        if name in ("date.jsonl", "number.jsonl"):
            assert len(graph.entries()) == 5


def small(monkeypatch: pytest.MonkeyPatch, way: Callable[[], None]) -> None:
    """Limits that end a way soon; by the clock only what waits, as processes of a busy machine wait too."""
    made = limits.Limits(2, 300 << 20, 3, 4 if way is waits else 100)
    monkeypatch.setattr(limits, "limits", lambda: made)


def fails() -> None:
    raise KeyError("anything")


def spins() -> None:
    while True:
        pass


def counts() -> None:
    sum(range(10**13))  # within C, where no signal is looked at


def waits() -> None:
    time.sleep(1000)


def takes() -> None:
    kept = [bytearray(100 << 20) for _ in range(100)]
    del kept


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


#: What goes wrong, what is said of it, and whether the record alone is lost where a reader meets it.
WAYS: list[tuple[Callable[[], None], str, bool]] = [
    (fails, "KeyError: 'anything'", True),
    (spins, "more than 2 s of processor time", True),
    (takes, "more than 300 MB of memory", True),
    (counts, "more than 2 s of processor time", False),
    (waits, "more than 2 s of processor time", False),
    (dies, "its process ended by SIGKILL", False),
]


#: Those that end at once: what takes its time is tried once where it can go wrong twice in one way.
QUICK = (fails, takes, dies)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A file whose third paper is bad, between two good ones."""
    folder = tmp_path / "papers"
    folder.mkdir()
    papers = [{"id": name, "title": f"Paper {name}"} for name in ("one", "two", "bad", "four")]
    json_lines(folder / "b.jsonl", papers)
    json_lines(folder / "a.jsonl", [GOOD])
    json_lines(folder / "c.jsonl", [LAST])
    return folder


def added(tmp_path: Path, files: Path | str, jobs: int = 1) -> tuple[Added, list[str]]:
    with kg.open(tmp_path / "g.kg", create=True) as graph:
        report = graph.add(files, fast=True, jobs=jobs)
        return report, sorted(graph.entries())


@pytest.mark.parametrize(("way", "said", "is_alone"), WAYS)
def test_a_record_that_cannot_be_read(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[], None], said: str, is_alone: bool
) -> None:
    small(monkeypatch, way)
    plain = paper_rows.document

    def document(row: dict[str, str], source: str, number: int) -> Document:
        if row["id"] == "bad":
            way()
        return plain(row, source, number)

    monkeypatch.setattr(paper_rows, "document", document)
    report, entries = added(tmp_path, files)
    assert len(report.skipped) == 1
    assert report.skipped[0].startswith(f"{files}/b.jsonl: {'line 3 was skipped' if is_alone else 'the rest'}")
    assert said in report.skipped[0]
    assert {"good", "last"} | ({"one", "two", "four"} if is_alone else set()) <= set(entries)
    assert "bad" not in entries


@pytest.mark.parametrize(
    ("way", "said", "jobs"), [(way, said, n) for way, said, _ in WAYS for n in (1, 2) if n == 2 or way in QUICK]
)
def test_a_paper_that_cannot_be_extracted(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[], None], said: str, jobs: int
) -> None:
    small(monkeypatch, way)
    plain = Pipeline.record

    def record(self: Pipeline, document: Document, annotations: Annotations | None = None) -> Record:
        if document.id == "bad":
            way()
        return plain(self, document, annotations)

    monkeypatch.setattr(Pipeline, "record", record)
    report, entries = added(tmp_path, files, jobs)
    assert entries == ["four", "good", "last", "one", "two"]
    assert len(report.skipped) == 1
    assert said in report.skipped[0]
    assert report.skipped[0].startswith("bad: ")
    if way in QUICK:
        with pytest.raises(KgError, match=r"^bad: "), kg.open(tmp_path / "strict.kg", create=True) as graph:
            graph.add(files, fast=True, jobs=jobs, strict=True)


@pytest.mark.parametrize(("way", "said", "is_alone"), WAYS)
def test_a_file_that_cannot_be_opened(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[], None], said: str, is_alone: bool
) -> None:
    small(monkeypatch, way)
    plain = sources.begin

    def begin(path: Path | HeldFile, name: str | None = None, is_whole: bool = False) -> Batch | Unread:
        if path.name.endswith("b.jsonl"):
            way()
        return plain(path, name, is_whole)

    monkeypatch.setattr(sources, "begin", begin)
    report, entries = added(tmp_path, files)
    assert entries == ["good", "last"]
    assert len(report.skipped) == 1
    assert report.skipped[0].startswith(f"{files}/b.jsonl: cannot be read")
    assert said in report.skipped[0]
    if way not in QUICK:
        return
    with zipfile.ZipFile(tmp_path / "papers.zip", "w") as archive:
        for file in sorted(files.iterdir()):
            archive.write(file, file.name)
    with kg.open(tmp_path / "packed.kg", create=True) as graph:
        report = graph.add(tmp_path / "papers.zip", fast=True)
        assert len(report.added) == 2
        assert report.skipped[0].startswith(f"{tmp_path}/papers.zip:b.jsonl: cannot be read")


def test_the_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    limits.limits.cache_clear()
    monkeypatch.setenv("KG_SECONDS", "7")
    monkeypatch.setenv("KG_MEGABYTES", "nonsense")
    try:
        made = limits.limits()
    finally:
        limits.limits.cache_clear()
    assert (made.seconds, made.kill, made.memory) == (7, 10.5, 2048 << 20)


@pytest.fixture(params=["fifo", "socket", "device", "/proc/self/mem"])
def odd(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """What is no regular file."""
    path = tmp_path / "odd.jsonl"
    with socket.socket(socket.AF_UNIX) as listening:
        if request.param == "fifo":
            os.mkfifo(path)
        elif request.param == "socket":
            listening.bind(os.fspath(path))
        elif request.param == "device":
            path.symlink_to("/dev/zero")
        else:
            path.symlink_to(request.param)
        yield path


@pytest.mark.parametrize("command", ["add", "read", "extract", "check", "digest", "eval"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, odd: Path, command: str) -> None:
    more: list[str | Path] = ["--graph", tmp_path / "g.kg"] if command == "add" else []
    done = run(command, odd, *more, cwd=tmp_path)
    assert done.returncode in (1, 2, 3), done
    assert "regular" in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) <= 2  # that nothing could be read is a second sentence
    assert "fault of kg" not in done.stderr


@pytest.mark.parametrize("command", ["read", "extract"])
def test_commands_that_read_files_go_on_behind_a_bad_one(tmp_path: Path, files: Path, command: str) -> None:
    (files / "bomb.yaml").write_text(FILES["bomb.yaml"])
    done = run(command, files)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [
        "good",
        "one",
        "two",
        "bad",
        "four",
        "last",
    ]
    assert run(command, files, "--strict").returncode == 2


def test_a_digest_is_checked_behind_a_bad_file(few_reports: Path, files: Path) -> None:
    (files / "bomb.yaml").write_text(FILES["bomb.yaml"])
    report = next(few_reports.glob("001_*"))
    done = run("digest", "--check", files / "bomb.yaml", report)
    assert done.returncode == 3, done
    assert "bomb.yaml" in done.stderr
    assert "# " in done.stdout
