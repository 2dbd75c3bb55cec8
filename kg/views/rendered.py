"""The base class of views, which are rendered in one or more formats and saved to files, and the view registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kg.files import write
from kg.model import KgError
from kg.plugins import registered

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

GROUP = "kg.views"
MEDIA = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "eml": "message/rfc822",
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

    def __repr__(self) -> str:
        """One line: the title and the number of papers."""
        return f"{self.title}: {self.papers:,} papers"

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

    def __call__(self, graph: GraphReader, selection: str, lang: str) -> View: ...


@cache
def views() -> dict[str, Maker]:
    """All views by name: the modules of this package with a VIEW, then entry points "kg.views" of others."""
    return registered("kg.views", "VIEW", GROUP)
