"""kg migrate: bring a graph that an older kg wrote to the form of this one."""

from __future__ import annotations

from kg.cli.base import HERE, Location, interruptible, progress


def command(graph: Location = HERE) -> None:
    """Bring the graph of an older kg to this one's form, and keep the old data; whatever writes a graph does so too."""
    from kg.api import Graph

    with interruptible(lambda: f"{graph} is as it was."), progress("Migrating") as tell:
        done = Graph.migrate(graph, progress=tell)
    print(f"{graph} has the form of this kg now: {done} entries." if done else f"{graph} has the form of this kg.")
