"""Numbers of tables by what they print: of one data set and metric over all papers, or of one paper.

A name counts where the path of a cell's row or column prints it, or the caption alone does. Nothing is ranked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from kg.model import FACETS
from kg.query.question_pieces import is_near, words_of
from kg.store.file import StoreFile
from kg.vocabulary import Vocabulary

_AXES = ("r", "k", "m")
_PLACES = ("row", "column", "caption")  # that these are
_PRINTED = ", ".join(f"{axis}.{name}" for axis in _AXES for name in (*FACETS, "settings"))
#: Which cells: those that are reported, which are no set-up; those with heads and labels of their own; all.
REPORTED, SOUND, PRINTED = "c.sound = 1 AND c.setup = 0", "c.sound = 1", "1 = 1"
_JOINED = """FROM cells c JOIN headers r ON r.entry = c.entry AND r.number = c.row_header
    JOIN headers k ON k.entry = c.entry AND k.number = c.column_header
    JOIN m ON m.entry = c.entry AND m."table" = c."table"
    JOIN entries e ON e.id = c.entry JOIN papers p ON p.id = c.paper"""
_SELECT = f"""WITH m AS MATERIALIZED (SELECT entry, "table", path, {", ".join((*FACETS, "settings"))} FROM headers
        WHERE axis = 'caption' AND {{among}})
    SELECT p.curie, e.name, p.name, p.title, t.id, t.label, t.page, c."row", c."column", c.text, c.value,
        c.unit, c.bold, r.path, k.path, m.path, {_PRINTED}
    {_JOINED} JOIN tables t ON c.entry = t.entry AND c."table" = t.number"""
_COUNTED = f"""WITH m AS MATERIALIZED (SELECT entry, "table", dataset, metric FROM headers WHERE axis = 'caption')
    SELECT p.curie, e.name, count(*), r.dataset, k.dataset, m.dataset, r.metric, k.metric, m.metric {_JOINED}
    WHERE p.curie IN ({{}}) AND {REPORTED}
    GROUP BY p.curie, e.source, e.number, e.name, r.dataset, k.dataset, m.dataset, r.metric, k.metric, m.metric
    ORDER BY p.curie, e.source, e.number"""
_ORDER = "ORDER BY p.curie, e.source, e.number, t.number, c.number"
_MOST = 20_000  # cells


class PrintedCell(NamedTuple):
    """A number of a table with what its paths and caption print."""

    paper: str  # CURIE
    entry: str
    name: str  # what the paper calls its own method
    title: str
    table: str  # "t2"
    label: str
    page: int | None
    row: int
    column: int
    text: str
    value: float | None
    unit: str
    bold: int
    row_path: str
    column_path: str
    facets: Mapping[str, str]
    settings: Mapping[str, str]
    axis: str  # what prints the first asked name: row, column or caption
    columns: bool  # whether an asked name stands in the path of its column alone

    @property
    def paths(self) -> tuple[str, str]:
        """The path that does not print the first asked name, most often a method or model; and the other."""
        both = self.row_path, self.column_path
        return both[::-1] if self.axis == "row" else both

    @property
    def called(self) -> str:
        """How the paper is called."""
        return self.name or self.title


def printed_cells(
    store: StoreFile,
    vocabulary: Vocabulary,
    only: Mapping[str, str],
    papers: Sequence[str] = (),
    *,
    which: str = REPORTED,
    is_worded: bool = False,
    most: int = _MOST,
) -> list[PrintedCell]:
    """The numbers that print some names, by paper, table and row; `only` are facets, and bits.

    With `is_worded` the words of a path or caption print a name, too, where no facet of its type is printed.
    `papers` (CURIEs) are those whose tables are looked at, all where none are named.
    """
    among = f"entry IN (SELECT id FROM entries WHERE paper IN ({_marks(papers)}))" if papers else "1 = 1"
    where, given = [f"c.{among}" if papers else among], [*papers, *papers]
    asked = {kind: names_of(vocabulary, kind, name) for kind, name in only.items() if kind in FACETS}
    for kind, names in asked.items():
        row, column, caption = (f"lower({axis}.{kind})" for axis in _AXES)
        marks = _marks(names)
        worded, words = _worded(names if is_worded else [])
        elsewhere = f"({caption} IN ({marks}) OR {worded}) AND {row} = '' AND {column} = ''"
        where.append(f"({row} IN ({marks}) OR {column} IN ({marks}) OR {elsewhere})")
        given += [*names * 3, *words]
    sql = f"{_SELECT.format(among=among)} WHERE {' AND '.join((*where, which))} {_ORDER} LIMIT {most}"
    cells = (_cell(row, asked) for row in _first_entries(store.rows(sql, *given)))
    bits = only.get("bits", "")
    return [one for one in cells if one and (not bits or is_near(one.settings.get("bits", ""), bits))]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _worded(names: Sequence[str]) -> tuple[str, list[str]]:
    """The condition that paths and caption have all words of one of some names, and what it compares."""
    words = [sorted(words_of(name)) for name in names]
    path = "lower(r.path || ' ' || k.path || ' ' || m.path)"
    held = [" AND ".join([f"instr({path}, ?) > 0"] * len(some)) or "1 = 0" for some in words]
    return f"({' OR '.join(held) or '1 = 0'})", [word for some in words for word in some]


def names_of(vocabulary: Vocabulary, kind: str, name: str) -> list[str]:
    """The names under which tables have a facet, in lower case: the label of the vocabulary, and the name itself."""
    concept = vocabulary.find(name, "technique" if kind == "method" else kind)
    labels = [concept.label.get("en", "")] if concept else []
    return list(dict.fromkeys(label.lower() for label in (*labels, name)))


class SharedPool(NamedTuple):
    """What several papers' tables print: a data set, with one metric or any (""); its numbers by paper (CURIE)."""

    dataset: str
    metric: str
    numbers: Mapping[str, int]


def shared_pools(store: StoreFile, papers: Iterable[str]) -> list[SharedPool]:
    """The pools with numbers of two or more of some papers, of most papers first."""
    pools: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for paper, entry, number, *printed in store.some(_COUNTED, papers):
        names = [{*printed[at : at + 2]} - {""} or {printed[at + 2]} for at in (0, 3)]
        for pool in product(names[0] - {""}, names[1] | {""}):
            of = pools[pool][paper]
            of[entry] = of.get(entry, 0) + number
    found = [
        SharedPool(*pool, {paper: next(iter(of.values())) for paper, of in numbers.items()})
        for pool, numbers in pools.items()
        if len(numbers) > 1
    ]
    alike = {(pool.dataset, tuple(pool.numbers.items())) for pool in found if pool.metric}
    kept = [pool for pool in found if pool.metric or (pool.dataset, tuple(pool.numbers.items())) not in alike]
    return sorted(kept, key=lambda pool: (-len(pool.numbers), pool.dataset, pool.metric))


def repeated(cells: Sequence[PrintedCell]) -> Iterator[list[str]]:
    """For each cell of a pool, the other papers that report the same number."""
    papers: dict[tuple[float, str], dict[str, str]] = defaultdict(dict)
    for one in cells:
        if one.value is not None:
            papers[one.value, one.unit][one.paper] = one.called
    for one in cells:
        same = papers.get((one.value, one.unit), {}) if one.value is not None else {}
        yield [called for paper, called in same.items() if paper != one.paper]


def _first_entries(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows of the first entry of each paper that has any."""
    first: dict[str, str] = {}
    for row in rows:
        if first.setdefault(row[0], row[1]) == row[1]:
            yield row


def _cell(row: Sequence[Any], asked: Mapping[str, Sequence[str]]) -> PrintedCell | None:
    """The cell of a row; None where a name is in no facet, and its words are only parts of printed ones."""
    size = len(FACETS) + 1
    by_axis = [dict(zip((*FACETS, "settings"), row[16 + n * size :][:size], strict=True)) for n in range(len(_AXES))]
    facets = {kind: name for kind in FACETS for name in [axis[kind] for axis in by_axis if axis[kind]][:1]}
    settings: dict[str, str] = {}
    for axis in by_axis:
        for name, value in json.loads(axis["settings"] or "{}").items():
            settings.setdefault(name, value)
    place, is_column = "", False
    for kind, names in asked.items():
        bearing = [axis[kind].lower() in names for axis in by_axis]
        if not any(bearing):
            paths = row[13:15] if kind == "method" else row[13:16]  # a caption's words name no method of a row
            if not any(words_of(name) <= words_of(" ".join(paths)) for name in names):
                return None
            bearing = [any(words_of(name) <= words_of(path) for name in names) for path in paths]
        place = place or next((axis for axis, bears in zip(_PLACES, bearing, strict=False) if bears), _PLACES[-1])
        is_column = is_column or (bearing[1] and not bearing[0])
    return PrintedCell._make((*row[:15], facets, settings, place or _PLACES[-1], is_column))
