"""Tables of papers as they are printed: found numbers in their rows, the tables of one paper, pools over papers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from kg.evidence import evidence_id
from kg.query.table_slices import SliceCell
from kg.store.contents import works_named
from kg.views.printed import TablesPage, tables_page, tables_view
from kg.views.printed.found_tables import NAMES, pools_of
from kg.views.printed.table_forms import POOL, rows
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Reply, Shown

if TYPE_CHECKING:
    from kg.api import Graph

_POOLS = 60  # data sets that the empty page offers


def tables(graph: Graph, asked: Asked) -> Shown | Reply:
    """What `kg tables` finds; `/tables/PAPER` has the tables of a paper, `/tables/PAPER/t2` one of them."""
    words, question = PageWords(asked.lang), asked.one("q", most=1000)
    only = {name: said for name in NAMES if (said := asked.one(name, most=200))}
    paper, table = _named(graph, asked.name) if asked.name else (asked.one("paper", most=300), "")
    values: dict[str, Any] = {"q": question, "only": only, "paper": paper, "is_pool": bool(asked.one("pool"))}
    values |= {"names": [(name, words(f"tables.of_{name}")) for name in NAMES]}
    if not (question or only or paper):
        pools = pools_of(graph)[:_POOLS]
        values |= {"tables": TablesPage("", asked.lang), "pools": pools, "has_tables": bool(pools_of(graph, 1))}
        return Shown("tables.page.html.jinja", words("tables.title"), {"pools": dict(pools)}, values)
    page = tables_page(
        *(graph, question, asked.lang),
        **{"only": only, "paper": paper, "table": table, "is_pool": values["is_pool"]},
    )
    if asked.form == "md":
        return Reply(str(tables_view(page).render("md")).encode("utf-8", "replace"), MEDIA["md"])
    values |= {"tables": page, "cited": partial(cited, asked), "pools": [], "has_tables": True}
    values["columns"] = _sorted(page, asked, words) if page.pool else []
    forms = {"md": asked.here("md")}
    return Shown("tables.page.html.jinja", page.title, page.to_json(), values, rows(page), 200, forms)


def cited(asked: Asked, entry: str) -> Callable[[SliceCell], str]:
    """What gives the address of the words of a cell of an entry's table."""
    return lambda cell: asked.url("/evidence/" + evidence_id(entry, cell.id, 0, len(cell.text), cell.text))


def _named(graph: Graph, name: str) -> tuple[str, str]:
    """The paper and table of "VPTQ/t3"; a name that is a paper's own has none."""
    paper, _, table = name.rpartition("/")
    if not paper or works_named(graph.store, [name, f"paper:{name}"]):
        return name, ""
    return paper, table


def _sorted(page: TablesPage, asked: Asked, words: PageWords) -> list[dict[str, Any]]:
    """The columns of a pool, whose rows are put in the order of one where the address names it."""
    order = asked.one("order", most=40)
    wanted, keys = order.removeprefix("-"), {"reported_by": "called", "table": "label"}
    if wanted in POOL:
        both = list(zip(page.pool, page.cells, strict=True))
        key = keys.get(wanted, wanted)
        both.sort(key=lambda one: _rank(one[0][key]), reverse=order.startswith("-"))
        page.pool, page.cells = [one for one, _ in both], [cell for _, cell in both]
    out = []
    for name in POOL:
        direction = "ascending" if order == name else "descending" if order == f"-{name}" else ""
        url = asked.here(order=f"-{name}" if order == name else name)
        said = {"name": words(f"tables.{name}"), "url": url, "direction": direction}
        out.append(said | {"is_number": name == "value"})
    return out


def _rank(value: Any) -> tuple[int, float, str]:
    if value is None:
        return 2, 0.0, ""
    return (0, value, "") if isinstance(value, int | float) else (1, 0.0, str(value).casefold())


PAGES = {"tables": tables}
