"""SciERC (Luan et al., 2018): its abstracts as spans to be judged, how spans are chosen, and its score.

The protocol is that of DyGIE++ (Wadden et al., 2019) and PURE (Zhong & Chen, 2021): an entity counts when first word,
last word and type are right, over all types together (micro F1), with the benchmark's own split.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

WIDEST = 10  # words of a span; three in a thousand entities are wider
# The Penn Treebank's names of marks, which the encoder's vocabulary lacks.
MARKS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "``": '"', "''": '"'}

Span = tuple[int, int]  # first and last word


@dataclass(slots=True)
class Abstract:
    """An abstract as the network sees it.

    Word w has the pieces first[w] to last[w]. Of `spans` (n, 2), all of up to WIDEST words inside a sentence,
    `labels` (n,) says the type, 0 for none; `gold` has wider ones too. `pairs` is (first span, second span, kind)
    by place in `spans`: each ordered pair of entities in a sentence with its relation (0 for none), and pairs of one
    coreference chain.
    """

    pieces: list[int]
    first: list[int]
    last: list[int]
    spans: Any
    labels: Any
    gold: dict[Span, str]
    pairs: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 as shares of one, and how many entities there are."""

    precision: float
    recall: float
    f1: float
    wanted: int


def rows(path: Path) -> list[dict[str, Any]]:
    """The abstracts of one part of the benchmark, as it writes them."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def names(part: Sequence[dict[str, Any]], layer: str) -> list[str]:
    """The labels of a layer ("ner" or "relations"), sorted."""
    return sorted({label[-1] for row in part for sentence in row[layer] for label in sentence})


def abstract(row: dict[str, Any], types: Sequence[str], relations: Sequence[str], tokenizer: Any) -> Abstract:
    """One abstract, whole, in word pieces of a tokenizer that neither cuts nor pads."""
    encoding = tokenizer.encode([MARKS.get(w, w) for s in row["sentences"] for w in s], is_pretokenized=True)
    first, last = _word_pieces(encoding.word_ids, sum(map(len, row["sentences"])))
    spans, start = [], 0
    for sentence in row["sentences"]:
        end = start + len(sentence)
        spans += [(i, j) for i in range(start, end) for j in range(i, min(end, i + WIDEST))]
        start = end
    gold = {(i, j): name for sentence in row["ner"] for i, j, name in sentence}
    labels = np.array([types.index(gold[s]) + 1 if s in gold else 0 for s in spans])
    pairs = _pairs(row, {span: at for at, span in enumerate(spans)}, relations)
    return Abstract(encoding.ids, first, last, np.array(spans), labels, gold, pairs)


def _word_pieces(words: Sequence[int | None], count: int) -> tuple[list[int], list[int]]:
    """First and last piece of each word; a word without a piece (a lone accent) takes those of the word before."""
    first, last = [-1] * count, [-1] * count
    for piece, word in enumerate(words):
        if word is not None:
            first[word] = piece if first[word] < 0 else first[word]
            last[word] = piece
    for word in range(count):
        if first[word] < 0:
            first[word] = last[word] = last[word - 1] if word else 0
    return first, last


def _pairs(row: dict[str, Any], place: Mapping[Span, int], relations: Sequence[str]) -> list[tuple[int, int, int]]:
    pairs = []
    for entities, related in zip(row["ner"], row["relations"], strict=True):
        kinds = {((a, b), (c, d)): relations.index(name) + 1 for a, b, c, d, name in related}
        here = [(i, j) for i, j, _ in entities if (i, j) in place]
        pairs += [(place[a], place[b], kinds.get((a, b), 0)) for a in here for b in here if a != b]
    same = len(relations) + 1
    for chain in row["clusters"]:
        mentions = sorted({(i, j) for i, j in chain if (i, j) in place})
        pairs += [(place[a], place[b], same) for k, a in enumerate(mentions) for b in mentions[k + 1 :]]
    return pairs


def decode(logits: Any, spans: Any, bias: float = 0.0) -> dict[Span, int]:
    """The spans that stand, surest first, none over another, with the number of their type.

    Of `logits` (spans, 1 + types) the first is for no entity; `bias` lowers it.
    """
    margin = logits[:, 1:].max(1) - logits[:, 0] + bias
    kept: dict[Span, int] = {}
    for at in sorted(np.flatnonzero(margin > 0), key=lambda at: (-margin[at], at)):
        i, j = (int(word) for word in spans[at])
        if all(j < a or b < i for a, b in kept):
            kept[i, j] = int(logits[at, 1:].argmax())
    return kept


def scores(found: Sequence[Mapping[Span, str]], gold: Sequence[Mapping[Span, str]]) -> dict[str, Score]:
    """The score by type, and of all together under "all"."""
    named = {name for spans in (*found, *gold) for name in spans.values()}
    return {
        name: _score(
            [{i for i in spans.items() if name in ("all", i[1])} for spans in found],
            [{i for i in spans.items() if name in ("all", i[1])} for spans in gold],
        )
        for name in (*sorted(named), "all")
    }


def _score(found: list[set[tuple[Span, str]]], gold: list[set[tuple[Span, str]]]) -> Score:
    right = sum(len(a & b) for a, b in zip(found, gold, strict=True))
    said, wanted = sum(map(len, found)), sum(map(len, gold))
    return Score(right / max(1, said), right / max(1, wanted), 2 * right / max(1, said + wanted), wanted)
