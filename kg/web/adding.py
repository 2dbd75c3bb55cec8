"""What changes the graph from a page: adding files, and taking back what was added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.web.app import Site


def routes(site: Site) -> list[Any]:
    """The addresses that change the graph."""
    return []
