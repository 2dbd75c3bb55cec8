"""kg check: which claims of a draft the papers of the graph support, which they contradict."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, Output, choose, language, reading, write
from kg.files import content
from kg.model import KgError

FORMS = ("txt", "md", "json")
_DRAFTS = 50  # that a .bib file may be as long as


def command(
    file: Annotated[str, typer.Argument(help="A text in Markdown or LaTeX; - reads standard input.", metavar="FILE")],
    graph: Location = HERE,
    paper: Annotated[
        list[str] | None, typer.Option("--paper", help="Check against this paper alone; may be repeated.")
    ] = None,
    bib: Annotated[str, typer.Option("--bib", help="A .bib file that the draft cites from.", metavar="FILE")] = "",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    lang: Language = "",
    output: Output = None,
) -> None:
    """Check a draft: what it says of papers is supported, contradicted, to compare with a sentence, or not found.

    Exit status 1 when the draft has a claim that is contradicted, or none at all.
    """
    from kg.check.checking import LONGEST
    from kg.views.drafts import view

    form, lang = choose(format, output, FORMS, "txt"), language(lang)
    draft = _read(file, LONGEST)
    references = _read(bib, _DRAFTS * LONGEST) if bib else ""
    with reading(graph) as opened:
        found = opened.check(draft, paper or (), references)
    write(str(view(found, lang).render(form)), output)
    if not found.verdicts or found.counts()["contradicted"]:
        raise typer.Exit(NOTHING_FOUND)


def _read(file: str, longest: int) -> str:
    """The text of a draft. Raises KgError for what cannot be read as text."""
    most = 4 * longest + 1  # bytes of the longest draft, and one more
    try:
        data = sys.stdin.buffer.read(most) if file == "-" else content(file, most)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise KgError(f"{file}: the draft cannot be read ({error.strerror}): name a text file.") from None
    except UnicodeDecodeError:
        if len(data) == most:
            raise KgError(f"{file}: the draft is too long: check at most {longest:,} characters at a time.") from None
        raise KgError(f"{file}: the draft is not UTF-8 text: save it as such.") from None
