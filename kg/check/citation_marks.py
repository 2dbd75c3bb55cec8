"""The citations of a draft, and the papers of the graph that they mean: by its list of references, or a .bib file.

Marks are (Author et al., year), Author (year), [n], [@key], \\cite and what begins so. They say which paper a
sentence is about, and are none of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.check.subjects import Subject, Subjects
from kg.text import unaccented

_YEAR = r"(?:19|20)\d\d"
_NAME = r"[A-ZÀ-Þ][\w'’-]+"
_MARK = re.compile(
    r"[~ ]?\\[A-Za-z]*cite[A-Za-z]*\*?(?:\[[^\]\n]*\]){0,2}\{(?P<tex>[^}\n]{1,400})\}|"
    r" ?\[(?P<pandoc>[^\]\n@]{0,40}@[^\]\n]{1,400})\]|(?<![\w@])@(?P<key>[A-Za-z][\w:.+/-]*\w)|"
    r" ?\[(?P<numbers>[1-9]\d{0,2}(?:\s?[,;–-]\s?[1-9]\d{0,2}){0,12})\](?!\()|"
    rf" ?\((?P<authors>(?:see |e\.g\.,? )?{_NAME}[^()\n]{{0,200}}?\b{_YEAR}[a-z]?(?:[;,][^()\n]{{1,300}})?)\)|"
    rf"(?P<narrative>{_NAME})(?: et al\.?| and {_NAME}| & {_NAME})?,? \((?P<year>{_YEAR})[a-z]?\)"
)
_AUTHORS = re.compile(rf"({_NAME})[^;]*?\b({_YEAR})[a-z]?")
_ANY_YEAR = re.compile(rf"\b{_YEAR}\b")
_HEADING = re.compile(r"^(?:#{1,6}[ \t]*|\\section\*?\{)?(?:references|bibliography|参考文献)\}?[ \t:]*$", re.I | re.M)
_ENTRY = re.compile(
    r"^[ \t]*(?:\\bibitem(?:\[[^\]]*\])?\{(?P<item>[^}\n]+)\}|@\w+[ \t]*\{[ \t]*(?P<bib>[^,\s]+),|"
    r"\[(?P<label>\w{1,40})\]:?[ \t]|(?P<number>\d{1,3})\.[ \t]|[-*][ \t])",
    re.M,
)
_LEAST = 20  # characters of an entry
_LED = 80  # characters of an entry that hold the name of its first author


class Citations:
    """The citations of a draft."""

    def __init__(self, draft: str, subjects: Subjects, bib: str = "") -> None:
        """`bib` is the text of a .bib file."""
        self.known = subjects
        self._keys: dict[str, tuple[str, ...]] = {}  # papers by key or number; none for a paper that the graph lacks
        self._entries: list[tuple[str, tuple[str, ...]]] = []
        headings = [one.start() for one in _HEADING.finditer(draft)]
        entries = [one.start() for one in _ENTRY.finditer(draft) if one["item"] or one["bib"]]
        listed = len(draft)
        for line in reversed(draft.splitlines(keepends=True)):  # a list at the end, without a heading
            if line.strip() and not (_ENTRY.match(line) and _ANY_YEAR.search(line)):
                break
            listed -= len(line)
        self._start = min([*headings[-1:], *entries, listed])
        self._read(draft[self._start :])
        self._read(bib)
        self._marks = list(_MARK.finditer(draft, 0, self._start))
        #: Where there are references, a citation that means none of the graph's papers means another paper.
        found = [self._subject(mark) for mark in self._marks]
        self.subjects = [one for one in found if one.papers or self._entries]

    def without(self, draft: str) -> str:
        """A draft with blanks in the place of its citations and references; of "Fox (2024)" the name stays."""
        text = list(draft[: self._start])
        for mark in self._marks:
            start = mark.end("year") - 5 if mark["narrative"] else mark.start()
            text[start : mark.end()] = " " * (mark.end() - start)
        return "".join(text) + re.sub(r"[^\n]", " ", draft[self._start :])

    def _read(self, text: str) -> None:
        found = list(_ENTRY.finditer(text))
        ends = [*(one.start() for one in found), len(text)][1:]
        for mark, end in zip(found, ends, strict=True):
            entry = text[mark.end() : end]
            if len(entry) >= _LEAST:
                papers = self.known.cited(entry)
                self._entries.append((unaccented(entry), papers))
                if key := mark["item"] or mark["bib"] or mark["label"] or mark["number"]:
                    self._keys[key.strip()] = papers
        for entry in text.splitlines() if not found else ():  # lines without marks
            if len(entry) >= _LEAST:
                self._entries.append((unaccented(entry), self.known.cited(entry)))

    def _subject(self, mark: re.Match[str]) -> Subject:
        papers = dict.fromkeys(paper for some in self._papers(mark) for paper in some)
        return Subject(*mark.span(), mark[0].strip(" ~"), tuple(papers), True)

    def _papers(self, mark: re.Match[str]) -> Iterator[tuple[str, ...]]:
        if keys := mark["tex"] or mark["key"]:
            yield from (self._keys.get(key.strip(), ()) for key in keys.split(","))
        elif mark["pandoc"]:
            yield from (self._keys.get(key, ()) for key in re.findall(r"@([\w:.+/-]*\w)", mark["pandoc"]))
        elif mark["numbers"]:
            yield from (self._keys.get(key, ()) for key in re.findall(r"\d+", mark["numbers"]))
        elif mark["narrative"]:
            yield self._by(mark["narrative"], mark["year"])
        else:
            yield from (self._by(name, year) for name, year in _AUTHORS.findall(mark["authors"]))

    def _by(self, name: str, year: str) -> tuple[str, ...]:
        """The papers of an author and year: by the draft's references, else by the graph's authors."""
        name = unaccented(name.removesuffix("'s").removesuffix("’s"))
        listed = [papers for entry, papers in self._entries if name in entry[:_LED] or f"{name}," in entry]
        years = [papers for entry, papers in self._entries if name in entry and year in _ANY_YEAR.findall(entry)]
        for papers in (*years, *listed):
            return papers
        return self.known.written_by(name, int(year))
