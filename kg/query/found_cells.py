"""Numbers of tables that a search finds: their places, header paths, and what these print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class FoundTable(NamedTuple):
    """A table of a paper, and where it is."""

    entry: str
    paper: str  # how the paper calls itself, or its title
    id: str
    label: str
    caption: str
    page: int | None

    @property
    def name(self) -> str:
        """How the paper names it: "Table 2"; "t2" for one without a name."""
        return self.label or self.id


class FoundCell(NamedTuple):
    """A number of a table with its paths, what these and the caption print, and its score."""

    table: FoundTable
    row: int
    column: int
    text: str
    value: float | None
    unit: str
    bold: bool
    sound: bool
    setup: bool
    row_path: str  # levels joined by " > "
    column_path: str
    facets: Mapping[str, str]  # by type: the printed name
    settings: Mapping[str, str]  # by name, as printed
    score: float

    @property
    def place(self) -> str:
        """Its name in evidence: "t2/r4c3"."""
        return f"{self.table.id}/r{self.row + 1}c{self.column + 1}"

    def to_json(self) -> dict[str, str]:
        """The cell as `kg ask --format json` prints it."""
        where = {"paper": self.table.entry, "title": self.table.paper, "table": self.table.name}
        return {**where, "row": self.row_path, "column": self.column_path, "value": self.text, "place": self.place}


class FoundCells(NamedTuple):
    """The cells that fit, best first; `missing` are the names that no cell bears with the others."""

    cells: list[FoundCell]
    near: list[FoundTable]
    missing: list[str]
