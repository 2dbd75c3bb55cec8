"""The query: the request, and the typed conditions on papers that questions, flags and pages share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kg.model import OBTAINED

Op = Literal[">=", ">", "<=", "<", "="]
Order = Literal["highest", "lowest", "best", "worst", "newest", "added", "key"]
ORDERS: tuple[Order, ...] = ("highest", "lowest", "best", "worst")
#: The kinds of answer; all except "papers" are modules of `kg.query.kinds`.
Kind = Literal[
    "papers", "entities", "who", "definition", "claims", "relations", "comparison", "path", "ranking", "count", "trend",
    "near", "refused"
]  # fmt: skip
#: Facts about what a body uses under a name, which need not have a concept.
USED_BY_NAME = ("software", "baseline", "precision", "optimizer", *OBTAINED)
_SIGNS: dict[Op, str] = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "=": ""}
#: A plural ending at the end of a phrase: "point clouds", "GPUs".
_PLURAL = re.compile(r"(?<=\w\w[^\W_suia])s$|(?<=ss)es$")
_ARROWS = {"increase": "↑", "decrease": "↓"}


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity the paper must have: a topic, technique, problem, task, hardware, model, dataset or institution."""

    field: str  # the entity's type
    concept: str  # CURIE of the named concept
    label: str
    concepts: tuple[str, ...]  # it and everything it includes: narrower concepts, members of its family; sorted
    roles: tuple[str, ...] = ()  # techniques: accepted roles; () for proposed or used, or any role if neither occurs
    titles: tuple[str, ...] = ()  # names by which a title shows that the paper is about it
    longer: tuple[str, ...] = ()  # names of other things that end in one of these: "token pruning" is not pruning
    topics: tuple[str, ...] = ()  # techniques, problems and tasks: the topics of papers that work on them
    shown: tuple[str, ...] = ()  # topics: concepts whose mention shows that a paper is on them
    by: str = ""  # for a proposed technique: the date by which others used it; "" if unknown
    owners: tuple[str, ...] = ()  # institutions: addresses of their code ("github.com/tencent")
    signs: tuple[str, ...] = ()  # institutions: their names in author lists ("deepseek-ai", "qwen team")

    @property
    def is_topic(self) -> bool:
        """Whether papers can work on it, and not only have or use it."""
        return not self.roles and (self.field == "topic" or bool(self.topics))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result the paper must report.

    `metrics` are the metric and its narrower ones, `words` folded phrases accepted in a metric's wording instead;
    any metric if both are empty. `value` is in `unit`, and is compared with the better end of a range; None for any.
    `limit`, in the same unit, is the other end of a range in the question; the same end of a result must meet both.
    """

    concept: str
    label: str
    metrics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    change: str = ""  # increase | decrease | absolute; "" for any
    unit: str = ""
    op: Op = ">="
    value: float | None = None
    field: str = "result"
    limit_op: Op = "<="
    limit: float | None = None
    gains: tuple[str, ...] = ()  # metrics whose gain implies one in the metric: more of these, or less of `savings`
    savings: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()  # metrics for which a share is what is kept ("10 % of the memory")
    told: str = ""  # a regular expression for texts that state the amount, if no result was extracted
    against: Entity | None = None  # the baseline that it must beat by this amount

    @property
    def said(self) -> str:
        """The condition in short: "inference speed ↑ ≥ 2x, ≤ 3x"."""
        ends = [(self.op, self.value), (self.limit_op, self.limit)]
        if self.limit is not None and self.op in ("<=", "<"):
            ends.reverse()
        space = "" if self.unit in ("x", "%") else " "
        about = {**_SIGNS, "=": "≈ "}
        numbers = ", ".join(f"{about[op]}{end:,.12g}{space}{self.unit}".strip() for op, end in ends if end is not None)
        against = f"vs. {self.against.label}" if self.against else ""
        return " ".join(part for part in (self.label, _ARROWS.get(self.change, ""), numbers, against) if part)


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of the paper with one of `concepts` as its head or tail, and one of `others` at the other end."""

    relation: str  # one of kg.model.RELATION_TYPES
    side: Literal["head", "tail"]
    concept: str
    label: str
    concepts: tuple[str, ...]
    others: tuple[str, ...] = ()  # () for anything
    gains: tuple[str, ...] = ()  # metrics where more is better: a better result than the entity's counts too
    savings: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The relation's type."""
        return self.relation


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about the paper itself; fields and their values:

    kind     one of kg.model.KINDS              code     "" or a part of the code's address ("github")
    country  ISO code, of an institution        date     "2025", "2025-10", "2025-10-15"; of any year "--10", "--10-15"
    author   a name, or a part of one           venue    a name, or a part of one ("ICLR"); year of it: "2026"
    source   "002", a report; paper "002-22"    recent   "3": in one of the three newest sources
    software, baseline, precision, optimizer, hardware, model, dataset   used by a full paper; `words` are all names
    cites, builds_on   a work: `words` are its papers (CURIEs) and the numbers of its title prefixes
    """

    field: str
    value: str
    label: str
    op: Op = "="
    words: tuple[str, ...] = ()  # folded words that show it in a text
    concept: str = ""

    @property
    def said(self) -> str:
        """The condition in short: "≥ 2025-10"."""
        return _SIGNS[self.op] + self.label


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that one of the paper's texts must contain: the label, or one of its wordings."""

    label: str
    wordings: tuple[str, ...] = ()
    field: str = "text"
    concept: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """The wordings that are searched for, any of which counts; in the singular, which matches the plural too."""
        return _singular(self.wordings or (self.label,))


@lru_cache(maxsize=4096)  # the same condition is searched for in every text of an answer
def _singular(wordings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLURAL.sub("", words) for words in wordings))


@dataclass(frozen=True, slots=True)
class Compound:
    """All parts of a compound in one paper: for "MoE serving", mixture of experts and serving."""

    label: str
    parts: tuple[tuple[Entity | Outcome | Phrase, ...], ...]  # for each part, any of its terms must hold
    field: str = "parts"
    concept: str = ""


Term = Entity | Outcome | Link | Fact | Phrase | Compound


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of some terms must hold; if negated, none of them."""

    text: str  # the words of the question
    any_of: tuple[Term, ...]
    negated: bool = False
    having: tuple[Term, ...] = ()  # terms that papers must not have, if none states their absence
    listed: bool = False  # joined by "and" with the previous condition of the same type; either may be meant
    named: bool = False  # mentions of a topic are enough

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, followed by the parts of compounds."""
        parts = (part for term in self.any_of if isinstance(term, Compound) for part in term.parts)
        return (*self.any_of, *(term for part in parts for term in part))


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions must hold. `ignored` lists the content words of the question that were not understood.

    Of these, `narrowing` are restrictions with "for" or "in" ("for protein folding"), `unnamed` are other unknown
    words.
    """

    conditions: tuple[Condition, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # sentences for the user
    narrowing: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    def understood(self) -> dict[str, list[dict[str, object]]]:
        """The conditions by field, as `kg ask --format json` prints them."""
        out: dict[str, list[dict[str, object]]] = {}
        for condition in self.conditions:
            for term in condition.any_of:
                label = term.said if isinstance(term, Outcome | Fact) else term.label
                said: dict[str, object] = {"text": condition.text, "concept": term.concept}
                said["label"] = label or condition.text
                if condition.negated:
                    said["negated"] = True
                out.setdefault(term.field, []).append(said)
        return out


@dataclass(frozen=True, slots=True)
class Query:
    """The request of a question or of flags, on the papers that pass a filter.

    papers      the papers, best first, or by `order` the newest, the last added or the most cited ("key") first
    entities    the things of type `wants` of these papers ("which techniques reduce the KV cache?"), by support;
                `link` selects one end of a relation ("which techniques address hallucination?"), `among` the
                members of a class ("most used quantization methods")
    who         the authors and institutions of these papers
    definition  the sentences that define `things` (all senses of `words`)
    claims      the claims of a paper: of the one that proposes `things`, else of the filter's papers;
                `wants` is "result", an entity type, or "" for all
    relations   the other end of `link` ("what outperforms Quest?", "what does dInfer build on?")
    comparison  `things` side by side
    path        how the two `things` are connected
    ranking     results on `metric` (an Outcome; None for the usual metrics of the field), ordered by `order`
    count       how many `wants` ("paper" or an entity type) there are; by `over`, where it names a type
    trend       counts of `wants` over `over` (handed to `kg trends`)
    near        papers and concepts nearest in meaning to `words`, or papers similar to one: an id, a title, a name
    refused     beyond what a graph of papers can answer; the notes explain it
    """

    kind: Kind = "papers"
    filter: Filter = Filter()
    wants: str = ""
    things: tuple[Entity, ...] = ()
    link: Link | None = None
    metric: Outcome | None = None
    order: Order = "best"
    over: str = ""
    most: int | None = None  # "top 5"
    words: str = ""
    among: Entity | None = None
    like: str = ""
    language: str = ""  # of the answer; "" for that of the question

    def terms(self) -> Iterator[tuple[str, Term]]:
        """The parts of the query other than conditions, each with its role: the entity, metric, relation or class."""
        asked = [*(("thing", thing) for thing in self.things), ("metric", self.metric), ("relation", self.link)]
        yield from ((name, term) for name, term in (*asked, ("among", self.among)) if term)
