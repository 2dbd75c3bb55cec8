"""What questions count, as columns: which paper has what, when, with which results; mapped into memory from a file.

A store on disk takes 20 to 100 microseconds for each thing that it looks up, so that whatever goes through thousands of
papers takes seconds. The file `columns.bin` beside the data holds just what conditions, counts and rankings need, as
sorted arrays. Words, settings and all else that is shown of a few papers come from the store.
"""

from __future__ import annotations

import zlib
from array import array as Numbers
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from heapq import merge
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.model import FIELDS, RELATION_TYPES, ROLES
from kg.query.derived import Damaged, Parts

if TYPE_CHECKING:
    import numpy.typing as npt

FILE = "columns.bin"
#: Tables of names, each once and sorted, to which the columns' numbers lead; -1 leads to none.
NAMES = ("papers", "entries", "things", "texts")
#: The columns, with the table that their numbers lead to ("" for plain numbers) and the form of these.
#: Of each entry, in the order of their names: its paper and source, and what it says of the paper.
ENTRIES = {
    "paper": ("papers", "<i4"),
    "source": ("things", "<i4"),
    "title": ("texts", "<i4"),
    "date": ("texts", "<i4"),
    "year": ("texts", "<i4"),
    "reported": ("texts", "<i4"),  # the date of the source
    "venue": ("texts", "<i4"),
    "kind": ("texts", "<i4"),
    "code": ("texts", "<i4"),
}
#: Of each claim, how far it can be trusted: its score, in parts of WHOLE, and whether it is sure.
TRUST = {"score": ("", "<i2"), "sure": ("", "<i1")}
WHOLE = 10_000
#: Of each mention of a thing, by thing, entry and order: what is named where, in which role.
MENTIONS = {
    "thing": ("things", "<i4"),
    "entry": ("entries", "<i4"),
    "order": ("", "<i4"),
    "role": ("", "<i1"),  # place in ROLES
    "field": ("", "<i1"),  # place in FIELDS
    "start": ("", "<i4"),
    "end": ("", "<i4"),
    **TRUST,
}
#: Of each result, by entry and order.
RESULTS = {
    "entry": ("entries", "<i4"),
    "order": ("", "<i4"),
    "metric": ("things", "<i4"),
    "wording": ("texts", "<i4"),
    "low": ("", "<f8"),
    "high": ("", "<f8"),
    "unit": ("texts", "<i4"),
    "change": ("texts", "<i4"),
    "bound": ("texts", "<i4"),
    "field": ("", "<i1"),
    "start": ("", "<i4"),
    "end": ("", "<i4"),
    **TRUST,
}
#: Of each relation whose ends are known, by entry and order.
RELATIONS = {
    "entry": ("entries", "<i4"),
    "order": ("", "<i4"),
    "type": ("", "<i1"),  # place in RELATION_TYPES
    "head": ("things", "<i4"),
    "tail": ("things", "<i4"),
    **TRUST,
}
#: Of each author of an entry, by entry.
AUTHORS = {"entry": ("entries", "<i4"), "author": ("texts", "<i4")}
#: Of each institution that has a country, by institution.
COUNTRIES = {"thing": ("things", "<i4"), "country": ("texts", "<i4")}
TABLES = {"entries": ENTRIES, "mentions": MENTIONS, "results": RESULTS, "relations": RELATIONS}
TABLES |= {"authors": AUTHORS, "countries": COUNTRIES}
#: How the array module calls the forms.
_CODES = {"<i4": "i", "<i2": "h", "<i1": "b", "<f8": "d"}
#: By what the rows of a table are sorted.
_KEYS = {
    "entries": ("name",),
    "mentions": ("thing", "entry", "order"),
    "results": ("entry", "order"),
    "relations": ("entry", "order"),
    "authors": ("entry", "author"),
    "countries": ("thing",),
}


class Names:
    """A table of names, found by bisection."""

    def __init__(self, body: memoryview, ends: npt.NDArray[np.int64]) -> None:
        self.body, self.ends = body, ends
        self.name = lru_cache(maxsize=100_000)(self._name)
        self.number = lru_cache(maxsize=20_000)(self._number)
        self.span = lru_cache(maxsize=500)(self._span)

    def __len__(self) -> int:
        return len(self.ends)

    def names(self, numbers: Iterable[int]) -> list[str]:
        """The names of some numbers."""
        return [self.name(int(number)) for number in numbers]

    def all(self) -> list[str]:
        """All names, in order."""
        starts = [0, *self.ends[:-1].tolist()]
        return [bytes(self.body[a:b]).decode() for a, b in zip(starts, self.ends.tolist(), strict=True)]

    def start(self, number: int) -> int:
        """Where the text of a number begins; of the number behind the last, where all ends."""
        return int(self.ends[number - 1]) if number else 0

    def _raw(self, number: int) -> bytes:
        return bytes(self.body[self.start(number) : self.ends[number]])

    def _name(self, number: int) -> str:
        """The name of a number; "" for -1."""
        return self._raw(number).decode() if number >= 0 else ""

    def _number(self, name: str) -> int:
        """The number of a name; -1 for what is not there."""
        key = name.encode()
        at = self.place(key)
        return at if at < len(self) and self._raw(at) == key else -1

    def place(self, raw: bytes) -> int:
        """The number of the first name that does not come before a text."""
        return bisect_left(range(len(self)), raw, key=self._raw)

    def _span(self, prefix: str) -> tuple[int, int]:
        """The numbers of the names that start so: from the first to behind the last."""
        key = prefix.encode()
        known = range(len(self))
        return bisect_left(known, key, key=self._raw), bisect_left(known, key + b"\xff", key=self._raw)


class Columns:
    """The columns of a graph; raises Damaged for what is not whole.

    `columns["mentions", "thing"]` is the array of a column.
    """

    def __init__(self, parts: Parts) -> None:
        if len(parts) != 1 + 2 * len(NAMES) + len(_PLACES) or bytes(parts[0]) != _checksum(parts[1:]):
            raise Damaged
        self._parts = parts
        self._arrays: dict[tuple[str, str], npt.NDArray[Any]] = {}
        self._names: dict[str, Names] = {}

    def __getitem__(self, column: tuple[str, str]) -> npt.NDArray[Any]:
        if column not in self._arrays:
            place, form = _PLACES[column]
            self._arrays[column] = np.frombuffer(self._parts[place], form)
        return self._arrays[column]

    def names(self, table: str) -> Names:
        """A table of names."""
        if table not in self._names:
            at = 1 + 2 * NAMES.index(table)
            self._names[table] = Names(self._parts[at], np.frombuffer(self._parts[at + 1], "<i8"))
        return self._names[table]

    @cached_property
    def papers(self) -> Names:
        return self.names("papers")

    @cached_property
    def entries(self) -> Names:
        return self.names("entries")

    @cached_property
    def things(self) -> Names:
        return self.names("things")

    @cached_property
    def texts(self) -> Names:
        return self.names("texts")

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return len(self[table, next(iter(TABLES[table]))])


_PLACES = {
    (table, column): (1 + 2 * len(NAMES) + at, form)
    for at, (table, column, form) in enumerate(
        (table, column, form) for table, columns in TABLES.items() for column, (_, form) in columns.items()
    )
}


#: For each table with rows of an entry its other columns, and the names that these lead to.
_OTHERS = {
    table: [(column, names) for column, (names, _) in columns.items() if column != "entry"]
    for table, columns in TABLES.items()
    if "entry" in columns
}
#: Rows of an entry: the table, and its other columns in their order.
Rows = list[tuple[str, tuple[Any, ...]]]


class Draft:
    """Rows in the making, from none or from those of columns that are known, without those of some entries."""

    def __init__(self, known: Columns | None = None, without: Iterable[str] = ()) -> None:
        self.numbers: dict[str, dict[str, int]] = {name: {} for name in NAMES}  # of names that are not known
        self._known = {
            name: known.names(name) if known else Names(memoryview(b""), np.empty(0, "<i8")) for name in NAMES
        }
        self.rows: dict[str, dict[str, Any]] = {
            table: {column: Numbers(_CODES[form]) for column, (_, form) in columns.items()}
            for table, columns in TABLES.items()
        }
        self.named: list[int] = []  # the number of the entry of each row of "entries"
        self._kept: dict[tuple[str, str], npt.NDArray[Any]] = {}
        if known is not None:
            self._keep(known, set(without))

    def number(self, table: str, name: str) -> int:
        """The number of a name, for now; -1 for ""."""
        if not name:
            return -1
        known, new = self._known[table], self.numbers[table]
        if len(known) and (number := known.number(name)) >= 0:
            return number
        return new.setdefault(name, len(known) + len(new))

    def add(self, table: str, *row: Any) -> None:
        """Add a row: names where a column leads to names, else numbers."""
        for (column, (names, _)), said in zip(TABLES[table].items(), row, strict=True):
            self.rows[table][column].append(self.number(names, said) if names else said)

    def add_entry(self, name: str, **row: str) -> None:
        """Add a row of "entries"; what is not said is empty."""
        self.named.append(self.number("entries", name))
        self.add("entries", *(row.get(column, "") for column in ENTRIES))

    def add_rows(self, entry: str, rows: Rows) -> None:
        """Add the rows of an entry in other tables."""
        at = self.number("entries", entry)
        for table, row in rows:
            columns = self.rows[table]
            columns["entry"].append(at)
            for (column, names), said in zip(_OTHERS[table], row, strict=True):
                columns[column].append(self.number(names, said) if names else said)

    def mentioned(self) -> set[str]:
        """The things that rows of mentions name."""
        new = {number: name for name, number in self.numbers["things"].items()}
        kept = self._kept.get(("mentions", "thing"), np.empty(0, "<i4"))
        known = self._known["things"]
        numbers = {*np.unique(kept).tolist(), *self.rows["mentions"]["thing"]} - {-1}
        return {new[n] if n in new else known.name(n) for n in numbers}

    def packed(self) -> list[bytes | memoryview]:
        """The sections of a file: the same for the same rows in any order; names that no row has are left out."""
        coming = {
            (table, column): np.array(self.rows[table][column], dtype=form)
            for table, columns in TABLES.items()
            for column, (_, form) in columns.items()
        }
        coming["entries", "name"] = np.array(self.named, "<i4")
        kept = {place: self._kept.get(place, array[:0]) for place, array in coming.items()}
        out: list[bytes | memoryview] = []
        for name in NAMES:
            leading = [place for place in coming if _leads_to(*place) == name]
            known, new = self._known[name], self.numbers[name]
            used = np.zeros(len(known) + len(new) + 1, bool)  # the last place is that of -1
            for rows in (kept, coming):
                for place in leading:
                    used[rows[place]] = True
            names = sorted((one.encode(), number) for one, number in new.items() if used[number])
            places, body, ends = _merged(known, used, names)
            out += [body, _bytes(ends)]
            for rows in (kept, coming):
                rows |= {place: places[rows[place]] for place in leading}
        for table, columns in TABLES.items():
            keys = [(table, key) for key in _KEYS[table]]
            merge = _Merge([kept[key] for key in keys], [coming[key] for key in keys])
            out += [_bytes(merge(kept[table, column], coming[table, column])) for column in columns]
        return [_checksum(out), *out]

    def _keep(self, known: Columns, without: set[str]) -> None:
        """Take over the rows of other entries; the numbers of names stay what they were."""
        stays = np.ones(len(known.entries), bool)
        stays[[n for name in without if (n := known.entries.number(name)) >= 0]] = False
        all_stay = bool(stays.all())
        for table, columns in TABLES.items():
            rows: Any = slice(None)
            if not all_stay and (table == "entries" or "entry" in columns):
                rows = stays if table == "entries" else stays[known[table, "entry"]]
            for column in columns:
                if table != "countries":  # these are no entry's
                    self._kept[table, column] = known[table, column][rows]
        self._kept["entries", "name"] = np.flatnonzero(stays).astype("<i4")


def _leads_to(table: str, column: str) -> str:
    """The table of names to which a column leads; "" for none."""
    return "entries" if (table, column) == ("entries", "name") else TABLES[table][column][0]


class _Merge:
    """Puts rows that come among those that are kept, which are sorted by the same keys, the first key first."""

    def __init__(self, kept: list[npt.NDArray[Any]], coming: list[npt.NDArray[Any]]) -> None:
        self._order = np.lexsort(coming[::-1])
        behind = _behind(kept, [key[self._order] for key in coming])
        self._stays = np.ones(len(kept[0]) + len(behind), bool)
        self._stays[behind + np.arange(len(behind))] = False

    def __call__(self, kept: npt.NDArray[Any], coming: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A column of all rows."""
        out = np.empty(len(self._stays), coming.dtype)
        out[self._stays] = kept
        out[~self._stays] = coming[self._order]
        return out


def _behind(kept: list[npt.NDArray[Any]], coming: list[npt.NDArray[Any]]) -> npt.NDArray[np.intp]:
    """Behind how many of the rows that are kept each of those belongs that come, by bisection."""
    last = len(kept[0]) - 1
    low, high = np.zeros(len(coming[0]), np.intp), np.full(len(coming[0]), last + 1, np.intp)
    while (is_open := low < high).any():
        middle = (low + high) // 2
        is_before, is_equal = np.zeros(len(low), bool), np.ones(len(low), bool)
        for one, other in zip(coming, kept, strict=True):
            there = other[np.minimum(middle, last)]
            is_before |= is_equal & (one < there)
            is_equal &= one == there
        high = np.where(is_open & is_before, middle, high)
        low = np.where(is_open & ~is_before, middle + 1, low)
    return low


def _merged(
    known: Names, used: npt.NDArray[np.bool_], coming: list[tuple[bytes, int]]
) -> tuple[npt.NDArray[np.int32], bytes, npt.NDArray[np.int64]]:
    """The places of numbers in the table of those known names that are used and of those that come, and the table.

    What comes is sorted, and none of it is known.
    """
    stays = used[: len(known)]
    at = np.array([known.place(raw) for raw, _ in coming], "<i8")
    places = np.full(len(used), -1, "<i4")
    before = np.repeat(np.arange(len(at) + 1), np.diff(at, prepend=0, append=len(known)))  # of those that come
    places[: len(known)][stays] = (np.cumsum(stays) - 1 + before)[stays]
    kept = np.concatenate(([0], np.cumsum(stays)))
    numbers = [number for _, number in coming]
    places[numbers] = kept[at] + np.arange(len(coming))
    lengths = np.empty(int(kept[-1]) + len(coming), "<i8")
    lengths[places[: len(known)][stays]] = np.diff(known.ends, prepend=0)[stays]
    lengths[places[numbers]] = [len(raw) for raw, _ in coming]
    return places, b"".join(_pieces(known, stays, at.tolist(), coming)), np.cumsum(lengths, dtype="<i8")


def _pieces(
    known: Names, stays: npt.NDArray[np.bool_], at: list[int], coming: list[tuple[bytes, int]]
) -> Iterator[bytes | memoryview]:
    """The text of the names that stay, with those that come at their places."""
    gone = ((place, 1, b"") for place in np.flatnonzero(~stays).tolist())
    done = 0
    for place, is_gone, raw in merge(((place, 0, raw) for place, (raw, _) in zip(at, coming, strict=True)), gone):
        yield known.body[known.start(done) : known.start(place)]
        yield raw
        done = place + is_gone
    yield known.body[known.start(done) :]


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    """The bytes of an array, not copied."""
    return array.data.cast("B") if array.size else memoryview(b"")


def _checksum(parts: Iterable[bytes | memoryview]) -> bytes:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value.to_bytes(4, "big")


#: The number of a role, of a field, and of a type of relation; -1 for none.
ROLE = {role: at for at, role in enumerate(ROLES)} | {"": -1}
FIELD = {field: at for at, field in enumerate(FIELDS)} | {"": -1}
RELATION = {kind: at for at, kind in enumerate(RELATION_TYPES)}
