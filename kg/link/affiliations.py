"""Parses an affiliation line into organisations, without departments, people and places.

"Department of X, University of Y Z-city; ACME Research, Inc" yields the University of Y and ACME.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, dropwhile, pairwise, takewhile

from kg.link.addressed import addressed
from kg.link.affiliation_lines import (
    AffiliationLine,
    Found,
    distinct,
    has_head,
    is_clear,
    is_descriptive,
    is_shared,
    owner_by_name,
    tidy,
)
from kg.link.register import (
    ACRONYM_RANK,
    ALIAS_RANK,
    NameMatch,
    NameToken,
    Register,
    joined,
    name_tokens,
    without_legal_form,
)
from kg.link.unknown import UnknownNames

_LONGEST = 14  # words of the longest name that is looked up; three Han characters count as one word
_AROUND = 3 * _LONGEST  # tokens before and behind a name that decide on it
_NO_NAME = re.compile(r"//|www\.|@|\.(?:com|org|edu|io|net)\b|https?:")
_REGION = re.compile(r"[A-Z]{2}(?: \d[\d-]{3,})?")  # "CA 94305"
_SIGN = re.compile(r"\s[A-Z]{3,}$")  # a short form at the end of a name
_HOSPITAL = "hospital"
_NEAR = 2  # maximum number of segments between an organisation and its part
_MOST_CHECKS = 5_000  # runs of words in a line that are looked at because the register has them
_LONGEST_FORM = 60  # characters of a legal form
_COMPOUND = re.compile(r"-(?:[A-Z][a-z]|[IVX]+\b|\d)")
_GOES_ON = ("of", "in", "for")  # words behind a name that make it the beginning of another


def organisations(line: str, register: Register, also: Iterable[str] = ()) -> list[Found]:
    """The distinct organisations of an affiliation line, in order.

    `also` holds CURIEs of organisations known from elsewhere (a line in another language): an ambiguous name refers to
    the only one of its bearers among them.
    """
    return _LineParser(line, register, frozenset(also)).read()


class _LineParser:
    """One pass over a line: known names first, then company names, then unknown names."""

    def __init__(self, line: str, register: Register, also: frozenset[str]) -> None:
        self.of = AffiliationLine(line, register)
        self.line, self.register, self.words, self.segments = line, register, register.words, self.of.segments
        self.also = also
        self._legal = tuple(self.words.legal)
        self._checks = _MOST_CHECKS

    def read(self) -> list[Found]:
        found: list[Found] = []
        unknown: list[int] = []
        at = 0
        while at < len(self.segments):
            segment = self.segments[at]
            if across := self._across(at):
                found.append(across)
                at = across.segment + 1
                continue
            if not _NO_NAME.search(self.line[segment.start : segment.end]):
                found += (here := self._inside(at))
                if not here and not segment.bracketed:
                    unknown.append(at)
            at += 1
        known = {f.segment: f for f in found}
        more = UnknownNames(self.of, known)
        by_segment: dict[int, list[Found]] = {}
        for one in found:
            by_segment.setdefault(one.segment, []).append(one)
        found = [f for f in found if not self._is_part(f, by_segment, known)]
        listed = {at for first in unknown for at in range(first + 1, more.last(first) + 1)}
        for at in unknown:
            if at not in listed and (named := more.named(at)):
                found.append(named)
        found = [f for f in found if not self._is_described_part(f, found)]
        taken = {at for f in found for at, s in enumerate(self.segments) if f.start < s.end and s.start < f.end}
        for at in addressed(self.line, [s.tokens for s in self.segments], self.of.affiliation, taken, self.register):
            start, end = self.segments[at].start, self.segments[at].end
            name = tidy(self.line[start:end], self.register)
            found.append(Found(start, end, name, None, "an address follows, or all beside it are organisations", at))
        texts = (replace(f, text=self.line[f.start : f.end]) for f in sorted(found, key=lambda f: f.start))
        return distinct(texts, self.register)

    def _across(self, at: int) -> Found | None:
        """A name with commas ("University of California, Riverside") that begins in this segment."""
        for last in range(min(at + 2, len(self.segments) - 1), at, -1):
            between = [t for s in self.segments[at + 1 : last] for t in s.tokens]
            final = list(self.segments[last].tokens)
            for start in self._beginnings(at):
                bare = [*takewhile(lambda token: not self.line[token.start].isdigit(), final)]  # "Riverside 92521"
                for end in dict.fromkeys((len(final), *((2, 1) if start else (len(bare) or len(final),)))):
                    run = [*self.segments[at].tokens[start:], *between, *final[:end]]
                    if found := self._joint(run, at, last):
                        return found
        return None

    def _beginnings(self, at: int) -> list[int]:
        """The token indices at which a name with commas may begin: the start of the segment, or a head word."""
        tokens = self.segments[at].tokens
        if self.register.has(joined(tokens)):
            return [0]
        places = range(1, len(tokens) - 2)  # "... University of California"
        return [0, *(i for i in places if has_head([tokens[i]], self.words.learned) and not tokens[i + 1].folds)]

    def _joint(self, run: list[NameToken], at: int, last: int) -> Found | None:
        found = self._match(run, last)
        first = self.register.own(joined(self.segments[at].tokens))
        if not found or not found.organisation or (first and first.types == "c"):
            return None  # "IBM Research, Zurich"
        tail = self._match(list(self.segments[last].tokens), last)
        if tail and tail.organisation and self.register.is_part(found.organisation, tail.organisation):
            return replace(tail, start=found.start)
        return found

    def _inside(self, at: int) -> list[Found]:
        """The known names in one segment, longest first; the rest is a city, a department or a person."""
        segment = self.segments[at]
        tokens = [*dropwhile(lambda token: not token.folds, segment.tokens)]
        is_code = len(tokens) == 1 and segment.numbered  # "389 UCB"
        is_code = is_code or (self.of.is_with(at - 1, at) and self._is_coded(tokens, at))
        if not tokens or is_code or self._is_city(at) or self._is_endowed(tokens, at):
            return []
        whole = self._match(tokens, at, whole=True)
        if whole or segment.bracketed:
            return [whole] if whole else []
        if two := self._two(tokens, at):
            return two
        out: list[Found] = []
        taken: set[int] = set()
        is_firm = len(without_legal_form(tokens, self.words)) < len(tokens)
        letters = joined(tokens)
        places = [0, *accumulate(len("".join(token.folds)) for token in tokens)]
        is_legal = [letters.endswith(self._legal, max(0, at - _LONGEST_FORM), at) for at in places]
        own, index = self.register.own_keys, self.register.index
        for length in range(min(len(tokens), 3 * _LONGEST), 0, -1):
            for first in range(len(tokens) - length + 1):
                key = letters[places[first] : places[first + length]]
                if key not in index and key not in own and not is_legal[first + length]:
                    continue  # most runs
                if not self._checks:
                    return out
                self._checks -= 1
                run = tokens[first : first + length]
                ahead = tokens[max(0, first - _AROUND) : first]
                behind = tokens[first + length : first + length + _AROUND]
                if taken.intersection(range(first, first + length)) or not self._is_strong(run):
                    continue
                if first and not self._stands_alone(run, ahead) and not self._is_of(ahead, run):
                    continue
                if is_firm and self.register.is_place(key):
                    continue  # "Oxford Nanopore Technologies plc"
                if self._has_more(behind) or self._goes_on(run):
                    continue
                found = self._match(run, at)
                if found:
                    out.append(found)
                    taken.update(range(first, first + length))
        return out or self._loose(tokens, at)

    def _is_coded(self, tokens: Sequence[NameToken], at: int) -> bool:
        """Whether a place with a code is that of a company: "Oxford OX4 4DQ" behind "Oxford Nanopore plc"."""
        codes = [self.line[token.start : token.end] for token in tokens[1:]]
        is_coded = bool(codes) and all(any(c.isdigit() for c in code) for code in codes)
        before = self.segments[at - 1].tokens[-1].folds
        return is_coded and before[-1:] != () and before[-1] in self.words.legal

    def _loose(self, tokens: list[NameToken], at: int) -> list[Found]:
        """A segment that is a known name up to a misspelling, a truncation or a legal form."""
        text = self.line[tokens[0].start : tokens[-1].end]
        is_unit = bool(tokens[0].folds) and tokens[0].folds[0] in self.words.unit
        if is_unit or tokens[-1].folds == (_HOSPITAL,) or self.register.rank(joined(tokens)) <= ACRONYM_RANK:
            return []  # a name that the register has was looked at
        match = self.register.find(text)
        if not match or (len(text) < 6 and not match.organisation.types.startswith("c")):
            return []
        return [self._found(match, tokens, at)] if self._is_strong(tokens) else []

    def _is_strong(self, run: Sequence[NameToken]) -> bool:
        """Whether words inside a segment may be a name: they have a head word, or are a name of the additions."""
        if not run[0].folds or not run[-1].folds:
            return False
        first = self.line[run[0].start]
        if first.islower() or first.isdigit():
            return False
        if self.register.own(joined(run)):
            return self._is_spelt(run)
        if len(run) < 2 or (run[0].folds[0] in self.words.unit):
            return False
        text = self.line[run[0].start : run[-1].end]
        return has_head(run, self.words.head) or any(text.endswith(h) for h in self.words.head if not h.isascii())

    def _stands_alone(self, run: Sequence[NameToken], ahead: Sequence[NameToken]) -> bool:
        """Whether words after others in a segment are a whole name, not the end of one ("Health Research")."""
        before = ahead[-1]
        is_first = self.line[: before.start].rstrip()[-1:] in ",;" and self.line[before.start : before.end].istitle()
        if before.folds and (before.folds[-1] in self.words.begins or (is_first and self.line[before.end] == "-")):
            return False  # "National Sun Yat-sen University", "Pan-Atlantic University", but "CNRS-University of X"
        if self._is_rest(run, ahead):
            return False
        if self.register.own(joined(run)) or not before.folds or not self.line[run[0].start].isascii():
            return True
        if run[0].folds[0] in self.words.head and run[1].folds:
            return False
        return has_head(run, self.words.learned)

    def _is_rest(self, run: Sequence[NameToken], ahead: Sequence[NameToken]) -> bool:
        """Whether words say of no place which university they are, and a name before them does: "Plover University of".

        Behind a department they are a name: "Department of Botany University of Science".
        """
        body = run[1:] if run[0].folds[-1:] != () and run[0].folds[-1] in self.words.begins else run
        is_general = bool(body) and has_head(body[:1], self.words.learned) and (len(body) == 1 or not body[1].folds)
        is_placed = self._ends_in_place(body, 2)
        is_unit = has_head(ahead, self.words.unit | self.words.lab)
        between = self.line[ahead[-1].end : run[0].start]
        return is_general and not (is_placed or is_unit) and bool(ahead[-1].folds) and between == " "

    def _is_of(self, before: Sequence[NameToken], run: Sequence[NameToken]) -> bool:
        """Whether the words before a name are its owner: "NASA Jet Propulsion Laboratory"."""
        owners = self.register.candidates(joined(before), ACRONYM_RANK)
        owned = self.register.candidates(joined(run), ALIAS_RANK) if owners else []
        return len(owned) == 1 and any(self.register.is_part(owned[0], owner) for owner in owners)

    def _goes_on(self, run: Sequence[NameToken]) -> bool:
        """Whether a name ends within a compound of a place: "ENS Paris" of "ENS Paris-Saclay", of "Paris-XII"."""
        is_place = self.register.is_place(joined(run[-1:]))
        return is_place and _COMPOUND.match(self.line, run[-1].end) is not None

    def _has_more(self, behind: Sequence[NameToken]) -> bool:
        """Whether "of" and more than a place follow: "National Taiwan University of Science and Technology".

        A hospital is one of its own: "Koç University Hospital".
        """
        if behind and behind[0].folds == (_HOSPITAL,):
            return True
        if len(behind) < 2 or behind[0].folds or self.line[behind[0].start : behind[0].end] not in _GOES_ON:
            return False
        return self.line[behind[1].start].isupper() and not self.register.is_place(joined(behind[1:]))

    def _ends_in_place(self, run: Sequence[NameToken], first: int) -> bool:
        """Whether words end in a place that begins at `first` or behind it."""
        return any(self.register.is_place(joined(run[start:])) for start in range(first, len(run)))

    def _is_spelt(self, run: Sequence[NameToken]) -> bool:
        """Whether a short name of the additions is in its usual case: "Meta" and "NUS", not "meta" or "Nus"."""
        text = self.line[run[0].start : run[-1].end]
        before = self.line[run[0].start - 1 : run[0].start]
        after = self.line[run[-1].end : run[-1].end + 1]
        if "-" in (before, after) and not text.count(" "):
            return False
        return not text.islower() or not text.isascii()

    def _match(self, run: list[NameToken], at: int, whole: bool = False) -> Found | None:
        """The organisation whose name consists of exactly these words."""
        key = joined(run)
        if not self.register.has(key):
            run = without_legal_form(run, self.words)
            key = joined(run)
        if not run or not self.register.has(key) or key in self.words.legal:
            return None
        text = self.line[run[0].start : run[-1].end]
        if whole and not self._is_name(text, run, key, at):
            return None
        candidates = self.register.candidates(key, ALIAS_RANK if not whole else ACRONYM_RANK)
        if not candidates:
            return None
        known = [o for o in candidates if o.curie in self.also]
        country = self._country(at)
        match = self.register.chosen(known if len(known) == 1 else candidates, country)
        is_abroad = bool(match and country and match.organisation.country not in ("", country))
        vague = self.register.is_vague(key, is_abroad=is_abroad)
        if match and not vague:
            return self._found(match, run, at)
        if is_abroad or not has_head(run, self.words.head if whole else self.words.learned):
            return None
        names = {o.name for o in candidates}
        name = names.pop() if len(names) == 1 and not vague else tidy(text, self.register)
        reason = "more than one organisation can be meant"
        return Found(run[0].start, run[-1].end, name, None, reason, at, is_ambiguous=True)

    def _is_name(self, text: str, run: Sequence[NameToken], key: str, at: int) -> bool:
        """Whether a segment that equals an organisation's name refers to it, not to a city or department."""
        if self.register.own(key):
            return self._is_spelt(run)
        if self.segments[at].bracketed or (run[0].folds and run[0].folds[0] in self.words.unit):
            return False
        if has_head(run, self.words.head) or has_head(run[1:], self.words.unit) or not text.isascii():
            return True  # "London School of Hygiene & Tropical Medicine"
        country = self._country(at)
        if not country and len(run) > 1 and _SIGN.search(text):
            return True  # "Fraunhofer ITWM"
        is_here = any(o.country == country for o in self.register.candidates(key, ACRONYM_RANK))
        if self.register.rank(key) == ACRONYM_RANK:
            return len(text) >= 4 and (
                text.isupper() or (text.isalpha() and sum(map(str.isupper, text)) > 2)
            )  # "LaBRI"
        is_company = any("c" in o.types for o in self.register.candidates(key, ALIAS_RANK))
        return len(key) > 3 and (len(run) > 1 or not text.islower()) and (is_here or is_company)

    def _is_city(self, at: int) -> bool:
        """Whether a place is part of an address: "Google, Stanford, CA", but not "Department of X, Stanford, CA"."""
        if not 0 < at < len(self.segments) - 1 or not self.register.is_place(joined(self.segments[at].tokens)):
            return False
        before, _, after = self.segments[at - 1 : at + 2]
        if any(fold in self.words.unit for t in before.tokens for fold in t.folds):
            return False
        is_state = joined(after.tokens) in self.words.region
        is_region = is_state or _REGION.fullmatch(self.line, after.start, after.end) is not None
        return is_region and not self.register.own(joined(after.tokens))

    def _country(self, at: int) -> str | None:
        """The country code named by one of the next segments."""
        for segment in self.segments[at + 1 : at + 4]:
            code = self.register.country(joined(segment.tokens))
            if code:
                return code
        return None

    def _found(self, match: NameMatch, run: Sequence[NameToken], at: int) -> Found:
        organisation = owner_by_name(self.register.brand(match.organisation), self.register)
        return Found(run[0].start, run[-1].end, organisation.name, organisation, match.reason, at)

    def _two(self, tokens: list[NameToken], at: int) -> list[Found]:
        """Two known names that a word or a sign joins: "KAIST and Samsung Electronics", "Univ. Orléans & CNRS"."""
        for cut in range(1, min(len(tokens), 2 * _AROUND)):
            if (is_word := self.of.is_and(tokens[cut])) or "&" in self.line[tokens[cut - 1].end : tokens[cut].start]:
                two = [self._match(side, at, whole=True) for side in (tokens[:cut], tokens[cut + is_word :]) if side]
                sides = [one for one in two if one and one.organisation]
                if len(sides) == 2 and all(is_clear(one, self.line, self.register) for one in sides):
                    return sides
        return []

    def _is_endowed(self, tokens: Sequence[NameToken], at: int) -> bool:
        """Whether a centre is that of the university behind it: "Robert Bosch Centre for Data Science, IIT Madras"."""
        heads = (i for i, (a, b) in enumerate(pairwise(tokens)) if not b.folds and has_head([a], self.words.lab))
        place = next(heads, 0)
        company = self.register.own(joined(tokens[:place])) if place and self.of.is_with(at, at + 1) else None
        if not company or company.types != "c":
            return False
        whole = self._match(list(self.segments[at + 1].tokens), at + 1, whole=True)
        return bool(whole and whole.organisation and "e" in whole.organisation.types)

    def _is_part(self, one: Found, found: dict[int, list[Found]], known: dict[int, Found]) -> bool:
        """Whether a known organisation is part of another ("Institute of X, Chinese Academy of Sciences")."""
        organisation = one.organisation
        if organisation is None or organisation.curie in self.register.additions:
            return False
        around = [at for at in range(one.segment - _NEAR, one.segment + _NEAR + 1) if self.of.is_with(one.segment, at)]
        near = [f.organisation for at in around for f in found.get(at, ()) if f.organisation]
        run = name_tokens(self.line[one.start : one.end], self.register.words)
        if any(self.register.is_part(organisation, other) for other in near):
            return not is_shared(organisation, run, self.register)
        following = known.get(one.segment + 1) if self.of.is_with(one.segment, one.segment + 1) else None
        if not following or not following.organisation or not is_descriptive(run, self.words):
            return False
        whole = following.organisation
        if "e" in whole.types:
            return organisation.country != whole.country or organisation.city != whole.city
        return organisation.country != whole.country or self.register.is_umbrella(whole)

    def _is_described_part(self, one: Found, found: Sequence[Found]) -> bool:
        """Whether "Institute of X" or "Centre for X" is a part of what follows, which the register may lack."""
        folds = [token.folds for token in name_tokens(self.line[one.start : one.end], self.words)]
        if len(folds) < 2 or not folds[0] or folds[0][0] not in self.words.lab or folds[1]:
            return False
        next_to = [f for f in found if f.segment == one.segment + 1 and self.of.is_with(one.segment, f.segment)]
        if one.organisation is None:
            return one.is_ambiguous and bool(next_to)
        unknown = [f for f in next_to if not f.concept and one.organisation.curie not in self.register.additions]
        return any(has_head(name_tokens(f.name, self.words), self.words.learned) for f in unknown)
