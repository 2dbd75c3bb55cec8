"""The columns of a graph from its store: by a look through each property, or entry by entry where few changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import numpy as np
import pyoxigraph as ox

from kg.graph.rdf import RELATIONS, place_of
from kg.graph.store import ANY
from kg.model import LISTS, Document, KgError, Record, Statement
from kg.names import PREFIXES, curie, plain
from kg.query.columns import FIELD, FILE, RELATION, ROLE, WHOLE, Columns, Draft, Rows
from kg.query.derived import Damaged, Sections, anew, fresh, mapped, restamp, stamp_of, states_of

if TYPE_CHECKING:
    from kg.graph.store import Store
    from kg.query.lexicon import Selects

_ENTRY = PREFIXES["entry"].encode()
_TECHNIQUE = b"<" + PREFIXES["technique"].encode()
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
#: What an entry's graph says of its paper, by column.
_SAID = {"title": "title", "date": "date", "year": "year", "venue": "venue", "kind": "kind", "code": "codeUrl"}
#: Entries from which it is faster to look through the whole store than to read one after the other.
_MANY = 3000

_Placed = tuple[dict[str, Any], dict[bytes, int]]  # the columns of a table, and the rows of nodes
#: The columns of stores with the stamps that these had, as long as the stores are there.
_KNOWN: WeakKeyDictionary[object, tuple[bytes, Columns]] = WeakKeyDictionary()


def scanned(store: Selects) -> Sections:
    """The sections of the columns of a store."""
    draft = Draft()
    placed = [_mentions(store, draft), _results(store, draft)]
    _spans(store, placed)
    _trust(store, [*placed, _relations(store, draft)])
    _authors(store, draft)
    _entries(store, draft)
    _countries(store, draft)
    return draft.packed()


def completed(store: Selects, draft: Draft) -> Sections:
    """The sections of the columns of a store, of which a draft has the rows of all entries as they were read.

    Which papers entries are of, what dates their sources have, and which techniques are one of several of a name is
    decided when others come: that is looked up.
    """
    rows, number = draft.rows["entries"], draft.number
    papers = {number("entries", named(entry)): number("papers", paper) for entry, paper in _papers(store)}
    dates = {number("things", named(source)): number("texts", date) for source, date in _dates(store)}
    rows["paper"] = [papers[entry] for entry in draft.named]
    rows["reported"] = [dates.get(source, -1) for source in rows["source"]]
    draft.rename({(named(entry), plain(thing)): thing for entry, thing in namesakes(store)})
    _countries(store, draft)
    return draft.packed()


def _authors(store: Selects, draft: Draft) -> None:
    number, rows = _Numbers(draft), draft.rows["authors"]
    for entry, author in spelled_rows(store, "GRAPH ?a { ?paper kg:author ?b }"):
        rows["entry"].append(number.entry(entry))
        rows["author"].append(draft.number("texts", text_of(author)))


def _countries(store: Selects, draft: Draft) -> None:
    for thing, country in sorted(spelled_rows(store, "?a kg:country ?b", "DISTINCT")):  # thousands of entries say it
        draft.add("countries", named(thing), text_of(country))


def _entries(store: Selects, draft: Draft) -> None:
    said = {entry: {"paper": paper} for entry, paper in _papers(store)}
    when = dict(_dates(store))
    for entry, source in spelled_rows(store, "?a kg:source ?b"):
        if entry in said:
            said[entry] |= {"source": named(source), "reported": when.get(source, "")}
    for column, name in _SAID.items():
        for entry, value in spelled_rows(store, f"GRAPH ?a {{ ?paper kg:{name} ?b }}"):
            if entry in said:
                said[entry][column] = text_of(value)
    for entry, row in said.items():
        draft.add_entry(named(entry), **row)


def _papers(store: Selects) -> Iterator[tuple[bytes, str]]:
    """The paper of each entry."""
    return ((entry, named(paper)) for paper, entry in spelled_rows(store, "?a kg:entry ?b"))


def namesakes(store: Selects) -> list[tuple[bytes, str]]:
    """The entries with techniques of which others have the name."""
    rows = spelled_rows(store, "GRAPH ?a { ?b kg:namesakeOf ?called } FILTER(?a != kg:vocabulary)")
    return [(entry, named(thing)) for entry, thing in rows]


def _dates(store: Selects) -> Iterator[tuple[bytes, str]]:
    """The dates of sources."""
    return ((source, text_of(date)) for source, date in spelled_rows(store, "?a a kg:Source . ?a kg:date ?b"))


def _mentions(store: Selects, draft: Draft) -> _Placed:
    rows = draft.rows["mentions"]
    at: dict[bytes, int] = {}
    techniques: set[bytes] = set()  # whose roles count: questions ask for those of no other type
    known = _Numbers(draft)
    for node, thing in spelled_rows(store, "?a kg:entity ?b"):
        entry, kind, order = _node(node)
        if kind == b"mention":
            at[node] = len(at)
            rows["entry"].append(known.entry(entry))
            rows["order"].append(int(order))
            rows["thing"].append(known.thing(thing))
            if thing.startswith(_TECHNIQUE):
                techniques.add(node)
    rows["role"] = [-1] * len(at)
    for node, role in spelled_rows(store, "?a kg:role ?b"):
        if node in techniques:
            rows["role"][at[node]] = ROLE.get(text_of(role), -1)
    return rows, at


def _results(store: Selects, draft: Draft) -> _Placed:
    rows = draft.rows["results"]
    at: dict[bytes, int] = {}
    known = _Numbers(draft)
    for node, low in spelled_rows(store, "?a kg:low ?b"):
        entry, _, order = _node(node)
        at[node] = len(at)
        rows["entry"].append(known.entry(entry))
        rows["order"].append(int(order))
        rows["low"].append(_real(low))
    rows["high"] = list(rows["low"])
    for node, high in spelled_rows(store, "?a kg:high ?b"):
        if node in at:
            rows["high"][at[node]] = _real(high)
    rows["metric"] = [-1] * len(at)
    for node, metric in spelled_rows(store, "?a kg:metric ?b"):
        if node in at:
            rows["metric"][at[node]] = known.thing(metric)
    for column, name in (("wording", "metricText"), ("unit", "unit"), ("change", "change"), ("bound", "bound")):
        rows[column] = [-1] * len(at)
        for node, text in spelled_rows(store, f"?a kg:{name} ?b"):
            if node in at:
                rows[column][at[node]] = draft.number("texts", text_of(text))
    return rows, at


def _relations(store: Selects, draft: Draft) -> _Placed:
    rows = draft.rows["relations"]
    at: dict[bytes, int] = {}
    known = _Numbers(draft)
    kinds = {f"kg:{name}": RELATION[kind] for kind, name in RELATIONS.items()}
    ends = [dict(spelled_rows(store, f"?a kg:{end} ?b")) for end in ("head", "tail")]
    for node, kind in spelled_rows(store, "?a kg:relationType ?b"):
        if node in ends[0] and node in ends[1]:
            entry, _, order = _node(node)
            row = {"entry": known.entry(entry), "order": int(order), "type": kinds[named(kind)]}
            row |= {"head": known.thing(ends[0][node]), "tail": known.thing(ends[1][node])}
            at[node] = len(at)
            for column, number in row.items():
                rows[column].append(number)
    return rows, at


def _spans(store: Selects, tables: list[_Placed]) -> None:
    """Where the words of nodes stand."""
    for rows, at in tables:
        rows |= {column: [-1] * len(at) for column in ("field", "start", "end")}
    for node, span in spelled_rows(store, "?a kg:span ?b"):
        for rows, at in tables:
            row = at.get(node)
            if row is not None:
                name, rows["start"][row], rows["end"][row] = place_of(span[1:-1].decode())
                rows["field"][row] = FIELD.get(name, -1)


def _trust(store: Selects, tables: list[_Placed]) -> None:
    """How far nodes can be trusted."""
    for rows, at in tables:
        rows |= {"score": [WHOLE] * len(at), "sure": [0] * len(at)}
    for node, score in spelled_rows(store, "?a kg:confidence ?b"):
        for rows, at in tables:
            if node in at:
                rows["score"][at[node]] = _parts(_real(score))
    for node, is_sure in spelled_rows(store, "?a kg:sure ?b"):
        for rows, at in tables:
            if node in at:
                rows["sure"][at[node]] = text_of(is_sure) in ("true", "1")


def _parts(score: float) -> int:
    """A score as the columns have it."""
    return round(min(max(0.0, score), 1.0) * WHOLE)


class _Numbers:
    """The numbers of terms, each read once."""

    def __init__(self, draft: Draft) -> None:
        self.entry = lru_cache(maxsize=None)(lambda term: draft.number("entries", named(term)))
        self.thing = lru_cache(maxsize=None)(lambda term: draft.number("things", named(term)))


def spelled_rows(store: Selects, pattern: str, how: str = "") -> Iterator[tuple[bytes, bytes]]:
    """Pairs of terms (?a and ?b of a pattern) as they are spelled, which takes a fraction of making objects of them.

    `how` may be "DISTINCT": without it a pair comes once for each graph that says it.
    """
    found = store.query(f"SELECT {how} ?a ?b WHERE {{ {pattern} }}")
    assert isinstance(found, ox.QuerySolutions)
    lines = (found.serialize(format=ox.QueryResultsFormat.TSV) or b"").split(b"\n")
    for line in lines[1:]:
        one, tab, other = line.partition(b"\t")
        if tab and other:
            yield one, other


def _node(term: bytes) -> tuple[bytes, bytes, bytes]:
    """The entry, the kind and the order of a node: "<.../entry/002-22/mention/3>"."""
    entry, kind, order = term[:-1].rsplit(b"/", 2)
    return entry + b">", kind, order


def named(term: bytes) -> str:
    """The CURIE of an IRI, or the text of a literal."""
    return curie(term[1:-1].decode()) if term.startswith(b"<") else text_of(term)


def text_of(term: bytes) -> str:
    """The text of a literal."""
    said = term.decode()
    if not said.startswith('"'):
        return said
    said = said[1 : said.rindex('"')]
    return _ESCAPED.sub(lambda m: _MEANT.get(m.group(1), m.group(1)), said) if "\\" in said else said


def _real(term: bytes) -> float:
    return float(text_of(term))


# What changed


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


def renewed(store: Store, known: Columns, changed: Iterable[str]) -> Sections:
    """The sections of columns that hold for a store but for some entries (CURIEs), which are read anew."""
    from kg.graph.contents import load_source
    from kg.graph.reading import read_entry

    names = sorted(changed)
    draft = Draft(known, names)
    when: dict[str, str] = {}
    for name in names:
        triples = store.triples(name)
        if not triples:
            continue
        document, record = read_entry(triples)
        if document.source not in when:
            when[document.source] = load_source(store, document.source).date
        draft.add_entry(name, **row_of(document, record), reported=when[document.source])
        draft.add_rows(name, rows_of(document, record))
    _countries(store, draft)
    return draft.packed()


# Where they are


def columns_of(store: Selects, made: Sections | None = None) -> Columns:
    """The columns of a graph: from the file beside its data, which is made anew where it is stale or damaged.

    It is looked through for them unless its sections are `made` already.
    """
    folder, stamp = getattr(store, "cache", None), getattr(store, "stamp", b"")
    if folder is None or not stamp:
        return Columns([memoryview(section) for section in scanned(store)])
    known = _KNOWN.get(store)
    if known is None or known[0] != stamp:
        states, changed = states_of(store, stamp), getattr(store, "changed", {ANY})
        for state in () if changed else states:
            still(folder, state, stamp)
        known = stamp, _of_file(cast("Store", store), folder / FILE, stamp, states, changed, made)
        with suppress(TypeError):  # a store that cannot be remembered
            _KNOWN[store] = known
    return known[1]


def _of_file(
    store: Store, path: Path, stamp: bytes, states: Iterable[bytes], changed: Iterable[str], made: Sections | None
) -> Columns:
    """The columns of a file that is brought up to date where it is of another stamp than the store; see `_followed`."""

    def make() -> Sections:
        return made or _followed(store, path, states, changed)

    try:
        return Columns(fresh(path, _stamp(stamp), make))
    except Damaged:
        return Columns(anew(path, _stamp(stamp), make))


def renew(
    store: Store, folder: Path, states: Iterable[bytes], changed: Iterable[str], made: Sections | None = None
) -> None:
    """Bring the file up to date with a store of which some graphs (CURIEs) were written; `states`: see `_followed`."""
    _of_file(store, folder / FILE, store.stamp, states, changed, made)


def _followed(store: Store, path: Path, states: Iterable[bytes], changed: Iterable[str]) -> Sections:
    """The sections of the columns of a store of which some graphs (CURIEs) were written.

    `states` are stamps that the store had before that: where the file is of none of them, or much has changed, the
    store is looked through. A changed source may give another date to each of its entries.
    """
    names = {name for name in changed if name.startswith(("entry:", "source:", ANY))}
    known = mapped(path)
    if known and known[0] in map(_stamp, states) and len(names) < _MANY and ANY not in names:
        with suppress(Damaged, KgError, ValueError):
            columns = Columns(known[1])
            entries = {name for name in names if name.startswith("entry:")} | _dated_anew(store, columns, names)
            return renewed(store, columns, entries)
    return scanned(store)


def _dated_anew(store: Store, known: Columns, names: Iterable[str]) -> set[str]:
    """The entries of sources that have another date than the columns say."""
    from kg.graph.contents import load_source, source_names

    there = set(source_names(store))
    out: set[str] = set()
    for name in names:
        number = known.things.number(name) if name.startswith("source:") else -1
        if number >= 0 and name.partition(":")[2] in there:
            rows = np.flatnonzero(known["entries", "source"] == number)
            date = known.texts.number(load_source(store, name.partition(":")[2]).date)
            out.update(known.entries.names(rows[known["entries", "reported"][rows] != date]))
    return out


def still(folder: Path, before: bytes, after: bytes) -> None:
    """Say of the columns in a folder, made for one state of the store's files, that they hold for another too."""
    restamp(folder / FILE, _stamp(before), _stamp(after))


def _stamp(stamp: bytes) -> bytes:
    """What columns depend on: the data, and how they are made."""
    return stamp_of(stamp, *(Path(__file__).with_name(name).read_bytes() for name in ("columns.py", "scan.py")))
