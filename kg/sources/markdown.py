"""Markdown lists and digests of papers: items, table rows and sections with a link to a paper.

Links may also be those of reStructuredText, Org and HTML, or stand at the end of the file ("[1]: https://..."). A
paper is what has a title and a link to a place of papers, or a title, the names of several people and a year, wherever
its link leads. Lines such as "Authors: ..." below it are its fields.
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
from kg.sources.lines import decoded, opening
from kg.sources.links import IMAGE, LINK, TARGET, bare, linked
from kg.sources.people import people
from kg.sources.records import is_data
from kg.sources.references import (
    EDITION,
    held_in,
    in_bold,
    in_italics,
    in_italics_behind,
    names_first,
    place_in,
    reference,
    year_of,
)
from kg.sources.rows import ARXIV_ID, Beside, Row, Skipped, batch_of, doi_in

_PAPER = re.compile(
    r"https?://[^\s()<>\[\]|]{0,100}(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\.|openreview\.net/(?:forum|pdf)|aclanthology\.org/|"
    r"aclweb\.org/anthology|proceedings\.mlr\.press/|papers\.(?:nips|neurips)\.cc/|proceedings\.neurips\.cc/|"
    r"openaccess\.thecvf\.com/|proceedings\.iclr\.cc/|huggingface\.co/papers/|dl\.acm\.org/doi/|ieeexplore\.ieee\.org/|biorxiv\.org/content/|"
    r"alphaxiv\.org/abs/|semanticscholar\.org/paper/|hf\.co/papers/|usenix\.org/(?:conference|system)/|mlsys\.org/|ojs\.aaai\.org/|"
    r"sciencedirect\.com/science/article/|link\.springer\.com/(?:article|chapter)/|nature\.com/articles/|jmlr\.org/papers/|"
    r"ijcai\.org/proceedings/|proceedings\.mlsys\.org/|vldb\.org/pvldb/|/10\.\d{4,9}/|/pii/S\d|"
    r"plos\w*/article\?id=10\.|mdpi\.com/\d|frontiersin\.org/articles?/|academic\.oup\.com/\w|pubmed\.ncbi\.nlm\.nih\.gov/\d|"
    r"ncbi\.nlm\.nih\.gov/pmc/|papers\.ssrn\.com/|eprint\.iacr\.org/\d|ecva\.net/papers/|isca-(?:speech|archive)\.org/|"
    r"roboticsproceedings\.org/|ceur-ws\.org/Vol|hal\.science/hal|direct\.mit\.edu/)[^\s()<>\[\]|\"'`]{0,300}|\barXiv:\s*\d{4}\.\d{4,5}|"
    r"(?:(?<=\[paper\]\()|(?<=\[pdf\]\()|(?<=\[paper\]\]\()|(?<=\[pdf\]\]\())https?://[^\s()<>\[\]|\"'`]{1,300}",
    re.I,
)
_OTHER_FORM = re.compile(r"\s*(?:[<{\\@%]|\[\s*[{\[]\s*\")")  # XML, JSON, LaTeX, BibTeX
_STRONG = re.compile(r"()\*\*((?:\d{1,3}[.、)]\s*)?[^*]{6,300})\*\*\s*$")  # a line in bold, as a heading
_PLAIN = re.compile(  # a title, perhaps its venue, and a link's label
    r"[^\W_][^\[\]\n]{9,300}\[+(?:paper|pdf|arxiv|link|论文)\]+\(", re.I
)
_FILE = re.compile(r"(?<=\]\()https?://[^\s()<>\[\]|\"'`]{1,300}\.pdf\b", re.I)  # a link to any PDF
_QUOTED_TITLE = re.compile(r"^.{0,20}?[“\"]([^“”\"]{6,300})[”\"].*$", re.S)
_ITEM = re.compile(r"(\s{0,40})(?:[-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_SUMMARY = re.compile(r"(?:<details[^<>]{0,100}>\s*)?<summary\b[^<>]{0,100}>(.{0,200}?)</summary>", re.I)
_LONE = re.compile(
    r"(?:[^\w\[(<`|]|_){0,20}([^\W\d][\w ]{1,30}?)[*_]{0,3}\s*[:：]?\s*[*_]{0,3}\s*$"
)  # a label above its text
_BOLD = re.compile(r"\*\*([^*]{1,400})\*\*|__([^_]{1,400})__")
_SAID = re.compile(r"(?:[^\w\[(<`|]|_){0,20}([^\W\d][\w ()/-]{0,30}?)[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*(\S.*)")
_WORD_OF_LABEL = (
    r"(?:paper|pdf|arxiv|link|code|html|abs|abstract|project(?: page)?|page|website|github|video|slides?|blog|poster|"
    r"doi|openreview|url|demo|data(?:set)?|model|tweet|bib(?:tex)?|hugging ?face|presentation|talk|supp(?:lementary)?|"
    r"tensorflow|pytorch|official|论文|链接|代码|原文|\d{4}\.\d{4,5}(?:v\d+)?|arxiv:\S+|https?://\S+|10\.\d{4,9}/\S+)"
)
_LABEL = re.compile(rf"(?i)\W*{_WORD_OF_LABEL}(?:\W|\d|{_WORD_OF_LABEL})*")
_BUTTON = re.compile(r"\s*\[[^\[\]]{1,30}\]\s*")  # "[[Code (PyTorch)]](...)"
_NUMBER = re.compile(r"^\s*\d{1,4}[.)]\s+")
_BEFORE = re.compile(r"^(?:[\s\W]*(?:\[[^\[\]]{1,30}\]|\([^()]{1,30}\)|\d{4}[-/.]\d\d(?:[-/.]\d\d)?(?!\d))[\s:,.-]*)+")
_EDITION_BEHIND = re.compile(rf"\s*[(\[]\s*{EDITION.pattern}[^()\[\]]{{0,20}}[)\]]\s*$")
_ACRONYM = re.compile(r"[A-Z]{3,10}")  # of a venue, before a title
_YEAR_BEHIND = re.compile(r"\s*\((?:19|20)\d\d\)$")
_EDITION_AFTER = re.compile(rf",\s+{EDITION.pattern}\W*$")  # behind a title without marks
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?!\d|\.\d)")
_BY = re.compile(
    r"(?i)^\W{0,5}by\s+([^\[\]()]{3,500})|^\W{0,5}[*_]([^*_\[\]]{3,500})[*_]"
    r"|^\W{0,5}([^\W\d_][^\[\]():*_.]{2,100}\bet\.? ?al\b\.?)"
)
_CITED = re.compile(
    r"^\W{0,5}\(([^\W\d_][^\[\]()\d*_]{2,300}(?: (?:&|and) [^\W\d_]+(?:-[^\W\d_]+)?|\bet al\.?)), (?:19|20)\d\d\)"
)
_BETWEEN_CITED = re.compile(r",? (?:&|and) |, ")
_NICKNAMED = re.compile(r"[\W\d]{0,8}(?:\*\*|__)[^*_]{1,60}(?:\*\*|__)\s*[:–—-]{0,2}\s*[“\"]([^“”\"]{6,300})[”\"]")
_LABELS = re.compile(r"^(?:\s*\[[^\[\]]{1,30}\])+")  # of links behind a title
_STOP = re.compile(r"(?<=[^\W\d_A-Z])\.$")
_SENTENCE = re.compile(r"[.?!]\s+(?=[A-Z])")
_BAR = re.compile(r"(?<!\\)\|")
_NEXT_LINE = re.compile(r"\s*<br\s*/?>\s*", re.I)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_QUOTE = re.compile(r"^[\s>]+")
_QUOTES = re.compile(r"((?:\n[ \t]*>[^\n]*)+)(?=\n|$)")
_BRACKETS = re.compile(r"\([^()]*\)")
_FLOWING = frozenset(("abstract", "authors", "institutions", "keywords"))  # fields that go on in the next lines
_LONGEST = 20_000  # code points of a line, and of what is kept of a block's own text
_SIGNS = re.compile(r"^(?:[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]\s*)+")  # before a title
_LEAST = 6  # code points of a title
_DEEPEST = 7  # the level of a line in bold among headings
_COLUMNS = 3  # marks between the columns of a table
_LEAST_WORDS = 3  # of the title of what seems to be a paper
_PROSE, _QUOTED = 200, 15  # code points of a paragraph, and of a quotation, that may be an abstract


class MarkdownReader:
    """Reads Markdown lists of papers; an entry is named by source and position."""

    name = "markdown"

    def sniff(self, file: InputFile) -> float:
        start = opening(file)
        lines = start.split("\n")
        if _OTHER_FORM.match(start) or not _PAPER.search(start) or is_data(file) or _is_table(lines):
            return 0.0
        marked = any(_ITEM.match(line) or _HEADING.match(line) or _RULE.match(line) for line in lines)
        return 0.6 if marked or LINK.search(start) else 0.2

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; a link to a paper without a title is skipped with a message."""
        return batch_of(_rows(file), file, self.name, "links")


def _is_table(lines: list[str]) -> bool:
    """Whether the first line names columns: it has as many commas or tabs as the next ones at most, and no link."""
    first, *others = [line for line in lines[:5] if line.strip()] or [""]
    return any(
        first.count(mark) >= _COLUMNS and all(other.count(mark) >= first.count(mark) for other in others)
        for mark in ",\t;"
    ) and not (_PAPER.search(first) or _ITEM.match(first) or _HEADING.match(first))


@dataclass
class _Block:
    """A part of the file that may be one paper."""

    line: int
    depth: int  # -1 for a heading, else the indent of the item
    text: str = ""
    said: dict[str, str] = field(default_factory=dict)  # fields, by our key
    level: int = 0  # of a heading
    is_row: bool = False  # of a table whose columns say what a paper has
    url: str = ""  # of the title of such a row, wherever it leads
    has_items: bool = False  # a heading whose items are papers is none


class _Reading:
    """The open heading, item and table of a file while its lines are read; each method gives the papers that end."""

    def __init__(self, targets: dict[str, str]) -> None:
        self._form = form = Form.of({})
        self._keys = {
            place[0]: key for key, places in reversed([*form.fields.items()]) for place in places if len(place) == 1
        }
        self._targets = targets
        self._heading: _Block | None = None
        self._item: _Block | None = None
        self._columns: list[str] = []
        self._before = ""
        self._waiting = ""  # the field that the next text belongs to, ...
        self._is_below = False  # ... also behind an empty line, because its label stands alone
        self._fenced = False

    def line(self, number: int, line: str) -> Iterator[Row]:
        line = linked(line[:_LONGEST].rstrip(), self._targets)
        self._fenced ^= _FENCE.match(line) is not None
        if self._fenced:
            return
        if found := _HEADING.match(line) or (_STRONG.match(line) if self._is_apart() else None):
            yield from self._section(number, found)
        elif line.lstrip().startswith("|") or (self._columns and "|" in line):
            yield from self._cells(number, line)
        elif (found := _ITEM.match(line)) and not (self._key(found[2]) and (self._item or self._heading)):
            yield from self._listed(number, found)
        elif line.strip():
            yield from self._text(number, _SUMMARY.sub(r"\1: ", line))
        if not line.strip():
            self._columns = []
            self._waiting = self._waiting if self._is_below else ""
        self._before = line

    def end(self) -> Iterator[Row]:
        """The papers that are still open, which are closed."""
        for block in (self._item, self._heading):
            if block is not None and not block.has_items:
                yield from _row(block)
        self._item = self._heading = None

    def _is_apart(self) -> bool:
        """Whether a line in bold may be a heading: behind an empty line, outside of an item with its paper."""
        return not self._before.strip() and not self._waiting

    def _completes(self, line: str) -> bool:
        """Whether a line that is no part of the item holds the link that it lacks, and no title."""
        item = self._item
        is_open = item is not None and not _PAPER.search(item.text) and _title(item.text) != ""
        return is_open and _PAPER.search(line) is not None and not _title(line)

    def _end_item(self) -> Iterator[Row]:
        if self._item is not None:
            yield from _row(self._item)
        self._item, self._waiting = None, ""

    def _key(self, text: str) -> str:
        """The field that a line names before a colon; "" for none."""
        said = _SAID.match(text)
        return self._field(said[1]) if said else ""

    def _field(self, label: str) -> str:
        return self._keys.get(self._form.called(_BRACKETS.sub("", label)), "")

    def _section(self, number: int, found: re.Match[str]) -> Iterator[Row]:
        depth = len(found[1]) or _DEEPEST
        label = _LONE.match(found[2])
        key = self._field(label[1]) if label else ""
        if key in _FLOWING and self._heading is not None and depth > self._heading.level:
            yield from self._end_item()
            self._waiting, self._is_below = key, True
            return
        yield from self.end()
        self._heading, self._columns, self._waiting = _Block(number, -1, found[2], level=depth), [], ""

    def _cells(self, number: int, line: str) -> Iterator[Row]:
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip().strip("|"))]
        if _RULE.match(line):
            self._columns = [folded_name(bare(cell)) for cell in self._before.strip().strip("|").split("|")]
        elif self._columns:
            yield from self._end_item()
            yield from _row(_of_cells(number, self._columns, cells, self._keys))
        elif _PAPER.search(line):  # a table without a line of dashes
            yield from self._end_item()
            yield from _row(_Block(number, 0, " ".join(cells)[:_LONGEST]))

    def _listed(self, number: int, found: re.Match[str]) -> Iterator[Row]:
        depth, text, item = len(found[1].expandtabs()), found[2], self._item
        is_paper = _PAPER.search(text) is not None
        if item is None or depth <= item.depth:
            is_new = True
        elif _PAPER.search(item.text):
            is_new = is_paper and _title(text) != ""  # "[pdf](...)" below the title belongs to it
        else:
            is_new = is_paper and not (_title(item.text) and not _title(text) and (item.said or LINK.search(text)))
        if not is_new and item is not None:
            item.text = f"{item.text}\n{text}"[:_LONGEST]
            return
        yield from self._end_item()
        self._item, heading = _Block(number, depth, text), self._heading
        if heading is not None and is_paper and not _PAPER.search(heading.text) and not heading.said:
            heading.has_items = True

    def _text(self, number: int, line: str) -> Iterator[Row]:
        block = self._item or self._heading
        label = _LONE.match(line)
        if block is None:
            if _PAPER.search(line):
                is_bare = not _title(line) and not _PAPER.search(self._before)  # a link below its title
                yield from _row(_Block(number, 0, f"{self._before}\n{line}" if is_bare else line))
        elif block is self._heading and not block.said and not _PAPER.search(block.text) and _PLAIN.match(line):
            block.has_items = True
            yield from _row(_Block(number, 0, line))
        elif key := self._key(line):
            said = _SAID.match(line)
            block.said.setdefault(key, said[2] if said else "")
            self._waiting, self._is_below = key if key in _FLOWING else "", False
            block.text = f"{block.text}\n{line if _PAPER.search(line) else ''}"[:_LONGEST]
        elif label and (key := self._field(label[1])) in _FLOWING and key not in block.said:
            self._waiting, self._is_below = key, True
        elif self._waiting and not LINK.search(line) and not _RULE.match(line):
            said_before = block.said.get(self._waiting, "")
            block.said[self._waiting] = f"{said_before} {_QUOTE.sub('', line)}".strip()[:_LONGEST]
        elif self._item is not None and not (line[0].isspace() or self._before.strip() or self._completes(line)):
            yield from self._end_item()  # a paragraph after the list
            if self._heading is not None and _PAPER.search(line):
                self._heading.text = f"{self._heading.text}\n{line}"[:_LONGEST]
        else:
            self._waiting = ""
            block.text = "\n".join((block.text, *[""] * (not self._before.strip()), line))[:_LONGEST]


def _rows(file: InputFile) -> Iterator[Row]:
    text = decoded(b"".join(file.chunks()))
    reading = _Reading({name.lower(): url for name, url in TARGET.findall(text)})
    for number, line in enumerate(text.split("\n"), 1):
        yield from reading.line(number, line)
    yield from reading.end()


def _of_cells(number: int, columns: list[str], cells: list[str], keys: dict[str, str]) -> _Block:
    said: dict[str, str] = {}
    url = ""
    for column, cell in zip(columns, cells, strict=False):
        if (key := keys.get(column) or _OTHER.get(column)) and cell:
            cell = _SUMMARY.sub("", cell)
            cell, *below = _NEXT_LINE.split(_STAR.sub("", cell)) if column in _WITH_AUTHORS else [cell]
            said.setdefault(key, cell)
            if key == "title" and column != "name" and (found := LINK.search(cell)) and "://" in found[2]:
                url = found[2]
            if below:
                said.setdefault("authors", below[-1])
    is_paper = "title" in said and not said.keys().isdisjoint(("authors", "venue", "year", "date"))
    return _Block(number, 0, "\t".join(cells)[:_LONGEST], said, is_row=is_paper, url=url * is_paper)


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
    links = [found[0].rstrip(".,;:") for found in (*_PAPER.finditer(whole), *_FILE.finditer(whole))]
    if len(parts := _several(block)) > 1:
        for part in parts:
            yield from _row(part)
        return
    if not (links or block.url or (block.is_row and "authors" in block.said) or _is_reference(block)):
        if block.depth >= 0 and _seems_paper(block):
            yield where, Beside(linkless=True)
        return
    links = links or [block.url] * bool(block.url)
    said = {key: bare(LINK.sub(r"\1", value)) for key, value in block.said.items()}
    cell = block.said.get("title", "")
    begins_with_quote = cell[:1] in '“"' and cell[-1:] not in '”"'
    title = ("" if begins_with_quote else _title(cell)) or said.get("title", "") or _title(block.text)
    arxiv = next((found for link in links if (found := _arxiv(link))), "")
    if len(title) < _LEAST:
        for which, link in {_arxiv(link) or link: link for link in reversed(links)}.items():
            how = f": fetch it with `kg fetch arxiv id:{which}`" if which != link else ": write its title beside it"
            yield where, Skipped(f"it is a link ({link[:100]}) without a title{how}")
        return
    flat = LINK.sub(r"\1", IMAGE.sub("", block.text))
    before, rest = [*re.split(r"\s+".join(map(re.escape, title.split())), flat, maxsplit=1), ""][:2]
    by = _BY.search(_LABELS.sub("", rest.removeprefix("**")).lstrip(' -–—:,."”]\n'))
    bold = in_bold(block.text)
    signed, cited_title = bold if bold[1] else _referred(block.text)
    signed = signed if cited_title == title else []  # names before the title
    place = place_in(rest) or (in_italics_behind(rest) if signed else "")
    by = None if by and by[2] and (signed or by[2] == place) else by
    edition = EDITION.search(rest) or EDITION.search(said.get("venue", "")) or EDITION.search(before)
    year = _YEAR.search(said.get("year", "") or said.get("date", "") or rest) or _YEAR.search(before)
    names = said.get("authors") or (next((one for one in by.groups() if one), "") if by else "")
    authors = (
        signed
        if cited_title == title and bold[1]
        else people([_STOP.sub("", names)])
        if names
        else _BETWEEN_CITED.split(cited[1])
        if (cited := _CITED.match(rest))
        else names_first(rest) or names_first(_BEFORE.sub("", before)) or in_italics(rest) or signed
    )
    row: dict[str, Any] = {
        "title": title,
        "abstract": said.get("abstract", "") or _prose(block.text),
        "authors": authors,
        "institutions": bibliography.places([said["institutions"]]) if "institutions" in said else [],
        "venue": said.get("venue")
        or (edition[1] if edition and edition[1].lower() not in _NO_VENUE else "")
        or place
        or (held_in(rest) if authors else "")
        or (alone if _ACRONYM.fullmatch(alone := before.strip(" []")) and not _LABEL.fullmatch(alone) else ""),
        "year": year[0] if year else year_of(edition) if edition else "",
        "date": said.get("date", ""),
        "arxiv": arxiv,
        "doi": next((found for link in links if (found := doi_in(link))), ""),
        "url": next((link for link in links if link.startswith("http")), ""),
        "keywords": bibliography.terms([said["keywords"]]) if "keywords" in said else [],
    }
    yield where, row


def _several(block: _Block) -> list[_Block]:
    """The paragraphs below a heading without a link, if most of those that have a link to a paper have a title too."""
    head, *below = block.text.split("\n\n")
    if block.depth >= 0 or block.said or _PAPER.search(head):
        return []
    parts = ["\n".join(_QUOTE.sub("", line) for line in part.split("\n")) for part in below if _PAPER.search(part)]
    titles = [_title(part) for part in parts]
    is_list = bool(titles) and titles[0] != "" and 2 * sum(map(bool, titles)) > len(titles)
    return [_Block(block.line, 0, part) for part in parts] if is_list else []


def _is_reference(block: _Block) -> bool:
    """Whether an item has a title, the names of two at least and a year; its link, if any, may lead anywhere."""
    title = _title(block.text) if block.depth >= 0 and _YEAR.search(block.text) else ""
    if len(title.split()) < _LEAST_WORDS or block.is_row:
        return False
    before, _, rest = bare(LINK.sub(r"\1", block.text)).partition(title)
    if not (names_first(rest) or names_first(_BEFORE.sub("", before)) or _referred(block.text)[0]):
        return False
    block.url = next((url for label, url in LINK.findall(block.text) if bare(label) == title and "://" in url), "")
    return True


def _seems_paper(block: _Block) -> bool:
    """Whether an item has a title of several words, set apart, and names or a venue with its year behind it."""
    if block.is_row:
        return True
    title = next((one or other for one, other in _BOLD.findall(block.text)), "") or _QUOTED_TITLE.sub(r"\1", block.text)
    title = bare(LINK.sub(r"\1", title)) if title != block.text else ""
    if len(title.split()) < _LEAST_WORDS or not _is_title(title):
        return False
    rest = bare(LINK.sub(r"\1", block.text)).rpartition(title)[2]
    return EDITION.search(rest) is not None or bool(names_first(rest))


def _prose(text: str) -> str:
    """The paragraphs below a title that are long enough to be an abstract, or quoted."""
    found = []
    text = _QUOTES.sub(r"\n\1\n", text)
    for part in text.split("\n\n")[1:]:
        lines = [line for line in part.split("\n") if line.strip()]
        is_quote = bool(lines) and all(line.lstrip().startswith(">") for line in lines) and not _SAID.match(lines[0])
        prose = bare(" ".join(_QUOTE.sub("", line) for line in lines))
        if len(prose) >= (_QUOTED if is_quote else _PROSE) and not LINK.search(part) and not _PAPER.search(part):
            found.append(prose)
    return "\n".join(found)


_NO_VENUE = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}) | {
    *("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december")
}
_IN_LINK = re.compile(rf"(?:/|arxiv:\s*)({ARXIV_ID})", re.I)


def _arxiv(link: str) -> str:
    found = _IN_LINK.search(link) if re.search(r"arxiv|papers/", link, re.I) else None
    return found[1] if found else ""


def _title(text: str) -> str:
    """The title in an item: the text of its link to a paper, of another link, what is bold, what stands before them."""
    text = IMAGE.sub("", _NEXT_LINE.sub("\n", text))
    if cited_in_bold := in_bold(text)[1]:
        return cited_in_bold
    if (named := _NICKNAMED.match(text)) and _is_title(named[1]):
        return bare(named[1])
    found = [
        (label, _PAPER.search(url) is not None) for label, url in LINK.findall(text) if not _BUTTON.fullmatch(label)
    ]
    texts = [_SIGNS.sub("", bare(label)) for label, _ in sorted(found, key=lambda one: not one[1])]
    bold = [_SIGNS.sub("", bare(one or other)) for one, other in _BOLD.findall(text)]
    if own := next((one for one in (*texts, *bold) if _is_title(one)), ""):
        return _EDITION_BEHIND.sub("", own)
    first = text.split("\n")[0]
    if behind := _behind_links(text):  # "[[ICLR2024](...)] Title [[code](...)]"
        first = " ".join(behind.split("\n\n")[0].split())
    names, title = _referred(behind or text)
    if names:
        return title
    plain = _PAPER.split(LINK.split(first)[0])[0]
    is_whole = plain.rstrip().endswith(("–", "—"))  # a dash before the link ends the title
    plain = _BEFORE.sub("", _SIGNS.sub("", _NUMBER.sub("", plain))).strip(" \t|[](-–—:,*_`")
    quoted = re.search(r"[“\"]([^“”\"]{6,300})[”\"]", plain)
    plain = (
        quoted[1]
        if quoted
        else _EDITION_AFTER.sub(
            "", _EDITION_BEHIND.sub("", bare(plain) if is_whole else _SENTENCE.split(bare(plain))[0])
        )
    )
    plain = _YEAR_BEHIND.sub("", plain)
    return plain.strip(" ,.;:-–—([") if _is_title(plain) else ""


def _referred(text: str) -> tuple[list[str], str]:
    """The authors and the title of a reference that an item is, without marks before it."""
    whole = _PAPER.split(LINK.split(" ".join(text.split("\n\n")[0].split()))[0])[0]
    names, title = reference(bare(_BEFORE.sub("", _SIGNS.sub("", _NUMBER.sub("", whole)))))
    return names, _EDITION_AFTER.sub("", _EDITION_BEHIND.sub("", title))


def _behind_links(text: str) -> str:
    """What stands behind the links that a text begins with; "" if it begins otherwise."""
    at = end = 0
    while at < min(len(text), _LONGEST):
        if found := LINK.match(text, at):
            at = end = found.end()
        elif text[at].isalnum():
            return text[at:] if end else ""
        else:
            at += 1
    return ""


def _is_title(text: str) -> bool:
    return (
        len(text) >= _LEAST
        and not _LABEL.fullmatch(text)
        and not EDITION.fullmatch(text)
        and any(c.isalpha() for c in text)
    )


READER = MarkdownReader()
