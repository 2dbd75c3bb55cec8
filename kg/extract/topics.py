"""Topics: what the paper is about, from the concepts that indicate one and the labels of the topics themselves.

A topic gathers points from each distinct concept that indicates it, more in the title than in the abstract and more
for what the paper proposes; the likeliest few that stand out are kept, each with the words that weigh most.
"""

from __future__ import annotations

from collections import defaultdict

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.base import field_at, mentions, read_fields
from kg.model import Evidence, Topic
from kg.vocabulary import Match, Vocabulary

EXTRACTOR = "topics/1"
MOST = 5  # topics a paper
LEAST = 1.5  # points
SHARE = 0.22  # of the points of the first topic
_POINTS = {"T": 3.0, "A": 1.0, "B": 1.0, "K": 1.5}


class Topics:
    """Adds the topics of a paper, most central first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        points: dict[str, float] = defaultdict(float)
        best: dict[str, tuple[float, Match]] = {}
        for places in self._by_concept(doc).values():
            for topic in self._topics(places[0].concept):
                gained, shown = self._gain(doc, places, direct=places[0].type == "topic")
                points[topic] += gained
                if topic not in best or gained > best[topic][0]:
                    best[topic] = (gained, shown)
        ranked = sorted(points, key=lambda t: (-points[t], t))
        for topic in ranked[:MOST]:
            # A paper is about something: the first is kept even where little points to it.
            if topic == ranked[0] or points[topic] >= max(LEAST, SHARE * points[ranked[0]]):
                shown = best[topic][1]
                doc._.topics.append(
                    Topic(
                        topic.partition(":")[2],
                        Evidence(doc._.text[shown.start : shown.end], start=shown.start, end=shown.end),
                        EXTRACTOR,
                        round(points[topic] / (points[topic] + 3), 2),
                    )
                )
        return doc

    def _by_concept(self, doc: Doc) -> dict[str, list[Match]]:
        out: dict[str, list[Match]] = {}
        for match in doc._.matches:
            inside = any(s <= match.start and match.end <= e for s, e in read_fields(doc))
            if inside and match.type in ("topic", "technique", "task", "problem", "hardware"):
                out.setdefault(match.concept, []).append(match)
        return out

    def _topics(self, concept: str) -> list[str]:
        if concept.startswith("topic:"):
            return [concept]
        found = list(self.vocabulary[concept].topics)
        if not found:
            for broader in self.vocabulary.broader(concept)[:2]:
                found = list(self.vocabulary[broader].topics)
                if found:
                    break
        return found

    def _gain(self, doc: Doc, places: list[Match], direct: bool) -> tuple[float, Match]:
        """Points of one concept: its best place, a little more where it is said again or proposed."""
        weigh = [(_POINTS.get(field_at(doc, m.start), 0.0), -m.start, m) for m in places]
        top, _, shown = max(weigh, key=lambda w: w[:2])
        own = any(
            m.role == "proposed" and m.start <= place.start and place.end <= m.end
            for m in mentions(doc, "technique")
            for place in places
        )
        return top + 0.5 * min(len(places) - 1, 3) + 1.0 * own + 0.5 * direct, shown


@Language.factory("kg_topics")
def make_topics(nlp: Language, name: str) -> Topics:
    return Topics(Vocabulary.load())
