"""Papers in YAML: a list or a map of records, as of a lab's page or of CSL, one record, or the front matter of a note.

Specifications: https://yaml.org/spec/1.2.2/, https://jekyllrb.com/docs/front-matter/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain, islice
from textwrap import dedent, indent
from typing import Any

from kg.sources.beside import is_noted
from kg.sources.forms import any_form, forms
from kg.sources.inputs import InputFile
from kg.sources.lines import opening, records, text_lines
from kg.sources.links import bare, linked, without_notes
from kg.sources.paper_rows import Beside, Skipped

_FRONT = re.compile(r"---[ \t]*\n(.{1,20000}?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_HEADING = re.compile(r"^#{1,6} .*$", re.M)
_CALLOUT = re.compile(r"^>[ ]?\[!abstract\][^\n]*\n((?:>[^\n]*(?:\n|\Z))+)", re.M | re.I)
_BEFORE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|---[ \t]*\n)*")
_EMPTY = r"(?:[ \t]*(?:#[^\n]*)?\n)*"
_HEAD = rf"[^\s#:-][^\n:]{{0,60}}:[ \t]*\n{_EMPTY}"
_LIST = re.compile(rf"(?:{_HEAD})?([ ]{{0,8}})-(?:[ ]+|[ ]*\n[ ]{{2,12}})[\"']?[\w-]{{1,40}}[\"']?[ ]?:(?:[ ]|\n)")
_MAP = re.compile(rf"{_HEAD}[ ]{{1,8}}[\w-]{{1,40}}[ ]?:(?:[ ]|\n)")  # papers by their keys
_NESTED = re.compile(r"[ \t]*(?:#.*)?|[ ]*(?:-[ ]+)?[\w -]{1,40}:(?:[ ].*)?|[ ]+-[ ].*|[ ]{2,}\S.*")  # a line of YAML
_BETWEEN = re.compile(r"^---[ \t]*$", re.M)  # documents
_GROUP = re.compile(r"[^\s#-][^\n]*:[ \t]*(?:#.*)?$")  # a line that ends a list and names what follows
_IN_YEAR = re.compile(r"[\"']?((?:19|20)\d\d)\b[\"']?[ ]*:")
_TITLE = re.compile(r"^(?P<indent>[ ]*(?:-[ ]+)?)[\"']?title[\"']?[ ]?:", re.M | re.I)
_KEY = re.compile(r"^[ ]*(?:-[ ]+)?[\"']?([\w-]{1,60})[\"']?[ ]?:(?:[ ]|$)", re.M)
_UNQUOTED = re.compile(r"^(\s*(?:-\s+)?[\w-]{1,60}:[ ]+)(?![\s'\"\[{|>&*!])(.*(?::\s|\s#).*)$", re.M)
_FIRST = 5  # entries, of which one must be right
_LEAST = 4  # fields of a paper in front matter
_FIRST_LINES = 5000  # code points of a note, in which its authors may be named
_MOST_VALUES = 100_000  # of an entry, which has no more than characters unless aliases repeat some
_LARGEST = 100 << 10  # code points of an entry: the parser takes a millisecond a KB


def keys(file: InputFile) -> frozenset[str]:
    """The keys in the first part of a file in YAML; empty for other files, and for JSON."""
    return frozenset() if _is_json(file) else _keys(file)


def _is_json(file: InputFile) -> bool:
    return file.start().lstrip().startswith(("{", "["))


@lru_cache(2)  # as in kg.sources.json_records
def _keys(file: InputFile) -> frozenset[str]:
    start, front, first = _shape(opening(file))
    if first is not None:
        found = islice(_entries(file, first), _FIRST)
        return frozenset(_KEY.findall(start) if any(isinstance(entry, dict) for _, entry in found) else ())
    names = frozenset(_KEY.findall(front))
    return names if of_paper(names) >= _LEAST else frozenset()


def is_data(file: InputFile) -> bool:
    """Whether a file is records in YAML throughout, and no text with front matter."""
    return _shape(opening(file))[2] is not None and "title" in map(any_form().called, _keys(file))


def of_paper(names: frozenset[str]) -> int:
    """How many fields of a paper are among some names; many notes have a title, an author and a date, none an id."""
    form = any_form()
    fields = form.among(frozenset(map(form.called, names))) if names else {}
    own = len(fields.keys() - {"id", "url", "keywords", "year" if "date" in fields else ""})
    return own + (not fields.keys().isdisjoint(("arxiv", "doi")))


def entries(file: InputFile) -> Iterator[tuple[str, Any]] | None:
    """The records of a file in YAML and where they stand, or why one is none; None for other files."""
    if _is_json(file):
        return None
    _, front, first = _shape(opening(file))
    if first is not None:
        return _entries(file, first)
    if not (front and keys(file)):
        return None
    made, quoted = _loaded(front), _CALLOUT.search(opening(file))
    if isinstance(made, dict) and quoted:
        made.setdefault("abstract", " ".join(re.sub(r"^>[ ]?", "", quoted[1], flags=re.M).split()))
    return of_note(made, _FRONT.sub("", opening(file).replace("\r\n", "\n"), count=1))


def of_note(made: Any, below: str) -> Iterator[tuple[str, Any]]:
    """The paper of a note's front matter, and whether the note says more."""
    if isinstance(made, dict) and (authors := _authors(below)) and not of_authors(made):
        made["authors"] = authors
    yield "the front matter", made
    if is_noted(
        _HEADING.sub("", below), {"title": json.dumps(made, ensure_ascii=False) if isinstance(made, dict) else ""}
    ):
        yield "below the front matter", Beside(noted=True)


def of_authors(names: Iterable[str]) -> bool:
    """Whether one of some names is that of the authors."""
    form = any_form()
    return any("authors" in form.of_word.get(form.called(str(name)), ()) for name in names)


def _authors(below: str) -> str:
    """What stands behind the label of authors on a line below front matter: "**Authors** Ada Fox"."""
    for line in below[:_FIRST_LINES].split("\n"):
        label, _, names = bare(linked(line, {})).replace("：", " ").replace(":", " ").partition(" ")
        if names and of_authors([label]):
            return names
    return ""


@lru_cache(4)
def _shape(start: str) -> tuple[str, str, re.Pattern[str] | None]:
    """A text without what stands before its records, its front matter, and what the first line of a record matches."""
    start = start.replace("\r\n", "\n")
    if (found := _FRONT.match(start)) and not _LIST.match(found[1]):
        behind = start[found.end() :].lstrip().removeprefix("---").lstrip()
        is_another = _KEY.match(behind) and _TITLE.search(found[1]) and _TITLE.search(behind)
        return (start, "", _WHOLE) if is_another else (start, found[1], None)
    start = start[end.end() :] if (end := _BEFORE.match(start)) else start
    indents = [found["indent"] for found in _TITLE.finditer(start)]
    if set(indents) == {""} and _KEY.match(start):  # with a title twice, lines with labels
        is_one = len(indents) <= 1 + len(_BETWEEN.findall(start))
        return start, "", _WHOLE if is_one else None
    if found := _LIST.match(start):  # people write some items a column off
        wide = len(found[1])
        return start, "", re.compile(rf"[ ]{{{max(0, wide - 1)},{wide + 1 if wide else 0}}}-(?:[ ]|$)")
    if _MAP.match(start):
        return start, "", _GROUP
    is_nested = _KEY.match(start) and _TITLE.search(start) and all(map(_NESTED.fullmatch, start.split("\n")[:-1]))
    return start, "", _WHOLE if is_nested else None


_WHOLE = re.compile(r"(?!)")  # no line begins another record


def _entries(file: InputFile, first: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    if first is _WHOLE:
        yield from _documents(file)
        return
    group, name = "", ""
    is_apart = any(map(_is_named, opening(file).split("\n")))
    for record in records(file, re.compile(rf"{first.pattern}|{_GROUP.pattern}")):
        head = record.lines[0] if record.lines else ""
        if first is _GROUP:
            name = head
        elif _GROUP.match(head):
            group, name = found[1] if (found := _IN_YEAR.match(head)) else "", head
            continue
        made = Skipped(record.problem) if record.problem else _loaded("\n".join(record.lines))
        made = made[0] if isinstance(made, list) and len(made) == 1 else made
        if is_apart and isinstance(made, dict) and not _is_named(name) and _has_title_alone(made):
            continue  # of another list
        yield f"line {record.number}", {"year": group, **made} if group and isinstance(made, dict) else made


def _has_title_alone(record: dict[str, Any]) -> bool:
    """Whether a record has no more than a title of what a paper has."""
    form = any_form()
    return form.among(frozenset(map(form.called, record)) - {"id"}).keys() <= {"title", "keywords"}


def _is_named(line: str) -> bool:
    """Whether a line begins a list that is called as those of papers are."""
    return _GROUP.match(line) is not None and line.partition(":")[0].strip("\"'").lower() in forms()["json"]["lists"]


def _documents(file: InputFile) -> Iterator[tuple[str, Any]]:
    """The records of a file in which each is a document of its own, between lines of three hyphens."""
    lines: list[str] = []
    began, size = 1, 0
    for number, line, problem in chain(text_lines(file), [(0, "---", "")]):
        if line.rstrip() != "---" and not problem:
            lines += [line] * (size <= _LARGEST)
            size += len(line)
            continue
        if any(map(str.strip, lines)):
            yield f"line {began}", _loaded("".join(lines))
        if problem:
            yield f"line {number}", Skipped(problem)
        lines, began, size = [], number + 1, 0


def _loaded(text: str) -> Any:
    import yaml

    if len(text) > _LARGEST:
        return Skipped(f"it holds more than {_LARGEST >> 10} KB: shorten its texts")
    reason = ""
    text = without_notes(text)
    quoted = _UNQUOTED.sub(_in_quotes, text)  # "title: Keys: A Study"
    for written in dict.fromkeys((text, quoted, _aligned(quoted))):
        try:
            return yaml.load(written, Loader=loader())
        except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
            reason = reason or " ".join(str(error).split())[:200]
    return Skipped(f"it is not YAML ({reason}): check its indents and quotes")


@cache
def loader() -> Any:
    """A loader of texts, in which a key that is given twice has both values; libyaml would crash on deep nesting."""
    import yaml

    return type("Loader", (yaml.BaseLoader,), {"construct_mapping": _mapping, "compose_node": _counted, "values": 0})


def _counted(loader: Any, parent: Any, index: Any) -> Any:
    """The next node; raises YAMLError where the nodes, each as often as aliases repeat it, are too many."""
    import yaml

    is_alias, before = loader.check_event(yaml.AliasEvent), loader.values
    node = yaml.BaseLoader.compose_node(loader, parent, index)
    loader.values += getattr(node, "size", 1) if is_alias else 1
    if loader.values > _MOST_VALUES:
        raise yaml.YAMLError(f"with its aliases it has more than {_MOST_VALUES:,} values")
    node.size = loader.values - before
    return node


def _mapping(loader: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
    made: dict[Any, list[Any]] = {}
    for key, value in node.value:
        made.setdefault(loader.construct_object(key, deep=True), []).append(loader.construct_object(value, deep))
    return {key: found[0] if len(found) == 1 else found for key, found in made.items()}


def _in_quotes(found: re.Match[str]) -> str:
    return found[1] + json.dumps(found[2], ensure_ascii=False)


def _aligned(text: str) -> str:
    """An item whose first field stands in another column than the others."""
    first, _, rest = text.partition("\n")
    return f"- {first.lstrip(' -')}\n{indent(dedent(rest), '  ')}"
