"""Phrases that are not read as one name, though they are a label: two things, or a thing with a modifier."""

from __future__ import annotations

from kg.entity_types import NAMED
from kg.query.lexicon import Lexicon
from kg.query.mending import folds
from kg.text import Token

#: Words between two things, of which the second is the purpose or place of the first.
BETWEEN = ("for", "in", "on")


class PhraseParting:
    """Decides which phrases of a text are more than one thing."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon

    def is_apart(self, found: list[Token]) -> bool:
        """Whether some tokens must be read piece by piece."""
        below = self.text[: found[0].start].lower().endswith("sub-")  # "sub-4-bit KV cache" does not mean 4 bits
        return below or any(is_so(found) for is_so in (self._is_based, self._is_pair, self._is_top, self._is_efficient))

    def means(self, meaning: str, folded: str) -> bool:
        """Whether a folded phrase is a question word with a meaning."""
        return any(meaning in word.means for word in self.lexicon.words.bearing(folded))

    def _is_based(self, found: list[Token]) -> bool:
        """Whether a phrase is like "YOLO-based detectors": the named thing and the rest are two conditions."""
        based = next((i for i, token in enumerate(found) if self.means("based", token.fold)), 0)
        before = self.lexicon.senses(" ".join(token.fold for token in found[:based])) if based else []
        return any(sense.type in NAMED for sense in before)

    def _is_pair(self, found: list[Token]) -> bool:
        """Whether a phrase is two named things: "quantization and pruning", "pruning for reasoning".

        Topics may have such names; "for" does not split a preferred label.
        """
        whole = self.lexicon.senses(folds(found))
        joints = [i for i, token in enumerate(found) if 0 < i < len(found) - 1]
        joint = next((i for i in joints if self.means("and", found[i].fold)), 0)
        if not joint and not any(sense.preferred for sense in whole):
            joint = next((i for i in joints if found[i].fold in BETWEEN), 0)
        sides = [self.lexicon.senses(folds(side)) for side in (found[:joint], found[joint + 1 :]) if joint]
        is_two = bool(sides) and all({sense.type for sense in side} - {"metric"} for side in sides)
        is_two = is_two and self.text[found[joint - 1].end : found[joint].start] != "-"  # "compute-in-memory"
        return bool(whole) and is_two and not {"topic", "institution"} & {sense.type for sense in whole}

    def _is_top(self, found: list[Token]) -> bool:
        """Whether a phrase is "top 5", as opposed to "top-5 accuracy"."""
        is_top = len(found) == 2 and found[1].fold.isdigit() and self.means("top", found[0].fold)
        return is_top and self.text[found[0].end : found[1].start].isspace()

    def _is_efficient(self, found: list[Token]) -> bool:
        """Whether a phrase is like "efficient VLA", which means VLA models; "efficient reasoning" is a topic."""
        whole, rest = (self.lexicon.senses(folds(some)) if some else [] for some in (found, found[1:]))
        is_one = any(sense.type == "topic" or sense.preferred for sense in whole)
        return self.means("efficient", found[0].fold) and not is_one and bool({s.type for s in rest} - {"metric"})
