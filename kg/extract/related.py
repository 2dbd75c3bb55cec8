"""Extracts document-level relations between the entities of a paper; the proposed method heads most of them.

A judge decides on each pair of entities. Without it, the type and role of an entity determine the relation: a dataset
is what the method is evaluated_on. Such a relation is said where that is right more often than not. The evidence is the
sentence that contains the tail, preferably one that also names the head.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import TABLE
from kg.extract.comparisons import LIKE, WIN, is_drawn, is_partial
from kg.extract.component import field_at, folds, sentence_of
from kg.extract.context import DocView, view_of
from kg.extract.edges import makes_adjective
from kg.extract.ends import SECOND, Placed, entities
from kg.extract.judge import Judge, judge_for
from kg.extract.outcomes import outcome_lexicon
from kg.extract.pairs import FEATURE, Compared, PairTable, is_motive, names_with, table, words_of
from kg.extract.same import is_spelled_out, of_one_type
from kg.extract.winners import StatedRelation, stated
from kg.model import RELATION_TYPES, Evidence, Mention, Relation
from kg.text import fold
from kg.trust import LIKELY, ruled_relations
from kg.vocabulary import Vocabulary

EXTRACTOR = "relations/3"
Chosen = tuple[int, int, str, float]  # first, second, type, likelihood
#: The role of a model by the type of the relation that leads to it.
_MODEL_ROLES = {"outperforms": "baseline", "compared_with": "baseline", "uses": "used", "applied_to": "evaluated"}
_OF_TECHNIQUES = ("part_of", "uses", "outperforms", "compared_with")  # relations to a technique, by its role
_OWN_WORK = ("runs_on", "evaluated_on", "compared_with")  # types that no sentence before the own work states
_WITHOUT = ("negate", "replace", "contrast")  # cues that exclude what follows
_NEAR = 6  # maximum number of words between "propose" and what is proposed
_LEAST = 1e-4  # lower bound of likelihoods in log-odds
_LED = re.compile(r"\b(?:via|with|by|using|through|based on|from|and|of)\b[^:]*$", re.IGNORECASE)
#: The likelihood from which a stated comparison is said: below it a quarter of wins are right, a seventh of likenesses.
_BELIEVED = {WIN: 0.4, LIKE: 0.2}
_UNSAID = 0.47  # least score of a win that no grammar states; of those below it a third are right
_RELATED = 0.03  # likelihood of any relation by the tagger: a third of pairs reach it, all but 1 in 970 of those chosen
_OF_A_KIND = 0.42  # least score of what is said of a kind of models that the paper does not propose
_BESIDE = {"uses": "goes-with", "evaluated_on": "host"}  # cues before a tail that is not what the type says
_COMPOUND = re.compile(r"(?:\s?\([\w-]{1,12}\)|\))?s?-([a-z]+)")
_THAT = ("that", "which", "who")
_SAYS = ("VB", "VBZ", "VBP", "VBD", "MD", "NN")  # tags behind one; the tagger takes "use" for a noun
_LED_BY = 4  # words before a name that say how it stands to the work
_LISTED = 12  # words between "with" and a name that may be joined
_FAR = 70  # characters between a name and what it is said to be
_IS_A = re.compile(
    r"[)}*]{0,3}(?:,| is| as|:| --?|\s?—)? (?:an?|the first|our)"
    r"(?:,? (?!(?:that|which|with|for|using|of|to|and|in|by|via|on)\b)[\w-]+){0,5},? ?"
)
#: Text before a phrase that explains a name: "ZapKV, a novel", "ZapKV is an", "we propose a".
_SAYS_WHAT = re.compile(
    r"(?:\w\)?,| is| propose| introduce| present| develop) (?:an?|the first)(?: [\w-]+)?\s$", re.ASCII
)


class Relations:
    """Adds the relations of a paper, by the judge if there is a tagger, else by the rules."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.outperform = vocabulary.cues("outperform")
        self.bearers, self.parts = vocabulary.cues("bearer"), vocabulary.cues("inner-part")

    def __call__(self, doc: Doc) -> Doc:
        doc._.mentions = of_one_type(doc._.mentions, SECOND)
        view = view_of(doc, self.vocabulary)
        judge = judge_for(doc, "relation")
        if not judge and _tails().isdisjoint(m.type for m in doc._.mentions):
            return doc
        found = entities(doc, view)
        head = self.head(doc, found)
        ruled = self.ruled(doc, found, head)
        lexicon = outcome_lexicon(self.vocabulary)
        compared: dict[tuple[int, int], StatedRelation] = {}
        if judge:
            compared = stated(view, found, head, lexicon, doc._.results)
            told = table(doc, view, found, ruled, head, words_of(judge.features), compared)
            chosen = chosen_of(told, judge, compared)
        else:
            chosen = _by_rules(ruled)
        for i, j, kind, confidence in chosen:
            first, second = found[i].mention, found[j].mention
            if fold(first.canonical) == fold(second.canonical):
                continue
            if kind in (WIN, LIKE) and lexicon.is_metric(second.canonical):
                continue  # "with identical FLOPs"
            if kind == "uses" and fold(second.canonical) in self.parts:
                continue  # "a KV cache"
            if is_beside(view, kind, found[j]):
                continue
            if judge and kind == WIN and (i, j) not in compared and confidence < _UNSAID:
                continue
            if first.role != "proposed" and confidence < _OF_A_KIND and fold(first.canonical) in self.bearers:
                continue  # "large language models"
            if kind == "part_of" and _is_itself(view, found[i], found[j]):
                continue
            if (kind in _OWN_WORK or second.type == "model") and is_motive(view, found[j]):
                continue
            tail, other = (i, j) if kind == "part_of" else (j, i)
            said = compared.get((i, j))
            said = said if said and said.kind == kind else None
            start, end = sentence_of(doc, said.at) if said else self._evidence(doc, found[tail], found[other])
            if kind == WIN and _is_adjective(view, found[i], start, end):
                continue
            holds = {"cases": _is_in_part(view, found[j], start, end), "larger": bool(said and said.is_larger)}
            marks = tuple(mark for mark, is_so in holds.items() if is_so and kind == WIN)
            if marks:
                confidence = min(confidence, LIKELY)
            if second.type == "model":
                second.role = second.role or _MODEL_ROLES.get(kind, "")
            if said:
                is_rival = first.role == second.role and found[i].own and not said.is_class
                if first.role == "proposed" and (is_rival or second.role == "mentioned"):
                    second.role = "baseline"
            doc._.relations.append(
                Relation(
                    first.canonical,
                    kind,
                    second.canonical,
                    Evidence(doc._.text[start:end], start=start, end=end),
                    extractor=EXTRACTOR,
                    confidence=round(confidence, 2),
                    marks=marks,
                )
            )
        return doc

    def head(self, doc: Doc, found: list[Placed]) -> int:
        """The index of the entity with the paper's name, else of "we propose a ...", else of the title, else -1."""
        view = view_of(doc, self.vocabulary)
        own = [i for i, e in enumerate(found) if e.mention.type == "technique" and e.mention.role == "proposed"]
        introduced = [i for i in own if any(_is_introduced(view, start) for _, start, _ in found[i].places)]
        titled = [i for i in own if any(field_at(doc, start) == "T" for _, start, _ in found[i].places)]
        return next(iter([i for i in own if found[i].own] or introduced or titled), -1)

    def ruled(self, doc: Doc, found: list[Placed], head: int) -> dict[tuple[int, int], str]:
        """Relations by the rules: the head is related to every other entity, as given by its type and role."""
        if head < 0:
            return {}
        out = {}
        name = fold(found[head].mention.canonical)
        for i, entity in enumerate(found):
            if i != head and fold(entity.mention.canonical) != name:
                kind = self._kind(doc, entity.mention)
                if kind:
                    out[(i, head) if kind == "part_of" else (head, i)] = kind
        return out

    def _kind(self, doc: Doc, mention: Mention) -> str:
        if mention.type != "technique":
            return TABLE[mention.type].reached_by
        kind = {"proposed": "part_of", "used": "uses"}.get(mention.role, "")
        if mention.role == "baseline":
            kind = "outperforms" if self._wins(doc, mention) else "compared_with"
        whole = kind == "part_of" and self._is_the_whole(doc, mention)
        return kind if not whole and field_at(doc, mention.start) in ("A", "T", "B") else ""

    @staticmethod
    def _is_the_whole(doc: Doc, mention: Mention) -> bool:
        """Whether a phrase describes the proposed method itself, not a part: in the title, or "X, a ... framework"."""
        text = doc._.text
        return field_at(doc, mention.start) == "T" or bool(
            _SAYS_WHAT.search(text, max(0, mention.start - 40), mention.start)
        )

    def _wins(self, doc: Doc, mention: Mention) -> bool:
        start, _ = sentence_of(doc, mention.start)
        return not self.outperform.isdisjoint(folds(doc, start, mention.start))

    @staticmethod
    def _evidence(doc: Doc, tail: Placed, other: Placed) -> tuple[int, int]:
        """The span of the first sentence that names both ends.

        If there is none, it is the sentence of the tail if the paper proposes the other end; otherwise it is the span
        from one to the other, if one field names both.
        """
        spans = doc._.sentences
        for number in sorted(tail.sentences & other.sentences):
            if field_at(doc, spans[number][0]) != "I":
                return tuple(spans[number])
        if not (other.own or other.mention.role == "proposed"):
            pairs = [(abs(i - j), min(i, j), max(i, j)) for i in tail.sentences for j in other.sentences]
            for _, first, last in sorted(pairs):
                if field_at(doc, spans[first][0]) == field_at(doc, spans[last][0]) != "I":
                    return spans[first][0], spans[last][1]
        start, end = sentence_of(doc, tail.mention.start)
        return min(start, tail.mention.start), max(end, tail.mention.end)


def _is_itself(view: DocView, part: Placed, whole: Placed) -> bool:
    """Whether a phrase says what a thing is, and names no part: "ZapKV, a lazy cache", or the title after the name."""
    if is_spelled_out(whole.mention.canonical, part.mention.canonical):
        return True
    title = view.title
    if all(title[0] <= start < title[1] for _, start, _ in part.places):
        return not any(_LED.search(view.text, title[0], start) for _, start, _ in part.places)
    ends = [end for _, _, end in whole.places]
    return any(_IS_A.fullmatch(view.text, end, at) for _, at, _ in part.places for end in ends if 0 <= at - end < _FAR)


def is_beside(view: DocView, kind: str, tail: Placed) -> bool:
    """Whether every sentence that names a tail says that it is not what the type of a relation says.

    What a work is "compatible with" is not used, and what it is "deployed on" is no test; a task is not what it is for
    where it keeps "generation quality", and a cache is not beaten where "cache-based" rivals are, or rivals "that have
    no cache".
    """
    if kind == "applied_to" and tail.mention.type == "task":
        measures = view.vocabulary.cues("task-measure")
        return all(not measures.isdisjoint(view.words(end, end + _FAR)[:1]) for _, _, end in tail.places)
    if kind == WIN:
        return all(_is_compound(view, end) or _tells_of_a_rival(view, start) for _, start, end in tail.places)
    if kind not in _BESIDE:
        return False
    beside = view.vocabulary.cues(_BESIDE[kind])
    led = [view.words(sentence_of(view.doc, start)[0], start) for _, start, _ in tail.places]
    return all(not beside.isdisjoint(words[-_LED_BY:]) or (kind == "uses" and _may_join(view, words)) for words in led)


def _is_compound(view: DocView, end: int) -> bool:
    """Whether a name is part of an adjective, as of a class: "cache-based"."""
    behind = _COMPOUND.match(view.text, end)
    return behind is not None and makes_adjective(view, behind[1])


def _is_adjective(view: DocView, head: Placed, start: int, end: int) -> bool:
    """Whether evidence names a head only in what describes the winner: "our ZapKV-trained model"."""
    behind = [last for _, first, last in head.places if start <= first and last <= end]
    return bool(behind) and all(_is_compound(view, last) for last in behind)


def _is_in_part(view: DocView, tail: Placed, start: int, end: int) -> bool:
    """Whether evidence says that a tail is beaten in some cases only, or beaten or equalled."""
    places = [(first, last) for _, first, last in tail.places if start <= first and last <= end]
    return any(is_drawn(view, first) or is_partial(view, first, last) for first, last in places)


def _tells_of_a_rival(view: DocView, start: int) -> bool:
    """Whether a name stands in a clause about what is beaten: "outperforms methods that avoid fine-tuning"."""
    phrase = view.phrase_at(sentence_of(view.doc, start)[0], start)
    words = phrase.words if phrase else ()
    cues, forms = view.vocabulary.cues, [fold(word.text) for word in words]
    wins = cues("outperform") | cues("compare")
    clauses = (
        k
        for k in range(1, len(words) - 1)
        if forms[k] in _THAT and words[k - 1].tag.startswith("NN") and words[k + 1].tag in _SAYS
    )
    clause = max(clauses, default=0)
    led, inside = forms[: max(0, clause - 1)], forms[clause + 1 :]
    return not wins.isdisjoint(led) and wins.isdisjoint(inside) and cues("examples").isdisjoint(inside)


def _may_join(view: DocView, words: Sequence[str]) -> bool:
    """Whether the words before a name say that it may be added: "can be combined with other methods, such as"."""
    cues = view.vocabulary.cues
    at = next((i for i, (one, word) in enumerate(pairwise(words)) if word == "with" and one in cues("combine")), -1)
    led, behind = words[max(0, at - _LED_BY) : at], words[at + 2 :]
    return at > 0 and not cues("possible").isdisjoint(led) and len(behind) < _LISTED and "to" not in behind


def _is_introduced(view: DocView, start: int) -> bool:
    """Whether a place is what a contribution sentence proposes: "we propose a new ..."."""
    begin, behind = sentence_of(view.doc, start)
    words = view.words(begin, start)[-_NEAR:]
    return (begin, behind) in view.contributions and not view.cues["propose"].isdisjoint(words)


def chosen_of(told: PairTable, judge: Judge, compared: Compared = MappingProxyType({})) -> list[Chosen]:
    """The relations of a table of pairs; each type is decided separately.

    `compared` are pairs whose comparison is stated outright (`as_stated`).
    """
    if not len(told.first):
        return []
    types = np.zeros((len(told.rows), len(RELATION_TYPES)))
    asked = told.rows[:, FEATURE["tag none"]] <= math.log(1 - _RELATED)
    if asked.any():
        types[asked] = judge.of_table(names_with(words_of(judge.features)), told.rows[asked])[:, 1:]
    types = as_stated(told, types, judge.thresholds, compared)
    found = decided(told, types, judge.thresholds)
    sure = dict(zip(RELATION_TYPES, judge.calibration, strict=True))
    return [(i, j, kind, _calibrated(p, *sure[kind])) for i, j, kind, p in found]


def as_stated(told: PairTable, likely: Any, thresholds: Sequence[float], compared: Compared) -> Any:
    """The likelihoods (pairs, types) where a comparison that is stated outright is said, if it is not hopeless.

    Nothing else is said of such a pair. That a class of techniques is beaten must be likely, and is then no more so
    than it must: the winner may be of it.
    """
    out = likely.copy()
    for row, pair in enumerate(told.pairs):
        if said := compared.get(pair):
            k = RELATION_TYPES.index(said.kind)
            judged, least = out[row, k], thresholds[k]
            if said.is_class or judged >= _BELIEVED[said.kind]:
                out[row] = 0
                out[row, k] = min(judged, least) if said.is_class else max(judged, least)
    return out


def _calibrated(likely: float, slope: float, shift: float) -> float:
    """The calibrated probability of a likelihood."""
    odds = math.log(max(likely, _LEAST) / max(1 - likely, _LEAST))
    return 1 / (1 + math.exp(-slope * odds - shift))


def vetoed(told: PairTable) -> Any:
    """Which relation types the words that govern a pair exclude; (pairs, types).

    An entity after "without" or "instead of" is not used, no part and nothing to run on, and nobody outperforms what is
    equalled. The absence of a winning word excludes nothing: for half of the annotated wins it is in another clause.
    """

    def seen(*names: str) -> Any:
        return (told.rows[:, [FEATURE[name] for name in names]] > 0).any(1)

    out = np.zeros((len(told.rows), len(RELATION_TYPES)), bool)
    for kind, side in (("uses", "second"), ("runs_on", "second"), ("part_of", "first")):
        out[:, RELATION_TYPES.index(kind)] = seen(*(f"{side} last is {group}" for group in _WITHOUT))
    out[:, RELATION_TYPES.index("outperforms")] = seen("second share of", "second last is equate")
    return out


def decided(told: PairTable, likely: Any, thresholds: Sequence[float]) -> list[Chosen]:
    """The relations whose likelihood (pairs, types) reaches the threshold of their type, at most one per pair.

    The likeliest comes first. An entity is the component, baseline or problem of one other entity only, and a model has
    one role: a model that is outperformed is not one that a method is applied to.
    """
    rows, kinds = np.nonzero((likely >= np.array(thresholds)) & ~vetoed(told))
    order = np.lexsort((kinds, rows, -likely[rows, kinds]))
    is_model = told.rows[:, FEATURE["second model"]] > 0
    related: set[tuple[int, int]] = set()
    tails: set[tuple[int, str]] = set()
    roles: dict[int, str] = {}
    out: list[Chosen] = []
    for row, k in zip(rows[order].tolist(), kinds[order].tolist(), strict=True):
        i, j, kind = int(told.first[row]), int(told.second[row]), RELATION_TYPES[k]
        tail = (i if kind == "part_of" else j, kind)
        role = _MODEL_ROLES.get(kind, "") if is_model[row] else ""
        if (min(i, j), max(i, j)) not in related and tail not in tails and (not role or roles.get(j, role) == role):
            related.add((min(i, j), max(i, j)))
            tails.add(tail)
            if role:
                roles[j] = role
            out.append((i, j, kind, float(likely[row, k])))
    return sorted(out)


def _by_rules(ruled: dict[tuple[int, int], str]) -> list[Chosen]:
    """The relations by the rules, of the types of which half are right at least."""
    right = ruled_relations()
    return [(i, j, kind, right[kind]) for (i, j), kind in ruled.items() if right[kind] >= LIKELY]


@cache
def _tails() -> frozenset[str]:
    """The types of entities that relations by the rules, which are said, lead to."""
    said = {kind for kind, right in ruled_relations().items() if right >= LIKELY}
    reached = {name for name, kind in TABLE.items() if kind.reached_by in said}
    return frozenset(reached | ({"technique"} if said.intersection(_OF_TECHNIQUES) else set()))


@Language.factory("kg_relations")
def make_relations(nlp: Language, name: str) -> Relations:
    return Relations(Vocabulary.load())
