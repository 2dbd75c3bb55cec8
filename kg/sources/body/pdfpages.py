"""Read a page of a PDF with what is drawn on it: lines of text, horizontal rules and pictures."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.sources.layout.pages import Page, read_page

_MOST_DRAWN = 6_000  # objects of a page; a plot has some hundreds
_MOST_TEXT = 200_000  # characters of a page that are used for words
_THIN = 2.5  # points of a rule
_SHORT = 15.0  # points of the shortest rule
_CELL = 8.0  # points; drawn lines and shapes that are nearer form one picture
_SHAPES = 6  # of the smallest picture that is drawn by lines
_SMALL = 24.0  # points; a logo or a sign is no picture
_ROW = 60.0  # points; a cell of a table is less high
_BOX = -1  # the kind of the outline of a rectangle
_WHOLE = 0.75  # of a page; what covers more is a background


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from its top left."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float, around: float = 0.0) -> bool:
        """Whether a point lies in the box, or at most `around` points beside it."""
        return self.left - around <= x <= self.right + around and self.top - around <= y <= self.bottom + around


@dataclass(slots=True)
class DrawnPage:
    """A page with its rules and pictures, and its text in the order of the file."""

    page: Page
    rules: list[Box]
    pictures: list[Box]
    text: str


def drawn_page(document: Any, number: int) -> DrawnPage:
    """Read page `number` (from 0) of an open pypdfium2 document; raises PdfiumError."""
    found: list[tuple[int, float, float, float, float]] = []  # kind and edges
    words: list[str] = []
    crop: list[float] = []

    def look(page: Any, text: Any) -> None:
        crop.extend(page.get_cropbox())
        found.extend(_objects(page.raw))
        words.append(text.get_text_range(0, min(_MOST_TEXT, text.count_chars())))

    page = read_page(document, number, look)
    rules: list[Box] = []
    shapes: list[Box] = []
    pictures: list[Box] = []
    boxes: dict[tuple[int, int], list[Box]] = {}  # by top and bottom
    for kind, *edges in found:
        box = _upright(edges, crop, page.turn)
        box = Box(max(0.0, box.left), max(0.0, box.top), min(page.width, box.right), min(page.height, box.bottom))
        wide, high = box.right - box.left, box.bottom - box.top
        if not math.isfinite(wide + high) or wide * high > _WHOLE * page.width * page.height:
            continue
        if kind == _BOX:
            boxes.setdefault((round(box.top), round(box.bottom)), []).append(box)
        if kind == _path() and high <= _THIN:
            rules += [box] * (wide >= _SHORT)
        elif kind in (_path(), _BOX):
            shapes += [box] * (wide > _THIN)
        elif wide > _SMALL and high > _SMALL:
            pictures.append(box)
    for row in boxes.values():  # the boxes of the cells of a row have the rules of a table as their edges
        if len(row) > 1:
            rules += [Box(box.left, y, box.right, y) for box in row for y in (box.top, box.bottom)]
    return DrawnPage(page, rules, pictures + list(_clusters(shapes)), words[0])


def _path() -> int:
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDF_PAGEOBJ_PATH)


def _objects(page: Any) -> Iterator[tuple[int, float, float, float, float]]:
    """Kind and edges (left, bottom, right, top) of what is drawn on a page and is no text."""
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for at in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_DRAWN)):
        thing = pdfium.FPDFPage_GetObject(page, at)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind != pdfium.FPDF_PAGEOBJ_TEXT and pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
            edges = left.value, bottom.value, right.value, top.value
            is_high = _THIN < top.value - bottom.value < _ROW and kind == pdfium.FPDF_PAGEOBJ_PATH
            yield (_BOX if is_high and _is_box(thing) else kind), *edges


def _is_box(path: Any) -> bool:
    """Whether a path is the outline of a rectangle."""
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(stroke.value) and pdfium.FPDFPath_CountSegments(path) in (4, 5)


def _upright(edges: list[float], crop: list[float], turn: int) -> Box:
    """A box from the top left, on a page turned to make the text upright."""
    x0, y0, x1, y1 = edges
    left, right = min(crop[0], crop[2]), max(crop[0], crop[2])
    bottom, top = min(crop[1], crop[3]), max(crop[1], crop[3])
    if turn == 1:
        return Box(y0 - bottom, x0 - left, y1 - bottom, x1 - left)
    if turn == 2:
        return Box(right - x1, y0 - bottom, right - x0, y1 - bottom)
    if turn == 3:
        return Box(top - y1, right - x1, top - y0, right - x0)
    return Box(x0 - left, top - y1, x1 - left, top - y0)


def _clusters(shapes: list[Box]) -> Iterator[Box]:
    """Pictures that are drawn by lines and shapes: groups of these without a gap."""
    cells: dict[tuple[int, int], list[int]] = {}
    for at, box in enumerate(shapes):
        for cell in _covered(box):
            cells.setdefault(cell, []).append(at)
    while cells:
        _, found = first = cells.popitem()
        members = set(found)
        edge = [first[0]]
        while edge:
            x, y = edge.pop()
            for cell in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
                if cell in cells:
                    members.update(cells.pop(cell))
                    edge.append(cell)
        if len(members) >= _SHAPES:
            box = around(shapes[at] for at in members)
            if box.right - box.left > _SMALL and box.bottom - box.top > _SMALL:
                yield box


def _covered(box: Box) -> Iterator[tuple[int, int]]:
    columns = range(int(box.left // _CELL), int(box.right // _CELL) + 1)
    for y in range(int(box.top // _CELL), int(box.bottom // _CELL) + 1):
        yield from ((x, y) for x in columns)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of the boxes, of which there is one at least."""
    all_boxes = list(boxes)
    return Box(
        min(b.left for b in all_boxes),
        min(b.top for b in all_boxes),
        max(b.right for b in all_boxes),
        max(b.bottom for b in all_boxes),
    )
