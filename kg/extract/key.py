"""Chooses the key sentences of an abstract: what a paper proposes, its problem, its main result, its limits.

Two steps (data/models/keys.json, trained by scripts/train_keys.py). Weights of word sequences rate each sentence by
SIGNS, learned from what the sentences of annotated papers hold. Per role, a linear model then ranks the sentences of
the abstract by these ratings, those of their neighbours, and their places. It reads nothing but words, so that `fast`
gives the same sentences. Chinese cues are read as the English words that they stand for (`role-` in ontology/cues.ttl).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import fsum
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import data_folder
from kg.extract.base import word_places
from kg.model import Evidence
from kg.vocabulary import Vocabulary

#: What sentences are rated by: the first with the paper's name, the one with most proposed techniques, the last problem
#: before the proposal, and outcomes.
SIGNS = ("named", "proposing", "problem", "outcome")
RANKED = ("proposes", "problem", "result")
NONE = "none"  # the only feature of the choice of no sentence
_MOST = 200  # sentences that are read; bounds the time for arbitrary text
_LOW = -6.0  # rating of a sentence that is not there
_TIMES, _NUMBER = re.compile(r"\$?\\times\$?|×"), re.compile(r"\d[\d,.]*")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0%:;?()]")

Ratings = Sequence[float]


class Weights(NamedTuple):
    """The weights of both steps."""

    grams: Mapping[str, Sequence[int]]  # hundredths by sign
    bias: Ratings
    ranks: Mapping[str, Mapping[str, float]]  # by role and feature


@cache
def weights() -> Weights:
    """The weights that ship with the package."""
    return Weights(**json.loads((data_folder("data") / "models" / "keys.json").read_text("utf-8")))


def grams(sentence: str, name: str, cues: Mapping[str, str]) -> Iterator[str]:
    """The distinct sequences of up to three words of a sentence, and those at its start ("^ we propose").

    >>> list(grams("We propose Foo.", "Foo", {}))
    ['we', 'propose', 'nn', 'we propose', 'propose nn', 'we propose nn', '^ we', '^ we propose', '^ we propose nn']
    """
    said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " nn ", sentence) if len(name) > 1 else sentence
    if not said.isascii():
        for cue in cues:  # the longest first
            said = said.replace(cue, f" {cues[cue]} ")
    words = _WORD.findall(_NUMBER.sub("0", _TIMES.sub("x", said)).lower())
    runs = [" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
    return iter(dict.fromkeys([*runs, *(f"^ {' '.join(words[:n])}" for n in (1, 2, 3))]))


def rated(found: Iterator[str], by: Weights) -> Ratings:
    """The log-odds of each sign for a sentence, from its word sequences."""
    known = [row for gram in found if (row := by.grams.get(gram))]
    return [bias + sum(row[i] for row in known) / 100 for i, bias in enumerate(by.bias)]


def features(ratings: Sequence[Ratings], marks: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """The features of each sentence of an abstract for the ranking of a role; `marks` are those of its own words."""
    last, named = len(ratings) - 1, max(range(len(ratings)), key=lambda k: ratings[k][0])
    best = [sorted((row[i] for row in ratings), reverse=True)[:2] for i in range(len(SIGNS))]
    out = []
    for k, row in enumerate(ratings):
        one = {"start": k / (last + 1), "end": (last - k) / 5, **marks[k]}
        one |= {f"place {max(-3, min(k - named, 3))}": 1.0}
        one |= {f"sentence {at}": 1.0 for at in (k, k - last - 1) if -3 < at < 2}
        for i, sign in enumerate(SIGNS):
            other = best[i][1] if len(best[i]) > 1 and row[i] == best[i][0] else best[i][0] if last else _LOW
            one[sign] = row[i] / 2
            one[f"{sign} ahead"] = max(-4.0, min(row[i] - other, 4.0)) / 2
            one[f"{sign} before"] = max(_LOW, min(ratings[k - 1][i], 4.0)) / 2 if k else _LOW / 2
            one[f"{sign} after"] = max(_LOW, min(ratings[k + 1][i], 4.0)) / 2 if k < last else _LOW / 2
        out.append(one)
    return out


class KeySentences:
    """Sets `doc._.key`; needs `doc._.name`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        said = {cue.replace(" ", ""): en for en, cues in vocabulary.cue_groups("role-").items() for cue in cues}
        self.cues = {cue: said[cue].replace("-", " ") for cue in sorted(said, key=lambda cue: (-len(cue), cue))}
        self.limits = [f" {cue} " for cue in sorted(vocabulary.cues("limits"))]

    def features(self, doc: Doc, spans: Sequence[tuple[int, int]], by: Weights) -> list[dict[str, float]]:
        """The features of the sentences of an abstract, with the weights of their words."""
        texts = [doc._.text[start:end] for start, end in spans]
        name = doc._.name
        marks = [{"own": float(bool(name) and name in text), "link": float("http" in text)} for text in texts]
        return features([rated(grams(text, name, self.cues), by) for text in texts], marks)

    def __call__(self, doc: Doc) -> Doc:
        start, end = doc._.fields.get("A", (0, 0))
        spans = [span for span in doc._.sentences if start <= span[0] and span[1] <= end][:_MOST]
        rows = [*self.features(doc, spans, weights()), {NONE: 1.0}] if spans else []
        chosen = {role: best_row(rows, weights().ranks[role]) for role in RANKED if rows}
        places = {role: spans[k] for role, k in chosen.items() if k < len(spans)}
        behind = [one for one in spans if "proposes" in places and one > places["proposes"]]
        if limits := [one for one in behind if self._is_limit(doc, one)]:
            places["limits"] = limits[0]
        doc._.key = {role: Evidence("", start=start, end=end) for role, (start, end) in places.items()}
        return doc

    def _is_limit(self, doc: Doc, span: tuple[int, int]) -> bool:
        said = f" {' '.join(doc._.forms[word_places(doc, *span)])} "
        return any(cue in said for cue in self.limits)


def best_row(rows: Sequence[Mapping[str, float]], by: Mapping[str, float]) -> int:
    """The number of the best row, the first of equals."""
    totals = [fsum(value * by.get(name, 0.0) for name, value in row.items()) for row in rows]
    return totals.index(max(totals))


@Language.factory("kg_key")
def make_key(nlp: Language, name: str) -> KeySentences:
    return KeySentences(Vocabulary.load())
