"""A watched folder that somebody else fills: what is no paper costs a sentence, and the papers beside it are added."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from kg.text import HARMFUL
from tests.cli.command import run


def line(number: int) -> str:
    """A paper, as a line of JSON."""
    paper = {"id": f"w-{number}", "title": f"Okapi {number}: A Pruning Method", "abstract": "We propose Okapi."}
    return json.dumps(paper) + "\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    made = tmp_path / "box"
    made.mkdir()
    return made


def test_folder_of_pipes_links_and_large_files_is_read_to_its_end(
    box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(box)  # the path of a socket is short
    os.mkfifo("pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.jsonl")
    for name, target in (("zero.jsonl", "/dev/zero"), ("loop", "."), ("up", ".."), ("gone.bib", "nowhere")):
        Path(name).symlink_to(target)
    for name, start in (("huge.jsonl", b""), ("huge.pdf", b"%PDF-1.4\n"), ("huge.zip", b"PK\x03\x04")):
        Path(name).write_bytes(start)
        os.truncate(name, 64 << 20)
    Path("a\nkg: all is well\x1b[31m.bib").write_text("@article{a, title = {Open")
    Path("half.jsonl").write_text(line(1) + '{"id": "w-2", "tit')
    Path("good.jsonl").write_text(line(3))
    done = run("watch", box, "--once", "--fast", "-j", "1", "--digests", tmp_path / "new", graph=tmp_path / "g.kg")
    assert done.returncode == 3, done.stderr
    assert "fault of kg" not in done.stderr
    assert not HARMFUL.findall(done.stdout + done.stderr)
    assert all(
        one.startswith(("Skipped: ", "Left out: ", "In doubt: ", "Reading: ")) for one in done.stderr.splitlines()
    )
    held = run("sql", "-f", "csv", "SELECT name FROM entries ORDER BY name", graph=tmp_path / "g.kg").stdout.split()
    assert held == ["name", "w-1", "w-3"]


def test_files_that_vanish_cost_nothing_else(box: Path, tmp_path: Path) -> None:
    (box / "good.jsonl").write_text(line(1))
    over = threading.Event()

    def flicker() -> None:
        while not over.is_set():
            for number in range(20):
                (box / f"flicker-{number}.jsonl").write_text(line(100 + number))
            for number in range(20):
                with suppress(FileNotFoundError):
                    (box / f"flicker-{number}.jsonl").unlink()

    thread = threading.Thread(target=flicker)
    thread.start()
    try:
        for _ in range(4):
            done = run(
                "watch", box, "--once", "--fast", "-j", "1", "--digests", tmp_path / "new", graph=tmp_path / "g.kg"
            )
            assert done.returncode in (0, 1, 3), done.stderr
            assert "fault of kg" not in done.stderr
    finally:
        over.set()
        thread.join()
    assert "w-1" in run("sql", "-f", "csv", "SELECT name FROM entries", graph=tmp_path / "g.kg").stdout


def test_file_that_is_still_written_is_read_again_when_it_is_whole(box: Path, tmp_path: Path) -> None:
    graph, file = tmp_path / "g.kg", box / "slow.jsonl"
    file.write_text(line(1) + line(2)[:30])
    command = [
        sys.executable,
        "-m",
        "kg",
        "watch",
        str(box),
        "--every",
        "1s",
        "--fast",
        "-j",
        "1",
        "--graph",
        str(graph),
    ]
    with subprocess.Popen(
        [*command, "--digests", str(tmp_path / "new")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            while not (told := process.stderr.readline()).startswith("Skipped: "):
                assert told.startswith("Reading: "), told
            file.write_text(line(1) + line(2))
            while "w-2" not in run("sql", "-f", "csv", "SELECT name FROM entries", graph=graph).stdout:
                assert process.poll() is None
                time.sleep(0.5)
        finally:
            process.kill()
