"""What a store holds, as data: entries in source order, records, sources and labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.graph.ontology import VOCABULARY
from kg.graph.reading import read_entry, read_source
from kg.graph.sparql import Row
from kg.graph.store import Store
from kg.model import LISTS, Document, KgError, Record, Source
from kg.names import iri

if TYPE_CHECKING:
    from kg.query.pairs import Tables

#: How many terms a query names at most.
_BATCH = 500
_LABELS = "SELECT ?g ?c ?l (LANG(?l) AS ?lang) {{ {values} GRAPH ?g {{ ?c skos:prefLabel ?l }} }}"


def entry_names(store: Store, source: str | None = None) -> list[str]:
    """Entries ("002-22") of a source, or all, by source and place in it."""
    return [entry for entry, _ in _entries(store, source)]


def entry_count(store: Store, source: str | None = None) -> int:
    """How many entries a store holds, or has of a source."""
    return _counted(store, f"kg:source <{iri(f'source:{source}')}>" if source else "a kg:Entry")


def paper_count(store: Store) -> int:
    """How many papers a store holds."""
    return _counted(store, "a kg:Paper", "DISTINCT ")


def entry_marks(store: Store, source: str) -> list[tuple[str, str]]:
    """The entries of a source by place in it, each with its fingerprint, "" for none."""
    marks = fingerprints(store, source)
    return [(name, marks.get(name, "")) for name in entry_names(store, source)]


def works(store: Store) -> dict[str, list[str]]:
    """The entries of each paper (CURIE), both in the order of sources and places in them."""
    return _works(_entries(store))


def works_named(store: Store, names: Iterable[str]) -> dict[str, list[str]]:
    """The entries of the papers that names mean (an entry's, "ID@SOURCE" or a paper's CURIE), in the order of these.

    What names nothing is passed over.
    """
    wanted = list(dict.fromkeys(filter(None, names)))
    paper_of = {name: name for name in wanted if name.startswith("paper:")} | _papers_of(store, wanted)
    others = {name: entry_named(store, name) for name in wanted if name not in paper_of}
    known = _papers_of(store, filter(None, others.values()))
    paper_of |= {name: known[entry] for name, entry in others.items() if entry in known}
    papers = list(dict.fromkeys(paper_of[name] for name in wanted if name in paper_of))
    rows = [
        row
        for values in _batched("p", papers)
        for row in store.select(f"SELECT ?e ?p ?s ?n {{ {values} ?e kg:paper ?p ; kg:source ?s ; kg:number ?n }}")
    ]
    found = _works(_in_order(rows))
    return {paper: found[paper] for paper in papers if paper in found}


def fingerprints(store: Store, source: str = "") -> dict[str, str]:
    """The fingerprint of each entry that has one, by entry name; of a source's entries alone, where one is named."""
    of = f"?e kg:source <{iri(f'source:{source}')}> ." if source else ""
    rows = store.select(f"SELECT ?e ?f {{ {of} ?e kg:fingerprint ?f }}")
    return {row["e"].partition(":")[2]: row["f"] for row in rows}


def entry_sources(store: Store) -> dict[str, str]:
    """The source of each entry, both by name."""
    rows = store.select("SELECT ?e ?s { ?e a kg:Entry ; kg:source ?s }")
    return {row["e"].partition(":")[2]: row["s"].partition(":")[2] for row in rows}


def identifiers(store: Store) -> set[str]:
    """The arXiv ids and DOIs of all papers, as their entries give them."""
    return {row["i"] for row in store.select("SELECT DISTINCT ?i { ?p kg:arxiv|kg:doi ?i }")}


def entry_named(store: Store, name: str) -> str:
    """The entry that a name means: its own, or "ID@SOURCE" for one that bears its id alone; "" when there is none."""
    if source_of(store, name):
        return name
    places = (at for at, character in enumerate(name) if character == "@")
    return next((name[:at] for at in places if source_of(store, name[:at]) == name[at + 1 :]), "")


def source_of(store: Store, name: str) -> str:
    """The source of an entry, both by name; "" when there is no such entry."""
    rows = store.select(f"SELECT ?s {{ <{iri(f'entry:{name}')}> a kg:Entry ; kg:source ?s }}") if name else []
    return str(rows[0]["s"]).partition(":")[2] if rows else ""


def load_entry(store: Store, name: str) -> tuple[Document, Record]:
    """The document and record of an entry; raises KgError when it is not there or not whole."""
    try:
        return read_entry(store.triples(f"entry:{name}"))
    except ValueError as error:
        raise KgError(f"The entry {name} cannot be read from the graph ({error}): add its source again.") from None


def source_names(store: Store) -> list[str]:
    """All sources, sorted."""
    return sorted(row["s"].partition(":")[2] for row in store.select("SELECT DISTINCT ?s { ?s a kg:Source }"))


def load_source(store: Store, name: str) -> Source:
    """A source by its name; raises KgError when it is not there."""
    try:
        return read_source(store.triples(f"source:{name}"))
    except ValueError:
        known = ", ".join(source_names(store)) or "none"
        raise KgError(f"There is no source {name!r} in the graph: choose one of {known}.") from None


def _entries(store: Store, source: str | None = None) -> list[tuple[str, str]]:
    """Entries with their papers, by source and place in it."""
    named = f"VALUES ?s {{ <{iri(f'source:{source}')}> }}" if source else ""
    return _in_order(store.select(f"SELECT ?e ?p ?s ?n {{ {named} ?e kg:source ?s ; kg:number ?n ; kg:paper ?p }}"))


def _in_order(rows: list[Row]) -> list[tuple[str, str]]:
    """Entries with their papers, by source and place in it, of rows with entry, paper, source and number."""
    rows.sort(key=lambda row: (row["s"], row["n"], row["e"]))
    return [(row["e"].partition(":")[2], row["p"]) for row in rows]


def _papers_of(store: Store, entries: Iterable[str]) -> dict[str, str]:
    """The paper of each entry that there is."""
    out: dict[str, str] = {}
    for values in _batched("e", (f"entry:{name}" for name in entries)):
        rows = store.select(f"SELECT ?e ?p {{ {values} ?e kg:paper ?p }}")
        out |= {row["e"].partition(":")[2]: row["p"] for row in rows}
    return out


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
        (row["e"], row["p"], row["s"], row["n"])
        for values in _batched("c", sorted(concepts))
        for row in store.select(
            f"SELECT DISTINCT ?e ?p ?s ?n {{ {values} ?p ?link ?c ; a kg:Paper ; kg:entry ?e . "
            "?e kg:source ?s ; kg:number ?n }"
        )
    }
    rows = [dict(zip(("e", "p", "s", "n"), row, strict=True)) for row in found]
    return list(dict.fromkeys(entry for entry, _ in _in_order(rows)))


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
