"""Tables of papers in HTML with a title column, as CNKI writes its files ".xls": read as tables are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kg.model import Batch, KgError
from kg.sources import table
from kg.sources.base import HeldFile, InputFile
from kg.sources.web import parsed

_TABLE = re.compile(rb"<table\b", re.I)
_MOST_TABLES = 20
_MOST_ROWS, _MOST_COLUMNS = 50_000, 1_000


class HtmlTableReader:
    """Reads the first table of a page that has a title column; entries are named as those of a table."""

    name = "htmltable"

    def sniff(self, file: InputFile) -> float:
        with suppress(KgError):  # another form, in which there are tables
            return 0.4 if _TABLE.search(file.head) and _found(file, file.head) is not None else 0.0
        return 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when no table has papers."""
        found = _found(file, b"".join(file.chunks()))
        if found is None:
            raise KgError(f"{file.path}: no table has a title column: name the columns in its first row.")
        batch = table.READER.read(found)
        batch.source.form, batch.source.sha256, batch.source.file = self.name, file.sha256, file.file_name
        return batch


def _found(file: InputFile, data: bytes) -> InputFile | None:
    """The first table of papers in a page, as CSV; None if there is none."""
    page = parsed(file, data)
    for number, one in enumerate(page.iter("table")):
        if number == _MOST_TABLES:
            break
        held = HeldFile(None, str(file.path), file.name)
        text = io.StringIO()
        csv.writer(text).writerows(_rows(one))
        held.write(f"{text.getvalue()}\n".encode())
        if text.tell() and table.READER.sniff(made := InputFile(held, file.name)):
            return made
    return None


def _rows(one: Any) -> Iterator[list[str]]:
    """The cells of a table's rows, and behind them the address that a row leads to."""
    for number, row in enumerate(one.iter("tr")):
        if number == _MOST_ROWS:
            break
        cells = [cell for cell in row if cell.tag in ("td", "th")][:_MOST_COLUMNS]
        links = (link.get("href") or "" for cell in cells for link in cell.iter("a"))
        url = "url" if not number else next((link for link in links if link.startswith("http")), "")
        yield [*(" ".join(cell.text_content().split()) for cell in cells), url]


READER = HtmlTableReader()
