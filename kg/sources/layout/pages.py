"""Read the pages of a PDF as lines: characters with positions and fonts, grouped by baseline.

pdfium returns characters in the order of the file. That order is reliable within a run of text, but not for accents,
marks and table cells; therefore lines are built from positions alone.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median
from typing import Any

from kg.sources.layout.numbered import without_line_numbers
from kg.text import count_han

MOST_CHARS = 30_000  # per page; a page of text has 5,000
_SMALL = 0.86  # largest size of a raised character, relative to its line
_RAISED = 0.12  # em; least distance of its baseline above that of the line
_SAME = 0.6  # em; largest distance between baselines of one line: less for raised marks, more for the next line
WIDE = 0.85  # em; least gap between two cells of a line; a space has 0.25 to 0.5
_PICTURE = 1.6  # em; largest gap for a picture between a name and its marks
_BELOW = {".": "\u0323", ",": "\u0326\u0327"}  # as TeX draws them; the comma of Romanian, else that of Latvian
_WORD = 0.17  # em; least gap between two words
_SURE = 0.45  # em; a gap that is a space even if pdfium reports none
_SPACED_OUT = 2.1  # em; room of two characters between those of a Chinese word
_WIDTH = 1.2  # em; largest overlap of two runs of one line
_MOST_RAISED = 24  # characters of marks that are drawn apart from their line
_STEP = 8.0  # points
_LEVELS = 8  # characters that tell the level of a line
_MOST_BESIDE = 40  # runs at one height
INITIAL = 1.8  # least size of the letter that starts a text over several lines, relative to the text
_TINY = 2.0  # points
_ASLANT = 0.1  # quarter turns; text at another angle is a watermark
_WATERMARK = -1
_LETTER = 20  # weight of a letter, relative to a digit or mark, when the font of a line is determined
_HEAVY = 600  # least weight of a bold font
_ITALIC = 64  # pdfium's font flag
_BOLD = re.compile(r"bold|black|heavy|medi(?!um)|demi|cmbx|cmssbx|sfbx|ecbx|tib$|bx\d", re.I)
_SLANTED = re.compile(r"ital|obli|slant|cmti|cmsl|sfti|ecti", re.I)
_PICTURES = re.compile(r"marvosym|wasy|dingbat|wingding|webding|fontawesome|academicons|ifsym|bbding", re.I)
_SIGN = "✉"  # for each letter of a font of pictures, most of which lead to an address
_HYPHENS = (2, 0xFFFE, 0xAD, 0x2010, 0x2011)  # hyphens, as encoded by pdfium and typesetters
_OLD = {
    11: "ff", 12: "fi", 13: "fl", 14: "ffi", 15: "ffl", 27: "ff", 28: "fi", 29: "fl", 30: "ffi", 31: "ffl",
    16: "“", 17: "”", 21: "–", 22: "—",
}  # fmt: skip  # of TeX's encodings OT1 and T1, in fonts without character names
_WORDS = re.compile(r"[^\W\d_]{3}")
_BLANK = frozenset((32, 9, 10, 13, 160, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))
_ACCENTS = {
    "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "~": "\u0303", "¨": "\u0308",
    "¸": "\u0327", "ˇ": "\u030c", "˘": "\u0306", "˙": "\u0307", "˚": "\u030a", "˝": "\u030b", "¯": "\u0304",
    "˛": "\u0328",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Font:
    """The font of a character as named in the file, with its size in points on the page."""

    name: str
    size: float
    bold: bool
    italic: bool


@dataclass(slots=True)
class Char:
    """A character between `left` and `right` on a baseline; y is in points from the top of the page."""

    text: str
    left: float
    right: float
    y: float
    font: Font
    space: bool = False  # whether a space precedes it
    raised: bool = False
    order: int = 0


@dataclass
class TextLine:
    """Characters on one baseline without a wide gap: a line of a column, or a cell of an author table."""

    chars: list[Char]
    page: int = 0
    order: int = field(init=False)
    left: float = field(init=False)
    right: float = field(init=False)
    y: float = field(init=False)
    font: Font = field(init=False)

    def __post_init__(self) -> None:
        self.order = min([c.order for c in self.chars])
        self.left = min([c.left for c in self.chars])
        self.right = max([c.right for c in self.chars])
        fonts: dict[Font, int] = {}
        for font, run in groupby(self.chars, key=attrgetter("font")):  # a font of many is the same object
            # a raised ORCID after a short name has more characters than the name
            fonts[font] = fonts.get(font, 0) + sum([_LETTER if char.text.isalpha() else 1 for char in run])
        self.font = max(fonts, key=lambda f: (fonts[f], f.size)) if len(fonts) > 1 else self.chars[0].font
        self.y = median([c.y for c in self.chars if c.font is self.font or c.font == self.font])
        size = self.font.size
        for char in self.chars:
            small = char.font.size <= _SMALL * size
            char.raised = self.y - char.y > (_RAISED if small else 2 * _RAISED) * size

    @property
    def size(self) -> float:
        return self.font.size

    @cached_property
    def tall(self) -> float:
        """The size of its largest letters, where most letters are small capitals."""
        sizes = Counter(c.font.size for c in self.chars if c.text.isalpha() and not c.raised)
        large = [s for s, n in sizes.items() if n * 10 >= sizes.total()]
        if len(large) > 1 and sizes[max(large)] == 1:  # an initial of several lines
            large = [s for s in large if s < INITIAL * min(large)] or large
        return max(large, default=self.size)

    @cached_property
    def text(self) -> str:
        return written(self.chars)

    def chars_font(self) -> Font:
        """The font of the first letter."""
        return next((c.font for c in self.chars if c.text.isalpha() and not c.raised), self.font)

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2

    @cached_property
    def letters(self) -> int:
        return sum(c.text.isalpha() for c in self.chars)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page in the order of the file, and its text that is rotated by 90 degrees."""

    number: int
    width: float
    height: float
    lines: tuple[TextLine, ...]
    margin: str
    turn: int = 0  # quarter turns of the text to the left


def written(chars: Iterable[Char]) -> str:
    """The text of the characters of a line."""
    return "".join([f" {c.text}" if c.space and at else c.text for at, c in enumerate(chars)])


def read_page(document: Any, number: int, look: Callable[[Any, Any], None] | None = None) -> Page:
    """Read page `number` (from 0) of an open pypdfium2 document; raises PdfiumError.

    `look` is called with the page and its text, before they are closed.
    """
    page = document[number]
    try:
        x0, y0, x1, y1 = page.get_cropbox()
        left, right, bottom, top = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        text = page.get_textpage()
        try:
            glyphs = _glyphs(text.raw)
            if look:
                look(page, text)
        finally:
            text.close()
    finally:
        page.close()
    turns = Counter(turn for _, _, (_, turn, _), _ in glyphs).most_common(1)
    turn = turns[0][0] if turns else 0
    across, down = right - left, top - bottom
    width, height = (down, across) if turn % 2 else (across, down)
    chars: list[Char] = []
    margin = ""
    for char, box, (font, own_turn, _), space in glyphs:
        if own_turn != turn:
            if own_turn != _WATERMARK:
                margin += f" {char}" if space and margin else char
            continue
        x0, x1, y0, y1, x, y = box
        if turn == 0:
            x0, x1, y = x0 - left, x1 - left, top - y
        elif turn == 1:
            x0, x1, y = y0 - bottom, y1 - bottom, x - left
        elif turn == 2:
            x0, x1, y = right - x1, right - x0, y - bottom
        else:
            x0, x1, y = top - y1, top - y0, right - x
        if -1 <= x0 <= width + 1 and -1 <= y <= height + 1 and abs(x1) < math.inf:  # inside the page, and numbers
            chars.append(Char(char, x0, max(x0, x1), y, font, space, False, len(chars)))
    lines = tuple(sorted(_lines(without_line_numbers(chars), number), key=lambda line: line.order))
    return Page(number, width, height, lines, margin, turn)


#: A font as set in a text object: with its quarter turns to the left, and whether its letters are pictures.
_Set = tuple[Font, int, bool]


def _glyphs(text: Any) -> list[tuple[str, tuple[float, ...], _Set, bool]]:
    """The characters of a page in the order of the file, and whether a space precedes; boxes and origins from below."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFText_CountChars(text), MOST_CHARS)
    page = ctypes.cast(text, ctypes.c_void_p).value
    unicode, object_of, box_of, origin_of = _calls()
    numbers = (ctypes.c_double * 6)()  # left, right, bottom, top, x, y
    numbers_of = struct.Struct("6d").unpack
    left, right, bottom, top, x, y = (ctypes.addressof(numbers) + 8 * n for n in range(6))
    fonts: dict[int, _Set] = {}
    names: dict[int, tuple[str, bool, bool]] = {}
    same: dict[Font, Font] = {}
    known: dict[int, str] = {}
    out: list[tuple[str, tuple[float, ...], _Set, bool]] = []
    space = False
    for at in range(count):
        code = unicode(page, at)
        if code in _BLANK and not (code == 13 and pdfium.FPDFText_IsGenerated(text, at) == 0):
            space = True
            continue
        char = known.get(code)
        if char is None:
            char = known[code] = _character(code)
        if not char or not box_of(page, at, left, right, bottom, top):
            continue
        key = object_of(page, at) or 0
        made = fonts.get(key)
        if made is None:
            font, turn = _font(pdfium, text, at, names)
            made = fonts[key] = (same.setdefault(font, font), turn, bool(_PICTURES.search(font.name)))
        origin_of(page, at, x, y)
        out.append((_SIGN if made[2] and char.isalpha() else char, numbers_of(numbers), made, space))
        space = False
    return out


@cache
def _calls() -> tuple[Callable[..., Any], ...]:
    """pdfium's functions for a character's code, text object, box and origin, which take addresses as numbers.

    They are called for each character; pypdfium2's take five times as long to convert what they are given.
    """
    import pypdfium2.raw as pdfium

    number, address = ctypes.c_int, ctypes.c_void_p
    kinds = {
        "FPDFText_GetUnicode": (ctypes.c_uint, address, number),
        "FPDFText_GetTextObject": (address, address, number),
        "FPDFText_GetCharBox": (number, address, number, *[address] * 4),
        "FPDFText_GetCharOrigin": (number, address, number, *[address] * 2),
    }
    return tuple(
        ctypes.CFUNCTYPE(*kind)(ctypes.cast(getattr(pdfium, name), address).value or 0) for name, kind in kinds.items()
    )


def _font(pdfium: Any, text: Any, at: int, names: dict[int, tuple[str, bool, bool]]) -> tuple[Font, int]:
    """The font of a character's text object, and its quarter turns to the left; `names` keeps those of the page."""
    matrix = pdfium.FS_MATRIX()
    size = pdfium.FPDFText_GetFontSize(text, at)
    if not pdfium.FPDFText_GetMatrix(text, at, matrix):
        matrix.a = matrix.d = 1.0
    scale = math.hypot(matrix.c, matrix.d)
    size = round(size * scale, 1) if math.isfinite(size * scale) else 0.0
    if size < _TINY:  # fonts inside pictures, whose size has other units
        box = pdfium.FS_RECTF()
        size = round(box.top - box.bottom, 1) if pdfium.FPDFText_GetLooseCharBox(text, at, box) else size
    thing = pdfium.FPDFText_GetTextObject(text, at)
    font = pdfium.FPDFTextObj_GetFont(thing) if thing else None
    angle = math.atan2(matrix.b, matrix.a)
    turns = angle / (math.pi / 2) if math.isfinite(angle) else 0.0
    turn = round(turns) % 4 if abs(turns - round(turns)) < _ASLANT else _WATERMARK
    if not font:
        return Font("", size, False, False), turn
    key = ctypes.addressof(font.contents)
    if key not in names:
        buffer = ctypes.create_string_buffer(128)
        pdfium.FPDFFont_GetBaseFontName(font, buffer, 128)
        name = buffer.value.decode("latin-1").partition("+")[2] or buffer.value.decode("latin-1")
        bold = bool(_BOLD.search(name)) or pdfium.FPDFFont_GetWeight(font) >= _HEAVY
        italic = bool(pdfium.FPDFFont_GetFlags(font) & _ITALIC) or bool(_SLANTED.search(name))
        names[key] = name, bold, italic
    name, bold, italic = names[key]
    return Font(name, size, bold, italic), turn


def _character(code: int) -> str:
    """The text of a character code, with ligatures as letters; "" for what is not printed."""
    if code in _HYPHENS:
        return "-"
    if code in _OLD:
        return _OLD[code]
    char = chr(code)
    if char.isascii():
        return char if char.isprintable() else ""
    if 0xFB00 <= code <= 0xFB06 or 0x1D400 <= code <= 0x1D7FF or (0xFF01 <= code <= 0xFF5E and char.isalnum()):
        return unicodedata.normalize("NFKC", char)
    return char if char.isprintable() and unicodedata.category(char) not in ("Co", "Cs") else "\ufffd"


def _lines(chars: list[Char], page: int) -> Iterator[TextLine]:
    """Yield lines: characters on one baseline without a wide gap."""
    runs: list[list[Char]] = []
    alike = 0  # characters at the end of the run that have one font and one height
    for char in chars:
        before = runs[-1][-1] if runs else None
        is_alike = before is not None and before.y == char.y and before.font is char.font
        if before is not None and is_alike and alike >= min(_LEVELS, len(runs[-1])) and char.text.isascii():
            size = char.font.size
            follows = -size <= char.left - before.right <= WIDE * size
        else:
            follows = bool(runs) and _follows(runs[-1], char)
        if follows:
            runs[-1].append(char)
            alike = alike + 1 if is_alike else 1
        else:
            runs.append([char])
            alike = 1
    for run in _joined([r for r in runs if any(c.font.size > 0 for c in r)]):
        if _ACCENTS.keys().isdisjoint([c.text for c in run]):
            run.sort(key=attrgetter("left"))
            run = run if len({c.y for c in run}) == 1 else _accented(run)  # of which no dot stands under a letter
        else:
            run.sort(key=lambda c: c.left + (c.text in _ACCENTS) * 0.01)
            run = _accented(run)
        yield from (TextLine(part, page) for part in _cells(run))


def _follows(run: list[Char], char: Char) -> bool:
    """Whether a character continues a run."""
    last = run[-1]
    size = max(last.font.size, char.font.size)
    level = max(run[-_LEVELS:], key=lambda c: c.font.size).y  # ignore marks above or below the line
    is_word = bool(count_han(last.text) and count_han(char.text)) and _is_alone(run)
    most = _SPACED_OUT if is_word else WIDE
    return abs(level - char.y) <= _SAME * size and -size <= char.left - last.right <= most * size


@dataclass(slots=True)
class _Run:
    """Consecutive characters on a baseline; `y` and `size` are those of the large ones."""

    chars: list[Char]
    y: float
    size: float
    left: float
    right: float

    @staticmethod
    def of(chars: list[Char]) -> _Run:
        size = max([c.font.size for c in chars])
        y = median([c.y for c in chars if c.font.size >= 0.9 * size])
        return _Run(chars, y, size, min([c.left for c in chars]), max([c.right for c in chars]))

    def add(self, other: _Run) -> None:
        if other.chars[0].left - self.right > _WORD * other.size:
            other.chars[0].space = True
        self.chars += other.chars
        if other.size > self.size:
            self.size, self.y = other.size, other.y
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)


def _joined(runs: list[list[Char]]) -> list[list[Char]]:
    """Merge runs that are side by side on one baseline, because the file may draw parts of a line later."""
    out: list[_Run] = []
    rows: dict[int, list[_Run]] = {}  # by height, in steps of _STEP points
    for run in map(_Run.of, runs):
        step = int(run.y // _STEP)
        near = (r for s in (step, step - 1, step + 1) for r in rows.get(s, ())[-_MOST_BESIDE:])
        other = next((r for r in near if _beside(run, r)), None)
        if other:
            other.add(run)
        else:
            out.append(run)
            rows.setdefault(step, []).append(run)
    return [run.chars for run in out]


def _beside(run: _Run, other: _Run) -> bool:
    """Whether two runs are on one line; an accent belongs to the line of its letter."""
    large = max(run.size, other.size)
    away = abs(other.y - run.y)
    gap = max(run.left - other.right, other.left - run.right)
    if away > _SAME * large or gap > _PICTURE * large:
        return False
    if all(c.text in _ACCENTS for c in run.chars[:3]) and away <= _SAME * other.size:
        return other.left - other.size < run.left < other.right + other.size
    small = min(run.size, other.size) <= _SMALL * large
    if small and away <= _SAME * large and _in_gap(run, other):
        return True
    right, before = (run, other) if run.left > other.left else (other, run)
    is_short = len(right.chars) <= _MOST_RAISED and not _WORDS.search(written(right.chars))
    is_mark = is_short and _is_mark_after(before.chars[-1], right.chars[0], gap)
    if is_mark and away <= _SAME * large:
        return True
    return away <= (_SAME if small else _RAISED) * large and -_WIDTH * large <= gap <= WIDE * large


def _in_gap(run: _Run, other: _Run) -> bool:
    """Whether the characters of a run, such as raised marks that are drawn later, fill a gap of a larger run."""
    small, large = (run, other) if run.size < other.size else (other, run)
    if small.left < large.left or small.right > large.right or len(small.chars) > _MOST_RAISED:
        return False
    near = (c for c in large.chars if c.right > small.left and c.left < small.right)
    return all(min(c.right, small.right) - max(c.left, small.left) < _RAISED * large.size for c in near)


def _accented(run: list[Char]) -> list[Char]:
    """Combine accents that are drawn over letters with these letters."""
    out: list[Char] = []
    made_here: set[int] = set()
    for at, char in enumerate(run):
        is_under = char.text in _BELOW and _is_under(char, run[at - 1])
        if marks := _BELOW[char.text] if is_under else _ACCENTS.get(char.text, ""):
            near = [c for c in (*out[-1:], *run[at + 1 : at + 2]) if c.text.isalpha() and _over(char, c) > 0]
            if near:
                letter = max(near, key=lambda c: _over(char, c))
                base = {"ı": "i", "ȷ": "j"}.get(letter.text, letter.text)
                all_made = (unicodedata.normalize("NFC", base + mark) for mark in marks)
                if made := next((one for one in all_made if len(one) == 1), ""):
                    letter.text = made
                    letter.space = letter.space or (char.space and (letter not in out or char.order < letter.order))
                    made_here.update((id(letter), id(run[at + 1]) if at + 1 < len(run) else 0))
                    continue
        out.append(char)
    for before, char in pairwise(out):  # an accent is drawn after a step back, which pdfium reports as a space
        if char.space and (id(before) in made_here or id(char) in made_here):
            char.space = char.left - before.right > _WORD * char.font.size
    return out


def _is_under(dot: Char, letter: Char) -> bool:
    """Whether a full stop or a comma is drawn under a letter, as TeX draws "ị" and "ņ"."""
    return dot.y - letter.y > _RAISED * dot.font.size and 2 * _over(dot, letter) > dot.right - dot.left


def _over(accent: Char, letter: Char) -> float:
    """Horizontal overlap of an accent and a letter, in points."""
    return min(accent.right, letter.right) - max(accent.left, letter.left)


def _cells(run: list[Char]) -> Iterator[list[Char]]:
    """Yield a run split at wide gaps; smaller gaps between words become spaces."""
    part = run[:1]
    for before, char, after in zip(run, run[1:], [*run[2:], None], strict=False):
        gap = char.left - before.right
        if char.font is before.font and char.text.isascii():  # nearly all
            if gap > WIDE * char.font.size:
                yield part
                part = []
            elif gap > _SURE * char.font.size:
                char.space = True
            part.append(char)
            continue
        size = max(before.font.size, char.font.size)
        is_mark = _is_mark_after(before, char, gap)
        is_letter = after is None or not after.text.isalpha() or after.font.size > char.font.size  # marks "a, b"
        if part and _is_alone(part) and _is_spaced_out(before, char, after):
            char.space = False
            part.append(char)
            continue
        is_column = _is_other_column(before, char, gap) and not (is_mark and is_letter)
        if is_column or (gap > WIDE * size and not is_mark):
            yield part
            part = []
        elif gap > _SURE * size:
            char.space = True
        part.append(char)
    yield part


def _is_alone(part: list[Char]) -> bool:
    """Whether the last character of a line stands apart from those before it, or behind a sign."""
    if len(part) == 1 or not count_han(part[-2].text):
        return True
    return part[-1].space and part[-1].left - part[-2].right > _SURE * part[-1].font.size  # no space: joined before


def _is_spaced_out(before: Char, char: Char, after: Char | None) -> bool:
    """Whether two characters are a Chinese word that is set as wide as words of three beside it: "摘　要", "李　娜"."""
    size = char.font.size
    is_end = after is None or not count_han(after.text) or after.left - char.right > _SURE * size
    is_word = bool(count_han(before.text) and count_han(char.text)) and before.font == char.font
    return is_end and is_word and char.left - before.right <= _SPACED_OUT * size


def _is_other_column(before: Char, char: Char, gap: float) -> bool:
    """Whether a gap divides words of quite different sizes: a title and a small note beside it."""
    small, large = sorted((before.font.size, char.font.size))
    is_away = gap > WIDE * small or abs(before.y - char.y) > small
    return small <= _SMALL * large and is_away and before.text.isalpha() and char.text.isalpha()


def _is_mark_after(before: Char, char: Char, gap: float) -> bool:
    """Whether a raised mark follows a picture, such as ORCID's, that stands between it and its name."""
    size = before.font.size
    return char.font.size <= _SMALL * size and before.y - char.y > _RAISED * size and -size < gap <= _PICTURE * size
