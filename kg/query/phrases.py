"""Phrases that are no name, though something bears them: two things, or a thing and what is said of it."""

from __future__ import annotations

import re

from kg.entity_types import NAMED
from kg.query.lexicon import Lexicon
from kg.query.mending import folds
from kg.text import Token, fold

#: What is done, and what joins it to what stands behind.
_DEED_OR = re.compile(r"\b(?P<deed>[A-Za-z]{3,})\s*(?P<joint>/|\b[A-Za-z]+)\s*$")
#: Words between two things, the second of which says for what the first is.
BETWEEN = ("for", "in", "on")


class PhraseParting:
    """Which phrases of a text are more than one thing."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon

    def is_apart(self, found: list[Token]) -> bool:
        """Whether some tokens are to be read piece by piece."""
        below = self.text[: found[0].start].lower().endswith("sub-")  # "sub-4-bit KV cache" has no 4 bits
        kinds = (
            *(self._is_score, self._is_based, self._is_pair, self._is_top),
            *(self._is_ordered, self._is_efficient, self._is_second),
        )
        return below or any(is_so(found) for is_so in kinds)

    def means(self, meaning: str, folded: str) -> bool:
        """Whether a folded phrase is a word of questions with a meaning."""
        return any(meaning in word.means for word in self.lexicon.words.bearing(folded))

    def _is_based(self, found: list[Token]) -> bool:
        """Whether a phrase is "YOLO-based detectors": the named thing and the rest are two conditions."""
        based = next((i for i, token in enumerate(found) if self.means("based", token.fold)), 0)
        before = self.lexicon.senses(" ".join(token.fold for token in found[:based])) if based else []
        return any(sense.type in NAMED for sense in before)

    def _is_pair(self, found: list[Token]) -> bool:
        """Whether a phrase is two things that both have names: "quantization and pruning", "pruning for reasoning".

        Topics may be called so; "for" stays in what is mainly called so.
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

    def _is_score(self, found: list[Token]) -> bool:
        """Whether a phrase is a metric on a data set ("GSM8K accuracy"), which are two conditions."""
        if {sense.type for sense in self.lexicon.senses(folds(found))} != {"metric"}:
            return False
        cuts = ((self.lexicon.senses(folds(found[:n])), folds(found[n:])) for n in range(1, len(found)))
        ends = (rest for sets, rest in cuts if any(sense.type == "dataset" and sense.known for sense in sets))
        return any(sense.type == "metric" and sense.known for rest in ends for sense in self.lexicon.senses(rest))

    def _is_top(self, found: list[Token]) -> bool:
        """Whether a phrase is "top 5", which is no "top-5 accuracy"."""
        is_top = len(found) == 2 and found[1].fold.isdigit() and self.means("top", found[0].fold)
        return is_top and self.text[found[0].end : found[1].start].isspace()

    def _is_ordered(self, found: list[Token]) -> bool:
        """Whether a phrase is "best accuracy": a known metric with a word before it, though a paper has one so."""
        whole, rest = (self.lexicon.senses(folds(some)) if some else [] for some in (found, found[1:]))
        own = bool(whole) and not any(sense.known for sense in whole) and {s.type for s in whole} == {"metric"}
        speeds = any("metric" in word.facts for word in self.lexicon.words.bearing(folds(found[1:])))
        return own and (speeds or any(sense.type == "metric" and sense.known for sense in rest))

    def _is_efficient(self, found: list[Token]) -> bool:
        """Whether a phrase is "efficient VLA", by which people mean VLA models; "efficient reasoning" is a topic."""
        whole, rest = (self.lexicon.senses(folds(some)) if some else [] for some in (found, found[1:]))
        is_one = any(sense.type == "topic" or sense.preferred for sense in whole)
        return self.means("efficient", found[0].fold) and not is_one and bool({s.type for s in rest} - {"metric"})

    def _is_second(self, found: list[Token]) -> bool:
        """Whether a deed stands behind "or" and another one, both done to the same: "compressing or pruning tokens"."""
        before = _DEED_OR.search(self.text[: found[0].start])
        joint = before["joint"].lower() if before and len(found) > 1 else ""
        if not before or not (joint == "/" or any(self.means(one, joint) for one in ("or", "and"))):
            return False
        return all(map(self._is_deed, (before["deed"], found[0].fold))) and bool(self.lexicon.senses(folds(found[1:])))

    def _is_deed(self, word: str) -> bool:
        """Whether a word is a verb for what is done to things."""
        said = self.lexicon.words.bearing(fold(word))
        return word.lower().endswith("ing") or any("noun" in one.facts or "deed" in one.means for one in said)
