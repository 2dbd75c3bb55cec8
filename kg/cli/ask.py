"""kg ask: answer a question, or flags, from the graph; each line has the quotes that support it."""

from __future__ import annotations

import inspect
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Location, Output, choose, console, note, reading, write
from kg.entity_types import CONCEPT_TYPES, TABLE
from kg.model import KgError

if TYPE_CHECKING:
    from kg.query import Answer

FORMS = ("table", "json", "jsonl", "csv", "md", "html")
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
    every: Annotated[bool, typer.Option("--all", help="Show all rows and papers, with whole quotes.")] = False,
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
    software: Annotated[Many, _flag("software", "Software that a whole paper uses: vLLM, PyTorch.")] = None,
    baseline: Annotated[Many, _flag("baseline", "What a whole paper is compared with: KIVI.")] = None,
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
        **{
            "role": role,
            "software": software,
            "baseline": baseline,
            "country": country,
            "metric": metric,
            "result": result,
            "relation": relation,
        },
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

            converse(
                opened,
                flags,
                limit,
                lambda answer, explains: tell(answer, form, explains, rows=limit or 0, every=every),
                asked,
            )
            return
        answer = opened.ask(asked, limit=limit, filter=flags or None)
    tell(answer, form, explain, output, limit or 0, every)
    if answer.empty:
        raise typer.Exit(NOTHING_FOUND)


def tell(
    answer: Answer, form: str, explains: bool = False, output: Output = None, rows: int = 0, every: bool = False
) -> None:
    """Print or write an answer, or its interpretation, and the notes for the user."""
    from kg.query.sayings import Sayings
    from kg.views.answers import as_shown, explanation, render
    from kg.views.terminal import notes, show

    is_shown = form == "table" and output is None and not explains
    if explains:
        write(explanation(answer, form), output)
    elif is_shown:
        show(answer, console(), every, rows)
    else:
        write(render(answer, "md" if form == "table" else form), output)
    sys.stdout.flush()
    for sentence in notes(answer, every) if is_shown else as_shown(answer).notes:
        note(sentence)
    if answer.bare and form == "table":
        note(Sayings(answer.language)("answer.page", name=shlex.quote(answer.bare)))
