"""kg ask: answer a question, or flags, from the graph; each line has the quotes that support it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from kg.cli.base import HERE, NOTHING_FOUND, Location, Output, choose, console, note, reading, write
from kg.entity_types import CONCEPT_TYPES, TABLE
from kg.model import KgError

if TYPE_CHECKING:
    from rich.console import Console

    from kg.query import Answer
    from kg.views.words import PageWords

FORMS = ("table", "json", "jsonl", "csv", "md", "html")
#: Columns of the narrowest terminal in which tables are printed; a narrower one gets a list.
NARROW = 80
#: Preferred width of a column, of a numeric one, and of the quotes.
_WIDE, _NUMBERS, _QUOTES = 15, 11, 30
_THINGS, _PAPERS, _ASKED = "What papers have", "What papers are", "What is asked for"

Many = list[str] | None
_EITHER = 'Repeated: all must hold; "A|B" or "A,B": either.'


def _flag(name: str, help: str, panel: str = _THINGS, metavar: str = "NAME") -> Any:
    return typer.Option(f"--{name}", help=help, rich_help_panel=panel, metavar=metavar)


def _with_flags_of_types(command: Callable[..., None]) -> Callable[..., None]:
    """A command with a flag for each type of the table but metrics, before --role, in the place of its `things`."""
    hints = get_type_hints(command, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in inspect.signature(command).parameters.values()]
    at = next(i for i, parameter in enumerate(own) if parameter.name == "role")
    flags: list[inspect.Parameter] = []
    for kind in (*(kind for kind in CONCEPT_TYPES if kind != "metric"), "institution"):
        help = TABLE[kind].text("flag", "en") + ("" if flags else f" {_EITHER}")
        annotation = Annotated[Many, _flag(kind, help)]
        flags.append(inspect.Parameter(kind, own[at].kind, default=None, annotation=annotation))
    parameters = [*own[:at], *flags, *own[at:-1]]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


@_with_flags_of_types
def command(
    question: Annotated[Many, typer.Argument(help="A question in English or Chinese; flags may stand for it.")] = None,
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most so many papers or lines.")] = None,
    output: Output = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the interpretation instead of the answer: as a tree and as SQL.")
    ] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask several questions, from a prompt or a pipe.")
    ] = False,
    role: Annotated[
        Many,
        _flag(
            "role", "How techniques take part: used (or proposed), proposed, baseline, mentioned (any).", metavar="ROLE"
        ),
    ] = None,
    country: Annotated[Many, _flag("country", "A country of an institution: CN, China.")] = None,
    metric: Annotated[Many, _flag("metric", "A metric that a result is on; with --sort what is ranked.")] = None,
    result: Annotated[
        Many,
        _flag(
            "result",
            'A result: "latency<=-40%" (a change), "speedup>=2x", "memory<8GB", "2x<=speedup<=3x".',
            metavar="TEXT",
        ),
    ] = None,
    relation: Annotated[
        Many, _flag("relation", 'A relation: "outperforms:Quest", "dInfer:uses:", "A:outperforms:B".', metavar="TEXT")
    ] = None,
    author: Annotated[Many, _flag("author", 'An author; "A|B": either.', _PAPERS)] = None,
    venue: Annotated[Many, _flag("venue", 'A venue: NeurIPS; "A|B": either.', _PAPERS)] = None,
    year: Annotated[Many, _flag("year", "The year of publication.", _PAPERS, "YEAR")] = None,
    date: Annotated[Many, _flag("date", 'A day, month or year: 2025-10-15, "October 2025".', _PAPERS, "DATE")] = None,
    since: Annotated[Many, _flag("since", 'From a date on: 2025-10, "last month".', _PAPERS, "DATE")] = None,
    until: Annotated[Many, _flag("until", "Up to a date.", _PAPERS, "DATE")] = None,
    kind: Annotated[Many, _flag("kind", "A kind of paper: survey, benchmark, system, ...", _PAPERS, "KIND")] = None,
    code: Annotated[
        bool | None, typer.Option("--code/--no-code", help="With code, or without.", rich_help_panel=_PAPERS)
    ] = None,
    host: Annotated[Many, _flag("code-host", "Where the code is: github.", _PAPERS, "HOST")] = None,
    source: Annotated[Many, _flag("source", "A source that describes them: 002.", _PAPERS)] = None,
    paper: Annotated[Many, _flag("paper", "One paper: 002-22.", _PAPERS)] = None,
    without: Annotated[
        Many, _flag("not", "What they must not have, like technique:LoRA or code.", _PAPERS, "FIELD:VALUE")
    ] = None,
    near: Annotated[str | None, _flag("near", "Rank by nearness in meaning to a text.", _ASKED, "TEXT")] = None,
    count: Annotated[bool, typer.Option("--count", help="Count the papers.", rich_help_panel=_ASKED)] = False,
    listed: Annotated[
        str | None, _flag("list", "What these papers have of a type: technique, institution, ...", _ASKED, "TYPE")
    ] = None,
    top: Annotated[int | None, _flag("top", "The first so many.", _ASKED, "N")] = None,
    sort: Annotated[
        str | None, _flag("sort", "Rank results on --metric: best, worst, highest or lowest first.", _ASKED, "ORDER")
    ] = None,
    **things: Many,
) -> None:
    """Answer a question in English or Chinese, or flags, or both; exit status 1 when the answer is empty.

    A question and flags with the same meaning give the same answer. "latency<=-40%" is a decrease by at least 40 %.
    """
    flags: dict[str, Any] = {
        **things,
        **{"role": role, "country": country, "metric": metric, "result": result, "relation": relation},
        **{"author": author, "venue": venue, "year": year},
        **{"date": date, "since": since, "until": until, "kind": kind, "source": source, "paper": paper},
        **{
            "code": host or code,
            "not": without,
            "near": near,
            "count": count,
            "list": listed,
            "top": top,
            "sort": sort,
        },
    }
    flags = {name: value for name, value in flags.items() if value or (name == "code" and value is False)}
    asked = " ".join(question or [])
    if not (asked.strip() or flags or interactive):
        raise KgError("There is no question: ask one, give a flag like --topic, or -i for a prompt; see kg ask --help.")
    form = choose(format, output, FORMS, "table")
    with reading(graph) as opened:
        if interactive:
            from kg.cli.prompt import converse

            converse(opened, flags, limit, lambda answer, explains: tell(answer, form, explains), asked)
            return
        answer = opened.ask(asked, limit=limit, filter=flags or None)
    tell(answer, form, explain, output)
    if answer.empty:
        raise typer.Exit(NOTHING_FOUND)


def tell(answer: Answer, form: str, explains: bool = False, output: Output = None) -> None:
    """Print or write an answer, or its interpretation, and the notes for the user."""
    from kg.views.answers import explanation, render

    if explains:
        write(explanation(answer, form), output)
    elif form == "table" and output is None:
        show(answer)
    else:
        write(render(answer, "md" if form == "table" else form), output)
    sys.stdout.flush()
    for sentence in answer.notes:
        note(sentence)


def show(answer: Answer) -> None:
    """Print an answer for a reader: its interpretation, the papers or the table, the quotes in their sentences."""
    from kg.rdf.triples import language_of
    from kg.text import plain
    from kg.views.answers import conditions
    from kg.views.words import PageWords

    out = console()
    words = PageWords(language_of(answer.question))
    for line in conditions(answer, words):
        out.print(line, style="dim", markup=False)
    if answer.ignored:
        ignored = plain(", ".join(answer.ignored))
        out.print(words("answer.ignored", words=ignored), style="dim", markup=False)
    if answer.table is not None:
        _show_table(out, answer, words)
    elif answer.rows:
        _show_papers(out, answer, words)


def _show_papers(out: Console, answer: Answer, words: PageWords) -> None:
    from kg.text import plain
    from kg.views.answers import short

    rows = []
    for row in answer.rows:
        said = dict.fromkeys(f"{plain(q.entity)}: “{short(q.context or q.quote)}”" for q in row.evidence[:4])
        rows.append(([" ".join(row.sources), short(row.title, 300)], list(said)))
    names = [words("column.paper"), words("column.title")]
    _print(out, words.count("count.paper", len(rows)), names, [False, False], rows, words("column.evidence"))


def _show_table(out: Console, answer: Answer, words: PageWords) -> None:
    from kg.text import plain
    from kg.views.answers import column, is_number, quoted, shown_columns, text

    table = answer.table
    if table is None:
        return
    at = shown_columns(answer)
    rows = [([text(line.values[n]) for n in at], quoted(line.evidence)) for line in table.lines]
    right = [is_number([line.values[n] for line in table.lines]) for n in at]
    if rows:
        _print(out, "", [column(words, table.columns[n]) for n in at], right, rows, words("column.evidence"))
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
    made = Table(title=Text(title) if title else None, title_justify="left")
    for name, is_right in zip(names, right, strict=True):
        justify: Literal["right", "left"] = "right" if is_right else "left"
        made.add_column(Text(name), overflow="fold", justify=justify, max_width=_NUMBERS if is_right else None)
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
