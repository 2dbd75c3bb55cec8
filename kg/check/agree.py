"""Decide whether one number supports another: equal values in equal, convertible or missing units, or a derived value.

"2.4x" is supported by "140% more", "一半" by "50%", "1,300 GB" by "1.3 TB", "10x" by "an order of magnitude".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.check.amounts import ORDER, Amount
from kg.units import kin

_ALIKE = frozenset({"%", "points"})  # used interchangeably in abstracts
_MEASURED = 10
_CLOSE = 0.02  # tolerance for the rounding of a derived value, as a share


def borne_out(claim: Amount, held: Iterable[Amount], rounded: bool = False) -> bool:
    """Whether one of the numbers supports a claim; `rounded`: the claim says "about", "over" or "nearly"."""
    return any(agrees(claim, one, rounded) for one in held)


def agrees(claim: Amount, held: Amount, rounded: bool = False) -> bool:
    """Whether a number of the paper supports a claim; `rounded` as in `borne_out`."""
    if claim.shared and agrees(claim._replace(unit="", shared=False), held, rounded):
        return True
    slack = claim.step / 2 if rounded else 0.0
    if claim.unit and not held.unit and not _may_lack_unit(held, claim.unit):
        return False
    if claim.unit == held.unit or not held.unit or not claim.unit or {claim.unit, held.unit} <= _ALIKE:
        if _near(claim.value, held.value, max(slack, _least(claim, held))):
            return True
        if not (claim.unit == held.unit == "x" and claim.value < 1 < held.value):
            return False  # otherwise "1/8 of the size" would be "8x smaller"
        return _near(claim.value, 1 / held.value, claim.step / 2)
    factor = kin(held.unit).get(claim.unit) if ORDER not in (claim.unit, held.unit) else None
    if factor is not None:
        return _near(claim.value, held.value * factor, max(slack, claim.step / 2 * (factor != 1)))
    return any(
        _near(claim.value, value, min(claim.step / 2, _CLOSE * claim.value)) for value in _following(claim, held)
    )


def _may_lack_unit(held: Amount, unit: str) -> bool:
    """Whether a bare number may be a value in `unit` ("an accuracy of 83.28"), not a small count or a name.

    A small number may be in points ("1 EM").
    """
    is_measured = held.step < 1 or held.value >= _MEASURED or unit == "points"
    return is_measured and not held.spelled and not held.named


def _least(claim: Amount, held: Amount) -> float:
    """Tolerance for a share in words, whose digits are rounded: "two thirds" supports 66.7 % and 67 %."""
    return held.step / 2 if held.spelled and claim.unit == "%" and not held.value.is_integer() else 0.0


def _near(one: float, other: float, slack: float) -> bool:
    return abs(one - other) <= slack + 1e-9 * max(abs(one), abs(other))


def _following(claim: Amount, held: Amount) -> Iterator[float]:
    """Yield values derived from a number, in the unit of the claim."""
    if held.unit == ORDER and claim.unit == "x":
        yield 10.0 ** min(held.value, 9)
    elif held.unit == "x" and claim.unit == ORDER:
        yield from (n for n in range(1, 10) if _near(held.value, 10.0**n, 0))
    elif held.unit in _ALIKE and claim.unit == "x":
        share = held.value / 100
        yield from (1 + share, 1 - share, share)
        if 0 < share < 1:
            yield 1 / (1 - share)
    elif held.unit == "x" and claim.unit in _ALIKE and held.value > 0:
        factor = held.value
        yield from (abs(factor - 1) * 100, factor * 100, 100 / factor)
        yield abs(1 - 1 / factor) * 100
