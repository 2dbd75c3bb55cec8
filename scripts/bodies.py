"""Print how bodies of papers are read: words kept in order, grids, roles of sections, papers a second.

    KG_SHARED=FOLDER python scripts/bodies.py [--missing]

Words are counted apart from the readers: those of all text nodes of JATS and TEI, and those of LaTeX without commands.
Grids are compared with those of data/fulltext/latex-table-grids-85.json, roles with the annotated sections of
gold/fulltext. `--missing` prints words that are lost.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from rapidfuzz.distance import LCSseq

from kg.model import Document
from kg.sources import read
from kg.sources.body.roles import Heading, measures, roles
from kg.sources.tex import joined
from kg.sources.tex_macros import braced

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
TEXTS, GOLD = SHARED / "data" / "fulltext", SHARED / "gold" / "fulltext"
_WORD = re.compile(r"[^\W\d_]{4,}")
_NAMES = {
    "pipeline-shards": "pipeline-sharded",
    "transform-tell": "Transform-and-Tell",
    "kv-quant-thesis": "KVCache_Quantization",
    "kv-hybrid": "KV-cache-paper",
    "nanoRFT": "acl-aisys",
    "snapkv-pythia": "KV_Cache_Compression",
}  # of papers by the grids
_DASH = re.compile(r"-{2,}|[–—]")
_HAN = re.compile(r"(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff])")
_BLOCKS = frozenset(
    ("p", "title", "head", "td", "th", "sec", "div", "caption", "figDesc", "list-item", "cell", "break")
)
_UNPRINTED = re.compile(
    r"\\(?:label|ref|eqref|autoref|[cC]ref|pageref|cite[a-z]*|includegraphics|bibliography(?:style)?|begin|end|vspace|hspace|addcontentsline|input|color|"
    r"textcolor|definecolor|usepackage|setlength|pagestyle|thispagestyle|href|resizebox|fontsize|multirow|cmidrule|cellcolor|rowcolor|hypersetup|nocite|keywords)\*?"
    r"\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}(?:\[[^\]]*\])?"
)
_APART = re.compile(
    r"\\iffalse.*?\\fi|\\begin\{(comment|tikzpicture|thebibliography|axis)\*?\}.*?\\end\{\1\*?\}"
    r"|\$\$.*?\$\$|(?<!\\)\$[^$]*\$|\\\[.*?\\\]|\\begin\{((?:equation|align|gather|multline|eqnarray|algorithm)\*?)\}.*?\\end\{\2\}"
    r"|\\begin\{(?:tabular|longtable)[*xy]?\}(?:\{[^{}]*\})?\{(?:[^{}]|\{[^{}]*\})*\}|\\(?:re)?newcommand\*?\{[^{}]*\}(?:\[\d\])?\{(?:[^{}]|\{[^{}]*\})*\}",
    re.S,
)


def words(text: str) -> list[str]:
    """The words of a text, and each Chinese character, folded."""
    return [word.lower() for word in _WORD.findall(_HAN.sub(" ", _DASH.sub(" ", text)).replace("-", ""))]


def kept(source: list[str], made: list[str]) -> tuple[int, list[str]]:
    """How many words of a source stand in the same order in what was made of it, and those that do not."""
    there = set(made)
    return LCSseq.similarity(source, made), [word for word in source if word not in there]


def of_xml(path: Path) -> str:
    """The text of the body and back of a JATS or TEI file, without references, labels and formulas in TeX."""
    tree = etree.parse(str(path), etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True))
    pieces = []
    without = (
        "tex-math",
        "label",
        "ref-list",
        "listBibl",
        "sub-article",
        "response",
        "graphic",
        "xref",
        "ref",
        "table",
        "permissions",
        "object-id",
    )
    for part in tree.iter("{*}body", "{*}back", "{*}floats-group"):
        if any(etree.QName(above).localname in ("sub-article", "response") for above in part.iterancestors()):
            continue
        for node in part.iter():
            pieces.append("\n" * (isinstance(node.tag, str) and etree.QName(node).localname in _BLOCKS))
            inner = [node, *node.iterancestors()]
            names = {etree.QName(one).localname for one in inner if isinstance(one.tag, str)}
            pieces.append(node.text or "" if isinstance(node.tag, str) and names.isdisjoint(without) else "")
            above = {etree.QName(one).localname for one in inner[1:] if isinstance(one.tag, str)}
            pieces.append((node.tail or "") if above.isdisjoint(without) and node is not part else "")
            pieces.append("\n" * (isinstance(node.tag, str) and etree.QName(node).localname in _BLOCKS))
    return "".join(pieces)


def of_tex(path: Path) -> str:
    """The text of a LaTeX file and of those that it includes, without commands."""
    text = joined(
        path.read_text("utf-8"),
        lambda name: (path.parent / name).read_text("utf-8") if (path.parent / name).is_file() else None,
    )
    eaten = re.findall(r"\\newcommand\{?\\(\w+)\}?\[1\]\{\{?\}?\}", text)  # commands that print nothing
    text = text.partition("\\begin{document}")[2].partition("\\end{document}")[0]
    text = re.sub(
        r"\\(?:title|author|affiliation|affil|institute|date|thanks)\s*(?:\[[^\]]*\])?\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}",
        " ",
        text,
    )
    for name in eaten:
        for found in [*re.finditer(rf"\\{name}\s*(?=\{{)", text)][::-1]:
            text = text[: found.start()] + text[braced(text, found.end())[1] :]
    for pattern in (_APART, _UNPRINTED):
        text = pattern.sub(" ", text)
    return re.sub(r"\\[A-Za-z@]+|\\.", " ", text)


def shown(document: Document) -> str:
    """All that a document's body holds, but for the references."""
    cells = {table.id: " ".join(cell.text for cell in table.cells) for table in document.tables}
    made: list[str] = []
    for part in document.parts:
        made.append(part.text.text if part.kind != "heading" or part.role != "references" else "")
        made.append(cells.pop(part.id.partition("/")[0], "") if part.kind == "caption" else "")
    return " ".join((*made, *cells.values()))


def main_files() -> Iterator[Path]:
    """The main file of each LaTeX paper."""
    for folder in sorted((TEXTS / "tex").iterdir()):
        found = [path for path in sorted(folder.rglob("*.tex")) if "\\begin{document}" in path.read_text("utf-8")]
        best = [path for path in found if not re.search("lualatex|template", path.name)]
        yield next((path for path in best if path.name == "main.tex"), best[0])


def grids(document: Document, gold: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Cells of the annotated grids, how many of them the tables have in the same row, and how many tables pair."""
    made = [{words_of(cell.text) for cell in table.cells} - {""} for table in document.tables]
    cells = right = pairs = 0
    for one in gold:
        wanted = [words_of(cell["t"]) for row in one["rows"] for cell in row if words_of(cell["t"])]
        best = max((sum(word in other for word in wanted) for other in made), default=0)
        cells, right, pairs = cells + len(wanted), right + best, pairs + (best > 0.5 * len(wanted))
    return cells, right, pairs


def words_of(text: str) -> str:
    """The letters and digits of a cell."""
    return re.sub(r"[\W_]+|\\[A-Za-z]+", "", re.sub(r"\\[A-Za-z]+", "", text)).lower()


def glued(text: str) -> str:
    """A heading without its number, spaces and marks."""
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", "", re.sub(r"^[A-Z0-9.]+\s", "", text).lower())


def sections(name: str, documents: dict[str, Document]) -> tuple[int, int, int]:
    """Annotated sections, how many are found, and how many have the right role; papers without a body give headings."""
    total = found = right = 0
    for line in (GOLD / name).read_text("utf-8").splitlines():
        paper = json.loads(line)
        document = documents.get(paper["id"])
        if document is None:
            heads = [one["head"] for one in paper["sections"]]
            told = {
                glued(head): role for head, role in zip(heads, roles([Heading(head) for head in heads]), strict=True)
            }
        else:
            told = {
                glued(part.headings[-1]): part.role
                for part in document.parts
                if part.kind == "heading" and part.headings
            }
        for one in paper["sections"]:
            total, found = total + 1, found + (glued(one["head"]) in told)
            right += told.get(glued(one["head"])) == one["role"]
    return total, found, right


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--missing", action="store_true", help="print words that are lost")
    missing = parser.parse_args().missing
    if not TEXTS.is_dir():
        sys.exit("KG_SHARED names no folder with data/fulltext")
    documents: dict[str, Document] = {}
    kinds = {
        "JATS": sorted((TEXTS / "jats").iterdir()),
        "TEI": sorted((TEXTS / "tei").iterdir()),
        "LaTeX": list(main_files()),
    }
    tables = json.loads((TEXTS / "latex-table-grids-85.json").read_text("utf-8"))
    for kind, paths in kinds.items():
        total = right = 0
        seconds = 0.0
        for path in paths:
            begin = time.process_time()
            batch = read(path, is_whole=True)
            document = next(iter(batch.documents), None)
            seconds += time.process_time() - begin
            if document is None or batch.losses or not document.parts:
                print(f"  {path}: {[*batch.skipped, *batch.losses] or 'no body'}")
                continue
            name = path.name if kind != "LaTeX" else path.parts[len((TEXTS / "tex").parts)]
            documents[name.removesuffix(".tei.xml")] = document
            source = words(of_tex(path) if kind == "LaTeX" else of_xml(path))
            there, lost = kept(source, words(shown(document)))
            total, right = total + len(source), right + there
            if missing:
                print(f"  {there / max(len(source), 1):.3f} {name} {len(document.parts)} parts: {' '.join(lost[:40])}")
        share, speed = right / max(total, 1), len(paths) / seconds
        print(f"{kind:6}{len(paths):4} papers, {share:.2%} of {total:,} words in order, {speed:.1f} papers/s")
    counts = [0, 0, 0]
    for name, document in documents.items():
        gold = [one for one in tables if _NAMES.get(one["paper"], one["paper"]) in name]
        counts = [one + other for one, other in zip(counts, grids(document, gold), strict=True)]
    print(f"grids: {counts[1]} of {counts[0]} cells found, {counts[2]} tables paired")
    for name, alias in (
        (
            "dev-1.jsonl",
            {
                "programmable-kv": "19PINE-AI+programmable-kv",
                "pipeline-shards": "labscommunity+pipeline-sharded-inference-paper",
            },
        ),
        ("dev-tei.jsonl", {}),
    ):
        known = {key: documents[value] for key, value in alias.items() if value in documents} or documents
        total, found, right = sections(name, known)
        print(f"{name}: {total} sections, {found / total:.3f} found, {right / total:.3f} with the right role")
    count = 0
    with gzip.open(TEXTS / "orkg-tdm" / "efficient-titles-428.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            texts = [(head, "\n".join(paragraphs)) for head, paragraphs in paper["sections"]]
            count += len(roles([Heading(head, 0, "", "", *measures(text)) for head, text in texts]))
    print(f"428 papers: {count:,} sections with roles")


if __name__ == "__main__":
    main()
