"""The papers of a topic, as all answers and pages count them: those that work on it, and apart those that name it.

What it is to work on something is a condition on papers (`kg.query.conditions`); here is what follows from it.
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

#: What papers work on; the others they only have, as they have their hardware.
DONE = ("topic", "technique", "task", "problem")
PROPOSED, USED = ("proposed",), ("proposed", "used")
#: The shortest name of an institution that an owner of code is known by, and the shortest that theirs may go on after.
_OWNER, _WHOLE = 4, 6


def topic_named(text: str, lexicon: Lexicon, language: str = "en") -> Filter | None:
    """The condition of a text that is as a whole a label of a topic; None for what has to be read as a question."""
    folded = fold(text)
    by = {sense.type: sense for sense in reversed(lexicon.senses(folded))}
    senses = [] if lexicon.words.bearing(folded) else of_topic(by, lexicon)
    if not senses:
        return None
    terms = tuple(entity(one, lexicon, language) for one in senses)
    models = models_in(text, terms[0], lexicon)
    return Filter((Condition(text, terms), *([Condition(models.label, (models,))] if models else [])))


def of_topic(by: Mapping[str, Sense], lexicon: Lexicon) -> list[Sense]:
    """What a phrase means that names a topic, by its sense of each type: the topic, and the hardware of its name.

    Nothing where it names a technique of its own, whose name is only another name of the topic it belongs to.
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
    """A thing in one of its senses, with what counts as it."""
    concepts = (sense.concept,) if sense.type in ("topic", "institution") else lexicon.family(sense.concept)
    said, by = roles if sense.type == "technique" else (), ""
    if said == PROPOSED and not is_kind(lexicon.label(sense.concept)):
        narrower = lexicon.vocabulary.narrower  # who proposes "Budget EAGLE" does not propose EAGLE
        concepts = tuple(sorted(narrower(sense.concept))) if sense.known else (sense.concept,)
        by = lexicon.known_by(concepts)  # what others used before is not proposed any more
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

    Where the topic bears these words, the kind stands at their end and not in its label: "on-device language models".
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
    """Where code of an institution lies, which tells of texts without affiliations where they come from."""
    labels = lexicon.labels(institution.concept) if institution.type == "institution" else []
    names = sorted({label.lower() for label in labels if label.isascii() and label.isalpha() and len(label) >= _OWNER})
    return tuple(f"github.com/{n}{end}" for n in names for end in (("",) if len(n) >= _WHOLE else ("/", "-")))


def _signs(institution: Sense, lexicon: Lexicon) -> tuple[str, ...]:
    """How an institution signs as an author."""
    labels = lexicon.labels(institution.concept) if institution.type == "institution" else []
    forms = [form for word in lexicon.words.meaning("signs") for form in word.facts["stated"]]
    return tuple(sorted({form.replace("{n}", label).lower() for form in forms for label in labels}))


def working(corpus: Corpus, wanted: Filter) -> Papers:
    """The papers that a filter lets through; where none works on what it names, those that name it."""
    found = corpus.holding(wanted)
    return found if corpus.count(found) else corpus.holding(any_role(wanted, Sayings("en")))


def papers_named(store: StoreFile, lexicon: Lexicon, text: str) -> list[str]:
    """The papers (CURIEs) of a topic that a text names: by how well their words match it, then by how sure it is."""
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
    """The papers (CURIEs) that only name what others work on; none where no paper works on it."""
    own, wider = set(corpus.found(wanted)), naming(wanted)
    return [paper for paper in corpus.found(wider) if paper not in own] if own and wider != wanted else []


def worked_on(wanted: Filter, vocabulary: Vocabulary) -> set[str]:
    """The concepts that a filter's papers work on, and those that are wider (CURIEs)."""
    terms = (term for one in wanted.conditions if not one.negated for term in one.terms)
    named = {t.concept for t in terms if isinstance(t, Entity) and t.field in DONE} & vocabulary.concepts.keys()
    return named.union(*map(vocabulary.broader, named))
