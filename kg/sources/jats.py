"""Papers in JATS (NISO Z39.96) or its predecessor NLM, the format of PubMed Central and many publishers.

An article is one paper; a set of articles (`pmc-articleset`) holds several. The front matter gives the entry.
Specification: https://jats.nlm.nih.gov/archiving/tag-library/
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from kg.sources import xml
from kg.sources.body.jatsbody import JatsBody
from kg.sources.body.streams import papers
from kg.sources.dates import iso
from kg.sources.forms import folded_name, forms
from kg.sources.inputs import InputFile
from kg.sources.layout.page_words import HeaderLabels, letters
from kg.sources.paper_rows import Row, RowReader
from kg.text import has_han

_ROOT = re.compile(r"<(?:\w+:)?article\b")
_FRONT = re.compile(r"<(?:\w+:)?(?:article-meta|journal-meta|front)\b|//DTD JATS|//NLM//DTD")
_BODIES = frozenset(("body", "back", "floats-group"))
_INNER = ("sub-article", "response")  # reviews and letters nested in an article
_NO_TITLE = ("xref", "fn")
_NO_TEXT = ("xref", "fn", "label", "tex-math", "institution-id", "email", "ext-link", "uri")
_MARK = re.compile(r"^(?:[*†‡§¶]+|\d{1,2}(?=\s|[A-Z])|[a-z](?=\s+[A-Z]))\s*")
_DEPARTMENT = re.compile(
    r"(?:department|dept\.?|division|section|faculty|school|laboratory|unit|clinic) (?:of|for)\b", re.I
)


def _sniff(file: InputFile) -> float:
    start = file.start() if xml.looks_like_xml(file) else ""
    return 0.9 if _ROOT.search(start) and _FRONT.search(start) else 0.0


def _is_single(file: InputFile) -> bool:
    return "articleset" not in file.start()


def _rows(file: InputFile) -> Iterator[Row]:
    yield from papers(file, "front", _BODIES, _row, JatsBody, _INNER)


def _row(front: xml.Element, stem: str) -> dict[str, object]:
    article = xml.child(front, "article-meta")
    article = front if article is None else article
    ids = reversed(xml.children(article, "article-id"))  # the first of a kind counts: a version may have its own
    numbers = {number.get("pub-id-type"): xml.text(number) for number in ids}
    abstract, other = _abstract(article), _abstract(article, "trans-abstract")
    return {
        "id": numbers.get("arxiv") or numbers.get("doi") or stem,
        "title": _title(article),
        "brief_title": _title(article, "trans-title-group"),
        "abstract": abstract,
        "other_abstract": other if has_han(other) != has_han(abstract) else "",
        "institutions": list(_institutions(article)),
        "authors": [name for author in _authors(article) if (name := _name(author))],
        "venue": xml.text(next(xml.descendants(front, "journal-title"), None)),
        "date": _date(article),
        "arxiv": numbers.get("arxiv") or stem,
        "doi": numbers.get("doi"),
        "keywords": list(_keywords(article)),
    }


def _title(article: xml.Element, *within: str) -> str:
    """The title and subtitle, or the first translation of both, which stands in a group of its own or beside them."""
    names = ("trans-title", "trans-subtitle") if within else ("article-title", "subtitle")
    group = next((one for one in xml.children(article, "title-group", *within)), None)
    group = xml.child(article, "title-group") if group is None else group
    parts = [part for name in names for part in xml.children(group, name)[:1]] if group is not None else []
    titles = [_block(part, _NO_TITLE) for part in parts]
    return ": ".join(title for title in titles if title)


def _authors(article: xml.Element) -> list[xml.Element]:
    contributors = xml.children(article, "contrib-group", "contrib")
    return [one for one in contributors if one.get("contrib-type", "author") in ("author", "collab")]


def _name(author: xml.Element) -> str:
    """The name of a person, in the order in which it is written, or of a group."""
    group = next(xml.descendants(author, "collab"), None)
    if group is not None:
        return xml.text(group, (*_NO_TEXT, "contrib-group", "aff"))
    for name in xml.descendants(author, "name", "string-name"):
        if xml.child(name, "surname") is None:
            continue
        parts = {xml.local(part): xml.text(part) for part in name}
        order = ["given-names", "surname"]
        if name.get("name-style") == "eastern":
            order.reverse()
        if all(has_han(parts.get(key, "")) for key in order):
            return parts["surname"] + parts["given-names"]
        return " ".join(part for key in ("prefix", *order, "suffix") if (part := parts.get(key)))
    return xml.text(next(xml.descendants(author, "string-name", "name"), None))


def _institutions(article: xml.Element) -> Iterator[str]:
    """The affiliations of the authors in order; all affiliations if none is linked to an author."""
    authors = dict.fromkeys(_authors(article))
    others = [one for one in xml.children(article, "contrib-group", "contrib") if one not in authors]
    tied, foreign = _tied(authors), _tied(others)
    are_all_tied = all(_tied([one]) or xml.child(one, "aff") is not None for one in authors)
    within = {place for one in others for place in xml.descendants(one, "aff")}
    for place in xml.descendants(article, "aff"):
        name = place.get("id")
        if (name in foreign and name not in tied) or place in within:
            continue
        is_loose = name is None or not tied or not are_all_tied or xml.local(place.getparent()) != "contrib-group"
        if is_loose or name in tied:
            yield from _organisations(place)


def _tied(contributors: Iterable[xml.Element]) -> set[str]:
    """The ids of the affiliations that contributors refer to."""
    references = (ref for one in contributors for ref in xml.descendants(one, "xref") if ref.get("ref-type") == "aff")
    return {name for ref in references for name in (ref.get("rid") or "").split()}


def _organisations(place: xml.Element) -> Iterator[str]:
    """The institution of an affiliation without its departments; else its text without its mark and e-mail address."""
    names = [
        one for one in xml.descendants(place, "institution") if not (one.get("content-type") or "").startswith("dep")
    ]
    names = [one for one in names if one.get("content-type") == "original"] or names  # the others are its parts
    texts = list(dict.fromkeys(text for name in names if (text := xml.text(name))))
    if texts and not all(map(_DEPARTMENT.match, texts)):
        yield ", ".join(texts)
        return
    first = next(iter(place), None)
    marked = first is not None and xml.local(first) == "sup" and not (place.text or "").strip()
    text = xml.text(place, _NO_TEXT)
    if marked:
        text = text.removeprefix(xml.text(first)).strip()
    yield _MARK.sub("", text).rstrip(" ,;.")


def _abstract(article: xml.Element, name: str = "abstract") -> str:
    """The paragraphs of the main abstract, one per line, each with its section title.

    Abstracts of other types and in other languages are skipped.
    """
    found = {abstract.get("abstract-type") or "": abstract for abstract in reversed(xml.children(article, name))}
    kinds = sorted(
        (kind for kind in found if kind not in forms()["jats"]["other_abstracts"]), key=bool
    )  # the one without a type first
    if not kinds:
        return ""
    abstract = found[kinds[0]]
    lines: list[str] = []
    title = ""
    for block in xml.outermost(abstract, "title", "p"):
        text = _block(block)
        if not text:
            continue
        if xml.local(block) == "title":
            is_heading = letters(text) in HeaderLabels.load().abstracts or folded_name(text) in _abstracts()
            title = "" if is_heading else text if text[-1] in ".:?!" else f"{text}:"
        else:
            lines.append(f"{title} {text}".strip())
            title = ""
    return "\n".join(lines) or xml.text(abstract, _NO_TEXT)


@cache
def _abstracts() -> frozenset[str]:
    """What abstracts are headed by, folded."""
    return frozenset(map(folded_name, forms()["any"]["abstract"]))


def _block(block: xml.Element, without: Collection[str] = ()) -> str:
    """The text of a paragraph; a formula gives its text form, TeX only if there is no other."""
    written = {formula.getparent() for formula in xml.descendants(block, "math")}
    for tex in xml.descendants(block, "tex-math"):
        if tex.getparent() not in written:
            tex.tag = "formula"
            tex.text = (tex.text or "").rpartition(r"\begin{document}")[2].partition(r"\end{document}")[0].strip("$ \n")
    return xml.text(block, (*without, "tex-math") if without else _NO_TEXT)


def _keywords(article: xml.Element) -> Iterator[str]:
    for group in xml.children(article, "kwd-group"):
        if not (group.get("kwd-group-type") or "").lower().startswith("abbr"):
            yield from (xml.text(word) for word in xml.descendants(group, "kwd", "compound-kwd"))


def _date(article: xml.Element) -> str:
    """Publication date: the most precise one given, of these the earliest."""
    dates = []
    for date in xml.children(article, "pub-date"):
        stated = (date.get("iso-8601-date") or "")[:10].split("-")
        day = iso(*stated[:3]) or iso(*(xml.value(date, part) for part in ("year", "month", "day")))
        if day:
            dates.append(day)
    return min(dates, key=lambda day: (-len(day), day), default="")


#: An entry is named by its arXiv id, else its DOI, else its file.
READER = RowReader("jats", _sniff, _rows, "papers", is_single=_is_single)
