"""The form in which bodies are kept: parts by headings and role, as JSON; what is large and seldom asked, packed."""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from kg.model import Cell, Document, Part, Table
from kg.safe_output import json_line
from kg.text import repaired

_LARGEST = 64_000_000  # characters of what is packed


def kept(parts: Iterable[Part]) -> list[list[Any]]:
    """Parts as lists: headings and role of each run, and of its parts id, kind, page, raw text and edits."""
    runs = groupby(parts, lambda part: (part.headings, part.role))
    return [["\n".join(headings), role, [_kept(part) for part in run]] for (headings, role), run in runs]


def _kept(part: Part) -> list[Any]:
    text, kind = part.text, None if part.kind == "paragraph" else part.kind
    return [part.id, kind, part.page, text.raw, *([text.edits] if text.edits else [])]


def parts_of(runs: Iterable[Sequence[Any]]) -> Iterator[Part]:
    """The parts of what `kept` gives."""
    for headings, role, some in runs:
        for name, kind, page, raw, *edits in some:
            text = repaired(raw, [(start, end, new) for start, end, new in edits[0]] if edits else ())
            yield Part(name, kind or "paragraph", role, tuple(filter(None, headings.split("\n"))), text, page)


def cell_id(table: Table, cell: Cell) -> str:
    """The name of a cell in evidence: "t2/r1c1"."""
    return f"{table.id}/r{cell.row + 1}c{cell.column + 1}"


def raw_texts(document: Document) -> dict[str, str]:
    """The raw text of each field, part and cell, by the name that evidence has for it: "A", "s4.1/p3", "t2/r1c1"."""
    said = {field: text.raw for field, text in document.texts.items()} | {p.id: p.text.raw for p in document.parts}
    return said | {cell_id(table, cell): cell.text for table in document.tables for cell in table.cells}


def pack(made: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The JSON of a document or record with some of its fields packed: JSON, deflated, in base 85."""
    if some := {name: made.pop(name) for name in names if name in made}:
        made["packed"] = b85encode(zlib.compress(json_line(some).encode(), 9)).decode()
    return made


def unpacked(said: dict[str, Any]) -> dict[str, Any]:
    """What `pack` was given. Raises ValueError for what it does not give, or is too large."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(b85decode(said.pop("packed")), _LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if inflate.unconsumed_tail:
        raise ValueError("more is packed than a paper can hold")
    return said | dict(json.loads(data))
