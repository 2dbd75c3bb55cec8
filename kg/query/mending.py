"""Words of a question that are misspelt: they get the meaning of the label that they nearly are."""

from __future__ import annotations

from kg.query.items import Item
from kg.query.lexicon import Lexicon
from kg.text import Token, tokens

#: How alike a word must be to that of a label which a phrase nearly is, in per cent.
_WORD = 75.0
#: How a label may end otherwise than a word in a question: "overthinking", where it asks for models that "overthink".
_ENDINGS = ("ing", "ed", "s", "es", "er", "ers")


class Mender:
    """Gives misspelt pieces of a question their senses."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon

    def mend(self, items: list[Item]) -> None:
        """Give words that nothing bears the senses of the label they nearly are ("mixure of experts")."""
        for at, item in enumerate(items):
            if not item.is_unknown or item.taken:
                continue
            if self._mend_stated(items, at) or self._mend_before_frame(items, at):
                continue
            later = at + 2
            if later < len(items) and items[at + 1].means("frame") and items[later].is_unknown:
                whole = self.text[item.start : items[later].end]
                folded = folds(tokens(whole))
                near = self.lexicon.misspelt(folded)
                if near and _each_alike(folded, near):
                    item.senses, item.end, item.text = self.lexicon.senses(near), items[later].end, whole
                    items[later].taken = True
                    continue
            if self._mend_beside(items, at) or self._mend_behind(items, at):
                continue
            found = tokens(item.text)
            lengths = range(min(len(found), 5), 0, -1)
            near = next((near for length in lengths if (near := self._near(found, length))), None)
            item.senses = self.lexicon.senses(near) if near else []

    def _mend_stated(self, items: list[Item], at: int) -> bool:
        """Give words that nothing bears the meaning of what texts must state ("trainig free")."""
        folded = folds(tokens(items[at].text))
        near = self.lexicon.words.misspelt(folded)
        if near is None or not _each_alike(folded, near):
            return False
        items[at].words = [word for word in self.lexicon.words.bearing(near) if "stated" in word.means]
        return True

    def _mend_before_frame(self, items: list[Item], at: int) -> bool:
        """Join a word with one behind it that says nothing to the label that both nearly are ("langauge models")."""
        behind = items[at + 1] if at + 1 < len(items) else None
        if behind is None or not behind.means("frame") or behind.senses or behind.gone:
            return False
        whole = self.text[items[at].start : behind.end]
        folded = folds(tokens(whole))
        near = self.lexicon.misspelt(folded) or ""
        known = [sense for sense in self.lexicon.senses(near) if sense.known]
        if not known or near.count(" ") != folded.count(" ") or not _each_alike(folded, near):
            return False
        items[at].senses, items[at].end, items[at].text = known, behind.end, whole
        items[at].words = [word for word in self.lexicon.words.bearing(near) if "scope" in word.means]
        behind.gone = True
        return True

    def _mend_beside(self, items: list[Item], at: int) -> bool:
        """Join a word with the thing behind it to the label that both nearly are ("spekulative decoding")."""
        beside = items[at + 1] if at + 1 < len(items) else None
        if beside is None or not beside.senses or beside.gone:
            return False
        whole = self.text[items[at].start : beside.end]
        near = self.lexicon.misspelt(folds(tokens(whole)))
        near = near if near and _each_alike(folds(tokens(whole)), near) else None
        senses = self.lexicon.senses(near) if near and near.count(" ") == len(tokens(whole)) - 1 else []
        if not any(sense.known for sense in senses):
            return False
        items[at].senses, items[at].end, items[at].text = senses, beside.end, whole
        beside.gone = True
        return True

    def _mend_behind(self, items: list[Item], at: int) -> bool:
        """Give a word, with the one or two words before it, the label that all nearly are ("test time scalling")."""
        for first in range(max(at - 2, 0), at):
            before = items[first:at]
            if any(item.gone or item.taken or item.mark or item.fact or item.value is not None for item in before):
                continue
            whole = self.text[items[first].start : items[at].end]
            folded = folds(tokens(whole))
            near = self.lexicon.misspelt(folded, 90.0) or ""
            known = [sense for sense in self.lexicon.senses(near) if sense.known]
            if known and _begins_alike(near, folded) and not _differs_in_short(folded, near):
                items[at].senses, items[at].start, items[at].text = known, items[first].start, whole
                for item in before:
                    item.gone = True
                return True
        return False

    def _near(self, found: list[Token], length: int) -> str | None:
        for start in range(len(found) - length + 1):
            folded = " ".join(token.fold for token in found[start : start + length])
            near = self.lexicon.misspelt(folded)
            if near and _each_alike(folded, near) and not self._is_another(folded, near) and self.lexicon.senses(near):
                return near
        return None

    def _is_another(self, folded: str, near: str) -> bool:
        """Whether a label is not what a word was meant to be: it is longer at the end, as "Imagen" is than "image".

        Of several words the last may be a stem ("object detect"); a short one is right as it is ("small LMs", "VLMs").
        """
        if _differs_in_short(folded, near):
            return True
        is_stem = " " in folded and near.count(" ") == folded.count(" ")
        is_stem = is_stem or (len(folded) > 6 and near.removeprefix(folded) in _ENDINGS)
        return near.startswith(folded) and not is_stem and (len(near) > len(folded) + 1 or len(folded) < 7)


def folds(found: list[Token]) -> str:
    """The folded words of some tokens."""
    return " ".join(token.fold for token in found)


def _each_alike(folded: str, near: str) -> bool:
    """Whether each word of a phrase is nearly that of a label in its place, where both have as many."""
    from rapidfuzz import fuzz

    pairs = list(zip(folded.split(" "), near.split(" "), strict=False))
    return folded.count(" ") != near.count(" ") or all(fuzz.ratio(one, other) >= _WORD for one, other in pairs)


def _differs_in_short(folded: str, near: str) -> bool:
    """Whether two phrases of as many words differ in one of at most three letters, which no slip explains."""
    pairs = list(zip(folded.split(" "), near.split(" "), strict=False))
    short = (min(len(one), len(other)) <= 3 and one.isascii() for one, other in pairs if one != other)
    return folded.count(" ") == near.count(" ") and any(short)


def _begins_alike(near: str, folded: str) -> bool:
    """Whether a label has all words of a phrase but the last, and begins the last as it does."""
    words, said = near.split(" "), folded.split(" ")
    return len(words) == len(said) and words[:-1] == said[:-1] and words[-1][:1] == said[-1][:1]
