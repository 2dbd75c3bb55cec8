"""The labels that the graph itself gives to things, by label, prefix, suffix and thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from kg.link.called_names import LONGEST, SHORTEST

_JOINED = "FROM names n JOIN concepts c ON c.id = n.concept WHERE"
#: The cache size for labels, and how many are looked up in one query.
_KEPT, _AT_ONCE = 20_000, 500
_AFTER = "\U0010ffff"  # sorts after every continuation of a label
Rows = Callable[..., list[Any]]


class Labels:
    """Folded labels with the things that have them, and the preferred labels of things."""

    def __init__(self, rows: Rows) -> None:
        """`rows` returns the rows of a query on the tables `names` and `concepts` (kg.store.derived_tables)."""
        self._rows = rows
        self._asked: dict[str, tuple[tuple[str, bool], ...]] = {}
        self.labels = lru_cache(maxsize=20_000)(self._labels)

    def beginning(self, prefix: str) -> list[tuple[str, str]]:
        """The folded labels with a prefix, in order, each with a thing that has it."""
        sql = f"SELECT form, curie {_JOINED} form >= ? AND form < ? ORDER BY form, preferred DESC, curie"
        return self._rows(sql, prefix, prefix + _AFTER)

    def ending(self, folded: str) -> list[tuple[str, str]]:
        """The longer folded labels of techniques that end in these words, each with a thing that has it."""
        begin = backwards(folded) + " "
        sql = f"""SELECT form, curie {_JOINED} backwards >= ? AND backwards < ? AND curie LIKE 'technique:%'
            ORDER BY backwards, curie"""
        return self._rows(sql, begin, begin + _AFTER)

    def below(self, concepts: Iterable[str]) -> list[str]:
        """The direct narrower concepts of some concepts, if papers or the vocabulary name them."""
        wide = sorted(concepts)
        sql = f"""SELECT DISTINCT c.curie FROM concepts w JOIN broader b ON b.broader = w.id
            JOIN concepts c ON c.id = b.concept WHERE w.curie IN ({",".join("?" * len(wide))})"""
        return [str(curie) for (curie,) in self._rows(sql, *wide)]

    def alike(self, folded: str, least: float) -> list[str]:
        """Folded labels with the first letter of `folded` whose length allows a ratio (0 to 100) of `least` to it."""
        if not folded:
            return []
        shortest, longest = lengths(len(folded), least)
        sizes = range(max(shortest, SHORTEST), min(longest, LONGEST) + 1)
        marks = ",".join("?" * len(sizes))
        sql = f"SELECT form FROM names WHERE size IN ({marks}) GROUP BY form ORDER BY length(form), form"
        return [form for (form,) in self._rows(sql, *(f"{folded[0]}{size:02d}" for size in sizes))]

    def bearing(self, folded: str) -> tuple[tuple[str, bool], ...]:
        """The things (CURIEs) with a folded label, and whether it is their preferred label; these come first."""
        if folded not in self._asked:
            self.look_up([folded])
        return self._asked[folded]

    def look_up(self, folds: Iterable[str]) -> None:
        """Look up the things with some folded labels in one query, and cache them."""
        if len(self._asked) > _KEPT:
            self._asked = {}
        unknown = sorted(set(folds) - self._asked.keys())
        found: dict[str, list[tuple[str, bool]]] = {folded: [] for folded in unknown}
        for at in range(0, len(unknown), _AT_ONCE):
            some = unknown[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            sql = f"SELECT form, curie, preferred {_JOINED} form IN ({marks}) ORDER BY form, preferred DESC, curie"
            for form, concept, preferred in self._rows(sql, *some):
                found[form].append((concept, bool(preferred)))
        self._asked |= {folded: tuple(bearers) for folded, bearers in found.items()}

    def _labels(self, concept: str) -> dict[str, str]:
        """The preferred labels of a thing by language, each the one used by most entries."""
        rows = self._rows("SELECT label, label_zh FROM concepts WHERE curie = ?", concept)
        return {language: label for row in rows for language, label in zip(("en", "zh"), row, strict=True) if label}


def backwards(folded: str) -> str:
    """The words of a folded label in reverse order."""
    return " ".join(reversed(folded.split(" ")))


def lengths(length: int, least: float) -> tuple[int, int]:
    """The shortest and the longest text whose ratio to a text can be `least`: twice the shared letters by all letters.

    >>> lengths(10, 80)
    (7, 15)
    """
    most = 200 / least - 1
    return -int(-length // most), int(length * most + 1e-9)
