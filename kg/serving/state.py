"""A graph that changes while it is served, and what tells that it has: looked at for every request, so it is quick."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.link.overrides import overrides_of
from kg.store.logs import id_of
from kg.store.place import is_address

if TYPE_CHECKING:
    from kg.api import Graph


def state_of(location: str) -> tuple[object, ...] | None:
    """What differs when the graph's file, its log or people's decisions do; None where that is not known."""
    if is_address(location):
        return None
    out: list[object] = []
    for path in (Path(location), Path(f"{location}-wal"), overrides_of(Path(location))):
        with suppress(OSError):
            found = os.stat(path)
            out.append((path.name, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size))
    return tuple(out)


def place_of(location: str) -> tuple[object, ...]:
    """What differs when another file was put in the place of the graph, or people decided otherwise on names."""
    if is_address(location):
        return ()
    out: list[object] = []
    with suppress(OSError):
        found = os.stat(location)
        out += [found.st_dev, found.st_ino, _id_at(location, found.st_ino, found.st_mtime_ns)]
    with suppress(OSError):
        found = os.stat(overrides_of(Path(location)))
        out += [found.st_mtime_ns, found.st_size]
    return tuple(out)


@lru_cache(1)
def _id_at(location: str, *_: int) -> str:
    """The id in a graph's file, which another has that was written into it; read when the file was."""
    return id_of(Path(location))


@dataclass(slots=True)
class GraphPlace:
    """Where the graph is, opened anew when another file has been put there or people decided otherwise on names."""

    location: str
    graph: Graph | None = None
    mark: tuple[object, ...] = ()

    def now(self) -> Graph:
        """The graph as it is now."""
        from kg.api import Graph  # a server that only passes requests on does without

        mark = place_of(self.location)
        if self.graph is None or mark != self.mark:
            if self.graph is not None:
                self.graph.close()
            self.graph, self.mark = Graph(self.location, read_only=True), mark
        return self.graph
