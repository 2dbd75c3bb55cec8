"""Separate authors from affiliations in the text between title and abstract, by marks, fonts and words.

There is no list of personal names. A name has the form of a name, is set in the font of the first names, and contains
no word that marks an organization (`ontology/words.ttl`, `ontology/institutions.ttl`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from kg.sources.layout.cells import MAIL, by_rows, rejoined, unparted
from kg.sources.layout.offices import MAIL_LABEL, Offices, is_prose, joined_lines, numbered, unlinked
from kg.sources.layout.pages import Char, TextLine, written
from kg.sources.layout.personal_names import JOINT, LOWEST, ON, in_font, is_name, is_names, listed_names, units
from kg.sources.layout.signs import without_notes, without_signs
from kg.sources.layout.teams import is_team, sole_author
from kg.text import count_han

MARK = re.compile(r"(?:[\d\sA-Za-zα-ωΑ-Ω_①-⑳]|[^\w])+")  # any raised sign but letters of words
_LEADING = re.compile(
    r"\s*(?:[①-⑳*∗⋆†‡§¶‖∥#♯♭♮⊥♣♠♦♥♢♡△▽◇◦\ufffd]+|\(?\d{1,2}[.)-]?(?=\s+[A-Z]|[A-Z](?:[a-z]|[A-Z]{2})))\s*"
)
NOTE = re.compile(
    r"(?<![^\W\d_])(?:work(?:ed|ing)?\s+(?:was|is|were|done|performed)|contribut\w+|intern(?:ship)?\b|correspond\w*"
    r"|project\s+(?:lead|page|website)|supported|funded|equal(?:ly)?\b|co-?first|authors?\b|published|accepted|copyright|license|submitted|received"
    r"|lead\s+contact|(?:present|current)\s+address|advis\w+|alphabetical|permission|github|code\s+(?:is\s+)?available)",
    re.I,
)
_SIGNS = "*∗†‡§¶✉"  # behind a mark, whether raised or not
_INITIALS = re.compile(r"^\W*(?:[A-Z]\.[\s-]?){1,4}\)\W*")  # of the one whose address stands on the line above
_MAIL_START, _MAIL_END = re.compile(r"[,;(]\s*[a-z][\w.+-]*-$"), re.compile(r"[\w.+-]*@")  # divided by a line end
_GOES_ON = re.compile(r"(?:[,&-]|\b(?:of|and|for|the|in|at|de|für|der|di|del|du))$")
_FULL = re.compile(r"\b(?:of|and|for|the)$")
_AND = re.compile(r"^(?:and|&)\s+")
_CAMPUS = re.compile(r"(?:^|[,;]\s*)(?:University|Universit[àyé]|Universidad) (?:of|di|de|degli) [A-Z]\w+$")
_IN_BRACKETS = re.compile(r"\s*[(（].*[)）]\s*")
_ON_BEHALF = re.compile(r"\W*on\s+behalf\s+of\b", re.I)
_CLOSE = 1.35  # em between the lines of one affiliation
_NEXT, _LOOSE = 1.8, 2.6  # em from an affiliation to the line below it, and where its last word is "of" or the like
_LARGE = 1.15  # size of a subtitle above names, relative to them
_EVEN = 0.1  # tolerance for the sizes of lines of one affiliation
_NEAR = 3.2  # em between a name and an affiliation without a typical word
_SENTENCE = 60  # code points; a longer line of running text is not an affiliation
_GAP = 0.5  # em; least gap between two names


@dataclass
class People:
    """Authors, affiliations (one text each) and e-mail addresses, as printed."""

    authors: list[str] = field(default_factory=list)
    affiliations: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)  # marks of the authors
    labels: set[str] = field(default_factory=set)  # marks of the affiliations


@dataclass
class _Piece:
    """A part of a header line: a name, an affiliation or an e-mail address, with its marks."""

    text: str
    line: TextLine
    kind: str  # "name", "place", "mail"
    marks: str = ""
    goes_on: bool = False  # whether it continues the affiliation of the line above


def people(lines: Sequence[TextLine]) -> People:
    """Authors and affiliations from the lines between title and abstract."""
    offices = Offices.load()
    out = People()
    lines = [line for line in map(without_signs, without_notes(lines)) if line]
    ordered = sorted(lines, key=lambda line: (round(line.y), line.left))
    able = [line for line in ordered if line.letters >= LOWEST and not MAIL.search(line.text)]
    if not able:
        return out
    first = next((line for line in able if _begins_with_name(line, offices)), able[0])
    pieces: list[_Piece] = []
    ordered = _of_header(ordered, first)
    cells = rejoined([unparted(row, offices) for row in by_rows(ordered)], offices)
    for at, line in enumerate(cells):
        beside = (*cells[max(0, at - 1) : at], *cells[at + 1 : at + 2])
        is_cell = any(abs(other.y - line.y) < 0.5 * line.size for other in beside)
        pieces += _pieces(line, first, offices, pieces, is_cell)
    _collect(pieces, out)
    if not out.authors:
        out.authors, out.affiliations = sole_author([li for row in by_rows(lines) for li in row], out.affiliations)
    return out


def _of_header(lines: Sequence[TextLine], first: TextLine) -> list[TextLine]:
    """The lines without a subtitle, and without the header in English that follows one in Chinese."""
    out: list[TextLine] = []
    for line in lines:
        if count_han(first.text) and line.y > first.y and line.size >= first.size and not count_han(line.text):
            break
        if line.y >= first.y or line.size <= _LARGE * first.size:
            out.append(line)
    return out


def _begins_with_name(line: TextLine, offices: Offices) -> bool:
    """Whether a line shows how names are set: it starts with a name, not with a date, subtitle or address."""
    return not NOTE.search(line.text) and is_name(units(line)[0].strip(" .,;:*"), offices)


def _pieces(line: TextLine, first: TextLine, offices: Offices, before: list[_Piece], is_cell: bool) -> list[_Piece]:
    """Parse a line, or a cell of a row (`is_cell`), into names, affiliations and e-mail addresses."""
    if MAIL.search(line.text) or line.text.count("@"):
        before_it = _without_mail(line)
        if before and before[-1].kind == "place" and _MAIL_END.match(line.text):
            before[-1].text = _MAIL_START.sub("", before[-1].text)
        mark = "".join(c.text for c in takewhile(lambda c: c.raised and MARK.fullmatch(c.text), line.chars))
        is_label = before_it.endswith(":") and not line.text.count("@")  # "Project URL: https://..."
        of = labels(mark)
        is_of = bool(of) and any(p.kind == "name" and of <= labels(p.marks) for p in before)
        names, rest = ([], "") if is_label else listed_names(before_it, line.chars, first, offices)
        kept = [_Piece(name, line, "name") for name in (*names, *_behind_mail(line, first, offices))]
        above = next((p for p in reversed(before) if p.kind == "place" and _is_below(p, line)), None)
        goes_on = not mark and above is not None and (above.goes_on or bool(above.marks)) and not NOTE.search(rest)
        if rest and (goes_on or is_of or offices.has(rest)) and not is_prose(rest):
            kept.append(_Piece(rest, line, "place", mark, goes_on))
        return [*kept, _Piece(line.text, line, "mail")]
    note = NOTE.search(line.text)
    if note:
        end = sum(not c.isspace() for c in line.text[: note.start()])
        if not offices.has(line.text[: note.start()]):
            return []
        line = TextLine(line.chars[:end], line.page)
    apart = _apart(line)
    beside = [_AND.sub("", written([c for c in part if not c.raised]).strip(" ,")) for part in apart]
    is_set_so = all(in_font(text, text, 0, part, first) for text, part in zip(beside, apart, strict=True))
    if len(beside) > 1 and is_set_so and all(is_name(text, offices) for text in beside):
        marks = ("".join(c.text for c in part if c.raised) for part in apart)
        return [_Piece(text, line, "name", mark) for text, mark in zip(beside, marks, strict=True)]
    out: list[_Piece] = []
    chunks = list(_chunks(line))
    is_named = _begins_with_name(line, offices) and in_font(line.text, line.text, 0, line.chars, first)
    is_as_names = line.chars_font() == first.chars_font()
    is_marked = bool(chunks and chunks[0][0])
    is_place = not is_marked and _continues(line, is_cell, len(chunks) > 1, is_as_names, is_named, before)
    follows = [p for p in before if p.kind == "place" and _is_below(p, line)]
    is_led = is_marked and any(p.kind == "name" and p.marks for p in before)  # affiliations start with their mark
    for mark, chars in chunks:
        text = written(chars).strip()
        is_new = (is_led and not ON.match(text)) or not is_names(text, chars, first, offices)
        if mark and (out == [] or is_place) and is_new:
            is_place = True
            out.append(_Piece(text, line, "place", mark))
            continue
        names, rest = ([], text) if is_place and not out else listed_names(text, chars, first, offices)
        is_street = len(names) == 1 and names[0].split()[-1] in offices.streets
        is_capital = bool(names) and names[0].isupper() and not (follows and follows[-1].text.isupper())
        if names and follows and not (is_capital or offices.has(rest)) and (rest or is_street):
            names, rest = [], text  # a place such as "Ann Arbor, MI"
        if mark and out and out[-1].kind == "name":
            out[-1].marks += mark
        out += [_Piece(name, line, "name") for name in names]
        if rest:
            joined = out and out[-1].kind == "place" and not mark
            if joined:
                out[-1].text = f"{out[-1].text} {rest}"
            else:
                goes_on = is_place and not out and not mark
                out.append(_Piece(rest, line, "place", mark if not names else "", goes_on))
            is_place = True
    return out


def _continues(
    line: TextLine, is_cell: bool, has_marks: bool, is_as_names: bool, is_named: bool, before: Sequence[_Piece]
) -> bool:
    """Whether a line without a mark of its own continues the affiliation that the line above started.

    In an author table, the city below an affiliation looks like a name.
    """
    above = next((p for p in reversed(before) if 0.5 * line.size < line.y - p.line.y and overlap(p.line, line)), None)
    if above is None or above.kind != "place" or not _is_below(above, line):
        return False
    is_alike = line.chars_font() == above.line.font
    is_close = line.y - above.line.y < _CLOSE * line.size and (is_alike or not is_as_names)
    is_city = is_close and not JOINT.match(line.text) and (is_cell or (is_alike and not is_as_names))
    is_linked = is_as_names and bool(ON.match(line.text))  # a list of names goes on: "and Bo Lee"
    is_even = abs(line.size - above.line.size) < _EVEN * max(line.size, above.line.size)
    is_within = line.text[:1].islower() and is_even and not is_linked  # "Universidade do Estado / de Santa Catarina"
    is_open = is_within or bool(_GOES_ON.search(above.text))
    is_marked = bool(above.marks) or above.goes_on
    return is_open or (is_marked and (has_marks or (is_alike and not is_named))) or is_city


def _apart(line: TextLine) -> list[list[Char]]:
    """Split a line at gaps wider than its word spaces: names side by side."""
    gaps = [c.left - b.right for b, c in pairwise(line.chars) if c.space]
    if len(gaps) < 2:
        return [line.chars]
    least = max(1.6 * min(gaps), _GAP * line.size)
    out, part = [], line.chars[:1]
    for before, char in pairwise(line.chars):
        if char.space and char.left - before.right > least:
            out.append(part)
            part = []
        part.append(char)
    return [*out, part]


def _chunks(line: TextLine) -> Iterable[tuple[str, list[Char]]]:
    """Yield a line split at its marks, which are raised or numbers set bold: (mark, characters after it)."""
    mark = ""
    chars: list[Char] = []
    lead = _LEADING.match(line.text)
    skip = 0
    if lead and not line.chars[0].raised and not (lead.group().strip().isdigit() and any(c.raised for c in line.chars)):
        skip = len(lead.group().replace(" ", ""))
        mark = lead.group().strip()
    for char in line.chars[skip:]:
        is_number = char.text.isdigit() and char.font.bold and not line.font.bold  # "1 ACME, Rome, 2 University of X"
        is_sign = bool(mark) and not chars and char.text in _SIGNS  # "Ada Fox¹*", whose star is not raised
        if is_number or is_sign or (char.raised and MARK.fullmatch(char.text)):
            if chars:
                yield mark, chars
                mark, chars = "", []
            mark += char.text
        else:
            chars.append(char)
    if chars or mark:
        yield mark, chars


def _without_mail(line: TextLine) -> str:
    """The text before an e-mail address on its line."""
    text = written([c for c in line.chars if not c.raised])
    match = MAIL.search(text)
    before = _INITIALS.sub("", text[: match.start()] if match else text)
    return MAIL_LABEL.sub("", before).strip(" ,;{([|")


def _behind_mail(line: TextLine, first: TextLine, offices: Offices) -> list[str]:
    """The name that follows an e-mail address on its line: "af@x.org and Bo Lee"."""
    found = list(MAIL.finditer(line.text))
    behind = _AND.match(line.text[found[-1].end() :].lstrip()) if found else None
    chars = line.chars[-sum(not c.isspace() for c in line.text[found[-1].end() :]) :] if behind else []
    names, rest = listed_names(written(chars), chars, first, offices) if chars else ([], "")
    return names if not rest else []


@dataclass
class _Breaks:
    """Detects line ends that are forced by the width of a table cell, as in ACM ("Middle East / University")."""

    room: float = 0.0  # width of the widest line in points
    is_full: bool = False  # whether it is that of a cell: authors did not end the lines themselves
    is_list: bool = False  # whether affiliations follow each other within a line

    @staticmethod
    def of(pieces: Sequence[_Piece]) -> _Breaks:
        places = [p for p in pieces if p.kind == "place"]
        is_full = any(_FULL.search(p.text) or _is_head(p.text) for p in places)
        is_list = any(b.marks and a.line is b.line for a, b in pairwise(p for p in places if p.text))
        return _Breaks(max((p.line.right - p.line.left for p in places), default=0.0), is_full, is_list)

    def between(self, above: _Piece, piece: _Piece, is_marked: bool) -> bool:
        """Whether the next line's first word had no room above, and that line does not start an organization's name."""
        chars = piece.line.chars
        word = [chars[0], *takewhile(lambda c: not c.space, chars[1:])]
        wide = above.line.right - above.line.left + word[-1].right - word[0].left
        is_forced = wide > self.room and (is_marked or self.is_full)
        has, last = Offices.load().has, above.text.rpartition(",")[2]
        starts = has(piece.text.partition(",")[0]) and (has(last) or not is_marked)
        return (is_marked and self.is_list) or (is_forced and not starts)


def _is_one_name(above: str, text: str) -> bool:
    """Whether a line end divides a name: "Zhengzhou / University", "University of Roma / Tor Vergata"."""
    is_place = _CAMPUS.search(above) and "," not in text and not Offices.load().has(text)
    return _is_head(text) or bool(is_place)


def _is_head(text: str) -> bool:
    """Whether a line starts with a single word like "University"."""
    first = text.partition(",")[0].split()
    return len(first) == 1 and first[0].istitle() and first[0].lower() in Offices.load().words


def _collect(pieces: list[_Piece], out: People) -> None:
    """Collect authors in order, and join affiliations that span several lines of a column."""
    breaks = _Breaks.of(pieces)
    chains: list[list[_Piece]] = []
    for before, piece in pairwise([None, *pieces]):
        assert piece
        if piece.kind == "mail":
            out.mails.append(piece.text)
        elif piece.kind == "name":
            out.marks |= labels(piece.marks)
            if piece.text not in out.authors:
                out.authors.append(piece.text)
        elif not _is_on_behalf(piece.text):
            is_near = any(
                0 <= piece.line.y - p.line.y < _NEAR * p.line.size and overlap(p.line, piece.line)
                for p in pieces
                if p.kind == "name"
            )
            out.labels |= labels(piece.marks)
            above = next((c for c in reversed(chains) if _is_below(c[-1], piece.line)), None)
            is_part = piece.goes_on and above is not None
            if not (piece.marks or is_part or is_near) and not Offices.load().has(piece.text):
                continue  # text of a figure, or a date
            is_sentence = len(piece.text) > _SENTENCE or (piece.text[:1].islower() and not is_part)
            if is_prose(piece.text) and (is_sentence or not Offices.load().has(piece.text)):
                continue
            is_named = before is not None and before.kind == "name" and before.line is piece.line
            is_one = Offices.load().is_university  # "Charles University" above "University of Edinburgh"
            is_done = above is not None and (
                Offices.load().is_country(above[-1].line.text) or (is_one(above[-1].text) and is_one(piece.text))
            )
            chain = None if piece.marks or is_named or is_done else above
            if chain is None or (_IN_BRACKETS.fullmatch(chain[-1].text) and piece.text.startswith(("(", "（"))):
                chains.append([piece])
            elif _is_one_name(chain[-1].text, piece.text) or breaks.between(chain[-1], piece, bool(chain[0].marks)):
                chain[-1] = replace(piece, text=f"{chain[-1].text} {piece.text}")
            else:
                chain.append(piece)
    found = [one for chain in chains for one in numbered(joined_lines([p.text for p in chain]))]
    out.labels |= {mark for mark, _ in found if mark}
    texts = dict.fromkeys(unlinked(text) for _, text in found)
    out.affiliations += [text for text in texts if text and not _is_on_behalf(text)]


def _is_on_behalf(text: str) -> bool:
    """Whether a text names a group for which the authors write: "on behalf of ...", "for the LINK Study Group"."""
    return bool(_ON_BEHALF.match(text)) or (text.startswith("for ") and is_team(text[4:].strip(" *†‡")))


def _is_below(above: _Piece, b: TextLine) -> bool:
    """Whether a line directly follows an affiliation in its column."""
    a = above.line
    most = _LOOSE if _GOES_ON.search(above.text) else _NEXT
    return a is not b and 0 < b.y - a.y <= most * max(a.size, b.size) and overlap(a, b)


def labels(marks: str) -> set[str]:
    """Split consecutive marks into single ones: numbers, letters, symbols."""
    return set(re.findall(r"\d+|[IVX]+|[^\s\d,]", marks))


def overlap(a: TextLine, b: TextLine) -> bool:
    """Whether two lines overlap horizontally."""
    return a.left < b.right and b.left < a.right
