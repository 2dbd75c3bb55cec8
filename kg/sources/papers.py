"""Papers as JSON lines, plain or compressed: one object per line with a title or an abstract, and optional fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kg.model import Batch, KgError
from kg.sources.base import InputFile
from kg.sources.rows import Row, Skipped, batch_of

_LONGEST = 4 * 1024 * 1024  # bytes of a line

#: An array of objects, or an object that spans several lines.
_OTHER_JSON = re.compile(r'\s*(?:(?P<array>\[)\s*\{\s*"|\{[^\S\n]*\n\s*")')


class PapersReader:
    """Reads JSON lines; an entry is named by its `id`, else by source and line, "papers-07"."""

    name = "papers"

    def sniff(self, file: InputFile) -> float:
        lines = file.start().split("\n")[:20]
        if _OTHER_JSON.match(file.start()):
            return 0.1  # to report the error, unless another reader knows the file
        return 0.5 if any(re.match(r'\s*\{\s*"', line) for line in lines) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily, so that the file need not fit into memory; a bad line is skipped with a message.

        Raises KgError for JSON that is not one object per line.
        """
        if other := _OTHER_JSON.match(file.start()):
            how = ".[]" if other["array"] else "."
            raise KgError(f"{file.path}: is JSON, but not one object per line: convert it with `jq -c '{how}'`.")
        return batch_of(_rows(file), file, self.name, "lines")


def _rows(file: InputFile) -> Iterator[Row]:
    for number, line in file.lines(_LONGEST):
        if isinstance(line, bytes) and not line.strip():
            continue
        try:
            yield f"line {number}", _object(line)
        except Skipped as reason:
            yield f"line {number}", reason


def _object(line: bytes | str) -> dict[str, Any]:
    if isinstance(line, str):
        raise Skipped(line)
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Skipped(f"byte {error.start + 1} of the line is not valid UTF-8: save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise Skipped(f"it is not JSON ({error.msg} at column {error.colno})") from None
    except (RecursionError, ValueError):
        raise Skipped("its JSON is nested too deeply or holds a number of too many digits") from None
    if not isinstance(value, dict):
        raise Skipped("it is not a JSON object")
    return value


READER = PapersReader()
