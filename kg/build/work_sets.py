"""Which entries of a store are one work: kept right as entries come, change and go, whatever their order.

Entries that `kg.link.works` takes for one work are joined, the surest pairs first, but never two that it keeps apart;
so a work is decided within one component of that relation, and only the components that a change touches are decided
anew. Nothing is read again: where a work's CURIE changes, it is changed in the stored records of its entries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kg.entity_types import LISTS
from kg.identifiers import MINTED, NAMESAKE, OF, plain
from kg.link.coined_names import Claim, Use, meanings
from kg.link.overrides import BY_HAND, Overrides
from kg.link.paper_ids import reason
from kg.link.works import BY_ID, Described, Verdict, described, same_work
from kg.model import Facts, KgError, Record, Relation, Result
from kg.store.entries import ClaimRow, Draft, Entry, local_id

if TYPE_CHECKING:
    from kg.store.file import StoreFile
    from kg.vocabulary import Vocabulary

#: A key that more entries share says nothing: "Editorial".
CROWD = 64
_TERMS_CROWD = 16  # of titles with the same terms
_KNOWN = 500  # entries that are kept in mind
_TOLD = 20_000  # pairs of them, with what they are to each other
_BY_HAND = Verdict(9, f"the same work, {BY_HAND}")
_APART = Verdict(-9, f"kept apart, {BY_HAND}")
_TITLE = 2  # the rank of a title among what names a work


class Coming(NamedTuple):
    """An entry that is to be stored, and what it knows of its work; made where it was read."""

    draft: Draft
    one: Described
    reason: str

    @classmethod
    def of(cls, entry: Entry, one: Described | None = None, held: Iterable[str] = ()) -> Coming:
        """An entry that is to be stored; `one` is what it knows of its work where that was found out before.

        `held` are its keys where the store has them.
        """
        document, record = entry.document, entry.record
        one = one or described(document, record)
        draft = Draft.of(entry, held or one.keys)
        topics = " ".join(sorted(one.topics))
        rows = (ClaimRow(c.concept, c.is_own, c.words, _meant(c.concept, draft), topics) for c in one.claims)
        return cls(draft._replace(claims=tuple(rows)), one, record.reason)

    @property
    def paper(self) -> str:
        """The work that it is of."""
        return self.draft.rows.paper

    def named(self, new: str) -> Coming:
        """The same under another name."""
        return Coming.of(with_name(self.draft.entry, new))


#: What changes in a store: entries by name, None for those that go.
Changes = dict[str, Coming | None]


class _Held(NamedTuple):
    """An entry as the store has it, or will have it."""

    one: Described
    paper: str
    reason: str


class Works:
    """The works of a store, and what of them changes."""

    def __init__(self, store: StoreFile, vocabulary: Vocabulary, overrides: Overrides | None = None) -> None:
        self.store, self.vocabulary = store, vocabulary
        self._known: OrderedDict[str, _Held] = OrderedDict()
        self._turns = store.turns  # of other writers, up to which it is known
        self._new: dict[str, Coming] = {}  # entries to come
        self._gone: set[str] = set()
        self._found: dict[str, list[str]] = {}  # the entries of a key, within one change
        self._told: dict[tuple[str, str], tuple[Described, Described, Verdict]] = {}
        self._overrides = overrides
        self.shared: dict[str, list[str]] = {}  # entries of several works, by the id that they have in common
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
        return name, self.store.fingerprint(name)

    def put(self, coming: Coming, renamed: Mapping[str, str] | None = None) -> Changes:
        """What changes where an entry comes, with others under new names."""
        others = {new: Coming.of(with_name(self.store.entry(old), new)) for old, new in (renamed or {}).items()}
        return self._changed({**others, coming.draft.name: coming}, set(renamed or ()))

    def drop(self, names: Iterable[str]) -> Changes:
        """What changes where entries go; those of one id in other sources get the names that they leave."""
        gone = set(names)
        coming: dict[str, Coming] = {}
        going = set(gone)
        for local in dict.fromkeys(local_id(name, self._source(name)) for name in sorted(gone)):
            holders = {source: name for source, name in self._holders_of(local).items() if name not in gone}
            for source, new in _names(local, holders).items():
                if holders[source] != new:
                    coming[new] = Coming.of(with_name(self.store.entry(holders[source]), new))
                    going.add(holders[source])
        return self._changed(coming, going)

    def anew(self, names: Iterable[str]) -> Changes:
        """What changes where the works of entries are decided anew."""
        return {**self._decided(names, {})}

    # --- what changes ---------------------------------------------------------------------------------------------

    def _changed(self, coming: Mapping[str, Coming], going: set[str]) -> Changes:
        """What changes where entries come (anew) and go."""
        before = going | {name for name in coming if self._source(name)}
        neighbours, lost = self._around(before) if before else (set(), [])
        seeds = neighbours - going
        for name in before:
            self._known.pop(name, None)
        self._found.clear()
        try:
            self._new = dict(coming)
            self._gone = going - coming.keys()
            self._look({key for new in coming.values() for key in new.draft.keys})
            for new in coming.values():
                seeds |= self._touched(new.one)
            changed = self._decided([*coming, *seeds], coming, lost)
        finally:
            self._new, self._gone = {}, set()
            self._found.clear()
        return {**dict.fromkeys(name for name in going if name not in coming), **coming, **changed}

    def _decided(
        self, names: Iterable[str], coming: Mapping[str, Coming], lost: Iterable[Claim] = ()
    ) -> dict[str, Coming]:
        """What changes in the entries of the components of some entries, and where claims are `lost`."""
        out: dict[str, Entry] = {}
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
                        out[entry] = self._read(entry, coming)
                        out[entry].record.paper, out[entry].record.reason = paper, why
        self._name_apart(papers, coming, out, lost)
        # Which work it is and what names mean there changes nothing in what an entry knows of its work.
        known = {name: seen.one for name in out if (seen := self._new.get(name) or self._known.pop(name, None))}
        kept = {name: self.store.keys_of([name]) for name in out.keys() - known.keys()}
        return {name: Coming.of(entry, known.get(name), kept.get(name, ())) for name, entry in out.items()}

    def _read(self, name: str, coming: Mapping[str, Coming]) -> Entry:
        return coming[name].draft.entry if name in coming else self.store.entry(name)

    def _name_apart(
        self, papers: Mapping[str, str], coming: Mapping[str, Coming], out: dict[str, Entry], lost: Iterable[Claim]
    ) -> None:
        """Change what entries mean by names of their papers that are others' too, or are so no longer."""
        found = {*lost, *(claim for entry in papers for claim in self._entry(entry).one.claims)}
        owned = {claim.concept for claim in found if claim.is_own}
        # What nobody claims means the name.
        owned |= {row.concept for _, _, row in self._claims({claim.concept for claim in found} - owned, own=True)}
        uses: dict[str, dict[str, tuple[Use, str]]] = {name: {} for name in sorted(owned)}
        for entry, paper, row in self._claims(owned):
            use = Use(papers.get(entry) or paper, _claim(row), frozenset(row.topics.split()))
            uses[row.concept][entry] = use, row.means
        for name, said in uses.items():
            is_known = name in self.vocabulary
            meant = meanings(name, {use for use, _ in said.values()}, is_known)
            for entry in sorted(said):
                use, means = said[entry]
                own = name if meant[use] == name else self._final(meant[use])
                if means != own:
                    read = out.get(entry) or self._read(entry, coming)
                    if as_named(read.record, name, own, is_known):
                        out[entry] = read

    def _claims(self, names: Collection[str], own: bool = False) -> Iterator[tuple[str, str, ClaimRow]]:
        """The claims to some names as they will be, with entry and work."""
        for entry, paper, row in self.store.claims_to(names, own) if names else ():
            if entry not in self._gone and entry not in self._new:
                yield entry, paper, row
        for entry, new in self._new.items():
            for row in new.draft.claims:
                if row.concept in names and row.own >= own:
                    yield entry, new.paper, row

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
        had = self._told.get((one.entry, other.entry))
        if had is None or had[0] is not one or had[1] is not other:
            if len(self._told) >= _TOLD:
                self._told.clear()
            had = self._told[one.entry, other.entry] = one, other, same_work(one, other)
        return had[2]

    def _curie(self, work: list[str]) -> str:
        """The CURIE of a work: the best id of its entries; a title that other works have goes with an entry's name."""
        ids = [one for entry in work for one in self._entry(entry).one.ids]
        if by_hand := {self._merged[one] for one in ids if one in self._merged}:
            return min(by_hand)
        best = min((one for one in ids if _rank(one)[0] >= _TITLE), key=_rank, default=min(ids, key=_rank))
        for own in sorted(set(ids), key=_rank):
            holders = self._holders(own)
            is_id = _rank(own)[0] < _TITLE
            if set(holders) <= set(work) if len(holders) <= CROWD else is_id:
                return own
            if is_id:
                self.shared[own] = holders
        return f"{best}-{work[0]}"

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
        """An entry as it will be; None when there is none."""
        if name in self._gone:
            return None
        if name in self._new:
            new = self._new[name]
            return _Held(new.one, new.paper, new.reason)
        if self._turns != self.store.turns:
            self._known.clear()
            self._turns = self.store.turns
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        if not self._source(name):
            return None
        held = self._stored(name)
        self._known[name] = held
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
            self._told.clear()  # which would keep it in mind
        return held

    def _stored(self, name: str) -> _Held:
        document, record, *_ = self.store.entry(name)
        claims = [_claim(row) for _, _, row in self.store.claims_of([name])]
        return _Held(described(document, record, claims), record.paper, record.reason)

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
        return [*one.keys, *sorted(i for i, target in self._merged.items() if target in wanted and i not in one.ids)]

    def _touched(self, one: Described) -> set[str]:
        """The entries whose works may change because this one is there, beside those of its own component."""
        found: set[str] = set()
        for key in one.keys:
            holders = self._holders(key)
            if key in one.ids or len(holders) == crowd(key) + 1:
                found.update(holders)
        return found - {one.entry}

    def _around(self, names: Collection[str]) -> tuple[set[str], list[Claim]]:
        """The stored entries that have a key of their works in common with some stored ones; the claims of these."""
        found = self.store.keys_of(names)
        by_key: dict[str, list[str]] = {}
        for key, entry in self.store.having(found):
            by_key.setdefault(key, []).append(entry)
        # A crowd that these leave may be none without them.
        few = {key: holders for key, holders in by_key.items() if len(holders) <= crowd(key) + len(names)}
        lost = [_claim(row) for _, _, row in self.store.claims_of(names)]
        return {holder for holders in few.values() for holder in holders}, lost

    def _holders(self, key: str) -> list[str]:
        """The entries that have a key, two more than a crowd at most."""
        if key not in self._found:
            most = crowd(key) + 2 + len(self._gone) + len(self._new)
            found = set(self.store.holders(key, most)) - self._gone - self._new.keys()
            self._found[key] = sorted(found | self._coming(key))
        return self._found[key]

    def _look(self, keys: set[str]) -> None:
        """Find out at once which keys no stored entry has: most of those that a new entry brings."""
        for key in keys - self.store.known(keys):
            self._found[key] = sorted(self._coming(key))

    def _coming(self, key: str) -> set[str]:
        return {name for name, new in self._new.items() if key in new.draft.keys}

    def _holders_of(self, local: str) -> dict[str, str]:
        """The entries of one id, by source."""
        return self.store.named_locally(local)

    def _source(self, name: str) -> str:
        return self.store.source_of(name)


def apply(store: StoreFile, changes: Changes, facts: Mapping[str, Facts] | None = None) -> None:
    """Store what changes; `facts` are what a register says of institutions."""
    with store.batch():
        store.drop_entries(name for name, coming in changes.items() if coming is None)
        for coming in filter(None, changes.values()):
            store.put(coming.draft, facts)


def with_name(entry: Entry, new: str) -> Entry:
    """An entry under another name."""
    return entry._replace(document=replace(entry.document, id=new), record=replace(entry.record, id=new))


def as_named(record: Record, name: str, own: str, is_known: bool = False) -> bool:
    """Let what bears a name in a record be the concept `own`: the one that is called so, or one of that name.

    Gives whether that changed anything. `is_known`: the vocabulary has another thing of that very name, which stays.
    """

    def meant(concept: str) -> str:
        bears = concept.startswith(name + OF) or (concept == name and not is_known)
        return own if bears else concept

    changed = False
    for kind in LISTS.values():
        for mention in getattr(record, kind):
            if (concept := meant(mention.concept)) != mention.concept:
                changed, mention.concept = True, concept
                if mention.reason.startswith(MINTED):
                    mention.reason = MINTED if own == name else NAMESAKE
    ends: list[tuple[Result | Relation, str]] = [(result, "baseline_concept") for result in record.results]
    ends += [(relation, end) for relation in record.relations for end in ("head_concept", "tail_concept")]
    for said, end in ends:
        if (concept := meant(getattr(said, end))) != getattr(said, end):
            changed = True
            setattr(said, end, concept)
    return changed


def _meant(name: str, draft: Draft) -> str:
    """The concepts of an entry that bear a name, separated by blanks."""
    return " ".join(sorted({c for c in draft.rows.concepts() if c == name or c.startswith(name + OF)}))


def _claim(row: ClaimRow) -> Claim:
    return Claim(row.concept, row.words, row.own)


def _names(local: str, sources: Iterable[str]) -> dict[str, str]:
    """The names of the entries of one id: the first source's is the id, the others say their source."""
    return {source: f"{local}@{source}" if at else local for at, source in enumerate(sorted(sources))}


def crowd(key: str) -> int:
    """How many entries may share a key that says something."""
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
