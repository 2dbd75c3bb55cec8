"""Print how well questions on cells and slices of tables are answered by `kg ask`.

    python scripts/eval_cells.py QUESTIONS.jsonl GRAPH [--wrong]

A row of QUESTIONS: {"id", "lang", "kind": "cell" | "slice" | "none", "question", "answers": [{"paper": the name of its
file, "table", "row", "column", "value"}]}. Right is a cell with an annotated value in the annotated paper. Printed by
kind: the first cell is right; a right one is in the first three rows; of questions without an answer, no cell is given.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import kg
from kg.model import KgError

_ROWS = 3
Json = dict[str, Any]


def main() -> None:
    """Read the arguments, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print what is not right")
    args = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    with kg.open(args.graph) as graph:
        files = files_of(graph)
        for line in args.questions.read_text("utf-8").splitlines():
            row = json.loads(line)
            try:
                cells = graph.ask(row["question"]).to_json()["cells"]
            except KgError as error:
                print(row["id"], error)
                continue
            first, three = judged(row, cells, files)
            counts.update({(row["kind"], "asked"): 1, (row["kind"], "first"): first, (row["kind"], "three"): three})
            if args.wrong and not first:
                told = [f"{c['paper']} {c['table']}: {c['row']} | {c['column']} = {c['value']}" for c in cells[:2]]
                print(row["id"], "three" if three else "no", row["question"], told, row["answers"][:1])
    for kind in sorted({kind for kind, _ in counts}):
        asked, hits, rows = (counts[kind, name] for name in ("asked", "first", "three"))
        print(f"{kind}: asked {asked}, right cell first {hits}, right row among three {rows}")


def files_of(graph: kg.Graph) -> dict[str, str]:
    """The file of each entry, in lower case."""
    sql = "SELECT e.name, s.said ->> '$.file' AS file FROM entries e JOIN sources s ON s.name = e.source"
    return {row.name: str(row.file).lower() for row in graph.sql(sql).itertuples(index=False)}


def judged(row: Json, cells: list[Json], files: dict[str, str]) -> tuple[bool, bool]:
    """Whether the first cell is right, and whether one in the first rows is; of none, whether none is given."""
    if row["kind"] == "none":
        return not cells, not cells
    rows = list(dict.fromkeys((c["paper"], c["table"], c["row"]) for c in cells))[:_ROWS]
    near = [c for c in cells if (c["paper"], c["table"], c["row"]) in rows]
    return any(is_right(c, row, files) for c in cells[:1]), any(is_right(c, row, files) for c in near)


def is_right(cell: Json, row: Json, files: dict[str, str]) -> bool:
    """Whether a cell has an annotated value in the annotated paper."""
    name = Path(files[cell["paper"]]).name
    return any(
        Path(answer["paper"]).name.lower() == name and folded(answer["value"]) == folded(cell["value"])
        for answer in row["answers"]
    )


def folded(value: str) -> str:
    """The digits, letters and signs of a value, without what brackets add."""
    return re.sub(r"[^\w.+-]", "", re.sub(r"\(.*?\)", "", value.lower().replace("−", "-")))


if __name__ == "__main__":
    main()
