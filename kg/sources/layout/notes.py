"""Affiliations in the notes at the bottom of the first page, as in ICML, journals and mathematical papers."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import dropwhile, pairwise

from kg.sources.layout.author_lines import MARK, NOTE, People, labels, overlap
from kg.sources.layout.blocks import is_running, without_blocks
from kg.sources.layout.cells import MAIL
from kg.sources.layout.offices import Offices, clean, is_prose, joined_lines, unlinked
from kg.sources.layout.page_words import HeaderLabels
from kg.sources.layout.pages import Char, TextLine, written
from kg.sources.layout.personal_names import is_title
from kg.text import count_han

_WITH = re.compile(
    r"\b(?:is|are|was|were)\s+(?:currently\s+|also\s+|now\s+)?(?:with|at)\s+(?:the\s+)?((?:[^.]|\.(?=\S|\s(?-i:[a-z]))){8,300}?)"
    r"(?:\s*\(?\s*e-?mails?\b|\.\s[a-z]\)|\.\s(?!(?-i:[a-z]))|\.?\s*$|;\s|\s+\(?(?:email|corresponding)\b|\s+\S+@)",
    re.I,
)
_ALSO = re.compile(r",?\s+and\s+(?:is\s+|are\s+)?(?:also\s+)?(?:with|at)\s+(?:the\s+)?")
_CUT = re.compile(
    r"\s*[*∗]?\s*(?:\(?(?:C|(?<=\()c)orrespond(?:ence|ing)|Contact|(?i:e-?mails?\b)|Proceedings\b|Copyright|Preprint)"
    r"|\s[†‡§¶]\s|\.\s*[*∗†‡§¶✉](?=\s*[A-Za-z])|\.\s+(?:This|Work|Part of|Equal)\b"
    r"|\.\s+(?:Partly\s+|Partially\s+)?[Ss]upported\b"
)
_SENTENCE = re.compile(r"\b(?:we|is|are|was|were|this|these|our|has|have|can|see|denotes?)\b", re.I)
_BRACKET = re.compile(r"\(([^()]{2,300})\)")
_LED = re.compile(r"^(?:and\s+)?(?:the\s+)?(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_][\w'’-]+")
_PARTS = re.compile(r"[,;·&]|\band\b")
_TO_WHOM = re.compile(r"\bcorrespond\w*(?:\s+\w+){0,7}\W*(?:(?:Dr|Prof)\.?\s*)*$", re.I)
_MAILED = re.compile(r"[,;.]?\s*\(?e-?mail\b", re.I)
_NUMBER = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.、．]\s*(?=[^\W\d])")
_SIGNS_AROUND = re.compile(r"^\s*\[\w\]\s*|\([^\w()]*\)|[*†‡✉]")  # "[a] Dr. A. Fox", "B. Lee (✉)"
_MOST_WORDS = 10  # of an affiliation without a typical word
_LONGEST = 400  # code points of an affiliation
_INDENT = 2.0  # em of the first line of a note
_SIGNS = 3  # of a mark in a cell of its own
_MARK = 0.8  # largest size of a mark, relative to the affiliation beside it


def footnotes(lines: Sequence[TextLine], known: People, marks: Container[str] | None) -> list[str]:
    """Affiliations in the notes of the page: "¹University of X ²ACME", "J. Doe is with the University of Y".

    `marks`: footnote marks to consider, None for all. The marks found are added to `known.labels`.
    """
    offices, heads = Offices.load(), HeaderLabels.load().note
    kept = without_blocks(lines, lambda text: heads.fullmatch(text.rstrip(" :*∗†")))  # not "Correspondence"
    own = set(map(id, kept))
    lines = [line for line in lines if id(line) in own]
    found = [place for place in _below_names(lines, known) if not is_prose(place)]
    is_list = False  # of affiliations with numbers, which may stand in a note each
    for chars in notes([] if found else lines):
        text = written(chars)
        found += list(of_named(text, known.authors, offices)) or _of_list(text, offices)
        found += after_names(text, known.authors, offices)
        raised = list(_items(chars))
        found += (place for _, item in raised for place in of_persons(item, known.authors, offices))
        listed = _numbered(text, known.marks) or raised
        items = [(labels(m), _without_mails(_CUT.split(i)[0])) for m, i in listed]
        items = [(of, place) for of, place in items if of and (marks is None or any(m in marks for m in of))]
        is_list = is_list or any(_is_place(place, offices) for _, place in items)
        for of, place in items:
            if _is_place(place, offices) or (is_list and of <= known.marks):
                known.labels |= of
                found.append(place)
    return list(dict.fromkeys(f for f in found if f))


def of_named(text: str, authors: Sequence[str], offices: Offices) -> Iterator[str]:
    """Yield affiliations with their authors in brackets: "University of X, Y, USA (Keller, Zhang); ..."."""
    families = {name.split()[-1].casefold() for name in authors} | {_initials(name) for name in authors}
    labels = HeaderLabels.load()
    match = labels.affiliations.match(text)
    at = match.end() if match else 0
    for bracket in _BRACKET.finditer(text, at):
        words = {word.casefold() for word in _WORD.findall(bracket[1])}
        words |= {_initials(part) for part in bracket[1].split(",")}
        place = clean(_LED.sub("", text[at : bracket.start()].strip(" .:;,")))
        at = bracket.end()
        is_sentence = "@" in bracket[1] + place + text[at : at + 2] or _SENTENCE.search(place) or NOTE.search(place)
        if (
            words & families
            and not is_sentence
            and 8 < len(place) < _LONGEST
            and offices.has(place)
            and not is_prose(place)
        ):
            yield place


def _initials(text: str) -> str:
    """The initials of a person, also of one that is told by them: "JHK" of "Jun-Ho Kim" and of "J.-H.K."."""
    return "".join(part if part.isupper() else part[0] for part in re.split(r"[\s.-]+", text) if part)


def of_persons(text: str, authors: Sequence[str], offices: Offices) -> Iterator[str]:
    """Yield where the authors are: "A. Keller and B. Zhang are with the University of X"."""
    families = [name.split()[-1].casefold() for name in authors]
    for match in _WITH.finditer(text):
        if offices.has(match[1]) or any(family in text[: match.start()].casefold() for family in families):
            yield from map(clean, _ALSO.split(match[1]))


def _of_list(text: str, offices: Offices) -> Iterator[str]:
    """Yield affiliations of a list with a heading: "Author Affiliations: University of X, Y; University of Z."."""
    heading = HeaderLabels.load().affiliations.match(text)
    listed = _CUT.split(text[heading.end() :])[0] if heading else ""
    if ";" in listed and not _BRACKET.search(listed):
        yield from (place for part in listed.split(";") if _is_place(place := clean(part.strip(" .:,")), offices))


def after_names(text: str, authors: Sequence[str], offices: Offices) -> Iterator[str]:
    """Yield affiliations behind the names of their authors: "Ada Keller, University of X, Y; Bo Zhang: Z, USA"."""
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in authors)
    behind = r"\s*(?:\([^()]{1,60}@[^()]{3,60}\)\s*)?[,:]\s+(?-i:(?=[A-Z]))"
    families = "|".join(re.escape(name.split()[-1]) for name in authors)
    alone = rf"(?:^|(?<=[.;*∗†] ))\W*(?:{families}):\s+(?-i:(?=[A-Z]))"  # "* Keller: University of X"
    starts = list(re.finditer(rf"(?:{names}){behind}|{alone}", text, re.I)) if names else []
    others = [match for match in starts if not _TO_WHOM.search(text[: match.start()])]
    starts = starts if others else []  # where an author can be reached is none, but in a list of all authors
    ends = [match.start() for match in starts[1:]]
    items = (text[match.end() : end] for match, end in zip(starts, [*ends, len(text)], strict=False))
    places = [clean(MAIL.split(_CUT.split(_MAILED.split(item)[0])[0])[0].strip(" .;,")) for item in items]
    places = [" ".join(dropwhile(is_title, place.split())) for place in places]
    if any(_is_place(place, offices) for place in places):
        yield from (place for place in places if _is_place(place, offices) or _is_plain(place))


def _below_names(lines: Sequence[TextLine], known: People) -> Iterator[str]:
    """Yield affiliations below the names of their authors, up to an e-mail address or a gap."""
    names = set(map(str.casefold, known.authors))
    families = {" ".join(words[at:]) for words in map(str.split, names) for at in range(1, len(words))}
    place: list[TextLine] | None = None  # None: not below names
    last: TextLine | None = None
    for line in lines:
        is_apart = last is None or not (0 < line.y - last.y < 1.35 * line.size and overlap(last, line))
        parts = [part for part in _PARTS.split(line.text) if part.strip()]
        is_named = all(_is_short_name(part, families) or part.strip().casefold() in names for part in parts)
        if place and (is_apart or is_named or MAIL.search(line.text) or NOTE.search(line.text)):
            yield joined_lines([li.text for li in place])
            place = None
        if is_named:
            place = []
        elif is_apart or (place == [] and line.text[0].islower()):  # "A. Fox, B. Lee / are with the University of X"
            place = None
        elif place is not None:
            place.append(line)
        last = line
    if place:
        yield joined_lines([line.text for line in place])


def _is_short_name(text: str, families: Container[str]) -> bool:
    """Whether a text is a known family name behind initials: "J.-H. Kim", "A. van der Berg"."""
    words = _SIGNS_AROUND.sub("", text).split()
    family = [*dropwhile(lambda word: len(word.strip(".")) < 2 or "." in word, words)]
    return len(family) < len(words) and " ".join(family).casefold() in families


def _without_mails(text: str) -> str:
    """An affiliation without e-mail addresses, and without the brackets around them."""
    text = MAIL.sub("", text).strip(" .<>{}")
    return unlinked(clean(text.rstrip(" ,;.()") if text.count(")") != text.count("(") else text))


def _is_place(text: str, offices: Offices) -> bool:
    """Whether a text in the notes is an affiliation and nothing else."""
    if NOTE.search(text) or MAIL.search(text) or _SENTENCE.search(text) or is_prose(text):
        return False
    return bool(text[:1].isupper() or count_han(text[:1])) and len(text) < _LONGEST and offices.has(text)


def _is_plain(text: str) -> bool:
    """Whether a text in a list of affiliations can be one without a typical word, and is no sentence or address."""
    is_other = NOTE.search(text) or MAIL.search(text) or _SENTENCE.search(text) or is_running(text)
    return not is_other and text[:1].isupper() and len(text.split()) <= _MOST_WORDS


def notes(lines: Sequence[TextLine]) -> Iterable[list[Char]]:
    """Yield the characters of each block of notes, with line ends as spaces."""
    run: list[TextLine] = []
    known = HeaderLabels.load()
    for line in lines:
        is_beside = bool(run) and abs(line.y - run[-1].y) < 0.3 * line.size and line.left > run[-1].right  # set wide
        is_beside = is_beside or (bool(run) and _is_mark(run[-1], line))
        is_below = bool(run) and 0 <= line.y - run[-1].y < 1.8 * line.size and _is_under(run[-9:], line)
        is_new = not is_beside and (
            known.note.match(line.text) or known.affiliations.match(line.text) or _is_apart(run, line)
        )
        if run and (is_new or not (is_beside or is_below)):
            yield spaced(run)
            run = []
        run.append(line)
    if run:
        yield spaced(run)


def _is_under(row: Sequence[TextLine], line: TextLine) -> bool:
    """Whether a line lies below a row of cells, the first of which may be indented."""
    left, right = min(li.left for li in row), max(li.right for li in row)
    return line.left < right and line.right > left - _INDENT * line.size


def _is_apart(run: Sequence[TextLine], line: TextLine) -> bool:
    """Whether the gap above a line is wider than those in the block before it."""
    size = max([line.size, *(li.size for li in run[-1:])])  # a mark in a cell of its own is small
    gaps = [b.y - a.y for a, b in pairwise(run) if b.y - a.y > 0.5 * size]
    return bool(gaps) and line.y - run[-1].y > max(1.4 * min(gaps), 1.3 * size)


def _is_mark(mark: TextLine, line: TextLine) -> bool:
    """Whether a cell holds the raised mark of the affiliation beside it."""
    is_level = 0 < line.y - mark.y < 0.6 * line.size and mark.right < line.left
    return is_level and len(mark.chars) <= _SIGNS and mark.size < _MARK * line.size


def spaced(run: Sequence[TextLine]) -> list[Char]:
    """Characters of several lines, separated by spaces except after hyphens and between Chinese."""
    out: list[Char] = []
    for line in run:
        chars = list(line.chars)
        is_divided = bool(out) and out[-1].text == "-"
        if is_divided and chars[0].text.islower():
            out.pop()
        chars[0].space = not is_divided and not (out and count_han(out[-1].text) and count_han(chars[0].text))
        out += chars
    return out


def _numbered(text: str, marks: Container[str]) -> list[tuple[str, str]]:
    """A list "1. University of X 2. ACME" whose numbers are marks of the authors, as (mark, text after it).

    A second list, in another language, is left out.
    """
    found = list(_NUMBER.finditer(text))
    end = next((at for at, match in enumerate(found) if at and match[1] == "1"), len(found))
    if end < 2 or not all(int(m[1]) == at and m[1] in marks for at, m in enumerate(found[:end], 1)):
        return []
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [(m[1], text[m.end() : to]) for m, to in zip(found[:end], ends[:end], strict=True)]


def _items(chars: Sequence[Char]) -> Iterable[tuple[str, str]]:
    """Yield the text split at raised marks: (mark, text after it)."""
    mark = ""
    item: list[Char] = []
    for char in chars:
        is_ordinal = char.text.isalpha() and not char.space and (item[-1:] or [char])[0].text.isalnum()  # "29th"
        if char.raised and MARK.fullmatch(char.text) and not (item and is_ordinal):
            if item:
                yield mark, written(item)
                mark, item = "", []
            mark += char.text
        else:
            item.append(char)
    if item:
        yield mark, written(item)
