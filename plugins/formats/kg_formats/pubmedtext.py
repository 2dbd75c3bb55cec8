"""Records as PubMed prints them, its format "Abstract (text)": fields are told by their order and first words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kg.sources import bibliography
from kg.sources.dates import iso_date
from kg.sources.inputs import InputFile
from kg.sources.json_records import is_data
from kg.sources.lines import RecordLines, opening, text_lines
from kg.sources.paper_rows import Row, RowReader, Skipped, attempt
from kg.sources.people import person

_FIRST = re.compile(r"\d{1,6}[.:] (?=\S)")
_WHOLE = re.compile(r"\s*1[.:] [^\n]{5,300}(?:\d{4}|doi).*?^PMID: \d", re.S | re.M)
_CITED = re.compile(r"(.{2,200}?)\. ((?:19|20)\d\d(?: [A-Z][a-z]{2}\b)?(?:-[A-Z][a-z]{2}\b)?(?: \d{1,2}\b)?)")
_AUTHOR = r"[^\W\d_][^\d(),;:]{0,60} [A-Z]{1,4}(?: (?:Jr|Sr|\d(?:nd|rd|th)))?(?:\(\d{1,4}\))*"
_AUTHORS = re.compile(rf"{_AUTHOR}(?:, {_AUTHOR})*(?:; [^;]{{3,300}})*\.")
_MARKS = re.compile(r"(?:\(\d{1,4}\))+")
_PLACE = re.compile(r"(?:^|\n)\(\d{1,4}\)")
_NUMBERS = re.compile(r"(?m)^(DOI|PMID): (\S+)")
_MAIL = re.compile(r"\.? \S+@\S+")
_PLACES = "Author information:"
_BESIDE = re.compile(
    r"(?:Comment|Update|Erratum|Retraction|Republished|Expression of concern|Original report|Summary for patients)s? "
    r"(?:in|of|on|for|from)\b|Collaborators:|Conflict of interest|\[(?:Article in |No authors)|©|\(c\)|Copyright\b|"
    r"Published by\b|DOI: |PMC?I?D: ",
    re.I,
)


def _sniff(file: InputFile) -> float:
    return 0.95 if _WHOLE.match(opening(file)) and not is_data(file) else 0.0


def _rows(file: InputFile) -> Iterator[Row]:
    for record in _records(file):
        where = f"line {record.number}"
        row = {} if record.problem else attempt(_row, file, "\n".join(record.lines))
        yield where, row or Skipped(record.problem or "its parts are not those of PubMed: save it as .nbib")


def _records(file: InputFile) -> Iterator[RecordLines]:
    """The records with their empty lines; two of these stand before each but the first."""
    record: RecordLines | None = None
    empty = 2
    for number, text, problem in text_lines(file):
        line = text.rstrip()
        if empty > 1 and _FIRST.match(line):
            if record is not None:
                yield record
            record = RecordLines(number)
        if record is not None:
            record.add(line)
            record.problem = record.problem or problem
        empty = 0 if line else empty + 1
    if record is not None:
        yield record


def _row(file: InputFile, text: str) -> Mapping[str, Any] | None:
    """The fields of a record; None if it lacks what each has."""
    first, *parts = filter(None, (part.strip("\n") for part in re.split(r"\n{2,}", text)))
    cited = _CITED.match(_FIRST.sub("", " ".join(first.split()), count=1))
    numbers = dict(_NUMBERS.findall(text))
    if not cited or not parts or "PMID" not in numbers:
        return None
    authors: list[str] = []
    places: list[str] = []
    abstract: list[str] = []
    for part in parts[1:]:
        line = " ".join(part.split())
        if part.startswith(_PLACES):
            places = [
                _MAIL.sub("", " ".join(place.split())).rstrip(".") for place in _PLACE.split(part[len(_PLACES) :])[1:]
            ]
        elif not authors and not abstract and _AUTHORS.fullmatch(line):
            authors = _signed(line)
        elif not _BESIDE.match(part):
            abstract.append(line)
    return {
        "id": bibliography.named(file, numbers["PMID"]),
        "title": " ".join(parts[0].split()),
        "abstract": " ".join(abstract),
        "authors": authors,
        "institutions": list(dict.fromkeys(places)),
        "venue": cited[1].removesuffix(" [Preprint]"),
        "date": iso_date(cited[2]),
        "year": cited[2],
        "doi": numbers.get("DOI", ""),
    }


def _signed(line: str) -> list[str]:
    """The persons of a line ("Keller M(1), Kim JH(2); RURAL Group.") and the groups behind them."""
    names, *groups = _MARKS.sub("", line.removesuffix(".")).split("; ")
    persons = [re.sub(r" (?=[A-Z]{1,4}(?: (?:Jr|Sr|\d\w\w))?$)", ", ", name, count=1) for name in names.split(", ")]
    return [*map(person, persons), *groups]


#: An entry is named by its number there.
READER = RowReader("pubmedtext", _sniff, _rows)
