"""The drawn graph for other tools, with positions, sizes and colours: GraphML, GEXF (Gephi), JSON."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kg.safe_output import json_text
from kg.views.network import STAMP, cleaned
from kg.views.picture.look import Look

if TYPE_CHECKING:
    import networkx


def network(look: Look) -> networkx.MultiDiGraph[str]:
    """The drawn graph as a networkx graph; y grows upwards, and texts contain only valid XML characters."""
    import networkx

    drawing = look.drawing
    graph = networkx.MultiDiGraph(name=cleaned(look.heading), drawn=cleaned(look.counts))
    for name, node in sorted(drawing.nodes.items()):
        x, y = look.places[name]
        facts = {"type": node.type, "papers": len(node.papers), "support": node.support, "community": node.community}
        place = {"x": float(x), "y": float(-y), "size": look.radius[name], "color": look.fill(node)}
        graph.add_node(name, label=cleaned(node.label), years=" ".join(node.years), **facts, **place)
    for edge in sorted(drawing.edges, key=lambda e: (e.head, e.tail, e.relation)):
        first = edge.quotes[0] if edge.quotes else None
        graph.add_edge(
            edge.head,
            edge.tail,
            key=edge.relation,
            relation=edge.relation,
            label=cleaned(look.words(f"relation.{edge.relation}")),
            weight=round(edge.weight, 4),
            papers=len(edge.papers),
            entries=cleaned(" ".join(_entries(look, edge.papers))),
            quote=cleaned(first.sentence if first else ""),
            quote_entry=cleaned(first.entry if first else ""),
        )
    return graph


def graphml(look: Look) -> bytes:
    """GraphML, for yEd, Gephi, Cytoscape, igraph."""
    import networkx

    out = io.BytesIO()
    networkx.write_graphml_xml(network(look), out, named_key_ids=True)
    return out.getvalue() + b"\n"


def gexf(look: Look) -> bytes:
    """GEXF with positions, sizes and colours, as Gephi shows them."""
    import networkx

    graph = network(look)
    for _, data in graph.nodes(data=True):
        colour = data.pop("color")
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        data["viz"] = {
            "position": {"x": data.pop("x"), "y": data.pop("y"), "z": 0.0},
            "size": data.pop("size"),
            "color": {"r": red, "g": green, "b": blue, "a": 1.0},
        }
    for head, tail, key, data in graph.edges(keys=True, data=True):
        data["id"] = f"{head} {key} {tail}"
    out = io.BytesIO()
    networkx.write_gexf(graph, out)
    return STAMP.sub(b"", out.getvalue()) + b"\n"  # the date of writing would make the output differ between runs


def json(look: Look) -> str:
    """Nodes and edges with positions, papers and quotes, as on the page."""
    drawing = look.drawing
    nodes = [
        {"id": name, "type": node.type, "label": node.label, "x": look.places[name][0], "y": look.places[name][1]}
        | {"size": look.radius[name], "color": look.fill(node), "support": node.support, "community": node.community}
        | {"years": node.years, "papers": _entries(look, node.papers), "quotes": list(map(asdict, node.quotes))}
        for name, node in sorted(drawing.nodes.items())
    ]
    edges = [
        {"source": edge.head, "target": edge.tail, "relation": edge.relation, "weight": round(edge.weight, 4)}
        | {"years": edge.years, "papers": _entries(look, edge.papers), "quotes": list(map(asdict, edge.quotes))}
        for edge in sorted(drawing.edges, key=lambda e: (e.head, e.tail, e.relation))
    ]
    whole: dict[str, Any] = {
        "title": look.heading,
        "drawn": {"nodes": len(nodes), "of": drawing.all_nodes, "edges": len(edges), "papers": drawing.all_papers},
        "communities": drawing.communities,
        "nodes": nodes,
        "edges": edges,
    }
    return json_text(whole)


def _entries(look: Look, papers: list[str]) -> list[str]:
    return [look.drawing.about[paper].entries[0] for paper in papers if paper in look.drawing.about]
