"""A sentence about one paper against the fields of its record: a brief, whoever wrote it.

Its results are compared as those of a draft. Beside them, all that it names must be something that the record names: of
the same concept, or in the same letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg.build.pipeline import Pipeline
from kg.check.draft_claims import DraftClaim, DraftReader
from kg.check.fields import Checked, ClaimVerdict, FieldChecker
from kg.check.held import PaperFields, mentions_of, names_of, said_of, values_of, words_of, written
from kg.check.subjects import Place, Subject
from kg.entity_types import LISTS
from kg.model import OBTAINED, Document, Paper, Text
from kg.text import one_line


class Briefs:
    """Checks briefs."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def of_document(self, document: Document) -> Checked:
        """The brief of a document against what is read from its other texts."""
        texts = {field: text for field, text in document.texts.items() if field not in "BH"}
        bare = replace(document, texts=texts)
        paper = Paper(document.id, [(bare, self.pipeline.record(bare))])
        return self.check(document.texts["B"].text, paper)

    def check(self, brief: str, paper: Paper) -> Checked:
        """The claims of a brief with what the records of its paper say of each."""
        record = paper.entries[0][1]
        own = Subject(-1, -1, record.name or record.title, (paper.id,))
        reader = DraftReader(self.pipeline, lambda _: (record.title, record.name))
        claims = reader.claims(brief, lambda text: _named(own, text), own)
        held, checker = [PaperFields.of(paper)], FieldChecker(self.pipeline.vocabulary)
        results = [replace(claim, unread=()) for claim in claims if claim.result]  # names are checked by themselves
        verdicts = [checker.verdict(claim, held) for claim in results]
        taken = [claim.span for claim in results]
        return Checked((*verdicts, *self._names(brief, paper, taken, checker.generic)))

    def _names(self, brief: str, paper: Paper, taken: list[Place], generic: frozenset[str]) -> Iterator[ClaimVerdict]:
        """The verdicts on the things that a brief names, and on names and numbers that stand in no field.

        `taken` are the places of its results, `generic` words that name nothing of a paper ("SOTA").
        """
        record, known = paper.entries[0][1], self.pipeline.vocabulary
        # Institutions are read wherever they stand, as in the line that names those of a paper.
        texts = {"T": Text(record.title, record.title), "B": Text(brief, brief), "I": Text(brief, brief)}
        read = self.pipeline.record(Document("draft", "draft", 1, texts))
        mine = [one for one in mentions_of(read, LISTS) if one.field == ("I" if one.type == "institution" else "B")]
        held = [one for _, other in paper.entries for one in mentions_of(other, LISTS)]
        results = [one for _, other in paper.entries for one in other.results]
        said = [text for one in results for text in (said_of(one, {}), *values_of(one))]
        names = [name for one in held for name in (one.canonical, one.surface, *one.aliases)]
        fields = ", ".join([record.name, record.title, *names, *said])
        words, letters = words_of(fields) | generic, written(names_of(f" {fields}"))
        concepts = {one.concept for one in held}
        for one in mine:
            near = {one.concept, *known.narrower(one.concept), *known.broader(one.concept)}
            is_held = bool(near & concepts) or words_of(one.surface) <= words
            if one.type in OBTAINED or one.concept.startswith("ror:"):
                taken.append((one.start, one.end))
                yield _verdict(brief, one.start, one.end, is_held)
        taken += [(one.start, one.end) for one in known.match(brief) if one.type in ("metric", "topic")]
        for match in names_of(brief):
            is_free = not any(start < match.end() and match.start() < end for start, end in taken)
            is_held = written([match]) <= letters or words_of(match[0]) <= words
            if is_free and not is_held and not match[0].isdecimal():
                yield _verdict(brief, *match.span(), False)


def _verdict(brief: str, start: int, end: int, is_held: bool) -> ClaimVerdict:
    claim = DraftClaim("name", 0, len(brief), one_line(brief), one_line(brief[start:end]), span=(start, end))
    return ClaimVerdict(claim, "supported" if is_held else "not found", "agrees" if is_held else "no_claim")


def _named(own: Subject, text: str) -> list[Subject]:
    """Where the name of the paper's work stands in a text."""
    at = text.find(own.name)
    return [replace(own, start=at, end=at + len(own.name))] if at >= 0 and own.name else []
