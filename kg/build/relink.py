"""A stored graph follows people's decisions about names: links are made anew from what is stored, nothing is read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kg.build.work_sets import Coming, Works, apply
from kg.entity_types import LISTS
from kg.identifiers import plain
from kg.link.coined_names import link_alone
from kg.link.overrides import Overrides, restore
from kg.link.paper_ids import identified
from kg.model import KgError, Record
from kg.store.contents import DECISIONS, followed
from kg.text import fold
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.link.linker import Linker
    from kg.store.file import StoreFile


def follow(store: StoreFile, overrides: Overrides, file: Path) -> list[str]:
    """Bring the links up to date with people's decisions in a file; a sentence where a reader cannot."""
    from kg.link.linker import Linker

    try:
        with store.writable() as writer:
            relink(writer, Linker(Vocabulary.load(), overrides=overrides))
    except KgError as error:
        if not store.read_only:
            raise
        return [f"The graph does not follow the changed {file} yet: {error}"]
    return []


def relink(store: StoreFile, linker: Linker) -> list[str]:
    """Link the entries anew that the linker's decisions, or those of before, speak of; the names of these entries.

    All of it counts, or nothing.
    """
    overrides = linker.overrides
    changed: dict[str, None] = {}
    papers = {name for name in overrides.about() if name.startswith("paper:") or plain(name) != name}
    with store.batch():
        works = Works(store, linker.vocabulary, overrides)
        for name in _affected(store, overrides):
            entry = store.entry(name)
            document, record = entry.document, entry.record
            link_alone(record, linker.vocabulary, identified(document, record)[0])
            restore(record)
            put = works.put(Coming.of(entry._replace(record=linker.decided(document, record))))
            apply(store, put)
            changed |= dict.fromkeys(put)
        if about := papers | set(followed(store)["papers"]):
            put = Works(store, linker.vocabulary, overrides).anew(_bearing(store, about))
            apply(store, put)
            changed |= dict.fromkeys(put)
        said = {"mark": overrides.mark, "papers": sorted(papers)}
        store.say(DECISIONS, json.dumps(said) if overrides.mark else "")
    return [name for name in store.names() if name in changed]


def _bearing(store: StoreFile, papers: Iterable[str]) -> list[str]:
    """The entries that could give their work, or what it proposes, one of some CURIEs."""
    works = [name for name in papers if plain(name) == name]
    coined = store.claims_to({plain(name) for name in papers} - {*works}, own=True)
    return sorted({entry for _, entry in store.having(works)} | {entry for entry, *_ in coined})


def _affected(store: StoreFile, overrides: Overrides) -> list[str]:
    """Entries that decisions have changed, and those that say a name or bear a concept of the decisions."""
    folds, about = overrides.folds(), overrides.about()
    out = []
    for entry in store.every():
        record = entry.record
        if record.before or (overrides and (record.paper in about or _is_about(record, folds, about))):
            out.append(record.id)
    return out


def _is_about(record: Record, folds: Iterable[str], about: Iterable[str]) -> bool:
    """Whether a record says one of some folded names, or bears one of some concepts."""
    said: set[str] = set()
    concepts: set[str] = set()
    for kind in LISTS.values():
        for mention in getattr(record, kind):
            said.update((mention.canonical, mention.surface, *mention.aliases))
            concepts.add(mention.concept)
    for result in record.results:
        said.update((result.metric, result.baseline))
        concepts.update((result.metric_concept, result.baseline_concept))
    for relation in record.relations:
        said.update((relation.head, relation.tail))
        concepts.update((relation.head_concept, relation.tail_concept))
    return not concepts.isdisjoint(about) or not set(map(fold, said)).isdisjoint(folds)
