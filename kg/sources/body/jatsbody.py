"""Bodies in JATS: sections, lists, tables, figures, notes, appendices, references."""

from __future__ import annotations

from kg.sources import xml
from kg.sources.body.bodyparts import Builder
from kg.sources.body.flow import Flow, placed
from kg.sources.body.roles import settings

_SKIPPED = frozenset(
    {"sub-article", "response", "tex-math", "label", "object-id", "permissions", "alt-text", "graphic"}
)


class JatsBody(Flow):
    """Reads the elements `body`, `back` and `floats-group` of an article."""

    def __init__(self, builder: Builder) -> None:
        super().__init__(builder)
        self._depth = 0
        self._place = ""
        self.without |= _SKIPPED
        self.blocks = {
            **dict.fromkeys(("p", "disp-quote", "verse-group", "speech", "statement", "preformat", "code"), self.block),
            **dict.fromkeys(("sec", "ack", "app", "glossary", "notes", "boxed-text", "bio", "fn-group"), self._section),
            **dict.fromkeys(("list-item", "def-item"), self.item),
            **dict.fromkeys(("disp-formula", "disp-formula-group"), self._formula),
            "table-wrap": self._table,
            "fig": self._figure,
            "ref-list": self._references,
        }
        self.links = {"xref": self._reference, "fn": self.note, "inline-formula": self._inline}

    def _section(self, element: xml.Element) -> None:
        name = xml.local(element)
        title, label = xml.child(element, "title"), xml.value(element, "label")
        before, self._place = self._place, "appendix" if name == "app" else self._place
        self._depth += 1
        if title is not None:
            number = label.rstrip(".:) ") if len(label) < 12 else ""
            self.builder.section(self.pieces(title), self._depth, number, self._place)
        elif name in ("app", "ack"):
            self.builder.section(
                [{"app": label or "Appendix", "ack": "Acknowledgements"}[name]], self._depth, "", self._place
            )
        self.inside(element, ("title", "label"))
        self.end()
        self._depth -= 1
        self._place = before

    def _formula(self, element: xml.Element) -> None:
        self.end()
        self.builder.add("formula", [_printed(element)])

    def _inline(self, element: xml.Element) -> bool:
        self.say(_printed(element))
        return True

    def _reference(self, element: xml.Element) -> bool:
        return element.get("ref-type") == "bibr" and self.cites(element, (element.get("rid") or "").split(" ")[0])

    def _table(self, element: xml.Element) -> None:
        label, name = self._caption(element, "t")
        for table in xml.descendants(element, "table", "tgroup"):
            if xml.local(table.getparent()) in ("table-wrap", "alternatives", "table"):
                self.builder.table(name, label, placed(self.grid(table), settings()["limits"]["columns"]))
        for foot in xml.children(element, "table-wrap-foot"):
            self.builder.add("footnote", self.pieces(foot), f"{name}/note")

    def _figure(self, element: xml.Element) -> None:
        self._caption(element, "f")

    def _caption(self, element: xml.Element, kind: str) -> tuple[str, str]:
        label = xml.value(element, "label").rstrip(".: ")
        name = self.builder.named(kind, number_in(label))
        caption = xml.child(element, "caption")
        pieces = [f"{label}. " if label else "", *(self.pieces(caption) if caption is not None else ())]
        self.builder.add("caption", pieces, f"{name}/caption")
        return label, name

    def _references(self, element: xml.Element) -> None:
        title = xml.child(element, "title")
        if self._place != "references":
            self.builder.section(self.pieces(title) if title is not None else ["References"], 1, "", "references")
        before, self._place = self._place, "references"
        for below in element:
            if xml.local(below) == "ref":
                self._entry(below)
            elif xml.local(below) in self.blocks:
                self.blocks[xml.local(below)](below)
        self._place = before

    def _entry(self, ref: xml.Element) -> None:
        for cited in xml.descendants(ref, "mixed-citation", "element-citation", "citation", "nlm-citation"):
            numbers = {one.get("pub-id-type"): xml.text(one) for one in xml.descendants(cited, "pub-id")}
            links = " ".join(xml.text(one) for one in xml.descendants(cited, "ext-link", "uri"))
            titles = (
                xml.text(one)
                for name in ("article-title", "chapter-title", "source")
                for one in xml.descendants(cited, name)
            )
            is_spaced = xml.local(cited) == "element-citation" or not any(
                one.tail and one.tail.strip() for one in cited
            )
            raw = ", ".join(filter(None, map(xml.text, cited))) if is_spaced and len(cited) else xml.text(cited)
            self.builder.reference(
                ref.get("id") or raw[:40],
                raw,
                next(filter(None, titles), ""),
                numbers.get("doi") or links,
                numbers.get("arxiv") or "",
                xml.text(next(xml.descendants(cited, "year"), None)),
            )
            return


def number_in(label: str) -> str:
    """The number in a label: "2" of "Table 2", "S1" of "Figure S1"; "" for none."""
    last = label.split()[-1].strip(".:()") if label.split() else ""
    return last if last.isalnum() and len(last) < 6 and (any(map(str.isdigit, last)) or last.isupper()) else ""


def _printed(element: xml.Element) -> str:
    """A formula as its text, as TeX only if it has no other."""
    text = xml.text(element, _SKIPPED)
    tex = next(xml.descendants(element, "tex-math"), None)
    if text or tex is None:
        return text
    inner = (tex.text or "").rpartition(r"\begin{document}")[2].partition(r"\end{document}")[0].strip("$ \n")
    return f"${inner}$" if inner else ""
