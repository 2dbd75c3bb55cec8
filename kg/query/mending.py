"""Names in a question that are misspelt as a whole: they get the meaning of the label that they nearly are."""

from __future__ import annotations

from kg.query.items import Item
from kg.query.lexicon import Lexicon
from kg.query.spelling import is_usual
from kg.text import Token, tokens

#: How alike a word must be to that of a label which a phrase nearly is, in per cent.
_WORD = 75.0
#: How a label may end otherwise than a word in a question: "overthinking", where it asks for models that "overthink".
_ENDINGS = ("ing", "ed", "s", "es", "er", "ers")


def mend(items: list[Item], lexicon: Lexicon) -> None:
    """Give words that nothing bears and that nobody writes the senses of the label they nearly are ("AsyncSpde")."""
    for item in items:
        if item.is_unknown and not item.taken:
            found = tokens(item.text)
            lengths = range(min(len(found), 5), 0, -1)
            near = next((near for length in lengths if (near := _near(found, length, lexicon))), None)
            item.senses = lexicon.senses(near) if near else []


def folds(found: list[Token]) -> str:
    """The folded words of some tokens."""
    return " ".join(token.fold for token in found)


def _near(found: list[Token], length: int, lexicon: Lexicon) -> str | None:
    for start in range(len(found) - length + 1):
        some = found[start : start + length]
        folded = folds(some)
        near = lexicon.misspelt(folded)
        if near and all(is_usual(token.fold) for token in some) and not _begins_so(folded, near):
            near = None  # "multiple" is no slip of MultiPL-E
        if near and _each_alike(folded, near) and not _is_another(folded, near) and lexicon.senses(near):
            return near
    return None


def _begins_so(folded: str, near: str) -> bool:
    """Whether the words of a phrase are stems of those of a label ("object detect")."""
    pairs = zip(folded.split(" "), near.split(" "), strict=False)
    return folded.count(" ") == near.count(" ") and all(label.startswith(word) for word, label in pairs)


def _is_another(folded: str, near: str) -> bool:
    """Whether a label is not what a word was meant to be: it is longer at the end, as "Imagen" is than "image".

    Of several words the last may be a stem ("object detect"); a short one is right as it is ("small LMs", "VLMs").
    """
    if _differs_in_short(folded, near):
        return True
    is_stem = " " in folded and near.count(" ") == folded.count(" ")
    is_stem = is_stem or (len(folded) > 6 and near.removeprefix(folded) in _ENDINGS)
    return near.startswith(folded) and not is_stem and (len(near) > len(folded) + 1 or len(folded) < 7)


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
