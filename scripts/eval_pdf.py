"""Measure the reading of PDFs: titles, abstracts, institutions, author counts, seconds.

    KG_SHARED=FOLDER python scripts/eval_pdf.py [--misses] [--write] [PDF_FOLDER ...]

Reads FOLDER/data/samples: pdf-papers with its gold.jsonl, and pdf-tei-json and pdf-grobid-text with what GROBID made of
the same PDFs (whose errors count against us). A folder of one's own has PDFs with a gold.jsonl like that one's. A title
is right when it is equal, case and spaces apart; an abstract when difflib's ratio is at least 0.95; institutions are
those that `kg extract` finds in the document, compared as by the annotated papers' scorer. "seconds" is the CPU time of
the reader for one PDF, everything loaded, on average and at most; extraction is not in it. `--write` puts the figures
of these papers and of the pages of the tests (tests/sources/pages.txt) between the marks in docs/evaluation.md, those
of folders of one's own into its second table, a row each.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from lxml import etree
from marked import between, filled, put

from kg.build.pipeline import Pipeline
from kg.evaluation.matching import paired
from kg.model import Document, KgError
from kg.records import to_json
from kg.sources.inputs import InputFile
from kg.sources.pdf import READER
from kg.wordcounts import WordCounts

SETS = ("pdf-papers", "pdf-tei-json", "pdf-grobid-text")
SIMILAR = 0.95
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
HEAD = """| papers | PDFs | title | abstract | authors | institutions F1 |
|---|---:|---:|---:|---:|---:|
"""
TEI = {"t": "http://www.tei-c.org/ns/1.0"}


@dataclass
class Score:
    """One paper: whether its title and number of authors are right (None: unknown), and how alike the rest is."""

    file: str
    title: bool | None
    abstract: float | None
    authors: bool | None
    found: tuple[int, int, int] | None  # institutions: right, found, in gold
    seconds: float
    misses: list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--misses", action="store_true", help="show what is wrong, paper by paper")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/evaluation.md")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of PDFs with a gold.jsonl")
    arguments = parser.parse_args()
    samples = Path(os.environ.get("KG_SHARED", "")) / "data" / "samples"
    folders = arguments.folders or [samples / name for name in SETS if (samples / name).is_dir()]
    if not folders:
        print("KG_SHARED does not name the folder that holds data/samples: nothing is measured.")
        return 0
    WordCounts.load()
    READER.read(InputFile(next(iter(sorted(folders[0].glob("*.pdf"))))))
    print(f"{'set':<18}{'PDFs':>5}{'title':>9}{'abstract':>10}{'authors':>9}{'institutions F1':>17}", end="")
    print(f"{'seconds':>9}{'most':>7}")
    pipeline = Pipeline(fast=True)
    known: list[Score] = []
    page = PAGE.read_text("utf-8")
    for folder in folders:
        scores = [score(folder / g["file"], g, pipeline) for g in gold(folder)]
        known += scores
        page = with_row(page, folder.name, scores) if arguments.folders else page
        print(line(folder.name, scores))
        for one in scores if arguments.misses else ():
            for miss in one.misses:
                print(f"  {one.file}: {miss}")
    if arguments.write and arguments.folders:
        PAGE.write_text(page, "utf-8")
    elif arguments.write:
        made = row("conference papers as published", known) + row("pages of the tests", of_tests(pipeline))
        put(PAGE, "pdf", HEAD + made)
    return 0


def with_row(page: str, name: str, scores: list[Score]) -> str:
    """The page with a row for a folder of one's own, in the place of the one that it had."""

    def share(values: list[bool | None]) -> str:
        known = [value for value in values if value is not None]
        return f"{100 * sum(known) / len(known):.0f} %" if known else "-"

    shared = (
        [s.title for s in scores],
        [None if s.abstract is None else s.abstract >= SIMILAR for s in scores],
        [s.authors for s in scores],
        [None if s.found is None else s.found[0] == s.found[1] == s.found[2] for s in scores],
    )
    made = f"| {name} | {len(scores)} | {' | '.join(map(share, shared))} |\n"
    lines = between(page, "pdf-others").splitlines(keepends=True)
    at = next((at for at, one in enumerate(lines) if one.startswith(f"| {name} |")), len(lines))
    return filled(page, "pdf-others", "".join([*lines[:at], made, *lines[at + 1 :]]))


def of_tests(pipeline: Pipeline) -> list[Score]:
    """The first pages that the tests draw, which state how many authors they have."""
    sys.path.insert(0, str(ROOT))
    from tests.sources.made_pdf import ABS, T, pdf, templates

    with tempfile.TemporaryDirectory() as folder:
        made = []
        for page in templates():
            path = Path(folder) / f"{page.name}.pdf"
            path.write_bytes(pdf(page.sheet))
            wanted = {"title": T, "abstract": ABS, "authors": range(page.authors), "institutions": page.institutions}
            made.append(score(path, wanted, pipeline))
        return made


def gold(folder: Path) -> Iterator[dict[str, Any]]:
    """What a folder says of its PDFs; of a field that it does not know there is no key."""
    table = folder / "gold.jsonl"
    if table.is_file():
        yield from map(json.loads, table.read_text(encoding="utf-8").splitlines())
        return
    for pdf in sorted(folder.glob("*.pdf")):
        text, tei = folder / f"{pdf.stem}-Grobid-out.txt", folder / f"{pdf.stem}.tei.xml"
        if text.is_file():
            lines = text.read_text(encoding="utf-8").splitlines()
            yield {"file": pdf.name, "title": lines[1], "abstract": lines[lines.index("abstract") + 1]}
        elif tei.is_file():
            yield {"file": pdf.name} | of_tei(tei)


def of_tei(path: Path) -> dict[str, Any]:
    """Title, abstract and authors of GROBID's TEI; its institutions are too often headings to be gold."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    head = etree.parse(str(path), parser).find("t:teiHeader", TEI)
    title = " ".join(head.find(".//t:titleStmt/t:title", TEI).itertext())
    abstract = " ".join(" ".join(head.find(".//t:abstract", TEI).itertext()).split())
    return {"title": title, "abstract": abstract, "authors": head.findall(".//t:author/t:persName", TEI)}


def score(pdf: Path, wanted: dict[str, Any], pipeline: Pipeline) -> Score:
    """One PDF against what is known of it."""
    began = cpu()
    try:
        [document] = READER.read(InputFile(pdf)).documents
    except (KgError, ValueError) as error:
        document = Document(pdf.stem, "", 1, {})
        print(f"  {pdf.name}: {error}", file=sys.stderr)
    seconds = cpu() - began
    texts = {key: text.text for key, text in document.texts.items()}
    title, abstract, found = texts.get("T", ""), texts.get("A", ""), None
    misses = []
    right = squeezed(title) == squeezed(wanted["title"])
    if not right:
        misses.append(f"title {title!r}, not {wanted['title']!r}")
    like = SequenceMatcher(None, abstract, wanted["abstract"], autojunk=False).ratio()
    if like < SIMILAR:
        misses.append(f"abstract {like:.2f}: {abstract!r}, not {wanted['abstract']!r}")
    count = None
    if "authors" in wanted:
        count = len(document.authors) == len(wanted["authors"])
        if not count:
            misses.append(f"authors {document.authors}, not {wanted['authors']}")
    if "institutions" in wanted:
        names = [i["name"] for i in to_json(pipeline.record(document))["institutions"]] if texts else []
        found = compared(names, wanted["institutions"])
        if not found[0] == found[1] == found[2]:
            misses.append(f"institutions {names}, not {wanted['institutions']}: {texts.get('I', '')!r}")
    return Score(pdf.name, right, like, count, found, seconds, misses)


def cpu() -> float:
    """Seconds of this process and of those in which PDFs are read."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def compared(found: list[str], wanted: list[str]) -> tuple[int, int, int]:
    """Institutions that are right, all that were found, all that are wanted."""
    records = ({"institutions": [{"name": name} for name in names]} for names in (wanted, found))
    return len(next(paired(*records)).pairs), len(found), len(wanted)


def squeezed(text: str) -> str:
    """A title without case and spaces."""
    return re.sub(r"\s", "", text).casefold()


def shares(scores: list[Score]) -> tuple[str, str, str, str]:
    """How many titles, abstracts and author counts are right of those that are known, and F1 of institutions."""

    def share(values: list[bool]) -> str:
        return f"{sum(values)}/{len(values)}" if values else "-"

    found = [s.found for s in scores if s.found is not None]
    right, all_found, all_gold = (sum(f[i] for f in found) for i in range(3))
    f1 = f"{2 * right / (all_found + all_gold):.3f}" if all_found + all_gold else "-"
    title = share([s.title for s in scores if s.title is not None])
    abstract = share([s.abstract >= SIMILAR for s in scores if s.abstract is not None])
    return title, abstract, share([s.authors for s in scores if s.authors is not None]), f1


def row(name: str, scores: list[Score]) -> str:
    """A row of the page's table."""
    return f"| {name} | {len(scores)} | " + " | ".join(shares(scores)) + " |\n"


def line(name: str, scores: list[Score]) -> str:
    """A line of the table in the terminal."""
    title, abstract, authors, f1 = shares(scores)
    seconds = [s.seconds for s in scores]
    mean, most = sum(seconds) / max(1, len(seconds)), max(seconds, default=0.0)
    return f"{name:<18}{len(scores):>5}{title:>9}{abstract:>10}{authors:>9}{f1:>17}{mean:>9.3f}{most:>7.3f}"


if __name__ == "__main__":
    sys.exit(main())
