"""Still pictures without a browser: SVG, which adapts to light or dark pages, and PNG."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from kg.views.fonts import han_font
from kg.views.network import cleaned
from kg.views.picture.look import Look
from kg.views.picture.sheet import Dot, Point, Region, Sheet, SheetText, Stroke, sheet

_FONTS = "system-ui, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_STYLE = f"""
  svg {{ background: #fff; font-family: {_FONTS}; }}
  path {{ fill: none; stroke: #aab4bd; stroke-opacity: .75; }}
  .coloured {{ stroke-opacity: .65; }}
  .faint {{ stroke-opacity: .14; }}
  .region {{ fill-opacity: .09; stroke-opacity: .09; stroke-width: 14; stroke-linejoin: round; }}
  .tip {{ stroke: none; fill: #8f9aa5; }}
  circle, rect {{ stroke: #fff; stroke-width: 1; }}
  text {{ fill: #20272d; paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; }}
  .soft {{ fill: #5b6670; }}
  .bold {{ font-weight: 600; }}
  .white {{ fill: #fff !important; stroke: none; }}
  @media (prefers-color-scheme: dark) {{
    svg {{ background: #14181c; }}
    path {{ stroke: #56616c; }}
    .tip {{ fill: #6f7b86; }}
    circle, rect {{ stroke: #14181c; }}
    text {{ fill: #dfe5ea; stroke: #14181c; }}
    .soft {{ fill: #9aa5af; }}
  }}
"""
_ARROW = 7.0
#: PNG pixels per pixel of the sheet.
_SHARP = 1.5


def svg(look: Look) -> str:
    """The picture as SVG; nodes and lines have tooltips."""
    drawn = sheet(look)
    size = f'width="{drawn.width:g}" height="{drawn.height:g}" viewBox="0 0 {drawn.width:g} {drawn.height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" xml:lang="{look.words.lang}">',
        f"<title>{_text(look.heading)}</title>",
        f"<desc>{_text(look.counts)}</desc>",
        f"<style>{_STYLE}</style>",
        *(_svg_region(region) for region in drawn.regions),
        *(_svg_stroke(stroke) for stroke in drawn.strokes),
        *(_svg_dot(dot) for dot in drawn.dots),
        *(_svg_word(word) for word in drawn.words),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _svg_region(region: Region) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in region.corners)
    return f'<polygon class="region" points="{points}" style="fill:{region.colour};stroke:{region.colour}"/>'


def _svg_stroke(stroke: Stroke) -> str:
    colour = f' style="stroke:{stroke.colour}"' if stroke.colour else ""
    more = ' stroke-dasharray="4 3"' if stroke.is_broken else ""
    more += ' class="faint"' if stroke.is_faint else ' class="coloured"' if stroke.colour else ""
    path = " ".join(f"{x:.1f} {y:.1f}" for x, y in _curve(stroke))
    start, bend = path.split(" ", 2)[:2], path.split(" ", 2)[2]
    said = f"<title>{_text(stroke.said)}</title>" if stroke.said else ""
    form = f"M{' '.join(start)} {'C' if stroke.is_bent else 'L'}{bend}"
    out = f'<path d="{form}" stroke-width="{stroke.width:g}"{colour}{more}>{said}</path>'
    if stroke.has_arrow and not stroke.is_faint:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _tip(stroke))
        fill = f' style="fill:{stroke.colour}"' if stroke.colour else ""
        out += f'<polygon class="tip" points="{points}"{fill}/>'
    return out


def _svg_dot(dot: Dot) -> str:
    (x, y), r = dot.at, dot.radius
    said = f"<title>{_text(dot.said)}</title>" if dot.said else ""
    if dot.width:
        place = f'x="{x - dot.width / 2:.1f}" y="{y - r:.1f}" width="{dot.width:.1f}" height="{2 * r:.1f}" rx="5"'
        return f'<rect {place} fill="{dot.colour}">{said}</rect>'
    if dot.is_square:
        place = f'x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:.1f}" height="{2 * r:.1f}" rx="2"'
        return f'<rect {place} fill="{dot.colour}">{said}</rect>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{dot.colour}">{said}</circle>'


def _svg_word(word: SheetText) -> str:
    name = " ".join(filter(None, ["soft" * word.is_soft, "bold" * word.is_bold, "white" * word.is_white]))
    kind = f' class="{name}"' if name else ""
    anchor = f' text-anchor="{word.anchor}"' if word.anchor != "start" else ""
    place = f'x="{word.at[0]:.1f}" y="{word.at[1]:.1f}" font-size="{word.size:g}"'
    colour = f' style="fill:{word.colour}"' if word.colour else ""
    return f"<text {place}{anchor}{kind}{colour}>{_text(word.text)}</text>"


def _text(said: str) -> str:
    return escape(cleaned(said), {'"': "&quot;"})


def _curve(stroke: Stroke) -> list[Point]:
    """The control points of a line: start and end, with two points between them for each part of a curve."""
    if not stroke.is_bent:
        return [stroke.start, stroke.end]
    out = [stroke.start]
    for x, y in (*stroke.via, stroke.end):
        middle = (out[-1][0] + x) / 2
        out += [(middle, out[-1][1]), (middle, y), (x, y)]
    return out


def _tip(stroke: Stroke) -> Iterator[Point]:
    """The three corners of an arrow head."""
    before = _curve(stroke)[-2]
    (x, y), turn = stroke.end, math.atan2(stroke.end[1] - before[1], stroke.end[0] - before[0])
    yield x, y
    for side in (-0.38, 0.38):
        yield x - _ARROW * math.cos(turn + side), y - _ARROW * math.sin(turn + side)


def png(look: Look) -> bytes:
    """The picture as PNG, at 1.5 times the resolution of the SVG."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    drawn = sheet(look)
    fonts = ["DejaVu Sans", *filter(None, [han_font()])]
    with mpl.rc_context({"font.family": fonts, "text.parse_math": False, "axes.unicode_minus": False}):
        figure = Figure(figsize=(drawn.width / 100, drawn.height / 100), dpi=100 * _SHARP, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, drawn.width), ylim=(drawn.height, 0))
        axes.axis("off")
        for region in drawn.regions:
            axes.add_patch(
                Polygon(region.corners, color=region.colour, alpha=0.09, linewidth=10, joinstyle="round", zorder=0)
            )
        _png_lines(axes, drawn)
        _png_dots(axes, drawn)
        _png_words(axes, drawn)
        out = io.BytesIO()
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a character without an installed font is drawn as a box
            figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _png_lines(axes: Any, drawn: Sheet) -> None:
    from matplotlib.collections import PathCollection, PolyCollection
    from matplotlib.path import Path

    for is_broken in (False, True):
        strokes = [stroke for stroke in drawn.strokes if stroke.is_broken is is_broken]
        paths = [
            Path(points, [Path.MOVETO] + [Path.LINETO if len(points) == 2 else Path.CURVE4] * (len(points) - 1))
            for points in map(_curve, strokes)
        ]
        if paths:
            colours = [stroke.colour or "#aab4bd" for stroke in strokes]
            alphas = [0.14 if stroke.is_faint else 0.7 for stroke in strokes]
            widths = [stroke.width * 0.72 for stroke in strokes]  # in points
            style = {"linestyles": (0, (4, 3))} if is_broken else {}
            drawing = PathCollection(
                paths, facecolors="none", edgecolors=colours, linewidths=widths, alpha=alphas, **style
            )
            axes.add_collection(drawing, autolim=False)
    arrows = [stroke for stroke in drawn.strokes if stroke.has_arrow and not stroke.is_faint]
    if arrows:
        tips = [list(_tip(stroke)) for stroke in arrows]
        axes.add_collection(PolyCollection(tips, facecolors=[a.colour or "#8f9aa5" for a in arrows]), autolim=False)


def _png_dots(axes: Any, drawn: Sheet) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle, Rectangle

    patches: list[Any] = []
    for dot in drawn.dots:
        (x, y), r = dot.at, dot.radius
        wide = dot.width or 2 * r
        patches.append(Rectangle((x - wide / 2, y - r), wide, 2 * r) if dot.is_square else Circle(dot.at, r))
    colours = [dot.colour for dot in drawn.dots]
    axes.add_collection(
        PatchCollection(patches, facecolors=colours, edgecolors="white", linewidths=0.7, zorder=2), autolim=False
    )


def _png_words(axes: Any, drawn: Sheet) -> None:
    from matplotlib.patheffects import withStroke

    anchors = {"start": "left", "middle": "center", "end": "right"}
    halo = [withStroke(linewidth=2.2, foreground="white")]
    for word in drawn.words:
        axes.text(
            *word.at,
            cleaned(word.text),
            size=word.size * 0.72 * 0.97,
            ha=anchors[word.anchor],
            va="baseline",
            color=word.colour or ("white" if word.is_white else "#5b6670" if word.is_soft else "#20272d"),
            weight="bold" if word.is_bold else "normal",
            path_effects=[] if word.is_white else halo,
            zorder=3,
        )
