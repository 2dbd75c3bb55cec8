"""Unknown words of a question that carry meaning, as conditions: texts must contain them.

"Federated quantization", "quantization for proteins" and 蛋白质模型的量化 select papers on quantization that contain
the words; if there are none, ordinary words only rank, and others leave the first tier empty.
Chinese words are searched for in English, by `ontology/wording.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import dropwhile

from kg.query.chinese_words import in_english
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Filter, Phrase
from kg.query.patterns import stem
from kg.query.question_words import QuestionWords
from kg.query.spelling import usual_near
from kg.text import fold, has_han
from kg.wordcounts import WordCounts

#: The least letters of a meaningful word.
_LONG = 4
#: The number of papers in all fields from which on a word carries little meaning.
_USUAL = 1000


def narrowed(corpus: Corpus, wanted: Filter, is_of_all: bool = False) -> Filter:
    """The filter with unknown words as conditions, except for ordinary ones that leave no paper, which only rank.

    `is_of_all`: whether a filter without conditions passes all papers.
    """
    known = [one for one in wanted.conditions if not _is_word(one)]
    words = [one for one in wanted.conditions if _is_word(one)] if known else []
    kept = _kept(words, corpus, Filter(tuple(known)))
    out = replace(
        wanted,
        conditions=tuple(one for one in wanted.conditions if one not in words or one in kept),
        ignored=(*wanted.ignored, *(one.text for one in words if one not in kept)),
    )
    for text in wanted.narrowing if out.conditions else ():
        out = _with(out, text, _kept(_holding(text, corpus, out), corpus, out))
    for text in wanted.unnamed if out.conditions or is_of_all else ():
        telling = [Condition(part, (Phrase(part, forms),)) for part, forms in _telling(text)]
        out = _with(out, text, _kept(telling, corpus, out))
    return out


def _is_word(one: Condition) -> bool:
    """Whether a condition is an unknown word of the question."""
    return not one.negated and all(isinstance(term, Phrase) and term.label == one.text for term in one.any_of)


def _kept(added: Iterable[Condition], corpus: Corpus, wanted: Filter) -> list[Condition]:
    """The conditions whose words are not ordinary, and those that some papers fulfil beside the others."""
    kept: list[Condition] = []
    for one in added:
        beside = Filter((*wanted.conditions, *kept, one))
        if not _is_ordinary(one.text) or corpus.count(corpus.holding(beside)):
            kept.append(one)
    return kept


def _is_ordinary(words: str) -> bool:
    """Whether papers in all fields have some words, or their English ones."""
    known = in_english(words) if has_han(words) else (words,)
    return bool(known) and not any(_says(word) for one in known for word in one.split())


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


def _plain() -> frozenset[str]:
    """Uninformative words."""
    return QuestionWords.load().plain


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


def is_essential(words: str) -> bool:
    """Whether words without which a question is another one are among some: a number, a negation, a name or a verb."""
    known, counts = QuestionWords.load(), WordCounts.load().count
    for word in words.split():
        stem_of = re.sub(r"(?:ed|ing|e?s|e)$", "", word)
        is_verb = all(counts.get(stem_of + ending, 0) for ending in ("ed", "ing"))
        steers = any(one.means & {"not", "lacking"} for one in known.bearing(fold(word)))
        if is_verb or steers or has_han(word) or _says(word) or any(c.isdigit() or c.isupper() for c in word):
            return True
    return False


def phrase_of(words: str) -> Phrase:
    """A condition that texts contain some words; Chinese ones in English, if known."""
    return Phrase(words, in_english(words) if has_han(words) else _forms(words))


def _left(words: str, told: set[str]) -> list[str]:
    """The words that are in no condition."""
    if words in told:
        return []
    return [word for word in words.split() if word not in told and (len(word) >= _LONG or has_han(word))]
