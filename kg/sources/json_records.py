"""Stream JSON records: an array of records, concatenated objects, or a list inside an object.

Memory use is that of one record, whatever the length of the file. Concatenated objects include JSON lines; there, a bad
record is reported and reading continues on the next line.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, Protocol

from kg.model import KgError
from kg.plugins import of_others
from kg.sources.forms import folded_name, forms, is_lost, nowhere
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import Beside, Row, Skipped, attempt
from kg.text import one_line

_LARGEST = 8 * 1024 * 1024  # code points of a record; full texts of books reach 2 million
_LONGEST = 4 * 1024 * 1024  # bytes of a line of JSON lines
_MOST = 1_000_000  # records per file
_KEY = re.compile(r'"([\w $@.:-]{1,60})"\s*:')
_DEEPEST = 3  # objects around a list of records: {"message": {"items": [
_MOST_AROUND = 8  # objects and lists around a paper in JSON of any making: the data of a page
_OPENING = ("[", "{")
_WRAPPED = frozenset({"paper", "data", "message", "journal", "venue"})  # objects that are no paper in a map of papers
_PAPER = frozenset({"abstract", "summary", "author", "authors", "year", "date", "published"})
_ADDRESSES = ("id", "arxiv", "doi", "url")  # keys that name one paper, or an answer of a service
_OF_PAPER = ("title", "abstract", "authors")  # a record with one of these is a paper itself
_YEAR = re.compile(r"(?:19|20)\d\d")  # the key of a group of papers
_COMMA_LAST = re.compile(r",[ \t\r\n]*[}\]]")
_MOST_COMMAS = 1000  # that are forgiven in a file: a value is parsed again behind each
_OF_NUMBER = re.compile(r"(.{1,30}?[^\W\d_])[ _-]?(\d{1,3})")  # a key and the number of its paper
_SPACE = re.compile(r"[ \t\r\n]*")


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that is given twice the last value counts, as in JavaScript, and the other one is told."""
    made = dict(pairs)
    if len(made) < len(pairs):
        made.clear()
        for key, value in pairs:
            _give(made, key, value)
    return made


def _give(fields: dict[str, Any], key: str, value: Any) -> None:
    if fields.get(key, value) != value:
        fields[f"{key} (given twice)"] = fields[key]
    fields[key] = value


_DECODER = json.JSONDecoder(parse_constant=lambda _: None, object_pairs_hook=_object_of)  # NaN


class Notation(Protocol):
    """Another notation for records than JSON: an entry point of the group "kg.records", a module or an object."""

    def is_data(self, file: InputFile) -> bool:
        """Whether a file is records throughout, and no text with a paper's fields above it."""

    def keys(self, file: InputFile) -> frozenset[str]:
        """The keys in the first part of a file; empty for a file in another notation."""

    def entries(self, file: InputFile) -> Iterator[tuple[str, Any]] | None:
        """The records of a file and where they stand; None for a file in another notation."""


@cache
def _notations() -> tuple[Notation, ...]:
    return tuple(of_others("kg.records").values())


def is_data(file: InputFile) -> bool:
    """Whether a file is records in another notation than JSON throughout, whatever their texts hold."""
    return any(one.is_data(file) for one in _notations())


@lru_cache(2)  # each reader asks for those of the file that is looked at
def keys(file: InputFile) -> frozenset[str]:
    """The keys of all objects, at any depth, in the first part of a file of records; empty for others."""
    start = file.start()
    found = next(filter(None, (one.keys(file) for one in _notations())), frozenset[str]())
    return found or frozenset(_KEY.findall(start) if start.lstrip()[:1] in _OPENING else ())


Made = Callable[[dict[str, Any]], Mapping[str, Any] | Skipped | None]


def rows(file: InputFile, row: Made, lists: Collection[str] = (), is_any: bool = False) -> Iterator[Row]:
    """Yield the result of `row` for each record; `lists` are keys whose value may be the list of records ("results").

    `row` returns None for a record that is no paper. In JSON lines, each line stands for itself, whatever is in the
    others. In JSON of `is_any` making, papers may also stand deeper in a record, or a record be a table of columns.
    Raises KgError when the JSON is damaged beyond recovery or a limit is exceeded.
    """
    found = next(filter(None, (one.entries(file) for one in _notations())), None)
    found = found or (_lines(file) if _is_lines(file, lists) else _all(file, lists))
    for number, (where, record) in enumerate(found, 1):
        if number > _MOST:
            raise KgError(f"{file.path}: holds more than {_MOST:,} records: split it into smaller files.")
        if isinstance(record, _Beside):
            yield from record.told(where) if is_any else ()
        elif isinstance(record, Beside):
            yield where, record
        elif not isinstance(record, dict):
            yield (
                where,
                record if isinstance(record, Skipped) else Skipped("it is not a JSON object: write each paper as one"),
            )
        elif is_any:
            inside = attempt(list[Row], _deeper(where, record, row))
            yield from [(where, inside)] if isinstance(inside, Skipped) else inside
        elif (made := attempt(row, record)) is not None:
            yield where, made


def _deeper(where: str, record: dict[str, Any], row: Made, depth: int = _MOST_AROUND) -> Iterator[Row]:
    """The paper of a record, or those in its columns or in its lists and objects, whatever these are called."""
    for number, one in enumerate(columns := _turned(record), 1):
        yield f"{where}, row {number}", row(one) or Skipped("it is no paper")
    made = row(record) if not columns and not _of_answer().issuperset(map(folded_name, record)) else None
    if made is None:
        return
    is_paper = isinstance(made, Skipped) or any(map(made.get, _OF_PAPER))
    inside = [] if is_paper or not depth else list(_inside(where, record, row, depth))
    yield from inside or [(where, made)]


def _inside(where: str, record: dict[str, Any], row: Made, depth: int) -> Iterator[Row]:
    own = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    around = _around(own)
    beside = _Beside()
    for key, value in record.items():
        if folded_name(key) in _known() and not _is_grouped(value):
            continue
        place = f"{where}, {one_line(key)[:40]}"
        shared = around | {"year": key} if _YEAR.fullmatch(key) else around
        if isinstance(value, dict):
            named = {} if "title" in value or " " not in key or _PAPER.isdisjoint(value) else {"title": key}
            found = [*_deeper(place, {**own, **shared, **named, **value}, row, depth - 1)]
            yield from (one for one in found if _is_paper(one[1]) or isinstance(one[1], Beside))
        elif isinstance(value, list):
            items = ((f"{place} {n}", one) for n, one in enumerate(value, 1) if isinstance(one, dict))
            found = [one for place, item in items for one in _deeper(place, _placed(item, shared), row, depth - 1)]
            if any(_is_paper(made) for _, made in found):
                yield from found
                papers = [made for _, made in found if not isinstance(made, Skipped) and _is_paper(made)]
                is_said = all(key in map(str, made.values()) for made in papers)  # a year, a venue
                is_plain = folded_name(key) in map(folded_name, (*forms()["json"]["lists"], *forms()["json"]["inner"]))
                beside |= own if is_said or is_plain or _YEAR.fullmatch(key) else {**own, key: key}  # of a group
                beside = _Beside({name: value for name, value in beside.items() if name not in around})
    yield from beside.told(where)


@cache
def _named_around() -> dict[str, str]:
    """What an object around a list may say of all papers in it ("year", "venue"), by folded names."""
    return {folded_name(name): key for key, names in forms()["around"].items() for name in names}


def _around(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The year and the venue that an object states for all papers of its list."""
    found: dict[str, tuple[str, Any]] = {}
    for name, value in fields.items():
        key = _named_around().get(folded_name(name))
        if key and value and isinstance(value, str | int):
            found.setdefault(key, (name, value))
    return dict(found.values())


def _placed(record: Any, around: Mapping[str, Any]) -> Any:
    """A paper of a list with the year and the venue of the list, unless it has its own under any name."""
    if not around or not isinstance(record, dict):
        return record
    own = {_named_around().get(folded_name(name)) for name in record}
    return {name: value for name, value in around.items() if _named_around()[folded_name(name)] not in own} | record


def _is_grouped(value: Any) -> bool:
    """Whether an object holds lists of papers alone, by topic or year: under "topics" stand no topics of a paper."""
    groups = list(value.values()) if isinstance(value, dict) else []
    items = [one for group in groups for one in (group if isinstance(group, list) else [group])]
    names = (set(map(folded_name, one)) if isinstance(one, dict) else set() for one in items)
    return bool(items) and all("title" in each and not _PAPER.isdisjoint(each) for each in names)


def _is_paper(made: Mapping[str, Any] | Skipped) -> bool:
    return not isinstance(made, Skipped) and bool(made.get("title") or made.get("abstract"))


@cache
def _known() -> frozenset[str]:
    """The folded names of a paper's own fields, in which no other papers are looked for."""
    return nowhere().union(folded_name(name) for names in forms()["any"].values() for name in names)


@cache
def _of_answer() -> frozenset[str]:
    """The folded names of what an answer of a service says of its list of papers; of such a record nothing is told."""
    return frozenset(map(folded_name, forms()["json"]["answer"]))


@cache
def _shared() -> frozenset[str]:
    """The folded names of fields that several papers may have in common, such as a year; addresses are none."""
    named: set[str] = set()
    addresses: set[str] = set()
    for key, names in forms()["any"].items():
        (addresses if key in _ADDRESSES else named).update(map(folded_name, names))
    return frozenset(named - addresses)


def _turned(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a record that is a table of columns: {"title": ["One", "Two"]} or {"title": {"0": "One"}}."""
    titles = next((value for key, value in record.items() if folded_name(key) == "title"), None)
    if titles is None and (rows := _numbered(record)):
        return rows
    if isinstance(titles, dict) and titles and all(isinstance(one, str) for one in titles.values()):
        columns = {key: value for key, value in record.items() if isinstance(value, dict) and not titles.keys() - value}
        return [{key: value[at] for key, value in columns.items()} for at in titles] if len(columns) > 1 else []
    if isinstance(titles, list) and len(titles) > 1 and all(isinstance(one, str) for one in titles):
        several = {key: value for key, value in record.items() if isinstance(value, list) and len(value) == len(titles)}
        return (
            [dict(zip(several, one, strict=True)) for one in zip(*several.values(), strict=True)]
            if len(several) > 1
            else []
        )
    return []


def _numbered(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The papers of a record whose keys have a number each: {"title1": "One", "title2": "Two"}."""
    rows: dict[str, dict[str, Any]] = {}
    for key, value in record.items():
        if found := _OF_NUMBER.fullmatch(key):
            rows.setdefault(found[2], {})[found[1]] = value
    is_list = len(rows) > 1 and all("title" in map(folded_name, row) and len(row) > 1 for row in rows.values())
    return list(rows.values()) if is_list else []


def _is_lines(file: InputFile, lists: Collection[str]) -> bool:
    """Whether each line is a record: the first two lines are not parts of one value."""
    head = file.start()
    lines = [line for line in head.split("\n")[:20] if line.strip()]
    if len(lines) < 2 or head.lstrip()[:1] == "[":
        return False
    for line in lines[:-1]:
        if line.lstrip()[:1] == "{":
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                return line.rstrip()[-1:] not in "{[," and lines[1].lstrip()[:2] == '{"' and ":" in line
            return not any(isinstance(value.get(key), list) for key in lists)
    return True


def _lines(file: InputFile) -> Iterator[tuple[str, Any]]:
    """Yield the value of each line, or the reason why it is none."""
    for number, line in file.lines(_LONGEST):
        if not isinstance(line, bytes) or line.strip():
            yield f"line {number}", _value(line)


def _value(line: bytes | str) -> Any:
    if isinstance(line, str):
        return Skipped(line)
    try:
        return _DECODER.decode(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Skipped(f"byte {error.start + 1} of the line is not valid UTF-8: save the file as UTF-8")
    except json.JSONDecodeError as error:
        return Skipped(f"it is not JSON ({error.msg.removesuffix(' at')} at column {error.colno}): write it again")
    except (RecursionError, ValueError):
        return Skipped("its JSON is nested too deeply or holds a number of too many digits: write it again")


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; [] when `value` is not a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts in a list; [] when `value` is not a list."""
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def inner(value: dict[str, Any], key: str) -> dict[str, Any]:
    """An object inside an object; empty when there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str:
    """A text unchanged; "" for anything else."""
    return value if isinstance(value, str) else ""


def _all(file: InputFile, lists: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the records with their places."""
    return ((f"record {number} (line {line})", one) for number, (line, one) in enumerate(_streamed(file, lists), 1))


def _streamed(file: InputFile, lists: Collection[str]) -> Iterator[tuple[int, Any]]:
    """Yield the records with their line numbers."""
    stream = _Stream(file)
    while opening := stream.next():
        line = stream.line()
        try:
            if opening == "[":
                yield from _items(stream)
            elif opening == "{":
                yield from _object(stream, line, lists)
            else:
                raise _Damaged("neither an object nor an array", stream.line())
        except _Damaged as damage:
            if opening != "{" or not stream.skip_line(line):
                raise KgError(f"{file.path}: the JSON is damaged ({damage}): write or fetch it again.") from None
            yield line, Skipped(f"it is not JSON ({damage}): write it again")


def _items(stream: _Stream) -> Iterator[tuple[int, Any]]:
    """Yield the items of an array."""
    stream.expect("[")
    while stream.next() != "]":
        yield stream.line(), stream.value()
        if stream.next() != "]":
            stream.expect(",")
    stream.expect("]")


def _object(stream: _Stream, line: int, lists: Collection[str], depth: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield the records in an object's list if it has one, in those of an object in it, else the object itself."""
    fields: dict[str, Any] = {}
    begin, has_list, is_map = stream.position(), False, False
    around: dict[str, Any] = {}
    stream.expect("{")
    while stream.next() != "}":
        key = stream.value()
        if not isinstance(key, str):
            raise _Damaged("a field name is not in quotes", stream.line())
        stream.expect(":")
        if key in lists and _is_list(key, fields) and stream.next() in _OPENING and depth < _DEEPEST:
            has_list = True
            around = _around(fields)
            inside = _items(stream) if stream.next() == "[" else _object(stream, stream.line(), lists, depth + 1)
            yield from ((at, one if isinstance(one, _Beside) else _placed(one, around)) for at, one in inside)
            begin = stream.position()
        elif (is_map or not fields) and lists and stream.next() == "{" and not has_list:
            value = stream.value()
            names = set(map(folded_name, value)) if isinstance(value, dict) else set()
            is_map = is_map or (key not in _WRAPPED and not _PAPER.isdisjoint(names) and "title" in names)
            if is_map:  # papers by their ids
                yield line, {"id": key, **value}
                begin = stream.position()
            else:
                _give(fields, key, value)
        else:
            _give(fields, key, stream.value())
        if stream.position() - begin > _LARGEST:
            raise _Damaged(f"a record longer than {_LARGEST >> 20} million characters", line)
        if stream.next() != "}":
            stream.expect(",")
    stream.expect("}")
    if has_list or is_map:
        yield line, _Beside((name, value) for name, value in fields.items() if name != "title" and name not in around)
    else:
        yield line, fields


def _is_list(key: str, fields: Mapping[str, Any]) -> bool:
    """Whether the value of a key is a list of records, and no part of the record that an object has begun with."""
    return "title" not in fields or (key in forms()["json"]["of_papers"] and _PAPER.isdisjoint(fields))


class _Beside(dict[str, Any]):
    """What an object has beside its list of records, which no record has."""

    def told(self, where: str) -> Iterator[Row]:
        lost = [n for n, value in self.items() if is_lost(n, value) or (value and folded_name(n) in _shared())]
        if lost:
            yield where, Beside(unread=lost)


class _Damaged(Exception):
    """A syntax error in the JSON, with its line."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(f"{what}, line {line}")


class _Stream:
    """A text stream that buffers no more than one value needs."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._chunks = file.chunks(1 << 20)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0  # position in the buffer
        self._dropped = 0  # code points before the buffer
        self._lines = 1  # line number at `_counted`
        self._counted = 0
        self._ended = False
        self._left = _MOST_COMMAS

    def next(self) -> str:
        """Peek at the next character that is not white space; "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def expect(self, character: str) -> None:
        """Consume a character that is required here."""
        if self.next() != character:
            raise _Damaged(f"{character!r} is missing", self.line())
        self._at += 1

    def value(self) -> Any:
        """Parse the JSON value that begins here."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:  # a number may continue
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                if self._without_comma(error.pos):
                    continue
                is_cut = error.pos > len(self._text) - 20 or error.msg.startswith("Unterminated string")
                if self._ended or not is_cut:
                    line = self.line() + self._text.count("\n", self._at, error.pos)
                    raise _Damaged(error.msg[:1].lower() + error.msg[1:].removesuffix(" at"), line) from None
            except (RecursionError, ValueError):
                raise _Damaged("nested too deeply or a number of too many digits", self.line()) from None
            if len(self._text) - self._at > _LARGEST:
                raise _Damaged(f"a value longer than {_LARGEST >> 20} million characters", self.line())
            wanted = min(
                2 * (len(self._text) - self._at), _LARGEST + 1
            )  # double the size each time, so that little is parsed twice
            while self._more() and len(self._text) < wanted:
                pass

    def _without_comma(self, at: int) -> bool:
        """Blank the comma behind the last field or item, which JSON forbids, if it is what was wrong."""
        found = _COMMA_LAST.match(self._text, len(self._text[self._at : at + 1].rstrip(" \t\r\n}]")) + self._at - 1)
        if found is None or self._left < 1:
            return False
        self._left -= 1
        self._text = f"{self._text[: found.start()]} {self._text[found.start() + 1 :]}"
        return True

    def skip_line(self, line: int) -> bool:
        """Skip to the line after this one; False when no object begins there."""
        while self.line() <= line:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end + 1
            if end < 0 and not self._more():
                return False
        before = self._text.rfind("\n", 0, self._at) + 1
        return not self._text[before : self._at].strip() and self.next() == "{"

    def line(self) -> int:
        """Line number of the current position, from 1."""
        self._lines += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines

    def position(self) -> int:
        """Number of code points consumed."""
        return self._dropped + self._at

    def _more(self) -> bool:
        """Read more of the file and drop consumed text; False at the end."""
        if self._ended:
            return False
        data = next(self._chunks, b"")
        self._ended = not data
        try:
            new = self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError:
            raise KgError(f"{self._file.path}: is not UTF-8 throughout: save it as UTF-8.") from None
        self.line()
        self._dropped += self._at
        self._text, self._at, self._counted = self._text[self._at :] + new, 0, 0
        return not self._ended
