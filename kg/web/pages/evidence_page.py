"""The words that a claim rests on, in their text, with offsets and hash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.views.answers import place_of
from kg.views.words import PageWords
from kg.web.asked import Asked, Missing, Shown

if TYPE_CHECKING:
    from kg.api import Graph

_CELL = re.compile(r"r\d+c\d+")  # of a table


def evidence(graph: Graph, asked: Asked) -> Shown:
    """The page of an evidence id."""
    try:
        found = graph.evidence(asked.name)
    except KgError:
        raise Missing(asked.error("missing_evidence", name=asked.name[:120])) from None
    words = PageWords(asked.lang)
    data = found.to_json() | {"length": len(found.raw)}
    for claim in data["claims"]:
        for end in ("concept", "metric_concept", "head_concept", "tail_concept"):
            if claim.get(end):
                claim[end.removesuffix("_concept") if end != "concept" else "label"] = graph.label(
                    claim[end], asked.lang
                )
    key = f"web.field_{found.field}"
    values = {
        "before": found.raw[: found.start],
        "quote": found.raw[found.start : found.end],
        "after": found.raw[found.end :],
        "field": words(key) if words.has(key) else place_of(found.field, words) or found.field,
    }
    table, _, cell = found.field.partition("/")
    values["table"] = asked.url(f"/tables/{found.entry}/{table}") + f"#{found.field}" if _CELL.fullmatch(cell) else ""
    columns = ("id", "entry", "paper", "title", "field", "start", "end", "quote", "sentence", "sha256")
    return Shown("evidence.html.jinja", words("web.evidence"), data, values, (columns, [[data[c] for c in columns]]))


PAGES = {"evidence": evidence}
