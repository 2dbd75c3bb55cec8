"""Reading on a Ray cluster: the same graph as without it, whatever happens to its workers."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.build.engines import engine
from kg.model import Document, KgError
from kg_ray import engine as module
from tests.build.zap_papers import WORDS, within, zap_papers

pytestmark = [
    pytest.mark.skipif(not find_spec("ray"), reason="Ray Data is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.xdist_group("ray"),
]

TEI = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt>
<title type="main">Zap{n} in a File</title></titleStmt></fileDesc><profileDesc><abstract><p>{words}</p></abstract>
</profileDesc></teiHeader></TEI>"""


@pytest.fixture(scope="module", autouse=True)
def _token() -> Iterator[None]:
    """Ray's clusters here let in who knows this; nothing is written to the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.delenv("RAY_ADDRESS", raising=False)
        yield


@pytest.fixture(scope="module")
def cluster(_token: None) -> Iterator[str]:
    """The address of Ray as this process starts it where no address is named, with two workers.

    One cluster serves all tests: without an address those of this process, with it another process.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in module._SETTINGS.items():
            patch.setenv(name, value)
        module._connect("", 2)
        import ray

        yield ray.get_runtime_context().gcs_address
        ray.shutdown()


def _document(number: int) -> Document:
    return Document(f"p-{number}", "papers", number, {})


@pytest.mark.usefixtures("cluster")
def test_what_fails_or_costs_workers_is_left_out_and_the_others_go_on_in_order() -> None:
    def work(item: Any) -> tuple[int, int]:
        if item.number == 30:
            raise RuntimeError("half a number")
        if item.number == 40:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.005)
        return item.number, os.getpid()

    taken = 0

    def items() -> Iterator[Document]:
        nonlocal taken
        for taken in range(1, 1001):
            yield _document(taken)

    done: list[Any] = []
    with engine("ray").workers(work, 2) as workers:
        results = workers.map(items())
        for result in results:
            done.append(result)
            if len(done) == 200:
                break
        assert taken < 400  # no more is taken than workers need
        assert isinstance(results, Generator)
        results.close()
        again = [result[0] for result in workers.map(map(_document, range(3)))]
        there = result[1]
    assert again == [0, 1, 2]  # and nothing of what was not waited for
    assert [str(result) for result in done if isinstance(result, KgError)] == [
        "p-30: reading failed (RuntimeError: half a number): it was left out.",
        "p-40: 3 workers were lost while reading it: it was left out.",
    ]
    assert [r[0] for r in done if not isinstance(r, KgError)] == [n for n in range(1, 201) if n not in (30, 40)]
    assert within(30, lambda: not Path(f"/proc/{there}").exists())


@pytest.mark.usefixtures("cluster")
def test_a_worker_with_another_kg_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_identity", lambda: {"version": "9", "extraction": "0", "vocabulary": "none"})
    with (
        engine("ray").workers(lambda item: item, 1) as workers,
        pytest.raises(
            KgError, match=r"has another version of kg than this machine \(version .*, not 9, .*\): install the same"
        ),
    ):
        list(workers.map([_document(1)]))


@pytest.mark.usefixtures("cluster")
def test_the_same_graph_as_without_ray_though_a_worker_is_killed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    papers, files = zap_papers(tmp_path, 120), tmp_path / "files"
    files.mkdir()
    for n in range(12):  # read by the workers themselves
        (files / f"file-{n}.xml").write_text(TEI.format(n=n, words=WORDS.format(n=n)), "utf-8")
    killed: list[int] = []

    def progress(name: str, done: int) -> None:
        if done == 20:
            killed.extend(_readers()[:1])
            os.kill(killed[-1], signal.SIGKILL)  # as the kernel does where memory is short

    ways: dict[str, dict[str, Any]] = {"alone": {"jobs": 1}, "ray": {"jobs": 2, "engine": engine("ray")}}
    for name, options in ways.items():
        with kg.open(str(tmp_path / name), create=True) as graph:
            told = progress if name == "ray" else None
            report = graph.add(papers, files, fast=True, progress=told, **options)
            assert (len(report.added), report.skipped) == (132, [])
            assert len(graph.add(papers, fast=True, **options).unchanged) == 120
            (tmp_path / f"{name}.nq").write_bytes(graph.export("nquads"))
    assert len(killed) == 1
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "alone.nq").read_bytes() == (tmp_path / "ray.nq").read_bytes()


def test_interrupted_it_ends_in_one_sentence_and_keeps_what_is_stored(cluster: str, tmp_path: Path) -> None:
    papers, others = zap_papers(tmp_path, 20_000), {*_readers()}  # of another run, not yet ended
    on = ("--engine", "ray", "--address", cluster)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "add", str(papers), "--fast", "--jobs", "1", *on],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        there = within(200, lambda: {*_readers()} - others)
        time.sleep(2)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all processes
        _, said = process.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert len(said.splitlines()) == 1
    stored = re.search(r"Interrupted: papers\.kg holds (\d+) papers", said)
    assert (tmp_path / "papers.kg").exists() == bool(stored)  # no graph without a paper
    if stored:
        with kg.open(str(tmp_path / "papers.kg"), read_only=True) as graph:
            assert len(graph.entries()) == int(stored[1])
            assert graph.verify().ok
    assert there
    assert within(30, lambda: others.issuperset(_readers()))


def _readers() -> list[int]:
    """The processes of workers."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if place.read_bytes().startswith(b"ray::MapWorker(MapBatches(_ChunkWorker)"):
                found.append(int(place.parent.name))
    return sorted(found)
