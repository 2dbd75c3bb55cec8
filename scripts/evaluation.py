"""Print the tables of docs/evaluation.md: scores with intervals, what each part is worth, how far confidence goes.

    KG_SHARED=FOLDER python scripts/evaluation.py [--write] [whole]

`--write` puts them between the marks in docs/evaluation.md, and how many claims were right into
data/models/measured.json, which `kg serve` shows. All papers are read once for each part: some minutes. `whole` makes
the table of whole papers alone, which stands in README.md too.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from arxiv_gold import of_arxiv
from marked import put
from reliability import claims, reliability_table

from kg.build.pipeline import Pipeline
from kg.build.workers import cores
from kg.cli.core import progress
from kg.evaluation.components import reader, variants
from kg.evaluation.printed import scores_table, trust_table, worth_table
from kg.evaluation.scores import records
from kg.evaluation.trust_scores import trust
from kg.evaluation.whole_papers import beside, figures
from kg.records import read_records
from kg.sources import read

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
GOLD = ROOT / "data" / "gold" / "dev.jsonl"
MEASURED = ROOT / "data" / "models" / "measured.json"
TABLES = ("scores", "parts", "reliability", "trust", "unseen")


def tables() -> dict[str, str]:
    """The tables by the name of their marks, as Markdown."""
    gold = read_records(GOLD)
    files = sorted((ROOT / "data" / "reports").glob("*.txt"))
    documents = [document for file in files for document in read(file).documents if document.id in gold]
    with progress("Reading") as tell:
        runs = list(variants(gold, documents, progress=tell))
    found = records(gold, documents, reader())
    made = (
        *(scores_table(runs[0].scores), worth_table(runs)),
        *(reliability_table(claims(gold, found)), trust_table(trust(gold, found))),
        trust_table(_unseen()),
    )
    return {name: table.markdown() for name, table in zip(TABLES, made, strict=True)}


def whole() -> str:
    """The table of whole papers as Markdown: a column of precision and one of recall for each set."""
    shared = Path(os.environ["KG_SHARED"])
    texts, found, titles = shared / "data" / "fulltext", [], []
    sets = {"dev-1": ("PDF and LaTeX", ("pdf/*.pdf", "tex/labscommunity*/main.tex")), "dev-tei": ("TEI", ("tei/*",))}
    for name, (head, patterns) in sets.items():
        gold = read_records(shared / "gold" / "fulltext" / f"{name}.jsonl")
        files = sorted(str(file) for pattern in patterns for file in texts.glob(pattern))
        with progress("Reading") as tell:
            lines = Pipeline(jobs=cores()).lines(files, progress=tell)
            found.append(figures(gold, beside(gold, map(json.loads, lines))))
        titles += [f"{len(gold)} papers, {head}: {kind}" for kind in ("precision", "recall")]
    rows = [f"| what is used | {' | '.join(titles)} |", "|---|" + "---:|" * len(titles)]
    for kind, first in found[0].items():
        if not all(kind in one for one in found):  # cells of tables are scored apart
            continue
        columns = ("precision", "recall") if "recall" in first else ("", "share")
        cells = (f"{one[kind][key]:.2f}" if key else "" for one in found for key in columns)
        rows.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _unseen() -> Any:
    """How far the claims about papers can be trusted to which nothing was fitted; they name no institutions."""
    papers = of_arxiv("unseen")
    gold = {document.id: record for document, record in papers}
    found = trust(gold, records(gold, [document for document, _ in papers], reader()))
    return {kind: figures for kind, figures in found.items() if kind != "institutions"}


def measured(trust: str) -> dict[str, dict[str, float]]:
    """The shares of claims that are right, and how many there are, all and sure ones, by type of the table of trust."""
    head, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in trust.strip().splitlines())
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    return {
        row["type"]: {
            name.replace(" ", "_"): float(row[name]) for name in ("claims", "precision", "sure", "sure precision")
        }
        for row in rows
    }


def main() -> None:
    """Measure and print; with --write, into the page and the file."""
    said = whole()
    print(said)
    if "--write" in sys.argv:
        for page in (PAGE, ROOT / "README.md"):
            put(page, "whole", said)
    if "whole" in sys.argv:
        return
    made = tables()
    print("\n".join(made.values()))
    if "--write" in sys.argv:
        for name, table in made.items():
            put(PAGE, name, table)
        MEASURED.write_text(json.dumps(measured(made["trust"]), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
