"""Items of lists of papers (list items, sections, rows of tables): a title, links, and who, where and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kg.sources import bibliography
from kg.sources.beside import is_noted
from kg.sources.dates import iso_date
from kg.sources.forms import forms, is_lost
from kg.sources.item_titles import (
    BEFORE,
    BESIDE,
    BOLD,
    LABEL,
    LEAST_WORDS,
    SHORTEST,
    bold_line,
    is_title,
    referred,
    title_of,
)
from kg.sources.layout.offices import Offices
from kg.sources.layout.personal_names import is_name
from kg.sources.links import FILE, IMAGE, LINK, PAPER, badges, bare
from kg.sources.paper_rows import ANY_YEAR, ARXIV_ID, Beside, Row, Skipped, doi_in
from kg.sources.people import people
from kg.sources.references import (
    ACRONYM,
    EDITION,
    INITIAL,
    before_italics,
    edition_in,
    held_alone,
    held_in,
    in_italics,
    in_italics_behind,
    led_by,
    names_first,
    names_of,
    place_in,
    venue_of,
    year_of,
)
from kg.sources.styles import cited, place_behind

_QUOTED_TITLE = re.compile(r"^.{0,20}?[“\"]([^“”\"]{6,300})[”\"].*$", re.S)
SAID = re.compile(r"(?:[^\w\[(<`|]|_){0,20}([^\W\d][\w ()/;-]{0,30}?)[*_]{0,2}\s*[:：]{1,2}\s*[*_]{0,2}\s*(\S.*)")
_CAPITALS_BEFORE = re.compile(r"[A-Z]{3,10}")  # a venue, before a title
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?!\d|\.\d)")
_MONTH = re.compile(
    r"(?:^|[\s,(\[])((?:19|20)\d\d)(?:[./-](0[1-9]|1[0-2])|\.([1-9]))(?=[\s,)\].]*(?:$|[\s\W](?!\d)))"
)  # "2025.03"
_BY = re.compile(
    r"(?i)^\W{0,5}by[*_:]*\s+((?:[^\[\]()\n]|(?<=,)\n|\n(?=[ \t]+\S)){3,500})"
    r"|^[^\w*_]{0,5}[*_](?![*_])([^*_\[\]]{3,5000})[*_](?![*_])"
    r"|^\W{0,5}([^\W\d_][^\[\]():*_.]{2,100}\bet\.? ?al\b\.?)"
)
_CITED = re.compile(
    r"^\W{0,5}\(([^\W\d_][^\[\]()\d*_]{2,300}(?: (?:&|and) [^\W\d_]+(?:-[^\W\d_]+)?|\bet al\.?)), (?:19|20)\d\d\)"
)
_BETWEEN_CITED = re.compile(r",? (?:&|and) |, ")
_LABELS = re.compile(r"^(?:\s*\[[^\[\]]{1,30}\])+")  # of links behind a title
QUOTE = re.compile(r"^[\s>]+")
_QUOTES = re.compile(r"((?:\n[ \t]*>[^\n]*)+)(?=\n|$)")
_MANY_WORDS = 6  # of a title that is a link to any page
_PROSE, _QUOTED = 200, 15  # code points of a paragraph, and of a quotation, that may be an abstract


@dataclass
class ListItem:
    """A part of the file that may be one paper."""

    line: int
    depth: int  # -1 for a heading, else the indent of the item
    text: str = ""
    said: dict[str, str] = field(default_factory=dict)  # fields, by our key
    level: int = 0  # of a heading
    is_row: bool = False  # of a table whose columns say what a paper has
    is_listed: bool = False  # such a row of a table with a column of DOIs or arXiv ids, of which it may have none
    url: str = ""  # of the title of such a row, wherever it leads
    has_items: bool = False  # a heading whose items are papers is none
    unread: list[str] = field(default_factory=list)  # labels of lines, names of columns that no rule reads
    is_noted: bool = False  # with a text below it that is none of a paper's fields
    year: str = ""  # of the heading above
    is_open: bool = False  # until its end is marked

    def say(self, key: str, value: str) -> None:
        """Set a field that a line names, unless it is set; an author a line makes a list."""
        before = self.said.get(key, "")
        self.said[key] = f"{before}; {value}" if key == "authors" and before else before or value


def rows_of(block: ListItem) -> Iterator[Row]:
    where = f"line {block.line}"
    whole = "\n".join((block.text, *block.said.values()))
    whole = LINK.sub(lambda link: "" if BESIDE.fullmatch(bare(link[1])) else link[0], whole)
    links = [found[0].rstrip(".,;:") for found in (*PAPER.finditer(whole), *FILE.finditer(whole))]
    if (
        block.level == 1
        and not LINK.sub("", _OF_BADGE.sub("", block.text)).count("http")
        and _OF_BADGE.search(block.text)
    ):
        links = [link for link in links if link in _OF_BADGE.sub("", whole)]  # of the file's title
    if parts := _several(block):
        for part in parts:
            yield from rows_of(part)
        return
    place = block.said.get("venue", "") if block.is_row else ""
    is_whole = place != "" and ANY_YEAR.search(f"{place} {block.said.get('year', '')}") is not None
    if not (links or block.url or is_whole or block.is_listed or _is_signed(block) or _is_reference(block)):
        held = held_alone(bare(LINK.sub("", block.text))) if block.depth >= 0 else {}
        is_told = held.get("venue", "") != "" or (block.depth >= 0 and _seems_paper(block))
        if held or is_told:
            yield where, Beside(linkless=is_told, held=held)
        return
    links = [block.url, *links] if PAPER.match(block.url) else links or [block.url] * bool(block.url)
    said = {key: bare(LINK.sub(r"\1", value)) for key, value in block.said.items()}
    cell = block.said.get("title", "")
    begins_with_quote = cell[:1] in '“"' and cell[-1:] not in '”"'
    title = ("" if begins_with_quote else title_of(cell)) or said.get("title", "") or title_of(block.text)
    whole_reference = _cited(block, title)
    title = whole_reference.get("title", title)
    title, group = [*title.removesuffix(")").split("(@"), ""][:2] if "(@" in title else (title, "")
    title = title.rstrip()
    arxiv = next((found for link in links if (found := _arxiv(link))), "")
    if len(title) < SHORTEST:
        for which, link in {_arxiv(link) or link: link for link in reversed(links)}.items():
            how = f": fetch it with `kg fetch arxiv id:{which}`" if which != link else ": write its title beside it"
            yield where, Skipped(f"it is a link ({link[:100]}) without a title{how}")
        return
    flat = LINK.sub(r"\1", IMAGE.sub("", block.text))
    before, rest = [*re.split(r"\s+".join(map(re.escape, title.split())), flat, maxsplit=1), ""][:2]
    behind = _LABELS.sub("", rest.lstrip('”"').removeprefix("**"))
    by = _BY.search(behind.lstrip(' -–—:,."”]\n'))
    bold = before_italics(block.text)
    signed, cited_title = bold if bold[1] else referred(block.text)
    signed = signed if cited_title == title else []  # names before the title
    by = None if by and by[2] and ACRONYM.fullmatch(by[2]) else by
    place = place_in(rest) or (in_italics_behind(rest) if signed else "")
    listed = _own_marked(rest, is_labelled=bool(block.said))
    by = None if by and (listed or whole_reference or (by[2] and (signed or by[2] == place))) else by
    marks = badges(block.text)
    places = (rest, said.get("venue", ""), _TURNED.sub(r"\2 \1", before), _MONTH.sub("", marks))
    edition = next(filter(None, map(edition_in, places)), None)
    begun = {found[:4] for link in links if (found := _arxiv(link))}  # of "arXiv 2004", which is April 2020
    dated = ANY_YEAR.sub(lambda found: "" if found[0] in begun else found[0], rest)
    told = said.get("year", "") or said.get("date", "") or (year_of(edition) if edition and venue_of(edition) else "")
    year = _YEAR.search(told or dated) or _YEAR.search(before)
    month = _MONTH.search(rest) or _MONTH.search(marks) or _MONTH.search(before)
    when = f"{month[1]}-{month[2] or f'0{month[3]}'}" if month else ""
    named_year = whole_reference.get("year") or (year[0] if year else year_of(edition) if edition else "") or block.year
    signers = next((one for one in by.groups() if one), "") if by else ""
    names = said.get("authors") or _END.split(signers)[0]
    if by and by[1]:
        place = place or in_italics_behind(signers[len(names) :] + by.string[by.end() :])
    more = "" if edition or "authors" in said else signers[len(names) :].strip(" .,")
    if more[:1].isupper() and not more.lower().startswith("arxiv") and not (by and by[1]):
        place = place or more
    authors = (
        whole_reference["authors"]
        if whole_reference and not names
        else signed
        if cited_title == title and bold[1]
        else people([names])
        if names
        else _BETWEEN_CITED.split(one[1])
        if (one := _CITED.match(rest))
        else listed
        if listed
        else names_of(dashed[1])
        if (dashed := _DASHED.match(rest))
        else names_first(behind) or names_first(BEFORE.sub("", before)) or in_italics(rest) or signed or led_by(before)
    )
    if not (place or edition or whole_reference or block.is_row) and len(authors) > 1:
        place = place_behind(rest, authors)
    row: dict[str, Any] = {
        "title": title,
        "brief_title": "",
        "abstract": said.get("abstract", "") or _prose(block.text),
        "other_abstract": said.get("other_abstract", ""),
        "authors": authors,
        "institutions": bibliography.places([said["institutions"]])
        if "institutions" in said
        else _behind(names, rest, group),
        "venue": said.get("venue")
        or whole_reference.get("venue")
        or (place if edition and place.endswith(edition[1]) else "")
        or venue_of(edition)
        or place
        or (held_in(behind) if authors else "")
        or (alone if _CAPITALS_BEFORE.fullmatch(alone := before.strip(" []")) and not LABEL.fullmatch(alone) else "")
        or _acronym_behind(rest, authors, block.year),
        "year": named_year or when[:4],
        "date": said.get("date", "")
        or next((iso_date(day[1]) for day in _DAY.finditer(f"{before}\n{rest}") if named_year in day[1]), "")
        or (when if named_year in ("", when[:4]) else "")
        or (iso_date(edition[0]) if edition and not venue_of(edition) else ""),
        "arxiv": arxiv or bibliography.arxiv_of([said.get("arxiv", "")]),
        "doi": next((found for link in links if (found := doi_in(link))), "")
        or next((found for key in ("doi", "arxiv", "url") if (found := doi_in(said.get(key, "")))), "")
        or (doi_in(block.text) if whole_reference else ""),
        "url": next((link for link in links if link.startswith("http")), "")
        or next((url for key in ("url", "doi", "arxiv") for url in _URL.findall(said.get(key, ""))), "")
        or next((url for label, url in LINK.findall(block.text) if "://" in url and bare(label) == title), ""),
        "keywords": bibliography.terms([_HASH.sub("; ", said["keywords"])]) if "keywords" in said else [],
    }
    if translated := _TRANSLATED.fullmatch(title):
        row["title"], row["brief_title"] = translated.groups()
    if title[-2:] in ("?.", "!."):
        row["title"] = title[:-1]
    row["unread"] = [name for name in block.unread if is_lost(name, name)]
    below = "" if block.is_row else block.text.partition("\n\n")[2] if whole_reference else block.text
    below = _HELD_AT.sub("", below.replace(_bracketed(edition), "") if edition else below)
    yield where, row
    if block.is_noted or is_noted(below, row):
        yield where, Beside(noted=True)


def _bracketed(edition: re.Match[str]) -> str:
    """A venue and its year with the brackets and words around them: "(Accepted at EMNLP 2024)"."""
    text = edition.string
    start, end = text.rfind("(", 0, edition.start()), text.find(")", edition.end())
    is_within = start >= 0 and end >= 0 and ")" not in text[start : edition.start()]
    return text[start : end + 1] if is_within else edition[0]


def _own_marked(rest: str, is_labelled: bool) -> list[str]:
    """The names on the line behind a title of which some are marked: "*Ada Fox*, Bo Lee"; one alone before labels."""
    line, *below = [line for line in rest.split("\n") if line.strip(" *_.")] or [""]
    if is_labelled and rest[:1] == "\n" and len(line.split()) > 1 and is_name(bare(line), Offices.load()):
        return [bare(line)]
    if _OWN.search(line) and (names := names_first(bare(line))):
        return names
    return next(filter(None, (names_of(line) for line in below if _OWN.search(line))), [])


def _acronym_behind(rest: str, authors: list[str], year: str) -> str:
    """The venue in capitals that stands alone right behind a title or its authors: any below the heading of a year."""
    behind = bare(rest).rpartition(authors[-1])[2] if authors else bare(rest)
    found = _CAPITALS.match(rest) or _CAPITALS.match(behind.lstrip(" .,:–—-"))
    if found is None or LABEL.fullmatch(found[1]) or Offices.load().has(found[1]):
        return ""
    return found[1] if year or found[1] in forms()["venues"] else ""


_DAY = re.compile(  # on a line of its own, or at its beginning
    r"^[\W_]*(\d{1,2} [A-Z][a-z]{2,8}\.? (?:19|20)\d\d(?=\W*$)|(?:19|20)\d\d([-/.])\d\d\2\d\d(?!\d))", re.M
)
_OWN = re.compile(r"(?:^\s*|,\s)([*_]{1,2})(?=[^\W\d_])[^*_,]{3,60}\1[*†‡]?\s*(?:,|$)")
_END = re.compile(  # of names, before a venue
    r"(?<=[^\W\d_]{2})\.\s+(?=[*_]\S|[A-Z]{3}|https?:)|(?<=\bet al)[.,]*\s+(?=\S)"
)
_TURNED = re.compile(r"((?:19|20)\d\d)[ -]((?:Findings of )?[A-Z][A-Za-z]{2,12})(?=\])")  # "[2024 CVPR]"
_PLACED = re.compile(r"\([^()]{0,40}?(?:19|20)\d\d(?:[-./]\d\d)?,\s*([^()\d]{2,60})\)")  # "(ICML 2022, Google)"
_CAPITALS = re.compile(r"[\s*_”\"’]*\(?([A-Z]{3,8}|[A-Z][a-z]{0,3}[A-Z]{2,4}[a-z]?)(?=[.,)]|\s*[(\[]|\s*$)", re.M)
_TRANSLATED = re.compile(r"([^\u3400-\u9fff]{6,}?)\s*[(（]([^()（）]*[\u3400-\u9fff][^()（）]*)[)）]")
_HELD_AT = re.compile(
    r"(?<=[*_]), [A-ZÀ-Þ][^\d\n<*_]{1,60}, (?:19|20)\d\d|(?<=\W)by(?=\s)"
)  # "*Caches*, Rome (Italy), 2020"
_OF_BADGE = re.compile(  # a picture that is a link
    r"\[\s*(?:!\[[^\[\]]{0,300}\]\([^()]{0,500}\)|<img\b[^<>]{0,300}>)\s*\]\([^()]{0,500}\)", re.I
)
_PLACES = frozenset({"arxiv", "doi", "url"})  # fields that a reference may hold on a line of its own
_IN_CELL = re.compile(r"\t|<br\s*/?>", re.I)
_DASHED = re.compile(  # "... - Ada Fox (2020)", "... - Ada Fox (SOSP)"
    r"[\s*\])]*[-–—]\s+([^()\[\]\d]{3,80}?)\s*\((?:(?:19|20)\d\d|[A-Z][A-Za-z]*[A-Z]{2,}[a-z]?)\)"
)
_LEAST_INITIALS = 2  # of people, in what seems to be a reference
_HASH = re.compile(r"(?:^|\s)\s*#(?=\w)|\]\s*[,;]?\s*\[|^\s*\[|\]\s*$")  # "#one #two", "[one], [two]"
_URL = re.compile(r"https?://[^\s<>()\[\]]{3,500}")


def _cited(block: ListItem, title: str) -> dict[str, Any]:
    """What an item says that is a whole reference; empty where its title is that of a link or another one."""
    if block.depth < 0 or block.is_row or bold_line(block.text) or not block.said.keys() <= _PLACES:
        return {}
    first = LINK.sub(lambda link: f" {link[1]} " if is_title(bare(link[1])) else " ", block.text.split("\n\n")[0])
    made = cited(IMAGE.sub("", first), block.year)
    labels = [one for label, _ in LINK.findall(block.text) if is_title(one := bare(label))]
    long = (bare(one or other) for one, other in BOLD.findall(block.text))
    labels += [one for one in long if len(one.split()) >= _MANY_WORDS and not names_first(one)]
    is_other = made and (not is_title(made["title"]) or (made["title"] != title and title in labels))
    is_longer = made and title and made["title"].startswith(title) and EDITION.search(made["title"][len(title) :])
    return {} if is_other or is_longer else made


def _several(block: ListItem) -> list[ListItem]:
    """The paragraphs below a heading without a link, if most of those that have a link to a paper have a title too."""
    if block.depth == 0 and "title" not in block.said and "\t" in block.text:  # a row with papers in a cell
        cells = [one for one in _IN_CELL.split(block.text) if _is_apart(one)]
        found = [ListItem(block.line, 0, one, unread=block.unread * (at == 0)) for at, one in enumerate(cells)]
        return found * (len(found) > 1)
    head, *below = _OF_BADGE.sub("", block.text).split("\n\n")
    first, _, rest = head.partition("\n")
    if block.depth < 0 and len(_apart(rest)) > 1:
        head, below = first, [rest, *below]
    if block.is_row or block.said or PAPER.search(head):
        return []
    parts = [
        "\n".join(QUOTE.sub("", line) for line in part.split("\n"))
        for whole in below
        for part in _apart(whole)
        if PAPER.search(part)
    ]
    titles = [title_of(part) for part in parts]
    is_list = len(titles) > (title_of(head) != "") and titles[0] != "" and 2 * sum(map(bool, titles)) > len(titles)
    return [ListItem(block.line, 0, part, year=block.year) for part in parts] if is_list else []


def _is_apart(text: str) -> bool:
    """Whether a part of a cell is a paper: a link to one begins it, or stands behind a title and ends it."""
    text = IMAGE.sub("", text)
    links = [link for link in LINK.finditer(text) if PAPER.search(link[2])]
    if not links or not title_of(text):
        return False
    before, behind = text[: links[0].start()], LINK.sub("", text[links[0].end() :])
    is_named = is_title(bare(links[0][1])) and not BESIDE.fullmatch(links[0][1])
    return not any(map(str.isalnum, before if is_named else behind))


def _apart(text: str) -> list[str]:
    """The parts of a paragraph that holds a paper a line, each from its line on; else the paragraph."""
    lines = text.split("\n")
    begins = [at for at, line in enumerate(lines) if PAPER.search(line) and title_of(line)]
    if len(begins) <= 1:
        return [text]
    return ["\n".join(lines[start:end]) for start, end in pairwise([*begins, len(lines)])]


def _behind(names: str, rest: str, group: str) -> list[str]:
    """The institutions in brackets behind names, "Ada Fox (MIT), Bo Lee (ETH)", beside the year or behind a title."""
    places = (*(one[1].strip(" *_") for one in _PLACED.finditer(rest)), group.removesuffix(" etc"))
    found = [place for place in places if Offices.load().has(place)]
    return list(dict.fromkeys(bibliography.behind_names(names))) or found


def _is_signed(block: ListItem) -> bool:
    """Whether fields below a title, or beside it in a table, name its authors."""
    signed = block.said.get("authors", "")
    return bool(signed) and (block.is_row or len(block.said) > 1 or bool(names_of(signed)))


def _is_reference(block: ListItem) -> bool:
    """Whether an item has a title, the names of two at least and a year; its link, if any, may lead anywhere."""
    if (whole := _cited(block, "")) and whole["year"]:
        urls = [url for label, url in LINK.findall(block.text) if bare(label) == whole["title"] and "://" in url]
        block.url = next((url.rstrip(".,;") for url in (*urls, *_URL.findall(block.text))), "")
        return True
    title = title_of(block.text) if block.depth >= 0 and (block.year or _YEAR.search(block.text)) else ""
    if len(title.split()) < LEAST_WORDS or block.is_row:
        return False
    before, _, rest = bare(LINK.sub(r"\1", block.text)).partition(title)
    if not (
        names_first(rest)
        or names_first(BEFORE.sub("", before))
        or (before_italics(block.text)[0] or referred(block.text)[0])
    ):
        return False
    block.url = next((url for label, url in LINK.findall(block.text) if bare(label) == title and "://" in url), "")
    return True


def _seems_paper(block: ListItem) -> bool:
    """Whether an item has a title of several words, set apart, and names or a venue with its year behind it."""
    if block.is_row:
        return True
    labels = (bare(label) for label, url in LINK.findall(block.text.split("\n")[0]) if "://" in url)
    if any(len(label.split()) >= _MANY_WORDS and is_title(label) for label in labels):
        return True
    if not title_of(block.text) and len(INITIAL.findall(block.text)) >= _LEAST_INITIALS and _YEAR.search(block.text):
        return True
    title = next((one or other for one, other in BOLD.findall(block.text)), "") or _QUOTED_TITLE.sub(r"\1", block.text)
    title = bare(LINK.sub(r"\1", title)) if title != block.text else ""
    if len(title.split()) < LEAST_WORDS or not is_title(title):
        return False
    rest = bare(LINK.sub(r"\1", block.text)).rpartition(title)[2]
    return EDITION.search(rest) is not None or bool(names_first(rest))


def _prose(text: str) -> str:
    """The paragraphs below a title that are long enough to be an abstract, or quoted."""
    found = []
    text = _QUOTES.sub(r"\n\1\n", text)
    for part in text.split("\n\n")[1:]:
        lines = [line for line in part.split("\n") if line.strip()]
        is_quote = bool(lines) and all(line.lstrip().startswith(">") for line in lines) and not SAID.match(lines[0])
        prose = bare(" ".join(QUOTE.sub("", line) for line in lines))
        if len(prose) >= (_QUOTED if is_quote else _PROSE) and not LINK.search(part) and not PAPER.search(part):
            found.append(prose)
    return "\n".join(found)


_IN_LINK = re.compile(rf"(?:/|arxiv[:\s]\s*)({ARXIV_ID})", re.I)


def _arxiv(link: str) -> str:
    found = _IN_LINK.search(link) if re.search(r"arxiv|papers/", link, re.I) else None
    return found[1] if found else ""
