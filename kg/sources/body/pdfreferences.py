"""The bibliography of a PDF: rows become entries, and places in texts that cite them become links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from kg.sources.body.bodyparts import Anchor, Builder, Piece
from kg.sources.body.pdfflow import FlowRow
from kg.sources.layout.join import Joiner
from kg.text import fold

_LABEL = re.compile(r"\[\s?(?P<key>\d{1,4}|[A-Z][\w+’'-]{1,12}\d{2}[a-z]?)\s?\]\s*")
_COUNT = re.compile(r"\(?(?P<key>\d{1,3})[.)]?\s+(?=\S)")
_MANY = 0.1  # share of the rows that start an entry
_IN = 0.8  # em; least indent of the rows that go on
_URL = re.compile(r"(?:https?:/{0,2}|doi\.org/|doi:\s?|arxiv:\s?|\b10\.\d{4,9}/)\S*$", re.I)
_BROKEN_URL = re.compile(r"(?<=://)\s|(?<=(?:arxiv|//doi)\.)\s(?=org/)")
_YEAR = re.compile(r"\b(?P<year>(?:19|20)\d\d)(?P<letter>[a-z])?\b")
_QUOTED = re.compile(r"[“\"](?P<title>[^”\"]{8,300}?)[,.]?\s?[”\"]")
_SENTENCE = re.compile(
    r"(?<![\s.(-][A-Z])(?<!\b[Ee]d)(?<!\b[Ee]ds)(?<!\bJr)(?<!\bvol)(?<!\bno)[.?!]\s+(?=[^\W_]|[“\"])"
)
_LAST_YEAR = re.compile(r",?\s*\(?(?:19|20)\d\d[a-z]?\)?\.?$")
_NO_TITLE = re.compile(
    r"(?:arxiv|url|https?|doi)\b|in:?\s.*(?:\bpp?\.|\bpages\b|Proceedings|Conference|Workshop|\d[:–-]\d)|in:?\s\S+$",
    re.I,
)
_YEAR_ALONE = re.compile(r"\s*\(?(?:19|20)\d\d[a-z]?\)?[a-z]?[.,:]?\s+")
_INITIALS = r"(?:[A-ZÀ-Þ]\.(?:[\s-]{0,2}[A-ZÀ-Þ]\.){0,4}|[A-ZÀ-Þ](?:[\s-]?[A-ZÀ-Þ]){0,3}(?![\w-]))"
_SURNAME = r"(?:(?:[a-z]{1,4}|[A-Z][a-z]{1,3})\s){0,3}[^\W\d_a-zß-ÿ][\w’'`‐-]+(?:\s[^\W\d_a-zß-ÿ][\w’'`‐-]+)?"
_NEXT, _REST = r"(?:\s?[,;]|\s(?:and|&)|[,;]\s(?:and|&))\s", r"[,;]?\s(?:et\s+al|and\s+others)\b\.?"
_TURNED = re.compile(  # "Fox, A. and Lee, B. ", "FOX A, LEE B. "
    rf"(?:{_SURNAME},\s{_INITIALS}(?:{_NEXT}{_SURNAME},\s{_INITIALS})*(?:{_REST})?"
    rf"|{_SURNAME}\s{_INITIALS}(?:(?:{_NEXT}{_SURNAME}\s{_INITIALS})+(?:{_REST})?|{_REST}))\s?[.:]?\s+"
)
_LISTED = re.compile(rf"{_INITIALS}\s{_SURNAME}(?:{_NEXT}{_INITIALS}\s{_SURNAME})*,\s")  # "A. Fox, B. Lee, Title, ..."
_BEFORE_JOURNAL = re.compile(r",\s(?=[^,]{3,120}?,?\s(?:\d+\s?)?\((?:19|20)\d\d|in:?\s)")
_ASKED = re.compile(  # "Is it all you need? A study of ten systems. In ..."
    r"[^.?!]{3,200}[?!](?:[^.?!]{1,60}[?!]){0,3}:?\s(?!(?:In|CoRR|Nature|Science|arXiv)\b|[^.]{0,200}(?:Journal|Proc|Trans|Conf|Review|\d{4}))[^.?!]{3,200}(?=\.\s)"
)
_STOP = re.compile(r"[.．。]\s*")
_KIND = re.compile(r"\s?\[(?:[A-Z]|DB|CP|EB)(?:/OL)?\]")  # GB/T 7714: "Title[J]. Journal"
_NAME = r"[A-Z][\w’'`-]*[\w]"
_AUTHORS = re.compile(
    rf"(?P<name>(?:(?:van|von|de|del|der|di|le|la|Van|Von|De|El)\s)*{_NAME})(?:\s{_NAME}){{0,2}}"
    rf"(?:\s(?:and|&)\s(?:[A-Z]\.\s)*{_NAME}(?:\s{_NAME})?|,?\s+et\s+al\.?|,\s{_NAME},?\s(?:and|&)\s{_NAME})?"
    r",?\s[(\[]?(?P<years>(?:19|20)\d\d[a-z]?(?:,\s?(?:(?:19|20)\d\d)?[a-z]?(?=[,;)\]\s]))*)"
)
_NUMBERS = re.compile(r"\[(?P<numbers>\d{1,4}(?:(?:\s?[,;–—-]\s?|\]\s?[–—-]\s?\[)\d{1,4})*)\]")
_DIGITS = re.compile(r"(?P<range>[–—-][\s\[]*)?(?P<number>\d+)")
_LONGEST_RANGE = 30  # entries that one range cites
_LABELS = re.compile(r"\[(?P<labels>[A-Z][\w+]{1,12}\d{2}[a-z]?(?:[,;]\s?[A-Z][\w+]{1,12}\d{2}[a-z]?)*)\]")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_FIRST = 6  # words at the start of an entry, one of which is the name of its first author


class Bibliography:
    """The entries of the lists of references, by their keys: "12", or "frantar2023" where they have no labels."""

    def __init__(self, lists: Sequence[Sequence[FlowRow]], joiner: Joiner) -> None:
        self._entries: dict[str, str] = {}
        self._by_author: dict[tuple[str, str], list[str]] = {}
        used: Counter[str] = Counter()
        for rows in lists:
            for key, entry in _entries(rows):
                raw = _joined(entry, joiner)
                if len(raw) < 12:
                    continue
                years = _YEAR.findall(raw)
                words = [fold(word) for word in _WORD.findall(raw)[:_FIRST]]
                if not key:
                    name = next((word for word in words if len(word) > 1), "entry").replace(" ", "")
                    key = f"{name}{years[-1][0] if years else ''}"
                used[key] += 1
                key = key if used[key] == 1 else f"{key}-{used[key]}"
                self._entries[key] = raw
                for year, letter in set(years):
                    for word in dict.fromkeys(w for w in words if len(w) > 1):
                        self._by_author.setdefault((word, year + letter), []).append(key)
        self.is_numbered = sum(key.isdigit() for key in self._entries) > len(self._entries) / 2

    def give(self, builder: Builder) -> None:
        """Give the entries to a builder."""
        for key, raw in self._entries.items():
            builder.reference(key, raw, title_in(raw))

    def linked(self, text: str) -> list[Piece]:
        """A text with its citations as links."""
        spans: list[tuple[Any, ...]] = sorted(self._numbers(text) if self.is_numbered else self._names(text))
        out: list[Piece] = []
        at = 0
        for start, end, key, *between in spans:
            if start >= at:
                out += [text[at:start], Anchor(key, text[start:end], between=tuple(between))]
                at = end
        return [*out, text[at:]]

    def _numbers(self, text: str) -> Iterator[tuple[Any, ...]]:
        """Start and end of each number, its key, and the keys between it and the start of its range."""
        for found in _NUMBERS.finditer(text):
            last = 0
            for number in _DIGITS.finditer(text, *found.span("numbers")):
                at = int(number["number"])
                inside = range(last + 1, at) if number["range"] and at - last < _LONGEST_RANGE else ()
                if number["number"] in self._entries:
                    between = (str(one) for one in inside if str(one) in self._entries)
                    yield *number.span("number"), number["number"], *between
                last = at

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        for found in _LABELS.finditer(text):
            for label in re.finditer(r"[\w+]+", found["labels"]):
                if label[0] in self._entries:
                    yield found.start("labels") + label.start(), found.start("labels") + label.end(), label[0]
        for found in _AUTHORS.finditer(text):
            years = list(re.finditer(r"(?:19|20)\d\d[a-z]?", found["years"]))
            for at, year in enumerate(years):
                keys = self._by_author.get((fold(found["name"]), year[0]), ())
                if len(keys) == 1:
                    start = found.start() if not at else found.start("years") + year.start()
                    yield start, found.start("years") + year.end(), keys[0]


def _entries(rows: Sequence[FlowRow]) -> Iterator[tuple[str, list[FlowRow]]]:
    """Label and rows of each entry."""
    starts = _starts(rows)
    if 0 not in starts:
        starts = {0: "", **starts}
    ordered = sorted(starts)
    for at, end in zip(ordered, [*ordered[1:], len(rows)], strict=True):
        if end > at:
            yield starts[at], list(rows[at:end])


def _starts(rows: Sequence[FlowRow]) -> dict[int, str]:
    """The rows that start an entry, with its label: by labels, else by rising numbers, hanging indents or gaps."""
    found = {at: label["key"] for at, row in enumerate(rows) if (label := _LABEL.match(row.text))}
    if len(found) > _MANY * len(rows):
        return found
    found, last = {}, 0
    for at, row in enumerate(rows):
        if (label := _COUNT.match(row.text)) and last < int(label["key"]) <= last + 2:
            found[at], last = label["key"], int(label["key"])
    if len(found) > _MANY * len(rows) and len(found) > 2:
        return found
    edges: dict[tuple[int, int], float] = {}
    for row in rows:
        place = (row.page, row.column)
        edges[place] = min(edges.get(place, row.left), row.left)
    outer = {at for at, row in enumerate(rows) if row.left < edges[row.page, row.column] + _IN / 2 * row.size}
    inner = sum(row.left > edges[row.page, row.column] + _IN * row.size for row in rows)
    if _MANY * len(rows) < len(outer) and inner > 0.2 * len(rows):
        return dict.fromkeys(outer, "")
    gaps = sorted(row.gap for row in rows if row.gap < 3 * row.size)
    usual = gaps[len(gaps) // 4] if gaps else 0.0
    return {
        at: ""
        for at, row in enumerate(rows)
        if not at
        or (row.gap > 1.12 * usual and row.gap < 1e6)
        or (row.gap > 1e6 and rows[at - 1].is_short and rows[at - 1].text.endswith("."))
    }


def _joined(rows: Sequence[FlowRow], joiner: Joiner) -> str:
    """The text of an entry without its label; an address that is broken over lines is whole again."""
    texts: list[str] = []
    for row in rows:
        if texts and _URL.search(texts[-1]) and not texts[-1].endswith((".", ",")):
            texts[-1] += row.text
        else:
            texts.append(row.text)
    text = _BROKEN_URL.sub("", joiner.join(texts))
    label = _LABEL.match(text) or _COUNT.match(text)
    return text[label.end() :] if label else text


def title_in(raw: str) -> str:
    """The title in an entry: quoted, marked by its kind, else the first sentence behind the authors and a year.

    >>> title_in("Fox, A., and Day, C. Warm caches. In OSDI, 2023a."), title_in("FOX A, LEE B. Warm caches[J]. X")
    ('Warm caches', 'Warm caches')
    """
    if quoted := _QUOTED.search(raw):
        return quoted["title"].strip(" ,.")
    turned = _TURNED.match(raw)
    if not turned and (listed := _LISTED.match(raw)):
        title, *behind = _BEFORE_JOURNAL.split(raw[listed.end() :], 1)
        if behind:
            return title.strip(" ,.")
    if kind := _KIND.search(raw):
        named = raw[turned.end() if turned else 0 : kind.start()]
        return (named if turned else _STOP.split(named, 1)[-1]).strip(" .,")
    rest = raw[turned.end() :] if turned else (*_SENTENCE.split(f" {raw}", 1), "")[1]
    if year := _YEAR_ALONE.match(rest):
        rest = rest[year.end() :]
    title = _LAST_YEAR.sub("", (_ASKED.match(rest) or [_SENTENCE.split(rest, 1)[0]])[0]).strip(" .,")
    is_title = (turned or len(title.split()) > 1) and 8 < len(title) < 300 and not _NO_TITLE.match(title)
    return title if is_title else ""
