"""Papers of an XML file in which the body of each stands behind its header."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kg.model import KgError
from kg.sources import xml
from kg.sources.body.bodyparts import Builder, attempted
from kg.sources.body.flow import Flow
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import Row, attempt

_MOST = 400_000  # headers and bodies of a file


def papers(
    file: InputFile,
    header: str,
    bodies: frozenset[str],
    make: Callable[[xml.Element, str], dict[str, Any]],
    reader: type[Flow],
    without: tuple[str, ...] = (),
) -> Iterator[Row]:
    """The rows that `make` gives for the headers, each with the body that the elements behind it give.

    A paper whose header, or body, stands in an element named in `without` is none. Bodies are read where the file is
    wanted whole; a file that is damaged in a body still gives its header.
    """
    number = 0
    waiting: Row | None = None
    builder = Builder()
    problems: list[str] = []
    try:
        for element in xml.elements(file, {header, *(bodies if file.is_whole else ())}, _MOST):
            if xml.local(element.getparent()) in without:
                continue
            if xml.local(element) != header:
                if not problems and waiting is not None:
                    read = attempted(lambda builder, element=element: reader(builder).whole(element), builder)  # type: ignore[misc]
                    problems += [read] * bool(read)
                continue
            if waiting is not None:
                yield waiting
            number += 1
            builder, problems = Builder(), []
            row = attempt(make, element, xml.stem(file) if number == 1 else "")
            if file.is_whole and isinstance(row, dict):
                row["body"] = lambda builder=builder, problems=problems: builder.body("".join(problems))
            waiting = f"paper {number}", row
    except KgError:
        if waiting is not None:
            yield waiting
        raise
    if waiting is not None:
        yield waiting
