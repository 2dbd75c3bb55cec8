"""Work shared among processes: the same results in the same order, and one sentence where a process fails."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import limits
from kg.build.workers import Workers
from kg.model import KgError


def _doubled(number: int) -> int:
    time.sleep(0.001 * (number % 3))  # later ones are done before earlier ones
    return 2 * number


def _at_twenty(number: int) -> tuple[int, int]:
    if number == 20:
        raise OSError("disk full")
    if number == 40:
        raise KgError("The model is missing: install kg again.")
    if number == 60:
        os.kill(os.getpid(), signal.SIGKILL)
    return number, os.getpid()


@pytest.mark.parametrize(("jobs", "chunk", "few"), [(1, 8, 4), (2, 1, 0), (2, 8, 4), (3, 7, 16), (2, 8, 1000)])
def test_results_come_in_the_order_of_the_items(jobs: int, chunk: int, few: int) -> None:
    with Workers(_doubled, jobs, chunk, few) as workers:
        for most in (3, 100, 0, 41):  # the processes stay from one call to the next
            assert list(workers.map(range(most))) == [2 * n for n in range(most)]


def test_few_items_are_done_in_one_process_and_many_in_several() -> None:
    with Workers(_at_twenty, 3, chunk=2, few=10) as workers:
        there = {process for _, process in workers.map(range(10))}
        assert len(there) == 1
        there |= {process for _, process in workers.map(range(20))}
        assert os.getpid() not in there
        assert 1 <= len(there) <= 3
    with pytest.raises(ProcessLookupError):  # none outlives the work
        os.kill(there.pop(), 0)


@pytest.mark.parametrize(
    ("first", "said"), [(20, "OSError: disk full"), (40, "The model is missing: install kg again.")]
)
def test_a_failing_process_ends_the_work_in_one_sentence(first: int, said: str) -> None:
    with Workers(_at_twenty, 2, chunk=2, few=0) as workers:
        with pytest.raises(KgError) as told:
            list(workers.map(range(first, first + 10)))
        assert said in str(told.value)
        assert "\n" not in str(told.value)
        assert [n for n, _ in workers.map(range(5))] == list(range(5))  # and the next work has new processes


@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (1, 8), (2, 3)])
def test_an_item_that_ends_its_process_is_left_out_alone(jobs: int, chunk: int) -> None:
    with Workers(_at_twenty, jobs, chunk, few=0) as workers:
        made = list(workers.map(range(55, 75)))
        assert [one if isinstance(one, KgError) else one[0] for one in made if one is not made[5]] == [
            n for n in range(55, 75) if n != 60
        ]
        assert isinstance(made[5], KgError)
        assert str(made[5]) == "60: cannot be read (its process ended by SIGKILL): it was left out."


def test_a_process_that_ends_before_it_does_anything_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "begin", lambda: os._exit(7))
    with Workers(_doubled, 1) as workers, pytest.raises(KgError, match="ended with status 7"):
        list(workers.map(range(3)))


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for n in range(10_000):
            taken.append(n)
            yield n

    with Workers(_doubled, 2, chunk=4, few=8) as workers:
        results = workers.map(items())
        assert [next(results) for _ in range(20)] == [2 * n for n in range(20)]
        assert len(taken) < 100


def test_what_is_needed_is_loaded_once_before_the_processes_are_made(tmp_path: Path) -> None:
    loaded = tmp_path / "loaded"

    def load(item: int) -> None:
        with loaded.open("a") as file:
            file.write(f"{item} {os.getpid()}\n")

    with Workers(_doubled, 2, few=2) as workers:
        list(workers.map(range(5, 50), load))
        list(workers.map(range(50), load))
    assert loaded.read_text() == f"5 {os.getpid()}\n"
