"""Which results of a paper its sentence tells, and what it quotes where none can be told."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from kg.extract.numbers import plain, quantities
from kg.model import Paper, Result
from kg.text import fold
from kg.views.borne import KEPT, borne, sentence
from kg.views.compared import is_of_clause_before, is_speedup
from kg.views.latex import quotable
from kg.views.measured import gets_worse
from kg.views.outcome import ResultInWords
from kg.views.own import since_own
from kg.views.quotation import MOST, by_itself, dangles, is_lesser, names, points_back, sentences_of
from kg.views.selection import EntryResult, Selection
from kg.views.setting import BESIDE, PLACE
from kg.views.stated import SPEED
from kg.views.words import pattern

#: Kinds of papers that tell of what others made: what they find is quoted.
OTHERS_WORK = ("survey", "benchmark", "dataset", "study")
_MOST = 6  # results in a sentence
_GAINS = ("%", "x", "points")  # units of what a sentence boasts of
_LONGEST_SETTING = 6  # words
_GOES_ON = re.compile(r"(?!and\b|\w+ing\b)[a-z][\w-]*(?: [\w-]+){0,2}(?:,| and) ")  # a list behind its first item
_OR = re.compile(r"\bor\b(?! (?:more|less|higher|lower|better)\b)")  # "2x the throughput or a tenth of the memory"
_AND, _PAIRS = re.compile(r"\band\b|/"), 2  # lists of a sentence
_ITEM = re.compile(r"(?:^|[\s;,])\(?[2-9]\)\s")  # of a list
#: Points back to all that is proposed: "Together, these designs make it fast".
_ALL_OF_THEM = r"(?i)(?:together, )?(?:all )?<proposal.pointing> (?:[a-z]+ )?<proposal.contributions>\b"
_NUMBERS = re.compile(r"\d\S*, (?:and )?\d\S*,? (?:and )?\d")  # three of a list
_NAME = r"(?<![\w.])-?[A-Za-z][\w./& -]*"
_LISTED = re.compile(rf"{_NAME}, {_NAME}(?:, (?:and )?| and ){_NAME}")  # three others
_OF_BASELINE = r"(?:The|A|An) (?:[\w-]+ )*?<clause.others> "  # "The plain baseline reaches 8%"
_VERB = 3  # words up to the verb: "we further evaluate"

#: A result as extracted, as its sentence bears it out, and in words.
_Told = tuple[EntryResult, Result, ResultInWords]


@dataclass(frozen=True, slots=True)
class Effects:
    """The paper's main results, the sentences that state them, and one to quote where there are none.

    Results with a baseline or a setting come first.
    """

    told: list[ResultInWords]
    stated: set[str]
    quote: str


def effects(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> Effects:
    """The results that a sentence tells, and the sentence of the surest of those that cannot be told.

    A sentence of which a result is told is not quoted.
    """
    found = borne(shown, paper, fields)
    is_own = paper.entries[0][1].kind not in OTHERS_WORK
    told = [(one, result) for one, result in found if result and is_own and not gets_worse(shown, result)]
    lone = [one.result for one, result in found if not result and one.result.change == "absolute"]
    told = [  # of several levels of one metric, one alone does not say whose it is
        (one, result)
        for one, result in told
        if result.change != "absolute" or not any(_is_level_of(result, other) for other in lone)
    ]
    told = [(one, both) for one, result in told if (both := _with_shared(one, result, told))]
    against = {(result.metric, result.change) for _, result in told if result.baseline}
    told = [  # what a number is compared with is told of both or of neither
        (one, result)
        for one, result in told
        if result.baseline or not one.result.baseline or (result.metric, result.change) not in against
    ]
    sayable = [(one, result, said) for one, result in told if (said := ResultInWords.of(shown, result, text))]
    sayable = [triple for triple in sayable if not any(_is_another_of(triple, other) for other in sayable)]
    firsts = {(said.amount, said.form, said.metric.rpartition(" ")[2]): said for _, _, said in reversed(sayable)}
    sayable = [triple for triple in sayable if triple[2] in firsts.values()]  # one speedup, told in two sentences
    for _ in range(2):  # where one gain of a sentence cannot be told, none of it is
        sayable = [triple for triple in sayable if _tells_all(triple, sayable)]
    shared = [said.setting for _, _, said in sayable]  # "2x faster (with 9% less memory)" tells of both
    sayable = [triple for triple in sayable if not any(f" {triple[2].amount} " in setting for setting in shared)]
    sayable = [triple for triple in sayable if not _is_kept_alone(triple, sayable)]
    ranked = sorted(sayable, key=lambda triple: _rank(triple[1]))[:_MOST]
    effect = [triple[2] for triple in sayable if triple in ranked]
    effect.sort(key=lambda one: not (one.baseline or one.setting))  # no bracket behind the others seems to be theirs
    known = {sentence(one) for one, _, _ in sayable}
    surest = sorted(
        (one for one, _ in found),
        key=lambda one: (
            gets_worse(shown, one.result),
            is_lesser(sentence(one)),
            points_back(sentence(one)),
            -one.result.confidence,
        ),
    )
    sentences = [*sentences_of(paper, fields)]
    wholes = [quotable(one) for one in sentences]
    background = {*wholes[: since_own(names(paper), sentences)]}
    telling = (said for said in map(sentence, surest) if said and said not in known and said not in background)
    telling = (next((one for one in wholes if said in one), said) for said in telling)  # of "1%p) better" all of it
    telling = (said for said in telling if not pattern(_OF_BASELINE).match(said))
    telling = (said for said in telling if not (_is_dealt_out(said) or _is_of_list(said)))
    whole = (_whole(sentences, wholes, said) for said in telling if not is_setup(shown, said))
    quotes = (said for said in whole if said and not any(map(_is_dealt_out, said.split(". "))))
    return Effects(effect, known, next(quotes, ""))


def _whole(sentences: list[str], wholes: list[str], said: str) -> str:
    """A quotation with the sentences that it points back to; "" if it begins with what only these name at length."""
    last = wholes.index(said) if said in wholes else 0
    ahead = takewhile(lambda one: points_back(one) or dangles(by_itself(one)), reversed(sentences[1 : last + 1]))
    first = last - len([*ahead])
    if first < last and (_ITEM.match(sentences[first]) or pattern(_ALL_OF_THEM).match(said)):
        return ""  # it points back to more than that
    alone = said if first == last or not points_back(said) else ""
    return next(filter(None, (quotable(" ".join(sentences[at : last + 1]), MOST) for at in range(first, last))), alone)


def _tells_all(told: _Told, sayable: Collection[_Told]) -> bool:
    """Whether all gains of a sentence are told, in few words, none in the place of another.

    One of several may be picked, and its setting may be long.
    """
    said, unit = sentence(told[0]), told[1].unit
    own = [other for other in sayable if sentence(other[0]) == said and other[1].unit == unit]
    is_mean = re.search(rf"\b(?:average|mean) {re.escape(told[1].metric)}\b", said) is not None
    text = plain(said)
    gains = [number for number in quantities(text) if number.unit in _GAINS]
    is_choice = any(_OR.search(text, a.end, b.number) for a, b in pairwise(gains))
    numbers = [number for number in gains if number.unit == unit]
    parts = [part.partition(" ")[2] or part for part in told[1].setting.split(BESIDE)]
    is_cut = any(part and (f"{part}:" in said or _GOES_ON.match(said.partition(f"{part}, ")[2])) for part in parts)
    return (
        len(numbers) <= len(own)
        and not is_choice
        and len(PLACE.sub("", told[1].setting).split()) <= _LONGEST_SETTING
        and not (is_cut or is_mean)
    )


def _is_kept_alone(told: _Told, sayable: Collection[_Told]) -> bool:
    """Whether a share is kept at a price that its sentence says and nothing tells: "10x fewer FLOPs, keeping 95%"."""
    said = sentence(told[0])
    is_priced = any(number.unit in _GAINS and number.value != told[1].value for number in quantities(plain(said)))
    others = any(other is not told and sentence(other[0]) == said for other in sayable)
    return told[2].form == KEPT and is_priced and not others


def _with_shared(one: EntryResult, result: Result, told: Collection[tuple[EntryResult, Result]]) -> Result | None:
    """A result with the baseline that it shares with another of its sentence: "2x on A100 and 9% less, vs. Finch".

    What two have is called the same. None where the sentence names a baseline that no other tells.
    """
    if result.baseline:  # "the best kernel" is also called "kernel"
        ways = [other.baseline for found, other in told if sentence(found) == sentence(one)]
        whole = max((way for way in ways if way.endswith(result.baseline)), key=len, default=result.baseline)
        return replace(result, baseline=whole)
    if not _is_compared(one) or _has_own_rival(one):
        return result
    others = (other for found, other in told if found.result.baseline == one.result.baseline and other.baseline)
    said = next((other for other in others if other.evidence.field == result.evidence.field), None)
    return replace(result, baseline=said.baseline, baseline_concept=said.baseline_concept) if said else None


def _is_compared(one: EntryResult) -> bool:
    """Whether a sentence says what a gain is against: "2x on A100, compared to Finch", "beats Finch, achieving 2x"."""
    links = r"\b(?:<clause.beating>|<clause.comparing>)"
    named = rf"{links}\s(?:[^,;:()]*?\s)?{re.escape(one.result.baseline)}"
    is_gain = bool(one.result.baseline) and one.result.change != "absolute"
    return is_gain and pattern(named).search(plain(sentence(one))) is not None


def _has_own_rival(one: EntryResult) -> bool:
    """Whether another baseline than the extracted one may be meant: "2x than Finch and 9% less than others".

    A speedup that is told beside another gain is not surely over the same, nor is what a further clause tells.
    """
    said = plain(sentence(one))
    ahead, _, behind = said.partition(plain(one.result.evidence.quote))
    if is_of_clause_before(said, one.result.baseline, len(ahead)):
        return True
    first, _, between = ahead.partition(one.result.baseline)
    if is_speedup(one.result) and quantities(first) and pattern(r"\b<clause.while>\b").search(between):
        return True
    found = pattern(r"[^,;:()\d]*?\b(?:<clause.comparing>)\s(?P<what>[^,;:()\d]*)").match(behind)
    return found is not None and one.result.baseline not in found["what"]


def _is_dealt_out(said: str) -> bool:
    """Whether numbers are dealt out to what only the sentences before list: "by 2%, 3% and 5%, respectively"."""
    is_short = len(_AND.findall(said)) < _PAIRS or (_NUMBERS.search(said) and not _LISTED.search(said))
    return bool(is_short) and pattern(r"\b<clause.dealt_out>\b").search(said) is not None


def _is_of_list(said: str) -> bool:
    """Whether a sentence goes on with a list that one before it begins: "is fast; (3) trained on maps, it is small"."""
    return "1)" not in said and _ITEM.search(said) is not None


def _is_level_of(one: Result, other: Result) -> bool:
    is_same = (one.metric_concept or one.metric) == (other.metric_concept or other.metric)
    is_kind = set(one.metric.split()) < set(other.metric.split())  # "correlation", beside "Spearman correlation"
    return (is_same or is_kind) and not other.baseline


def is_setup(shown: Selection, said: str) -> bool:
    """Whether a sentence only says what the paper is tested on: "We evaluate Foo on floods over 24 hours"."""
    words = fold(said).split()[:_VERB]
    is_test = words[:1] == ["we"] and not shown.graph.vocabulary.cues("evaluate").isdisjoint(words)
    return is_test and not any(number.unit in ("%", "x", "points") for number in quantities(plain(said)))


def _is_another_of(one: _Told, other: _Told) -> bool:
    """Whether the words of two results differ in nothing but the number, so that nobody could tell them apart.

    A baseline or setting that only one of them has tells them apart no better.
    """
    said, again = one[2], other[2]
    bare = {"amount": "", "baseline": "", "setting": ""}
    words = [{*told.metric.split()} for told in (one[1], other[1])]
    is_within = all(word.islower() for word in words[0] ^ words[1]) and (words[0] <= words[1] or words[1] <= words[0])
    is_within = is_within or SPEED in (one[1].metric, other[1].metric)
    if is_within and one[1].metric_concept == other[1].metric_concept and one[1].change == other[1].change:
        # "2x higher inference speed and a speedup of 8x"; "total memory [footprint]"
        bare |= {"metric": "", "form": ""}
    if said == again or replace(said, **bare) != replace(again, **bare):
        return False
    pairs = ((said.baseline, again.baseline), (said.setting, again.setting))
    return all(a == b or not (a and b) for a, b in pairs)


def _rank(result: Result) -> tuple[bool, float]:
    """Changes before levels, then by confidence."""
    return result.change == "absolute" and not result.baseline, -result.confidence
