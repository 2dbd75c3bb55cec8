"""Bodies in Markdown: a paper's headings, paragraphs, lists, formulas, pipe tables, captions, numbered references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from kg.sources.body.bodyparts import Anchor, Builder, Piece, body_of
from kg.sources.body.flow import GridCell, placed
from kg.sources.body.jatsbody import number_in
from kg.sources.body.roles import Heading, roles, settings
from kg.sources.paper_rows import Beside, Row

_LINE = re.compile(
    r"(#{1,6})\s+(.*?)[\s#]*$|(\s*(?:[-*+]|\d{1,3}[.)])\s+)(.*)|(\s*\|.*)|(\s*\$\$)|(\s*(?:```|~~~))|(\*{0,2}(?:Table|Figure|Fig\.|表|图)\s*\d+[.:：*].*)",
    re.S,
)
_ENTRY = re.compile(r"\s*(?:[-*+]\s+)?(?:\[(\w{1,20})\]|(\d{1,3})[.)])\s+(.*)", re.S)
_CITED = re.compile(r"\[(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*)\](?!\()")
_MARKS = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[([^\]\[]+)\]\([^)\s]*\)|(\*\*|__|`)")
_MOST_ROWS = 1_000  # links of a paper, which are read as those of a list
_LEAST = 3  # roles of sections that make a file a paper


def is_paper(text: str) -> bool:
    """Whether a text in Markdown has the sections of a paper: an introduction or abstract, and others."""
    headings = [line.lstrip("#").strip() for line in text.split("\n")[:5000] if line.startswith("#")]
    found = set(roles([Heading(one) for one in headings[:300]]))
    return bool(found & {"intro", "abstract"}) and len(found - {"other", "method"}) >= _LEAST


def papers(rows: Iterator[Row], text: str) -> Iterator[Row]:
    """The paper of a text with its body: the one that the rows give, else one with the title and abstract printed."""
    listed = list(islice(rows, _MOST_ROWS))
    found = [row for _, row in listed if isinstance(row, dict) and not isinstance(row, Beside)]
    body = body_of(lambda builder: read(builder, text))
    abstract = "\n".join(part.text.raw for part in body.parts if part.role == "abstract" and part.kind == "paragraph")
    title = next((line.lstrip("#").strip() for line in text.split("\n") if line.startswith("#")), "")
    row = found[0] if len(found) == 1 else {"title": title, "abstract": abstract}
    yield "the paper", {**row, "body": lambda: body}


def read(builder: Builder, text: str) -> None:
    """Read a paper; the first heading is its title."""
    lines = text.split("\n")
    top = min(
        (len(line) - len(line.lstrip("#")) for line in lines if line.startswith("#") and line.lstrip("#")[:1] == " "),
        default=1,
    )
    is_titled = sum(line.startswith("#" * top + " ") for line in lines) == 1
    place, block, kind = "", list[str](), "paragraph"
    fence = ""
    below: tuple[str, str] | None = None  # id and label of the table whose caption stands above

    def end() -> None:
        nonlocal block, kind, below
        whole = "\n".join(block)
        if kind == "table":
            rows = [_cells(line) for line in block if set(line) - set("|:- \t")]
            ruled = any(not set(line) - set("|:- \t") for line in block)
            cells = [
                [GridCell(_pieces(one), 1, 1, ruled and not at, "**" in one) for one in row]
                for at, row in enumerate(rows)
            ]
            builder.table(*(below or (builder.named("tu"), "")), placed(cells, settings()["limits"]["columns"]))
        elif place == "references" and whole.strip():
            for entry in _entries(block):
                builder.reference(*entry)
        elif kind == "caption":
            shown = "".join(one for one in _pieces(whole) if isinstance(one, str))
            label = " ".join(shown.split()[:2]).rstrip(".:：")
            letter = "t" if label.startswith(("Table", "表")) else "f"
            name = builder.named(letter, number_in(label))
            builder.add("caption", _pieces(whole), f"{name}/caption")
            below = (name, label) if letter == "t" else None
            block, kind = [], "paragraph"
            return
        elif whole.strip():
            builder.add(kind, [whole.strip(" $\n")] if kind == "formula" else _pieces(whole))
        below = None if whole.strip() else below
        block, kind = [], "paragraph"

    for line in lines:
        found = _LINE.match(line)
        if fence or (found and (found[6] or found[7])):
            sign = found[6] or found[7] if found and not fence else ""
            if sign:
                end()
                fence, kind = sign.strip(), "formula" if "$" in sign else "paragraph"
                line = line.replace(fence, "", 1)
            is_closed = fence in line
            block.append(line.replace(fence, ""))
            if is_closed:
                end()
                fence = ""
        elif found and found[1]:
            end()
            depth = len(found[1]) - top + (not is_titled)
            if depth:
                title = "".join(one for one in _pieces(found[2]) if isinstance(one, str))
                place = "references" if roles([Heading(title, 1)]) == ["references"] else ""
                builder.section(_pieces(found[2]), depth, "", place)
        elif not line.strip():
            end()
        elif found and (found[5] or found[8] or found[3]):
            now = "table" if found[5] else "caption" if found[8] else "item"
            if now != "table" or kind != "table":
                end() if place != "references" else None
            kind = now
            block.append(line if found[5] or found[8] or place == "references" else found[4])
        else:
            if kind == "table":
                end()
            block.append(line)
    end()


def _cells(line: str) -> list[str]:
    return [one.strip().replace("\\|", "|") for one in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _pieces(text: str) -> list[Piece]:
    text = _MARKS.sub(lambda found: found[1] or "", text)
    made: list[Piece] = []
    at = 0
    for found in _CITED.finditer(text):
        made.append(text[at : found.start()] + "[")
        numbers = re.split(r"(\D+)", found[1])
        made += [one if number % 2 else Anchor(one, one) for number, one in enumerate(numbers)]
        at = found.end()
        made.append("]")
    return [*made, text[at:]]


def _entries(block: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The references in lines: key and text; a line without a number goes on with the one above it."""
    key, said = "", list[str]()
    for line in block:
        if found := _ENTRY.match(line):
            if said:
                yield key, " ".join(said)
            key, said = found[1] or found[2], [found[3]]
        else:
            said.append(line.strip(" -*+"))
            key = key or line[:40]
    if said:
        yield key, " ".join(said)
