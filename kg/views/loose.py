"""Papers of files as input of views, without a graph."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, cast

from kg.build.pipeline import Pipeline
from kg.model import Document, Paper, Record, Source
from kg.rdf.triples import called
from kg.vocabulary import Vocabulary, in_language

if TYPE_CHECKING:
    from kg.link.linker import Linker
    from kg.views.reader import GraphReader


class RecordingPipeline(Pipeline):
    """A pipeline that records the sources it reads."""

    @cached_property
    def noted(self) -> list[Source]:
        return []

    def meet(self, source: Source) -> None:
        self.noted.append(source)


class Loose:
    """Linked records of files, grouped by work, with the part of a `GraphReader` that a digest needs."""

    def __init__(
        self, found: Iterable[tuple[Document, Record]], linker: Linker, sources: Iterable[Source] = ()
    ) -> None:
        self.linker = linker
        self._found = list(found)
        self._sources = list(sources)

    @property
    def vocabulary(self) -> Vocabulary:
        return self.linker.vocabulary

    @cached_property
    def works(self) -> list[Paper]:
        """The works in file order, each with all its entries."""
        works: dict[str, Paper] = {}
        for document, record in self._found:
            name = record.paper or document.id
            works.setdefault(name, Paper(name, [])).entries.append((document, record))
        return list(works.values())

    def dates(self) -> set[str]:
        return {document.date for document, _ in self._found if document.date}

    def sources(self) -> list[Source]:
        return self._sources

    def label(self, concept: str, lang: str = "en") -> str:
        """The preferred label of a concept; for a minted concept, the wording of the papers."""
        if concept in self.vocabulary:
            labels = self.vocabulary[concept].label
        else:
            facts = self.linker.institution_facts(concept)
            labels = facts[0] if facts else {"en": self._wordings.get(concept, concept.partition(":")[2] or concept)}
        return in_language(labels, lang)

    @cached_property
    def _wordings(self) -> dict[str, str]:
        said: dict[str, str] = {}
        for _, record in self._found:
            for concept, name in called(record).items():
                said.setdefault(concept, name)
            for result in record.results:
                said.setdefault(result.metric_concept, result.metric)
                said.setdefault(result.baseline_concept, result.baseline)
        return said

    def as_graph(self) -> GraphReader:
        """This object typed as a GraphReader, for views that use no other methods than these."""
        return cast("GraphReader", self)
