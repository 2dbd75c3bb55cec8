"""kg serve: the graph in a browser."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from kg.cli.core import HERE, Location, note, reading
from kg.model import KgError
from kg.version import extra


def command(
    graph: Location = HERE,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 for any that is free.")] = 8321,
    host: Annotated[
        str, typer.Option(help="Address to listen at; another than this machine's own wants --allow-host and a token.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A name by which it may be asked; may be repeated.")
    ] = None,
    writable: Annotated[
        bool, typer.Option("--writable", help="Let files be added from the page, and taken back.")
    ] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, max=600, help="How long a page may take.")] = 20.0,
) -> None:
    """Show the graph in a browser: search, papers, concepts, comparisons, trends, pictures, SQL and SPARQL.

    Every page is also JSON (.json) and, where it is a table, CSV. Nothing is changed without --writable. The token of
    --host is $KG_TOKEN, or made and printed.
    """
    try:
        from kg.web.server import serve
    except ModuleNotFoundError as error:
        raise KgError(f"`kg serve` needs {error.name}: run {extra('serve')}.") from None

    def look() -> None:
        """Open the graph, which says what is wrong with it before anything starts."""
        with reading(str(graph)):
            pass

    serve(
        str(graph),
        host,
        port,
        token=os.environ.get("KG_TOKEN", ""),
        hosts=tuple(allow_host or ()),
        writable=writable,
        seconds=seconds,
        look=look,
        told=lambda address: note(f"Open {address} (Ctrl-C ends it)."),
    )
