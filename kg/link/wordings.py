"""Rewrites a name into equivalent wordings, to find the vocabulary label behind it.

"vision-language-action (VLA) models", "Flash Attention", "compression of KV caches", "speculative decoding methods":
brackets that repeat an acronym, spaces and hyphens, word order around "of", and frame words that do not change the
meaning. The frame words are in `ontology/cues.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from kg.link.acronyms import abbreviates
from kg.text import fold
from kg.vocabulary import Concept, Vocabulary

_BRACKET = re.compile(r"\s*[(（]\s*([A-Z][\w+-]{0,9})\s*[)）]")
_ACRONYM = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]\b|\b[A-Z]{2,}s?\b")
_TURNED = re.compile(r"(?P<head>[\w-]+(?: [\w-]+)?) (?:of|for|in) (?:the |an? )?(?P<rest>[\w-]+(?: [\w-]+){0,3})")
_DOING = re.compile(r"(?P<head>\w{3,}ing) (?P<rest>(?:[\w-]+ ){0,2}[\w-]+s)")  # with a plural object; not a compound
_TURNED_SIGNS = (" of ", " for ", " in ", "ing ")  # every match of these patterns contains one of these
_JOINT = re.compile(r"(?<=[a-z]) (?=[a-z])")
_LEAST = 6  # letters of a name that is looked up without its spaces
_MOST = 120  # characters of a name; longer texts are sentences


class RewrittenName(NamedTuple):
    """A rewritten name, and how it was rewritten."""

    text: str
    how: str


class Wordings:
    """Finds the concept of a name by its other wordings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        loose = vocabulary.cues("label-modifier")
        self._before = {k: loose | vocabulary.cues(f"label-modifier-{k}") for k in ("technique", "problem", "task")}
        self._plain = lru_cache(maxsize=50_000)(self._found)
        self._after = {k: vocabulary.cues(f"label-frame-{k}") for k in ("technique", "problem", "task")}

    def find(self, name: str, kind: str, expansions: Mapping[str, str]) -> tuple[Concept, str] | None:
        """The concept and the reason, or None if no wording is a label; `expansions` are the paper's own acronyms.

        What names without one of these acronyms mean is remembered: papers share most of their names.
        """
        if len(name) > _MOST:
            return None
        of_paper = not name.islower() and (
            "(" in name or "（" in name or any(fold(short) in expansions for short in _ACRONYM.findall(name))
        )
        return self._found(name, kind, expansions) if of_paper else self._plain(name, kind)

    def _found(
        self, name: str, kind: str, expansions: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Concept, str] | None:
        for wording in self._all(name, kind, expansions):
            concept = self.vocabulary.find_written(wording.text, kind)
            if concept:
                return concept, f"label {_label(concept, wording.text)!r} of the vocabulary, {wording.how}"
            joined = self._joined(wording.text, kind)
            if joined:
                how = f", {wording.how}" if wording.how else ""
                return joined[0], f"label {joined[1]!r} of the vocabulary, but for spaces and hyphens{how}"
        return None

    def _all(self, name: str, kind: str, expansions: Mapping[str, str]) -> Iterator[RewrittenName]:
        """The name itself, then its rewritten forms, least changed first."""
        steps: list[RewrittenName] = [RewrittenName(name, "")]
        short = not name.islower()  # it may contain an acronym
        for change in (*((self._unbracketed, self._written_out) if short else ()), self._turned, self._bare):
            for text, how in list(steps):
                for new in change(text, kind, expansions):
                    steps.append(RewrittenName(new.text, f"{how}, {new.how}" if how else new.how))
        nearest: dict[str, RewrittenName] = {}
        for step in steps:
            nearest.setdefault(fold(step.text), step)
        yield from nearest.values()

    def _unbracketed(self, name: str, kind: str, expansions: Mapping[str, str]) -> Iterator[RewrittenName]:
        """Drop an acronym in brackets that abbreviates the words before it."""
        for match in _BRACKET.finditer(name):
            if fold(match[1]) in expansions or abbreviates(match[1], name[: match.start()]):
                yield RewrittenName(name[: match.start()] + name[match.end() :], f"without ({match[1]})")

    def _written_out(self, name: str, kind: str, expansions: Mapping[str, str]) -> Iterator[RewrittenName]:
        """Expand the acronyms of the paper, or else of the vocabulary."""
        done: list[str] = []

        def whole(match: re.Match[str]) -> str:
            short = fold(match[0])
            long = expansions.get(short) or self._long_forms.get(short, "")
            done.append(match[0])
            return long or match[0]

        text = _ACRONYM.sub(whole, name)
        if fold(text) != fold(name):
            yield RewrittenName(text, f"with {' and '.join(done)} written out")

    def _turned(self, name: str, kind: str, expansions: Mapping[str, str]) -> Iterator[RewrittenName]:
        """Turn "compression of KV caches" into "KV caches compression", "pruning experts" into "experts pruning"."""
        if not any(map(name.__contains__, _TURNED_SIGNS)):
            return
        match = _TURNED.fullmatch(name) or _DOING.fullmatch(name)
        if match:
            yield RewrittenName(f"{match['rest']} {match['head']}", "in another order")

    def _bare(self, name: str, kind: str, expansions: Mapping[str, str]) -> Iterator[RewrittenName]:
        """Drop frame words."""
        words = fold(name).split()
        dropped: list[str] = []
        while len(words) > 1 and words[-1] in self._after.get(kind, ()):
            dropped.insert(0, words.pop())
        while len(words) > 1 and words[0] in self._before.get(kind, ()):
            dropped.insert(0, words.pop(0))
        if dropped:
            yield RewrittenName(" ".join(words), f"without {' and '.join(map(repr, dropped))}")

    def _joined(self, name: str, kind: str) -> tuple[Concept, str] | None:
        found = self._without_spaces.get((kind, _joint(fold(name))))
        return (self.vocabulary[found[0]], found[1]) if found and found[0] else None

    @cached_property
    def _without_spaces(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Labels without spaces between letters, by type; empty for labels shared by two concepts."""
        out: dict[tuple[str, str], tuple[str, str]] = {}
        for concept in self.vocabulary.concepts.values():
            for label in concept.labels():
                key = (concept.type, _joint(fold(label)))
                if len(key[1]) >= _LEAST and out.setdefault(key, (concept.curie, label))[0] != concept.curie:
                    out[key] = ("", "")
        return out

    @cached_property
    def _long_forms(self) -> dict[str, str]:
        """Acronyms that a single concept has and its preferred label spells out, with that label."""
        out: dict[str, set[str]] = {}
        for concept in self.vocabulary.concepts.values():
            for label in concept.labels():
                if _ACRONYM.fullmatch(label):
                    out.setdefault(fold(label), set()).add(concept.label.get("en", ""))
        single = {short: next(iter(longs)) for short, longs in out.items() if len(longs) == 1}
        return {short: long for short, long in single.items() if abbreviates(short, long, whole=True)}


def _joint(folded: str) -> str:
    """A folded name without spaces between letters."""
    return _JOINT.sub("", folded) if " " in folded else folded


def _label(concept: Concept, text: str) -> str:
    """The label of a concept, as written, with the same folded form as a text."""
    wanted = fold(text)
    return next((label for label in (*concept.labels(), *concept.hidden) if fold(label) == wanted), text)
