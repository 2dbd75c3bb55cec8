"""Tables of papers in HTML with a title column, as CNKI writes its files ".xls": read as tables are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from kg.model import Batch, KgError
from kg.sources import table
from kg.sources.inputs import InputFile
from kg.sources.web import parsed

_TABLE = re.compile(rb"<table\b", re.I)
_MOST_TABLES = 20
_MOST_ROWS, _MOST_COLUMNS = 50_000, 1_000
_LARGEST = 64 << 20  # bytes of a table as text: tables may be nested


class HtmlTableReader:
    """Reads the tables of a page that have a title column; entries are named as those of a table."""

    name = "htmltable"

    def sniff(self, file: InputFile) -> float:
        with suppress(KgError):  # another form, in which there are tables
            return 0.4 * bool(_TABLE.search(file.head) and any(map(table.READER.sniff, _tables(file, file.head))))
        return 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when no table has papers."""
        found = table.within(file, _tables(file, b"".join(file.chunks())), self.name)
        if found is None:
            raise KgError(f"{file.path}: no table has a title column: name the columns in its first row.")
        return found


def _tables(file: InputFile, data: bytes) -> Iterator[InputFile]:
    """The tables of a page as CSV, but for those within a table of papers."""
    too_large = KgError(f"{file.path}: a table has more than {_LARGEST >> 20} MB: split it into smaller files.")
    read: list[Any] = []
    for one in islice(parsed(file, data).iter("table"), _MOST_TABLES):
        if not any(outer is other for outer in one.iterancestors("table") for other in read):
            made = table.inner(file, _rows(one), _LARGEST, too_large)
            read += [one] * (table.READER.sniff(made) > 0)
            yield made


def _rows(one: Any) -> Iterator[list[str]]:
    """The cells of a table's rows, and behind them the address that a row leads to."""
    for number, row in enumerate(islice(one.iter("tr"), _MOST_ROWS)):
        cells = [cell for cell in row if cell.tag in ("td", "th")][:_MOST_COLUMNS]
        links = (link.get("href") or "" for cell in cells for link in cell.iter("a"))
        url = "url" if not number else next((link for link in links if link.startswith("http")), "")
        yield [*(" ".join(cell.text_content().split()) for cell in cells), url]


READER = HtmlTableReader()
