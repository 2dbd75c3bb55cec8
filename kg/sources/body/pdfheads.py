"""Find the headings of a PDF by how they are set, and by numbers that rise from one to the next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.sources.body.pdfflow import FlowRow, PageFlow
from kg.sources.body.pdfforms import PdfForms
from kg.sources.layout.join import Joiner
from kg.text import fold

_MOST_ROWS = 4  # of a heading
_LONGEST = 220  # characters of a heading
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
    chosen = _numbered(candidates, found)
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
    body = Counter[str]()
    for row in rows:
        if row.size == found.size:
            body[row.row.font.name] += row.row.letters
    text_font = max(body, key=lambda name: body[name], default="")
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
        if (
            len(text) <= _LONGEST
            and is_whole
            and not (text.endswith((",", ";")) or (text.endswith(".") and len(text) > 60))
        ):
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
    if row.page != above.page or row.column != above.column or row.gap > 1.5 * style.size or _style(row) != style:
        return False
    return not _split(row.text)[0] and fold(bare(row.text)) not in PdfForms.load().headings


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


def _numbered(candidates: Sequence[HeadingRows], found: PageFlow) -> list[HeadingRows]:
    """The longest chain of headings whose numbers rise, in the style of their level."""
    romans = {c.number for c in candidates} >= {"I", "II"}
    chain = [(key, c) for c in candidates for key in _keys(c.number, romans) if c.number]
    styles: dict[int, Counter[_Style]] = {}
    for key, one in chain:
        styles.setdefault(len(key), Counter())[one.style] += 1
    best: list[tuple[float, int]] = []  # the worth of the chain that ends here, and its last link but one
    for at, (key, one) in enumerate(chain):
        same = sum(n for style, n in styles[len(key)].items() if _alike(style, one.style))
        worth = (0.3 + 0.7 * same / styles[len(key)].total()) * (1.0 if one.style.bold or one.style.capitals else 0.6)
        worth *= 1.0 if one.is_apart else 0.5
        links = ((best[b][0] - _step(chain[b][0], key), b) for b in range(max(0, at - _BACK), at))
        gain, link = max(((g, b) for g, b in links if g > -_BACK), default=(0.0, -1))
        first = -_step((), key)
        best.append((worth + max(gain, first), link if gain >= first else -1))
    at = max(range(len(best)), key=lambda n: best[n][0], default=-1)
    out: list[HeadingRows] = []
    while at >= 0:
        key, one = chain[at]
        one.level = len(key) + (romans and len(key) == 1 and isinstance(key[0], tuple))
        out.append(one)
        at = best[at][1]
    return out[::-1]


def _keys(number: str, romans: bool) -> Iterator[tuple[int, ...]]:
    """A number as numbers; letters come after digits, as appendices do, or below Roman numbers."""
    parts = number.split(".")
    if romans and parts[0] in _ROMAN:
        yield (_ROMAN.index(parts[0]) + 1, *map(int, parts[1:]))
    if len(parts[0]) == 1 and parts[0].isalpha():
        yield (_LETTER + ord(parts[0]) - ord("A") + 1, *map(int, parts[1:]))
    elif parts[0].isdecimal():
        yield tuple(map(int, parts))


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_LETTER = 1000  # before the number of an appendix
_BACK = 60  # headings


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
        is_set_so = is_strong and any(_alike(one.style, s) and one.style.capitals == s.capitals for s in top)
        is_set_so = is_set_so and one.at > start and one.is_apart
        row = found.rows[one.at]
        is_set_so = (
            is_set_so and len(one.text) < 90 and not row.text[:1].islower() and not one.text.endswith((".", ":"))
        )
        if is_set_so or (is_named and (one.is_apart or one.style.bold)):
            one.level = 1 if is_set_so or not chosen or fold(bare(one.text)) in forms.sections else 2
            out.append(one)
    if chosen or not candidates:
        return out
    first = min((c.at for c in out), default=0)
    styles = Counter(
        c.style
        for c in candidates
        if c.is_apart and c.at >= first and (c.style.bold or c.style.size > _LARGER * found.size)
    )
    sizes = sorted({s.size for s, n in styles.items() if n > 1}, reverse=True)
    for one in candidates:
        if one.is_apart and one.at >= first and one not in out and styles[one.style] > 1 and len(one.text) < 120:
            one.level = min(3, 1 + sizes.index(one.style.size))
            out.append(one)
    return out
