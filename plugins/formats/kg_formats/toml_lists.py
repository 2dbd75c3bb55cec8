"""Papers in TOML: tables by their keys, or arrays of tables, as pages and scripts keep them.

Specification: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from kg.model import KgError
from kg.sources.forms import folded_name, forms
from kg.sources.inputs import InputFile
from kg.sources.lines import opening
from kg_formats import yaml_lists

_EMPTY = r"(?:[ \t]*(?:#[^\n]*)?\r?\n){0,200}"
_FIRST = re.compile(
    rf"{_EMPTY}[ \t]*\[{{1,2}}(?P<name>[\w.\"':/ -]{{1,100}})\]{{1,2}}[ \t]*(?:#[^\n]*)?\r?\n"
    rf"{_EMPTY}[ \t]*[\"']?[\w-]{{1,60}}[\"']?[ \t]*="
)
_FRONT = re.compile(r"\+\+\+[ \t]*\r?\n(.{1,20000}?\n)\+\+\+[ \t]*(?:\r?\n|\Z)", re.S)  # of a note
_KEY = re.compile(r"^[ \t]*[\"']?([\w-]{1,60})[\"']?[ \t]*=", re.M)
_TITLES = frozenset({"title", "paper"})
_LEAST = 3  # fields of a paper; the settings of a page have a title too
_LARGEST = 2 << 20  # code points: the parser takes a second a MB


def keys(file: InputFile) -> frozenset[str]:
    """The keys in the first part of a file of papers in TOML; empty for other files."""
    start = opening(file)
    front, first = _FRONT.match(start), _FIRST.match(start)
    names = frozenset(_KEY.findall(front[1] if front else start if first else ""))
    is_named = first is not None and first["name"] in forms()["json"]["lists"]
    is_paper = yaml_lists.of_paper(names) >= _LEAST or is_named
    called = frozenset(map(folded_name, names))
    return names | {"title"} if is_paper and not _TITLES.isdisjoint(called) else frozenset()


def is_data(file: InputFile) -> bool:
    """Whether a file is papers in TOML."""
    return bool(keys(file))


def entries(file: InputFile) -> Iterator[tuple[str, Any]] | None:
    """The records of a file in TOML and where they stand; None for other files.

    The records raise KgError when the file is damaged or too large.
    """
    return _entries(file) if keys(file) else None


def _entries(file: InputFile) -> Iterator[tuple[str, Any]]:
    text = file.text()
    if len(text) > _LARGEST:
        raise KgError(f"{file.path}: holds more than {_LARGEST >> 20} MB: split it into smaller files.")
    front = _FRONT.match(text)
    try:
        tables = tomllib.loads((front[1] if front else text).replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise KgError(f"{file.path}: is not TOML ({str(error)[:200]}): check its quotes and brackets.") from None
    if front:
        yield from yaml_lists.of_note(_plain(tables), text[front.end() :])
        return
    for key, value in tables.items():
        for number, one in enumerate(value if isinstance(value, list) else [value], 1):
            if isinstance(one, dict):
                own = {"id": key} if isinstance(value, dict) and "title" in map(folded_name, one) else {}
                yield f"{key} {number}" if isinstance(value, list) else key, {**own, **_plain(one)}


def _plain(value: Any) -> Any:
    """A value whose dates and times are texts."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
