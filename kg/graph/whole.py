"""Which files a graph has all of, so that one that is added again need not be read again.

Kept in `added.json` with what else is made of the data. Nothing is believed of it that the store does not bear out:
what is kept of a file is a hash of its bytes, and one of the fingerprints that its entries had when all were stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kg.files import keep
from kg.model import Source
from kg.names import iri

if TYPE_CHECKING:
    from kg.graph.store import Store

_FILE = "added.json"
_SAID = "SELECT ?e ?f {{ ?e kg:source <{}> OPTIONAL {{ ?e kg:fingerprint ?f }} }}"


class Whole:
    """What is known of the files of a store's sources."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._path = store.cache / _FILE if store.cache else None
        self._said: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            said = json.loads(self._path.read_bytes()) if self._path else None
            self._said = said if isinstance(said, dict) else {}

    def holds(self, source: Source, versions: Sequence[str]) -> bool:
        """Whether all that a file gives is in the store as it is, read in no other ways than some versions name."""
        said = self._said.get(source.name)
        if not isinstance(said, dict) or said.get("file") != source.sha256 or not source.sha256:
            return False
        ways = said.get("versions")
        if not isinstance(ways, list) or not set(map(str, ways)) <= set(versions):
            return False
        return bool(said.get("entries") == _hash(self.store, source.name))

    def note(self, sources: Iterable[Source], versions: Sequence[str]) -> None:
        """Keep in mind that all of some files is in the store now."""
        said = {
            source.name: {
                "file": source.sha256,
                "versions": list(versions),
                "entries": _hash(self.store, source.name),
            }
            for source in sources
        }
        if self._path and said and any(self._said.get(name) != one for name, one in said.items()):
            self._said.update(said)
            with suppress(OSError):  # the next `add` reads the files again
                keep(self._path, [json.dumps(self._said, indent=0, sort_keys=True).encode()])


def _hash(store: Store, source: str) -> str:
    rows = store.select(_SAID.format(iri(f"source:{source}")))
    return hashlib.sha256(json.dumps(sorted([row["e"], row["f"] or ""] for row in rows)).encode()).hexdigest()
