"""Judges: boosted trees that estimate whether a candidate span is an entity, from features of rules and tagger.

They are fitted by scripts/train.py to out-of-fold tagger outputs, so that their likelihoods are calibrated
(scripts/reliability.py checks that). Without a tagger the scores of the rules are used.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from spacy.tokens import Doc

from kg.encoder import open_network
from kg.entity_types import data_folder
from kg.extract.component import sentence_of
from kg.extract.context import likelihood
from kg.extract.edges import barred, lists, shapes
from kg.text import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.extract.context import DocView

Features = dict[str, float]
Span = tuple[int, int]
CHANCE = 0.15  # lowest likelihood with which a candidate is left
_MOST, _LEFT = 500, 100  # candidates of a type, and those that are left; bounds the time for arbitrary text
_UNLIKELY = 0.04  # mean likelihood below which the tagger rules a span out, unless it is a vocabulary label
_LOOSE = ("DT", "IN", "CC", "TO", "PRP", "MD", "W", "EX", ",", ":", ";", ".")  # tags at no edge of a name
_LIKELY = (0.25, 0.5)  # thresholds on the pieces of the tagger's own spans


class Candidate(NamedTuple):
    """A span of a Doc that may be an entity, with a score from 0 to 1 and the features for its judge."""

    start: int
    end: int
    score: float
    features: Features


class Component(Protocol):
    """A component of the pipeline that adds the entities of a type."""

    entity: str

    def candidates(self, doc: Doc) -> list[Candidate]:
        """The spans that may be entities of the type."""

    def taken(self, doc: Doc) -> list[Span]:
        """The spans of what else is named by now."""


class Judge:
    """Gradient-boosted trees (Friedman, 2001) that map named features to the likelihoods of labels."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.labels: list[str] = told["labels"]
        self.threshold: float = told["threshold"]
        # For multi-label judges, per label except the first: threshold, and slope and shift of the log-odds.
        self.thresholds: list[float] = told.get("thresholds", [])
        self.calibration: list[tuple[float, float]] = told.get("calibration", [])
        self.features: tuple[str, ...] = tuple(told["features"])
        self._column = {name: i for i, name in enumerate(self.features)}
        self._trees: bytes = told["trees"]  # ONNX
        self._loaded: tuple[int, Any] = (0, None)  # (process id, session); not valid in a fork

    def __call__(self, rows: Sequence[Features]) -> npt.NDArray[np.float64]:
        """The likelihood of each label for each row; (rows, labels)."""
        return self._likely(self.table(rows))

    def of_table(self, names: Sequence[str], rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The same for a matrix whose columns are the features `names`, among them all of the judge's."""
        return self._likely(rows[:, _columns(tuple(names), self.features)])

    def _likely(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        process, session = self._loaded
        if process != os.getpid():
            session = open_network(self._trees)
            self._loaded = os.getpid(), session
        likely: npt.NDArray[np.float32] = session.run(["probabilities"], {"rows": table})[0]
        return likely.astype(np.float64)  # as thresholds are, so that a likelihood set to one reaches it

    def table(self, rows: Sequence[Features]) -> npt.NDArray[np.float32]:
        """Rows of features as a matrix (rows, features); unknown features are dropped."""
        many, width = len(rows), len(self._column)
        out = np.zeros((many, width + 1), np.float32)  # the last column takes what is unknown
        at = np.fromiter(map(self._column.get, chain.from_iterable(rows), repeat(width)), np.intp)
        values = np.fromiter(chain.from_iterable(map(dict.values, rows)), np.float32, len(at))
        out[np.repeat(np.arange(many), np.fromiter(map(len, rows), np.intp, many)), at] = values
        return out[:, :width]


@lru_cache(maxsize=4)
def _columns(names: tuple[str, ...], features: tuple[str, ...]) -> list[int]:
    column = {name: i for i, name in enumerate(names)}
    return [column[name] for name in features]


@cache
def judges() -> dict[str, Judge]:
    """The judges that ship with the package, by name; empty if it has none."""
    return read_judges(data_folder("data") / "models")


def read_judges(folder: Path) -> dict[str, Judge]:
    """The judges in a folder, by name; empty if it has none."""
    if not (folder / "judges.json").is_file():
        return {}
    told = json.loads((folder / "judges.json").read_text("utf-8"))
    return {name: Judge({**one, "trees": (folder / one["trees"]).read_bytes()}) for name, one in told.items()}


def judge_for(doc: Doc, name: str) -> Judge | None:
    """The judge with this name; None if the Doc was not tagged or there is no such judge."""
    return judges().get(name) if doc._.tags is not None else None


def chosen(doc: Doc, component: Component, by_rules: float) -> list[Candidate]:
    """The candidates that are entities of a component's type, likeliest first.

    With a tagger they were decided on together with those of all types (kg.extract.types). Without one, and for a type
    that has no judge, candidates with a score of at least `by_rules` are kept in their order.
    """
    if component.entity in doc._.decided:
        return list(doc._.decided[component.entity])
    return [c for c in component.candidates(doc) if c.score >= by_rules]


def survivors(doc: Doc, component: Component, view: DocView) -> list[Candidate]:
    """Candidates that pass the judge of their type and overlap no likelier one of it, likeliest first.

    Their features are those for the judge of groups.
    """
    kind = component.entity
    found = with_tags(doc, kind, component.candidates(doc), view, component.taken(doc))
    likely = judges()[kind]([c.features for c in found])[:, 1].tolist() if found else []
    scored = [c._replace(score=p) for c, p in zip(found, likely, strict=True) if p >= CHANCE]
    left: list[Candidate] = []
    for c in sorted(scored, key=lambda c: (-c.score, c.start, -c.end)):
        if len(left) < _LEFT and not [1 for o in left if o.start < c.end and c.start < o.end]:
            left.append(c)
    company = _company(left, view)
    return [c._replace(features={**c.features, **features}) for c, features in zip(left, company, strict=True)]


def odds_of(likely: float) -> float:
    """The log-odds of a likelihood above zero."""
    return math.log(likely / (1 - likely + 1e-6))


def _company(left: list[Candidate], view: DocView) -> list[Features]:
    """Features that relate each candidate, likeliest first, to the others: shared words, last word, place, acronym."""
    words = [fold(view.text[c.start : c.end]).split() for c in left]
    sets = [set(w) for w in words]
    first = [odds_of(c.score) for c in left]
    initials = ["".join(w[0] for w in ws) for ws in words]
    sentences = [sentence_of(view.doc, c.start) for c in left]
    crowd, likely = Counter(sentences), sum(c.score for c in left)
    lasts: set[str] = set()  # of likelier candidates: last words; words joined to one; initials
    joined: set[str] = set()
    shorts: set[str] = set()
    out: list[Features] = []
    for i, c in enumerate(left):
        best, at = 0.0, 0
        features = {"first": first[i], "rank": i / 10, "others": len(left) / 10}
        for j in range(i):
            shared = len(sets[i] & sets[j])
            if not shared:
                continue
            share = 2 * shared / (len(sets[i]) + len(sets[j]))
            if share > best:
                best, at = share, j
            out[j]["like behind"] = max(out[j].get("like behind", 0.0), share * c.score)
            if sets[i] < sets[j]:
                features["part"] = 1.0
                out[j]["whole behind"] = max(out[j].get("whole behind", 0.0), c.score)
            elif sets[i] > sets[j]:
                features["whole"] = 1.0
                out[j]["part behind"] = max(out[j].get("part behind", 0.0), c.score)
        whole, short = "".join(words[i]), initials[i]
        features |= {
            "repeats": best,
            "repeats much": float(best >= 0.5),
            "same": float(best >= 0.99),
            "repeats surer": best * first[at],
            "repeats nearly": best * (first[at] - first[i]),
            "last before": float(bool(words[i]) and words[i][-1] in lasts),
            "short or long": float(whole in shorts or (len(short) > 1 and short in joined)),
            "long own": float(len(short) > 1 and short == view.name),
            "in sentence": crowd[sentences[i]] / 5,
            "likely in all": likely / 20,
        }
        lasts.update(words[i][-1:])
        joined.add(whole)
        shorts.update([short] if len(short) > 1 else [])
        out.append(features)
    return out


def with_tags(
    doc: Doc, kind: str, found: list[Candidate], view: DocView, taken: Sequence[Span] = ()
) -> list[Candidate]:
    """Candidates plus the spans that the tagger proposes, with the tagger's features."""
    tags = doc._.tags
    offered = dict.fromkeys((c.start, c.end) for c in found[:_MOST])
    found = [c for c in found if not ruled_out(view, kind, (c.start, c.end))][:_MOST]
    spans = {(c.start, c.end) for c in found}
    sure = {span: least for least in _LIKELY for span in tags.spans(kind, least)}
    own: dict[Span, Features] = {}
    for (start, end), least in sure.items():
        span = _trimmed(doc._.text, start, end, view)
        if span[1] > span[0] and span not in spans and not ruled_out(view, kind, span):
            own[span] = {"tagger alone": 1.0, "tagger surer": least}
    for span in [*offered, *own]:
        for shape in shapes(view, kind, span):
            if shape not in spans and shape not in own and not ruled_out(view, kind, shape):
                own[shape] = {"shaped": 1.0}
    alone = [Candidate(s, e, 0.1, features) for (s, e), features in own.items()]
    mates = lists(doc._.text, {*spans, *own, *view.typed})
    out = []
    for candidate in (*found, *alone):
        start, end = candidate.start, candidate.end
        score = min(max(candidate.score, 0.02), 0.98)
        features = {"rules": math.log(score / (1 - score)), **view.form(start, end), **candidate.features}
        features |= _labels(view, kind, start, end)
        features |= tags.features(kind, start, end)
        touched = [span for span in taken if span[0] < end and start < span[1]]
        if touched:
            features["taken"] = 1.0
            features["inside taken"] = float(any(s <= start and end <= e for s, e in touched))
        features |= _everywhere(doc, kind, start, end, view)
        if (start, end) in mates:
            features |= _beside(view, kind, mates[start, end])
        out.append(candidate._replace(features=features))
    return out


def phrase_candidates(view: DocView, kind: str, weights: Features, by_rules: float) -> Iterator[Candidate]:
    """The noun phrases of a Doc that are not ruled out as entities of a type.

    `with_tags` rules out the others by their form; without a tagger only those are given that count, alone or in place
    of a label.
    """
    tagged = view.doc._.tags is not None
    for phrase in view.phrases:
        span = (phrase.start, phrase.end)
        if is_unlikely(view, kind, span):
            continue
        score = likelihood(weights, view.features(phrase))
        counts = tagged or score >= by_rules or kind in view.labels.get(span, ())
        if counts and (tagged or not barred(view, kind, span)):
            yield Candidate(*span, score, view.features_of_phrase(phrase))


def ruled_out(view: DocView, kind: str, span: Span) -> bool:
    """Whether a span cannot be an entity of a type: by its form, or by the tagger if it is not a vocabulary label."""
    return is_unlikely(view, kind, span) or barred(view, kind, span)  # what takes less time is asked first


def is_unlikely(view: DocView, kind: str, span: Span) -> bool:
    """Whether the tagger, if there is one, rules a span out that is no vocabulary label of a type."""
    tags = view.doc._.tags
    mean = tags.mean(kind, *span) if tags is not None else None
    return mean is not None and mean < _UNLIKELY and kind not in view.labels.get(span, ())


def _trimmed(text: str, start: int, end: int, view: DocView) -> tuple[int, int]:
    """A span without marks, unbalanced brackets, articles and prepositions at its ends."""
    phrase = view.phrase_at(start, end)
    words = list(phrase.words) if phrase else []
    while words and words[-1].tag.startswith(_LOOSE):
        words.pop()
    while words and words[0].tag.startswith(_LOOSE):
        words.pop(0)
    if words:
        start, end = words[0].start, words[-1].end
    start, end = _edges(text, start, end)
    for opening, closing in ("()", "[]", "{}"):
        half = text.find(closing, start, end)
        if half >= 0 and opening not in text[start:half]:  # "KV) cache overhead"
            start, end = (start, half) if half == end - 1 else (half + 1, end)
        half = text.rfind(opening, start, end)
        if half >= 0 and closing not in text[half:end]:
            start, end = (half + 1, end) if half == start else (start, half)
    return _edges(text, start, end)


def _edges(text: str, start: int, end: int) -> Span:
    while start < end and not (text[start].isalnum() or text[start] in "([$\\"):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in ")]$+%"):
        end -= 1
    return start, end


def _labels(view: DocView, kind: str, start: int, end: int) -> Features:
    """Features of the vocabulary types that label exactly this span."""
    types = view.labels.get((start, end))
    if not types:
        return {}
    out = {f"label {other}": 1.0 for other in types - {kind}}
    if kind in types:
        out["label own"] = 1.0
        if kind == "technique":
            out["wide"] = view.wide[start, end]
    return out


def _beside(view: DocView, kind: str, mates: Sequence[Span]) -> Features:
    """Features of the types of the other list members, because members of one list have one type."""
    tags = view.doc._.tags
    labels: set[str] = set()
    for mate in mates:
        labels |= view.labels.get(mate, set())
    out = {"mates": min(len(mates), 4) / 4}
    for name, types in (("own", (kind,)), ("other", [other for other in tags.types if other != kind])):
        out[f"mates {name}"] = max((tags.mean(t, *mate) or 0.0 for t in types for mate in mates), default=0.0)
        if not labels.isdisjoint(types):
            out[f"mates {name} label"] = 1.0
    return out


def _everywhere(doc: Doc, kind: str, start: int, end: int, view: DocView) -> Features:
    """Tagger likelihoods over all occurrences of a wording, which may be ambiguous in one and clear in another."""
    places = view.places(doc._.text[start:end])
    if len(places) < 2:
        return {}
    means = [m for s, e in places if (m := doc._.tags.mean(kind, s, e)) is not None]
    return {"tag everywhere": sum(means) / len(means), "tag best": max(means)} if means else {}
