"""A question in English or Chinese becomes a query, or is refused.

The name of a topic by itself is not parsed (kg.query.topic). Other questions are split into pieces
(kg.query.first_pass). Learned weights give the kind of question and the slot of each piece (kg.query.slot_model).
The slots give the request (kg.query.intent) and the filter on papers (kg.query.question).
"""

from __future__ import annotations

import re
from dataclasses import replace

from kg.identifiers import kind_of
from kg.query.filter import Condition, Fact, Filter, Phrase, Query
from kg.query.first_pass import QuestionReader
from kg.query.intent import Intent
from kg.query.lexicon import Lexicon, Sense
from kg.query.question import Parser
from kg.query.sayings import Sayings
from kg.query.slot_model import METRIC, Slot, SlotModel
from kg.query.spelling import mended
from kg.query.topic import entity, topic_named
from kg.rdf.triples import language_of
from kg.text import has_han

#: The longest part of a question that is read, in characters.
LIMIT = 1000
#: LaTeX in a name, which is read as the plain name ("H$_2$O").
_MATH, _MARKS = re.compile(r"\$([^$\s]{1,20})\$"), re.compile(r"[\\{}^_]")

#: Chinese adverbs between a thing and its negation: 效果还不降.
_ADVERB = re.compile("[还也都却并](?=不)")

#: Full-width letters, digits and number signs, which are normalised; Chinese punctuation stays as it is.
_WIDE = {
    0x3000: " ",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，。！？：；（）"},
}


def read(question: str, lexicon: Lexicon, language: str = "", alone: bool = True) -> Query:
    """The query of a question; its labels and notes are in `language`, else in that of the question.

    A follow-up question (not `alone`) may consist of an exclusion only.
    """
    if named := topic_named(question.strip(), lexicon, language or language_of(question)):
        return Query(filter=named)
    notes, say = [], Sayings(language or language_of(question))
    if len(question) > LIMIT:
        notes.append(say("answer.long", n=len(question), read=LIMIT))
    parser = parsed(question[:LIMIT], lexicon, language)
    reading = SlotModel.load().read(parser.text, parser.items, lexicon)
    query = Intent(parser, reading).query()
    is_measured = query.metric is not None  # the metric of a ranking or comparison
    found = parser.filter([Slot() if is_measured and slot.name in METRIC else slot for slot in reading.slots])
    if not (found.conditions or query.things or query.like or query.words) and query.kind in ("papers", "entities"):
        found = _last_resort(parser, found)
    if alone and _is_only_denied(found) and not (query.things or query.link):
        left_out = say.listed([say("empty.quoted", words=one.text) for one in found.conditions])
        return Query("refused", Filter(ignored=found.ignored, notes=(*notes, say("answer.only_not", words=left_out))))
    if unheld := next((item.text for item in parser.items if item.means("unheld")), ""):
        notes.append(say("answer.unheld", words=unheld))
        return Query("refused", Filter(ignored=(unheld,), notes=tuple(notes)))
    if query.kind == "refused":
        return Query("refused", Filter(ignored=found.ignored, notes=(*notes, _refusal(parser))))
    return replace(query, filter=replace(found, notes=tuple(notes)))


def parsed(question: str, lexicon: Lexicon, language: str = "") -> Parser:
    """The pieces of a question, with spelling corrected."""
    plain = _MATH.sub(lambda found: _MARKS.sub("", found[1]), question.translate(_WIDE))
    text = "".join(c if c.isprintable() else " " for c in _ADVERB.sub("", plain))
    reader = QuestionReader(text, lexicon)
    items = reader.items()
    if (meant := mended(text, reader.unknown, lexicon)) != text:
        text, items = meant, QuestionReader(meant, lexicon).items()
    return Parser(text, items, lexicon, language)


def _last_resort(parser: Parser, found: Filter) -> Filter:
    """The words themselves as conditions, if none was understood."""
    said = tuple(dict.fromkeys(i.text for i in parser.items if i.is_unknown and len(i.text) > 1))[:3]
    ignored, narrowing, unnamed = (
        tuple(word for word in words if word not in said) for words in (found.ignored, found.narrowing, found.unnamed)
    )
    conditions = tuple(Condition(word, (Phrase(word),)) for word in said)
    return Filter(conditions, ignored, found.notes, narrowing, unnamed)


def _refusal(parser: Parser) -> str:
    """One sentence for a question that a graph of papers cannot answer, with three that would work."""
    examples = [word.labels for word in parser.lexicon.words.meaning("example")]
    is_zh = parser.language == "zh"
    asked = [next(label for label in labels if has_han(label) == is_zh) for labels in examples][:3]
    if is_zh:
        return f"图谱只能回答有关论文的问题，例如：{' '.join(asked)}"
    return f"The graph only answers questions about papers, for example: {' '.join(asked)}"


def about(lexicon: Lexicon, concept: str) -> Filter:
    """The condition of a question that is just the name of a topic, technique, task or problem."""
    label, kind = lexicon.label(concept), kind_of(concept)
    if kind != "topic":
        asked = read(label, lexicon).filter
        named = (term.concept for one in asked.conditions for term in one.any_of)
        if len(asked.conditions) == 1 and not asked.ignored and lexicon.namesakes(concept, named):
            return asked
    return Filter((Condition(label, (entity(Sense(kind, concept, True, True), lexicon),)),))


def _is_only_denied(found: Filter) -> bool:
    """Whether a filter only excludes; asking for papers without code, or that are not surveys, is a request."""
    terms = [term for condition in found.conditions for term in condition.any_of]
    return bool(terms) and all(c.negated for c in found.conditions) and not any(isinstance(t, Fact) for t in terms)
