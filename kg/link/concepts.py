"""Links mentions to vocabulary concepts by label, acronym, wording or embedding; otherwise mints a new concept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.entity_types import NAMED
from kg.evidence import stands
from kg.identifiers import MINTED, NAMESAKE, slug
from kg.link.acronyms import abbreviates, agree, means_another
from kg.link.paper_ids import scoped
from kg.link.wordings import Wordings
from kg.model import Evidence, Mention, Record
from kg.text import fold, folded_name
from kg.vocabulary import Concept, Vocabulary

_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class ConceptLink:
    """The concept of a mention, and the reason."""

    concept: str
    reason: str


@lru_cache(maxsize=50_000)
def local_name(name: str) -> str:
    """The local name of a minted concept, the same for all spellings with one folded form.

    >>> local_name("TAP"), local_name("TAPS"), local_name("YOCO++")
    ('tap', 'taps', 'yoco-plus-plus')
    """
    return slug((_HAN_GAP.sub("", folded_name(name)) or name).replace("+", " plus "))


_NAME = re.compile(r"(?=.*\b(?:\w+[A-Z0-9]|[A-Z]))[^\s-]+")  # a word with capitals: "DeepCache", "Compacter"


class ConceptLinker:
    """Links mentions, metrics, baselines and the ends of relations to concepts."""

    def __init__(self, vocabulary: Vocabulary, qualifiers: Iterable[str] = ()) -> None:
        self.vocabulary = vocabulary
        self.qualifiers = frozenset(qualifiers)
        self.wordings = Wordings(vocabulary)

    def load(self) -> None:
        """Build the slow data structures, so that forked processes share them."""
        next(self.candidates(("the name of no concept",), "technique", {}), None)

    def mention(
        self, mention: Mention, name: str, expansions: Mapping[str, str], text: str = "", paper: str = ""
    ) -> ConceptLink:
        """The concept of a mention: `name` is the name of the `paper`'s own work, `expansions` its acronyms.

        If the own work has the name of a known concept, it is linked to it only if expansions and `text` do not
        contradict.
        """
        names, own = names_of(mention, name)
        found = next(self.candidates(names, mention.type, expansions, own), None)
        found = found or self.minted(next(iter(names), ""), mention.type)
        is_known = own and found.concept in self.vocabulary
        if is_known and self._is_another(found.concept, name, expansions.get(fold(name), ""), text):
            return self._apart(name, mention.type, paper) or found
        return found

    def _is_another(self, curie: str, name: str, words: str, text: str) -> bool:
        """Whether a name has another meaning in a paper than that of a concept: many things are called STAR.

        If the paper does not expand the name, one of the concept's other labels should occur in its text; for a concept
        whose preferred label is the name itself, a label of its topics should.
        """
        concept = self.vocabulary[curie]
        has_capitals = any(c.isupper() for c in name[1:])
        others = [label for label in concept.labels() if fold(label) != fold(name)]
        spelt = [label for label in others if " " in fold(label)]
        long = [fold(label) for label in spelt if abbreviates(name, label, whole=True)] or list(map(fold, spelt))
        if has_capitals and words and long:
            return not any(agree(fold(words), label) for label in long)
        preferred = next((label for label in concept.label.values() if fold(label) == fold(name)), "")
        if preferred:
            can_tell = text and concept.topics and re.fullmatch(_NAME, preferred)
            return bool(can_tell) and not self._is_about(text, concept, name)
        folded = f" {fold(text)} "
        return bool(text) and has_capitals and not any(f" {fold(label)} " in folded for label in others)

    def _is_about(self, text: str, concept: Concept, name: str) -> bool:
        """Whether a label in a text, other than the name, indicates a topic of a concept."""
        topics = set(concept.topics)
        matches = (m for m in self.vocabulary.match(text) if fold(text[m.start : m.end]) != fold(name))
        return any(topics & {m.concept, *self.vocabulary[m.concept].topics} for m in matches)

    def _apart(self, name: str, kind: str, paper: str) -> ConceptLink | None:
        """A concept for another entity with a known name; None if no free identifier is left for it."""
        curie = f"{kind}:{local_name(name)}"
        if curie not in self.vocabulary:
            return ConceptLink(curie, MINTED)
        own = scoped(curie, paper)
        return None if own in self.vocabulary else ConceptLink(own, NAMESAKE)

    def candidates(
        self, names: Iterable[str], kind: str, expansions: Mapping[str, str], own: bool = False
    ) -> Iterator[ConceptLink]:
        """The concepts that names may mean, most reliable first.

        In this order: by label, by the paper's acronyms, by another wording. The paper's `own` work is
        looked up by label only.
        """
        names = list(names)
        for label in names:
            concept = self.vocabulary.find_written(label, kind)
            if concept and not means_another(label, expansions.get(fold(label), ""), concept.labels()):
                yield ConceptLink(concept.curie, _label_reason(label, concept))
        if own:
            return
        for label in names:
            long = expansions.get(fold(label))
            concept = self.vocabulary.find(long, kind) if long else None
            if concept:
                yield ConceptLink(concept.curie, f"acronym of {long!r} in this paper")
        for label in names:
            worded = self.wordings.find(label, kind, expansions)
            if worded and not means_another(label, expansions.get(fold(label), ""), worded[0].labels()):
                yield ConceptLink(worded[0].curie, worded[1])

    def minted(self, name: str, kind: str) -> ConceptLink:
        """A minted concept, shared by all papers that use the name."""
        curie = f"{kind}:{local_name(name)}"
        if curie in self.vocabulary:
            return ConceptLink(curie, f"the concept {curie} is named so")
        return ConceptLink(curie, MINTED)

    def metric(self, text: str, record: Record) -> ConceptLink:
        """The metric of a result; leading words that qualify it or name what was measured are ignored."""
        concept = self.vocabulary.find(text, "metric")
        if concept:
            return ConceptLink(concept.curie, _label_reason(text, concept))
        words = fold(text).split()
        known = {fold(n) for m in _mentions(record) for n in (m.canonical, m.surface, *m.aliases)}
        for cut in range(1, len(words)):
            concept = self.vocabulary.find(" ".join(words[cut:]), "metric")
            if concept and self._is_qualified(words[:cut], known):
                label = " ".join(words[cut:])
                return ConceptLink(concept.curie, f"label {label!r} after words that leave the metric what it is")
        return self.minted(text, "metric")

    def _is_qualified(self, words: list[str], known: set[str]) -> bool:
        """Whether words are qualifiers ("average") or names of what was measured ("ImageNet", "Qwen3-8B")."""
        if not words:
            return True
        for end in range(len(words), 0, -1):
            head = " ".join(words[:end])
            if head in self.qualifiers or head in known or self._is_named(head):
                return self._is_qualified(words[end:], known)
        return False

    def _is_named(self, label: str) -> bool:
        return any(self.vocabulary.find(label, kind) for kind in NAMED)

    def named(
        self,
        text: str,
        record: Record,
        kinds: tuple[str, ...],
        bearing: Mapping[str, list[Mention]],
        evidence: Evidence | None = None,
    ) -> str:
        """The concept of a baseline or an end of a relation, "" if the name is unknown.

        `bearing`: the record's mentions by name, see `by_name`. If mentions of several concepts have the name, those
        that occur in the `evidence` are preferred, then the earlier of `kinds`.
        """
        wanted = fold(text) or text  # a name may be of signs alone: "++"
        if not wanted:
            return ""
        bearers = bearing.get(wanted, [])
        if not bearers and wanted == fold(record.name):
            bearers = [m for m in record.techniques if m.role == "proposed"][:1]
        likely = [m for kind in kinds for m in bearers if m.type == kind and m.concept]
        if likely:
            return _preferred(likely, evidence, fold(record.name)).concept
        for kind in kinds:
            concept = self.vocabulary.find_written(text, kind)
            if concept:
                return concept.curie
        return next((m.concept for m in bearers), "")


def _preferred(mentions: list[Mention], evidence: Evidence | None, own: str) -> Mention:
    """The first mention that occurs in the evidence, else the first one; `own` as in `kg.evidence.stands`."""
    if evidence is not None and len({m.concept for m in mentions}) > 1:
        return next((m for m in mentions if stands(evidence, [m], own)), mentions[0])
    return mentions[0]


def names_of(mention: Mention, name: str) -> tuple[list[str], bool]:
    """The names by which a mention is looked up, and whether it is the paper's own work, whose name is `name`."""
    names = list(dict.fromkeys(n for n in (mention.canonical, mention.surface, *mention.aliases) if n))
    own = mention.role == "proposed" and bool(name) and fold(name) in {fold(n) for n in names}
    return ([name] if own else names), own


def by_name(record: Record) -> dict[str, list[Mention]]:
    """The mentions of a record by each of their folded names."""
    out: dict[str, list[Mention]] = {}
    for mention in _mentions(record):
        for name in {fold(n) or n for n in (mention.canonical, mention.surface, *mention.aliases)}:
            out.setdefault(name, []).append(mention)
    return out


def _mentions(record: Record) -> list[Mention]:
    lists = (record.techniques, record.models, record.datasets, record.tasks, record.problems, record.hardware)
    return [m for mentions in lists for m in mentions]


def _label_reason(label: str, concept: Concept) -> str:
    preferred = concept.label.get("en", concept.curie)
    if label in concept.label.values():
        return f"label {label!r} of the vocabulary"
    return f"label {label!r} of the vocabulary's {preferred!r}"
