"""Check the claims of a sentence against the paper's own title, abstract and institution line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.check.agree import borne_out
from kg.check.amounts import Amount, amounts, listed
from kg.check.wording import PaperWording, is_ordinary, names
from kg.extract.brief import institutions
from kg.extract.institutions import publishers
from kg.link.affiliations import organisations
from kg.link.institutions import Organisation, Register, joined, name_tokens
from kg.link.lines import Found
from kg.model import Document, Text
from kg.text import has_han, sentence_at
from kg.vocabulary import Vocabulary
from kg.wordcounts import WordCounts

_ROUNDED_BEFORE = re.compile(
    r"(?:约|近|超过?|超出|逾|大约|接近|不足|不到|至少|最高|高达|>|<|≥|≤|~|about|around|nearly|over|almost|approximately|"
    r"more than|less than|roughly)\s*$",
    re.IGNORECASE,
)
_ROUNDED_AFTER = re.compile(r"\s*(?:\+|以上|左右|余|多|以下|以内)")
_COUNTING = re.compile(r"[个種种类類项組组]")
_NUMBERING = re.compile(r"[)）]|[.、](?!\d)")
_OPENS = re.compile(r"(?:^|[（(，。；：:;,]|\s)\s*$")
_ORDINAL = re.compile(r"第$")
_PRESENTED = re.compile(r"^(?P<who>.{0,300}?) present(?:s|ed)? ")
_CLAUSE = re.compile(r"[，。；]|[,;.](?=\s|$)")
_BRACKET = re.compile(r"\s*\([^()]*\)")
_LONGEST = 20_000  # characters of a text that are examined: twice the longest abstract
_FEW = 3  # words of a name that is used in part
_ACRONYM = 5  # letters; several institutions share shorter acronyms


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that the paper's text does not support."""

    entry: str
    kind: str  # number | name | institution
    claim: str  # verbatim words of the sentence
    clause: str  # the clause around them
    looked_for: str
    nearest: str  # closest words of the paper; "" if there are none


class Checker:
    """Checks sentences (field B) against the other texts of their papers."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.load()

    @cached_property
    def register(self) -> Register:
        return Register.load()

    @cached_property
    def words(self) -> WordCounts:
        return WordCounts.load()

    def check(self, document: Document) -> list[Finding]:
        """The claims of a document's own brief that its title, abstract and institutions do not support."""
        brief = document.texts["B"].text if "B" in document.texts else ""
        return self.check_sentence(document, " ".join(brief[:_LONGEST].split()))

    def check_sentence(self, document: Document, sentence: str) -> list[Finding]:
        """Like `check`, for any sentence about the document's paper."""
        held = {field: _both(document.texts[field]) for field in "TAIK" if field in document.texts}
        who = publishers(sentence) if has_han(sentence) else ""
        english = None if who or has_han(sentence) else _PRESENTED.match(sentence)
        who = english["who"] if english else who
        text = "\n".join(held.get(field, "") for field in "TAK")
        found = [*self._institutions(who, held.get("I", ""), text)]
        rest = " " * len(who) + sentence[len(who) :]
        numbers = amounts(rest)
        found += self._numbers(rest, numbers, text)
        found += self._names(rest, numbers, f"{text}\n{held.get('I', '')}")
        return [
            Finding(document.id, kind, sentence[start:end], _clause(sentence, start, end), sought, nearest)
            for kind, start, end, sought, nearest in sorted(found, key=lambda f: f[1])
        ]

    def _numbers(self, sentence: str, said: list[Amount], text: str) -> Iterator[tuple[str, int, int, str, str]]:
        held = list({one[2:]: one for one in (*amounts(text), *listed(text))}.values())  # distinct but for position
        for claim in said:
            if not _claims(sentence, claim):
                continue
            before, after = sentence[max(0, claim.start - 14) : claim.start], sentence[claim.end : claim.end + 4]
            # A number given in thousands or 万 is rounded to them.
            rounded = claim.step > 1 or bool(_ROUNDED_BEFORE.search(before) or _ROUNDED_AFTER.match(after))
            parts = amounts(sentence[claim.start : claim.end].replace("/", ";")) if claim.step < 1 else []
            if len(parts) == 2 and all(borne_out(part, held) for part in parts):  # "31/36"
                continue
            if not borne_out(claim, held, rounded):
                near = _nearest(claim, held)
                yield "number", claim.start, claim.end, _as_value(claim), _around(text, near) if near else ""

    def _names(self, sentence: str, said: list[Amount], text: str) -> Iterator[tuple[str, int, int, str, str]]:
        wording = PaperWording(text, self.vocabulary, self.words)
        for one in said:
            if not one.named:
                sentence = sentence[: one.start] + " " * (one.end - one.start) + sentence[one.end :]
        for match in names(sentence):
            name = match[0]
            if is_ordinary(name, self.words) or wording.has(name):
                continue
            yield "name", match.start(), match.end(), name, wording.nearest(name)

    def _institutions(self, who: str, line: str, text: str) -> Iterator[tuple[str, int, int, str, str]]:
        stated = organisations(line, self.register)
        also = [found.concept for found in stated if found.concept]
        wording = PaperWording(f"{line}\n{text}", self.vocabulary, self.words)
        at, said = 0, []
        for name in institutions(who):
            at = who.find(name, at)
            said.append((at, at + len(name)))
            at += len(name)
        for i, (start, end) in enumerate(said):
            around = [(said[i - 1][0], end)] * (i > 0) + [(start, span[1]) for span in said[i + 1 : i + 2]]
            if any(self._is_named(who[begin:stop], stated) for begin, stop in around):  # "网络与交换技术国家重点实验室"
                continue
            name = who[start:end]
            for one in organisations(name, self.register, also) or [_unknown(name)]:
                if not self._is_stated(one, stated, wording):
                    yield "institution", start + one.start, start + one.end, one.name, " ".join(line.split())

    def _is_named(self, name: str, stated: list[Found]) -> bool:
        """Whether a whole name, including its conjunctions, is the name of a stated organization."""
        match = self.register.find(name)
        return match is not None and any(match.concept == other.concept for other in stated)

    def _is_stated(self, one: Found, stated: list[Found], wording: PaperWording) -> bool:
        if any(one.concept and one.concept == other.concept for other in stated):
            return True
        if wording.has_run(one.text):
            return True
        if one.organisation is None:
            return any(self._may_be_one(one.text, other.text) for other in stated)
        if any(wording.has_run(name) for name in _names_of(one.organisation)):
            return True
        return any(self._related(one.organisation, other.organisation) for other in stated if other.organisation)

    def _may_be_one(self, han: str, latin: str) -> bool:
        """Whether a Chinese and a Latin name, each ambiguous, may denote the same organization.

        Such names omit the campus of a university ("伊利诺伊大学", "University of Illinois").
        """
        if not has_han(han) or len(latin.split()) < _FEW:
            return False
        key, start = joined(name_tokens(han, self.register.words)), joined(name_tokens(latin, self.register.words))
        known = itertools.chain(self.register.own_keys, self.register.index)
        longer = (self.register.candidates(name) for name in known if name.startswith(key))
        names = (name for found in longer for organisation in found for name in _names_of(organisation))
        return any(joined(name_tokens(name, self.register.words)).startswith(start) for name in names)

    def _related(self, mine: Organisation, other: Organisation) -> bool:
        return self.register.is_part(other, mine) or self.register.is_part(mine, other)


def _both(text: Text) -> str:
    """The repaired and the raw text, because a brief may repeat damaged words."""
    said = text.text[:_LONGEST]
    return said if text.text == text.raw else f"{said}\n{text.raw[:_LONGEST]}"


def _unknown(name: str) -> Found:
    return Found(0, len(name), name, None, "", text=name)


def _names_of(organisation: Organisation) -> Iterator[str]:
    """Latin names of an organization, without the place in brackets that disambiguates it."""
    for name in (*organisation.label.values(), *(alt for alts in organisation.alt.values() for alt in alts)):
        bare = _BRACKET.sub("", name)
        if len(bare) > _ACRONYM and not has_han(bare):
            yield bare


def _claims(sentence: str, amount: Amount) -> bool:
    """Whether a number is a claim: not part of a name, not "一种", not an ordinal."""
    opens = _OPENS.search(sentence[: amount.start])
    if amount.named or (not amount.unit and opens and _NUMBERING.match(sentence, amount.end)):
        return False
    if amount.spelled and not amount.unit:
        if amount.value < 3 or _ORDINAL.search(sentence[: amount.start]):
            return False
        return bool(sentence[amount.start].isascii() or _COUNTING.match(sentence, amount.end))
    return True


def _as_value(amount: Amount) -> str:
    value = f"{amount.value:,.10g}"
    return f"{value} {amount.unit}".strip()


def _nearest(claim: Amount, held: list[Amount]) -> Amount | None:
    """The closest number of the paper, preferably in the claim's unit; None if the paper has none."""
    alike = [one for one in held if one.unit == claim.unit] or held
    return min(alike, key=lambda one: abs(one.value - claim.value) / max(abs(claim.value), 1e-9), default=None)


def _around(text: str, amount: Amount) -> str:
    start, end = sentence_at(text, amount.start, amount.end)
    return " ".join(text[start:end].split())


def _clause(sentence: str, start: int, end: int) -> str:
    begins = [m.end() for m in _CLAUSE.finditer(sentence, 0, start)]
    stop = _CLAUSE.search(sentence, end)
    return sentence[begins[-1] if begins else 0 : stop.start() if stop else len(sentence)].strip()
