"""What goes to a worker and what comes back: plain data that cross a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from kg.identifiers import kind_of
from kg.model import KgError
from kg.views.words import PageWords

#: Kinds of things that have an address of their own; other concepts are under /concept.
_OWN = ("topic", "hardware", "institution", "author", "paper")
#: Media types of the forms that pages have beside HTML.
MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "graphml": "application/xml",
    "gexf": "application/xml",
}
_SAFE = "-._~!$'()*,:@"


class Missing(KgError):
    """What an address names is not in the graph."""


class Later(KgError):
    """What is asked for is being made: it may be asked for again in a while."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the name of a page, what it is asked about, the values of its form, and how it is to be answered."""

    page: str  # "paper"
    name: str = ""  # what stands after it in the address: "002-22"
    args: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lang: str = "en"
    is_chosen: bool = False  # whether the address itself says the language
    form: str = "html"
    accept: str = ""
    is_writable: bool = False
    static: str = ""  # what makes the addresses of scripts and styles new when they change
    nonce: str = ""
    location: str = ""  # of the graph

    def error(self, key: str, /, **values: object) -> str:
        """A sentence of the pages' own errors, in the language of the page."""
        return PageWords(self.lang)(f"web_error.{key}", **values)

    def said(self, error: KgError) -> str:
        """The sentence of an error, in the language of the page where the catalogue has it."""
        form = PageWords(self.lang).group("web_query").get(error.sentence)
        return form.format(**error.values) if form else str(error)

    def one(self, name: str, usual: str = "", most: int = 4000) -> str:
        """The value of a field; KgError for one that is far too long."""
        said = (
            " ".join((self.args.get(name) or (usual,))[0].split()) if name != "query" else self.args.get(name, ("",))[0]
        )
        if len(said) > most:
            raise KgError(self.error("long", name=name, n=f"{len(said):,}", most=f"{most:,}"))
        return said or usual

    def number(self, name: str, usual: int, most: int) -> int:
        """The number of a field, from 1; KgError for another or a larger one."""
        said = self.one(name, str(usual), 20)
        if not (said.isascii() and said.isdigit() and 1 <= int(said) <= most):
            raise KgError(self.error("number", name=name, said=said[:20], most=f"{most:,}"))
        return int(said)

    def choice(self, name: str, choices: Sequence[str], usual: str = "") -> str:
        """The value of a field that has some choices; KgError for another."""
        said = self.one(name, usual, 100)
        if said not in choices and said != usual:
            listed = ", ".join(filter(None, choices))
            raise KgError(self.error("choice", name=name, said=said[:40], choices=listed))
        return said

    def url(self, path: str, /, **args: Any) -> str:
        """An address of this server with some values; the language stays where it was chosen."""
        pairs = [(k, v) for k, value in args.items() for v in (value if isinstance(value, list | tuple) else [value])]
        said = [(name.rstrip("_"), value) for name, value in pairs if value not in ("", None)]
        if self.is_chosen and "lang" not in args:
            said.append(("lang", self.lang))
        return path + ("?" + urlencode(said) if said else "")

    def here(self, form: str = "", /, **changed: Any) -> str:
        """The address of this page with some values changed; of another form of it."""
        args = {name: list(values) for name, values in self.args.items() if name != "lang"} | changed
        path = "/" + quote(self.page, safe=_SAFE) + (f"/{quote(self.name, safe=_SAFE + '/')}" if self.name else "")
        return self.url((("/home" if path == "/" else path) + f".{form}") if form else path, **args)

    def cited(self, said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """A quoted sentence with where its papers lead and how texts call them."""
        return {
            **said,
            "urls": [self.lead(name) for name in said["names"]],
            "called": [names.get(name, name) for name in said["names"]],
        }

    def lead(self, curie: str) -> str:
        """The page of a paper or of something that papers name."""
        return self.url(place(curie))


def place(curie: str) -> str:
    """The path of the page of a CURIE, or of an entry.

    >>> place("technique:lora"), place("topic:pruning"), place("ror:03cve4549"), place("002-22")
    ('/concept/technique:lora', '/topic/pruning', '/institution/ror:03cve4549', '/paper/002-22')
    """
    if ":" not in curie:
        return f"/paper/{quote(curie, safe=_SAFE + '/')}"
    kind = kind_of(curie)
    prefix, _, local = curie.partition(":")
    if kind not in _OWN:
        return f"/concept/{quote(curie, safe=_SAFE + '/')}"
    return f"/{kind}/{quote(local if prefix == kind else curie, safe=_SAFE + '/')}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, media type and bytes."""

    body: bytes
    media: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    is_kept: bool = True  # whether it holds as long as the graph stays as it is


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: its template with values, the same as data, and as a table where it is one."""

    template: str
    title: str
    data: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    table: tuple[Sequence[str], Sequence[Sequence[Any]]] | None = None
    status: int = 200
    forms: Mapping[str, str] = field(default_factory=dict)  # other forms, with what they are called
    is_kept: bool = True
