"""Bodies in HTML: pages that LaTeXML made (arXiv, ar5iv), and other pages with headings."""

from __future__ import annotations

from typing import Any

from kg.sources import xml
from kg.sources.body.bodyparts import Builder
from kg.sources.body.flow import Flow, placed
from kg.sources.body.jatsbody import number_in
from kg.sources.body.roles import settings

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLES = {
    "chapter": 1,
    "section": 1,
    "appendix": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
}
_NO_TEXT = ("nav", "header", "footer", "button", "noscript", "svg", "form", "head", "annotation", "annotation-xml")
_NO_CLASS = (
    "ltx_authors",
    "ltx_dates",
    "ltx_page_footer",
    "ltx_page_header",
    "ltx_title_document",
    "ltx_role_institutetext",
    "ltx_TOC",
)


class HtmlBody(Flow):
    """Reads the article of a page, else its body."""

    def __init__(self, builder: Builder) -> None:
        super().__init__(builder)
        self._place = ""
        self.without |= frozenset(_NO_TEXT)
        self.blocks = {
            **dict.fromkeys(_HEADINGS, self._heading),
            **dict.fromkeys(
                ("p", "div", "section", "article", "blockquote", "pre", "dd", "dt", "main", "ul", "ol"), self._block
            ),
            "li": self.item,
            "figure": self._figure,
            "table": self._table,
        }
        self.links = {"a": self._link, "cite": self._cite, "math": self._math, "span": self._span, "sup": self._span}

    def whole(self, element: xml.Element) -> None:
        """Read a page."""
        article = next(element.iter("article"), None)
        body = element.find("body")
        super().whole(article if article is not None else element if body is None else body)

    def _block(self, element: xml.Element) -> None:
        classes = (element.get("class") or "").split()
        before = self._place
        if "ltx_abstract" in classes:
            self._place = "abstract"
        elif "ltx_appendix" in classes:
            self._place = "appendix"
        elif "ltx_bibliography" in classes:
            self._references(element)
            return
        if not any(name in _NO_CLASS for name in classes):
            self.inside(element)
            self.end()
        self._place = before

    def _heading(self, element: xml.Element) -> None:
        classes = (element.get("class") or "").split()
        if "ltx_title_document" in classes or not xml.text(element):
            return
        kind = next((name.removeprefix("ltx_title_") for name in classes if name.startswith("ltx_title_")), "")
        level = _TITLES.get(kind, max(1, int(xml.local(element)[1]) - 1))
        tag = next((one for one in element.iter("span") if "ltx_tag" in (one.get("class") or "")), None)
        number = xml.text(tag).split()[-1].rstrip(".") if tag is not None and xml.text(tag) else ""
        pieces = self.pieces(element)
        if tag is not None and number:
            shown = xml.text(element).removeprefix(xml.text(tag)).strip()
            pieces = [shown or xml.text(element)]
        self.builder.section(pieces, level, number, self._place, kind.endswith("paragraph"))

    def _link(self, element: xml.Element) -> bool:
        target = (element.get("href") or "").rpartition("#")[2]
        return target.startswith("bib") and self.cites(element, target)

    def _cite(self, element: xml.Element) -> bool:
        self.inside(element)
        return True

    def _math(self, element: xml.Element) -> bool:
        shown = element.get("alttext")
        self.say(f"${shown}$" if shown else xml.text(element, ("annotation", "annotation-xml")))
        return True

    def _span(self, element: xml.Element) -> bool:
        classes = (element.get("class") or "").split()
        if "ltx_note" in classes:
            content = next(
                (one for one in element.iter("span") if "ltx_note_content" in (one.get("class") or "")), element
            )
            return self.note(content)
        return "ltx_note_mark" in classes or "ltx_ERROR" in classes

    def _figure(self, element: xml.Element) -> None:
        captions = [one for one in element if xml.local(one) == "figcaption"]
        is_table = "ltx_table" in (element.get("class") or "") or next(element.iter("table"), None) is not None
        tag = next(
            (one for caption in captions for one in caption.iter("span") if "ltx_tag" in (one.get("class") or "")), None
        )
        label = (
            xml.text(tag).rstrip(":. ")
            if tag is not None
            else " ".join(xml.text(captions[0]).split()[:2]).rstrip(":.")
            if captions
            else ""
        )
        name = self.builder.named("t" if is_table else "f", number_in(label))
        for caption in captions:
            self.builder.add("caption", self.pieces(caption), f"{name}/caption")
        for below in element:
            if xml.local(below) == "figure":
                self._figure(below)
            elif xml.local(below) != "figcaption":
                for table in [below] if xml.local(below) == "table" else below.iter("table"):
                    self._grid(table, name, label)

    def _grid(self, table: xml.Element, name: str, label: str) -> None:
        if next(table.iterancestors("td", "th"), None) is None:
            self.builder.table(name, label, placed(self.grid(table), settings()["limits"]["columns"]))

    def _table(self, element: xml.Element) -> None:
        classes = element.get("class") or ""
        if "ltx_equation" in classes or "ltx_eqn" in classes:
            shown = " ".join(one.get("alttext") or xml.text(one) for one in element.iter("math"))
            self.builder.add("formula", [shown])
            return
        name = self.builder.named("tu")
        for caption in element.iter("caption"):
            self.builder.add("caption", self.pieces(caption), f"{name}/caption")
        self._grid(element, name, "")

    def _references(self, element: xml.Element) -> None:
        self.builder.section(["References"], 1, "", "references")
        for one in element.iter("li"):
            blocks = [block for block in one.iter("span") if "ltx_bibblock" in (block.get("class") or "")]
            raw = " ".join(map(xml.text, blocks)) or xml.text(one)
            links = " ".join(link.get("href") or "" for link in one.iter("a"))
            arxiv = next((part for part in links.split() if "arxiv.org" in part), "")
            title = xml.text(blocks[1]).strip(' .,“”"') if len(blocks) > 2 else ""
            self.builder.reference(
                one.get("id") or raw[:40],
                raw,
                title,
                next((part for part in links.split() if "doi.org" in part), ""),
                arxiv,
            )


def header(page: Any) -> dict[str, Any] | None:
    """The row of a page that LaTeXML made: what it prints as title, abstract and names; None for another page."""
    title = next((one for one in page.iter("h1") if "ltx_title_document" in (one.get("class") or "")), None)
    if title is None:
        return None

    def named(name: str) -> list[str]:
        found = page.xpath(f'.//*[contains(concat(" ", @class, " "), " {name} ")]')
        return [text for one in found[:500] if (text := xml.text(one, ("sup", "h6")))]

    links = [one.get("href") or "" for one in page.iter("link", "a")][:2000]
    return {
        "title": xml.text(title, ("sup", "annotation", "annotation-xml")),
        "abstract": " ".join(named("ltx_abstract")[:1]),
        "authors": named("ltx_personname"),
        "institutions": named("ltx_affiliation_institution"),
        "arxiv": next((one for one in links if "arxiv.org/abs/" in one), ""),
        "keywords": " ".join(named("ltx_keywords")[:1]),
    }
