"""Header paths, soundness, facets and settings of tables."""

from __future__ import annotations

import pytest

from kg.extract.tables import header_paths, read_tables
from kg.extract.tables.label_facets import settings_of, value_of
from kg.model import Cell, Document, Part, Record, Table, Text
from kg.sources.body.header_paths import is_number
from kg.vocabulary import Vocabulary


def grid(*rows: str, heads: tuple[int, ...] = (0,)) -> Table:
    """A table whose rows are written as "a | b | c"; an empty cell is blank, "2:a" spans two columns."""
    cells = []
    for row, line in enumerate(rows):
        column = 0
        for piece in line.split("|"):
            span, _, text = piece.strip().rpartition(":")
            size = int(span) if span.isdigit() else 1
            written = text if span.isdigit() or not span else piece.strip()
            if written:
                is_bold = written.startswith("*")
                cells.append(Cell(row, column, written.strip("*"), 1, size, row in heads, is_bold))
            column += size
    return Table("t1", "Table 1", tuple(cells))


def paths(table: Table) -> dict[str, tuple[str, str]]:
    return {c.cell.text: (" > ".join(c.row.path), " > ".join(c.column.path)) for c in header_paths(table)}


def test_a_spanning_head_stands_over_its_columns_and_bits_label_their_row() -> None:
    found = paths(grid("Method | bit | 2:Llama-3-8B", " | | W2 | QA", "GPTQ | 4 | 6.5 | 67.3", heads=(0, 1)))
    assert found == {"6.5": ("GPTQ > 4", "Llama-3-8B > W2"), "67.3": ("GPTQ > 4", "Llama-3-8B > QA")}


def test_a_row_without_numbers_names_the_rows_below_it() -> None:
    found = paths(grid("Method | PPL", "7B", "KIVI | 5.1", "13B", "KIVI | 4.2"))
    assert found == {"5.1": ("7B > KIVI", "PPL"), "4.2": ("13B > KIVI", "PPL")}


def test_head_rows_between_rows_begin_a_new_block() -> None:
    found = paths(
        grid(
            "Model | GSM8K | MMLU | BBH",
            "A | 1.5 | 2.5 | 3.5",
            "Model | HumanEval | MBPP | LCB",
            "A | 4.5 | 5.5 | 6.5",
            heads=(0, 2),
        )
    )
    assert found["1.5"] == ("A", "GSM8K")
    assert found["4.5"] == ("A", "HumanEval")


def test_columns_with_one_head_and_rows_with_one_label_are_not_sound() -> None:
    twice = header_paths(grid("Method | PPL | PPL | QA", "GPTQ | 5.1 | 5.2 | 60.1"))
    assert [cell.is_sound for cell in twice] == [False, False, True]
    same = header_paths(grid("Method | PPL", "GPTQ | 5.1", "GPTQ | 5.2", "AWQ | 5.3"))
    assert [cell.is_sound for cell in same] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("6.42*", 6.42, ""), ("1,361.84 tps", 1361.84, "tps"), ("97.2 %", 97.2, "%"), ("−0.5", -0.5, ""),
     ("2.5×10^10", 2.5e10, ""), ("1.7x", 1.7, "x"), ("81.6 ± 0.3", 81.6, ""), ("88 657", 88657, ""),
     ("-5.4 to 4.1", -5.4, ""), ("[13.4,50.9]", 13.4, "")],
)  # fmt: skip
def test_the_first_number_of_a_cell_is_its_value(text: str, value: float, unit: str) -> None:
    number, found = value_of(text)
    assert is_number(text)
    assert (number, found) == (value, unit)


@pytest.mark.parametrize(
    ("text", "stub", "settings"),
    [("4.03", "bit", {"bits": "4.03"}), ("W4A16", "", {"bits": "4"}), ("128K", "", {"context": "128K"}),
     ("GSM8K [5-shot]", "", {"shots": "5"}), ("batch size 32", "", {"batch": "32"}), ("W2", "", {}), ("7B", "", {})],
)  # fmt: skip
def test_settings_are_those_that_a_label_prints(text: str, stub: str, settings: dict[str, str]) -> None:
    assert dict(settings_of([text], [stub])) == settings


def test_facets_are_names_that_cover_their_label() -> None:
    text = Text("Table 1: Perplexity on one A100", "Table 1: Perplexity on one A100")
    table = grid(
        "Method | bit | 2:Llama-3-8B",
        " | | W2 | MMLU",
        "*Ours* | 4 | 6.5 | 67.3",
        "GPTQ | 4 | 6.9 | 66.1",
        heads=(0, 1),
    )
    caption = Part("t1/caption", "caption", "results", (), text, 3)
    document = Document("x-01", "x", 1, {}, parts=(caption,), tables=(table,))
    (read,) = read_tables(document, Record("x-01", name="KeyMix"), Vocabulary.load())
    facets = {" > ".join(h.path): [(f.type, f.name) for f in h.facets] for h in read.headers}
    assert facets["Ours > 4"] == [("method", "KeyMix")]
    assert facets["GPTQ > 4"] == [("method", "GPTQ")]
    assert facets["Llama-3-8B > W2"] == [("model", "Llama-3-8B"), ("dataset", "WikiText-2")]
    assert ("hardware", "NVIDIA A100") in facets[text.text]
    assert [cell.text for cell in read.cells if cell.bold] == []  # the label is bold, not a number
    assert all(cell.sound and not cell.setup for cell in read.cells)


def test_sizes_and_counts_are_set_up_numbers() -> None:
    document = Document(
        "x-01", "x", 1, {}, tables=(grid("Model | Layers | Learning rate | MMLU | Δ", "A | 32 | 0.01 | 70.1 | 1.2"),)
    )
    (read,) = read_tables(document, Record("x-01"), Vocabulary.load())
    assert {cell.text: cell.setup for cell in read.cells} == {
        **{"32": True, "0.01": True},
        **{"70.1": False, "1.2": True},
    }
