"""kg mcp: the graph as tools for assistants (Claude, Cursor, any client of the Model Context Protocol)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from kg.cli.core import HERE, Location, interruptible
from kg.model import KgError
from kg.version import extra

PORT = 8322
_AT_ONCE = 2  # calls over HTTP that are answered at the same time


def command(
    graph: Location = HERE,
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP on 127.0.0.1 instead of stdio.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of --http; 0 takes any that is free.")] = PORT,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long a call may take.")] = 20.0,
) -> None:
    """Serve the graph to assistants over the Model Context Protocol; read-only, each claim with its evidence id.

    A client starts it by itself: see docs/mcp.md for Claude and Cursor.
    """
    if find_spec("mcp") is None:
        raise KgError(f"`kg mcp` needs the SDK of the protocol: run {extra('mcp')}.")
    from kg.mcp import tool_worker
    from kg.serving.pool import Died, Pool

    pool = Pool(tool_worker.begin, (str(graph),), _AT_ONCE if http else 1, seconds, "kg.mcp.tools")
    begun = pool.start()  # they open the graph while the SDK loads, which takes most of a second
    try:
        from kg.mcp.protocol_server import serve, serve_http

        try:
            begun()
        except Died as error:
            raise KgError(str(error) or f"{graph}: the graph could not be opened: see `kg verify`.") from None
        with interruptible(lambda: "the server has ended."):
            if http:
                serve_http(pool, port)
            else:
                serve(pool)
    finally:
        pool.close()
