"""The grammar of quantities, for packages that compare texts with papers and read none."""

from __future__ import annotations

from kg.extract.numbers import Quantity, plain, quantities

__all__ = ["Quantity", "plain", "quantities"]
