"""Draws papers and the entities they name: an interactive page, a still image, or the drawn graph for other tools.

Byte-identical on every run. Pages are drawn by pyvis (vis-network), large ones by sigma.js, and are self-contained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.views.picture import still, tool_formats
from kg.views.picture.drawing import KINDS, Drawing
from kg.views.picture.force_layout import communities, thin
from kg.views.picture.gather import Gathering
from kg.views.picture.look import Look
from kg.views.picture.picture_evidence import fill
from kg.views.picture.picture_page import page
from kg.views.picture.scope import scope
from kg.views.reader import Served
from kg.views.rendered import View
from kg.views.selection import clean
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.picture.look import Look
    from kg.views.reader import GraphReader

VIEWS = ("lineage", "collaboration")
COLOURS = ("type", "community")
#: The largest number of nodes with acceptable time and memory for the layout.
MOST = 5000
_MANY = 600  # from this many nodes on, colours show communities by default, not types
#: Nodes that a view draws by default, where these are not 120: so many boxes are seen whole and read.
_USUAL = {"lineage": 40}
#: The types that a view draws by default.
_OWN_TYPES = {"lineage": ("technique",), "collaboration": ("institution",)}


def picture(
    graph: GraphReader,
    selection: str = "",
    lang: str = "en",
    limit: int | None = None,
    *,
    depth: int | None = None,
    types: Sequence[str] = (),
    view: str = "",
    colour: str = "",
    served: Served | None = None,
) -> View:
    """A picture of at most `limit` nodes (usually 120, at most 40 of a lineage) of a selection.

    It saves itself as .html, .svg, .png, .graphml, .gexf or .json. `depth` counts steps from the selection (see
    `kg.views.picture.scope`), `types` are the node types to draw, `view` is "lineage" or "collaboration", `colour` is
    "type" or "community". Where the page is `served`, its names lead on. Raises KgError for other values.
    """
    whole = limit is None
    limit = limit if limit is not None else _USUAL.get(view, 120)
    _check(limit, depth, types, view, colour)

    words = PageWords(lang)
    topic = graph.vocabulary.find(selection, "topic")
    name = clean(graph.label(topic.curie, lang) if topic else selection)
    drawing = drawn(graph, selection, lang, limit, depth, types, view, whole=whole)
    if drawing.centre and drawing.centre in drawing.nodes:
        name = drawing.nodes[drawing.centre].label
    key = f"picture.title_{view}" if view else "picture.title"
    heading = words(key, selection=name) if name else words(f"{key}_all")
    made: list[Look] = []

    def look() -> Look:
        if not made:
            usual = "community" if view or drawing.is_map or len(drawing.nodes) > _MANY else "type"
            made.append(Look.of(drawing, words, heading, colour or usual))
        return made[0]

    forms: dict[str, Callable[[], str | bytes]] = {
        "html": lambda: page(look(), served),
        "svg": lambda: still.svg(look()),
        "png": lambda: still.png(look()),
        "graphml": lambda: tool_formats.graphml(look()),
        "gexf": lambda: tool_formats.gexf(look()),
        "json": lambda: tool_formats.json(look()),
    }
    return View(heading, forms, papers=drawing.all_papers)


def drawn(
    graph: GraphReader,
    selection: str = "",
    lang: str = "en",
    limit: int = 120,
    depth: int | None = None,
    types: Sequence[str] = (),
    view: str = "",
    *,
    whole: bool = False,
) -> Drawing:
    """The nodes and edges of a picture, with labels and quotes; `whole` draws no more than a page shows readably."""
    found = scope(graph, selection, depth, limit)
    gathering = Gathering(graph, found, tuple(types) or _OWN_TYPES.get(view, ()))
    drawing = gathering.draw(limit, view, whole)
    fill(graph, drawing, gathering.facts, lang)
    communities(drawing)
    if drawing.is_map:
        thin(drawing)
    return drawing


def _check(limit: int, depth: int | None, types: Sequence[str], view: str, colour: str) -> None:
    if limit < 1:
        raise KgError(f"A picture of {limit} nodes shows nothing: give a limit of 1 or more.")
    if limit > MOST:
        raise KgError(f"A picture of {limit} nodes is too large to be drawn: give a limit of {MOST} or less.")
    if depth is not None and not 1 <= depth <= 6:
        raise KgError(f"A depth of {depth} steps cannot be drawn: give one from 1 to 6.")
    choices = ((types, KINDS, "type"), ([view], ("", *VIEWS), "view"), ([colour], ("", *COLOURS), "colour"))
    for said, known, name in choices:
        for one in said:
            if one not in known:
                raise KgError(
                    f"There is no {name} {one!r} of a picture: choose one of {', '.join(filter(None, known))}."
                )


VIEW = picture
