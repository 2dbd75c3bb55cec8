"""The papers of a topic, for all answers and pages: those that work on it, and separately those that name it.

Working on something is defined by a condition on papers (`kg.query.conditions`); this module builds on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.query.corpus import Corpus, Papers
from kg.query.empty import any_role, naming
from kg.query.filter import Condition, Entity, Filter, Phrase, Term
from kg.query.lexicon import Lexicon, Sense
from kg.query.sayings import Sayings
from kg.query.tiers import worded
from kg.store.file import StoreFile
from kg.text import fold, is_kind
from kg.vocabulary import Vocabulary

#: Types that papers can work on; they only have the others, such as hardware.
DONE = ("topic", "technique", "task", "problem")
PROPOSED, USED = ("proposed",), ("proposed", "used")
#: The shortest institution name that may be a code owner, and the shortest that may be a prefix of the owner.
_OWNER, _WHOLE = 4, 6


def topic_named(text: str, lexicon: Lexicon, language: str = "en") -> Filter | None:
    """The condition of a text that is entirely the label of a topic; None if it must be read as a question."""
    folded = fold(text)
    by = {sense.type: sense for sense in reversed(lexicon.senses(folded))}
    senses = [] if lexicon.words.bearing(folded) else of_topic(by, lexicon)
    if not senses:
        return None
    terms = tuple(entity(one, lexicon, language) for one in senses)
    models = models_in(text, terms[0], lexicon)
    return Filter((Condition(text, terms), *([Condition(models.label, (models,))] if models else [])))


def of_topic(by: Mapping[str, Sense], lexicon: Lexicon) -> list[Sense]:
    """The senses of a phrase that names a topic, from its sense of each type: the topic, and hardware with its name.

    Empty if the phrase is the proper name of a technique that belongs to the topic.
    """
    if "topic" not in by:
        return []
    if "technique" in by and not by["topic"].preferred and by["technique"].known:
        label = fold(lexicon.label(by["technique"].concept))
        topic = next((s for s in lexicon.senses(label) if s.concept == by["topic"].concept), None)
        if topic is not None and not topic.preferred:
            return []
    return [by["topic"], *(by[kind] for kind in ("hardware",) if kind in by and by[kind].known)]


def entity(sense: Sense, lexicon: Lexicon, language: str = "en", roles: tuple[str, ...] = ()) -> Entity:
    """The entity of a sense, with everything it includes."""
    concepts = (sense.concept,) if sense.type in ("topic", "institution") else lexicon.family(sense.concept)
    said, by = roles if sense.type == "technique" else (), ""
    if said == PROPOSED and not is_kind(lexicon.label(sense.concept)):
        narrower = lexicon.vocabulary.narrower  # to propose "Budget EAGLE" is not to propose EAGLE
        concepts = tuple(sorted(narrower(sense.concept))) if sense.known else (sense.concept,)
        by = lexicon.known_by(concepts)  # a technique in earlier use is no longer new
    titles = lexicon.titles(sense.concept) if said in ((), USED) else ()
    known = lexicon.vocabulary.concepts.get(sense.concept)
    topics = tuple(known.topics) if known and is_kind(lexicon.label(sense.concept)) else ()
    longer = lexicon.longer(sense.concept) if sense.type == "topic" else ()
    label = lexicon.label(sense.concept, language)
    code = _owners(sense, lexicon)
    shown = tuple(sorted(lexicon.indicators(sense.concept))) if sense.type == "topic" else ()
    signs = _signs(sense, lexicon)
    return Entity(sense.type, sense.concept, label, concepts, said, titles, longer, topics, shown, by, code, signs)


def models_in(text: str, term: Term, lexicon: Lexicon) -> Phrase | None:
    """A kind of network in the words for a topic, which texts must name too ("LLM quantization").

    If the words are a label of the topic, the kind is at their end, but not in its main label: "on-device models".
    """
    if term.field != "topic":
        return None
    said = fold(text)
    is_name = any(sense.concept == term.concept for sense in lexicon.senses(said))
    known = (fold(lexicon.label(term.concept)), *(fold(label) for label in lexicon.labels(term.concept)[:1]))
    for word in lexicon.words.meaning("models"):
        kinds = [one for one in word.labels if (said.endswith if is_name else said.startswith)(fold(one))]
        if kinds and not (is_name and any(fold(one) in label for one in word.labels for label in known)):
            return Phrase(kinds[0], tuple(word.facts["stated"]))
    return None


def _owners(institution: Sense, lexicon: Lexicon) -> tuple[str, ...]:
    """The addresses of an institution's code, which identify it in texts without affiliations."""
    labels = lexicon.labels(institution.concept) if institution.type == "institution" else []
    names = sorted({label.lower() for label in labels if label.isascii() and label.isalpha() and len(label) >= _OWNER})
    return tuple(f"github.com/{n}{end}" for n in names for end in (("",) if len(n) >= _WHOLE else ("/", "-")))


def _signs(institution: Sense, lexicon: Lexicon) -> tuple[str, ...]:
    """The names of an institution in author lists."""
    labels = lexicon.labels(institution.concept) if institution.type == "institution" else []
    forms = [form for word in lexicon.words.meaning("signs") for form in word.facts["stated"]]
    return tuple(sorted({form.replace("{n}", label).lower() for form in forms for label in labels}))


def working(corpus: Corpus, wanted: Filter) -> Papers:
    """The papers that pass a filter; if none works on its subject, those that name it."""
    found = corpus.holding(wanted)
    return found if corpus.count(found) else corpus.holding(any_role(wanted, Sayings("en")))


def papers_named(store: StoreFile, lexicon: Lexicon, text: str) -> list[str]:
    """The papers (CURIEs) of a topic that a text names: by how well their words match, then by confidence."""
    if (wanted := topic_named(text, lexicon)) is None:
        return []
    sql = """SELECT p.curie, max(x.score) FROM topics x JOIN papers p ON p.id = x.paper
        JOIN concepts c ON c.id = x.topic WHERE c.curie IN ({}) GROUP BY 1"""
    score = dict(store.some(sql, [term.concept for term in wanted.conditions[0].any_of if term.field == "topic"]))
    corpus = Corpus.of(store)
    papers = sorted(corpus.names(working(corpus, wanted)), key=lambda one: (-score.get(one, 0.0), one))
    near = worded(corpus, lexicon, wanted, text)
    return sorted(papers, key=lambda one: -near.get(one, 0.0))


def only_naming(corpus: Corpus, wanted: Filter) -> list[str]:
    """The papers (CURIEs) that only name the filter's subject; none if no paper works on it."""
    own, wider = set(corpus.found(wanted)), naming(wanted)
    return [paper for paper in corpus.found(wider) if paper not in own] if own and wider != wanted else []


def worked_on(wanted: Filter, vocabulary: Vocabulary) -> set[str]:
    """The concepts that a filter's papers work on, and the broader ones (CURIEs)."""
    terms = (term for one in wanted.conditions if not one.negated for term in one.terms)
    named = {t.concept for t in terms if isinstance(t, Entity) and t.field in DONE} & vocabulary.concepts.keys()
    return named.union(*map(vocabulary.broader, named))
