"""The outcome words of papers, and sentences parsed with them: cues, metrics, noun phrases.

Which words are outcome words, and in which direction they point, is in `ontology/outcomes.ttl`. This module holds the
grammar around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from kg.extract.numbers import Quantity
from kg.model import Result
from kg.text import Remembered, fold, lowered
from kg.vocabulary import Concept, Vocabulary

#: Groups of outcome words with their changes; a word of two groups belongs to the first.
CHANGES = {
    "speed": "increase",
    "win": "increase",
    "improve": "increase",
    "decrease": "decrease",
    "increase": "increase",
    "keep": "absolute",
}
_SIZE = "metric:model-size"
#: The right end of the words that belong to a number.
STOP = re.compile(
    r"[,;()]|:(?!\d)|—|，|。|(?:\s|^)(?:whil(?:e|st)|whereas|with|without|compared|comparing|than|relative to|over|on|"
    r"at|under|when|across|for|using|through|against|versus|vs\.?|by|via|but|from|as (?:well|a|the)|which|that|and|or|"
    r"to|where|respectively|is|are|during)(?=\s)"
)
_LEADING = re.compile(
    r"^(?:(?:the|an?|its|their|our|both|overall|only|just|mere|of|in|on|for|to|up|average|an average|absolute|relative|"
    r"further|additional|significant|substantial|minor|slight|marginal|modest|negligible|corresponding|approximate(?:ly)?|about|around|nearly|by|or|and|maximum|"
    r"consistent|existing|model's|as|at|is|are|be)\s+)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:^|\s)(?:an?|the|of|in|by|to|up|up to|is|are|only|its|and|or|over|about|for|on|than|average|with|"
    r"an average of|a factor of|(?:ranging )?from)$"
)
_TAIL = re.compile(
    r"\s(?:by|of up|up to|with|and up)$|"
    r"\s(?:by|with|for|on|in|over|across|at|during|when|of (?:the|our|its|their|an?|existing|all))\s"
)
_NOUN = re.compile(
    r".*(?:tions?|ments?|gains?|speed-?ups?|drops?|loss|savings?|boosts?|increases?|decreases?|decline|growth|lift|"
    r"gap|advantage|slowdown|removal|overhead)|加速|提升|损失",
    re.IGNORECASE,
)
#: Words that are verbs where an object follows: "increases throughput", not "increases in throughput".
_VERB_OR_NOUN = re.compile(r"(?:increase|decrease|boost|drop|gain|lift)s", re.IGNORECASE)
_OBJECT = re.compile(
    r" (?!(?:in|of|for|on|to|by|over|with|whil(?:e|st)|and|or|at|from|across|compared|relative|is|are|up|when|that|as)"
    r"\b)[A-Za-z]"
)
_COMPARATIVE = re.compile(r"\w+er|less|more|worse|fast", re.IGNORECASE)
_USUAL = {
    "tokens/s": "decoding throughput",
    "TFLOPs/s": "throughput",
    "QPS": "throughput",
    "ms": "latency",
    "s": "time",
    "GB": "memory",
    "MB": "memory",
    "x": "inference speed",
    "mJ": "energy",
    "GFLOPs": "FLOPs",
    "TFLOPs": "FLOPs",
}
_SAME_UNIT = {"s": ("ms", "min", "hours", "days", "μs"), "ms": ("s", "μs"), "GB": ("MB", "KB", "TB")}
_ABSOLUTE = re.compile(r"\s*(?:\w+ )?absolute\b")
_ABSOLUTE_BEFORE = re.compile(r"\babsolute (?:improvement|gain|increase|drop)s?\b[^,;.]{0,30}$")
_COUNTED = re.compile(
    r"\b(tokens|steps|layers|samples|iterations|parameters)\b|\b(token) (?:usage|count|consumption|length)"
)
_WORD = re.compile(r" ([a-z]+)")
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z]{1,6})\)")


class Cue(NamedTuple):
    """An outcome word in a sentence."""

    start: int
    end: int
    group: str
    word: str  # in lower case
    has_object: bool = False  # "increases throughput"

    @property
    def is_noun(self) -> bool:
        return not self.has_object and bool(_NOUN.fullmatch(self.word))

    @property
    def is_comparative(self) -> bool:
        return bool(_COMPARATIVE.fullmatch(self.word))


class NumberReading(NamedTuple):
    """One reading of a number: how its metric changes, and the words that say so."""

    change: str
    metric: str
    span: tuple[int, int]  # span in the sentence
    kind: str  # the rule that found it


@dataclass(slots=True)
class Stated:
    """A sentence that may state outcomes: its plain text and its annotations."""

    text: str
    quantities: list[Quantity]
    cues: list[Cue]
    metrics: list[tuple[int, int, Concept]]  # metrics of the vocabulary
    expansions: dict[str, str]  # "TTFT" -> "time to first token", as defined in the paper
    frames: str  # the metric of its frames per second
    names: list[tuple[int, int, str]] = field(default_factory=list)  # datasets, models and techniques, with their type
    name: str = ""  # name of the paper's own method
    before: str = ""  # the previous sentence
    rank: int = 0  # index among the sentences from the first one about the paper's own work
    phrases: list[tuple[int, int]] = field(default_factory=list)  # base noun phrases
    roles: list[tuple[int, int, str]] = field(default_factory=list)  # mentions, with type and role
    rivals: list[str] = field(default_factory=list)  # baselines of the paper as a whole
    tags: Any = None  # tagger output for the Doc
    offset: int = 0  # start of the sentence in the Doc
    others: list[Any] | None = None  # candidate baselines, computed on demand
    nested: dict[str, set[str]] = field(default_factory=dict)  # how candidate baselines contain one another

    @property
    def models(self) -> set[str]:
        """The models that the sentence names, in its words."""
        return {self.text[start:end] for start, end, kind in self.names if kind == "model"}

    @property
    def has_name(self) -> bool:
        return bool(self.name) and self.name in self.text

    def is_own(self, start: int, end: int) -> bool:
        """Whether words are the paper's own name, or part of it."""
        return bool(self.name) and (self.text[start:end] in self.name or self.name in self.text[start:end])


class QuantityPlace:
    """A quantity in its sentence, with derived spans that are used often.

    `low` and `high`: the end of the previous quantity, and the start of the next one; `ahead` and `behind`: the text
    between these and the quantity. `stop`: the end of the words that belong to it on its right, `own`. `cues`: the
    outcome words before it.
    """

    def __init__(self, sentence: Stated, index: int) -> None:
        self.sentence, self.index, self.text = sentence, index, sentence.text
        self.quantity = quantity = sentence.quantities[index]
        self.low = sentence.quantities[index - 1].end if index else 0
        last = index + 1 == len(sentence.quantities)
        self.high = len(self.text) if last else sentence.quantities[index + 1].start
        self.ahead, self.behind = self.text[self.low : quantity.start], self.text[quantity.end : self.high]
        found = STOP.search(self.text, quantity.end, self.high)
        self.stop = found.start() if found else self.high
        self.own = self.text[quantity.end : self.stop]
        self.cues = [c for c in sentence.cues if self.low <= c.start and c.end <= quantity.start]
        self.keeps = [c for c in self.cues if c.group == "keep"]  # cues of a level: "achieves", "only"


class OutcomeLexicon:
    """The outcome words and metrics of the vocabulary, as patterns."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.groups: dict[str, str] = {}
        for group in CHANGES:
            for word in vocabulary.cues("outcome-" + group):
                self.groups.setdefault(word, group)
        #: The group of an outcome word in any inflection, "" for other words.
        self.group: Callable[[str], str] = Remembered(self._group).__getitem__
        #: The metric of the vocabulary that a phrase names.
        self.metric: Callable[[str], Concept | None] = Remembered(self._metric).__getitem__
        #: Whether words are generic: "prior methods", "the state of the art".
        self.is_generic: Callable[[str], bool] = Remembered(self._is_generic).__getitem__
        self.words = re.compile(inflected(self.groups).pattern)  # matches lower-case text, several times as fast
        self.frames = vocabulary.cues("label-frame-technique")
        self.losses, self.drops = vocabulary.cues("outcome-loss"), vocabulary.cues("outcome-drop")
        self.lower = inflected(vocabulary.cues("outcome-lower-is-better"))
        self.activity = inflected(vocabulary.cues("outcome-speed-of"))
        self.setup = vocabulary.cues("outcome-setup")
        self.generic = vocabulary.cues("outcome-generic-baseline")
        self.no_setting = vocabulary.cues("outcome-no-setting")
        self.qualifiers = vocabulary.cues("metric-qualifier")
        joined, kinds = ("|".join(sorted(map(re.escape, vocabulary.cues(c)))) for c in ("combined", "variant"))
        #: "combined with caching", "integrates with other samplers": up to the end of the phrase.
        self.combined = re.compile(
            rf"\b(?:{joined})\w{{0,3}} with (?:(?!to\b)[^\s,;:()\d]+(?:\s|(?=[,;:()]|$))){{1,8}}", re.I
        )
        #: "its 4-step distilled model" at the beginning of a clause, without the article.
        self.variant = re.compile(
            r"\W*(?:and |even |further,? )?(?:its|our|the|an?) "
            rf"(?P<said>(?:[\w.-]+ ){{0,4}}(?:{kinds})\b(?: models?\b)?)"
        )
        references = sorted(vocabulary.cues("outcome-reference"))
        self.references = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, references))})\b(?=[ -])", re.IGNORECASE)
        labels = [
            fold(label).split() for c in vocabulary.concepts.values() if c.type == "metric" for label in c.labels()
        ]
        self.metric_words = {word for words in labels for word in words}
        self.metric_heads = {words[-1] for words in labels if words}

    def cues(self, text: str) -> list[Cue]:
        found = []
        for match in self.words.finditer(lowered(text)):
            start, end = match.span()
            group = self.group(text[start:end])
            behind = _WORD.match(text, end)
            if group and not (behind and fold(behind[1]) in self.frames):  # "token reduction methods"
                has_object = bool(_VERB_OR_NOUN.fullmatch(text, start, end) and _OBJECT.match(text, end))
                found.append(Cue(start, end, group, match[0].lower(), has_object))
        return found

    def _group(self, word: str) -> str:
        low = word.lower().replace("-", " ")
        endings = [low[: -len(e)] + r for e in ("es", "ed", "ing", "s", "d") for r in ("", "e") if low.endswith(e)]
        return next((self.groups[s] for s in (fold(word), low, *endings) if s in self.groups), "")

    def _is_generic(self, words: str) -> bool:
        return all(w in self.generic for w in fold(words).split())

    def _metric(self, phrase: str) -> Concept | None:
        return self.vocabulary.find(phrase, "metric")

    def is_metric(self, phrase: str) -> bool:
        """Whether a phrase is no dataset, and a metric of the vocabulary or ends with one: "macro-average F1 score"."""
        words = phrase.split()
        return not self.vocabulary.find(phrase, "dataset") and any(
            self.metric(" ".join(words[at:])) for at in range(len(words))
        )

    def named(self, phrase: str) -> str:
        """A metric in the paper's words; an acronym is replaced by its vocabulary label."""
        if " " in phrase or sum(c.isupper() for c in phrase) < 2:
            return phrase
        found = self.metric(phrase)
        return found.label["en"] if found else phrase

    def expanded(self, phrase: str, sentence: Stated) -> str:
        """A phrase in which the acronyms that the paper defines are expanded."""
        return " ".join(sentence.expansions.get(word, word) for word in phrase.split())

    def is_worse(self, result: Result) -> bool:
        """Whether a result says that something became worse."""
        return result.change == ("increase" if self.is_lower_better(result.metric) else "decrease")

    def is_lower_better(self, metric: str) -> bool:
        found = self.metric(metric)
        if found and "better" in found.facts:
            return found.facts["better"] == "lower"
        return bool(self.lower.search(metric)) and not re.search(r"efficien|speed|throughput|saving|batch", metric)

    def is_time(self, metric: str) -> bool:
        """Whether a metric is a time rather than a work that takes some: "latency", not "computation"."""
        found = self.metric(metric)
        return metric.lower().endswith("time") or bool(found and found.facts.get("unit") in ("s", "ms"))

    def is_size(self, metric: str) -> bool:
        """Whether a metric counts the parts of a model or says how large it is: "trainable parameters"."""
        words = metric.split()
        found = next(filter(None, (self.metric(" ".join(words[at:])) for at in range(len(words)))), None)
        return found is not None and _SIZE in (found.curie, *self.vocabulary.broader(found.curie))

    def is_full_width(self, name: str) -> bool:
        """Whether a rival is a model with numbers of the usual width, whose quality is to be kept: "FP16 baseline"."""
        return any(f" {width} " in f" {fold(name)} " for width in self.vocabulary.cues("full-width"))

    def is_plain_form(self, name: str) -> bool:
        """Whether a rival is but the plain form of a thing, which costs more: "the full cache", "FP16 models"."""
        return self.is_full_width(name) or not self.vocabulary.cues("plain").isdisjoint(fold(name).split()[:-1])

    def is_loss(self, word: str) -> bool:
        """Whether a word says that less is left of whatever it follows: "loss", "drop"."""
        return not {word, fold(word)}.isdisjoint(self.losses | self.drops)

    def is_cost(self, word: str) -> bool:
        """Whether a word says that more is worse of whatever it follows: "overhead"."""
        return self.group(word) == "increase" and bool(self.lower.fullmatch(word))

    def speed(self, before: str, after: str) -> tuple[str, str]:
        """The speed meant by the words around "speedup" or "faster", and its change.

        "prefill speedup" and "faster training" are speeds; "speedup in TTFT" and "latency speedup" are of a time, which
        decreases; a "run-time speedup" is a speed, and so is "faster computation".
        """
        if after and self.is_lower_better(after):
            return (after, "decrease") if self.is_time(after) else (f"{after} speed", "increase")
        if self.metric(before) and self.is_lower_better(before) and not before.lower().endswith("time"):
            return before, "decrease"
        for part in (before, after):
            low = part.lower()
            activity = self.activity.search(part)
            if "speed" in low or (activity and len(part.split()) > 3) or "throughput" in low:
                return part, "increase"
            if activity:
                return part[: activity.end()] + " speed", "increase"
        return "inference speed", "increase"

    def near_metric(self, place: QuantityPlace) -> str:
        """The vocabulary metric nearest to a quantity, first after it, then before it, else the default of its unit."""
        quantity = place.quantity
        fitting = [
            m for m in place.sentence.metrics if place.low <= m[0] and m[1] <= place.high and _fits(quantity.unit, m[2])
        ]
        near = [m for m in fitting if quantity.end <= m[0] < quantity.end + 48]
        near = near or [m for m in reversed(fitting) if m[1] <= quantity.start]
        if near:
            text = place.text[near[0][0] : near[0][1]]
            return "inference speed" if self.group(text) == "speed" else self.named(text)
        if quantity.unit == "FPS":
            return place.sentence.frames
        if quantity.unit in ("%", "points") and "accura" in f"{place.sentence.before} {place.text}".lower():
            return "accuracy"
        return _USUAL.get(quantity.unit, "performance")


def unit_of(place: QuantityPlace, reading: NumberReading) -> str:
    """The unit of a result.

    "points" where a score changes by a bare number or an absolute percentage, the counted noun for a bare "from A to
    B", else the unit of the quantity.
    """
    quantity, text = place.quantity, place.text
    if quantity.unit == "" and reading.change != "absolute" and first_value(quantity) >= 1:
        return "x" if reading.kind == "speed" else "points"
    absolute = _ABSOLUTE.match(text, quantity.end) or _ABSOLUTE_BEFORE.search(text[: quantity.start])
    if quantity.unit == "%" and absolute:
        return "points"
    counted = _COUNTED.search(reading.metric) if quantity.origin and not quantity.unit else None
    return (counted[1] or "tokens") if counted else quantity.unit


@cache
def outcome_lexicon(vocabulary: Vocabulary) -> OutcomeLexicon:
    """The outcome words of a vocabulary, compiled once for all that reads with them."""
    return OutcomeLexicon(vocabulary)


def noun_phrase(text: str) -> str:
    """A noun phrase without surrounding determiners, bounds and marks, up to its first preposition except "of"."""
    text = " ".join(text.split()).strip(" .,;:()'\"*\\-–")
    out = _LEADING.sub("", _TAIL.split(text)[0] + " ").strip()
    return _TRAILING.sub("", out).strip(" .,;:()")


def first_value(quantity: Quantity) -> float:
    return quantity.value if isinstance(quantity.value, float) else quantity.value[0]


def expansions(text: str) -> dict[str, str]:
    """The acronyms that a text defines, with their expansions.

    >>> expansions("It lowers time to first token (TTFT).")
    {'TTFT': 'time to first token'}
    """
    out = {}
    for match in _ACRONYM.finditer(text):
        letters = [c.lower() for c in match[1]]
        words = re.findall(r"[A-Za-z]\w*", text[max(0, match.start() - 80) : match.start()])[-len(letters) :]
        if [w[0].lower() for w in words] == letters:
            out[match[1]] = " ".join(words).lower()
    return out


def frames_measure(text: str) -> str:
    """The metric of frames per second in a paper: what it does with frames."""
    low = text.lower()
    if "render" in low:
        return "rendering speed"
    generates = re.search(r"(?:video|image|world) (?:\w+ )?generation|generative", low)
    return "generation speed" if generates else "frame rate"


def inflected(words: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all words with their English endings; Chinese words have none."""
    words = list(words)
    stems = {w[:-1] if w.endswith("e") and len(w) > 3 else w for w in words if w.isascii()}
    ordered = sorted(stems, key=lambda s: (s[0], -len(s), s))
    letters = []  # grouped by first letter, which lets the pattern skip other words at once
    for first, group in groupby(ordered, key=lambda s: s[0]):
        rests = "|".join(re.escape(s[1:]).replace(r"\ ", r"s?[ -]") for s in group)
        letters.append(f"{re.escape(first)}(?:{rests})")
    latin = "|".join(letters)
    han = "|".join(sorted({"".join(w.split()) for w in words if not w.isascii()}, key=lambda s: (-len(s), s)))
    return re.compile(rf"\b(?:{latin or '(?!)'})(?:e[sd]?|ing|s|ed|d)?\b|{han or '(?!)'}", re.IGNORECASE)


def _fits(unit: str, metric: Concept) -> bool:
    """Whether a metric can have a unit; ratios and scores fit every metric."""
    usual = metric.facts.get("unit", "")
    return unit in ("%", "x", "points", "", usual) or not usual or unit in _SAME_UNIT.get(usual, ())
