"""How papers come into a store: what is new, changed, unchanged or gone, of each file; see `kg.build.pipeline`."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property, partial
from itertools import groupby, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kg import limits, sources
from kg.build.pipeline import Added, Annotations, Pipeline, Progress, Ready, Wanted, annotated
from kg.build.work_sets import Works, apply
from kg.build.workers import rarely_collected
from kg.link.overrides import Overrides
from kg.link.works import Described, same_work
from kg.model import Batch, Document, Doubt, KgError, Source
from kg.store.contents import entry_named
from kg.store.entries import local_id
from kg.store.faults import Fault, Unstorable
from kg.store.fingerprints import fingerprint
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.build.engines import WorkerPool
    from kg.store.file import StoreFile

#: Seconds after which what was stored counts.
_SECONDS = 1.0


def add(
    pipeline: Pipeline,
    store: StoreFile,
    patterns: Iterable[str | Path],
    *,
    annotations: Annotations | None = None,
    name: str | None = None,
    strict: bool = False,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
) -> Added:
    """Store the papers of files; see `kg.api.Graph.add`."""
    # To take over what is annotated is little work.
    jobs, engine = (pipeline.jobs, pipeline.engine) if annotations is None else (1, None)
    patterns = list(patterns)
    work = partial(pipeline.ready, annotations=annotations)
    with (
        rarely_collected(),
        pipeline.workers(work, jobs, engine) as workers,
        Adding(pipeline, store, annotations, strict, wanted, progress, workers) as run,
    ):
        if annotations is None and wanted is None:
            files = _made(run, patterns, name)
        else:
            files = ((batch, None) for batch in pipeline.batches(patterns, name, run.report, strict))
        for batch, made in files:
            try:
                run.batch(batch, made)
            except Fault:
                raise
            except KgError as error:
                run.report.skip([str(error)], strict)
            except Exception as error:
                run.report.skip([_fault(batch.source.file, error)], strict)
        run.rest(bool(patterns))
        run.doubt_ids()
    return run.report


def _made(
    run: Adding, patterns: Iterable[str | Path], name: str | None
) -> Iterator[tuple[Batch, list[Ready | KgError] | None]]:
    """The files that patterns name; where workers read them, with what they made of the documents.

    Of files that hold one paper each many are read side by side, but for those that the store has as they are.
    """
    found = run.pipeline.files(sources.begin, patterns, name)
    files = (file for file in found if not (isinstance(file, sources.Unread) and run.has(file.source)))
    for is_unread, group in groupby(files, lambda file: isinstance(file, sources.Unread)):
        if not is_unread:
            for file in group:
                if isinstance(file, Batch):
                    yield file, None
                else:
                    run.report.skip([str(file)], run.strict)
            continue
        for made in run.workers.map((file for file in group if not isinstance(file, Batch)), run.pipeline.load):
            if isinstance(made, KgError):
                run.report.skip([str(made)], run.strict)
            else:
                yield made.batch, made.made


def _fault(name: str, error: Exception) -> str:
    """The sentence about an item that something unforeseen happened with: the others go on."""
    return f"{name}: cannot be stored ({limits.reason(error)}; this is a fault of kg): it was left out."


def remove(store: StoreFile, overrides: Overrides, names: Iterable[str]) -> list[str]:
    """Remove entries ("002-22") or whole sources ("002"), or nothing where one is not there; see `kg.api.Graph`."""
    wanted = list(names)
    known = set(store.source_names())
    gone: dict[str, None] = {}
    for name in wanted:
        if name in known:
            gone |= dict.fromkeys(store.names(name))
        elif entry := entry_named(store, name):
            gone[entry] = None
        else:
            raise KgError(f"The graph holds no entry and no source {name!r}: see `kg show`.")
    with store.batch():
        apply(store, Works(store, Vocabulary.load(), overrides).drop(gone))
        for name in known.intersection(wanted):
            store.drop_source(name)
    return list(gone)


@contextmanager
def _to_the_end() -> Iterator[None]:
    """Let Ctrl-C wait until what is inside is done: in its midst, all that is to count would be taken back."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears it
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        for number in heard[:1]:
            signal.raise_signal(number)


class Adding:
    """One call of `add`: what it knows of the store, and what it has done.

    What is stored counts every second, and when the call ends, even when it is interrupted.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: StoreFile,
        annotations: Annotations | None,
        strict: bool,
        wanted: Wanted | None,
        progress: Progress | None,
        workers: WorkerPool[Any],
    ) -> None:
        self.pipeline, self.store, self.annotations, self.workers = pipeline, store, annotations, workers
        self.strict, self.wanted, self.progress = strict, wanted, progress
        self.report = Added()
        self.works = Works(store, pipeline.vocabulary, pipeline.linker.overrides)
        self.claimed: dict[str, str] = {}  # source name -> file, in this call
        self._foreseen: set[str] = set()  # sources of files that were looked at before they were read
        self.met: set[str] = set()
        self._ours: set[str] = set()  # entries stored in this call, by the sources' own names for them
        self._held: set[str] = set()  # sources that the store has
        self._marks: dict[str, tuple[str, str]] = {}  # of the source that is read: entries and fingerprints it has had
        self._partial = False  # whether an entry was stored that is to be read again
        self._open = ExitStack()  # the batch that is written
        self._since = 0.0

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Let all that was stored count, even when interrupted; raises Fault when it cannot."""
        with suppress(Fault) if isinstance(error, Fault) else nullcontext(), _to_the_end():  # the first one says why
            self._open.close()

    def _begin(self) -> None:
        if not self.store.db.is_shared:  # else others write while this one reads papers: each entry counts by itself
            self._open.enter_context(self.store.batch())
        self._since = time.monotonic()

    def _count(self) -> None:
        """Let what was stored count, once a second: only whole entries are stored at this point."""
        if time.monotonic() - self._since > _SECONDS:
            with _to_the_end():
                self._open.close()
                self._begin()

    @cached_property
    def _names(self) -> set[str]:
        """The sources that the store had before this call."""
        return set(self.store.source_names())

    @property
    def _versions(self) -> list[str]:
        """What the fingerprints of entries depend on beside their texts, where nothing is annotated."""
        return [*self.pipeline.versions(), *([] if self.pipeline.whole else ["abstracts"])]

    def has(self, source: Source) -> bool:
        """Whether the store has all of a file that is yet to be read; its entries are told as unchanged then."""
        if source.name in self._foreseen or source.name in self.claimed:
            return False  # of two files with one name, the first comes first
        self._foreseen.add(source.name)
        if source.name not in self._names:
            return False
        marks = self._entries(source.name)
        if not marks or not self._holds(source):
            return False
        self.claimed[source.name] = source.file
        self._unchanged(marks)
        return True

    def _holds(self, source: Source) -> bool:
        """Whether all that a file gives is in the store as it is, read in no other ways than now."""
        ways = self.store.whole(source.name)
        if not ways or not source.sha256 or self.store.source(source.name).sha256 != source.sha256:
            return False
        with suppress(ValueError, TypeError):
            known = set(json.loads(ways))
            return bool(known) and known <= set(self._versions)
        return False

    def batch(self, batch: Batch, made: Iterable[Ready | KgError] | None = None) -> None:
        """Store the entries of one file, of which a worker may have read the documents."""
        name = batch.source.name
        there: set[str] = set()
        before = len(self.report.skipped)
        claimed = self._claimed(batch)
        self._marks = self._entries(name) if name in self._held else {}
        is_all = self.annotations is None and self.wanted is None
        if is_all and self._marks and not batch.skipped and self._holds(batch.source):
            self._unchanged(self._marks)
            return
        kept = self._take(self._own(claimed, batch.source, there), batch.source, made)
        left_out = [*self.report.skipped[before:], *batch.skipped]
        if kept:  # sentences by the file's own name, wherever it lies
            said = {s.partition(f"{batch.source.file}: ")[2] or s for s in (*left_out, *batch.losses, *batch.doubts)}
            self.store.put_source(replace(batch.source, skipped=tuple(sorted(said))))
        if kept and not batch.skipped and self.annotations is None:
            self._remove_gone(name, there)
        if is_all and kept and not left_out and not self._partial:
            self.store.note_whole(name, json.dumps(self._versions))
        self.report.read(batch, self.strict)

    def _unchanged(self, marks: Mapping[str, tuple[str, str]]) -> None:
        for entry, _ in marks.values():
            self.report.unchanged.append(entry)
            self._tell(entry)

    def _claimed(self, batch: Batch) -> Iterable[Document]:
        """The documents of a file that may bear its source's name; KgError for a file that may not.

        A file that a source is held of may be newer, but must be sound: what is stored is not given up for less.
        """
        source = batch.source
        settle = "add the file with --as NAME, or remove the other first."
        if source.name in self.claimed:
            raise KgError(f"{source.file}: the name {source.name} belongs to another file of this call: {settle}")
        self.claimed[source.name] = source.file
        if source.name not in self._names:
            return batch.documents
        self._held.add(source.name)
        held = self.store.source(source.name)
        if held.sha256 == source.sha256:
            return batch.documents
        documents = list(batch.documents)
        entries = self._entries(source.name)
        is_other = held.sha256 and held.file != source.file  # of a source that was damaged, not even the file is known
        is_other = is_other or (len(documents) == len(entries) == 1 and self._is_other(documents[0], entries))
        if is_other or not entries.keys() & {d.id for d in documents}:
            raise KgError(f"{source.file}: the name {source.name} belongs to {held.file} already: {settle}")
        if batch.skipped:
            raise KgError(
                f"{source.file}: {batch.skipped[0].rstrip('.')}; the graph holds {source.name} from a sound file, so "
                f"nothing was changed: mend the file, or remove {source.name} first."
            )
        return documents

    def _is_other(self, document: Document, entries: Mapping[str, tuple[str, str]]) -> bool:
        """Whether a paper has nothing in common with the one that the graph holds of a file of the same name."""
        held = self.store.entry(next(iter(entries.values()))[0]).document
        a, b = (Described("", d.texts["T"].text, d.texts["A"].text, d.authors, arxiv="-") for d in (document, held))
        return not same_work(a, b).same

    def _entries(self, source: str) -> dict[str, tuple[str, str]]:
        """The entries that the graph holds of a source, with their fingerprints, by the source's own names for them."""
        return {local_id(name, source): (name, mark) for name, mark in self.store.marks(source).items()}

    def _own(self, documents: Iterable[Document], source: Source, there: set[str]) -> Iterator[Document]:
        """The documents to take from a file, under the file's own names for them."""
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
        source: Source | None,
        made: Iterable[Ready | KgError] | None = None,
    ) -> int:
        """Store entries unless they are unchanged, their source before the first of them.

        What was `made` of each document already is taken, else workers make it. Gives how many entries are in the
        graph now.
        """
        waiting: deque[tuple[Document | KgError, str, Ready | KgError | None]] = deque()
        unchanged = len(self.report.unchanged)
        stored = 0
        due = self._due(documents, waiting, made)
        for read in self.workers.map(due, self.pipeline.load) if made is None else (waiting[0][2] for _ in due):
            document, mark, _ = waiting.popleft()
            try:
                if not isinstance(read, Ready) or isinstance(document, KgError):
                    raise KgError(str(read))
                self._count()
                with self.store.whole_or_not():
                    if source and not stored and source.name not in self._held:
                        self._put_first(source)
                    name = self._store(document, read, mark)
                stored += 1
                self._ours.add(local_id(name, document.source))
                self.report.added.append(name)
                self._tell(name)
            except Fault:
                raise
            except Unstorable as error:
                self.report.skip([f"{document.id if isinstance(document, Document) else ''}: {error}"], self.strict)
            except KgError as error:
                self.report.skip([str(error)], self.strict)
            except Exception as error:
                name = document.id if isinstance(document, Document) else str(document)
                self.report.skip([_fault(name, error)], self.strict)
        return stored + len(self.report.unchanged) - unchanged

    def _put_first(self, source: Source) -> None:
        """Store a source that is new, unless another writer has stored another file under its name meanwhile."""
        if self.store.db.is_shared and source.name in self.store.source_names():
            if (other := self.store.source(source.name)).sha256 != source.sha256:
                raise KgError(f"{source.file}: the name {source.name} belongs to {other.file} already: use --as NAME.")
            return
        self.store.put_source(source)

    def _due(
        self,
        documents: Iterable[Document | KgError],
        waiting: deque[tuple[Document | KgError, str, Ready | KgError | None]],
        made: Iterable[Ready | KgError] | None,
    ) -> Iterator[Document | KgError]:
        """The documents that are new or changed; `waiting` gets them with their new marks and what was made of them."""
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

    def _store(self, document: Document, read: Ready, mark: str) -> str:
        """Store an entry, and what its coming changes in others: the works that they describe, and their names.

        Gives the name under which it is stored.
        """
        name, renamed = self.works.named(document.id, document.source)
        coming = read.coming if name == document.id else read.coming.named(name)
        self._partial |= read.partial
        # Without a fingerprint, the next `add` reads the entry again.
        coming = coming._replace(draft=coming.draft._replace(fingerprint="" if read.partial else mark))
        apply(self.store, self.works.put(coming, renamed), read.facts)
        return name

    def doubt_ids(self) -> None:
        """Tell which entries of this call have an id that is another work's too."""
        for own, entries in sorted(self.works.shared.items()):
            if there := [name for name in entries if name in self.report.added]:
                others = ", ".join(name for name in entries if name != there[0])
                doubt = Doubt(
                    f"{there[0]}: has the id {own.removeprefix('paper:')} of {others}, but another title and other "
                    "people: they are kept as several papers: correct the id."
                )
                self.report.tell([doubt], self.strict)

    def _tell(self, name: str) -> None:
        if self.progress:
            self.progress(name, len(self.report.added) + len(self.report.unchanged))

    def _remove_gone(self, source: str, there: set[str]) -> None:
        """Take out what a file that was read without fault no longer has."""
        gone = sorted(name for local, (name, _) in self._entries(source).items() if local not in there)
        if gone:
            with self.store.whole_or_not():
                apply(self.store, self.works.drop(gone))
            self.report.removed += gone

    def rest(self, had_files: bool) -> None:
        """Records whose texts were in no file: they replace what the graph holds of the entry, if it does."""
        for name in self.annotations or ():
            if name in self.met:
                continue
            held = entry_named(self.store, name)
            if had_files or not held:
                where = "none of the files holds" if had_files else "the graph does not hold"
                self.report.skip([f"{name}: {where} such an entry: give the file with its texts too."], self.strict)
                continue
            try:
                document = self.store.entry(held).document
                local = local_id(held, document.source)
                self._marks = {local: self.works.held(local, document.source)}
                self._take([replace(document, id=local)], None)
            except KgError as error:
                self.report.skip([str(error)], self.strict)
