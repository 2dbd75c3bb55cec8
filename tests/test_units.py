"""Units of results: what can be compared, and by what factor."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kg.extract.numbers import UNITS
from kg.query.units import kin


@pytest.mark.parametrize(
    ("value", "unit", "other", "expected"),
    [
        (250, "ms", "s", 0.25),
        (2, "hours", "min", 120),
        (1.5, "GB", "MB", 1500),
        (370, "mJ", "J", 0.37),
        (2, "GPU-days", "GPU-hours", 48),
        (1.3, "PFLOPs/s", "TFLOPs/s", 1300),
        (0.5, "B", "M", 500),
        (128, "K tokens", "tokens", 128000),
    ],
)
def test_values_of_one_kind_convert(value: float, unit: str, other: str, expected: float) -> None:
    assert value * kin(unit)[other] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "other"), [("ms", "GB"), ("%", "x"), ("%", "points"), ("W", "J"), ("tokens", "tokens/s"), ("B", "GB")]
)
def test_values_of_two_kinds_do_not(unit: str, other: str) -> None:
    assert other not in kin(unit)


def test_every_unit_that_is_read_is_of_its_own_kind_first() -> None:
    for unit, _ in UNITS:
        assert next(iter(kin(unit).items())) == (unit, 1.0)


@pytest.mark.parametrize("unit", ["", "meter", "__import__('os')", "1e999 s", "ms # kg_x", "kg_ms"])
def test_unknown_units_are_like_no_other(unit: str) -> None:
    assert kin(unit) == {unit: 1.0}


def test_pint_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, kg, kg.cli, kg.query.units as u; u.kin('%'); sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
