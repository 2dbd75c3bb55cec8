"""Files read in a process that can be ended: what one of them does costs that file alone.

The process opens the files one after the other and sends what it makes of them. It waits where a file holds several
papers, until these are asked for or passed over. Where a process cannot be forked, this one reads, without limits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kg import limits, sources
from kg.build.workers import can_fork, ended, serving, started
from kg.model import Batch, Document, KgError
from kg.sources import HeldFile, Unread

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

File = Path | HeldFile
Opened = Callable[[File], Batch | Unread]
Made = Batch | Unread | KgError
Done = TypeVar("Done")

_PIECE, _SECONDS = 16, 0.1  # documents sent at a time, and time after which fewer are sent


def read(paths: Sequence[File], opened: Opened) -> Iterator[tuple[int, Made]]:
    """What `opened` makes of each file, those in archives too, or why nothing; with the index of its path.

    The documents of a batch must be read before the next file is asked for; else they are passed over.
    """
    if can_fork():
        reading = _ReadingProcess(paths, opened)
        try:
            yield from reading.files()
        finally:
            reading.end()
    else:
        yield from _here(paths, opened)


def _here(paths: Sequence[File], opened: Opened) -> Iterator[tuple[int, Made]]:
    for number, path in enumerate(paths):
        for file in _each(path):
            made = file if isinstance(file, KgError) else _tried(f"{file}:", partial(opened, file))
            if isinstance(made, Batch):
                made.documents = _to_the_end(made, iter(made.documents), file)
            yield number, made


def _tried(what: str, work: Callable[[], Done]) -> Done | KgError:
    """What `work` gives, or why nothing."""
    try:
        with limits.step():
            return work()
    except KgError as error:
        return error
    except Exception as error:
        return KgError(f"{what} cannot be read ({limits.reason(error)}): it was left out.")


def _each(path: File) -> Iterator[File | KgError]:
    """A file, or the files of an archive until one cannot be listed."""
    files = sources.each([path])
    while (file := _tried(f"{path}: the rest", partial(next, files, None))) is not None:
        yield file
        if isinstance(file, KgError):
            return


def _to_the_end(batch: Batch, documents: Iterator[Document], file: object) -> Iterator[Document]:
    """The documents of a batch, until one cannot be read, of which the batch tells."""
    while (document := _tried(f"{file}: the rest", partial(next, documents, None))) is not None:
        if isinstance(document, KgError):
            batch.skipped.append(str(document))
            return
        yield document


class _Chunk(NamedTuple):
    """Some documents of a batch, and the sentences that came with them."""

    documents: list[Document]
    told: tuple[list[str], list[str], list[str]]
    is_last: bool


class _ReadingProcess:
    """The process that reads, or the one that took its place, seen from the process that asks."""

    def __init__(self, paths: Sequence[File], opened: Opened) -> None:
        self.paths, self.opened = paths, opened
        self._line: Connection | None = None
        self._process: Any = None
        self._at, self._passed = 0, 0  # the path that is read, and how many of its files were begun
        self._file = ""  # the one that is read, for a message

    def files(self) -> Iterator[tuple[int, Made]]:
        while (said := self._next()) is not None:
            if isinstance(said, Batch):
                yield from self._batch(said)
            elif not isinstance(said, _Chunk):
                self._file = ""
                yield self._at, said

    def _batch(self, batch: Batch) -> Iterator[tuple[int, Batch]]:
        file, asked = self._file, False

        def documents() -> Iterator[Document]:
            nonlocal asked
            asked = True
            self._answer(True)
            while self._file:
                self._file = f"{file} the rest"
                said = self._next()
                if not isinstance(said, _Chunk):
                    batch.skipped.append(str(said))
                    return
                for kept, new in zip((batch.skipped, batch.losses, batch.doubts), said.told, strict=True):
                    kept += new
                if said.is_last:
                    self._file = ""
                yield from said.documents

        batch.documents = rest = documents()
        yield self._at, batch
        if not asked:
            self._answer(False)
            self._file = ""
        for _ in rest if asked else ():  # what is left
            pass

    def _answer(self, is_wanted: bool) -> None:
        assert self._line
        with suppress(OSError):  # that the process is gone is seen next
            self._line.send(is_wanted)

    def _next(self) -> Made | _Chunk | None:
        """The next message, a sentence where the process was lost; None at the end."""
        while True:
            if self._line is None:
                if self._at >= len(self.paths):
                    return None
                self._begin()
            assert self._line
            try:
                said = self._line.recv()
            except (EOFError, OSError):
                return self._lost()
            if isinstance(said, int):
                self._at, self._passed = said, self._passed if said == self._at else 0
            elif isinstance(said, str):
                self._file, self._passed = f"{said}:", self._passed + 1
            else:
                return said  # type: ignore[no-any-return]

    def _begin(self) -> None:
        sources.readers()  # so that the processes that follow share them
        self._process, self._line = started(_serve, (self.paths, self.opened, self._at, self._passed))

    def _lost(self) -> KgError:
        """Why the file that was read is left out; another process goes on behind it."""
        how = ended(self._process)
        self.end()
        file, self._file = self._file, ""
        if not file:  # an archive could not be listed
            file, self._at, self._passed = f"{self.paths[self._at]}: the rest", self._at + 1, 0
        return KgError(f"{file} cannot be read ({how}): it was left out.")

    def end(self) -> None:
        """End the process, even a busy one."""
        if self._line:
            self._line.close()
            self._process.kill()
            self._process.join()
            self._line = None


def _serve(
    line: Connection, own: Connection | None, paths: Sequence[File], opened: Opened, at: int, passed: int
) -> None:
    """The whole life of the process: what is made of the files behind those that were passed."""
    serving(own)
    with suppress(OSError, EOFError):  # the parent is gone
        for number in range(at, len(paths)):
            line.send(number)
            for file in islice(_each(paths[number]), passed, None):
                line.send(str(file))
                _send(line, file if isinstance(file, KgError) else _tried(f"{file}:", partial(opened, file)), file)
            passed = 0
        line.send(None)


def _send(line: Connection, made: Made, file: object) -> None:
    if not isinstance(made, Batch):
        line.send(made)
        return
    line.send(replace(made, documents=()))
    if not line.recv():
        return
    _taken(made)
    documents, since = list[Document](), time.monotonic()
    for document in _to_the_end(made, iter(made.documents), file):
        documents.append(document)
        if len(documents) >= _PIECE or time.monotonic() - since > _SECONDS:
            line.send(_Chunk(documents, _taken(made), False))
            documents, since = [], time.monotonic()
    line.send(_Chunk(documents, _taken(made), True))


def _taken(batch: Batch) -> tuple[list[str], list[str], list[str]]:
    """What a batch has told since this was last asked."""
    taken = (batch.skipped[:], batch.losses[:], batch.doubts[:])
    for told in (batch.skipped, batch.losses, batch.doubts):
        told.clear()
    return taken
