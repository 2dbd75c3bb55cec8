"""The vocabulary: SKOS concepts of `ontology/*.ttl`, looked up and matched by folded label in English and Chinese."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg.compiled import kept, no_search_for_garbage, stamp
from kg.entity_types import CONCEPT_TYPES, LENGTHENED, TABLE, data_folder
from kg.identifiers import PREFIXES, curie
from kg.model import KgError
from kg.text import TokenLists, fold, known_folds, token_lists

#: The file of manual decisions about names, which is not part of the vocabulary: see kg/link/overrides.py.
OVERRIDES = "overrides.ttl"
_SKOS = PREFIXES["skos"]
_KG = PREFIXES["kg"]
_SHORT = 6  # names of up to so many letters are matched case-sensitively
_NO_WORD = "\n"  # sentinel after the last word of a text
_CLASS = {_KG + one.cls: one.name for one in TABLE.values()} | {_KG + "Cue": "cue"}
#: Types of which an acronym inside a longer name must be in capitals.
_CAPITALS = tuple(one.name for one in TABLE.values() if "capitals" in one.matching)


@dataclass(slots=True)
class Concept:
    """A SKOS concept. `facts` holds the other properties by local name: unit, better, maker, memoryGB, ..."""

    curie: str
    type: str
    label: dict[str, str] = field(default_factory=dict)  # preferred label by language
    alt: dict[str, list[str]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # matched by `find`, but not in running text
    definition: dict[str, str] = field(default_factory=dict)
    broader: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)  # CURIEs of the topics that it indicates
    facts: dict[str, str] = field(default_factory=dict)

    def labels(self) -> Iterator[str]:
        """All labels that are matched in running text, in every language, preferred labels first."""
        yield from self.label.values()
        for labels in self.alt.values():
            yield from labels


class Match(NamedTuple):
    """A label found in a text: [start, end) in code points."""

    concept: str
    type: str
    start: int
    end: int


def ontology_files() -> list[Path]:
    """The Turtle files of the vocabulary, in the package or beside it in a checkout."""
    return sorted(p for p in data_folder("ontology").iterdir() if p.name.endswith(".ttl") and p.name != OVERRIDES)


@cache
def ontology_hash() -> str:
    """A hash of the vocabulary's files; records linked with another version are linked again."""
    digest = hashlib.sha256()
    for path in ontology_files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class Vocabulary:
    """Concepts by CURIE, an index of folded labels by type, and a matcher for running text."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        found = list(concepts)
        self.concepts: dict[str, Concept] = {c.curie: c for c in found if c.type != "cue"}
        self._cues = {c.curie.partition(":")[2]: frozenset(map(fold, c.labels())) for c in found if c.type == "cue"}
        self._index: dict[tuple[str, str], str] = {}
        self._trie: dict[str, Any] = {}  # folded labels word by word; "" -> [(type, concept, label)] at the end of one
        self._spellings: dict[tuple[str, str], list[str]] = {}  # labels by concept and folded form, once looked for
        for concept in self.concepts.values():
            for label in concept.labels():
                folded = fold(label)
                self._index.setdefault((concept.type, folded), concept.curie)
                if folded:
                    _branch(self._trie, folded).setdefault("", []).append((concept.type, concept.curie, label))
            for label in concept.hidden:
                self._index.setdefault((concept.type, fold(label)), concept.curie)
        self._place()

    @staticmethod
    @cache
    def load() -> Vocabulary:
        """The vocabulary that ships with the package, read from its files once and then from the user's cache."""
        made_from = stamp([*ontology_files(), Path(__file__), Path(__file__).with_name("text.py")])
        return Vocabulary._restored(
            kept("vocabulary", made_from, lambda: Vocabulary(read_concepts(ontology_files()))._state())
        )

    def _state(self) -> tuple[Any, ...]:
        """The contents as plain data, together with the folded form of all labels."""
        concepts = [tuple(getattr(c, name) for name in Concept.__slots__) for c in self.concepts.values()]
        folds = {label: fold(label) for c in self.concepts.values() for label in (*c.labels(), *c.hidden)}
        return concepts, self._cues, self._index, self._trie, self._narrower, folds

    @staticmethod
    def _restored(state: tuple[Any, ...]) -> Vocabulary:
        """The vocabulary with the given state; the inverse of `_state`."""
        out = Vocabulary(())
        concepts, out._cues, out._index, out._trie, out._narrower, folds = state
        known_folds(folds)
        with no_search_for_garbage():
            out.concepts = {values[0]: Concept(*values) for values in concepts}
        return out

    def amended(self, changed: Iterable[Concept], gone: Container[str] = ()) -> Vocabulary:
        """A copy in which some concepts are changed and others removed; `match` still finds the labels of the files."""
        by_curie = {c.curie: c for c in changed}
        out = Vocabulary(())
        out.concepts = {c: by_curie.get(c, self.concepts[c]) for c in self.concepts if c not in gone}
        out._cues, out._trie = self._cues, self._trie
        out._index = {key: c for key, c in self._index.items() if c not in by_curie and c not in gone}
        for concept in by_curie.values():
            for label in (*concept.labels(), *concept.hidden):
                out._index.setdefault((concept.type, fold(label)), concept.curie)
        out._place()
        return out

    def _place(self) -> None:
        """Index the narrower concepts of each concept."""
        self._narrower: dict[str, set[str]] = {}
        for concept in self.concepts.values():
            for broader in concept.broader:
                self._narrower.setdefault(broader, set()).add(concept.curie)

    def __getitem__(self, curie: str) -> Concept:
        return self.concepts[curie]

    def __contains__(self, curie: str) -> bool:
        return curie in self.concepts

    def cues(self, group: str) -> frozenset[str]:
        """The folded words of a group of `ontology/cues.ttl`: "technique-head", "propose", ..."""
        return self._cues.get(group, frozenset())

    def cue_groups(self, prefix: str) -> dict[str, frozenset[str]]:
        """The groups of cues whose names begin so, by the rest of their names."""
        return {name.removeprefix(prefix): said for name, said in self._cues.items() if name.startswith(prefix)}

    def find(self, label: str, kind: str) -> Concept | None:
        """The concept of a type with a given label, in any language and spelling."""
        found = self._index.get((kind, fold(label)))
        return self.concepts[found] if found else None

    def find_written(self, surface: str, kind: str) -> Concept | None:
        """The concept of a type that words of a paper name; the case of acronyms counts: "VLLMs" is not vLLM."""
        folded = fold(surface)
        found = self._index.get((kind, folded))
        if not found:
            return None
        concept = self.concepts[found]
        if (same := self._spellings.get((found, folded))) is None:
            same = [label for label in (*concept.labels(), *concept.hidden) if fold(label) == folded]
            self._spellings[found, folded] = same
        return concept if any(_spelled(surface, label, kind) for label in same) else None

    def bearing(self, folded: str) -> list[Concept]:
        """The concepts of all types that have a label with the folded form `folded`."""
        found = (self._index.get((kind, folded)) for kind in (*CONCEPT_TYPES, "institution"))
        return [self.concepts[curie] for curie in found if curie]

    def index(self) -> Mapping[tuple[str, str], str]:
        """The concept by type and folded label."""
        return self._index

    def above(self, curie: str) -> list[str]:
        """The concepts right above one; for a problem or task that only papers name, those whose labels its name holds.

        "problem:high-memory-footprint-on-a-phone" stands under the memory footprint.
        """
        kind, _, name = curie.partition(":")
        if curie in self.concepts or kind not in LENGTHENED:
            return self.concepts[curie].broader if curie in self.concepts else []
        return sorted({match.concept for match in self.match(name.replace("-", " ")) if match.type == kind})

    def broader(self, curie: str) -> list[str]:
        """All broader concepts, nearest first."""
        out: list[str] = []
        queue = [curie]
        while queue:
            for parent in self.above(queue.pop(0)):
                if parent not in out:
                    out.append(parent)
                    queue.append(parent)
        return out

    def narrower(self, curie: str) -> set[str]:
        """The concept and all narrower concepts."""
        out = {curie}
        queue = [curie]
        while queue:
            for child in self._narrower.get(queue.pop(), ()):
                if child not in out:
                    out.add(child)
                    queue.append(child)
        return out

    def match(self, text: str, found: TokenLists | None = None) -> list[Match]:
        """The longest matching labels in a text, of all types; matches of one type do not overlap."""
        folds, starts, ends = token_lists(text) if found is None else found
        folds = [*folds, _NO_WORD]
        out: list[Match] = []
        taken: dict[str, int] = {}  # type -> end of its last match
        begins = self._trie
        for i in [i for i, form in enumerate(folds) if form in begins]:
            node = begins[folds[i]]
            if "" not in node and folds[i + 1] not in node:
                continue
            best: dict[str, tuple[int, str]] = {}
            start, end = starts[i], ends[i]
            for j in range(i + 1, len(folds)):
                for kind, concept, label in node.get("", ()):
                    if start >= taken.get(kind, 0) and _spelled(text[start:end], label, kind):
                        best[kind] = (end, concept)
                node = node.get(folds[j])
                if node is None or _apart(text, end, starts[j]):
                    break
                end = ends[j]
            for kind, (end, concept) in best.items():
                out.append(Match(concept, kind, start, end))
                taken[kind] = end
        return out


def _branch(trie: dict[str, Any], folded: str) -> dict[str, Any]:
    """The node of a trie at the end of a folded label; missing nodes are created."""
    for word in folded.split(" "):
        trie = trie.setdefault(word, {})
    return trie


def _apart(text: str, end: int, start: int) -> bool:
    """Whether more than a space, hyphen, slash or line break separates two tokens; "mAP@50:95" is one name."""
    between = text[end:start]
    if between in (" ", "~", "@") or (between == ":" and text[end - 1].isdigit() and text[start].isdigit()):
        return False
    return start - end > 3 or bool(between.strip(" -\u2010\u2011\u2013_/\n\t'’+.&"))


@lru_cache(maxsize=100_000)
def _letters(label: str) -> str:
    """The letters and digits of a name matched case-sensitively (one word, a capital, up to six letters), else ""."""
    letters = "".join([c for c in label if c.isalnum()])
    return (
        letters
        if len(letters) <= _SHORT and label.isascii() and letters.lower() != letters and " " not in label
        else ""
    )


def _spelled(surface: str, label: str, kind: str) -> bool:
    """Whether a surface form may stand for a label: short names and acronyms are matched case-sensitively.

    "SAM", "STAR" and "RoPE" must be written as the label is. A plural s may follow, but "VLLMs" is not vLLM, and a
    capital S is not a plural: "TAPS" is not TAP. An acronym inside a longer name of a model or dataset must be in
    capitals too: "clip model" is not "CLIP model", and "minimax" is not MiniMax.
    """
    if surface == label:
        return True
    if wanted := _letters(label):
        letters = "".join([c for c in surface if c.isalnum()])
        alike = len(wanted) == _SHORT and not wanted.isupper() and surface[:1].isupper()  # "Resnet" is ResNet
        return letters in (wanted, wanted + "s", wanted.removesuffix("s")) or (alike and letters[-1:] != "S")
    if kind in _CAPITALS and surface.islower():
        acronym = any(word.isupper() and len(word) < _SHORT and word.isalpha() for word in label.split())
        return not acronym and len(label) > _SHORT + 1
    return True


def read_concepts(paths: Iterable[Path]) -> list[Concept]:
    """The concepts of Turtle files, in file order; raises KgError with file and line on a syntax error."""
    concepts: dict[str, Concept] = {}
    facts: list[tuple[str, str, ox.NamedNode | ox.Literal]] = []
    for path in paths:
        try:
            for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
                subject, predicate, value = quad.subject, quad.predicate.value, quad.object
                if not isinstance(subject, ox.NamedNode):
                    continue
                if predicate.endswith("#type") and isinstance(value, ox.NamedNode) and value.value in _CLASS:
                    name = curie(subject.value)
                    concepts.setdefault(name, Concept(name, _CLASS[value.value]))
                else:
                    facts.append((subject.value, predicate, value))
        except SyntaxError as error:
            raise KgError(f"{path.name}: {error}: mend the Turtle there.") from None
    names = {iri_: c for iri_, c in ((i, concepts.get(curie(i))) for i in {f[0] for f in facts}) if c}
    for subject, predicate, value in facts:
        concept = names.get(subject)
        if concept:
            _fact(concept, predicate, value)
    return list(concepts.values())


def _fact(concept: Concept, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
    if isinstance(value, ox.Literal):
        language = value.language or "en"
        if predicate == _SKOS + "prefLabel":
            concept.label[language] = value.value
        elif predicate == _SKOS + "altLabel":
            concept.alt.setdefault(language, []).append(value.value)
        elif predicate == _SKOS + "hiddenLabel":
            concept.hidden.append(value.value)
        elif predicate == _SKOS + "definition":
            concept.definition[language] = value.value
        elif predicate.startswith(_KG):
            concept.facts[predicate[len(_KG) :]] = value.value
    elif predicate == _SKOS + "broader":
        concept.broader.append(curie(value.value))
    elif predicate == _KG + "topic":
        concept.topics.append(curie(value.value))
    elif predicate.startswith(_KG):
        concept.facts[predicate[len(_KG) :]] = curie(value.value)


def in_language(labels: Mapping[str, str], language: str) -> str:
    """The label in a language where there is one, else in English, else any; "" for none.

    >>> in_language({"en": "caching", "de": "Puffern"}, "zh"), in_language({"de": "Puffern"}, "zh")
    ('caching', 'Puffern')
    """
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")
