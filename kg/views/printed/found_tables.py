"""What is shown of tables: the cells that a question names, the part of a paper's tables that print a name, a pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.evidence import evidence_id
from kg.model import FACETS, Document, KgError
from kg.query.found_cells import FoundCell, FoundTable
from kg.query.table_pools import PRINTED, PrintedCell, printed_cells, repeated
from kg.query.table_search import search
from kg.query.table_slices import TableSlice, slice_of
from kg.store.contents import load_entries, works_named
from kg.views.answers import short
from kg.views.readable import as_text
from kg.views.words import PageWords, settings

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Names that cells may be asked for, and the columns of cells as data.
NAMES = (*FACETS, "bits")
COLUMNS = (
    *("paper", "entry", "title", "table", "label", "page", "row", "column", "text", "value", "unit", "bold"),
    *(*FACETS, "settings", "evidence"),
)


class ShownTable(NamedTuple):
    """A part of a table, and how its paper is called."""

    part: TableSlice
    paper: str
    called: str


@dataclass(slots=True)
class TablesPage:
    """Tables to show; where there are none, `sentence` says what is missing, and `near` are the nearest."""

    title: str
    lang: str
    sentence: str = ""
    tables: list[ShownTable] = field(default_factory=list)
    left: int = 0  # tables that are not shown
    near: list[FoundTable] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    pool: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_found(self) -> bool:
        return bool(self.tables or self.pool)

    def to_json(self) -> dict[str, Any]:
        """The page as data: cells and pools row by row, tables as printed."""
        near = [{"entry": n.entry, "table": n.id, "label": n.label, "caption": n.caption} for n in self.near]
        tables = [_table_json(one) for one in self.tables]
        said = {"title": self.title, "sentence": self.sentence, "cells": self.cells, "tables": tables}
        return said | {"pool": self.pool, "near": near}


def tables_page(
    graph: GraphReader,
    question: str = "",
    lang: str = "en",
    *,
    only: Mapping[str, str] | None = None,
    paper: str = "",
    table: str = "",
    is_pool: bool = False,
    limit: int = 0,
) -> TablesPage:
    """The cells that a question and names (`only`) ask for, each in its row; of a paper alone where one is named.

    Without a question, the part of the paper's tables that prints the names, or one whole `table` ("t2"). A pool has
    the cells of all papers. Raises KgError where nothing is asked for, and for a paper that is not there.
    """
    only = {name: said.strip()[: settings()["tables"]["name"]] for name, said in (only or {}).items() if said.strip()}
    if unknown := [name for name in only if name not in NAMES]:
        raise KgError(f"Tables are not asked by {unknown[0]!r}: choose of {', '.join(NAMES)}.")
    curie = _paper(graph, paper) if paper else ""
    if is_pool:
        return _pool(graph, lang, only, curie, limit)
    if question.strip() or (only and not curie):
        return _found(graph, question, lang, only, curie, limit or settings()["tables"]["cells"])
    if not curie:
        raise KgError("Nothing is asked for: give words, a name such as --dataset, or a paper.")
    return _slices(graph, lang, only, curie, table)


def _paper(graph: GraphReader, name: str) -> str:
    known = next(iter(works_named(graph.store, [name, f"paper:{name}"])), "")
    if not known:
        raise KgError(f"The graph holds no paper {name[:80]!r}: search with `kg ask`.")
    return known


def _found(graph: GraphReader, question: str, lang: str, only: Mapping[str, str], curie: str, limit: int) -> TablesPage:
    words = PageWords(lang)
    found = search(graph.store, graph.vocabulary, question, only, [curie] if curie else [])
    title = " · ".join(filter(None, (short(question), *only.values())))
    page, cells = TablesPage(title, lang, near=found.near), found.cells[:limit]
    if not cells:
        page.sentence = _missing(found.missing, words)
        return page
    of = dict(_titles(graph, (one.table.entry for one in cells)))
    page.cells = [_cell_json(one, *of[one.table.entry]) for one in cells]
    groups: dict[tuple[str, str], list[FoundCell]] = {}
    for one in cells:
        groups.setdefault((one.table.entry, one.table.id), []).append(one)
    wanted = {key: {(one.row, one.column) for one in cells} for key, cells in groups.items()}
    named = {cells[0].table.entry: cells[0].table.paper for cells in groups.values()}
    page.near, page.left = [], max(0, len(wanted) - settings()["tables"]["tables"])
    for key, part in _parts(graph, wanted):
        page.tables.append(ShownTable(part, of[key[0]][0], called(named[key[0]])))
    return page


def _parts(
    graph: GraphReader, wanted: Mapping[tuple[str, str], set[tuple[int, int]]]
) -> Iterator[tuple[tuple[str, str], TableSlice]]:
    """The rows of some cells (lit) of tables, by entry and table, in this order."""
    keys = list(wanted)[: settings()["tables"]["tables"]]
    read = load_entries(graph.store, (entry for entry, _ in keys))
    for entry, name in keys:
        document, lit = read[entry][0], wanted[entry, name]
        for table in (one for one in document.tables if one.id == name):
            yield (entry, name), slice_of(document, table, {row for row, _ in lit}, None, lit)


def _slices(graph: GraphReader, lang: str, only: Mapping[str, str], curie: str, table: str) -> TablesPage:
    """The tables of a paper: whole, or the rows and columns that print some names."""
    paper = graph.paper(curie)
    document: Document = next((one for one, _ in paper.entries if one.tables), paper.entries[0][0])
    name = called(next((record.name for _, record in paper.entries if record.name), "") or document.texts["T"].text)
    page = TablesPage(" · ".join((name, *only.values())), lang)
    cells: dict[str, list[PrintedCell]] = {}
    if only:
        for one in printed_cells(graph.store, graph.vocabulary, only, [curie], which=PRINTED):
            cells.setdefault(one.table, []).append(one)
    for grid in document.tables:
        if (table and grid.id != table) or (only and grid.id not in cells):
            continue
        some = cells.get(grid.id, [])
        rows = {cell.row for cell in some} if only else None
        columns = {cell.column for cell in some} if some and all(cell.columns for cell in some) else None
        page.tables.append(ShownTable(slice_of(document, grid, rows, columns), curie, name))
    reported = printed_cells(graph.store, graph.vocabulary, only, [curie])
    page.cells = [_cell_json(one, one.paper, one.title) for one in reported if table in ("", one.table)]
    if not page.tables:
        page.sentence = _missing(list(only.values()), PageWords(lang)) if only else PageWords(lang)("tables.none")
    return page


def _pool(graph: GraphReader, lang: str, only: Mapping[str, str], curie: str, limit: int) -> TablesPage:
    """The numbers of one data set or metric over papers, unranked, a row each."""
    words = PageWords(lang)
    if not (only.keys() & {"dataset", "metric"}):
        raise KgError("A pool is of one data set or metric: name it with --dataset or --metric.")
    papers = [curie] if curie else []
    cells = printed_cells(graph.store, graph.vocabulary, only, papers)
    page = TablesPage(" · ".join(only.values()), lang)
    if not cells:
        page.sentence = _missing(list(only.values()), words)
        page.near = search(graph.store, graph.vocabulary, " ".join(only.values()), None, papers).near
        return page
    count = words.count("count.paper", len({one.paper for one in cells}))
    sentences = [words.count("tables.pool", len(cells), papers=count), words("tables.unranked")]
    most = limit or settings()["tables"]["pool"]
    if len(cells) > most:
        sentences.append(words("tables.first", n=f"{most:,}"))
    if "metric" in only and "dataset" in only:
        any_metric = {name: said for name, said in only.items() if name != "metric"}
        wider = printed_cells(graph.store, graph.vocabulary, any_metric, papers)
        sentences += [words.count("tables.no_metric", len(wider) - len(cells))] if len(wider) > len(cells) else []
    page.sentence = words("report.sentence_gap").join(sentences)
    for one, names in zip(cells[:most], repeated(cells), strict=False):
        (named, under), same = one.paths, [called(name) for name in names]
        page.cells.append(_cell_json(one, one.paper, one.title) | {"same": same})
        said = {name: getattr(one, name) for name in ("paper", "entry", "table", "label", "text", "value", "bold")}
        said |= {"called": called(one.called), "named": named, "under": under, "settings": dict(one.settings)}
        said |= {"id": f"{one.table}/r{one.row + 1}c{one.column + 1}", "same": same}
        page.pool.append(said)
    return page


def pools_of(graph: GraphReader, least: int = 2) -> list[tuple[str, int]]:
    """The data sets whose numbers at least so many papers print, with how many do."""
    sql = "SELECT dataset, count(DISTINCT paper) AS n FROM headers WHERE dataset <> '' GROUP BY 1 HAVING n >= ?"
    return [tuple(row) for row in graph.store.rows(f"{sql} ORDER BY n DESC, 1", least)]


def called(name: str) -> str:
    """The name or title of a paper, for a line."""
    return short(as_text(name), settings()["tables"]["called"])


def _missing(names: Sequence[str], words: PageWords) -> str:
    if not names:
        return words("tables.nothing")
    return words("tables.missing", names=words.listed([short(f"“{name}”", 80) for name in names]))


def _titles(graph: GraphReader, entries: Iterable[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    sql = "SELECT e.name, p.curie, p.title FROM entries e JOIN papers p ON p.curie = e.paper WHERE e.name IN ({})"
    for entry, paper, title in graph.store.some(sql, entries):
        yield entry, (paper, title)


def _cell_json(one: FoundCell | PrintedCell, paper: str, title: str) -> dict[str, Any]:
    """A cell by COLUMNS, with the evidence id that finds it again."""
    at = one.table if isinstance(one, FoundCell) else FoundTable(one.entry, title, one.table, one.label, "", one.page)
    place = (paper, at.entry, title, at.id, at.label, at.page)
    name = f"{place[3]}/r{one.row + 1}c{one.column + 1}"
    own = (one.row_path, one.column_path, one.text, one.value, one.unit, bool(one.bold))
    evidence = evidence_id(place[1], name, 0, len(one.text), one.text)
    named = (one.facets.get(kind, "") for kind in FACETS)
    return dict(zip(COLUMNS, (*place, *own, *named, dict(one.settings), evidence), strict=True))


def _table_json(shown: ShownTable) -> dict[str, Any]:
    part = shown.part
    said = {name: getattr(part, name) for name in ("entry", "id", "label", "caption", "page", "shown", "of", "unsound")}
    rows = [[cell.text for cell in line] for line in part.lines()]
    return {"paper": shown.paper, "called": shown.called, **said, "heads": part.heads(), "rows": rows}
