"""BibTeX and BibLaTeX, including the variants of Scopus and Web of Science, parsed with bibtexparser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import unescape
from typing import Any

from kg.latex import bare, journal, plain
from kg.sources import as_written, bbl, bibliography
from kg.sources.forms import forms, is_lost
from kg.sources.inputs import InputFile
from kg.sources.json_records import is_data
from kg.sources.lines import opening, records, rows
from kg.sources.paper_rows import Row, RowReader, Skipped
from kg.sources.people import is_list, people, person, signed
from kg.sources.tags import untagged

_FIRST = re.compile(rf"\s*@\s*\w+\s*[{{(]|{bbl.FIRST}")
_BETWEEN = re.compile(  # entries in one line
    r"(?<=[})])[ \t,]*(?=@\s*\w+\s*[{(]\s*[^\s,={}]{1,200}\s*,\s*(?:[\w-]+\s*=|$))"
)
_SNIFF = re.compile(
    r"(?:^|[\r\n])[ \t]*@[ \t]*\w+[ \t]*[{(]\s*+(?:[^\s,={}][^\n,={}]*+)?\s*+,\s*[\w-]+\s*=\s*(?:[{\"]|\w+\s*[,}#])"
)
_OF_BIBER = re.compile(rf"^{bbl.FIRST}", re.M)
_SNIFF_MACRO = re.compile(r"(?:^|[\r\n])[ \t]*@(?:string|preamble|comment)\s*[{(]", re.I)
_MOST_STARTS = 1000  # "@" in an entry: bibtexparser tries to start an entry at each
_MOST_MACROS = 20_000
_LONGEST_MACRO = 2_000  # code points; nested macros can grow exponentially
_BRACKET = re.compile(r"(?<!\\)[{}\"]")
_WORD = re.compile(r"[^\s#{}\",]+")
_CORRESPONDING = re.compile(r"^[^()\n]{1,200}\((?:Corresponding|Reprint) Author\),\s*", re.I)
_WRAPPED = re.compile(r"(?<=[^.\s])\n\s*")  # within an address, each of which ends in a full stop
_NEXT_AUTHORS = re.compile(r"(?<=\.)\s+(?=\[)")  # "[Fox, A; Lee, B] Univ X. [Day, C] Univ Y."
_FROM_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}[A-ZÀ-Þ][^\W\d_]+(?:[ '-][^\W\d_]+)?")
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.M | re.S)
_COMMENTED = re.compile(r"(?<!\\)%.*\n?")  # what BibTeX's users take for a comment
_COMMENT_BEHIND = re.compile(r"(?<=[}\",\w])([ \t]*,?)[ \t]+%[^\n]*$|^[ \t]*%[^\n]*$", re.M)  # a field
_SCHOLAR_BRACE = re.compile(r"\$\\([{}])\$")  # how Google Scholar writes the braces that keep capitals
_IN_BRACES = re.compile(r"\{[^{}]*\}")
_BETWEEN_NAMES = re.compile(r"\\.|[{}]|(?<!\S)and(?!\S)", re.I | re.S)
_CROSSREF = re.compile(r"(?i)\bcrossref\s*=\s*[{\"]([^{}\"\n]{1,200})[}\"]")
_VOLUME = re.compile(r"\s*@\s*(?:mv)?proceedings\b", re.I)
_OF_BOOK = re.compile(r"\s*@\s*(?:(?:book)?inbook|suppbook)\b", re.I)  # a part of a book, by whom the whole is
_NO_COMMA = re.compile(r"(?<=[}\"])[ \t]*(?=\n[ \t]*[A-Za-z][\w-]{0,40}[ \t]*=[ \t]*(?:[{\"]|\w+[ \t]*,?[ \t]*\n))")
_KEY = re.compile(r"\s*@\s*\w+\s*[{(]\s*([^\s,={}]{1,200})\s*,")
_MOST_VOLUMES = 20_000
_NO_OUTPUT = re.compile(r"\\noop\w*\s*\{[^{}]*\}")  # what only sorts: "{\noop{1999}2021}"
_ESCAPED_COMMAND = re.compile(r"\{\\textbackslash\}(?=[A-Za-z({\[])")
_ESCAPE = re.compile(r"\{\\textbackslash\}|\\([${}&%#_])")
_MARKS = re.compile(  # of notes behind a name: "Lee$^{*}$, Bo"
    r"(?:\$\s*\^\s*(?:\{[^{}$]*\}|\\\w+|[^\s{}$])\s*\$|\\textsuperscript\{[^{}]*\}|\\(?:thanks|footnote\w*)(?:\[\d+\]|\{[^{}]*\}))"
    r"(?![^\W\d_])"
)
_LINK = re.compile(r"https?://[^\s{}]{1,500}")
_PART = re.compile(r"(?:^|,)\s*(family|given|prefix|suffix)\s*=\s*(\{[^{}]*\}|[^,{}]*)")


def _sniff(file: InputFile) -> float:
    start = opening(file)
    if _OF_BIBER.search(start):
        return 0.9
    if _SNIFF.search(start):
        is_quoted = not _SNIFF.search(_FENCED.sub("", start))  # how to cite the list around it
        return 0.0 if is_data(file) else 0.3 if is_quoted else 0.8  # a field may hold an entry
    return 0.3 if _SNIFF_MACRO.search(start) else 0.0


def entries_of(file: InputFile) -> Iterator[Row]:
    """One row per entry; an @string macro applies to the entries after it."""
    import logging

    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # its warnings are reported with the rows
    names = forms()["bibtex"]
    macros: dict[str, str] = {}
    volumes: dict[str, dict[str, str]] | None = None  # read when the first entry refers to one

    def row(lines: list[str]) -> dict[str, Any] | None:
        nonlocal volumes
        text = "\n".join(lines)
        try:
            found = bbl.entry(lines) if text.lstrip()[0] == "\\" else _parsed(text, macros)
        except Skipped:
            if (mended := _NO_COMMA.sub(",", _COMMENT_BEHIND.sub(r"\1", text))) == text:
                raise
            found = _parsed(mended, macros)
        if found is None:
            return None
        key, values = found
        if _VOLUME.match(lines[0]) and not values.get("author"):
            return None  # a volume with its editors: its papers refer to it
        volume = values.get("crossref", "").strip().lower()
        if volume and volume != key.strip().lower():
            volumes = _volumes(file) if volumes is None else volumes
            for name, value in volumes.get(volume, {}).items():
                if name != "author" or _OF_BOOK.match(lines[0]):
                    values.setdefault(name, value)
        kind = values.pop(as_written.TYPE, "")
        entry = as_written.of_bibtex(kind, key, values) if kind else {}
        return {**_row(file, key, values, names), "as_written": entry}

    return rows(file, _FIRST, row, _BETWEEN)


def _volumes(file: InputFile) -> dict[str, dict[str, str]]:
    """What entries that others refer to (crossref) say of these, by key: a volume's title is the venue of its papers.

    A volume stands behind its papers, so the file is read for them first.
    """
    inherited: dict[str, dict[str, str]] = {}
    wanted: set[str] = set()
    macros: dict[str, str] = {}
    for record in records(file, _FIRST, _BETWEEN):
        text = "\n".join(record.lines)
        if found := _CROSSREF.search(text):
            wanted.add(found[1].strip().lower())
        is_macro = _SNIFF_MACRO.match(text) is not None
        if record.problem or not (is_macro or ((key := _KEY.match(text)) and key[1].strip().lower() in wanted)):
            continue
        with suppress(Skipped):
            if (volume := _parsed(text, macros)) is not None and len(inherited) < _MOST_VOLUMES:
                values = volume[1]
                said = {"booktitle": values.get("booktitle") or values.get("title", "")}
                said |= {name: values.get(name, "") for name in ("author", "year", "date", "month")}
                inherited[volume[0].strip().lower()] = {name: value for name, value in said.items() if value}
    return inherited


def _parsed(text: str, macros: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """Key and values of an entry; None for a comment, a preamble or a macro. Macros are added to `macros`."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateFieldKeyBlock, Entry, ParsingFailedBlock, String

    if text.count("@") > _MOST_STARTS:
        raise Skipped(f"it holds more than {_MOST_STARTS:,} @: divide it")
    blocks = parse_string(text, parse_stack=[]).blocks
    block = blocks[0] if blocks else None
    if isinstance(block, DuplicateFieldKeyBlock):
        block = block.ignore_error_block
    if isinstance(block, ParsingFailedBlock):
        reason = str(getattr(block.error, "abort_reason", "")).strip().rstrip(".") or "not an entry"
        raise Skipped(f"it is not BibTeX ({_reason(reason)}): check its braces, quotes and commas")
    if isinstance(block, String) and len(macros) < _MOST_MACROS:
        macros[block.key.strip().lower()] = _value(block.value, macros)[:_LONGEST_MACRO]
    if not isinstance(block, Entry):
        return None
    values = {as_written.TYPE: block.entry_type}
    for field in block.fields:
        value = _value(field.value, macros, field.key)
        name = field.key.strip().lower()
        if name == "author" and value != values.get(name, value):  # one a field
            values[name] += f" and {value}"
        elif not values.get(name):
            values[name] = value
    return block.key, values


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if reason.startswith("Unexpectedly reached end of file"):
        return "it is still open where the next entry begins or the file ends"
    return reason[:120].replace("`", "'")


def _value(raw: str, macros: Mapping[str, str], name: str = "a macro") -> str:
    """The text of a value: braces, quotes, numbers and macros, joined by "#"."""
    pieces: list[str] = []
    at, end = 0, len(raw)
    while True:
        while at < end and raw[at].isspace():
            at += 1
        if at < end and raw[at] in '{"':
            close = _closing(raw, at)
            pieces.append(raw[at + 1 : close])
            at = close + 1
        elif word := _WORD.match(raw, at):
            pieces.append(macros.get(word[0].lower(), word[0]))
            at = word.end()
        while at < end and raw[at].isspace():
            at += 1
        if at >= end:
            return "".join(pieces)
        if raw[at] != "#":
            raise Skipped(f"its {name.strip()[:40]} does not end where it should: check the comma after it")
        at += 1
        if sum(map(len, pieces)) > 1_000_000:
            raise Skipped(f"its {name.strip()[:40]} becomes too long: shorten its macros")


def _closing(raw: str, at: int) -> int:
    """Position of the brace or quote that closes the one at `at`."""
    mark, depth = raw[at], 0
    for match in _BRACKET.finditer(raw, at + 1):
        if match.group() == ("}" if mark == "{" else '"') and depth == 0:
            return match.start()
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
    raise Skipped("a brace or quote in it is not closed: close it")


def _row(file: InputFile, key: str, values: dict[str, str], names: Mapping[str, Any]) -> dict[str, Any]:
    authors = _COMMENTED.sub("", _MARKS.sub("", values.pop("author", "")))
    said: dict[str, list[str]] = {}
    values = {name: _NO_OUTPUT.sub("", _unescaped(value)) for name, value in values.items()}
    wanted = {"day", *(name for each in names.values() for name in each)}
    for name, value in values.items():
        if name not in wanted:  # skip unused fields: lists of references are long
            continue
        if name in ("title", "abstract"):
            said[name] = [" ".join(plain(untagged(_SCHOLAR_BRACE.sub(r"\1", value))).split())]
        elif name == "affiliation":
            said[name] = _addresses(bare(value), bare(authors))
        else:
            said[name] = [" ".join(bare(journal(unescape(value))).split())]
    row = bibliography.row(file, said, names)
    row["unread"] += [name for name, value in values.items() if name not in wanted and is_lost(name, value)]
    if not row.get("url") and (link := _LINK.search(values.get("howpublished", "") or values.get("note", ""))):
        row["url"] = bare(link[0])
    if key.strip():
        row["id"] = bibliography.named(file, key)
    several = [one for name in written_names(authors) for one in _without_and(name)]
    signing = people([bare(authors)]) if _is_list(several) else [_person(name) for name in several]
    row["authors"] = signed(signing, [group for name in names["groups"] for group in said.get(name, ())])
    return row


def written_names(authors: str) -> Iterator[str]:
    r"""The names around each "and" that is not in braces.

    >>> list(written_names(r"Ada Fox and {Simon and Schuster} AND \'{E}mile Roy and others"))
    ['Ada Fox', '{Simon and Schuster}', "\\'{E}mile Roy", 'others']
    """
    start = depth = 0
    for found in _BETWEEN_NAMES.finditer(authors):
        depth = max(0, depth + {"{": 1, "}": -1}.get(found[0], 0))
        if found[0].lower() == "and" and not depth:
            if name := authors[start : found.start()].strip():
                yield name
            start = found.end()
    if name := authors[start:].strip():
        yield name


def _without_and(name: str) -> list[str]:
    """The names in one that holds several: with initials in front, or open for another: "A Fox, B Lee and C Day"."""
    names = [one.strip() for one in name.split(",") if one.strip()]
    is_open = name.rstrip().endswith(",") and all(" " in one for one in names)  # "Ada Fox, Bo Lee, and Cy Day"
    return names if len(names) > 1 and (is_open or all(map(_FROM_INITIALS.fullmatch, names))) else [name]


def _is_list(names: list[str]) -> bool:
    """Whether what should be one name holds several, between commas or semicolons as people write them."""
    text = _IN_BRACES.sub("", names[0]) if len(names) == 1 else ""
    return not _PART.search(text) and is_list(bare(text))


def _unescaped(value: str) -> str:
    r"""A value in which a program escaped the LaTeX of a text, as Zotero does, without these escapes.

    >>> _unescaped(r"up to \${\textbackslash}sim\$4x \& more"), _unescaped(r"a \$5 model")
    ('up to $\\sim$4x & more', 'a \\$5 model')
    """
    return _ESCAPE.sub(lambda one: one[1] or "\\", value) if _ESCAPED_COMMAND.search(value) else value


def _person(name: str) -> str:
    """A name with the first name first; a name wholly in braces is an organization and is kept.

    BibLaTeX also knows names by their parts: "family=Berg, given=Jan, prefix=van den, useprefix=true".
    """
    name = name.strip()
    if parts := dict(_PART.findall(name)):
        return " ".join(bare(one) for key in ("given", "prefix", "family", "suffix") if (one := parts.get(key, "")))
    if name.startswith("{") and name.endswith("}") and _closing(name, 0) == len(name) - 1:
        return bare(name)
    return person(bare(name))


def _addresses(text: str, authors: str) -> list[str]:
    """The addresses in Web of Science's field, whose lines are "Last, First; Last, First, Univ X, City."."""
    known = {name.strip() for name in " ".join(authors.split()).split(" and ")}
    last_names = {name.partition(", ")[0] for name in known} | {name.rpartition(" ")[2] for name in known}
    found = []
    wrapped = _WRAPPED.sub(" ", text) if text.rstrip().endswith(".") else text
    for line in _NEXT_AUTHORS.sub("\n", wrapped).split("\n"):
        address = _CORRESPONDING.sub("", line.strip())
        before, _, one = address.rpartition("; ")
        is_after_names = all(name.partition(", ")[0] in last_names for name in before.split("; "))
        address = one if address == line.strip() and is_after_names else address
        last, _, rest = address.partition(", ")
        first, _, place = rest.partition(", ")
        found.append(place if f"{last}, {first}" in known else rest if last in known else address)
    return found


#: An entry is named by its key, "refs-smith2020".
READER = RowReader("bibtex", _sniff, entries_of, "entries")
