"""A paper: its claims beside its words, each lit where it stands."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from kg.entity_types import LISTS
from kg.model import KgError
from kg.views.export.bibliographies import entry_of
from kg.views.printed import tables_page
from kg.views.printed.found_tables import pools_of
from kg.views.profile.body_profile import kind_named
from kg.views.profile.paper_profile import profile
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Missing, Reply, Shown
from kg.web.pages.printed_page import cited

if TYPE_CHECKING:
    from kg.api import Graph

_TABLES = 60  # that the page has; all are at /tables/PAPER
_COLUMNS = (
    *("kind", "type", "concept", "label", "role", "metric", "low", "high", "unit", "change", "baseline", "setting"),
    *("head", "relation", "tail", "level", "score", "entry", "field", "start", "end", "quote", "evidence"),
)


def paper(graph: Graph, asked: Asked) -> Shown | Reply:
    """The page of a paper, named by entry or CURIE."""
    known = _known(graph, asked)
    if asked.form == "bib":
        said = entry_of(graph.paper(known))
        return Reply(said.encode(), MEDIA["bib"], headers={
            "Content-Disposition": 'attachment; filename="paper.bib"'})  # fmt: skip
    data = profile(graph, known, asked.lang)
    rows = [[claim.get(name, "") for name in _COLUMNS] for claim in data["claims"]]
    bibtex = entry_of(graph.paper(known))
    words = PageWords(asked.lang)
    values: dict[str, Any] = {"groups": _groups(data["claims"], words), "bibtex": bibtex}
    values["kinds"] = {kind: kind_named(kind, words) for kind in data["mentioned"]}
    page = tables_page(graph, lang=asked.lang, paper=known)
    shown, pools = page.tables, dict(pools_of(graph)) if page.cells else {}
    printed = {name: [*Counter(cell[name] for cell in page.cells if cell[name])] for name in ("model", "dataset")}
    values["models"] = printed["model"] if len(printed["model"]) > 1 else []
    values["pools"] = {name: pools[name] for name in printed["dataset"] if name in pools}
    values |= {"tables": shown[:_TABLES], "more_tables": len(shown[_TABLES:]), "cited": partial(cited, asked)}
    data["tables"] = [{"id": t.part.id, "label": t.part.label, "caption": t.part.caption} for t in shown]
    title = data["title"] or data["id"]
    return Shown("paper.html.jinja", title, data | {"bibtex": bibtex}, values, (_COLUMNS, rows), 200,
                 {"bib": asked.here("bib")})  # fmt: skip


def _known(graph: Graph, asked: Asked) -> str:
    """What the graph calls the paper of an address; Missing where it has none."""
    for one in (asked.name, f"paper:{asked.name}"):
        try:
            return graph.paper(one).id
        except KgError:
            continue
    raise Missing(asked.error("missing_paper", name=asked.name[:80]))


def _groups(claims: list[dict[str, Any]], words: PageWords) -> list[dict[str, Any]]:
    """Claims by what they are: results and relations first, then things by type, each thing once; the surest first."""
    rank = {"sure": 0, "likely": 1, "weak": 2}
    out = []
    for name in ("result", "relation"):
        found = sorted((c for c in claims if c["kind"] == name), key=lambda c: (rank[c["level"]], c["number"]))
        if found:
            out.append({"name": words(f"web.claims_{name}"), "claims": found})
    for kind in ("topic", *LISTS):
        own = [c for c in claims if c.get("type") == kind and c["kind"] in ("mention", "topic")]
        if own:
            ordered = sorted(own, key=lambda c: (rank[c["level"]], c["number"]))
            out.append({"name": words(f"type.{kind}"), "claims": ordered})
    return out


PAGES = {"paper": paper}
