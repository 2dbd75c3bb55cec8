"""Chinese words that nothing bears in English, so that texts can be searched for them.

`ontology/wording.ttl` has nouns and words for a kind; more are what is left of the preferred labels of a thing where
these end in labels of another one: 跨层注意力 is cross-layer attention, so that 跨层 is "cross-layer".
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from kg.compiled import kept, stamp
from kg.entity_types import data_folder
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary, ontology_files, read_concepts

#: The words of `ontology/wording.ttl` that say what or of what kind something is.
_NOUN, _MODIFIER = "cue:wording-noun", "cue:wording-modifier"
#: Endings that make a word for a kind.
_ENDINGS = "化级式型性"


def is_modifier(words: str) -> bool:
    """Whether Chinese words say of what kind something is."""
    return bool(_found(words, _words(_MODIFIER))) or words in _aligned()


def in_english(words: str) -> tuple[str, ...]:
    """What Chinese words are in English: 轻量化 is what 轻量级 and 轻量 are; () where that is not known."""
    tables = (_words(_NOUN), _words(_MODIFIER))
    known = [english for table in tables for english in _found(words, table)] or _aligned().get(words, ())
    joined = [english.replace(" ", "") for english in known if english.count(" ") == 1]  # "multitask"
    return tuple(dict.fromkeys((*known, *joined)))


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


@cache
def _aligned() -> dict[str, tuple[str, ...]]:
    """English words by the Chinese ones that stand in their place in the preferred labels of the vocabulary."""
    made: dict[str, tuple[str, ...]] = kept("aligned", stamp([*ontology_files(), Path(__file__)]), _align)
    return made


def _align() -> dict[str, tuple[str, ...]]:
    concepts = Vocabulary.load().concepts.values()
    heads: dict[str, set[str]] = defaultdict(set)  # English labels of what bears a Chinese one
    for concept in concepts:
        english = {fold(label) for label in concept.labels() if not has_han(label)}
        for label in concept.labels():
            if has_han(label):
                heads[label] |= english
    found: dict[str, set[str]] = defaultdict(set)
    for concept in concepts:
        chinese, label = concept.label.get("zh", ""), concept.label.get("en", "")
        for cut in range(2, len(chinese) - 1):
            for head in heads.get(chinese[cut:], ()):
                if fold(label).endswith(f" {head}") and all(map(has_han, chinese[:cut])):
                    found[chinese[:cut]].add(label[: len(label) - len(head)].strip(" -").lower())
    return {words: tuple(sorted(some - {""})) for words, some in sorted(found.items())}
