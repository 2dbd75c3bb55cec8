"""The layout of a report: its sections in order, with columns and numbers of lines, from `report.yaml`.

A user's file has the same form and overrides only what it mentions. It is parsed as a tree of plain strings, never as
objects, and errors name the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.files import content
from kg.model import KgError

if TYPE_CHECKING:
    import yaml

_LARGEST = 65_536  # bytes of a file
_MOST = 100_000  # lines of a table
_DEFAULT = Path(__file__).with_name("report.yaml")


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its columns (a subset of `known`), and its maximum number of lines."""

    name: str
    columns: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    most: int = 0  # maximum number of lines

    def having(self, columns: Sequence[str], where: str) -> Section:
        """The section with other columns; raises KgError for one that is not in `known`."""
        for column in columns:
            if column not in self.known:
                raise KgError(f"{where}: {self.name} has no column {column!r}: {_choose(self.known)}.")
        return replace(self, columns=tuple(dict.fromkeys(columns)))


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of a report, in order."""

    parts: tuple[Section, ...]

    @staticmethod
    @cache
    def usual() -> Layout:
        """The layout that ships with the package."""
        import yaml

        parts = []
        for section in yaml.safe_load(_DEFAULT.read_bytes())["sections"]:
            ((name, options),) = section.items()
            columns = tuple(options.get("columns", ()))
            parts.append(Section(name, columns, (*columns, *options.get("more", ())), options["most"]))
        return Layout(tuple(parts))

    @staticmethod
    def load(path: str | Path) -> Layout:
        """The layout of a user's file; raises KgError, with the line, for any error in it."""
        path = Path(path)
        try:
            said = content(path, _LARGEST + 1)
        except OSError as error:
            raise KgError(f"{path}: cannot be read ({error.strerror or error}): name a YAML file.") from None
        if len(said) > _LARGEST:
            raise KgError(f"{path}: is longer than a layout can be ({_LARGEST:,} bytes): name a YAML file of sections.")
        return Layout(tuple(_parts(str(path), said)))

    def chosen(self, sections: Iterable[str], columns: Iterable[str] = ()) -> Layout:
        """A layout with the given sections in that order (all if empty), and columns as in "results=metric,paper".

        Raises KgError for an unknown section or column.
        """
        usual = {part.name: part for part in Layout.usual().parts}
        known = usual | {part.name: part for part in self.parts}
        wanted = list(dict.fromkeys(sections)) or [part.name for part in self.parts]
        for name in wanted:
            if name not in known:
                raise KgError(f"--sections {name}: a report has no such section: {_choose(known)}.")
        for line in columns:
            name, equals, listed = line.partition("=")
            names = [column.strip() for column in listed.split(",") if column.strip()]
            if not equals or not names or name.strip() not in known:
                raise KgError(f"--columns {line}: write SECTION=COLUMN,COLUMN, with a section of {', '.join(known)}.")
            known[name.strip()] = known[name.strip()].having(names, f"--columns {line}")
        return Layout(tuple(known[name] for name in wanted))


def _choose(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"choose one of {listed}" if listed else "leave that out"


def _parts(file: str, content: bytes) -> Iterator[Section]:
    """The sections of a file; KgError with the line of what is wrong."""
    import yaml

    try:  # no objects are made, and aliases are not expanded
        top = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise KgError(f"{file}{line}: is no YAML ({error.problem}): mend that line.") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        raise KgError(f"{file}: is no YAML text: write one as the documentation of kg report shows.") from None
    if not isinstance(top, yaml.MappingNode) or [key.value for key, _ in top.value] != ["sections"]:
        raise _wrong(file, top, "a layout begins with the word sections: and then has a list of them")
    listed = top.value[0][1]
    if not isinstance(listed, yaml.SequenceNode) or not listed.value:
        raise _wrong(file, listed, "sections: has a list, a line with a dash for each section")
    known, seen = {part.name: part for part in Layout.usual().parts}, set()
    for node in listed.value:
        name, options = node, None
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            name, options = node.value[0]
        if not isinstance(name, yaml.ScalarNode):
            raise _wrong(file, name, "a section is a name, or a name with a colon and what it is to have")
        if name.value not in known:
            raise _wrong(file, name, f"a report has no section {name.value!r}: {_choose(known)}")
        if name.value in seen:
            raise _wrong(file, name, f"the section {name.value!r} stands here twice")
        seen.add(name.value)
        part = known[name.value]
        if isinstance(options, yaml.MappingNode):
            for key, value in options.value:
                part = _with(file, part, key, value)
        elif options is not None and not (isinstance(options, yaml.ScalarNode) and not options.value):
            raise _wrong(file, options, f"behind {part.name}: stand lines like most: 50")
        yield part


def _with(file: str, part: Section, key: yaml.Node, value: yaml.Node) -> Section:
    """A section with one option changed."""
    import yaml

    if key.value == "columns" and part.known:
        items = value.value if isinstance(value, yaml.SequenceNode) else []
        if not items or not all(isinstance(item, yaml.ScalarNode) for item in items):
            raise _wrong(file, value, "columns are a list like [metric, value, paper]")
        return part.having([str(item.value) for item in items], f"{file}, line {value.start_mark.line + 1}")
    if key.value == "most":
        number = int(value.value) if isinstance(value, yaml.ScalarNode) and str(value.value).isdecimal() else 0
        if not 0 < number <= _MOST:
            raise _wrong(file, value, f"most is a number from 1 to {_MOST:,}")
        return replace(part, most=number)
    can = [option for option in ("columns", "most") if getattr(part, option)]
    raise _wrong(file, key, f"{part.name} has no {str(key.value)!r}: {_choose(can)}")


def _wrong(file: str, node: yaml.Node | None, what: str) -> KgError:
    return KgError(f"{file}, line {node.start_mark.line + 1}: {what}." if node else f"{file}: {what}.")
