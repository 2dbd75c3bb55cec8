"""The Model Context Protocol over stdio or HTTP: lists the tools, passes calls to worker processes, gives resources.

The SDK takes most of a second to load: whoever imports this module starts the workers first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from kg.mcp.described import INSTRUCTIONS, TOOLS, schema_of
from kg.model import KgError
from kg.serving.pool import Busy, CallTooLong, Died, Pool
from kg.version import VERSION

if TYPE_CHECKING:
    from starlette.applications import Starlette

SCHEMA, PAPER = "kg://schema", "kg://paper/"
_JSON = "application/json"
#: Bytes of a request over HTTP: a draft and what is around it.
MOST_BYTES = 256 * 1024
#: Calls that may take longer than others, and how many times as long: each sentence of a draft is read as a paper is.
_LONG = {"check": 3.0}
_READS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def server(pool: Pool) -> Server[Any]:
    """The server of a graph, for any transport."""

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(name=name, description=said, input_schema=schema_of(name), annotations=_READS)
                for name, (said, _, _) in TOOLS.items()
            ]
        )

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            text, failed = await _called(pool, params.name, params.arguments or {}), False
        except KgError as error:
            text, failed = str(error), True
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=failed)

    async def list_resources(_: Any, __: Any) -> types.ListResourcesResult:
        described = "What the graph holds: counts, types, fields, flags of filters, forms of ids."
        return types.ListResourcesResult(
            resources=[types.Resource(uri=SCHEMA, name="schema", description=described, mime_type=_JSON)]
        )

    async def list_templates(_: Any, __: Any) -> types.ListResourceTemplatesResult:
        described = "A paper with its claims, the first page of `get`."
        paper = types.ResourceTemplate(
            uri_template=PAPER + "{id}", name="paper", description=described, mime_type=_JSON
        )
        return types.ListResourceTemplatesResult(resource_templates=[paper])

    async def read_resource(_: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            if uri == SCHEMA:
                text = await _called(pool, "schema", {})
            elif uri.startswith(PAPER):
                text = await _called(pool, "get", {"id": _unquoted(uri.removeprefix(PAPER))})
            else:
                raise KgError(f"There is no resource of this name: read {SCHEMA} or {PAPER}ID.")
        except KgError as error:
            raise MCPError(code=types.INVALID_PARAMS, message=str(error)) from None
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=_JSON, text=text)])

    made: Server[Any] = Server(
        "kg",
        version=VERSION,
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: schema_of(name) if name in TOOLS else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
    return made


async def _called(pool: Pool, tool: str, given: Mapping[str, Any]) -> str:
    """The answer of a tool. Raises KgError for what is refused, and for a call that is ended."""
    if tool in TOOLS and (wrong := [name for name in given if name not in TOOLS[tool][1]]):
        known = ", ".join(TOOLS[tool][1])
        raise KgError(f"`{tool}` has no argument {str(wrong[0])[:40]!r}: it takes {known}.")
    if tool in TOOLS and (lacking := [name for name in TOOLS[tool][2] if given.get(name) is None]):
        raise KgError(f"`{tool}` needs the argument `{lacking[0]}`.")
    seconds = pool.seconds * _LONG.get(tool, 1.0)
    try:
        refused, said = await pool.ask((tool, dict(given)), seconds)
    except CallTooLong:
        raise KgError(f"The call took longer than {seconds:g} s and was ended: ask for less.") from None
    except Busy:
        raise KgError("Too many calls are waiting: call again later.") from None
    except Died as error:
        raise KgError(str(error) or "The call took more memory than there is: ask for less.") from None
    if refused:
        raise KgError(str(said))
    return str(said)


def _unquoted(name: str) -> str:
    from urllib.parse import unquote

    return unquote(name)


def serve(pool: Pool) -> None:
    """Serve one client over standard input and output, until it closes them."""
    from mcp.server.stdio import stdio_server
    from mcp.shared.message import SessionMessage

    from kg.mcp.wire import messages

    async def main() -> None:
        made = server(pool)
        lines = messages(lambda error: write.send(SessionMessage(error)))
        async with stdio_server(cast("anyio.AsyncFile[str]", lines)) as (read, write):
            await made.run(read, write, made.create_initialization_options())

    anyio.run(main)


def application(pool: Pool) -> Starlette:
    """The server as a Starlette application; a Guard before it says who may ask."""
    return server(pool).streamable_http_app(json_response=True, stateless_http=True, max_request_body_size=MOST_BYTES)


def serve_http(pool: Pool, port: int) -> None:
    """Serve any number of clients on 127.0.0.1, until interrupted. Raises KgError where the port is taken."""
    from kg.serving.guard import Guard, Rules
    from kg.serving.listening import listening, run

    with listening("127.0.0.1", port) as place:
        own = place.getsockname()[1]
        hosts = (f"127.0.0.1:{own}", f"localhost:{own}")
        app = Guard(application(pool), Rules(hosts), {"/mcp": MOST_BYTES}, ("POST",))
        run(app, place, lambda: print(f"http://127.0.0.1:{own}/mcp", flush=True))
