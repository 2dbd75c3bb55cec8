"""An overview of a graph for notebooks: papers, sources, period, and the most common entities by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.views.answers import short, what_was_read
from kg.views.render import render
from kg.views.selection import TYPES
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Sources listed, entities named per type, and characters of a name.
_SOURCES, _NAMED, _LONG = 12, 3, 60


def cell(graph: GraphReader) -> str:
    """The overview of a graph as an HTML fragment that inherits the surrounding colours."""
    return render("overview.cell.html.jinja", "en", graph=contents(graph, "en"))


def contents(graph: GraphReader, lang: str) -> dict[str, Any]:
    """The content of the overview, from the graph's tables; no paper is loaded."""
    from kg.query.corpus import ALL, Corpus

    words, corpus = PageWords(lang), Corpus.of(graph.store)
    sources = sorted(corpus.most("report")[0])
    left = len(sources) - _SOURCES
    return {
        "scope": line(graph, lang),
        "read": what_was_read(corpus.read(), words),
        "claims": words("overview.claims", results=f"{_rows(graph, 'results'):,}", n=f"{_rows(graph, 'relations'):,}"),
        "sources": [_source(graph, name.partition(":")[2], papers) for name, papers in sources[:_SOURCES]],
        "more": words("report.and_more", n=f"{left:,}") if left > 0 else "",
        "types": [
            _type(graph, kind, words, most, total)
            for kind in TYPES
            for most, total in [corpus.most(kind, number=_NAMED)]
            if total and corpus.leads(kind, ALL)
        ],
    }


def line(graph: GraphReader, lang: str = "en") -> str:
    """How much a graph holds, and of which period: "133 papers from 5 sources, 2025-10-15 to 2025-10-17"."""
    from kg.query.corpus import Corpus

    words, corpus = PageWords(lang), Corpus.of(graph.store)
    sources = words.count("count.source", len(corpus.most("report")[0]))
    first, last = (day[:10] for day in corpus.period())
    scope = words("overview.scope", papers=words.count("count.paper", len(corpus)), sources=sources)
    return scope + (words("overview.period", first=first, last=last) if first else "")


def _rows(graph: GraphReader, table: str) -> int:
    from kg.query.corpus import Corpus

    count = f"SELECT count(*) FROM {table}"
    return Corpus.of(graph.store).kept("rows of a table", table, lambda: int(graph.store.rows(count)[0][0]))


def _source(graph: GraphReader, name: str, papers: int) -> dict[str, str]:

    source = graph.store.source(name)
    return {
        "source": short(name, _LONG),
        "form": source.form,
        "date": source.date[:10],
        "papers": f"{papers:,}",
        "file": short(source.file, _LONG),
    }


def _type(graph: GraphReader, kind: str, words: PageWords, most: list[tuple[str, int]], total: int) -> dict[str, Any]:
    return {
        "name": words(f"type.{kind}"),
        "different": f"{total:,}",
        "most": [(short(graph.label(thing, words.lang), _LONG), f"{papers:,}") for thing, papers in most],
    }
