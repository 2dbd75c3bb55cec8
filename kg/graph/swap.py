"""New data in the place of a graph's: made in a folder of their own (kg.graph.rebuild, kg.graph.migrate), put in whole.

The new data become a checkpoint beside the old ones, and count from the moment in which `whole` names them (see
kg.graph.staging); what is cut short before that leaves the old data, after it the new ones. They may be of another
schema than `meta.json` says: so they say theirs themselves, in a file of their own, until `meta.json` does.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from kg.graph import staging
from kg.graph.faults import FAILURES, is_locked

_NEW = "new"
_META = "meta.json"
_OWN = "SCHEMA"  # in the data; RocksDB passes over files that it does not know


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """An empty folder in that of a graph, to make new data in; gone in the end, with what is left in it.

    Raises OSError or RuntimeError when another process makes new data.
    """
    new = folder / _NEW
    if (new / staging.LIVE).exists():
        check_left(new / staging.LIVE)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def put_in(new: Path, schema: int) -> None:
    """Let the data in a folder that `beside` gave count, and the files beside them.

    For whoever is `staging.alone`, with neither the new data nor the old ones open.
    """
    folder = new.parent
    data = new / staging.LIVE
    _write(data / _OWN, f"{schema}\n")
    for path in sorted(new.iterdir()):
        if path.is_file() and path.name != _META:
            path.replace(folder / path.name)
    live = folder / staging.LIVE
    live.mkdir(exist_ok=True)
    shutil.copyfile(data / "IDENTITY", live / "IDENTITY")  # which `count` gives to what counts
    checkpoint = staging.next_checkpoint(folder)
    data.rename(checkpoint)
    staging.count(checkpoint)
    staging.recover(folder)
    settle(folder)


def settle(folder: Path) -> None:
    """Let meta.json say the schema that the data say; only for whoever may write, with nothing unfinished."""
    own = folder / staging.LIVE / _OWN
    if own.exists():
        say_schema(folder, int(own.read_text()))
        own.unlink()


def schema_of(folder: Path) -> int | None:
    """The schema of the data that count; None where nothing says it."""
    own = staging.data_of(folder) / _OWN
    try:
        said = json.loads((own if own.exists() else folder / _META).read_text())
        schema = said if isinstance(said, int) else said["schema"]
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return None
    return schema if isinstance(schema, int) else None


def say_schema(folder: Path, schema: int) -> None:
    """Write meta.json, whole or not at all."""
    draft = (folder / _META).with_suffix(".new")
    _write(draft, json.dumps({"schema": schema}) + "\n")
    draft.replace(folder / _META)


def check_left(data: Path) -> None:
    """Raise what RocksDB raises when data that were begun are not left, but written: its lock tells."""
    try:
        ox.Store(str(data))
    except FAILURES as error:
        if is_locked(error):
            raise


def _write(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
