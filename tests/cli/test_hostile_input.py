"""One batch of everything that may go wrong: a sentence each, bounded time and memory, and the rest goes on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.cli.hostile_files import hostile, sheet
from tests.sources.made_pdf import pdf

BOMB = (4 << 30) - (64 << 20)  # bytes: zip files without extensions hold less than 4 GB
MEMORY = 1 << 20  # KB


@dataclass
class Run:
    """What a command did, and what it took."""

    status: int
    out: list[str]
    told: list[str]
    memory: int  # KB, the most of it or of a process that it started


#: Started by a small process: the system counts what a process had before `exec`, which would be that of these tests.
_MEASURED = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), used.ru_maxrss], file)
os._exit(0)
"""


def measured(folder: Path, *arguments: str | Path) -> Run:
    out, told, took = folder / "out", folder / "told", folder / "took"
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    with out.open("w") as standard, told.open("w") as error:
        subprocess.run([sys.executable, "-c", _MEASURED, took, *command], stdout=standard, stderr=error, check=True)
    status, memory = json.loads(took.read_text())
    printed, sentences = (path.read_text("utf-8").splitlines() for path in (out, told))
    slow = re.compile(r"Reading: [\d,]+ papers\.")  # which a busy machine brings forth
    return Run(status, printed, [line for line in sentences if not slow.fullmatch(line)], memory)


@pytest.fixture(scope="module")
def files(reports: Path) -> dict[str, tuple[bytes, str]]:
    return hostile(reports, BOMB)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, files: dict[str, tuple[bytes, str]]) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "in"
    folder.mkdir()
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, batch: Path) -> Run:
    before = sorted(batch.parent.rglob("*"))
    read = measured(tmp_path_factory.mktemp("run"), "read", batch)
    assert sorted(batch.parent.rglob("*")) == before
    return read


def test_the_batch_goes_on_and_tells_that_something_was_skipped(done: Run) -> None:
    assert done.status == 3
    found = {json.loads(line)["id"] for line in done.out}
    assert {"first", "zz_good-last", "in-tar", "1-zipped1", "3-zipped3", "unbalanced-b", "gbk-b"} <= found
    assert {"utf16-a", "latin-a", "pages2000", "one_bad_byte-a"} <= found
    assert not any("passwd" in line or "root:" in line for line in done.out)


def test_each_file_has_a_sentence(done: Run, batch: Path, files: dict[str, tuple[bytes, str]]) -> None:
    assert done.told[0].startswith("Skipped: ")
    assert "Traceback" not in "\n".join(done.told)
    for name, (_, part) in files.items():
        sentences = [line for line in done.told if line.startswith(f"Skipped: {batch / name}:")]
        assert any(part in line for line in sentences) if part else sentences == [], (name, sentences)
        assert all(line.endswith(".") and len(line) < 600 for line in sentences)
        assert len(sentences) < (100 if name in ("bomb.jsonl.gz", "one_list.json") else 10)


def test_memory_is_bounded(done: Run) -> None:
    assert done.memory < MEMORY


def test_strict_stops_at_the_first(tmp_path: Path, batch: Path) -> None:
    read = measured(tmp_path, "read", batch, "--strict")
    assert read.status == 2
    assert [json.loads(line)["id"] for line in read.out] == ["first"]  # what came before it
    [sentence] = read.told
    assert sentence.startswith(f"kg: {batch / 'bomb.bib.gz'}: ")


def test_three_broken_files_among_twenty(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(1, 21):
        data = pdf(sheet(f"On Caches of the {number}th Kind and {'the' * number}"))
        (folder / f"p{number}.pdf").write_bytes(data if number % 8 != 4 else data[: 300 + number])
    done = measured(tmp_path, "add", folder, "--graph", tmp_path / "g", "--fast", "--jobs", "2")
    assert done.status == 3, done.told
    assert [line.partition(":")[2].partition(": ")[0].strip() for line in done.told] == [
        str(folder / f"p{n}.pdf") for n in (4, 12, 20)
    ]
    assert done.out == [f"Added 17 entries, 0 unchanged; {tmp_path / 'g'} holds 17."]
    strict = run("add", folder, "--graph", tmp_path / "s", "--fast", "--strict", "--jobs", "1")
    assert strict.returncode == 2
    assert len(strict.stderr.splitlines()) == 1
    assert f"{folder / 'p4.pdf'}: " in strict.stderr
