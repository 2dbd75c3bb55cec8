"""Tables of papers (CSV, TSV): exports of Scopus, IEEE Xplore, Springer, Lens, OpenAlex; any table with a title column.

Column names are data: fields.toml.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from kg.model import Batch, KgError
from kg.sources import bibliography
from kg.sources.forms import Form, folded, forms
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.lines import BREAK, Line, opening, text_lines
from kg.sources.links import LINK, bare
from kg.sources.paper_rows import Row, RowReader, Skipped, attempt, batch_of
from kg.sources.people import apart
from kg.sources.references import WHOLE
from kg.sources.styles import cited
from kg.sources.xml import looks_like_xml

_DELIMITERS = ",;\t|"
_WIDEST = 10_000  # columns
_BEFORE = 5  # lines allowed before the header: "sep=;", a date
_REREAD = 32 << 20  # code points of torn rows that are read twice
_BRACED = re.compile(r"\{(?!['\"])[^{}]*(?:\{[^{}]*\}[^{}]*){0,500}\}")  # as values stand in BibTeX
_COUNTED = re.compile(r"(\D+)\d{1,2}")
_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|[ \t|:-]*$", re.M)  # below the header of a table in Markdown
_SAYS = re.compile(r"[^\s+|:=_-]")  # more than the rule below a header


@dataclass(frozen=True, slots=True)
class _Shape:
    """The format of a table: the line of its header, its delimiter, and the known export that its columns match."""

    line: int
    delimiter: str
    form: Form

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield the cells of each row; raises csv.Error for a row with wrong quotes, then iteration may continue."""
        if self.form.settings.get("quotes", True):
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def _sniff(file: InputFile) -> float:
    shape = None if looks_like_xml(file) or len(_RULE.findall(opening(file))) > 1 else _shape(file)
    return 0.0 if shape is None else 0.7 if shape.form.settings.get("marks") else 0.4


def _of_table(file: InputFile) -> Iterator[Row]:
    shape = _shape(file)
    if shape is None:
        raise KgError(f"{file.path}: is not a table with a title column: name the columns in its first line.")
    return _rows(file, shape)


def inner(file: InputFile, rows: Iterable[list[str]], most: int, too_large: KgError) -> InputFile:
    """The cells of a table within a file as CSV; raises `too_large` when that has more than `most` bytes."""
    held = HeldFile(None, str(file.path), file.name)
    size = 0
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        data = line.getvalue().encode()
        size += len(data)
        if size > most:  # texts are shared or nested: a small file can show many large ones
            raise too_large
        held.write(data)
    held.write(b"\n")
    return InputFile(held, file.name)


def within(file: InputFile, tables: Iterable[InputFile], form: str) -> Batch | None:
    """The papers of the tables within a file that have a title column; None when none has."""
    found = [(number, one, shape) for number, one in enumerate(tables, 1) if (shape := _shape(one)) is not None]
    rows = ((f"table {number}, {where}", row) for number, one, shape in found for where, row in _rows(one, shape))
    return batch_of(rows if len(found) > 1 else _rows(*found[0][1:]), file, form, "rows") if found else None


@lru_cache(2)  # to sniff and to read
def _shape(file: InputFile) -> _Shape | None:
    """The shape of a table that has a title column and at least one other column of papers; else None."""
    lines = BREAK.split(opening(file), _BEFORE)[:_BEFORE]
    for number, line in enumerate(lines, 1):
        best, most = None, 1
        for delimiter in _DELIMITERS:
            header = _header(line, delimiter)[: _WIDEST + 1]
            for form, marks in _known():
                columns = frozenset(map(form.called, header))
                has_whole = columns.issuperset(marks) and not WHOLE.isdisjoint(columns)
                if has_whole and _is_whole(form, header, lines[number : number + 1], delimiter):
                    return _Shape(number, delimiter, form)
                if not columns.issuperset(marks) or columns.isdisjoint(name for (name,) in form.fields["title"]):
                    continue
                others = columns.difference(name for (name,) in form.fields["title"])
                of = {key: {name for (name,) in each} for key, each in form.fields.items()}
                keys = [key for key, names in of.items() if key == "title" or not others.isdisjoint(names)]
                if len(keys) > most:
                    best, most = _Shape(number, delimiter, form), len(keys)
                    break  # the first match wins
        if best is not None:
            return best
    return None


def _is_whole(form: Form, header: list[str], below: list[str], delimiter: str) -> bool:
    """Whether a table without a column of titles has one of whole references, as its first row shows."""
    named = list(map(form.called, header))
    if not below or WHOLE.isdisjoint(named) or any((name,) in form.fields["title"] for name in named):
        return False
    cells = _header(below[0], delimiter)
    return any(name in WHOLE and bool(cited(cell)) for name, cell in zip(named, cells, strict=False))


@cache
def _known() -> list[tuple[Form, frozenset[str]]]:
    """The known exports with the columns that they have; the last one is any table."""
    return [(Form.of(one), frozenset(map(folded, one.get("marks", ())))) for one in forms()["table"]]


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell of more than 128 KB
        return []


class _TableLines:
    """The lines after the header, for the csv module; those of a torn row can be read again, except the first."""

    def __init__(self, file: InputFile, header: int) -> None:
        self._lines = (
            (number, f"{part}\n", problem)
            for number, text, problem in text_lines(file)
            if number >= header
            for part in BREAK.split(text.removesuffix("\n").removesuffix("\r"))
        )
        self._ahead: deque[Line] = deque()
        self._row: list[Line] = []
        self._left = _REREAD
        self.number = header - 1

    def __iter__(self) -> _TableLines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self._row.append(line)
        self.number = line[0]
        return line[1]

    def begin(self) -> None:
        """Begin a row."""
        self._row = []

    @property
    def taken(self) -> int:
        """Lines of the row."""
        return len(self._row)

    def problem(self) -> str:
        """The first problem of the row's lines."""
        return next((problem for _, _, problem in self._row if problem), "")

    def again(self) -> None:
        """Read the lines of the row after its first once more, as long as little was read twice."""
        self._left -= sum(len(text) for _, text, _ in self._row)
        if self._left > 0 and len(self._row) > 1:
            self._ahead.extendleft(reversed(self._row[1:]))
            self.number = self._row[0][0]


def _rows(file: InputFile, shape: _Shape) -> Iterator[Row]:
    lines = _TableLines(file, shape.line)
    try:
        columns = [" ".join(cell.split()) for cell in next(shape.cells(lines), [])]
    except csv.Error as error:
        raise KgError(f"{file.path}: the names of the columns cannot be read ({error}): check their quotes.") from None
    if len(columns) > _WIDEST:
        raise KgError(f"{file.path}: has {len(columns):,} columns, more than {_WIDEST:,}: keep those of papers.")
    again = frozenset(name for name, number in Counter(columns).items() if number > 1)
    authors = _authors_apart(shape.form, columns, again)
    width = 0  # columns of the last row that was read
    is_torn = False
    while True:
        where = f"line {lines.number + 1}"
        lines.begin()
        wrong = ""
        try:
            cells = next(shape.cells(lines), None)
        except csv.Error as error:
            cells, wrong = [], str(error)
        if cells is None:
            return
        problem = lines.problem()
        is_wide = any(cell and not cell.isspace() for cell in cells[len(columns) :])
        if is_wide and lines.taken > 1:
            wrong = f"{len(cells):,} cells where the header has {len(columns):,}"
        if wrong:
            if not is_torn:
                yield (
                    where,
                    Skipped(problem or f"its quotes or cells are wrong ({wrong}; line {lines.number}): check them"),
                )
            lines.again()
            is_torn = True  # the following lines may belong to it
        elif problem:
            yield where, Skipped(problem)
        elif is_wide:
            yield (
                where,
                Skipped(f"it has {len(cells):,} columns and the header {len(columns):,}: put quotes around its cells"),
            )
        elif any(map(_SAYS.search, cells)) and (not is_torn or len(cells) in (width, len(columns))):
            is_torn, width = False, len(cells)
            yield where, attempt(_row, file, columns, cells, shape, authors, again)


def _row(
    file: InputFile,
    columns: Sequence[str],
    cells: Sequence[str],
    shape: _Shape,
    authors: Mapping[str, str],
    again: frozenset[str],
) -> dict[str, Any]:
    """The paper of a row; of columns of one name (`again`) the first one with a value counts, except for `authors`."""
    values: dict[str, str] = {}
    links: list[str] = []
    twice: list[str] = []  # columns of one name
    form = shape.form
    named = form.named(columns)
    for name, cell in zip(columns, cells, strict=False):
        column, value = authors.get(name, named[name]), cell[1:-1] if _BRACED.fullmatch(cell) else cell
        if shape.delimiter == "|":  # of Markdown
            links += (url for _, url in LINK.findall(value) if "://" in url)
            value = bare(LINK.sub(r"\1", value))
        if name in authors and values.get(column) and value.strip():
            values[column] += f"; {value}"
        elif not values.get(column):
            values[column] = value
        elif name in again and value.strip() and value != values[column]:
            twice.append(name)
    names = {key: [name for (name,) in places] for key, places in form.among(frozenset(values)).items()}
    row = bibliography.row(file, {column: [value] for column, value in values.items()}, names)
    if not row.get("title"):
        found = next((found for name in WHOLE.intersection(values) if (found := cited(values[name]))), {})
        row |= {key: value for key, value in found.items() if key == "authors" or not row.get(key)}
    for column in form.settings.get("glued", ()):
        row["authors"] = apart(values.get(column, ""))
    if (mark := form.settings.get("breaks")) and "abstract" in row:
        row["abstract"] = re.sub(rf"(?: {re.escape(mark)})+ ", " ", row["abstract"])
    said = (column for column, cell in zip(columns, cells, strict=False) if cell.strip() and column not in authors)
    unread = form.unread(said)
    row["unread"] += [*unread, *(name for name in twice if name not in unread)]
    row["url"] = row.get("url") or next(iter(links), "")
    return row


def _authors_apart(form: Form, columns: Sequence[str], again: frozenset[str]) -> dict[str, str]:
    """What the columns of one author each are called: "Author 1", "Author 2", or "Author" twice; empty without such."""
    known = {name for (name,) in form.fields["authors"]}
    found = {name: folded(name) for name in again if folded(name) in known}
    if found or not known.isdisjoint(map(folded, columns)):
        return found
    found = {name: one[1] for name in columns if (one := _COUNTED.fullmatch(folded(name))) and one[1] in known}
    return found if len(found) > 1 else {}


#: An entry is named by its id if the table has one, else by its position.
READER = RowReader("table", _sniff, _of_table, "rows")
