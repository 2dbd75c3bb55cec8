"""kg remove: remove entries or whole sources from the graph."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, Location
from kg.text import number_of


def command(
    names: Annotated[list[str], typer.Argument(help='Entries ("002-22") or sources ("002").')], graph: Location = HERE
) -> None:
    """Remove entries or whole sources; nothing is removed if one of the names is unknown."""
    from kg.api import Graph

    with Graph(graph) as opened:
        gone = opened.remove(*names)
        held = opened.entry_count()
    print(f"Removed {number_of(len(gone), 'entry', 'entries')}; {graph} holds {held}.")
