"""Print how the grids of tables are read: values found, own label and own head equal, whole paths, unsound columns.

    KG_SHARED=FOLDER python scripts/eval_tables.py [--gold FILE] [--papers FOLDER] [--form pdf] [--missing]

Annotated cells (data/gold/table-heads.jsonl; --gold takes others) are compared after folding of case, space and marks.
A column of numbers is unsound if no head stands over it alone, or another has the same heads. `--missing` prints what
differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kg.entity_types import data_folder
from kg.model import Table
from kg.sources import read
from kg.sources.body.header_paths import PathCell, header_paths

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
TEXTS = SHARED / "data" / "fulltext"
_JUDGED = ("path", "both", "label", "head", "found", "sound")
_ENDS = {".pdf": "PDF", ".tex": "LaTeX", ".nxml": "JATS"}


def folded(text: str) -> str:
    """Letters and digits of a label."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def value(text: str) -> str:
    """Letters, digits and points of a number."""
    return re.sub(r"[^\w.]", "", unicodedata.normalize("NFKC", text).casefold())


def has_value(text: str, wanted: str) -> bool:
    """Whether a cell is the number that is wanted, or begins with it: "31.53 −2.79"."""
    first = re.match(r"\W*(\d[\d,.]*)", text)
    return value(text) == value(wanted) or (first is not None and value(first[1]) == value(wanted))


@cache
def tables_of(path: Path) -> tuple[Table, ...]:
    """The tables of a paper."""
    document = next(iter(read(path, is_whole=True).documents), None)
    return document.tables if document else ()


def paths(table: Table) -> list[dict[str, Any]]:
    """The number cells of a table with their labels and heads."""
    return [_path(one) for one in header_paths(table)]


def _path(one: PathCell) -> dict[str, Any]:
    place = {"value": one.cell.text, "row": one.cell.row, "column": one.cell.column, "sound": one.is_sound}
    return {**place, "labels": list(zip(*one.row, strict=True)), "group": "", "heads": list(one.column.path)}


def unsound(found: Sequence[dict[str, Any]]) -> set[int]:
    """Columns of numbers without a head of their own: none, or in one row the same heads as another column."""
    rows: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for one in found:
        rows[one["row"]][one["column"]] = tuple(one["heads"])
    out: set[int] = set()
    for heads in rows.values():
        twice = Counter(heads.values())
        out.update(column for column, said in heads.items() if not said or twice[said] > 1)
    return out


def _is_within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the labels of `part` stand in `whole` in this order."""
    rest = iter(whole)
    return all(one in rest for one in part)


def judged(cell: dict[str, Any], found: dict[str, Any]) -> dict[str, bool]:
    """Which of an annotated cell's own label, own head and whole path are those of a cell that was read."""
    row, column = ([folded(one) for one in cell[name].split(" > ")] for name in ("row", "column"))
    labels = [folded(one) for one in (found["group"], *(label for label, _ in found["labels"])) if one]
    heads = [folded(one) for one in found["heads"]]
    is_whole = "".join(heads) == "".join(column)  # also where the lines of one head stand as two cells
    label, head = row[-1] in labels, is_whole or heads[-1:] == column[-1:]
    return {
        "label": label,
        "head": head,
        "both": label and head,
        "path": is_whole and _is_within(row, labels),
    }


def _number(label: str) -> str:
    return re.sub(r"\(.*|\W|表|table", "", label.casefold())


def score(paper: dict[str, Any], tables: Sequence[Table]) -> Iterator[tuple[dict[str, Any], dict[str, bool], str]]:
    """Each annotated cell with what of it was read right, and the path that was read."""
    for cell in paper["cells"]:
        best: tuple[dict[str, bool], str] = (dict.fromkeys(_JUDGED, False), "")
        for table in tables:
            if _number(table.label) != _number(cell["table"]):
                continue
            best[0]["found"] |= any(has_value(one.text, cell["value"]) for one in table.cells)
            found = paths(table)
            odd = unsound(found)
            for one in (*found, *_named(found)):
                if has_value(one["value"], cell["value"]):
                    told = {**judged(cell, one), "found": True, "sound": one.get("sound", one["column"] not in odd)}
                    best = max(best, (told, _written(one)), key=lambda pair: [pair[0][name] for name in _JUDGED])
        yield cell, *best


def _named(found: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The numbers that name a row, as cells."""
    for one in found:
        for at, (label, head) in enumerate(one["labels"]):
            yield {**one, "value": label, "labels": one["labels"][:at], "heads": [head]}


def _written(found: dict[str, Any]) -> str:
    labels = [found["group"], *(label for label, _ in found["labels"])]
    return " > ".join(filter(None, labels)) + " | " + " > ".join(found["heads"])


def _print_gold(gold: Path, papers: Path, form: str, missing: bool) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in gold.read_text("utf-8").splitlines():
        paper = json.loads(line)
        file = next((p for p in papers.rglob(Path(paper["file"]).name) if str(p).endswith(paper["file"])), None)
        if file is None or form not in file.suffix:
            continue
        count = counts[_ENDS.get(file.suffix, file.suffix)]
        for cell, told, path in score(paper, tables_of(file)):
            is_deep = ">" in cell["row"] + cell["column"]
            count.update({"cells": 1, "deep": is_deep, "deep path": is_deep and told["path"]})
            count.update(told)
            count.update({"sound head": told["sound"] and told["head"]})
            if missing and not (told["path"] and told["both"]):
                lacking = [name for name in ("found", "label", "head", "path") if not told[name]]
                where = " | ".join((paper["id"], *(cell[name] for name in ("table", "row", "column", "value"))))
                print(where, lacking, "READ", path)
    for kind, count in sorted(counts.items()):
        n = count["cells"]
        share = {name: f"{count[name] / n:.2f}" for name in ("found", "label", "head", "both", "path")}
        deep = f"{count['deep path']} of {count['deep']}"
        print(f"{kind:6} {n} cells:", share, f"multi-level {deep}, sound {count['sound head']} of {count['sound']}")


def _print_unsound(papers: Path, form: str, missing: bool) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(path for end in _ENDS for path in papers.rglob(f"*{end}") if form in end):
        if path.suffix == ".tex" and "\\documentclass" not in path.read_text("utf-8", "replace"):
            continue
        for table in tables_of(path):
            found = paths(table)
            odd, has = unsound(found), bool(found)
            counts[_ENDS[path.suffix]].update({"tables": 1, "with numbers": has, "unsound": bool(odd)})
            if missing and odd:
                print(path.stem[:30], table.label, f"p. {table.page}", "columns", sorted(odd))
    for kind, count in sorted(counts.items()):
        n = count["with numbers"]
        print(f"{kind:6} {count['tables']} tables, unsound {count['unsound']} of {n} with numbers")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gold", type=Path, default=data_folder("data") / "gold" / "table-heads.jsonl")
    parser.add_argument("--papers", type=Path, default=TEXTS)
    parser.add_argument("--form", default="", help="pdf, tex or nxml")
    parser.add_argument("--missing", action="store_true")
    given = parser.parse_args(arguments)
    _print_gold(given.gold, given.papers, given.form, given.missing)
    _print_unsound(given.papers, given.form, given.missing)


if __name__ == "__main__":
    main(sys.argv[1:])
