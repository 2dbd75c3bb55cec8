"""Parts of printed tables, as the grids of their documents have them: rows under their heads, all columns or some.

A row brings what names it: the heads above its numbers, the row that names its group, a label that stands further up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from kg.keptbody import cell_id
from kg.model import SIDE, Cell, Document, Table

if TYPE_CHECKING:
    from kg.sources.body.header_paths import PathCell

_POSITIONS = 100_000  # of a grid that its cells may cover, spans counted
_Owners = dict[tuple[int, int], Cell]  # by row and column: the cell that covers a position


class SliceCell(NamedTuple):
    """A cell of a slice; `at` is its column there, and spans count rows and columns of the slice."""

    text: str
    id: str  # "t2/r5c1"; "" where nothing is printed
    at: int
    rowspan: int = 1
    colspan: int = 1
    is_bold: bool = False
    is_lit: bool = False
    is_sound: bool = False  # a number with heads and a label of its own


@dataclass(frozen=True, slots=True)
class TableSlice:
    """Some rows of a table, `head` of them head rows at the top; `shown` of the `of` rows that have numbers."""

    entry: str
    id: str
    label: str
    caption: str
    page: int | None
    rows: list[list[SliceCell]]
    head: int
    width: int
    shown: int
    of: int
    unsound: list[int]  # columns of the slice whose numbers lack heads or labels of their own
    is_text: bool  # whether that holds for all numbers: then it is no more than the text of a table

    def heads(self) -> list[str]:
        """The heads of each column in one line: "LLaMA-3 8B › W2↓"."""
        levels: list[dict[str, None]] = [{} for _ in range(self.width)]
        for cell in (cell for row in self.rows[: self.head] for cell in row if cell.text):
            for at in range(cell.at, min(cell.at + cell.colspan, self.width)):
                levels[at][cell.text] = None
        return [" › ".join(some) for some in levels]

    def lines(self) -> list[list[SliceCell]]:
        """The rows below the heads, each with a cell for each column."""
        lines = []
        for row in self.rows[self.head :]:
            printed = {cell.at: cell for cell in row}
            lines.append([printed.get(at, SliceCell("", "", at)) for at in range(self.width)])
        return lines


def slice_of(
    document: Document,
    table: Table,
    rows: Collection[int] | None = None,
    columns: Collection[int] | None = None,
    lit: Collection[tuple[int, int]] = (),
) -> TableSlice:
    """The named rows and columns of a table (from 0) with what names them, all where none are named."""
    from kg.sources.body.header_paths import head_rows, header_paths  # pages without slices need no readers

    paths, owners, above = header_paths(table), _owners(table), head_rows(table)
    valued = {path.cell.row for path in paths}
    chosen = [path for path in paths if rows is None or path.cell.row in rows]
    heads = {head for path in chosen for head in above[path.cell.row]}
    below = sorted({row for row, _ in owners})
    if rows is not None:
        groups = set(_carried(table, owners, valued, chosen))
        below = [row for row in below if row in rows or row in heads or row in groups]
    stub = range(min((path.cell.column for path in chosen), default=0))
    wanted = sorted({at for _, at in owners if columns is None or at in columns or at in stub})
    sound = {(path.cell.row, path.cell.column) for path in paths if path.is_sound}
    lost = {path.cell.column for path in chosen} - {column for row, column in sound if row in below}
    captions = (part.text.text for part in document.parts if part.id == f"{table.id}/caption")
    return TableSlice(
        *(document.id, table.id, table.label, next(captions, ""), table.page),
        rows=list(_emitted(table, owners, below, wanted, sound, lit)),
        head=next((n for n, row in enumerate(below) if row not in heads), len(below)),
        width=len(wanted),
        shown=len(valued.intersection(below)),
        of=len(valued),
        unsound=[at for at, column in enumerate(wanted) if column in lost],
        is_text=bool(paths) and not sound,
    )


def _owners(table: Table) -> _Owners:
    """The cell at each position of a grid; where cells overlap, the first."""
    owners: _Owners = {}
    for at, cell in islice(_covered(table), _POSITIONS):
        owners.setdefault(at, cell)
    return owners


def _covered(table: Table) -> Iterator[tuple[tuple[int, int], Cell]]:
    for cell in (cell for row in table.grid() for cell in row if cell and cell.text.strip()):
        down = range(cell.row, min(cell.row + max(cell.rowspan, 1), SIDE))
        across = range(cell.column, min(cell.column + max(cell.colspan, 1), SIDE))
        for at in product(down, across):
            yield at, cell


def _carried(table: Table, owners: _Owners, valued: Collection[int], chosen: Iterable[PathCell]) -> Iterator[int]:
    """The rows that name the groups of some rows; a label that stands further up becomes a cell of its row, too."""
    printed: dict[str, list[tuple[int, int]]] = {}
    for number, row in enumerate(table.grid()):
        cells = [cell for cell in row if cell and cell.text.strip()]
        if number not in valued:
            printed.setdefault(" ".join(cell.text for cell in cells), []).append((number, -1))
        for cell in cells:
            printed.setdefault(cell.text, []).append((number, cell.column))
    for path in {one.cell.row: one for one in chosen}.values():
        at_row = path.cell.row
        own = {owners[at_row, at].text for at in range(path.cell.column) if (at_row, at) in owners}
        for level in path.row.path:
            places = [at for at in printed.get(level, []) if at[0] < at_row]
            if level in own or not places:
                continue
            above, column = max(places)
            if above in valued:
                owners.setdefault((at_row, column), owners[above, column])
            else:
                yield above


def _emitted(
    table: Table,
    owners: _Owners,
    rows: Sequence[int],
    columns: Sequence[int],
    sound: Collection[tuple[int, int]],
    lit: Collection[tuple[int, int]],
) -> Iterator[list[SliceCell]]:
    """The cells of a slice by row; one that spans several of its rows or columns comes with the first."""
    seen: set[tuple[int, int]] = set()
    for row in rows:
        line = []
        for at, column in enumerate(columns):
            cell = owners.get((row, column))
            place = (cell.row, cell.column) if cell else (row, column)
            if place in seen:
                continue
            seen.add(place)
            if cell is None:
                line.append(SliceCell("", "", at))
                continue
            down = sum(owners.get((other, column)) is cell for other in rows)
            across = sum(owners.get((row, other)) is cell for other in columns)
            marks = cell.bold, place in lit, place in sound
            line.append(SliceCell(cell.text, cell_id(table, cell), at, down, across, *marks))
        yield line
