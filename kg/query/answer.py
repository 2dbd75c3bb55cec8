"""The answer: papers, or a table of their claims, each row with the quotes that support it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from dataclasses import field as part
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.evidence import evidence_id
from kg.query.filter import Entity, Filter, Query
from kg.query.found_cells import FoundCell
from kg.rdf.triples import language_of

if TYPE_CHECKING:
    import pandas

#: The keys of a quote in JSON.
_KEYS = ("id", "field", "quote", "start", "end", "entity", "source", "context", "score", "sure")


@dataclass(frozen=True, slots=True)
class Quote:
    """A span that shows a condition: `quote` is at [start, end) of the raw `field` of entry `source`.

    `start` is -1 where the graph knows no place; `context` is the sentence around it. `score` and `sure` are those of
    the claim that the span supports; a match of a text search counts as sure.
    """

    source: str  # "002-22"
    field: str
    quote: str
    start: int
    end: int
    entity: str  # label of the named entity
    context: str = ""
    score: float = part(default=1.0, compare=False)
    sure: bool = part(default=True, compare=False)
    page: int | None = part(default=None, compare=False)  # of a span in a body, if its reader knows pages

    def to_json(self) -> dict[str, Any]:
        """The quote as `kg ask --format json` prints it."""
        said = {name: getattr(self, name) for name in _KEYS}
        return said | ({"page": self.page} if self.page else {})

    @property
    def id(self) -> str:
        """Its evidence id, with which `Graph.evidence` finds it again; "" if its place is unknown."""
        return evidence_id(self.source, self.field, self.start, self.end, self.quote)


@dataclass(frozen=True, slots=True)
class Row:
    """A paper of the answer."""

    id: str  # its first entry: "002-22"
    paper: str  # CURIE
    title: str
    sources: tuple[str, ...]
    score: float  # 0 to 1
    evidence: tuple[Quote, ...]
    name: str = ""  # how texts name it: "SnapKV 2024"
    link: str = ""  # its DOI, arXiv page or own address
    code: str = ""  # the address of its code
    lacks: tuple[str, ...] = ()  # texts of the conditions that it is not known to fulfil
    named: tuple[str, ...] = ()  # those of them whose entity it mentions in another role: as a baseline, in passing

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that describe it, as the answer's sources."""
        return self.sources

    def to_json(self) -> dict[str, Any]:
        """The paper as `kg ask --format json` prints it."""
        said = {name: getattr(self, name) for name in ("id", "title", "name", "link", "code")}
        evidence = [quote.to_json() for quote in self.evidence]
        return {**said, "sources": list(self.sources), "score": self.score, "evidence": evidence}


#: A value of a table: a text, a number, several texts, or nothing.
Cell = str | int | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: a value for each column, the supporting entries, and their quotes."""

    values: tuple[Cell, ...]
    papers: tuple[str, ...] = ()  # "002-22"
    evidence: tuple[Quote, ...] = ()
    concept: str = ""  # CURIE of the row's subject, if it has a single one
    heading: str = ""  # shared by the rows under it: rows with one heading are adjacent
    amount: float | None = None  # the number that its value is sorted by


@dataclass(frozen=True, slots=True)
class Grid:
    """A table that an answer gives beside or instead of papers."""

    columns: tuple[str, ...]  # machine names: "technique", "papers", "support", "value"; views label them
    lines: tuple[Line, ...] = ()
    verdict: str = ""  # one sentence on the whole: what differs, how many

    def without(self, column: str) -> Grid:
        """The table without a column."""
        at = self.columns.index(column)
        lines = (replace(line, values=line.values[:at] + line.values[at + 1 :]) for line in self.lines)
        return replace(self, columns=self.columns[:at] + self.columns[at + 1 :], lines=tuple(lines))

    @property
    def frame(self) -> pandas.DataFrame:
        """A data frame with a row for each line: heading, columns, sort value, and supporting entries."""
        import pandas

        rows = [(line.heading, *line.values, line.amount, list(line.papers)) for line in self.lines]
        return pandas.DataFrame(rows, columns=["heading", *self.columns, "amount", "entries"])

    def to_json(self) -> dict[str, Any]:
        """Columns, and an object for each line: values by column, subject, entries and quotes."""
        lines = [
            {"concept": line.concept, "entries": list(line.papers)}
            | ({"heading": line.heading, "amount": line.amount} if line.heading else {})
            | {"evidence": [quote.to_json() for quote in line.evidence]}
            | dict(zip(self.columns, line.values, strict=True))
            for line in self.lines
        ]
        return {"columns": list(self.columns), "lines": lines, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the papers in question name anything of a type: for the others it is unknown."""

    field: str  # "institution"
    named: int
    papers: int


class ReadPapers(NamedTuple):
    """How many papers of a graph were read in full, and how many by their abstracts."""

    whole: int
    abstracts: int


@dataclass(frozen=True, repr=False)
class Answer:
    """The interpretation of a question, and the graph's answer to it, best first.

    `rows` are the papers that the answer rests on, whatever its kind; `partly` are those that lack a condition;
    `table` is set unless the answer lists only papers.
    """

    question: str
    query: Query
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = field(default=())  # sentences for the user: what was cut, why nothing was found
    table: Grid | None = None
    cell: Callable[[Answer], str] | None = field(default=None, repr=False, compare=False)  # draws it for notebooks
    print: Callable[[Answer], str] | None = field(default=None, compare=False)  # draws it for terminals
    fulfilling: int | None = None  # how many papers fulfil the conditions, if not all of them are rows
    partly: tuple[Row, ...] = ()  # the second tier: papers that fulfil all hard conditions, each with what it lacks
    coverage: tuple[Coverage, ...] = ()
    beside: tuple[Row, ...] = ()  # other papers named in lines of the table
    read: ReadPapers | None = field(default=None, compare=False)  # how the graph's papers were read
    asked: Query | None = field(default=None, repr=False, compare=False)  # the query that a follow-up question extends
    cells: tuple[FoundCell, ...] = ()  # numbers of tables that answer it, best first
    pools: tuple[tuple[str, str], ...] = ()  # data sets with a metric (or "") whose numbers its papers' tables print
    after: tuple[str, ...] = ()  # the earlier questions whose conditions it keeps

    @property
    def language(self) -> str:
        """The language of the answer, "en" or "zh"."""
        return self.query.language or language_of(self.question)

    @property
    def filter(self) -> Filter:
        """The conditions that the papers fulfil."""
        return self.query.filter

    @property
    def known(self) -> tuple[Row, ...]:
        """All papers that the answer names, including those that only partly match."""
        return (*self.rows, *self.partly, *self.beside)

    @property
    def empty(self) -> bool:
        """Whether nothing was found that matches the question."""
        return self.fulfilling == 0 or not (self.table.lines if self.table else self.rows)

    @property
    def bare(self) -> str:
        """The name, if the question is only a name ("SnapKV"), which has a page of its own; else ""."""
        conditions = self.filter.conditions if self.query.kind == "papers" and not self.after else ()
        is_named = any(isinstance(term, Entity) for one in conditions for term in one.any_of)
        return self.question.strip() if is_named and [one.text for one in conditions] == [self.question.strip()] else ""

    @property
    def total(self) -> int:
        """How many papers the answer has, listed or not."""
        return len(self.rows) if self.fulfilling is None else self.fulfilling

    @property
    def understood(self) -> dict[str, list[dict[str, object]]]:
        """The conditions by field: {"topic": [{"text", "concept", "label"}]}; other parts of the query likewise."""
        out = self.filter.understood()
        for name, term in self.query.terms():
            out.setdefault(name, []).append({"text": "", "concept": term.concept, "label": term.label})
        if like := self.query.like:
            out["like"] = [{"text": like, "concept": "", "label": like}]
        return out

    @property
    def ignored(self) -> list[str]:
        """Words of the question that were not understood."""
        return list(self.filter.ignored)

    @property
    def unanswered(self) -> list[str]:
        """Ignored words without which the question is another one: numbers, negations, names, verbs."""
        from kg.query.unnamed import is_essential

        return list(filter(is_essential, self.ignored))

    @cached_property
    def papers(self) -> pandas.DataFrame:
        """A data frame with a row for each paper: id, title, sources, score."""
        import pandas

        rows = [(row.id, row.title, list(row.sources), row.score) for row in self.rows]
        return pandas.DataFrame(rows, columns=["id", "title", "sources", "score"])

    @cached_property
    def evidence(self) -> pandas.DataFrame:
        """A data frame with a row per quote: paper, source, entity, quote, field, start, end, context, score, sure."""
        import pandas

        columns = ["entity", "quote", "field", "start", "end", "context", "score", "sure"]
        rows = [(row.id, q.source, *(getattr(q, name) for name in columns)) for row in self.rows for q in row.evidence]
        return pandas.DataFrame(rows, columns=["paper", "source", *columns])

    def to_json(self) -> dict[str, Any]:
        """The form that `kg ask --format json` prints."""
        said = {
            "question": self.question,
            "kind": self.query.kind,
            "understood": self.understood,
            "ignored": self.ignored,
            "notes": list(self.notes),
            "total": self.total,
            "read": self.read._asdict() if self.read else None,
            "coverage": {one.field: {"named": one.named, "papers": one.papers} for one in self.coverage},
            "papers": [row.to_json() for row in self.rows],
            "partly": [row.to_json() | {"lacks": list(row.lacks), "named": list(row.named)} for row in self.partly],
        }
        after = {"after": list(self.after)} if self.after else {}
        in_tables: dict[str, Any] = {"cells": [cell.to_json() for cell in self.cells]}
        if self.pools:
            in_tables["pools"] = [{"dataset": dataset, "metric": metric} for dataset, metric in self.pools]
        return said | in_tables | after | ({"table": self.table.to_json()} if self.table else {})

    def __str__(self) -> str:
        """The answer as a table for a terminal."""
        return self.print(self) if self.print else repr(self)

    def __repr__(self) -> str:
        lines = f", {len(self.table.lines)} lines" if self.table else ""
        return f"Answer({self.question!r}, {len(self.rows)} papers{lines})"

    def _repr_html_(self) -> str | None:
        """The interpretation, and the papers or the table with their quotes, as a notebook shows it."""
        return self.cell(self) if self.cell else None
