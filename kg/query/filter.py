"""The query: what is asked, and the typed conditions on papers that questions, flags and pages share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kg.model import OBTAINED

Op = Literal[">=", ">", "<=", "<", "="]
Order = Literal["highest", "lowest", "best", "worst", "newest"]
ORDERS: tuple[Order, ...] = ("highest", "lowest", "best", "worst")
#: The kinds of answer; each but "papers" is a module of `kg.query.kinds`.
Kind = Literal[
    "papers", "entities", "who", "definition", "claims", "relations", "comparison", "path", "ranking", "count", "trend",
    "near", "refused"
]  # fmt: skip
#: Facts that hold by what a body uses under a name, of which there need be no concept.
USED_BY_NAME = ("software", "baseline", "precision", "optimizer", *OBTAINED)
_SIGNS: dict[Op, str] = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "=": ""}
#: The ending of a plural at the end of a phrase: "point clouds", "GPUs".
_PLURAL = re.compile(r"(?<=\w\w[^\W_suia])s$|(?<=ss)es$")
_ARROWS = {"increase": "↑", "decrease": "↓"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing the paper must have: a topic, technique, problem, task, hardware, model, dataset or institution."""

    field: str  # the entity's type
    concept: str  # CURIE that the words name
    label: str
    concepts: tuple[str, ...]  # it and what counts as it: narrower concepts, members of its family; sorted
    roles: tuple[str, ...] = ()  # techniques: the roles that count; () for proposed or used, any role where none is
    titles: tuple[str, ...] = ()  # names by which a title says that its paper is about it
    longer: tuple[str, ...] = ()  # names of other things that end in one of these: "token pruning" is no pruning
    topics: tuple[str, ...] = ()  # techniques, problems and tasks: the topics of papers that work on them
    shown: tuple[str, ...] = ()  # topics: what shows that a paper is on them
    by: str = ""  # of a technique that is proposed: the date by which others used it; "" for none
    owners: tuple[str, ...] = ()  # institutions: addresses at which code that is theirs lies ("github.com/tencent")
    signs: tuple[str, ...] = ()  # institutions: how lists of authors name them ("deepseek-ai", "qwen team")

    @property
    def is_topic(self) -> bool:
        """Whether papers work on it, and do not only have it or use it."""
        return not self.roles and (self.field == "topic" or bool(self.topics))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result the paper must report.

    `metrics` are the metric and its narrower ones, `words` folded phrases that a metric's wording may hold instead;
    any metric when both are empty. `value` is in `unit`; of a range its better end counts; any value when None.
    `limit`, in the same unit, is the other end where a question gives two: the same end of a result must keep to both.
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
    gains: tuple[str, ...] = ()  # metrics of which a gain is one in the metric: more of these, or less of `savings`
    savings: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()  # metrics of which a share is what is kept ("10 % of the memory")
    told: str = ""  # a regular expression for texts that state the amount, though no result is read from them
    against: Entity | None = None  # the baseline that it must be better than by so much

    @property
    def said(self) -> str:
        """The condition in a few signs: "inference speed ↑ ≥ 2x, ≤ 3x"."""
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
    """A relation of the paper in which one of `concepts` is the head or the tail, and one of `others` the other end."""

    relation: str  # one of kg.model.RELATION_TYPES
    side: Literal["head", "tail"]
    concept: str
    label: str
    concepts: tuple[str, ...]
    others: tuple[str, ...] = ()  # () for anything
    gains: tuple[str, ...] = ()  # metrics of which more is better: a result with more than the thing says so too
    savings: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The relation's type."""
        return self.relation


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said of the paper itself; fields and their values:

    kind     one of kg.model.KINDS              code     "" or a part of the code's address ("github")
    country  ISO code, of an institution        date     "2025", "2025-10", "2025-10-15"; of any year "--10", "--10-15"
    author   a name, or a part of one           venue    a name, or a part of one ("ICLR"); year of it: "2026"
    source   "002", a report; paper "002-22"    recent   "3": in one of the newest so many sources
    software, baseline, precision, optimizer, hardware, model, dataset   what a whole paper uses; `words` are all names
    cites, builds_on   a work: `words` are its papers (CURIEs) and the numbers of beginnings of its title
    """

    field: str
    value: str
    label: str
    op: Op = "="
    words: tuple[str, ...] = ()  # folded words that show it where a text says so
    concept: str = ""

    @property
    def said(self) -> str:
        """The condition in a few signs: "≥ 2025-10"."""
        return _SIGNS[self.op] + self.label


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand in one of the paper's texts: the label, or one of some wordings of it."""

    label: str
    wordings: tuple[str, ...] = ()
    field: str = "text"
    concept: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """What is looked for, any of it; in the singular, which finds the plural too."""
        return _singular(self.wordings or (self.label,))


@lru_cache(maxsize=4096)  # a condition is looked for in each text of an answer
def _singular(wordings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLURAL.sub("", words) for words in wordings))


@dataclass(frozen=True, slots=True)
class Compound:
    """All parts of a compound, in one paper: of "MoE serving" mixture of experts, and serving."""

    label: str
    parts: tuple[tuple[Entity | Outcome | Phrase, ...], ...]  # of each part any term must hold
    field: str = "parts"
    concept: str = ""


Term = Entity | Outcome | Link | Fact | Phrase | Compound


@dataclass(frozen=True, slots=True)
class Condition:
    """Any of some terms must hold, or, negated, none of them."""

    text: str  # the words of the question
    any_of: tuple[Term, ...]
    negated: bool = False
    having: tuple[Term, ...] = ()  # what papers must not have where none states that it does without
    listed: bool = False  # "and" joins it with the one before, of its type; one of both may be meant
    named: bool = False  # papers that only name a topic fulfil it too

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, those that are parts of a compound after it."""
        parts = (part for term in self.any_of if isinstance(term, Compound) for part in term.parts)
        return (*self.any_of, *(term for part in parts for term in part))


@dataclass(frozen=True, slots=True)
class Filter:
    """All conditions must hold. `ignored` lists the question's words that say something and were not understood.

    Of these, `narrowing` are those that say for what or where ("for protein folding"), `unnamed` others that nothing
    bears.
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
    """What a question or a set of flags asks for, of the papers that a filter lets through.

    papers      the papers, best first or by `order` newest first
    entities    what of type `wants` these papers have ("which techniques reduce the KV cache?"), by support; `link`
                narrows it to what stands in a relation ("which techniques address hallucination?"), `among` to the
                members of a class ("most used quantization methods")
    who         the authors and institutions of these papers
    definition  the sentences that say what `things` (all senses of `words`) are
    claims      what a paper reports or says: of the paper that proposes `things`, else of the filter's papers;
                `wants` is "result", an entity type, or "" for all
    relations   what stands at the other end of `link` ("what outperforms Quest?", "what does dInfer build on?")
    comparison  `things` side by side
    path        how the two `things` hang together
    ranking     results on `metric` (an Outcome; None for the field's usual ones), best or worst first by `order`
    count       how many `wants` ("paper" or an entity type) there are; by `over`, where it names a type
    trend       counts of `wants` over `over` (handed to `kg trends`)
    near        papers and concepts nearest in meaning to `words`, or papers that are like one: an id, a title, a name
    refused     outside of what a graph of papers can answer; the notes say so
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
    language: str = ""  # of what is said; "" for that of the question

    def terms(self) -> Iterator[tuple[str, Term]]:
        """What is asked for beside the conditions, each with what it is: the thing, metric, relation or class."""
        asked = [*(("thing", thing) for thing in self.things), ("metric", self.metric), ("relation", self.link)]
        yield from ((name, term) for name, term in (*asked, ("among", self.among)) if term)
