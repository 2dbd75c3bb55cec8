"""What the sentence of a statement restricts, and the words of its subject: read once, kept in the record.

A statement stands at an anchor: the number of a result, or the rival of a comparison. Its clause is what stands around
the anchor between words that begin a new one; a clause without a subject of its own has that of the one before. Which
words restrict is in `ontology/cues.ttl`; whether a win is only partial is read as for relations.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.comparisons import LIKE, ON_SOME, WIN, is_drawn, is_partial
from kg.extract.component import sentence_of
from kg.extract.context import DocView, view_of
from kg.extract.speech import FINITE, TaggedWord
from kg.model import MARKS, OBTAINED, FieldSpan, Relation, Result
from kg.text import fold
from kg.vocabulary import Vocabulary

_MARKERS = ("gain-over", "set-beside", "win", "unlike")  # cues behind which another thing is named
_VERBS = ("VBG", "VB", *FINITE)  # tags of verbs that a clause may begin with; all but the first end a subject
_BREAKS = (";", ":", "—", "–", "(")
_BEHIND = 3  # words behind an anchor that say what it is of
_FIRST = 4  # first words of a subject that call it prior work
_GAP = 2  # words inside a cue of two words: "larger vision-language models"


class Clauses:
    """The clauses of a sentence around an anchor [start, end) of a Doc."""

    def __init__(self, view: DocView, start: int, end: int) -> None:
        self.view, self.start, self.end = view, start, end
        self.sentence = sentence_of(view.doc, start)
        self.words, self.forms, self.breaks = _broken(view, self.sentence)
        count = range(len(self.words))
        self.at = next((n for n in count if self.words[n].end > start), len(self.words))
        self.behind = next((n for n in count if self.words[n].start >= end), len(self.words))

    @property
    def clause(self) -> tuple[int, int]:
        """The places of the first word of the clause, and of the one behind it."""
        first = max((n + 1 for n in self.breaks if n < self.at), default=0)
        return first, min((n for n in self.breaks if n >= self.behind), default=len(self.words))

    def subject(self) -> Sequence[TaggedWord]:
        """The words before the finite verb of the clause, else of the nearest clause before it that has them."""
        ends, prior = [n + 1 for n in self.breaks if n < self.at], self.view.vocabulary.cues("prior")
        for first in (*reversed(ends), 0):
            verb = next((n for n in range(first, self.at) if self.words[n].tag in _VERBS[1:]), self.at)
            if first < verb < self.at and (self.words[first].tag != "VBG" or self.forms[first] in prior):
                return self.words[first:verb]  # but of ", achieving" there is none
        return ()

    def holds(self, group: str, first: int, last: int) -> bool:
        """Whether words [first, last) hold a cue; the words of a cue may stand a few words apart."""
        forms = self.forms[max(first, 0) : last]
        return any(_holds(forms, cue.split()) for cue in self.view.vocabulary.cues(group))


@lru_cache(maxsize=16)  # a sentence is asked for once for each of its numbers
def _broken(view: DocView, sentence: tuple[int, int]) -> tuple[Sequence[TaggedWord], list[str], list[int]]:
    """The words of a sentence, their forms, and those behind which a clause begins."""
    words = phrase.words if (phrase := view.phrase_at(*sentence)) else ()
    forms = [fold(word.text) for word in words]
    begins = view.vocabulary.cues("clause") - view.vocabulary.cues("clause-condition")
    return words, forms, [n for n in range(len(words)) if _begins(words, forms, n, begins)]


def _begins(words: Sequence[TaggedWord], forms: Sequence[str], n: int, begins: Set[str]) -> bool:
    """Whether a clause begins behind a word: "while", a semicolon, ", achieving", "and outperforms"."""
    if words[n].text in _BREAKS or forms[n] in begins:
        return True
    if forms[n] == "that":  # "we show that ZapNet"
        return n > 0 and words[n - 1].tag.startswith("VB")
    after = words[n + 1] if n + 1 < len(words) else None
    if after is None or (words[n].text != "," and forms[n] not in ("and", "or")):
        return False
    return after.tag in _VERBS or (words[n].text == "," and forms[n + 1] == "with")


def _holds(forms: Sequence[str], cue: Sequence[str]) -> bool:
    """Whether words hold those of a cue, in order and near one another."""
    starts = [n + 1 for n, form in enumerate(forms) if form == cue[0]]
    for word in cue[1:]:
        starts = [n + 1 for at in starts for n in range(at, min(at + _GAP + 1, len(forms))) if forms[n] == word]
    return bool(starts)


def marks_of(said: Clauses, is_rival: bool, name: str = "") -> tuple[str, ...]:
    """What restricts the statement at an anchor: the words of a rival, or of a number; `name` is the paper's own."""
    read = {"cases": _cases, "part": _part, "larger": _larger, "others": _others, "hypothetical": _hypothetical}
    return tuple(mark for mark in MARKS if read[mark](said, is_rival, name))


def _cases(said: Clauses, is_rival: bool, _: str) -> bool:
    """Whether it holds in a part of the cases: "on 9 of 12 tasks", "in most cases", "matches or exceeds"."""
    first, last = said.clause
    text = said.view.text[said.words[first].start : said.words[last - 1].end] if last > first else ""
    if said.holds("in-some-cases", first, last) or any(int(m["some"]) < int(m["all"]) for m in ON_SOME.finditer(text)):
        return True
    if not is_rival:
        return False
    wins = said.view.vocabulary.cues("outperform") | said.view.vocabulary.cues("win")
    at = said.start if not wins.isdisjoint(said.forms[: said.at]) else said.sentence[1] - 1
    return is_drawn(said.view, at) or is_partial(said.view, said.start, said.end)


def _part(said: Clauses, is_rival: bool, name: str) -> bool:
    """Whether it is of a part or variant of the work: "the kernel alone", "attention speedup", "ZapNet-Small"."""
    first, _last = said.clause
    cues, subject = said.view.vocabulary.cues, said.subject()
    markers = frozenset().union(*map(cues, _MARKERS))
    stop = next((n for n in range(first, said.at) if said.forms[n] in markers), said.at)
    own = [fold(word.text) for word in subject]
    behind = range(said.behind, min(said.behind + (0 if is_rival else _BEHIND), len(said.words)))
    until = next((n for n in behind if said.forms[n] in markers), behind.stop)
    if any(_holds(own, cue.split()) for group in ("part-of-work", "variant") for cue in cues(group)):
        return True
    if said.holds("part-of-work", first, stop) or said.holds("part-of-work", said.behind, until):
        return True
    view, begin = said.view, said.sentence[0]
    ends = (end for start, end in (view.places(name) if name else ()) if begin <= start < end <= said.start)
    return any(
        view.text[end] in "- " and not cues("variant-size").isdisjoint(view.words(end, said.start)[:1]) for end in ends
    )


def _larger(said: Clauses, is_rival: bool, _: str) -> bool:
    """Whether what is beaten is larger: "much larger models", "with fewer parameters"."""
    first, last = said.clause
    return is_rival and (said.holds("larger-rival", first, last) or said.holds("smaller-work", first, len(said.words)))


def _others(said: Clauses, _: bool, name: str) -> bool:
    """Whether it is of others' work: "existing methods lose 7%", "which suffer from ..."."""
    first, _last = said.clause
    cues, subject = said.view.vocabulary.cues, [fold(word.text) for word in said.subject()]
    own = cues("own-work") | set(fold(name).split())
    if own.isdisjoint(said.forms[first : said.at]) and said.holds("fails", first, said.at):
        return True
    is_class = not cues("best").isdisjoint(subject) or any(word.tag == "NNS" for word in said.subject())
    return is_class and own.isdisjoint(subject) and not cues("prior").isdisjoint(subject[:_FIRST])


def _hypothetical(said: Clauses, _: bool, __: str) -> bool:
    """Whether it is no measurement: "could reach", "projected", "theoretical compute"."""
    first, last = said.clause
    ends = (n for n in range(said.behind, last) if said.forms[n] in (",", "and"))
    return said.holds("hypothetical", first, said.at) or said.holds(
        "hypothetical", said.behind, min(said.behind + _BEHIND, *ends, last)
    )


class Marked:
    """Adds marks to the results and relations of a Doc, and the spans of their subjects and ends."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __call__(self, doc: Doc) -> Doc:
        view = view_of(doc, self.vocabulary)
        for result in doc._.results:
            self.mark(view, result)
        for relation in doc._.relations:
            self.relate(view, relation)
        return doc

    def mark(self, view: DocView, result: Result) -> None:
        """What restricts a result, at its number; its rival may be larger."""
        places = {span.name: (span.start, span.end) for span in result.spans}
        start, end = places.get("value", (result.evidence.start, result.evidence.end))
        if start < 0:
            return
        said = Clauses(view, start, end)
        found = {*result.marks, *marks_of(said, is_rival=False, name=view.doc._.name)}
        rival = Clauses(view, *places["baseline"]) if "baseline" in places else None
        if rival and rival.holds("larger-rival", *rival.clause):
            found.add("larger")
        result.marks = tuple(mark for mark in MARKS if mark in found)
        if subject := said.subject():
            result.spans += (FieldSpan("subject", subject[0].start, subject[-1].end, result.confidence),)

    def relate(self, view: DocView, relation: Relation) -> None:
        """The spans of the ends of a relation; what restricts a comparison, at its rival."""
        begin, stop = relation.evidence.start, relation.evidence.end
        head, tail = (_place(view, name, begin, stop) for name in (relation.head, relation.tail))
        kinds = {mention.canonical: mention.type for mention in view.doc._.mentions}
        is_rival = relation.type in (WIN, LIKE)
        name = "baseline" if is_rival else kinds.get(relation.tail, "")
        named = [("subject", head), *([(name, tail)] if is_rival or name in OBTAINED else [])]
        relation.spans += tuple(FieldSpan(name, *place, relation.confidence) for name, place in named if place)
        if is_rival and tail:
            found = {*relation.marks, *marks_of(Clauses(view, *tail), is_rival=True, name=view.doc._.name)}
            relation.marks = tuple(mark for mark in MARKS if mark in found)


def _place(view: DocView, name: str, begin: int, stop: int) -> tuple[int, int] | None:
    """Where the first of the names of an entity stands in [begin, stop)."""
    named = (one for one in view.doc._.mentions if one.canonical == name)
    forms = [name, *(form for one in named for form in (view.text[one.start : one.end], *one.aliases))]
    places = (place for form in forms if form for place in view.places(form) if begin <= place[0] < place[1] <= stop)
    return next(places, None)


@Language.factory("kg_marks")
def make_marks(nlp: Language, name: str) -> Marked:
    return Marked(Vocabulary.load())
