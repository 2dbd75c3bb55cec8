"""The data that flows through `kg`: plain typed values without behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from kg.entity_types import LISTS

#: The text fields of an entry, named as in the annotation guidelines: T title, A abstract, I institution line, B
#: Chinese brief, H the title above the brief, K keywords, S a Chinese summary of the source, which is not extracted.
FIELDS = ("T", "A", "I", "B", "H", "K", "S")

#: The fields of a Document that hold its body.
BODY = ("parts", "tables", "references")

#: Types of entities that papers name.
ENTITY_TYPES = tuple(LISTS)
ROLES = ("proposed", "used", "baseline", "mentioned")
MODEL_ROLES = ("proposed", "used", "baseline", "evaluated")  # derived from relations; "" for a model without any
KEY_ROLES = ("proposes", "problem", "result", "limits")
CITATION_TYPES = ("builds_on", "compares_with", "uses", "cites")  # how a paper speaks of a work, what tells most first
#: What the words of a result or relation say, each a span of its sentence.
SPANS = ("subject", "metric", "value", "baseline", "setting", "dataset", "model", "hardware")
#: What a sentence restricts: it is of some cases, of a part or variant, of larger rivals, of others' work, unmeasured.
MARKS = ("cases", "part", "larger", "others", "hypothetical")
#: Marks of results that a paper did not obtain itself.
NOT_OWN = frozenset(("others", "hypothetical"))
#: Types of entities that results are obtained on.
OBTAINED = ("hardware", "model", "dataset")
KINDS = ("method", "system", "benchmark", "dataset", "survey", "study", "model", "theory")
#: Types of what labels of tables print.
FACETS = ("dataset", "metric", "model", "method", "hardware")
#: Rows and columns of a table that are shown.
SIDE = 500
RELATION_TYPES = (
    "uses",
    "part_of",
    "outperforms",
    "compared_with",
    "addresses",
    "evaluated_on",
    "applied_to",
    "runs_on",
)


#: The largest value of a result, far beyond any real outcome; larger numbers lose digits in JSON.
LARGEST = 1e15

#: What a register holds about an institution: labels by language, other names (text, language), country code.
Facts = tuple[dict[str, str], list[tuple[str, str]], str]


class KgError(Exception):
    """An error for users: one sentence that names what failed, where, and what to do.

    `values` fill in the {names} of the sentence, which pages have in other languages too: they look it up as it stands
    in the call.
    """

    def __init__(self, sentence: str = "", **values: object) -> None:
        super().__init__(sentence.format(**values) if values else sentence)
        self.sentence, self.values = sentence, values


class Loss(KgError):
    """What a file has and the record lacks: told, and an error where nothing may be lost."""


class Doubt(KgError):
    """Why a file that was read may be no paper: told, and an error where nothing may be unsure."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an entry, verbatim (`raw`) and repaired (`text`).

    `edits` turn `raw` into `text`: (start, end, replacement), with offsets in code points of `raw`, sorted and without
    overlap. `kg.text.repaired` creates a Text, `kg.text.raw_span` maps offsets back to `raw`.
    """

    raw: str
    text: str
    edits: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, caption, list item, footnote, formula or heading of a paper's body, in reading order."""

    id: str  # "s4.1/p3", "t2/caption", "f1/caption", "fn3"
    kind: str  # heading, paragraph, item, caption, footnote or formula
    role: str  # abstract, intro, setup, ...: kg/sources/body/roles.tsv
    headings: tuple[str, ...]  # from the outermost on, as printed: ("4 Experiments", "4.1 Setup")
    text: Text
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; rows and columns count from 0, and a cell lies where its span begins."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    head: bool = False  # names a row or a column
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a paper's body; its caption is the part `<id>/caption`."""

    id: str  # "t2"
    label: str  # "Table 2"
    cells: tuple[Cell, ...]
    page: int | None = None

    def grid(self) -> list[list[Cell | None]]:
        """Its rows, with the cell that begins in each column; at most `SIDE` rows and columns."""
        cells = [cell for cell in self.cells if 0 <= cell.row < SIDE and 0 <= cell.column < SIDE]
        width = 1 + max((cell.column for cell in cells), default=-1)
        rows: list[list[Cell | None]] = [[None] * width for _ in range(1 + max((c.row for c in cells), default=-1))]
        for cell in cells:
            rows[cell.row][cell.column] = cell
        return rows


class Facet(NamedTuple):
    """What a label or caption prints: its type (one of FACETS), its concept or "", its name."""

    type: str
    concept: str
    name: str


class TableHeader(NamedTuple):
    """The header path of a row or column of a table, outermost first; of the caption, the caption itself."""

    axis: str  # caption, row or column
    path: tuple[str, ...]
    facets: tuple[Facet, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()  # ("bits", "4"), as printed


class TableCell(NamedTuple):
    """A number of a table: its place, its text, and the numbers of its two headers among those of the table."""

    row: int
    column: int
    text: str
    value: float | None  # the first number of the text
    unit: str
    bold: bool
    sound: bool  # whether its row and column have paths of their own
    setup: bool  # a size, count or other number that is no result
    row_header: int
    column_header: int


class ReadTable(NamedTuple):
    """A table with the header paths of its numbers; the first header is that of the caption."""

    id: str  # "t2"
    label: str  # "Table 2"
    caption: str
    page: int | None
    head_rows: int
    head_columns: int
    headers: tuple[TableHeader, ...]
    cells: tuple[TableCell, ...]

    @property
    def unsound(self) -> set[int]:
        """The columns in which no number has heads and a label of its own."""
        return {cell.column for cell in self.cells} - {cell.column for cell in self.cells if cell.sound}


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a bibliography, and the places in parts that cite it: (part, start, end) in repaired text."""

    key: str
    raw: str
    title: str = ""
    doi: str = ""
    arxiv: str = ""
    year: int | None = None
    cited: tuple[tuple[str, int, int], ...] = ()


@dataclass(slots=True)
class Document:
    """One entry of a source, as its reader returns it."""

    id: str  # entry: "002-22"
    source: str  # source: "002"
    number: int  # position in the source, from 1
    texts: dict[str, Text]
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    venue: str = ""
    year: int | None = None
    date: str = ""  # ISO 8601
    arxiv: str = ""
    doi: str = ""
    url: str = ""
    repairs: tuple[str, ...] = ()  # repairs that were made, one sentence each
    parts: tuple[Part, ...] = ()  # the body; empty for a paper that is read by its abstract
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    category: str = ""  # the primary category at arXiv: "cs.LG"
    origin: str = ""  # the collection that the record names, of a file of several collections
    as_written: dict[str, str] = field(default_factory=dict)  # its entry in a bibliography; see kg.sources.as_written


@dataclass(slots=True)
class Source:
    """A file (or a response of a service) that holds entries.

    `skeleton` restores the file byte for byte: verbatim strings, and (entry, field) where the raw text of an entry
    belongs. It is empty for formats that are not restored.
    """

    name: str
    file: str
    form: str  # the reader's name
    date: str = ""
    sha256: str = ""
    skeleton: tuple[str | tuple[str, str], ...] = ()
    skipped: tuple[str, ...] = ()  # parts that could not be read, one sentence each; set when the source is stored


@dataclass(slots=True)
class Batch:
    """The output of a reader for one file: the source, its entries in order, and what was skipped."""

    source: Source
    documents: Iterable[Document] | Iterator[Document]
    skipped: list[str] = field(default_factory=list)  # one sentence each; grows while `documents` is consumed
    losses: list[str] = field(default_factory=list)  # what the file has and the documents lack, one sentence; grows too
    doubts: list[str] = field(default_factory=list)  # why a file that was read may be no paper


@dataclass(slots=True)
class Mention:
    """A span of text that names an entity.

    `start` and `end` count code points of the raw field, and `surface` is the text between them. During extraction they
    count code points of the spaCy Doc, and `field` is empty.
    """

    type: str  # one of ENTITY_TYPES
    surface: str
    canonical: str  # the standard noun phrase; for an organisation its usual name
    field: str = ""
    start: int = -1
    end: int = -1
    role: str = ""  # techniques: one of ROLES; models: one of MODEL_ROLES or ""
    aliases: tuple[str, ...] = ()
    concept: str = ""  # identifier as a CURIE, once linked: "technique:lora", "ror:03cve4549"
    reason: str = ""  # why it was linked to this concept
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False  # whether the confidence reaches the threshold of its type; see kg.trust


@dataclass(slots=True)
class Evidence:
    """A quotation: `quote` is the text at [start, end) of the raw `field`."""

    quote: str
    field: str = ""
    start: int = -1
    end: int = -1


class FieldSpan(NamedTuple):
    """The words of one field of a statement: one of SPANS, [start, end) in the raw field of its evidence, a score."""

    name: str
    start: int
    end: int
    score: float = 1.0


@dataclass(slots=True)
class Result:
    """One quantitative outcome of a paper, comparable with those of other papers."""

    evidence: Evidence
    metric: str
    value: float | tuple[float, float]
    unit: str  # "%", "x", "points", "tokens/s", "ms", ...
    change: str  # increase | decrease | absolute
    bound: str = "exact"  # exact | up_to | at_least | about
    baseline: str = ""
    setting: str = ""
    metric_concept: str = ""
    reason: str = ""  # why the metric was linked to that concept
    baseline_concept: str = ""
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False
    on: tuple[str, ...] = ()  # what it was obtained on: canonical names of hardware, models and data sets of its record
    spans: tuple[FieldSpan, ...] = ()
    marks: tuple[str, ...] = ()  # of MARKS


@dataclass(slots=True)
class Relation:
    """A typed relation between two entities of one record, identified by their `canonical`."""

    head: str
    type: str  # one of RELATION_TYPES
    tail: str
    evidence: Evidence
    head_concept: str = ""
    tail_concept: str = ""
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False
    spans: tuple[FieldSpan, ...] = ()
    marks: tuple[str, ...] = ()  # of MARKS


@dataclass(slots=True)
class Usage:
    """Something that a paper uses, or only names, as its body has it."""

    type: str  # hardware, model, dataset, software or baseline
    name: str
    use: str  # run, simulated; evaluated, base, draft, teacher, judge; trained, calibration; baseline; mentioned
    places: tuple[Evidence, ...]  # the best first; `field` is the id of a part or a cell
    level: str  # abstract, cell, caption, setup, footnote, results, appendix, method, ...: where the best one stands
    concept: str = ""
    count: int = 1  # places that name it
    surface: str = ""
    at: tuple[int, int] = (-1, -1)  # of the surface in the raw text of the best place
    extractor: str = ""
    confidence: float = 1.0
    devices: int = 0  # of hardware, how many a set-up has; 0 where it does not say


@dataclass(slots=True)
class SetupNumber:
    """A number of a paper's set-up, and the sentence that states it."""

    name: str  # devices, precision, optimizer, batch size or context length
    value: str  # "8", "FP16", "64M"
    unit: str  # the device, "tokens", ...
    surface: str  # the words that say so
    place: Evidence


@dataclass(slots=True)
class Citation:
    """How a paper speaks of a reference that it cites, in one sentence."""

    key: str  # of the reference
    type: str  # one of CITATION_TYPES
    evidence: Evidence
    confidence: float = 1.0
    name: str = ""  # what the paper calls the work right before it cites it


@dataclass(slots=True)
class Topic:
    """A topic of the paper, with the quote that supports it."""

    id: str  # "kv-cache-compression"
    evidence: Evidence | None = None
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False


@dataclass(slots=True)
class Brief:
    """The slots of the Chinese template X发布了Y论文，使用了T技术，解决了P问题，达成了E效果."""

    institution: tuple[str, ...] = ()
    name: str = ""
    technique: str = ""
    problem: str = ""
    effect: str = ""


_Class = TypeVar("_Class", bound=type)


def _with_lists(cls: _Class) -> _Class:
    """Give a class a list for each entity type that it does not name itself, before its relations."""
    said = dict(cls.__annotations__)
    added = {name: list[Mention] for name in LISTS.values() if name not in said}
    at = list(said).index("relations")
    cls.__annotations__ = dict([*list(said.items())[:at], *added.items(), *list(said.items())[at:]])
    for name in added:
        setattr(cls, name, field(default_factory=list))
    return cls


@dataclass(slots=True)
@_with_lists
class Record:
    """All claims extracted from one entry, in the format of the annotation guidelines.

    It holds a list of mentions for each entity type; the types that the program itself knows are named here.
    """

    id: str
    title: str = ""
    name: str = ""
    kind: str = "method"
    institutions: list[Mention] = field(default_factory=list)
    techniques: list[Mention] = field(default_factory=list)
    problems: list[Mention] = field(default_factory=list)
    tasks: list[Mention] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    hardware: list[Mention] = field(default_factory=list)
    models: list[Mention] = field(default_factory=list)
    datasets: list[Mention] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    code_url: str = ""
    brief: Brief = field(default_factory=Brief)
    key: dict[str, Evidence] = field(default_factory=dict)  # sentences of the abstract by role, one of KEY_ROLES
    paper: str = ""  # identifier of the work as a CURIE, once linked: "paper:2510.12345"
    uses: list[Usage] = field(default_factory=list)
    setup: list[SetupNumber] = field(default_factory=list)
    limitations: list[Evidence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    code: list[str] = field(default_factory=list)  # links to this paper's code and models
    reason: str = ""  # why it was linked to this work
    partial: bool = False  # whether an extractor was unavailable, so that the entry must be read again
    kind_score: float = 0.0  # how likely the kind is right; 0 where nothing has judged it
    kind_sure: bool = False
    before: str = ""  # its links before manual overrides, as JSON; see kg/link/overrides.py


@dataclass(slots=True)
class Paper:
    """A work with all its entries as (document, record), sorted by entry name."""

    id: str  # CURIE
    entries: list[tuple[Document, Record]]


#: A claim of a record that has a confidence.
Statement = Mention | Result | Relation | Topic
