"""Words and forms by which the body of a PDF is taken apart, as data (`pdf.toml`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kg.files import toml_file
from kg.text import fold

_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d{1,3}(?:\.\d{1,2})?[a-z]?|[IVX]{1,5}"


@dataclass(frozen=True, slots=True)
class PdfForms:
    """Patterns of captions, page numbers, contents and items, and headings that have no number."""

    captions: tuple[tuple[str, re.Pattern[str]], ...]  # "table", "figure" or "other"
    page_number: re.Pattern[str]
    leader: re.Pattern[str]
    contents: re.Pattern[str]
    item: re.Pattern[str]
    sections: frozenset[str]  # headings, folded
    headings: frozenset[str]  # these and those of parts of sections
    references: re.Pattern[str]
    abstract: re.Pattern[str]
    mathematics: re.Pattern[str]

    @staticmethod
    @cache
    def load() -> PdfForms:
        """Load the forms that ship with the package."""
        read = toml_file(__file__, "pdf.toml")
        return PdfForms(
            captions=tuple((kind, _caption(read[kind])) for kind in ("table", "figure", "other")),
            page_number=re.compile(read["page_number"]),
            leader=re.compile(read["leader"]),
            contents=re.compile(read["contents"]),
            item=re.compile(read["item"]),
            sections=frozenset(map(fold, read["sections"])),
            headings=frozenset(map(fold, [*read["sections"], *read["parts"]])),
            references=re.compile(read["references"]),
            abstract=re.compile(read["abstract"]),
            mathematics=re.compile(read["mathematics"]),
        )


def _caption(labels: list[str]) -> re.Pattern[str]:
    """A label, its number and the mark behind it: "Figure 3:", "TABLE IV", "图 2"."""
    words = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    return re.compile(
        rf"(?P<label>(?i:{words})\s?(?P<number>{_NUMBER})(?![\w]))\s*(?P<mark>[.:：|—–-]?)(?P<after>\s*)", re.ASCII
    )


@cache
def is_mathematics(font: str) -> bool:
    """Whether a font, by its name, holds signs of mathematics."""
    return bool(PdfForms.load().mathematics.search(font))
