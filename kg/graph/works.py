"""Which entries of a store are one work: kept right as entries come, change and go, whatever their order.

Entries that `kg.link.works` takes for one work are joined, the surest pairs first, but never two that it keeps apart;
so a work is decided within one component of that relation, and only the components that a change touches are decided
anew. Nothing is read again: where a work's CURIE changes, it is changed in the stored graphs of its entries.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.graph.namesakes import as_named
from kg.graph.ontology import VOCABULARY
from kg.graph.rdf import local_id, order_of
from kg.graph.reading import read_entry
from kg.link.claims import MARKS, NAMED, SAID, Claim, Use, claimed, meanings
from kg.link.overrides import BY_HAND
from kg.link.papers import reason
from kg.link.works import BY_ID, Described, Verdict, described, keys, name_keys, same_work
from kg.model import Document, KgError, Mention, Record, Topic
from kg.names import iri, plain
from kg.text import repaired

if TYPE_CHECKING:
    from kg.graph.sparql import Row
    from kg.graph.store import Store
    from kg.link.overrides import Overrides

Graphs = dict[str, list[ox.Triple]]  # by name; an empty one is taken out

#: A key that more entries share says nothing: "Editorial".
CROWD = 64
_TERMS_CROWD = 16  # of titles with the same terms
_ALL = 1_000_000  # a name is told apart from all others
_KNOWN = 500  # entries that are kept in mind
_BY_HAND = Verdict(9, f"the same work, {BY_HAND}")
_APART = Verdict(-9, f"kept apart, {BY_HAND}")
_BATCH = 200
_TITLE = 2  # the rank of a title among what names a work
Term = Any
#: What is read of an entry to say which work it describes.
_SAID = (
    "kg:paper kg:source kg:linkReason kg:title kg:name kg:author kg:authorList kg:authorCount kg:arxiv kg:doi"
    " kg:year kg:venue kg:codeUrl kg:raw kg:repairs kg:topic kg:workKey"
)

#: Whether the vocabulary knows a concept.
_KNOWS = f"SELECT ?c {{{{ GRAPH <{iri(VOCABULARY)}> {{{{ <{{}}> a ?c }}}} }}}} LIMIT 1"
_INSTITUTIONS = "SELECT ?m ?q {{ {graph} {{ ?p kg:institution ?c . ?m kg:entity ?c ; kg:quote ?q }} }}"


@dataclass(slots=True)
class _Held:
    """An entry as the store has it, or will have it."""

    one: Described
    paper: str
    reason: str


class Works:
    """The works of a store, and what of them changes."""

    def __init__(self, store: Store, overrides: Overrides | None = None) -> None:
        self.store = store
        self._known: OrderedDict[str, _Held] = OrderedDict()
        self._new: dict[str, _Held] = {}  # entries to come
        self._gone: set[str] = set()
        self._found: dict[str, list[str]] = {}  # the entries of a key, within one change
        self._overrides = overrides
        self._merged, self._apart = _decisions(overrides)

    def named(self, local: str, source: str) -> tuple[str, dict[str, str]]:
        """The name of an entry that a source calls so, and the new names of others: the first source's is the bare one.

        KgError when another entry bears that name.
        """
        holders = self._holders_of(local) | {source: ""}
        names = _names(local, holders)
        name = names[source]
        holder = self._source(name)
        if holder and (local_id(name, holder) != local):
            raise KgError(f"The name {name} belongs to another entry: give the entry {local} of {source} another id.")
        return name, {old: names[s] for s, old in holders.items() if old and old != names[s]}

    def held(self, local: str, source: str) -> tuple[str, str]:
        """The name and the fingerprint of the entry that a source calls so; "" where the store has none."""
        name = self._holders_of(local).get(source, "")
        rows = self.store.select(f"SELECT ?f {{ <{iri(f'entry:{name}')}> kg:fingerprint ?f }}") if name else []
        return name, rows[0]["f"] if rows else ""

    def put(
        self, document: Document, record: Record, triples: list[ox.Triple], renamed: Mapping[str, str] | None = None
    ) -> Graphs:
        """The graphs to replace so that an entry is there, with others under new names."""
        coming = {new: with_name(self.store.triples(f"entry:{old}"), old, new) for old, new in (renamed or {}).items()}
        self._new = {document.id: _of(document, record)}
        return self._changed({**coming, document.id: triples}, set(renamed or ()))

    def drop(self, names: Iterable[str]) -> Graphs:
        """The graphs to replace so that entries are gone; those of one id in other sources get the names they leave."""
        gone = set(names)
        coming: Graphs = {}
        going = set(gone)
        for local in dict.fromkeys(local_id(name, self._source(name)) for name in sorted(gone)):
            holders = {source: name for source, name in self._holders_of(local).items() if name not in gone}
            for source, new in _names(local, holders).items():
                if holders[source] != new:
                    coming[new] = with_name(self.store.triples(f"entry:{holders[source]}"), holders[source], new)
                    going.add(holders[source])
        return self._changed(coming, going)

    def anew(self, names: Iterable[str], said: Iterable[str] = ()) -> Graphs:
        """The graphs to replace where the works of entries are decided anew, and what the names in `said` mean."""
        return self._decided(names, {}, [Claim(concept, "", False) for concept in said])

    # --- what changes ---------------------------------------------------------------------------------------------

    def _changed(self, coming: Graphs, going: set[str]) -> Graphs:
        """The graphs to replace when entries come (anew) and go."""
        before = going | {name for name in coming if self._source(name)}
        neighbours, lost = self._around(before) if before else (set(), [])
        seeds = neighbours - going
        for name in before:
            self._known.pop(name, None)
        self._found.clear()
        try:
            self._new |= {name: _of(*read_entry(coming[name])) for name in coming.keys() - self._new.keys()}
            self._gone = going - coming.keys()
            for held in self._new.values():
                seeds |= self._touched(held.one)
            changed = self._decided([*coming, *seeds], coming, lost)
        finally:
            self._new, self._gone = {}, set()
            self._found.clear()
        out: Graphs = {f"entry:{name}": [] for name in going if name not in coming}
        out |= {f"entry:{name}": triples for name, triples in coming.items()}
        return out | changed

    def _decided(
        self, names: Iterable[str], coming: Mapping[str, list[ox.Triple]], lost: Iterable[Claim] = ()
    ) -> Graphs:
        """What changes in the entries of the components of some entries, and where claims are `lost`."""
        out: Graphs = {}
        done: set[str] = set()
        papers: dict[str, str] = {}
        for name in sorted(set(names)):
            if name in done or self._held(name) is None:
                continue
            component, pairs = self._component(name)
            done |= component
            for work in self._works(component, pairs):
                paper = self._curie(work)
                for entry in work:
                    papers[entry] = paper
                    held = self._entry(entry)
                    why = self._reason(entry, paper, work)
                    if (held.paper, held.reason) != (paper, why):
                        triples = coming.get(entry) or self.store.triples(f"entry:{entry}")
                        out[f"entry:{entry}"] = with_identity(triples, entry, held.paper, paper, why)
        changed = {**coming} | {g.partition(":")[2]: triples for g, triples in out.items()}
        out |= self._named_apart(papers, changed, lost)
        for graph in out:
            self._known.pop(graph.partition(":")[2], None)
        return out

    def _named_apart(
        self, papers: Mapping[str, str], changed: Mapping[str, list[ox.Triple]], lost: Iterable[Claim]
    ) -> Graphs:
        """What changes because entries of some papers say names that are others' too, or are so no longer."""
        out: dict[str, list[ox.Triple]] = {}
        found = {*lost, *(claim for entry in papers for claim in self._entry(entry).one.claims)}
        # What nobody claims means the name.
        names = {claim.concept for claim in found if claim.is_own or self._holders(NAMED + claim.concept)}
        for name in sorted(names):
            uses = {entry: self._use(entry, name, papers) for entry in self._holders(SAID + name) if self._held(entry)}
            is_known = bool(self.store.select(_KNOWS.format(iri(name))))
            meant = meanings(name, set(uses.values()), is_known)
            for entry, use in uses.items():
                triples = out.get(entry) or changed.get(entry) or self.store.triples(f"entry:{entry}")
                renamed = as_named(triples, name, name if meant[use] == name else self._final(meant[use]), is_known)
                if renamed is not triples:
                    out[entry] = renamed
        return {f"entry:{entry}": triples for entry, triples in out.items()}

    def _use(self, entry: str, name: str, papers: Mapping[str, str]) -> Use:
        held = self._entry(entry)
        claim = next(claim for claim in held.one.claims if claim.concept == name)
        return Use(papers.get(entry) or held.paper, claim, held.one.topics)

    def _final(self, concept: str) -> str:
        """The concept that people say one of several of one name is."""
        final = self._overrides.final(concept) if self._overrides else concept
        return final if plain(final) == plain(concept) else concept

    def _component(self, name: str) -> tuple[set[str], dict[tuple[str, str], Verdict]]:
        """All entries that pairs taken for one work lead to, and these pairs."""
        found, waiting = {name}, [name]
        pairs: dict[tuple[str, str], Verdict] = {}
        while waiting:
            entry = waiting.pop()
            for other in self._candidates(self._entry(entry).one):
                pair = min(entry, other), max(entry, other)
                if pair in pairs:
                    continue
                verdict = self._verdict(*pair)
                if verdict.same:
                    pairs[pair] = verdict
                    if other not in found:
                        found.add(other)
                        waiting.append(other)
        return found, pairs

    def _works(self, component: set[str], pairs: dict[tuple[str, str], Verdict]) -> list[list[str]]:
        """The entries of a component by work: the surest pairs are joined first, and none that are kept apart."""
        of = {name: [name] for name in component}
        for (a, b), verdict in sorted(pairs.items(), key=lambda item: (-item[1].weight, item[0])):
            if of[a] is not of[b] and not self._kept_apart(of[a], of[b], verdict):
                joined = sorted(of[a] + of[b])
                of |= dict.fromkeys(joined, joined)
        return sorted({id(work): work for work in of.values()}.values())

    def _kept_apart(self, one: list[str], other: list[str], verdict: Verdict) -> bool:
        # What bears one id is one work, whatever the rest says; only people go beyond that.
        least = -1 if verdict.weight >= BY_ID else 0
        return any(self._verdict(a, b).weight < least for a in one for b in other)

    def _verdict(self, a: str, b: str) -> Verdict:
        one, other = (self._entry(name).one for name in sorted((a, b)))
        if self._apart and any((x, y) in self._apart for x in one.ids for y in other.ids):
            return _APART
        if self._by_hand(one) & self._by_hand(other):
            return _BY_HAND
        return same_work(one, other)

    def _curie(self, work: list[str]) -> str:
        """The CURIE of a work: the best id of its entries; a title that other works have goes with an entry's name."""
        ids = [one for entry in work for one in self._entry(entry).one.ids]
        if by_hand := {self._merged[one] for one in ids if one in self._merged}:
            return min(by_hand)
        best = min(ids, key=_rank)
        if _rank(best)[0] != _TITLE:
            return best
        holders = self._holders(best)
        return best if len(holders) <= CROWD and set(holders) <= set(work) else f"{best}-{work[0]}"

    def _reason(self, entry: str, paper: str, work: list[str]) -> str:
        held = self._entry(entry)
        if paper in held.one.ids:
            return reason(paper, held.one.doi, held.one.arxiv)
        if paper in self._by_hand(held.one):
            return f"{BY_HAND}: {held.one.ids[0]} is {paper}"
        verdicts = [(self._verdict(entry, other), other) for other in work if other != entry]
        ranked = sorted((-verdict.weight, other, verdict.reason) for verdict, other in verdicts if verdict.same)
        if ranked:
            return f"the work of {ranked[0][1]}: {ranked[0][2]}"
        return f"{reason(held.one.ids[0], held.one.doi, held.one.arxiv)}, which other works have too"

    def _by_hand(self, one: Described) -> set[str]:
        return {self._merged[name] for name in one.ids if name in self._merged} if self._merged else set()

    # --- what the store has ---------------------------------------------------------------------------------------

    def _entry(self, name: str) -> _Held:
        held = self._held(name)
        if held is None:
            raise KgError(f"The entry {name} cannot be read from the graph: add its source again.")
        return held

    def _held(self, name: str) -> _Held | None:
        """An entry as it will be; None when there is none, or it cannot be read."""
        if name in self._gone or name in self._new:
            return self._new.get(name)
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        held = _stored(self.store, name)
        if held is None:
            return None
        self._known[name] = held
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return held

    def _candidates(self, one: Described) -> Iterator[str]:
        """Other entries that have a key in common."""
        found = set()
        for key in self._all_keys(one):
            holders = self._holders(key)
            if len(holders) <= crowd(key):
                found.update(holders)
        found.discard(one.entry)
        return (name for name in sorted(found) if self._held(name) is not None)

    def _all_keys(self, one: Described) -> list[str]:
        wanted = self._by_hand(one)
        return [*keys(one), *sorted(i for i, target in self._merged.items() if target in wanted and i not in one.ids)]

    def _touched(self, one: Described) -> set[str]:
        """The entries whose works may change because this one is there, beside those of its own component."""
        found: set[str] = set()
        for key in keys(one):
            holders = self._holders(key)
            if key in one.ids or len(holders) == crowd(key) + 1:
                found.update(holders)
        return found - {one.entry}

    def _around(self, names: Collection[str]) -> tuple[set[str], list[Claim]]:
        """The stored entries that have a key of their works in common with some stored ones; the claims of these."""
        entries = (f"<{iri(f'entry:{name}')}>" for name in names)
        rows = self._select("SELECT ?k {{ VALUES ?e {{ {} }} ?e kg:workKey ?k }}", entries)
        by_key: dict[str, list[str]] = {}
        found = {row["k"] for row in rows}
        literals = {str(ox.Literal(key)) for key in found if not key.startswith(MARKS)}
        for row in self._select("SELECT ?k ?e {{ VALUES ?k {{ {} }} ?e kg:workKey ?k }}", literals):
            by_key.setdefault(row["k"], []).append(row["e"].partition(":")[2])
        # A crowd that these leave may be none without them.
        few = {key: holders for key, holders in by_key.items() if len(holders) <= crowd(key) + len(names)}
        return {holder for holders in few.values() for holder in holders}, claimed(found)

    def _select(self, query: str, values: Iterable[str]) -> Iterator[Row]:
        """The rows of a query about many terms, some at a time."""
        terms = sorted(values)
        for at in range(0, len(terms), _BATCH):
            yield from self.store.select(query.format(" ".join(terms[at : at + _BATCH])))

    def _holders(self, key: str) -> list[str]:
        """The entries that have a key, two more than a crowd at most."""
        if key not in self._found:
            most = crowd(key) + 2 + len(self._gone) + len(self._new)
            rows = self.store.select(f"SELECT ?e {{ ?e kg:workKey {ox.Literal(key)} }} LIMIT {most}")
            found = {row["e"].partition(":")[2] for row in rows} - self._gone - self._new.keys()
            found |= {name for name, held in self._new.items() if key in (*keys(held.one), *name_keys(held.one))}
            self._found[key] = sorted(found)
        return self._found[key]

    def _holders_of(self, local: str) -> dict[str, str]:
        """The entries of one id, by source."""
        key = ox.Literal(f"entry:{local}")
        rows = self.store.select(f"SELECT ?e ?s {{ ?e kg:workKey {key} ; kg:source ?s }}")
        return {row["s"].partition(":")[2]: row["e"].partition(":")[2] for row in rows}

    def _source(self, name: str) -> str:
        rows = self.store.select(f"SELECT ?s {{ <{iri(f'entry:{name}')}> kg:source ?s }}")
        return rows[0]["s"].partition(":")[2] if rows else ""


def with_name(triples: Iterable[ox.Triple], old: str, new: str) -> list[ox.Triple]:
    """The graph of an entry under another name."""
    begins, to = iri(f"entry:{old}"), iri(f"entry:{new}")

    def named(term: Term) -> Term:
        if isinstance(term, ox.NamedNode) and (term.value == begins or term.value.startswith(f"{begins}/")):
            return ox.NamedNode(to + term.value[len(begins) :])
        return term

    return [_changed_triple(triple, named) for triple in triples]


def with_identity(triples: Iterable[ox.Triple], entry: str, old: str, new: str, why: str) -> list[ox.Triple]:
    """The graph of an entry whose work has another CURIE, for another reason."""
    paper, to = ox.NamedNode(iri(old)), ox.NamedNode(iri(new))
    node, said = ox.NamedNode(iri(f"entry:{entry}")), ox.NamedNode(iri("kg:linkReason"))
    out = []
    for triple in triples:
        if triple.subject == node and triple.predicate == said:
            triple = ox.Triple(node, said, ox.Literal(why))
        out.append(_changed_triple(triple, lambda term: to if term == paper else term))
    return out


def _changed_triple(triple: ox.Triple, change: Callable[[Term], Term]) -> ox.Triple:
    subject, end = change(triple.subject), change(triple.object)
    same = subject is triple.subject and end is triple.object
    return triple if same else ox.Triple(subject, triple.predicate, end)


def _of(document: Document, record: Record) -> _Held:
    return _Held(described(document, record), record.paper, record.reason)


def _stored(store: Store, name: str) -> _Held | None:
    """What `_of` gives for a stored entry, of which no more is read than that takes; None when there is none."""
    graph = f"GRAPH <{iri(f'entry:{name}')}>"
    said: dict[str, dict[str, list[Any]]] = {}
    for row in store.select(f"SELECT ?s ?p ?o {{ VALUES ?p {{ {_SAID} }} {graph} {{ ?s ?p ?o }} }}"):
        said.setdefault(row["s"], {}).setdefault(row["p"], []).append(row["o"])
    entry = said.get(f"entry:{name}")
    if not entry or "kg:paper" not in entry or "kg:source" not in entry:
        return None
    paper = entry["kg:paper"][0]
    whole = {predicate: values[0] for predicate, values in said.get(paper, {}).items()}
    authors = (
        json.loads(whole["kg:authorList"]) if "kg:authorList" in whole else sorted(said[paper].get("kg:author", ()))
    )
    texts = {
        field: repaired(
            str(text.get("kg:raw", [""])[0]), [(a, b, c) for a, b, c in json.loads(text.get("kg:repairs", ["[]"])[0])]
        )
        for field in ("T", "A")
        if (text := said.get(f"entry:{name}/text/{field}"))
    }
    document = Document(name, entry["kg:source"][0].partition(":")[2], 0, texts, authors=tuple(authors))
    document.author_count = whole.get("kg:authorCount")
    document.arxiv, document.doi = whole.get("kg:arxiv", ""), whole.get("kg:doi", "")
    document.year, document.venue = whole.get("kg:year"), whole.get("kg:venue", "")
    places = store.select(_INSTITUTIONS.format(graph=graph))
    record = Record(name, whole.get("kg:title", ""), whole.get("kg:name", ""), paper=paper)
    record.code_url = whole.get("kg:codeUrl", "")
    record.topics = [Topic(topic.partition(":")[2]) for topic in said[paper].get("kg:topic", ())]
    record.institutions = [
        Mention("institution", row["q"], "") for row in sorted(places, key=lambda row: order_of(row["m"]))
    ]
    record.reason = entry.get("kg:linkReason", [""])[0]
    held = _of(document, record)
    return replace(held, one=replace(held.one, claims=tuple(claimed(entry.get("kg:workKey", ())))))


def _names(local: str, sources: Iterable[str]) -> dict[str, str]:
    """The names of the entries of one id: the first source's is the id, the others say their source."""
    return {source: f"{local}@{source}" if at else local for at, source in enumerate(sorted(sources))}


def crowd(key: str) -> int:
    """How many entries may share a key that says something."""
    if key.startswith((NAMED, SAID)):
        return _ALL
    return _TERMS_CROWD if key.startswith("terms:") else CROWD


def _rank(own: str) -> tuple[int, int, str]:
    """How good a CURIE is for a work: DOI, arXiv id, the longest title, abstract, entry."""
    name = own.partition(":")[2]
    if name.startswith(("abstract-", "entry-")):
        return _TITLE + 1 + name.startswith("entry-"), 0, own
    if "/" in name or "." in name:
        return int(not (name.startswith("10.") and "/" in name)), 0, own
    return _TITLE, -len(name), own


def _decisions(overrides: Overrides | None) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """What people decided on papers: CURIEs with the one that they are, and pairs that are two."""
    if not overrides:
        return {}, set()
    about = {*overrides.concepts, *overrides.concepts.values()}
    merged = {one: overrides.final(one) for one in about if one.startswith("paper:")}
    return merged, {pair for pair in overrides.apart if pair[0].startswith("paper:")}
