"""Processes of this machine."""

from __future__ import annotations

from collections.abc import Callable

from kg.build.engines.engine_protocol import Done, Item
from kg.build.workers import Workers, cores
from kg.model import KgError


class Local:
    """Reads a few papers in this process, and many in several processes of this machine."""

    def __init__(self, address: str = "") -> None:
        if address:
            raise KgError(f"--address {address}: the local engine has no address: add --engine ray.")

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> Workers[Item, Done]:
        """A pool of processes for a function; see `kg.build.workers`."""
        return Workers(work, jobs or cores())


ENGINE = Local
