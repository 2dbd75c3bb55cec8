"""Views: what users look at and export.

A view renders a selection of a graph's papers (`kg.views.selection`) in one or more formats (`kg.views.rendered`).
Views read a graph and never change it. Their localised texts are in words.toml.
"""

from __future__ import annotations

from kg.views.rendered import Maker, View, views

__all__ = ["Maker", "View", "views"]
