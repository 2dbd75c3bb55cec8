"""Flags become a query: `{"topic": ["kv-cache-compression"], "result": ["latency<=-40%"]}` is read like a question.

All values of a flag must hold; "A|B" and "A,B" mean either. A value is an id ("kv-cache-compression",
"ror:03cve4549"), or a label in either language and any spelling. Words, numbers and dates are read by the same code
as in questions, so that flags and questions with the same meaning become the same SQL. The full id of a topic
("topic:quantization") means all papers that were assigned to it; facets and counts use this.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from kg.model import KINDS, RELATION_TYPES, ROLES, KgError
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Condition, Fact, Filter, Link, Op, Outcome, Query, Term
from kg.query.first_pass import QuestionReader
from kg.query.lexicon import Lexicon
from kg.query.named_uses import names_used
from kg.query.naming import THINGS, Naming, Unknown
from kg.query.question import Parser
from kg.query.question_items import OPS, Item
from kg.query.sayings import Sayings
from kg.store.contents import entry_named
from kg.store.file import StoreFile
from kg.text import fold

if TYPE_CHECKING:
    from kg.query.filter import Order

_OPS: dict[str, Op] = {">=": ">=", "≥": ">=", ">": ">", "<=": "<=", "≤": "<=", "<": "<", "=": "=", "==": "="}
_TURNED: dict[Op, Op] = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}
_MEANING = {op: meaning for meaning, op in OPS.items()}
_OP = r"\s*(>=|<=|==?|[<>≥≤])\s*"
_PLUS, _MINUS = "+", "-\u2212\u2013"


class MetricFlags:
    """Reads the short form, with the words and numbers of questions."""

    def __init__(self, naming: Naming) -> None:
        self.naming, self.lexicon, self.say = naming, naming.lexicon, naming.say

    def metric(self, text: str) -> Outcome:
        """A result on a metric, in the direction given by its words ("latency reduction")."""
        pieces = self._measure(text)
        parser = Parser(text, pieces, self.lexicon, self.say.language)
        at = next(i for i, item in enumerate(pieces) if "metric" in item.types or item.is_speed)
        if pieces[at].is_speed:
            return parser.thresholds.speed_of(at)
        change = next((i for i in range(len(pieces)) if i != at and parser.changes(i)), None)
        return parser.metric(at, change)

    def _measure(self, text: str) -> list[Item]:
        """The pieces of a metric's name: one metric, words for its direction, and filler."""
        folded = fold(text)
        sense = self.naming.sense("metric", text)
        words = [word for word in self.lexicon.words.bearing(folded) if "metric" in word.facts]
        if words or sense:
            return [Item(0, len(text), text, [] if words or sense is None else [sense], words)]
        pieces = [item for item in QuestionReader(text, self.lexicon).items() if not item.means("frame") or item.senses]
        metrics = [i for i in pieces if "metric" in i.types or i.is_speed]
        rest = (item for item in pieces if item not in metrics)
        if len(metrics) == 1 and all(item.means("increase", "decrease", "improve") for item in rest):
            if metrics[0].senses:
                metrics[0].senses = [sense for sense in metrics[0].senses if sense.type == "metric"]
            return pieces
        raise self.naming.no_such("metric", text)

    def read(self, text: str) -> Outcome:
        """METRIC, METRIC OP NUMBER UNIT, or NUMBER OP METRIC OP NUMBER UNIT; a sign means a change."""
        text = unicodedata.normalize("NFKC", text)
        parts = [part.strip() for part in re.split(_OP, text)]
        if len(parts) not in (1, 3, 5) or not all(parts):
            raise KgError(self.say("flag.result", text=text))
        if len(parts) == 1:
            return self.metric(text)
        op, sign, number = self._number(text, _OPS[parts[-2]], parts[-1])
        if len(parts) == 5:
            self._enclose(text, (op, sign, number), self._number(text, _TURNED[_OPS[parts[1]]], parts[0]))
            op = ">="
        number.words = self.lexicon.words.meaning(_MEANING[op])
        return self._measured(parts[-3], number, sign)

    def _number(self, text: str, op: Op, said: str) -> tuple[Op, str, Item]:
        """The operator, the sign and the number: "at most -40%" is a decrease by at least 40%."""
        sign, digits = said[0] if said[0] in _PLUS + _MINUS else "", said.lstrip(_PLUS + _MINUS + " ")
        found = QuestionReader(digits, self.lexicon).items()
        if len(found) != 1 or found[0].value is None or not digits[:1].isdigit():
            raise KgError(self.say("flag.unit", text=text, said=repr(said)))
        return (_TURNED[op], "-", found[0]) if sign and sign in _MINUS else (op, sign, found[0])

    def _enclose(self, text: str, last: tuple[Op, str, Item], first: tuple[Op, str, Item]) -> None:
        """Join the two ends of a range, which must be changes in one direction or both levels."""
        (lower, sign, low), (upper, other, high) = sorted((first, last), key=lambda end: end[0], reverse=True)
        if sign != other or lower not in (">=", ">") or upper not in ("<=", "<"):
            raise KgError(self.say("flag.range", text=text))
        number = last[2]
        number.value, number.upper, number.upper_op = low.value, high.value, upper
        number.unit = high.unit or low.unit

    def _measured(self, metric: str, number: Item, sign: str) -> Outcome:
        """The result that a question with these pieces would ask for."""
        try:
            pieces = self._measure(metric)
        except Unknown:
            if not self._is_measured(metric):
                raise
            pieces = []
        change = {"+": "increase", "-": "decrease"}.get(sign, "")
        if change and not any(word for item in pieces for word in item.words):
            words = [word for word in self.lexicon.words.meaning(change) if "metric" not in word.facts]
            pieces.append(Item(len(metric), len(metric), change, words=words))
        number.start = number.end = len(metric)
        parser = Parser(metric, [*pieces, number], self.lexicon)
        found = parser.thresholds.result(len(pieces), range(len(pieces)))
        if not (found.metrics or found.words):
            found = replace(found, label=metric, words=(fold(metric),))
        return replace(found, change=change) if change else found

    def _is_measured(self, metric: str) -> bool:
        """Whether the graph has a result on a name, even if the vocabulary does not know it."""
        sql = "SELECT 1 FROM results WHERE instr(lower(metric_text), ?) > 0 LIMIT 1"
        return len(metric) > 2 and bool(self.naming.store.rows(sql, metric.lower()))


#: The values of a flag: a text, a number, a boolean, or several texts.
Value = str | int | bool | None | Iterable[str]
_Found = TypeVar("_Found")
#: Flags that set conditions, in the order in which they are written.
CONDITIONS = (
    *THINGS,
    *USED_BY_NAME[:4],
    *("metric", "result", "relation", "country", "author", "venue", "year", "date", "since", "until"),
    *("kind", "code", "source", "paper"),
)
#: Flags that set the kind and form of the answer.
ASKING = ("role", "not", "near", "count", "list", "top", "sort")
LONGEST = 500  # characters of a value
MOST = 60  # values of all flags
_SHOWN = 8  # names of sources in an error
#: The roles of a technique that a flag's words ask for, as in a question.
_ROLES = {"proposed": ("proposed",), "used": ("proposed", "used"), "baseline": ("baseline",), "mentioned": ROLES}
_ORDERS = ("best", "worst", "highest", "lowest")
_DATES: dict[str, Op] = {"date": "=", "since": ">=", "until": "<="}


def read_flags(flags: Mapping[str, Value], lexicon: Lexicon, store: StoreFile, language: str = "") -> Query:
    """The query for flags; KgError for an unknown flag or value, with the nearest known ones.

    Labels, notes and errors are in `language`, else in English.
    """
    return _Flags(flags, lexicon, store, language or "en").query()


def merged(asked: Query, flagged: Query) -> Query:
    """A question combined with flags: all conditions hold; flags override the kind and form of the answer."""
    if asked.kind == "refused":
        return asked
    one, other = asked.filter, flagged.filter
    known = {(condition.any_of, condition.negated) for condition in one.conditions}
    added = tuple(c for c in other.conditions if (c.any_of, c.negated) not in known)
    both = Filter((*one.conditions, *added), one.ignored, (*one.notes, *other.notes))
    kind = asked if flagged.kind == "papers" else flagged
    return replace(kind, filter=both, most=flagged.most or asked.most)


def written(flags: Mapping[str, Value]) -> str:
    """Flags in command-line form: "--topic kv-cache-compression --hardware H100"."""
    out = []
    for name in (*CONDITIONS, *ASKING):
        given = flags.get(name)
        if given is True:
            out.append(f"--{name}")
        elif given is not None and given is not False:
            out += [f"--{name} {shlex.quote(value)}" for value in _texts(given)]
    return " ".join(out)


def _texts(given: Value) -> list[str]:
    if given is None or isinstance(given, bool):
        return []
    return [str(given)] if isinstance(given, str | int) else [str(value) for value in given]


def _clean(text: str) -> str:
    """A value on one line, without unprintable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class _Flags:
    def __init__(self, flags: Mapping[str, Value], lexicon: Lexicon, store: StoreFile, language: str) -> None:
        self.flags, self.lexicon, self.store = flags, lexicon, store
        self.naming, self.say = Naming(lexicon, store, language), Sayings(language)
        self.figures = MetricFlags(self.naming)
        self.notes: list[str] = []
        self.facts: dict[str, Callable[[str], Term]] = {
            "relation": self._relation,
            "country": self._country,
            "author": lambda text: Fact("author", text, text),
            "venue": self._venue,
            "year": self._year,
            **{flag: partial(self._date, flag) for flag in _DATES},
            "kind": self._kind,
            "code": self._code,
            "source": self._source,
            "paper": self._paper,
            **{kind: partial(self._used, kind) for kind in USED_BY_NAME},
            "result": self.figures.read,
            "metric": self.figures.metric,
        }
        self._check()
        self.roles = self._said_roles()

    def _check(self) -> None:
        unknown = [name for name in self.flags if name not in (*CONDITIONS, *ASKING)]
        if unknown:
            choices = ", ".join((*CONDITIONS, *ASKING))
            raise KgError(self.say("flag.unknown", name=repr(unknown[0]), choices=choices))
        values = [(name, text) for name, given in self.flags.items() for text in _texts(given)]
        if len(values) > MOST:
            raise KgError(self.say("flag.many", len(values), most=MOST))
        for name, text in values:
            if len(text) > LONGEST:
                raise KgError(self.say("flag.long", len(text), name=name, most=LONGEST))
            if not _clean(text):
                raise KgError(self.say("flag.empty", name=name))

    def query(self) -> Query:
        """The whole query."""
        sort, metric = self._one("sort"), self._texts("metric")
        ranks = bool(sort) and len(metric) == 1
        names = [name for name in CONDITIONS if not (name == "metric" and ranks)]
        conditions = [self._condition(name, text) for name in names for text in self._texts(name)]
        code = self.flags.get("code")
        if isinstance(code, bool):
            conditions.append(Condition("code", (Fact("code", "", "code"),), not code))
        conditions += [self._negated(text) for text in self._texts("not")]
        asked = self._asked(sort, self.figures.metric(metric[0]) if ranks else None)
        return replace(asked, filter=Filter(tuple(conditions), (), tuple(self.notes)), most=self._top())

    def _texts(self, name: str) -> list[str]:
        return [_clean(text) for text in _texts(self.flags.get(name))]

    def _one(self, name: str) -> str:
        texts = self._texts(name)
        if len(texts) > 1:
            raise KgError(self.say("flag.twice", len(texts), name=name))
        return texts[0] if texts else ""

    # The kind and form of the answer

    def _asked(self, sort: str, metric: Outcome | None) -> Query:
        near, wants = self._one("near"), self._type(self._one("list"))
        count = bool(self.flags.get("count"))
        if sum(map(bool, (near, sort, count or wants))) > 1:
            raise KgError(self.say("flag.different"))
        if near:
            return Query("near", words=near)
        if sort and sort not in _ORDERS:
            raise KgError(self.say("flag.sort", text=sort, choices=", ".join(_ORDERS)))
        if sort:
            return Query("ranking", metric=metric, order=cast("Order", sort))
        if count:
            return Query("count", wants=wants or "paper")
        return Query("entities", wants=wants) if wants not in ("", "paper") else Query()

    def _type(self, text: str) -> str:
        """The type named by --list, in either language."""
        words = self.lexicon.words.bearing(fold(text)) if text else []
        found = next((kind for word in words if (kind := word.of("type:"))), "")
        if text and not found:
            types = ", ".join((*THINGS, "country", "author", "venue"))
            raise KgError(self.say("flag.list", text=text, choices=types))
        return found

    def _top(self) -> int | None:
        said = self._one("top")
        if said and not (said.isascii() and said.isdigit() and 0 < int(said) < 10_000):
            raise KgError(self.say("flag.top", text=said))
        return int(said) if said else None

    def _said_roles(self) -> tuple[str, ...]:
        said = [role for text in self._texts("role") for role in re.split(r"\s*[|,]\s*", text)]
        for role in said:
            if role not in _ROLES:
                raise KgError(self.say("flag.role", text=role, choices=", ".join(_ROLES)))
        named = [*self._texts("technique"), *(text for text in self._texts("not") if text.startswith("technique:"))]
        if said and not named:
            raise KgError(self.say("flag.role_of", text=said[0]))
        counted = {counted for role in said for counted in _ROLES[role]}
        return tuple(role for role in ROLES if role in counted)

    # Conditions

    def _negated(self, text: str) -> Condition:
        field, _, value = text.partition(":")
        field = field.strip()
        if field == "code" and not value:
            return Condition(text, (Fact("code", "", "code"),), True)
        if field not in CONDITIONS or not value.strip():
            raise KgError(self.say("flag.not", text=text, choices=", ".join(CONDITIONS)))
        return replace(self._condition(field, value.strip()), negated=True)

    def _condition(self, field: str, text: str) -> Condition:
        """The condition for a value of a flag: the whole value if it names something, else any of its parts."""
        ways, unknown = self._ways(field, text), Unknown()
        for exact in (True, False) if field in THINGS else (True,):
            for parts in ways:
                try:
                    terms = [
                        self._thing(field, part, exact) if field in THINGS else self.facts[field](part)
                        for part in parts
                    ]
                except Unknown as error:
                    unknown = error if exact else unknown
                else:
                    return Condition(text, tuple(dict.fromkeys(terms)), named=text.startswith("topic:"))
        raise unknown

    def _ways(self, field: str, text: str) -> list[list[str]]:
        """The ways to split a value: not at all, at "|", also at commas; names of people and venues at "|" alone."""
        ways = [[part for piece in re.split(mark, text) if (part := piece.strip())] for mark in (r"\|", r"[|,，、]")]
        if field in ("author", "venue"):
            return [ways[0] if len(ways[0]) > 1 else [text]]
        return [[text], *filter(None, ways)]

    def _thing(self, kind: str, text: str, exact: bool) -> Term:
        """An entity of a type by id or label, or (not `exact`) by a close match."""
        sense = self.naming.sense(kind, text)
        if sense is None and not exact:
            sense = self.naming.misspelt(kind, text)
            if sense:
                label = self.lexicon.label(sense.concept, self.say.language)
                self.notes.append(self.say("flag.read_as", kind=kind, text=repr(text), label=repr(label)))
        if sense is None:
            raise self.naming.no_such(kind, text)
        roles = self.roles if kind == "technique" else ()
        return Parser(text, [], self.lexicon, self.say.language).entity(sense, roles)

    # Relations and facts

    def _relation(self, text: str) -> Link:
        """TYPE:TAIL, HEAD:TYPE: or HEAD:TYPE:TAIL."""
        parts = [part.strip() for part in text.split(":")]
        named = ((at, re.sub(r"[\s-]", "_", part.lower())) for at, part in enumerate(parts))
        at, relation = next(((at, name) for at, name in named if name in RELATION_TYPES), (-1, ""))
        head, tail = ":".join(parts[: max(at, 0)]), ":".join(parts[at + 1 :])
        if not relation or not (head or tail):
            raise KgError(self.say("flag.relation", text=text, choices=", ".join(RELATION_TYPES)))
        first = self._end(tail or head)
        parser = Parser(tail or head, [], self.lexicon, self.say.language)
        found = parser.link(relation, "tail" if tail else "head", first)
        if head and tail:
            others = parser.link(relation, "head", self._end(head)).concepts
            return replace(found, others=others, gains=(), savings=())  # the results of these entities are not known
        return found

    def _end(self, text: str) -> Item:
        """The entity at one end of a relation, in all its senses."""
        if senses := self.naming.senses(text):
            return Item(0, len(text), text, senses)
        hint = ", ".join(self.lexicon.nearest(text)) or "see `kg ask --list technique`"
        raise Unknown(self.say("flag.relation_end", text=repr(text), hint=hint))

    def _of(self, text: str, *prefixes: str) -> str:
        """The meaning of a question word after a prefix ("country:")."""
        words = self.lexicon.words.bearing(fold(text))
        return next((said for prefix in prefixes for word in words if (said := word.of(prefix))), "")

    def _known(self, found: _Found, flag: str, **said: object) -> _Found:
        """The result of a lookup; raises Unknown if it is empty."""
        if not found:
            raise Unknown(self.say(f"flag.{flag}", **said))
        return found

    def _country(self, text: str) -> Fact:
        code = text.upper() if re.fullmatch(r"[A-Za-z]{2}", text) else ""
        return Fact("country", self._known(self._of(text, "country:", "nation:") or code, "country", text=text), text)

    def _venue(self, text: str) -> Fact:
        found = self._of(text, "venue:") or text
        return Fact("venue", found, text, words=self.lexicon.words.folds(f"venue:{found}"))

    def _year(self, text: str) -> Fact:
        self._known(re.fullmatch(r"(?:19|20)\d\d年?", text), "year", text=text)
        is_venue = bool(self._texts("venue"))  # with a venue it is the year of the venue, as in "NeurIPS 2024"
        return Fact("year" if is_venue else "date", text[:4], text[:4])

    def _date(self, flag: str, text: str) -> Fact:
        """A date as in questions: "2025-10", "October 2025", "last month", "2025年10月15日"."""
        found = [item.fact for item in QuestionReader(text, self.lexicon).items() if item.fact]
        if len(found) != 1 or found[0].field not in ("date", "recent") or not found[0].value:
            raise Unknown(self.say("flag.date", flag=flag, text=text))
        return replace(found[0], op=_DATES[flag]) if found[0].field == "date" else found[0]

    def _kind(self, text: str) -> Fact:
        found = text if text in KINDS else self._of(text, "kind:")
        self._known(found, "kind", text=text, choices=", ".join(KINDS))
        return Fact("kind", found, found, words=self.lexicon.words.folds(f"kind:{found}"))

    def _code(self, text: str) -> Fact:
        host = self._of(text, "code:") or text
        return Fact("code", host, host)

    def _source(self, text: str) -> Fact:
        names = self.store.source_names()
        self._known(text in names, "source", text=text, held=self._some(names))
        return Fact("source", text, text, concept=f"source:{text}")

    def _used(self, kind: str, text: str) -> Fact:
        names = names_used(Corpus.of(self.store), kind, [text])
        return Fact(kind, text, text, words=self._known(names, "used", text=text, kind=kind))

    def _paper(self, text: str) -> Fact:
        entries = sorted(name for name, _ in self.store.of_papers([text])) if text.startswith("paper:") else []
        entry = self._known(entry_named(self.store, entries[0] if entries else text), "paper", text=text)
        return Fact("paper", entry, entry, concept=f"entry:{entry}")

    def _some(self, names: list[str]) -> str:
        shown = ", ".join(names[:_SHOWN]) or self.say("flag.none")
        return self.say("flag.more", len(names) - _SHOWN, shown=shown) if len(names) > _SHOWN else shown
