"""Extracts models: pretrained models of the vocabulary, names formed like theirs ("Orca-2-13B"), tagger spans.

An unknown name is recognised by its family ("MiniMax-M9" if MiniMax-M2 is known), its size or version, and its context:
the other members of its list and the words next to it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import SpanIndex, first_matches, mentions, read_fields
from kg.extract.context import DocView, view_of
from kg.extract.judge import Candidate, Features
from kg.extract.named import WORD, NamedEntities, widths
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

EXTRACTOR = "models/4"
#: A capitalised name that contains a parameter count: "Orca-2-13B", "Falcon 40B-Instruct".
_SIZED = re.compile(
    r"(?<![\w-])([A-Z](?:[\w.]{0,40}\w)?(?:[- ][A-Z\d](?:[\w.]{0,40}\w)?){0,3}"
    r"[- ]\d+(?:\.\d+)?[BM](?:-A\d+(?:\.\d+)?B)?(?:-[A-Za-z](?:[\w.]*\w)?)*)(?![\w])"
)
#: Every match of `_SIZED` contains this; it is checked first, because most texts contain none.
_SIZE = re.compile(r"\d[BM]")
#: A word that may be a name, with parts joined by hyphens, points and slashes: "GLM-4.7-Flash", "DiT-XL/2".
_NAME = re.compile(r"(?<![\w.-])(?=[\w./+-]{0,30}[A-Z\d])(?>[^\W_]\w{0,30}(?:[-./+]\w{1,20}){0,6})(?!['’]\d\d\b)")
#: Continuations of a name after a space: a version or size, and after one of these a variant word.
_VERSION = re.compile(
    r" (?:[vV]?\d+\.\d+|[A-Z]\d|(?:\d{1,2}[x×])?\d{1,4}(?:\.\d+)?[BM]\b)(?:[\w.-]{0,30}\w)?(?![\w%×])"
)
_VARIANT = re.compile(r" (?:[A-Z][a-z]{2,9}|turbo|instruct)\b")
_CODED = re.compile(r"\d")
_LOWER = re.compile(r"-[a-z]{3,12}$")  # "-based" of "LLaMA-based", but also "-small" of "T5-small"
_BESIDE = re.compile(r"\s?(?:[,/|&]|,? (?:and|or|vs\.?|versus)|\()\s?")  # between two members of a list
_WORD_BEHIND = re.compile(r"[ -]([A-Za-z]{2,20})")
_WORD_BEFORE = re.compile(r"([A-Za-z]{2,20})[ -]$")
_LIST_GAP = 8  # characters between two members of a list
_LEAST = 0.04  # mean tagger likelihood of a candidate that has neither a known family nor a size
_FAMILIES = ("model", "dataset", "hardware", "technique", "metric")  # entity types whose names form families
#: Parts of speech that never begin a name: articles, prepositions, pronouns, conjunctions, verbs, adverbs, numbers.
_NO_NAME = ("DT", "IN", "PRP", "CC", "TO", "VB", "RB", "W", "EX", "MD", "CD")


@cache
def families_of(vocabulary: Vocabulary) -> dict[str, dict[str, float]]:
    """By type, the log number of entities whose names begin with a word ("qwen")."""
    count: dict[str, Counter[str]] = {kind: Counter() for kind in _FAMILIES}
    for concept in vocabulary.concepts.values():
        if concept.type in count:
            named = {label for label in concept.labels() if label.isascii() and not label.islower()}
            count[concept.type].update({_stem(label) for label in named})
    return {kind: {stem: math.log(n) / 3 for stem, n in found.items() if n > 1} for kind, found in count.items()}


def _stem(name: str) -> str:
    """The folded first word of a name without its version: "yolo" of "YOLOv8"."""
    words = [t.fold for t in tokens(name[:40])[:2]]
    first = words[0] if words else ""
    return first[:-1] if len(words) > 1 and words[1][0].isdigit() and first.endswith("v") else first


def _is_of_datasets(name: str, families: dict[str, dict[str, float]]) -> bool:
    """Whether the first word of a name is that of datasets and of no model: "MMLU-Finch" where MMLU is known."""
    stem = _stem(name)
    return stem in families["dataset"] and stem not in families["model"] and not _SIZED.fullmatch(name)


def _seen(view: DocView, families: dict[str, dict[str, float]], start: int, end: int) -> Features:
    """Features of a model's name and context: its family, its list, the words around it."""
    text, surface = view.text, view.text[start:end]
    stem = _stem(surface)
    out: Features = {f"family {kind}": n for kind, found in families.items() if (n := found.get(stem, 0.0))}
    if stem and view.name and stem == view.name.partition(" ")[0]:
        out["own family"] = 1.0
    out |= {"hyphen before": 1.0} if text[max(0, start - 1) : start] == "-" else {}
    out |= {"hyphen behind": 1.0} if text[end : end + 1] == "-" else {}
    out |= {"digit first": 1.0} if surface[0].isdigit() else {}
    if tail := _LOWER.search(surface):
        out[f"{WORD}{tail[0][1:]} at end"] = 1.0
    for kind in _beside(view, start, end):
        out[f"beside {kind}"] = 1.0
    if behind := _WORD_BEHIND.match(text, end):
        out[f"{WORD}{fold(behind[1])} behind"] = 1.0
    if before := _WORD_BEFORE.search(text, max(0, start - 20), start):
        out[f"{WORD}{fold(before[1])} before"] = 1.0
    return out


def _beside(view: DocView, start: int, end: int) -> Iterator[str]:
    """The types of the entities next to a span in a list."""
    for s, e in sorted(view.near.touching(start - _LIST_GAP, end + _LIST_GAP)):
        near, far = (e, start) if e <= start else (end, s)
        if 0 < far - near < _LIST_GAP and _BESIDE.fullmatch(view.text, near, far):
            yield view.typed[s, e]


class Models(NamedEntities):
    """Adds one mention per model, the most specific name where names are nested."""

    entity = "model"
    extractor = EXTRACTOR

    def taken(self, doc: Doc) -> list[tuple[int, int]]:
        """The spans of devices ("Gen 3" in "Snapdragon 8 Gen 3"), metrics ("Top-1") and widths ("W4A8")."""
        metrics = [(m.start, m.end) for m in doc._.matches if m.type == "metric"]
        return [(m.start, m.end) for m in mentions(doc, "hardware")] + widths(doc) + metrics

    def found(self, doc: Doc) -> tuple[list[Candidate], dict[tuple[int, int], str]]:
        """Vocabulary labels, and names with a size that the vocabulary does not have."""
        sized = dict.fromkeys(self._sized(doc))
        known = first_matches(doc, self.entity)
        exact = {(m.start, m.end) for places in known.values() for m in places}
        within, larger = SpanIndex(exact), SpanIndex(sized)
        out = [
            Candidate(start, end, 0.7, {"sized": 1.0})
            for start, end in sized
            if (start, end) not in exact and not within.holds(start, end)
        ]
        names = {}
        for concept, places in known.items():
            for match in places:
                if (match.start, match.end) in sized or not larger.holds(match.start, match.end):
                    names[match.start, match.end] = self.vocabulary[concept].label["en"]
                    often = min(len(places), 3) / 3
                    out.append(Candidate(match.start, match.end, 0.85, {"often": often}))
        if doc._.tags is None:
            return out, names
        spans = {(c.start, c.end) for c in out}
        out += [Candidate(*span, 0.2, {}) for span in self._built(doc) if span not in spans]
        view = view_of(doc, self.vocabulary)
        families = families_of(self.vocabulary)
        out = [c for c in out if (c.start, c.end) in names or not _is_of_datasets(view.text[c.start : c.end], families)]
        return [c._replace(features=c.features | _seen(view, families, c.start, c.end)) for c in out], names

    @staticmethod
    def _built(doc: Doc) -> list[tuple[int, int]]:
        """Spans formed like names that the tagger does not rule out, with and without suffixes."""
        text, out = doc._.text, dict[tuple[int, int], None]()
        datasets = {(m.start, m.end) for m in doc._.matches if m.type == "dataset"}
        for field in read_fields(doc):
            for found in _NAME.finditer(text, *field):
                start, end = found.span()
                mean = doc._.tags.mean("model", start, end)
                if mean is None or mean < _LEAST:
                    continue
                out[start, end] = None
                if tail := _LOWER.search(found[0]):
                    out[start, start + tail.start()] = None
                version = _VERSION.match(text, end)
                if version and (start, end) not in datasets:  # "WikiText-2 5.47" is a score on a dataset
                    end = version.end()
                    out[start, end] = None
                if _CODED.search(text, start, end) and (variant := _VARIANT.match(text, end)):
                    out[start, variant.end()] = None
        return list(out)

    @staticmethod
    def _sized(doc: Doc) -> list[tuple[int, int]]:
        """Spans of names with a size; "With Orca-2-13B" is Orca-2-13B, "The 7B" is not a name."""
        fields = read_fields(doc) if _SIZE.search(doc._.text) else []
        found = [match.span(1) for field in fields for match in _SIZED.finditer(doc._.text, *field)]
        if not found:
            return []
        no_name = {w.start: w.end for words in doc._.words for w in words if w.tag.startswith(_NO_NAME)}
        out = []
        for begin, end in found:
            start = begin
            while start in no_name and no_name[start] < end:
                start = no_name[start] + 1
            if start == begin or _SIZED.fullmatch(doc._.text, start, end):
                out.append((start, end))
        return out


@Language.factory("kg_models")
def make_models(nlp: Language, name: str) -> Models:
    return Models(Vocabulary.load())
