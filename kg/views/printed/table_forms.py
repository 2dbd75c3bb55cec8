"""Tables of papers in the forms of a view: for terminals, Markdown, HTML, CSV, JSON and LaTeX (booktabs)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from kg.query.table_slices import SliceCell, TableSlice
from kg.safe_output import csv_text, json_text
from kg.sources.as_written import escaped
from kg.text import plain
from kg.views.answers import short
from kg.views.printed.found_tables import COLUMNS, ShownTable, TablesPage, called
from kg.views.readable import as_text, caption_text
from kg.views.render import render
from kg.views.rendered import View
from kg.views.words import PageWords, settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

#: Columns of a text that no terminal shows, and letters of a word that are not cut.
_WIDTH, _WORD = 120, 24
#: The columns of a pool.
POOL = ("reported_by", "table", "named", "under", "value", "settings")


def tables_view(page: TablesPage) -> View:
    """A page of tables in all its forms; "table" is for a terminal. Of no papers where nothing fits."""
    lang = page.lang
    return View(
        page.title,
        {
            "table": lambda: _text(page),
            "html": lambda: render("tables.html.jinja", lang, page=page),
            "md": lambda: render("tables.md.jinja", lang, page=page, mark=settings()["tables"]["mark"]),
            "json": lambda: json_text(page.to_json()),
            "csv": lambda: csv_text(*rows(page)),
            "latex": lambda: _latex(page),
        },
        papers=len({one.paper for one in page.tables} | {one["paper"] for one in page.pool}),
    )


def rows(page: TablesPage) -> tuple[Sequence[str], list[list[Any]]]:
    """The columns and rows of a page as one table: a slice as printed, else a cell a row."""
    if len(page.tables) == 1 and not any(cell.is_lit for row in page.tables[0].part.rows for cell in row):
        part = page.tables[0].part
        return _heads(part), [[cell.text for cell in line] for line in part.lines()]
    columns = (*COLUMNS, "same") if page.pool else COLUMNS
    return columns, [[_flat(cell[name]) for name in columns] for cell in page.cells]


def _heads(part: TableSlice) -> list[str]:
    """The heads of a slice; those of columns that are only text are marked."""
    return [head + " (?)" * (at in part.unsound) for at, head in enumerate(part.heads())]


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(value)
    return settings_said(value) if isinstance(value, dict) else value


def settings_said(printed: dict[str, str]) -> str:
    """Settings in a line: "bits 4, context 4k"."""
    return ", ".join(f"{name} {value}" for name, value in printed.items())


def pool_rows(page: TablesPage, words: PageWords) -> Iterator[list[str]]:
    """The rows of a pool by POOL, as text."""
    for one in page.pool:
        same = words("tables.same", names=words.listed(one["same"])) if one["same"] else ""
        printed = "; ".join(filter(None, (settings_said(one["settings"]), same)))
        yield [one["called"], one["label"], *map(as_text, (one["named"], one["under"], one["text"])), printed]


def _text(page: TablesPage) -> str:
    from rich.console import Console

    out = StringIO()
    show(page, Console(file=out, width=_WIDTH, highlight=False))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def show(page: TablesPage, console: Console) -> None:
    """Print the tables of a page in a terminal."""
    from rich.text import Text

    words = PageWords(page.lang)
    for shown in page.tables:
        _show_table(console, shown, words)
    if page.left:
        console.print(words.count("tables.left", page.left), markup=False)
    if page.sentence:
        console.print(Text(plain(page.sentence)))
    if page.pool:
        names = [Text(words(f"tables.{name}")) for name in POOL]
        lines = [[Text(plain(cell)) for cell in row] for row in pool_rows(page, words)]
        _print(console, names, lines, [name == "value" for name in POOL])
    if page.near:
        console.print(words("tables.near"), markup=False)
    for one in page.near:
        said = called(one.paper), one.label, short(caption_text(one.caption, one.label))
        console.print(Text("  " + " · ".join(map(plain, said))))


def _show_table(console: Console, shown: ShownTable, words: PageWords) -> None:
    from rich.text import Text

    part, most = shown.part, settings()["tables"]["caption"]
    where = [words("tables.page", n=part.page)] if part.page else []
    where += [words("tables.rows", shown=part.shown, of=part.of)] if part.shown < part.of else []
    caption = short(caption_text(part.caption, part.label), most)
    console.print(Text(" · ".join(filter(None, map(plain, [shown.called, part.label, caption, *where])))))
    if part.is_text:
        console.print(words("tables.as_text"), markup=False)
    elif part.unsound:
        console.print(words("tables.unsound_marked"), markup=False)
    heads = [Text(plain(as_text(head))) for head in _heads(part)]
    lines = [[_marked(cell) for cell in line] for line in part.lines()]
    numbers = [any(line[at].is_sound for line in part.lines()) for at in range(part.width)]
    _print(console, heads, lines, numbers)


def _marked(cell: SliceCell) -> Text:
    from rich.text import Text

    said = plain(as_text(cell.text)) + settings()["tables"]["mark"] * cell.is_lit
    return Text(said, style=" ".join(["bold"] * cell.is_bold + ["reverse"] * cell.is_lit))


def _print(console: Console, heads: Sequence[Text], lines: Sequence[Sequence[Text]], numbers: Sequence[bool]) -> None:
    """Print a table; one that is wider than the terminal runs over its edge, so that no number is cut in two."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD)
    words = [[word for line in lines for word in line[at].plain.split()] for at in range(len(heads))]
    least = [min(max(map(len, some), default=0), _WORD) for some in words]
    for head, size, is_number in zip(heads, least, numbers, strict=True):
        made.add_column(head, justify="right" if is_number else "left", overflow="fold", min_width=size)
    for line in lines:
        made.add_row(*line)
    wide = sum(least) + 3 * len(least)
    console.print(made, width=max(console.width, wide), crop=False, soft_wrap=wide > console.width)


def _latex(page: TablesPage) -> str:
    """The tables for LaTeX with the package booktabs."""
    words = PageWords(page.lang)
    made = [f"% {_line(page.sentence)}"] if page.sentence else []
    for shown in page.tables:
        part = shown.part
        source = f"{shown.called}, {part.label}" + (f", {words('tables.page', n=part.page)}" if part.page else "")
        warning = [f"% {_line(words('tables.as_text' if part.is_text else 'tables.unsound'))}"] * bool(part.unsound)
        printed = [" & ".join(map(_tex_cell, _filled(row, part.width))) + r" \\" for row in part.rows]
        head, body = printed[: part.head], printed[part.head :]
        numbers = {cell.at for line in part.lines() for cell in line if cell.is_sound}
        columns = "".join("r" if at in numbers else "l" for at in range(part.width))
        caption = _tex(f"{caption_text(part.caption, part.label)} ({source})")
        made += [*warning, r"\begin{table}", r"\centering", rf"\caption{{{caption}}}"]
        made += [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", *head, *([r"\midrule"] if head else []), *body]
        made += [r"\bottomrule", r"\end{tabular}", r"\end{table}", ""]
    if page.pool:
        names = " & ".join(_tex(words(f"tables.{name}")) for name in POOL)
        lines = [" & ".join(map(_tex, row)) + r" \\" for row in pool_rows(page, words)]
        made += [r"\begin{tabular}{llllrl}", r"\toprule", names + r" \\", r"\midrule", *lines, r"\bottomrule"]
        made += [r"\end{tabular}"]
    return "\n".join(made) + "\n"


def _line(text: str) -> str:
    return plain(" ".join(text.split()))


def _tex(text: str) -> str:
    """A text for LaTeX: what has a meaning there is escaped, signs that its fonts lack become commands."""
    said = escaped(plain(as_text(text)))
    for sign, command in settings()["tables"]["latex"].items():
        said = said.replace(sign, command)
    return said.replace("[", "{[}").replace("*", "{*}")  # which would belong to the end of the row before


def _filled(row: Sequence[SliceCell], width: int) -> Iterator[SliceCell]:
    """The cells of a row with empty ones below cells that reach down from a row before."""
    printed = {cell.at: cell for cell in row}
    at = 0
    while at < width:
        cell = printed.get(at, SliceCell("", "", at))
        yield cell
        at += cell.colspan


def _tex_cell(cell: SliceCell) -> str:
    said = _tex(cell.text)
    said = rf"\textbf{{{said}}}" if cell.is_bold and said else said
    return rf"\multicolumn{{{cell.colspan}}}{{c}}{{{said}}}" if cell.colspan > 1 else said
