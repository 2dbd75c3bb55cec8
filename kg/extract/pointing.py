"""The tagger's output for a number as features: whether it is an outcome, and which words it points at."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kg.extract.outcomes import QuantityPlace
from kg.extract.weighing import Candidates, bucket
from kg.text import fold

METRIC, BASELINE = "metric", "baseline"
_ENDS = (METRIC, BASELINE)
_WORD = re.compile(r"[^\W_]+")
_EDGES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9)
_POINTED = 0.1  # lowest likelihood of the words of a candidate that the number points at


class _Said(NamedTuple):
    changes: dict[str, float]  # likelihood that the number is not an outcome (""), or an outcome with this change
    words: dict[str, tuple[float, float]]  # likelihood that a word belongs to its metric, and to its baseline


def of_outcome(place: QuantityPlace, change: str) -> set[str]:
    """Features of the tagger's likelihood that a number is an outcome with a given change."""
    said = _said(place)
    if said is None:
        return {"untagged"}
    return {f"tag none {bucket(said.changes[''], *_EDGES)}", f"tag change {bucket(said.changes[change], *_EDGES)}"}


def point(place: QuantityPlace, found: Candidates, end: str) -> None:
    """Add to each candidate metric or baseline of a number the likelihood of its words by the tagger.

    The empty candidate, which stands for no baseline, gets the likelihood of the likeliest word.
    """
    said = _said(place)
    if said is None:
        found.get("", set()).add("untagged")
        return
    column = _ENDS.index(end)
    likely = {text: _likely(said, text, column) for text in found if text}
    most = max(likely.values(), default=0.0)
    for text, value in likely.items():
        found[text].add(f"points {bucket(value, *_EDGES)}")
        if value == most >= _POINTED:
            found[text].add("points most")
    if "" in found:
        found[""].add(f"points anywhere {bucket(max((w[column] for w in said.words.values()), default=0.0), *_EDGES)}")
        found[""].add(f"points none {bucket(most, *_EDGES)}")


def _likely(said: _Said, text: str, column: int) -> float:
    words = _WORD.findall(fold(text))
    return sum(said.words.get(word, (0.0, 0.0))[column] for word in words) / len(words) if words else 0.0


@lru_cache(maxsize=4)  # one number is looked up many times
def _said(place: QuantityPlace) -> _Said | None:
    sentence, quantity = place.sentence, place.quantity
    tags, offset = sentence.tags, sentence.offset
    if tags is None:
        return None
    from kg.extract.tagger import CHANGES, mean_of  # loads spaCy, which views do not need

    changes = tags.outcome(offset + quantity.number, offset + quantity.end).tolist()
    pointed = tags.pointed(offset + quantity.number, offset + quantity.end)
    words: dict[str, tuple[float, float]] = {}
    low = max(0, offset - len(sentence.before) - 2)
    for match in _WORD.finditer(tags.text, low, offset + len(sentence.text)):
        first, behind = tags.pieces(*match.span())
        if first < behind:
            one, two = mean_of(pointed[first:behind]).tolist()
            word = fold(match[0])
            seen = words.get(word, (0.0, 0.0))
            words[word] = max(seen[0], one), max(seen[1], two)
    return _Said(dict(zip(CHANGES, changes, strict=True)), words)
