"""kg show: show an overview of the graph, or one paper or concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.core import HERE, Language, Location, Output, choose, console, language, note, reading, table, write
from kg.identifiers import curie, is_curie
from kg.model import KgError
from kg.safe_output import json_text
from kg.text import has_han
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.api import Graph

FORMS = ("table", "json")
_OTHERS = 8  # things of one name that are listed


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            help='A paper ("002-22", DOI, arXiv id, title), a name ("KV cache compression", AWQ, 清华大学), or a CURIE '
            '("hardware:nvidia-h100"); without it an overview.'
        ),
    ] = None,
    graph: Location = HERE,
    every: Annotated[bool, typer.Option("--all", help="Show all claims, sentences and papers.")] = False,
    lang: Language = "",
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Show an overview of the graph; with a name, what it holds on that paper or concept, on one screen.

    The overview says how many papers were read whole and how many by their abstracts. JSON has all data.
    """
    form = choose(format, output, FORMS, "table")
    with reading(graph) as opened:
        if name is None:
            _overview(opened, form, output)
        else:
            _named(opened, name, language(lang, name if has_han(name) else ""), form, output, every)


def _named(graph: Graph, name: str, lang: str, form: str, output: Output, every: bool) -> None:
    from kg.views.profile import screen

    found, words = meant(graph, name, lang), PageWords(lang)
    is_paper = not is_curie(found[0]) or found[0].startswith("paper:")
    if form == "json" or output:
        _write_paper(graph, found[0], output) if is_paper else _write_concept(graph, found[0], output)
    else:
        made = (screen.of_paper if is_paper else screen.of_concept)(graph, found[0], lang, whole=every)
        made.print(console(), whole=every)
        if made.has_weak:
            note(words("show.weak"))
        if made.left:
            note(words.count("show.more", made.left))
    if others := found[1:]:
        called = words("report.join").join(others[:_OTHERS])
        note(words("show.others", name=name, others=called))


def meant(graph: Graph, name: str, lang: str) -> list[str]:
    """The entry that a name means, or the papers or concepts (CURIEs); KgError where it means nothing."""
    from kg.query.naming import Naming
    from kg.store.contents import entry_named

    if entry := entry_named(graph.store, name):  # first: an entry's name may contain a colon ("arXiv:2501.00001")
        return [entry]
    if found := Naming(graph.lexicon(), graph.store).meant(curie(name)):
        return found
    own = curie(name).removeprefix("entry:")
    if entry_named(graph.store, own) or own.startswith("paper:"):
        return [graph.paper(own).id]
    words, near = PageWords(lang), graph.lexicon().nearest(name)
    hint = words("show.near", names=words("report.join").join(near)) if near else words("show.see")
    raise KgError(words("show.unknown", graph=graph.store.path, name=name[:80], hint=hint))


def _overview(graph: Graph, form: str, output: Output) -> None:
    from kg.query.corpus import Corpus
    from kg.views.answers import what_was_read

    counts, read = graph.counts(), Corpus.of(graph.store).read()
    sources = [(s.name, s.form, s.date, graph.entry_count(s.name), s.file) for s in graph.sources()]
    if form == "json" or output:
        said = {
            "counts": counts,
            "read": read._asdict(),
            "sources": [dict(zip(("name", "form", "date", "entries", "file"), s, strict=True)) for s in sources],
        }
        write(json_text(said), output)
        return
    console().print(table("Sources", ("source", "form", "date", "entries", "file"), sources))
    console().print(table("Holds", ("what", "how many"), counts.items()))
    print(what_was_read(read, PageWords("en")))


def _write_paper(graph: Graph, name: str, output: Output) -> None:
    from kg.records import to_json

    write(json_text([to_json(record) for _, record in graph.paper(name).entries]), output)


def _write_concept(graph: Graph, name: str, output: Output) -> None:
    known = graph.vocabulary.concepts.get(name)
    said = {
        "id": name,
        "label": {lang: graph.label(name, lang) for lang in ("en", "zh")},
        "alt": known.alt if known else {},
        "broader": graph.vocabulary.broader(name),
        "narrower": [one for one in graph.lexicon().family(name) if one != name],
        "facts": known.facts if known else {},
        "papers": graph.papers_with(name),
    }
    write(json_text(said), output)
