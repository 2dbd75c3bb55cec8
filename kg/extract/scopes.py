"""What each value of a sentence is of: the things, numbers and words that are its own, or shared by all its values.

"Up to 7.5x on RTX 4090, 4.8x on A100 and 8.9x on H100, compared to FlashDecoding-v2": each value has a device of its
own, and all share the rival. A list is dealt out by "respectively", or when it has as many members as there are values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.extract.numbers import plain
from kg.extract.speech import FINITE, tagged
from kg.model import OBTAINED
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

#: The prepositions of rivals: of the number before them, and of all numbers of a sentence ("compared to").
RIVALS = OVER, COMPARED = "over", "compared"
_RIVALS = dict.fromkeys(("over", "than", "against", "upon"), OVER)
_RIVALS |= dict.fromkeys(("versus", "vs", "compared", "relative"), COMPARED)
_WORD, _NAME, _NUMBER, _SHARE = "word", "name", "#", "#%"  # kinds, the last of "16% of the cache"
#: Between the values of a list, what begins the item of the next one: the strongest of these that is there.
_BREAKS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"[;；]",
        r"[,，]\s*(?:and|while|whereas|but|with|和|而)?\s*",
        r"\s(?:and|while|whereas|but|versus)\s|[和而]",
    )
)
_END = re.compile(r"[;,；，。]\s|\s(?:while|whereas|compared|relative|without)\s", re.IGNORECASE)
_JOINED = re.compile(r"(?:[\s,/&、和与及()]|and|or|the|an?|up to|about|NVIDIA)*", re.IGNORECASE)
#: Words that deal a list out among the values of a sentence.
DEALT = ("respectively", "分别")
_DIGITS = r"[^\s,;:()（），。；]*\d[^\s,;:()（），。；]*(?<![.\-–'’])"
_ENDINGS = ("ing", "ed", "es", "er", "e", "s")
_SHORTEST = 4  # letters of a word without its ending
_NOUNS, _LINKS = ("NN", "NNS", "NNP", "NNPS", "JJ", "FW", "VBG"), ("IN", "TO")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ScopeTerm:
    """A thing, number or word at [start, end) of a sentence; `keys` are what it may be found by."""

    start: int
    end: int
    kind: str  # one of OBTAINED, another type of the vocabulary, "#%" for a number, "name", "name w#a#" or "word"
    keys: frozenset[str]
    text: str
    link: str = ""  # the preposition that it follows; one of RIVALS for all that begin a comparison

    @property
    def is_exact(self) -> bool:
        """Whether it is a number or a name."""
        return self.kind.startswith((_NUMBER, _NAME))

    @property
    def group(self) -> str:
        """Terms of one group exclude each other: an item of a list that has one takes none from its neighbours."""
        return self.kind if self.kind in OBTAINED or (self.is_exact and self.kind != _NAME) else f"{_WORD} {self.link}"

    def is_in(self, terms: Iterable[ScopeTerm], vocabulary: Vocabulary, said: str = "") -> bool:
        """Whether one of some terms is this one or narrower, or they and the words `said` hold its words."""
        terms = list(terms)
        if any(self.keys & one.keys for one in terms):
            return True
        if self.is_exact and self.kind != _NAME:  # "W4A4" is no "W4A4/A8"
            return any(one.text.casefold().startswith(f"{self.text.casefold()}-") for one in terms)
        own, first = words_of(self.text), tokens(self.text)[:1]
        if own and own <= words_of(" ".join([said, *(one.text for one in terms)])):
            return True
        if self.kind == "model":  # "Qwen3-8B" is a Qwen3, a model that is built on Qwen3 is none
            terms = [one for one in terms if [t.fold for t in tokens(one.text)[:1]] == [t.fold for t in first]]
        concepts = [key for one in terms if one.kind == self.kind for key in one.keys if key in vocabulary]
        return any(self.keys & set(vocabulary.broader(key)) for key in concepts)


@dataclass(frozen=True, slots=True)
class ValueScope:
    """What is said of one value of a sentence: its own terms with those shared by all, and those of other values."""

    own: tuple[ScopeTerm, ...] = ()
    others: tuple[ScopeTerm, ...] = ()

    def without(self, spans: Sequence[Place]) -> ValueScope:
        """The scope without the terms at some places."""
        return ValueScope(tuple(t for t in self.own if not _overlaps(spans, t.start, t.end)), self.others)


NO_SCOPE = ValueScope()


class ScopedSentence:
    """A sentence whose terms can be dealt out among its values."""

    def __init__(self, text: str, numbers: Iterable[tuple[int, int, str, str]], vocabulary: Vocabulary) -> None:
        """`numbers` are (start, end, value, unit) of the numbers that are no part of a name."""
        self.text, self.vocabulary = plain(text), vocabulary
        self.terms = self._linked(list(numbers))

    def _linked(self, numbers: list[tuple[int, int, str, str]]) -> list[ScopeTerm]:
        """The terms by place, each with the preposition that it follows."""
        first = self.text.split(" ", 1)[0]
        words, _ = tagged(
            self.text.replace(first, first.lower(), 1) if first.istitle() else self.text, 0, len(self.text)
        )
        found = list(self._things(numbers))
        taken = [(term.start, term.end) for term in found]
        links: list[tuple[int, str]] = []
        last = ""
        for word in words:
            start = max([word.start, *(end + 1 for begin, end in taken if begin <= word.start < end < word.end)])
            said, low = self.text[start : word.end], word.text.lower()
            if low in _RIVALS or word.tag in (*_LINKS, *FINITE):
                links.append((word.end, "" if word.tag in FINITE else _RIVALS.get(low) or _RIVALS.get(last) or low))
            elif word.tag in _NOUNS and len(said) > 1 and said[0].isalnum() and not _overlaps(taken, start, word.end):
                kind = _WORD if word.text.islower() else _NAME
                found.append(ScopeTerm(start, word.end, kind, frozenset({fold(said)}), said))
            last = low
        for at, term in enumerate(found):
            end, link = next(((end, link) for end, link in reversed(links) if end <= term.start), (0, ""))
            if not any(end <= start < term.start for start, *_ in numbers):
                found[at] = replace(term, link=link)
        return sorted(found, key=lambda term: term.start)

    def _things(self, numbers: list[tuple[int, int, str, str]]) -> Iterator[ScopeTerm]:
        """What the vocabulary knows (of matches that overlap the longest, things first), numbers, names with digits."""
        matches = sorted(
            self.vocabulary.match(self.text), key=lambda m: (m.type not in OBTAINED, m.start - m.end, m.type)
        )
        taken: list[Place] = []
        for match in matches:
            text = self.text[match.start : match.end]
            is_free = match.type in OBTAINED or not any(map(str.isdigit, text))
            if is_free and not _overlaps(taken, match.start, match.end):
                taken.append((match.start, match.end))
                yield ScopeTerm(match.start, match.end, match.type, frozenset({match.concept, fold(text)}), text)
        for start, end, value, unit in numbers:
            if not _overlaps(taken, start, end):
                shape = _shape(self.text[start:end])
                of = fold((re.match(r"\W*(\w*)", self.text[end:]) or [""])[0]) if shape == _NUMBER else ""
                taken.append((start, end))
                yield ScopeTerm(
                    start,
                    end,
                    f"#{shape.lstrip('#')}{of}",
                    frozenset({f"{value} {unit}".strip()}),
                    self.text[start:end],
                )
        for found in re.finditer(_DIGITS, self.text):
            letters = "".join(filter(str.isalnum, found[0])).casefold()
            if not letters.isdecimal() and not _overlaps(taken, *found.span()):
                yield ScopeTerm(*found.span(), f"{_NAME} {_shape(found[0])}", frozenset({letters}), found[0])

    def scope(
        self, values: Sequence[Place], rivals: Sequence[Place], place: Place, *, is_claim: bool = False
    ) -> ValueScope:
        """What is said of the value at a place, one of `values`.

        Things are dealt out among all `values` of the sentence, numbers and words among `rivals`, those of its metric.
        Of a claim, what stands before the first value is of all, of a paper only if no value has another of its kind.
        """
        terms = [term for term in self.terms if not _overlaps(rivals, term.start, term.end)]
        dealt = self._dealt(values) | self._dealt(rivals)
        own = {term for term in self._share(terms, values, values, place) if term.kind in OBTAINED}
        own |= {term for term in self._share(terms, rivals, values, place) if term.kind not in OBTAINED}
        if is_claim:
            own |= {term for term in terms if term.end <= min(values, default=place)[0]}
        for term in terms:
            if turns := dealt.get((term.start, term.end)):
                (own.add if place in turns else own.discard)(term)
        return ValueScope(tuple(t for t in terms if t in own), tuple(t for t in terms if t not in own))

    def _share(
        self, terms: list[ScopeTerm], rivals: Sequence[Place], values: Sequence[Place], place: Place
    ) -> Iterator[ScopeTerm]:
        """The terms that are of the value at a place among its `rivals`."""
        anchors = sorted(set(rivals))
        if not anchors:
            yield from terms
            return
        index, items = anchors.index(place), self._items(anchors)
        at = {term: _item(items, term) for term in terms}
        here = [term for term in terms if at[term] == index]
        behind = {term.group for term in here if term.start > place[0] and term.link not in RIVALS}
        words = {f"{_WORD} {term.link}" for term in here if term.group.startswith(_WORD)}
        lone = {kind for kind in OBTAINED if len({term.keys for term in terms if term.kind == kind}) == 1}
        groups: list[set[str]] = [set() for _ in anchors]
        for term in terms:
            if (item := at[term]) is not None and item >= 0:
                groups[item] |= {term.group, f"{_WORD} {term.link}"}
        for term in terms:
            item, is_word = at[term], term.group.startswith(_WORD)
            if item == index:
                belongs = True
            elif item is None:  # behind the list
                belongs = term.link != OVER or not any(anchors[-1][1] < one[0] < term.start for one in values)
            elif item < 0:  # before it
                taken = behind if index == 0 else groups[index]
                belongs = term.group not in taken or term.group == _SHARE or (index == 0 and is_word)
            elif term.kind in lone:
                belongs = term.kind not in groups[index] and f"{_WORD} {term.link}" not in words
            else:
                step = 1 if item > index else -1
                is_nearest = not any(term.group in groups[k] for k in range(index, item, step))
                is_ahead = term.end <= anchors[item][0] or term.group == f"{_WORD} "
                belongs = is_nearest and (not (is_word and any(t.link for t in here)) if step == 1 else is_ahead)
            if belongs:
                yield term

    def _items(self, anchors: Sequence[Place]) -> list[Place]:
        """The span of the list item of each value; what stands before the first and behind the last is of all."""
        cuts = [anchors[0][0]]
        for (_, end), (start, _) in pairwise(anchors):
            found = next((m for breaks in _BREAKS if (m := breaks.search(self.text, end, start))), None)
            cuts.append(found.start() if found else start)
        last = _END.search(self.text, anchors[-1][1])
        return list(pairwise([*cuts, last.start() if last else len(self.text)]))

    def _dealt(self, values: Sequence[Place]) -> dict[Place, frozenset[Place]]:
        """The values that each member of a list is of, for the lists that are dealt out among some values."""
        anchors = sorted(set(values))
        is_list = all(_JOINED.fullmatch(self.text, one[1], other[0]) for one, other in pairwise(anchors))
        out: dict[Place, frozenset[Place]] = {}
        for members in self._lists() if is_list or any(map(self.text.__contains__, DEALT)) else ():
            if len(members) > 1 and len(anchors) % len(members) == 0:
                for turn, member in enumerate(members):
                    out |= {(t.start, t.end): frozenset(anchors[turn :: len(members)]) for t in member}
        return out

    def _lists(self) -> Iterator[list[list[ScopeTerm]]]:
        """The lists of names in the sentence, each member with its terms: "the A100 GPU and Atom" has two."""
        found: list[list[ScopeTerm]] = []
        for term in self.terms:
            if term.kind == _WORD or term.kind.startswith(_NUMBER):
                continue
            between = self.text[found[-1][-1].end : term.start] if found else ""
            if found and not between.strip():
                found[-1].append(term)
            elif found and _JOINED.fullmatch(between):
                found.append([term])
            else:
                yield found
                found = [[term]]
        yield found


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text without endings, so that "trains" and "training" are one."""
    return frozenset(
        next((cut for end in _ENDINGS if len(cut := word.removesuffix(end)) >= _SHORTEST and cut != word), word)
        for word in (token.fold for token in tokens(text))
    )


def _item(items: list[Place], term: ScopeTerm) -> int | None:
    """The number of the item that a term stands in; -1 before the first one, None behind the last."""
    if term.start < items[0][0]:
        return -1
    return next((k for k, (start, end) in enumerate(items) if start <= term.start < end), None)


def _overlaps(spans: Iterable[Place], start: int, end: int) -> bool:
    return any(start < stop and begin < end for begin, stop in spans)


def _shape(text: str) -> str:
    """A text with a sign for each of its numbers: "w#a#" of "W4A4"."""
    return re.sub(r"\d+(?:[.,]\d+)*", "#", "".join(text.split())).casefold()
