"""Resolves ids and labels, in either language and any spelling; for unknown ones, suggests the nearest."""

from __future__ import annotations

import shlex

from kg.entity_types import CONCEPT_TYPES
from kg.identifiers import is_curie, kind_of
from kg.model import KgError
from kg.query.lexicon import Lexicon, Sense
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.text import fold

#: Types of things that have names.
THINGS = (*(kind for kind in CONCEPT_TYPES if kind != "metric"), "institution")

#: From this length on, a label may have several words.
_LONG = 12


class Unknown(KgError):
    """A value that is not the name of anything of its type."""


class Naming:
    """Things by id ("lora", "technique:lora", "ror:03cve4549") or label."""

    def __init__(self, lexicon: Lexicon, store: StoreFile, language: str = "en") -> None:
        """`language` is that of error messages."""
        self.lexicon, self.store, self.say = lexicon, store, Sayings(language)

    def sense(self, kind: str, text: str) -> Sense | None:
        """The thing of a type that an id or a label names."""
        if is_curie(text) and kind_of(text) == kind and self.exists(text):
            return Sense(kind, text, True, True)
        named = f"{kind}:{text}"
        if named in self.lexicon.vocabulary:
            return Sense(kind, named, True, True)
        found = self._bearing(kind, fold(text))
        return found or (Sense(kind, named, True, False) if self.exists(named) else None)

    def misspelt(self, kind: str, text: str) -> Sense | None:
        """The thing of a type whose label a text misspells."""
        near = self._nearly(fold(text))
        return self._bearing(kind, near) if near else None

    def senses(self, text: str) -> list[Sense]:
        """The possible meanings of an id or a label, of any type."""
        if is_curie(text) and self.exists(text):
            return [Sense(kind_of(text), text, True, True)]
        found = self.lexicon.senses(fold(text))
        near = None if found else self._nearly(fold(text))
        return self.lexicon.senses(near) if near else found

    def meant(self, text: str) -> list[str]:
        """The paper or the concepts (CURIEs) that an id, an address or a label names; the most frequent first.

        Papers are found by DOI, arXiv id or title; preferred labels come before others.
        """
        text = text.strip()
        if papers := self._papers(text):
            return papers
        if is_curie(text):
            return [text] if self.exists(text) else []
        senses = {sense.concept: sense for sense in self.lexicon.senses(fold(text)) if self.exists(sense.concept)}
        counted = """SELECT c.curie, n.papers FROM counts n JOIN concepts c ON c.id = n.concept
            WHERE n.role = '' AND c.curie IN ({})"""
        papers_of = dict(self.store.some(counted, senses))
        return sorted(senses, key=lambda one: (not senses[one].preferred, -papers_of.get(one, 0), one))

    def _papers(self, text: str) -> list[str]:
        """The papers that have a DOI, an arXiv id or a title."""
        from kg.sources.bibliography import arxiv_of
        from kg.sources.paper_rows import doi_in

        doi, arxiv = doi_in(text), arxiv_of([text])
        sql = """SELECT curie FROM papers
            WHERE lower(doi) = ? AND doi <> '' OR arxiv = ? AND arxiv <> '' OR lower(title) = ? ORDER BY curie"""
        return [curie for (curie,) in self.store.rows(sql, doi.lower(), arxiv, text.lower())]

    def exists(self, concept: str) -> bool:
        """Whether a thing has a label in the vocabulary or in the graph."""
        if concept in self.lexicon.vocabulary:
            return True
        return bool(self.store.rows("SELECT 1 FROM concepts WHERE curie = ?", concept))

    def no_such(self, kind: str, text: str) -> Unknown:
        """The error for an unknown name of a type: what else it names, or what is near."""
        others = [sense.type for sense in self.lexicon.senses(fold(text)) if sense.type in (*THINGS, "metric")]
        if others:
            return Unknown(self.say("flag.other_kind", kind=kind, text=text, other=others[0], quoted=shlex.quote(text)))
        near = self.nearest(kind, text)
        hint = self.say("flag.near", near=", ".join(map(repr, near))) if near else self.say("flag.see", kind=kind)
        return Unknown(self.say("flag.no_such", kind=kind, text=text, hint=hint))

    def nearest(self, kind: str, text: str, number: int = 3) -> list[str]:
        """The labels of a type that are nearest to a text; for institutions, names that contain it."""
        senses = (self._bearing(kind, fold(label)) for label in self.lexicon.nearest(text))
        near = (self.lexicon.label(sense.concept) for sense in senses if sense)
        held = (label for label in self.labels() if kind == "institution" and text.lower() in label.lower())
        return list(dict.fromkeys((*near, *held)))[:number]

    def _nearly(self, folded: str) -> str | None:
        """The label that a text misspells; a long one must match more closely, lest it have other words."""
        return self.lexicon.misspelt(folded, 86.0 if len(folded) < _LONG else 90.0)

    def labels(self) -> list[str]:
        """All labels of the vocabulary, and those of the graph's institutions."""
        sql = """SELECT label, label_zh FROM concepts
            WHERE type = 'institution' AND id IN (SELECT concept FROM mentions)"""
        named = self.store.rows(sql)
        known = (label for concept in self.lexicon.vocabulary.concepts.values() for label in concept.labels())
        return sorted({*known, *(label for labels in named for label in labels if label)})

    def _bearing(self, kind: str, folded: str) -> Sense | None:
        return next((sense for sense in self.lexicon.senses(folded) if sense.type == kind), None)
