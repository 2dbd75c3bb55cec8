"""Lines of text files in an undeclared encoding, and records that start with a recognizable line.

Bibliographies are exported as UTF-8, with or without a byte order mark, as UTF-16 (Web of Science for Windows) and, by
older programs, as Windows-1252 or, in Chinese, as GB 18030 (GBK). A file has one encoding; a line in another one is
reported, not guessed.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from kg.sources.inputs import LIMIT, InputFile
from kg.sources.paper_rows import Row, Skipped, attempt

_LONGEST = 4 * 1024 * 1024  # bytes of a line
_LARGEST = 1024 * 1024  # code points of a record: a review with 2,000 references has 250,000
_MOST_LINES = 50_000  # per record
_MOST = 10_000_000  # lines of a file (ten seconds); a file of 200 MB has 5,000,000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OLD, _CHINESE = "cp1252", "gb18030"
# Accented letters are isolated in Latin text; four high bytes in a row are Chinese in GBK, or not text.
_OTHER = re.compile(rb"[\x80-\xff]{4}")
_HIGH = re.compile(rb"[\x80-\xff]")
_HANZI = re.compile(rb"[\xb0-\xf7\xa1-\xa3][\xa1-\xfe]")  # GB 2312: Chinese characters and their punctuation
_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]{1,2}(?=[a-z])")  # accented letters: "Gr\xf6\xdfe"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
BREAK = re.compile(r"\r\n?|\n")

Line = tuple[int, str, str]  # line number from 1, text with its line end, and a problem ("" for none)


@lru_cache(2)  # each reader asks
def opening(file: InputFile) -> str:
    """The first 64 KB as text in the detected encoding, for sniffing; "" for a binary file."""
    if file.head.startswith(_UTF16):
        return file.head.decode("utf-16", "replace")
    if len(_CONTROL.findall(file.head)) * 20 > len(file.head):  # tolerate a few stray control characters
        return ""
    name = _charset(file.head) or "utf-8"
    return file.head.decode(name, "replace").lstrip("\ufeff")


def decoded(data: bytes) -> str:
    """A text in the detected encoding; bytes that are none in it are replaced."""
    return data.decode(_charset(data) or "utf-8", "replace")


def text_lines(file: InputFile, first: re.Pattern[str] | None = None) -> Iterator[Line]:
    """Yield numbered lines as text; undecodable bytes are replaced and reported with the line.

    Lines before the one that `first` matches do not tell the encoding of the file.
    """
    for line in _utf16_lines(file) if file.head.startswith(_UTF16) else _byte_lines(file, first):
        if line[0] > _MOST:
            yield line[0], "", f"the file has more than {_MOST:,} lines and was read to here: split it"
            return
        yield line


def _byte_lines(file: InputFile, first: re.Pattern[str] | None) -> Iterator[Line]:
    head = file.head
    if first is not None and not head.isascii():
        lines = head.split(b"\n")
        begin = next((i for i, line in enumerate(lines) if first.match(line.decode("latin-1"))), 0)
        head = b"\n".join(lines[begin:])
    name = _charset(head)
    for number, line in file.lines(_LONGEST):
        if isinstance(line, str):
            yield number, "", line
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.isascii():
            yield number, line.decode("ascii"), ""
            continue
        name = name or _charset(line)
        problem = _problem(line, name, number)
        yield number, line.decode("utf-8" if problem else name, "replace"), problem


def _charset(data: bytes) -> str:
    """ "utf-8" or, by majority of the non-ASCII lines, another encoding; "" when all lines are ASCII."""
    votes = 0
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    if not lines:
        return ""
    for line in lines:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(line)  # the last character may be incomplete
            votes += 1
        except UnicodeDecodeError:
            votes -= 1
    return "utf-8" if votes >= 0 else _CHINESE if _is_chinese(lines) else _OLD


def _is_chinese(lines: list[bytes]) -> bool:
    """Whether most of what is not ASCII is usual Chinese in GB 18030: two bytes from the plane of common characters."""
    common = others = 0
    for line in lines:
        common += 2 * len(_HANZI.findall(_IN_WORD.sub(b"", line)))
        others += len(_HIGH.findall(line))
    return common * 10 > others * 9


def _problem(line: bytes, name: str, number: int) -> str:
    try:
        line.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    if name == "utf-8":
        return "" if is_utf8 else f"line {number} is not valid UTF-8: save the file as UTF-8"
    if is_utf8 and name == _OLD:
        return f"line {number} is UTF-8 and lines before it are not: save the file in one encoding, UTF-8"
    try:
        line.decode(name)
    except UnicodeDecodeError:
        other = "GB 18030" if name == _CHINESE else "Windows-1252"
        return f"line {number} is neither UTF-8 nor {other}: save the file as UTF-8"
    is_odd = name == _OLD and _OTHER.search(line)
    return f"line {number} is in an unknown encoding: save the file as UTF-8" if is_odd else ""


def _utf16_lines(file: InputFile) -> Iterator[Line]:
    number = total = 0
    with file.open() as stream:
        text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="\n")
        try:
            while line := text.readline(_LONGEST):
                number, total = number + 1, total + len(line)
                if total > LIMIT // 2:
                    yield number, "", f"the file holds more than {LIMIT >> 20} MB and was read to here: split it"
                    return
                yield number, line, f"line {number} is not valid UTF-16" if "\ufffd" in line else ""
        except (EOFError, OSError) as error:
            yield number + 1, "", f"the file is damaged or ends early ({error}): fetch it again"
        finally:
            text.detach()


@dataclass(slots=True)
class RecordLines:
    """The lines of one record; `number` is its first line, `problem` the reason why it cannot be used."""

    number: int
    lines: list[str] = field(default_factory=list)
    problem: str = ""
    size: int = 0

    def add(self, line: str) -> None:
        self.size += len(line)
        if self.problem:
            return
        self.lines.append(line)
        if self.size > _LARGEST or len(self.lines) > _MOST_LINES:
            self.lines.clear()
            self.problem = (
                f"it is longer than {_LARGEST >> 10:,} KB or {_MOST_LINES:,} lines: see whether it ends, and divide it"
            )


def rows(
    file: InputFile,
    first: re.Pattern[str],
    row: Callable[[list[str]], Mapping[str, Any] | None],
    between: re.Pattern[str] | None = None,
    is_apart: bool = False,
) -> Iterator[Row]:
    """Yield the result of `row` for the lines of each record, or the reason why the record is skipped.

    A record begins at a line that `first` matches, or behind what `between` matches in a line. `row` returns None for
    a record that is not a paper.
    """
    for record in records(file, first, between, is_apart):
        where = f"line {record.number}"
        made = Skipped(record.problem) if record.problem else attempt(row, record.lines)
        if made is not None:
            yield where, made


def ended(lines: list[str], end: re.Pattern[str]) -> list[str]:
    """The lines of a record up to the one that `end` matches; raises Skipped when there is none."""
    for number, line in enumerate(lines, 1):
        if end.match(line):
            return lines[:number]
    raise Skipped("it has no end (ER), as in a file that is cut off: fetch it again")


def records(
    file: InputFile, first: re.Pattern[str], between: re.Pattern[str] | None = None, is_apart: bool = False
) -> Iterator[RecordLines]:
    """Yield the records of a file; each runs from a line that `first` matches to the next such line.

    Of records that are apart only a line behind an empty one begins another.

    Text before the first record is ignored. Lines end at LF, CR LF or CR and are returned without line ends; empty
    lines are dropped.
    """
    record: RecordLines | None = None
    is_open = False  # behind a line of this record
    for number, text, problem in text_lines(file, first):
        if problem and not text and (record is None or record.problem):
            if record is not None:
                yield record
            record = None
            yield RecordLines(number, problem=problem)
            continue
        lines = BREAK.split(text) if "\r" in text else (text.removesuffix("\n"),)
        for line in chain.from_iterable(map(between.split, lines)) if between else lines:
            if not line:
                is_open = False
                continue
            if not (is_apart and is_open) and first.match(line):
                if record is not None:
                    yield record
                record = RecordLines(number)
            is_open = True
            if record is not None:
                record.add(line)
        if record is not None and problem:
            record.problem = record.problem or problem
    if record is not None:
        yield record
