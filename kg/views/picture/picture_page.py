"""The picture as an interactive, self-contained page.

pyvis draws it on a canvas (vis-network). Pictures too large for that are drawn by sigma.js (WebGL), with the same
controls.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kg.model import KgError
from kg.text import plain
from kg.views.picture.drawing import DrawnNode, Edge
from kg.views.picture.look import IN_BOX, LABEL, Look
from kg.views.picture.picture_evidence import LISTED, LISTED_OF_MANY
from kg.views.readable import as_text
from kg.views.reader import Served
from kg.views.render import render
from kg.views.selection import EntryQuote

#: The largest numbers of nodes and edges that a canvas redraws smoothly; above, WebGL is used.
_MOST_NODES, _MOST_EDGES = 600, 3000
#: The texts that the scripts of a page need.
_SAID = (*("papers", "quotes", "links", "no_quote", "not_found", "hint", "more", "found"),
         *("support", "no_webgl", "close", "newest", "entry", "zoom"))  # fmt: skip
_FACE = "system-ui, Noto Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"


def page(look: Look, served: Served | None = None) -> str:
    """The page, drawn on a canvas or with WebGL depending on its size; its names lead on where it is `served`."""
    is_large = len(look.drawing.nodes) > _MOST_NODES or len(look.drawing.edges) > _MOST_EDGES
    return _by_sigma(look, served) if is_large else _by_pyvis(look, served)


def _by_pyvis(look: Look, served: Served | None) -> str:
    from pyvis.network import Network

    network = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    network.set_options(json.dumps(_options(look)))
    for node in look.drawing.nodes.values():
        x, y = look.places[node.id]
        network.add_node(
            node.id,
            label=look.short(node, IN_BOX if look.is_layered else LABEL),
            shape="box" if look.is_layered else "square" if node.type == "paper" else "dot",
            color=look.fill(node),
            size=look.radius[node.id],
            **({"font": {"size": look.font(node)}} if look.is_layered else {}),
            x=x,
            y=y,
            physics=False,
        )
    for edge in look.drawing.edges:
        one, other = look.ends(edge)
        colour = {"color": {"color": look.line(edge), "highlight": look.line(edge)}} if look.line(edge) else {}
        network.add_edge(
            one,
            other,
            arrows="to" if look.has_arrow(edge) else "",
            dashes=look.is_weak(edge),
            width=look.width(edge),
            faint=look.is_faint(edge),
            **colour,
        )
    network.template = _Template(look, served)
    return str(network.generate_html(notebook=True))


@dataclass(frozen=True, slots=True)
class _Template:
    """The template that pyvis fills; its own template loads scripts from the network."""

    look: Look
    served: Served | None

    def render(self, **given: Any) -> str:
        look = self.look
        drawn: dict[str, Any] = {"options": json.loads(given["options"])}
        drawn["regions"] = [
            [number, plain(label), look.region_colour(number)] for number, label in look.regions.items()
        ]
        drawn["periods"] = {x: look.period(x) for x, _ in look.places.values()} if look.is_layered else {}
        for name in ("nodes", "edges"):
            drawn[name] = given[name]
        return _render(self.look, "vis", [vis_network()], drawn, self.served)


def _by_sigma(look: Look, served: Served | None) -> str:
    nodes = [
        {
            "id": node.id,
            "label": look.short(node, LABEL),
            "x": x,
            "y": -y,
            "size": look.radius[node.id],
            "color": look.fill(node),
        }
        for node in look.drawing.nodes.values()
        for x, y in [look.places[node.id]]
    ]
    edges = [
        {"from": one, "to": other, "width": look.width(edge), "arrow": look.has_arrow(edge), "color": look.line(edge)}
        | {"faint": look.is_faint(edge)}
        for edge in look.drawing.edges
        for one, other in [look.ends(edge)]
    ]
    scripts = [notices(), vendored("graphology.umd.min.js"), vendored("sigma.min.js")]
    return _render(look, "sigma", scripts, {"nodes": nodes, "edges": edges}, served)


def _render(look: Look, by: str, libraries: list[Any], drawn: dict[str, Any], served: Served | None) -> str:
    words = look.words
    years = sorted({year for node in look.drawing.nodes.values() for year in node.years})
    return render(
        "picture.html.jinja",
        words.lang,
        heading=look.heading,
        empty=not look.drawing.nodes,
        nothing=words("picture.nothing" if look.drawing.all_papers else "picture.empty"),
        counts=look.counts,
        size=look.size,
        support=look.support,
        outlined=bool(look.drawing.view),
        kinds=look.kinds,
        groups=look.groups if len(look.groups) > 1 else [],
        lines=look.lines,
        colour=look.colour,
        years=years if len(years) > 1 else [],
        by=by,
        libraries=libraries,
        drawn=drawn,
        about=_about(look, served),
        nonce=served.nonce if served else "",
        said={name: words(f"picture.{name}") for name in _SAID}
        | {"support_means": look.support}
        | {"found_one": words.count("picture.found", 1), "relations": _relations(look)},
    )


def _relations(look: Look) -> dict[str, str]:
    return {edge.relation: look.words(f"relation.{edge.relation}") for edge in look.drawing.edges}


def _about(look: Look, served: Served | None) -> dict[str, Any]:
    """The data of panel, search and filters; sentences and papers are stored once and referenced by index."""
    drawing = look.drawing
    listed = LISTED if len(drawing.nodes) <= 500 else LISTED_OF_MANY
    papers = {name: place for place, name in enumerate(drawing.about)}
    sentences: dict[tuple[str, str], int] = {}

    def quotes(found: list[EntryQuote]) -> list[list[Any]]:
        out = []
        for quote in found:
            place = sentences.setdefault((quote.entry, quote.sentence), len(sentences))
            out.append([place, as_text(quote.quote)])
        return out

    def node(node: DrawnNode) -> dict[str, Any]:
        first = [papers[paper] for paper in node.papers[:listed] if paper in papers]
        return {
            "kind": node.type,
            "name": plain(node.label),
            "group": node.community,
            "colours": [look.fill(node, "type"), look.fill(node, "community")],
            "n": len(node.papers),
            "support": node.support
            if drawing.sized_by == "support" and node.type not in ("institution", "paper")
            else 0,
            "years": node.years,
            "papers": first,
            "quotes": quotes(node.quotes),
        } | ({"url": served.lead(node.id)} if served else {})

    def edge(edge: Edge) -> dict[str, Any]:
        first = [papers[paper] for paper in edge.papers[:listed] if paper in papers]
        flipped = look.ends(edge)[0] != edge.head
        return {
            "relation": edge.relation,
            "flipped": flipped,
            "mutual": edge.is_mutual,
            "n": len(edge.papers),
            "years": edge.years,
            "papers": first,
            "quotes": quotes(edge.quotes),
        }

    return {
        "nodes": {name: node(found) for name, found in drawing.nodes.items()},
        "edges": [edge(found) for found in drawing.edges],
        "papers": [
            [
                ", ".join(a.entries),
                plain(a.title),
                a.when,
                plain(a.called),
                served.lead(a.entries[0]) if served else a.link,
            ]
            for a in drawing.about.values()
        ],
        "first": look.first,
        "sentences": [[entry, as_text(sentence)] for entry, sentence in sentences],
    }


def _options(look: Look) -> dict[str, Any]:
    bent = {"enabled": True, "type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.5}
    return {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {
            "borderWidth": 1,
            "font": {"size": 14, "face": _FACE},
            "margin": 5,
            "shapeProperties": {"borderRadius": 6},
        },
        "edges": {
            "smooth": bent if look.is_layered else False,
            "selectionWidth": 1.5,
            "hoverWidth": 0.5,
            "arrows": {"to": {"scaleFactor": 0.45}},
        },
        "interaction": {"hover": True, "keyboard": False, "multiselect": False, "tooltipDelay": 100},
    }


@cache
def vis_network() -> Any:
    """The vis-network script that pyvis ships."""
    found = sorted((files("pyvis") / "templates" / "lib").iterdir(), key=lambda folder: folder.name)
    scripts = [folder / "vis-network.min.js" for folder in found if folder.name.startswith("vis-")]
    if not scripts:
        raise KgError("pyvis lacks its script vis-network.min.js: install pyvis again.")
    return _script(scripts[-1].read_text("utf-8"))


@cache
def notices() -> Any:
    """The licences of the vendored scripts, as a comment that every copy must carry."""
    texts = (file for file in (files("kg.views") / "vendor").iterdir() if file.name.endswith(".LICENSE.txt"))
    said = "\n".join(file.read_text("utf-8") for file in sorted(texts, key=lambda file: file.name))
    return _script(f"/*\n{said.replace('*/', '')}*/")


@cache
def vendored(name: str) -> Any:
    """A vendored script (kg/views/vendor)."""
    return _script((files("kg.views") / "vendor" / name).read_text("utf-8"))


def _script(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))
