"""Safe XML reading: streaming, without entities, DTDs or network, limited in size, depth and number of elements.

Names are local names: "entry" matches in any namespace, because namespaces differ between versions of a format.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import Any

from kg.model import KgError
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import Row, Skipped, attempt

Element = Any  # lxml.etree._Element; lxml is imported when a file is read

_DEEPEST = 200  # levels; JATS with formulas reaches 40
_MOST = 4_000_000  # elements per file; 200 MB of JATS have 3.6 million
_MOST_WANTED = 100_000  # requested elements per file
_MOST_IN_ONE = 200_000  # elements in one requested element: a paper of 5,000 authors
_LARGEST = 16 * 1024 * 1024  # bytes of one requested element
_IS_MARKED = re.compile(r"\s*(?:\$|\\[\[(]|\\(?:documentclass|begin|usepackage)\b)")  # a formula with its signs around
BLOCKS = frozenset({"p", "s", "head", "title", "list-item", "break", "lb"})  # separate texts even without a space
_DECLARATION = re.compile(r"\s*(?:<\?xml\b|<!--|<!DOCTYPE\b|<[A-Za-z_])", re.I)
_BASE = re.compile(r"(?:\d|(?<![^\W\d_])[^\W\d_])$")  # of a power: a number, a single letter
_ENDINGS = re.compile(r"(?:\.grobid)?(?:\.tei)?(?:\.(?:n?xml|tei|json))?(?:\.(?:gz|bz2|xz))?$", re.I)


def looks_like_xml(file: InputFile) -> bool:
    """Whether the file starts like XML."""
    return _DECLARATION.match(file.start()) is not None


def stem(file: InputFile) -> str:
    """The name of a single-paper file without its extensions: "1706.03762" of 1706.03762.tei.xml."""
    return _ENDINGS.sub("", file.own_name) or file.own_name


def elements(
    file: InputFile, names: Collection[str], most: int | None = None, what: str = "papers"
) -> Iterator[Element]:
    """Yield the elements of these names in order; each is complete and valid until the next one is requested.

    Elements before the current one are freed. Raises KgError when the XML is damaged, declares entities, holds more
    than `most` of them, or exceeds another limit; messages call them `what`.
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    limits = _Limits(file, most or _MOST_WANTED, what)
    inside = 0  # open requested elements
    for data in chain(file.chunks(), (None,)):
        damage = None
        try:
            if data is None:
                parser.close()
            else:
                parser.feed(data)
        except etree.XMLSyntaxError as error:
            damage = error.msg or "no element"  # "Premature end of data in tag feed, line 1, column 30"
        limits.bytes(len(data or b""), inside)
        for event, element in parser.read_events():  # also those before the damage
            if event == "start":
                limits.start(element, inside)
                inside += local(element) in names
                continue
            limits.end()
            if local(element) in names:
                inside -= 1
                limits.wanted()
                yield element
            if not inside:
                while element.getprevious() is not None:  # keep the element itself: its tail may be incomplete
                    del element.getparent()[0]
        if damage is not None:
            raise KgError(f"{file.path}: the XML is damaged ({' '.join(damage.split())}): fetch the file again.")


class _Limits:
    """Counts what has been read and raises an error at a limit."""

    def __init__(self, file: InputFile, most: int, what: str) -> None:
        self._file, self._most, self._what = file, most, what
        self._depth = self._total = self._one = self._bytes = self._wanted = 0

    def bytes(self, number: int, inside: int) -> None:
        self._bytes = self._bytes + number if inside else 0
        if self._bytes > _LARGEST:
            self._stop(f"one of its {self._what} takes more than {_LARGEST >> 20} MB")

    def start(self, element: Element, inside: int) -> None:
        if not self._total:
            dtd = element.getroottree().docinfo.internalDTD
            if dtd is not None and next(dtd.iterentities(), None) is not None:
                self._stop("the XML declares entities of its own, which are not read", "write the texts out")
        self._depth += 1
        self._total += 1
        self._one = self._one + 1 if inside else 0
        if self._depth > _DEEPEST:
            self._stop(f"the XML is nested more than {_DEEPEST} deep")
        if self._total > _MOST or self._one > _MOST_IN_ONE:
            most, what = (_MOST, "the XML") if self._total > _MOST else (_MOST_IN_ONE, f"one of its {self._what}")
            self._stop(f"{what} has more than {most:,} elements")

    def end(self) -> None:
        self._depth -= 1

    def wanted(self) -> None:
        self._bytes = self._one = 0
        self._wanted += 1
        if self._wanted > self._most:
            self._stop(f"the file holds more than {self._most:,} {self._what}")

    def _stop(self, what: str, how: str = "split the file, or export it again") -> None:
        raise KgError(f"{self._file.path}: {what}: {how}.")


def rows(file: InputFile, names: Collection[str], make: Callable[[Element], Row | None]) -> Iterator[Row]:
    """Yield the result of `make` for each element of these names, except None."""
    for number, element in enumerate(elements(file, names), 1):
        row = attempt(make, element)
        if row is not None:
            yield (f"paper {number}", row) if isinstance(row, Skipped) else row


def local(element: Element) -> str:
    """The name of an element without its namespace; "" for other nodes (an undeclared entity)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, *path: str) -> list[Element]:
    """The elements at a path of local names below an element."""
    return list(element.iterfind("/".join(f"{{*}}{name}" for name in path)))


def child(element: Element, *path: str) -> Element | None:
    """The first of `children`, or None."""
    return next(iter(children(element, *path)), None)


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """All elements of these names below an element, in document order."""
    return (found for found in element.iter(*(f"{{*}}{name}" for name in names)) if found is not element)


def outermost(element: Element, *names: str) -> Iterator[Element]:
    """The outermost elements of these names below an element, in document order."""
    for below in element:
        if local(below) in names:
            yield below
        else:
            yield from outermost(below, *names)


def text(element: Element | None, without: Collection[str] = ()) -> str:
    """The text of an element and its descendants on one line, without the elements named in `without`."""
    if element is None:
        return ""
    pieces: list[str] = []
    _collect(element, without, pieces)
    return " ".join("".join(pieces).split())


def value(element: Element, *path: str) -> str:
    """The text of the first element at a path of local names; "" for none."""
    return text(child(element, *path))


def is_power(element: Element, before: str) -> bool:
    """Whether an element is the exponent of a number or letter: 10<sup>3</sup> is not 103, n<sup>2</sup> not n2."""
    is_raised = local(element) == "sup" and _BASE.search(before) is not None
    return is_raised and (element.text or "").strip("+-−").isdigit()


def _collect(element: Element, without: Collection[str], pieces: list[str]) -> None:
    name = local(element)
    if not name:
        pieces.append(html.unescape(element.text or ""))  # "&nbsp;" from a DTD that is not loaded
    elif name not in without:
        if is_power(element, pieces[-1] if pieces else ""):
            pieces.append("^")
        space = " " if name in BLOCKS else ""
        mark = "$" if name == "tex-math" and not _IS_MARKED.match(element.text or "") else ""
        pieces += (space, mark, element.text or "")
        for number, below in enumerate(element):
            if number == 1 and name == "msup":  # n², 10⁶
                pieces.append("^")
            _collect(below, without, pieces)
            pieces.append(below.tail or "")
        pieces += (mark, space)
