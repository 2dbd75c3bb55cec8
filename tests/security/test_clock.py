"""A clock that jumps: no service is called too early or too late, and no harvest stands still."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.fetch import Arxiv, Client, fetch
from kg.fetch.client import Turn
from tests.fetch import services
from tests.fetch.services import Service, serving

RIGHT = datetime(2025, 11, 3, 10, tzinfo=UTC)


@pytest.fixture
def arxiv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with serving(services.Arxiv(5)) as service:
        yield service


def harvest(service: Service, folder: Path, now: datetime, until: str = "") -> tuple[int, int]:
    """The papers of this call, and of the harvest."""
    asked = Arxiv("all:pruning", url=service.url, until=until)
    with Client(service.url, interval=0.001) as client:
        done = fetch(asked, folder, client, now=lambda: now)
    return done.fetched, done.papers


@pytest.mark.parametrize("wrong", [datetime(2099, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)])
def test_harvest_under_a_wrong_clock_goes_on_under_the_right_one(
    arxiv: Service, tmp_path: Path, wrong: datetime
) -> None:
    harvest(arxiv, tmp_path / "f", wrong)
    assert harvest(arxiv, tmp_path / "f", RIGHT)[0] == 5
    number = len(arxiv.asked)
    assert harvest(arxiv, tmp_path / "f", RIGHT)[0] == 0
    assert len(arxiv.asked) == number


def test_harvest_up_to_a_day_is_done_whatever_the_clock_says(arxiv: Service, tmp_path: Path) -> None:
    harvest(arxiv, tmp_path / "f", RIGHT, "2025-11-02")
    number = len(arxiv.asked)
    for year in (2025, 2099):
        harvest(arxiv, tmp_path / "f", RIGHT.replace(year=year), "2025-11-02")
    assert len(arxiv.asked) == number


@pytest.mark.parametrize("ahead", [0.1, 3600, 10**9])
def test_call_of_a_time_to_come_is_one_of_now(arxiv: Service, monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    turn = Turn("host.test")
    turn.done()
    turn.close()
    (file,) = (Path(os.environ["XDG_CACHE_HOME"]) / "kg" / "fetch").iterdir()
    os.utime(file, (time.time() + ahead,) * 2)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    turn = Turn("host.test")
    turn.wait(3)
    turn.close()
    assert 2 < slept[0] <= 3
