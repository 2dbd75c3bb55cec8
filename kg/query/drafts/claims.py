"""The claims of a draft: sentence by sentence, read by the extraction that reads papers.

The extraction tells the outcomes of a paper's own work, so a sentence is read where it would stand in the paper that it
is about: behind the paper's title and an opening that presents its work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kg.build.pipeline import Pipeline
from kg.check.amounts import Amount, amounts
from kg.extract.scopes import NO_SCOPE, Place, ScopeTerm, ValueScope
from kg.model import OBTAINED, Document, Record, Relation, Result, Text
from kg.names import plain
from kg.query.drafts.figures import ClaimedValue, of_one_metric
from kg.query.drafts.stated import place_of, scoped
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
_VERB = re.compile(r"\s[a-z]+s(?=\s)")
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
    scope: ValueScope = NO_SCOPE  # what the sentence says of the number
    others: tuple[tuple[Place, Result], ...] = ()  # the other results of the sentence, by place

    @property
    def figure(self) -> ClaimedValue:
        """The number of a result, or one that nobody can place."""
        if self.result:
            said = self.result
            metric = said.metric
            for thing in self.scope.own:  # "HunyuanVideo inference speed"
                metric = metric.replace(thing.text, " ") if thing.kind in OBTAINED else metric
            metric = " ".join(metric.split()) or said.metric
            return ClaimedValue(*_ends(said), said.unit, said.bound, said.change, metric, said.metric_concept)
        assert self.amount
        return ClaimedValue(self.amount.value, self.amount.value, self.amount.unit)

    def other(self, term: ScopeTerm) -> Result | None:
        """The other result of the sentence whose number a term is."""
        return next((one for (start, end), one in self.others if start < term.end and term.start < end), None)

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
        sentence, named = text[start:end], is_named and len({one.papers for one in subjects}) == 1
        once = list({one.papers: one for one in reversed(subjects)}.values())[::-1][:_MOST_SUBJECTS]
        place: dict[str, Any] = {"start": start, "end": end, "sentence": one_line(sentence)}
        numbers = list(_outcomes(sentence))
        found: list[tuple[Subject, Result, Place]] = []
        for subject in once:
            record, shift = self._read(sentence, subject)
            about: dict[str, Any] = {"subject": subject.name, "papers": subject.papers, "is_named": is_named}
            for result in record.results:
                first, last = result.evidence.start - shift, result.evidence.end - shift
                is_own = _nearest(subjects, start + first, is_named) == subject.papers
                if result.evidence.field == "A" and first >= 0 and is_own:
                    found.append((subject, result, place_of(numbers, first, last, _ends(result))))
            for relation in record.relations:
                if relation.evidence.field != "A" or relation.evidence.end <= shift:
                    continue
                if _is_told(relation) and self._is_about(relation, record, subject):
                    # A sentence that begins with "dInfer" is not parted from what was put before it.
                    words = one_line(relation.evidence.quote[max(0, shift - relation.evidence.start) :])
                    yield DraftClaim("relation", **place, words=words, **about, relation=relation)
        if is_named:
            yield from self._of_other(sentence, subjects, place)
        parsed = scoped(sentence, self.vocabulary)
        names = [_with_verb(sentence, one.start - start, one.end - start) for one in subjects if one.start >= 0]
        for subject, result, at in found:
            own = (result.metric, result.metric_concept)
            rivals = [p for _, one, p in found if p == at or of_one_metric((one.metric, one.metric_concept), own)]
            scope = parsed.scope([p for _, _, p in found], rivals, at, is_claim=True).without(names)
            others = tuple((p, one) for _, one, p in found if p != at)
            about = {"subject": subject.name, "papers": subject.papers, "is_named": named}
            words = one_line(sentence[at[0] : at[1]])
            yield DraftClaim("result", **place, words=words, **about, result=result, scope=scope, others=others)
        about = {"subject": once[0].name, "papers": once[0].papers} if len(once) == 1 else {}
        for amount in numbers if not found else ():  # beside results, the other numbers are conditions of these
            scope = parsed.scope([], [(amount.start, amount.end)], (amount.start, amount.end)).without(names)
            words = one_line(sentence[amount.start : amount.end])
            yield DraftClaim("number", **place, words=words, **about, is_named=named, amount=amount, scope=scope)

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


def _with_verb(sentence: str, start: int, end: int) -> Place:
    """A subject with the word behind it, the verb that says what it does: "SIMPLER trains"."""
    verb = _VERB.match(sentence, end)
    return start, verb.end() if verb else end


def _ends(result: Result) -> tuple[float, float]:
    return result.value if isinstance(result.value, tuple) else (result.value, result.value)


def _outcomes(sentence: str) -> Iterator[Amount]:
    """The numbers of a sentence that may be outcomes: those with a unit, which name nothing and count nothing."""
    for one in amounts(sentence):
        if one.unit and not one.named:
            yield one
