"""What a store holds, as data: entries in source order, records, sources and labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.graph.ontology import VOCABULARY
from kg.graph.store import Store
from kg.model import LISTS, Document, KgError, Record, Source
from kg.names import iri

if TYPE_CHECKING:
    from kg.query.pairs import Tables
    from kg.store.file import StoreFile

#: How many terms a query names at most.
_BATCH = 500
_LABELS = "SELECT ?g ?c ?l (LANG(?l) AS ?lang) {{ {values} GRAPH ?g {{ ?c skos:prefLabel ?l }} }}"


def entry_names(store: Store, source: str | None = None) -> list[str]:
    """Entries ("002-22") of a source, or all, by source and place in it."""
    return store.names(source)


def entry_count(store: Store, source: str | None = None) -> int:
    """How many entries a store holds, or has of a source."""
    return store.count(source)


def paper_count(store: Store) -> int:
    """How many papers a store holds."""
    return store.paper_count()


def works(store: Store) -> dict[str, list[str]]:
    """The entries of each paper (CURIE), both in the order of sources and places in them."""
    return _works(store.works())


def works_named(store: Store, names: Iterable[str]) -> dict[str, list[str]]:
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


def identifiers(store: Store) -> set[str]:
    """The arXiv ids and DOIs of all papers, as their entries give them."""
    return {row["i"] for row in store.select("SELECT DISTINCT ?i { ?p kg:arxiv|kg:doi ?i }")}


def entry_named(store: StoreFile, name: str) -> str:
    """The entry that a name means: its own, or "ID@SOURCE" for one that bears its id alone; "" when there is none."""
    if store.source_of(name):
        return name
    places = (at for at, character in enumerate(name) if character == "@")
    return next((name[:at] for at in places if store.source_of(name[:at]) == name[at + 1 :]), "")


def load_entry(store: Store, name: str) -> tuple[Document, Record]:
    """The document and record of an entry; raises KgError when it is not there or not whole."""
    return store.entry(name)[:2]


def load_entries(store: Store, names: Iterable[str]) -> dict[str, tuple[Document, Record]]:
    """Documents and records of entries by name, in order; raises KgError when one is not there or not whole."""
    wanted = list(dict.fromkeys(names))
    found = store.entries(wanted)
    for name in wanted:
        if name not in found:
            raise KgError(f"The entry {name} is not in the graph: see `kg show`.")
    return {name: entry[:2] for name, entry in found.items()}


def source_names(store: Store) -> list[str]:
    """All sources, sorted."""
    return store.source_names()


def load_source(store: Store, name: str) -> Source:
    """A source by its name; raises KgError when it is not there."""
    return store.source(name)


def _works(entries: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The entries of each paper, of entries with their papers."""
    out: dict[str, list[str]] = {}
    for entry, paper in entries:
        out.setdefault(paper, []).append(entry)
    return out


def _batched(variable: str, names: Iterable[str]) -> Iterator[str]:
    """VALUES clauses that bind a variable to some CURIEs."""
    every = [f"<{iri(name)}>" for name in names]
    for at in range(0, len(every), _BATCH):
        yield f"VALUES ?{variable} {{ {' '.join(every[at : at + _BATCH])} }}"


def labels(store: Store, concepts: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Preferred labels by language of concepts (CURIEs), or of all.

    The vocabulary's label comes first, then the one that most entries give, then the alphabet's first.
    """
    if concepts is None:
        rows = store.select(_LABELS.format(values=""))
    else:
        rows = []
        for values in _batched("c", sorted(set(concepts))):
            rows += store.select(_LABELS.format(values=values))
    votes: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        weight = 1_000_000_000 if row["g"] == VOCABULARY else 1
        votes[row["c"]][row["lang"]][row["l"]] += weight
    return {
        concept: {
            language: min(counts, key=lambda label: (-counts[label], label))
            for language, counts in sorted(languages.items())
        }
        for concept, languages in sorted(votes.items())
    }


def entries_with(store: Store, concepts: Iterable[str]) -> list[str]:
    """The entries whose papers have one of some concepts or institutions, by any link, in source order."""
    found = {
        str(row["p"])
        for values in _batched("c", sorted(concepts))
        for row in store.select(f"SELECT DISTINCT ?p {{ {values} ?p ?link ?c ; a kg:Paper }}")
    }
    return [entry for entry, _ in store.of_papers(found)]


def counts(store: Store) -> dict[str, int]:
    """How many papers, entries, annotations, and named concepts of each type a store holds."""
    out = {"papers": paper_count(store), "entries": entry_count(store)}
    for name in ("Source", "Mention", "Result", "Relation"):
        out[f"{name.lower()}s"] = _counted(store, f"a kg:{name}")
    tables = _tables(store)
    kinds = {kind: len(tables.things_of(kind)) for kind in sorted((*LISTS, "topic"))}
    return out | {f"distinct {kind}": number for kind, number in kinds.items() if number}


def quality(store: Store) -> dict[str, int | str]:
    """What deserves a look: repairs, papers without a title, institution, topic or result, unmatched names."""
    papers = paper_count(store)
    out: dict[str, int | str] = {"papers": papers, "entries": entry_count(store)}
    rows = store.select("SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e kg:repair ?r }")
    out["entries repaired"] = rows[0]["n"]
    for name in ("title", "institution", "topic", "technique", "result"):
        links = (
            "kg:proposes|kg:usesTechnique|kg:comparesWith|kg:mentionsTechnique" if name == "technique" else f"kg:{name}"
        )
        rows = store.select(f"SELECT (COUNT(DISTINCT ?p) AS ?n) {{ ?p a kg:Paper ; {links} ?x }}")
        out[f"papers without {name}"] = papers - rows[0]["n"]
    tables = _tables(store)
    institutions = tables.columns.things.names(tables.things_of("institution"))
    names = sorted(name.partition(":")[2] for name in institutions if name.startswith("institution:"))
    out["institutions without ROR"] = f"{len(names)}: {', '.join(names)}" if names else 0
    return out


def _counted(store: Store, what: str, how: str = "") -> int:
    """How many nodes are so; "DISTINCT " for those that more than one graph may tell of."""
    return int(store.select(f"SELECT (COUNT({how}?x) AS ?n) {{ ?x {what} }}")[0]["n"])


def _tables(store: Store) -> Tables:
    """What is counted of a store: to ask it for the concepts of all mentions takes seconds."""
    from kg.query.pairs import tables_of
    from kg.query.scan import columns_of

    return tables_of(columns_of(store))
