"""kg restore: put a backup in the place of what a graph holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.core import HERE, Location, note
from kg.text import number_of

Backup = Annotated[Path, typer.Argument(help="A file that `kg backup` has made.")]


def command(backup: Backup, graph: Location = HERE) -> None:
    """Put a backup, and what was decided by hand beside it, in the place of all that the graph holds."""
    from kg.api import Graph

    number, decisions = Graph.restore(graph, backup)
    if decisions:
        note(f"The decisions that stood beside {graph} are now {decisions}.")
    print(f"Restored {graph} from {backup}; it holds {number_of(number, 'entry', 'entries')}.")
