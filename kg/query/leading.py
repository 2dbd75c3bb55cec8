"""Whether the first among things means anything, and how sure a topic must be: the figures of `leading.toml`."""

from __future__ import annotations

from kg.files import toml_file


def is_often_unsaid(kind: str) -> bool:
    """Whether papers may leave a type unsaid, so that what the others name is no ranking."""
    return kind in _figures()["least"]


def least_sure() -> float:
    """The least confidence of a topic that a paper works on."""
    return _figures()["topic"]["sure"]


def _figures() -> dict[str, dict[str, float]]:
    return toml_file(__file__, "leading.toml")


def enough(kind: str, named: int, papers: int) -> bool:
    """Whether enough papers name a type for one of its things to lead; the shares are in leading.toml.

    >>> enough("institution", 115, 3241), enough("institution", 90, 133), enough("hardware", 1, 100)
    (False, True, True)
    """
    return named >= _figures()["least"].get(kind, 0.0) * papers
