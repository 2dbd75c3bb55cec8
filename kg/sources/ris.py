"""RIS, the tagged format of most reference managers and publishers, parsed with rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.model import Batch
from kg.sources import bibliography
from kg.sources.base import InputFile
from kg.sources.forms import forms, unread
from kg.sources.lines import ended, opening, rows
from kg.sources.rows import Row, batch_of

_FIRST = re.compile(r"\s*TY {1,2}- ?")
_SNIFF = re.compile(r"(?:^|[\r\n])[ \t]*TY {1,2}- ?[A-Z]{3,}[^\r\n]*[\r\n]+[ \t]*[A-Z][A-Z0-9] {1,2}-")
_TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {1,2}-(?: |$)")
_END = re.compile(r"\s*ER {1,2}-(?: |$)")


class RisReader:
    """Reads RIS; an entry is named by its ID or accession number, else by its position."""

    name = "ris"

    def sniff(self, file: InputFile) -> float:
        return 0.9 if _SNIFF.search(opening(file)) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; an entry without an end (ER) is skipped with a message."""
        return batch_of(_rows(file), file, self.name, "entries")


def _rows(file: InputFile) -> Iterator[Row]:
    from rispy import RisParser
    from rispy.config import TAG_KEY_MAPPING

    # Declare every tag as a list: any tag may continue on the next line, and rispy joins single values in quadratic
    # time.
    parser = RisParser(list_tags=list(TAG_KEY_MAPPING), delimiter_tags_mapping={}, skip_unknown_tags=False)
    names = forms()["ris"]

    def row(lines: list[str]) -> dict[str, Any]:
        [values] = parser.parse_lines(iter(_tagged(ended(lines, _END))))
        others = values.pop("unknown_tag", {})
        return bibliography.row(file, values | others, names) | {"unread": unread(values | others, names)}

    return rows(file, _FIRST, row)


def _tagged(lines: list[str]) -> list[str]:
    """The lines, with tags as rispy expects them: two spaces before the hyphen."""
    tags = ((line, _TAG.match(line)) for line in lines)
    return [f"{tag[1]}  - {line[tag.end() :]}" if tag else line for line, tag in tags]


READER = RisReader()
