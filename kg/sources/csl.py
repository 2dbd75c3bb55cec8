"""Papers in CSL-JSON, the form of citation processors (Zotero, Mendeley, pandoc), and in the same as YAML.

Specification: https://github.com/citation-style-language/schema, https://pandoc.org/MANUAL.html#specifying-bibliographic-data
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.model import Batch
from kg.sources.base import InputFile
from kg.sources.json_forms import JsonReader, row_of
from kg.sources.lines import opening, rows
from kg.sources.rows import Skipped, batch_of

_YAML = re.compile(
    r"(?:\A|^references:[ \t]*\n)([ ]{0,8})-[ ]+(?=[\w-]+:)(?:[^\n]*\n){1,40}?\1[ ]+(?:title|author):", re.M
)
_LARGEST = 100 << 10  # code points of an entry: the parser takes ten milliseconds a KB


class CslReader(JsonReader):
    """Reads CSL-JSON and CSL-YAML; an entry is named by its id."""

    def sniff(self, file: InputFile) -> float:
        return 0.9 if _YAML.search(_without_mark(opening(file))) else super().sniff(file)

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; an entry that is no YAML is skipped with a message."""
        found = _YAML.search(_without_mark(opening(file)))
        if found is None:
            return super().read(file)
        first = re.compile(rf"{found[1]}-[ ]")
        return batch_of(rows(file, first, lambda lines: self._row(lines, found[1], file)), file, self.name)

    def _row(self, lines: list[str], indent: str, file: InputFile) -> Mapping[str, Any] | None:
        import yaml

        inside = [line for line in lines[1:] if line.startswith(f"{indent} ") or not line.strip()]
        text = "\n".join((lines[0], *inside))
        if len(text) > _LARGEST:
            raise Skipped(f"it holds more than {_LARGEST >> 10} KB: shorten its texts")
        try:
            [entry] = yaml.load(text, Loader=yaml.BaseLoader)  # values as texts; libyaml would crash on deep nesting
        except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
            raise Skipped(
                f"it is not YAML ({' '.join(str(error).split())[:200]}): check its indents and quotes"
            ) from None
        if not isinstance(entry, dict):
            raise Skipped("it is no list of fields: write each as a name, a colon and a value")
        return row_of(entry, self.form, file)


def _without_mark(text: str) -> str:
    """The text behind the line that begins a document of YAML."""
    return text.removeprefix("---").lstrip("\n")


READER = CslReader("csl")
