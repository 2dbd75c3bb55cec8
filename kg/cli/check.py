"""kg check: which claims of a draft the papers of the graph support, which they contradict."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write
from kg.files import content
from kg.model import KgError

FORMS = ("txt", "md", "json")


def command(
    file: Annotated[str, typer.Argument(help="A text or Markdown file; - reads standard input.", metavar="FILE")],
    graph: Location = HERE,
    paper: Annotated[
        list[str] | None, typer.Option("--paper", help="Check against this paper alone; may be repeated.")
    ] = None,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    lang: Language = "",
    output: Output = None,
) -> None:
    """Check a draft: each number and relation that it tells of a paper is supported, contradicted or not found.

    Exit status 1 when the draft has a claim that is contradicted, or none at all.
    """
    from kg.views.drafts import view

    form, lang = choose(format, output, FORMS, "txt"), language(lang)
    draft = _read(file)
    with reading(graph) as opened:
        found = opened.check(draft, paper or ())
    write(str(view(found, lang).render(form)), output)
    if not found.verdicts or found.counts()["contradicted"]:
        raise typer.Exit(NOTHING_FOUND)


def _read(file: str) -> str:
    """The text of a draft. Raises KgError for what cannot be read as text."""
    from kg.check.checking import LONGEST

    most = 4 * LONGEST + 1  # bytes of the longest draft, and one more
    try:
        data = sys.stdin.buffer.read(most) if file == "-" else content(file, most)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise KgError(f"{file}: the draft cannot be read ({error.strerror}): name a text file.") from None
    except UnicodeDecodeError:
        if len(data) == most:
            raise KgError(f"{file}: the draft is too long: check at most {LONGEST:,} characters at a time.") from None
        raise KgError(f"{file}: the draft is not UTF-8 text: save it as such.") from None
