"""A still picture as lines, dots and words with positions, shared by SVG and PNG.

Labels are placed greedily, by decreasing support, wherever they cover no other label and no dot; a label without room
is left out.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kg.views.columns import shortened
from kg.views.picture.drawing import DrawnNode
from kg.views.picture.look import IN_BOX, LABEL, Look

_MARGIN = 44
#: Pixels between two columns of boxes.
_GAP = 70.0
#: How much farther apart rows are than in the layout: lines run between them.
_ROOMY = 1.35
#: The width of the sheet in pixels, by number of nodes.
_WIDTHS = ((60, 1200), (300, 1600), (800, 2000))
_WIDEST = 2600
_FONT = 13.0
_SURE = 12  # labels that may cover any dot
_NAME, _RIM = 17.0, 16.0  # of regions: the size of names, and pixels around their nodes

Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: straight, or a curve between two columns."""

    start: Point
    end: Point
    colour: str  # "" for the default
    width: float
    is_broken: bool
    has_arrow: bool
    is_bent: bool
    said: str
    is_faint: bool = False
    ends: tuple[str, ...] = ()  # the nodes that it connects
    via: tuple[Point, ...] = ()  # places on the way of a curve: past the boxes of the columns between


@dataclass(frozen=True, slots=True)
class Dot:
    """A node: a square for a paper, a disc for a concept; with a `width`, a box of this width around its label."""

    at: Point
    radius: float
    colour: str
    is_square: bool
    said: str
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class SheetText:
    """A text; `anchor` is the part of it at `at`: "start", "middle" or "end"."""

    at: Point
    text: str
    size: float
    anchor: str = "start"
    is_soft: bool = False
    is_bold: bool = False
    is_white: bool = False
    colour: str = ""  # "" for the default


@dataclass(frozen=True, slots=True)
class Region:
    """The ground of a community: a polygon around its nodes, with some room."""

    corners: tuple[Point, ...]
    colour: str


@dataclass(slots=True)
class Sheet:
    """All shapes of a picture, in pixels from the upper left corner."""

    width: float
    height: float
    regions: list[Region] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    words: list[SheetText] = field(default_factory=list)


def sheet(look: Look) -> Sheet:
    """The picture on a sheet, under its heading, counts and legend."""
    if look.is_layered:
        return _layered(look)
    n = len(look.drawing.nodes)
    across = next((width for most, width in _WIDTHS if n <= most), _WIDEST)
    left, upper, wide, high = _extent(look)
    right = 2 * _MARGIN
    scale = min((across - _MARGIN - right) / max(wide, 400), 1.1 * across / max(high, 1))
    out = Sheet(round(max(wide * scale + _MARGIN + right, 760)), 0)
    top = _head(look, out) + _MARGIN
    margin = (out.width - wide * scale) / 2
    at = {
        name: (margin + (x - left) * scale, top + (y - upper) * scale) for name, (x, y) in sorted(look.places.items())
    }
    shrink = min(1.0, max(0.5, scale * 1.25))
    radius = {name: max(look.radius[name] * shrink, 2.2) for name in at}
    out.height = round(top + high * scale + _MARGIN)
    out.strokes += _strokes(look, at, radius)
    ranked = sorted(look.drawing.nodes.values(), key=lambda node: (-radius[node.id], node.id))
    out.dots += [
        Dot(at[n.id], radius[n.id], look.fill(n), n.type == "paper", f"{n.label} ({len(n.papers)})") for n in ranked
    ]
    named = set[str]()
    taken = _Taken(2 * len(ranked) + len(look.regions))
    _draw_regions(look, at, radius, out, taken)
    out.words += _labels(look, ranked, at, radius, out, named, taken)
    if look.drawing.is_map:  # what has no room for its name is left to the page, where one can zoom
        _leave_out(look, named, out)
    return out


def _draw_regions(look: Look, at: dict[str, Point], radius: dict[str, float], out: Sheet, taken: _Taken) -> None:
    """Add the grounds of the regions and their names, above or below them where no other name is."""
    for number, label in look.regions.items():
        own = [name for name in at if look.drawing.nodes[name].community == number]
        corners = hull([(at[n][0] + x * (radius[n] + _RIM), at[n][1] + y * (radius[n] + _RIM))
                        for n in own for x in (-1, 1) for y in (-1, 1)])  # fmt: skip
        colour = look.region_colour(number)
        out.regions.append(Region(tuple(corners), colour))
        text = shortened(label, LABEL)
        spots = [_name_spot(corners, text, is_below, out) for is_below in (False, True)]
        free = [spot for spot in spots if not taken.meets(spot[1], text, 0.0)]
        place, box = (free or spots)[0]
        taken.add(box)
        out.words.append(SheetText(place, text, _NAME, "middle", is_bold=True, colour=colour))


def _name_spot(corners: list[Point], text: str, is_below: bool, out: Sheet) -> tuple[Point, Box]:
    """Where the name of a region stands: at its upper or lower end."""
    end = max(y for _, y in corners) if is_below else min(y for _, y in corners)
    near = [x for x, y in corners if abs(y - end) < _RIM]
    half = width_of(text, _NAME) / 2
    x = min(max(sum(near) / len(near), half + 8), out.width - half - 8)
    y = min(end + _NAME, out.height - 8) if is_below else max(end - 6, 24.0)
    return (x, y), (x - half - 2, y - _NAME * 0.85, x + half + 2, y + _NAME * 0.25)


def _leave_out(look: Look, named: set[str], out: Sheet) -> None:
    """Leave out the nodes without a name, and their lines."""
    nodes = look.drawing.nodes
    said = {f"{nodes[name].label} ({len(nodes[name].papers)})" for name in named}
    out.dots = [dot for dot in out.dots if not dot.said or dot.said in said]
    out.strokes = [stroke for stroke in out.strokes if not stroke.ends or named.issuperset(stroke.ends)]


def hull(points: list[Point]) -> list[Point]:
    """The convex hull (Andrew 1979, Information Processing Letters 9:216).

    >>> hull([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)])
    [(0, 0), (2, 0), (2, 2), (0, 2)]
    """

    def half(ordered: list[Point]) -> list[Point]:
        out: list[Point] = []
        for x, y in ordered:
            while len(out) > 1 and (
                (out[-1][0] - out[-2][0]) * (y - out[-2][1]) <= (out[-1][1] - out[-2][1]) * (x - out[-2][0])
            ):
                out.pop()
            out.append((x, y))
        return out[:-1]

    ordered = sorted(set(points))
    return [*half(ordered), *half(ordered[::-1])]


def _layered(look: Look) -> Sheet:
    """A layered drawing at its own size: boxes in columns."""
    _, upper, _, down = _extent(look)
    text = {name: look.short(node, IN_BOX) for name, node in look.drawing.nodes.items()}
    size = {name: look.font(node) for name, node in look.drawing.nodes.items()}
    half = {name: width_of(text[name], size[name]) / 2 + 8 for name in text}
    across, end = _columns(look, half)
    out = Sheet(round(max(end, 760)), 0)
    top = _head(look, out) + 1.6 * _MARGIN
    for column, middle in across.items():
        out.words.append(SheetText((middle, top - _MARGIN * 0.7), look.period(column), 13, "middle", is_soft=True))
    out.height = round(top + down * _ROOMY + _MARGIN)
    at = {name: (across[x], top + (y - upper) * _ROOMY) for name, (x, y) in sorted(look.places.items())}
    high = {name: size[name] * 0.8 + 2 for name in at}
    wide: dict[float, float] = defaultdict(float)
    for name, (x, _) in at.items():
        wide[x] = max(wide[x], half[name])
    out.strokes += (replace(stroke, via=tuple(_way(stroke, at, wide, high))) for stroke in _strokes(look, at, half))
    for name, node in sorted(look.drawing.nodes.items()):
        said = f"{node.label} ({len(node.papers)})"
        out.dots.append(Dot(at[name], high[name], look.fill(node), True, said, 2 * half[name]))
        place = at[name][0], at[name][1] + size[name] * 0.35
        out.words.append(SheetText(place, text[name], size[name], "middle", is_white=True))
    return out


def _columns(look: Look, half: dict[str, float]) -> tuple[dict[int, float], float]:
    """The middle of each column, by its place in the layout: as wide as its widest box; and where the last one ends."""
    widest: dict[int, float] = defaultdict(float)
    for name, (x, _) in look.places.items():
        widest[x] = max(widest[x], half[name])
    out: dict[int, float] = {}
    end = _MARGIN / 2
    for x in sorted(widest):
        out[x] = end + widest[x]
        end += 2 * widest[x] + _GAP
    return out, end - _GAP + _MARGIN / 2


def _extent(look: Look) -> tuple[float, float, float, float]:
    """The left and upper bounds of the drawing, its width and its height."""
    xs = [x for x, _ in look.places.values()] or [0]
    ys = [y for _, y in look.places.values()] or [0]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _head(look: Look, out: Sheet) -> float:
    """Add heading, counts and legend; returns the y coordinate of their end."""
    out.words.append(SheetText((_MARGIN / 2, 38), look.heading, 22, is_bold=True))
    out.words.append(SheetText((_MARGIN / 2, 62), look.counts, 13, is_soft=True))
    x, y = _MARGIN / 2, 88.0
    for entry in (*look.legend, *look.lines):
        text = f"{shortened(entry.label, 28)} {entry.count:,}"
        if x + 26 + width_of(text, 13) > out.width - _MARGIN / 2:
            x, y = _MARGIN / 2, y + 22
        if entry in look.lines:
            out.strokes.append(Stroke((x, y - 4), (x + 16, y - 4), entry.colour, 2.5, False, True, False, ""))
        else:
            out.dots.append(Dot((x + 6, y - 4), 6, entry.colour, entry.key == "paper", ""))
        out.words.append(SheetText((x + 20, y), text, 13))
        x += 20 + width_of(text, 13) + 22
    if x + width_of(look.size, 13) > out.width - _MARGIN / 2:
        x, y = _MARGIN / 2, y + 22
    out.words.append(SheetText((x, y), look.size, 13, is_soft=True))
    return y


def _strokes(look: Look, at: dict[str, Point], radius: dict[str, float]) -> Iterator[Stroke]:
    nodes = look.drawing.nodes
    for edge in sorted(look.drawing.edges, key=lambda e: (len(e.papers), e.head, e.tail, e.relation)):
        one, other = look.ends(edge)
        arrow = look.has_arrow(edge)
        said = f"{nodes[edge.head].label} {look.words(f'relation.{edge.relation}')} {nodes[edge.tail].label}"
        end = at[other]
        if look.is_layered and at[one][0] == end[0]:  # beside their column
            end = end[0] + radius[other], end[1]
        elif arrow or look.is_layered:
            end = _before(at[one], end, radius[other], look.is_layered)
        kind = look.line(edge), look.width(edge), look.is_weak(edge), arrow, look.is_layered
        start = (at[one][0] + radius[one], at[one][1]) if look.is_layered else at[one]
        yield Stroke(start, end, *kind, said, look.is_faint(edge), (one, other))


def _way(stroke: Stroke, at: dict[str, Point], wide: dict[float, float], high: dict[str, float]) -> Iterator[Point]:
    """Where a line passes the columns from its start to its end: between their boxes; `wide` and `high` are halves."""
    (start, y), (end, last) = stroke.start, stroke.end
    if at[stroke.ends[0]][0] == at[stroke.ends[1]][0]:
        yield at[stroke.ends[0]][0] + wide[at[stroke.ends[0]][0]] + _GAP / 4, (y + last) / 2
        return
    passed = [x for x in sorted(wide) if start - wide[x] - 1 < x < end + wide[x] + 1]
    if len(passed) < 2:  # back, or within one column
        return
    for number, x in enumerate(passed):
        if number == 0 or number == len(passed) - 1:  # a narrow box of a wide column is left, or reached, level
            yield (x + wide[x], y) if number == 0 else (x - wide[x], last)
            continue
        wanted = y + (last - y) / (len(passed) - number)
        taken = [(at[n][1] - high[n] - 3, at[n][1] + high[n] + 3) for n in sorted(at) if at[n][0] == x]
        free = [p for p in (wanted, *(p for box in taken for p in box)) if not any(a < p < b for a, b in taken)]
        y = min(free, key=lambda place: abs(place - wanted), default=wanted)
        yield x - wide[x], y
        yield x + wide[x], y


def _before(start: Point, end: Point, gap: float, is_bent: bool) -> Point:
    """The point where an edge meets the shape of its target node."""
    if is_bent:
        return end[0] - gap, end[1]
    far = math.dist(start, end) or 1.0
    return end[0] - (end[0] - start[0]) * gap / far, end[1] - (end[1] - start[1]) * gap / far


def _labels(
    look: Look,
    ranked: list[DrawnNode],
    at: dict[str, Point],
    radius: dict[str, float],
    out: Sheet,
    named: set[str],
    taken: _Taken,
) -> Iterator[SheetText]:
    """The labels that have room, their nodes added to `named`: a hub's may cover small dots, but nothing else taken."""
    for node in ranked:
        (x, y), r = at[node.id], radius[node.id]
        taken.add((x - r, y - r, x + r, y + r), node.id, r)
    largest, smallest = max(radius.values(), default=1.0), min(radius.values(), default=1.0)
    # Titles of papers are long; they are placed after the concepts.
    for place, node in enumerate(sorted(ranked, key=lambda n: (n.type == "paper", n.id != look.drawing.centre))):
        r = radius[node.id]
        size = round(_FONT + 5 * (r / largest) ** 2 if node.type != "paper" else _FONT - 1, 1)
        text = look.short(node, LABEL)
        spots = [(word, box) for word, box in _spots(at[node.id], r, text, size) if _is_inside(box, out)]
        free = [spot for spot in spots if not taken.meets(spot[1], node.id, r)]
        if not free and place < _SURE and r > 1.6 * smallest:
            free = [spot for spot in spots if not taken.meets(spot[1], node.id, 1e6)]
        for word, box in free[:1]:
            taken.add(box)
            named.add(node.id)
            yield word


def _spots(at: Point, r: float, text: str, size: float) -> Iterator[tuple[SheetText, Box]]:
    """The possible positions of a label: below, above, right or left of its node."""
    (x, y), wide, high = at, width_of(text, size), size * 1.15
    for anchor, place, base, left in (
        ("middle", x, y + r + high * 0.9, x - wide / 2),
        ("middle", x, y - r - high * 0.3, x - wide / 2),
        ("start", x + r + 3, y + high * 0.32, x + r + 3),
        ("end", x - r - 3, y + high * 0.32, x - r - 3 - wide),
    ):
        box = (left - 2, base - high * 0.85, left + wide + 2, base + high * 0.25)
        yield SheetText((round(place, 1), round(base, 1)), text, size, anchor), box


def _is_inside(box: Box, out: Sheet) -> bool:
    return box[0] > 4 and box[2] < out.width - 4 and box[3] < out.height - 4


class _Taken:
    """Boxes that are occupied, each of a node of a size, or of a label."""

    def __init__(self, most: int) -> None:
        import numpy

        self.boxes, self.sizes = numpy.full((most, 4), numpy.inf), numpy.zeros(most)
        self.names: list[str] = []

    def add(self, box: Box, of: str = "", size: float = math.inf) -> None:
        self.boxes[len(self.names)], self.sizes[len(self.names)] = box, size
        self.names.append(of)

    def meets(self, box: Box, besides: str, size: float) -> bool:
        """Whether a box overlaps one that is not much smaller than `size`."""
        left, top, right, bottom = self.boxes.T
        over = (box[0] < right) & (left < box[2]) & (box[1] < bottom) & (top < box[3]) & (self.sizes > 0.55 * size)
        return any(self.names[at] != besides for at in over.nonzero()[0])


def width_of(text: str, size: float) -> float:
    """The approximate width of a text, in pixels."""
    return (
        sum(
            1.0
            if unicodedata.east_asian_width(c) in "WF"
            else 0.68
            if c.isupper()
            else 0.3
            if c in " il.,:;'|"
            else 0.57
            for c in text
        )
        * size
    )
