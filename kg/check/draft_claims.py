"""The claims of a draft in Markdown or LaTeX: each number of a sentence, or the sentence where it has none.

A sentence is about the papers that it names or cites, about that of the sentence before it in its paragraph, or about
the one whose words are the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from kg.build.amounts import plain
from kg.check.citation_marks import Citations
from kg.check.claim_amounts import Amount, amounts, clause
from kg.check.subjects import Place, Subject, Subjects
from kg.text import one_line, sentence_parts, tokens

_MOST_PARTS = 2  # of a long sentence that are read, of some 1,300 characters each
_MOST_NUMBERS = 60  # of a sentence that are checked
_FENCE = re.compile(r"^(?P<mark>```|~~~).*?^(?P=mark)[^\n]*$", re.MULTILINE | re.DOTALL)
#: Marks of Markdown and LaTeX that part words from numbers, replaced by as many blanks.
_MARKUP = re.compile(
    r"^[ \t]*(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]|\*{1,3}|`|^[ \t]*%[^\n]*|"
    r"\(\[[^\]\n]{1,80}\]\([^)\s]{0,400}\)\)|(?<=\])\([^)\s]{0,400}\)|"
    r"\\(?:begin|end|label|ref|eqref|input|usepackage|documentclass)\*?(?:\[[^\]\n]*\])?\{[^}\n]*\}|"
    r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?(?=[{\s])|[{}]",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """What a sentence of a draft says of a paper: one of its numbers, or all where it has none."""

    kind: str  # number | relation; name for one in a brief
    start: int  # of the sentence, in the draft
    end: int
    sentence: str
    words: str  # those that the claim stands in
    subject: str = ""  # the name of what it is about, as the draft has it; "" for none that the graph knows
    papers: tuple[str, ...] = ()  # CURIEs that the subject may mean
    amount: Amount | None = None  # with places in `sentence`
    span: Place = (-1, -1)  # of the number, in the draft

    def says(self) -> dict[str, object]:
        """The number in parts, by name."""
        if self.amount is None:
            return {}
        low, high = self.amount.low, self.amount.high
        parts = {"unit": self.amount.unit, "bound": self.amount.bound}
        return {"value": low if low == high else [low, high]} | {name: said for name, said in parts.items() if said}


def claims_of(draft: str, subjects: Subjects, citations: Citations, usual: Subject | None) -> Iterator[DraftClaim]:
    """The claims of a draft, sentence by sentence; one without a subject is about the `usual` paper, if any."""
    text = bare(citations.without(draft))
    found = sorted([*subjects.found(text), *citations.subjects], key=lambda one: one.start)
    last, end = usual, 0
    for start, stop in chain.from_iterable(parts[:_MOST_PARTS] for parts in sentence_parts(text)):
        own = merged([one for one in found if end <= one.start < stop])
        if _PARAGRAPH.search(text, end, start):
            last = usual
        known = subjects.meant(text[start:stop], [one for one in own if one.papers])
        about = known or ([last] if last and not own and not _has_own_name(text[start:stop]) else [])
        yield from _of_sentence(text, start, stop, about, bool(known), None if own else subjects)
        if known:
            last = known[0] if len({one.papers for one in known}) == 1 else None
        end = stop


def merged(found: list[Subject]) -> list[Subject]:
    """Subjects with each citation right behind a name joined to it: it says which paper is meant."""
    out: list[Subject] = []
    for one in found:
        before = out[-1] if out else None
        if before and one.is_citation and not before.is_citation and one.start - before.end <= 3:
            papers = tuple(paper for paper in one.papers if paper in before.papers) or one.papers or before.papers
            out[-1] = Subject(before.start, before.end, before.name, papers)
        else:
            out.append(one)
    return out


def _has_own_name(sentence: str) -> bool:
    """Whether a sentence begins with a name, which is what it is about: "StreamingLLM is 22.2x faster"."""
    first = sentence.split(maxsplit=1)[0] if sentence.strip() else ""
    return any(map(str.isupper, first[1:]))


def _of_sentence(
    text: str, start: int, end: int, about: list[Subject], is_named: bool, known: Subjects | None
) -> Iterator[DraftClaim]:
    sentence = text[start:end]
    names = [(one.start - start, one.end - start) for one in about if is_named]
    found = [one for one in amounts(sentence) if all(one.end <= first or last <= one.start for first, last in names)]
    searched = about or (known.searched(sentence) if known else [])
    if not found and searched and (is_named or not about) and len(tokens(sentence)) > 2:
        own = searched[0]
        yield DraftClaim("relation", start, end, sentence, one_line(sentence), own.name, own.papers)
    is_joint = len({one.papers for one in searched}) > 1  # "A runs at 8 FPS, while B runs at 20 FPS"
    for one in found[:_MOST_NUMBERS]:
        own = _nearest(searched, start + one.start) if searched else Subject(-1, -1, "", ())
        if own.papers or one.unit:
            words, span = one_line(sentence[one.start : one.end]), (start + one.start, start + one.end)
            first, last = clause(sentence, one.start, one.end) if is_joint else (0, len(sentence))
            place = one._replace(start=one.start - first, end=one.end - first)
            yield DraftClaim("number", start, end, sentence[first:last], words, own.name, own.papers, place, span)


def _nearest(subjects: list[Subject], at: int) -> Subject:
    """The subject that a number at a place is about: the last one named before it, else the first."""
    before = [one for one in subjects if one.start <= at]
    return before[-1] if before else subjects[0]


def cut(draft: str) -> int:
    """How many sentences of a draft are too long to be read to their end."""
    return sum(len(parts) > _MOST_PARTS for parts in sentence_parts(bare(draft)))


def bare(draft: str) -> str:
    """A draft without code, formulas and marks of Markdown and LaTeX, with the same offsets."""
    text = _FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), draft)
    return _MARKUP.sub(lambda found: " " * len(found[0]), _plain(text)).replace("$", " ").replace("~", " ")


def _plain(text: str) -> str:
    """A text without LaTeX around numbers, its lines as they are."""
    return "\n".join(map(plain, text.split("\n")))
