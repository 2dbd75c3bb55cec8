"""Find the headings of a PDF by how they are set, and by numbers that rise from one to the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.sources.body.pdfflow import FlowRow, PageFlow
from kg.sources.body.pdfforms import PdfForms
from kg.sources.layout.join import Joiner
from kg.text import fold

_MOST_ROWS = 4  # of a heading
_LONGEST = 220  # characters of a heading
_CLOSE = 1.25  # em between the rows of one heading
_LARGER = 1.06  # size of a heading that is set larger than the text
_NUMBERED = re.compile(
    r"(?:(?:Appendix|APPENDIX|Chapter|CHAPTER|Section|附录)\s*)?"
    r"(?P<number>\d{1,2}(?:\s?\.\s?\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){0,3}|[IVX]{1,5})"
    r"(?:[.:)]\s*|\s+|(?=[A-Z][a-z]))(?P<title>[^\W\d_].*|\d?[A-Z].*)"
)
_APPENDIX = re.compile(r"(?:Appendix|APPENDIX|附录)\s*(?P<number>[A-Z]|\d{1,2})?[.:]?$")
_CHAPTER = re.compile(r"第\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})\s*章\s*(?P<title>.*)")
_HAN_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class _Style:
    """How a heading is set."""

    size: float
    bold: bool
    italic: bool
    capitals: bool


@dataclass
class HeadingRows:
    """Rows that are set like a heading."""

    at: int  # the number of its first row
    end: int  # and of the row behind it
    text: str
    style: _Style
    number: str
    title: str
    is_apart: bool  # more space above than between lines, or at the top of a column
    level: int = 0


def headings(found: PageFlow, joiner: Joiner) -> list[HeadingRows]:
    """The headings of a paper."""
    candidates = list(_candidates(found, joiner))
    chosen = _numbered(candidates)
    if len({c.number.partition(".")[0] for c in chosen}) < 2:
        chosen = []
    chosen += _unnumbered(candidates, chosen, found)
    return chosen


def _style(row: FlowRow) -> _Style:
    font = row.row.font
    letters = [c.text for c in row.row.chars if c.text.isalpha()]
    capitals = sum(map(str.isupper, letters)) > 0.9 * len(letters) and len(letters) > 3
    tall = max((line.tall for line in row.row.lines), default=font.size)
    slanted = sum(c.font.italic for c in row.row.chars if c.text.isalpha())
    return _Style(round(tall, 1), row.row.is_bold, slanted > 0.9 * len(letters), capitals)


def _candidates(found: PageFlow, joiner: Joiner) -> Iterator[HeadingRows]:
    """Rows that are set apart from the text like headings."""
    rows, forms = found.rows, PdfForms.load()
    body = Counter(name for row in rows if row.size == found.size for name in [row.row.font.name] * row.row.letters)
    text_font = next((name for name, _ in body.most_common(1)), "")
    at = 0
    while at < len(rows):
        row = rows[at]
        style = _style(row)
        is_other = style.bold or style.size > _LARGER * found.size or style.capitals or style.italic
        is_other = is_other or (row.row.font.name != text_font and style.size > 0.9 * found.size)
        is_named = fold(bare(row.text)) in forms.headings
        if row.row.letters < 2 or not (is_other or is_named) or style.size < 0.85 * found.size:
            at += 1
            continue
        end = at + 1
        while end < len(rows) and end - at < _MOST_ROWS and _is_continued(rows[end - 1], rows[end], style):
            end += 1
        text = joiner.join(r.text for r in rows[at:end])
        number, title = _split(text)
        before = rows[at - 1] if at else None
        is_apart = row.gap > 1.12 * found.leading or before is None or before.column != row.column
        below = rows[end] if end < len(rows) else None
        is_words = 2 * sum(map(str.isalpha, title)) > len(title.replace(" ", ""))
        is_whole = is_words and (below is None or _style(below) != style or below.gap > 1.3 * style.size)
        is_sentence = text.endswith((",", ";")) or (text.endswith(".") and len(text) > 60)
        if len(text) <= _LONGEST and is_whole and not is_sentence:
            yield HeadingRows(at, end, text, style, number, title, is_apart)
        at = end


def bare(text: str) -> str:
    """A heading without its number and the signs around it."""
    return _split(text)[1].strip(" .:—–-•■")


def _split(text: str) -> tuple[str, str]:
    """The number of a heading, with full stops between its parts, and its title; "" for no number."""
    if alone := _APPENDIX.match(text):
        return alone["number"] or "", text
    if chapter := _CHAPTER.match(text):
        return _number_of(chapter["number"]), chapter["title"] or text
    found = _NUMBERED.match(text)
    return (re.sub(r"\s", "", found["number"]), found["title"]) if found else ("", text)


def _number_of(written: str) -> str:
    """The number of a chapter in digits: "十二" is "12"."""
    if written.isdecimal():
        return written
    tens, ten, ones = written.rpartition("十")
    return str((_HAN_DIGITS.find(tens or "一") * 10 if ten else 0) + (_HAN_DIGITS.find(ones) if ones else 0))


def _is_continued(above: FlowRow, row: FlowRow, style: _Style) -> bool:
    """Whether a row goes on with the heading above it."""
    if row.page != above.page or row.column != above.column or row.gap > 1.5 * style.size:
        return False
    own = _style(row)
    is_alike = replace(own, size=max(own.size, style.size) if style.capitals else own.size) == style  # small capitals
    is_named = fold(bare(row.text)) in PdfForms.load().headings and row.gap > _CLOSE * style.size
    return is_alike and not is_named and not _split(row.text)[0]


def without_contents(rows: Sequence[FlowRow]) -> list[FlowRow]:
    """The rows without those of tables of contents, which are no text of any section."""
    forms = PdfForms.load()
    led = Counter(row.page for row in rows if forms.leader.search(row.text))
    headed = {row.page for row in rows if forms.contents.fullmatch(row.text)}
    pages = {page for page, count in led.items() if count > 2 or page in headed}

    def is_listed(row: FlowRow) -> bool:
        is_line = row.text[-1:].isdigit() or forms.contents.fullmatch(row.text) or forms.leader.search(row.text)
        return row.page in pages and bool(is_line)

    return [row for row in rows if not is_listed(row)]


def _numbered(candidates: Sequence[HeadingRows]) -> list[HeadingRows]:
    """The longest chain of headings whose numbers rise, in the style of their level."""
    romans = {c.number for c in candidates} >= {"I", "II"}
    chain = [c for c in candidates if c.number]
    parts = [romans and c.number not in _ROMAN and 0 < len(c.text) - len(c.number + c.title) < 4 for c in chain]
    depths = [c.number.count(".") + is_part for c, is_part in zip(chain, parts, strict=True)]
    styles = Counter((depth, c.style) for depth, c in zip(depths, chain, strict=True))
    best: list[tuple[float, int, tuple[int, ...]]] = []  # the worth of a chain that ends here, its last link, its key
    for at, (depth, one) in enumerate(zip(depths, chain, strict=True)):
        same = sum(n for (level, style), n in styles.items() if level == depth and _alike(style, one.style))
        worth = (0.3 + 0.7 * same / depths.count(depth)) * (1.0 if one.style.bold or one.style.capitals else 0.6)
        worth = worth * (1.0 if one.is_apart else 0.5) - _COST
        ends = [(0.0, -1, ()), *((best[b][0], b, best[b][2]) for b in range(max(0, at - _BACK), at))]
        keys = [_key(one.number, key, romans, parts[at]) for _, _, key in ends]
        links = ((gain - _step(key, own), b, own) for (gain, b, key), own in zip(ends, keys, strict=True))
        gain, link, own = max(links)
        best.append((worth + gain, link, own))
    out: list[HeadingRows] = []
    at = max(range(len(best)), key=lambda n: best[n][0], default=-1)
    while at >= 0 and best[at][0] > 0:
        chain[at].level = len(best[at][2])
        out.append(chain[at])
        at = best[at][1]
    return out[::-1]


def _key(number: str, before: tuple[int, ...], romans: bool, is_part: bool) -> tuple[int, ...]:
    """A number as numbers, behind those of another heading: letters are below Roman ones, or those of appendices."""
    first, *rest = number.split(".")
    if romans and first in _ROMAN:
        return (_ROMAN.index(first) + 1, *map(int, rest))
    if len(first) == 1 and first.isalpha():
        letter = ord(first) - ord("A") + 1
        return (*before[:1], letter) if is_part else (_LETTER + letter, *map(int, rest))
    return () if romans or not first.isdecimal() else tuple(map(int, (first, *rest)))


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_LETTER = 1000  # before the number of an appendix
_BACK = 60  # headings
_COST = 0.15  # of a heading in a chain: one that is not set like the others is none


def _step(before: tuple[int, ...], key: tuple[int, ...]) -> float:
    """What it costs that numbers between two headings were not found; infinite where the second does not come later."""
    if key <= before:
        return 1e9
    same = next((n for n, (a, b) in enumerate(zip(before, key, strict=False)) if a != b), min(len(before), len(key)))
    if same == len(key):
        return 1e9
    last = before[same] if same < len(before) else 0
    is_appendix = key[same] > _LETTER >= last
    missing = key[same] - (_LETTER if is_appendix else last) - 1 + sum(key[same + 1 :])
    return 0.4 * missing


def _alike(one: _Style, other: _Style) -> bool:
    return abs(one.size - other.size) < 0.3 and (one.bold, one.italic) == (other.bold, other.italic)


def _unnumbered(candidates: Sequence[HeadingRows], chosen: Sequence[HeadingRows], found: PageFlow) -> list[HeadingRows]:
    """Headings without numbers: known ones that are set apart, and those set as the sections are."""
    forms = PdfForms.load()
    taken = {c.at for c in chosen}
    top = Counter(c.style for c in chosen if c.level == 1)
    out: list[HeadingRows] = []
    start = min(taken, default=0)
    for one in candidates:
        if one.at in taken:
            continue
        is_named = fold(bare(one.text)) in forms.headings or bool(_APPENDIX.match(one.text))
        is_strong = one.style.bold or one.style.capitals or one.style.size > _LARGER * found.size
        is_alike = is_strong and any(_alike(one.style, s) and one.style.capitals == s.capitals for s in top)
        is_title = len(one.text) < 90 and not found.rows[one.at].text[:1].islower() and one.text[-1:] not in ".:"
        is_set_so = is_alike and is_title and one.is_apart and one.at > start
        if is_set_so or (is_named and (one.is_apart or one.style.bold)):
            one.level = 1 if is_set_so or not chosen or fold(bare(one.text)) in forms.sections else 2
            out.append(one)
    if chosen or not candidates:
        return out
    first = min((c.at for c in out), default=0)
    apart = [c for c in candidates if c.is_apart and c.at >= first]
    styles = Counter(c.style for c in apart if c.style.bold or c.style.size > _LARGER * found.size)
    sizes = sorted({s.size for s, n in styles.items() if n > 1}, reverse=True)
    for one in apart:
        if one not in out and styles[one.style] > 1 and len(one.text) < 120:
            one.level = min(3, 1 + sizes.index(one.style.size))
            out.append(one)
    return out
