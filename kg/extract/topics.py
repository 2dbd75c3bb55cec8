"""Extracts topics: by the vocabulary, by the entities that indicate a topic, and by the tagger.

A topic collects points from each distinct concept that indicates it; a concept counts more in the title than in the
abstract, and more if the paper proposes it. A judge combines them with the tagger's likelihood. Without a judge the few
topics with most points are kept. The evidence of a topic is its strongest match, or the title if only the tagger finds
it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import field_at, inside, mentions, read_fields
from kg.extract.context import DocView, view_of
from kg.extract.judge import Features, Judge, judge_for
from kg.model import Evidence, Topic
from kg.vocabulary import Match, Vocabulary

EXTRACTOR = "topics/2"
MOST = 5  # topics per paper
LEAST = 1.5  # points
SHARE = 0.22  # of the points of the first topic
SEEN = 0.1  # lowest likelihood of a topic that only the tagger finds
_MOST_PLACES = 5  # of a concept that are considered
_NEAR = 5  # words before a label, checked for "alongside" and comparison cues
_TYPES = ("topic", "technique", "task", "problem", "hardware")  # concept types that indicate a topic
_POINTS = {"T": 3.0, "A": 1.0, "B": 1.0, "K": 1.5}


@dataclass(slots=True)
class TopicSigns:
    """The evidence for a topic: its points, the span of the strongest words, and the features for its judge."""

    points: float = 0.0
    best: float = 0.0
    shown: tuple[int, int] = (0, 0)
    features: Features = field(default_factory=dict)


class Topics:
    """Adds the topics of a paper, likeliest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        found = self.candidates(doc)
        judge = judge_for(doc, "topic")
        chosen = self._judged(judge, found) if judge else self._by_points(found)
        for topic, confidence in chosen[:MOST]:
            start, end = found[topic].shown
            if end > start:
                quote = Evidence(doc._.text[start:end], start=start, end=end)
                doc._.topics.append(Topic(topic, quote, EXTRACTOR, round(confidence, 2)))
        return doc

    @staticmethod
    def _judged(judge: Judge, found: dict[str, TopicSigns]) -> list[tuple[str, float]]:
        """Topics by likelihood; the first is always kept if a concept indicates it, because a paper has a topic."""
        if not found:
            return []
        likely = judge([signs.features for signs in found.values()])[:, 1]
        ranked = sorted(zip(found, likely.tolist(), strict=True), key=lambda t: (-t[1], t[0]))
        return [(t, p) for i, (t, p) in enumerate(ranked) if p >= judge.threshold or (i == 0 and found[t].points)]

    @staticmethod
    def _by_points(found: dict[str, TopicSigns]) -> list[tuple[str, float]]:
        ranked = sorted(((t, s.points) for t, s in found.items() if s.points), key=lambda t: (-t[1], t[0]))
        least = max(LEAST, SHARE * ranked[0][1]) if ranked else 0.0
        return [(t, points / (points + 3)) for i, (t, points) in enumerate(ranked) if points >= least or i == 0]

    def candidates(self, doc: Doc) -> dict[str, TopicSigns]:
        """The candidate topics with their evidence, by id."""
        found: dict[str, TopicSigns] = {}
        view = view_of(doc, self.vocabulary)
        objects: dict[str, set[str]] = {}
        for places in self._by_concept(doc).values():
            places = [match for match in places if not view.is_absent(match.start, match.end)]
            stands = _stands(view, places)
            for topic in self._topics(places[0].concept) if places else ():
                objects.setdefault(topic.partition(":")[2], set()).update(*(_objects(view, match) for match in places))
                direct = places[0].type == "topic"
                gained, shown = self._gain(doc, places, direct)
                signs = found.setdefault(topic.partition(":")[2], TopicSigns())
                signs.points += gained
                if gained > signs.best:
                    signs.best, signs.shown = gained, (shown.start, shown.end)
                signs.features["concepts"] = signs.features.get("concepts", 0.0) + 0.25
                signs.features["direct"] = max(signs.features.get("direct", 0.0), float(direct))
                title = float("T" in [field_at(doc, m.start) for m in places])
                signs.features["title"] = max(signs.features.get("title", 0.0), title)
                for name, least in stands.items():  # the minimum over all concepts that indicate the topic
                    signs.features[name] = min(signs.features.get(name, 1.0), least)
        if doc._.tags is not None:
            self._by_tags(doc, found)
        found = {topic: signs for topic, signs in found.items() if not self._is_other(topic, objects.get(topic, set()))}
        top = max((s.points for s in found.values()), default=0.0)
        ranks = {t: i for i, t in enumerate(sorted(found, key=lambda t: (-found[t].points, t)))}
        for topic, signs in found.items():
            signs.features |= {
                "points": math.log1p(signs.points),
                "share": signs.points / top if top else 0.0,
                "rank": 1 / (1 + ranks[topic]),
            }
        return found

    @staticmethod
    def _by_tags(doc: Doc, found: dict[str, TopicSigns]) -> None:
        """Add the tagger's likelihoods; a topic that only the tagger finds has the title as evidence."""
        likely = doc._.tags.topics
        title = doc._.fields.get("T") or next(iter(doc._.sentences), (0, 0))
        ranks = {t: i for i, t in enumerate(sorted(likely, key=lambda t: (-likely[t], t)))}
        for topic, p in likely.items():
            if p >= SEEN and topic not in found:
                found[topic] = TopicSigns(shown=title)
            if topic in found:
                clipped = min(max(p, 0.002), 0.998)
                found[topic].features |= {"tag": math.log(clipped / (1 - clipped)), "tag rank": 1 / (1 + ranks[topic])}

    def _is_other(self, topic: str, objects: set[str]) -> bool:
        """Whether the words around a topic's labels say that they mean another thing: "token pruning"."""
        other = self.vocabulary.cues(f"other-than-{topic}")
        return not other.isdisjoint(objects) and self.vocabulary.cues("model-part").isdisjoint(objects)

    def _by_concept(self, doc: Doc) -> dict[str, list[Match]]:
        out: dict[str, list[Match]] = {}
        fields = read_fields(doc)
        for match in doc._.matches:
            if match.type in _TYPES and inside((match.start, match.end), fields):
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
        """The points of one concept: its best place, plus a bonus if it is repeated or proposed; and that place."""
        weigh = [(_POINTS.get(field_at(doc, m.start), 0.0), -m.start, m) for m in places]
        top, _, shown = max(weigh, key=lambda w: w[:2])
        proposed = [(m.start, m.end) for m in mentions(doc, "technique") if m.role == "proposed"]
        own = any(inside((place.start, place.end), proposed) for place in places)
        return top + 0.5 * min(len(places) - 1, 3) + 1.0 * own + 0.5 * direct, shown


def _objects(view: DocView, match: Match) -> list[str]:
    """The words of a label and the one before it in its noun phrase."""
    before = view.text[max(0, match.start - 1) : match.start] in (" ", "-")
    return [*(view.before(match.start, 1) if before else ()), *view.words(match.start, match.end)]


def _stands(view: DocView, places: list[Match]) -> Features:
    """Where the labels of a concept stand: 1 if true of all places; a topic is not only mentioned in passing."""
    beside = view.cues["beside"] | view.cues["compare"]
    told = {"only outside contribution": 1.0, "only background": 1.0, "only beside": 1.0, "only modifier": 1.0}
    for match in places[:_MOST_PLACES]:
        before = view.before(match.start, _NEAR)
        if any(start <= match.start < end for start, end in (*view.contributions, view.title)):
            told["only outside contribution"] = 0.0
        if match.start >= view.first or inside((match.start, match.end), [view.title]):
            told["only background"] = 0.0
        if beside.isdisjoint(before):
            told["only beside"] = 0.0
        if not view.is_modifier(match.start, match.end):
            told["only modifier"] = 0.0
    return told


@Language.factory("kg_topics")
def make_topics(nlp: Language, name: str) -> Topics:
    return Topics(Vocabulary.load())
