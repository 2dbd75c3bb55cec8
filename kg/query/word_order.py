"""Names in a different order from their label: "pruning of experts" is expert pruning, "removing layers" layer removal.

Only words without a meaning of their own are joined: pieces that already have one stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import permutations, product
from pathlib import Path

from kg.compiled import kept, stamp
from kg.query.chinese_words import in_english
from kg.query.lexicon import Lexicon, Sense
from kg.query.patterns import stem
from kg.query.question_items import ARTICLES, Item, is_gerund, is_second
from kg.query.question_words import QuestionWords
from kg.text import fold, has_han, tokens
from kg.vocabulary import Vocabulary, ontology_files

_TYPES = ("topic", "technique", "problem", "task")
#: The longest run of pieces, and the longest label in words.
_LONGEST, _WORDS = 6, 6
#: An ending of some verb stems that the stems of their nouns lack: "separating" is separation.
_ATE = re.compile(r"(?<=\w{4})at$")


def reordered(items: list[Item], text: str, lexicon: Lexicon) -> list[Item]:
    """The pieces of a question, with those that are a label in a different word order joined.

    A verb counts as its noun: "compress the KV cache" is KV cache compression, 剪掉专家 expert pruning.
    """
    for size in range(min(_LONGEST, len(items)), 0, -1):
        for at in range(len(items) - size + 1):
            run = items[at : at + size]
            measured = any(item.value is not None for item in items[at + size : at + size + 2])  # 缩短一半
            denied = any(item.means("lacking") for item in items[max(at - 1, 0) : at])  # 不依赖softmax的注意力
            ends = denied and any(item.text == "的" for item in run)
            apart = measured or ends or is_second(items[:at])
            if not apart and (found := _whole(run, text, lexicon)):
                kept = run[:1] if run[0].means("stated") else []  # "4-bit attention": quantized, and to 4 bits
                return reordered([*items[:at], *kept, found, *items[at + size :]], text, lexicon)
            ends = size > 2 and not apart and run[0].is_verb and run[-1].is_unknown and has_han(run[-1].text)
            if ends and (found := _whole([run[0], run[-1]], text, lexicon)):  # 剪掉MoE模型里的专家
                found.start, found.text = run[-1].start, run[-1].text
                return [*items[:at], *run[1:-1], found, *items[at + size :]]
    return items


def with_shared(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """The pieces, with the words that both sides of "or" or "and" share added to each.

    A bare verb takes the object before it ("expert pruning or merging"), a bare object the verb after it ("image
    or video generation"), and a negation carries over: "without retraining or fine-tuning".
    """
    for at in range(2, len(items)):
        first, joint, last = items[at - 2 : at + 1]
        is_joint = joint.means("or", "and") or joint.text in ("、", "/")
        denied = lexicon.words.bearing(fold(f"{first.text.split(' ')[0]} {last.text}")) if " " in first.text else []
        if is_joint and first.means("stated") and any("stated" in word.means for word in denied):
            last.senses, last.words = [], denied  # "without retraining or fine-tuning"
        if is_joint and not first.senses and (first.means("stated") or first.is_unknown):
            ends = _ends(last.text)
            first.senses = next((senses for end in ends if (senses := _known(lexicon, f"{first.text}{end}"))), [])
            first.words = [] if first.senses else first.words
        is_bare = not (last.words or last.mark or any(sense.known for sense in last.senses))
        if joint.means("differ") and " " not in last.text:  # "token pruning vs merging"
            is_joint, is_bare = True, not last.mark
        if not (is_joint and is_bare and first.senses) or has_han(first.text) != has_han(last.text):
            continue
        parts = range(2, len(first.text)) if has_han(first.text) else ()
        heads = [first.text[:size] for size in parts] or [first.text.rpartition(" ")[0] + " "]
        names = (f"{head}{last.text}" for head in reversed(heads) if head.strip())
        last.senses = next((senses for name in names if (senses := _known(lexicon, name))), last.senses)
    return items


def _ends(text: str) -> list[str]:
    """Endings that another word may share, longest first: " generation" in "video generation"."""
    if has_han(text):
        return [text[at:] for at in range(2, len(text) - 1)]
    words = text.split(" ")
    return [f" {' '.join(words[at:])}" for at in range(1, len(words))]


def _whole(run: list[Item], text: str, lexicon: Lexicon) -> Item | None:
    """A run of pieces as one, if their words are those of a label."""
    said = [item for item in run if not _only_joins(item)]
    ends = run[0] in said and run[-1] in said and (len(run) > 1 or run[0].is_unknown)
    is_done = len(run) > 1 and is_gerund(run[0]) and fold(run[1].text) in ARTICLES  # "offloading the KV cache"
    is_bare = is_done or any(map(_says_nothing, run))
    if not ends or not is_bare or any(i.mark or i.value is not None or i.fact for i in run):
        return None
    if any(item.means("stated") and _nouns(item) for item in run[1:]) or (run[0].means("stated") and run[-1].done):
        return None  # "the KV cache quantized below 2 bits"
    whole, senses = text[run[0].start : run[-1].end], []
    if has_han(whole):  # 剪枝注意力头, 跨层共享KV缓存
        is_short = 1 < len(said) < 4 and any(item.is_unknown or item.is_ordinary or item.is_verb for item in said)
        orders = (permutations(said) if len(said) == len(run) else [said]) if is_short else []  # 专家的剪枝
        parts = (some for order in orders for some in product(*(_called(item, lexicon) for item in order)))
        names = ((" " if all(map(str.isascii, some)) else "").join(some) for some in parts)
        senses = next((found for name in names if (found := _known(lexicon, name))), [])
    else:
        ways = product(*([item.text, *_nouns(item)] for item in said))
        senses = next((found for words in ways if (found := _bearing(lexicon, words))), [])
    return Item(run[0].start, run[-1].end, whole, senses, done=True) if senses else None


def _nouns(item: Item) -> list[str]:
    """The nouns of a verb that forms a name together with its object."""
    return [noun for word in item.words for noun in word.facts.get("noun", ())] if not item.senses else []


def _says_nothing(item: Item) -> bool:
    """Whether a piece names nothing by itself: a verb, a metric without a number, a name only in papers."""
    is_bare = item.text.islower() and " " not in item.text and not any(sense.known for sense in item.senses)
    is_deed = not item.senses and (item.is_verb or item.means("decrease", "increase", "improve", "deed"))
    is_word = item.is_unknown or (bool(item.senses) and is_bare)
    return not item.taken and (is_word or is_deed or item.types == {"metric"})


def _only_joins(item: Item) -> bool:
    is_joint = fold(item.text) in ("from", "in", "of", "for") or item.means("frame", "about", "narrows")
    return is_joint and not (item.senses or item.is_unknown or item.means("asks"))


def _called(item: Item, lexicon: Lexicon) -> list[str]:
    """The wordings of a piece: as written, its label (共享KV缓存 is KV缓存共享), and in English (Hadamard旋转)."""
    labels = (lexicon.label(sense.concept, "zh") for sense in item.senses[:1])
    return list(dict.fromkeys((item.text, *labels, *in_english(item.text), *_nouns(item))))


def _known(lexicon: Lexicon, label: str) -> list[Sense]:
    folded = " ".join(token.fold for token in tokens(label))
    return [sense for sense in lexicon.senses(folded) if sense.known and sense.type in _TYPES]


def _bearing(lexicon: Lexicon, words: Iterable[str]) -> list[Sense]:
    """The senses of a label with these words, in any order and form."""
    key = _key(token.fold for word in words for token in tokens(word))
    label = _labels().get(key, "") if " " in key else ""
    return [sense for sense in lexicon.senses(label) if sense.known and sense.type in _TYPES] if label else []


def _key(words: Iterable[str]) -> str:
    forms = _forms()
    stems = (_ATE.sub("", stem(forms.get(word, word))) for word in words if word not in _joints())
    return " ".join(sorted(set(stems)))


@cache
def _forms() -> dict[str, str]:
    """Words that labels have in place of others: "multi" for "multiple"."""
    words = QuestionWords.load().meaning("stem")
    return {label: word.labels[0] for word in words for label in word.labels[1:]}


@cache
def _joints() -> frozenset[str]:
    """Joints between two words of a name: "separating prefill and decode" is prefill-decode separation."""
    return frozenset(QuestionWords.load().folds("and"))


@cache
def _labels() -> dict[str, str]:
    """Folded labels of several words, by the stems of these."""

    def made() -> dict[str, str]:
        index = sorted((folded, kind) for kind, folded in Vocabulary.load().index() if kind in _TYPES)
        several = (folded for folded, _ in index if folded.isascii() and 1 <= folded.count(" ") < _WORDS)
        return {_key(folded.split(" ")): folded for folded in several}

    return kept("orders", stamp([*ontology_files(), Path(__file__)]), made)
