"""The papers of a topic, as all answers and pages count them: those that work on it, and apart those that name it.

What it is to work on something is a condition on papers (`kg.query.conditions`); here is what follows from it.
"""

from __future__ import annotations

from kg.identifiers import kind_of
from kg.query.corpus import Corpus, Papers
from kg.query.empty import any_role, naming
from kg.query.filter import Condition, Entity, Filter
from kg.query.lexicon import Lexicon, Sense
from kg.query.question import Parser
from kg.query.question_reader import read
from kg.query.sayings import Sayings
from kg.vocabulary import Vocabulary

#: What papers work on; the others they only have, as they have their hardware.
DONE = ("topic", "technique", "task", "problem")


def about(lexicon: Lexicon, concept: str) -> Filter:
    """The condition of a question for a topic, technique, task or problem by its name."""
    label, kind = lexicon.label(concept), kind_of(concept)
    asked = read(label, lexicon).filter if kind != "topic" else Filter()
    named = (term.concept for one in asked.conditions for term in one.any_of)
    if len(asked.conditions) == 1 and not asked.ignored and lexicon.namesakes(concept, named):
        return asked
    return Filter((Condition(label, (Parser(label, [], lexicon).entity(Sense(kind, concept, True, True)),)),))


def working(corpus: Corpus, wanted: Filter) -> Papers:
    """The papers that a filter lets through; where none works on what it names, those that name it."""
    found = corpus.holding(wanted)
    return found if corpus.count(found) else corpus.holding(any_role(wanted, Sayings("en")))


def only_naming(corpus: Corpus, wanted: Filter) -> list[str]:
    """The papers (CURIEs) that only name what others work on; none where no paper works on it."""
    own, wider = set(corpus.found(wanted)), naming(wanted)
    return [paper for paper in corpus.found(wider) if paper not in own] if own and wider != wanted else []


def worked_on(wanted: Filter, vocabulary: Vocabulary) -> set[str]:
    """The concepts that a filter's papers work on, and those that are wider (CURIEs)."""
    terms = (term for one in wanted.conditions if not one.negated for term in one.terms)
    named = {t.concept for t in terms if isinstance(t, Entity) and t.field in DONE} & vocabulary.concepts.keys()
    return named.union(*map(vocabulary.broader, named))
