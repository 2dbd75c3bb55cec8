"""Views: what users take away. Each turns a selection of a graph's papers into something to look at."""

from __future__ import annotations

from kg.views.base import Maker, View, views, write

__all__ = ["Maker", "View", "views", "write"]
