"""The units of results: which units measure the same quantity, and the conversion factors between them, from pint.

Only the units of `ontology/units.txt` are known, so that a unit from a file or a question is never evaluated. The
data from pint is cached: importing it takes a fifth of a second.
"""

from __future__ import annotations

import re
from functools import cache

from kg.compiled import kept, stamp
from kg.entity_types import data_folder

_LINE = re.compile(r"^(?P<name>kg_\w+) = .*?# (?P<unit>.+)$", re.MULTILINE)


def kin(unit: str) -> dict[str, float]:
    """The units that a value in `unit` can be converted to, `unit` first, each with its conversion factor.

    >>> kin("ms")["s"], kin("%")
    (0.001, {'%': 1.0})
    """
    return dict(_units()[0].get(unit, {unit: 1.0}))


def is_rate(unit: str) -> bool:
    """Whether a unit is an amount per time.

    >>> is_rate("FPS"), is_rate("tokens/s"), is_rate("ms"), is_rate("W"), is_rate("%")
    (True, True, False, False, False)
    """
    return unit in _units()[1]


@cache
def _units() -> tuple[dict[str, dict[str, float]], list[str]]:
    """The kin of each unit, and the units that are rates."""
    file = data_folder("ontology") / "units.txt"

    def measured() -> tuple[dict[str, dict[str, float]], list[str]]:
        from pint import UnitRegistry

        registry: UnitRegistry[float] = UnitRegistry()
        registry.load_definitions(file)
        named = {line["unit"].strip(): line["name"] for line in _LINE.finditer(file.read_text("utf-8"))}
        ones = {unit: registry.Quantity(1.0, name) for unit, name in named.items()}
        alike = {}
        for unit, one in ones.items():
            others = [other for other in named if other != unit and one.is_compatible_with(named[other])]
            alike[unit] = {unit: 1.0} | {o: float(f"{one.to(named[o]).magnitude:.12g}") for o in others}
        parts = {unit: dict(one.dimensionality) for unit, one in ones.items()}
        return alike, [unit for unit, part in parts.items() if part.get("[time]") == -1 and len(part) == 2]

    return kept("units", stamp([file]), measured)
