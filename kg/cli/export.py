"""kg export: the graph in formats of other tools."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.core import HERE, Location, Output, choose, note, reading, write
from kg.model import ENTITY_TYPES
from kg.plugins import names
from kg.views.export.formats import PLUGGED, formats

#: Those of plug-ins that are not installed, too: who names one is told what installs it.
FORMS = (*formats(), *(name for name in names(PLUGGED) if name not in formats()), "digest")
#: Formats by file ending; the first one if several have the same. The ending of an archive determines no format.
_ENDINGS = {"txt": "digest"} | {form.ending: name for name, form in reversed(formats().items()) if not form.files}
_ABOUT = "; ".join(f"{name}: {form.about}" for name, form in formats().items())


def command(
    graph: Location = HERE,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help=f"{_ABOUT}; digest: a report as it was.",
            show_default="by the file's ending, else turtle",
        ),
    ] = None,
    selection: Annotated[
        str,
        typer.Option(
            "--select",
            "--source",
            "-s",
            help='Only the papers of a source ("000"), a topic, a name or a question; digest needs a source.',
            show_default="all",
        ),
    ] = "",
    of: Annotated[
        str,
        typer.Option(
            help=f"What the network for VOSviewer is of: concept, {', '.join(ENTITY_TYPES)}, topic.",
            show_default="concept",
        ),
    ] = "",
    least: Annotated[
        int, typer.Option(min=1, help="Minimum number of papers of an item in the network for VOSviewer.")
    ] = 1,
    output: Output = None,
) -> None:
    """Export the graph; `--format digest --select 000` restores a report byte for byte.

    vosviewer, neo4j, obsidian and parquet are several files: -o names a new folder, or one FILE.zip.
    """
    form = choose(format, output, FORMS, "turtle", _ENDINGS)
    with reading(graph) as opened:
        if output is None:
            write(opened.export(form, selection, of, least), None)
            return
        from kg.views.export import save

        save(opened, output, form, selection, of, least)
        note(f"Wrote {output}.")
