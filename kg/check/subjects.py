"""The papers that the sentences of a draft are about: those whose name or identifier stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.query.corpus import Corpus
from kg.store.contents import works_named
from kg.store.file import StoreFile

#: Words of a name, and how many of them a name has at most.
_WORD = re.compile(r"[^\W_](?:[\w.+*$^\\{}-]*[^\W_]|\+{1,2})?\+{0,2}")
_MOST_WORDS = 6
_SHORTEST, _LONG = 2, 6  # letters of a name, and of one that may be written in other capitals
_ARXIV = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?![\d.]\d)|(?<![\w.])[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7}(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>\])}]{1,200}")
_ENTRY = re.compile(r"[^\W_][\w.@:/-]{1,98}[^\W_]")


Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """A name or identifier at [start, end) of a draft, and the papers (CURIEs) that it may mean, sorted."""

    start: int
    end: int
    name: str
    papers: tuple[str, ...]


class Subjects:
    """The papers of a graph by what they are called."""

    def __init__(self, store: StoreFile, papers: Iterable[str] = ()) -> None:
        """Only the given `papers` (CURIEs) are known, where there are any."""
        self.store, self.only = store, frozenset(papers)
        self._names: dict[str, list[tuple[str, str]]] = Corpus.of(store).once(_names, store)

    def found(self, text: str) -> list[Subject]:
        """The subjects of a text by place; of those that overlap the longest."""
        found = sorted([*self._identified(text), *self._named(text)], key=lambda one: (one.start - one.end, one.start))
        out: list[Subject] = []
        taken = bytearray(len(text))
        for one in found:
            if not any(taken[one.start : one.end]):
                out.append(one)
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
        return sorted(out, key=lambda one: one.start)

    def _identified(self, text: str) -> list[Subject]:
        """arXiv ids, DOIs, and names of entries with a digit."""
        found = [match for pattern in (_ARXIV, _DOI, _ENTRY) for match in pattern.finditer(text)]
        marks = [(match.start(), match[0].rstrip(".,;:")) for match in found if any(map(str.isdigit, match[0]))]
        names = sorted({name for _, name in marks})
        papers = {name: paper for name in names for paper in works_named(self.store, [name])}
        for column in ("arxiv", "doi"):
            papers |= dict(self.store.some(f"SELECT {column}, curie FROM papers WHERE {column} IN ({{}})", names))
        known = {name: paper for name, paper in papers.items() if not self.only or paper in self.only}
        return [Subject(start, start + len(name), name, (known[name],)) for start, name in marks if name in known]

    def _named(self, text: str) -> list[Subject]:
        out = []
        words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
        for at, (start, _) in enumerate(words):
            hyphens = [i for i in range(start, words[at][1]) if text[i] == "-"]  # "DeepSeek-V4-Pro"
            for end in [*(end for _, end in reversed(words[at : at + _MOST_WORDS])), *reversed(hyphens)]:
                surface = text[start:end]
                known = self._names.get(_letters(surface).casefold(), ()) if "\n" not in surface else ()
                papers = {paper for name, paper in known if _is_name(surface, name)}
                if papers := papers & self.only if self.only else papers:
                    out.append(Subject(start, end, surface, tuple(sorted(papers))))
                    break
        return out


def _names(store: StoreFile) -> dict[str, list[tuple[str, str]]]:
    """The names of papers' own works by their letters and digits, each with its paper."""
    out: dict[str, list[tuple[str, str]]] = {}
    for name, paper in store.rows("SELECT name, curie FROM papers WHERE name <> '' ORDER BY curie"):
        letters = _letters(name)
        if len(letters) >= _SHORTEST:
            out.setdefault(letters.casefold(), []).append((name, paper))
    return out


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name))


def _is_name(surface: str, name: str) -> bool:
    """Whether words are a name in its own capitals, or a long one in others that are not those of a common word."""
    one, other = _letters(surface), _letters(name)
    return one == other or (len(one) >= _LONG and not one.islower() and not other.islower() and " " not in surface)
