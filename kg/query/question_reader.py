"""A question in English or Chinese becomes a query, or is refused.

The name of a topic is no question (kg.query.topic). Else there are four passes: the words are read
(kg.query.first_pass), what is asked for is found (kg.query.intent), thresholds gather the metric and direction that
stand around them (kg.query.thresholds), and what is left is taken from left to right under the cues before it
(kg.query.question).
"""

from __future__ import annotations

import re
from dataclasses import replace

from kg.identifiers import kind_of
from kg.query.filter import Condition, Fact, Filter, Outcome, Query
from kg.query.first_pass import QuestionReader
from kg.query.intent import Intent
from kg.query.lexicon import Lexicon, Sense
from kg.query.question import Parser
from kg.query.refusals import is_outside, refusal, unheld_by_papers
from kg.query.sayings import Sayings
from kg.query.spelling import mended
from kg.query.topic import entity, topic_named
from kg.rdf.triples import language_of

#: Letters of a question that are read.
LIMIT = 1000
#: LaTeX in a name, which is read as the plain name ("H$_2$O").
_MATH, _MARKS = re.compile(r"\$([^$\s]{1,20})\$"), re.compile(r"[\\{}^_]")

#: Chinese adverbs between a thing and its denial: 效果还不降.
_ADVERB = re.compile("[还也都却并](?=不)")

#: Full-width letters, digits and signs of numbers, which mean the usual ones; Chinese marks stay as they are.
_WIDE = {
    0x3000: " ",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，。！？：；（）"},
}


def read(question: str, lexicon: Lexicon, language: str = "", alone: bool = True) -> Query:
    """The query that a question means; its labels and notes are in a language, else in that of the question.

    One that goes on from another (not `alone`) may only leave something out.
    """
    if named := topic_named(question.strip(), lexicon, language or language_of(question)):
        return Query(filter=named)
    notes, say = [], Sayings(language or language_of(question))
    if len(question) > LIMIT:
        notes.append(say("answer.long", n=len(question), read=LIMIT))
    plain = _MATH.sub(lambda found: _MARKS.sub("", found[1]), question[:LIMIT].translate(_WIDE))
    text = "".join(c if c.isprintable() else " " for c in _ADVERB.sub("", plain))
    reader = QuestionReader(text, lexicon)
    items = reader.items()
    if (meant := mended(text, reader.unknown, lexicon)) != text:
        text, items = meant, QuestionReader(meant, lexicon).items()
    parser = Parser(text, items, lexicon, language)
    query = Intent(parser).query()
    found = parser.filter(parser.conditions(last_resort=query.kind in ("papers", "entities")))
    if query.kind == "comparison":  # "which keeps more quality?" is what the two are compared by
        measures = [term for one in found.conditions if _is_measure(one) for term in one.any_of]
        found = replace(found, conditions=tuple(one for one in found.conditions if not _is_measure(one)))
        metric = next((term for term in measures if isinstance(term, Outcome)), None)
        query = replace(query, metric=query.metric or metric)
    if alone and _is_only_denied(found) and not (query.things or query.link):
        left_out = say.listed([say("empty.quoted", words=one.text) for one in found.conditions])
        return Query("refused", Filter(ignored=found.ignored, notes=(*notes, say("answer.only_not", words=left_out))))
    unheld = unheld_by_papers(parser)
    if unheld:
        notes.append(say("answer.unheld", words=unheld))
        return Query("refused", Filter(ignored=(unheld,), notes=tuple(notes)))
    if is_outside(parser, query, found):
        return Query("refused", Filter(ignored=found.ignored, notes=(*notes, refusal(parser))))
    return replace(query, filter=replace(found, notes=tuple(notes)))


def about(lexicon: Lexicon, concept: str) -> Filter:
    """The condition of a question for a topic, technique, task or problem by its name."""
    label, kind = lexicon.label(concept), kind_of(concept)
    if kind != "topic":
        asked = read(label, lexicon).filter
        named = (term.concept for one in asked.conditions for term in one.any_of)
        if len(asked.conditions) == 1 and not asked.ignored and lexicon.namesakes(concept, named):
            return asked
    return Filter((Condition(label, (entity(Sense(kind, concept, True, True), lexicon),)),))


def _is_measure(one: Condition) -> bool:
    """Whether a condition is that papers have a result on something, whatever it is."""
    return not one.negated and all(isinstance(t, Outcome) and t.value is None for t in one.any_of)


def _is_only_denied(found: Filter) -> bool:
    """Whether a filter only leaves things out; having no code, or being no survey, is something to ask for."""
    terms = [term for condition in found.conditions for term in condition.any_of]
    return bool(terms) and all(c.negated for c in found.conditions) and not any(isinstance(t, Fact) for t in terms)
