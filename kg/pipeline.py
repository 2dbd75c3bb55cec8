"""The way of the data, files to graph: sources read, extract types, link identifies, graph keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.model import Batch, Document, KgError, Record, Source
from kg.vocabulary import Vocabulary, ontology_hash

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.link import Linker

Progress = Callable[[str, int], None]  # the entry just done, entries done so far
Annotations = Mapping[str, Mapping[str, Any]]  # records in the annotators' form, by entry


@dataclass(slots=True)
class Added:
    """What an `add` did: entries by name, and a sentence for each file or entry that was left out."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def skip(self, sentences: Iterable[str], strict: bool) -> None:
        """Take note of what was left out; with `strict` the first raises KgError."""
        for sentence in sentences:
            if strict:
                raise KgError(sentence)
            self.skipped.append(sentence)


class Pipeline:
    """Reads, extracts and links; `add` stores too, one transaction an entry."""

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or Vocabulary.load()

    @cached_property
    def linker(self) -> Linker:
        from kg.link import Linker

        return Linker(self.vocabulary)

    def record(self, document: Document, annotations: Annotations | None = None) -> Record:
        """The linked record of a document: extracted, or taken from annotations."""
        if annotations is not None:
            from kg.graph.records import from_json

            return self.linker.link(document, from_json(annotations[document.id], document))
        from kg.extract import extract

        return self.linker.link(document, extract(document))

    def batches(self, patterns: Iterable[str | Path], name: str | None, report: Added, strict: bool) -> Iterator[Batch]:
        """The files that patterns name, read; what cannot be read is told in the report."""
        from kg import sources

        paths, problems = sources.expand(patterns)
        report.skip(problems, strict)
        for path in paths:
            try:
                yield sources.read(path, name)
            except KgError as error:
                report.skip([str(error)], strict)

    def records(
        self,
        patterns: Iterable[str | Path],
        *,
        only: set[str] | None = None,
        strict: bool = False,
        progress: Progress | None = None,
        report: Added | None = None,
    ) -> Iterator[tuple[Document, Record]]:
        """Documents and linked records of files, one after the other, nothing stored."""
        report = report if report is not None else Added()
        for batch in self.batches(patterns, None, report, strict):
            for document in batch.documents:
                if only is None or document.id in only:
                    yield document, self.record(document)
                    report.added.append(document.id)
                    if progress:
                        progress(document.id, len(report.added))
            report.skip(batch.skipped, strict)

    def add(
        self,
        store: Store,
        patterns: Iterable[str | Path],
        *,
        annotations: Annotations | None = None,
        name: str | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> Added:
        """Store the papers of files; see `kg.api.Graph.add`."""
        report = Added()
        patterns = list(patterns)
        for batch in self.batches(patterns, name, report, strict):
            try:
                self._add_batch(store, batch, annotations, report, strict, progress)
            except KgError as error:
                report.skip([str(error)], strict)
        if annotations is not None and not patterns:
            self._annotate(store, annotations, report, strict, progress)
        return report

    def _add_batch(
        self,
        store: Store,
        batch: Batch,
        annotations: Annotations | None,
        report: Added,
        strict: bool,
        progress: Progress | None,
    ) -> None:
        from kg.graph.contents import fingerprints
        from kg.graph.rdf import fingerprint, source_triples

        _claim(store, batch.source)
        known = fingerprints(store)
        opened = False
        for document in batch.documents:
            if annotations is not None and document.id not in annotations:
                continue
            if not opened:  # a file without a single paper leaves nothing behind
                store.replace(f"source:{batch.source.name}", source_triples(batch.source))
                opened = True
            mark = fingerprint(document, _version(annotations, document.id))
            if known.get(document.id) == mark:
                report.unchanged.append(document.id)
            else:
                self._store(store, document, self.record(document, annotations), mark)
                report.added.append(document.id)
            if progress:
                progress(document.id, len(report.added) + len(report.unchanged))
        report.skip(batch.skipped, strict)

    def _store(self, store: Store, document: Document, record: Record, mark: str) -> None:
        from kg.graph.rdf import entry_triples

        facts = self.linker.institution_facts
        store.replace(f"entry:{document.id}", entry_triples(document, record, self.vocabulary, facts, mark))

    def _annotate(
        self, store: Store, annotations: Annotations, report: Added, strict: bool, progress: Progress | None
    ) -> None:
        """Put annotated records in the place of what was extracted from entries that the graph holds."""
        from kg.graph.contents import entry_names, load_entry
        from kg.graph.rdf import fingerprint

        known = set(entry_names(store))
        for name in annotations:
            if name not in known:
                report.skip([f"{name}: the graph holds no such entry: give the file with its texts too."], strict)
                continue
            document, _ = load_entry(store, name)
            mark = fingerprint(document, _version(annotations, name))
            self._store(store, document, self.record(document, annotations), mark)
            report.added.append(name)
            if progress:
                progress(name, len(report.added))


def _claim(store: Store, source: Source) -> None:
    """Refuse a source whose name another file bears already."""
    from kg.graph.contents import load_source, source_names

    if source.name in source_names(store):
        holder = load_source(store, source.name)
        if holder.file != source.file and holder.sha256 != source.sha256:
            raise KgError(
                f"{source.file}: the name {source.name} belongs to {holder.file} already: "
                "add the file with --as NAME, or remove the other first."
            )


def _version(annotations: Annotations | None, name: str) -> str:
    """What an entry's fingerprint depends on beside its texts: a change means that it is made anew."""
    from kg.extract import VERSION

    if annotations is None:
        return f"extract-{VERSION} {ontology_hash()}"
    return f"records {ontology_hash()} {json.dumps(annotations[name], sort_keys=True, ensure_ascii=False)}"
