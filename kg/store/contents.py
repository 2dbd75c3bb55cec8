"""What a store holds, as data: entries in source order, records, sources and labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.link.overrides import overrides_of
from kg.model import Document, KgError, Record
from kg.store.entries import Entry, local_id
from kg.store.faults import told

if TYPE_CHECKING:
    from kg.store.file import StoreFile

#: The decisions that the links of a store follow, as the store keeps them: their mark, and what works they are about.
DECISIONS = "decisions"
#: The concepts that papers have.
_NAMED = """SELECT curie, type FROM concepts
    WHERE id IN (SELECT concept FROM mentions) OR id IN (SELECT topic FROM topics)"""


def followed(store: StoreFile) -> dict[str, Any]:
    """The mark of the decisions by people that the links of a store follow, and the works that these are about."""
    return {"mark": "", "papers": [], **json.loads(store.said(DECISIONS) or "{}")}


def works(store: StoreFile) -> dict[str, list[str]]:
    """The entries of each paper (CURIE), both in the order of sources and places in them."""
    return _works(store.works())


def works_named(store: StoreFile, names: Iterable[str]) -> dict[str, list[str]]:
    """The entries of the papers that names mean (an entry's, "ID@SOURCE" or a paper's CURIE), in the order of these.

    What names nothing is passed over.
    """
    wanted = list(dict.fromkeys(filter(None, names)))
    paper_of = {name: name for name in wanted if name.startswith("paper:")} | store.papers_of(wanted)
    others = {name: entry_named(store, name) for name in wanted if name not in paper_of}
    known = store.papers_of(filter(None, others.values()))
    paper_of |= {name: known[entry] for name, entry in others.items() if entry in known}
    papers = list(dict.fromkeys(paper_of[name] for name in wanted if name in paper_of))
    found = _works(store.of_papers(papers))
    return {paper: found[paper] for paper in papers if paper in found}


def identifiers(store: StoreFile) -> set[str]:
    """The arXiv ids and DOIs of all papers, as their entries give them."""
    rows = store.rows("SELECT document ->> '$.arxiv', document ->> '$.doi' FROM entries")
    return {name for row in rows for name in row if name}


def entry_named(store: StoreFile, name: str) -> str:
    """The entry that a name means: its own, or "ID@SOURCE" for one that bears its id alone; "" when there is none."""
    if store.source_of(name):
        return name
    places = (at for at, character in enumerate(name) if character == "@")
    return next((name[:at] for at in places if store.source_of(name[:at]) == name[at + 1 :]), "")


def mentioning(store: StoreFile, words: Iterable[str]) -> Iterator[Entry]:
    """The entries in which all of some words stand, in any case, in what was read or in what was made of it."""
    asked = [word.lower() for word in words]
    where = " AND ".join(["instr(lower(document || record), ?) > 0"] * len(asked)) or "1 = 0"
    return store.every(
        [name for (name,) in store.rows(f"SELECT name FROM entries WHERE {where} ORDER BY name", *asked)]
    )


def backup(store: StoreFile, target: Path) -> None:
    """Copy a graph to a new file, and the decisions beside it; KgError where one of these is there already."""
    decisions = None if store.path is None else overrides_of(store.path)
    if decisions is None or not decisions.is_file():
        return store.backup(target)
    place = overrides_of(target)
    if place.exists():
        raise KgError(f"{place} is there already: name a new file for the copy.")
    store.backup(target)
    with told(place):
        place.write_bytes(decisions.read_bytes())


def digest(store: StoreFile, source: str) -> bytes:
    """A source as it was read, byte for byte.

    Raises KgError for a source that is not there, whose form is not given back, or that lost an entry.
    """
    known = store.source(source)
    if not known.skeleton:
        raise KgError(f"The source {source} ({known.form}) was not kept whole: only reports are given back.")
    entries = store.entries(store.names(source)).values()
    documents = [entry.document for entry in entries]
    texts = {(local_id(d.id, source), name): text.raw for d in documents for name, text in d.texts.items()}
    gone = sorted({piece[0] for piece in known.skeleton if not isinstance(piece, str) and piece not in texts})
    if gone:
        raise KgError(f"The source {source} lacks the entries {', '.join(gone)} in the graph: add it again.")
    whole = "".join(piece if isinstance(piece, str) else texts[piece] for piece in known.skeleton).encode()
    if known.sha256 and hashlib.sha256(whole).hexdigest() != known.sha256:
        raise KgError(f"The texts of the source {source} were changed in the graph: add it again.")
    return whole


def load_entry(store: StoreFile, name: str) -> tuple[Document, Record]:
    """The document and record of an entry; raises KgError when it is not there or not whole."""
    return store.entry(name)[:2]


def load_entries(store: StoreFile, names: Iterable[str]) -> dict[str, tuple[Document, Record]]:
    """Documents and records of entries by name, in order; raises KgError when one is not there or not whole."""
    wanted = list(dict.fromkeys(names))
    found = store.entries(wanted)
    for name in wanted:
        if name not in found:
            raise KgError(f"The entry {name} is not in the graph: see `kg show`.")
    return {name: entry[:2] for name, entry in found.items()}


def _works(entries: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The entries of each paper, of entries with their papers."""
    out: dict[str, list[str]] = {}
    for entry, paper in entries:
        out.setdefault(paper, []).append(entry)
    return out


def labels(store: StoreFile, concepts: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Preferred labels by language of concepts (CURIEs), or of all.

    The vocabulary's label comes first, then the one that most entries give, then the alphabet's first.
    """
    of = "SELECT curie, label, label_zh FROM concepts"
    rows = store.rows(of) if concepts is None else store.some(f"{of} WHERE curie IN ({{}})", concepts)
    said = {curie: zip(("en", "zh"), both, strict=True) for curie, *both in sorted(rows)}
    return {curie: {language: label for language, label in both if label} for curie, both in said.items()}


def entries_with(store: StoreFile, concepts: Iterable[str]) -> list[str]:
    """The entries whose papers have one of some concepts or institutions, by any link, in source order."""
    of = "SELECT p.curie FROM papers p JOIN {0} x ON x.paper = p.id JOIN concepts c ON c.id = x.{1} WHERE c.curie IN"
    named = list(concepts)
    found = {
        paper
        for table, column in (("mentions", "concept"), ("topics", "topic"))
        for (paper,) in store.some(f"{of.format(table, column)} ({{}})", named)
    }
    return [entry for entry, _ in store.of_papers(found)]


def counts(store: StoreFile) -> dict[str, int]:
    """How many papers, entries, annotations, and named concepts of each type a store holds."""
    out = {"papers": store.paper_count(), "entries": store.count(), "sources": _counted(store, "sources")}
    out["mentions"] = _counted(store, "mentions") + _counted(store, "topics")
    out |= {table: _counted(store, table) for table in ("results", "relations")}
    kinds = dict(store.rows(f"SELECT type, count(*) FROM ({_NAMED}) AS named GROUP BY type ORDER BY type"))
    return out | {f"distinct {kind}": number for kind, number in kinds.items()}


def quality(store: StoreFile) -> dict[str, int | str]:
    """What deserves a look: repairs, papers without a title, institution, topic or result, unmatched names."""
    papers = store.paper_count()
    out: dict[str, int | str] = {"papers": papers, "entries": store.count()}
    out["entries repaired"] = _counted(store, "entries WHERE json_array_length(document, '$.repairs') > 0")
    having = "(SELECT DISTINCT paper FROM mentions x JOIN concepts c ON c.id = x.concept WHERE c.type = '{}') AS x"
    kinds = {"title": "papers WHERE title <> ''", "institution": having.format("institution")}
    kinds |= {"topic": "(SELECT DISTINCT paper FROM topics) AS x", "technique": having.format("technique")}
    for name, having in (kinds | {"result": "(SELECT DISTINCT paper FROM results) AS x"}).items():
        out[f"papers without {name}"] = papers - _counted(store, having)
    rows = store.rows(f"SELECT curie FROM ({_NAMED}) AS named WHERE curie LIKE 'institution:%' ORDER BY curie")
    names = [curie.partition(":")[2] for (curie,) in rows]
    out["institutions without ROR"] = f"{len(names)}: {', '.join(names)}" if names else 0
    return out


def _counted(store: StoreFile, rows: str) -> int:
    return int(store.rows(f"SELECT count(*) FROM {rows}")[0][0])
