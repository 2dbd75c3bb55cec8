"""Search in the tables of papers: the numbers whose header paths, captions and papers bear what a question names.

A question is cut into pieces: names of the vocabulary, other names and numbers, which a cell must bear, and ordinary
words, which rank. A piece in the path of a cell counts more than one in its caption or the title of its paper; pieces
are weighed by their rarity among the tables at hand. Cells that bear the names of each type fit; others are near.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import log
from typing import Any, NamedTuple

from kg.files import toml_file
from kg.model import FACETS
from kg.query.corpus import Corpus
from kg.store.file import StoreFile
from kg.vocabulary import Vocabulary
from kg.wordcounts import WordCounts

settings = partial(toml_file, __file__, "table_search.toml")

_TABLES = """SELECT t.entry, t.number, t.paper, e.name, p.title, p.name, t.id, t.label, t.caption, t.page
    FROM tables t JOIN entries e ON e.id = t.entry JOIN papers p ON p.id = t.paper
    WHERE p.curie IN ({}) ORDER BY p.curie, e.source, e.number, t.number"""
_HEADERS = f"""SELECT entry, number, "table", path, {", ".join(FACETS)}, settings
    FROM headers WHERE entry IN (SELECT id FROM entries WHERE name IN ({{}})) AND axis <> 'caption'"""
_USES = """SELECT u.entry, u.name, u.type FROM uses u WHERE u.use NOT IN ('mentioned', 'set')
    AND u.entry IN (SELECT id FROM entries WHERE name IN ({}))"""
_CELLS = """SELECT entry, "table", "row", "column", text, value, unit, bold, sound, setup, row_header, column_header
    FROM cells WHERE entry IN (SELECT id FROM entries WHERE name IN ({})) ORDER BY entry, number"""


class FoundTable(NamedTuple):
    """A table of a paper, and where it is."""

    entry: str
    paper: str  # how the paper calls itself, or its title
    id: str
    label: str
    caption: str
    page: int | None


class FoundCell(NamedTuple):
    """A number of a table with its paths, what these and the caption print, and its score."""

    table: FoundTable
    row: int
    column: int
    text: str
    value: float | None
    unit: str
    bold: bool
    sound: bool
    setup: bool
    row_path: str  # levels joined by " > "
    column_path: str
    facets: Mapping[str, str]  # by type: the printed name
    settings: Mapping[str, str]  # by name, as printed
    score: float


class FoundCells(NamedTuple):
    """The cells that fit, best first; `missing` are the names that no cell bears with the others."""

    cells: list[FoundCell]
    near: list[FoundTable]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a question that belong together; `kind` is a type of FACETS, "name", "number", "table" or "word"."""

    text: str
    kind: str
    words: frozenset[str]
    names: tuple[frozenset[str], ...] = ()  # the words of its other names
    is_hard: bool = False  # whether a cell must bear it


def search(
    store: StoreFile, question: str, only: Mapping[str, str] | None = None, papers: Iterable[str] | None = None
) -> FoundCells:
    """The cells that bear the pieces of a question; `only` are facets and settings that cells must print.

    `papers` (CURIEs) are those whose tables are searched; without them those whose words have most of the names.
    """
    pieces = [*pieces_of(store, question), *_of_flags(store, only or {})]
    return _Index(store, pieces, _candidates(store, pieces) if papers is None else papers).found()


# --- the question ---------------------------------------------------------------------------------------------------


@lru_cache(32_768)
def words_of(text: str) -> frozenset[str]:
    """The words and numbers of a text: "llama", "3", "8", "b" for "LLaMA-3 8B"; of Chinese, pairs of characters."""
    low = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    return frozenset(re.findall(r"[a-z]+|\d+(?:\.\d+)?|[\u4e00-\u9fff]{2}", low))


def pieces_of(store: StoreFile, question: str) -> list[Piece]:
    """The pieces of a question: a numbered table, numbers of settings, names of the vocabulary, other words."""
    vocabulary, text = Vocabulary.load(), question[: settings()["limits"]["question"]]
    forms, kinds = settings()["forms"], settings()["kinds"]
    pieces: list[Piece] = []
    for label in re.finditer(forms["table"], text):
        pieces.append(Piece(label[0], "table", words_of(forms["label"].format(label[1])), (), True))
    text = re.sub(forms["table"], _blank, text)
    found = [match for match in vocabulary.match(text) if match.type in kinds]
    for match in sorted(found, key=lambda m: (m.start - m.end, list(kinds).index(m.type))):
        said = text[match.start : match.end]
        if "\0" in said:
            continue
        concept = vocabulary[match.concept]
        names = tuple(words_of(name) for name in (concept.label.get("en", ""), *concept.alt.get("en", ())) if name)
        is_hard = kinds[match.type] in forms["always"] or _is_formed(said)
        pieces.append(Piece(said, kinds[match.type], words_of(said), names, is_hard and kinds[match.type] != "metric"))
        text = text[: match.start] + "\0" * len(said) + text[match.end :]
    for setting in re.finditer(forms["setting"], text):
        value = next(filter(None, setting.groups()))
        pieces.append(Piece(value, "number", words_of(value), (), True))
    for word in re.finditer(forms["word"], re.sub(forms["setting"], _blank, text)):
        pieces.append(
            Piece(word[0], "name" if _is_formed(word[0]) else "word", words_of(word[0]), (), _is_name(store, word[0]))
        )
    return [piece for piece in pieces if piece.words]


def _blank(found: re.Match[str]) -> str:
    return "\0" * len(found[0])


def _is_formed(word: str) -> bool:
    """Whether a word has the form of a name: a capital within, or a digit beside letters."""
    has_digit = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return has_digit or any(c.isupper() for c in word[1:])


def _is_name(store: StoreFile, word: str) -> bool:
    """Whether a word is a name by its form, or because no text at hand has it."""
    if _is_formed(word):
        return True
    is_word = word.isascii() and word.isalpha() and len(word) > 2
    return (
        is_word
        and not Corpus.of(store).texts_with(word)
        and WordCounts.load().count.get(word.lower(), 0) < settings()["limits"]["common"]
    )


def _of_flags(store: StoreFile, only: Mapping[str, str]) -> Iterator[Piece]:
    """The pieces that flags name; each is one that cells must bear."""
    for kind, name in only.items():
        named = [piece for piece in pieces_of(store, name) if piece.kind == kind]
        names = named[0].names if named else ()
        yield Piece(name, kind if kind in FACETS else "number", words_of(name), names, True)


# --- the tables -----------------------------------------------------------------------------------------------------


def _candidates(store: StoreFile, pieces: Sequence[Piece]) -> list[str]:
    """The papers (CURIEs) with tables whose texts and labels have most of the names, best first."""
    named = [piece for piece in pieces if piece.is_hard or piece.kind == "metric"] or list(pieces)
    words = dict.fromkeys(word for piece in named for name in (piece.words, *piece.names) for word in sorted(name))
    ranked = Corpus.of(store).ranked(list(words)[: settings()["limits"]["words"]])
    with_tables = {curie for (curie,) in store.rows("SELECT curie FROM papers WHERE id IN (SELECT paper FROM tables)")}
    best = sorted((p for p in ranked if p in with_tables), key=lambda paper: (-ranked[paper], paper))
    return best[: settings()["limits"]["papers"]]


_Key = tuple[int, int]  # an entry, and the number of a table or header in it


class _Index:
    """The tables of some papers; the asked words that each header, caption and paper has, as bits of a number."""

    def __init__(self, store: StoreFile, pieces: Sequence[Piece], papers: Iterable[str]) -> None:
        self.pieces = list(pieces)
        asked = sorted({word for piece in self.pieces for name in (piece.words, *piece.names) for word in name})
        self.bit = {word: 1 << at for at, word in enumerate(asked)}
        self.masks = [[self._mask(name) for name in (piece.words, *piece.names)] for piece in self.pieces]
        rows = store.some(_TABLES, papers)
        first: dict[int, int] = {}  # of entries of one paper the first alone is looked at
        for entry, _, paper, *_ in rows:
            first.setdefault(paper, entry)
        rows = [row for row in rows if first[row[2]] == row[0]]
        names = sorted({row[3] for row in rows})
        self.tables = {(r[0], r[1]): FoundTable(r[3], r[5] or r[4], *r[6:]) for r in rows}
        self.beside = {(r[0], r[1]): self._mask(words_of(f"{r[7]} {r[8]} {r[4]} {r[5]}")) for r in rows}
        self.headers = {(row[0], row[1]): row[2:] for row in store.some(_HEADERS, names)}
        self.own = {key: self._mask(words_of(" ".join(row[1:-1]))) for key, row in self.headers.items()}
        self.others = {key: self._conflicts(row) for key, row in self.headers.items()}
        self.used = self._used(store.some(_USES, names))
        self.cells = [row for row in store.some(_CELLS, names) if (row[0], row[1]) in self.tables]
        self.weights = self._weights()

    def _mask(self, words: Iterable[str]) -> int:
        return sum(self.bit[word] for word in words if word in self.bit)

    def _conflicts(self, header: Sequence[Any]) -> int:
        """The pieces (a bit each) that name another model or data set than a header prints."""
        found = 0
        for place, kind in enumerate(FACETS, 2):
            if not header[place] or kind not in settings()["forms"]["exclusive"]:
                continue
            printed = words_of(header[place])
            for at, piece in enumerate(self.pieces):
                names = (piece.words, *piece.names)
                if piece.kind == kind and not any(name <= printed or printed <= name for name in names):
                    found |= 1 << at
        return found

    def _used(self, rows: Iterable[Sequence[Any]]) -> dict[int, int]:
        """The pieces (a bit each) that papers use by their bodies, by entry."""
        used: dict[int, int] = defaultdict(int)
        for entry, name, kind in rows:
            own = words_of(name)
            for at, piece in enumerate(self.pieces):
                elsewhere = piece.kind == kind and kind in settings()["forms"]["elsewhere"]
                if elsewhere and any(words <= own for words in (piece.words, *piece.names)):
                    used[entry] |= 1 << at
        return used

    def _weights(self) -> dict[int, float]:
        """The rarity of each asked word (a bit) among the tables."""
        held = dict(self.beside)
        for (entry, number), row in self.headers.items():
            if (entry, row[0]) in held:
                held[entry, row[0]] |= self.own[entry, number]
        return {
            bit: log(1 + len(held) / (1 + sum(1 for mask in held.values() if mask & bit))) for bit in self.bit.values()
        }

    def found(self) -> FoundCells:
        """The cells that fit, and the tables that are nearest."""
        groups = self._groups()
        known: dict[tuple[int, int, int, int], tuple[float, int, bool]] = {}
        fitting: list[tuple[float, int]] = []
        best: dict[_Key, float] = defaultdict(float)
        for at, row in enumerate(self.cells):
            is_reported = row[8] and not row[9]  # sound, and no set-up
            entry, table, one, other = row[0], row[1], (row[0], row[10]), (row[0], row[11])
            path, used = self.own[one] | self.own[other], self.used.get(entry, 0)
            state = path, self.beside[entry, table], self.others[one] | self.others[other], used
            if state not in known:
                known[state] = self._score(*state)
            score, borne, in_path = known[state]
            size = len(words_of(self.headers[one][1])) + len(words_of(self.headers[other][1]))
            score -= settings()["limits"]["unasked_weight"] * size
            best[entry, table] = max(best[entry, table], score)
            borne |= self._numbers(one, other)
            if is_reported and in_path and all(borne & group for group in groups):
                fitting.append((score, at))
        near = sorted(best, key=lambda key: (-best[key], key))[: settings()["limits"]["near"]]
        tables = [self.tables[key] for key in near]
        if not fitting:
            return FoundCells([], tables, self._missing())
        least = settings()["limits"]["nearly"] * max(score for score, _ in fitting)
        ranked = sorted((one for one in fitting if one[0] >= least), key=lambda one: (-one[0], one[1]))
        return FoundCells([self._cell(self.cells[at], score) for score, at in ranked], tables, [])

    def _groups(self) -> list[int]:
        """What a cell must bear: of the hard pieces of each facet one, and each other hard piece."""
        by_kind: dict[str, int] = {}
        for at, piece in enumerate(self.pieces):
            if piece.is_hard:
                kind = piece.kind if piece.kind in FACETS else f"{piece.kind} {at}"
                by_kind[kind] = by_kind.get(kind, 0) | 1 << at
        return list(by_kind.values())

    def _score(self, path: int, beside: int, others: int, used: int) -> tuple[float, int, bool]:
        """The score of a cell, the pieces that it bears, and whether its path has one of them."""
        score, borne, in_path = 0.0, 0, False
        around, limits = path | beside, settings()["limits"]
        for at, (piece, names) in enumerate(zip(self.pieces, self.masks, strict=True)):
            near = max((name & path for name in names), key=self._weight)
            share = max((name & around for name in names), key=self._weight)
            is_there = any(name and name & around == name for name in names) and not others >> at & 1
            is_used = not is_there and not others >> at & 1 and used >> at & 1
            if not others >> at & 1:
                score += self._weight(near) + limits["caption_weight"] * self._weight(share & ~near)
            if is_there or is_used:
                borne |= 1 << at
                score += limits["whole_weight"] * piece.is_hard * is_there
                in_path = in_path or (bool(near) and piece.kind != "table")
        return score, borne, in_path

    def _weight(self, mask: int) -> float:
        return sum(weight for bit, weight in self.weights.items() if mask & bit)

    def _numbers(self, *headers: _Key) -> int:
        """The pieces that are numbers of settings which headers print, "2" of "2.02 bits" too."""
        printed = {value for key in headers for value in _json(self.headers[key][-1]).values()}
        if not printed:
            return 0
        whole = printed | {value.partition(".")[0] for value in printed}
        return sum(1 << at for at, one in enumerate(self.pieces) if one.kind == "number" and one.text in whole)

    def _missing(self) -> list[str]:
        """The hard pieces that nothing at hand bears; where each is borne somewhere, all of them: they never meet."""
        hard = [at for at, piece in enumerate(self.pieces) if piece.is_hard]
        everything = {*self.own.values(), *self.beside.values()}
        unknown = [at for at in hard if not any(n & mask == n for n in self.masks[at] if n for mask in everything)]
        return list(dict.fromkeys(self.pieces[at].text for at in unknown or hard))

    def _cell(self, row: Sequence[Any], score: float) -> FoundCell:
        entry, table, at, column, text, value, unit, bold, sound, setup, *headers = row
        paths = [self.headers[entry, number] for number in headers]
        facets = {
            kind: names[0]
            for place, kind in enumerate(FACETS, 2)
            if (names := [path[place] for path in paths if path[place]])
        }
        printed = {name: value for path in paths for name, value in _json(path[-1]).items()}
        flags = map(bool, (bold, sound, setup))
        where = self.tables[entry, table]
        return FoundCell(
            *(where, at, column, text, value, unit, *flags), paths[0][1], paths[1][1], facets, printed, score
        )


@lru_cache(4096)
def _json(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}
