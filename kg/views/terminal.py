"""An answer in a terminal: what was understood, then the papers or the table with the words that show them."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from kg.query import Answer, Row
from kg.text import plain
from kg.views.answers import (
    as_shown,
    called,
    column,
    conditions,
    counted,
    is_number,
    lacking,
    quoted,
    short,
    shown_columns,
    supported,
    what_was_read,
)
from kg.views.answers import text as said
from kg.views.words import PageWords

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of the narrowest terminal in which tables are printed; a narrower one gets a list.
NARROW = 80
#: Preferred width of a column, of a numeric one, and of the quotes.
_WIDE, _NUMBERS, _QUOTES = 15, 11, 30
#: Sentences shown of a paper, rows shown under one heading.
_SAID, _ROWS = 3, 6
#: Columns of a text that no terminal shows.
_COLUMNS = 120


def text(answer: Answer) -> str:
    """The answer as `kg ask` prints it, with its notes."""
    from rich.console import Console

    out = StringIO()
    show(answer, Console(file=out, width=_COLUMNS, highlight=False))
    return "\n".join(line.rstrip() for line in (*out.getvalue().splitlines(), *map(plain, as_shown(answer).notes)))


def show(answer: Answer, out: Console, most: int = 0) -> None:
    """Print an answer for a reader; of the rows under one heading at most `most`."""
    answer, words = as_shown(answer), PageWords(answer.language)
    for line in conditions(answer, words):
        out.print(line, style="dim", markup=False)
    if answer.ignored:
        ignored = plain(", ".join(answer.ignored))
        out.print(words("answer.ignored", words=ignored), style="dim", markup=False)
    if answer.table is not None:
        _show_table(out, answer, words, most or _ROWS)
    elif answer.rows:
        _show_papers(out, answer.rows, counted(answer, words), words)
    if answer.partly:
        _show_papers(out, answer.partly, words.count("count.partly", len(answer.partly)), words)
    if answer.read:
        out.print(what_was_read(answer.read, words), style="dim", markup=False, highlight=False)


def _show_papers(out: Console, papers: Iterable[Row], title: str, words: PageWords) -> None:
    rows = [
        (
            [plain(f"{row.name} · {' '.join(row.sources)}"), short(row.title, 300)],
            [*filter(None, [lacking(row, words)]), *supported(row.evidence, 1 if row.lacks else _SAID)],
        )
        for row in papers
    ]
    names = [words("column.paper"), words("column.title")]
    _print(out, title, names, [False, False], rows, words("column.evidence"))


def _show_table(out: Console, answer: Answer, words: PageWords, most: int) -> None:
    table, known = answer.table, called(answer)
    assert table is not None
    for heading, some in groupby(table.lines, lambda line: line.heading):
        every = list(some)
        lines = every[:most] if heading else every
        at, quotes = shown_columns(answer, lines), quoted([line.evidence for line in lines], known, words)
        cells = [[known.get(cell, cell) for n in at for cell in [said(line.values[n])]] for line in lines]
        right = [is_number([line.values[n] for line in lines]) for n in at]
        names = [column(words, table.columns[n]) for n in at]
        _print(out, plain(heading), names, right, list(zip(cells, quotes, strict=True)), words("column.evidence"))
        if len(lines) < len(every):
            out.print(words("answer.more", n=len(every) - len(lines)), style="dim", markup=False)
    if table.verdict:
        out.print(plain(table.verdict), markup=False)


#: The cells of a row, and the quotes that support it.
_Cells = tuple[list[str], list[str]]


def _print(out: Console, title: str, names: list[str], right: list[bool], rows: list[_Cells], evidence: str) -> None:
    """Print a table if its columns fit, else a list."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    has_quotes = any(quotes for _, quotes in rows)
    widest = [max(map(cell_len, (*name.split(), *(cells[n] for cells, _ in rows)))) for n, name in enumerate(names)]
    wanted = [min(width, _NUMBERS if right[n] else _WIDE) for n, width in enumerate(widest)]
    if out.width < NARROW or sum(wanted) + 3 * len(names) + (_QUOTES if has_quotes else 0) > out.width:
        _print_list(out, title, names, rows)
        return
    room = out.width - 3 * (len(names) + 1) - sum(w for w, is_right in zip(wanted, right, strict=True) if is_right)
    each = max(_WIDE, (room - _QUOTES) // max(1, right.count(False))) if has_quotes else None  # quotes keep their room
    made = Table(title=Text(title) if title else None, title_justify="left")
    for name, is_right in zip(names, right, strict=True):
        justify: Literal["right", "left"] = "right" if is_right else "left"
        made.add_column(Text(name), overflow="fold", justify=justify, max_width=_NUMBERS if is_right else each)
    if has_quotes:
        made.add_column(Text(evidence), overflow="fold")
    for cells, quotes in rows:
        made.add_row(*map(Text, cells), *([Text("\n".join(quotes))] if has_quotes else []))
    out.print(made)


def _print_list(out: Console, title: str, names: list[str], rows: list[_Cells]) -> None:
    """Print rows as paragraphs: the first two values, the others by name, the quotes indented."""
    from rich.padding import Padding
    from rich.text import Text

    if title:
        out.print(Text(title))
    for cells, quotes in rows:
        out.print(Text("  ".join(cell for cell in cells[:2] if cell)))
        rest = ", ".join(f"{name}: {cell}" for name, cell in list(zip(names, cells, strict=True))[2:] if cell)
        for line in ([rest] if rest else []) + quotes:
            out.print(Padding(Text(line), (0, 0, 0, 4)))
