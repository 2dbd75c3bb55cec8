"""Views: what users look at and export. Each renders a selection of a graph's papers in one or more formats."""

from __future__ import annotations

from kg.views.base import Maker, View, views, write

__all__ = ["Maker", "View", "views", "write"]
