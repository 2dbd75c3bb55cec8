"""Sources: input files in, documents out. A format is a module that defines a `READER`, or a table of fields.toml.

`expand` lists the files that the user names, `each` also lists the files inside archives, and `read` reads one file.
The reader is chosen by the content of the file, never by its name. Readers of other packages register under the entry
point group "kg.sources" (an instance, or a class whose constructor takes no arguments). Nothing here knows about
extraction or the graph.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import chain, count
from pathlib import Path

from kg.model import Batch, KgError, Source
from kg.plugins import registered
from kg.sources import archive, foreign, projects, tex
from kg.sources.archive import each, natural
from kg.sources.inputs import HeldFile, InputFile, Reader, Unread, in_unicode, opened, source_name

__all__ = ["HeldFile", "InputFile", "Reader", "Unread", "begin", "each", "expand", "names", "read", "readers"]

STANDARD_INPUT = "-"
_CARRIED = 8 << 20  # bytes; a larger file is not sent to another process
_LONG, _HEAVY = 3, 256 << 10  # weight of a file in load balancing (in documents), and bytes per additional unit

#: Where a graph's file has its mark (`kg.store.schema.APPLICATION`), and what its cache beside it is called.
_MARK, _MARKED = b"kgps", slice(68, 72)
_CACHE = ".cache"
#: What the pages say that this program writes: reports, pictures, and what a server shows.
_OWN_PAGE = b'<meta name="generator" content="kg">'

_GLOB = re.compile(r"[*?\[]")


@cache
def readers() -> tuple[Reader, ...]:
    """All readers in order of their names: this package's first, then those of the entry point group "kg.sources".

    Forms that differ from others in names alone are tables of fields.toml.
    """
    from kg.sources.forms import forms
    from kg.sources.json_forms import JsonReader
    from kg.sources.tagged import TaggedReader

    found: dict[str, Reader] = {name: JsonReader(name) for name, of in forms()["json"].items() if isinstance(of, dict)}
    found |= {name: TaggedReader(name, **of) for name, of in forms()["tagged"].items()}
    for made in registered("kg.sources", "READER", "kg.sources").values():
        reader: Reader = made() if isinstance(made, type) else made
        found.setdefault(reader.name, reader)
    own = [one for one in found.values() if type(one).__module__.startswith("kg.sources.")]
    others = [one for one in found.values() if one not in own]
    return (*sorted(own, key=lambda one: one.name), *sorted(others, key=lambda one: one.name))


def read(path: Path | HeldFile | str, name: str | None = None, is_whole: bool = False) -> Batch:
    """Read the entries of a file; `is_whole`: with their bodies, where it has them.

    `name` replaces the source name that is derived from the file name; a file in an archive is then called
    "name-member". Documents may be produced lazily while the file is read, and `Batch.skipped` grows with them. Raises
    KgError when the file is missing, empty, or in a format that no reader knows.
    """
    file, reader = _recognised(path, name, is_whole)
    return reader.read(file)


def begin(path: Path | HeldFile | str, name: str | None = None, is_whole: bool = False) -> Batch | Unread:
    """Like `read`, but a file that holds one paper and is not too large is returned unread, for another process."""
    file, reader = _recognised(path, name, is_whole)
    is_single = getattr(reader, "is_single", None)
    if is_single is None or not is_single(file) or file.size > _CARRIED:
        return reader.read(file)
    source = Source(file.name, file.file_name, reader.name, sha256=file.sha256)
    return Unread(file.held(), name, source, _LONG + file.size // _HEAVY)


def _recognised(path: Path | HeldFile | str, name: str | None, is_whole: bool = False) -> tuple[InputFile, Reader]:
    """Open a file and find its reader; raises KgError as `read` does."""
    if isinstance(path, HeldFile):
        name = f"{name}-{path.source}" if name and path.is_member else name
    else:
        path = Path(path)
    file = InputFile(path, name, is_whole)
    if archive.kind(file):
        where = "inside an archive, which is not opened" if isinstance(path, HeldFile) else "of files"
        raise KgError(f"{path}: is an archive {where}: unpack it, or give the files in it.")
    if missing := foreign.unplugged(file.head):
        raise KgError(f"{path}: {missing}.")
    if _OWN_PAGE in file.head:
        raise KgError(f"{path}: is a page that kg wrote: give what it was made of.")
    best, likely = None, 0.0
    for reader in readers():
        if (now := reader.sniff(file)) > likely:
            best, likely = reader, now
        if likely >= 1:  # no other can be surer
            break
    if best is None:
        if file.is_other_text():
            raise KgError(f"{path}: is not text in UTF-8: save it as UTF-8.")
        raise KgError(f"{path}: {foreign.told(file.head, file.is_binary())}.")
    return file, best


def expand(patterns: Iterable[str | Path]) -> tuple[list[Path | HeldFile], list[str], dict[Path, str]]:
    """List the files that paths, globs ("**" too) and folders name, with an error message for each pattern that fails.

    "-" is standard input, which is read to its end. A folder stands for all files below it, except hidden files, those
    of a graph, and the parts of a LaTeX project, of which the main file is listed; the last value says which folder
    names it. Patterns keep their order; the files of one pattern are in natural order (2 before 10). Each file is
    listed once.
    """
    paths: dict[Path | None, Path | HeldFile] = {}
    called: dict[Path, str] = {}
    problems: list[str] = []
    for pattern in patterns:
        if pattern == STANDARD_INPUT:
            if None not in paths:
                paths[None] = archive.standard_input(getattr(sys.stdin, "buffer", None))
            continue
        if not str(pattern).strip():
            problems.append("A file's name is empty: name files, globs or folders.")
            continue
        path = Path(pattern).expanduser()
        try:
            found, problem = _files(path)
            if path.is_dir():
                found, of_folders = _without_parts(path, found)
                called |= of_folders
        except (OSError, ValueError, RecursionError) as error:
            found, problem = [], f"{pattern}: cannot be listed ({_reason(error)}): check the name and its permissions."
        for file in sorted(found, key=lambda path: natural(str(path))):
            paths.setdefault(_identity(file), file)
        if problem:
            problems.append(problem)
    return list(paths.values()), problems, called


def _without_parts(folder: Path, files: list[Path]) -> tuple[list[Path], dict[Path, str]]:
    """The files of a folder but for parts of LaTeX projects, and the names of these."""
    paths = {path.relative_to(folder).as_posix(): path for path in files}
    papers, parts = projects.projects(paths, lambda name: tex.beside(folder, name) or "")
    named = projects.called(papers, parts, _identity(folder).name)
    return [path for name, path in paths.items() if name not in parts], {paths[name]: of for name, of in named}


def names(
    paths: Iterable[Path | HeldFile], folders: Mapping[Path, str]
) -> tuple[dict[Path | HeldFile, str], dict[Path | HeldFile, Path]]:
    """Names of the files that would be called as another one is, and the files that are copies of another one.

    Those that are named after `folders` bear these names.
    Of files of one name that of the fewest folders, else the first in natural order, keeps it, wherever it was listed.
    The others are called by their whole file name, or after their folders: "main.bib", "b-main".
    """
    alike: dict[str, list[Path]] = {}
    for path in paths:
        if isinstance(path, Path):
            alike.setdefault(folders.get(path) or source_name(path), []).append(path)
    taken, named, copies = set(alike), dict[Path | HeldFile, str](folders.items()), dict[Path | HeldFile, Path]()
    for name, group in alike.items():
        if len(group) == 1:
            continue
        seen: dict[str, Path] = {}
        called = Counter(path.name for path in group)
        for at, path in enumerate(sorted(group, key=lambda path: (len(path.parts), natural(str(path))))):
            first = seen.setdefault(_content(path), path)
            if first is not path:
                copies[path] = first
            elif at:
                own = chain([in_unicode(path.name)] * (called[path.name] == 1), _by_folders(path, name))
                named[path] = next(name for name in own if name not in taken)
                taken.add(named[path])
    return named, copies


def _by_folders(path: Path, name: str) -> Iterator[str]:
    """Names after one folder of a path and more, then numbers."""
    for folder in _identity(path).parent.parts[:0:-1]:
        name = f"{in_unicode(folder)}-{name}"
        yield name
    yield from (f"{name}-{number}" for number in count(2))


def _content(path: Path) -> str:
    """What files of the same bytes have in common; a file that cannot be read is like no other."""
    with suppress(OSError), opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a BinaryIO has all
    return str(path)


def _files(path: Path) -> tuple[list[Path], str]:
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path))]
        found = _outside_graphs(found)
        return found, "" if found else f"{path}: the folder holds no file: give a folder with papers."
    if path.exists():
        return [path], ""
    if _GLOB.search(str(path)):
        root = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else str(path)
        found = _outside_graphs(p for p in root.glob(pattern) if p.is_file() and not _hidden(p))
        return found, "" if found else f"{path}: no file fits the pattern: check the folder and the ending."
    if path.is_symlink():
        return [], f"{path}: is a link to a file that is not there: give the file itself."
    return [], f"{path}: there is no such file: check the name."


def _hidden(path: Path) -> bool:
    return path.name.startswith(".") or any(p.startswith(".") and p.strip(".") for p in path.parts[:-1])


def _outside_graphs(files: Iterable[Path]) -> list[Path]:
    """The files that are no part of a graph: not its file, nor what lies beside that, nor in an older kg's folder."""
    is_graph = cache(_is_graph)
    is_old = cache(lambda folder: (folder / "meta.json").is_file() and (folder / "oxigraph").is_dir())

    def is_part(file: Path) -> bool:
        if file.name.endswith(".overrides.ttl"):
            return True
        of = [file, file.with_name(file.name.removesuffix("-wal").removesuffix("-shm"))]
        of += [folder.with_suffix("") for folder in file.parents if folder.suffix == _CACHE]
        return any(map(is_graph, of)) or any(map(is_old, file.parents))

    return [file for file in files if not is_part(file)]


def _is_graph(path: Path) -> bool:
    """Whether a file is that of a graph, one that is just being made too: its mark is not in the file yet then."""
    try:
        with opened(path) as file:
            start = file.read(100) or b""
    except OSError:
        return False
    is_marked = start[_MARKED] == _MARK or path.with_name(f"{path.name}{_CACHE}").is_dir()
    return start.startswith(b"SQLite format 3\0") and is_marked


def _identity(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
