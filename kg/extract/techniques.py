"""Extracts techniques: vocabulary labels, the paper's own name, and noun phrases by their words and context.

A noun phrase is scored by its head noun, the words before it, its position and its form. The weights are rounded from a
logistic regression on the annotated papers (`scripts/train.py phrases` prints them).
"""

from __future__ import annotations

import math
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import NAMED
from kg.extract.component import SpanIndex, first_matches, inside, mentions, read_fields, sentence_of
from kg.extract.context import DocView, canonical, view_of, without_acronym
from kg.extract.edges import is_adjective_alone, lists
from kg.extract.judge import Candidate, Features, chosen, judge_for, phrase_candidates
from kg.extract.names import whole_words
from kg.extract.outcomes import outcome_lexicon
from kg.extract.rivals import add_rivals
from kg.extract.same import grouped, is_spelled_out, merged
from kg.extract.tagger import PIECE_ROLES
from kg.link.acronyms import acronyms
from kg.model import Mention
from kg.text import fold, lowered
from kg.vocabulary import Vocabulary

EXTRACTOR = "techniques/2"
THRESHOLD = 0.57
ROLE_CUES = ("propose", "use", "compare", "limit", "evaluate", "outperform")
LEADING = ("propose", "use", "compare", "plain", "prior", "beside")  # cues whose distance is a feature
_LEAD = 8  # words before it that are considered
_LEAST = 0.01  # lower bound of role likelihoods in logarithms
WEIGHTS = {
    "bias": -2.3,
    "head": 2.4,
    "head weak": 1.3,
    "propose": 0.6,
    "use": 0.3,
    "compare": 0.45,
    "limit": -0.1,
    "title": 0.6,
    "words": 0.55,
    "generic words": -0.5,
    "cased": 0.9,
    "again": 0.95,
    "contribution": 0.35,
    "background": -0.05,
    "acronym": 1.5,
    "known": 2.0,
    "other type": -1.5,
    "task head": -0.7,
    "for": -0.7,
    "framed": -0.6,
    "early": -0.3,
    "problem head": -0.7,
    "evaluate": -0.6,
}


class Techniques:
    """Adds one mention per technique, with its role, and the acronym or long form as alias."""

    entity = "technique"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view, techniques = view_of(doc, self.vocabulary), self.wordings(doc)
        if (judge := judge_for(doc, "same")) is not None:
            grouped(view, techniques, judge)
        else:
            merged(techniques, doc._.text, view.name, view.acronym_of, self.vocabulary)
        own = [m for m in techniques if doc._.name and fold(m.surface) == view.name][:1]
        doc._.mentions += own + sorted((m for m in techniques if m not in own), key=lambda m: m.start)
        return doc

    def wordings(self, doc: Doc) -> list[Mention]:
        """The techniques of a Doc with their roles, each wording separately."""
        view = view_of(doc, self.vocabulary)
        found: dict[str, Mention] = {}
        aliases: set[str] = set()
        if doc._.name:
            self._own_name(doc, found)
        taken = self.taken(doc)
        spans = SpanIndex(taken)
        for start, end, score, features in chosen(doc, self, THRESHOLD):
            tagged = doc._.tags is not None  # the judges have taken `taken` into account
            if is_adjective_alone(view, self.entity, start, end):
                continue  # "convolutional and attention layers"
            start, end = view.spelled_out(start, end)
            if tagged or "phrase" in features or not spans.holds(start, end):
                self._add(view, start, end, score, found, aliases)
                spans.add(start, end)
        out = list(found.values())
        self._give_roles(view, [m for m in out if not m.role])
        if doc._.tags is not None:
            lexicon = outcome_lexicon(self.vocabulary)
            add_rivals(view, out, taken, lexicon)
            out = [m for m in out if m.role == "proposed" or not lexicon.is_generic(m.surface)]  # "SOTA methods"
        return out

    @staticmethod
    def taken(doc: Doc) -> list[tuple[int, int]]:
        """The spans of the own name and of named entities: "Orca" in "Orca-3-13B" is not Orca."""
        named = [(m.start, m.end) for kind in NAMED for m in mentions(doc, kind)]
        return _own_places(doc) + named

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Noun phrases, then vocabulary labels at all places, because the first may be inside another entity."""
        view = view_of(doc, self.vocabulary)
        out = list(phrase_candidates(view, self.entity, WEIGHTS, THRESHOLD))
        spans = {(c.start, c.end) for c in out}
        for places in first_matches(doc, self.entity).values():
            out += [Candidate(m.start, m.end, 0.8, {"label": 1.0}) for m in places if (m.start, m.end) not in spans]
        return out

    def _own_name(self, doc: Doc, found: dict[str, Mention]) -> None:
        name, places = doc._.name, _own_places(doc)
        if not places:
            return
        start, end = places[0]
        long = acronyms(doc._.text).get(fold(name))
        found[fold(name)] = Mention(
            "technique",
            name,
            name,
            start=start,
            end=end,
            role="proposed",
            aliases=(long,) if long else (),
            extractor=EXTRACTOR,
            confidence=0.9,
        )

    def _add(
        self, view: DocView, start: int, end: int, score: float, found: dict[str, Mention], aliases: set[str]
    ) -> None:
        """Add a technique to `found`, by folded name; `aliases` holds the folded other names of techniques in it."""
        surface = view.text[start:end]
        form = fold(surface)
        long = without_acronym(surface)
        short, concept = view.acronym_of.get(fold(long), ""), view.concept(surface, "technique")
        if not short and concept is None and is_spelled_out(view.doc._.name, long):
            short = view.name
        if short and fold(short) in found:
            own = found[fold(short)]
            own.aliases = (*own.aliases, surface) if surface not in own.aliases else own.aliases
            aliases.add(form)
            return
        label = concept.label["en"] if concept else canonical(surface)
        key = fold(label)
        if key in found or not key or form in aliases:
            return
        if short:
            aliases.add(fold(short))
        found[key] = Mention(
            "technique",
            surface,
            label,
            start=start,
            end=end,
            aliases=(short,) if short else (),
            extractor=EXTRACTOR,
            confidence=view.scored(start, end, score),
        )

    def _give_roles(self, view: DocView, techniques: list[Mention]) -> None:
        """Set the roles: the paper's own name is proposed, others are decided by the judge or the rules."""
        judge, asked = judge_for(view.doc, "role"), []
        for mention in techniques:
            known = view.concept(mention.surface, "technique") is not None
            if fold(mention.surface) == view.name:
                mention.role = "proposed"
            elif judge is None:
                mention.role = role_by_rules(view, mention.start, mention.end, known)
            else:
                asked.append((mention, role_features(view, mention.start, mention.end, known)))
        if judge is None or not asked:
            return
        likely = judge([features for _, features in asked])
        at = {(mention.start, mention.end): row for row, (mention, _) in enumerate(asked)}
        mates = lists(view.text, at)
        for (span, row), (mention, _) in zip(at.items(), asked, strict=True):
            # The members of a list share their role: each gets the mean likelihoods over the list.
            shared = likely[[row, *(at[mate] for mate in mates.get(span, ()))]].mean(0)
            view.roles[span] = shared.tolist()
            mention.role = judge.labels[int(shared.argmax())]
            places = view.places(mention.surface) or [span]
            if mention.role == "used" and all(view.is_absent(*place) for place in places):
                mention.role = "mentioned"
            elif mention.role == "used" and _is_ours(view, mention):
                mention.role = "proposed"


def _is_ours(view: DocView, mention: Mention) -> bool:
    """Whether a paper calls a technique its own, and nobody else knows it: "our causal scheduler"."""
    ours = any(view.before(start, 1) == ["our"] for start, _ in view.places(mention.surface))
    return ours and view.concept(mention.surface, "technique") is None


def _own_places(doc: Doc) -> list[tuple[int, int]]:
    """The spans of the paper's own name, in any case."""
    name, low = lowered(doc._.name), lowered(doc._.text)
    return [place for span in read_fields(doc) for place in whole_words(name, low, *span)] if name else []


def role_features(view: DocView, start: int, end: int, known: bool) -> Features:
    """The features of a technique's role by rules and tagger, at this span and at all places of its words."""
    tags = view.doc._.tags
    places = view.places(view.text[start:end]) or [(start, end)]
    out = {f"ruled {role_by_rules(view, start, end, known)}": 1.0, "known": float(known), **view.form(start, end)}
    here, everywhere = tags.roles(start, end).tolist(), [tags.roles(s, e).tolist() for s, e in places]
    for name, likely, by_place in zip(PIECE_ROLES, here, zip(*everywhere, strict=True), strict=True):
        logs = [math.log(max(p, _LEAST)) for p in by_place]
        out[f"tag {name}"], out[f"tag {name} everywhere"] = likely, sum(by_place) / len(places)
        out[f"log {name}"], out[f"log {name} everywhere"] = math.log(max(likely, _LEAST)), sum(logs) / len(places)
        out[f"log {name} best"] = max(logs)
    for name, value in tags.features("technique", start, end).items():
        out[f"span {name}"] = value
    for kind in ("task", "model", "problem"):
        out[f"span {kind}"] = tags.mean(kind, start, end) or 0.0
    for place, _ in places:
        begin, _ = sentence_of(view.doc, place)
        for group in ("compare", "outperform"):  # background in one sentence may be a baseline in another
            if not view.cues[group].isdisjoint(view.words(begin, place)):
                out[f"{group} anywhere"] = 1.0
    return out | _surroundings(view, start, end) | _led_by(view, start, end)


@cache
def _leading(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The groups of LEADING by word."""
    cues = {group: vocabulary.cues(group) for group in LEADING}
    return {word: tuple(g for g in LEADING if word in cues[g]) for word in frozenset().union(*cues.values())}


def _led_by(view: DocView, start: int, end: int) -> Features:
    """The distance to the nearest cue of each group before a technique, the nearest verb, and its first cue."""
    groups, nearest = _leading(view.vocabulary), dict[str, int]()
    for away, word in enumerate(reversed(view.words(sentence_of(view.doc, start)[0], start)[-_LEAD:]), 1):
        for group in groups.get(word, ()):
            nearest.setdefault(group, away)
    out = {f"{group} near": 1 / away for group, away in nearest.items()}
    verbs = [group for group in ("propose", "use", "compare") if group in nearest]
    if verbs:
        out[f"{min(verbs, key=nearest.__getitem__)} last"] = 1.0
    for word in view.words(start, end)[:1]:
        out.update((f"{group} inside", 1.0) for group in groups.get(word, ()))
    return out


def _surroundings(view: DocView, start: int, end: int) -> Features:
    """Features of a technique's position in the argument, and of the words before and after it in its sentence."""
    sentence = sentence_of(view.doc, start)
    sentences = view.doc._.sentences
    out: Features = {
        "named": float(bool(view.name)),
        "contributions before": min(sum(s <= start for s, _ in view.contributions), 3) / 3,
        "since contribution": min(sum(view.first <= s <= start for s, _ in sentences), 5) / 5 if view.first else 0.0,
        "sentence": sum(s <= start for s, _ in sentences) / max(1, len(sentences)),
        "own in sentence": float(bool(view.name) and view.name in view.folded(*sentence)),
    }
    for side, words in (("before", view.words(sentence[0], start)), ("behind", view.words(end, sentence[1]))):
        for group in ROLE_CUES:
            out[f"{group} {side}"] = float(not view.cues[group].isdisjoint(words))
        out[f"we {side}"] = float(not {"we", "our"}.isdisjoint(words))
    out["a before"] = float(view.words(max(sentence[0], start - 12), start)[-1:] in (["a"], ["an"]))
    return {k: v for k, v in out.items() if v}


def role_by_rules(view: DocView, start: int, end: int, known: bool) -> str:
    """The role of a technique by its sentence and the words before it."""
    before = map(fold, view.text[max(0, start - 60) : start].split()[-4:])
    if not view.cues["compare"].isdisjoint(before):
        return "baseline"
    if inside((start, end), [view.title]):
        return "used" if known else "proposed"
    if start < view.first:
        return "used" if known else "mentioned"
    return "used" if known else "proposed"


@Language.factory("kg_techniques")
def make_techniques(nlp: Language, name: str) -> Techniques:
    return Techniques(Vocabulary.load())
