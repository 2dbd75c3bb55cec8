"""A question in English or Chinese becomes a filter.

Three passes: the words are read (longest label first; numbers with their units), thresholds gather the metric and
direction that stand around them, and what is left is taken from left to right under the cues before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kg.query.filter import Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon, Sense
from kg.query.words import Word
from kg.text import Token, fold, tokens

#: Characters of a question that are read.
LIMIT = 1000
#: The longest label in tokens.
_LONGEST = 12
_AFTER = ("technique", "model", "dataset", "hardware")  # what one uses, compares with, evaluates on
_NAMES = ("model", "dataset", "hardware")  # types whose members have names of their own
_ANY_ROLE = ("proposed", "used", "baseline", "mentioned")
_ROLES = {"use": ("proposed", "used"), "propose": ("proposed",), "baseline": ("baseline",)} | {
    "compare": _ANY_ROLE,
    "mention": _ANY_ROLE,
}
_CUES = ("use", "propose", "compare", "baseline", "mention", "outperform", "evaluate", "by")
_FACTS = ("kind", "code", "country", "source", "paper", "date")
_OPS: dict[str, Op] = {"at-least": ">=", "more-than": ">", "at-most": "<=", "less-than": "<", "about-equal": "="}
_SIGNS = {"≥": "at-least", ">=": "at-least", ">": "more-than", "≤": "at-most", "<=": "at-most", "<": "less-than"}

_ENTRY = re.compile(r"(?<![\w.-])(\d{3}-\d{2,3})(?![\w.-])")
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_END = r"(?![A-Za-z0-9%]|[-/.]\w)"  # of a date in digits
_HAN_NUMBER = "零一二两三四五六七八九十百"
_DATE_FORMS = (
    re.compile(rf"(?<![\w.-])(?P<year>{_YEAR})[-/.](?P<month>0?[1-9]|1[0-2])(?:[-/.](?P<day>{_DAY}))?{_END}"),
    re.compile(
        rf"(?<![\d.-])(?:(?P<year>{_YEAR})\s*年\s*)?(?<![\d.{_HAN_NUMBER}])(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
        rf"\s*月份?(?:\s*(?P<day>{_DAY}|[{_HAN_NUMBER}]{{1,3}})\s*[日号])?"
    ),
    re.compile(rf"(?<![A-Za-z0-9.-])(?P<year>{_YEAR})(?:\s*年份?|(?=\s*[到至])|(?![\w%]|[-.]\w))"),
)
_DIGITS = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_JOINERS = " -\u2010\u2011\u2013_/\t'’+.&"
_TO = ("-", "\u2013", "~", "\u223c", "to", "到", "至")  # between the ends of a range
_TIMES: dict[str, Op] = {"after": ">", "since": ">=", "before": "<", "until": "<="}
_BREAK = re.compile(r"[,;:、，；：。.!！?？()（）]")


@dataclass(slots=True)
class Item:
    """A piece of the question: what it may mean."""

    start: int
    end: int
    text: str
    senses: list[Sense] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    value: float | None = None
    unit: str = ""
    upper: float | None = None  # the other end of a range, and how it is meant
    upper_op: Op = "<="
    fact: Fact | None = None
    mark: str = ""  # a sign or a mark that separates
    taken: bool = False

    def means(self, *meanings: str) -> bool:
        """Whether it is a word with one of some meanings."""
        return any(meaning in word.means for word in self.words for meaning in meanings)

    def of(self, prefix: str) -> str:
        """What follows a prefix in a meaning of it."""
        return next((said for word in self.words if (said := word.of(prefix))), "")

    @property
    def types(self) -> set[str]:
        return {sense.type for sense in self.senses}

    @property
    def is_unknown(self) -> bool:
        return not (self.senses or self.words or self.mark or self.fact) and self.value is None


def read(question: str, lexicon: Lexicon) -> Filter:
    """The filter that a question means."""
    notes = []
    if len(question) > LIMIT:
        notes.append(f"The question has {len(question)} characters, only the first {LIMIT} were read.")
    text = "".join(c if c.isprintable() else " " for c in question[:LIMIT])
    items = _Reader(text, lexicon).items()
    return replace(_Parser(text, items, lexicon).filter(), notes=tuple(notes))


class _Reader:
    """The first pass: pieces of the text, longest label first."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = tokens(text)

    def items(self) -> list[Item]:
        """The pieces in order; neighbouring words that nothing bears are one."""
        taken: list[Item] = []
        for item in sorted(self._candidates(), key=lambda i: (-self._weight(i), not i.fact, i.value is None, i.start)):
            if all(item.end <= other.start or item.start >= other.end for other in taken):
                taken.append(item)
        taken += self._unknown(taken)
        return sorted(taken, key=lambda item: item.start)

    def _candidates(self) -> Iterator[Item]:
        yield from self._facts()
        yield from self._numbers()
        yield from (Item(m.start(), m.end(), m.group(), mark=",") for m in _BREAK.finditer(self.text))
        for start in range(len(self.tokens)):
            for stop in range(start + 1, min(start + _LONGEST, len(self.tokens)) + 1):
                if stop - start > 1 and self._apart(self.tokens[stop - 2], self.tokens[stop - 1]):
                    break
                item = self._named(self.tokens[start:stop])
                if item:
                    yield item

    def _named(self, found: list[Token]) -> Item | None:
        folded = " ".join(token.fold for token in found)
        if self._is_based(found) or self._is_pair(found):
            return None
        words = self._spelled_so(self.lexicon.words.bearing(folded), found)
        senses = [] if words else self.lexicon.senses(folded)
        if senses and "topic" not in {sense.type for sense in senses}:
            senses = [sense for sense in self._core(found) if sense.type == "topic"] + senses
        if not (words or senses):
            return None
        start, end = found[0].start, found[-1].end
        item = Item(start, end, self.text[start:end], senses, words)
        amount = next((word for word in words if "amount" in word.means), None)
        if amount:
            item.value, item.unit = float(amount.facts["value"][0]), amount.facts["unit"][0]
        return item

    def _spelled_so(self, words: list[Word], found: list[Token]) -> list[Word]:
        """Of words that differ in their letters' case only ("US" and "us", "May" and "may") the one that is written."""
        text = self.text[found[0].start : found[-1].end]
        return [word for word in words if text in word.labels] or words

    def _is_based(self, found: list[Token]) -> bool:
        """Whether a phrase is "YOLO-based detectors": the named thing and the rest are two conditions."""
        based = next((i for i, token in enumerate(found) if self._is("based", token.fold)), 0)
        before = self.lexicon.senses(" ".join(token.fold for token in found[:based])) if based else []
        return any(sense.type in _NAMES for sense in before)

    def _is_pair(self, found: list[Token]) -> bool:
        """Whether a phrase is "quantization and pruning": two things that both have names; topics may be called so."""
        joint = next((i for i, token in enumerate(found) if i and self._is("and", token.fold)), 0)
        parts = (found[:joint], found[joint + 1 :]) if joint else ()
        senses = [self.lexicon.senses(" ".join(token.fold for token in part)) for part in parts if part]
        whole = self.lexicon.senses(" ".join(token.fold for token in found)) if len(senses) == 2 else []
        return len(senses) == 2 and all(senses) and not {"topic", "institution"} & {sense.type for sense in whole}

    def _is(self, meaning: str, folded: str) -> bool:
        return any(meaning in word.means for word in self.lexicon.words.bearing(folded))

    def _core(self, found: list[Token]) -> list[Sense]:
        """The senses of a phrase without words that say nothing at its end ("quantization methods")."""
        while len(found) > 1 and self._is("frame", found[-1].fold):
            found = found[:-1]
            senses = self.lexicon.senses(" ".join(token.fold for token in found))
            if senses:
                return senses
        return []

    def _apart(self, left: Token, right: Token) -> bool:
        between = self.text[left.end : right.start]
        return len(between) > 3 or bool(between.strip(_JOINERS))

    def _weight(self, item: Item) -> int:
        """Tokens covered; a mark weighs nothing, so that the dot of a name stays in the name."""
        inside = sum(1 for token in self.tokens if item.start <= token.start and token.end <= item.end)
        return 0 if item.mark else max(inside, 1)

    def _numbers(self) -> Iterator[Item]:
        units = self.lexicon.words.unit_pattern
        number = r"\d+(?:,\d{3})*(?:\.\d+)?"
        sign = r"(?P<sign>>=|<=|[≥≤<>])?\s*"
        to = rf"\s*(?:{'|'.join(_TO)})\s*"
        upper = rf"(?:\s*(?P<lowunit>{units})?{to}(?P<high>{number}))?"
        years = rf"(?!{_YEAR}\s*(?:{'|'.join(_TO)})\s*{_YEAR}(?!\d))"
        plain = rf"(?<![A-Za-z0-9.]){years}(?P<low>{number}){upper}\s*(?P<unit>{units})?"
        lowest = rf"(?:(?P<hanlow>[{_HAN_NUMBER}]+)\s*(?P<hanlowunit>{units})?{to})?"
        han = rf"{lowest}(?P<han>[{_HAN_NUMBER}]+)\s*(?P<hanunit>{units})"
        cent = rf"百分之(?P<cent>[{_HAN_NUMBER}]+|{number})"
        pattern = re.compile(rf"{cent}|{han}|{sign}(?:{plain})(?![A-Za-z0-9]|/\d)", re.IGNORECASE)
        for match in pattern.finditer(self.text):
            yield self._number(match)

    def _number(self, match: re.Match[str]) -> Item:
        units = self.lexicon.words.units
        blank = len(match.group()) - len(match.group().lstrip())
        item = Item(match.start() + blank, match.end(), match.group().strip())
        if match["cent"]:
            item.value, item.unit = _value(match["cent"]), "%"
            return item
        unit = units.get((match["hanunit"] or match["unit"] or "").lower(), "")
        first = match["hanlowunit"] or match["lowunit"]
        item.value, item.unit = _value(match["hanlow"] or match["han"] or match["low"]), unit
        if match["hanlow"] or match["high"]:
            item.upper = _value(match["han"] or match["high"])
        if first and unit != units[first.lower()]:  # "2x to 50%": only the first is read here
            item.end = max(match.end("lowunit"), match.end("hanlowunit"))
            item.unit, item.upper = units[first.lower()], None
            item.text = self.text[item.start : item.end]
        if match["sign"]:
            item.words = self.lexicon.words.meaning(_SIGNS[match["sign"]])
        return item

    def _facts(self) -> Iterator[Item]:
        for match in _ENTRY.finditer(self.text):
            yield self._fact(match, Fact("paper", match[1], match[1], concept=f"entry:{match[1]}"))
        for form in (*_DATE_FORMS, self._english_date()):
            for match in form.finditer(self.text):
                date = self._date(match)
                if date:
                    yield self._fact(match, date)

    def _english_date(self) -> re.Pattern[str]:
        """ "October", "Oct. 2025", "15 October 2025", "October 15th, 2025", "2025 October"."""
        names = [label for label in self._months if label.isascii()]
        name = "|".join([*names, *(rf"{name[:3]}t?\." for name in names), *(name[:3] for name in names), "sept"])
        day = rf"{_DAY}(?:st|nd|rd|th)?"
        return re.compile(
            rf"(?<![\w.-])(?:(?P<day>{day})\s+(?:of\s+)?|(?P<first>{_YEAR})\s+)?(?P<name>{name})(?!\w)"
            rf"(?:\s+(?P<later>{day})(?!\w|\.\d))?(?:,?\s+(?:of\s+)?(?P<year>{_YEAR}){_END}(?!\w))?",
            re.IGNORECASE,
        )

    @property
    def _months(self) -> dict[str, str]:
        """Numbers of months ("10") by lower-case label."""
        named = ((word, word.of("month:")) for word in self.lexicon.words.words)
        return {label.lower(): number for word, number in named if number for label in word.labels}

    def _date(self, match: re.Match[str]) -> Fact | None:
        """The date that a match says; None for a word that only looks like a month."""
        said = match.groupdict()
        year, name = said.get("year") or said.get("first") or "", (said.get("name") or "").lower()
        day = _value(re.sub(r"[a-z]+$", "", (said.get("day") or said.get("later") or "0").lower()))
        month = _value(said.get("month") or "0")
        if name:
            month = next(int(number) for label, number in self._months.items() if label[:3] == name[:3])
        if name and not year and not self._is_month(match, name, bool(day)):
            return None
        if day > 31:
            return None
        value = (year or "-") + (f"-{int(month):02d}" if month else "") + (f"-{int(day):02d}" if day else "")
        return Fact("date", value, value if year else match.group().strip())

    def _is_month(self, match: re.Match[str], name: str, with_day: bool) -> bool:
        """Whether a name without a year means the month: not "Oct" or "sept", not the verb in "papers that may"."""
        others = [word for word in self.lexicon.words.bearing(fold(name)) if not word.of("month:")]
        if name not in self._months or with_day or not others:
            return name in self._months
        before = [token.fold for token in self.tokens if token.end <= match.start()][-1:]
        steers = any(self._is(meaning, word) for word in before for meaning in _TIMES)
        return steers or before == ["in"] or (match.start() > 0 and match["name"][0].isupper())

    def _fact(self, match: re.Match[str], fact: Fact) -> Item:
        return Item(match.start(), match.end(), match.group().strip(), fact=fact)

    def _unknown(self, taken: list[Item]) -> list[Item]:
        out: list[Item] = []
        for token in self.tokens:
            if any(item.start < token.end and token.start < item.end for item in taken):
                continue
            last = out[-1] if out else None
            between = self.text[last.end : token.start] if last else ""
            if last and not between.strip(_JOINERS) and not any(last.end <= i.start < token.start for i in taken):
                last.end = token.end
                last.text = self.text[last.start : last.end]
            else:
                out.append(Item(token.start, token.end, self.text[token.start : token.end]))
        return out


def _value(written: str) -> float:
    """The value of a number in digits or in Chinese numerals up to 999."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total, digit = 0, 0
    for char in written:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += max(digit, 1) * (10 if char == "十" else 100)
            digit = 0
    return float(total + digit)


@dataclass(slots=True)
class _Taken:
    """A condition in the making and where it stood."""

    item: Item
    terms: list[Term]
    negated: bool
    joined: bool  # by "or" with the one before
    field: str
    text: str


class _Parser:
    """The second and third pass: from pieces to conditions."""

    def __init__(self, text: str, items: list[Item], lexicon: Lexicon) -> None:
        self.text = text
        self.items = items
        self.lexicon = lexicon
        self.ignored: list[str] = []
        self.outcomes: dict[int, tuple[Outcome, str]] = {}  # by the place of the number

    def filter(self) -> Filter:
        """The conditions of all pieces."""
        self._join_ranges()
        self._mend()
        for at, item in enumerate(self.items):
            if item.value is not None and not self._is_source(at):
                self._outcome(at)
        taken = self._taken()
        taken = taken or self._last_resort()
        return Filter(tuple(_conditions(taken)), tuple(dict.fromkeys(self.ignored)))

    # Ranges

    def _join_ranges(self) -> None:
        """Make one of two numbers, or two dates, that are the ends of a range."""
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
        is_range = self._is_enclosed(at, later) or self._gap(at, later) in _TO
        if later == at + 2 and self.items[at + 1].means("until"):
            is_range = is_range or (at > 0 and fold(self.items[at - 1].text) in ("from", "从"))
        if first and second and second.field == "date" and is_range:
            self.items[at].fact, self.items[later].fact = replace(first, op=">="), replace(second, op="<=")

    def _join_numbers(self, at: int, later: int) -> None:
        first, second = self.items[at], self.items[later]
        ops = self._sign(at), self._sign(later)
        if self._is_enclosed(at, later):
            ops = (">=", "<=")
        elif not all(item.means("and", "about", "frame", *_OPS) for item in self.items[at + 1 : later]):
            return
        if ops[0] in ("<=", "<") and ops[1] in (">=", ">"):
            first, second, ops = second, first, (ops[1], ops[0])
        if ops[0] not in (">=", ">") or ops[1] not in ("<=", "<") or first.upper is not None:
            return
        meaning = {op: self.lexicon.words.meaning(name) for name, op in _OPS.items()}
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
        """The threshold that a number sets, if a word says one."""
        place = self._op(at)
        return next((_OPS[m] for m in _OPS if place is not None and self.items[place].means(m)), None)

    # Words that nothing bears

    def _mend(self) -> None:
        """Give words that nothing bears the senses of the label they nearly are ("mixure of experts")."""
        for at, item in enumerate(self.items):
            if not item.is_unknown or item.taken:
                continue
            later = at + 2
            if later < len(self.items) and self.items[at + 1].words and self.items[later].is_unknown:
                whole = self.text[item.start : self.items[later].end]
                near = self.lexicon.misspelt(" ".join(token.fold for token in tokens(whole)))
                if near:
                    item.senses, item.end, item.text = self.lexicon.senses(near), self.items[later].end, whole
                    self.items[later].taken = True
                    continue
            found = tokens(item.text)
            lengths = range(min(len(found), 5), 0, -1)
            near = next((near for length in lengths if (near := self._near(found, length))), None)
            item.senses = self.lexicon.senses(near) if near else []

    def _near(self, found: list[Token], length: int) -> str | None:
        for start in range(len(found) - length + 1):
            near = self.lexicon.misspelt(" ".join(token.fold for token in found[start : start + length]))
            if near and self.lexicon.senses(near):
                return near
        return None

    # Thresholds

    def _outcome(self, at: int) -> None:
        """The result that a number asks for, with the metric and the direction around it."""
        number = self.items[at]
        before, after = self._around(at)
        around = sorted((*before, *after), key=lambda i: abs(i - at))
        op = self._op(at)
        metrics = [i for i in around if self.items[i].types == {"metric"}]
        speed = next((i for i in around if self._speed(i)), None)
        change = next((i for i in around if self.items[i].means("increase", "decrease", "improve")), None)
        if not metrics and speed is None:
            near = [i for i in around if "metric" in self.items[i].types and abs(i - at) <= 4]
            metrics = near[:1] or self._worded(around, change)
        metrics += [i for i in around if self.items[i].is_unknown and self._beside_or(i, metrics)]
        places = [at, *metrics, *(i for i in (change, speed, op) if i is not None)]
        if len(places) == 1 or (places == [at, op] and not number.unit):
            return
        for i in places:
            self.items[i].taken = True
        text = self.text[min(self.items[i].start for i in places) : max(self.items[i].end for i in places)]
        outcome = self._built(number, self._sign(at) or ">=", metrics, change, speed)
        self.outcomes[at] = self._ranged(outcome, number, op in (None, at)), text

    def _ranged(self, outcome: Outcome, number: Item, whole: bool) -> Outcome:
        """The outcome with the other end of a range; of "at least 2-3x" and "at most 2-3x" one end is the threshold."""
        if number.upper is None or (not whole and outcome.op in (">=", ">")):
            return outcome
        if outcome.op in ("<=", "<"):
            return replace(outcome, value=number.upper)
        low: Op = ">=" if outcome.op == "=" else outcome.op
        known = self.lexicon.vocabulary
        lower = outcome.concept in known and known[outcome.concept].facts.get("better") == "lower"
        if lower and not outcome.change:  # the better end of a result is its lower one
            return replace(outcome, op=number.upper_op, value=number.upper, limit_op=low, limit=number.value)
        return replace(outcome, op=low, limit_op=number.upper_op, limit=number.upper)

    def _built(self, number: Item, op: Op, metrics: list[int], change: int | None, speed: int | None) -> Outcome:
        if speed is not None and not metrics:
            return self._speed_of(speed, number, op)
        concepts: set[str] = set()
        words: dict[str, None] = {}
        labels: dict[str, None] = {}
        first = direction = ""
        for i in metrics:
            core, inside = self._without_change(self.items[i])
            words[core] = None
            senses = [s for s in (*self.lexicon.senses(core), *self.items[i].senses) if s.type == "metric"]
            for sense in senses:
                concepts |= set(self.lexicon.family(sense.concept))
            first = first or next((sense.concept for sense in senses), "")
            labels[self.lexicon.label(senses[0].concept, self.language) if senses else self.items[i].text] = None
            direction = direction or self._direction(inside, first)
        if change is not None:
            direction = self._direction(self.items[change].words, first)
        direction = direction or ("increase" if speed is not None else "")
        label = " / ".join(labels)
        return Outcome(first, label, tuple(sorted(concepts)), tuple(words), direction, number.unit, op, number.value)

    def _without_change(self, item: Item) -> tuple[str, list[Word]]:
        """The folded name of a metric without the direction it may end in ("accuracy drop"), and that direction."""
        found = [token.fold for token in tokens(item.text)]
        for size in (1, 2):
            last = self.lexicon.words.bearing(" ".join(found[-size:]))
            words = [word for word in last if word.means & {"increase", "decrease", "improve"}]
            if words and len(found) > size:
                return " ".join(found[:-size]), words
        return " ".join(found), []

    def _speed_of(self, at: int, number: Item | None = None, op: Op = ">=") -> Outcome:
        """More speed, of inference or training, by a factor if no other unit is said."""
        word = next(w for w in self.items[at].words if "metric" in w.facts)
        metrics = sorted(word.facts["metric"])
        concepts = sorted({concept for metric in metrics for concept in self.lexicon.family(metric)})
        words = (word.facts["wording"][0],)
        unit = number.unit or word.facts["unit"][0] if number else ""
        value = number.value if number else None
        label = self.lexicon.label(metrics[0], self.language)
        return Outcome(metrics[0], label, tuple(concepts), words, "increase", unit, op, value)

    def _direction(self, words: list[Word], metric: str) -> str:
        """The change that words ask for; better is lower for some metrics."""
        means = {meaning for word in words for meaning in word.means}
        if "improve" in means:
            known = self.lexicon.vocabulary
            better = known[metric].facts.get("better", "") if metric in known else ""
            return {"higher": "increase", "lower": "decrease"}.get(better, "")
        return next((change for change in ("increase", "decrease") if change in means), "")

    def _around(self, at: int) -> tuple[list[int], list[int]]:
        """The places before and after a number that may belong to it."""
        before = []
        for i in range(at - 1, -1, -1):
            if self.items[i].mark == "," or self.items[i].value is not None or self.items[i].means("not"):
                break
            before.append(i)
        after = []
        for i in range(at + 1, len(self.items)):
            item = self.items[i]
            stops = item.mark == "," or item.value is not None or item.means("not", "and", "use", "or", "by")
            if stops or (item.senses and "metric" not in item.types):
                break
            after.append(i)
        return before, after

    def _beside_or(self, at: int, metrics: list[int]) -> bool:
        """Whether "or" stands between a word and one of the metrics."""
        near = [m for m in metrics if abs(at - m) <= 3]
        return any(self.items[i].means("or") for m in near for i in range(min(at, m) + 1, max(at, m)))

    def _op(self, at: int) -> int | None:
        """The place of the word for a threshold: at the number, before it or after it."""
        places = [at, at - 1, at + 1] + ([at - 2] if at > 1 and self.items[at - 1].means("frame", "about") else [])
        return next((i for i in places if 0 <= i < len(self.items) and self.items[i].means(*_OPS)), None)

    def _speed(self, at: int) -> bool:
        return any("metric" in word.facts for word in self.items[at].words)

    def _worded(self, around: list[int], change: int | None) -> list[int]:
        """Words that no metric bears and that stand where a metric would: after a change, before its number."""
        if change is None:
            return []
        return [i for i in sorted(around) if self.items[i].is_unknown and abs(i - change) <= 4]

    # The rest, from left to right

    def _taken(self) -> list[_Taken]:
        out: list[_Taken] = []
        cue = ""
        negated = joins = False
        listed = False  # a comma stands between this thing and the one before
        for at, item in enumerate(self.items):
            if at in self.outcomes:
                outcome, text = self.outcomes[at]
                out.append(_Taken(item, [outcome], negated, False, "result", text))
                negated = joins = False
                continue
            if item.mark:
                listed = True
                cue = ""
                continue
            if item.taken and not item.senses:
                continue
            if item.words and not item.senses:
                steers = self._steer(at, cue, negated, joins)
                if steers is not None:
                    cue, negated, joins = steers
                    continue
            terms = [] if item.taken else self._terms(at, cue)
            if not terms:
                continue
            again = joins or (listed and bool(out) and self._or_follows(at))
            kind = terms[0].field
            same = bool(out) and (out[-1].field == kind or joins)
            negation = out[-1].negated if again and same and not negated else negated
            out.append(_Taken(item, terms, negation, again and same, kind, item.text))
            negated = joins = listed = False
        return out

    def _steer(self, at: int, cue: str, negated: bool, joins: bool) -> tuple[str, bool, bool] | None:
        """The state after a word that names nothing; None for a word that is a condition."""
        item = self.items[at]
        if item.of("kind:") or item.means("code") or item.of("code:") or item.of("country:"):
            return None
        if item.means("not"):
            return ("use" if item.means("use") else cue), True, joins
        if item.means("or"):
            return cue, negated, True
        if item.means("and"):
            return cue, False, False
        found = next((c for c in _CUES if item.means(c)), "")
        if found == "outperform" and not self._follows(at):
            return "", negated, joins
        if found:
            return found, negated, joins
        return ("" if item.means("about") else cue), negated, joins

    def _follows(self, at: int) -> bool:
        return any(item.senses for item in self.items[at + 1 :])

    def _or_follows(self, at: int) -> bool:
        """Whether the list that this thing stands in ends in "or"."""
        for item in self.items[at + 1 :]:
            if item.means("or"):
                return True
            if not (item.senses or item.mark or item.means("frame")):
                return False
        return False

    def _terms(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        if item.fact:
            return [self._dated(at)]
        if item.words and not item.senses:
            return self._said(at)
        if item.is_unknown:
            return self._unknown(at, cue)
        if item.value is not None:
            if self._is_source(at):
                return [Fact("source", item.text, item.text, concept=f"source:{item.text}")]
            self.ignored.append(item.text)
            return []
        if self._head_of_outperforms(at):
            return self._links(item, "head")
        if cue == "outperform":
            return self._links(item, "tail")
        senses = self._chosen(item.senses, cue)
        if senses and senses[0].type == "metric":
            return self._measured(at, senses)
        roles = self._roles(at, cue)
        return [self._entity(sense, roles) for sense in senses]

    def _entity(self, sense: Sense, roles: tuple[str, ...]) -> Entity:
        concepts = (sense.concept,) if sense.type in ("topic", "institution") else self.lexicon.family(sense.concept)
        said = roles if sense.type == "technique" else ()
        return Entity(sense.type, sense.concept, self.lexicon.label(sense.concept, self.language), concepts, said)

    @property
    def language(self) -> str:
        """ "zh" for a question with a Han character, else "en"."""
        return "zh" if re.search(r"[\u3400-\u9fff]", self.text) else "en"

    def _chosen(self, senses: list[Sense], cue: str) -> list[Sense]:
        """Which of its senses a phrase has after a cue; several where types share a name that no topic bears."""
        by = {sense.type: sense for sense in reversed(senses)}
        if cue == "by" and "institution" in by:
            return [by["institution"]]
        if cue in ("use", "compare", "mention", "baseline", "evaluate"):
            used = [by[kind] for kind in _AFTER if kind in by]
            if cue == "evaluate":
                used = [sense for sense in used if sense.type != "technique"] or used
            if used:
                return used
        if "topic" in by and not self._is_proper(by):
            return [by["topic"]]
        if "institution" in by:
            return [by["institution"]]
        chosen = [by[kind] for kind in (*_AFTER, "task", "problem") if kind in by]
        return chosen or [by["metric"]] if chosen or "metric" in by else []

    def _is_proper(self, by: dict[str, Sense]) -> bool:
        """Whether a phrase names a technique of its own, whose name is only another name of the topic it belongs to."""
        if "technique" not in by or by["topic"].preferred:
            return False
        label = fold(self.lexicon.label(by["technique"].concept))
        topic = next((s for s in self.lexicon.senses(label) if s.concept == by["topic"].concept), None)
        return topic is not None and not topic.preferred

    def _roles(self, at: int, cue: str) -> tuple[str, ...]:
        after = next((i for i in self.items[at + 1 :] if i.senses or i.mark), None)
        stop = self.items.index(after) if after else len(self.items)
        if any(item.means("baseline") for item in self.items[at + 1 : stop]):
            return _ROLES["baseline"]
        if any(item.means("compare") for item in self.items[at + 1 : stop]):
            return _ROLES["compare"]
        return _ROLES.get(cue, ())

    def _links(self, item: Item, side: str) -> list[Term]:
        things = [s for s in item.senses if s.type not in ("topic", "metric")] or item.senses
        concepts = {c for sense in things for c in self.lexicon.family(sense.concept)}
        first = things[0].concept
        label = self.lexicon.label(first, self.language)
        return [Link("outperforms", "head" if side == "head" else "tail", first, label, tuple(sorted(concepts)))]

    def _head_of_outperforms(self, at: int) -> bool:
        """ "What does dInfer outperform?": the word stands after the thing, and nothing after the word."""
        for i, item in enumerate(self.items[at + 1 :], at + 1):
            if item.senses:
                return False
            if item.means("outperform"):
                return not self._follows(i) and not any(o.value is not None for o in self.items[i:])
        return False

    def _measured(self, at: int, senses: list[Sense]) -> list[Term]:
        """A metric without a number: a result on it, if the question asks for one."""
        change = next((i for i in (at - 1, at - 2, at + 1) if 0 <= i < len(self.items) and self._changes(i)), None)
        others = any(i.senses for i in self.items if i is not self.items[at] and i.types != {"metric"})
        if change is None and others:
            self.ignored.append(self.items[at].text)
            return []
        metric = senses[0].concept
        core, inside = self._without_change(self.items[at])
        direction = self._direction(inside if change is None else self.items[change].words, metric)
        label = self.lexicon.label(metric, self.language)
        return [Outcome(metric, label, self.lexicon.family(metric), (core,), direction)]

    def _changes(self, at: int) -> bool:
        return self.items[at].means("increase", "decrease", "improve") and not self._speed(at)

    def _said(self, at: int) -> list[Term]:
        """The condition of a word of its own: a kind, code, a country."""
        item = self.items[at]
        kind = item.of("kind:")
        beside = [self.items[i] for i in (at - 1, at + 1) if 0 <= i < len(self.items)]
        if kind in ("benchmark", "dataset") and any("dataset" in other.types for other in beside):
            return []
        if kind:
            return [Fact("kind", kind, kind, words=self.lexicon.words.folds(f"kind:{kind}"))]
        if item.of("country:"):
            return [Fact("country", item.of("country:"), item.text)]
        if item.means("code") and any(other.of("code:") for other in self.items):
            return []
        if item.means("code") or item.of("code:"):
            return [Fact("code", item.of("code:"), item.of("code:") or "code")]
        return []

    def _dated(self, at: int) -> Fact:
        fact = self.items[at].fact
        assert fact is not None
        if fact.field != "date" or fact.op != "=":
            return fact
        places = [at - 1, at + 1] + ([at - 2] if at > 1 and self.items[at - 1].means("frame", "about") else [])
        for i in places:
            item = self.items[i] if 0 <= i < len(self.items) else None
            if item and not item.taken and item.means(*_TIMES):
                item.taken = True  # so that it does not count for the date after it
                first, last = sorted((at, i))
                self.items[at].text = self.text[self.items[first].start : self.items[last].end]
                return replace(fact, op=next(op for meaning, op in _TIMES.items() if item.means(meaning)))
        return fact

    def _is_source(self, at: int) -> bool:
        item = self.items[at]
        return len(item.text) == 3 and item.text.isdigit() and self._is_of_report(at)

    def _is_of_report(self, at: int) -> bool:
        """Whether "report" stands beside a number or the list that it is in ("reports 000, 001 or 002")."""
        for beside in (self.items[:at][::-1], self.items[at + 1 :]):
            for item in beside:
                if any("report" in word.labels or "报告" in word.labels for word in item.words):
                    return True
                if not (item.mark or item.means("or", "and") or (len(item.text) == 3 and item.text.isdigit())):
                    break
        return False

    def _unknown(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        if item.taken:
            return []
        quoted = self.text[item.start - 1 : item.start] in "\"'“「『" and item.start > 0
        if len(item.text) > 1 and (quoted or cue == "by" or (item.text[:1].isupper() and at > 0)):
            return [Phrase(item.text)]
        self.ignored.append(item.text)
        return []

    def _last_resort(self) -> list[_Taken]:
        """Where no condition was understood: a speed-up without a number, else the words themselves."""
        for at, item in enumerate(self.items):
            if self._speed(at):
                return [_Taken(item, [self._speed_of(at)], False, False, "result", item.text)]
        said = [item for item in self.items if item.is_unknown and item.text in self.ignored]
        self.ignored = [word for word in self.ignored if word not in {item.text for item in said[:3]}]
        return [_Taken(item, [Phrase(item.text)], False, False, "text", item.text) for item in said[:3]]


def _conditions(taken: Iterable[_Taken]) -> Iterator[Condition]:
    """Conditions, those that "or" joins as one; the same thing said twice counts once."""
    groups: list[list[_Taken]] = []
    for one in taken:
        if one.joined and groups:
            groups[-1].append(one)
        else:
            groups.append([one])
    seen: set[tuple[tuple[Term, ...], bool]] = set()
    for group in groups:
        terms = tuple(dict.fromkeys(term for one in group for term in one.terms))
        key = (terms, group[0].negated)
        if key not in seen:
            seen.add(key)
            yield Condition(" / ".join(one.text for one in group), terms, group[0].negated)
