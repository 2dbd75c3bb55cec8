"""What is found by registration: modules of a package that define a name, and entry points of other packages."""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import suppress
from importlib.metadata import entry_points
from typing import Any

from kg.files import toml_file
from kg.model import KgError


def registered(package: str, constant: str, group: str) -> dict[str, Any]:
    """What the modules of a package define as `constant`, by module in order, then the entry points of a group."""
    found: dict[str, Any] = {}
    for module in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda one: one.name):
        made = getattr(importlib.import_module(f"{package}.{module.name}"), constant, None)
        if made is not None:
            found[module.name] = made
    return found | {name: made for name, made in of_others(group).items() if name not in found}


def of_others(group: str) -> dict[str, Any]:
    """What other packages registered under a group of entry points, by name in order."""
    return {entry.name: entry.load() for entry in sorted(entry_points(group=group), key=lambda one: one.name)}


def names(group: str) -> list[str]:
    """The names that other packages registered in a group, and those of plug-ins that are not installed."""
    return sorted({*entry_points(group=group).names, *toml_file(__file__, "plugins.toml").get(group, ())})


def plugged(group: str, name: str, what: str) -> Any:
    """What another package registered by a name; where none did, KgError says which extra has what is asked for."""
    with suppress(ImportError):  # of what the plug-in itself needs
        for entry in entry_points(group=group, name=name):
            return entry.load()
    extra = toml_file(__file__, "plugins.toml")[group][name]
    raise KgError(
        f"{what} needs a plug-in: install paper-kg[{extra}], in the clone of kg by `pip install -e plugins/{extra}`."
    )
