"""Tables, figures and algorithms on a page: their captions, frames of rules, pictures, and the lines that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from kg.sources.body.pdfforms import PdfForms
from kg.sources.body.pdfpages import Box, DrawnPage, around
from kg.sources.layout.blocks import TextRow, is_running, rows
from kg.sources.layout.pages import TextLine

LETTERS = 15  # of a line of text
LESS = 0.95  # size of what is set smaller than the text
NOTE = 0.93  # size of a note
_LONG = 12.0  # em; a line of a paragraph
_LEAST = 5.0  # em; height of a picture between lines of text
_LEADING = 1.6  # em; largest distance between lines of a caption
_SPACE = 3.0  # em between the parts of the first line of a caption
_FRAME = 50.0  # points of the shortest rule of a table
_EDGE = 4.0  # points; rules of a table have one extent
_DOUBLE = 6.0  # points between the lines of a double rule
_LOWEST = 12.0  # points of a table's height
_NEAR = 70.0  # points between a caption and its table
_MOST_CAPTION = 16  # lines
_PART = re.compile(r"\(?[a-z]\)")
_COLONS = (":", "：", "|")


@dataclass
class Frame:
    """Rules of one extent from top to bottom, all rules among them, and the lines of text between these."""

    box: Box
    rules: list[Box]
    lines: list[TextLine]
    title: list[TextLine] = field(default_factory=list)  # "(a) 7B"


@dataclass
class Float:
    """A table, a figure or another thing with a caption."""

    kind: str  # "table", "figure" or "other"
    label: str
    number: str
    page: int
    caption: list[TextLine]
    frames: list[Frame] = field(default_factory=list)

    @cached_property
    def box(self) -> Box:
        """What the caption covers."""
        return around(map(box_of, self.caption))


def box_of(line: TextLine) -> Box:
    """What a line covers."""
    return Box(line.left, line.y - 0.8 * line.size, line.right, line.y + 0.25 * line.size)


def side(line: TextLine, gutter: float | None) -> int:
    """The column of a line: 0 or 1, or -1 if it crosses the space between the columns."""
    if gutter is None or line.right <= gutter + 2:
        return 0
    return 1 if line.left >= gutter - 2 else -1


def _meet(one: TextLine | Box, other: TextLine | Box) -> bool:
    """Whether one stands above the other."""
    return min(one.right, other.right) > max(one.left, other.left)


class PageFloats:
    """The floats of a page, and the lines of text that belong to them (`gone`, by identity)."""

    def __init__(self, page: DrawnPage, lines: Sequence[TextLine], gutter: float | None, size: float) -> None:
        self.page, self.gutter, self.size = page, gutter, size
        self.lines = sorted(lines, key=lambda line: (line.y, line.left))
        self.text = [line for line in self.lines if self._is_prose(line)]
        self.pictures = [box for whole in page.pictures for box in self._trimmed(whole, self.text)]
        self.frames = self._framed()
        self.floats = list(self._captions())
        self._pair()
        held = [*self.text, *(line for one in self.floats for line in one.caption)]
        trimmed = (box for whole in self.pictures for box in self._trimmed(whole, held))
        self.pictures = [box for box in trimmed if self._is_picture(box)]
        self.gone = {id(line) for one in self.floats for line in one.caption}
        self._take()

    def _is_prose(self, line: TextLine) -> bool:
        """Whether a line is one of a paragraph: of the size of the text, long, and running text."""
        is_long = line.right - line.left > _LONG * self.size and line.letters > 2 * LETTERS
        is_plain = abs(line.size - self.size) < 0.07 * self.size and not line.font.bold
        return is_long and is_plain and is_running(line.text)

    def _trimmed(self, picture: Box, text: Sequence[TextLine]) -> Iterator[Box]:
        """The part of a picture without lines of text: its file may reach beyond what is shown, or frame text."""
        if self.gutter is not None and picture.left < self.gutter < picture.right:
            inside = {side(line, self.gutter) for line in text if picture.top < line.y < picture.bottom}
            if inside in ({0}, {1}):  # it is shown in the other column
                left = self.gutter if inside == {0} else picture.left
                right = picture.right if inside == {0} else self.gutter
                picture = Box(left, picture.top, right, picture.bottom)
        ends = [
            o.y
            for o in text
            if min(o.right, picture.right) - max(o.left, picture.left) > 0.2 * (o.right - o.left)
            and picture.top < o.y < picture.bottom + 0.8 * o.size
        ]
        if not ends:
            yield picture
            return
        gaps = pairwise([picture.top - self.size, *sorted(ends), picture.bottom + self.size])
        above, below = max(gaps, key=lambda gap: gap[1] - gap[0])
        if below - above > _LEAST * self.size:
            yield Box(picture.left, above + self.size, picture.right, below - self.size)

    def _is_picture(self, box: Box) -> bool:
        """Whether what is drawn has a caption, or is no frame around paragraphs and no boxes around links."""
        for one in self.floats:
            is_near = max(one.box.top - box.bottom, box.top - one.box.bottom) < _SPACE * self.size
            if one.kind == "figure" and is_near and _meet(one.box, box):
                return True
        inside = self._inside(box)
        text = sum(o.letters for o in inside if o.letters > 2 * LETTERS and o.right - o.left > _LONG * o.size)
        return text <= 0.5 * sum(line.letters for line in inside)

    def _inside(self, box: Box) -> list[TextLine]:
        return [line for line in self.lines if box.holds(line.center, line.y - 0.3 * line.size, 1)]

    def _framed(self) -> list[Frame]:
        """Groups of horizontal rules of one extent, with text between them that is no running text."""
        groups: list[list[Box]] = []
        for rule in _whole(self.page.rules):
            if rule.right - rule.left < _FRAME:
                continue
            same = (g for g in groups if abs(g[0].left - rule.left) < _EDGE and abs(g[0].right - rule.right) < _EDGE)
            group = next(same, None)
            if group is None:
                groups.append([rule])
            elif rule.top - group[-1].top > 1:
                group.append(rule)
        out: list[Frame] = []
        for group in groups:
            part = group[:1]
            for above, below in pairwise(group):
                is_double = below.top - above.top < _DOUBLE
                if not is_double and self._divides(self._between(above, below), below):
                    out += self._frame(part)
                    part = []
                part.append(below)
            out += self._frame(part)
        return out

    def _frame(self, part: Sequence[Box]) -> list[Frame]:
        if len(part) < 2 or part[-1].top - part[0].top <= _LOWEST:
            return []
        box = around(part)
        rules = [rule for rule in self.page.rules if box.holds((rule.left + rule.right) / 2, rule.top, 2)]
        return [Frame(box, rules, self._between(part[0], part[-1]))]

    def _between(self, above: Box, below: Box) -> list[TextLine]:
        left, right = above.left - 2 * _EDGE, above.right + 2.5 * _EDGE
        return [o for o in self.lines if above.top - 1 < o.y < below.top + 1 and left < o.left and o.right < right]

    def _divides(self, inside: Sequence[TextLine], rule: Box) -> bool:
        """Whether what stands between two rules belongs to no table: nothing, a caption, or paragraphs."""
        captions = PdfForms.load().captions
        made = rows(inside)
        if len(made) == 1 and captions[2][1].match(made[0].text):  # of an algorithm, which is framed with it
            return False
        if not inside or any((found := f.match(o.text)) and found["mark"] for o in inside for _, f in captions[:2]):
            return True
        full = sum(line.letters for line in inside if self._is_full(line, rule))
        return full > 0.6 * sum(line.letters for line in inside) and len(made) > 3

    def _is_full(self, line: TextLine, rule: Box) -> bool:
        """Whether a line of running text fills the width of a rule, or one of the columns below a rule over both."""
        width, wide = line.right - line.left, rule.right - rule.left
        if self.gutter is not None and rule.left < self.gutter < rule.right and side(line, self.gutter) >= 0:
            return width > 0.4 * wide and self._is_prose(line)
        return width > 0.85 * wide and is_running(line.text)

    def _captions(self) -> Iterator[Float]:
        starts: list[tuple[str, re.Match[str], TextLine]] = []
        for line in self.lines:
            for kind, form in PdfForms.load().captions:
                if found := form.match(line.text):
                    starts += [(kind, found, line)] * self._is_caption(line, found, kind)
                    break
        heads = {id(line) for _, _, line in starts}
        for kind, found, line in starts:
            label = " ".join(found["label"].split())
            yield Float(kind, label, found["number"], self.page.page.number, self._caption(line, heads))

    def _is_caption(self, line: TextLine, found: re.Match[str], kind: str) -> bool:
        """Whether a line that starts with a label and a number is a caption, no sentence on a table or figure."""
        over = [box for box in self.pictures if box.holds(line.center, line.y)]
        is_inside = any(min(box.bottom - line.y, line.y - box.top) > _SPACE * line.size for box in over)
        if found["mark"] not in _COLONS and (is_inside or (over and not found["mark"])):
            return False
        if kind == "other":
            top = (f for f in self.frames if f.box.holds(line.center, line.y, 2))
            return any(abs(line.y - frame.box.top) < 2 * line.size for frame in top)
        after = line.text[found.end() :]
        is_open = not after or not after[0].isascii() or after[0].isupper() or after[0].isdigit() or after[0] in "([\"'"
        if found["mark"] in _COLONS:
            return True
        is_labelled = line.chars[0].font.bold and not line.font.bold
        if is_labelled or (not line.font.bold and line.size < LESS * self.size and is_open):
            return is_open or bool(found["mark"])
        near = (o for o in self.lines if 0.5 * line.size < line.y - o.y < 1.4 * line.size and _meet(o, line))
        above = [o for o in near if o.letters > 3]
        is_apart = not above or any(f.box.holds(o.center, o.y, 2) for o in above for f in self.frames)
        if found["mark"]:
            return is_open and is_apart
        return is_apart and (not after or (found["label"].isupper() and is_open))

    def _caption(self, first: TextLine, heads: set[int]) -> list[TextLine]:
        """The lines of a caption."""
        out = [first]
        own = (side(first, self.gutter), -1)
        for line in self.lines:  # parted by a wide space
            is_right = abs(line.y - first.y) < 0.3 * first.size and 0 <= line.left - out[-1].right < _SPACE * first.size
            if is_right and side(line, self.gutter) in own and id(line) not in heads:
                out.append(line)
        size = max(out, key=lambda o: o.letters).size
        left, right, y, step = first.left, out[-1].right, first.y, 0.0
        is_alone = PdfForms.load().captions[0][1].fullmatch(first.text) is not None  # "TABLE IV" above its title
        for line in self.lines:
            if line.y <= y + 0.4 * size or line in out:
                last = out[-1]
                is_right = abs(line.y - last.y) < 0.3 * size and 0 <= line.left - last.right < _SPACE * size
                if line not in out and is_right and line.right <= right + size and id(line) not in heads:
                    out.append(line)
                continue
            if line.y - y > (1.12 * step if step else _LEADING * size) or len(out) >= _MOST_CAPTION:
                break
            if is_alone and len(out) == 1 and _meet(line, first):
                left, right = line.left, line.right
            is_within = line.left > left - 1.5 * size and line.right < right + 1.5 * size
            is_other = id(line) in heads or abs(line.size - size) > 0.1 * size or self._is_held(line, first)
            if not is_within or is_other:
                if _meet(line, first):
                    break
                continue
            step, y = step or line.y - y, line.y
            out.append(line)
        return out

    def _is_held(self, line: TextLine, caption: TextLine) -> bool:
        """Whether a line stands in a picture, or in a frame that does not hold the caption."""
        frames = (f.box for f in self.frames if not f.box.holds(caption.center, caption.y, 1))
        return any(box.holds(line.center, line.y, 1) for box in (*frames, *self.pictures))

    def _pair(self) -> None:
        """Give each caption a frame, and the frames below that as its parts: "(a) 7B", "(b) 13B"."""
        pairs: list[tuple[float, int, int, str]] = []
        for f, frame in enumerate(self.frames):
            for c, one in enumerate(self.floats):
                away = max(frame.box.top - one.box.bottom, one.box.top - frame.box.bottom)
                is_inside = frame.box.top - 2 <= one.box.top and one.box.bottom <= frame.box.bottom + 2
                if not _meet(frame.box, one.box):
                    continue
                if one.kind == "other" and is_inside:
                    pairs.append((-1.0, c, f, ""))
                elif one.kind != "other" and -self.size < away < _NEAR:
                    place = "above" if frame.box.top < one.box.top else "below"
                    pairs.append((away + (one.kind == "figure") * _NEAR, c, f, place * (one.kind == "table")))
        ways = ({"", "above", "below"}, {"", "above"}, {"", "below"})  # where tables stand by their captions
        taken = max((_nearest([p for p in sorted(pairs) if p[3] in way]) for way in ways), key=len)
        for f, c in taken.items():
            self.floats[c].frames.append(self.frames[f])
        for f, frame in enumerate(self.frames):
            near = (g for g in taken if 0 < frame.box.top - self.frames[g].box.bottom < _NEAR / 2)
            above = next((g for g in near if _meet(frame.box, self.frames[g].box)), None)
            x, y = (frame.box.left + frame.box.right) / 2, (frame.box.top + frame.box.bottom) / 2
            is_plot = any(box.holds(x, y) for box in self.pictures)  # whose lines are no rules
            if f not in taken and not is_plot and above is not None and self.floats[taken[above]].kind == "table":
                taken[f] = taken[above]
                self.floats[taken[f]].frames.append(frame)

    def _take(self) -> None:
        """Add the lines of tables, pictures and what stands between these and their captions to those that are gone."""
        self.gone.update(id(line) for one in self.floats for frame in one.frames for line in frame.lines)
        for picture in self.pictures:
            self.gone.update(map(id, self._inside(picture)))
        for one in self.floats:
            if one.kind == "figure":
                self.gone.update(map(id, self._undrawn(one)))
            elif one.kind == "table" and one.frames:
                box = around([one.box, *(frame.box for frame in one.frames)])
                for line in (o for o in self.lines if box.holds(o.center, o.y) and _PART.match(o.text)):
                    self.gone.add(id(line))
                    below = [
                        f for f in one.frames if 0 < f.box.top - line.y < _SPACE * self.size and _meet(f.box, line)
                    ]
                    for frame in below[:1]:
                        frame.title.append(line)
            elif one.kind == "table" and (found := self._unruled(one)):
                self.gone.update(map(id, found))
                one.frames.append(Frame(around(map(box_of, found)), [], found))

    def _reach(self, one: Float) -> tuple[float, float]:
        """From where to where a float may reach: its column, or the whole page."""
        if self.gutter is None or one.box.left < self.gutter < one.box.right:
            return 0.0, self.page.page.width
        return (0.0, self.gutter) if one.box.right <= self.gutter + 2 else (self.gutter, self.page.page.width)

    def _undrawn(self, one: Float) -> Iterator[TextLine]:
        """The text of a figure that is not known as a picture: what stands between its caption and the text above."""
        left, right = self._reach(one)
        held = [*self.text, *(line for other in self.floats if other is not one for line in other.caption)]
        above = (o.y for o in held if o.y < one.box.top and left - 2 < o.center < right + 2)
        top = max(above, default=0.0)
        own = (o for o in self.lines if left - 2 < o.left and o.right < right + 2 and id(o) not in self.gone)
        inside = [o for o in own if top < o.y < one.box.top]
        small = sum(o.letters for o in inside if o.size < NOTE * self.size or o.letters < LETTERS)
        is_small = small > 0.6 * sum(o.letters for o in inside)
        if one.box.top - top > _LEAST * self.size and len(inside) > 3 and is_small:
            yield from (line for row in rows(inside) if not self._may_head(row) for line in row.lines)

    def _may_head(self, row: TextRow) -> bool:
        """Whether a row is set like a heading: bold or larger than the text."""
        is_large = max(line.tall for line in row.lines) > 1.04 * self.size
        return is_large or (row.is_bold and row.size > LESS * self.size)

    def _unruled(self, one: Float) -> list[TextLine]:
        """The lines of a table without rules: rows of several cells below its caption, or else above it."""
        left, right = self._reach(one)
        own = [o for o in self.lines if id(o) not in self.gone and left - 2 < o.left and o.right < right + 2]
        for is_below in (True, False):
            edge = one.box.bottom if is_below else one.box.top
            near = rows(o for o in own if (o.y > edge if is_below else o.y < edge))
            found: list[TextRow] = []
            for row in near if is_below else reversed(near):
                is_text = len(row.lines) < 2 and is_running(row.text)
                if abs(row.y - edge) > 2.5 * self.size or is_text or self._may_head(row):
                    break
                found.append(row)
                edge = row.y
            if sum(len(row.lines) > 1 for row in found) > 1:
                return [line for row in found for line in row.lines]
        return []


def _nearest(pairs: Sequence[tuple[float, int, int, str]]) -> dict[int, int]:
    """The caption of each frame, the nearest pairs first."""
    taken: dict[int, int] = {}
    for _, c, f, _ in pairs:
        if f not in taken and c not in taken.values():
            taken[f] = c
    return taken


def _whole(rules: Sequence[Box]) -> list[Box]:
    """Rules from top to bottom; pieces that follow each other on one height become one."""
    out: list[Box] = []
    for rule in sorted(rules, key=lambda r: (round(r.top), r.left)):
        last = out[-1] if out else None
        if last and abs(last.top - rule.top) < 1 and -2 < rule.left - last.right < 3:
            out[-1] = Box(last.left, last.top, rule.right, last.bottom)
        else:
            out.append(rule)
    return sorted(out, key=lambda r: r.top)
