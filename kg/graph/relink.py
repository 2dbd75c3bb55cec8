"""A stored graph follows people's decisions about names: links are made anew from what is stored, nothing is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.graph.contents import entry_names, fingerprints, load_entry
from kg.graph.rdf import entry_triples
from kg.graph.store import DECISIONS, Store
from kg.graph.terms import value
from kg.link.claims import NAMED, link_alone
from kg.link.overrides import Overrides, restore
from kg.link.papers import identified
from kg.names import iri, plain
from kg.text import fold

if TYPE_CHECKING:
    from kg.link import Linker

#: What an entry's graph holds as names.
_NAMES = "kg:canonical|kg:alias|kg:metricText|kg:baselineText|kg:headText|kg:tailText"
_SAID = f"""SELECT DISTINCT ?g ?name {{ GRAPH ?g {{
  {{ ?x {_NAMES} ?name }} UNION {{ ?x a kg:Mention ; kg:quote ?name }}
}} }}"""
_LINKED = """SELECT DISTINCT ?g ?concept { GRAPH ?g {
  ?x kg:entity|kg:metric|kg:baseline|kg:head|kg:tail|kg:paper ?concept
} }"""
_DECIDED = "SELECT DISTINCT ?g { GRAPH ?g { ?e kg:before ?links } }"


def follows(store: Store, overrides: Overrides) -> bool:
    """Whether the links of a store are those of some decisions."""
    said = [t.object.value for t in store.triples(DECISIONS) if isinstance(t.object, ox.Literal)]
    return said == ([overrides.mark] if overrides.mark else [])


def relink(store: Store, linker: Linker) -> list[str]:
    """Link the entries anew that the linker's decisions, or those of before, speak of; the names of these entries.

    One transaction an entry; interrupted, the next call begins again and comes to the same.
    """
    from kg.graph.works import Works

    known = fingerprints(store)
    works, changed = Works(store, linker.overrides), list[str]()
    for name in _affected(store, linker.overrides):
        document, record = load_entry(store, name)
        link_alone(record, linker.vocabulary, identified(document, record)[0])
        restore(record)
        record = linker.decided(document, record)
        facts = linker.institution_facts
        triples = entry_triples(document, record, linker.vocabulary, facts, known.get(name, ""))
        put = works.put(document, record, triples)
        store.replace_many(put)
        changed += [other for other in _in_order(store, put) if other not in changed]
    decisions = ox.NamedNode(iri(DECISIONS))
    papers = {name for name in linker.overrides.about() if name.startswith("paper:") or plain(name) != name}
    before = {value(t.object) for t in store.triples(DECISIONS) if isinstance(t.object, ox.NamedNode)}
    if papers | before:
        put = Works(store, linker.overrides).anew(_bearing(store, papers | before))
        store.replace_many(put)
        changed += [name for name in _in_order(store, put) if name not in changed]
    mark = ox.Triple(decisions, ox.NamedNode(iri("kg:sha256")), ox.Literal(linker.overrides.mark))
    about = [ox.Triple(decisions, ox.NamedNode(iri("kg:paper")), ox.NamedNode(iri(name))) for name in sorted(papers)]
    store.replace(DECISIONS, [mark, *about] if linker.overrides.mark else [])
    return changed


def _bearing(store: Store, papers: Iterable[str]) -> list[str]:
    """The entries that could give their work, or what it proposes, one of some CURIEs."""
    keys = " ".join(str(ox.Literal(name if plain(name) == name else NAMED + plain(name))) for name in sorted(papers))
    rows = store.select(f"SELECT DISTINCT ?e {{ VALUES ?k {{ {keys} }} ?e kg:workKey ?k }}")
    return sorted(row["e"].partition(":")[2] for row in rows)


def _affected(store: Store, overrides: Overrides) -> list[str]:
    """Entries that decisions have changed, and those that say a name or bear a concept of the decisions."""
    folds, about = overrides.folds(), overrides.about()
    graphs = {row["g"] for row in store.select(_DECIDED)}
    if overrides:
        graphs |= {row["g"] for row in store.select(_SAID) if fold(str(row["name"])) in folds}
        graphs |= {row["g"] for row in store.select(_LINKED) if row["concept"] in about}
    return _in_order(store, graphs)


def _in_order(store: Store, graphs: Iterable[str]) -> list[str]:
    wanted = {name.partition(":")[2] for name in graphs if name.startswith("entry:")}
    return [entry for entry in entry_names(store) if entry in wanted]
