"""Manual decisions about names: `ontology/overrides.ttl`, and a file beside that of a graph.

Beside `papers.kg` it is `papers.overrides.ttl`. A statement is "concept kg:merges name", "concept kg:splits name" or
"concept kg:forbids name". The graph's own file takes precedence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.entity_types import CONCEPT_TYPES, LISTS, data_folder
from kg.files import content
from kg.identifiers import PREFIXES, curie, is_curie, kind_of
from kg.model import Evidence, KgError, Mention, Record, Relation
from kg.safe_output import json_line
from kg.text import fold
from kg.vocabulary import OVERRIDES, Concept, Vocabulary

_KG = PREFIXES["kg"]
_SUBJECTS = (*CONCEPT_TYPES, "institution", "paper")
BY_HAND = "by hand"


def overrides_of(graph: str | Path) -> Path:
    """The file with the decisions about a graph, which need not be there.

    >>> overrides_of("papers.kg").name
    'papers.overrides.ttl'
    """
    return Path(graph).with_suffix(f".{OVERRIDES}")


@dataclass(slots=True)
class Overrides:
    """Manual decisions on which names and concepts are the same, and which are not."""

    mark: str = ""  # a hash of the files; "" without any decision
    names: dict[tuple[str, str], str] = field(default_factory=dict)  # (type, folded name) -> concept
    concepts: dict[str, str] = field(default_factory=dict)  # concept -> concept that it is merged into
    splits: set[tuple[str, str]] = field(default_factory=set)  # (concept, folded name): the name is a separate concept
    forbids: set[tuple[str, str]] = field(default_factory=set)  # (concept, folded name): never means this one
    apart: set[tuple[str, str]] = field(default_factory=set)  # pairs of different concepts, in both orders
    labels: list[tuple[str, str, str]] = field(default_factory=list)  # merged (concept, name as written, language)

    @staticmethod
    def load(graph: str | Path | None = None) -> Overrides:
        """The decisions that ship with the package, and those beside a graph's file; KgError for a faulty file.

        Beside a database there is no file: all who write it follow those of the package.
        """
        paths = [data_folder("ontology") / OVERRIDES]
        if graph is not None and "://" not in str(graph) and (own := overrides_of(graph)).is_file():
            paths.append(own)
        return Overrides.read(paths)

    @staticmethod
    def read(paths: Iterable[Path]) -> Overrides:
        """The decisions of Turtle files, later ones taking precedence; raises KgError for an invalid statement."""
        out, digest = Overrides(), hashlib.sha256()
        for path in paths:
            try:
                data = content(path)
            except OSError as error:
                raise KgError(f"{path}: cannot be read ({error.strerror}): mend or remove it.") from None
            found = _File(path, data).decisions()
            if found:
                digest.update(data)
                out._take(found, path)
                out.mark = digest.hexdigest()[:16]
        return out

    def __bool__(self) -> bool:
        return bool(self.mark)

    def _take(self, decisions: list[tuple[str, str, ox.NamedNode | ox.Literal]], path: Path) -> None:
        """Add the decisions of one file; raises KgError if they contradict one another."""
        own: dict[object, str] = {}
        for concept, verb, said in decisions:
            is_name = isinstance(said, ox.Literal)
            thing = said.value if is_name else curie(said.value)
            key = (kind_of(concept), fold(thing)) if is_name else thing
            if verb == "merges":
                if own.setdefault(key, concept) != concept:
                    raise KgError(f"{path}: {thing!r} is merged into {own[key]} and {concept}: leave one of the two.")
                if is_name:
                    self.names[key] = concept  # type: ignore[index]
                    self.labels.append((concept, thing, getattr(said, "language", None) or "en"))
                    self.splits.discard((concept, fold(thing)))
                    self.forbids.discard((concept, fold(thing)))
                else:
                    self.concepts[thing] = concept
            elif verb == "splits":
                self.splits.add((concept, fold(thing)))
            elif is_name:
                self.forbids.add((concept, fold(thing)))
            else:
                self.apart |= {(concept, thing), (thing, concept)}
        for concept, folded in sorted(self.splits | self.forbids):
            if own.get((kind_of(concept), folded)) == concept:
                raise KgError(
                    f"{path}: {folded!r} is both merged into {concept} and kept from it: leave one of the two."
                )
        for merged in self.concepts:
            self.final(merged, path)

    def final(self, concept: str, path: Path | None = None) -> str:
        """The concept that a concept is finally merged into, or itself; raises KgError for a cycle."""
        met = [concept]
        while concept in self.concepts:
            concept = self.concepts[concept]
            if concept in met:
                raise KgError(f"{path}: {' is '.join([*met, concept])}: break this circle.")
            met.append(concept)
        return concept

    def merged(self, kind: str, names: Iterable[str]) -> tuple[str, str] | None:
        """The concept that the first of some names with a decision is merged into, and that name."""
        for name in names:
            found = self.names.get((kind, fold(name)))
            if found:
                return self.final(found), name
        return None

    def refuses(self, concept: str, names: Iterable[str], own: Iterable[str] = ()) -> tuple[str, str] | None:
        """("splits" or "forbids", the name or concept) if a decision keeps names from a concept, else None.

        `own` are the concepts that have the names as labels.
        """
        for name in names:
            for verb, pairs in (("splits", self.splits), ("forbids", self.forbids)):
                if (concept, fold(name)) in pairs:
                    return verb, name
        return next((("forbids", other) for other in own if (concept, other) in self.apart), None)

    def folds(self) -> set[str]:
        """All folded names with a decision."""
        return {folded for _, folded in (*self.names, *self.splits, *self.forbids)}

    def about(self) -> set[str]:
        """All concepts with a decision."""
        pairs = (*self.splits, *self.forbids)
        return {*self.names.values(), *self.concepts, *self.concepts.values(), *(c for c, _ in (*pairs, *self.apart))}

    def amended(self, vocabulary: Vocabulary) -> Vocabulary:
        """A vocabulary in which merged names are added to concepts and split names removed."""
        return vocabulary.amended(list(self._changed(vocabulary)), self.concepts) if self else vocabulary

    def _changed(self, vocabulary: Vocabulary) -> Iterator[Concept]:
        added: dict[str, list[tuple[str, str]]] = {}
        for concept, name, language in self.labels:
            added.setdefault(self.final(concept), []).append((language, name))
        for merged in self.concepts:
            if merged in vocabulary:
                for language, name in _names(vocabulary[merged]):
                    added.setdefault(self.final(merged), []).append((language, name))
        dropped = set(self.splits)
        for (_, folded), target in self.names.items():
            dropped |= {(bearer, folded) for bearer in self._bearers(vocabulary, folded, target)}
        for known in vocabulary.concepts.values():
            fewer = {folded for bearer, folded in dropped if bearer == known.curie}
            up = [self.final(b) for b in known.broader]
            if known.curie in added or fewer or up != known.broader:
                yield _with_names(known, added.get(known.curie, []), fewer, [b for b in up if b != known.curie])

    @staticmethod
    def _bearers(vocabulary: Vocabulary, folded: str, target: str) -> list[str]:
        """Other concepts with a name that a decision assigns to `target`."""
        found = vocabulary.bearing(folded)
        return [c.curie for c in found if c.curie != target and c.type == kind_of(target)]


class _File:
    """A parser for one file of decisions."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self.data = path, data

    def decisions(self) -> list[tuple[str, str, Any]]:
        """The statements (concept, verb, name or concept), in file order."""
        out = []
        try:
            for quad in ox.parse(self.data, format=ox.RdfFormat.TURTLE):
                out.append(self._decision(quad))
        except SyntaxError as error:
            raise KgError(f"{self.path}: {error}: mend the Turtle there.") from None
        return out

    def _decision(self, quad: ox.Quad) -> tuple[str, str, Any]:
        verb = quad.predicate.value.removeprefix(_KG)
        if verb not in ("merges", "splits", "forbids"):
            raise KgError(
                f"{self.path}: {curie(quad.predicate.value)} decides nothing: use kg:merges, kg:splits or kg:forbids."
            )
        concept = self._concept(quad.subject)
        said = quad.object
        if isinstance(said, ox.Literal):
            if not fold(said.value):
                raise KgError(f"{self.path}: {concept} kg:{verb} a name without letters: write the name out.")
            return concept, verb, said
        other = self._concept(said)
        if verb == "splits":
            raise KgError(f"{self.path}: {concept} kg:splits {other}: what is split off is a name, in quotation marks.")
        if kind_of(concept) != kind_of(other) or concept == other:
            raise KgError(f"{self.path}: {concept} kg:{verb} {other}: name two concepts of one type.")
        return concept, verb, said

    def _concept(self, term: Any) -> str:
        name = curie(term.value) if isinstance(term, ox.NamedNode) else str(term)
        if not is_curie(name) or kind_of(name) not in _SUBJECTS:
            raise KgError(f"{self.path}: {name} is no concept: write one as `kg show` does, technique:lora.")
        return name


def _names(concept: Concept) -> Iterator[tuple[str, str]]:
    yield from concept.label.items()
    for language, labels in concept.alt.items():
        yield from ((language, label) for label in labels)


def _with_names(concept: Concept, added: list[tuple[str, str]], dropped: set[str], broader: list[str]) -> Concept:
    """A concept with names added and dropped; its preferred labels are kept."""
    alt = {language: [n for n in names if fold(n) not in dropped] for language, names in concept.alt.items()}
    for language, name in added:
        if name not in concept.label.values() and name not in alt.get(language, ()):
            alt.setdefault(language, []).append(name)
    hidden = [n for n in concept.hidden if fold(n) not in dropped]
    return replace(concept, alt=alt, hidden=hidden, broader=broader)


def snapshot(record: Record) -> str:
    """The links of a record as JSON, for undoing decisions; the link to its work is not included."""
    said = {
        "mentions": [[m.concept, m.canonical, m.reason] for m in mentions(record)],
        "results": [[r.metric_concept, r.reason, r.baseline, r.baseline_concept, r.on] for r in record.results],
        "relations": [asdict(r) for r in record.relations],
    }
    return json_line(said)


def restore(record: Record) -> None:
    """Restore the links that a record had before decisions changed them; raises KgError if they do not fit."""
    if not record.before:
        return
    try:
        said = json.loads(record.before)
        for mention, links in zip(mentions(record), said["mentions"], strict=True):
            mention.concept, mention.canonical, mention.reason = links
        for result, links in zip(record.results, said["results"], strict=True):
            result.metric_concept, result.reason, result.baseline, result.baseline_concept, *on = links
            result.on = tuple(*on) if on else result.on
        record.relations = [Relation(**{**r, "evidence": Evidence(**r["evidence"])}) for r in said["relations"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KgError(f"The entry {record.id} cannot be linked anew: add its source again.") from None
    record.before = ""


def mentions(record: Record) -> list[Mention]:
    """All mentions of a record, in the order of its lists."""
    return [mention for name in LISTS.values() for mention in getattr(record, name)]
