"""A sentence about one paper against the fields of its record: a brief, whoever wrote it.

Its numbers are compared with the paper's texts as those of a draft. Beside them, all that it names must be something
that the record names: of the same concept, or in the same letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.build.pipeline import Pipeline
from kg.check.claim_amounts import amounts, clause
from kg.check.draft_claims import DraftClaim
from kg.check.paper_text import PaperText
from kg.check.subjects import Place
from kg.check.verdicts import Checked, Checker, ClaimVerdict
from kg.entity_types import LISTS
from kg.model import OBTAINED, Document, Mention, Paper, Record, Text
from kg.text import HAN, one_line, sentences, tokens

#: Zeros that end a number.
_ZEROS = re.compile(r"(\.\d*?[1-9])0+(?!\d)|\.0+(?!\d)")
#: A word or number; what hyphens join are several.
_NAME = re.compile(rf"[^\s,;:()\[\]（），。；、《》≥≤<>~≈$\\*\-–{HAN}]+(?<![.'’])")


class Briefs:
    """Checks briefs."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline, self.checker = pipeline, Checker(pipeline.vocabulary)

    def of_document(self, document: Document) -> Checked:
        """The brief of a document against what is read from its other texts."""
        texts = {field: text for field, text in document.texts.items() if field not in "BH"}
        bare = replace(document, texts=texts)
        paper = Paper(document.id, [(bare, self.pipeline.record(bare))])
        return self.check(document.texts["B"].text, paper)

    def check(self, brief: str, paper: Paper) -> Checked:
        """The claims of a brief with what its paper says of each."""
        name = paper.entries[0][1].name
        text = PaperText(paper, self.pipeline.vocabulary)
        found = [(place, one) for place in sentences(brief) for one in amounts(brief[slice(*place)]) if one.unit]
        taken = [(start + one.start, start + one.end) for (start, _), one in found]
        names = list(self._names(brief, paper, [*taken]))
        unheld = [one.claim.span for one in names if one.status != "supported"]
        plain = brief  # without names that are claims of their own
        for first, last in unheld:
            plain = plain[:first] + " " * (last - first) + plain[last:]
        claims = []
        for ((start, end), one), span in zip(found, taken, strict=True):
            first, last = clause(plain[start:end], one.start, one.end)  # a brief says several things in a sentence
            words, place = one_line(brief[slice(*span)]), one._replace(start=one.start - first, end=one.end - first)
            said = plain[start + first : start + last]
            claims.append(DraftClaim("number", start, end, said, words, name, (paper.id,), place, span))
        numbers = [_beside(one, brief, unheld) for one in self.checker.verdicts(claims, lambda _: text)]
        return Checked((*numbers, *names))

    def _names(self, brief: str, paper: Paper, taken: list[Place]) -> Iterator[ClaimVerdict]:
        """The verdicts on the things that a brief names, and on names and numbers that stand in no field.

        `taken` are the places of its numbers.
        """
        record, known = paper.entries[0][1], self.pipeline.vocabulary
        # Institutions are read wherever they stand, as in the line that names those of a paper.
        texts = {"T": Text(record.title, record.title), "B": Text(brief, brief), "I": Text(brief, brief)}
        read = self.pipeline.record(Document("draft", "draft", 1, texts))
        mine = [one for one in mentions_of(read) if one.field == ("I" if one.type == "institution" else "B")]
        held = [one for _, other in paper.entries for one in mentions_of(other)]
        names = [name for one in held for name in (one.canonical, one.surface, *one.aliases)]
        told = [text.text for one, _ in paper.entries for field, text in one.texts.items() if field not in "BH"]
        fields = ", ".join([record.name, *told, *names])
        words, letters = words_of(fields), written(names_of(f" {fields}"))
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


def _beside(one: ClaimVerdict, brief: str, unheld: list[Place]) -> ClaimVerdict:
    """The verdict on a number by what is named in its clause: beside a name that is not held it is not found."""
    first, last = clause(brief, *one.claim.span)
    if any(first <= start < last for start, _ in unheld):
        return replace(one, status="not found", reason="no_claim") if one.status != "contradicted" else one
    return replace(one, status="supported", reason="agrees") if one.status == "compare" else one


def _verdict(brief: str, start: int, end: int, is_held: bool) -> ClaimVerdict:
    claim = DraftClaim("name", 0, len(brief), one_line(brief), one_line(brief[start:end]), span=(start, end))
    return ClaimVerdict(claim, "supported" if is_held else "not found", "agrees" if is_held else "no_claim")


def mentions_of(record: Record) -> list[Mention]:
    """What a record names."""
    return [one for kind in LISTS for one in getattr(record, LISTS[kind])]


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(token.fold for token in tokens(text))


def names_of(text: str) -> Iterator[re.Match[str]]:
    """Yield the names and numbers of a text: what has a digit, or a capital that begins no sentence."""
    for match in _NAME.finditer(text):
        word = match[0]
        if any(map(str.isdigit, word)) or any(map(str.isupper, word[match.start() == 0 :])):
            yield match


def written(names: Iterable[re.Match[str]]) -> frozenset[str]:
    """Names as they are compared: "6.40×" is "6.4x"."""
    return frozenset(_ZEROS.sub(r"\1", name[0].casefold().replace("×", "x").lstrip("+")) for name in names)
