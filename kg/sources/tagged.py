"""Tagged text, a value a line: RIS, Web of Science, MEDLINE (.nbib) and EndNote (.enw); tags are data (fields.toml)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.model import Batch
from kg.sources import as_written, bibliography
from kg.sources.forms import folded_name, forms, unread
from kg.sources.inputs import InputFile
from kg.sources.json_records import is_data
from kg.sources.lines import ended, opening, rows
from kg.sources.paper_rows import batch_of
from kg.sources.people import people, person

_DOI = re.compile(r"(?i)(?:https?://(?:dx\.)?doi\.org/|doi)?[:\s]*10\.")


class TaggedReader:
    """Reads records of lines with a tag; an entry is named by its number, else by its position."""

    def __init__(
        self,
        name: str,
        first: str,
        tag: str,
        whole: str,
        end: str = "",
        by_line: str = "",
        alike: str = "",
        apart: str = "",
    ) -> None:
        """`first` matches the line that begins a record, `tag` a line's tag, `whole` the beginning of a file.

        `end` matches the line that ends a record, which is skipped with a message when it has none. Each line of the
        tags that `by_line` matches is a value of its own; lines of other tags are joined. Tags that `alike`
        matches mean the same. In a file that begins with what `apart` matches, an empty line ends a record.
        """
        self.name = name
        self._first, self._tag, self._sniff = re.compile(first), re.compile(tag), re.compile(whole)
        self._end, self._by_line = re.compile(end) if end else None, re.compile(by_line)
        self._alike, self._apart = re.compile(alike), re.compile(apart) if apart else None

    def sniff(self, file: InputFile) -> float:
        return 0.9 if self._sniff.search(opening(file)) and not is_data(file) else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily."""
        is_apart = self._apart is not None and self._apart.match(opening(file).lstrip()) is not None
        first = self._tag if is_apart else self._first
        found = rows(file, first, lambda lines: self._row(file, lines), is_apart=is_apart)
        return batch_of(found, file, self.name, "entries")

    def _row(self, file: InputFile, lines: list[str]) -> dict[str, object]:
        names = forms()[self.name]
        said = self._said(ended(lines, self._end) if self._end else lines)
        _put_together(said, [tag for tag in said if self._alike.fullmatch(tag)])
        row = bibliography.row(file, said, {key: tags for key, tags in names.items() if key != "nowhere"})
        row["keywords"] = [term.lstrip("*") for term in row.get("keywords", ())]  # the mark of a major topic
        if self._end:  # what reference managers write into such a file is as free as in BibTeX
            groups = [group for tag in names.get("groups", ()) for group in said.get(tag, ())]
            row["authors"] = [*row.get("authors", ()), *groups]
            row["as_written"] = as_written.of_ris(said) if "TY" in said else {}
            row["unread"] += unread(said, names) if "nowhere" in names else []
            return row
        row["authors"] = self._signing(lines, said, names["authors"], names.get("groups", ()))
        if row.get("venue") == row.get("title"):
            row.pop("venue", None)  # a book that is no part of another
        row["unread"] = [tag for tag in row["unread"] if row.get("venue") not in said.get(tag, ())]
        row["doi"] = next((one for tag in names["doi"] for one in said.get(tag, ()) if _DOI.match(one)), "")
        known = {tag for tags in names.values() for tag in tags}
        row["unread"] += [tag for tag in said if tag not in known and (folded_name(tag) or tag)]
        return row

    def _signing(
        self, lines: list[str], said: dict[str, list[str]], tags: Sequence[str], groups: Sequence[str]
    ) -> list[str]:
        """The persons under the first of some tags and the groups, in the order of the file."""
        taken, persons = next(((tag, found) for tag in tags if (found := _people(said.get(tag, ())))), ("", []))
        teams = [group for tag in groups for group in said.get(tag, ())]
        marks = [mark[1] for line in lines if (mark := self._tag.match(line))]
        order = [tag for tag in marks if tag in (taken, *groups)]
        if len(order) != len(persons) + len(teams):  # a value of several names
            return [*teams, *persons] if order[:1] and order[0] in groups else [*persons, *teams]
        left = {taken: iter(persons)} | dict.fromkeys(groups, iter(teams))
        return [next(left[tag]) for tag in order]

    def _said(self, lines: list[str]) -> dict[str, list[str]]:
        """The values of a record by tag."""
        values: dict[str, list[list[str]]] = {}  # by tag: the lines of each of its values
        last: list[str] = []
        for line in lines:
            if found := self._tag.match(line):
                last = [line[found.end() :].strip()]
                values.setdefault(found[1], []).append(last)
            else:
                last.append(line.strip())
        return {
            tag: [line for one in each for line in one]
            if self._by_line.fullmatch(tag)
            else [" ".join(filter(None, one)) for one in each]
            for tag, each in values.items()
        }


def _put_together(said: dict[str, list[str]], tags: Sequence[str]) -> None:
    """Put authors under two tags together, in the order of the file, unless these are the same ones written twice."""
    names = [{name.partition(",")[0].strip() for name in said[tag]} for tag in tags]
    if len(tags) == 2 and names[0].isdisjoint(names[1]):
        said[tags[0]] = [*said[tags[0]], *said.pop(tags[1])]


def _people(values: Sequence[str]) -> list[str]:
    """The names under a tag, a person a value; CNKI writes all into one ("张三;李四;")."""
    is_list = len(values) == 1 and any(mark in values[0] for mark in ";；")
    return people(values) if is_list else list(map(person, values))
