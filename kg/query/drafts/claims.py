"""The claims of a draft: sentence by sentence, read by the extraction that reads papers.

The extraction tells the outcomes of a paper's own work, so a sentence is read where it would stand in the paper that it
is about: behind the paper's title and an opening that presents its work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.build.pipeline import Pipeline
from kg.check.amounts import Amount, amounts
from kg.entity_types import LISTS, NAMED
from kg.model import Document, Record, Relation, Result, Text
from kg.names import plain
from kg.query.drafts.subjects import Subject, Subjects
from kg.store.file import StoreFile
from kg.text import fold, has_han, one_line, repaired, sentences
from kg.trust import LIKELY
from kg.vocabulary import Vocabulary

#: Types of what may win or lose a contest.
_CONTENDERS = ("technique", "model")
_LONGEST = 2_000  # characters of a sentence
_MOST_SUBJECTS = 4  # of a sentence that are read; the others are lists of names
_FENCE = re.compile(r"^(?P<mark>```|~~~).*?^(?P=mark)[^\n]*$", re.MULTILINE | re.DOTALL)
#: Marks of Markdown and LaTeX that part words from numbers, replaced by as many blanks.
_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]|\*{1,3}|`|(?<=\])\([^)\s]{0,400}\)", re.MULTILINE)
_SHARE = re.compile(r"\\%")
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """Something that a sentence of a draft says: a result or relation, or a number that nobody can place."""

    kind: str  # result | relation | number
    start: int  # of the sentence, in the draft
    end: int
    sentence: str
    words: str  # those that the claim stands in
    subject: str = ""  # the name of what it is about, as the draft has it; "" for none that the graph knows
    papers: tuple[str, ...] = ()  # CURIEs that the subject may mean
    is_named: bool = False  # whether the subject stands in the sentence itself, alone
    result: Result | None = None
    relation: Relation | None = None
    amount: Amount | None = None
    things: frozenset[str] = field(default=frozenset())  # concepts of hardware, models and data sets in the sentence

    def says(self) -> dict[str, object]:
        """The claim in parts, by name."""
        if self.result:
            low, high = _ends(self.result)
            value: object = low if low == high else [low, high]
            parts = {name: getattr(self.result, name) for name in ("unit", "change", "bound", "baseline", "setting")}
            return {"metric": self.result.metric, "value": value} | {key: said for key, said in parts.items() if said}
        if self.relation:
            return {"head": self.relation.head, "relation": self.relation.type, "tail": self.relation.tail}
        return {"value": self.amount.value, "unit": self.amount.unit} if self.amount else {}


class DraftReader:
    """Reads the claims of drafts about the papers of a graph."""

    def __init__(self, store: StoreFile, vocabulary: Vocabulary, pipeline: Pipeline) -> None:
        self.store, self.vocabulary, self.pipeline = store, vocabulary, pipeline

    def claims(self, draft: str, papers: tuple[str, ...] = ()) -> Iterator[DraftClaim]:
        """The claims of a draft, sentence by sentence; only `papers` (CURIEs) count as subjects where some are given.

        A sentence without a subject is about that of the one before in its paragraph, or about the only paper given.
        """
        text = _bare(draft)
        found = [one for one in Subjects(self.store, papers).found(text) if not self._is_measure(one)]
        usual = Subject(-1, -1, "", papers) if len(papers) == 1 else None
        last, end = usual, 0
        for start, stop in (piece for span in sentences(text) for piece in _pieces(text, *span)):
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
        sentence = text[start:end]
        once = list({one.papers: one for one in reversed(subjects)}.values())[::-1][:_MOST_SUBJECTS]
        place = {"start": start, "end": end, "sentence": one_line(sentence)}
        told: list[Amount] = []
        for subject in once:
            record, shift = self._read(sentence, subject)
            named = (m for kind in NAMED for m in getattr(record, LISTS[kind]) if m.field == "A" and m.start >= shift)
            things = frozenset(mention.concept for mention in named)
            about = {"subject": subject.name, "papers": subject.papers, "things": things}
            for result in record.results:
                at = start + result.evidence.start - shift
                if result.evidence.field != "A" or at < start or _nearest(subjects, at, is_named) != subject.papers:
                    continue
                told += _values(result)
                words, alone = one_line(result.evidence.quote), is_named and len(once) == 1
                yield DraftClaim("result", **place, words=words, **about, is_named=alone, result=result)  # type: ignore[arg-type]
            for relation in record.relations:
                if relation.evidence.field != "A" or relation.evidence.end <= shift:
                    continue
                if _is_told(relation) and self._is_about(relation, record, subject):
                    # A sentence that begins with "dInfer" is not parted from what was put before it.
                    words = one_line(relation.evidence.quote[max(0, shift - relation.evidence.start) :])
                    yield DraftClaim("relation", **place, words=words, **about, is_named=is_named, relation=relation)  # type: ignore[arg-type]
        if is_named:
            yield from self._of_other(sentence, subjects, place)
        subject = once[0] if len(once) == 1 else Subject(-1, -1, "", ())
        for amount in _outcomes(sentence):
            if not any(_is_same(amount, one) for one in told):
                words = one_line(sentence[amount.start : amount.end])
                own = {"subject": subject.name, "papers": subject.papers, "amount": amount}
                yield DraftClaim("number", **place, words=words, **own)  # type: ignore[arg-type]

    def _of_other(self, sentence: str, subjects: list[Subject], place: dict[str, Any]) -> Iterator[DraftClaim]:
        """The contests that a sentence tells of a technique which it names before its subjects: "LoRA beats X"."""
        first = subjects[0].start - place["start"]
        before = [m for m in self.vocabulary.match(sentence) if m.type in _CONTENDERS and m.end <= first]
        for match in before[:1]:
            other = Subject(match.start, match.end, sentence[match.start : match.end], ())
            record, shift = self._read(sentence, other)
            for one in record.relations:
                is_contest = one.type == "outperforms" and one.evidence.field == "A" and one.evidence.end > shift
                if is_contest and _is_told(one) and self._is_about(one, record, other):
                    words, about = one_line(one.evidence.quote), {"subject": other.name, "papers": subjects[0].papers}
                    yield DraftClaim("relation", **place, words=words, **about, relation=one)  # type: ignore[arg-type]

    def _read(self, sentence: str, subject: Subject) -> tuple[Record, int]:
        """What the extraction reads of a sentence about a subject, and where the sentence begins in what it read."""
        rows = self.store.some("SELECT title, name FROM papers WHERE curie IN ({})", subject.papers[:1])
        title, name = rows[0] if rows else (f"{subject.name}: A Method", subject.name)
        name = subject.name if fold(subject.name) == fold(name) else name
        opening = f"我们提出{name}。" if has_han(sentence) else f"We present {name or 'a method'}. "
        whole = opening + sentence
        texts = {"T": Text(title, title), "A": repaired(whole)}
        return self.pipeline.record(Document("draft", "draft", 1, texts)), len(opening)

    def _is_about(self, relation: Relation, record: Record, subject: Subject) -> bool:
        """Whether an end of a relation is the subject, or the sentence's words hold both ends."""
        own = {fold(record.name), fold(subject.name)} - {""}
        return bool(own & {fold(relation.head), fold(relation.tail)})


def _is_told(relation: Relation) -> bool:
    """Whether a relation is sure enough to be taken for a claim of the draft."""
    return relation.sure or (relation.type == "outperforms" and relation.confidence >= LIKELY)


def keys_of(text: str, concept: str) -> set[str]:
    """What the end of a relation may be found by: its concept, with and without the work it is of, and its words."""
    return {key for key in (concept, plain(concept), f"={fold(text)}") if key not in ("", "=")}


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, or the parts of one that is too long for any, cut at white space."""
    while end - start > _LONGEST:
        cut = max(text.rfind(" ", start, start + _LONGEST), text.rfind("\n", start, start + _LONGEST))
        cut = cut + 1 if cut > start else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def _bare(draft: str) -> str:
    """A draft without code and marks of Markdown, with the same offsets."""
    text = _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), draft)
    text = _MARKUP.sub(lambda found: " " * len(found[0]), text)
    return _SHARE.sub(" %", text)


def _nearest(subjects: list[Subject], at: int, is_named: bool) -> tuple[str, ...]:
    """The papers of the subject that a number at a place is about: the last one named before it, else the first."""
    if not is_named:
        return subjects[0].papers
    before = [one for one in subjects if one.start <= at]
    return (before[-1] if before else subjects[0]).papers


def _ends(result: Result) -> tuple[float, float]:
    return result.value if isinstance(result.value, tuple) else (result.value, result.value)


def _values(result: Result) -> list[Amount]:
    return [Amount(0, 0, value, result.unit, 1.0) for value in dict.fromkeys(_ends(result))]


def _is_same(one: Amount, other: Amount) -> bool:
    return abs(one.value - other.value) <= 1e-9 * max(abs(one.value), 1.0)


def _outcomes(sentence: str) -> Iterator[Amount]:
    """The numbers of a sentence that may be outcomes: those with a unit, which name nothing and count nothing."""
    for one in amounts(sentence):
        if one.unit and not one.named:
            yield one
