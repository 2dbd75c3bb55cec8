"""kg show: show an overview of the graph, or one paper or concept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.base import HERE, Location, Output, choose, console, reading, table, write
from kg.entity_types import LISTS
from kg.model import KgError, Record
from kg.names import curie
from kg.tables import json_text

if TYPE_CHECKING:
    from kg.api import Graph

FORMS = ("table", "json")


def command(
    name: Annotated[
        str | None, typer.Argument(help='A paper ("002-22"), a concept ("hardware:nvidia-h100"), or nothing.')
    ] = None,
    graph: Location = HERE,
    format: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMS)}.")] = None,
    output: Output = None,
) -> None:
    """Show an overview of the graph; with a name, all data on that paper or concept."""
    from kg.store.contents import entry_named

    form = choose(format, output, FORMS, "table")
    with reading(graph) as opened:
        if name is None:
            _overview(opened, form, output)
        elif entry_named(opened.store, name):  # first: an entry's name may contain a colon ("arXiv:2501.00001")
            _paper(opened, name, form, output)
        else:
            _named(opened, curie(name), form, output)


def _named(graph: Graph, name: str, form: str, output: Output) -> None:
    if ":" in name and not name.startswith(("paper:", "entry:")):
        _concept(graph, name, form, output)
    else:
        _paper(graph, name.removeprefix("entry:"), form, output)


def _overview(graph: Graph, form: str, output: Output) -> None:
    counts = graph.counts()
    sources = [(s.name, s.form, s.date, graph.entry_count(s.name), s.file) for s in graph.sources()]
    if form == "json" or output:
        said = {
            "counts": counts,
            "sources": [dict(zip(("name", "form", "date", "entries", "file"), s, strict=True)) for s in sources],
        }
        write(json_text(said), output)
        return
    console().print(table("Sources", ("source", "form", "date", "entries", "file"), sources))
    console().print(table("Holds", ("what", "how many"), counts.items()))


def _paper(graph: Graph, name: str, form: str, output: Output) -> None:
    from kg.trust import level

    paper = graph.paper(name)
    if form == "json" or output:
        from kg.records import to_json

        write(json_text([to_json(record) for _, record in paper.entries]), output)
        return
    out = console()
    for document, record in paper.entries:
        out.print(f"{document.id}  {record.title or '(no title)'}", style="bold", markup=False)
        facts = [
            f"{key} {value}"
            for key, value in (("kind", _kind(record)), ("name", record.name), ("code", record.code_url))
            if value
        ]
        out.print("  ".join(facts), style="dim", markup=False)
        if document.repairs:
            out.print("repaired: " + " ".join(document.repairs), style="dim", markup=False)
        rows = [
            (mention.type, mention.role, mention.canonical, mention.concept, level(mention), mention.surface)
            for key in LISTS.values()
            for mention in getattr(record, key)
        ]
        rows += [
            ("topic", "", topic.id, f"topic:{topic.id}", level(topic), topic.evidence.quote if topic.evidence else "")
            for topic in record.topics
        ]
        out.print(table("Names", ("type", "role", "name", "identity", "trust", "words"), rows))
        results = [
            (r.metric, _value(r.value), r.unit, r.change, r.bound, r.baseline, r.setting, level(r), r.evidence.quote)
            for r in record.results
        ]
        if results:
            columns = ("metric", "value", "unit", "change", "bound", "baseline", "setting", "trust", "words")
            out.print(table("Results", columns, results))
        relations = [(r.head, r.type, r.tail, level(r), r.evidence.quote) for r in record.relations]
        if relations:
            out.print(table("Relations", ("head", "type", "tail", "trust", "words"), relations))


def _kind(record: Record) -> str:
    """The kind of a paper, marked where it is not sure."""
    return f"{record.kind} (not sure)" if record.kind_score and not record.kind_sure else record.kind


def _value(value: float | tuple[float, float]) -> str:
    return f"{value[0]:g}-{value[1]:g}" if isinstance(value, tuple) else f"{value:g}"


def _concept(graph: Graph, name: str, form: str, output: Output) -> None:
    papers = graph.papers_with(name)
    known = graph.vocabulary.concepts.get(name)
    if not papers and known is None:
        raise KgError(f"The graph knows no {name!r}: see `kg ask`.")
    said = {
        "id": name,
        "label": {lang: graph.label(name, lang) for lang in ("en", "zh")},
        "alt": known.alt if known else {},
        "broader": graph.vocabulary.broader(name),
        "narrower": [one for one in graph.lexicon().family(name) if one != name],
        "facts": known.facts if known else {},
        "papers": papers,
    }
    if form == "json" or output:
        write(json_text(said), output)
        return
    rows = [
        (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for key, value in said.items()
    ]
    console().print(table(name, ("what", "value"), rows))
