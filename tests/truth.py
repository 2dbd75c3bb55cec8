"""What pages over a graph may say: texts of our own, labels, numbers, and spans of sources; anything else is found.

A text of a page is taken apart: it is a span of a source, a label or another value of the graph, a number, a template
filled with such texts, or such texts joined by marks. Words that stand beside each other are no reason to accept them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from kg.api import Graph
from kg.entity_types import LISTS, TABLE
from kg.query.corpus import Corpus
from kg.views.readable import as_text
from kg.views.render import environment
from kg.views.selection import clean, title
from kg.views.words import LANGUAGES

KG = Path(__file__).parents[1] / "kg"
_KIND = re.compile(r"\{(?:[Tt]ypes?|one|many)\}")
_HOLE = re.compile(r"\{\w*(?::[^}]*)?\}")
_JOINT = re.compile(r"[,;:·×()（）、，；：。“”‘’《》|→↑↓/+=&]|\.(?=\s|$)|…|\s[–—-]\s|(?<=\d)[–-](?=\d)")
_MARKS = " \t\n,;:·×()（）、，；：。.…“”‘’\"'《》|→↑↓▲▼●✓✗?!*#+=&<>~/[]–—-"
_NUMBER = re.compile(r"[\d.,:%$€+x–T-]*\d[\d.,:%x–T-]*(?: \d\d:\d\d:\d\d)?")
_SILENT = ("script", "style", "title", "pre")  # what is in <pre> is a file to be copied
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\((?:<[^>]*>|[^)]*)\)")


class _Nodes(HTMLParser):
    """The texts between the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = self._silent or (tag if tag in _SILENT else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent = "" if tag == self._silent else self._silent

    def handle_data(self, data: str) -> None:
        self.texts += [] if self._silent else [data]


def nodes(page: str, form: str) -> list[str]:
    """The texts of a page, each without what surrounds it: between tags, or in cells, links and lines."""
    if form == "html":
        return [" ".join(text.split()) for text in _Nodes(page).texts if text.strip()]
    found = []
    for line in page.splitlines():
        line = _LINK.sub(r"|\1|", re.sub(r"<a id=[^>]*></a>", "", line)) if form == "md" else line
        cells = re.split(r"(?<!\\)\||\*\*|[│┃]", line)
        found += [re.sub(r"\\([^\w\s])", r"\1", cell) if form == "md" else cell for cell in cells]
    return [" ".join(cell.split()) for cell in found if cell.strip(_MARKS + "━─┡╇┩┏┓┳└┴┘├┼┤╭╮╰╯")]


@cache
def _templates() -> list[tuple[list[str], re.Pattern[str]]]:
    """All texts of our own as patterns with holes where values stand, each with the words between them."""
    texts: set[str] = set()
    for file in (KG / "views" / "words.toml", KG / "query" / "sayings.toml"):
        texts |= set(_strings(tomllib.loads(file.read_text("utf-8"))))
    for folder in ("views", "web"):
        for template in (KG / folder / "templates").glob("*.jinja"):
            tokens = environment(is_markdown=False).lex(template.read_text("utf-8"))
            data = "".join(value if kind == "data" else "<>" for _, kind, value in tokens)
            texts |= set(re.split(r"<[^>]*>", data))
    texts |= {piece for text in texts for piece in text.split("…")}  # what stands around the second of two things
    kinds = [form for one in TABLE.values() for lang in LANGUAGES for form in _forms(one, lang)]
    filled = {_KIND.sub(kind, text) for text in texts if _KIND.search(text) for kind in kinds}
    found = {" ".join(text.split()).strip(_MARKS) for text in texts | filled}
    found = {text for text in found if _HOLE.sub("", text).strip(_MARKS) or "{amount}" in text}
    return [
        (_HOLE.split(text.casefold()), _pattern(text)) for text in sorted(found, key=lambda text: (len(text), text))
    ]


def _pattern(template: str) -> re.Pattern[str]:
    """A template with holes for its values; a bound is one of few words, and an amount begins with a number."""
    holes = {"{bound}": f"(?:{_bounds()})?", "{amount}": r"([\d.,–]+.*?)"}
    pieces = re.split(rf"({_HOLE.pattern})", template)
    return re.compile(
        "".join(holes.get(one, "(.*?)") if _HOLE.fullmatch(one) else re.escape(one) for one in pieces), re.I
    )


def _bounds() -> str:
    words = tomllib.loads((KG / "views" / "words.toml").read_text("utf-8"))["statement"]
    return "|".join(text for name in ("up_to", "at_least", "about") for text in words[name].values())


@cache
def _joints() -> re.Pattern[str]:
    """What stands between texts: marks, and the words that join names and conditions in a list."""
    words = tomllib.loads((KG / "views" / "words.toml").read_text("utf-8"))
    own = [*words["list"].values(), words["answer"]["or"], words["answer"]["either"]]
    listed = sorted({text for one in own for text in one.values() if text.strip(_MARKS)}, key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, listed), _JOINT.pattern]))


@cache
def _amount() -> re.Pattern[str]:
    """A number with its bound and unit: "up to 41%", "最高1.21倍"."""
    words = tomllib.loads((KG / "views" / "words.toml").read_text("utf-8"))["unit"]
    units = "|".join(re.escape(text) for unit in words.values() for text in unit.values())
    return re.compile(rf"(?:{_bounds()})?({_NUMBER.pattern})(?:{units}| (?P<unit>\S.*))?")


def _forms(kind: Any, lang: str) -> Iterator[str]:
    return (kind.text(name, lang) for name in ("label", "plural", "one", "many"))


def _strings(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict | list):
        for one in values.values() if isinstance(values, dict) else values:
            yield from _strings(one)


class Truth:
    """What pages over a graph may say."""

    def __init__(self, graph: Graph, said: Iterable[str] = ()) -> None:
        """`said`: what a user gave, such as a question."""
        values = {str(one) for one in said}
        for table in ("papers", "concepts", "labels", "authors", "results", "relations", "sources", "entries"):
            values |= {v for row in graph.store.rows(f"SELECT * FROM {table}") for v in row if isinstance(v, str)}
        values |= {label for one in graph.vocabulary.concepts.values() for label in one.labels()}
        values |= {text for one in graph.vocabulary.concepts.values() for text in one.definition.values()}
        values |= {row.name for row in Corpus.of(graph.store).rows([paper.id for paper in graph.papers()])}
        texts: set[str] = set()
        for paper in graph.papers():
            values |= {title(paper), *(name for document, _ in paper.entries for name in document.authors)}
            for document, record in paper.entries:
                texts |= {form for text in document.texts.values() for form in (text.raw, text.text)}
                values |= {text for kind in _mentions(record) for text in kind}
                texts |= set(document.repairs)
        short = {value for value in values if len(value) < 400}
        shown = {clean(value) for value in short} | {as_text(clean(value)) for value in short}
        self.values = {value.casefold().strip(_MARKS) for value in shown}
        whole = {clean(text) for text in texts}
        self.texts = "\n".join(sorted(whole | {as_text(text) for text in whole})).casefold()
        self._known: dict[str, bool] = {}

    def unfounded(self, page: str, form: str) -> list[str]:
        """The texts of a page that are none of these, each once."""
        return [text for text in dict.fromkeys(nodes(page, form)) if not self.holds(text)]

    def holds(self, text: str, depth: int = 0) -> bool:
        """Whether a text is one of these, or is made of them."""
        text = text.strip(_MARKS)
        if text not in self._known:
            self._known[text] = False  # while it is taken apart
            self._known[text] = self._holds(text, depth)
        return self._known[text]

    def _holds(self, text: str, depth: int) -> bool:
        low = text.casefold()
        if not text or low in self.values or low in self.texts:
            return True
        if (amount := _amount().fullmatch(text)) and (not amount["unit"] or self.holds(amount["unit"], depth)):
            return True
        if depth > 6:
            return False
        for words, template in _templates():
            found = template.fullmatch(text) if all(map(low.__contains__, words)) else None
            if found and all(self.holds(value, depth + 1) for value in found.groups() if value != text):
                return True
        return any(
            self.holds(text[: joint.start()], depth) and self.holds(text[joint.end() :], depth)
            for joint in _joints().finditer(text)
        )


def _mentions(record: Any) -> Iterator[tuple[str, ...]]:
    for name in LISTS.values():
        yield from ((one.surface, one.canonical) for one in getattr(record, name))
    yield from ((one.metric, one.baseline, one.setting, one.unit) for one in record.results)
    yield from ((one.head, one.tail) for one in record.relations)
