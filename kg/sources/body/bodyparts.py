"""Parts of a body as they are read, and the body made of them: ids, roles, numbers of references, citations."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kg.latex import formulas
from kg.model import Cell, Part, Reference, Table, Text
from kg.sources.body.roles import Heading, is_contribution, measures, outline, settings
from kg.sources.paper_rows import ANY_YEAR, ARXIV_ID, doi_in
from kg.sources.repairs.characters import encoding, spaces
from kg.sources.repairs.edits import Edits
from kg.sources.repairs.inline_tex import latex

_ARXIV = re.compile(rf"(?:arxiv[.:/\s]{{0,3}}(?:org/)?(?:(?:abs|pdf)/)?|^)({ARXIV_ID})", re.I)
_YEAR_LETTER = re.compile(r"(?<=\b(?:19|20)\d\d)[a-z]\b")  # "2023a"
_NO_YEAR = re.compile(rf"(?:arxiv[.:/\s]{{0,3}}){ARXIV_ID}|https?://\S+|\b10\.\d{{4,9}}/\S+", re.I)
_LONGEST = 20_000  # code points of a part; a longer one is given in pieces


class Body(NamedTuple):
    """What a document has beside its header."""

    parts: tuple[Part, ...] = ()
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    problem: str = ""  # why something is missing


class Anchor(NamedTuple):
    """A place in a text that cites a reference, or names a section, table or figure by a label."""

    key: str
    shown: str = ""  # what is printed; "" for the number of what it leads to
    is_citation: bool = True
    between: tuple[str, ...] = ()  # further references that are cited here: those inside of a range


Piece = str | Anchor


class BodyLimit(Exception):
    """The body exceeds a limit; what was read so far counts."""


class _Open(NamedTuple):
    """A part before its section is known in full."""

    section: int  # index of its section, -1 before the first
    id: str  # "" where the section counts it
    kind: str
    pieces: tuple[Piece, ...]
    page: int | None = None


class Builder:
    """Collects the parts of a body in reading order; `body` gives them their ids, roles and links."""

    def __init__(self, is_tex: bool = False) -> None:
        self._limits = settings()["limits"]
        self._is_tex = is_tex
        self._ends = time.process_time() + self._limits["seconds"]
        self._sections: list[Heading] = []
        self._inline: set[int] = set()  # sections whose heading begins a paragraph: they count on
        self._parts: list[_Open] = []
        self._tables: list[tuple[Table, Sequence[tuple[tuple[Piece, ...], Cell]]]] = []
        self._references: dict[str, Reference] = {}
        self._ids: Counter[str] = Counter()
        self._characters = self._cells = 0
        self._numbers: dict[str, str] = {}  # of references
        self.page: int | None = None  # of what is added, where the format has pages
        self.labels: dict[str, str] = {}  # what references to a label print

    def cited(self) -> list[str]:
        """The keys of all citations, each once, in order."""
        pieces = (one for part in self._parts for one in part.pieces)
        links = [one for one in pieces if isinstance(one, Anchor) and one.is_citation]
        return list(dict.fromkeys(key for one in links for key in (one.key, *one.between)))

    def section(
        self, pieces: Iterable[Piece], level: int = 0, number: str = "", place: str = "", is_inline: bool = False
    ) -> None:
        """Begin a section; its heading is a part too."""
        if len(self._sections) >= self._limits["sections"]:
            raise BodyLimit(f"it has more than {self._limits['sections']:,} sections")
        pieces = tuple(pieces)
        shown = " ".join("".join(one if isinstance(one, str) else one.shown for one in pieces).split())
        if not shown:
            return
        if is_inline:
            self._inline.add(len(self._sections))
        self._sections.append(Heading(self._repaired(shown).text, level, number, place))
        self.add("heading", pieces)

    def add(self, kind: str, pieces: Iterable[Piece], name: str = "") -> None:
        """Add a part to the open section; nothing for one without text."""
        made = tuple(pieces)
        size = sum(len(one) for one in made if isinstance(one, str))
        if size > _LONGEST:
            for some in _split(made):
                self.add(kind, some, name)
            return
        if not any(one.strip() if isinstance(one, str) else True for one in made):
            return
        self._characters += size
        self.check()
        self._parts.append(_Open(len(self._sections) - 1, name, kind, made, self.page))

    def check(self) -> None:
        """Raise BodyLimit when the body is too large or takes too long."""
        most = self._limits
        if len(self._parts) >= most["parts"]:
            raise BodyLimit(f"it has more than {most['parts']:,} paragraphs")
        if self._characters > most["characters"]:
            raise BodyLimit(f"it has more than {most['characters']:,} characters")
        if time.process_time() > self._ends:
            raise BodyLimit(f"it takes more than {most['seconds']:g} s to read")

    def named(self, kind: str, number: str = "") -> str:
        """The id of a table, figure or footnote: "t2", by its number as printed, else as counted."""
        self._ids[kind] += 1
        name = f"{kind}{number or self._ids[kind]}"
        self._ids[f"={name}"] += 1
        again = self._ids[f"={name}"]
        return name if again == 1 else f"{name}-{again}"

    def table(self, name: str, label: str, cells: Sequence[tuple[Sequence[Piece], Cell]]) -> None:
        """Add a table of cells, each with its pieces; a table with too many has none."""
        self._cells += len(cells)
        if self._cells > self._limits["all_cells"]:
            raise BodyLimit(f"its tables have more than {self._limits['all_cells']:,} cells")
        kept = cells if len(cells) <= self._limits["cells"] else ()
        self._tables.append((Table(name, label, (), self.page), [(tuple(pieces), cell) for pieces, cell in kept]))

    def reference(self, key: str, raw: str, title: str = "", doi: str = "", arxiv: str = "", year: str = "") -> None:
        """Add an entry of the bibliography; what is not given is found in its text."""
        if not (raw or title) or key in self._references or len(self._references) >= self._limits["references"]:
            return
        raw = self._repaired(raw or title).text
        found = _ARXIV.search(arxiv or raw)
        years = ANY_YEAR.findall(year) or ANY_YEAR.findall(_YEAR_LETTER.sub("", _NO_YEAR.sub(" ", raw)))
        self._references[key] = Reference(
            key,
            raw,
            self._repaired(title).text,
            doi_in(doi or raw),
            found[1] if found else "",
            int(years[-1]) if years else None,
        )

    def body(self, problem: str = "") -> Body:
        """The body of all that was added."""
        self._numbers.update((key, str(at)) for at, key in enumerate(self._references, 1))
        texts = [self._text(part.pieces) for part in self._parts]
        said: dict[int, list[str]] = {}
        around = -1  # the last section that is not the start of a paragraph: what stands below those is its own text
        for part, (text, _) in zip(self._parts, texts, strict=True):
            around = part.section if part.section not in self._inline else around
            if part.kind in ("paragraph", "item"):
                for section in {part.section, around}:
                    said.setdefault(section, []).append(text.text)
        headings = [
            one._replace(words=words, cited=cited, measured=measured)
            for at, one in enumerate(self._sections)
            for words, cited, measured in [measures("\n".join(said.get(at, ())))]
        ]
        sections = list(_Sections(outline(headings), self._inline))
        parts: list[Part] = []
        cited: dict[str, list[tuple[str, int, int]]] = {}
        counts, again = Counter[str](), Counter[str]()
        is_listed = False  # the items behind an announcement of contributions
        for part, (text, links) in zip(self._parts, texts, strict=True):
            place, role, above = sections[part.section] if part.section >= 0 else ("s0", _first(sections), ())
            letter = {"heading": "h", "formula": "e"}.get(part.kind, "p")
            name = part.id
            if not name:
                counts[f"{place}/{letter}"] += 1
                number = counts[f"{place}/{letter}"]
                name = f"{place}/{letter}" if letter == "h" and number == 1 else f"{place}/{letter}{number}"
            again[name] += 1
            name = name if again[name] == 1 else f"{name}-{again[name]}"
            if role == "intro" and part.kind in ("paragraph", "item"):
                is_listed = is_contribution(text.text) or (is_listed and part.kind == "item")
                role = "contributions" if is_listed else role
            parts.append(Part(name, part.kind, role, above, text, part.page))
            for key, start, end in links:
                cited.setdefault(key, []).append((name, start, end))
        return Body(
            tuple(parts),
            tuple(self._filled(*one) for one in self._tables),
            tuple(
                Reference(one.key, one.raw, one.title, one.doi, one.arxiv, one.year, tuple(cited.get(one.key, ())))
                for one in self._references.values()
            ),
            problem,
        )

    def _filled(self, table: Table, cells: Sequence[tuple[tuple[Piece, ...], Cell]]) -> Table:
        made = tuple(
            Cell(one.row, one.column, self._cell(pieces), one.rowspan, one.colspan, one.head, one.bold)
            for pieces, one in cells
        )
        return Table(table.id, table.label, made, table.page)

    def _cell(self, pieces: Sequence[Piece]) -> str:
        """The text of a cell, with formulas as plain characters: it is compared with what other papers print."""
        return self._text([formulas(one, self._is_tex) if isinstance(one, str) else one for one in pieces])[0].text

    def _text(self, pieces: Sequence[Piece]) -> tuple[Text, list[tuple[str, int, int]]]:
        """The text of pieces on one line, and its citations: key and span."""
        links: list[tuple[str, int, int]] = []
        made: list[str] = []
        size = 0
        for piece in pieces:
            shown = piece if isinstance(piece, str) else piece.shown or self._printed(piece)
            one = " ".join(shown.split()) or " " * bool(shown)
            if one.strip():
                one = f"{' ' * shown[:1].isspace()}{one}{' ' * shown[-1:].isspace()}"
            if not size or (made and made[-1][-1:] == " "):
                one = one.lstrip()
            if one:
                if not isinstance(piece, str) and piece.is_citation:
                    links += [(key, size, size + len(one.rstrip())) for key in (piece.key, *piece.between)]
                made.append(one)
                size += len(one)
        raw = "".join(made).rstrip()
        text = self._repaired(raw)
        return text, [(key, *_shown(text, start, end)) for key, start, end in links if end <= len(raw)]

    def _printed(self, link: Anchor) -> str:
        return self._numbers.get(link.key, "?") if link.is_citation else self.labels.get(link.key, "??")

    def _repaired(self, raw: str) -> Text:
        edits = Edits(raw)
        encoding(edits)
        if self._is_tex:
            latex(edits)
        spaces(edits)
        return edits.text()


def _split(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces in groups of bounded size."""
    some: list[Piece] = []
    size = 0
    for piece in pieces:
        for at in range(0, len(piece), _LONGEST // 2) if isinstance(piece, str) else (0,):
            one = piece[at : at + _LONGEST // 2] if isinstance(piece, str) else piece
            some.append(one)
            size += len(one) if isinstance(one, str) else 0
            if size >= _LONGEST // 2:
                yield some
                some, size = [], 0
    yield some


def _first(sections: Sequence[tuple[str, str, tuple[str, ...]]]) -> str:
    """The role of text before the first heading: that of an introduction whose heading is missing, else other."""
    return "other" if any(role in ("intro", "abstract") for _, role, _ in sections) else "intro"


def _shown(text: Text, start: int, end: int) -> tuple[int, int]:
    """A span of the raw text in the repaired text; a bound within an edit moves to its end."""
    return _moved(text, start), _moved(text, end)


def _moved(text: Text, at: int) -> int:
    shift = 0
    for first, last, new in text.edits:
        if first >= at:
            break
        shift += len(new) - (min(last, at) - first)
    return at + shift


class _Sections:
    """The sections of a paper as their parts need them: id, role, headings from the outermost on."""

    def __init__(self, found: Sequence[tuple[Heading, str]], inline: set[int]) -> None:
        self._found, self._inline = found, inline

    def __iter__(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        is_numbered = any(heading.number for heading, _ in self._found)
        counts: list[int] = []
        around: list[tuple[int, str]] = []
        used: Counter[str] = Counter()
        place, unnumbered = "s0", 0
        for at, (heading, role) in enumerate(self._found):
            around = [one for one in around if one[0] < heading.level]
            around.append((heading.level, f"{heading.number} {heading.text}".strip()))
            if at not in self._inline:
                if heading.number:
                    place = f"s{heading.number}"
                elif is_numbered:
                    unnumbered += 1
                    place = f"su{unnumbered}"
                else:
                    depth = len(around)
                    counts = [*counts[:depth], *[0] * (depth - len(counts))]
                    counts[-1] += 1
                    place = f"s{'.'.join(map(str, counts))}"
                used[place] += 1
                place = place if used[place] == 1 else f"{place}-{used[place]}"
            yield place, role, tuple(text for _, text in around)


def attempted(read: Callable[[Builder], None], builder: Builder) -> str:
    """Read into a builder; why it ended early, "" when all was read. What was read until then counts."""
    try:
        read(builder)
    except BodyLimit as reason:
        return str(reason)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        return f"it cannot be read to its end ({type(error).__name__})"
    return ""


def body_of(read: Callable[[Builder], None], is_tex: bool = False) -> Body:
    """The body that a reader gives to a builder, as far as limits and errors allow."""
    builder = Builder(is_tex)
    return builder.body(attempted(read, builder))
