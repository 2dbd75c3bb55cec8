"""The body of a PDF: its rows in reading order become headings, paragraphs, items, formulas, captions and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kg.sources.body.bodyparts import Body, Builder, attempted
from kg.sources.body.pdffloats import Float
from kg.sources.body.pdfflow import FlowRow, PageFlow, page_flow
from kg.sources.body.pdfforms import PdfForms, is_mathematics
from kg.sources.body.pdfheads import bare, headings, without_contents
from kg.sources.body.pdfpages import DrawnPage, drawn_page
from kg.sources.body.pdfreferences import Bibliography
from kg.sources.body.pdftables import cells
from kg.sources.layout.blocks import is_running
from kg.sources.layout.join import Joiner, plain
from kg.text import count_han
from kg.wordcounts import WordCounts

_MOST_PAGES = 150  # that are read of one paper
_BOOK = 600  # pages; a file with more is none
_MOST_CHARS = 500_000  # of all pages
_ENDS = re.compile(r"[.!?:;。！？：；][\"”’')\]]*\d*$")
_WORD = re.compile(r"[^\W\d_]{4,}")
_LAST = re.compile(r"\(\s?[A-Z]?\.?\d{1,3}(?:\.\d{1,2})?[a-z]?\s?\)$")  # the number of a formula
_LEAD_ENDS = re.compile(r"[.:?!]$")
_OPENING = 40  # letters by which an abstract is found
_NAMES = {"table": "t", "figure": "f", "other": "a"}
_RUN_IN = 5  # the level of a heading at the start of a paragraph


@dataclass
class BodyBlock:
    """A heading, paragraph, item or formula as rows, or the rows of a list of references."""

    kind: str
    rows: list[FlowRow]
    text: str = ""
    level: int = 0
    number: str = ""
    lead: str = ""  # the bold words that a paragraph starts with


def pdf_body(document: Any, first: Sequence[DrawnPage] = (), abstract: str = "") -> Body:
    """The body of an open pypdfium2 document, without the header's `abstract` if that has no heading.

    `first` are the pages that are read already.
    """
    import pypdfium2

    if len(document) > _BOOK:
        return Body(problem=f"it has more than {_BOOK} pages")
    pages = list(first)
    chars = sum(len(page.text) for page in pages)
    reason = ""
    while len(pages) < len(document) and not reason:
        try:
            pages.append(drawn_page(document, len(pages)))
        except pypdfium2.PdfiumError:
            reason = f"page {len(pages) + 1} is damaged"
            break
        chars += len(pages[-1].text)
        if len(pages) < len(document) and (len(pages) >= _MOST_PAGES or chars > _MOST_CHARS):
            reason = f"only its first {len(pages)} pages were read"
    builder = Builder()
    return builder.body(attempted(lambda builder: give(pages, builder, abstract), builder) or reason)


def give(pages: Sequence[DrawnPage], builder: Builder, abstract: str = "") -> None:
    """Give the body on these pages to a builder."""
    found = page_flow(pages)
    found.rows = without_contents(found.rows)
    joiner = Joiner("\n".join(page.text for page in pages), WordCounts.load())
    made = _from_start(list(blocks(found, joiner)), abstract)
    bibliography = Bibliography([block.rows for block in made if block.kind == "references"], joiner)
    waiting = list(found.floats)
    notes = list(found.notes)
    for block in made:
        first = block.rows[0]
        while waiting and waiting[0].page < first.page:
            _give_float(waiting.pop(0), builder, joiner, bibliography)
        while notes and notes[0][0].page < first.page:
            _give_note(notes.pop(0), builder, joiner, bibliography)
        builder.page = first.page + 1
        if block.kind == "heading":
            builder.section([block.text], block.level, block.number)
        elif block.kind != "references":
            text = block.text
            if block.lead and text.startswith(block.lead):
                builder.section([block.lead.rstrip(" .:")], _RUN_IN, is_inline=True)
                text = text[len(block.lead) :].lstrip()
            builder.add(block.kind, bibliography.linked(text))
    for one in waiting:
        _give_float(one, builder, joiner, bibliography)
    for note in notes:
        _give_note(note, builder, joiner, bibliography)
    bibliography.give(builder)


def _give_float(one: Float, builder: Builder, joiner: Joiner, bibliography: Bibliography) -> None:
    builder.page = one.page + 1
    name = builder.named(_NAMES[one.kind], one.number)
    text = joiner.join(plain(line.chars) for line in one.caption)
    builder.add("caption", bibliography.linked(text), f"{name}/caption")
    if one.kind == "table":
        builder.table(name, one.label, [((cell.text,), cell) for cell in cells(one.frames)])


def _give_note(rows: Sequence[FlowRow], builder: Builder, joiner: Joiner, bibliography: Bibliography) -> None:
    builder.page = rows[0].page + 1
    text = joiner.join(row.text for row in rows)
    builder.add("footnote", bibliography.linked(text), builder.named("fn"))


def _from_start(made: list[BodyBlock], abstract: str) -> list[BodyBlock]:
    """The blocks without title, authors and an abstract that has no heading, but with the links that stand there."""
    first = next((at for at, block in enumerate(made) if block.kind == "heading"), len(made))
    opening = _letters(abstract)
    texts = [_letters(block.text) for block in made[:first]]
    last = -1
    for at, text in enumerate(texts):
        is_own = text and (
            text in opening if len(text) < _OPENING else text[:_OPENING] in opening or opening[:_OPENING] in text
        )
        if opening and is_own:
            last = at
    start = first if last < 0 and first < len(made) else last + 1
    rows = [row for block in made[:start] for row in block.rows if "://" in row.text]
    links = [BodyBlock("paragraph", [row], row.text) for row in rows]
    if start and last < 0:
        made = made[:start] + [block for block in made[start:] if not _is_beside(block, made[start].rows[0])]
    return links + made[start:]


def _is_beside(block: BodyBlock, head: FlowRow) -> bool:
    """Whether a block of the first page stands above the first heading in another column: names of authors."""
    row = block.rows[0]
    is_above = row.page == head.page and row.column != head.column and row.y < head.y - 2 * head.size
    return is_above and (row.size != block.rows[-1].size or not is_running(row.text))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def blocks(found: PageFlow, joiner: Joiner) -> Iterator[BodyBlock]:
    """The blocks of the text in reading order."""
    heads = {head.at: head for head in headings(found, joiner)}
    forms = PdfForms.load()
    out: list[BodyBlock] = []
    rows = found.rows
    at = 0
    while at < len(rows):
        if head := heads.get(at):
            number = head.number if head.title != head.text else ""
            out.append(BodyBlock("heading", rows[at : head.end], head.title, head.level, number))
            at = head.end
            if forms.references.fullmatch(bare(head.text)):
                end = next((n for n in sorted(heads) if n >= at), len(rows))
                out += [BodyBlock("references", rows[at:end])] * (end > at)
                at = end
            continue
        row = rows[at]
        kind = _kind(row, found, out[-1] if out else None)
        if not out or out[-1].kind in ("heading", "references") or not _goes_on(out[-1], row, kind, found):
            out.append(BodyBlock(kind, [row]))
        else:
            out[-1].rows.append(row)
        at += 1
    for block in out:
        if not block.text and block.kind != "references":
            block.text = joiner.join(row.text for row in block.rows)
            block.lead = _lead(block)
        yield block


def _kind(row: FlowRow, found: PageFlow, block: BodyBlock | None) -> str:
    size = found.size
    if block and block.kind in ("paragraph", "item"):  # the end of a sentence may be short
        last = block.rows[-1]
        is_below = row.page == last.page and row.column == last.column and row.gap < 1.15 * found.leading
        if is_below and abs(row.left - last.left) < 0.3 * size and not _ENDS.search(last.text):
            return block.kind
    if _is_formula(row, size):
        return "formula"
    if not PdfForms.load().item.match(row.text) or row.left < row.edges[0] - 2:
        return "paragraph"
    is_set_in = row.left > row.edges[0] + 0.4 * size or row.gap > 1.1 * found.leading
    return "item" if is_set_in or not row.text[0].isalnum() else "paragraph"


def _is_formula(row: FlowRow, size: float) -> bool:
    """Whether a row is a display of mathematics: set in by a space, with few words."""
    text = row.text
    if row.left < row.edges[0] + 0.8 * size and not _LAST.search(text):
        return row.row.letters < 4 and not count_han(text)
    chars = row.row.chars
    signs = sum(not c.text.isalpha() or not c.text.isascii() or c.raised or is_mathematics(c.font.name) for c in chars)
    return signs > 0.4 * len(chars) and len(_WORD.findall(text)) < 5 and not is_running(text) and not count_han(text)


def _goes_on(block: BodyBlock, row: FlowRow, kind: str, found: PageFlow) -> bool:
    """Whether a row continues a block."""
    last, em = block.rows[-1], found.size
    if kind == "formula" or block.kind == "formula":
        return kind == block.kind and row.page == last.page and 0 <= row.gap < 3 * em
    if abs(row.size - last.size) > 0.08 * em and row.row.letters > 12 and last.row.letters > 12:
        return False
    ended = bool(_ENDS.search(last.text))
    is_bold = row.row.chars[0].font.bold
    if kind == "item" and (ended or last.is_short or block.kind == "item"):
        return False
    if row.page != last.page or row.column != last.column:
        return not ended or not (last.is_short or row.left > row.edges[0] + 0.8 * em or is_bold)
    if row.gap > 1.4 * max(found.leading, 1.1 * row.size) * (1.0 if ended else 1.35):
        return False
    if not ended:
        return True
    inward = row.left - last.left
    if inward > 0.8 * em and not (block.kind == "item" and len(block.rows) == 1):
        return False
    if -inward > 0.8 * em and len(block.rows) > 1 and block.kind == "item":
        return False
    if last.is_short and (row.text[:1].isupper() or is_bold):
        return row.gap < 1.12 * found.leading and not is_bold and _is_ragged(block)
    return not (is_bold and not last.row.chars[-1].font.bold and row.gap > 1.04 * found.leading)


def _is_ragged(block: BodyBlock) -> bool:
    """Whether the rows of a block end at different places, as those of text that is not justified."""
    return len(block.rows) > 3 and 2 * sum(row.is_short for row in block.rows) > len(block.rows)


def _lead(block: BodyBlock) -> str:
    """The bold words that a paragraph starts with, or slanted ones with a number, if they are its heading."""
    chars = block.rows[0].row.chars
    first = chars[0].font
    if block.kind != "paragraph" or not (first.bold or (first.italic and chars[0].text.isdigit())):
        return ""
    is_other = (
        at for at, c in enumerate(chars) if c.text.isalnum() and not (c.font.bold if first.bold else c.font.italic)
    )
    end = next(is_other, 0)
    text = plain(chars[:end]).strip()
    is_ended = bool(_LEAD_ENDS.search(text))
    is_apart = (
        bool(end) and chars[end].text.isupper() and chars[end].left - chars[end - 1].right > 0.6 * chars[end].font.size
    )
    return text if 3 < len(text) < 90 and (is_ended or is_apart) else ""
