"""The setting of a number: where, on what or under which condition its sentence says that it holds.

A number that holds in one place only is not told without it: what cannot be told in a few words is quoted instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.extract.speech import tagged
from kg.text import fold
from kg.views.selection import EntryResult, clean
from kg.views.surface import stands_for
from kg.views.wording import Wording
from kg.views.words import PageWords, listed, pattern

if TYPE_CHECKING:
    from kg.extract.outcomes import OutcomeLexicon, QuantityPlace
    from kg.vocabulary import Vocabulary

#: Between the settings of one number.
BESIDE = "; "
#: The setting of a mean.
AVERAGE = "on average"
#: By what a gain is measured, and per what an amount is.
MEASURE = re.compile(r"^(?P<by>in terms of|per) (?=\S)")
#: What the paper's method is combined with.
JOINED = re.compile(
    r"^(?:when )?(?:(?:combined|coupled|paired|integrated|together) with|(?:applied|built) on top of) (?=\S)",
    re.IGNORECASE,
)
#: What others are compared by, before what they have: "under the same budget with Finch".
_AND_MORE = re.compile(r"\s(?:and|or)\s(?:[\w-]+\s){0,2}?([a-z]+s)\b")
_AND_NUMBER = re.compile(r"\s(?:and|or)\s(\d[\d.,]*)")  # "8k input", before "and 16k output"
_AT = re.compile(r"(?:at|under|without)\s", re.IGNORECASE)
_SAME_WITH = re.compile(r"\b(?:same|identical|equal)\s(?:[\w-]+\s){1,3}with\s$")
_COMPARED = r"\b<clause.comparing>\s"
#: Before what is not lost: "without any drop in ".
LOSSLESS = re.compile(
    r"\b(?:no|without|minimal|negligible|little)\s(?:\w+\s)?(?:loss|drop|degradation|compromise|sacrifice)(?:e?s)?\s"
    r"(?:in|of|to|on)\s(?:the\s)?$"
)
_LONG = 64  # letters of a setting that fits into brackets
_APART = re.compile(r"[,;:()]|(?<![\w@.-])\d|\band\b")  # "F1" is no number
#: What places a number on or in something.
PLACE = re.compile(r"^(?:(?P<on>on|across)|for|in|using) (?:the |an? |both )?", re.IGNORECASE)
_OPENING = re.compile(r"^(?:on|for|in|across|using|at|with|under|when) (?:the |an? )?", re.IGNORECASE)
#: What opens a sentence before its subject: "On Plover, ", "Notably, when applied to Plover, ", "At 4 bits (W4), ".
_LEADING = re.compile(
    r"(?:^|[;:]\s|\bthat\s)(?:(?:[A-Z][a-z]+|For (?:instance|example)|In (?:fact|particular)),\s)?"
    r"(?P<said>(?:on|for|in|under|at|with|using|applied|(?:when |by )?[a-z]+(?:ed|ing))\b[^,;:()]+)"
    r"(?:\s\([^()]*\))?,\s",
    re.IGNORECASE,
)
#: Where alone a gain may hold: "For strong compression rates, it has 9% more", but not "In rare cases".
_REGIME = re.compile(r"(?i:for|at|under) (?:[a-z-]+ ){1,3}[a-z]{3,}(?:s|load|budget|regime|supervision)")
_BEGINS = re.compile(rf"{_OPENING.pattern}|{JOINED.pattern}|(?:By |When )?[A-Z]?[a-z]+ing ", re.IGNORECASE)
#: What a sentence tells of trials: "Experiments on Plover show ".
_TRIALS = re.compile(
    r"^(?:[A-Z][a-z]+ )?[A-Za-z][a-z]+s (?:[a-z]+ )?(?:on|across) (?:the |an? )?"
    r"(?P<said>[^,;:()]+?(?:\s\([A-Z][\w-]*\)\s[a-z]+)?)(?:\s\([^()]*\))? "
    r"(?:show|demonstrate|indicate|reveal|confirm)\b"
)
_SHORT = re.compile(r"\s\([A-Z][\w-]*\)(?=\s)")  # of a name within a setting
#: A kind of task or data: "on domain-specific tasks", not "on several tasks".
_KIND = re.compile(r"^(?:on|in|for|under) (?:the |an? )?(?:[\w-]+ )*?\w+-\w", re.IGNORECASE)
_DONE = re.compile(r"^(?:when )?[a-z]+ed (?:to|on|in|into|with|across|over) (?:the |an? )?", re.IGNORECASE)
_DOING = re.compile(r"^(?:by |when )?[a-z]+ing (?:(?:out|only|just|merely) )*", re.IGNORECASE)
_AMOUNT = re.compile(r"(?<![\w.-])\d[\d.,]*(?:%|[kKMBW]?\b)(?!-)")
#: Words of a condition that makes two things comparable: "at the same quality", "with lossless output".
_ALIKE = re.compile(
    r"\b(?:same|identical|equal|equivalent|similar|comparable|match\w*|\w*lossless|competitive|balanced|no|negligible)\b"
)
_PRAISED = r"^(?:<clause.praised>) (?=\S+ )"
_BARE = re.compile(r"[\d.,]+\s?%?|[a-z]+s")  # says too little
_ANY_MODELS = r"<clause.any_models>s? (?:architectures|backbones|models)"
_EXAMPLES = re.compile(r"\b(?:including|such as|like)\b")
_AT_SAME = re.compile(
    r"(?:at|in|under) (?:the |an? )?(?:same|identical|equal|equivalent|matched|matching|similar|comparable) "
    r"(?!time)[\w-]+(?: (?!on\b|for\b|in\b|with\b)[\w-]+){0,3}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:(?:at )?[\d.,]+\s?%|[\d.,]+\s?[a-zA-Zμ×]{0,2})(?:$| (?:on|of|for|in)\b)")
_OTHER = re.compile(r";|\b(?:while(?! (?:\w+ly )?\w+ing\b)|whereas)\b")  # begins another statement
_MEAN = re.compile(r"\b(?:on|an|the) average\b|\baverag(?:ing|es)\b|\b(?:an?|the) mean (?![Aa]verage)")
_IS_DOING = re.compile(r"(?:[A-Z][a-z]+, )?[A-Za-z]+ing\s[^,;:]*$")  # "integrating Foo into Plover is 2x faster"
_SAME_OVER = re.compile(r" over [^,;:.\d]{1,60} and (?:an? )?")
_AND_DOING = re.compile(r"\band (?:[a-z]+ly )?[a-z]+(?:ing|s|ed)\b")
_AVERAGES, _WITH = re.compile(r"\baverag(?:es|ing) $"), re.compile(r"[^,;.()]* with (?:an? )?")
_MEAN_JUST = re.compile(r"\bon average,? (?:an? |by )?$")
_OWN_WORDS = re.compile(r"[,;]|\bwhile\b|(?<![\w-])\d|%")
_MEAN_AHEAD = re.compile(r"\s*(?:On average|Averaged (?:across|over))\b")
#: Begins another statement: "and matches the baseline", " - all of it for free".
_GOES_ON = re.compile(r"(?: through (?=[a-z])|,? and \w+s (?:the|an?|its|up|over|\d)| [-–—]+ (?=[a-z])).*$")
_LISTED = re.compile(r",\s[A-Z][\w/-]*(?:,|\s(?!(?:is|are|has|have|[a-z]+s)\b))")
_ALONE = re.compile(r"(?!.*\b(?:on|for|at|under|with|in|over|when)\b)[^,;:()]*\band (?:an? |up to )?[+]?")
_MEAN_BEHIND = re.compile(r"[^,;.()\d]{0,100}\bon average\b")
_TERMS = re.compile(
    r"(?:(?!\band\b)[^,;:()\d])*?\b(?P<what>in terms of [^,;:().]+?)"
    r"(?=[,;:().]|$|\s(?:and|over|on|than|compared|when|with|whil(?:e|st))\b)"
)
_PER = re.compile(r"(?:(?!\band\b)[^,;:()\d]){0,30}?\s(?P<what>per (?!second|cent|token per)[a-z]+(?: pass)?)\b")
_IS_MEAN = re.compile(r"\b(?:average|mean)\b")
_NEAR = 40  # letters before a number in which its sentence says that it is a mean


class SettingReader:
    """Reads the settings of numbers in their sentences."""

    def __init__(self, vocabulary: Vocabulary, lexicon: OutcomeLexicon) -> None:
        self.vocabulary, self.lexicon, self.wording = vocabulary, lexicon, Wording(vocabulary)
        self.general = vocabulary.cues("generic-modifier") | {*PageWords("en")("outcome.broad").split()}

    def __call__(self, found: EntryResult, place: QuantityPlace) -> str | None:
        """What to tell of the setting of a result, "" if nothing; None if it holds only where no few words say."""
        behind = self._behind(found, place)
        said = found.result.setting
        is_alone = not behind and not (said and said in place.text[place.quantity.end :])
        ahead = self._ahead(found, place, is_alone)
        if behind is None or ahead is None or _IS_DOING.match(place.text[: place.quantity.start]):
            return None
        if _AT.match(behind) and " and " in ahead and ahead.islower():
            ahead = ""  # "short and long maps", of which a number "at 9k tokens" holds on the latter
        own = self._of_subject(found, place)
        if own is None:
            return None
        ahead = BESIDE.join(filter(None, (ahead, own)))
        behind = BESIDE.join(filter(None, (self._measure(found, place), behind)))
        is_average = found.result.bound != "up_to" and is_mean(place)
        mean = AVERAGE if is_average and not _IS_MEAN.search(found.result.metric) else ""
        return BESIDE.join(dict.fromkeys(filter(None, (mean, ahead, behind))))

    def _behind(self, found: EntryResult, place: QuantityPlace) -> str | None:
        """The setting that was extracted, if it stands in the clause of the number, or is what the work joins."""
        setting = _GOES_ON.sub("", clean(found.result.setting or self._shared(found, place)))
        kind = re.escape(found.result.metric.rpartition(" ")[0])
        setting = re.sub(rf"^(?:(?:for|in) )?{kind} (?:even )?(?=(?:on|at|in|with|across|under)\b)", "", setting)
        if JOINED.match(setting) and place.text[: place.quantity.start].rstrip().endswith(setting):
            setting = setting.rpartition(" ")[0]  # "combined with pruning yields 2x"
        if setting and LOSSLESS.search(place.text.partition(setting)[0]):
            setting = ""  # "with no loss in answer quality"
        parts = [setting] if setting in place.text else setting.split(", ")
        if setting and _LISTED.match(place.text, place.text.find(setting) + len(setting)) and setting in place.text:
            return None  # "on Plover, Finch with", of which it is only the first
        if setting and re.search(rf"{re.escape(setting)},\d{{3}}", place.text):
            return None  # "at lengths up to 65", of 65,536
        if setting and _EXAMPLES.search(setting) and place.text.partition(setting)[2].startswith(","):
            return None  # "tasks including labelling, search and counting", of which it is only the first
        if setting and self._is_first_of_two(setting, found, place):
            return None  # "on image labelling", before "and search tasks"
        baseline, behind = found.result.baseline, place.text[place.quantity.end :]
        if self._is_of_other(setting, place) and not (baseline and baseline in behind):
            return None
        said = [
            self.told(part)
            for part in parts
            if self._is_in_clause(part, place) and not self.says_nothing(part, found.result.metric)
        ]
        return None if None in said else BESIDE.join(filter(None, said))

    def _shared(self, found: EntryResult, place: QuantityPlace) -> str:
        """The setting of the next number, if that of both: "41% higher recall and 9% higher precision on Plover"."""
        behind = place.sentence.quantities[place.index + 1 : place.index + 2]
        if not behind or not _ALONE.fullmatch(place.text, place.quantity.end, behind[0].start):
            return ""
        others = (other for other in found.record.results if other.value == behind[0].value and other.setting)
        return next((other.setting for other in others if other.setting in place.text), "")

    def _of_subject(self, found: EntryResult, place: QuantityPlace) -> str | None:
        """With what the paper's method is used where its sentence says so behind the name: "Foo with 4 gates skips"."""
        ahead, name = place.text[: place.quantity.start], re.escape(found.record.name)
        named = [*re.finditer(rf"(?<![\w-]){name} (?=(?:with|at|using|under)\s)", ahead)] if name else []
        if not named:
            return ""
        words = tagged(ahead, named[-1].end(), len(ahead))[0]
        verb = next((word.start for word in words if word.tag in ("VBZ", "VBD")), len(ahead))
        said = ahead[named[-1].end() : verb].strip()
        is_told = any(map(str.isdigit, said)) and "," not in said and verb < len(ahead)
        return self.told(said) if is_told else ""

    def _measure(self, found: EntryResult, place: QuantityPlace) -> str:
        """By what a gain is measured, or per what an amount is: "in terms of recall", "per image"."""
        said = _TERMS.match(place.text, place.quantity.end) or _PER.match(place.text, place.quantity.end)
        known = fold(found.result.metric).split()
        return "" if not said or set(fold(said["what"]).split()) <= {*known, "in", "term", "of"} else said["what"]

    def _is_first_of_two(self, setting: str, found: EntryResult, place: QuantityPlace) -> bool:
        """Whether a setting goes on behind "and": in small letters with the noun that it shares, or with a number."""
        at = place.text.find(setting, place.quantity.end)
        behind = place.text[at + len(setting) :] if at >= 0 else ""
        if any(map(str.isdigit, setting)) and (number := _AND_NUMBER.match(behind)):
            values = (one.value for one in found.record.results)
            return not any(number[1].rstrip(".,") == str(value).removesuffix(".0") for value in values)
        more = _AND_MORE.match(behind) if setting.islower() else None
        frames = self.vocabulary.cues("dataset-frame") | self.vocabulary.cues("task-frame")
        return more is not None and more[1].rstrip("s") in frames

    def _is_of_other(self, setting: str, place: QuantityPlace) -> bool:
        """Whether a setting is what another has, with which the number compares: "at the same cost with Finch"."""
        at = place.text.find(setting, place.quantity.end)
        between = place.text[place.quantity.end : at] if setting and at >= 0 else ""
        return _SAME_WITH.search(between) is not None or pattern(_COMPARED).search(between) is not None

    def _is_in_clause(self, setting: str, place: QuantityPlace) -> bool:
        """Whether a setting stands in the clause behind a number, or is what the work is combined with before it."""
        if JOINED.match(setting) and setting in place.text[: place.quantity.start]:
            between = place.text[place.text.find(setting) + len(setting) : place.quantity.start]
            return between.count(",") < 2  # ", combined with tests, helps, and Foo is 2x faster" tells of the tests
        at = place.text.find(setting, place.quantity.end) if setting else -1
        behind = place.sentence.quantities[place.index + 1 : place.index + 2]
        alone = bool(behind) and _ALONE.fullmatch(place.text, place.quantity.end, behind[0].start)
        start = behind[0].end if behind and alone else place.quantity.end  # of both numbers
        return at >= 0 and not _APART.search(place.text, start, at)

    def _ahead(self, found: EntryResult, place: QuantityPlace, is_alone: bool) -> str | None:
        """What opens a sentence, if it names data, a model, a device, a task or an amount: "On Plover, it is fast".

        A kind of task does, if it `is_alone`: "On hard tasks it is 2x faster, and 1x on easy tasks".
        """
        ahead = place.text[: place.quantity.start]
        leading, trials = [*_LEADING.finditer(ahead)][-1:], [*_TRIALS.finditer(ahead)]
        of_trials = "" if leading or not trials else self._specific(_SHORT.sub("", trials[0]["said"]))
        is_trial, leading = bool(of_trials), leading or trials
        if not leading or _OTHER.search(ahead, leading[0].end()):
            return ""
        said, record = of_trials or leading[0]["said"], found.record
        if JOINED.match(said):  # "when combined with pruning, it is fast"
            return "" if said in found.result.setting else self.told(said)
        if found.result.baseline and said.endswith(found.result.baseline):
            return ""  # "compared to the best kernel"
        said = _DONE.sub("", said)
        named = (*record.datasets, *record.models, *record.hardware, *record.tasks)
        frames = self.vocabulary.cues("dataset-frame") | self.vocabulary.cues("task-frame")
        known = any(f" {fold(m.surface)} " in f" {fold(said)} " for m in named if fold(m.surface))
        is_condition = not (is_trial or trials[:1] == leading or PLACE.match(said)) and bool(_AMOUNT.search(said))
        is_kind = is_alone and _KIND.match(said) is not None and fold(said).split()[-1].rstrip("s") in frames
        graded = {*listed("clause.graded")} if set(fold(said).split()[-1:]) <= frames else set()
        words = tagged(said, 0, len(said))[0]
        is_graded = bool(_OPENING.match(said)) and any(w.tag in ("JJS", "JJR") or w.text in graded for w in words)
        is_at = _AT.match(said)
        is_named = known and not _DOING.match(said)
        if not (is_condition or is_kind or is_graded or is_at or is_named or is_trial):
            is_regime = is_alone and _REGIME.fullmatch(said) and any(word.tag == "JJ" for word in words)
            return f"{said[:1].lower()}{said[1:]}" if is_regime else ""
        if self.says_nothing(PLACE.sub("", said), found.result.metric):
            return ""
        return self.told(said) or ("" if is_trial and not is_named and said.islower() else None)

    def _specific(self, said: str) -> str:
        """What trials are on, if that says something: "video models", of "six widely used video models"."""
        general = self.general | {"of"}
        whole = said = said.partition(" across ")[0]
        while words := tagged(said, 0, len(said))[0]:
            praise = pattern(r"<clause.praised>,? (?=\S)").match(said)
            is_any = words[0].tag == "CD" or (words[0].text.islower() and fold(words[0].text) in general)
            if " with " in said or not (praise or is_any):
                break
            said = said[praise.end() if praise else words[0].end :].lstrip(" ,")
        first, _, rest = said.partition(" and ")
        if rest and first.islower() and first.endswith("s") and (said != whole or " " not in first):
            return self._specific(rest)  # "three model scales and video models"
        if rest.islower() and not self._specific(rest):
            said = first  # "video models and many benchmarks"
        return said if " " in said else ""

    def told(self, setting: str) -> str | None:
        """A setting as it stands in brackets, None if it is too long or no phrase."""
        said = pattern(_PRAISED).sub("", PLACE.sub("", setting))
        said = said[:1].lower() + said[1:] if _BEGINS.match(said) else said
        bare = JOINED.sub("", _OPENING.sub("", said))
        bare = _DOING.sub("", bare) if _AMOUNT.search(said) else bare
        if bare.rpartition(" ")[2][:1].isdigit() and bare.rpartition(" ")[0] in listed("clause.only"):
            return None  # "only 50%", of something
        if _BARE.fullmatch(bare) and not JOINED.match(said):
            return None  # "30%", before "and 40% sparsity"; "scenes"
        if not _AT.match(setting) and self._is_metric(bare):
            return None  # "with no loss in accuracy"
        if not {*bare.lower().split()}.isdisjoint(listed("clause.pointing")) or self._names_metric(bare):
            return None  # "with such kernels", of the sentence before; "in BLEU-1 scores"
        is_phrase = "_ " not in bare and self.wording.is_noun_phrase(bare)  # "Plover_ big" has lost its formula
        is_phrase = is_phrase or (bare[:1].isdigit() and " and " not in bare)
        return said if is_phrase and len(said) <= _LONG else None

    def _is_metric(self, said: str) -> bool:
        """Whether words without a number end in a metric, of which more is better or worse, or in a kind of time."""
        is_plain = said.islower() and not any(map(str.isdigit, said))
        if is_plain and said.endswith(listed("clause.times")):
            return True  # "in acquisition time" says what is lower
        ends = (match for match in self.vocabulary.match(said) if is_plain and match.end == len(said))
        return any(match.type == "metric" and self.vocabulary[match.concept].facts.get("better") for match in ends)

    def _names_metric(self, said: str) -> bool:
        """Whether words are the name of a metric, which is no setting: "AP50"."""
        found = [match for match in self.vocabulary.match(said) if match.type == "metric" and not match.start]
        return any(fold(said[match.end :]) in ("", "score") for match in found)

    def says_nothing(self, setting: str, metric: str) -> bool:
        """Whether a setting narrows nothing: "several benchmarks", "at the same quality", "efficiency"."""
        bare = _OPENING.sub("", setting)
        words = fold(bare).split()
        frames = self.vocabulary.cues("dataset-frame") | self.vocabulary.cues("task-frame")
        frames = frames.union(listed("clause.all_of_them"))  # "on both backbones"
        if frames.issuperset(word.rstrip("s") for word in words) or stands_for(bare, metric):
            return True  # "on the dataset", "20% lower on TPOT"
        if pattern(_ANY_MODELS).fullmatch(bare):
            return True
        if _AT_SAME.fullmatch(setting):
            return False
        if MEASURE.match(setting) or _ALIKE.search(setting) or _NUMBER.match(setting) or fold(metric) in fold(bare):
            return True
        first = tagged(bare, 0, len(bare))[0][0]
        general = self.general - {*listed("clause.graded")}
        general = general | self.vocabulary.cues("outcome-generic-baseline") if first.tag == "JJ" else general
        is_counted = first.text.isalpha() and (first.tag == "CD" or fold(first.text) in general)
        if is_counted and bare.islower() and not any(map(str.isdigit, bare)):
            return True
        is_metric = words[-1] in self.lexicon.metric_heads and bare.islower() and not any(map(str.isdigit, bare))
        return is_metric and (len(words) == 1 or setting.startswith("with "))


def placed(setting: str, text: str) -> str:
    """A setting with the words that place it in its sentence: "on a single GPU", "for Plover"."""
    parts = setting.split(BESIDE)
    lead = r"\b(?:on|across|for|in) (?:the |an? |both )?"
    places = [re.search(rf"(?i:{lead})(?={re.escape(part)}(?![\w-]))", text) if part else None for part in parts]
    kinds = ((found[0].lower() if found else "", part) for found, part in zip(places, parts, strict=True))
    return BESIDE.join(map("".join, kinds))


def is_mean(place: QuantityPlace) -> bool:
    """Whether a sentence says that a number is a mean: "by 9% on average", "an average of 9%"."""
    before = place.text[max(0, place.quantity.start - _NEAR) : place.quantity.start]
    if place.quantity.bound == "up_to":
        return _MEAN_BEHIND.match(place.text, place.quantity.end) is not None  # "9% on average and up to 41%"
    own = _OWN_WORDS.split(before)[-1]  # behind the number before, and in the same statement
    behind = _MEAN_BEHIND.match(place.text, place.quantity.end)
    numbers = place.sentence.quantities
    first = numbers[place.index - 1] if place.index else None
    if (
        first
        and first.unit == place.quantity.unit
        and _SAME_OVER.fullmatch(place.text, first.end, place.quantity.start)
    ):
        return is_mean(
            type(place)(place.sentence, place.index - 1)
        )  # "an average speedup of 2x over Finch and 1x over Wren"
    if (
        first
        and _AVERAGES.search(place.text[: first.start])
        and _WITH.fullmatch(place.text, first.end, place.quantity.start)
    ):
        return True  # "averages 9% higher recall with 2% lower latency"
    mean = _MEAN.search(own)
    if mean and not behind and _AND_DOING.search(own, mean.end()):
        return False  # "by 9% on average and giving 2x"
    return bool(behind or mean or _MEAN_JUST.search(before) or _MEAN_AHEAD.match(place.text))
