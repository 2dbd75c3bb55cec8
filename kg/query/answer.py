"""The answer: papers, or a table of what they say, each row with the words that show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from dataclasses import field as part
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.evidence import evidence_id
from kg.query.filter import Entity, Filter, Query
from kg.rdf.triples import language_of

if TYPE_CHECKING:
    import pandas

#: The keys of a quote in JSON.
_KEYS = ("id", "field", "quote", "start", "end", "entity", "source", "context", "score", "sure")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a text that show a condition: `quote` stands at [start, end) of the raw `field` of entry `source`.

    `start` is -1 where the graph knows no place; `context` is the sentence around it. `score` and `sure` are those of
    the claim that the words stand for; what was merely searched for in the texts stands there without a doubt.
    """

    source: str  # "002-22"
    field: str
    quote: str
    start: int
    end: int
    entity: str  # label of what is named
    context: str = ""
    score: float = part(default=1.0, compare=False)
    sure: bool = part(default=True, compare=False)
    page: int | None = part(default=None, compare=False)  # of a place in a body, where its reader knows pages

    def to_json(self) -> dict[str, Any]:
        """The quote as `kg ask --format json` prints it."""
        said = {name: getattr(self, name) for name in _KEYS}
        return said | ({"page": self.page} if self.page else {})

    @property
    def id(self) -> str:
        """Its evidence id, by which `Graph.evidence` finds it again; "" where no place is known."""
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
    name: str = ""  # how texts call it: "SnapKV 2024"
    link: str = ""  # its DOI, arXiv page or own address
    code: str = ""  # the address of its code
    lacks: tuple[str, ...] = ()  # words of the conditions that it was not read to fulfil
    named: tuple[str, ...] = ()  # those of them whose things it names, in another part: as a baseline, in passing

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that describe it: its sources in the answer."""
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
    """A row of a table: a value a column, the entries that say so, and their words."""

    values: tuple[Cell, ...]
    papers: tuple[str, ...] = ()  # "002-22"
    evidence: tuple[Quote, ...] = ()
    concept: str = ""  # CURIE of what the row is about, where it is about one thing
    heading: str = ""  # what the rows under it share: those of one heading stand together
    amount: float | None = None  # the number that its value is sorted by


@dataclass(frozen=True, slots=True)
class Grid:
    """What an answer lists beside or instead of papers."""

    columns: tuple[str, ...]  # machine names: "technique", "papers", "support", "value"; views label them
    lines: tuple[Line, ...] = ()
    verdict: str = ""  # one sentence on the whole: what differs, how many

    def without(self, column: str) -> Grid:
        """The table less a column."""
        at = self.columns.index(column)
        lines = (replace(line, values=line.values[:at] + line.values[at + 1 :]) for line in self.lines)
        return replace(self, columns=self.columns[:at] + self.columns[at + 1 :], lines=tuple(lines))

    @property
    def frame(self) -> pandas.DataFrame:
        """A row a line: heading, the columns, the number that its value is sorted by, and the entries that say so."""
        import pandas

        rows = [(line.heading, *line.values, line.amount, list(line.papers)) for line in self.lines]
        return pandas.DataFrame(rows, columns=["heading", *self.columns, "amount", "entries"])

    def to_json(self) -> dict[str, Any]:
        """Columns, and an object a line: its values by column, and what it is about, its entries and their words."""
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
    """How many of the papers that a question is asked of name anything of a type: what others have is not known."""

    field: str  # "institution"
    named: int
    papers: int


class ReadPapers(NamedTuple):
    """How many papers of a graph were read whole, and how many by their abstracts."""

    whole: int
    abstracts: int


@dataclass(frozen=True, repr=False)
class Answer:
    """What a question was taken to mean, and what the graph gives for it, best first.

    `rows` are the papers that the answer rests on, whatever its kind, `partly` those that lack some of what is asked;
    `table` is there unless papers are all it lists.
    """

    question: str
    query: Query
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = field(default=())  # sentences for the user: what was cut, why there is nothing
    table: Grid | None = None
    cell: Callable[[Answer], str] | None = field(default=None, repr=False, compare=False)  # draws it for notebooks
    print: Callable[[Answer], str] | None = field(default=None, compare=False)  # draws it for terminals
    fulfilling: int | None = None  # how many papers fulfil the conditions, where not all of them are rows
    partly: tuple[Row, ...] = ()  # the second tier: papers that fulfil what is hard, each with what it lacks
    coverage: tuple[Coverage, ...] = ()
    beside: tuple[Row, ...] = ()  # other papers that lines of the table name
    read: ReadPapers | None = field(default=None, compare=False)  # what was read of the graph's papers
    asked: Query | None = field(default=None, repr=False, compare=False)  # what the next question goes on from
    after: tuple[str, ...] = ()  # the questions before it whose conditions it carries

    @property
    def language(self) -> str:
        """The language of what is said, "en" or "zh"."""
        return self.query.language or language_of(self.question)

    @property
    def filter(self) -> Filter:
        """The conditions that the papers fulfil."""
        return self.query.filter

    @property
    def known(self) -> tuple[Row, ...]:
        """All papers that the answer names, whether they answer the question or not."""
        return (*self.rows, *self.partly, *self.beside)

    @property
    def empty(self) -> bool:
        """Whether nothing was found that fulfils what is asked."""
        return self.fulfilling == 0 or not (self.table.lines if self.table else self.rows)

    @property
    def bare(self) -> str:
        """The name that a question is and no more ("SnapKV"), which has a page of its own; "" for another question."""
        conditions = self.filter.conditions if self.query.kind == "papers" and not self.after else ()
        is_named = any(isinstance(term, Entity) for one in conditions for term in one.any_of)
        return self.question.strip() if is_named and [one.text for one in conditions] == [self.question.strip()] else ""

    @property
    def total(self) -> int:
        """How many papers the answer has, whether they are listed or not."""
        return len(self.rows) if self.fulfilling is None else self.fulfilling

    @property
    def understood(self) -> dict[str, list[dict[str, object]]]:
        """The conditions by field: {"topic": [{"text", "concept", "label"}]}; what else is asked for likewise."""
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

    @cached_property
    def papers(self) -> pandas.DataFrame:
        """A row a paper: id, title, sources, score."""
        import pandas

        rows = [(row.id, row.title, list(row.sources), row.score) for row in self.rows]
        return pandas.DataFrame(rows, columns=["id", "title", "sources", "score"])

    @cached_property
    def evidence(self) -> pandas.DataFrame:
        """A row a quote: paper, source, entity, quote, field, start, end, context, score, sure."""
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
        return said | after | ({"table": self.table.to_json()} if self.table else {})

    def __str__(self) -> str:
        """The answer as a table for a terminal."""
        return self.print(self) if self.print else repr(self)

    def __repr__(self) -> str:
        lines = f", {len(self.table.lines)} lines" if self.table else ""
        return f"Answer({self.question!r}, {len(self.rows)} papers{lines})"

    def _repr_html_(self) -> str | None:
        """What was understood, and the papers or the table with their words, as a notebook shows it."""
        return self.cell(self) if self.cell else None
