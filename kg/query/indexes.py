"""The files in a graph's cache that answers come from fast, brought up to date before a writer closes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kg.files import telling
from kg.model import KgError
from kg.query import near
from kg.query.scan import columns_of

if TYPE_CHECKING:
    from kg.rdf.store import Store


def renew(store: Store, meanings: bool) -> None:
    """Bring the columns up to date, and, if asked for, the vectors of titles.

    What fails here, the first question makes up for.
    """
    if store.cache is None:
        return
    with suppress(KgError, OSError), telling(f"{store.cache}: the indexes of what was added are made."):
        columns_of(store)
        if meanings:
            near.renew(store, store.cache)
