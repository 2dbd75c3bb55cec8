"""Tables of papers (CSV, TSV): exports of Scopus, IEEE Xplore, Springer, Lens, OpenAlex; any table with a title column.

Column names are data: fields.toml.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.model import Batch, KgError
from kg.sources import bibliography
from kg.sources.base import InputFile
from kg.sources.lines import opening, text_lines
from kg.sources.rows import Row, Skipped, batch_of

_DELIMITERS = ",;\t|"
_OTHER = ("form", "marks", "glued", "breaks", "quotes")  # settings of a format other than column names
_WIDEST = 10_000  # columns
_BEFORE = 5  # lines allowed before the header: "sep=;", a date
_SPACES = re.compile(r"\s+")
_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class _Shape:
    """The format of a table: the line of its header, its delimiter, and the known export that its columns match."""

    line: int
    delimiter: str
    form: Mapping[str, Any]

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield the cells of each row; raises csv.Error for a row with wrong quotes, then iteration may continue."""
        if self.form.get("quotes", True):
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


class TableReader:
    """Reads tables of papers; an entry is named by its id if the table has one, else by its position."""

    name = "table"

    def sniff(self, file: InputFile) -> float:
        shape = _shape(file)
        return 0.0 if shape is None else 0.7 if shape.form["marks"] else 0.4

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; a row that does not fit the header is skipped with a message."""
        shape = _shape(file)
        if shape is None:
            raise KgError(f"{file.path}: is not a table with a title column: name the columns in its first line.")
        return batch_of(_rows(file, shape), file, self.name, "rows")


def _shape(file: InputFile) -> _Shape | None:
    """The shape of a table that has a title column and at least one other column of papers; else None."""
    for number, line in enumerate(_BREAK.split(opening(file), _BEFORE)[:_BEFORE], 1):
        best, most = None, 1
        for delimiter in _DELIMITERS:
            columns = frozenset(_header(line, delimiter))
            for form in bibliography.forms()["table"]:
                keys = [key for key, names in form.items() if key not in _OTHER and not columns.isdisjoint(names)]
                if "title" in keys and len(keys) > most and columns.issuperset(form["marks"]):
                    best, most = _Shape(number, delimiter, form), len(keys)
                    break  # the first match wins
        if best is not None:
            return best
    return None


def _header(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell of more than 128 KB
        return []
    return [_SPACES.sub(" ", cell).strip(' "').lower() for cell in cells]


class _TableLines:
    """Numbered lines after the header, for the csv module, with their problems."""

    def __init__(self, file: InputFile, header: int) -> None:
        self.lines = (line for line in text_lines(file) if line[0] >= header)
        self.number = header - 1
        self._problem = ""

    def __iter__(self) -> Iterator[str]:
        for number, text, problem in self.lines:
            self.number = number
            self._problem = self._problem or problem
            for line in _BREAK.split(text.removesuffix("\n").removesuffix("\r")):
                yield line + "\n"

    def problem(self) -> str:
        """The problems of the lines since the last call."""
        problem, self._problem = self._problem, ""
        return problem


def _rows(file: InputFile, shape: _Shape) -> Iterator[Row]:
    lines = _TableLines(file, shape.line)
    try:
        rows = shape.cells(lines)
        columns = [_SPACES.sub(" ", cell).strip().lower() for cell in next(rows, [])]
    except csv.Error as error:
        raise KgError(f"{file.path}: the names of the columns cannot be read ({error}): check their quotes.") from None
    if len(columns) > _WIDEST:
        raise KgError(f"{file.path}: has {len(columns):,} columns, more than {_WIDEST:,}: keep those of papers.")
    is_torn = False
    while True:
        where = f"line {lines.number + 1}"
        try:
            cells = next(rows, None)
        except csv.Error as error:
            lines.problem()
            yield where, Skipped(f"its quotes or cells are wrong ({error}; line {lines.number}): check them")
            is_torn = True  # the following lines may belong to it
            continue
        if cells is None:
            return
        if problem := lines.problem():
            yield where, Skipped(problem)
        elif any(cell and not cell.isspace() for cell in cells[len(columns) :]):
            yield where, Skipped(f"it has {len(cells):,} columns and the header {len(columns):,}")
        elif any(cells) and (len(cells) >= len(columns) or not is_torn):
            is_torn = False
            yield where, _row(file, _values(columns, cells), shape)


def _values(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cells by column name; of columns with the same name, the first one with a value."""
    values: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not values.get(column):
            values[column] = cell
    return values


def _row(file: InputFile, values: Mapping[str, str], shape: _Shape) -> dict[str, Any]:
    form = shape.form
    row = bibliography.row(file, {column: [value] for column, value in values.items()}, form)
    for column in form.get("glued", ()):
        row["authors"] = bibliography.apart(values.get(column, ""))
    if (mark := form.get("breaks")) and "abstract" in row:
        row["abstract"] = re.sub(rf"(?: {re.escape(mark)})+ ", " ", row["abstract"])
    return row


READER = TableReader()
