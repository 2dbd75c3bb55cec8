"""The files beside a graph's data that answers come from fast, brought up to date when a writer has closed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.query import labels, scan
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.query.fed import Fed


def renew(
    store: Store,
    location: str | Path,
    states: Iterable[bytes],
    vocabulary: Vocabulary,
    *,
    meanings: bool,
    fed: Fed | None = None,
) -> None:
    """Make columns and labels anew where a store that is closed now was changed, and that of meanings if asked for.

    The store is that of the location, `states` are its stamps while it was open, `fed` is what its entries said when
    they were stored. What fails here, the first question makes up for.
    """
    from kg.graph.store import ANY, open_store
    from kg.query.lexicon import Lexicon

    folder = store.cache
    if folder is None:
        return
    changed = getattr(store, "changed", {ANY})
    if not changed:
        for state in states:
            labels.still(folder, state, store.stamp)
            scan.still(folder, state, store.stamp)
        return
    with suppress(KgError), closing(open_store(location, read_only=True)) as reader:
        known = fed if fed and fed.holds(reader) else None
        labels.renew(reader, folder, states, getattr(store, "named", {ANY}), Lexicon(vocabulary).spelled, known)
        scan.renew(reader, folder, states, changed, known)
        if meanings:
            from kg.encoder import encoder
            from kg.query.near import titles

            if encoder():
                titles(reader, made=fed.meanings if fed else None)
