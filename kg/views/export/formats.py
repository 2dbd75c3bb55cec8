"""What a graph is written out as: triples, tables, records, networks, vaults, and the sources themselves."""

from __future__ import annotations

from functools import cache

from kg.model import KgError
from kg.plugins import names, of_others, plugged
from kg.rdf.store import Store
from kg.rdf.terms import serialised
from kg.store.contents import digest
from kg.views import network
from kg.views.export.bibliographies import bibtex, csl, ris
from kg.views.export.file_sets import Files, Format, zipped
from kg.views.export.flat_tables import evidence_csv, jsonl, papers_csv, parquet
from kg.views.export.prov import with_prov

#: The group of entry points of forms that other packages add.
PLUGGED = "kg.exports"


def export(store: Store, format: str, of: str = "", least: int = 1) -> bytes:
    """The whole graph in one of `formats()`, several files as an archive.

    `of` and `least` are for a form of a chosen part (`Format.is_chosen`). Raises KgError for another format.
    """
    made = _format(format, of, least)
    if made.pieces:
        return b"".join(made.pieces(store))
    return made.write(store) if made.write else zipped(files(store, format, of, least))


def restored(store: Store, source: str) -> bytes:
    """A source of digests, byte for byte as it was; KgError for a name of none."""
    if source not in store.source_names():
        names = ", ".join(store.source_names()) or "none"
        raise KgError(f"A digest is one source given back: name one with --select ({names}).")
    return digest(store, source)


def files(store: Store, format: str, of: str = "", least: int = 1) -> Files:
    """The files of a form of several, by path; KgError for a form that is one file."""
    made = _format(format, of, least)
    if made.files is None:
        raise KgError(f"{format} is one file, not a folder: give the name of a file.")
    return made.files(store, of or "concept", least) if made.is_chosen else made.files(store)


def _format(format: str, of: str, least: int) -> Format:
    known = formats()
    if format in names(PLUGGED) and format not in known:
        plugged(PLUGGED, format, f"The form {format}")
    if format not in known:
        raise KgError(f"{format!r} is not a form of the graph: choose one of {', '.join(known)}.")
    if (of or least > 1) and not known[format].is_chosen:
        raise KgError(f"{format} holds the whole graph, only vosviewer a part of it: leave --of and --least out.")
    return known[format]


@cache
def formats() -> dict[str, Format]:
    """The forms of the whole graph by name: those of this package, then those of others."""
    return _OWN | of_others(PLUGGED)


#: The forms of this package. All are sorted: the same graph is always the same bytes.
_OWN = {
    "turtle": Format("ttl", "RDF, with PROV-O", pieces=lambda store: serialised(with_prov(store), "turtle")),
    "nquads": Format("nq", "RDF as the graph holds it", pieces=lambda store: serialised(store.read_graphs(), "nquads")),
    "jsonld": Format(
        "jsonld", "RDF for JSON tools, with PROV-O", pieces=lambda store: serialised(with_prov(store), "jsonld")
    ),
    "graphml": Format(
        "graphml", "a network for yEd, networkx, igraph", lambda store: network.graphml(network.network(store))
    ),
    "gexf": Format("gexf", "a network for Gephi", lambda store: network.gexf(network.network(store))),
    "bibtex": Format("bib", "an entry a paper, for LaTeX and reference managers", bibtex),
    "ris": Format("ris", "a record a paper, for reference managers", ris),
    "csl": Format("json", "CSL-JSON, an item a paper, for Zotero and pandoc", csl),
    "csv": Format("csv", "a row a paper", papers_csv),
    "evidence-csv": Format("csv", "a row a quote", evidence_csv),
    "parquet": Format("zip", "both tables as Parquet", files=parquet),
    "jsonl": Format("jsonl", "a record a line", jsonl),
}
