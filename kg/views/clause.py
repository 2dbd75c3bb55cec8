"""Whether the clause of a number says more than a sentence tells: for what, against what or when the number holds.

A number without the words that narrow it is a false statement: "70% fewer FLOPs", of "70% fewer FLOPs in attention".
Such a result is not told; its sentence is quoted instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.extract import respective
from kg.extract.speech import tagged
from kg.text import fold
from kg.views.bounds import LISTING
from kg.views.own import opening
from kg.views.setting import BESIDE, LOSSLESS, is_mean
from kg.views.surface import article, places
from kg.views.words import PageWords, listed, pattern

if TYPE_CHECKING:
    from kg.extract.outcomes import QuantityPlace
    from kg.model import Result
    from kg.views.selection import EntryResult
    from kg.views.setting import SettingReader
    from kg.vocabulary import Vocabulary

_END = r"(?i)(?!,\d{3}\b)[,;:()—–]|\s-\s|\b(?:<clause.ends>|(?<!up )<clause.to>(?! \d))\b"
_PHRASE = r"(?i)(?<![\w-])(?P<link><clause.links>)\s+(?P<what>.*?)(?=\s<clause.links>\s|$)"
_MOST_SETTINGS = 2
_RIVAL = r"\b(?:<clause.beating>|<clause.comparing>)\b[^,;]*$"  # ahead of what a gain is over
_NAMED = re.compile(r"[A-Z\d]")
_RELATIVE = r"(?i)\b<clause.relative>\b(?! <clause.to>)"
_EXAMPLE = r"(?i)[(,;]\s?<clause.example>[^()]*$"
_WORD = re.compile(r"[^\W_](?:[\w.@+]|-(?=\w))*")
#: What comes of it too, and is no condition: "(with) only a 0.2% drop in accuracy", but not "a 90% token reduction".
_SIDE = re.compile(
    r"(?:(?:only|just|over|about|an?|up|to|than|more|less) )*\d[\d.,]*\s?(?:%|[x×]|times|percent|points?)? ?"
    r"(?:relative |absolute )?(?:reduction|decrease|increase|improvement|gain|drop|loss|degradation)(?:e?s)?\b"
)
_CLAUSE = r"[;()]|\b<clause.while>\b"
_END_OF_CHANGE = rf"{_CLAUSE}|,\s"
#: A condition with a number, which is no gain: "with 2 views", "at 72% sparsity", but not "with 9% fewer".
_WITH_NUMBER = r"\b(?:<clause.at>|with(?= (?:[a-z-]+ )*[\d.]+(?![\d.%x×]))) (?:[a-z-]+ ){0,4}?\d[\d.]*"
_FAST = r"<clause.fast>"
_OTHER_TIME = r"\b<clause.other_times> times?\b"
_STEM = 5  # letters of a word that its forms share
#: The most of several: "a maximum gain of 3%".
_MOST = r"(?i)\b<clause.most>\b"
#: A level of a condition, before its number: "in sparsity regimes of 70% fewer parameters".
_CONDITION = r"\b<clause.condition_links> (?:[\w-]+ ){0,4}?<clause.conditions> of (?:[a-z]+ )?$"
_ASIDE = re.compile(r"\([^()]*$")  # a bracket that is open: "(gap 0.1, 9% lower loss)"
_MEANS = r"<clause.means>\b"  # no condition: "By pruning, "
_BRACKET = re.compile(r"\s*\([^()]*\)")
#: "a strong baseline, Finch, delivering ", which is not what the paper delivers.
_OF_OTHER = r"\b<clause.others>(?:, [A-Z][\w-]*)?,? (?:[a-z]+ing|which|that)\b[^,;:]*$"
_ONLY = r"\b<clause.only> (?:by )?(?:an? )?[+~]?$"  # a gain that is none
#: What is beaten before a number: "improves over Finch by ".
_BEATEN = r"\b(?:over|than|<clause.beating>)\s+(?P<what>(?:(?!\bby\b)[^,;:()])+?)\s(?:by|with)\s[^,;:()\d]*$"
_GOAL = r"(?:(?!\b(?:and|whil(?:e|st))\b)[^,;:()\d])*?\b<clause.goals>\b"
_FEW = 2  # words of a turn beside its metric
#: Says that a number was computed, not measured, or holds in some cases: "Theoretically, ", "in many cases".
_ONLY_SO = (
    r"(?i)\b<clause.theory>\b|\bin (?:<winning.some>) (?:other )?(?:cases|instances|settings)\b|"
    r"\b(?:in|on) most (?=[a-z])"
)
#: A bracket behind a number or its setting that narrows it: "33.4% (dynamic pruning)", "on Plover (8GB limit)".
_BEHIND_NUMBER = re.compile(r"(?:\s[a-z]+)?\s\((?P<said>[a-z]{3,}(?: [a-z-]+)*)\)")
_BEHIND_SETTING = re.compile(
    r"\s\((?!an? |the |e\.g)(?P<said>(?=[^()]*\d)[^()]*\b[a-z]{4,}[^()]*|[x×]\s?\d|\d\s?[x×])\)"
)
_OWNER = r"(?P<owner>[\w-]+)['’]s? (?:[a-z-]+ )??$"
#: Behind a number, what another has: "9% fewer parameters (from 23 million in Finch to 21)".
_FROM_OTHER = r"[^;()\d]*\(?\bfrom [\d.,]+ ?[\w.-]* (?:in|of|for) (?:the |an? )?[A-Z]"
_NAMED_SUBJECT = re.compile(r"\b(?P<name>[A-Z][\w.]*(?:-[\w.]+)+|[A-Z]\w*[A-Z]\w*) (?P<verb>[a-z]+s)\b")
_OUR_WHOLE = r"\b[Oo]ur (?:proposed )?[a-z]+-[a-z]+ <proposal.kinds>\b"
_KEPT_WITH = re.compile(r"\d\s?% of (?:the )?[^,;:()\d]* with (?:an? )?$")  # at what price a share is kept
_MADE_TOO = r"(?:[A-Z][a-z]+, )?[Ww]e (?:also|further|additionally) (?:re-?)?<clause.made>\b"  # "We also build a cache"
_OTHER_MADE = (
    r"\b(?i:<proposal.subjects>) (?:(?P<more>further|also|additionally) )?(?:\w+ly )?<proposal.verbs>\w* "
    r"(?P<what>[^,;:]+?),? (?:which|that)\b[^;:]*$"
)
_THAN_NAMED = (
    r"\b(?:(?:<clause.comparing>|<clause.beating>)\s(?:[a-z-]+ ){0,4}|improv(?:es|ed|ing) (?:on |upon |over )?)"
    r"(?P<name>[A-Z][\w-]*)(?:(?!\band\b(?! [A-Z]))[^\d;])*$"
)
_BEATING = r"\b<clause.beating>\b[^\d;]*$"
#: What a sentence says that its gains are over, of which this may be one: "improves over others, with 9% less".
_OVER = (
    r"\b(?:<clause.beating>|(?:improv(?:es|ed|ing|ements?)|gains?|advantages?|superior\w*)(?: in [^,;]*?)? (?:over|to)|"
    r"better [^,;]*?than)\s(?P<what>[^,;:()]+?)(?:\s\([^()]*\))?"
    r"(?:: [^;]*|(?: in [^;]*?)?(?:, with|(?:,|,? while) [a-z]+ing)\b[^;]*| by [^,;]* with )$"
)
#: Behind a gain what it and another one may be over: "9% less and 2% better recall over the Finch baseline".
_OVER_BOTH = (
    r"(?:(?!\b(?:<clause.while>|but|no)\b)[^;])*?\band\b(?:(?!\b(?:<clause.while>|but|no)\b)[^;])*?"
    r"\b<clause.comparing>\s(?:the |an? |its )?(?P<what>[A-Za-z][^,;()]*)"
)
_BASELINE_WITH = r"(?:[^;]*?)\b<clause.comparing>\s(?:the |an? )?baselines? (?:with|of|that|using)\b"
_MADE_FAST = re.compile(
    r"\b(?:accelerat\w+|speed(?:s|ing)?[ -]?ups?)\s(?:[a-z-]+ ){0,3}(?P<name>[A-Z][\w-]*)(?:(?!\band\b)[^\d;])* by $"
)
#: How much is left or taken away, beside a number that depends on it.
_LEVEL_OF = r"(?P<n>\d[\d.]*\s?%) (?P<what>(?:[a-z-]+ ){0,2}<clause.levels>)\b"
_LEFT_OF = (
    r"\b(?P<verb><clause.leaving>)(?:s|es|ing)? (?P<only>only |just |merely )?(?P<n>\d[\d.]*\s?%) of (?:the |all )?"
    r"(?P<what>(?:[a-z-]+ ){0,2}<clause.parts>)\b"
)
_DIGITS = re.compile(r"[\d.]+")
_SHARE = re.compile(r"\d+\s?%|\d[x×]")
#: One of several that the paper made, or a part of its method: "our best model", "our tailored loss reduces".
_ONE_OF_OURS = (
    r"(?:\b(?:[Oo]ur|[Ii]ts) |(?:^|[,;] |that )[Tt]he )"
    r"(?:<clause.picked> (?:[\w-]+ ){0,2}?<clause.variants>|(?:[\w-]+ ){1,3}variants?)\b|"
    r"\b[Oo]ur (?:[\w-]+ ){1,3}?<clause.components> \w+s?\b|"
    r"\b[Oo]ur (?:[a-z]+ )?(?:[\w-]*\d[\w-]*|<clause.treated>) (?:[\w-]+ ){0,2}?(?:<clause.variants>|[A-Z])|"
    r"\b[Tt]he \d+-bit [A-Z]|\balso reach(?:es)?\b"
)
_OTHER_SUBJECT = re.compile(r";|\bwhereas\b|\bwhile (?!\w+ing\b)")
#: What makes rivals comparable: "beats others at matched speed, with 9% less".
_AT_ALIKE = (
    r"\b<clause.beating>\s[^,;:()\d]*?\b(?P<said><clause.at> (?:the |an? )?<clause.alike> [\w-]+(?: [\w-]+){0,2}), "
    r"(?:[a-z]+ly )?[a-z]+ing [^;:]*$"
)
_ANOTHER = re.compile(r"\band [A-Z]")  # whose number is told behind another's
#: The same before a number that is told with another: "reaches 97% at 4K tokens, with 9% less".
_AT_LEVEL = re.compile(r"\b(?P<said>at \d[^,;:()]*), with (?:an? )?$")
_LAST = r" (?:[a-z]+ )?(?P<link>under) (?P<what>[^,;:()\d]+?)\.?$"  # behind a list, of all its numbers
_SAME_OR_LESS = (
    r"\b(?:<clause.alike>|minimal|negligible|minor|slight|small|little|no|better|lower|higher|less|fewer|new)\b"
)
_SAME = re.compile(r"\b(?:same|identical|equal)\b")
_BY = re.compile(r"\bby (?:up to |about |an average of )?$")
_FAR = 400  # letters around a number in which its sentence is read for what narrows it
_NEAR = 40  # letters around a number in which "relative" is said of it
#: Cues of words that narrow nothing: "on several benchmarks", "over the best prior method".
_GENERAL = (
    "outcome-generic-baseline",
    "generic-modifier",
    "generic",
    "dataset-frame",
    "task-frame",
    "outcome-no-setting",
)


class ClauseReader:
    """Reads what the clauses of numbers say beside metric, baseline and setting."""

    def __init__(self, vocabulary: Vocabulary, setting: SettingReader) -> None:
        self.vocabulary, self.setting = vocabulary, setting
        broad = frozenset(PageWords("en")("outcome.broad").split())
        self.general = broad.union(*map(vocabulary.cues, _GENERAL))
        self.counted = frozenset(PageWords("en")("outcome.counted").split())
        self.changes = setting.lexicon.group

    def setting_of(self, place: QuantityPlace, result: Result, told: str) -> str | None:
        """What a clause says of its number beside the words `told`, as a setting; None if no few words tell it."""
        around = place.text[max(place.low, place.quantity.start - _NEAR) : place.quantity.end + _NEAR]
        if pattern(_RELATIVE).search(around) and "relative" not in told:
            return None
        ahead, behind = place.text[: place.quantity.start], place.text[place.quantity.end :]
        if pattern(_EXAMPLE).search(ahead) or pattern(_CONDITION).search(ahead) or pattern(_GOAL).match(behind):
            return None  # one of several, picked: "(e.g. 6% fewer)"
        if pattern(_MOST).search(place.ahead) and result.bound != "up_to":
            return None
        known = {*fold(told).split(), *(word.lower() for word in _WORD.findall(told))}
        phrases = [one for one in self._phrases(place, result) if not _is_kept(place.text, " ".join(one))]
        is_against: object = pattern(r"\b<clause.beating>\b").search(place.text, place.low, place.quantity.start)
        is_against = is_against or any(link.rstrip(".") in listed("clause.comparing") for link, _ in phrases)
        if any(_SAME.search(a[1]) and b[0] == "with" for a, b in pairwise(phrases)):
            return None  # "under the same budget with Finch"
        if is_against and not result.baseline:
            return None  # "9% lower than others": that it is lower than they are is part of it
        places = ("", *listed("clause.inner"))  # behind which, or behind nothing, "with" says which ones
        pairs = zip([("", ""), *phrases], phrases, strict=False)
        narrowing = {b for a, b in pairs if b[0] == "with" and a[0] in places and _narrows(b[1])}
        more = [one for one in phrases if one in narrowing or not self._is_told(*one, result.metric, known)]
        said = [*self._conditions(place, " ".join((told, *(what for _, what in more))))]
        said += [
            self.setting.told(f"{link} {what}") if link in listed("clause.places") else None for link, what in more
        ]
        return BESIDE.join(map(str, said)) if None not in said and len(said) <= _MOST_SETTINGS else None

    def is_stated(self, found: EntryResult, place: QuantityPlace, told: str) -> bool:
        """Whether a number is that of the paper's own work, under no condition but those in the words `told`.

        "Tests show that Foo is 2x faster", but not "simple heuristics are 2x faster" or "at 2 bits, Foo is 2x faster".
        """
        ahead, record = place.text[: place.quantity.start], found.record
        if _ASIDE.search(ahead):
            return is_mean(place)
        if found.result.change == "increase" and pattern(_ONLY).search(ahead):
            return False
        if pattern(_OF_OTHER).search(ahead):
            return False
        part = ahead.rpartition(",")[2].strip().lower()
        if part.startswith(("a ", "an ")) and found.result.metric.lower() not in part + place.own.lower():
            return False  # "a rate of 9%, a 2% improvement": of what?
        proposed = [m.surface for m in record.techniques if m.role == "proposed" and m.sure]
        lead = opening([record.name] if record.name else proposed, ahead)
        if lead is None or (pattern(_MEANS).match(lead) and not _SHARE.search(lead)):
            return lead is not None
        lead = _BRACKET.sub("", lead).strip(" ,")
        said = " ".join((told, *proposed, *listed("clause.openings"), *listed("clause.praised")))
        known = {*fold(said).split(), *(word.lower() for word in _WORD.findall(said))}
        first, _, rest = lead.partition(" ")
        is_link = first.lower() in listed("clause.openings")
        return self._is_told(first.lower() if is_link else "", rest if is_link else lead, found.result.metric, known)

    def is_elsewhere(self, found: EntryResult, place: QuantityPlace, told: str) -> bool:
        """Whether a level holds on data, a model or a device that its clause names and that is not told with it."""
        record, number = found.record, place.quantity
        stop = pattern(_CLAUSE if found.result.change == "absolute" else _END_OF_CHANGE)
        clause = pattern(_CLAUSE).split(place.text[: number.start])[-1] + stop.split(place.text[number.start :])[0]
        if any(
            f[0] not in told
            for f in pattern(_WITH_NUMBER).finditer(pattern(_CLAUSE).split(place.text[number.end :])[0])
        ):
            return True  # "29 dB on Plover with 2 views"
        proposed = (m for m in record.techniques if m.role == "proposed")
        own = " ".join([record.name, *(name for m in proposed for name in (m.surface, m.canonical, *m.aliases))])
        named = (m.surface for m in (*record.datasets, *record.models, *record.hardware))
        said = (fold(name) for name in named if not name.islower())
        return any(f" {one} " in f" {fold(clause)} " and one not in fold(f"{told} {own}") for one in said if one)

    def is_narrowed(self, found: EntryResult, place: QuantityPlace, told: str, setting: str, against: str) -> bool:
        """Whether a clause says beside the words `told` that a number holds only in part, or is another's.

        "Theoretically, Foo is 2x faster", "the gate's parameters are 9% fewer", "we add a cache, which is 2x faster".
        """
        text, start = place.text, place.quantity.start
        statement, behind = text[max(0, start - _FAR) : start], text[place.quantity.end : place.quantity.end + _FAR]
        ahead = re.split(r";|\b(?:while|whereas)\b", statement)[-1]
        clause = ahead + pattern(_CLAUSE).split(behind)[0]
        if (only := pattern(_ONLY_SO).search(clause)) and only[0].lower() not in told.lower():
            return True
        known = fold(told)
        at = max((text.find(part) + len(part) for part in setting.split(BESIDE) if part and part in text), default=0)
        brackets = (_BEHIND_NUMBER.match(text, place.quantity.end), _BEHIND_SETTING.match(text, at) if at else None)
        if any(one and fold(one["said"]) not in known for one in brackets):
            return True
        metric = text.find(found.result.metric)
        one = pattern(_ONE_OF_OURS).search(_OTHER_SUBJECT.split(statement)[-1])
        if one and fold(one[0]) not in known:
            return True
        owner = pattern(_OWNER).search(text[:metric]) if metric > 0 else None
        if owner and owner["owner"] not in listed("clause.owners") and fold(owner["owner"]) not in known:
            return True
        last = place.sentence.quantities[place.index - 1].end if place.index else 0
        if pattern(_BEATING).search(text, last, start) and not self._is_said(
            found.result, text[last:start] + place.own
        ):
            return True  # "with a recall of 9%, outperforming others by 2%": in what?
        if re.search(rf"\bboth (?:[\w-]+ ){{1,4}}and {re.escape(found.result.metric)}\b", ahead):
            return True  # "raises both recall and speed by up to 9%": which of them?
        if pattern(_FROM_OTHER).match(behind) or _KEPT_WITH.search(ahead):
            return True
        if pattern(_MADE_TOO).match(text) and not (found.record.name and found.record.name in text):
            return True
        subject = _NAMED_SUBJECT.search(_OTHER_SUBJECT.split(statement)[-1])
        is_verb = subject is not None and tagged(subject["verb"], 0, len(subject["verb"]))[0][-1].tag == "VBZ"
        if subject and is_verb and not found.record.name and subject["name"] not in found.record.title:
            return True  # of one of several that a paper without a name makes
        name, whole = found.record.name, pattern(_OUR_WHOLE).search(ahead)
        if whole and name and name not in f"{text} {found.record.title}":
            return True  # "our two-gate system", of which the method of that name may be but a part
        made = pattern(_OTHER_MADE).search(ahead)
        if made and name and name not in made["what"] and (made["more"] or ("," in made[0] and name in text[:start])):
            return True
        if found.result.change not in ("increase", "decrease"):
            return False
        if not against:
            both = pattern(_OVER_BOTH).match(behind)
            is_named = both is not None and bool(_NAMED.search(both["what"]))
            if both and is_named and not {*fold(both["what"]).split()} & {*known.split()}:
                return True
            if pattern(_BASELINE_WITH).match(behind):
                return True
        over = None if against else pattern(_OVER).search(statement.rpartition(";")[2])
        beaten = {*fold(over["what"]).split()} - {*fold(found.result.metric).split()} if over else set()
        if over and not beaten & {*known.split()} and not is_any(over["what"], self.general):
            return True
        than = pattern(_THAN_NAMED).search(ahead) or _MADE_FAST.search(ahead)
        return than is not None and fold(than["name"]) not in known and fold(than["name"]) not in self.general

    def is_on_more(self, found: EntryResult, place: QuantityPlace, told: str) -> bool:
        """Whether a sentence names a model that is no rival, and the words `told` do not: "3x faster on Wren"."""
        tried = [m.surface for m in found.record.models if m.role != "proposed" and fold(m.surface) not in fold(told)]
        ahead = [place.text[:at] for surface in tried for at, _ in places(place.text, surface)]
        return any(not pattern(_RIVAL).search(said) for said in ahead)

    def is_bought(self, place: QuantityPlace, told: str) -> bool:
        """Whether a share is kept at a price that is not told: "reduces FLOPs by 90% and keeps 9% of the recall"."""
        if _SHARE.search(told):
            return False
        text, at = place.text, place.quantity.number
        low, high = text.rfind(";", 0, at) + 1, text.find(";", at) % (len(text) + 1)
        beaten = pattern(_BEATING)  # "and beats Finch by 2%"
        prices = (q for q in place.sentence.quantities if q.unit in ("%", "x") and low <= q.start < high)
        others = (
            _DIGITS.match(text, q.number) for q in prices if q.number != at and not beaten.search(text[low : q.start])
        )
        return any(not one or one[0] not in told for one in others)

    def _is_said(self, result: Result, text: str) -> bool:
        """Whether words name the metric of a result."""
        concepts = {match.concept for match in self.vocabulary.match(text)}
        said = text.lower()
        stems = [word.lower()[:_STEM] for word in re.findall(r"\w+", result.metric)]
        if result.metric_concept in concepts:
            return True
        if stems[1:] and not any(stem in said for stem in stems[:-1]) and pattern(_OTHER_TIME).search(said):
            return False  # "turnaround time" is no training time
        return any(stem in said for stem in stems)

    def is_named(self, result: Result, place: QuantityPlace) -> bool:
        """Whether a sentence has a word of the metric, or one for a speed: "This is 32x smaller" does not say what.

        No quality is named by seconds; "times cost", of "4 times cost reduction", is no metric.
        """
        if result.metric.startswith("times "):
            return False
        if result.unit.rpartition(" ")[2] in listed("clause.seconds") and result.metric.endswith(
            listed("clause.timeless")
        ):
            return False
        return pattern(_FAST).search(result.metric) is not None or self._is_said(result, place.text)

    def is_quality(self, result: Result) -> bool:
        """Whether more of a metric is better, as of accuracy."""
        known = result.metric_concept in self.vocabulary
        return known and self.vocabulary[result.metric_concept].facts.get("better") == "higher"

    def _conditions(self, place: QuantityPlace, told: str) -> Iterator[str | None]:
        """How much is left or taken where a number holds: "at 95% sparsity", "using 9% of the tokens"."""
        text, number = place.text, place.quantity
        low = text.rfind(";", 0, number.start) + 1
        high = text.find(";", number.end)
        high = high if high >= 0 else len(text)

        def other(kind: str) -> Iterator[re.Match[str]]:
            for found in pattern(kind).finditer(text, low, high):
                is_apart = found.start() > number.end and _says_more(text, number.end, found.start())
                is_own = found.start("n") <= number.number < found.end("n")
                if not (found["n"] in told or is_own or is_apart):
                    yield found

        for found in other(_LEVEL_OF):
            said = f"{found['n']} {found['what']}"
            is_one = found["what"].endswith(("ratio", "rate"))  # "a 10% retention ratio", but "95% sparsity"
            yield f"at {article(said)} {said}" if is_one else f"at {said}"
        for alike in (pattern(_AT_ALIKE), _AT_LEVEL):
            ahead = alike.search(text, low, number.start)
            if ahead and ahead["said"] not in told:
                yield ahead["said"]
        for found in other(_LEFT_OF):
            only = "only " if found["only"] else ""
            yield f"{_doing(found['verb'])} {only}{found['n']} of the {found['what']}"

    def _phrases(self, place: QuantityPlace, result: Result) -> Iterator[tuple[str, str]]:
        """The phrases of a clause with their links: ("in", "attention")."""
        end = place.quantity.end
        text = place.text[:end] + _BRACKET.sub(lambda found: " " * len(found[0]), place.text[end:])
        stop = pattern(_END).search(text, end)
        own = [*_linked(text[end : stop.start() if stop else len(text)])]
        yield from (one for at, one in enumerate(own) if not (at and self._is_of_effect(own[at - 1], one)))
        for number in place.sentence.quantities[place.index + 1 :]:
            between = _BY.sub("", text[stop.end() : number.start]) if stop else ""
            if not stop or stop[0].lower() != "and" or pattern(_END).search(between):
                break
            if _says_more(between, 0, len(between)):
                break  # "and achieves 2x at 4 bits" says nothing of what is before
            stop = pattern(_END).search(text, number.end)
            found = [*_linked(text[number.end : stop.start() if stop else len(text)])]
            shared = (one for at, one in enumerate(found) if _is_shared(*one, found[at - 1][0] if at else ""))
            yield from (one for one in shared if one[0] not in [link for link, _ in own])
        last = pattern(_LAST).match(place.text, place.sentence.quantities[-1].end)
        is_shared = last and end < last.start() and not _ANOTHER.search(place.text, end, last.start())
        if last and is_shared and not any(link == last["link"] for link, _ in own):
            yield last["link"], last["what"]
        ahead = text[place.low : place.quantity.start]
        metric = ahead.lower().rfind(result.metric.lower())
        if metric >= 0 and result.metric:
            inner = ahead[metric + len(result.metric) :]
            stop = pattern(_END).search(inner)
            found = [*_linked(inner[: stop.start() if stop else len(inner)])]
            if not stop or stop[0].lower() in ("by", "to"):
                yield from ((link, what) for link, what in found if link in listed("clause.inner"))
        if beaten := pattern(_BEATEN).search(ahead):
            yield "over", beaten["what"]

    def _is_of_effect(self, before: tuple[str, str], phrase: tuple[str, str]) -> bool:
        """Whether a phrase says what another effect is of: "in recall", of "with a 4% improvement in recall"."""
        is_effect = _SIDE.match(before[1]) or self.changes(before[1].lower().rpartition(" ")[2])
        return before[0] == "with" and bool(is_effect) and phrase[0] in ("in", "of", "to")

    def _is_told(self, link: str, what: str, metric: str, known: set[str]) -> bool:
        """Whether a phrase narrows nothing, or only by words that are told."""
        if link == "in" and what == "terms":
            return True  # "15 times in terms of efficiency"
        is_effect = _SIDE.match(what) or "speed" in map(self.changes, what.lower().split())
        if link == "during":
            return fold(what) in " ".join(known) or fold(what) in fold(metric)
        if link == "with" and (not _NAMED.search(what) or is_effect):
            return True  # "with no loss", "with 2x faster inference"
        if (
            link == "in"
            and pattern(_FAST).search(metric)
            and (" per " in what or not what.islower())
            and any(match.type == "metric" and not match.start for match in self.vocabulary.match(what))
        ):
            return True  # "in tokens per second"
        last = what.rpartition(" ")[2]
        if link == "in" and last in self.counted and last.lower() not in known:
            return False  # "a complexity that is 9% lower in parameters"
        words = [word for word in _WORD.findall(what) if not self.changes(word.lower())]
        left = [w for w in words if w.lower() not in known and not set(fold(w).split()) <= known | self.general]
        return not left or self.setting.says_nothing(f"{link} {what}".strip(" ,"), metric)


def _says_more(text: str, start: int, end: int) -> bool:
    """Whether a part of a sentence has a verb, which begins another statement: "and reduces"."""
    return any(word.tag == "VBZ" for word in tagged(text, start, end)[0])


def _narrows(what: str) -> bool:
    """Whether a phrase behind a place says which ones: "single flows with long prompts", not "with better recall"."""
    words = tagged(what, 0, len(what))[0]
    is_kind = bool(words) and words[0].tag in ("JJ", "VBN") and what.endswith("s")
    return is_kind and not pattern(_SAME_OR_LESS).search(what)


def _is_shared(link: str, what: str, before: str) -> bool:
    """Whether a phrase behind a second number is of both: "in QA", of "2x over Finch and 3x over Wren in QA"."""
    is_of_all = before in listed("clause.comparing") and link in ("in", "for")
    is_condition = link == "with" and _SHARE.match(what) is not None  # "with 40% data pruned"
    return is_of_all or is_condition or link.split()[0].rstrip(".") in listed("clause.shared")


def _is_kept(text: str, phrase: str) -> bool:
    """Whether a phrase says what is not lost: "in quality", of "without any loss in quality"."""
    link = phrase.partition(" ")[0]
    return LOSSLESS.search(f"{text.partition(phrase)[0]}{link} ") is not None


def is_any(said: str, general: frozenset[str]) -> bool:
    """Whether words name no rival: "existing methods"."""
    return all(word in general or word.rstrip("s") in general for word in fold(said).split())


def _doing(verb: str) -> str:
    """The participle of a verb: "using", "pruning", "keeping", "dropping"."""
    stem = verb.removesuffix("e")
    return f"{stem}ping" if stem in ("drop", "skip") else f"{stem}ing"


def _linked(text: str) -> Iterator[tuple[str, str]]:
    """The phrases of a text with their links."""
    for found in pattern(_PHRASE).finditer(text):
        yield found["link"].lower(), " ".join(found["what"].split()).strip(" .").removesuffix(" up")


def has_turn(place: QuantityPlace, result: Result, setting: str) -> bool:
    """Whether a sentence that deals out a list gives this number the metric or the setting that is told of it."""
    turns = [turn for turn in (respective.behind(place), respective.ahead(place)) if turn]
    most = len(result.metric.split()) + _FEW  # "real tasks show that Foo has good success rates" is no metric
    return any(
        turn.text in setting.split(BESIDE) or (turn.text.endswith(result.metric) and len(turn.text.split()) <= most)
        for turn in turns
    )


def is_listed(place: QuantityPlace) -> bool:
    """Whether a number is one of several with nothing between them: "T/B/L gain 2.3x, 1.9x and 1.5x"."""
    numbers = place.sentence.quantities
    pairs = [numbers[at : at + 2] for at in (place.index - 1, place.index) if 0 <= at < len(numbers) - 1]
    return any(a.unit == b.unit and LISTING.fullmatch(place.text, a.end, b.start) for a, b in pairs)
