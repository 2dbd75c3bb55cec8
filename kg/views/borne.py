"""Which results a sentence may tell: sure ones whose own sentence bears out metric, direction, baseline and setting.

A result that fails is left to its quotation. The text is read once more with the grammar of outcomes (kg.extract), for
what a trained judge overlooks shows in the words around the number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.extract.governing import KEEPING
from kg.model import Paper, Record, Result
from kg.text import breaks_off, fold
from kg.views.bounds import bound_of
from kg.views.clause import has_turn, is_any, is_listed
from kg.views.compared import compared, is_of_clause_before, is_over_more
from kg.views.latex import quotable
from kg.views.selection import Borne, EntryResult
from kg.views.setting import AVERAGE, BESIDE, placed
from kg.views.stated import DEFAULT, SPEED, WITH_PART, SentenceReader
from kg.views.wording import Wording
from kg.views.words import pattern
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.extract.outcomes import QuantityPlace
    from kg.views.selection import Selection

#: A share that is kept of something: "retains 94% of the accuracy".
KEPT = "kept"
_THOUSANDS = re.compile(r"(?<=\d) , (?=\d{3}(?!\d))")  # LaTeX's "4{,}918"
_WITHIN = re.compile(r"\bwithin\s+(?:about\s+|only\s+|just\s+)?\S+(?:\s\S+)?$")  # "within 4%" is no gain
_GLUED = re.compile(r"-\s?[^\W\d]")  # "50%-reduced features"
_POINT = re.compile(r"\bat\s+(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,3}(?:of\s+)?$")
_OWN_SPEED = re.compile(
    r"\b((?!(?:higher|better|both|achieves?|the|a|substantial|significant|notable) )"
    r"[a-z]+(?:-[a-z]+)* (?:speed|throughput))s?\b"
)
_OF_SPEEDUPS = re.compile(r"\s*(?:higher|greater|larger|more) (?:[a-z]+ )?(?:speedups?|acceleration)\b")
_RESOLUTION = re.compile(r"\b\d{3,4}\s?[x×]\s?\d{3,4}\b|\b\d{3,4}p\b")
_MEETING = r"\bwhile <clause.meeting>\s[^,;:.()]+"
_THE_SAME = re.compile(r" (?:at|for|in|of|on|with) the same [\w-]+$")  # as what, only the sentence says
_OF = re.compile(r"\s*of\s")
_OF_THEIRS = re.compile(r"\s*of\s+their\b")  # "retains 90% of their accuracy": of whose, only its sentence says
_FROM = re.compile(r"(?<!ranging )(?<!range )(?<!varying )\bfrom\s+\S*\s*$")
_HOW = re.compile(r"^(?:(?:near-)?linear|proportional|consistent|substantial) (?=.)")  # says how much, not of what
#: Than what was told before: "an additional 2x", "9% extra savings".
_MORE = re.compile(r"\b(?:additional|further|extra)\s(?:[\w-]+\s){0,2}$")
_MORE_BEHIND = re.compile(r"\s*(?:additional|further|extra)\s")
_KEEPING = r"\bwhile (?:[a-z]+ly )?<report.keeping>\s[^,;:.()]*"  # "41% faster while maintaining the recall"
#: Of which the number is, only the authors know: "cuts the time, memory and cost by up to 41%".
_ONE_OF_LIST = r"(?:[\w-]+ )?[\w-]+, (?:(?:[\w-]+ )?[\w-]+, )?(?:and|or) (?:[\w-]+ )?"
_STAGE = re.compile(r"[^,;:()]*?\b(?:during\s+(?:the\s+)?(?P<during>[\w-]+)|(?P<stage>[\w-]+)\s+(?:stage|phase)s?\b)")
_LEVELS = re.compile(r"\([\d.]+\s?%? to [\d.]+\s?%?$")  # before and after: "improves accuracy (76% to 82%)"
_ALL = 100  # percent
_ORIGIN, _LEVEL = 48, 24  # letters of "from" and two numbers with their units, of two levels
_ACCELERATED = re.compile(
    r"\b(?:accelerates?|speeds? up) "
    r"((?:(?!inference\b)[a-z-]+ ){0,2}(?:[a-z-]+(?:ion|ing|ence)|(?<=[a-z] )inference)) "
    r"(?:by |with (?:an? (?:average |mean )?)?)?$"
)
_AND_NUMBER = re.compile(r",? (?:and|or) \d")
_ONLY = re.compile(r"\b(?:only|just|merely|mere)\s(?:an?\s|about\s)?$")
_AS_GOOD = re.compile(
    r"\b(?:same|similar|comparable|equal|equivalent)\b[^,;:()]* (?:as|to) [^,;:()]* (?:in|with|at|using) [^,;:()]*$|"
    r"\breach(?:es|ing)? the [a-z]+ of [^,;:()\d]+ (?:in|with|at|using) [^,;:()\d]*$"
)
_FOR_TASK = re.compile(r"(?: and [\d.]+)?(?: [\w-]+){0,5} to (?!be\b)[a-z]+ [a-z]")
_INFERENCE, _BRACKET = re.compile(r"\binfer", re.IGNORECASE), re.compile(r"\([^()]*\)")
_NEXT_STATEMENT = re.compile(r",| and |;")
_TORN = re.compile(r"\s\d+(?:\.\d+)?\s?\\?%")  # "40% 60%", of a range that has lost its dash
_USING = re.compile(r"\beven (?:when|if|while|with) (?:[a-z]+ing )?[^,;:()\d]*$")
_FACTOR = re.compile(r"\bfactors? of\s(?:up to\s)?[~]?$")
_BUT = re.compile(r"[^.;()]{0,60}\((?:without|excluding|except)\b")
_COMPRESSION = re.compile(r"\s(?:[\w-]+ ){0,3}compression\b")
_POINTS = re.compile(r"\s?[a-z]+ points?\b")  # behind the sign of percent: "23% accuracy points"


def borne(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[Borne]:
    """The results of a paper, each with what a sentence may tell of it; read once for all parts of a view."""
    key = (paper.id, *fields)
    if key not in shown.borne:
        shown.borne[key] = [(one, borne_out(shown, one)) for one in shown.outcomes(paper, fields)]
    return shown.borne[key]


def borne_out(shown: Selection, found: EntryResult) -> Result | None:
    """The result as a sentence may tell it, without a baseline or setting that is not borne out; None if it may not.

    A kept share has the change "kept".
    """
    result, reader = found.result, _reader(shown.graph.vocabulary)
    if not result.sure or reader.is_own(found) or not reader.is_metric(result):
        return None
    if result.unit == "points" and not reader.has_points(result):
        return None
    if result.change == "increase" and reader.is_input(result):
        return None
    place = reader.place(found)
    if not place or reader.is_of_another_subject(found, place) or reader.is_by_part(found, place):
        return None
    if _is_cut(found):
        return None
    behind = place.text[place.quantity.end :]
    if _GLUED.match(behind) or _TORN.match(behind) or behind.startswith("...", 1) or _BUT.match(behind):
        return None  # "by 1% ... 3%"; "2x faster (without caching)"
    if _MORE.search(place.ahead) or _MORE_BEHIND.match(behind) or _is_impossible(result):
        return None
    if _USING.search(place.text[: place.quantity.start]):
        return None  # "2x faster even when using a model with 9x fewer gates"
    is_slight = result.change == "decrease" and _ONLY.search(place.ahead) is not None
    if is_slight and not reader.lexicon.is_lower_better(result.metric):
        return None  # "with only a 9% reduction in return": a price
    if result.change == "increase" and _FACTOR.search(place.ahead):
        return None  # "an acceleration factor of 2.5" is not so much more of it
    if _is_kept(place, result) or _is_of_several(place, result):
        return None
    if _OF_SPEEDUPS.match(behind) or "order" in place.text[place.quantity.start : place.quantity.end]:
        return None  # "3x higher speedup than Finch"; "two orders of magnitude" are no exact number
    condition = rf"\b(?:under|given)\s(?:[\w-]+\s){{0,3}}{re.escape(result.metric)}"
    if reader.is_of_part(found, place) or re.search(condition, place.text[: place.quantity.start], re.IGNORECASE):
        return None  # what a result was obtained under is not what was measured
    stage = _STAGE.match(place.text, place.quantity.end)
    if stage and fold(stage["during"] or stage["stage"]) not in fold(result.metric):
        return None  # of a part of the run alone: "3x during prefilling"
    low = result.value if isinstance(result.value, float | int) else result.value[0]
    if result.unit == "x" and result.change != "absolute" and low < 1:
        return None
    if not result.unit and result.change != "absolute" and reader.is_cost(result):
        return None  # "a reduction in model size of 0.41" does not say of what
    if result.unit in ("x", "%", "points") and (
        _POINT.search(place.ahead) or _WITHIN.search(place.text[: place.quantity.end])
    ):
        return None
    if result.unit == "x" and not place.quantity.unit:
        return None  # "lower by up to 33 in all" does not say of what
    if place.quantity.origin and not re.search(r"\bfrom\b", place.text[: place.quantity.end][-_ORIGIN:]):
        return None  # "reaches 0.97 to 0.98"
    if result.change != "absolute" and _LEVELS.search(place.text[: place.quantity.end][-_LEVEL:]):
        return None
    if result.change in ("increase", "decrease") and (reader.is_level(place, result) or reader.is_more(place, result)):
        return None
    if not reader.agrees(place, result) or _FROM.search(place.text[: place.quantity.start + 5]):
        return None
    change, is_share = result.change, bool(_OF.match(place.text, place.quantity.end))
    is_kept = bool(KEEPING.search(place.ahead))
    if change == "absolute" and result.unit != "%" and is_kept:
        return None  # "2x faster while maintaining a PSNR of 29 dB": it says little alone
    if change == "absolute" and result.unit == "%" and (is_share or is_kept or not reader.is_share(result)):
        if not is_share or not is_kept or _OF_THEIRS.match(place.text, place.quantity.end):
            return None
        change = KEPT
    is_against = bool(place.quantity.origin) or reader.is_against(place, result)
    is_name = Wording(shown.graph.vocabulary).is_noun_phrase(result.baseline)
    is_level = change == "absolute" and not result.baseline[:1].isdigit()
    is_whole = is_against and is_name and not reader.is_cut(place, result.baseline)
    against = result.baseline if is_whole and change != KEPT and not is_level else ""
    is_gain = change not in ("absolute", KEPT)
    if is_gain and not against:
        against = _THE_SAME.sub("", compared(place, result, Wording(shown.graph.vocabulary)))
    if is_of_clause_before(place.text, against, place.quantity.start):
        against = ""
    elif (
        not against
        and change != KEPT
        and not is_level
        and is_over_more(place, result, found.sentences()[0], reader.clause.general)
    ):
        return None
    is_as_good = _AS_GOOD.search(place.text[: place.quantity.start]) is not None  # "as good as Finch in 2x fewer steps"
    if is_gain and not against and (is_as_good or _is_compared_ahead(place, result, reader.clause.general)):
        return None
    following = place.sentence.quantities[place.index + 1 : place.index + 2]
    if (
        against
        and following
        and _COMPRESSION.match(behind)
        and place.text.find(against, place.quantity.end) > following[0].start
    ):
        return None  # "9x compression and 2x faster than Finch": of what is compressed, or over Finch
    concept = result.baseline_concept if against == result.baseline else ""
    setting = reader.setting(found, place)
    if setting is None:
        return None
    if met := pattern(_MEETING).search(place.text, place.quantity.end):  # what a system must keep to is no side effect
        setting = BESIDE.join(filter(None, (setting, met[0].strip())))
    if change == "absolute" and set(_RESOLUTION.findall(place.text)) - set(_RESOLUTION.findall(setting)):
        return None  # "9 FPS", of "832x480 videos at 9 FPS"
    is_dealt_out = bool(pattern(r"\b(?:<clause.dealt_out>|respective)\b").search(place.text))
    if (is_dealt_out or is_listed(place)) and not has_turn(place, result, setting):
        return None
    if is_dealt_out and " and " in against:
        return None  # "9% and 8% lower than Finch and Wren, respectively"
    metric = result.metric.removeprefix("retained ") if change == KEPT else result.metric
    part = re.search(rf"\b{re.escape(metric)} of ((?:[a-z-]+ )?[a-z]+-[a-z]+ [a-z]+s)\b", place.text)
    # "memory usage of vocabulary-related components", "compression latency"
    metric = f"{metric} of {part[1]}" if part else reader.whole_metric(place, metric)
    if not (bound := bound_of(place, result, change)):
        return None
    clause = place.text[: place.quantity.end].split(";")[-1] + behind.split(";")[0]
    if not (metric := reader.unturned(_HOW.sub("", metric), change, result.metric_concept)):
        return None
    metric = reader.of_speed(metric, result, place)
    if metric.endswith(" speed") and _is_sewn(metric.removesuffix(" speed"), place):
        return None  # "2x faster training and 9% fewer training tokens" are no speed of these tokens
    if metric in ("speed", "speeds") or (metric == DEFAULT and not _INFERENCE.search(_BRACKET.sub("", clause))):
        own = _OWN_SPEED.search(place.own) or _OWN_SPEED.search(place.ahead)
        deed = _ACCELERATED.search(place.text[: place.quantity.start])
        metric = own[1] if own else f"{deed[1]} {SPEED}" if deed else SPEED  # "7x rendering speed"
    if (metric in reader.of_what and change != KEPT) or not reader.clause.is_named(result, place):
        return None
    words = f"{setting} {against} {metric} {result.metric} {found.record.name}"
    more = reader.clause.setting_of(place, replace(result, baseline=result.baseline or against), words)
    setting = BESIDE.join(part for part in (*setting.split(BESIDE), more) if part and part not in against)
    words = f"{words} {more}"
    if more and _AND_NUMBER.match(place.text, place.text.find(more) + len(more)):
        return None  # "with 3B", before "and 8B models"
    if more is None or reader.clause.is_elsewhere(found, place, words):
        return None
    if not reader.clause.is_stated(found, place, words) or reader.clause.is_on_more(found, place, words):
        return None
    if reader.clause.is_narrowed(found, place, words, setting, against):
        return None
    if change == "absolute" and not result.unit and metric.endswith(("rate", "latency", "time")):
        return None  # "300+ FPS" without its unit
    if change == "absolute" and _FOR_TASK.match(behind):
        return None  # "needs just 2 GB to complete a test"
    if change == "absolute" and reader.clause.is_quality(result) and not setting and result.unit in ("%", "points", ""):
        return None  # a level says nothing without what it was measured on
    is_counted = metric.rpartition(" ")[2].removesuffix("s") in reader.clause.counted
    if not is_counted and re.search(rf"\b(?<!an )average {re.escape(result.metric)}\b", place.text):
        metric = f"average {metric}"
    if metric.startswith(("average ", "mean ")):
        setting = BESIDE.join(part for part in setting.split(BESIDE) if part != AVERAGE)
    unit = "points" if result.unit == "%" and _POINTS.match(place.text, place.quantity.end) else result.unit
    told = replace(result, change=change, metric=metric, bound=bound, setting=placed(setting, place.text), unit=unit)
    return replace(told, baseline=reader.plain_form(place, _THOUSANDS.sub(",", against)), baseline_concept=concept)


def _is_compared_ahead(place: QuantityPlace, result: Result, general: frozenset[str]) -> bool:
    """Whether what a gain was extracted to be over stands before it, though no words say that it is over that."""
    is_named = bool(result.baseline) and not is_any(result.baseline, general)
    own = re.split("[,;]", place.text[place.quantity.end :])[0]
    has_own = pattern(r"\b<clause.comparing>\s").search(own) is not None  # "2x over Finch and 9% less than others"
    return is_named and not has_own and result.baseline in place.text[: place.quantity.start]


def _is_sewn(modifiers: str, place: QuantityPlace) -> bool:
    """Whether several words of a metric stand together only behind the statement of its number."""
    own = _NEXT_STATEMENT.split(place.text[place.quantity.end :])[0]
    is_there = modifiers in place.text[: place.quantity.start] or modifiers in own
    return " " in modifiers and modifiers in place.text and not is_there


def _is_impossible(result: Result) -> bool:
    """Whether nothing can be so much lower: a time by "over 100%", which is a speedup."""
    high = result.value if isinstance(result.value, float | int) else result.value[1]
    return result.change == "decrease" and result.unit == "%" and high >= _ALL


def _is_kept(place: QuantityPlace, result: Result) -> bool:
    """Whether a metric is only what is kept beside a gain: "41% faster while maintaining the recall"."""
    kept = pattern(_KEEPING).search(place.text, place.quantity.end)
    is_named = result.change in ("increase", "decrease") and result.metric not in place.text[: place.quantity.end]
    return is_named and kept is not None and result.metric in kept[0]


def _is_of_several(place: QuantityPlace, result: Result) -> bool:
    """Whether one bound is given for several metrics, and holds of one that is not named."""
    listed = rf"{_ONE_OF_LIST}{re.escape(result.metric)} (?:by |of )"
    is_bound = result.bound == "up_to" or isinstance(result.value, tuple)
    return is_bound and re.search(rf"{listed}[^,;:]*$", place.text[: place.quantity.start]) is not None


def is_bought(vocabulary: Vocabulary, found: EntryResult, told: Result) -> bool:
    """Whether a sentence says at what price a share is kept that is told: what else it makes less of."""
    reader = _reader(vocabulary)
    place = reader.place(found) if told.change == KEPT else None
    return place is not None and reader.clause.is_bought(place, f"{told.setting} {told.baseline}")


def is_metric_head(vocabulary: Vocabulary, word: str) -> bool:
    """Whether a folded word is one that names of metrics end with."""
    return word in _reader(vocabulary).lexicon.metric_heads


def is_of_own_part(vocabulary: Vocabulary, record: Record, name: str, text: str, ahead: str) -> bool:
    """Whether a sentence names, in its part `ahead`, something else that a paper proposes, and not `name`."""
    return _reader(vocabulary).is_of_own_part(record, name, text, ahead)


def is_variant(vocabulary: Vocabulary, behind: str) -> bool:
    """Whether the words behind a name make it another: "Finch with pruning", not "Finch with 2% loss"."""
    found = re.match(rf"\s{WITH_PART}", behind)
    return found is not None and _reader(vocabulary).is_variant(found["part"])


def sentence(found: EntryResult) -> str:
    """The repaired sentence of a result on one line, with LaTeX as text; "" if it is cut or too long to quote."""
    return "" if _is_cut(found) else quotable(found.sentences()[1])


def _is_cut(found: EntryResult) -> bool:
    before, said = found.sentences()
    return bool(before) and breaks_off(said)


@lru_cache(maxsize=4)
def _reader(vocabulary: Vocabulary) -> SentenceReader:
    return SentenceReader(vocabulary)
