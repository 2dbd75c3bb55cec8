"""The second pass over a question: ranges, and numbers with the metric and direction near them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import ceil

from kg.query.filter import Op, Outcome
from kg.query.lexicon import Lexicon, Sense
from kg.query.patterns import hinted
from kg.query.question_items import OPS, TO, Item
from kg.query.question_words import QuestionWord, QuestionWords
from kg.query.units import kin
from kg.text import fold, has_han, tokens

#: The label of the metric for model size.
_SIZE = "parameter"
#: Meanings of words for the change of a result.
_CHANGES = ("increase", "decrease", "improve")
#: The unit of context length.
_TOKENS = "tokens"
#: The smallest number that may count tokens without saying so.
_LENGTHY = 1000
#: How many pieces around a number may qualify it.
_AROUND = 5


class Thresholds:
    """The results that a question asks for; it joins ranges, and marks the pieces that it uses."""

    def __init__(self, text: str, items: list[Item], lexicon: Lexicon, language: str) -> None:
        self.text, self.items, self.lexicon, self.language = text, items, lexicon, language
        self.outcomes: dict[int, tuple[Outcome, str]] = {}  # by the index of the number, with their words
        self._join_ranges()

    # Ranges

    def _join_ranges(self) -> None:
        """Join two numbers, or two dates, that are the ends of a range."""
        for at in range(len(self.items) - 2, -1, -1):
            first = self.items[at]
            is_date = first.fact is not None and first.fact.field == "date"
            ends = (at + 1 + n for n, i in enumerate(self.items[at + 1 :]) if i.value is not None or i.fact)
            later = next(ends, at)
            between = self.items[at + 1 : later]
            if later == at or any(item.mark or item.senses or item.is_unknown for item in between):
                continue
            if is_date:
                self._join_dates(at, later)
            elif first.value is not None and self.items[later].value is not None:
                self._join_numbers(at, later)

    def _join_dates(self, at: int, later: int) -> None:
        first, second = self.items[at].fact, self.items[later].fact
        is_range = self._is_enclosed(at, later) or self._gap(at, later) in TO
        if later == at + 2 and self.items[at + 1].means("until"):
            is_range = is_range or (at > 0 and fold(self.items[at - 1].text) in ("from", "从"))
        if first and second and second.field == "date" and is_range:
            self.items[at].fact, self.items[later].fact = replace(first, op=">="), replace(second, op="<=")

    def _join_numbers(self, at: int, later: int) -> None:
        first, second = self.items[at], self.items[later]
        ops = self._sign(at), self._sign(later)
        if self._is_enclosed(at, later):
            ops = (">=", "<=")
        elif not all(item.means("and", "about", "frame", *OPS) for item in self.items[at + 1 : later]):
            return
        if ops[0] in ("<=", "<") and ops[1] in (">=", ">"):
            first, second, ops = second, first, (ops[1], ops[0])
        if ops[0] not in (">=", ">") or ops[1] not in ("<=", "<") or first.upper is not None:
            return
        meaning = {op: self.lexicon.words.meaning(name) for name, op in OPS.items()}
        if first.unit not in ("", second.unit):
            first.words, second.words = meaning[ops[0]], meaning[ops[1]]
            return
        start, end = self.items[at].start, self.items[later].end
        before = self._op(at)
        if before == at - 1:
            start = self.items[before].start
        whole = Item(start, end, self.text[start:end], words=meaning[ops[0]], value=first.value, unit=second.unit)
        whole.upper, whole.upper_op = second.value, ops[1]
        self.items[at - (before == at - 1) : later + 1] = [whole]

    def _is_enclosed(self, at: int, later: int) -> bool:
        """Whether two ends are joined as in "between 2x and 3x"."""
        beside = [self.items[i] for i in (at - 1, later + 1) if 0 <= i < len(self.items)]
        joins = any(item.means("and", "or") for item in self.items[at + 1 : later])
        return joins and any(item.means("between") for item in beside)

    def _gap(self, at: int, later: int) -> str:
        return self.text[self.items[at].end : self.items[later].start].strip().lower()

    def _sign(self, at: int) -> Op | None:
        """The operator of a number, if a word gives one."""
        place = self._op(at)
        return next((OPS[m] for m in OPS if place is not None and self.items[place].means(m)), None)

    # Results

    def result(self, at: int, measures: Sequence[int]) -> Outcome:
        """The result that a number asks for, given the pieces that it measures."""
        number = self.items[at]
        around = sorted((i for i in range(len(self.items)) if 0 < abs(i - at) <= _AROUND), key=lambda i: abs(i - at))
        measures = sorted(measures, key=lambda i: abs(i - at))
        speed = next((i for i in measures if self.items[i].is_speed), None)
        change = next((i for i in (at, *measures) if self.items[i].means(*_CHANGES)), None)
        metrics = [i for i in measures if "metric" in self.items[i].types or self.items[i].is_unknown]
        if not metrics and speed is None:  # "3DGS compression, at least 20x smaller"
            ratios = (i for i in (*measures, *around) if self.ratio(i, number))
            metrics = [i for i in ratios if i in measures or self.items[i].senses][:1]
        op = self._op(at)
        places = [at, *measures]
        number.unit = number.unit or self._counted(metrics, number)
        for i in places:
            # "compress the KV cache 4x" is on KV cache compression
            self.items[i].taken = not (i in metrics and self.ratio(i, number) and self.items[i].senses)
        outcome = self._built(number, self._sign(at) or ">=", metrics, change, speed)
        if not metrics and outcome.change == "decrease" and number.unit in ("%", "x"):
            outcome = self._shorter(outcome, min(places))
        if op is None and self._is_budget(outcome):
            outcome = with_room(replace(outcome, op="<="))
        kept = next((i for i in around if self.items[i].means("keep")), None)
        if kept is not None and number.unit == "%" and not outcome.change and set(outcome.metrics) & set(outcome.sizes):
            outcome = replace(outcome, change="decrease", op=">=", value=max(100 - (outcome.value or 0.0), 0.0))
        elif number.unit == "%" and outcome.op in ("<", "<=") and set(outcome.metrics) & set(outcome.sizes):
            less = replace(outcome, change="decrease", op=">=", value=100 - (outcome.value or 0.0))
            outcome = replace(outcome, told=self._told(less).told)  # "with less than 1% of the parameters"
        elif number.unit == "%" and not outcome.change and len(metrics) == 1:
            outcome = self._retained(outcome, metrics[0], around)
        return self._told(self._ranged(outcome, number, op in (None, at)))

    def _shorter(self, outcome: Outcome, at: int) -> Outcome:
        """A reduction by a share, of a thing whose length is a metric: "shorten chains of thought by half".

        Papers must be on the topic of the thing, and report a decrease in its length.
        """
        known = self.lexicon.vocabulary
        for item in self.items[max(at - 2, 0) : at + 3]:
            thing = next((sense.concept for sense in item.senses[:1] if sense.known), "")
            topics = known[thing].topics if thing in known else []
            lengths = self.lexicon.senses(fold(f"{self.lexicon.label(thing)} length")) if topics else []
            for length in (sense.concept for sense in lengths if sense.type == "metric" and sense.known):
                item.senses = [Sense("topic", topics[0], True, True)]
                wide = {narrow for one in {length, *known.broader(length)} for narrow in self.lexicon.family(one)}
                label = self.lexicon.label(length, self.language)
                return replace(outcome, concept=length, label=label, metrics=tuple(sorted(wide)), words=())
        return outcome

    def _counted(self, metrics: list[int], number: Item) -> str:
        """The unit of a large number, if the metric is counted in tokens: "a 128k context"."""
        units = {self._unit_of(sense.concept) for i in metrics for sense in self.items[i].senses}
        return _TOKENS if _TOKENS in units and (number.value or 0) >= _LENGTHY else ""

    def _unit_of(self, metric: str) -> str:
        """The unit of a metric in the vocabulary; "" if it has none."""
        known = self.lexicon.vocabulary
        return known[metric].facts.get("unit", "") if metric in known else ""

    def may_have(self, item: Item, unit: str) -> bool:
        """Whether the metrics of a piece may have values in a unit; unknown where the vocabulary has none for them."""
        if unit in ("", "x", "%", "points"):
            return True
        metrics = [sense.concept for sense in item.senses if sense.type == "metric"]
        family = {one for metric in metrics for one in self.lexicon.family(metric)}
        own = {self._unit_of(one) for one in family}.difference(("", "x", "%", "points"))
        named = any(fold(unit).rstrip("s") in fold(self.lexicon.label(one)) for one in family)
        counts = unit in self.lexicon.words.counted
        return named or not own.isdisjoint(kin(unit)) or not (own or counts)

    def _retained(self, outcome: Outcome, at: int, around: list[int]) -> Outcome:
        """A level of a metric that gives the share retained: "retains 95% of the accuracy", 精度保持95%."""
        said = fold(self.items[at].text)
        for word in (self.items[i] for i in around):
            name = f"retained {said}" if word.means("keep") else fold(f"{said}{word.text}")
            for sense in self.lexicon.senses(name) if word.means("keep") or word.is_unknown else ():
                if sense.type == "metric" and sense.known:
                    word.taken, label = True, self.lexicon.label(sense.concept, self.language)
                    metrics = self.lexicon.family(sense.concept)
                    return replace(outcome, concept=sense.concept, label=label, metrics=metrics, words=(name,))
        return outcome

    def _is_budget(self, outcome: Outcome) -> bool:
        """Whether a number is a resource limit: "in 8 GB of memory", 8GB显存能跑."""
        return outcome.unit not in ("", "x", "%", "points") and self._is_lower(outcome)

    def _is_lower(self, outcome: Outcome) -> bool:
        """Whether a number is a level of a metric that should be low."""
        known = self.lexicon.vocabulary
        lower = outcome.concept in known and known[outcome.concept].facts.get("better") == "lower"
        return lower and not outcome.change

    def _is_high(self, outcome: Outcome) -> bool:
        """Whether a metric should be high."""
        known = self.lexicon.vocabulary
        return outcome.concept in known and known[outcome.concept].facts.get("better") == "higher"

    def ratio(self, at: int, number: Item) -> list[Sense]:
        """The ratio metric for a factor, next to a compound for a reduction.

        "Prompt compression by 4x", 把提示词压缩4倍: the prompt compression ratio, else the compression ratio.
        """
        if number.unit != "x":
            return []
        labels = [fold(self.lexicon.label(sense.concept)) for sense in self.items[at].senses if sense.type != "metric"]
        names = [name for label in labels[:1] for name in (label, label.split(" ")[-1]) if " " in label]
        deeds = [w for w in self.items[at].words if "deed" in w.means] if not self.items[at].senses else []
        names += [fold(label) for word in deeds for label in word.labels if label.isascii()]  # "10x compression"
        ratios = ([s for s in self.lexicon.senses(f"{name} ratio") if s.type == "metric" and s.known] for name in names)
        known = self.lexicon.vocabulary
        found = ([s for s in some if known[s.concept].facts.get("unit") == "x"] for some in ratios)
        return next((senses for senses in found if senses), [])

    def _told(self, outcome: Outcome) -> Outcome:
        """A threshold on a reduction, with its wordings in texts."""
        if outcome.concept in {sense.concept for sense in self.lexicon.senses(_SIZE)}:
            outcome = with_size(outcome)
        elif outcome.change == "decrease" and self._is_high(outcome):
            return with_loss(outcome, filter(str.isascii, outcome.words), self.lexicon.words)
        sizes = set(outcome.metrics) & set(outcome.sizes)
        names = [words for words in outcome.words if words.isascii()] or [self.lexicon.label(outcome.concept)]
        things = {s.concept for i in self.items for s in i.senses if s.type != "metric"}
        said = {word for thing in things for word in fold(self.lexicon.label(thing)).split()}
        is_ratio = not sizes and outcome.unit == "x" and not outcome.change
        sizes = sizes or (set(outcome.savings) & set(outcome.sizes) if is_ratio else set())
        labels = [fold(label) for metric in sizes for label in self.lexicon.labels(metric) if label.isascii()]
        if is_ratio:  # a compression ratio is about the named things
            names = sorted(said & {word for label in labels for word in label.split()})
        else:  # with KV cache quantization, less memory means less cache
            names += sorted(said & set(map(sized, labels)) - {word for name in names for word in name.split()})
        return with_amounts(outcome, names, self._is_part, self.lexicon.words) if sizes else outcome

    def _is_part(self, noun: str) -> bool:
        """Whether a noun is itself a metric with narrower ones: "memory" in training memory."""
        senses = self.lexicon.senses(noun)
        return any(sense.type == "metric" and sense.known for sense in senses)

    def _ranged(self, outcome: Outcome, number: Item, whole: bool) -> Outcome:
        """The outcome with the other end of a range; for "at least 2-3x" and "at most 2-3x", only one end counts."""
        if number.upper is None or (not whole and outcome.op in (">=", ">")):
            return outcome
        if outcome.op in ("<=", "<"):
            return replace(outcome, value=number.upper)
        low: Op = ">=" if outcome.op == "=" else outcome.op
        if self._is_lower(outcome):  # the lower end of a result is the better one
            return replace(outcome, op=number.upper_op, value=number.upper, limit_op=low, limit=number.value)
        return replace(outcome, op=low, limit_op=number.upper_op, limit=number.upper)

    def _built(self, number: Item, op: Op, metrics: list[int], change: int | None, speed: int | None) -> Outcome:
        if speed is not None and not metrics:
            return self.speed_of(speed, number, op)
        concepts: set[str] = set()
        words: dict[str, None] = {}
        labels: dict[str, None] = {}
        first = direction = ""
        for i in metrics:
            core, inside = self.without_change(self.items[i])
            senses = [s for s in (*self.lexicon.senses(core), *self.items[i].senses) if s.type == "metric"]
            ratio = self.ratio(i, number)
            if ratio:
                senses, inside, change = ratio, [], None  # 压缩4倍: a ratio neither rises nor falls
                core = fold(self.lexicon.label(senses[0].concept))
            english = (fold(self.lexicon.label(sense.concept)) for sense in senses[:1] if has_han(core))
            words |= dict.fromkeys((core, *english))
            for sense in senses:
                concepts |= set(self.lexicon.family(sense.concept))
                if ratio or "hardware" in self.items[i].types:  # "GPU memory" is often just "memory"
                    wider = self.lexicon.vocabulary.broader(sense.concept)
                    concepts |= {narrow for one in wider for narrow in self.lexicon.family(one)}
            first = first or next((sense.concept for sense in senses), "")
            labels[self.lexicon.label(senses[0].concept, self.language) if senses else self.items[i].text] = None
            direction = direction or self.direction(inside, first)
        if change is not None:
            direction = self.direction(self.items[change].words, first)
        direction = direction or ("increase" if speed is not None else "")
        to = fold(self.text[: number.start]).split(" ")[-1:] if not number.unit else []
        if (number.unit not in ("", "x", "%", "points") or any(word in TO for word in to)) and op in ("<=", "<"):
            direction = ""  # "cut to under 100 ms" and "to 4 or fewer" are levels
        label = " / ".join(labels)
        found = Outcome(first, label, tuple(sorted(concepts)), tuple(words), direction, number.unit, op, number.value)
        return self.lexicon.with_gains(found)

    def without_change(self, item: Item) -> tuple[str, list[QuestionWord]]:
        """The folded name of a metric without a direction at its end ("accuracy drop"), and that direction."""
        found = [token.fold for token in tokens(item.text)]
        for size in (2, 1):
            last = self.lexicon.words.bearing(" ".join(found[-size:]))
            words = [word for word in last if word.means.intersection(_CHANGES)]
            if words and len(found) > size:
                return " ".join(found[:-size]), words
        return " ".join(found), []

    def speed_of(self, at: int, number: Item | None = None, op: Op = ">=") -> Outcome:
        """A gain in speed, of inference or training, as a factor without a unit; or the metric of "most accurate"."""
        word = next(w for w in self.items[at].words if "metric" in w.facts)
        metrics = sorted(word.facts["metric"])
        concepts = sorted({concept for metric in metrics for concept in self.lexicon.family(metric)})
        words = (word.facts["wording"][0],)
        own = word.facts.get("unit", [""])[0]
        unit = number.unit or own if number else ""
        value = number.value if number else None
        label = self.lexicon.label(metrics[0], self.language)
        found = Outcome(metrics[0], label, tuple(concepts), words, "increase" if own else "", unit, op, value)
        return self.lexicon.with_gains(found) if value is not None else found

    def direction(self, words: list[QuestionWord], metric: str) -> str:
        """The change that words ask for; for some metrics, better means lower."""
        means = {meaning for word in words for meaning in word.means}
        if "improve" in means:
            known = self.lexicon.vocabulary
            better = known[metric].facts.get("better", "") if metric in known else ""
            return {"higher": "increase", "lower": "decrease"}.get(better, "")
        return next((change for change in ("increase", "decrease") if change in means), "")

    def _op(self, at: int) -> int | None:
        """The index of the word for a threshold: at the number, before it or after it.

        A comparison with "than" is not a threshold: "2x faster than vLLM".
        """
        places = [at, at - 1, at + 1] + ([at - 2] if at > 1 and self.items[at - 1].means("frame", "about") else [])
        near = (i for i in places if 0 <= i < len(self.items) and not (i > at and self.items[i].means("outperform")))
        return next((i for i in near if self.items[i].means(*OPS)), None)


# Amounts

#: Shares below which a number seldom means a removed part; the largest loss that counts as small, all in per cent.
_LEAST, _MOST_LOST = 40.0, 20
_HUNDRED, _MOST = 100, 1000  # a number before a letter for a scale is below the latter; so is a factor
#: What may separate a verb from its number within a sentence, and words that belong together.
_GAP, _FEW = r"(?:[^.;]|\.\d){0,40}?", r"(?:[ -]\w+){0,4}?[ -]"
_PERCENT, _TIMES = r"(?:\.\d+)?\s?\\?%", r"(?:\.\d+)?\s?\$?(?:×|x\b|\\times\$?|-?fold\b|\stimes\b)"
#: How a share is stated as a rate: "at a 10% retention ratio".
_RATES = ("ratio", "rate")
#: Units of memory, the largest size that is searched for, and how texts state a memory requirement.
_ROOMS, _MOST_ROOM = ("GB", "MB"), 256
_WITHIN = r"\b(?:within|under|in|into|on|with|using|only|just|below|consuming|requires?|requiring|uses)\b"
_ROOM = r"(?:memory|v?ram|gpus?|cards?|limit|budget|footprints?|devices?)\b"
#: What follows a number in billions that is not the size of a model.
_NO_MODEL = r"(?![ -]?(?:tokens?|activ\w+|words?|samples?|images?|pairs?|examples?)\b)"
#: Last words of metric names that do not say which quantity is reduced.
_OF = ("usage", "ratio", "length", "size", "count", "footprint", "consumption", "cost")


def with_amounts(
    wanted: Outcome, names: Iterable[str], is_part: Callable[[str], bool], words: QuestionWords
) -> Outcome:
    """A threshold on a reduction, with its wordings in texts; other outcomes are unchanged.

    `names` are English names of its metrics; `is_part` tests whether the head noun alone is another metric:
    "memory" of "training memory".
    """
    share, said = _share(wanted), {name: noun for name in names if (noun := _noun(name))}
    wholes = {name for name, noun in said.items() if " " in name and is_part(noun)}
    nouns = sorted({_whole(name) if name in wholes else noun for name, noun in said.items()})
    if share is None or share < _LEAST or not nouns or wanted.limit is not None:
        return wanted
    least = ceil(share + (1e-9 if wanted.op == ">" else 0))
    factor = ceil(100 / (100 - share) - 1e-9) if share < 100 else _MOST
    few = _among(range(100 - least + 1)) + _PERCENT
    many = rf"(?:{_among(range(least, 101))}{_PERCENT}|{_among(range(factor, _MOST))}{_TIMES})"
    down = [word for word in words.meaning("decrease") if not word.facts.keys() & {"metric", "value", "unit"}]
    deeds = rf"{_among(range(factor, _MOST))}{_TIMES} {_either(_forms(down, 'noun'))}"  # "at 8x compression"
    named = [*nouns, *(_RATES if wholes != said.keys() else ())]  # a "10% retention ratio" is not training memory
    of = _either({*named, *(f"{noun}s" for noun in named)})
    ways = [_stated(_either(_forms(down)), many, of), _stated(_either(_forms(words.meaning("keep"))), few, of)]
    return replace(wanted, told=hinted(f"(?i){'|'.join([*ways, *(() if named == nouns else [deeds])])}", nouns))


def with_loss(wanted: Outcome, names: Iterable[str], words: QuestionWords) -> Outcome:
    """A small loss of a metric that should be high, in its wordings: "only a 0.7% drop", "retains 99.3% of quality"."""
    value = wanted.value
    is_small = wanted.op in ("<", "<=") and value is not None and value <= _MOST_LOST
    if not is_small or value is None or wanted.unit not in ("%", "points") or wanted.limit is not None:
        return wanted
    lost, kept = (words.meaning(meaning)[0].facts for meaning in ("little-lost", "mostly-kept"))
    down, of = _either(lost["stated"]), _either({*lost["noun"], *names})
    small = rf"(?:{_among(range(ceil(value)))}{_PERCENT}|(?:below|under|less than) {value:g}\s?\\?%)"
    whole = _among(range(ceil(100 - value), 101 + int(value))) + _PERCENT
    said = [rf"{small}{_FEW}{down}", _stated(down, small, of), rf"{of}{_FEW}{down}{_GAP}{small}"]
    said += [rf"{_either(kept['stated'])}{_GAP}{whole}{_FEW}{of}", rf"{whole} of{_FEW}{of}"]  # others are levels
    return replace(wanted, told=hinted(f"(?i){'|'.join(said)}", sorted({*lost["noun"], *lost["stated"]})))


def with_room(wanted: Outcome) -> Outcome:
    """A resource limit, with wordings for the memory that is needed: "within a single 24GB GPU"."""
    if wanted.unit not in _ROOMS or wanted.value is None or not 1 <= wanted.value <= _MOST_ROOM:
        return wanted
    number, unit = _among(range(1, int(wanted.value) + 1)), wanted.unit.lower()
    said = rf"{_WITHIN}(?: \w+){{0,4}}? {number}(?:\.\d+)?[ -]?{unit}\b(?:[ -]\w+){{0,2}}?[ -]{_ROOM}"
    return replace(wanted, told=hinted(f"(?i){said}", [unit]))


def with_size(wanted: Outcome) -> Outcome:
    """A threshold on the parameter count of a model, with wordings for sizes: "Qwen2.5-0.5B", "124M parameters"."""
    if wanted.change or wanted.unit or wanted.value is None or wanted.limit is not None or wanted.op == "=":
        return wanted
    ways = []
    for letter, word, scale, behind in (("B", "billion", 1e9, _NO_MODEL), ("M", "million", 1e6, r"[ -]param")):
        limit = int(wanted.value / scale)  # below 1 it is written on a smaller scale
        whole = range(limit) if wanted.op in ("<", "<=") else range(limit + (wanted.op == ">"), _MOST)
        if limit and whole:
            ways.append(rf"{_among(whole[:_MOST])}(?:\.\d+)?[ -]?(?:{letter}|{word})\b{behind}")
    return replace(wanted, told=rf"(?i)(?<![A-Za-z])(?:{'|'.join(ways)})") if ways else wanted


def sized(name: str) -> str:
    """The thing whose size a metric name means: "cache" for "KV cache size"; "" if the name is not a size."""
    return _noun(name) if name.split(" ")[-1] in _OF else ""


def _share(wanted: Outcome) -> float | None:
    """The requested reduction in per cent; None if no reduction is asked for."""
    if wanted.value is None or wanted.op not in (">=", ">"):
        return None
    if wanted.unit == "%" and wanted.change == "decrease":
        return wanted.value
    is_factor = wanted.unit == "x" and (wanted.change == "decrease" or (not wanted.change and wanted.savings))
    return 100 - 100 / wanted.value if is_factor and wanted.value > 1 else None


def _noun(name: str) -> str:
    """The noun of what is reduced: "tokens" for "visual tokens", "memory" for "memory usage"."""
    said = [word for word in re.findall(r"[A-Za-z]{4,}|KV cache", name) if word.lower() not in _OF]
    return said[-1].lower().removesuffix("s") if said else ""


def _whole(name: str) -> str:
    """A name without its word for quantity: "training memory" for "training memory usage"."""
    return " ".join(word for word in name.lower().split(" ") if word not in _OF)


def _stated(cue: str, number: str, noun: str) -> str:
    """A pattern for a number, its noun and a cue for what happens to it, in any order."""
    orders = (
        f"{cue}{_GAP}{number}{_FEW}{noun}",
        f"{cue}{_FEW}{noun}{_GAP}{number}",
        f"{number}{_FEW}{noun}{_FEW}{cue}",
    )
    return "|".join((*orders, f"{number}{_FEW}{cue} {noun}"))


def _among(numbers: range) -> str:
    """A pattern for the start of any of some whole numbers."""
    is_open = numbers.start <= _HUNDRED < numbers.stop == _MOST
    said = [*map(str, numbers[: _HUNDRED - numbers.start] if is_open else numbers), *([r"\d{3}"] if is_open else [])]
    return rf"(?<![\d.])(?=\d)(?:{'|'.join(said)})(?!\d)"


def _either(words: Iterable[str]) -> str:
    """A pattern for any of some words, in lower case."""
    ranked = sorted({word.lower() for word in words if word.isascii()}, key=lambda word: (-len(word), word))
    return rf"\b(?:{'|'.join(map(re.escape, ranked))})\b"


def _forms(words: Iterable[QuestionWord], fact: str = "stated") -> list[str]:
    """The labels of some words and their wordings in texts; for another fact, only the wordings."""
    return [form for word in words for form in (*(word.labels if fact == "stated" else ()), *word.facts.get(fact, ()))]
