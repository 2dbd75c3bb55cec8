"""Bodies in the TEI of GROBID: sections, formulas, figures, tables, notes, references."""

from __future__ import annotations

from kg.sources import xml
from kg.sources.body.bodyparts import Builder
from kg.sources.body.flow import Flow, placed
from kg.sources.body.jatsbody import number_in
from kg.sources.body.roles import settings

_PLACES = {"annex": "appendix", "acknowledgement": "other", "acknowledgment": "other", "funding": "other"}
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class TeiBody(Flow):
    """Reads the element `text` of a paper."""

    def __init__(self, builder: Builder) -> None:
        super().__init__(builder)
        self._place = ""
        self.without |= {"front", "graphic"}
        self.blocks = {
            **dict.fromkeys(("p", "ab", "quote"), self.block),
            "div": self._section,
            "item": self.item,
            "formula": self.formula,
            "figure": self._figure,
            "listBibl": self._references,
        }
        self.links = {"ref": self._reference, "note": self._note}

    def _section(self, element: xml.Element) -> None:
        before = self._place
        self._place = _PLACES.get(element.get("type") or "", before)
        head = xml.child(element, "head")
        if head is not None:
            number = (head.get("n") or "").rstrip(". ")
            level = number.count(".") + 1 if number[:1].isdigit() else 0
            self.builder.section(self.pieces(head), level, number, self._place)
        self.inside(element, ("head",))
        self.end()
        self._place = before

    def _reference(self, element: xml.Element) -> bool:
        return element.get("type") == "bibr" and self.cites(element, (element.get("target") or "").lstrip("#"))

    def _note(self, element: xml.Element) -> bool:
        return element.get("place") == "foot" and self.note(element)

    def _figure(self, element: xml.Element) -> None:
        is_table = element.get("type") == "table"
        head, label = xml.value(element, "head").rstrip(".: "), xml.value(element, "label")
        name = self.builder.named("t" if is_table else "f", number_in(head) or number_in(label))
        pieces = self.pieces(element, ("label", "table", "graphic"))
        self.builder.add("caption", pieces, f"{name}/caption")
        for table in xml.children(element, "table"):
            shown = f"{'Table' if is_table else 'Figure'} {number_in(head) or label}".strip()
            self.builder.table(name, shown, placed(self.grid(table), settings()["limits"]["columns"]))

    def _references(self, element: xml.Element) -> None:
        head = xml.child(element, "head")
        self.builder.section(self.pieces(head) if head is not None else ["References"], 1, "", "references")
        for at, one in enumerate(xml.children(element, "biblStruct")):
            notes = [xml.text(note) for note in xml.children(one, "note") if note.get("type") == "raw_reference"]
            titles = [*xml.children(one, "analytic", "title"), *xml.children(one, "monogr", "title")]
            title = next(filter(None, map(xml.text, titles)), "")
            numbers = {(idno.get("type") or "").lower(): xml.text(idno) for idno in xml.descendants(one, "idno")}
            date = next(xml.descendants(one, "date"), None)
            people = (xml.text(person) for person in xml.descendants(one, "persName"))
            made = ". ".join(filter(None, (", ".join(people), *dict.fromkeys(map(xml.text, titles)), xml.text(date))))
            self.builder.reference(
                one.get(_XML_ID) or f"b{at}",
                notes[0] if notes else made,
                title,
                numbers.get("doi", ""),
                numbers.get("arxiv", ""),
                "" if date is None else date.get("when") or xml.text(date),
            )
