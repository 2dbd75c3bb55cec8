"""Find fetched papers that are missing from a graph, by arXiv id without version and by DOI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kg.model import Document
from kg.sources.inputs import source_name
from kg.store.contents import identifiers
from kg.store.entries import local_id

if TYPE_CHECKING:
    from kg.rdf.store import Store

_VERSION = re.compile(r"v\d+$")
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)")


class Lacking:
    """Decides for each document whether to store it; `known` collects the ids of those that are not stored.

    A document that another of `files` (the responses of one harvest) already holds is not stored again. With `new`, a
    paper whose arXiv id or DOI belongs to any entry of the graph is not stored either.
    """

    def __init__(self, store: Store, files: Iterable[Path], new: bool) -> None:
        self.known: set[str] = set()  # ids of entries
        self._new = new
        ours = {source_name(file) for file in files}
        held = store.sources_of_entries()
        self._sources = {local_id(entry, source): source for entry, source in held.items() if source in ours}
        self._papers = {folded(name) for name in identifiers(store)} if new else set()

    def __call__(self, document: Document) -> bool:
        names = {folded(name) for name in (document.arxiv, document.doi) if name.strip()}
        holder = self._sources.setdefault(document.id, document.source)
        if holder != document.source or (self._new and names & self._papers):
            self.known.add(document.id)
            return False
        if self._new:
            self._papers |= names
        return True


def folded(name: str) -> str:
    """An arXiv id without version, or a DOI without its URL prefix, in lower case.

    >>> folded("2510.01234v2"), folded("https://doi.org/10.1145/12.AB"), folded("hep-th/9901001")
    ('2510.01234', '10.1145/12.ab', 'hep-th/9901001')
    """
    name = _DOI.sub("", name.strip().lower()).removeprefix("arxiv:")
    return name if name.startswith("10.") else _VERSION.sub("", name)
