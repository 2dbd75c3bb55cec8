"""The way of the data, files to graph: sources read, extract types, link identifies; `kg.build.adding` stores."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from kg import limits, sources
from kg.build import engines, reading
from kg.build.work_sets import Coming
from kg.compiled import no_search_for_garbage
from kg.extract import LANGUAGE_MODEL, extract, pipeline
from kg.extract import version as extractor
from kg.extract.belonging import obtained
from kg.extract.tables import read_tables
from kg.link.linker import Linker
from kg.link.overrides import Overrides
from kg.model import Batch, Document, Doubt, Facts, KgError, Loss, Record, Text
from kg.records import body_json, from_json, to_json
from kg.sources import HeldFile, Unread
from kg.store.entries import Entry, local_id
from kg.text import number_of
from kg.vocabulary import Vocabulary, ontology_hash

if TYPE_CHECKING:
    from kg.build.engines import Engine, Item, WorkerPool

Progress = Callable[[str, int], None]  # the entry just done, entries done so far
Done = TypeVar("Done")
_MOST_SENTENCES = 90  # about the files of one archive; the others are only counted
_JSON = json.JSONEncoder(ensure_ascii=False)
#: A paper that needs all that papers need; a session of onnxruntime with one thread outlives a fork.
_SAMPLE = Document("sample", "sample", 1, {
    "T": Text("Pruning for Llama-3-8B", "Pruning for Llama-3-8B"),
    "A": Text(_OF_SAMPLE := "We propose A, which needs 30% less memory than B on an H100.", _OF_SAMPLE),
    "I": Text("University of Oxford", "University of Oxford"),
})  # fmt: skip
Annotations = Mapping[str, Mapping[str, Any]]  # records in the annotators' form, by entry
Wanted = Callable[[Document], bool]  # whether an entry is to be stored
Way = str | Mapping[str, Any]  # how an entry is read: "full", "fast", or what an annotation says


@dataclass(slots=True, repr=False)
class Added:
    """What an `add` did: entries by name, and a sentence for each file or entry that was left out."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)  # what a newer file of a source no longer has
    skipped: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)  # what the files have and the records lack, one sentence a file
    doubts: list[str] = field(default_factory=list)  # why a file that was read may be no paper

    def __repr__(self) -> str:
        """One line: "Added 133 entries, 0 unchanged"; the lists hold their names."""
        names = ("removed", "skipped", "losses", "doubts")
        told = "".join(f", {len(listed)} {name}" for name in names if (listed := getattr(self, name)))
        return f"Added {number_of(len(self.added), 'entry', 'entries')}, {len(self.unchanged)} unchanged{told}"

    def read(self, batch: Batch, strict: bool) -> None:
        """Take note of what a file that was read to its end has and the graph lacks; see `skip`."""
        self.tell(_errors(batch), strict)

    def tell(self, errors: Iterable[KgError], strict: bool) -> None:
        """Take note of errors, losses and doubts; with `strict` the first is raised."""
        for error in errors:
            if strict:
                raise error
            kind = self.losses if isinstance(error, Loss) else self.doubts if isinstance(error, Doubt) else self.skipped
            kind.append(str(error))

    def skip(self, sentences: Iterable[str], strict: bool) -> None:
        """Take note of what was left out; with `strict` the first raises KgError."""
        self.tell(map(KgError, sentences), strict)

    def take(self) -> list[str]:
        """What was left out since this was last asked."""
        taken, self.skipped = self.skipped, []
        return taken


@dataclass(frozen=True, slots=True)
class Made(Generic[Done]):
    """What a worker made of a file that it read: of each document of the batch, which are listed, or why nothing."""

    batch: Batch
    made: list[Done | KgError]


class Extracted(NamedTuple):
    """What is made of a document: its linked record, and what the register says of its institutions, by id."""

    record: Record
    facts: dict[str, Facts]


class Ready(NamedTuple):
    """An entry as it is to be stored, but for its fingerprint, and what the register says of its institutions."""

    coming: Coming
    facts: dict[str, Facts]
    partial: bool  # whether it must be read again


class Pipeline:
    """Reads, extracts and links; `kg.build.adding.add` stores too."""

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        overrides: Overrides | None = None,
        fast: bool = False,
        jobs: int | None = 1,
        engine: Engine | None = None,
        whole: bool = True,
    ) -> None:
        """`fast`: by vocabulary and rules, without the tagger; `jobs`: processes that read where there is much.

        `whole`: with the bodies of papers, where files have them.
        They are the engine's, this machine's when None is given; without a number one for each core it has.
        `overrides` are people's decisions about names, those that ship when None is given.
        """
        self.vocabulary = vocabulary or Vocabulary.load()
        self.overrides = overrides
        self.fast, self.jobs, self.engine, self.whole = fast, jobs, engine, whole

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: it links with registers of its own."""
        kept = {"vocabulary": self.vocabulary, "overrides": self.overrides, "fast": self.fast, "whole": self.whole}
        return {**kept, "jobs": 1, "engine": None}

    @cached_property
    def linker(self) -> Linker:
        return Linker(self.vocabulary, overrides=Overrides.load() if self.overrides is None else self.overrides)

    def way(self, document: Document, annotations: Annotations | None = None) -> Way:
        """How an entry is read."""
        if annotations is not None:
            return annotations[annotated(annotations, document) or ""]
        return self._own_way

    @property
    def _own_way(self) -> str:
        return "fast" if self.fast else "full"

    def record(self, document: Document, annotations: Annotations | None = None) -> Record:
        """The linked record of a document: extracted, or taken from annotations."""
        way = self.way(document, annotations)
        if isinstance(way, str):
            read = extract(document, fast=way == "fast")
        else:
            read = obtained(from_json(way, document), document, self.vocabulary)
        return self.linker.decided(document, self.linker.link(document, read))

    def extracted(self, document: Document, annotations: Annotations | None = None) -> Extracted:
        """The linked record of a document, with what the register says of its institutions."""
        record = self.record(document, annotations)
        named = {m.concept for m in record.institutions}
        facts = {name: known for name in sorted(named) if (known := self.linker.institution_facts(name))}
        return Extracted(record, facts)

    def ready(self, document: Document, annotations: Annotations | None = None) -> Ready:
        """A document as it is to be stored, under its source's own name for it."""
        document = replace(document, id=local_id(document.id, document.source))
        record, facts = self.extracted(document, annotations)
        if document.parts:  # the texts that mentions quote are texts of the entry
            from kg.extract.body import entry_texts  # loads spaCy

            document = replace(document, texts=entry_texts(document, record))
        way = self.way(document, annotations)
        return Ready(Coming.of(Entry(document, replace(record, partial=False), way)), facts, record.partial)

    def line(self, document: Document) -> str:
        """The linked record of a document in the annotators' form: one line of JSON."""
        record = self.record(document)
        tables = read_tables(document, record, Vocabulary.load())
        return _JSON.encode(to_json(record) | body_json(document, record, tables)) + "\n"

    def _try(self, work: Callable[[Document], Done], item: Item) -> Done | Made[Done] | KgError:
        """What `work` makes of a document or of those of a file, or why it cannot; an error is passed on."""
        if isinstance(item, KgError):
            return item
        try:
            if isinstance(item, Unread):
                return self._of_file(work, item)
            with limits.step():
                return work(item)
        except KgError as error:
            return error
        except Exception as error:
            return KgError(f"{item.id}: the entry could not be read ({limits.reason(error)}): it was left out.")

    def _of_file(self, work: Callable[[Document], Done], file: Unread) -> Made[Done]:
        with limits.step():
            batch = sources.read(file.held, file.name, self.whole)
            documents = list(batch.documents)
        made = [self._try(work, document) for document in documents]
        return Made(replace(batch, documents=documents), made)  # type: ignore[arg-type]  # no document is a file

    def workers(
        self, work: Callable[[Document], Done], jobs: int | None, engine: Engine | None = None
    ) -> WorkerPool[Done | Made[Done] | KgError]:
        """Processes that read documents; what cannot be read gives an error in its place."""
        return (engine or engines.engine()).workers(partial(self._try, work), jobs)

    def load(self, item: Item) -> None:
        """Load what any document needs, so that processes share it; `item` itself may be what none can read."""
        with no_search_for_garbage():
            self.linker.concepts.load()
            own = [part for name, part in pipeline(self.fast).pipeline if name not in LANGUAGE_MODEL]
            self.linker.link(_SAMPLE, extract(_SAMPLE, own, fast=self.fast))

    def versions(self, document: Document | None = None, annotations: Annotations | None = None) -> list[str]:
        """What the fingerprint of an entry depends on beside its texts: of how it is read now, and of better ways.

        An entry that was read in full is not read again by `fast`. Without a document, what holds for all entries that
        nobody annotated.
        """
        way = self.way(document, annotations) if document else self._own_way
        return [version(way), version("full")] if way == "fast" else [version(way)]

    def batches(self, patterns: Iterable[str | Path], name: str | None, report: Added, strict: bool) -> Iterator[Batch]:
        """The files that patterns name, read, those of one paper by processes; the report tells what cannot be read."""
        with self.workers(_as_it_is, self.jobs, self.engine) as workers:
            for is_unread, group in groupby(self.files(sources.begin, patterns, name), _is_unread):
                for file in workers.map(cast("Iterable[Unread]", group)) if is_unread else group:
                    if isinstance(file, KgError):
                        report.skip([str(file)], strict)
                    else:
                        yield file.batch if isinstance(file, Made) else cast(Batch, file)

    def files(
        self, opened: Callable[..., Batch | Unread], patterns: Iterable[str | Path], name: str | None = None
    ) -> Iterator[Batch | Unread | KgError]:
        """What `opened` makes of the files that patterns name, in a process of its own; see `kg.build.reading`.

        `name`: what the user calls the one file; else files of one name are told apart.
        """
        paths, problems, called = sources.expand(patterns)
        yield from map(KgError, problems)
        named, copies = ({}, {}) if name else sources.names(paths, called)
        yield from (KgError(f"{path}: is a copy of {other}: it was read once.") for path, other in copies.items())
        paths = [path for path in paths if path not in copies]
        faults: Counter[int] = Counter()  # by path, which may be an archive
        for at, file in reading.read(paths, partial(_opened, partial(opened, is_whole=self.whole), name, named)):
            faults[at] += isinstance(file, KgError)
            if not isinstance(file, KgError) or faults[at] <= _MOST_SENTENCES:
                yield file
        for at, number in faults.items():
            if number > _MOST_SENTENCES:
                yield KgError(f"{paths[at]}: {number - _MOST_SENTENCES:,} more of its files could not be read.")

    def lines(
        self,
        patterns: Iterable[str | Path],
        *,
        strict: bool = False,
        progress: Progress | None = None,
        report: Added | None = None,
    ) -> Iterator[str]:
        """The linked records of files in the annotators' form, a line of JSON each, nothing stored."""
        for _, line in self._read(self.line, patterns, strict, progress, report):
            yield line

    def _read(
        self,
        work: Callable[[Document], Done],
        patterns: Iterable[str | Path],
        strict: bool,
        progress: Progress | None,
        report: Added | None,
    ) -> Iterator[tuple[Document, Done]]:
        report = report if report is not None else Added()
        waiting: deque[Item] = deque()

        def found() -> Iterator[Item]:
            for item in self._found(patterns):
                waiting.append(item)
                yield item

        with self.workers(work, self.jobs, self.engine) as workers:
            for made in workers.map(found(), self.load):
                for document, done in self._documents(waiting.popleft(), made):
                    if isinstance(done, KgError):
                        report.tell([done], strict)
                    elif not isinstance(document, Document):
                        report.skip([str(done)], strict)
                    else:
                        yield document, done
                        report.added.append(document.id)
                        if progress:
                            progress(document.id, len(report.added))

    def _documents(self, item: Item, made: Done | Made[Done] | KgError) -> Iterator[tuple[Item, Done | KgError]]:
        """The documents of an item, which may be a file, with what was made of each, and what could not be read."""
        if not isinstance(made, Made):
            yield item, made
            return
        yield from zip(made.batch.documents, made.made, strict=True)
        yield from ((item, error) for error in _errors(made.batch))

    def _found(self, patterns: Iterable[str | Path]) -> Iterator[Item]:
        """The documents of files, files that workers are to read, and in its place what cannot be read."""
        for file in self.files(sources.begin, patterns):
            if not isinstance(file, Batch):
                yield file
                continue
            yield from file.documents
            yield from _errors(file)


def _opened(
    opened: Callable[[Path | HeldFile, str | None], Batch | Unread],
    name: str | None,
    named: Mapping[Path | HeldFile, str],
    path: Path | HeldFile,
) -> Batch | Unread:
    return opened(path, name or named.get(path))


def _as_it_is(document: Document) -> Document:
    return document


def _is_unread(file: object) -> bool:
    return isinstance(file, Unread)


def _errors(batch: Batch) -> Iterator[KgError]:
    """What was skipped of a file, lost and in doubt, once its documents were read."""
    yield from map(KgError, batch.skipped)
    yield from map(Loss, batch.losses)
    yield from map(Doubt, batch.doubts)


def version(way: Way) -> str:
    """What the fingerprint of an entry depends on beside its texts, for the way it is read."""
    if isinstance(way, str):
        return f"extract-{extractor(way == 'fast')} {ontology_hash()}"
    return f"records {ontology_hash()} {json.dumps(way, sort_keys=True, ensure_ascii=False)}"


def annotated(annotations: Annotations, document: Document) -> str | None:
    """The name under which annotations hold an entry, as its source calls it: with the source, or without."""
    return next((name for name in (f"{document.id}@{document.source}", document.id) if name in annotations), None)
