"""kg migrate: convert a graph of an older version of kg to the current format."""

from __future__ import annotations

from kg.cli.base import HERE, Location, interruptible, progress


def command(graph: Location = HERE) -> None:
    """Convert the graph of an older kg to the current format and keep the old data; writing to a graph does so too."""
    from kg.api import Graph

    with interruptible(lambda: f"{graph} is as it was."), progress("Migrating") as tell:
        done = Graph.migrate(graph, progress=tell)
    print(f"{graph} has the form of this kg now: {done} entries." if done else f"{graph} has the form of this kg.")
