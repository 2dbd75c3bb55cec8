"""The lines that a client sends over stdio: messages go to the SDK, others are answered here, which it leaves open."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
from mcp import types
from pydantic import ValidationError


async def messages(answer: Callable[[types.JSONRPCError], Awaitable[None]]) -> AsyncIterator[str]:
    """The lines of standard input that are messages, as the SDK reads them; the others are answered."""
    lines = anyio.wrap_file(os.fdopen(os.dup(0), encoding="utf-8", errors="replace", closefd=False))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # processes that are started later must read nothing here
    async for line in lines:
        wrong = fault(line)
        if wrong is not None:
            await answer(wrong)
        elif line.strip():
            yield line


def fault(line: str) -> types.JSONRPCError | None:
    """The answer to a line that is no message of JSON-RPC 2.0; None for a message, and for an answer to ours."""
    said: Any = None
    with suppress(ValueError, RecursionError):  # also reads half characters, which the SDK does not
        said = json.loads(line)
    said = said if isinstance(said, dict) else {}
    try:
        message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        if not isinstance(message, types.JSONRPCNotification) or "id" not in said:
            return None
        code, why = types.INVALID_REQUEST, "the id is neither a string nor an integer"
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        code = types.PARSE_ERROR if first["type"] == "json_invalid" else types.INVALID_REQUEST
        why = first["msg"]
    if not line.strip() or ("method" not in said and said.keys() & {"result", "error"}):
        return None  # an answer to an answer might go on for ever
    given = said.get("id")
    is_id = type(given) is int or (isinstance(given, str) and given.isprintable())
    data = types.ErrorData(code=code, message=f"The line is no request of JSON-RPC 2.0 ({why}): send one a line.")
    return types.JSONRPCError(jsonrpc="2.0", id=given if is_id else None, error=data)
