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
    import pyoxigraph as ox

    from kg.graph.store import Store
    from kg.link import Linker

Progress = Callable[[str, int], None]  # the entry just done, entries done so far
Annotations = Mapping[str, Mapping[str, Any]]  # records in the annotators' form, by entry


@dataclass(slots=True)
class Added:
    """What an `add` did: entries by name, and a sentence for each file or entry that was left out."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)  # what a newer file of a source no longer has
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
        run = _Adding(self, store, annotations, strict, progress)
        patterns = list(patterns)
        for batch in self.batches(patterns, name, run.report, strict):
            try:
                run.batch(batch)
            except KgError as error:
                run.report.skip([str(error)], strict)
        run.rest(bool(patterns))
        return run.report


class _Adding:
    """One call of `add`: what it knows of the store, and what it has done."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        annotations: Annotations | None,
        strict: bool,
        progress: Progress | None,
    ) -> None:
        from kg.graph.contents import entry_sources, fingerprints

        self.pipeline, self.store, self.annotations = pipeline, store, annotations
        self.strict, self.progress = strict, progress
        self.report = Added()
        self.marks = fingerprints(store)
        self.source_of = entry_sources(store)
        self.claimed: dict[str, str] = {}  # source name -> file, in this call
        self.met: set[str] = set()

    def batch(self, batch: Batch) -> None:
        """Store the entries of one file; its source's own graph comes with the first of them."""
        from kg.graph.rdf import source_triples

        name = batch.source.name
        documents = self._claimed(batch)
        pending = {f"source:{name}": source_triples(batch.source)}
        kept: set[str] = set()
        for document in documents:
            if self.annotations is not None and document.id not in self.annotations:
                continue
            self.met.add(document.id)
            try:
                self._belongs(document, batch.source)
                pending = self._entry(document, pending)
                kept.add(document.id)
            except KgError as error:
                self.report.skip([str(error)], self.strict)
        if pending and kept:
            self.store.replace_many(pending)
        if kept and not batch.skipped and self.annotations is None:
            self._remove_gone(name, kept)
        self.report.skip(batch.skipped, self.strict)

    def _claimed(self, batch: Batch) -> Iterable[Document]:
        """The documents of a file that may bear its source's name; KgError for a file that may not.

        A file that a source is held of may be newer, but must be sound: what is stored is not given up for less.
        """
        from kg.graph.contents import load_source, source_names

        source = batch.source
        settle = "add the file with --as NAME, or remove the other first."
        if source.name in self.claimed:
            raise KgError(f"{source.file}: the name {source.name} belongs to another file of this call: {settle}")
        self.claimed[source.name] = source.file
        if source.name not in source_names(self.store):
            return batch.documents
        held = load_source(self.store, source.name)
        if held.sha256 == source.sha256:
            return batch.documents
        documents = list(batch.documents)
        entries = {entry for entry, of in self.source_of.items() if of == source.name}
        if held.file != source.file or not entries & {d.id for d in documents}:
            raise KgError(f"{source.file}: the name {source.name} belongs to {held.file} already: {settle}")
        if batch.skipped:
            raise KgError(
                f"{source.file}: {batch.skipped[0].rstrip('.')}; the graph holds {source.name} from a sound file, so "
                f"nothing was changed: mend the file, or remove {source.name} first."
            )
        return documents

    def _belongs(self, document: Document, source: Source) -> None:
        holder = self.source_of.setdefault(document.id, source.name)
        if holder != source.name:
            raise KgError(
                f"{source.file}: the entry {document.id} belongs to the source {holder} already: "
                f"give it another id, or remove {document.id} first."
            )

    def _entry(self, document: Document, pending: dict[str, list[ox.Triple]]) -> dict[str, list[ox.Triple]]:
        """Store one entry, unless it is unchanged; gives what is still to be stored before the next."""
        from kg.graph.rdf import fingerprint

        mark = fingerprint(document, _version(self.annotations, document.id))
        if self.marks.get(document.id) == mark:
            self.report.unchanged.append(document.id)
        else:
            self._store(document, mark, pending)
            pending = {}
        if self.progress:
            self.progress(document.id, len(self.report.added) + len(self.report.unchanged))
        return pending

    def _store(self, document: Document, mark: str, pending: dict[str, list[ox.Triple]]) -> None:
        from kg.graph.rdf import entry_triples

        try:
            record = self.pipeline.record(document, self.annotations)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            what = f"{type(error).__name__}: {error}"
            raise KgError(f"{document.id}: the entry could not be read ({what}): it was left out.") from error
        facts = self.pipeline.linker.institution_facts
        triples = entry_triples(document, record, self.pipeline.vocabulary, facts, mark)
        self.store.replace_many({**pending, f"entry:{document.id}": triples})
        self.marks[document.id] = mark
        self.report.added.append(document.id)

    def _remove_gone(self, source: str, kept: set[str]) -> None:
        """Take out what a file that was read without fault no longer has."""
        gone = sorted(entry for entry, of in self.source_of.items() if of == source and entry not in kept)
        self.store.remove(*(f"entry:{entry}" for entry in gone))
        for entry in gone:
            del self.source_of[entry]
        self.report.removed += gone

    def rest(self, had_files: bool) -> None:
        """Records whose texts were in no file: they replace what the graph holds of the entry, if it does."""
        from kg.graph.contents import load_entry

        for name in self.annotations or ():
            if name in self.met:
                continue
            if had_files or name not in self.source_of:
                where = "none of the files holds" if had_files else "the graph does not hold"
                self.report.skip([f"{name}: {where} such an entry: give the file with its texts too."], self.strict)
                continue
            try:
                self._entry(load_entry(self.store, name)[0], {})
            except KgError as error:
                self.report.skip([str(error)], self.strict)


def _version(annotations: Annotations | None, name: str) -> str:
    """What an entry's fingerprint depends on beside its texts: a change means that it is made anew."""
    from kg.extract import VERSION

    if annotations is None:
        return f"extract-{VERSION} {ontology_hash()}"
    return f"records {ontology_hash()} {json.dumps(annotations[name], sort_keys=True, ensure_ascii=False)}"
