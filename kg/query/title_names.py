"""Finds papers by a name in their title: all titles are one text, in which a name is found in microseconds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

#: Words are separated by a blank, as in folded names; titles by a line break.
_APART = re.compile(r"[^\w\n]+|_")
#: What may follow a name, in singular and plural.
_ENDS = (" ", "s ", "es ")


class Titles:
    """The titles of a graph; names are folded, and found in singular and plural."""

    def __init__(self, titles: Iterable[tuple[int, str]]) -> None:
        """`titles` gives the number and the title of each paper."""
        papers = sorted(titles)
        lines = (title.lower().replace("\n", " ") for _, title in papers)
        self._text = "\n " + _APART.sub(" ", " \n ".join(lines)) + " \n"
        self._papers = [paper for paper, _ in papers]
        self._starts = [match.start() for match in re.finditer("\n", self._text)]

    def having(self, names: Iterable[str], longer: Iterable[str] = ()) -> frozenset[int]:
        """The numbers of the papers whose title has one of some names, not as the end of a longer one."""
        others = [f" {name}" for name in longer]
        return frozenset(paper for name in names for paper in self._having(f" {name}", others))

    def _having(self, name: str, longer: Iterable[str]) -> Iterator[int]:
        others = tuple(other for other in longer if other.endswith(name))
        at = self._text.find(name)
        while at >= 0:
            end = at + len(name)
            is_end = any(self._text.endswith(other, 0, end) for other in others)
            if self._text.startswith(_ENDS, end) and not is_end:
                place = bisect_right(self._starts, at) - 1
                yield self._papers[place]
                end = self._starts[place + 1]
            at = self._text.find(name, end)
