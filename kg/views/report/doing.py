"""The papers of a selection that do what it names, apart from those that only mention it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kg.entity_types import LISTS
from kg.extract.speech import tagged
from kg.model import Document, Mention, Paper, Record
from kg.query.filter import Compound, Condition, Entity, Phrase, Term
from kg.query.patterns import any_regex
from kg.text import fold, has_han, sentences
from kg.views.proposal import proposes, studies
from kg.views.surface import places

if TYPE_CHECKING:
    from kg.views.selection import Selection

#: The roles by which a technique is part of a paper's own method.
OWN = ("proposed", "used")
#: What a paper can do; the others it only has, as it has its hardware.
_DONE = ("topic", "technique", "task", "problem")
#: The least confidence of a topic that a paper works on: of papers read by hand, every other less sure one only touches
#: it, and nine of ten of these do it.
_LIKELY = 0.91
_AHEAD = 3  # words before a name among which it says that the work is something else
_BOTH = " and "  # in the label of a topic of two things
_FINITE = ("VBZ", "VBP", "VBD", "MD")  # tags of verbs, behind which no subject stands
_BEGIN = 2  # sentences of an abstract in which it says what it is on
_TURNED = re.compile(r"\S+\* … ")  # "merg* … model", the words of "model merging"
_APART = " … "  # between words of a name that others may part: "layer … prun*"
_JOINED = re.compile(r"[^\W_]+-")  # begins "layer-wise pruning", which prunes no layers
_MANY = 10  # papers that do a thing by its name: of those that have its parts only some do it then


def doing(shown: Selection, selection: str) -> list[Paper]:
    """The papers that do each thing a selection names: whose title says so, or that surely are on it.

    Those that do all parts of a thing ("KV cache" and "quantization") count too: where few do it by its name, all of
    them, else those whose title names such a part. Where the selection names no such thing, or no paper does what it
    names, they are all its papers.
    """
    if not selection or len(shown.papers) < 2:
        return shown.papers
    papers = shown.papers
    for one in _named(shown, selection):
        terms = (term for term in one.any_of if not isinstance(term, Compound))
        whole = [Phrase(one.text), *(called for term in terms for called in _as_called(shown, term, selection))]
        is_known = any(term.concept in shown.graph.vocabulary for term in one.terms)
        said = [] if is_known else [term for term in whole if isinstance(term, Phrase)]
        by_name = [
            p
            for p in papers
            if any(
                _does(shown, p, term) and not _is_set_apart(shown, p, term) and _has_half(shown, p, term, selection)
                for term in whole
            )
            or any(_is_said(shown, p, term) for term in said)
        ]
        parts = [term for term in one.any_of if isinstance(term, Compound)]
        few = len(by_name) < _MANY
        papers = [
            p
            for p in papers
            if p in by_name or any(_does(shown, p, term) and (few or _is_headed(shown, p, term)) for term in parts)
        ]
    return papers or shown.papers


def mentioning(shown: Selection, selection: str, papers: list[Paper]) -> list[Paper]:
    """Those of some papers that name what a selection names, not only a device or another thing of that name."""
    named = _named(shown, selection) if selection else []
    mixed = [one.any_of for one in named if all(isinstance(term, Entity) for term in one.any_of)]
    mixed = [terms for terms in mixed if not all(term.field in _DONE for term in terms)]
    return [p for p in papers if all(any(_does(shown, p, term, surely=False) for term in terms) for terms in mixed)]


def wider(shown: Selection, selection: str) -> set[str]:
    """What papers do by a selection, and what is wider (CURIEs)."""
    vocabulary = shown.graph.vocabulary
    named = {term.concept for term in _terms(shown, selection) if term.field in _DONE} & vocabulary.concepts.keys()
    return named.union(*map(vocabulary.broader, named))


def naming(shown: Selection, selection: str) -> str:
    """A regular expression for the names of what a selection names and of what is wider; "" if that is nothing."""
    labels = {label for one in wider(shown, selection) for label in shown.graph.vocabulary[one].labels()}
    titles = (name for term in _terms(shown, selection) if isinstance(term, Entity) for name in term.titles)
    names = sorted({*labels, *titles})
    return any_regex(names) if names else ""


def _terms(shown: Selection, selection: str) -> list[Term]:
    return [term for one in _named(shown, selection) for term in one.terms] if selection else []


def _named(shown: Selection, selection: str) -> list[Condition]:
    """The conditions of a selection that say what papers do, by the vocabulary or in words that it lacks."""
    every = shown.graph.ask(selection, limit=1).filter.conditions
    return [one for one in every if not one.negated and (_is_words(one) or any(t.field in _DONE for t in one.terms))]


def _is_words(one: Condition) -> bool:
    return all(isinstance(term, Phrase) for term in one.any_of)


def _as_called(shown: Selection, term: Term, selection: str) -> list[Term]:
    """A topic as a selection calls it: "tool use" finds LLM agents, but agents that use no tools do not do it."""
    if not isinstance(term, Entity) or term.field != "topic":
        return [term]
    vocabulary = shown.graph.vocabulary
    called = {match.concept for match in vocabulary.match(selection)}
    kinds = [vocabulary[one] for one in sorted(called.intersection((*term.shown, *term.borne)))]
    halves = vocabulary[term.concept].label.get("en", "").split(_BOTH)
    if term.concept in called or any(fold(half) in fold(selection) for half in halves) or not kinds:
        return [term]
    named: list[Term] = [
        Entity(one.type, one.curie, one.curie, tuple(vocabulary.narrower(one.curie)), titles=tuple(one.labels()))
        for one in kinds
    ]
    return [*named, Entity("technique", term.concept, term.label, term.borne)] if term.borne else named


def _does(shown: Selection, paper: Paper, term: Term, *, surely: bool = True) -> bool:
    if isinstance(term, Compound):  # a word of a text alone is no part of what a paper does
        return all(any(_does(shown, paper, one) for one in part) for part in term.parts)
    if isinstance(term, Phrase):
        apart = tuple(one for one in term.said if _APART in one)
        names = tuple(one for one in term.said if one not in apart)
        return _is_titled(paper, names) or any(_is_titled(paper, (one,), apart=True) for one in apart)
    if not isinstance(term, Entity) or term.field not in _DONE:
        return False
    return _is_titled(paper, term.titles) or any(
        (sure or not surely) and (role in (term.roles or OWN) or not (surely and role))
        for role, sure in _had(shown, paper, term)
    )


def _is_headed(shown: Selection, paper: Paper, term: Compound) -> bool:
    """Whether a paper's title names a part that is a topic, or words: "token pruning", not the models it is done to."""
    for part in term.parts:
        topics = [one for one in part if isinstance(one, Entity) and one.field == "topic"]
        if any(_is_titled(paper, one.titles) or _in_title(paper, one) for one in topics):
            return True
        if all(isinstance(one, Phrase) for one in part) and any(_does(shown, paper, one) for one in part):
            return True
    return False


def _in_title(paper: Paper, topic: Entity) -> bool:
    """Whether a paper's title names what makes a topic sure."""
    named = (m for _, record in paper.entries for kind in LISTS.values() for m in getattr(record, kind))
    return any(m.field == "T" and m.concept in (*topic.shown, *topic.concepts) for m in named)


def _is_set_apart(shown: Selection, paper: Paper, term: Term) -> bool:
    """Whether a paper names a thing only as what others do, or what it differs from: "unlike speculative decoding"."""
    vocabulary = shown.graph.vocabulary
    if not isinstance(term, Entity) or term.concept not in vocabulary or _is_titled(paper, term.titles):
        return False
    name = re.compile(any_regex(vocabulary[term.concept].labels()))
    apart = vocabulary.cues("differs-from")
    texts = (text.raw for document, _ in paper.entries for text in document.texts.values())
    named = [
        (raw[first:last], found)
        for raw in texts
        for first, last in sentences(raw)
        if (found := name.search(raw[first:last]))
    ]
    ahead = (fold(sentence[: found.start()]).split() for sentence, found in named)
    return bool(named) and all(not apart.isdisjoint(words[-_AHEAD:]) for words in ahead)


def _has_half(shown: Selection, paper: Paper, term: Term, selection: str) -> bool:
    """Whether a paper names the part of a topic that is asked for: of "super-resolution and image restoration" one.

    The names of a topic do not say which of them are Chinese for which, so that these part nothing.
    """
    known = shown.graph.vocabulary.concepts.get(term.concept) if isinstance(term, Entity) else None
    if known is None or known.type != "topic" or _BOTH not in known.label.get("en", ""):
        return True
    asked = [label for label in known.labels() if fold(label) in fold(selection)]
    if known.label["en"] in asked or not asked or any(map(has_han, asked)):
        return True
    halves = [half for half in known.label["en"].split(_BOTH) if any(half in label for label in asked)]
    texts = (text.raw for document, _ in paper.entries for text in document.texts.values())
    said = f" {fold(' '.join(texts))} "
    return any(f" {fold(label)} " in said for label in halves or asked)  # "medical AI" asks for what is medical


def _had(shown: Selection, paper: Paper, term: Entity) -> Iterator[tuple[str, bool]]:
    """The roles in which a paper has what a term names, each with whether that is sure."""
    for document, record in paper.entries:
        if term.field == "topic":
            had = (topic for topic in record.topics if f"topic:{topic.id}" in term.concepts)
            yield from (("", topic.sure and topic.confidence >= _LIKELY) for topic in had)
            continue
        if term.field == "problem":
            against = (one for one in record.relations if one.type == "addresses")
            yield from (("", one.sure) for one in against if one.tail_concept in term.concepts)
        for m in getattr(record, LISTS[term.field]):
            if m.concept in term.concepts:
                yield m.role, m.sure and _is_main(shown, document, record, m)


def _is_said(shown: Selection, paper: Paper, term: Phrase) -> bool:
    """Whether a paper is on what words say that the vocabulary does not have."""
    name = re.compile(any_regex(term.said))
    raws = ((record, text.raw) for document, record in paper.entries for text in document.texts.values())
    return any(
        _is_on(shown, record, raw, lambda said: map(re.Match.start, name.finditer(said))) for record, raw in raws
    )


def _is_main(shown: Selection, document: Document, record: Record, named: Mention) -> bool:
    """Whether a paper is on what it names, and not only uses it or is tested on it."""
    raw = document.texts[named.field].raw if named.field in document.texts else ""
    return named.field == "T" or _is_on(shown, record, raw, lambda said: (at for at, _ in places(said, named.surface)))


def _is_on(shown: Selection, record: Record, raw: str, places_in: Callable[[str], Iterable[int]]) -> bool:
    """Whether a text names what its paper is on, at one of its places in a sentence."""
    return any(
        _is_aim(shown, record, number, raw[first:last], at)
        for number, (first, last) in enumerate(sentences(raw))
        for at in places_in(raw[first:last])
    )


def _is_aim(shown: Selection, record: Record, number: int, said: str, at: int) -> bool:
    """Whether a sentence, of its number in a text, names at a place what its paper is on: the paper proposes it.

    Or the paper begins with it: "Depth estimation needs memory", not "Networks excel at depth estimation".
    """
    cues = shown.graph.vocabulary.cues
    if not (cues("examples") | cues("evaluate")).isdisjoint(fold(said[:at]).split()):
        return False
    is_subject = number < _BEGIN and not any(word.tag in _FINITE for word in tagged(said, 0, at)[0])
    return is_subject or proposes(said, record.name) or studies(said)


def _is_titled(paper: Paper, names: tuple[str, ...], *, apart: bool = False) -> bool:
    """Whether a paper's title has one of some names, on one side of its colon; names whose words stand `apart` too."""
    pattern = any_regex(names) if names else ""
    titles = (record.title for _, record in paper.entries)
    return bool(pattern) and any(
        not (": " in found[0] or (apart and _is_another(names, title, found)))
        for title in titles
        for found in re.finditer(pattern, title)
    )


def _is_another(names: tuple[str, ...], title: str, found: re.Match[str]) -> bool:
    """Whether words that stand apart mean something else: "layer-wise pruning" prunes no layers.

    "Token merging for large models" merges no models: a noun stands before what is done.
    """
    if _JOINED.match(found[0]) or title.startswith("-", found.end()):
        return True
    before = tagged(title, 0, found.start())[0]
    return any(map(_TURNED.match, names)) and bool(before) and before[-1].tag.startswith("NN")
