"""Search in the tables of papers: the numbers whose header paths, captions and papers bear what a question names.

A question is cut into pieces: names of the vocabulary, other names and numbers, which a cell must bear, and ordinary
words, which rank. A piece in the path of a cell counts more than one in its caption or the title of its paper; pieces
are weighed by their rarity among the tables at hand. Cells that bear the names of each type fit; others are near.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from itertools import chain, islice
from math import log
from operator import or_
from typing import Any, NamedTuple

from kg.model import FACETS
from kg.query.corpus import Corpus
from kg.query.found_cells import FoundCell, FoundCells, FoundTable
from kg.query.question_pieces import (
    QuestionPiece,
    is_near,
    listed_pieces,
    pieces_of,
    settings,
    word_list,
    words_of,
)
from kg.query.table_pools import SOUND, printed_cells
from kg.store.file import StoreFile
from kg.vocabulary import Vocabulary

_AT_ONCE, _EVERY = 200, 1 << 40  # papers whose cells are looked through at once, and all of these cells
_TABLES = """SELECT t.entry, t.number, t.paper, e.name, p.title, p.name, t.id, t.label, t.caption, t.page
    FROM tables t JOIN entries e ON e.id = t.entry JOIN papers p ON p.id = t.paper
    WHERE p.curie IN ({}) ORDER BY p.curie, e.source, e.number, t.number"""
_HEADERS = f"""SELECT entry, number, "table", path, {", ".join(FACETS)}, settings
    FROM headers WHERE entry IN (SELECT id FROM entries WHERE name IN ({{}})) AND axis <> 'caption'"""
_USES = """SELECT u.entry, u.name, u.type FROM uses u WHERE u.use NOT IN ('mentioned', 'set')
    AND u.entry IN (SELECT id FROM entries WHERE name IN ({}))"""
_CELLS = """SELECT entry, "table", "row", "column", text, value, unit, bold, sound, setup, row_header, column_header
    FROM cells WHERE entry IN (SELECT id FROM entries WHERE name IN ({})) ORDER BY entry, number"""


def search(
    store: StoreFile,
    vocabulary: Vocabulary,
    question: str,
    only: Mapping[str, str] | None = None,
    papers: Sequence[str] = (),
) -> FoundCells:
    """The cells that bear the pieces of a question, among those that print some names: `only` are facets, and bits.

    `papers` (CURIEs) are those whose tables are looked at, all where none are named.
    """
    pieces, most = pieces_of(question), settings()["limits"]["papers"]
    if not only:
        ranked = papers or _ranked(store, pieces)[0]
        return _Index(store, pieces, listed_pieces(question, pieces), ranked[:most]).found()
    named = " ".join((question, *only.values()))
    ranked = papers or [*chain.from_iterable(_ranked(store, pieces_of(named)))]
    cells = _printing(store, vocabulary, only, ranked)
    if not cells:
        return FoundCells([], search(store, vocabulary, named, None, papers).near, [*only.values()])
    return _Index(store, pieces, listed_pieces(question, pieces), cells, cells).found()


# --- the tables -----------------------------------------------------------------------------------------------------


def _ranked(store: StoreFile, pieces: Sequence[QuestionPiece]) -> tuple[list[str], list[str]]:
    """The papers (CURIEs) with tables: those whose texts and labels have most of the names, best first; the others."""
    named = [piece for piece in pieces if piece.is_hard or piece.kind == "metric"]
    words = dict.fromkeys(word for piece in (named or pieces) for name in piece.options for word in sorted(name))
    ranked = Corpus.of(store).ranked(list(words)[: settings()["limits"]["words"]])
    sql = "SELECT curie FROM papers WHERE id IN (SELECT paper FROM tables) ORDER BY curie"
    with_tables = [curie for (curie,) in store.rows(sql)]
    best = sorted((paper for paper in with_tables if paper in ranked), key=lambda paper: (-ranked[paper], paper))
    return best, [paper for paper in with_tables if paper not in ranked]


_Printing = dict[str, dict[tuple[str, str, int, int], bool]]


def _printing(store: StoreFile, vocabulary: Vocabulary, only: Mapping[str, str], papers: Sequence[str]) -> _Printing:
    """The cells that print some names, of the first papers that have any; each with whether its own paths do."""
    most, found = settings()["limits"]["papers"], _Printing()
    for at in range(0, len(papers), _AT_ONCE):
        some = papers[at : at + _AT_ONCE]
        of: _Printing = {}
        for one in printed_cells(store, vocabulary, only, some, which=SOUND, is_worded=True, most=_EVERY):
            place = one.entry, one.table, one.row, one.column
            of.setdefault(one.paper, {})[place] = one.axis != "caption"
        found |= {paper: of[paper] for paper in some if paper in of}
        if len(found) >= most:
            break
    return {paper: found[paper] for paper in [*found][:most]}


_Key = tuple[int, int]  # an entry, and the number of a table or header in it


class _Header(NamedTuple):
    """A header as it is stored, and as bits: the asked words that it has, the pieces that it rules out."""

    table: int
    path: str
    facets: tuple[str, ...]
    settings: dict[str, str]
    words: int
    other: int
    printed: int  # the pieces that are numbers of its settings
    metric: int  # the pieces whose metric it prints another in the place of
    size: int


class _Index:
    """The tables of some papers; the asked words that each header, caption and paper has, as bits of a number."""

    def __init__(
        self,
        store: StoreFile,
        pieces: Sequence[QuestionPiece],
        lists: Sequence[int],
        papers: Iterable[str],
        among: _Printing | None = None,
    ) -> None:
        self.pieces, self.lists = list(pieces), lists
        asked = sorted({word for piece in self.pieces for name in piece.options for word in name})
        self.bit = {word: 1 << at for at, word in enumerate(asked)}
        self._whole: dict[int, int] = {}
        self._weighed: dict[int, float] = {}
        self._scored: dict[tuple[_Key, int, int, int], tuple[float, int, int, float]] = {}
        hard = frozenset[str]().union(*(name for piece in self.pieces if piece.is_hard for name in piece.options))
        self.soft = self.bit.keys() - hard
        self._alike: dict[str, int] = {}
        self.hard = self._bits(lambda piece: piece.is_hard)
        self.excluded = self._bits(lambda piece: piece.is_excluded)
        self.masks = [[self._mask(name) for name in piece.options] for piece in self.pieces]
        self.among = {place: is_own for places in (among or {}).values() for place, is_own in places.items()}
        entries = {entry for entry, *_ in self.among}
        rows = [row for row in store.some(_TABLES, papers) if not entries or row[3] in entries]
        first: dict[int, int] = {}  # of entries of one paper the first alone is looked at
        for entry, _, paper, *_ in rows:
            first.setdefault(paper, entry)
        rows = [row for row in rows if first[row[2]] == row[0]]
        names = sorted({row[3] for row in rows})
        self.tables = {(r[0], r[1]): FoundTable(r[3], r[5] or r[4], *r[6:]) for r in rows}
        self.around = {(r[0], r[1]): f" {' '.join(word_list(f'{r[7]} {r[8]} {r[4]} {r[5]}'))} " for r in rows}
        self.beside = {key: self._mask(frozenset(text.split())) for key, text in self.around.items()}
        self.named = {(r[0], r[1]): self._naming(r[4], r[5]) for r in rows}
        self._facets: dict[tuple[str, ...], tuple[int, int, int]] = {}
        self.headers = {(row[0], row[1]): self._header(row) for row in store.some(_HEADERS, names)}
        self.used = self._used(store.some(_USES, names))
        cells = (row for row in store.some(_CELLS, names) if not self.among or self._place(row) in self.among)
        self.cells = [*islice(cells, settings()["limits"]["examined"])]
        self.weights = self._weights()
        self.in_table = self._in_tables()
        self.is_worded = any(
            not piece.is_hard and self.masks[at][0] & self.known for at, piece in enumerate(self.pieces)
        )
        self.loose = self._loose(store)
        self.worth = [self._weight(names[0]) for names in self.masks]

    def _place(self, row: Sequence[Any]) -> tuple[str, str, int, int]:
        table = self.tables[row[0], row[1]]
        return table.entry, table.id, row[2], row[3]

    def _mask(self, words: frozenset[str]) -> int:
        return sum(self.bit[word] for word in words & self.bit.keys())

    def _naming(self, title: str, name: str) -> int:
        """The pieces that name a paper: its own name, the beginning of its title, or words of it that say "paper"."""
        own, words = (word_list(name), word_list(title.partition(":")[0])), words_of(f"{title} {name}")

        def names(piece: QuestionPiece) -> bool:
            begins = any(frozenset(called[: len(one)]) == one for called in own for one in piece.options)
            return begins or (piece.kind == "paper" and any(one <= words for one in piece.options))

        return self._bits(lambda piece: (piece.is_hard or piece.kind == "paper") and names(piece))

    def _bits(self, holds: Callable[[QuestionPiece], bool]) -> int:
        return sum(1 << at for at, piece in enumerate(self.pieces) if holds(piece))

    def _header(self, row: Sequence[Any]) -> _Header:
        _, _, table, path, *names, said = row
        own, facets = words_of(path), tuple(names)
        if facets not in self._facets:
            printed = words_of(facets[FACETS.index("metric")])
            self._facets[facets] = (
                self._mask(frozenset[str]().union(*map(words_of, facets))),
                self._bits(lambda piece: _rules_out(piece, facets)),
                self._bits(lambda piece: piece.kind == "metric" and bool(printed) and printed not in piece.options),
            )
        words, others, metric = self._facets[facets]
        settings_said = _json(said)
        met = self._bits(lambda piece: is_near(settings_said.get(piece.kind, ""), piece.text)) if said else 0
        return _Header(table, path, facets, settings_said, self._begun(own) | words, others, met, metric, len(own))

    def _begun(self, words: frozenset[str]) -> int:
        """The asked words that some words are, or that are cut off or longer: "val" and "validation"."""
        found = 0
        for word in words:
            if word not in self._alike:
                near = (
                    asked for asked in self.bit if asked == word or (asked in self.soft and _begin_alike(asked, word))
                )
                self._alike[word] = self._mask(frozenset(near))
            found |= self._alike[word]
        return found

    def _used(self, rows: Iterable[Sequence[Any]]) -> dict[int, int]:
        """The pieces that papers use by their bodies, by entry: the few models or devices need not be in each table."""
        names: dict[tuple[int, str], set[str]] = defaultdict(set)
        for entry, name, kind in rows:
            names[entry, kind].add(name)
        used: dict[int, int] = defaultdict(int)
        for (entry, kind), some in names.items():
            if kind in settings()["forms"]["elsewhere"] and len(some) <= settings()["limits"]["few"]:
                own = [words_of(name) for name in some]
                for at, piece in enumerate(self.pieces):
                    if piece.kind == kind and any(option <= words for option in piece.options for words in own):
                        used[entry] |= 1 << at
        return used

    def _weights(self) -> dict[int, float]:
        """The rarity of each asked word (a bit) among the tables."""
        held = dict(self.beside)
        for (entry, _), header in self.headers.items():
            if (entry, header.table) in held:
                held[entry, header.table] |= header.words
        counts = {bit: sum(1 for mask in held.values() if mask & bit) for bit in self.bit.values()}
        self.known = sum(bit for bit, count in counts.items() if count)
        return {bit: log(1 + len(held) / (1 + count)) for bit, count in counts.items()}

    def _in_tables(self) -> dict[_Key, int]:
        """Of each table, the pieces that a header bears in full, so that cells must bear them by their own paths."""
        found: dict[_Key, int] = defaultdict(int)
        for (entry, _), header in self.headers.items():
            found[entry, header.table] |= self._borne_by(header)
        return found

    def _loose(self, store: StoreFile) -> int:
        """The names that cells need not bear: of other papers at hand, and those that texts have, but no table."""
        papers = {mask for mask in self.named.values() if mask}
        known = reduce(or_, papers) if len(papers) > 1 else 0
        corpus = Corpus.of(store)
        for at, piece in enumerate(self.pieces):
            in_tables = any(name & self.known == name for name in self.masks[at] if name)
            if piece.kind == "name" and not in_tables and all(map(corpus.texts_with, piece.options[0])):
                known |= 1 << at
        return known

    def found(self) -> FoundCells:
        """The cells that fit, and the tables that are nearest."""
        fitting: list[tuple[float, int, int]] = []
        best: dict[_Key, float] = defaultdict(float)
        for at, row in enumerate(self.cells):
            score, fits, own = self._fit(row)
            key = row[0], row[1]
            best[key] = max(best[key], score)
            if fits and row[8]:  # sound
                fitting.append((score, own, at))
        near = sorted(best, key=lambda key: (-best[key], key))[: settings()["limits"]["near"]]
        tables = [self.tables[key] for key in near]
        if not fitting:
            return FoundCells([], tables, self._missing())
        ranked = sorted(fitting, key=lambda one: (-one[0], one[2]))
        first, wanted, _ = ranked[0]
        wanted &= ~self._alternatives()
        least = min(first, settings()["limits"]["nearly"] * first) if self.pieces else ranked[-1][0]
        cells = [self._cell(self.cells[at], score) for score, own, at in ranked if score >= least and not wanted & ~own]
        return FoundCells(cells, tables, [])

    def _alternatives(self) -> int:
        """The hard pieces of which a cell bears one: those of one list, and several of one facet."""
        kinds = Counter(piece.kind for piece in self.pieces if piece.is_hard)
        return sum(self.lists) | self._bits(lambda piece: kinds[piece.kind] > 1)

    def _fit(self, row: Sequence[Any]) -> tuple[float, bool, int]:
        """The score of a cell, whether it bears what it must, and the hard pieces that its own paths bear."""
        limits, key = settings()["limits"], (row[0], row[1])
        one, other = self.headers[row[0], row[10]], self.headers[row[0], row[11]]
        printed = one.printed | other.printed
        ruled = (one.other & ~self._borne_by(other)) | (other.other & ~self._borne_by(one))
        state = key, one.words | other.words, ruled, printed
        if state not in self._scored:
            self._scored[state] = self._score(*state)
        score, borne, own, share = self._scored[state]
        score -= limits["unasked_weight"] * (one.size + other.size)
        score -= limits["other_metric"] * bool((one.metric | other.metric) & ~(one.metric & other.metric))
        score -= limits["setup_weight"] * row[9]
        score += limits["whole_weight"] * bool(self.among and self.among[self._place(row)])
        if not self.hard:
            return score, share >= limits["share"] or not self.pieces, 0
        is_asked = share > 0 or not (row[9] or (self.is_worded and self.hard.bit_count() < limits["least_names"]))
        fits = bool(own) and is_asked and not own & self.excluded and self._enough(borne, self.named[key])
        return score, fits, own & self.hard

    def _borne_by(self, header: _Header) -> int:
        if header.words not in self._whole:
            own = [at for at, names in enumerate(self.masks) if any(n & header.words == n for n in names)]
            self._whole[header.words] = sum(1 << at for at in own)
        return self._whole[header.words]

    def _enough(self, borne: int, named: int) -> bool:
        """Whether the borne pieces are those that a cell must bear.

        Of the facets of each type it bears one, apart from the name of the table's own paper; of names in one list
        one; of other names most.
        """
        must: dict[str, int] = {}
        names: list[int] = []
        listed = sum(self.lists)
        for at, piece in enumerate(self.pieces):
            bit = 1 << at
            if not piece.is_hard or listed & bit:
                continue
            if piece.kind in ("name", "number"):
                names += [] if bit & self.loose else [bit]
            else:
                must[piece.kind] = must.get(piece.kind, 0) | bit
        for group in must.values():
            wanted = group & ~named or group
            if not borne & wanted:
                return False
        if not all(borne & some for some in self.lists):
            return False
        least = float(settings()["limits"]["names"]) * len(names)
        return sum(1 for bit in names if borne & bit) >= least

    def _score(self, key: _Key, path: int, ruled: int, printed: int) -> tuple[float, int, int, float]:
        """The score of a cell, the pieces that it bears, those that its paths bear, and the share of words in these."""
        score, borne, own, limits = 0.0, 0, 0, settings()["limits"]
        asked = in_path = 0.0
        named = self.named[key]
        for at, piece in enumerate(self.pieces):
            bit = 1 << at
            if ruled & bit and not printed & bit:
                continue
            near, share, is_own, is_there = self._places(at, key, path)
            is_own = is_own or bool(printed & bit)
            if piece.kind != "paper" and not piece.is_excluded:
                score += self.worth[at] * (near + limits["caption_weight"] * (share - near))
            if not piece.is_hard and not piece.is_excluded and self.masks[at][0] & self.known:
                asked += self.worth[at]
                in_path += self.worth[at] * (near or limits["caption_weight"] * share)
            is_own = is_own and piece.kind not in ("table", "paper")
            own |= bit if is_own or (near and is_there and piece.kind not in ("table", "paper")) else 0
            if is_own or is_there or (self.used.get(key[0], 0) | named) & bit:
                borne |= bit
                score += limits["named_weight"] if named & bit else limits["whole_weight"] * piece.is_hard
        return score, borne, own, in_path / asked if asked else 0.0

    def _places(self, at: int, key: _Key, path: int) -> tuple[float, float, bool, bool]:
        """Of a piece, its share in a path, and in path and caption; whether the path has it, whether both together."""
        piece, names, beside = self.pieces[at], self.masks[at], self.beside[key]
        if piece.kind in settings()["forms"]["by_number"]:
            return 0.0, 0.0, False, False  # only a printed setting is meant
        if piece.kind == "table":
            is_label = piece.options[0] <= words_of(self.tables[key].name)
            return 0.0, float(is_label), False, is_label
        near = self._share(names, path)
        is_own = near == 1.0
        is_exclusive = piece.kind in settings()["forms"]["exclusive"][:2] or self.named[key] >> at & 1
        if piece.kind in ("number", "paper") or (is_exclusive and self.in_table.get(key, 0) >> at & 1):
            return near, near, is_own, is_own and piece.kind != "paper"
        pairs = zip(piece.options, names, strict=True)
        whole = [(option, name) for option, name in pairs if name and name & (path | beside) == name]
        is_there = any(self._adjoins(option, name & ~path, key) for option, name in whole)
        return near, self._share(names, path | beside), is_own, is_there

    def _share(self, names: Iterable[int], words: int) -> float:
        """The share of one of some names, by the weight of its words, that is among others."""
        return max(
            (1.0 if n & words == n else self._weight(n & words) / self._weight(n) for n in names if n), default=0.0
        )

    def _adjoins(self, option: frozenset[str], rest: int, key: _Key) -> bool:
        """Whether the words of a name that a path lacks stand together in the caption or the title."""
        words = [word for word in option if rest & self.bit[word]]
        if len(words) < 2 or all(len(word) > 1 and word.isalpha() for word in option):
            return True
        runs = (self.around[key][at:].split()[: len(words)] for at in _places_of(words, self.around[key]))
        return any(set(run) == set(words) for run in runs)

    def _weight(self, mask: int) -> float:
        if mask not in self._weighed:
            self._weighed[mask] = sum(weight for bit, weight in self.weights.items() if mask & bit)
        return self._weighed[mask]

    def _missing(self) -> list[str]:
        """The hard pieces that nothing at hand bears; where each is borne somewhere, all of them: they never meet."""
        hard = [at for at, piece in enumerate(self.pieces) if piece.is_hard]
        everything = {*(header.words for header in self.headers.values()), *self.beside.values()}
        unknown = [at for at in hard if not any(n & mask == n for n in self.masks[at] if n for mask in everything)]
        return list(dict.fromkeys(self.pieces[at].text for at in unknown or hard))

    def _cell(self, row: Sequence[Any], score: float) -> FoundCell:
        entry, table, at, column, text, value, unit, bold, sound, setup, *numbers = row
        headers = [self.headers[entry, number] for number in numbers]
        facets: dict[str, str] = {}
        printed: dict[str, str] = {}
        for header in headers:
            facets |= {kind: name for kind, name in zip(FACETS, header.facets, strict=True) if name}
            printed |= header.settings
        of, to = (header.path for header in headers)
        where = self.tables[entry, table]
        flags = bool(bold), bool(sound), bool(setup)
        return FoundCell(where, at, column, text, value, unit, *flags, of, to, facets, printed, score)


def _begin_alike(one: str, other: str) -> bool:
    """Whether the shorter of two words begins the longer one."""
    short, long = sorted((one, other), key=len)
    return len(short) >= settings()["limits"]["cut"] and short.isalpha() and long.startswith(short)


def _places_of(words: Sequence[str], text: str) -> list[int]:
    """Where one of some words begins in a text of words."""
    return [found.start() for word in words for found in re.finditer(rf"(?<= ){re.escape(word)}(?= )", text)]


def _rules_out(piece: QuestionPiece, facets: Sequence[str]) -> bool:
    """Whether a header prints another data set or model than a piece; a family and its sizes may be one."""
    if piece.kind not in settings()["forms"]["exclusive"]:
        return False
    printed = words_of(facets[FACETS.index(piece.kind)])
    is_size = not any(len(word) > 1 and word.isalpha() for word in printed)
    if is_size or printed in piece.options:
        return False
    return piece.kind == "dataset" or not any(option <= printed or printed <= option for option in piece.options)


@lru_cache(4096)
def _json(text: str) -> dict[str, str]:
    return dict(json.loads(text)) if text else {}
