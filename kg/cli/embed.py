"""kg embed: embed titles and abstracts with a model of sentence-transformers, or propose names that may be one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Location, note, progress, reading, write


def command(
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="A model of sentence-transformers: its name, or a folder.",
            show_default="that of the graph, else a small one for many languages",
        ),
    ] = None,
    graph: Location = HERE,
    batch: Annotated[int, typer.Option("--batch", min=1, max=4096, help="Texts that are encoded at once.")] = 32,
    device: Annotated[
        str | None, typer.Option("--device", help="cpu, cuda, ...", show_default="the GPU where there is one")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option("--names", help="Write names that may mean one thing to this file instead; - prints them."),
    ] = None,
    least: Annotated[
        float, typer.Option("--least", min=0.5, max=1.0, help="The cosine from which names are near.")
    ] = 0.9,
    papers: Annotated[int, typer.Option("--papers", min=1, help="Only names that so many papers have.")] = 1,
    drop: Annotated[bool, typer.Option("--drop", help="Take the embeddings out of the graph.")] = False,
) -> None:  # fmt: skip
    """Embed the papers' titles and abstracts, for `kg ask --near` and for papers that are like one.

    Only new and changed papers are encoded, unless the model is another one. A model ranks and proposes: no claim is
    made from it. It needs the extra `embeddings`; a model that is named is fetched once by its library.
    """
    if names is not None:
        with reading(graph) as opened:
            told = opened.alike_names(model or "", least, papers, batch, device)
        if not told:
            note(f"No two names are as near as {least:g}.")
            raise typer.Exit(NOTHING_FOUND)
        write(told, None if str(names) == "-" else names)
        return
    from kg.api import Graph

    with Graph(graph) as opened:
        if drop:
            opened.drop_embeddings()
            print(f"{graph} holds no embeddings.")
            return
        with progress("Embedding") as tell:
            used, made = opened.embed(model or "", batch=batch, device=device, progress=tell)
    print(
        f"Embedded {made:,} papers with {used.name} ({used.size} numbers each); "
        f"two papers are near from a cosine of {used.threshold:g} on."
    )
