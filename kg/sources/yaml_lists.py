"""Papers in YAML: a list of records, as of a lab's page or of CSL, or the front matter of a note in Markdown.

Specifications: https://yaml.org/spec/1.2.2/, https://jekyllrb.com/docs/front-matter/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from kg.sources.base import InputFile
from kg.sources.forms import Form
from kg.sources.lines import opening, records
from kg.sources.rows import Skipped

_FRONT = re.compile(r"---[ \t]*\n(.{1,20000}?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_BEFORE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|---[ \t]*\n)*")
_LIST = re.compile(r"(?:[\w-]{1,40}:[ \t]*\n)?([ ]{0,8})-[ ]+[\w-]{1,40}[ ]?:(?:[ ]|\n)")
_KEY = re.compile(r"^[ ]*(?:-[ ]+)?[\"']?([\w-]{1,60})[\"']?[ ]?:(?:[ ]|$)", re.M)
_UNQUOTED = re.compile(r"^(\s*(?:-\s+)?[\w-]{1,60}:[ ]+)(?![\s'\"\[{|>&*!])(.*(?::\s|\s#).*)$", re.M)
_FIRST = 5  # entries, of which one must be right
_LEAST = 4  # fields of a paper in front matter
_LARGEST = 100 << 10  # code points of an entry: the parser takes a millisecond a KB


def keys(file: InputFile) -> frozenset[str]:
    """The keys in the first part of a file in YAML; empty for other files."""
    start, front, indent = _shape(opening(file))
    if indent is not None:
        first = islice(_entries(file, indent), _FIRST)
        return frozenset(_KEY.findall(start) if any(isinstance(entry, dict) for _, entry in first) else ())
    found = frozenset(_KEY.findall(front))
    return found if _of_paper(found) >= _LEAST else frozenset()


def _of_paper(names: frozenset[str]) -> int:
    """How many fields of a paper are among some names; many notes have a title, an author and a date."""
    form = _any()
    fields = form.among(frozenset(map(form.called, names))) if names else {}
    return len(fields.keys() - {"id", "url", "keywords", "year" if "date" in fields else ""})


@cache
def _any() -> Form:
    return Form.of({})


def entries(file: InputFile) -> Iterator[tuple[str, Any]] | None:
    """The records of a file in YAML and where they stand, or why one is none; None for other files."""
    _, front, indent = _shape(opening(file))
    if indent is not None:
        return _entries(file, indent)
    return iter([("the front matter", _loaded(front))]) if front and keys(file) else None


@lru_cache(4)
def _shape(start: str) -> tuple[str, str, str | None]:
    """A text without what stands before a list, its front matter, and the indent of the list's items."""
    start = start.replace("\r\n", "\n")
    if (found := _FRONT.match(start)) and not _LIST.match(found[1]):
        return start, found[1], None
    start = start[end.end() :] if (end := _BEFORE.match(start)) else start
    found = _LIST.match(start)
    return start, "", found[1] if found else None


def _entries(file: InputFile, indent: str) -> Iterator[tuple[str, Any]]:
    for record in records(file, re.compile(rf"{indent}-[ ]")):
        inside = [line for line in record.lines[1:] if line.startswith(f"{indent} ") or not line.strip()]
        text = "\n".join((*record.lines[:1], *inside))
        made = Skipped(record.problem) if record.problem else _loaded(text)
        yield f"line {record.number}", made[0] if isinstance(made, list) and len(made) == 1 else made


def _loaded(text: str) -> Any:
    import yaml

    if len(text) > _LARGEST:
        return Skipped(f"it holds more than {_LARGEST >> 10} KB: shorten its texts")
    reason = ""
    for written in (
        text,
        _UNQUOTED.sub(lambda found: found[1] + json.dumps(found[2], ensure_ascii=False), text),
    ):  # "title: Keys: A Study"
        try:
            return yaml.load(written, Loader=yaml.BaseLoader)  # values as texts; libyaml would crash on deep nesting
        except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
            reason = reason or " ".join(str(error).split())[:200]
    return Skipped(f"it is not YAML ({reason}): check its indents and quotes")
