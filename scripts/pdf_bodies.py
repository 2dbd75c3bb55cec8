"""Print how bodies of PDFs are read: headings, roles, tables, cells, words in the order of their LaTeX twins, seconds.

    KG_SHARED=FOLDER python scripts/pdf_bodies.py [--outlines] [PDF...]

The annotated papers of gold/fulltext are compared; other PDFs are read, and with `--outlines` their headings printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import pypdfium2
from bodies import glued
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from kg.model import Cell, Table
from kg.sources.body.bodyparts import Body
from kg.sources.body.pdfbody import pdf_body
from kg.sources.tex import joined
from kg.wordcounts import WordCounts

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
PDFS, GOLD = SHARED / "data" / "fulltext" / "pdf", SHARED / "gold" / "fulltext" / "dev-1.jsonl"
TWINS = {
    "programmable-kv.pdf": "19PINE-AI+programmable-kv/paper/main.tex",
    "transparent-offload.pdf": "19PINE-AI+transparent-offload/paper/paper.tex",
}
_APART = re.compile(
    r"\\begin\{(table\*?|figure\*?|equation\*?|align\*?|tikzpicture|algorithm\*?|lstlisting|verbatim)\}.*?\\end\{\1\}"
    r"|\\(?:cite\w*|[cC]?ref|label|autoref|eqref|bibliography\w*)\*?(?:\[[^]]*\])*\{[^}]*\}|(?<!\\)\$[^$]*\$|\\\[.*?\\\]",
    re.S,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_TEXT = ("heading", "paragraph", "item", "footnote", "formula")


def timed(path: Path) -> tuple[Body, float, int]:
    """The body of a PDF, the seconds of processor time that it took, and the number of pages."""
    document = pypdfium2.PdfDocument(path)
    begin = time.process_time()
    body = pdf_body(document)
    return body, time.process_time() - begin, len(document)


def clean(text: str) -> str:
    """A cell or header as it is compared."""
    return re.sub(r"[\s_{}^ˆ~*∗†‡]+", "", text.replace("−", "-").replace("–", "-")).lower()


def is_linked(cell: Cell, table: Table, wanted: dict[str, Any]) -> bool:
    """Whether the headers of a cell are those of an annotated one."""
    row = [o for o in table.cells if o.column < cell.column and (o.row <= cell.row < o.row + o.rowspan or o.head)]
    column = [o for o in table.cells if o.head and o.row < cell.row and o.column <= cell.column < o.column + o.colspan]
    texts = [clean(" ".join(one.text for one in some)) for some in (row, column)]
    names = map(clean, wanted["row"].split(">"))
    last = clean(wanted["column"].split(">")[-1])
    return fuzz.partial_ratio(last, texts[1]) > 70 and all(fuzz.partial_ratio(n, "".join(texts)) > 70 for n in names)


def in_order(path: Path, body: Body) -> tuple[int, int]:
    """How many words a LaTeX source has, and how many of them the body has in the same order."""
    text = joined(path.read_text("utf-8"), lambda name: (path.parent / name).read_text("utf-8"))
    text = text.partition("\\begin{document}")[2]
    text = _APART.sub(" ", text[text.index("\\section") :])
    source = [word.lower() for word in _WORD.findall(re.sub(r"\\[A-Za-z@]+|\\.", " ", text))]
    said = (part.text.text for part in body.parts if part.kind in _TEXT and part.role != "abstract")
    made = [word.lower() for some in said for word in _WORD.findall(some)]
    return len(source), LCSseq.similarity(source, made)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--outlines", action="store_true", help="print the headings of each paper")
    parser.add_argument("pdfs", nargs="*", type=Path)
    given = parser.parse_args()
    if not PDFS.is_dir() and not given.pdfs:
        sys.exit("KG_SHARED names no folder with data/fulltext/pdf")
    gold = {one["file"]: one for one in map(json.loads, GOLD.read_text("utf-8").splitlines())} if GOLD.is_file() else {}
    WordCounts.load()
    counts = dict.fromkeys(("sections", "found", "role", "tables", "captions", "cells", "values", "linked"), 0)
    seconds: list[float] = []
    pages = 0
    for path in given.pdfs or sorted(PDFS.glob("*.pdf")):
        body, took, number = timed(path)
        seconds.append(took)
        pages += number
        heads = [(part.headings[-1], part.role) for part in body.parts if part.kind == "heading"]
        made = f"{len(body.parts)} parts, {len(body.references)} entries {body.problem}"
        print(f"{path.name}: {number} pages, {took:.2f} s, {made}")
        for head, role in heads if given.outlines else ():
            print(f"    {role:12} {head}")
        if path.name in TWINS and SHARED.is_dir():
            words, kept = in_order(SHARED / "data" / "fulltext" / "tex" / TWINS[path.name], body)
            print(f"    {kept / words:.2%} of {words:,} words in the order of the LaTeX source")
        wanted = gold.get(path.name)
        if not wanted:
            continue
        roles = {glued(head): role for head, role in heads}
        counts["sections"] += len(wanted["sections"])
        counts["found"] += sum(glued(one["head"]) in roles for one in wanted["sections"])
        counts["role"] += sum(roles.get(glued(one["head"])) == one["role"] for one in wanted["sections"])
        labels = {table.label for table in body.tables}
        counts["tables"] += len(wanted["tables"])
        counts["captions"] += sum(one["label"].split(" (")[0] in labels for one in wanted["tables"])
        for one in wanted["cells"]:
            name = one["table"].split(" (")[0]
            near = [
                (cell, table) for table in body.tables if table.label == name for cell in table.cells if not cell.head
            ]
            near = [(cell, table) for cell, table in near if clean(one["value"]) in clean(cell.text)]
            counts["cells"] += 1
            counts["values"] += bool(near)
            counts["linked"] += any(is_linked(cell, table, one) for cell, table in near)
    print(f"{sum(seconds) / len(seconds):.2f} s a paper, {sum(seconds) / max(pages, 1):.3f} s a page")
    if counts["sections"]:
        sections, cells = counts["sections"], counts["cells"]
        print(f"headings: {counts['found']} of {sections}, with the right role {counts['role'] / sections:.3f}")
        print(f"captions of tables: {counts['captions']} of {counts['tables']}")
        print(f"cells: {counts['values'] / cells:.3f} of {cells} found, {counts['linked'] / cells:.3f} with headers")


if __name__ == "__main__":
    main()
