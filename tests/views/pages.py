"""What HTML holds, for tests to look at."""

from __future__ import annotations

from html.parser import HTMLParser

from kg.model import Paper
from kg.views.readable import as_text
from kg.views.selection import Selection, clean


def is_of_source(shown: Selection, paper: Paper, words: str) -> bool:
    """Whether words are a label of something that the paper names, or stand verbatim in one of its texts."""
    named = {thing.label for thing in shown.all_things(paper)}
    texts = (as_text(clean(text.raw)) for document, _ in paper.entries for text in document.texts.values())
    return words in named or any(words in text for text in texts)


class Page(HTMLParser):
    """The tags of a page with their attributes, its text, and the end tags that end nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[str] = []
        self.unbalanced: list[str] = []
        self._texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.tags.append(tag)
        if tag not in ("meta", "link", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self._texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts).split())
