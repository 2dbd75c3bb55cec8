"""Web of Science plain text, the tagged format between FN and EF, parsed with rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.model import Batch
from kg.sources import bibliography
from kg.sources.base import InputFile
from kg.sources.forms import forms
from kg.sources.lines import ended, opening, rows
from kg.sources.rows import Row, batch_of

_FIRST = re.compile(r"PT \S")
_SNIFF = re.compile(r"\s*FN [^\r\n]*[\r\n]+VR [^\r\n]*[\r\n]+|\s*PT [A-Z][\r\n]+(?:AU|TI|CA|BA) ")
_END = re.compile(r"ER\s*$")
_BY_LINE = ("AF", "AU", "BA", "BF", "C1")  # one person or address per line; lines of other tags are joined


class WosReader:
    """Reads Web of Science's tagged text; an entry is named by its accession number (UT)."""

    name = "wos"

    def sniff(self, file: InputFile) -> float:
        return 0.9 if _SNIFF.match(opening(file)) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; an entry without an end (ER) is skipped with a message."""
        return batch_of(_rows(file), file, self.name, "entries")


def _rows(file: InputFile) -> Iterator[Row]:
    from rispy import WokParser
    from rispy.config import WOK_TAG_KEY_MAPPING

    mapping = WOK_TAG_KEY_MAPPING | {"C3": "affiliation_names"}
    # Declare every tag as a list: rispy joins single values in quadratic time.
    parser = WokParser(mapping=mapping, list_tags=list(mapping), skip_unknown_tags=True)
    by_line = {mapping[tag] for tag in _BY_LINE}
    names = forms()["wos"]

    def row(lines: list[str]) -> dict[str, Any]:
        [values] = parser.parse_lines(iter(ended(lines, _END)))
        for name, parts in values.items():
            if isinstance(parts, list) and name not in by_line:
                values[name] = [" ".join(parts)]
        return bibliography.row(file, values, names)

    return rows(file, _FIRST, row)


READER = WosReader()
