"""An overview of a graph for notebooks: papers, sources, period, and the most common entities by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.views.answers import short
from kg.views.render import render
from kg.views.selection import TYPES
from kg.views.words import Words

if TYPE_CHECKING:
    from kg.query.corpus import Corpus
    from kg.views.reader import GraphReader

#: Sources listed, entities named per type, and characters of a name.
_SOURCES, _NAMED, _LONG = 12, 3, 60


def cell(graph: GraphReader, lang: str = "en") -> str:
    """The overview of a graph as an HTML fragment that inherits the surrounding colours."""
    return render("overview.cell.html.jinja", lang, graph=contents(graph, lang))


def contents(graph: GraphReader, lang: str) -> dict[str, Any]:
    """The content of the overview, from the graph's columns; no paper is loaded."""
    from kg.query.corpus import Corpus

    words, corpus = Words(lang), Corpus.of(graph.store)
    sources = _counted(corpus, "report")
    counted = {"papers": words.count("count.paper", len(corpus)), "sources": words.count("count.source", len(sources))}
    first, last = _period(corpus)
    left = len(sources) - _SOURCES
    return {
        "scope": words("overview.scope", **counted)
        + (words("overview.period", first=first, last=last) if first else ""),
        "claims": words(
            "overview.claims", results=f"{corpus.columns.rows('results'):,}", n=f"{corpus.columns.rows('relations'):,}"
        ),
        "sources": [_source(graph, name.partition(":")[2], papers) for name, papers in sources[:_SOURCES]],
        "more": words("report.and_more", n=f"{left:,}") if left > 0 else "",
        "types": [_type(graph, corpus, kind, words) for kind in TYPES if len(corpus.pairs(kind).things)],
    }


def _counted(corpus: Corpus, kind: str) -> list[tuple[str, int]]:
    """The entities of a type by name, with their numbers of papers."""
    return sorted(corpus.common(kind, len(corpus.columns.things)))


def _period(corpus: Corpus) -> tuple[str, str]:
    """The dates of the first and the last paper; "" if none is known."""
    when = corpus.tables.when
    known = when[when >= 0]
    if not len(known):
        return "", ""
    return corpus.tables.days[known.min()][:10], corpus.tables.days[known.max()][:10]


def _source(graph: GraphReader, name: str, papers: int) -> dict[str, str]:

    source = graph.store.source(name)
    return {
        "source": short(name, _LONG),
        "form": source.form,
        "date": source.date[:10],
        "papers": f"{papers:,}",
        "file": short(source.file, _LONG),
    }


def _type(graph: GraphReader, corpus: Corpus, kind: str, words: Words) -> dict[str, Any]:
    import numpy as np

    most = corpus.common(kind, _NAMED)
    return {
        "name": words(f"type.{kind}"),
        "different": f"{len(np.unique(corpus.pairs(kind).things)):,}",
        "most": [(short(graph.label(thing, words.lang), _LONG), f"{papers:,}") for thing, papers in most],
    }
