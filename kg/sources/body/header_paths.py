"""The header path of each number of a table: group and labels of its row, and the heads above it, outermost first.

A grid has blocks: head rows, then rows of values under them. The first columns of a block, its stub, label the rows. A
row without values names the group of the rows below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import groupby
from typing import NamedTuple

from kg.files import toml_file
from kg.model import Cell, Table

#: Words and forms of labels, and the limits of what is read.
words = partial(toml_file, __file__, "table_words.toml")


class HeaderPath(NamedTuple):
    """The path of a row or column; `stubs` are the heads of the columns that its labels are in, "" for others."""

    path: tuple[str, ...]
    stubs: tuple[str, ...]


class PathCell(NamedTuple):
    """A cell with a number, and its two paths; `is_sound` says whether both are its own."""

    cell: Cell
    row: HeaderPath
    column: HeaderPath
    is_sound: bool


@dataclass(slots=True)
class _Block:
    """Head rows, and the rows of values below them."""

    heads: list[list[Cell]] = field(default_factory=list)
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


def header_paths(table: Table) -> list[PathCell]:
    """The number cells of a table in reading order, each with its paths."""
    return [cell for block in _blocks(table) for cell in _paths(block)]


def head_rows(table: Table) -> dict[int, tuple[int, ...]]:
    """The rows that name the columns of each row of values."""
    return {
        number: tuple(level[0].row for level in block.heads) for block in _blocks(table) for number, _ in block.rows
    }


def head_counts(table: Table) -> tuple[int, int]:
    """How many head rows a table begins with, and how many columns label its rows."""
    first = next(_blocks(table), _Block())
    return len(first.heads), len(_stub(first, _titles(first)))


def is_number(text: str) -> bool:
    """Whether a cell is a number, with its sign, unit, spread or mark: "6.42*", "97.2 %", "81.6 ± 0.3"."""
    return bool(_form("number").fullmatch(text.strip()))


@cache
def _form(name: str) -> re.Pattern[str]:
    return re.compile(words()["forms"][name])


def _blocks(table: Table) -> Iterator[_Block]:
    """The blocks of a table: a new one begins where head rows follow rows of values."""
    block = _Block()
    cells = sorted((c for c in table.cells[: words()["limits"]["cells"]] if c.text.strip()), key=_place)
    rows = [(number, list(some)) for number, some in groupby(cells, key=lambda cell: cell.row)]
    width = max((len(some) for _, some in rows), default=0)
    is_marked = bool(rows) and _is_marked(rows[0][1])  # then its reader knows which rows are heads
    for number, some in rows:
        has_rows = bool(block.rows)
        is_own = _is_marked(some) and not (has_rows and _values(some))
        if not (is_own if is_marked else _is_head(some, has_rows, width)):
            block.rows.append((number, some))
            continue
        if any(_values(row) for _, row in block.rows):
            yield block
            block = _Block()
        block.heads.append(some)
    if block.rows:
        yield block


def _place(cell: Cell) -> tuple[int, int]:
    return cell.row, cell.column


def _values(row: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in row if cell.column and is_number(cell.text)]


def _is_marked(row: Sequence[Cell]) -> bool:
    """Whether all cells of a row are heads, and it is no group of rows: one cell that begins at the left."""
    return all(cell.head for cell in row) and (len(row) > 1 or row[0].column > 0)


def _is_head(row: Sequence[Cell], has_rows: bool, width: int) -> bool:
    """Whether a row names the columns below it."""
    numbers = _values(row)
    if len(row) == 1 and (not row[0].column or has_rows):
        return False  # a group of rows
    if all(cell.head for cell in row):
        return not (has_rows and numbers)
    if has_rows:
        lettered = sum(any(map(str.isalpha, cell.text)) for cell in row)
        return not numbers and lettered >= max(3, words()["limits"]["head_share"] * width)
    return not numbers


def _titles(block: _Block) -> dict[int, tuple[str, ...]]:
    """The heads above each column, from the top."""
    titles: dict[int, tuple[str, ...]] = {}
    for level in block.heads:
        for cell in level:
            for column in range(cell.column, cell.column + _span(cell.colspan)):
                above = titles.get(column, ())
                if cell.text not in above:
                    titles[column] = (*above, cell.text)
    return titles


def _span(size: int) -> int:
    most: int = words()["limits"]["span"]
    return max(1, min(size, most))


def _stub(block: _Block, titles: Mapping[int, tuple[str, ...]]) -> list[int]:
    """The columns that label rows: the first one, those of words beside it, and settings such as bits before values."""
    count, numbers = Counter[int](), Counter[int]()
    for _, row in block.rows:
        for cell in row:
            count[cell.column] += 1
            numbers[cell.column] += is_number(cell.text) and not _form("size").fullmatch(cell.text.strip())
    over = max((_span(cell.colspan) for level in block.heads for cell in level if not cell.column), default=1)
    columns = sorted(count)
    stub = [0, *(column for column in columns if 0 < column < over)]  # a head over the first columns is theirs
    for column in columns:
        if column in stub:
            continue
        is_wordy = numbers[column] <= words()["limits"]["wordy"] * count[column]
        is_setting = _form("setting").search(" ".join(titles.get(column, ())))
        if not (is_wordy or is_setting):
            break
        stub.append(column)
    return [0] if len(stub) >= len(columns) else stub


def _paths(block: _Block) -> Iterator[PathCell]:
    titles = _titles(block)
    stub = _stub(block, titles)
    rows = list(_labelled(block, stub, titles))
    counted = Counter(header.path for header, values in rows if values)
    used = {cell.column for _, values in rows for cell in values}
    heads = Counter(titles.get(column, ()) for column in used)
    for header, values in rows:
        own_row = counted[header.path] == 1 and (any(header.path) or len(rows) == 1)
        for cell in values:
            path = titles.get(cell.column, ())
            is_sound = own_row and bool(path) and heads[path] == 1
            yield PathCell(cell, header, HeaderPath(path, ("",) * len(path)), is_sound)


def _labelled(
    block: _Block, stub: Sequence[int], titles: Mapping[int, tuple[str, ...]]
) -> Iterator[tuple[HeaderPath, list[Cell]]]:
    """The rows of a block that have numbers: the group and labels of each, and its number cells."""
    group, carried = "", dict[int, Cell]()
    for number, row in block.rows:
        labels = {cell.column: cell for cell in row if cell.column in stub}
        values = [cell for cell in row if cell.column not in stub]
        if not values:
            group, carried = " ".join(cell.text for cell in row), {}
            continue
        for column in stub:
            if column in labels:
                carried = {at: cell for at, cell in carried.items() if at < column} | {column: labels[column]}
            elif column in carried and _ends(carried[column], number, column == stub[-1]):
                del carried[column]
        path = ([("", group)] if group else []) + [
            (" ".join(titles.get(column, ())), cell.text)
            for column, cell in sorted(carried.items())
            if not _form("none").fullmatch(cell.text)
        ]
        numbers = [cell for cell in values if is_number(cell.text)]
        if numbers:
            yield HeaderPath(tuple(text for _, text in path), tuple(head for head, _ in path)), numbers


def _ends(label: Cell, row: int, is_last: bool) -> bool:
    """Whether a label above an empty cell does not reach down to a row: only the last column's own must say so."""
    return is_last and row >= label.row + _span(label.rowspan)
