"""English equivalents of Chinese words that are not labels, so that texts can be searched for them.

`ontology/wording.ttl` has nouns and modifiers; further ones are inferred from labels that share a prefix:
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

#: The classes of words in `ontology/wording.ttl`: nouns and modifiers.
_NOUN, _MODIFIER = "cue:wording-noun", "cue:wording-modifier"
#: The shortest words that are looked up in labels, and the share of names that must have an English word in common.
_SHORTEST, _MOST = 2, 0.6
#: Endings that make a modifier.
_ENDINGS = "化级式型性"


def is_modifier(words: str) -> bool:
    """Whether Chinese words are a modifier."""
    return bool(_found(words, _words(_MODIFIER)))


def in_english(words: str) -> tuple[str, ...]:
    """The English for Chinese words: 轻量化 shares that of 轻量级 and 轻量; () if unknown."""
    tables = (_words(_NOUN), _words(_MODIFIER))
    known = [english for table in tables for english in _found(words, table)] or shared(words)
    joined = [english.replace(" ", "") for english in known if english.count(" ") == 1]  # "multitask"
    return tuple(dict.fromkeys((*known, *joined)))


@cache
def shared(words: str) -> tuple[str, ...]:
    """The English words common to the names of most concepts whose Chinese labels begin with some words: 脑电 is EEG.

    If there is only one such concept, the rest of its name is dropped: 人体姿态 is "human pose", without 估计.
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
    """The English names of the concepts whose Chinese label begins with some words, by the shortest such label."""
    having = ((english, [one for one in labels if has(one, words)]) for english, labels in _labelled())
    return {min(chinese, key=len): english for english, chinese in having if chinese}


def _share(word: str, named: dict[str, tuple[str, ...]]) -> float:
    return sum(word in english for english in named.values()) / len(named) if named else 0.0


@cache
def _labelled() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The words of the English names of concepts with their Chinese labels, each name once."""
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
    """English words of a class by their Chinese labels."""
    found: dict[str, tuple[str, ...]] = {}
    for concept in read_concepts([data_folder("ontology") / "wording.ttl"]):
        for label in concept.labels() if concept.curie == kind else ():
            english, _, chinese = label.partition(" = ")
            found[fold(chinese)] = (*found.get(fold(chinese), ()), english)
    return found
