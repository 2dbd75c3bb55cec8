"""A web page about a paper: citation tags (Highwire, Dublin Core), JSON-LD; or of several: COinS in spans, BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import Any
from urllib.parse import parse_qs

from kg.model import KgError
from kg.sources import bibliography, bibtex
from kg.sources.body import htmlbody
from kg.sources.body.bodyparts import body_of
from kg.sources.dates import iso_date
from kg.sources.forms import forms
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.paper_rows import Row, RowReader, doi_in
from kg.sources.people import of_objects
from kg.sources.tags import untagged

_PAGE = re.compile(r"<(?:!doctype html|html|head|meta|body)\b", re.I)
_OURS = re.compile(
    r"""\b(?:name|property)\s*=\s*["']?(?:citation_|dc\.|dcterms\.|prism\.)|application/ld\+json|\bZ3988\b""", re.I
)
_ENTRIES = re.compile(r"""class\s*=\s*["']?bib[^<>]{0,100}>\s*@[a-z]{4,20}\s*\{""", re.I)
_SPAN = re.compile(r"\bZ3988\b")
_LARGEST = 20 << 20  # bytes of a page
_MOST = 50_000  # elements of JSON-LD, spans of a page
_LONGEST_SPAN = 20_000  # code points of a reference in one
_NAMED = re.compile(r"(?:[\w-]{0,30}[-_])?(?:abstract|paper-description)(?:[-_]?(?:content|text|body|section|full))?")
_OTHER = re.compile(r"(?i)(?:highlights|graphical|video|visual)\b")  # called alike beside an abstract
_OTHER_TEXT = re.compile(r"(?i)(?:highlights|(?:graphical|video|visual) abstract)\b")
_WORD = re.compile(r"[^\W\d_]{4,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_HEADING = re.compile(r"(?i)(?:abstract|summary)\s*[.:—–-]?(?:\s+|$)")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST_BELOW = 20  # elements below a heading
_MOST_BLOCKS = 200
_MOST_NAMED = 20  # elements that may hold the abstract
_LEAST = 40  # code points of an abstract
_MOST_OF_IT = 0.6
_OF_PAGE = ("og:description", "description")  # tags that every page has
_LEAST_WORDS = 2  # of a title, of which an abstract has one
_HIDDEN = ("nav", "button", "script", "style", "a")  # beside an abstract
_KINDS = frozenset(
    {"ScholarlyArticle", "Article", "MedicalScholarlyArticle", "Report", "Thesis", "Chapter", "TechArticle"}
)


def _sniff(file: InputFile) -> float:
    start = file.start()
    is_paper = _OURS.search(start) or "ltx_title_document" in start or _ENTRIES.search(start)
    return 0.8 if _PAGE.search(start[:5000]) and is_paper else 0.0


def _is_single(file: InputFile) -> bool:
    start = file.start()
    return not (_SPAN.search(start) or _ENTRIES.search(start))


def _rows(file: InputFile) -> Iterable[Row]:
    """The one entry, or several that a page holds; raises KgError for a page without a paper."""
    page = parsed(file, b"".join(file.chunks()))
    row = _of_tags(page) or next(_of_json(page), None) or htmlbody.header(page)
    if row and file.is_whole:
        row["body"] = lambda: body_of(lambda builder: htmlbody.HtmlBody(builder).whole(page))
    if row:
        return [("the page", row)]
    rows: list[Row] = [(f"reference {n}", one) for n, one in enumerate(_of_spans(page), 1)]
    if not rows and (entries := list(_entries(page))):
        held = HeldFile(None, str(file.path), file.name)
        held.write("\n".join(entries).encode())
        return bibtex.entries_of(InputFile(held, file.name))
    if not rows:
        raise KgError(f"{file.path}: the page says of no paper (citation_title): save the page of one paper.")
    return rows


def parsed(file: InputFile, data: bytes) -> Any:
    """The elements of a page; raises KgError when it is too large or none."""
    from lxml import etree, html

    if len(data) > _LARGEST:
        raise KgError(f"{file.path}: the page has more than {_LARGEST >> 20} MB: save the page of one paper.")
    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=False, encoding=_encoding(data))
    try:
        return html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise KgError(f"{file.path}: is no web page that can be read: save it again.") from None


def _encoding(data: bytes) -> str | None:
    """UTF-8 if that is what it is, else what the page says itself."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _of_tags(page: Any) -> dict[str, Any] | None:
    said: dict[str, list[str]] = {}
    for tag in page.iter("meta"):
        name = (tag.get("name") or tag.get("property") or "").lower()
        if name and (value := " ".join((tag.get("content") or "").split())):
            said.setdefault(name, []).append(value)
    names = forms()["web"]
    found = {
        key: next((said[name] for name in each if name in said), []) for key, each in names.items() if key != "nowhere"
    }
    if not found["title"]:
        return None
    if not any(name.startswith(("citation_", "dc.", "dcterms.", "prism.")) for name in said):
        return None
    one = {key: values[0] for key, values in found.items() if values}
    dates = [iso_date(value) for name in names["date"] for value in said.get(name, ())]
    year = _YEAR.search(one.get("date", ""))
    first = iso_date(one.get("date", "")) or (year[0] if year else next(filter(None, dates), ""))
    known = {name for each in names.values() for name in each}
    authors = of_objects(found["authors"] if len(found["authors"]) > 1 else one.get("authors", "")) or _signed(page)
    return {
        "title": untagged(one["title"]),
        "abstract": _abstract(said, one, page),
        "authors": authors,
        "institutions": list(dict.fromkeys(found["institutions"])),
        "venue": one.get("venue", ""),
        "date": max((date for date in dates if date.startswith(first)), key=len, default=""),  # the day, of its month
        "year": one.get("date", ""),
        "arxiv": bibliography.arxiv_of([*found["arxiv"], *found["url"]]),
        "doi": next((one for name in names["doi"] for one in said.get(name, ()) if doi_in(one)), one.get("doi", "")),
        "url": one.get("url", ""),
        "keywords": [term for term in bibliography.terms(found["keywords"]) if term not in authors],
        "unread": [name for name in said if name.startswith("citation_") and name not in known],
    }


def _abstract(said: dict[str, list[str]], one: dict[str, str], page: Any) -> str:
    """The abstract that a tag holds whole, else the one that the page prints, else what describes this paper alone."""
    tag = untagged(one.get("abstract", ""))
    is_sure = any(name in said for name in forms()["web"]["abstract"] if name not in _OF_PAGE)
    is_cut = tag.rstrip().endswith(("...", "…"))
    if is_sure and tag and not is_cut:
        return tag
    if (printed := _printed(page)) and not (is_sure and not printed.startswith(tag.rstrip(". …"))):
        return printed
    return tag if is_sure or not _is_beside(tag, one) else ""


def _is_beside(text: str, one: dict[str, str]) -> bool:
    """Whether a description is that of the whole site, without a word of the title, or who published what where."""
    words = set(_WORD.findall(one["title"].casefold()))
    is_of_site = len(words) >= _LEAST_WORDS and words.isdisjoint(_WORD.findall(text.casefold()))
    return is_of_site or one.get("venue", text + ".") in text


def _printed(page: Any) -> str:
    """The abstract that a page prints: in an element of this name, or below a heading of this text."""
    named: list[str] = []
    below: list[str] = []
    for part in islice(page.iter(), _MOST):
        if len(named) + len(below) >= _MOST_NAMED:
            break
        classes = (part.get("class") or "").lower().split()
        if any(map(_NAMED.fullmatch, ((part.get("id") or "").lower(), *classes))):
            blocks = list(islice(part.iter(*_HEADINGS, "p", "div", "li", "br"), _MOST_BLOCKS))
            if len(blocks) == _MOST_BLOCKS:
                continue  # more than an abstract has
            for block in blocks:
                block.tail = f" {block.tail or ''}"  # a heading and the text behind it are two words
            text = _paragraphs(part)
            if not (_OTHER_TEXT.match(text) or any(map(_OTHER.search, classes))):
                named.append(text)
        elif part.tag in _HEADINGS and _HEADING.fullmatch(" ".join(part.text_content().split())):
            after = takewhile(lambda one: one.tag not in _HEADINGS, islice(part.itersiblings(), _MOST_BELOW))
            below.append(" ".join(_text(one) for one in after if not _is_menu(one)))
    found = [_HEADING.sub("", text, count=1) for text in (*sorted(named, key=_is_headless), *below)]
    best = next((text for text in found if len(text) >= _LEAST), "")
    inner = (text for text in found if len(text) > _MOST_OF_IT * len(best) and text in best)
    return min(inner, key=len, default=best)  # without a picture behind it


def _paragraphs(part: Any) -> str:
    """The text of an element, without lists and pictures behind its paragraphs, if most of it are these."""
    text = _text(part)
    parts = [(one.tag, _text(one)) for one in part.iter(*_HEADINGS, "p")]
    while parts and parts[-1][0] != "p":
        parts.pop()
    whole = " ".join(one for _, one in parts)
    return whole if len(whole) > _MOST_OF_IT * len(text) else text


def _text(part: Any) -> str:
    """The text of an element that a reader of the page sees."""
    return " ".join("".join(part.xpath(".//text()[not(parent::script or parent::style)]")).split())


def _is_headless(text: str) -> bool:
    return _HEADING.match(text) is None


def _is_menu(part: Any) -> bool:
    """Whether an element holds links and buttons more than text."""
    if part.tag in _HIDDEN:
        return True
    whole = len("".join(part.text_content().split()))
    return whole < 2 * sum(len("".join(one.text_content().split())) for one in part.iter(*_HIDDEN))


def _signed(page: Any) -> list[str]:
    """The authors that a page prints in elements called after the parts of names."""
    found = []
    for part in islice(page.iter("span"), _MOST):
        if "given-name" in (part.get("class") or "").split():
            behind = islice(part.itersiblings(), _MOST_BELOW)
            last = next((one for one in behind if "surname" in (one.get("class") or "").split()), None)
            found += [f"{part.text_content()} {last.text_content()}"] if last is not None else []
    return of_objects(list(dict.fromkeys(" ".join(one.split()) for one in found)))


def _of_spans(page: Any) -> Iterator[dict[str, Any]]:
    """The references of a page that stand in it as ContextObjects in spans (COinS), as Zotero and wikis write them."""
    for span in islice(page.iter("span"), _MOST):
        if "Z3988" not in (span.get("class") or "").split():
            continue
        said = parse_qs((span.get("title") or "")[:_LONGEST_SPAN], max_num_fields=1000)
        one = {name.removeprefix("rft."): values for name, values in said.items()}
        titles = [*one.get("atitle", ()), *one.get("title", ()), *one.get("btitle", ())]
        links = [*one.get("rft_id", ()), *one.get("identifier", ())]
        first = " ".join((*one.get("aufirst", ())[:1], *one.get("aulast", ())[:1]))
        if titles:
            yield {
                "title": titles[0],
                "abstract": next(iter(one.get("description", ())), ""),
                "authors": of_objects(list(dict.fromkeys(one.get("au", ()) or [first]))),
                "venue": next(iter((*one.get("jtitle", ()), *one.get("source", ()), *titles[1:])), ""),
                "date": iso_date(next(iter(one.get("date", ())), "")),
                "year": next(iter(one.get("date", ())), ""),
                "arxiv": bibliography.arxiv_of(links),
                "doi": next((link for link in links if "10." in link), ""),
                "url": next((link for link in links if link.startswith("http")), ""),
            }


def _entries(page: Any) -> Iterator[str]:
    """The BibTeX that a list of papers prints below each, as CVF's does, with its paper's number on arXiv beside it."""
    for part in islice(page.iter("div", "pre"), _MOST):
        text = part.text_content().strip() if all(line.tag == "br" for line in part) else ""
        if text[:1] != "@" or not (part.get("class") or "").lower().startswith("bib"):
            continue
        around = next(part.iterancestors("dd", "li", "tr"), part)
        arxiv = bibliography.arxiv_of([link.get("href") or "" for link in islice(around.iter("a"), _MOST_BELOW)])
        if arxiv and "eprint" not in text:
            text = text.removesuffix("}").rstrip(", \n") + f",\n eprint = {{{arxiv}}}\n}}"
        yield text


def _of_json(page: Any) -> Iterator[dict[str, Any]]:
    """The papers that the page describes as JSON-LD."""
    for script in page.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            waiting = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue
        known = _by_id(waiting[0])
        for _ in range(_MOST):
            if not waiting:
                break
            value = waiting.pop()
            if isinstance(value, list):
                waiting += reversed(value[:_MOST])
            elif isinstance(value, dict):
                kinds = value.get("@type")
                if not _KINDS.isdisjoint(
                    one for one in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(one, str)
                ):
                    yield _of_object(value, known)
                waiting += [one for key in ("@graph", "mainEntity") if (one := value.get(key))]


def _by_id(said: Any) -> dict[str, dict[str, Any]]:
    """The objects of a graph by their names in it, under which others refer to them."""
    graph = said.get("@graph") if isinstance(said, dict) else said
    parts = [one for one in graph if isinstance(one, dict)] if isinstance(graph, list) else []
    return {name: one for one in parts if isinstance(name := one.get("@id"), str)}


def _of_object(paper: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    def there(value: Any) -> list[Any]:
        return [
            known.get(name, one) if isinstance(one, dict) and isinstance(name := one.get("@id"), str) else one
            for one in _listed(value)
        ]

    def texts(value: Any) -> list[str]:
        found = [
            one.get("name") or one.get("value") or one.get("@id") if isinstance(one, dict) else one
            for one in there(value)
        ]
        return [one for one in found if isinstance(one, str)]

    people = [one for one in there(paper.get("author") or paper.get("creator")) if isinstance(one, str | dict)]
    places = [place for one in people if isinstance(one, dict) for place in texts(one.get("affiliation"))]
    links = [
        *texts(paper.get("sameAs")),
        *texts(paper.get("identifier")),
        *texts(paper.get("url")),
        *texts(paper.get("@id")),
    ]
    part = next((one for one in there(paper.get("isPartOf")) if isinstance(one, dict)), {})
    while isinstance(part.get("isPartOf"), dict):  # an issue of a volume of a journal
        part = part["isPartOf"]
    words = paper.get("keywords")
    return {
        "title": untagged(next(iter(texts(paper.get("headline")) or texts(paper.get("name"))), "")),
        "abstract": untagged(next(iter(texts(paper.get("abstract")) or texts(paper.get("description"))), "")),
        "authors": of_objects(people),
        "institutions": places,
        "venue": next(iter(texts(part.get("name"))), ""),
        "date": next(iter(texts(paper.get("datePublished")) or texts(paper.get("dateCreated"))), ""),
        "doi": next((link for link in links if "10." in link), ""),
        "arxiv": bibliography.arxiv_of(links),
        "url": next(iter(texts(paper.get("url"))), ""),
        "keywords": bibliography.terms([words]) if isinstance(words, str) else texts(words),
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


#: The entry is named by its file.
READER = RowReader("web", _sniff, _rows, is_single=_is_single)
