"""Processes of this machine."""

from __future__ import annotations

from collections.abc import Callable

from kg.engines.base import Done, Item
from kg.model import KgError
from kg.workers import Workers, cores


class Local:
    """Reads in this process where there is little, and in others of this machine where there is much."""

    def __init__(self, address: str = "") -> None:
        if address:
            raise KgError(f"--address {address}: this machine needs none: choose an engine with --engine ray too.")

    def workers(self, work: Callable[[Item], Done], jobs: int | None) -> Workers[Item, Done]:
        """Processes for a thing to do; see `kg.workers`."""
        return Workers(work, jobs or cores())


ENGINE = Local
