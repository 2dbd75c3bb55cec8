"""Which of several things in a sentence each of its numbers was obtained on.

"7.5x on an RTX 4090, 4.8x on an A100" gives each number its own device; "on an A100, it is 3x faster and needs 40% less
memory" gives both the same. A thing stands by the number before it, unless a new statement begins between the two; a
number without a thing of its own has that before the first number, or shares that of the next in a list. What another
thing is compared with is no such thing ("2x over the H100").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from kg.entity_types import LISTS
from kg.extract.speech import tagged
from kg.model import OBTAINED, Document, FieldSpan, Record, Result
from kg.text import fold, sentence_at
from kg.vocabulary import Match, Vocabulary

_LONGEST = 2_000  # characters of a sentence that is read
#: Words that deal a list out among the numbers of a sentence.
_DEALT = ("respectively", "分别")
_RIVALS = ("hardware", "model")  # types of rivals, which data sets are not

#: A number with what makes it one of a result; in LaTeX too.
AMOUNT = re.compile(
    r"(?:\d(?:[\d.,]{0,20}\d)?\s?\$?\s?(?:-|–|~|\\sim|to)\s?\$?)?\d(?:[\d.,]{0,20}\d)?"
    r"\s?(?:\\?%|\$?(?:×|\\times)\$?|[xX]\b|-?fold\b|times\b|倍|points?\b)"
)
_NUMBER = re.compile(r"(?<![A-Za-z\d])\d")
#: What separates statements, and what does so whatever stands behind it.
_BREAK = re.compile(r"[;；，。(（]|[,:](?=\s)|\b(?:and|but|while|whilst|whereas)\b|但|并|而")
_BRACKET = re.compile(r"\([^()]*\)|（[^（）]*）")
_ALWAYS = (";", "；", "(", "（", "while", "whilst", "whereas", "but", "但", "而", "，", "。")
#: Tags of words that a statement begins with: verbs, prepositions, adverbs, numbers.
_BEGINS = ("VB", "IN", "TO", "CD", "MD")
#: Cues of verbs with numbers.
_VERBS = ("outcome-decrease", "outcome-increase", "outcome-improve", "outcome-keep", "outcome-speed", "outcome-win")
#: Between members of a list, of things or of numbers.
_JOINED = re.compile(
    r"(?:[\s,/&、和与及()]|\\%|\b(?:and|or|the|an?|single|both|NVIDIA|models?|datasets?|benchmarks?|GPUs?)\b)*",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\s*(?:,|/|,?\s?\b(?:and|or)\b|、|和)\s*(?:(?:an?|up to|about|around|nearly|over|average|of) )*[~$+-]?"
)
#: Words before a name in which one for a comparison is looked for, those that may stand between, and what ends them.
_BEHIND_CUE, _WITH_CUE, _STOPS = 8, ("to", "with", "of"), (",", ";", ":", "(", ")")


class Extent(NamedTuple):
    """A part of a sentence."""

    start: int
    end: int


class Numbers:
    """The numbers of a sentence, and its words; digits of names are no numbers."""

    def __init__(self, text: str, places: Iterable[Extent], names: Iterable[Match]) -> None:
        self.text = masked = text
        for name in names:
            masked = masked[: name.start] + re.sub(r"\d", "#", masked[name.start : name.end]) + masked[name.end :]
        self.masked = masked
        self.amounts = [Extent(*one.span()) for one in AMOUNT.finditer(masked)]
        self.of = {place: self._number(place) for place in places}
        self.words = tagged(text, 0, len(text))[0]

    def _number(self, span: Extent) -> Extent:
        """The number in the words of a result: "44.2%" of "reduces memory by 44.2%"."""
        amount = next((one for one in self.amounts if one.start < span.end and one.end > span.start), None)
        found = _NUMBER.search(self.masked, *span)
        return amount or (Extent(*found.span()) if found else span)


class Belonging:
    """The numbers of a sentence, and the statements that they stand in."""

    def __init__(self, read: Numbers, at: Extent, alike: Iterable[Extent], vocabulary: Vocabulary) -> None:
        """A number `at` a place; `alike` are on the same metric, so that they were obtained on something else."""
        self.text, self.masked, self.words = read.text, read.masked, read.words
        own = read.of[at]
        self.alike = {read.of[one] for one in alike}
        apart = [one for one in {*read.of.values(), *read.amounts} if one.end <= own.start or one.start >= own.end]
        self.numbers = sorted({own, *apart})
        self.place = self.numbers.index(own)
        self._compare = vocabulary.cues("compare")
        self._verbs = frozenset(chain.from_iterable(map(vocabulary.cues, _VERBS)))
        self._is_dealt_out = any(word in read.text for word in _DEALT)

    def of(self, things: Sequence[Match]) -> set[str]:
        """The concepts of those of some things of one type that the number was obtained on; empty for none."""
        run = self._reach(lambda start, end: _LISTED.fullmatch(self.text, start, end) is not None)
        first, last = run[0], run[-1]
        if last > first:
            lists = chains(things, self.text)
            turn = self._turn(lists, first, last)
            if turn or (self._is_dealt_out and any(len(chain) > 1 for chain in lists)):
                return turn
        held: dict[int, list[Match]] = {}
        for thing in things:
            place = self._holder(thing)
            if place is not None:
                held.setdefault(place, []).append(thing)
        group = self._reach(lambda start, end: not self._breaks(start, end))  # "97% of the accuracy with 3% of it"
        own = [thing for place in group for thing in held.get(place, ())]
        at = self.numbers[self.place]
        ahead, behind = ([thing for thing in own if (thing.start < at.start) == is_so] for is_so in (True, False))
        ahead = [thing for thing in ahead if not self._breaks(thing.end, at.start)] or ahead  # the nearest statement
        first = min((thing.start for thing in behind), default=at.end)
        if own:  # but "on RULER (up to 25 points), and good on LongBench"
            is_far = ahead and _BREAK.search(self.masked, at.end, first)
            return {thing.concept for thing in (ahead if is_far or not behind else behind)}
        for place in range(group[-1] + 1, len(self.numbers)):  # "3x faster and 40% smaller on an A100"
            if (self.numbers[place] in self.alike and place > last) or not self._is_listed(place - 1):
                break
            if place in held:
                return {thing.concept for thing in held[place] if thing.start >= self.numbers[place].start}
        return {thing.concept for thing in held.get(0, ()) if thing.end <= self.numbers[0].start}

    def rivals(self, things: Sequence[Match]) -> set[Match]:
        """Those of some things that the sentence only compares with, by the words before them: "2x over the H100"."""
        return {thing for chain in chains(things, self.text) if self._is_rival(chain[0]) for thing in chain}

    def _is_rival(self, thing: Match) -> bool:
        end = bisect_right(self.words, thing.start, key=attrgetter("end"))
        before = self.words[max(0, end - _BEHIND_CUE) : end]
        for word in reversed(before):
            if word.text.lower() in self._compare:
                return True
            if word.text in _STOPS or (word.tag in ("IN", "TO", "CD") and word.text not in _WITH_CUE):
                return False
        return False

    # Lists

    def _reach(self, joins: Callable[[int, int], bool]) -> range:
        """The places of the numbers around the own one between which the text joins, told by start and end."""
        first = last = self.place
        while first and joins(self.numbers[first - 1].end, self.numbers[first].start):
            first -= 1
        while last + 1 < len(self.numbers) and joins(self.numbers[last].end, self.numbers[last + 1].start):
            last += 1
        return range(first, last + 1)

    def _turn(self, lists: Iterable[Sequence[Match]], first: int, last: int) -> set[str]:
        """The thing at the place of the number in a list of as many: "3x and 4x on A and B"; empty for none."""
        for members in lists:
            inside = self.numbers[first].start < members[0].start < self.numbers[last].start
            if len({thing.start for thing in members}) == len(members) == last - first + 1 and not inside:
                return {members[self.place - first].concept}
        return set()

    # Statements

    def _holder(self, thing: Match) -> int | None:
        """The place of the number that a thing stands by; None for a statement without a number."""
        after = next((n for n, one in enumerate(self.numbers) if one.start >= thing.end), len(self.numbers))
        before = after - 1
        if before < 0:
            return 0
        start = self.numbers[before].end
        if thing.start < start:  # inside the words of a number
            return before
        ahead = self._breaks(start, thing.start)
        if not ahead:
            return before
        if after == len(self.numbers):
            return None if any(ahead) else before
        is_of_next = not self._breaks(thing.end, self.numbers[after].start)
        return after if is_of_next else None if any(ahead) else before

    def _breaks(self, start: int, end: int) -> list[bool]:
        """The breaks in a part of the sentence behind which a statement begins, each with whether it is no comma."""
        out = []
        text = _BRACKET.sub(lambda found: " " * len(found[0]), self.masked[start:end])
        for found in _BREAK.finditer(text):
            said = found.group()
            if said in _ALWAYS or self._begins(start + found.end()):
                out.append(said not in (",", ":"))
        return out

    def _begins(self, at: int) -> bool:
        """Whether a statement begins behind a break: with a verb, a preposition or a number, but no noun."""
        words = self.words[bisect_left(self.words, at, key=attrgetter("start")) :][:2]
        if not words:
            return False
        word = words[-1] if words[0].tag.startswith("RB") or words[0].text == "up" else words[0]
        is_verb = word.text.endswith("s") and fold(word.text) in self._verbs  # "increases", which may be a noun
        is_mark = word.text == "," or _NUMBER.match(self.masked, word.start) is not None
        return word.tag.startswith(_BEGINS) or is_verb or is_mark

    def _is_listed(self, place: int) -> bool:
        """Whether the next number follows one in a list, without a statement of its own: "3x faster and 40% less"."""
        start, end = self.numbers[place].end, self.numbers[place + 1].start
        found = list(_BREAK.finditer(self.masked, start, end))
        return len(found) == 1 and _LISTED.fullmatch(self.masked, found[0].start(), end) is not None


def chains(things: Iterable[Match], text: str) -> list[list[Match]]:
    """Things in lists, in order: those that only "and" and the like keep apart."""
    out: list[list[Match]] = []
    for thing in sorted(things, key=lambda one: (one.start, -one.end)):
        last = out[-1][-1] if out else None
        if last and thing.start >= last.end and _JOINED.fullmatch(text, last.end, thing.start):
            out[-1].append(thing)
        else:
            out.append([thing])
    return out


def obtained(record: Record, document: Document, vocabulary: Vocabulary) -> Record:
    """The record with what each result was obtained on, which is read unless one of the results already has it.

    That is what its sentence states. A sentence that names nothing of a type takes it from the sentence before, where
    that has no number of its own: "We experiment on Wan2.1 and Wan2.2."
    """
    if any(result.on for result in record.results):
        return record
    read = _Read(record, vocabulary)
    sentences: defaultdict[tuple[str, int, int], list[Result]] = defaultdict(list)
    for result in record.results:
        at = result.evidence
        if at.start >= 0 and at.field in document.texts:
            sentences[at.field, *sentence_at(document.texts[at.field].raw, at.start, at.end)].append(result)
    for (field, first, last), results in sentences.items():
        if last - first <= _LONGEST:
            read.sentence(document.texts[field].raw, first, last, results)
    return record


class _Read:
    """Reads what the results in sentences of a record were obtained on."""

    def __init__(self, record: Record, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.names: dict[str, tuple[str, str]] = {}  # type and canonical name by concept, or by canonical name
        self.own: dict[str, str] = {}  # the key of `names` by words that the vocabulary does not know, longest first
        named = [(kind, mention) for kind in OBTAINED for mention in getattr(record, LISTS[kind])]
        for first in (1, None):  # the canonical names before all names
            for kind, mention in named:
                for name in (mention.canonical, mention.surface, *mention.aliases)[:first]:
                    known = vocabulary.find(name, kind)
                    key = known.curie if known else f"{kind} {mention.canonical}"
                    self.names.setdefault(key, (kind, mention.canonical))
                    if not known and name:
                        self.own[name] = key
        self.own = dict(sorted(self.own.items(), key=lambda one: (-len(one[0]), one)))

    def sentence(self, raw: str, first: int, last: int, results: list[Result]) -> None:
        """Set what the results in a sentence were obtained on, by type and name."""
        text = raw[first:last]
        things, before = self.things(text), self.before(raw, first)
        places = [Extent(one.evidence.start - first, min(one.evidence.end, last) - first) for one in results]
        numbers = Numbers(text, places, chain.from_iterable(things.values()))
        metrics = {place: one.metric for place, one in zip(places, results, strict=True)}
        for result, at in zip(results, places, strict=True):
            alike = [place for place, metric in metrics.items() if metric == result.metric]
            reader = Belonging(numbers, at, alike, self.vocabulary)
            for kind in OBTAINED:
                rivals = reader.rivals(things[kind]) if kind in _RIVALS else set()
                left = [one for one in things[kind] if one not in rivals]
                own = reader.of(left) or {one.concept for one in before[kind] if not left}
                result.on += tuple(sorted(self.names[one][1] for one in own if one in self.names))
                stands = (one for one in left if one.concept in own and one.concept in self.names)
                result.spans += tuple(
                    FieldSpan(kind, first + one.start, first + one.end, result.confidence) for one in stands
                )

    def before(self, raw: str, first: int) -> dict[str, list[Match]]:
        """What the sentence before names, where it states no amount: of each type one thing, or one list."""
        ends = len(raw[:first].rstrip())
        text = raw[slice(*sentence_at(raw, ends - 1, ends))] if ends else ""
        things = self.things(text if len(text) <= _LONGEST and not AMOUNT.search(text) else "")
        return {kind: found if len(chains(found, text)) == 1 else [] for kind, found in things.items()}

    def things(self, text: str) -> dict[str, list[Match]]:
        """What a text names, by type."""
        out: dict[str, list[Match]] = {kind: [] for kind in OBTAINED}
        for match in self.vocabulary.match(text):
            if match.type in out:
                out[match.type].append(match)
        for words, key in (one for one in self.own.items() if one[0] in text):
            found = out[self.names[key][0]]
            for place in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text):
                if all(place.end() <= one.start or place.start() >= one.end for one in found):
                    found.append(Match(key, self.names[key][0], *place.span()))
        return out
