"""Spelling correction for single words of a question: "speculatve decodng" becomes speculative decoding.

A word is corrected only if it is unknown (not a label, a common word or in a text of the graph) and one word of
the vocabulary or of questions is nearest: one edit away, or two if it is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.compiled import kept, stamp
from kg.entity_types import data_folder
from kg.query.question_words import QuestionWords
from kg.text import HAN, fold
from kg.vocabulary import Vocabulary, ontology_files
from kg.wordcounts import WordCounts, is_slip

if TYPE_CHECKING:
    from kg.query.lexicon import Lexicon

_HAN = re.compile(f"[{HAN}]+")
_LATIN = re.compile(r"(?<![A-Za-z0-9_./$])[A-Za-z]+(?![A-Za-z0-9_/$]|\.[A-Za-z0-9])")
#: The shortest word that is corrected, and the shortest that may have two errors.
_SHORTEST, _LONG = 4, 9
#: The number of papers that make a word common, the number that make it a real word ("whale" is not "while"), and
#: how much more frequent than the next a candidate must be.
_USUAL, _REAL, _OFTENER = 100, 10, 3
#: The lengths of Chinese names in which one wrong character is corrected.
_HAN_NAMES = range(4, 9)


class _Spellings(NamedTuple):
    """The frequency of each common word in papers, and the real words; the folded words of labels and
    questions, by first letter and length.

    For Chinese: the names by length, and all adjacent pairs of characters in them.
    """

    usual: dict[str, int]
    real: frozenset[str]
    known: dict[tuple[str, int], list[str]]
    names: dict[int, list[str]]
    pairs: frozenset[str]


def mended(text: str, unknown: Iterable[str], lexicon: Lexicon) -> str:
    """A question with misspelt words among some unknown ones corrected."""
    said = "\n".join(unknown)
    for run in sorted(set(_HAN.findall(said))):
        text = text.replace(run, _with_character(run))
    words = set(_LATIN.findall(said))
    opening = next(iter(_LATIN.findall(text[: text.find(" ") + 1])), "")
    near = {word: found for word in sorted(words) if (found := _meant(word, lexicon, word == opening))}
    meant = {word: found[0] for word, found in near.items() if len(found) == 1}
    meant |= _in_names([meant.get(word, word) for word in _LATIN.findall(text)], near, lexicon)
    return _LATIN.sub(lambda found: meant.get(found.group(), found.group()), text) if meant else text


def is_usual(word: str) -> bool:
    """Whether a word is common in papers, in singular or plural."""
    return word.lower() in _spellings().usual or fold(word) in _spellings().usual


def usual_near(word: str) -> str | None:
    """The common word that an uncommon one is one edit away from."""
    near = [] if is_usual(word) else _nearest(fold(word), 1)
    return near[0] if len(near) == 1 and is_usual(near[0]) else None


def is_superlative(word: str) -> bool:
    """Whether a word is the superlative of a common word: "longest", but not "request"."""
    stem = word.removesuffix("est")
    roots = (stem, f"{stem}e", f"{stem.removesuffix('i')}y")
    return stem != word and len(stem) > 2 and ((len(stem) > 4 and stem[-1] == "i") or any(map(is_usual, roots)))


def label_pairs() -> frozenset[str]:
    """All adjacent pairs of Chinese characters in names."""
    return _spellings().pairs


def _in_names(words: list[str], near: dict[str, list[str]], lexicon: Lexicon) -> dict[str, str]:
    """Ambiguous misspelt words, each resolved to the one that forms a name with its neighbour: "sparce attention"."""
    found: dict[str, set[str]] = {}
    for first, second in pairwise(words):
        for one, other in product(near.get(first, [first]), near.get(second, [second])):
            if any(sense.known for sense in lexicon.senses(f"{fold(one)} {fold(other)}")):
                found.setdefault(first, set()).add(one)
                found.setdefault(second, set()).add(other)
    return {word: some.pop() for word, some in found.items() if word in near and len(some) == 1}


def _meant(word: str, lexicon: Lexicon, opens: bool) -> list[str]:
    """The candidates for a misspelt word, a single one if it is certain; none if the word is correct.

    The first word of a question may be short, and may be an interrogative: "wich" is not "with" there.
    """
    if is_superlative(word):
        return []
    folded = fold(word)
    asking = [one for one in lexicon.words.folds("asks") if opens and one[0] == folded[0] and is_slip(folded, one)]
    if len(asking) == 1 and not (is_usual(word) or lexicon.words.bearing(folded) or lexicon.senses(folded)):
        return asking
    is_right = is_usual(word) or word in _spellings().real or bool(lexicon.senses(folded))
    if len(word) < _SHORTEST or not word[1:].islower() or is_right:
        return []
    near = _nearest(folded, 2 if len(word) >= _LONG and word.islower() else 1)
    if len(word) == _SHORTEST:  # a letter is missing ("tokn"), or it is a name
        is_whole = len(near) == 1 and len(near[0]) == len(word) + 1 and word.islower() and is_usual(near[0])
        near = near if is_whole else []
    is_swapped = any(sorted(one) == sorted(folded) for one in near)  # some text may have it too: "nerual"
    return [] if near and not is_swapped and lexicon.is_written(word) else near


def _with_character(run: str) -> str:
    """Chinese characters with one wrong character in a name corrected: 投机解马 is 投机解码.

    The wrong character forms no known pair with its neighbours: 图像分割 is not 图像分类. It is not the first one,
    which gives the kind of thing: 单卡推理 is not 多卡推理.
    """
    known = _spellings()
    for size in reversed(_HAN_NAMES):
        for start in range(len(run) - size + 1):
            part = run[start : start + size]
            wrong = [i for i in range(1, size) if not known.pairs & {part[max(i - 1, 0) : i + 1], part[i : i + 2]}]
            others = [(part[:i], part[i + 1 :]) for i in wrong]
            near = {n for n in known.names.get(size, ()) for a, z in others if n.startswith(a) and n.endswith(z)}
            if len(near) == 1:
                return run[:start] + near.pop() + run[start + size :]
    return run


def _nearest(word: str, most: int) -> list[str]:
    """The words within so many edits; a single one if it is much more frequent than the others."""
    from rapidfuzz.distance import OSA  # needed only for unknown words

    known = _spellings()
    sizes = range(len(word) - most, len(word) + most + 1)
    near = [
        (OSA.distance(word, one, score_cutoff=most), one) for n in sizes for one in known.known.get((word[0], n), ())
    ]
    least = min((slips for slips, _ in near), default=most + 1)
    best = [one for slips, one in near if slips == least <= most]
    swapped = [one for one in best if sorted(one) == sorted(word)]
    ranked = sorted(swapped or best, key=lambda one: -known.usual.get(one, 0))
    is_one = len(ranked) == 1 or (ranked and known.usual.get(ranked[0], 0) > _OFTENER * known.usual.get(ranked[1], 1))
    return [] if word in ranked[:1] else ranked[:1] if is_one else ranked


@cache
def _spellings() -> _Spellings:
    table = data_folder("data") / "words.tsv.gz"
    made_from = stamp([*([table] if table.is_file() else []), *ontology_files(), Path(__file__)])
    return _Spellings._make(kept("spelling", made_from, lambda: tuple(_counted())))


def _counted() -> _Spellings:
    counted = WordCounts.load().count
    usual = {word: count for word, count in counted.items() if count >= _USUAL}
    real = frozenset(word for word, count in counted.items() if count >= _REAL)
    labels = {folded for _, folded in Vocabulary.load().index()}
    labels |= {fold(label) for word in QuestionWords.load().words for label in word.labels}
    known: dict[tuple[str, int], list[str]] = {}
    for word in sorted({word for label in labels for word in label.split() if word.isascii() and word.isalpha()}):
        known.setdefault((word[0], len(word)), []).append(word)
    runs = sorted({run for label in labels for run in _HAN.findall(label.replace(" ", ""))})
    whole = {label.replace(" ", "") for label in labels}
    names = {size: [run for run in runs if len(run) == size and run in whole] for size in _HAN_NAMES}
    pairs = frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    return _Spellings(usual, real, known, names, pairs)
