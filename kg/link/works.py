"""Whether two entries describe the same work, for example a preprint and its conference version.

The evidence is what entries know: ids, title, abstract, authors, institutions. Equal ids decide for one work, unless
nothing else agrees: an id may be mistyped, or be that of a whole book. Different
numbers in a series, disjoint authors, and two arXiv ids decide against it. Otherwise, the less similar the titles are,
the more other evidence is needed. The rules were developed on one part of data/gold/works.jsonl and on mined titles;
the held-out part measures how well they generalise (scripts/eval_works.py).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate, combinations
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from kg.link.coined_names import Claim, claims
from kg.link.paper_ids import arxiv_of, doi_of, own_ids
from kg.link.titles import KEY_LETTERS, Title, letters
from kg.link.translated import terms
from kg.link.venues import is_published, one_venue
from kg.model import Document, Record
from kg.text import Remembered

_WORD = re.compile(r"[a-z0-9]+")
_SHINGLE = 3  # words
_FEWEST = 20  # shingles of an abstract that is long enough to compare
_LOOKED_UP, _BANDS, _ROWS = 4, 6, 2  # words of a shingle; keys of an abstract; minimum hashes in each key
_SAME, _ALIKE, _RELATED = 0.85, 0.5, 0.3  # shares of common shingles
_FAR = 0.12
# The lowest share of common words in the titles of two versions with the same authors, by the number of authors: two
# people write more works together than six do. Fitted on works with two titles, and on different works of the same
# people.
_VERSIONS = ((6, 0.55), (4, 0.7), (3, 0.75), (2, 0.8), (1, 0.9))
_SAME_VENUE = ((3, 0.55), (2, 0.75), (1, 0.8))  # the same if venue and year are the same too
_RENAMED = 0.1  # added if the titles begin with different coined names
_ONE_NAME = 0.68  # share of the words after a common coined name
_TRANSLATED = 3  # number of authors who, with venue and year, identify a translated title
_YEARS = 2  # from a preprint to its publication
_LONG_AGO = 4  # difference in years that is unlikely for one work
_ODD = 50  # letters of a title that is unique, whatever the abstracts are
_MOST_TERMS = 5  # of a title that serve as keys
_TERMS = 2  # common terms of titles in two languages
_SUFFIX = re.compile(r"[\s,]+(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)


class Likeness(IntEnum):
    """How similar two titles are."""

    FAR = 0
    NAMED = 1  # they begin with the same coined name
    NEAR = 2  # they differ in a word or two
    PART = 3  # one is a part of the other: no subtitle, no name, or truncated
    EQUAL = 4


class Verdict(NamedTuple):
    """Whether two entries are one work, with the reason.

    `weight` > 0: they are, with this certainty; < 0: they must not be merged; 0: not enough evidence.
    """

    weight: int
    reason: str

    @property
    def same(self) -> bool:
        return self.weight > 0


BY_ID, BY_TITLE, BY_REST = 4, 3, 2
_UNTOLD = Verdict(0, "nothing tells that they are one work")


@dataclass(frozen=True)
class Described:
    """What an entry knows about its work."""

    entry: str
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    institutions: tuple[str, ...] = ()
    arxiv: str = ""
    doi: str = ""
    year: int | None = None
    venue: str = ""
    code: str = ""  # URL
    ids: tuple[str, ...] = ()  # the CURIEs that it may have by itself, best first
    claims: tuple[Claim, ...] = ()  # the names that it claims or mentions
    topics: frozenset[str] = frozenset()  # of the work

    @cached_property
    def heading(self) -> Title:
        return Title(self.title)

    @cached_property
    def shingles(self) -> frozenset[bytes]:
        return frozenset(_shingles(self.abstract, _SHINGLE))

    @cached_property
    def last_name_list(self) -> list[str]:
        return list(map(_LAST.__getitem__, self.authors))

    @cached_property
    def last_names(self) -> frozenset[str]:
        return frozenset(filter(None, self.last_name_list))

    @cached_property
    def is_published(self) -> bool:
        return is_published(self.venue)

    @property
    def count(self) -> int | None:
        return self.author_count or len(self.authors) or None

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Blocking keys: two entries of one work have at least one of them in common."""
        return _keys(self.ids, self.title, self.abstract, self.count, self.last_names)


def described(document: Document, record: Record, said: Iterable[Claim] | None = None) -> Described:
    """What an entry knows of its work, by its texts and its record; `said` are its claims where they are known."""
    texts = document.texts
    title = record.title or (texts["T"].text if "T" in texts else "") or record.name
    return Described(
        document.id,
        title,
        texts["A"].text if "A" in texts else "",
        tuple(document.authors),
        document.author_count,
        tuple(dict.fromkeys(mention.surface for mention in record.institutions)),
        arxiv_of(document),
        doi_of(document),
        document.year,
        document.venue,
        record.code_url,
        own_ids(document, record),
        tuple(claims(document, record) if said is None else said),
        frozenset(topic.id for topic in record.topics),
    )


def _keys(
    ids: tuple[str, ...], heading: str, abstract: str, count: int | None, last_names: frozenset[str]
) -> tuple[str, ...]:
    found = [name for name in ids if not name.startswith("paper:entry-")]
    title = Title(heading)
    if title.letters:
        found += [f"begin:{title.letters[:KEY_LETTERS]}", f"end:{title.letters[-KEY_LETTERS:]}"]
    found += [f"begin:{part[:KEY_LETTERS]}" for part in (title.main_letters, title.rest_letters) if part]
    if title.name:
        found.append(f"name:{title.name}")
    if count:  # for a title in another language, which has no letters in common
        some = sorted(terms(heading))[:_MOST_TERMS]
        found += [f"terms:{term} {other} {count}" for term, other in combinations(some, 2)]
    if len(last_names) > 1:  # for another title
        found.append(f"people:{zlib.crc32(' '.join(sorted(last_names)).encode()):08x}")
    found += [f"abstract:{at}-{band}" for at, band in enumerate(_bands(_shingles(abstract, _LOOKED_UP)))]
    return tuple(dict.fromkeys(found))


def same_work(a: Described, b: Described) -> Verdict:
    """Whether two entries describe one work, and why."""
    if said := common_id(a, b):
        pair = _EntryPair(a, b)
        return Verdict(-1, f"{said}, but other titles and people") if pair.disagrees() else Verdict(BY_ID, said)
    if a.arxiv and b.arxiv:
        return Verdict(-1, f"two arXiv ids, {a.arxiv} and {b.arxiv}")
    return _EntryPair(a, b).verdict()


def common_id(a: Described, b: Described) -> str:
    """The id that two entries have in common, for a sentence; "" for none."""
    if a.arxiv and a.arxiv == b.arxiv:
        return f"the same arXiv id, {a.arxiv}"
    return f"the same DOI, {a.doi}" if a.doi and a.doi == b.doi else ""


class _EntryPair:
    """Two entries and what they have in common beside their ids."""

    def __init__(self, a: Described, b: Described) -> None:
        self.a, self.b = a, b
        self.titles = _likeness(a.heading, b.heading)
        self.common = _common_authors(a, b)
        self.abstracts = _common_shingles(a.shingles, b.shingles)

    def verdict(self) -> Verdict:
        a, b = self.a, self.b
        if self.common == 0:
            return Verdict(-1, "no author in common")
        if a.heading.letters and b.heading.letters and self._other_number():
            return Verdict(-1, "the titles have other numbers, as in a series")
        if not a.heading.letters or not b.heading.letters:
            return self._by_abstract(_SAME)
        if self.titles is Likeness.EQUAL:
            return self._equal()
        if self.titles is Likeness.PART:
            return self._part()
        if a.heading.is_han != b.heading.is_han:
            return self._translated()
        found = self._near() if self.titles is Likeness.NEAR else self._by_abstract(_SAME)
        if not found.same and self._is_retitled():
            return Verdict(BY_REST, f"titles alike, as of two versions{self._also()}")
        return found

    def disagrees(self) -> bool:
        """Whether nothing but an id speaks for one work. Titles alike by others are other ones: chapters of a book."""
        a, b = self.a.heading, self.b.heading
        is_other = self.titles is Likeness.FAR or (self.common == 0 and self.titles is not Likeness.EQUAL)
        if not a.letters or not b.letters or a.is_han != b.is_han or not is_other:
            return False
        least = _VERSIONS[0][1] if self.common == 0 else _RELATED
        return not self.common and (self.abstracts or 0) < _RELATED and a.share(b) < least

    def _equal(self) -> Verdict:
        heading = self.a.heading
        if not heading.is_telling and not self._support():
            return Verdict(0, "one title, but a short one, and nothing else in common")
        if self.a.doi and self.b.doi and not self._known() and not self._support():
            return Verdict(0, "one title, but two DOIs, and nothing else in common")
        if self._denied():
            return Verdict(-1, "one title, but other abstracts, institutions, years or numbers of authors")
        if self._is_far() and len(heading.letters) < _ODD and not (self._many() or self._places() or self._code()):
            return Verdict(0, "one title, but other abstracts")
        return Verdict(BY_TITLE, f"the same title{self._also()}")

    def _part(self) -> Verdict:
        if self._is_far() and not self._many():
            return Verdict(0, "one title is a part of the other, but the abstracts differ")
        short, whole = sorted((self.a.heading, self.b.heading), key=lambda title: len(title.letters))
        long = short.is_surely_part_of(whole)
        if long and self._count() is False and not self._support() and len(short.letters) < _ODD:
            return Verdict(0, "one title is a part of the other, but the numbers of authors differ")
        if long or self._support():
            return Verdict(BY_TITLE if long else BY_REST, f"one title is a part of the other{self._also()}")
        return Verdict(0, "one title is a short part of the other, and nothing else is in common")

    def _near(self) -> Verdict:
        """Titles that differ in a word or two: a new version, or another work of the same people."""
        enough = _SAME if self._is_renamed() else _ALIKE
        if self.abstracts is None:
            return _UNTOLD
        if self.abstracts >= enough:
            return Verdict(BY_REST, f"titles alike{self._also()}")
        return self._by_abstract(enough)

    def _is_retitled(self) -> bool:
        """Whether the titles may be of two versions of one work, and no evidence is against it."""
        a, b = self.a.heading, self.b.heading
        if a.counts_otherwise(b) or (self.abstracts is not None and self.abstracts < _RELATED):
            return False
        one_name = a.shares_name(b)
        if not self._same_people():
            return one_name and self._count() is not False and a.subtitles_alike(b) >= _ONE_NAME
        if (self.abstracts or 0) >= _ALIKE:
            return True
        if self._is_published_apart():
            return False
        if one_name or self._names_the_other() or a.is_subtitle_of(b) or b.is_subtitle_of(a):
            return True
        return a.share(b) >= self._least_share()

    def _least_share(self) -> float:
        """The lowest share of common words for titles of one work, given what else is equal."""
        a, b = self.a.last_name_list, self.b.last_name_list
        people = min(len(a), len(b)) if a == b else min(len(a), len(b)) // 2
        steps = _SAME_VENUE if self._is_one_publication() else _VERSIONS
        least = next((share for fewest, share in steps if people >= fewest), 1.0)
        return least + _RENAMED * self._is_renamed()

    def _names_the_other(self) -> bool:
        """Whether the abstract of the entry without a coined name in its title mentions the other's coined name."""
        pairs = (self.a, self.b), (self.b, self.a)
        return any(one.heading.coined and not other.heading.name and _speaks_of(other, one) for one, other in pairs)

    def _is_one_publication(self) -> bool:
        """Whether both were published at one venue in one year."""
        a, b = self.a, self.b
        published = a.is_published and b.is_published
        return published and a.year is not None and a.year == b.year and one_venue(a.venue, b.venue)

    def _is_published_apart(self) -> bool:
        """Whether they were published separately.

        That is at two venues, in two years, or as a preprint that is later or much earlier than the publication.
        """
        a, b = self.a, self.b
        if a.is_published and b.is_published:
            return (a.year or b.year) != (b.year or a.year) or not one_venue(a.venue, b.venue)
        preprint, paper = (a, b) if b.is_published else (b, a)
        if not paper.is_published or not preprint.arxiv or not paper.year or not preprint.year:
            return False
        return not 0 <= paper.year - preprint.year <= _YEARS

    def _is_renamed(self) -> bool:
        """Whether the titles begin with different coined names."""
        a, b = self.a.heading, self.b.heading
        return bool(a.name and b.name) and not a.shares_name(b)

    def _same_people(self) -> bool:
        """Whether the authors are the same; in a group of more than two, one may be missing or added."""
        fewer, more = sorted((len(self.a.last_names), len(self.b.last_names)))
        return (self.common or 0) >= fewer > 0 and more - fewer <= (fewer > 2)

    def _translated(self) -> Verdict:
        """Compare a Chinese title with an English one."""
        told = self._support() + (self.titles is Likeness.NAMED)
        if self.abstracts is not None and self.abstracts >= _ALIKE:
            return Verdict(BY_REST, f"titles in two languages{self._also()}")
        if self._denies() or (self._has_other_name() and not self.common):
            return _UNTOLD
        people = len(self.a.last_names) >= _TRANSLATED and self._same_people()
        if people and self._is_one_publication() and not self._has_other_name():
            return Verdict(BY_REST, f"titles in two languages{self._also()}, at one venue in one year")
        if self.titles is Likeness.NAMED and told > 1:
            return Verdict(BY_REST, f"titles in two languages with one name{self._also()}")
        if told and told + min(_TERMS, self._terms()) > _TERMS:
            return Verdict(BY_REST, f"titles in two languages with terms in common{self._also()}")
        return _UNTOLD

    def _has_other_name(self) -> bool:
        """Whether one title begins with a coined name, which is not translated, that the other lacks."""
        a, b = self.a.heading, self.b.heading
        return a.coined not in b.letters or b.coined not in a.letters

    def _by_abstract(self, enough: float) -> Verdict:
        if self.abstracts is None or self.abstracts < enough:
            return _UNTOLD
        return Verdict(BY_REST, f"the same abstract{self._also(abstract=False)}")

    def _terms(self) -> int:
        return len(terms(self.a.title) & terms(self.b.title))

    def _known(self) -> bool:
        """Whether both have authors or an abstract to compare."""
        return self.common is not None or self.abstracts is not None

    def _support(self) -> int:
        """The amount of evidence beside the title for one work."""
        told = (self.abstracts or 0) >= _RELATED, bool(self.common), self._places() is True, self._count() is True
        return sum(told) + self._code()

    def _many(self) -> bool:
        return self.common is not None and self.common >= min(2, len(self.a.authors), len(self.b.authors)) > 0

    def _denies(self) -> int:
        a, b = self.a.year, self.b.year
        long_ago = a is not None and b is not None and abs(a - b) >= _LONG_AGO
        return sum((self._is_far(), self._places() is False, self._count() is False, long_ago))

    def _is_far(self) -> bool:
        """Whether the abstracts have almost nothing in common."""
        return self.abstracts is not None and self.abstracts < _FAR

    def _code(self) -> bool:
        """Whether both have the same code URL."""
        return bool(self.a.code) and _address(self.a.code) == _address(self.b.code)

    def _denied(self) -> bool:
        """Whether there is no evidence beside the title for one work, and enough against it."""
        return not self._support() and self._denies() >= 2

    def _places(self) -> bool | None:
        """Whether they share an institution; None if no two institutions are in the same script."""
        pairs = [(x, y) for x in self.a.institutions for y in self.b.institutions if x.isascii() == y.isascii()]
        found = any(fuzz.token_set_ratio(one, other, processor=str.lower) >= 85 for one, other in pairs)
        return found if pairs else None

    def _count(self) -> bool | None:
        """Whether they have the same number of authors; None if one is unknown."""
        a, b = self.a.count, self.b.count
        return None if a is None or b is None else a == b

    def _other_number(self) -> bool:
        """Whether otherwise similar titles have different numbers ("Part I", "2025", "v2")."""
        if self.titles is Likeness.PART:
            return self.a.heading.continues(self.b.heading)
        is_like = self.titles is not Likeness.FAR and self.a.heading.is_han == self.b.heading.is_han
        return is_like and self.a.heading.counts_otherwise(self.b.heading)

    def _also(self, abstract: bool = True) -> str:
        """The other common evidence, as the end of a sentence."""
        told = []
        if abstract and self.abstracts is not None and self.abstracts >= _RELATED:
            told.append(f"{self.abstracts:.0%} of the abstract")
        if self.common:
            told.append(f"{self.common} author{'s' * (self.common > 1)}")
        if not self.common and self._places():
            told.append("an institution")
        if not self.common and self._count():
            told.append("the number of authors")
        if self._code():
            told.append("the address of the code")
        return f", {' and '.join(told)} in common" if told else ""


def _likeness(a: Title, b: Title) -> Likeness:
    if not a.letters or not b.letters:
        return Likeness.FAR
    if a.letters == b.letters or a.is_misprint_of(b):
        return Likeness.EQUAL
    if a.is_part_of(b) or b.is_part_of(a):
        return Likeness.PART
    if a.name and a.name == b.name and (a.is_han != b.is_han or a.numbers == b.numbers):
        likeness = Likeness.NAMED
    else:
        likeness = Likeness.FAR
    return Likeness.NEAR if Levenshtein.normalized_similarity(a.letters, b.letters) >= 0.7 else likeness


def _common_authors(a: Described, b: Described) -> int | None:
    """The number of common authors; None if it cannot be compared."""
    if not a.last_names or not b.last_names:
        return None
    common = len(a.last_names & b.last_names)
    if common:
        return common
    # Sources differ in the order of given and family name.
    turned = len({letters(name) for name in a.authors} & {_turned(name) for name in b.authors})
    # Names in different scripts ("张伟", "Wei Zhang") cannot be compared.
    return turned if turned or _is_latin(a.last_names) == _is_latin(b.last_names) else None


def _common_shingles(a: frozenset[bytes], b: frozenset[bytes]) -> float | None:
    """The share of the shorter abstract's shingles that the other contains; None if one abstract is too short."""
    fewer = min(len(a), len(b))
    return len(a & b) / fewer if fewer >= _FEWEST else None


def _shingles(text: str, size: int) -> list[bytes]:
    """The runs of so many words of a text."""
    words = _WORD.findall(text.lower())
    line = " ".join(words).encode()
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    return [line[start : end - 1] for start, end in zip(starts, starts[size:], strict=False)]


def _bands(shingles: list[bytes]) -> list[str]:
    """Min-wise hashing keys of a text (Broder 1997): very similar texts have one in common.

    Two minimum hashes form a key, so that texts that share only a phrase or two have no common key.
    """
    if len(shingles) < _FEWEST:
        return []
    import numpy as np

    hashes = np.fromiter(map(zlib.crc32, shingles), np.uint32, len(shingles))
    odd = np.arange(1, 2 * _BANDS * _ROWS, 2, dtype=np.uint32)[:, None] * np.uint32(0x9E3779B1)
    least = ((hashes ^ odd) * np.uint32(0x85EBCA6B)).min(axis=1).tolist()
    return ["".join(f"{one:08x}" for one in least[at : at + _ROWS]) for at in range(0, len(least), _ROWS)]


def _speaks_of(one: Described, other: Described) -> bool:
    """Whether the abstract of one mentions the coined name in the title of the other."""
    return bool(re.search(rf"(?<!\w){re.escape(other.heading.main)}(?!\w)", one.abstract))


def _address(url: str) -> str:
    return url.lower().partition("://")[2].removeprefix("www.").removesuffix(".git").rstrip("/.")


def _last_name(author: str) -> str:
    author = _SUFFIX.sub("", author.strip())
    last = author.partition(",")[0] if "," in author else author.rpartition(" ")[2]
    return letters(last)


def _turned(author: str) -> str:
    return letters("".join(reversed(author.replace(",", " ").split())))


def _is_latin(names: Iterable[str]) -> bool:
    return any(name.isascii() for name in names)


_LAST = Remembered(_last_name)
