"""The first pass over a question: its pieces, longest label first; numbers with their units; dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.query.filter import Fact
from kg.query.items import TIMES, TO, Item
from kg.query.lexicon import Lexicon, Sense
from kg.query.words import Word
from kg.text import Token, fold, tokens

#: The longest label in tokens.
_LONGEST = 12
_NAMES = ("model", "dataset", "hardware")  # types whose members have names of their own
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
_BREAK = re.compile(r"[,;:、，；：。.!！?？()（）]")


class Reader:
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
        items = sorted(taken, key=lambda item: item.start)
        self._mend(items)
        return items

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
        to = rf"\s*(?:{'|'.join(TO)})\s*"
        upper = rf"(?:\s*(?P<lowunit>{units})?{to}(?P<high>{number}))?"
        years = rf"(?!{_YEAR}\s*(?:{'|'.join(TO)})\s*{_YEAR}(?!\d))"
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
        steers = any(self._is(meaning, word) for word in before for meaning in TIMES)
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

    def _mend(self, items: list[Item]) -> None:
        """Give words that nothing bears the senses of the label they nearly are ("mixure of experts")."""
        for at, item in enumerate(items):
            if not item.is_unknown or item.taken:
                continue
            later = at + 2
            if later < len(items) and items[at + 1].words and items[later].is_unknown:
                whole = self.text[item.start : items[later].end]
                near = self.lexicon.misspelt(" ".join(token.fold for token in tokens(whole)))
                if near:
                    item.senses, item.end, item.text = self.lexicon.senses(near), items[later].end, whole
                    items[later].taken = True
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
