"""Lines that are written as they come: to standard output at once, to a file whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from kg.build.pipeline import Added
from kg.cli.core import SKIPPED, write_lines
from kg.model import KgError


def test_lines_come_out_one_after_the_other(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def lines(_: object) -> Iterator[str]:
        yield "one\n"
        sys.stdout.buffer.flush()
        assert capfdbinary.readouterr().out == b"one\n"  # before the second is made
        yield "zwei ü\n"

    write_lines(lines, Added(), None)
    assert capfdbinary.readouterr().out == "zwei ü\n".encode()


def test_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("old")

    def lines(_: object) -> Iterator[str]:
        yield "one\n"
        assert output.read_text() == "old"
        yield "two\n"

    write_lines(lines, Added(), output)
    assert output.read_text() == "one\ntwo\n"
    assert list(tmp_path.iterdir()) == [output]


def test_file_stays_as_it_was_when_reading_fails(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("old")

    def lines(_: object) -> Iterator[str]:
        yield "one\n"
        raise KgError("no more.")

    with pytest.raises(KgError, match="no more"):
        write_lines(lines, Added(), output)
    assert output.read_text() == "old"
    assert list(tmp_path.iterdir()) == [output]


def test_no_line_is_an_error_after_what_was_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KgError, match="No paper could be read"):
        write_lines(lambda _: [], Added(skipped=["x: is no paper."]), tmp_path / "out.jsonl")
    assert capsys.readouterr().err == "Skipped: x: is no paper.\n"
    assert list(tmp_path.iterdir()) == []


def test_something_skipped_is_status_3(tmp_path: Path) -> None:
    with pytest.raises(typer.Exit) as caught:
        write_lines(lambda _: ["one\n"], Added(skipped=["x: is no paper."]), tmp_path / "out.jsonl")
    assert caught.value.exit_code == SKIPPED


def test_missing_folder_is_told_before_anything_is_read(tmp_path: Path) -> None:
    def lines(_: object) -> Iterator[str]:
        raise AssertionError("read")
        yield ""

    with pytest.raises(KgError, match="make the folder"):
        write_lines(lines, Added(), tmp_path / "no" / "out.jsonl")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_interrupted_while_a_command_loads_is_no_traceback() -> None:
    code = (
        "import kg.cli, os, signal\n"
        "kg.cli.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "kg.cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "ask"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "Interrupted.\n")
