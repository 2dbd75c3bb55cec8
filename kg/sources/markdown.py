"""Lists and digests of papers in Markdown, HTML or LaTeX, and references in plain text.

Links may also be those of reStructuredText, Org and HTML, or stand at the end of the file ("[1]: https://..."). A
paper is what has a title and a link to a place of papers, or a title, the names of several people and a year, wherever
its link leads; in a list without such papers, a title with its venue and year behind it. Lines such as "Authors: ..."
below it are its fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from kg.sources import notations
from kg.sources.beside import is_noted
from kg.sources.body import markdownbody
from kg.sources.forms import any_form, folded, folded_name, forms
from kg.sources.inputs import InputFile
from kg.sources.item_titles import LONGEST, NEXT_LINE, is_rating, title_of
from kg.sources.items import QUOTE, SAID, ListItem, rows_of
from kg.sources.json_records import is_data, keys
from kg.sources.lines import decoded, opening
from kg.sources.links import IMAGE, LINK, PAPER, TARGET, bare, linked
from kg.sources.notations import label_of_class
from kg.sources.paper_rows import Beside, Row, RowReader
from kg.sources.references import EDITION

_OTHER_FORM = re.compile(
    r"\s*(?:<(?!(?:div|p|h\d|img|center|a|br|details|b|!--)\b)|[{\\@%]|\[\s*[{\[]\s*\")"
)  # XML, JSON, LaTeX, BibTeX
_STRONG = re.compile(r"()\*\*((?:\d{1,3}[.、)]\s*)?[^*]{6,300})\*\*\s*$")  # a line in bold, as a heading
_PLAIN = re.compile(  # a title, perhaps its venue, and a link's label
    r"[^\W_][^\[\]\n]{9,300}\[+(?:paper|pdf|arxiv|link|论文)\]+\(", re.I
)
_ITEM = re.compile(
    r"(\s{0,40})(?:(?:[-*+•]|\*?\(?\d{1,4}[.)]|\[\^\d{1,4}\]:|\.\. \[[^\[\]]{1,40}\])\s+|\[\d{1,4}\](?![(:\[])\s*)"
    r"(?:\[[ xX]\]\s+)?(.*)"
)
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_SUMMARY = re.compile(r"(?:<details[^<>]{0,100}>\s*)?<summary\b[^<>]{0,100}>(.{0,200}?)</summary>", re.I)
_END_OF_FOLD = re.compile(r"\s*</details>", re.I)
_LONE = re.compile(
    r"(?:[^\w\[(<`|]|_){0,20}([^\W\d][\w ]{1,30}?)[*_]{0,3}\s*[:：]?\s*[*_]{0,3}\s*$"
)  # a label above its text
_CALLOUT = re.compile(r"\s*>\s*\[!(\w+)\][+-]?(?:\s*\1)?\s*$", re.I)  # of Obsidian: "> [!abstract] Abstract"
_BOX = re.compile(r"\s*<div\b[^<>]{0,100}?\bclass=\"([^\"<>]{1,100})\"[^<>]{0,100}>\s*$")
_BAR = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ADDRESS = re.compile(r"<?https?://\S+")
_LABEL = re.compile(r"[^\W\d_][\w;-]*(?: [\w-]+)?")  # of a line that may be a field: "Status", "My rating", "TL;DR"
_OF_YEAR = re.compile(r"(?:[^\d()]{0,30}\s)?((?:19|20)\d\d)(?:\s+\W.*|\s*\(.*)?")  # a heading
_FLOWING = frozenset(("abstract", "authors", "institutions", "keywords"))  # fields that go on in the next lines
_MOST_TRIED = 40  # papers of a file without links, or in another notation
_LEAST_HELD = 5  # papers of a list that names no more than titles, venues and years
_SURE, _LIKELY = 0.75, 0.35
_DEEPEST = 7  # the level of a line in bold among headings
_COLUMNS = 3  # marks between the columns of a table


def _sniff(file: InputFile) -> float:
    start = opening(file)
    is_latex = notations.is_latex(start)
    if start.startswith("---") and keys(file) and not is_data(file):  # front matter that says of one paper
        return 0.2
    is_page = notations.is_page(start)
    if is_data(file) or (_OTHER_FORM.match(start) and not (is_latex or is_page or notations.is_of_others(start))):
        return 0.0
    text = notations.in_markdown(file, start)
    if file.is_whole and markdownbody.is_paper(text):
        return _SURE
    lines = text.split("\n")
    if text == start and PAPER.search(start):
        marked = any(_ITEM.match(line) or _HEADING.match(line) or _RULE.match(line) for line in lines)
        return 0.0 if _is_table(lines) else 0.6 if marked or LINK.search(start) else 0.2
    rows = islice(_papers_of(text), _MOST_TRIED)
    sure = sum(isinstance(row, Mapping) and not isinstance(row, Beside) for _, row in rows)
    if sure < 1 + is_page:
        return 0.0
    return _SURE if is_latex else _LIKELY if sure > 1 else 0.2


def _is_plain(line: str) -> bool:
    """Whether a line is a title with a link, and no venue with that of the title above it."""
    return _PLAIN.match(line) is not None and not (EDITION.match(line) or line[:5].lower() == "arxiv")


def _is_table(lines: list[str]) -> bool:
    """Whether the first line names columns: it has as many commas or tabs as the next ones at most, and no link."""
    first, *others = [line for line in lines[:5] if line.strip()] or [""]
    return any(
        first.count(mark) >= _COLUMNS and all(other.count(mark) >= first.count(mark) for other in others)
        for mark in ",\t;"
    ) and not (PAPER.search(first) or _ITEM.match(first) or _HEADING.match(first))


class _Reading:
    """The open heading, item and table of a file while its lines are read; each method gives the papers that end."""

    def __init__(self, targets: dict[str, str]) -> None:
        self._form = form = any_form()
        self._keys = {name: keys[0] for name, keys in form.of_word.items()}
        self._keys |= dict.fromkeys((key for key, of in self._keys.items() if of == "first_author"), "authors")
        self._keys |= {key: key for key in form.fields if (key,) in form.fields[key]} | _LABELS
        self._targets = targets
        self._heading: ListItem | None = None
        self._year = ("", 0)  # that a heading names for what stands below it, and the heading's level
        self._item: ListItem | None = None
        self._is_numbered = False  # that item
        self._columns: list[str] = []
        self._before = ""
        self._waiting = ""  # the field that the next text belongs to, ...
        self._is_below = False  # ... also behind an empty line, because its label stands alone
        self._behind = ""  # the item behind which a paragraph stands
        self._fenced = False

    def line(self, number: int, line: str) -> Iterator[Row]:
        line = linked(line[:LONGEST].rstrip(), self._targets)
        if not line.strip(" >"):
            line = ""
        elif found := _CALLOUT.match(line):
            line = f"> {found[1]}" if self._field(found[1]) else ""
            if self._item is None and self._heading is None:
                self._heading = ListItem(number, -1)  # of a note on one paper
        elif (found := _BOX.match(line)) and (key := self._field(label_of_class(found[1]))) in _FLOWING:
            self._waiting, self._is_below = key, True
            return
        elif line.strip() == "</div>":
            self._waiting = ""
        self._fenced ^= _FENCE.match(line) is not None
        if self._fenced:
            self._note()
            return
        if found := _HEADING.match(line) or (_STRONG.match(line) if self._is_apart(line) else None):
            yield from self._section(number, found)
        elif line.lstrip().startswith("|") or (self._columns and "|" in line):
            yield from self._cells(number, line)
        elif (found := _ITEM.match(line)) and not self._is_field(found):
            yield from self._listed(number, found)
        elif line.strip():
            yield from self._plain(number, line)
        if not line.strip():
            self._columns = []
            self._waiting = self._waiting if self._is_below else ""
        self._before = line

    def _plain(self, number: int, line: str) -> Iterator[Row]:
        """A line without marks, and what can be folded: a paper under a summary that has its link."""
        if (found := _SUMMARY.match(line)) and PAPER.search(found[1]) and title_of(found[1]):
            yield from self._end_item()
            self._item = ListItem(number, 0, found[1], year=self._year[0], is_open=True)
        elif self._item is not None and self._item.is_open and _END_OF_FOLD.match(line):
            yield from self._end_item()
        else:
            yield from self._text(number, _SUMMARY.sub(r"\1: ", line))

    def end(self) -> Iterator[Row]:
        """The papers that are still open, which are closed."""
        yield from self._end_item()
        if self._heading is not None and not self._heading.has_items:
            yield from rows_of(self._heading)
        self._heading = None

    def _is_field(self, found: re.Match[str]) -> bool:
        """Whether an item below an open paper is a line with a label: of a field, or of what no rule reads."""
        if (block := self._item or self._heading) is None:
            return False
        is_paper = bool(block.said) or PAPER.search(block.text) is not None
        is_below = len(found[1].expandtabs()) > block.depth if block is self._item else is_paper
        return self._key(found[2]) != "" or (is_below and self._other(found[2]) != "")

    def _other(self, text: str) -> str:
        """The label of a line that names no field; "" for other lines."""
        said = None if LINK.search(text) or PAPER.search(text) else SAID.match(text)
        is_other = said is not None and _LABEL.fullmatch(said[1]) and not _ADDRESS.fullmatch(said[2])
        return said[1] if said and is_other and not (self._field(said[1]) or EDITION.fullmatch(said[1])) else ""

    def _note(self) -> None:
        """Take note that the open paper has a text below it, ..."""
        if (block := self._item or self._heading) is not None:
            block.is_noted = True

    def _is_end(self, line: str) -> bool:
        """Whether a line does not go on with the field above it: it has a link, or names and places end at a label."""
        is_labelled = self._waiting != "abstract" and SAID.match(line) is not None
        return LINK.search(line) is not None or not any(map(str.isalnum, line)) or is_labelled

    def _is_apart(self, line: str) -> bool:
        """Whether a line in bold may be a heading: behind an empty line, outside of an item with its paper."""
        return not (self._before.strip() or self._waiting or is_rating(bare(line)))

    def _ends(self, line: str) -> bool:
        """Whether a line stands behind the open item."""
        is_closed = self._item is not None and not (self._item.is_open or line[0].isspace())
        return is_closed and not (self._before.strip() or self._completes(line))

    def _completes(self, line: str) -> bool:
        """Whether a line that is no part of the item holds the link that it lacks, and no title."""
        item = self._item
        is_open = item is not None and not PAPER.search(item.text) and title_of(item.text) != ""
        return is_open and PAPER.search(line) is not None and not title_of(line)

    def _end_item(self) -> Iterator[Row]:
        if self._item is not None:
            made = list(rows_of(self._item))
            yield from made
            if not made and self._heading is not None and is_noted(self._item.text, {}):
                self._heading.is_noted = True  # ... or an item that is no paper
        self._item, self._waiting = None, ""

    def _key(self, text: str) -> str:
        """The field that a line names before a colon; "" for none."""
        said = SAID.match(text)
        return self._field(said[1]) if said else ""

    def _field(self, label: str) -> str:
        return self._keys.get(self._form.called(label), "")

    def _section(self, number: int, found: re.Match[str]) -> Iterator[Row]:
        depth = len(found[1]) or _DEEPEST
        label = _LONE.match(found[2])
        key = self._field(label[1]) if label else ""
        if key in _FLOWING and self._heading is not None and depth > self._heading.level:
            yield from self._end_item()
            self._waiting, self._is_below = key, True
            return
        yield from self.end()
        text = found[2] if found[1] else f"**{found[2]}**"
        if (year := _OF_YEAR.fullmatch(bare(found[2]))) or depth <= self._year[1]:
            self._year = (year[1] if year else "", depth)
        self._heading, self._columns, self._waiting = (
            ListItem(number, -1, text, level=depth, year=self._year[0]),
            [],
            "",
        )

    def _cells(self, number: int, line: str) -> Iterator[Row]:
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(line.strip().strip("|"))]
        if _RULE.match(line):
            self._columns = [bare(cell) for cell in self._before.strip().strip("|").split("|")]
        elif self._columns:
            yield from self._end_item()
            yield from rows_of(_of_cells(number, self._columns, cells, self._keys, self._year[0]))
        elif PAPER.search(line):  # a table without a line of dashes
            yield from self._end_item()
            yield from rows_of(ListItem(number, 0, " ".join(cells)[:LONGEST]))

    def _listed(self, number: int, found: re.Match[str]) -> Iterator[Row]:
        depth, text, item = len(found[1].expandtabs()), found[2], self._item
        is_paper = PAPER.search(text) is not None
        is_bullet = found[0].lstrip()[0] in "-*+•"
        if is_paper and is_bullet and LINK.search(text) and not title_of(text) and (owner := self._owner(depth)):
            owner.text = f"{owner.text}\n{text}"[:LONGEST]
            return
        if item is None or depth <= item.depth:
            is_new = True
        elif PAPER.search(item.text):
            is_new = is_paper and title_of(text) != ""  # "[pdf](...)" below the title belongs to it
        else:
            is_new = is_paper and not (title_of(item.text) and not title_of(text) and (item.said or LINK.search(text)))
        if not is_new and item is not None:
            item.text = f"{item.text}\n{text}"[:LONGEST]
            return
        yield from self._end_item()
        if self._behind:  # an item, its note, and another item
            yield self._behind, Beside(noted=True)
            self._behind = ""
        self._item, heading = ListItem(number, depth, text, year=self._year[0]), self._heading
        self._is_numbered = not is_bullet
        if heading is not None and is_paper and not PAPER.search(heading.text) and not heading.said:
            heading.has_items = True

    def _owner(self, depth: int) -> ListItem | None:
        """The title that a bullet of links alone belongs to, if it has none: a numbered item, else the heading."""
        item, heading = self._item, self._heading
        if item is not None and self._is_numbered and depth <= item.depth:
            return item if _lacks_link(item) else None
        is_headed = heading is not None and heading.level > 1 and (item is None or not title_of(item.text))
        return heading if heading is not None and is_headed and _lacks_link(heading) else None

    def _text(self, number: int, line: str) -> Iterator[Row]:
        block = self._item or self._heading
        label = _LONE.match(line)
        if block is None:
            if PAPER.search(line):
                is_bare = not title_of(line) and not PAPER.search(self._before)  # a link below its title
                yield from rows_of(ListItem(number, 0, f"{self._before}\n{line}" if is_bare else line))
        elif block is self._heading and not block.said and not PAPER.search(block.text) and _is_plain(line):
            block.has_items = True
            yield from rows_of(ListItem(number, 0, line))
        elif key := self._key(line):
            said = SAID.match(line)
            if key != "publisher" or (said and EDITION.search(said[2])):
                block.say("venue" if key == "publisher" else key, said[2] if said else "")
            self._waiting, self._is_below = key if key in _FLOWING else "", False
            block.text = f"{block.text}\n{line if PAPER.search(line) else ''}"[:LONGEST]
        elif label and (key := self._field(label[1])) in _FLOWING and key not in block.said:
            self._waiting, self._is_below = key, True
        elif (other := self._other(line)) and self._waiting != "abstract":
            block.unread.append(other)
            self._waiting = ""
        elif self._waiting and not self._is_end(line):
            said_before = block.said.get(self._waiting, "")
            block.said[self._waiting] = f"{said_before} {QUOTE.sub('', line)}".strip()[:LONGEST]
        elif self._ends(line):
            self._behind = f"line {self._item.line}" * is_noted(line, {}) if self._item is not None else ""
            yield from self._end_item()  # a paragraph after the list, or between its items
            if self._heading is not None and PAPER.search(line):
                self._heading.text = f"{self._heading.text}\n{line}"[:LONGEST]
        else:
            self._waiting = ""
            block.text = "\n".join((block.text, *[""] * (not self._before.strip()), line))[:LONGEST]


def _lacks_link(block: ListItem) -> bool:
    """Whether a block is a title of several words, without a link."""
    return (
        not (block.said or LINK.search(block.text) or PAPER.search(block.text))
        and len(title_of(block.text).split()) > 2
    )


def _rows(file: InputFile) -> Iterator[Row]:
    text = notations.in_markdown(file, decoded(b"".join(file.chunks())).replace("\r\n", "\n"))
    rows = _papers_of(text)
    return markdownbody.papers(rows, text) if file.is_whole and markdownbody.is_paper(text) else rows


def _papers_of(text: str) -> Iterator[Row]:
    """The rows of a list; if it has no link to a paper, titles with their venue and year behind them are papers."""
    rows = _rows_of(text)
    led: list[Row] = []
    for one in rows:
        led.append(one)
        if not isinstance(one[1], Beside):
            break
    held = [row.get("held", {}) for _, row in led if isinstance(row, Beside)]
    is_bare = len(held) == len(led) and sum(bool(one.get("venue")) for one in held) >= _LEAST_HELD
    yield from ((where, named or row) for (where, row), named in zip(led, held, strict=True)) if is_bare else led
    yield from rows


def _rows_of(text: str) -> Iterator[Row]:
    reading = _Reading({name.lower(): url for name, url in TARGET.findall(text)})
    for number, line in enumerate(text.split("\n"), 1):
        yield from reading.line(number, line)
    yield from reading.end()


@cache
def _columns(kind: str) -> frozenset[str]:
    """The folded names of columns of a kind, of which no form knows."""
    return frozenset(map(folded, forms()["markdown"][kind]))


def _of_cells(number: int, columns: list[str], cells: list[str], keys: dict[str, str], year: str) -> ListItem:
    said: dict[str, str] = {}
    unread: list[str] = []
    url, is_listed = "", False
    for name, cell in zip(columns, cells, strict=False):
        column = folded_name(name)
        is_double = column in _columns("with_authors")
        if not (key := keys.get(column) or "title" * (is_double or column in _columns("titles"))):
            unread += [name] * any(map(str.isalpha, PAPER.sub("", LINK.sub("", IMAGE.sub("", cell)))))
            continue
        is_listed |= key in ("doi", "arxiv")
        if cell:
            cell = _SUMMARY.sub("", cell)
            cell, *below = NEXT_LINE.split(_STAR.sub("", cell)) if is_double else [cell]
            said.setdefault(key, cell)
            if key == "title" and column != "name" and (found := LINK.search(cell)) and "://" in found[2]:
                url = found[2]
            if below:
                said.setdefault("authors", below[-1])
    is_paper = "title" in said and not said.keys().isdisjoint(("authors", "venue", "year", "date"))
    made = ListItem(number, 0, "\t".join(cells)[:LONGEST], said, is_row=is_paper, url=url * is_paper, year=year)
    made.unread, made.is_listed = unread, is_paper and is_listed
    return made


_LABELS = {"key": "keywords", "publisher": "publisher"}  # of lines below a title
#: A picture at the beginning of a cell, in a link or not: the number of stars.
_STAR = re.compile(
    r"^(?:\s*(?:\[\s*!\[[^\[\]]{0,300}\]\([^()]{0,500}\)\s*\]\([^()]{0,500}\)|!\[[^\[\]]{0,300}\]\([^()]{0,500}\))\s*(?:<br\s*/?>)?)+",
    re.I,
)


#: An entry is named by source and position.
READER = RowReader("markdown", _sniff, _rows, "links")
