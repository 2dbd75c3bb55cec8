"""Under which of its topics a paper stands, by its title, and how many papers topics had before.

A technique stands before what it is applied to. A paper that is about no topic of the collection stands apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kg.entity_types import CONCEPT_TYPES
from kg.query.corpus import ALL, Corpus
from kg.query.since import Period
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.model import Paper
    from kg.views.digest import Chosen
    from kg.views.reader import GraphReader
    from kg.views.selection import Selection

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


def counted(graph: GraphReader, found: Chosen, papers: Iterable[Paper], topics: dict[str, str]) -> list[dict[str, Any]]:
    """Papers by topic in the period, and their mean in earlier ones of the same length; none without such papers."""
    limits, shown, period = settings()["week"], found.shown, found.period
    if period is None:
        return []
    length = period.last - period.first + timedelta(1)
    earlier = [Period(period.first - n * length, period.last - n * length) for n in range(1, limits["earlier"] + 1)]
    known = [(paper.id, shown.date(paper)) for paper in papers] if found.names else Corpus.of(graph.store).dated(ALL)
    inside = [[curie for curie, when in known if one.has(when)] for one in earlier]
    inside = [one for one in inside if one]
    before = Counter(main_topics(graph, [curie for one in inside for curie in one]).values())
    now = Counter(topics.values())
    mean = {topic: n / len(inside) for topic, n in before.items()}
    rows = sorted({*now, *before}, key=lambda topic: (-now[topic], -mean.get(topic, 0), topic))
    most = sorted(rows, key=lambda topic: -max(now[topic], mean.get(topic, 0)))[: limits["charted"]]
    return [
        {"concept": topic, "label": shown.label(topic), "papers": now[topic], "before": round(mean.get(topic, 0), 1)}
        for topic in rows
        if inside and topic in most
    ]


def interesting(graph: GraphReader, shown: Selection, interests: Iterable[str]) -> dict[str, int]:
    """By paper, how many of the named topics, techniques and the like it is about."""
    find = graph.vocabulary.find
    kinds = ("topic", *CONCEPT_TYPES)
    wanted = {one.curie for name in interests for kind in kinds if (one := find(name.strip(), kind))}
    return {paper.id: len(wanted & {thing.concept for thing in shown.all_things(paper)}) for paper in shown.papers}
