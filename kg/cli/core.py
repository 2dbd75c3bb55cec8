"""Shared by the commands: options, output, progress and exit statuses."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.model import KgError
from kg.store.place import Place
from kg.text import escaped

if TYPE_CHECKING:
    from rich.console import Console

    from kg.api import Graph
    from kg.build.pipeline import Added, Progress

NOTHING_FOUND, SKIPPED, INTERRUPTED = 1, 3, 130
_SECRET = 6  # characters from which a value is a key, and no part of a word

FILES = "Files, archives (zip, tar), globs or folders with papers; - reads standard input."

Location = Annotated[
    str,
    typer.Option(
        *("--graph", "-g"),
        envvar="KG_GRAPH",
        parser=Place,
        metavar="<str>",
        help="The graph: a file, or postgresql://HOST/NAME.",
        show_default="papers.kg",
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File to write; standard output without it.")]
#: The language of a text; "" stands for that of the selection, or of the user (`language`).
Language = Annotated[
    str,
    typer.Option(
        *("--lang", "-l"),
        help="Language of the text: en or zh.",
        show_default="that of the selection, else of the locale ($LANG), else en",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first file, entry or field that cannot be read.")]
Fast = Annotated[
    bool,
    typer.Option("--fast", help="Use vocabulary and rules only, without the tagger: much faster, less often right."),
]
AbstractOnly = Annotated[
    bool, typer.Option("--abstract-only", help="Read titles and abstracts, not the bodies of papers that come whole.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Processes used for many papers.", show_default="all cores")
]
HERE = "papers.kg"
_QUIET = 10.0  # seconds between two lines that tell how far a slow operation has come
#: File endings that differ from the name of their format.
_ENDINGS = {"htm": "html", "markdown": "md", "ttl": "turtle"}


@contextmanager
def reading(location: str) -> Iterator[Graph]:
    """The graph, opened for reading; its notes are printed."""
    from kg.api import Graph

    graph = Graph(location, read_only=True)
    for sentence in graph.notes:
        note(sentence)
    try:
        yield graph
    finally:
        graph.close()


@contextmanager
def without_an_empty_graph(location: str) -> Iterator[None]:
    """Leave no graph where there was none and nothing was added."""
    from kg.store.lite import discard
    from kg.store.place import is_address

    is_new = not is_address(location) and not Path(location).exists()
    try:
        yield
    finally:
        if is_new:
            discard(Path(location))


def make_first_page(location: str) -> None:
    """Make the first page of `kg serve` for a large graph that has changed: a server need not."""
    with suppress(KgError, ModuleNotFoundError):
        from kg.web import first_page

        first_page.make(location)


def language(lang: str, selection: str = "") -> str:
    """The given language, or that of a selection, or without one that of the user's locale; KgError for others.

    Names that are the same in both languages ("002-22") are no selection.
    """
    from kg.views.words import language_of_user

    lang = lang or language_of_user(selection)
    if lang not in ("en", "zh"):
        raise KgError(f"--lang {lang}: there is no such language here: choose en or zh.")
    return lang


def choose(
    format: str | None,
    output: Path | None,
    forms: Iterable[str],
    default: str,
    endings: Mapping[str, str] | None = None,
) -> str:
    """The format of an output: by --format, else by the file's ending, else (without an ending) the default.

    `endings` maps further file endings to formats. Raises KgError for an unknown format or ending.
    """
    forms = list(forms)
    known = ", ".join(forms)
    if format is not None:
        if format not in forms:
            raise KgError(f"--format {format}: there is no such form here: choose one of {known}.")
        return format
    ending = output.suffix.lstrip(".").lower() if output else ""
    if not ending:
        return default
    wanted = {form: form for form in forms} | _ENDINGS | dict(endings or {})
    if wanted.get(ending) not in forms:
        raise KgError(f"{output}: no form here has the ending .{ending}: choose one of {known} with --format.")
    return wanted[ending]


def write(content: str | bytes, output: Path | None) -> None:
    """Write a result to a file, atomically, or to standard output."""
    if output is None:
        data = content.encode() if isinstance(content, str) else content
        if sys.stdout.isatty():
            data = escaped(data.decode("utf-8", "replace")).encode()
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        if isinstance(content, str) and not content.endswith("\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        return
    from kg.files import write as save

    save(output, content)
    note(f"Wrote {output}.")


def write_lines(lines: Callable[[Progress | None], Iterable[str]], report: Added, output: Path | None) -> None:
    """Write one line of JSON per paper as it comes, to a file atomically or to standard output, then what was skipped.

    `lines` gets the progress callback. Raises KgError if there is no line, and Exit if something was skipped.
    """
    on_screen = output is None and sys.stdout.isatty()  # the lines themselves show the progress
    kept = "what was read before is printed." if output is None else "nothing was written."
    shown = nullcontext() if on_screen else progress("Reading")
    any_line = False
    try:
        with interruptible(lambda: kept), shown as tell, _written(output) as put:
            for line in lines(tell):
                put(escaped(line).encode())
                any_line = True
            if not any_line:
                raise KgError("No paper could be read: see above." if report.skipped else "The files hold no paper.")
    except KgError:
        tell_left_out(report)
        raise
    tell_left_out(report)
    if output:
        note(f"Wrote {output}.")
    if report.skipped:
        raise typer.Exit(SKIPPED)


def tell_left_out(report: Added) -> None:
    """Say what was left out of files, what they have that a record lacks, and which are doubtful, a sentence each."""
    for kind, sentences in (("Skipped", report.skipped), ("Left out", report.losses), ("In doubt", report.doubts)):
        for sentence in sentences:
            note(f"{kind}: {sentence}")


@contextmanager
def _written(output: Path | None) -> Iterator[Callable[[bytes], object]]:
    """A function that writes to a file (atomically) or to standard output."""
    if output is None:
        sys.stdout.flush()
        try:
            yield sys.stdout.buffer.write
        finally:
            sys.stdout.buffer.flush()
        return
    from kg.files import written

    with written(output) as put:
        yield put


def note(sentence: str) -> None:
    """Print a sentence for the user on standard error, on one line: it may hold the name of a file.

    Keys and passwords of the environment are hidden: a server may repeat them in its error message.
    """
    for name, value in os.environ.items():
        if name.endswith(("_KEY", "PASSWORD")) and len(value) >= _SECRET:
            sentence = sentence.replace(value, f"${name}")
    print(escaped(" ".join(sentence.splitlines())), file=sys.stderr)


def console() -> Console:
    """The console for texts and tables: as wide as the terminal, or 120 columns in a file.

    Whatever it prints, control and bidirectional characters are shown as escapes.
    """
    from rich.console import Console
    from rich.text import Text

    class Escaping(Console):
        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(escaped(text), **options)

    return Escaping(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


@contextmanager
def interruptible(sentence: Callable[[], str]) -> Iterator[None]:
    """End on Ctrl-C with a sentence on the current state and the conventional exit status."""
    heard: list[int] = []

    def stop(number: int, _: object) -> None:
        heard.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except BaseException as error:  # a compiled module that is being imported turns KeyboardInterrupt into ImportError
        if not heard and not isinstance(error, KeyboardInterrupt):
            raise
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends now: a second Ctrl-C would only leave a traceback
        note(f"Interrupted: {sentence()}")
        before = signal.SIG_IGN
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress(what: str, unit: str = "papers") -> Iterator[Progress | None]:
    """A progress bar on standard error for slow operations; where that is no terminal, a line now and then."""
    if not sys.stderr.isatty():
        yield _in_lines(what, unit)
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns: list[Any] = [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn(f"{{task.completed}} {unit}"),
        TimeElapsedColumn(),
    ]
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)

        def tell(name: str, done: int) -> None:
            bar.update(task, description=escaped(f"{what} {name}"), completed=done)

        yield tell


def _in_lines(what: str, unit: str) -> Progress:
    last = time.monotonic()

    def tell(_: str, done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _QUIET:
            last = time.monotonic()
            note(f"{what}: {done:,} {unit}.")

    return tell


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Any:
    """A rich table whose cells are plain text."""
    from rich.markup import escape
    from rich.table import Table

    out = Table(title=escape(title), title_justify="left", show_lines=False)
    for column in columns:
        out.add_column(escape(column), overflow="fold")
    for row in rows:
        out.add_row(*(escape(str(cell)) for cell in row))
    return out
