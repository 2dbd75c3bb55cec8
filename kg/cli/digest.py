"""kg digest: write papers as a digest in the form of the reports, or find unsupported claims in a digest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.core import (
    HERE,
    NOTHING_FOUND,
    SKIPPED,
    Fast,
    Jobs,
    Language,
    Location,
    Output,
    Strict,
    choose,
    interruptible,
    language,
    note,
    progress,
    reading,
    tell_left_out,
    write,
)
from kg.model import KgError

if TYPE_CHECKING:
    from kg.build.pipeline import Added
    from kg.views.digest import Digest, Writer
    from kg.views.rendered import View

FORMS = ("md", "txt", "html", "json", "eml")
CHECK_FORMS = ("md", "txt", "json")


def command(
    selection: Annotated[
        list[str] | None,
        typer.Argument(
            help='Files, folders or globs; or a question, topic or papers of the graph, also with "since last week". '
            "Everything in the graph without it."
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="List the claims of the given digests that the records of their papers do not support."
        ),
    ] = False,
    graph: Location = HERE,
    lang: Language = "",
    since: Annotated[str, typer.Option(help='Only papers since a day: 2025-10-01, "last week", "last 10 days".')] = "",
    now: Annotated[
        str, typer.Option(help="The day to count from, and the digest's time.", show_default="the latest date known")
    ] = "",
    interests: Annotated[
        str, typer.Option(help='What comes first in the page of a period: "KV cache, video generation".')
    ] = "",
    llm: Annotated[
        bool, typer.Option("--llm", help="Let the language model named by the environment write the sentences.")
    ] = False,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
    strict: Strict = False,
    fast: Fast = False,
    jobs: Jobs = None,
) -> None:
    """Write a digest of papers in the form of the reports (header, one sentence per paper, details), or check one.

    Papers of the graph since a day are a page to forward: what matters on top, then by topic.
    """
    names = selection or []
    if check:
        if since or now or llm:
            raise KgError("--check goes with files alone: leave out --since, --now and --llm.")
        return _check(names, choose(format, output, CHECK_FORMS, "md"), language(lang), output, strict)
    form = choose(format, output, FORMS, "md")
    from kg.build.pipeline import Added

    told = Added()
    with interruptible(lambda: "nothing was written."):
        if _are_files(names):
            view, told = of_files(
                names, language(lang), since, now, writer=_writer(llm), strict=strict, fast=fast, jobs=jobs
            )
        else:
            view = _of_graph(graph, names, lang, since, now, llm, interests)
    tell_left_out(told)
    if told.skipped and not view.papers and not told.added:
        raise KgError("No paper could be read: see above.")
    for sentence in view.notes:
        note(sentence)
    if not view.papers:
        note("No digest was written: it would hold no paper.")
        raise typer.Exit(SKIPPED if told.skipped else NOTHING_FOUND)
    _end(view, form, output, told)


def _end(view: View, form: str, output: Path | None, told: Added) -> None:
    """Write a view, and say by the exit status whether all was read and anything found."""
    write(view.render(form), output)
    if told.skipped:
        raise typer.Exit(SKIPPED)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)


def _writer(llm: bool) -> Writer:
    from kg.views.digest import composed
    from kg.views.fluent import writer

    return writer() if llm else composed


def _are_files(names: list[str]) -> bool:
    """Whether the arguments are files rather than a question; raises KgError for a mixture."""
    from kg.sources import STANDARD_INPUT

    found = [name == STANDARD_INPUT or _is_file(name) for name in names]
    if any(found) and not all(found):
        odd = names[found.index(False)]
        raise KgError(f"{odd}: there is no such file: check the name, or ask a question without files beside it.")
    return bool(found) and found[0]


def _is_file(name: str) -> bool:
    path = Path(name).expanduser()
    try:
        if path.exists():
            return True
        stars = "*" in name or ("[" in name and "]" in name)
        return " " not in name and (stars or (path.suffix[1:].isalnum() and "/" in name))
    except (OSError, ValueError):
        return False


def of_files(
    names: Sequence[str], lang: str = "zh", since: str = "", now: str = "", *, writer: Writer | None = None,
    strict: bool = False, fast: bool = False, jobs: int | None = None,
) -> tuple[Digest, Added]:  # fmt: skip
    """A digest of files, which are read into a graph that is thrown away, and what was read."""
    from tempfile import TemporaryDirectory

    import kg
    from kg.views.digest import composed, digest

    with TemporaryDirectory() as folder, kg.open(Path(folder) / "papers.kg", create=True) as opened:
        with progress("Reading") as tell:
            told = opened.add(*names, strict=strict, fast=fast, jobs=jobs, progress=tell)
        return digest(opened, "", lang, since=since, now=now, writer=writer or composed), told


def _of_graph(
    graph: str, names: list[str], lang: str, since: str, now: str, llm: bool, interests: str
) -> Digest:  # fmt: skip
    from kg.store.contents import entry_named

    with reading(graph) as opened:
        are_papers = bool(names) and all(n.startswith("paper:") or entry_named(opened.store, n) for n in names)
        chosen: str | list[str] = names if are_papers else " ".join(names)
        spoken = language(lang, "" if are_papers else " ".join((*names, since)).strip())
        wanted = list(filter(None, map(str.strip, interests.replace("，", ",").split(","))))
        return opened.digest(chosen, spoken, since=since, now=now, llm=llm, interests=wanted)


def _check(names: list[str], form: str, lang: str, output: Path | None, strict: bool) -> None:
    from kg.build.pipeline import Added
    from kg.views.digest_check import check

    if not names:
        raise KgError("Nothing to check: name files in the form of the reports.")
    told = Added()
    with interruptible(lambda: "nothing was written."), progress("Checking") as tell:
        view = check(names, lang, strict=strict, report=told, progress=tell)
    tell_left_out(told)
    if not view.papers and told.skipped:
        raise KgError("No digest could be read: see above.")
    _end(view, form, output, told)
