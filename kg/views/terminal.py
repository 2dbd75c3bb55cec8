"""An answer in a terminal: what it says and how the question was read, then a table and papers, in 40 lines.

A row is one line, cut where the terminal ends, with the words that show it below. With all rows, nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

from kg.query import Answer
from kg.text import plain
from kg.views.answers import (
    as_shown,
    called,
    column,
    conclusion,
    counted,
    ignored,
    is_number,
    quoted,
    reading,
    short,
    shown_columns,
    what_was_read,
    why_listed,
)
from kg.views.answers import text as said
from kg.views.words import PageWords

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of the narrowest terminal in which rows have columns; a narrower one gets names beside the values.
NARROW = 80
#: Lines of an answer, of its table where papers follow, and the most papers, rows under one heading, and notes.
LINES, _TABLE, _PAPERS, _ROWS, NOTES = 40, 22, 10, 6, 3
#: The widest column, and the width from which one yields to the first two.
_WIDEST, _MEDIUM = 36, 14
#: Sentences shown of a paper where all are; letters of a sentence beside a mark, and of a whole one.
_SAID, _MARK, _WHOLE = 3, 12, 600
#: Columns of a text that no terminal shows.
_COLUMNS = 120
_INDENT = 4


def text(answer: Answer) -> str:
    """The answer as `kg ask` prints it, with its notes."""
    from rich.console import Console

    out = StringIO()
    show(answer, Console(file=out, width=_COLUMNS, highlight=False))
    return "\n".join(line.rstrip() for line in (*out.getvalue().splitlines(), *map(plain, notes(answer))))


def notes(answer: Answer, every: bool = False) -> list[str]:
    """The notes below an answer, the first ones if it is cut."""
    found = conclusion(as_shown(answer))[1]
    return found if every else found[:NOTES]


def show(answer: Answer, out: Console, every: bool = False, most: int = 0) -> None:
    """Print an answer for a reader: at most 40 lines, or `most` rows and papers, or `every` row and whole quotes."""
    _Terminal(as_shown(answer), out, every, most).show()


class _Terminal:
    def __init__(self, answer: Answer, out: Console, every: bool, most: int) -> None:
        self.answer, self.out, self.words = answer, out, PageWords(answer.language)
        self.every, self.is_whole = every or bool(most), every
        self.left, self.most = LINES - NOTES - 1, most
        tabled = {entry for line in (answer.table.lines if answer.table else ()) for entry in line.papers}
        self.first, self.partly = (
            [row for row in rows if tabled.isdisjoint(row.sources)] for rows in (answer.rows, answer.partly)
        )

    def show(self) -> None:
        """What the answer says first, then how the question was read, then its table and its papers."""
        answer, words = self.answer, self.words
        left_out = ignored(answer, words)
        if answer.unanswered:
            self._print(left_out)
        if verdict := conclusion(answer)[0]:
            self._print(verdict, cut=False)
        if left_out and not answer.unanswered:
            self._print(left_out, dim=True)
        if read_as := reading(answer, words):
            self._print(words("answer.read_as", question=read_as), dim=True)
        if answer.table is not None:
            self._table()
        self._papers()
        if answer.read:
            self._print(what_was_read(answer.read, words), dim=True)

    def _print(self, line: str, indent: int = 0, dim: bool = False, cut: bool = True, bold: bool = False) -> None:
        """Print a text, on one line if it is cut; whole ones are wrapped."""
        from rich.padding import Padding
        from rich.text import Text

        style = "dim" if dim else "bold" if bold else ""
        shown = Text(plain(line), style=style)
        if cut and not self.is_whole:
            shown.truncate(self.out.width - indent, overflow="ellipsis")
        self.left -= len(shown.wrap(self.out, self.out.width - indent))
        self.out.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)

    def _table(self) -> None:
        table, known, words = self.answer.table, called(self.answer), self.words
        assert table is not None
        least, shown = (LINES - _TABLE if self.first or self.partly else 2), 0
        for heading, some in groupby(table.lines, lambda line: line.heading):
            lines = list(some)[: self.most or (None if self.every else _ROWS if heading else None)]
            if not self.every and self.left <= least + 2:
                break
            if heading:
                self._print(heading, bold=True)
            at = shown_columns(self.answer, lines)
            cells = [[known.get(cell, cell) for n in at for cell in [said(line.values[n])]] for line in lines]
            rows = self._aligned([column(words, table.columns[n]) for n in at], cells)
            quotes = quoted([line.evidence for line in lines], known, words, letters=self._letters)
            for row, own, told in zip(rows, cells, quotes, strict=True):
                if not self.every and self.left <= least:
                    break
                self._row(row, [_without(quote, own) for quote in told])
                shown += 1
        if shown < len(table.lines):
            self._print(words("answer.more", n=len(table.lines) - shown), dim=True)

    @property
    def _letters(self) -> int:
        """The letters of a sentence that fit one line."""
        return _WHOLE if self.is_whole else self.out.width - 2 * _INDENT - _MARK

    def _row(self, row: str, quotes: list[str], most: int = 1) -> None:
        self._print(row)
        for quote in quotes if self.is_whole else quotes[:most]:
            self._print(quote, indent=_INDENT, dim=not self.is_whole)

    def _aligned(self, names: list[str], cells: list[list[str]]) -> Iterator[str]:
        """Rows in columns that fit the terminal, below their names; in a narrow one, or whole, names beside values."""
        from rich.cells import cell_len

        if self.is_whole or self.out.width < NARROW or not names:
            for row in cells:
                rest = [f"{name}: {cell}" for name, cell in list(zip(names, row, strict=True))[2:] if cell]
                yield "  ".join([*(cell for cell in row[:2] if cell), *([", ".join(rest)] if rest else [])])
            return
        columns = list(zip(names, *cells, strict=True))
        widths = [min(max(map(cell_len, column)), _WIDEST) for column in columns]
        while sum(widths) + 2 * len(widths) > self.out.width and len(columns) > 1:
            wide = [n for n, width in enumerate(widths) if n > 1 and width > _MEDIUM]
            if wide:
                widths[max(wide, key=lambda n: widths[n])] -= 1
            else:  # the column that fewest rows fill, of these the last
                least = min(range(len(columns)), key=lambda n: (sum(map(bool, columns[n][1:])), -n))
                del columns[least], widths[least]
        right = [is_number(list(column[1:])) for column in columns]
        if len(columns) > 1:
            self._print(_line([column[0] for column in columns], widths, right), dim=True)
        yield from (_line([column[n] for column in columns], widths, right) for n in range(1, len(cells) + 1))

    def _papers(self) -> None:
        """The papers that stand in no line of the table: those that fulfil the question, then those that lack some."""
        answer, words, first, partly = self.answer, self.words, self.first, self.partly
        room = (self.most or len(first) + len(partly)) if self.every else _PAPERS
        title = "" if answer.table else counted(answer, words)
        for rows, heading in ((first, title), (partly, words.count("count.partly", len(answer.partly)))):
            shown, quotes = rows[: max(room, 0)], 2 if rows is first and not answer.table else 1
            if not self.every:
                shown = shown[: max((self.left - 2) // (1 + quotes), 0)]
            room -= len(shown)
            if rows and heading:
                self._print(heading, bold=True)
            for row in shown:
                why = why_listed(row, words, 1 if row.lacks else _SAID, self._letters)
                self._row(f"{row.name} · {' '.join(row.sources)}  {short(row.title, 300)}", why, quotes)
            if len(shown) < len(rows):
                self._print(words("answer.more_papers", n=len(rows) - len(shown)), dim=True)


def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
    """Cells in columns of some widths, cut where they are longer; numbers stand at the right."""
    from rich.cells import cell_len, set_cell_size

    fitted = []
    for cell, width, is_right in zip(row, widths, right, strict=True):
        shown = cell if cell_len(cell) <= width else set_cell_size(cell, width - 1) + "…"
        space = " " * (width - cell_len(shown))
        fitted.append(space + shown if is_right else shown + space)
    return "  ".join(fitted).rstrip()


def _without(quote: str, cells: list[str]) -> str:
    """A quote without the name of its paper, if a cell of its row has it."""
    own = max((cell for cell in cells if quote.startswith(cell)), key=len, default="")
    return quote.removeprefix(own).lstrip(":： ")
