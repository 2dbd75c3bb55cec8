"""The linker: the concept of every mention of a record, with a reason."""

from __future__ import annotations

from functools import cached_property, lru_cache

from kg.entity_types import LISTS, NAMED, TAILS
from kg.identifiers import slug
from kg.link import acronyms
from kg.link.concepts import ConceptLinker, by_name
from kg.link.decisions import decided
from kg.link.overrides import Overrides
from kg.link.paper_ids import identified
from kg.link.register import Register
from kg.model import Document, Facts, Mention, Record
from kg.trust import mark
from kg.vocabulary import Vocabulary

_BASELINES = ("technique", *NAMED)
_HEADS = ("technique", "model", "dataset")  # the types that the head of a relation may have, most likely first
_GIVEN = "given with the record"


@lru_cache(2)
def _concept_linker(vocabulary: Vocabulary) -> ConceptLinker:
    """That of a vocabulary, with what it knows of names by now."""
    return ConceptLinker(vocabulary, vocabulary.cues("metric-qualifier"))


class Linker:
    """Sets the concept of every mention of a record, with a reason; the register is loaded on first use."""

    def __init__(self, vocabulary: Vocabulary, overrides: Overrides | None = None) -> None:
        self.vocabulary = vocabulary
        self.overrides = overrides or Overrides()
        self.concepts = _concept_linker(vocabulary)

    @cached_property
    def register(self) -> Register:
        return Register.load()

    def link(self, document: Document, record: Record) -> Record:
        """The same record with `concept` and `reason` set where they were empty, and `paper`."""
        record.paper, record.reason = identified(document, record)
        expansions = acronyms.expansions(document)
        text = "\n".join(document.texts[field].text for field in ("T", "A", "K", "B") if field in document.texts)
        for kind, list_name in LISTS.items():
            for mention in getattr(record, list_name):
                self._link_mention(mention, kind, record, expansions, text)
        self._link_results(record)
        self.link_ends(record)
        mark(record)
        return record

    def decided(self, document: Document, record: Record) -> Record:
        """A linked record with the manual decisions about names applied; the previous links are kept in `before`."""
        return decided(self, document, record) if self.overrides else record

    def institution_facts(self, curie: str) -> Facts | None:
        """The facts of the register about an institution, or None if it is not in the register."""
        if curie not in self.register:
            return None
        organisation = self.register[curie]
        own = self.register.additions.get(curie, organisation).alt
        others = [(label, language) for language in sorted(own) for label in own[language]]
        return dict(organisation.label), others, organisation.country

    def _link_mention(self, mention: Mention, kind: str, record: Record, expansions: dict[str, str], text: str) -> None:
        mention.type = kind
        if mention.concept:
            mention.reason = mention.reason or _GIVEN
        elif kind == "institution":
            self._link_institution(mention)
        else:
            link = self.concepts.mention(mention, record.name, expansions, text, record.paper)
            mention.concept, mention.reason = link.concept, link.reason

    def _link_institution(self, mention: Mention) -> None:
        for label in dict.fromkeys((mention.canonical, mention.surface, *mention.aliases)):
            match = self.register.find(label) if label else None
            if match:
                brand = self.register.brand(match.organisation)
                mention.concept, mention.reason = brand.curie, match.reason
                return
        name = (mention.canonical or mention.surface).removeprefix("The ").removeprefix("the ")
        mention.concept = f"institution:{slug(name)}"
        mention.reason = "minted: no organisation of the register, or more than one, bears this name"

    def _link_results(self, record: Record) -> None:
        for result in record.results:
            if result.metric_concept:
                result.reason = result.reason or _GIVEN
            elif result.metric:
                link = self.concepts.metric(result.metric, record)
                result.metric_concept, result.reason = link.concept, link.reason

    def link_ends(self, record: Record) -> None:
        """Link the baselines of results and the ends of relations to the concepts of the mentions they name."""
        if not (record.relations or any(result.baseline for result in record.results)):
            return
        bearing = by_name(record)
        named = self.concepts.named
        for result in record.results:
            if result.baseline and not result.baseline_concept:
                result.baseline_concept = named(result.baseline, record, _BASELINES, bearing)
        for relation in record.relations:
            tails, evidence = TAILS[relation.type], relation.evidence
            relation.head_concept = relation.head_concept or named(relation.head, record, _HEADS, bearing, evidence)
            relation.tail_concept = relation.tail_concept or named(relation.tail, record, tails, bearing, evidence)
        # A relation needs two different ends.
        record.relations = [r for r in record.relations if not r.head_concept or r.head_concept != r.tail_concept]
