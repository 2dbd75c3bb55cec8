"""Rows of named values: the form in which metadata readers return papers, and their conversion to documents.

A reader maps each paper to a mapping with the keys of `KEYS` (any of the names of a key): texts, lists of names, an ISO
date, identifiers. This module does what all formats need: cleaning, limits, dates, identifiers, repair, unique entry
names, and a message for each row that is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date as day_of
from typing import Any

from kg.model import Batch, Document, KgError, Source, Text
from kg.sources.base import TEXT_LIMIT, InputFile
from kg.sources.repair import repair
from kg.sources.words import WordCounts

_MOST_SENTENCES = 100  # about skipped rows; the others are only counted
_MOST_SKIPPED = 500_000  # rows, which take seconds; a file with more is not a file of papers
_ID_LIMIT = 200

#: The names under which a value may be given; the first one with a value wins.
KEYS = {
    "id": ("id", "paper_id", "key"),
    "T": ("title",),
    "A": ("abstract", "summary"),
    "I": ("institutions", "affiliations", "aff", "affset", "institution", "affiliation"),
    "B": ("brief",),
    "H": ("brief_title",),
    "K": ("keywords", "keyword"),
    "authors": ("authors", "author"),
    "author_count": ("num_authors", "author_count"),
    "venue": ("venue", "conference", "journal"),
    "year": ("year",),
    "date": ("date", "published", "day", "publication_date"),
    "arxiv": ("arxiv", "arxiv_id", "eprint"),
    "doi": ("doi",),
    "url": ("url", "link", "pdf_url"),
}
_DATE = re.compile(
    r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ARXIV_ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"  # without the version
_ARXIV = re.compile(
    rf"(?:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:)?({ARXIV_ID})(?:v\d+)?(?:\.pdf)?", re.I
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.I)
_OTHERS = re.compile(r"(?:and )?others|et\.? al\.?", re.I)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TWO_IN_ONE = re.compile(r"(?<=[\w)])\+(?=[A-Z])")  # "University of Oxford+Google", as in OpenReview lists


class Skipped(Exception):
    """The reason why a row gives no entry; it completes the sentence "... was skipped: "."""


Row = tuple[str, Mapping[str, Any] | Skipped]  # position ("line 3", "record 2") and values


def batch_of(rows: Iterable[Row], file: InputFile, form: str, unit: str = "records") -> Batch:
    """Make a batch from rows, which are read lazily; raises KgError when there is none.

    A KgError after the first row becomes the message why the rest of the file is skipped.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        raise KgError(f"{file.path}: holds no paper: give a file with papers.")
    batch = Batch(Source(name=file.name, file=file.file_name, form=form, sha256=file.sha256), ())
    batch.documents = documents(_to_the_end(first, rows, file), file, batch.skipped, unit)
    return batch


def _to_the_end(first: Row, rows: Iterator[Row], file: InputFile) -> Iterator[Row]:
    yield first
    try:
        yield from rows
    except KgError as error:
        yield "the rest", Skipped(str(error).removeprefix(f"{file.path}: "))


def documents(rows: Iterable[Row], file: InputFile, skipped: list[str], unit: str) -> Iterator[Document]:
    """Yield the repaired documents of the rows; `skipped` gets a message for each row without a document."""
    words = WordCounts.load()
    seen: dict[str, str] = {}
    more = 0
    for number, (where, row) in enumerate(rows, 1):
        try:
            if isinstance(row, Skipped):
                raise row
            made = document(row, file.name, number)
            first = seen.setdefault(made.id, where)
            if first != where:
                raise Skipped(f'the id "{made.id}" is already used in {first}')
        except Skipped as reason:
            if len(skipped) < _MOST_SENTENCES:
                skipped.append(f"{file.path}: {where} was skipped: {str(reason).rstrip('.')}.")
            else:
                more += 1
            if more > _MOST_SKIPPED:
                skipped.append(f"{file.path}: the rest was not read, because hardly any {unit} are papers: see above.")
                break
            continue
        yield repair(made, words)
    if more:
        skipped.append(f"{file.path}: {more} more {unit} were skipped.")


def document(row: Mapping[str, Any], source: str, number: int) -> Document:
    """The unrepaired document of a row, named by its `id`, else by source and number.

    Raises Skipped when it has neither title nor abstract, or a text that is too long.
    """
    values = {key: _first(row, names) for key, names in KEYS.items()}
    texts = {key: _string(values[key]) for key in "TAB"} | {"H": _string(values["H"])}
    texts["I"] = _joined(values["I"])
    texts["K"] = _joined(values["K"])
    if not texts["T"].strip() and not texts["A"].strip():
        raise Skipped("it has neither title nor abstract")
    for key, text in texts.items():
        if len(text) > TEXT_LIMIT:
            raise Skipped(f"its {KEYS[key][0]} has {len(text):,} characters, more than {TEXT_LIMIT:,}")
    name = _string(values["id"]).strip() or f"{source}-{number:02d}"
    if len(name) > _ID_LIMIT or not name.isprintable():
        raise Skipped("its id is too long or holds characters that do not print")
    authors, count = _authors(values["authors"])
    date, year = _when(values["date"], values["year"])
    return Document(
        id=name,
        source=source,
        number=number,
        texts={key: Text(texts[key], texts[key]) for key in "TAIBHK" if texts[key] or key in "TA"},
        authors=authors,
        author_count=max(filter(None, (count, _integer(values["author_count"]))), default=None),  # lists may be cut
        venue=_line(values["venue"]),
        year=year,
        date=date,
        arxiv=_identifier(_ARXIV, values["arxiv"], values["id"], values["url"]),
        doi=_identifier(_DOI, values["doi"], values["id"], values["url"]),
        url=_line(values["url"]),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = row.get(name)
        if value is not None and value != "" and value != []:
            return value
    return None


def _string(value: Any) -> str:
    """A text unchanged; a number as digits; "" for anything else."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _line(value: Any) -> str:
    return " ".join(_string(value).split())


def _names(value: Any) -> list[str]:
    """The names in a list of texts or of objects with a name."""
    items = value if isinstance(value, list) else [value]
    names = (_line(item.get("name") if isinstance(item, dict) else item) for item in items)
    return [name for name in names if name]


def _joined(value: Any) -> str:
    """A text unchanged; a list as its distinct names, joined by semicolons because names may contain commas."""
    if isinstance(value, str):
        return _string(value)
    pieces = (piece.strip() for name in _names(value) for piece in _TWO_IN_ONE.split(name))
    return "; ".join(dict.fromkeys(p for p in pieces if p))


def _authors(value: Any) -> tuple[tuple[str, ...], int | None]:
    if isinstance(value, list):
        return _counted(_names(value))
    if isinstance(value, str) and not value.strip().isdecimal():
        return _counted([n for n in (_line(n) for n in re.split(r";|\band\b|,", value)) if n])
    return (), _integer(value)


def _counted(names: list[str]) -> tuple[tuple[str, ...], int | None]:
    """Names and their number, which is unknown (None) after "et al."."""
    if names and _OTHERS.fullmatch(names[-1]):
        return tuple(names[:-1]), None
    return tuple(names), len(names) or None


def _integer(value: Any) -> int | None:
    text = _string(value).strip()
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _when(date: Any, year: Any) -> tuple[str, int | None]:
    """ISO 8601 date and year, each completing the other; invalid dates are dropped."""
    text = _line(date)
    match = _DATE.fullmatch(text)
    iso = text.replace(" ", "T") if match and _is_date(match) else ""
    number = _YEAR.search(_string(year)) or _YEAR.match(iso)
    return iso, int(number.group()) if number else None


def _is_date(match: re.Match[str]) -> bool:
    try:
        day_of(*(int(part or 1) for part in match.group(1, 2, 3)))
    except ValueError:
        return False
    return True


def _identifier(form: re.Pattern[str], *values: Any) -> str:
    for value in values:
        match = form.fullmatch(_line(value))
        if match:
            return match[1]
    return ""
