"""kg backup: copy a graph to a file, while others read and write it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.core import HERE, Location, reading
from kg.text import number_of

Target = Annotated[Path, typer.Argument(help="The file to write, which is not there yet.")]


def command(target: Target, graph: Location = HERE) -> None:
    """Copy the graph, and what was decided by hand beside it, to a new file, while others read and write it."""
    with reading(graph) as opened:
        opened.backup(target)
        print(f"Copied {graph} to {target}: {number_of(opened.entry_count(), 'entry', 'entries')}.")
