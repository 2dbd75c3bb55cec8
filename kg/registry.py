"""What is found by registration: modules of a package that define a name, and entry points of other packages."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import Any


def registered(package: str, constant: str, group: str) -> dict[str, Any]:
    """What the modules of a package define as `constant`, by module in order, then the entry points of a group."""
    found: dict[str, Any] = {}
    for module in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda one: one.name):
        made = getattr(importlib.import_module(f"{package}.{module.name}"), constant, None)
        if made is not None:
            found[module.name] = made
    for entry in entry_points(group=group):
        if entry.name not in found:
            found[entry.name] = entry.load()
    return found
