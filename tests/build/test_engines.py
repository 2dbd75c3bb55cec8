"""Engines: found by name, each told in one sentence when it cannot be had."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint, EntryPoints
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import kg
from kg import plugins
from kg.build import engines
from kg.build.engines import Local
from kg.model import KgError
from tests.cli.command import run


def test_this_machine_is_the_engine_when_none_is_named() -> None:
    assert isinstance(engines.engine(), Local)
    with engines.engine().workers(lambda item: item, None) as workers:
        assert list(workers.map([KgError("left out")])) != []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "steam"], "--engine steam: there is no such engine: choose one of local, ray"),
        (["--address", "head:6379"], "--address head:6379: the engine local has no address"),
    ],
)
def test_an_engine_that_is_not_there_is_told_before_the_graph_is_opened(
    tmp_path: Path, options: list[str], said: str
) -> None:
    ran = run("add", "papers.jsonl", *options, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_without_its_plug_in_a_sentence_says_how_to_install_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "entry_points", lambda **wanted: EntryPoints())
    with pytest.raises(KgError, match=r"--engine ray needs a plug-in: install paper-kg\[ray\]"):
        engines.engine("ray")


@pytest.mark.skipif(not find_spec("ray"), reason="Ray Data is not installed")
def test_a_cluster_that_does_not_answer_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text('{"id": "p-1", "title": "Pruning"}\n')
    addresses = ("127.0.0.1:1", "ray://127.0.0.1:10001", "nowhere")
    code = (
        "import sys\n"
        "from kg.cli import main\n"
        "for address in sys.argv[1:]:\n"
        "    sys.argv = ['kg', 'add', 'papers.jsonl', '--engine', 'ray', '--address', address]\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit as left:\n"
        "        print(left.code)\n"
    )
    command = [sys.executable, "-c", code, *addresses]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.split() == ["2", "2", "2"]
    for address, told in zip(addresses, ran.stderr.splitlines(), strict=True):
        assert f"--address {address}: " in told


class _Backwards:
    """An engine of another package: it works on all items at once, the last one first."""

    def __init__(self, address: str) -> None:
        self.address = address

    def workers(self, work: Callable[[Any], Any], jobs: int | None) -> _Backwards:
        self.work = work
        return self

    def __enter__(self) -> _Backwards:
        return self

    def __exit__(self, *_: object) -> None:
        self.address = "left"

    def map(self, items: Iterable[Any], load: Callable[[Any], object] | None = None) -> Iterator[Any]:
        done = [self.work(item) for item in reversed(list(items))]
        yield from reversed(done)


def test_an_engine_of_another_package_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("backwards", f"{__name__}:_Backwards", "kg.engines")
    monkeypatch.setitem(sys.modules, __name__, sys.modules[_Backwards.__module__])
    with monkeypatch.context() as patch:
        patch.setattr(plugins, "entry_points", lambda **wanted: EntryPoints([point]).select(**wanted))
        backwards = engines.engine("backwards", "there")
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(f'{{"id": "p-{n}", "title": "Pruning for the {n}th time"}}\n' for n in range(5)))
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        report = graph.add(papers, fast=True, engine=backwards)
    assert report.added == [f"p-{n}" for n in range(5)]
    assert isinstance(backwards, _Backwards)
    assert backwards.address == "left"
    assert isinstance(backwards.work(KgError("no paper")), KgError)
