"""A bulk build in a store's folder: until it is whole, what counts is the data as they were before.

The data lie in `oxigraph/`. While much is written there at once, a checkpoint of them (RocksDB's: hard links, made in
no time) lies beside it, and the file `whole` names it: readers open that, and so does whoever comes after a crash,
who puts it in the place of what was not finished. Only `whole` is ever replaced, so that at each moment the folder
holds one state that counts. A graph at rest has neither checkpoint nor `whole`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kg.model import KgError

LIVE = "oxigraph"
_POINTER = "whole"
_DRAFT = "whole.new"
_CHECKPOINT = re.compile(rf"{LIVE}-([0-9]+)")


def data_of(folder: Path) -> Path:
    """Where the data lie that count; raises OSError, and KgError where `whole` is no name of a checkpoint."""
    while name := _named(folder):
        if (folder / name).is_dir():
            return folder / name
        if _named(folder) == name:  # it took the place of the data already
            break
    return folder / LIVE


def next_checkpoint(folder: Path) -> Path:
    """Where the next checkpoint may lie."""
    return folder / f"{LIVE}-{max(map(_number, folder.iterdir()), default=0) + 1}"


def count(checkpoint: Path) -> None:
    """From now on a checkpoint is what counts; what counted before is gone."""
    # RocksDB gives a name to what it opens for writing alone.
    shutil.copyfile(checkpoint.parent / LIVE / "IDENTITY", checkpoint / "IDENTITY")
    draft = checkpoint.parent / _DRAFT
    with draft.open("w") as file:
        file.write(checkpoint.name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(checkpoint.parent / _POINTER)
    _settle(checkpoint.parent)
    sweep(checkpoint.parent)


def finish(folder: Path) -> None:
    """From now on the data themselves are what counts."""
    (folder / _POINTER).unlink(missing_ok=True)
    _settle(folder)
    sweep(folder)


def is_unfinished(folder: Path) -> bool:
    """Whether a bulk build is under way, or was left so."""
    return (folder / _POINTER).exists()


def recover(folder: Path) -> None:
    """Put what counts in the place of what was left unfinished; only for whoever may write, with no data open."""
    whole = data_of(folder)
    if whole.name != LIVE:
        shutil.rmtree(folder / LIVE, ignore_errors=True)
        whole.rename(folder / LIVE)
    finish(folder)


def sweep(folder: Path) -> None:
    """Take away what was begun and does not count; only for whoever may write."""
    (folder / _DRAFT).unlink(missing_ok=True)
    kept = _named(folder)
    for path in folder.iterdir():
        if _number(path) and path.name != kept:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is about to open the data for writing; raises OSError where none may write."""
    with (folder / "meta.json").open("r+b") as file:
        with suppress(ImportError):  # Windows has RocksDB's own lock alone
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def _named(folder: Path) -> str:
    try:
        name = (folder / _POINTER).read_text()
    except FileNotFoundError:
        return ""
    if not _CHECKPOINT.fullmatch(name):
        raise KgError(f"{folder / _POINTER} is damaged: build the graph again, or name another with --graph.")
    return name


def _number(path: Path) -> int:
    found = _CHECKPOINT.fullmatch(path.name)
    return int(found[1]) if found else 0


def _settle(folder: Path) -> None:
    """See to it that names in a folder outlast a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
