"""The papers that the sentences of a draft are about: by name or identifier, by citation, or by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.check.paper_text import AnalyzedText, PaperText
from kg.query.corpus import Corpus
from kg.store.contents import works_named
from kg.store.file import StoreFile
from kg.text import fold, tokens
from kg.vocabulary import Vocabulary

#: Words of a name, and how many of them a name has at most.
_WORD = re.compile(r"[^\W_](?:[\w.+*$^\\{}-]*[^\W_]|\+{1,2})?\+{0,2}")
_MOST_WORDS = 6
_SHORTEST, _LONG = 2, 6  # letters of a name, and of one that may be written in other capitals
_ARXIV = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?![\d.]\d)|(?<![\w.])[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7}(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>\])}]{1,200}")
_BEGIN = 3  # words by which titles are looked up, and the least of a title that is
#: Papers that are compared by their words, the least words of a sentence, and the share of them that a paper must have.
_SEARCHED, _LEAST_WORDS, _FITS = 6, 3, 0.5
_ENTRY = re.compile(r"[^\W_][\w.@:/-]{1,98}[^\W_]")


Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Subject:
    """A name or identifier at [start, end) of a draft, and the papers (CURIEs) that it may mean, sorted."""

    start: int
    end: int
    name: str
    papers: tuple[str, ...]
    is_citation: bool = False


class Subjects:
    """The papers of a graph by what they are called."""

    def __init__(self, store: StoreFile, vocabulary: Vocabulary, papers: Iterable[str] = ()) -> None:
        """Only the given `papers` (CURIEs) are known, where there are any."""
        self.store, self.vocabulary, self.only = store, vocabulary, frozenset(papers)
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

    def _is_a(self, name: str, *types: str) -> bool:
        """Whether a name is known as that of something of some types: a metric or unit ("FPS") means no paper."""
        return any(one.type in types for one in self.vocabulary.bearing(fold(name)))

    def meant(self, sentence: str, named: list[Subject]) -> list[Subject]:
        """The subjects of a sentence: where all are names that many papers have ("LoRA"), another may fit better."""
        if not named or not all(self._is_a(one.name, "technique", "model", "dataset") for one in named):
            return named
        own = AnalyzedText(sentence, self.vocabulary)
        best = max(own.share_in(self.text(paper)) for one in named for paper in one.papers)
        found = self.searched(sentence)
        return found if found and own.share_in(self.text(found[0].papers[0])) > best else named

    def searched(self, sentence: str) -> list[Subject]:
        """The paper whose words fit a sentence that names none, if one fits well."""
        own, corpus = AnalyzedText(sentence, self.vocabulary), Corpus.of(self.store)
        words = {word for one in own.words if (word := own.english[one.start : one.end]).isalnum()}
        names = frozenset(one.fold for one in own.words if one.is_name)
        scores = corpus.ranked(sorted(words)) if (names or own.amounts) and len(words) >= _LEAST_WORDS else {}
        near = sorted((one for one in scores if not self.only or one in self.only), key=lambda one: -scores[one])
        near = [one for one in near[:_SEARCHED] if 2 * len(names & self.text(one).folds) >= len(names)]
        fits = [(own.share_in(self.text(paper)), paper) for paper in near]
        best = max(fits, default=(0.0, ""), key=lambda one: one[0])
        return [Subject(-1, -1, "", (best[1],))] if best[0] >= _FITS else []

    def text(self, paper: str) -> PaperText:
        """What a paper says."""
        return PaperText.stored(self.store, self.vocabulary, paper)

    def cited(self, text: str) -> tuple[str, ...]:
        """The paper of an entry of a list of references or of BibTeX: by identifier, else by its whole title."""
        if known := self._identified(text):
            return known[0].papers
        folds = [one.fold for one in tokens(text.replace("{", "").replace("}", ""))]
        titles = Corpus.of(self.store).once(_titles, self.store)
        for at in range(len(folds)):
            for title, paper in titles.get(tuple(folds[at : at + _BEGIN]), ()):
                if tuple(folds[at : at + len(title)]) == title:
                    return (paper,)
        return ()

    def written_by(self, surname: str, year: int) -> tuple[str, ...]:
        """The papers with a first author of a name that appeared in a year or the one beside it."""
        sql = """SELECT DISTINCT p.curie FROM authors a JOIN papers p ON p.id = a.paper WHERE a.number <= 1
            AND a.name LIKE ? AND p.year BETWEEN ? AND ? ORDER BY p.curie"""
        found = [paper for (paper,) in self.store.rows(sql, f"% {surname}", year - 1, year + 1)]
        return tuple(found) if len(found) <= _SEARCHED else ()

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
                if (papers := papers & self.only if self.only else papers) and not self._is_a(surface, "metric"):
                    out.append(Subject(start, end, surface, tuple(sorted(papers))))
                    break
        return out


def _titles(store: StoreFile) -> dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]:
    """The words of titles, each with its paper, by the first ones."""
    out: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
    for title, paper in store.rows("SELECT title, curie FROM papers ORDER BY curie"):
        words = tuple(one.fold for one in tokens(title))
        if len(words) >= _BEGIN:
            out.setdefault(words[:_BEGIN], []).append((words, paper))
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
