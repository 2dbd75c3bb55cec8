"""What the graph holds, how much of it is covered, how sure its claims are, and what made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.entity_types import LISTS
from kg.extract import VERSION as EXTRACTION
from kg.model import RELATION_TYPES
from kg.query.corpus import ALL, Corpus
from kg.trust import measured, thresholds
from kg.version import VERSION
from kg.views.answers import column
from kg.views.overview import contents
from kg.views.words import PageWords
from kg.vocabulary import ontology_hash
from kg.web.asked import Asked, Shown

if TYPE_CHECKING:
    from kg.api import Graph

_WAYS = "SELECT way, count(*) FROM entries GROUP BY way ORDER BY count(*) DESC LIMIT 5"
_COVERED = ("topic", "technique", "problem", "task", "hardware", "model", "dataset", "institution", "author", "venue")


def about(graph: Graph, asked: Asked) -> Shown:
    """The page about the graph."""
    words, corpus, store = PageWords(asked.lang), Corpus.of(graph.store), graph.store
    named, papers = corpus.kept("mentions", "", lambda: _mentions(graph)), corpus.count(ALL)
    covered = [
        {
            "type": kind,
            "name": words("column.result") if kind == "metric" else column(words, kind),
            "named": named[kind].papers if kind in named else corpus.covered(kind, ALL)[0] if kind not in LISTS else 0,
            "papers": papers,
        }
        for kind in (*_COVERED, "metric")
    ]
    held = contents(graph, asked.lang)
    ways = corpus.kept("ways", "", lambda: dict(store.rows(_WAYS)))
    by_rules = ways.keys() == {"fast"}
    least, right = thresholds(by_rules), {} if by_rules else measured()  # which was measured with the tagger
    counted = [(words(f"type.{kind}"), kind, *named[kind][:2], LISTS[kind]) for kind in LISTS if kind in named]
    counted += _others(words, corpus.kept("statements", "", lambda: _statements(graph)))
    trust = [
        {
            "name": name,
            "type": kind,
            "claims": number,
            "sure": int(sure or 0),
            "threshold": least.get(key, ""),
            **_right(right.get("result full" if key == "results" else key, {})),
        }
        for name, kind, number, sure, key in counted
    ]
    data: dict[str, Any] = {
        "scope": held["scope"],
        "read": held["read"],
        "counts": corpus.kept("counts", "", graph.counts),
        "sources": held["sources"],
        "more_sources": held["more"],
        "coverage": covered,
        "claims": trust,
        "versions": {"kg": VERSION, "extraction": EXTRACTION, "vocabulary": ontology_hash()},
        "ways": ways,
    }
    columns = ("type", "claims", "sure", "threshold", "precision", "sure_precision")
    rows = [[row[name] for name in columns] for row in trust]
    return Shown("about.html.jinja", words("web.nav_about"), data, {}, (columns, rows))


def _right(measured: Mapping[str, float]) -> dict[str, float | str]:
    """The shares of claims that are right, "" where none was looked at; a result is when all of it is."""
    sure = measured["sure_precision"] if measured.get("sure") else ""
    return {"precision": measured.get("precision", ""), "sure_precision": sure}


class _Mentioned(NamedTuple):
    """Mentions of a type: how many, how many of them sure, and how many papers have one."""

    mentions: int
    sure: int
    papers: int


def _mentions(graph: Graph) -> dict[str, _Mentioned]:
    """The mentions of each type, counted in one pass."""
    sql = """SELECT c.type, count(*), sum(x.sure), count(DISTINCT x.paper) FROM mentions x
        JOIN concepts c ON c.id = x.concept GROUP BY c.type"""
    return {kind: _Mentioned(*counted) for kind, *counted in graph.store.rows(sql)}


def _statements(graph: Graph) -> dict[str, tuple[int, int]]:
    """Topics, results and relations by type: how many, how many of them sure."""
    counted = "SELECT count(*), coalesce(sum(sure), 0) FROM"
    out = {table: graph.store.rows(f"{counted} {table}")[0] for table in ("topics", "results")}
    return out | {
        kind: said for kind, *said in graph.store.rows("SELECT type, count(*), sum(sure) FROM relations GROUP BY type")
    }


def _others(words: PageWords, counted: dict[str, tuple[int, int]]) -> list[tuple[str, str, int, int, str]]:
    names = {"topics": words("type.topic"), "results": words("column.result")}
    names |= {kind: words(f"relation.{kind}") for kind in RELATION_TYPES}
    return [(name, kind, *counted[kind], kind) for kind, name in names.items() if kind in counted]


PAGES = {"about": about}
