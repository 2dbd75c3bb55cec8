"""The sentences and table cells of a paper that a claim may stand in, with their numbers and words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from kg.check.claim_amounts import Amount, amounts, idle
from kg.encoder import encoder
from kg.evidence import evidence_id
from kg.keptbody import cell_id
from kg.model import Document, Paper, Record, Result, Table
from kg.query.cited import CitedClaim
from kg.query.corpus import Corpus
from kg.query.nearness import in_english
from kg.store.contents import load_entries
from kg.store.file import StoreFile
from kg.text import has_han, one_line, sentences, tokens
from kg.vocabulary import Match, Vocabulary
from kg.wordcounts import WordCounts

if TYPE_CHECKING:
    from kg.encoder import Vector

_PAPERS = 76_037  # that the counts of words are of
_FIELDS = ("T", "A")
_NUMBER = 5.0  # the weight of a number
_JOIN = " | "
_IDLE = 1.6  # the weight below which a word says nothing: "the", "method"
#: A word that may be a name, without the rest of "EAGLE-style" and "LoRA-tuned".
_NAME = re.compile(r"(?=[\d.x/-]*[A-WYZa-wyz])[A-Za-z0-9]+(?:[-./](?=[a-z]*[A-Z0-9])[A-Za-z0-9]+)*")


class Word(NamedTuple):
    """A word of a text with its weight; a name has a digit, or a capital behind its first letter."""

    fold: str
    start: int
    end: int
    weight: float
    is_name: bool


class AnalyzedText:
    """A text with its numbers, its words, the concepts that it names, and the embeddings of its words."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        #: The words as they are compared: those of a Chinese text that the vocabulary knows, in English.
        self.english = in_english(text, vocabulary) if has_han(text) else text

    @cached_property
    def amounts(self) -> list[Amount]:
        """The numbers of the text."""
        return amounts(self.text)

    @cached_property
    def words(self) -> list[Word]:
        """The words that say something, without numbers."""
        text, taken = self.english, bytearray(len(self.english))
        for number in self.amounts if text is self.text else amounts(text):
            taken[number.start : number.end] = b"\1" * (number.end - number.start)
        found = []
        for one in tokens(text):
            surface = text[one.start : one.end]
            weight = 0.0 if any(taken[one.start : one.end]) or surface[0].isdigit() else _weight(surface.lower())
            if weight > _IDLE and surface not in idle():
                is_name = any(map(str.isdigit, surface)) or any(map(str.isupper, surface[1:]))
                found.append(Word(one.fold, one.start, one.end, weight, is_name))
        return found

    @cached_property
    def names(self) -> list[re.Match[str]]:
        """Its words with a digit beside a letter, or with two capitals, that are no numbers with units."""
        found = (
            one
            for one in _NAME.finditer(self.text)
            if sum(map(str.isupper, one[0])) > 1 or any(map(str.isdigit, one[0]))
        )
        numbers = [(one.start, one.end) for one in self.amounts]
        return [one for one in found if all(one.end() <= start or end <= one.start() for start, end in numbers)]

    @cached_property
    def concepts(self) -> list[Match]:
        """The things that the text names."""
        return self.vocabulary.match(self.text)

    @cached_property
    def folds(self) -> frozenset[str]:
        """Its words, those too that say nothing."""
        return frozenset(one.fold for one in tokens(self.english))

    def share_in(self, paper: PaperText) -> float:
        """The share of its words, by weight, that a paper has; numbers count as a word each."""
        values = {one.low for one in paper.amounts}
        found = [(one.weight, one.fold in paper.folds) for one in self.words]
        found += [(_NUMBER, one.low in values) for one in self.amounts if not one.is_word]
        return sum(weight for weight, is_there in found if is_there) / (sum(weight for weight, _ in found) or 1.0)

    @cached_property
    def vectors(self) -> Vector:
        """An embedding of each of the words in its sentence: (words, 384), of length 1."""
        return encoder().words(self.english, [(one.start, one.end) for one in self.words])


class Sentence(NamedTuple):
    """A sentence of a text of a paper, or a cell with the headers of its row and column."""

    entry: str
    field: str
    start: int  # in the field
    wording: AnalyzedText
    results: tuple[Result, ...] = ()  # that the graph holds of it

    def cited(self, amount: Amount | None) -> CitedClaim:
        """The sentence as evidence, on the words of one of its numbers if there is one."""
        text = self.wording.text
        first, last = (amount.start, amount.end) if amount else (0, len(text))
        start, end, quote = self.start + first, self.start + last, text[first:last]
        if self.start < 0:  # a cell is named as a whole
            quote = text.rpartition(_JOIN)[2]
            start, end = 0, len(quote)
        own = evidence_id(self.entry, self.field, start, end, quote)
        said = " ".join(text.split())
        return CitedClaim("sentence", own, quote, said, self.entry, self.field, start, end, 1.0, True, {})


class PaperText:
    """What a paper says: its sentences and cells."""

    def __init__(self, paper: Paper, vocabulary: Vocabulary) -> None:
        self.id = paper.id
        self.sentences = [one for entry in paper.entries for one in _sentences(*entry, vocabulary)]

    @staticmethod
    def stored(store: StoreFile, vocabulary: Vocabulary, paper: str) -> PaperText:
        """That of a paper (CURIE) of a graph; kept while the graph stays as it is."""

        def read() -> PaperText:
            entries = load_entries(store, (entry for entry, _ in store.of_papers((paper,))))
            return PaperText(Paper(paper, list(entries.values())), vocabulary)

        return Corpus.of(store).kept("paper text", paper, read)

    @cached_property
    def folds(self) -> frozenset[str]:
        """The words of the whole paper."""
        return frozenset().union(*(one.wording.folds for one in self.sentences))

    @cached_property
    def letters(self) -> str:
        """The letters and digits of the whole paper, without case."""
        return _letters(" ".join(one.wording.text for one in self.sentences))

    def lacks(self, name: str) -> bool:
        """Whether a name, however it is spaced and joined, is none of the paper's: "FP4", "Llama-3.1-8B"."""
        return not any(_letters(one) in self.letters for one in (name, name.removesuffix("s")))

    @cached_property
    def amounts(self) -> list[Amount]:
        """The numbers of the whole paper."""
        return [amount for one in self.sentences for amount in one.wording.amounts]

    @cached_property
    def concepts(self) -> frozenset[str]:
        """What the paper names."""
        return frozenset(match.concept for one in self.sentences for match in one.wording.concepts)


def _sentences(document: Document, record: Record, vocabulary: Vocabulary) -> Iterator[Sentence]:
    texts = {field: document.texts[field].raw for field in _FIELDS if field in document.texts}
    texts |= {part.id: part.text.raw for part in document.parts}
    for field, raw in texts.items():
        own = [one for one in record.results if one.evidence.field == field]
        for start, end in sentences(raw):
            results = tuple(one for one in own if start <= one.evidence.start < end)
            yield Sentence(document.id, field, start, AnalyzedText(raw[start:end], vocabulary), results)
    for table in document.tables:
        for name, said in _cells(table, texts.get(f"{table.id}/caption", "")):
            yield Sentence(document.id, name, -1, AnalyzedText(said, vocabulary))


def _cells(table: Table, caption: str) -> Iterator[tuple[str, str]]:
    """The cells with a number, each by name, behind caption and headers."""
    heads = [one for one in table.cells if one.head]
    for cell in table.cells:
        if not cell.head and any(map(str.isdigit, cell.text)):
            own = [one.text for one in heads if cell.row in range(one.row, one.row + one.rowspan)]
            own += [one.text for one in heads if cell.column in range(one.column, one.column + one.colspan)]
            yield cell_id(table, cell), _JOIN.join(one_line(said) for said in (caption, *own, cell.text) if said)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


@cache
def _weight(word: str) -> float:
    """How much a word says: the logarithm of how few papers have it."""
    return math.log(_PAPERS / (1 + WordCounts.load().count.get(word, 0)))
