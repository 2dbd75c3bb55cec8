"""The columns of a graph from its entries; where few changed, these alone are read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from weakref import WeakKeyDictionary

from kg.files import keep
from kg.model import LISTS, Document, Record, Statement
from kg.query.columns import FIELD, FILE, RELATION, ROLE, WHOLE, Columns, Draft, Rows
from kg.query.derived import Damaged, Sections, anew, fresh, mapped, stamp_of
from kg.store.file import Entry, StoreFile

#: Entries from which all are read anew.
_MANY = 3000
#: The columns of stores with the stamps that these had, as long as the stores are there.
_KNOWN: WeakKeyDictionary[object, tuple[bytes, Columns]] = WeakKeyDictionary()


def scanned(store: StoreFile) -> Sections:
    """The sections of the columns of a store."""
    return _packed(store, Draft(), store.every())


def renewed(store: StoreFile, known: Columns, changed: Iterable[str]) -> Sections:
    """The sections of columns that hold for a store but for some entries (CURIEs), which are read anew."""
    names = sorted(changed)
    found = store.entries(name.partition(":")[2] for name in names)
    return _packed(store, Draft(known, names), found.values())


def _packed(store: StoreFile, draft: Draft, entries: Iterable[Entry]) -> Sections:
    when = {name: store.source(name).date for name in store.source_names()}
    for document, record, *_ in entries:
        name = f"entry:{document.id}"
        draft.add_entry(name, **row_of(document, record), reported=when.get(document.source, ""))
        draft.add_rows(name, rows_of(document, record))
    mentioned = draft.mentioned()
    for thing, country in store.countries():
        if thing in mentioned:
            draft.add("countries", thing, country)
    return draft.packed()


def rows_of(document: Document, record: Record) -> Rows:
    """The rows of an entry in all tables but that of entries; `record` is linked."""
    rows: Rows = [("authors", (author,)) for author in dict.fromkeys(filter(None, document.authors))]
    order = 0
    for mentions in LISTS.values():
        for mention in getattr(record, mentions):
            order += 1
            if mention.concept:
                role = ROLE.get(mention.role, -1) if mention.type == "technique" else -1
                place = FIELD.get(mention.field, -1), mention.start, mention.end
                rows.append(("mentions", (mention.concept, order, role, *place, *_trust_of(mention))))
    for topic in record.topics:
        order += 1
        words = topic.evidence
        place = (FIELD.get(words.field, -1), words.start, words.end) if words else (-1, -1, -1)
        rows.append(("mentions", (f"topic:{topic.id}", order, -1, *place, *_trust_of(topic))))
    for order, said in enumerate(record.relations, 1):
        if said.head_concept and said.tail_concept:
            what = (RELATION[said.type], said.head_concept, said.tail_concept)
            rows.append(("relations", (order, *what, *_trust_of(said))))
    for order, result in enumerate(record.results, 1):
        low, high = result.value if isinstance(result.value, tuple) else (result.value, result.value)
        about = (result.metric_concept, result.metric, low, high, result.unit, result.change, result.bound)
        words = result.evidence
        place = (FIELD.get(words.field, -1), words.start, words.end)
        rows.append(("results", (order, *about, *place, *_trust_of(result))))
    return rows


def _trust_of(said: Statement) -> tuple[int, bool]:
    return _parts(said.confidence), said.sure


def row_of(document: Document, record: Record) -> dict[str, str]:
    """The row of an entry in the table of entries, but for the date of its source; `record` is linked."""
    year = "" if document.year is None else str(document.year)
    of_paper = {"title": record.title, "kind": record.kind, "code": record.code_url, "venue": document.venue}
    return of_paper | {
        "paper": record.paper,
        "source": f"source:{document.source}",
        "date": document.date,
        "year": year,
    }


def _parts(score: float) -> int:
    """A score as the columns have it."""
    return round(min(max(0.0, score), 1.0) * WHOLE)


def columns_of(store: StoreFile) -> Columns:
    """The columns of a graph: from the file in its cache, which is made anew where it is stale or damaged."""
    folder, stamp = store.cache, store.stamp
    known = _KNOWN.get(store)
    if known is None or known[0] != stamp:
        if folder is None:
            known = stamp, Columns([memoryview(section) for section in scanned(store)])
        else:
            known = stamp, _of_file(store, folder / FILE, stamp)
        _KNOWN[store] = known
    return known[1]


def _of_file(store: StoreFile, path: Path, stamp: bytes) -> Columns:
    """The columns of a file that is brought up to date where it is of another stamp than the store."""

    def make() -> Sections:
        number, sections = store.number, _followed(store, path)
        with suppress(OSError):
            keep(_beside(path), [str(number).encode()])
        return sections

    try:
        return Columns(fresh(path, _stamp(stamp), make))
    except Damaged:
        return Columns(anew(path, _stamp(stamp), make))


def _followed(store: StoreFile, path: Path) -> Sections:
    """The sections of the columns of a store of which some graphs were written since the file was made."""
    with suppress(OSError, ValueError, Damaged):
        number = int(_beside(path).read_text())
        known = mapped(path)
        changed = store.changed_since(number)
        if known and known[0] == _stamp(store.stamp_at(number)) and len(changed) < _MANY:
            # A changed source may give another date to each of its entries.
            sources = {name.partition(":")[2] for name in changed if name.startswith("source:")}
            entries = {name for name in changed if name.startswith("entry:")}
            entries |= {f"entry:{name}" for source in sources for name in store.names(source)}
            return renewed(store, Columns(known[1]), entries)
    return scanned(store)


def _beside(path: Path) -> Path:
    """The file that says which change of the graph a file of columns holds."""
    return path.with_suffix(".number")


def _stamp(stamp: bytes) -> bytes:
    """What columns depend on: the data, and how they are made."""
    return stamp_of(stamp, *(Path(__file__).with_name(name).read_bytes() for name in ("columns.py", "scan.py")))
