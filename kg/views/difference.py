"""What two graphs of papers differ in, in the domain's terms: papers, first uses, claims, identities.

Entries are compared by their fingerprints; only those that differ, and those of works that others were joined with or
parted from, are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from kg.entity_types import LISTS, NAMED
from kg.model import FIELDS, ROLES, Document, Evidence, Record, Relation, Result
from kg.rdf.store import Store
from kg.rdf.triples import LINKS
from kg.store.contents import DECISIONS, load_entries, works
from kg.store.entries import local_id
from kg.text import fold

#: Types whose first appearance is news, with the links that tell it.
FIRST = {kind: [LINKS[role] for role in (ROLES if kind == "technique" else (kind,))] for kind in ("technique", *NAMED)}
#: What an entry says of its paper in a word: by attribute of its document or record.
_OF_DOCUMENT = ("date", "year", "venue", "authors", "author_count", "arxiv", "doi", "url")
_OF_RECORD = ("title", "name", "kind", "code_url")
#: First uses of a type that are shown with their words: to find these, papers are read.
QUOTED = 500
_WAYS = 4  # in which two claims may be about the same


class ComparedEntry(NamedTuple):
    """An entry, whatever it is called beside those of other sources."""

    source: str
    local: str


Said = tuple[Document, Record]
Claim = Result | Relation


@dataclass(frozen=True, slots=True)
class Work:
    """A paper as a graph has it."""

    id: str  # CURIE
    entries: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """What papers of one graph name and none of the other does; `quote` are the first words that name it."""

    type: str
    concept: str
    entries: tuple[str, ...]  # the first entry of each of its papers
    quote: tuple[Document, Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Works that are one now, or several, or the same under another name; `reasons` by entry."""

    kind: str  # merged | split | renamed
    before: tuple[Work, ...]
    after: tuple[Work, ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Relinked:
    """A name that papers use and that means another concept than before."""

    type: str
    name: str
    before: str
    after: str
    reason: str
    entries: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim of a paper that both graphs have: new (no `before`), withdrawn (no `after`) or changed."""

    work: Work
    before: tuple[Document, Claim] | None
    after: tuple[Document, Claim] | None

    @property
    def kind(self) -> str:
        return "changed" if self.before and self.after else "withdrawn" if self.before else "new"


@dataclass(slots=True)
class PaperChange:
    """What else a paper says now: details and texts (name, before, after), things named, entries."""

    work: Work
    details: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # fields of which the words are others
    gained: list[tuple[str, str]] = field(default_factory=list)  # type and concept
    lost: list[tuple[str, str]] = field(default_factory=list)
    entries_gained: list[str] = field(default_factory=list)
    entries_lost: list[str] = field(default_factory=list)
    claims: int = 0

    def __bool__(self) -> bool:
        told = (self.details, self.texts, self.gained, self.lost, self.entries_gained, self.entries_lost)
        return any(told) or self.claims > 0


@dataclass(slots=True)
class Difference:
    """All that two graphs differ in; lists in the order of sources and entries."""

    papers: tuple[int, int]
    new: list[Work] = field(default_factory=list)
    removed: list[Work] = field(default_factory=list)
    changed: list[PaperChange] = field(default_factory=list)
    first: list[First] = field(default_factory=list)
    gone: list[First] = field(default_factory=list)
    claims: list[ClaimChange] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    relinked: list[Relinked] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.new, self.removed, self.changed, self.first, self.gone, self.identities, self.relinked))


def difference(before: Store, after: Store) -> Difference:
    """What the second of two graphs has otherwise than the first."""
    return _GraphComparison(_Side(before), _Side(after)).made()


class _Side:
    """What is known of a graph before any entry is read."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.works = works(store)
        sources = store.sources_of_entries()
        self.name: dict[ComparedEntry, str] = {}
        self.paper: dict[ComparedEntry, str] = {}
        self.keys: dict[str, list[ComparedEntry]] = {}
        for paper, entries in self.works.items():
            self.keys[paper] = [ComparedEntry(sources[name], local_id(name, sources[name])) for name in entries]
            for key, name in zip(self.keys[paper], entries, strict=True):
                self.name[key], self.paper[key] = name, paper
        self.marks = store.marks()
        self.decided = {
            name: said for name, said in store.rows("SELECT name, record ->> '$.before' FROM entries") if said
        }
        self.decisions = store.said(DECISIONS)

    def load(self, papers: Iterable[str]) -> list[Said]:
        return list(load_entries(self.store, (entry for paper in papers for entry in self.works[paper])).values())

    def titled(self, papers: Iterable[str]) -> list[Work]:
        """Papers with the first of their titles, in the order given."""
        wanted = list(papers)
        rows = self.store.some("SELECT paper, record ->> '$.title' FROM entries WHERE paper IN ({})", wanted)
        titles = {paper: title for paper, title in sorted(rows, key=str, reverse=True) if title}
        return [Work(paper, tuple(self.works[paper]), titles.get(paper, "")) for paper in wanted]

    def named(self, links: Sequence[str]) -> set[str]:
        """The concepts that papers have by some links."""
        return {concept for link in links for concept, _ in self.store.rows(_having(link))}

    def papers_of(self, concepts: Iterable[str], links: Sequence[str]) -> dict[str, list[str]]:
        """The papers of concepts, in the order of the graph."""
        found: dict[str, set[str]] = defaultdict(set)
        named = list(concepts)
        for link in links:
            for concept, paper in self.store.some(f"{_having(link)} AND c.curie IN ({{}})", named):
                found[concept].add(paper)
        place = {paper: at for at, paper in enumerate(self.works)}
        return {c: sorted((p for p in papers if p in place), key=place.__getitem__) for c, papers in found.items()}


def _having(link: str) -> str:
    """A SELECT of the concepts that papers have by a link, with these."""
    kind = next(kind for kind, name in LINKS.items() if name == link)
    table, column = ("topics", "topic") if kind == "topic" else ("mentions", "concept")
    where = f"c.type = 'technique' AND x.role = '{kind}'" if kind in ROLES else f"c.type = '{kind}'"
    return (
        f"SELECT DISTINCT c.curie, p.curie FROM {table} x JOIN concepts c ON c.id = x.{column} "
        f"JOIN papers p ON p.id = x.paper WHERE {where}"
    )


class _GraphComparison:
    """Two graphs side by side."""

    def __init__(self, before: _Side, after: _Side) -> None:
        self.before, self.after = before, after
        self.found = Difference((len(before.works), len(after.works)))
        self.relinked: dict[tuple[str, str, str, str], Relinked] = {}
        self._decided_alike = before.decisions == after.decisions
        self._same: dict[ComparedEntry, bool] = {}

    def made(self) -> Difference:
        gone, come = self._unlike()
        for papers, others in self._groups(gone, come):
            if not others:
                self.found.removed += self.before.titled(papers)
            elif not papers:
                self.found.new += self.after.titled(others)
            else:
                self._identity(papers, others)
                self._contents(papers, others)
        place = {paper: at for at, paper in enumerate(self.after.works)}
        self.found.new.sort(key=lambda work: place[work.id])
        self.found.relinked = [self.relinked[key] for key in sorted(self.relinked)]
        for kind, links in FIRST.items():
            held, named = self.before.named(links), self.after.named(links)
            self.found.first += _first(self.after, kind, links, named - held)
            self.found.gone += _first(self.before, kind, links, held - named)
        return self.found

    def _unlike(self) -> tuple[list[str], list[str]]:
        """The papers of either graph that the other has not just so."""
        alike = set()
        for paper, entries in self.after.keys.items():
            held = self.before.keys.get(paper)
            if held is not None and sorted(held) == sorted(entries) and all(map(self._is_same, entries)):
                alike.add(paper)
        return [p for p in self.before.works if p not in alike], [p for p in self.after.works if p not in alike]

    def _is_same(self, key: ComparedEntry) -> bool:
        """Whether both graphs have an entry, and read the same from it; which work it is aside."""
        if key not in self._same:
            self._same[key] = key in self.before.name and key in self.after.name and self._reads_the_same(key)
        return self._same[key]

    def _reads_the_same(self, key: ComparedEntry) -> bool:
        one, other = self.before.name[key], self.after.name[key]
        marks = self.before.marks.get(one, ""), self.after.marks.get(other, "")
        links = self.before.decided.get(one, ""), self.after.decided.get(other, "")
        if marks[0] and marks[0] == marks[1] and links[0] == links[1] and (self._decided_alike or not links[0]):
            return True
        return bool(self.before.store.entry(one)[:2] == self.after.store.entry(other)[:2])

    def _groups(self, gone: list[str], come: list[str]) -> Iterator[tuple[list[str], list[str]]]:
        """Papers of both graphs that describe the same, by common entries; what has none by its CURIE."""
        import networkx

        alike: networkx.Graph[tuple[int, str]] = networkx.Graph()
        alike.add_nodes_from([*((0, paper) for paper in gone), *((1, paper) for paper in come)])
        for paper in come:
            held = {self.before.paper[key] for key in self.after.keys[paper] if key in self.before.paper}
            alike.add_edges_from(((1, paper), (0, one)) for one in held)
        loose = set(networkx.isolates(alike))
        alike.add_edges_from(((0, paper), (1, paper)) for paper in come if {(0, paper), (1, paper)} <= loose)
        for group in networkx.connected_components(alike):
            yield tuple(sorted(paper for side, paper in group if side == n) for n in (0, 1))  # type: ignore[misc]

    def _identity(self, papers: list[str], others: list[str]) -> None:
        """Works that were joined, parted, or only got another CURIE."""
        for other in others:
            of = {self.before.paper[key] for key in self.after.keys[other] if key in self.before.paper}
            if len(of) > 1:
                self._identify("merged", sorted(of), [other])
        for paper in papers:
            of = {self.after.paper[key] for key in self.before.keys[paper] if key in self.after.paper}
            if len(of) > 1:
                self._identify("split", [paper], sorted(of))
        if len(papers) == len(others) == 1 and papers != others:
            self._identify("renamed", papers, others)

    def _identify(self, kind: str, papers: list[str], others: list[str]) -> None:
        reasons = tuple((document.id, record.reason) for document, record in self.after.load(others))
        works = tuple(self.before.titled(papers)), tuple(self.after.titled(others))
        self.found.identities.append(Identity(kind, *works, reasons))

    def _contents(self, papers: list[str], others: list[str]) -> None:
        """What works say otherwise, whatever they are called."""
        held = {key for paper in papers for key in self.before.keys[paper]}
        keys = {key for paper in others for key in self.after.keys[paper]}
        if held == keys and all(map(self._is_same, keys)):
            return
        old, new = self.before.load(papers), self.after.load(others)
        work = self.after.titled(others)[0]
        relinked = _relinked(old, new)
        self._take_relinked(relinked)
        claims = [ClaimChange(work, *pair) for pair in _claims(old, new)]
        change = _change(work, old, new, relinked)
        change.claims = len(claims)
        change.entries_gained = sorted(self.after.name[key] for key in keys - held)
        change.entries_lost = sorted(self.before.name[key] for key in held - keys)
        self.found.claims += claims
        if change:
            self.found.changed.append(change)

    def _take_relinked(self, relinked: Mapping[tuple[str, str], Relinked]) -> None:
        for (kind, folded), one in relinked.items():
            known = self.relinked.setdefault((kind, folded, one.before, one.after), one)
            if known is not one:
                known.entries += one.entries


def _first(side: _Side, kind: str, links: Sequence[str], concepts: set[str]) -> list[First]:
    """Concepts with their papers, those of the most papers first; the first ones with the words that name them."""
    papers = side.papers_of(sorted(concepts), links)
    ranked = sorted(papers, key=lambda concept: (-len(papers[concept]), concept))
    named_in = {concept: side.works[papers[concept][0]] for concept in ranked[:QUOTED]}
    read = load_entries(side.store, chain.from_iterable(named_in.values()))
    return [
        First(
            kind,
            concept,
            tuple(side.works[paper][0] for paper in papers[concept]),
            _quote((read[entry] for entry in named_in.get(concept, ())), concept, kind),
        )
        for concept in ranked
    ]


def _quote(said: Iterable[Said], concept: str, kind: str) -> tuple[Document, Evidence] | None:
    """The first words that name a concept."""
    for document, record in said:
        for mention in getattr(record, LISTS[kind]):
            if mention.concept == concept:
                return document, Evidence(mention.surface, mention.field, mention.start, mention.end)
    return None


def _relinked(old: Iterable[Said], new: Iterable[Said]) -> dict[tuple[str, str], Relinked]:
    """The names that both sides use, and for another concept, by type and folded name."""
    before, after = _links(old), _links(new)
    out = {}
    for (kind, folded), links in after.items():
        held = before.get((kind, folded), {})
        if held and not held.keys() & links.keys():
            (one, _), (other, (name, reason, entry)) = next(iter(held.items())), next(iter(links.items()))
            out[kind, folded] = Relinked(kind, name, one, other, reason, [entry])
    return out


def _links(said: Iterable[Said]) -> dict[tuple[str, str], dict[str, tuple[str, str, str]]]:
    """The concepts that names stand for, with the name, the reason and the entry."""
    out: dict[tuple[str, str], dict[str, tuple[str, str, str]]] = defaultdict(dict)
    for document, record in said:
        for kind, name in LISTS.items():
            for mention in getattr(record, name):
                told = mention.canonical, mention.reason, document.id
                out[kind, fold(mention.canonical)].setdefault(mention.concept, told)
        for result in record.results:
            told = result.metric, result.reason, document.id
            out["metric", fold(result.metric)].setdefault(result.metric_concept, told)
    return out


def _change(work: Work, old: list[Said], new: list[Said], relinked: Mapping[tuple[str, str], Relinked]) -> PaperChange:
    """What a work says otherwise beside its claims."""
    out = PaperChange(work)
    for place, names in enumerate((_OF_DOCUMENT, _OF_RECORD)):
        for name in names:
            one, other = (sorted({_text(getattr(said[place], name)) for said in side} - {""}) for side in (old, new))
            if one != other:
                out.details.append((name, "; ".join(one), "; ".join(other)))
    texts, words = _texts(old), _texts(new)
    out.texts = [name for name in FIELDS if texts.get(name) != words.get(name)]
    explained = {(one.type, c) for one in relinked.values() for c in (one.before, one.after)}
    held, named = _things(old), _things(new)
    out.gained = sorted(named - held - explained)
    out.lost = sorted(held - named - explained)
    return out


def _text(said: object) -> str:
    if said is None:
        return ""
    return ", ".join(said) if isinstance(said, tuple) else str(said)


def _texts(side: Iterable[Said]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for document, _ in side:
        for name, text in document.texts.items():
            out[name].add(text.raw)
    return out


def _things(side: Iterable[Said]) -> set[tuple[str, str]]:
    """What papers name, by type."""
    mentions = {
        (kind, mention.concept)
        for _, record in side
        for kind, name in LISTS.items()
        for mention in getattr(record, name)
    }
    return mentions | {("topic", f"topic:{topic.id}") for _, record in side for topic in record.topics}


def _claims(
    old: Iterable[Said], new: Iterable[Said]
) -> Iterator[tuple[tuple[Document, Claim] | None, tuple[Document, Claim] | None]]:
    """The claims of one side that the other has not, those about the same as pairs; `old` and `new` in their order."""
    before, after = (_stated(side) for side in (old, new))
    gone = [before[key] for key in before if key not in after]
    come = [after[key] for key in after if key not in before]
    pairs: list[tuple[tuple[Document, Claim], tuple[Document, Claim]]] = []
    for sameness in range(_WAYS):
        left: dict[Hashable, list[tuple[Document, Claim]]] = defaultdict(list)
        for one in gone:
            left[_about(one[1])[sameness]].append(one)
        rest = []
        for other in come:
            held = left[_about(other[1])[sameness]]
            if held:
                one = held.pop(0)
                gone.remove(one)
                if sameness:  # what is worded the same was linked anew, which is told elsewhere
                    pairs.append((one, other))
            else:
                rest.append(other)
        come = rest
    yield from pairs
    yield from ((one, None) for one in gone)
    yield from ((None, other) for other in come)


def _stated(side: Iterable[Said]) -> dict[Hashable, tuple[Document, Claim]]:
    """The claims of a work by what they say, each once."""
    out: dict[Hashable, tuple[Document, Claim]] = {}
    for document, record in side:
        claims: list[Claim] = [*record.results, *record.relations]
        for claim in claims:
            out.setdefault(_said(claim), (document, claim))
    return out


def _said(claim: Claim) -> Hashable:
    if isinstance(claim, Relation):
        return claim.type, claim.head_concept or fold(claim.head), claim.tail_concept or fold(claim.tail)
    against = claim.baseline_concept or fold(claim.baseline)
    return claim.metric_concept, *_amount(claim), against, fold(claim.setting)


def _amount(result: Result) -> tuple[Hashable, ...]:
    return result.value, result.unit, result.change, result.bound


def _about(claim: Claim) -> tuple[Hashable, ...]:
    """What makes two claims one that was changed, the surest first: wording, then place, then subject."""
    place = claim.evidence.field, fold(claim.evidence.quote)
    if isinstance(claim, Relation):
        head, tail = fold(claim.head), fold(claim.tail)
        return (claim.type, head, tail), (head, tail), (claim.type, tail, place), (claim.type, head, place)
    metric, told = fold(claim.metric), (fold(claim.baseline), fold(claim.setting))
    return (
        (metric, *_amount(claim), *told),
        (metric, claim.change, *told),
        (metric, place),
        (metric, claim.unit, claim.change),
    )
