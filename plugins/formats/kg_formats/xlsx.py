"""Sheets of Excel (.xlsx) with a title column, such as exports of Web of Science: read as tables are.

Only what cells show is read: no formula is computed, no macro looked at. Form: ECMA-376, part 1, chapter 18.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

from kg.model import Batch, KgError
from kg.sources import table, xml
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.packed import DAMAGED

_ZIP, _BOOK = b"PK\3\4", "xl/workbook.xml"
_SHEET = re.compile(r"xl/worksheets/sheet(\d{1,4})\.xml")
_MOST_SHEETS, _MOST_COLUMNS, _MOST_ROWS, _MOST_TEXTS = 20, 10_000, 50_000, 500_000
_LARGEST = 64 << 20  # bytes of a file, of a part of it, and of a sheet as text
_MOST_PACKED = 150  # times its packed size; a sheet of 50,000 rows that differ in a number alone has 25
_SMALL = 4 << 20  # bytes of a part that may be packed as well as it can
_PLACE = re.compile(r"([A-Z]{1,3})\d")
_OWN_DATES = frozenset({*range(14, 18), 22})  # formats of numbers that are dates
_DATE = re.compile(r'^(?=[^"]*[yd])[^"0#]*$', re.I)  # one of the file's own: "yyyy\-mm\-dd", but no "0.00"
_FIRST_DAY = date(1899, 12, 30)


class XlsxReader:
    """Reads the sheets that have a title column; entries are named as those of a table."""

    name = "xlsx"

    def sniff(self, file: InputFile) -> float:
        return 0.8 if _is_book(file) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when no sheet is a table of papers or the file is damaged."""
        try:
            with file.stored() as stream, zipfile.ZipFile(stream) as book:
                found = table.within(file, (_as_table(file, book, sheet) for sheet in _sheets(book)), self.name)
        except (*DAMAGED, zipfile.BadZipFile, ValueError, RuntimeError) as error:  # RuntimeError: encrypted
            raise KgError(f"{file.path}: the sheets cannot be read ({error}): save the file again.") from None
        if found is None:
            raise KgError(f"{file.path}: no sheet has a title column: name the columns in its first row.")
        return found


def _is_book(file: InputFile) -> bool:
    if file.packed or not file.head.startswith(_ZIP) or file.size > _LARGEST:
        return False
    try:
        with file.stored() as stream, zipfile.ZipFile(stream) as book:
            return _BOOK in book.NameToInfo
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def _sheets(book: zipfile.ZipFile) -> list[str]:
    """The names of the sheets, in the order in which they were made."""
    found = ((int(match[1]), name) for name in book.namelist() if (match := _SHEET.fullmatch(name)))
    return [name for _, name in sorted(found)][:_MOST_SHEETS]


def _part(file: InputFile, book: zipfile.ZipFile, name: str) -> InputFile | None:
    """A part of the book as a file; None if there is none. Raises KgError when it unpacks to too much."""
    if name not in book.NameToInfo:
        return None
    size, packed = book.NameToInfo[name].file_size, book.NameToInfo[name].compress_size
    if size > _LARGEST:  # no more than this is unpacked
        raise _too_large(file)
    if size > _SMALL and size > _MOST_PACKED * packed:
        raise KgError(f"{file.path}: a sheet unpacks to {size // max(1, packed)} times its size: export it again.")
    held = HeldFile(None, str(file.path))
    with book.open(name) as stream:
        while data := stream.read(1 << 20):
            held.write(data)
    return InputFile(held, file.name) if size else None


def _too_large(file: InputFile) -> KgError:
    return KgError(f"{file.path}: a sheet has more than {_LARGEST >> 20} MB: split it into smaller files.")


def _as_table(file: InputFile, book: zipfile.ZipFile, sheet: str) -> InputFile:
    """A sheet as CSV."""
    shared = _part(file, book, "xl/sharedStrings.xml")
    texts = [_text(one) for one in xml.elements(shared, {"si"}, _MOST_TEXTS, "texts")] if shared is not None else []
    dates = _dates(_part(file, book, "xl/styles.xml"))
    part = _part(file, book, sheet)
    rows = xml.elements(part, {"row"}, _MOST_ROWS, "rows") if part is not None else ()
    return table.inner(file, (_cells(row, texts, dates) for row in rows), _LARGEST, _too_large(file))


def _dates(styles: InputFile | None) -> frozenset[int]:
    """The styles of cells that show a number as a date."""
    if styles is None:
        return frozenset()
    own: set[str] = set()
    found: set[int] = set()
    for part in xml.elements(styles, {"numFmts", "cellXfs"}, what="styles"):
        if xml.local(part) == "numFmts":
            own = {one.get("numFmtId", "") for one in part if _DATE.match(one.get("formatCode") or "")}
        else:
            kinds = [one.get("numFmtId") or "" for one in part]
            found = {
                at for at, kind in enumerate(kinds) if kind in own or (kind.isdecimal() and int(kind) in _OWN_DATES)
            }
    return frozenset(found)


def _cells(row: xml.Element, texts: list[str], dates: frozenset[int]) -> list[str]:
    cells: list[str] = []
    for cell, value in _values(row, texts, dates):
        place = _PLACE.match(cell.get("r") or "")
        at = _column(place[1]) if place else len(cells)
        if value and at < _MOST_COLUMNS:
            cells += [""] * (at + 1 - len(cells))
            cells[at] = value
    return cells


def _values(row: xml.Element, texts: list[str], dates: frozenset[int]) -> Iterator[tuple[xml.Element, str]]:
    """The cells of a row and what they show."""
    for cell in xml.children(row, "c"):
        kind, value = cell.get("t") or "n", xml.value(cell, "v")
        if kind == "s":
            value = texts[int(value)] if value.isdecimal() and int(value) < len(texts) else ""
        elif kind == "inlineStr":
            value = _text(xml.child(cell, "is"))
        elif kind == "n" and (style := cell.get("s") or "").isdecimal() and int(style) in dates:
            days = value.partition(".")[0]
            value = (_FIRST_DAY + timedelta(int(days))).isoformat() if days.isdecimal() and len(days) < 6 else value
        yield cell, "" if kind == "e" else value


def _column(letters: str) -> int:
    """
    >>> _column("A"), _column("Z"), _column("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _text(element: xml.Element | None) -> str:
    """The text of a cell with its line breaks, without the reading aid of Japanese words."""
    if element is None:
        return ""
    parts = xml.outermost(element, "t", "rPh")
    return "".join(part.text or "" for part in parts if xml.local(part) == "t")


READER = XlsxReader()
