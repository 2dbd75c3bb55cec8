"""Chinese words that nothing bears in English, so that texts can be searched for them.

`ontology/wording.ttl` has nouns and words for a kind; more are what the names of things share whose labels begin so:
跨层注意力 is cross-layer attention, so that 跨层 is "cross-layer".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kg.compiled import kept, stamp
from kg.entity_types import data_folder
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary, ontology_files, read_concepts

#: The words of `ontology/wording.ttl` that say what or of what kind something is.
_NOUN, _MODIFIER = "cue:wording-noun", "cue:wording-modifier"
#: The shortest words that are looked for in labels, and the share of names that must have an English one.
_SHORTEST, _MOST = 2, 0.6
#: Endings that make a word for a kind.
_ENDINGS = "化级式型性"


def is_modifier(words: str) -> bool:
    """Whether Chinese words say of what kind something is."""
    return bool(_found(words, _words(_MODIFIER)))


def in_english(words: str) -> tuple[str, ...]:
    """What Chinese words are in English: 轻量化 is what 轻量级 and 轻量 are; () where that is not known."""
    tables = (_words(_NOUN), _words(_MODIFIER))
    known = [english for table in tables for english in _found(words, table)] or shared(words)
    joined = [english.replace(" ", "") for english in known if english.count(" ") == 1]  # "multitask"
    return tuple(dict.fromkeys((*known, *joined)))


@cache
def shared(words: str) -> tuple[str, ...]:
    """The English words that the names of most things have whose Chinese labels begin with some words: 脑电 is EEG.

    Of one thing alone they are what is left of its name: 人体姿态 is "human pose", as 估计 is "estimation".
    """
    if len(words) < _SHORTEST or not all(map(has_han, words)):
        return ()
    named = _named(words)
    if len(named) > 1 and len({label[len(words) :][:1] for label in named}) == 1:  # 小语 of 小语言模型
        return ()
    said = [word for word in min(named.values(), key=len, default=()) if _share(word, named) >= _MOST]
    if len(named) == 1:
        ((chinese, english),) = named.items()
        rest = chinese.removeprefix(words)
        others = _named(rest, str.endswith) if len(rest) >= _SHORTEST else {}
        said = [word for word in english if _share(word, others) < _MOST] if len(others) > 1 else []
    return (" ".join(said),) if said else ()


def _named(words: str, has: Callable[[str, str], bool] = str.startswith) -> dict[str, tuple[str, ...]]:
    """The English names of the things with a Chinese label that begins with some words, by the shortest such label."""
    having = ((english, [one for one in labels if has(one, words)]) for english, labels in _labelled())
    return {min(chinese, key=len): english for english, chinese in having if chinese}


def _share(word: str, named: dict[str, tuple[str, ...]]) -> float:
    return sum(word in english for english in named.values()) / len(named) if named else 0.0


@cache
def _labelled() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The words of the English names of things with their Chinese labels, each name once."""
    return kept("labelled", stamp([*ontology_files(), Path(__file__)]), _label)


def _label() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    found: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for concept in Vocabulary.load().concepts.values():
        english = tuple(word.lower() for word in concept.label.get("en", "").split(" "))
        found[english] |= dict.fromkeys(filter(has_han, concept.labels()))
    return tuple((english, tuple(labels)) for english, labels in found.items() if labels)


def _found(words: str, table: dict[str, tuple[str, ...]]) -> list[str]:
    root = words[:-1] if words[-1:] in _ENDINGS else words
    forms = (words, *(f"{root}{ending}" for ending in _ENDINGS), root) if len(root) > 1 else (words,)
    return [english for form in forms for english in table.get(fold(form), ())]


@cache
def _words(kind: str) -> dict[str, tuple[str, ...]]:
    """English words of a kind by what they are in Chinese."""
    found: dict[str, tuple[str, ...]] = {}
    for concept in read_concepts([data_folder("ontology") / "wording.ttl"]):
        for label in concept.labels() if concept.curie == kind else ():
            english, _, chinese = label.partition(" = ")
            found[fold(chinese)] = (*found.get(fold(chinese), ()), english)
    return found
