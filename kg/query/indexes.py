"""The files beside a graph's data that answers come from fast, brought up to date when a writer has closed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kg.files import telling
from kg.model import KgError
from kg.query import labels, near, scan
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.query.fed import Fed, Made


def made(store: Store, vocabulary: Vocabulary, fed: Fed | None) -> Made | None:
    """What was fed, in the form of the files, while the store is open yet: it sorts its data meanwhile.

    None where not all that the store holds was fed.
    """
    from kg.query.lexicon import Lexicon

    if fed is None or store.cache is None:
        return None
    with suppress(KgError), telling(f"{store.cache}: the indexes of what was added are made."):
        return fed.made(store, Lexicon(vocabulary).spelled)
    return None


def renew(
    store: Store,
    location: str | Path,
    states: Iterable[bytes],
    vocabulary: Vocabulary,
    *,
    fed: Fed | None,
    made: Made | None,
    meanings: bool,
) -> None:
    """Make columns and labels anew where a store that is closed now was changed, and that of meanings if asked for.

    The store is that of the location, `states` are its stamps while it was open, `fed` is what its entries said when
    they were stored, `made` what was made of that. What fails here, the first question makes up for.
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
        spelled = Lexicon(vocabulary).spelled
        labels.renew(reader, folder, states, getattr(store, "named", {ANY}), spelled, made.labels if made else None)
        scan.renew(reader, folder, states, changed, made.columns if made else None)
        if meanings:
            near.renew(reader, folder, fed.meanings if fed else {})
