"""Exports a graph, or a selection of its papers, for other programs: as bytes, a file, or a folder of files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kg.files import write, written
from kg.model import KgError
from kg.views.export.formats import export, files, formats, restored
from kg.views.export.some import chosen

if TYPE_CHECKING:
    from kg.views.export.file_sets import Files
    from kg.views.reader import GraphReader


def selected(graph: GraphReader, format: str, selection: str = "", of: str = "", least: int = 1) -> bytes:
    """The graph, or the papers of a selection, in a format; "digest" restores the source that the selection names."""
    if format == "digest":
        return restored(graph.store, selection)
    with chosen(graph, selection) as store:
        return export(store, format, of, least)


def save(graph: GraphReader, path: str | Path, format: str, selection: str = "", of: str = "", least: int = 1) -> Path:
    """Write an export atomically: to a file, or to a new folder for a format of several files.

    If the name ends in .zip, several files are written to one archive. Raises KgError as `selected` does, and if the
    file or folder cannot be written or the folder is not empty.
    """
    path = Path(path)
    known = formats().get(format)
    if known is None or (known.pieces is None and (known.files is None or path.suffix.lower() == ".zip")):
        return write(path, selected(graph, format, selection, of, least))
    with chosen(graph, selection) as store:
        if known.pieces is None:
            return write_folder(path, files(store, format, of, least))
        with written(path) as put:
            for piece in known.pieces(store):
                put(piece)
    return path


def write_folder(path: Path, pieces: Files) -> Path:
    """Write a folder of files atomically; raises KgError if it is not empty or cannot be written."""
    final = path.resolve()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise KgError(f"{path}: is there already: choose a new folder, or a file that ends in .zip.")
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{final.name[:40]}.", dir=final.parent))
        try:
            made = temporary / "made"  # gets the default mode of a folder; the temporary one is private
            made.mkdir()
            for name, content in pieces:
                file = made / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            if final.is_dir():
                final.rmdir()
            made.rename(final)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise KgError(f"{path}: cannot be written ({reason}): choose a folder in one that you may write to.") from None
    return path
