"""Markdown lists and digests of papers: items, table rows and sections with a link to a paper.

A paper is what has a title and a link to arXiv, a DOI, OpenReview, the ACL Anthology or another place of papers. Lines
such as "Authors: ..." below it are its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.model import Batch
from kg.sources import bibliography
from kg.sources.base import InputFile
from kg.sources.forms import Form, folded_name
from kg.sources.people import people
from kg.sources.rows import ARXIV_ID, Row, Skipped, batch_of, doi_in

_PAPER = re.compile(
    r"https?://[^\s()<>\[\]|]{0,100}(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\.|openreview\.net/(?:forum|pdf)|aclanthology\.org/|"
    r"aclweb\.org/anthology|proceedings\.mlr\.press/|papers\.(?:nips|neurips)\.cc/|proceedings\.neurips\.cc/|"
    r"openaccess\.thecvf\.com/|huggingface\.co/papers/|dl\.acm\.org/doi/|ieeexplore\.ieee\.org/|biorxiv\.org/content/|"
    r"alphaxiv\.org/abs/|semanticscholar\.org/paper/|hf\.co/papers/)[^\s()<>\[\]|\"'`]{0,300}|\barXiv:\s*\d{4}\.\d{4,5}",
    re.I,
)
_ITEM = re.compile(r"(\s{0,40})(?:[-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,500})\]\(\s*<?([^\s()<>]{1,500}(?:\([^()\s]{0,100}\)[^\s()<>]{0,200})?)[^()]{0,200}\)"
)
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,500}\)|<[^<>]{0,300}>")
_BOLD = re.compile(r"\*\*([^*]{1,400})\*\*|__([^_]{1,400})__")
_SAID = re.compile(r"[\s>*_+-]{0,20}([^\W\d][\w ()/-]{0,30}?)[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*(\S.*)")
_LABEL = re.compile(
    r"(?i)\W*(?:paper|pdf|arxiv|link|code|html|abs|abstract|project(?: page)?|page|website|github|video|slides|blog|"
    r"poster|doi|openreview|"
    r"url|demo|data(?:set)?|model|tweet|bib(?:tex)?|hugging ?face|论文|链接|代码|原文|\d{4}\.\d{4,5}(?:v\d+)?|arxiv:\S+|https?://\S+)(?:\W*\d*)*"
)
_BUTTON = re.compile(r"\s*\[[^\[\]]{1,30}\]\s*")  # "[[Code (PyTorch)]](...)"
_NUMBER = re.compile(r"^\s*\d{1,4}[.)]\s+")
_BEFORE = re.compile(r"^(?:[\s\W]*(?:\[[^\[\]]{1,30}\]|\([^()]{1,30}\)|\d{4}[-/.]\d\d(?:[-/.]\d\d)?)[\s:,.-]*)+")
_EDITION = re.compile(r"\b([A-Z][A-Za-z]{2,12}(?:/[A-Z][A-Za-z]{2,12})?)[ -]?[’']?((?:19|20)\d\d)\b")
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?!\d|\.\d)")
_BY = re.compile(
    r"(?i)^\W{0,5}by\s+([^\[\]()]{3,500})|^\W{0,5}[*_]([^*_\[\]]{3,500})[*_]"
    r"|^\W{0,5}([^\W\d_][^\[\]():*_.]{2,100}\bet\.? ?al\b\.?)"
)
_SENTENCE = re.compile(r"[.?!]\s+(?=[A-Z])")
_BAR = re.compile(r"(?<!\\)\|")
_NEXT_LINE = re.compile(r"\s*<br\s*/?>\s*", re.I)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_LONGEST = 20_000  # code points of a line, and of what is kept of a block's own text
_LEAST = 6  # code points of a title


class MarkdownReader:
    """Reads Markdown lists of papers; an entry is named by source and position."""

    name = "markdown"

    def sniff(self, file: InputFile) -> float:
        start = file.start()
        if start.lstrip()[:1] in ("<", "{", "\\", "@", "%") or not _PAPER.search(start):
            return 0.0
        lines = start.split("\n")
        marked = any(_ITEM.match(line) or _HEADING.match(line) or _RULE.match(line) for line in lines)
        return 0.6 if marked or _LINK.search(start) else 0.2

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; a link to a paper without a title is skipped with a message."""
        return batch_of(_rows(file), file, self.name, "links")


@dataclass
class _Block:
    """A part of the file that may be one paper."""

    line: int
    depth: int  # -1 for a heading, else the indent of the item
    text: str = ""
    said: dict[str, str] = field(default_factory=dict)  # fields, by our key
    has_items: bool = False  # a heading whose items are papers is none


def _rows(file: InputFile) -> Iterator[Row]:
    form = Form.of({})
    keys = {place[0]: key for key, places in reversed([*form.fields.items()]) for place in places if len(place) == 1}
    heading: _Block | None = None
    item: _Block | None = None
    columns: list[str] = []
    before = ""
    fenced = False

    def made(*blocks: _Block | None) -> Iterator[Row]:
        for block in blocks:
            if block is not None and not block.has_items:
                yield from _row(block)

    for number, line in enumerate(file.text().split("\n"), 1):
        line = line[:_LONGEST].rstrip()
        if _FENCE.match(line):
            fenced = not fenced
        if fenced:
            continue
        if found := _HEADING.match(line):
            yield from made(item, heading)
            item, heading, columns = None, _Block(number, -1, found[2]), []
        elif line.lstrip().startswith("|") or (columns and "|" in line):
            cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip().strip("|"))]
            if _RULE.match(line):
                columns = [folded_name(_bare(cell)) for cell in before.strip().strip("|").split("|")]
            elif columns:
                yield from made(item)
                item = None
                yield from _row(_of_cells(number, columns, cells, keys))
            elif _PAPER.search(line):  # a table without a line of dashes
                yield from made(item, _Block(number, 0, " ".join(cells)[:_LONGEST]))
                item = None
        elif (found := _ITEM.match(line)) and not (_is_field(found[2], keys) and (item or heading)):
            depth = len(found[1].expandtabs())
            is_new = item is None or depth <= item.depth or _PAPER.search(found[2]) is not None
            if is_new and item is not None and depth > item.depth and _PAPER.search(item.text):
                is_new = _title(found[2]) != ""  # "[pdf](...)" below the title belongs to it
            if is_new:
                yield from made(item)
                item = _Block(number, depth, found[2])
                if (
                    heading is not None
                    and _PAPER.search(found[2])
                    and not _PAPER.search(heading.text)
                    and not heading.said
                ):
                    heading.has_items = True
            elif item is not None:
                item.text = f"{item.text}\n{found[2]}"[:_LONGEST]
        elif line.strip():
            block = item or heading
            if block is None:
                yield from made(_Block(number, 0, line) if _PAPER.search(line) else None)
            elif (said := _SAID.match(line)) and (key := keys.get(folded_name(said[1]))):
                block.said.setdefault(key, said[2])
                block.text = f"{block.text}\n{line if _PAPER.search(line) else ''}"[:_LONGEST]
            elif item is not None and not line[0].isspace() and not before.strip():
                yield from made(item)  # a paragraph after the list
                item = None
                block = heading
                if block is not None and _PAPER.search(line):
                    block.text = f"{block.text}\n{line}"[:_LONGEST]
            else:
                block.text = f"{block.text}\n{line}"[:_LONGEST]
        if not line.strip():
            columns = []
        before = line
    yield from made(item, heading)


def _is_field(text: str, keys: dict[str, str]) -> bool:
    return False if (said := _SAID.match(text)) is None else folded_name(said[1]) in keys


def _of_cells(number: int, columns: list[str], cells: list[str], keys: dict[str, str]) -> _Block:
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if (key := keys.get(column) or _OTHER.get(column)) and cell:
            cell, *below = _NEXT_LINE.split(_STAR.sub("", cell)) if column in _WITH_AUTHORS else [cell]
            said.setdefault(key, cell)
            if below:
                said.setdefault("authors", below[-1])
    return _Block(number, 0, " ".join(cells)[:_LONGEST], said)


_WITH_AUTHORS = ("titleauthors", "titleandauthors", "paperauthors")  # a line below the title
_OTHER = {"paper": "title", "name": "title", "papertitle": "title"} | dict.fromkeys(_WITH_AUTHORS, "title")
#: A picture at the beginning of a cell, in a link or not: the number of stars.
_STAR = re.compile(
    r"^(?:\s*(?:\[\s*!\[[^\[\]]{0,300}\]\([^()]{0,500}\)\s*\]\([^()]{0,500}\)|!\[[^\[\]]{0,300}\]\([^()]{0,500}\))\s*(?:<br\s*/?>)?)+",
    re.I,
)


def _row(block: _Block) -> Iterator[Row]:
    where = f"line {block.line}"
    whole = "\n".join((block.text, *block.said.values()))
    links = [found[0].rstrip(".,;:") for found in _PAPER.finditer(whole)]
    if not links:
        return
    said = {key: _bare(_LINK.sub(r"\1", value)) for key, value in block.said.items()}
    title = _title(block.said.get("title", "")) or said.get("title", "") or _title(block.text)
    arxiv = next((found for link in links if (found := _arxiv(link))), "")
    if len(title) < _LEAST:
        how = f": fetch it with `kg fetch arxiv id:{arxiv}`" if arxiv else ": write its title beside it"
        yield where, Skipped(f"it is a link ({links[0][:100]}) without a title{how}")
        return
    before, _, rest = _LINK.sub(r"\1", _IMAGE.sub("", block.text)).partition(title)
    by = _BY.search(rest.removeprefix("**").lstrip(' -–—:,."”]\n'))
    edition = _EDITION.search(rest) or _EDITION.search(said.get("venue", "")) or _EDITION.search(before)
    year = _YEAR.search(said.get("year", "") or said.get("date", "") or rest) or _YEAR.search(before)
    names = said.get("authors") or next((one for one in by.groups() if one), "") if by else said.get("authors", "")
    row: dict[str, Any] = {
        "title": title,
        "abstract": said.get("abstract", ""),
        "authors": people([names]) if names else [],
        "institutions": bibliography.places([said["institutions"]]) if "institutions" in said else [],
        "venue": said.get("venue") or (edition[1] if edition and edition[1].lower() not in _NO_VENUE else ""),
        "year": year[0] if year else edition[2] if edition else "",
        "date": said.get("date", ""),
        "arxiv": arxiv,
        "doi": next((found for link in links if (found := doi_in(link))), ""),
        "url": next((link for link in links if link.startswith("http")), ""),
        "keywords": bibliography.terms([said["keywords"]]) if "keywords" in said else [],
    }
    yield where, row


_NO_VENUE = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}) | {
    *("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december")
}
_IN_LINK = re.compile(rf"(?:/|arxiv:\s*)({ARXIV_ID})", re.I)


def _arxiv(link: str) -> str:
    found = _IN_LINK.search(link) if re.search(r"arxiv|papers/", link, re.I) else None
    return found[1] if found else ""


def _title(text: str) -> str:
    """The title in an item: the text of its link to a paper, of another link, what is bold, what stands before them."""
    text = _IMAGE.sub("", _NEXT_LINE.sub("\n", text))
    found = [
        (label, _PAPER.search(url) is not None) for label, url in _LINK.findall(text) if not _BUTTON.fullmatch(label)
    ]
    texts = [_bare(label) for label, _ in sorted(found, key=lambda one: not one[1])]
    bold = [_bare(one or other) for one, other in _BOLD.findall(text)]
    named = next((one for one in (*texts, *bold) if _is_title(one)), "")
    if named:
        return named
    first = text.split("\n")[0]
    plain = _PAPER.split(_LINK.split(first)[0])[0]
    plain = _BEFORE.sub("", _NUMBER.sub("", plain)).strip(" \t|[](-–—:,*_`")
    quoted = re.search(r"[“\"]([^“”\"]{6,300})[”\"]", plain)
    plain = quoted[1] if quoted else _SENTENCE.split(_bare(plain))[0]
    return plain.strip(" ,.;:-–—([") if _is_title(plain) else ""


def _is_title(text: str) -> bool:
    return (
        len(text) >= _LEAST
        and not _LABEL.fullmatch(text)
        and not _EDITION.fullmatch(text)
        and any(c.isalpha() for c in text)
    )


def _bare(text: str) -> str:
    """A text without the marks of Markdown."""
    text = _IMAGE.sub("", text)
    return " ".join(re.sub(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|\\(?=[_*#\[\]$])", "", text).split()).strip()


READER = MarkdownReader()
