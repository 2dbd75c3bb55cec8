"""The units of results: which units measure the same quantity, and the conversion factors between them, from pint.

Only the units of `ontology/units.txt` are known, so that a unit from a file or a question is never evaluated. pint is
imported when such a unit is first compared, and never for "%", "x" or "points".
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.entity_types import data_folder

if TYPE_CHECKING:
    from pint import UnitRegistry

_LINE = re.compile(r"^(?P<name>kg_\w+) = .*?# (?P<unit>.+)$", re.MULTILINE)


def kin(unit: str) -> dict[str, float]:
    """The units that a value in `unit` can be converted to, `unit` first, each with its conversion factor.

    >>> kin("ms")["s"], kin("%")
    (0.001, {'%': 1.0})
    """
    return dict(_kin(unit))


@cache
def is_rate(unit: str) -> bool:
    """Whether a unit is so much in a time, of what is counted.

    >>> is_rate("FPS"), is_rate("tokens/s"), is_rate("ms"), is_rate("W"), is_rate("%")
    (True, True, False, False, False)
    """
    listed = _listed()
    if unit not in listed:
        return False
    parts = dict(_registry().Quantity(1.0, listed[unit]).dimensionality)
    return parts.get("[time]") == -1 and len(parts) == 2


@cache
def _kin(unit: str) -> dict[str, float]:
    listed = _listed()
    if unit not in listed:
        return {unit: 1.0}
    registry = _registry()
    one = registry.Quantity(1.0, listed[unit])
    alike = [other for other, name in listed.items() if other != unit and one.is_compatible_with(name)]
    return {unit: 1.0, **{other: float(f"{one.to(listed[other]).magnitude:.12g}") for other in alike}}


def _file() -> Path:
    return data_folder("ontology") / "units.txt"


@cache
def _listed() -> dict[str, str]:
    """The name of each unit in pint, by the unit as it is written in results."""
    return {line["unit"].strip(): line["name"] for line in _LINE.finditer(_file().read_text("utf-8"))}


@cache
def _registry() -> UnitRegistry[Any]:
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry()
    registry.load_definitions(_file())
    return registry
