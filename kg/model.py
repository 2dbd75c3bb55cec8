"""The data that flows through `kg`: plain typed values, no behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: The texts of an entry, named as in the annotation guidelines.
#: T title, A abstract, I institution line, B Chinese brief, H the title above the brief, K keywords.
FIELDS = ("T", "A", "I", "B", "H", "K")

ENTITY_TYPES = ("institution", "technique", "problem", "task", "hardware", "model", "dataset")
ROLES = ("proposed", "used", "baseline", "mentioned")
MODEL_ROLES = ("proposed", "used", "baseline", "evaluated")  # what relations tell; "" where none does
KINDS = ("method", "system", "benchmark", "dataset", "survey", "study", "model", "theory")
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


#: The largest number of a result, far beyond any outcome; larger ones lose digits on the way through JSON.
LARGEST = 1e15

#: What a register knows of an institution: labels by language, other names (text, language), country code.
Facts = tuple[dict[str, str], list[tuple[str, str]], str]


class KgError(Exception):
    """What a user is told: one sentence that names what failed, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an entry, verbatim and repaired.

    `edits` lead from `raw` to `text`: (start, end, replacement), offsets in code points of `raw`,
    sorted, not overlapping. `kg.text.repaired` makes one, `kg.text.raw_span` maps offsets back.
    """

    raw: str
    text: str
    edits: tuple[tuple[int, int, str], ...] = ()


@dataclass(slots=True)
class Document:
    """One entry as a reader found it: a paper in a source."""

    id: str  # entry: "002-22"
    source: str  # source: "002"
    number: int  # place in the source, from 1
    texts: dict[str, Text]
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    venue: str = ""
    year: int | None = None
    date: str = ""  # ISO 8601
    arxiv: str = ""
    doi: str = ""
    url: str = ""
    repairs: tuple[str, ...] = ()  # what was repaired, one sentence each


@dataclass(slots=True)
class Source:
    """A file (or an answer of a service) that holds entries.

    `skeleton` gives the file back byte for byte: verbatim strings, and (entry, field) where the raw
    text of an entry stands. Empty for forms that are not given back.
    """

    name: str
    file: str
    form: str  # the reader's name
    date: str = ""
    sha256: str = ""
    skeleton: tuple[str | tuple[str, str], ...] = ()
    skipped: tuple[str, ...] = ()  # what of it could not be read, a sentence each, once it is stored


@dataclass(slots=True)
class Batch:
    """What a reader makes of one file: the source, its entries in order, and what had to be skipped."""

    source: Source
    documents: Iterable[Document] | Iterator[Document]
    skipped: list[str] = field(default_factory=list)  # one sentence each; grows while documents are read


@dataclass(slots=True)
class Mention:
    """A place where the text names an entity.

    `start`, `end` count code points of the raw field, `surface` is what stands there. While the
    extraction runs, they count code points of the spaCy Doc and `field` is empty.
    """

    type: str  # one of ENTITY_TYPES
    surface: str
    canonical: str  # the standard noun phrase; an organisation's usual name
    field: str = ""
    start: int = -1
    end: int = -1
    role: str = ""  # techniques: one of ROLES; models: one of MODEL_ROLES or none
    aliases: tuple[str, ...] = ()
    concept: str = ""  # identity as CURIE, once linked: "technique:lora", "ror:03cve4549"
    reason: str = ""  # why it has this identity
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False  # confident enough for its type; see kg.trust


@dataclass(slots=True)
class Evidence:
    """Quoted words: `quote` stands at [start, end) of the raw text of `field`."""

    quote: str
    field: str = ""
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class Result:
    """One outcome number of a paper, comparable with others."""

    evidence: Evidence
    metric: str
    value: float | tuple[float, float]
    unit: str  # "%", "x", "points", "tokens/s", "ms", ...
    change: str  # increase | decrease | absolute
    bound: str = "exact"  # exact | up_to | at_least | about
    baseline: str = ""
    setting: str = ""
    metric_concept: str = ""
    reason: str = ""  # why the metric is that concept
    baseline_concept: str = ""
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False


@dataclass(slots=True)
class Relation:
    """A typed link between two entities of one record, named by their canonical."""

    head: str
    type: str  # one of RELATION_TYPES
    tail: str
    evidence: Evidence
    head_concept: str = ""
    tail_concept: str = ""
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False


@dataclass(slots=True)
class Topic:
    """A topic of the paper with the words that show it."""

    id: str  # "kv-cache-compression"
    evidence: Evidence | None = None
    extractor: str = ""
    confidence: float = 1.0
    sure: bool = False


@dataclass(slots=True)
class Brief:
    """The slots of the Chinese sentence: X发布了Y论文，使用了T技术，解决了P问题，达成了E效果."""

    institution: tuple[str, ...] = ()
    name: str = ""
    technique: str = ""
    problem: str = ""
    effect: str = ""


@dataclass(slots=True)
class Record:
    """Everything a paper says, typed, in the form of the annotation guidelines."""

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
    paper: str = ""  # identity of the work as CURIE, once linked: "paper:2510.12345"
    reason: str = ""  # why it is this work
    partial: bool = False  # an extractor could not be asked: to be read again
    before: str = ""  # its links before people decided otherwise, as JSON; see kg/link/overrides.py


@dataclass(slots=True)
class Paper:
    """A work with what each source says of it: its entries as (document, record), by entry name."""

    id: str  # CURIE
    entries: list[tuple[Document, Record]]


#: What a record says, with how far it can be trusted.
Statement = Mention | Result | Relation | Topic

#: The list of a record that holds the mentions of a type.
LISTS = {
    "institution": "institutions",
    "technique": "techniques",
    "problem": "problems",
    "task": "tasks",
    "hardware": "hardware",
    "model": "models",
    "dataset": "datasets",
}
