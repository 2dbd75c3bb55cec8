"""Tables as CSV that is safe to open in a spreadsheet, data as JSON that is safe to print."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from kg.text import escaped

#: Data as JSON on one line, without spaces.
json_line: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table as CSV; text that a spreadsheet would run as a formula gets an apostrophe (OWASP, CSV injection).

    Control and bidirectional characters are written as escapes, as in JSON.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(column) for column in columns])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str):
        return cell
    return escaped(f"'{cell}" if cell.startswith(_FORMULA) else cell)


def json_text(data: Any, plain: Callable[[Any], Any] | None = None) -> str:
    """Data as JSON, a value a line; `plain` makes data of what JSON has no form for.

    Control and bidirectional characters are escaped: the strings are equal after parsing.
    """
    return escaped(json.dumps(data, ensure_ascii=False, indent=1, default=plain)) + "\n"


def json_lines(rows: Iterable[Any]) -> str:
    """Data as JSON, a row a line, escaped likewise."""
    return escaped("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
