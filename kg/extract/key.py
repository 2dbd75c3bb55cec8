"""Chooses the key sentences of an abstract: what a paper proposes, its problem, its main result, its limits.

Weights of word sequences (data/models/keys.json, from scripts/train_keys.py) rate each sentence by SIGNS; per role, a
linear model ranks the sentences by these ratings, those of their neighbours, and their places. Only words are read, so
that `fast` gives the same sentences. Chinese cues are read as English words (`role-` in ontology/cues.ttl).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from math import fsum
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import data_folder
from kg.extract.component import field_at, word_places
from kg.extract.judge import Features
from kg.model import Evidence
from kg.vocabulary import Vocabulary

#: First sentence with the paper's name, that with most proposed techniques, last problem before these, outcomes.
SIGNS = ("named", "proposing", "problem", "outcome")
NONE = "none"  # the only feature of the choice of no sentence
_MOST = 200  # sentences that are read; bounds the time for arbitrary text
_LOW = -6.0  # rating of a sentence that is not there
_NUMBER = re.compile(r"\d[\d,.]*")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0%:;?()]")


@cache
def weights() -> dict[str, Any]:
    """The weights that ship: `grams` in hundredths by sign, `bias` by sign, `ranks` by role and feature."""
    return dict(json.loads((data_folder("data") / "models" / "keys.json").read_text("utf-8")))


def grams(sentence: str, name: str, cues: Mapping[str, str]) -> list[str]:
    """The sequences of up to three words of a sentence, and those at its start ("^ we propose").

    >>> grams("We propose Foo.", "Foo", {})
    ['we', 'propose', 'nn', 'we propose', 'propose nn', 'we propose nn', '^ we', '^ we propose', '^ we propose nn']
    """
    said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " nn ", sentence) if len(name) > 1 else sentence
    for cue in () if said.isascii() else cues:  # the longest first
        said = said.replace(cue, f" {cues[cue]} ")
    words = _WORD.findall(_NUMBER.sub("0", said.replace("\\times", "x").replace("×", "x")).lower())
    runs = [" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
    return list(dict.fromkeys([*runs, *(f"^ {' '.join(words[:n])}" for n in (1, 2, 3))]))


def best_row(rows: Sequence[Features], by: Features) -> int:
    """The number of the row with the highest weighted sum, the first of equals."""
    return max(range(len(rows)), key=lambda k: fsum(value * by.get(name, 0) for name, value in rows[k].items()))


class KeySentences:
    """Sets `doc._.key`; needs `doc._.name`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        said = {cue.replace(" ", ""): en for en, cues in vocabulary.cue_groups("role-").items() for cue in cues}
        self.cues = {cue: said[cue].replace("-", " ") for cue in sorted(said, key=lambda cue: (-len(cue), cue))}
        self.limits = [f" {cue} " for cue in sorted(vocabulary.cues("limits"))]

    def __call__(self, doc: Doc) -> Doc:
        spans = [span for span in doc._.sentences if field_at(doc, span[0]) == "A"][:_MOST]
        rows = [*self.features(doc, spans, weights()), {NONE: 1.0}]
        numbers = {role: best_row(rows, by) for role, by in weights()["ranks"].items()}
        places = {role: spans[k] for role, k in numbers.items() if k < len(spans)}
        for span in spans[numbers["proposes"] + 1 :]:
            said = f" {' '.join(doc._.forms[word_places(doc, *span)])} "
            if any(cue in said for cue in self.limits):
                places.setdefault("limits", span)
        doc._.key = {role: Evidence("", start=start, end=end) for role, (start, end) in places.items()}
        return doc

    def features(self, doc: Doc, spans: Sequence[tuple[int, int]], by: Mapping[str, Any]) -> list[Features]:
        """The features of the sentences of an abstract for the ranking of each role."""
        name, ratings = doc._.name, []
        for start, end in spans:
            known = [row for gram in grams(doc._.text[start:end], name, self.cues) if (row := by["grams"].get(gram))]
            ratings.append([bias + sum(row[i] for row in known) / 100 for i, bias in enumerate(by["bias"])])
        nowhere, last = [_LOW] * len(SIGNS), len(spans) - 1
        named = max(range(len(spans)), key=lambda k: ratings[k][0], default=0)
        out = []
        for k, (start, end) in enumerate(spans):
            text, others = doc._.text[start:end], [*ratings[:k], *ratings[k + 1 :], nowhere][:_MOST]
            one = {"start": k / (last + 1), "end": (last - k) / 5, "own": float(bool(name) and name in text)}
            one |= {"link": float("http" in text), f"place {max(-3, min(k - named, 3))}": 1.0}
            one |= {f"sentence {at}": 1.0 for at in (k, k - last - 1) if -3 < at < 2}
            rows = {"": ratings[k], " before": [nowhere, *ratings][k], " after": [*ratings, nowhere][k + 1]}
            rows[" ahead"] = [
                max(-4.0, min(own - max(other), 4.0)) for own, *other in zip(ratings[k], *others, strict=True)
            ]
            out.append(
                one | {f"{sign}{at}": max(_LOW, row[i]) / 2 for at, row in rows.items() for i, sign in enumerate(SIGNS)}
            )
        return out


@Language.factory("kg_key")
def make_key(nlp: Language, name: str) -> KeySentences:
    return KeySentences(Vocabulary.load())
