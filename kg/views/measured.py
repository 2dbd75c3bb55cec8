"""Whether the words that a paper has for a metric say what its label does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.extract.outcomes import OutcomeLexicon, outcome_lexicon
from kg.text import fold
from kg.views.surface import stands_for

if TYPE_CHECKING:
    from kg.vocabulary import Vocabulary

_FRAME = ("score", "number", "of", "rate", "value", "consumption")  # words around the name of a metric


def says_metric(vocabulary: Vocabulary, wording: str, label: str) -> bool:
    """Whether a metric's label says what a paper's wording does, no less and no more.

    It does but for words of change and qualifiers: "mean decoding speedup" is decoding speed, "single-batch decoding
    latency" is not inference latency, nor is every speed that of inference.
    """
    lexicon = outcome_lexicon(vocabulary)
    one, other = (_bearing(lexicon, text) for text in (wording, label))
    is_short = wording.isupper() and len(wording) > 1 and stands_for(wording, label)
    return one == other or is_short  # "TBT" is no "time per output token"


def _bearing(lexicon: OutcomeLexicon, text: str) -> set[str]:
    """The words of a metric that say what is measured."""
    words = fold(text).split()
    speeds = {"speed" if lexicon.group(word) == "speed" else word for word in words}
    kinds = {word for word in words[:-1] if word.endswith("ion")}  # the latency of compression, not a lower one
    changes = {word for word in speeds if lexicon.group(word)} - kinds
    return {w for w in speeds if w not in lexicon.qualifiers and w not in changes and w not in _FRAME} or speeds
