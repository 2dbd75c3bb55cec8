"""Verbalises results: value, unit, direction, bound, baseline and setting, in English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.extract.numbers import plain as plain_text
from kg.extract.numbers import quantities
from kg.text import fold, has_han, is_kind
from kg.views.borne import KEPT
from kg.views.compared import own_words, titled
from kg.views.latex import as_text
from kg.views.measured import ENGLISH, amount, form_of, metric, plain
from kg.views.placed import in_chinese
from kg.views.selection import clean
from kg.views.setting import AVERAGE, BESIDE, JOINED, MEASURE, PLACE
from kg.views.surface import article, expanded, is_one_of, stands_for, without_article
from kg.views.wording import PLURAL, Wording, in_full, letters, say, says, short_forms
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.model import Result
    from kg.views.selection import Selection

_COUNTED = re.compile(r"(?:nearly )?\d")
_ORIGIN = re.compile(
    r"(?:from )?~?(?P<value>\d+(?:,\d{3})*(?:\.\d+)?(?:[-–]\d+(?:\.\d+)?)?) ?(?P<unit>%|[^\W\d_]*)(?: [A-Za-z]+)?"
)
_NAMES = re.compile(r"[A-Z]|\d")
_CAPITAL = re.compile(r"(?<![A-Za-z-])[A-Z][a-z]{3,}(?![A-Za-z-])")
#: Forms of which a Chinese sentence says 将.
_CHANGES = ("increase", "speedup", "decrease", "more", "fewer", "less", "larger", "smaller", "longer", "shorter")
_SIZES = ("larger", "smaller")  # forms of sizes
_OF = ("speedup", "absolute")  # forms of which English says the metric first, and only once
_STAGE = re.compile(r"(?:the )?([a-z]{5})[a-z]* (?:stage|phase)")  # by its first letters
_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{2,5}(?![\w-])", re.ASCII)
_COMPOUND = re.compile(r"[A-Z][a-z]{2,}-(?:based|aware|driven|guided|free|level|style|oriented)")
_BEST = re.compile(r"\bS[Oo]TA(?= )")
_NARROWED = re.compile(r" (?:with|without|trained|using|built|running|based) ")  # a baseline is, in its own words
_EXAMPLE = re.compile(r"(?P<kind>(?:[\w-]+ )*[a-z]+s) such as (?P<name>.+)")  # of a kind of baselines
_UNDER = re.compile(r"(?:at|under) ")  # before a level that holds: "at 90% sparsity"
_BOUNDS = ("up_to", "left_up_to")  # that Chinese says before the verb of a change
_LONG = 48  # characters of a baseline that fits into brackets


@dataclass(frozen=True, slots=True)
class ResultInWords:
    """The parts of a result in words."""

    metric: str
    form: str  # key of `words.toml`: "increase", "decrease", ...
    amount: str
    baseline: str = ""
    setting: str = ""
    origin: str = ""  # the initial value of the number: "256"

    @classmethod
    def of(cls, shown: Selection, result: Result, paper: str) -> ResultInWords | None:
        """A result in words of the paper; None if its metric has no name in the language."""
        named = metric(shown, result, paper)
        if shown.lang == "zh" and _mixes(shown, result, named):
            return None
        if not named or (has_han(named) if shown.lang != "zh" else not says(paper, named)):
            return None
        form, origin, wording = form_of(shown, result, named), "", result.baseline
        start = _ORIGIN.fullmatch(result.baseline) if result.change == "absolute" else None
        number = quantities(plain_text(result.baseline)) if start else []
        if start and (fold(start["unit"]) in fold(result.unit) or number[0].unit == result.unit):
            first, now = number[0].value, result.value
            origin = plain(shown, replace(result, value=first, unit="")) if isinstance(first, tuple) else start["value"]
            highs = [value[1] if isinstance(value, tuple) else value for value in (first, now)]
            form = "from_higher" if highs[0] > highs[1] else "from_lower"
        elif start:
            wording = start["value"] + start["unit"]
        if shown.lang == "zh" and _is_longer(result):
            return None
        is_title = shown.lang == "zh" and _is_title(shown, result.baseline, result.baseline_concept)
        asides = [
            titled(wording) if is_title else "" if origin else _against(shown, result.baseline_concept, wording, paper),
            circumstance(shown, result, paper),
        ]
        against, setting = ("" if aside == named else aside for aside in asides)
        if shown.lang == "zh" and ENGLISH.search(f"{against} {setting}"):
            return None  # English words in brackets are not Chinese
        if (wording and not origin and not against) or (result.setting and not setting):
            return None  # a number without what it is compared with, or where it holds, is another statement
        against = "" if is_on_top(result) else against
        return cls(named, form, amount(shown, result), against, setting, origin)


def _mixes(shown: Selection, result: Result, named: str) -> bool:
    """Whether Chinese words hold an English one that no label has: Japanese准确率."""
    label = shown.label(result.metric_concept) if result.metric_concept in shown.graph.vocabulary else ""
    return has_han(named) and not all(word in label for word in _CAPITAL.findall(named))


def is_on_top(result: Result) -> bool:
    """Whether what a method is better than is only what it is combined with: "faster than Foo, on top of Foo"."""
    return JOINED.match(result.setting) is not None and letters(result.baseline) in letters(result.setting)


def _is_longer(result: Result) -> bool:
    """Whether a thing is longer by a factor: of "16x longer maps" Chinese would have to say that their length is."""
    words = PageWords("en")
    longer, lengths = words("value.longer", amount="").strip(), words("outcome.long").split()
    is_long = re.search(rf"\d\S*\s(?:\w+\s)?{longer}\b", plain_text(result.evidence.quote)) is not None
    return is_long and result.metric.rpartition(" ")[2] not in lengths


def phrases(shown: Selection, said: Sequence[ResultInWords]) -> str:
    """Results as one noun phrase; a metric, baseline or setting that neighbours share is said once."""
    out: list[str] = []
    for at, result in enumerate(said):
        behind = said[at + 1] if at + 1 < len(said) else None
        before = said[at - 1] if at else None
        is_repeated = any(other is not result and other.metric == result.metric for other in said)
        alike, shares = (not is_repeated and _is_alike(shown, result, other) for other in (behind, before))
        bare = replace(result, baseline="", setting=_parted(shown, result.form, result.setting)[0]) if alike else result
        again = before is not None and (before.metric, before.form) == (result.metric, result.form)
        again = again and (shown.lang == "zh" or result.form.startswith(_OF))
        again = again and (not alike or before is None or before.setting == result.setting)
        again = again and not bare.origin
        out.append(_phrase(shown, bare, again=again, is_beside=shares or again))
    if shown.lang != "zh":
        return shown.words.listed(out)
    joints = (_joint(a, b) for a, b in pairwise(said))
    return (
        "".join([out[0], *(shown.words(f"brief.{j}") + o for j, o in zip(joints, out[1:], strict=True))]) if out else ""
    )


def _joint(one: ResultInWords, other: ResultInWords) -> str:
    """What joins a Chinese result to the next one, which may need another verb: 使…，并实现…加速."""
    if _is_level(one) or _is_level(other):
        return "level_comma" if _is_level(other) and not _is_level(one) else "comma"
    both = (one.form == "speedup", other.form == "speedup")
    return {(True, False): "makes_too", (False, True): "gains_too"}.get(both, "comma")


def _is_alike(shown: Selection, one: ResultInWords, other: ResultInWords | None) -> bool:
    """Whether two results have the same baseline and setting, but for what stands before a verb."""
    ways = [(way.baseline, _parted(shown, way.form, way.setting)[1]) for way in (one, other) if way]
    return len(ways) > 1 and ways[0] == ways[1]


def _parted(shown: Selection, form: str, setting: str) -> tuple[str, str]:
    """What Chinese says before the verb of a change, that it is a mean, and the rest of its setting."""
    mean, comma = shown.words("outcome.average"), shown.words("outcome.aside_comma")
    parts = setting.split(comma)
    is_mean = shown.lang == "zh" and form.startswith(_CHANGES) and mean in parts
    return (mean, comma.join(part for part in parts if part != mean)) if is_mean else ("", setting)


def _says_rival(shown: Selection, form: str) -> bool:
    """Whether the words of a change name what it is compared with themselves: 降至Finch的1/2."""
    return shown.lang == "zh" and form.endswith("_times_of")


def _rival(words: PageWords, named: str) -> str:
    """What a change is compared with as its owner, with one 的 only: 最先进系统的."""
    for long, short in (pair.split("=") for pair in words("value.owned").split()):
        named = named.replace(long, short)
    return words("value.rival", baseline=named) if named else ""


def _on_average(shown: Selection, form: str, said: str, named: str, beside: str) -> tuple[str, str]:
    """Chinese says before the verb that a change is a mean: 速度平均提升至3倍, not 速度提升至3倍（平均）."""
    mean, rest = _parted(shown, form, beside)
    if not mean or not said.startswith(named) or named.startswith(mean):
        return said, beside
    return named + mean + said[len(named) :], rest


def _is_level(said: ResultInWords) -> bool:
    """Whether a result is no change, which a sentence on changes does not govern."""
    return said.form.startswith(("absolute", "count"))


def _phrase(shown: Selection, said: ResultInWords, *, again: bool = False, is_beside: bool = False) -> str:
    """One result; `again`: the previous one has the same metric and verb.

    With `is_beside`, its baseline stands in brackets, which the previous one shares.
    """
    words, named = shown.words, _in_form(shown.words, said.metric, said.form)
    if again and (_is_level(said) or words.lang != "zh"):
        effect = said.amount
    elif again:
        effect = _bound_first(shown, words(f"value.{said.form}", amount=said.amount))
    else:
        rival = "" if is_beside else _rival(words, said.baseline)
        effect = words(f"outcome.{said.form}", metric=named, amount=said.amount, origin=said.origin, rival=rival)
        keys = ("about", "up_to") if _is_level(said) else _BOUNDS
        effect = _bound_first(shown, effect, named, keys)
        if said.form.startswith(_CHANGES) and said.metric.rpartition(" ")[2] in words("outcome.articled").split():
            effect = f"{article(effect)} {effect}" if _COUNTED.match(effect) else effect
    is_told = _says_rival(shown, said.form) and not is_beside  # 降至Finch的1/2
    notes = [words("outcome.than", baseline=said.baseline)] if said.baseline and not is_told else []
    setting = said.setting
    effect, setting = _on_average(shown, said.form, effect, "" if again else named, setting)
    notes += [setting] if setting else []
    return words("outcome.aside", effect=effect, notes=words("outcome.aside_comma").join(notes)) if notes else effect


def with_article(words: PageWords, named: str) -> str:
    """The metric of a level with its article; plurals and what is not counted go without one, as in Chinese."""
    last = named.partition(" of ")[0].rpartition(" ")[2]
    is_plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    if words.lang == "zh" or is_plural or last in words("outcome.uncounted").split():
        return named
    return f"{article(named)} {named}"


def _in_form(words: PageWords, named: str, form: str) -> str:
    """The metric with the article that a level or a kept share has: "an accuracy of"; no size is itself smaller."""
    if form == "speedup" and words.lang == "zh":
        return ""  # 3倍加速
    if form in _SIZES:
        bare = named.removesuffix(words("outcome.size"))
        return bare if bare.endswith(tuple(words("outcome.bare_sized").split())) else named  # 图大小, not 图
    if form == KEPT and words.lang != "zh" and is_kind(named):
        return f"the {named}"
    return with_article(words, named) if form.startswith(_OF) and words.lang != "zh" else named


def phrase(shown: Selection, result: Result, *, against: bool = True, sentence: str = "", price: str = "") -> str:
    """A result as a noun phrase: "up to 41% lower latency (vs. vLLM)", "时延最高降低41%（较vLLM）".

    Without `against`, the baseline is left out; a `price` is said with it. What Chinese has no words for is quoted from
    the sentence; "" where that says nothing alone ("64% and 68%").
    """
    named = metric(shown, result)
    form = form_of(shown, result, named)
    inner = _in_form(shown.words, named, form) if form in (KEPT, "speedup", *_SIZES) else named
    rival = baseline(shown, result) if against and not is_on_top(result) else ""
    values = {"metric": inner, "amount": amount(shown, result), "rival": _rival(shown.words, rival)}
    is_told = bool(rival) and _says_rival(shown, form)
    said = _bound_first(shown, shown.words(f"outcome.{form}", **values), inner)
    beside = (notes if against and not is_told else circumstance)(shown, result)
    beside = shown.words("outcome.aside_comma").join(filter(None, (beside, price)))
    said, beside = _on_average(shown, form, said, inner, beside)
    is_mixed = shown.lang == "zh" and bool(sentence) and ENGLISH.search(f"{named} {rival} {beside}")
    if is_mixed:
        own = own_words(result, sentence, against=against)
        return shown.words("brief.quote", quote=own) if own else ""
    return shown.words("outcome.aside", effect=said, notes=beside) if beside else said


def value(shown: Selection, result: Result) -> str:
    """A result without its metric: "up to 41% lower", "最高降低41%"."""
    said = shown.words(f"value.{form_of(shown, result, metric(shown, result))}", amount=amount(shown, result))
    return _bound_first(shown, said)


def notes(shown: Selection, result: Result) -> str:
    """Baseline and setting: "vs. chunked prefill; Qwen3-8B"; "" if there is neither."""
    against = baseline(shown, result)
    said = [shown.words("outcome.than", baseline=against)] if against and not is_on_top(result) else []
    return shown.words("outcome.aside_comma").join([*said, *filter(None, [circumstance(shown, result)])])


def baseline(shown: Selection, result: Result) -> str:
    """What a result is compared with; in Chinese what has no words there is a name, or is quoted."""
    wording = without_article(clean(result.baseline))
    if example := _EXAMPLE.fullmatch(wording):
        kind = baseline(shown, replace(result, baseline=example["kind"], baseline_concept=""))
        return shown.words("outcome.example", kind=kind, name=example["name"])
    wording = _BEST.sub("state-of-the-art", wording) if shown.lang == "zh" else wording
    if shown.lang == "zh" and _NARROWED.search(wording):
        return shown.words("brief.quote", quote=wording)  # which part of it is narrowed only the sense tells
    said = say(shown, same(shown, result.baseline_concept, wording), wording) or wording
    is_title = _is_title(shown, result.baseline, result.baseline_concept)
    if shown.lang == "zh" and (not has_han(said) or is_title):
        said = _name(shown, titled(result.baseline) if is_title else said) or said
    is_english = shown.lang == "zh" and not has_han(said) and ENGLISH.search(said)
    return shown.words("brief.quote", quote=said) if is_english else in_full(shown, said)


def _is_title(shown: Selection, wording: str, concept: str = "") -> bool:
    """Whether words are a name of several, which each of them does not tell: "Compressed Sparse Column"."""
    plain = shown.graph.vocabulary.cues("plain")
    words = [word[:1] for word in wording.split() if fold(word) not in plain]
    return len(words) > 1 and all(map(str.isupper, words)) and concept not in shown.graph.vocabulary


def same(shown: Selection, concept: str, wording: str) -> str:
    """The concept of a wording if its label says what the wording does, in full or as an acronym; else "".

    "USP", of "Unified Sequence Parallelism", is not sequence parallelism.
    """
    if concept not in shown.graph.vocabulary:
        return ""
    label = shown.graph.vocabulary[concept].label.get("en", "")
    if is_one_of(wording, label):
        return ""
    if shown.lang != "zh" and fold(label) != fold(wording) and f" {fold(label)} " in f" {fold(wording)} ":
        return ""  # "state-of-the-art pruning method" is not any
    short = {word for word in wording.split() if sum(map(str.isupper, word)) > 1 and stands_for(word, label)}
    rest = {word for word in wording.split() if word not in short}
    is_short = bool(short) and not any(word.islower() and fold(word) not in fold(label).split() for word in rest)
    known, said = set(fold(label).split()), set(fold(wording).split())
    is_more = any(
        _NAMES.search(word) and not known.issuperset(fold(word).split()) for word in re.split(r"[\s-]", wording)
    )
    is_all = known <= said and not is_more
    is_short = is_short and ("and" in said or "and" not in known)  # "VLA" is no "vision-language action and robots"
    return concept if is_short or is_all else ""  # "FP16", of an "FP16 Latent Gate Model"


def _aside(shown: Selection, concept: str, wording: str, paper: str) -> str:
    """A baseline or setting for use in brackets: short, in words of the paper, and complete; else ""."""
    if not wording or len(wording) > _LONG or (shown.lang != "zh" and has_han(wording)):
        return ""
    if shown.lang == "zh" and _NARROWED.search(wording):
        return ""
    if not Wording(shown.graph.vocabulary).is_noun_phrase(wording):
        return ""
    said = say(shown, concept, wording, paper)
    said = PLURAL.sub("", said) if shown.lang == "zh" else said
    return said if says(paper, said) and not said.endswith("的") else ""


def _against(shown: Selection, concept: str, wording: str, paper: str) -> str:
    """A baseline for use in brackets; in Chinese the original if it is a name, unless the vocabulary has its name."""
    if example := _EXAMPLE.fullmatch(wording):
        kind = _against(shown, "", example["kind"], paper)
        return shown.words("outcome.example", kind=kind, name=example["name"]) if kind else ""
    known = shown.graph.vocabulary.find(wording, "technique")
    wording = _BEST.sub("state-of-the-art", wording) if shown.lang == "zh" else wording
    if shown.lang == "zh" and concept not in shown.graph.vocabulary and known:
        concept = known.curie
    if shown.lang == "zh" and any(not _in_words(shown, short, paper) for short in _ACRONYM.findall(wording)):
        return ""  # "LM" may be what the paper calls the Levenberg-Marquardt method
    said = _aside(shown, same(shown, concept, wording), without_article(wording), paper)
    return in_full(shown, said) if has_han(said) or shown.lang != "zh" else _name(shown, said)


def _in_words(shown: Selection, short: str, paper: str) -> bool:
    """Whether a short form that Chinese spells out has no other sense in a paper."""
    full = expanded(short, paper) if short in short_forms(shown) else ""
    return not full or has_han(Wording(shown.graph.vocabulary)(full))


def _name(shown: Selection, wording: str) -> str:
    """English words that may stand in a Chinese sentence: a name, which has a capital or a digit; else "".

    Of "LLM-derived method Finch" it is "Finch".
    """
    words, frames = wording.split(), shown.graph.vocabulary.cues("label-frame-technique")
    kind = next((at for at, word in enumerate(words[:-1], 1) if fold(word) in frames and word.islower()), 0)
    wording = " ".join(words[kind:])
    first = wording.partition(" ")[0]
    is_word = first.islower() or _COMPOUND.fullmatch(first)  # "Graph-based RAG"
    return "" if is_word and not any(map(str.isdigit, first)) else PLURAL.sub("", wording)


def circumstance(shown: Selection, result: Result, paper: str = "") -> str:
    """The setting in the language; in Chinese what has no words there is quoted."""
    parts = as_text(clean(result.setting)).split(BESIDE)
    parts = [part for part in parts if not ((stage := _STAGE.fullmatch(part)) and stage[1] in result.metric)]
    bare = [PLACE.sub("", part) for part in parts]
    whole = (part for part, own in zip(parts, bare, strict=True) if not any(own != one and own in one for one in bare))
    said = (_part_of_setting(shown, part, paper) for part in whole if not {*part.split()} <= {*result.metric.split()})
    return shown.words("outcome.aside_comma").join(dict.fromkeys(filter(None, said)))


def _part_of_setting(shown: Selection, part: str, paper: str) -> str:
    if part == AVERAGE or not part:
        return shown.words("outcome.average") if part else ""
    if shown.lang != "zh":
        return part if not has_han(part) and (not paper or says(paper, part)) else ""
    measure = MEASURE.match(part)
    is_measured = measure is not None and measure["by"] == "in terms of"
    placed = None if measure else PLACE.match(part)
    bare = part[measure.end() :] if measure and is_measured else (PLACE if placed else JOINED).sub("", part)
    said = in_chinese(bare, Wording(shown.graph.vocabulary))
    said = said or shown.words("brief.quote", quote=shown.words.without_opening(bare))
    key = "outcome.measured" if is_measured else "outcome.joined" if JOINED.match(part) else ""
    key = "outcome.placed" if placed and placed["on"] and not said.startswith("“") else key
    is_open = has_han(said[-1:]) and not said.endswith(tuple(shown.words("outcome.placed_ends").split()))
    key = "outcome.under" if _UNDER.match(part) and is_open else key
    return shown.words(key, what=said) if key else said


def _bound_first(shown: Selection, said: str, named: str = "", keys: Sequence[str] = _BOUNDS) -> str:
    """Move 最高 before the verb in Chinese: 时延最高降低41%, not 时延降低最高41%."""
    bounds = (shown.words(f"outcome.{key}", amount="") for key in keys)
    bound = next((one for one in bounds if one in said), "")
    if shown.lang != "zh" or not bound or not said.startswith(named):
        return said
    return named + bound + said[len(named) :].replace(bound, "", 1)
