"""Whether the first among things means anything: where few papers name a type, those that do rank nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


def is_often_unsaid(kind: str) -> bool:
    """Whether papers may leave a type unsaid, so that what the others name is no ranking."""
    return kind in _least()


@cache
def _least() -> dict[str, float]:
    found: dict[str, float] = tomllib.loads((files("kg.query") / "leading.toml").read_text("utf-8"))["least"]
    return found


def enough(kind: str, named: int, papers: int) -> bool:
    """Whether enough papers name a type for one of its things to lead; the shares are in leading.toml.

    >>> enough("institution", 115, 3241), enough("institution", 90, 133), enough("hardware", 1, 100)
    (False, True, True)
    """
    return named >= _least().get(kind, 0.0) * papers
