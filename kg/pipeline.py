"""The way of the data, files to graph: sources read, extract types, link identifies, graph keeps."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg.model import Batch, Document, KgError, Record, Source
from kg.vocabulary import Vocabulary, ontology_hash
from kg.workers import Workers

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kg.graph.store import Store
    from kg.graph.works import Works
    from kg.link import Linker
    from kg.link.overrides import Overrides

Progress = Callable[[str, int], None]  # the entry just done, entries done so far
Done = TypeVar("Done")
_JSON = json.JSONEncoder(ensure_ascii=False)
Annotations = Mapping[str, Mapping[str, Any]]  # records in the annotators' form, by entry
Wanted = Callable[[Document], bool]  # whether an entry is to be stored


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

    def take(self) -> list[str]:
        """What was left out since this was last asked."""
        taken, self.skipped = self.skipped, []
        return taken


class Pipeline:
    """Reads, extracts and links; `add` stores too, one transaction an entry."""

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        overrides: Overrides | None = None,
        fast: bool = False,
        jobs: int = 1,
    ) -> None:
        """`fast`: by vocabulary and rules, without the tagger; `jobs`: processes that read where there is much.

        `overrides` are people's decisions about names, those that ship when None is given.
        """
        self.vocabulary = vocabulary or Vocabulary.load()
        self.overrides = overrides
        self.fast, self.jobs = fast, jobs

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: it links with registers of its own."""
        return {"vocabulary": self.vocabulary, "overrides": self.overrides, "fast": self.fast, "jobs": 1}

    @cached_property
    def linker(self) -> Linker:
        from kg.link import Linker
        from kg.link.overrides import Overrides

        return Linker(self.vocabulary, overrides=Overrides.load() if self.overrides is None else self.overrides)

    def record(self, document: Document, annotations: Annotations | None = None) -> Record:
        """The linked record of a document: extracted, or taken from annotations."""
        if annotations is not None:
            from kg.graph.records import from_json

            read = from_json(annotations[annotated(annotations, document) or ""], document)
        else:
            from kg.extract import extract

            read = extract(document, fast=self.fast)
        return self.linker.decided(document, self.linker.link(document, read))

    def line(self, document: Document) -> str:
        """The linked record of a document in the annotators' form: one line of JSON."""
        from kg.graph.records import to_json

        return _JSON.encode(to_json(self.record(document))) + "\n"

    def _try(self, work: Callable[[Document], Done], item: Document | KgError) -> Done | KgError:
        """What `work` makes of a document, or why it cannot; an error is passed on."""
        if isinstance(item, KgError):
            return item
        try:
            return work(item)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            what = f"{type(error).__name__}: {error}"
            return KgError(f"{item.id}: the entry could not be read ({what}): it was left out.")
        except KgError as error:
            return error

    def workers(self, work: Callable[[Document], Done], jobs: int) -> Workers[Document | KgError, Done | KgError]:
        """Processes that read documents; what cannot be read gives an error in its place."""
        return Workers(partial(self._try, work), jobs)

    def load(self, item: Document | KgError) -> None:
        """Load what a document needs, but for the tagger: a session of its runtime is no thing to share."""
        from kg.compiled import no_search_for_garbage
        from kg.extract import extract, pipeline

        pipeline(self.fast)
        with no_search_for_garbage():
            self.linker.concepts.load()
            if isinstance(item, Document):
                self._try(lambda document: self.linker.link(document, extract(document, fast=True)), item)

    def versions(self, annotations: Annotations | None, document: Document) -> list[str]:
        """What the fingerprint of an entry depends on beside its texts: of how it is read now, and of better ways.

        An entry that was read in full is not read again by `fast`.
        """
        from kg.extract import version

        if annotations is not None:
            said = annotations[annotated(annotations, document) or ""]
            return [f"records {ontology_hash()} {json.dumps(said, sort_keys=True, ensure_ascii=False)}"]
        return [f"extract-{version(fast)} {ontology_hash()}" for fast in ((True, False) if self.fast else (False,))]

    def batches(self, patterns: Iterable[str | Path], name: str | None, report: Added, strict: bool) -> Iterator[Batch]:
        """The files that patterns name, read; what cannot be read is told in the report."""
        from kg import sources

        paths, problems = sources.expand(patterns)
        report.skip(problems, strict)
        for path in sources.each(paths):
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
        yield from self._read(self.record, patterns, only, strict, progress, report)

    def lines(
        self,
        patterns: Iterable[str | Path],
        *,
        strict: bool = False,
        progress: Progress | None = None,
        report: Added | None = None,
    ) -> Iterator[str]:
        """The linked records of files in the annotators' form, a line of JSON each, nothing stored."""
        for _, line in self._read(self.line, patterns, None, strict, progress, report):
            yield line

    def _read(
        self,
        work: Callable[[Document], Done],
        patterns: Iterable[str | Path],
        only: set[str] | None,
        strict: bool,
        progress: Progress | None,
        report: Added | None,
    ) -> Iterator[tuple[Document, Done]]:
        report = report if report is not None else Added()
        waiting: deque[Document | KgError] = deque()

        def found() -> Iterator[Document | KgError]:
            for item in self._found(patterns):
                if only is None or isinstance(item, KgError) or item.id in only:
                    waiting.append(item)
                    yield item

        with self.workers(work, self.jobs) as workers:
            for done in workers.map(found(), self.load):
                document = waiting.popleft()
                if isinstance(done, KgError) or isinstance(document, KgError):
                    report.skip([str(done)], strict)
                    continue
                yield document, done
                report.added.append(document.id)
                if progress:
                    progress(document.id, len(report.added))

    def _found(self, patterns: Iterable[str | Path]) -> Iterator[Document | KgError]:
        """The documents of files, and in its place what cannot be read."""
        told = Added()
        for batch in self.batches(patterns, None, told, strict=False):
            yield from map(KgError, told.take())
            yield from batch.documents
            yield from map(KgError, batch.skipped)
        yield from map(KgError, told.take())

    def add(
        self,
        store: Store,
        patterns: Iterable[str | Path],
        *,
        annotations: Annotations | None = None,
        name: str | None = None,
        strict: bool = False,
        wanted: Wanted | None = None,
        progress: Progress | None = None,
    ) -> Added:
        """Store the papers of files; see `kg.api.Graph.add`."""
        jobs = self.jobs if annotations is None else 1  # to take over what is annotated is little work
        patterns = list(patterns)
        with self.workers(partial(self.record, annotations=annotations), jobs) as workers:
            run = _Adding(self, store, annotations, strict, wanted, progress, workers)
            for batch in self.batches(patterns, name, run.report, strict):
                try:
                    run.batch(batch)
                except KgError as error:
                    run.report.skip([str(error)], strict)
            run.rest(bool(patterns))
        return run.report


def annotated(annotations: Annotations, document: Document) -> str | None:
    """The name under which annotations hold an entry, as its source calls it: with the source, or without."""
    return next((name for name in (f"{document.id}@{document.source}", document.id) if name in annotations), None)


class _Adding:
    """One call of `add`: what it knows of the store, and what it has done."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        annotations: Annotations | None,
        strict: bool,
        wanted: Wanted | None,
        progress: Progress | None,
        workers: Workers[Document | KgError, Record | KgError],
    ) -> None:
        self.pipeline, self.store, self.annotations, self.workers = pipeline, store, annotations, workers
        self.strict, self.wanted, self.progress = strict, wanted, progress
        self.report = Added()
        self.claimed: dict[str, str] = {}  # source name -> file, in this call
        self.met: set[str] = set()

    @cached_property
    def works(self) -> Works:
        from kg.graph.works import Works

        return Works(self.store, self.pipeline.linker.overrides)

    def batch(self, batch: Batch) -> None:
        """Store the entries of one file; its source's own graph comes with the first of them."""
        from kg.graph.rdf import source_triples

        name = batch.source.name
        there: set[str] = set()
        before = len(self.report.skipped)
        documents = self._own(self._claimed(batch), batch.source, there)
        pending, kept = self._take(documents, {f"source:{name}": source_triples(batch.source)})
        left_out = [*self.report.skipped[before:], *batch.skipped]
        if kept and left_out:  # by the file's own name, wherever it lies
            said = {s.partition(f"{batch.source.file}: ")[2] or s for s in left_out}
            pending = {f"source:{name}": source_triples(replace(batch.source, skipped=tuple(sorted(said))))}
        if pending and kept:
            self.store.replace_many(pending)
        if kept and not batch.skipped and self.annotations is None:
            self._remove_gone(name, there)
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
        entries = self._entries(source.name)
        if held.file != source.file or not entries.keys() & {d.id for d in documents}:
            raise KgError(f"{source.file}: the name {source.name} belongs to {held.file} already: {settle}")
        if batch.skipped:
            raise KgError(
                f"{source.file}: {batch.skipped[0].rstrip('.')}; the graph holds {source.name} from a sound file, so "
                f"nothing was changed: mend the file, or remove {source.name} first."
            )
        return documents

    def _entries(self, source: str) -> dict[str, str]:
        """The entries that the graph holds of a source, by the source's own names for them."""
        from kg.graph.contents import entry_names
        from kg.graph.rdf import local_id

        return {local_id(name, source): name for name in entry_names(self.store, source)}

    def _own(self, documents: Iterable[Document], source: Source, there: set[str]) -> Iterator[Document]:
        """The documents to take from a file, under the file's own names for them."""
        from kg.graph.rdf import local_id

        for document in documents:
            document = replace(document, id=local_id(document.id, source.name))
            if self.annotations is not None:
                name = annotated(self.annotations, document)
                if name is None:
                    continue
                self.met.add(name)
            there.add(document.id)
            if self.wanted is None or self.wanted(document):
                yield document

    def _take(
        self, documents: Iterable[Document | KgError], pending: dict[str, list[ox.Triple]]
    ) -> tuple[dict[str, list[ox.Triple]], int]:
        """Store entries unless they are unchanged, what is pending with the first of them.

        Gives what is still pending, and how many entries are in the graph now.
        """
        waiting: deque[tuple[Document | KgError, str]] = deque()
        unchanged = len(self.report.unchanged)
        stored = 0
        for record in self.workers.map(self._due(documents, waiting), self.pipeline.load):
            document, mark = waiting.popleft()
            try:
                if isinstance(record, KgError) or isinstance(document, KgError):
                    raise KgError(str(record))
                self._store(document, record, mark, pending)
                pending, stored = {}, stored + 1
            except KgError as error:
                self.report.skip([str(error)], self.strict)
        return pending, stored + len(self.report.unchanged) - unchanged

    def _due(
        self, documents: Iterable[Document | KgError], waiting: deque[tuple[Document | KgError, str]]
    ) -> Iterator[Document | KgError]:
        """The documents that are new or changed; `waiting` gets them with their new marks."""
        from kg.graph.rdf import fingerprint

        for document in documents:
            mark = ""
            if isinstance(document, Document):
                marks = [fingerprint(document, v) for v in self.pipeline.versions(self.annotations, document)]
                name, held = self.works.held(document.id, document.source)
                if held in marks:
                    self.report.unchanged.append(name)
                    self._tell(name)
                    continue
                mark = marks[0]
            waiting.append((document, mark))
            yield document

    def _store(self, document: Document, record: Record, mark: str, pending: dict[str, list[ox.Triple]]) -> None:
        """Store an entry, and what its coming changes in others: the works that they describe, and their names."""
        from kg.graph.rdf import entry_triples

        facts = self.pipeline.linker.institution_facts
        mark = "" if record.partial else mark  # without a mark, the next `add` reads the entry again
        name, renamed = self.works.named(document.id, document.source)
        document, record = replace(document, id=name), replace(record, id=name)
        triples = entry_triples(document, record, self.pipeline.vocabulary, facts, mark)
        self.store.replace_many({**pending, **self.works.put(document, record, triples, renamed)})
        self.report.added.append(name)
        self._tell(name)

    def _tell(self, name: str) -> None:
        if self.progress:
            self.progress(name, len(self.report.added) + len(self.report.unchanged))

    def _remove_gone(self, source: str, there: set[str]) -> None:
        """Take out what a file that was read without fault no longer has."""
        gone = sorted(name for local, name in self._entries(source).items() if local not in there)
        if gone:
            self.store.replace_many(self.works.drop(gone))
            self.report.removed += gone

    def rest(self, had_files: bool) -> None:
        """Records whose texts were in no file: they replace what the graph holds of the entry, if it does."""
        from kg.graph.contents import entry_named, load_entry
        from kg.graph.rdf import local_id

        for name in self.annotations or ():
            if name in self.met:
                continue
            held = entry_named(self.store, name)
            if had_files or not held:
                where = "none of the files holds" if had_files else "the graph does not hold"
                self.report.skip([f"{name}: {where} such an entry: give the file with its texts too."], self.strict)
                continue
            try:
                document = load_entry(self.store, held)[0]
                self._take([replace(document, id=local_id(held, document.source))], {})
            except KgError as error:
                self.report.skip([str(error)], self.strict)
