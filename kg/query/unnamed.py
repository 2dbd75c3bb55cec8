"""Unknown words of a question that carry meaning, as conditions: texts must contain them.

"Federated quantization", "quantization for proteins" and 蛋白质模型的量化 select papers on quantization that contain
the words, and have no answer if there are none.
Chinese words are searched for in English, by `ontology/wording.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, reduce
from itertools import dropwhile

from kg.query.chinese_words import in_english
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Filter, Phrase
from kg.query.patterns import stem
from kg.query.question_words import QuestionWords
from kg.query.spelling import usual_near
from kg.text import has_han
from kg.wordcounts import WordCounts

#: The least letters of a meaningful word.
_LONG = 4
#: The number of papers in all fields from which on a word carries little meaning.
_USUAL = 1000


def narrowed(corpus: Corpus, wanted: Filter, is_of_all: bool = False) -> Filter:
    """The filter with unknown words as conditions; of several words, texts must contain all.

    `is_of_all`: whether a filter without conditions passes all papers.
    """
    out = wanted
    for words in wanted.narrowing if wanted.conditions else ():
        out = _with(out, words, _holding(words, corpus, out))
    return _told_by_texts(out, corpus) if out.conditions or is_of_all else out


def _told_by_texts(wanted: Filter, corpus: Corpus) -> Filter:
    """The filter with the other unknown words as conditions, except for uninformative ones.

    A word that is in no text leaves no papers: the question is not answered without it. Several words are one
    condition if texts have them together: "batch sizes".
    """
    out = wanted
    for words in wanted.unnamed:
        added = tuple(Condition(part, (Phrase(part, forms),)) for part, forms in _telling(words))
        out = _with(out, words, added)
    return out


def _with(wanted: Filter, words: str, added: Sequence[Condition]) -> Filter:
    """The filter plus conditions made from some of its ignored words; the other words stay ignored."""
    if not added:
        return wanted
    told = {condition.text for condition in added}
    left = (word for one in wanted.ignored for word in ([one] if one != words else _left(one, told)))
    return replace(wanted, conditions=(*wanted.conditions, *added), ignored=tuple(left))


def _telling(words: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The informative ones among some words, each with its forms in texts."""
    if has_han(words):
        is_whole = len(words) > 1 and words not in _plain() and in_english(words)  # 小语种 is more than 小语
        rest = words if is_whole else _stripped(words)
        parted = [] if in_english(rest) else [(rest[:at], rest[at:]) for at in range(2, len(rest) - 1)]
        parts = next((two for two in parted if all(map(in_english, two))), (rest,))
        for part in parts if len(rest) > 1 else ():  # 旋转激活 is rotation of activations
            if len(parts) == 1 or any(map(_says, in_english(part))):
                yield words if len(parts) == 1 else part, in_english(part)
        return
    yield from ((word, _forms(word)) for word in words.split() if _says(word))


def _stripped(words: str) -> str:
    """Chinese words without uninformative ones."""
    many = sorted((plain for plain in _plain() if len(plain) > 1), key=lambda plain: (-len(plain), plain))
    rest = reduce(lambda text, plain: text.replace(plain, ""), many, words)
    return rest.strip("".join(_plain().difference(many)))


def _says(word: str) -> bool:
    """Whether an English word is informative by itself: it is long, few papers have it, and it is not misspelt."""
    is_usual = WordCounts.load().count.get(word.lower(), 0) >= _USUAL
    return _is_long(word) and not (is_usual or usual_near(word.lower()))


def _forms(words: str) -> tuple[str, ...]:
    """A word in all its forms in texts: "rotat*" for "rotating"; none for several words."""
    return () if " " in words or has_han(words) else (f"{stem(words)}*",)


def _is_long(word: str) -> bool:
    """Whether a word of Latin letters can be informative by itself."""
    return len(word) >= _LONG and word.lower() not in _plain()


@cache
def _plain() -> frozenset[str]:
    """Uninformative words."""
    return frozenset(label for word in QuestionWords.load().meaning("plain") for label in word.labels)


def _holding(words: str, corpus: Corpus, wanted: Filter) -> list[Condition]:
    """Conditions that texts contain some words; if no paper fulfils them all, a condition on the phrase as it is."""
    if has_han(words) and not is_telling(words):
        return []
    if english := in_english(words):
        return [Condition(words, (Phrase(words, english),))]
    parts = [part for part in words.split() if _is_long(part)]
    if words.isascii() and not parts:
        return []
    each = [Condition(part, (Phrase(part, _forms(part)),)) for part in parts]
    if len(each) > 1 and corpus.count(corpus.holding(Filter((*wanted.conditions, *each)))):
        return each
    whole = words if has_han(words) else _without_plain(words)
    return [Condition(whole, (Phrase(whole, _forms(whole)),))]


def _without_plain(words: str) -> str:
    """English words without uninformative ones at their ends: "affect multilingual"."""
    rest = list(dropwhile(_plain().__contains__, words.split()))
    return " ".join([*dropwhile(_plain().__contains__, rest[::-1])][::-1])


def is_telling(words: str) -> bool:
    """Whether unknown words are informative by themselves."""
    return any(True for _ in _telling(words))


def phrase_of(words: str) -> Phrase:
    """A condition that texts contain some words; Chinese ones in English, if known."""
    return Phrase(words, in_english(words) if has_han(words) else _forms(words))


def _left(words: str, told: set[str]) -> list[str]:
    """The words that are in no condition."""
    if words in told:
        return []
    return [word for word in words.split() if word not in told and (len(word) >= _LONG or has_han(word))]
