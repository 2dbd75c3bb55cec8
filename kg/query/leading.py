"""Whether a ranking of things is meaningful, and how sure a topic must be: the figures of `leading.toml`."""

from __future__ import annotations

from kg.files import toml_file


def is_often_unsaid(kind: str) -> bool:
    """Whether papers often leave a type unstated, so that counts of the others are no ranking."""
    return kind in _figures()["least"]


def least_sure() -> float:
    """The least confidence in a topic for a paper to work on it."""
    return _figures()["topic"]["sure"]


def _figures() -> dict[str, dict[str, float]]:
    return toml_file(__file__, "leading.toml")


def enough(kind: str, named: int, papers: int) -> bool:
    """Whether enough papers name a type to rank its things; the shares are in leading.toml.

    >>> enough("institution", 115, 3241), enough("institution", 90, 133), enough("hardware", 1, 100)
    (False, True, True)
    """
    return named >= _figures()["least"].get(kind, 0.0) * papers
