"""What a graph is written out as: triples, tables, records, networks, vaults, and the sources themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kg.model import KgError
from kg.rdf.store import Store
from kg.rdf.terms import serialised
from kg.store.contents import digest
from kg.views import network
from kg.views.export.bibtex_entries import bibtex
from kg.views.export.file_sets import Files, zipped
from kg.views.export.flat_tables import evidence_csv, jsonl, papers_csv, parquet
from kg.views.export.neo4j import neo4j
from kg.views.export.networks import cytoscape, vosviewer
from kg.views.export.obsidian import obsidian
from kg.views.export.prov import with_prov

#: The form that holds a chosen part: a network of one kind of thing.
_CHOSEN = "vosviewer"


class Format(NamedTuple):
    """A form of the whole graph: the ending of its files, what it is for, and what writes it: one file, at once or in
    pieces, or several.
    """

    ending: str
    about: str
    write: Callable[..., bytes] | None = None
    pieces: Callable[..., Iterator[bytes]] | None = None
    files: Callable[..., Files] | None = None


def export(store: Store, format: str, of: str = "", least: int = 1, source: str | None = None) -> bytes:
    """The whole graph in one of FORMATS, several files as an archive; "digest" restores a source.

    `of` and `least` are those of `kg.views.export.networks.vosviewer`. Raises KgError for another format, and for a
    digest without a source.
    """
    if format == "digest":
        if not source:
            names = ", ".join(store.source_names()) or "none"
            raise KgError(f"A digest is one source given back: name one with --source ({names}).")
        return digest(store, source)
    made = _format(format, of, least)
    if source:
        raise KgError(f"{format} holds the whole graph, not the source {source}: leave it out, or choose digest.")
    if made.pieces:
        return b"".join(made.pieces(store))
    return made.write(store) if made.write else zipped(files(store, format, of, least))


def files(store: Store, format: str, of: str = "", least: int = 1) -> Files:
    """The files of a form of several, by path; KgError for a form that is one file."""
    made = _format(format, of, least)
    if made.files is None:
        raise KgError(f"{format} is one file, not a folder: give the name of a file.")
    return made.files(store, of or "concept", least) if format == _CHOSEN else made.files(store)


def _format(format: str, of: str, least: int) -> Format:
    if format not in FORMATS:
        raise KgError(f"{format!r} is not a form of the graph: choose one of {', '.join(FORMATS)}.")
    if (of or least > 1) and format != _CHOSEN:
        raise KgError(f"{format} holds the whole graph, only {_CHOSEN} a part of it: leave --of and --least out.")
    return FORMATS[format]


#: The forms of the whole graph. All are sorted: the same graph is always the same bytes.
FORMATS = {
    "turtle": Format("ttl", "RDF, with PROV-O", pieces=lambda store: serialised(with_prov(store), "turtle")),
    "nquads": Format("nq", "RDF as the graph holds it", pieces=lambda store: serialised(store.read_graphs(), "nquads")),
    "jsonld": Format(
        "jsonld", "RDF for JSON tools, with PROV-O", pieces=lambda store: serialised(with_prov(store), "jsonld")
    ),
    "graphml": Format(
        "graphml", "a network for yEd, networkx, igraph", lambda store: network.graphml(network.network(store))
    ),
    "gexf": Format("gexf", "a network for Gephi", lambda store: network.gexf(network.network(store))),
    "cytoscape": Format("cyjs", "a network for Cytoscape", cytoscape),
    "vosviewer": Format("zip", "map and network of VOSviewer", files=vosviewer),
    "neo4j": Format("zip", "CSV for neo4j-admin", files=neo4j),
    "obsidian": Format("zip", "a vault of linked notes", files=obsidian),
    "bibtex": Format("bib", "an entry a paper, for LaTeX and reference managers", bibtex),
    "csv": Format("csv", "a row a paper", papers_csv),
    "evidence-csv": Format("csv", "a row a quote", evidence_csv),
    "parquet": Format("zip", "both tables as Parquet", files=parquet),
    "jsonl": Format("jsonl", "a record a line", jsonl),
}
