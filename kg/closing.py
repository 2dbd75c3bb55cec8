"""A graph that was open for writing is closed: by its user, else when nobody holds it any more or Python ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.model import KgError
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.query.fed import Fed


@dataclass
class Closing:
    """What a writer knows that the indexes beside the data need when its store is closed.

    To open a store for writing changes its files: where it is not said of the indexes that they still hold, they are
    made anew, which takes minutes where there are many papers.
    """

    store: Store
    location: str | Path
    vocabulary: Vocabulary
    fed: Fed | None = None  # what the entries of the last `add` say
    meanings: bool = False  # whether papers were read in full

    def close(self) -> None:
        """Close the store; the indexes follow what was changed. Raises KgError when it cannot write."""
        from kg.query.derived import states_of
        from kg.query.indexes import made, renew

        states = states_of(self.store, self.store.stamp)
        fed, self.fed = self.fed, None
        ready = made(self.store, self.vocabulary, fed)
        self.store.close()
        renew(self.store, self.location, states, self.vocabulary, fed=fed, made=ready, meanings=self.meanings)

    def give_up(self) -> None:
        """Close what nobody closed, as far as that goes: there is nobody to be told."""
        with suppress(KgError, OSError):
            self.close()
