"""What a sentence compares its number with, in its own words: "state-of-the-art serving systems" too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.extract.speech import tagged
from kg.text import fold, one_line
from kg.views.clause import is_any
from kg.views.latex import quotable
from kg.views.setting import BESIDE
from kg.views.wording import letters
from kg.views.words import PageWords, listed, pattern

if TYPE_CHECKING:
    from kg.extract.outcomes import QuantityPlace
    from kg.model import Result
    from kg.views.wording import Wording

#: What is compared with, up to what says something else.
_WHAT = (
    r"(?:the |an? |its |their )?(?P<what>(?:\d+-bit )?[^,;:()\d][^,;:()]*?(?:\s\([A-Z][\w-]*\)[^,;:()]*?)?)"
    r"(?=[,;:()]|\.(?:\s|$)|$|\s(?:<clause.while>|<clause.ends>|at|across|for|in|"
    r"(?<!built\s)(?<!based\s)(?<!trained\s)on|under|when|even|up|to|"
    r"with (?:no|only|minimal|negligible|little|less|fewer|better|comparable|similar|lower|higher|(?:an? )?\d+)|"
    r"and (?:\w+s|\w+ed|\w+ing))\b)"
)
#: Before a baseline that is but an example: "existing kernels such as Finch".
_SUCH_AS = (
    r"(?<![\w-])(?P<kind>(?:(?!(?:and|of|over|than|the|to|with)\b)[\w-]+ ){0,2}[a-z]+s),? "
    r"<outcome.such_as>,? (?:the )?"
)
#: Behind a number: "3x faster than ", "by 3x and 2x compared to "; ahead: "outperforms ", or at the beginning.
_NEXT = rf"(?:(?!\b(?:<clause.while>|with)\b)[^,;:()\d]|\([^()\d]+\))*?\b(?:<clause.comparing>|vs\.)\s{_WHAT}"
_SHARED = rf"(?:(?!\b(?:<clause.while>)\b)[^;:])*?\b(?:compared (?:to|with)|relative to)\s{_WHAT}"
_BEATEN = (
    rf"\b<clause.beating>\s{_WHAT}(?: in (?P<of>[^,;:()\d]+)| (?:on|across|under|at|for) [^,;:()\d]+)?"
    r"(?:, (?:[a-z]+ly )?\w+ing\s[^;:]*| by (?:(?:up to|over|about|around|nearly|more than|an average of) )?[~+]?)$"
)
#: Before a number that is told beside another: "2x faster than Finch while cutting costs by ".
_MEANWHILE = rf"\b(?:<clause.comparing>)\s{_WHAT},? while (?:also )?[a-z]+ing [^,;:()\d]*$"
_OPENING = rf"(?:^|\bthat,?\s|, )(?:[A-Z][a-z]+(?: [a-z]+)?, )?(?i:compared (?:to|with)|relative to)\s{_WHAT},"
#: At the end of a sentence, behind no other number: "is 2x faster and also finds more, compared to Finch".
_AT_END = (
    r"(?:(?!\b(?:<clause.while>)\b)[^;:()\d])*?,? (?:compared (?:to|with)|relative to)\s(?P<what>[^,;:()\d]+?)\.?$"
)
_WITHOUT = r"\s(?!<clause.unharmed>\b)without\b"
#: Begins an example of the sentence before, which may say whom its gain is over.
_EXAMPLE = re.compile(r"(?:Specifically|Notably|Concretely|In particular|For example|For instance),")
_BEATS_BEFORE = r"\b(?:<clause.beating>|<clause.comparing>)\s(?P<what>[^,;:()\d]+)"
_BEATS_WITHIN = r"\b<clause.beating>\s(?P<what>[^,;:()\d]+?) (?:in|by|on|at) [^,;:()\d]+\([^()\d]*$"
#: Behind a number: " fewer parameters while matching the accuracy of Finch".
_MATCHING = (
    r"(?: [a-z-]+){0,4},? while (?:still )?(?:<clause.tying>) (?:the )?(?:[a-z-]+ ){0,2}?(?:of (?:the )?)?"
    r"(?P<what>[A-Z][\w.-]*[A-Z\d][\w.-]*)"
)
#: Before a number: "is on par with Finch while cutting costs by".
_WHILE = r",? while (?:[a-z]+ly )?[a-z]+ing\b[^,;:()\d]*$"
_TIED = rf"\b<clause.tied> [^,;:()]+?{_WHILE}"
_BEATS_WHILE = rf"\b<clause.beating> (?P<what>[^,;:()\d]+?){_WHILE}"
_EVERYWHERE = r"(?:all|most|both)(?: (?:of )?the)? (?:[a-z-]+ )?<outcome.everywhere>"  # "in all the benchmarks"
_WHILE_ALSO = re.compile(r", (?:while|and) (?:also )?[a-z]+(?:ing|s) [^;:()]*")
_COMPARES = r"\b<clause.comparing>\s"
_POINTING = re.compile(r"(?:all|any|both|each|its?|others?|the|them|these|those|two)\b", re.IGNORECASE)
#: Behind the first of several: "Finch (with caching), Wren and Plover".
FIRST_OF_LIST = re.compile(r"(?:\s?\([^()]*\))?, [A-Z][\w.-]*(?:,? and |, [A-Z])")
_MOST = 8  # words
_FURTHER = 160  # letters
_CONDITION = r"(?: [a-z]+)? (?:<clause.condition_links>)\s[^,;:()]+?(?=[,;:()]|\.?$|\s(?:<clause.while>|and)\b)"
_UP_TO = re.compile(r"(?i)\bup to\b")
_UP_TO_LIST = re.compile(r"\bup to\b(?:(?!\bup to\b)(?:[^.;]|\.\d))*$")
_TELLING = re.compile(r"[a-z]{5}")


def compared(place: QuantityPlace, result: Result, wording: Wording) -> str:
    """The words that the number of a result is compared with; "" if there are none, or many.

    They stand behind it, are shared by a list that it is in, or are beaten before it: "outperforms Finch, reaching 2x",
    but not "outperforms Finch in recall, reaching 2x".
    """
    text, number = place.text, place.quantity
    found = pattern(_NEXT).match(text, number.end) or _shared(place)
    meanwhile = None if found or is_speedup(result) else pattern(_MEANWHILE).search(text[: number.start])
    found = found or meanwhile
    beaten = None if found else pattern(_BEATEN).search(text[: number.start])
    of = beaten["of"] if beaten and not pattern(_EVERYWHERE).fullmatch(beaten["of"] or "") else ""
    if beaten and of != result.metric and (of or not _is_said(beaten, result)):
        return ""
    found = found or beaten or pattern(_OPENING).search(text[: number.start])
    said = re.sub(r"\s\([A-Z][\w-]*\)", "", found["what"]).strip() if found else ""
    if found and (pattern(_WITHOUT).match(text, found.end("what")) or FIRST_OF_LIST.match(text, found.end("what"))):
        return ""  # "than the same model without caching", which no few words tell
    is_word = " " in said or not said.islower() or said == result.baseline or said in listed("clause.others")
    is_told = said and not _POINTING.match(said) and is_word and not pattern(r"\b<clause.while>\b").search(said)
    is_name = said == result.baseline or (result.baseline in said and wording.is_noun_phrase(said))
    return said if is_told and is_name and len(said.split()) <= _MOST else ""


def is_over_more(place: QuantityPlace, result: Result, before: str, general: frozenset[str]) -> bool:
    """Whether a gain is over a rival that has not been told: right behind its number, or in the sentence `before`.

    "Foo beats Finch. Specifically, it has 2x less." Or it explains a win: "Foo beats Finch in speed (2x faster)"; or
    goes with a tie: "2x less while matching Finch".
    """
    ahead = place.text[: place.quantity.start]
    within = pattern(_BEATS_WITHIN).search(ahead) or pattern(_BEATS_WHILE).search(ahead)
    matched = pattern(_TIED).search(ahead) or pattern(_MATCHING).match(place.text, place.quantity.end)
    if (within and not is_any(within["what"], general)) or matched:
        return True
    at_end = pattern(_AT_END).match(place.text, place.quantity.end)
    if at_end and not is_any(at_end["what"], general):
        return True
    beaten = pattern(_NEXT).match(place.text, place.quantity.end)
    if beaten and result.baseline and result.baseline in beaten["what"] and not is_any(result.baseline, general):
        return True
    own = ahead.rpartition(";")[2] + place.text[place.quantity.end :].partition(";")[0]
    is_example = _EXAMPLE.match(place.text) and not pattern(_COMPARES).search(own)  # names no rival of its own
    beaten = pattern(_BEATS_BEFORE).search(before) if is_example else None
    return beaten is not None and not is_any(beaten["what"], general)


def of_kind(text: str, baseline: str) -> str:
    """A baseline that is but an example with its kind: "existing kernels such as Finch"; "" for any other.

    What is but the state of the art is the methods that are.
    """
    if baseline and (whole := pattern(rf"{_SUCH_AS}{re.escape(baseline)}(?![\w-])").search(text)):
        return PageWords("en")("outcome.example", kind=whole["kind"], name=baseline)
    return PageWords("en")("outcome.best_known") if fold(baseline) in listed("outcome.best") else ""


def _shared(place: QuantityPlace) -> re.Match[str] | None:
    """What a list of numbers is compared with; not what a further verb is: "2x, and cuts the gap compared to Finch"."""
    text, end = place.text, place.quantity.end
    found = pattern(_SHARED).match(text, end)
    verbs = [word.end for word in tagged(text, end, found.start("what"))[0] if word.tag == "VBZ"] if found else []
    last = max((q.start for q in place.sentence.quantities if found and q.start < found.start("what")), default=end)
    return None if verbs and last < verbs[-1] else found


def is_of_clause_before(text: str, baseline: str, number: int) -> bool:
    """Whether a baseline is that of the clause before a number: "2x over Finch, while cutting costs by" so much.

    Or one without a name that is only equalled there: "competitive recall compared to baselines, while".
    """
    ahead, _, behind = text[:number].rpartition(baseline) if baseline else ("", "", "")
    led = rf"{_COMPARES}(?:[\w-]+ ){{0,3}}$"
    is_of_number = pattern(rf"\d\S*[^;:]*{led}").search(ahead) is not None
    is_tied = baseline.islower() and pattern(rf"\b<report.hardly> (?:[\w-]+ ){{0,2}}{led}").search(ahead) is not None
    return (is_of_number or is_tied) and _WHILE_ALSO.fullmatch(behind) is not None


def is_speedup(result: Result) -> bool:
    """Whether a result is a speedup, which may be over another thing than what else is compared."""
    return result.metric.endswith("speed") or "speedup" in result.evidence.quote


def _is_said(beaten: re.Match[str], result: Result) -> bool:
    """Whether a gain behind "outperforms Finch" is one over it: a speedup, or what stands beside, may be another."""
    behind = beaten.string[beaten.end("what") :]
    return not is_speedup(result) and not pattern(r"\b<clause.while>\b").search(behind)


def own_words(result: Result, sentence: str, *, against: bool) -> str:
    """The words of a result in its sentence, up to what it is compared with where that follows them.

    "" where they say nothing alone, "64% and 68%", or lack its setting or, where it counts, what it is `against`.
    """
    quote = one_line(result.evidence.quote)
    quote = f"${quote}" if quote.count("$") % 2 and f"${quote}" in sentence else quote  # it begins within a formula
    _, found, behind = sentence.partition(quote)
    end = behind.find(result.baseline) if found and result.baseline else -1
    more = behind[: end + len(result.baseline)] if end >= 0 else ""
    condition = pattern(_CONDITION).match(behind, len(more))  # " for similar recall"
    more += condition[0] if condition else ""
    own = quotable(quote + more if len(more) <= _FURTHER else quote)
    if result.bound == "up_to" and not _UP_TO.search(own):
        listed = _UP_TO_LIST.search(sentence.partition(quote)[0])
        own = quotable(f"{listed[0]}{own}") if listed else ""  # "up to 76% less latency and 2x throughput"
    beside = [result.baseline if against else "", *result.setting.split(BESIDE)]
    is_whole = all(letters(part.rpartition(" ")[2]) in letters(own) for part in beside)
    is_torn = own.count("(") != own.count(")")
    return own if is_whole and not is_torn and _TELLING.search(own) else ""


def titled(wording: str) -> str:
    """A name without the word before it: "Compressed Sparse Column", of the traditional one."""
    return " ".join(word for word in wording.split() if not word.islower())
