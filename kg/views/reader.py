"""What views need of a graph, which `kg.api.Graph` gives, and of a server that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kg.model import Paper, Source
    from kg.query import Answer, Lexicon
    from kg.rdf.store import Store
    from kg.vocabulary import Vocabulary


class GraphReader(Protocol):
    """A graph whose papers are found and read; each method is described in `kg.api.Graph`."""

    @property
    def store(self) -> Store: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    def sources(self) -> list[Source]: ...
    def dates(self) -> set[str]: ...
    def label(self, concept: str, lang: str = "en") -> str: ...
    def lexicon(self) -> Lexicon: ...
    def ask(self, question: str = "", limit: int | None = None) -> Answer: ...
    def paper(self, name: str) -> Paper: ...
    def papers(self, names: Iterable[str] | None = None) -> list[Paper]: ...
    def select(self, selection: str | Iterable[str] = "") -> list[Paper]: ...
    def papers_with(self, concept: str) -> list[str]: ...
    def entry_count(self, source: str | None = None) -> int: ...
    def __iter__(self) -> Iterator[Paper]: ...


@dataclass(frozen=True, slots=True)
class Served:
    """`lead` gives the address of a CURIE or entry, `pool` that of a data set and metric, `bar` leads back.

    `nonce` is that of the page's scripts; `forms` are the page's other ones: media type and address.
    """

    lead: Callable[[str], str]
    pool: Callable[[str, str], str]
    nonce: str = ""
    bar: tuple[tuple[str, str], ...] = ()  # what a link is called, and its address
    forms: tuple[tuple[str, str], ...] = ()
