"""Lists of papers in OPML, Org, AsciiDoc and MediaWiki, written as in Markdown, each line where it stood."""

from __future__ import annotations

import re
from html import unescape

from kg.sources.links import without_notes

_OUTLINE = re.compile(r"\s*(?:<\?xml[^<>]{0,200}>\s*)?<opml\b", re.I)
_OF_OUTLINE = re.compile(r"[ \t]*<outline\b((?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>", re.I)
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_ELEMENT = re.compile(r"</?[A-Za-z?][^<>]*>")
_ASCIIDOC = re.compile(r"^=\s+\S|^\|===+\s*$|^:[a-z][\w-]*:(?:\s|$)|https?://[^\s\[\]]+\[[^\[\]]+\]", re.M)
_ASCIIDOC_HEADING = re.compile(r"^(={1,6})(?=\s+\S)", re.M)
_ASCIIDOC_LINK = re.compile(r"(?:link:)?(https?://[^\s\[\]<>]{1,500})\[([^\[\]\n]{1,400})\]")
_ASCIIDOC_TABLE = re.compile(r"^\|===+[ \t]*\n(.*?)^\|===+[ \t]*$", re.M | re.S)
_ASCIIDOC_CELL = re.compile(r"(?:^|[ \t])[\d.+*]{0,4}[<^>.aehlmsv]{0,2}\|")
_ASCIIDOC_ANCHOR = re.compile(r"\[\[\[[^\[\]]{1,60}\]\]\]\s*")
_ASCIIDOC_BREAK = re.compile(r"[ ]\+$", re.M)
_ORG = re.compile(r"^#\+[A-Za-z_]+:|^[ \t]*:PROPERTIES:[ \t]*$", re.M)
_ORG_HEADING = re.compile(
    r"^(\*{1,9})[ \t]+(?:[A-Z]{4,10}[ \t]+)?(?:\[#[A-Z]\][ \t]+)?(.*?)(?:[ \t]+:[\w:@]+:)?[ \t]*$", re.M
)
_DRAWER = re.compile(r"^[ \t]*:([\w-]{2,30}):[ \t]*(.*)$", re.M)
_CITE = re.compile(
    r"^[*#:]*\s*(?:<ref[^<>]*>)?\{\{\s*(?:cite|citation)\b[^|{}]*\|((?:[^{}]|\{\{[^{}]*\}\}){1,4000})\}\}", re.M | re.I
)
_ARGUMENT = re.compile(r"\s*([\w -]+?)\s*=\s*(.*?)\s*", re.S)


def opml(text: str) -> str | None:
    """An outline as a list; None for other texts."""
    return _ELEMENT.sub("", _OF_OUTLINE.sub(_of_outline, text)) if _OUTLINE.match(text) else None


def mediawiki(text: str) -> str | None:
    """A page of a wiki with its references as items; None for other texts."""
    return _CITE.sub(_of_template, text) if _CITE.search(text) else None


def org(text: str) -> str | None:
    """A file of Org mode with its headings and properties as in Markdown; None for other texts."""
    if not _ORG.search(text):
        return None
    text = _ORG_HEADING.sub(lambda found: f"{'#' * min(6, len(found[1]))} {found[2]}", text)
    return _DRAWER.sub(lambda found: f"{found[1]}: {found[2]}" if found[2].strip() else "", text)


def asciidoc(text: str) -> str | None:
    """A file in AsciiDoc with its headings, links and tables as in Markdown; None for other texts."""
    if not _ASCIIDOC.search(text):
        return None
    text = _ASCIIDOC_LINK.sub(r"[\2](\1)", _ASCIIDOC_HEADING.sub(lambda found: "#" * len(found[1]), text))
    return _ASCIIDOC_ANCHOR.sub("", _ASCIIDOC_BREAK.sub("", _ASCIIDOC_TABLE.sub(_of_table, text)))


def _of_table(found: re.Match[str]) -> str:
    """A table of AsciiDoc, whose first line has the names of the columns, each row where its first cell stood."""
    lines = found[1].split("\n")
    cells: list[tuple[int, str]] = []  # the line of a cell, its text
    width = 0
    for at, line in enumerate(lines, 1):
        before, *begun = _ASCIIDOC_CELL.split(line)
        if before.strip() and cells:
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} {before.strip()}")
        cells += ((at, one.strip()) for one in begun)
        width = width or len(begun)
    made = ["|"] * (len(lines) + 1)  # a row without a cell
    for n in range(0, len(cells), max(1, width)):
        at, row = cells[n][0] * (n > 0), [text for _, text in cells[n : n + width]]
        made[at] = f"| {' | '.join(row)} |"
    made[cells[0][0] if cells else 0] = "|---" * width + "|"
    return "\n".join(made)


def _of_outline(found: re.Match[str]) -> str:
    """A line of an outline: a link and what is noted beside it, or what others stand under."""
    said = {one[1].lower(): " ".join(unescape(one[2] or one[3] or "").split()) for one in _ATTRIBUTE.finditer(found[1])}
    text, url = said.get("text", "") or said.get("title", ""), said.get("url", "")
    if not (url or found[2]):
        return f"# {text}"
    return f"- {f'[{text}]({url})' if url else text} {said.get('_note', '')}"


def _of_template(found: re.Match[str]) -> str:
    """A reference of a wiki as an item with lines of fields."""
    arguments = (_ARGUMENT.fullmatch(part) for part in without_notes(found[1]).split("|"))
    said = {one[1].lower(): one[2] for one in arguments if one and one[2]}
    numbers = ["", *map(str, range(1, 100))]
    people = [
        f"{said[f'last{n}']}, {said.get(f'first{n}', '')}".strip(", ") if f"last{n}" in said else said[f"author{n}"]
        for n in numbers
        if f"last{n}" in said or f"author{n}" in said
    ]
    venue = next((said[key] for key in ("journal", "conference", "book-title", "work", "magazine") if key in said), "")
    eprint = said.get("arxiv") or said.get("eprint")
    lines = {
        "Authors": "; ".join(people),
        "Venue": venue,
        "Date": said.get("date", ""),
        "Year": said.get("year", ""),
        "DOI": f"https://doi.org/{said['doi']}" if "doi" in said else "",
        "arXiv": f"https://arxiv.org/abs/{eprint}" if eprint else "",
        "URL": said.get("url", ""),
    }
    below = "".join(f"\n  {name}: {value}" for name, value in lines.items() if value)
    return f"- **{said.get('title', '')}**{below}" + "\n" * found[0].count("\n")
