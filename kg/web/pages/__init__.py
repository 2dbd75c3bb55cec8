"""The pages, one file each: a module's PAGES names what it answers, `page(graph, asked) -> Shown` (or a Reply)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from kg.web.asked import Asked, Reply, Shown

if TYPE_CHECKING:
    from kg.api import Graph

Page = Callable[["Graph", Asked], Shown | Reply]


@cache
def pages() -> dict[str, Page]:
    """All pages by the first part of their address; "" is the first page."""
    found: dict[str, Page] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= importlib.import_module(f"{__name__}.{module.name}").PAGES
    return found
