"""kg publish: put a graph on a SPARQL server, and keep it up to date there."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, Location, interruptible, progress, reading
from kg_publish.publishing import publish

Url = Annotated[str, typer.Argument(help="The server's address for queries: http://HOST:PORT/sparql.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of another graph of kg that is there.")]


def command(url: Url, graph: Location = HERE, replace: Replace = False) -> None:
    """Send what has changed in the graph to a SPARQL 1.1 server: one named graph for each entry and source."""
    with (
        reading(graph) as opened,
        interruptible(lambda: "what was sent stays; the next kg publish sends the rest."),
        progress("Publishing", "graphs") as tell,
    ):
        done = publish(opened.store, url, replace=replace, progress=tell)
    print(f"Published {graph} to {url}: {done.written} graphs written, {done.removed} taken out.")
