"""The claims of a draft: sentence by sentence, read by the extraction that reads papers.

The extraction tells the outcomes of a paper's own work, so a sentence is read where it would stand in the paper that it
is about: behind the paper's title and an opening that presents its work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kg.build.pipeline import Pipeline
from kg.check.held import Things, mentions_of, names_of, obtained, said_of, written
from kg.check.subjects import Place, Subject
from kg.check.value_match import ends
from kg.identifiers import plain
from kg.model import Document, Evidence, Record, Relation, Result, Text
from kg.query.question_items import Item
from kg.query.question_numbers import numbers
from kg.query.question_words import QuestionWords
from kg.text import fold, has_han, one_line, repaired, sentence_parts
from kg.trust import LIKELY

#: Types of what may win or lose a contest.
_CONTENDERS = ("technique", "model")
_MOST_PARTS = 2  # of a long sentence that are read, of some 1,300 characters each
_MOST_SUBJECTS = 4  # of a sentence that are read; the others are lists of names
_FENCE = re.compile(r"^(?P<mark>```|~~~).*?^(?P=mark)[^\n]*$", re.MULTILINE | re.DOTALL)
#: Marks of Markdown and LaTeX that part words from numbers, replaced by as many blanks.
_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]|\*{1,3}|`|(?<=\])\([^)\s]{0,400}\)", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """Something that a sentence of a draft says: a result or relation, or a number that nobody can place."""

    kind: str  # result | relation | number; name for one in a brief
    start: int  # of the sentence, in the draft
    end: int
    sentence: str
    words: str  # those that the claim stands in
    subject: str = ""  # the name of what it is about, as the draft has it; "" for none that the graph knows
    papers: tuple[str, ...] = ()  # CURIEs that the subject may mean
    is_named: bool = False  # whether the subject stands in the sentence itself, alone
    result: Result | None = None  # without a metric where the extraction read none
    on: Things = field(default_factory=dict)  # what the result was obtained on
    relation: Relation | None = None
    others: tuple[Result, ...] = ()  # of the same sentence
    span: Place = (-1, -1)  # of the number, in the draft
    unread: tuple[str, ...] = ()  # names and numbers of the sentence that stand in no field

    def says(self) -> dict[str, object]:
        """The claim in parts, by name."""
        if self.result:
            low, high = ends(self.result)
            value: object = low if low == high else [low, high]
            names = ("metric", "unit", "change", "bound", "baseline", "setting")
            parts = {name: said for name in names if (said := getattr(self.result, name))}
            return {"value": value} | parts | ({"on": list(self.result.on)} if self.result.on else {})
        if self.relation:
            return {"head": self.relation.head, "relation": self.relation.type, "tail": self.relation.tail}
        return {}


class DraftReader:
    """Reads the claims of drafts about papers, each known by its title and the name of its work."""

    def __init__(self, pipeline: Pipeline, titles: Callable[[str], tuple[str, str]]) -> None:
        """`titles` gives title and name of a paper (CURIE)."""
        self.pipeline, self.vocabulary, self.titles = pipeline, pipeline.vocabulary, titles

    def claims(self, draft: str, known: Callable[[str], list[Subject]], usual: Subject | None) -> Iterator[DraftClaim]:
        """The claims of a draft, sentence by sentence; `known` gives the subjects of a text.

        A sentence without a subject is about that of the one before in its paragraph, or about the `usual` one.
        """
        text = _bare(draft)
        found = [one for one in known(text) if not self._is_measure(one)]
        last, end = usual, 0
        for start, stop in chain.from_iterable(parts[:_MOST_PARTS] for parts in sentence_parts(text)):
            own = [one for one in found if start <= one.start < stop]
            if _PARAGRAPH.search(text, end, start):
                last = usual
            yield from self._of_sentence(text, start, stop, own or ([last] if last else []), bool(own))
            distinct = {one.papers for one in own}
            last = own[0] if len(distinct) == 1 else (last if not own else None)
            end = stop

    def _is_measure(self, subject: Subject) -> bool:
        """Whether a name is that of a metric or unit, which sentences have without meaning the paper: "FPS"."""
        return any(one.type == "metric" for one in self.vocabulary.bearing(fold(subject.name)))

    def _of_sentence(
        self, text: str, start: int, end: int, subjects: list[Subject], is_named: bool
    ) -> Iterator[DraftClaim]:
        sentence, named = text[start:end], is_named and len({one.papers for one in subjects}) == 1
        once = list({one.papers: one for one in reversed(subjects)}.values())[::-1][:_MOST_SUBJECTS]
        place: dict[str, Any] = {"start": start, "end": end, "sentence": one_line(sentence)}
        found: list[tuple[Subject, Result, Things, Place]] = []
        things: list[Place] = []
        items = [one.item for one in numbers(sentence, QuestionWords.load()) if one.item.value is not None]
        for subject in once:
            record, shift = self._read(sentence, subject)
            on_one = {name for result in record.results for name in result.on}
            things += [(one.start - shift, one.end - shift) for one in mentions_of(record) if one.canonical in on_one]
            about: dict[str, Any] = {"subject": subject.name, "papers": subject.papers, "is_named": is_named}
            for result in record.results:
                first, last = result.evidence.start - shift, result.evidence.end - shift
                is_own = _nearest(subjects, start + first, is_named) == subject.papers
                if result.evidence.field == "A" and first >= 0 and is_own:
                    found.append((subject, result, obtained(record, result), _place(items, first, last, result)))
            for relation in record.relations:
                if _is_told(relation, shift, record.name, subject.name):
                    # A sentence that begins with "dInfer" is not parted from what was put before it.
                    words = one_line(relation.evidence.quote[max(0, shift - relation.evidence.start) :])
                    yield DraftClaim("relation", **place, words=words, **about, relation=relation)
        if is_named:
            yield from self._of_other(sentence, subjects, place)
        kind = "result" if found else "number"
        if not found and len(once) < 2:  # beside results, the other numbers are conditions of these
            (subject,) = once or [Subject(-1, -1, "", ())]
            found = [(subject, _unplaced(one), {}, (one.start, one.end)) for one in items if one.unit]
        taken = [*things, *((one.start - start, one.end - start) for one in subjects), *(at for *_, at in found)]
        metrics = {one.metric_concept for _, one, *_ in found}
        measures = [one for one in self.vocabulary.match(sentence) if one.type == "metric"]
        for one in measures:  # "top-1 accuracy" is no number
            is_own = one.concept in metrics or kind == "number"
            taken += [(one.start, one.end)] * (is_own or any(map(str.isdigit, sentence[one.start : one.end])))
        unread = tuple(_unread(sentence, taken, [said_of(one, on) for _, one, on, _ in found]))
        for subject, result, on, at in found:
            about = {"subject": subject.name, "papers": subject.papers, "is_named": named, "on": on, "unread": unread}
            words, span = one_line(sentence[slice(*at)]), (start + at[0], start + at[1])
            others = tuple(one for _, one, *_ in found if one is not result)
            yield DraftClaim(kind, **place, words=words, **about, result=result, others=others, span=span)

    def _of_other(self, sentence: str, subjects: list[Subject], place: dict[str, Any]) -> Iterator[DraftClaim]:
        """The contests that a sentence tells of a technique which it names before its subjects: "LoRA beats X"."""
        first = subjects[0].start - place["start"]
        before = [m for m in self.vocabulary.match(sentence) if m.type in _CONTENDERS and m.end <= first]
        for match in before[:1]:
            other = Subject(match.start, match.end, sentence[match.start : match.end], ())
            record, shift = self._read(sentence, other)
            for one in record.relations:
                if one.type == "outperforms" and _is_told(one, shift, record.name, other.name):
                    words, about = one_line(one.evidence.quote), {"subject": other.name, "papers": subjects[0].papers}
                    yield DraftClaim("relation", **place, words=words, **about, relation=one)  # type: ignore[arg-type]

    def _read(self, sentence: str, subject: Subject) -> tuple[Record, int]:
        """What the extraction reads of a sentence about a subject, and where the sentence begins in what it read."""
        title, name = self.titles(subject.papers[0]) if subject.papers else (f"{subject.name}: A Method", subject.name)
        name = subject.name if fold(subject.name) == fold(name) else name
        opening = f"我们提出{name}。" if has_han(sentence) else f"We present {name or 'a method'}. "
        whole = opening + sentence
        texts = {"T": Text(title, title), "A": repaired(whole)}
        return self.pipeline.record(Document("draft", "draft", 1, texts)), len(opening)


def _unread(sentence: str, taken: list[Place], said: list[str]) -> Iterator[str]:
    """The names and numbers of a sentence that are in no field of its results, and at no place that is taken."""
    held = written(names_of(", ".join(["", *said])))
    for match in names_of(sentence):
        is_free = not any(start < match.end() and match.start() < end for start, end in taken)
        if is_free and not written([match]) <= held:
            yield match[0]


def _is_told(relation: Relation, shift: int, *names: str) -> bool:
    """Whether a relation stands behind a place, is about one of some names, and is sure enough to be a claim."""
    is_sure = relation.sure or (relation.type == "outperforms" and relation.confidence >= LIKELY)
    is_here = relation.evidence.field == "A" and relation.evidence.end > shift
    return is_sure and is_here and bool(({*map(fold, names)} - {""}) & {fold(relation.head), fold(relation.tail)})


def keys_of(text: str, concept: str) -> set[str]:
    """What the end of a relation may be found by: its concept, with and without the work it is of, and its words."""
    return {key for key in (concept, plain(concept), f"={fold(text)}") if key not in ("", "=")}


def cut(draft: str) -> int:
    """How many sentences of a draft are too long to be read to their end."""
    return sum(len(parts) > _MOST_PARTS for parts in sentence_parts(_bare(draft)))


def _bare(draft: str) -> str:
    """A draft without code and marks of Markdown, with the same offsets."""
    text = _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), draft)
    return _MARKUP.sub(lambda found: " " * len(found[0]), text).replace("\\%", " %")


def _nearest(subjects: list[Subject], at: int, is_named: bool) -> tuple[str, ...]:
    """The papers of the subject that a number at a place is about: the last one named before it, else the first."""
    if not is_named:
        return subjects[0].papers
    before = [one for one in subjects if one.start <= at]
    return (before[-1] if before else subjects[0]).papers


def _place(items: list[Item], start: int, end: int, result: Result) -> Place:
    """Where the number of a result stands in the words at [start, end), else all of them."""
    inside = [one for one in items if one.start < end and start < one.end]
    found = [one for one in inside if {one.value, one.upper} & {*ends(result)}]
    return (found[0].start, found[-1].end) if found else (start, end)


def _unplaced(item: Item) -> Result:
    """A number that the extraction did not read, as a result without a metric."""
    low = item.value or 0.0
    value = low if item.upper is None else (low, item.upper)
    return Result(Evidence(item.text, "A", item.start, item.end), "", value, item.unit, "")
