"""The topic under which a paper stands: one of those it surely is about, by its title.

A technique stands before what it is applied to. A paper that is about no topic of the collection has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg.query.corpus import Corpus
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

_TOPICS = """SELECT p.curie, p.kind, c.curie, x.field, x.start, x.score, x.sure FROM papers p
    JOIN topics x ON x.paper = p.id JOIN concepts c ON c.id = x.topic WHERE p.curie IN ({})"""


def main_topics(graph: GraphReader, papers: Iterable[str]) -> dict[str, str]:
    """The main topic (CURIE) of each paper (CURIE) that is on the subject of the collection."""
    side, kinds = _applied(graph)
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for curie, kind, *row in graph.store.some(_TOPICS, list(papers)):
        if kind not in kinds:
            rows[curie].append(tuple(row))

    def place(row: tuple[Any, ...]) -> tuple[object, ...]:
        topic, field, start, score, _ = row
        return field != "T", start if field == "T" else -score, topic

    out = {}
    for curie, found in rows.items():
        core = [row for row in found if row[-1] and row[0] not in side]
        if core:
            least = max(row[3] for row in core) - settings()["week"]["near"]
            out[curie] = min((row for row in core if row[3] >= least), key=place)[0]
    return out


def _applied(graph: GraphReader) -> tuple[set[str], set[str]]:
    """The topics and kinds of papers that are none of the collection's subject."""
    chosen, corpus = settings()["week"], Corpus.of(graph.store)
    least = max(chosen["subject"] * len(corpus), chosen["subject_papers"])
    often = {name for kind in ("topic", "kind") for name, n in corpus.most(kind, sure=True)[0] if n >= least}
    return {f"topic:{name}" for name in chosen["applications"]} - often, set(chosen["kinds"]) - often
