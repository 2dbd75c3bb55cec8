"""kg tables and kg extract: cells as printed, slices, pools, and nothing where nothing fits."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import kg
from kg.query.question_pieces import settings
from tests.cli.command import run


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_found_number_comes_in_its_row_under_its_heads(tables_file: Path) -> None:
    done = run("tables", "MMLU of Llama-3-8B", "--method", "GateCut", graph=tables_file)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("GateCut · Table 1 · Accuracy of pruned models")
    assert "Llama-3-8B › MMLU" in " ".join(done.stdout.split())
    row = next(line for line in lines if "GateCut (ours)" in line)
    assert row.split()[-4:] == ["64.8◂", "40.9", "71.0", "56.7"]
    assert not any("GPTQ" in line for line in lines)


def test_the_same_numbers_are_a_frame_with_evidence_that_is_found_again(tables_file: Path) -> None:
    with kg.open(tables_file, read_only=True) as graph:
        frame = graph.tables(dataset="MMLU", model="Llama-3-8B", method="GateCut")
        [cell] = frame.to_dict("records")
        assert (cell["text"], cell["value"], cell["bold"]) == ("64.8", 64.8, True)
        assert (cell["row"], cell["column"]) == ("GateCut (ours)", "Llama-3-8B > MMLU")
        assert (cell["entry"], cell["table"], cell["label"]) == ("gatecut-01", "t1", "Table 1")
        assert graph.evidence(cell["evidence"]).quote == "64.8"
        assert graph.tables("frobnicate XYZ-9").empty


def test_a_name_that_a_flag_asks_for_is_no_victim_of_a_limit(
    tables_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings()["limits"], "papers", 1)
    monkeypatch.setitem(settings()["limits"], "examined", 1)
    with kg.open(tables_file, read_only=True) as graph:
        for method, value in (("EdgeTrim", "39.0"), ("GPTQ", "30.5")):
            for question in ("", "GateCut EdgeTrim HumanEval"):
                assert value in set(graph.tables(question, dataset="HumanEval", method=method).text), question
        assert set(graph.tables(bits="4").entry) == {"gatecut-01"}
        assert list(graph.tables("HumanEval", model="Qwen2.5-7B", metric="pass@1", method="GPTQ").text) == ["50.6"]


def test_where_nothing_fits_no_number_is_shown(tables_file: Path) -> None:
    done = run("tables", "GateCut on LiveCodeBench", graph=tables_file)
    assert done.returncode == 1
    assert done.stdout.startswith("No number of a table is named by")
    assert "Nearest tables, which do not hold what was asked for" in done.stdout
    assert "64.8" not in done.stdout
    said = run("tables", "GateCut on LiveCodeBench", "-f", "csv", graph=tables_file)
    assert (said.returncode, len(rows_of(said.stdout))) == (1, 1)


def test_a_slice_equals_the_rows_and_columns_of_its_table(tables_file: Path) -> None:
    done = run("tables", "--paper", "gatecut-01", "--model", "Qwen2.5-7B", "-f", "csv", graph=tables_file)
    assert rows_of(done.stdout) == [
        ["Method", "Qwen2.5-7B › MMLU", "Qwen2.5-7B › HumanEval (pass@1)"],
        ["Dense", "71.9", "57.9"],
        ["GPTQ", "68.0", "50.6"],
        ["GateCut (ours)", "71.0", "56.7"],
    ]
    one = run("tables", "--paper", "gatecut-01", "--method", "GPTQ", "-f", "csv", graph=tables_file)
    assert rows_of(one.stdout)[1:] == [["GPTQ", "60.1", "30.5", "68.0", "50.6"]]


def test_a_title_of_rows_is_no_head_and_a_longer_name_is_another_data_set(tables_file: Path) -> None:
    done = run("tables", "--paper", "edgetrim-01", "--dataset", "AIME 2024", "-f", "csv", graph=tables_file)
    assert rows_of(done.stdout) == [
        ["Method", "AIME24"],
        *[["Gates", ""], ["Thinned", "50.5"]],
        *[["Edges", ""], ["Thinned", "51.5"]],
    ]


def test_a_pool_is_unranked_and_marks_equal_numbers(tables_file: Path) -> None:
    asked = ("tables", "--dataset", "HumanEval", "--metric", "pass@1", "--pool", "--lang", "en")
    done = run(*asked, "-f", "csv", graph=tables_file)
    head, *rows = rows_of(done.stdout)
    values = [(row[head.index("entry")], row[head.index("text")], row[head.index("same")]) for row in rows]
    assert sorted(values) == [
        *[("edgetrim-01", "39.0", ""), ("edgetrim-01", "41.25", "GateCut")],
        *[("gatecut-01", "30.5", ""), ("gatecut-01", "40.9", ""), ("gatecut-01", "41.25", "EdgeTrim")],
        *[("gatecut-01", text, "") for text in ("50.6", "56.7", "57.9")],
    ]
    with kg.open(tables_file, read_only=True) as graph:
        frame = graph.pool(dataset="HumanEval", metric="pass@1")
        assert list(frame[frame.same.map(bool)].same) == [["GateCut"], ["EdgeTrim"]]
        assert (
            len(frame),
            len(graph.pool(dataset="HumanEval", model="Qwen2.5-7B")),
            len(graph.pool(dataset="C4")),
        ) == (8, 3, 0)
    text = run(*asked, graph=tables_file).stdout
    assert text.startswith("8 numbers of 2 papers. Not ranked")
    assert "6B" not in text  # a size is no result
    assert run("tables", "--model", "Llama-3-8B", "--pool", graph=tables_file).returncode == 2


def test_a_table_without_heads_of_its_own_is_text_and_no_cell(tables_file: Path) -> None:
    done = run("tables", "--paper", "gatecut-01", "--hardware", "NVIDIA H100", "--lang", "en", graph=tables_file)
    assert "this is its text, and no number is reported" in done.stdout
    said = json.loads(run("tables", "--paper", "gatecut-01", "-f", "json", graph=tables_file).stdout)
    assert {cell["table"] for cell in said["cells"]} == {"t1"}


@pytest.mark.parametrize(
    ("form", "holds", "lacks"),
    [
        ("html", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>"),
        ("md", r"\<script\>alert(1)", "<script>"),
        ("latex", r"R\&D\_x at 50\%", "R&D_x at 50%"),
        ("latex", r"\textbf{64.8}", r"\begin{document}"),
        ("html", "<b><bdi>64.8</bdi></b>", "<bdi>64.8</bdi></b></b>"),
        ("md", "**64.8**", "**65.2**"),
    ],
)
def test_what_papers_print_is_text_in_every_form(tables_file: Path, form: str, holds: str, lacks: str) -> None:
    done = run("tables", "--paper", "gatecut-01", "-f", form, graph=tables_file)
    assert done.returncode == 0
    assert holds in done.stdout
    assert lacks not in done.stdout


def test_a_spreadsheet_finds_no_formula(tables_file: Path, tmp_path: Path) -> None:
    place = tmp_path / "t.csv"
    run("tables", "--paper", "gatecut-01", "--hardware", "NVIDIA H100", "-o", place, graph=tables_file)
    assert [row[0][:2] for row in rows_of(place.read_text())] == ["Sy", "'=", "[a"]


def test_extract_writes_grids_and_cells(tables_file: Path) -> None:
    done = run("extract", "--fast", tables_file.parent / "gatecut.tex")
    said = json.loads(done.stdout)
    table, unsound = said["tables"]
    assert table["rows"][4] == ["GateCut (ours)", "64.8", "40.9", "71.0", "56.7"]
    assert (table["id"], table["label"], table["head_rows"], table["head_columns"]) == ("t1", "Table 1", 2, 1)
    assert (table["sound"], unsound["sound"]) == ([True] * 5, [True, False, False])
    cell = next(cell for cell in said["cells"] if cell["value"] == "64.8")
    assert (cell["row"], cell["column"]) == ("GateCut (ours)", "Llama-3-8B > MMLU")
    assert cell["facets"] == {"method": "GateCut", "model": "Llama-3-8B", "dataset": "MMLU"}
    assert (cell["table"], cell["bold"], cell["sound"]) == ("t1", True, True)
