"""How many papers topics have in a period and had before, and which papers are of a reader's interest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kg.entity_types import CONCEPT_TYPES
from kg.query.corpus import ALL, Corpus
from kg.query.since import Period
from kg.views.main_topics import main_topics
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.model import Paper
    from kg.views.digest import ChosenPapers
    from kg.views.reader import GraphReader
    from kg.views.selection import Selection


def counted(
    graph: GraphReader, found: ChosenPapers, papers: Iterable[Paper], topics: dict[str, str]
) -> list[dict[str, Any]]:
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
    found = (graph.vocabulary.find(name.strip(), kind) for name in interests for kind in ("topic", *CONCEPT_TYPES))
    wanted = {one.curie for one in found if one}
    return {paper.id: len(wanted & {thing.concept for thing in shown.all_things(paper)}) for paper in shown.papers}
