"""Papers as lines with labels: NoteExpress, CNKI's own form, arXiv's mails, and what people write by hand.

A label stands before a colon ("Title: ...", "题名：...", "Title-题名: ...") or in brackets ("{Title}: ...",
"【题名】..."); what fields may be called is data (fields.toml). Each paper begins with the same label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from kg.files import toml_file
from kg.sources import bibliography
from kg.sources.forms import Form
from kg.sources.inputs import InputFile
from kg.sources.json_records import keys
from kg.sources.lines import opening, rows
from kg.sources.links import without_notes
from kg.sources.paper_rows import Row, RowReader
from kg.text import has_han

_LABEL = re.compile(
    r"\s*(?:\{([^{}\n]{1,40})\}\s*[:：]|【([^【】\n]{1,40})】[:：]?"
    r"|([^\W\d_][\w ()/-]{0,40}?)\s*(?:::|[:：](?!//)))(.*)"
)
_MAIL = re.compile(r"\\\\(?:\s*\(\s*(https?://\S+).*)?\s*$")  # in arXiv's mails: before an abstract, behind it
_RULE = re.compile(r"\s*[-=_*~]{4,}\s*$")
_BRACKETED = re.compile(r"^[ \t]*(?:\{[A-Z][^{}\n]{1,40}\}|【[^【】\n]{1,40}】)", re.M)
_MOST_LINES = 120  # in which the first paper stands
_LEAST = 3  # fields of a paper that are read, by which the form is recognised
_SURE, _PLAIN = 0.85, 0.62  # plain labels also stand in Markdown, where other things mark a paper


def _sniff(file: InputFile) -> float:
    start = opening(file)
    mark = start.lstrip()[:1]
    if mark in ("<", "[", "%", "@") or not _first(start) or (mark != "{" and keys(file)):  # YAML
        return 0.0
    return _SURE if _BRACKETED.search(start) else _PLAIN


def _rows(file: InputFile) -> Iterator[Row]:
    first = re.compile(rf"\s*[{{【]?{re.escape(_first(opening(file)))}\s*[}}】]?\s*[:：}}】]")
    return rows(file, first, lambda lines: _row(file, lines))


def _first(text: str) -> str:
    """The label with which each paper begins: the first one of the lines around the first title; "" for none."""
    labels: list[str] = []  # since the last line that is none
    found: set[str] = set()
    begins = ""
    for line in text.split("\n")[:_MOST_LINES]:
        if not line.strip() or (not (label := _labelled(line)) and begins):
            continue
        if not label:
            labels = []
            continue
        labels.append(label[0])
        key = _keys().get(_form().called(label[0]), "")
        if not begins and key == "title":
            begins = labels[0]
        found.add(key)
    return begins if len(found & {"title", "authors", "abstract", "venue", "institutions", "arxiv"}) >= _LEAST else ""


@cache
def _form() -> Form:
    return Form.of(toml_file(__file__, "fields.toml")["labels"])


@cache
def _keys() -> dict[str, str]:
    """The key of each name of a field; the first key that has a name counts."""
    return {name: key for key, places in reversed([*_form().fields.items()]) for (name,) in places}


def _labelled(line: str) -> tuple[str, str] | None:
    """The label of a line and what stands behind it."""
    found = _LABEL.match(line)
    return (next(filter(None, found.groups()[:3])).strip(), without_notes(found[4]).strip()) if found else None


def _row(file: InputFile, lines: list[str]) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    told: list[str] = []
    for name, value in _values(lines):
        if value:
            said.setdefault(_form().called(name), []).append(value)
            told.append(name)
    names = {key: [name for (name,) in places] for key, places in _form().among(frozenset(said)).items()}
    row = bibliography.row(file, said, names)
    row["unread"] += _form().unread(dict.fromkeys(told))
    return row


def _ends_text(line: str, label: str) -> bool:
    """Whether a label ends an abstract, in which lines may begin with "Results:"."""
    return _form().called(label) in _keys() or has_han(label) or line.lstrip()[:1] in "{【"


def _values(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The labels of a paper and their values; lines without a label go on with the one before them."""
    heading, value = "", ""
    for line in lines:
        if _RULE.match(line):
            continue
        mail, label = _MAIL.match(line), _labelled(line)
        if mail:
            yield heading, value
            heading, value = ("url", mail[1]) if mail[1] else ("abstract", "")
        elif label and (_keys().get(_form().called(heading)) != "abstract" or _ends_text(line, label[0])):
            yield heading, value
            heading, value = label
        else:
            value = f"{value} {line.strip()}".strip()
    yield heading, value


#: An entry is named by its id, else by its position.
READER = RowReader("labels", _sniff, _rows, "entries")
