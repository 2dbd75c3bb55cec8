"""In a worker process: the open graph, and the tool that a call names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kg.model import KgError

#: A call: the tool and its arguments. Its answer: whether it was refused; a line of JSON, or a sentence that says why.
Call = tuple[str, Mapping[str, Any]]
Answer = tuple[bool, str]


def begin(location: str) -> Callable[[Call], Answer]:
    """Open the graph; gives what answers calls. Raises KgError where it cannot be opened."""
    # Here, because the server itself, which must start at once, names this function and needs nothing of these.
    from kg.mcp.tools import Tools
    from kg.serving.state import GraphPlace

    os.dup2(2, 1)  # over stdio the protocol has standard output for itself: what a library prints goes beside it
    there = GraphPlace(location)
    there.now().lexicon()
    tools = Tools(there.now())

    def answer(call: Call) -> Answer:
        try:
            tools.graph = there.now()
            return False, tools.call(*call)
        except KgError as error:
            return True, str(error)
        except Exception as error:  # a fault of this program ends a call, not the server
            print(f"kg mcp: {type(error).__name__}: {error}", file=sys.stderr)
            return True, f"The call could not be answered ({type(error).__name__}): ask otherwise."

    return answer
