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
class Part:
    """A section: its columns (a subset of `known`), and its maximum number of lines."""

    name: str
    columns: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    most: int = 0  # maximum number of lines

    def having(self, columns: Sequence[str], where: str) -> Part:
        """The section with other columns; raises KgError for one that is not in `known`."""
        for column in columns:
            if column not in self.known:
                raise KgError(f"{where}: {self.name} has no column {column!r}: {_choose(self.known)}.")
        return replace(self, columns=tuple(dict.fromkeys(columns)))


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of a report, in order."""

    parts: tuple[Part, ...]

    @staticmethod
    @cache
    def usual() -> Layout:
        """The layout that ships with the package."""
        return Layout(tuple(_LayoutParser(str(_DEFAULT), {}).parts(_DEFAULT.read_bytes())))

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
        return Layout(tuple(_LayoutParser(str(path), {part.name: part for part in Layout.usual().parts}).parts(said)))

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


class _LayoutParser:
    """Parses the sections of one file; they must be among `known`, unless it is empty."""

    def __init__(self, file: str, known: dict[str, Part]) -> None:
        self.file, self.known = file, known

    def parts(self, content: bytes) -> list[Part]:
        import yaml

        top = self._tree(content)
        if not isinstance(top, yaml.MappingNode) or [key.value for key, _ in top.value] != ["sections"]:
            raise self._wrong(top, "a layout begins with the word sections: and then has a list of them")
        listed = top.value[0][1]
        if not isinstance(listed, yaml.SequenceNode) or not listed.value:
            raise self._wrong(listed, "sections: has a list, a line with a dash for each section")
        found: dict[str, Part] = {}
        for node in listed.value:
            part = self._part(node)
            if part.name in found:
                raise self._wrong(node, f"the section {part.name!r} stands here twice")
            found[part.name] = part
        return list(found.values())

    def _tree(self, content: bytes) -> yaml.Node | None:
        """The file as YAML nodes; no objects are created, and aliases are not expanded."""
        import yaml

        try:
            return yaml.compose(content, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f", line {mark.line + 1}" if mark else ""
            raise KgError(f"{self.file}{line}: is no YAML ({error.problem}): mend that line.") from None
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
            raise KgError(f"{self.file}: is no YAML text: write one as the documentation of kg report shows.") from None

    def _part(self, node: yaml.Node) -> Part:
        """A section given by its name, or by its name with options."""
        import yaml

        options: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
            node, options = node.value[0]
        if not isinstance(node, yaml.ScalarNode):
            raise self._wrong(node, "a section is a name, or a name with a colon and what it is to have")
        if self.known and node.value not in self.known:
            raise self._wrong(node, f"a report has no section {node.value!r}: {_choose(self.known)}")
        part = self.known.get(node.value, Part(node.value))
        if options is None or (isinstance(options, yaml.ScalarNode) and not options.value):
            return part
        if not isinstance(options, yaml.MappingNode):
            raise self._wrong(options, f"behind {part.name}: stand lines like most: 50")
        for key, value in options.value:
            part = self._with(part, key, value)
        return part

    def _with(self, part: Part, key: yaml.Node, value: yaml.Node) -> Part:
        """A section with one option changed."""
        name = str(key.value)
        if name == "columns" and (part.known or not self.known):
            return part.having(self._names(value), self._at(value)) if self.known else self._first(part, value)
        if name == "more" and not self.known:
            return replace(part, known=(*part.known, *self._names(value)))
        if name == "most":
            return replace(part, most=self._number(value))
        can = [option for option in ("columns", "most") if getattr(part, option)]
        raise self._wrong(key, f"{part.name} has no {name!r}: {_choose(can)}")

    def _first(self, part: Part, value: yaml.Node) -> Part:
        names = tuple(self._names(value))
        return replace(part, columns=names, known=names)

    def _names(self, node: yaml.Node) -> list[str]:
        import yaml

        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._wrong(node, "columns are a list like [metric, value, paper]")
        return list(self._scalars(node))

    def _scalars(self, node: yaml.SequenceNode) -> Iterator[str]:
        import yaml

        for item in node.value:
            if not isinstance(item, yaml.ScalarNode):
                raise self._wrong(item, "a column is a name")
            yield str(item.value)

    def _number(self, node: yaml.Node) -> int:
        try:
            number = int(str(node.value))
        except ValueError:
            number = 0
        if not 0 < number <= _MOST:
            raise self._wrong(node, f"most is a number from 1 to {_MOST:,}")
        return number

    def _at(self, node: yaml.Node | None) -> str:
        return f"{self.file}, line {node.start_mark.line + 1}" if node is not None else self.file

    def _wrong(self, node: yaml.Node | None, what: str) -> KgError:
        return KgError(f"{self._at(node)}: {what}.")
