"""Repair: undo damage by PDF extraction and typesetting, as edits that lead back to the raw text.

A repair needs evidence: the paper's own words, the usage of other papers (`kg.wordcounts`), or the form of the text
(a venue's notice, a title printed twice). Without evidence the text is kept. `kg.sources.repairs` has one module for
each kind of damage.
"""

from __future__ import annotations

from dataclasses import replace

from kg.model import Document, Text
from kg.sources.repairs.abstracts import bounds
from kg.sources.repairs.characters import decoded, encoding, spaces
from kg.sources.repairs.edits import Edits, PaperSpellings
from kg.sources.repairs.hyphens import join_apart, mend, space_sentences
from kg.sources.repairs.inline_tex import latex
from kg.sources.repairs.title_repairs import title
from kg.wordcounts import WordCounts

FIELDS = {"T": "title", "A": "abstract", "I": "institution line", "B": "brief", "H": "brief's title", "K": "keywords",
          "S": "summary"}  # fmt: skip


def repair(document: Document, words: WordCounts) -> Document:
    """Repair the texts of a document and add a sentence for every repair; the raw texts are kept."""
    raw = {field: text.raw for field, text in document.texts.items()}
    paper = PaperSpellings(raw, words)
    texts: dict[str, Text] = {}
    said = list(document.repairs)
    for field, text in raw.items():
        edits = Edits(text)
        if field != "B":
            encoding(edits)
        if field == "A":
            _abstract(edits, paper)
        elif field == "I":
            if "- " in text:
                join_apart(edits, words)
        elif field == "T":
            title(edits, paper)
        if field != "B":
            spaces(edits)
        texts[field] = edits.text()
        said += (what.format(field=FIELDS.get(field, field)) for what in edits.said())
    if "T" in texts and not texts["T"].text and raw.get("H", "").strip():
        edits = Edits(raw["H"])
        title(edits, paper)
        spaces(edits)
        found = edits.text().text
        texts["T"] = Text(raw["T"], found, ((0, len(raw["T"]), found),))
        said.append("The empty title was restored from the title above the brief.")
    authors = document.authors
    if not "".join(authors).isascii():
        authors = tuple(map(decoded, authors))
    if authors != document.authors:
        said.append("The wrong encoding of author names was corrected.")
    return replace(document, texts=texts, authors=authors, repairs=tuple(said))


def _abstract(edits: Edits, paper: PaperSpellings) -> None:
    if edits.raw:
        bounds(edits)
        latex(edits)
        mend(edits, paper)
        space_sentences(edits, paper.words)
