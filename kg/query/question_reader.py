"""A question in English or Chinese becomes a query, or is refused.

The name of a topic by itself is not parsed (kg.query.topic). Other questions are split into pieces
(kg.query.first_pass). Learned weights give the kind of question and the slot of each piece (kg.query.slot_model).
The slots give the request (kg.query.question_reader) and the filter on papers (kg.query.question).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from kg.entity_types import NAMED
from kg.files import toml_file
from kg.identifiers import kind_of
from kg.model import ROLES
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query
from kg.query.first_pass import QuestionReader
from kg.query.instructions import instructed
from kg.query.lexicon import Lexicon, Sense
from kg.query.question import Parser
from kg.query.question_items import PERIODS, Item
from kg.query.question_words import QuestionWords
from kg.query.sayings import Sayings
from kg.query.slot_model import METRIC, RELATIONS, Reading, Slot, SlotModel, is_condition, is_function
from kg.query.spelling import mended
from kg.query.topic import entity, topic_named
from kg.rdf.triples import language_of
from kg.text import fold, has_han

#: Types of what one paper may propose.
_PROPOSED = ("technique", "model", "dataset")


def asked_type(item: Item) -> str:
    """The type of things that a piece asks for, "" if none; for a name, its last word may give the type."""
    if of_word := item.of("type:") or ("dataset" if item.of("kind:") == "benchmark" else ""):
        return of_word
    last = QuestionWords.load().bearing(fold(item.text).split(" ")[-1]) if item.senses else []
    named = (word.of("type:") for word in last)
    is_model = "model" if item.means("models") else ""
    return is_model or next(filter(None, named), "") or next((sense.type for sense in item.senses[:1]), "")


class Intent:
    """The request of a reading."""

    def __init__(self, parser: Parser, reading: Reading) -> None:
        self.parser, self.items, self.reading = parser, parser.items, reading
        self.wants = next(map(asked_type, self._of("asked")), "")

    def query(self) -> Query:
        """The query without its filter."""
        kind, order, most = self.reading.kind, self.reading.order, self._most()
        things = [self.items.index(item) for item in self._of("thing")]
        found = Query(kind, order=order, most=most)  # type: ignore[arg-type]
        if kind == "near" and things:
            return replace(found, like=self._text(things).strip(" \"'“”「」『』《》"))
        if kind == "definition" and things:
            return replace(found, things=tuple(self._defined(things)), words=self._text(things))
        if kind in ("comparison", "path"):
            return self._compared(found, things)
        if kind == "ranking":
            who, advice = (any(item.means(meaning) for item in self.items) for meaning in ("who", "advice"))
            wants = "institution" if who else self.wants or ("technique" if advice else "")
            return replace(found, metric=self._metric(), wants=wants if wants not in ("paper", "metric") else "")
        if kind == "trend":
            return replace(found, wants=self.wants or "paper", over=self._over() or "month")
        if kind == "count":
            if not self.wants and self._counts_unknown():
                return replace(found, kind="papers")
            return replace(found, wants=self.wants or "paper", over=self._over())
        if kind == "claims":
            return self._claims(found)
        if kind == "relations" and (linked := self._linked()):
            who = any(item.means("who") for item in self.items)  # "who beats LoRA"
            return replace(found, link=linked, wants="technique" if who else self.wants)
        is_bare = kind == "papers" and len(self.items) > 1 and not any(is_condition(s.name) for s in self.reading.slots)
        if kind in ("entities", "relations") or (is_bare and self._listed()):
            return self._entities(found)
        return found if kind in ("papers", "who", "refused") else Query(order=order, most=most)  # type: ignore[arg-type]

    def _of(self, *names: str) -> Iterator[Item]:
        """The pieces in some slots."""
        return (item for item, slot in zip(self.items, self.reading.slots, strict=True) if slot.name in names)

    def _text(self, places: list[int]) -> str:
        return self.parser.text[self.items[places[0]].start : self.items[places[-1]].end]

    def _counts_unknown(self) -> bool:
        """Whether "how many" asks for a value of the named thing: "how many layers has X?"."""
        counts = [at for at, item in enumerate(self.items) if item.means("count") and not item.of("type:")]
        behind = (item for at in counts for item in self.items[at + 1 :] if item.of("type:") or not item.means("frame"))
        return next(behind, Item(0, 0, "")).is_unknown and bool(counts)

    def _over(self) -> str:
        return next(map(asked_type, self._of("over")), "")

    def _most(self) -> int | None:
        """The number of "top 5", which then is not a condition."""
        for item, number in zip(self.items, self.items[1:], strict=False):
            value = None if number.unit or number.upper is not None else number.value
            if item.means("top", "last") and value is not None and value in range(1, 10_000):
                return int(value)
        return None

    def _metric(self) -> Outcome | None:
        """The metric for a ranking or comparison; for the scores of a benchmark, any metric."""
        named = ((at, slot) for at, slot in enumerate(self.reading.slots) if slot.name in METRIC)
        terms = (self.parser.terms(at, slot)[0][:1] for at, slot in named)
        metric = next((term for some in terms for term in some if isinstance(term, Outcome)), None)
        if metric is None and any(item.means("unit") for item in self.items):  # 3DGS压缩最高压到多少倍
            metric = self._ratio()
        lexicon, language = self.parser.lexicon, self.parser.language
        words = {meaning: lexicon.words.meaning(meaning)[0] for meaning in ("scores", "any-score")}
        is_any = metric is None or metric.concept in words["any-score"].facts["metric"]
        chosen = (self.parser.chosen(at, "on") for at, item in enumerate(self.items) if item.senses)
        on_set = any({sense.type for sense in senses} == {"dataset"} for senses in chosen)
        if self.reading.kind != "ranking" or not (is_any and on_set):
            return metric
        found = {narrower for one in words["scores"].facts["metric"] for narrower in lexicon.family(one)}
        label = next(label for label in words["scores"].labels if has_han(label) == (language == "zh"))
        return Outcome("", label, tuple(sorted(found)))

    def _ratio(self) -> Outcome | None:
        """The compression ratio, if something is made smaller."""
        times, lexicon = Item(0, 0, "", unit="x"), self.parser.lexicon
        for sense in (s for at in range(len(self.items)) for s in self.parser.thresholds.ratio(at, times)):
            label = lexicon.label(sense.concept, self.parser.language)
            return Outcome(sense.concept, label, lexicon.family(sense.concept))
        return None

    def _entity(self, at: int) -> Entity | None:
        senses = [sense for sense in self.parser.chosen(at) if sense.type != "metric"]
        # "DeepSeek" beside other models; RWKV, a model in papers, is also a technique in the vocabulary
        several = len({sense.type for sense in senses}) > 1
        held = {sense.concept for sense in senses if several and self.parser.lexicon.is_held(sense.concept)}
        senses.sort(key=lambda sense: (sense.type == "institution", bool(held) and sense.concept not in held))
        return self.parser.entity(senses[0]) if senses else None

    def _compared(self, found: Query, places: Iterable[int]) -> Query:
        places = [at for at in places if self.items[at].senses]
        things = [self._entity(at) for at in places]
        named = {thing.concept for thing in things if thing}
        topics = (concept for concept in named if concept.startswith("topic:"))
        if len(named) < len(things) or any(named & self.parser.lexicon.indicators(topic) for topic in topics):
            things = [self._technique(at) or thing for at, thing in zip(places, things, strict=True)]
        both = tuple(dict.fromkeys(thing for thing in things if thing))
        if len(both) < 2:
            return Query()
        both = both[:2] if found.kind == "path" else both
        return replace(found, things=both, metric=self._metric() if found.kind == "comparison" else None)

    def _technique(self, at: int) -> Entity | None:
        """The technique that a piece names, even if a topic has the same name."""
        return next((self.parser.entity(sense) for sense in self.items[at].senses if sense.type == "technique"), None)

    def _defined(self, places: list[int]) -> list[Entity]:
        """All senses of the thing to be defined, which the graph need not know."""
        item, labels = self.items[places[0]], self.parser.lexicon.labels
        senses = item.senses if len(places) == 1 else []
        senses = [sense for sense in senses if sense.known] or senses
        senses = [s for s in senses if fold(item.text) in map(fold, labels(s.concept))] or senses
        return [replace(self.parser.entity(sense), roles=ROLES) for sense in senses]

    def _linked(self) -> Link | None:
        """The relation whose other end is asked for."""
        slots = zip(self.reading.slots, self.items, strict=True)
        return next((self.parser.link(*RELATIONS[s.name], item) for s, item in slots if s.name in RELATIONS), None)

    def _claims(self, found: Query) -> Query:
        """The requested claims of a paper: its results, its proposals, or all."""
        named = (
            self._entity(at)
            for at, slot in enumerate(self.reading.slots)
            if slot.name == "about" and self.items[at].senses
        )
        things = tuple(thing for thing in named if thing and thing.field in _PROPOSED)[:1]
        proposes = self.wants == "technique" or any(item.means("propose") for item in self.items)
        wants = "technique" if proposes else "" if any(i.means("about-it") for i in self.items) else "result"
        return replace(found, wants=wants, things=things, metric=self._metric() if wants == "result" else None)

    def _entities(self, found: Query) -> Query:
        """Things of a type, or the members of a class."""
        for item in self._of("class"):
            if thing := self._classed(item):
                return replace(found, kind="entities", wants=thing.field, among=thing)
        wants = self._listed()
        return (
            replace(found, kind="entities", wants=wants, among=self._organisations())
            if wants
            else Query(most=found.most)
        )

    def _listed(self) -> str:
        """The type of things to list, also where only its word is there; "" for papers and dates."""
        wants = self.wants or next((named for item in self.items if (named := item.of("type:"))), "")
        return "" if wants in ("paper", "report", *PERIODS[:2]) else wants

    def _classed(self, item: Item) -> Entity | None:
        """The class of named things or techniques that a piece names, if the vocabulary has several members."""
        known = self.parser.lexicon.vocabulary
        for sense in (sense for sense in item.senses if sense.type in ("technique", *NAMED) and sense.known):
            thing, narrower = self.parser.entity(sense), known.narrower(sense.concept)
            members = tuple(one for one in thing.concepts if one in narrower or one not in known)
            if len(members) > 2:  # not "GPU memory", which merely has this name as a prefix
                return replace(thing, concepts=members)
        return None

    def _organisations(self) -> Entity | None:
        """The companies, or the universities, if these are asked for and not all institutions."""
        words = [word for item in self._of("asked") for word in item.words if "organisationType" in word.facts]
        if not words:
            return None
        label = next(one for one in words[0].labels if has_han(one) == (self.parser.language == "zh"))
        return Entity("institution", "", label, self.parser.lexicon.organisations(words[0]))


#: The longest part of a question that is read, in characters.
LIMIT = 1000
#: LaTeX in a name, which is read as the plain name ("H$_2$O").
_MATH, _MARKS = re.compile(r"\$([^$\s]{1,20})\$"), re.compile(r"[\\{}^_]")

#: Chinese adverbs between a thing and its negation: 效果还不降.
_ADVERB = re.compile("[还也都却并](?=不)")

_steering = partial(toml_file, __file__, "steering.toml")

#: Full-width letters, digits and number signs, which are normalised; Chinese punctuation stays as it is.
_WIDE = {
    0x3000: " ",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "，。！？：；（）"},
}


def read(question: str, lexicon: Lexicon, language: str = "", alone: bool = True) -> Query:
    """The query of a question; its labels and notes are in `language`, else in that of the question.

    A follow-up question (not `alone`) may consist of an exclusion only.
    """
    return instructed(question, lambda text: _read(text, lexicon, language or language_of(question), alone))


def _read(question: str, lexicon: Lexicon, language: str, alone: bool) -> Query:
    """The query of a question without instructions."""
    if named := topic_named(question.strip(), lexicon, language):
        return Query(filter=named)
    notes, say = [], Sayings(language)
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
    found = replace(found, notes=tuple(notes))
    return replace(query, filter=_with_unused(parser.items, reading, replace(query, filter=found)))


def _with_unused(items: Sequence[Item], reading: Reading, query: Query) -> Filter:
    """The filter, with the pieces ignored that set no condition, give no instruction, and are no function words."""
    found, slots = query.filter, reading.slots
    made = {slot.name for slot in slots} | {query.kind}
    terms = [term for one in found.conditions for term in one.any_of if isinstance(term, Outcome)]
    named = fold(" ".join((query.like, query.words, *(word for term in terms for word in term.words))))
    unused = []
    for at, (item, slot) in enumerate(zip(items, slots, strict=True)):
        if slot.name in ("thing", "measure", "class") and item.is_unknown:
            is_used = fold(item.text) in named
        elif slot.name == "measure":
            is_used = "number" in made or not item.senses
        elif slot.name or item.mark or item.taken or is_function(item):
            is_used = True
        elif item.means("not", "lacking") and not item.senses:
            behind = zip(items[at:], slots[at:], strict=True)  # a problem is not wanted anyhow
            kept = any(one.negated or one.having for one in found.conditions)
            is_used = any((one.negated and kept) or one.name == "lacks" or "problem" in i.types for i, one in behind)
        elif item.words and not item.senses:
            steers = [uses for meaning, uses in _steering()["steers"].items() if item.means(meaning)]
            is_plain = not steers or item.means("frame", "about")
            is_used = is_plain or any(made.intersection(uses) for uses in steers)
        else:
            is_instruction = items[max(at - 1, 0)].means("top", "last") and item.value is not None
            is_used = is_instruction or (item.fact is not None and query.kind == "trend")
        if not is_used and item.text not in found.ignored:
            unused.append(item.text)
    return replace(found, ignored=(*found.ignored, *unused))


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
