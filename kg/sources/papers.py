"""Papers as JSON lines, plain or gzip: one object a line with a title or an abstract and whatever else is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date as day_of
from typing import Any

from kg.model import Batch, Document, KgError, Source, Text
from kg.sources.base import TEXT_LIMIT, InputFile
from kg.sources.repair import repair
from kg.sources.words import Words

_LONGEST = 4 * 1024 * 1024  # bytes of a line
_MOST_SENTENCES = 100  # on skipped lines, before they are only counted
_ID_LIMIT = 200

#: The names under which a value is found, the first one that has any.
_KEYS = {
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
#: An array of objects, or an object over several lines.
_OTHER_JSON = re.compile(r'\s*(?:(?P<array>\[)\s*\{\s*"|\{[^\S\n]*\n\s*")')
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ARXIV = re.compile(
    r"(?:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:)?((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}))(?:v\d+)?(?:\.pdf)?",
    re.I,
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.I)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TWO_IN_ONE = re.compile(r"(?<=[\w)])\+(?=[A-Z])")  # "University of Oxford+Google", as OpenReview lists are written


class PapersReader:
    """Reads JSON lines; an entry is named by its `id`, without one by source and line, "papers-07"."""

    name = "papers"

    def sniff(self, file: InputFile) -> float:
        lines = file.start().split("\n")[:20]
        if _OTHER_JSON.match(file.start()):
            return 0.1  # to say what is wrong, unless another reader knows it
        return 0.5 if any(re.match(r'\s*\{\s*"', line) for line in lines) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Entries one by one, so that the file need not fit into memory; a bad line is skipped with a sentence.

        KgError for JSON that is not one object a line.
        """
        if other := _OTHER_JSON.match(file.start()):
            how = ".[]" if other["array"] else "."
            raise KgError(f"{file.path}: is JSON, but not one object a line: write it so (`jq -c '{how}'` does).")
        source = Source(name=file.name, file=file.path.name, form=self.name, sha256=file.sha256)
        batch = Batch(source, ())
        batch.documents = _documents(file, batch.skipped)
        return batch


class _Skipped(Exception):
    """Why a line gives no entry."""


def _documents(file: InputFile, skipped: list[str]) -> Iterator[Document]:
    words = Words.load()
    seen: dict[str, int] = {}
    number = more = 0
    for line_number, line in file.lines(_LONGEST):
        if isinstance(line, bytes) and not line.strip():
            continue
        number += 1
        try:
            document = _document(_object(line), file.name, number)
            first = seen.setdefault(document.id, line_number)
            if first != line_number:
                raise _Skipped(f'the id "{document.id}" stands in line {first} already')
        except _Skipped as reason:
            if len(skipped) < _MOST_SENTENCES:
                skipped.append(f"{file.path}: line {line_number} was skipped: {str(reason).rstrip('.')}.")
            else:
                more += 1
            continue
        yield repair(document, words)
    if more:
        skipped.append(f"{file.path}: {more} more lines were skipped.")


def _object(line: bytes | str) -> dict[str, Any]:
    if isinstance(line, str):
        raise _Skipped(line)
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Skipped(f"byte {error.start + 1} of the line is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise _Skipped(f"it is not JSON ({error.msg} at column {error.colno})") from None
    except (RecursionError, ValueError):
        raise _Skipped("its JSON is nested too deeply or holds a number of too many digits") from None
    if not isinstance(value, dict):
        raise _Skipped("it is not a JSON object")
    return value


def _document(row: dict[str, Any], source: str, number: int) -> Document:
    values = {key: _first(row, names) for key, names in _KEYS.items()}
    texts = {key: _string(values[key]) for key in "TAB"} | {"H": _string(values["H"])}
    texts["I"] = _joined(values["I"])
    texts["K"] = _joined(values["K"])
    if not texts["T"].strip() and not texts["A"].strip():
        raise _Skipped("it has neither title nor abstract")
    for key, text in texts.items():
        if len(text) > TEXT_LIMIT:
            raise _Skipped(f"its {_KEYS[key][0]} has {len(text):,} characters, more than {TEXT_LIMIT:,}")
    name = _string(values["id"]).strip() or f"{source}-{number:02d}"
    if len(name) > _ID_LIMIT or not name.isprintable():
        raise _Skipped("its id is too long or holds characters that do not print")
    authors, count = _authors(values["authors"])
    date, year = _when(values["date"], values["year"])
    return Document(
        id=name,
        source=source,
        number=number,
        texts={key: Text(texts[key], texts[key]) for key in "TAIBHK" if texts[key] or key in "TA"},
        authors=authors,
        author_count=count if count is not None else _integer(values["author_count"]),
        venue=_line(values["venue"]),
        year=year,
        date=date,
        arxiv=_identifier(_ARXIV, values["arxiv"], values["id"], values["url"]),
        doi=_identifier(_DOI, values["doi"], values["id"], values["url"]),
        url=_line(values["url"]),
    )


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        value = row.get(name)
        if value is not None and value != "" and value != []:
            return value
    return None


def _string(value: Any) -> str:
    """A text as it stands; numbers as digits, anything else as nothing."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _line(value: Any) -> str:
    return " ".join(_string(value).split())


def _names(value: Any) -> list[str]:
    """Names in a list of texts or of objects with a name."""
    items = value if isinstance(value, list) else [value]
    names = (_line(item.get("name") if isinstance(item, dict) else item) for item in items)
    return [name for name in names if name]


def _joined(value: Any) -> str:
    """A text as it stands; a list as its distinct names, with semicolons, for names may hold commas."""
    if isinstance(value, str):
        return _string(value)
    pieces = (piece.strip() for name in _names(value) for piece in _TWO_IN_ONE.split(name))
    return "; ".join(dict.fromkeys(p for p in pieces if p))


def _authors(value: Any) -> tuple[tuple[str, ...], int | None]:
    if isinstance(value, list):
        names = tuple(_names(value))
        return names, len(names) or None
    if isinstance(value, str) and not value.strip().isdecimal():
        names = tuple(n for n in (_line(n) for n in re.split(r";|\band\b|,", value)) if n)
        return names, len(names) or None
    return (), _integer(value)


def _integer(value: Any) -> int | None:
    text = _string(value).strip()
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _when(date: Any, year: Any) -> tuple[str, int | None]:
    """ISO 8601 date and year; each helps the other out, and what is no date is nothing."""
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


READER = PapersReader()
