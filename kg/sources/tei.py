"""Papers in the TEI that GROBID makes of a PDF: one paper per file. The header gives the entry.

Known errors of GROBID are undone where the format shows them: addresses and affiliations among the authors, two
institutions in one name, footnote marks at the end of a title, keywords in the abstract. Format:
https://grobid.readthedocs.io/en/latest/TEI-encoding-of-results/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from kg.sources import xml
from kg.sources.body.streams import papers
from kg.sources.body.teibody import TeiBody
from kg.sources.dates import submitted, written
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import ARXIV_ID, Row, RowReader

_ROOT = re.compile(r"<(?:\w+:)?(?:TEI|teiCorpus)\b")
_ARXIV = re.compile(rf"{ARXIV_ID}(?=v\d|\b)")
_MARKS = "*∗⁎†‡§¶"
_LAST_MARK = re.compile(rf"(?<=\w\w)\s+[{_MARKS}]+$")
_BETWEEN = re.compile(rf"\s*[{_MARKS}]+\s*")
_PARTS = ("forename", "nameLink", "surname", "genName")
# A name is an affiliation if it occurs more often than this, and makes up at least this share of the authors.
_MOST_NAMESAKES, _SHARE = 2, 0.2
_NO_NAME = re.compile(r"[@\d]|https?:|www\.")
_KEYWORDS = re.compile(r"(?:index terms|key\s?words(?: and phrases)?)\s*[-‐-―:.]\s*", re.I)


def _sniff(file: InputFile) -> float:
    start = file.start() if xml.looks_like_xml(file) else ""
    is_ours = "http://www.tei-c.org/ns/1.0" in start and "<biblFull" not in start  # a list of HAL
    return 0.9 if is_ours and _ROOT.search(start) else 0.0


def _is_single(file: InputFile) -> bool:
    return "teiCorpus" not in file.start()


def _rows(file: InputFile) -> Iterator[Row]:
    yield from papers(file, "teiHeader", frozenset(("text",)), _row, TeiBody, ("teiCorpus",))


def _row(header: xml.Element, stem: str) -> dict[str, object]:
    work = next(xml.descendants(header, "biblStruct"), None)
    work = header if work is None else work
    authors = xml.children(work, "analytic", "author") or xml.children(work, "monogr", "author")
    arxiv = _ARXIV.search(_number(work, "arxiv"))
    abstract, keywords = without_keywords(_paragraphs(next(xml.descendants(header, "abstract"), None)))
    date, year = _date(header, work)
    name = arxiv[0] if arxiv else _number(work, "doi") or stem
    people, affiliations = _people(authors)
    return {
        "id": name,
        "title": _LAST_MARK.sub("", _title(header, work)),
        "abstract": abstract,
        "institutions": [*(name for author in authors for name in _institutions(author)), *affiliations],
        "authors": people,
        "venue": xml.value(work, "monogr", "title"),
        "date": date or ("" if year else submitted(name)),
        "year": year,
        "arxiv": arxiv[0] if arxiv else stem,
        "doi": _number(work, "doi"),
        "keywords": _terms(header) or keywords,
    }


def _title(header: xml.Element, work: xml.Element) -> str:
    titles = [*xml.children(header, "fileDesc", "titleStmt", "title"), *xml.children(work, "analytic", "title")]
    return next((text for title in titles if (text := xml.text(title))), "")


def _number(work: xml.Element, form: str) -> str:
    """An identifier of the paper itself."""
    numbers = (number for number in xml.descendants(work, "idno") if (number.get("type") or "").lower() == form)
    return next((text for number in numbers if (text := xml.text(number))), "")


def _people(authors: Iterable[xml.Element]) -> tuple[list[str], list[str]]:
    """The names of people, and the affiliations among them, which are recognized by repetition."""
    names = Counter(name for author in authors if is_name(name := _name(author)))
    least = max(_MOST_NAMESAKES + 1, _SHARE * names.total())
    repeated = {name: times for name, times in names.items() if times >= least}
    return [name for name in names.elements() if name not in repeated], list(repeated)


def _name(author: xml.Element) -> str:
    person = xml.child(author, "persName")
    parts = () if person is None else (xml.text(part) for part in person if xml.local(part) in _PARTS)
    return " ".join(part for part in parts if part)


def is_name(text: str) -> bool:
    """Whether a text can be a person's name: it has at least two letters and is not part of an e-mail address."""
    return not _NO_NAME.search(text) and sum(character.isalpha() for character in text) > 1


def _institutions(author: xml.Element) -> Iterator[str]:
    """The institutions of an author; a department counts only for a named author without a better affiliation."""
    for place in xml.children(author, "affiliation"):
        names = {
            form: [xml.text(org) for org in xml.children(place, "orgName") if org.get("type") == form]
            for form in ("institution", "laboratory", "department")
        }
        raw = [
            xml.text(note, ("label",)) for note in xml.children(place, "note") if note.get("type") == "raw_affiliation"
        ]
        unnamed = xml.child(author, "persName") is None
        for found in (names["institution"], raw, names["laboratory"], () if unnamed else names["department"]):
            if pieces := [piece for name in found for piece in organisations(name)]:
                yield from pieces
                break


def organisations(name: str) -> list[str]:
    """The organizations in a name from GROBID, split at footnote marks, without e-mail addresses."""
    return [piece for piece in _BETWEEN.split(name) if piece and "@" not in piece and not piece.isdecimal()]


def _paragraphs(abstract: xml.Element | None) -> list[str]:
    if abstract is None:
        return []
    return [xml.text(block) for block in xml.outermost(abstract, "head", "p", "ab")] or [xml.text(abstract)]


def without_keywords(paragraphs: Iterable[str]) -> tuple[str, str]:
    """The abstract, one paragraph per line, and the keywords found among its paragraphs."""
    texts, keywords = [], ""
    for paragraph in paragraphs:
        if found := _KEYWORDS.match(paragraph):
            keywords = paragraph[found.end() :].rstrip(".")
        elif paragraph:
            texts.append(paragraph)
    return "\n".join(texts), keywords


def _terms(header: xml.Element) -> list[str] | str:
    for keywords in xml.descendants(header, "keywords"):
        return [xml.text(term) for term in xml.descendants(keywords, "term")] or xml.text(keywords)
    return ""


def _date(header: xml.Element, work: xml.Element) -> tuple[str, str]:
    """The date in ISO 8601 if possible, and the text that holds the year."""
    dates = [
        *xml.children(work, "monogr", "imprint", "date"),
        *xml.children(header, "fileDesc", "publicationStmt", "date"),
    ]
    for date in dates:
        if date.get("when"):
            return date.get("when"), date.get("when")
    text = next((text for date in dates if (text := xml.text(date))), "")
    return written(text), text


#: An entry is named by its arXiv id, else its DOI, else its file.
READER = RowReader("tei", _sniff, _rows, "papers", is_single=_is_single)
