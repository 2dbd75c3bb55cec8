"""Words of a question that nothing bears, where they say what the matter is: texts must have them, or nobody does.

"Quantization for protein folding" and 蛋白质模型的量化 are empty where no text on quantization has a word on proteins.
Chinese words are looked for in English, as `ontology/wording.ttl` has them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kg.entity_types import data_folder
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Filter, Phrase
from kg.text import fold, has_han
from kg.vocabulary import read_concepts

#: Letters from which a word says something by itself.
_LONG = 4


def narrowed(corpus: Corpus, wanted: Filter) -> Filter:
    """The filter with words that nothing bears as conditions, where no text of its papers has any of them."""
    added: list[Condition] = []
    for words in wanted.narrowing if wanted.conditions else ():
        parts = _in_english(words) or tuple(part for part in words.split() if len(part) >= _LONG) or (words,)
        said = Condition(words, (Phrase(words, parts),))
        if not corpus.count(corpus.holding(Filter((*wanted.conditions, said)))):
            added.append(said if has_han(words) else Condition(words, (Phrase(words),)))
    told = {condition.text for condition in added}
    kept = tuple(words for words in wanted.ignored if words not in told)
    return replace(wanted, conditions=(*wanted.conditions, *added), ignored=kept) if added else wanted


def is_told(words: str) -> bool:
    """Whether texts can be searched for words: they are English, or Chinese for what English nouns say."""
    return not has_han(words) or bool(_in_english(words))


def _in_english(words: str) -> tuple[str, ...]:
    return _nouns().get(fold(words), ())


@cache
def _nouns() -> dict[str, tuple[str, ...]]:
    """English nouns by what they are in Chinese."""
    found: dict[str, tuple[str, ...]] = {}
    for concept in read_concepts([data_folder("ontology") / "wording.ttl"]):
        for label in concept.labels() if concept.curie == "cue:wording-noun" else ():
            english, _, chinese = label.partition(" = ")
            found[fold(chinese)] = (*found.get(fold(chinese), ()), english)
    return found
