"""Answers from the cells of tables: the rows that a question for a number of a paper names, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kg.query.answer import Answer, Grid, Line, Quote
from kg.query.corpus import Corpus
from kg.query.filter import Filter, Query
from kg.query.found_cells import FoundCell, FoundCells
from kg.query.passages import asks_for_papers, asks_for_result
from kg.query.question_pieces import pieces_of, settings
from kg.query.sayings import Sayings
from kg.query.shown import rows
from kg.query.table_search import search
from kg.rdf.triples import language_of
from kg.store.file import StoreFile
from kg.vocabulary import Vocabulary

COLUMNS = ("paper", "table", "row", "column", "value")


def found_cells(store: StoreFile, question: str) -> FoundCells | None:
    """The cells that a question names; None where it asks for papers, and for graphs without whole papers."""
    limits = settings()["limits"]
    is_long = len(question) > limits["question"]
    if is_long or asks_for_papers(question) or not Corpus.of(store).read().whole:
        return None
    return (
        search(store, Vocabulary.load(), question)
        if any(piece.is_hard or piece.kind == "metric" for piece in pieces_of(question))
        else None
    )


def asks_for_number(question: str) -> bool:
    """Whether a question names a table, or two things of which one is measured or measured on."""
    kinds = [piece.kind for piece in pieces_of(question) if piece.is_hard or piece.kind == "metric"]
    if "table" in kinds:
        return True
    is_measured = asks_for_result(question) or not {"metric", "dataset"}.isdisjoint(kinds)
    return is_measured and len(kinds) > 1


def cell_answer(store: StoreFile, question: str, found: FoundCells, language: str = "") -> Answer:
    """The answer that lists the cells of the best rows, each with its place."""
    say = Sayings(language or language_of(question))
    lines = []
    for cell in best_rows(found.cells):
        at = cell.table.entry, cell.place, cell.text, 0, len(cell.text)
        quote = Quote(*at, say("cells.cell"), cell.table.caption, page=cell.table.page)
        values = (cell.table.entry, cell.table.name, cell.row_path, cell.column_path, cell.text)
        lines.append(Line(values, (cell.table.entry,), (quote,)))
    held = rows(Corpus.of(store).store, lines)
    query = Query("claims", Filter(), wants="results", language=say.language)
    return Answer(question, query, held, (say("cells.printed"),), Grid(COLUMNS, tuple(lines)), fulfilling=len(held))


def best_rows(cells: Sequence[FoundCell]) -> list[FoundCell]:
    """The cells of the rows that come first: all that are about as good as the best, and at least three rows."""
    limits, out = settings()["limits"], list[FoundCell]()
    shown: list[tuple[str, str, int]] = []
    for cell in cells:
        row = cell.table.entry, cell.table.id, cell.row
        if row not in shown:
            is_near = cell.score >= limits["equal"] * cells[0].score
            if len(shown) >= (limits["rows"] if is_near else limits["least_rows"]):
                continue
            shown.append(row)
        out.append(cell)
    return out[: limits["cells"]]


def with_cells(answer: Answer, found: FoundCells) -> Answer:
    """Another answer, and the cells that bear what its question names; the first of them in its notes."""
    cells = best_rows(found.cells)
    say = Sayings(answer.language)
    rows = [
        say("cells.also", paper=cell.table.paper, table=cell.table.name, row=cell.row_path, column=cell.column_path,
            value=cell.text) for cell in cells[: settings()["limits"]["least_rows"]]
    ]  # fmt: skip
    return replace(answer, cells=tuple(cells), notes=(*answer.notes, *rows))


def with_near_tables(answer: Answer, found: FoundCells) -> Answer:
    """An answer with a note: which names no table bears together, and the tables that come nearest."""
    if not found.near or not found.missing:
        return answer
    say = Sayings(answer.language)
    tables = say.listed([f"{table.paper}, {table.name}" for table in found.near])
    note = say("cells.near", names=say.listed(found.missing), tables=tables)
    return replace(answer, notes=(*answer.notes, note))
