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


class ClientLines:
    """Lines of standard input that are messages, as the SDK reads them; `answer` sends an answer to the others."""

    def __init__(self) -> None:
        self.answer: Callable[[types.JSONRPCError], Awaitable[None]]
        self._lines = anyio.wrap_file(os.fdopen(os.dup(0), encoding="utf-8", errors="replace", closefd=False))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # processes that are started later must read nothing here

    async def __aiter__(self) -> AsyncIterator[str]:
        async for line in self._lines:
            wrong = fault(line)
            if wrong is not None:
                await self.answer(wrong)
            elif line.strip():
                yield line


def fault(line: str) -> types.JSONRPCError | None:
    """What a line that is no message of JSON-RPC 2.0 is answered; None for a message, and for an answer to one of ours.

    >>> fault('{"jsonrpc": "2.0", "id": 1, "method": "ping"}')
    >>> fault('{"jsonrpc": "2.0", "id": 1}').error.code, fault("{").error.code
    (-32600, -32700)
    """
    said = _object(line)
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


def _object(line: str) -> dict[str, Any]:
    """The object of a line, also one with half characters, which the SDK does not read; empty for anything else."""
    with suppress(ValueError, RecursionError):
        said = json.loads(line)
        return said if isinstance(said, dict) else {}
    return {}
