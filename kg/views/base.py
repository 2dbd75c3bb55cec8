"""The base class of views, which are rendered in one or more formats and saved to files, and the view registry."""

from __future__ import annotations

import importlib
import os
import pkgutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from html import escape
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kg.model import KgError

if TYPE_CHECKING:
    from kg.api import Graph

GROUP = "kg.views"
MEDIA = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
}
_OTHER_ENDINGS = {"htm": "html", "markdown": "md", "text": "txt"}


class View:
    """A view of `papers` papers; `forms` renders it by file ending ("html", "md", ...), the first one by default."""

    def __init__(self, title: str, forms: Mapping[str, Callable[[], str | bytes]], papers: int = 0) -> None:
        self.title = title
        self.forms = tuple(forms)
        self.papers = papers
        self._make = dict(forms)
        self._made: dict[str, str | bytes] = {}

    @property
    def content(self) -> str | bytes:
        """The view in its default format."""
        return self.render(self.forms[0])

    @property
    def media(self) -> str:
        """The media type of `content`."""
        return MEDIA[self.forms[0]]

    def render(self, form: str) -> str | bytes:
        """The view in a format ("html", "md", "json", ...); raises KgError if it has no such format."""
        name = _OTHER_ENDINGS.get(form.lower(), form.lower())
        if name not in self._make:
            known = ", ".join(self.forms)
            raise KgError(f"{self.title}: there is no form {form!r} of this view: choose one of {known}.")
        if name not in self._made:
            self._made[name] = self._make[name]()
        return self._made[name]

    def save(self, path: str | Path, form: str = "") -> Path:
        """Write the view atomically, in the given format or the one of the file's ending; raises KgError."""
        path = Path(path)
        ending = form or path.suffix.lstrip(".")
        if not ending:
            raise KgError(f"{path}: the name has no ending to choose a form by: add one of .{', .'.join(self.forms)}.")
        return write(path, self.render(ending))

    def __str__(self) -> str:
        content = self.content
        return content if isinstance(content, str) else f"{self.title} ({self.media}, {len(content):,} bytes)"

    def _repr_html_(self) -> str:
        """The notebook representation: a page inside a frame, so that its styles do not leak."""
        if "html" not in self.forms:
            return f"<pre>{escape(str(self))}</pre>"
        page = escape(str(self.render("html")))
        style = "width:100%;height:640px;border:0"
        return f'<iframe srcdoc="{page}" title="{escape(self.title)}" style="{style}"></iframe>'


class Maker(Protocol):
    """Creates a view of a selection of a graph's papers."""

    def __call__(self, graph: Graph, selection: str, lang: str) -> View: ...


def write(path: str | Path, content: str | bytes) -> Path:
    """Write a file atomically; raises KgError if its folder is missing or read-only."""
    with written(path) as put:
        put(content.encode() if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def written(path: str | Path) -> Iterator[Callable[[bytes], None]]:
    """A function that appends bytes to a file; the file is replaced atomically, or not at all after an exception."""
    path = Path(path)
    with _faults(path):
        if path.is_dir():
            raise KgError(f"{path}: is a folder: give the name of a file in it.")
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            out, temporary = path.open("wb"), None
        else:
            final = path.resolve()
            handle, name = tempfile.mkstemp(prefix=f".{final.name[:40]}.", dir=final.parent)
            out, temporary = os.fdopen(handle, "wb"), Path(name)

    def put(data: bytes) -> None:
        with _faults(path):
            out.write(data)

    try:
        yield put
        with _faults(path):
            out.close()
            if temporary:
                mask = os.umask(0)
                os.umask(mask)
                temporary.chmod(0o666 & ~mask)
                os.replace(temporary, final)
    except BaseException:
        with suppress(OSError):
            out.close()
        if temporary:
            temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn an OSError into a KgError that says why the file cannot be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise KgError(f"{path}: cannot be written ({reason}): {_what_to_do(path)}") from None


def _what_to_do(path: Path) -> str:
    folder = path.resolve().parent
    if not folder.is_dir():
        return f"make the folder {path.parent} first, or choose another."
    if not os.access(folder, os.W_OK):
        return f"the folder {path.parent} is read-only: choose another."
    return "choose another name or make room."


@cache
def views() -> dict[str, Maker]:
    """All views by name: the modules of this package with a VIEW, then entry points "kg.views" of others."""
    found: dict[str, Maker] = {}
    package = importlib.import_module("kg.views")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        maker = getattr(importlib.import_module(f"kg.views.{module.name}"), "VIEW", None)
        if maker is not None:
            found[module.name] = maker
    for entry in entry_points(group=GROUP):
        if entry.name not in found:
            found[entry.name] = entry.load()
    return found
