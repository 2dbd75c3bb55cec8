"""kg rebuild: build a graph again from the sources that it keeps."""

from __future__ import annotations

import typer

from kg.cli.core import HERE, SKIPPED, Jobs, Location, interruptible, make_first_page, note, progress
from kg.text import number_of


def command(graph: Location = HERE, jobs: Jobs = None) -> None:
    """Build the graph again from the sources that it keeps, even if its data are damaged."""
    from kg.api import Graph
    from kg.build.workers import cores

    with interruptible(lambda: f"{graph} is as it was."), progress("Reading") as tell:
        rebuilt = Graph.rebuild(graph, jobs=jobs or cores(), progress=tell)
    for sentence in rebuilt.lost:
        note(f"Lost: {sentence}")
    print(f"Built {graph} anew; it holds {number_of(len(rebuilt.entries), 'entry', 'entries')}.")
    make_first_page(str(graph))
    if rebuilt.lost:
        raise typer.Exit(SKIPPED)
