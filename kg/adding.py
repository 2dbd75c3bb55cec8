"""How papers come into a store: what is new, changed, unchanged or gone, of each file; see `kg.pipeline`."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Any, Self

from kg.link.papers import arxiv_of
from kg.model import Batch, Document, KgError, Source
from kg.pipeline import Added, Annotations, Pipeline, Progress, Wanted, annotated

if TYPE_CHECKING:
    from kg.engines import WorkerPool
    from kg.graph.bulk import Bulk
    from kg.graph.kept import Kept
    from kg.graph.rdf import Written
    from kg.graph.store import Store
    from kg.graph.whole import Whole
    from kg.graph.works import Works
    from kg.query.fed import Fed

#: Entries that are stored by a transaction each, before more are taken to be many.
_FEW = 64
Texts = dict[str, bytes]  # graphs in N-Triples, by name


class Adding:
    """One call of `add`: what it knows of the store, and what it has done; what was stored counts when it ends.

    A few entries are stored by a transaction each. Of more, those that are new are loaded in bulk. What they are made
    from is kept beside the data before these are changed; see kg.graph.kept.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        annotations: Annotations | None,
        strict: bool,
        wanted: Wanted | None,
        progress: Progress | None,
        workers: WorkerPool[Any],
        fed: Fed | None = None,
    ) -> None:
        self.pipeline, self.store, self.annotations, self.workers = pipeline, store, annotations, workers
        self.strict, self.wanted, self.progress, self.fed = strict, wanted, progress, fed
        self.report = Added()
        self.claimed: dict[str, str] = {}  # source name -> file, in this call
        self._foreseen: set[str] = set()  # sources of files that were looked at before they were read
        self.met: set[str] = set()
        self._ours: set[str] = set()  # entries stored in this call, by the sources' own names for them
        self._held: set[str] = set()  # sources that the store has
        self._marks: dict[str, tuple[str, str]] = {}  # of the source that is read: entries and fingerprints it has had
        self._kept: Kept | None = None
        self._source: Source | None = None  # whose entries are read
        self._partial = False  # whether an entry was stored that is to be read again
        self._read: list[Source] = []  # sources of which all is in the store, once this call ends
        self._bulk: Bulk | None = None

    def __enter__(self) -> Self:
        from kg.graph.kept import Kept

        self._kept = Kept.of(self.store)
        if self.fed and not self._was_empty:
            self.fed.spoil()
        return self

    def __exit__(self, *_: object) -> None:
        """Let all that was stored count, even when interrupted; raises Fault when it cannot."""
        try:
            with _uninterrupted():
                if self._bulk:
                    self._bulk.finish()
                if self._read:
                    self._whole.note(self._read, self._versions)
        finally:
            if self._kept:
                self._kept.close()

    @cached_property
    def works(self) -> Works:
        from kg.graph.works import Works

        return Works(self.store, self.pipeline.linker.overrides)

    @cached_property
    def _whole(self) -> Whole:
        from kg.graph.whole import Whole

        return Whole(self.store)

    @cached_property
    def _names(self) -> set[str]:
        """The sources that the store had before this call."""
        from kg.graph.contents import source_names

        return set(source_names(self.store))

    @property
    def _versions(self) -> list[str]:
        """What the fingerprints of entries depend on beside their texts, where nothing is annotated."""
        return self.pipeline.versions()

    @cached_property
    def _was_empty(self) -> bool:
        """Whether the store had no entry before this call."""
        return not self.store.select("SELECT ?e { ?e a kg:Entry } LIMIT 1")

    def has(self, source: Source) -> bool:
        """Whether the store has all of a file that is yet to be read; its entries are told as unchanged then."""
        if source.name in self._foreseen or source.name in self.claimed:
            return False  # of two files with one name, the first comes first
        self._foreseen.add(source.name)
        if source.name not in self._names:
            return False
        marks = self._entries(source.name)
        if not marks or not self._whole.holds(source, self._versions):
            return False
        self.claimed[source.name] = source.file
        self._unchanged(marks)
        return True

    def batch(self, batch: Batch, made: Iterable[Written | KgError] | None = None) -> None:
        """Store the entries of one file, of which a worker may have made the graphs.

        Its source's own graph comes with the first of them.
        """
        from kg.graph.rdf import source_text

        name, self._source = batch.source.name, batch.source
        there: set[str] = set()
        before = len(self.report.skipped)
        claimed = self._claimed(batch)
        self._marks = self._entries(name) if name in self._held else {}
        is_all = self.annotations is None and self.wanted is None
        if is_all and self._marks and not batch.skipped and self._whole.holds(batch.source, self._versions):
            self._unchanged(self._marks)
            return
        documents = self._own(claimed, batch.source, there)
        pending, kept = self._take(documents, {f"source:{name}": source_text(batch.source)}, made)
        left_out = [*self.report.skipped[before:], *batch.skipped]
        if kept and left_out:  # by the file's own name, wherever it lies
            said = {s.partition(f"{batch.source.file}: ")[2] or s for s in left_out}
            pending = {f"source:{name}": source_text(replace(batch.source, skipped=tuple(sorted(said))))}
        if kept:
            self._replace(pending)
        if kept and not batch.skipped and self.annotations is None:
            self._remove_gone(name, there)
        if is_all and kept and not left_out and not self._partial:
            self._read.append(batch.source)
        self.report.skip(batch.skipped, self.strict)

    def _unchanged(self, marks: Mapping[str, tuple[str, str]]) -> None:
        for entry, _ in marks.values():
            self.report.unchanged.append(entry)
            self._tell(entry)

    def _claimed(self, batch: Batch) -> Iterable[Document]:
        """The documents of a file that may bear its source's name; KgError for a file that may not.

        A file that a source is held of may be newer, but must be sound: what is stored is not given up for less.
        """
        from kg.graph.contents import load_source

        source = batch.source
        settle = "add the file with --as NAME, or remove the other first."
        if source.name in self.claimed:
            raise KgError(f"{source.file}: the name {source.name} belongs to another file of this call: {settle}")
        self.claimed[source.name] = source.file
        if source.name not in self._names:
            return batch.documents
        self._held.add(source.name)
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

    def _entries(self, source: str) -> dict[str, tuple[str, str]]:
        """The entries that the graph holds of a source, with their fingerprints, by the source's own names for them."""
        from kg.graph.contents import entry_marks
        from kg.graph.rdf import local_id

        return {local_id(name, source): (name, mark) for name, mark in entry_marks(self.store, source)}

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
        self,
        documents: Iterable[Document | KgError],
        pending: Texts,
        made: Iterable[Written | KgError] | None = None,
    ) -> tuple[Texts, int]:
        """Store entries unless they are unchanged, what is pending with the first of them.

        What was `made` of each document already is taken, else workers make it. Gives what is still pending, and how
        many entries are in the graph now.
        """
        from kg.graph.faults import Fault

        waiting: deque[tuple[Document | KgError, str, Written | KgError | None]] = deque()
        unchanged = len(self.report.unchanged)
        stored = 0
        due = self._due(documents, waiting, made)
        for written in self.workers.map(due, self.pipeline.load) if made is None else (waiting[0][2] for _ in due):
            document, mark, _ = waiting.popleft()
            try:
                if written is None or isinstance(written, KgError) or isinstance(document, KgError):
                    raise KgError(str(written))
                self._store(document, written, mark, pending)
                pending, stored = {}, stored + 1
            except Fault:
                raise
            except KgError as error:
                self.report.skip([str(error)], self.strict)
        return pending, stored + len(self.report.unchanged) - unchanged

    def _due(
        self,
        documents: Iterable[Document | KgError],
        waiting: deque[tuple[Document | KgError, str, Written | KgError | None]],
        made: Iterable[Written | KgError] | None,
    ) -> Iterator[Document | KgError]:
        """The documents that are new or changed; `waiting` gets them with their new marks and what was made of them."""
        from kg.graph.rdf import fingerprint

        for document, one in zip(documents, repeat(None) if made is None else made, strict=False):
            mark = ""
            if isinstance(document, Document):
                version, *better = self.pipeline.versions(document, self.annotations)
                mark = fingerprint(document, version)
                ours = document.id in self._ours
                name, held = self.works.held(document.id, document.source) if ours else self._mark(document)
                if held and (held == mark or any(held == fingerprint(document, other) for other in better)):
                    self.report.unchanged.append(name)
                    self._tell(name)
                    continue
            waiting.append((document, mark, one))
            yield document

    def _mark(self, document: Document) -> tuple[str, str]:
        """The name and the fingerprint that the graph had of an entry when its file was begun; "" for none."""
        return self._marks.get(document.id, ("", ""))

    def _store(self, document: Document, written: Written, mark: str, pending: Texts) -> None:
        """Store an entry, in bulk if it is a new one of many; what is pending comes with it."""
        from kg.graph.rdf import marked

        if self._kept:
            if pending and self._source:
                self._kept.put_source(self._source, is_new=self._source.name not in self._names)
            is_new = document.id not in self._ours and not self._mark(document)[0]
            self._kept.put(document, self.pipeline.way(document, self.annotations), is_new=is_new)
        self._partial |= written.partial
        # Without a mark, the next `add` reads the entry again.
        text = written.text if written.partial else marked(written.text, document.id, mark)
        if len(self.report.added) >= _FEW and hasattr(self.store, "load") and self._is_new(document):
            name = document.id
            self._load({**pending, f"entry:{name}": text}, written.keys, arxiv_of(document))
        else:
            name = self._change(document, text, pending)
            if self._bulk:
                self._bulk.note(written.keys)
        if self.fed and written.said:
            self.fed.take(name, written.said)
        self._ours.add(document.id)
        self.report.added.append(name)
        self._tell(name)

    def _is_new(self, document: Document) -> bool:
        """Whether an entry neither takes the place of another nor changes another's name."""
        if document.id in self._ours:
            return False
        if self._was_empty:
            return True
        held, _ = self._mark(document)
        return not held and self.works.named(document.id, document.source) == (document.id, {})

    def _load(self, graphs: Texts, keys: Iterable[str], arxiv: str) -> None:
        if self._bulk is None:
            from kg.graph.bulk import Bulk

            # What counts must be in the log of sources, too, should the data be lost together with it.
            before = self._kept.sync if self._kept else lambda: None
            self._bulk = Bulk(self.store, self.pipeline.linker.overrides, self._was_empty, before)
        for graph, text in graphs.items():
            if graph.partition(":")[2] in self._held and graph.startswith("source:"):
                self._replace({graph: text})
            else:
                self._bulk.put(graph, text, keys, arxiv if graph.startswith("entry:") else "")

    def _change(self, document: Document, text: bytes, pending: Texts) -> str:
        """Store an entry, and what its coming changes in others: the works that they describe, and their names."""
        from kg.graph.rdf import triples_of
        from kg.graph.reading import read_entry
        from kg.graph.works import with_name

        self._settle(whole=document.id in self._ours)
        name, renamed = self.works.named(document.id, document.source)
        if self.fed and renamed:
            self.fed.spoil()
        triples = triples_of(text)
        if name != document.id:
            triples = with_name(triples, document.id, name)
        put = self.works.put(*read_entry(triples), triples, renamed)
        self.store.replace_many({**{graph: triples_of(said) for graph, said in pending.items()}, **put})
        return name

    def _replace(self, graphs: Texts) -> None:
        """Put the graphs of sources in the place of those that are there."""
        from kg.graph.rdf import triples_of
        from kg.graph.reading import read_source

        for graph, text in graphs.items():
            if self._kept:
                self._kept.put_source(read_source(triples_of(text)))
            if self._bulk:
                self._bulk.replace(graph, text)
            else:
                self.store.replace(graph, triples_of(text))

    def _settle(self, whole: bool = False) -> None:
        """Wait for the bulk load, which changes the store; with `whole` all that came so far is loaded."""
        if self._bulk:
            self._bulk.wait(whole)
            self.__dict__.pop("works", None)

    def _tell(self, name: str) -> None:
        if self.progress:
            self.progress(name, len(self.report.added) + len(self.report.unchanged))

    def _remove_gone(self, source: str, there: set[str]) -> None:
        """Take out what a file that was read without fault no longer has."""
        gone = sorted(name for local, (name, _) in self._entries(source).items() if local not in there)
        if gone:
            self._settle()
            self.store.replace_many(self.works.drop(gone))
            if self.fed:
                self.fed.spoil()
            self.report.removed += gone
            if self._kept:
                self._kept.drop((), dict.fromkeys(gone, source))

    def rest(self, had_files: bool) -> None:
        """Records whose texts were in no file: they replace what the graph holds of the entry, if it does."""
        from kg.graph.contents import entry_named, load_entry
        from kg.graph.rdf import local_id

        if self.annotations:
            self._settle(whole=True)
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
                local = local_id(held, document.source)
                self._marks = {local: self.works.held(local, document.source)}
                self._take([replace(document, id=local)], {})
            except KgError as error:
                self.report.skip([str(error)], self.strict)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is passed over: what is under way takes seconds, and is given up when it is cut short."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # only the main thread may say so, and only it is interrupted
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
