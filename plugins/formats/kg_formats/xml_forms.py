"""XML forms that differ in the names of their elements alone: the names are data (fields.toml), the reader is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.files import toml_file
from kg.model import Batch
from kg.sources import bibliography, xml
from kg.sources.dates import iso
from kg.sources.forms import folded_name, is_lost
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import KEYS, Row, Skipped, attempt, batch_of
from kg.sources.people import of_objects
from kg.sources.tags import untagged

_SURE = 0.82  # more than of an answer of OAI-PMH around records of these forms
_UNLABELLED = "Unlabelled"  # what PubMed calls a part of an abstract that has no label
_BY = re.compile(r"^\s*<p>\s*by\s[^<>]{1,5000}</p>\s*")  # the authors before an abstract in PLOS's feeds
_NUMBERED = re.compile(r"^[^:]{1,100}, Vol\. \S{1,10}, Pages? \S{1,20}: ")  # before the titles of MDPI's feeds


def _forms() -> Mapping[str, Any]:
    found: Mapping[str, Any] = toml_file(__file__, "fields.toml")["xml"]
    return found


class XmlReader:
    """Reads the XML form of this name in fields.toml; an entry is named by its file and its id there."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def form(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = _forms()[self.name]
        return found

    def sniff(self, file: InputFile) -> float:
        start = file.start() if xml.looks_like_xml(file) else ""
        is_ours = any(mark in start for mark in self.form["some"])
        papers = re.compile(rf"<(?:\w+:)?(?:{'|'.join(self.form['papers'])})\b")
        return _SURE if is_ours and papers.search(start) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when the XML cannot be read."""
        return batch_of(self._rows(file), file, self.name, "papers")

    def _rows(self, file: InputFile) -> Iterator[Row]:
        number = 0
        around: tuple[Any, dict[str, Any]] = (None, {})  # what a volume says of all its papers, and the volume
        told: Mapping[str, Any] = self.form.get("around", {})
        for element in xml.elements(file, {*self.form["papers"], *told}):
            if (names := told.get(xml.local(element))) is not None:
                before = around[1] if around[0] is element.getparent() else {}
                said = {key: list(_values(element, paths, key)) for key, paths in names.items()}
                around = element.getparent(), before | bibliography.row(file, said, _SAME)
            elif xml.local(element) in self.form["papers"]:
                number += 1
                row = attempt(_row, file, element, self.form)
                if isinstance(row, Skipped):
                    yield f"paper {number}", row
                    continue
                shared = around[1] if around[0] is element.getparent() else {}
                own = ("date", "year") if row.get("date") or row.get("year") else ()
                shared = {key: value for key, value in shared.items() if key not in own and not row.get(key)}
                yield f"paper {number}", row | shared


def _row(file: InputFile, paper: xml.Element, form: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: list(_values(paper, form.get(key, ()), key)) for key in _SAME}
    said["venue"] = said["venue"][:1]  # others are its short forms
    row = bibliography.row(file, {key: values for key, values in said.items() if key != "authors"}, _SAME)
    row["abstract"] = "\n".join(said["abstract"])
    if form.get("numbered"):
        row["abstract"] = _BY.sub("", row["abstract"], count=1)
    if form.get("tagged"):  # elements that are written out as text
        row |= {key: untagged(row[key]) for key in ("title", "abstract") if row.get(key)}
    if form.get("numbered"):
        row["title"] = _NUMBERED.sub("", row.get("title", ""), count=1)
    if form.get("stopped"):
        row["title"] = bibliography.unstopped(row.get("title", ""))
    row["authors"] = of_objects(said["authors"])
    row["institutions"] = _without_names(row.get("institutions", []), row["authors"])
    if (base := form.get("base", "")) and (url := row.get("url")) and "//" not in url:
        row["url"] = f"{base}{url}"
    row["doi"] = next((doi for doi in said["doi"] if "10." in doi), "")
    known = {
        folded_name(path.split("/")[0].split("@")[0])
        for paths in form.values()
        if isinstance(paths, list)
        for path in paths
    }
    row["unread"] = sorted(
        {
            name
            for part in paper
            if (name := xml.local(part)) and folded_name(name) not in known and is_lost(name, xml.text(part))
        }
    )
    return row


def _without_names(places: list[str], authors: list[str]) -> list[str]:
    """Addresses without the author that EndNote names before his or hers: "Fox, A"."""
    named = {f"{name.rpartition(' ')[2]}, {name[0]}" for name in authors if " " in name}
    return [one for one in places if not any(one.startswith(name) and len(one) < len(name) + 4 for name in named)]


_SAME = {key: (key,) for key in (*KEYS, "kind", "school")}


def _values(paper: xml.Element, paths: list[str], key: str) -> Iterator[Any]:
    """What stands at the first of some paths where there is anything, one value an element."""
    for path in paths:
        before, _, last = path.rpartition("/")
        if last.startswith("@"):
            found = [one.get(last[1:]) or "" for one in _elements(paper, before or ".")]
        else:
            found = [_value(one, key) for one in _elements(paper, path)]
        if found := [value for value in found if value]:
            yield from found
            if key not in ("arxiv", "doi"):
                return


def _elements(paper: xml.Element, path: str) -> list[xml.Element]:
    """The elements at a path such as "relatedItem@type=host/titleInfo/title"."""
    found = [paper]
    for step in path.split("/") if path != "." else ():
        tag, _, test = step.partition("@")
        name, is_equal, wanted = test.partition("=")
        said = wanted if is_equal else None  # "title@titleType": one without this attribute
        found = [one for each in found for one in xml.children(each, tag) if not test or one.get(name) == said]
    return found


def _last_text(part: xml.Element) -> str:
    """The text of a part of a name; of a role in several words (a code, its name) the last."""
    return xml.text(part[-1] if xml.local(part) == "role" and len(part) else part)


def _value(element: xml.Element, key: str) -> Any:
    if key == "authors" and any(xml.local(part) not in ("", "style") for part in element):
        said: dict[str, list[str]] = {}
        for part in element:
            name, kind = xml.local(part), part.get("type")
            said.setdefault(kind if kind and name == "namePart" else name, []).append(_last_text(part))
        return {name: " ".join(texts) for name, texts in said.items()}
    if key == "date" and len(element):
        parts = {xml.local(part).lower(): xml.text(part) for part in element}
        month = parts.get("month") or parts.get("season", "")  # "Mar-Apr"
        return iso(parts.get("year", ""), month, parts.get("day", "")) or xml.text(element)
    has_two = next(xml.descendants(element, "math"), None) is not None  # a formula in MathML and in TeX
    text = xml.text(element, ("tex-math",) if has_two else ())
    if key == "institutions":  # an address a line, as EndNote writes them
        text = "\n".join(filter(None, (" ".join(line.split()) for line in "".join(element.itertext()).split("\r"))))
    article = element.getprevious() if key == "title" else None
    if article is not None and xml.local(article) == "nonSort":
        text = f"{xml.text(article)} {text}"
    label = (element.get("Label") or "").capitalize()
    return f"{label}: {text}" if key == "abstract" and label not in ("", _UNLABELLED) and text else text


ACL = XmlReader("acl")
CROSSREFXML = XmlReader("crossrefxml")
DATACITEXML = XmlReader("datacitexml")
DBLP = XmlReader("dblp")
ENDNOTE = XmlReader("endnote")
EUROPEPMCXML = XmlReader("europepmcxml")
FEED = XmlReader("feed")
HALTEI = XmlReader("haltei")
MODS = XmlReader("mods")
PUBMED = XmlReader("pubmed")
WORDSOURCES = XmlReader("wordsources")
