"""Read the header of a paper from its first pages: title, authors, affiliations, abstract, keywords, ids, date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from kg.sources.dates import number
from kg.sources.layout import abstract as abstracts
from kg.sources.layout.author_lines import People, people
from kg.sources.layout.blocks import body_size, paragraphs
from kg.sources.layout.join import Joiner, plain
from kg.sources.layout.masthead import (
    columns,
    hanging,
    is_cover,
    is_masthead,
    is_organisation,
    leading,
    repeated,
)
from kg.sources.layout.notes import footnotes
from kg.sources.layout.offices import Offices, joined_lines
from kg.sources.layout.page_words import REFERENCES, HeaderLabels, letters
from kg.sources.layout.pages import Page, TextLine
from kg.sources.layout.signs import IDENTIFIER, without_notes
from kg.sources.layout.venue import venue
from kg.sources.paper_rows import ARXIV_ID
from kg.text import count_han

_STAMP = re.compile(
    rf"arXiv:\s*({ARXIV_ID})(v\d+)?"
    r"(?:\s*\[[\w.-]+\])?(?:\s+(\d{1,2})\s+(\w{3})\w*\s+(\d{4}))?"
)
_DOI = re.compile(r"(?:doi\.org/|\bdoi\s*:?\s*)(10\.\d{4,9}/\n?[^\s,;<>\"]+)", re.I)
_STATE = re.compile(r"\s*\[version \d+[;:][^\[\]]*\]?$", re.I)  # of its review: "[version 1; peer review: 2 approved]"
_ABOVE = 3.5  # em of the title; from the names of authors that stand above it
_NEXT = 2.2  # em; between these and what else stands above the title
_MOST_PAGES = 2  # without covers, on which the header may stand
_MOST_LINES = 400  # lines from the top of a page; a page of text has 120
_MOST_CHARS = 2_000  # characters of a line between title and abstract
_LEAST = 4  # letters of a title
_WORD = re.compile(r"[^\W\d_]{2}")
_COVER = 0.9  # least size of a title on a later page, relative to the cover's
_WITHIN = 0.06  # tolerance for the sizes of a title's lines
_LINES = 1.85  # em at most between lines of a title, where the text is not set wide for review
_UNDER_SIGN = 0.75  # least size of a title, relative to a single word that is printed above it
_LARGE = 1.25  # least size of such a title, relative to the text
_UPPER = 0.62  # without an abstract, the title lies in this upper share of the page


@dataclass
class Header:
    """The header of a paper; a missing text is "", a missing list is empty."""

    title: str = ""
    abstract: str = ""
    authors: list[str] = field(default_factory=list)
    affiliations: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    arxiv: str = ""
    doi: str = ""
    date: str = ""  # ISO 8601, from the arXiv stamp
    venue: str = ""
    year: int | None = None  # of the venue
    size: float = 0.0  # of the title, in points
    has_heading: bool = False  # whether the abstract has one


def header(pages: Iterable[Page], joiner: Joiner) -> Header:
    """Read the header from the first pages; further pages are read only as needed.

    After a cover sheet, the header comes from the first page with an abstract and a title at least as large as that of
    the cover. After a long list of authors, only the abstract comes from a later page.
    """
    made: list[Header] = []
    covers: list[Page] = []
    rest = iter(pages)
    for page in rest:
        if is_cover(page):
            covers.append(page)
            continue
        out, found = _of_page(page, joiner)
        made.append(out)
        if len(made) == 1:
            _identify(made[0], page)
        if found:
            if found.is_open:
                out.abstract = abstracts.over_pages(found, next(rest, None), joiner)
            break
        if len(made) == _MOST_PAGES:
            break
    if not any(one.title for one in made) and covers:
        made = [_of_page(covers[0], joiner)[0]]
        _identify(made[0], covers[0])
    if not made:
        return Header()
    for one in made:
        if covers and not one.venue:
            one.venue, one.year = venue(covers[0], is_cover=True)
    first, last = made[0], made[-1]
    if last is first:
        return first
    if last.abstract and last.title and last.size >= _COVER * first.size:
        said = last if last.venue else first
        return replace(last, arxiv=first.arxiv, doi=first.doi, date=first.date, venue=said.venue, year=said.year)
    return replace(
        first,
        abstract=last.abstract,
        has_heading=last.has_heading,
        keywords=first.keywords or last.keywords,
        affiliations=first.affiliations or (last.affiliations if last.authors == first.authors else []),
    )


def _of_page(page: Page, joiner: Joiner) -> tuple[Header, abstracts.Abstract | None]:
    lines = sorted(page.lines, key=lambda line: line.y)[:_MOST_LINES]
    heading = next((line for line in lines if abstracts.is_heading(line) or abstracts.is_chinese(line)), None)
    title = _title(lines, heading, page)
    below = max((line.y for line in title), default=0.0)
    headed = abstracts.find(page, below, joiner)
    found = headed or abstracts.first_paragraph(page, below, joiner)
    side = columns(page, found) if found else []
    top = min(found.top if found else page.height, _body_top(page, below, side))
    size = max((line.tall for line in title), default=0.0)
    out = Header(title=_title_text(title, joiner) if title else "", size=size)
    if found:
        out.abstract, out.has_heading = found.text, headed is not None
    out.keywords = abstracts.keywords(page, below, joiner)
    between = _between(lines, title, top, is_sparse=top == page.height)
    notes_top = top
    if found:
        hung = hanging(page, below, (found.left, found.right), top)
        notes_top = min((line.y - 1 for line in hung), default=top)
        aside = set(map(id, (*hung, *side)))
        between = [line for line in between if id(line) not in aside]
    low = min((li.y for li in title), default=0.0)
    upper = [li for li in lines if li.y < low]
    between = [line for line in between if not repeated(line, upper) or Offices.load().has(line.text)]
    who = people(between)
    if not who.authors:  # a few journals print them above the title, others in a column at its side
        near = _directly_above(title, [li for li in upper if not repeated(li, lines)])
        above = people(near)
        beside_it = people([li for li in side if not repeated(li, upper)])
        is_list = bool(beside_it.mails) or any(IDENTIFIER.search(li.text) for li in side)
        who = max((who, above, *[beside_it] * is_list), key=lambda one: len(one.authors))
    out.authors, out.affiliations = who.authors, who.affiliations
    text = max(body_size(page.lines), found.rows[0].size if found else 0.0)  # notes may make up most of a page
    own = [line for row in found.rows for line in row.lines] if found else []
    _from_notes(who, page, [*between, *own], (notes_top, text), out)
    if not out.affiliations:
        signs = [li.text for li in without_notes(upper) if not found and is_organisation(li.text)]
        out.affiliations = [joined_lines(signs)] * bool(signs)
    out.venue, out.year = venue(page)
    return out, found


def _directly_above(title: Sequence[TextLine], upper: Sequence[TextLine]) -> list[TextLine]:
    """The lines above a title up to a gap, without a running head."""
    top = min((line.y - _ABOVE * title[0].size for line in title), default=0.0)
    out: list[TextLine] = []
    for line in sorted(upper, key=lambda line: -line.y):
        if line.y <= top or (out and out[-1].y - line.y > _NEXT * out[-1].size):
            break
        out.append(line)
    return out if title else []


# Title


def _title(lines: Sequence[TextLine], heading: TextLine | None, page: Page) -> list[TextLine]:
    """The lines of the title: the group of the largest lines above the abstract that name no journal or rubric."""
    lowest = heading.y - 0.5 * heading.size if heading and heading.y > 0.08 * page.height else _UPPER * page.height
    known = HeaderLabels.load()
    above = [line for line in lines if line.y < lowest and line.letters >= 2 and not abstracts.is_after(line)]
    groups = [[*dropwhile(lambda li: known.is_kind(li.text), g)] for g in _groups(above, leading(lines))]
    groups = [g for g in groups if sum(line.letters for line in g) >= _LEAST]
    groups = [g for g in groups if any(_WORD.search(line.text) for line in g)] or groups  # not a sign: "J | A | C | S"
    groups = [g for g in groups if not is_masthead(g, lines)] or groups
    if not groups:
        return []
    body = body_size(lines)
    if heading and heading.text.isascii():  # a title in two languages: that of the abstract
        groups = [g for g in groups if g[0].tall > 1.08 * body and _is_latin(g)] or groups
    largest = max(g[0].tall for g in groups)
    if largest > 1.08 * body:
        fitting = [g for g in groups if g[0].tall >= (1 - _WITHIN) * largest]
    else:
        fitting = [g for g in groups if all(line.font.bold for line in g)] or groups
    several = [g for g in fitting if _words(g) > 1]
    if not several:  # the sign of a publisher or a journal may be larger than the title: "ELSEVIER"
        top = max(g[0].y for g in fitting)
        least = max(_UNDER_SIGN * largest, _LARGE * body)
        several = [g for g in groups if _words(g) > 2 and g[0].tall >= least and g[0].y > top]
    return min(several or fitting, key=lambda g: g[0].y)


def _words(group: Sequence[TextLine]) -> int:
    return sum(max(len(line.text.split()), count_han(line.text) // 2) for line in group)


def _is_latin(group: Sequence[TextLine]) -> bool:
    letters = [c for line in group for c in line.text if c.isalpha()]
    return sum(c < "\u0250" for c in letters) > 0.5 * len(letters)


def _groups(lines: Sequence[TextLine], spacing: float) -> list[list[TextLine]]:
    """Groups of lines of one size and weight that are below one another or side by side."""
    out: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (round(line.y), line.left)):
        for group in reversed(out):
            if _goes_on(group, line, spacing):
                group.append(line)
                break
        else:
            out.append([line])
    return out


def _goes_on(group: list[TextLine], line: TextLine, spacing: float) -> bool:
    last = group[-1]
    is_alike = abs(last.tall - line.tall) <= _WITHIN * last.tall
    if last.text.isupper() and line.text.isupper():  # a line of small capitals may have no full capital
        is_alike = is_alike or abs(last.size - line.size) <= _WITHIN * last.size
    if not is_alike or line.chars_font().bold not in (last.font.bold, last.chars[-1].font.bold):
        return False  # the state of the review behind a title is not set bold
    gap = line.y - last.y
    if gap < 0.3 * line.size:
        return line.left - last.right < 2.5 * line.size
    left, right = min(li.left for li in group), max(li.right for li in group)
    return gap < max(_LINES, spacing) * line.tall and line.left < right and line.right > left


def _title_text(lines: Sequence[TextLine], joiner: Joiner) -> str:
    """The text of the title without footnote marks."""
    texts = []
    for line in sorted(lines, key=lambda line: (round(line.y), line.left)):
        chars = [c for c in line.chars if not (c.raised and (c.text in "*∗†‡§¶‖∥⋆" or not c.text.isalnum()))]
        texts.append(plain(chars))
    return _STATE.sub("", joiner.join(texts)).rstrip("*∗†‡§¶‖∥⋆ ")


# Authors


def _between(
    lines: Sequence[TextLine], title: Sequence[TextLine], top: float, is_sparse: bool = False
) -> list[TextLine]:
    """The lines between title and abstract, up to a figure or a wide gap, of which a title page has many."""
    below = max((line.y for line in title), default=0.0)
    own = sorted(
        (li for li in lines if below < li.y < top - 0.4 * li.size and li not in title and len(li.chars) < _MOST_CHARS),
        key=lambda li: li.y,
    )
    kept: list[TextLine] = []
    for line in own:
        if kept and not is_sparse and line.y - kept[-1].y > 6 * max(line.size, 10):
            break
        kept.append(line)
    return kept


def _body_top(page: Page, below: float, side: Sequence[TextLine]) -> float:
    """Where running text starts below the height `below`, outside of the columns of notes at the side."""
    aside = {id(line) for line in side}
    for run in paragraphs([line for line in page.lines if line.y > below and id(line) not in aside]):
        return run[0].y
    return page.height


def _from_notes(who: People, page: Page, between: Sequence[TextLine], below: tuple[float, float], out: Header) -> None:
    """Add affiliations from the notes of the page if the header has none, or lacks those of some marks."""
    numbers = {m for m in who.marks if m.isdigit()}
    if who.affiliations and numbers <= who.labels:
        return
    used = {id(line) for line in between}
    top, body = below  # where the text of the page starts, and its size
    small = [li for li in page.lines if id(li) not in used and li.y > top and li.size <= 0.97 * body]
    small = [li for li in small if not abstracts.is_heading(li) and letters(li.text) != "keywords"]
    ordered = sorted((li for li in small if len(li.chars) < _MOST_CHARS), key=lambda li: li.order)[-_MOST_LINES:]
    for text in footnotes(ordered, who, numbers - who.labels if who.affiliations else None):
        if text not in out.affiliations:
            out.affiliations.append(text)


# Identifiers


def _identify(made: Header, page: Page) -> None:
    """Set arXiv id and date from the stamp in the margin, and the DOI printed on the page outside its references."""
    texts = [line.text for line in page.lines]
    end = next((at for at, text in enumerate(texts) if REFERENCES.fullmatch(text)), len(texts))
    stamp = _STAMP.search(page.margin) or next((m for m in map(_STAMP.match, texts) if m and m[3]), None)
    if stamp:
        made.arxiv = stamp[1]
        if stamp[3] and (month := number(stamp[4])):
            made.date = f"{stamp[5]}-{month:02d}-{int(stamp[3]):02d}"
    doi = _DOI.search("\n".join(texts[:end]))
    if doi:
        made.doi = "".join(doi[1].split()).rstrip(".)]}")
