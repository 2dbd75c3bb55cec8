"""Applies manual decisions about names to a linked record, with the reason for each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.identifiers import kind_of
from kg.link import acronyms
from kg.link.concepts import local_name, names_of
from kg.link.overrides import BY_HAND, mentions, snapshot
from kg.model import Document, Mention, Record
from kg.text import fold

if TYPE_CHECKING:
    from kg.link.linker import Linker

_APART = "-apart"  # suffix of the name of what is split off from the concept of that name


def decided(linker: Linker, document: Document, record: Record) -> Record:
    """The record with its links as decided; `before` keeps the previous links, "" if nothing changes."""
    before = snapshot(record)
    decider = _Decider(linker, document, record)
    changed = [decider.mention(mention) for mention in mentions(record)]
    metrics = [decider.metric(result.metric, result.metric_concept) for result in record.results]
    if not (any(changed) or any(metrics) or decider.ends_differ()):
        return record
    for result, metric in zip(record.results, metrics, strict=True):
        if metric:
            result.metric_concept, result.reason = metric
    decider.link_ends()
    record.before = before
    return record


class _Decider:
    """Looks up the decisions about each name of one record."""

    def __init__(self, linker: Linker, document: Document, record: Record) -> None:
        self.linker, self.document, self.record = linker, document, record
        self.overrides = linker.overrides

    def mention(self, mention: Mention) -> bool:
        """Apply the decisions to a mention; returns whether it changed."""
        names = tuple(dict.fromkeys(n for n in (mention.surface, mention.canonical, *mention.aliases) if n))
        found = self._found(mention.concept, mention.type, names, mention)
        if found is None:
            return False
        mention.concept, mention.reason, name = found
        if name:
            self._rename(mention.canonical, name)
            mention.canonical = name
        return True

    def _rename(self, old: str, new: str) -> None:
        """Rename a mention in relations and results, which refer to it by its canonical name."""
        for relation in self.record.relations:
            relation.head = new if relation.head == old else relation.head
            relation.tail = new if relation.tail == old else relation.tail
        for result in self.record.results:
            result.baseline = new if result.baseline == old else result.baseline
            result.on = tuple(new if name == old else name for name in result.on)

    def metric(self, text: str, concept: str) -> tuple[str, str] | None:
        """The concept of a metric and the reason, or None if no decision applies."""
        found = self._found(concept, "metric", (text,), None) if concept else None
        return found[:2] if found else None

    def _found(
        self, concept: str, kind: str, names: tuple[str, ...], mention: Mention | None
    ) -> tuple[str, str, str] | None:
        """The concept, the reason, and the new canonical name if it changes, else ""."""
        merged = self.overrides.merged(kind, names)
        if merged:
            target, name = merged
            return None if target == concept else (target, f"{BY_HAND}: {name!r} is {target}", "")
        target = self.overrides.final(concept)
        if target != concept:
            return target, f"{BY_HAND}: {concept} is {target}", ""
        refused = self._refused(concept, kind, names)
        if not refused:
            return None
        verb, what = refused
        why = f"{BY_HAND}: {what!r} is not {concept}"
        if verb == "forbids" and mention is not None:
            other = self._next(mention)
            if other:
                return other[0], f"{why}, but {other[1]}", ""
        name = next((n for n in names if fold(n) == fold(what)), names[0])
        return self._minted(name, kind, concept), f"{why}: minted", name

    def _refused(self, concept: str, kind: str, names: tuple[str, ...]) -> tuple[str, str] | None:
        own = {f"{kind}:{local_name(name)}" for name in names[:1]}
        own |= {c.curie for name in names[:1] if (c := self.linker.vocabulary.find(name, kind))}
        return self.overrides.refuses(concept, names[:2], own - {concept})

    def _next(self, mention: Mention) -> tuple[str, str] | None:
        """The next candidate concept of a mention by its own words, with the reason."""
        if mention.type == "institution":
            return None
        _, own = names_of(mention, self.record.name)
        names = [mention.surface, *mention.aliases]
        for link in self.linker.concepts.candidates(names, mention.type, acronyms.expansions(self.document), own):
            if not self._refused(link.concept, mention.type, (mention.surface,)):
                return link.concept, link.reason
        return None

    def _minted(self, name: str, kind: str, refused: str) -> str:
        """A new concept, whose name differs from the refused concept and from those of the vocabulary."""
        curie = f"{kind}:{local_name(name)}"
        return curie + _APART if curie == refused or curie in self.linker.vocabulary else curie

    def ends_differ(self) -> bool:
        """Whether a decision concerns the concept or text of a baseline or of an end of a relation."""
        about = self.overrides.about()
        ends = [r.baseline_concept for r in self.record.results]
        ends += [c for r in self.record.relations for c in (r.head_concept, r.tail_concept)]
        texts = [r.baseline for r in self.record.results]
        texts += [t for r in self.record.relations for t in (r.head, r.tail)]
        return bool(about.intersection(ends)) or bool(self.overrides.folds().intersection(map(fold, texts)))

    def link_ends(self) -> None:
        """Link baselines and relations again to the mentions' new concepts, then decide on ends without a mention."""
        for result in self.record.results:
            result.baseline_concept = ""
        for relation in self.record.relations:
            relation.head_concept = relation.tail_concept = ""
        self.linker.link_ends(self.record)
        for result in self.record.results:
            result.baseline_concept = self._end(result.baseline, result.baseline_concept)
        for relation in self.record.relations:
            relation.head_concept = self._end(relation.head, relation.head_concept)
            relation.tail_concept = self._end(relation.tail, relation.tail_concept)
        self.record.relations = [
            r for r in self.record.relations if not r.head_concept or r.head_concept != r.tail_concept
        ]

    def _end(self, text: str, concept: str) -> str:
        if not concept or any(m.concept == concept for m in mentions(self.record)):
            return concept
        found = self._found(concept, kind_of(concept), (text,), None)
        return found[0] if found else concept
