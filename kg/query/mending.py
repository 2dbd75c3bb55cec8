"""Names in a question that are misspelt as a whole: they get the meaning of the label that they nearly are."""

from __future__ import annotations

from itertools import pairwise

from kg.entity_types import NAMED
from kg.query.chinese_words import in_english
from kg.query.lexicon import Lexicon
from kg.query.question_items import PERIODS, Item
from kg.query.spelling import is_usual, label_pairs
from kg.query.word_order import with_bare
from kg.text import Token, fold, has_han, tokens

#: How alike a word must be to that of a label which a phrase nearly is, in per cent.
_WORD = 75.0
#: How a label may end otherwise than a word in a question: "overthinking", where it asks for models that "overthink".
_ENDINGS = ("ing", "ed", "s", "es", "er", "ers")


def mend(items: list[Item], lexicon: Lexicon, whole: bool = False) -> None:
    """Give words that nothing bears and that nobody writes the senses of the label they nearly are ("AsyncSpde").

    Where not the `whole` of several words is to be one, some of them are.
    """
    for item in items:
        if item.is_unknown and not item.taken:
            found = tokens(item.text)
            lengths = [len(found)] if whole else range(min(len(found), 5), 0, -1)
            near = next((near for length in lengths if (near := _near(found, length, lexicon))), None)
            item.senses = lexicon.senses(near) if near else []


def whole_words(items: list[Item]) -> list[Item]:
    """The pieces, a Chinese character that nothing bears as one with those beside it that it makes a word with.

    轻量化 is no quantization (量化), and 自动 no "since" (自); 不需要重训练 is 不需要重训.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        if last and last.end == item.start and item.is_unknown and has_han(item.text) and _is_period(last):
            item = Item(last.start, item.end, last.text + item.text)  # 月球车 is of no month
            out.pop()
            last = out[-1] if out else None
        if last and last.end == item.start and last.text[-1:] + item.text[:1] in label_pairs():
            if item.is_unknown and len(item.text) == 1 and len(last.text) > 1:
                last.end, last.text = item.end, last.text + item.text
                continue
            is_begun = last.is_unknown and len(last.text) == 1 and (item.senses or len(item.text) == 1)
            # 动生 of 自动生成, 语言 of 多语言 and 任务 of 多任务, but not 保持 of 能保持
            is_word = bool(in_english(last.text + item.text))
            is_cut = is_word if not item.is_unknown else is_word or item.text[:2] not in label_pairs()
            is_cut = is_cut and not item.senses
            if is_begun or (is_cut and (len(last.text) == 1 or last.is_unknown) and not last.senses):
                item = Item(last.start, item.end, last.text + item.text)
                out.pop()
        out.append(item)
    return out


def _is_period(item: Item) -> bool:
    """Whether a piece is one Chinese character for a span of time."""
    return len(item.text) == 1 and item.of("type:") in PERIODS


def mended_pairs(items: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """The pieces, a word that nothing bears and a bare one behind it as one, mended as one: "tokn merging"."""
    joined = with_bare(items, text)
    mend([item for item in joined if item not in items], lexicon, whole=True)
    return joined


def mended_around(items: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """The pieces, a word that nothing bears as one with those beside it, mended as one: "spiking nerual network"."""
    for at, item in enumerate(items):
        if not (item.is_unknown and item.text.isascii()) or all(map(is_usual, fold(item.text).split(" "))):
            continue
        for start, end in ((at - 1, at + 1), (at, at + 1), (at - 1, at)):
            run = items[max(start, 0) : end + 1]
            gaps = {text[one.end : other.start] for one, other in pairwise(run)}
            if len(run) != end - start + 1 or gaps != {" "} or not all(one.text.isascii() for one in run):
                continue
            whole = Item(run[0].start, run[-1].end, text[run[0].start : run[-1].end])
            mend([whole], lexicon, whole=True)
            if any(sense.known for sense in whole.senses):
                return mended_around([*items[:start], whole, *items[end + 1 :]], text, lexicon)
    return items


def with_versions(items: list[Item], text: str) -> list[Item]:
    """The pieces, a name and a version that nothing bears as one that nothing bears: GPT-7 is not GPT."""
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        is_version = item.value is not None and not item.unit and item.text.isdigit()
        is_name = last is not None and last.text[:1].isupper() and last.types <= {"technique", *NAMED}
        if last and is_version and is_name and last.senses and text[last.end : item.start] == "-":
            out[-1] = Item(last.start, item.end, text[last.start : item.end])
        else:
            out.append(item)
    return out


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
    is_stem = " " in folded and near.count(" ") == folded.count(" ")
    is_stem = is_stem or (len(folded) > 6 and near.removeprefix(folded) in _ENDINGS)
    return near.startswith(folded) and not is_stem and (len(near) > len(folded) + 1 or len(folded) < 7)


def _each_alike(folded: str, near: str) -> bool:
    """Whether each word of a phrase is nearly that of a label in its place, where both have as many."""
    from rapidfuzz import fuzz

    pairs = list(zip(folded.split(" "), near.split(" "), strict=False))
    return folded.count(" ") != near.count(" ") or all(fuzz.ratio(one, other) >= _WORD for one, other in pairs)
