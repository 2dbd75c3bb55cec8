"""Pages of JSON that stay under a number of characters, with the total and a cursor that leads to the next page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from kg.model import KgError
from kg.safe_output import json_line
from kg.text import plain

#: Characters of an answer.
MOST = 12_000
_AROUND = 200  # of these for the total and the cursor
#: Parts of an item that are shortened, in this order, where it alone is longer than a page.
_LISTS = ("evidence", "partly", "claims", "papers", "narrower", "alt")
_LONGEST_TEXT = 4_000  # characters of a text within such an item
_CURSOR = re.compile(r"(?P<at>\d{1,9})\.(?P<mark>[0-9a-f]{12})", re.ASCII)

Json = dict[str, Any]


def written(value: object) -> str:
    """JSON on one line, without control characters and bidirectional marks."""
    return json_line(clean(value))


def clean(value: Any) -> Any:
    """A value of JSON whose texts have nothing in them that a terminal obeys or that misleads a reader."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: clean(one) for key, one in value.items()}
    return [clean(one) for one in value] if isinstance(value, list | tuple) else value


class Pages:
    """Cuts the items of one answer into pages."""

    def __init__(self, cursor: str, asked: object, stamp: bytes) -> None:
        """`asked` is what the answer depends on, `stamp` the state of the graph; a cursor holds for both.

        Raises KgError for a cursor that belongs to another call, or to the graph as it was before it changed.
        """
        said = json.dumps(asked, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass") + stamp
        self.mark = hashlib.sha256(said).hexdigest()[:12]
        found = _CURSOR.fullmatch(cursor) if cursor else None
        if cursor and (not found or found["mark"] != self.mark):
            raise KgError("The cursor is of another call, or the graph has changed since: call again without a cursor.")
        self.at = int(found["at"]) if found else 0

    def page(self, head: Json, items: Sequence[Any], total: int, limit: int, made: Callable[[Any], Json] | None) -> str:
        """The next page: `head`, the total, and as many items (`made` of those of a list) as fit, at most `limit`.

        Raises KgError for a cursor behind the last item.
        """
        if self.at and self.at >= len(items):
            raise KgError("The cursor leads behind the last item: call again without a cursor.")
        room = MOST - len(written(head)) - _AROUND
        shown: list[str] = []
        for item in items[self.at : self.at + limit]:
            text = written(made(item) if made else item)
            if shown and len(text) + 1 > room:
                break
            text = text if len(text) <= room else _shortened(made(item) if made else item, room)
            shown.append(text)
            room -= len(text) + 1
        end = self.at + len(shown)
        tail: Json = {"total": total, "from": self.at + 1 if shown else 0, "to": end}
        if end < len(items):
            tail["cursor"] = f"{end}.{self.mark}"
        first = {key: value for key, value in head.items() if key != "partly"}
        behind = f',"partly":{written(head["partly"])}' if "partly" in head else ""  # near misses follow the answers
        return f'{written({**first, **tail})[:-1]},"items":[{",".join(shown)}]{behind}}}'


def _shortened(item: Json, room: int) -> str:
    """An item with fewer members of its lists (the others are counted), then with shorter texts, so that it fits."""
    short = {key: value[:_LONGEST_TEXT] if isinstance(value, str) else value for key, value in item.items()}
    for name in (key for key in _LISTS if isinstance(short.get(key), list)):
        members = short[name]
        while members and len(written(short)) > room:
            members = members[: len(members) // 2]
            short = short | {name: members, f"{name}_left_out": len(item[name]) - len(members)}
    while len(text := written(short)) > room:
        longest = max(short, key=lambda key: len(written(short[key])))
        value = short[longest]
        short[longest] = value[: len(value) // 2] + " …" if isinstance(value, str) and len(value) > 99 else None
    return text
