"""Ctrl-C while papers are added: real processes on a terminal, a real signal, and what the store holds afterwards."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import kg
from kg.build.verification import verify
from kg.cli.core import interruptible
from tests.cli.command import run
from tests.sources.made_pdf import BOLD, Sheet, pdf

PAPERS = 65
_TOLD = re.compile(r"(\d+) papers")
_STYLE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


class Terminal:
    """A command whose messages go to a terminal, in a group of processes of its own."""

    def __init__(self, *arguments: str | Path) -> None:
        ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "KG_DEBUG": ""},
        )
        os.close(theirs)
        self.terminal, self.shown = ours, ""

    def until(self, papers: int) -> None:
        """Wait until so many papers are told."""
        while max(map(int, _TOLD.findall(self.shown)), default=0) < papers:
            assert self._read(), f"it ended before: {self.shown[-500:]}"

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C, as a terminal sends it to the whole group; gives the status and the last line shown."""
        os.killpg(self.process.pid, signal.SIGINT)
        while self._read():
            pass
        status = self.process.wait(60)
        return status, _STYLE.sub("", self.shown).strip().splitlines()[-1]

    def left(self) -> list[int]:
        """The processes of the group that still run."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, _, group = stat.read_text("utf-8").rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue
            if int(group) == self.process.pid and state != "Z":
                found.append(int(stat.parent.name))
        return found

    def _read(self) -> bool:
        if not select.select([self.terminal], [], [], 60)[0]:
            return self.process.poll() is None
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:  # how Linux tells that the other side is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, reports: Path) -> Path:
    """A folder with papers of the reports in two files."""
    folder = tmp_path_factory.mktemp("papers")
    rows = run("read", *sorted(reports.glob("*.txt"))[:3]).stdout.splitlines(keepends=True)[:PAPERS]
    for number, part in enumerate((rows[:30], rows[30:])):
        kept = [{**json.loads(row), "file": ""} for row in part]
        (folder / f"part{number}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), "utf-8")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize(("jobs", "papers_first"), [(1, 3), (2, 20)])
def test_what_was_done_is_kept_whole_and_the_rest_comes_next_time(
    tmp_path: Path, papers: Path, jobs: int, papers_first: int
) -> None:
    graph = tmp_path / "g"
    command = ("add", papers, "--graph", graph, "--fast", "--jobs", str(jobs))
    started = Terminal(*command)
    started.until(papers_first)
    status, last = started.interrupt()
    assert status == 130
    assert "Traceback" not in started.shown
    assert started.left() == []

    with kg.open(str(graph), read_only=True) as opened:
        held = opened.entries()
        assert papers_first <= len(held) < PAPERS
        assert verify(opened.store, shacl=False).faults == []
        assert len(opened.papers()) > 0
    remedy = "each whole; the same command goes on from there."
    assert last == f"Interrupted: {graph} holds {len(held)} papers, {remedy}"

    done = run(*command)
    assert done.returncode == 0, done.stderr
    assert f"Added {PAPERS - len(held)} entries, {len(held)} unchanged; {graph} holds {PAPERS}." in done.stdout


def test_an_interrupt_stays_one_whatever_a_compiled_module_makes_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    def import_module() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(typer.Exit) as ended, interruptible(lambda: "all is as it was."):
            import_module()
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == "Interrupted: all is as it was.\n"
    with pytest.raises(ImportError), interruptible(str):
        raise ImportError("no interrupt")
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("command", ["read", "extract"])
def test_what_only_prints_writes_nothing(tmp_path: Path, papers: Path, command: str) -> None:
    output = tmp_path / "out.jsonl"
    many = tmp_path / "many.jsonl"
    rows = [json.loads(line) for file in sorted(papers.iterdir()) for line in file.read_text("utf-8").splitlines()]
    with many.open("w", encoding="utf-8") as file:
        for copy in range(60):
            file.writelines(json.dumps({**row, "id": f"{row['id']}-{copy}"}) + "\n" for row in rows)
    started = Terminal(command, many, "-o", output, *["--fast"] * (command == "extract"))
    started.until(5)
    status, last = started.interrupt()
    assert (status, last) == (130, "Interrupted: nothing was written.")
    assert "Traceback" not in started.shown
    assert started.left() == []
    assert not output.exists()


def test_progress_is_shown_for_a_folder_of_pdfs(tmp_path: Path) -> None:
    for number in range(6):
        sheet = Sheet()
        sheet.center(100, 17, f"On Caches of the Kind {number} and Others", BOLD)
        sheet.fill(100, 200, 400, 10, "Abstract. We keep what was computed before and use it again. " * 5)
        (tmp_path / f"p{number}.pdf").write_bytes(pdf(sheet))
    started = Terminal("read", tmp_path)
    out, _ = started.process.communicate()
    while started._read():
        pass
    assert started.process.returncode == 0
    assert len(out.splitlines()) == 6
    assert "Reading" in started.shown
    assert _TOLD.search(started.shown)
