"""Digest reports: a header, a Chinese brief of each paper, then its title, institutions, authors and abstract."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from kg.model import Batch, Document, KgError, Source, Text
from kg.sources.inputs import READ_LIMIT, InputFile
from kg.sources.repair import repair
from kg.text import repaired
from kg.wordcounts import WordCounts

_BRIEFS = re.compile(r"^##[ \t]*(?:论文技术简报|Paper briefs)", re.M)
_DETAILS = re.compile(r"^##[ \t]*(?:论文详细信息|Paper details)", re.M)
_OPENING = re.compile(r"^##", re.M)  # first section heading after the header
_PAPER = re.compile(r"^### (?:(\d{1,9})\.)?(.*)$", re.M)
_STRAY = re.compile(r"^\*\*(?:主要机构|Institutions)\*\*[:：]", re.M)
_DATE = re.compile(r"^(?:生成时间|Generated)[:：][ \t]*(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?))?", re.M)
_COUNT = re.compile(r"^(?:分析论文数量|Papers analysed)[:：][ \t]*(\d{1,9})", re.M)
_INSTITUTIONS = re.compile(r"\*\*(?:主要机构|Institutions)\*\*[:：](.*)")
_AUTHORS = re.compile(r"\*\*(?:作者数量|Authors)\*\*[:：]\s*(\d{1,6})")
_ABSTRACT = re.compile(r"\*\*(?:摘要|Abstract)\*\*[:：]")
_RULE = re.compile(r"\n-{3,}\s*$")
_TITLE = re.compile(r"\A\s*# (?:.*分析报告|Paper digest)")
#: Header line that marks briefs as composed by kg from the papers' records; `kg.views.digest` writes it.
_DERIVED = re.compile(r"^(?:简报来源|Briefs)[:：][^\n]*\(derived\)[ \t\r]*$", re.M)
#: Such a digest puts a backslash before a text that starts with one of these, which would read as markup.
_ESCAPED = re.compile(r"\\+(?:#|---|\*\*)")
LEFT_OUT = "The brief was composed by kg from the paper's own record; it is not evidence and was left out."


_END = re.compile("\n")
_MOST_SENTENCES = 90  # about one report; the others are only counted
_FIELDS = "TAIBH"


class Span(NamedTuple):
    start: int
    end: int


@dataclass(slots=True)
class _PaperSpans:
    """A paper in one of the two sections: its number and the spans of its texts."""

    number: int
    heading: int  # offset of its heading
    texts: dict[str, Span] = field(default_factory=dict)
    authors: int | None = None
    has_abstract: bool = False  # whether there is a heading for the abstract


class DigestReader:
    """Reads "AI推理加速技术论文分析报告" reports and the output of `kg digest` in that format, in Chinese or English.

    An entry is named by source and number, "002-22". Briefs composed by kg are not evidence and are left out unless
    `keep_derived` asks for them (to check them). The other texts of such a digest were repaired before it was written
    and are used as they are.
    """

    name = "digest"

    def __init__(self, keep_derived: bool = False) -> None:
        self.keep_derived = keep_derived

    def sniff(self, file: InputFile) -> float:
        start = file.start()
        sections = bool(_BRIEFS.search(start)) + bool(_DETAILS.search(start))
        return 1.0 if _TITLE.match(start) else 0.9 if sections and _PAPER.search(start) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Read all entries at once.

        A paper that is missing from one section keeps the texts of the other. If a number occurs twice, the first paper
        counts. `skipped` holds a message for each such problem. Raises KgError when the file holds no paper.
        """
        report = _Report(file, self.keep_derived)
        documents = report.documents()
        report.count_untold()
        if not documents and not report.problems:
            raise KgError(f"{file.path}: the report holds no paper: check that the file is complete.")
        date = _DATE.search(report.text, 0, report.header_end)
        source = Source(
            name=file.name,
            file=file.file_name,
            form=self.name,
            date="T".join(filter(None, date.groups())) if date else "",
            sha256=file.sha256,
            skeleton=report.skeleton(),
        )
        return Batch(source, documents, report.problems)


class _Report:
    """The text of a report, the spans of its papers, and its problems."""

    def __init__(self, file: InputFile, keep_derived: bool = False) -> None:
        self.file = file
        self.keep_derived = keep_derived
        self.text = file.text()
        self.problems: list[str] = []
        self._untold = 0
        self.spans: dict[tuple[str, str], Span] = {}  # (entry, field) -> span of its raw text
        opening = _OPENING.search(self.text)
        self.is_derived = _DERIVED.search(self.text, 0, opening.start() if opening else len(self.text)) is not None
        details = _DETAILS.search(self.text)
        briefs = _BRIEFS.search(self.text)
        cut = details.start() if details else len(self.text)
        self.briefs = self._parts(0, cut, "the briefs")
        self.details = self._parts(cut, len(self.text), "the details")
        first = min(
            [len(self.text), *(m.start() for m in (briefs, details) if m)]
            + [p.heading for parts in (self.briefs, self.details) for p in parts.values()]
        )
        self.header_end = first
        self.has_details = details is not None
        announced = _COUNT.search(self.text, 0, first)
        self.announced = int(announced[1]) if announced else None

    @cached_property
    def _ends(self) -> list[int]:
        """The offsets of the line ends."""
        return [found.start() for found in _END.finditer(self.text)]

    def _problem(self, at: int, what: str) -> None:
        if len(self.problems) < _MOST_SENTENCES:
            self.problems.append(f"{self.file.path}: line {bisect_left(self._ends, at) + 1}: {what}")
        else:
            self._untold += 1

    def _parts(self, start: int, end: int, section: str) -> dict[int, _PaperSpans]:
        """The papers of a section by number: the first of each number, without those whose text is too long."""
        parts: dict[int, _PaperSpans] = {}
        headings = list(_PAPER.finditer(self.text, start, end))
        for heading, following in zip_longest(headings, headings[1:]):
            after = following.start() if following else end
            if heading[1] is None:
                what = f'the heading "{heading[2].strip()[:80]}" has no number like "3."; the paper was skipped.'
                self._problem(heading.start(), what)
                continue
            number = int(heading[1])
            part = self._part(heading, number, after, is_brief=section == "the briefs")
            long = max((s.end - s.start for s in part.texts.values()), default=0)
            if number in parts:
                title = self.text[slice(*part.texts["H" if "H" in part.texts else "T"])]
                self._problem(
                    part.heading, f'paper {number} occurs twice in {section}; the second ("{title[:80]}") was skipped.'
                )
            elif long > READ_LIMIT:
                self._problem(
                    part.heading,
                    f"paper {number} has a text of {long:,} characters in {section}, more than {READ_LIMIT:,}; "
                    "that part was skipped.",
                )
            else:
                parts[number] = part
        return parts

    def _part(self, heading: re.Match[str], number: int, end: int, is_brief: bool) -> _PaperSpans:
        part = _PaperSpans(number, heading.start())
        part.texts["H" if is_brief else "T"] = self._stripped(*heading.span(2))
        body = min(heading.end() + 1, end)
        if is_brief:
            part.texts["B"] = self._without_rule(body, end)
            return part
        abstract = self._label(_ABSTRACT, body, end)
        part.has_abstract = abstract is not None
        stray = _STRAY.search(self.text, abstract.end(), end) if abstract else None
        if stray:
            self._problem(stray.start(), f"a paper without a heading follows paper {number}; it was skipped.")
            end = stray.start()
        part.texts["A"] = self._without_rule(abstract.end(), end) if abstract else Span(end, end)
        facts_end = abstract.start() if abstract else end
        institutions = self._label(_INSTITUTIONS, body, facts_end)
        part.texts["I"] = self._stripped(*institutions.span(1)) if institutions else Span(facts_end, facts_end)
        authors = self._label(_AUTHORS, body, facts_end)
        part.authors = int(authors[1]) if authors else None
        return part

    def _label(self, pattern: re.Pattern[str], start: int, end: int) -> re.Match[str] | None:
        """A label at the start of a line, else anywhere (only at the start of a line in a digest composed by kg)."""
        found = list(pattern.finditer(self.text, start, end))
        at_start = (match for match in found if match.start() == start or self.text[match.start() - 1] == "\n")
        return next(at_start, found[0] if found and not self.is_derived else None)

    def _stripped(self, start: int, end: int) -> Span:
        piece = self.text[start:end]
        inner = piece.strip()
        start += len(piece) - len(piece.lstrip()) if inner else 0
        return Span(start, start + len(inner))

    def _without_rule(self, start: int, end: int) -> Span:
        """A span without surrounding white space and without a closing "---"."""
        whole = self._stripped(start, end)
        rule = _RULE.search(self.text, max(whole.start, whole.end - 200), whole.end)
        return self._stripped(whole.start, rule.start()) if rule else whole

    def documents(self) -> list[Document]:
        """The entries in order of their numbers; missing parts are reported in `problems`."""
        numbers = sorted(self.briefs.keys() | self.details.keys())
        self._missing(numbers)
        words = WordCounts.load()
        last = max((p for p in (self.briefs | self.details).values()), key=lambda p: p.heading, default=None)
        is_cut = self.announced is not None and max(self.details, default=0) < self.announced
        fields = _FIELDS if self.keep_derived or not self.is_derived else "TAI"
        out = []
        for number in numbers:
            detail, brief = self.details.get(number), self.briefs.get(number)
            name = f"{self.file.name}-{number:02d}"
            spans = {**(detail.texts if detail else {}), **(brief.texts if brief else {})}
            self.spans.update({(name, key): span for key, span in spans.items() if key in fields})
            document = Document(
                id=name,
                source=self.file.name,
                number=number,
                texts={key: self._text(key, spans.get(key, Span(0, 0))) for key in fields},
                author_count=detail.authors if detail else None,
                repairs=() if fields == _FIELDS else (LEFT_OUT,),
            )
            if is_cut and last and number == last.number:
                document.repairs += ("The file ends in this paper, whose last text may be cut short.",)
            out.append(document if self.is_derived else repair(document, words))
        return out

    def _text(self, key: str, span: Span) -> Text:
        """A text of an entry, without the backslash that kg puts before markup in its own digests."""
        raw = self.text[span.start : span.end]
        escaped = self.is_derived and key in "AB" and _ESCAPED.match(raw)
        return repaired(raw, [(0, 1, "")]) if escaped else Text(raw, raw)

    def count_untold(self) -> None:
        """Say how many problems were not told."""
        if self._untold:
            self.problems.append(f"{self.file.path}: {self._untold:,} more of its parts were skipped.")

    def _missing(self, numbers: list[int]) -> None:
        """Report the papers that the header announces and the sections lack."""
        if not numbers:
            return
        end = len(self.text)
        total = self.announced if self.announced is not None else numbers[-1]
        if not self.details:
            self._problem(
                end, f"the file ends before the details of its {total} papers; {_count(numbers)} with the brief alone."
            )
        elif numbers[-1] < total:
            self._problem(
                end,
                f"the file ends after paper {numbers[-1]} of the {total} announced; fetch it again to have the others.",
            )
        if self.announced is not None and numbers[-1] > self.announced:
            start = _COUNT.search(self.text)
            self._problem(
                start.start() if start else 0,
                f"{self.announced} papers are announced and their numbers go to {numbers[-1]}; all were read.",
            )
        within = set(range(1, min(numbers[-1], 100_000) + 1))
        gone = sorted(within - set(numbers))
        if gone:
            self._problem(self._after(numbers, gone[0]), f"{_papers(gone)} missing from the sequence of numbers.")
        if self.details and self.briefs:
            self._one_sided(sorted(self.briefs.keys() - self.details.keys()), "details", "brief", self.details)
            self._one_sided(sorted(self.details.keys() - self.briefs.keys()), "brief", "details", self.briefs)
        bare = sorted(n for n, part in self.details.items() if not part.has_abstract)
        if bare:
            self._problem(self.details[bare[0]].heading, f"{_papers(bare)} without the heading of an abstract.")

    def _one_sided(self, gone: list[int], lacks: str, keeps: str, present: dict[int, _PaperSpans]) -> None:
        if gone:
            at = next((p.heading for n, p in sorted(present.items()) if n > gone[0]), len(self.text))
            self._problem(at, f"{_papers(gone)} without {lacks}; only the {keeps} could be read.")

    def _after(self, numbers: list[int], gone: int) -> int:
        """Offset of the first paper after a missing one."""
        following = next((n for n in numbers if n > gone), numbers[-1])
        part = self.details.get(following) or self.briefs.get(following)
        return part.heading if part else 0

    def skeleton(self) -> tuple[str | tuple[str, str], ...]:
        """The file as verbatim strings and references to raw texts."""
        out: list[str | tuple[str, str]] = []
        at = 0
        for reference, span in sorted(self.spans.items(), key=lambda item: item[1]):
            if span.start > at:
                out.append(self.text[at : span.start])
            out.append(reference)
            at = span.end
        if at < len(self.text):
            out.append(self.text[at:])
        return tuple(out)


def _papers(numbers: list[int]) -> str:
    """ "paper 3 is", "papers 3 and 4 are", "papers 3, 4, 5, ... (20 papers) are"."""
    if len(numbers) == 1:
        return f"paper {numbers[0]} is"
    if len(numbers) <= 6:
        return f"papers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are"
    return f"papers {', '.join(map(str, numbers[:5]))} and {len(numbers) - 5} more are"


def _count(numbers: list[int]) -> str:
    return "1 was read" if len(numbers) == 1 else f"{len(numbers)} were read"


READER = DigestReader()
